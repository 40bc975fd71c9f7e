"""Influence of weights on the loss."""

import numpy as np

from naive.base import float64


def leave_one_out(loss, w):
    """s_i = L(w with w_i = 0) - L(w)"""
    influence = np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        without = np.array(w)
        without[i] = 0
        influence[i] = float(loss(without)) - float(loss(np.array(w)))
    return influence


def second_order_influence(w, g, h):
    """s_i = -g_i*w_i + h_ii*w_i^2 / 2"""
    w, g, h = float64(w, g, h)
    influence = np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        influence[i] = -g[i] * w[i] + h[i] * w[i] * w[i] / 2
    return influence


def obd_saliency(w, h):
    """s_i = h_ii*w_i^2 / 2"""
    w, h = float64(w, h)
    saliency = np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        saliency[i] = h[i] * w[i] * w[i] / 2
    return saliency


def inverse(H):
    """H^-1 by Gauss-Jordan: row operations that make H the identity make the identity H^-1"""
    (A,) = float64(H)
    n = A.shape[0]
    B = np.zeros((n, n))
    for i in range(n):
        B[i, i] = 1.0
    for p in range(n):
        best = p
        for r in range(p + 1, n):
            if abs(A[r, p]) > abs(A[best, p]):
                best = r
        for c in range(n):  # the row with the largest pivot goes to p
            A[p, c], A[best, c] = float(A[best, c]), float(A[p, c])
            B[p, c], B[best, c] = float(B[best, c]), float(B[p, c])
        pivot = float(A[p, p])
        for c in range(n):
            A[p, c] /= pivot
            B[p, c] /= pivot
        for r in range(n):
            factor = float(A[r, p])
            if r != p:
                for c in range(n):
                    A[r, c] -= factor * A[p, c]
                    B[r, c] -= factor * B[p, c]
    return B


def obs_saliency(w, H):
    """s_q = w_q^2 / (2 * [H^-1]_qq)"""
    (w,) = float64(w)
    B, saliency = inverse(H), np.zeros(w.shape)
    for q in range(w.shape[0]):
        saliency[q] = w[q] * w[q] / (2 * B[q, q])
    return saliency


def obs_update(w, H, q):
    """w'_i = w_i - w_q / [H^-1]_qq * [H^-1]_iq"""
    (w,) = float64(w)
    B, new = inverse(H), np.zeros(w.shape)
    for i in range(w.shape[0]):
        new[i] = w[i] - w[q] / B[q, q] * B[i, q]
    return new
