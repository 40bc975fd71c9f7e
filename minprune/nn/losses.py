"""Softmax and cross-entropy, written so that large logits cannot overflow."""

import numpy as np

from minprune.arguments import labels_in_range


def log_softmax(z):
    """Logarithm of the softmax of every row.

        log p_k = (z_k - max z) - log sum_j exp(z_j - max z)

    z  logits (N, K)
    returns an array (N, K), all entries <= 0. Subtracting the largest logit changes no p_k and
    keeps every exponent <= 0, so nothing overflows and the sum is at least 1.

    Source: A-5.2.2; the shift is folklore.

    >>> log_softmax(np.array([[1000.0, 1000.0]]))
    array([[-0.69314718, -0.69314718]])
    """
    z = np.asarray(z)
    if z.ndim != 2 or z.size == 0:
        raise ValueError(f"z must be (N, K) with N and K at least 1, got {z.shape}")
    z = z - z.max(axis=1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


def softmax(z):
    """Probabilities from logits, row by row.

        p_k = exp(z_k) / sum_j exp(z_j)

    z  logits (N, K)
    returns an array (N, K); every row sums to 1

    Source: A-5.2.2; Bridle 1990.

    >>> softmax(np.array([[0.0, 0.0, -1000.0]]))
    array([[0.5, 0.5, 0. ]])
    """
    return np.exp(log_softmax(z))


def softmax_cross_entropy(z, y):
    """Mean cross-entropy of the softmax of the logits, and its gradient.

        L = -1/N sum_n log p_{n, y_n}        dL/dz_nk = (p_nk - [k = y_n]) / N

    z  logits (N, K)
    y  labels, N integers in 0 .. K-1
    returns (L, dL/dz): a float in nats, an array (N, K)

    Source: A-5.2.8.

    >>> loss, gradient = softmax_cross_entropy(np.zeros((1, 2)), np.array([0]))
    >>> round(loss, 6), gradient
    (0.693147, array([[-0.5,  0.5]]))
    """
    log_p = log_softmax(z)
    y = labels_in_range("y", y, classes=log_p.shape[1])
    if len(y) != len(z):
        raise ValueError(f"y must hold one label for each of the {len(z)} rows of z, got {len(y)}")
    rows = np.arange(len(z))
    loss = -log_p[rows, y].mean()
    # L_n = -z_y + log sum_j exp z_j, and d(log sum_j exp z_j)/dz_k = exp z_k / sum_j exp z_j = p_k
    gradient = np.exp(log_p)
    gradient[rows, y] -= 1
    return float(loss), gradient / len(z)
