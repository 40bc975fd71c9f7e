"""Layers: forward, and right below it backward, with its derivation.

`forward(x, training=True)` remembers what `backward` needs; with training=False a layer remembers
nothing and may be used from several threads. `backward(dy)` takes dL/dy, of the shape of the y
that the last forward with training=True gave, fills the gradients of the layer's parameters and
returns dL/dx. L is the loss, a single number. `output_shape(shape)` says what a layer makes of a
sample, without the axis N.
"""

import math
from typing import ClassVar

import numpy as np

from minprune.arguments import (
    finite_array,
    finite_number,
    fraction,
    generator,
    number_array,
    real_array,
)
from minprune.nn.initializers import glorot_uniform
from minprune.nn.parameter import Parameter


class Layer:
    """Base of all layers; by default a layer has no parameters and keeps the shape.

    A layer states what saving, shrinking, scoring, costs and the sparse engine need to know of it:

    learned      names of its parameters, the weight first
    running      names of the arrays that training updates without a gradient
    options      names of the numbers, words and pairs of numbers that it is made with
    weight       the `Parameter` that pruning acts on, (..., units in, units out); None: it has none
    elementwise  each number of y depends on one number of x, and on constants of its channel
    channelwise  each channel of y depends on the same channel of x alone, so units keep their place

    `class Swish(Activation, known=True)` is a new kind of layer that can be saved and loaded. A
    subclass without `known=True` may compute anything: it can be trained, but not saved.
    """

    learned: ClassVar = ()
    running: ClassVar = ()
    options: ClassVar = ()
    weight = None
    elementwise = channelwise = False
    known: ClassVar = {}  # every kind of layer by its name
    _last = None

    def __init_subclass__(cls, known=False):
        if known:
            Layer.known[cls.__name__] = cls

    @property
    def parameters(self):
        return {name: getattr(self, name) for name in self.learned}

    @property
    def statistics(self):
        return {name: getattr(self, name) for name in self.running}

    def __repr__(self):
        sizes = [str(n) for p in [*self.parameters.values()][:1] for n in p.value.shape]
        options = [f"{name}={getattr(self, name)!r}" for name in self.options]
        return f"{type(self).__name__}({', '.join(sizes + options)})"

    def output_shape(self, shape):
        return shape

    def remember(self, y, *needed):
        """Keep what the backward of this forward needs, and what its y looks like; return y."""
        self._last = y.shape, y.dtype, needed
        return y

    def recall(self, dy):
        """dy as an array of the dtype of y, and then what `remember` was given.

        `ValueError` unless dy has the shape of y: loops would read or write past an array, and
        NumPy would stretch dy in silence.
        """
        if self._last is None:
            raise ValueError(f"backward of {self} needs a forward(x, training=True) before it")
        shape, dtype, needed = self._last
        dy = real_array("dy", dy)
        if dy.shape != shape:
            raise ValueError(
                f"dy must have the shape {shape} of the last training output of {self}, "
                f"got {dy.shape}"
            )
        if dy.dtype != dtype:
            dy = dy.astype(np.result_type(dtype, np.float32))  # y may be of whole numbers
        return dy, *needed


def is_known(layer):
    """True if a layer is of a known kind, not of a subclass of one, which may do anything."""
    return type(layer) in Layer.known.values()


class Dense(Layer, known=True):
    """Fully connected layer.

        y = x W + b

    x (N, n_in), W (n_in, n_out), b (n_out,), y (N, n_out); unit j is column j of W.
    `Dense.random` draws W, Glorot uniform unless told otherwise, and sets b to zero.

    Source: [D-1.2c].

    >>> Dense(W=[[1.0, 0.0], [0.0, 2.0]], b=[0.5, 0.5]).forward(np.array([[1.0, 1.0]]))
    array([[1.5, 2.5]])
    """

    learned: ClassVar = ("W", "b")

    def __init__(self, W, b):
        self.W = Parameter(finite_array("W", W))
        self.b = Parameter(finite_array("b", b).astype(self.W.value.dtype))
        if self.W.value.ndim != 2 or self.b.value.shape != self.W.value.shape[1:]:
            raise ValueError(
                "W must be (n_in, n_out) and b (n_out,), "
                f"got {self.W.value.shape} and {self.b.value.shape}; Dense.random draws them"
            )

    @property
    def weight(self):
        return self.W

    @property
    def n_in(self):
        return self.W.value.shape[0]

    @property
    def n_out(self):
        return self.W.value.shape[1]

    @classmethod
    def random(cls, n_in, n_out, rng, initialize=glorot_uniform, dtype=np.float32):
        """A layer with random weights and zero biases."""
        return cls(initialize(n_in, n_out, rng, dtype), np.zeros(n_out, dtype))

    def output_shape(self, shape):
        """(n_out,) from (n_in,); `ValueError` if the layer cannot take that."""
        if shape != (self.n_in,):
            raise ValueError(f"takes {self.n_in} inputs")
        return (self.n_out,)

    def forward(self, x, training=False):
        x = number_array("x", x)
        if x.ndim != 2 or x.shape[1] != self.n_in:
            raise ValueError(f"x must be (N, {self.n_in}), got {x.shape}")
        y = x @ self.W.value
        y += self.b.value
        return self.remember(y, x) if training else y

    def backward(self, dy, input_gradient=True):
        # y_nj = sum_i x_ni W_ij + b_j, so by the chain rule
        #   dL/dW_ij = sum_n x_ni dL/dy_nj      dL/db_j = sum_n dL/dy_nj
        #   dL/dx_ni = sum_j dL/dy_nj W_ij
        dy, x = self.recall(dy)
        self.W.grad = None  # or the old and the new one would both take memory
        self.W.grad = x.T @ dy  # (n_in, N) @ (N, n_out)
        self.b.grad = dy.sum(axis=0)  # (n_out,)
        return dy @ self.W.value.T if input_gradient else None  # (N, n_out) @ (n_out, n_in)


