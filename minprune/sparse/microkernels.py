"""The innermost loops of the sparse engine: what is multiplied, and in which registers.

Each stands here twice: as plain Python, to read and to test against, and right below it for LLVM.
With Numba's compiler off (NUMBA_DISABLE_JIT=1) the first one runs.

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

import threading

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from minprune.sparse.choice import HEIGHT, SUMS, UNROLL, WIDE
from minprune.sparse.llvm import INDEX, Vectors, lanes_of, number


def compiled_from(python):
    """Decorate what generates the code of `python`; with the compiler off, `python` runs itself."""

    def chosen(generate):
        return python if numba.config.DISABLE_JIT else intrinsic(generate)

    return chosen


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


# --- one sample: eight output units at a time ----------------------------------------------------


def slice_run_python(weights, run, panel, x, y, first, floor):
    """y_r = max(b_r + sum_k values_kr x_indices_kr, floor) for 8 units r, and one sample.

    weights  8 values and 8 indices in each row k
    first    (biases, where those of these units begin)
    """
    (values, indices), (biases, b_at) = weights, first
    total = biases[b_at : b_at + HEIGHT].copy()
    for k in range(*run):
        row = slice(HEIGHT * k, HEIGHT * (k + 1))
        total += values[row] * panel[x + indices[row].astype(np.int64)]
    panel[y : y + HEIGHT] = at_least(total, floor)


@compiled_from(slice_run_python)
def slice_run(typing, weights, run, panel, x, y, first, floor):
    """With one sample there are no neighbours to load at once: each lane fetches its own input."""

    def generate(context, builder, signature, arguments):
        v = Vectors(context, builder, panel, signature, arguments, lanes=HEIGHT)
        (value, index), run, origin, x, y, (biases, b_at), floor = v.given

        def row(k, sums):
            at = builder.mul(k, number(HEIGHT))
            inputs = builder.bitcast(
                builder.gep(index, [at]), ir.VectorType(INDEX, HEIGHT).as_pointer()
            )
            x_k = v.gather(builder.gep(origin, [x]), builder.load(inputs, align=4))
            return [v.multiply_add(x_k, v.load(v.at(value, at)), sums[0])]

        (total,) = v.loop(*run, 1, [v.load(v.at(biases, b_at))], row)
        v.store(v.at_least(total, v.splat(floor)), v.at(origin, y))
        return context.get_dummy_value()

    return types.void(weights, run, panel, x, y, first, floor), generate


def block_one_python(weights, run, panel, x, y, first, floor):
    """y_r = max(b_r + sum_k values_kr x_indices_k, floor) for the 8 units r of a group of blocks.

    weights  8 values and one index in each block k
    first    (biases, where those of these units begin)
    """
    (values, indices), (biases, b_at) = weights, first
    total = biases[b_at : b_at + HEIGHT].copy()
    for k in range(*run):
        total += values[HEIGHT * k : HEIGHT * (k + 1)] * panel[x + int(indices[k])]
    panel[y : y + HEIGHT] = at_least(total, floor)


@compiled_from(block_one_python)
def block_one(typing, weights, run, panel, x, y, first, floor):
    """Four sums in turn, since each product would otherwise wait for the one before it."""

    def generate(context, builder, signature, arguments):
        v = Vectors(context, builder, panel, signature, arguments, lanes=HEIGHT)
        (_, index), _, origin, x, *_ = v.given
        _one_group(v, lambda k: v.item(origin, x, v.index(index, k)))
        return context.get_dummy_value()

    return types.void(weights, run, panel, x, y, first, floor), generate


def full_one_python(weights, run, panel, x, y, first, floor):
    """`block_one` where no block is missing and the inputs are neighbours: x_k for x_indices_k."""
    (values, _), (biases, b_at), (start, stop) = weights, first, run
    W = values[HEIGHT * start : HEIGHT * stop].reshape(-1, HEIGHT)
    total = panel[x : x + len(W)] @ W + biases[b_at : b_at + HEIGHT]
    panel[y : y + HEIGHT] = at_least(total, floor)


@compiled_from(full_one_python)
def full_one(typing, weights, run, panel, x, y, first, floor):
    """A dense layer is as fast as the weights come from memory: without indices they are fewer."""

    def generate(context, builder, signature, arguments):
        v = Vectors(context, builder, panel, signature, arguments, lanes=HEIGHT)
        _, (start, _), origin, x, *_ = v.given
        _one_group(v, lambda k: v.item(origin, x, builder.sub(k, start)))
        return context.get_dummy_value()

    return types.void(weights, run, panel, x, y, first, floor), generate


def _one_group(v, input_of):
    """The loop that both share; `input_of` gives the input of a block."""
    (value, _), (start, stop), origin, _, y, (biases, b_at), floor = v.given
    builder = v.builder

    def blocks(k, sums):
        out = []
        for u, s in enumerate(sums):
            block = builder.add(k, number(u))
            w = v.load(v.at(value, builder.mul(block, number(HEIGHT))))
            out.append(v.multiply_add(w, v.splat(input_of(block)), s))
        return out

    rest = builder.and_(builder.sub(stop, start), number(SUMS - 1))
    fours = builder.sub(stop, rest)
    sums = [v.load(v.at(biases, b_at)), *[v.zeros()] * (SUMS - 1)]
    sums = v.loop(start, fours, SUMS, sums, blocks)
    (last,) = v.loop(fours, stop, 1, sums[:1], blocks)
    total = builder.fadd(builder.fadd(last, sums[1]), builder.fadd(sums[2], sums[3]))
    v.store(v.at_least(total, v.splat(floor)), v.at(origin, y))


# --- one image: pairs of columns ----------------------------------------------------------------


def pairs_run_python(panel, x, y, rows):
    """y_j = max over p of max(x_p,2j, x_p,2j+1) for 16 columns j (8 of float64): max pooling.

    x, y  where they begin in the panel
    rows  (how many rows p, distance between two)
    """
    (n_p, x_p), L = rows, lanes_of(panel.dtype)
    columns = [panel[x + p * x_p :][: 2 * L].reshape(L, 2) for p in range(n_p)]
    panel[y : y + L] = np.max(columns, axis=(0, 2))


@compiled_from(pairs_run_python)
def pairs_run(typing, panel, x, y, rows):
    """The larger of two vectors of rows; then the even lanes against the odd ones."""

    def generate(context, builder, signature, arguments):
        v = Vectors(context, builder, panel, signature, arguments)
        origin, x, y, (n_p, x_p) = v.given

        def row(p):
            start = builder.mul(p, x_p)
            return [v.load(v.at(origin, x, start, number(k * v.lanes))) for k in range(2)]

        def next_row(p, largest):
            return [v.larger(a, b) for a, b in zip(largest, row(p), strict=True)]

        largest = v.loop(number(1), n_p, 1, row(number(0)), next_row)
        even, odd = (v.shuffle(*largest, range(k, 2 * v.lanes, 2)) for k in range(2))
        v.store(v.larger(even, odd), v.at(origin, y))
        return context.get_dummy_value()

    return types.void(panel, x, y, rows), generate


def larger_python(a, b):
    """The larger of two numbers."""
    return max(a, b)


@compiled_from(larger_python)
def larger(typing, a, b):
    """Numba's own `max` branches, and a processor cannot guess which of two numbers is larger."""

    def generate(context, builder, signature, arguments):
        a, b = arguments
        return builder.select(builder.fcmp_ordered("<", a, b), b, a)

    return a(a, a), generate


