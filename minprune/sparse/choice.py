"""The choice of a format for each layer, and all constants that were found by measuring.

Cycles are those of a processor that begins two loads and two vector products in each, if all comes
from the L1 cache.
"""

import math
from typing import NamedTuple

import numpy as np

# kernels
UNROLL = 2  # entries of a run at a time; each run is filled up to a multiple of it
SUMS = 4  # that the products of one sample go into in turn, lest each wait for the one before
HEIGHT = 8  # output units of a block or a slice
WIDE = 2  # vectors of samples that a block works on at once; 8 x 2 sums fill the registers

# formats
L1_INPUTS = 128  # inputs of a panel, 64 samples wide, that fit the L1 cache: 32 KiB
RUN = 12  # entries that a run of a block should have on average, lest its start cost more
LARGE_WINDOW = 512  # inputs; a convolution that reads fewer takes them as one block

# panels and samples
FEW = 3  # samples that run one by one; with more, a panel is faster though it is not full
TILES = 1, 2, 4  # vectors side by side in a panel
WIDEST = TILES[-1]  # costs are counted for it
LARGEST_PANEL = 1 << 28  # bytes
PACKING = 40  # cycles in which a panel of the widest tile takes in one feature

# threads
SMALL = 200_000  # cycles; less work is done before a second thread has woken up
SMALL_ONE = 100_000  # the same for one sample, where weights come from further away
PIECE = 10_000  # cycles; to take less at a time from a step costs more than it helps


class Choice(NamedTuple):
    """The format chosen for one layer, and the reason.

    costs  of each format: cycles for a panel of the widest tile, or for one sample
    """

    name: str
    density: float
    nonzeros: int
    format: str
    nbytes: int
    costs: dict


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
    """Inputs per block of a blocked CSR: so many that they fit the cache and runs are not short."""
    n_in = len(W)
    if window is not None and n_in <= LARGE_WINDOW:
        return max(n_in, 1)
    block, density = L1_INPUTS, np.count_nonzero(W) / max(W.size, 1)
    while block < n_in and block * density < RUN:
        block *= 2
    return block


def panel_costs(csr, blocks):
    """Cycles for a panel of the widest tile, by format.

    An entry of a run: a weight, its index and V vectors of x are loaded, V products take less. A
    run: V vectors are loaded and stored, one a cycle, and the loop ends. A block: 8 V products.
    """
    V, runs = WIDEST, csr.rows.size
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


EXPLANATION = """\
csr, blocks, slices: the formats of `blocked_csr`, `blocks` and `sliced`; full: all blocks, those of
zeros too. The cheapest is taken; cycles are an estimate, of a panel of 64 samples (float64: 32) and
of one sample, as if all were in the L1 cache.
"""


def explained(panels, samples):
    """The choices of two plans, layer by layer, as a text."""
    lines = [EXPLANATION]
    for many, one in zip(panels, samples, strict=True):
        lines.append(f"{many.name:<6} {many.nonzeros:,} weights, {many.density:.1%} of all")
        for what, choice in (("panels", many), ("one sample", one)):
            first, *others = sorted(choice.costs, key=choice.costs.get)
            than = "".join(f", {name} {choice.costs[name]:,.0f}" for name in others)
            lines.append(
                f"       {what:<11} {first:<7} {choice.nbytes:>11,} bytes "
                f"{choice.costs[first]:>13,.0f} cycles{than}"
            )
    return "\n".join(lines)
