"""Masks in groups, and arrays that shrink."""

import math

import numpy as np

from naive.base import float64
from naive.masks import pruned_count, rank_mask
from naive.scores import magnitude


def layer_threshold_masks(layers, theta, ties="keep"):
    """m_l = 0 everywhere if sum_i |w_li| < theta ("keep") or <= theta ("prune"), else 1 (A-4.3b)"""
    masks = []
    for w in layers:
        total = 0.0
        for i in np.ndindex(w.shape):
            total += abs(float(w[i]))
        stays = total > theta or (total == theta and ties == "keep")
        mask = np.zeros(w.shape, bool)
        for i in np.ndindex(w.shape):
            mask[i] = stays
        masks.append(mask)
    return masks


def unit_threshold_mask(w, theta, norm="l1", axis=-1, ties="keep"):
    """m_i = [N_j > theta], j = i[axis], N_j = sum |w_i| or sqrt(sum w_i^2) over unit j (C-4.2c)"""
    totals = [0.0] * w.shape[axis]
    for i in np.ndindex(w.shape):
        value = abs(float(w[i]))
        totals[i[axis]] += value if norm == "l1" else value * value
    mask = np.zeros(w.shape, bool)
    for i in np.ndindex(w.shape):
        size = totals[i[axis]] if norm == "l1" else math.sqrt(totals[i[axis]])
        mask[i] = size > theta or (size == theta and ties == "keep")
    return mask


def unit_mask(keep, shape, axis=-1):
    """m_i = k_j, j = i[axis] (A-3.3b)"""
    mask = np.zeros(shape, bool)
    for i in np.ndindex(mask.shape):
        mask[i] = keep[i[axis]]
    return mask


def product_mask(*masks):
    """m_i = 1 where every mask is 1 at i, an axis of length 1 or missing being repeated (A-8b)"""
    masks = [np.array(mask) for mask in masks]
    ndim = max(mask.ndim for mask in masks)
    shape = [1] * ndim
    for mask in masks:
        for axis, n in enumerate(mask.shape, start=ndim - mask.ndim):
            if n != 1:
                shape[axis] = n
    product = np.ones(shape, bool)
    for i in np.ndindex(product.shape):
        for mask in masks:
            own = i[ndim - mask.ndim :]
            at = tuple(0 if n == 1 else j for n, j in zip(mask.shape, own, strict=True))
            if not mask[at]:
                product[i] = False
    return product


def hybrid_mask(w, keep, sparsity):
    """of the weights i with keep[i[-1]] the pruned_count smallest |w_i| go, of the others all"""
    inside = [i for i in np.ndindex(w.shape) if keep[i[-1]]]
    mask = np.zeros(w.shape, bool)
    for i in inside:
        mask[i] = True
    for _ in range(pruned_count(len(inside), sparsity)):
        smallest = None
        for i in inside:  # C order, and "<" lets the first of equals stand
            if mask[i] and (smallest is None or abs(float(w[i])) < abs(float(w[smallest]))):
                smallest = i
        mask[smallest] = False
    return mask


def block_mask(W, shape, sparsity):
    """m_ij = rank_mask(s, k)[i // r, j // c], s = sum of |w| of the block, k = pruned_count"""
    r, c = shape
    score = np.zeros((W.shape[0] // r, W.shape[1] // c))
    for i, j in np.ndindex(W.shape):
        score[i // r, j // c] += abs(float(W[i, j]))
    stays = rank_mask(score, pruned_count(score.shape[0] * score.shape[1], sparsity))
    mask = np.zeros(W.shape, bool)
    for i, j in np.ndindex(W.shape):
        mask[i, j] = stays[i // r, j // c]
    return mask


def nm_mask(w, n, m, axis=None):
    """of the indices g*m .. g*m + m-1 the m - n with the smallest |w| go, the first of equals;
    along the last axis but one unless told, of a vector along its only one"""
    if axis is None:
        axis = 0 if w.ndim == 1 else w.ndim - 2
    mask = np.ones(w.shape, bool)
    for start in np.ndindex(w.shape):
        if start[axis] % m != 0:
            continue
        group = []
        for step in range(m):
            i = list(start)
            i[axis] += step
            group.append(tuple(i))
        for _ in range(m - n):
            smallest = None
            for i in group:
                if mask[i] and (smallest is None or abs(float(w[i])) < abs(float(w[smallest]))):
                    smallest = i
            mask[smallest] = False
    return mask


def topk_gate(h, k):
    """g_nj = 0 for the h - k smallest |h_nj| of row n, the first of equals first, else 1 (E-7.2)"""
    gate = np.zeros(h.shape, bool)
    for n in range(h.shape[0]):
        row = rank_mask(magnitude(h[n]), h.shape[1] - k)
        for j in range(h.shape[1]):
            gate[n, j] = row[j]
    return gate


def remove_units(W, b, W_next, keep):
    """W'[.., j] = W[.., u_j]; b'[j] = b[u_j]; W_next'[.., j, k] = W_next[.., u_j, k]; u_j kept"""
    units = [j for j in range(len(keep)) if keep[j]]
    new_W = np.zeros((*W.shape[:-1], len(units)), W.dtype)
    for i in np.ndindex(new_W.shape):
        new_W[i] = W[(*i[:-1], units[i[-1]])]
    new_b = np.zeros(len(units), b.dtype)
    for j in range(len(units)):
        new_b[j] = b[units[j]]
    new_next = np.zeros((*W_next.shape[:-2], len(units), W_next.shape[-1]), W_next.dtype)
    for i in np.ndindex(new_next.shape):
        new_next[i] = W_next[(*i[:-2], units[i[-2]], i[-1])]
    return new_W, new_b, new_next


def flatten_keep(keep, positions):
    """row p * C + c stays where keep_c, p = 0 .. positions - 1 (C-4.3a)"""
    rows = np.zeros(positions * len(keep), bool)
    for p in range(positions):
        for c in range(len(keep)):
            rows[p * len(keep) + c] = keep[c]
    return rows


def fold_constant_units(W_next, b_next, constants):
    """b'_k = b_k + sum_j c_j * W_jk (E-4.3)"""
    W_next, b_next, constants = float64(W_next, b_next, constants)
    folded = np.zeros(b_next.shape)
    for k in range(len(b_next)):
        total = b_next[k]
        for j in range(len(constants)):
            total += constants[j] * W_next[j, k]
        folded[k] = total
    return folded


def collapse_linear(W1, b1, W2, b2):
    """W_ik = sum_j W1_ij * W2_jk; b_k = b2_k + sum_j b1_j * W2_jk (B-4a)"""
    W1, b1, W2, b2 = float64(W1, b1, W2, b2)
    W, b = np.zeros((W1.shape[0], W2.shape[1])), np.zeros(W2.shape[1])
    for k in range(W2.shape[1]):
        b[k] = b2[k]
        for j in range(W2.shape[0]):
            b[k] += b1[j] * W2[j, k]
            for i in range(W1.shape[0]):
                W[i, k] += W1[i, j] * W2[j, k]
    return W, b
