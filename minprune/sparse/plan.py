"""From the stages of a network to a program: which format, which kernel, and where all things lie.

Twice: for panels of T samples, whose samples are the neighbours that fill a vector, and for one
sample, where neighbours are the columns of an image and the output units of a dense layer.
"""

import math
from typing import NamedTuple

import numpy as np

from minprune.sparse import steps
from minprune.sparse.blocked_csr import blocked_csr_from_dense
from minprune.sparse.blocks import blocks_from_dense
from minprune.sparse.llvm import BYTES, lanes_of
from minprune.sparse.microkernels import HEIGHT, UNROLL
from minprune.sparse.sliced import sliced_from_dense
from minprune.sparse.stages import Affine, Curve, Pool, Product, limits_of
from minprune.sparse.steps import STEP, Ends, Program

L1_INPUTS = 128  # inputs of a panel, 64 samples wide, that stay in the L1 cache: 32 KiB
RUN = 12  # entries that a run of a block should have on average, lest its start cost more
LARGE_WINDOW = 512  # inputs; a convolution that reads fewer takes them as one block
VECTORS = 4  # in the widest tile; costs are counted for it
PACKING = 40  # cycles that so many samples of a feature take to come side by side
PIECE = 10_000  # cycles; to take less at a time from a step costs more than it helps


class Choice(NamedTuple):
    """The kernel chosen for one layer, and the reason.

    costs  of each format: processor cycles for a panel of 4 vectors, or for one sample, if two
           loads and two vector products can begin in a cycle and all comes from the L1 cache
    """

    name: str
    density: float
    nonzeros: int
    format: str
    nbytes: int
    costs: dict


def block_size(W, window):
    """Inputs per block of a blocked CSR: so many that they fit the cache and runs are not short."""
    n_in = len(W)
    if window is not None and n_in <= LARGE_WINDOW:
        return max(n_in, 1)
    block, density = L1_INPUTS, np.count_nonzero(W) / max(W.size, 1)
    while block < n_in and block * density < RUN:
        block *= 2
    return block


def panel_costs(csr, blocks):
    """Cycles for a panel of four vectors, by format.

    An entry of a run: a weight, its index and V vectors of x are loaded, V products take less. A
    run: V vectors are loaded and stored, one a cycle, and the loop ends. A block: 8 V products.
    """
    V = VECTORS
    runs = csr.rows.size
    return {
        "csr": len(csr.values) * (V + 2) / 2 + runs * (V / 2 + V + 4) if runs else math.inf,
        "blocks": blocks.values.size * V / 2 + (len(blocks.offsets) - 1) * 2 * HEIGHT * V,
    }


def sample_costs(slices, blocks):
    """Cycles for one sample: eight fetched inputs and a product, or one input and a product.

    If no block was left out, their indices need not be read.
    """
    groups = len(blocks.offsets) - 1
    return {
        "slices": len(slices.values) * (HEIGHT / 2 + 1) + groups * 8,
        "blocks": len(blocks.values) * 2 + groups * 8,
        "full": blocks.n_in * groups * 1.75 + groups * 8,
    }


class Place(NamedTuple):
    """Where an activation lies: its first number; of an image the way from row to row, column to
    column, channel to channel; and the addresses of all its features, in order."""

    at: int
    strides: tuple
    addresses: np.ndarray


class Plan(NamedTuple):
    """A program, where samples go in and come out, the memory it takes, and why it is as it is.

    size    numbers of working memory, for each sample of a panel
    cycles  that a panel of four vectors takes, or one sample, about
    """

    program: Program
    ends: Ends
    size: int
    cycles: float
    choices: list


def plan(stages, shape, dtype, columns=1):
    """The plan for panels, or with more than one column at a time that for one sample."""
    planner = Planner(dtype, columns)
    following = [*stages, None][1:]
    x = first = planner.like(shape, stages[0] if stages else None)
    for stage, after in zip(stages, following, strict=True):
        x = METHODS[type(stage)](planner, stage, x, after)
    return planner.finished(first, shape, x, stages)


