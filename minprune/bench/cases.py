"""The networks that are run, the inputs that they get, and what must come out."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from minprune.arguments import layer_widths
from minprune.formulas.costs import Conv, Full, Pool
from minprune.language import in_both
from minprune.nn.costs import layer_costs
from minprune.nn.initializers import he_normal
from minprune.nn.layers import Dense, Flatten, ReLU
from minprune.nn.models import build, cnn, lenet5, vgg16
from minprune.nn.network import EmptyLayerError, Network, mlp
from minprune.nn.spatial import Conv2D, MaxPool2D
from minprune.nn.store import load
from minprune.pruning.one_shot import prune_at_random
from minprune.sparse.compressed import Compressed

PLAIN = [Conv(32), Conv(32), Pool(), Conv(64), Conv(64), Pool(), Conv(128), Conv(128), Pool()]
IMAGE_NETWORKS = {  # name -> function of a random generator
    "cnn": lambda rng: cnn(rng, initialize=he_normal),
    "lenet5": lambda rng: lenet5(rng, initialize=he_normal),
    "plain": lambda rng: build([*PLAIN, Full(10)], (32, 32, 3), rng, he_normal),
    "vgg16/4": lambda rng: vgg16(rng, (32, 32, 3), width=0.25, classes=10),
}
DISTINCT = 64  # images that differ in a batch, since the reference is slow


@dataclass(frozen=True)
class Case:
    """One network at one sparsity, its inputs, and its outputs in float64."""

    name: str
    sparsity: float
    network: Network
    x: np.ndarray
    y: np.ndarray

    @property
    def nonzeros(self):
        """Weights that are not 0, biases not counted."""
        return sum(int(np.count_nonzero(w.value)) for w in self.network.weights.values())

    def flops(self, batch):
        """Products and sums with a weight that is not 0, for as many inputs."""
        return 2 * batch * sum(cost.nonzero_macs for cost in layer_costs(self.network))

    def bytes(self, batch):
        """What has to be moved at least: compressed weights, biases, inputs, outputs, once each."""
        numbers = batch * (math.prod(self.network.input_shape) + self.y.shape[1])
        return Compressed(self.network).nbytes + 4 * numbers


def make_case(name, sparsity, batch, seed):
    """A `Case` with He normal weights, a random mask for each layer, and normal biases and inputs.

    The same seed gives the same weights, up to a factor, and the same inputs at every sparsity.
    """
    return _case(name, sparsity, pruned_network(name, sparsity, seed), batch, seed)


def trained_case(path, batch, seed):
    """A `Case` of a network in a file of `minprune.save`, with normal inputs."""
    network = load(path)
    weights = [parameter.value for parameter in network.weights.values()]
    if not weights:
        raise in_both(ValueError(f"{path}: the network has no weights"), f"{path}：网络没有权重")
    kept = sum(map(np.count_nonzero, weights)) / sum(w.size for w in weights)
    return _case(Path(path).stem, 1 - kept, network, batch, seed)


def _case(name, sparsity, network, batch, seed):
    """The `Case` of a network: of images at most `DISTINCT` differ, in a random order."""
    rng = np.random.default_rng([seed, 1])
    if len(network.input_shape) > 1 and batch > DISTINCT:
        few, order = (
            _case(name, sparsity, network, DISTINCT, seed),
            rng.integers(DISTINCT, size=batch),
        )
        return Case(name, sparsity, network, few.x[order], few.y[order])
    x = rng.standard_normal((batch, *network.input_shape), dtype=np.float32)
    return Case(name, sparsity, network, x, reference(network, x))


def pruned_network(name, sparsity, seed):
    """The network of a `Case`; `ValueError` if so high a sparsity leaves a layer nothing.

    The weights that are left are larger by 1 / sqrt(1 - sparsity): so the inputs still matter
    behind many layers, and a library that computes a layer wrongly gives wrong outputs.
    """
    rng = np.random.default_rng([seed, 0])
    if name in IMAGE_NETWORKS:
        network = IMAGE_NETWORKS[name](rng)
    else:
        network = mlp(widths_of(name), rng, he_normal)
    for key, parameter in network.parameters.items():
        if key in network.weights:
            parameter.value *= np.float32(1 / math.sqrt(1 - sparsity))
        else:
            parameter.value = 0.1 * rng.standard_normal(parameter.value.shape, dtype=np.float32)
    try:
        prune_at_random(network, sparsity, rng, scope="layer")
    except EmptyLayerError as error:
        raise in_both(ValueError(f"sparsity {sparsity:g} of {name}: {error}"),
                      f"{name} 的稀疏度 {sparsity:g}：{error.zh}") from None  # fmt: skip
    return network


def widths_of(name):
    """The widths that a perceptron is called by.

    >>> widths_of("784-64-10")
    [784, 64, 10]
    """
    try:
        return layer_widths("networks", [int(width) for width in name.split("-")])
    except ValueError:
        known = [*map(repr, IMAGE_NETWORKS)]
        raise in_both(
            ValueError(
                f"networks must be {', '.join(known)} or widths such as '784-64-10', got {name!r}"
            ),
            f"networks 应为 {'、'.join(known)} 或形如 '784-64-10' 的各层宽度，得到 {name!r}",
        ) from None


def reference(network, x):
    """The outputs of a network in float64, by NumPy alone and without skipping anything."""
    parts = [x[start : start + DISTINCT] for start in range(0, len(x), DISTINCT)]  # to save memory
    return np.concatenate([_forward(network, part.astype(np.float64)) for part in parts])


def _forward(network, h):
    for layer in network.layers:
        if isinstance(layer, Dense):
            h = h @ layer.W.value + layer.b.value
        elif isinstance(layer, Conv2D):
            windows = _windows(layer, h, layer.K.value.shape[:2], outside=0)
            h = np.tensordot(windows, layer.K.value, ((4, 5, 3), (0, 1, 2))) + layer.b.value
        elif isinstance(layer, MaxPool2D):
            h = _windows(layer, h, (layer.size, layer.size), outside=-np.inf).max(axis=(4, 5))
        elif isinstance(layer, ReLU):
            h = np.maximum(h, 0)
        elif isinstance(layer, Flatten):
            h = h.reshape(len(h), -1)
        else:
            raise TypeError(f"network has a layer without a float64 reference: {layer!r}")
    return h


def _windows(layer, h, shape, outside):
    """The windows of images (N, H', W', C, k_h, k_w), and a number for what lies outside."""
    top, bottom, left, right = layer.zeros_around(*h.shape[1:3])
    h = np.pad(h, ((0, 0), (top, bottom), (left, right), (0, 0)), constant_values=outside)
    windows = np.lib.stride_tricks.sliding_window_view(h, shape, axis=(1, 2))
    return windows[:, :: layer.stride, :: layer.stride]
