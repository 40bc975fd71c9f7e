"""The plan of a network for `one_sample`: where images lie channel by channel, units in eights."""

from typing import NamedTuple

import numpy as np

from minprune.llvm import VECTOR, aligned_zeros, lanes_of
from minprune.sparse.blocks import blocks_from_dense
from minprune.sparse.choice import (
    CHUNK,
    FIXED,
    HEIGHT,
    LARGEST_ROWS,
    OFTEN,
    PIECE,
    SUMS,
    TILES,
    Costs,
    most_inputs,
    sample_costs,
)
from minprune.sparse.memory import up_to
from minprune.sparse.one_sample import BLOCKS_ONE, FULL, HEAD, PAIRS, SLICES, STEP_ONE
from minprune.sparse.panel_plan import Planner, taps, zeros_for
from minprune.sparse.panels import MAX_POOL, Program
from minprune.sparse.sliced import sliced_from_dense

UNITS = {"slices": SLICES, "blocks": BLOCKS_ONE, "full": FULL}


class SamplePlan(NamedTuple):
    """A program in pieces, and what `run_samples` has to know beside it.

    program  its arrays are parts of the block
    tile     a zero for each vector of columns
    block    all arrays, as `opened` finds them
    size     numbers of working memory
    cycles   that it takes one thread, about
    """

    program: Program
    tile: tuple
    block: np.ndarray
    size: int
    cycles: float
    choices: list
    costs: Costs


