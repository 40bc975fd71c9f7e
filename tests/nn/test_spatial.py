"""Convolution and pooling against loops over scalars, central differences, and what they refuse."""

import tracemalloc

import naive
import numba
import numpy as np
import pytest

from minprune.formulas import convolution
from minprune.nn import spatial
from minprune.nn.gradcheck import check_layer
from minprune.nn.initializers import he_normal
from minprune.nn.spatial import AveragePool2D, Conv2D, MaxPool2D

LIMIT = 1e-6
CONV = {  # N, (H, W), (k_h, k_w), c_in, c_out, stride, padding
    "1x1 kernel": (2, (3, 4), (1, 1), 3, 2, 1, "valid"),
    "1x1 kernel, stride": (2, (5, 4), (1, 1), 2, 3, 3, "same"),
    "kernel = image": (3, (4, 3), (4, 3), 2, 2, 1, "valid"),
    "stride > kernel": (2, (8, 9), (2, 2), 2, 3, 3, "valid"),
    "stride > image": (1, (3, 3), (2, 2), 1, 2, 7, "same"),
    "one channel to one": (2, (5, 6), (3, 2), 1, 1, 1, "valid"),
    "same, even kernel": (2, (4, 5), (2, 4), 2, 2, 1, "same"),
    "same, odd zeros down": (1, (6, 7), (3, 3), 2, 2, 2, "same"),
    "same, odd zeros right": (1, (7, 6), (3, 3), 2, 2, 2, "same"),
    "same, kernel > image": (2, (2, 3), (5, 4), 1, 2, 1, "same"),
    "same, stride > kernel": (2, (7, 8), (2, 3), 2, 1, 4, "same"),
    "padding 1": (2, (4, 6), (3, 2), 2, 3, 2, 1),
    "padding > kernel": (2, (3, 2), (2, 1), 2, 2, 1, 3),
    "padding saves it": (1, (1, 2), (3, 3), 1, 2, 2, 1),
    "rows are left over": (1, (8, 10), (3, 3), 1, 2, 4, 0),
    "zeros above and below": (2, (3, 5), (3, 2), 2, 3, 1, (1, 0)),
    "zeros left and right": (2, (4, 2), (2, 4), 1, 2, 2, (0, 2)),
    "more rows than columns of zeros": (1, (5, 6), (2, 3), 2, 2, 2, (3, 1)),
    "a pair of no zeros": (1, (4, 5), (3, 2), 2, 2, 1, (0, 0)),
    "batch of none": (0, (4, 5), (3, 3), 2, 3, 1, "same"),
}
POOL = {  # N, (H, W), C, size, stride, padding
    "disjoint": (2, (4, 6), 3, 2, None, "valid"),
    "left over": (2, (5, 8), 2, 3, None, "valid"),
    "overlap": (2, (5, 6), 2, 3, 1, "valid"),
    "overlap of one": (1, (7, 6), 1, 3, 2, 0),
    "stride > size": (2, (8, 7), 2, 2, 3, "valid"),
    "size 1": (2, (3, 2), 2, 1, None, "valid"),
    "size 1, stride": (2, (4, 5), 2, 1, 2, (0, 0)),
    "size = image": (3, (4, 4), 2, 4, None, "valid"),
    "batch of none": (0, (4, 4), 2, 2, None, "valid"),
    "padding 1": (2, (5, 6), 2, 3, 2, 1),
    "padding, disjoint": (2, (5, 6), 3, 2, None, 1),
    "padding, overlap": (1, (4, 5), 2, 4, 1, 2),
    "padding, stride > size": (2, (7, 9), 2, 2, 3, 1),
    "padding above and below": (2, (5, 6), 2, 3, 2, (1, 0)),
    "padding left and right": (2, (6, 5), 2, 3, 2, (0, 1)),
    "more rows than columns of padding": (1, (6, 7), 2, 5, 3, (2, 1)),
    "padding saves it": (2, (1, 2), 3, 3, 1, 1),
    "one pixel": (2, (1, 1), 2, 2, 1, 1),
    "same": (2, (5, 4), 2, 3, 1, "same"),
    "same, even windows": (2, (4, 5), 3, 2, 1, "same"),
    "same, even and wider": (1, (5, 6), 2, 4, 3, "same"),
    "same, disjoint": (2, (5, 6), 2, 2, None, "same"),
    "same, stride > size": (2, (7, 8), 2, 2, 3, "same"),
    "same, size 1": (2, (5, 4), 2, 1, 2, "same"),
    "same, size > image": (2, (2, 3), 2, 7, 2, "same"),
    "same, batch of none": (0, (4, 5), 2, 3, 2, "same"),
}
POOLS = [MaxPool2D, AveragePool2D]


