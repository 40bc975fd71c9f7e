"""A network is a list of layers, applied one after the other."""

import copy
from itertools import pairwise

import numpy as np

from minprune.arguments import generator, layer_widths, number_array, shape_of, shown
from minprune.formulas.metrics import sparsity
from minprune.language import in_both
from minprune.nn.fused import fused
from minprune.nn.initializers import glorot_uniform
from minprune.nn.layers import Dense, Layer, ReLU
from minprune.nn.parameter import checked_state


class EmptyLayerError(ValueError):
    """A mask that keeps nothing: the output would no longer depend on the input."""


class Named(dict):
    """Parameters by their names; an error that leads on where PyTorch's `parameters()` is meant."""

    def __call__(self):
        raise TypeError("parameters is a dict, not a method: write network.parameters")


class Network:
    """Layers in a row: y = f_L(... f_2(f_1(x))). Calling it gives the logits.

    layers       list of layers, each an object of its own: one at two places is refused, since it
                 would remember for backward only the last of its forwards
    input_shape  of one sample, such as (28, 28, 1); if it is known, shapes that do not fit are
                 refused here; a network that begins with a `Dense` knows it

    >>> network = mlp([784, 64, 10], rng=0)
    >>> network(np.zeros((2, 784), dtype=np.float32)).shape
    (2, 10)
    """

    def __init__(self, layers, input_shape=None):
        self.layers = list(layers)
        if input_shape is not None:
            self.input_shape = shape_of("input_shape", input_shape)
        elif self.layers and isinstance(self.layers[0], Dense):
            self.input_shape = (self.layers[0].n_in,)
        else:
            self.input_shape = None
        self.steps = self.layers
        self.check()

    def check(self):
        """`ValueError` unless every layer can take what the one before it gives, and is there once.

        returns the shape of a sample before the first layer and after each; None if the network
        was not told what it gets, and does not begin with a dense layer, which knows
        """
        check_layers(self.layers)
        if self.input_shape is None:
            return None
        shapes = [self.input_shape]
        for l, layer in enumerate(self.layers):
            try:
                shapes.append(layer.output_shape(shapes[-1]))
            except ValueError as error:
                got = shapes[-1][0] if len(shapes[-1]) == 1 else shapes[-1]
                before = f"but layers[{l - 1}] gives" if l else "but the input is"
                raise ValueError(f"layers[{l}] {error}, {before} {got}") from None
        return shapes

    def __call__(self, x):
        return self.forward(number_array("x", x))

    def forward(self, x, training=False):
        steps = fused(self.layers)
        if training:
            check_layers(self.layers)  # they may have been changed
            self.steps = steps  # the way back
        for step in steps:
            x = step.forward(x, training)
        return x

    def backward(self, dy, input_gradient=True):
        """From dL/dy to the gradient of every parameter, for the last forward with training=True of
        this network; returns dL/dx."""
        first, *others = self.steps
        for step in reversed(others):
            dy = step.backward(dy)
        return first.backward(dy, input_gradient)  # training needs no gradient of the images

    @property
    def parameters(self):
        """Every parameter by its name, "layer.letter", first layer first."""
        return Named(
            (f"{l}.{letter}", parameter)
            for l, layer in enumerate(self.layers)
            for letter, parameter in layer.parameters.items()
        )

    @property
    def statistics(self):
        """Arrays that layers keep beside their parameters, such as a running mean, named alike."""
        return {
            f"{l}.{name}": array
            for l, layer in enumerate(self.layers)
            for name, array in layer.statistics.items()
        }

    @property
    def weights(self):
        """The parameters that pruning and weight decay act on: all but the biases."""
        return {name: p for name, p in self.parameters.items() if p.value.ndim > 1}

    @property
    def sparsity(self):
        """Fraction of the weights that are zero, biases not counted."""
        return sparsity(*(w.value for w in self.weights.values()))

    @property
    def masked_sparsity(self):
        """Fraction of the weights that a mask holds at zero, biases not counted."""
        weights = self.weights.values()
        return sparsity(*(np.ones(w.value.shape) if w.mask is None else w.mask for w in weights))

    def prune(self, masks):
        """Give every weight array its mask, in the order of `weights`; True = keep.

        All masks are looked at before the first weight is touched. One that would bring back what
        an earlier mask pruned is refused, as is one that keeps nothing (`EmptyLayerError`; "layer
        collapse", Tanaka et al. 2020).
        """
        masks, weights = list(masks), self.weights
        if len(masks) != len(weights):
            raise ValueError(
                f"masks must be {len(weights)} arrays, one per weight array, got {len(masks)}"
            )
        pairs = list(zip(weights.items(), masks, strict=True))
        for (name, weight), mask in pairs:
            if not weight.checked_mask(mask, f"masks for {name}").any():
                raise in_both(
                    EmptyLayerError(
                        f"masks would prune every weight of {name}; prune less, or in smaller steps"
                    ),
                    f"掩码会剪掉 {name} 的全部权重；请少剪一些，或分更多步剪",
                )
        for (_, weight), mask in pairs:
            weight.prune(mask)

    def apply_masks(self):
        """Set what the masks prune to exactly 0."""
        for parameter in self.parameters.values():
            parameter.apply_mask()

    def unprune(self):
        """Remove every mask: pruned weights stay 0 until the next step, then learn again."""
        for parameter in self.parameters.values():
            parameter.unprune()

    def __repr__(self):
        layers = ", ".join(type(layer).__name__ for layer in self.layers)
        parameters = sum(p.value.size for p in self.parameters.values())
        pruned = f", {self.masked_sparsity:.1%} pruned" if self.weights else ""
        return f"<Network: {layers}; {parameters:,} parameters{pruned}>"

    def summary(self):
        """Table of the layers: shapes, parameters, kept ones, MACs, bytes; see `nn.costs.summary`.

        `print(network.summary())` shows it.
        """
        from minprune.nn.costs import summary  # which is about networks

        return summary(self)

    def copy(self):
        """An independent network with the same layers, values and masks."""
        return copy.deepcopy(self)

    def state_dict(self):
        """Copies of all values, masks and running statistics, as a dict of arrays by name.

        "0.W" is a value, "0.W.mask" its mask if it has one, "1.mean" a running statistic.
        """
        state = {name: array.copy() for name, array in self.statistics.items()}
        for name, parameter in self.parameters.items():
            state[name] = parameter.value.copy()
            if parameter.mask is not None:
                state[f"{name}.mask"] = parameter.mask.copy()
        return state

    def load_state_dict(self, state):
        """Set all values, masks and running statistics to those of a `state_dict`.

        The present masks are replaced, so pruned weights may come back. `ValueError`, before
        anything changes, if the state is not of a network with the same layers.
        """
        parameters = self.parameters
        arrays = {name: p.value for name, p in parameters.items()} | self.statistics
        masks = {f"{name}.mask": p.value for name, p in parameters.items()}
        checked_state(state, arrays, masks)
        for name, array in self.statistics.items():
            array[...] = state[name]
        for name, parameter in parameters.items():
            parameter.unprune()
            parameter.value = state[name]
            if f"{name}.mask" in state:
                parameter.prune(state[f"{name}.mask"])


