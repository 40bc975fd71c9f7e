"""Layers and networks against loops over scalars, and what they refuse."""

import naive
import numpy as np
import pytest

from minprune.nn.initializers import he_normal
from minprune.nn.layers import Dense, Flatten, ReLU, Tanh
from minprune.nn.network import Network, mlp
from minprune.nn.optim import Adam
from minprune.nn.parameter import Parameter
from minprune.nn.train import fit


@pytest.mark.parametrize(("N", "n_in", "n_out"), [(1, 1, 1), (1, 5, 3), (7, 4, 9), (6, 3, 1)])
def test_dense_agrees_with_loops(N, n_in, n_out):
    rng = np.random.default_rng(0)
    x, dy = rng.standard_normal((N, n_in)), rng.standard_normal((N, n_out))
    W, b = rng.standard_normal((n_in, n_out)), rng.standard_normal(n_out)
    layer = Dense(W, b)
    np.testing.assert_allclose(layer.forward(x, training=True), naive.dense(x, W, b), rtol=1e-12)
    dx = layer.backward(dy)
    for got, expected in zip(
        (dx, layer.W.grad, layer.b.grad), naive.dense_backward(x, W, dy), strict=True
    ):
        np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-14)
        assert got.shape == expected.shape


def test_relu_agrees_with_loops():
    rng = np.random.default_rng(1)
    x, dy = rng.standard_normal((2, 5, 7))
    layer = ReLU()
    np.testing.assert_array_equal(layer.forward(x, training=True), naive.relu(x))
    np.testing.assert_array_equal(layer.backward(dy), naive.relu_backward(x, dy))


def test_relu_lets_nothing_through_at_exactly_zero():
    layer, x = ReLU(), np.array([-1.0, -0.0, 0.0, 5e-324, 2.0])
    np.testing.assert_array_equal(layer.forward(x, training=True), [0, 0, 0, 5e-324, 2])
    np.testing.assert_array_equal(layer.backward(np.full(5, 3.0)), [0, 0, 0, 3, 3])


@pytest.mark.parametrize("layer", [Dense([[2.0, -1.0], [0.5, 3.0]], [0.0, 1.0]), ReLU()])
def test_only_training_keeps_what_backward_needs(layer):
    x, dy = np.array([[1.0, -2.0]]), np.array([[1.0, 1.0]])
    layer.forward(x, training=True)
    expected = layer.backward(dy)
    kept = dict(vars(layer))
    layer.forward(-x)
    assert vars(layer) == kept
    np.testing.assert_array_equal(layer.backward(dy), expected)


def test_backward_replaces_gradients_and_may_skip_the_input():
    rng = np.random.default_rng(2)
    network = mlp([4, 3, 2], rng, dtype=np.float64)
    x, dy = rng.standard_normal((5, 4)), rng.standard_normal((5, 2))
    network.forward(x, training=True)
    assert network.backward(dy).shape == x.shape
    first = {name: p.grad.copy() for name, p in network.parameters.items()}
    assert network.backward(dy, input_gradient=False) is None
    for name, parameter in network.parameters.items():
        np.testing.assert_array_equal(parameter.grad, first[name])
        assert parameter.grad.any()


def test_layers_keep_float32():
    network = mlp([4, 3, 2], np.random.default_rng(3))
    x = np.ones((2, 4), np.float32)
    y = network.forward(x, training=True)
    dx = network.backward(y)
    arrays = [y, dx, *(a for p in network.parameters.values() for a in (p.value, p.grad))]
    assert {a.dtype for a in arrays} == {np.dtype(np.float32)}


def test_the_bias_has_the_dtype_of_the_weights():
    assert Dense(np.eye(2, dtype=np.float32), [0.0, 0.5]).b.value.dtype == np.float32
    assert Dense([[1, 2]], np.zeros(2, np.float32)).forward(np.array([[1]])).dtype == np.float64


def test_mlp_is_dense_layers_with_a_relu_between_two():
    network = mlp([4, 3, 5, 2], np.random.default_rng(4))
    assert [type(layer) for layer in network.layers] == [Dense, ReLU, Dense, ReLU, Dense]
    assert list(network.parameters) == ["0.W", "0.b", "2.W", "2.b", "4.W", "4.b"]
    shapes = [p.value.shape for p in network.parameters.values()]
    assert shapes == [(4, 3), (3,), (3, 5), (5,), (5, 2), (2,)]
    assert list(network.weights) == ["0.W", "2.W", "4.W"]
    assert not any(p.value.any() for p in network.parameters.values() if p.value.ndim == 1)


def test_calling_a_network_applies_its_layers_in_order():
    W0, b0, W1, b1 = [[1.0, -1.0]], [0.0, 0.0], [[1.0], [10.0]], [0.5]
    network = Network([Dense(W0, b0), ReLU(), Dense(W1, b1)])
    np.testing.assert_array_equal(network([[2.0], [-3.0]]), [[2.5], [30.5]])


def test_mlp_draws_from_the_generator_it_is_given():
    def draw(seed, **options):
        return mlp([6, 5, 4], np.random.default_rng(seed), **options).parameters

    for name, parameter in draw(5).items():
        np.testing.assert_array_equal(parameter.value, draw(5)[name].value)
    assert not np.array_equal(draw(5)["0.W"].value, draw(6)["0.W"].value)
    rng = np.random.default_rng(5)
    for name, shape in (("0.W", (6, 5)), ("2.W", (5, 4))):
        he = draw(5, initialize=he_normal, dtype=np.float64)[name].value
        np.testing.assert_array_equal(he, he_normal(*shape, rng, np.float64))


