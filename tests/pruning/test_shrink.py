"""Smaller for real: what is left says what the masked network says, and nothing else changes."""

from itertools import pairwise

import numpy as np
import pytest
from stacks import (
    NAMES,
    STACKS,
    average,
    biggest,
    bn,
    conv,
    dense,
    flatten,
    relu,
    silenced,
    stack,
)

from minprune.nn.batchnorm import BatchNorm
from minprune.nn.layers import Dense, Dropout, Flatten, Layer, LeakyReLU, ReLU, Sigmoid, Tanh
from minprune.nn.network import EmptyLayerError, Network, mlp
from minprune.nn.optim import SGD, Adam
from minprune.nn.spatial import AveragePool2D, Conv2D, MaxPool2D
from minprune.nn.store import load, save
from minprune.nn.train import fit
from minprune.pruning.one_shot import prune_by_magnitude
from minprune.pruning.shrink import (
    collapse_linear_layers,
    keep_units,
    mask_units,
    read_inputs,
    remove_inputs,
    remove_layer,
    shrink_network,
)
from minprune.pruning.topology import hidden_layers

EVERY = pytest.mark.parametrize("name", NAMES)
DTYPES = pytest.mark.parametrize(("dtype", "eps"), [(np.float32, 1e-6), (np.float64, 1e-12)])


def some_units(network, seed=0):
    """For every hidden layer a part of its units: at least one, and never all of several."""
    rng, keeps = np.random.default_rng(seed), []
    for l in hidden_layers(network):
        n = len(network.layers[l].b.value)
        keeps.append(rng.permutation(n) < max(1, rng.integers(n)))
    return keeps


def assert_same(actual, expected, eps):
    assert actual.shape == expected.shape and actual.dtype == expected.dtype
    assert abs(actual - expected).max() <= eps * max(abs(expected).max(), 1)


def numbers_of(network):
    """All there is in a network, byte for byte."""
    return {
        name: (p.value.shape, p.value.tobytes(), None if p.mask is None else p.mask.tobytes())
        for name, p in network.parameters.items()
    } | {name: array.tobytes() for name, array in network.statistics.items()}


def widths(network):
    return [len(layer.b.value) for layer in network.layers if isinstance(layer, Dense | Conv2D)]


# --- chosen units --------------------------------------------------------------------------------


@EVERY
@DTYPES
def test_masked_and_smaller_say_what_is_said_without_the_units(unchanged, name, dtype, eps):
    network, x = stack(name, dtype)
    unchanged(network)
    keeps = some_units(network)
    expected = silenced(network, x, keeps)
    small, masked = keep_units(network, keeps), network.copy()
    mask_units(masked, keeps)
    before = numbers_of(masked)
    shrunk = shrink_network(masked)
    for other in (masked, small, shrunk):
        assert_same(other(x), expected, eps)
    assert numbers_of(masked) == before
    assert widths(small)[:-1] == widths(shrunk)[:-1] == [keep.sum() for keep in keeps]
    assert small.input_shape == shrunk.input_shape == network.input_shape
    for a, b in zip(small.parameters.values(), shrunk.parameters.values(), strict=True):
        np.testing.assert_array_equal(a.value, b.value)  # silenced units leave nothing behind
    for a, b in zip(small.statistics.values(), shrunk.statistics.values(), strict=True):
        np.testing.assert_array_equal(a, b)
    for p in small.parameters.values():
        p.value += 1.0  # shares nothing with the original
    for array in small.statistics.values():
        array += 1


@EVERY
def test_all_units_are_the_network_itself(unchanged, name):
    network, x = stack(name)
    unchanged(network)
    everyone = [np.ones(n, bool) for n in widths(network)[:-1]]
    for same in (keep_units(network, everyone), shrink_network(network)):
        assert numbers_of(same) == numbers_of(network) and same is not network
        np.testing.assert_array_equal(same(x), network(x))
        for layer, own in zip(same.layers, network.layers, strict=True):
            assert type(layer) is type(own) and layer is not own
    untouched = network.copy()
    mask_units(untouched, everyone)
    assert all(p.mask is None for p in untouched.parameters.values())


