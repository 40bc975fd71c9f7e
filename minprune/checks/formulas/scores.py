"""Checks of `minprune.formulas.scores`."""

import numpy as np

from minprune.checks.check import Check, Seed, given
from minprune.documents.worked import LAYERS
from minprune.formulas import scores

THREE = list(LAYERS)  # the layers of


def _eighths(rng, *shape):
    """Numbers between -1 and 1 that can be added up without rounding."""
    return rng.integers(-8, 9, shape) / 8


# --- magnitude -----------------------------------------------------------------------------------

magnitude = Check(scores.magnitude)
magnitude.worked("B-3e", given([[-0.9, 0.05], [0.4, -0.02]]), [[0.9, 0.05], [0.4, 0.02]])
magnitude.worked("D-4.2b", given([-0.9]), [0.9])
magnitude.worked("by hand", given([3.0, -2.0, -0.5]), [3.0, 2.0, 0.5])
magnitude.published(
    "JaxPruner (commit f133ee5), jaxpruner/algorithms/pruners_test.py, testMagnitudePruning",
    given([0.1, 0.9, -0.2, 0.5]),
    [0.1, 0.9, 0.2, 0.5],
)
magnitude.edge("zeros", given([[0.0, -0.0], [0.0, 0.0]]))
magnitude.edge("no weights at all", given(np.zeros((0, 3))))
magnitude.edge("one number without axes", given(np.array(-0.5)))
magnitude.edge("float32", given(np.array([-1.5, 0.25], dtype=np.float32)))
magnitude.edge("a kernel of four axes", given(np.arange(-8.0, 8.0).reshape(2, 2, 2, 2)))


@magnitude.random
def _(rng):
    return given(_eighths(rng, 4, 5))


@magnitude.property(
    "Weights of opposite sign must have the same magnitude.",
    "符号相反的权重，绝对值应相同。",
)
def _(rng):
    w = rng.standard_normal((4, 5))
    one, other = yield [given(w), given(-w)]
    return np.array_equal(one, other)


magnitude.edits("""
np.abs( -> (
    The absolute value is missing, so every negative weight ranks below zero.
    漏了绝对值，所有负权重都会排在零之后。
np.abs( -> np.square(
    It squares the weights; the magnitude is |w| itself.
    对权重取了平方；幅值应为 |w| 本身。
w = np.maximum(w, 0)
    It sets negative weights to zero; their magnitude is -w.
    把负权重变成了零；负权重的幅值是 -w。
return result / result.max()
    It divides by the largest magnitude; the score must keep the units of the weights.
    除以了最大的绝对值；得分应保持权重的量纲。
return result.sum()
    It adds all magnitudes to one number; every weight has its own score.
    把所有绝对值加成了一个数；每个权重都应有自己的得分。
np.abs(w, out=w)
    It overwrites the weights with their magnitudes; the signs are lost.
    把权重原地改成了绝对值，符号丢失了。
np.abs( -> np.sqrt(np.abs(
finite_array("w", w)) -> finite_array("w", w)))
    It takes the root of the magnitudes; the score is |w| itself.
    对绝对值开了平方；得分就是 |w| 本身。
np.abs( -> -np.abs(
    It returns -|w|; the largest weights must have the highest scores.
    返回了 -|w|；绝对值最大的权重得分应最高。
return result / (np.linalg.norm(result) or 1)
    It divides by the norm of the layer; the score must keep the units of the weights.
    除以了整层的范数；得分应保持权重的量纲。
np.abs( -> np.sign(
    It returns the signs; the magnitude is |w|.
    返回了符号；幅值应为 |w|。
return np.abs(w - np.mean(w)) if w.size else result
    It subtracts the mean of the weights first; the magnitude is the distance from 0.
    先减去了权重的均值；幅值是到 0 的距离。
return np.maximum(result, 1e-8)
    It raises small magnitudes to 1e-8; a weight of 0 has the magnitude 0.
    把很小的绝对值提高到了 1e-8；零权重的幅值应为 0。
return np.sum(result, axis=0)
    It adds the magnitudes of each column; every weight has its own score.
    把每列的绝对值相加了；每个权重都应有自己的得分。
return np.argsort(result, axis=None)
    It returns the indices ranked by magnitude; the magnitudes are asked for.
    返回了按幅值排列的下标；应返回幅值。
return result / (result.max(initial=0) or 1)
    It divides by the largest magnitude, unless that is 0; keep the units of the weights.
    除以了最大的绝对值（不为 0 时）；应保持权重的量纲。
return np.mean(result)
    It returns the mean magnitude; every weight has its own score.
    返回了平均绝对值；每个权重都应有自己的得分。
return result / (result.sum() or 1)
    It divides by the sum of the magnitudes; keep the units of the weights.
    除以了绝对值之和；应保持权重的量纲。
np.abs( -> 1 - np.abs(
    It returns 1 - |w|; the largest weights must have the highest scores.
    返回了 1 - |w|；绝对值最大的权重得分应最高。
return np.log1p(result)
    It takes the logarithm of 1 + |w|; the score is |w| itself.
    取了 1 + |w| 的对数；得分就应是 |w| 本身。
""")


# --- random_score --------------------------------------------------------------------------------

random_score = Check(scores.random_score)


@random_score.property(
    "There must be one score for every weight, in the shape of w.",
    "每个权重都应有一个得分，形状与 w 相同。",
)
def _(rng):
    shapes = [(3,), (2, 5), (3, 3, 1, 2), (0, 4)]
    drawn = yield [given(np.ones(shape), Seed(0)) for shape in shapes]
    return [s.shape for s in drawn] == shapes and all(s.dtype.kind == "f" for s in drawn)


@random_score.property(
    "The scores must be uniform on [0, 1): none outside, about a quarter in each quarter.",
    "得分应在 [0, 1) 上均匀分布：不超出范围，每四分之一区间约占四分之一。",
)
def _(rng):
    (s,) = yield [given(np.ones((64, 64)), Seed(0))]
    inside = (s >= 0).all() and (s < 1).all()
    return inside and np.abs(np.histogram(s, 4, (0, 1))[0] / s.size - 1 / 4).max() < 0.05


@random_score.property(
    "Only the shape of w may count: other weights, with the same generator, have the same scores.",
    "只有 w 的形状起作用：权重不同而生成器相同时，得分应相同。",
)
def _(rng):
    w = rng.standard_normal((4, 5))
    one, other, none = yield [given(v, Seed(0)) for v in (w, -3 * w, np.zeros((4, 5)))]
    return np.array_equal(one, other) and np.array_equal(one, none)


@random_score.property(
    "The scores must depend on the generator: the same for the same seed, others for another.",
    "得分应由生成器决定：种子相同则得分相同，种子不同则得分不同。",
)
def _(rng):
    w = np.ones((4, 5))
    one, again, other = yield [given(w, Seed(seed)) for seed in (1, 1, 2)]
    return np.array_equal(one, again) and not np.array_equal(one, other)


random_score.edits("""
rng = np.random.default_rng(0)
    It creates its own generator; draw from rng, or every run is the same.
    自己新建了生成器；应使用传入的 rng，否则每次结果都一样。
.random( -> .standard_normal(
    It draws from the normal distribution; the scores are uniform on [0, 1).
    用了正态分布；得分应在 [0, 1) 上均匀分布。
return 2 * result - 1
    It draws from -1 to 1; the scores lie in [0, 1).
    抽样范围是 -1 到 1；得分应在 [0, 1) 内。
return result * np.abs(w)
    It multiplies by |w|; as a control, the score must not depend on the weights.
    乘上了 |w|；作为对照，得分不应与权重有关。
.random(number_array("w", w).shape) -> .random() + np.zeros(w.shape)
    It draws one number for all weights; draw one for every weight.
    所有权重共用一个随机数；每个权重都应单独抽取。
return result < 0.5
    It returns a random mask; return the scores.
    返回的是随机掩码，而不是得分。
return result.ravel()
    It returns a flat vector; the scores have the shape of w.
    返回了展平的向量；得分的形状应与 w 相同。
return 1 + result
    It draws from 1 to 2; the scores lie in [0, 1).
    抽样范围是 1 到 2；得分应在 [0, 1) 内。
return np.round(result, 1)
    It rounds the scores to one decimal place, which makes ties; return them as they are.
    把得分舍入到了一位小数，会产生并列；应原样返回。
return result**2
    It squares the numbers drawn, so small scores are more frequent; they are uniform.
    对随机数取了平方，小的得分更多；应为均匀分布。
return result / (result.max(initial=0) or 1)
    It divides by the largest score; return the numbers as drawn.
    除以了最大的得分；应原样返回抽取的数。
""")


# --- layer_importance ----------------------------------------------------------------------------

layer_importance = Check(scores.layer_importance)
layer_importance.worked("A-4.4", given(THREE), [2.1, 3.0, 3.9])
layer_importance.worked("A-3.2.3", given([np.array([3.0, 3.0]), np.array([0.0, 5.0])]), [6.0, 5.0])
layer_importance.worked(
    "by hand", given([np.array([0.25, -0.5]), np.array([[-1.0, 0.5], [0.5, 0.0]])]), [0.75, 2.0]
)
layer_importance.published(
    "sparsegl 1.1.1, tests/testthat/test-norms.R, grouped_one_norm",
    given([np.arange(-5.0, -1.0), np.array([-1.0, 0.0]), np.arange(1.0, 6.0)]),
    [14.0, 1.0, 15.0],
)
layer_importance.edge("one layer of one weight", given([np.array([[-2.0]])]))
layer_importance.edge("a layer of zeros", given([np.zeros((2, 2)), np.ones((2, 1))]))
layer_importance.edge("a layer without weights", given([np.zeros((0, 3)), np.array([1.0])]))
layer_importance.edge("a kernel and a bias", given([-np.ones((3, 3, 1, 2)), np.array([0.5, -0.5])]))
layer_importance.edge("float32", given([np.full((2, 2), -0.25, dtype=np.float32)]))


@layer_importance.random
def _(rng):
    return given([_eighths(rng, 3, 4), _eighths(rng, 4, 2), _eighths(rng, 5)])


@layer_importance.property(
    "The importances of two parts of a layer must add up to that of the layer.",
    "把一层分成两部分，两部分的重要性之和应等于整层的重要性。",
)
def _(rng):
    w = _eighths(rng, 6, 4)
    (whole,), parts = yield [given([w]), given([w[:2], w[2:]])]
    return np.allclose(whole, np.sum(parts))


@layer_importance.property(
    "Every layer must be scored separately: reordering the layers must only reorder the scores.",
    "每层单独打分：调换层的次序，得分只随之调换。",
)
def _(rng):
    layers = [_eighths(rng, 3, 4), _eighths(rng, 4), _eighths(rng, 4, 2)]
    one, other = yield [given(layers), given(layers[::-1])]
    return np.allclose(one, other[::-1])


@layer_importance.solution
def layer_importance(layers):
    sizes = [np.abs(w) for w in layers]
    return np.array([a.sum() for a in sizes])


