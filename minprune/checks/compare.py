"""Comparison of two results: equal, or where they first differ."""

import math
from fractions import Fraction
from typing import NamedTuple

import numpy as np

KINDS = {"b": "booleans", "i": "whole numbers", "u": "whole numbers", "f": "floats", "U": "text"}
FLOATS = float, np.floating
ANY = object()  # expected of a mistake where another rule for ties gives another result


class Difference(NamedTuple):
    """Where a result differs from what was expected.

    what   "kind", "shape", "length" or "value"
    where  the way to it through lists, then the index in an array: () for a single number
    """

    what: str
    where: tuple
    expected: object
    got: object


def difference(expected, got, tolerance=1e-6, strict=True, digits=None):
    """The first difference between two results, or None.

    expected, got  arrays, numbers, booleans, text, None, and lists, tuples or dictionaries of them;
                   a list is as good as a tuple, a number as good as an array without axes
    tolerance      largest difference of floats, as a share of the largest number expected in the
                   same array
    strict         whether whole numbers and floats are different kinds
    digits         decimal places to which the expected numbers are rounded, in place of a tolerance

    Booleans, whole numbers and floats are different kinds: a mask of 0 and 1 is no mask.

    >>> difference([1.0, 2.0], np.array([1.0, 2.5])).where
    (1,)
    >>> difference(True, 1).what
    'kind'
    """
    return _differ(expected, got, (tolerance, strict, digits), ())


def _differ(expected, got, rules, where):
    if expected is ANY:
        return None
    if isinstance(expected, dict):
        if not isinstance(got, dict):
            return Difference("kind", where, expected, got)
        if {*expected} != {*got}:
            return Difference("length", where, sorted(expected), sorted(map(str, got)))
        pairs = [(name, expected[name], got[name]) for name in expected]
    elif is_list(expected):
        if not (isinstance(got, (list, tuple)) or np.ndim(got)):
            return Difference("kind", where, expected, got)
        if len(expected) != len(got):
            return Difference("length", where, len(expected), len(got))
        pairs = [(k, *pair) for k, pair in enumerate(zip(expected, got, strict=True))]
    else:
        return _arrays_differ(expected, got, rules, where)
    found = (_differ(a, b, rules, (*where, k)) for k, a, b in pairs)
    return next((one for one in found if one is not None), None)


def is_list(value):
    """True if a list or tuple is no array: it holds arrays, lists, or values of several kinds."""
    if not isinstance(value, (list, tuple)):
        return False
    return not value or not all(isinstance(v, (bool, int, float, np.generic)) for v in value)


def _arrays_differ(expected, got, rules, where):
    if got is expected is None:
        return None
    if isinstance(expected, Fraction):
        what = "value" if isinstance(got, Fraction) else "kind"
        same = what == "value" and got == expected
        return None if same else Difference(what, where, expected, got)
    a, b = as_array(expected), as_array(got)
    if isinstance(got, list) and a is not None and b is not None and _any_kind(got, a, b):
        b = b.astype(a.dtype)
    if a is None or b is None or not _same_kind(a, b, rules):
        return Difference("kind", where, expected, got)
    if a.shape != b.shape:
        return Difference("shape", where, a.shape, b.shape)
    if a.ndim == 0:
        a, b = a.item(), b.item()
        return None if _is_close(a, b, rules) else Difference("value", where, a, b)
    close = _close(a, b, rules)
    if close.all():
        return None
    index = tuple(map(int, np.argwhere(~close)[0]))
    return Difference("value", (*where, *index), a[index].item(), b[index].item())


def _any_kind(got, a, b):
    """True for a list without entries, or of whole numbers as `[max(x, 0) for x in w]` may be."""
    return not b.size or (a.dtype.kind == "f" and _whole(got))


def _whole(value):
    """True for a whole number of Python, and for a list, or lists in lists, of nothing else."""
    return all(map(_whole, value)) if isinstance(value, list) else type(value) is int


