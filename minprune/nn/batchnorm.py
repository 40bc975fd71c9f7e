"""Batch normalization, forward and backward."""

from typing import ClassVar

import numpy as np

from minprune.arguments import above_zero, finite_array, number_array, share
from minprune.nn.layers import Layer
from minprune.nn.parameter import Parameter


class BatchNorm(Layer, known=True):
    """Batch normalization of every unit or channel.

        xhat = (x - mean) / sqrt(var + eps)          y = gamma xhat + beta

    x (N, C) or (N, H, W, C); mean and var over all n values of a channel, var divided by n.
    While training they are those of the batch, and the running ones follow:

        running <- (1 - momentum) running + momentum * batch          (var there divided by n - 1)

    Afterwards the running ones are used, so that a sample's output is its own affair. A batch of
    one value a channel has no variance and cannot be trained on.

    gamma, beta  (C,), learned
    momentum     0 <= momentum <= 1
    epsilon      eps > 0

    `BatchNorm.identity` starts with gamma = 1, beta = 0, running mean 0 and variance 1.

    Source: Ioffe and Szegedy 2015; the running variance as in PyTorch. |gamma| as a score of
    channels: Liu et al. 2017.

    >>> layer = BatchNorm.identity(1, dtype=np.float64)
    >>> layer.forward(np.array([[1.0], [3.0]]), training=True).round(3)
    array([[-1.],
           [ 1.]])
    """

    learned: ClassVar = ("gamma", "beta")
    running: ClassVar = ("mean", "var")
    options: ClassVar = ("momentum", "epsilon")
    elementwise = channelwise = True

    def __init__(self, gamma, beta, mean, var, momentum=0.1, epsilon=1e-5):
        self.gamma = Parameter(finite_array("gamma", gamma))
        self.beta = Parameter(finite_array("beta", beta).astype(self.gamma.value.dtype))
        self.mean = np.array(finite_array("mean", mean), dtype=self.gamma.value.dtype)
        self.var = np.array(finite_array("var", var), dtype=self.gamma.value.dtype)
        shapes = [a.shape for a in (self.gamma.value, self.beta.value, self.mean, self.var)]
        if self.mean.ndim != 1 or len({*shapes}) != 1 or not self.mean.size:
            raise ValueError(
                f"gamma, beta, mean and var must be vectors of the same length, got {shapes}"
            )
        if (self.var < 0).any():
            raise ValueError(f"var must be >= 0, got {self.var.min()}")
        self.momentum, self.epsilon = share("momentum", momentum), above_zero("epsilon", epsilon)

    @classmethod
    def identity(cls, channels, dtype=np.float32):
        """A layer that passes on what has mean 0 and variance 1."""
        one, zero = np.ones(channels, dtype), np.zeros(channels, dtype)
        return cls(one, zero, zero, one)

    def output_shape(self, shape):
        """The shape itself; `ValueError` if the layer cannot take it."""
        if shape[-1:] != self.mean.shape:
            raise ValueError(f"takes {self.mean.size} channels")
        return shape

    def forward(self, x, training=False):
        x = number_array("x", x)
        if x.ndim < 2 or x.shape[-1:] != self.mean.shape:
            raise ValueError(f"x must be (N, ..., {self.mean.size}), got {x.shape}")
        if not training:
            return self.gamma.value * (x - self.mean) / self.running_deviation + self.beta.value
        axes = tuple(range(x.ndim - 1))
        n = x.size // x.shape[-1]
        if n < 2:
            raise ValueError(
                f"x must hold at least two values per channel in training, got {x.shape}"
            )
        mean, var = x.mean(axis=axes), x.var(axis=axes)
        self.mean += self.momentum * (mean - self.mean)
        self.var += self.momentum * (var * (n / (n - 1)) - self.var)
        deviation = self._deviation(var)
        xhat = (x - mean) / deviation
        return self.remember(self.gamma.value * xhat + self.beta.value, xhat, deviation)

    def backward(self, dy, input_gradient=True):
        # dL/dgamma_c = sum dL/dy xhat        dL/dbeta_c = sum dL/dy        over the n values of c.
        # With g = dL/dxhat = gamma dL/dy, and since sum xhat = 0 and sum xhat^2 = n (eps aside),
        #   dL/dx = (g - mean(g) - xhat mean(g xhat)) / deviation:
        # x acts on xhat directly, through the mean, and through the deviation.
        dy, xhat, deviation = self.recall(dy)
        axes = tuple(range(dy.ndim - 1))
        self.gamma.grad = (dy * xhat).sum(axis=axes)
        self.beta.grad = dy.sum(axis=axes)
        if not input_gradient:
            return None
        g = self.gamma.value * dy
        through_mean, through_var = g.mean(axis=axes), (g * xhat).mean(axis=axes)
        return (g - through_mean - xhat * through_var) / deviation

    @property
    def running_deviation(self):
        """sqrt(var + eps) of the running variance: what inference divides by."""
        return self._deviation(self.var)

    def _deviation(self, var):
        return np.sqrt(var + max(var.dtype.type(self.epsilon), np.finfo(var.dtype).tiny))