def test_a_parameter_owns_its_memory():
    given = np.ones((2, 2))
    layer = Dense(given, np.zeros(2))
    given[:] = 7
    assert (layer.W.value == 1).all()
    memory = layer.W.value
    layer.W.value = given
    assert layer.W.value is memory and (memory == 7).all()


@pytest.mark.parametrize("new", [0.0, [1.0, 2.0, 3.0], [[1.0, 2.0]]])
def test_assignment_of_another_shape_is_refused(new):
    parameter = Parameter([1.0, 2.0])
    with pytest.raises(ValueError, match=r"value must have the shape \(2,\)"):
        parameter.value = new
    np.testing.assert_array_equal(parameter.value, [1, 2])


@pytest.mark.parametrize(
    ("W", "b", "error", "message"),
    [
        ([1.0, 2.0], [0.0], ValueError, r"W must be \(n_in, n_out\)"),
        ([[1.0, 2.0]], [0.0], ValueError, r"b \(n_out,\)"),
        ([[1.0], [2.0]], [0.0, 0.0], ValueError, r"b \(n_out,\)"),
        ([[1.0]], [[0.0]], ValueError, r"b \(n_out,\)"),
        ([[np.nan]], [0.0], ValueError, "W must be finite"),
        ([[1.0]], [np.inf], ValueError, "b must be finite"),
        ([["a"]], [0.0], TypeError, "W must be an array of real numbers"),
        ([[1.0]], [1j], TypeError, "b must be an array of real numbers"),
        ([[1.0]], ["1"], TypeError, "b must be an array of real numbers"),
    ],
)
def test_dense_refuses(W, b, error, message):
    with pytest.raises(error, match=message):
        Dense(W, b)


@pytest.mark.parametrize("shape", [(3,), (2, 4), (2, 2), (2, 3, 1)])
def test_dense_refuses_input_of_another_width(shape):
    with pytest.raises(ValueError, match=r"x must be \(N, 3\)"):
        mlp([3, 2], np.random.default_rng(0))(np.zeros(shape))


@pytest.mark.parametrize(
    ("widths", "error"),
    [([], ValueError), ([3], ValueError), ([3, 0], ValueError), ([3, 2.0], TypeError)],
)
def test_mlp_refuses_widths(widths, error):
    with pytest.raises(error, match="widths"):
        mlp(widths, np.random.default_rng(0))


def test_layers_that_do_not_fit_together_are_refused():
    first, relu, second = Dense(np.ones((2, 3)), np.zeros(3)), ReLU(), Dense(np.eye(2), [0.0, 0.0])
    with pytest.raises(ValueError, match=r"layers\[2\] takes 2 inputs, but layers\[1\] gives 3"):
        Network([first, relu, second])
    assert Network([relu, second, Tanh(), first, ReLU()]).layers[3] is first


@pytest.mark.parametrize("dtype", [np.float16, np.longdouble, ">f2"])
def test_weights_of_a_kind_that_the_updates_cannot_take_are_refused(dtype):
    with pytest.raises(TypeError, match="value must be float32 or float64"):
        Dense(np.ones((2, 3), dtype), np.zeros(3))


@pytest.mark.parametrize("size", [4, 8])
def test_arrays_of_the_other_byte_order_hold_the_same_numbers(size):
    rng = np.random.default_rng(0)
    W, b, x = (rng.standard_normal(shape).astype(f"<f{size}") for shape in ((3, 2), 2, (5, 3)))
    little, big = (Dense(W.astype(order), b.astype(order)) for order in (f"<f{size}", f">f{size}"))
    for parameter, expected in ((big.W, W), (big.b, b)):
        assert parameter.value.dtype == np.dtype(f"f{size}") and parameter.value.dtype.isnative
        np.testing.assert_array_equal(parameter.value, expected)
    y = rng.integers(0, 2, 5)
    for layer in (little, big):
        network = Network([layer])
        fit(network, x.astype(f">f{size}"), y.astype(">i4"), epochs=3,
            optimizer=Adam(network.parameters, lr=0.1), batch_size=2, rng=1)  # fmt: skip
    assert (little.W.value != W).all()
    for a, b in zip(little.parameters.values(), big.parameters.values(), strict=True):
        np.testing.assert_array_equal(a.value, b.value)
        assert a.value.dtype == b.value.dtype == np.dtype(f"f{size}")


def test_a_parameter_takes_values_of_the_other_byte_order():
    parameter = Parameter(np.array([1.0, -2.5], ">f4"))
    assert parameter.value.dtype == np.float32 and parameter.value.dtype.isnative
    parameter.value = np.array([3.0, 0.5], ">f8")
    assert parameter.value.tolist() == [3.0, 0.5] and parameter.value.dtype == np.float32
    parameter.grad = np.array([3.0, 0.5], ">f8")
    assert parameter.grad.tolist() == [3.0, 0.5] and parameter.grad.dtype is parameter.value.dtype


def test_a_network_without_weights_can_be_shown():
    network = Network([Flatten(), ReLU()], (3, 4))
    assert repr(network) == "<Network: Flatten, ReLU; 0 parameters>"
    assert repr(Network([Dense(np.ones((2, 1)), [0.0])])).endswith("3 parameters, 0.0% pruned>")
