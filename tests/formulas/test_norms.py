"""Norms: the naive twin, hand numbers, properties, and what is refused."""

import math
from fractions import Fraction

import naive
import numpy as np
import pytest

from minprune.formulas.norms import (
    l1_norm,
    l2_norm,
    normalize,
    relative_magnitude,
    spectral_norm,
    unit_l1,
    unit_l2,
)

pytestmark = pytest.mark.filterwarnings("error")

NORMS = [l1_norm, l2_norm]
SCALINGS = [normalize, relative_magnitude]
UNITS = [unit_l1, unit_l2]
W_D43 = np.array([[0.1, 0.3, 0.5], [0.6, 0.7, 0.8], [0.9, 0.1, 0.3]])  # W of D-4.3
A44 = np.array(  # h_1, h_2, h_3 of
    [
        [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]],
        [[0.7, 0.8, 0.9], [0.1, 0.2, 0.3]],
        [[0.4, 0.5, 0.6], [0.7, 0.8, 0.9]],
    ]
)


def rtol(array):
    """A few roundings of the dtype of the array: sums run in float64 whatever it is."""
    return 4 * np.finfo(array.dtype if array.dtype.kind == "f" else float).eps


def layouts(ndim):
    """One array of numbers in every layout that NumPy has, none contiguous in C order."""
    w = np.random.default_rng(1).standard_normal((6, 4, 8)[:ndim])
    yield w.T if ndim > 1 else w[::3]
    yield w[::2][..., ::-1]
    yield np.asfortranarray(w)[::-1]


# --- whole arrays --------------------------------------------------------------------------------


@pytest.mark.parametrize("norm", [*NORMS, *SCALINGS])
@pytest.mark.parametrize("ndim", [1, 2, 3])
def test_norm_and_scaling_do_not_see_the_layout(norm, ndim):
    for w in layouts(ndim):
        np.testing.assert_allclose(norm(w), getattr(naive, norm.__name__)(w), rtol=1e-13)


def test_norms_of_D_4_3():
    squares = sum(Fraction(int(10 * v + 0.5), 10) ** 2 for v in W_D43.flat)
    assert squares == Fraction(11, 4)  # exactly; printed: 2.75
    assert l2_norm(W_D43) == pytest.approx(math.sqrt(11) / 2, rel=1e-15)
    assert l2_norm(W_D43) == pytest.approx(1.6583123951777, rel=1e-13)  # printed: 1.66
    assert l1_norm(W_D43) == pytest.approx(4.3, rel=1e-15)
    assert spectral_norm(W_D43) == pytest.approx(1.531890945111905, rel=1e-14)  # D-4.2a


def test_the_l1_norm_is_not_the_induced_one_C_4_2a():
    assert np.linalg.norm(W_D43, 1) == pytest.approx(1.6)  # the largest column sum
    assert l1_norm(W_D43) == pytest.approx(4.3)


def test_norms_of_A_4_4():
    assert [l1_norm(h) for h in A44] == pytest.approx([2.1, 3.0, 3.9], rel=1e-15)
    assert [l2_norm(h) for h in A44] == pytest.approx(
        [0.9539392014169457, 1.4422205101855958, 1.6462077633154328], rel=1e-14
    )
    assert l1_norm(A44) == pytest.approx(9, rel=1e-15)
    assert l2_norm(A44) ** 2 == pytest.approx(5.7, rel=1e-14)


def test_l1_and_l2_agree_on_one_weight_and_differ_on_groups_A_3_2_3():
    assert l1_norm(-0.75) == l2_norm(-0.75) == 0.75
    assert (l1_norm([3.0, 3.0]), l1_norm([0.0, 5.0])) == (6, 5)
    assert l2_norm([3.0, 3.0]) == pytest.approx(4.242640687119285, rel=1e-15)
    assert l2_norm([0.0, 5.0]) == 5


@pytest.mark.parametrize("norm", NORMS)
def test_norm_is_a_norm(norm, w):
    assert norm(np.zeros_like(w)) == 0
    assert norm(-w) == norm(w)
    assert norm(4 * w) == 4 * norm(w)
    assert norm(w + 0.25) <= norm(w) + norm(np.full(w.shape, 0.25)) + 1e-6
    assert (norm(w) > 0) == bool(np.any(w != 0))


def test_l2_is_at_most_l1_and_l1_at_most_root_n_times_l2(w):
    assert l2_norm(w) <= l1_norm(w) * (1 + 1e-15)
    assert l1_norm(w) <= math.sqrt(w.size) * l2_norm(w) * (1 + 1e-15)