def check_layers(layers):
    """An error unless they are layers, and none of them, nor what one holds, is at two places."""
    places = {}
    for l, layer in enumerate(layers):
        if not isinstance(layer, Layer):
            raise TypeError(f"layers[{l}] must be a layer, such as ReLU(), got {shown(layer)}")
        parts = {"": layer, **layer.parameters, **layer.statistics}
        for name, part in parts.items():
            first = places.setdefault(id(part), (l, name))
            if first != (l, name):
                one, other = (f"layers[{l}].{name}".rstrip(".") for l, name in (first, (l, name)))
                raise ValueError(f"{one} and {other} are the same object, {shown(part)}; make two")


def checked_network(name, value):
    """The value itself; `TypeError` unless it is a `Network`."""
    if not isinstance(value, Network):
        raise TypeError(f"{name} must be a Network, got {shown(value)}")
    return value


def mlp(widths, rng=0, initialize=glorot_uniform, dtype=np.float32):
    """Multilayer perceptron: dense layers with a ReLU between two of them.

    widths      at least two ints, input first; (784, 64, 10) is the network of A-5.2.2
    rng         numpy.random.Generator, or the seed of one
    initialize  function (n_in, n_out, rng, dtype) -> W; Glorot uniform is the document's (A-5.2.3)
    returns a Network

    Source: [A-5.2.2, E-5.1a (784-128-10)].

    >>> sum(p.value.size for p in mlp([784, 64, 10]).parameters.values())
    50890
    """
    pairs, rng = pairwise(layer_widths("widths", widths)), generator("rng", rng)
    layers = [Dense.random(n_in, n_out, rng, initialize, dtype) for n_in, n_out in pairs]
    return Network([part for layer in layers for part in (layer, ReLU())][:-1])
