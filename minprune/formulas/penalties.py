"""Penalties on the size of the weights, each with its (sub)gradient.

A penalty pulls weights towards zero. It removes none: that is the work of a mask.
The total loss is the data loss plus the penalty, summed over the weight arrays (E-4.1, E-4.2);
biases are left out by convention.
"""

import math

import numpy as np

from minprune.arguments import (
    above_zero,
    array_axis,
    at_least_zero,
    finite_array,
    finite_arrays,
    finite_number,
    fraction,
    wide_array,
)
from minprune.formulas.norms import l1_norm, unit_l2


def l1_penalty(w, lam):
    """L1 penalty of an array of weights.

        R = lam * sum_i |w_i|

    w    array of any shape
    lam  strength, >= 0
    returns a float in the units of the loss

    The loss is L = L_0 + R; see `l1_regularized_loss`.

    Source: Tibshirani 1996 (lasso) [A-4.1a, E-4.1].

    >>> l1_penalty([[0.5, -0.25], [0.0, 0.25]], lam=2.0)
    2.0
    """
    return at_least_zero("lam", lam) * l1_norm(w)


def l1_subgradient(w, lam):
    """Subgradient of the L1 penalty; at w_i = 0, where any value in [-lam, lam] is one, it is 0.

        dR/dw_i = lam * sign(w_i)

    w    array of any shape
    lam  strength, >= 0
    returns an array, shape of w: the pull is the same for large and for small weights

    Source: Tibshirani 1996 [A-2.2b, A-4.1a].

    >>> l1_subgradient([0.5, -0.25, 0.0], lam=2.0)
    array([ 2., -2.,  0.])
    """
    w, lam = wide_array("w", w), at_least_zero("lam", lam)
    return np.multiply(lam, np.sign(w), dtype=w.dtype)


def l2_penalty(w, lam):
    """L2 penalty of an array of weights: the squared norm, without a factor 1/2.

        R = lam * sum_i w_i^2

    w    array of any shape
    lam  strength, >= 0
    returns a float in the units of the loss

    Source: Hoerl and Kennard 1970 (ridge) [A-4.1b, E-4.2].

    >>> l2_penalty([[0.5, -0.5], [0.0, 1.0]], lam=2.0)
    3.0
    """
    w, lam = finite_array("w", w), at_least_zero("lam", lam)
    return lam * float(np.square(w, dtype=np.float64).sum())


def l2_gradient(w, lam):
    """Gradient of the L2 penalty.

        dR/dw_i = 2 * lam * w_i

    w    array of any shape
    lam  strength, >= 0
    returns an array, shape of w: the pull dies out as a weight nears 0, so none becomes 0

    Source: [A-2.2b, E-4.2]. The weight decay d of `SGD` is this gradient with lam = d / 2.

    >>> l2_gradient([0.5, -0.25, 0.0], lam=2.0)
    array([ 2., -1.,  0.])
    """
    w, lam = wide_array("w", w), at_least_zero("lam", lam)
    return np.multiply(2 * lam, w, dtype=w.dtype)


def l1_proximal(w, lam, lr):
    """Proximal step of the L1 penalty, the soft threshold: what makes weights exactly zero.

        w'_i = sign(w_i) max(|w_i| - lr lam, 0)  =  argmin_u (u - w_i)^2 / (2 lr) + lam |u|

    w    array of any shape, as the gradient step of the data loss left it
    lam  strength, >= 0
    lr   learning rate, > 0
    returns an array, shape of w

    A step along `l1_subgradient` can jump over 0 instead.

    Source: Daubechies, Defrise and De Mol 2004 (iterative soft thresholding) [A-2.2b].

    >>> l1_proximal([-0.5, 0.125, 0.75], lam=0.5, lr=0.5)
    array([-0.25,  0.  ,  0.5 ])
    """
    w, lam, lr = finite_array("w", w), at_least_zero("lam", lam), above_zero("lr", lr)
    return np.sign(w) * np.maximum(np.abs(w) - lr * lam, 0) + 0.0  # -0.0 + 0.0 is 0.0


