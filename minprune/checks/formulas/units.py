"""Checks of `minprune.formulas.units`."""

import numpy as np

from minprune.checks.check import Check, Function, given
from minprune.formulas import units

B_3F = [[0.0, 1.0, 2.0], [0.0, 0.0, 3.0], [0.0, 2.0, 1.0], [1.0, 0.0, 1.0]]  # ReLU outputs


def _some(rng):
    """Activations of neurons or of filters, exact in binary, many of them 0."""
    shape = (5, 3) if rng.random() < 0.5 else (2, 3, 2, 4)
    return rng.integers(-4, 5, shape) / 4 * (rng.random(shape) < 0.6)


# Two samples of one channel, three times three positions: zeros but on the diagonal.
DISTILLER = [
    [[[1.0], [0.0], [0.0]], [[0.0], [2.0], [0.0]], [[0.0], [0.0], [3.0]]],
    [[[4.0], [0.0], [0.0]], [[0.0], [5.0], [0.0]], [[0.0], [0.0], [6.0]]],
]


# --- mean_activation -----------------------------------------------------------------------------

mean_activation = Check(units.mean_activation)
mean_activation.worked("B-3f", given(B_3F), [0.25, 0.75, 1.75])
mean_activation.worked("by hand", given([[-3.0, 1.0], [-3.0, -1.0]]), [3.0, 1.0])
mean_activation.worked("by hand", given([[[[1.0, -2.0]], [[3.0, 0.0]]]]), [2.0, 1.0])
mean_activation.published(
    "Distiller (commit d859fc8), tests/test_basic.py, test_activations, channel 0",
    given(DISTILLER),
    [21 / 18],
)
mean_activation.edge("one sample", given([[0.5, -0.25, 0.0]]))
mean_activation.edge("no units", given(np.zeros((4, 0))))
mean_activation.edge("float32", given(np.array([[0.1, 2.0], [0.2, -4.0]], np.float32)))
mean_activation.edge("whole numbers", given([[3, -2, 0], [-1, 5, 4]]))


@mean_activation.random
def _(rng):
    return given(_some(rng))


@mean_activation.property(
    "Changing the sign of all activations must change nothing.",
    "把所有激活值变号，结果不应改变。",
)
def _(rng):
    a = rng.standard_normal((4, 3))
    one, other = yield [given(a), given(-a)]
    return np.allclose(one, other)


@mean_activation.solution
def mean_activation(a):
    return np.abs(a).mean(axis=tuple(range(a.ndim - 1)))


mean_activation.edits("""
np.abs(a) -> a
    The absolute value is missing: a unit that always outputs -3 is not dead.
    缺少绝对值：一直输出 -3 的单元并没有失活。
np.abs(a) -> a
return np.abs(result)
    The absolute value comes after the mean, so +1 and -1 cancel.
    先求平均再取绝对值，+1 和 -1 会互相抵消。
.mean( -> .sum(
    It sums over the samples; take the mean.
    对样本求了和；要求的是平均值。
axis=tuple(range(a.ndim - 1)) -> axis=-1
    It averages over the units; return one number per unit.
    对单元求了平均；应对每个单元给出一个数。
axis=tuple(range(a.ndim - 1)) -> axis=0
    For filters it averages over the samples only, not over the positions.
    对滤波器只按样本求平均，没有对位置求平均。
.mean(axis -> .mean(where=a != 0, axis
return np.nan_to_num(result)
    It leaves the zeros out of the mean; samples with output 0 count too.
    求平均时漏掉了零；没有激活的样本也要计入。
np.abs(a) -> (a > 0)
    It counts how often the unit exceeds 0, which ignores the size of its activations.
    统计的是激活值大于 0 的比例：阶跃函数反映不出大小。
np.abs(a).mean( -> np.abs(a).max(initial=0, 
    It takes the largest magnitude; take the mean.
    取了最大的绝对值；应取平均。
np.abs(a).mean( -> np.median(np.abs(a), 
    It takes the median; take the mean.
    取了中位数；应取平均。
np.abs(a) -> np.square(a)
    It averages the squares; average the magnitudes.
    对平方取了平均；应对绝对值取平均。
np.abs(a) -> np.square(a)
return np.sqrt(result)
    It takes the root of the mean square; take the mean of the magnitudes.
    取了均方根；应取绝对值的平均。
np.abs(a) -> np.maximum(a, 0)
    It sets negative activations to 0; average their absolute values.
    把负的激活值换成了 0；应对其绝对值取平均。
np.abs(a).mean( -> np.std(a, 
    It takes the standard deviation; take the mean of the magnitudes.
    取了标准差；应取绝对值的平均。
return result / (result.sum() or 1)
    It divides by the sum of all units; return the mean of each.
    除以了所有单元之和；应返回各自的平均。
return np.mean(result)
    It returns one mean of all units; every unit has its own.
    返回了所有单元的一个平均值；每个单元应有自己的平均。
.mean(axis=tuple(range(a.ndim - 1))) -> .sum(axis=tuple(range(a.ndim - 1))) / max(len(a) - 1, 1)
    It divides by N - 1 samples; divide by the number of values averaged.
    除以了 N - 1；应除以参与平均的个数。
.mean(axis=tuple(range(a.ndim - 1))) -> .sum(axis=tuple(range(a.ndim - 1))) / len(a)
    For filters it sums over the positions; take the mean over these too.
    对滤波器的各位置求了和；对位置也应取平均。
axis=tuple(range(a.ndim - 1)) -> axis=tuple(range(1, a.ndim))
    It averages over the units and returns one number for each sample; return one per unit.
    对单元取了平均，每个样本一个数；应每个单元一个数。
return result.astype(np.asarray(a).dtype)
    The result has the number type of a: whole numbers cut off the fractions; return floats.
    结果沿用了 a 的数据类型，a 为整数时小数被截掉；应返回浮点数。
return result / (np.linalg.norm(result) or 1)
    It divides by the L2 norm of all units; return the mean of each.
    除以了所有单元的 L2 范数；应返回各自的平均。
return result / (result.max(initial=0) or 1)
    It divides by the largest mean; return the mean of each.
    除以了最大的平均值；应返回各自的平均。
return np.argsort(result)
    It returns the units ranked by activation; return the means.
    返回了按激活值排列的单元下标；应返回平均值。
axis=tuple(range(a.ndim - 1)) -> axis=(0, *range(2, a.ndim))
    It takes axis 1 for the channels, as in (N, C, H, W); they are the last axis.
    把第 1 轴当成了通道，那是 (N, C, H, W) 的次序；通道应在最后一轴。
""")


