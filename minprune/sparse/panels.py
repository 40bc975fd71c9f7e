"""Panels: T samples side by side go through the whole network.

A `Planner` turns the stages of a network into a `Program`: a list of steps over one flat array, in
which all activations lie, sample beside sample: the number of sample t at address f has index
f T + t. So one weight is multiplied with T neighbours, whatever the layer. A panel goes through all
steps while the processor's caches hold it, and no panel waits for another. A step has the addresses
of its input and output, and the distances between their rows, columns and channels; so dense
layers (one position) and convolutions (many) are the same loop.
"""

import math
from typing import NamedTuple

import numba
import numpy as np

from minprune.jit import jit
from minprune.sparse.blocked_csr import blocked_csr_from_dense
from minprune.sparse.blocks import blocks_from_dense
from minprune.sparse.choice import (
    HEIGHT,
    PACKING,
    SUMS,
    TURNS,
    UNROLL,
    VECTOR,
    block_size,
    cheapest,
    panel_costs,
)
from minprune.sparse.memory import NO_ZEROS, Arrays, Memory, offsets, up_to
from minprune.sparse.microkernels import add, all_finite, block_run, csr_run, larger, transpose
from minprune.sparse.stages import Affine, Curve, Pool, Product

# --- the program ---------------------------------------------------------------------------------

CSR, BLOCKS, MAX_POOL, AVERAGE_POOL, BENT, TANH, AFFINE = range(7)  # kinds of steps
FORMATS = {"csr": CSR, "blocks": BLOCKS}
CURVES = {"bent": BENT, "tanh": TANH}  # of activations

FIELDS = (
    "kind",
    *("x", "x_row", "x_column", "x_channel"),  # input: where it begins; from output to output
    *("y", "y_row", "y_column", "y_channel"),  # output: where it begins; from one to the next
    *("rows", "columns", "channels"),  # of the output
    *("pool_rows", "pool_columns"),  # of a pooling window
    *("x_pool_row", "x_pool_column"),  # input: from one place in the window to the next
    "blocks",  # of inputs, one after the other: how many
    *("values", "indices", "runs", "units", "bias"),  # weights: where they begin
    "relu",  # done along with it
    *("bias_row", "bias_column", "bias_channel"),  # of an affine step: to the next three numbers
    "cost",  # cycles, about
)
STEP = np.dtype([(name, np.int64) for name in FIELDS])


class Program(NamedTuple):
    """A network as a planner prepares it for the loops.

    steps        records of `STEP`
    values       the entries of all layers, one after the other, their biases and the factors of
                 affine steps
    indices      of each entry: the address of the input, or for convolutions its distance from the
                 corner of the window
    runs, units  where each run of entries begins, and the unit that it belongs to
    """

    steps: np.ndarray
    values: np.ndarray
    indices: np.ndarray
    runs: np.ndarray
    units: np.ndarray


# --- the loops -----------------------------------------------------------------------------------


@jit
def product_step(tile, step, program, panel, T):
    """A layer at every position, over every window of a pooling behind it."""
    for block in range(step["blocks"]):
        for i in range(step["rows"]):
            for j in range(step["columns"]):
                y = (step["y"] + i * step["y_row"] + j * step["y_column"]) * T
                for p in range(step["pool_rows"]):
                    for q in range(step["pool_columns"]):
                        x = step["x"] + i * step["x_row"] + j * step["x_column"]
                        x = (x + p * step["x_pool_row"] + q * step["x_pool_column"]) * T
                        if step["kind"] == CSR:
                            csr_units(tile, step, program, panel, T, block, x, y, p + q > 0)
                        else:
                            block_units(tile, step, program, panel, T, x, y, p + q > 0)


