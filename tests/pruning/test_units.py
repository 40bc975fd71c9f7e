"""Neurons and filters of any network: their scores, their ranking, and how many go."""

import naive
import numpy as np
import pytest
from stacks import NAMES, STACKS, bn, conv, dense, silenced, stack

from minprune.formulas.norms import normalize
from minprune.nn.batchnorm import BatchNorm
from minprune.nn.layers import Dense, Dropout, Flatten, LeakyReLU, ReLU, Sigmoid, Tanh
from minprune.nn.network import EmptyLayerError, Network, mlp
from minprune.nn.optim import SGD
from minprune.nn.spatial import Conv2D, MaxPool2D
from minprune.pruning.one_shot import prune_by_magnitude
from minprune.pruning.shrink import keep_units, mask_units, shrink_network
from minprune.pruning.topology import hidden_layers
from minprune.pruning.units import (
    choose_units,
    dead_units,
    gated_outputs,
    outgoing_weights,
    prune_units,
    prune_units_by_threshold,
    unit_activations,
    unit_scores,
)

EVERY = pytest.mark.parametrize("name", NAMES)
SOME = pytest.mark.parametrize("name", [*STACKS, *NAMES[-6:]])


def weights_of(layer):
    return layer.W.value if isinstance(layer, Dense) else layer.K.value


def spoken(network, x):
    """What leaves the activation of each hidden layer, or the layer itself if it has none."""
    outputs = []
    for layer in network.layers:
        x = layer.forward(x)
        outputs.append(x)
    return [outputs[place_of_speech(network, l)] for l in hidden_layers(network)]


def place_of_speech(network, l):
    kinds = [type(layer) for layer in network.layers[l + 1 :]]
    end = next(i for i, kind in enumerate(kinds) if kind in (Dense, Conv2D, Flatten))
    for i, kind in enumerate(kinds[:end]):
        if kind in (ReLU, LeakyReLU, Sigmoid, Tanh):
            return l + 1 + i
    plain = [kind in (BatchNorm, Dropout) for kind in [*kinds[:end], None]]
    return l + plain.index(False)


def cross_entropies(z, y):
    """The loss of every sample by itself."""
    z = z - z.max(axis=1, keepdims=True)
    return np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y]


def close(actual, expected, rtol=1e-12):
    assert len(actual) == len(expected)
    for a, b in zip(actual, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=rtol, atol=1e-14)


# --- scores --------------------------------------------------------------------------------------


@EVERY
def test_scores_from_the_weights(unchanged, name):
    network, _ = stack(name)
    unchanged(network)
    l1, l2, middle = [], [], []
    for l in hidden_layers(network):
        K = weights_of(network.layers[l])
        columns = [K[..., j].ravel() for j in range(K.shape[-1])]
        l1.append([sum(abs(w) for w in column) for column in columns])
        l2.append([np.sqrt(sum(w * w for w in column)) for column in columns])
        middle.append(
            [sum(np.sqrt(((one - other) ** 2).sum()) for other in columns) for one in columns]
        )
    close(unit_scores(network, "l1"), l1)
    close(unit_scores(network, "l2"), l2)
    close(unit_scores(network, "geometric_median"), middle)


def test_the_scale_of_the_first_batch_normalization_behind():
    network, _ = stack("bn twice")
    np.testing.assert_array_equal(
        unit_scores(network, "bn_scale"), [abs(network.layers[1].gamma.value)]
    )
    network, _ = stack("bn between dense")
    close(unit_scores(network, "bn_scale"),
          [abs(network.layers[1].gamma.value), abs(network.layers[5].gamma.value)])  # fmt: skip
    for name, layer in (("mlp", 0), ("bn first", 1), ("bn before flatten", 4)):
        with pytest.raises(ValueError, match=f"'bn_scale' needs a .* layer {layer} has none"):
            unit_scores(stack(name)[0], "bn_scale")


@EVERY
def test_activations_are_what_leaves_the_activation(unchanged, name):
    network, x = stack(name)
    unchanged(network)
    said = unit_activations(network, x)
    close(said, spoken(network, x))
    for a, l in zip(said, hidden_layers(network), strict=True):
        assert a.shape[0] == len(x) and a.shape[-1] == len(network.layers[l].b.value)
    close(unit_activations(network, x.tolist()), said)


