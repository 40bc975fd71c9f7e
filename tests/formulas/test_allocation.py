"""Densities by shape: the naive twin, hand numbers, the total, full layers, and what is refused."""

from fractions import Fraction

import numpy as np
import pytest

from minprune.formulas.allocation import erk_densities

pytestmark = pytest.mark.filterwarnings("error")

LENET5 = [(5, 5, 1, 6), (5, 5, 6, 16), (400, 120), (120, 84), (84, 10)]
SHAPES = [
    [(784, 64), (64, 10)],
    [(784, 300), (300, 100), (100, 10)],
    LENET5,
    [(3, 3, 1, 32), (5408, 64), (64, 10)],
    [(3, 3, 3, 64), (3, 3, 64, 64), (1, 1, 64, 8), (512, 10)],
    [(7, 5)],
    [(4, 4), (4, 4), (4, 4)],
    [(1, 1), (1, 9), (40, 40)],
    [(2, 3, 4, 5), (1, 1, 1, 1)],
    [(1000, 1000), (2, 2), (3, 1), (2, 3)],
]


def sizes(shapes):
    return np.array([np.prod(shape, dtype=int) for shape in shapes])


def test_erk_by_hand():
    # (2, 6) has 12 weights and 8 units, (4, 6) 24 and 10: eps = 0.25 * 36 / 18 = 1 / 2
    assert erk_densities([(2, 6), (4, 6)], 0.25).tolist() == [0.5 * 8 / 12, 0.5 * 10 / 24]
    # kernels count: (3, 3, 1, 2) has 18 and 9, (2, 7) has 14 and 9: eps = 0.5625 * 32 / 18 = 1
    assert erk_densities([(3, 3, 1, 2), (2, 7)], 0.5625).tolist() == [9 / 18, 9 / 14]
    assert erk_densities([(7, 5)], 0.25).tolist() == [0.25]
    assert erk_densities([(5, 5)] * 3, 0.25) == pytest.approx(0.25, rel=1e-15)
    assert erk_densities([], 0.5).shape == (0,)


def test_what_a_full_layer_cannot_take_goes_to_the_others():
    # (1, 1): 1 weight, 2 units; (10, 10): 100 and 20; (20, 20): 400 and 40. Half of 501 stays
    d = erk_densities([(1, 1), (10, 10), (20, 20)], 0.5)
    assert d.tolist() == pytest.approx([1.0, 249.5 / 60 * 20 / 100, 249.5 / 60 * 40 / 400])
    # from 0.0718 on (2, 2) is full too, but only counting what (1, 1) cannot take
    shapes = [(1, 1), (2, 2), (30, 30)]
    low, high = (erk_densities(shapes, density) for density in (0.071, 0.0725))
    assert low[0] == high[0] == high[1] == 1 > low[1]
    assert high[2] == pytest.approx((0.0725 * 905 - 5) / 900)


@pytest.mark.parametrize("shapes", SHAPES, ids=str)
def test_no_layer_becomes_sparser_as_the_whole_becomes_denser(shapes):
    rows = np.array([erk_densities(shapes, density) for density in np.linspace(0.01, 1, 100)])
    assert (np.diff(rows, axis=0) >= -1e-12).all()
    np.testing.assert_allclose(rows[-1], 1, rtol=1e-12)


def test_weights_per_unit_are_equal_where_no_layer_is_full():
    d = erk_densities(LENET5[1:4], 0.05)
    assert d.max() < 1
    units = np.array([sum(shape) for shape in LENET5[1:4]])
    per_unit = d * sizes(LENET5[1:4]) / units
    np.testing.assert_allclose(per_unit, per_unit[0], rtol=1e-12)


def test_erk_takes_numbers_of_any_kind_and_shapes_as_lists():
    expected = erk_densities([(3, 4), (2, 2)], 0.5)
    for density in (np.float32(0.5), np.float64(0.5), Fraction(1, 2)):
        assert erk_densities([[3, 4], np.array([2, 2])], density).tolist() == expected.tolist()
