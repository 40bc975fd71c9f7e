"""Costs of networks: the naive twin, hand numbers, properties, and what is refused."""

import math
from fractions import Fraction
from itertools import pairwise

import naive
import numpy as np
import pytest

from minprune.formulas import costs, metrics
from minprune.formulas.costs import (
    DOCUMENT_CNN,
    Conv,
    Cost,
    Full,
    Pool,
    network_costs,
    vgg16_layers,
)

MLPS = [costs.mlp_parameters, costs.mlp_macs]


def naive_twin(function):
    return getattr(naive, function.__name__)


# --- multilayer perceptrons ----------------------------------------------------------------------


@pytest.mark.parametrize("cost", MLPS)
@pytest.mark.parametrize("widths", [(1, 1), (3, 1, 2), (784, 64, 10), (5, 4, 3, 2, 1)])
def test_mlp_costs_as_naive(cost, widths):
    assert cost(widths) == cost(np.array(widths)) == naive_twin(cost)(widths)


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


@pytest.mark.parametrize("cost", MLPS)
@pytest.mark.parametrize(
    ("widths", "error", "match"),
    [
        ([], ValueError, "widths must name"),
        ([784], ValueError, "widths must name .* got .784."),
        ([784, 0, 10], ValueError, "widths must be >= 1, got 0"),
        ([784, 64.0], TypeError, "widths must be a whole number, got 64.0"),
        ([784, True], TypeError, "widths must be"),
        (["784", 10], TypeError, "widths must be"),
    ],
)
def test_mlp_costs_refuse(cost, widths, error, match):
    with pytest.raises(error, match=match):
        cost(widths)


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        ((0, 784, 10), ValueError, "parameters must be >= 1"),
        ((50_890.0, 784, 10), TypeError, "parameters must be"),
        ((50_890, 0, 10), ValueError, "n_in must be >= 1"),
        ((50_890, 784, 0), ValueError, "n_out must be >= 1"),
    ],
)
def test_mlp_hidden_width_refuses(arguments, error, match):
    with pytest.raises(error, match=match):
        costs.mlp_hidden_width(*arguments)


# --- ranking_cost --------------------------------------------------------------------------------


@pytest.mark.parametrize("weights", [1, 2, 3, 1024, 50_816])
@pytest.mark.parametrize("samples", [1, 7, 60_000])
def test_ranking_cost_as_naive(weights, samples):
    cost = costs.ranking_cost(weights, samples)
    assert cost == pytest.approx(naive.ranking_cost(weights, samples), rel=1e-15)
    assert type(cost) is float


def test_ranking_cost_by_hand():
    assert costs.ranking_cost(8, 1) == 1
    assert costs.ranking_cost(1, 1) == 0  # one weight needs no ranking
    assert costs.ranking_cost(2**30, 5) == 2
    assert costs.ranking_cost(50_816, 60_000) == math.log2(50_816) / 180_000 < 1e-4


@pytest.mark.parametrize(
    ("weights", "samples", "error", "match"),
    [
        (0, 1, ValueError, "weights must be >= 1"),
        (8.0, 1, TypeError, "weights must be"),
        (8, 0, ValueError, "samples must be >= 1"),
        (8, 1.0, TypeError, "samples must be"),
    ],
)
def test_ranking_cost_refuses(weights, samples, error, match):
    with pytest.raises(error, match=match):
        costs.ranking_cost(weights, samples)


# --- one convolution or pooling ------------------------------------------------------------------


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("stride", [1, 2, 3, 7])
def test_output_size_as_naive(stride, padding):
    for size in range(1, 13):
        for kernel in range(1, size + 1):
            length = costs.output_size(size, kernel, stride, padding)
            assert length == naive.output_size(size, kernel, stride, padding)
            assert type(length) is int


def test_output_size_by_hand():
    assert costs.output_size(28, 3) == 26  # D-1.2a
    assert costs.output_size(26, 2, stride=2) == 13  # D-1.2b
    assert costs.output_size(13, 2, stride=2) == 6  # the last row is left out
    assert costs.output_size(13, 2, stride=2, padding="same") == 7
    assert costs.output_size(224, 3, padding="same") == 224
    assert costs.output_size(2, 3, padding="same") == 2  # a window larger than the image
    assert costs.output_size(3, 3) == 1


def test_conv_costs_as_naive():
    for shape in [(1, 1, 1, 1), (3, 3, 1, 32), (2, 3, 4, 5), (5, 1, 2, 3)]:
        assert costs.conv_parameters(*shape) == naive.conv_parameters(*shape)
        for image in [(1, 1), (26, 26), (4, 7)]:
            assert costs.conv_macs(*image, *shape) == naive.conv_macs(*image, *shape)
            assert type(costs.conv_macs(*image, *shape)) is int
        K = np.ones(shape)
        assert costs.conv_parameters(*shape) == metrics.count_parameters(K, K[0, 0, 0])