class SamplePlanner(Planner):
    """A `Planner` for images channel by channel, and units in groups of eight.

    columns  of an image that are written at once
    """

    step_type = STEP_ONE

    def __init__(self, dtype, columns, costs=FIXED):
        super().__init__(dtype, costs)
        self.columns = columns

    def image(self, shape, zeros):
        return self.memory.strips(shape, zeros, self.columns)

    outside = image

    def dense(self, stage, x):
        """Slices, blocks, or where no block is missing and the inputs are neighbours, all of W."""
        formats = {
            "slices": sliced_from_dense(stage.W, HEIGHT),
            "blocks": blocks_from_dense(stage.W, HEIGHT),
        }
        costs = sample_costs(**formats, costs=self.costs)
        order = np.argsort(x.addresses)
        if (np.diff(x.addresses[order]) == 1).all():
            formats["full"] = blocks_from_dense(stage.W[order], HEIGHT, full=True)
        else:
            del costs["full"]
        chosen = self.chosen(stage, formats, costs)
        kind, y = UNITS[self.choices[-1].format], self.memory.vector(len(stage.b))
        # indices are addresses, and where all inputs are read there are none
        start = x._replace(at=x.addresses.min() if kind == FULL else 0)
        rows = self.rows(stage, chosen, x, order)
        if rows and rows["most"] == len(stage.W):  # nothing else is ever needed
            none = {"values": chosen.values[:0], "indices": chosen.indices[:0]}
            chosen = chosen._replace(**none, offsets=0 * chosen.offsets)
        weights = self.weights(stage, chosen, x.addresses) | rows
        self.step(kind, start, y, (1, 1, len(stage.b)), **weights)
        if kind == SLICES:  # the fullest unit comes first: the next layer looks for it there
            return y._replace(addresses=y.at + np.argsort(chosen.units))
        return y

    def rows(self, stage, chosen, x, order):
        """The fields of a layer that is kept dense, too, since few inputs may be nonzero.

        They often are behind a ReLU, and where a sample comes in. A zero is skipped, so all weights
        must be finite; the inputs must be neighbours.

        order  of the inputs, as they lie
        """
        choice, (n_in, n_out) = self.choices[-1], stage.W.shape
        groups = -(-n_out // HEIGHT)
        most = most_inputs(n_in, groups, choice.costs[choice.format], self.costs)
        W = np.zeros((n_in, groups * HEIGHT), self.dtype)
        near = n_in and np.ptp(x.addresses) == n_in - 1
        zeros = not self.steps or self.steps[-1]["relu"]
        if not (near and zeros and most >= OFTEN * n_in and W.nbytes <= LARGEST_ROWS):
            return {}
        W[:, :n_out] = stage.W[order][:, getattr(chosen, "units", slice(None))]
        if not np.isfinite(W).all():
            return {}
        nbytes = W.nbytes + (stage.b.nbytes if most == n_in else choice.nbytes)
        self.choices[-1] = choice._replace(most=most, nbytes=nbytes)
        parts = [W[:, o * HEIGHT : (o + width) * HEIGHT].ravel() for o, width in chunks(groups)]
        dense = self.arrays.add("values", np.concatenate(parts))
        return {"inputs": n_in, "inputs_at": x.addresses.min(), "dense": dense, "most": most}

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
        slices = sliced_from_dense(stage.W, HEIGHT)
        cost = sample_costs(slices, blocks, self.costs)["blocks"]
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


def plan_sample(stages, shape, dtype, width=None, costs=FIXED):
    """The `SamplePlan` of a network, from its stages and the shape of a sample.

    width  vectors of columns that are written at once; as many as the widest image has, or as the
           widest tile holds, unless told otherwise
    """
    L = lanes_of(np.dtype(dtype))
    if width is None:
        widest = max((s.shape[1] * s.pool for s in stages if getattr(s, "window", None)), default=1)
        width = next((V for V in TILES if widest <= V * L), TILES[-1])
    planner = SamplePlanner(dtype, width * L, costs)
    first, last = planner.run(stages, shape)
    cycles = sum(float(step["cost"]) for step in planner.steps)
    planner.steps = in_pieces(planner.steps)
    size = up_to(planner.memory.size, SUMS * L)  # as `all_finite` goes through them
    block, (*arrays, _, _) = packed(
        *planner.program(), shortened(first.addresses), shortened(last.addresses)
    )
    return SamplePlan(Program(*arrays), (0,) * width, block, size, cycles, planner.choices, costs)


def packed(*arrays):
    """Arrays in one of bytes, each from a whole line of the cache on, and its parts that they are.

    The block begins with the places where each of them begins and ends.
    """
    ends, at = [], HEAD
    for array in arrays:
        ends += [at, at + array.nbytes]
        at = up_to(at + array.nbytes, VECTOR)
    block, parts = aligned_zeros(at, np.uint8), []
    block[:HEAD].view(np.int64)[: len(ends)] = ends
    for array, start, stop in zip(arrays, ends[::2], ends[1::2], strict=True):
        parts.append(block[start:stop].view(array.dtype))
        parts[-1][:] = array
    return block, parts


def shortened(addresses):
    """The first address alone, if the others follow it.

    >>> shortened(np.arange(3, 9)), shortened(np.array([4, 3]))
    (array([3]), array([4, 3]))
    """
    return addresses[:1] if (np.diff(addresses) == 1).all() else addresses


def chunks(groups):
    """(The first group, how many) of each chunk that `rows_step` does at once.

    >>> chunks(19)
    [(0, 8), (8, 8), (16, 1), (17, 1), (18, 1)]
    """
    whole = groups - groups % CHUNK
    return [(g, CHUNK) for g in range(0, whole, CHUNK)] + [(g, 1) for g in range(whole, groups)]


def in_pieces(steps):
    """The steps of one sample, each cut into steps that several threads can do at once.

    An image is cut between two rows, the units of a dense layer between two groups of eight, or
    if it has `rows` between two chunks of these.
    """
    pieces = []
    for step in steps:
        units = step["kind"] in UNITS.values() and step["rows"] == 1
        height = HEIGHT * CHUNK if step["most"] else HEIGHT
        size = int(up_to(step["channels"], height) // height if units else step["rows"])
        count = max(min(round(step["cost"] / PIECE), size), 1)
        step["after"] = 1 + len(pieces)  # also the one that brings the sample in
        for k in range(count):
            start, stop = size * k // count, size * (k + 1) // count
            piece = step.copy()
            if units:
                piece["channels"] = min(stop * height, step["channels"]) - start * height
                moves = {"y": height, "bias": height, "runs": height // HEIGHT,
                         "dense": height * step["inputs"]}  # fmt: skip
            else:
                piece["rows"] = stop - start
                moves = {"x": step["x_row"], "y": step["y_row"], "bias": step["bias_row"]}
            for name, distance in moves.items():
                piece[name] += start * distance
            pieces.append(piece)
    return pieces
