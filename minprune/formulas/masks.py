"""From scores to a mask. THE tie rule and THE rounding rule of minprune live here.

A mask is boolean, has the shape of the weights, and True means keep.
"""

import numpy as np

from minprune.arguments import finite_array, finite_number, fraction, one_of, whole_number


def threshold_mask(score, theta, ties="keep"):
    """Mask of the entries whose score reaches a threshold. THE tie rule: documents differ in it.

        ties="keep":   m_i = 1 if s_i >= theta else 0      (prune what is smaller)
        ties="prune":  m_i = 1 if s_i >  theta else 0      (prune equality too)

    score  array of any shape
    theta  number, in the units of the score
    returns a boolean array, shape of score, True = keep

    Source: A-4.2 (ties kept), D-4.1b and D-5.2a (ties pruned); Han et al. 2015.
    Erratum: the sentence before D-4.1b says "smaller than theta", its formula prunes equality too.

    >>> threshold_mask([0.25, 0.5, 0.75], 0.5, ties="keep")
    array([False,  True,  True])
    >>> threshold_mask([0.25, 0.5, 0.75], 0.5, ties="prune")
    array([False, False,  True])
    """
    score = finite_array("score", score)
    theta = score.dtype.type(finite_number("theta", theta))  # 0.3 as a float32 equals a stored 0.3
    one_of("ties", ties, ("keep", "prune"))
    return score >= theta if ties == "keep" else score > theta


def prune_count(n, sparsity):
    """How many of n entries to prune for a sparsity. THE rounding rule.

        k = the integer nearest to sparsity * n, a half going to the even one

    n         number of entries, >= 0
    sparsity  fraction with 0 <= sparsity < 1
    returns an int from 0 to n

    The realised sparsity k / n differs from the one asked for by at most 1 / (2 n).
    Source: C-4.2d, E-3.1, which leave the rounding open; ours is Python's and PyTorch's `round`.

    >>> prune_count(9, 0.5), prune_count(10, 0.25), prune_count(100, 0.29)
    (4, 2, 29)
    """
    return round(fraction("sparsity", sparsity) * whole_number("n", n, low=0))


def rank_mask(score, k):
    """Mask that prunes exactly the k lowest scores; among equals the lowest flat index goes first.

        m_i = 0 for the first k entries of the stable ascending order of s, 1 for the rest

    score  array of any shape
    k      how many to prune, 0 <= k <= number of entries; see `prune_count`
    returns a boolean array, shape of score, True = keep, with exactly k entries False

    Source: C-4.2d, E-3.1. Erratum: neither says what happens to ties.

    >>> rank_mask([0.5, 0.25, 0.75, 0.25], 1)
    array([ True, False,  True,  True])
    """
    score = finite_array("score", score)
    k = whole_number("k", k, low=0, high=score.size)
    mask = np.ones(score.size, dtype=bool)
    mask[np.argsort(score, axis=None, kind="stable")[:k]] = False
    return mask.reshape(score.shape)


def layerwise_rank_masks(scores, sparsity):
    """One mask per layer, every layer pruned to the same sparsity.

        m_l = rank_mask(s_l, k_l),  k_l = prune_count(n_l, sparsity)

    scores    list of arrays, one per layer
    sparsity  fraction with 0 <= sparsity < 1
    returns a list of boolean arrays, shapes of scores

    Source: A-2.2d; per layer as in Zhu and Gupta 2017 (E-5.1c, whose own rule keeps all ties and
    at least one weight); called "uniform" by Gale, Elsen and Hooker 2019.

    >>> layerwise_rank_masks([[1.0, 2.0], [3.0, 4.0]], 0.5)
    [array([False,  True]), array([False,  True])]
    """
    scores, sparsity = _layers(scores), fraction("sparsity", sparsity)
    return [rank_mask(s, prune_count(s.size, sparsity)) for s in scores]


def global_rank_masks(scores, sparsity):
    """One mask per layer, from one ranking over all layers together.

        m = rank_mask((s_1, ..., s_L) laid end to end, prune_count(n_1 + ... + n_L, sparsity))

    scores    list of arrays, one per layer, in units that can be compared between layers
    sparsity  fraction with 0 <= sparsity < 1
    returns a list of boolean arrays, shapes of scores; among ties the first layer goes first

    Source: E-3.1; "global magnitude pruning" in Blalock et al. 2020.

    >>> global_rank_masks([[1.0, 2.0], [3.0, 4.0]], 0.5)
    [array([False, False]), array([ True,  True])]
    """
    scores, sparsity = _layers(scores), fraction("sparsity", sparsity)
    if not scores:
        return []
    flat = np.concatenate([s.ravel() for s in scores])
    mask = rank_mask(flat, prune_count(flat.size, sparsity))
    ends = np.cumsum([s.size for s in scores])[:-1]
    return [m.reshape(s.shape) for m, s in zip(np.split(mask, ends), scores, strict=True)]


def _layers(scores):
    if isinstance(scores, np.ndarray):
        raise TypeError("scores must be a list of arrays, one per layer, got a single array")
    return [finite_array(f"scores[{l}]", s) for l, s in enumerate(scores)]


def apply_mask(w, mask):
    """The weights with the pruned ones set to zero; w itself is left as it is.

        w'_i = w_i if m_i else 0

    w     array of any shape
    mask  boolean array, shape of w, True = keep
    returns an array, shape and dtype of w

    Source: A-2.1a, D-4.1b. Erratum: D-4.3 prints this product of a mask with seven ones as 0.

    >>> apply_mask([0.1, -0.3, 0.5], [False, True, True])
    array([ 0. , -0.3,  0.5])
    """
    w, mask = np.asarray(w), checked_mask("mask", mask, np.shape(w))
    # not w * mask: that makes a negative weight -0.0 and an infinite one NaN
    return np.where(mask, w, np.zeros((), dtype=w.dtype))


def checked_mask(name, mask, shape):
    """The mask as an array; `TypeError` unless boolean, `ValueError` unless it has this shape."""
    mask = np.asarray(mask)
    if mask.dtype != bool:
        raise TypeError(f"{name} must be boolean (True = keep), got dtype {mask.dtype}")
    if mask.shape != shape:
        raise ValueError(f"{name} must have the shape of the weights, {shape}, got {mask.shape}")
    return mask
