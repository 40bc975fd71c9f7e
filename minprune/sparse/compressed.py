"""A network at rest: its weights in compressed sparse rows, everything else as it is."""

import copy
import math
from typing import NamedTuple

import numpy as np

from minprune.arguments import finite_array
from minprune.nn.layers import Dense, Dropout
from minprune.nn.network import Network
from minprune.sparse.csr import CSR, csr_from_dense, dense_from_csr


class Weights(NamedTuple):
    """A dense layer or a convolution, whose kernel (k_h, k_w, c_in, c_out) is a matrix here."""

    layer: type
    csr: CSR
    shape: tuple
    b: np.ndarray
    options: dict


class Compressed:
    """The layers of a network, and nothing shared with it; `network()` gives them back, dense."""

    def __init__(self, network):
        self.layers = [_compressed(l, layer) for l, layer in enumerate(network.layers)]
        known = type(network.layers[0]) is Dense  # then the shape need not be said: it may be (0,)
        self.input_shape = None if known else network.input_shape

    @property
    def nbytes(self):
        """Bytes of values, indices, offsets, biases and normalizations."""
        return sum(array.nbytes for layer in self.layers for array in _arrays(layer))

    @property
    def nonzeros(self):
        """Weights that are not 0, biases not counted."""
        return sum(len(layer.csr.values) for layer in self.layers if isinstance(layer, Weights))

    def network(self):
        """The network, dense again."""
        return Network([_dense(layer) for layer in self.layers], self.input_shape)


def _compressed(l, layer):
    if layer.weight is None:
        return _bare(layer)
    (letter, weight), (_, bias) = layer.parameters.items()
    *taps, n_out = weight.value.shape
    matrix = finite_array(f"layers[{l}].{letter}", weight.value).reshape(math.prod(taps), n_out)
    b = finite_array(f"layers[{l}].b", bias.value).copy()
    return Weights(type(layer), csr_from_dense(matrix), weight.value.shape, b, _options(layer))


def _dense(layer):
    if not isinstance(layer, Weights):
        return _bare(layer)
    return layer.layer(dense_from_csr(layer.csr).reshape(layer.shape), layer.b, **layer.options)


def _bare(layer):
    """A copy without what training leaves behind in a layer for its way back."""
    arrays = {name: p.value.copy() for name, p in layer.parameters.items()}
    arrays |= {name: array.copy() for name, array in layer.statistics.items()}
    rng = {"rng": copy.deepcopy(layer.rng)} if isinstance(layer, Dropout) else {}
    return type(layer)(**arrays, **_options(layer), **rng)


def _options(layer):
    return {name: getattr(layer, name) for name in layer.options}


def _arrays(layer):
    if isinstance(layer, Weights):
        return layer.csr.values, layer.csr.indices, layer.csr.offsets, layer.b
    return (*(p.value for p in layer.parameters.values()), *layer.statistics.values())
