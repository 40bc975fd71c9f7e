"""Panels: T samples side by side go through the whole network.

The `Planner` of `panel_plan` turns the stages of a network into a `Program`: a list of steps over
one flat array, in which all activations lie, sample beside sample: the number of sample t at
address f has index f T + t. So one weight is multiplied with T neighbours, whatever the layer. A
panel goes through all steps while the processor's caches hold it, and no panel waits for another.
A step has the addresses of its input and output, and the distances between their rows, columns and
channels; so dense layers (one position) and convolutions (many) are the same loop. Of many
positions a tile of neighbours is done at once, so that each weight is read once for all of them.
"""

from typing import NamedTuple

import numba
import numpy as np

from minprune.jit import jit
from minprune.llvm import VECTOR, room
from minprune.sparse.choice import HEIGHT, run_height, slab_height
from minprune.sparse.microkernels import all_finite, block_run, csr_run, slab_run
from minprune.sparse.sample_kernels import larger
from minprune.squares import transpose
from minprune.workers import DONE, TAKEN, add

# --- the program ---------------------------------------------------------------------------------

CSR, BLOCKS, SLABS, MAX_POOL, AVERAGE_POOL, BENT, TANH, AFFINE = range(8)  # kinds of steps

FIELDS = (
    "kind",
    *("x", "x_row", "x_column", "x_channel"),  # input: where it begins; from output to output
    *("y", "y_row", "y_column", "y_channel"),  # output: where it begins; from one to the next
    *("rows", "columns", "channels"),  # of the output
    *("pool_rows", "pool_columns"),  # of a pooling window
    *("x_pool_row", "x_pool_column"),  # input: from one place in the window to the next
    *("blocks", "block"),  # of inputs, one after the other: how many; inputs of one, of slabs
    *("values", "indices", "runs", "units", "bias"),  # weights: where they begin
    "sums",  # of a few positions, where their blocks add up; 0 if the output does
    "relu",  # done along with it
    *("bias_row", "bias_column", "bias_channel"),  # of an affine step: to the next three numbers
    "cost",  # cycles, about
)
STEP = np.dtype([(name, np.int64) for name in FIELDS])
SLAB, PAIR = (0,) * slab_height(room()), (0,) * run_height(room())
SINGLY, TWO = (0,), (0, 0)  # positions that are pooled


class Program(NamedTuple):
    """A network as a planner prepares it for the loops.

    steps        records of `STEP`
    values       the entries of all layers, one after the other, their biases and the factors of
                 affine steps
    indices      of each entry: the address of the input, or for convolutions its distance from the
                 corner of the window; of slabs the places, a byte each
    runs, units  where each run of entries or slab begins, and the units that it belongs to; runs of
                 as many units as `PAIR` is long are one, their entries in turn
    """

    steps: np.ndarray
    values: np.ndarray
    indices: np.ndarray
    runs: np.ndarray
    units: np.ndarray


# --- the loops -----------------------------------------------------------------------------------


