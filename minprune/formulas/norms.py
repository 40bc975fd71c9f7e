"""How large is an array: its norms, the norms of its parts, and scaling to unit norm.

Groups are numbered by one axis of the weights. Units (neurons, filters) are numbered by the last
axis, dense and convolution alike; inputs of a dense layer by axis 0.
"""

import numpy as np

from minprune.arguments import array_axis, finite_array


def l1_norm(w):
    """L1 norm of all entries together.

        ||w||_1 = sum_i |w_i|

    w  array of any shape
    returns a float, in the units of the weights

    For a matrix, the norm induced by vectors, the largest column sum, is another one.

    Source: [A-3.2.3, C-4.2a].

    >>> l1_norm([[0.5, -0.25], [0.0, 0.25]])
    1.0
    """
    return float(np.abs(finite_array("w", w)).sum(dtype=np.float64))


def l2_norm(w):
    """L2 norm of all entries together; for a matrix, the Frobenius norm.

        ||w||_2 = sqrt(sum_i w_i^2)

    w  array of any shape
    returns a float, in the units of the weights

    The matrix norm that the Euclidean vector norm induces is `spectral_norm`.

    Source: [D-4.2a, C-4.2b, A-3.2.3].

    >>> l2_norm([[3.0, 0.0], [0.0, -4.0]])
    5.0
    """
    size = np.abs(finite_array("w", w)).astype(np.float64)
    largest = size.max(initial=0.0)  # out of the squares, which could overflow or vanish
    return float(largest * np.sqrt(np.square(size / largest).sum())) if largest > 0 else 0.0


def spectral_norm(W):
    """Spectral norm of a matrix: the most by which it stretches a vector.

        ||W|| = max_x ||W x||_2 / ||x||_2 = largest singular value

    W  matrix with at least one entry
    returns a float, at most `l2_norm(W)`

    Source: [D-4.2a].

    >>> round(spectral_norm([[3.0, 0.0], [0.0, -4.0]]), 12)
    4.0
    """
    W = finite_array("W", W)
    if W.ndim != 2 or W.size == 0:
        raise ValueError(f"W must be a matrix with at least one entry, got shape {W.shape}")
    return float(np.linalg.svd(W.astype(np.float64), compute_uv=False)[0])


def normalize(w):
    """An array scaled to unit L2 norm; an array of zeros stays as it is.

        f(w) = w / ||w||_2

    w  array of any shape
    returns an array, shape of w, entries from -1 to 1, signs kept

    Source: [D-4.1a].

    >>> normalize([3.0, -4.0])
    array([ 0.6, -0.8])
    """
    w = finite_array("w", w)
    norm = l2_norm(w)
    return (w / np.float64(norm)).astype(w.dtype) if norm > 0 else w.copy()


def relative_magnitude(w):
    """Magnitudes as parts of the largest one. An array of zeros is returned as it is.

        s_i = |w_i| / max_j |w_j|

    w  array of any shape
    returns an array, shape of w, entries from 0 to 1

    Source: [D-4.1a, our reading of "into [0, 1]"].

    >>> relative_magnitude([1.0, -4.0])
    array([0.25, 1.  ])
    """
    w = np.abs(finite_array("w", w))
    return w / w.max() if w.any() else w


def unit_l1(w, axis=-1):
    """L1 norm of every unit: one score for each neuron or filter.

        s_j = sum_i |w_ij|          i over all axes but one

    w     array of at least one axis, such as W (n_in, n_out) or K (k_h, k_w, c_in, c_out)
    axis  the axis that numbers the units: -1 for neurons and filters, 0 for the rows of a matrix
    returns a vector, one entry per unit, in the units of the weights

    For PyTorch's kernels (out, in, h, w) the axis is 0.

    Source: Li, Kadav, Durdanovic, Samet and Graf 2017 (filters) [C-4.2a, C-4.3a, A-5.2.4].

    >>> unit_l1([[0.5, -0.25], [0.5, 0.0]]), unit_l1([[0.5, -0.25], [0.5, 0.0]], axis=0)
    (array([1.  , 0.25]), array([0.75, 0.5 ]))
    """
    w = finite_array("w", w)
    others = _all_axes_but(w, axis)
    return np.abs(w).sum(axis=others, dtype=np.float64).astype(_dtype_of_sums(w))


def unit_l2(w, axis=-1):
    """L2 norm of every unit: one score for each neuron or filter.

        s_j = sqrt(sum_i w_ij^2)          i over all axes but one

    w     array of at least one axis
    axis  the axis that numbers the units, as in `unit_l1`
    returns a vector, one entry per unit, in the units of the weights

    Source: Li et al. 2017 compare it with L1 [C-4.2b].

    >>> unit_l2([[3.0, 1.0], [-4.0, 0.0]])
    array([5., 1.])
    """
    w = finite_array("w", w)
    others = _all_axes_but(w, axis)
    size = np.abs(w).astype(np.float64)
    largest = size.max(axis=others, keepdims=True, initial=0.0)  # as in `l2_norm`
    shares = size / np.where(largest > 0, largest, 1)
    norms = largest.squeeze(others) * np.sqrt(np.square(shares).sum(axis=others))
    return norms.astype(_dtype_of_sums(w))


def _dtype_of_sums(w):
    """That of w, but at least float32: the largest float16 is 65504."""
    return np.promote_types(w.dtype, np.float32)


def _all_axes_but(w, axis):
    axis = array_axis("axis", axis, w.ndim)
    return tuple(a for a in range(w.ndim) if a != axis)
