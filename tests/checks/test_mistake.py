"""Mistakes as edits of the right function, and two of them at once."""

import inspect

import numpy as np
import pytest

from minprune.checks import checks
from minprune.checks.check import Check
from minprune.checks.diagnosis import Diagnosis
from minprune.checks.evaluate import evaluate
from minprune.checks.mistake import Mistake, edited, pair, source_of, written
from minprune.checks.trial import Trial
from minprune.checks.verdict import PASSED
from minprune.exercises import exercises

ALL = {e.name: e for e in exercises().values()} | checks()


def keep(w, theta, *, ties="keep"):
    """Mask of the weights to keep.

    >>> 1 + 1
    2
    """
    size = np.abs(w)  # drop the sign
    return size >= theta if ties == "keep" else size > theta


W = np.array([-3.0, 2.0, 1.0])


@pytest.mark.parametrize(
    ("edits", "gives"),
    [
        ((), [True, True, False]),
        (("size >= theta -> size > theta",), [True, False, False]),
        (("np.abs(w) -> w",), [False, True, False]),
        (("theta = 3",), [True, False, False]),
        (("return ~result",), [False, False, True]),
        (("return w[result]",), [-3.0, 2.0]),
        (("np.abs(w) -> w", "return ~result"), [True, False, True]),
        (("w = w + 1", "return result & (w > 0)"), [False, True, True]),
        (("return ~result", "return result.sum()"), 1),
    ],
)
def test_an_edit(edits, gives):
    wrong = edited(keep, edits)
    assert np.array_equal(wrong(W, 2.0), gives) and wrong.__name__ == "keep"
    assert np.array_equal(keep(W, 2.0), [True, True, False]), "the right one is as it was"


def test_an_edit_passes_on_arguments_by_every_kind_of_name():
    wrong = edited(keep, ("return ~result",))
    assert np.array_equal(wrong(W, theta=2.0, ties="prune"), [False, True, True])

    def largest(*arrays, **more):
        return max(map(np.max, arrays)) + sum(more.values())

    assert edited(largest, ("return -result",))(W, 2 * W, a=1.0) == -5.0


def test_source_without_docstring_and_decorators():
    head, body = source_of(keep)
    assert head == 'def keep(w, theta, *, ties="keep"):'
    assert body.startswith("size = np.abs(w)") and body.endswith("else size > theta")


def test_an_edit_that_changes_nothing_is_refused():
    with pytest.raises(LookupError, match=r"keep does not contain 'np\.sum'"):
        edited(keep, ("np.sum -> np.mean",))


@pytest.mark.parametrize(
    "text",
    [
        "return ~result\n    Only one sentence.\n",
        "return ~result\n",
        "    No edit.\n    没有。\n",
        "return 1\n    One.\n    一。\n    Another.\n    二。\n",
    ],
)
def test_a_text_of_another_form(text):
    with pytest.raises(ValueError, match="a mistake must be edits, an English and a Chinese"):
        written(text)


def test_several_edits_of_one_mistake():
    found = written("a -> b\nw = -w\n    One.\n    一。\nreturn 1\n    Two.\n    二。\n")
    assert found == [(("a -> b", "w = -w"), "One.", "一。"), (("return 1",), "Two.", "二。")]


def test_two_mistakes_at_once():
    one = Mistake(keep, ("np.abs(w) -> w",), "", "")
    other = Mistake(keep, ("size >= theta -> size > theta",), "", "")
    assert np.array_equal(pair(one, other)(W, 1.0), [False, True, False])
    inner = Mistake(keep, ("size >= theta -> w >= theta",), "", "")
    outer = Mistake(keep, ("size >= theta if -> size > theta if",), "", "")
    assert pair(inner, outer) is None, "both change the same place"

    def loud(w, theta, *, ties="keep"):
        return w > theta

    function = Mistake(loud, (), "", "")
    assert np.array_equal(
        pair(one._replace(edits=("w = -w",)), function)(W, 1.0), [True] + [False] * 2
    )
    assert pair(function, function) is None


def test_pairs_of_mistakes_come_out_of_their_edits():
    for name, check in ALL.items():
        n = len(check.mistakes)
        assert sum(1 for _ in check.pairs()) >= n / 2, name


def test_an_edited_function_gives_no_warning_to_whoever_checks_another(recwarn):
    edited(keep, ("size >= theta -> 7[0]",))
    assert not recwarn


def test_the_plain_solution_is_what_is_edited():
    absolute = check = Check(np.abs)

    @absolute.solution
    def absolute(x):
        return np.where(x < 0, -x, x)

    assert absolute is check
    check.edits("""
x < 0 -> x > 0
    It gives minus the absolute value.
    给出了绝对值的相反数。
""")
    assert check.mistakes[0].function(-2.0) == -2.0


@pytest.mark.parametrize("name", ALL)
def test_a_written_out_solution_does_what_the_formula_does(name):
    check = ALL[name]
    if check.plain is check.formula:
        return
    assert inspect.signature(check.plain) == inspect.signature(check.formula)
    for seed in range(3):
        trial = Trial.of(check, seed)
        outcomes = evaluate(check.plain, trial.calls)
        assert Diagnosis(trial, outcomes).verdict().status == PASSED, seed
        if trial.cases:  # properties alone leave some freedom, such as a sign
            for ours, theirs in zip(evaluate(check.formula, trial.calls), outcomes, strict=True):
                assert trial.same(ours, theirs), seed
