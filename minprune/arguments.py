"""Refuse a bad argument with an error that names it, says what was given and what is allowed."""

import json
import math
import numbers
import os
import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np


def finite_array(name, value):
    """The value as an array of floats, of its own precision if it has one.

    `TypeError` if it does not hold real numbers, `ValueError` if one is a NaN or an infinity.
    """
    array = real_array(name, value)
    if not np.isfinite(array).all():
        bad = np.argwhere(~np.isfinite(array))[0].tolist()
        raise ValueError(f"{name} must be finite, got {array[tuple(bad)]} at index {bad}")
    return array


def real_array(name, value):
    """As `finite_array`, but NaN and infinity pass: what diverged is noticed where it ends up."""
    array = number_array(name, value)
    if array.dtype.kind != "f":
        return array.astype(np.float64)  # integers would overflow: abs of the int8 -128 is -128
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def number_array(name, value):
    """As `real_array`, but of the dtype that it has: whole numbers and booleans stay such."""
    array = plain_array(name, value)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} must be an array of real numbers, got dtype {array.dtype}")
    return array


def plain_array(name, value):
    """The value as an array of any dtype; an error for masked arrays, and for ragged lists."""
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(
            f"{name} must be a plain array, got a masked one; fill it: {name}.filled(0)"
        )
    try:
        return np.asarray(value)
    except ValueError:
        raise ValueError(f"{name} must be an array, got lists of unequal lengths") from None


def wide_array(name, value):
    """As `finite_array`, but float16 as float32: sums and products soon leave its range."""
    return widened(finite_array(name, value))


def widened(array):
    """The array, float16 as float32."""
    return array.astype(np.promote_types(array.dtype, np.float32), copy=False)


def weight_matrix(name, value):
    """As `finite_array`; `ValueError` unless it has two axes."""
    array = finite_array(name, value)
    if array.ndim != 2:
        raise ValueError(f"{name} must be a matrix (n_in, n_out), got shape {array.shape}")
    return array


def finite_arrays(name, value):
    """The values as a list of float arrays; `TypeError` for a single array in place of a list."""
    if isinstance(value, np.ndarray):
        raise TypeError(f"{name} must be a list of arrays, one per layer, got a single array")
    arrays = listed(name, value, "arrays, one per layer")
    return [finite_array(f"{name}[{l}]", array) for l, array in enumerate(arrays)]


def listed(name, value, of):
    """The values as a list; `TypeError` for a dict, a word, or what holds no values."""
    if isinstance(value, (Mapping, str)) or not isinstance(value, Iterable):
        raise TypeError(f"{name} must be a list of {of}, got {shown(value)}")
    return list(value)


def chained_matrices(name, value):
    """The values as matrices, each with as many rows as the one before has columns."""
    matrices = finite_arrays(name, value)
    shapes = [w.shape for w in matrices]
    fits = all(len(shape) == 2 for shape in shapes) and all(
        a[1] == b[0] for a, b in pairwise(shapes)
    )
    if not matrices or not fits:
        raise ValueError(
            f"{name} must be matrices that can be multiplied in this order, got shapes {shapes}"
        )
    return matrices


def one_shape(name, value):
    """The values as a list of float arrays; `ValueError` unless all have the shape of the first."""
    arrays = finite_arrays(name, value)
    if len(shapes := {array.shape for array in arrays}) > 1:
        raise ValueError(f"{name} must be arrays of the same shape, got {sorted(shapes)}")
    return arrays


def same_shape(**arrays):
    """`ValueError` that names them unless the two arrays have one shape."""
    (a, x), (b, y) = arrays.items()
    if np.shape(x) != np.shape(y):
        raise ValueError(
            f"{a} and {b} must have the same shape, got {np.shape(x)} and {np.shape(y)}"
        )


def array_axis(name, value, ndim):
    """The axis counted from the front; an error that names it unless the array has it."""
    if ndim == 0:
        raise ValueError(f"{name}: a single number has no axis; give an array with at least one")
    return whole_number(name, value, low=-ndim, high=ndim - 1) % ndim


def finite_number(name, value, allowed="finite", low=-np.inf):
    """The value as a float; an error that names it unless it is a finite number >= low."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be a number, got {shown(value)}")
    if not math.isfinite(value) or value < low:
        raise ValueError(f"{name} must be {allowed}, got {value}")
    return float(value)  # a NumPy float64 would widen float32 arrays that it meets


def at_least_zero(name, value):
    """The value as a float; an error that names it unless it is a finite number >= 0."""
    return finite_number(name, value, "a finite number >= 0", low=0)


def above_zero(name, value):
    """The value as a float; an error that names it unless it is a finite number > 0."""
    allowed = "a finite number > 0"
    number = finite_number(name, value, allowed, low=0)
    if number == 0:
        raise ValueError(f"{name} must be {allowed}, got {value}")
    return number


def fraction(name, value):
    """The value as a float; an error that names it unless 0 <= value < 1."""
    allowed = f"a fraction with 0 <= {name} < 1"
    number = finite_number(name, value, allowed, low=0)
    if number >= 1:
        percent = name in ("sparsity", "unit_sparsity", "final", "initial") and 2 <= number < 100
        hint = f"; {value} % is {value / 100:g}" if percent else ""
        raise ValueError(f"{name} must be {allowed}, got {value}{hint}")
    return number


def share(name, value):
    """The value as a float; an error that names it unless 0 <= value <= 1."""
    number = finite_number(name, value, "from 0 to 1", low=0)
    if number > 1:
        raise ValueError(f"{name} must be from 0 to 1, got {value}")
    return number


def generator(name, value):
    """The `numpy.random.Generator` itself, or a new one from a seed, a whole number >= 0."""
    if isinstance(value, np.random.Generator):
        return value
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(
            f"{name} must be a numpy.random.Generator, such as np.random.default_rng(0), or the "
            f"seed of one, a whole number, got {value!r}"
        )
    return np.random.default_rng(whole_number(name, value, low=0))


def whole_number(name, value, low, high=None):
    """The value as an int; an error that names it unless it is whole and low <= value <= high."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name} must be a whole number, got {shown(value)}")
    if value < low or (high is not None and value > high):
        allowed = f">= {low}" if high is None else f"from {low} to {high}"
        raise ValueError(f"{name} must be {allowed}, got {value}")
    return int(value)


