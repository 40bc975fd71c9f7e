"""From scores to a mask. THE tie rule and THE rounding rule of minprune live here.

A mask is boolean, has the shape of the weights, and True means keep.
"""

import numpy as np

from minprune.arguments import (
    at_least_zero,
    finite_array,
    finite_arrays,
    finite_number,
    fraction,
    number_array,
    one_of,
    plain_array,
    whole_number,
)
from minprune.formulas.norms import normalize
from minprune.formulas.scores import magnitude


def score_mask(score, theta, ties="keep"):
    """Mask of the entries whose score reaches a threshold. THE tie rule: documents differ in it.

        ties="keep":   m_i = 1 if s_i >= theta else 0      (prune what is smaller)
        ties="prune":  m_i = 1 if s_i >  theta else 0      (prune equality too)

    score  array of any shape; negative scores are low ones. For weights see `threshold_mask`
    theta  number, in the units of the score
    returns a boolean array, shape of score, True = keep

    Source: Han et al. 2015 [A-4.2 (ties kept), D-2.1b, D-4.1b and D-5.2a (ties pruned)].

    >>> score_mask([0.25, 0.5, 0.75], 0.5, ties="keep")
    array([False,  True,  True])
    >>> score_mask([0.25, 0.5, 0.75], 0.5, ties="prune")
    array([False, False,  True])
    """
    score = finite_array("score", score)
    with np.errstate(over="ignore"):  # a float32 cannot hold 1e300, which is above all of them
        theta = score.dtype.type(finite_number("theta", theta))  # as float32 0.3 is a stored 0.3
    one_of("ties", ties, ("keep", "prune"))
    return score >= theta if ties == "keep" else score > theta


def threshold_mask(w, theta, ties="keep"):
    """Mask of the weights whose magnitude reaches a threshold.

        m_i = 1 if |w_i| >= theta else 0          (> with ties="prune")

    w      array of any shape
    theta  threshold, >= 0, in the units of the weights
    ties   what happens at |w_i| = theta, as in `score_mask`
    returns a boolean array, shape of w, True = keep

    Without the absolute value every negative weight would be pruned.

    Source: Han et al. 2015 [A-4.2 (ties kept), D-4.1b and D-5.2a (ties pruned)].

    >>> threshold_mask([[-0.75, 0.25], [0.5, -0.5]], theta=0.5)
    array([[ True, False],
           [ True,  True]])
    """
    return score_mask(magnitude(w), at_least_zero("theta", theta), ties)


def pruned_count(n, sparsity):
    """Number of entries, of n, to prune for a sparsity. THE rounding rule.

        k = the integer nearest to sparsity * n, a half going to the even one

    n         number of entries, >= 0
    sparsity  fraction with 0 <= sparsity < 1
    returns an int from 0 to n

    The realized sparsity k / n differs from the one asked for by at most 1 / (2 n).
    Source: rounding as Python's and PyTorch's `round` [C-4.2d, E-3.1, which leave it open].

    >>> pruned_count(9, 0.5), pruned_count(10, 0.25), pruned_count(100, 0.29)
    (4, 2, 29)
    """
    return round(fraction("sparsity", sparsity) * whole_number("n", n, low=0))


def rank_mask(score, k):
    """Mask that prunes exactly the k lowest scores; among equals the lowest flat index goes first.

        m_i = 0 for the first k entries of the stable ascending order of s, 1 for the rest

    score  array of any shape
    k      how many to prune, 0 <= k <= number of entries; see `pruned_count`
    returns a boolean array, shape of score, True = keep, with exactly k entries False

    Source: [C-4.2d, E-3.1].

    >>> rank_mask([0.5, 0.25, 0.75, 0.25], 1)
    array([ True, False,  True,  True])
    """
    score = finite_array("score", score)
    return _rank_masks([score], whole_number("k", k, low=0, high=score.size))[0]


