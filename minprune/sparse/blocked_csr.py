"""Blocked compressed sparse rows: a few inputs at a time, so that they stay in the cache."""

from typing import NamedTuple

import numpy as np

from minprune.arguments import weight_matrix, whole_number
from minprune.formulas.metrics import dense_bytes


class BlockedCSR(NamedTuple):
    """A weight matrix W (n_in, n_out), cut into blocks of inputs, each block in `CSR`.

        W = [[ 0, 5, 0 ],    block 0: inputs 0, 1    rows     1 2 0 | 2 0 1    longest run first
             [ 0, 6, 8 ],                            offsets  0 2 4 4 | 4 6 6 6
             [ 0, 0, 7 ]]    block 1: input 2        values   5 6 8 . | 7 .    . is a 0 that fills
                                                     indices  0 1 1 0 | 2 2    up to multiples of 2

    values   (entries,), dtype of W
    indices  (entries,), uint32, ascending within a run; unsigned, so a kernel needs no test for < 0
    offsets  (blocks, n_out + 1), int64; run r of block b owns entries offsets[b, r] ..
             offsets[b, r+1], and each block goes on where the one before ends
    rows     (blocks, n_out), int32; the output unit of run r of block b
    n_in     number of inputs

    A run is what one output unit reads from one block. A kernel that finishes a block before the
    next reads its inputs from the L1 cache. It takes a fixed number of entries at a time, as every
    run is filled up with zeros at the block's first input; and the processor foresees where a run
    ends, as runs of one length follow one another.

    Source: Im, Yelick and Vuduc 2004 (cache blocking); order and filling are our choice.
    """

    values: np.ndarray
    indices: np.ndarray
    offsets: np.ndarray
    rows: np.ndarray
    n_in: int

    @property
    def nbytes(self):
        """Bytes of values, indices, offsets and rows together."""
        return dense_bytes(self.values, self.indices, self.offsets, self.rows)


def blocked_csr_from_dense(W, block=128, multiple=4):
    """The nonzero entries of a matrix (n_in, n_out) as a `BlockedCSR`.

    block     inputs per block, >= 1; the last block may have fewer
    multiple  every run has a multiple of this many entries, >= 1

    >>> blocked_csr_from_dense([[0.0, 5.0, 0.0], [0.0, 6.0, 8.0], [0.0, 0.0, 7.0]], 2, 2).rows
    array([[1, 2, 0],
           [2, 0, 1]], dtype=int32)
    """
    W, block = weight_matrix("W", W), whole_number("block", block, low=1)
    multiple = whole_number("multiple", multiple, low=1)
    starts = np.arange(0, len(W), block)
    counts = np.empty((len(starts), W.shape[1]), np.int64)
    for b, start in enumerate(starts):
        counts[b] = np.count_nonzero(W[start : start + block], axis=0)

    padded = -(-counts // multiple) * multiple
    rows = np.argsort(-padded, axis=1, kind="stable")
    lengths = np.take_along_axis(padded, rows, axis=1)
    sizes = lengths.sum(axis=1)  # entries per block
    offsets = np.zeros((len(starts), W.shape[1] + 1), np.int64)
    offsets[:, 1:] = np.cumsum(lengths, axis=1)
    offsets += (np.cumsum(sizes) - sizes)[:, None]

    values = np.zeros(sizes.sum(), W.dtype)
    indices = np.repeat(starts, sizes).astype(np.uint32)
    for b, start in enumerate(starts):
        part = W[start : start + block, rows[b]].T
        run, index = np.nonzero(part)  # sorted by run, then by input
        before = np.searchsorted(run, run)  # nonzeros of the block's earlier runs
        entry = offsets[b, run] + np.arange(len(run)) - before
        values[entry] = part[run, index]
        indices[entry] = start + index
    return BlockedCSR(values, indices, offsets, rows.astype(np.int32), len(W))


def dense_from_blocked_csr(blocked):
    """The matrix (n_in, n_out) that a `BlockedCSR` stands for.

    >>> dense_from_blocked_csr(blocked_csr_from_dense([[5.0, 0.0], [0.0, 8.0], [7.0, 0.0]]))
    array([[5., 0.],
           [0., 8.],
           [7., 0.]])
    """
    values, indices, offsets, rows, n_in = blocked
    unit = np.repeat(rows, np.diff(offsets, axis=1).ravel())
    W = np.zeros((n_in, rows.shape[1]), values.dtype)
    real = values != 0  # what fills up a run would overwrite the weight of the first input
    W[indices[real], unit[real]] = values[real]
    return W
