"""Densities by shape: how they grow with the total, and what is equal among layers."""

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


def test_erk_of_no_layers():
    assert erk_densities([], 0.5).shape == (0,)


def test_erk_takes_numbers_of_any_kind_and_shapes_as_lists():
    expected = erk_densities([(3, 4), (2, 2)], 0.5)
    for density in (np.float32(0.5), np.float64(0.5), Fraction(1, 2)):
        assert erk_densities([[3, 4], np.array([2, 2])], density).tolist() == expected.tolist()
