"""Penalties on the size of the weights, each with its (sub)gradient.

A penalty pulls weights towards zero. It removes none: that is the work of a mask.
The total loss is the data loss plus the penalty, summed over the weight arrays (E-4.1, E-4.2);
biases are left out by convention.
"""

import numpy as np

from minprune.arguments import at_least_zero, finite_array


def l1_penalty(w, lam):
    """L1 penalty of an array of weights.

        R = lam * sum_i |w_i|

    w    array of any shape
    lam  strength, >= 0
    returns a float in the units of the loss

    Source: A-4.1a, E-4.1; Tibshirani 1996 (lasso).
    Erratum: A-4.1 calls the penalty the loss; the loss is L = L_0 + R.

    >>> l1_penalty([[0.5, -0.25], [0.0, 0.25]], lam=2.0)
    2.0
    """
    w, lam = finite_array("w", w), at_least_zero("lam", lam)
    return lam * float(np.abs(w).sum(dtype=np.float64))


def l1_subgradient(w, lam):
    """Subgradient of the L1 penalty; at w_i = 0, where any value in [-lam, lam] is one, it is 0.

        dR/dw_i = lam * sign(w_i)

    w    array of any shape
    lam  strength, >= 0
    returns an array, shape of w: the pull is the same for large and for small weights

    Source: A-2.2b, A-4.1a; Tibshirani 1996.

    >>> l1_subgradient([0.5, -0.25, 0.0], lam=2.0)
    array([ 2., -2.,  0.])
    """
    w, lam = finite_array("w", w), at_least_zero("lam", lam)
    return np.multiply(lam, np.sign(w), dtype=w.dtype)


def l2_penalty(w, lam):
    """L2 penalty of an array of weights: the squared norm, without a factor 1/2.

        R = lam * sum_i w_i^2

    w    array of any shape
    lam  strength, >= 0
    returns a float in the units of the loss

    Source: A-4.1b, E-4.2; Hoerl and Kennard 1970 (ridge).
    Erratum: A-4.1 says "the L2 norm" and prints its square; doubling w makes R four times as large.

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

    Source: A-2.2b, E-4.2. The weight decay d of `SGD` is this gradient with lam = d / 2.

    >>> l2_gradient([0.5, -0.25, 0.0], lam=2.0)
    array([ 2., -1.,  0.])
    """
    w, lam = finite_array("w", w), at_least_zero("lam", lam)
    return np.multiply(2 * lam, w, dtype=w.dtype)
