"""How important is a unit (neuron, filter), judged by its activations or by its weights?"""

import math

import numpy as np

from minprune.arguments import (
    array_axis,
    finite_array,
    function,
    same_shape,
    whole_number,
    wide_array,
    widened,
)
from minprune.formulas.norms import unit_l2


def mean_activation(a):
    """Mean magnitude of the activation of every unit over the samples.

        s_j = mean_n |a_nj|

    a  activations (N, h), or (N, H, W, C) with the mean over the positions too; N >= 1
    returns a vector, one entry per unit

    A high activation is no contribution, since the outgoing weights may be zero; see
    `contribution`.

    Source: [B-3c, B-3f, E-4.3, E-3.2].

    >>> mean_activation([[0.0, -1.0], [0.5, 1.0]])
    array([0.25, 1.  ])
    """
    a = widened(_activations("a", a))
    return np.abs(a).mean(axis=0, dtype=np.float64).astype(a.dtype)


def apoz(a):
    """Average percentage of zeros: the part of the samples for which the unit outputs 0.

        APoZ_j = mean_n [a_nj = 0]

    a  activations after a ReLU (N, h), or (N, H, W, C), counted over the positions too; N >= 1
    returns a vector of fractions. HIGH means unimportant: as a score take 1 - apoz(a)

    Source: Hu, Peng, Tai and Tang 2016 [B-3f, E-3.2].

    >>> apoz([[0, 1, 2], [0, 0, 3], [0, 2, 1], [1, 0, 1]])
    array([0.75, 0.5 , 0.  ])
    """
    return (_activations("a", a) == 0).mean(axis=0)


def contribution(a, w_out):
    """Contribution of a unit to the next layer: its activation times its outgoing weights.

        s_j = mean_n |a_nj| * ||w_out_j||_2

    a      activations (N, h), N >= 1
    w_out  weights of the next layer (h, k)
    returns a vector (h,)

    Source: [E-4.3, E-3.2].

    >>> contribution([[1.0, 0.1]], [[0.0], [5.0]])
    array([0. , 0.5])
    """
    a, w_out = finite_array("a", a), finite_array("w_out", w_out)
    if a.ndim != 2:
        raise ValueError(f"a must be (N, h), got {a.shape}")
    if w_out.ndim != 2 or len(w_out) != a.shape[1]:
        raise ValueError(f"w_out must be ({a.shape[1]}, k), one row per unit, got {w_out.shape}")
    return mean_activation(a) * unit_l2(w_out, axis=0)


def unit_taylor(a, g):
    """First-order Taylor score of units: the change of the loss if the unit is silenced, roughly.

        s_j = mean_n |mean over positions of a_nj dL_n/da_nj|

    a  activations (N, h) or (N, H, W, C), N >= 1
    g  gradient of each sample's loss with respect to them, same shape
    returns a vector, one entry per unit, in the units of the loss; of a filter it is the change per
    position: times H W it is that of the whole loss

    Source: Molchanov et al. 2017, who divide the scores of a layer by their L2 norm before they
    compare layers [A-2.6b, E-3.1].

    >>> unit_taylor([[1.0, 2.0], [1.0, 0.0]], [[0.5, 0.25], [-0.5, 1.0]])
    array([0.5 , 0.25])
    """
    a, g = wide_array("a", a), wide_array("g", g)
    same_shape(a=a, g=g)
    _activations("a", a)
    positions = tuple(range(1, a.ndim - 1))
    per_sample = np.abs((a * g).mean(axis=positions, dtype=np.float64))  # (N, units)
    return per_sample.mean(axis=0).astype(a.dtype)