def conv_case(name, dtype=np.float64, seed=0):
    """The layer, x, and what the loops need beside x."""
    N, size, kernel, c_in, c_out, stride, padding = CONV[name]
    rng = np.random.default_rng(seed)
    K, b = rng.standard_normal((*kernel, c_in, c_out)), rng.standard_normal(c_out)
    layer = Conv2D(K.astype(dtype), b.astype(dtype), stride, padding)
    x = rng.standard_normal((N, *size, c_in)).astype(dtype)
    return layer, x, (stride, padding)


def pool_case(kind, name, dtype=np.float64):
    N, size, C, k, stride, padding = POOL[name]
    x = np.random.default_rng(1).permutation(N * size[0] * size[1] * C)  # no two are equal
    x = (x.reshape(N, *size, C) - x.size) / 7  # below 0, so that a zero in the padding would win
    return kind(k, stride, padding), x.astype(dtype), (k, stride or k, padding)


def gradients(layer, x, dy):
    layer.forward(x, training=True)
    dx = layer.backward(dy)
    return [dx, *(p.grad for p in layer.parameters.values())]


# --- the numbers ----------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", CONV)
def test_convolution_agrees_with_loops(name, dtype):
    layer, x, options = conv_case(name, dtype)
    K, b = layer.K.value, layer.b.value
    y, tolerance = layer.forward(x, training=True), 1e-4 if dtype == np.float32 else 1e-12
    np.testing.assert_allclose(y, naive.conv_layer(x, K, b, *options), rtol=0, atol=tolerance)
    np.testing.assert_array_equal(layer.forward(x), y)
    assert y.shape[1:] == layer.output_shape(x.shape[1:])
    dy = np.random.default_rng(2).standard_normal(y.shape).astype(dtype)
    expected = naive.conv_layer_backward(x, K, dy, *options)
    for got, loops in zip(gradients(layer, x, dy), expected, strict=True):
        np.testing.assert_allclose(got, loops, rtol=0, atol=tolerance)
        assert got.shape == loops.shape and got.dtype == y.dtype == dtype


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", POOL)
@pytest.mark.parametrize("kind", POOLS)
def test_pooling_agrees_with_loops(kind, name, dtype):
    layer, x, options = pool_case(kind, name, dtype)
    y, tolerance = layer.forward(x, training=True), 1e-5 if dtype == np.float32 else 1e-13
    loops = naive.max_pool_layer if kind is MaxPool2D else naive.average_pool_layer
    np.testing.assert_allclose(y, loops(x, *options), rtol=tolerance, atol=0)
    assert y.shape[1:] == layer.output_shape(x.shape[1:])
    np.testing.assert_array_equal(layer.forward(x), y)
    dy = np.random.default_rng(2).standard_normal(y.shape).astype(dtype)
    back = naive.max_pool_layer_backward
    if kind is AveragePool2D:
        back = naive.average_pool_layer_backward
    dx = layer.backward(dy)
    np.testing.assert_allclose(dx, back(x, dy, *options), rtol=0, atol=10 * tolerance)
    assert dx.shape == x.shape and dx.dtype == y.dtype == dtype


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "zeros"),
    [
        (7, 3, 1, (1, 1)),
        (6, 3, 2, (0, 1)),  # one zero is needed: it goes below, or right
        (7, 3, 2, (1, 1)),
        (5, 2, 1, (0, 1)),
        (5, 4, 1, (1, 2)),
        (2, 5, 1, (2, 2)),
        (9, 2, 3, (0, 0)),
        (8, 3, 5, (0, 0)),
        (4, 1, 2, (0, 0)),
        (3, 1, 1, (0, 0)),
    ],
)
def test_same_puts_an_odd_zero_below_and_right(size, kernel, stride, zeros):
    before, after = zeros
    x = np.arange(1.0, size + 1)
    padded = np.pad(x, zeros)
    expected = [
        padded[i : i + kernel] for i in range(0, size + before + after - kernel + 1, stride)
    ]
    assert len(expected) == -(-size // stride)
    taps = np.eye(kernel)  # filter o picks tap o of a window
    largest = [max(w for w in window if w) for window in expected]
    averages = [sum(window) / np.count_nonzero(window) for window in expected]
    for kind, right in ((MaxPool2D, largest), (AveragePool2D, averages)):
        pool = kind(kernel, stride, "same")
        for shape in ((1, size, 1, 1), (1, 1, size, 1)):
            y = pool.forward(x.reshape(shape))
            np.testing.assert_allclose(y.ravel(), right, rtol=1e-15)
    down = Conv2D(taps.reshape(kernel, 1, 1, kernel), np.zeros(kernel), stride, "same")
    right = Conv2D(taps.reshape(1, kernel, 1, kernel), np.zeros(kernel), stride, "same")
    np.testing.assert_array_equal(down.forward(x.reshape(1, size, 1, 1))[0, :, 0], expected)
    np.testing.assert_array_equal(right.forward(x.reshape(1, 1, size, 1))[0, 0], expected)


def test_agreement_with_the_formulas():
    rng = np.random.default_rng(3)
    x, K, b = rng.normal(size=(2, 7, 6, 3)), rng.normal(size=(3, 2, 3, 4)), rng.normal(size=4)
    np.testing.assert_allclose(Conv2D(K, b).forward(x), convolution.conv2d(x, K, b), atol=1e-13)
    for size in (1, 2, 3, 6):
        got = MaxPool2D(size).forward(x)
        np.testing.assert_array_equal(got, convolution.max_pool2d(x, size))
        got = AveragePool2D(size).forward(x)
        np.testing.assert_allclose(got, convolution.average_pool2d(x, size), atol=1e-14)


@pytest.mark.parametrize("name", [name for name in CONV if name != "batch of none"])
def test_gradients_of_convolution_at_every_index(name):
    layer, x, _ = conv_case(name, seed=4)
    errors = check_layer(layer, x, np.random.default_rng(5))
    assert set(errors) == {"x", "K", "b"} and max(errors.values()) <= LIMIT


@pytest.mark.parametrize("name", [name for name in POOL if "batch of none" not in name])
@pytest.mark.parametrize("kind", POOLS)
def test_gradients_of_pooling_at_every_index(kind, name):
    layer, x, _ = pool_case(kind, name)
    errors = check_layer(layer, x, np.random.default_rng(5))
    assert set(errors) == {"x"} and max(errors.values()) <= LIMIT


# --- any layout, dtype and batch ------------------------------------------------------------------


def layers(dtype=np.float64):
    K = np.random.default_rng(6).standard_normal((3, 2, 3, 2)).astype(dtype)
    return [
        Conv2D(K, [0.5, -1.0], 2, 1), Conv2D(K, [0.5, -1.0], 1, (0, 2)),
        MaxPool2D(2), MaxPool2D(3, 2, (1, 0)), AveragePool2D(3, 1), AveragePool2D(2, 2, "same"),
    ]  # fmt: skip


def layouts(x):
    """x as it may come: transposed, reversed, every second of a wider array, and read-only."""
    wide = np.full((*x.shape[:3], 2 * x.shape[3]), np.nan, x.dtype)
    wide[..., ::2] = x
    frozen = x.copy()
    frozen.flags.writeable = False
    yield from (np.asfortranarray(x), x[::-1].copy()[::-1], wide[..., ::2], frozen)


@pytest.mark.parametrize("layer", layers(), ids=repr)
def test_the_layout_in_memory_does_not_matter(layer):
    x = np.random.default_rng(7).standard_normal((3, 6, 5, 3))
    y = layer.forward(x, training=True)
    dy = np.random.default_rng(8).standard_normal(y.shape)
    expected = gradients(layer, x, dy)
    for other, other_dy in zip(layouts(x), layouts(dy), strict=True):
        before = other.copy()
        np.testing.assert_allclose(layer.forward(other), y, rtol=0, atol=1e-13)
        for got, g in zip(gradients(layer, other, other_dy), expected, strict=True):
            np.testing.assert_allclose(got, g, rtol=0, atol=1e-13)
        np.testing.assert_array_equal(other, before)


@pytest.mark.parametrize("layer", layers(), ids=repr)
def test_a_sample_does_not_see_the_rest_of_its_batch(layer):
    x = np.random.default_rng(9).standard_normal((4, 6, 5, 3))
    together = layer.forward(x, training=True)
    dy = np.random.default_rng(10).standard_normal(together.shape)
    dx, *summed = gradients(layer, x, dy)
    alone = [(layer.forward(x[[n]]), gradients(layer, x[[n]], dy[[n]])) for n in range(4)]
    np.testing.assert_allclose(np.concatenate([y for y, _ in alone]), together, atol=1e-13)
    np.testing.assert_allclose(np.concatenate([g[0] for _, g in alone]), dx, atol=1e-13)
    for k, total in enumerate(summed, start=1):
        np.testing.assert_allclose(sum(g[k] for _, g in alone), total, atol=1e-12)


@pytest.mark.parametrize(("x_dtype", "K_dtype"), [(np.float64, np.float32), (np.float32, float)])
def test_two_dtypes_meet_in_the_wider(x_dtype, K_dtype):
    layer = Conv2D(np.full((2, 2, 1, 1), 0.1, K_dtype), [0.0])
    assert layer.forward(np.ones((1, 3, 3, 1), x_dtype)).dtype == np.float64


def test_the_bias_has_the_dtype_of_the_kernel():
    assert Conv2D(np.ones((1, 1, 1, 1), np.float32), [0.5]).b.value.dtype == np.float32


@pytest.mark.parametrize("bytes_held", [1, 600, 2000])
@pytest.mark.parametrize("name", ["padding 1", "same, even kernel", "kernel = image"])
def test_a_batch_cut_into_parts_gives_the_same_numbers(name, bytes_held, monkeypatch):
    layer, x, _ = conv_case(name)
    x = np.concatenate([x, 2 * x, -x, x + 1])
    y = layer.forward(x, training=True)
    dy = np.random.default_rng(11).standard_normal(y.shape)
    expected = gradients(layer, x, dy)
    assert len(layer._parts(x, y.shape)) == 1
    monkeypatch.setattr(spatial, "ROWS_AT_A_TIME", bytes_held)
    assert len(layer._parts(x, y.shape)) > 1
    np.testing.assert_allclose(layer.forward(x), y, rtol=0, atol=1e-13)
    for got, g in zip(gradients(layer, x, dy), expected, strict=True):
        np.testing.assert_allclose(got, g, rtol=0, atol=1e-12)


def test_parts_are_as_large_as_allowed_and_no_larger(monkeypatch):
    layer, x = Conv2D(np.ones((2, 3, 2, 5), np.float32), np.zeros(5)), np.zeros((7, 4, 4, 2))
    an_image = 3 * 2 * (2 * 3 * 2)  # windows, times numbers in each
    for dtype, itemsize in ((np.float32, 4), (np.float64, 8)):
        for images, parts in ((7, 1), (6, 2), (3, 3), (1, 7)):
            for spare in (0, an_image * itemsize - 1):
                held = images * an_image * itemsize + spare
                monkeypatch.setattr(spatial, "ROWS_AT_A_TIME", held)
                assert len(layer._parts(x.astype(dtype), (7, 3, 2, 5))) == parts


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="the memory of compiled code is meant")
def test_memory_is_bounded_however_large_the_batch(monkeypatch):
    layer = Conv2D(np.ones((5, 5, 4, 2), np.float32), np.zeros(2), 1, "same")
    x = np.ones((100, 20, 20, 4), np.float32)  # 640 kB; its windows, all at once, 16 MB
    monkeypatch.setattr(spatial, "ROWS_AT_A_TIME", 1 << 20)

    def peak(call):
        call()  # compiled here
        tracemalloc.start()
        result = call()
        try:
            return tracemalloc.get_traced_memory()[1], result
        finally:
            tracemalloc.stop()

    forward, y = peak(lambda: layer.forward(x, training=True))
    assert forward < y.nbytes + 1.5 * (1 << 20)
    backward, dx = peak(lambda: layer.backward(y))
    assert backward < dx.nbytes + 3 * (1 << 20)  # rows, and their gradient