@jit
def csr_units(tile, step, program, panel, T, block, x, y, keep):
    """In blocked CSR: all output units at one position, as far as they read one block of inputs."""
    weights = program.values[step["values"] :], program.indices[step["indices"] :]
    n, y_channel = step["channels"], step["y_channel"] * T
    units = program.units[step["units"] + block * n :]
    runs = program.runs[step["runs"] + block * (n + 1) :]
    biases = program.values[step["bias"] :]
    final = step["relu"] and block == step["blocks"] - 1
    last = (panel.dtype.type(0) if final else -panel.dtype.type(np.inf)), keep
    for r in range(n):
        o, entries = units[r], (runs[r], runs[r + 1])
        csr_run(tile, weights, entries, panel, (x, T), y + o * y_channel,
                (biases[o], block > 0), last)  # fmt: skip


@jit
def block_units(tile, step, program, panel, T, x, y, keep):
    """In 8 x 1 blocks: all output units at one position, eight by eight."""
    weights = program.values[step["values"] :], program.indices[step["indices"] :]
    n, y_channel, bias = step["channels"], step["y_channel"] * T, step["bias"]
    runs = program.runs[step["runs"] :]
    last = (panel.dtype.type(0) if step["relu"] else -panel.dtype.type(np.inf)), keep
    for g in range((n + HEIGHT - 1) // HEIGHT):
        o, blocks = g * HEIGHT, (runs[g], runs[g + 1])
        first = program.values, bias + o, min(HEIGHT, n - o)
        block_run(tile, weights, blocks, panel, (x, T), (y + o * y_channel, y_channel), first, last)


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
        for f in range(0, wide, L):
            for t in range(0, square, L):
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


TAKEN, DONE, FAILED = range(3)  # counters that all threads share


@jit
def run_panels(tile, arrays, x_rows, y_rows, N, x, y, panel, counters, done):
    """Panel after panel, as long as there is one that no other thread has taken.

    arrays    of the program, as a plain tuple, which Python hands over faster
    x, y      flat; N samples one after the other; `rows_of` gives x_rows and y_rows
    panel     the working memory of this thread
    counters  (3,) shared by all threads: panels taken, panels dealt with, failures
    done      for each panel: whether y was written; not if a number on the way was not finite
    """
    program, T = Program(*arrays), len(tile) * lanes(panel)
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


@jit
def wait(counters, count):
    """True if all is done or a thread has failed; waits for a while.

    Others are at work on the last of it: to sleep and be woken would take longer.
    """
    for _ in range(TURNS):
        if add(counters, DONE, 0) >= count or add(counters, FAILED, 0) > 0:
            return True
    return False


if numba.config.DISABLE_JIT:  # compiled loops overflow without a warning
    run_panels = np.errstate(all="ignore")(run_panels)


# --- the plan ------------------------------------------------------------------------------------


class PanelPlan(NamedTuple):
    """A program, where samples go in and come out, the memory it takes, and why it is as it is.

    x_rows, y_rows  (first address, rows, length of one, distance to the next): of the input and of
                    the output
    size            numbers of working memory, for each sample of a panel
    cycles          that a panel of the widest tile takes, about
    """

    program: Program
    x_rows: tuple
    y_rows: tuple
    size: int
    cycles: float
    choices: list


class Planner:
    """Collects steps, weights and places, stage by stage."""

    step_type = STEP

    def __init__(self, dtype):
        self.dtype, self.memory = np.dtype(dtype), Memory()
        self.steps, self.choices = [], []
        self.arrays = Arrays(values=self.dtype, indices=np.uint32, runs=np.int64, units=np.int32)

    def run(self, stages, shape):
        """Plan all stages; returns the places of the input and of the output."""
        following = [*stages, None][1:]
        x = first = self.place(shape, stages[0] if stages else None)
        for stage, after in zip(stages, following, strict=True):
            x = getattr(self, METHODS[type(stage)])(stage, x, after)
        if self.memory.size >= 1 << 31:
            raise ValueError("network must take less than 2**31 numbers of memory for one sample")
        return first, x

    def program(self):
        return Program(np.array(self.steps, self.step_type), **self.arrays.joined())

    # --- stages ---

    def product(self, stage, x, following):
        """A dense layer or a convolution; returns the place of its output, as all that follow."""
        if stage.window is None:
            return self.dense(stage, x)
        return self.convolution(stage, x, following)

    def dense(self, stage, x):
        chosen, kind = self.choose(stage)
        y = self.memory.vector(len(stage.b))
        start = x._replace(at=0)  # indices are addresses
        weights = self.weights(stage, chosen, x.addresses)
        self.step(kind, start, y, (1, 1, len(stage.b)), **weights)
        return y

    def convolution(self, stage, x, following):
        """With the max pooling behind it, unless inputs come in several blocks: then no sum is
        final before the last one."""
        (h, w, n), k, s = stage.shape, stage.pool, stage.window.stride
        chosen, kind = self.choose(stage, h * k * w * k)
        weights = self.weights(stage, chosen, taps(stage.window, x))
        p = k if weights["blocks"] == 1 else 1
        shape = h * k // p, w * k // p, n
        y = self.place(shape, following if p == k else None)
        corner = x.corner(stage.window.zeros)
        self.step(kind, corner, y, shape, (s * p, s * p), (p, p), s, **weights)
        return y if p == k else self.pooled(y, stage.shape, following, (k, k), (k, k))

    def choose(self, stage, positions=1):
        """The weights of a product in the cheaper format, and the kind of its step."""
        formats = {
            "csr": blocked_csr_from_dense(stage.W, block_size(stage.W, stage.window), UNROLL),
            "blocks": blocks_from_dense(stage.W, HEIGHT),
        }
        chosen = self.chosen(stage, formats, panel_costs(**formats), positions)
        return chosen, FORMATS[self.choices[-1].format]

    def chosen(self, *arguments):
        """The weights in the `cheapest` format, whose `Choice` is noted."""
        weights, choice = cheapest(*arguments)
        self.choices.append(choice)
        return weights

    def pool(self, stage, x, following):
        """A step for all windows; with padding one for those that are cut off at the same sides."""
        moves, kind = (stage.stride, stage.stride), AVERAGE_POOL if stage.average else MAX_POOL
        if not any(stage.zeros):
            size = stage.size, stage.size
            return self.pooled(x, stage.shape, following, size, moves, kind)
        (h, w, c), (top, _, left, _) = stage.shape, stage.zeros
        y = self.place(stage.shape, following)
        across = alike(w, stage, left, stage.image[1])
        for i, rows, x_row, height in alike(h, stage, top, stage.image[0]):
            for j, columns, x_column, width in across:
                part = x.moved(x_row, x_column), y.moved(i, j), (rows, columns, c)
                self.step(kind, *part, moves, (height, width))
        return y

    def pooled(self, x, shape, following, size, moves, kind=MAX_POOL):
        y = self.place(shape, following)
        self.step(kind, x, y, shape, moves, size)
        return y

    def curve(self, stage, x, following):
        y, (kind, *numbers) = self.like(x, stage.shape, following), stage.curve
        at = self.arrays.add("values", np.array(numbers, self.dtype))
        self.step(CURVES[kind], x, y, as_image(stage.shape), bias=at)
        return y

    def affine(self, stage, x, following):
        y, (h, w, c) = self.like(x, stage.shape, following), as_image(stage.shape)
        numbers = np.stack([stage.m, stage.a, stage.b], axis=1)
        at = self.arrays.add("values", numbers.astype(self.dtype))
        row, column = (0, 0) if len(numbers) == c else (3 * w * c, 3 * c)  # every pixel has its own
        self.step(AFFINE, x, y, (h, w, c), bias=at,
                  bias_row=row, bias_column=column, bias_channel=3)  # fmt: skip
        return y

    # --- what they share ---

    def place(self, shape, following):
        """A place for an activation, with the zeros around it that the next stage wants."""
        if len(shape) == 1:
            return self.memory.vector(*shape)
        return self.image(shape, zeros_for(following))

    def image(self, shape, zeros):
        return self.memory.pixels(shape, zeros)

    def like(self, x, shape, following):
        """A place for what is computed number by number from x."""
        return self.place(shape, following)

    def step(self, kind, x, y, shape, moves=(1, 1), pool=(1, 1), apart=1, **fields):
        """Append a step from place x to place y.

        shape  of the output, without the pooling that is done along with it
        moves  how many rows and columns of x lie between the inputs of two outputs
        pool   rows and columns of a pooling window; the inputs of its places are `apart`
        """
        record = np.zeros((), self.step_type)
        (x_row, x_column, x_channel), (y_row, y_column, y_channel) = x.strides, y.strides
        rows, columns, channels = shape
        fields = {
            "kind": kind, "cost": math.prod(shape),
            "x": x.at, "x_row": moves[0] * x_row, "x_column": moves[1] * x_column,
            "x_channel": x_channel,
            "y": y.at, "y_row": y_row, "y_column": y_column, "y_channel": y_channel,
            "rows": rows, "columns": columns, "channels": channels,
            "pool_rows": pool[0], "pool_columns": pool[1],
            "x_pool_row": apart * x_row, "x_pool_column": apart * x_column,
        } | fields  # fmt: skip
        for name, value in fields.items():
            record[name] = value
        self.steps.append(record)

    def weights(self, stage, chosen, addresses):
        """Append the weights of a layer in their format; returns the fields of its step.

        addresses  where each of its inputs lies
        """
        add = self.arrays.add
        b = stage.b[chosen.units] if hasattr(chosen, "units") else stage.b  # slices have an order
        return {
            "relu": stage.relu,
            "values": add("values", chosen.values.astype(self.dtype)),
            "indices": add("indices", addresses[chosen.indices].astype(np.uint32)),
            "runs": add("runs", chosen.offsets),
            "units": add("units", getattr(chosen, "rows", np.zeros(0, np.int32))),
            "bias": add("values", b.astype(self.dtype)),
            "blocks": len(chosen.offsets) if chosen.offsets.ndim == 2 else 1,
            "cost": min(self.choices[-1].costs.values()),
        }


METHODS = {Product: "product", Pool: "pool", Curve: "curve", Affine: "affine"}


def plan_panels(stages, shape, dtype):
    """The `PanelPlan` of a network, from its stages and the shape of a sample."""
    planner = Planner(dtype)
    first, last = planner.run(stages, shape)
    out = stages[-1].shape if stages else shape
    cycles = sum(float(step["cost"]) for step in planner.steps) + PACKING * math.prod(shape)
    size = up_to(planner.memory.size, SUMS)  # as `all_finite` goes through them
    return PanelPlan(planner.program(), rows_of(first, shape), rows_of(last, out),
                     size, cycles, planner.choices)  # fmt: skip


def alike(windows, stage, before, length):
    """Windows of a padded pooling along one axis, those together that are as long inside the image.

    windows  how many there are
    before   padding before the image, which has `length` rows or columns
    returns a list of (the first of them, how many, where it begins in the image, pixels in each)
    """
    groups = []
    for i in range(windows):
        first = i * stage.stride - before
        start = max(first, 0)
        pixels = min(first + stage.size, length) - start
        begun, count, at, each = groups[-1] if groups else (0, 0, 0, 0)
        if (each, at + count * stage.stride) == (pixels, start):
            groups[-1] = begun, count + 1, at, each
        else:
            groups.append((i, 1, start, pixels))
    return groups


def taps(window, x):
    """Distances of the inputs of a window from its corner."""
    return offsets((window.rows, window.columns, window.channels), x.strides)


def as_image(shape):
    """A vector as an image of one pixel."""
    return (1, 1, *shape) if len(shape) == 1 else shape


def zeros_for(following):
    """The zeros that the stage that follows wants around an image."""
    window = getattr(following, "window", None)
    return window.zeros if window else NO_ZEROS


def rows_of(place, shape):
    """(first address, rows, length of one, distance to the next) of what lies pixel by pixel."""
    h, w, c = as_image(shape)
    return place.at, h, w * c, place.strides[0]
