"""The loops of convolution and pooling, compiled by Numba: NumPy has no call for a window.

A window of an image (N, H, W, C) is k_h x k_w pixels, all channels. Row (n, i, j) of its matrix is
the window of image n whose corner is pixel (s i - top, s j - left); outside the image it is zero.

A compiled loop does not check where it reads and writes. So each begins with `ValueError` unless
its arrays fit together, whatever became of a layer since they were made.
"""

from minprune.jit import jit, of_native_arrays

LARGEST = 1 << 60  # size of a window; with it no sum below leaves 64 bits


@of_native_arrays
@jit
def im2col(x, k_h, k_w, stride, top, left, out):
    """Every window as a row: out[n, i, j, (u, v, c)] = x[n, s i + u - top, s j + v - left, c].

    x    (N, H, W, C)
    out  (N, H', W', k_h * k_w * C), written
    """
    n, h, w, c = x.shape
    if out.shape[0] != n or out.shape[3] != k_h * k_w * c:
        raise ValueError("x and its rows do not fit together")
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


@of_native_arrays
@jit
def col2im(rows, k_h, k_w, stride, top, left, out):
    """The transpose of `im2col`: every entry of a row is added to the pixel that it came from.

    rows  (N, H', W', k_h * k_w * C)
    out   (N, H, W, C), added to
    """
    n, h, w, c = out.shape
    if rows.shape[0] != n or rows.shape[3] != k_h * k_w * c:
        raise ValueError("rows and the images that they come from do not fit together")
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


@of_native_arrays
@jit
def max_pool(x, size, stride, zeros, out, argmax):
    """The largest pixel of every window, the first of equals, and where in the image it is.

    Pixel (y, z) of an image w pixels wide is number w y + z. What lies outside does not count.

    x            (N, H, W, C)
    zeros        how far windows reach out of it: above, below, on the left, on the right
    out, argmax  (N, H', W', C), written
    """
    fit(x, size, stride, zeros, out, argmax)
    _, h, w, _ = x.shape
    for a in range(out.shape[0]):
        for i in range(out.shape[1]):
            y, rows = inside(i, size, stride, zeros[0], h)
            for j in range(out.shape[2]):
                z, columns = inside(j, size, stride, zeros[2], w)
                for q in range(out.shape[3]):
                    out[a, i, j, q] = x[a, y, z, q]
                    argmax[a, i, j, q] = w * y + z
                for u in range(rows):
                    for v in range(columns):
                        for q in range(out.shape[3]):
                            pixel = x[a, y + u, z + v, q]
                            if pixel > out[a, i, j, q] or pixel != pixel:  # a NaN is passed on
                                out[a, i, j, q] = pixel
                                argmax[a, i, j, q] = w * (y + u) + z + v


@of_native_arrays
@jit
def max_pool_backward(dy, argmax, out):
    """The gradient of every window goes to its largest pixel.

    dy, argmax  (N, H', W', C)
    out         (N, H, W, C), added to
    """
    n, h, w, c = out.shape
    if dy.shape != argmax.shape or dy.shape[0] != n or dy.shape[3] != c:
        raise ValueError("images, windows and their numbers do not fit together")
    for a in range(dy.shape[0]):
        for i in range(dy.shape[1]):
            for j in range(dy.shape[2]):
                for q in range(dy.shape[3]):
                    place = argmax[a, i, j, q]
                    if not 0 <= place < h * w:
                        raise ValueError("argmax and the image do not fit together")
                    y, z = divmod(place, w)
                    out[a, y, z, q] += dy[a, i, j, q]


@of_native_arrays
@jit
def average_pool(x, size, stride, zeros, out):
    """The mean of every window over the pixels inside the image.

    x      (N, H, W, C)
    zeros  as in `max_pool`
    out    (N, H', W', C), written
    """
    fit(x, size, stride, zeros, out, out)
    _, h, w, _ = x.shape
    for a in range(out.shape[0]):
        for i in range(out.shape[1]):
            y, rows = inside(i, size, stride, zeros[0], h)
            for j in range(out.shape[2]):
                z, columns = inside(j, size, stride, zeros[2], w)
                share = out.dtype.type(1 / (rows * columns))
                for q in range(out.shape[3]):
                    out[a, i, j, q] = 0
                for u in range(rows):
                    for v in range(columns):
                        for q in range(out.shape[3]):
                            out[a, i, j, q] += share * x[a, y + u, z + v, q]


@of_native_arrays
@jit
def average_pool_backward(dy, size, stride, zeros, out):
    """The gradient of every window is shared out evenly among its pixels inside the image.

    dy     (N, H', W', C)
    zeros  as in `max_pool`
    out    (N, H, W, C), added to
    """
    fit(out, size, stride, zeros, dy, dy)
    _, h, w, _ = out.shape
    for a in range(dy.shape[0]):
        for i in range(dy.shape[1]):
            y, rows = inside(i, size, stride, zeros[0], h)
            for j in range(dy.shape[2]):
                z, columns = inside(j, size, stride, zeros[2], w)
                share = out.dtype.type(1 / (rows * columns))
                for u in range(rows):
                    for v in range(columns):
                        for q in range(dy.shape[3]):
                            out[a, y + u, z + v, q] += share * dy[a, i, j, q]


@jit
def inside(i, size, stride, before, length):
    """The rows of window i inside an image of `length` rows: the first one, and how many there are.

    Columns likewise.
    """
    first = i * stride - before
    start = max(first, 0)
    return start, min(first + size, length) - start


@jit
def fit(x, size, stride, zeros, y, argmax):
    """`ValueError` unless y and argmax have a place for each window of x, and for no more.

    A window reaches out of the image by less than its size, so it holds a pixel of any image that
    has one.
    """
    n, h, w, c = x.shape
    fits = y.shape == argmax.shape and (h * w > 0 or y.size == 0)
    fits = fits and min(zeros) >= 0 and max(zeros) < size <= LARGEST and stride > 0
    if fits:
        h, w = h + zeros[0] + zeros[1] - size, w + zeros[2] + zeros[3] - size
        fits = min(h, w) >= 0 and y.shape == (n, h // stride + 1, w // stride + 1, c)
    if not fits:
        raise ValueError("images, windows and their numbers do not fit together")