def layerwise_rank_masks(scores, sparsity):
    """One mask per layer, every layer pruned to the same sparsity.

        m_l = rank_mask(s_l, k_l),  k_l = pruned_count(n_l, sparsity)

    scores    list of arrays, one per layer
    sparsity  fraction with 0 <= sparsity < 1
    returns a list of boolean arrays, shapes of scores

    Source: per layer as in Zhu and Gupta 2017 (whose rule for ties is that of
    `low_magnitude_mask`); called "uniform" by Gale, Elsen and Hooker 2019 [A-2.2d, C-4.1].

    >>> layerwise_rank_masks([[1.0, 2.0], [3.0, 4.0]], 0.5)
    [array([False,  True]), array([False,  True])]
    """
    scores, sparsity = finite_arrays("scores", scores), fraction("sparsity", sparsity)
    return [rank_mask(s, pruned_count(s.size, sparsity)) for s in scores]


def global_rank_masks(scores, sparsity):
    """One mask per layer, from one ranking over all layers together.

        m = rank_mask((s_1, ..., s_L) laid end to end, pruned_count(n_1 + ... + n_L, sparsity))

    scores    list of arrays, one per layer, in units that can be compared between layers
    sparsity  fraction with 0 <= sparsity < 1
    returns a list of boolean arrays, shapes of scores; among ties the first layer goes first

    Source: "global magnitude pruning" in Blalock et al. 2020 [E-3.1].

    >>> global_rank_masks([[1.0, 2.0], [3.0, 4.0]], 0.5)
    [array([False, False]), array([ True,  True])]
    """
    scores, sparsity = finite_arrays("scores", scores), fraction("sparsity", sparsity)
    return _rank_masks(scores, pruned_count(sum(s.size for s in scores), sparsity))


def _rank_masks(scores, k):
    """One mask for each array, that together prune the k lowest, in linear time.

    All scores above the k-th lowest stay. Of those that equal it the last stay, as many as must.
    """
    if k == 0:
        return [np.ones(s.shape, dtype=bool) for s in scores]
    flat = [s.ravel() for s in scores]
    kth = _kth_lowest(flat, k)
    masks = [s > kth for s in flat]
    spare = sum(s.size for s in flat) - k - sum(map(np.count_nonzero, masks))
    for s, mask in zip(reversed(flat), reversed(masks), strict=True):
        for start in reversed(range(0, s.size, 1 << 14)):  # indices take eight bytes each
            if spare == 0:
                break
            equal = start + np.flatnonzero(s[start : start + (1 << 14)] == kth)[-spare:]
            mask[equal] = True
            spare -= len(equal)
    return [mask.reshape(s.shape) for mask, s in zip(masks, scores, strict=True)]


def _kth_lowest(arrays, k):
    """The k-th lowest entry of flat arrays together: all but the entries near it are only counted.

    returns an array of one entry: NumPy 1 would round a number to the dtype it is compared with
    """
    n = sum(a.size for a in arrays)
    step = n // 10_000 + 1
    sample = np.sort(np.concatenate([a[::step] for a in arrays]))
    place = k * len(sample) // n
    low, high = max(place - 300, 0), min(place + 300, len(sample) - 1)
    for pivot in (low, high) if 2 * k > n else (high, low):  # first the one that leaves less
        pivot = sample[pivot : pivot + 1]
        below, upto = (sum(np.count_nonzero(compare(a, pivot)) for a in arrays)
                       for compare in (np.less, np.less_equal))  # fmt: skip
        if below < k <= upto:  # found, and np.partition spared many equals, among which it is slow
            return pivot
        if k <= below:
            arrays = [a[a < pivot] for a in arrays]
        else:
            arrays, k = [a[a > pivot] for a in arrays], k - upto
    return np.partition(np.concatenate(arrays), k - 1)[k - 1 : k]


def apply_mask(w, mask):
    """The weights with the pruned ones set to zero; w itself is left as it is.

        w'_i = w_i if m_i else 0

    w     array of any shape
    mask  boolean array, shape of w, True = keep
    returns an array, shape and dtype of w

    Source: [A-2.1a, C-2.1b, E-2.1, E-2.3a, D-4.1b].

    >>> apply_mask([0.1, -0.3, 0.5], [False, True, True])
    array([ 0. , -0.3,  0.5])
    """
    w = number_array("w", w)
    mask = checked_mask("mask", mask, w.shape)
    # not w * mask: that makes a negative weight -0.0 and an infinite one NaN
    return np.where(mask, w, np.zeros((), dtype=w.dtype))


