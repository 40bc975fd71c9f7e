"""A layer says what it is: whoever adds one writes its class, and all the rest asks it."""

import numpy as np
import pytest

from minprune.nn.costs import layer_costs
from minprune.nn.layers import Activation, Dense, Layer, LeakyReLU
from minprune.nn.network import Network
from minprune.nn.parameter import Parameter
from minprune.nn.store import load, save
from minprune.pruning.one_shot import prune_by_synflow
from minprune.pruning.shrink import mask_units, remove_layer, shrink_network
from minprune.pruning.units import prune_units, unit_scores
from minprune.sparse.engine import SparseEngine


@pytest.fixture
def network(monkeypatch):
    """A network with a kind of layer that minprune does not have: LeCun's hyperbolic tangent."""
    monkeypatch.setattr(Layer, "known", {**Layer.known})

    class ScaledTanh(Activation, known=True):
        curve = "tanh", 2 / 3, 1.7159, 0.0

        def forward(self, x, training=False):
            y = 1.7159 * np.tanh(2 / 3 * x)
            return self.remember(y, y) if training else y

        def backward(self, dy, input_gradient=True):
            dy, y = self.recall(dy)
            return dy * (2 / 3) * (1.7159 - y**2 / 1.7159) if input_gradient else None

    rng = np.random.default_rng(0)
    parts = (Dense.random(n_in, n_out, rng) for n_in, n_out in ((5, 6), (6, 6), (6, 3)))
    return Network([part for dense in parts for part in (dense, ScaledTanh())])


X = np.random.default_rng(1).standard_normal((7, 5)).astype("f")


def test_it_is_saved_and_loaded(network, tmp_path):
    save(network, tmp_path / "network.npz")
    again = load(tmp_path / "network.npz")
    assert repr(again) == repr(network)
    np.testing.assert_array_equal(again(X), network(X))


def test_units_before_it_are_scored_masked_and_removed(network):
    expected = 1.7159 * np.tanh(2 / 3 * (X @ network.layers[0].W.value + network.layers[0].b.value))
    activations = unit_scores(network, "activation", X)
    np.testing.assert_allclose(activations[0], np.abs(expected).mean(axis=0), 1e-5)
    mask_units(network, [np.arange(6) < 4, np.arange(6) < 5])
    small = shrink_network(network)
    assert [p.value.shape for p in small.weights.values()] == [(5, 4), (4, 5), (5, 3)]
    np.testing.assert_allclose(small(X), network(X), rtol=1e-5, atol=1e-6)


def test_a_constant_goes_through_it_into_the_next_bias(network):
    first, second = network.layers[0], network.layers[2]
    first.W.value[:, 2] = 0
    first.b.value[2] = 0.75
    expected = second.b.value + 1.7159 * np.tanh(0.5) * second.W.value[2]
    small = shrink_network(network)
    assert small.layers[0].n_out == 5
    np.testing.assert_allclose(small.layers[2].b.value, expected, rtol=1e-6)


def test_it_leaves_with_the_layer_before_it(network):
    small = remove_layer(network, 2)
    assert [type(layer).__name__ for layer in small.layers] == ["Dense", "ScaledTanh"] * 2


def test_the_flow_through_it_is_that_without_it(network):
    bare = Network([layer for layer in network.copy().layers if isinstance(layer, Dense)])
    for a, b in zip(prune_by_synflow(network, 0.5), prune_by_synflow(bare, 0.5), strict=True):
        np.testing.assert_array_equal(a, b)


def test_it_costs_nothing(network):
    assert [cost.name for cost in layer_costs(network)] == ["Dense"] * 3


@pytest.mark.parametrize("n", [1, 7])
def test_the_engine_runs_it(network, n):
    prune_units(network, unit_scores(network, "l1"), 0.5)
    np.testing.assert_allclose(SparseEngine(network)(X[:n]), network(X[:n]), rtol=1e-5, atol=1e-6)


class Doubled(LeakyReLU):
    """A subclass that says nothing: what it computes is not what its `curve` says."""

    def forward(self, x, training=False):
        return 2 * super().forward(x, training)


class Shapeless(Activation):
    """An activation that the engine is told nothing of."""

    def forward(self, x, training=False):
        return x**2


class Reversed(Layer):
    """A layer that mixes units."""

    def forward(self, x, training=False):
        return x[..., ::-1]


class Scaled(Layer):
    """A layer that acts number by number, with a weight for each unit."""

    learned = ("scale",)
    elementwise = channelwise = True

    def __init__(self):
        self.scale = Parameter(np.full(2, 3.0))

    def forward(self, x, training=False):
        return self.scale.value * x


class Wide(Dense):
    """A dense layer that computes something else."""

    def forward(self, x, training=False):
        return 2 * super().forward(x, training)


@pytest.mark.parametrize(
    ("layer", "refusals"),
    [
        (Reversed(), {"engine", "flow", "units"}),
        (Scaled(), {"engine", "flow"}),
        (Wide(np.eye(2), np.zeros(2)), {"engine"}),
    ],
    ids=lambda what: type(what).__name__,
)
def test_a_known_layer_is_refused_where_it_says_too_little(layer, refusals, monkeypatch):
    monkeypatch.setitem(Layer.known, type(layer).__name__, type(layer))
    network = Network([Dense(np.eye(2), np.zeros(2)), layer, Dense(np.eye(2), np.zeros(2))])
    calls = {
        "engine": (SparseEngine, "minprune's own layers"),
        "flow": (lambda network: prune_by_synflow(network, 0.25), "that SynFlow does not know"),
        "units": (shrink_network, "units cannot be followed"),
    }
    for name, (call, message) in calls.items():
        if name in refusals:
            with pytest.raises(TypeError, match=f"{message}.*{type(layer).__name__}"):
                call(network.copy())
        else:
            call(network.copy())


def test_what_says_nothing_can_be_run_and_is_refused_elsewhere(monkeypatch, tmp_path):
    network = Network([Dense([[1.0]], [0.0]), Doubled(0.5), Dense([[1.0]], [0.0])])
    assert network(np.array([[-2.0]])) == -2.0
    with pytest.raises(TypeError, match="cannot be saved: Doubled"):
        save(network, tmp_path / "network.npz")
    with pytest.raises(TypeError, match="units cannot be followed: Doubled"):
        shrink_network(network)
    with pytest.raises(TypeError, match="that SynFlow does not know: Doubled"):
        prune_by_synflow(network, 0.5)
    with pytest.raises(TypeError, match="minprune's own layers, got Doubled"):
        SparseEngine(network)
    monkeypatch.setitem(Layer.known, "Shapeless", Shapeless)
    with pytest.raises(TypeError, match="minprune's own layers, got Shapeless"):
        SparseEngine(Network([Dense([[1.0]], [0.0]), Shapeless()]))
