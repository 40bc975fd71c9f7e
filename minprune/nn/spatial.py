"""Layers for images (N, H, W, C): convolution and pooling, forward and right below it backward.

The loops over windows stand in `windows`, which Numba compiles on the first call; the version to
read first is `formulas.convolution`.
"""

from typing import ClassVar

import numpy as np

from minprune.arguments import finite_array, one_of, real_array, whole_number
from minprune.nn.initializers import glorot_uniform
from minprune.nn.layers import Layer
from minprune.nn.parameter import Parameter

ROWS_AT_A_TIME = 1 << 24  # bytes of windows held at a time, however large the batch
UNPADDED = "valid", 0, (0, 0)  # the paddings that add nothing to any image


def checked_padding(padding):
    """The padding as a layer keeps it: a word, a number, or a pair (rows, columns) as a tuple."""
    if isinstance(padding, str):
        return one_of("padding", padding, ("valid", "same"))
    if not isinstance(padding, tuple | list):
        return whole_number("padding", padding, low=0)
    pair = tuple(whole_number("padding", zeros, low=0) for zeros in padding)
    if len(pair) != 2:
        raise ValueError(f"padding must be a number or a pair (rows, columns), got {pair}")
    return pair


def zeros_around(padding, image, window, stride):
    """Rows and columns of zeros: above, below, on the left, on the right.

    image   (H, W)
    window  (k_h, k_w)
    """
    if padding == "same":
        sides = []
        for size, k in zip(image, window, strict=True):
            needed = max((-(-size // stride) - 1) * stride + k - size, 0)
            sides += [needed // 2, needed - needed // 2]  # an odd one goes below, or right
        return tuple(sides)
    if not isinstance(padding, tuple):
        padding = (0, 0) if padding == "valid" else (padding, padding)
    rows, columns = padding
    return rows, rows, columns, columns


class _OverWindows(Layer):
    """Base of convolution and pooling: windows of an image, `stride` apart, `padding` around it."""

    def zeros_around(self, h, w):
        """Rows and columns of zeros: above, below, on the left, on the right."""
        return zeros_around(self.padding, (h, w), self._window, self.stride)

    def _positions(self, h, w):
        """H' and W', the number of windows along each axis; `ValueError` if not one fits."""
        k_h, k_w = self._window
        top, bottom, left, right = self.zeros_around(h, w)
        h, w = h + top + bottom - k_h, w + left + right - k_w
        if h < 0 or w < 0:
            raise ValueError(f"takes images of at least {k_h} x {k_w} pixels, padding included")
        return h // self.stride + 1, w // self.stride + 1


class Conv2D(_OverWindows, known=True):
    """Convolution layer (strictly a cross-correlation).

        y_nijo = b_o + sum_uvc x_n,si+u-t,sj+v-l,c K_uvco

    x (N, H, W, c_in), K (k_h, k_w, c_in, c_out), b (c_out,), y (N, H', W', c_out); filter o is
    K[..., o]; s is the stride, t and l the zeros added above and on the left.

    stride   >= 1
    padding  "valid": none; "same": so that H' = ceil(H / s), an odd zero below and right; a number
             of zeros for every side; or a pair: as many above as below, as many left as right

    `Conv2D.random` draws K, Glorot uniform unless told otherwise, and sets b to zero.

    Source: LeCun et al. 1989 [D-1.2a].

    >>> layer = Conv2D(K=np.ones((2, 2, 1, 1)), b=[0.5])
    >>> layer.forward(np.arange(9.0).reshape(1, 3, 3, 1))[0, :, :, 0]
    array([[ 8.5, 12.5],
           [20.5, 24.5]])
    """

    learned: ClassVar = ("K", "b")
    options: ClassVar = ("stride", "padding")

    def __init__(self, K, b, stride=1, padding="valid"):
        self.K = Parameter(finite_array("K", K))
        self.b = Parameter(finite_array("b", b).astype(self.K.value.dtype))
        shape = self.K.value.shape
        if len(shape) != 4 or 0 in shape or self.b.value.shape != shape[3:]:
            raise ValueError(
                "K must be (k_h, k_w, c_in, c_out), all at least 1, and b (c_out,), "
                f"got {shape} and {self.b.value.shape}; Conv2D.random draws them"
            )
        self.stride = whole_number("stride", stride, low=1)
        self.padding = checked_padding(padding)

    @classmethod
    def random(cls, kernel, c_in, c_out, rng, stride=1, padding="valid",
               initialize=glorot_uniform, dtype=np.float32):  # fmt: skip
        """A layer with random square kernels and zero biases.

        kernel       rows and columns of a kernel
        c_in, c_out  channels of the images it takes, and number of filters
        rng          numpy.random.Generator, or the seed of one
        """
        kernel = whole_number("kernel", kernel, low=1)
        shape = kernel, kernel, c_in, c_out
        K = initialize(kernel**2 * c_in, kernel**2 * c_out, rng, dtype, shape)
        return cls(K, np.zeros(c_out, dtype), stride, padding)

    def output_shape(self, shape):
        """(H', W', c_out) from (H, W, c_in); `ValueError` if the layer cannot take that."""
        *_, c_in, c_out = self.K.value.shape
        if len(shape) != 3 or shape[2] != c_in:
            raise ValueError(f"takes images (H, W, {c_in})")
        return *self._positions(*shape[:2]), c_out

    def forward(self, x, training=False):
        x, shape = checked_images(self, x)
        y = np.empty(shape, np.result_type(x, self.K.value))
        K, windows = self._matrix(), self._windows(x)
        for part in self._parts(x, shape):
            out = y[part].reshape(-1, K.shape[1])  # a view: y is in one piece
            np.matmul(self._rows(x[part], windows, shape), K, out=out)
        y += self.b.value
        return self.remember(y, x, windows) if training else y

    def backward(self, dy, input_gradient=True):
        from minprune.nn.windows import col2im

        # y_ro = sum_t rows_rt K_to + b_o, a dense layer on windows r = (n, i, j), t = (u, v, c):
        #   dL/dK_to = sum_r rows_rt dL/dy_ro    dL/db_o = sum_r dL/dy_ro
        #   dL/drows_rt = sum_o dL/dy_ro K_to, and a pixel gets the sum over the windows it is in
        dy, x, windows = self.recall(dy)
        K = self._matrix()
        dK = np.zeros(K.shape, dy.dtype)
        dx = np.zeros(x.shape, dy.dtype) if input_gradient else None
        for part in self._parts(x, dy.shape):
            dy_rows = dy[part].reshape(-1, K.shape[1])  # (n H' W', c_out)
            dK += self._rows(x[part], windows, dy.shape).T @ dy_rows
            if input_gradient:
                drows = (dy_rows @ K.T).reshape(*dy[part].shape[:3], -1)
                col2im(drows, *windows, dx[part])
        self.K.grad = dK.reshape(self.K.value.shape)
        self.b.grad = dy.sum(axis=(0, 1, 2), dtype=np.float64).astype(dy.dtype)
        return dx

    @property
    def weight(self):
        return self.K

    @property
    def _window(self):
        return self.K.value.shape[:2]

    def _matrix(self):
        """K as a matrix (k_h k_w c_in, c_out)."""
        return self.K.value.reshape(-1, self.K.value.shape[3])

    def _windows(self, x):
        """Position of the windows of images: k_h, k_w, s, and the zeros above and on the left."""
        top, _, left, _ = self.zeros_around(*x.shape[1:3])
        return *self._window, self.stride, top, left

    def _parts(self, x, y_shape):
        """Slices of the batch, such that the windows of a slice take a bounded number of bytes."""
        bytes_an_image = y_shape[1] * y_shape[2] * self.K.value[..., 0].size * x.itemsize
        images = max(ROWS_AT_A_TIME // bytes_an_image, 1)
        return [slice(start, start + images) for start in range(0, len(x), images)]

    def _rows(self, x, windows, y_shape):
        """The windows of some images as rows of a matrix, (n H' W', k_h k_w c_in).

        A matrix, since NumPy multiplies arrays of more axes as many small matrices, many times
        slower.
        """
        from minprune.nn.windows import im2col  # importing minprune must not import Numba

        k_h, k_w, *_ = windows
        rows = np.empty((len(x), *y_shape[1:3], k_h * k_w * x.shape[3]), x.dtype)
        im2col(x, *windows, rows)
        return rows.reshape(-1, rows.shape[3])


class _Pool2D(_OverWindows):
    """Base of both poolings: windows of size x size pixels, cut off where the image ends."""

    options: ClassVar = ("size", "stride", "padding")
    channelwise = True

    def __init__(self, size=2, stride=None, padding="valid"):
        self.size = whole_number("size", size, low=1)
        self.stride = whole_number("stride", self.size if stride is None else stride, low=1)
        self.padding = checked_padding(padding)
        if self.padding != "same" and 2 * max(self.zeros_around(*self._window)) > self.size:
            raise ValueError(
                f"padding must be at most half the size, here {self.size // 2}, so that no window "
                f"lies outside the image, got {self.padding}"
            )

    def output_shape(self, shape):
        """(H', W', C) from (H, W, C); `ValueError` if the layer cannot take that."""
        if len(shape) != 3 or 0 in shape[:2]:
            raise ValueError("takes images (H, W, C) of at least one pixel")
        return *self._positions(*shape[:2]), shape[2]

    @property
    def _window(self):
        return self.size, self.size

    def _windows(self, x):
        """Position of the windows of images: size, stride, and the padding on each side."""
        return self.size, self.stride, self.zeros_around(*x.shape[1:3])


class MaxPool2D(_Pool2D, known=True):
    """Max pooling.

        y_nijc = max over u, v < k of x_n,si+u-t,sj+v-l,c

    x (N, H, W, C), y (N, H', W', C); k is the size, s the stride, t, b, l and r the padding above,
    below, on the left and right. H' = floor((H + t + b - k) / s) + 1, and rows that are left over
    are dropped; W' alike.

    stride   >= 1, k unless told otherwise
    padding  as in `Conv2D`, numbers at most k / 2; the maximum is over the pixels inside the image

    The gradient goes to the first of equals; a NaN is passed on.

    Source: [D-1.2b].

    >>> MaxPool2D(2).forward(np.arange(16.0).reshape(1, 4, 4, 1))[0, :, :, 0]
    array([[ 5.,  7.],
           [13., 15.]])
    >>> MaxPool2D(3, 2, padding=1).forward(np.arange(16.0).reshape(1, 4, 4, 1) - 16)[0, :, :, 0]
    array([[-11.,  -9.],
           [ -3.,  -1.]])
    """

    def forward(self, x, training=False):
        from minprune.nn.windows import max_pool

        x, shape = checked_images(self, x)
        y = np.empty(shape, x.dtype)
        pixels = x.shape[1] * x.shape[2]
        argmax = np.empty(y.shape, np.int32 if pixels < 1 << 31 else np.int64)
        max_pool(x, *self._windows(x), y, argmax)
        return self.remember(y, x.shape, argmax) if training else y

    def backward(self, dy, input_gradient=True):
        from minprune.nn.windows import max_pool_backward

        # dy_nijc/dx is 1 at the largest pixel of the window, the first of equals, 0 elsewhere
        dy, x_shape, argmax = self.recall(dy)
        if not input_gradient:
            return None
        dx = np.zeros(x_shape, dy.dtype)
        max_pool_backward(dy, argmax, dx)
        return dx


class AveragePool2D(_Pool2D, known=True):
    """Average pooling.

        y_nijc = sum over u, v < k of x_n,si+u-t,sj+v-l,c / m_ij

    x (N, H, W, C), y (N, H', W', C), k, s, t, l, stride and padding as in `MaxPool2D`. The mean
    is over the pixels inside the image, as in Keras, in ONNX by default, and in PyTorch with
    count_include_pad=False; m_ij is their number, k^2 without padding.

    Source: [D-1.2b].

    >>> AveragePool2D(2).forward(np.arange(16.0).reshape(1, 4, 4, 1))[0, :, :, 0]
    array([[ 2.5,  4.5],
           [10.5, 12.5]])
    >>> AveragePool2D(3, 2, padding=1).forward(np.arange(16.0).reshape(1, 4, 4, 1))[0, :, :, 0]
    array([[ 2.5,  4. ],
           [ 8.5, 10. ]])
    """

    def forward(self, x, training=False):
        from minprune.nn.windows import average_pool

        x, shape = checked_images(self, x)
        y = np.empty(shape, x.dtype)
        windows = self._windows(x)
        average_pool(x, *windows, y)
        return self.remember(y, x.shape, windows) if training else y

    def backward(self, dy, input_gradient=True):
        from minprune.nn.windows import average_pool_backward

        # dy_nijc/dx = 1 / m_ij for every pixel of the window inside the image
        dy, x_shape, windows = self.recall(dy)
        if not input_gradient:
            return None
        dx = np.zeros(x_shape, dy.dtype)
        average_pool_backward(dy, *windows, dx)
        return dx


def checked_images(layer, x):
    """The images as an array that the compiled loops can take, and the shape of what comes out."""
    x = real_array("x", x)
    if x.dtype not in (np.float32, np.float64):
        raise TypeError(f"x must be float32, float64 or whole numbers, got {x.dtype}")
    try:
        return x, (len(x), *layer.output_shape(x.shape[1:]))
    except ValueError as error:
        raise ValueError(f"x must be (N, H, W, C): the layer {error}, got {x.shape}") from None
