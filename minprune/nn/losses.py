"""Losses: the number that training makes small, and its gradient with respect to the output."""

from typing import NamedTuple

import numpy as np

from minprune.arguments import (
    finite_array,
    fraction,
    labels_in_range,
    labels_of_rows,
    same_shape,
    whole_number,
)
from minprune.formulas.activations import log_softmax


class LossAndGradient(NamedTuple):
    """The result of a loss function: a float, and its gradient in the outputs, an array."""

    loss: float
    gradient: np.ndarray


def softmax_cross_entropy(z, y):
    """Mean cross-entropy of the softmax of the logits, and its gradient.

        L = -1/N sum_n log p_{n, y_n}        dL/dz_nk = (p_nk - [k = y_n]) / N

    z  logits (N, K)
    y  labels, N integers in 0 .. K-1
    returns a `LossAndGradient` (L, dL/dz): a float in nats, an array (N, K)

    Source: [A-5.2.8].

    >>> loss, gradient = softmax_cross_entropy(np.zeros((1, 2)), np.array([0]))
    >>> round(loss, 6), gradient
    (0.693147, array([[-0.5,  0.5]]))
    """
    log_p = log_softmax(z)
    y = labels_of_rows("y", y, log_p)
    rows = np.arange(len(z))
    loss = -log_p[rows, y].mean()
    # L_n = -z_y + log sum_j exp z_j, and d(log sum_j exp z_j)/dz_k = exp z_k / sum_j exp z_j = p_k
    gradient = np.exp(log_p)
    gradient[rows, y] -= 1
    return LossAndGradient(float(loss), gradient / len(z))


def one_hot(y, classes):
    """Labels as rows with a single 1.

        t_nk = [k = y_n]

    y        labels, N integers in 0 .. classes - 1
    classes  K >= 1
    returns an array (N, K)

    Source: [D-5.2d].

    >>> one_hot([2, 0], classes=3)
    array([[0., 0., 1.],
           [1., 0., 0.]])
    """
    classes = whole_number("classes", classes, low=1)
    return np.eye(classes)[labels_in_range("y", y, classes)]


def categorical_cross_entropy(z, t):
    """Mean cross-entropy of the softmax against target probabilities, and its gradient.

        L = -1/N sum_nk t_nk log p_nk        dL/dz_nk = (p_nk sum_j t_nj - t_nk) / N

    z  logits (N, K)
    t  targets (N, K), rows that sum to 1; with `one_hot` rows it is `softmax_cross_entropy`
    returns a `LossAndGradient` (L, dL/dz): a float in nats, an array (N, K)

    Source: [D-5.2c].

    >>> loss, gradient = categorical_cross_entropy(np.zeros((1, 2)), [[0.5, 0.5]])
    >>> round(loss, 6), gradient
    (0.693147, array([[0., 0.]]))
    """
    log_p, t = log_softmax(z), finite_array("t", t)
    same_shape(z=log_p, t=t)
    gradient = np.exp(log_p) * t.sum(axis=1, keepdims=True) - t
    return LossAndGradient(float(-(t * log_p).sum() / len(t)), gradient / len(t))


def smoothed_cross_entropy(z, y, rate):
    """Cross-entropy with label smoothing, and its gradient.

        t_nk = (1 - rate) [k = y_n] + rate / K          L = -1/N sum_nk t_nk log p_nk

    z     logits (N, K)
    y     labels, N integers in 0 .. K-1
    rate  0 <= rate < 1; with 0 it is `softmax_cross_entropy`
    returns a `LossAndGradient` (L, dL/dz): a float in nats, an array (N, K); `fit` takes it as
    loss=partial(smoothed_cross_entropy, rate=0.1)

    Source: Szegedy et al. 2016 (label smoothing), section 7.

    >>> loss, gradient = smoothed_cross_entropy(np.zeros((1, 2)), [0], rate=0.2)
    >>> round(loss, 6), gradient.round(6)
    (0.693147, array([[-0.4,  0.4]]))
    """
    rate, log_p = fraction("rate", rate), log_softmax(z)
    y = labels_of_rows("y", y, log_p)
    t = np.full_like(log_p, rate / log_p.shape[1])
    t[np.arange(len(y)), y] += 1 - rate
    return LossAndGradient(float(-(t * log_p).sum() / len(y)), (np.exp(log_p) - t) / len(y))


def mean_squared_error(z, t):
    """Mean squared error and its gradient.

        L = mean (z - t)^2        dL/dz = 2 (z - t) / n          n entries

    z, t  outputs and targets, arrays of one shape with at least one entry
    returns a `LossAndGradient` (L, dL/dz): a float in squared units of the target, an array, shape
    of z

    Source: [B-4b].

    >>> loss, gradient = mean_squared_error(np.array([[1.0], [3.0]]), [[1.0], [1.0]])
    >>> loss, gradient.tolist()
    (2.0, [[0.0], [2.0]])
    """
    z, t = finite_array("z", z), finite_array("t", t)
    same_shape(z=z, t=t)
    whole_number("number of entries of z", z.size, low=1)
    return LossAndGradient(float(np.square(z - t).mean()), 2 * (z - t) / z.size)
