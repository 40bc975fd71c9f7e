"""Losses: the number that training makes small, and its gradient with respect to the output."""

import numpy as np

from minprune.arguments import labels_in_range
from minprune.formulas.activations import log_softmax


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