# --- the largest of a window ----------------------------------------------------------------------


@pytest.mark.parametrize("value", [0.0, -3.0])
@pytest.mark.parametrize("size", [2, 3])
def test_of_equals_the_first_in_row_major_order_gets_the_gradient(value, size):
    layer, x = MaxPool2D(size), np.full((1, size, size, 1), value)
    for i in range(size * size):  # from i on all are equal, and largest
        layer.forward(x, training=True)
        dx = layer.backward(np.full((1, 1, 1, 1), 2.0))
        assert dx.ravel().tolist() == [2.0 * (j == i) for j in range(size * size)]
        x.reshape(-1)[i] = value - 1


@pytest.mark.parametrize("value", [0.0, -3.0])
def test_of_equals_at_the_rim_the_first_pixel_of_the_image_gets_the_gradient(value):
    layer, x = MaxPool2D(3, 2, 1), np.full((1, 3, 4, 1), value)
    y = layer.forward(x, training=True)
    assert y.tolist() == np.full((1, 2, 2, 1), value).tolist()
    dx = layer.backward(np.array([[1.0, 10.0], [100.0, 1000.0]]).reshape(1, 2, 2, 1))
    assert dx[0, :, :, 0].tolist() == [[1, 10, 0, 0], [100, 1000, 0, 0], [0, 0, 0, 0]]