def unit_ablation(loss, n):
    """Influence of each unit on the loss, exactly: silence it and look.

        s_j = L(all units but j) - L(all units)

    loss  function of a boolean vector (n,), True = the unit takes part; returns a number
    n     number of units, >= 0
    returns a vector (n,), in the units of the loss; negative where the loss would fall

    Source: Mozer and Smolensky 1989 (skeletonization) [E-4.3].

    >>> unit_ablation(lambda keep: (0.5 - keep @ np.array([0.0, 0.5])) ** 2, n=2)
    array([0.  , 0.25])
    """
    everyone = np.ones(whole_number("n", n, low=0), dtype=bool)
    base, scores = function("loss", loss)(everyone.copy()), np.zeros(n)
    for j in range(n):
        keep = everyone.copy()
        keep[j] = False
        scores[j] = loss(keep) - base
    return scores


def activation_entropy(a, bins=10):
    """Entropy of the activation of every unit: a constant activation carries no information.

        s_j = -sum_b p_jb log p_jb          p_jb: share of the samples in bin b of unit j

    a     activations (N, h), or (N, H, W, C) with every position as a sample; N >= 1. The range of
          each unit is cut into equal bins; a value on a border belongs to the bin above, the
          largest value to the last bin
    bins  number of bins, >= 1
    returns a vector (h,) in nats, from 0 to log(bins); 0 for a constant unit

    Source: Luo and Wu 2017 [A-7.3, A-10, our choice for "information"].

    >>> activation_entropy([[0.0, 5.0], [1.0, 5.0]], bins=2).round(6)
    array([0.693147, 0.      ])
    """
    a, bins = _activations("a", a).astype(np.float64), whole_number("bins", bins, low=1)
    low, width = a.min(axis=0), np.ptp(a, axis=0)
    position = np.divide((a - low) * bins, width, out=np.zeros_like(a), where=width > 0)
    bin_of = np.minimum(position.astype(int), bins - 1)
    p = np.stack([(bin_of == b).mean(axis=0) for b in range(bins)])  # (bins, h)
    return -np.where(p > 0, p * np.log(np.where(p > 0, p, 1)), 0).sum(axis=0) + 0.0


def _activations(name, a):
    """Activations as samples and positions by units, (N * H * W, C)."""
    a = finite_array(name, a)
    if a.ndim < 2 or 0 in a.shape[:-1]:
        raise ValueError(f"{name} must be (N, h) or (N, H, W, C) with N >= 1, got {a.shape}")
    return a.reshape(math.prod(a.shape[:-1]), a.shape[-1])


# --- from the weights: beside the norms `unit_l1` and `unit_l2` ----------------------------------


def geometric_median_distance(w, axis=-1):
    """Distance of every unit to all others: the nearest to the middle can best be replaced by them.

        s_j = sum_k ||w_j - w_k||_2          w_j: all the weights of unit j

    w     array of at least one axis, such as W (n_in, n_out) or K (k_h, k_w, c_in, c_out)
    axis  the axis that numbers the units: -1 for neurons and filters
    returns a vector, one entry per unit, in the units of the weights. A small norm is not what
    counts here: of equal filters all but one can go, large as they may be

    Source: He, Liu, Wang, Hu and Yang 2019 (FPGM), eq. (6) [C-4.3a, our choice beside the
    norm].

    >>> geometric_median_distance([[0.0, 1.0, 3.0]])
    array([4., 3., 5.])
    """
    w = finite_array("w", w)
    axis = array_axis("axis", axis, w.ndim)
    units = np.moveaxis(w, axis, 0).astype(np.float64)  # (h, ...)
    others = tuple(range(1, w.ndim))
    distances = [np.sqrt(np.square(units - unit).sum(axis=others)).sum() for unit in units]
    return np.array(distances, dtype=np.result_type(w, np.float32))


def batchnorm_scale(gamma):
    """Scale that batch normalization gives a channel: one of scale 0 says nothing about its input.

        s_j = |gamma_j|

    gamma  array, one entry per channel
    returns an array, shape of gamma

    Source: Liu et al. 2017 (network slimming), who train it under an L1 penalty.

    >>> batchnorm_scale([0.5, -2.0])
    array([0.5, 2. ])
    """
    return np.abs(finite_array("gamma", gamma))