def test_where_units_speak_by_hand():
    rng = np.random.default_rng(0)
    layers = [conv(2)((4, 4, 1), rng), bn((2, 2, 2), rng), ReLU(), Flatten(),
              dense(3)((8,), rng), Sigmoid(), Dropout(0.5, rng), dense(2)((3,), rng),
              ReLU()]  # fmt: skip
    x = rng.standard_normal((3, 4, 4, 1))
    first, second = unit_activations(Network(layers, (4, 4, 1)), x)
    expected = np.maximum(layers[1].forward(layers[0].forward(x)), 0)
    np.testing.assert_array_equal(first, expected)
    z = expected.reshape(3, 8) @ layers[4].W.value + layers[4].b.value
    np.testing.assert_allclose(second, 1 / (1 + np.exp(-z)), rtol=1e-14)


@SOME
def test_scores_from_activations(unchanged, name):
    network, x = stack(name)
    unchanged(network)
    activation, used, contributes = [], [], []
    hidden = hidden_layers(network)
    for h, a in enumerate(spoken(network, x)):
        rows = a.reshape(-1, a.shape[-1])
        activation.append([sum(abs(v) for v in column) / len(rows) for column in rows.T])
        used.append([sum(v != 0 for v in column) / len(rows) for column in rows.T])
        out = explicit_outgoing(network, hidden, h)
        contributes.append(
            [m * np.sqrt(sum(w * w for w in out[j])) for j, m in enumerate(activation[-1])]
        )
        np.testing.assert_allclose(np.sort(outgoing_weights(network, h)), np.sort(out), rtol=0)
    close(unit_scores(network, "activation", x), activation)
    close(unit_scores(network, "apoz", x), used)
    close(unit_scores(network, "contribution", x), contributes)
    last = [a.reshape(-1, a.shape[-1])[-1] for a in spoken(network, x)]
    close(unit_scores(network, lambda a: a.reshape(-1, a.shape[-1])[-1], x), last)


def explicit_outgoing(network, hidden, h):
    """Of every unit the weights that read it, looked up one by one."""
    units = len(network.layers[hidden[h]].b.value)
    reader = next(
        layer for layer in network.layers[hidden[h] + 1 :] if isinstance(layer, Dense | Conv2D)
    )
    W, out = weights_of(reader), [[] for _ in range(units)]
    for i in np.ndindex(W.shape):
        out[i[-2] % units].append(W[i])
    return out


def test_weights_behind_a_flatten_belong_to_channels():
    network, _ = stack("valid")  # 4 filters on images 4 x 3, then 3 units
    out = outgoing_weights(network, 1)
    W = network.layers[5].W.value
    assert out.shape == (4, 36)
    for c in range(4):
        rows = [W[(i * 3 + j) * 4 + c] for i in range(4) for j in range(3)]
        np.testing.assert_array_equal(out[c].reshape(12, 3), rows)
    K = network.layers[2].K.value
    for c in range(5):
        np.testing.assert_array_equal(outgoing_weights(network, 0)[c].reshape(2, 2, 4), K[:, :, c])


PLAIN = ["mlp", "one hidden layer", "tanh", "no activation", "valid", "same", "zeros by number",
         "stride 2", "max pooling", "average pooling", "pooling before the activation",
         "flatten first"]  # fmt: skip


@pytest.mark.parametrize("name", PLAIN)
def test_taylor_is_the_slope_of_each_loss_as_a_unit_fades(name):
    network, x = stack(name, samples=4)
    y = np.arange(4) % network(x).shape[1]
    scores, t = unit_scores(network, "taylor", x, y), 1e-6
    for h, (l, a) in enumerate(zip(hidden_layers(network), spoken(network, x), strict=True)):
        mouth, places = place_of_speech(network, l), a[0, ..., 0].size
        for j in range(a.shape[-1]):
            ends = []
            for factor in (1 - t, 1 + t):
                z = a.copy()
                z[..., j] *= factor
                for layer in network.layers[mouth + 1 :]:
                    z = layer.forward(z)
                ends.append(cross_entropies(z, y))
            slope = np.abs((ends[1] - ends[0]) / (2 * t)).mean() / places
            assert scores[h][j] == pytest.approx(slope, rel=1e-4, abs=1e-9)
    assert max(s.max() for s in scores) > 1e-3


