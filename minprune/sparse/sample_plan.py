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
    Costs,
    line_cost,
    most_inputs,
    sample_costs,
)
from minprune.sparse.memory import up_to
from minprune.sparse.one_sample import (
    BLOCKS_ONE,
    FULL,
    HEAD,
    LINES,
    PAIRS,
    SLICES,
    STEP_ONE,
)
from minprune.sparse.panel_plan import Planner, taps, zeros_for
from minprune.sparse.panels import MAX_POOL, Program
from minprune.sparse.sample_kernels import LINE_TILES
from minprune.sparse.sliced import sliced_from_dense

ROWS = 8  # of tiles; an image that has fewer is cut between units
UNITS = {"slices": SLICES, "blocks": BLOCKS_ONE, "full": FULL}


class SamplePlan(NamedTuple):
    """A program in pieces, and what `run_samples` has to know beside it.

    program  its arrays are parts of the block
    block    all arrays, as `opened` finds them
    size     numbers of working memory
    cycles   that it takes one thread, about
    """

    program: Program
    block: np.ndarray
    size: int
    cycles: float
    choices: list
    costs: Costs


class SamplePlanner(Planner):
    """A `Planner` for images channel by channel, and units in groups of eight."""

    step_type = STEP_ONE

    def run(self, stages, shape):
        self.lines = lines_of(stages, shape, lanes_of(self.dtype), self.costs)
        return super().run(stages, shape)

    def entrance(self, shape, following):
        return self.place(shape, following)

    def place(self, shape, following, line=None, length=0):
        """Rows of an image lie as its `Line` says, or that of the convolution that follows.

        length  of a line that is written at once
        """
        if len(shape) == 1:
            return self.memory.vector(*shape)
        line = line or self.lines.get(id(following), Line(0))
        return self.memory.lines(shape, zeros_for(following), line.pitch, length, line.align)

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
        """All positions of an image in a line, a tile of them at a time; a max pooling afterwards.

        A position behind the last column is computed in vain, and then set to zero.
        """
        if stage.window.stride > 1 or x.strides[1] > 1:
            return self.convolution_by_pixels(stage, x, following)
        (h, w, n), k, line = stage.shape, stage.pool, self.lines[id(stage)]
        order, starts, distances = in_parts(stage.window, line, x.strides)
        tile, count, chosen = self.tile(stage, line, (h * k - 1) * line.pitch + w * k, order)
        length, (top, _, left, _) = tile.vectors * line.vector, stage.window.zeros
        corner = x.moved(-top, 0 if line.wide else -left)
        self.memory.size = max(
            self.memory.size, corner.at + distances.max(initial=0) + count * length
        )
        chosen = chosen._replace(offsets=parted(chosen, starts))
        weights = self.weights(stage, chosen, distances)
        after = following if k == 1 else None
        y = self.place((h * k, w * k, n), after, line, count * length)
        t = np.arange(count * length)
        inside = (t // line.pitch < h * k) & (t % line.pitch < w * k)
        inside = self.arrays.add("values", inside.astype(self.dtype))
        self.step(LINES, corner, y, (count, 1, n), **weights, x_row=length, y_row=length,
                  tile=LINE_TILES.index(tile), height=tile.units, parts=len(starts),
                  inside=inside)  # fmt: skip
        return y if k == 1 else self.pooled(y, stage.shape, following, (k, k), (k, k))

    def tile(self, stage, line, positions, order):
        """The cheapest tile, how many of them the positions take, and the weights for it."""
        W, best, formats = stage.W[order], {}, {}
        for tile in LINE_TILES:
            if (tile.wide, tile.half) == (line.wide, line.half):
                name = "blocks" if tile.units > 1 else "lines"
                if name not in formats:
                    formats[name] = blocks_from_dense(W, tile.units)
                made = formats[name]
                count = -(-positions // (tile.vectors * line.vector))
                runs = (len(made.offsets) - 1) * (3 if line.wide else 1)
                cost = line_cost(tile, len(made.values), runs, count, self.costs)
                best[name] = min(best.get(name, (np.inf,)), (cost, tile, count))
        chosen = self.chosen(stage, formats, {name: cost for name, (cost, *_) in best.items()})
        return *best[self.choices[-1].format][1:], chosen

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
        y = self.place(shape, following)
        pairs = kind == MAX_POOL and size[1] == moves[1] == 2
        if pairs and x.strides[1] == y.strides[1] == 1:
            kind = PAIRS
        self.step(kind, x, y, shape, moves, size)
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


class Line(NamedTuple):
    """The distance between two rows of an image, and what its convolutions rely on.

    wide, half  as in `Tile`
    vector      numbers in a vector
    align       the first number of a channel lies at a multiple of it
    """

    pitch: int
    wide: int = 0
    half: bool = False
    vector: int = 1
    align: int = 1


def lines_of(stages, shape, lanes, costs):
    """The `Line` of each convolution's images, before and behind it, by the stage's id.

    Without a pooling between two of them, they write and read the same image.
    """
    lines, chain = {}, []
    for stage, after in zip(stages, [*stages, None][1:], strict=True):
        if is_line(stage):
            chain.append((stage, shape[1]))
            if stage.pool > 1 or not is_line(after):
                # what follows may want zeros between the rows
                least = 0 if stage.pool > 1 else stage.shape[1] + max(zeros_for(after)[2:])
                line = line_for(chain, least, lanes, costs)
                lines |= {id(one): line for one, _ in chain}
                chain = []
        shape = stage.shape
    return lines


def is_line(stage):
    """True if it is a convolution that skips no position."""
    return getattr(stage, "window", None) is not None and stage.window.stride == 1


def line_for(chain, least, lanes, costs):
    """The `Line` of some convolutions in a row.

    chain  (stage, columns of its input) of each
    least  distance between two rows that it has at least
    """
    columns, pitch, near = max(least, 1), max(least, 1), True
    for stage, w in chain:
        (_, _, left, right), k = stage.window.zeros, stage.window.columns
        columns = max(columns, w, w + left + right - k + 1)
        pitch = max(pitch, columns, w + max(left, right))
        near &= left <= 1 and k - 1 - left <= 1
    half = 2 * columns <= lanes
    vector = lanes >> half
    wide = next((n for n in (1, 2, 4) if n * vector >= columns), None)
    if near and wide and wide * vector * costs.line < pitch * costs.astray:
        return Line(wide * vector, wide, half, vector, vector)
    return Line(pitch, vector=lanes)


def in_parts(window, line, strides):
    """The inputs of a window in the order of `line_run`.

    returns (the inputs, where each run's begin, the distance of each from the corner)
    """
    (rows, columns, channels), left = window[:3], window.zeros[2]
    row, _, channel = strides
    u, v, c = np.indices((rows, columns, channels)).reshape(3, -1)
    if line.wide:
        order = np.lexsort((u, c, v))
        starts = np.searchsorted(v[order], left + np.arange(-1, 2))
        distances = u * row + c * channel
    else:
        order, starts = np.lexsort((v, u, c)), np.zeros(1, int)
        distances = u * row + v + c * channel
    return order, starts, distances[order]


def parted(blocks, starts):
    """The offsets of blocks where the inputs of each group come in several runs.

    >>> blocks = blocks_from_dense([[1.0, 2.0], [0.0, 3.0], [4.0, 5.0]], 1)
    >>> parted(blocks, [0, 1]).tolist()
    [0, 1, 2, 3, 5]
    """
    parts, groups = len(starts), len(blocks.offsets) - 1
    part = np.searchsorted(starts, blocks.indices, side="right") - 1
    run = np.repeat(np.arange(groups), np.diff(blocks.offsets)) * parts + part
    return np.concatenate([[0], np.cumsum(np.bincount(run, minlength=groups * parts))])


def plan_sample(stages, shape, dtype, costs=FIXED):
    """The `SamplePlan` of a network, from its stages and the shape of a sample."""
    planner = SamplePlanner(dtype, costs)
    first, last = planner.run(stages, shape)
    cycles = sum(float(step["cost"]) for step in planner.steps)
    planner.steps = in_pieces(planner.steps)
    size = up_to(planner.memory.size, SUMS * lanes_of(planner.dtype))  # for `all_finite`
    block, (*arrays, _, _) = packed(
        *planner.program(), shortened(first.addresses), shortened(last.addresses)
    )
    return SamplePlan(Program(*arrays), block, size, cycles, planner.choices, costs)


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

    An image is cut between two rows, or if it has few between units; the units of a dense layer
    between two groups of eight, or if it has `rows` between two chunks of these.
    """
    pieces = []
    for step in steps:
        height, size = height_of(step)
        count = max(min(round(step["cost"] / PIECE), size), 1)
        step["after"] = 1 + len(pieces)  # also the one that brings the sample in
        for k in range(count):
            start, stop = size * k // count, size * (k + 1) // count
            piece = step.copy()
            if height:
                piece["channels"] = min(stop * height, step["channels"]) - start * height
                image = step["kind"] == LINES
                moves = {"y": height * step["y_channel"] if image else height, "bias": height,
                         "runs": height // step["height"] * step["parts"] if image
                         else height // HEIGHT,
                         "dense": height * step["inputs"]}  # fmt: skip
            else:
                piece["rows"] = stop - start
                moves = {"x": step["x_row"], "y": step["y_row"], "bias": step["bias_row"]}
                if step["kind"] == LINES:
                    moves["inside"] = step["y_row"]
            for name, distance in moves.items():
                piece[name] += start * distance
            pieces.append(piece)
    return pieces


def height_of(step):
    """The units that no piece of a step may part, and how many times there are so many; or 0 if it
    is cut between rows, and how many rows there are."""
    if step["kind"] == LINES and step["rows"] < ROWS:
        height = int(step["height"])
    elif step["kind"] in UNITS.values() and step["rows"] == 1:
        height = HEIGHT * CHUNK if step["most"] else HEIGHT
    else:
        return 0, int(step["rows"])
    return height, int(up_to(step["channels"], height) // height)