class Planner:
    """Collects steps, weights and places. A sample is the only one if `columns` > 1."""

    def __init__(self, dtype, columns):
        self.dtype, self.columns, self.size = np.dtype(dtype), columns, 0
        self.panels = columns == 1
        self.steps, self.choices = [], []
        self.data = {name: [] for name in ("values", "indices", "runs", "rows")}

    # --- memory ---

    def image(self, shape, zeros=(0, 0, 0, 0), pixels=False):
        """A place for an image with zeros around it, pixel by pixel or channel by channel."""
        (top, bottom, left, right), (h, w, c) = zeros, shape
        if self.panels or pixels:
            pixel, channel = c if self.panels else -(-c // HEIGHT) * HEIGHT, 1
            row = (left + w + right) * pixel
        else:  # vectors may write beyond the last column
            pixel, channel = 1, left + max(-(-w // self.columns) * self.columns, w + right)
            row = c * channel
        at = self.size + top * row + left * pixel
        self.size += (top + h + bottom) * row
        strides = row, pixel, channel
        return Place(at, strides, at + offsets(shape, strides))

    def vector(self, n):
        """A place for n numbers in a row, and as many more as the last group of units writes."""
        at = self.size
        self.size += -(-n // HEIGHT) * HEIGHT
        return Place(at, (0, 0, 1), at + np.arange(n))

    def like(self, shape, following, pixels=False):
        """A place for the output of a stage, with the zeros that the next one wants around it."""
        if len(shape) == 1:
            return self.vector(*shape)
        return self.image(shape, zeros_of(following), pixels)

    # --- data ---

    def add(self, name, array):
        """Append to one of the long arrays; returns where it begins, which is at a whole vector."""
        start = sum(len(a) for a in self.data[name])
        array = np.ascontiguousarray(array).ravel()
        self.data[name].append(np.pad(array, (0, -len(array) % lanes_of(np.dtype(np.float32)))))
        return start

    def step(self, kind, x, y, shape, **fields):
        """Append a step from place x to place y, at the positions and channels of a shape."""
        record = np.zeros((), STEP)
        record["kind"], record["n_p"], record["n_q"] = kind, 1, 1
        record["n_i"], record["n_j"], record["n_c"] = shape
        record["cost"] = math.prod(shape)
        for letter, place in (("x", x), ("y", y)):
            record[letter] = place.at
            for axis, stride in zip("ijc", place.strides, strict=True):
                record[f"{letter}_{axis}"] = stride
        for name, value in fields.items():
            record[name] = value
        self.steps.append(record)

    def weights(self, stage, chosen, addresses):
        """Append the weights of a layer in their format; returns the fields of its step.

        addresses  where each of its inputs lies
        """
        b = stage.b[chosen.units] if hasattr(chosen, "units") else stage.b
        return {
            "relu": stage.relu,
            "values": self.add("values", chosen.values.astype(self.dtype)),
            "indices": self.add("indices", addresses[chosen.indices].astype(np.uint32)),
            "runs": self.add("runs", chosen.offsets),
            "rows": self.add("rows", getattr(chosen, "rows", np.zeros(0, np.int32))),
            "bias": self.add("values", b.astype(self.dtype)),
            "blocks": len(chosen.offsets) if chosen.offsets.ndim == 2 else 1,
            "cost": min(self.choices[-1].costs.values()),
        }

    def choose(self, stage, formats, costs, positions=1):
        """The cheapest of the formats, noted with its reason; returns its name and the weights.

        positions  how often a panel, or the sample, uses the weights
        """
        name = min(costs, key=costs.get)
        nonzeros = int(np.count_nonzero(stage.W))
        density = nonzeros / stage.W.size if stage.W.size else 0.0
        nbytes = formats[name].nbytes + stage.b.nbytes
        costs = {which: cost * positions for which, cost in costs.items()}
        self.choices.append(Choice(stage.name, density, nonzeros, name, nbytes, costs))
        return name, formats[name]

    def choose_for_vectors(self, stage, positions=1):
        """Between runs and blocks, where neighbours are samples or columns."""
        formats = {
            "csr": blocked_csr_from_dense(stage.W, block_size(stage.W, stage.window), UNROLL),
            "blocks": blocks_from_dense(stage.W, HEIGHT),
        }
        return self.choose(stage, formats, panel_costs(**formats), positions)

    def choose_for_one(self, stage, x):
        """Among slices, blocks and all blocks, where neighbours are output units."""
        formats = {
            "slices": sliced_from_dense(stage.W, HEIGHT),
            "blocks": blocks_from_dense(stage.W, HEIGHT),
        }
        costs = sample_costs(**formats)
        order = np.argsort(x.addresses)
        if (np.diff(x.addresses[order]) == 1).all():  # inputs are neighbours
            formats["full"] = blocks_from_dense(stage.W[order], HEIGHT, full=True)
        else:
            del costs["full"]
        return self.choose(stage, formats, costs)

    # --- stages ---

    def product(self, stage, x, following):
        """A dense layer or a convolution; returns the place of its output, as all that follow."""
        if stage.window is None:
            return self.dense(stage, x)
        if self.panels or (stage.window.stride == 1 and x.strides[1] == 1):
            return self.convolution(stage, x, following)
        return self.convolution_by_pixels(stage, x, following)

    def dense(self, stage, x):
        name, chosen = (
            self.choose_for_vectors(stage) if self.panels else self.choose_for_one(stage, x)
        )
        y = self.vector(len(stage.b))
        fields = self.weights(stage, chosen, x.addresses)
        # indices are addresses, and where all inputs are read there are none
        start = x._replace(at=x.addresses.min() if name == "full" else 0)
        self.step(KINDS[self.panels, name], start, y, (1, 1, len(stage.b)), **fields)
        if name == "slices":  # the fullest unit comes first: the next layer looks for it there
            return y._replace(addresses=y.at + np.argsort(chosen.units))
        return y

    def convolution(self, stage, x, following):
        """With samples for neighbours, or the columns of one image.

        A max pooling behind it is done along with it, over samples whole, over columns from row to
        row only; not if inputs come in several blocks, whose sums are not final.
        """
        (h, w, n), k, s = stage.shape, stage.pool, stage.window.stride
        name, chosen = self.choose_for_vectors(stage, h * k * -(-w * k // self.columns))
        fields = self.weights(stage, chosen, self.taps(stage.window, x))
        p = k if fields["blocks"] == 1 else 1
        q = p if self.panels else 1
        shape = rows, columns, _ = h * k // p, w * k // q, n
        done = p == q == k
        y = self.like(shape, following) if done else self.image(shape)
        fields |= {"n_p": p, "x_p": s * x.strides[0], "x_i": p * s * x.strides[0]}
        fields |= {"n_q": q, "x_q": s * x.strides[1], "x_j": q * s * x.strides[1]}
        if not self.panels:
            fields |= {"x_j": self.columns, "y_j": self.columns, "clear": columns}
            fields["n_clear"] = zeros_of(following)[3] if done else 0
            columns = -(-columns // self.columns)
        self.step(KINDS[True, name], self.corner(stage.window, x), y, (rows, columns, n), **fields)
        return y if done else self.pooled(y, stage.shape, following, (k // p, k // q))

    def convolution_by_pixels(self, stage, x, following):
        """One image, strided convolution: its columns are apart, so output units fill a vector."""
        (h, w, n), k, s = stage.shape, stage.pool, stage.window.stride
        blocks = blocks_from_dense(stage.W, HEIGHT)
        cost = sample_costs(sliced_from_dense(stage.W, HEIGHT), blocks)["blocks"]
        self.choose(stage, {"blocks": blocks}, {"blocks": cost}, h * k * w * k)
        fields = self.weights(stage, blocks, self.taps(stage.window, x))
        fields |= {"x_i": s * x.strides[0], "x_j": s * x.strides[1]}
        shape = h * k, w * k, n
        y = self.like(shape, following, pixels=True) if k == 1 else self.image(shape, pixels=True)
        self.step(steps.BLOCKS_ONE, self.corner(stage.window, x), y, shape, **fields)
        return y if k == 1 else self.pooled(y, stage.shape, following, (k, k))

    @staticmethod
    def taps(window, x):
        """Distances of the inputs of a window from its corner."""
        return offsets((window.rows, window.columns, window.channels), x.strides)

    @staticmethod
    def corner(window, x):
        """The place x, from the corner of the first window on, which may lie among the zeros."""
        top, _, left, _ = window.zeros
        return x._replace(at=x.at - top * x.strides[0] - left * x.strides[1])

    def pool(self, stage, x, following):
        kind = steps.AVERAGE_POOL if stage.average else steps.MAX_POOL
        size = stage.size, stage.size
        return self.pooled(x, stage.shape, following, size, (stage.stride, stage.stride), kind)

    def pooled(self, x, shape, following, size, stride=None, kind=steps.MAX_POOL):
        (p, q), (s_i, s_j), y = size, stride or size, self.like(shape, following)
        fields = {"n_p": p, "n_q": q, "x_p": x.strides[0], "x_q": x.strides[1]}
        fields |= {"x_i": s_i * x.strides[0], "x_j": s_j * x.strides[1]}
        neighbours = not self.panels and x.strides[1] == y.strides[1] == 1
        if neighbours and kind == steps.MAX_POOL and q == s_j == 2:
            kind = steps.PAIRS_ONE
            fields |= {"clear": shape[1], "n_clear": zeros_of(following)[3]}
        self.step(kind, x, y, shape, **fields)
        return y

    def curve(self, stage, x, following):
        y, (kind, *numbers) = self.beside(x, stage.shape, following), stage.curve
        at = self.add("values", np.array(numbers, self.dtype))
        self.step(steps.CURVES[kind], x, y, whole(stage.shape), bias=at)
        return y

    def affine(self, stage, x, following):
        y, (h, w, c) = self.beside(x, stage.shape, following), whole(stage.shape)
        numbers, fields = np.stack([stage.m, stage.a, stage.b], axis=1), {"b_c": 3}
        if len(stage.shape) == 1:  # in the order in which the units lie
            numbers = numbers[np.argsort(x.addresses)]
        elif len(numbers) != c:  # of a flattened image: every pixel has its own
            fields |= {"b_i": 3 * w * c, "b_j": 3 * c}
        at = self.add("values", numbers.astype(self.dtype))
        self.step(steps.AFFINE, x, y, (h, w, c), bias=at, **fields)
        return y

    def beside(self, x, shape, following):
        """A place for what is computed number by number: units lie in the order of x."""
        y = self.like(shape, following)
        return y._replace(addresses=y.at + x.addresses - x.at) if len(shape) == 1 else y

    def finished(self, first, shape, last, stages):
        kinds = {"values": self.dtype, "indices": np.uint32, "runs": np.int64, "rows": np.int32}
        arrays = [joined(self.data[name], kind) for name, kind in kinds.items()]
        cycles = float(sum(step["cost"] for step in self.steps))
        if self.panels:
            cycles += PACKING * math.prod(shape)
        else:
            self.steps = in_pieces(self.steps)
        if self.size >= 1 << 31:
            raise ValueError("network must take less than 2**31 numbers of memory for one sample")
        program = Program(np.array(self.steps, STEP), *arrays)
        out = stages[-1].shape if stages else shape
        ends = Ends(first.addresses, last.addresses, rows_of(first, shape), rows_of(last, out),
                    limits_of(stages, self.dtype))  # fmt: skip
        beyond = 0 if self.panels else 2 * self.columns  # the last vectors of an image read on
        return Plan(program, ends, self.size + beyond, cycles, self.choices)


def joined(parts, dtype):
    """One array of all of them, behind each other."""
    array = aligned_zeros(sum(map(len, parts)), dtype)
    np.concatenate([array[:0], *parts], out=array, casting="same_kind")
    return array


def aligned_zeros(n, dtype):
    """n zeros that begin where a line of the cache does."""
    dtype = np.dtype(dtype)
    raw = np.zeros(n * dtype.itemsize + BYTES, np.uint8)
    start = -raw.ctypes.data % BYTES
    return raw[start : start + n * dtype.itemsize].view(dtype)


def in_pieces(steps):
    """The steps of one sample, each cut into steps that several threads can do at once.

    An image is cut between two rows, the units of a dense layer between two groups of eight.
    """
    pieces = []
    for step in steps:
        units = step["kind"] in UNITS_ONE and step["n_i"] == 1
        size = int(-(-step["n_c"] // HEIGHT) if units else step["n_i"])
        count = max(min(round(step["cost"] / PIECE), size), 1)
        step["after"] = 1 + len(pieces)  # also the one that brings the sample in
        for k in range(count):
            start, stop = size * k // count, size * (k + 1) // count
            piece = step.copy()
            if units:
                piece["n_c"] = min(stop * HEIGHT, step["n_c"]) - start * HEIGHT
                moves = {"y": HEIGHT, "bias": HEIGHT, "runs": 1}
            else:
                piece["n_i"] = stop - start
                moves = {"x": step["x_i"], "y": step["y_i"], "bias": step["b_i"]}
            for name, distance in moves.items():
                piece[name] += start * distance
            pieces.append(piece)
    return pieces


def offsets(shape, strides):
    """Distances of the pixels and channels of an image from its first number, in order."""
    i, j, c = (np.arange(n) * s for n, s in zip(shape, strides, strict=True))
    return (i[:, None, None] + j[:, None] + c).ravel()


def whole(shape):
    """A vector as an image of one pixel."""
    return (1, 1, *shape) if len(shape) == 1 else shape


def zeros_of(following):
    """The zeros that the stage that follows wants around an image."""
    window = getattr(following, "window", None)
    return window.zeros if window else (0, 0, 0, 0)


def rows_of(place, shape):
    """(first address, rows, their length, their distance) of what lies pixel by pixel."""
    h, w, c = whole(shape)
    return place.at, h, w * c, place.strides[0]


KINDS = {
    (True, "csr"): steps.CSR,
    (True, "blocks"): steps.BLOCKS,
    (False, "slices"): steps.SLICES_ONE,
    (False, "blocks"): steps.BLOCKS_ONE,
    (False, "full"): steps.FULL_ONE,
}
UNITS_ONE = steps.SLICES_ONE, steps.BLOCKS_ONE, steps.FULL_ONE
METHODS = {
    Product: Planner.product,
    Pool: Planner.pool,
    Curve: Planner.curve,
    Affine: Planner.affine,
}
