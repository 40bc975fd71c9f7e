"""Make a network smaller for real: units, inputs and whole layers, and all that belongs to them.

With a unit go its bias, its entries in a batch normalization behind it, and the weights of the next
layer that read it. See `topology` for the words.
"""

import copy

import numpy as np

from minprune.arguments import finite_array, whole_number
from minprune.formulas.masks import checked_mask
from minprune.formulas.structured import collapse_linear, unit_mask
from minprune.nn.batchnorm import BatchNorm
from minprune.nn.layers import Dense
from minprune.nn.network import EmptyLayerError, Network, checked_network
from minprune.nn.parameter import Parameter
from minprune.nn.spatial import UNPADDED, Conv2D
from minprune.pruning.topology import (
    at_least_one,
    checked_keeps,
    forward,
    hidden_layers,
    keep_plan,
    next_layer,
    next_position,
    rows_read,
    unit_count,
    weighted_layers,
)

# --- chosen units: removed, or silenced ----------------------------------------------------------


def keep_units(network, keeps):
    """A smaller network, of some units of each hidden layer alone.

    network  not changed
    keeps    one boolean vector for each of `hidden_layers`, True = keep
    returns a new network, masks of what stays included; its outputs are those of the network after
    `mask_units` with the same units

    With a unit go its bias, its batch normalization and, in the next layer, its weights or its rows
    behind a Flatten.

    Source: Li et al. 2017 [C-4.3a, C-2.1a, D-1.1a, E-2.3b, A-2.1b, B-4f].

    >>> from minprune.nn.network import mlp
    >>> small = keep_units(mlp([4, 3, 2], np.random.default_rng(0)), [[True, False, True]])
    >>> [p.value.shape for p in small.parameters.values()]
    [(4, 2), (2,), (2, 2), (2,)]
    """
    return _cut(network, keep_plan(network, checked_keeps(network, keeps)), network.input_shape)


def mask_units(network, keeps):
    """Silence units by masks: all that `keep_units` would remove is held at 0.

    network  changed; what was pruned before stays so
    keeps    one boolean vector for each of `hidden_layers`, True = keep

    What the next layer reads is masked too: sigmoid(0) is not 0, and neither is what batch
    normalization makes of 0.
    Source: [C-4.3a, E-2.3b].
    """
    plan, masks = keep_plan(network, checked_keeps(network, keeps)), []
    for layer, (inputs, outputs) in zip(network.layers, plan, strict=True):
        for parameter in layer.parameters.values():
            mask = np.ones(parameter.value.shape, dtype=bool)
            if outputs is not None:
                mask &= unit_mask(outputs, mask.shape)
            if inputs is not None and mask.ndim > 1:
                mask &= unit_mask(inputs, mask.shape, axis=-2)
            masks.append(_something_left(parameter.with_pruned(mask)))
    for parameter, mask in zip(network.parameters.values(), masks, strict=True):
        if not mask.all():
            parameter.prune(mask)


def silenced_units(network):
    """The silenced units of each hidden layer: all that `mask_units` would mask is masked.

    returns a list of boolean vectors, True = silenced
    """
    silenced = []
    for l in hidden_layers(network):
        units, behind = unit_count(network, l), next_position(network, l)
        own = [p for layer in network.layers[l:behind] for p in layer.parameters.values()]
        masked = [_masked(p).reshape(-1, units).all(axis=0) for p in own]  # a row for each pixel
        read = _masked(network.layers[behind].weight)
        masked.append(read.reshape(-1, units, read.shape[-1]).all(axis=(0, 2)))
        silenced.append(np.all(masked, axis=0))
    return silenced


def _masked(parameter):
    """The entries that a mask holds at 0."""
    return np.zeros(parameter.value.shape, bool) if parameter.mask is None else ~parameter.mask


def remove_inputs(network, keep):
    """A network that takes fewer inputs: pixels of a perceptron, channels of images.

    network  not changed
    keep     boolean vector, one entry per input (of images: per channel), True = keep
    returns a new network; give it x[..., keep]. `read_inputs` tells which inputs are read at all

    Source: [C-4.3a, our choice for the input channels of the first layer].
    """
    checked_network("network", network)
    inputs = len(read_inputs(network))
    keep = at_least_one(checked_mask("keep", keep, (inputs,)), "input")
    shape = network.input_shape and (*network.input_shape[:-1], int(keep.sum()))
    plan = keep_plan(network, [None] * len(hidden_layers(network)), keep)
    return _cut(network, plan, shape)


