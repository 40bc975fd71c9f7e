"""A convolution, the ReLU and the max pooling behind it in one pass, by the loops of `direct`.

A network spends its time on images that are written, read again and thrown away: of every four
pixels after its convolution, pooling keeps one. Where these layers follow each other, a `Network`
runs them here; the layers themselves stay as they are, and say what is computed. `layer_by_layer`
runs those instead.
"""

from contextlib import contextmanager
from contextvars import ContextVar

import numpy as np

from minprune.nn.layers import Layer, ReLU
from minprune.nn.spatial import UNPADDED, Conv2D, MaxPool2D, checked_images

SUMMED = 64  # images whose gradients are added in their own dtype
STRIDES = range(1, 17)  # the loops are compiled for each distance, in longer code the longer it is

_plain = ContextVar("plain", default=False)


@contextmanager
def layer_by_layer():
    """Run each layer by itself, as the text of `layers` and `spatial` says, in this thread."""
    token = _plain.set(True)
    try:
        yield
    finally:
        _plain.reset(token)


def fused(layers):
    """The layers; a convolution together with the ReLU and the max pooling behind it.

    returns a list of things with `forward` and `backward`
    """
    if _plain.get():
        return layers
    steps, l = [], 0
    while l < len(layers):
        n = taken(layers[l : l + 3])
        steps.append(Convolution(*layers[l : l + n]) if n else layers[l])
        l += max(n, 1)
    return steps


def taken(layers):
    """How many of up to three layers, from the first on, run as one `Convolution`."""
    kinds = [type(layer) for layer in layers]  # a subclass may compute anything
    if kinds[0] is Conv2D and layers[0].stride not in STRIDES:
        return 0
    if kinds[:2] != [Conv2D, ReLU]:
        return int(kinds[0] is Conv2D)
    pool = layers[2] if kinds[2:] == [MaxPool2D] else None
    halves = pool is not None and pool.size == pool.stride == 2 and pool.padding in UNPADDED
    return 3 if halves else 2


class Convolution(Layer):
    """A convolution, perhaps a ReLU, perhaps a 2 x 2 max pooling, as one layer.

        y_nijo = max(0, max over p, q < 2 of (b_o + sum_uvc x_n,2i+p+u,2j+q+v,c K_uvco))

    Behind a pooling it keeps which of every four has won, 0 to 3, or -1 if the ReLU silenced it: a
    byte for every output is all that the way back needs beside the images.
    """

    def __init__(self, conv, relu=None, pool=None):
        self.conv, self.relu, self.pool = conv, relu, pool

    def output_shape(self, shape):
        between = self.conv.output_shape(shape)
        if self.pool is None:
            return between
        try:
            return self.pool.output_shape(between)
        except ValueError as error:
            raise ValueError(
                f"before the pooling gives {between}, but the pooling {error}"
            ) from None

    def forward(self, x, training=False):
        from minprune.nn.products import copies_of_images  # importing minprune imports no Numba
        from minprune.nn.reuse import reused

        x, shape = checked_images(self, x)
        conv, K, zeros = self.conv, self.conv.K.value, self.conv.zeros_around(*x.shape[1:3])
        if 0 in K.shape or conv.b.value.shape != K.shape[3:] or min(zeros) < 0:
            raise ValueError(f"{conv} has parameters or a padding that do not fit together")
        dtype = np.result_type(x, K)
        x, y = np.ascontiguousarray(x, dtype), reused(shape, dtype)
        winner = None if self.pool is None else reused(shape, np.int8)
        copies = copies_of_images(x.shape, zeros, dtype)
        copied = self._convolve(x, copies, y, winner, training)
        if not training:
            return y
        silent = None if self.relu is None or winner is not None else y
        read = conv.stride, conv.output_shape(x.shape[1:])  # attributes may change meanwhile
        return self.remember(y, (x.shape, K.shape), read, copies, copied, silent, winner)

    def _convolve(self, x, copies, y, winner, keep):
        """Write y and winner; returns the padded copies, if they are to `keep`."""
        from minprune.nn.products import convolve, forward_products, sizes

        K, stride = self.conv.K.value.astype(y.dtype, copy=False), self.conv.stride
        windows = self.conv.output_shape(x.shape[1:])[:2]
        tile = sizes(windows[1], K.shape[3], y.dtype)
        products = forward_products(K, stride, copies, x.shape[1], windows, y.shape[2], tile)
        floor = 0.0 if self.relu is not None and self.pool is None else -np.inf
        source = x, None, None, None
        return convolve(tile, stride, products, source, x.shape[1:], copies, self.conv.b.value,
                        y, winner, floor, keep)  # fmt: skip

    def backward(self, dy, input_gradient=True):
        from minprune.nn import products as p
        from minprune.nn.reuse import reused

        # as in Conv2D, with dL/dy = 0 where the ReLU was silent or another pixel has won
        dy, shapes, (stride, windows), copies, x, silent, winner = self.recall(dy)
        (N, *image), K_shape = shapes
        K, zeros, dtype = self.conv.K.value, (copies.top, 0, copies.left, 0), x.dtype
        K = K.astype(dtype, copy=False)
        if K.shape != K_shape:
            raise ValueError(f"K had the shape {K_shape} in the forward, now it has {K.shape}")
        back = p.copies_of_gradients((N, *windows), image[:2], K.shape[:2], stride, zeros, dtype)
        tile = p.sizes(image[1], image[2], dtype)
        dx, products = np.empty((N, 0, 0, 0), dtype), p.no_products(dtype)
        if input_gradient:
            dx = reused((N, *image), dtype)
            if stride > 1:  # some pixels may be in no window
                dx[...] = 0
            products = p.image_products(K, stride, zeros, back, windows[0], image[:2], tile)
        db = np.empty((N, back.planes * back.block), dtype)
        source = np.ascontiguousarray(dy, dtype), silent, winner, db
        dy = p.convolve(tile, 1, products, source, dy.shape[1:], back,
                        np.zeros(image[2], dtype), dx)  # fmt: skip
        gradients = []
        for n in range(0, max(N, 1), SUMMED):
            some = [c._replace(images=min(SUMMED, N - n)) for c in (copies, back)]
            parts = x[n * copies.image :], some[0], dy[n * back.image :], some[1], db
            gradients.append(p.kernel_gradient(K.shape, stride, image[0], windows[:2], *parts))
        self.conv.K.grad = gradients[0] if N <= SUMMED else np.sum(gradients, 0, np.float64)
        self.conv.b.grad = db[:, : K.shape[3]].sum(axis=0, dtype=np.float64).astype(dtype)
        return dx if input_gradient else None
