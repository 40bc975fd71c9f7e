"""Functions of Torch-Pruning by the formula that they compute."""

import math
from importlib.metadata import version
from itertools import pairwise

import torch
import torch_pruning as tp

from minprune.checks.libraries import Library

library = Library(version("torch-pruning"), torch.tensor)


def group(w, axis):
    """The output channels of a linear layer, our units."""
    units = w.movedim(axis, 0)
    units = units.reshape(len(units), math.prod(units.shape[1:]))
    layer = torch.nn.Linear(units.shape[1], len(units), bias=False, dtype=w.dtype)
    layer.weight.data = units
    graph = tp.DependencyGraph().build_dependency(
        layer, torch.ones(1, units.shape[1], dtype=w.dtype)
    )
    return graph.get_pruning_group(layer, tp.prune_linear_out_channels, [*range(len(units))])


def mlp(widths):
    """A network without memory, and an input."""
    layers = [torch.nn.Linear(a, b, device="meta") for a, b in pairwise(widths)]
    return torch.nn.Sequential(*layers), torch.zeros(1, widths[0], device="meta")


def conv(height, width, k_h, k_w, c_in, c_out):
    """A convolution without memory, and an input with height x width outputs."""
    layer = torch.nn.Conv2d(c_in, c_out, (k_h, k_w), device="meta")
    return layer, torch.zeros(1, c_in, height + k_h - 1, width + k_w - 1, device="meta")


TABLE = """
unit_l1                    tp.importance.MagnitudeImportance(p=1, normalizer=None)(group(w, axis))
unit_l2                    tp.importance.MagnitudeImportance()(group(w, axis))
geometric_median_distance  tp.importance.FPGMImportance(normalizer=None)(group(w, axis))
mlp_parameters             tp.utils.count_ops_and_params(*mlp(widths))[1]
mlp_macs                   tp.utils.count_ops_and_params(*mlp(widths))[0]
conv_parameters            tp.utils.count_ops_and_params(*conv(1, 1, k_h, k_w, c_in, c_out))[1]
conv_macs                  tp.utils.count_ops_and_params(*conv(height, width, k_h, k_w, c_in, c_out))[0]
"""  # noqa: E501
library.table(TABLE, globals())
