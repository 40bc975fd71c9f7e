"""Scores of units: the naive twin, hand numbers, properties, and what is refused."""

import math

import numpy as np
import pytest

from minprune.formulas.units import (
    activation_entropy,
    apoz,
    batchnorm_scale,
    contribution,
    geometric_median_distance,
    mean_activation,
    unit_ablation,
    unit_taylor,
)

pytestmark = pytest.mark.filterwarnings("error")

B_3F = [[0, 1, 2], [0, 0, 3], [0, 2, 1], [1, 0, 1]]  # ReLU outputs of B-3f


def activations(shape, dtype="d", seed=0):
    """Read-only numbers with many zeros, and some negative ones; not contiguous in C order."""
    rng = np.random.default_rng(seed)
    a = rng.choice([0, 0, 0, 1, 1, 2, -1], shape) * rng.choice([0.25, 0.3, 1, 2], shape)
    a = np.asfortranarray(a.astype(dtype)[::-1])
    a.flags.writeable = False
    return a


# --- mean activation, APoZ -----------------------------------------------------------------------


def test_activation_scores_of_B_3f():
    score = mean_activation(B_3F)
    assert score.tolist() == [0.25, 0.75, 1.75]
    assert (score > 0.5).tolist() == [False, True, True]  # theta = 0.5 keeps units 2 and 3
    assert apoz(B_3F).tolist() == [0.75, 0.5, 0]


def test_a_unit_that_is_always_negative_is_not_dead():  # B-3f, erratum: the absolute value
    a = [[-3.0, 1.0, 0.0], [-3.0, -1.0, -0.0]]
    assert mean_activation(a).tolist() == [3, 1, 0]
    assert apoz(a).tolist() == [0, 0, 1]
    assert apoz([[1e-30], [0.0]]).tolist() == [0.5]  # tiny is not zero


@pytest.mark.parametrize("score", [mean_activation, apoz])
def test_channels_count_over_positions_too(score):
    a = activations((3, 2, 5, 4))
    np.testing.assert_allclose(score(a), score(a.reshape(30, 4)), rtol=1e-15)
    twice = np.concatenate([a, a])
    np.testing.assert_allclose(score(twice), score(a), rtol=1e-15)  # means, not sums
    np.testing.assert_array_equal(score(-a), score(a))


def test_activation_scores_and_the_scale():
    a = activations((9, 5))
    np.testing.assert_array_equal(mean_activation(4 * a), 4 * mean_activation(a))
    np.testing.assert_array_equal(apoz(4 * a), apoz(a))
    assert np.all((apoz(a) >= 0) & (apoz(a) <= 1))


# --- contribution --------------------------------------------------------------------------------


def test_high_activation_is_no_contribution_E_4_3():
    a, w_out = [[1.0, 0.1]], [[0.0], [5.0]]
    assert np.argmin(mean_activation(a)) == 1  # the activation rule removes the unit that matters
    assert contribution(a, w_out).tolist() == [0, 0.5]
    assert contribution([[1.0, -2.0], [3.0, 0.0]], [[3.0, -4.0], [0.0, 1.0]]).tolist() == [10, 1]


def test_contribution_is_blind_to_moving_a_factor_through_a_unit():
    a, w_out = activations((9, 5)), activations((5, 3), seed=2)
    scale = np.array([1, 2, 4, 0.5, 8])
    np.testing.assert_allclose(
        contribution(a * scale, w_out / scale[:, None]), contribution(a, w_out)
    )


# --- Taylor score of units -----------------------------------------------------------------------


def test_unit_taylor_takes_the_size_after_the_positions_and_before_the_samples():
    # two samples, two positions, one channel: products (1, -1) and (2, 4)
    a = np.reshape([1.0, 1.0, 2.0, 2.0], (2, 1, 2, 1))
    g = np.reshape([1.0, -1.0, 1.0, 2.0], (2, 1, 2, 1))
    assert unit_taylor(a, g).tolist() == [(0 + 3) / 2]
    np.testing.assert_array_equal(
        unit_taylor(a, g), unit_taylor(a.transpose(0, 2, 1, 3), g.transpose(0, 2, 1, 3))
    )
    assert unit_taylor(a.reshape(4, 1), g.reshape(4, 1)).tolist() == [(1 + 1 + 2 + 4) / 4]
    assert unit_taylor([[1.0], [1.0]], [[1.0], [-1.0]]).tolist() == [1]  # samples do not cancel
    assert unit_taylor(g, a).tolist() == unit_taylor(-a, g).tolist() == [1.5]


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


def test_unit_ablation_of_E_4_3():
    a, w_out = np.array([1.0, 0.1]), np.array([0.0, 5.0])

    def loss(keep):
        return (0.5 - (a * keep) @ w_out) ** 2  # the output is 0.5

    assert unit_ablation(loss, 2).tolist() == [0, 0.25]
    assert unit_ablation(lambda keep: -np.sum(keep * [1.0, -2.0]), np.int64(2)).tolist() == [1, -2]


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


