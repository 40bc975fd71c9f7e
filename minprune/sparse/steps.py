"""A compiled network as a list of steps over one array, and the loops that carry them out.

`plan` turns a network into a `Program`; what stands here runs it. All activations of T samples, a
panel, lie in one flat array, sample beside sample: the number of sample t at address f stands at
f T + t. A panel goes through all steps while the processor's caches hold it, and no panel waits for
another. For a single sample T is 1, and an image lies channel by channel, so that its columns are
the neighbours. A step knows where its input and output begin and how far apart rows, columns and
channels lie, and so serves dense layers (one position) and convolutions (many) alike.
"""

from typing import NamedTuple

import numba
import numpy as np

from minprune.jit import jit
from minprune.sparse.microkernels import (
    HEIGHT,
    add,
    block_one,
    block_run,
    csr_run,
    full_one,
    larger,
    pairs_run,
    slice_run,
    transpose,
)

# kinds of steps
CSR, BLOCKS, SLICES_ONE, BLOCKS_ONE, FULL_ONE = range(5)
MAX_POOL, AVERAGE_POOL, PAIRS_ONE, BENT, TANH, AFFINE = range(5, 11)
CURVES = {"bent": BENT, "tanh": TANH}  # of activations

STEP = np.dtype(
    [
        (name, np.int64)
        for name in (
            "kind",
            *("x", "x_i", "x_j", "x_c"),  # input: where it begins; to the next row, column, channel
            *("y", "y_i", "y_j", "y_c"),  # output
            *("n_i", "n_j", "n_c"),  # rows, columns and channels of the output
            *("n_p", "n_q", "x_p", "x_q"),  # a pooling window: its size, the way to the next input
            *("blocks", "values", "indices", "runs", "rows", "bias"),  # of weights: where to look
            "relu",  # fused
            *("b_i", "b_j", "b_c"),  # of an affine step: to the next three numbers
            *("clear", "n_clear"),  # columns to set to zero behind the last one
            *("cost", "after"),  # cycles, about; pieces of a sample that have to be done before it
        )
    ]
)


class Program(NamedTuple):
    """A network as `plan` prepares it for the loops.

    steps                       records of `STEP`
    values                      the entries of all layers, one after the other, their biases and
                                the factors of affine steps
    indices                     of each entry: the address of the input, or for convolutions its
                                distance from the corner of the window; times T in a panel
    runs, rows                  where each run of entries begins, and the unit that it belongs to
    """

    steps: np.ndarray
    values: np.ndarray
    indices: np.ndarray
    runs: np.ndarray
    rows: np.ndarray


class Ends(NamedTuple):
    """Where a sample comes in and goes out.

    source, target  addresses of the features in order, for one sample
    x_rows, y_rows  (first address, rows, length, distance): the same as rows of neighbours, for
                    panels
    limits          (up to which size of the input no sum can overflow in any stage, up to which
                    size of each stage's own input none can there); the first is a worst case that
                    grows with every stage, and deep networks exceed it
    """

    source: np.ndarray
    target: np.ndarray
    x_rows: tuple
    y_rows: tuple
    limits: tuple


# --- products ------------------------------------------------------------------------------------


@jit
def product_step(tile, step, program, panel, T):
    """A layer at every position, over every window of a pooling behind it."""
    for block in range(step["blocks"]):
        for i in range(step["n_i"]):
            for j in range(step["n_j"]):
                y = (step["y"] + i * step["y_i"] + j * step["y_j"]) * T
                for p in range(step["n_p"]):
                    for q in range(step["n_q"]):
                        x = step["x"] + i * step["x_i"] + j * step["x_j"]
                        x = (x + p * step["x_p"] + q * step["x_q"]) * T
                        if step["kind"] == CSR:
                            csr_units(tile, step, program, panel, T, block, x, y, p + q > 0)
                        else:
                            block_units(tile, step, program, panel, T, x, y, p + q > 0)


@jit
def csr_units(tile, step, program, panel, T, block, x, y, keep):
    """In blocked CSR: all output units at one position, as far as they read one block of inputs."""
    weights = program.values[step["values"] :], program.indices[step["indices"] :]
    n, y_c = step["n_c"], step["y_c"] * T
    rows = program.rows[step["rows"] + block * n :]
    runs = program.runs[step["runs"] + block * (n + 1) :]
    biases = program.values[step["bias"] :]
    final = step["relu"] and block == step["blocks"] - 1
    last = (panel.dtype.type(0) if final else -panel.dtype.type(np.inf)), keep
    for r in range(n):
        o, entries = rows[r], (runs[r], runs[r + 1])
        csr_run(tile, weights, entries, panel, (x, T), y + o * y_c,
                (biases[o], block > 0), last)  # fmt: skip


