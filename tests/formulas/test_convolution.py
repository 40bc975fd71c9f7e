"""Convolution and pooling: the naive twin, hand numbers, linearity, and what is refused."""

import naive
import numpy as np
import pytest

from minprune.formulas.convolution import average_pool2d, conv2d, max_pool2d

POOLS = [max_pool2d, average_pool2d]


def draw(shape, dtype, seed=0):
    x = (8 * np.random.default_rng(seed).standard_normal(shape)).astype(dtype)
    x.flags.writeable = False  # a formula that writes to its input raises
    return x


def image(rows):
    """One image of one channel."""
    return np.array(rows, float)[None, :, :, None]


def test_conv2d_by_hand():
    x = image([[1, 2, 3], [4, 5, 6], [7, 8, 9]])
    K = np.array([[1.0, 10.0], [100.0, 1000.0]])[:, :, None, None]  # not turned round
    assert conv2d(x, K, [0.5])[0, :, :, 0].tolist() == [[5421.5, 6532.5], [8754.5, 9865.5]]


def test_conv2d_sums_over_channels_and_keeps_filters_apart():
    x = [[[[1.0, 10.0]]]]
    K = [[[[1.0, 2.0, 0.0], [3.0, 0.0, 5.0]]]]
    assert conv2d(x, K, [0.0, 0.0, 0.25]).tolist() == [[[[31.0, 2.0, 50.25]]]]


def test_shapes_of_the_network_of_D_5_2b():
    y = conv2d(np.zeros((2, 28, 28, 1)), np.zeros((3, 3, 1, 32)), np.zeros(32))
    assert y.shape == (2, 26, 26, 32)
    for pool in POOLS:
        assert pool(y).shape == (2, 13, 13, 32)
        assert pool(y)[0].size == 5408


def test_conv2d_with_one_lone_one_in_the_kernel_moves_the_image():
    x = draw((1, 5, 5, 1), "d")
    for u, v in np.ndindex(3, 3):
        K = np.zeros((3, 3, 1, 1))
        K[u, v] = 1
        np.testing.assert_array_equal(conv2d(x, K, [0.0]), x[:, u : u + 3, v : v + 3])


def test_conv2d_of_one_pixel_is_a_dense_layer():
    x, W, b = draw((3, 4, 5, 2), "d"), draw((2, 6), "d", 1), draw((6,), "d", 2)
    y = naive.dense(x.reshape(-1, 2), W, b).reshape(3, 4, 5, 6)
    np.testing.assert_allclose(conv2d(x, W[None, None], b), y, rtol=1e-12)


def test_conv2d_is_linear_and_shifts_with_the_image():
    x, x2 = draw((2, 6, 6, 2), "d"), draw((2, 6, 6, 2), "d", 1)
    K, b = draw((3, 2, 2, 3), "d", 2), draw((3,), "d", 3)
    y = conv2d(x, K, b)
    np.testing.assert_allclose(
        conv2d(x - 2 * x2, K, b), y - 2 * conv2d(x2, K, 0 * b), rtol=1e-10, atol=1e-10
    )
    np.testing.assert_allclose(conv2d(x[:, 2:, 1:], K, b), y[:, 2:, 1:], rtol=1e-12)
    np.testing.assert_array_equal(conv2d(0 * x, K, b), np.broadcast_to(b, y.shape))
    np.testing.assert_allclose(conv2d(x, K[..., :0:-1], b[:0:-1]), y[..., :0:-1], rtol=1e-12)


@pytest.mark.parametrize(
    ("pool", "values"), [(max_pool2d, [[-1, 8], [4, 7]]), (average_pool2d, [[-2.5, 2], [1, 2.5]])]
)
def test_pool_by_hand(pool, values):
    x = image(
        [[-1, -2, 8, 0, 99], [-3, -4, 0, 0, 99], [0, 4, 7, 1, 99], [0, 0, 1, 1, 99], [99] * 5]
    )
    assert pool(x)[0, :, :, 0].tolist() == values  # 2 x 2; the 99 are left over
    assert pool(image([[1, 1], [1, 1]]), size=2).tolist() == [[[[1]]]]


@pytest.mark.parametrize("pool", POOLS)
def test_pool_of_size_one_is_a_copy_and_of_full_size_one_number(pool):
    x = draw((2, 3, 3, 2), "d")
    np.testing.assert_array_equal(pool(x, 1), x)
    whole = x.max(axis=(1, 2)) if pool is max_pool2d else x.mean(axis=(1, 2))
    np.testing.assert_allclose(pool(x, 3)[:, 0, 0], whole, rtol=1e-12)


def test_maximum_is_never_below_the_average():
    x = draw((2, 8, 8, 3), "d")
    largest, average = max_pool2d(x), average_pool2d(x)
    assert (largest > average).all()
    np.testing.assert_array_equal(average_pool2d(-x), -average)
    assert np.isin(largest, x).all()
    # the order inside a square does not matter
    swapped = x.reshape(2, 4, 2, 4, 2, 3)[:, :, ::-1, :, ::-1].reshape(x.shape)
    np.testing.assert_array_equal(max_pool2d(swapped), largest)
    np.testing.assert_allclose(average_pool2d(swapped), average, rtol=1e-12)


X, K, B = np.zeros((1, 3, 3, 2)), np.zeros((2, 2, 2, 4)), np.zeros(4)


def test_integers_do_not_overflow():
    x = np.full((1, 2, 2, 1), 127, np.int8)
    assert conv2d(x, x.reshape(2, 2, 1, 1), np.zeros(1, np.int8)).item() == 4 * 127**2
    assert average_pool2d(x).item() == max_pool2d(x).item() == 127
