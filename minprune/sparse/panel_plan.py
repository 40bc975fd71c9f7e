"""The plan of a network for `panels`: steps, weights in their formats, and places."""

import math
from typing import NamedTuple

import numpy as np

from minprune.sparse.blocked_csr import BlockedCSR, blocked_csr_from_dense
from minprune.sparse.blocks import blocks_from_dense
from minprune.sparse.choice import (
    FIXED,
    HEIGHT,
    PACKING,
    POSITIONS,
    SUMS,
    UNROLL,
    Costs,
    block_size,
    cheapest,
    panel_costs,
    slab_rows,
)
from minprune.sparse.memory import NO_ZEROS, Arrays, Memory, offsets, up_to
from minprune.sparse.panels import (
    AFFINE,
    AVERAGE_POOL,
    BENT,
    BLOCKS,
    CSR,
    MAX_POOL,
    PAIR,
    SLAB,
    SLABS,
    STEP,
    TANH,
    Program,
)
from minprune.sparse.slabs import MOST, Slabs, slabs_from_dense
from minprune.sparse.stages import Affine, Curve, Pool, Product

FORMATS = {"csr": CSR, "blocks": BLOCKS, "slabs": SLABS}
CURVES = {"bent": BENT, "tanh": TANH}  # of activations


# --- the plan ------------------------------------------------------------------------------------


class PanelPlan(NamedTuple):
    """A program, where samples go in and come out, the memory it takes, and why it is as it is.

    x_rows, y_rows  (first address, rows, length of one, distance to the next): of the input and of
                    the output
    size            numbers of working memory, for each sample of a panel
    cycles          that a panel of the widest tile takes, about
    images          whether there are convolutions
    """

    program: Program
    x_rows: tuple
    y_rows: tuple
    size: int
    cycles: float
    images: bool
    choices: list
    costs: Costs


class Planner:
    """Collects steps, weights and places, stage by stage."""

    step_type = STEP

    def __init__(self, dtype, costs=FIXED):
        self.dtype, self.memory, self.costs = np.dtype(dtype), Memory(), costs
        self.steps, self.choices = [], []
        self.arrays = Arrays(values=self.dtype, indices=np.uint32, runs=np.int64, units=np.int32)

    def run(self, stages, shape):
        """Plan all stages; returns the places of the input and of the output."""
        following = [*stages, None][1:]
        x = first = self.entrance(shape, stages[0] if stages else None)
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
        """In slabs only if the inputs are neighbours in the panel."""
        order = np.argsort(x.addresses)
        near = len(order) > 0 and np.ptp(x.addresses) == len(order) - 1
        chosen, kind = self.choose(stage, order=order if near else None)
        y = self.memory.vector(len(stage.b))
        # indices are addresses, and of slabs places behind the first input
        start = x._replace(at=x.addresses.min() if kind == SLABS else 0)
        weights = self.weights(stage, chosen, x.addresses)
        self.step(kind, start, y, (1, 1, len(stage.b)), **weights)
        return y

    def convolution(self, stage, x, following):
        """With the max pooling behind it. Channel by channel, for several blocks of inputs are some
        channels each, which add up in a place for the sums at a few positions."""
        (h, w, n), k, s = stage.shape, stage.pool, stage.window.stride
        order = by_channels(stage.window)
        stage = stage._replace(W=stage.W[order])
        chosen, kind = self.choose(stage, h * k * w * k)
        weights = self.weights(stage, chosen, taps(stage.window, x)[order])
        if weights["blocks"] > 1:
            weights["sums"] = self.memory.vector(n * POSITIONS).at
        y = self.place(stage.shape, following)
        corner = x.corner(stage.window.zeros)
        self.step(kind, corner, y, stage.shape, (s * k, s * k), (k, k), s, **weights)
        return y

    def choose(self, stage, positions=1, order=None):
        """The weights of a product in the cheapest format, and the kind of its step.

        order  in which neighbouring inputs lie, which slabs need
        """
        block = block_size(stage.W, stage.window)
        formats = {
            "csr": blocked_csr_from_dense(stage.W, block, UNROLL),
            "blocks": blocks_from_dense(stage.W, HEIGHT),
        }
        costs, height = panel_costs(**formats, costs=self.costs), len(SLAB)
        if order is None or block > MOST:
            del costs["slabs"]
        elif costs["slabs"] == min(costs.values()):
            made = slabs_from_dense(stage.W[order], block, height, slab_rows(height))
            formats["slabs"] = made
        chosen = self.chosen(stage, formats, costs, positions)
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

    def entrance(self, shape, following):
        """A place for what comes in, pixel by pixel."""
        if len(shape) == 1:
            return self.memory.vector(*shape)
        return self.memory.pixels(shape, zeros_for(following))

    def place(self, shape, following):
        """A place for an activation, with the zeros around it that the next stage wants.

        Neighbouring columns lie side by side, since a convolution reads them together; what goes
        out lies pixel by pixel.
        """
        if len(shape) == 1 or following is None:
            return self.entrance(shape, following)
        return self.memory.strips(shape, zeros_for(following))

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
        if isinstance(chosen, BlockedCSR):
            chosen = side_by_side(chosen, len(PAIR))
        b = stage.b[chosen.units] if hasattr(chosen, "units") else stage.b  # slices have an order
        if slabs := isinstance(chosen, Slabs):
            indices = np.resize(chosen.places, up_to(chosen.places.size, 4)).view(np.uint32)
        else:
            indices = addresses[chosen.indices].astype(np.uint32)
        units = chosen.outputs if slabs else getattr(chosen, "rows", np.zeros(0, np.int32))
        return {
            "relu": stage.relu,
            "values": add("values", chosen.values.astype(self.dtype)),
            "indices": add("indices", indices),
            "runs": add("runs", chosen.offsets),
            "units": add("units", units),
            "bias": add("values", b.astype(self.dtype)),
            "blocks": len(chosen.offsets) if chosen.offsets.ndim == 2 else 1,
            "block": chosen.block if slabs else 0,
            "cost": min(self.choices[-1].costs.values()),
        }