layer_importance.edits("""
for w in layers: np.abs(w, out=w)
    It writes the absolute values into the layers; they must not change.
    把绝对值写回了各层；不应改动传入的数组。
np.abs(w) -> w
    The absolute value is missing: positive and negative weights cancel.
    漏了绝对值：正负权重互相抵消。
np.abs(w) -> w[w > 0]
    It adds up the positive weights only; the absolute values of all weights are added.
    只把正的权重相加了；应把所有权重的绝对值相加。
np.abs(w) -> (w**2)
    It adds the squares of the weights; add their absolute values.
    把权重的平方相加了；应把绝对值相加。
np.abs(w) -> np.abs(w.sum(axis=0))
    It adds up the columns before it takes absolute values; take that of every weight first.
    先按列求和再取绝对值了；应先对每个权重取绝对值再求和。
np.abs(w) -> np.abs(w.sum(axis=-1))
    It adds up the rows before it takes absolute values; take that of every weight first.
    先按行求和再取绝对值了；应先对每个权重取绝对值再求和。
np.abs(w) -> np.abs(w[0])
    It adds up the first row only; a layer is summed over all its entries.
    只把第一行相加了；应对该层的所有元素求和。
.sum() -> .mean()
    It takes the mean; this importance is the sum, which grows with the layer.
    取了平均；这里的重要性是总和，会随层的大小增长。
.sum() -> .sum() / max(a.size, 1)
    It takes the mean, 0 for an empty layer; this importance is the sum.
    取了平均，空的层为 0；这里的重要性是总和。
a.sum() -> np.median(a) if a.size else 0.0
    It takes the median; this importance is the sum.
    取了中位数；这里的重要性是总和。
.sum() -> .max(initial=0)
    It takes the largest magnitude; the sum is asked for.
    取了最大的绝对值；应求总和。
.sum() -> .max()
    It takes the largest magnitude, which an empty layer lacks; the sum is asked for.
    取了最大的绝对值，空的层没有最大值；应求总和。
.sum() -> .sum() / max(len(a), 1)
    It divides by the number of rows, if there are any; the importance is the sum itself.
    除以了行数（若不为 0）；重要性就是总和本身。
.sum() -> .sum() / a.shape[-1]
    It divides by the length of the last axis; the importance is the sum itself.
    除以了最后一个轴的长度；重要性就是总和本身。
.sum() -> .sum() / np.sqrt(max(a.size, 1))
    It divides by the square root of the number of weights; the importance is the sum itself.
    除以了权重个数的平方根；重要性就是总和本身。
.sum() -> .sum() / len(a)
    It divides the sum by the number of rows; the importance is the sum itself.
    把总和除以了行数；重要性就是总和本身。
np.abs(w) -> abs(w.sum())
    It takes the absolute value of the sum; take that of every weight first.
    对总和取了绝对值；应先对每个权重取绝对值再求和。
a.sum() -> np.sqrt((a**2).sum())
    It takes the L2 norm; take the L1 norm.
    用了 L2 范数；应为 L1 范数。
a.sum() -> a.sum(axis=0).max() if a.ndim == 2 else a.sum()
    Of a matrix it takes the largest column sum; add up all entries of a layer.
    对矩阵取了最大的列和；应对该层的所有元素求和。
a.sum() -> a.sum(axis=0).max() if a.ndim > 1 else a.sum()
    It sums along the first axis and takes the largest sum; add up all entries of a layer.
    沿第一个轴求和后取了最大的和；应对该层的所有元素求和。
a.sum() -> a.sum(axis=-1).max(initial=0) if a.ndim == 2 else a.sum()
    Of a matrix it takes the largest row sum; add up all entries of a layer.
    对矩阵取了最大的行和；应对该层的所有元素求和。
a.sum() -> sum(sum(a))
    It adds up twice, which needs two axes; use .sum(), which adds up all entries of any shape.
    求了两次和，只适用于两个轴；应使用 .sum()，任何形状都会把所有元素相加。
a.sum() -> np.linalg.norm(a, 1)
    Of a matrix it takes the largest column sum, as np.linalg.norm(w, 1) does; sum all entries.
    对矩阵取了最大的列和，np.linalg.norm(w, 1) 正是如此；应对所有元素求和。
np.abs(w) -> w
a.sum() -> np.std(a)
    It takes the standard deviation; the sum of the absolute values is asked for.
    取了标准差；应为绝对值之和。
a.sum() -> np.count_nonzero(a)
    It counts the weights that are not 0; their absolute values are to be added.
    数了非零权重的个数；应把绝对值相加。
a.sum() -> a.size
    It counts the weights; their absolute values are to be added.
    数了权重的个数；应把绝对值相加。
a.sum() -> sum(a[i, j] for i in range(len(a)) for j in range(a.shape[1]))
    It runs over two axes; a layer may have any number of them, so use .sum() of the whole array.
    只按两个轴循环；层可以有任意个轴，应对整个数组用 .sum()。
a.sum() -> sum(a)
np.array( -> list(
    Python's sum adds up rows only, so a matrix gives a vector; a layer has one score.
    Python 的 sum 只把各行相加，矩阵得到的是向量；每层应只有一个得分。
a.sum() -> sum(a)
    Python's sum adds up rows only, so a matrix gives a vector; a layer has one score.
    Python 的 sum 只把各行相加，矩阵得到的是向量；每层应只有一个得分。
.sum() -> .sum(axis=0)
np.array( -> list(
    It scores every column; a layer has one score, the sum over all its columns.
    按列分别打分了；每层应只有一个得分，即所有列之和。
.sum() -> .sum(axis=-1)
np.array( -> list(
    It scores every row; a layer has one score, the sum over all its rows.
    按行分别打分了；每层应只有一个得分，即所有行之和。
.sum() -> .sum(axis=-1)
    It scores every row; a layer has one score, the sum over all its rows.
    按行分别打分了；每层应只有一个得分，即所有行之和。
.sum() -> .sum(axis=1)
    It sums along axis 1, which a vector lacks; a layer has one score, the sum of all entries.
    沿轴 1 求和，而向量没有这个轴；每层应只有一个得分，即所有元素之和。
for w in layers -> for w in layers if w.size
    It leaves out layers without weights; each layer has a score, which is then 0.
    跳过了没有权重的层；每层都应有得分，此时为 0。
for w in layers -> for w in layers if w.ndim > 1
    It leaves out the vectors; each layer has a score, whatever its shape.
    跳过了向量；无论形状如何，每层都应有得分。
return np.abs(np.array(layers)).reshape(len(layers), -1).sum(axis=1)
    It puts all layers into one array, but shapes may differ; take the layers one by one.
    把所有层拼成了一个数组；各层形状可以不同，应逐层计算。
return result[:1]
    It scores the first layer only; every layer has a score.
    只给第一层打了分；每层都应有得分。
return result[-1:]
    It keeps the score of the last layer only; collect those of all layers.
    只留下了最后一层的得分；应收集所有层的得分。
return result[-1]
    It returns a single number, the score of the last layer; collect those of all layers.
    只返回了一个数，即最后一层的得分；应收集所有层的得分。
return result[1:]
    It leaves out the first layer; every layer has a score.
    漏掉了第一层；每层都应有得分。
return result[:-1]
    It leaves out the last layer; every layer has a score.
    漏掉了最后一层；每层都应有得分。
return np.concatenate([0 * result[:-1], result[-1:]])
    Only the score of the last layer is filled in; assign inside the loop.
    只填了最后一层的得分；应在循环内赋值。
return np.concatenate([result[:1], 0 * result[1:]])
    Only the score of the first layer is filled in; return after the loop, not inside.
    只填了第一层的得分；应在循环结束之后再返回。
return np.concatenate([result[:-1], 0 * result[-1:]])
    The score of the last layer is not filled in; every layer has a score.
    没有填最后一层的得分；每层都应有得分。
return np.concatenate([0 * result[:1], result[1:]])
    The score of the first layer is not filled in; every layer has a score.
    没有填第一层的得分；每层都应有得分。
return result[::-1]
    The scores are in reverse order; they stand in the order of the layers.
    得分的次序颠倒了；应与各层的次序相同。
return np.cumsum(result)
    Each score includes those of the layers before; start every layer from 0.
    每个得分都包含了前面各层的得分；每层应从 0 开始累加。
return result / result.sum()
    It divides by the total of all layers; the importance is the sum itself, not a share.
    除以了各层之和；重要性就是每层的总和，而不是占比。
return result / result.max()
    It divides by the largest score; the importance is the sum itself.
    除以了最大的得分；重要性就是每层的总和。
return result / np.linalg.norm(result)
    It divides by the L2 norm of the scores; the importance is the sum itself.
    除以了各得分的 L2 范数；重要性就是每层的总和。
return result / len(result)
    It divides by the number of layers; the importance is the sum itself.
    除以了层数；重要性就是每层的总和。
return result / sum(w.size for w in layers)
    It divides by the number of weights of all layers; the importance is the sum itself.
    除以了所有层的权重总数；重要性就是每层的总和。
return np.exp(result) / np.exp(result).sum()
    It applies softmax to the scores; the importance is the sum itself.
    对得分作了 softmax；重要性就是每层的总和。
return (result - result.min()) / np.ptp(result)
    It scales the scores to the range from 0 to 1; the importance is the sum itself.
    把得分缩放到了 0 到 1 之间；重要性就是每层的总和。
return result >= result.mean()
    It returns which layers reach the mean score; return the scores.
    返回的是哪些层达到了平均得分；应返回得分本身。
return result > result.mean()
    It returns which layers exceed the mean score; return the scores.
    返回的是哪些层超过了平均得分；应返回得分本身。
return result >= 2.5
    It returns which layers reach 2.5; return the scores.
    返回的是哪些层达到了 2.5；应返回得分本身。
return np.argmax(result)
    It returns the layer of the highest score; return the scores of all layers.
    返回的是得分最高的层号；应返回所有层的得分。
return np.argsort(np.argsort(result))
    It returns the rank of each layer; return the scores.
    返回的是各层的名次；应返回得分本身。
return np.sort(result)
    It sorts the scores, ascending; they stand in the order of the layers.
    把得分按升序排列了；应与各层的次序相同。
return np.sort(result)[::-1]
    It sorts the scores, descending; they stand in the order of the layers.
    把得分按降序排列了；应与各层的次序相同。
return np.argsort(result)
    It returns the layers ranked by score; the scores are asked for, in the order of the layers.
    返回了按得分排列的层号；应按层的次序返回得分。
return result.round(1)
    It rounds the scores to one decimal place; the example only prints them so.
    把得分四舍五入到一位小数了；例子中只是打印时这样做。
return result.round(2)
    It rounds the scores to two decimal places; return them as they are.
    把得分四舍五入到两位小数了；应直接返回，不作取整。
return result.astype(int)
    It cuts the scores to whole numbers, as an integer array does; use an array of floats.
    得分的小数部分丢掉了，整数数组就会这样；应使用浮点数组。
return result[:, None]
    The result has an axis too many; it is a vector, one score for each layer.
    结果多了一个轴；应为向量，每层一个得分。
return result.sum()
    It adds all layers to one number; every layer has its own score.
    把所有层加成了一个数；每层都应有自己的得分。
np.abs(w) -> np.maximum(-w, 0)
    It adds up the negative weights only; the absolute values of all weights are added.
    只把负的权重相加了；应把所有权重的绝对值相加。
""")


