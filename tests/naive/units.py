"""Scores of units, by their activations and by their weights."""

import math
from fractions import Fraction

import numpy as np


def mean_activation(a):
    """s_j = mean over all but the last axis of |a_j|"""
    score, count = np.zeros(a.shape[-1]), 0
    for i in np.ndindex(a.shape[:-1]):
        count += 1
        for j in range(a.shape[-1]):
            score[j] += abs(float(a[(*i, j)]))
    for j in range(a.shape[-1]):
        score[j] /= count
    return score


def apoz(a):
    """APoZ_j = mean over all but the last axis of [a_j = 0]"""
    part, count = np.zeros(a.shape[-1]), 0
    for i in np.ndindex(a.shape[:-1]):
        count += 1
        for j in range(a.shape[-1]):
            if a[(*i, j)] == 0:
                part[j] += 1
    for j in range(a.shape[-1]):
        part[j] /= count
    return part


def contribution(a, w_out):
    """s_j = mean_n |a_nj| * sqrt(sum_k w_out_jk^2)"""
    score = mean_activation(a)
    for j in range(w_out.shape[0]):
        total = 0.0
        for k in range(w_out.shape[1]):
            total += float(w_out[j, k]) * float(w_out[j, k])
        score[j] *= math.sqrt(total)
    return score


def unit_taylor(a, g):
    """s_j = mean_n |mean over positions of a_nj * g_nj|"""
    N, score = a.shape[0], np.zeros(a.shape[-1])
    for j in range(a.shape[-1]):
        for n in range(N):
            total, positions = 0.0, 0
            for i in np.ndindex(a.shape[1:-1]):
                total += float(a[(n, *i, j)]) * float(g[(n, *i, j)])
                positions += 1
            score[j] += abs(total / positions) / N
    return score


def unit_ablation(loss, n):
    """s_j = L(all units but j) - L(all units)"""
    influence = np.zeros(n)
    for j in range(n):
        keep = np.ones(n, bool)
        everything = float(loss(np.ones(n, bool)))
        keep[j] = False
        influence[j] = float(loss(keep)) - everything
    return influence


def activation_entropy(a, bins=10):
    """s_j = -sum_b p_jb * log(p_jb), p_jb = share of the samples in bin b of unit j"""
    entropy = np.zeros(a.shape[-1])
    for j in range(a.shape[-1]):
        column = []
        for i in np.ndindex(a.shape[:-1]):
            column.append(Fraction(float(a[(*i, j)])))  # exact: no rounding at a border
        low, high = min(column), max(column)
        counts = [0] * bins
        for value in column:
            b = 0 if low == high else math.floor((value - low) * bins / (high - low))
            counts[min(b, bins - 1)] += 1
        for count in counts:
            if count > 0:
                entropy[j] -= count / len(column) * math.log(count / len(column))
    return entropy


def geometric_median_distance(w, axis=-1):
    """s_j = sum_k ||w_j - w_k||_2"""
    units = w.shape[axis]
    score = np.zeros(units)
    for j in range(units):
        for k in range(units):
            one, other = w.take(j, axis), w.take(k, axis)
            total = 0.0
            for i in np.ndindex(one.shape):
                total += (float(one[i]) - float(other[i])) ** 2
            score[j] += math.sqrt(total)
    return score


def batchnorm_scale(gamma):
    """s_j = |gamma_j|"""
    score = np.zeros(gamma.shape[0])
    for j in range(gamma.shape[0]):
        score[j] = float(gamma[j]) if gamma[j] > 0 else -float(gamma[j]) if gamma[j] < 0 else 0.0
    return score
