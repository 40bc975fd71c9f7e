"""Quartiles and lines."""

import math


def quantile(values, share):
    """of the sorted v_0 .. v_n-1: v at share * (n - 1), straight between two neighbours"""
    v = sorted(values)
    at = share * (len(v) - 1)
    low = math.floor(at)
    high = min(low + 1, len(v) - 1)
    return v[low] + (at - low) * (v[high] - v[low])


def fit_line(x, y):
    """slope = sum (x - X)(y - Y) / sum (x - X)^2, R^2 = 1 - sum e^2 / sum (y - Y)^2; X, Y: means"""
    n = len(x)
    mean_x, mean_y = sum(x) / n, sum(y) / n
    above = below = 0.0
    for a, b in zip(x, y, strict=True):
        above += (a - mean_x) * (b - mean_y)
        below += (a - mean_x) ** 2
    slope = above / below
    intercept = mean_y - slope * mean_x
    errors = total = 0.0
    for a, b in zip(x, y, strict=True):
        errors += (b - intercept - slope * a) ** 2
        total += (b - mean_y) ** 2
    return slope, intercept, 1 - errors / total
