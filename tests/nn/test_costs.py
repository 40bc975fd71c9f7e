"""What a network costs, counted multiplication by multiplication; VGG16 for real."""

import math
import re

import numba
import numpy as np
import pytest
from stacks import NAMES, stack

from minprune.formulas.costs import network_costs, vgg16_layers
from minprune.nn.batchnorm import BatchNorm
from minprune.nn.costs import LayerCost, layer_costs
from minprune.nn.layers import Dense, Flatten, ReLU
from minprune.nn.models import cnn, lenet5, lenet_300_100, vgg16
from minprune.nn.network import Network, mlp
from minprune.nn.optim import SGD
from minprune.nn.spatial import Conv2D, MaxPool2D
from minprune.nn.train import fit
from minprune.pruning.one_shot import prune_by_magnitude
from minprune.pruning.shrink import mask_units, shrink_network
from minprune.pruning.topology import hidden_layers
from minprune.pruning.units import prune_units, unit_scores


def rng(seed=0):
    return np.random.default_rng(seed)


def total(costs, column):
    return sum(getattr(cost, column) for cost in costs)


def windows(size, kernel, stride, padding, axis):
    """How many windows fit on one side, moved step by step."""
    padding = padding[axis] if isinstance(padding, tuple) else padding
    if padding == "same":
        return math.ceil(size / stride)
    size += 2 * (0 if padding == "valid" else padding)
    return len([start for start in range(0, size, stride) if start + kernel <= size])


def counted(network):
    """(positions, multiplications, those by weights other than 0) of every layer, in loops."""
    shape, rows = network.input_shape, []
    for layer in network.layers:
        if isinstance(layer, Dense):
            used = zeros = 0
            for w in layer.W.value.flat:
                used, zeros = used + 1, zeros + (w == 0)
            rows.append((1, used, used - zeros))
        elif isinstance(layer, Conv2D):
            k_h, k_w, c_in, c_out = layer.K.value.shape
            h = windows(shape[0], k_h, layer.stride, layer.padding, 0)
            w = windows(shape[1], k_w, layer.stride, layer.padding, 1)
            used = alive = 0
            for _ in range(h * w):
                used += k_h * k_w * c_in * c_out
                alive += int((layer.K.value != 0).sum())
            rows.append((h * w, used, alive))
        elif layer.parameters:
            rows.append((0, 0, 0))
        shape = layer.output_shape(shape)
    return rows


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("sparsity", [0, 0.4])
def test_costs_are_the_multiplications_of_loops(name, sparsity):
    network, _ = stack(name)
    if sparsity:
        prune_by_magnitude(network, sparsity)
        for p in network.parameters.values():
            if p.value.ndim == 1:
                p.value[0] = 0
    values = [p.value.copy() for p in network.parameters.values()]
    costs, layers = layer_costs(network), [layer for layer in network.layers if layer.parameters]
    assert [(c.positions, c.macs, c.nonzero_macs) for c in costs] == counted(network)
    for cost, layer in zip(costs, layers, strict=True):
        arrays = [p.value for p in layer.parameters.values()]
        assert cost.name == type(layer).__name__ and cost.shape == arrays[0].shape
        assert cost.parameters == sum(a.size for a in arrays)
        assert cost.nonzeros == sum(sum(v != 0 for v in a.flat) for a in arrays)
    for p, value in zip(network.parameters.values(), values, strict=True):
        np.testing.assert_array_equal(p.value, value)


def test_costs_by_hand():
    layers = [Conv2D(np.ones((3, 2, 2, 4)), np.zeros(4), 2, 1), ReLU()]
    (cost,) = layer_costs(Network(layers, (5, 6, 2)))  # windows 3 x 2 on 7 x 8: 3 down, 4 across
    assert cost == LayerCost("Conv2D", (3, 2, 2, 4), 52, 48, 12, 576, 576)
    layers[0].K.value[0, 0, 0, 0] = 0
    assert layer_costs(Network(layers, (5, 6, 2)))[0][3:] == (47, 12, 576, 564)