# --- apoz ----------------------------------------------------------------------------------------

apoz = Check(units.apoz)
apoz.worked("B-3f", given(B_3F), [0.75, 0.5, 0.0])
apoz.worked("by hand", given([[[[0.0, 1.0]], [[2.0, 0.0]]], [[[0.0, 0.0]], [[0.0, 0.0]]]]),
            [0.75, 0.75])  # fmt: skip
apoz.published(  # there in percent
    "Distiller (commit d859fc8), tests/test_basic.py, test_activations, channel 0",
    given(DISTILLER),
    [(6 + 6) / (9 + 9)],
)
apoz.edge("tiny is not zero", given([[1e-30], [0.0]]))
apoz.edge("minus zero is zero", given([[-0.0, 1.0], [0.0, 1.0]]))
apoz.edge("one sample", given([[0.0, 0.5]]))
apoz.edge("no units", given(np.zeros((4, 0))))
apoz.edge("whole numbers", given([[0, 3], [0, 0], [1, 0]]))
apoz.edge("a tiny activation", given([[1e-7, 0.0], [0.5, 2e-7]]))


@apoz.random
def _(rng):
    return given(np.maximum(_some(rng), 0))


@apoz.property(
    "Multiplying the activations by a positive number must change nothing.",
    "激活值乘以一个正数，结果不应改变。",
)
def _(rng):
    a = np.maximum(rng.standard_normal((6, 3)), 0)
    one, other = yield [given(a), given(1e-12 * a)]
    return np.allclose(one, other)


@apoz.solution
def apoz(a):
    return (a == 0).mean(axis=tuple(range(a.ndim - 1)))


apoz.edits("""
return 1 - result
    It is the share of the samples that are not zero: a high APoZ must mean unimportant.
    算成了非零样本的比例：APoZ 高应表示不重要。
.mean( -> .sum(
    It counts the zeros; return the share among the samples.
    数的是零的个数；要求的是占样本的比例。
return 100 * result
    It is in percent; return a fraction from 0 to 1.
    以百分数给出；要求的是 0 到 1 之间的小数。
axis=tuple(range(a.ndim - 1)) -> axis=-1
    It takes the share of zeros in each sample; return one number per unit.
    求的是每个样本中零的比例；应对每个单元给出一个数。
(a == 0) -> (a == 0).all(axis=tuple(range(1, a.ndim - 1)), keepdims=True)
    It counts a filter as zero only where its whole map is 0; count every position.
    只有整张特征图为 0 才算一次；应逐个位置统计。
a == 0 -> np.isclose(a, 0)
    It counts small activations as zero; only those that are exactly 0 count.
    把很小的激活值也当成零；只统计恰好等于 0 的。
axis=tuple(range(a.ndim - 1)) -> axis=0
    For filters it counts over the samples only, not over the positions.
    对滤波器只按样本统计，没有按位置统计。
.mean( -> .any(
    It tells whether a unit is ever 0; return the share of zeros.
    只给出单元是否出现过 0；应返回零所占的比例。
.mean( -> .all(
    It tells whether a unit is always 0; return the share of zeros.
    只给出单元是否总为 0；应返回零所占的比例。
return np.mean(result)
    It returns one share of the whole layer; every unit has its own.
    返回了整层的一个比例；每个单元应有自己的比例。
.mean(axis=tuple(range(a.ndim - 1))) -> .sum(axis=tuple(range(a.ndim - 1))) / len(a)
    For filters it sums over the positions; take the share among all positions.
    对滤波器的各位置求了和；应取在所有位置中的比例。
.mean(axis=tuple(range(a.ndim - 1))) -> .sum(axis=tuple(range(a.ndim - 1))) / a.shape[-1]
    It divides by the number of units; divide by the number of samples.
    除以了单元个数；应除以样本个数。
a == 0 -> a < 0
    It counts negative activations; count those that are exactly 0.
    数了负的激活值；应数恰好为 0 的。
a == 0 -> np.isclose(a, 0, atol=1e-6)
    It counts activations near zero, up to 1e-6; only those that are exactly 0 count.
    把 1e-6 以内的激活值算作零；只有恰好为 0 的才算。
axis=tuple(range(a.ndim - 1)) -> axis=(0, *range(2, a.ndim))
    It takes axis 1 for the channels, as in (N, C, H, W); they are the last axis.
    把第 1 轴当成了通道，那是 (N, C, H, W) 的次序；通道应在最后一轴。
return (a == 0).sum(axis=tuple(range(a.ndim - 1))) / max(np.sum(a == 0), 1)
    It divides by all zeros of the layer; divide by the number of values of the unit.
    除以了整层零的个数；应除以该单元的取值个数。
return (a.reshape(len(a), -1) == 0).mean(axis=0)
    It flattens each sample, so that every position is a unit; a filter has one share.
    把每个样本展平了，每个位置成了一个单元；每个滤波器应只有一个比例。
return result / (np.linalg.norm(result) or 1)
    It divides by the L2 norm of all units; return the shares themselves.
    除以了所有单元的 L2 范数；应返回比例本身。
return np.argsort(result)
    It returns the units ranked by APoZ; return the shares.
    返回了按 APoZ 排列的单元下标；应返回比例。
""")


# --- contribution --------------------------------------------------------------------------------