def test_taylor_with_batch_normalization_is_that_of_training(unchanged):
    network, x = stack("bn between dense", samples=6)
    unchanged(network)
    y = np.arange(6) % 3
    scores, t = unit_scores(network, "taylor", x, y), 1e-5

    def loss(h, n, j, factor):
        """The sum of all losses if in hidden layer h unit j of sample n is another."""
        z, probe = x, network.copy()
        for l, layer in enumerate(probe.layers):
            z = layer.forward(z, training=True)
            if l == [place_of_speech(network, m) for m in hidden_layers(network)][h]:
                z = z.copy()
                z[n, j] *= factor
        return cross_entropies(z, y).sum()

    for h, units in ((0, 7), (1, 5)):
        for j in range(units):
            slopes = [loss(h, n, j, 1 + t) - loss(h, n, j, 1 - t) for n in range(6)]
            assert scores[h][j] == pytest.approx(np.abs(slopes).mean() / (2 * t), rel=1e-5)


def test_taylor_is_exact_ablation_where_the_loss_is_linear():
    """With two classes and large logits the loss of a sample is z_other - z_own."""
    rng = np.random.default_rng(0)
    W, V = rng.uniform(0.5, 1, (3, 4)), rng.uniform(0.1, 1, (4, 2))
    network = Network([Dense(W, np.ones(4)), ReLU(), Dense(V, [0.0, 200.0])])
    x, y = rng.uniform(0, 1, (7, 3)), np.zeros(7, int)
    a = x @ W + 1
    ablation = [np.abs(a[:, j] * (V[j, 1] - V[j, 0])).mean() for j in range(4)]
    close(unit_scores(network, "taylor", x, y), [ablation], rtol=1e-9)
    double = unit_scores(network, "taylor", np.concatenate([x, x]), np.concatenate([y, y]))
    close(double, [ablation], rtol=1e-9)  # a mean over samples, whatever their number


def test_taylor_is_taken_without_dropout_and_leaves_the_generator_alone():
    rng = np.random.default_rng(0)
    layers = [dense(5)((4,), rng), Tanh(), dense(3)((5,), rng)]
    x, y = rng.standard_normal((6, 4)), np.arange(6) % 3
    drop = Dropout(0.5, np.random.default_rng(1))
    state = drop.rng.bit_generator.state
    with_dropout = Network([*layers[:2], drop, layers[2]])
    close(unit_scores(with_dropout, "taylor", x, y), unit_scores(Network(layers), "taylor", x, y))
    assert drop.rng.bit_generator.state == state


def without(network, x, h, keep):
    """The outputs when some units of hidden layer h are silenced."""
    keeps = [np.ones(len(scores), bool) for scores in unit_scores(network, "l1")]
    keeps[h] = keep
    return silenced(network, x, keeps)


@pytest.mark.parametrize("name", [n for n in [*STACKS, *NAMES[-6:]] if n != "convolutions alone"])
def test_ablation_is_one_run_without_each_unit(unchanged, name):
    network, x = stack(name, samples=4)
    unchanged(network)
    y = np.arange(4) % network(x).shape[1]
    base, expected = naive.softmax_cross_entropy(network(x), y)[0], []
    for h, units in enumerate(map(len, unit_scores(network, "l1"))):
        runs = [without(network, x, h, np.arange(units) != j) for j in range(units)]
        expected.append([naive.softmax_cross_entropy(z, y)[0] - base for z in runs])
    for scores, known in zip(unit_scores(network, "ablation", x, y), expected, strict=True):
        np.testing.assert_allclose(scores, known, rtol=1e-9, atol=1e-12)


