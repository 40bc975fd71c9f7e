"""Shapes, parameters and multiply-accumulates of a network as it is, layer by layer."""

import math
from typing import NamedTuple

import numpy as np

from minprune.formulas.metrics import count_nonzero, dense_bytes
from minprune.nn.network import checked_network


class LayerCost(NamedTuple):
    """The cost of one layer; `positions` is how often its weights are used for one input."""

    name: str
    shape: tuple  # of the weights
    parameters: int  # biases included, masked or not
    nonzeros: int  # of the parameters
    positions: int  # H' W' of a convolution, 1 of a dense layer
    macs: int  # multiply-accumulates for one input, biases not counted
    nonzero_macs: int  # those whose weight is not 0


def layer_costs(network):
    """Cost of every layer that has parameters, first layer first.

        MACs = k_h k_w c_in c_out H' W'   or   n_in n_out

    network  with a known `input_shape`
    returns a list of `LayerCost`; sums of its columns are the cost of the network

    Source: [C-4.3b, C-5.2b, D-5.2b].

    >>> from minprune.nn.models import cnn
    >>> costs = layer_costs(cnn(np.random.default_rng(0)))
    >>> sum(c.parameters for c in costs), sum(c.macs for c in costs)
    (347146, 541440)
    """
    shapes = checked_network("network", network).check()
    if shapes is None:
        raise ValueError(
            "network must have an input_shape, such as Network(layers, input_shape=(28, 28, 1))"
        )
    costs = []
    for layer, output in zip(network.layers, shapes[1:], strict=True):
        arrays = [p.value for p in layer.parameters.values()]
        if not arrays:
            continue
        positions = math.prod(output[:-1]) if layer.weight is not None else 0
        weights = arrays[0]
        costs.append(
            LayerCost(
                name=type(layer).__name__,
                shape=weights.shape,
                parameters=sum(a.size for a in arrays),
                nonzeros=sum(int(np.count_nonzero(a)) for a in arrays),
                positions=positions,
                macs=positions * weights.size,
                nonzero_macs=positions * int(np.count_nonzero(weights)),
            )
        )
    return costs


def summary(network):
    """Table of all layers: output of one sample, parameters, kept ones, MACs and bytes.

    kept        parameters that no mask holds at 0
    MACs        multiply-accumulates for one sample, biases not counted
    kept MACs   those of the kept weights
    bytes       of all parameters as they lie in memory: a mask saves none
    returns a string; shapes and MACs are "-" where the network has no `input_shape`

    >>> from minprune.nn.network import mlp
    >>> print(summary(mlp([784, 64, 10])))
    layer              output  parameters    kept    MACs  kept MACs    bytes
    -------------------------------------------------------------------------
    0  Dense(784, 64)  64          50,240  50,240  50,176     50,176  200,960
    1  ReLU()          64
    2  Dense(64, 10)   10             650     650     640        640    2,600
    -------------------------------------------------------------------------
    total                          50,890  50,890  50,816     50,816  203,560
    0.0 % of the weights are pruned, 0.0 % are 0
    """
    shapes = checked_network("network", network).check()
    head = "layer", "output", "parameters", "kept", "MACs", "kept MACs", "bytes"
    rows, sums, digits = [], np.zeros(5, np.int64), len(str(len(network.layers) - 1))
    for l, layer in enumerate(network.layers):
        output = "-" if shapes is None else " x ".join(map(str, shapes[l + 1]))
        counts = _counts(layer, shapes and shapes[l + 1])
        sums += counts
        cells = _cells(counts, shapes) if any(counts) else [""] * 5
        rows.append((f"{l:{digits}}  {layer}", output, *cells))
    lines = _table(head, [*rows, ("total", "", *_cells(sums, shapes))])
    if network.weights:
        pruned, zero = 100 * network.masked_sparsity, 100 * network.sparsity
        lines.append(f"{pruned:.1f} % of the weights are pruned, {zero:.1f} % are 0")
    return "\n".join(lines)


def _counts(layer, shape):
    """Parameters, kept parameters, MACs, MACs of kept weights, and bytes of one layer."""
    parameters = list(layer.parameters.values())
    kept = [p.value.size if p.mask is None else count_nonzero(p.mask) for p in parameters]
    size = sum(p.value.size for p in parameters)
    macs = [0, 0]
    if layer.weight is not None and shape is not None:
        macs = [math.prod(shape[:-1]) * n for n in (layer.weight.value.size, kept[0])]
    return size, sum(kept), *macs, dense_bytes(*(p.value for p in parameters)) if size else 0


def _cells(counts, shapes):
    """The counts of a row in words; MACs only where shapes are known."""
    cells = [f"{n:,}" for n in counts]
    return cells if shapes is not None else [*cells[:2], "-", "-", cells[4]]


def _table(head, rows):
    """The lines of a table, its first two columns flush left, a rule below the head and the sum."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = [
        "  ".join(
            cell.ljust(width) if c < 2 else cell.rjust(width)
            for c, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (head, *rows)
    ]
    rule = "-" * len(lines[0])
    return [lines[0], rule, *lines[1:-1], rule, lines[-1]]
