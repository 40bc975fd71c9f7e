"""From scores to a mask."""

import math

import numpy as np

from naive.scores import magnitude


def score_mask(score, theta, ties="keep"):
    """prunes score_i < theta (ties "keep", A-4.2) or score_i <= theta (ties "prune", D-4.1b)"""
    keep = np.zeros(score.shape, bool)
    if score.dtype.kind == "f":
        theta = score.dtype.type(theta)
    for i in np.ndindex(score.shape):
        if ties == "keep":
            pruned = score[i] < theta
        if ties == "prune":
            pruned = score[i] <= theta
        keep[i] = not pruned
    return keep


def threshold_mask(w, theta, ties="keep"):
    """prunes |w_i| < theta (ties "keep", A-4.2) or |w_i| <= theta (ties "prune", D-4.1b)"""
    return score_mask(magnitude(w), theta, ties)


def pruned_count(n, sparsity):
    """k = the integer nearest to sparsity * n; of two equally near ones, the even one"""
    exact = float(sparsity) * n
    below = math.floor(exact)
    rest = exact - below
    if rest < 0.5:
        return below
    if rest > 0.5:
        return below + 1
    return below if below % 2 == 0 else below + 1


def rank_mask(score, k):
    """keep_i = False for the k smallest scores, equal ones in C order (C-4.2d, E-3.1)"""
    keep = np.ones(score.shape, bool)
    for _ in range(k):
        smallest = None
        for i in np.ndindex(score.shape):  # C order, and "<" lets the first of equals stand
            if keep[i] and (smallest is None or score[i] < score[smallest]):
                smallest = i
        keep[smallest] = False
    return keep


def layerwise_rank_masks(scores, sparsity):
    """keep_l = rank_mask(score_l, pruned_count(n_l, sparsity)), each array by itself"""
    masks = []
    for score in scores:
        masks.append(rank_mask(score, pruned_count(score.size, sparsity)))
    return masks


def global_rank_masks(scores, sparsity):
    """keep = rank_mask over all arrays together, k = pruned_count(sum_l n_l, sparsity)"""
    masks = [np.ones(score.shape, bool) for score in scores]
    for _ in range(pruned_count(sum(len(s.ravel()) for s in scores), sparsity)):
        smallest = None
        for layer, score in enumerate(scores):
            for i in np.ndindex(score.shape):
                if masks[layer][i] and (smallest is None or score[i] < smallest):
                    smallest, where = score[i], (layer, i)
        layer, i = where
        masks[layer][i] = False
    return masks


def apply_mask(w, mask):
    """w'_i = w_i where mask_i, else 0"""
    pruned = np.zeros(w.shape, w.dtype)
    for i in np.ndindex(w.shape):
        if mask[i]:
            pruned[i] = w[i]
    return pruned


def threshold_prune(w, theta, ties="keep"):
    """w'_i = 0 where |w_i| < theta (ties "keep", A-4.2) or <= theta ("prune", D-4.1b), else w_i"""
    return apply_mask(w, threshold_mask(w, theta, ties))


def normalized_threshold_prune(w, theta, ties="keep"):
    """w'_i = w_i where |w_i| / sqrt(sum_j w_j^2) > theta (>= with ties "keep"), else 0 (D-4.1)"""
    squares = 0.0
    for i in np.ndindex(w.shape):
        squares += float(w[i]) * float(w[i])
    pruned = np.zeros(w.shape, w.dtype)
    for i in np.ndindex(w.shape):
        if w[i] == 0:
            continue  # stays 0, and f(0) = 0 where all weights are 0
        share = abs(float(w[i])) / math.sqrt(squares)
        if share > theta or (share == theta and ties == "keep"):
            pruned[i] = w[i]
    return pruned


def low_magnitude_mask(w, sparsity):
    """m_i = 1 where |w_i| >= the k-th largest |w_j|, k = max(round(n * (1 - sparsity)), 1)"""
    left = [abs(w[i].item()) for i in np.ndindex(w.shape)]
    k = round(len(left) * (1 - float(sparsity)))
    kth = max(left)
    for _ in range(k - 1):
        left.remove(kth)
        kth = max(left)
    keep = np.zeros(w.shape, bool)
    for i in np.ndindex(w.shape):
        keep[i] = abs(w[i].item()) >= kth
    return keep


def splice_mask(w, mask, a, b):
    """m'_i = 0 where |w_i| < a; m_i where a <= |w_i| < b; 1 where |w_i| >= b (D-1.1d)"""
    new = np.zeros(w.shape, bool)
    size = magnitude(w)
    if w.dtype.kind == "f":
        a, b = w.dtype.type(a), w.dtype.type(b)
    for i in np.ndindex(w.shape):
        if size[i] < a:
            new[i] = False
        elif size[i] < b:
            new[i] = mask[i]
        else:
            new[i] = True
    return new
