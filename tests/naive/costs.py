"""Parameters and multiply-accumulates, counted."""

import math
from collections import namedtuple
from fractions import Fraction
from itertools import pairwise

Conv = namedtuple("Conv", "filters kernel padding")
Pool = namedtuple("Pool", "size padding", defaults=["valid"])
Full = namedtuple("Full", "units")


def mlp_parameters(widths):
    """sum_l n_l * n_{l+1} + n_{l+1}: kernels and biases (A-5.5)"""
    total = 0
    for n_in, n_out in pairwise(widths):
        total += n_in * n_out + n_out
    return total


def mlp_macs(widths):
    """sum_l n_l * n_{l+1}: multiply-accumulates for one sample, biases not counted"""
    total = 0
    for n_in, n_out in pairwise(widths):
        total += n_in * n_out
    return total


def mlp_hidden_width(parameters, n_in, n_out):
    """every hidden unit adds equally many parameters: how many units make up the rest (A-5.5)"""
    without, one = mlp_parameters([n_in, 0, n_out]), mlp_parameters([n_in, 1, n_out])
    return Fraction(parameters - without, one - without)


def ranking_cost(weights, samples):
    """n * log2(n) / (3 * n * N): comparisons over multiply-accumulates of one epoch (A-2.5)"""
    return weights * math.log2(weights) / (3 * weights * samples)


def output_size(size, kernel, stride=1, padding="valid"):
    """how many of the places 0, stride, 2 * stride, .. hold the window, or only lie inside"""
    count = 0
    for start in range(0, size, stride):
        if padding == "same" or start + kernel <= size:
            count += 1
    return count


def conv_parameters(k_h, k_w, c_in, c_out):
    """for each of c_out filters: a weight for every place of the window and channel, and a bias"""
    total = 0
    for _ in range(c_out):
        total += k_h * k_w * c_in + 1
    return total


def conv_macs(height, width, k_h, k_w, c_in, c_out):
    """for each of height * width places: k_h * k_w * c_in products for each of c_out filters"""
    total = 0
    for _ in range(height):
        for _ in range(width):
            total += k_h * k_w * c_in * c_out
    return total


def network_costs(layers, image):
    """(parameters, MACs, output shape) of each layer Conv(filters, kernel, padding), Pool(size,
    padding) or Full(units), given the output shape of the one before (C-5.2b)"""
    shape, costs = tuple(image), []
    for layer in layers:
        kind = type(layer).__name__
        if kind == "Conv":
            filters, kernel, padding = layer
            height, width, channels = shape
            shape = (
                output_size(height, kernel, 1, padding),
                output_size(width, kernel, 1, padding),
                filters,
            )
            parameters = conv_parameters(kernel, kernel, channels, filters)
            macs = conv_macs(shape[0], shape[1], kernel, kernel, channels, filters)
        if kind == "Pool":
            size, padding = layer
            height, width, channels = shape
            shape = (
                output_size(height, size, size, padding),
                output_size(width, size, size, padding),
                channels,
            )
            parameters, macs = 0, 0
        if kind == "Full":
            (units,) = layer
            inputs = 1
            for n in shape:
                inputs *= n
            shape = (units,)
            parameters, macs = inputs * units + units, inputs * units
        costs.append((parameters, macs, shape))
    return costs


def vgg16_layers(width=1.0, classes=1000):
    """2, 2, 3, 3, 3 convolutions 3x3 "same", a 2x2 pooling after each group; 4096, 4096, classes"""
    layers = []
    for filters, depth in [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]:
        for _ in range(depth):
            layers.append(Conv(max(round(width * filters), 1), 3, "same"))
        layers.append(Pool(2))
    return [*layers, Full(4096), Full(4096), Full(classes)]