contribution = Check(units.contribution)
contribution.worked("E-4.3", given([[1.0, 0.1]], [[0.0], [5.0]]), [0.0, 0.5])
contribution.worked(
    "by hand", given([[1.0, -2.0], [3.0, 0.0]], [[3.0, -4.0], [0.0, 1.0]]), [10.0, 1.0]
)
contribution.published(  # the products of three inputs and three weights, with signs -3, 2 and 6
    "Kinsley and Kukiela 2020, Neural Networks from Scratch in Python, chapter 9",
    given([[1.0, -2.0, 3.0]], [[-3.0], [-1.0], [2.0]]),
    [3.0, 2.0, 6.0],
)
contribution.edge("a unit that is never active", given([[0.0, 1.0]], [[9.0, 9.0], [1.0, 1.0]]))
contribution.edge("no outputs", given([[1.0, 2.0, 3.0]], np.zeros((3, 0))))
contribution.edge("more units than outputs", given([[1.0, -1.0, 2.0]], [[1.0], [-2.0], [0.5]]))


@contribution.random
def _(rng):
    return given(rng.integers(-4, 5, (5, 3)) / 4, rng.integers(-4, 5, (3, 4)) / 4)


@contribution.property(
    "A factor moved from the activations of a unit to its outgoing weights must change nothing.",
    "把一个因子从激活值移到输出权重上，结果不应改变。",
)
def _(rng):
    a, w_out, scale = rng.standard_normal((5, 3)), rng.standard_normal((3, 2)), [1.0, 4.0, 0.5]
    moved = given(a * scale, w_out / np.array(scale)[:, None])
    one, other = yield [given(a, w_out), moved]
    return np.allclose(one, other)


@contribution.solution
def contribution(a, w_out):
    return np.abs(a).mean(axis=0) * np.sqrt(np.square(w_out).sum(axis=1))


contribution.edits("""
np.sqrt(np.square(w_out).sum(axis=1)) -> 1
    It takes the activation alone: with outgoing weights of 0 a unit contributes nothing.
    只看激活值：若输出权重为 0，激活再高也没有贡献。
np.sqrt( -> (
    The square root in the norm of the outgoing weights is missing.
    求输出权重的范数时忘了开平方。
np.sqrt( -> (
np.square( -> np.abs(
    It takes the L1 norm of the outgoing weights; take the L2 norm.
    对输出权重取了 L1 范数；要求的是 L2 范数。
axis=1 -> axis=0
    It takes the norms of the columns; the outgoing weights of a unit are a row of w_out.
    取了各列的范数；一个单元的输出权重是 w_out 的一行。
np.abs(a) -> a
    The absolute value is missing: activations of both signs cancel.
    缺少绝对值：正负激活值会互相抵消。
.mean( -> .sum(
    It sums over the samples; take the mean.
    对样本求了和；要求的是平均值。
np.sqrt(np.square(w_out).sum(axis=1)) -> np.abs(w_out).max(axis=1, initial=0)
    It takes the largest outgoing weight; take the L2 norm of all.
    取了最大的输出权重；应取 L2 范数。
np.abs(a).mean(axis=0) * -> 1 *
    It takes the outgoing weights alone; multiply by the mean activation.
    只看了输出权重；还应乘以平均激活值。
np.abs(a).mean(axis=0) * -> np.abs(a).mean(axis=0) +
    It adds the two factors; multiply them.
    把两个因子相加了；应相乘。
np.abs(a) -> np.square(a)
    It averages the squares of the activations; average the magnitudes.
    对激活值的平方取了平均；应对绝对值取平均。
np.abs(a).mean(axis=0) -> np.sqrt(np.square(a).mean(axis=0))
    It takes the root mean square of the activations; average the magnitudes.
    取了激活值的均方根；应对绝对值取平均。
np.abs(a) -> a
return np.abs(result)
    The absolute value comes after the mean, so that activations of both signs cancel.
    先求平均再取绝对值，正负激活值会互相抵消。
np.sqrt(np.square(w_out).sum(axis=1)) -> np.abs(w_out.sum(axis=1))
    It takes the absolute value of the sum of the outgoing weights; take their L2 norm.
    取了输出权重之和的绝对值；应取 L2 范数。
np.abs(a) -> np.maximum(a, 0)
    Negative activations become 0; take their magnitudes.
    负的激活值变成了 0；应取绝对值。
return result / (np.linalg.norm(result) or 1)
    It divides by the L2 norm of all scores; return the products themselves.
    除以了所有得分的 L2 范数；应返回乘积本身。
return result / (result.sum() or 1)
    It divides by the sum over all units; return the products themselves.
    除以了所有单元之和；应返回乘积本身。
np.abs(a).mean(axis=0) -> np.abs(a).max(axis=0)
    It takes the largest magnitude over the samples; take the mean.
    取了样本中最大的绝对值；应取平均。
np.abs(a).mean(axis=0) -> np.std(a, axis=0)
    It takes the standard deviation of the activations; take the mean magnitude.
    取了激活值的标准差；应取绝对值的平均。
np.square(w_out).sum(axis=1) -> np.square(w_out).mean(axis=1)
    It takes the mean under the root, NaN without outputs; take the sum.
    根号下取了平均，没有输出时为 NaN；应取和。
np.sqrt(np.square(w_out).sum(axis=1)) -> np.sqrt(np.abs(w_out).sum(axis=1))
    It takes the root of the sum of magnitudes; square the outgoing weights under the root.
    对绝对值之和开了平方；根号下应取输出权重的平方和。
np.abs(a).mean(axis=0) -> np.abs(a).mean(axis=1)
    It averages over the units; average over the samples, axis 0.
    对单元取了平均；应对样本取平均，即第 0 轴。
""")


# --- unit_taylor ---------------------------------------------------------------------------------

unit_taylor = Check(units.unit_taylor)
unit_taylor.worked("by hand", given([[1.0, 2.0], [1.0, 0.0]], [[0.5, 0.25], [-0.5, 1.0]]),
                   [0.5, 0.25])  # fmt: skip
