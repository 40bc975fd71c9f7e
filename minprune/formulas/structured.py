"""Masks in groups (units, layers, blocks, N of M), and removing units so that arrays shrink.

Units (neurons, filters) are numbered by the last axis, the units they read by the one before.
"""

import numpy as np

from minprune.arguments import (
    array_axis,
    at_least_zero,
    finite_array,
    listed,
    one_of,
    plain_array,
    whole_number,
    wide_array,
)
from minprune.formulas.masks import checked_mask, pruned_count, rank_mask, score_mask
from minprune.formulas.norms import unit_l1, unit_l2
from minprune.formulas.scores import layer_importance, magnitude

# --- masks in groups -----------------------------------------------------------------------------


def layer_threshold_masks(layers, theta, ties="keep"):
    """Layer pruning: a layer whose L1 norm falls below the threshold goes as a whole.

        m_l = 1 for all of layer l if I_l >= theta else 0          I_l = ||w_l||_1

    layers  list of arrays, one per layer (or tensor)
    theta   threshold, >= 0, in the units of the weights
    ties    what happens at I_l = theta, "keep" or "prune", as in `score_mask`
    returns a list of boolean arrays, shapes of layers

    Without one of its layers a plain network gives the same output for every input ("layer
    collapse").

    Source: [A-4.3b (ties kept), A-3.2.4 and A-5.2.6 (their code prunes ties)].

    >>> layer_threshold_masks([[0.25, -0.5], [[1.0]]], theta=1.0)
    [array([False, False]), array([[ True]])]
    """
    theta = at_least_zero("theta", theta)
    keep = score_mask(layer_importance(layers), theta, ties)
    return [np.full(np.shape(w), k) for w, k in zip(layers, keep, strict=True)]


def unit_threshold_mask(w, theta, norm="l1", axis=-1, ties="keep"):
    """Unit pruning by norm: a neuron, filter or row with a small norm goes as a whole.

        m_ij = 1 if ||w_j|| >= theta else 0          for all i

    w      array of at least one axis
    theta  threshold, >= 0, in the units of the weights
    norm   "l1" or "l2"
    axis   the axis that numbers the units: -1 for neurons and filters, 0 for rows
    ties   what happens at equality, "keep" or "prune", as in `score_mask`
    returns a boolean array, shape of w

    Source: [C-4.2c (ties pruned)].

    >>> unit_threshold_mask([[0.5, -0.25], [0.5, 0.0]], theta=0.5)
    array([[ True, False],
           [ True, False]])
    """
    one_of("norm", norm, ("l1", "l2"))
    score = (unit_l1 if norm == "l1" else unit_l2)(w, axis)
    keep = score_mask(score, at_least_zero("theta", theta), ties)
    return unit_mask(keep, np.shape(w), axis)


def unit_mask(keep, shape, axis=-1):
    """The mask of the weights from a mask of the units.

        m_ij = k_j for all i

    keep   boolean vector, one entry per unit, True = keep
    shape  of the weights
    axis   the axis that numbers the units
    returns a boolean array of this shape

    Source: [A-3.3b, B-3f].

    >>> unit_mask([True, False], (3, 2)).tolist()
    [[True, False], [True, False], [True, False]]
    """
    shape = tuple(whole_number("shape", side, low=0) for side in listed("shape", shape, "sides"))
    axis = array_axis("axis", axis, len(shape))
    keep = checked_mask("keep", keep, (shape[axis],))
    return np.moveaxis(
        np.broadcast_to(keep, (*shape[:axis], *shape[axis + 1 :], len(keep))), -1, axis
    ).copy()


def product_mask(*masks):
    """Masks of several granularities together: a weight stays if all of them keep it.

        m = m_weight * m_row * m_unit * m_layer          (broadcast)

    masks  one or more boolean arrays of shapes that broadcast: (n, h), (n, 1), (h,), ()
    returns a boolean array of the common shape

    Source: granularities as in Mao et al. 2017 [A-8b, A-3.3b, C-8.4, our choice for
    "multi-scale"].

    >>> product_mask([[True, True], [True, False]], [[True], [False]], [True, True], True)
    array([[ True,  True],
           [False, False]])
    """
    whole_number("number of masks", len(masks), low=1)
    arrays = [plain_array("masks", mask) for mask in masks]
    try:
        shape = np.broadcast_shapes(*(a.shape for a in arrays))
    except ValueError as error:
        raise ValueError(
            f"masks must have shapes that broadcast, got {[a.shape for a in arrays]}"
        ) from error
    return np.all(
        [np.broadcast_to(checked_mask("masks", a, a.shape), shape) for a in arrays], axis=0
    )


