"""Spread of numbers: times from round to round, accuracies from seed to seed."""

import math
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Spread:
    """The middle of some numbers, and the quarters below and above it."""

    low: float  # a quarter of them lie below
    median: float
    high: float  # a quarter lie above


def spread(values):
    """The `Spread` of some numbers.

    >>> spread([5.0, 1.0, 2.0, 4.0, 3.0])
    Spread(low=2.0, median=3.0, high=4.0)
    """
    return Spread(*(float(q) for q in np.quantile(values, [0.25, 0.5, 0.75])))


@dataclass(frozen=True)
class Interval:
    """A 95 % confidence interval: mean - half to mean + half; half is None for a single number."""

    mean: float
    half: float | None


def interval(values):
    """The 95 % confidence interval of the mean of some numbers, such as accuracies over seeds.

        mean +- t s / sqrt(n),  s^2 = sum (x_i - mean)^2 / (n - 1)

    t is Student's, with n - 1 degrees of freedom.

    Source: Student 1908.

    >>> found = interval([1.0, 2.0, 3.0])
    >>> found.mean, round(found.half, 3)
    (2.0, 2.484)
    """
    n, mean = len(values), float(np.mean(values))
    if n < 2:
        return Interval(mean, None)
    return Interval(mean, student_t(n - 1) * float(np.std(values, ddof=1)) / math.sqrt(n))


def student_t(degrees, inside=0.95):
    """The t such that a Student variable lies between -t and t with this probability.

    >>> round(student_t(4), 3)
    2.776
    """
    low, high = 0.0, 1.0  # of theta = arctan(t / sqrt(degrees)), in right angles
    for _ in range(60):
        middle = (low + high) / 2
        if _student_within(middle * math.pi / 2, degrees) < inside:
            low = middle
        else:
            high = middle
    return math.sqrt(degrees) * math.tan(high * math.pi / 2)


def _student_within(theta, degrees):
    """P(|T| < sqrt(degrees) tan theta): Abramowitz and Stegun 1964, 26.7.3 and 26.7.4."""
    odd = degrees % 2
    term = total = 1.0 if not odd else math.cos(theta) if degrees > 1 else 0.0
    for k in range(2 + odd, degrees - 1, 2):
        term *= (k - 1) / k * math.cos(theta) ** 2
        total += term
    total *= math.sin(theta)
    return 2 / math.pi * (theta + total) if odd else total