unit_taylor.worked(  # products (1, -1) and (2, 4) at two positions of two samples
    "by hand",
    given([[[[1.0], [1.0]]], [[[2.0], [2.0]]]], [[[[1.0], [-1.0]]], [[[1.0], [2.0]]]]),
    [1.5],
)
unit_taylor.published(
    "Captum 0.8, tests/attr/layer/test_layer_gradient_x_activation.py, "
    "test_multi_layer_multi_gradient_activation",
    given([[3.0, 4.0, 0.0]], [[3.0, 3.0, 3.0]]),
    [9.0, 12.0, 0.0],
)
unit_taylor.edge("samples of opposite sign", given([[1.0], [1.0]], [[2.0], [-2.0]]))
unit_taylor.edge("no gradient", given([[1.0, 2.0]], [[0.0, 0.0]]))
unit_taylor.edge("no units", given(np.zeros((2, 0)), np.zeros((2, 0))))
unit_taylor.edge("negative activations", given([[-1.0, -2.0], [3.0, -4.0]], [[1.0, 1.0]] * 2))


@unit_taylor.random
def _(rng):
    a = _some(rng)
    return given(a, rng.integers(-4, 5, a.shape) / 4)


@unit_taylor.property(
    "A factor moved from the activations to the gradients must change nothing.",
    "把一个因子从激活值移到梯度上，结果不应改变。",
)
def _(rng):
    a, g = rng.standard_normal((2, 3, 2, 2)), rng.standard_normal((2, 3, 2, 2))
    one, other = yield [given(a, g), given(-4 * a, g / 4)]
    return np.allclose(one, other)


unit_taylor.edits("""
np.abs( -> (
    The absolute value is missing: a large fall of the loss would count as unimportant.
    缺少绝对值：损失大幅下降会被当成不重要。
np.abs( -> (
return np.abs(result)
    The absolute value comes last: samples of opposite sign cancel.
    最后才取绝对值：符号相反的样本会互相抵消。
(a * g) -> np.abs(a * g)
    The absolute value is taken at every position; it comes after the mean over the positions.
    在每个位置上取了绝对值；应先对位置求平均再取绝对值。
a = np.ones_like(a)
    It takes the gradient alone; the change of the loss is activation times gradient.
    只取了梯度；损失的变化是激活值乘以梯度。
.mean(axis=positions -> .sum(axis=positions
    It sums over the positions of a filter; take the mean.
    对滤波器的各位置求了和；要求的是平均值。
per_sample.mean( -> per_sample.sum(
    It sums over the samples; take the mean.
    对样本求了和；要求的是平均值。
np.abs( -> np.square(
    The products are squared; take their absolute values.
    对乘积取了平方；要求的是绝对值。
return result / (np.linalg.norm(result) or 1)
    It divides by the L2 norm of all scores; return the scores themselves.
    除以了所有得分的 L2 范数；应直接返回得分。
return result / (result.max(initial=0) or 1)
    It divides by the largest score; return the scores themselves.
    除以了最大的得分；应直接返回得分。
return result / (result.sum() or 1)
    It divides by the sum of all scores; return the scores themselves.
    除以了所有得分之和；应直接返回得分。
g = np.ones_like(g)
    It takes the activation alone; the change of the loss is activation times gradient.
    只取了激活值；损失的变化是激活值乘以梯度。
a = np.abs(a)
    It takes the magnitudes of the activations, which changes what cancels between positions.
    对激活值取了绝对值，位置之间的抵消就变了；应带符号相乘。
a = a.mean(axis=tuple(range(1, a.ndim - 1)), keepdims=True) + 0 * a
    It averages the activations over the positions first; multiply at every position first.
    先对激活值按位置取了平均；应先在每个位置相乘。
per_sample.mean( -> per_sample.max(
    It takes the largest sample; take the mean over the samples.
    取了最大的样本；应对样本取平均。
per_sample.mean( -> np.median(per_sample, 
    It takes the median over the samples; take the mean.
    取了各样本的中位数；应取平均。
np.abs( -> np.square(
return np.sqrt(result)
    It takes the root of the mean square over the samples; average the magnitudes.
    对样本取了均方根；应对绝对值取平均。
per_sample = np.abs((a * g).mean(axis=positions, dtype=np.float64)) -> per_sample = np.abs(a * g)
    For filters it gives one score for each position; take the mean over the positions.
    对滤波器给出了每个位置的得分；应对位置取平均。
return np.mean(result)
    It returns one mean of all units; every unit has its own score.
    返回了所有单元的一个平均值；每个单元应有自己的得分。
return result / 2
    It has a factor 1/2; the first order has none.
    多了系数 1/2；一阶项没有这个系数。
per_sample.mean(axis=0) -> per_sample.mean(axis=1)
    It averages over the units; average over the samples, axis 0.
    对单元取了平均；应对样本取平均，即第 0 轴。
(a * g) -> (a + g)
    It adds activation and gradient; multiply them.
    把激活值与梯度相加了；应相乘。
positions = tuple(range(1, a.ndim - 1)) -> positions = tuple(range(2, a.ndim))
    It takes axis 1 for the channels, as in (N, C, H, W); they are the last axis.
    把第 1 轴当成了通道，那是 (N, C, H, W) 的次序；通道应在最后一轴。
""")


# --- unit_ablation -------------------------------------------------------------------------------

