"""Neurons: a smaller network says what the larger one says without them."""

from itertools import pairwise

import naive
import numpy as np
import pytest

from minprune.formulas.units import apoz
from minprune.nn.layers import Dense, ReLU
from minprune.nn.network import EmptyLayerError, Network, mlp
from minprune.pruning.neurons import (
    ablate_neurons,
    collapse_linear_layers,
    fold_constant_neurons,
    gated_forward,
    hidden_activations,
    predict_average,
    prune_neurons,
    remove_neurons,
)
from minprune.pruning.one_shot import prune_by_magnitude

WIDTHS = [6, 7, 5, 4, 3]
HIDDEN = pytest.mark.parametrize("hidden", [0, 1, 2])


@pytest.fixture
def deep():
    """6-7-5-4-3 with biases and inputs, all random."""
    rng = np.random.default_rng(3)
    network = mlp(WIDTHS, rng, dtype=np.float64)
    for layer in network.layers[::2]:
        layer.b.value = 0.3 * rng.standard_normal(layer.n_out)
    return network, rng.standard_normal((40, 6)), rng.integers(3, size=40)


def from_layers(network, x, silent=(), hidden=None):
    """The activations of every hidden layer and the logits, layer by layer, with neurons muted."""
    seen = []
    for l, layer in enumerate(network.layers[::2]):
        x = x @ layer.W.value + layer.b.value
        if l < len(network.layers) // 2:
            x = np.maximum(x, 0)
        if l == hidden:
            x[:, silent] = 0
        seen.append(x)
    return seen


def close(a, b):
    np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-14)


@HIDDEN
def test_activations_are_what_the_next_layer_reads(deep, hidden):
    network, x, _ = deep
    a = hidden_activations(network, x, hidden)
    close(a, from_layers(network, x)[hidden])
    assert a.shape == (40, WIDTHS[hidden + 1]) and (a >= 0).all() and (a > 0).any()
    if hidden == 0:
        close(hidden_activations(network, x.tolist()), a)  # the first unless told otherwise


@HIDDEN
@pytest.mark.parametrize("pruned", [False, True])
def test_a_smaller_network_is_the_larger_one_with_neurons_silenced(deep, unchanged, hidden, pruned):
    network, x, _ = deep
    if pruned:
        prune_by_magnitude(network, 0.3, "layer")
        network.parameters[f"{2 * hidden}.b"].prune(np.arange(WIDTHS[hidden + 1]) != 1)
    unchanged(network)
    keep = np.arange(WIDTHS[hidden + 1]) % 3 != 2
    small = remove_neurons(network, keep, hidden)
    close(small(x), from_layers(network, x, ~keep, hidden)[-1])
    assert abs(small(x) - network(x)).max() > 1e-3  # else nothing was silenced
    widths = [*WIDTHS[: hidden + 1], int(keep.sum()), *WIDTHS[hidden + 2 :]]
    assert [w.value.shape for w in small.weights.values()] == list(pairwise(widths))
    for l, (new, old) in enumerate(zip(small.layers[::2], network.layers[::2], strict=True)):
        rows = keep if l == hidden + 1 else np.s_[:]
        columns = keep if l == hidden else np.s_[:]
        np.testing.assert_array_equal(new.W.value, old.W.value[rows][:, columns])
        np.testing.assert_array_equal(new.b.value, old.b.value[columns])
        if pruned:
            np.testing.assert_array_equal(new.W.mask, old.W.mask[rows][:, columns])
        assert (old.b.mask is None) == (new.b.mask is None)
        if old.b.mask is not None:
            np.testing.assert_array_equal(new.b.mask, old.b.mask[columns])
    for w in small.parameters.values():
        w.value += 1.0  # shares nothing with the original, which `unchanged` watches


def test_the_mask_of_the_bias_behind_stays():
    network = mlp([3, 4, 2], np.random.default_rng(0), dtype=np.float64)
    network.parameters["2.b"].prune([True, False])
    small = remove_neurons(network, [True, False, True, True])
    assert small.parameters["2.b"].mask.tolist() == [True, False]
    assert small.parameters["0.b"].mask is None


