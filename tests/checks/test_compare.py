"""When two results are the same."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from minprune.checks.compare import difference, shape_of

SAME = [
    (None, None),
    (1, 1),
    (3, np.int64(3)),
    (3, np.array(3)),
    (0.5, np.float32(0.5)),
    (1.0, 1),  # 0 is as good as 0.0 where one number is asked for
    (True, np.bool_(True)),
    ("blocks", "blocks"),
    (Fraction(3, 2), Fraction(6, 4)),
    (np.array([1.0, 2.0]), [1.0, 2.0]),
    (np.array([1, 2]), (1, 2)),
    (np.array([True]), [True]),
    (np.zeros((0, 3)), np.zeros((0, 3), "f")),
    ([], []),
    ([], ()),
    ([np.ones(2), np.ones(3)], (np.ones(2), np.ones(3))),
    ([np.ones(2), np.ones(2)], np.ones((2, 2))),
    ((1, np.ones(2)), [1, np.ones(2)]),
    ({"a": 1.0, "b": [np.ones(2)]}, {"b": [np.ones(2)], "a": 1.0}),
    (np.array([np.nan, np.inf, -np.inf, 0.0]), np.array([np.nan, np.inf, -np.inf, -0.0])),
    (np.array([1e6, 1.0]), np.array([1e6, 1.5])),  # a share of the largest
]


@pytest.mark.parametrize(("expected", "got"), SAME)
def test_the_same(expected, got):
    assert difference(expected, got) is None


DIFFERENT = [
    (1, None, "kind", ()),
    (None, 1, "kind", ()),
    (1, 1.0, "kind", ()),
    (np.array([1.0]), np.array([1]), "kind", ()),
    (Fraction(3, 2), 1.5, "kind", ()),
    (1.5, Fraction(3, 2), "kind", ()),
    (Fraction(2, 1), 2, "kind", ()),
    (Fraction(3, 2), Fraction(5, 2), "value", ()),
    (True, 1, "kind", ()),
    (np.array([True, False]), np.array([1, 0]), "kind", ()),
    (np.array([1.0]), np.array([1.0 + 0j]), "kind", ()),
    (np.array([1.0]), np.array([1.0], object), "kind", ()),
    (np.array([1.0]), "x", "kind", ()),
    (np.array([1.0]), [np.ones(1)], "shape", ()),
    (np.ones((2, 2)), [np.ones(2), np.ones(3)], "kind", ()),
    ([np.ones(1)], np.float64(1), "kind", ()),
    ({"a": 1}, [1], "kind", ()),
    (np.ones(1), {"a": 1}, "kind", ()),
    (np.ones((2, 3)), np.ones((3, 2)), "shape", ()),
    (np.ones((2, 1)), np.ones(2), "shape", ()),
    (1.0, np.ones(1), "shape", ()),
    ([np.ones(2), np.ones(3)], [np.ones(2), np.ones(2)], "shape", (1,)),
    ([np.ones(2), np.ones(3)], [np.ones(2)], "length", ()),
    ([], [1.0], "length", ()),
    ({"a": 1}, {"b": 1}, "length", ()),
    ("a", "b", "value", ()),
    (3, 4, "value", ()),
    (1.0, 1.0001, "value", ()),
    (0.0, 1e-30, "value", ()),
    (1.0, np.nan, "value", ()),
    (np.nan, 1.0, "value", ()),
    (np.inf, -np.inf, "value", ()),
    (np.array([[1, 2], [3, 4]]), np.array([[1, 2], [4, 3]]), "value", (1, 0)),
    ({"a": [np.ones(2), 1.0]}, {"a": [np.array([1.0, 2.0]), 1.0]}, "value", ("a", 0, 1)),
]


@pytest.mark.parametrize(("expected", "got", "what", "where"), DIFFERENT)
def test_the_first_difference(expected, got, what, where):
    found = difference(expected, got)
    assert (found.what, found.where) == (what, where)


def test_the_tolerance_is_a_share_of_the_largest_expected():
    expected = np.array([100.0, 0.0])
    assert difference(expected, expected + 0.9e-4) is None
    assert difference(expected, expected + 1.1e-4).where == (0,)
    assert difference(expected, expected + 0.9, tolerance=1e-2) is None
    assert difference(2.0, 3.0, tolerance=0.5) is None  # the share itself is near enough
    assert difference(expected, expected + 1e-9, tolerance=0).where == (0,)
    assert difference(np.array([np.inf, 1.0]), np.array([np.inf, 1.1])).where == (1,)


def test_whole_numbers_and_floats_can_count_as_one_kind():
    assert difference(2, 2.0, strict=False) is None and difference(2.0, 2, strict=False) is None
    assert difference(np.array([1, 2]), [1.0, 2.5], strict=False).where == (1,)
    assert difference(1, True, strict=False).what == difference(True, 1.0, strict=False).what
    assert difference(1, "1", strict=False).what == "kind"


@pytest.mark.parametrize("kind", [bool, int, float])
def test_an_empty_list_is_of_no_kind(kind):
    assert difference(np.zeros(0, kind), []) is None
    assert difference(np.zeros((0, 3), kind), []).what == "shape"
    assert (difference(np.zeros(0, kind), np.zeros(0)) is None) == (kind is float)


def test_whole_numbers_in_lists_of_python_are_as_good_as_floats():
    """`[max(x, 0) for x in w]` holds whole numbers only where no x is above 0."""
    assert difference(np.zeros((2, 1)), [[0], [0]]) is None
    assert difference(np.zeros(2), [0, 1]).where == (1,)
    assert difference(np.zeros(2), np.zeros(2, int)).what == "kind"
    assert difference(np.zeros((1, 2)), [np.zeros(2, int)]).what == "kind"
    assert difference(np.zeros(2), [False, False]).what == "kind"
    assert difference(np.zeros(2, int), [0.0, 0.0]).what == "kind"


class Equal:
    """Equal to everything."""

    def __eq__(self, other):
        return True

    __hash__ = None


def test_an_object_that_is_equal_to_everything_is_not_the_same():
    for expected in (1, 1.0, True, np.ones(2), [np.ones(2)], None, "x"):
        assert difference(expected, Equal()) is not None
        assert difference(np.array([1.0]), np.array([Equal()])) is not None


def test_results_in_words():
    assert shape_of(None) == "None"
    assert shape_of(3) == shape_of(np.int8(3)) == "a whole number"
    assert (
        shape_of(0.5) == "a float" and shape_of(True) == "a boolean" and shape_of("x") == "a text"
    )
    assert (
        shape_of([np.ones(2)]) == "a list of length 1"
        and shape_of({}) == "a dictionary of length 0"
    )
    assert shape_of(None, "zh") == "空值 None" and shape_of(Equal(), "zh") == "一个 Equal 对象"
    assert shape_of([1.0, 2.0]) == "a list of 2 floats"
    assert shape_of([[1, 2]]) == "lists (1, 2) of whole numbers"
    assert shape_of([1, 2], "zh") == "含 2 个整数的列表"
    assert shape_of(np.ones(2), "zh") == "形状 (2,) 的浮点数组" and shape_of(3, "zh") == "整数"
    assert shape_of(Equal()) == "an object of type Equal"


@pytest.mark.parametrize("digits", [None, 2])
def test_one_number_is_compared_like_an_array_of_one(digits):
    numbers = [0.0, 1.0, 1.0 + 1e-7, 1.0 + 1e-5, 1.004, 1.006, -1.0, np.inf, -np.inf, np.nan, 0, 1,
               True, 2**60, 2**60 + 1, np.float32(0.1), 0.1, np.longdouble(0.1), np.longdouble(1.1),
               np.float16(0.1), np.uint8(1), "1", "2"]  # fmt: skip
    for a, b in product(numbers, repeat=2):
        one = difference(a, b, 1e-6, False, digits)
        array = difference(np.array([a]), np.array([b]), 1e-6, False, digits)
        assert getattr(one, "what", None) == getattr(array, "what", None), (a, b)
