"""Make a network smaller for real: units, inputs and whole layers, and all that belongs to them.

A hidden layer is here any dense layer or convolution but the last. Its units are its neurons or
filters, the last axis of its weights. With a unit go its bias, its entries in a batch normalization
behind, and what the next layer reads of it, which behind a Flatten is one row for every pixel.
"""

import copy

import numpy as np

from minprune.arguments import finite_array, listed, whole_number
from minprune.formulas.masks import checked_mask
from minprune.formulas.structured import flatten_keep, unit_mask
from minprune.nn.batchnorm import BatchNorm
from minprune.nn.layers import Dense, Dropout, Flatten, ReLU, Sigmoid, Tanh
from minprune.nn.network import EmptyLayerError, Network, checked_network
from minprune.nn.parameter import Parameter
from minprune.nn.spatial import AveragePool2D, Conv2D, MaxPool2D

WEIGHTED = Dense, Conv2D
ELEMENTWISE = BatchNorm, ReLU, Sigmoid, Tanh, Dropout
KNOWN = (*WEIGHTED, *ELEMENTWISE, Flatten, MaxPool2D, AveragePool2D)


def hidden_layers(network):
    """Where the layers stand whose units can go: the dense layers and convolutions but the last.

    >>> from minprune.nn.network import mlp
    >>> hidden_layers(mlp([784, 300, 100, 10], np.random.default_rng(0)))
    [0, 2]
    """
    checked_network("network", network)
    for layer in network.layers:
        if not isinstance(layer, KNOWN):
            raise TypeError(f"network has a layer whose units are not known: {layer!r}")
    return [l for l, layer in enumerate(network.layers) if isinstance(layer, WEIGHTED)][:-1]


# --- chosen units: removed, or silenced ----------------------------------------------------------


def keep_units(network, keeps):
    """A smaller network, of some units of each hidden layer alone.

    network  not changed
    keeps    one boolean vector for each of `hidden_layers`, True = keep
    returns a new network, masks of what stays included; its outputs are those of the network after
    `mask_units` with the same units

    Source: C-4.3a, C-2.1a, D-1.1a, E-2.3b, A-2.1b, B-4f; Li et al. 2017.
    Erratum: B-4f prunes the only neuron of the output layer; C-4.3 does not mention biases, batch
    normalization and the rows behind a Flatten, which must go too.

    >>> from minprune.nn.network import mlp
    >>> small = keep_units(mlp([4, 3, 2], np.random.default_rng(0)), [[True, False, True]])
    >>> [p.value.shape for p in small.parameters.values()]
    [(4, 2), (2,), (2, 2), (2,)]
    """
    return _cut(network, keep_plan(network, checked_keeps(network, keeps)), network.input_shape)


