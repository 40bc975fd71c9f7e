"""Plans for the loops of `direct`: where copies lie, which weights meet which numbers of a window.

See there for what is computed, and how. `convolve` and `kernel_gradient` start the loops.
"""

from functools import lru_cache, partial
from itertools import product
from typing import NamedTuple

import numpy as np

from minprune.llvm import aligned_zeros, lanes_of, room
from minprune.nn.direct import Products, kernel_pieces, run_kernels, run_products, turn
from minprune.nn.reuse import reused
from minprune.nn.tiles import conv_rows, grad_taps
from minprune.threads import cores
from minprune.workers import together

FEW = 4  # channels that need no vectors of their own
SMALL = 1 << 20  # products; less work is done before a second thread has woken up


class Copies(NamedTuple):
    """Where images lie as padded copies: planes of `block` channels, pixel by pixel.

    images, planes, rows, columns  zeros included
    block                          channels of a plane
    top, left                      zeros above the image and on its left
    """

    images: int
    planes: int
    rows: int
    columns: int
    block: int
    top: int
    left: int

    @property
    def image(self):
        """Numbers from one image to the next."""
        return self.planes * self.rows * self.columns * self.block

    def empty(self, dtype, beyond):
        """Memory for them, and so many numbers more, where the last tile of a row reads on."""
        return reused((self.images * self.image + beyond,), dtype)

    def taps(self, rows, columns, channels, multiple=1):
        """Distance of every number of a window from its corner, (rows, columns, channels) in order.

        rows, columns  ranges, counted from the corner
        multiple       the last one is repeated until there are a multiple of so many
        """
        plane = self.rows * self.columns * self.block
        return _taps(rows, columns, channels, self.columns, self.block, plane, multiple)


@lru_cache(maxsize=512)
def _taps(rows, columns, channels, width, block, plane, multiple):
    """`Copies.taps` as the tiles read them, 32 bits each; made once for all steps of a training."""
    c = np.arange(channels)
    c = c // block * plane + c % block
    pixels = np.add.outer(np.array(rows) * width, np.array(columns)) * block
    taps = np.add.outer(pixels, c).ravel()
    if taps.max() >= 1 << 31:
        raise ValueError("x must hold images of less than 2**31 numbers, padding included")
    taps = np.pad(taps, (0, -len(taps) % multiple), mode="edge").astype(np.uint32)
    return taps