def test_a_mean_at_the_rim_is_one_over_the_pixels_of_the_image():
    layer, x = AveragePool2D(3, 3, 1), np.full((1, 4, 5, 1), 6.0)
    y = layer.forward(x, training=True)
    np.testing.assert_allclose(y, np.full((1, 2, 2, 1), 6), rtol=1e-15)
    dx = layer.backward(np.array([[4.0, 6.0], [40.0, 60.0]]).reshape(1, 2, 2, 1))
    right = [[1, 1, 1, 1, 1], [1, 1, 1, 1, 1], [10, 10, 10, 10, 10], [10, 10, 10, 10, 10]]
    np.testing.assert_allclose(dx[0, :, :, 0], right, rtol=1e-15)


def test_a_pixel_in_two_windows_gets_both_gradients():
    x = np.zeros((1, 3, 3, 1))
    x[0, 1, 1, 0] = 5.0
    layer = MaxPool2D(2, 1)
    layer.forward(x, training=True)
    dx = layer.backward(np.array([[1.0, 10.0], [100.0, 1000.0]]).reshape(1, 2, 2, 1))
    assert dx[0, :, :, 0].tolist() == [[0, 0, 0], [0, 1111, 0], [0, 0, 0]]


def test_a_large_window_knows_where_its_largest_is():
    x = np.arange(200.0 * 200).reshape(1, 200, 200, 1)
    layer = MaxPool2D(200)
    assert layer.forward(x, training=True).item() == 39_999
    assert np.flatnonzero(layer.backward(np.ones((1, 1, 1, 1)))).tolist() == [39_999]


