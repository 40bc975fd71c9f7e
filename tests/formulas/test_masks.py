"""Masks: the naive twin, hand numbers, properties, edges, and what is refused."""

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
    threshold_mask,
    threshold_prune,
)
from minprune.formulas.schedules import polynomial_decay, threshold_for_sparsity
from minprune.formulas.scores import magnitude

TIES = ["keep", "prune"]
W_D43 = [[0.1, 0.3, 0.5], [0.6, 0.7, 0.8], [0.9, 0.1, 0.3]]  # W of D-4.3
A44 = [  # h_1, h_2, h_3 of
    [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]],
    [[0.7, 0.8, 0.9], [0.1, 0.2, 0.3]],
    [[0.4, 0.5, 0.6], [0.7, 0.8, 0.9]],
]


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


def test_score_mask_of_D_4_3():
    assert score_mask(W_D43, 0.2, "prune").astype(int).tolist() == [
        [0, 1, 1],
        [1, 1, 1],
        [1, 0, 1],
    ]


@pytest.mark.parametrize(
    ("theta", "ties"), [(0.7, "keep"), (0.65, "keep"), (0.6, "prune"), (0.65, "prune")]
)
def test_score_mask_gives_the_printed_matrices_of_A_4_4(theta, ties):
    masks = [score_mask(h, theta, ties).astype(int).tolist() for h in A44]
    assert masks == [[[0] * 3, [0] * 3], [[1] * 3, [0] * 3], [[0] * 3, [1] * 3]]


def test_score_mask_at_theta_zero():  # table 0.1: "keep" prunes nothing, "prune" the zeros
    score = magnitude([-0.0, 0.0, -0.5])
    assert score_mask(score, 0, ties="keep").tolist() == [True, True, True]
    assert score_mask(score, 0, ties="prune").tolist() == [False, False, True]


def test_score_mask_keeps_ties_unless_told():
    assert score_mask([0.25, 0.5, 0.75], 0.5).tolist() == [False, True, True]


@pytest.mark.parametrize("dtype", ["f", "d"])
@pytest.mark.parametrize("theta", [2.0**-100, 2.0**-20, 1.0, 2.0**30])
def test_score_mask_tells_neighbouring_numbers_apart(theta, dtype):  # so no epsilon is at work
    score = np.nextafter(np.array(theta, dtype), np.array([0, theta, np.inf], dtype))
    assert score_mask(score, theta, "keep").tolist() == [False, True, True]
    assert score_mask(score, theta, "prune").tolist() == [False, False, True]


def test_score_mask_drops_with_theta_and_differs_by_the_ties_only(w):
    thetas = [-1, 0, 0.25, 0.5, 1, 2]
    masks = [score_mask(w, theta, ties) for theta in thetas for ties in TIES]
    for larger, smaller in pairwise(masks):
        assert not np.any(smaller & ~larger)  # nested
    for theta, keep, prune in zip(thetas, masks[::2], masks[1::2], strict=True):
        np.testing.assert_array_equal(keep & ~prune, w == theta)


@pytest.mark.parametrize("ties", TIES)
def test_score_mask_does_not_see_the_scale(w, ties):
    assert_same_mask(score_mask(4 * w, 2, ties), score_mask(w, 0.5, ties))


# --- threshold_mask ------------------------------------------------------------------------------


def test_threshold_mask_of_B_3e_keeps_the_largest_weight():  # it is negative
    assert threshold_mask([[-0.9, 0.05], [0.4, -0.02]], 0.1).tolist() == [[1, 0], [1, 0]]


def test_threshold_mask_keeps_ties_unless_told():
    assert threshold_mask([-0.5, 0.25, 0.5], 0.5).tolist() == [True, False, True]
    assert not threshold_mask([-0.5, 0.25, 0.5], 0.5, ties="prune").any()


