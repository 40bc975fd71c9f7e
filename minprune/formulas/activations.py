"""Activation functions, in the form that cannot overflow, each with its derivative."""

import numpy as np

from minprune.arguments import finite_array, real_array, wide_array, widened


def relu(x):
    """Rectified linear unit.

        y = max(x, 0)

    x  array of any shape
    returns an array, shape of x

    Source: Nair and Hinton 2010 [D-1.2d].

    >>> relu([-1.0, 0.0, 2.0])
    array([0., 0., 2.])
    """
    return np.maximum(finite_array("x", x), 0)


def relu_derivative(x):
    """Derivative of the rectified linear unit; at the kink x = 0, where there is none, 0.

        dy/dx = 1 if x > 0 else 0

    x  array of any shape
    returns an array, shape of x

    Source: [D-1.2d].

    >>> relu_derivative([-1.0, 0.0, 2.0])
    array([0., 0., 1.])
    """
    x = finite_array("x", x)
    return np.asarray(x > 0, dtype=x.dtype)


def sigmoid(x):
    """Logistic sigmoid.

        y = 1 / (1 + exp(-x))

    x  array of any shape
    returns an array, shape of x, entries from 0 to 1

    Source: [D-1.2d].

    >>> sigmoid([0.0, 1000.0, -1000.0])
    array([0.5, 1. , 0. ])
    """
    x = finite_array("x", x)
    e = np.exp(-np.abs(x))  # <= 1, so it cannot overflow
    return np.where(x >= 0, 1, e) / (1 + e)  # for x < 0 both parts of the fraction times exp(x)


def sigmoid_derivative(x):
    """Derivative of the logistic sigmoid.

        dy/dx = y (1 - y) = sigmoid(x) sigmoid(-x)

    x  array of any shape
    returns an array, shape of x, entries from 0 to 1/4

    Source: [D-1.2d].

    >>> sigmoid_derivative([0.0])
    array([0.25])
    """
    x = wide_array("x", x)
    return sigmoid(x) * sigmoid(-x)  # 1 - y would round to 0 early


def tanh(x):
    """Hyperbolic tangent.

        y = (exp(x) - exp(-x)) / (exp(x) + exp(-x))

    x  array of any shape
    returns an array, shape of x, entries from -1 to 1

    Source: [D-1.2d].

    >>> tanh([0.0, 1000.0])
    array([0., 1.])
    """
    return np.tanh(finite_array("x", x))


def tanh_derivative(x):
    """Derivative of the hyperbolic tangent.

        dy/dx = 1 - y^2

    x  array of any shape
    returns an array, shape of x, entries from 0 to 1

    Source: [D-1.2d].

    >>> tanh_derivative([0.0])
    array([1.])
    """
    return 1 - np.square(tanh(wide_array("x", x)))


def log_softmax(z):
    """Logarithm of the softmax of every row.

        log p_k = (z_k - max z) - log sum_j exp(z_j - max z)

    z  logits (N, K)
    returns an array (N, K), all entries <= 0. Subtracting the largest logit changes no p_k and
    keeps every exponent <= 0, so nothing overflows and the sum is at least 1. A NaN makes
    its row NaN

    Source: [A-5.2.2]; the shift is folklore.

    >>> log_softmax(np.array([[1000.0, 1000.0]]))
    array([[-0.69314718, -0.69314718]])
    """
    z = widened(real_array("z", z))
    if z.ndim != 2 or z.size == 0:
        raise ValueError(f"z must be (N, K) with N and K at least 1, got {z.shape}")
    z = z - z.max(axis=1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


def softmax(z):
    """Probabilities from logits, row by row.

        p_k = exp(z_k) / sum_j exp(z_j)

    z  logits (N, K)
    returns an array (N, K); every row sums to 1

    Source: Bridle 1990 [A-5.2.2, D-1.2d].

    >>> softmax(np.array([[0.0, 0.0, -1000.0]]))
    array([[0.5, 0.5, 0. ]])
    """
    return np.exp(log_softmax(z))