# --- samples to panels and back ------------------------------------------------------------------


def transpose_python(source, rows, target, columns):
    """target_ij = source_ji for a square of 16 x 16 numbers (8 x 8 of float64).

    rows, columns  (where it begins, distance between two rows), of the source and of the target
    """
    (source_at, pitch), (target_at, target_pitch) = rows, columns
    L = lanes_of(source.dtype)
    for i in range(L):
        row = source[source_at + i * pitch :][:L]
        target[target_at + i : target_at + i + (L - 1) * target_pitch + 1 : target_pitch] = row


@compiled_from(transpose_python)
def transpose(typing, source, rows, target, columns):
    """In log2 16 rounds: swap single numbers of two rows, then pairs, then fours, then eights."""

    def generate(context, builder, signature, arguments):
        v = Vectors(context, builder, source, signature, arguments)
        origin, (source_at, pitch), goal, (target_at, target_pitch) = v.given
        starts = [builder.mul(pitch, number(i)) for i in range(v.lanes)]
        square = [v.load(v.at(origin, source_at, start)) for start in starts]
        step = 1
        while step < v.lanes:
            low = [l if not l & step else v.lanes + l - step for l in range(v.lanes)]
            high = [l + step if not l & step else v.lanes + l for l in range(v.lanes)]
            for i in range(v.lanes):
                if not i & step:
                    a, b = square[i], square[i + step]
                    square[i], square[i + step] = v.shuffle(a, b, low), v.shuffle(a, b, high)
            step *= 2
        for i, row in enumerate(square):
            v.store(row, v.at(goal, target_at, builder.mul(target_pitch, number(i))))
        return context.get_dummy_value()

    return types.void(source, rows, target, columns), generate


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


# --- counting together --------------------------------------------------------------------------

_one_at_a_time = threading.Lock()


def add_python(counters, k, n):
    """Add n to counters_k and return what it held. No two threads get in each other's way."""
    with _one_at_a_time:
        counters[k] += n
        return counters[k] - n


@compiled_from(add_python)
def add(typing, counters, k, n):
    """Reading and adding are one instruction."""

    def generate(context, builder, signature, arguments):
        v = Vectors(context, builder, counters, signature, arguments)
        place, k, n = v.given
        return builder.atomic_rmw("add", builder.gep(place, [k]), n, "seq_cst")

    return types.int64(counters, types.int64, types.int64), generate