# --- pruned_count --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("n", "sparsity", "k"),
    [
        (9, 0.5, 4),  # E-5.1c: 4.5 goes to the even 4
        (9, 1 / 3, 3),  # C-4.2d
        (784 * 128, 0.5, 50_176),  # E-5.1a
        (128 * 10, 0.5, 640),  # E-5.1a
        (50_816, 0.9, 45_734),  # at 90 %
        (100, 0.29, 29),  # 0.29 * 100 = 28.999999999999996
        (10, 0.25, 2),  # 2.5: a half goes to the even one, below
        (14, 0.25, 4),  # 3.5: or above
        (1, 0.5, 0),
        (3, 0.5, 2),
        (0, 0.5, 0),
        (10, 0.0, 0),
        (10, 0, 0),
        (10, 0.999, 10),
        (10, np.nextafter(1, 0), 10),
        (np.int32(10), np.float64(0.5), 5),
    ],
)
def test_pruned_count_by_hand(n, sparsity, k):
    assert pruned_count(n, sparsity) == k
    assert type(pruned_count(n, sparsity)) is int


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


def test_rank_mask_of_C_4_2d():  # both 0.1, and of the equal 0.3 the first
    mask = rank_mask(W_D43, 3)
    assert np.flatnonzero(~mask).tolist() == [0, 1, 7]


def test_rank_mask_of_E_5_1c():  # at s = 0.5 exactly 4 of 9 go: both 0.1 and both 0.3
    mask = rank_mask(W_D43, pruned_count(9, 0.5))
    assert np.flatnonzero(~mask).tolist() == [0, 1, 7, 8]


@pytest.mark.parametrize("dtype", ["f", "d", "l", "?"])
def test_rank_mask_prunes_the_lowest_flat_index_first_among_many_equals(dtype):
    score = np.arange(1000).reshape(20, 50) % 2 == 0  # sorting keeps short runs stable by chance
    pruned = np.flatnonzero(~rank_mask(score.astype(dtype), 600))
    assert pruned.tolist() == sorted([*range(1, 1000, 2), *range(0, 200, 2)])


def test_rank_mask_goes_by_the_index_and_not_by_the_memory():
    score = np.zeros((3, 4))
    expected = np.arange(12).reshape(3, 4) >= 5
    for s in (score, np.asfortranarray(score), np.zeros((6, 8))[::-2, ::2], np.zeros((4, 3)).T):
        assert_same_mask(rank_mask(s, 5), expected)


def test_rank_mask_takes_negative_zero_for_zero():
    assert rank_mask([0.0, -0.0, 0.0], 1).tolist() == [False, True, True]