@pytest.mark.parametrize("at", [0, 1, 2, 3])
def test_a_NaN_is_passed_on_and_gets_the_gradient(at):
    x = np.array([1.0, 7.0, 3.0, 5.0])
    x[at] = np.nan
    x = np.stack([x.reshape(2, 2), np.ones((2, 2))], axis=2)[None]
    layer = MaxPool2D(2)
    y = layer.forward(x, training=True)
    assert np.isnan(y[0, 0, 0, 0]) and y[0, 0, 0, 1] == 1
    dx = layer.backward(np.ones((1, 1, 1, 2)))[..., 0].ravel()
    assert dx.tolist() == [float(i == at) for i in range(4)]
    assert np.isnan(AveragePool2D(2).forward(x)).tolist() == [[[[True, False]]]]


@pytest.mark.parametrize("kind", POOLS)
@pytest.mark.parametrize("name", ["padding 1", "padding left and right", "same, even windows"])
def test_a_NaN_at_the_rim_is_passed_on_by_every_window_that_holds_it(kind, name):
    layer, x, options = pool_case(kind, name)
    for row, column in ((0, 0), (3, -1), (0, -1), (2, 1)):
        x[:, row, column, 0] = np.nan
        y = layer.forward(x, training=True)
        loops = naive.max_pool_layer if kind is MaxPool2D else naive.average_pool_layer
        right = loops(x, *options)
        assert np.isnan(right).any() and not np.isnan(right).all()
        np.testing.assert_allclose(y, right, rtol=1e-14)
        if kind is MaxPool2D:
            dx = layer.backward(np.ones(y.shape))
            assert dx[:, row, column, 0].tolist() == np.isnan(y).sum(axis=(1, 2, 3)).tolist()
        x[:, row, column, 0] = 0


