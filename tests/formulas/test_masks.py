"""Masks: ties in every dtype, many equal scores, memory, and rules compared."""

import tracemalloc
from fractions import Fraction
from itertools import pairwise

import naive
import numpy as np
import pytest

from minprune.formulas.masks import (
    apply_mask,
    checked_mask,
    global_rank_masks,
    layerwise_rank_masks,
    low_magnitude_mask,
    normalized_threshold_prune,
    pruned_count,
    rank_mask,
    score_mask,
    splice_mask,
    threshold_prune,
)
from minprune.formulas.schedules import polynomial_decay, threshold_for_sparsity

TIES = ["keep", "prune"]
W_D43 = [[0.1, 0.3, 0.5], [0.6, 0.7, 0.8], [0.9, 0.1, 0.3]]  # W of D-4.3


def assert_same_mask(mask, expected):
    assert mask.dtype == bool
    assert mask.shape == expected.shape
    np.testing.assert_array_equal(mask, expected)


# --- score_mask ----------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["f", "d"])
@pytest.mark.parametrize(
    ("theta", "pruned_keep", "pruned_prune"),
    [(0.0, 0, 0), (0.1, 0, 2), (0.2, 2, 2), (0.3, 2, 4), (0.9, 8, 9), (1.0, 9, 9)],
)
@pytest.mark.parametrize("number", [float, np.float64, np.array])
def test_score_mask_counts_of_table_0_1(dtype, theta, pruned_keep, pruned_prune, number):
    # in float32 0.3 is 0.30000001...: it equals theta only if theta is rounded to float32 too
    score = np.array(W_D43, dtype)
    assert np.sum(~score_mask(score, number(theta), "keep")) == pruned_keep
    assert np.sum(~score_mask(score, number(theta), "prune")) == pruned_prune


@pytest.mark.parametrize("dtype", ["f", "d"])
@pytest.mark.parametrize("theta", [2.0**-100, 2.0**-20, 1.0, 2.0**30])
def test_score_mask_tells_neighbouring_numbers_apart(theta, dtype):  # so no epsilon is at work
    score = np.nextafter(np.array(theta, dtype), np.array([0, theta, np.inf], dtype))
    assert score_mask(score, theta, "keep").tolist() == [False, True, True]
    assert score_mask(score, theta, "prune").tolist() == [False, False, True]


# --- pruned_count --------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [0, 1, 2, 7, 8, 1280, 100_352])
def test_pruned_count_is_the_nearest_and_grows_with_the_sparsity(n):
    sparsities = [i / 64 for i in range(64)] + [0.1, 0.3, 0.7, 0.9, 0.999]
    counts = [pruned_count(n, s) for s in sorted(sparsities)]
    assert counts == [naive.pruned_count(n, s) for s in sorted(sparsities)]
    assert counts == sorted(counts)
    for s, k in zip(sorted(sparsities), counts, strict=True):
        assert 0 <= k <= n
        assert abs(k - Fraction(s) * n) <= Fraction(1, 2)


# --- rank_mask -----------------------------------------------------------------------------------


def first_in_stable_order(score, k):
    """What `rank_mask` means, by sorting everything."""
    mask = np.ones(score.size, bool)
    mask[np.argsort(score, axis=None, kind="stable")[:k]] = False
    return mask.reshape(score.shape)