@SOME
def test_a_gate_lets_k_units_of_every_sample_speak(unchanged, name):
    network, x = stack(name, samples=3)
    unchanged(network)
    for h, l in enumerate(hidden_layers(network)):
        position = next(
            m for m, layer in enumerate(network.layers[l + 1 :], l + 1)
            if isinstance(layer, Dense | Conv2D)
        )  # fmt: skip
        read, units = x, weights_of(network.layers[l]).shape[-1]
        for layer in network.layers[:position]:
            read = layer.forward(read)
        assert abs(gated_outputs(network, x, units, h) - network(x)).max() < 1e-12
        for k in {0, 1, units // 2, units - 1}:
            gated = gated_outputs(network, x, k, h)
            for n in range(3):
                activity = [abs(read[n].reshape(-1, units)[:, j]).mean() for j in range(units)]
                order = sorted(range(units), key=lambda j: activity[j])  # of equals the first
                keep = np.isin(np.arange(units), order[units - k :])
                expected = without(network, x[n : n + 1], h, keep)[0]
                np.testing.assert_allclose(gated[n], expected, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize(
    ("k", "hidden", "error", "match"),
    [
        (8, 0, ValueError, "k must"), (-1, 0, ValueError, "k must"), (1.5, 0, TypeError, "k must"),
        (1, 2, ValueError, "hidden must be from 0 to 1"), (1, -1, ValueError, "hidden must"),
        (1, 1.0, TypeError, "hidden must"),
    ],
)  # fmt: skip
def test_a_gate_is_refused_by_name(unchanged, k, hidden, error, match):
    network, x = stack("mlp")
    unchanged(network)
    with pytest.raises(error, match=f"^{match}"):
        gated_outputs(network, x, k, hidden)
    with pytest.raises(ValueError, match=r"^network must have a hidden layer"):
        gated_outputs(Network(network.layers[:1]), x, 1)


@SOME
def test_dead_units_never_speak(unchanged, name):
    network, x = stack(name)
    for l in hidden_layers(network):
        network.layers[l].b.value[0] = -1000.0
    unchanged(network)
    dead = dead_units(network, x)
    for found, a in zip(dead, spoken(network, x), strict=True):
        assert found.dtype == bool
        assert found.tolist() == [not a[..., j].any() for j in range(a.shape[-1])]
    first = hidden_layers(network)[0]
    if isinstance(network.layers[first + 1], ReLU) and place_of_speech(network, first) == first + 1:
        assert dead[0][0]


def test_a_unit_that_speaks_once_is_not_dead():
    network = Network([Dense(np.eye(3), [0.0, -1.0, -3.0]), ReLU(), Dense(np.eye(3), np.zeros(3))])
    x = np.array([[-1.0, 1.0, 3.0], [-2.0, 1.5, 1.0]])
    assert dead_units(network, x)[0].tolist() == [True, False, True]


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        (("l3",), ValueError, "criterion must be 'l1' or"),
        (("activation",), ValueError, "criterion 'activation' needs x"),
        (("contribution",), ValueError, "criterion .* needs x"),
        (("taylor", np.ones((2, 6))), ValueError, "y for 'taylor' and 'ablation'"),
        (("ablation", np.ones((2, 6))), ValueError, "criterion 'ablation' needs x .and y"),
        (("ablation", np.ones((2, 6)), [0]), ValueError, "x and y must"),
        (("ablation", np.ones((2, 6)), [0, 3]), ValueError, "y must"),
        ((np.mean,), ValueError, "criterion .* needs x"),
        ((3, np.ones((2, 6))), ValueError, "criterion must be 'l1' or"),
        (("taylor", None, [0, 1]), ValueError, "criterion .* needs x"),
        (("taylor", np.ones((2, 6)), [0]), ValueError, "x and y must"),
        (("taylor", np.ones((2, 6)), [0, 3]), ValueError, "y must"),
        (("taylor", np.ones((2, 6)), [0.0, 1.0]), TypeError, "y must"),
        (("apoz", np.ones((2, 5))), ValueError, "x must be"),
        (("apoz", np.full((2, 6), np.nan)), ValueError, "x must be finite"),
    ],
)
def test_scores_are_refused_by_name(unchanged, arguments, error, match):
    network, _ = stack("mlp")
    unchanged(network)
    with pytest.raises(error, match=match):
        unit_scores(network, *arguments)


# --- pruning -------------------------------------------------------------------------------------


def plain(sizes=(6, 4), n_in=3, n_out=2):
    return mlp([n_in, *sizes, n_out], np.random.default_rng(0), dtype=np.float64)


