"""One sample alone: what `panels` does, without neighbouring samples to fill the vectors.

What lies side by side instead: the positions of an image, row after row in one line, of which a
convolution takes a few vectors at a time; where it skips columns, and in dense layers, eight output
units. All threads work on the same sample, so steps are cut into pieces. Whoever only wants to know
how sparse products become fast may skip this chapter.
"""

import numba
import numpy as np

from minprune.jit import jit
from minprune.llvm import VECTOR
from minprune.sparse.choice import CHUNK, HEIGHT
from minprune.sparse.microkernels import all_finite
from minprune.sparse.panels import (
    AFFINE,
    AVERAGE_POOL,
    FIELDS,
    MAX_POOL,
    Program,
    affine_step,
    curve_step,
    lanes,
    places,
)
from minprune.sparse.sample_kernels import (
    block_one,
    full_one,
    larger,
    line_run,
    pairs_run,
    rows_run,
    slice_run,
)
from minprune.workers import DONE, FAILED, TAKEN, add

SLICES, BLOCKS_ONE, FULL, PAIRS, LINES = range(100, 105)  # more kinds of steps
MORE_FIELDS = (
    *("tile", "height", "parts"),  # of a convolution: which tile, units in it, runs of these
    "inside",  # where 1 and 0 begin that tell which positions are inside the image
    "after",  # pieces of a sample that have to be done before it
    *("inputs", "inputs_at", "dense"),  # of a dense layer: how many, where; its dense weights begin
    "most",  # inputs that may be nonzero for these to be quicker; 0 if there are none
)  # in front of the others: Numba takes a record that only goes on longer for the shorter one
STEP_ONE = np.dtype([(name, np.int64) for name in MORE_FIELDS + FIELDS])
HEAD = 2 * VECTOR  # bytes in which a block tells where its arrays begin and end
ONE, ALL = (0,), (0,) * CHUNK  # tiles of `rows_run`


# --- the loops -----------------------------------------------------------------------------------