def example():
    """x -> |.|-like neurons with mean activations 1, 2, 2 and 4 on two samples."""
    W = np.array([[1.0, 2.0, 2.0, 4.0], [1.0, 2.0, 2.0, 4.0]])
    return Network([Dense(W, np.zeros(4)), ReLU(), Dense(np.arange(8.0).reshape(4, 2), [0, 1])])


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        ({"theta": 0}, [1, 1, 1, 1]),
        ({"theta": 0.5}, [1, 1, 1, 1]),
        ({"theta": 1.0}, [0, 1, 1, 1]),  # equality is dead
        ({"theta": 2.0}, [0, 0, 0, 1]),
        ({"sparsity": 0}, [1, 1, 1, 1]),
        ({"sparsity": 0.25}, [0, 1, 1, 1]),
        ({"sparsity": 0.5}, [0, 0, 1, 1]),  # of equals the first goes
        ({"sparsity": 0.75}, [0, 0, 0, 1]),
        ({"sparsity": 0.5, "score": lambda a: -a.mean(axis=0)}, [1, 0, 1, 0]),
    ],
)
def test_the_neurons_that_do_least_go(unchanged, options, kept):
    network, x = example(), np.eye(2)
    unchanged(network)
    small, keep = prune_neurons(network, x, **options)
    assert keep.tolist() == [bool(k) for k in kept]
    np.testing.assert_array_equal(small.weights["0.W"].value, network.weights["0.W"].value[:, keep])
    np.testing.assert_array_equal(small.weights["2.W"].value, network.weights["2.W"].value[keep])


@HIDDEN
def test_neurons_are_judged_where_they_stand(deep, hidden):
    network, x, _ = deep
    a = from_layers(network, x)[hidden]
    _, keep = prune_neurons(network, x, sparsity=0.4, hidden=hidden)
    lowest = np.argsort(a.mean(axis=0))[: round(0.4 * a.shape[1])]
    assert sorted(np.flatnonzero(~keep)) == sorted(lowest)
    _, keep = prune_neurons(network, x, theta=0.5, hidden=hidden, score=lambda a: 1 - apoz(a))
    assert keep.tolist() == [(column > 0).sum() > 20 for column in a.T]


@HIDDEN
def test_ablation_is_one_run_without_each(deep, unchanged, hidden):
    network, x, y = deep
    unchanged(network)
    base = naive.softmax_cross_entropy(from_layers(network, x)[-1], y)[0]
    expected = [
        naive.softmax_cross_entropy(from_layers(network, x, [j], hidden)[-1], y)[0] - base
        for j in range(WIDTHS[hidden + 1])
    ]
    assert max(expected) > 0 > min(expected)
    np.testing.assert_allclose(ablate_neurons(network, x, y, hidden), expected, atol=1e-13)


@pytest.fixture
def constant(deep):
    """In every hidden layer neuron 1 always says 0.7 and neuron 2 nothing, on any input."""
    network, x, _ = deep
    for layer in network.layers[:-1:2]:
        layer.W.value[:, 1:3] = 0
        layer.b.value[1:3] = 0.7, -0.7
    return network, x


@HIDDEN
@pytest.mark.parametrize("pruned", [False, True])
def test_a_constant_neuron_moves_into_the_next_bias(constant, unchanged, hidden, pruned):
    network, x = constant
    if pruned:
        prune_by_magnitude(network, 0.3, "layer")
    unchanged(network)
    small, varies = fold_constant_neurons(network, x, hidden)
    a = from_layers(network, x)[hidden]
    assert varies.tolist() == [len(set(column)) > 1 for column in a.T]
    assert varies.tolist()[:3] == [True, False, False]
    close(small(x), network(x))
    assert abs(remove_neurons(network, varies, hidden)(x) - network(x)).max() > 1e-3
    assert small.layers[2 * hidden].n_out == varies.sum()


@HIDDEN
def test_a_constant_neuron_is_not_folded_into_a_bias_that_a_mask_holds(constant, unchanged, hidden):
    network, x = constant
    bias = network.parameters[f"{2 * hidden + 2}.b"]
    bias.prune(np.arange(WIDTHS[hidden + 2]) != 0)
    unchanged(network)
    with pytest.raises(ValueError, match=r"^network has a pruned bias behind this layer"):
        fold_constant_neurons(network, x, hidden)
    free = network.copy()
    free.parameters[f"{2 * hidden + 2}.b"].unprune()
    close(fold_constant_neurons(free, x, hidden)[0](x), network(x))


def test_the_other_biases_may_be_pruned(constant):
    network, x = constant
    for name in ("0.b", "4.b", "6.b"):
        mask = np.ones(network.parameters[name].value.shape, bool)
        mask[0] = False
        network.parameters[name].prune(mask)
    close(fold_constant_neurons(network, x)[0](x), network(x))


