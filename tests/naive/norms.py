"""Norms of arrays and of their units."""

import math

import numpy as np

from naive.base import float64


def l1_norm(w):
    """||w||_1 = sum_i |w_i|"""
    total = 0.0
    for i in np.ndindex(w.shape):
        total += abs(float(w[i]))
    return total


def l2_norm(w):
    """||w||_2 = sqrt(sum_i w_i^2)"""
    total = 0.0
    for i in np.ndindex(w.shape):
        total += float(w[i]) * float(w[i])
    return math.sqrt(total)


def spectral_norm(W):
    """largest singular value: turn pairs of columns until all are orthogonal, take the longest"""
    (U,) = float64(W)  # Jacobi's method, one-sided: U = W V with V orthogonal
    rows, columns = U.shape
    for _ in range(30):  # sweeps; it converges quadratically
        for p in range(columns):
            for q in range(p + 1, columns):
                a = b = c = 0.0
                for i in range(rows):
                    a += U[i, p] * U[i, p]
                    b += U[i, q] * U[i, q]
                    c += U[i, p] * U[i, q]
                angle = 0.5 * math.atan2(2 * c, a - b)  # makes the two columns orthogonal
                for i in range(rows):
                    up, uq = U[i, p], U[i, q]
                    U[i, p] = math.cos(angle) * up + math.sin(angle) * uq
                    U[i, q] = math.cos(angle) * uq - math.sin(angle) * up
    largest = 0.0
    for p in range(columns):
        total = 0.0
        for i in range(rows):
            total += U[i, p] * U[i, p]
        largest = max(largest, math.sqrt(total))
    return largest


def normalize(w):
    """f(w) = w / ||w||_2, and w = 0 stays"""
    norm, f = l2_norm(w), np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        if norm > 0:
            f[i] = float(w[i]) / norm
    return f


def relative_magnitude(w):
    """s_i = |w_i| / max_j |w_j|, and w = 0 stays"""
    largest, score = 0.0, np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        largest = max(largest, abs(float(w[i])))
    for i in np.ndindex(w.shape):
        if largest > 0:
            score[i] = abs(float(w[i])) / largest
    return score


def unit_l1(w, axis=-1):
    """s_j = sum over all i with i[axis] = j of |w_i|"""
    score = np.zeros(w.shape[axis])
    for i in np.ndindex(w.shape):
        score[i[axis]] += abs(float(w[i]))
    return score


def unit_l2(w, axis=-1):
    """s_j = sqrt(sum over all i with i[axis] = j of w_i^2)"""
    score = np.zeros(w.shape[axis])
    for i in np.ndindex(w.shape):
        score[i[axis]] += float(w[i]) * float(w[i])
    for j in range(w.shape[axis]):
        score[j] = math.sqrt(score[j])
    return score