S = [np.array([0.5, 0.1, 0.9, 0.1, 0.7, 0.3]), np.array([5.0, 1.0, 0.2, 3.0])]


@pytest.mark.parametrize(
    ("options", "gone"),
    [
        ({"sparsity": 0}, [[], []]),
        ({"sparsity": 0.5}, [[1, 3, 5], [1, 2]]),
        ({"sparsity": 0.25}, [[1, 3], [2]]),  # 1.5 is rounded to 2
        ({"sparsity": 1 / 6}, [[1], [2]]),  # of equals the first
        ({"sparsity": [0.0, 0.75]}, [[], [1, 2, 3]]),
        ({"sparsity": (0.5, 0)}, [[1, 3, 5], []]),
        ({"sparsity": np.array([0.2, 0.5])}, [[1], [1, 2]]),
        ({"sparsity": np.float32(0.5)}, [[1, 3, 5], [1, 2]]),
        ({"sparsity": 0.1, "scope": "global"}, [[1], []]),
        ({"sparsity": 0.3, "scope": "global"}, [[1, 3], [2]]),
        ({"sparsity": 0.6, "scope": "global"}, [[0, 1, 3, 4, 5], [2]]),
        ({"sparsity": 0.6, "scope": "global", "min_units": 1}, [[0, 1, 3, 4, 5], [2]]),
        ({"sparsity": 0.6, "scope": "global", "min_units": 2}, [[0, 1, 3, 5], [1, 2]]),
        ({"sparsity": 0.7, "scope": "global", "min_units": 1}, [[0, 1, 3, 4, 5], [1, 2]]),
        ({"sparsity": 0.8, "scope": "global", "min_units": 1}, [[0, 1, 3, 4, 5], [1, 2, 3]]),
        ({"sparsity": 0.5, "min_units": 2}, [[1, 3, 5], [1, 2]]),
        ({"sparsity": 0.75, "min_units": 1}, [[0, 1, 3, 5], [1, 2, 3]]),
        ({"sparsity": 0, "min_units": 100}, [[], []]),
    ],
)
def test_the_lowest_go_and_exactly_so_many(unchanged, options, gone):
    network = plain()
    unchanged(network)
    keeps = choose_units(network, S, **options)
    assert [np.flatnonzero(~keep).tolist() for keep in keeps] == gone
    pruned = network.copy()
    for keep, other in zip(prune_units(pruned, S, **options), keeps, strict=True):
        np.testing.assert_array_equal(keep, other)
    masked = network.copy()
    mask_units(masked, keeps)
    for a, b in zip(pruned.parameters.values(), masked.parameters.values(), strict=True):
        np.testing.assert_array_equal(a.value, b.value)
        assert (a.mask is None) == (b.mask is None)
    small = keep_units(network, keeps)  # at once, without masks
    np.testing.assert_allclose(small(np.eye(3)), pruned(np.eye(3)), rtol=1e-12, atol=1e-14)
    if any(gone):
        assert [len(layer.b.value) for layer in shrink_network(pruned).layers[:-1:2]] == [
            keep.sum() for keep in keeps
        ]


@pytest.mark.parametrize("scope", ["layer", "global"])
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("sparsity", [0.0, 0.1, 0.35, 0.5, 0.62, 0.8])
def test_counts_and_order_of_any_scores(scope, seed, sparsity):
    rng = np.random.default_rng(seed)
    network, sizes = plain((12, 9, 15)), (12, 9, 15)
    scores = [rng.choice([-2.0, 0.0, 1.0, 1.5], n) * rng.choice([1, 3], n) for n in sizes]
    order = sorted((score, h, j) for h, s in enumerate(scores) for j, score in enumerate(s))
    best = [max((score, j) for j, score in enumerate(s))[1] for s in scores]  # the last of equals
    order = [(h, j) for _, h, j in order if j != best[h]]
    if scope == "global":
        gone = order[: round(sparsity * 36)]
    else:
        layers = [[(h, j) for h, j in order if h == layer] for layer in range(3)]
        gone = [unit for layer, n in zip(layers, sizes, strict=True)
                for unit in layer[: round(sparsity * n)]]  # fmt: skip
    keeps = choose_units(network, scores, sparsity, scope, min_units=1)
    assert sorted(gone) == [
        (h, j) for h, keep in enumerate(keeps) for j in np.flatnonzero(~keep).tolist()
    ]


