"""Small matrices whose products are exact in any order, and awkward ones among them."""

import numpy as np


def quarters(seed, *shape):
    """Multiples of 1/4 from -2 to 2, none of them zero."""
    rng = np.random.default_rng(seed)
    return rng.choice([-1, 1], shape) * rng.integers(1, 9, shape) / 4


def sparse_quarters(seed, *shape):
    return quarters(seed, *shape) * (np.random.default_rng(seed + 1).random(shape) < 0.3)


def empty_rows():
    W = quarters(5, 6, 7)
    W[:, [0, 3, 4, 6]] = 0  # units without a weight: the first, two neighbours, the last
    W[[0, 2, 5]] = 0  # inputs without a weight
    return W


MATRICES = {
    "sparse": sparse_quarters(0, 17, 11),
    "one input": sparse_quarters(1, 1, 9),
    "one unit": sparse_quarters(2, 9, 1),
    "one weight": quarters(3, 1, 1),
    "no input": np.zeros((0, 3)),
    "empty rows": empty_rows(),
    "all zero": np.zeros((4, 3)),
    "all nonzero": quarters(4, 5, 6),
    "negative zeros": np.array([[-0.0, 1.0], [0.5, -0.0]]),
}