def layer_widths(name, value):
    """The widths as a list of ints >= 1; `ValueError` unless there are at least two."""
    if not isinstance(value, Iterable):
        raise TypeError(f"{name} must be a list such as [784, 64, 10], got {shown(value)}")
    widths = [whole_number(name, n, low=1) for n in value]
    if len(widths) < 2:
        raise ValueError(f"{name} must hold at least the widths of input and output, got {widths}")
    return widths


def one_of(name, value, allowed):
    """The value itself; `ValueError` unless it is one of the allowed words."""
    if not isinstance(value, str) or value not in allowed:
        raise ValueError(f"{name} must be {' or '.join(map(repr, allowed))}, got {shown(value)}")
    return value


def labels_in_range(name, labels, classes):
    """The labels as a vector of integers; `ValueError` unless each is in 0 .. classes - 1."""
    labels = plain_array(name, labels)
    if labels.dtype.kind not in "iu" or labels.ndim != 1:
        raise TypeError(
            f"{name} must be a vector of integers, got dtype {labels.dtype}, shape {labels.shape}"
        )
    wrong = np.flatnonzero((labels < 0) | (labels >= classes))
    if wrong.size:
        raise ValueError(
            f"{name} must be from 0 to {classes - 1}, got {labels[wrong[0]]} at index {wrong[0]}"
        )
    return labels


def labels_of_rows(name, labels, z):
    """The labels as a vector of integers, one class of the logits z (N, K) for each row."""
    labels = labels_in_range(name, labels, classes=z.shape[1])
    if len(labels) != len(z):
        raise ValueError(
            f"{name} must hold one label for each of the {len(z)} rows of z, got {len(labels)}"
        )
    return labels


def function(name, value):
    """The value itself; `TypeError` unless it can be called."""
    if not callable(value):
        raise TypeError(f"{name} must be a function, got {shown(value)}")
    return value


def performance(evaluate, network):
    """The performance of a network as a float; an error that names `evaluate` if it is none."""
    value = function("evaluate", evaluate)(network)
    if np.ndim(value) or not isinstance(value, numbers.Real):
        raise TypeError(
            "evaluate must return one number, the higher the better, "
            f"such as evaluate(network, x, y).accuracy, got {shown(value)}"
        )
    return finite_number("the result of evaluate", value)


def shown(value):
    """A value for an error message: whole if it is short, else its type."""
    text = repr(value)
    return text if len(text) <= 60 and "\n" not in text else f"a {type(value).__name__}"


def counted(number, noun):
    """A number with its noun, for a message.

    >>> counted(1, "epoch"), counted(20, "epoch")
    ('1 epoch', '20 epochs')
    """
    return f"{number} {noun}{'s' * (str(number) != '1')}"


def in_one_line(error):
    """The message of an error, without line breaks and cut, to be part of another message."""
    return printable(" ".join((str(error) or type(error).__name__).split()), 200)


def printable(text, most=None):
    r"""The text, cut, with escapes in place of characters that are not printable.

    >>> printable("a\x1b[2J"), printable("abcdef", most=3)
    ('a\\x1b[2J', 'abc...')
    """
    text = text if most is None else text[: most + 1]
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return text if most is None or len(text) <= most else f"{text[:most]}..."


def json_text(value, indent=None):
    r"""The value as JSON in which characters that are not printable are escaped: a terminal obeys
    some of them.

    >>> print(json_text(["a", "稀疏", "\x9b2J"]))
    ["a", "稀疏", "\u009b2J"]
    """
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return re.sub(r"[^\n\x20-\x7e]", lambda found: _escaped(found[0]), text)


def _escaped(character):
    return character if character.isprintable() else json.dumps(character)[1:-1]


def path_to(name, value):
    """The value as a `Path`; an error that names it unless it is the name of a file or folder."""
    if not isinstance(value, (str, os.PathLike)):  # a number would be taken for an open file
        raise TypeError(f"{name} must be a str or a path, got {shown(value)}")
    text = os.fsdecode(value)
    if not text or "\0" in text:
        raise ValueError(f"{name} must be the name of a file or a folder, got {text!r}")
    return Path(text)


def shape_of(name, value):
    """The shape of a sample as a tuple of ints >= 1; an error that names it otherwise."""
    if not isinstance(value, Iterable):
        raise TypeError(f"{name} must be a shape such as (28, 28, 1), got {shown(value)}")
    return tuple(whole_number(name, side, low=1) for side in value)