unit_ablation = Check(units.unit_ablation)
unit_ablation.worked(
    "E-4.3",
    given(Function("lambda keep: (0.5 - keep @ np.array([0.0, 0.5])) ** 2"), 2),
    [0.0, 0.25],
)
unit_ablation.worked(
    "by hand", given(Function("lambda keep: -(keep * np.array([1.0, -2.0])).sum()"), 2), [1.0, -2.0]
)
unit_ablation.worked(  # 4 * 2 without the third, 4 * 5 without the second, and so on; 40 with all
    "by hand",
    given(Function("lambda keep: np.array([4.0, 2.0, 5.0])[keep].prod()"), 3),
    [-30.0, -20.0, -32.0],
)
unit_ablation.published(  # the output falls by so much; the loss is minus the output
    "Captum 0.8, tests/attr/layer/test_layer_ablation.py, "
    "test_simple_multi_input_conv_intermediate",
    given(
        Function(
            "lambda keep: -max((keep * np.array([4.0, 13, 40, 49, 0, 0, 15, 24])) "
            "@ np.array([1, 1, 1, 1, 1, -1, -1, -1]), 0.0)"
        ),
        8,
    ),
    [4.0, 13.0, 40.0, 49.0, 0.0, 0.0, -15.0, -24.0],
)
unit_ablation.edge("no units", given(Function("lambda keep: 1.0"), 0))
unit_ablation.edge("one unit", given(Function("lambda keep: 3.0 - keep.sum()"), 1))
unit_ablation.edge("the loss does not depend on them", given(Function("lambda keep: 7.0"), 3))


@unit_ablation.random
def _(rng):
    v = (rng.integers(-4, 5, 5) / 4).tolist()
    return given(Function(f"lambda keep: (np.array({v})[keep].sum() - 0.5) ** 2"), 5)


@unit_ablation.property(
    "Adding a number to the loss must change nothing.",
    "给损失加上一个常数，结果不应改变。",
)
def _(rng):
    v = (rng.integers(-4, 5, 4) / 4).tolist()
    losses = [Function(f"lambda keep: (keep @ np.array({v})) ** 2 + {c}") for c in (0.0, 8.0)]
    one, other = yield [given(loss, 4) for loss in losses]
    return np.allclose(one, other)


unit_ablation.edits("""
return -result
    The sign is wrong: a unit whose removal raises the loss must score above 0.
    符号反了：去掉后损失上升的单元得分应大于 0。
return np.abs(result)
    It takes the absolute value; a unit whose removal lowers the loss must score below 0.
    取了绝对值；去掉后损失下降的单元，得分应小于 0。
loss(keep) - base -> loss(keep)
    It does not subtract the loss of the whole network.
    没有减去完整网络的损失。
keep = everyone.copy() -> keep = everyone
    It does not restore the units: each score is that of several units together.
    没有恢复前面的单元：每个得分成了好几个单元共同的影响。
keep = everyone.copy() -> keep = ~everyone
keep[j] = False -> keep[j] = True
    It keeps only the one unit; switch off this one and keep all others.
    只保留了一个单元；应当只去掉它，其余都参与。
dtype=bool -> dtype=int
    It passes the loss 0 and 1, which as indices pick the wrong entries; pass booleans.
    传给损失的是 0 和 1；用作下标时会取错元素，应传布尔向量。
loss(keep) - base -> (loss(keep) - base) / (base or 1)
    It divides by the loss of the whole network; return the difference.
    除以了完整网络的损失；应返回差值。
return np.maximum(result, 0)
    Negative scores become 0; they show that the loss falls without the unit.
    负的得分成了 0；它表示去掉单元后损失下降，应保留。
loss(keep) - base -> (loss(keep) - base) ** 2
    It squares the change of the loss; return the change itself.
    对损失的变化取了平方；应返回变化本身。
loss)(everyone.copy()) -> loss)(~everyone)
    It subtracts the loss without any unit; subtract that of the whole network.
    减去的是没有任何单元时的损失；应减去完整网络的损失。
return result / (np.abs(result).max(initial=0) or 1)
    It divides by the largest change; return the changes themselves.
    除以了最大的变化；应返回变化本身。
return result / (np.abs(result).sum() or 1)
    It divides by the sum of the changes; return the changes themselves.
    除以了变化的总和；应返回变化本身。
return result / (np.linalg.norm(result) or 1)
    It divides by the L2 norm of the changes; return the changes themselves.
    除以了变化的 L2 范数；应返回变化本身。
keep[j] = False -> keep[n - 1 - j] = False
    It switches off the units from the last on, but writes the scores from the first.
    从最后一个单元开始关，得分却从第一个写起；次序应一致。
keep[j] = False -> keep[j - 1] = False
    It is one unit off: score j is that of switching off unit j.
    错开了一个单元：第 j 个得分应是关掉第 j 个单元的。
loss(keep) - base -> loss(keep) + base
    It adds the loss of the whole network; subtract it.
    加上了完整网络的损失；应减去它。
range(n) -> range(n - 1)
    The last unit is never switched off, so its score is 0.
    最后一个单元从未被关掉，得分为 0；每个单元都应试一次。
range(n) -> range(1, n)
    The first unit is never switched off, so its score is 0.
    第一个单元从未被关掉，得分为 0；每个单元都应试一次。
""")


# --- activation_entropy --------------------------------------------------------------------------

activation_entropy = Check(units.activation_entropy)
activation_entropy.worked("by hand", given([[0.0, 5.0], [1.0, 5.0]], bins=2), [np.log(2), 0.0])
activation_entropy.worked(  # shares 1/8, 2/8, 1/8, 4/8
    "by hand",
    given([[0.0], [1.0], [1.5], [2.0], [3.0], [4.0], [4.0], [3.5]], bins=4),
    [1.75 * np.log(2)],
)
activation_entropy.worked(  # shares 1/4, 2/4, 0, 1/4
    "by hand", given([[-4.0], [-3.0], [-3.0], [0.0]], bins=4), [1.5 * np.log(2)]
)
activation_entropy.published(
    "tsfresh 0.21, tests/units/feature_extraction/test_feature_calculations.py, "
    "test_binned_entropy",
    given([[10.0]] * 10 + [[1.0]]),
    [-(10 / 11 * np.log(10 / 11) + 1 / 11 * np.log(1 / 11))],
)
activation_entropy.edge("constant units", given([[5.0, -0.25, 0.0]] * 3))
activation_entropy.edge("one sample", given([[1.0, 2.0]]))
activation_entropy.edge("one bin", given([[0.0], [1.0], [2.0]], bins=1))
activation_entropy.edge(
    "units of different ranges", given([[0.0, 0.0], [1.0, 64.0], [3.0, 192.0], [4.0, 256.0]])
)
activation_entropy.edge(
    "positions of a filter", given([[[[0.0, 1.0], [2.0, 1.0]]], [[[4.0, 1.0], [3.0, 9.0]]]], bins=4)
)
activation_entropy.edge("whole numbers", given([[3, -2, 0], [-1, 5, 4]], bins=2))


