"""Networks that are known by name, built from the descriptions that `formulas.costs` counts."""

import math

import numpy as np

from minprune.arguments import generator, shape_of
from minprune.formulas.costs import DOCUMENT_CNN, LENET5, Conv, Full, Pool, vgg16_layers
from minprune.nn.initializers import glorot_uniform, he_normal
from minprune.nn.layers import Dense, Flatten, ReLU
from minprune.nn.network import Network, mlp
from minprune.nn.spatial import Conv2D, MaxPool2D


def build(layers, image, rng=0, initialize=glorot_uniform, dtype=np.float32):
    """A convolutional network from its description, a ReLU behind every layer but the last.

    layers      list of `Conv`, `Pool` and `Full`, as for `network_costs`; a `Full` flattens
    image       (height, width, channels)
    rng         numpy.random.Generator, or the seed of one
    initialize  function (n_in, n_out, rng, dtype, shape) -> W
    returns a Network

    >>> network = build([Conv(4), Pool(), Full(2)], (6, 6, 1), np.random.default_rng(0))
    >>> [type(layer).__name__ for layer in network.layers]
    ['Conv2D', 'ReLU', 'MaxPool2D', 'Flatten', 'Dense']
    """
    image = shape = shape_of("image", image)
    rng = generator("rng", rng)
    layers, made = list(layers), []
    if not layers:
        raise ValueError("layers must hold at least one layer")
    for l, layer in enumerate(layers):
        parts = _made(layer, shape, initialize, dtype, rng)
        for part in parts:
            try:
                shape = part.output_shape(shape)
            except ValueError as error:
                raise ValueError(f"layers[{l}], {layer}, {error}, but gets {shape}") from None
        made += parts
    return Network(made[:-1] if isinstance(made[-1], ReLU) else made, image)


def _made(layer, shape, initialize, dtype, rng):
    """The layers of a network for one layer of a description."""
    if isinstance(layer, Pool):
        return [MaxPool2D(layer.size, padding=layer.padding)]
    if isinstance(layer, Conv):
        sizes = layer.kernel, shape[-1], layer.filters
        return [Conv2D.random(*sizes, rng, 1, layer.padding, initialize, dtype), ReLU()]
    if isinstance(layer, Full):
        flatten = [Flatten()] if len(shape) > 1 else []
        dense = Dense.random(math.prod(shape), layer.units, rng, initialize, dtype)
        return [*flatten, dense, ReLU()]
    raise TypeError(f"layers must be Conv, Pool or Full, got {layer!r}")


def cnn(rng=0, image=(28, 28, 1), classes=10, initialize=glorot_uniform, dtype=np.float32):
    """The convolutional network of document D: 3 x 3 x 32, max pooling 2, dense 64, dense 10.

    Source: [D-5.2b]. 347,146 parameters, 541,440 multiply-accumulates an image.

    >>> sum(p.value.size for p in cnn(np.random.default_rng(0)).parameters.values())
    347146
    """
    return build([*DOCUMENT_CNN[:-1], Full(classes)], image, rng, initialize, dtype)


def lenet_300_100(rng=0, inputs=784, classes=10, initialize=glorot_uniform, dtype=np.float32):
    """LeNet-300-100, the perceptron that pruning papers start with: 266,610 parameters on MNIST.

    Source: LeCun et al. 1998; Han et al. 2015.

    >>> sum(p.value.size for p in lenet_300_100(np.random.default_rng(0)).parameters.values())
    266610
    """
    return mlp([inputs, 300, 100, classes], rng, initialize, dtype)


def lenet5(rng=0, image=(28, 28, 1), classes=10, initialize=glorot_uniform, dtype=np.float32):
    """LeNet-5 with ReLUs and max pooling, as it is taught today: 61,706 parameters on MNIST.

    Source: LeCun et al. 1998, whose pooling averages and whose units are tanh.

    >>> sum(p.value.size for p in lenet5(np.random.default_rng(0)).parameters.values())
    61706
    """
    return build([*LENET5[:-1], Full(classes)], image, rng, initialize, dtype)


def vgg16(rng=0, image=(224, 224, 3), width=1.0, classes=1000, dtype=np.float32):
    """VGG16; 553 MB of weights at full width on 224 x 224 images.

    width  share of the filters of every convolution, > 0

    Source: Simonyan and Zisserman 2015, configuration D; He et al. 2015 (weights) [C-5.2b,
    C-4.3b].

    >>> small = vgg16(np.random.default_rng(0), image=(32, 32, 3), width=0.125, classes=10)
    >>> small.layers[0].K.value.shape
    (3, 3, 3, 8)
    """
    return build(vgg16_layers(width, classes), image, rng, he_normal, dtype)
