"""Activations, Flatten and Dropout; then random stacks of all layers by central differences."""

import math

import naive
import numpy as np
import pytest

from minprune.nn.batchnorm import BatchNorm
from minprune.nn.gradcheck import check_layer, check_network
from minprune.nn.layers import Dense, Dropout, Flatten, Layer, LeakyReLU, ReLU, Sigmoid, Tanh
from minprune.nn.network import Network
from minprune.nn.spatial import AveragePool2D, Conv2D, MaxPool2D
from minprune.pruning.one_shot import prune_at_random

LIMIT = 1e-6
BENT = {
    LeakyReLU: (naive.leaky_relu, naive.leaky_relu_backward),
    Sigmoid: (naive.sigmoid, naive.sigmoid_backward),
    Tanh: (naive.tanh, naive.tanh_backward),
}


class Repeating(Dropout):
    """A dropout that draws the same r every time."""

    def forward(self, x, training=False):
        self.rng = np.random.default_rng(7)
        return super().forward(x, training)


# --- activations --------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(5,), (3, 4), (2, 3, 4, 2), (0, 3)])
@pytest.mark.parametrize("kind", BENT)
def test_bent_layers_agree_with_loops(kind, shape, dtype):
    forward, backward = BENT[kind]
    rng, layer = np.random.default_rng(0), kind()
    x, dy = (3 * rng.standard_normal((2, *shape))).astype(dtype)
    y, tolerance = layer.forward(x, training=True), 1e-6 if dtype == np.float32 else 1e-14
    np.testing.assert_allclose(y, forward(x), rtol=0, atol=tolerance)
    np.testing.assert_array_equal(layer.forward(x), y)
    dx = layer.backward(dy)
    np.testing.assert_allclose(dx, backward(x, dy), rtol=0, atol=10 * tolerance)
    assert y.dtype == dx.dtype == dtype
    assert layer.output_shape(shape) == shape and layer.parameters == {}


@pytest.mark.parametrize("shape", [(1, 1), (6, 5), (2, 3, 3, 2)])
@pytest.mark.parametrize("kind", BENT)
def test_gradients_of_bent_layers_at_every_index(kind, shape):
    rng = np.random.default_rng(1)
    assert check_layer(kind(), 2 * rng.standard_normal(shape), rng)["x"] <= LIMIT


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_far_out_they_are_flat_and_nothing_overflows(dtype):
    x = np.array([-1e30, -1000.0, 0.0, 1000.0, 1e30], dtype)
    for layer, y, slope in ((Sigmoid(), [0, 0, 0.5, 1, 1], 0.25), (Tanh(), [-1, -1, 0, 1, 1], 1)):
        with np.errstate(all="raise", under="ignore"):
            assert layer.forward(x, training=True).tolist() == y
            assert layer.backward(np.ones(5, dtype)).tolist() == [0, 0, slope, 0, 0]


# --- flatten --------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(2, 3, 4, 5), (1, 1, 1, 1), (3, 2, 1, 4), (0, 2, 2, 3)])
@pytest.mark.parametrize("order", ["C", "F"])
def test_flatten_agrees_with_loops(shape, order):
    x = np.array(np.arange(math.prod(shape), dtype=np.float32).reshape(shape), order=order)
    layer = Flatten()
    y = layer.forward(x, training=True)
    np.testing.assert_array_equal(y, naive.flatten(x))
    dy = np.array(np.random.default_rng(2).standard_normal(y.shape), np.float32, order=order)
    dx = layer.backward(dy)
    np.testing.assert_array_equal(dx, naive.flatten_backward(shape, dy))
    assert dx.shape == shape and y.dtype == np.float32 and layer.parameters == {}
    assert layer.output_shape(shape[1:]) == y.shape[1:]
    np.testing.assert_array_equal(layer.forward(x), y)


def test_flatten_keeps_the_channels_of_a_pixel_together():
    x = np.array([[[[1, 2], [3, 4], [5, 6]], [[7, 8], [9, 10], [11, 12]]]])
    assert Flatten().forward(x).tolist() == [list(range(1, 13))]
    position = naive.flatten_keep([False, True], 6)  # D-5.2b: what a pruned filter leaves behind
    assert Flatten().forward(x)[0, position].tolist() == [2, 4, 6, 8, 10, 12]


def test_flatten_leaves_vectors_as_they_are():
    assert Flatten().forward(np.eye(3)).shape == (3, 3)
    assert Flatten().output_shape((7,)) == (7,)


