"""From scores to a mask."""

import math

import numpy as np


def threshold_mask(score, theta, ties):
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


def prune_count(n, sparsity):
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
    """keep_l = rank_mask(score_l, prune_count(n_l, sparsity)), each array by itself"""
    masks = []
    for score in scores:
        masks.append(rank_mask(score, prune_count(score.size, sparsity)))
    return masks


def global_rank_masks(scores, sparsity):
    """keep = rank_mask over all arrays together, k = prune_count(sum_l n_l, sparsity)"""
    masks = [np.ones(score.shape, bool) for score in scores]
    for _ in range(prune_count(sum(len(s.ravel()) for s in scores), sparsity)):
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