def _same_kind(a, b, rules):
    _, strict, _ = rules
    kinds = KINDS[a.dtype.kind], KINDS[b.dtype.kind]
    if kinds == ("floats", "whole numbers") and a.ndim == b.ndim == 0:
        return True  # 0 is as good as 0.0 where one number is asked for
    return len({*kinds}) == 1 or (not strict and {*kinds} == {"whole numbers", "floats"})


def as_array(value):
    """The value as an array, or None if it is none: rows of different lengths, for example.

    A list that contains text is none: an array would store each text with the longest one's length.
    """
    if value is None or isinstance(value, dict) or holds_text(value):
        return None
    try:
        array = np.asarray(value)
    except ValueError:
        return None
    return array if array.dtype.kind in KINDS else None


def holds_text(value, above=-1):
    """True if a list, or a list in it, contains a text of more than `above` characters."""
    return isinstance(value, (list, tuple)) and any(
        len(part) > above if isinstance(part, str) else holds_text(part, above) for part in value
    )


def _close(a, b, rules):
    same = np.asarray(a == b)
    if same.all() or "f" not in (a.dtype.kind, b.dtype.kind):
        return same
    a, b = a.astype(np.float64), b.astype(np.float64)
    allowed = _allowed(np.abs(a[np.isfinite(a)]).max(initial=0), rules)
    with np.errstate(all="ignore"):
        near = np.abs(a - b) <= allowed
    return near | same | (np.isnan(a) & np.isnan(b))


def _is_close(a, b, rules):
    """As `_close`, for one number or text: most comparisons are of single numbers."""
    if a == b or not (isinstance(a, FLOATS) or isinstance(b, FLOATS)):
        return a == b
    allowed = _allowed(abs(a) if math.isfinite(a) else 0, rules)
    return abs(a - b) <= allowed or (math.isnan(a) and math.isnan(b))


def _allowed(largest, rules):
    """The largest difference of numbers that count as the same."""
    tolerance, _, digits = rules
    if digits is None:
        return tolerance * largest
    return 0.5 * 10.0**-digits * (1 + 1e-6)  # half a unit of the last place printed


def shape_of(value, language="en"):
    """The kind of a result in words.

    >>> shape_of(np.zeros((2, 3), bool))
    'an array (2, 3) of booleans'
    """
    words = WORDS[language]
    nested = isinstance(value, list) and value and all(isinstance(row, list) for row in value)
    if nested and (array := as_array(value)) is not None:
        return words["nested"].format(array.shape, words["many"][array.dtype.kind])
    if isinstance(value, dict) or is_list(value):
        return words["dict" if isinstance(value, dict) else "list"].format(len(value))
    array = np.asarray(value)
    kind = array.dtype.kind if array.dtype.kind in KINDS else "O"
    if isinstance(value, (list, tuple)):
        return words["numbers"].format(len(value), words["many"][kind])
    if value is None or isinstance(value, Fraction):
        return words[type(value).__name__]
    if array.ndim == 0:
        return words["one"][kind].format(type(value).__name__)
    return words["array"].format(array.shape, words["many"][kind])


WORDS = {
    "en": {
        "NoneType": "None", "Fraction": "a Fraction", "list": "a list of length {}",
        "numbers": "a list of {} {}", "nested": "lists {} of {}",
        "dict": "a dictionary of length {}", "array": "an array {} of {}",
        "one": {"b": "a boolean", "i": "a whole number", "u": "a whole number", "f": "a float",
                "U": "a text", "O": "an object of type {}"},
        "many": {**KINDS, "O": "objects"},
    },
    "zh": {
        "NoneType": "空值 None", "Fraction": "分数", "list": "长度为 {} 的列表",
        "numbers": "含 {} 个{}的列表", "nested": "形状 {} 的{}列表",
        "dict": "含 {} 项的字典", "array": "形状 {} 的{}数组",
        "one": {"b": "布尔值", "i": "整数", "u": "整数", "f": "浮点数", "U": "文本",
                "O": "一个 {} 对象"},
        "many": {"b": "布尔", "i": "整数", "u": "整数", "f": "浮点", "U": "文本", "O": "对象"},
    },
}  # fmt: skip
