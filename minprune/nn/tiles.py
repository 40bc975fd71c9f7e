"""The innermost loops of a convolution: a tile of sums that stays in registers.

Each stands here twice: as plain Python, to read and to test against, and right below it for LLVM.
With Numba's compiler off (NUMBA_DISABLE_JIT=1) the first one runs. `direct` calls them.

An image lies in blocks of channels with zeros around it, and every number that a window reads, a
tap, is one distance in memory from the corner of the window, whatever the window: `table`. Tuples
of zeros tell sizes, since the length of a tuple is known when a kernel is compiled:

    tile   P of them: neighbouring pixels, or taps
    vecs   V of them: vectors of output channels side by side
    apart  as many as the corners of two neighbouring windows are numbers apart

`conv_rows` and `grad_taps` are compiled for each size, and called by `llvm.call`. What stands
around them, in `direct`, takes longer to compile; so it is compiled once for all sizes.
"""

from functools import cache

import numpy as np
from numba import from_dtype, types

from minprune.jit import address
from minprune.llvm import Vectors, compiled_from, lanes_of, number


def conv_tile_python(tile, vecs, apart, weights, table, x, y, bias, count, floor):
    """y_po = max(b_o + sum_k W_ko x_(p + table_k), floor) for P windows p and V vectors of units o.

    weights  (W, where the first tap's begin, taps)
    table    (distances, the first tap)
    x        (padded copy, where the first corner lies)
    y        (output, where the first pixel lies, distance to the next)
    bias     (b, where these units' begin)
    count    how many of the P pixels are written
    floor    0 is a ReLU, -inf none; a NaN stays a NaN
    """
    (W, w_at, n_taps), (table, first), (x, x_at) = weights, table, x
    (y, y_at, y_p), (b, b_at) = y, bias
    n, S = len(vecs) * lanes_of(W.dtype), len(apart)
    W = W[w_at : w_at + n_taps * n].reshape(n_taps, n)
    for p in range(count):
        taps = x[x_at + p * S + table[first : first + n_taps].astype(np.int64)]
        total = taps @ W + b[b_at : b_at + n]
        y[y_at + p * y_p : y_at + p * y_p + n] = np.where(total < floor, floor, total)


@compiled_from(conv_tile_python)
def conv_tile(typing, tile, vecs, apart, weights, table, x, y, bias, count, floor):
    """For every tap V loads of weights and P numbers of x, each in all lanes, for P V products."""

    def generate(context, builder, signature, arguments):
        v = Vectors(context, builder, signature.args[3][0], signature, arguments)
        (W, w_at, n_taps), (tab, first), (x, x_at), (y, y_at, y_p), (b, b_at) = v.given[3:8]
        count, floor = v.given[8:]
        places = [number(t * v.lanes) for t in range(len(vecs))]
        corner, tab = builder.gep(x, [x_at]), builder.gep(tab, [first])

        def tap(k, sums):
            x_k = builder.gep(corner, [v.index(tab, k)])
            w_k = builder.mul(k, number(len(vecs) * v.lanes))
            w = [v.load(v.at(W, w_at, w_k, place)) for place in places]
            out = []
            for p in range(len(tile)):
                pixel = v.splat(v.item(x_k, number(p * len(apart))))
                out += [v.multiply_add(w_t, pixel, sums[len(out) + t]) for t, w_t in enumerate(w)]
            return out

        first = [v.load(v.at(b, b_at, place)) for place in places]
        sums = v.loop(number(0), n_taps, 1, first * len(tile), tap)
        least = v.splat(floor)
        for p in range(len(tile)):
            with builder.if_then(builder.icmp_signed("<", number(p), count)):
                y_k = builder.mul(y_p, number(p))
                for t, place in enumerate(places):
                    total = v.larger(sums[p * len(places) + t], least)
                    v.store(total, v.at(y, y_at, y_k, place))
        return context.get_dummy_value()

    return types.void(tile, vecs, apart, weights, table, x, y, bias, count, floor), generate


@cache
def conv_rows(P, V, S, dtype):
    """Address of the loop over rows of windows for one group of units; arguments as in `conv_tile`.

    spans, at     of each row: its first tap, and how many; others would read zeros
    x_row, y_row  from one row of windows to the next
    """
    tile, vecs, apart = (0,) * P, (0,) * V, (0,) * S
    units = V * lanes_of(dtype)

    def loop(W, w_at, table, t_at, spans, at, x, x_at, x_row, y, y_at, y_row, y_p, b, b_at, rows,
             columns, floor):  # fmt: skip
        for i in range(rows):
            k, taps = spans[at + 2 * i], spans[at + 2 * i + 1]
            for j in range(0, columns, P):
                corner, pixel = x_at + i * x_row + j * S, y_at + i * y_row + j * y_p
                conv_tile(tile, vecs, apart, (W, w_at + k * units, taps), (table, t_at + k),
                          (x, corner), (y, pixel, y_p), (b, b_at), min(P, columns - j),
                          floor)  # fmt: skip

    real, whole, numbers, table, spans = kinds_of(dtype)
    kinds = (numbers, whole, table, whole, spans, whole, numbers, whole, whole, numbers, whole,
             whole, whole, numbers, whole, whole, whole, real)  # fmt: skip
    return address(loop, ("conv", P, V, S), kinds)


