"""Is the hand-written backward right? Compare it with central differences, at every index."""

import copy

import numpy as np

from minprune.nn.losses import softmax_cross_entropy


def numerical_gradient(f, x, h=1e-5):
    """Gradient of a scalar function by central differences, at every index of x.

        df/dx_i  ~  (f(x + h e_i) - f(x - h e_i)) / (2 h)

    f  function of no argument that reads x
    x  float64 array, changed in place during the call and given back as it was
    h  step; the error is about h^2 from the curvature plus 1e-16 / h from rounding
    returns an array, shape of x

    >>> x = np.array([3.0, -1.0])
    >>> numerical_gradient(lambda: (x**2).sum(), x).round(6)
    array([ 6., -2.])
    """
    if x.dtype != np.float64:
        raise TypeError(
            f"x must be float64, since float32 rounding hides errors of the gradient, got {x.dtype}"
        )
    gradient = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        old = x[i]
        x[i] = old + h
        above = f()
        x[i] = old - h
        below = f()
        x[i] = old
        gradient[i] = (above - below) / (2 * h)
    return gradient


def relative_error(a, b, floor=1e-4):
    """Largest relative difference of two arrays, index by index.

        max_i |a_i - b_i| / max(|a_i|, |b_i|, floor)

    floor  below it the difference counts as absolute: central differences carry an error of
           about 1e-11 whatever the size of the gradient
    returns a float; inf where either holds a NaN or an infinity

    >>> relative_error(np.array([1.0, 2.0]), np.array([1.0, 2.5]))
    0.2
    """
    if a.shape != b.shape:
        raise ValueError(f"a and b must have the same shape, got {a.shape} and {b.shape}")
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        return float("inf")
    return float(np.max(np.abs(a - b) / np.maximum(np.maximum(np.abs(a), np.abs(b)), floor)))


def check_layer(layer, x, rng):
    """Relative error of every gradient of one layer, or network, for a random linear loss.

        L = sum_nj r_nj y_nj,  so  dL/dy = r

    layer  anything with forward, backward and parameters, in float64; it runs as in training, so
           two forwards must give the same (a `Dropout` needs an rng that repeats itself)
    x      float64 input; keep it away from kinks, such as the 0 of a ReLU
    returns a dict from "x" and the names of the parameters to the relative error
    """
    r = rng.standard_normal(layer.forward(x).shape)
    return _compare(layer, x, lambda y: (float((r * y).sum()), r))


def check_loss(loss, z, y):
    """Relative error of the gradient that a loss function (z, y) -> (L, dL/dz) returns."""
    return relative_error(loss(z, y)[1], numerical_gradient(lambda: loss(z, y)[0], z))


def check_network(network, x, y, loss=softmax_cross_entropy):
    """Relative error of every gradient of a network under a loss; as `check_layer`."""
    return _compare(network, x, lambda z: loss(z, y))


def _compare(layer, x, loss):
    layer = copy.deepcopy(layer)  # a forward of training may change running statistics
    dx = layer.backward(loss(layer.forward(x, training=True))[1])
    arrays = {"x": (x, dx)} | {k: (p.value, p.grad) for k, p in layer.parameters.items()}

    def scalar():
        return loss(layer.forward(x, training=True))[0]

    return {
        name: relative_error(gradient, numerical_gradient(scalar, array))
        for name, (array, gradient) in arrays.items()
    }
