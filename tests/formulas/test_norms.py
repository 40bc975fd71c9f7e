"""Norms: sums in float64, extremes, and norms that rank differently."""

import numpy as np
import pytest

from minprune.formulas.norms import (
    l1_norm,
    l2_norm,
    normalize,
    relative_magnitude,
    unit_l1,
    unit_l2,
)

pytestmark = pytest.mark.filterwarnings("error")

NORMS = [l1_norm, l2_norm]
SCALINGS = [normalize, relative_magnitude]
W_D43 = np.array([[0.1, 0.3, 0.5], [0.6, 0.7, 0.8], [0.9, 0.1, 0.3]])  # W of D-4.3


# --- whole arrays --------------------------------------------------------------------------------


def test_l1_and_l2_agree_on_one_weight_and_differ_on_groups_A_3_2_3():
    assert l1_norm(-0.75) == l2_norm(-0.75) == 0.75
    assert (l1_norm([3.0, 3.0]), l1_norm([0.0, 5.0])) == (6, 5)
    assert l2_norm([3.0, 3.0]) == pytest.approx(4.242640687119285, rel=1e-15)
    assert l2_norm([0.0, 5.0]) == 5


@pytest.mark.parametrize("norm", NORMS)
def test_norm_sums_in_float64(norm):
    rng = np.random.default_rng(2)
    w = rng.uniform(0.5, 1, (1000, 101)).astype(np.float32)
    assert norm(w) == pytest.approx(norm(w.astype(np.float64)), rel=1e-13)
    assert norm(np.full((100, 100), 300.0, np.float16)) == {l1_norm: 3e6, l2_norm: 3e4}[norm]
    assert norm(np.array([-128], np.int8)) == 128  # abs and square overflow in int8
    assert norm(np.array([2.0**100], np.float32)) == 2.0**100  # the square overflows in float32


# --- scaling -------------------------------------------------------------------------------------


def test_the_threshold_on_normalized_weights_is_one_on_weights():  # D-4.1b, the equivalence
    above, theta = normalize(W_D43) > 0.2, 0.2 * l2_norm(W_D43)
    assert above.tolist() == [[False, False, True], [True, True, True], [True, False, False]]
    np.testing.assert_array_equal(above, theta < W_D43)
    assert theta == pytest.approx(0.33166247903554, rel=1e-13)
    np.testing.assert_array_equal(normalize(W_D43) > 0.2 / l2_norm(W_D43), W_D43 > 0.2)
    assert 0.2 / l2_norm(W_D43) == pytest.approx(0.12060453783110546, rel=1e-13)


@pytest.mark.parametrize("scaling", SCALINGS)
@pytest.mark.parametrize("tiny", [1e-5, 1e-30, 1e-100])
def test_small_is_not_zero(scaling, tiny):
    np.testing.assert_allclose(scaling([tiny, 0.0]), [1, 0], rtol=1e-15)


# --- units ---------------------------------------------------------------------------------------


def test_unit_l1_and_l2_order_units_differently():  # for groups
    W = [[3.0, 0.0], [-3.0, -5.0]]
    assert unit_l1(W).tolist() == [6, 5]
    assert unit_l2(W) == pytest.approx([4.242640687119285, 5], rel=1e-15)


def test_unit_l2_of_very_large_and_very_small_units():
    assert unit_l2([[3e200, 3e-200, 0.0], [4e200, 4e-200, 0.0]]) == pytest.approx(
        [5e200, 5e-200, 0], rel=1e-15
    )
    assert unit_l2(np.zeros((0, 2))).tolist() == [0, 0] and unit_l2(np.zeros((2, 0))).size == 0


@pytest.mark.parametrize(("unit_norm", "value"), [(unit_l1, 2.0**20), (unit_l2, 2.0**10)])
def test_unit_norm_sums_in_float64(unit_norm, value):
    w = np.full((2**20, 2), 1 + 2.0**-20, np.float32)  # row after row, float32 loses the small part
    exact = value * (1 + 2.0**-20)
    assert unit_norm(w).tolist() == [float(np.float32(exact))] * 2
    assert unit_norm(np.full((2, 1), 6e4, np.float16)).dtype == np.float32  # float16 ends at 65504
    assert np.isfinite(unit_norm(np.full((2, 1), 6e4, np.float16))).all()
    assert unit_l2(np.array([[300.0], [400.0]], np.float16)).tolist() == [500]  # 90000 overflows
    assert unit_norm(np.array([[-128], [0]], np.int8)).tolist() == [128]
