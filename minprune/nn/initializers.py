"""First values of the weights, chosen so that signals neither fade nor explode between layers."""

import numpy as np

from minprune.arguments import generator, whole_number


def glorot_uniform(n_in, n_out, rng, dtype=np.float32, shape=None):
    """Glorot (Xavier) uniform weights: the variance of signals and of gradients is kept on average.

        W_ij ~ U(-l, l),  l = sqrt(6 / (n_in + n_out)),  so  Var W = 2 / (n_in + n_out)

    n_in, n_out  units on either side, >= 1; of a kernel, each times its k_h k_w
    rng          numpy.random.Generator, or the seed of one
    shape        of the result, (n_in, n_out) unless told otherwise
    returns an array of this shape

    Source: Glorot and Bengio 2010, eq. (16) [A-5.2.3].

    >>> W = glorot_uniform(784, 64, np.random.default_rng(0))
    >>> W.shape, bool(abs(W).max() <= 0.08411583)
    ((784, 64), True)
    """
    n_in, n_out = whole_number("n_in", n_in, 1), whole_number("n_out", n_out, 1)
    limit = np.sqrt(6 / (n_in + n_out))
    return generator("rng", rng).uniform(-limit, limit, shape or (n_in, n_out)).astype(dtype)


def he_normal(n_in, n_out, rng, dtype=np.float32, shape=None):
    """He normal weights: Var W = 1 / n_in keeps a signal; twice that, as a ReLU passes half of it.

        W_ij ~ N(0, 2 / n_in)

    n_in, n_out  units on either side, >= 1; of a kernel, each times its k_h k_w
    rng          numpy.random.Generator, or the seed of one
    shape        of the result, (n_in, n_out) unless told otherwise
    returns an array of this shape

    Source: He, Zhang, Ren and Sun 2015, eq. (10).

    >>> he_normal(784, 64, np.random.default_rng(0)).shape
    (784, 64)
    """
    n_in, n_out = whole_number("n_in", n_in, 1), whole_number("n_out", n_out, 1)
    normal = generator("rng", rng).standard_normal(shape or (n_in, n_out))
    return (np.sqrt(2 / n_in) * normal).astype(dtype)
