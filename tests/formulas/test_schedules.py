"""Schedules and thresholds, and the masks that follow from them."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from minprune.formulas.masks import (
    low_magnitude_mask,
    pruned_count,
    rank_mask,
    score_mask,
    splice_mask,
)
from minprune.formulas.schedules import (
    is_pruning_step,
    mean_threshold,
    polynomial_decay,
    splice_thresholds,
    stage_sparsities,
    std_threshold,
    threshold_for_sparsity,
)
from minprune.formulas.scores import magnitude
from minprune.formulas.structured import layer_threshold_masks

# --- polynomial_decay and is_pruning_step --------------------------------------------------------


TABLE_E51B = {  # of Zhu and Gupta's schedule from 0 to 1/2 between steps 1000 and 2000
    0: Fraction(0),
    1000: Fraction(0),
    1100: Fraction(271, 2000),
    1200: Fraction(61, 250),
    1250: Fraction(37, 128),
    1300: Fraction(657, 2000),
    1400: Fraction(49, 125),
    1500: Fraction(7, 16),
    1600: Fraction(117, 250),
    1700: Fraction(973, 2000),
    1750: Fraction(63, 128),
    1800: Fraction(62, 125),
    1900: Fraction(999, 2000),
    2000: Fraction(1, 2),
    2001: Fraction(1, 2),
    18_750: Fraction(1, 2),
}


@pytest.mark.parametrize(("step", "sparsity"), TABLE_E51B.items())
def test_polynomial_decay_of_E_5_1b(step, sparsity):
    exact = Fraction(1, 2) * (1 - (1 - Fraction(min(max(step - 1000, 0), 1000), 1000)) ** 3)
    assert sparsity == exact
    computed = polynomial_decay(step, initial=0.0, final=0.5, begin=1000, end=2000)
    assert computed == pytest.approx(float(sparsity), rel=4e-16)
    assert computed == float(sparsity) or step not in (0, 1000, 1250, 1500, 1750, 2000, 2001)


@pytest.mark.parametrize(("initial", "final"), [(0.1, 0.7), (0.3, 0.9), (0.2, 0.6), (0.7, 0.1)])
def test_polynomial_decay_ends_exactly(initial, final):
    for step in (20, 21, 10**12):
        assert polynomial_decay(step, initial, final, 10, 20) == final


def test_polynomial_decay_has_done_half_of_its_work_after_a_fifth_of_the_time():  # E-5.1b: 1206.3
    half = 1000 + 1000 * (1 - 2 ** (-1 / 3))
    assert half == pytest.approx(1206.3, abs=0.01)
    assert polynomial_decay(1206, 0, 0.5, 1000, 2000) < 0.25
    assert polynomial_decay(1207, 0, 0.5, 1000, 2000) > 0.25
    assert polynomial_decay(1500, 0, 0.5, 1000, 2000, power=1) == 0.25


def test_is_pruning_step_of_E_5_1b():  # 11 updates, both ends among them
    updates = [t for t in range(18_750) if is_pruning_step(t, 1000, 2000)]
    assert updates == [*range(1000, 2001, 100)]
    assert len(updates) == 11
    assert [t for t in range(100) if is_pruning_step(t, 3, 20, 7)] == [3, 10, 17]  # 20 is no update


# --- stage_sparsities ----------------------------------------------------------------------------


def test_masks_of_later_stages_are_nested_in_those_of_earlier_ones():
    w = np.random.default_rng(0).integers(-20, 21, (8, 9))
    for s in (stage_sparsities(0.9, 5), [polynomial_decay(t, 0, 0.9, 0, 9) for t in range(10)]):
        for mask in (lambda s: rank_mask(magnitude(w), pruned_count(72, s)), low_masks(w)):
            masks = [mask(sparsity) for sparsity in s]
            assert not any(np.any(later & ~earlier) for earlier, later in pairwise(masks))
            assert masks[0].sum() > masks[-1].sum()


def low_masks(w):
    return lambda s: low_magnitude_mask(w, s)


# --- mean_threshold, std_threshold and splice_thresholds -----------------------------------------


def test_mean_threshold_of_equal_scores_prunes_everything_where_ties_go():
    layers = [[0.5, -0.5], [[1.0]], [0.25] * 4]
    theta = mean_threshold([1.0, 1.0, 1.0])
    assert theta == 1
    assert not any(mask.any() for mask in layer_threshold_masks(layers, theta, "prune"))
    assert all(mask.all() for mask in layer_threshold_masks(layers, theta, "keep"))


def test_splice_thresholds_grow_with_c_and_with_the_scale():
    w = np.random.default_rng(1).standard_normal((5, 4))
    pairs = [splice_thresholds(w, c, 0.25) for c in (-3, -1, 0, 0.5, 2)]
    assert pairs == sorted(pairs)
    for (a, b), (a4, b4) in zip(
        pairs, [splice_thresholds(-4 * w, c, 0.25) for c in (-3, -1, 0, 0.5, 2)], strict=True
    ):
        assert (a4, b4) == (4 * a, 4 * b)
        mask = np.ones(w.shape, bool)
        np.testing.assert_array_equal(splice_mask(w, mask, a, b), abs(w) >= a)


def test_thresholds_are_computed_in_double_precision():
    w = np.full(2**12, 60_000, np.float16)  # the sum leaves the range of float16, the squares too
    w[::2] = -60_000
    assert mean_threshold(abs(w)) == 60_000
    assert std_threshold(w, 1.0) == 60_000
    assert splice_thresholds(w, 1.0, 0.5) == (30_000, 90_000)
    neighbours = np.array([1, 1 + 2**-23], np.float32)  # what lies between is no float32
    assert mean_threshold(neighbours) == 1 + 2**-24
    assert std_threshold(neighbours, 1.0) == 2**-24
    assert splice_thresholds(neighbours, 0.0, 0.0) == (1 + 2**-24, 1 + 2**-24)


# --- threshold_for_sparsity ----------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["e", "f", "d"])
@pytest.mark.parametrize("largest", [0.0, -0.5, 1.0, 0.3, 1000.0])
def test_threshold_for_sparsity_just_above_the_largest_where_all_go(dtype, largest):
    score = np.array([largest - 1, largest], dtype)
    theta = threshold_for_sparsity(score, 0.9)
    assert theta == np.nextafter(score[1], np.array(np.inf, dtype))
    assert not score_mask(score, theta, "keep").any()


def test_threshold_for_sparsity_and_rank_mask_agree_without_ties():  # C-3.2: one choice, not two
    score = np.random.default_rng(2).standard_normal((9, 11)).astype("f")
    for s in np.linspace(0, 0.99, 23):
        mask = score_mask(score, threshold_for_sparsity(score, s), "keep")
        np.testing.assert_array_equal(mask, rank_mask(score, pruned_count(score.size, s)))
