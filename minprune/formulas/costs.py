"""The cost of a network from its shapes alone: parameters and multiply-accumulates (MACs).

A MAC is one product added to a sum; biases, activations and pooling are not counted as MACs.
"""

import math
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from minprune.arguments import above_zero, layer_widths, listed, one_of, shape_of, whole_number


def mlp_parameters(widths):
    """Parameters of a multilayer perceptron, biases included.

        n = sum_l (n_{l-1} + 1) * n_l

    widths  sequence of at least two ints >= 1, input first
    returns an int

    Source: [A-1, A-5.5].

    >>> mlp_parameters([784, 64, 10])
    50890
    """
    return sum((n_in + 1) * n_out for n_in, n_out in pairwise(layer_widths("widths", widths)))


def mlp_macs(widths):
    """Multiply-accumulates of one sample through a multilayer perceptron; biases are not counted.

        MACs = sum_l n_{l-1} * n_l

    widths  sequence of at least two ints >= 1, input first
    returns an int

    They are linear in the depth and quadratic in the width. A dense product multiplies zeros too.

    Source: [A-1, C-9.1].

    >>> mlp_macs([784, 64, 10])
    50816
    """
    return sum(n_in * n_out for n_in, n_out in pairwise(layer_widths("widths", widths)))


def mlp_hidden_width(parameters, n_in, n_out):
    """The hidden width at which an n_in - h - n_out perceptron has this many parameters.

        n = (n_in + 1) h + (h + 1) n_out   =>   h = (n - n_out) / (n_in + n_out + 1)

    parameters   number of parameters, biases included
    n_in, n_out  input and output width
    returns a Fraction; no such network exists unless it is a whole number >= 1

    Source: [A-5.5].

    >>> mlp_hidden_width(50890, 784, 10)
    Fraction(64, 1)
    >>> mlp_hidden_width(784096, 784, 10).denominator
    265
    """
    n = whole_number("parameters", parameters, 1)
    n_in, n_out = whole_number("n_in", n_in, 1), whole_number("n_out", n_out, 1)
    return Fraction(n - n_out, n_in + n_out + 1)


def ranking_cost(weights, samples):
    """Cost of ranking the weights once, relative to one epoch of training.

        n log2(n) comparisons / (3 n N MACs)  =  log2(n) / (3 N)

    weights  n >= 1
    samples  N >= 1; forward and the two products of backward take about n MACs a sample each
    returns a float: ranking is next to nothing, training again is what pruning costs

    Source: [A-2.5, our count].

    >>> ranking_cost(weights=1024, samples=1000)
    0.0033333333333333335
    """
    n, samples = whole_number("weights", weights, low=1), whole_number("samples", samples, low=1)
    return math.log2(n) / (3 * samples)


# --- convolutional networks ----------------------------------------------------------------------


