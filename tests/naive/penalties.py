"""Penalties on the size of the weights."""

import math

import numpy as np

from naive.norms import unit_l2


def l1_penalty(w, lam):
    """R = lam * sum_i |w_i|"""
    total = 0.0
    for i in np.ndindex(w.shape):
        total += abs(float(w[i]))
    return lam * total


def l1_subgradient(w, lam):
    """dR/dw_i = lam * sign(w_i), with 0 chosen at w_i = 0"""
    g = np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        if w[i] > 0:
            g[i] = lam
        elif w[i] < 0:
            g[i] = -lam
    return g


def l2_penalty(w, lam):
    """R = lam * sum_i w_i^2"""
    total = 0.0
    for i in np.ndindex(w.shape):
        total += float(w[i]) * float(w[i])
    return lam * total


def l2_gradient(w, lam):
    """dR/dw_i = 2 * lam * w_i"""
    g = np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        g[i] = 2 * lam * float(w[i])
    return g


def l1_proximal(w, lam, lr):
    """w'_i = sign(w_i) * max(|w_i| - lr*lam, 0)"""
    new = np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        if w[i] > 0:
            new[i] = max(float(w[i]) - lr * lam, 0.0)
        elif w[i] < 0:
            new[i] = -max(-float(w[i]) - lr * lam, 0.0)
    return new


def l2_proximal(w, lam, lr):
    """w'_i = w_i / (1 + 2*lr*lam)"""
    new = np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        new[i] = float(w[i]) / (1 + 2 * lr * lam)
    return new


def unit_size(w, axis=-1):
    """n_j = number of entries with i[axis] = j, the same for every j"""
    size = 1
    for position, length in enumerate(w.shape):
        if position != axis % len(w.shape):
            size *= length
    return size


def group_lasso(w, lam, axis=-1):
    """R = lam * sum_j sqrt(n_j) * ||w_j||_2"""
    norms, total = unit_l2(w, axis), 0.0
    for j in range(w.shape[axis]):
        total += math.sqrt(unit_size(w, axis)) * norms[j]
    return lam * float(total)


def group_lasso_subgradient(w, lam, axis=-1):
    """dR/dw_ij = lam * sqrt(n_j) * w_ij / ||w_j||_2, with 0 chosen where w_j = 0"""
    norms, g = unit_l2(w, axis), np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        if norms[i[axis]] > 0:
            g[i] = lam * math.sqrt(unit_size(w, axis)) * float(w[i]) / norms[i[axis]]
    return g


def group_lasso_proximal(w, lam, lr, axis=-1):
    """w'_ij = w_ij * max(1 - lr*lam*sqrt(n_j) / ||w_j||_2, 0), and w_j = 0 stays"""
    norms, new = unit_l2(w, axis), np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        if norms[i[axis]] > 0:
            factor = 1 - lr * lam * math.sqrt(unit_size(w, axis)) / norms[i[axis]]
            new[i] = float(w[i]) * max(factor, 0.0)
    return new


def sparse_group_lasso(w, lam1, lam2, axis=-1):
    """R = lam1 * ||w||_1 + lam2 * sum_j sqrt(n_j) * ||w_j||_2"""
    return l1_penalty(w, lam1) + group_lasso(w, lam2, axis)


def l1_regularized_loss(data_loss, weights, lam):
    """L = L_0 + lam * sum_l sum_i |w_li| (E-4.1)"""
    total = data_loss
    for w in weights:
        total += l1_penalty(w, lam)
    return total


def l2_regularized_loss(data_loss, weights, lam):
    """L = L_0 + lam * sum_l sum_i w_li^2 (E-4.2)"""
    total = data_loss
    for w in weights:
        total += l2_penalty(w, lam)
    return total


def weight_clip(w, c):
    """w'_i = min(max(w_i, -c), c) (B-1a)"""
    new = np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        new[i] = min(max(float(w[i]), -c), c)
    return new


def scale_weights(w, factor):
    """w'_i = factor * w_i (D-1.1b)"""
    new = np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        new[i] = factor * float(w[i])
    return new
