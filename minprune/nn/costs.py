"""Parameters and multiply-accumulates of a network as it is, layer by layer."""

import math
from typing import NamedTuple

import numpy as np

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
