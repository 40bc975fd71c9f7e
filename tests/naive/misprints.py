"""The rules that are printed and wrong, as printed."""

import numpy as np

from naive.masks import score_mask, threshold_mask


def signed_threshold_mask_misprint(w, theta, ties="keep"):
    """m_i = [w_i > theta] (ties "prune", B-3e) or [w_i >= theta] ("keep", A-2.2c)"""
    return score_mask(w, theta, ties)


def mask_as_weight_misprint(w, theta):
    """p_i = 1 where w_i > theta, else 0 (B-3e)"""
    p = np.zeros(w.shape)
    if w.dtype.kind == "f":
        theta = w.dtype.type(theta)
    for i in np.ndindex(w.shape):
        p[i] = 1 if w[i] > theta else 0
    return p


def heaviside_misprint(z, theta):
    """a_i = 1 where z_i > theta, else 0 (B-3f)"""
    return mask_as_weight_misprint(z, theta)


def pruning_rate_misprint(w, theta):
    """r = #{i: |w_i| < theta} / sum_i |w_i| (B-4c)"""
    keep = threshold_mask(w, theta, "keep")
    count, total = 0, 0.0
    for i in np.ndindex(w.shape):
        if not keep[i]:
            count += 1
        total += abs(float(w[i]))
    return count / total


def half_sum_mask_misprint(w):
    """m_i = [S / 2 < w_i < S], S = sum_j |w_j| (C-5.2a)"""
    total = 0.0
    for i in np.ndindex(w.shape):
        total += abs(float(w[i]))
    mask = np.zeros(w.shape, bool)
    for i in np.ndindex(w.shape):
        mask[i] = total / 2 < float(w[i]) < total
    return mask


def layer_norm_mask_misprint(W, theta):
    """m_ij = [sum over all k, l of |W_kl| > theta] (C-4.2c)"""
    total = 0.0
    for i in np.ndindex(W.shape):
        total += abs(float(W[i]))
    mask = np.zeros(W.shape, bool)
    for i in np.ndindex(W.shape):
        mask[i] = total > theta
    return mask


def kernel_norm_axes_misprint(K):
    """s_u = sum_vco |K_uvco| (A-5.2.4)"""
    score = np.zeros(K.shape[0])
    for u, v, c, o in np.ndindex(K.shape):
        score[u] += abs(float(K[u, v, c, o]))
    return score


def dropped_tensors_misprint(tensors, theta):
    """all t with sum_i |t_i| > theta, the others left out (A-3.2.4)"""
    rest = []
    for tensor in tensors:
        total = 0.0
        for i in np.ndindex(tensor.shape):
            total += abs(float(tensor[i]))
        if total > theta:
            rest.append(tensor)
    return rest