@pytest.mark.parametrize("norm", NORMS)
def test_norm_sums_in_float64(norm):
    rng = np.random.default_rng(2)
    w = rng.uniform(0.5, 1, (1000, 101)).astype(np.float32)
    assert norm(w) == pytest.approx(norm(w.astype(np.float64)), rel=1e-13)
    assert norm(np.full((100, 100), 300.0, np.float16)) == {l1_norm: 3e6, l2_norm: 3e4}[norm]
    assert norm(np.array([-128], np.int8)) == 128  # abs and square overflow in int8
    assert norm(np.array([2.0**100], np.float32)) == 2.0**100  # the square overflows in float32


# --- spectral norm -------------------------------------------------------------------------------


def test_spectral_norm_by_hand():
    assert spectral_norm([[3.0, 0.0], [0.0, -4.0]]) == pytest.approx(4, rel=1e-14)
    assert spectral_norm([[1.0, 1.0], [0.0, 1.0]]) == pytest.approx((1 + math.sqrt(5)) / 2)
    assert spectral_norm(np.ones((4, 9))) == pytest.approx(6, rel=1e-14)  # rank 1: as l2_norm
    assert spectral_norm([[0.6, -0.8], [0.8, 0.6]]) == pytest.approx(1, rel=1e-14)  # a turn
    assert spectral_norm(np.zeros((2, 3))) == 0


def test_spectral_norm_is_the_most_a_vector_is_stretched():
    # the definition, by trying: directions all round the circle
    W = np.random.default_rng(4).standard_normal((5, 2))
    angle = np.linspace(0, np.pi, 20_001)
    stretched = np.linalg.norm(W @ [np.cos(angle), np.sin(angle)], axis=0)
    assert stretched.max() <= spectral_norm(W) * (1 + 1e-15)
    assert stretched.max() == pytest.approx(spectral_norm(W), rel=1e-7)


@pytest.mark.parametrize("rank", [1, 2, 4])
def test_spectral_norm_is_at_most_l2_and_at_least_that_over_root_rank(rank):  # D-4.2a
    rng = np.random.default_rng(rank)
    W = rng.standard_normal((6, rank)) @ rng.standard_normal((rank, 5))
    assert spectral_norm(W) <= l2_norm(W) * (1 + 1e-14)
    assert l2_norm(W) <= math.sqrt(rank) * spectral_norm(W) * (1 + 1e-14)


# --- scaling -------------------------------------------------------------------------------------


def test_normalize_of_D_4_3():  # printed with two digits
    assert normalize(W_D43).tolist() == pytest.approx(
        [
            pytest.approx([0.0603022689155527, 0.1809068067466582, 0.3015113445777636]),
            pytest.approx([0.3618136134933163, 0.422115882408869, 0.4824181513244218]),
            pytest.approx([0.5427204202399746, 0.0603022689155527, 0.1809068067466582]),
        ]
    )
    assert normalize(W_D43).round(2).tolist() == [
        [0.06, 0.18, 0.30],
        [0.36, 0.42, 0.48],
        [0.54, 0.06, 0.18],
    ]


def test_normalize_keeps_signs_so_entries_are_not_in_0_1():  # D-4.1a, erratum
    assert normalize([3.0, -4.0]) == pytest.approx([0.6, -0.8], rel=1e-15)
    assert normalize([0.0, -0.25, 0.0]).tolist() == [0, -1, 0]  # 1 in size if it stands alone
    assert relative_magnitude([3.0, -4.0]).tolist() == [0.75, 1]


def test_the_threshold_on_normalized_weights_is_one_on_weights():  # D-4.1b, the equivalence
    above, theta = normalize(W_D43) > 0.2, 0.2 * l2_norm(W_D43)
    assert above.tolist() == [[False, False, True], [True, True, True], [True, False, False]]
    np.testing.assert_array_equal(above, theta < W_D43)
    assert theta == pytest.approx(0.33166247903554, rel=1e-13)
    np.testing.assert_array_equal(normalize(W_D43) > 0.2 / l2_norm(W_D43), W_D43 > 0.2)
    assert 0.2 / l2_norm(W_D43) == pytest.approx(0.12060453783110546, rel=1e-13)


def test_normalize_gives_unit_norm_and_forgets_the_scale(w):
    f = normalize(w)
    assert l2_norm(f) == pytest.approx(1 if np.any(w) else 0, rel=1e-6)
    assert np.all(np.sign(f) == np.sign(w)) and np.all(np.abs(f) <= 1)
    np.testing.assert_array_equal(normalize(4 * w), f)
    np.testing.assert_array_equal(normalize(-w), -f)
    np.testing.assert_allclose(normalize(f), f, rtol=rtol(w))


def test_relative_magnitude_reaches_one_and_forgets_scale_and_sign(w):
    s = relative_magnitude(w)
    assert np.all(s >= 0) and np.all(s <= 1)
    assert not np.any(w) or s.max() == 1
    np.testing.assert_array_equal(relative_magnitude(-4 * w), s)
    np.testing.assert_array_equal(relative_magnitude(s), s)