def test_activation_entropy_by_hand():
    assert activation_entropy([[0.0], [1.0]], bins=2) == pytest.approx([math.log(2)], rel=1e-15)
    # range 0 .. 4 in four bins: a border belongs above, the largest to the last bin
    a = [[0.0], [1.0], [1.5], [2.0], [3.0], [4.0], [4.0], [3.5]]
    counts = [1, 2, 1, 4]
    expected = -sum(c / 8 * math.log(c / 8) for c in counts)
    assert activation_entropy(a, bins=4) == pytest.approx([expected], rel=1e-14)
    negative = activation_entropy([[-4.0], [-3.0], [-3.0], [0.0]], bins=4)  # bins 0, 1, 1, 3
    assert negative == pytest.approx([1.5 * math.log(2)], rel=1e-14)


def test_activation_entropy_bins_each_unit_by_its_own_range():
    a = np.array([[0.0, 0.0], [1.0, 100.0], [2.0, 200.0], [3.0, 300.0]])
    assert activation_entropy(a, bins=4) == pytest.approx([math.log(4)] * 2, rel=1e-14)
    np.testing.assert_array_equal(activation_entropy(8 * a - 16, bins=4), activation_entropy(a, 4))


def test_a_unit_that_always_says_the_same_tells_nothing_A_7():
    entropy = activation_entropy([[5.0, -0.3, 0.0]] * 3)
    assert entropy.tolist() == [0, 0, 0]
    assert not np.any(np.signbit(entropy))  # 0, not -0
    assert activation_entropy([[1.0, 2.0]]).tolist() == [0, 0]  # one sample
    assert activation_entropy([[0.0], [1.0], [2.0]], bins=1).tolist() == [0]


@pytest.mark.parametrize("bins", [1, 2, 3, 10])
def test_activation_entropy_is_at_most_log_bins(bins):
    a = np.random.default_rng(6).standard_normal((200, 3))
    assert np.all(activation_entropy(a, bins) <= math.log(bins) + 1e-12)
    assert np.all(activation_entropy(a, bins) >= 0)
    even = np.repeat(np.arange(bins), 7)[:, None]  # as many in every bin
    assert activation_entropy(even, bins) == pytest.approx([math.log(bins)], abs=1e-13)


def test_activation_entropy_takes_ten_bins_unless_told():
    a = np.random.default_rng(7).random((50, 4))
    np.testing.assert_array_equal(activation_entropy(a), activation_entropy(a, 10))
    assert not np.allclose(activation_entropy(a), activation_entropy(a, 9))


# --- what is refused everywhere ------------------------------------------------------------------

ALL = {
    "mean_activation": mean_activation,
    "apoz": apoz,
    "contribution": lambda a: contribution(a, np.ones((np.shape(a)[-1] if np.ndim(a) else 1, 2))),
    "unit_taylor": lambda a: unit_taylor(a, np.ones(np.shape(a))),
    "activation_entropy": activation_entropy,
}


@pytest.mark.parametrize("case", ALL)
def test_narrow_integers_do_not_overflow(case):
    a = np.array([[-128, 3], [127, 100]], np.int8)
    np.testing.assert_array_equal(ALL[case](a), ALL[case](a.astype(float)))


@pytest.mark.parametrize("case", ALL)
def test_activations_stay_as_they_are(case):
    a = np.array(B_3F, float)
    ALL[case](a)
    np.testing.assert_array_equal(a, B_3F)


# --- from the weights: distance to the others, scale of batch normalization ----------------------


def test_geometric_median_distance_by_hand():
    w = np.array([[0.0, 3.0, 3.0, 0.0], [0.0, 4.0, 4.0, 0.0]])  # units (0, 0) and (3, 4), twice
    assert geometric_median_distance(w).tolist() == [10, 10, 10, 10]
    assert geometric_median_distance(w, axis=0).tolist() == [np.sqrt(2)] * 2
    # the filter of the smallest norm stands apart; the one in the middle goes first
    assert geometric_median_distance([[0.1, 5.0, 5.0, 6.0]]).argmin() == 1
    assert geometric_median_distance([[0.1, 5.0, 5.0, 6.0]]) == pytest.approx([15.7, 5.9, 5.9, 7.9])
    assert geometric_median_distance([7.0]).tolist() == [0]


def test_geometric_median_distance_knows_no_place_and_no_sign():
    w = np.random.default_rng(0).standard_normal((3, 3, 2, 5))
    score = geometric_median_distance(w)
    order = [3, 0, 4, 1, 2]
    np.testing.assert_allclose(geometric_median_distance(w[..., order]), score[order], rtol=1e-14)
    np.testing.assert_allclose(geometric_median_distance(w + 3), score, rtol=1e-12)
    np.testing.assert_allclose(geometric_median_distance(-4 * w), 4 * score, rtol=1e-14)
    np.testing.assert_allclose(geometric_median_distance(w.reshape(18, 5)), score, rtol=1e-14)


def test_geometric_median_distance_of_float32_is_summed_in_float64():
    w = np.full((10**5, 2), 0.1, np.float32)
    w[:, 1] = 0.2
    assert geometric_median_distance(w) == pytest.approx(0.1 * np.sqrt(1e5), rel=1e-6)
    large = np.array([[0.0, 1e30]], np.float32)  # whose square no float32 can hold
    assert geometric_median_distance(large).tolist() == [np.float32(1e30)] * 2


def test_batchnorm_scale_by_hand():
    scale = batchnorm_scale([0.5, -2.0, -0.0, 0.0])
    assert scale.tolist() == [0.5, 2, 0, 0] and not np.signbit(scale).any()
    for gamma, error in (([np.nan], ValueError), (["a"], TypeError)):
        with pytest.raises(error, match="gamma must be"):
            batchnorm_scale(gamma)
