"""The innermost loops of the sparse engine: what is multiplied, and in which registers.

Each stands here twice: as plain Python, to read and to test against, and right below it for LLVM.
With Numba's compiler off (NUMBA_DISABLE_JIT=1) the first one runs. Those of a single sample stand
in `sample_kernels`.

All activations lie in one flat array, the panel; T samples of a feature are neighbours in it. A
`tile` is a tuple of as many zeros as vectors of 64 bytes make up T, since the length of a tuple is
known when a kernel is compiled: (0, 0, 0, 0) means 64 samples in float32. Arguments that belong
together are pairs:

    weights  (values, indices)
    run      (start, stop): the entries, blocks or rows k to go through
    x        (where x begins in the panel, distance between two neighbouring inputs)
    y        where y begins; of several units (where, distance between two neighbouring outputs)
    first    what the sum begins with, in a form of each kernel's own
    last     (floor, keep): the output is at least `floor`; or if `keep`, at least what y holds,
             which an earlier window of a pooling has brought there. floor = 0 is a ReLU, and keep
             a max pooling.

A sum that has overflowed is not a number in the output, so that neither ReLU nor pooling hides it.
"""

import numpy as np
from llvmlite import ir
from numba import types

from minprune.llvm import INT, Vectors, compiled_from, lanes_of, number
from minprune.sparse.choice import HEIGHT, SUMS, UNROLL, WIDE, slab_rows


def at_least(total, least):
    """max(total, least); not a number where the total is not finite or `least` is not a number."""
    return np.where(np.isfinite(total), np.maximum(total, least), np.nan)


# --- one output unit, T samples: a run of a blocked CSR ------------------------------------------


def csr_run_python(tile, weights, run, panel, x, y, first, last):
    """y_t = max(b + sum_k values_k x_indices_k,t, floor) for T neighbours t.

    first  (b, more): the sum begins with b, or if `more` with what y holds
    """
    (values, indices), T = weights, len(tile) * lanes_of(panel.dtype)
    (b, more), (floor, keep), (x_at, x_step) = first, last, x
    y = panel[y : y + T]
    total = y.copy() if more else np.full(T, b)
    for k in range(*run):
        x_k = x_at + x_step * int(indices[k])
        total += values[k] * panel[x_k : x_k + T]
    y[:] = at_least(total, y if keep else floor)


@compiled_from(csr_run_python)
def csr_run(typing, tile, weights, run, panel, x, y, first, last):
    """The sums stay in registers while the entries stream by, two at a time."""

    def generate(context, builder, signature, arguments):
        v = Vectors(context, builder, panel, signature, arguments)
        _, (value, index), run, origin, (x_at, x_step), y_at, (b, more), (floor, keep) = v.given
        places = [number(t * v.lanes) for t in range(len(tile))]
        y = [v.at(origin, y_at, place) for place in places]

        def some_entries(k, sums):
            for u in range(UNROLL):
                entry = builder.add(k, number(u))
                w = v.splat(v.item(value, entry))
                x_k = builder.mul(v.index(index, entry), x_step)
                x = [v.load(v.at(origin, x_at, x_k, place)) for place in places]
                sums = [v.multiply_add(x_t, w, s) for x_t, s in zip(x, sums, strict=True)]
            return sums

        sums = v.loop(*run, UNROLL, v.loaded_or(more, y, v.splat(b)), some_entries)
        least = v.loaded_or(keep, y, v.splat(floor))
        for s, l, pointer in zip(sums, least, y, strict=True):
            v.store(v.at_least(s, l), pointer)
        return context.get_dummy_value()

    return types.void(tile, weights, run, panel, x, y, first, last), generate


# --- a few output units, T samples: a slab -------------------------------------------------------


def slab_run_python(tile, slab, weights, run, panel, x, y, first, floor):
    """`csr_run` for the units of a slab, as many as `slab` is long.

    weights  (values, places): of each unit in each row k, in turn
    x        where the inputs of the block begin; they are neighbours
    y        (where unit 0 is, units, where those of this slab begin); units are neighbours
    first    (biases, more)
    """
    (values, places), T, height = weights, len(tile) * lanes_of(panel.dtype), len(slab)
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
        height, T, rows = len(slab), len(tile) * v.lanes, slab_rows(len(slab))
        n, vectors = height * rows, [number(t * v.lanes) for t in range(len(tile))]
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
                    s = e % height * len(tile) + t
                    x_t = v.load(v.at(origin, x, x_e, vector))
                    sums[s] = v.multiply_add(x_t, w_e, sums[s])
            return sums

        for s, pointer in zip(v.loop(*run, rows, sums, some_rows), y, strict=True):
            v.store(v.at_least(s, v.splat(floor)), pointer)
        return context.get_dummy_value()

    return types.void(tile, slab, weights, run, panel, x, y, first, floor), generate


# --- eight output units, T samples: a group of 8 x 1 blocks --------------------------------------


def block_run_python(tile, weights, run, panel, x, y, first, last):
    """`csr_run` for up to 8 neighbouring units r that read the same inputs: values_kr.

    first  (biases, where those of these units begin, how many units there are)

    Source: Goto and van de Geijn 2008 (a square of sums that stays in registers).
    """
    (values, indices), T = weights, len(tile) * lanes_of(panel.dtype)
    (biases, b_at, count), (floor, keep), (x_at, x_step), (y_at, y_step) = first, last, x, y
    for r in range(count):
        total = np.full(T, biases[b_at + r])
        for k in range(*run):
            x_k = x_at + x_step * int(indices[k])
            total += values[HEIGHT * k + r] * panel[x_k : x_k + T]
        y = panel[y_at + r * y_step :][:T]
        y[:] = at_least(total, y if keep else floor)


@compiled_from(block_run_python)
def block_run(typing, tile, weights, run, panel, x, y, first, last):
    """Eight by two vectors of sums: two loads of x and eight of weights for sixteen products."""

    def generate(context, builder, signature, arguments):
        v = Vectors(context, builder, panel, signature, arguments)
        _, (value, index), run, origin, (x_at, x_step), (y_at, y_step), first, (floor, keep) = (
            v.given
        )
        biases, b_at, count = first

        def one_block(places):
            def multiply(k, sums):
                x_k = builder.mul(v.index(index, k), x_step)
                x = [v.load(v.at(origin, x_at, x_k, place)) for place in places]
                out = []
                for r in range(HEIGHT):
                    w = v.splat(v.item(value, builder.mul(k, number(HEIGHT)), number(r)))
                    out += [v.multiply_add(x_t, w, sums[len(out) + t]) for t, x_t in enumerate(x)]
                return out

            return multiply

        for t in range(0, len(tile), WIDE):
            places = [number(p * v.lanes) for p in range(t, min(t + WIDE, len(tile)))]
            b = [v.splat(v.item(biases, b_at, number(r))) for r in range(HEIGHT)]
            sums = v.loop(*run, 1, [b_r for b_r in b for _ in places], one_block(places))
            for r in range(HEIGHT):
                with builder.if_then(builder.icmp_signed("<", number(r), count)):
                    y_r = builder.mul(y_step, number(r))
                    y = [v.at(origin, y_at, y_r, place) for place in places]
                    least = v.loaded_or(keep, y, v.splat(floor))
                    for s, l, pointer in zip(sums[r * len(places) :], least, y, strict=False):
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