@activation_entropy.random
def _(rng):
    return given(rng.standard_normal((30, 3)), bins=int(rng.integers(2, 8)))


@activation_entropy.random
def _(rng):
    return given(rng.standard_normal((20, 4)))


@activation_entropy.property(
    "Scaling and shifting the activations must change nothing: each unit has its own range.",
    "对激活值缩放或平移，结果不应改变：每个单元各有自己的取值范围。",
)
def _(rng):
    a = rng.standard_normal((30, 3))
    one, other = yield [given(a, bins=5), given(8 * a - 16, bins=5)]
    return np.allclose(one, other)


@activation_entropy.property(
    "The entropy must lie between 0 and log(bins).",
    "熵应在 0 与 log(bins) 之间。",
)
def _(rng):
    a = rng.standard_normal((50, 3)) ** 3
    (entropy,) = yield [given(a, bins=6)]
    return np.all(entropy >= 0) and np.all(entropy <= np.log(6) + 1e-9)


activation_entropy.edits("""
return result / np.log(2)
    It is in bits; use the natural logarithm, for nats.
    单位是比特；应使用自然对数，以奈特为单位。
-np.where( -> np.where(
    The minus sign is missing: log p is negative, the entropy is not.
    缺少负号：log p 为负，而熵不为负。
np.minimum(position.astype(int), bins - 1) -> position.astype(int)
    The largest value is left out of the last bin; it belongs there.
    最大值落到了最后一个区间之外；它应属于该区间。
np.where(p > 0, p * np.log(np.where(p > 0, p, 1)), 0) -> (p * np.log(p))
    An empty bin makes it a NaN: 0 log 0 counts as 0.
    空区间使结果成为 NaN：0 log 0 应取 0。
a.min(axis=0), np.ptp(a, axis=0) -> a.min(), np.ptp(a)
    All units share one range; bin each unit by its own range.
    所有单元共用一个取值范围；应各用各的范围。
bin_of == b -> a == b
range(bins) -> np.unique(a)
    It counts every different value separately; sort the values into bins.
    把每个不同的值单独计数；应先把取值划分到区间里。
return result / np.log(10)
    It is in decimal digits; use the natural logarithm, for nats.
    用了以 10 为底的对数；应使用自然对数。
return result / np.log(bins) if bins > 1 else result
    It divides by the entropy of equal bins; return the entropy itself.
    除以了均匀分布的熵；应返回熵本身。
bins = 10
    It always takes 10 bins; the number of bins is an argument.
    总是用 10 个区间；区间数是参数。
a = np.abs(a)
    It bins the magnitudes; bin the activations with their signs.
    对绝对值分箱了；应对带符号的激活值分箱。
return np.exp(result)
    It returns the exponential of the entropy; return the entropy.
    返回了熵的指数；应返回熵。
p * np.log(np.where(p > 0, p, 1)) -> np.log(np.where(p > 0, p, 1))
    The factor p is missing: the entropy is the mean of -log p.
    漏了因子 p：熵是 -log p 的加权平均。
return np.mean(result)
    It returns one mean of all units; every unit has its own entropy.
    返回了所有单元的平均；每个单元应有自己的熵。
np.minimum(position.astype(int), bins - 1) -> np.minimum(np.rint(position).astype(int), bins - 1)
    It rounds to the nearest bin; a bin begins at its lower border, so round down.
    取了最近的区间；区间从下边界算起，应向下取整。
bins = bins + 1
    It takes one bin too many; the range is divided into as many bins as given.
    多分了一个区间；应恰好分成给定的区间数。
np.where(p > 0, p * np.log(np.where(p > 0, p, 1)), 0) -> (p * np.log(p + 1e-8))
    It adds 1e-8 inside the logarithm; leave empty bins out instead.
    在对数内加了 1e-8；应直接略去空的区间。
np.where(p > 0, p * np.log(np.where(p > 0, p, 1)), 0) -> (p * np.log(p + 1e-12))
    It adds 1e-12 inside the logarithm; leave empty bins out instead.
    在对数内加了 1e-12；应直接略去空的区间。
a.min(axis=0), np.ptp(a, axis=0) -> 0, a.max(axis=0)
    The bins begin at 0; they begin at the smallest activation of the unit.
    区间从 0 开始了；应从该单元的最小激活值开始。
return result.astype(np.asarray(a).dtype)
    The result has the number type of a: whole numbers cut off the fractions; return floats.
    结果沿用了 a 的数据类型，a 为整数时小数被截掉；应返回浮点数。
bins = max(bins - 1, 1)
    It makes one bin too few.
    少分了一格，格数应等于 bins。
(bin_of == b).mean(axis=0) -> (bin_of == b).sum(axis=0)
    It takes the counts for probabilities; divide by the number of samples.
    把个数当成了概率；应除以样本数。
return 1 - result
    It returns one minus the entropy; return the entropy.
    返回了 1 减去熵；应返回熵本身。
a = np.maximum(a, 0)
    Negative activations become 0 first; divide the range as it is.
    先把负的激活值变成了 0；应按原来的取值范围分格。
0).sum(axis=0) + 0.0 -> 0).mean(axis=0) + 0.0
    It averages over the bins; add them up.
    对各格取了平均；应相加。
bin_of == b).mean(axis=0) -> bin_of == b).mean(axis=1)
    It takes the shares over the units; take them over the samples, axis 0.
    沿单元取了比例；应沿样本，即第 0 轴。
np.where(p > 0, p * np.log(np.where(p > 0, p, 1)), 0) -> p**2 - p
    It takes the Gini impurity, the sum of p (1 - p); the entropy is -sum p log p.
    取了基尼不纯度，即 p (1 - p) 之和；熵应为 -Σ p log p。
""")


