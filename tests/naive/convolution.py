"""Convolution and pooling."""

import numpy as np

from naive.base import float64


def conv2d(x, K, b):
    """y_nijo = b_o + sum_uvc x_n,i+u,j+v,c * K_uvco"""
    x, K, b = float64(x, K, b)
    (N, H, W, _), (k_h, k_w, c_in, c_out) = x.shape, K.shape
    y = np.zeros((N, H - k_h + 1, W - k_w + 1, c_out))
    for n, i, j, o in np.ndindex(y.shape):
        total = b[o]
        for u in range(k_h):
            for v in range(k_w):
                for c in range(c_in):
                    total += x[n, i + u, j + v, c] * K[u, v, c, o]
        y[n, i, j, o] = total
    return y


def max_pool2d(x, size=2):
    """y_nijc = max over u, v < size of x_n,size*i+u,size*j+v,c"""
    N, H, W, C = x.shape
    y = np.zeros((N, H // size, W // size, C))
    for n, i, j, c in np.ndindex(y.shape):
        largest = x[n, size * i, size * j, c]
        for u in range(size):
            for v in range(size):
                if x[n, size * i + u, size * j + v, c] > largest:
                    largest = x[n, size * i + u, size * j + v, c]
        y[n, i, j, c] = largest
    return y


def average_pool2d(x, size=2):
    """y_nijc = sum over u, v < size of x_n,size*i+u,size*j+v,c / size^2"""
    N, H, W, C = x.shape
    y = np.zeros((N, H // size, W // size, C))
    for n, i, j, c in np.ndindex(y.shape):
        total = 0.0
        for u in range(size):
            for v in range(size):
                total += float(x[n, size * i + u, size * j + v, c])
        y[n, i, j, c] = total / (size * size)
    return y
