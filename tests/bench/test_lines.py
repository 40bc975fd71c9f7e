"""Lines and crossings, beside plain loops."""

import numpy as np
import pytest
from naive.spread import fit_line as naive_line

from minprune.bench.lines import crossing, fit_line

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("n", [3, 4, 9])
def test_the_line_is_the_one_of_least_squares(n):
    x, y = RNG.normal(size=n) * 1e5, RNG.normal(size=n)
    line = fit_line(x, y)
    assert (line.slope, line.intercept, line.r2) == pytest.approx(naive_line(x, y), rel=1e-9)
    assert (line.x, line.y) == (list(x), list(y))
    for slope, intercept in ((1.001, 1), (1, 1.001)):  # no other is better
        others = y - slope * line.slope * x - intercept * line.intercept
        assert (others**2).sum() > ((y - line.slope * x - line.intercept) ** 2).sum()


@pytest.mark.parametrize(
    ("x", "y"), [([], []), ([1], [2]), ([1, 2], [1, 2]), ([3, 3, 3], [1, 2, 3])]
)
def test_too_few_points_give_no_line(x, y):
    assert fit_line(x, y) is None


def test_a_level_line_explains_all_of_nothing():
    line = fit_line([1, 2, 3], [5, 5, 5])
    assert (line.slope, line.intercept, line.r2) == (0, 5, 1)


@pytest.mark.parametrize(
    ("ratios", "expected"),
    [
        ([2.0, 3.0, 4.0], 10.0),  # at once
        ([1.0, 3.0, 4.0], 10.0),
        ([0.5, 0.25, 0.9], None),
        ([3.0, 2.0, 0.9], None),  # but it does not last
        ([0.5, 2.0, 8.0], 15.0),
        ([0.5, 0.5, 8.0], 20.0 + 20 / 4),  # a factor of 2 of 16
        ([0.5, 4.0, 0.25], None),
        ([4.0, 0.25, 4.0], 30.0),  # the last time counts
        ([0.1, 1.0, 2.0], 20.0),
        ([0.1, 0.5, 1.0], 40.0),
    ],
)
def test_where_ratios_come_to_stay_above_one(ratios, expected):
    found = crossing([10.0, 20.0, 40.0], ratios)
    assert found == expected if expected is None else found == pytest.approx(expected)
