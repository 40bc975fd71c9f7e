"""The innermost loops for one sample alone, as `microkernels` has them for many.

Arguments as there, but `last` is the floor alone.
"""

import numpy as np
from llvmlite import ir
from numba import types

from minprune.llvm import INDEX, Vectors, compiled_from, lanes_of, number, room
from minprune.sparse.choice import HEIGHT, SUMS, line_tiles
from minprune.sparse.microkernels import at_least

LINE_TILES = line_tiles(room())

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
    """With one sample there are no neighbours to load at once: each lane has its own input.

    The indices come in pairs, one load for two. A gather would take 1.4 times as long on Zen 5 and
    2.1 times on Zen 1.
    """

    def generate(context, builder, signature, arguments):
        v = Vectors(context, builder, panel, signature, arguments, lanes=HEIGHT)
        (value, index), run, origin, x, y, (biases, b_at), floor = v.given
        x = builder.gep(origin, [x])

        def row(k, sums):
            at, x_k = builder.mul(k, number(HEIGHT)), ir.Constant(v.type, ir.Undefined)
            for l in range(0, HEIGHT, 2):
                for lane, i in enumerate(v.two(index, at, number(l)), start=l):
                    lane = ir.Constant(INDEX, lane)
                    x_k = builder.insert_element(x_k, v.item(x, i), lane)
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


# --- one sample: the inputs that are not zero ----------------------------------------------------


def rows_run_python(tile, weights, inputs, panel, x, y, first, floor):
    """y_r = max(b_r + sum_k x_j W_jr, floor) for 8 neighbouring units r to a zero of the tile.

    weights  (values, where those of these units begin): of each input in turn, all of them
    inputs   (the numbers j of those to read, how many)
    first    (biases, where those of these units begin)
    """
    (values, w_at), (listed, count), (biases, b_at) = weights, inputs, first
    n = len(tile) * HEIGHT
    total = biases[b_at : b_at + n].copy()
    for j in listed[:count].astype(np.int64):
        total += panel[x + j] * values[w_at + j * n :][:n]
    panel[y : y + n] = at_least(total, floor)


@compiled_from(rows_run_python)
def rows_run(typing, tile, weights, inputs, panel, x, y, first, floor):
    """One input is loaded for all of these units, whose weights are neighbours."""

    def generate(context, builder, signature, arguments):
        v = Vectors(context, builder, panel, signature, arguments, lanes=HEIGHT)
        _, (value, w_at), (listed, count), origin, x, y, (biases, b_at), floor = v.given
        places = [number(g * HEIGHT) for g in range(len(tile))]

        def one_input(k, sums):
            j = v.index(listed, k)
            x_j, w = v.splat(v.item(origin, x, j)), builder.mul(j, number(len(tile) * HEIGHT))
            w = [v.load(v.at(value, w_at, w, place)) for place in places]
            return [v.multiply_add(w_g, x_j, s) for w_g, s in zip(w, sums, strict=True)]

        b = [v.load(v.at(biases, b_at, place)) for place in places]
        for total, place in zip(v.loop(number(0), count, 1, b, one_input), places, strict=True):
            v.store(v.at_least(total, v.splat(floor)), v.at(origin, y, place))
        return context.get_dummy_value()

    return types.void(tile, weights, inputs, panel, x, y, first, floor), generate


# --- one image: its rows in a line ---------------------------------------------------------------