@pytest.mark.parametrize("values", [1, 3, 1 << 16])  # all equal, many ties, hardly any
@pytest.mark.parametrize("dtype", ["e", "f", "d", ">f4", "h"])
def test_rank_mask_is_the_stable_order_of_many_scores(dtype, values):
    rng, n = np.random.default_rng(0), 100_000
    score = (rng.integers(0, values, n) - values // 2).astype(dtype).reshape(200, 500)
    for k in (1, n // 3, n // 2, n - 1, n):
        assert_same_mask(rank_mask(score, k), first_in_stable_order(score, k))
    assert_same_mask(rank_mask(score.T, n // 3), first_in_stable_order(score.T, n // 3))
    parts = np.split(score, [1, 50, 50, 190])
    together = np.concatenate(global_rank_masks(parts, 0.7))
    assert_same_mask(together, rank_mask(score, pruned_count(n, 0.7)))


@pytest.mark.parametrize("dtype", ["e", "f", "d"])
@pytest.mark.parametrize("values", [1, 1 << 15])
def test_ranking_takes_no_more_memory_than_twice_the_scores(dtype, values):
    score = np.random.default_rng(0).integers(0, values, (1000, 300)).astype(dtype)
    rankings = [
        lambda: rank_mask(score, 150_000),
        lambda: global_rank_masks([score[:400], score[400:]], 0.5),
        lambda: low_magnitude_mask(score, 0.5),
        lambda: threshold_for_sparsity(score, 0.5),
    ]
    for ranking in rankings:
        tracemalloc.start()
        try:
            ranking()
            assert tracemalloc.get_traced_memory()[1] < 2 * score.nbytes + (1 << 20)
        finally:
            tracemalloc.stop()


# --- several layers ------------------------------------------------------------------------------

RANKINGS = [layerwise_rank_masks, global_rank_masks]


def layers(dtype="d"):
    """Scores of layers of very different sizes and scales, with many ties."""
    rng, shapes = np.random.default_rng(3), [(6, 5), (0,), (5,), (), (2, 2, 1, 3), (1,)]
    return [
        np.asarray(scale * rng.integers(0, 6, shape), dtype)
        for scale, shape in zip([1, 1, 2, 4, 0.5, 3], shapes, strict=True)
    ]


@pytest.mark.parametrize("ranking", RANKINGS)
def test_rankings_are_nested(ranking):
    masks = [ranking(layers(), s) for s in np.linspace(0, 0.99, 34)]
    for larger, smaller in pairwise(masks):
        assert not any(np.any(s & ~l) for l, s in zip(larger, smaller, strict=True))


@pytest.mark.parametrize("dtype", ["f", "d"])
def test_global_ranking_tells_neighbouring_numbers_apart(dtype):
    one = np.array([1.0], dtype)
    masks = global_rank_masks([np.nextafter(one, 2 * one), one, np.ones(1, "f")], 1 / 3)
    assert [m.item() for m in masks] == [True, False, True]


def test_only_the_layerwise_ranking_is_blind_to_the_scale_of_one_layer():
    scores = [np.array([1.0, 3.0, 5.0, 7.0]), np.array([2.0, 4.0, 6.0, 8.0])]
    scaled = [scores[0], 16 * scores[1]]
    for ranking, same in [(layerwise_rank_masks, True), (global_rank_masks, False)]:
        pairs = zip(ranking(scores, 0.5), ranking(scaled, 0.5), strict=True)
        assert all(np.array_equal(a, b) for a, b in pairs) == same
        pairs = zip(ranking(scores, 0.5), ranking([4 * s for s in scores], 0.5), strict=True)
        assert all(np.array_equal(a, b) for a, b in pairs)


# --- apply_mask ----------------------------------------------------------------------------------


@pytest.mark.parametrize("ties", TIES)
def test_pruning_by_magnitude_twice_is_pruning_once(ties):
    once = threshold_prune(W_D43, 0.3, ties)
    np.testing.assert_array_equal(threshold_prune(once, 0.3, ties), once)


def test_apply_mask_writes_zero_even_where_a_product_would_not():  # A-2.1a: inf * 0 is nan
    assert apply_mask([np.inf, -np.inf, 2.0], [False, False, True]).tolist() == [0, 0, 2]


def test_checked_mask_returns_the_mask():
    assert_same_mask(checked_mask("mask", [[True, False]], (1, 2)), np.array([[True, False]]))


def test_pruned_count_computes_in_double_precision_whatever_the_kind_of_the_sparsity():
    assert pruned_count(100_000, np.float16(0.5)) == 50_000
    assert pruned_count(123_456_789, np.float32(0.5)) == round(123_456_789 / 2)


# --- threshold_prune and normalized_threshold_prune ----------------------------------------------


@pytest.mark.parametrize("dtype", ["f", "d"])
@pytest.mark.parametrize(
    ("theta", "ties", "kept"),
    [
        (0.2, "keep", [[0, 0.3, 0.5], [0.6, 0.7, 0.8], [0.9, 0, 0.3]]),
        (0.3, "keep", [[0, 0.3, 0.5], [0.6, 0.7, 0.8], [0.9, 0, 0.3]]),
        (0.3, "prune", [[0, 0, 0.5], [0.6, 0.7, 0.8], [0.9, 0, 0]]),
        (0.9, "keep", [[0, 0, 0], [0, 0, 0], [0.9, 0, 0]]),
        (0.9, "prune", [[0, 0, 0], [0, 0, 0], [0, 0, 0]]),  # what D-4.3 prints for theta = 0.2
    ],
)
def test_threshold_prune_of_A_4_2_and_D_4_3(dtype, theta, ties, kept):
    for sign in (1, -1):
        pruned = threshold_prune(sign * np.array(W_D43, dtype), theta, ties)
        np.testing.assert_array_equal(pruned, sign * np.array(kept, dtype))


def test_normalized_threshold_prune_of_D_4_3():
    pruned = normalized_threshold_prune(W_D43, 0.2)
    assert pruned.tolist() == [[0, 0, 0.5], [0.6, 0.7, 0.8], [0.9, 0, 0]]
    norm = np.sqrt(11) / 2  # D-4.3: the sum of squares is 11/4
    assert 0.2 * norm == pytest.approx(0.33166247903554, rel=1e-14)
    np.testing.assert_array_equal(pruned, threshold_prune(W_D43, 0.2 * norm, "prune"))
    raw = normalized_threshold_prune(W_D43, 0.12060453783110546)  # is theta = 0.2 on W itself
    np.testing.assert_array_equal(raw, threshold_prune(W_D43, 0.2, "prune"))
    assert np.count_nonzero(normalized_threshold_prune(W_D43, 0.542)) == 1
    assert np.count_nonzero(normalized_threshold_prune(W_D43, 0.543)) == 0  # 0.54272..


@pytest.mark.parametrize("dtype", ["f", "d", "l"])
def test_normalized_threshold_prune_at_equality(dtype):
    w = np.array([3, -4], dtype)  # f(w) = (0.6, -0.8)
    assert normalized_threshold_prune(w, 0.6, "keep").tolist() == [3, -4]
    assert normalized_threshold_prune(w, 0.6, "prune").tolist() == [0, -4]
    assert normalized_threshold_prune(w, 0.8, "keep").tolist() == [0, -4]
    assert normalized_threshold_prune(w, 0.8, "prune").tolist() == [0, 0]
    assert normalized_threshold_prune(w[:1], 1, "keep").tolist() == [3]
    assert normalized_threshold_prune(w[:1], 1, "prune").tolist() == [0]


@pytest.mark.parametrize("dtype", ["f", "d"])
@pytest.mark.parametrize("ties", TIES)
def test_normalized_threshold_prune_does_not_see_the_scale(dtype, ties):
    w = np.random.default_rng(4).standard_normal((5, 7)).astype(dtype)
    pruned = normalized_threshold_prune(w, 0.125, ties)
    assert 0 < np.count_nonzero(pruned) < w.size
    for c in (2.0**-70, 0.25, -4.0, 2.0**70):  # the squares would leave the range of float32
        scaled = normalized_threshold_prune(w * w.dtype.type(c), 0.125, ties)
        np.testing.assert_array_equal(scaled, pruned * w.dtype.type(c))


# --- low_magnitude_mask --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("n", "sparsity", "kept"),
    [
        *[(9, 0.5, 4), (3, 0.5, 2), (5, 0.5, 2), (10, 0.25, 8), (14, 0.25, 10), (2, 0.9, 1)],
        *[(3, 0.999, 1), (1, 0, 1), (1, 0.5, 1), (1, 0.999, 1), (8, 0, 8), (1000, 0.9996, 1)],
    ],
)
def test_low_magnitude_mask_rounds_what_is_kept(n, sparsity, kept):  # halves to even, at least one
    w = np.random.default_rng(n).permutation(n) - 0.25  # no two equal, one negative
    mask = low_magnitude_mask(w, sparsity)
    assert mask.sum() == kept
    assert abs(w[mask]).min() >= np.delete(abs(w), np.flatnonzero(mask)).max(initial=0)


def test_low_magnitude_masks_of_E_5_1b():  # at the eleven updates of the schedule
    counts = [
        [100_352, 86_754, 75_866, 67_386, 61_014, 56_448, 53_387, 51_531, 50_577, 50_226, 50_176],
        [1280, 1107, 968, 860, 778, 720, 681, 657, 645, 641, 640],
    ]
    for kept in counts:
        w = np.random.default_rng(0).permutation(kept[0]) + 1.0
        sparsities = [polynomial_decay(t, 0.0, 0.5, 1000, 2000) for t in range(1000, 2001, 100)]
        masks = [low_magnitude_mask(w, s) for s in sparsities]
        assert [int(m.sum()) for m in masks] == kept
        assert not any(np.any(later & ~earlier) for earlier, later in pairwise(masks))  # nested


# --- splice_mask ---------------------------------------------------------------------------------


def test_a_spliced_weight_flickers_only_outside_of_the_gap():
    mask, states = np.array([True]), []
    for w in [0.5, 0.4, 0.3, 0.2, 0.3, 0.4, 0.6, 0.4, 0.3]:
        mask = splice_mask([w], mask, a=0.25, b=0.5)
        states.append(bool(mask[0]))
    assert states == [True, True, True, False, False, False, True, True, True]
