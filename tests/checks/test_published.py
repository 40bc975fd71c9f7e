"""Numbers that others have published: the formulas reproduce them to the last printed place."""

import pytest

from minprune.checks import checks
from minprune.checks.check import PUBLISHED, Check, given
from minprune.checks.compare import difference
from minprune.checks.evaluate import evaluate
from minprune.checks.judge import run_check
from minprune.formulas.norms import l1_norm

CASES = [
    pytest.param(check, case, id=f"{name}: {case.source}")
    for name, check in checks().items()
    for case in check.fixed
    if case.what == PUBLISHED
]


@pytest.mark.parametrize(("check", "case"), CASES)
def test_a_published_number(check, case):
    (found,) = evaluate(check.formula, [case.call])
    assert case.source and not found.error
    assert difference(case.gives, found.value, check.tolerance, digits=case.digits) is None


def test_a_rounded_number_is_not_asked_of_others():
    check = Check(l1_norm)
    check.published("a table", given([1.0, 0.26]), 1.3, digits=1)
    assert run_check(check, l1_norm).passed
    assert not run_check(check, lambda w: round(l1_norm(w), 1)).passed


def test_half_a_unit_of_the_last_place():
    assert difference(1.3, 1.3499, digits=1) is None is difference([1.3], [1.25], digits=1)
    assert difference(1.3, 1.36, digits=1).what == difference(1.3, 1.24, digits=1).what == "value"
