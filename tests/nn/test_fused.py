"""Layers in one pass give what the layers give, one after the other."""

from contextlib import nullcontext

import numba
import numpy as np
import pytest

from minprune.nn.batchnorm import BatchNorm
from minprune.nn.fused import Convolution, fused, layer_by_layer, taken
from minprune.nn.gradcheck import check_network
from minprune.nn.layers import Dense, Flatten, LeakyReLU, ReLU
from minprune.nn.losses import mean_squared_error
from minprune.nn.models import cnn, lenet5
from minprune.nn.network import Network
from minprune.nn.parameter import Parameter
from minprune.nn.spatial import AveragePool2D, Conv2D, MaxPool2D


@pytest.fixture(autouse=True)
def few_tiles(monkeypatch):
    """Of one size, since the loops are compiled for each; `test_direct` tries others."""
    monkeypatch.setattr("minprune.nn.products.sizes", lambda columns, channels, dtype: (2, 1))


SHAPES = {  # N, (H, W), kernel, c_in, c_out, padding
    "the document's": (3, (28, 28), (3, 3), 1, 32, "valid"),
    "odd rows left over": (2, (8, 7), (2, 2), 1, 3, "valid"),
    "colour, same": (2, (6, 5), (3, 1), 3, 5, "same"),
    "colour, 2 zeros": (2, (4, 4), (1, 2), 3, 1, 2),
    "one pixel out": (1, (2, 2), (1, 1), 1, 1, "valid"),
    "one by one, 32 channels": (2, (4, 6), (1, 1), 32, 4, "valid"),
    "even kernel, same": (2, (5, 5), (4, 4), 3, 2, "same"),
    "17 filters": (2, (4, 4), (3, 3), 3, 17, (0, 1)),
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
    tolerance = 1e-4 if dtype == np.float32 else 1e-11
    shorter = (three[:2], three[:1]) if shape in ("colour, same", "17 filters") else ()
    for some in (three, *shorter):
        expected = one_by_one(some, x, training=True)
        if some is not three:
            dy = np.random.default_rng(1).standard_normal(expected.shape).astype(dtype)
        d = dy
        for layer in reversed(some):
            d = layer.backward(d)
        conv, one = some[0], Convolution(*some)
        dK, db = conv.K.grad.copy(), conv.b.grad.copy()
        for training in (False, True):
            y = one.forward(x, training)
            assert y.dtype == dtype
            np.testing.assert_allclose(y, expected, tolerance, tolerance)
        for input_gradient in (True, False):
            conv.K.grad = conv.b.grad = None
            dx = one.backward(dy, input_gradient)
            np.testing.assert_allclose(conv.K.grad, dK, tolerance, tolerance)
            np.testing.assert_allclose(conv.b.grad, db, tolerance, tolerance)
            if input_gradient:
                np.testing.assert_allclose(dx, d, tolerance, tolerance)
            else:
                assert dx is None


def test_only_what_the_loops_can_do_is_fused():
    rng = np.random.default_rng(0)

    def conv(kernel=3, c_in=1, **options):
        return Conv2D.random(kernel, c_in, 2, rng, **options)

    relu, pool = ReLU(), MaxPool2D(2)
    assert taken([conv(), relu, pool]) == 3
    assert taken([conv(1, 33, padding="same"), relu, pool]) == 3
    assert taken([conv(stride=2), relu, pool]) == 3
    assert taken([conv(padding=(2, 0)), relu, MaxPool2D(2, padding=(0, 0))]) == 3
    assert taken([conv(), relu, MaxPool2D(2, padding=0)]) == 3
    for other in (MaxPool2D(3), MaxPool2D(2, stride=1), MaxPool2D(3, 2), AveragePool2D(2), relu):
        assert taken([conv(), relu, other]) == 2
    for padding in (1, (0, 1), (1, 0), "same"):
        assert taken([conv(), relu, MaxPool2D(2, padding=padding)]) == 2
    assert taken([conv(), relu]) == 2
    for others in ([], [pool], [pool, relu], [conv(), relu], [LeakyReLU(), pool]):
        assert taken([conv(), *others]) == 1
    assert taken([relu]) == taken([pool, conv(), relu]) == taken([relu, pool, conv()]) == 0


def test_a_subclass_runs_by_itself():
    """It may compute anything."""

    class OtherConv(Conv2D):
        pass

    class OtherReLU(ReLU):
        pass

    class OtherPool(MaxPool2D):
        pass

    conv, relu, pool = Conv2D.random(2, 1, 2, 0), ReLU(), MaxPool2D(2)
    assert taken([conv, relu, OtherPool(2)]) == 2
    assert taken([conv, OtherReLU(), pool]) == 1
    assert taken([OtherConv.random(2, 1, 2, 0), relu, pool]) == 0


def test_a_network_goes_on_behind_them():
    network = lenet5(np.random.default_rng(0))
    names = [type(step).__name__ for step in fused(network.layers)]
    assert names == ["Convolution", "Convolution", "Flatten", *["Dense", "ReLU"] * 2, "Dense"]
    assert fused(network.layers)[0].pool is network.layers[2]
    assert fused(network.layers[1:])[:2] == network.layers[1:3]
    assert fused(network.layers[6:]) == network.layers[6:]
    assert fused([]) == []
    with layer_by_layer():
        assert fused(network.layers) is network.layers
    assert len(fused(network.layers)) == len(network.layers) - 4


@pytest.mark.parametrize("where", ["image", "kernel", "bias"])
@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize("shape", ["colour, same", "17 filters"])
def test_a_nan_is_passed_on(shape, n, where):
    three, x, _ = layers(shape)
    array = {"image": x, "kernel": three[0].K.value, "bias": three[0].b.value}[where]
    array[(0,) * array.ndim] = np.nan
    expected = one_by_one(three[:n], x)
    y = Convolution(*three[:n]).forward(x)
    assert np.isnan(expected).any()
    np.testing.assert_array_equal(np.isnan(y), np.isnan(expected))
    np.testing.assert_allclose(y, expected, 1e-11, 1e-11)


@pytest.mark.parametrize("n", [2, 3])
@pytest.mark.parametrize("shape", ["colour, same", "17 filters"])
def test_the_gradient_goes_nowhere_from_a_nan(shape, n):
    three, x, _ = layers(shape)
    three[0].b.value[[0, -1]] = np.nan
    one = Convolution(*three[:n])
    one.backward(np.ones_like(one.forward(x, True)), input_gradient=False)
    assert three[0].b.grad[0] == three[0].b.grad[-1] == 0
    assert (three[0].b.grad[1:-1] > 0).all()
    assert np.isfinite(three[0].K.grad).all()
    assert not three[0].K.grad[..., [0, -1]].any()


def test_an_infinity_is_no_nan():
    three, x, _ = layers("the document's")
    three[0].b.value[:2] = np.inf, -np.inf
    for n in (2, 3):
        y = Convolution(*three[:n]).forward(x)
        assert (y[..., 0] == np.inf).all()
        assert (y[..., 1] == 0).all()
    y = Convolution(three[0]).forward(x)
    assert (y[..., 0] == np.inf).all()
    assert (y[..., 1] == -np.inf).all()


@pytest.mark.parametrize("c", [1, 16, 17])
def test_the_gradient_goes_to_the_first_of_equals_and_nowhere_from_zero(c):
    """c filters that are 1, c that are -1, and c that are 0."""
    conv = Conv2D(K=np.repeat([1.0, -1.0, 0.0], c).reshape(1, 1, 1, -1), b=np.zeros(3 * c))
    one = Convolution(conv, ReLU(), MaxPool2D(2))
    dy = np.full((1, 1, 1, 3 * c), 10.0)
    for place, four in enumerate([[3, 3, 3, 1], [1, 3, 3, 3], [1, 1, 3, 3], [-9, 0, 1, 3]]):
        x = np.array(four, float).reshape(1, 2, 2, 1)
        best, least = max(four), max(-min(four), 0)
        y = one.forward(x, training=True).reshape(3, c)
        np.testing.assert_array_equal(y, np.repeat([best, least, 0], c).reshape(3, c))
        expected = np.zeros(4)
        expected[place] = 10 * c
        expected[0] -= 10 * c * (least > 0)
        np.testing.assert_array_equal(one.backward(dy).ravel(), expected)
        one.backward(dy, input_gradient=False)
        dK = np.repeat([10 * best, -10 * least, 0], c)
        np.testing.assert_array_equal(conv.K.grad.ravel(), dK)
        np.testing.assert_array_equal(conv.b.grad, np.repeat([10, 10 * (least > 0), 0], c))


def test_images_of_any_kind_and_order():
    three, x, dy = layers("colour, same")
    one = Convolution(*three)
    expected = one.forward(x, training=True)
    dx, dK = one.backward(dy), three[0].K.grad
    for odd in (np.asfortranarray(dy), np.repeat(dy, 2, axis=3)[..., ::2], dy.astype(">f8")):
        np.testing.assert_array_equal(one.backward(odd), dx)
        np.testing.assert_array_equal(three[0].K.grad, dK)
    np.testing.assert_array_equal(one.forward(x.astype(">f8")), expected)
    np.testing.assert_array_equal(one.forward(np.asfortranarray(x)), expected)
    np.testing.assert_array_equal(one.forward(np.repeat(x, 2, axis=0)[::2]), expected)
    whole = (10 * x).astype(np.int64)
    np.testing.assert_array_equal(one.forward(whole), one.forward(whole.astype(np.float64)))
    with pytest.raises(ValueError, match=r"takes images \(H, W, 3\).*got \(2, 6, 5, 4\)"):
        one.forward(np.zeros((2, 6, 5, 4)))


def random_conv(kernel, c_in, c_out, stride=1, padding="valid"):
    return Conv2D.random(kernel, c_in, c_out, c_out, stride, padding, dtype=np.float64)


def norm(c):
    norm = BatchNorm.identity(c, np.float64)
    norm.gamma.value, norm.beta.value = np.linspace(0.5, 2, c), np.linspace(-1, 1, c)
    return norm


NETWORKS = {  # layers before the dense one, size of the images, channels
    "two poolings": (lambda: [random_conv(2, 1, 3), ReLU(), MaxPool2D(2),
                              random_conv(2, 3, 3, 1, 1), ReLU(), MaxPool2D(2)], (7, 8), 1),
    "two in a row": (lambda: [random_conv(3, 3, 3, 1, "same"), random_conv(3, 3, 2), ReLU()],
                     (5, 4), 3),
    "BatchNorm between": (lambda: [random_conv(3, 1, 3), ReLU(), norm(3), random_conv(2, 3, 2),
                                   ReLU(), MaxPool2D(2)], (5, 5), 1),
    "stride 3, then 5 x 5": (lambda: [random_conv(3, 1, 3, 3, "same"), ReLU(),
                                      random_conv(5, 3, 2, 1, 2), ReLU(), MaxPool2D(2)], (7, 8), 1),
    "stride 3, kernel 2": (lambda: [random_conv(2, 1, 2, 3, (0, 1)), ReLU()], (5, 7), 1),
    "1 x 1, 17 channels": (lambda: [random_conv(1, 17, 3), ReLU(), random_conv(1, 3, 17), ReLU(),
                                    MaxPool2D(2)], (2, 3), 17),
    "pairs, 17 filters": (lambda: [random_conv(2, 1, 17, 1, (1, 0)), ReLU(),
                                   random_conv(2, 17, 1, 2, (0, 2))], (3, 3), 1),
}  # fmt: skip


@pytest.mark.parametrize("name", NETWORKS)
def test_gradients_of_a_network_with_them_inside(name):
    make, size, channels = NETWORKS[name]
    layers = [*make(), Flatten()]
    rng, shape = np.random.default_rng(3), (*size, channels)
    (n,) = Network(layers, shape).check()[-1]
    network = Network([*layers, Dense.random(n, 2, rng, dtype=np.float64)], shape)
    for parameter in network.parameters.values():  # no biases of 0
        parameter.value += rng.uniform(-0.1, 0.1, parameter.value.shape)
    assert isinstance(fused(network.layers)[0], Convolution)
    x, y = rng.standard_normal((3, *shape)), rng.standard_normal((3, 2))
    errors = check_network(network, x, y, mean_squared_error)
    assert errors.keys() == {"x", *network.parameters}
    assert max(errors.values()) <= 1e-6


def test_layer_by_layer_gives_the_same():
    network = cnn(np.random.default_rng(0), dtype=np.float64)
    x = np.random.default_rng(1).standard_normal((2, 28, 28, 1))
    dy = np.random.default_rng(2).standard_normal((2, 10))
    results = []
    for how in (nullcontext, layer_by_layer):
        with how():
            y = network.forward(x, training=True)
            dx = network.backward(dy)
        results.append([y, dx, *(p.grad for p in network.parameters.values())])
    for one, other in zip(*results, strict=True):
        np.testing.assert_allclose(one, other, 1e-9, 1e-11)


def test_what_is_kept_for_the_way_back_is_small():
    network = cnn(np.random.default_rng(0))
    network.forward(np.zeros((4, 28, 28, 1), np.float32), training=True)
    kept = [a for a in network.steps[0]._last[2] if isinstance(a, np.ndarray)]
    beyond = 1000  # where the last tile of a row reads on
    assert 0 <= sum(a.nbytes for a in kept) - 4 * (4 * 28 * 28 + 13 * 13 * 32) < beyond


def test_nothing_is_kept_without_training():
    three, x, _ = layers("colour, same")
    one = Convolution(*three)
    one.forward(x)
    with pytest.raises(ValueError, match="needs a forward"):
        one.backward(x)


def test_a_large_batch_loses_no_digits():
    """A million equal numbers, one by one, would be rounded to something else."""
    conv, N = Conv2D.random(1, 1, 1, 0), 200 if numba.config.DISABLE_JIT else 20_000
    conv.K.value[:] = 1
    x = np.full((N, 14, 14, 1), 0.1, np.float32)
    for one, pixels in ((Convolution(conv, ReLU(), MaxPool2D(2)), 49), (Convolution(conv), 196)):
        y = one.forward(x, training=True)
        one.backward(np.full_like(y, 0.3), input_gradient=False)
        assert conv.b.grad[0] == pytest.approx(pixels * N * 0.3, rel=1e-4)
        assert conv.K.grad[0, 0, 0, 0] == pytest.approx(pixels * N * 0.03, rel=1e-4)


def test_images_are_added_in_float64(monkeypatch):
    """In float32, 2^24 + 1 is 2^24."""
    monkeypatch.setattr("minprune.nn.fused.SUMMED", 1)
    one = Convolution(Conv2D.random(1, 1, 1, 0))
    dy = np.ones_like(one.forward(np.ones((65, 1, 1, 1), np.float32), training=True))
    dy[0] = 2**24
    one.backward(dy)
    assert one.conv.K.grad.item() == one.conv.b.grad.item() == 2**24 + 64


def test_images_too_small_for_the_pooling_are_refused_with_both_shapes():
    rng = np.random.default_rng(0)
    one = Convolution(Conv2D.random(3, 1, 2, rng), ReLU(), MaxPool2D(2))
    with pytest.raises(
        ValueError, match=r"gives \(1, 1, 2\), but .* at least 2 x 2 pixels, .*, got \(1, 3, 3, 1\)"
    ):
        one.forward(np.zeros((1, 3, 3, 1)))
    with pytest.raises(ValueError, match=r"at least 3 x 3 pixels, .*, got \(1, 2, 3, 1\)"):
        one.forward(np.zeros((1, 2, 3, 1)))
    for other in (Convolution(one.conv), Convolution(one.conv, one.relu)):
        assert other.forward(np.zeros((1, 3, 3, 1))).shape == (1, 1, 1, 2)
        with pytest.raises(ValueError, match=r"at least 3 x 3 pixels, .*, got \(1, 2, 3, 1\)"):
            other.forward(np.zeros((1, 2, 3, 1)))


def test_a_gradient_of_another_shape_is_refused_with_both_shapes():
    three, x, dy = layers("colour, same")
    one = Convolution(*three)
    one.forward(x, training=True)
    with pytest.raises(ValueError, match=r"\(2, 3, 2, 5\) .* got \(1, 3, 2, 5\)"):
        one.backward(dy[:1])


@pytest.mark.parametrize("stride", [17, 1000, 2**62])
def test_a_stride_that_is_far_is_left_to_the_layers(stride):
    """Compiled for it, the loops would be as long as it is."""
    network = Network([Conv2D.random(2, 1, 2, 0, stride), ReLU()], (30, 30, 1))
    assert fused(network.layers) == network.layers
    assert taken([Conv2D.random(2, 1, 2, 0, 16), ReLU()]) == 2


def test_a_bias_of_another_length_is_refused():
    for length in (1, 2, 40):
        conv = Conv2D.random(2, 1, 33, 0)
        conv.b = Parameter(np.zeros(length))
        with pytest.raises(ValueError, match="do not fit together"):
            Convolution(conv).forward(np.zeros((1, 3, 3, 1)))


def test_a_kernel_without_taps_and_zeros_less_than_none_are_refused():
    for shape in ((0, 2, 1, 3), (2, 0, 1, 3), (2, 2, 0, 3), (2, 2, 1, 0)):
        conv = Conv2D.random(2, 1, 3, 0)
        conv.K = Parameter(np.zeros(shape))
        conv.b = Parameter(np.zeros(shape[3]))
        with pytest.raises(ValueError, match="do not fit together"):
            Convolution(conv).forward(np.zeros((1, 4, 4, shape[2])))
    for padding in (-1, (-1, 0), (0, -1)):
        conv = Conv2D.random(2, 1, 3, 0)
        conv.padding = padding
        with pytest.raises(ValueError, match="do not fit together"):
            Convolution(conv).forward(np.zeros((1, 4, 4, 1)))


@pytest.mark.parametrize("n", [1, 3])
def test_the_way_back_is_that_of_the_forward_whatever_becomes_of_the_layer(n):
    three, x, _ = layers("colour, same")
    conv, one = three[0], Convolution(*three[:n])
    y = one.forward(x, training=True)
    dx = one.backward(y)
    for name, value in (("stride", 3), ("stride", 2**62), ("padding", 7), ("padding", (0, 0))):
        old = getattr(conv, name)
        setattr(conv, name, value)
        np.testing.assert_array_equal(one.backward(y), dx)
        setattr(conv, name, old)


def test_a_kernel_of_another_shape_is_refused_on_the_way_back():
    three, x, dy = layers("colour, same")
    one = Convolution(*three)
    one.forward(x, training=True)
    three[0].K = Parameter(np.ones((1, 3, 3, 5)))
    with pytest.raises(ValueError, match=r"\(3, 1, 3, 5\) in the forward, .* \(1, 3, 3, 5\)"):
        one.backward(dy)
