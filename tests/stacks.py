"""Small networks of every kind, all of their numbers random, for what must work on any network."""

import numpy as np

from minprune.nn.batchnorm import BatchNorm
from minprune.nn.layers import Dense, Dropout, Flatten, LeakyReLU, ReLU, Sigmoid, Tanh
from minprune.nn.models import cnn, lenet5
from minprune.nn.network import Network
from minprune.nn.spatial import AveragePool2D, Conv2D, MaxPool2D


def conv(filters, kernel=3, stride=1, padding="valid"):
    return lambda shape, rng: Conv2D(
        rng.standard_normal((kernel, kernel, shape[-1], filters)) / kernel,
        rng.standard_normal(filters), stride, padding,
    )  # fmt: skip


def dense(units):
    return lambda shape, rng: Dense(
        rng.standard_normal((shape[0], units)) / np.sqrt(shape[0]), rng.standard_normal(units)
    )


def bn(shape, rng):
    gamma, beta, mean = rng.standard_normal((3, shape[-1]))
    return BatchNorm(gamma, beta, mean, rng.uniform(0.5, 2, shape[-1]))


def relu(shape, rng):
    return ReLU()


def leaky(shape, rng):
    return LeakyReLU(0.25)


def sigmoid(shape, rng):
    return Sigmoid()


def tanh(shape, rng):
    return Tanh()


def dropout(shape, rng):
    return Dropout(0.5, np.random.default_rng(0))


def flatten(shape, rng):
    return Flatten()


def biggest(size=2, stride=None, padding="valid"):
    return lambda shape, rng: MaxPool2D(size, stride, padding)


def average(size=2, stride=None, padding="valid"):
    return lambda shape, rng: AveragePool2D(size, stride, padding)


STACKS = {
    "mlp": ((6,), [dense(7), relu, dense(5), relu, dense(3)]),
    "one hidden layer": ((4,), [dense(5), sigmoid, dense(2)]),
    "tanh": ((6,), [dense(7), tanh, dense(5), sigmoid, dense(4), dropout, dense(3)]),
    "no activation": ((4,), [dense(6), dense(5), dense(3)]),
    "bn between dense": ((6,), [dense(7), bn, relu, dense(5), sigmoid, bn, dense(3)]),
    "bn first": ((6,), [bn, dense(7), leaky, dropout, dense(3)]),
    "one output": ((5,), [dense(4), relu, dense(1)]),
    "valid": ((7, 6, 2), [conv(5), relu, conv(4, 2), relu, flatten, dense(3)]),
    "same": ((6, 5, 2), [conv(5, 3, 1, "same"), relu, conv(4, 3, 1, "same"), tanh, flatten,
                         dense(6), relu, dense(3)]),
    "zeros by number": ((5, 5, 1), [conv(5, 2, 1, 1), sigmoid, conv(4, 3, 1, 2), relu, flatten,
                                    dense(2)]),
    "stride 2": ((9, 8, 2), [conv(5, 3, 2, "same"), leaky, conv(4, 2, 2), relu, flatten, dense(3)]),
    "max pooling": ((8, 8, 1), [conv(4), relu, biggest(), conv(5, 2), relu, biggest(), flatten,
                                dense(3)]),
    "average pooling": ((8, 8, 2), [conv(4), sigmoid, average(), conv(5, 2, 1, "same"), relu,
                                    average(2, 1), flatten, dense(4), relu, dense(3)]),
    "pooling before the activation": ((6, 6, 1), [conv(4), biggest(), tanh, flatten, dense(3)]),
    "bn before flatten": ((6, 6, 2), [conv(4), bn, relu, flatten, dense(5), relu, dense(3)]),
    "bn behind flatten": ((6, 6, 2), [conv(4), relu, biggest(), flatten, bn, dense(5), bn, tanh,
                                      dense(3)]),
    "sigmoid behind flatten": ((5, 5, 1), [bn, conv(4, 2), flatten, sigmoid, dropout, dense(3)]),
    "bn twice": ((6, 6, 2), [conv(4), bn, relu, bn, biggest(3, 1), bn, flatten, bn, dense(3)]),
    "flatten first": ((3, 2, 2), [flatten, dense(6), relu, dense(3)]),
    "convolutions alone": ((5, 5, 2), [conv(4), relu, conv(3, 1), relu, conv(2, 3)]),
}  # fmt: skip
PADDED = {
    "zeros by axis": ((5, 6, 2), [conv(5, 3, 1, (0, 2)), relu, conv(4, 2, 2, (1, 0)), tanh, flatten,
                                  dense(3)]),
    "padded pooling": ((7, 6, 1), [conv(5), relu, biggest(3, 2, 1), conv(4, 2), relu,
                                   biggest(2, 2, (0, 1)), flatten, dense(3)]),
    "padded averages": ((6, 7, 2), [conv(5, 2), sigmoid, average(3, 2, 1), conv(4, 2, 1, (0, 1)),
                                    relu, average(2, 1, "same"), flatten, bn, dense(3)]),
}  # fmt: skip
MODELS = {"lenet5": lenet5, "cnn": cnn}
RANDOM = [f"random {seed}" for seed in range(24)]
NAMES = [*STACKS, *MODELS, *RANDOM, *PADDED]