METHODS = {Product: "product", Pool: "pool", Curve: "curve", Affine: "affine"}


def plan_panels(stages, shape, dtype, costs=FIXED):
    """The `PanelPlan` of a network, from its stages and the shape of a sample."""
    planner = Planner(dtype, costs)
    first, last = planner.run(stages, shape)
    out = stages[-1].shape if stages else shape
    cycles = sum(float(step["cost"]) for step in planner.steps) + PACKING * math.prod(shape)
    size = up_to(planner.memory.size, SUMS)  # as `all_finite` goes through them
    images = any(getattr(stage, "window", None) for stage in stages)
    return PanelPlan(planner.program(), rows_of(first, shape), rows_of(last, out),
                     size, cycles, images, planner.choices, costs)  # fmt: skip


def side_by_side(blocked, height):
    """The runs of a `BlockedCSR`, `height` of them side by side and as long as the longest: row k
    of values and indices has the k-th entry of each. The last run may be there twice."""
    n = blocked.rows.shape[1]
    runs = np.minimum(np.arange(up_to(n, height)), n - 1)
    starts, lengths = blocked.offsets[:, runs], np.diff(blocked.offsets)[:, runs]
    rows = lengths[:, ::height]  # the longest come first
    ends = np.cumsum(rows).reshape(rows.shape)
    offsets = np.concatenate([ends[:, :1] - rows[:, :1], ends], axis=1)
    slab = np.repeat(np.arange(rows.size), rows.ravel())  # of each row
    starts, lengths = starts.reshape(-1, height)[slab], lengths.reshape(-1, height)[slab]
    k = (np.arange(len(slab)) - (ends - rows).ravel()[slab])[:, None]
    entries = np.where(k < lengths, starts + k, starts[:, :1])  # what fills up reads any input
    return blocked._replace(
        values=np.where(k < lengths, blocked.values[entries], blocked.values.dtype.type(0)),
        indices=blocked.indices[entries], offsets=offsets, rows=blocked.rows[:, runs],
    )  # fmt: skip


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


def by_channels(window):
    """The order of the inputs of a window channel by channel."""
    size = window.rows * window.columns
    return np.arange(size * window.channels).reshape(size, -1).T.ravel()


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
