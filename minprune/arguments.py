"""Refuse a bad argument with an error that names it, says what was given and what is allowed."""

import numbers

import numpy as np


def finite_array(name, value):
    """The value as an array; `ValueError` if it holds no numbers, or a NaN or an infinity."""
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} must be an array of real numbers, got dtype {array.dtype}")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        bad = np.argwhere(~np.isfinite(array))[0].tolist()
        raise ValueError(f"{name} must be finite, got {array[tuple(bad)]} at index {bad}")
    return array


def at_least_zero(name, value):
    """The value itself; `ValueError` unless it is a finite number >= 0."""
    if not (_is_real(name, value) and 0 <= value < np.inf):
        raise ValueError(f"{name} must be a finite number >= 0, got {value}")
    return value


def above_zero(name, value):
    """The value itself; `ValueError` unless it is a finite number > 0."""
    if not (_is_real(name, value) and 0 < value < np.inf):
        raise ValueError(f"{name} must be a finite number > 0, got {value}")
    return value


def fraction(name, value):
    """The value itself; `ValueError` unless 0 <= value < 1."""
    if not (_is_real(name, value) and 0 <= value < 1):
        hint = f"; {value} % is {value / 100:g}" if 1 <= value < 100 else ""
        raise ValueError(f"{name} must be a fraction with 0 <= {name} < 1, got {value}{hint}")
    return value


def whole_number(name, value, low, high=None):
    """The value itself; `ValueError` unless it is an integer with low <= value <= high."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name} must be a whole number, got {value!r}")
    if value < low or (high is not None and value > high):
        allowed = f">= {low}" if high is None else f"from {low} to {high}"
        raise ValueError(f"{name} must be {allowed}, got {value}")
    return int(value)


def one_of(name, value, allowed):
    """The value itself; `ValueError` unless it is one of the allowed words."""
    if value not in allowed:
        raise ValueError(f"{name} must be {' or '.join(map(repr, allowed))}, got {value!r}")
    return value


def labels_in_range(name, labels, classes):
    """The labels as a vector of integers; `ValueError` unless each is in 0 .. classes - 1."""
    labels = np.asarray(labels)
    if labels.dtype.kind not in "iu" or labels.ndim != 1:
        raise TypeError(
            f"{name} must be a vector of integers, got dtype {labels.dtype}, shape {labels.shape}"
        )
    wrong = np.flatnonzero((labels < 0) | (labels >= classes))
    if wrong.size:
        raise ValueError(
            f"{name} must lie in 0 .. {classes - 1}, got {labels[wrong[0]]} at index {wrong[0]}"
        )
    return labels


def _is_real(name, value):
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be a number, got {value!r}")
    return True
