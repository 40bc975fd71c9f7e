"""The misprints: as printed, beside the right rule."""

from fractions import Fraction

import numpy as np
import pytest

import minprune
from minprune.formulas import misprints
from minprune.formulas.masks import apply_mask, threshold_mask, threshold_prune
from minprune.formulas.metrics import pruning_rate
from minprune.formulas.misprints import (
    dropped_tensors_misprint,
    half_sum_mask_misprint,
    heaviside_misprint,
    kernel_norm_axes_misprint,
    layer_norm_mask_misprint,
    mask_as_weight_misprint,
    pruning_rate_misprint,
    signed_threshold_mask_misprint,
)
from minprune.formulas.norms import unit_l1
from minprune.formulas.structured import layer_threshold_masks, unit_threshold_mask

NAMES = sorted(name for name in vars(misprints) if name.endswith("_misprint"))
W_D43 = [[0.1, 0.3, 0.5], [0.6, 0.7, 0.8], [0.9, 0.1, 0.3]]  # W of D-4.3
W_B3E = [[-0.9, 0.05], [0.4, -0.02]]


def assert_same_mask(mask, expected):
    assert mask.dtype == bool
    assert mask.shape == expected.shape
    np.testing.assert_array_equal(mask, expected)


def test_no_misprint_can_be_had_by_accident():
    assert len(NAMES) == 8
    for name in NAMES:
        assert name not in dir(minprune)
        with pytest.raises(AttributeError):
            getattr(minprune, name)


# --- thresholds ----------------------------------------------------------------------------------


def test_signed_threshold_mask_misprint_of_B_3e_loses_the_largest_weight():
    assert signed_threshold_mask_misprint(W_B3E, 0.1).astype(int).tolist() == [[0, 0], [1, 0]]
    right = threshold_mask(W_B3E, 0.1, "prune")
    assert right.astype(int).tolist() == [[1, 0], [1, 0]]
    assert not signed_threshold_mask_misprint([-0.9], 0.2).any()  # D-4.2b


def test_signed_threshold_mask_misprint_is_right_where_no_weight_is_negative():
    for ties in ("keep", "prune"):
        mask = signed_threshold_mask_misprint(W_D43, 0.3, ties)
        assert_same_mask(mask, threshold_mask(W_D43, 0.3, ties))
        assert not signed_threshold_mask_misprint(-np.array(W_D43), 0.3, ties).any()
    assert signed_threshold_mask_misprint([0.25, 0.5], 0.25).all()


def test_mask_as_weight_misprint_of_B_3e():
    assert mask_as_weight_misprint(W_B3E, 0.1).tolist() == [[0, 0], [1, 0]]
    assert mask_as_weight_misprint([0.25, 0.5, 4.0], 0.25).tolist() == [0, 1, 1]
    assert threshold_prune([0.25, 0.5, 4.0], 0.25, "prune").tolist() == [0, 0.5, 4]
    mask = signed_threshold_mask_misprint(W_B3E, 0.1)
    assert apply_mask(W_B3E, mask).tolist() == [[0, 0], [0.4, 0]]  # p_i w_i, and not p_i


def test_heaviside_misprint_of_B_3f_answers_for_each_sample():
    a = [[0, 1, 2], [0, 0, 3], [0, 2, 1], [1, 0, 1]]
    fired = heaviside_misprint(a, 0.5)
    assert fired.tolist() == [[0, 1, 1], [0, 0, 1], [0, 1, 1], [1, 0, 1]]
    assert heaviside_misprint([-3.0, 0.5, 2.0], 0.5).tolist() == [0, 0, 1]  # equality is dead
    assert heaviside_misprint([-3.0, -1.0], -2.0).tolist() == [0, 1]  # any number may be theta


@pytest.mark.parametrize(
    ("w", "theta", "printed", "right"),
    [
        (np.full((8, 10), 0.005), 0.01, 200.0, 1.0),  # 20 000 %
        (W_B3E, 0.1, 1.4598540145985401, 0.5),
        (W_D43, 0.2, 0.46511627906976744, 2 / 9),  # 2 / 4.3
    ],
)
def test_pruning_rate_misprint_of_B_4c(w, theta, printed, right):
    rate = pruning_rate_misprint(w, theta)
    assert rate == pytest.approx(printed, rel=1e-14)
    assert pruning_rate(w, theta) == right
    assert rate == pytest.approx(right / np.mean(np.abs(w)), rel=1e-14)
    # a share would not change if weights and threshold were given in other units
    assert pruning_rate_misprint(4 * np.array(w), 4 * theta) == pytest.approx(rate / 4, rel=1e-14)