def test_conv_costs_by_hand():
    assert costs.conv_parameters(3, 3, 1, 32) == 320  # D-5.2b: 288 + 32
    assert costs.conv_macs(26, 26, 3, 3, 1, 32) == 194_688
    assert costs.conv_parameters(3, 3, 64, 128) == 73_856  # C-5.2b
    assert costs.conv_macs(112, 112, 3, 3, 64, 128) == 924_844_032


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (lambda: costs.output_size(0, 1), ValueError, "size must be >= 1"),
        (lambda: costs.output_size(3.0, 1), TypeError, "size must be"),
        (lambda: costs.output_size(3, 0), ValueError, "kernel must be"),
        (lambda: costs.output_size(3, 4), ValueError, "kernel must be .* got 4"),
        (lambda: costs.output_size(3, 1.0), TypeError, "kernel must be"),
        (lambda: costs.output_size(3, 0, padding="same"), ValueError, "kernel must be >= 1"),
        (lambda: costs.output_size(3, 1, 0), ValueError, "stride must be >= 1"),
        (lambda: costs.output_size(3, 1, 1.0, "same"), TypeError, "stride must be"),
        (lambda: costs.output_size(3, 1, 1, "full"), ValueError, "padding must be .* got 'full'"),
        (lambda: costs.output_size(3, 1, 1, None), ValueError, "padding must be"),
        (lambda: costs.conv_parameters(0, 1, 1, 1), ValueError, "k_h must be >= 1"),
        (lambda: costs.conv_parameters(1, 0, 1, 1), ValueError, "k_w must be >= 1"),
        (lambda: costs.conv_parameters(1, 1, 0, 1), ValueError, "c_in must be >= 1"),
        (lambda: costs.conv_parameters(1, 1, 1, 0), ValueError, "c_out must be >= 1"),
        (lambda: costs.conv_parameters(1, 1, 1, 2.0), TypeError, "c_out must be"),
        (lambda: costs.conv_macs(0, 1, 1, 1, 1, 1), ValueError, "height must be >= 1"),
        (lambda: costs.conv_macs(1, 0, 1, 1, 1, 1), ValueError, "width must be >= 1"),
        (lambda: costs.conv_macs(1, 1, 0, 1, 1, 1), ValueError, "k_h must be >= 1"),
        (lambda: costs.conv_macs(1, 1, 1, 0, 1, 1), ValueError, "k_w must be >= 1"),
        (lambda: costs.conv_macs(1, 1, 1, 1, 0, 1), ValueError, "c_in must be >= 1"),
        (lambda: costs.conv_macs(1, 1, 1, 1, 1, 0), ValueError, "c_out must be >= 1"),
        (lambda: costs.conv_macs(1.0, 1, 1, 1, 1, 1), TypeError, "height must be"),
    ],
)
def test_conv_costs_refuse(call, error, match):
    with pytest.raises(error, match=match):
        call()


# --- whole networks ------------------------------------------------------------------------------


NETWORKS = [
    ([], (3, 4, 2)),
    ([Full(3)], (1, 1, 1)),
    ([Full(3), Full(2)], (2, 3, 4)),
    ([Conv(4)], (5, 6, 2)),
    ([Conv(4, 2), Conv(3, 4)], (5, 6, 2)),
    ([Conv(4, 3, "valid"), Pool(2), Conv(2, 2, "valid"), Full(3)], (9, 12, 1)),
    ([Pool(3), Pool(1), Pool(), Full(2)], (20, 13, 3)),
    (DOCUMENT_CNN, (28, 28, 1)),
    (vgg16_layers(), (224, 224, 3)),
    (vgg16_layers(0.5, 10), (32, 64, 3)),
]


@pytest.mark.parametrize(("layers", "image"), NETWORKS)
def test_network_costs_as_naive(layers, image):
    found = network_costs(layers, image)
    assert [tuple(cost) for cost in found] == naive.network_costs(layers, image)
    assert all(type(cost) is Cost for cost in found)
    assert all(type(n) is int for cost in found for n in (*cost[:2], *cost.output))


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


@pytest.mark.parametrize(
    ("layers", "image", "error", "match"),
    [
        ([Full(3)], (2, 3, 0), ValueError, "image|channels"),
        ([Full(3)], (2, 3.0, 1), TypeError, "image|width"),
        ([Full(0)], (2, 3, 1), ValueError, "(units|widths) must be >= 1, got 0"),
        ([Conv(0)], (2, 3, 1), ValueError, "filters|c_out"),
        ([Conv(2, 3, "valid")], (2, 3, 1), ValueError, "kernel"),
        ([Conv(2, 3, "full")], (3, 3, 1), ValueError, "padding"),
        ([Pool(3)], (2, 3, 1), ValueError, "kernel|size"),
    ],
)
def test_network_costs_refuse(layers, image, error, match):
    with pytest.raises(error, match=match):
        network_costs(layers, image)


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        ((1.0, 0), ValueError, "classes must be >= 1"),
        ((1.0, 10.0), TypeError, "classes must be"),
    ],
)
def test_vgg16_refuses(arguments, error, match):
    with pytest.raises(error, match=match):
        vgg16_layers(*arguments)