def test_rank_mask_does_not_see_the_scale(w):
    assert_same_mask(rank_mask(8 * w, w.size // 2), rank_mask(w, w.size // 2))


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


def test_rankings_by_hand():
    scores = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
    layerwise, together = layerwise_rank_masks(scores, 0.5), global_rank_masks(scores, 0.5)
    assert [m.tolist() for m in layerwise] == [[False, False, True]] * 2  # round(1.5) = 2 of each
    assert [m.tolist() for m in together] == [[False] * 3, [True] * 3]  # 3 of 6


def test_global_ranking_prunes_the_first_layer_first_among_equals():
    masks = global_rank_masks([np.ones(2), np.ones((2, 2)), np.ones(2)], 0.5)
    assert [m.ravel().tolist() for m in masks] == [
        [False, False],
        [False, False, True, True],
        [True, True],
    ]


@pytest.mark.parametrize("dtype", ["f", "d"])
def test_global_ranking_tells_neighbouring_numbers_apart(dtype):
    one = np.array([1.0], dtype)
    masks = global_rank_masks([np.nextafter(one, 2 * one), one, np.ones(1, "f")], 1 / 3)
    assert [m.item() for m in masks] == [True, False, True]


def test_layerwise_ranking_of_E_5_1a():
    rng = np.random.default_rng(0)
    masks = layerwise_rank_masks([rng.random((784, 128)), rng.random((128, 10))], 0.5)
    assert [int(np.sum(~m)) for m in masks] == [50_176, 640]


def test_only_the_layerwise_ranking_is_blind_to_the_scale_of_one_layer():
    scores = [np.array([1.0, 3.0, 5.0, 7.0]), np.array([2.0, 4.0, 6.0, 8.0])]
    scaled = [scores[0], 16 * scores[1]]
    for ranking, same in [(layerwise_rank_masks, True), (global_rank_masks, False)]:
        pairs = zip(ranking(scores, 0.5), ranking(scaled, 0.5), strict=True)
        assert all(np.array_equal(a, b) for a, b in pairs) == same
        pairs = zip(ranking(scores, 0.5), ranking([4 * s for s in scores], 0.5), strict=True)
        assert all(np.array_equal(a, b) for a, b in pairs)


@pytest.mark.parametrize("ranking", RANKINGS)
def test_rankings_of_no_layers_and_of_empty_layers(ranking):
    assert ranking([], 0.5) == []
    assert [m.shape for m in ranking([np.ones((0, 3)), np.ones(0)], 0.5)] == [(0, 3), (0,)]


# --- apply_mask ----------------------------------------------------------------------------------


def test_apply_mask_of_D_4_3():  # erratum: printed as the zero matrix, though the mask has 7 ones
    pruned = apply_mask(W_D43, threshold_mask(W_D43, 0.2, "prune"))
    assert pruned.tolist() == [[0, 0.3, 0.5], [0.6, 0.7, 0.8], [0.9, 0, 0.3]]


@pytest.mark.parametrize("ties", TIES)
def test_pruning_by_magnitude_twice_is_pruning_once(w, ties):
    once = apply_mask(w, threshold_mask(w, 0.5, ties))
    twice = apply_mask(once, threshold_mask(once, 0.5, ties))
    np.testing.assert_array_equal(once, twice)


def test_pruning_at_theta_zero_is_the_identity(w):
    np.testing.assert_array_equal(apply_mask(w, threshold_mask(w, 0)), w)


def test_apply_mask_writes_zero_even_where_a_product_would_not():  # A-2.1a: inf * 0 is nan
    assert apply_mask([np.inf, -np.inf, 2.0], [False, False, True]).tolist() == [0, 0, 2]


def test_checked_mask_returns_the_mask():
    assert_same_mask(checked_mask("mask", [[True, False]], (1, 2)), np.array([[True, False]]))


def test_pruned_count_computes_in_double_precision_whatever_the_kind_of_the_sparsity():
    assert pruned_count(100_000, np.float16(0.5)) == 50_000
    assert pruned_count(123_456_789, np.float32(0.5)) == round(123_456_789 / 2)


# --- threshold_prune and normalized_threshold_prune ----------------------------------------------

PRUNES = [threshold_prune, normalized_threshold_prune]


def assert_same_pruned(pruned, w, expected):
    assert pruned.shape == w.shape
    assert pruned.dtype == w.dtype or w.dtype.kind != "f"
    assert not np.shares_memory(pruned, w)
    np.testing.assert_array_equal(pruned, expected)


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


@pytest.mark.parametrize("ties", TIES)
def test_threshold_prune_keeps_large_negative_weights(ties):  # B-3e prunes -0.9, D-4.2b too
    pruned = threshold_prune([[-0.9, 0.05], [0.4, -0.02]], 0.1, ties)
    assert pruned.tolist() == [[-0.9, 0], [0.4, 0]]
    assert threshold_prune([-0.9, 0.05, 0.4], 0.1, ties).tolist() == [-0.9, 0, 0.4]  # B-1a


@pytest.mark.parametrize(("theta", "ties"), [(0.7, "keep"), (0.65, "keep"), (0.6, "prune")])
def test_threshold_prune_gives_the_printed_matrices_of_A_4_4(theta, ties):
    assert [threshold_prune(h, theta, ties).tolist() for h in A44] == [
        [[0] * 3, [0] * 3],
        [[0.7, 0.8, 0.9], [0] * 3],
        [[0] * 3, [0.7, 0.8, 0.9]],
    ]


def test_ties_stay_unless_told():
    assert threshold_prune([0.25, -0.5, 0.125], 0.25).tolist() == [0.25, -0.5, 0]
    assert normalized_threshold_prune([3.0, -4.0], 0.6).tolist() == [3, -4]


@pytest.mark.parametrize("ties", TIES)
@pytest.mark.parametrize("prune", PRUNES)
def test_pruned_weights_die_with_growing_theta_and_keep_their_values(prune, w, ties):
    previous = np.array(w)
    for theta in [0, 0.125, 0.25, 0.5, 1, 2]:
        pruned = prune(w, theta, ties)
        assert not np.any((pruned != 0) & (previous == 0))
        np.testing.assert_array_equal(pruned[pruned != 0], w[pruned != 0])
        previous = pruned


def test_threshold_prune_at_zero_is_the_identity_and_twice_is_once(w):
    np.testing.assert_array_equal(threshold_prune(w, 0), w)
    once = threshold_prune(w, 0.5)
    np.testing.assert_array_equal(threshold_prune(once, 0.5), once)


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


@pytest.mark.parametrize("ties", TIES)
@pytest.mark.parametrize("shape", [(), (0,), (3, 2)])
def test_normalized_threshold_prune_leaves_zeros_as_they_are(shape, ties):  # without a warning
    with np.errstate(all="raise"):
        assert_same_pruned(
            normalized_threshold_prune(np.zeros(shape), 0, ties), np.ones(shape), np.zeros(shape)
        )


# --- low_magnitude_mask --------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["f", "d"])
def test_low_magnitude_mask_of_E_5_1c(dtype):
    W = np.array(W_D43, dtype)
    assert low_magnitude_mask(W, 0.5).astype(int).tolist() == [[0, 0, 0], [1, 1, 1], [1, 0, 0]]
    third = low_magnitude_mask(W, 1 / 3)  # the 6 largest end at 0.3, which comes twice
    assert third.astype(int).tolist() == [[0, 1, 1], [1, 1, 1], [1, 0, 1]]
    assert rank_mask(W, pruned_count(9, 1 / 3)).sum() == 6 < third.sum() == 7


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


@pytest.mark.parametrize("value", [0.0, -0.5])
@pytest.mark.parametrize("sparsity", [0, 0.5, 0.999])
def test_low_magnitude_mask_keeps_everything_when_all_are_equal(value, sparsity):
    assert low_magnitude_mask(np.full((2, 3), value), sparsity).all()


# --- splice_mask ---------------------------------------------------------------------------------


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("before", [True, False])
def test_splice_mask_of_D_1_1d(before, sign):  # below, at and above a, and below, at and above b
    w = sign * np.array([0.125, 0.25, 0.375, 0.5, 0.75])
    new = splice_mask(w, np.full(5, before), a=0.25, b=0.5)
    assert new.tolist() == [False, before, before, True, True]


def test_a_spliced_weight_flickers_only_outside_of_the_gap():
    mask, states = np.array([True]), []
    for w in [0.5, 0.4, 0.3, 0.2, 0.3, 0.4, 0.6, 0.4, 0.3]:
        mask = splice_mask([w], mask, a=0.25, b=0.5)
        states.append(bool(mask[0]))
    assert states == [True, True, True, False, False, False, True, True, True]


def test_splicing_without_a_gap_forgets_the_mask(w):
    for theta in (0, 0.25, 0.5):
        expected = threshold_mask(w, theta, ties="keep")
        for before in (np.ones(w.shape, bool), np.zeros(w.shape, bool)):
            assert_same_mask(splice_mask(w, before, theta, theta), expected)
