"""Scores of units: what each of them ranks first, and how a loss is called."""

import numpy as np
import pytest

from minprune.formulas.units import (
    activation_entropy,
    apoz,
    contribution,
    geometric_median_distance,
    mean_activation,
    unit_ablation,
    unit_taylor,
)

pytestmark = pytest.mark.filterwarnings("error")


# --- mean activation, APoZ -----------------------------------------------------------------------


def test_a_unit_that_is_always_negative_is_not_dead():  # B-3f, erratum: the absolute value
    a = [[-3.0, 1.0, 0.0], [-3.0, -1.0, -0.0]]
    assert mean_activation(a).tolist() == [3, 1, 0]
    assert apoz(a).tolist() == [0, 0, 1]
    assert apoz([[1e-30], [0.0]]).tolist() == [0.5]  # tiny is not zero


# --- contribution --------------------------------------------------------------------------------


def test_high_activation_is_no_contribution_E_4_3():
    a, w_out = [[1.0, 0.1]], [[0.0], [5.0]]
    assert np.argmin(mean_activation(a)) == 1  # the activation rule removes the unit that matters
    assert contribution(a, w_out).tolist() == [0, 0.5]
    assert contribution([[1.0, -2.0], [3.0, 0.0]], [[3.0, -4.0], [0.0, 1.0]]).tolist() == [10, 1]


# --- Taylor score of units -----------------------------------------------------------------------


def test_unit_taylor_is_the_change_of_the_loss_to_first_order_A_2_6b():
    # loss of a sample sin(a v): scaling unit j by 1 - t changes it by -t a_j dL/da_j + O(t^2)
    rng = np.random.default_rng(5)
    a, v, t = rng.standard_normal((6, 3)), np.array([1.0, -0.5, 0.0]), 1e-6
    g = np.cos(a @ v)[:, None] * v
    for j in range(3):
        less = a.copy()
        less[:, j] *= 1 - t
        change = np.mean(np.abs(np.sin(less @ v) - np.sin(a @ v))) / t
        assert unit_taylor(a, g)[j] == pytest.approx(change, rel=1e-4, abs=1e-12)


# --- ablation ------------------------------------------------------------------------------------


def test_unit_ablation_silences_one_unit_at_a_time():
    seen = []
    unit_ablation(lambda keep: seen.append(keep.tolist()) or 0.0, 2)
    assert sorted(seen) == [[False, True], [True, False], [True, True]]


def test_unit_ablation_survives_a_loss_that_writes_to_its_argument():
    def careless(keep):
        total = float(keep @ np.array([1.0, 10.0, 100.0]))
        keep[:] = False
        return total

    assert unit_ablation(careless, 3).tolist() == [-1, -10, -100]


# --- entropy -------------------------------------------------------------------------------------


def test_a_unit_that_always_says_the_same_tells_nothing_A_7():
    entropy = activation_entropy([[5.0, -0.3, 0.0]] * 3)
    assert entropy.tolist() == [0, 0, 0]
    assert not np.any(np.signbit(entropy))  # 0, not -0
    assert activation_entropy([[1.0, 2.0]]).tolist() == [0, 0]  # one sample
    assert activation_entropy([[0.0], [1.0], [2.0]], bins=1).tolist() == [0]


# --- from the weights: distance to the others, scale of batch normalization ----------------------


def test_geometric_median_distance_of_float32_is_summed_in_float64():
    w = np.full((10**5, 2), 0.1, np.float32)
    w[:, 1] = 0.2
    assert geometric_median_distance(w) == pytest.approx(0.1 * np.sqrt(1e5), rel=1e-6)
    large = np.array([[0.0, 1e30]], np.float32)  # whose square no float32 can hold
    assert geometric_median_distance(large).tolist() == [np.float32(1e30)] * 2
