"""Functions of jaxpruner by the formula that they compute."""

from importlib.metadata import version

import jax.numpy as jnp
import numpy as np
from jaxpruner import mask_calculator, sparsity_distributions, sparsity_types
from jaxpruner.sparsity_schedules import PolynomialSchedule

from minprune.checks.libraries import Library

library = Library(f"{version('jaxpruner')} with jax {version('jax')}", jnp.array)
computes = library.computes
TABLE = """
rank_mask        mask_calculator.topk_mask_calculator(score, k / max(score.size, 1))
is_pruning_step  PolynomialSchedule(frequency, begin, end).is_mask_update_iter(step)
"""
library.table(TABLE, globals())


@computes("layerwise_rank_masks", "mask_calculator.topk_mask_calculator(score, sparsity)")
def _(scores, sparsity):
    return [mask_calculator.topk_mask_calculator(score, sparsity) for score in scores]


@computes("nm_mask", "mask_calculator.topk_n_by_m_mask_calculator")
def _(w, n, m, axis):
    axis = -min(w.ndim, 2) if axis is None else axis
    kind = sparsity_types.NByM(n, m, axis)
    return mask_calculator.topk_n_by_m_mask_calculator(abs(w), 0.5, kind)


@computes("block_mask", "mask_calculator.topk_block_mask_calculator(use_avg_pooling=True)")
def _(W, shape, sparsity):
    return mask_calculator.topk_block_mask_calculator(abs(W), sparsity, *shape, True)


@computes("erk_densities", "sparsity_distributions.erk(layers, 1 - density)")
def _(shapes, density):
    layers = {str(l): np.zeros(shape) for l, shape in enumerate(shapes)}
    found = sparsity_distributions.erk(layers, 1 - density, filter_fn=lambda *_: True)
    return np.array([1 - found[name] for name in layers])


@computes("polynomial_decay", "PolynomialSchedule(1, begin, end, power).get_sparsity_at_step")
def _(step, initial, final, begin, end, power):
    if initial:  # it starts from 0
        return NotImplemented
    return PolynomialSchedule(1, begin, end, power).get_sparsity_at_step(final, step)