# --- dropout --------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("rate", [0.0, 0.1, 0.5, 0.8])
def test_dropout_silences_its_share_and_keeps_the_mean(rate, dtype):
    layer = Dropout(rate, np.random.default_rng(3))
    x = np.full((200, 500), 3, dtype)
    y = layer.forward(x, training=True)
    assert y.dtype == dtype
    deviation = math.sqrt(rate * (1 - rate) / x.size)
    assert np.mean(y == 0) == pytest.approx(rate, abs=4 * deviation)
    assert y.mean(dtype=float) == pytest.approx(3, abs=3 * 4 * deviation / (1 - rate))
    np.testing.assert_allclose(
        y[y != 0], 3 / (1 - rate), rtol=1e-6 if dtype == np.float32 else 1e-14
    )


def test_the_gradient_is_silenced_where_the_number_was():
    layer, rng = Dropout(0.4, np.random.default_rng(4)), np.random.default_rng(5)
    x, dy = rng.uniform(1, 2, (2, 3, 4, 5, 2))
    y = layer.forward(x, training=True)
    dx = layer.backward(dy)
    np.testing.assert_array_equal(dx == 0, y == 0)
    np.testing.assert_allclose(dx / dy, y / x, rtol=1e-14)
    assert 0 < np.count_nonzero(y) < y.size
    np.testing.assert_array_equal(layer.backward(dy), dx)


def test_every_forward_draws_anew_from_the_generator_it_was_given():
    rng = np.random.default_rng(6)
    layer, x = Dropout(0.5, rng), np.ones((4, 25))
    first, second = layer.forward(x, training=True), layer.forward(x, training=True)
    assert layer.rng is rng and not np.array_equal(first, second)
    assert not np.array_equal(first[0], first[1])  # nor is one r shared by the samples
    again = Dropout(0.5, np.random.default_rng(6))
    np.testing.assert_array_equal(again.forward(x, training=True), first)


def test_inference_leaves_everything_as_it_is():
    layer, x = Dropout(0.9, np.random.default_rng(8)), np.arange(12.0).reshape(3, 4)
    dy = layer.forward(x, training=True)
    expected, state = layer.backward(dy), layer.rng.bit_generator.state
    np.testing.assert_array_equal(layer.forward(x), x)
    assert layer.rng.bit_generator.state == state
    np.testing.assert_array_equal(layer.backward(dy), expected)
    bare = Dropout(0.9, np.random.default_rng(8))
    before = dict(vars(bare))
    bare.forward(x)
    assert vars(bare) == before


class Zeros(np.random.Generator):
    """The smallest number that can be drawn, every time."""

    def random(self, size, dtype):
        return np.zeros(size, dtype)


@pytest.mark.parametrize("generator", [np.random.Generator, Zeros])
def test_a_rate_of_zero_silences_nothing(generator):
    layer = Dropout(0, generator(np.random.PCG64(9)))
    x = np.random.default_rng(10).normal(size=(50, 50))
    np.testing.assert_array_equal(layer.forward(x, training=True), x)
    np.testing.assert_array_equal(layer.backward(x), x)


def test_gradients_of_dropout_at_every_index():
    layer, rng = Repeating(0.3, np.random.default_rng(0)), np.random.default_rng(11)
    assert check_layer(layer, rng.standard_normal((3, 2, 2, 2)), rng)["x"] <= LIMIT


@pytest.mark.parametrize(
    ("rate", "rng", "error", "message"),
    [
        (1, np.random.default_rng(0), ValueError, r"rate must be a fraction with 0 <= rate < 1"),
        (-0.1, np.random.default_rng(0), ValueError, "rate must be"),
        (np.nan, np.random.default_rng(0), ValueError, "rate must be"),
        ("half", np.random.default_rng(0), TypeError, "rate must be a number"),
        (0.5, None, TypeError, r"rng must be a numpy\.random\.Generator"),
        (0.5, np.random, TypeError, r"rng must be a numpy\.random\.Generator"),
    ],
)
def test_dropout_refuses(rate, rng, error, message):
    with pytest.raises(error, match=message):
        Dropout(rate, rng)


# --- what they share ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [ReLU, Sigmoid, Tanh, Flatten])
def test_only_training_keeps_what_backward_needs(kind):
    layer, x = kind(), np.random.default_rng(12).standard_normal((2, 3, 3, 2))
    layer.forward(x)
    assert vars(layer) == {}
    dy = layer.forward(x, training=True)
    kept, expected = dict(vars(layer)), layer.backward(dy)
    assert kept
    layer.forward(-x[:1])
    assert all(vars(layer)[key] is value for key, value in kept.items())
    np.testing.assert_array_equal(layer.backward(dy), expected)


