"""Three layers in one pass give what the three layers give, one after the other."""

import numpy as np
import pytest

from minprune.nn.fused import ConvReLUMaxPool, can_be_fused, fused
from minprune.nn.gradcheck import check_network
from minprune.nn.layers import Dense, Flatten, ReLU
from minprune.nn.losses import mean_squared_error
from minprune.nn.models import cnn, lenet5
from minprune.nn.network import Network
from minprune.nn.spatial import AveragePool2D, Conv2D, MaxPool2D

# the loops are compiled once for every number of taps: 9, 4, 32 or 1
SHAPES = {  # N, (H, W), kernel, c_in, c_out, padding
    "the document's": (3, (28, 28), (3, 3), 1, 32, "valid"),
    "odd rows left over": (2, (8, 7), (2, 2), 1, 3, "valid"),
    "colour, same": (2, (6, 5), (3, 1), 3, 5, "same"),
    "colour, 2 zeros": (2, (4, 4), (1, 2), 2, 1, 2),
    "one pixel out": (1, (2, 2), (1, 1), 1, 1, "valid"),
    "one by one, 32 channels": (2, (4, 6), (1, 1), 32, 4, "valid"),
    "even kernel, same": (2, (5, 5), (4, 4), 2, 2, "same"),
    "no image at all": (0, (6, 6), (3, 3), 1, 2, "valid"),
}


def layers(shape, dtype=np.float64, seed=0):
    """Three layers, images, and a gradient from behind, all random."""
    n, size, kernel, c_in, c_out, padding = SHAPES[shape]
    rng = np.random.default_rng(seed)
    K = rng.standard_normal((*kernel, c_in, c_out)).astype(dtype)
    conv = Conv2D(K, rng.standard_normal(c_out).astype(dtype), 1, padding)
    three = [conv, ReLU(), MaxPool2D(2)]
    x = rng.standard_normal((n, *size, c_in)).astype(dtype)
    y = one_by_one(three, x)
    return three, x, rng.standard_normal(y.shape).astype(dtype)


def one_by_one(layers, x, training=False):
    for layer in layers:
        x = layer.forward(x, training)
    return x


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", SHAPES)
def test_the_same_as_layer_by_layer(shape, dtype):
    three, x, dy = layers(shape, dtype)
    tolerance = {"rtol": 1e-4, "atol": 1e-4} if dtype == np.float32 else {"rtol": 1e-11}
    expected = one_by_one(three, x, training=True)
    d = dy
    for layer in reversed(three):
        d = layer.backward(d)
    dK, db = three[0].K.grad.copy(), three[0].b.grad.copy()
    one = ConvReLUMaxPool(*three)
    for training in (False, True):
        y = one.forward(x, training)
        assert y.dtype == dtype
        np.testing.assert_allclose(y, expected, **tolerance)
    for input_gradient in (True, False):
        three[0].K.grad = three[0].b.grad = None
        dx = one.backward(dy, input_gradient)
        np.testing.assert_allclose(three[0].K.grad, dK, **tolerance)
        np.testing.assert_allclose(three[0].b.grad, db, **tolerance)
        if input_gradient:
            np.testing.assert_allclose(dx, d, **tolerance)
        else:
            assert dx is None


def test_only_what_the_loops_can_do_is_fused():
    rng = np.random.default_rng(0)

    def conv(kernel=3, c_in=1, **options):
        return Conv2D.random(kernel, c_in, 2, rng, **options)

    relu, pool = ReLU(), MaxPool2D(2)
    assert can_be_fused([conv(), relu, pool])
    assert can_be_fused([conv(1, 32, padding="same"), relu, pool])
    assert not can_be_fused([conv(1, 33), relu, pool])
    assert not can_be_fused([conv(stride=2), relu, pool])
    assert not can_be_fused([conv(), relu, MaxPool2D(3)])
    assert not can_be_fused([conv(), relu, MaxPool2D(2, stride=1)])
    assert not can_be_fused([conv(), relu, AveragePool2D(2)])
    assert can_be_fused([conv(padding=(2, 0)), relu, MaxPool2D(2, padding=(0, 0))])
    assert can_be_fused([conv(), relu, MaxPool2D(2, padding=0)])
    for padding in (1, (0, 1), (1, 0), "same"):
        assert not can_be_fused([conv(), relu, MaxPool2D(2, padding=padding)])
    assert not can_be_fused([conv(), relu])
    assert not can_be_fused([conv(), pool, relu])


def test_a_network_goes_on_behind_them():
    network = lenet5(np.random.default_rng(0))
    steps = fused(network.layers)
    assert [type(step).__name__ for step in steps[:3]] == ["ConvReLUMaxPool", "Conv2D", "ReLU"]
    assert len(steps) == len(network.layers) - 2
    assert fused(network.layers[1:]) == network.layers[1:]