@jit
def product_step(tile, step, program, panel, T):
    """A layer at every position, over every window of a pooling behind it.

    A tile of neighbouring positions is done at once. Of a run of entries these are, if two columns
    are pooled, both of each window.
    """
    one, n, x_apart, windows = (tile[0][:1], tile[1]), *row_of(tile, step)
    pairs = windows < step["pool_columns"]
    for i in range(step["rows"]):
        for p in range(step["pool_rows"]):
            for j in range(0, n, len(tile[0])):
                x = step["x"] + i * step["x_row"] + p * step["x_pool_row"] + j * x_apart
                y = step["y"] + i * step["y_row"] + (j // 2 if pairs else j) * step["y_column"]
                for q in range(windows):
                    x_q, count = (x + q * step["x_pool_column"]) * T, min(len(tile[0]), n - j)
                    at, keep = (x_q, x_apart * T, y * T, count), p + q > 0
                    if step["kind"] == BLOCKS:
                        block_units(tile, step, program, panel, T, at, keep)
                    elif count == 1:
                        csr_blocks(one, SINGLY, step, program, panel, T, at, keep)
                    elif pairs:
                        csr_blocks(tile, TWO, step, program, panel, T, at, keep)
                    else:
                        csr_blocks(tile, SINGLY, step, program, panel, T, at, keep)


@jit
def row_of(tile, step):
    """Positions in a row, distance between two, and how often each is done, for one column of a
    pooling window at a time."""
    n, windows = step["columns"], step["pool_columns"]
    if windows == 2 and len(tile[0]) > 1 and step["kind"] == CSR:
        return 2 * n, step["x_pool_column"], 1
    return n, step["x_column"], windows


@jit
def csr_blocks(tile, pool, step, program, panel, T, at, keep):
    """In blocked CSR: block after block of the inputs of a few positions.

    at  where their x begins, distance between two, where their y begins, how many they are
    """
    (x, x_apart, y, count), last = at, step["blocks"] - 1
    y = y, step["y_column"] * T, step["y_channel"] * T
    z = (step["sums"] * T, T, len(tile[0]) * T) if step["sums"] > 0 else y
    none, x = -panel.dtype.type(np.inf), (x, x_apart, count)
    final = (panel.dtype.type(0) if step["relu"] else none), keep
    for block in range(last):
        csr_units(tile, SINGLY, step, program, panel, T, block, x, z, z, (none, block < 0))
    csr_units(tile, pool, step, program, panel, T, last, x, z, y, final)


@jit
def csr_units(tile, pool, step, program, panel, T, block, x, z, y, last):
    """All output units at a few positions, as far as they read one block of inputs.

    z, y  where they are before and after: of the first position, distance to the next, and from
          unit to unit
    """
    weights = program.values[step["values"] :], program.indices[step["indices"] :]
    height, biases, (x, x_apart, count) = len(PAIR), program.values[step["bias"] :], x
    n = (step["channels"] + height - 1) // height
    units = program.units[step["units"] + block * n * height :]
    runs = program.runs[step["runs"] + block * (n + 1) :]
    (z, z_apart, z_unit), (y, y_apart, y_unit) = z, y
    for r in range(n):
        first = units, r * height, biases, block > 0, z, z_unit, z_apart
        csr_run(tile, PAIR, pool, weights, (runs[r], runs[r + 1]), panel, (x, T, x_apart),
                (y, y_unit, y_apart, count), first, last)  # fmt: skip


@jit
def block_units(tile, step, program, panel, T, at, keep):
    """In 8 x 1 blocks: all output units at a few positions, eight by eight."""
    x, x_apart, y, count = at
    weights = program.values[step["values"] :], program.indices[step["indices"] :]
    n, y_unit, bias = step["channels"], step["y_channel"] * T, step["bias"]
    few, one = (tile[0][:2], tile[1]), (tile[0][:1], tile[1])
    runs, y_apart = program.runs[step["runs"] :], step["y_column"] * T
    last = (panel.dtype.type(0) if step["relu"] else -panel.dtype.type(np.inf)), keep
    for g in range((n + HEIGHT - 1) // HEIGHT):
        o, blocks = g * HEIGHT, (runs[g], runs[g + 1])
        first = program.values, bias + o, min(HEIGHT, n - o)
        for p in range(0, count, len(few[0])):
            place = y + p * y_apart + o * y_unit, y_apart, min(count - p, len(few[0])), y_unit
            x_p = x + p * x_apart, T, x_apart
            if count - p == 1:
                block_run(one, weights, blocks, panel, x_p, place, first, last)
            else:
                block_run(few, weights, blocks, panel, x_p, place, first, last)


@jit
def slab_step(tile, step, program, panel, T):
    """A dense layer in slabs, whose inputs are neighbours."""
    height, n, y = len(SLAB), step["channels"], step["y"] * T
    slabs, zero = (n + height - 1) // height, panel.dtype.type(0)
    places = program.indices[step["indices"] :].view(np.uint8)
    weights, biases = (program.values[step["values"] :], places), program.values[step["bias"] :]
    runs, units = program.runs[step["runs"] :], program.units[step["units"] :]
    for block in range(step["blocks"]):
        last, x = block == step["blocks"] - 1, (step["x"] + block * step["block"]) * T
        floor = zero if step["relu"] and last else -panel.dtype.type(np.inf)
        for s in range(slabs):
            k = block * (slabs + 1) + s
            if runs[k] < runs[k + 1] or block == 0 or last:
                first = y, units, (block * slabs + s) * height
                slab_run(tile, SLAB, weights, (runs[k], runs[k + 1]), panel, x, first,
                         (biases, block > 0), floor)  # fmt: skip


@jit
def pool_step(step, panel, T):
    """Max or average pooling that stands alone."""
    n_p, n_q = step["pool_rows"], step["pool_columns"]
    average, size = step["kind"] == AVERAGE_POOL, panel.dtype.type(n_p * n_q)
    for i in range(step["rows"]):
        for c in range(step["channels"]):
            for j in range(step["columns"]):
                x, y = places(step, i, j, c, T)
                for t in range(T):
                    panel[y + t] = panel[x + t]
                for w in range(1, n_p * n_q):
                    at = x + (w // n_q * step["x_pool_row"] + w % n_q * step["x_pool_column"]) * T
                    for t in range(T):
                        z = panel[at + t]
                        panel[y + t] = panel[y + t] + z if average else larger(panel[y + t], z)
                if average:
                    for t in range(T):
                        panel[y + t] /= size


@jit
def curve_step(step, program, panel, T):
    """An activation that stands alone, number by number: its `curve`."""
    numbers, bent = program.values[step["bias"] :], step["kind"] == BENT
    a, b, c = numbers[0], numbers[1], numbers[2]
    for i in range(step["rows"]):
        for j in range(step["columns"]):
            for k in range(step["channels"]):
                x, y = places(step, i, j, k, T)
                for t in range(T):
                    z = panel[x + t]
                    if bent:
                        panel[y + t] = z if z > 0 else a * z
                    else:
                        panel[y + t] = b * np.tanh(a * z) + c


@jit
def affine_step(step, program, panel, T):
    """y = a (x - m) + b: a batch normalization that stands alone. m, a, b lie side by side."""
    for i in range(step["rows"]):
        for j in range(step["columns"]):
            for c in range(step["channels"]):
                mab = step["bias"] + i * step["bias_row"] + j * step["bias_column"]
                mab += c * step["bias_channel"]
                m, a, b = program.values[mab], program.values[mab + 1], program.values[mab + 2]
                x, y = places(step, i, j, c, T)
                for t in range(T):
                    panel[y + t] = a * (panel[x + t] - m) + b


@jit
def places(step, i, j, c, T):
    """The addresses in the panel of the input and the output of a row, column and channel."""
    x = step["x"] + i * step["x_row"] + j * step["x_column"] + c * step["x_channel"]
    y = step["y"] + i * step["y_row"] + j * step["y_column"] + c * step["y_channel"]
    return x * T, y * T


@jit
def run_step(tile, step, program, panel, T):
    """One step, on the panel whose input is in its place."""
    kind = step["kind"]
    if kind in (CSR, BLOCKS):
        product_step(tile, step, program, panel, T)
    elif kind == SLABS:
        slab_step(tile, step, program, panel, T)
    elif kind in (MAX_POOL, AVERAGE_POOL):
        pool_step(step, panel, T)
    elif kind in (BENT, TANH):
        curve_step(step, program, panel, T)
    else:
        affine_step(step, program, panel, T)


@jit
def pack(x, n, count, rows, panel, T):
    """`count` samples from n on side by side.

    If there are fewer than T, the other places keep what an earlier panel left behind.

    rows  as `rows_of` gives them, of the input
    """
    at, n_rows, length, pitch = rows
    L, F = lanes(x), n_rows * length
    square, wide = count - count % L, length - length % L
    for i in range(n_rows):
        source, target = n * F + i * length, (at + i * pitch) * T
        for t in range(0, square, L):
            for f in range(0, wide, L):
                transpose(x, (source + t * F + f, F), panel, (target + f * T + t, T))
        for t in range(count):
            for f in range(wide if t < square else 0, length):
                panel[target + f * T + t] = x[source + t * F + f]


@jit
def unpack(panel, T, y, n, count, rows):
    """The inverse of `pack`."""
    at, n_rows, length, pitch = rows
    L, F = lanes(y), n_rows * length
    square, wide = count - count % L, length - length % L
    for i in range(n_rows):
        source, target = (at + i * pitch) * T, n * F + i * length
        for f in range(0, wide, L):
            for t in range(0, square, L):
                transpose(panel, (source + f * T + t, T), y, (target + t * F + f, F))
        for t in range(count):
            for f in range(wide if t < square else 0, length):
                y[target + t * F + f] = panel[source + f * T + t]


@jit
def lanes(array):
    """Numbers in a vector, as `lanes_of`."""
    return VECTOR // array.itemsize


@jit
def run_panels(tile, arrays, x_rows, y_rows, N, x, y, panel, counters, done):
    """Panel after panel, as long as there is one that no other thread has taken.

    arrays    of the program, as a plain tuple, which Python hands over faster
    x, y      flat; N samples one after the other; `rows_of` gives x_rows and y_rows
    panel     the working memory of this thread
    counters  (3,) shared by all threads: panels taken, panels dealt with, failures
    done      for each panel: whether y was written; not if a number on the way was not finite
    """
    program, T = Program(*arrays), len(tile[1]) * lanes(panel)
    while True:
        p = add(counters, TAKEN, 1)
        if p >= len(done):
            break
        n, count = p * T, min(T, N - p * T)
        pack(x, n, count, x_rows, panel, T)
        for s in range(len(program.steps)):
            run_step(tile, program.steps[s], program, panel, T)
        if all_finite(panel):
            unpack(panel, T, y, n, count, y_rows)
            done[p] = True
        else:  # a panel that is not full would find it beside its own samples
            panel[:] = 0
        add(counters, DONE, 1)


if numba.config.DISABLE_JIT:  # compiled loops overflow without a warning
    run_panels = np.errstate(all="ignore")(run_panels)
