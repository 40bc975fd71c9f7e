"""The innermost loops of the sparse engine: what is multiplied, and in which registers.

Each stands here twice: as plain Python, to read and to test against, and right below it for LLVM.
With Numba's compiler off (NUMBA_DISABLE_JIT=1) the first one runs. Those of a single sample stand
in `sample_kernels`.

All activations lie in one flat array, the panel; T samples of a feature are neighbours in it. A
`tile` is two tuples, of as many zeros as there are positions of an image that are done at once, and
as vectors of 64 bytes make up T, since the length of a tuple is known when a kernel is compiled:
((0, 0), (0, 0, 0, 0)) means two positions and 64 samples in float32. Arguments that belong together
are tuples:

    weights  (values, indices)
    run      (start, stop): the entries, blocks or rows k to go through
    x        (where x begins in the panel, distance between two neighbouring inputs, between two
             positions)
    y        where y begins, and distances between outputs, in a form of each kernel's own
    first    what the sum begins with, in a form of each kernel's own
    last     (floor, keep): the output is at least `floor`; or if `keep`, at least what y holds,
             which an earlier window of a pooling has brought there. floor = 0 is a ReLU, and keep
             a max pooling.

A sum that has overflowed is not a number in the output, so that neither ReLU nor pooling hides it.
"""

from itertools import product

import numpy as np
from llvmlite import ir
from numba import types

from minprune.llvm import INT, Vectors, compiled_from, lanes_of, number, room
from minprune.sparse.choice import HEIGHT, SUMS, UNROLL, WIDE, slab_rows


def at_least(total, least):
    """max(total, least); not a number where the total is not finite or `least` is not a number."""
    return np.where(np.isfinite(total), np.maximum(total, least), np.nan)


def vectors_of(v, start, place, tile, pool=1):
    """Pointers to all vectors of the panel that a tile has, position by position.

    start  the panel, and how far behind its first number the first position is, in parts
    place  (distance between two positions, how many there are): a tile that has more goes over the
           last `pool` of them again, and what is computed twice is the same
    """
    (apart, count), (pointer, *offsets), found = place, start, []
    for offset in offsets:
        pointer = v.builder.gep(pointer, [offset])
    last = v.builder.sub(count, number(pool))
    for p in range(tile[0]):
        q = v.builder.add(v.smaller(number(p - p % pool), last), number(p % pool))
        q = v.builder.gep(pointer, [v.builder.mul(q, apart)])
        found += [v.builder.gep(q, [number(t * v.lanes)]) for t in range(tile[1])]
    return found


# --- one or two output units at a few positions, T samples: runs of a blocked CSR ----------------


