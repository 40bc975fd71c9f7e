"""Lines through points."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Line:
    """The straight line with the least sum of squared errors, and the points it goes through."""

    x: list[float]
    y: list[float]
    slope: float
    intercept: float
    r2: float  # share of the variance of y that the line explains


def fit_line(x, y):
    """The `Line` through three points at least, or None through fewer, or through equal x.

    >>> line = fit_line([0, 1, 2], [1, 3, 5])
    >>> round(line.slope, 9), round(line.intercept, 9), round(line.r2, 9)
    (2.0, 1.0, 1.0)
    """
    x, y = ([float(v) for v in values] for values in (x, y))
    dx, dy = np.subtract(x, np.mean(x)) if x else [], np.subtract(y, np.mean(y)) if y else []
    if len(x) < 3 or not np.any(dx):
        return None
    slope = dx @ dy / (dx @ dx)
    intercept = np.mean(y) - slope * np.mean(x)
    errors = dy - slope * dx
    r2 = 1 - errors @ errors / (dy @ dy) if np.any(dy) else 1.0  # a level line hits equal y
    return Line(x, y, float(slope), float(intercept), float(r2))


def crossing(x, ratios):
    """Where ratios, as x rises, come to stay at 1 or above: straight between points, in logarithms.

    returns x; the first x if all are there already, None if the last is not

    >>> crossing([0.0, 0.5, 1.0], [0.25, 0.5, 2.0])
    0.75
    """
    below = [i for i, ratio in enumerate(ratios) if ratio < 1]
    if not below:
        return x[0]
    i = below[-1]
    if i == len(x) - 1:
        return None
    share = -np.log(ratios[i]) / (np.log(ratios[i + 1]) - np.log(ratios[i]))
    return float(x[i] + share * (x[i + 1] - x[i]))