def sizes(columns, channels, dtype):
    """(P, V): pixels and vectors of output channels in a tile, such that all sums are in registers.

    P divides the width of the image where it can: a tile at the end of a row may be mostly idle.
    """
    sums = room()
    most = {16: 8, 4: 4}.get(sums, 2)
    dividing = max(p for p in range(1, most + 1) if columns % p == 0)
    P = dividing if 2 * dividing > most else min(most, columns)
    return P, max(min(sums // P, -(-channels // lanes_of(dtype))), 1)


def packed(W, n):
    """The weights (taps, c_out) in groups of n units, each tap by tap: one flat array."""
    groups, rest = -(-W.shape[1] // n), -W.shape[1] % n
    out = reused((groups, len(W), n), W.dtype)
    whole = np.pad(W, ((0, 0), (0, rest))) if rest else W
    out[...] = whole.reshape(len(W), groups, n).swapaxes(0, 1)
    return out.reshape(-1)


def turned(K, n):
    """The kernels (k_h, k_w, c_in, c_out) as weights of c_in outputs, packed as above."""
    k_h, k_w, c_in, c_out = K.shape
    groups, taps = -(-c_in // n), k_h * k_w
    out = reused((groups * taps * c_out * n,), K.dtype)
    if c_in % n:
        out[...] = 0
    turn(np.ascontiguousarray(K).reshape(-1), taps, c_in, c_out, n, out)
    return out


def copies_of_images(shape, zeros, dtype):
    """`Copies` for a convolution of images (N, H, W, C); few channels are one narrow block."""
    (N, H, W, C), (top, bottom, left, right) = shape, zeros
    block = 1 if C == 1 else FEW if C <= FEW else lanes_of(dtype)
    return Copies(N, -(-C // block), top + H + bottom, left + W + right, block, top, left)


def copies_of_gradients(shape, image, window, stride, zeros, dtype):
    """`Copies` of dL/dy (N, H', W', c_out) for both gradients: zeros where windows reach beyond."""
    N, *size, channels = shape
    before = [(k - 1) // stride for k in window]
    most = [max(n, (pixels - 1 + zero) // stride + 1)
            for n, pixels, zero in zip(size, image, (zeros[0], zeros[2]), strict=True)]  # fmt: skip
    block, vectors = lanes_of(dtype), gradient_sizes(channels, dtype)[1]
    planes = -(-channels // (block * vectors)) * vectors
    return Copies(N, planes, before[0] + most[0], before[1] + most[1], block, *before)


def forward_products(K, stride, copies, rows, windows, columns, tile):
    """The convolution itself: every tap of the window from its corner.

    rows     of an image, H
    windows  (H', W') of them
    columns  of the output: W', or half of it behind a pooling
    tile     (P, V)
    """
    k_h, k_w, c_in, c_out = K.shape
    taps = copies.taps(range(k_h), range(k_w), c_in)
    parts = np.array([[0, 0, len(taps), 0, 0, *windows, 0]])
    where = copies.top, -stride, rows
    spans = spans_of(*where if is_finite(K) else (0, 0, k_h), windows[0], k_h, k_w * c_in)
    moves = stride * copies.columns * copies.block, columns * c_out, c_out
    weights = packed(K.reshape(-1, c_out), tile[1] * lanes_of(K.dtype))
    return Products(taps, weights, parts, spans, moves)


@lru_cache(maxsize=512)
def spans_of(begin, step, length, count, most, each):
    """Of each of `count` rows i: which of its `most` neighbours meet the image, as (where the first
    of them lies, how many numbers), flat.

    begin, step  begin + step i is the first that would, were there others before 0
    length       so many would in turn
    each         numbers of a neighbour
    """
    first = begin + step * np.arange(count)
    return clipped(first, first + length, most) * each


def clipped(first, end, most):
    """Ranges cut off at 0 and at `most`, as (first, how many), flat."""
    first, end = np.clip(first, 0, most), np.clip(end, 0, most)
    return np.stack([first, np.maximum(end - first, 0)], axis=1).ravel()


def is_finite(array):
    """True if all numbers are; not always, if they are large. 0 times such numbers is 0."""
    with np.errstate(all="ignore"):
        return np.isfinite(np.vdot(array, array))


def no_products(dtype):
    """Copies alone are wanted."""
    nothing = np.zeros((0, 8), np.int64), np.zeros(0, np.int64), (0, 0, 0)
    return Products(np.zeros(0, np.uint32), np.zeros(0, dtype), *nothing)


def image_products(K, stride, zeros, copies, height, image, tile):
    """The gradient of images (H, W), from that of outputs of a height H'.

    x_i was read by the output m - a at the tap u = r + s a, where

        i + top = s m + r, 0 <= r < s

    so for each pair of remainders r there is a convolution of dL/dy with K_(r + s a), a descending.
    """
    _, _, c_in, c_out = K.shape
    n, s = tile[1] * lanes_of(K.dtype), stride
    tables, weights, parts, spans, w_at = [], [], [], [], 0
    for r, q in product(range(s), range(s)):
        (i, m, rows), (j, l, columns) = (
            places(length, zero, s, rest)
            for length, zero, rest in zip(image, (zeros[0], zeros[2]), (r, q), strict=True)
        )
        some = K[r::s, q::s]
        if some.size == 0 or rows <= 0 or columns <= 0:
            continue  # no window reads these pixels
        above, before = copies.top - len(some), copies.left - some.shape[1]
        taps = copies.taps(range(copies.top, above, -1), range(copies.left, before, -1), c_out)
        corner = (m * copies.columns + l) * copies.block
        pixel, begun = (i * image[1] + j) * c_in, [sum(map(len, a)) for a in (tables, spans)]
        parts.append([begun[0], w_at, len(taps), corner, pixel, rows, columns, begun[1]])
        tables.append(taps)
        each = len(taps) // len(some)
        spans.append(spans_of(m + 1 - height, 1, height, rows, len(some), each))
        weights.append(turned(some, n))
        w_at += len(weights[-1])
    moves = copies.columns * copies.block, s * image[1] * c_in, s * c_in
    parts = np.array(parts, np.int64).reshape(-1, 8)
    return Products(joined(tables, np.uint32), joined(weights, K.dtype), parts,
                    joined(spans, np.int64), moves)  # fmt: skip


def joined(arrays, dtype):
    """One array after the other."""
    return arrays[0] if len(arrays) == 1 else np.concatenate([np.zeros(0, dtype), *arrays])


def places(length, zeros, stride, rest):
    """Of a row of pixels those with i + zeros = s m + rest: the first i, its m, how many."""
    m = max(-((rest - zeros) // stride), 0)
    i = stride * m + rest - zeros
    return i, m, (length - 1 - i) // stride + 1


def gradient_sizes(channels, dtype):
    """(P, V): taps and vectors of output channels in a tile of the gradient of the kernels."""
    return sizes(8, channels, dtype)


# --- the loops are started -----------------------------------------------------------------------


def convolve(tile, stride, products, source, image, copies, bias, y, winner=None, floor=-np.inf,
             keep=True):  # fmt: skip
    """The outputs y of all products, by as many threads as gain.

    source   x, y, winner and db of `direct.fill` or None, of images of shape `image`
    floor    0 is a ReLU
    returns  the padded copies, if they are to `keep`
    """
    dtype, (P, V) = y.dtype, tile
    n, apart = V * lanes_of(dtype), stride * copies.block
    b = aligned_zeros(-(-len(bias) // n) * n, dtype)
    b[: len(bias)] = bias
    work = copies.images * n * int(products.parts[:, [2, 5, 6]].prod(axis=1).sum())
    threads = cores() if work > SMALL else 1
    size, parts = shared(copies, products.weights.size, threads)
    pieces, beyond, place = -(-copies.images // size), P * apart + n, 0
    if keep or parts > 1:
        x = copies.empty(dtype, beyond)
    else:  # rounded up, since each begins with a line of the cache
        place = -(-(size * copies.image + beyond) // lanes_of(dtype)) * lanes_of(dtype)
        x = reused((threads * place,), dtype)
    source = tuple(map(flat, source, (dtype, dtype, np.int8, dtype)))
    outputs, counters = (flat(y, dtype), flat(winner, np.int8)), np.zeros(4, np.int64)
    loops = partial(run_products, (conv_rows(P, V, apart, dtype), P, V), tuple(products), source,
                    image, tuple(copies), x, place, b, outputs, y.shape[1:], dtype.type(floor),
                    (size, parts), counters)  # fmt: skip
    together(loops, threads, counters, pieces * (parts if parts == 1 else parts + 1))
    return x if keep else None


def shared(copies, weights, threads):
    """(images that are dealt with together, parts that their outputs are cut into).

    As many images as take the room of the weights, which are read once for all of them.
    """
    most = min(max(weights // copies.image, 1), max(copies.images // threads, 1))
    groups = -(-copies.images // (most * threads)) * threads  # as many for each thread
    size = -(-copies.images // max(groups, 1)) or 1
    return size, 1 if copies.images >= threads or threads == 1 else 2 * threads


def kernel_gradient(shape, stride, rows, windows, x, copies, dy, back, db):
    """dL/dK of `shape` (k_h, k_w, c_in, c_out), by as many threads as gain.

    rows     of an image, H
    windows  (H', W') of them
    x, dy    padded copies, as `copies` and `back` tell
    db       sums of dy
    """
    k_h, k_w, c_in, c_out = shape
    (P, V), S = gradient_sizes(c_out, x.dtype), stride * copies.block
    taps = k_h * k_w * c_in
    table = copies.taps(range(k_h), range(k_w), c_in, multiple=P)
    k = np.arange(0, len(table), P)  # the last row of each P taps meets the image first
    first, last = (np.minimum(n, taps - 1) // (k_w * c_in) for n in (k, k + P - 1))
    begin, end = -((last - copies.top) // stride), (copies.top + rows - 1 - first) // stride + 1
    if not is_finite(db):
        begin, end = 0 * begin, 0 * end + windows[0]
    spans = clipped(begin, end, windows[0])
    n, groups = V * back.block, back.planes // V
    dK = aligned_zeros(groups * len(table) * n, x.dtype)
    dy = dy[(back.top * back.columns + back.left) * back.block :]
    work = back.images * windows[0] * windows[1] * len(table) * groups * n
    threads, counters = cores() if work > SMALL else 1, np.zeros(3, np.int64)
    loops = partial(run_kernels, (grad_taps(P, V, S, x.dtype), P, V, S), x, tuple(copies),
                    copies.columns * S, table, spans, dy, tuple(back), windows, dK,
                    counters)  # fmt: skip
    together(loops, threads, counters, groups * kernel_pieces(len(table), P, groups)[1])
    dK = dK.reshape(groups, len(table), n)[:, :taps].swapaxes(0, 1)
    return dK.reshape(taps, -1)[:, :c_out].reshape(shape)


def flat(array, dtype):
    """The array in one row, None as an empty one."""
    return np.empty(0, dtype) if array is None else array.reshape(-1)
