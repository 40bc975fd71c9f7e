"""Compressed sparse rows."""

import numpy as np

from naive.base import float64


def csr_from_dense(W):
    """values and indices i of every W_ij != 0, row j of them at offsets[j]:offsets[j+1]"""
    values, indices, offsets = [], [], [0]
    for j in range(W.shape[1]):
        for i in range(W.shape[0]):
            if W[i, j] != 0:
                values.append(W[i, j])
                indices.append(i)
        offsets.append(len(values))
    return np.array(values, W.dtype), np.array(indices, int), np.array(offsets, int)


def dense_from_csr(values, indices, offsets, n_in):
    """W[indices_k, j] = values_k for the entries k of row j"""
    W = np.zeros((n_in, len(offsets) - 1))
    for j in range(len(offsets) - 1):
        for k in range(offsets[j], offsets[j + 1]):
            W[indices[k], j] = values[k]
    return W


def csr_dense(x, values, indices, offsets, b, relu):
    """y_nj = b_j + sum_k values_k * x_n,indices_k for k in row j; then max(y_nj, 0) if relu"""
    x, values, b = float64(x, values, b)
    N, n_out = x.shape[0], len(offsets) - 1
    y = np.zeros((N, n_out))
    for n in range(N):
        for j in range(n_out):
            total = b[j]
            for k in range(offsets[j], offsets[j + 1]):
                total += values[k] * x[n, indices[k]]
            y[n, j] = max(total, 0.0) if relu else total
    return y