def test_a_NaN_reaches_every_window_that_holds_it_and_no_other():
    x = np.ones((1, 4, 4, 1))
    x[0, 1, 2, 0] = np.nan
    y = Conv2D(np.ones((2, 2, 1, 1)), [0.0]).forward(x)[0, :, :, 0]
    assert np.isnan(y).tolist() == [[False, True, True], [False, True, True], [False] * 3]


def test_minus_infinity_is_the_largest_of_its_like():
    x = np.full((1, 2, 2, 1), -np.inf)
    layer = MaxPool2D(2)
    assert layer.forward(x, training=True)[0, 0, 0, 0] == -np.inf
    assert layer.backward(np.ones((1, 1, 1, 1))).ravel().tolist() == [1, 0, 0, 0]
    layer = MaxPool2D(2, 2, 1)
    assert (layer.forward(x, training=True) == -np.inf).all()
    assert layer.backward(np.ones((1, 2, 2, 1))).ravel().tolist() == [1, 1, 1, 1]


def test_places_in_an_image_of_more_pixels_than_32_bits_can_count():
    x = np.broadcast_to(np.float32(1), (1, 1 << 16, 1 << 16, 1))  # four bytes of memory
    layer = MaxPool2D(2, 1 << 15)
    assert layer.forward(x, training=True).tolist() == np.ones((1, 2, 2, 1)).tolist()
    *_, (_, argmax) = layer._last
    assert argmax.ravel().tolist() == [0, 1 << 15, 1 << 31, (1 << 31) + (1 << 15)]


# --- what training keeps --------------------------------------------------------------------------


@pytest.mark.parametrize("layer", layers(), ids=repr)
def test_only_training_keeps_what_backward_needs(layer):
    x = np.random.default_rng(12).standard_normal((2, 6, 5, 3))
    bare = dict(vars(layer))
    y = layer.forward(x)
    assert vars(layer) == bare
    layer.forward(x, training=True)
    kept = dict(vars(layer))
    assert set(kept) > set(bare)
    expected = layer.backward(y)
    layer.forward(-x[:1, :5, :5])
    assert all(vars(layer)[key] is value for key, value in kept.items())
    np.testing.assert_array_equal(layer.backward(y), expected)


@pytest.mark.parametrize("layer", layers(), ids=repr)
def test_the_gradient_of_the_input_may_be_skipped(layer):
    x = np.random.default_rng(13).standard_normal((2, 6, 5, 3))
    dy = layer.forward(x, training=True)
    layer.backward(dy)
    expected = [p.grad.copy() for p in layer.parameters.values()]
    for parameter in layer.parameters.values():
        parameter.grad = None
    assert layer.backward(dy, input_gradient=False) is None
    for parameter, grad in zip(layer.parameters.values(), expected, strict=True):
        np.testing.assert_array_equal(parameter.grad, grad)


def test_backward_replaces_the_gradients():
    layer, x, _ = conv_case("padding 1")
    y = layer.forward(x, training=True)
    first = [g.copy() for g in gradients(layer, x, y)]
    for got, g in zip(gradients(layer, x, y), first, strict=True):
        np.testing.assert_array_equal(got, g)


# --- how they are made ----------------------------------------------------------------------------


def test_random_kernels_have_the_limits_of_their_fans():
    rng = np.random.default_rng(14)
    layer = Conv2D.random(3, 1, 32, rng)
    assert layer.K.value.shape == (3, 3, 1, 32) and layer.K.value.dtype == np.float32
    limit = np.sqrt(6 / (9 * 1 + 9 * 32))
    assert round(limit, 4) == 0.1421
    assert 0.95 * limit < abs(layer.K.value).max() <= np.float32(limit)
    assert layer.b.value.tolist() == [0.0] * 32 and layer.b.value.dtype == np.float32
    he = Conv2D.random(5, 20, 40, rng, 2, "same", he_normal, np.float64)
    assert (he.stride, he.padding, he.K.value.dtype) == (2, "same", np.float64)
    assert he.K.value.std() == pytest.approx(np.sqrt(2 / (25 * 20)), rel=0.05)


def test_random_kernels_come_from_the_generator():
    expected = he_normal(8, 12, np.random.default_rng(15), np.float64, (2, 2, 2, 3))
    got = Conv2D.random(2, 2, 3, np.random.default_rng(15), initialize=he_normal, dtype=float)
    np.testing.assert_array_equal(got.K.value, expected)
    assert (got.stride, got.padding) == (1, "valid")