# --- mean_layer_importance -----------------------------------------------------------------------

mean_layer_importance = Check(scores.mean_layer_importance)
mean_layer_importance.worked("A-4.4", given(THREE), [0.35, 0.5, 0.65])
mean_layer_importance.worked(
    "by hand", given([np.array([0.25, -0.5, 0.0, 0.25]), np.array([[-1.0]])]), [0.25, 1.0]
)
mean_layer_importance.worked(
    "by hand", given([np.full((4, 4), 0.25), np.array([[1.0, -0.5]])]), [0.25, 0.75]
)
mean_layer_importance.published(
    "Distiller (commit d859fc8), tests/test_thresholding.py, get_test_4d_tensor, channel 0",
    given([np.array([
        [[-1.2982, 0.7574, 0.7962], [-0.6695, 1.5907, 0.2659], [0.1423, 0.3165, -0.7629]],
        [[1.3672, 0.2993, -0.0619], [1.8156, 0.7599, 0.1815], [0.4136, 1.8316, 1.7214]],
    ])]),
    [0.8362],
    digits=4,
)  # fmt: skip
mean_layer_importance.edge("one layer of one weight", given([np.array([[-2.0]])]))
mean_layer_importance.edge("a layer of zeros", given([np.zeros((2, 2)), np.ones((2, 1))]))
mean_layer_importance.edge(
    "a kernel and a bias", given([np.full((3, 3, 1, 2), -0.5), np.array([1.0, -0.5])])
)
mean_layer_importance.edge("float32", given([np.array([[-0.25, 0.75]], dtype=np.float32)]))
mean_layer_importance.edge(
    "whole numbers", given([np.array([3, -1, 2, 0]), np.array([[5, -4], [1, 7]])])
)


@mean_layer_importance.random
def _(rng):
    return given([_eighths(rng, 3, 4), _eighths(rng, 4, 2), _eighths(rng, 5)])


@mean_layer_importance.property(
    "A layer that holds every weight twice must be as important as before.",
    "把每个权重重复一次，层的重要性应不变。",
)
def _(rng):
    w = _eighths(rng, 3, 4)
    (one,), (twice,) = yield [given([w]), given([np.concatenate([w, w])])]
    return np.allclose(one, twice)


@mean_layer_importance.solution
def mean_layer_importance(layers):
    return np.array([np.abs(w).sum() / w.size for w in layers])


mean_layer_importance.edits("""
np.abs(w).sum() / w.size -> np.abs(w).sum()
    It is the sum; divide by the number of weights in the layer.
    只求了总和；还应除以该层的权重个数。
np.abs(w) -> w
    The absolute value is missing: positive and negative weights cancel.
    漏了绝对值：正负权重互相抵消。
w.size -> len(w)
    It divides by the number of rows, len(w); a matrix has w.size weights.
    除以了行数 len(w)；矩阵的权重个数是 w.size。
w.size -> np.count_nonzero(w)
    It divides by the number of weights that are not zero; zeros count too.
    除以了非零权重的个数；零权重也要计入。
w.size -> sum(v.size for v in layers)
    It divides by the weights of the whole network; every layer has its own number.
    除以了整个网络的权重个数；每层应除以本层的个数。
w.size -> len(layers)
    It divides by the number of layers; divide by the number of weights in the layer.
    除以了层数；应除以该层的权重个数。
np.abs(w) -> np.square(w)
return np.sqrt(result)
    It takes the root of the mean square; take the mean of the magnitudes.
    取了均方根；应取绝对值的平均。
np.abs(w).sum() / w.size -> np.median(np.abs(w))
    It takes the median of the magnitudes; take their mean.
    取了绝对值的中位数；应取平均。
np.abs(w).sum() / w.size -> np.abs(w).max()
    It takes the largest magnitude; take the mean.
    取了最大的绝对值；应取平均。
np.abs(w).sum() / w.size -> abs(w.sum()) / w.size
    It takes the absolute value of the mean; take that of every weight first.
    对平均值取了绝对值；应先对每个权重取绝对值。
np.abs(w).sum() / w.size -> np.std(w)
    It takes the standard deviation; take the mean of the magnitudes.
    取了标准差；应取绝对值的平均。
np.abs(w) -> np.square(w)
    It averages the squares; average the magnitudes.
    对平方取了平均；应对绝对值取平均。
w.size -> w.shape[-1]
    It divides by the length of the last axis; divide by the number of all weights.
    除以了最后一个轴的长度；应除以所有权重的个数。
w.size -> max(w.size - 1, 1)
    It divides by n - 1; divide by the number of weights.
    除以了 n - 1；应除以权重的个数。
w.size -> np.sqrt(w.size)
    It divides by the root of the number of weights; divide by the number itself.
    除以了权重个数的平方根；应除以个数本身。
return np.sum(np.abs(np.concatenate([w.ravel() for w in layers]))) / sum(w.size for w in layers)
    It returns one mean of the whole network; every layer has its own.
    返回了整个网络的一个平均值；每层都应有自己的平均。
return result[::-1]
    The scores are in reverse order; they stand in the order of the layers.
    得分的次序颠倒了；应与各层的次序相同。
return result / result.sum()
    It divides by the sum over the layers; the importance is the mean itself.
    除以了各层之和；重要性就是平均值本身。
return result / (np.linalg.norm(result) or 1)
    It divides by the L2 norm over the layers; the importance is the mean itself.
    除以了各层的 L2 范数；重要性就应是平均值本身。
return np.argsort(result)
    It returns the layers ranked by importance; return the means.
    返回了按重要性排列的层号；应返回平均值。
w.size -> w.shape[0] * w.shape[-1]
    It divides by the product of the first and the last side; divide by the number of all weights.
    除以了首末两轴长度之积；应除以所有权重的个数。
np.abs(w).sum() / w.size -> np.sqrt(np.square(w).sum()) / w.size
    It divides the L2 norm by the number of weights; take the sum of the magnitudes.
    用 L2 范数除以了权重个数；应取绝对值之和。
np.abs(w).sum() / w.size -> np.abs(w).mean() / w.size
    It divides by the number of weights twice; divide once.
    除以了两次权重个数；应只除一次。
np.abs(w).sum() / w.size -> np.abs(w).max() / w.size
    It divides the largest magnitude by the number of weights; divide the sum.
    用最大的绝对值除以了权重个数；应以总和相除。
np.abs(w).sum() / w.size -> np.abs(w).sum() * w.size
    It multiplies by the number of weights; divide by it.
    乘以了权重个数；应除以它。
""")


# --- layer_l2 ------------------------------------------------------------------------------------

layer_l2 = Check(scores.layer_l2)
layer_l2.worked("A-4.4", given(THREE), [0.9539392014169457, 1.4422205101855958, 1.6462077633154328])
layer_l2.worked(
    "A-3.2.3", given([np.array([3.0, 3.0]), np.array([0.0, 5.0])]), [4.242640687119285, 5.0]
)
layer_l2.worked(
    "by hand", given([np.array([[2.0, -4.0], [5.0, -2.0]]), np.array([-3.0])]), [7.0, 3.0]
)
layer_l2.published(
    "NumPy 1.26, docstring of numpy.linalg.norm, axis=(1, 2)",
    given([np.array([[0.0, 1.0], [2.0, 3.0]]), np.array([[4.0, 5.0], [6.0, 7.0]])]),
    [3.74165739, 11.22497216],
    digits=8,
)
layer_l2.edge("one layer of one weight", given([np.array([[-2.0]])]))
layer_l2.edge("a layer of zeros", given([np.zeros((2, 2)), np.ones((2, 2))]))
layer_l2.edge("a layer without weights", given([np.zeros((0, 3)), np.array([1.0])]))
layer_l2.edge("a kernel and a bias", given([-np.ones((3, 3, 1, 2)), np.array([3.0, -4.0])]))
layer_l2.edge("float32", given([np.array([[0.75, -1.0]], dtype=np.float32)]))
layer_l2.edge("whole numbers", given([np.array([3, -1, 2, 0]), np.array([[5, -4], [1, 7]])]))


@layer_l2.random
def _(rng):
    return given([_eighths(rng, 3, 4), _eighths(rng, 4, 2), _eighths(rng, 5)])


@layer_l2.property(
    "Weights three times as large must give norms three times as large.",
    "权重变为三倍，范数也应变为三倍。",
)
def _(rng):
    w, v = rng.standard_normal((3, 4)), rng.standard_normal(5)
    one, three = yield [given([w, v]), given([-3 * w, -3 * v])]
    return np.allclose(3 * np.asarray(one), three)


layer_l2.edits("""
return result**2
    The square root is missing: this is the squared norm.
    漏了开平方：这是范数的平方。
l2_norm( -> l1_norm(
    It takes the L1 norm; the L2 norm is the root of the sum of squares.
    用了 L1 范数；L2 范数是平方和的平方根。
l2_norm(w) -> l2_norm(w) / np.sqrt(w.size)
    It takes the mean of the squares; take the sum.
    对平方取了平均；应求和。
l2_norm(w) -> np.abs(w)
np.array( -> list(
    It takes the norm of every weight alone, which is |w|; a layer has one norm.
    对每个权重单独取范数，得到的只是 |w|；每层应只有一个范数。
l2_norm(w) -> np.linalg.norm(w, 2)
    It takes the largest singular value of a matrix; use all entries.
    对矩阵取了最大奇异值；应对所有元素求平方和再开方。
return np.linalg.norm(result)
    It takes the norm of the whole network; every layer has its own.
    求的是整个网络的范数；每层都应有自己的范数。
l2_norm(w) -> abs(w.sum())
    It takes the absolute value of the sum; take the root of the sum of squares.
    取了总和的绝对值；应取平方和的平方根。
l2_norm(w) -> np.abs(w).max(initial=0)
    It takes the largest magnitude; take the root of the sum of squares.
    取了最大的绝对值；应取平方和的平方根。
l2_norm(w) -> l2_norm(w) / max(w.size, 1)
    It divides by the number of weights; return the norm itself.
    除以了权重个数；应返回范数本身。
l2_norm(w) -> np.sqrt(np.square(w).mean() if w.size else 0)
    It takes the root mean square, 0 for an empty layer; take the sum under the root.
    取了均方根，空的层为 0；根号下应取平方和。
l2_norm(w) -> np.std(w) if w.size else 0
    It takes the standard deviation; take the root of the sum of squares.
    取了标准差；应取平方和的平方根。
l2_norm(w) -> np.sqrt(np.abs(w).sum())
    It takes the root of the sum of magnitudes; square the weights first.
    对绝对值之和开了平方；应先对权重取平方。
return result / (result.max(initial=0) or 1)
    It divides by the largest norm; return the norms themselves.
    除以了最大的范数；应返回范数本身。
return result / (result.sum() or 1)
    It divides by the sum of the norms; return the norms themselves.
    除以了范数之和；应返回范数本身。
return result / (np.linalg.norm(result) or 1)
    It divides by the norm of the whole network; return the norms themselves.
    除以了整个网络的范数；应返回各层范数本身。
return np.argsort(result)
    It returns the layers ranked by norm; return the norms.
    返回了按范数排列的层号；应返回范数。
return result[::-1]
    The norms are in reverse order; they stand in the order of the layers.
    范数的次序颠倒了；应与各层的次序相同。
l2_norm(w) -> np.linalg.norm(w, axis=0).max() if w.ndim == 2 and w.size else l2_norm(w)
    Of a matrix it takes the largest norm of a column; take the norm of all entries.
    对矩阵取了最大的列范数；应取所有元素的范数。
""")


