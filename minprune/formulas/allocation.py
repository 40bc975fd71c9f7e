"""How much may stay in each layer, if so much may stay in all of them together?"""

import math

import numpy as np

from minprune.arguments import above_zero, listed, shape_of, share


def erk_densities(shapes, density):
    """Erdos-Renyi-Kernel: wide layers sparse, narrow ones dense, by the number of their units.

        d_l = min(1, eps (k_h + k_w + c_in + c_out) / (k_h k_w c_in c_out)),  a matrix without k

    shapes   list of shapes of weight arrays
    density  share of all weights that stays, 0 < density <= 1; it sets eps
    returns a vector, one share per layer, such that sum_l d_l n_l = density sum_l n_l

    Source: Evci, Gale, Menick, Castro and Elsen 2020 (RigL), section 3; Mocanu et al. 2018 (SET)
    for matrices.

    >>> erk_densities([(784, 64), (64, 10)], density=0.1).round(4)
    array([0.0931, 0.6373])
    """
    shapes = [shape_of("shapes", shape) for shape in listed("shapes", shapes, "shapes")]
    if () in shapes:
        raise ValueError("shapes must have at least one axis each, got ()")
    density = above_zero("density", share("density", density))
    sizes = np.array([math.prod(shape) for shape in shapes], dtype=np.float64)
    raw = np.array([sum(shape) for shape in shapes]) / sizes
    full = np.zeros(len(shapes), dtype=bool)
    while not full.all():
        eps = (density * sizes.sum() - sizes[full].sum()) / (raw * sizes)[~full].sum()
        densities = np.where(full, 1.0, eps * raw)
        if not (densities > 1).any():
            return densities
        full |= densities > 1  # what they cannot take goes to the others
    return np.ones(len(shapes))