def read_inputs(network):
    """The inputs that have a weight other than 0: boolean, one entry per input or channel."""
    checked_network("network", network)
    first = network.layers[weighted_layers(network)[0]]
    read = rows_read(first)
    inputs = len(read) if network.input_shape is None else network.input_shape[-1]
    return read.reshape(-1, inputs).any(axis=0)


def remove_layer(network, position):
    """A network without one of its layers, and without batch normalization, activation and dropout
    right behind it.

    network   not changed
    position  of a dense layer or a convolution in `network.layers`; it must give what it takes, as
              many units of the same size. The outputs are those with the identity in its place
    returns a new network

    Source: [C-2.1a, which names layers but does not say what then fits together].
    """
    checked_network("network", network)
    whole_number("position", position, low=0, high=len(network.layers) - 1)
    if position not in weighted_layers(network):
        raise ValueError(f"position must be one of {weighted_layers(network)}, got {position}")
    n_in, n_out = network.layers[position].weight.value.shape[-2:]
    shapes = network.check()
    takes, gives = (n_in, n_out) if shapes is None else shapes[position : position + 2]
    if len(weighted_layers(network)) == 1 or takes != gives:
        raise ValueError(
            f"position: layer {position} maps {_plain(takes)} to {_plain(gives)}; a layer can be "
            "removed if its output has the shape of its input and it is not the only one"
        )
    layers = network.copy().layers
    behind = position + 1
    while behind < len(layers) and layers[behind].elementwise:
        behind += 1
    return Network(layers[:position] + layers[behind:], network.input_shape)


def _plain(shape):
    return shape[0] if np.size(shape) == 1 and not np.isscalar(shape) else shape


def collapse_linear_layers(network):
    """A network in which dense layers with nothing between them are one layer.

    network  such as B-4's 8-10-1; not changed
    returns a new network with the same outputs; a layer that was made of several has no masks

    Source: [B-4a].

    >>> two = Network([Dense(np.ones((8, 10)), np.ones(10)), Dense(np.ones((10, 1)), np.ones(1))])
    >>> [p.value.shape for p in collapse_linear_layers(two).parameters.values()]
    [(8, 1), (1,)]
    """
    layers = []
    for layer in checked_network("network", network).copy().layers:
        if layers and isinstance(layer, Dense) and isinstance(layers[-1], Dense):
            first = layers.pop()
            parameters = first.W, first.b, layer.W, layer.b
            layer = Dense(*collapse_linear(*(p.value for p in parameters)))
        layers.append(layer)
    return Network(layers, network.input_shape)


# --- what the masks have emptied -----------------------------------------------------------------


def shrink_network(network, x=None):
    """A smaller network with the same outputs: units that make no difference are left out.

    network  not changed: pruned by masks, say of `mask_units`, or by whatever made weights 0
    x        None, or inputs (N, ...), some hundred: units whose activation is constant on x are
             removed too
    returns a new network without the units that have only zero weights in the next layer, and
    without the constant ones: they are folded into the next bias. On all inputs (with x: on x) its
    outputs are the same. A constant other than 0 stays before a convolution that adds zeros around
    the image, and where the next bias is itself pruned. `EmptyLayerError` if a layer would lose all
    its units. Weights pruned here and there seldom empty a unit: then it is as large as before

    Source: [E-4.3 (constant units), C-4.3a, C-5.2a, E-2.3b].

    >>> from minprune.nn.network import mlp
    >>> network = mlp([784, 64, 10], np.random.default_rng(0))
    >>> mask_units(network, [np.arange(64) < 16])
    >>> shrink_network(network).layers[0].W.value.shape
    (784, 16)
    """
    hidden, small = hidden_layers(network), network.copy()
    before = None
    while before != (size := sum(p.value.size for p in small.parameters.values())):
        before = size
        for h, l in enumerate(hidden):
            keep = _fold_constants(small, l, x) & _read_units(small, l)
            if not keep.all():
                at_least_one(keep, f"unit of layer {l}")
                keeps = [None] * len(hidden)
                keeps[h] = keep
                small = _cut(small, keep_plan(small, keeps), network.input_shape)
    return small


