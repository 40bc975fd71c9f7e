"""Convolution without `im2col`: the loops around the tiles, forward and both gradients.

Each image is copied once, in blocks of channels with zeros around it. Then every window is read
where it lies, and the sums of a tile of pixels and output channels stay in registers until they are
done. What `spatial.Conv2D` computes with windows as rows of a matrix is computed here without that
matrix, which takes k_h k_w times the memory of the image.

Both gradients are the same loops once more: that of the image is a convolution of dy with the
kernels turned by 180 degrees; that of the kernels sums over pixels instead of taps. Where windows
are s > 1 pixels apart, pixels whose row and column leave the same remainders by s are in windows by
the same taps: s s convolutions, each with a share of the taps.

Nothing here checks bounds: `fused.Convolution` plans all sizes from the arrays of the same call.

Source: Georganas et al. 2018 (direct convolution, blocks of channels, no matrix of windows).
"""

from typing import NamedTuple

import numba
import numpy as np

from minprune.jit import jit
from minprune.llvm import VECTOR, call
from minprune.nn.pixels import largest, move, move_winners
from minprune.squares import transpose
from minprune.workers import DONE, FAILED, TAKEN, add

L1_HALF = 1 << 14  # bytes of x and dy that the gradient of the kernels goes through at a time
SOME = 64  # taps whose sums are added up for the same pixels, a multiple of what a tile has
PIECES = 16  # that it is cut into, about
THREADS = FAILED + 1  # one more counter: those that have begun


class Products(NamedTuple):
    """Several convolutions of the same copies, whose outputs lie in the same image.

    table    the taps of all, one convolution after the other
    weights  of all: units in groups of V vectors, tap by tap
    parts    (n, 8), for each: where its table begins, where its weights begin, number of taps;
             where the corner of the first window lies in the copy; where its pixel lies in the
             output, counted from the image's first number; rows and columns of windows; where its
             spans begin
    spans    of each row of windows: the first tap that reads the image, not zeros around it; how
             many do
    moves    from one row of windows to the next, in the copy; from one row to the next, and from
             one pixel to the next, in the output
    """

    table: np.ndarray
    weights: np.ndarray
    parts: np.ndarray
    spans: np.ndarray
    moves: tuple


# --- copies --------------------------------------------------------------------------------------


@jit
def fill(x, y, winner, db, shape, copies, n, out, start):
    """Image n of x, or of dL/dy, flat, into its padded copy, which begins at out[start].

    y       what a ReLU gave: of dL/dy, 0 where it is not positive
    winner  behind a 2 x 2 max pooling, the pixel of each four that a number goes to
    db      (N, planes, block) flat: the sum over the pixels of the image is written
    shape   (H, W, C) of what is copied
    y, winner and db are empty where there are none: None would be compiled once more.
    """
    (H, W, C), (_, planes, rows, columns, B, top, left) = shape, copies
    pooled = len(winner) > 0
    for q in range(planes):
        used, first = max(min(B, C - q * B), 0), start + q * rows * columns * B
        end, at, sums = first + rows * columns * B, first, (n * planes + q) * B
        if len(db) > 0:
            db[sums : sums + B] = 0
        if pooled or used < B:
            out[first:end] = 0
        for i in range(H if used > 0 else 0):
            place = (n * H + i) * W * C + q * B, C
            if pooled:
                target = first + ((top + 2 * i) * columns + left) * B, B, columns * B
                fill_winners(x, winner, db, place, out, target, W, used, sums)
            else:
                target = first + ((top + i) * columns + left) * B, B
                out[at : target[0]] = 0  # between the rows
                fill_row(x, y, db, place, out, target, W, used, sums)
                at = target[0] + W * B
        if not pooled:
            out[at:end] = 0


@jit
def fill_row(x, y, db, place, out, target, count, used, sums):
    """A row of pixels; arguments as in `move`, `used` channels of each pixel."""
    if used == lanes(x) and len(db) == 0:
        return move(x, None, place, out, target, count, None)
    if used == lanes(x) and len(y) == 0:
        return move(x, None, place, out, target, count, (db, sums))
    if used == lanes(x):
        return move(x, y, place, out, target, count, (db, sums))
    (at, pitch), (to, apart) = place, target
    for c in range(used):
        if len(y) == 0:
            for j in range(count):
                out[to + c + j * apart] = x[at + c + j * pitch]
        else:
            for j in range(count):
                z, loud = x[at + c + j * pitch], y[at + c + j * pitch] > 0
                out[to + c + j * apart] = z if loud else 0
        if len(db) > 0:
            total = x.dtype.type(0)
            for j in range(count):
                total += out[to + c + j * apart]
            db[sums + c] += total


