"""Formulas that the documents PRINT and that are wrong: for lessons, never to prune with.

Each function computes a rule exactly as printed, so that it can be set beside the right one. All
names end in `_misprint`, and none can be had as `minprune.name`.
"""

import numpy as np

from minprune.arguments import at_least_zero, finite_array, finite_arrays, finite_number
from minprune.formulas.masks import score_mask
from minprune.formulas.norms import l1_norm
from minprune.formulas.scores import layer_importance, magnitude


def signed_threshold_mask_misprint(w, theta, ties="keep"):
    """The threshold mask without the absolute value: it prunes every negative weight.

        m_i = 1 if w_i >= theta else 0          (> with ties="prune")

    w, theta, ties  as in `threshold_mask`
    returns a boolean array, shape of w

    The rule is about |w_i|; see `threshold_mask`.

    Source: [A-2.2c and B-3a (ties kept), B-3e and D-4.2b (ties pruned)].

    >>> signed_threshold_mask_misprint([[-0.9, 0.05], [0.4, -0.02]], theta=0.1).astype(int)
    array([[0, 0],
           [1, 0]])
    """
    return score_mask(finite_array("w", w), at_least_zero("theta", theta), ties)


def mask_as_weight_misprint(w, theta):
    """The mask itself taken for the pruned weight: all weights that stay become 1.

        p_i = 1 if w_i > theta else 0, "p is the pruned weight"

    w, theta  as in `signed_threshold_mask_misprint`
    returns an array, shape of w, of zeros and ones

    The pruned weight is p_i w_i; see `apply_mask`.

    Source: [B-3e].

    >>> mask_as_weight_misprint([0.05, 0.4], theta=0.1)
    array([0., 1.])
    """
    w = finite_array("w", w)
    return signed_threshold_mask_misprint(w, theta, ties="prune").astype(w.dtype)


def heaviside_misprint(z, theta):
    """A step activation taken for neuron pruning: it changes their outputs and removes none.

        a_i = 1 if z_i > theta else 0

    z      inputs of the neurons, array of any shape
    theta  number
    returns an array, shape of z, of zeros and ones

    A neuron is pruned by a statistic of its activation over data; see `mean_activation`.

    Source: McCulloch and Pitts 1943 [B-3f].

    >>> heaviside_misprint([-3.0, 0.5, 2.0], theta=0.5)
    array([0., 0., 1.])
    """
    z = finite_array("z", z)
    return (z > finite_number("theta", theta)).astype(z.dtype)


def pruning_rate_misprint(w, theta):
    """The pruning rate divided by the sum of the magnitudes: not a share, it can exceed 1.

        r = #{i : |w_i| < theta} / sum_i |w_i|          =  true rate / mean |w|

    w      array of any shape, not all zero
    theta  threshold, >= 0
    returns a float

    Divide by the number of weights; see `pruning_rate`.

    Source: [B-4c, B-4f].

    >>> pruning_rate_misprint([[0.25, 0.25], [0.25, 0.25]], theta=0.5)
    4.0
    """
    total = l1_norm(w)
    if total == 0:
        raise ValueError("w must not be all zero: the misprint divides by sum |w|")
    return float(np.count_nonzero(magnitude(w) < at_least_zero("theta", theta)) / total)


def half_sum_mask_misprint(w):
    """The test of one weight against the norm of all: at most one weight can pass.

        m_i = 1 if S / 2 < w_i < S else 0          S = sum_j |w_j|

    w  array of any shape
    returns a boolean array, shape of w, with at most one True: two would sum to more than S

    Filters are ranked by their own norms; see `unit_l1` and `rank_mask`.

    Source: [C-5.2a (where it raises an error)].

    >>> half_sum_mask_misprint([0.75, 0.25, -0.125])
    array([ True, False, False])
    """
    w, total = finite_array("w", w), l1_norm(w)
    return (0.5 * total < w) & (w < total)


def layer_norm_mask_misprint(W, theta):
    """Weights judged by the norm of their whole layer: all stay or all go.

        m_ij = 1 if ||W||_1 > theta else 0

    W      array of any shape
    theta  number >= 0, called a ratio in the document
    returns a boolean array, shape of W

    The unit's own norm is meant; see `unit_threshold_mask`.

    Source: [C-4.2c].

    >>> layer_norm_mask_misprint([[0.5, 0.0], [0.0, 0.25]], theta=0.5)
    array([[ True,  True],
           [ True,  True]])
    """
    W = finite_array("W", W)
    return np.full(W.shape, l1_norm(W) > at_least_zero("theta", theta))


def kernel_norm_axes_misprint(K):
    """Norms of a kernel over the axes that suit another library: not one for each filter.

        s_u = sum over axes 1, 2, 3 of |K|          K (k_h, k_w, c_in, c_out)

    K  kernel (k_h, k_w, c_in, c_out)
    returns a vector (k_h,): one number for each row of the window

    A filter is the last axis; see `unit_l1`.

    Source: [A-5.2.4, whose network has no convolution: on its matrices this is an error].

    >>> kernel_norm_axes_misprint(np.ones((3, 3, 1, 32)))
    array([96., 96., 96.])
    """
    K = finite_array("K", K)
    if K.ndim != 4:
        raise ValueError(f"K must be (k_h, k_w, c_in, c_out), got {K.shape}")
    return np.abs(K).sum(axis=(1, 2, 3), dtype=np.float64)


def dropped_tensors_misprint(tensors, theta):
    """Tensors of small norm left out of the list: the rest no longer fits the network.

        the list of all t with ||t||_1 > theta

    tensors  list of arrays: the weights and biases of a network
    theta    threshold, >= 0
    returns a list, shorter if anything was pruned; setting a network's weights from it fails

    Zero the tensors and keep their places; see `layer_threshold_masks`.

    Source: [A-3.2.4].

    >>> dropped_tensors_misprint([[[0.5]], [0.0]], theta=0.25)
    [array([[0.5]])]
    """
    tensors = finite_arrays("tensors", tensors)
    keep = score_mask(layer_importance(tensors), at_least_zero("theta", theta), ties="prune")
    return [t for t, k in zip(tensors, keep, strict=True) if k]
