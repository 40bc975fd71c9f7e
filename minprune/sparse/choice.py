"""The choice of a format for each layer, and all constants that were found by measuring.

Cycles are those of a processor that begins two loads and two vector products in each, if all comes
from the L1 cache.
"""

import math
from typing import NamedTuple

import numpy as np

from minprune.llvm import room

# kernels
UNROLL = 2  # entries of a run at a time; each run is filled up to a multiple of it
SUMS = 4  # that the products of one sample go into in turn, lest each wait for the one before
HEIGHT = 8  # output units of a block or a slice
CHUNK = 8  # of these that one nonzero input is multiplied with at once
WIDE = 2  # vectors of samples that a block works on at once; 8 x 2 sums fill the registers
POSITIONS = 8  # of a convolution at once, at most: as many vectors of sums as a run should have

# formats
L1_VECTORS = 512  # that fit the L1 cache: 32 KiB
RUN = 12  # entries that a run of a block should have on average, lest its start cost more

# panels and samples
FEW = 3  # samples that run one by one; with more, a panel is faster though it is not full
TILES = 1, 2, 4  # vectors side by side in a panel
WIDEST = TILES[-1]  # costs are counted for it
LARGEST_PANEL = 1 << 28  # bytes
LARGEST_IMAGES = 1 << 21  # bytes of a panel with convolutions: what a cache of one core holds
PACKING = 40  # cycles in which a panel of the widest tile takes in one feature

# inputs that are zero
OFTEN = 0.2  # share of the inputs that may be nonzero for dense weights to be kept, too
LARGEST_ROWS = 1 << 23  # bytes of dense weights that are kept for that: what a cache holds

# threads
SMALL = 200_000  # cycles; less work is done before a second thread has woken up
SMALL_ONE = 100_000  # the same for one sample, where weights come from further away
PIECE = 10_000  # cycles; to take less at a time from a step costs more than it helps


def slab_height(room):
    """Units of a slab: where the registers have room for so many vectors of sums, four, of which
    each has its own in a panel of the widest tile; else one."""
    return 4 if room >= 4 * WIDEST else 1


def run_height(room):
    """Units whose runs are gone through side by side: two, if there are registers for so many sums
    at all positions; half as many ends of runs cost less."""
    return 2 if room >= 2 * POSITIONS else 1


def slab_rows(height):
    """Rows of a slab at a time: eight entries, or of a single unit two; slabs are filled up to a
    multiple of them."""
    return 8 // height if height > 1 else 2


