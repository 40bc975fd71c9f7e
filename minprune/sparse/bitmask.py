"""A bit for every weight, zero or not, and the nonzero ones."""

from typing import NamedTuple

import numpy as np

from minprune.arguments import weight_matrix
from minprune.formulas.metrics import dense_bytes


class BitMask(NamedTuple):
    """A weight matrix W (n_in, n_out) as its mask, in bits, and its nonzeros, unit after unit.

        W = [[ 5, 0 ],       bits    1 0 1 | 0 1 0        unit 0, then unit 1; as a byte 0b010101,
             [ 0, 8 ],                                    the first weight in the lowest bit
             [ 7, 0 ]]       values  5 7 | 8

    bits    (ceil(n_in n_out / 8),), uint8; weight i of unit j is bit e % 8 of byte e // 8,
            e = j n_in + i
    values  (nnz,), dtype of W
    n_in    number of inputs
    n_out   number of output units

    A `CSR` spends 32 bits on the place of each nonzero, this one bit on each weight: it is the
    smaller of the two up to about 97 % sparsity. Where the values of a unit begin, only counting
    the bits of those before tells.

    Source: [A-9.9, E-5.1c].
    """

    bits: np.ndarray
    values: np.ndarray
    n_in: int
    n_out: int

    @property
    def nbytes(self):
        """Bytes of bits and values together: `bitmask_bytes` of the matrix."""
        return dense_bytes(self.bits, self.values)


def bitmask_from_dense(W):
    """A matrix (n_in, n_out) as a `BitMask`.

    >>> bitmask_from_dense([[5.0, 0.0], [0.0, 8.0], [7.0, 0.0]])
    BitMask(bits=array([21], dtype=uint8), values=array([5., 7., 8.]), n_in=3, n_out=2)
    """
    W = weight_matrix("W", W)
    mask = W.T != 0
    return BitMask(np.packbits(mask, bitorder="little"), W.T[mask], *W.shape)


def dense_from_bitmask(bitmask):
    """The matrix (n_in, n_out) that a `BitMask` stands for.

    >>> dense_from_bitmask(bitmask_from_dense([[5.0, 0.0], [0.0, 8.0], [7.0, 0.0]]))
    array([[5., 0.],
           [0., 8.],
           [7., 0.]])
    """
    bits, values, n_in, n_out = bitmask
    mask = np.unpackbits(bits, count=n_in * n_out, bitorder="little").astype(bool)
    W = np.zeros((n_in, n_out), values.dtype)
    W.T[mask.reshape(n_out, n_in)] = values
    return W