# --- geometric_median_distance -------------------------------------------------------------------

geometric_median_distance = Check(units.geometric_median_distance)
geometric_median_distance.worked("by hand", given([[0.0, 1.0, 3.0]]), [4.0, 3.0, 5.0])
geometric_median_distance.worked(  # the smallest unit stands apart; those in the middle go first
    "by hand", given([[0.1, 5.0, 5.0, 6.0]]), [15.7, 5.9, 5.9, 7.9]
)
geometric_median_distance.worked(  # units (0, 0) and (3, 4), each twice
    "by hand", given([[0.0, 3.0, 3.0, 0.0], [0.0, 4.0, 4.0, 0.0]]), [10.0, 10.0, 10.0, 10.0]
)
geometric_median_distance.worked(
    "by hand", given([[0.0, 0.0], [3.0, 4.0], [3.0, 0.0]], axis=0), [8.0, 9.0, 7.0]
)
geometric_median_distance.published(
    "NNI (commit 280512d), test/algo/compression/v2/test_pruning_tools_torch.py, "
    "DistMetricsCalculator",
    given([[1.0, 2.0], [4.0, 6.0]], axis=0),
    [5.0, 5.0],
)
geometric_median_distance.edge("one unit has no others", given([[1.0], [2.0]]))
geometric_median_distance.edge("equal units", given(np.full((2, 3), 5.0)))
geometric_median_distance.edge("a vector: each entry is a unit", given([1.0, -1.0, 4.0]))
geometric_median_distance.edge("units without weights", given(np.zeros((0, 3))))
geometric_median_distance.edge("filters", given(np.arange(24.0).reshape(2, 2, 2, 3) ** 2 / 16))
geometric_median_distance.edge(
    "float32 whose square overflows", given(np.array([[0.0, 1e30]], np.float32))
)
geometric_median_distance.edge(
    "an axis in the middle", given(np.arange(12.0).reshape(2, 3, 2) % 5, axis=1)
)
geometric_median_distance.edge("whole numbers", given([[3, -2, 0], [-1, 5, 4]]))


@geometric_median_distance.random
def _(rng):
    return given(rng.integers(-4, 5, (3, 4)) / 4, axis=int(rng.integers(-2, 2)))


@geometric_median_distance.property(
    "Moving all units by the same amount must change nothing.",
    "把所有单元平移同样的量，结果不应改变。",
)
def _(rng):
    w = rng.integers(-4, 5, (3, 5)) / 4
    one, other = yield [given(w), given(w + 2.0)]
    return np.allclose(one, other)


@geometric_median_distance.solution
def geometric_median_distance(w, axis=-1):
    units = np.moveaxis(w, axis, 0).astype(float)
    others = tuple(range(1, w.ndim))
    scores = []
    for unit in units:
        distances = np.sqrt(np.square(units - unit).sum(axis=others))
        scores.append(distances.sum())
    return np.array(scores, dtype=np.result_type(w, np.float32))


geometric_median_distance.edits("""
units - unit -> units**2 - unit**2
    It compares the squares of the weights, so w and -w are equal; compare the weights.
    比较的是权重的平方，w 与 -w 成了相等的；应比较权重本身。
distances.sum() -> np.linalg.norm(unit)
    It is the norm of the unit; return the distance to the other units.
    求的是单元自身的范数；要求的是到其他单元的距离。
np.sqrt( -> (
    The square root is missing: the squares of the distances are added up.
    缺少平方根：加起来的是距离的平方。
np.sqrt(np.square( -> (np.abs(
    It adds up absolute differences; the distance is the L2 norm of the difference.
    加的是差的绝对值；距离应为差的 L2 范数。
return result / w.shape[axis]
    It takes the mean of the distances; take their sum.
    求了距离的平均值；要求的是它们的和。
axis = 0
    It always takes the rows as units; take the axis given by `axis`.
    总把行当作单元；应按参数 axis 来定。
(1, w.ndim)) -> (1, w.ndim)); units, others = np.sqrt((units**2).sum(axis=others)), ()
    It compares the norms of the units; units of equal norm may still be far apart.
    比较的是各单元的范数；范数相等的单元仍可能相距很远。
distances.sum() -> np.linalg.norm(unit - units.mean(axis=0))
    It is the distance to the mean of all units, not the sum of the distances to each of them.
    求的是到所有单元平均值的距离，而不是到各个单元的距离之和。
return result.astype(np.asarray(w).dtype)
    The result has the number type of w: whole numbers cut off the fractions; return floats.
    结果沿用了 w 的数据类型，w 为整数时小数被截掉；应返回浮点数。
np.sqrt( -> (
, dtype=np.result_type(w, np.float32)) -> )
    The square root is missing: the squares of the distances are added up.
    缺少平方根：加起来的是距离的平方。
distances.sum() -> distances[len(scores) :].sum()
    It adds only the distances to later units; add those to all units.
    只加了到后面单元的距离；应加上到所有单元的距离。
distances.sum() -> distances[: len(scores)].sum()
    It adds only the distances to earlier units; add those to all units.
    只加了到前面单元的距离；应加上到所有单元的距离。
w, axis = w.reshape(w.shape[axis], -1), 0
    It reshapes to (units, -1) without moving the axis of the units to the front, which mixes units.
    没有先把单元轴移到最前就 reshape 成 (units, -1)，混淆了各单元的权重。
return result / max(w.shape[axis] - 1, 1)
    It takes the mean of the distances to the other units; take their sum.
    取了到其他单元距离的平均；应求和。
distances.sum() -> distances.max(initial=0)
    It takes the largest distance; add up all distances.
    只取了最大的距离；应把所有距离相加。
distances.sum() -> np.sqrt(np.square(distances).sum())
    It takes the root of the sum of squared distances; add the distances themselves.
    取了距离平方和的平方根；应把距离本身相加。
distances.sum() -> np.linalg.norm(unit - np.median(units, axis=0))
    It is the distance to the median of each entry; add the distances to all units.
    求的是到逐元素中位数的距离；应把到所有单元的距离相加。
np.moveaxis(w, axis, 0).astype(float) -> np.moveaxis(w, axis, 0)
    It squares in the number type of w, where large float32 overflow; compute in float64.
    用 w 的数据类型求平方，较大的 float32 会溢出；应以 float64 计算。
return result / (np.linalg.norm(result) or 1)
    It divides by the L2 norm of all scores; the score is the sum of the distances itself.
    除以了所有得分的 L2 范数；得分就是距离之和本身。
np.sqrt(np.square(units - unit).sum( -> (np.abs(units - unit).max(initial=0, 
    It takes the largest difference of two units; the distance is the L2 norm of the difference.
    取了两个单元的最大差值；距离应为差的 L2 范数。
np.moveaxis(w, axis, 0).astype(float) -> np.abs(np.moveaxis(w, axis, 0).astype(float))
    It compares magnitudes; the distance is that of the weights with their signs.
    比较的是绝对值；应比较带符号的权重之间的距离。
axis = -1
    It always takes the last axis for the units; take the one given by `axis`.
    总把最后一个轴当作单元；应按参数 axis 来定。
return -result
    The sign is wrong: a distance is never negative.
    符号反了：距离不会为负，应为非负数。
np.square(units - unit).sum( -> np.abs(units - unit).sum(
    It takes the root of the sum of absolute differences; square the differences under the root.
    对绝对差之和开了平方；根号下应取差的平方和。
np.square(units - unit).sum( -> np.square(units - unit).mean(
    It takes the root mean square of the differences; take the sum under the root.
    取了差的均方根；根号下应取平方和。
np.square(units - unit) -> np.square(units + unit)
    It adds the units; the distance is the norm of their difference.
    把单元相加了；距离应为差的范数。
""")