@jit
def block_units(tile, step, program, panel, T, x, y, keep):
    """In 8 x 1 blocks: all output units at one position, eight by eight."""
    weights = program.values[step["values"] :], program.indices[step["indices"] :]
    n, y_c, bias = step["n_c"], step["y_c"] * T, step["bias"]
    runs = program.runs[step["runs"] :]
    last = (panel.dtype.type(0) if step["relu"] else -panel.dtype.type(np.inf)), keep
    for g in range((n + HEIGHT - 1) // HEIGHT):
        o, blocks = g * HEIGHT, (runs[g], runs[g + 1])
        first = program.values, bias + o, min(HEIGHT, n - o)
        block_run(tile, weights, blocks, panel, (x, T), (y + o * y_c, y_c), first, last)


@jit
def product_one_step(step, program, panel):
    """A layer for one sample, eight units at a time; at many positions if it is a convolution."""
    kind, bias = step["kind"], step["bias"]
    weights = program.values[step["values"] :], program.indices[step["indices"] :]
    runs = program.runs[step["runs"] :]
    floor = panel.dtype.type(0) if step["relu"] else -panel.dtype.type(np.inf)
    for i in range(step["n_i"]):
        for j in range(step["n_j"]):
            x = step["x"] + i * step["x_i"] + j * step["x_j"]
            y = step["y"] + i * step["y_i"] + j * step["y_j"]
            for g in range((step["n_c"] + HEIGHT - 1) // HEIGHT):
                run, o = (runs[g], runs[g + 1]), g * HEIGHT
                first = program.values, bias + o
                if kind == SLICES_ONE:
                    slice_run(weights, run, panel, x, y + o, first, floor)
                elif kind == BLOCKS_ONE:
                    block_one(weights, run, panel, x, y + o, first, floor)
                else:
                    full_one(weights, run, panel, x, y + o, first, floor)


# --- everything else -----------------------------------------------------------------------------


@jit
def pool_step(step, panel, T):
    """Max or average pooling that stands alone."""
    window = step["n_p"], step["n_q"], step["x_p"] * T, step["x_q"] * T
    average = step["kind"] == AVERAGE_POOL
    n_j, x_j, y_j = step["n_j"], step["x_j"] * T, step["y_j"] * T
    for i in range(step["n_i"]):
        for c in range(step["n_c"]):
            x = (step["x"] + i * step["x_i"] + c * step["x_c"]) * T
            y = (step["y"] + i * step["y_i"] + c * step["y_c"]) * T
            for j in range(n_j):
                if T == 1:
                    panel[y + j * y_j] = pooled_number(window, average, panel, x + j * x_j)
                else:
                    pool_numbers(window, average, panel, T, x + j * x_j, y + j * y_j)


@jit
def pooled_number(window, average, panel, x):
    """One window of one sample."""
    n_p, n_q, x_p, x_q = window
    largest, total = panel[x], panel.dtype.type(0)
    for p in range(n_p):
        for q in range(n_q):
            number = panel[x + p * x_p + q * x_q]
            largest, total = larger(largest, number), total + number
    return total / panel.dtype.type(n_p * n_q) if average else largest


@jit
def pool_numbers(window, average, panel, T, x, y):
    """One window of all samples of a panel."""
    n_p, n_q, x_p, x_q = window
    for t in range(T):
        panel[y + t] = panel[x + t]
    for w in range(1, n_p * n_q):
        at = x + w // n_q * x_p + w % n_q * x_q
        for t in range(T):
            number = panel[at + t]
            panel[y + t] = panel[y + t] + number if average else larger(panel[y + t], number)
    if average:
        for t in range(T):
            panel[y + t] /= panel.dtype.type(n_p * n_q)


@jit
def pairs_one_step(step, panel):
    """Max pooling of one image by twos, a vector of columns at a time."""
    rows, wide = (step["n_p"], step["x_p"]), lanes(panel)
    n_j, x_j, y_j = step["n_j"], step["x_j"], step["y_j"]
    for i in range(step["n_i"]):
        for c in range(step["n_c"]):
            x = step["x"] + i * step["x_i"] + c * step["x_c"]
            y = step["y"] + i * step["y_i"] + c * step["y_c"]
            for j in range(0, n_j, wide):
                pairs_run(panel, x + j * x_j, y + j * y_j, rows)


@jit
def curve_step(step, program, panel, T):
    """An activation that stands alone, number by number: its `curve`."""
    numbers, bent = program.values[step["bias"] :], step["kind"] == BENT
    a, b, c = numbers[0], numbers[1], numbers[2]
    x_c, y_c = step["x_c"] * T, step["y_c"] * T
    for i in range(step["n_i"]):
        for j in range(step["n_j"]):
            x = (step["x"] + i * step["x_i"] + j * step["x_j"]) * T
            y = (step["y"] + i * step["y_i"] + j * step["y_j"]) * T
            for k in range(step["n_c"]):
                for t in range(T):
                    z = panel[x + k * x_c + t]
                    if bent:
                        panel[y + k * y_c + t] = z if z > 0 else a * z
                    else:
                        panel[y + k * y_c + t] = b * np.tanh(a * z) + c


@jit
def affine_step(step, program, panel, T):
    """y = a (x - m) + b: a batch normalization that stands alone. m, a, b lie side by side."""
    n_c, x_c, y_c, b_c = step["n_c"], step["x_c"] * T, step["y_c"] * T, step["b_c"]
    for i in range(step["n_i"]):
        for j in range(step["n_j"]):
            x = (step["x"] + i * step["x_i"] + j * step["x_j"]) * T
            y = (step["y"] + i * step["y_i"] + j * step["y_j"]) * T
            mab = program.values[step["bias"] + i * step["b_i"] + j * step["b_j"] :]
            for c in range(n_c):
                m, a, b = mab[c * b_c], mab[c * b_c + 1], mab[c * b_c + 2]
                for t in range(T):
                    panel[y + c * y_c + t] = a * (panel[x + c * x_c + t] - m) + b


@jit
def clear_step(step, panel):
    """Zeros behind the last column of an image, where vectors have written beyond it."""
    for i in range(step["n_i"]):
        for c in range(step["n_c"]):
            at = step["y"] + i * step["y_i"] + c * step["y_c"] + step["clear"]
            for k in range(step["n_clear"]):
                panel[at + k] = 0


@jit
def run_step(tile, step, program, panel, T):
    """One step, or a piece of it, on the panel or sample whose input stands in place."""
    kind = step["kind"]
    if kind in (CSR, BLOCKS):
        product_step(tile, step, program, panel, T)
    elif kind in (SLICES_ONE, BLOCKS_ONE, FULL_ONE):
        product_one_step(step, program, panel)
    elif kind in (MAX_POOL, AVERAGE_POOL):
        pool_step(step, panel, T)
    elif kind == PAIRS_ONE:
        pairs_one_step(step, panel)
    elif kind in (BENT, TANH):
        curve_step(step, program, panel, T)
    else:
        affine_step(step, program, panel, T)
    if step["n_clear"] > 0:
        clear_step(step, panel)


# --- in and out ----------------------------------------------------------------------------------


@jit
def pack(x, n, count, rows, panel, T, limit):
    """`count` samples from n on side by side; returns whether all are finite and within the limit.

    If there are fewer than T, what an earlier panel left behind keeps the other places.
    """
    at, n_i, length, pitch = rows
    L, F, fine = lanes(x), n_i * length, True
    square = count - count % L
    for i in range(n_i):
        source, target = n * F + i * length, (at + i * pitch) * T
        wide = length - length % L
        for f in range(0, wide, L):
            for t in range(0, square, L):
                fine &= transpose(x, (source + t * F + f, F), panel, (target + f * T + t, T), limit)
        for t in range(count):
            for f in range(wide if t < square else 0, length):
                z = x[source + t * F + f]
                fine &= abs(z) <= limit
                panel[target + f * T + t] = z
    return fine


@jit
def unpack(panel, T, y, n, count, rows):
    """The inverse of `pack`."""
    at, n_i, length, pitch = rows
    L, F = lanes(y), n_i * length
    square, most = count - count % L, y.dtype.type(np.inf)
    for i in range(n_i):
        source, target = (at + i * pitch) * T, n * F + i * length
        wide = length - length % L
        for f in range(0, wide, L):
            for t in range(0, square, L):
                transpose(panel, (source + f * T + t, T), y, (target + t * F + f, F), most)
        for t in range(count):
            for f in range(wide if t < square else 0, length):
                y[target + t * F + f] = panel[source + f * T + t]


@jit
def within(panel, limit):
    """True if every number of the panel is finite and at most `limit` in size."""
    fine = True
    for z in panel:
        fine &= abs(z) <= limit
    return fine


@jit
def lanes(array):
    """Numbers in 64 bytes, as `lanes_of`."""
    return 64 // array.itemsize


TAKEN, DONE, FAILED, UNSURE = range(4)  # counters that all threads share
TURNS = 20_000  # of waiting, before others get the core


@jit
def run_panels(tile, arrays, x_rows, y_rows, limits, N, x, y, panel, counters, done):
    """Panel after panel, as long as there is one that no other thread has taken.

    arrays    of the program, as a plain tuple, which Python hands over faster
    x, y      flat; N samples one after the other
    panel     the working memory of this thread
    counters  (4,) shared by all threads: panels taken, panels dealt with, failures
    done      for each panel: whether y was written. It is not if an input is not finite, or so
              large that something might overflow, or has
    """
    program, T = Program(*arrays), len(tile) * lanes(panel)
    while True:
        p = add(counters, TAKEN, 1)
        if p >= len(done):
            break
        n, count = p * T, min(T, N - p * T)
        safe = pack(x, n, count, x_rows, panel, T, limits[0])
        if safe or pack(x, n, count, x_rows, panel, T, limits[1]):
            for s in range(len(program.steps)):
                run_step(tile, program.steps[s], program, panel, T)
            if safe or within(panel, limits[1]):
                unpack(panel, T, y, n, count, y_rows)
                done[p] = True
        if not done[p]:  # a panel that is not full would find it beside its own samples
            panel[:] = 0
        add(counters, DONE, 1)


@jit
def run_samples(tile, arrays, source, target, limits, N, x, y, panel, counters):
    """One sample after the other, each piece of a step by the first thread that is free for it.

    A piece is begun when all pieces of earlier steps are done. The first thing to do for a sample
    is to bring it in, the last to bring it out, unless it is not fine: then the rest is left.

    counters  (4,) shared by all threads: pieces taken, pieces done, samples that were not fine,
              whether this one is large
    """
    program = Program(*arrays)
    pieces = len(program.steps) + 2
    while True:
        p = add(counters, TAKEN, 1)
        n, s = p // pieces, p % pieces - 1
        if n >= N:
            break
        after = 0 if s < 0 else program.steps[s]["after"] if s < pieces - 2 else pieces - 1
        while add(counters, DONE, 0) < n * pieces + after and counters[FAILED] == 0:
            pass
        if counters[FAILED] > 0:
            break
        if s < 0:
            counters[UNSURE] = not bring_in(x, n, source, panel, limits[0])
        elif s < pieces - 2:
            run_step(tile, program.steps[s], program, panel, np.int64(1))  # 1 is compiled anew
        elif counters[UNSURE] == 0 or within(panel, limits[1]):
            bring_out(panel, y, n, target)
        else:
            counters[FAILED] = True
        add(counters, DONE, 1)


@jit
def bring_in(x, n, source, panel, limit):
    """Sample n to its place; returns whether all is finite and within the limit."""
    fine = True
    for f in range(len(source)):
        z = x[n * len(source) + f]
        fine &= abs(z) <= limit
        panel[source[f]] = z
    return fine


@jit
def bring_out(panel, y, n, target):
    """The inverse of `bring_in`."""
    for f in range(len(target)):
        y[n * len(target) + f] = panel[target[f]]


@jit
def wait(counters, count):
    """True if all is done or a thread has failed; waits for a while.

    Others are at work on the last of it: to sleep and be woken would take longer.
    """
    for _ in range(TURNS):
        if add(counters, DONE, 0) >= count or add(counters, FAILED, 0) > 0:
            return True
    return False


if numba.config.DISABLE_JIT:  # compiled loops overflow without a word
    run_panels = np.errstate(all="ignore")(run_panels)
    run_samples = np.errstate(all="ignore")(run_samples)
