"""One sample alone: what `panels` does, without neighbouring samples to fill the vectors.

What lies side by side instead: the columns of an image, which a convolution takes T at a time with
the loops of `panels`; where it skips columns, and in dense layers, eight output units. All threads
work on the same sample, so steps are cut into pieces. Whoever only wants to know how sparse
products become fast may skip this chapter.
"""

from typing import NamedTuple

import numba
import numpy as np

from minprune.jit import jit
from minprune.sparse.blocks import blocks_from_dense
from minprune.sparse.choice import HEIGHT, PIECE, SUMS, TILES, sample_costs
from minprune.sparse.llvm import lanes_of
from minprune.sparse.memory import up_to
from minprune.sparse.microkernels import (
    add,
    all_finite,
    block_one,
    full_one,
    larger,
    pairs_run,
    slice_run,
)
from minprune.sparse.panels import (
    AVERAGE_POOL,
    DONE,
    FAILED,
    FIELDS,
    MAX_POOL,
    TAKEN,
    Planner,
    Program,
    lanes,
    places,
    run_step,
    taps,
    zeros_for,
)
from minprune.sparse.sliced import sliced_from_dense

SLICES, BLOCKS_ONE, FULL, PAIRS = range(100, 104)  # more kinds of steps
UNITS = {"slices": SLICES, "blocks": BLOCKS_ONE, "full": FULL}
MORE_FIELDS = (
    *("clear", "n_clear"),  # columns to set to zero behind the last one: where, how many
    "after",  # pieces of a sample that have to be done before it
)  # in front of the others: Numba takes a record that only goes on longer for the shorter one
STEP_ONE = np.dtype([(name, np.int64) for name in MORE_FIELDS + FIELDS])


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
def pairs_step(step, panel):
    """Max pooling by twos, a vector of columns at a time."""
    window, wide = (step["pool_rows"], step["x_pool_row"]), lanes(panel)
    for i in range(step["rows"]):
        for c in range(step["channels"]):
            for j in range(0, step["columns"], wide):
                x, y = places(step, i, j, c, 1)
                pairs_run(panel, x, y, window)


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
def clear_step(step, panel):
    """Zeros behind the last column of an image, where vectors have written beyond it."""
    for i in range(step["rows"]):
        for c in range(step["channels"]):
            _, y = places(step, i, 0, c, 1)
            for k in range(step["n_clear"]):
                panel[y + step["clear"] + k] = 0


@jit
def run_piece(tile, step, program, panel):
    """A step or a piece of it, on the sample whose input is in its place."""
    kind = step["kind"]
    if kind in (SLICES, BLOCKS_ONE, FULL):
        units_step(step, program, panel)
    elif kind == PAIRS:
        pairs_step(step, panel)
    elif kind in (MAX_POOL, AVERAGE_POOL):
        window_step(step, panel)
    else:
        run_step(tile, step, program, panel, np.int64(1))
    if step["n_clear"] > 0:
        clear_step(step, panel)


@jit
def run_samples(tile, arrays, source, target, N, x, y, panel, counters):
    """One sample after the other, each piece of a step by the first thread that is free for it.

    A piece is begun when all pieces of earlier steps are done. The first thing to do for a sample
    is to bring it in, the last to bring it out, unless a number on the way was not finite: then the
    rest is left.

    arrays          of the program, as a plain tuple, which Python hands over faster
    source, target  addresses of the features of the input and of the output, in order
    counters        (3,) shared by all threads: pieces taken, pieces done, whether it failed
    """
    program = Program(*arrays)
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
            bring_in(x, n, source, panel)
        elif s < pieces - 2:
            run_piece(tile, program.steps[s], program, panel)
        elif all_finite(panel):
            bring_out(panel, y, n, target)
        else:
            counters[FAILED] = True
        add(counters, DONE, 1)


@jit
def bring_in(x, n, source, panel):
    """Sample n to its place."""
    for f in range(len(source)):
        panel[source[f]] = x[n * len(source) + f]


@jit
def bring_out(panel, y, n, target):
    """The inverse of `bring_in`."""
    for f in range(len(target)):
        y[n * len(target) + f] = panel[target[f]]


if numba.config.DISABLE_JIT:  # compiled loops overflow without a warning
    run_samples = np.errstate(all="ignore")(run_samples)


# --- the plan ------------------------------------------------------------------------------------


class SamplePlan(NamedTuple):
    """A program in pieces, and what `run_samples` has to know beside it.

    tile            a zero for each vector of columns
    source, target  addresses of the features of the input and of the output, in order
    size            numbers of working memory
    cycles          that it takes one thread, about
    """

    program: Program
    tile: tuple
    source: np.ndarray
    target: np.ndarray
    size: int
    cycles: float
    choices: list


