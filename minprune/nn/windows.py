"""The loops of convolution and pooling, compiled by Numba: NumPy has no call for a window.

A window of an image (N, H, W, C) is k_h x k_w pixels, all channels. Row (n, i, j) of its matrix is
the window of image n whose corner is pixel (s i - top, s j - left); outside the image it is zero.
"""

from minprune.jit import jit


@jit
def im2col(x, k_h, k_w, stride, top, left, out):
    """Every window as a row: out[n, i, j, (u, v, c)] = x[n, s i + u - top, s j + v - left, c].

    x    (N, H, W, C)
    out  (N, H', W', k_h * k_w * C), written
    """
    n, h, w, c = x.shape
    for a in range(n):
        for i in range(out.shape[1]):
            for j in range(out.shape[2]):
                t = 0
                for u in range(k_h):
                    y = i * stride + u - top
                    for v in range(k_w):
                        z = j * stride + v - left
                        inside = 0 <= y < h and 0 <= z < w
                        for q in range(c):
                            out[a, i, j, t] = x[a, y, z, q] if inside else 0
                            t += 1


@jit
def col2im(rows, k_h, k_w, stride, top, left, out):
    """The transpose of `im2col`: every entry of a row is added to the pixel that it came from.

    rows  (N, H', W', k_h * k_w * C)
    out   (N, H, W, C), added to
    """
    n, h, w, c = out.shape
    for a in range(n):
        for i in range(rows.shape[1]):
            for j in range(rows.shape[2]):
                for u in range(k_h):
                    y = i * stride + u - top
                    for v in range(k_w):
                        z = j * stride + v - left
                        if 0 <= y < h and 0 <= z < w:
                            t = (u * k_w + v) * c
                            for q in range(c):
                                out[a, y, z, q] += rows[a, i, j, t + q]


@jit
def max_pool(x, size, stride, out, argmax):
    """The largest pixel of every window and where it is: argmax = size * u + v, first of equals.

    x            (N, H, W, C)
    out, argmax  (N, H', W', C), written
    """
    for a in range(out.shape[0]):
        for i in range(out.shape[1]):
            for j in range(out.shape[2]):
                for q in range(out.shape[3]):
                    out[a, i, j, q] = x[a, i * stride, j * stride, q]
                    argmax[a, i, j, q] = 0
                for u in range(size):
                    for v in range(size):
                        for q in range(out.shape[3]):
                            pixel = x[a, i * stride + u, j * stride + v, q]
                            if pixel > out[a, i, j, q] or pixel != pixel:  # a NaN is passed on
                                out[a, i, j, q] = pixel
                                argmax[a, i, j, q] = size * u + v


@jit
def max_pool_backward(dy, argmax, size, stride, out):
    """The gradient of every window goes to its largest pixel.

    dy, argmax  (N, H', W', C)
    out         (N, H, W, C), added to
    """
    for a in range(dy.shape[0]):
        for i in range(dy.shape[1]):
            for j in range(dy.shape[2]):
                for q in range(dy.shape[3]):
                    u, v = divmod(argmax[a, i, j, q], size)
                    out[a, i * stride + u, j * stride + v, q] += dy[a, i, j, q]


@jit
def average_pool(x, size, stride, out):
    """The mean of every window.

    x    (N, H, W, C)
    out  (N, H', W', C), written
    """
    share = out.dtype.type(1 / (size * size))
    for a in range(out.shape[0]):
        for i in range(out.shape[1]):
            for j in range(out.shape[2]):
                for q in range(out.shape[3]):
                    out[a, i, j, q] = 0
                for u in range(size):
                    for v in range(size):
                        for q in range(out.shape[3]):
                            out[a, i, j, q] += share * x[a, i * stride + u, j * stride + v, q]


@jit
def average_pool_backward(dy, size, stride, out):
    """The gradient of every window is shared out evenly among its pixels.

    dy   (N, H', W', C)
    out  (N, H, W, C), added to
    """
    share = out.dtype.type(1 / (size * size))
    for a in range(dy.shape[0]):
        for i in range(dy.shape[1]):
            for j in range(dy.shape[2]):
                for u in range(size):
                    for v in range(size):
                        for q in range(dy.shape[3]):
                            out[a, i * stride + u, j * stride + v, q] += share * dy[a, i, j, q]