def mask_units(network, keeps):
    """Silence units by masks: all that `keep_units` would take away is held at 0.

    network  changed; what was pruned before stays so
    keeps    one boolean vector for each of `hidden_layers`, True = keep

    What the next layer reads is masked too: sigmoid(0) is not 0, and neither is what batch
    normalization makes of 0.
    Source: C-4.3a, E-2.3b.
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
    """Which units of each hidden layer are silenced: all that `mask_units` would mask is masked.

    returns a list of boolean vectors, True = silenced
    """
    silenced = []
    for l in hidden_layers(network):
        units, behind = _units(network, l), _next(network, l)
        own = [p for layer in network.layers[l:behind] for p in layer.parameters.values()]
        masked = [_masked(p).reshape(-1, units).all(axis=0) for p in own]  # a row for each pixel
        read = _masked(weight(network.layers[behind]))
        masked.append(read.reshape(-1, units, read.shape[-1]).all(axis=(0, 2)))
        silenced.append(np.all(masked, axis=0))
    return silenced


def _masked(parameter):
    """Where a mask holds the parameter at 0."""
    return np.zeros(parameter.value.shape, bool) if parameter.mask is None else ~parameter.mask


def remove_inputs(network, keep):
    """A network that takes fewer inputs: pixels of a perceptron, channels of images.

    network  not changed
    keep     boolean vector, one entry per input (of images: per channel), True = keep
    returns a new network; give it x[..., keep]. `read_inputs` tells which inputs are read at all

    Source: C-4.3a, our choice for the input channels of the first layer.
    """
    checked_network("network", network)
    inputs = len(read_inputs(network))
    keep = _at_least_one(checked_mask("keep", keep, (inputs,)), "input")
    shape = network.input_shape and (*network.input_shape[:-1], int(keep.sum()))
    plan = keep_plan(network, [None] * len(hidden_layers(network)), keep)
    return _cut(network, plan, shape)


def read_inputs(network):
    """Which inputs have a weight that is not 0: boolean, one entry per input or channel."""
    checked_network("network", network)
    first = network.layers[_weighted(network)[0]]
    read = _reads(first)
    inputs = len(read) if network.input_shape is None else network.input_shape[-1]
    return read.reshape(-1, inputs).any(axis=0)


def remove_layer(network, position):
    """A network without one of its layers, and without batch normalization, activation and dropout
    right behind it.

    network   not changed
    position  of a dense layer or a convolution in `network.layers`; it must give what it takes, as
              many units of the same size. The outputs are those with the identity in its place
    returns a new network

    Source: C-2.1a, which names layers but does not say what then fits together.
    """
    checked_network("network", network)
    whole_number("position", position, low=0, high=len(network.layers) - 1)
    if position not in _weighted(network):
        raise ValueError(f"position must be one of {_weighted(network)}, got {position}")
    n_in, n_out = weight(network.layers[position]).value.shape[-2:]
    shapes = network.check()
    takes, gives = (n_in, n_out) if shapes is None else shapes[position : position + 2]
    if len(_weighted(network)) == 1 or takes != gives:
        raise ValueError(
            f"position: layer {position} takes {_plain(takes)} and gives {_plain(gives)}; "
            "only a layer that gives what it takes, and not the only one, can be left out"
        )
    layers = network.copy().layers
    behind = position + 1
    while behind < len(layers) and isinstance(layers[behind], ELEMENTWISE):
        behind += 1
    return Network(layers[:position] + layers[behind:], network.input_shape)


def _plain(shape):
    return shape[0] if np.size(shape) == 1 and not np.isscalar(shape) else shape


# --- what the masks have emptied -----------------------------------------------------------------


def shrink_network(network, x=None):
    """A smaller network with the same outputs: units that make no difference are left out.

    network  not changed: pruned by masks, say of `mask_units`, or by whatever made weights 0
    x        None, or inputs (N, ...), some hundred: then a unit goes also if it says the same on
             all of them
    returns a new network without the units that nobody reads, and without those that are constant:
    what they say goes into the next bias. On all inputs (with x: on x) its outputs are the same.
    A constant other than 0 stays before a convolution that adds zeros around the image, and where
    the next bias is itself pruned. `EmptyLayerError` if a layer would lose all its units. Weights
    pruned here and there seldom empty a unit: then it is as large as before

    Source: E-4.3 (constant units), C-4.3a, C-5.2a, E-2.3b.
    Erratum: A-5.5 counts weights that are set to 0 as if they were gone.

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
                _at_least_one(keep, f"unit of layer {l}")
                keeps = [None] * len(hidden)
                keeps[h] = keep
                small = _cut(small, keep_plan(small, keeps), network.input_shape)
    return small


def _read_units(network, l):
    """Which units of a layer the next one reads, with a weight other than 0."""
    return _reads(_reader(network, l)).reshape(-1, _units(network, l)).any(axis=0)


def _fold_constants(network, l, x):
    """Put what constant units say into the next bias; returns which units are to stay."""
    reader, units = _reader(network, l), _units(network, l)
    constant = _constants(network, l) if x is None else _constants_on(network, l, x)  # (rows,)
    gone = ~np.isnan(constant).reshape(-1, units).any(axis=0)
    says = np.nan_to_num(constant).astype(np.float64)
    W = weight(reader).value
    taps = (says[:, None] * W).reshape(-1, units, W.shape[-1])  # (taps and pixels, units, out)
    into = taps.sum(axis=0)
    if isinstance(reader, Conv2D) and reader.padding not in ("valid", 0):
        gone &= ~(taps != 0).any(axis=(0, 2))  # at the rim they say 0
    if reader.b.mask is not None:
        gone &= ~(into[:, ~reader.b.mask] != 0).any(axis=1)
    reader.b.value = reader.b.value + into[gone].sum(axis=0)
    return ~gone


def _constants(network, l):
    """What the next layer hears from units all of whose weights are 0; NaN from the others."""
    layer = network.layers[l]
    weights = weight(layer).value.reshape(-1, _units(network, l))
    says = np.where((weights != 0).any(axis=0), np.nan, layer.b.value)[None]  # (1, units)
    for layer in network.layers[l + 1 : _next(network, l)]:
        if isinstance(layer, ELEMENTWISE):  # pooling and Flatten change no constant
            says = layer.forward(_spread(says, layer))
        if isinstance(layer, BatchNorm):
            says = np.where(layer.gamma.value == 0, layer.beta.value, says)
    return _spread(says, _reader(network, l))[0]