class SamplePlanner(Planner):
    """A `Planner` for images channel by channel, and units in groups of eight.

    columns  of an image that are written at once
    """

    step_type = STEP_ONE

    def __init__(self, dtype, columns):
        super().__init__(dtype)
        self.columns = columns

    def image(self, shape, zeros):
        return self.memory.strips(shape, zeros, self.columns)

    def dense(self, stage, x):
        """Slices, blocks, or where no block is missing and the inputs are neighbours, all of W."""
        formats = {
            "slices": sliced_from_dense(stage.W, HEIGHT),
            "blocks": blocks_from_dense(stage.W, HEIGHT),
        }
        costs = sample_costs(**formats)
        order = np.argsort(x.addresses)
        if (np.diff(x.addresses[order]) == 1).all():
            formats["full"] = blocks_from_dense(stage.W[order], HEIGHT, full=True)
        else:
            del costs["full"]
        chosen = self.chosen(stage, formats, costs)
        kind, y = UNITS[self.choices[-1].format], self.memory.vector(len(stage.b))
        # indices are addresses, and where all inputs are read there are none
        start = x._replace(at=x.addresses.min() if kind == FULL else 0)
        weights = self.weights(stage, chosen, x.addresses)
        self.step(kind, start, y, (1, 1, len(stage.b)), **weights)
        if kind == SLICES:  # the fullest unit comes first: the next layer looks for it there
            return y._replace(addresses=y.at + np.argsort(chosen.units))
        return y

    def convolution(self, stage, x, following):
        """The columns of an output row side by side, if those that they read are, too.

        A max pooling behind it is done along with it from row to row only, and between columns
        afterwards.
        """
        if stage.window.stride > 1 or x.strides[1] > 1:
            return self.convolution_by_pixels(stage, x, following)
        (h, w, n), k = stage.shape, stage.pool
        tiles = -(-w * k // self.columns)
        chosen, kind = self.choose(stage, h * k * tiles)
        weights = self.weights(stage, chosen, taps(stage.window, x))
        p = k if weights["blocks"] == 1 else 1
        after = following if k == 1 else None
        y = self.place((h * k // p, w * k, n), after)
        corner, shape = x.corner(stage.window.zeros), (h * k // p, tiles, n)
        self.step(kind, corner, y, shape, (p, self.columns), (p, 1), **weights,
                  y_column=self.columns, clear=w * k, n_clear=zeros_for(after)[3])  # fmt: skip
        size = k // p, k
        return y if k == 1 else self.pooled(y, stage.shape, following, size, size)

    def convolution_by_pixels(self, stage, x, following):
        """The units of an output pixel side by side, since its inputs are apart."""
        (h, w, n), k, s = stage.shape, stage.pool, stage.window.stride
        blocks = blocks_from_dense(stage.W, HEIGHT)
        cost = sample_costs(sliced_from_dense(stage.W, HEIGHT), blocks)["blocks"]
        self.chosen(stage, {"blocks": blocks}, {"blocks": cost}, h * k * w * k)
        weights = self.weights(stage, blocks, taps(stage.window, x))
        shape, zeros = (h * k, w * k, n), zeros_for(following if k == 1 else None)
        y, corner = self.memory.pixels(shape, zeros, HEIGHT), x.corner(stage.window.zeros)
        self.step(BLOCKS_ONE, corner, y, shape, (s, s), **weights)
        return y if k == 1 else self.pooled(y, stage.shape, following, (k, k), (k, k))

    def pooled(self, x, shape, following, size, moves, kind=MAX_POOL):
        y, clear = self.place(shape, following), {}
        pairs = kind == MAX_POOL and size[1] == moves[1] == 2
        if pairs and x.strides[1] == y.strides[1] == 1:
            kind = PAIRS
            clear = {"clear": shape[1], "n_clear": zeros_for(following)[3]}
        self.step(kind, x, y, shape, moves, size, **clear)
        return y

    def like(self, x, shape, following):
        """Its units lie in the order of those of x."""
        y = self.place(shape, following)
        return y._replace(addresses=y.at + x.addresses - x.at) if len(shape) == 1 else y

    def affine(self, stage, x, following):
        if len(stage.shape) == 1:
            order = np.argsort(x.addresses)
            m, a, b = (numbers[order] for numbers in (stage.m, stage.a, stage.b))
            stage = stage._replace(m=m, a=a, b=b)
        return super().affine(stage, x, following)


def plan_sample(stages, shape, dtype, width=None):
    """The `SamplePlan` of a network, from its stages and the shape of a sample.

    width  vectors of columns that are written at once; as many as the widest image has, or as the
           widest tile holds, unless told otherwise
    """
    L = lanes_of(np.dtype(dtype))
    if width is None:
        widest = max((s.shape[1] * s.pool for s in stages if getattr(s, "window", None)), default=1)
        width = next((V for V in TILES if widest <= V * L), TILES[-1])
    planner = SamplePlanner(dtype, width * L)
    first, last = planner.run(stages, shape)
    cycles = sum(float(step["cost"]) for step in planner.steps)
    planner.steps = in_pieces(planner.steps)
    size = up_to(planner.memory.size, SUMS * L)  # as `all_finite` goes through them
    return SamplePlan(planner.program(), (0,) * width, first.addresses, last.addresses, size,
                      cycles, planner.choices)  # fmt: skip


def in_pieces(steps):
    """The steps of one sample, each cut into steps that several threads can do at once.

    An image is cut between two rows, the units of a dense layer between two groups of eight.
    """
    pieces = []
    for step in steps:
        units = step["kind"] in UNITS.values() and step["rows"] == 1
        size = int(up_to(step["channels"], HEIGHT) // HEIGHT if units else step["rows"])
        count = max(min(round(step["cost"] / PIECE), size), 1)
        step["after"] = 1 + len(pieces)  # also the one that brings the sample in
        for k in range(count):
            start, stop = size * k // count, size * (k + 1) // count
            piece = step.copy()
            if units:
                piece["channels"] = min(stop * HEIGHT, step["channels"]) - start * HEIGHT
                moves = {"y": HEIGHT, "bias": HEIGHT, "runs": 1}
            else:
                piece["rows"] = stop - start
                moves = {"x": step["x_row"], "y": step["y_row"], "bias": step["bias_row"]}
            for name, distance in moves.items():
                piece[name] += start * distance
            pieces.append(piece)
    return pieces