@pytest.mark.parametrize("scaling", SCALINGS)
@pytest.mark.parametrize("shape", [(), (3,), (2, 2), (0,)])
def test_zeros_stay_zeros_in_an_array_of_their_own(scaling, shape):
    w = np.zeros(shape, np.float32)
    scaled = scaling(w)
    assert (scaled.dtype, scaled.shape) == (w.dtype, w.shape)
    assert not np.any(scaled) and not np.shares_memory(scaled, w)


@pytest.mark.parametrize("scaling", SCALINGS)
@pytest.mark.parametrize("tiny", [1e-5, 1e-30, 1e-100])
def test_small_is_not_zero(scaling, tiny):
    np.testing.assert_allclose(scaling([tiny, 0.0]), [1, 0], rtol=1e-15)


@pytest.mark.parametrize("scaling", SCALINGS)
def test_scaling_of_narrow_integers_does_not_overflow(scaling):
    assert scaling(np.array([-128], np.int8)).tolist() == [-1 if scaling is normalize else 1]


# --- units ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("unit_norm", UNITS)
@pytest.mark.parametrize("ndim", [1, 2, 3])
def test_unit_norm_does_not_see_the_layout(unit_norm, ndim):
    for w in layouts(ndim):
        twin = getattr(naive, unit_norm.__name__)
        np.testing.assert_allclose(unit_norm(w), twin(w), rtol=1e-13)
        np.testing.assert_allclose(unit_norm(w, axis=0), twin(w, 0), rtol=1e-13)


@pytest.mark.parametrize("unit_norm", UNITS)
def test_unit_norm_numbers_by_the_last_axis_unless_told(unit_norm, w):
    if w.ndim:
        np.testing.assert_array_equal(unit_norm(w), unit_norm(w, axis=-1))


def test_units_of_C_4_2a():  # W of D-4.3: columns are neurons, rows are inputs
    assert unit_l1(W_D43) == pytest.approx([1.6, 1.1, 1.6], rel=1e-15)
    assert unit_l1(W_D43, axis=0) == pytest.approx([0.9, 2.1, 1.3], rel=1e-15)


def test_columns_and_rows_of_A_4_4():
    columns = [[0.5, 0.7, 0.9], [0.8, 1.0, 1.2], [1.1, 1.3, 1.5]]
    rows = [[0.6, 1.5], [2.4, 0.6], [1.5, 2.4]]
    for h, by_column, by_row in zip(A44, columns, rows, strict=True):
        assert unit_l1(h) == pytest.approx(by_column, rel=1e-15)
        assert unit_l1(h, axis=0) == pytest.approx(by_row, rel=1e-15)


def test_filters_are_the_last_axis_A_5_2_4():  # erratum: not axes (1, 2, 3)
    K = np.zeros((3, 3, 2, 4))  # k_h, k_w, c_in, c_out
    K[..., 1], K[0, 0, 0, 2] = -0.5, 3
    assert unit_l1(K).tolist() == [0, 9, 3, 0]
    assert unit_l2(K) == pytest.approx([0, 0.5 * math.sqrt(18), 3, 0], rel=1e-15)
    np.testing.assert_array_equal(unit_l1(np.moveaxis(K, -1, 0), axis=0), unit_l1(K))
    assert unit_l1(W_D43, axis=-2) == pytest.approx([0.9, 2.1, 1.3])  # a matrix is no error


def test_units_of_a_vector_are_its_magnitudes():
    for unit_norm in UNITS:
        assert unit_norm([-3.0, 0.0, 0.5]).tolist() == [3, 0, 0.5]


def test_unit_l1_and_l2_order_units_differently():  # for groups
    W = [[3.0, 0.0], [-3.0, -5.0]]
    assert unit_l1(W).tolist() == [6, 5]
    assert unit_l2(W) == pytest.approx([4.242640687119285, 5], rel=1e-15)


def test_units_together_have_the_norm_of_the_array(w):
    for axis in range(w.ndim):
        assert l1_norm(unit_l1(w, axis)) == pytest.approx(l1_norm(w), rel=1e-6)
        assert l2_norm(unit_l2(w, axis)) == pytest.approx(l2_norm(w), rel=1e-6)


@pytest.mark.parametrize("unit_norm", UNITS)
def test_unit_norm_is_absolutely_homogeneous(unit_norm, w):
    for axis in range(w.ndim):
        np.testing.assert_array_equal(unit_norm(-4 * w, axis), 4 * unit_norm(w, axis))


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


@pytest.mark.parametrize("unit_norm", UNITS)
def test_empty_units_have_norm_zero(unit_norm):
    assert unit_norm(np.ones((0, 3))).tolist() == [0, 0, 0]
    assert unit_norm(np.ones((0, 3)), axis=0).tolist() == []