def test_units_that_are_silent_already_go_first_and_count():
    network = plain()
    mask_units(network, [np.arange(6) != 2, np.arange(4) != 0])  # those of the highest scores
    keeps = prune_units(network, S, 0.5)
    assert np.flatnonzero(~keeps[0]).tolist() == [1, 2, 3]
    assert np.flatnonzero(~keeps[1]).tolist() == [0, 2]
    assert [len(layer.b.value) for layer in shrink_network(network).layers[:-1:2]] == [3, 2]
    again = prune_units(network, S, 0.6, scope="global")
    assert np.flatnonzero(~again[0]).tolist() == [1, 2, 3, 5]
    assert np.flatnonzero(~again[1]).tolist() == [0, 2]
    for keep, weights in zip(again, list(network.weights.values())[:2], strict=True):
        assert weights.mask.any(axis=0).tolist() == keep.tolist()


def test_silent_filters_go_first_too():
    network, _ = stack("max pooling")
    scores = unit_scores(network, "l1")
    mask_units(network, [np.arange(4) != scores[0].argmax(), np.ones(5, bool)])
    keeps = prune_units(network, scores, [0.25, 0.2])
    assert np.flatnonzero(~keeps[0]).tolist() == [scores[0].argmax()]
    assert np.flatnonzero(~keeps[1]).tolist() == [scores[1].argmin()]


@pytest.mark.parametrize("options", [{}, {"scope": "global"}, {"min_units": 1}])
@pytest.mark.parametrize("name", ["mlp", "tanh", "bn between dense", "max pooling", "bn twice"])
def test_a_unit_whose_weights_are_all_pruned_is_not_silenced_by_ratio_0(unchanged, name, options):
    network, _ = stack(name)
    for l in hidden_layers(network):
        w = next(iter(network.layers[l].parameters.values()))
        mask = np.ones(w.value.shape, bool)
        mask[..., :2] = False  # two constants: their biases, and beta behind, are left
        w.prune(mask)
    unchanged(network)
    scores = unit_scores(network, "l1")
    assert all(keep.all() for keep in prune_units(network, scores, sparsity=0.0, **options))


def test_a_constant_unit_is_ranked_as_any_other():
    network = plain((3,))
    network.layers[0].W.prune(np.array([[True, False, True]] * 3))
    keeps = prune_units(network, [np.array([0.5, 0.7, 0.1])], 1 / 3)
    assert keeps[0].tolist() == [True, True, False]
    assert network.layers[0].b.mask.tolist() == [True, True, False]


TOP = np.finfo(np.float32).max


@pytest.mark.parametrize(
    "scores",
    [[0.0, 0.0, 0.0], [5e-324, 0.0, -5e-324], np.float32([1, 0, TOP]), np.float32([-TOP] * 3)],
)
def test_scores_may_be_equal_or_at_the_end_of_the_range(scores):
    network = plain((3,))
    masked = network.copy()
    mask_units(masked, [[True, True, False]])
    assert choose_units(masked, [scores], 1 / 3)[0].tolist() == [True, True, False]
    assert choose_units(network, [scores], 2 / 3, min_units=1)[0].sum() == 1


def test_a_spared_unit_stands_above_the_best_of_other_layers():
    scores = [np.array([0.0, 1.0]), np.array([5.0, 5.0, 5.0])]
    keeps = choose_units(plain((2, 3)), scores, 0.6, "global", min_units=1)
    assert [keep.tolist() for keep in keeps] == [[False, True], [False, False, True]]


@pytest.mark.parametrize("scope", ["layer", "global"])
@pytest.mark.parametrize("min_units", [1, 2, 4, 9])
def test_where_the_ratio_asks_for_more_the_best_units_stay_all_the_same(scope, min_units):
    network = plain((5, 3), n_in=6)
    scores = [np.array([3.0, 1.0, 5.0, 2.0, 4.0]), np.array([1.0, 9.0, 8.0])]
    keeps = choose_units(network, scores, 0.95, scope, min_units)
    for keep, score in zip(keeps, scores, strict=True):
        best = np.argsort(score)[::-1][:min_units]
        assert sorted(np.flatnonzero(keep)) == sorted(best)