def test_defaults_of_pooling():
    for kind in POOLS:
        assert (kind().size, kind().stride) == (2, 2)
        assert (kind(3).size, kind(3).stride) == (3, 3)
        assert (kind(3, 1).size, kind(3, 1).stride) == (3, 1)
        assert kind(3, 1).parameters == {}
        assert kind().padding == "valid"


def test_padding_is_kept_as_a_word_a_number_or_a_tuple():
    for given, kept in (
        ("same", "same"), (1, 1), ((1, 0), (1, 0)), ([0, 1], (0, 1)), (np.int64(1), 1),
        ((np.int8(1), 0), (1, 0)), ((0, 0), (0, 0)),
    ):  # fmt: skip
        for layer in (
            *(kind(2, padding=given) for kind in POOLS), Conv2D(ONE, [0.0], padding=given),
            Conv2D.random(2, 1, 1, np.random.default_rng(0), padding=given),
        ):  # fmt: skip
            assert layer.padding == kept and type(layer.padding) is type(kept)
            assert repr(layer).endswith(f"padding={kept!r})")


def test_zeros_around_an_image():
    K = np.ones((3, 2, 1, 1))
    for padding, zeros in (
        ("valid", (0, 0, 0, 0)), (0, (0, 0, 0, 0)), (1, (1, 1, 1, 1)), ((1, 0), (1, 1, 0, 0)),
        ((0, 1), (0, 0, 1, 1)), ("same", (1, 1, 0, 1)),
    ):  # fmt: skip
        assert Conv2D(K, [0.0], 1, padding).zeros_around(4, 4) == zeros
    for kind in POOLS:
        assert kind(3, 2, "same").zeros_around(5, 6) == (1, 1, 0, 1)
        assert kind(3, 2, (1, 0)).zeros_around(5, 6) == (1, 1, 0, 0)


# --- what is refused ------------------------------------------------------------------------------

ONE = np.ones((1, 1, 1, 1))
NO_PADDING = [
    (None, TypeError, "padding must be a whole number, got None"),
    ((1, -1), ValueError, "padding must be >= 0, got -1"),
    ((1, 0.5), TypeError, r"padding must be a whole number, got 0\.5"),
    ((True, 0), TypeError, "padding must be a whole number, got True"),
    ((1, "same"), TypeError, "padding must be a whole number, got 'same'"),
    ((1,), ValueError, r"padding must be a number or a pair \(rows, columns\), got \(1,\)"),
    ((1, 1, 1, 1), ValueError, r"or a pair \(rows, columns\), got \(1, 1, 1, 1\)"),
    ({1: 0, 0: 1}, TypeError, r"padding must be a whole number, got \{1: 0, 0: 1\}"),
    ([[1, 0], [0, 1]], TypeError, r"padding must be a whole number, got \[1, 0\]"),
]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((np.ones((3, 3, 1)), [0.0]), ValueError, r"K must be .*got \(3, 3, 1\) and \(1,\)"),
        ((np.ones((3, 3, 1)), 0.0), ValueError, r"got \(3, 3, 1\) and \(\)"),
        ((np.ones((3, 3, 1, 1, 1)), [[0.0]]), ValueError, r"got \(3, 3, 1, 1, 1\)"),
        ((np.ones((3, 3, 1, 2)), [0.0]), ValueError, r"got \(3, 3, 1, 2\) and \(1,\)"),
        ((np.ones((3, 3, 2, 1)), [[0.0]]), ValueError, r"got \(3, 3, 2, 1\) and \(1, 1\)"),
        ((ONE * np.nan, [0.0]), ValueError, "K must be finite"),
        ((ONE, [np.inf]), ValueError, "b must be finite"),
        ((ONE.astype(str), [0.0]), TypeError, "K must be an array of real numbers"),
        ((ONE, ["a"]), TypeError, "b must be an array of real numbers"),
        ((ONE, [0.0], 0), ValueError, "stride must be >= 1, got 0"),
        ((ONE, [0.0], 1.0), TypeError, r"stride must be a whole number, got 1\.0"),
        ((ONE, [0.0], True), TypeError, "stride must be a whole number, got True"),
        ((ONE, [0.0], 1, -1), ValueError, "padding must be >= 0, got -1"),
        ((ONE, [0.0], 1, 0.5), TypeError, "padding must be a whole number"),
        ((ONE, [0.0], 1, "full"), ValueError, "padding must be 'valid' or 'same', got 'full'"),
        *(((ONE, [0.0], 1, padding), *said) for padding, *said in NO_PADDING),
    ],
)
def test_convolution_refuses(arguments, error, message):
    with pytest.raises(error, match=message):
        Conv2D(*arguments)