@pytest.mark.parametrize("widths", [[8, 3], [8, 10, 1], [4, 6, 5, 3]])
def test_a_stack_of_linear_layers_is_one_layer(unchanged, widths):
    rng = np.random.default_rng(0)
    pairs = list(pairwise(widths))
    layers = [Dense(rng.standard_normal(p), rng.standard_normal(p[1])) for p in pairs]
    network, x = Network(layers), rng.standard_normal((20, widths[0]))
    unchanged(network)
    (layer,) = (one := collapse_linear_layers(network)).layers
    close(one(x), network(x))
    assert (layer.n_in, layer.n_out) == (widths[0], widths[-1])
    layer.W.value += 1.0
    layer.b.value += 1.0


def test_a_network_with_an_activation_does_not_collapse(deep):
    with pytest.raises(ValueError, match="network must"):
        collapse_linear_layers(deep[0])


def test_an_average_is_of_probabilities(task):
    networks = [task.network, mlp([8, 3], task.rng, dtype=np.float64), task.network]
    expected = sum(naive.softmax(network(task.x)) for network in networks) / 3
    close(predict_average(networks, task.x), expected)


@HIDDEN
def test_a_gate_lets_k_neurons_of_every_sample_speak(deep, unchanged, hidden):
    network, x, _ = deep
    unchanged(network)
    h = WIDTHS[hidden + 1]
    close(gated_forward(network, x, h, hidden), network(x))
    a = from_layers(network, x)[hidden]
    for k in range(h):
        expected = []
        for n in range(len(x)):
            silent = sorted(range(h), key=lambda j: a[n, j])[: h - k]
            expected.append(from_layers(network, x[n : n + 1], silent, hidden)[-1][0])
        close(gated_forward(network, x, k, hidden), expected)
    assert np.ptp(gated_forward(network, x, 1, hidden), axis=0).any()


@pytest.mark.parametrize(
    ("call", "error", "name"),
    [
        (lambda n, x, y: hidden_activations(n, x, 3), ValueError, "hidden must"),
        (lambda n, x, y: hidden_activations(n, x, -1), ValueError, "hidden must"),
        (lambda n, x, y: hidden_activations(n, x, 1.0), TypeError, "hidden must"),
        (lambda n, x, y: hidden_activations(n, x[:, 1:]), ValueError, "x must"),
        (lambda n, x, y: hidden_activations(n, x * np.nan), ValueError, "x must"),
        (lambda n, x, y: remove_neurons(n, np.ones(6, bool)), ValueError, "keep must"),
        (lambda n, x, y: remove_neurons(n, np.ones(7)), TypeError, "keep must"),
        (lambda n, x, y: remove_neurons(n, np.zeros(7, bool)), EmptyLayerError, "keep must"),
        (lambda n, x, y: prune_neurons(n, x), ValueError, "theta or sparsity must"),
        (lambda n, x, y: prune_neurons(n, x, theta=0, sparsity=0), ValueError, "theta or sparsity"),
        (lambda n, x, y: prune_neurons(n, x, sparsity=1), ValueError, "sparsity must"),
        (lambda n, x, y: prune_neurons(n, x, theta="0"), TypeError, "theta must"),
        (
            lambda n, x, y: prune_neurons(n, x, theta=1e9),
            EmptyLayerError,
            r"theta = 1000000000.0, sparsity = None leaves no neuron",
        ),
        (
            lambda n, x, y: prune_neurons(n, x, sparsity=0.99),
            EmptyLayerError,
            r"theta = None, sparsity = 0.99 leaves no neuron",
        ),
        (
            lambda n, x, y: hidden_activations(Network(n.layers[:1]), x),
            ValueError,
            "network must have a hidden layer",
        ),
        (
            lambda n, x, y: prune_neurons(Network(n.layers[:2]), x, theta=0),
            ValueError,
            "network must have a hidden layer",
        ),
        (lambda n, x, y: ablate_neurons(n, x, y[1:]), ValueError, "y must"),
        (lambda n, x, y: ablate_neurons(n, x, y + 1), ValueError, "y must"),
        (lambda n, x, y: gated_forward(n, x, 8), ValueError, "k must"),
        (lambda n, x, y: gated_forward(n, x, -1), ValueError, "k must"),
        (lambda n, x, y: gated_forward(n, x, 1.5), TypeError, "k must"),
        (lambda n, x, y: predict_average([], x), ValueError, "predictions must|networks must"),
    ],
)
def test_refusals_name_the_argument_and_change_nothing(deep, unchanged, call, error, name):
    unchanged(deep[0])
    with pytest.raises(error, match=name):
        call(*deep)