def test_pruning_rate_misprint_does_not_count_ties():
    assert pruning_rate_misprint([0.25, -0.5, 0.25], 0.5) == 2
    assert Fraction(pruning_rate_misprint([1, 3, 4], 3)) == Fraction(1, 8)


# --- norms ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["e", "f", "d"])
@pytest.mark.parametrize("n", [1, 2, 3, 4, 10, 1000])
def test_at_most_one_weight_passes_the_half_sum_test_of_C_5_2a(n, dtype):
    rng = np.random.default_rng(n)
    survivors = set()
    for trial in range(200):
        w = rng.standard_normal(n) ** (1 + 2 * (trial % 4))  # odd powers: ever longer tails
        w = w / np.abs(w).sum()  # S stays in the range of float16
        survivors.add(int(half_sum_mask_misprint(w.astype(dtype)).sum()))
    assert survivors <= {0, 1}
    assert survivors == {0, 1} or n in (1, 1000)  # it happens, and only in tiny arrays


def test_half_sum_mask_misprint_is_strict_at_both_ends():
    assert half_sum_mask_misprint([0.75, 0.25, -0.125]).tolist() == [True, False, False]
    assert half_sum_mask_misprint([-0.75, 0.25, 0.125]).tolist() == [False] * 3  # none negative
    assert half_sum_mask_misprint([0.5, 0.25, -0.25]).tolist() == [False] * 3  # w = S / 2
    assert half_sum_mask_misprint([0.5, 0.0]).tolist() == [False] * 2  # w = S
    assert half_sum_mask_misprint([[0.0, 0.0]]).tolist() == [[False] * 2]
    assert half_sum_mask_misprint([0.5, -0.25]).tolist() == [True, False]  # S = 0.75, not 0.25
    assert half_sum_mask_misprint([]).shape == (0,)


def test_layer_norm_mask_misprint_of_C_4_2c_does_not_depend_on_the_unit():
    W = np.array([[0.5, 0.0], [-0.25, 0.25]])
    assert layer_norm_mask_misprint(W, 0.75).all()
    assert unit_threshold_mask(W, 0.5).tolist() == [[True, False]] * 2
    assert layer_norm_mask_misprint(W, 0.9375).all()
    assert not layer_norm_mask_misprint(W, 1.0).any()  # equality goes
    assert not layer_norm_mask_misprint([[1, 2, 3], [4, 5, 6]], 21).any()  # with 2.1


def test_kernel_norm_axes_misprint_of_A_5_2_4_is_not_of_filters():
    K = np.zeros((3, 3, 1, 32))
    K[0, ..., :31], K[1, 0, 0, 0] = 1, -2
    assert kernel_norm_axes_misprint(K).tolist() == [93, 2, 0]  # one for each row of the window
    assert unit_l1(K).tolist() == [5] + [3] * 30 + [0]  # one for each filter
    assert kernel_norm_axes_misprint(np.ones((3, 3, 1, 32))).tolist() == [96] * 3


def test_dropped_tensors_misprint_of_A_3_2_4_can_never_prune_a_network():
    weights = [np.full((2, 3), -0.5), np.zeros(3), np.full((3, 1), 0.25), np.zeros(1)]
    rest = dropped_tensors_misprint(weights, 0.75)  # the biases, and 0.75 itself
    assert [tensor.shape for tensor in rest] == [(2, 3)]
    masks = layer_threshold_masks(weights, 0.75, "prune")
    assert [mask.shape for mask in masks] == [(2, 3), (3,), (3, 1), (1,)]
    assert [bool(mask.all()) for mask in masks] == [True, False, False, False]
    assert len(dropped_tensors_misprint(weights[::2], 0.5)) == 2  # or nothing is pruned
    assert dropped_tensors_misprint([], 0.5) == []
