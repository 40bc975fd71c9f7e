"""Compressed sparse rows: only the nonzero weights, and where they stand."""

from typing import NamedTuple

import numpy as np

from minprune.arguments import weight_matrix
from minprune.formulas.metrics import dense_bytes


class CSR(NamedTuple):
    """A weight matrix W (n_in, n_out), stored by output unit: the compressed rows of W transposed.

        W = [[ 5, 0 ],        values   5 7 8        the nonzeros, unit after unit
             [ 0, 8 ],        indices  0 2 1        the input that each one belongs to
             [ 7, 0 ]]        offsets  0 2 3        unit j owns entries offsets[j] .. offsets[j+1]

    values   (nnz,), dtype of W
    indices  (nnz,), int32
    offsets  (n_out + 1,), int32
    n_in     number of inputs

    By output unit, because one output is then one run through memory; `scipy.sparse.csr_matrix(W)`
    stores by input, so its arrays are those of W.T here.

    Source: Duff, Erisman and Reid 1986 [A-9.9].
    """

    values: np.ndarray
    indices: np.ndarray
    offsets: np.ndarray
    n_in: int

    @property
    def nbytes(self):
        """Bytes of values, indices and offsets together."""
        return dense_bytes(self.values, self.indices, self.offsets)


def csr_from_dense(W):
    """The nonzero entries of a matrix (n_in, n_out) as a `CSR`.

    >>> csr_from_dense([[5.0, 0.0], [0.0, 8.0], [7.0, 0.0]]).indices
    array([0, 2, 1], dtype=int32)
    """
    W = weight_matrix("W", W)
    unit, index = np.nonzero(W.T)  # sorted by unit, then by input
    offsets = np.concatenate([[0], np.cumsum(np.bincount(unit, minlength=W.shape[1]))])
    return CSR(W[index, unit], index.astype(np.int32), offsets.astype(np.int32), len(W))


def dense_from_csr(csr):
    """The matrix (n_in, n_out) that a `CSR` stands for.

    >>> dense_from_csr(csr_from_dense([[5.0, 0.0], [0.0, 8.0], [7.0, 0.0]]))
    array([[5., 0.],
           [0., 8.],
           [7., 0.]])
    """
    n_out = len(csr.offsets) - 1
    W = np.zeros((csr.n_in, n_out), csr.values.dtype)
    W[csr.indices, np.repeat(np.arange(n_out), np.diff(csr.offsets))] = csr.values
    return W