class Activation(Layer):
    """A layer without parameters that applies one function to every number.

    curve  the function in numbers, for the sparse engine:
           ("bent", a): x where x > 0, else a x;  ("tanh", a, b, c): b tanh(a x) + c
    """

    elementwise = channelwise = True
    curve = None


class ReLU(Activation, known=True):
    """Rectified linear unit.

        y = max(x, 0)

    x and y of any one shape.

    Source: Nair and Hinton 2010 [D-1.2d].

    >>> ReLU().forward(np.array([-1.0, 0.0, 2.0]))
    array([0., 0., 2.])
    """

    curve = "bent", 0.0

    def forward(self, x, training=False):
        y = np.maximum(x, 0)
        return self.remember(y, y > 0) if training else y

    def backward(self, dy, input_gradient=True):
        # dy/dx = 1 where x > 0, which is where y > 0, else 0; at the kink x = 0 we choose 0
        dy, positive = self.recall(dy)
        return dy * positive if input_gradient else None


class LeakyReLU(Activation, known=True):
    """Leaky rectified linear unit: a ReLU that lets a little of the negative numbers through.

        y = x if x > 0 else a x

    slope  a, finite; 0 makes it a ReLU
    x and y of any one shape.

    Source: Maas, Hannun and Ng 2013.

    >>> LeakyReLU(0.25).forward(np.array([-1.0, 0.0, 2.0]))
    array([-0.25,  0.  ,  2.  ])
    """

    options: ClassVar = ("slope",)

    def __init__(self, slope=0.01):
        self.slope = finite_number("slope", slope)

    @property
    def curve(self):
        return "bent", self.slope

    def forward(self, x, training=False):
        x = real_array("x", x)
        factor = np.where(x > 0, x.dtype.type(1), x.dtype.type(self.slope))
        return self.remember(x * factor, factor) if training else x * factor

    def backward(self, dy, input_gradient=True):
        # dy/dx = 1 where x > 0, else a; at the kink x = 0 we choose a
        dy, factor = self.recall(dy)
        return dy * factor if input_gradient else None


class Sigmoid(Activation, known=True):
    """Logistic sigmoid.

        y = 1 / (1 + exp(-x))

    x and y of any one shape.

    Source: [D-1.2d].

    >>> Sigmoid().forward(np.array([0.0]))
    array([0.5])
    """

    curve = "tanh", 0.5, 0.5, 0.5

    def forward(self, x, training=False):
        y = (1 + np.tanh(x / 2)) / 2  # the same, cannot overflow, and passes a NaN on
        return self.remember(y, y) if training else y

    def backward(self, dy, input_gradient=True):
        # dy/dx = y (1 - y)
        dy, y = self.recall(dy)
        return dy * y * (1 - y) if input_gradient else None


class Tanh(Activation, known=True):
    """Hyperbolic tangent.

        y = tanh(x)

    x and y of any one shape.

    Source: [D-1.2d].

    >>> Tanh().forward(np.array([0.0]))
    array([0.])
    """

    curve = "tanh", 1.0, 1.0, 0.0

    def forward(self, x, training=False):
        y = np.tanh(x)
        return self.remember(y, y) if training else y

    def backward(self, dy, input_gradient=True):
        # dy/dx = 1 - y^2
        dy, y = self.recall(dy)
        return dy * (1 - y**2) if input_gradient else None


class Flatten(Layer, known=True):
    """Images to vectors, for the way from a convolution to a dense layer.

        y_n,(i W + j) C + c = x_nijc

    x (N, H, W, C), y (N, H W C): pixel by pixel, the channels of a pixel together.

    Source: [D-5.2b].

    >>> Flatten().forward(np.zeros((2, 13, 13, 32))).shape
    (2, 5408)
    """

    def output_shape(self, shape):
        return (math.prod(shape),)

    def forward(self, x, training=False):
        y = x.reshape(len(x), math.prod(x.shape[1:]))
        return self.remember(y, x.shape) if training else y

    def backward(self, dy, input_gradient=True):
        dy, shape = self.recall(dy)
        return dy.reshape(shape) if input_gradient else None


class Dropout(Layer, known=True):
    """Dropout: while training, numbers are set to 0 at random, and the rest are scaled up.

        y = x r / (1 - p),  r = 0 with probability p, else 1          afterwards y = x

    rate  p, 0 <= p < 1
    rng   numpy.random.Generator, or the seed of one

    Source: Srivastava et al. 2014, in the "inverted" form, which leaves inference alone.

    >>> Dropout(0.5, np.random.default_rng(0)).forward(np.ones(2))
    array([1., 1.])
    """

    options: ClassVar = ("rate",)
    elementwise = channelwise = True

    def __init__(self, rate, rng):
        self.rate, self.rng = fraction("rate", rate), generator("rng", rng)

    def forward(self, x, training=False):
        if not training:
            return x
        x = real_array("x", x)
        kept = self.rng.random(x.shape, dtype=np.float32) >= self.rate
        factor = kept * x.dtype.type(1 / (1 - self.rate))
        return self.remember(x * factor, factor)

    def backward(self, dy, input_gradient=True):
        # dy/dx = r / (1 - p), with the r of this forward
        dy, factor = self.recall(dy)
        return dy * factor if input_gradient else None
