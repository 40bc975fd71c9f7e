"""Sliced rows: eight output units side by side, so that one sample too fills vectors."""

from typing import NamedTuple

import numpy as np

from minprune.arguments import weight_matrix, whole_number
from minprune.formulas.metrics import dense_bytes


class Sliced(NamedTuple):
    """A weight matrix W (n_in, n_out) in slices of `height` output units, the fullest units first.

        W = [[ 5, 0, 0 ],     height 2                  values  indices
             [ 0, 8, 1 ],     slice 0: units 0 and 1      5 8     0 1
             [ 7, 0, 0 ]]                                 7 .     2 .     . is a 0 that fills up
                              slice 1: unit 2             1 .     1 .

    values   (rows, height): in row k of a slice the k-th nonzero weight of each of its units, 0
             where a unit has no more
    indices  (rows, height) uint32, the input of each, 0 where there is none
    offsets  (slices + 1,) int64: slice s owns rows offsets[s] .. offsets[s+1]
    units    (n_out,) int32: which unit stands in each column of each slice; a stable sort by
             nonzeros, so that the units of a slice have about equally many, and little is filled up
    n_in     number of inputs

    Source: Kreutzer, Hager, Wellein, Fehske and Bishop 2014 (SELL-C-sigma).
    """

    values: np.ndarray
    indices: np.ndarray
    offsets: np.ndarray
    units: np.ndarray
    n_in: int

    @property
    def nbytes(self):
        """Bytes of values, indices, offsets and units together."""
        return dense_bytes(self.values, self.indices, self.offsets, self.units)


def sliced_from_dense(W, height=8):
    """The nonzero entries of a matrix (n_in, n_out) as `Sliced`.

    >>> sliced_from_dense([[5.0, 0.0, 0.0], [0.0, 8.0, 1.0], [7.0, 0.0, 0.0]], height=2).values
    array([[5., 8.],
           [7., 0.],
           [1., 0.]])
    """
    W, height = weight_matrix("W", W), whole_number("height", height, low=1)
    lengths = np.count_nonzero(W, axis=0)
    units = np.argsort(-lengths, kind="stable")
    lane_of = np.argsort(units)  # where a unit stands: slice * height + lane
    offsets = np.concatenate([[0], np.cumsum(lengths[units][::height])])  # the first is the fullest
    unit, index = np.nonzero(W.T)  # sorted by unit, then by input
    nth = np.arange(len(unit)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    row, lane = offsets[lane_of[unit] // height] + nth, lane_of[unit] % height
    values = np.zeros((offsets[-1], height), W.dtype)
    indices = np.zeros(values.shape, np.uint32)
    values[row, lane], indices[row, lane] = W[index, unit], index
    return Sliced(values, indices, offsets.astype(np.int64), units.astype(np.int32), len(W))


def dense_from_sliced(sliced):
    """The matrix (n_in, n_out) that a `Sliced` stands for.

    >>> dense_from_sliced(sliced_from_dense([[5.0, 0.0, 0.0], [0.0, 8.0, 1.0]], height=2))
    array([[5., 0., 0.],
           [0., 8., 1.]])
    """
    height, n_out = sliced.values.shape[1], len(sliced.units)
    W = np.zeros((sliced.n_in, n_out), sliced.values.dtype)
    row, lane = np.nonzero(sliced.values)
    slices = np.searchsorted(sliced.offsets, row, side="right") - 1
    unit = sliced.units[slices * height + lane]
    W[sliced.indices[row, lane], unit] = sliced.values[row, lane]
    return W
