"""A network as the engine sees it: products, and the little that cannot be done along with them.

Behind a product, a batch normalization goes into its weights, a ReLU and a max pooling into the
loop that computes it; dropout and flattening are nothing at all. What is left is a list of stages.
"""

from typing import NamedTuple

import numpy as np

from minprune.nn.batchnorm import BatchNorm
from minprune.nn.layers import Activation, Dense, Dropout, Flatten, ReLU, is_known
from minprune.nn.spatial import AveragePool2D, Conv2D, MaxPool2D

RELU = ReLU.curve


class Window(NamedTuple):
    """The inputs that a convolution reads for one output pixel."""

    rows: int
    columns: int
    channels: int
    stride: int
    zeros: tuple  # around the image: above, below, on the left, on the right


class Product(NamedTuple):
    """y = max(x W + b, 0 if relu), over the windows of an image if there are any.

    W     (n_in, n_out); of a convolution (k_h k_w c_in, c_out)
    pool  size of the windows of a max pooling behind it, 1 if there is none
    """

    name: str
    W: np.ndarray
    b: np.ndarray
    window: Window | None
    shape: tuple  # of the output
    relu: bool = False
    pool: int = 1


class Pool(NamedTuple):
    """Max or average pooling, over the pixels inside the image alone."""

    average: bool
    size: int
    stride: int
    image: tuple  # (H, W) of what it takes
    zeros: tuple  # around the image, as in `Window`
    shape: tuple


class Curve(NamedTuple):
    """A function of single numbers that stands alone: the `curve` of its layer."""

    curve: tuple
    shape: tuple


class Affine(NamedTuple):
    """y = a (x - m) + b, with m, a and b of every channel of an image, or every feature.

    Not a x + (b - a m): where a is large, the two would all but cancel.
    """

    m: np.ndarray
    a: np.ndarray
    b: np.ndarray
    shape: tuple


def stages_of(network):
    """The stages of a network, and the shapes of a sample before the first and after the last.

    >>> from minprune.nn.models import cnn
    >>> stages, image, logits = stages_of(cnn(np.random.default_rng(0)))
    >>> [(stage.name, stage.relu, stage.pool) for stage in stages], image, logits
    ([('0.K', True, 2), ('4.W', True, 1), ('6.W', False, 1)], (28, 28, 1), (10,))
    """
    shapes = network.check()
    if shapes is None:
        raise ValueError(
            "network must know the shape of a sample: Network(layers, input_shape=(28, 28, 1))"
        )
    if len(shapes[0]) not in (1, 3):
        raise ValueError(f"network must take vectors or images (H, W, C), got {shapes[0]}")
    stages, shape = [], shapes[0]  # as it lies in memory: flattening moves nothing
    for l, layer in enumerate(network.layers):
        kind = type(layer)  # a subclass may compute anything
        if kind in (Dense, Conv2D, MaxPool2D, AveragePool2D):
            before, shape = shape, shapes[l + 1]
        last = stages[-1] if stages and isinstance(stages[-1], Product) else None
        if kind is Dense:
            stages.append(Product(f"{l}.W", layer.W.value, layer.b.value, None, shape))
        elif kind is Conv2D:
            stages.append(_convolution(f"{l}.K", layer, before, shape))
        elif kind is BatchNorm:
            _normalize(stages, last, layer, shape)
        elif kind is MaxPool2D and _can_pool(last, layer, before):
            stages[-1] = last._replace(pool=layer.size, shape=shape)
        elif kind in (MaxPool2D, AveragePool2D):
            image, average = before[:2], kind is AveragePool2D
            zeros = layer.zeros_around(*image)
            stages.append(Pool(average, layer.size, layer.stride, image, zeros, shape))
        elif isinstance(layer, Activation) and is_known(layer) and layer.curve is not None:
            if layer.curve == RELU and last is not None:
                stages[-1] = last._replace(relu=True)
            else:
                stages.append(Curve(layer.curve, shape))
        elif kind not in (Dropout, Flatten):
            raise TypeError(f"network must be made of minprune's own layers, got {layer!r}")
    return stages, shapes[0], shapes[-1]


def _convolution(name, layer, before, shape):
    k_h, k_w, c_in, c_out = layer.K.value.shape
    window = Window(k_h, k_w, c_in, layer.stride, layer.zeros_around(*before[:2]))
    return Product(name, layer.K.value.reshape(-1, c_out), layer.b.value, window, shape)


def _can_pool(last, layer, image):
    """True if the convolution before it can do a max pooling: each output is used once, and no
    window is cut off."""
    alone = last is not None and last.window is not None and last.pool == 1
    return alone and layer.size == layer.stride and not any(layer.zeros_around(*image[:2]))


def _normalize(stages, last, layer, shape):
    """A batch normalization goes into the product before it, unless something stands between."""
    m, a, b = layer.mean, layer.gamma.value / layer.running_deviation, layer.beta.value
    if last is not None and not last.relu and last.pool == 1 and last.b.shape == a.shape:
        with np.errstate(all="ignore"):
            W, shifted = last.W * a, (last.b - m) * a + b
        if np.isfinite(W).all() and np.isfinite(shifted).all():
            stages[-1] = last._replace(W=W, b=shifted)
            return
    stages.append(Affine(m, a, b, shape))