# --- synflow -------------------------------------------------------------------------------------

synflow = Check(scores.synflow)
synflow.worked(
    "by hand",
    given([np.array([[1.0, 2.0]]), np.array([[3.0], [-0.5]])]),
    [[[3.0, 1.0]], [[3.0], [1.0]]],
)
synflow.worked(
    "by hand",
    given([np.array([[1.0], [-2.0]]), np.array([[-1.0, 2.0]]), np.array([[1.0], [0.5]])]),
    [[[2.0], [4.0]], [[3.0, 3.0]], [[3.0], [3.0]]],
)
synflow.published(  # the products of three inputs and three weights, with signs -3, 2 and 6
    "Kinsley and Kukiela 2020, Neural Networks from Scratch in Python, chapter 9",
    given([np.array([[1.0, -2.0, 3.0]]), np.array([[-3.0], [-1.0], [2.0]])]),
    [[[3.0, 2.0, 6.0]], [[3.0], [2.0], [6.0]]],
)
synflow.edge("one layer", given([np.array([[0.5, -1.0], [0.0, 2.0]])]))
synflow.edge(
    "a neuron without outputs",
    given([np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[0.5, -0.5], [0.0, 0.0]])]),
)
synflow.edge("a layer of zeros", given([np.ones((2, 3)), np.zeros((3, 2)), np.ones((2, 2))]))
synflow.edge(
    "opposite signs in the middle",
    given([np.ones((2, 2)), np.array([[1.0, -1.0], [-1.0, 0.5]]), np.ones((2, 1))]),
)
synflow.edge("float32", given([np.array([[-0.5, 0.25]], np.float32), np.ones((2, 1), np.float32)]))
synflow.edge("whole numbers", given([np.array([[3, -1], [2, 0]]), np.array([[5], [-4]])]))


@synflow.random
def _(rng):
    return given([_eighths(rng, 3, 4), _eighths(rng, 4, 2), _eighths(rng, 2, 3)])


@synflow.property(
    "Every layer must have the same sum of scores: the flow is conserved.",
    "每层得分之和应相同：流量守恒。",
)
def _(rng):
    shapes = [(3, 4), (4, 2), (2, 5)]
    (flow,) = yield [given([rng.standard_normal(shape) for shape in shapes])]
    return np.allclose([np.sum(s) for s in flow], np.sum(flow[0]))


@synflow.property(
    "The signs of the weights must not matter.",
    "权重的符号不应影响得分。",
)
def _(rng):
    layers = [rng.standard_normal(shape) for shape in [(3, 4), (4, 2)]]
    one, other = yield [given(layers), given([-layers[0], np.abs(layers[1])])]
    return all(np.allclose(a, b) for a, b in zip(one, other, strict=True))


@synflow.solution
def synflow(layers):
    layers = [np.abs(w) for w in layers]
    into, out_of = [np.ones(len(layers[0]))], [np.ones(layers[-1].shape[1])]
    for w in layers[:-1]:
        into.append(into[-1] @ w)
    for w in layers[:0:-1]:
        out_of.insert(0, w @ out_of[0])
    return [a[:, None] * w * b for a, w, b in zip(into, layers, out_of, strict=True)]


synflow.edits("""
into[-1] @ w -> w.sum(axis=0)
w @ out_of[0] -> w.sum(axis=1)
    It uses the neighbouring layers only; the flow passes through all layers.
    只考虑了相邻的层；流量要经过所有层。
np.abs(w) -> np.square(w)
    It squares the weights; the flow is made of |w|.
    对权重取了平方；流量由 |w| 构成。
np.abs(w) -> w
    It multiplies the weights with their signs; take |w| in every layer.
    连乘时保留了符号；每一层都应取 |w|。
np.abs(w) -> w
return [np.abs(s) for s in result]
    It takes |.| only at the end, where paths have cancelled; take |w| first.
    最后才取绝对值，此时各路径已互相抵消；应先取 |w|。
a[:, None] * w * b -> a[:, None] * b
    It returns the derivative of R; multiply it by |w|.
    只返回了 R 的导数；还应乘以 |w|。
a[:, None] * w * b -> a[:, None] * w
    It counts the flow into a weight, but not the flow from it to the outputs.
    只算了流入权重的量，漏了流向输出的量。
a[:, None] * w * b -> w * b
    It counts the flow from a weight to the outputs, but not the flow into it.
    只算了流向输出的量，漏了流入权重的量。
np.ones(len(layers[0])) -> np.full(len(layers[0]), 1 / len(layers[0]))
    The input is 1 / n in each entry; it must be 1.
    输入的每个元素取了 1/n；应为 1。
return [np.square(s) for s in result]
    It squares the scores; the score is the flow itself.
    对得分取了平方；得分就是流量本身。
return [s / (s.max() or 1) for s in result]
    It divides each layer by its largest score; the scores are compared between layers.
    每层除以了自己的最大得分；得分需要在层间比较。
return [s / (s.sum() or 1) for s in result]
    It divides each layer by its sum; the score is the flow itself.
    每层除以了自己的总和；得分就是流量本身。
return [s * np.sign(w) for s, w in zip(result, layers)]
    The scores have the signs of the weights; they are never negative.
    得分带上了权重的符号；得分不应为负。
return result[::-1]
    The layers are in reverse order; the scores stand in the order of the layers.
    各层的次序颠倒了；得分应与各层次序相同。
layers = [np.abs(w) for w in layers] -> layers = [np.maximum(w, 0) for w in layers]
    Negative weights carry nothing; take |w| in every layer.
    负权重没有传递流量；每层都应取 |w|。
return [np.abs(w) for w in layers]
    It returns the magnitudes; multiply by the flow into a weight and the flow from it.
    返回了绝对值；还应乘以流入和流出的流量。
for w in layers[:-1]: -> for w in layers[:0]:
into, layers, out_of, strict=True -> into * len(layers), layers, out_of
    Every layer takes the input of the first; the flow has to be passed on from layer to layer.
    每层都用了第一层的输入；流量应逐层传递。
return [s / 2 for s in result]
    It has a factor 1/2; the score is |w| times the derivative.
    多了系数 1/2；得分是 |w| 乘以导数。
into.append(into[-1] @ w) -> into.append(into[-1] @ w / ((into[-1] @ w).max() or 1))
    It divides the flow by its largest entry after each layer; pass it on as it is.
    每层之后把流量除以了最大值；应原样传递。
np.ones(layers[-1].shape[1]) -> np.full(layers[-1].shape[1], 1 / layers[-1].shape[1])
    It averages over the outputs; R is their sum.
    对输出取了平均；R 应为各输出之和。
return [s / (np.linalg.norm(s) or 1) for s in result]
    It divides each layer by its L2 norm; the score is the flow itself.
    每层除以了自己的 L2 范数；得分就应是流量本身。
return [np.sqrt(s) for s in result]
    It takes the root of the scores; the score is the flow itself.
    对得分开了平方；得分就应是流量本身。
return [s.ravel() for s in result]
    The scores are flat; each array has the shape of its layer.
    得分展平了；每个数组应与该层同形状。
return [s / max(sum(r.sum() for r in result), 1e-99) for s in result]
    It divides by the sum over all layers; the score is the flow itself.
    除以了所有层的总和；得分就应是流量本身。
return [s.sum(axis=0) for s in result]
    It adds up the scores of a unit; every weight has its own.
    把每个单元的得分相加了；每个权重应有自己的得分。
a[:, None] * w * b -> a[:, None] * w * b * w
    It multiplies by |w| twice; once is enough.
    乘了两次 |w|；应只乘一次。
a[:, None] * w * b -> a[:, None] + w + b
    It adds the flow and the weight; multiply them.
    把流量与权重相加了；应相乘。
""")


# --- gradient_norm -------------------------------------------------------------------------------

gradient_norm = Check(scores.gradient_norm)
gradient_norm.worked("C-4.2f", given([1.0, 2.0]), 2.23606797749979)
gradient_norm.worked("by hand", given([3.0, -4.0]), 5.0)
gradient_norm.worked("by hand", given([[2.0, -4.0], [5.0, -2.0]]), 7.0)
gradient_norm.published(
    "TensorFlow (commit 00f0938), python/kernel_tests/clip_ops_test.py, "
    "testClipByGlobalNormClipped",
    given([-2.0, 0.0, 0.0, 4.0, 0.0, 0.0, 1.0, -2.0]),
    5.0,
)
gradient_norm.edge("a gradient of zeros", given(np.zeros((2, 3))))
gradient_norm.edge("no entries", given(np.zeros((0,))))
gradient_norm.edge("one negative entry", given([-0.25]))
gradient_norm.edge("a kernel of four axes", given(np.full((2, 2, 1, 4), -0.5)))
gradient_norm.edge("float32", given(np.array([0.75, -1.0], dtype=np.float32)))
gradient_norm.edge("whole numbers", given([[3, -2, 0], [-1, 5, 4]]))


@gradient_norm.random
def _(rng):
    return given(_eighths(rng, 4, 5))


@gradient_norm.property(
    "A gradient twice as large, of either sign, must have twice the norm.",
    "梯度变为两倍（无论正负），范数也应变为两倍。",
)
def _(rng):
    g = rng.standard_normal((4, 5))
    one, two = yield [given(g), given(-2 * g)]
    return np.allclose(2 * one, two)


@gradient_norm.solution
def gradient_norm(g):
    return float(np.sqrt(np.square(g).sum()))


