"""N:M sparsity: of every m consecutive inputs of a unit at most n count, as hardware stores it."""

from typing import NamedTuple

import numpy as np

from minprune.arguments import weight_matrix, whole_number
from minprune.formulas.metrics import dense_bytes


class NM(NamedTuple):
    """A weight matrix W (n_in, n_out) with at most n nonzeros in every m inputs of a unit.

        W = [[ 0, 8 ],       one group of 4 inputs per unit, n = 2
             [ 5, 0 ],       values     5 7 | 8 0        the 0 fills up the group of unit 1
             [ 0, 0 ],       positions  1 3 | 0 1        within the group, as two bits each:
             [ 7, 0 ]]                  0b1101, 0b0100   the first position is in the lowest bits

    values     (n_out, n_in / m, n), dtype of W; values[j, g] are those of unit j and group g
    positions  (n_out, bytes), uint8; of unit j, in the order of its values, ceil(log2 m) bits each,
               from the lowest bit of a byte to the highest; every unit begins a byte
    n, m       0 <= n <= m, m >= 1

    Positions ascend within a group, and a group with fewer nonzeros is filled up with its first
    zeros. As all groups are equally long, no offsets are stored: in float32, 2:4 takes 17/32 of the
    bytes of the dense matrix.

    Source: Mishra et al. 2021 [E-7.3].
    """

    values: np.ndarray
    positions: np.ndarray
    n: int
    m: int

    @property
    def nbytes(self):
        """Bytes of values and positions together."""
        return dense_bytes(self.values, self.positions)


def nm_from_dense(W, n, m):
    """A matrix (n_in, n_out), such as one that `nm_mask` has pruned, as an `NM`.

    n, m  0 <= n <= m, m >= 1; m divides n_in
    `ValueError` if a group of m inputs has more than n nonzeros: the first, unit after unit

    >>> nm = nm_from_dense([[0.0, 8.0], [5.0, 0.0], [0.0, 0.0], [7.0, 0.0]], n=2, m=4)
    >>> nm.values.tolist(), nm.positions.tolist()
    ([[[5.0, 7.0]], [[8.0, 0.0]]], [[13], [4]])
    """
    W, m = weight_matrix("W", W), whole_number("m", m, low=1)
    n, (n_in, n_out) = whole_number("n", n, low=0, high=m), W.shape
    if n_in % m:
        raise ValueError(f"W must have a multiple of m = {m} inputs, got n_in = {n_in}")
    grouped = W.T.reshape(n_out, n_in // m, m)
    counts = np.count_nonzero(grouped, axis=2)
    if (counts > n).any():
        j, g = np.argwhere(counts > n)[0]
        raise ValueError(
            f"W must have at most n = {n} nonzeros in every m = {m} inputs of a unit, got "
            f"{counts[j, g]} in inputs {g * m} to {g * m + m - 1} of unit {j}"
        )
    # the nonzeros come first, then the first of the zeros to fill up
    chosen = np.argsort(grouped == 0, axis=2, kind="stable")[..., :n]
    position = np.sort(chosen, axis=2)
    return NM(np.take_along_axis(grouped, position, axis=2), _packed(position, m), n, m)


def dense_from_nm(nm):
    """The matrix (n_in, n_out) that an `NM` stands for.

    >>> dense_from_nm(nm_from_dense([[0.0, 8.0], [5.0, 0.0], [0.0, 0.0], [7.0, 0.0]], n=2, m=4))
    array([[0., 8.],
           [5., 0.],
           [0., 0.],
           [7., 0.]])
    """
    n_out, groups, _ = nm.values.shape
    grouped = np.zeros((n_out, groups, nm.m), nm.values.dtype)
    np.put_along_axis(grouped, _unpacked(nm), nm.values, axis=2)
    return grouped.reshape(n_out, groups * nm.m).T.copy()


def _packed(position, m):
    """Positions (n_out, groups, n) below m as the bits of bytes (n_out, bytes)."""
    n_out, groups, n = position.shape
    bits = (m - 1).bit_length()  # ceil(log2 m)
    each = position[..., None] >> np.arange(bits) & 1
    return np.packbits(each.reshape(n_out, groups * n * bits), axis=1, bitorder="little")


def _unpacked(nm):
    """The positions (n_out, groups, n) of an `NM` as integers."""
    n_out, groups, n = nm.values.shape
    bits = (nm.m - 1).bit_length()
    each = np.unpackbits(nm.positions, axis=1, count=groups * n * bits, bitorder="little")
    return each.reshape(n_out, groups, n, bits) @ (1 << np.arange(bits))