def random_parts(rng):
    """The shape of a sample, and some layers for it."""

    def perhaps(*parts):
        return [parts[rng.integers(len(parts))]] if rng.random() < 0.6 else []

    def between():
        return perhaps(bn) + perhaps(relu, leaky, sigmoid, tanh) + perhaps(bn, dropout)

    parts, images = perhaps(bn), rng.random() < 0.7
    if images:
        shape = (*rng.integers(8, 11, 2).tolist(), int(rng.integers(1, 4)))
        for _ in range(rng.integers(1, 3)):
            kernel, stride = rng.integers(1, 4), rng.integers(1, 3)
            padding = ("valid", "same", 1, (0, 2))[rng.integers(4)]
            parts += [conv(int(rng.integers(3, 6)), int(kernel), int(stride), padding), *between()]
            parts += perhaps(
                biggest(2, 1), average(2, 1), biggest(3, 1, 1), biggest(2, 1, (1, 0)),
                average(3, 1, "same"), average(2, 1, (0, 1)),
            )  # fmt: skip
            parts += perhaps(bn)
        parts += [flatten, *between()]
    else:
        shape = (int(rng.integers(3, 8)),)
    for _ in range(rng.integers(not images, 3)):
        parts += [dense(int(rng.integers(3, 8))), *between()]
    return shape, [*parts, dense(int(rng.integers(1, 5)))]


def as_dtype(network, dtype):
    """The network with all its numbers in another precision."""
    layers = []
    for layer in network.layers:
        if isinstance(layer, Dense):
            layer = Dense(layer.W.value.astype(dtype), layer.b.value)
        elif isinstance(layer, Conv2D):
            layer = Conv2D(layer.K.value.astype(dtype), layer.b.value, layer.stride, layer.padding)
        elif isinstance(layer, BatchNorm):
            layer = BatchNorm(
                layer.gamma.value.astype(dtype), layer.beta.value, layer.mean, layer.var
            )
        layers.append(layer)
    return Network(layers, network.input_shape)


def stack(name, dtype=np.float64, samples=5):
    """A network by its name, and samples for it."""
    rng = np.random.default_rng(NAMES.index(name))
    if name in MODELS:
        network = MODELS[name](rng, dtype=np.float64)
        for p in network.parameters.values():
            if p.value.ndim == 1:
                p.value = 0.3 * rng.standard_normal(p.value.shape)
        shape = network.input_shape
    else:
        shape, parts = (STACKS | PADDED).get(name) or random_parts(rng)
        layers, at = [], shape
        for part in parts:
            layers.append(part(at, rng))
            at = layers[-1].output_shape(at)
        network = Network(layers, shape)
    x = rng.standard_normal((samples, *shape))
    return as_dtype(network, dtype), x.astype(dtype)


def silenced(network, x, keeps):
    """The outputs if no layer heard the units that are not kept: what it reads of them is 0."""
    h = 0
    for layer in network.layers:
        if isinstance(layer, Dense | Conv2D):
            if h:
                x = x.copy()
                for j in range(x.shape[-1]):  # behind a Flatten the channels of a pixel together
                    if not keeps[h - 1][j % len(keeps[h - 1])]:
                        x[..., j] = 0
            h += 1
        x = layer.forward(x)
    return x