def test_a_silent_unit_is_not_spared():
    network = plain((5, 5), n_in=6)
    mask_units(network, [np.arange(5) == 4, np.ones(5, bool)])
    scores = [np.arange(5.0), np.arange(5.0)]
    keeps = prune_units(network, scores, 0.5, "global", min_units=2)
    assert not keeps[0][:4].any()


@SOME
@pytest.mark.parametrize("criterion", ["l1", "geometric_median", "activation", "contribution"])
def test_any_network_can_lose_half_of_its_units(name, criterion):
    network, x = stack(name)
    scores = [normalize(s) for s in unit_scores(network, criterion, x)]
    keeps = prune_units(network, scores, 0.5, "global", min_units=1)
    assert sum((~keep).sum() for keep in keeps) == round(0.5 * sum(len(s) for s in scores))
    small = shrink_network(network)
    np.testing.assert_allclose(small(x), network(x), rtol=1e-11, atol=1e-11)
    for l, keep in zip(hidden_layers(small), keeps, strict=True):
        assert len(small.layers[l].b.value) == keep.sum()


def test_units_first_and_then_weights():
    network, x = stack("same", samples=8)
    keeps = prune_units(network, unit_scores(network, "l2"), 0.4)
    total = sum(w.value.size for w in network.weights.values())
    silent = sum((~w.mask).sum() for w in network.weights.values())
    masks = prune_by_magnitude(network, 0.8)
    assert sum((~mask).sum() for mask in masks) == round(0.8 * total) > silent
    small = shrink_network(network)
    np.testing.assert_allclose(small(x), network(x), rtol=1e-11, atol=1e-11)
    kept = [weights_of(small.layers[l]).shape[-1] for l in hidden_layers(small)]
    assert all(k <= keep.sum() for k, keep in zip(kept, keeps, strict=True))
    left = sum(mask.sum() for mask in masks)
    assert sum(w.mask.sum() for w in small.weights.values()) <= left
    optimizer = SGD(small.parameters, lr=0.1)
    for _ in range(3):
        small.backward(np.ones_like(small.forward(x, training=True)))
        optimizer.step()
    for w in small.weights.values():
        assert w.mask is not None and not w.value[~w.mask].any() and not w.mask.all()


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"sparsity": 0.95}, EmptyLayerError, "every unit of layer 0 would be"),
        ({"sparsity": [0.0, 0.9]}, EmptyLayerError, "every unit of layer 2 would be"),
        (
            {"sparsity": 0.65, "scope": "global", "scores": [S[0], S[1] + 9]},
            EmptyLayerError,
            "layer 0",
        ),
        ({"sparsity": 0.5, "min_units": 0}, ValueError, "min_units must be >= 1"),
        ({"sparsity": 0.5, "min_units": 1.0}, TypeError, "min_units must be"),
        ({"sparsity": 1.0}, ValueError, "sparsity must be a fraction"),
        ({"sparsity": -0.1}, ValueError, "sparsity must be a fraction"),
        ({"sparsity": [0.5]}, ValueError, "sparsity must be .* a list of 2, .* got 1"),
        ({"sparsity": [0.5, 1.0]}, ValueError, "sparsity must be a fraction"),
        ({"sparsity": 0.5, "scope": "all"}, ValueError, "scope must be 'layer' or 'global'"),
        ({"sparsity": 0.5, "scores": S[:1]}, ValueError, r"scores must be .* of lengths \[6, 4\]"),
        ({"sparsity": 0.5, "scores": [S[1], S[0]]}, ValueError, "scores must be"),
        ({"sparsity": 0.5, "scores": [S[0], S[1][:, None]]}, ValueError, "scores must be"),
        (
            {"sparsity": 0.5, "scores": [S[0], S[1] * np.nan]},
            ValueError,
            r"scores\[1\] must be finite",
        ),
        ({"sparsity": 0.5, "scores": S[0]}, TypeError, "scores must be a list"),
    ],
)
def test_pruning_is_refused_by_name_and_nothing_changes(unchanged, options, error, match):
    network = plain()
    unchanged(network)
    for call in (prune_units, choose_units):
        with pytest.raises(error, match=match):
            call(network, **{"scores": S, **options})


