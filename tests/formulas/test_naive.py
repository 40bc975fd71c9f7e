"""Every formula against plain loops, on every call of its check.

The expected value always comes from the twin in `tests/naive`, which imports nothing from minprune.
"""

import inspect
from fractions import Fraction

import naive
import numpy as np
import pytest

from minprune.checks import checks
from minprune.checks.compare import difference
from minprune.checks.evaluate import evaluate
from minprune.checks.judge import PASSED, Trial

CHECKS = checks()
SEEDS = [0, 1, 2, 20261130]


def parts(factors):
    """The product of every pair of columns, in which their common sign cancels."""
    P, Q = factors
    return [np.outer(p, q) for p, q in zip(P.T, Q.T, strict=True)]


UP_TO_SIGN = {"balance_factors": parts}


@pytest.mark.parametrize("name", CHECKS)
def test_every_call_agrees_with_plain_loops(name):
    check, twin = CHECKS[name], getattr(naive, name)
    assert inspect.signature(twin) == inspect.signature(check.formula)
    comparable = UP_TO_SIGN.get(name, lambda value: value)
    for seed in SEEDS:
        trial = Trial.of(check, seed)  # the calls of its cases and of its properties
        expected, found = (evaluate(f, trial.calls) for f in (twin, check.formula))
        for call, right, got in zip(trial.calls, expected, found, strict=True):
            assert not right.error and not got.error, (call, right.error, got.error)
            values = comparable(right.value), comparable(got.value)
            where = difference(*values, check.tolerance)
            assert where is None, (call, where)
            if type(right.value) in (bool, int, float, Fraction):
                assert type(got.value) is type(right.value), call  # no scalar of NumPy
        verdict = trial.verdict(expected)  # the numbers by hand and the properties hold there too
        assert verdict.status == PASSED, verdict