def _read_units(network, l):
    """The units of a layer that the next one reads with a weight other than 0."""
    return rows_read(next_layer(network, l)).reshape(-1, unit_count(network, l)).any(axis=0)


def _fold_constants(network, l, x):
    """Fold constant units into the next bias; returns the mask of units to keep."""
    reader, units = next_layer(network, l), unit_count(network, l)
    constant = _constants(network, l)  # (rows,)
    if x is not None:  # where padding cuts windows off, the mean of a constant is rounded otherwise
        on_x = _constants_on(network, l, x)
        constant = np.where(np.isnan(on_x), constant, on_x)
    gone = ~np.isnan(constant).reshape(-1, units).any(axis=0)
    values = np.nan_to_num(constant).astype(np.float64)
    W = reader.weight.value
    taps = (values[:, None] * W).reshape(-1, units, W.shape[-1])  # (taps and pixels, units, out)
    into = taps.sum(axis=0)
    if isinstance(reader, Conv2D) and reader.padding not in UNPADDED:
        gone &= ~(taps != 0).any(axis=(0, 2))  # at the rim they are 0
    if reader.b.mask is not None:
        gone &= ~(into[:, ~reader.b.mask] != 0).any(axis=1)
    reader.b.value = reader.b.value + into[gone].sum(axis=0)
    return ~gone


def _constants(network, l):
    """The inputs of the next layer from units all of whose weights are 0; NaN from the others."""
    layer = network.layers[l]
    weights = layer.weight.value.reshape(-1, unit_count(network, l))
    values = np.where((weights != 0).any(axis=0), np.nan, layer.b.value)[None]  # (1, units)
    for layer in network.layers[l + 1 : next_position(network, l)]:
        if layer.elementwise:  # Flatten changes no constant, nor does pooling, padded or not
            values = layer.forward(_spread(values, layer))
        if isinstance(layer, BatchNorm):
            values = np.where(layer.gamma.value == 0, layer.beta.value, values)
    return _spread(values, next_layer(network, l))[0]


def _constants_on(network, l, x):
    """The inputs of the next layer that are constant on x; NaN for the others."""
    x = finite_array("x", x)
    whole_number("number of samples of x", len(x), low=2)  # on one every unit is constant
    read = forward(network.layers[: next_position(network, l)], x)
    read = read.reshape(-1, read.shape[-1])
    return np.where((read == read[0]).all(axis=0), read[0], np.nan)


def _spread(values, layer):
    """The values of units, repeated for every pixel that a layer behind a Flatten reads."""
    parameter = next(iter(layer.parameters.values()), None)
    if parameter is None:
        return values
    rows = parameter.value.shape[-2] if layer.weight is not None else parameter.value.size
    return np.tile(values, (1, rows // values.shape[1]))


# --- parts of a network ------------------------------------------------------------------------


def _cut(network, plan, input_shape):
    """A new network of what the plan keeps."""
    layers = []
    for layer, (inputs, outputs) in zip(network.layers, plan, strict=True):
        small = copy.copy(layer) if layer.parameters else copy.deepcopy(layer)
        for name, parameter in layer.parameters.items():
            setattr(small, name, _part(parameter, inputs, outputs))
        for name, array in layer.statistics.items():
            setattr(small, name, array.copy() if outputs is None else array[outputs])
        layers.append(small)
    return Network(layers, input_shape)


def _part(parameter, inputs, outputs):
    """A parameter of the units that stay, with its mask."""

    def part(array):
        if inputs is not None and array.ndim > 1:
            array = array[..., inputs, :]
        return array if outputs is None else array[..., outputs]

    small = Parameter(part(parameter.value))
    if parameter.mask is not None:
        small.prune(_something_left(part(parameter.mask)))
    return small


def _something_left(mask):
    """The mask of a parameter; `EmptyLayerError` if it is one of weights and keeps none."""
    if mask.ndim > 1 and not mask.any():
        raise EmptyLayerError(
            "no unpruned weight is left in a layer, so the output would be constant"
        )
    return mask
