"""Positions in a network: hidden layers, their units, and the layers that read them.

A hidden layer is any dense layer or convolution but the last. Its units are its neurons or
filters, the last axis of its weights. The next layer with weights reads them; behind a Flatten it
has one row for every pixel of a filter.
"""

from minprune.arguments import finite_array, listed, whole_number
from minprune.formulas.masks import checked_mask
from minprune.formulas.structured import flatten_keep
from minprune.nn.batchnorm import BatchNorm
from minprune.nn.layers import Activation, Dropout, Flatten, is_known
from minprune.nn.network import EmptyLayerError, checked_network


def hidden_layers(network):
    """The positions of the hidden layers: the dense layers and convolutions but the last.

    >>> import numpy as np
    >>> from minprune.nn.network import mlp
    >>> hidden_layers(mlp([784, 300, 100, 10], np.random.default_rng(0)))
    [0, 2]
    """
    checked_network("network", network)
    for layer in network.layers:
        if not keeps_units_apart(layer):
            raise TypeError(f"network has a layer with which units cannot be followed: {layer!r}")
    return [l for l, layer in enumerate(network.layers) if layer.weight is not None][:-1]


def keeps_units_apart(layer):
    """True if it is known which outputs of a layer belong to which unit."""
    follows = layer.weight is not None or layer.channelwise or isinstance(layer, Flatten)
    return is_known(layer) and follows


def weighted_layers(network):
    """The positions of the dense layers and convolutions; an error if there are none."""
    found = [l for l, layer in enumerate(network.layers) if layer.weight is not None]
    if not found:
        raise ValueError("network must have at least one dense layer or convolution")
    return found


def hidden_weights(network):
    """The weights of every hidden layer, `Parameter`s, in the order of `hidden_layers`."""
    return [network.layers[l].weight for l in hidden_layers(network)]


def hidden_layer(network, hidden):
    """The position of one of the hidden layers; 0 is the first. An error if there is none such."""
    layers = hidden_layers(network)
    if not layers:
        raise ValueError(
            "network must have a hidden layer, that is, at least two layers with weights"
        )
    return layers[whole_number("hidden", hidden, low=0, high=len(layers) - 1)]


def outgoing_taps(network, l):
    """The weights that read the units of a layer, (taps or pixels, units, out)."""
    W = next_layer(network, l).weight.value
    return W.reshape(-1, unit_count(network, l), W.shape[-1])


def unit_count(network, l):
    """The number of units of a layer with weights."""
    return network.layers[l].weight.value.shape[-1]


def next_position(network, l):
    """The position of the layer that reads the units of layer l."""
    return next(m for m in weighted_layers(network) if m > l)


def next_layer(network, l):
    """The layer that reads the units of layer l."""
    return network.layers[next_position(network, l)]


def rows_read(layer):
    """The inputs of a layer that have a weight other than 0, a boolean vector (n_in,)."""
    W = layer.weight.value
    return (W != 0).any(axis=tuple(a for a in range(W.ndim) if a != W.ndim - 2))


def checked_keeps(network, keeps):
    """The vectors as arrays; an error unless they fit the hidden layers and empty none."""
    hidden, keeps = hidden_layers(network), listed("keeps", keeps, "boolean vectors")
    if len(keeps) != len(hidden):
        raise ValueError(
            f"keeps must be {len(hidden)} vectors, one per hidden layer, got {len(keeps)}"
        )
    for h, l in enumerate(hidden):
        keeps[h] = checked_mask(f"keeps[{h}]", keeps[h], (unit_count(network, l),))
        at_least_one(keeps[h], f"unit of layer {l}")
    return keeps


def at_least_one(keep, what):
    """The mask itself; `EmptyLayerError` if it keeps nothing."""
    if not keep.any():
        raise EmptyLayerError(f"every {what} would be removed, so the output would be constant")
    return keep


def keep_plan(network, keeps, keep=None):
    """For every layer the inputs and the outputs to keep: two boolean vectors, or None for all.

    keeps  for each hidden layer the units to keep, None for all
    keep   the inputs of the network to keep
    """
    chosen, plan = dict(zip(hidden_layers(network), keeps, strict=True)), []
    for l, layer in enumerate(network.layers):
        if layer.weight is not None:
            inputs, keep = _rows(keep, layer.weight.value.shape[-2]), chosen.get(l)
            plan.append((inputs, keep))
        elif isinstance(layer, BatchNorm):
            plan.append((None, _rows(keep, layer.mean.size)))
        else:
            plan.append((None, None))
    return plan


def _rows(keep, rows):
    return None if keep is None else flatten_keep(keep, rows // len(keep))


# --- where outputs are taken ---------------------------------------------------------------------


def output_positions(network):
    """For every hidden layer the position of its outputs: its activation, else its own end."""
    return [_output_position(network, l) for l in hidden_layers(network)]


def _output_position(network, l):
    for m, layer in enumerate(network.layers[l + 1 :], l + 1):
        if isinstance(layer, Activation):
            return m
        if not layer.channelwise:
            break
    while isinstance(network.layers[l + 1], (BatchNorm, Dropout)):
        l += 1
    return l


def read_by_next(network, l, x):
    """The inputs of the layer that reads the units of layer l, and the rest of the network.

    returns an array (N, pixels, units), pixels 1 but behind a convolution, and a function from such
    an array to the outputs of the network
    """
    x, position = finite_array("x", x), next_position(network, l)
    read = forward(network.layers[:position], x)

    def outputs(read_instead):
        return forward(network.layers[position:], read_instead.reshape(read.shape))

    return read.reshape(len(read), -1, unit_count(network, l)), outputs


def forward(layers, x):
    """The outputs of the last layer."""
    for layer in layers:
        x = layer.forward(x)
    return x