gradient_norm.edits("""
np.sqrt( -> (
    The square root is missing: this is the squared norm.
    漏了开平方：这是范数的平方。
np.sqrt( -> (
np.square( -> np.abs(
    It takes the L1 norm; the norm is the root of the sum of squares.
    用了 L1 范数；这里应是平方和的平方根。
.sum() -> .mean()
    It takes the mean of the squares; take the sum.
    对平方取了平均；应求和。
np.square(g).sum() -> g.sum() ** 2
    It squares the sum; square every entry, then add.
    先求和再平方；应先逐个平方，再求和。
.sum() -> .max()
    It takes the largest entry; all entries count.
    取了最大的元素；所有元素都应计入。
.sum() -> .sum(axis=0)
float( -> (
    It returns a norm for every column; the layer has one norm.
    对每一列分别求了范数；整层应只有一个范数。
np.sqrt(np.square(g).sum()) -> np.abs(g).max(initial=0)
    It returns the largest magnitude; take the root of the sum of squares.
    给出了最大的绝对值；应取平方和的平方根。
return float(np.linalg.norm(g, 2)) if g.ndim < 3 and g.size else result
    Of a matrix np.linalg.norm(g, 2) is the largest singular value; take all squares.
    对矩阵 np.linalg.norm(g, 2) 是最大奇异值；应取所有元素的平方和再开方。
return np.abs(g)
    It returns the size of every entry; the norm is one number.
    返回了每个元素的绝对值；范数是一个数。
np.sqrt(np.square(g).sum()) -> np.sqrt(np.square(g).sum()) / max(g.size, 1)
    It divides the norm by the number of entries; the norm is asked for.
    把范数除以了元素个数；要求的是范数本身。
np.square(g).sum() -> np.abs(g).sum()
    It takes the root of the sum of magnitudes; square the entries before the sum.
    对绝对值之和开方了；应先平方再求和。
np.sqrt(np.square(g).sum()) -> np.std(g)
    It takes the standard deviation; take the root of the sum of squares.
    取了标准差；应取平方和的平方根。
np.square(g).sum() -> np.square(g[g > 0]).sum()
    It takes the positive entries alone; every entry counts.
    只取了正的元素；每个元素都应计入。
return result / np.sqrt(max(g.size, 1))
    It takes the root mean square, 0 without entries; take the sum under the root.
    取了均方根，没有元素时为 0；根号下应取平方和。
np.square(g) -> g
    The squares are missing: it takes the root of the plain sum.
    漏了平方：直接对总和开了平方。
return np.sqrt(np.square(g).sum(axis=-1))
    It returns a norm for each row; the gradient has one norm.
    给出了每一行的范数；整个梯度只应有一个范数。
return min(result, 1.0)
    It limits the norm to 1; return the norm itself.
    把范数限制到了 1；应返回范数本身。
return g / (result or 1)
    It returns the gradient divided by its norm; return the norm.
    返回了除以范数的梯度；应返回范数。
""")


# --- gradient_magnitude --------------------------------------------------------------------------

gradient_magnitude = Check(scores.gradient_magnitude)
gradient_magnitude.worked("C-4.2f", given([1.0, 2.0]), [1.0, 2.0])
gradient_magnitude.worked("by hand", given([[1.0, -2.0], [-0.5, 0.0]]), [[1.0, 2.0], [0.5, 0.0]])
gradient_magnitude.published(
    "JaxPruner (commit f133ee5), jaxpruner/algorithms/sparse_trainers_test.py, what RigL may grow",
    given([-9.0, 1.0, 4.0, -1.0, 5.0, 8.0, -2.0, 3.0]),
    [9.0, 1.0, 4.0, 1.0, 5.0, 8.0, 2.0, 3.0],
)
gradient_magnitude.edge("all gradients vanish", given(np.zeros((2, 3))))
gradient_magnitude.edge("no entries", given(np.zeros((3, 0))))
gradient_magnitude.edge("one negative entry", given([-0.25]))
gradient_magnitude.edge("a kernel of four axes", given(np.arange(-8.0, 8.0).reshape(2, 2, 2, 2)))
gradient_magnitude.edge("float32", given(np.array([0.75, -1.5], dtype=np.float32)))


@gradient_magnitude.random
def _(rng):
    return given(_eighths(rng, 4, 5))


@gradient_magnitude.property(
    "A loss of opposite sign must give the same scores.",
    "把损失换成它的相反数，得分应不变。",
)
def _(rng):
    g = rng.standard_normal((4, 5))
    one, other = yield [given(g), given(-g)]
    return np.array_equal(one, other)


gradient_magnitude.edits("""
np.abs( -> (
    The absolute value is missing: a steep fall would count as unimportant.
    漏了绝对值：损失急剧下降的方向会被当作不重要。
np.abs( -> -(
    It returns the direction of descent, -g; return the size |g|.
    返回了下降方向 -g；应为大小 |g|。
np.abs( -> np.square(
    It squares the gradient; the size is |g|.
    对梯度取了平方；应为 |g|。
return np.linalg.norm(result)
    It returns the norm of the whole layer; every weight has its own score.
    返回了整层梯度的范数；每个权重都应有自己的得分。
return result / np.linalg.norm(result)
    It divides by the norm of the layer; the score is |g| itself.
    除以了整层的范数；得分就是 |g| 本身。
np.abs( -> np.sqrt(np.abs(
finite_array("g", g)) -> finite_array("g", g)))
    It takes the root of the magnitudes; the score is |g| itself.
    对绝对值开了平方；得分就应是 |g| 本身。
np.abs( -> np.sign(
    It returns the signs; the score is |g|.
    返回了符号；得分应为绝对值。
g = np.maximum(g, 0)
    Negative gradients become 0; their magnitude is -g.
    负的梯度变成了 0；其幅值应为 -g。
return result / (result.max(initial=0) or 1)
    It divides by the largest magnitude; return the magnitudes themselves.
    除以了最大的绝对值；应返回绝对值本身。
return result / (result.sum() or 1)
    It divides by the sum of the magnitudes; return the magnitudes themselves.
    除以了绝对值之和；应返回绝对值本身。
return np.sum(result)
    It adds up the magnitudes; every weight has its own score.
    把绝对值相加了；每个权重都应有自己的得分。
return np.mean(result)
    It returns the mean magnitude; every weight has its own score.
    返回了平均绝对值；每个权重都应有自己的得分。
np.abs(g, out=g)
    It overwrites the gradient with its magnitudes.
    把梯度原地改成了绝对值；应返回新的数组。
return np.argsort(result, axis=None)
    It returns the indices ranked by score; the scores are asked for.
    返回了按得分排列的下标；应返回得分。
return np.abs(g - np.mean(g)) if np.size(g) else result
    It subtracts the mean of the gradient first.
    先减去了梯度的均值；不应减去。
return np.max(result, initial=0)
    It returns the largest magnitude; every weight has its own score.
    返回了最大的绝对值；每个权重都应有自己的得分。
""")


# --- taylor --------------------------------------------------------------------------------------

taylor = Check(scores.taylor)
taylor.worked("C-4.2f", given([3.0, 1.0], [1.0, 2.0]), [3.0, 2.0])
taylor.worked("by hand", given([3.0, 1.0, -2.0], [1.0, -2.0, -0.25]), [3.0, 2.0, 0.5])
taylor.worked(
    "by hand", given([[0.5, -4.0], [0.0, 1.0]], [[2.0, 0.5], [8.0, 0.0]]), [[1.0, 2.0], [0.0, 0.0]]
)
taylor.published(
    "JaxPruner (commit f133ee5), jaxpruner/algorithms/pruners_test.py, testSaliencyPruning",
    given([0.1, 0.9, 0.2, 0.5], [5.0, 1.0, 3.0, 0.5]),
    [0.5, 0.9, 0.6, 0.25],
)
taylor.edge("a small gradient at the larger weight", given([8.0, 0.25], [0.5, 4.0]))
taylor.edge("all gradients vanish", given([1.0, -2.0], [0.0, 0.0]))
taylor.edge("all weights are zero", given(np.zeros((2, 2)), np.ones((2, 2))))
taylor.edge("no weights at all", given(np.zeros((0, 3)), np.zeros((0, 3))))
taylor.edge("one weight", given([-0.5], [-3.0]))
taylor.edge("float32", given(np.array([1.5, -2.0], np.float32), np.array([2.0, 0.25], np.float32)))


@taylor.random
def _(rng):
    return given(_eighths(rng, 4, 5), _eighths(rng, 4, 5))


@taylor.property(
    "Changing the units of a weight must not change its score: w times 4, g divided by 4.",
    "改变权重的单位不应改变得分：w 乘以 4 时，g 除以 4。",
)
def _(rng):
    w, g = rng.standard_normal((2, 4, 5))
    one, other = yield [given(w, g), given(4 * w, g / 4)]
    return np.allclose(one, other)


@taylor.solution
def taylor(w, g):
    product = w * g
    return np.abs(product)