def _constants_on(network, l, x):
    """What the next layer hears if that is always the same on these inputs, else NaN."""
    x = finite_array("x", x)
    whole_number("number of samples of x", len(x), low=2)  # on one all units say the same
    for layer in network.layers[: _next(network, l)]:
        x = layer.forward(x)
    heard = x.reshape(-1, x.shape[-1])
    return np.where((heard == heard[0]).all(axis=0), heard[0], np.nan)


def _spread(says, layer):
    """What units say, once for every pixel that a layer behind a Flatten reads."""
    parameter = next(iter(layer.parameters.values()), None)
    if parameter is None:
        return says
    rows = parameter.value.shape[-2] if isinstance(layer, WEIGHTED) else parameter.value.size
    return np.tile(says, (1, rows // says.shape[1]))


# --- where things stand --------------------------------------------------------------------------


def _weighted(network):
    found = [l for l, layer in enumerate(network.layers) if isinstance(layer, WEIGHTED)]
    if not found:
        raise ValueError("network must have a dense layer or a convolution")
    return found


def weight(layer):
    """The weights of a dense layer or a convolution, a `Parameter`."""
    return layer.W if isinstance(layer, Dense) else layer.K


def hidden_weights(network):
    """The weights of every hidden layer, `Parameter`s, in the order of `hidden_layers`."""
    return [weight(network.layers[l]) for l in hidden_layers(network)]


def outgoing_taps(network, l):
    """The weights that read the units of a layer, (taps or pixels, units, out)."""
    W = weight(_reader(network, l)).value
    return W.reshape(-1, _units(network, l), W.shape[-1])


def _units(network, l):
    return weight(network.layers[l]).value.shape[-1]


def _next(network, l):
    """Where the layer stands that reads the units of this one."""
    return next(m for m in _weighted(network) if m > l)


def _reader(network, l):
    return network.layers[_next(network, l)]


def _reads(layer):
    """Which inputs of a layer have a weight other than 0, (n_in,)."""
    W = weight(layer).value
    return (W != 0).any(axis=tuple(a for a in range(W.ndim) if a != W.ndim - 2))


def checked_keeps(network, keeps):
    """The vectors as arrays; an error unless they fit the hidden layers and empty none."""
    hidden, keeps = hidden_layers(network), listed("keeps", keeps, "boolean vectors")
    if len(keeps) != len(hidden):
        raise ValueError(f"keeps must be {len(hidden)} vectors, one a layer, got {len(keeps)}")
    for h, l in enumerate(hidden):
        keeps[h] = checked_mask(f"keeps[{h}]", keeps[h], (_units(network, l),))
        _at_least_one(keeps[h], f"unit of layer {l}")
    return keeps


def _at_least_one(keep, what):
    if not keep.any():
        raise EmptyLayerError(f"every {what} would go, and the output depend on nothing")
    return keep


def keep_plan(network, keeps, keep=None):
    """For every layer which inputs and which outputs stay: two boolean vectors, or None for all.

    keeps  for each hidden layer which units stay, None for all
    keep   which inputs of the network stay
    """
    chosen, plan = dict(zip(hidden_layers(network), keeps, strict=True)), []
    for l, layer in enumerate(network.layers):
        if isinstance(layer, WEIGHTED):
            inputs, keep = _rows(keep, weight(layer).value.shape[-2]), chosen.get(l)
            plan.append((inputs, keep))
        elif isinstance(layer, BatchNorm):
            plan.append((None, _rows(keep, layer.mean.size)))
        else:
            plan.append((None, None))
    return plan


def _rows(keep, rows):
    return None if keep is None else flatten_keep(keep, rows // len(keep))


def _cut(network, plan, input_shape):
    """A new network of what the plan keeps."""
    layers = []
    for layer, (inputs, outputs) in zip(network.layers, plan, strict=True):
        small = copy.copy(layer) if layer.parameters else copy.deepcopy(layer)
        for name, parameter in layer.parameters.items():
            setattr(small, name, _part(parameter, inputs, outputs))
        for name, array in getattr(layer, "statistics", {}).items():
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
            "every weight of the units that stay is pruned, and the output depends on nothing"
        )
    return mask