def output_size(size, kernel, stride=1, padding="valid"):
    """Output length of a convolution or a pooling along one axis.

        valid: floor((size - kernel) / stride) + 1          same: ceil(size / stride)

    size, kernel, stride  whole numbers >= 1; valid: kernel <= size
    padding               "valid" (none) or "same" (zeros around, so that stride 1 keeps the size)
    returns an int

    Source: [D-1.2a, D-1.2b].

    >>> output_size(28, 3), output_size(26, 2, stride=2), output_size(224, 3, padding="same")
    (26, 13, 224)
    """
    size, stride = whole_number("size", size, low=1), whole_number("stride", stride, low=1)
    kernel = whole_number("kernel", kernel, low=1)
    if one_of("padding", padding, ("valid", "same")) == "same":
        return -(-size // stride)
    return (size - whole_number("kernel", kernel, low=1, high=size)) // stride + 1


def conv_parameters(k_h, k_w, c_in, c_out):
    """Parameters of a convolution, biases included.

        n = k_h k_w c_in c_out + c_out

    k_h, k_w, c_in, c_out  shape of the kernel, whole numbers >= 1
    returns an int

    Source: [D-1.2a, C-5.2b].

    >>> conv_parameters(3, 3, 1, 32)
    320
    """
    k_h, k_w, c_in, c_out = _sizes(k_h=k_h, k_w=k_w, c_in=c_in, c_out=c_out)
    return (k_h * k_w * c_in + 1) * c_out


def conv_macs(height, width, k_h, k_w, c_in, c_out):
    """Multiply-accumulates of one image through a convolution.

        MACs = H' W' k_h k_w c_in c_out

    height, width          H' and W', of the OUTPUT; see `output_size`
    k_h, k_w, c_in, c_out  shape of the kernel
    returns an int

    Source: [D-1.2a, C-5.2b].

    >>> conv_macs(26, 26, 3, 3, 1, 32)
    194688
    """
    return math.prod(_sizes(height=height, width=width, k_h=k_h, k_w=k_w, c_in=c_in, c_out=c_out))


class Conv(NamedTuple):
    """Convolution with square kernels, stride 1, in the description of a network."""

    filters: int
    kernel: int = 3
    padding: str = "same"


class Pool(NamedTuple):
    """Pooling over squares that do not overlap, in the description of a network."""

    size: int = 2
    padding: str = "valid"


class Full(NamedTuple):
    """Fully connected layer, in the description of a network."""

    units: int


class Cost(NamedTuple):
    """Parameters and multiply-accumulates of one layer."""

    parameters: int
    macs: int
    output: tuple


def network_costs(layers, image):
    """Cost of every layer of a convolutional network, one after the other.

        parameters and MACs of each layer from the shape that the one before gives

    layers  list of `Conv`, `Pool` and `Full`, such as `vgg16_layers()`; a `Full` flattens
    image   (height, width, channels)
    returns a list of `Cost`: parameters, MACs, and the shape of the output

    Source: [C-5.2b, C-4.3b, D-5.2b].

    >>> [cost.parameters for cost in network_costs(DOCUMENT_CNN, (28, 28, 1))]
    [320, 0, 346176, 650]
    >>> sum(cost.macs for cost in network_costs(vgg16_layers(), (224, 224, 3)))
    15470264320
    """
    shape, costs = shape_of("image", image), []
    if len(shape) != 3:
        raise ValueError(f"image must be (height, width, channels), got {shape}")
    for l, layer in enumerate(listed("layers", layers, "Conv, Pool and Full")):
        if type(layer) not in _COST:
            raise TypeError(f"layers[{l}] must be a Conv, Pool or Full, got {layer!r}")
        if len(shape) != 3 and not isinstance(layer, Full):
            raise ValueError(f"layers[{l}] must be a Full after a Full, got {layer!r}")
        costs.append(_COST[type(layer)](layer, shape))
        shape = costs[-1].output
    return costs


def vgg16_layers(width=1.0, classes=1000):
    """The layers of VGG16, all of its convolutions made wider or narrower.

        filters = width * (64, 64 | 128, 128 | 256, 256, 256 | 512, 512, 512 | 512, 512, 512)

    width    share of the filters kept, > 0; 0.5 is the pruning of C-4.3. Each number of filters is
             rounded, a half to the even one, and at least 1
    classes  outputs of the last layer
    returns a list for `network_costs`

    Half of the filters leave 55 % of all parameters and a quarter of the convolutions' MACs.

    Source: Simonyan and Zisserman 2015, configuration D [C-5.2b, C-4.3b].

    >>> sum(cost.parameters for cost in network_costs(vgg16_layers(width=0.5), (224, 224, 3)))
    75942792
    """
    layers, width = [], above_zero("width", width)
    for repeats, filters in ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512)):
        layers += [Conv(max(round(width * filters), 1))] * repeats + [Pool(2)]
    return [*layers, Full(4096), Full(4096), Full(whole_number("classes", classes, low=1))]


LENET5 = (Conv(6, 5), Pool(2), Conv(16, 5, "valid"), Pool(2), Full(120), Full(84), Full(10))
DOCUMENT_CNN = (Conv(32, kernel=3, padding="valid"), Pool(2), Full(64), Full(10))  # D-5.2b


def _conv_cost(layer, shape):
    height, width, c_in = shape
    k, c_out = layer.kernel, layer.filters
    height, width = (output_size(side, k, 1, layer.padding) for side in (height, width))
    macs = conv_macs(height, width, k, k, c_in, c_out)
    return Cost(conv_parameters(k, k, c_in, c_out), macs, (height, width, c_out))


def _pool_cost(layer, shape):
    height, width, c = shape
    height, width = (
        output_size(side, layer.size, layer.size, layer.padding) for side in (height, width)
    )
    return Cost(0, 0, (height, width, c))  # a pooling layer has no parameters


def _full_cost(layer, shape):
    widths = [math.prod(shape), whole_number("units", layer.units, low=1)]
    return Cost(mlp_parameters(widths), mlp_macs(widths), (layer.units,))


_COST = {Conv: _conv_cost, Pool: _pool_cost, Full: _full_cost}


def _sizes(**sizes):
    return [whole_number(name, size, low=1) for name, size in sizes.items()]