taylor.edits("""
w *= g; g = 1
    It writes the products into w; w must not change.
    把乘积写回了 w；不应改动 w。
np.abs(w, out=w); np.abs(g, out=g)
    It writes the absolute values into w and g; they must not change.
    把绝对值写回了 w 和 g；不应改动它们。
w = np.sign(w)
    It uses the sign of the weight in place of the weight; a longer step changes the loss more.
    只用了权重的符号；离零越远，损失的变化越大，应乘以权重本身。
np.abs(product) -> product
    The absolute value is missing; a rise and a fall of the loss count alike.
    漏了绝对值；损失上升和下降都算变化。
np.abs(product) -> -product
    It returns -w g, which has a sign; return the size of the change.
    返回了带符号的 -w g；应取变化的大小。
w * g -> w * np.abs(g)
np.abs(product) -> product
    It takes the absolute value of g alone, so the sign of w remains; take that of the product.
    只对 g 取了绝对值，w 的符号还在；应对乘积取绝对值。
w * g -> np.abs(w) * g
np.abs(product) -> product
    It takes the absolute value of w alone, so the sign of g remains; take that of the product.
    只对 w 取了绝对值，g 的符号还在；应对乘积取绝对值。
np.abs(product) -> np.maximum(product, 0)
    Negative products become 0; take their absolute value.
    负的乘积成了 0；应取绝对值。
np.abs(product) -> np.maximum(-product, 0)
    It counts only weights whose removal raises the loss; a fall of the loss counts as well.
    只计入了剪掉后损失上升的权重；损失下降也应计入。
w * g -> g
    It uses the gradient alone; multiply it by the weight.
    只用了梯度；还应乘以权重。
w * g -> w
    It uses the magnitude alone; multiply it by the gradient.
    只用了权重的绝对值；还应乘以梯度。
w * g -> w @ g
    It takes the matrix product, which adds up the products; multiply entry by entry, with *.
    用了矩阵乘法，乘积被加在了一起；应逐元素相乘，用 *。
w * g -> w.T @ g
    It takes the matrix product, which adds up the products; multiply entry by entry, with *.
    用了矩阵乘法，乘积被加在了一起；应逐元素相乘，用 *。
g *= w
return g
    It writes the products into g and returns g, with their signs; g must not change.
    把乘积写进 g 后返回了 g，还带着符号；不应改动 g。
w *= g
return w
    It writes the products into w and returns w, with their signs; w must not change.
    把乘积写进 w 后返回了 w，还带着符号；不应改动 w。
g *= w; w = 1
    It writes the products into g; g must not change.
    把乘积写进了 g；不应改动 g。
g = np.sign(g)
    It uses the sign of the gradient in place of the gradient; multiply by the gradient.
    只用了梯度的符号；应乘以梯度本身。
w = w / np.linalg.norm(w)
    It divides the weights by their norm; take the weights as they are.
    把权重除以了它们的范数；应直接使用权重。
g = g / np.linalg.norm(g)
    It divides the gradient by its norm; take the gradient as it is.
    把梯度除以了它的范数；应直接使用梯度。
w * g -> g / (np.abs(w) + 1e-8)
    It divides the gradient by the weight and a tiny number; multiply them.
    用梯度除以了权重加一个极小的数；应相乘。
w * g -> w / (np.abs(g) + 1e-8)
    It divides the weight by the gradient and a tiny number; multiply them.
    用权重除以了梯度加一个极小的数；应相乘。
w * g -> w @ g.T
    It takes the matrix product with g transposed; multiply entry by entry, with *.
    用了与 g 转置的矩阵乘法；应逐元素相乘，用 *。
w * g -> np.outer(w, g)
    It multiplies every weight by every gradient; multiply entry by entry, with *.
    每个权重与每个梯度都相乘了；应逐元素相乘，用 *。
w * g -> w * g + w**2 / 2
    It adds w^2 / 2, as if second derivatives of 1 were known; the first order is the product w g.
    加上了 w^2 / 2，仿佛二阶导数都是 1；一阶项是乘积 w g。
w * g -> w**2 * g / 2
    It computes g w^2 / 2, the form of the second order; the first order is the product w g.
    算的是 g w^2 / 2，即二阶项的形式；一阶项是乘积 w g。
w * g -> w - w * g
    It subtracts the product from the weight; the score is the size of the product alone.
    用权重减去了乘积；得分只是乘积的大小。
w * g -> np.maximum(np.abs(w), np.abs(g))
    It takes the larger of |w| and |g|; multiply them.
    取了 |w| 与 |g| 中较大的；应相乘。
w * g -> np.sqrt(w**2 + g**2)
    It takes the root of w^2 + g^2; multiply w and g.
    算的是 w^2 + g^2 的平方根；应把 w 与 g 相乘。
if w.size > 1: raise ValueError
    It uses `if` on an array, which fails for more than one weight; use np.abs.
    对数组用了 if，权重多于一个时就会出错；应使用 np.abs。
w * g -> w / g
    It divides the weight by the gradient; multiply them.
    用权重除以了梯度；应相乘。
w * g -> g / w
    It divides the gradient by the weight; multiply them.
    用梯度除以了权重；应相乘。
w * g -> w + g
    It adds the weight and the gradient, whose units differ; multiply them.
    把权重与梯度相加了，但两者量纲不同；应相乘。
w * g -> w - g
    It subtracts the gradient from the weight, whose units differ; multiply them.
    用权重减去了梯度，但两者量纲不同；应相乘。
w * g -> g * w**2
    It squares the weight, as the second order does; the first order is the product w g.
    把权重平方了，那是二阶项；一阶项是乘积 w g。
w * g -> g**2 * w
    It squares the gradient; the first order is the product w g.
    把梯度平方了；一阶项是乘积 w g。
w * g -> np.abs(w) + np.abs(g)
    It adds |w| and |g|, whose units differ; multiply them.
    把 |w| 与 |g| 相加，但两者量纲不同；应相乘。
np.abs(product) -> abs(product.sum())
    It adds up the products and takes the absolute value last; every weight has its own score.
    先把乘积加在一起再取绝对值；每个权重都应有自己的得分。
return result**2
    It squares the product; here the score is |w g|, in the units of the loss.
    对乘积取了平方；这里的得分是 |w g|，与损失同量纲。
return result**0.5
    It takes the square root of the score; the score is |w g| itself.
    对得分开了平方；得分就是 |w g|。
return result / 2
    It divides by 2, as the second order does; the first order has no factor.
    除以了 2，那是二阶项的系数；一阶项没有这个系数。
return result.sum()
    It adds up the products; every weight has its own score.
    把所有乘积加在了一起；每个权重都应有自己的得分。
return result.mean()
    It takes the mean over the weights; every weight has a score of its own.
    对所有权重取了平均；每个权重都应有自己的得分。
return result.sum(axis=-1)
    It adds up the scores of each row; every weight has a score of its own.
    把每一行的得分加在了一起；每个权重都应有自己的得分。
return result.sum(axis=0)
    It adds up the scores of each column; every weight has a score of its own.
    把每一列的得分加在了一起；每个权重都应有自己的得分。
return result / result.sum()
    It divides by the sum of all scores; here the scores are not normalized.
    除以了所有得分之和；这里的得分不作归一化。
return result / result.max()
    It divides by the largest score; here the scores are in the units of the loss.
    除以了最大的得分；这里的得分不作归一化。
return result / np.linalg.norm(result)
    It divides by the L2 norm of the scores; here the scores are in the units of the loss.
    除以了得分的 L2 范数；这里的得分不作归一化。
return result / (result.sum() or 1)
    It divides by the sum of all scores, unless that is 0; here the scores are not normalized.
    除以了所有得分之和（若不为 0）；这里的得分不作归一化。
return result / result.max(initial=-np.inf)
    It divides by the largest score; here the scores are in the units of the loss.
    除以了最大的得分；这里的得分不作归一化。
return result / (result.max(initial=0) or 1)
    It divides by the largest of the scores, unless that is 0; here the scores are not normalized.
    除以了最大的得分（若不为 0）；这里的得分不作归一化。
return result / (np.linalg.norm(result) or 1)
    It divides by the L2 norm of the scores, unless that is 0; here the scores are not normalized.
    除以了得分的 L2 范数（若不为 0）；这里的得分不作归一化。
return result / result.mean()
    It divides by the mean of the scores; here the scores are not normalized.
    除以了得分的平均；这里的得分不作归一化。
return result / max(w.size, 1)
    It divides by the number of weights; here the scores are not normalized.
    除以了权重的个数；这里的得分不作归一化。
return result / max(len(w), 1)
    It divides by the number of rows; here the scores are not normalized.
    除以了行数；这里的得分不作归一化。
return result / result.sum(axis=-1, keepdims=True)
    It divides each row by its sum; here the scores are not normalized.
    每一行除以了该行之和；这里的得分不作归一化。
return np.exp(result) / np.exp(result).sum()
    It applies softmax to the scores; here the scores are not normalized.
    对得分作了 softmax；这里的得分不作归一化。
return (result - result.min()) / (result.max() - result.min())
    It scales the scores to the range from 0 to 1; here the scores are not normalized.
    把得分缩放到了 0 到 1 之间；这里的得分不作归一化。
return result >= result.mean()
    It returns which scores reach the mean; return the scores themselves.
    返回的是哪些得分达到了平均值；应返回得分本身。
return np.argsort(result, axis=None)
    It returns the flat indices ranked by score; return the scores themselves.
    返回的是按得分排列的展平下标；应返回得分本身。
return np.argsort(np.argsort(result))
    It returns ranks; return the scores themselves.
    返回的是名次；应返回得分本身。
return np.argmin(result)
    It returns the index of the lowest; return all scores.
    返回的是最小者的下标；应返回所有得分。
return np.array([*result[:1], *0 * result[1:]]) if len(w) else None
    Only the first score or row is filled in; return after the loop, not inside.
    只填了第一个得分（或第一行）；应在循环结束之后再返回。
return result.max()
    It returns the largest alone; every weight has a score of its own.
    只返回了最大的一个；每个权重都应有自己的得分。
return result.mean(axis=0)
    It averages the scores of each column; every weight has a score of its own.
    把每一列的得分平均了；每个权重都应有自己的得分。
return np.linalg.norm(result)
    It returns the norm of all products; every weight has a score of its own.
    返回的是所有乘积的范数；每个权重都应有自己的得分。
return np.argsort(result)
    It returns the indices ranked by score; the scores are asked for, in the shape of w.
    返回了按得分排列的下标；应返回得分，形状与 w 相同。
return np.argsort(-result)
    It returns the indices ranked by score, descending; the scores themselves are asked for.
    返回了按得分从大到小排列的下标；应返回得分本身。
return np.sort(result)
    It sorts the scores; each belongs where its weight is.
    把得分排序了；每个得分应在其权重所在的位置。
return np.round(result, 2)
    It rounds the scores to two decimal places; return them as they are.
    把得分四舍五入到两位小数了；应直接返回，不作取整。
return result.astype(int)
    It cuts the scores to whole numbers, as an integer array does; use an array of floats.
    得分的小数部分丢掉了，整数数组就会这样；应使用浮点数组。
return result.ravel()
    The result is flat; it has the shape of w.
    结果展平了；形状应与 w 相同。
""")


# --- multi_task_taylor ---------------------------------------------------------------------------

multi_task_taylor = Check(scores.multi_task_taylor)
multi_task_taylor.worked(
    "by hand", given([1.0, 1.0], [np.array([1.0, 0.5]), np.array([-1.0, 0.5])]), [2.0, 1.0]
)
multi_task_taylor.worked(
    "by hand",
    given([2.0, -3.0, 0.5], [np.array([1.0, 1.0, 4.0]), np.array([0.5, -2.0, 0.0])]),
    [3.0, 9.0, 2.0],
)
multi_task_taylor.published(  # weights of 1 leave the sums of the gradients' magnitudes
    "NumPy 1.26, docstring of numpy.linalg.norm, ord=1, axis=1",
    given([1.0, 1.0], [np.array([1.0, -1.0]), np.array([2.0, 1.0]), np.array([3.0, 4.0])]),
    [6.0, 6.0],
)
multi_task_taylor.edge("one task", given([3.0, -1.0], [np.array([1.0, 2.0])]))
multi_task_taylor.edge(
    "gradients that cancel", given(np.ones((2, 2)), [np.full((2, 2), 0.5), np.full((2, 2), -0.5)])
)
multi_task_taylor.edge(
    "a weight of zero", given([0.0, 2.0], [np.array([5.0, 1.0]), np.array([-5.0, 1.0])])
)
multi_task_taylor.edge("no weights at all", given(np.zeros((0, 2)), [np.zeros((0, 2))] * 2))
multi_task_taylor.edge(
    "float32", given(np.array([-0.5, 1.5], np.float32), [np.array([1.0, -2.0], np.float32)] * 3)
)


@multi_task_taylor.random
def _(rng):
    return given(_eighths(rng, 3, 4), [_eighths(rng, 3, 4) for _ in range(3)])


@multi_task_taylor.property(
    "The score of two tasks must be the sum of the scores of each task alone.",
    "两个任务的得分应等于各任务单独得分之和。",
)
def _(rng):
    w, g, h = rng.standard_normal((3, 4, 5))
    both, one, other = yield [given(w, [g, h]), given(w, [g]), given(w, [h])]
    return np.allclose(both, np.add(one, other))


@multi_task_taylor.solution
def multi_task_taylor(w, gradients):
    return np.sum([np.abs(w * g) for g in gradients], axis=0)