def csr_run_python(tile, pair, pool, weights, run, panel, x, y, first, last):
    """y_pt = max(b + sum_k values_k x_pt,indices_k, floor) for P positions p and T samples t, and
    for one unit, or as long as `pair` is.

    weights  (values, indices): of each of the units in each row k of the run, in turn
    x        (where x begins at the first position, distance between two neighbouring inputs,
             between two positions)
    y        (where y begins, distance between two units, between two outputs, P)
    first    (units, where those of the run are, biases, more, where z begins, distance between two
             units, between two positions): the sums begin with the biases of the units, or if
             `more` with what z holds
    pool     as long as it is, so many neighbouring positions have the largest of them as one output
    """
    (values, indices), T, n = weights, len(tile[1]) * lanes_of(panel.dtype), len(pool)
    (units, u_at, biases, more, z_at, z_unit, z_apart), (floor, keep) = first, last
    (x_at, x_step, x_apart), (y_at, y_unit, y_apart, count) = x, y
    units, written = units[u_at : u_at + len(pair)].tolist(), []  # at the end: one may be twice
    for (c, unit), o in product(enumerate(units), range(count // n)):
        y = panel[y_at + unit * y_unit + o * y_apart :][:T]
        least = y if keep else floor
        for p in range(o * n, o * n + n):
            z = panel[z_at + unit * z_unit + p * z_apart :][:T]
            total = z.copy() if more else np.full(T, biases[unit])
            for k in range(run[0] * len(pair) + c, run[1] * len(pair), len(pair)):
                x_k = x_at + p * x_apart + x_step * int(indices[k])
                total += values[k] * panel[x_k : x_k + T]
            least = at_least(total, least)
        written.append((y, least))
    for y, least in written:
        y[:] = least


@compiled_from(csr_run_python)
def csr_run(typing, tile, pair, pool, weights, run, panel, x, y, first, last):
    """The sums stay in registers while the entries stream by, two rows at a time: their weights in
    one load, their indices in pairs. An entry is read once for all positions."""

    def generate(context, builder, signature, arguments):
        v = Vectors(context, builder, panel, signature, arguments)
        _, _, _, (value, index), run, origin, x, y, first, (floor, keep) = v.given
        (x_at, x_step, x_apart), (y_at, y_unit, y_apart, count) = x, y
        units, u_at, biases, more, z_at, z_unit, z_apart = first
        n, H, (P, V) = len(pool), len(pair), map(len, tile)
        outputs = builder.sdiv(count, number(n))
        x = vectors_of(v, (origin, x_at), (x_apart, count), (P, V), n)
        y, sums = [], []
        for c in range(H):
            unit = builder.sext(v.item(units, u_at, number(c)), INT)
            z_c, y_c = builder.mul(unit, z_unit), builder.mul(unit, y_unit)
            z = vectors_of(v, (origin, z_at, z_c), (z_apart, count), (P, V), n)
            sums += v.loaded_or(more, [*map(v.at, z)], v.splat(v.item(biases, unit)))
            goal = vectors_of(v, (origin, y_at, y_c), (y_apart, outputs), (P // n, V))
            y += map(v.at, goal)

        def some_entries(k, sums):
            at, sums = builder.mul(k, number(H)), [*sums]
            w = v.whole(builder.gep(value, [at]), UNROLL * H)
            places = [i for e in range(0, UNROLL * H, 2) for i in v.two(index, at, number(e))]
            for e, place in enumerate(places):
                w_e = v.shuffle(w, w, [e] * v.lanes)
                x_k = builder.mul(place, x_step)
                for s, x_t in enumerate(x, start=e % H * len(x)):
                    sums[s] = v.multiply_add(v.load(v.at(x_t, x_k)), w_e, sums[s])
            return sums

        sums = v.loop(*run, UNROLL, sums, some_entries)
        least = v.loaded_or(keep, y, v.splat(floor))
        for q in range(n):
            those = [sums[(o // V * n + q) * V + o % V] for o in range(len(y))]
            least = [*map(v.at_least, those, least)]
        for pointer, total in zip(y, least, strict=True):
            v.store(total, pointer)
        return context.get_dummy_value()

    return types.void(tile, pair, pool, weights, run, panel, x, y, first, last), generate


# --- a few output units, T samples: a slab -------------------------------------------------------


def slab_run_python(tile, slab, weights, run, panel, x, y, first, floor):
    """`csr_run` for the units of a slab, as many as `slab` is long.

    weights  (values, places): of each unit in each row k, in turn
    x        where the inputs of the block begin; they are neighbours
    y        (where unit 0 is, units, where those of this slab begin); units are neighbours
    first    (biases, more)
    """
    (values, places), T, height = weights, len(tile[1]) * lanes_of(panel.dtype), len(slab)
    (y_at, units, u_at), (biases, more) = y, first
    for c, unit in enumerate(units[u_at : u_at + height].tolist()):
        y = panel[y_at + unit * T :][:T]
        total = y.copy() if more else np.full(T, biases[unit])
        for k in range(run[0] * height + c, run[1] * height, height):
            x_k = x + T * int(places[k])
            total += values[k] * panel[x_k : x_k + T]
        y[:] = at_least(total, floor)


@compiled_from(slab_run_python)
def slab_run(typing, tile, slab, weights, run, panel, x, y, first, floor):
    """The places of several entries come in one load. So do their weights, if there are registers
    for more than one unit: shuffles put each in all lanes, as there are more loads than that."""

    def generate(context, builder, signature, arguments):
        v = Vectors(context, builder, panel, signature, arguments)
        _, _, (value, place), run, origin, x, (y_at, units, u_at), (biases, more), floor = v.given
        height, T, rows = len(slab), len(tile[1]) * v.lanes, slab_rows(len(slab))
        n, vectors = height * rows, [number(t * v.lanes) for t in range(len(tile[1]))]
        y, sums = [], []
        for c in range(height):
            unit = builder.sext(v.item(units, u_at, number(c)), INT)
            y_c = builder.mul(unit, number(T))
            pointers = [v.at(origin, y_at, y_c, vector) for vector in vectors]
            sums += v.loaded_or(more, pointers, v.splat(v.item(biases, unit)))
            y += pointers

        def some_rows(k, sums):
            at, sums = builder.mul(k, number(height)), [*sums]
            word = ir.IntType(8 * n)
            bytes_ = builder.bitcast(builder.gep(place, [at]), word.as_pointer())
            bytes_ = builder.load(bytes_, align=1)
            bytes_ = bytes_ if n == 8 else builder.zext(bytes_, INT)
            w = v.whole(builder.gep(value, [at]), n) if height > 1 else None
            for e in range(n):
                w_e = v.shuffle(w, w, [e] * v.lanes) if w else v.splat(v.item(value, at, number(e)))
                i = builder.and_(builder.lshr(bytes_, number(8 * e)), number(255))
                x_e = builder.mul(i, number(T))
                for t, vector in enumerate(vectors):
                    s = e % height * len(tile[1]) + t
                    x_t = v.load(v.at(origin, x, x_e, vector))
                    sums[s] = v.multiply_add(x_t, w_e, sums[s])
            return sums

        for s, pointer in zip(v.loop(*run, rows, sums, some_rows), y, strict=True):
            v.store(v.at_least(s, v.splat(floor)), pointer)
        return context.get_dummy_value()

    return types.void(tile, slab, weights, run, panel, x, y, first, floor), generate


# --- eight output units at a few positions, T samples: a group of 8 x 1 blocks -------------------


def block_run_python(tile, weights, run, panel, x, y, first, last):
    """`csr_run` for up to 8 neighbouring units r that read the same inputs: values_kr.

    y      (where y begins, distance between two positions, P, distance between two units)
    first  (biases, where those of these units begin, how many units there are)

    Source: Goto and van de Geijn 2008 (a square of sums that stays in registers).
    """
    (values, indices), T = weights, len(tile[1]) * lanes_of(panel.dtype)
    (biases, b_at, units), (floor, keep), (x_at, x_step, x_apart) = first, last, x
    y_at, y_apart, count, y_step = y
    for p, r in np.ndindex(int(count), int(units)):
        total = np.full(T, biases[b_at + r])
        for k in range(*run):
            x_k = x_at + p * x_apart + x_step * int(indices[k])
            total += values[HEIGHT * k + r] * panel[x_k : x_k + T]
        y = panel[y_at + p * y_apart + r * y_step :][:T]
        y[:] = at_least(total, y if keep else floor)


@compiled_from(block_run_python)
def block_run(typing, tile, weights, run, panel, x, y, first, last):
    """Eight by two vectors of sums: two loads of x and eight of weights for sixteen products. Where
    registers hold fewer, fewer units and vectors at a time."""

    def generate(context, builder, signature, arguments):
        v = Vectors(context, builder, panel, signature, arguments)
        _, (value, index), run, origin, x, y, (biases, b_at, units), (floor, keep) = v.given
        (x_at, x_step, x_apart), (y_at, y_apart, count, y_step) = x, y
        size = [*map(len, tile)]
        x = vectors_of(v, (origin, x_at), (x_apart, count), size)
        y = vectors_of(v, (origin, y_at), (y_apart, count), size)
        wide = min(WIDE, room() // 2)
        height = min(room() // wide, HEIGHT)

        def one_block(x, rows):
            def multiply(k, sums):
                x_k = builder.mul(v.index(index, k), x_step)
                x_ = [v.load(v.at(x_t, x_k)) for x_t in x]
                out = []
                for r in rows:
                    w = v.splat(v.item(value, builder.mul(k, number(HEIGHT)), number(r)))
                    out += [v.multiply_add(x_t, w, sums[len(out) + t]) for t, x_t in enumerate(x_)]
                return out

            return multiply

        for t, start in np.ndindex(-(-len(x) // wide), HEIGHT // height):
            t, rows = slice(t * wide, (t + 1) * wide), range(start * height, (start + 1) * height)
            b = [v.splat(v.item(biases, b_at, number(r))) for r in rows for _ in x[t]]
            sums = v.loop(*run, 1, b, one_block(x[t], rows))
            for r in rows:
                with builder.if_then(builder.icmp_signed("<", number(r), units)):
                    y_r = [v.at(y_t, builder.mul(y_step, number(r))) for y_t in y[t]]
                    least = v.loaded_or(keep, y_r, v.splat(floor))
                    totals = sums[(r - rows.start) * len(y_r) :]
                    for s, l, pointer in zip(totals, least, y_r, strict=False):
                        v.store(v.at_least(s, l), pointer)
        return context.get_dummy_value()

    return types.void(tile, weights, run, panel, x, y, first, last), generate


# --- a whole panel ------------------------------------------------------------------------------


def all_finite_python(panel):
    """True if every number of the panel is finite; its length is a multiple of `SUMS` vectors."""
    return bool(np.isfinite(panel).all())


@compiled_from(all_finite_python)
def all_finite(typing, panel):
    """0 x is 0 of a finite number, and of no other; the sums of these are 0 or not a number."""

    def generate(context, builder, signature, arguments):
        v = Vectors(context, builder, panel, signature, arguments)
        size = context.make_array(panel)(context, builder, arguments[0]).nitems

        def some_vectors(k, sums):
            x = [v.load(v.at(*v.given, k, number(u * v.lanes))) for u in range(SUMS)]
            return [v.multiply_add(x_u, v.zeros(), s) for x_u, s in zip(x, sums, strict=True)]

        a, b, c, d = v.loop(number(0), size, SUMS * v.lanes, [v.zeros()] * SUMS, some_vectors)
        return v.all_zero(builder.fadd(builder.fadd(a, b), builder.fadd(c, d)))

    return types.boolean(panel), generate
