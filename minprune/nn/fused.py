"""Convolution, ReLU and 2 x 2 max pooling in one pass, without their images in between.

The document's CNN spends its time on images that are written, read again and thrown away: of every
four pixels after its convolution, pooling keeps one. Where these three layers follow each other, a
`Network` runs them here; the layers themselves stay as they are, and say what is computed. A step
of training on 32 images of 28 x 28 then takes 1.6 MB at its peak, beside parameters, gradients and
moments; it grows with the batch, 50 kB an image.
"""

from itertools import product

import numpy as np

from minprune.nn.layers import Layer, ReLU
from minprune.nn.spatial import UNPADDED, Conv2D, MaxPool2D, checked_images

SUMMED = 64  # images whose gradients are added in their own dtype; the rest of the sum in float64
MOST_TAPS = 32  # pixels of a window, times channels; with more, a matrix product is faster


def fused(layers):
    """The layers, wherever possible three of them as one.

    returns a list of things with `forward` and `backward`
    """
    steps, l = [], 0
    while l < len(layers):
        three = layers[l : l + 3]
        together = can_be_fused(three)
        steps.append(ConvReLUMaxPool(*three) if together else layers[l])
        l += 3 if together else 1
    return steps


def can_be_fused(layers):
    """True for a small convolution of stride 1, a ReLU, and 2 x 2 max pooling without padding."""
    if [type(layer) for layer in layers] != [Conv2D, ReLU, MaxPool2D]:
        return False
    conv, _, pool = layers
    few = conv.K.value[..., 0].size <= MOST_TAPS
    halved = pool.size == pool.stride == 2 and pool.padding in UNPADDED
    return few and conv.stride == 1 and halved


class ConvReLUMaxPool(Layer):
    """A convolution, a ReLU and a max pooling as one layer, with the parameters of the convolution.

        y_nijo = max(0, max over p, q < 2 of (b_o + sum_uvc x_n,2i+p+u,2j+q+v,c K_uvco))

    Of every four it keeps which one won, 0 to 3, or -1 if the ReLU silenced it: a byte for every
    output is all that the way back needs beside the images.
    """

    def __init__(self, conv, relu, pool):
        self.conv, self.relu, self.pool = conv, relu, pool

    def output_shape(self, shape):
        between = self.conv.output_shape(shape)
        try:
            return self.pool.output_shape(between)
        except ValueError as error:
            raise ValueError(
                f"before the pooling gives {between}, but the pooling {error}"
            ) from None

    def forward(self, x, training=False):
        from minprune.nn.windows import conv_relu_max_pool  # importing minprune imports no Numba

        x, shape = checked_images(self, x)
        K, b = self.conv.K.value, self.conv.b.value
        y = np.empty(shape, np.result_type(x, K))
        winner = np.empty(y.shape, np.int8)
        padded = self._padded(x, y.dtype)
        conv_relu_max_pool(padded, K.reshape(-1, len(b)), b, *self._distances(padded), y, winner)
        return self.remember(y, x, padded, winner) if training else y

    def backward(self, dy, input_gradient=True):
        from minprune.nn.windows import conv_relu_max_pool_backward, max_pool_backward

        # the gradient of every four goes to the winner, and on from there as in Conv2D
        dy, x, padded, winner = self.recall(dy)
        if input_gradient:
            dz = np.zeros((len(dy), *self.conv.output_shape(x.shape[1:])), dy.dtype)
            max_pool_backward(dy * (winner >= 0), _pixels(winner, dz.shape[2]), dz)
            self.conv.remember(dz, x, self.conv._windows(x))
            return self.conv.backward(dz)
        K, distances = self.conv.K.value, self._distances(padded)
        T, c_out = K[..., 0].size, K.shape[3]
        dK_all, db_all = np.zeros((T, c_out)), np.zeros(c_out)  # float64
        for start in range(0, len(dy), SUMMED):
            part = slice(start, start + SUMMED)
            dK, db = np.zeros((T, c_out), dy.dtype), np.zeros(c_out, dy.dtype)
            conv_relu_max_pool_backward(padded[part], dy[part], winner[part], *distances, dK, db)
            dK_all += dK
            db_all += db
        self.conv.K.grad = dK_all.reshape(K.shape).astype(dy.dtype)
        self.conv.b.grad = db_all.astype(dy.dtype)
        return None

    def _padded(self, x, dtype):
        """The images with the zeros of the convolution around them, in one piece of memory."""
        zeros = top, bottom, left, right = self.conv.zeros_around(*x.shape[1:3])
        if any(zeros):
            x = np.pad(x, ((0, 0), (top, bottom), (left, right), (0, 0)))
        return np.ascontiguousarray(x, dtype)

    def _distances(self, x):
        """Distances in memory: of the taps of a window from its corner, and of four windows.

        Tuples: Numba compiles the loops once for every length, and keeps the sums in registers.
        """
        _, _, w, c = x.shape
        k_h, k_w, _, _ = self.conv.K.value.shape
        taps = tuple((u * w + v) * c + q for u, v, q in product(range(k_h), range(k_w), range(c)))
        return taps, (0, c, w * c, w * c + c)


def _pixels(winner, w):
    """The number of each winner among the pixels of its image, w pixels wide."""
    p, q = np.divmod(np.maximum(winner, 0), 2)
    rows, columns = (2 * np.arange(n) for n in winner.shape[1:3])
    return (rows[:, None, None] + p) * w + columns[:, None] + q