@pytest.mark.parametrize("where", ["image", "kernel", "bias"])
def test_a_nan_is_passed_on(where):
    three, x, _ = layers("colour, same")
    array = {"image": x, "kernel": three[0].K.value, "bias": three[0].b.value}[where]
    array[(0,) * array.ndim] = np.nan
    expected = one_by_one(three, x)
    y = ConvReLUMaxPool(*three).forward(x)
    assert np.isnan(expected).any()
    np.testing.assert_array_equal(np.isnan(y), np.isnan(expected))


def test_an_infinity_is_no_nan():
    three, x, _ = layers("the document's")
    three[0].b.value[:2] = np.inf, -np.inf
    y = ConvReLUMaxPool(*three).forward(x)
    assert (y[..., 0] == np.inf).all()
    assert (y[..., 1] == 0).all()


def test_the_gradient_goes_to_the_first_of_equals_and_nowhere_from_zero():
    conv = Conv2D(K=np.array([[[[1.0, -1.0]]]]), b=[0.0, 0.0])
    one = ConvReLUMaxPool(conv, ReLU(), MaxPool2D(2))
    x = np.array([[3.0, 3.0], [3.0, 1.0]]).reshape(1, 2, 2, 1)
    np.testing.assert_array_equal(one.forward(x, training=True).ravel(), [3, 0])
    dx = one.backward(np.array([10.0, 10.0]).reshape(1, 1, 1, 2))
    np.testing.assert_array_equal(dx.ravel(), [10, 0, 0, 0])
    one.backward(np.array([10.0, 10.0]).reshape(1, 1, 1, 2), input_gradient=False)
    np.testing.assert_array_equal(conv.K.grad.ravel(), [30, 0])
    np.testing.assert_array_equal(conv.b.grad, [10, 0])


def test_images_of_any_kind_and_order():
    three, x, _ = layers("colour, same")
    one = ConvReLUMaxPool(*three)
    expected = one.forward(x)
    np.testing.assert_array_equal(one.forward(np.asfortranarray(x)), expected)
    np.testing.assert_array_equal(one.forward(np.repeat(x, 2, axis=0)[::2]), expected)
    whole = (10 * x).astype(np.int64)
    np.testing.assert_array_equal(one.forward(whole), one.forward(whole.astype(np.float64)))
    with pytest.raises(ValueError, match=r"takes images \(H, W, 3\).*got \(2, 6, 5, 4\)"):
        one.forward(np.zeros((2, 6, 5, 4)))


def test_gradients_of_a_network_with_them_inside():
    rng = np.random.default_rng(3)
    network = Network(
        [
            *[Conv2D.random(2, 1, 2, rng, dtype=np.float64), ReLU(), MaxPool2D(2)],
            *[Conv2D.random(2, 2, 3, rng, 1, 1, dtype=np.float64), ReLU(), MaxPool2D(2)],
            *[Flatten(), Dense.random(12, 2, rng, dtype=np.float64)],
        ],
        (7, 8, 1),
    )
    assert len(fused(network.layers)) == 4
    x, y = rng.standard_normal((3, 7, 8, 1)), rng.standard_normal((3, 2))
    errors = check_network(network, x, y, mean_squared_error)
    assert max(errors.values()) <= 1e-6


def test_what_is_kept_for_the_way_back_is_small():
    network = cnn(np.random.default_rng(0))
    network.forward(np.zeros((4, 28, 28, 1), np.float32), training=True)
    first = network.steps[0]
    _, padded, winner = first._last[2]
    kept = padded.nbytes + winner.nbytes
    assert kept == 4 * (4 * 28 * 28 + 13 * 13 * 32)


def test_a_large_batch_loses_no_digits():
    """A million equal numbers, one by one, would be rounded to something else."""
    rng = np.random.default_rng(0)
    conv = Conv2D.random(1, 1, 1, rng)
    conv.K.value[:] = 1
    one = ConvReLUMaxPool(conv, ReLU(), MaxPool2D(2))
    x = np.full((20_000, 14, 14, 1), 0.1, np.float32)
    dy = np.full((20_000, 7, 7, 1), 0.3, np.float32)
    one.forward(x, training=True)
    one.backward(dy, input_gradient=False)
    assert conv.b.grad[0] == pytest.approx(980_000 * 0.3, rel=1e-4)
    assert conv.K.grad[0, 0, 0, 0] == pytest.approx(980_000 * 0.03, rel=1e-4)


def test_images_too_small_for_the_pooling_are_refused_with_both_shapes():
    rng = np.random.default_rng(0)
    one = ConvReLUMaxPool(Conv2D.random(3, 1, 2, rng), ReLU(), MaxPool2D(2))
    with pytest.raises(
        ValueError, match=r"gives \(1, 1, 2\), but .* at least 2 x 2 pixels, .*, got \(1, 3, 3, 1\)"
    ):
        one.forward(np.zeros((1, 3, 3, 1)))
