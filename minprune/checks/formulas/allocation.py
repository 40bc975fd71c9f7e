"""Checks of `minprune.formulas.allocation`."""

import math

import numpy as np

from minprune.checks.check import Check, given
from minprune.formulas import allocation

# --- erk_densities -------------------------------------------------------------------------------

erk_densities = Check(allocation.erk_densities)
erk_densities.worked(  # 12 and 24 weights, 8 and 10 units: eps = 0.25 * 36 / 18 = 1/2
    "by hand", given([(2, 6), (4, 6)], 0.25), [0.5 * 8 / 12, 0.5 * 10 / 24]
)
erk_densities.worked(  # 18 and 14 weights, sides of 9 and 9 together: eps = 0.5625 * 32 / 18 = 1
    "by hand", given([(3, 3, 1, 2), (2, 7)], 0.5625), [9 / 18, 9 / 14]
)
erk_densities.worked(  # the first is full; the others share 0.5 * 501 - 1 = 249.5 over 60 units
    "by hand",
    given([(1, 1), (10, 10), (20, 20)], 0.5),
    [1.0, 249.5 / 60 * 20 / 100, 249.5 / 60 * 40 / 400],
)
erk_densities.published(  # of sparsities 0, 0.31 and 0.655, of which its test asks for two places
    "JaxPruner 0.1 (2024), jaxpruner/sparsity_distributions_test.py, testGetSparsityERKSucceed",
    given([(2, 4), (3, 6), (2, 4, 6)], 0.5),
    [1.0, 0.69, 0.345],
    digits=2,
)
erk_densities.edge("one layer", given([(7, 5)], 0.25))
erk_densities.edge("everything is kept", given([(4, 2), (3, 3, 1, 2)], 1.0))
erk_densities.edge("equal layers", given([(5, 5), (5, 5), (5, 5)], 0.25))
erk_densities.edge("full layers fill others", given([(1, 1), (2, 2), (30, 30)], 0.0725))
erk_densities.edge("hardly anything is kept", given([(784, 64), (64, 10)], 1e-6))
erk_densities.edge("a perceptron", given([(784, 64), (64, 10)], 0.1))
erk_densities.edge("a network with kernels", given([(3, 3, 1, 32), (5408, 64), (64, 10)], 0.05))


@erk_densities.random
def _(rng):
    shapes = [tuple(rng.integers(2, 9, rng.choice([2, 4])).tolist()) for _ in range(4)]
    return given(shapes, float(rng.integers(1, 16) / 16))


@erk_densities.property(
    "The weights kept in all layers together must be the given share of all weights.",
    "各层保留的权重总数应等于全部权重的给定比例。",
)
def _(rng):
    shapes = [tuple(rng.integers(1, 12, rng.choice([2, 4])).tolist()) for _ in range(5)]
    sizes = np.array([math.prod(shape) for shape in shapes])
    wanted = [0.1, 0.4, 0.8]
    found = yield [given(shapes, density) for density in wanted]
    return all(np.isclose(d @ sizes, p * sizes.sum()) for d, p in zip(found, wanted, strict=True))


@erk_densities.solution
def erk_densities(shapes, density):
    sizes = np.array([math.prod(s) for s in shapes], float)
    raw = np.array([sum(s) / math.prod(s) for s in shapes])
    full = np.zeros(len(shapes), bool)
    while not full.all():
        wanted = density * sizes.sum() - sizes[full].sum()
        eps = wanted / (raw * sizes)[~full].sum()
        densities = np.where(full, 1.0, eps * raw)
        if not (densities > 1).any():
            return densities
        full |= densities > 1
    return np.ones(len(shapes))


erk_densities.edits("""
sum(s) / math.prod(s) -> 1.0
    All layers have the same density; narrow layers must be denser than wide ones.
    各层密度相同；窄层应比宽层更稠密。
return 1 - result
    It returns the sparsities; return the densities, the shares to keep.
    给出的是稀疏度；应给出密度，即保留的比例。
sum(s) / math.prod(s) -> sum(s[-2:]) / math.prod(s[-2:])
    The sides of the kernel are left out of the sum: that is Erdos-Renyi without the Kernel.
    求和时漏掉了卷积核的边长：那是没有 Kernel 项的 Erdos-Renyi。
if not (densities > 1).any() -> if True
    Densities exceed 1; a full layer has 1, and the rest is shared among the others.
    密度超过了 1；满层的密度为 1，其余应分给其他层。
np.where(full, 1.0, eps * raw) -> np.minimum(1, eps * raw)
    What exceeds a full layer is lost; share it among the other layers.
    满层放不下的部分丢掉了；应分给其他层。
if not (densities > 1).any() -> if full.any() or not (densities > 1).any()
return densities -> return np.minimum(1, densities)
    It looks for full layers only once; sharing the rest may fill others.
    只检查了一次满层；重新分配后，其他层也可能变满。
wanted / (raw * sizes)[~full].sum() -> density
    The density itself is taken as eps; solve for eps, so that the total is right.
    直接把密度当作 eps；应解出 eps，使总数正确。
wanted / (raw * sizes)[~full].sum() -> density / raw.mean()
    It fixes the mean over the layers; weight each layer by its number of weights.
    使各层密度的平均值等于给定值；应按各层权重数加权。
return result * [math.prod(shape) for shape in shapes]
    It returns numbers of weights; return the densities, the shares to keep.
    给出的是权重的个数；应给出密度，即保留的比例。
density = 1 - density
    It takes the density as a sparsity; it is the share of the weights that stays.
    把密度当成了稀疏度；它是保留的权重所占的比例。
sizes = np.array([math.prod(s) for s in shapes], float) -> sizes = np.ones(len(shapes))
    The plain mean of the densities is as asked for; weight each layer by its number of weights.
    使各层密度的简单平均等于给定值；应按各层的权重个数加权。
sum(s) / math.prod(s) -> 1 / math.prod(s)
    It divides 1 by the number of weights; divide the sum of the sides by it.
    用 1 除以了权重个数；应以各边长之和除以它。
sum(s) / math.prod(s) -> math.prod(s) / sum(s)
    The fraction is upside down: divide the sum of the sides by their product.
    得分颠倒了：应为各边长之和除以乘积。
sum(s) / math.prod(s) -> 1 - sum(s) / math.prod(s)
    It takes 1 - (sum of the sides) / (product), which is a sparsity, as the share to keep.
    把 1 减（边长之和除以乘积）当作了保留比例；那是稀疏度。
sum(s) / math.prod(s) -> float(sum(s))
    It does not divide by the number of weights of the layer.
    没有除以该层的权重个数。
sum(s) / math.prod(s) -> sum(s[:-1]) / math.prod(s)
    The outputs are left out of the sum of the sides.
    边长求和时漏掉了输出数，应加上。
sum(s) / math.prod(s) -> (sum(s[-2:]) / math.prod(s))
    The sides of the kernel are left out of the sum, but not of the product.
    求和时漏掉了卷积核的边长，乘积中却有；求和时也应计入。
(raw * sizes)[~full].sum() -> raw[~full].sum()
    It divides by the sum of the raw densities; weight each by the number of weights.
    除以了未缩放密度之和；每一项应按权重个数加权。
- sizes[full].sum() -> - 0
    It does not subtract the weights of the full layers from what is to stay.
    没有从应保留的总数中减去满层的权重数。
wanted / (raw * sizes)[~full].sum() -> density / raw.max()
np.where(full, 1.0, eps * raw) -> eps * raw
    The densest layer gets the density itself; solve for eps, so that the total is right.
    让最密的一层取给定密度；应解出 eps，使总数正确。
""")
