"""Every backward against central differences; and the checker against planted mistakes."""

import naive
import numpy as np
import pytest

from minprune.nn.gradcheck import (
    check_layer,
    check_loss,
    check_network,
    numerical_gradient,
    relative_error,
)
from minprune.nn.layers import Dense, ReLU
from minprune.nn.losses import softmax_cross_entropy
from minprune.nn.network import Network, mlp
from minprune.pruning.one_shot import prune_at_random

LIMIT = 1e-6


def away_from_kinks(rng, shape):
    return rng.choice([-1.0, 1.0], shape) * rng.uniform(0.1, 2.0, shape)


# --- what is right passes -------------------------------------------------------------------------


@pytest.mark.parametrize("batch", [1, 6])
@pytest.mark.parametrize("kind", ["Dense", "ReLU"])
def test_every_layer(kind, batch):
    rng = np.random.default_rng(batch)
    layer = ReLU() if kind == "ReLU" else Dense(rng.standard_normal((5, 3)), rng.normal(size=3))
    errors = check_layer(layer, away_from_kinks(rng, (batch, 5)), rng)
    assert set(errors) == {"x", *layer.parameters}
    assert max(errors.values()) <= LIMIT


@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (4, 3), (7, 10)])
def test_every_loss(shape):
    rng = np.random.default_rng(2)
    z, y = 3 * rng.standard_normal(shape), rng.integers(shape[1], size=shape[0])
    assert check_loss(softmax_cross_entropy, z, y) <= LIMIT


@pytest.mark.parametrize("pruned", [False, True])
@pytest.mark.parametrize("seed", range(12))
def test_random_stacks(seed, pruned):
    rng = np.random.default_rng([seed, pruned])
    widths = rng.choice([3, 5, 7, 9], size=rng.integers(3, 6))  # 2 to 4 dense layers
    network = mlp(widths.tolist(), rng, dtype=np.float64)
    for parameter in network.parameters.values():
        parameter.value = parameter.value + 0.1 * rng.standard_normal(parameter.value.shape)
    if pruned:
        prune_at_random(network, 0.4, rng, scope="layer")  # pruned weights have gradients too
    batch = 1 if seed % 3 == 0 else int(rng.integers(2, 6))
    x, y = rng.standard_normal((batch, widths[0])), rng.integers(widths[-1], size=batch)
    errors = check_network(network, x, y)
    assert set(errors) == {"x", *network.parameters}
    assert max(errors.values()) <= LIMIT
    assert max(check_layer(network, x, rng).values()) <= LIMIT


# --- what is wrong is found -----------------------------------------------------------------------


class Planted(Dense):
    """A dense layer whose gradients are spoilt after the fact."""

    def __init__(self, spoil):
        rng = np.random.default_rng(3)
        super().__init__(rng.uniform(0.5, 1.0, (4, 3)), rng.uniform(0.5, 1.0, 3))
        self.spoil = spoil

    def backward(self, dy, input_gradient=True):
        gradients = {"x": super().backward(dy), "W": self.W.grad, "b": self.b.grad}
        self.spoil(gradients)
        return gradients["x"]


def scale_one(name, factor):
    def spoil(gradients):
        largest = np.argmax(abs(gradients[name]))
        gradients[name].reshape(-1)[largest] *= factor

    return spoil


def scale_all(name, factor):
    def spoil(gradients):
        gradients[name] *= factor

    return spoil


@pytest.mark.parametrize("name", ["x", "W", "b"])
@pytest.mark.parametrize(
    "spoil", [scale_one, scale_all], ids=["in a single index", "in the whole array"]
)
@pytest.mark.parametrize("factor", [1 + 1e-4, 1 - 1e-4, -1.0, 6.0, 0.0, np.nan, np.inf])
def test_a_planted_mistake_is_found_where_it_is(name, spoil, factor):
    x = np.random.default_rng(4).uniform(0.5, 1.0, (6, 4))
    sound = check_layer(Planted(lambda gradients: None), x, np.random.default_rng(5))
    assert max(sound.values()) <= LIMIT
    errors = check_layer(Planted(spoil(name, factor)), x, np.random.default_rng(5))
    assert {key for key, error in errors.items() if not error <= LIMIT} == {name}
    errors = check_network(Network([Planted(spoil(name, factor))]), x, np.arange(6) % 3)
    wrong = {key.removeprefix("0.") for key, error in errors.items() if not error <= LIMIT}
    assert wrong == {name}


@pytest.mark.parametrize("factor", [-1.0, 5.0, 1 + 1e-4, np.nan])
def test_a_wrong_loss_is_found(factor):
    def wrong(z, y):  # factor 5: the 1/N is missing
        loss, dz = softmax_cross_entropy(z, y)
        return loss, factor * dz

    z, y = np.random.default_rng(6).standard_normal((5, 3)), np.arange(5) % 3
    assert not check_loss(wrong, z, y) <= LIMIT


def test_a_gradient_of_another_shape_is_found():
    def flat(gradients):
        gradients["x"] = gradients["x"].ravel()

    with pytest.raises(ValueError, match=r"the same shape, got \(4,\) and \(1, 4\)"):
        check_layer(Planted(flat), np.ones((1, 4)), np.random.default_rng(7))


# --- its parts ------------------------------------------------------------------------------------


def test_numerical_gradient_agrees_with_loops_and_gives_x_back():
    x = np.random.default_rng(8).standard_normal((3, 4))
    before = x.copy()
    expected = naive.numerical_gradient(lambda a: np.sin(a).sum(), x)
    np.testing.assert_array_equal(numerical_gradient(lambda: np.sin(x).sum(), x), expected)
    np.testing.assert_allclose(expected, np.cos(x), rtol=1e-8, atol=1e-9)
    assert x.tobytes() == before.tobytes()


def test_checks_change_nothing_but_gradients():
    rng = np.random.default_rng(9)
    network, x = mlp([4, 3, 2], rng, dtype=np.float64), rng.standard_normal((2, 4))
    before = [p.value.copy() for p in network.parameters.values()]
    check_network(network, given := x.copy(), np.array([0, 1]))
    np.testing.assert_array_equal(given, x)
    for parameter, value in zip(network.parameters.values(), before, strict=True):
        np.testing.assert_array_equal(parameter.value, value)


@pytest.mark.parametrize(
    ("x_dtype", "dtype"), [(np.float32, np.float64), (np.float64, np.float32), (int, np.float64)]
)
def test_anything_but_float64_is_refused(x_dtype, dtype):
    network = mlp([3, 2], np.random.default_rng(10), dtype=dtype)
    with pytest.raises(TypeError, match="must be float64"):
        check_network(network, np.ones((1, 3), x_dtype), np.array([0]))


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ([1.0, 2.0], [1.0, 2.0], 0.0),
        ([1.0, 2.0], [1.0, 2.2], 0.2 / 2.2),
        ([-1.0, 5.0], [1.0, 5.0], 2.0),
        ([0.0], [1e-6], 1e-2),  # below the floor of 1e-4 the difference counts as absolute
        ([np.nan], [np.nan], np.inf),
        ([1.0], [np.inf], np.inf),
    ],
)
def test_relative_error(a, b, expected):
    for first, second in ((a, b), (b, a)):
        assert relative_error(np.array(first), np.array(second)) == pytest.approx(expected)