def line_run_python(which, weights, runs, panel, x, y, first, floor, inside):
    """y_rt = max(b_r + sum_k values_kr x_(t + indices_k), floor) for the units r and the positions
    t of a tile.

    Where rows begin with a vector there are three runs: entries that read the column on the left
    of theirs, their own, and the one on the right; beyond either end of a row are zeros.

    which   the number of the tile in `LINE_TILES`
    runs    (where runs begin, the first)
    first   (biases, where those of these units begin, how many units there are)
    inside  (numbers, where they begin): 1 for each position inside the image, else 0
    """
    tile, (values, indices), (runs, at), (y, y_step) = LINE_TILES[which], weights, runs, y
    (biases, b_at, count), (numbers, n_at) = first, inside
    row = max(tile.wide, 1) * (lanes_of(panel.dtype) >> tile.half)
    n = tile.vectors * (lanes_of(panel.dtype) >> tile.half)
    for r in range(count):
        sums = np.zeros((3, n // row, row), panel.dtype)
        for part in range(3) if tile.wide else (1,):
            at_part = at + part if tile.wide else at
            for k in range(runs[at_part], runs[at_part + 1]):
                x_k = panel[x + int(indices[k]) :][:n]
                sums[part] += values[k * tile.units + r] * x_k.reshape(-1, row)
        left, total, right = sums
        total += biases[b_at + r]
        total[:, 1:] += left[:, :-1]
        total[:, :-1] += right[:, 1:]
        total = at_least(total.ravel(), floor) * numbers[n_at : n_at + n]
        panel[y + r * y_step :][:n] = total


@compiled_from(line_run_python)
def line_run(typing, which, weights, runs, panel, x, y, first, floor, inside):
    """A vector that begins where a line of the cache does is loaded in half the time. So it is not
    x that moves by a column, but the sums, once for all entries."""

    def generate(context, builder, signature, arguments):
        after = builder.append_basic_block("after")
        switch = builder.switch(arguments[0], after)
        for number_of_tile, tile in enumerate(LINE_TILES):
            block = builder.append_basic_block("tile")
            switch.add_case(number(number_of_tile), block)
            builder.position_at_end(block)
            lanes = lanes_of(panel.dtype) >> tile.half
            _tile(Vectors(context, builder, panel, signature, arguments, lanes), tile)
            builder.branch(after)
        builder.position_at_end(after)
        return context.get_dummy_value()

    return types.void(types.int64, weights, runs, panel, x, y, first, floor, inside), generate


def _tile(v, tile):
    """All that one tile does."""
    _, (value, index), (runs, at), origin, x, (y, y_step), first, floor, (inside, n_at) = v.given
    builder, (biases, b_at, count) = v.builder, first
    places = [number(t * v.lanes) for t in range(tile.vectors)]
    units = [number(r) for r in range(tile.units)]
    x = builder.gep(origin, [x])

    def entry(k, sums):
        x_k, w = builder.gep(x, [v.index(index, k)]), builder.mul(k, number(tile.units))
        x_k, out = [v.load(v.at(x_k, place)) for place in places], []
        for r in units:
            w_r = v.splat(v.item(value, w, r))
            out += [v.multiply_add(x_t, w_r, sums[len(out) + t]) for t, x_t in enumerate(x_k)]
        return out

    ends = [v.item(runs, at, number(k)) for k in range(4 if tile.wide else 2)]
    none = [v.zeros()] * (tile.vectors * tile.units)
    sums = [v.splat(v.item(biases, b_at, r)) for r in units for _ in places]
    if tile.wide:
        left = _moved(v, tile, v.loop(ends[0], ends[1], 1, none, entry), 1)
        sums = [builder.fadd(*pair) for pair in zip(sums, left, strict=True)]
        sums = v.loop(ends[1], ends[2], 1, sums, entry)
        right = _moved(v, tile, v.loop(ends[2], ends[3], 1, none, entry), -1)
        sums = [builder.fadd(*pair) for pair in zip(sums, right, strict=True)]
    else:
        sums = v.loop(*ends, 1, sums, entry)
    for r in units:
        with builder.if_then(builder.icmp_signed("<", r, count)):
            y_r = builder.mul(y_step, r)
            for place, total in zip(places, sums[r.constant * tile.vectors :], strict=False):
                kept = v.load(v.at(inside, n_at, place))
                total = builder.fmul(v.at_least(total, v.splat(floor)), kept)
                v.store(total, v.at(origin, y, y_r, place))


def _moved(v, tile, sums, step):
    """The rows of a tile with every number a column further on; zeros come in."""
    out, lanes = [], range(v.lanes - 1, 2 * v.lanes - 1) if step > 0 else range(1, v.lanes + 1)
    for k, vector in enumerate(sums):
        t = k % tile.wide - step
        other = sums[k - step] if 0 <= t < tile.wide else v.zeros()
        out.append(v.shuffle(*((other, vector) if step > 0 else (vector, other)), lanes))
    return out


def pairs_run_python(size, panel, x, y, rows):
    """y_j = max over p of max(x_p,2j, x_p,2j+1) for as many columns j as `size` is long.

    x, y  where they begin in the panel
    rows  (how many rows p, distance between two)
    """
    (n_p, x_p), L = rows, len(size)
    columns = [panel[x + p * x_p :][: 2 * L].reshape(L, 2) for p in range(n_p)]
    panel[y : y + L] = np.max(columns, axis=(0, 2))


@compiled_from(pairs_run_python)
def pairs_run(typing, size, panel, x, y, rows):
    """The larger of two vectors of rows; then the even lanes against the odd ones."""

    def generate(context, builder, signature, arguments):
        v = Vectors(context, builder, panel, signature, arguments, lanes=len(size))
        _, origin, x, y, (n_p, x_p) = v.given

        def row(p):
            start = builder.mul(p, x_p)
            return [v.load(v.at(origin, x, start, number(k * v.lanes))) for k in range(2)]

        def next_row(p, largest):
            return [v.larger(a, b) for a, b in zip(largest, row(p), strict=True)]

        largest = v.loop(number(1), n_p, 1, row(number(0)), next_row)
        even, odd = (v.shuffle(*largest, range(k, 2 * v.lanes, 2)) for k in range(2))
        v.store(v.larger(even, odd), v.at(origin, y))
        return context.get_dummy_value()

    return types.void(size, panel, x, y, rows), generate


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
