"""Convolution and pooling: shapes of a network, and a dense layer."""

import naive
import numpy as np

from minprune.formulas.convolution import average_pool2d, conv2d, max_pool2d

POOLS = [max_pool2d, average_pool2d]


def draw(shape, dtype, seed=0):
    x = (8 * np.random.default_rng(seed).standard_normal(shape)).astype(dtype)
    x.flags.writeable = False  # a formula that writes to its input raises
    return x


def test_shapes_of_the_network_of_D_5_2b():
    y = conv2d(np.zeros((2, 28, 28, 1)), np.zeros((3, 3, 1, 32)), np.zeros(32))
    assert y.shape == (2, 26, 26, 32)
    for pool in POOLS:
        assert pool(y).shape == (2, 13, 13, 32)
        assert pool(y)[0].size == 5408


def test_conv2d_of_one_pixel_is_a_dense_layer():
    x, W, b = draw((3, 4, 5, 2), "d"), draw((2, 6), "d", 1), draw((6,), "d", 2)
    y = naive.dense(x.reshape(-1, 2), W, b).reshape(3, 4, 5, 6)
    np.testing.assert_allclose(conv2d(x, W[None, None], b), y, rtol=1e-12)