@pytest.mark.parametrize(
    ("make", "parameters", "macs"),
    [(cnn, 347_146, 541_440), (lenet5, 61_706, 416_520), (lenet_300_100, 266_610, 266_200)],
)
def test_costs_of_models(make, parameters, macs):
    costs = layer_costs(make(rng()))
    assert (total(costs, "parameters"), total(costs, "macs")) == (parameters, macs)


def test_a_network_that_does_not_know_its_images_has_no_costs():
    with pytest.raises(ValueError, match="network must have an input_shape"):
        layer_costs(Network([Conv2D(np.ones((1, 1, 1, 1)), [0.0])]))
    with pytest.raises(ValueError, match=r"layers\[1\] takes 3 inputs"):
        network = Network([Dense(np.ones((2, 3)), np.zeros(3)), Dense(np.ones((3, 1)), [0.0])])
        network.layers[0] = Dense(np.ones((2, 4)), np.zeros(4))
        layer_costs(network)


# --- VGG16 ---------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="an image takes minutes in plain Python")
def test_vgg16_in_full_says_something_about_an_image():
    network = vgg16(rng(), dtype=np.float32)
    costs = layer_costs(network)
    assert total(costs, "parameters") == 138_357_544
    assert total(costs, "macs") == 15_470_264_320
    assert [c.parameters for c in costs[-3:]] == [102_764_544, 16_781_312, 4_097_000]
    assert [c.positions for c in costs] == [
        224**2, 224**2, 112**2, 112**2, *[56**2] * 3, *[28**2] * 3, *[14**2] * 3, 1, 1, 1,
    ]  # fmt: skip
    logits = network(rng().standard_normal((1, 224, 224, 3), np.float32))
    assert logits.shape == (1, 1000) and logits.dtype == np.float32
    assert np.isfinite(logits).all() and np.ptp(logits) > 0


def test_half_of_the_filters_of_vgg16_are_a_quarter_of_the_work():
    half, full = (network_costs(vgg16_layers(width), (224, 224, 3)) for width in (0.5, 1.0))
    assert (total(half, "parameters"), total(half, "macs")) == (75_942_792, 3_930_587_136)
    convolutions = [sum(c.macs for c in costs[:-3]) for costs in (half, full)]
    assert 0.25 < convolutions[0] / convolutions[1] < 0.26


