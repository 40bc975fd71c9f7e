"""Costs of networks: the naive twin, hand numbers, properties, and what is refused."""

import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from minprune.formulas import costs, metrics
from minprune.formulas.costs import (
    DOCUMENT_CNN,
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


def test_macs_of_A_1_are_quadratic_in_the_width():
    assert [costs.mlp_macs([h, h]) for h in (64, 128, 256)] == [4_096, 16_384, 65_536]


@pytest.mark.parametrize("hidden", [1, 2, 64, 1000])
def test_mlp_hidden_width_is_the_inverse_of_mlp_parameters(hidden):
    assert costs.mlp_hidden_width(costs.mlp_parameters([7, hidden, 3]), 7, 3) == hidden


@pytest.mark.parametrize("printed", [784_096, 196_608])
def test_no_hidden_width_gives_the_printed_parameters_of_A_5_5(printed):
    width = costs.mlp_hidden_width(printed, 784, 10)
    assert width == Fraction(printed - 10, 795)
    assert width.denominator > 1
    assert float(width) == pytest.approx({784_096: 986.27, 196_608: 247.29}[printed], abs=0.005)


# --- ranking_cost --------------------------------------------------------------------------------


def test_ranking_cost_by_hand():
    assert costs.ranking_cost(8, 1) == 1
    assert costs.ranking_cost(1, 1) == 0  # one weight needs no ranking
    assert costs.ranking_cost(2**30, 5) == 2
    assert costs.ranking_cost(50_816, 60_000) == math.log2(50_816) / 180_000 < 1e-4


# --- one convolution or pooling ------------------------------------------------------------------


def test_output_size_by_hand():
    assert costs.output_size(28, 3) == 26  # D-1.2a
    assert costs.output_size(26, 2, stride=2) == 13  # D-1.2b
    assert costs.output_size(13, 2, stride=2) == 6  # the last row is left out
    assert costs.output_size(13, 2, stride=2, padding="same") == 7
    assert costs.output_size(224, 3, padding="same") == 224
    assert costs.output_size(2, 3, padding="same") == 2  # a window larger than the image
    assert costs.output_size(3, 3) == 1


def test_conv_costs_by_hand():
    assert costs.conv_parameters(3, 3, 1, 32) == 320  # D-5.2b: 288 + 32
    assert costs.conv_macs(26, 26, 3, 3, 1, 32) == 194_688
    assert costs.conv_parameters(3, 3, 64, 128) == 73_856  # C-5.2b
    assert costs.conv_macs(112, 112, 3, 3, 64, 128) == 924_844_032


# --- whole networks ------------------------------------------------------------------------------


def test_network_costs_of_perceptrons_are_those_of_table_0_2():
    for widths in ([784, 64, 10], [8, 10, 1], [784, 128, 10]):
        found = network_costs([Full(n) for n in widths[1:]], (1, 1, widths[0]))
        assert sum(cost.parameters for cost in found) == costs.mlp_parameters(widths)
        assert sum(cost.macs for cost in found) == costs.mlp_macs(widths)


def test_network_costs_of_D_5_2b():
    assert network_costs(DOCUMENT_CNN, (28, 28, 1)) == [
        (320, 194_688, (26, 26, 32)),
        (0, 0, (13, 13, 32)),
        (346_176, 346_112, (64,)),  # 99.72 % of the parameters
        (650, 640, (10,)),
    ]
    assert 320 + 346_176 + 650 == 347_146
    assert 194_688 + 346_112 + 640 == 541_440
    without_pooling = network_costs([Conv(32, 3, "valid"), Full(64)], (28, 28, 1))
    assert without_pooling[1].parameters == 1_384_512  # D-1.2b: pooling shrinks the next layer


VGG16 = [  # of C-5.2b, layer by layer: parameters, MACs, output
    (1_792, 86_704_128, (224, 224, 64)),
    (36_928, 1_849_688_064, (224, 224, 64)),
    (0, 0, (112, 112, 64)),
    (73_856, 924_844_032, (112, 112, 128)),
    (147_584, 1_849_688_064, (112, 112, 128)),
    (0, 0, (56, 56, 128)),
    (295_168, 924_844_032, (56, 56, 256)),
    (590_080, 1_849_688_064, (56, 56, 256)),
    (590_080, 1_849_688_064, (56, 56, 256)),
    (0, 0, (28, 28, 256)),
    (1_180_160, 924_844_032, (28, 28, 512)),
    (2_359_808, 1_849_688_064, (28, 28, 512)),
    (2_359_808, 1_849_688_064, (28, 28, 512)),
    (0, 0, (14, 14, 512)),
    (2_359_808, 462_422_016, (14, 14, 512)),
    (2_359_808, 462_422_016, (14, 14, 512)),
    (2_359_808, 462_422_016, (14, 14, 512)),
    (0, 0, (7, 7, 512)),
    (102_764_544, 102_760_448, (4096,)),
    (16_781_312, 16_777_216, (4096,)),
    (4_097_000, 4_096_000, (1000,)),
]


def totals(layers):
    """Parameters and MACs of the convolutions, and of all layers, on an image 224 x 224 x 3."""
    found = network_costs(layers, (224, 224, 3))
    conv = [cost for layer, cost in zip(layers, found, strict=True) if isinstance(layer, Conv)]
    return [(sum(c.parameters for c in some), sum(c.macs for c in some)) for some in (conv, found)]


def test_network_costs_of_VGG16_C_5_2b():
    assert network_costs(vgg16_layers(), (224, 224, 3)) == VGG16
    assert totals(vgg16_layers()) == [(14_714_688, 15_346_630_656), (138_357_544, 15_470_264_320)]
    assert sum(parameters for parameters, _, _ in VGG16[-3:]) == 123_642_856
    assert sum(macs for _, macs, _ in VGG16[-3:]) == 123_633_664
    conv, together = totals(vgg16_layers())
    assert [round(100 * c / t, 2) for c, t in zip(conv, together, strict=True)] == [10.64, 99.2]


def test_half_the_filters_of_VGG16_are_not_half_of_anything_C_4_3b():
    filters = [
        sum(layer.filters for layer in layers if isinstance(layer, Conv))
        for layers in (vgg16_layers(), vgg16_layers(0.5))
    ]
    assert filters == [4_224, 2_112]
    halved = totals(vgg16_layers(0.5))
    assert halved == [(3_680_160, 3_858_333_696), (75_942_792, 3_930_587_136)]
    shares = [
        round(100 * new / old, 2)
        for pair in zip(totals(vgg16_layers()), halved, strict=True)
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
    assert Pool() == Pool(size=2)
    assert vgg16_layers() == vgg16_layers(width=1.0, classes=1000)