def kinds_of(dtype):
    """Numba's types: a number of the dtype, a whole number, arrays of the dtype, tables, spans."""
    real, whole = from_dtype(dtype), types.int64
    return real, whole, *map(types.CPointer, (real, types.uint32, whole))


def grad_tile_python(tile, vecs, apart, x, table, dy, counts, images, rows, dK):
    """dK_ko += sum over windows p of x_(p + table_k) dy_po for P taps k and V vectors of units o.

    x       (padded copies, the corner of the first window)
    table   (distances, the first of the P taps)
    dy      (padded copies, the first pixel, to the next pixel, to the next vector)
    counts  how many images, rows and columns of windows
    images  from one image to the next: of x, of dy
    rows    from one row of windows to the next: of x, of dy
    dK      (sums, where those of the first tap lie)
    """
    (x, x_at), (table, k), (dy, dy_at, dy_p, dy_v), (dK, dK_at) = x, table, dy, dK
    P, V, L = len(tile), len(vecs), lanes_of(dK.dtype)
    taps, units = table[k : k + P].astype(np.int64), np.add.outer(np.arange(V) * dy_v, np.arange(L))
    total = np.zeros((P, V * L), dK.dtype)
    for a in range(counts[0]):
        for i in range(counts[1]):
            for j in range(counts[2]):
                x_aij = x_at + a * images[0] + i * rows[0] + j * len(apart)
                dy_aij = dy_at + a * images[1] + i * rows[1] + j * dy_p
                total += np.outer(x[x_aij + taps], dy[dy_aij + units.ravel()])
    dK[dK_at : dK_at + total.size] += total.ravel()


@compiled_from(grad_tile_python)
def grad_tile(typing, tile, vecs, apart, x, table, dy, counts, images, rows, dK):
    """The sums begin at zero and are added at the end: two short sums err less than a long one."""

    def generate(context, builder, signature, arguments):
        v = Vectors(context, builder, signature.args[3][0], signature, arguments)
        given = v.given[3:]
        (x, x_at), (tab, k), (dy, dy_at, dy_p, dy_v), counts, images, rows, (dK, dK_at) = given
        corner, first = builder.gep(x, [x_at]), builder.gep(dy, [dy_at])
        places = [builder.add(k, number(p)) for p in range(len(tile))]
        taps = [builder.gep(corner, [v.index(tab, place)]) for place in places]
        units = [builder.mul(dy_v, number(t)) for t in range(len(vecs))]

        def image(a, sums):
            x_a, dy_a = builder.mul(a, images[0]), builder.mul(a, images[1])

            def row(i, sums):
                x_i = builder.add(x_a, builder.mul(i, rows[0]))
                dy_i = builder.add(dy_a, builder.mul(i, rows[1]))

                def pixel(j, sums):
                    x_j = builder.add(x_i, builder.mul(j, number(len(apart))))
                    dy_j = builder.add(dy_i, builder.mul(j, dy_p))
                    d = [v.load(v.at(first, dy_j, unit)) for unit in units]
                    out = []
                    for tap in taps:
                        x_k = v.splat(v.item(tap, x_j))
                        out += [v.multiply_add(z, x_k, sums[len(out) + t]) for t, z in enumerate(d)]
                    return out

                return v.loop(number(0), counts[2], 1, sums, pixel)

            return v.loop(number(0), counts[1], 1, sums, row)

        n = len(tile) * len(vecs)
        sums = v.loop(number(0), counts[0], 1, [v.zeros()] * n, image)
        for s, total in enumerate(sums):
            pointer = v.at(dK, dK_at, number(s * v.lanes))
            v.store(builder.fadd(v.load(pointer), total), pointer)
        return context.get_dummy_value()

    return types.void(tile, vecs, apart, x, table, dy, counts, images, rows, dK), generate


@cache
def grad_taps(P, V, S, dtype):
    """Address of the loop over the taps of a table; arguments as in `grad_tile`.

    first, last  the first of these taps, the one behind the last
    spans        of each P taps: the first row of windows and how many; others would read zeros
    begin, end   the rows of windows to add
    dK, at       the sums, where those of the table's first tap lie
    """
    tile, vecs, apart = (0,) * P, (0,) * V, (0,) * S
    units = V * lanes_of(dtype)

    def loop(x, x_at, table, first, last, spans, begin, end, dy, dy_at, dy_p, dy_v, images, columns,
             x_image, dy_image, x_row, dy_row, dK, at):  # fmt: skip
        for k in range(first, last, P):
            i = max(begin, spans[2 * (k // P)])
            rows = min(end, spans[2 * (k // P)] + spans[2 * (k // P) + 1]) - i
            if rows > 0:
                grad_tile(tile, vecs, apart, (x, x_at + i * x_row), (table, k),
                          (dy, dy_at + i * dy_row, dy_p, dy_v), (images, rows, columns),
                          (x_image, dy_image), (x_row, dy_row), (dK, at + k * units))  # fmt: skip

    _, whole, numbers, table, spans = kinds_of(dtype)
    kinds = (numbers, whole, table, whole, whole, spans, whole, whole, numbers, *(whole,) * 9,
             numbers, whole)  # fmt: skip
    return address(loop, ("grad", P, V, S), kinds)