@jit
def units_step(step, program, panel):
    """A layer, eight units at a time; at many positions if it is a convolution."""
    kind, bias = step["kind"], step["bias"]
    weights = program.values[step["values"] :], program.indices[step["indices"] :]
    runs = program.runs[step["runs"] :]
    floor = panel.dtype.type(0) if step["relu"] else -panel.dtype.type(np.inf)
    for i in range(step["rows"]):
        for j in range(step["columns"]):
            x, y = places(step, i, j, 0, 1)
            for g in range((step["channels"] + HEIGHT - 1) // HEIGHT):
                run, o = (runs[g], runs[g + 1]), g * HEIGHT
                first = program.values, bias + o
                if kind == SLICES:
                    slice_run(weights, run, panel, x, y + o, first, floor)
                elif kind == BLOCKS_ONE:
                    block_one(weights, run, panel, x, y + o, first, floor)
                else:
                    full_one(weights, run, panel, x, y + o, first, floor)


@jit
def rows_step(step, program, panel):
    """A dense layer by those inputs that are not zero, if they are few; returns whether it did."""
    n = step["inputs"]
    x = panel[step["inputs_at"] :][:n]
    count = np.int32(0)  # as long as the numbers, so that vectors count
    for j in range(len(x)):
        count = np.int32(count + np.int32(x[j] != 0))
    if count > step["most"]:
        return False
    listed, k = np.empty(n, np.uint32), 0
    for j in range(len(x)):  # without a branch, which would be mispredicted
        listed[k] = j
        k += x[j] != 0
    groups = (step["channels"] + HEIGHT - 1) // HEIGHT
    whole = groups - groups % CHUNK
    for g in range(0, whole, CHUNK):
        rows_units(ALL, step, program, panel, (listed, k), g)
    for g in range(whole, groups):
        rows_units(ONE, step, program, panel, (listed, k), g)
    return True


@jit
def rows_units(tile, step, program, panel, inputs, g):
    """The units of as many groups as the tile is long, from group g on."""
    o = g * HEIGHT
    floor = panel.dtype.type(0) if step["relu"] else -panel.dtype.type(np.inf)
    weights = program.values, step["dense"] + o * step["inputs"]
    first = program.values, step["bias"] + o
    rows_run(tile, weights, inputs, panel, step["inputs_at"], step["y"] + o, first, floor)


@jit
def lines_step(step, program, panel):
    """A convolution: each tile of positions for all units, then the next one."""
    weights = program.values[step["values"] :], program.indices[step["indices"] :]
    runs, bias, n = program.runs[step["runs"] :], step["bias"], step["channels"]
    floor = panel.dtype.type(0) if step["relu"] else -panel.dtype.type(np.inf)
    for i in range(step["rows"]):
        x, y = places(step, i, 0, 0, 1)
        inside = program.values, step["inside"] + i * step["y_row"]
        for g in range((n + step["height"] - 1) // step["height"]):
            o = g * step["height"]
            first = program.values, bias + o, min(step["height"], n - o)
            target = y + o * step["y_channel"], step["y_channel"]
            line_run(step["tile"], weights, (runs, g * step["parts"]), panel, x, target, first,
                     floor, inside)  # fmt: skip


@jit
def pairs_step(step, panel):
    """Max pooling by twos, a vector of columns at a time. The last one ends where the row does."""
    window, wide = (step["pool_rows"], step["x_pool_row"]), lanes(panel)
    while wide > step["columns"]:
        wide //= 2
    for i in range(step["rows"]):
        for c in range(step["channels"]):
            for j in range(0, step["columns"], wide):
                x, y = places(step, i, min(j, step["columns"] - wide), c, 1)
                if wide == 16:
                    pairs_run((0,) * 16, panel, x, y, window)
                elif wide == 8:
                    pairs_run((0,) * 8, panel, x, y, window)
                elif wide == 4:
                    pairs_run((0,) * 4, panel, x, y, window)
                else:
                    for k in range(wide):
                        pairs_run((0,), panel, x + 2 * k, y + k, window)


@jit
def window_step(step, panel):
    """Any other pooling, window by window."""
    n_p, n_q = step["pool_rows"], step["pool_columns"]
    average, size = step["kind"] == AVERAGE_POOL, panel.dtype.type(n_p * n_q)
    for i in range(step["rows"]):
        for c in range(step["channels"]):
            for j in range(step["columns"]):
                x, y = places(step, i, j, c, 1)
                largest, total = panel[x], panel.dtype.type(0)
                for p in range(n_p):
                    for q in range(n_q):
                        z = panel[x + p * step["x_pool_row"] + q * step["x_pool_column"]]
                        largest, total = larger(largest, z), total + z
                panel[y] = total / size if average else largest


@jit
def run_piece(step, program, panel):
    """A step or a piece of it, on the sample whose input is in its place."""
    kind = step["kind"]
    if kind in (SLICES, BLOCKS_ONE, FULL):
        if step["most"] == 0 or not rows_step(step, program, panel):
            units_step(step, program, panel)
    elif kind == LINES:
        lines_step(step, program, panel)
    elif kind == PAIRS:
        pairs_step(step, panel)
    elif kind in (MAX_POOL, AVERAGE_POOL):
        window_step(step, panel)
    elif kind == AFFINE:
        affine_step(step, program, panel, np.int64(1))
    else:
        curve_step(step, program, panel, np.int64(1))


@jit
def run_samples(block, N, x, y, panel, counters):
    """One sample after the other, each piece of a step by the first thread that is free for it.

    A piece is begun when all pieces of earlier steps are done. The first thing to do for a sample
    is to bring it in, the last to bring it out, unless a number on the way was not finite: then the
    rest is left.

    block     the arrays of a plan in one, as `packed` makes it: Python hands over one array faster
    counters  (3,) shared by all threads: pieces taken, pieces done, whether it failed
    """
    program, source, target = opened(block, panel)
    pieces = len(program.steps) + 2
    while True:
        p = add(counters, TAKEN, 1)
        n, s = p // pieces, p % pieces - 1  # of sample n the step s
        if n >= N:
            break
        after = 0 if s < 0 else program.steps[s]["after"] if s < pieces - 2 else pieces - 1
        while add(counters, DONE, 0) < n * pieces + after and counters[FAILED] == 0:
            pass
        if counters[FAILED] > 0:
            break
        if s < 0:
            bring_in(x, n, len(x) // N, source, panel)
        elif s < pieces - 2:
            run_piece(program.steps[s], program, panel)
        elif all_finite(panel):
            bring_out(panel, y, n, len(y) // N, target)
        else:
            counters[FAILED] = True
        add(counters, DONE, 1)


@jit
def opened(block, panel):
    """The inverse of `packed`: the program, and the addresses of the features of input and output,
    in order; the first alone if the others follow it."""
    e = block[:HEAD].view(np.int64)
    steps = block[e[0] : e[1]].view(STEP_ONE)
    values = block[e[2] : e[3]].view(panel.dtype)
    indices, runs = block[e[4] : e[5]].view(np.uint32), block[e[6] : e[7]].view(np.int64)
    units, source = block[e[8] : e[9]].view(np.int32), block[e[10] : e[11]].view(np.int64)
    target = block[e[12] : e[13]].view(np.int64)
    return Program(steps, values, indices, runs, units), source, target


@jit
def bring_in(x, n, features, source, panel):
    """Sample n to its place; if the addresses follow one another, `source` has the first alone."""
    x = x[n * features :][:features]
    if len(source) < features:
        row = panel[source[0] :][:features]
        for f in range(len(row)):
            row[f] = x[f]
    else:
        for f in range(features):
            panel[source[f]] = x[f]


@jit
def bring_out(panel, y, n, features, target):
    """The inverse of `bring_in`."""
    y = y[n * features :][:features]
    if len(target) < features:
        row = panel[target[0] :][:features]
        for f in range(len(row)):
            y[f] = row[f]
    else:
        for f in range(features):
            y[f] = panel[target[f]]


if numba.config.DISABLE_JIT:  # compiled loops overflow without a warning
    run_samples = np.errstate(all="ignore")(run_samples)
