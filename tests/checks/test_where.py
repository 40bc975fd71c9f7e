"""What calls have in common, in words."""

import numpy as np
import pytest

from minprune.checks.check import Call, given
from minprune.checks.where import common


def f(w, layers=(), k=1, ties="keep", axis=None): ...


def said(call):
    """All that is said of a call, but for what is left out."""
    return {en for en, zh in common([call], f) if not en.endswith("left out")}


@pytest.mark.parametrize(
    "call, expected",
    [
        (given(np.ones((2, 3)) * 2), set()),
        (given([1.0, 2.0]), {"`w` has one axis"}),
        (given(np.full((1, 1, 2), 0.5)), {"`w` has more than two axes"}),
        (given(np.zeros((0, 3))), {"`w` is empty"}),
        (given([[7.0]]), {"`w` has one entry"}),
        (given([[0.0, 1.0]]), set()),
        (given([[0.0, -0.0]]), {"all entries of `w` are 0"}),
        (given([[1, 2]]), {"`w` holds whole numbers"}),
        (given([[True, False]]), {"`w` holds booleans"}),
        (given([[np.nan, 1.0]]), {"`w` holds NaN or infinity"}),
        (given([[1.0, 2.0]], k=0), {"`k` is given", "`k` is 0"}),
        (given([[1.0, 2.0]], k=-3), {"`k` is given", "`k` is negative"}),
        (given([[1.0, 2.0]], k=2), {"`k` is given", "`k` is the number of entries of `w`"}),
        (given([[1.0, 2.0]], ties="prune"), {"`ties` is given", "`ties` is 'prune'"}),
        (given([[1.0, 2.0]], axis=None), {"`axis` is given", "`axis` is None"}),
        (Call((np.ones((2, 2)), []), {}), {"`layers` is given", "`layers` holds nothing"}),
        (
            Call((np.ones((2, 2)), [np.ones((2, 2)), np.zeros((0, 2))]), {}),
            {"`layers` is given", "an array of `layers` is empty"},
        ),
        (Call((np.ones((2, 2)), [np.ones((2, 2))]), {}),
         {"`layers` is given", "`layers` holds one array"}),
    ],
)  # fmt: skip
def test_what_is_said_of_a_call(call, expected):
    assert said(call) == expected


def test_the_places_of_the_calls_and_both_languages():
    found = common([given([[1.0, 2.0]]), given([3.0]), given([4.0], k=0)], f)
    assert found[("`w` has one axis", "`w` 只有一个轴")] == {1, 2}
    assert found[("`k` is given", "传入了 `k`")] == {2}
    assert found[("`k` is left out", "未传入 `k`")] == {0, 1}