def l2_proximal(w, lam, lr):
    """Proximal step of the L2 penalty: every weight shrinks, none becomes zero.

        w'_i = w_i / (1 + 2 lr lam)  =  argmin_u (u - w_i)^2 / (2 lr) + lam u^2

    w    array of any shape, as the gradient step of the data loss left it
    lam  strength, >= 0
    lr   learning rate, > 0
    returns an array, shape of w

    Source: Parikh and Boyd 2014, Proximal Algorithms [A-2.2b].

    >>> l2_proximal([-0.5, 0.25], lam=1.0, lr=0.5)
    array([-0.25 ,  0.125])
    """
    w, lam, lr = finite_array("w", w), at_least_zero("lam", lam), above_zero("lr", lr)
    return w / (1 + 2 * lr * lam)


def group_lasso(w, lam, axis=-1):
    """Group lasso: a penalty whose proximal step removes whole units.

        R = lam sum_j sqrt(n_j) ||w_j||_2          n_j weights in unit j

    w     array of at least one axis
    lam   strength, >= 0
    axis  the axis that numbers the units: -1 for neurons and filters, 0 for rows
    returns a float in the units of the loss

    Source: Yuan and Lin 2006; Wen et al. 2016 (networks); the groups of Scardapane et al. 2017
    are the outgoing weights of a unit, axis=0 [A-8b, D-7.1b, our choice].

    >>> group_lasso([[3.0, 1.0], [-4.0, 0.0], [0.0, 0.0], [0.0, 0.0]], lam=0.5)
    6.0
    """
    w, lam = finite_array("w", w), at_least_zero("lam", lam)
    return lam * math.sqrt(_group_size(w, axis)) * l1_norm(unit_l2(w.astype(np.float64), axis))


def group_lasso_subgradient(w, lam, axis=-1):
    """Subgradient of the group lasso; for a unit that is all zero, 0.

        dR/dw_ij = lam sqrt(n_j) w_ij / ||w_j||_2

    w, lam, axis  as in `group_lasso`
    returns an array, shape of w

    Source: Yuan and Lin 2006 [A-8b, D-7.1b, our choice].

    >>> group_lasso_subgradient([[3.0, 0.0], [-4.0, 0.0], [0.0, 0.0], [0.0, 0.0]], lam=0.5)
    array([[ 0.6,  0. ],
           [-0.8,  0. ],
           [ 0. ,  0. ],
           [ 0. ,  0. ]])
    """
    w, lam = wide_array("w", w), at_least_zero("lam", lam)
    norms = _per_unit(unit_l2(w, axis), w, axis)
    strength = lam * math.sqrt(_group_size(w, axis))
    return strength * np.divide(w, norms, out=np.zeros_like(w), where=norms > 0)


def group_lasso_proximal(w, lam, lr, axis=-1):
    """Proximal step of the group lasso: every unit shrinks, a small one becomes all zero.

        w'_j = w_j max(1 - lr lam sqrt(n_j) / ||w_j||_2, 0)

    w, lam, axis  as in `group_lasso`
    lr            learning rate, > 0
    returns an array, shape of w

    Source: Yuan and Lin 2006 [A-8b, D-7.1b, our choice].

    >>> group_lasso_proximal([[3.0, 0.0], [-4.0, 0.5], [0.0, 0.0], [0.0, 0.0]], lam=0.5, lr=1.0)
    array([[ 2.4,  0. ],
           [-3.2,  0. ],
           [ 0. ,  0. ],
           [ 0. ,  0. ]])
    """
    w, lr = finite_array("w", w), above_zero("lr", lr)
    norms = _per_unit(unit_l2(w, axis), w, axis)
    threshold = lr * at_least_zero("lam", lam) * math.sqrt(_group_size(w, axis))
    left = np.maximum(norms - threshold, 0)
    return w * np.divide(left, norms, out=np.zeros_like(norms), where=norms > 0) + 0.0  # no -0.0


