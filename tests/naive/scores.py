"""Scores of weights and layers."""

import math

import numpy as np

from naive.base import float64


def magnitude(w):
    """score_i = |w_i|, in the dtype of w, of whole numbers as floats"""
    score = np.zeros(w.shape, w.dtype if w.dtype.kind == "f" else float)
    for i in np.ndindex(w.shape):
        score[i] = -float(w[i]) if w[i] < 0 else w[i]
    return score


def random_score(w, rng):
    """s_i ~ uniform on [0, 1), in C order"""
    score = np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        score[i] = rng.random()
    return score


def layer_importance(layers):
    """I_l = sum_i |w_li| (A-4.3a)"""
    importance = np.zeros(len(layers))
    for l, w in enumerate(float64(*layers)):
        for i in np.ndindex(w.shape):
            importance[l] += abs(w[i])
    return importance


def mean_layer_importance(layers):
    """I_l = sum_i |w_li| / n_l"""
    importance = np.zeros(len(layers))
    for l, w in enumerate(float64(*layers)):
        n = 0
        for i in np.ndindex(w.shape):
            importance[l] += abs(w[i])
            n += 1
        importance[l] /= n
    return importance


def layer_l2(layers):
    """s_l = sqrt(sum_i w_li^2)"""
    score = np.zeros(len(layers))
    for l, w in enumerate(float64(*layers)):
        for i in np.ndindex(w.shape):
            score[l] += w[i] * w[i]
        score[l] = math.sqrt(score[l])
    return score


def synflow(layers):
    """s_lij = sum over all paths from an input to an output that use w_lij of prod_l |w_l|"""
    layers = float64(*layers)
    scores = [np.zeros(W.shape) for W in layers]
    widths = [W.shape[0] for W in layers] + [layers[-1].shape[1]]
    for path in np.ndindex(*widths):  # which neuron of every layer it passes
        flow = 1.0
        for l, W in enumerate(layers):
            flow *= abs(W[path[l], path[l + 1]])
        for l in range(len(layers)):
            scores[l][path[l], path[l + 1]] += flow
    return scores


def gradient_norm(g):
    """||g|| = sqrt(sum_i g_i^2) (C-4.2e)"""
    total = 0.0
    for i in np.ndindex(g.shape):
        total += float(g[i]) * float(g[i])
    return math.sqrt(total)


def gradient_magnitude(g):
    """s_i = |g_i|"""
    score = np.zeros(g.shape)
    for i in np.ndindex(g.shape):
        score[i] = abs(float(g[i]))
    return score


def taylor(w, g):
    """s_i = |w_i * g_i|"""
    score = np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        score[i] = abs(float(w[i]) * float(g[i]))
    return score


def multi_task_taylor(w, gradients):
    """s_i = sum_t |w_i * g_ti|"""
    score = np.zeros(w.shape)
    for g in gradients:
        for i in np.ndindex(w.shape):
            score[i] += abs(float(w[i]) * float(g[i]))
    return score


def shard_average(arrays, counts):
    """g = sum_k (N_k / N) * g_k, N = sum_k N_k"""
    N = 0
    for count in counts:
        N += count
    average = np.zeros(arrays[0].shape)
    for array, count in zip(arrays, counts, strict=True):
        for i in np.ndindex(average.shape):
            average[i] += count / N * float(array[i])
    return average


def snip(layers, gradients):
    """s_li = |w_li * g_li| / sum over all layers of |w * g|, and 0 where that sum is 0"""
    scores, total = [], 0.0
    for w, g in zip(layers, gradients, strict=True):
        score = np.zeros(w.shape)
        for i in np.ndindex(w.shape):
            score[i] = abs(float(w[i]) * float(g[i]))
            total += score[i]
        scores.append(score)
    for score in scores:
        for i in np.ndindex(score.shape):
            if total > 0:
                score[i] /= total
    return scores


def movement(weights, gradients):
    """s_i = -sum_t w_i(t) * g_i(t)"""
    score = np.zeros(weights[0].shape)
    for w, g in zip(weights, gradients, strict=True):
        for i in np.ndindex(score.shape):
            score[i] -= float(w[i]) * float(g[i])
    return score
