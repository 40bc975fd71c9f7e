"""Convolution and pooling: the naive twin, hand numbers, linearity, and what is refused."""

import naive
import numpy as np
import pytest

from minprune.formulas.convolution import average_pool2d, conv2d, max_pool2d

POOLS = [max_pool2d, average_pool2d]
SHAPES = [  # images, kernel
    ((1, 1, 1, 1), (1, 1, 1, 1)),
    ((2, 5, 6, 3), (2, 3, 3, 4)),
    ((3, 4, 3, 2), (3, 1, 2, 1)),
    ((1, 3, 5, 1), (3, 5, 1, 2)),  # as large as the image
    ((2, 3, 3, 4), (1, 1, 4, 3)),
    ((0, 3, 3, 1), (2, 2, 1, 2)),
]
LAYOUTS = {
    "C": lambda x: x,
    "fortran": np.asfortranarray,
    "reversed": lambda x: x[:, ::-1, ::-1],
    "transposed": lambda x: x.transpose(0, 2, 1, 3),
}


def draw(shape, dtype, seed=0):
    x = (8 * np.random.default_rng(seed).standard_normal(shape)).astype(dtype)
    x.flags.writeable = False  # a formula that writes to its input raises
    return x


def image(rows):
    """One image of one channel."""
    return np.array(rows, float)[None, :, :, None]


def assert_as_naive(function, x, *arguments):
    y, expected = function(x, *arguments), getattr(naive, function.__name__)(x, *arguments)
    assert y.shape == expected.shape
    assert y.dtype == (x.dtype if x.dtype.kind == "f" else np.float64)
    assert not np.shares_memory(y, x)
    rtol, atol = (1e-4, 1e-4) if y.dtype == np.float32 else (1e-12, 1e-12)
    np.testing.assert_allclose(y, expected, rtol=rtol, atol=atol)


@pytest.mark.parametrize("dtype", ["f", "d", "l"])
@pytest.mark.parametrize(("images", "kernel"), SHAPES)
def test_conv2d_as_naive(images, kernel, dtype):
    arguments = [draw(shape, dtype, i) for i, shape in enumerate([images, kernel, kernel[-1:]])]
    assert_as_naive(conv2d, *arguments)


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_conv2d_as_naive_in_any_layout(layout):
    x, K, b = draw((2, 5, 5, 3), "d"), draw((2, 2, 3, 4), "d", 1), draw((8,), "d", 2)[::-2]
    assert_as_naive(conv2d, layout(x), K, b)
    K = layout(K.transpose(2, 0, 1, 3)).transpose(1, 2, 0, 3)
    assert_as_naive(conv2d, x, K, b)


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


@pytest.mark.parametrize("dtype", ["f", "d", "l"])
@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.parametrize("shape", [(1, 3, 3, 1), (2, 6, 4, 3), (2, 5, 7, 2), (0, 4, 4, 1)])
@pytest.mark.parametrize("pool", POOLS)
def test_pool_as_naive(pool, shape, size, dtype):
    assert_as_naive(pool, draw(shape, dtype), size)


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize("pool", POOLS)
def test_pool_as_naive_in_any_layout(pool, layout):
    assert_as_naive(pool, layout(draw((2, 7, 4, 3), "d")), 2)


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
FIT = r"x must be \(N, H, W, c_in\), K \(k_h, k_w, c_in, c_out\) and b \(c_out,\), got"


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        ((X[0], K, B), ValueError, FIT + r" \(3, 3, 2\), \(2, 2, 2, 4\) and \(4,\)"),
        ((X[None], K, B), ValueError, FIT),
        ((X, K[0], B), ValueError, FIT),
        ((X, K[..., 0], 0.0), ValueError, FIT),
        ((X, K[..., None], B[:, None]), ValueError, FIT),
        ((X, K[:, :, :1], B), ValueError, FIT),  # channels of another number
        ((X[..., :1], K, B), ValueError, FIT),
        ((X[:, :1], K, B), ValueError, r"x of shape \(1, 1, 3, 2\) is too small .* \(2, 2\)"),
        ((X[:, :, :1], K, B), ValueError, r"x of shape \(1, 3, 1, 2\) is too small"),
        ((X, K[:0], B), ValueError, "window"),
        ((X, K[:, :0], B), ValueError, "window"),
        ((X, K, B[:3]), ValueError, FIT),
        ((X, K, B[:1]), ValueError, FIT),  # would be broadcast
        ((X, K, 0.0), ValueError, FIT),
        ((X, K, B[None]), ValueError, FIT),
        ((X + np.nan, K, B), ValueError, "x must be finite"),
        ((X, K + np.inf, B), ValueError, "K must be finite"),
        ((X, K, B - np.inf), ValueError, "b must be finite"),
        (("a", K, B), TypeError, "x must be"),
        ((X, K + 1j, B), TypeError, "K must be"),
        ((X, K, None), TypeError, "b must be"),
    ],
)
def test_conv2d_refuses(arguments, error, match):
    with pytest.raises(error, match=match):
        conv2d(*arguments)


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        ((X[0],), ValueError, r"x must be images \(N, H, W, C\), got \(3, 3, 2\)"),
        ((X[None],), ValueError, "x must be images"),
        ((X + np.nan,), ValueError, "x must be finite"),
        (("a",), TypeError, "x must be"),
        ((X, 0), ValueError, "size must be .* got 0"),
        ((X, -1), ValueError, "size must be"),
        ((X, 4), ValueError, "size must be from 1 to 3, got 4"),
        ((X[:, :1], 2), ValueError, "size must be from 1 to 1"),
        ((X[:, :, :1], 2), ValueError, "size must be from 1 to 1"),
        ((X, 2.0), TypeError, "size must be"),
        ((X, True), TypeError, "size must be"),
        ((X, (2, 2)), TypeError, "size must be"),
    ],
)
@pytest.mark.parametrize("pool", POOLS)
def test_pool_refuses(pool, arguments, error, match):
    with pytest.raises(error, match=match):
        pool(*arguments)


def test_integers_do_not_overflow():
    x = np.full((1, 2, 2, 1), 127, np.int8)
    assert conv2d(x, x.reshape(2, 2, 1, 1), np.zeros(1, np.int8)).item() == 4 * 127**2
    assert average_pool2d(x).item() == max_pool2d(x).item() == 127