def sparse_group_lasso(w, lam1, lam2, axis=-1):
    """L1 and group lasso together: single weights and whole units are pulled to zero.

        R = lam1 ||w||_1 + lam2 sum_j sqrt(n_j) ||w_j||_2

    w           array of at least one axis
    lam1, lam2  strengths, >= 0
    axis        the axis that numbers the units
    returns a float in the units of the loss

    Source: Simon, Friedman, Hastie and Tibshirani 2013; in networks Scardapane et al. 2017
    [A-8b, our choice for pruning at several scales].

    >>> sparse_group_lasso([[3.0, 1.0], [-4.0, 0.0], [0.0, 0.0], [0.0, 0.0]], lam1=0.25, lam2=0.5)
    8.0
    """
    lam1, lam2 = at_least_zero("lam1", lam1), at_least_zero("lam2", lam2)
    return l1_penalty(w, lam1) + group_lasso(w, lam2, axis)


def l1_regularized_loss(data_loss, weights, lam):
    """Objective of training with an L1 penalty: data loss plus penalty over all layers.

        L = L_0 + lam sum_l sum_i |w_li|

    data_loss  L_0, a number
    weights    list of arrays, one per layer; biases are left out by convention
    lam        strength, >= 0
    returns a float in the units of the loss

    Source: [E-4.1, A-4.1a].

    >>> l1_regularized_loss(0.5, [[0.5, -0.25], [[0.25]]], lam=2.0)
    2.5
    """
    weights, lam = finite_arrays("weights", weights), at_least_zero("lam", lam)
    return finite_number("data_loss", data_loss) + sum(l1_penalty(w, lam) for w in weights)


def l2_regularized_loss(data_loss, weights, lam):
    """Objective of training with an L2 penalty: data loss plus penalty over all layers.

        L = L_0 + lam sum_l sum_i w_li^2

    data_loss  L_0, a number
    weights    list of arrays, one per layer; biases are left out by convention
    lam        strength, >= 0
    returns a float in the units of the loss

    Source: [E-4.2, A-4.1b].

    >>> l2_regularized_loss(0.5, [[0.5, -0.5], [[1.0]]], lam=2.0)
    3.5
    """
    weights, lam = finite_arrays("weights", weights), at_least_zero("lam", lam)
    return finite_number("data_loss", data_loss) + sum(l2_penalty(w, lam) for w in weights)


# --- what is not pruning, though documents call it so --------------------------------------------


def weight_clip(w, c):
    """Weight clipping limits the large weights and removes none; pruning removes the small ones.

        w'_i = min(max(w_i, -c), c)

    w  array of any shape
    c  limit, >= 0, in the units of the weights
    returns an array, shape of w

    Source: [B-1a].

    >>> weight_clip([-0.9, 0.05, 0.4], c=0.1)
    array([-0.1 ,  0.05,  0.1 ])
    """
    w = finite_array("w", w)
    c = w.dtype.type(at_least_zero("c", c))
    return np.clip(w, -c, c)


def scale_weights(w, factor):
    """All weights times a factor: above 0 it makes none zero, and saves neither storage nor work.

        w'_i = factor w_i

    w       array of any shape
    factor  a fraction with 0 <= factor < 1
    returns an array, shape of w

    Source: [D-1.1b, D-2.1a].

    >>> scale_weights([-0.5, 0.25], factor=0.5)
    array([-0.25 ,  0.125])
    """
    w = finite_array("w", w)
    return np.multiply(fraction("factor", factor), w, dtype=w.dtype)


def _group_size(w, axis):
    axis = array_axis("axis", axis, w.ndim)
    return w.size // w.shape[axis] if w.size else 0


def _per_unit(values, w, axis):
    """The vector laid along its axis of w, so that it meets the weights of its unit."""
    shape = [1] * w.ndim
    shape[axis] = len(values)
    return values.reshape(shape)
