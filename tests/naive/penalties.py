"""Penalties on the size of the weights."""

import numpy as np


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