@pytest.mark.parametrize(
    ("theta", "ties", "gone"),
    [
        (-1, "keep", [[], []]),
        (0.5, "prune", [[], [2]]),
        (1.0, "keep", [[], [2]]),
        (1.0, "prune", [[1, 3], [2]]),
        ([0.5, 2.0], "prune", [[], [1, 2]]),
        (np.array([3.0, 0.5]), "keep", [[0, 1, 3, 5], []]),
    ],
)
def test_units_below_a_threshold_are_silenced(theta, ties, gone):
    network = plain()
    scores = [np.array([2.0, 1.0, 3.0, 1.0, 3.0, 2.0]), np.array([3.0, 2.0, 0.5, 3.0])]
    masked = network.copy()
    mask_units(masked, [np.ones(6, bool), [True, True, True, False]])
    for start, silent in ((network, []), (masked, [3])):
        pruned = start.copy()
        keeps = prune_units_by_threshold(pruned, scores, theta, ties)
        expected = [gone[0], sorted({*gone[1], *silent})]
        assert [np.flatnonzero(~keep).tolist() for keep in keeps] == expected
        mask_units(start, keeps)
        for a, b in zip(pruned.parameters.values(), start.parameters.values(), strict=True):
            np.testing.assert_array_equal(a.value, b.value)
            assert (a.mask is None) == (b.mask is None)


def test_a_threshold_is_of_the_precision_of_the_scores():
    network, scores = plain((2, 1)), [np.array([0.3, 0.5], "f"), np.array([1.0], "f")]
    assert [keep.tolist() for keep in prune_units_by_threshold(network, scores, 0.3)] == [
        [True, True], [True]
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"theta": 1e9}, EmptyLayerError, "every unit of layer 0 would be"),
        ({"theta": [0, 1e9]}, EmptyLayerError, "every unit of layer 2 would be"),
        ({"theta": "0"}, TypeError, "theta must"),
        ({"theta": [1.0]}, ValueError, "theta must be .* a list of 2, .* got 1"),
        ({"theta": np.nan}, ValueError, "theta must"),
        ({"theta": 1.0, "ties": "all"}, ValueError, "ties must"),
        ({"theta": 1.0, "scores": S[:1]}, ValueError, "scores must"),
    ],
)
def test_a_threshold_is_refused_by_name_and_nothing_changes(unchanged, options, error, match):
    network = plain()
    unchanged(network)
    with pytest.raises(error, match=f"^{match}"):
        prune_units_by_threshold(network, **{"scores": S, **options})


def test_a_network_without_hidden_layers_has_no_units():
    network = Network([Dense(np.eye(2), np.ones(2))])
    assert unit_scores(network, "l1") == unit_activations(network, np.eye(2)) == []
    with pytest.raises(ValueError, match="scores must be a vector for each hidden layer"):
        choose_units(network, [], 0.5)


def test_the_scale_behind_a_pooling_is_that_of_the_same_filters():
    rng = np.random.default_rng(0)
    layers = [conv(3)((6, 6, 1), rng), ReLU(), MaxPool2D(2), bn((2, 2, 3), rng), Flatten()]
    network = Network([*layers, dense(2)((12,), rng)], (6, 6, 1))
    (scores,) = unit_scores(network, "bn_scale")
    assert scores.tolist() == np.abs(layers[3].gamma.value).tolist()


def test_words_in_place_of_scores_and_emptied_layers_get_advice():
    network = plain((5, 3), n_in=6)
    with pytest.raises(TypeError, match=r"such as unit_scores\(network, 'l1'\)"):
        prune_units(network, "l1", 0.5)
    with pytest.raises(EmptyLayerError, match="min_units=1 keeps one"):
        prune_units(network, unit_scores(network, "l1"), 0.95)
    for hidden in (-1, 2):
        with pytest.raises(ValueError, match="hidden must be from 0 to 1"):
            outgoing_weights(network, hidden)