@jit
def fill_winners(dy, winner, db, place, out, target, count, used, sums):
    """Two rows of pixels from a pooled one."""
    if used == lanes(dy):
        return move_winners(dy, winner, place, out, target, count, (db, sums))
    (at, pitch), (to, apart, row) = place, target
    for j in range(count):
        for c in range(used):
            w = int(winner[at + j * pitch + c])
            if w >= 0:  # the others are 0 already
                out[to + (2 * j + w % 2) * apart + w // 2 * row + c] = dy[at + j * pitch + c]
                db[sums + c] += dy[at + j * pitch + c]


# --- forward, and the gradient of the image ------------------------------------------------------


@jit
def some_rows(tile, products, part, o, x, bias, y, winner, used, rows, floor, scratch):
    """Rows of one image for the units from o on.

    `used` of them may fill no group, and a pooling makes one row of two: both by `scratch`.
    """
    kernel, _, V = tile
    table, w_at, taps, corner, pixel, _, columns, at = products.parts[part]
    (x, x_at), (y, y_at), (x_row, y_row, y_p) = x, y, products.moves
    n, weights = V * lanes(x), (products.weights, w_at + o * taps, products.table, table)
    x_at, y_at = x_at + corner, y_at + pixel + o
    if used == n and len(winner) == 0:
        first, count = rows[0], rows[1] - rows[0]
        call(kernel, (*weights, products.spans, at + 2 * first, x, x_at + first * x_row, x_row,
                      y, y_at + first * y_row, y_row, y_p, bias, o, count, columns,
                      floor))  # fmt: skip
        return
    windows = 2 if len(winner) > 0 else 1
    for i in range(rows[0], rows[1]):
        k = windows * i
        call(kernel, (*weights, products.spans, at + 2 * k, x, x_at + k * x_row, x_row,
                      scratch, 0, columns * n, n, bias, o, windows, columns, floor))  # fmt: skip
        row = y_at + i * y_row
        if len(winner) > 0:
            pool_row(scratch, (n, columns * n), y, winner, (row, y_p), columns // 2, used)
        else:
            for j in range(columns):
                for c in range(used):
                    y[row + j * y_p + c] = scratch[j * n + c]


@jit
def pool_row(z, moves, y, winner, target, count, used):
    """A ReLU and a row of 2 x 2 max pooling; arguments as in `largest`, `used` channels."""
    (apart, row), (to, pitch) = moves, target
    whole = used // lanes(z) * lanes(z)
    for c in range(0, whole, lanes(z)):
        largest(z, (c, apart, row), y, winner, (to + c, pitch), count)
    if used > whole:
        some_largest(z, moves, y, winner, target, count, whole, used)


@jit
def some_largest(z, moves, y, winner, target, count, first, last):
    """As `largest` for the channels from `first` to `last`, fewer than a vector has."""
    (apart, row), (to, pitch) = moves, target
    for j in range(count):
        for c in range(first, last):
            best, which = z.dtype.type(0), -1
            for w in range(4):
                z_w = z[c + (2 * j + w % 2) * apart + w // 2 * row]
                if z_w > best or z_w != z_w:
                    best, which = z_w, w
            y[to + j * pitch + c] = best
            winner[to + j * pitch + c] = which if best == best else -1


@jit
def lanes(array):
    """Numbers in a vector, as `lanes_of`."""
    return VECTOR // array.itemsize


@jit
def some_images(tile, products, x, copies, images, bias, y, winner, shape, share, floor, scratch):
    """A share (k of m) of the outputs of images a to b: for each group of units row by row.

    tile    (address of `tiles.conv_rows`, P, V)
    x       (padded copies, where that of image a begins)
    winner  empty, or of a max pooling
    shape   (H, W, C) of an output
    """
    (H, W, C), (k, m), (x, x_at) = shape, share, x
    n, image = tile[2] * lanes(x), copies[1] * copies[2] * copies[3] * copies[4]
    for part in range(len(products.parts)):
        rows = H if len(winner) > 0 else products.parts[part, 5]
        count = (C + n - 1) // n * rows
        for o in range(0, C, n):
            first, last = count * k // m - o // n * rows, count * (k + 1) // m - o // n * rows
            some, used = (max(first, 0), min(last, rows)), min(n, C - o)
            for a in range(images[0], images[1]):
                source, at = (x, x_at + (a - images[0]) * image), a * H * W * C
                some_rows(tile, products, part, o, source, bias, (y, at), winner, used, some, floor,
                          scratch)  # fmt: skip


@jit
def run_products(tile, arrays, source, image, copies, x, place, bias, outputs, shape, floor, shares,
                 counters):  # fmt: skip
    """Copies of all images, and the products of their windows, by whatever thread is free.

    tile      as in `some_images`
    arrays    `Products`, as a plain tuple
    source    x, y, winner and db of `fill`, for images of shape `image`
    x         memory for `copies`, written
    place     0, or what of it each thread has for itself: then copies are not kept, and of all
              images those that are dealt with together stay in the processor's cache
    outputs   y and winner of `some_images`, of images of `shape`
    shares    (images that are dealt with together, parts that their outputs are cut into)
    counters  (4,) shared by all threads: pieces taken, pieces done, whether it failed, threads
    """
    products, (size, parts), N = Products(*arrays), shares, copies[0]
    mine, one = add(counters, THREADS, 1) * place, copies[1] * copies[2] * copies[3] * copies[4]
    groups = (N + size - 1) // size
    alone = groups if parts > 1 else 0  # pieces that only copy
    columns = 0
    for part in range(len(products.parts)):
        columns = max(columns, products.parts[part, 6])
    scratch = np.empty(2 * (columns + tile[1]) * tile[2] * lanes(x), x.dtype)
    while True:
        p = add(counters, TAKEN, 1)
        if p >= alone + groups * parts:
            break
        g = p if p < alone else (p - alone) // parts
        images = g * size, min(N, (g + 1) * size)
        start = mine if place > 0 else images[0] * one
        if p < alone or parts == 1:
            for n in range(images[0], images[1]):
                fill(*source, image, copies, n, x, start + (n - images[0]) * one)
        while add(counters, DONE, 0) < alone <= p and counters[FAILED] == 0:
            pass
        if p >= alone:
            share = (p - alone) % parts, parts
            some_images(tile, products, (x, start), copies, images, bias, *outputs, shape, share,
                        floor, scratch)  # fmt: skip
        add(counters, DONE, 1)


@jit
def turn(K, taps, c_in, c_out, n, out):
    """The weights (taps, c_in, c_out), flat, as (groups of n, taps, c_out, n): as in `Products`.

    n is a multiple of a vector; where c_in is none of n, the rest must be 0 already.
    """
    L = lanes(K)
    for g in range((c_in + n - 1) // n):
        for k in range(taps):
            for i in range(g * n, min(c_in, (g + 1) * n), L):
                for o in range(0, c_out, L):
                    source, target = (k * c_in + i) * c_out + o, ((g * taps + k) * c_out + o) * n
                    target += i - g * n
                    if i + L <= c_in and o + L <= c_out:
                        transpose(K, (source, c_out), out, (target, n))
                    else:
                        for a in range(min(L, c_in - i)):
                            for b in range(min(L, c_out - o)):
                                out[target + b * n + a] = K[source + a * c_out + b]


# --- the gradient of the kernels -----------------------------------------------------------------


@jit
def run_kernels(tile, x, x_copies, x_row, table, spans, dy, dy_copies, shape, dK, counters):
    """The sums of all taps and units, some at a time, by whatever thread is free.

    tile   (address of `tiles.grad_taps`, P, V, S)
    x, dy  padded copies; each begins where the corner of the first window, or its pixel, lies
    spans  as in `tiles.grad_taps`
    shape  (H', W') of windows
    dK     (groups of units, taps, V vectors) flat, added to
    Which thread takes which sums makes no difference to any sum.
    """
    N, planes, _, columns, B, _, _ = dy_copies
    _, P, V, _ = tile
    groups, n, taps = planes // V, V * B, len(table) // P * P
    chunk, chunks = kernel_pieces(taps, P, groups)
    while True:
        p = add(counters, TAKEN, 1)
        if p >= groups * chunks:
            break
        g, k = p // chunks, p % chunks * chunk
        plane = dy_copies[2] * columns * B
        some_taps(tile, x, x_copies, x_row, table, (k, min(k + chunk, taps), spans),
                  dy[g * V * plane :], (planes * plane, columns * B, B, plane), (N, *shape),
                  (dK, g * taps * n))  # fmt: skip
        add(counters, DONE, 1)


@jit
def kernel_pieces(taps, P, groups):
    """Taps of a piece, a multiple of P, and how many pieces there are for a group of units."""
    chunk = max(taps // P * groups // PIECES, 1) * P
    return chunk, (taps + chunk - 1) // chunk


@jit
def some_taps(tile, x, x_copies, x_row, table, taps, dy, moves, counts, dK):
    """The sums of taps for one group of units; as many pixels at a time as the cache holds."""
    x_image = x_copies[1] * x_copies[2] * x_copies[3] * x_copies[4]
    (dy_image, dy_row, dy_p, dy_v), (N, H, W), (dK, at) = moves, counts, dK
    sums, _, _, S = tile
    planes = min(x_copies[1], (SOME + x_copies[4] - 1) // x_copies[4])
    row = W * (S * planes + lanes(x)) * x.itemsize  # the same sums on any machine
    rows = min(max(L1_HALF // row, 1), H)
    images = max(L1_HALF // (row * H), 1)
    first, last, spans = taps
    for k in range(first, last, SOME):
        for a in range(0, N, images):
            for i in range(0, H, rows):
                call(sums, (x, a * x_image, table, k, min(k + SOME, last), spans, i,
                            min(i + rows, H), dy, a * dy_image, dy_p, dy_v, min(images, N - a), W,
                            x_image, dy_image, x_row, dy_row, dK, at))  # fmt: skip


if numba.config.DISABLE_JIT:  # compiled loops overflow without a warning, in every thread
    run_products = np.errstate(all="ignore")(run_products)
    run_kernels = np.errstate(all="ignore")(run_kernels)
