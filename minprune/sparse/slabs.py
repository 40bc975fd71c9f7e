"""Slabs: a few output units side by side, their inputs in one byte each."""

from typing import NamedTuple

import numpy as np

from minprune.arguments import weight_matrix, whole_number
from minprune.formulas.metrics import dense_bytes

MOST = 256  # inputs that a byte can tell apart


class Slabs(NamedTuple):
    """A weight matrix W (n_in, n_out), cut into blocks of inputs, each in slabs of `height` units.

        W = [[ 0, 5, 0 ],    block 0: inputs 0, 1    outputs  1 2 0 3 | 2 0 1 3    fullest first
             [ 0, 6, 8 ],    block 1: input 2        offsets  0 2 2   | 2 3 3      height 2
             [ 0, 0, 7 ]]                            values   5 8     | 7 .    . is a 0 that
                                                              6 .              fills up
                                                     places   0 1     | 0 .
                                                              1 .

    values   (rows, height), dtype of W: in row k of a slab the k-th nonzero weight of each of its
             units from this block, 0 where a unit has no more
    places   (rows, height), uint8: the input of each, counted from the first one of the block
    offsets  (blocks, slabs + 1), int64; slab s of block b owns rows offsets[b, s] ..
             offsets[b, s+1], and each block goes on where the one before ends
    outputs  (blocks, slabs * height), int32: the unit in each column of each slab; those from n_out
             on do not exist, and fill up the last slab
    block    inputs of a block, at most 256; the last one may have fewer
    n_in     number of inputs
    n_out    number of output units

    A kernel adds up several units at once, so that it need not wait for the last sum of each; eight
    inputs come in one load, eight weights in another. It takes a fixed number of rows at a time.

    Source: Kreutzer, Hager, Wellein, Fehske and Bishop 2014 (slices); blocks and bytes are our
    choice.
    """

    values: np.ndarray
    places: np.ndarray
    offsets: np.ndarray
    outputs: np.ndarray
    block: int
    n_in: int
    n_out: int

    @property
    def nbytes(self):
        """Bytes of values, places, offsets and outputs together."""
        return dense_bytes(self.values, self.places, self.offsets, self.outputs)


def slabs_from_dense(W, block=128, height=4, multiple=2):
    """The nonzero entries of a matrix (n_in, n_out) as `Slabs`.

    block     inputs of a block, 1 to 256
    height    units of a slab, >= 1
    multiple  every slab has a multiple of this many rows, >= 1

    >>> slabs_from_dense([[0.0, 5.0, 0.0], [0.0, 6.0, 8.0], [0.0, 0.0, 7.0]], 2, 2, 1).values
    array([[5., 8.],
           [6., 0.],
           [7., 0.]])
    """
    W, block = weight_matrix("W", W), whole_number("block", block, 1, MOST)
    height = whole_number("height", height, low=1)
    multiple = whole_number("multiple", multiple, low=1)
    n_in, n_out = W.shape
    slabs, starts = -(-n_out // height), np.arange(0, n_in, block)
    filled = np.zeros((n_in, slabs * height), W.dtype)
    filled[:, :n_out] = W
    counts = np.zeros((len(starts), slabs * height), np.int64)
    for b, start in enumerate(starts):
        counts[b] = np.count_nonzero(filled[start : start + block], axis=0)
    outputs = np.argsort(-counts, axis=1, kind="stable")  # those that fill up come last
    longest = np.take_along_axis(counts, outputs, axis=1)[:, ::height]
    offsets = np.zeros((len(starts), slabs + 1), np.int64)
    ends = np.cumsum(-(-longest // multiple) * multiple).reshape(longest.shape)
    offsets[:, 1:] = ends
    if slabs:
        offsets[1:, 0] = ends[:-1, -1]
    values = np.zeros((ends.max(initial=0), height), W.dtype)
    places = np.zeros(values.shape, np.uint8)
    for b, start in enumerate(starts):
        part = filled[start : start + block, outputs[b]].T
        column, place = np.nonzero(part)  # sorted by column, then by input
        nth = np.arange(len(column)) - np.searchsorted(column, column)
        row, lane = offsets[b, column // height] + nth, column % height
        values[row, lane], places[row, lane] = part[column, place], place
    return Slabs(values, places, offsets, outputs.astype(np.int32), block, n_in, n_out)


def dense_from_slabs(slabs):
    """The matrix (n_in, n_out) that `Slabs` stand for.

    >>> dense_from_slabs(slabs_from_dense([[5.0, 0.0], [0.0, 8.0], [7.0, 0.0]], 2))
    array([[5., 0.],
           [0., 8.],
           [7., 0.]])
    """
    values, places, offsets, outputs, block, n_in, n_out = slabs
    W, height = np.zeros((n_in, n_out), values.dtype), values.shape[1]
    for b in range(len(offsets)):
        slab = np.repeat(np.arange(offsets.shape[1] - 1), np.diff(offsets[b]))
        rows = slice(offsets[b, 0], offsets[b, -1])
        row, lane = np.nonzero(values[rows])
        unit = outputs[b, slab[row] * height + lane]
        W[b * block + places[rows][row, lane].astype(np.int64), unit] = values[rows][row, lane]
    return W
