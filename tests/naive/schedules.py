"""How much to prune and when."""

import math

import numpy as np

from naive.masks import pruned_count


def polynomial_decay(step, initial, final, begin, end, power=3):
    """s = s_f + (s_i - s_f) * (1 - (t - t_0) / (t_1 - t_0))^power between t_0 and t_1 (E-5.1b)"""
    if step <= begin:
        return initial
    if step >= end:
        return final
    return final + (initial - final) * (1 - (step - begin) / (end - begin)) ** power


def is_pruning_step(step, begin, end, frequency=100):
    """t is one of t_0, t_0 + f, t_0 + 2 f, ... up to t_1 (E-5.1b)"""
    t = begin
    while t <= end:
        if t == step:
            return True
        t += frequency
    return False


def stage_sparsities(final, stages, initial=0.0):
    """1 - s_k = (1 - s_0) * ((1 - s_f) / (1 - s_0))^(k / K), k = 1 .. K (A-5.6)"""
    part = ((1 - final) / (1 - initial)) ** (1 / stages)  # every stage keeps it of what is left
    kept, sparsities = 1 - initial, []
    for _ in range(stages):
        kept *= part
        sparsities.append(1 - kept)
    return sparsities


def mean_threshold(scores):
    """theta = sum_i s_i / n (A-5.2.5)"""
    total, n = 0.0, 0
    for i in np.ndindex(scores.shape):
        total += float(scores[i])
        n += 1
    return total / n


def std_threshold(w, q):
    """theta = q * sqrt(sum_i (w_i - mean)^2 / n) (A-3.3a)"""
    mean, squares, n = mean_threshold(w), 0.0, 0
    for i in np.ndindex(w.shape):
        squares += (float(w[i]) - mean) ** 2
        n += 1
    return q * math.sqrt(squares / n)


def splice_thresholds(w, c, margin=0.1):
    """a, b = (1 -+ margin) * max(mean|w| + c * std|w|, 0) (D-1.1d)"""
    size = np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        size[i] = abs(float(w[i]))
    t = mean_threshold(size) + c * std_threshold(size, 1)
    if t < 0:
        t = 0.0
    return (1 - margin) * t, (1 + margin) * t


def threshold_for_sparsity(score, sparsity):
    """theta = the score with k scores before it in ascending order, k = pruned_count(n) (C-3.2a)"""
    left = [score[i] for i in np.ndindex(score.shape)]
    k = pruned_count(len(left), sparsity)
    if k == len(left):  # just above the largest, in the precision of the scores
        top = max(left)
        precision = type(top) if score.dtype.kind == "f" else np.float64
        return float(np.nextafter(precision(top), precision(math.inf)))
    for _ in range(k):
        left.remove(min(left))
    return float(min(left))
