"""Blocks of weights: one input's weights to several neighbouring units, kept or pruned together."""

from typing import NamedTuple

import numpy as np

from minprune.arguments import weight_matrix, whole_number
from minprune.formulas.metrics import dense_bytes


class Blocks(NamedTuple):
    """A weight matrix W (n_in, n_out) as the blocks of one input and `height` units with a nonzero.

        W = [[ 5, 6, 0 ],       values   5 6 | 0 8 | 7 0     height 2: units 0, 1 are group 0,
             [ 0, 0, 7 ],       indices   0  |  2  |  1      unit 2 and a zero are group 1
             [ 0, 8, 0 ]]       offsets  0 2 3

    values   (n_blocks, height), dtype of W; a block's zeros are stored too
    indices  (n_blocks,), uint32; the input that each block belongs to, ascending within a group
    offsets  (groups + 1,), int64; group g owns blocks offsets[g] .. offsets[g+1]
    n_in     number of inputs
    n_out    number of output units; the last group is filled up with zeros

    One index serves a whole vector of weights: a kernel reads the input once, multiplies it with
    the vector and adds to all units of the group. This pays where blocks are pruned as a whole, as
    `block_mask(W, (1, height), sparsity)` does.

    Source: Im, Yelick and Vuduc 2004 (register blocking) [E-7.3].
    """

    values: np.ndarray
    indices: np.ndarray
    offsets: np.ndarray
    n_in: int
    n_out: int

    @property
    def nbytes(self):
        """Bytes of values, indices and offsets together."""
        return dense_bytes(self.values, self.indices, self.offsets)

    @property
    def fill(self):
        """Share of the stored numbers that are nonzero; 1 if nothing is stored."""
        return int(np.count_nonzero(self.values)) / self.values.size if self.values.size else 1.0


def blocks_from_dense(W, height=8, full=False):
    """The blocks of a matrix (n_in, n_out) with at least one nonzero as a `Blocks`.

    height  units per block, >= 1
    full    whether blocks of zeros are kept too

    >>> blocks_from_dense([[5.0, 6.0, 0.0], [0.0, 0.0, 7.0], [0.0, 8.0, 0.0]], height=2).values
    array([[5., 6.],
           [0., 8.],
           [7., 0.]])
    """
    W, height = weight_matrix("W", W), whole_number("height", height, low=1)
    n_in, n_out = W.shape
    groups = -(-n_out // height)
    filled = np.zeros((n_in, groups * height), W.dtype)
    filled[:, :n_out] = W
    grid = filled.reshape(n_in, groups, height).swapaxes(0, 1)
    group, index = np.nonzero(grid.any(axis=2) | full)  # sorted by group, then by input
    offsets = np.concatenate([[0], np.cumsum(np.bincount(group, minlength=groups))])
    return Blocks(
        grid[group, index], index.astype(np.uint32), offsets.astype(np.int64), n_in, n_out
    )


def dense_from_blocks(blocks):
    """The matrix (n_in, n_out) that a `Blocks` stands for.

    >>> dense_from_blocks(blocks_from_dense([[5.0, 6.0, 0.0], [0.0, 0.0, 7.0]], height=2))
    array([[5., 6., 0.],
           [0., 0., 7.]])
    """
    values, indices, offsets, n_in, n_out = blocks
    groups, height = len(offsets) - 1, values.shape[1]
    grid = np.zeros((n_in, groups, height), values.dtype)
    grid[indices, np.repeat(np.arange(groups), np.diff(offsets))] = values
    return grid.reshape(n_in, groups * height)[:, :n_out].copy()