# --- batchnorm_scale -----------------------------------------------------------------------------

batchnorm_scale = Check(units.batchnorm_scale)
batchnorm_scale.worked("by hand", given([0.5, -2.0, 0.0]), [0.5, 2.0, 0.0])
batchnorm_scale.worked("by hand", given([-1.0, 1.0, 3.0]), [1.0, 1.0, 3.0])
batchnorm_scale.published(
    "PyTorch 2.3, docstring of torch.abs", given([-1.0, -2.0, 3.0]), [1.0, 2.0, 3.0]
)
batchnorm_scale.edge("no channels", given(np.zeros(0)))
batchnorm_scale.edge("one channel, switched off", given([0.0]))
batchnorm_scale.edge("float32", given(np.array([-0.1, 0.2], np.float32)))


@batchnorm_scale.random
def _(rng):
    return given(rng.integers(-8, 9, 6) / 4)


@batchnorm_scale.property(
    "Channels whose scales differ only in sign must have the same score.",
    "缩放系数只差符号的通道，得分应相同。",
)
def _(rng):
    gamma = rng.standard_normal(5)
    one, other = yield [given(gamma), given(-gamma)]
    return np.array_equal(one, other)


batchnorm_scale.edits("""
np.abs( -> (
    The absolute value is missing: a scale of -2 is as important as one of 2.
    缺少绝对值：系数 -2 与 2 同样重要。
np.abs( -> np.square(
    The scale is squared; take its absolute value.
    对缩放系数取了平方；要求的是绝对值。
return result / result.sum()
    It is divided by the sum of all scales; the score of a channel is its own scale.
    除以了所有系数之和；通道的得分就是它自己的系数。
gamma = gamma - 1
    It is the distance from 1, where training began; a scale of 0 must score 0.
    求的是与初值 1 的距离；系数为 0 时得分应为 0。
return result.sum()
    It adds up all channels; return one score per channel.
    把所有通道加在一起；应对每个通道给出一个得分。
np.abs(gamma, out=gamma)
    It writes the absolute values into gamma itself, which changes the network.
    把绝对值直接写进了 gamma，改动了网络本身。
return result / (result.max() or 1)
    It divides by the largest scale; the score of a channel is its own scale.
    除以了最大的缩放系数；通道的得分就是它自己的系数。
return -result
    The sign is wrong: the largest scale must have the highest score.
    符号反了：缩放系数最大的得分应最高。
np.abs( -> np.sign(
    It returns the signs; the score is the absolute value.
    返回了符号；得分应为绝对值。
np.abs( -> np.sqrt(np.abs(
finite_array("gamma", gamma)) -> finite_array("gamma", gamma)))
    It takes the root of the scale; take its absolute value.
    对系数开了平方；应取绝对值。
return np.maximum(gamma, 0)
    Negative scales become 0; take their absolute value.
    负的系数变成了 0；应取绝对值。
return result / (np.linalg.norm(result) or 1)
    It is divided by the norm of all scales; the score of a channel is its own scale.
    除以了所有系数的范数；通道的得分就是它自己的系数。
return np.argsort(result)
    It returns the channels ranked by scale; the scores are asked for.
    返回了按系数排列的通道号；要求的是得分。
gamma = gamma - np.mean(gamma)
    It subtracts the mean scale; the score is |gamma| itself.
    减去了系数的均值；得分就是 |gamma| 本身。
return np.sort(result)
    It sorts the scores; each belongs where its channel is.
    把得分排序了；每个应在其通道的位置。
return np.exp(result) / (np.exp(result).sum() or 1)
    It applies softmax to the scores; return the magnitudes.
    对得分作了 softmax；应返回绝对值。
return 1 / np.maximum(result, 1e-99)
    It takes the reciprocal; a large scale must have a high score.
    取了倒数；系数大的得分应高。
return result / max(len(result), 1)
    It divides by the number of channels; return the magnitudes.
    除以了通道数；应返回绝对值。
""")