@pytest.mark.parametrize(
    "layer",
    [ReLU(), LeakyReLU(), Sigmoid(), Tanh(), Flatten(), Repeating(0.5, np.random.default_rng(0))],
    ids=lambda layer: type(layer).__name__,
)
def test_the_gradient_of_the_input_may_be_skipped(layer):
    dy = layer.forward(np.ones((2, 3, 3, 2)), training=True)
    assert layer.backward(dy, input_gradient=False) is None
    assert layer.backward(dy).shape == (2, 3, 3, 2)


@pytest.mark.parametrize("kind", [ReLU, LeakyReLU, Sigmoid, Tanh])
def test_layers_without_parameters_give_back_the_shape_they_get(kind):
    for shape in ((3,), (4, 5, 6), ()):
        assert kind().output_shape(shape) == shape


# --- random stacks of all layers ------------------------------------------------------------------

ACTIVATIONS = [ReLU, LeakyReLU, Sigmoid, Tanh]
SEEDS = [seed for seed in range(1, 16) if seed not in (11, 14)]  # pruned, a max there has equals


def smooth_norm(channels):
    """Few values with eps = 1e-5 bend too sharply for central differences."""
    one, zero = np.ones(channels), np.zeros(channels)
    return BatchNorm(one, zero, zero, one, epsilon=0.5)


def noisy(layer, rng):
    """The layer with nothing at 0 or 1 in its parameters."""
    for parameter in layer.parameters.values():
        parameter.value += 0.3 * rng.standard_normal(parameter.value.shape)
    return layer


def spatial_layer(kind, shape, rng):
    """A random layer of this kind that takes images of this shape."""
    h, w, c = shape
    if kind == "conv":
        k, c_out = rng.integers(1, min(h, w, 3) + 1), int(rng.integers(1, 4))
        padding = ["valid", "same", 0, 1, (2, 0)][rng.integers(5)]
        stride = int(rng.integers(1, 3))
        return Conv2D.random(int(k), c, c_out, rng, stride, padding, dtype=np.float64)
    if kind == "norm":
        return smooth_norm(c)
    if kind == "dropout":
        return Repeating(0.3, rng)
    if kind == "activation":
        return ACTIVATIONS[rng.integers(4)]()
    pool = MaxPool2D if kind == "max" else AveragePool2D
    size, stride = int(rng.integers(1, min(h, w, 3) + 1)), int(rng.integers(1, 3))
    return pool(size, stride, ["valid", "same", (0, size // 2)][rng.integers(3)])


def random_stack(rng):
    """Two to six layers for images, then one or two dense ones; its input shape is known."""
    shape = image = (int(rng.integers(4, 8)), int(rng.integers(4, 8)), int(rng.integers(1, 4)))
    layers = []
    for kind in ["conv", *rng.choice(["conv", "norm", "dropout", "activation", "max", "average"],
                                     rng.integers(1, 6))]:  # fmt: skip
        layers.append(noisy(spatial_layer(kind, shape, rng), rng))
        shape = layers[-1].output_shape(shape)
    layers.append(Flatten())
    width = math.prod(shape)
    if rng.random() < 0.6:
        hidden = Dense.random(width, 5, rng, dtype=np.float64)
        layers += [noisy(hidden, rng), noisy(smooth_norm(5), rng)]
        layers += [ACTIVATIONS[rng.integers(4)](), Repeating(0.2, rng)]
        width = 5
    layers.append(noisy(Dense.random(width, 3, rng, dtype=np.float64), rng))
    return Network(layers, image)


@pytest.mark.parametrize("pruned", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_random_stacks_at_every_index(seed, pruned):
    rng = np.random.default_rng([seed, 3])
    network = random_stack(rng)
    if pruned:
        prune_at_random(network, 0.3, rng)
    N = 2 + seed % 3
    x, y = rng.standard_normal((N, *network.input_shape)), rng.integers(3, size=N)
    assert [layer_y.shape[1:] for layer_y in passed_on(network, x)] == network.check()[1:]
    errors = check_network(network, x, y)
    assert set(errors) == {"x", *network.parameters}
    assert max(errors.values()) <= LIMIT
    dy = rng.standard_normal((N, 3))
    network.forward(x, training=True)
    assert network.backward(dy).shape == x.shape
    first = {name: p.grad.copy() for name, p in network.parameters.items()}
    assert network.backward(dy, input_gradient=False) is None
    for name, parameter in network.parameters.items():
        np.testing.assert_array_equal(parameter.grad, first[name])


def passed_on(network, x):
    for layer in network.layers:
        x = layer.forward(x)
        yield x


def test_the_random_stacks_hold_every_kind_of_layer():
    stacks = [random_stack(np.random.default_rng([seed, 3])) for seed in SEEDS]
    kinds = {type(layer) for network in stacks for layer in network.layers}
    assert kinds == {
        *(kind for kind in Layer.known.values() if kind is not Dropout), Repeating
    }  # fmt: skip