def tile_of(V):
    """The tile of a panel V vectors wide: a zero for each position that is done at once, as many as
    there are registers for, and one for each vector.

    >>> len(tile_of(4)[1])
    4
    """
    return (0,) * max(min(room(), POSITIONS) // V, 1), (0,) * V


class Choice(NamedTuple):
    """The format chosen for one layer, and the reason.

    costs  of each format: cycles for a panel of the widest tile, or for one sample
    most   inputs that may be nonzero for `rows` to be quicker; 0 if these are not kept
    """

    name: str
    density: float
    nonzeros: int
    format: str
    nbytes: int
    costs: dict
    most: int = 0


def cheapest(stage, formats, costs, positions=1):
    """The weights of a product in the cheapest of the formats, and the `Choice`.

    positions  how often a panel, or the sample, uses the weights
    """
    name = min(costs, key=costs.get)
    nonzeros = int(np.count_nonzero(stage.W))
    density = nonzeros / stage.W.size if stage.W.size else 0.0
    nbytes = formats[name].nbytes + stage.b.nbytes
    costs = {which: cost * positions for which, cost in costs.items()}
    return formats[name], Choice(stage.name, density, nonzeros, name, nbytes, costs)


def block_size(W, window):
    """Inputs per block of a blocked CSR: so many that they fit the cache and runs are not short.

    Of a window the inputs are whole channels, which lie in the cache for `POSITIONS` of them.
    """
    block, run, density = L1_VECTORS // WIDEST, RUN, np.count_nonzero(W) / max(W.size, 1)
    if window is not None:
        columns = window.columns + (POSITIONS - 1) * window.stride
        channels = max(L1_VECTORS // (window.rows * columns), 1)
        block, run = channels * window.rows * window.columns, 2 * RUN
    while block < len(W) and block * density < run:
        block *= 2
    return block


class Costs(NamedTuple):
    """Cycles, for a panel of the widest tile or for one sample; `measure` finds them for a machine.

    Those here are of Zen 5 for one sample. For a panel they count what has to be done: an entry
    loads a weight, its index and V vectors of x, two a cycle, while its V products take less; a run
    loads and stores V vectors, one a cycle, and ends a loop.
    """

    # a panel
    entry: float = (WIDEST + 2) / 2  # of a run
    run: float = WIDEST / 2 + WIDEST + 4
    slab: float = 2.5  # an entry of a slab
    slab_run: float = 10  # a unit of a slab
    block: float = HEIGHT * WIDEST / 2
    group_of_blocks: float = 2 * HEIGHT * WIDEST
    # one sample
    slices: float = 5.7  # a row of a slice: eight loaded inputs
    blocks: float = 1.4
    full: float = 1.3  # a block without an index
    rows: float = 1  # eight weights of an input that is not zero
    group: float = 10  # of eight units, in any of these formats
    line: float = 0.8  # a weight times a vector of an image
    astray: float = 1.4  # the same where vectors begin anywhere in a line of the cache
    line_block: float = 0.6  # the same in blocks of several units


FIXED = Costs()


def panel_costs(csr, blocks, costs=FIXED):
    """Cycles for a panel of the widest tile, by format. Slabs have the runs of a blocked CSR."""
    runs, groups = csr.rows.size, len(blocks.offsets) - 1
    return {
        "slabs": len(csr.values) * costs.slab + runs * costs.slab_run if runs else math.inf,
        "csr": len(csr.values) * costs.entry + runs * costs.run if runs else math.inf,
        "blocks": len(blocks.values) * costs.block + groups * costs.group_of_blocks,
    }


def sample_costs(slices, blocks, costs=FIXED):
    """Cycles for one sample, by format. If no block was left out, their indices are not read."""
    groups = len(blocks.offsets) - 1
    return {
        "slices": len(slices.values) * costs.slices + groups * costs.group,
        "blocks": len(blocks.values) * costs.blocks + groups * costs.group,
        "full": blocks.n_in * groups * costs.full + groups * costs.group,
    }


def most_inputs(n_in, groups, cost, costs=FIXED):
    """Inputs that may be nonzero for a layer to take fewer cycles by `rows` than by `cost`.

    All inputs are looked at, in two cycles each. A group behind the last whole chunk costs four
    times as much: an input is loaded for it alone, and each product waits for the one before.
    """
    left = cost - n_in * 2 - groups * costs.group
    each = (groups + groups % CHUNK * 3) * costs.rows
    return min(max(int(left / each), 0), n_in) if groups else 0


EXPLANATION = """\
slabs, csr, blocks, slices: the formats of `slabs`, `blocked_csr`, `blocks` and `sliced`; lines:
blocks of a single unit; full: all blocks, those of zeros too. The cheapest is taken; cycles are an
estimate, of a panel of 64 samples (float64: 32) and of one sample, from {origin}.
rows: dense weights, of the inputs that are not zero.
"""


def explained(panels, samples):
    """The choices of two plans, layer by layer, as a text."""
    fixed = panels.costs == samples.costs == FIXED
    origin = "fixed costs" if fixed else "costs that were measured on this machine"
    lines = [EXPLANATION.format(origin=origin)]
    for many, one in zip(panels.choices, samples.choices, strict=True):
        lines.append(f"{many.name:<6} {many.nonzeros:,} weights, {many.density:.1%} of all")
        for what, choice in (("panels", many), ("one sample", one)):
            first, *others = sorted(choice.costs, key=choice.costs.get)
            than = "".join(f", {name} {choice.costs[name]:,.0f}" for name in others)
            lines.append(
                f"       {what:<11} {first:<7} {choice.nbytes:>11,} bytes "
                f"{choice.costs[first]:>13,.0f} cycles{than}"
            )
        if one.most:
            lines.append(f"       {'':<11} rows, if at most {one.most:,} inputs are not zero")
    return "\n".join(lines)


# --- images of one sample ------------------------------------------------------------------------

LATENCY = 4  # cycles in which a sum is added to
LINE_RUN = 20  # cycles that a run of `line_run` takes, beside its entries


class Tile(NamedTuple):
    """The work of one pass of `line_run`: some vectors of positions, for some units.

    wide  vectors in a row of the image; 0 if a row may begin anywhere in a vector
    half  whether vectors are half as long, since a row is
    """

    vectors: int
    units: int
    wide: int = 0
    half: bool = False


def line_tiles(room):
    """The tiles for a processor whose registers have room for so many vectors of sums."""
    most, whole = (11, 8) if room >= 16 else (6, 4) if room >= 4 else (3, 2)
    tiles = [Tile(vectors, 1) for vectors in range(1, most + 1)]
    tiles.append(Tile(2, 8) if room >= 16 else Tile(1, whole))
    for wide, half in ((1, False), (2, False), (4, False), (1, True)):
        longest = whole if room >= 16 or not half else 2 * whole
        tiles += [Tile(vectors, 1, wide, half) for vectors in (longest // 2, longest)]
        vectors = max(wide, 2 if room >= 16 or half else 1)
        tiles.append(Tile(vectors, (2 * whole if room >= 16 else longest) // vectors, wide, half))
    return tuple(tile for tile in tiles if tile.vectors >= tile.wide)


def line_cost(tile, entries, runs, count, costs=FIXED):
    """Cycles in which `count` tiles go through so many entries in so many runs."""
    each = costs.line_block if tile.units > 1 else costs.line if tile.wide else costs.astray
    vectors = tile.vectors * tile.units / (1 + tile.half)
    return count * (entries * max(each * vectors, LATENCY) + runs * (LINE_RUN + 2 * vectors))