@pytest.mark.parametrize("kind", POOLS)
@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((0,), ValueError, "size must be >= 1, got 0"),
        ((2.0,), TypeError, "size must be a whole number"),
        ((2, 0), ValueError, "stride must be >= 1, got 0"),
        ((2, 1.5), TypeError, "stride must be a whole number"),
        ((2, 1, -1), ValueError, "padding must be >= 0, got -1"),
        ((2, 1, "full"), ValueError, "padding must be 'valid' or 'same', got 'full'"),
        ((1, 1, 1), ValueError, "padding must be at most half the size, here 0, .*image, got 1"),
        ((3, 1, 2), ValueError, "padding must be at most half the size, here 1, .*image, got 2"),
        ((4, 1, (0, 3)), ValueError, r"at most half the size, here 2, .*image, got \(0, 3\)"),
        ((4, 1, [3, 2]), ValueError, r"at most half the size, here 2, .*image, got \(3, 2\)"),
        *(((2, 1, padding), *said) for padding, *said in NO_PADDING),
    ],
)
def test_pooling_refuses(kind, arguments, error, message):
    with pytest.raises(error, match=message):
        kind(*arguments)


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (Conv2D(np.ones((3, 3, 2, 1)), [0.0]), (1, 5, 5, 3), r"images \(H, W, 2\)"),
        (Conv2D(np.ones((3, 3, 2, 1)), [0.0]), (5, 5, 2), r"images \(H, W, 2\)"),
        (Conv2D(np.ones((3, 3, 2, 1)), [0.0]), (1, 1, 5, 5, 2), r"images \(H, W, 2\)"),
        (Conv2D(np.ones((4, 3, 1, 1)), [0.0]), (2, 3, 9, 1), "at least 4 x 3 pixels"),
        (Conv2D(np.ones((4, 3, 1, 1)), [0.0]), (2, 9, 2, 1), "at least 4 x 3 pixels"),
        (Conv2D(np.ones((4, 3, 1, 1)), [0.0], 1, 1), (2, 1, 9, 1), "at least 4 x 3 pixels"),
        (MaxPool2D(3), (2, 2, 9, 1), "at least 3 x 3 pixels"),
        (MaxPool2D(3), (2, 9, 2, 1), "at least 3 x 3 pixels"),
        (AveragePool2D(3, 1), (2, 2, 9, 1), "at least 3 x 3 pixels"),
        (AveragePool2D(3, 1), (9, 9, 1), r"images \(H, W, C\)"),
        (MaxPool2D(3, 1), (9, 9), r"images \(H, W, C\)"),
        (MaxPool2D(), (1, 1, 5, 5, 2), r"images \(H, W, C\)"),
        (Conv2D(np.ones((4, 3, 1, 1)), [0.0], 1, (1, 0)), (2, 2, 2, 1), "at least 4 x 3 pixels"),
        (Conv2D(np.ones((3, 4, 1, 1)), [0.0], 1, (0, 1)), (2, 2, 2, 1), "at least 3 x 4 pixels"),
        (MaxPool2D(4, 1, 1), (2, 1, 9, 1), "at least 4 x 4 pixels, padding included"),
        (AveragePool2D(4, 1, (1, 0)), (2, 9, 3, 1), "at least 4 x 4 pixels, padding included"),
        (MaxPool2D(3, 1, 1), (2, 0, 3, 1), "at least one pixel"),
        (AveragePool2D(2, 1, 1), (2, 0, 3, 1), "at least one pixel"),
        (MaxPool2D(2, 1, "same"), (2, 3, 0, 1), "at least one pixel"),
    ],
)
def test_images_that_do_not_fit_are_refused_with_both_shapes(layer, shape, message):
    got = str(shape).replace("(", r"\(").replace(")", r"\)")
    with pytest.raises(ValueError, match=rf"x must be \(N, H, W, C\): .*{message}.*got {got}"):
        layer.forward(np.zeros(shape))
    with pytest.raises(ValueError, match=message):
        layer.output_shape(shape[1:])
