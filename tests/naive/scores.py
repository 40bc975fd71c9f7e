"""Scores of weights and layers."""

import numpy as np


def magnitude(w):
    """score_i = |w_i|, in the dtype of w"""
    score = np.zeros(w.shape, w.dtype)
    for i in np.ndindex(w.shape):
        score[i] = -w[i] if w[i] < 0 else w[i]
    return score