def threshold_prune(w, theta, ties="keep"):
    """Threshold pruning: the weights with those of small magnitude set to zero.

        w'_i = 0 if |w_i| < theta else w_i          (<= with ties="prune")

    w      array of any shape
    theta  threshold, >= 0, in the units of the weights
    ties   what happens at |w_i| = theta, as in `threshold_mask`
    returns an array, shape of w

    Source: Han et al. 2015 [A-4.2 (ties kept), D-4.1b, D-5.2a, B-3a and B-4d (ties pruned)].

    >>> threshold_prune([0.25, -0.5, 0.125], theta=0.25)
    array([ 0.25, -0.5 ,  0.  ])
    """
    return apply_mask(w, threshold_mask(w, theta, ties))


def normalized_threshold_prune(w, theta, ties="keep"):
    """Threshold pruning of the weights by their share of the norm, so that scale does not matter.

        w'_i = 0 if |f(w)_i| < theta else w_i          f(w) = w / ||w||_2

    w      array of any shape
    theta  threshold, >= 0, as a part of the norm: the same as theta ||w||_2 on w itself
    ties   what happens at equality, as in `threshold_mask`
    returns an array, shape of w

    Source: [D-4.1b, D-4.3 (ties pruned), our reading of "prune the normalized weights"].

    >>> normalized_threshold_prune([3.0, -4.0], theta=0.7)
    array([ 0., -4.])
    """
    return apply_mask(w, threshold_mask(normalize(w), theta, ties))


def low_magnitude_mask(w, sparsity):
    """The mask of `prune_low_magnitude` in TensorFlow: all ties stay, and at least one weight.

        k = max(round(n (1 - s)), 1)          m_i = 1 if |w_i| >= k-th largest |w| else 0

    w         array of any shape with at least one entry
    sparsity  fraction with 0 <= sparsity < 1
    returns a boolean array, shape of w; with ties it prunes fewer than asked for, where
    `rank_mask` prunes exactly as many

    It rounds what is kept, minprune what is pruned; a half goes to the even number in both.
    Source: Zhu and Gupta 2017, in the code of TensorFlow Model Optimization [E-5.1c].

    >>> low_magnitude_mask([0.25, -0.5, 0.25, 0.75], sparsity=0.25)
    array([ True,  True,  True,  True])
    """
    score, sparsity = magnitude(w), fraction("sparsity", sparsity)
    n = whole_number("number of entries of w", score.size, low=1)
    k = max(round(n * (1 - sparsity)), 1)
    return score >= score[rank_mask(score, n - k)].min()


def splice_mask(w, mask, a, b):
    """Dynamic network surgery: prune below a, bring back above b, leave as it is in between.

        m'_i = 0 if |w_i| < a;  m_i if a <= |w_i| < b;  1 if |w_i| >= b

    w     the dense weights, also of what is pruned: they go on learning; array of any shape
    mask  boolean array, shape of w, True = keep
    a, b  thresholds, 0 <= a <= b, in the units of the weights; the gap stops flickering
    returns a boolean array, shape of w

    Source: Guo, Yao and Chen 2016 (dynamic network surgery), eq. (3) [D-1.1d].

    >>> splice_mask([0.1, 0.3, 0.3, -0.9], [True, True, False, False], a=0.2, b=0.5)
    array([False,  True, False,  True])
    """
    score, mask = magnitude(w), checked_mask("mask", mask, np.shape(w))
    a, b = at_least_zero("a", a), at_least_zero("b", b)
    if a > b:
        raise ValueError(f"a must be at most b, got a = {a} and b = {b}")
    return score_mask(score, a) & (mask | score_mask(score, b))


def checked_mask(name, mask, shape):
    """The mask as an array; `TypeError` unless boolean, `ValueError` unless it has this shape."""
    mask = plain_array(name, mask)
    if mask.dtype != bool:
        raise TypeError(f"{name} must be boolean (True = keep), got dtype {mask.dtype}")
    if mask.shape != shape:
        raise ValueError(f"{name} must have the shape {shape}, got {mask.shape}")
    return mask
