"""Costs of the networks in the documents."""

from itertools import pairwise

import numpy as np
import pytest

from minprune.formulas import costs, metrics
from minprune.formulas.costs import (
    DOCUMENT_CNN,
    LENET5,
    Conv,
    Full,
    Pool,
    network_costs,
    vgg16_layers,
)

# --- multilayer perceptrons ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("widths", "parameters", "macs"),
    [
        ([784, 64, 10], 50_890, 50_816),
        ([8, 10, 1], 101, 90),  # B-4a
        ([784, 128, 10], 101_770, 101_632),  # E-5.1a
    ],
)
def test_mlp_costs_of_table_0_2(widths, parameters, macs):
    assert costs.mlp_parameters(widths) == parameters
    assert costs.mlp_macs(widths) == macs
    shapes = [shape for n, m in pairwise(widths) for shape in [(n, m), m]]  # W, b, W, b, ...
    assert metrics.count_parameters(*map(np.zeros, shapes)) == parameters


# --- whole networks ------------------------------------------------------------------------------


def test_network_costs_of_perceptrons_are_those_of_table_0_2():
    for widths in ([784, 64, 10], [8, 10, 1], [784, 128, 10]):
        found = network_costs([Full(n) for n in widths[1:]], (1, 1, widths[0]))
        assert sum(cost.parameters for cost in found) == costs.mlp_parameters(widths)
        assert sum(cost.macs for cost in found) == costs.mlp_macs(widths)


def totals(layers):
    """Parameters and MACs of the convolutions, and of all layers, on an image 224 x 224 x 3."""
    found = network_costs(layers, (224, 224, 3))
    conv = [cost for layer, cost in zip(layers, found, strict=True) if isinstance(layer, Conv)]
    return [(sum(c.parameters for c in some), sum(c.macs for c in some)) for some in (conv, found)]


def test_half_the_filters_of_VGG16_are_not_half_of_anything_C_4_3b():
    filters = [
        sum(layer.filters for layer in layers if isinstance(layer, Conv))
        for layers in (vgg16_layers(), vgg16_layers(0.5))
    ]
    assert filters == [4_224, 2_112]
    whole = totals(vgg16_layers())
    assert whole == [(14_714_688, 15_346_630_656), (138_357_544, 15_470_264_320)]
    halved = totals(vgg16_layers(0.5))
    assert halved == [(3_680_160, 3_858_333_696), (75_942_792, 3_930_587_136)]
    shares = [
        round(100 * new / old, 2)
        for pair in zip(whole, halved, strict=True)
        for old, new in zip(*pair, strict=True)
    ]
    assert shares == [25.01, 25.14, 54.89, 25.41]
    assert round(138_357_544 / 75_942_792, 4) == 1.8219
    # zeroed only, with the next layer still reading them: half of the convolutions' parameters
    assert 14_714_688 // 2 == 7_357_344
    assert round(100 * 7_357_344 / 138_357_544, 2) == 5.32


@pytest.mark.parametrize(
    ("layers", "image", "bytes_in_all"),
    [
        ([Full(64), Full(10)], (28, 28, 1), 203_560),
        ([Full(10), Full(1)], (1, 1, 8), 404),
        (vgg16_layers(), (224, 224, 3), 553_430_176),
        (DOCUMENT_CNN, (28, 28, 1), 1_388_584),
        ([Full(128), Full(10)], (28, 28, 1), 407_080),
    ],
)
def test_float32_bytes_of_table_0_2(layers, image, bytes_in_all):
    assert 4 * sum(cost.parameters for cost in network_costs(layers, image)) == bytes_in_all


def test_the_descriptions_of_layers_stand_for_the_usual():
    assert Conv(5) == Conv(filters=5, kernel=3, padding="same")
    assert Pool() == Pool(size=2, padding="valid")
    assert sum(cost.parameters for cost in network_costs(LENET5, (28, 28, 1))) == 61_706
    assert vgg16_layers() == vgg16_layers(width=1.0, classes=1000)
