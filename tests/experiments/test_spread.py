"""Quartiles and intervals, beside plain loops and printed tables."""

import math

import numpy as np
import pytest
from naive.spread import quantile

from minprune.experiments.spread import interval, spread, student_t

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 11, 12])
def test_quartiles_are_those_of_the_sorted_numbers(n):
    values = list(RNG.lognormal(size=n))
    found = spread(values)
    for name, share in (("low", 0.25), ("median", 0.5), ("high", 0.75)):
        assert getattr(found, name) == pytest.approx(quantile(values, share), rel=1e-12)
        assert type(getattr(found, name)) is float


@pytest.mark.parametrize(
    ("degrees", "t"),  # of any printed table
    [(1, 12.706), (2, 4.303), (3, 3.182), (4, 2.776), (5, 2.571), (9, 2.262), (30, 2.042)],
)
def test_student_t_as_in_print(degrees, t):
    assert round(student_t(degrees), 3) == t


@pytest.mark.parametrize(
    ("degrees", "inside", "t"), [(1, 0.5, 1.0), (4, 0.9, 2.132), (10, 0.99, 3.169), (3, 0.8, 1.638)]
)
def test_student_t_at_other_probabilities(degrees, inside, t):
    assert round(student_t(degrees, inside), 3) == t


@pytest.mark.parametrize("n", [2, 3, 5, 8])
def test_the_interval_is_mean_and_t_standard_errors(n):
    values = list(RNG.normal(size=n))
    mean = sum(values) / n
    variance = sum((v - mean) ** 2 for v in values) / (n - 1)
    found = interval(values)
    assert found.mean == pytest.approx(mean, rel=1e-12)
    assert found.half == pytest.approx(student_t(n - 1) * math.sqrt(variance / n), rel=1e-12)


def test_a_single_number_has_no_interval():
    assert (interval([0.5]).mean, interval([0.5]).half) == (0.5, None)


def test_of_a_hundred_intervals_about_ninety_five_hold_the_truth():
    hits = 0
    for _ in range(2000):
        found = interval(RNG.normal(3.0, 2.0, size=5))
        hits += abs(found.mean - 3.0) <= found.half
    assert 0.93 < hits / 2000 < 0.97