@pytest.mark.slow
@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="a training takes long in plain Python")
def test_a_vgg16_loses_half_of_its_filters_and_learns_on():
    network = vgg16(rng(), image=(32, 32, 3), width=0.25, classes=10)
    convolutions = [l for l in hidden_layers(network) if isinstance(network.layers[l], Conv2D)]
    ratios = [0.5 if l in convolutions else 0.0 for l in hidden_layers(network)]
    filters = [network.layers[l].K.value.shape[3] for l in convolutions]
    assert filters == [16, 16, 32, 32, 64, 64, 64, *[128] * 6]
    dense = [c for c in layer_costs(network) if c.name == "Dense"]
    keeps = prune_units(network, unit_scores(network, "l1"), ratios)
    small = shrink_network(network)
    halves = [n // 2 for n in filters]
    assert [small.layers[l].K.value.shape[3] for l in convolutions] == halves
    assert [keep.sum() for keep in keeps] == [*halves, 4096, 4096]

    sides = [32, 32, 16, 16, 8, 8, 8, 4, 4, 4, 2, 2, 2]
    pairs = list(zip([3, *halves], halves, sides, strict=False))
    parameters = sum((9 * c_in + 1) * c_out for c_in, c_out, _ in pairs)
    macs = sum(9 * c_in * c_out * side**2 for c_in, c_out, side in pairs)
    dense_weights = [64 * 4096, 4096 * 4096, 4096 * 10]
    assert [math.prod(c.shape) for c in dense] == [128 * 4096, *dense_weights[1:]]
    costs = layer_costs(small)
    assert total(costs, "parameters") == parameters + sum(dense_weights) + 2 * 4096 + 10
    assert total(costs, "macs") == macs + sum(dense_weights)
    assert total(costs, "macs") < total(layer_costs(network), "macs")

    x = rng(1).standard_normal((8, 32, 32, 3), np.float32)
    logits = network(x)
    np.testing.assert_allclose(small(x), logits, rtol=0, atol=1e-5 * abs(logits).max())
    history = fit(small, x, np.arange(8) % 10, optimizer=SGD(small.parameters, lr=1e-3), epochs=3,
                  batch_size=8, rng=rng())  # fmt: skip
    losses = [epoch.loss for epoch in history]
    assert np.isfinite(losses).all() and losses[-1] < losses[0]


def test_silenced_units_cost_as_they_stand_until_the_network_is_shrunk():
    network, _ = stack("bn behind flatten")
    before = layer_costs(network)
    mask_units(network, [np.arange(4) < 2, np.arange(5) < 2])
    masked, small = layer_costs(network), layer_costs(shrink_network(network))
    for column in ("parameters", "macs"):
        assert total(masked, column) == total(before, column) > total(small, column)
    for column in ("nonzeros", "nonzero_macs"):
        assert total(masked, column) == total(small, column) < total(before, column)


# --- summary --------------------------------------------------------------------------------------


def pruned_by_hand():
    """Two 3 x 3 filters that keep 2 of 18 weights, on 6 x 6 images; 8 units that read 1 input."""
    layers = [Conv2D.random(3, 1, 2, 0), BatchNorm.identity(2), ReLU(), MaxPool2D(2), Flatten()]
    network = Network([*layers, Dense.random(8, 8, 0, dtype=np.float64)], (6, 6, 1))
    K = np.zeros((3, 3, 1, 2), bool)
    K[1, 1, 0] = True
    network.prune([K, np.eye(8, dtype=bool)])
    return network


def cells(line):
    return re.split("  +", line.strip())


def test_a_summary_counts_what_is_kept_and_what_it_costs():
    head, rule, *rows, other, total, note = pruned_by_hand().summary().splitlines()
    assert cells(head) == ["layer", "output", "parameters", "kept", "MACs", "kept MACs", "bytes"]
    assert set(rule) == {"-"} and rule == other and len(rule) == max(map(len, [head, *rows]))
    assert [cells(row) for row in rows] == [
        ["0", "Conv2D(3, 3, 1, 2, stride=1, padding='valid')", "4 x 4 x 2",
         "20", "4", "288", "32", "80"],
        ["1", "BatchNorm(2, momentum=0.1, epsilon=1e-05)", "4 x 4 x 2", "4", "4", "0", "0", "16"],
        ["2", "ReLU()", "4 x 4 x 2"],
        ["3", cells(rows[3])[1], "2 x 2 x 2"],
        ["4", "Flatten()", "8"],
        ["5", "Dense(8, 8)", "8", "72", "16", "64", "8", "576"],
    ]  # fmt: skip
    assert cells(total) == ["total", "96", "24", "352", "40", "672"]
    assert note == "87.8 % of the weights are pruned, 87.8 % are 0"  # 72 of 82


def test_a_summary_adds_up_to_the_costs():
    network = vgg16(0, image=(32, 32, 3), width=0.0625, classes=10)
    costs, total = layer_costs(network), cells(network.summary().splitlines()[-2])
    parameters = sum(c.parameters for c in costs)
    assert total[1:3] == [f"{parameters:,}"] * 2
    assert total[3:5] == [f"{sum(c.macs for c in costs):,}"] * 2
    assert total[5] == f"{4 * parameters:,}"


def test_zeros_without_a_mask_are_kept_and_named():
    network = mlp([10, 4], 0)
    network.layers[0].W.value[:5] = 0
    *_, total, note = network.summary().splitlines()
    assert cells(total)[1:5] == ["44", "44", "40", "40"]
    assert note == "0.0 % of the weights are pruned, 50.0 % are 0"


def test_without_an_input_shape_what_is_unknown_is_a_dash():
    layers = pruned_by_hand().layers
    rows = Network(layers).summary().splitlines()
    assert cells(rows[2])[2:] == ["-", "20", "4", "-", "-", "80"]
    assert cells(rows[4])[1:] == ["ReLU()", "-"]
    assert cells(rows[-2]) == ["total", "96", "24", "-", "-", "672"]


@pytest.mark.parametrize("layers", [[], [ReLU()], [BatchNorm.identity(3)]], ids=str)
def test_a_network_without_weights_has_a_summary(layers):
    text = Network(layers).summary()
    assert text.startswith("layer") and "pruned" not in text
    assert len(text.splitlines()) == len(layers) + 4