multi_task_taylor.edits("""
np.abs(w * g) -> w * g
return np.abs(result)
    It adds the gradients first, so tasks cancel each other; take |.| for each task.
    先把梯度相加，任务之间会抵消；应对每个任务分别取绝对值。
np.abs(w * g) -> w * g
    The absolute value is missing; take |w g| for each task.
    漏了绝对值；应对每个任务取 |w g|。
np.sum( -> np.mean(
    It takes the mean over the tasks; take the sum.
    对任务取了平均；应求和。
np.sum( -> np.max(
    It takes the task with the largest score only; add up all tasks.
    只取了得分最大的任务；应对所有任务求和。
w * g -> g
    It leaves out the weight; each term is |w g|, not |g|.
    漏了权重；每一项应为 |w g|，而不是 |g|。
in gradients -> in gradients[-1:]
    It counts the last task only: add to the score instead of replacing it.
    只算了最后一个任务：应累加得分，而不是覆盖。
np.abs(w * g) -> np.square(w * g)
    It squares the products; take their absolute values.
    对乘积取了平方；应取绝对值。
np.abs(w * g) -> np.square(w * g)
return np.sqrt(result)
    It takes the root of the sum of squares over the tasks; add the absolute values.
    对各任务取了平方和的平方根；应把绝对值相加。
w * g -> w
    It leaves out the gradients; each term is |w g|.
    漏了梯度；每一项应为 |w g|。
in gradients -> in gradients[:1]
    It counts the first task only; add up all tasks.
    只算了第一个任务；应把所有任务相加。
np.sum( -> np.min(
    It takes the task with the smallest score only; add up all tasks.
    只取了得分最小的任务；应把所有任务相加。
np.sum( -> np.prod(
    It multiplies the scores of the tasks; add them.
    把各任务的得分相乘了；应相加。
return result / (np.linalg.norm(result) or 1)
    It divides by the L2 norm of the scores; return the sums themselves.
    除以了得分的 L2 范数；应返回总和本身。
np.abs(w * g) for -> np.abs(w * g) / (np.abs(w * g).sum() or 1) for
    It divides the scores of each task by their sum first; add them as they are.
    先把每个任务的得分除以了总和；应直接相加。
np.abs(w * g) for -> np.abs(w * g) / (np.linalg.norm(w * g) or 1) for
    It divides the scores of each task by their L2 norm first; add them as they are.
    先把每个任务的得分除以了 L2 范数；应直接相加。
np.sum([np.abs(w * g) for g in gradients], axis=0) -> np.array([np.abs(w * g) for g in gradients])
    It returns the scores of each task; add them up.
    返回了每个任务的得分；应相加。
np.sum([np.abs(w * g) for g in gradients], axis=0) -> np.sum([np.abs(w * g) for g in gradients])
    It returns one number; every weight has its own score.
    只返回了一个数；每个权重都应有自己的得分。
return result / 2
    It has a factor 1/2; the first order has none.
    多了系数 1/2；一阶项没有这个系数。
axis=0 -> axis=1
    It adds along axis 1; the tasks are axis 0 of the stacked arrays.
    沿第 1 轴相加了；任务应是堆叠后的第 0 轴。
w * g -> w - g
    It subtracts the gradient from the weight; multiply them.
    用权重减去了梯度；应相乘。
w * g -> w + g
    It adds the gradient to the weight; multiply them.
    把权重与梯度相加了；应相乘。
""")


# --- shard_average -------------------------------------------------------------------------------

shard_average = Check(scores.shard_average)
shard_average.worked(
    "by hand", given([np.array([1.0, -2.0]), np.array([4.0, 4.0])], counts=[2, 1]), [2.0, 0.0]
)
shard_average.worked(
    "by hand",
    given([np.array([[1.0, 0.0]]), np.array([[-1.0, 2.0]]), np.array([[8.0, -4.0]])], [1, 4, 3]),
    [[2.625, -0.5]],
)
shard_average.published(
    "Flower 1.27, framework/py/flwr/server/strategy/aggregate_test.py, "
    "test_weighted_loss_avg_multiple_values",
    given([np.array([2.0]), np.array([1.0]), np.array([2.0])], [1, 2, 1]),
    [1.5],
)
shard_average.edge("one worker", given([np.array([0.5, -1.5])], [7]))
shard_average.edge("a worker without samples", given([np.array([1.0]), np.array([-3.0])], [0, 5]))
shard_average.edge("equal counts", given([np.ones((2, 2)), np.full((2, 2), -4.0)], [3, 3]))
shard_average.edge("no entries", given([np.zeros((0, 2)), np.zeros((0, 2))], [1, 2]))
shard_average.edge(
    "float32", given([np.array([1.0], np.float32), np.array([2.0], np.float32)], [1, 3])
)


@shard_average.random
def _(rng):
    return given([_eighths(rng, 3, 4) for _ in range(3)], [*map(int, rng.integers(1, 50, 3))])


@shard_average.property(
    "The shards of a data set must average to the mean over all its samples.",
    "各份数据的加权平均应等于全部样本的平均。",
)
def _(rng):
    samples = rng.standard_normal((10, 3, 4))
    shards = np.split(samples, [1, 4])
    (average,) = yield [given([shard.mean(axis=0) for shard in shards], [1, 3, 6])]
    return np.allclose(average, samples.mean(axis=0))


shard_average.edits("""
counts = [1] * len(counts)
    Every worker has the same weight; weight it by its number of samples.
    各个工作节点权重相同；应按样本数加权。
arrays = [np.abs(array) for array in arrays]
    It takes the absolute value before averaging; average first, so that signs cancel.
    先取了绝对值再平均；应先平均，使正负能够抵消。
return np.abs(result)
    It takes the absolute value of the average; the gradient keeps its sign.
    对平均结果取了绝对值；梯度应保留符号。
n / sum(counts) * -> n *
    It does not divide by the number of all samples.
    没有除以样本总数。
n / sum(counts) * -> n / len(arrays) *
    It divides by the number of workers; divide by the number of all samples.
    除以了工作节点的个数；应除以样本总数。
n / sum(counts) * -> 1 / sum(counts) *
    It adds the gradients as if they were sums over samples; they are means.
    把梯度当作样本之和直接相加再除以总数；它们已经是平均值。
arrays, counts = arrays[:1], counts[:1]
counts = [n or 1 for n in counts]
    It uses the first worker only; average over all.
    只用了第一个工作节点；应对所有节点取平均。
n / sum(counts) * -> (1 - n / sum(counts)) *
    It weights a worker by the share of the others; weight it by its own share.
    以其他节点的比例加权了；应按本节点的样本比例。
n / sum(counts) * -> n**2 / sum(n**2 for n in counts) *
    It weights by the square of the number of samples; weight by the number.
    按样本数的平方加权了；应按样本数加权。
n / sum(counts) * -> n**0.5 / sum(n**0.5 for n in counts) *
    It weights by the root of the number of samples; weight by the number.
    按样本数的平方根加权了；应按样本数加权。
n / sum(counts) * -> n / max(counts) *
    It divides by the largest number of samples; divide by the number of all.
    除以了最大的样本数；应除以样本总数。
arrays = arrays[::-1]
    The workers are in reverse order, but not the counts.
    工作节点的次序颠倒了，样本数却没有。
n / sum(counts) * -> (n > 0) / sum(n > 0 for n in counts) *
    Every worker with samples has the same weight; weight by the number of samples.
    有样本的节点权重都相同；应按样本数加权。
return np.mean(result)
    It returns one number; return an array of the shape of the gradients.
    只返回了一个数；应返回与梯度同形状的数组。
return np.median(arrays, axis=0)
    It takes the median of the workers; weight them by their numbers of samples.
    取了各节点的中位数；应按样本数加权平均。
return np.sum(arrays, axis=0)
    It adds up the gradients; average them, weighted by the numbers of samples.
    把梯度相加了；应按样本数加权平均。
return result / len(arrays)
    It also divides by the number of workers; the weights already add up to 1.
    又除以了节点个数；权重之和已经是 1，不应再除。
n / sum(counts) * -> n / max(sum(counts) - 1, 1) *
    It divides by the number of all samples minus 1; divide by the number itself.
    除以了样本总数减 1；应除以总数本身。
n / sum(counts) * -> n // sum(counts) *
    It divides without a fraction; divide with /.
    用了整除；应使用 / 保留小数部分。
n / sum(counts) * -> sum(counts) / max(n, 1e-99) *
    The fraction is upside down: it is n_k by the number of all samples.
    得分颠倒了：应为本节点样本数除以总数。
""")


# --- snip ----------------------------------------------------------------------------------------

snip = Check(scores.snip)
snip.worked(
    "by hand",
    given([np.array([3.0, 1.0]), np.array([-1.0])], [np.array([1.0, 2.0]), np.array([5.0])]),
    [[0.3, 0.2], [0.5]],
)
snip.worked("C-4.2f", given([np.array([3.0, 1.0])], [np.array([1.0, 2.0])]), [[0.6, 0.4]])
snip.worked(
    "by hand",
    given(
        [np.array([[1.0, -1.0], [2.0, 0.0]]), np.array([[-4.0], [0.5]])],
        [np.array([[1.0, 1.0], [0.5, 9.0]]), np.array([[1.0], [2.0]])],
    ),
    [[[0.125, 0.125], [0.125, 0.0]], [[0.5], [0.125]]],
)
snip.published(  # the shares of -2, 1, 2 in their L1 norm, with their signs, are -0.4, 0.2, 0.4
    "scikit-learn 1.5, docstring of sklearn.preprocessing.normalize, norm='l1', first row",
    given([np.array([-2.0]), np.array([1.0, 2.0])], [np.array([1.0]), np.array([1.0, 1.0])]),
    [[0.4], [0.2, 0.4]],
)
snip.edge(
    "every w g is 0",
    given([np.array([0.0, 2.0]), np.zeros(1)], [np.array([3.0, 0.0]), np.ones(1)]),
)
snip.edge("one weight", given([np.array([[-2.0]])], [np.array([[0.5]])]))
snip.edge(
    "a layer whose gradient vanishes",
    given([np.ones((2, 2)), np.array([-1.0, 3.0])], [np.zeros((2, 2)), np.array([1.0, 1.0])]),
)
snip.edge("float32", given([np.array([-0.5, 1.5], np.float32)], [np.array([1.0, 1.0], np.float32)]))
snip.edge("a total below 1", given([[0.25, -0.125], [[0.5]]], [[0.5, 0.25], [[-0.5]]]))
snip.edge(
    "whole numbers",
    given(
        [np.array([3, -1, 2, 0]), np.array([[5, -4], [1, 7]])],
        [np.array([3, -1, 2, 0]), np.array([[5, -4], [1, 7]])],
    ),
)
snip.edge("tiny products", given([np.array([1e-5, -3e-5])], [np.array([1e-6, 1e-6])]))


@snip.random
def _(rng):
    shapes = [(3, 4), (4, 2), (2,)]
    return given(
        [_eighths(rng, *shape) for shape in shapes], [_eighths(rng, *shape) for shape in shapes]
    )


@snip.property(
    "The shares of all layers must add up to 1, and not change if the loss is 4 times as large.",
    "所有层的份额之和应为 1，且损失放大四倍时不变。",
)
def _(rng):
    layers, gradients = rng.standard_normal((2, 3, 4, 2))
    one, other = yield [given([*layers], [*gradients]), given([*layers], [*(4 * gradients)])]
    return np.allclose(np.sum(one), 1) and np.allclose(one, other)