def hybrid_mask(w, keep, sparsity):
    """Weights pruned inside the units that stay: structured and unstructured together.

        m = unit mask * rank mask among the weights of the kept units
        sparsity of m = 1 - (1 - s_units) (1 - s_weights)          (up to rounding)

    w         array, units on the last axis
    keep      boolean vector, one entry per unit, True = keep
    sparsity  fraction of the weights of kept units to prune, 0 <= sparsity < 1
    returns a boolean array, shape of w

    Source: [A-3.3b, C-8.4].

    >>> hybrid_mask([[0.9, 0.1], [0.8, 0.2]], keep=[False, True], sparsity=0.5)
    array([[False, False],
           [False,  True]])
    """
    w, mask = finite_array("w", w), unit_mask(keep, np.shape(w))
    inside = magnitude(w[mask])
    mask[mask] = rank_mask(inside, pruned_count(inside.size, sparsity))
    return mask


def block_mask(W, shape, sparsity):
    """Whole blocks of a matrix pruned by their L1 norm: zeros that vector instructions can skip.

        s_B = sum over the block of |w|          the pruned_count(blocks, sparsity) lowest blocks go

    W         matrix (n, m)
    shape     (r, c) of a block; r divides n and c divides m
    sparsity  fraction of the blocks, 0 <= sparsity < 1
    returns a boolean array, shape of W

    Source: Narang, Undersander and Diamos 2017 (block-sparse networks) [E-7.3, A-8b, our
    choice].

    >>> block_mask([[0.1, 0.2, 0.9, 0.0], [0.3, 0.1, 0.0, 0.0]], (2, 2), 0.5).astype(int)
    array([[0, 0, 1, 1],
           [0, 0, 1, 1]])
    """
    W = np.abs(finite_array("W", W))
    if np.shape(shape) != (2,):
        raise ValueError(f"shape must be (r, c), got {shape!r}")
    r, c = (whole_number("shape", side, low=1) for side in shape)
    if W.ndim != 2 or W.shape[0] % r or W.shape[1] % c:
        raise ValueError(
            f"W must be a matrix that divides into {r} x {c} blocks, got shape {W.shape}"
        )
    blocks = W.reshape(W.shape[0] // r, r, W.shape[1] // c, c).sum(axis=(1, 3), dtype=np.float64)
    keep = rank_mask(blocks, pruned_count(blocks.size, sparsity))
    return np.repeat(np.repeat(keep, r, axis=0), c, axis=1)


def nm_mask(w, n, m, axis=None):
    """N:M sparsity: of every m consecutive weights the n largest stay.

        m_i = 1 for the n largest |w_i| of each group of m, 0 for the m - n others

    w     array of at least one axis; its length along the axis is a multiple of m
    n, m  0 <= n <= m, m >= 1
    axis  along which groups lie; None for the inputs of a unit, as hardware has it: axis -2 of a
          dense layer or a kernel, the only axis of a vector
    returns a boolean array, shape of w; among equals the first is pruned first

    Nvidia GPUs from Ampere on multiply 2:4 matrices faster; no kernel of minprune does.

    Source: Mishra et al. 2021 [E-7.3, our choice for "hardware support"].

    >>> nm_mask([0.1, -0.9, 0.5, 0.5], n=2, m=4)
    array([False,  True, False,  True])
    """
    w, m = magnitude(w), whole_number("m", m, low=1)
    n = whole_number("n", n, low=0, high=m)
    axis = array_axis("axis", -min(w.ndim, 2) if axis is None else axis, w.ndim)
    if w.shape[axis] % m:
        raise ValueError(f"w must have a multiple of m = {m} entries along the axis, got {w.shape}")
    moved = np.moveaxis(w, axis, -1)
    keep = _largest_of_each_row(moved.reshape(-1, m), n).reshape(moved.shape)
    return np.moveaxis(keep, -1, axis).copy()


def topk_gate(h, k):
    """Gate that keeps, for each sample, its k most active units.

        g_nj = 1 for the k largest |h_nj| of row n, 0 for the others

    h  activations (N, h)
    k  units per sample, 0 <= k <= h
    returns a boolean array (N, h), k entries True in every row; among equals the first is gated out

    Source: Gao et al. 2019 (FBS), who predict the saliency [E-7.2, our choice for pruning by
    input].

    >>> topk_gate([[0.1, -0.9, 0.5], [0.7, 0.2, 0.0]], k=1)
    array([[False,  True, False],
           [ True, False, False]])
    """
    h = finite_array("h", h)
    if h.ndim != 2:
        raise ValueError(f"h must be (N, h), got {h.shape}")
    return _largest_of_each_row(magnitude(h), whole_number("k", k, low=0, high=h.shape[1]))


def _largest_of_each_row(score, k):
    """Mask of the k highest scores of every row; among equals the first is pruned first."""
    pruned = score.shape[1] - k
    if pruned == 0:
        return np.ones(score.shape, dtype=bool)
    highest_pruned = np.partition(score, pruned - 1, axis=1)[:, pruned - 1, None].copy()
    keep = score > highest_pruned
    spare = k - np.count_nonzero(keep, axis=1)[:, None]  # so many of the equal ones stay, the last
    tied = np.flatnonzero(spare)
    equal = score[tied] == highest_pruned[tied]
    from_the_end = np.cumsum(equal[:, ::-1], axis=1, dtype=np.int32)[:, ::-1]
    keep[tied] |= equal & (from_the_end <= spare[tied])
    return keep


# --- removing units for real ---------------------------------------------------------------------


def remove_units(W, b, W_next, keep):
    """Remove neurons or filters: their weights, their biases, and what the next layer reads.

        W' = W[..., keep]          b' = b[keep]          W_next' = W_next[..., keep, :]

    W       (n, h) or (k_h, k_w, c_in, h)
    b       (h,)
    W_next  (h, k) or (k_h, k_w, h, k)
    keep    boolean vector (h,), True = keep
    returns (W', b', W_next'), smaller copies

    With an activation that takes 0 to 0 in between, the smaller network gives what the larger one
    gave with W, b and W_next masked.
    Source: Li et al. 2017 [A-2.1b, C-2.1a, D-1.1a, E-2.3b, C-4.3a, B-4f].

    >>> remove_units([[0.1, 0.2]], [0.3, 0.4], [[0.5], [0.6]], keep=[False, True])
    (array([[0.2]]), array([0.4]), array([[0.6]]))
    """
    W, b, W_next = finite_array("W", W), finite_array("b", b), finite_array("W_next", W_next)
    units = W.shape[-1:]
    if W.ndim < 2 or b.shape != units or W_next.ndim < 2 or W_next.shape[-2:-1] != units:
        raise ValueError(
            "W must be (..., h), b (h,) and W_next (..., h, k), "
            f"got {W.shape}, {b.shape} and {W_next.shape}"
        )
    keep = checked_mask("keep", keep, units)
    return W[..., keep], b[keep], W_next[..., keep, :]


def flatten_keep(keep, positions):
    """Rows of the dense layer behind a Flatten that are kept when channels are removed.

        row p * C + c  stays  if channel c stays          p = 0 .. positions - 1

    keep       boolean vector (C,), True = keep
    positions  height times width of the feature map, >= 0; 49 at the end of VGG16
    returns a boolean vector (positions * C,)

    Source: [C-4.3a, which does not mention them].

    >>> flatten_keep([True, False], positions=2)
    array([ True, False,  True, False])
    """
    keep = checked_mask("keep", keep, (plain_array("keep", keep).size,))
    return np.tile(keep, whole_number("positions", positions, low=0))


def fold_constant_units(W_next, b_next, constants):
    """Units whose activation never changes, moved into the bias of the next layer.

        b_next' = b_next + sum_j c_j W_next_j          j over the constant units

    W_next     the rows of the next layer's weights that read the constant units (j, k)
    b_next     its bias (k,)
    constants  their activations (j,)
    returns the new bias (k,); the units can go and no output changes

    Source: [E-4.3, our repair].

    >>> fold_constant_units([[1.0, -1.0]], [0.5, 0.0], [0.25])
    array([ 0.75, -0.25])
    """
    W_next, b_next = wide_array("W_next", W_next), wide_array("b_next", b_next)
    constants = wide_array("constants", constants)
    if b_next.ndim != 1 or W_next.shape != (constants.size, b_next.size) or constants.ndim != 1:
        raise ValueError(
            "W_next must be (j, k), b_next (k,) and constants (j,), "
            f"got {W_next.shape}, {b_next.shape} and {constants.shape}"
        )
    return b_next + constants @ W_next


def collapse_linear(W1, b1, W2, b2):
    """Two dense layers with nothing between them are one.

        (x W_1 + b_1) W_2 + b_2  =  x (W_1 W_2) + (b_1 W_2 + b_2)

    W1, b1, W2, b2  (n, h), (h,), (h, k), (k,)
    returns (W, b): (n, k) and (k,)

    Source: [B-4a].

    >>> collapse_linear([[1.0, 2.0]], [0.5, 0.0], [[1.0], [1.0]], [0.25])
    (array([[3.]]), array([0.75]))
    """
    W1, b1 = wide_array("W1", W1), wide_array("b1", b1)
    W2, b2 = wide_array("W2", W2), wide_array("b2", b2)
    shapes = W1.shape, b1.shape, W2.shape, b2.shape
    if W1.ndim != 2 or W2.ndim != 2 or shapes != (
        W1.shape, W1.shape[1:], (W1.shape[1], W2.shape[1]), W2.shape[1:]):  # fmt: skip
        raise ValueError(f"W1, b1, W2, b2 must be (n, h), (h,), (h, k), (k,), got {shapes}")
    return W1 @ W2, b1 @ W2 + b2
