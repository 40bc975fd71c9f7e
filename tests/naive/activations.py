"""Activation functions."""

import math

import numpy as np


def relu(x):
    """y_i = max(x_i, 0)"""
    y = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        if x[i] > 0:
            y[i] = x[i]
    return y


def softmax(z):
    """p_nc = exp(z_nc - top_n) / sum_k exp(z_nk - top_n), top_n = max_k z_nk"""
    p = np.zeros(z.shape)
    for n in range(z.shape[0]):
        row = [float(value) for value in z[n]]
        top = max(row)
        total = sum(math.exp(value - top) for value in row)
        for c, value in enumerate(row):
            p[n, c] = math.exp(value - top) / total
    return p