@snip.solution
def snip(layers, gradients):
    products = [w * g for w, g in zip(layers, gradients, strict=True)]
    total = sum(np.abs(p).sum() for p in products)
    return [np.abs(p) / (total or 1) for p in products]


snip.edits("""
(total or 1) -> (np.abs(p).sum() or 1)
    It divides within each layer; the sum runs over all layers.
    在每层内部归一化；求和应遍及所有层。
w * g -> g
    It leaves out the weight; the switch has the gradient w dL/dw.
    漏了权重；开关 c 的梯度是 w dL/dw。
(total or 1) -> 1
    It does not divide by the sum; return a share.
    没有除以总和；要求的是份额。
np.abs(p) / -> p /
    The absolute value is missing above the fraction line; a share has no sign.
    分子漏了绝对值；份额没有符号。
np.abs(p).sum() -> p.sum()
    It divides by a sum in which signs cancel; take |.| before adding.
    分母求和时正负抵消；应先取绝对值再求和。
sum(np.abs(p).sum() -> max(np.abs(p).max()
    It divides by the largest sensitivity; divide by the sum of all.
    除以了最大的灵敏度；应除以总和。
(total or 1) -> total
    It divides 0 by 0 where every w g is 0; the shares are 0 then.
    当所有 w g 都为 0 时出现 0 除以 0；此时份额应为 0。
np.abs(p) / (total or 1) -> np.square(p) / (total or 1)
    It squares the products above the fraction line; take their absolute values.
    分子取了平方；应取绝对值。
w * g for -> np.square(w * g) for
    It squares the products; take their absolute values.
    对乘积取了平方；应取绝对值。
(total or 1) -> (np.sqrt(sum((p**2).sum() for p in products)) or 1)
    It divides by the L2 norm; divide by the sum of the magnitudes.
    除以了 L2 范数；应除以绝对值之和。
w * g for -> w for
    It leaves out the gradient; the score is |w g|, as a share.
    漏了梯度；得分是 |w g| 的占比。
w * g for -> np.sign(w) * g for
    It uses the sign of the weight; multiply the gradient by the weight.
    只用了权重的符号；应以权重乘梯度。
return [np.concatenate([s.ravel() for s in result])]
    It returns one long vector; return one array for each layer, with its shape.
    返回了一个长向量；每层应有与自身同形状的数组。
(total or 1) -> (np.abs(p).max() or 1)
    It divides each layer by its largest; divide by the sum over all layers.
    每层除以了自己的最大值；应除以所有层的总和。
return [s / len(result) for s in result]
    It also divides by the number of layers; the shares of all layers add up to 1.
    又除以了层数；所有层的占比之和应为 1。
return [1 - s for s in result]
    It returns one minus the shares; the largest product must have the highest score.
    返回了 1 减去占比；乘积最大的得分应最高。
return [r.astype(v.dtype) for r, v in zip(result, layers)]
    The results have the number types of layers: whole numbers cut off fractions; return floats.
    结果沿用了 layers 的数据类型，为整数时小数被截掉；应返回浮点数。
(total or 1) -> (total + 1e-8)
    It adds 1e-8 to the sum, which counts for tiny products; treat a sum of 0 by itself.
    总和加上了 1e-8，乘积极小时结果不对；应单独处理总和为 0 的情形。
(total or 1) -> (total + 1e-12)
    It adds 1e-12 to the sum, which counts for tiny products; treat a sum of 0 by itself.
    总和加上了 1e-12，乘积极小时结果不对；应单独处理总和为 0 的情形。
return [s / (np.linalg.norm(s) or 1) for s in result]
    It divides each layer by its L2 norm as well; the shares of all layers add up to 1.
    每层又除以了自己的 L2 范数；所有层的占比之和应为 1。
(total or 1) -> (total / len(products) or 1)
    It divides by the mean of the layers' sums; divide by the sum over all layers.
    除以了各层总和的平均；应除以所有层的总和。
total = sum(np.abs(p).sum() for p in products) -> total = sum(p.size for p in products)
    It divides by the number of weights; divide by the sum of the magnitudes.
    除以了权重个数；应除以绝对值之和。
return [s.ravel() for s in result]
    The shares are flat; each array has the shape of its layer.
    占比展平了；每个数组应与该层同形状。
np.abs(p).sum() for -> np.abs(p).mean() for
    It divides by the sum of the layers' means; divide by the sum over all weights.
    除以了各层平均之和；应除以所有权重的总和。
np.abs(p).sum() for -> np.abs(p).max() for
    It divides by the sum of the layers' largest; divide by the sum over all weights.
    除以了各层最大值之和；应除以所有权重的总和。
np.abs(p) / (total or 1) -> np.abs(p) * total
    It multiplies by the sum; divide by it.
    乘以了总和；应除以它。
w * g for -> w + g for
    It adds weight and gradient; multiply them.
    把权重与梯度相加了；应相乘。
""")


# --- movement ------------------------------------------------------------------------------------

movement = Check(scores.movement)
movement.worked("by hand", given([np.array([1.0, -1.0])], [np.array([-0.5, -0.5])]), [0.5, -0.5])
movement.worked(
    "by hand",
    given(
        [np.array([1.0, -1.0, 0.5]), np.array([2.0, -0.5, 0.25])],
        [np.array([-1.0, -0.5, 0.25]), np.array([0.25, 2.0, -1.0])],
    ),
    [0.5, 0.5, 0.125],
)
movement.published(  # the sums of the products; a step downhill is minus the gradient
    "NumPy 2.1, docstring of numpy.linalg.vecdot",
    given(
        [np.array([0.0, 0.0, 0.0]), np.array([5.0, 0.0, 6.0]), np.array([0.0, 10.0, 8.0])],
        [np.zeros(3), np.full(3, -0.6), np.full(3, -0.8)],
    ),
    [3.0, 8.0, 10.0],
)
movement.edge("one step", given([np.array([[0.5, -4.0]])], [np.array([[2.0, 0.25]])]))
movement.edge(
    "a weight of zero does not move", given([np.zeros(2), np.ones(2)], [np.ones(2), -np.ones(2)])
)
movement.edge("there and back", given([np.ones((2, 2))] * 2, [np.ones((2, 2)), -np.ones((2, 2))]))
movement.edge("all gradients vanish", given([np.array([1.0, -2.0])] * 3, [np.zeros(2)] * 3))
movement.edge("no weights at all", given([np.zeros((0, 2))] * 2, [np.zeros((0, 2))] * 2))
movement.edge(
    "float32", given([np.array([1.5, -0.5], np.float32)], [np.array([0.5, 2.0], np.float32)])
)


@movement.random
def _(rng):
    return given([_eighths(rng, 3, 4) for _ in range(3)], [_eighths(rng, 3, 4) for _ in range(3)])


@movement.property(
    "The order of the steps must not matter.",
    "各步的先后次序不应影响得分。",
)
def _(rng):
    weights, gradients = rng.standard_normal((2, 3, 4, 5))
    back = weights[::-1], gradients[::-1]
    one, other = yield [given([*w], [*g]) for w, g in ((weights, gradients), back)]
    return np.allclose(one, other)


movement.edits("""
-sum( -> sum(
    The sign is wrong: descent moves against the gradient, so s = -sum w g.
    符号错了：梯度下降与梯度方向相反，因此 s = -Σ w g。
return np.abs(result)
    It takes the absolute value; weights pushed towards zero must have a negative score.
    取了绝对值；被推向零的权重，得分应为负。
weights, gradients = weights[-1:], gradients[-1:]
    It uses the last step only; add up all steps.
    只看了最后一步；应对所有步求和。
return result / len(weights)
    It takes the mean over the steps; take the sum.
    对各步取了平均；应求和。
widened(w) * g -> g
    It leaves out the weights; the sign of -g alone does not tell if a weight leaves zero.
    漏了权重；仅凭 -g 的符号无法判断是否远离零。
weights = [sum(weights)] * len(weights)
    It multiplies the two sums; multiply step by step, then add.
    先分别求和再相乘；应逐步相乘，再求和。
weights = weights[-1:] * len(weights)
    It multiplies the last weights by all gradients; each step has its own weights.
    用最后的权重乘以所有梯度；每一步应用该步的权重。
widened(w) * g -> np.abs(widened(w) * g)
    It takes the absolute value in every step; steps in opposite directions must cancel.
    每一步都取了绝对值；方向相反的步应相互抵消。
widened(w) * g -> widened(w)
    It leaves out the gradients; multiply every weight by its gradient.
    漏了梯度；每个权重都应乘以梯度。
widened(w) * g -> np.abs(widened(w)) * g
    It takes |w|, so negative weights have the wrong sign; multiply w by g.
    用了 |w|，负权重的符号就反了；应以 w 乘 g。
widened(w) * g -> np.sign(widened(w)) * g
    It uses the sign of the weight; multiply the gradient by the weight.
    只用了权重的符号；应以权重乘梯度。
weights, gradients = weights[:1], gradients[:1]
    It uses the first step only; add up all steps.
    只用了第一步；应把所有步相加。
weights = weights[:1] * len(weights)
    It multiplies the first weights by all gradients; each step has its own weights.
    用第一步的权重乘了所有梯度；每一步有各自的权重。
weights, gradients = weights[1:] or weights, gradients[1:] or gradients
    It leaves out the first step; add up all steps.
    漏掉了第一步；应把所有步相加。
weights, gradients = weights[:-1] or weights, gradients[:-1] or gradients
    It leaves out the last step; add up all steps.
    漏掉了最后一步；应把所有步相加。
widened(w) * g -> np.square(widened(w) * g)
    It squares the products; add them as they are.
    对乘积取了平方；应直接相加。
-sum(widened(w) * g -> -sum(widened(w) - g
    It subtracts the gradient from the weight; multiply them.
    用权重减去了梯度；应相乘。
return np.sum(result)
    It adds up all weights; every weight has its own score.
    把所有权重的得分相加了；每个权重都应有自己的得分。
return result / (np.linalg.norm(result) or 1)
    It divides by the L2 norm of the scores; return the sums themselves.
    除以了得分的 L2 范数；应返回总和本身。
return np.maximum(result, 0)
    Negative scores become 0; they show that a weight moves towards zero.
    负的得分变成了 0；它表示权重被推向零，应保留。
gradients = gradients[::-1]
    The gradients are in reverse order; each step has its own.
    梯度的次序颠倒了；每一步应用该步的梯度。
return weights[-1] - weights[0]
    It returns how far the weights have moved; add up -w g over the steps.
    返回了权重移动的距离；应把各步的 -w g 相加。
return np.abs(weights[-1]) - np.abs(weights[0])
    It returns how much the magnitudes have grown; add up -w g over the steps.
    返回了绝对值的增长；应把各步的 -w g 相加。
return result / 2
    It has a factor 1/2; here there is none.
    多了系数 1/2；这里没有这个系数。
widened(w) * g -> widened(w) / np.where(g == 0, np.inf, g)
    It divides by the gradient; multiply by it.
    除以了梯度；应相乘。
""")