@EVERY
def test_one_unit_a_layer_is_enough(name):
    network, x = stack(name)
    keeps = [np.arange(n) == n // 2 for n in widths(network)[:-1]]
    masked = network.copy()
    mask_units(masked, keeps)
    assert_same(keep_units(network, keeps)(x), silenced(network, x, keeps), 1e-12)
    assert_same(shrink_network(masked)(x), silenced(network, x, keeps), 1e-12)


def test_what_goes_with_a_filter_by_hand():
    shape, parts = (6, 6, 2), [conv(4), bn, relu, biggest(), flatten, bn, dense(5), relu, dense(3)]
    rng, layers, at = np.random.default_rng(0), [], shape
    for part in parts:
        layers.append(part(at, rng))
        at = layers[-1].output_shape(at)
    network = Network(layers, shape)
    keeps = [np.array([True, False, True, False]), np.array([False, True, True, True, False])]
    small = keep_units(network, keeps)
    rows = [0, 2, 4, 6, 8, 10, 12, 14]  # of four pixels the channels 0 and 2
    wanted = {
        "0.K": layers[0].K.value[:, :, :, [0, 2]], "0.b": layers[0].b.value[[0, 2]],
        "1.gamma": layers[1].gamma.value[[0, 2]], "1.beta": layers[1].beta.value[[0, 2]],
        "5.gamma": layers[5].gamma.value[rows], "5.beta": layers[5].beta.value[rows],
        "6.W": layers[6].W.value[rows][:, 1:4], "6.b": layers[6].b.value[1:4],
        "8.W": layers[8].W.value[1:4], "8.b": layers[8].b.value,
    }  # fmt: skip
    assert list(small.parameters) == list(wanted)
    for name, p in small.parameters.items():
        np.testing.assert_array_equal(p.value, wanted[name])
    for l, kept in ((1, [0, 2]), (5, rows)):
        np.testing.assert_array_equal(small.layers[l].mean, layers[l].mean[kept])
        np.testing.assert_array_equal(small.layers[l].var, layers[l].var[kept])
    mask_units(network, keeps)
    for name, p in network.parameters.items():  # masked is what the small one does not have
        assert p.value.size - wanted[name].size == (0 if p.mask is None else (~p.mask).sum()), name
    assert not network.layers[5].gamma.mask[1::2].any() and not network.layers[5].beta.mask[3]
    assert network.layers[8].b.mask is None


@EVERY
def test_masks_of_what_stays_are_carried_along(unchanged, name):
    network, x = stack(name)
    rng, keeps = np.random.default_rng(1), some_units(network)
    smaller = keep_units(network, keeps).parameters
    for name, p in network.parameters.items():
        mask = rng.random(p.value.shape) < 0.7
        mask.flat[0] = False
        if p.value.ndim > 1 and smaller[name].value.size < 20:
            mask[:] = True  # so few that all of those that stay might be pruned
        p.prune(mask)
    unchanged(network)
    small, masked = keep_units(network, keeps), network.copy()
    mask_units(masked, keeps)
    expected = silenced(network, x, keeps)
    assert_same(small(x), expected, 1e-12)
    assert_same(masked(x), expected, 1e-12)
    for key, p in small.parameters.items():
        assert p.mask is not None and not p.value[~p.mask].any()
        old = network.parameters[key]
        assert sorted(p.value[p.mask]) == sorted(  # every number once, and none that was pruned
            masked.parameters[key].value[masked.parameters[key].mask]
        )
        assert not (masked.parameters[key].mask & ~old.mask).any()
    for key in network.weights:
        kept = masked.weights[key].mask
        assert small.weights[key].mask.sum() == kept.sum()


@EVERY
def test_pruned_weights_and_constant_units_go_together(unchanged, name):
    network, x = stack(name)
    rng = np.random.default_rng(1)
    for w in network.weights.values():
        w.prune(rng.random(w.value.shape) < 0.85)
    zero(network, 0, [0], -0.3)
    unchanged(network)
    small = shrink_network(network)
    assert_same(small(x), network(x), 1e-12)
    for w in small.weights.values():
        assert not w.value[~w.mask].any() and w.mask.mean() > 0.4


@pytest.mark.parametrize("name", [*STACKS, "random 4", "random 15", "random 22"])
def test_the_smaller_network_is_trained_saved_and_copied_like_any_other(tmp_path, unchanged, name):
    network, x = stack(name, np.float32, samples=12)
    prune_by_magnitude(network, 0.2, "layer")
    network.forward(x, training=True)  # leaves caches behind
    unchanged(network)
    keeps = [np.arange(n) != 1 for n in widths(network)[:-1]]
    small = keep_units(network, keeps)
    before = {key: p.mask.copy() for key, p in small.weights.items()}
    save(small, tmp_path / "small.npz")
    for other in (load(tmp_path / "small.npz"), small.copy()):
        assert numbers_of(other) == numbers_of(small)
        np.testing.assert_array_equal(other(x), small(x))
    optimizer, old = Adam(small.parameters, lr=0.01), small.copy()
    for _ in range(3):
        y = small.forward(x, training=True)
        small.backward(np.ones_like(y))
        optimizer.step()
    assert y.shape == network(x).shape
    for key, p in small.weights.items():
        np.testing.assert_array_equal(p.mask, before[key])
        assert not p.value[~p.mask].any()
    assert numbers_of(small) != numbers_of(old)


def test_a_smaller_network_learns_as_one_made_with_these_numbers():
    network, x = stack("bn behind flatten", samples=20)
    small = keep_units(network, some_units(network))
    twin = small.copy()
    y = np.arange(20) % 3
    for other in (small, twin):
        fit(other, x, y, epochs=2, batch_size=7,
            optimizer=SGD(other.parameters, lr=0.05, momentum=0.9))  # fmt: skip
    assert numbers_of(small) == numbers_of(twin)
    assert numbers_of(keep_units(network, some_units(network))) != numbers_of(small)


def test_dropout_draws_for_itself_in_every_copy():
    layers = [Dense(np.ones((2, 3)), np.zeros(3)), Dropout(0.5, np.random.default_rng(0)),
              Dense(np.ones((3, 1)), np.zeros(1))]  # fmt: skip
    network, x = Network(layers), np.ones((50, 2))
    small = keep_units(network, [[True, True, False]])
    expected = network.copy().forward(x, training=True)
    small.forward(x, training=True)
    np.testing.assert_array_equal(network.forward(x, training=True), expected)


def test_units_of_one_layer_have_no_say_in_another():
    network, _ = stack("mlp")
    small = keep_units(network, [np.ones(7, bool), np.arange(5) > 1])
    np.testing.assert_array_equal(small.layers[0].W.value, network.layers[0].W.value)
    np.testing.assert_array_equal(small.layers[2].W.value, network.layers[2].W.value[:, 2:])
    np.testing.assert_array_equal(small.layers[4].W.value, network.layers[4].W.value[2:])


def test_masking_again_adds_to_the_mask():
    network, _ = stack("bn before flatten")
    everyone = np.ones(5, bool)
    mask_units(network, [np.arange(4) != 0, everyone])
    mask_units(network, [np.arange(4) != 2, everyone])
    for p in (network.layers[0].b, network.layers[1].beta):
        assert p.mask.tolist() == [False, True, False, True]
    assert network.layers[4].W.mask.all(axis=1).tolist() == [False, True, False, True] * 16


# --- what the masks have emptied -----------------------------------------------------------------


def zero(network, h, units, says):
    """Units of a hidden layer that say the same whatever comes in: no weights, and this bias."""
    layer = network.layers[hidden_layers(network)[h]]
    next(iter(layer.parameters.values())).value[..., units] = 0
    layer.b.value[units] = says


def folds(network, h):
    """Whether a constant other than 0 may go: not if the next layer adds zeros around it."""
    following = [layer for layer in network.layers if isinstance(layer, Dense | Conv2D)][h + 1]
    return isinstance(following, Dense) or following.padding in ("valid", 0, (0, 0))


@EVERY
@DTYPES
@pytest.mark.parametrize("masked", [False, True])
def test_constant_units_move_into_the_next_bias(unchanged, name, dtype, eps, masked):
    network, x = stack(name, dtype)
    if masked:
        prune_by_magnitude(network, 0.2, "layer")
    for h, n in enumerate(widths(network)[:-1]):
        zero(network, h, np.arange(n // 2), 0.7)
    unchanged(network)
    small = shrink_network(network)
    assert_same(small(x), network(x), 20 * eps)
    expected = []
    for h, n in enumerate(widths(network)[:-1]):
        expected.append(n - n // 2 if folds(network, h) else n)
    if not masked:  # what a mask has emptied may let more go
        assert widths(small)[:-1] == expected
    assert all(a <= b for a, b in zip(widths(small)[:-1], expected, strict=True))
    assert sum(widths(small)) < sum(widths(network)) or expected == widths(network)[:-1]


@pytest.mark.parametrize("bias", [0.7, -0.7])
@pytest.mark.parametrize(
    ("layers", "says"),
    [
        ([], lambda b: b),
        ([ReLU()], lambda b: max(b, 0)),
        ([LeakyReLU(0.5)], lambda b: b if b > 0 else b / 2),
        ([Sigmoid()], lambda b: 1 / (1 + np.exp(-b))),
        ([Tanh(), Dropout(0.5, np.random.default_rng(0))], np.tanh),
        (
            [BatchNorm([2.0], [0.5], [0.1], [4.0], epsilon=1.0), ReLU()],
            lambda b: max(2 * (b - 0.1) / np.sqrt(5) + 0.5, 0),
        ),
        (
            [ReLU(), BatchNorm([-2.0], [0.5], [0.1], [3.0], epsilon=1.0)],
            lambda b: -2 * (max(b, 0) - 0.1) / 2 + 0.5,
        ),
    ],
)
def test_what_a_constant_says_behind_its_activation(bias, layers, says):
    two = [
        BatchNorm(
            *(np.repeat(a, 2) for a in (l.gamma.value, l.beta.value, l.mean, l.var)),
            epsilon=l.epsilon,
        )
        if isinstance(l, BatchNorm)
        else l
        for l in layers
    ]
    network = Network([Dense([[1.0, 0.0]], [0.0, bias]), *two, Dense([[3.0], [5.0]], [0.25])])
    small = shrink_network(network)
    assert small.layers[0].W.value.tolist() == [[1.0]]
    assert small.layers[-1].W.value.tolist() == [[3.0]]
    assert small.layers[-1].b.value == pytest.approx([0.25 + 5 * says(bias)], rel=1e-14)


@pytest.mark.parametrize("name", [n for n in NAMES if n not in ("lenet5", "cnn")])
def test_a_gamma_of_0_makes_a_unit_constant(unchanged, name):
    network, x = stack(name)
    found = False
    hidden = hidden_layers(network)
    for layer in network.layers[hidden[0] if hidden else 0 :]:
        if isinstance(layer, BatchNorm):
            units = next(
                n
                for n in reversed(
                    widths(
                        Network(network.layers[: network.layers.index(layer)], network.input_shape)
                    )
                )
            )
            layer.gamma.value[np.arange(layer.mean.size) % units == 0] = 0
            found = True
    unchanged(network)
    small = shrink_network(network)
    assert_same(small(x), network(x), 1e-11)
    for h, l in enumerate(hidden):
        after = network.layers[l + 1 : [*hidden, len(network.layers)][h + 1]]
        if found and any(isinstance(layer, BatchNorm) for layer in after) and folds(network, h):
            assert len(small.layers[l].b.value) < len(network.layers[l].b.value)


def test_with_a_gamma_of_0_for_one_pixel_only_the_channel_stays():
    network, x = stack("bn behind flatten")
    behind = network.layers[4]
    behind.gamma.value[1] = 0  # channel 1 of the first pixel; others still speak
    assert widths(shrink_network(network)) == widths(network)
    behind.gamma.value[1::4] = 0
    small = shrink_network(network)
    assert len(small.layers[0].b.value) == 3
    assert_same(small(x), network(x), 1e-12)


RELUS = ["mlp", "one output", "valid", "same", "stride 2", "max pooling", "flatten first",
         "convolutions alone", "lenet5", "cnn"]  # fmt: skip


@pytest.mark.parametrize("name", RELUS)
@DTYPES
def test_dead_units_go_if_the_inputs_say_so(unchanged, name, dtype, eps):
    network, x = stack(name, dtype)
    relus = [isinstance(network.layers[l + 1], ReLU) for l in hidden_layers(network)]
    for l, n in zip(hidden_layers(network), widths(network)[:-1], strict=True):
        network.layers[l].b.value[: n // 2] = -1000.0  # weights stay: only data tells
    unchanged(network)
    assert widths(shrink_network(network)) == widths(network)
    small = shrink_network(network, x)
    assert_same(small(x), network(x), eps)
    kept = [np.arange(n) >= n // 2 for n in widths(network)[:-1]]
    for h, relu_behind in enumerate(relus):
        if relu_behind:
            assert widths(small)[h] <= kept[h].sum()
    if name in ("valid", "max pooling"):
        assert widths(small)[:-1] == [keep.sum() for keep in kept]


def test_on_data_a_unit_goes_that_says_the_same_and_no_other():
    W = np.array([[1.0, 1.0, 0.0, 1.0], [0.0, 1.0, 1.0, -1.0]])
    network = Network([Dense(W, [0.0, 0.0, 0.0, -9.0]), ReLU(), Dense(np.eye(4), np.zeros(4))])
    x = np.array([[1.0, 2.0], [1.0, 3.0], [1.0, 5.0]])  # unit 0 says 1, unit 3 nothing
    small = shrink_network(network, x)
    np.testing.assert_array_equal(small.layers[0].W.value, W[:, [1, 2]])
    assert small.layers[2].b.value.tolist() == [1, 0, 0, 0]
    assert small(x).tolist() == network(x).tolist()
    assert shrink_network(network, x.tolist()).layers[0].n_out == 2
    x[1, 0] = 2  # not the first, and the last is as the first
    assert shrink_network(network, x).layers[0].n_out == 3


def test_pixels_must_agree_before_a_filter_is_constant_on_data():
    network, x = stack("valid")
    K = network.layers[0].K.value
    K[..., 0] = 0
    K[0, 0, 0, 0] = 1.0
    x[..., 0] = np.arange(7)[:, None]  # the same in every sample, another in every row
    small = shrink_network(network, x)
    assert len(small.layers[0].b.value) == 5
    assert_same(small(x), network(x), 1e-12)
    x[..., 0] = 3.0
    small = shrink_network(network, x)
    assert len(small.layers[0].b.value) < 5 and small.layers[0].K.value[..., 0].all()
    assert_same(small(x), network(x), 1e-12)


@pytest.mark.parametrize("padding", ["same", 1, 2, (0, 1), (1, 0)])
@pytest.mark.parametrize("given_x", [False, True])
def test_a_constant_stays_before_a_convolution_that_adds_zeros(padding, given_x):
    rng = np.random.default_rng(0)
    first = Conv2D(rng.standard_normal((2, 2, 1, 4)), rng.standard_normal(4))
    second = Conv2D(rng.standard_normal((3, 3, 4, 2)), rng.standard_normal(2), 1, padding)
    network, x = Network([first, ReLU(), second], (6, 6, 1)), rng.standard_normal((3, 6, 6, 1))
    first.K.value[..., :3] = 0
    first.b.value[:3] = 0.5, -0.5, 0.0  # which is heard as 0.5 and 0 and 0
    second.K.value[:, :, 1] = 7.0
    small = shrink_network(network, x if given_x else None)
    assert widths(small) == [2, 2]
    np.testing.assert_array_equal(small.layers[0].b.value, first.b.value[[0, 3]])
    np.testing.assert_array_equal(small.layers[2].b.value, second.b.value)
    assert_same(small(x), network(x), 1e-12)
    for second.padding in (0, (0, 0)):
        small = shrink_network(network, x if given_x else None)
        assert widths(small) == [1, 2]
        assert_same(small(x), network(x), 1e-12)


@pytest.mark.parametrize("padding", [1, (0, 1), "same"])
@pytest.mark.parametrize("kind", [MaxPool2D, AveragePool2D])
@pytest.mark.parametrize("given_x", [False, True])
def test_a_constant_folds_through_padded_pooling(kind, padding, given_x):
    rng = np.random.default_rng(0)
    first = Conv2D(rng.standard_normal((2, 2, 1, 4)), rng.standard_normal(4))
    second = Conv2D(rng.standard_normal((3, 3, 4, 2)), rng.standard_normal(2))
    network = Network([first, ReLU(), kind(3, 1, padding), second], (6, 6, 1))
    x = rng.standard_normal((3, 6, 6, 1))
    first.K.value[..., :3] = 0
    first.b.value[:3] = 0.5, 0.25, 0.0
    small = shrink_network(network, x if given_x else None)
    assert widths(small) == [1, 2] and small.layers[2].padding == network.layers[2].padding
    assert_same(small(x), network(x), 1e-12)


@pytest.mark.parametrize("given_x", [False, True])
def test_weights_that_cancel_do_not_cancel_at_the_rim(given_x):
    rng = np.random.default_rng(0)
    K = np.zeros((3, 3, 2, 1))
    K[1, 0, 0, 0], K[1, 2, 0, 0], K[:, :, 1] = 1.0, -1.0, 0.5  # an edge detector
    first = Conv2D(rng.standard_normal((3, 3, 1, 2)), [1.0, 0.1], 1, "valid")
    first.K.value[..., 0] = 0
    network = Network([first, ReLU(), Conv2D(K, [0.0], 1, "same")], (7, 7, 1))
    x = rng.standard_normal((2, 7, 7, 1))
    small = shrink_network(network, x if given_x else None)
    assert_same(small(x), network(x), 1e-12)


@pytest.mark.parametrize("given_x", [False, True])
def test_a_constant_is_not_folded_into_a_bias_that_a_mask_holds(given_x):
    network, x = stack("one hidden layer")
    zero(network, 0, [1, 3, 4], [0.5, -0.5, 0.25])
    reader = network.layers[2]
    reader.W.value[3, 0] = 0  # unit 3 speaks to output 1 only
    reader.b.prune([False, True])
    small = shrink_network(network, x if given_x else None)
    assert widths(small) == [4, 2]
    assert small.layers[2].b.mask.tolist() == [False, True] and small.layers[2].b.value[0] == 0
    assert small.layers[2].b.value[1] == pytest.approx(
        reader.b.value[1] + reader.W.value[3, 1] / (1 + np.exp(0.5)), rel=1e-14
    )
    assert_same(small(x), network(x), 1e-13)
    reader.b.unprune()
    assert widths(shrink_network(network)) == [2, 2]


def test_one_unit_that_goes_lets_others_go():
    """Backward: who was read by it alone. Forward: who read it alone."""
    rng = np.random.default_rng(0)
    network = mlp([4, 5, 5, 5, 2], rng, dtype=np.float64)
    for layer in network.layers[::2]:
        layer.b.value = rng.standard_normal(layer.n_out)
    network.layers[6].W.value[2] = 0  # nobody reads unit 2 of layer 4,
    network.layers[4].W.value[1, [0, 1, 3, 4]] = 0  # the only one to read unit 1 of layer 2,
    network.layers[2].W.value[3, [0, 2, 3, 4]] = 0  # the only one to read unit 3 of layer 0
    x = rng.standard_normal((6, 4))
    small = shrink_network(network)
    assert widths(small) == [4, 4, 4, 2]
    assert_same(small(x), network(x), 1e-13)
    forward = mlp([4, 5, 5, 5, 2], rng, dtype=np.float64)
    forward.layers[0].W.value[:, 0] = 0
    forward.layers[2].W.value[1:, 0] = 0  # hears unit 0 only, which says a constant
    forward.layers[4].W.value[1:, 0] = 0
    forward.layers[0].b.value[0] = forward.layers[2].b.value[0] = forward.layers[4].b.value[0] = 9
    small = shrink_network(forward)
    assert widths(small) == [4, 4, 4, 2]
    assert_same(small(x), forward(x), 1e-12)


def test_a_filter_is_read_if_one_pixel_or_one_tap_of_it_is():
    network, x = stack("valid")
    later, last = network.layers[2], network.layers[5]
    later.K.value[:, :, 2] = 0
    later.K.value[1, 0, 2, 3] = 1e-30
    last.W.value[np.arange(last.n_in) % 4 == 1] = 0
    last.W.value[4 * 3 + 1, 2] = -1e-30
    assert widths(shrink_network(network)) == widths(network)
    later.K.value[1, 0, 2, 3] = last.W.value[4 * 3 + 1, 2] = 0
    small = shrink_network(network)
    assert widths(small) == [4, 3, 3]
    assert_same(small(x), network(x), 1e-12)


def test_zeros_without_masks_count_and_the_output_layer_is_left_alone():
    network, x = stack("mlp")
    network.layers[4].W.value[:, 1] = 0
    network.layers[4].W.value[:3] = 0
    small = shrink_network(network)
    assert widths(small) == [7, 2, 3]
    assert_same(small(x), network(x), 1e-13)


def test_the_bias_of_an_unread_unit_is_forgotten():
    network, _ = stack("mlp")
    network.layers[2].W.value[2] = 0
    zero(network, 0, [2], 5.0)
    small = shrink_network(network)
    assert small.layers[0].n_out == 6
    np.testing.assert_array_equal(small.layers[2].b.value, network.layers[2].b.value)


# --- inputs --------------------------------------------------------------------------------------


@EVERY
def test_inputs_that_are_not_read_can_go(unchanged, name):
    network, x = stack(name)
    if x.shape[-1] == 1:
        assert read_inputs(network).tolist() == [True]
        with pytest.raises(EmptyLayerError, match="every input would be removed"):
            remove_inputs(network, [False])
        return
    first = next(layer for layer in network.layers if isinstance(layer, Dense | Conv2D))
    weights = next(iter(first.parameters.values())).value
    rows = np.arange(weights.shape[-2]) % x.shape[-1] == 1
    weights[..., rows, :] = 0
    unchanged(network)
    read = read_inputs(network)
    assert read.dtype == bool and read.tolist() == [c != 1 for c in range(x.shape[-1])]
    small = remove_inputs(network, read)
    assert small.input_shape == (*network.input_shape[:-1], int(read.sum()))
    assert_same(small(x[..., read]), network(x), 1e-13)
    assert widths(small) == widths(network)
    keep = np.arange(x.shape[-1]) != 0  # one that is read: as if it were 0 where it is read
    small = remove_inputs(network, keep)
    muted = network.copy()
    first = next(layer for layer in muted.layers if isinstance(layer, Dense | Conv2D))
    weights = next(iter(first.parameters.values()))
    weights.value[..., np.arange(weights.value.shape[-2]) % x.shape[-1] == 0, :] = 0
    assert_same(small(x[..., keep]), muted(x), 1e-13)
    if name in STACKS:
        assert abs(muted(x) - network(x)).max() > 1e-3  # else nothing was silenced


def test_one_weight_for_one_pixel_reads_a_channel():
    network, _ = stack("flatten first")  # images 3 x 2 x 2
    W = network.layers[1].W.value
    W[1::2] = 0
    assert read_inputs(network).tolist() == [True, False]
    W[5, 2] = 1e-30
    assert read_inputs(network).tolist() == [True, True]
    W[0::2] = 0
    assert read_inputs(network).tolist() == [False, True]
    network, _ = stack("valid")
    network.layers[0].K.value[:, :, 0] = 0
    network.layers[0].K.value[1, 2, 0, 3] = 1e-30
    assert read_inputs(network).tolist() == [True, True]


def test_inputs_of_a_network_that_does_not_know_its_images():
    full, x = stack("valid")
    network = Network(full.layers)
    small = remove_inputs(network, [False, True])
    assert small.input_shape is None and small.layers[0].K.value.shape == (3, 3, 1, 5)
    assert_same(small(x[..., 1:]), remove_inputs(full, [False, True])(x[..., 1:]), 0)


def test_masks_and_statistics_of_the_inputs_that_stay():
    network, _ = stack("bn first")
    prune_by_magnitude(network, 0.5)
    network.layers[0].gamma.prune([True, False, True, True, True, True])
    keep = np.array([True, True, False, True, False, True])
    small = remove_inputs(network, keep)
    for name in ("mean", "var"):
        np.testing.assert_array_equal(
            getattr(small.layers[0], name), getattr(network.layers[0], name)[keep]
        )
    assert small.layers[0].gamma.mask.tolist() == [True, False, True, True]
    np.testing.assert_array_equal(small.layers[1].W.mask, network.layers[1].W.mask[keep])
    np.testing.assert_array_equal(small.layers[1].W.value, network.layers[1].W.value[keep])


@pytest.mark.parametrize(
    ("keep", "error", "match"),
    [
        (np.ones(5, bool), ValueError, "keep must have the shape"),
        (np.ones((6, 1), bool), ValueError, "keep must have the shape"),
        (np.ones(6), TypeError, "keep must be boolean"),
        (np.zeros(6, bool), EmptyLayerError, "every input would be removed"),
    ],
)
def test_inputs_are_refused_by_name(unchanged, keep, error, match):
    network, _ = stack("mlp")
    unchanged(network)
    with pytest.raises(error, match=match):
        remove_inputs(network, keep)


# --- layers --------------------------------------------------------------------------------------


def test_without_a_layer_is_with_the_identity_in_its_place(unchanged):
    rng = np.random.default_rng(0)
    layers = [dense(5)((4,), rng), ReLU(), dense(5)((5,), rng), bn((5,), rng), Sigmoid(),
              Dropout(0.5, rng), dense(2)((5,), rng)]  # fmt: skip
    network, x = Network(layers), rng.standard_normal((6, 4))
    prune_by_magnitude(network, 0.3)
    unchanged(network)
    small = remove_layer(network, 2)
    identity = [*layers[:2], Dense(np.eye(5), np.zeros(5)), layers[-1]]
    np.testing.assert_array_equal(small(x), Network(identity)(x))
    assert [type(layer) for layer in small.layers] == [Dense, ReLU, Dense]
    np.testing.assert_array_equal(small.weights["2.W"].mask, layers[-1].W.mask)
    for p in small.parameters.values():
        p.value += 1.0


def test_without_a_convolution_the_pooling_stays(unchanged):
    rng = np.random.default_rng(0)
    parts = [conv(3, 3, 1, "same"), relu, conv(3, 3, 1, "same"), bn, relu, average(), flatten,
             dense(2)]  # fmt: skip
    layers, at = [], (6, 6, 2)
    for part in parts:
        layers.append(part(at, rng))
        at = layers[-1].output_shape(at)
    network, x = Network(layers, (6, 6, 2)), rng.standard_normal((4, 6, 6, 2))
    unchanged(network)
    small = remove_layer(network, 2)
    identity = np.zeros((3, 3, 3, 3))
    identity[1, 1] = np.eye(3)
    layers = [*layers[:2], Conv2D(identity, np.zeros(3), 1, "same"), *layers[5:]]
    np.testing.assert_array_equal(small(x), Network(layers)(x))
    assert small.input_shape == (6, 6, 2)


@pytest.mark.parametrize(("position", "rest"), [(0, [2, 4]), (2, [0, 4]), (4, [0, 2])])
def test_first_and_last_layers_can_go_too(position, rest):
    network = mlp([3, 3, 3, 3], np.random.default_rng(0))
    small = remove_layer(network, position)
    dense_layers = [layer for layer in small.layers if isinstance(layer, Dense)]
    for layer, l in zip(dense_layers, rest, strict=True):
        np.testing.assert_array_equal(layer.W.value, network.layers[l].W.value)
    assert small.input_shape == (3,)


@pytest.mark.parametrize(
    ("position", "error", "match"),
    [
        (0, ValueError, "position: layer 0 maps 6 to 7"),
        (4, ValueError, "position: layer 4 maps 5 to 3"),
        (1, ValueError, r"position must be one of \[0, 2, 4\], got 1"),
        (5, ValueError, "position must be from 0 to 4, got 5"),
        (-1, ValueError, "position must be"),
        (1.0, TypeError, "position must be"),
    ],
)
def test_a_layer_that_does_not_fit_is_refused(unchanged, position, error, match):
    network, _ = stack("mlp")
    unchanged(network)
    with pytest.raises(error, match=match):
        remove_layer(network, position)


def test_a_convolution_that_takes_pixels_away_and_the_only_layer_are_refused():
    rng = np.random.default_rng(0)
    network = Network([conv(2)((6, 6, 2), rng), Flatten(), dense(3)((32,), rng)], (6, 6, 2))
    with pytest.raises(ValueError, match=r"maps \(6, 6, 2\) to \(4, 4, 2\)"):
        remove_layer(network, 0)
    with pytest.raises(ValueError, match="not the only one"):
        remove_layer(Network([Dense(np.eye(3), np.zeros(3)), ReLU()]), 0)


def test_weights_all_of_which_are_pruned_do_not_stay_alone(unchanged):
    network = Network([Dense(np.eye(3), np.zeros(3)), ReLU(), Dense(np.eye(3)[:, :2], [0.0, 0.0])])
    network.layers[2].W.prune(np.array([[True, True], [False, False], [True, True]]))
    unchanged(network)
    for make in (keep_units, mask_units):
        with pytest.raises(EmptyLayerError, match="no unpruned weight is left in a layer"):
            make(network, [[False, True, False]])


def test_one_sample_is_too_few_to_tell_a_constant():
    with pytest.raises(ValueError, match="number of samples of x must be >= 2, got 1"):
        shrink_network(mlp([3, 4, 2], np.random.default_rng(0)), np.ones((1, 3)))


# --- refusals ------------------------------------------------------------------------------------


class Doubling(Layer):
    def forward(self, x, training=False):
        return 2 * x


@pytest.mark.parametrize(
    "call",
    [
        hidden_layers,
        shrink_network,
        lambda network: keep_units(network, [[True, False]]),
        lambda network: mask_units(network, [[True, False]]),
        lambda network: remove_inputs(network, [True, False]),
    ],
)
def test_a_layer_of_another_kind_is_refused(unchanged, call):
    network = Network([Dense(np.eye(2), np.ones(2)), Doubling(), Dense(np.eye(2), np.ones(2))])
    unchanged(network)
    with pytest.raises(
        TypeError, match=r"network has a layer with which units cannot be followed: .*Doubl"
    ):
        call(network)


@pytest.mark.parametrize(
    ("keeps", "error", "match"),
    [
        ([np.ones(7, bool)], ValueError, "keeps must be 2 vectors, one per hidden layer, got 1"),
        (
            [np.ones(7, bool)] * 3,
            ValueError,
            "keeps must be 2 vectors, one per hidden layer, got 3",
        ),
        ([np.ones(7, bool), np.ones(4, bool)], ValueError, r"keeps\[1\] must have the shape"),
        ([np.ones(7), np.ones(5, bool)], TypeError, r"keeps\[0\] must be boolean"),
        ([np.ones(7, bool), np.zeros(5, bool)], EmptyLayerError, "every unit of layer 2 would be"),
        ([np.zeros(7, bool), np.ones(5, bool)], EmptyLayerError, "every unit of layer 0 would be"),
    ],
)
def test_keeps_are_refused_and_nothing_changes(unchanged, keeps, error, match):
    network, _ = stack("mlp")
    unchanged(network)
    for call in (keep_units, mask_units):
        with pytest.raises(error, match=match):
            call(network, keeps)


@pytest.mark.parametrize("h", [0, 1])
@pytest.mark.parametrize("how", ["constant", "unread", "dead"])
def test_a_layer_without_units_is_an_error(unchanged, h, how):
    network, x = stack("mlp")
    layers = network.layers[::2]
    if how == "constant":
        layers[h].W.value[:] = 0
    elif how == "unread":
        layers[h + 1].W.value[:] = 0
    else:
        layers[h].b.value[:] = -1000.0
    unchanged(network)
    # of a dead layer all that follows is dead too, and found first or later
    with pytest.raises(EmptyLayerError, match=r"every unit of layer [02] would be"):
        shrink_network(network, x if how == "dead" else None)


@pytest.mark.parametrize(
    ("x", "error"), [(np.ones((2, 5)), ValueError), (np.full((2, 6), np.nan), ValueError)]
)
def test_inputs_to_judge_by_are_refused_by_name(unchanged, x, error):
    network, _ = stack("mlp")
    unchanged(network)
    with pytest.raises(error, match="x must be"):
        shrink_network(network, x)


def test_a_network_of_one_layer_has_no_hidden_units():
    network = Network([Dense(np.eye(2), np.ones(2))])
    assert hidden_layers(network) == []
    for same in (keep_units(network, []), shrink_network(network, np.eye(2))):
        assert numbers_of(same) == numbers_of(network) and same.layers[0] is not network.layers[0]
    with pytest.raises(
        ValueError, match="network must have at least one dense layer or convolution"
    ):
        read_inputs(Network([ReLU()]))


# --- linear layers --------------------------------------------------------------------------------


@pytest.mark.parametrize("widths", [[8, 3], [8, 10, 1], [4, 6, 5, 3]])
def test_a_stack_of_linear_layers_is_one_layer(unchanged, widths):
    rng = np.random.default_rng(0)
    layers = [
        Dense(rng.standard_normal(pair), rng.standard_normal(pair[1])) for pair in pairwise(widths)
    ]
    network, x = Network(layers), rng.standard_normal((20, widths[0]))
    unchanged(network)
    (layer,) = (one := collapse_linear_layers(network)).layers
    assert_same(one(x), network(x), 1e-12)
    assert (layer.n_in, layer.n_out) == (widths[0], widths[-1])
    layer.W.value += 1.0
    layer.b.value += 1.0  # shares nothing with the original, which `unchanged` watches


def test_linear_layers_collapse_wherever_they_meet_and_nothing_else_does(unchanged):
    shape, parts = (5, 5, 2), [conv(4), relu, flatten, dense(7), dense(5), relu, dense(4), dense(3)]
    rng, layers, at = np.random.default_rng(0), [], shape
    for part in parts:
        layers.append(part(at, rng))
        at = layers[-1].output_shape(at)
    network, x = Network(layers, shape), rng.standard_normal((6, *shape))
    mask = np.arange(72).reshape(3, 3, 2, 4) % 2 == 0
    network.layers[0].K.prune(mask)
    unchanged(network)
    small = collapse_linear_layers(network)
    kinds = [type(layer).__name__ for layer in small.layers]
    assert kinds == ["Conv2D", "ReLU", "Flatten", "Dense", "ReLU", "Dense"]
    assert_same(small(x), network(x), 1e-12)
    np.testing.assert_array_equal(small.layers[0].K.mask, mask)
    same = collapse_linear_layers(small)
    assert numbers_of(same) == numbers_of(small) and same.layers[0] is not small.layers[0]
