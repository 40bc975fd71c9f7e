"""Checks of `minprune.formulas.masks`."""

import numpy as np

from minprune.checks.check import Check, given
from minprune.formulas import masks

# --- threshold_mask ------------------------------------------------------------------------------

threshold_mask = Check(masks.threshold_mask)
threshold_mask.worked("A-4.2", given([0.25, 0.5, 0.75], 0.5, ties="keep"), [False, True, True])
threshold_mask.worked("D-4.1b", given([0.25, 0.5, 0.75], 0.5, ties="prune"), [False, False, True])
threshold_mask.edge("all scores equal the threshold", given([[2.0, 2.0], [2.0, 2.0]], 2.0))
threshold_mask.edge("no scores at all", given(np.zeros((0, 3)), 1.0))
threshold_mask.edge("negative scores are low ones", given([-3.0, -0.5, 0.5], 0.0))


@threshold_mask.random
def _(rng):
    return given(rng.integers(-4, 5, (4, 5)) / 4, float(rng.integers(-3, 4) / 4), ties="prune")


@threshold_mask.property(
    "A higher threshold must never keep more.",
    "阈值升高时，保留的权重不应增多。",
)
def _(rng):
    score = rng.standard_normal((6, 7))
    low, high = yield [given(score, -0.25), given(score, 0.25)]
    return not (high & ~low).any()


@threshold_mask.mistake(
    "A score equal to the threshold is always pruned.",
    "等于阈值的分数总被剪掉。",
)
def _(score, theta, ties="keep"):
    return np.asarray(score) > theta


@threshold_mask.mistake(
    "A score equal to the threshold is always kept.",
    "等于阈值的分数总被保留。",
)
def _(score, theta, ties="keep"):
    return np.asarray(score) >= theta


@threshold_mask.mistake(
    "The mask is inverted: True must mean keep.",
    "掩码取反了：True 应表示保留。",
)
def _(score, theta, ties="keep"):
    return ~masks.threshold_mask(score, theta, ties)


@threshold_mask.mistake(
    "It takes the absolute value of the scores; a score may be negative.",
    "对分数取了绝对值；分数本身可以为负。",
)
def _(score, theta, ties="keep"):
    return masks.threshold_mask(np.abs(score), theta, ties)


@threshold_mask.mistake(
    "It returns the scores that stay, where the mask was asked for.",
    "返回了保留下来的分数，而不是掩码。",
)
def _(score, theta, ties="keep"):
    return score * masks.threshold_mask(score, theta, ties)


# --- prune_count ---------------------------------------------------------------------------------

prune_count = Check(masks.prune_count)
prune_count.worked("E-3.1", given(9, 0.5), 4)
prune_count.worked("E-3.1", given(10, 0.25), 2)
prune_count.worked("by hand", given(7, 0.5), 4)
prune_count.worked("by hand", given(10, 0.21), 2)
prune_count.worked("by hand", given(100, 0.29), 29)
prune_count.edge("nothing to prune", given(12, 0.0))
prune_count.edge("no entries", given(0, 0.5))
prune_count.edge("nearly all", given(10, 0.99))


@prune_count.random
def _(rng):
    return given(int(rng.integers(1, 1000)), float(rng.random()))


@prune_count.mistake(
    "It rounds down; the nearest count is asked for.",
    "向下取整了；应取最接近的整数。",
)
def _(n, sparsity):
    return int(n * sparsity)


@prune_count.mistake(
    "It rounds up; the nearest count is asked for.",
    "向上取整了；应取最接近的整数。",
)
def _(n, sparsity):
    return int(np.ceil(n * sparsity))


@prune_count.mistake(
    "It rounds a half up; here a half goes to the even number.",
    "把一半总是进位；这里应取偶数。",
)
def _(n, sparsity):
    return int(n * sparsity + 0.5)


@prune_count.mistake(
    "It counts what is kept; what is pruned was asked for.",
    "算的是保留的个数，而不是剪掉的个数。",
)
def _(n, sparsity):
    return n - masks.prune_count(n, sparsity)


@prune_count.mistake(
    "It returns a float; a count is a whole number.",
    "返回了浮点数；个数应为整数。",
)
def _(n, sparsity):
    return float(masks.prune_count(n, sparsity))
