"""Checks of `minprune.formulas.metrics`."""

import math

import numpy as np

from minprune.checks.check import Check, given
from minprune.formulas import metrics

W_D43 = [[0.1, 0.3, 0.5], [0.6, 0.7, 0.8], [0.9, 0.1, 0.3]]

# --- count_parameters ----------------------------------------------------------------------------

count_parameters = Check(metrics.count_parameters)
count_parameters.worked(
    "A-5.5",
    given(np.zeros((784, 64)), np.zeros(64), np.zeros((64, 10)), np.zeros(10)),
    50_890,
)
count_parameters.worked("by hand", given([[0.5, 0.0, -1.0], [0.0, 0.0, 2.0]], [0.0, 1.0, 0.0]), 9)
count_parameters.worked("by hand", given(np.ones((3, 3, 2, 4))), 72)
count_parameters.published(
    "JaxPruner 0.1 (2024), jaxpruner/utils_test.py, testSparsitySummary",
    given(np.ones((2, 2)), [1.0, 0.0, 1.0, 0.001], np.zeros((2, 1))),
    10,
)
count_parameters.edge("no arrays at all", given())
count_parameters.edge("an array without entries", given(np.zeros((0, 3)), [1.0]))
count_parameters.edge("a single number without axes", given(np.array(0.5)))


@count_parameters.random
def _(rng):
    rows, columns = map(int, rng.integers(2, 7, 2))
    return given(rng.integers(-1, 2, (rows, columns)) / 2, rng.integers(-1, 2, columns) / 2)


@count_parameters.solution
def count_parameters(*arrays):
    return sum(np.size(a) for a in arrays)


count_parameters.edits("""
np.size(a) -> int(np.count_nonzero(a))
    It counts what is not zero; a zeroed weight is still a parameter.
    只数了非零的权重；置零的权重仍然是参数。
arrays = [a for a in arrays if np.ndim(a) != 1]
    It leaves out the biases; every array counts, vectors too.
    漏掉了偏置；所有数组都要计入，向量也不例外。
arrays = arrays[:1]
    It uses the first array only; count all arrays together.
    只看了第一个数组；应统计所有数组。
np.size(a) -> len(np.atleast_1d(a))
    It adds up the lengths of the first axes; multiply the lengths of all axes.
    把各数组第一轴的长度相加了；应把各轴长度相乘。
np.size(a) -> sum(np.shape(a))
    It adds the lengths of the axes; an array has as many entries as their product.
    把各轴长度相加了；元素个数是各轴长度的乘积。
np.size(a) -> np.asarray(a).nbytes
    It counts bytes; count entries.
    数的是字节数；要求的是元素个数。
arrays = arrays[-1:]
    It uses the last array only; count all arrays together.
    只看了最后一个数组；应统计所有数组。
return [np.size(a) for a in arrays]
    It returns a number for each array; return their sum.
    对每个数组各返回一个数；应返回总和。
return float(result)
    It returns a float; a count is a whole number.
    返回了浮点数；个数应为整数。
np.size(a) -> np.shape(a)[-1] if np.ndim(a) else 1
    It adds up the lengths of the last axes; multiply the lengths of all axes.
    把各数组最后一轴的长度相加了；应把各轴长度相乘。
return math.prod(np.size(a) for a in arrays)
    It multiplies the sizes of the arrays; add them.
    把各数组的大小相乘了；应相加。
arrays = [a for a in arrays if np.ndim(a) > 0]
    It leaves out single numbers; each counts as one parameter.
    略去了单个的数；每个应计为一个参数。
return result / 1e6
    It counts millions; return the number itself.
    以百万为单位了；应返回个数本身。
return len(arrays)
    It counts the arrays; count their entries.
    数了数组的个数；应数元素。
np.size(a) -> len(np.unique(a))
    It counts different values; count the entries.
    数了不同的取值；应数元素。
""")


# --- count_nonzero -------------------------------------------------------------------------------

count_nonzero = Check(metrics.count_nonzero)
count_nonzero.worked("by hand", given([0.0, 0.5], [[1.0, 0.0]]), 2)
count_nonzero.worked("by hand", given([[-0.5, 0.0, 2.0], [0.0, -3.0, 0.0]], [-1.0, 0.25]), 5)
count_nonzero.worked("by hand", given([True, False, True, True]), 3)
count_nonzero.published(
    "JaxPruner 0.1 (2024), jaxpruner/utils_test.py, testSparsitySummary",
    given(np.ones((2, 2)), [1.0, 0.0, 1.0, 0.001], np.zeros((2, 1))),
    7,
)
count_nonzero.edge("no arrays at all", given())
count_nonzero.edge("an array without entries", given(np.zeros((0, 3))))
count_nonzero.edge("nothing but zeros", given(np.zeros((2, 3)), np.zeros(3)))
count_nonzero.edge("a tiny number is not zero", given([1e-12, 0.0, 1.0]))
count_nonzero.edge("minus zero is zero", given(np.array([-0.0, 1.0], dtype=np.float32)))


@count_nonzero.random
def _(rng):
    return given(rng.integers(-1, 2, (4, 5)) / 4, rng.integers(-1, 2, 6) / 4)


@count_nonzero.property(
    "The number of nonzero entries must not depend on how large they are.",
    "非零元素的个数不应随数值大小而变。",
)
def _(rng):
    w = rng.integers(-2, 3, (5, 6)) / 4
    one, other = yield [given(w), given(-8 * w)]
    return np.array_equal(one, other)


@count_nonzero.solution
def count_nonzero(*arrays):
    return sum(int(np.sum(np.not_equal(a, 0))) for a in arrays)


count_nonzero.edits("""
not_equal -> equal
    It counts the zeros; count the entries that are not zero.
    数的是零的个数；要求的是非零元素的个数。
not_equal -> greater
    It counts positive entries only; a negative one is not zero either.
    只数了正数；负数同样是非零元素。
np.not_equal(a, 0) -> ~np.isclose(a, 0)
    It counts tiny numbers as zeros; only exact zeros count.
    把很小的数当成零了；只有恰好为零才算零。
int(np.sum(np.not_equal(a, 0))) -> np.size(a)
    It counts all entries, zeros among them.
    把零也数进去了，数的是全部元素。
int(np.sum(np.not_equal(a, 0))) -> float(np.sum(np.abs(a)))
    It adds up the magnitudes; each nonzero entry counts as one.
    把绝对值加起来了；每个非零元素只应计为一个。
arrays = arrays[:1]
    It uses the first array only; count all arrays together.
    只看了第一个数组；应统计所有数组。
return [int(np.sum(np.not_equal(a, 0))) for a in arrays]
    It returns a count for each array; return their sum.
    对每个数组各返回一个数；应返回总和。
arrays = arrays[-1:]
    It counts the last array only; count all arrays together.
    只数了最后一个数组；应对所有数组一起计数。
int(np.sum(np.not_equal(a, 0))) -> int(np.any(np.not_equal(a, 0)))
    It counts arrays that are not all zero; count entries.
    数的是非全零的数组；应数元素。
return result / max(sum(np.size(a) for a in arrays), 1)
    It returns the share of entries that are not 0; return their number.
    返回了非零元素的比例；应返回个数。
int(np.sum(np.not_equal(a, 0))) -> int(np.sum(a))
    It adds up the entries; each nonzero entry counts as one.
    把元素相加了；每个非零元素应只计 1。
np.not_equal(a, 0) -> np.greater_equal(a, 0)
    It counts the entries that are at least 0; count those that are not zero.
    数了不小于 0 的元素；应数不为零的。
return float(result)
    It returns a float; a count is a whole number.
    返回了浮点数；个数应为整数。
int(np.sum(np.not_equal(a, 0))) -> len(np.unique(a))
    It counts different values; count the entries that are not zero.
    数了不同的取值；应数不为零的元素。
arrays = (arrays[0],)
    It uses arrays[0] only, and fails without arrays; count all arrays together, and 0 for none.
    只用了 arrays[0]，没有数组时报错；应对所有数组一起计数，没有时为 0。
return result / max(len(arrays), 1)
    It divides by the number of arrays; return the total.
    除以了数组的个数；应返回总数。
np.not_equal(a, 0) -> np.not_equal(a, 0).any(axis=0)
    It counts the columns that are not all zero; count entries.
    数了不全为零的列；应数元素。
""")


# --- sparsity ------------------------------------------------------------------------------------

sparsity = Check(metrics.sparsity)
sparsity.worked("by hand", given([0.0, 0.5, 0.0, 0.0]), 0.75)
sparsity.worked("by hand", given([[0.0, 0.0], [0.0, -0.5], [0.0, 0.0]], [0.25, 0.0]), 0.75)
sparsity.worked("by hand", given([True, False, True, True, True]), 0.2)
sparsity.published(
    "JaxPruner 0.1 (2024), jaxpruner/utils_test.py, testSparsitySummary",
    given(np.ones((2, 2)), [1.0, 0.0, 1.0, 0.001], np.zeros((2, 1))),
    0.3,
)
sparsity.worked("by hand", given([[[1e-200, -1e-200], [0.0, 1.0]]]), 0.25)
sparsity.edge("nothing is zero", given([[0.5, -0.5]]))
sparsity.edge("everything is zero", given(np.zeros((2, 2)), np.zeros(2)))
sparsity.edge("only zeros, one of them negative", given([0.0, -0.0]))
sparsity.edge("a single weight", given([5.0]))
sparsity.edge("one of the arrays has no entries", given(np.zeros((0, 3)), [0.0, 1.0, 1.0, 1.0]))
sparsity.edge("whole numbers", given([[3, -2, 0], [-1, 5, 4]]))


@sparsity.random
def _(rng):
    return given(rng.integers(-1, 2, (4, 5)) / 4, rng.integers(-3, 4, 5) / 4)


@sparsity.random
def _(rng):
    w = rng.standard_normal((4, 3, 2))
    return given(w * (rng.random(w.shape) < 0.4))


@sparsity.property(
    "The sparsity must not depend on how large the weights are.",
    "稀疏度不应随权重的大小而变。",
)
def _(rng):
    w = rng.integers(-2, 3, (5, 6)) / 4
    one, other = yield [given(w), given(-8 * w)]
    return np.array_equal(one, other)


@sparsity.solution
def sparsity(*arrays):
    zeros, entries = 0, 0
    for a in arrays:
        zeros += np.sum(a == 0)
        entries += a.size
    return float(zeros / entries)


sparsity.edits("""
if len(arrays) > 1: raise TypeError
    It takes a single array; sparsity(W, b) passes two, which *arrays collects.
    只能接收一个数组；sparsity(W, b) 会传入两个，应用 *arrays 收集。
arrays = [np.concatenate(arrays)]
    It fails for arrays of different shapes, as joining them does; count array by array.
    各数组形状不同时出错，拼成一个数组就会这样；应逐个数组统计。
arrays = arrays[:1]
    It uses the first array only; count all arrays together.
    只看了第一个数组；应统计所有数组。
arrays = [a for a in arrays if a.size][:1]
    It stops at the first array that has entries; count all arrays together.
    到第一个非空的数组就停止了；应统计所有数组。
arrays = arrays[-1:]
    It looks at the last array only; all arrays count together.
    只看了最后一个数组；应统计所有数组。
a == 0 -> np.isclose(a, 0)
    It counts tiny weights as zeros; only exact zeros count.
    把很小的权重当成零了；接近零并不是零。
a == 0 -> np.abs(a) < 0.01
    It counts weights of 0.001 as zeros; only exact zeros count.
    把 0.001 这样的权重当成零了；只有恰好为零才算零。
a == 0 -> a.astype(int) == 0
    It counts all weights between -1 and 1 as zeros, as a conversion to int does; compare with 0.
    把 -1 与 1 之间的权重都当成零了，转换成 int 就会这样；应直接与 0 比较。
for a in arrays -> for a in [~a if a.dtype == bool else a for a in arrays]
    In a mask it counts True as 0; False counts as 0.
    在掩码中把 True 算作 0 了；应是 False 算作 0。
a == 0 -> a < 0
    It counts the negative weights; count those that are 0.
    数的是负的权重；应数等于 0 的。
np.sum(a == 0) -> len(np.where(a == 0))
    It counts axes, as the length of np.where does, which has an array for each axis; use np.sum.
    数的是轴的个数，np.where 的长度就是如此（每个轴一个数组）；应使用 np.sum。
np.sum(a == 0) -> len(a) - np.count_nonzero(a)
    It subtracts the nonzeros from the number of rows; a.size counts all entries.
    用行数减去了非零的个数；元素总数是 a.size。
np.sum(a == 0) -> np.sum(np.all(a == 0, axis=-1))
    It counts the rows that are all zeros; count the entries that are 0.
    数的是全为零的行；应数等于 0 的元素。
np.sum(a == 0) -> sum(x == 0 for row in a for x in row)
    It runs over two axes; an array may have any number of them, so use np.sum of the whole array.
    只按两个轴循环；数组可以有任意个轴，应对整个数组用 np.sum。
a == 0 -> a <= 0
    It counts negative weights as zeros; compare with zero itself.
    把负的权重也当成零了；应与零本身比较。
np.sum(a == 0) -> sum(a == 0)
float( -> (
    A matrix gives a vector, as Python's sum adds up rows; np.sum adds up all entries.
    矩阵得到的是向量，因为 Python 的 sum 只把各行相加；np.sum 才会把所有元素相加。
zeros / entries -> zeros
    It counts the zeros without dividing by the number of entries.
    只数了零的个数，没有除以元素总数。
a == 0 -> a != 0
entries += a.size -> entries = 1
    It counts the entries that are not 0; divide the number of zeros by that of all entries.
    数的是非零元素的个数；应用零的个数除以元素总数。
a.size -> np.count_nonzero(a)
    It divides the zeros by the nonzeros; divide by the number of all entries.
    用零的个数除以非零的个数了；应除以元素总数。
a.size -> np.count_nonzero(a)
/ entries -> / (entries or zeros)
    It divides the zeros by the nonzeros, where there are any; divide by the number of all entries.
    用零的个数除以非零的个数（若有）了；应除以元素总数。
a.size -> np.count_nonzero(a)
zeros / entries -> int(zeros) / int(entries)
    It divides the zeros by the nonzeros, which fails without any; divide by all entries.
    用零的个数除以非零的个数了，没有非零元素时出错；应除以元素总数。
a.size -> np.abs(a).sum()
    It divides by the sum of the magnitudes; divide by the number of entries.
    除以了绝对值之和；应除以元素个数。
a.size -> len(a)
    It divides by the number of rows; a.size is the number of entries.
    除以了行数；元素总数是 a.size。
a.size -> a.shape[-1]
    It divides by the length of the last axis; a.size is the number of entries.
    除以了最后一个轴的长度；元素总数是 a.size。
a.size -> 1
    It divides by the number of arrays; divide by the number of their entries.
    除以了数组的个数；应除以元素总数。
entries += -> entries =
    It divides by the size of the last array; divide by the entries of all arrays.
    只除以最后一个数组的元素个数；应除以所有数组的元素总数。
entries += a.size -> entries = arrays[0].size
    It divides by the size of the first array; divide by the entries of all arrays.
    只除以第一个数组的元素个数；应除以所有数组的元素总数。
zeros += -> zeros =
    It counts the zeros of the last array, but the entries of all; add up the zeros of all.
    只数了最后一个数组的零，却除以所有数组的元素总数；零的个数也应累加。
return np.mean(arrays[0] == 0, axis=0)
    It returns one number for each column; the sparsity of all entries is one number.
    给出了每一列的稀疏度；所有元素的稀疏度只有一个数。
return np.mean(arrays[0] == 0, axis=-1)
    It gives one number for each row; the sparsity of all entries is one number.
    给出了每一行的稀疏度；所有元素的稀疏度只有一个数。
return [np.mean(a == 0) for a in arrays]
    It gives one number for each array; the sparsity of all arrays together is one number.
    给出了每个数组的稀疏度；所有数组合在一起的稀疏度只有一个数。
return float(np.mean(arrays == 0))
    It always returns 0, as comparing the tuple `arrays` with 0 does; compare each array in it.
    总是得到 0，拿整个元组 arrays 与 0 比较就会这样；应逐个数组比较。
entries += a.size -> entries += 1
np.sum( -> np.mean(
    It averages the sparsities of the arrays; count all arrays together.
    把各数组的稀疏度取平均了；应把所有数组合在一起统计。
entries += a.size -> entries += 1
np.sum(a == 0) -> np.sum(a == 0) / max(a.size, 1)
    It averages the sparsities of the arrays, 0 for an empty one; count all arrays together.
    把各数组的稀疏度取平均了，空数组算作 0；应把所有数组合在一起统计。
entries += a.size -> entries += a.size > 0
np.sum(a == 0) -> np.sum(a == 0) / max(a.size, 1)
    It averages the sparsities of those arrays that have entries; count all arrays together.
    把各非空数组的稀疏度取平均了；应把所有数组合在一起统计。
entries += a.size -> entries += 1
np.sum(a == 0) -> int(np.sum(a == 0)) / a.size
    It averages the sparsities, which fails for an empty array; count all arrays together.
    把各数组的稀疏度取平均了，遇到空数组时出错；应把所有数组合在一起统计。
entries += a.size -> entries = 1
np.sum( -> np.mean(
    It adds up the sparsities of the arrays; count over all arrays together.
    把各数组的稀疏度相加了；应把所有数组合在一起统计。
entries += a.size -> entries = 1
np.sum(a == 0) -> np.sum(a == 0) / max(a.size, 1)
    It adds up the sparsities of those arrays that have entries; count all arrays together.
    把各非空数组的稀疏度相加了；应把所有数组合在一起统计。
return 1 - result
    It returns the share that is not zero, the density; sparsity is one minus that.
    算的是非零元素的比例，即密度；稀疏度等于一减密度。
return 100 * result
    It is in percent; return a fraction from 0 to 1.
    给出的是百分数；要求的是零到一之间的小数。
return 100 * (1 - result)
    It gives the density in percent; the sparsity is asked for, as a fraction from 0 to 1.
    给出的是用百分数表示的密度；要求的是稀疏度，即零到一之间的小数。
return int(result)
    It rounds down to a whole number, as // does; divide by /, which keeps the fraction.
    结果向下取整了，与整除 // 一样；应用 / 相除，保留小数部分。
return round(result, 2)
    It rounds the share to two decimal places; return it as it is.
    把结果四舍五入到两位小数了；应直接返回，不作取整。
return round(result, 3)
    It rounds the share to three decimal places; return it as it is.
    把结果四舍五入到三位小数了；应直接返回，不作取整。
return round(result, 4)
    It rounds the share to four decimal places; return it as it is.
    把结果四舍五入到四位小数了；应直接返回，不作取整。
""")


# --- pruning_rate --------------------------------------------------------------------------------

pruning_rate = Check(metrics.pruning_rate)
pruning_rate.worked("B-4c", given([[-0.9, 0.05], [0.4, -0.02]], 0.1), 0.5)
pruning_rate.worked("B-4c", given(W_D43, 0.2), 0.2222222222222222)
pruning_rate.worked("B-4c", given(np.full((8, 10), 0.005), 0.01), 1.0)
pruning_rate.worked("by hand", given([0.25, 0.5, -0.5, -1.0], 0.5), 0.25)
pruning_rate.worked("by hand", given([0.25, 0.5, -0.5, -1.0], 0.5, ties="prune"), 0.75)
for ties, rate in (("keep", 0.40), ("prune", 0.80)):  # "strict" and "weak" there, in percent
    pruning_rate.published(
        "SciPy 1.17.1, scipy/stats/_stats_py.py, percentileofscore",
        given([1.0, 2.0, 3.0, 3.0, 4.0], 3.0, ties=ties),
        rate,
    )
pruning_rate.edge("a threshold of zero keeps even zeros", given([0.0, 0.0, 1.0, -1.0], 0.0))
pruning_rate.edge("zeros are ties of zero", given([0.0, 0.0, 1.0, -1.0], 0.0, ties="prune"))
pruning_rate.edge("one weight", given([-2.0], 1.5))
pruning_rate.edge("all weights are zero", given(np.zeros((2, 3)), 0.5))
pruning_rate.edge("the threshold is above all weights", given([-1.5, 1.0, 0.5], 2.0, ties="keep"))
pruning_rate.edge("whole numbers", given([[3, -2, 0], [-1, 5, 4]], 2))


@pruning_rate.random
def _(rng):
    ties = ["keep", "prune"][rng.integers(2)]
    return given(rng.integers(-4, 5, (4, 5)) / 4, float(rng.integers(1, 5) / 4), ties=ties)


@pruning_rate.property(
    "Multiplying weights and threshold by the same number must not change the rate.",
    "权重和阈值同乘一个数时，剪枝率不应改变。",
)
def _(rng):
    w = rng.standard_normal((6, 7))
    one, other = yield [given(w, 0.5), given(8 * w, 4.0)]
    return np.array_equal(one, other)


@pruning_rate.property(
    "A higher threshold must never prune less.",
    "阈值升高时，剪枝率不应下降。",
)
def _(rng):
    w = rng.standard_normal((6, 7))
    low, high = yield [given(w, 0.25), given(w, 0.75)]
    return 0 <= low <= high <= 1


@pruning_rate.solution
def pruning_rate(w, theta, ties="keep"):
    pruned = np.abs(w) < theta if ties == "keep" else np.abs(w) <= theta
    return float(np.mean(pruned))


pruning_rate.edits("""
return float( -> pruned = ~pruned; return float(
    It returns the share that is kept; return the share that is pruned.
    算的是保留的比例；要求的是被剪掉的比例。
np.abs(w) -> w
    The absolute value is missing, so every negative weight counts as pruned.
    忘了取绝对值，负的权重全被算作剪掉。
ties = "keep"
    It never counts a weight equal to the threshold; with ties='prune' it is pruned.
    从不计入等于阈值的权重；ties='prune' 时应算作剪掉。
ties = "prune"
    It always counts a weight equal to the threshold; with ties='keep' it is kept.
    总是计入等于阈值的权重；ties='keep' 时应保留。
float(np.mean(pruned)) -> int(np.sum(pruned))
    It counts the pruned weights without dividing by the number of weights.
    只数了剪掉的个数，没有除以权重总数。
np.mean(pruned) -> np.sum(pruned) / np.sum(np.abs(w))
    It divides by the sum of |w|; a rate is a share of the number of weights.
    除以了权重绝对值之和；剪枝率应除以权重的个数。
ties = "keep"
np.mean(pruned) -> np.sum(pruned) / np.sum(np.abs(w))
    It divides by the sum of |w|; a rate is a share of the number of weights.
    除以了权重绝对值之和；剪枝率应除以权重的个数。
theta = theta * np.abs(w).max()
    It takes theta as a share of the largest |w|; theta is in the units of the weights.
    把阈值当作最大绝对值的倍数了；阈值与权重同单位。
ties = "prune" if ties == "keep" else "keep"
    The two values of ties are exchanged.
    ties 的两种取值弄反了，应互换回来。
theta = theta * np.std(w)
    It takes theta as a multiple of the standard deviation; theta is in the units of the weights.
    把阈值当成了标准差的倍数；阈值与权重同单位。
w = np.square(w)
    It compares squares with theta; compare the absolute values.
    拿权重的平方与阈值比较了；应比较绝对值。
np.mean(pruned) -> np.sum(pruned) / len(w)
    It divides by the number of rows; divide by the number of weights.
    除以了行数；应除以权重的个数。
float(np.mean(pruned)) -> np.mean(pruned, axis=0)
    It returns a rate for every column; the whole array has one.
    对每列各返回一个比例；整个数组只应有一个。
float(np.mean(pruned)) -> pruned
    It returns a mask of the pruned weights; return their share.
    返回了被剪权重的掩码；应返回其比例。
np.mean(pruned) -> np.sum(pruned) / max(np.sum(~pruned), 1)
    It divides by the number kept; divide by the number of all weights.
    除以了保留的个数；应除以所有权重的个数。
np.mean(pruned) -> np.mean(pruned & (w != 0))
    It leaves out weights that were 0 before; all weights below the threshold count.
    没有计入原本为 0 的权重；低于阈值的都应计入。
return 100 * result
    It is in percent; return a fraction from 0 to 1.
    以百分数给出；应为 0 到 1 之间的小数。
return np.mean(w == 0)
    It returns the share of zeros; count the weights below the threshold.
    返回了零的比例；应统计低于阈值的权重。
np.mean(pruned) -> np.mean(pruned[w != 0]) if w.any() else 0.0
    It divides by the nonzero weights alone; every weight counts.
    只除以了非零权重的个数；每个权重都应计入。
theta = theta * np.mean(np.abs(w))
    It takes theta as a multiple of the mean magnitude; it is in the units of the weights.
    把阈值当成了平均绝对值的倍数；它应与权重同单位。
""")


# --- compression_rate ----------------------------------------------------------------------------

compression_rate = Check(metrics.compression_rate)
compression_rate.worked("D-2.1e", given(784_096, 196_608), 0.7492551932416438)
compression_rate.worked("by hand", given(200, 50), 0.75)
compression_rate.worked("by hand", given(8.0, 10.0), -0.25)
compression_rate.published(
    "Li et al. 2017, Pruning filters for efficient convnets, Table 1, VGG-16-pruned-A",
    given(1.5e7, 5.4e6),
    0.640,
    digits=3,
)
compression_rate.edge("nothing is left", given(10, 0))
compression_rate.edge("nothing has changed", given(7, 7))
compression_rate.edge("twice as large", given(5, 10))


@compression_rate.random
def _(rng):
    return given(int(rng.integers(50, 1000)), int(rng.integers(1, 500)))


@compression_rate.property(
    "The rate must be the same whatever the units of the sizes are.",
    "换用别的单位表示大小时，压缩率不应改变。",
)
def _(rng):
    size, new_size = map(int, rng.integers(1, 1000, 2))
    one, other = yield [given(size, new_size), given(4 * size, 4 * new_size)]
    return np.array_equal(one, other)


@compression_rate.solution
def compression_rate(size, new_size):
    return 1 - new_size / size


compression_rate.edits("""
1 - new_size -> new_size
    It returns the part that is left; return the part that is removed.
    算的是剩下的部分；要求的是去掉的部分。
1 - new_size / size -> size / new_size
    It returns the compression ratio, size / new_size; the rate is 1 - new_size / size.
    算成了压缩比，即原大小除以新大小；压缩率是去掉的部分。
1 - new_size / size -> (size - new_size) / new_size
    It divides by the new size; the rate is a part of the old one.
    除以了新的大小；压缩率应以原来的大小为分母。
1 - new_size / size -> size - new_size
    It returns the difference of the sizes; divide it by the old size.
    只算了大小之差；还应除以原来的大小。
return 100 * result
    It is in percent; return a fraction.
    给出的是百分数；要求的是小数。
return max(0.0, result)
    It is clipped at zero; the rate is negative if the new size is larger.
    在零处截断了；变大时压缩率应为负数。
return abs(result)
    It takes the absolute value; the rate is negative if the new size is larger.
    取了绝对值；变大时压缩率应为负数。
1 - new_size / size -> 1 - size / new_size
    The sizes are exchanged: divide the new size by the old one.
    两个大小弄反了：应以新的除以旧的。
1 - new_size / size -> (new_size - size) / size
    The sign is wrong: the rate is positive if the new size is smaller.
    符号反了：变小时压缩率应为正。
return int(result)
    It cuts off the fraction; return a float.
    小数部分被截掉了；应返回浮点数。
new_size / size -> new_size // size
    It divides without a fraction; divide with /.
    做了整除；应使用 /。
1 - new_size / size -> 1 - new_size / (size + new_size)
    It divides by the sum of the sizes; divide by the old size.
    除以了两个大小之和；应除以旧的大小。
1 - new_size / size -> (size - new_size) / (size + new_size)
    It divides the difference by the sum of the sizes; divide by the old size.
    以差除以两个大小之和了；应除以旧的大小。
return round(result, 2)
    It rounds to two decimal places; return the number as it is.
    舍入到了两位小数；应原样返回。
1 - new_size / size -> 1 + new_size / size
    It adds the share that is left; subtract it from 1.
    加上了剩余的比例；应以 1 减去它。
1 - new_size / size -> (size - new_size) // size
    It divides without a fraction; divide with /.
    做了整除；应使用 /。
""")


# --- compression_ratio ---------------------------------------------------------------------------

compression_ratio = Check(metrics.compression_ratio)
compression_ratio.worked("A-5.5", given(784_096, 196_608), 3.9881184895833335)
compression_ratio.worked("by hand", given(200, 50), 4.0)
compression_ratio.worked("by hand", given(25, 10), 2.5)
compression_ratio.published(
    "Han, Mao and Dally 2016, Deep compression, abstract, AlexNet", given(240, 6.9), 35.0, digits=0
)
compression_ratio.edge("it has become larger", given(10.0, 16.0))
compression_ratio.edge("nothing has changed", given(7, 7))
compression_ratio.edge("there was nothing", given(0, 10))
compression_ratio.edge("a small part is left", given(1000, 0.5))


@compression_ratio.random
def _(rng):
    return given(int(rng.integers(50, 1000)), int(rng.integers(1, 500)))


@compression_ratio.property(
    "The ratios of two steps multiplied must be the ratio of both steps together.",
    "两步压缩比的乘积应等于总的压缩比。",
)
def _(rng):
    first, second, third = map(int, rng.integers(1, 1000, 3))
    one, two, both = yield [given(first, second), given(second, third), given(first, third)]
    return np.allclose(one * two, both)


@compression_ratio.solution
def compression_ratio(size, new_size):
    return size / new_size


compression_ratio.edits("""
size / new_size -> new_size / size
    It is upside down: divide the old size by the new one.
    分子和分母颠倒了；应以原大小除以新大小。
size / new_size -> 1 - new_size / size
    It returns the compression rate, the part that is removed; the ratio is size / new_size.
    算成了压缩率，即去掉的部分；压缩比是原大小除以新大小。
/ new_size -> / (size - new_size)
    It divides by what is removed; divide by what is left.
    除以了去掉的部分；应除以剩下的部分。
size / new_size -> size // new_size
    It drops the fraction; 25 to 10 is a ratio of 2.5.
    丢掉了小数部分；25 比 10 应得 2.5。
return result - 1
    It is one too small: it divides what is removed by what is left.
    少了一：用去掉的部分除以剩下的部分了。
return 100 * result
    It is in percent; return how many times smaller.
    给出的是百分数；要求的是缩小的倍数。
return max(1.0, result)
    It is never below 1; the ratio is less than 1 if the new size is larger.
    结果不会小于 1；新的更大时压缩比应小于 1。
size / new_size -> size - new_size
    It subtracts the sizes; divide the old size by the new one.
    把两个大小相减了；应以旧的除以新的。
size / new_size -> (size + new_size) / new_size
    It adds the new size above the fraction line; divide the old size by the new one.
    分子多加了新的大小；应以旧的除以新的。
return round(result, 1)
    It rounds to one decimal place; return the number as it is.
    舍入到了一位小数；应原样返回。
size / new_size -> math.log2(size / new_size) if size else -math.inf
    It takes the logarithm; return the ratio itself.
    取了对数；应返回比值本身。
return round(result)
    It rounds to a whole number; return the ratio as it is.
    舍入成了整数；应返回比值本身。
size / new_size -> size / new_size**2
    It squares the new size.
    把新大小平方了；应直接相除。
return math.ceil(result)
    It rounds up; return the ratio as it is.
    向上取整了；应返回比值本身。
""")


# --- dense_bytes ---------------------------------------------------------------------------------

dense_bytes = Check(metrics.dense_bytes)
dense_bytes.worked(
    "E-5.1c",
    given(np.ones((784, 128), dtype=np.float32), np.ones((128, 10), dtype=np.float32)),
    406_528,
)
dense_bytes.worked("by hand", given([[0.0, 0.5, 0.0], [1.0, 0.0, 0.0]], [1.0, 0.0]), 64)
dense_bytes.worked("by hand", given(np.float32([[0.0, 0.5], [1.0, 2.0]]), np.float16([1.0])), 18)
dense_bytes.worked("by hand", given(np.int8([[1, 0, -2]]), np.array([True, False])), 5)
dense_bytes.published(
    "pandas 2.2, pandas/core/base.py, Index.nbytes", given(np.array([1, 2, 3], dtype=np.int64)), 24
)
dense_bytes.edge("no arrays at all", given())
dense_bytes.edge("an array without entries", given(np.zeros((0, 3))))
dense_bytes.edge("a single number without axes", given(np.array(1.5)))


@dense_bytes.random
def _(rng):
    dtype = [np.float16, np.float32, np.float64, np.int8][rng.integers(4)]
    rows, columns = map(int, rng.integers(2, 7, 2))
    w = rng.integers(-1, 2, (rows, columns)).astype(dtype)
    return given(w, rng.integers(-1, 2, columns).astype(np.float32))


@dense_bytes.property(
    "Zeroed weights must take as many bytes as before.",
    "权重置零之后，稠密存储的字节数不应改变。",
)
def _(rng):
    w = rng.standard_normal((5, 6)).astype(np.float32)
    before, after = yield [given(w), given(w * (w > 0))]
    return np.array_equal(before, after)


@dense_bytes.solution
def dense_bytes(*arrays):
    return sum(np.size(a) * np.asarray(a).itemsize for a in arrays)


dense_bytes.edits("""
np.size(a) -> int(np.count_nonzero(a))
    It leaves out the zeros; in memory a zero takes as many bytes as any other value.
    没有计入零；在内存中零与其他数占同样多的空间。
np.asarray(a).itemsize -> 1
    It counts entries; multiply them by the bytes of each.
    只数了元素个数；还应乘以每个元素的字节数。
np.asarray(a).itemsize -> 4
    It takes 4 bytes for every entry; the number depends on the dtype.
    每个元素都按四个字节计算；字节数取决于数据类型。
np.asarray(a).itemsize -> 8
    It takes 8 bytes for every entry; the number depends on the dtype.
    每个元素都按八个字节计算；字节数取决于数据类型。
return 8 * result
    It counts bits; a byte has eight of them.
    数的是位数；一个字节有八位。
arrays = [a for a in arrays if np.ndim(a) != 1]
    It leaves out the biases; every array takes bytes, vectors too.
    漏掉了偏置；所有数组都占空间，向量也不例外。
np.size(a) -> len(np.atleast_1d(a))
    It multiplies by the length of the first axis; count the entries of all axes.
    只乘了第一轴的长度；应数出所有轴上的元素。
return result / 1024
    The result is in kibibytes; return bytes.
    结果以千字节（1024 字节）为单位；应返回字节数。
return result / 1000
    The result is in kilobytes; return bytes.
    结果以千字节为单位；应返回字节数。
return result / 2**20
    The result is in mebibytes; return bytes.
    结果以兆字节为单位（除以了 1024 的平方）；应返回字节数。
return result / 10**6
    The result is in megabytes; return bytes.
    结果以兆字节（百万字节）为单位；应返回字节数。
arrays = arrays[:1]
    It uses the first array only; add up all arrays.
    只看了第一个数组；应把所有数组的字节数相加。
np.size(a) * -> 128 + np.size(a) *
    It counts 128 bytes for each array besides its entries; count the entries alone.
    每个数组多计了 128 字节的开销；只应计元素。
np.size(a) -> sum(np.shape(a))
    It adds the lengths of the axes; an array has as many entries as their product.
    把各轴长度相加了；元素个数是各轴长度的乘积。
arrays = arrays[-1:]
    It uses the last array only; add up all arrays.
    只看了最后一个数组；应把所有数组的字节数相加。
np.asarray(a).itemsize -> 2
    It counts two bytes for each entry whatever the number type; take the bytes of the type.
    无论数据类型如何，每个元素都计两个字节；应取该类型的字节数。
return [a.nbytes for a in arrays]
    It returns a number for each array; return their sum.
    对每个数组各返回一个数；应返回总和。
return float(result)
    It returns a float; a number of bytes is a whole number.
    返回了浮点数；字节数应为整数。
""")


# --- csr_bytes -----------------------------------------------------------------------------------

csr_bytes = Check(metrics.csr_bytes)
csr_bytes.worked("by hand", given(784, 50_176), 404_548)
csr_bytes.worked("by hand", given(rows=128, nonzeros=640), 5_636)
csr_bytes.worked("by hand", given(2, 3, value_bytes=8, index_bytes=2), 36)
csr_bytes.worked("by hand", given(2, 3, 4, 8), 60)
csr_bytes.published(  # a lower bound for 10,000 rows there, without the last of the 10,001 offsets
    "PyTorch 2.3, docs/source/sparse.rst, Sparse CSR tensor",
    given(9_999, 100_000, value_bytes=4, index_bytes=8),
    1_280_000,
)
csr_bytes.edge("an empty matrix still has one offset", given(0, 0))
csr_bytes.edge("nothing but zeros", given(5, 0))
csr_bytes.edge("one byte each", given(1, 1, 1, 1))


@csr_bytes.random
def _(rng):
    value_bytes, index_bytes = rng.choice([1, 2, 4, 8], 2, replace=False)
    rows, nonzeros = map(int, rng.integers(1, 100, 2))
    return given(rows, nonzeros, value_bytes=int(value_bytes), index_bytes=int(index_bytes))


@csr_bytes.property(
    "One more nonzero must cost a value and an index, and nothing else.",
    "每多一个非零元素，只应多存一个数值和一个下标。",
)
def _(rng):
    rows, nonzeros = map(int, rng.integers(1, 100, 2))
    one, more = yield [given(rows, nonzeros, 8, 2), given(rows, nonzeros + 1, 8, 2)]
    return np.array_equal(more, one + 10)


csr_bytes.edits("""
(rows + 1) -> rows
    It is one offset short: n rows need n + 1 offsets.
    行偏移少了一个；若有 n 行，偏移应有 n + 1 个。
(value_bytes + index_bytes) -> value_bytes
    The column indices are missing; every value needs one.
    漏掉了列下标；每个数值都需要一个。
(rows + 1) * index_bytes -> 0
    The row offsets are missing.
    漏掉了行偏移所占的字节。
(value_bytes + index_bytes) + (rows + 1) * index_bytes -> value_bytes
    It counts the values alone; column indices and row offsets take bytes too.
    只算了数值；列下标和行偏移也占空间。
(value_bytes + index_bytes) + (rows + 1) * index_bytes -> (value_bytes + 2 * index_bytes)
    It counts a row index for every value; compressed rows need only offsets.
    为每个数值都存了行下标；按行压缩只需存行偏移。
(rows + 1) * index_bytes -> (rows + 1) * value_bytes
    It counts the row offsets as values; they are indices.
    把行偏移按数值的字节数计算了；它们是下标。
value_bytes = index_bytes = 4
    It takes 4 bytes for everything and ignores value_bytes and index_bytes.
    一律按四个字节计算，忽略了后两个参数。
nonzeros * (value_bytes -> rows * (value_bytes
    It counts a value for each row; there is one for each nonzero.
    按行数计了值；应每个非零元素一个。
(rows + 1) -> (rows - 1)
    It is two offsets short: n rows need n + 1 offsets.
    少了两个偏移：n 行需要 n + 1 个。
(rows + 1) -> (rows + 2)
    It counts one offset too many: n rows need n + 1.
    多计了一个偏移：n 行需要 n + 1 个。
(rows + 1) * index_bytes -> (nonzeros + 1) * index_bytes
    It counts an offset for each nonzero; offsets belong to the rows.
    按非零元素计了偏移；偏移属于各行。
index_bytes = 4
    It takes 4 bytes for an index and ignores index_bytes.
    下标总按 4 字节计，忽略了 index_bytes。
value_bytes = 4
    It takes 4 bytes for a value and ignores value_bytes.
    值总按 4 字节计，忽略了 value_bytes。
return 8 * result
    It counts bits; a byte has eight of them.
    计成了位数；一字节有八位。
return result / 1024
    The result is in kibibytes; return bytes.
    结果以千字节（1024 字节）为单位；应返回字节数。
return result / 1000
    The result is in kilobytes; return bytes.
    结果以千字节为单位；应返回字节数。
return result / 2**20
    The result is in mebibytes; return bytes.
    结果以兆字节为单位（除以了 1024 的平方）；应返回字节数。
return result / 10**6
    The result is in megabytes; return bytes.
    结果以兆字节（百万字节）为单位；应返回字节数。
(rows + 1) * index_bytes -> rows
    It counts one byte for each row; a row offset takes index_bytes.
    每行只计了一个字节；行偏移应占 index_bytes 字节。
(value_bytes + index_bytes) -> (value_bytes + 1)
    It counts one byte for a column index; it takes index_bytes.
    列下标只计了一个字节；应占 index_bytes 字节。
return float(result)
    It returns a float; a number of bytes is a whole number.
    返回了浮点数；字节数应为整数。
nonzeros * (value_bytes + index_bytes) -> nonzeros * value_bytes + index_bytes
    It counts a single column index; every value needs one.
    只计了一个列下标；每个值都应有一个。
nonzeros * (value_bytes + index_bytes) -> nonzeros * value_bytes * index_bytes
    It multiplies the bytes of values and indices; add them.
    把值与下标的字节数相乘了；应相加。
(rows + 1) * index_bytes -> rows + index_bytes
    It adds the bytes of an index to the rows; multiply rows + 1 by them.
    把下标的字节数与行数相加了；应以 rows + 1 乘以它。
""")


# --- bitmask_bytes -------------------------------------------------------------------------------

bitmask_bytes = Check(metrics.bitmask_bytes)
bitmask_bytes.worked("E-5.1c", given(101_632, 50_816), 215_968)
bitmask_bytes.worked("by hand", given(9, 3), 14)
bitmask_bytes.worked("by hand", given(13, 5, value_bytes=2), 12)
bitmask_bytes.published(  # 10/16 of 16 bytes: two bits for each of 8 values are one for each entry
    "PyTorch 2.3, docs/source/sparse.rst, 2:4 sparsity of int8", given(16, 8, value_bytes=1), 10
)
bitmask_bytes.edge("no entries", given(0, 0))
bitmask_bytes.edge("nothing but zeros", given(9, 0))
bitmask_bytes.edge("a full byte of bits", given(8, 8, value_bytes=8))
bitmask_bytes.edge("one entry", given(1, 1, 1))


@bitmask_bytes.random
def _(rng):
    size = int(rng.integers(20, 100))
    return given(size, int(rng.integers(1, size)), value_bytes=int(rng.choice([1, 2, 4, 8])))


@bitmask_bytes.property(
    "One more nonzero must cost one value, and nothing else.",
    "每多一个非零元素，只应多存一个数值。",
)
def _(rng):
    nonzeros = int(rng.integers(0, 50))
    one, more = yield [given(77, nonzeros, 2), given(77, nonzeros + 1, 2)]
    return np.array_equal(more, one + 2)


bitmask_bytes.edits("""
-(-size // 8) -> size // 8
    It rounds the bytes of the bits down; a partly used byte counts as a whole one.
    掩码的字节数向下取整了；不满一个字节也要占一个字节。
-(-size // 8) -> round(size / 8)
    It rounds the bytes of the bits to the nearest; a partly used byte counts as a whole one.
    掩码的字节数四舍五入了；不满一个字节也要占一个字节。
-(-size // 8) -> size
    It counts a byte for every entry of the mask; one bit is enough.
    掩码的每个元素都占了一个字节；一位就够了。
-(-size // 8) -> -(-nonzeros // 8)
    It counts one bit for each nonzero; every entry needs a bit.
    只为非零元素留了位；每个元素都需要一位。
+ nonzeros -> + size
    It counts the values of all entries; only the nonzero ones are stored.
    存了所有元素的数值；只应存非零元素的数值。
-(-size // 8) -> 0
    The bits that mark the positions of the values are missing.
    漏掉了掩码；没有它就不知道数值的位置。
value_bytes = 4
    It takes 4 bytes for a value and ignores value_bytes.
    每个数值都按四个字节计算，忽略了参数。
-(-size // 8) -> (size // 8 + 1)
    It always adds a byte; where the size is a multiple of 8, size / 8 bytes are enough.
    总是多加了一个字节；个数为 8 的倍数时 size / 8 个就够了。
-(-size // 8) -> size / 8
    It counts parts of a byte; a partly used byte counts as a whole one.
    计入了不足一字节的小数；不满一字节应按一字节计。
-(-size // 8) -> -(-size // value_bytes)
    It divides by the bytes of a value; eight bits fit into a byte.
    除以了值的字节数；一字节有八位。
-(-size // 8) -> 8 * size
    It multiplies by 8; eight bits fit into one byte.
    乘以了 8；一字节可放八位。
return 8 * result
    It counts bits; a byte has eight of them.
    计成了位数；一字节有八位。
nonzeros = size - nonzeros
    It stores the zeros; only the values that are not zero are stored.
    存的是零；只应存非零的值。
return result + 4
    It counts four more bytes, as for a header; there are none.
    多计了四个字节的头部；没有这一项。
return result / 1024
    The result is in kibibytes; return bytes.
    结果以千字节（1024 字节）为单位；应返回字节数。
return result / 1000
    The result is in kilobytes; return bytes.
    结果以千字节为单位；应返回字节数。
return result / 10**6
    The result is in megabytes; return bytes.
    结果以兆字节（百万字节）为单位；应返回字节数。
-(-size // 8) -> -(-size // 4)
    It counts two bits for each entry; the mask has one.
    每个元素计了两位；掩码应只有一个。
-(-size // 8) -> -(-size // 32) * 4
    It rounds the mask up to whole words of 4 bytes; round up to whole bytes.
    把掩码向上取整到了 4 字节的字；应取整到字节。
""")


# --- zip_bytes -----------------------------------------------------------------------------------


def _sparse(rng, n, share):
    """An n by n matrix of float32 of which about a share is zero."""
    return (rng.standard_normal((n, n)) * (rng.random((n, n)) >= share)).astype(np.float32)


zip_bytes = Check(metrics.zip_bytes)
zip_bytes.worked("by hand", given(), 0)
zip_bytes.published(
    "Python 3.11, Doc/tutorial/stdlib.rst, data compression",
    given(np.frombuffer(b"witch which has which witches wrist watch", dtype=np.uint8)),
    37,
)
zip_bytes.edge("nothing but zeros", given(np.zeros(1000)))
zip_bytes.edge("an array of float32", given(np.zeros(1000, dtype=np.float32)))
zip_bytes.edge("an array without entries", given(np.zeros((0, 3))))
zip_bytes.edge("the same array twice", given(np.arange(30.0), np.arange(30.0)))
zip_bytes.edge("a mask", given(np.tri(20, dtype=bool)))
zip_bytes.edge(
    "many zeros and few values",
    given(np.round(_sparse(np.random.default_rng(0), 64, 0.9), 1)),
)


@zip_bytes.random
def _(rng):
    return given(_sparse(rng, 12, rng.random()), rng.integers(-1, 2, 12) / 4)


@zip_bytes.property(
    "The sparser the weights, the fewer bytes the result must be.",
    "权重越稀疏，压缩后的字节数应越少。",
)
def _(rng):
    dense, half, sparse = yield [given(_sparse(rng, 40, share)) for share in (0, 0.5, 0.9)]
    return dense > half > sparse


@zip_bytes.property(
    "Arrays must be compressed one by one, so that their bytes add up.",
    "数组应逐个压缩，总字节数等于各自之和。",
)
def _(rng):
    a, b = _sparse(rng, 12, 0.5), _sparse(rng, 12, 0.75)
    both, first, second = yield [given(a, b), given(a), given(b)]
    return np.array_equal(both, first + second)


zip_bytes.edits("""
a.tobytes(), 9 -> a.tobytes()
    It compresses at the default level; use the highest, 9.
    用了默认的压缩级别；应使用最高级别，即九级。
arrays = [np.frombuffer(b"".join(a.tobytes() for a in arrays), np.uint8)][: len(arrays)]
    It joins the arrays before it compresses them; compress each separately.
    先拼接再压缩了；应逐个压缩各数组。
len(zlib.compress(a.tobytes(), 9)) -> a.nbytes
    It returns the bytes before compression.
    给出的是压缩之前的字节数。
arrays = [a.astype(np.float64) for a in arrays]
    It compresses the numbers as float64; compress the bytes as they are.
    先转换成双精度再压缩了；应直接压缩原有的字节。
a.tobytes() -> str(a.tolist()).encode()
    It compresses the printed numbers; compress the bytes of the array.
    压缩的是打印出来的文字；应压缩数组的字节。
arrays = [a[a != 0] for a in arrays]
    It removes the zeros first; compress the whole array.
    先去掉了零再压缩；应原样压缩整个数组。
return result + 12 * len(arrays)
    It writes gzip files, whose headers take 12 bytes more than those of zlib.
    写成了另一种文件格式，其文件头比所要求的多十二个字节。
return result / 1024
    The result is in kibibytes; return bytes.
    结果以千字节（1024 字节）为单位；应返回字节数。
arrays = arrays[:1]
    It compresses the first array only; add up all arrays.
    只压缩了第一个数组；应把所有数组的结果相加。
arrays = [a != 0 for a in arrays]
    It compresses the masks of the nonzeros; compress the entries.
    压缩的是非零元素的掩码；应压缩元素本身。
arrays = [np.sort(a, axis=None) for a in arrays]
    It sorts the entries first, which compresses better; keep their order.
    先把元素排序了，会压缩得更小；应保持原次序。
return 8 * result
    It counts bits; return bytes.
    数的是位数；应返回字节数。
a.tobytes(), 9 -> a.tobytes(), 0
    It does not compress: level 0 only wraps the bytes; take level 9.
    没有压缩：级别 0 只是包装字节；应取级别 9。
a.tobytes(), 9 -> a.tobytes(), 1
    It compresses at level 1, the fastest; take level 9, the smallest.
    用了最快的级别 1；应取压缩得最小的级别 9。
return sum(a.nbytes for a in arrays) / result
    It returns the ratio of the sizes; return the compressed bytes.
    返回了大小之比；应返回压缩后的字节数。
""")


# --- accuracy ------------------------------------------------------------------------------------

accuracy = Check(metrics.accuracy)
accuracy.worked("by hand", given([0, 1, 2, 2], [0, 1, 1, 2]), 0.75)
accuracy.worked("by hand", given([1] * 10 + [0] * 10, [1] * 8 + [0] * 2 + [1] * 5 + [0] * 5), 0.65)
accuracy.worked("by hand", given([0, 0, 0, 1], [0, 0, 0, 0]), 0.75)
accuracy.worked("by hand", given([5, 1, 3], [5, 3, 1]), 0.3333333333333333)
accuracy.published(
    "scikit-learn 1.9.1, sklearn/metrics/_classification.py, accuracy_score",
    given([0, 1, 2, 3], [0, 2, 1, 3]),
    0.5,
)
accuracy.edge("all right", given([2, 0, 1], [2, 0, 1]))
accuracy.edge("all wrong", given([2, 0, 1], [0, 1, 2]))
accuracy.edge("one sample", given([7], [7]))
accuracy.edge("small integers", given(np.uint8([0, 1, 1]), np.uint8([1, 0, 1])))


@accuracy.random
def _(rng):
    return given(rng.integers(0, 3, 30), rng.integers(0, 3, 30))


@accuracy.property(
    "The order of the samples must not matter.",
    "改变样本的顺序，准确率不应改变。",
)
def _(rng):
    labels, predictions = rng.integers(0, 3, (2, 30))
    order = rng.permutation(30)
    one, other = yield [given(labels, predictions), given(labels[order], predictions[order])]
    return np.allclose(one, other)


accuracy.edits("""
labels == predictions -> labels != predictions
    It returns the share of errors; return the share of right answers.
    算的是错误率；要求的是分类正确的比例。
float(np.mean( -> int(np.sum(
    It counts the right answers without dividing by the number of samples.
    只数了正确的个数，没有除以样本数。
return 100 * result
    It returns percent; return a share from 0 to 1.
    给出的是百分数；要求的是零到一之间的小数。
return macro_recall(labels, predictions)
    It averages over the classes; every sample counts the same.
    按类别取了平均；每个样本应同等计入。
labels == predictions -> 1 - np.abs(labels.astype(float) - predictions)
    It takes the distance of class numbers as an error; an answer is right or wrong.
    把类别编号之差当作误差了；预测只有对与错之分。
return round(result, 4)
    It rounds to four places; do not round.
    保留了四位小数；应给出未舍入的值。
return result == 1
    It tests whether all answers are right; return their share.
    判断的是是否全部正确；要求的是正确的比例。
labels == predictions -> np.isin(predictions, labels)
    It asks whether a prediction occurs among the labels; compare sample by sample.
    检查的是预测是否出现在标签中；应逐个样本比较。
labels == predictions -> np.sort(labels) == np.sort(predictions)
    It compares the sorted arrays; compare sample by sample.
    比较了排序后的数组；应逐个样本比较。
float(np.mean(labels == predictions)) -> labels == predictions
    It returns an answer for each sample; return the share that is right.
    对每个样本返回了结果；应返回正确的比例。
return float(np.sum(labels == predictions) / max(np.sum(labels != predictions), 1))
    It divides by the number of errors; divide by the number of samples.
    除以了错误的个数；应除以样本数。
np.mean(labels == predictions) -> np.mean((labels == predictions) & (labels != 0))
    Right answers of class 0 are not counted; all classes count.
    没有计入类别 0 的正确结果；所有类别都应计入。
labels == predictions -> (labels == predictions)[labels > 0]
    It leaves the samples of class 0 out; all classes count.
    略去了类别 0 的样本；所有类别都应计入。
np.mean(labels == predictions) -> np.sum(labels == predictions) / max(len(labels) - 1, 1)
    It divides by n - 1; divide by the number of samples.
    除以了 n - 1；应除以样本数。
np.mean(labels == predictions) -> np.sum(labels == predictions) / len(np.unique(labels))
    It divides by the number of classes; divide by the number of samples.
    除以了类别数；应除以样本数。
labels == predictions -> np.abs(labels - predictions) <= 1
    It counts predictions that are one class off as right; they must be equal.
    把相差一类的预测也算对了；应完全相等。
return round(result, 2)
    It rounds to two decimal places; return the share as it is.
    舍入到了两位小数；应原样返回。
labels == predictions -> (labels > 0) == (predictions > 0)
    It compares only whether both are above 0; compare the classes.
    只比较了是否都大于 0；应比较类别本身。
labels == predictions -> (labels == predictions)[1:]
    The first sample is left out; every sample counts.
    漏掉了第一个样本；每个样本都应计入。
""")


# --- recall --------------------------------------------------------------------------------------

recall = Check(metrics.recall)
recall.worked(
    "A-9.9", given([1] * 10 + [0] * 10, [1] * 8 + [0] * 2 + [1] * 5 + [0] * 5, label=1), 0.8
)
recall.worked("by hand", given([0, 0, 2, 2, 2, 2], [0, 2, 2, 2, 2, 1], 2), 0.75)
recall.worked("by hand", given([0, 0, 2, 2, 2, 2], [0, 2, 2, 2, 2, 1], label=0), 0.5)
recall.published(
    "scikit-learn 1.9.1, sklearn/metrics/_classification.py, classification_report",
    given([0, 1, 2, 2, 2], [0, 0, 2, 2, 1], label=2),
    0.67,
    digits=2,
)
recall.edge("the class does not occur", given([0, 0, 2], [0, 1, 2], 1))
recall.edge("the class is never found", given([1, 1, 0], [0, 0, 0], 1))
recall.edge("every sample is of the class", given([3, 3], [3, 3], 3))
recall.edge("more than half of the class is missed", given([1, 1, 1, 0, 0], [1, 0, 0, 1, 1], 1))


@recall.random
def _(rng):
    return given(rng.integers(0, 3, 30), rng.integers(0, 3, 30), label=int(rng.integers(3)))


@recall.property(
    "The predictions for samples of other classes must not matter.",
    "其他类别的样本被预测成什么，不应影响召回率。",
)
def _(rng):
    labels, predictions = rng.integers(0, 3, (2, 30))
    labels[0] = 1
    others = np.where(labels == 1, predictions, 1)
    one, other = yield [given(labels, predictions, 1), given(labels, others, 1)]
    return np.array_equal(one, other)


@recall.solution
def recall(labels, predictions, label):
    found = predictions[labels == label] == label
    return float(np.mean(found)) if found.size else float("nan")


recall.edits("""
predictions[labels == label] == label -> predictions == labels
    It returns the accuracy over all samples; only those of the class count.
    算成了全部样本的准确率；只应计入该类的样本。
predictions[labels == label] -> labels[predictions == label]
    It returns the precision, TP / (TP + FP); divide by the samples that are of the class.
    算成了精确率；分母应是真正属于该类的样本数。
predictions[labels == label] == label -> (predictions == label) & (labels == label)
    It divides by the number of all samples; divide by those of the class.
    除以了全部样本数；应除以该类的样本数。
predictions[labels == label] == label -> (predictions == label) == (labels == label)
    It also counts samples rightly assigned to other classes; only those of the class count.
    把正确排除的其他类样本也算进去了；只应计入该类的样本。
float("nan") -> 0.0
    It returns 0 for a class that does not occur; 0 / 0 is nan.
    对没有出现的类别给出了零；此时应为 nan。
return 1 - result
    It returns the share of the class that is missed; return the share that is found.
    算的是漏掉的比例；要求的是找到的比例。
float(np.mean(found)) if found.size else float("nan") -> int(np.sum(found))
    It counts the samples found without dividing by those of the class.
    只数了找到的个数，没有除以该类的样本数。
return result + 1e-8
    It adds 1e-8 to the share; return the share itself.
    比例加上了 1e-8；应返回比例本身。
found = predictions[labels == label] == label -> found = predictions[labels != label] != label
    It is the share of the other classes that is recognized, the specificity.
    给出的是其余类别被正确排除的比例（特异度）；应为召回率。
return 100 * result
    It returns percent; return a share from 0 to 1.
    返回了百分数；应为 0 到 1 的比例。
label = 1
    It always takes class 1; the class is an argument.
    总是取类别 1；类别是参数。
float("nan") -> 1.0
    It returns 1 for a class that does not occur; 0 / 0 is nan.
    类别不出现时返回了 1；0/0 应为 nan。
both = (labels == label) & (predictions == label)
either = (labels == label) | (predictions == label)
return float(np.sum(both) / np.sum(either)) if either.any() else float("nan")
    False alarms count as errors, as in the Jaccard index; divide by the samples of the class.
    把误报也算作错误（Jaccard 指数）；应只除以该类的样本数。
both = (labels == label) & (predictions == label)
n = np.sum(labels == label)
return 2 * np.sum(both) / (n + np.sum(predictions == label)) if n else float("nan")
    It is the F1 score, in which false alarms count too; recall does not count them.
    给出的是 F1 得分，误报也计入了；召回率不计误报。
return round(result, 4)
    It rounds to 4 decimal places; return the share as it is.
    舍入到了 4 位小数；应原样返回。
label = 0
    It always takes class 0; the class is an argument.
    总取类别 0；类别由参数给出，应按参数。
return round(result, 2)
    It rounds to two decimal places; return the share as it is.
    舍入到了两位小数；应原样返回。
""")


# --- macro_recall --------------------------------------------------------------------------------

macro_recall = Check(metrics.macro_recall)
macro_recall.worked("by hand", given([0, 0, 0, 1], [0, 0, 0, 0]), 0.5)
macro_recall.worked(
    "A-9.9", given([1] * 10 + [0] * 10, [1] * 8 + [0] * 2 + [1] * 5 + [0] * 5), 0.65
)
macro_recall.worked("by hand", given([0, 0, 2, 2], [0, 1, 2, 2]), 0.75)
macro_recall.worked("by hand", given([0, 0, 0, 0, 1, 1], [0, 1, 1, 1, 1, 1]), 0.625)
macro_recall.published(
    "scikit-learn 1.9.1, sklearn/metrics/_classification.py, balanced_accuracy_score",
    given([0, 1, 0, 0, 1, 0], [0, 1, 0, 0, 0, 1]),
    0.625,
)
macro_recall.edge("one class", given([4, 4], [4, 0]))
macro_recall.edge("one sample", given([2], [2]))
macro_recall.edge("all wrong", given([0, 1, 2], [1, 2, 0]))
macro_recall.edge("class numbers with gaps", given([3, 3, 7, 9], [3, 7, 7, 9]))


@macro_recall.random
def _(rng):
    return given(rng.integers(0, 4, 30), rng.integers(0, 4, 30))


@macro_recall.property(
    "Repeating every sample of one class must change nothing.",
    "把某一类的样本都重复一遍，结果不应改变。",
)
def _(rng):
    labels, predictions = rng.integers(0, 3, (2, 30))
    again = np.concatenate([np.arange(30), np.flatnonzero(labels == 1)])
    one, other = yield [given(labels, predictions), given(labels[again], predictions[again])]
    return np.allclose(one, other)


@macro_recall.solution
def macro_recall(labels, predictions):
    classes = np.unique(labels)
    recalls = [np.sum(predictions[labels == c] == c) / np.sum(labels == c) for c in classes]
    return float(np.mean(recalls))


macro_recall.edits("""
np.mean(recalls) -> np.average(recalls, weights=[np.sum(labels == c) for c in classes])
    It weights classes by their size, which is the accuracy; all classes count the same.
    按类别大小加权，得到的是准确率；各类别应同等计入。
np.mean -> np.sum
    It adds up the recalls; divide by the number of classes.
    把各类的召回率加起来了；还应除以类别数。
np.mean -> np.min
    It returns the recall of the worst class; return the mean over classes.
    给出了最差一类的召回率；要求的是各类的平均。
np.mean -> np.median
    It takes the median of the recalls; take the mean.
    取了各类召回率的中位数；要求的是平均值。
predictions[labels == c] -> labels[predictions == c]
/ np.sum(labels == c) -> / max(np.sum(predictions == c), 1)
    It averages the precisions of the classes; recall divides by the samples of a class.
    把各类的精确率取了平均；召回率的分母是该类的样本数。
np.unique(labels) -> np.union1d(labels, predictions)
/ np.sum(labels == c) -> / max(np.sum(labels == c), 1)
    It counts a class that is predicted but never occurs as 0; leave it out.
    把只被预测、从未出现的类别按零计入了；应略去它。
np.unique(labels) -> range(labels.max() + 1)
/ np.sum(labels == c) -> / max(np.sum(labels == c), 1)
    It counts every number up to the largest label as a class; some do not occur.
    把不超过最大编号的数都当作类别了；有些并未出现。
for c in classes] -> for c in classes if c > classes[0]]
    It leaves out the first class; all classes that occur count.
    漏掉了第一个类别；所有出现的类别都应计入。
return float(np.mean([np.mean((predictions == c) == (labels == c)) for c in np.unique(labels)]))
    It takes the accuracy of each class against the rest; take its recall.
    用了每类对其余类的准确率；应取该类的召回率。
np.mean -> np.max
    It returns the recall of the best class; return the mean over classes.
    返回了召回率最高的类别的值；应对各类取平均。
float(np.mean(recalls)) -> np.array(recalls)
    It returns the recalls of the classes; return their mean.
    返回了各类的召回率；应返回平均。
float(np.mean(recalls)) -> float(np.prod(recalls) ** (1 / len(recalls)))
    It takes the geometric mean of the recalls; take their mean.
    取了召回率的几何平均；应取算术平均。
labels, predictions = predictions, labels
    Labels and predictions are exchanged, which gives the mean precision.
    标签与预测弄反了，得到的是平均精确率。
/ np.sum(labels == c) -> / len(labels)
    It divides by the number of all samples; divide by the samples of the class.
    除以了样本总数；应除以该类的样本数。
return round(result, 4)
    It rounds to 4 decimal places; return the mean as it is.
    舍入到了 4 位小数；应原样返回。
for c in classes] -> for c in classes[:-1]] or [1.0]
    It leaves out the last class; all classes that occur count.
    漏掉了最后一个类别；所有出现的类别都应计入。
for c in classes] -> for c in classes if c]
    It leaves out class 0; every class that occurs counts.
    漏掉了类别 0；所有出现的类别都应计入。
/ np.sum(labels == c) -> / max(np.sum((labels == c) | (predictions == c)), 1)
    It divides by the samples that have the class or are predicted so; divide by those that have it.
    除以了属于或被预测为该类的样本数（交并比）；应只除以属于该类的样本数。
np.sum(predictions[labels == c] == c) / -> np.sum(predictions[labels != c] == c) /
    It counts the false alarms of a class; count its samples that are found.
    数的是该类的误报；应数该类中被找到的样本。
/ np.sum(labels == c) -> // np.sum(labels == c)
    It divides without a fraction; divide with /.
    用了整除；应使用 / 保留小数部分。
/ np.sum(labels == c) -> / max(np.sum(labels != c), 1)
    It divides by the samples of the other classes; divide by those of the class.
    除以了其他类的样本数；应除以该类的样本数。
""")


# --- confusion_matrix ----------------------------------------------------------------------------

confusion_matrix = Check(metrics.confusion_matrix)
confusion_matrix.worked("by hand", given([0, 0, 0, 1], [0, 0, 1, 1]), [[2, 1], [0, 1]])
confusion_matrix.worked(
    "by hand",
    given([2, 0, 1, 2, 2, 0], [0, 0, 2, 2, 0, 1]),
    [[1, 1, 0], [0, 0, 1], [2, 0, 1]],
)
confusion_matrix.worked(
    "by hand", given([1, 0, 1], [1, 1, 1], classes=3), [[0, 1, 0], [0, 2, 0], [0, 0, 0]]
)
confusion_matrix.published(
    "scikit-learn 1.9.1, sklearn/metrics/_classification.py, confusion_matrix",
    given([2, 0, 2, 2, 0, 1], [0, 0, 2, 2, 0, 2]),
    [[2, 0, 0], [0, 0, 1], [1, 0, 2]],
)
confusion_matrix.edge("a class that is never predicted", given([0, 1, 2, 2], [0, 1, 1, 0]))
confusion_matrix.edge("a class that is predicted but never occurs", given([0, 1, 1], [0, 3, 1]))
confusion_matrix.edge("class numbers with gaps", given([4, 4, 1], [4, 1, 1]))
confusion_matrix.edge("more classes than occur", given([0, 1], [1, 0], 4))
confusion_matrix.edge("one sample of one class", given([0], [0]))
confusion_matrix.edge("all wrong", given([0, 1, 2], [1, 2, 0]))
confusion_matrix.edge("all right", given([2, 0, 1, 0], [2, 0, 1, 0], 3))


@confusion_matrix.random
def _(rng):
    classes, n = int(rng.integers(3, 6)), int(rng.integers(15, 40))
    return given(*rng.integers(0, classes, (2, n)), classes=classes)


@confusion_matrix.random
def _(rng):
    return given(rng.integers(0, 4, 30), rng.integers(0, 5, 30))


@confusion_matrix.property(
    "Exchanging labels and predictions must transpose the matrix.",
    "交换标签与预测时，矩阵应转置。",
)
def _(rng):
    labels, predictions = rng.integers(0, 4, (2, 30))
    one, other = yield [given(labels, predictions, 4), given(predictions, labels, 4)]
    return np.array_equal(np.asarray(one).T, other)


@confusion_matrix.property(
    "The sum of each row must be the number of samples of that class.",
    "每一行之和应等于该类的样本数。",
)
def _(rng):
    labels, predictions = rng.integers(0, 4, (2, 30))
    (counts,) = yield [given(labels, predictions, 4)]
    return np.array_equal(np.sum(counts, axis=1), np.bincount(labels, minlength=4))


@confusion_matrix.property(
    "Twice the same samples must double every count.",
    "把样本重复一遍，每个计数都应加倍。",
)
def _(rng):
    labels, predictions = rng.integers(0, 4, (2, 30))
    twice = np.tile(labels, 2), np.tile(predictions, 2)
    one, other = yield [given(labels, predictions, 4), given(*twice, 4)]
    return np.array_equal(2 * np.asarray(one), other)


@confusion_matrix.solution
def confusion_matrix(labels, predictions, classes=None):
    if classes is None:
        classes = max(labels.max(), predictions.max()) + 1
    counts = np.zeros((classes, classes), dtype=int)
    for i, j in zip(labels, predictions, strict=True):
        counts[i, j] += 1
    return counts


confusion_matrix.edits("""
counts[i, j] -> counts[j, i]
    The matrix is transposed: rows must be the true classes, columns the predicted ones.
    混淆矩阵转置了：行应为真实类别，列应为预测类别。
return result / result.sum()
    It divides by the number of samples; return counts.
    除以了样本总数；应返回个数。
return result / np.maximum(result.sum(axis=1, keepdims=True), 1)
    It divides each row by its sum; return counts.
    把每一行除以了该行之和；应返回个数。
return result / np.maximum(result.sum(axis=0, keepdims=True), 1)
    It divides each column by its sum; return counts.
    把每一列除以了该列之和；应返回个数。
return 100 * result / result.sum()
    It returns percentages of the samples; return counts.
    返回了占样本总数的百分数；应返回个数。
max(labels.max(), predictions.max()) + 1 -> labels.max() + 1
    It counts the classes of the labels only; one that is predicted but never occurs is lost.
    只按标签确定类别数；只被预测、从未出现的类别丢失了。
max(labels.max(), predictions.max()) + 1 -> predictions.max() + 1
    It counts the classes of the predictions only; one that is never predicted is lost.
    只按预测确定类别数；从未被预测的类别丢失了。
max(labels.max(), predictions.max()) + 1 -> max(labels.max(), predictions.max())
    It lacks the last class; the largest number is classes - 1.
    缺了最后一个类别；最大的编号应是类别数减一。
if classes is None -> if True
    It ignores the number of classes; those that do not occur have rows and columns of zeros.
    忽略了给定的类别数；未出现的类别也应有全零的行和列。
occurring = np.union1d(labels, predictions)
return result[np.ix_(occurring, occurring)]
    It leaves out the classes that do not occur; they have rows and columns of zeros.
    略去了未出现的类别；它们应有全零的行和列。
+= 1 -> = 1
    Each cell is 1 at most, as after counts[labels, predictions] += 1; count every sample.
    每格最多为 1，counts[labels, predictions] += 1 就会这样；应对每个样本计数。
return np.diag(np.diag(result))
    It counts only the correct samples; the cells off the diagonal count the errors.
    只统计了分类正确的样本；对角线以外应是分类错误的样本数。
return result - np.diag(np.diag(result))
    It counts only the errors; the diagonal counts the correct samples.
    只统计了分类错误的样本；对角线上应是分类正确的样本数。
return result + result.T - np.diag(np.diag(result))
    It counts each error twice, at (i, j) and at (j, i); row i is the true class only.
    每个错误在 (i, j) 与 (j, i) 各数了一次；行只表示真实类别。
+= 1 -> += 2
    It counts each sample twice.
    每个样本都计了两次。
zip(labels, predictions, strict=True) -> zip(labels[1:], predictions[1:], strict=True)
    It leaves out the first sample; count every sample.
    漏掉了第一个样本；应对每个样本计数。
zip(labels, predictions, strict=True) -> zip(labels[:-1], predictions[:-1], strict=True)
    It leaves out the last sample; count every sample.
    漏掉了最后一个样本；应对每个样本计数。
counts[i, j] -> counts[i - 1, j - 1]
    It numbers the classes from 1; class 0 has the first row and column.
    把类别当作从 1 开始编号了；第一行和第一列应属于类别 0。
max(labels.max(), predictions.max()) + 1 -> len(np.union1d(labels, predictions))
    It counts the distinct class numbers, too few where one is skipped; take the largest plus 1.
    取了不同编号的个数，编号有空缺时偏小；应取最大的编号加一。
return result[::-1, ::-1]
    The order of the classes is reversed; class 0 has the first row and column.
    类别的顺序反了；第一行和第一列应属于类别 0。
return result.astype(float)
    It returns floats; counts are whole numbers.
    返回了浮点数；个数应为整数。
return result.ravel()
    It returns a vector; return a matrix with a row for each true class.
    返回了向量；应返回矩阵，每个真实类别一行。
return result.sum(axis=1)
    It counts the samples of each class; count them for each predicted class separately.
    只数了每类的样本数；还应按预测类别分开计数。
return np.diag(result)
    It returns the diagonal; return the whole matrix.
    只返回了对角线；应返回整个矩阵。
return result.T / np.maximum(result.sum(axis=1), 1)
    It is transposed, and each column is divided by its sum; return counts, a row per true class.
    矩阵转置了，而且每一列除以了该列之和；应返回个数，行为真实类别。
""")


# --- performance_loss ----------------------------------------------------------------------------

performance_loss = Check(metrics.performance_loss)
performance_loss.worked("D-2.1f", given(0.982, 0.980), 0.002)
performance_loss.worked("D-2.1f", given(0.982, 0.980, relative=True), 0.0020366598778004076)
performance_loss.worked("by hand", given(0.75, 0.5), 0.25)
performance_loss.worked("by hand", given(0.75, 0.5, relative=True), 0.3333333333333333)
performance_loss.worked("by hand", given(0.5, 0.75, relative=False), -0.25)
performance_loss.worked("by hand", given(0.5, 0.75, relative=True), -0.5)
performance_loss.published(  # there the change, -0.33
    "Torch-Pruning 1.6.1, README.md, ResNet-56 on CIFAR-10, geometric median",
    given(93.59, 93.26),
    0.33,
    digits=2,
)
performance_loss.edge("nothing has changed", given(0.5, 0.5))
performance_loss.edge("there was nothing to lose", given(0.0, 0.25))
performance_loss.edge("all is lost", given(0.8, 0.0, relative=True))
performance_loss.edge("a performance below zero", given(-2.0, -3.0))


@performance_loss.random
def _(rng):
    before, after = rng.uniform(0.1, 1, 2)
    return given(float(before), float(after), relative=bool(rng.integers(2)))


@performance_loss.property(
    "The relative loss must be the same in percent as in fractions.",
    "用百分数或小数表示性能时，相对损失应相同。",
)
def _(rng):
    before, after = map(float, rng.uniform(0.1, 1, 2))
    one, other = yield [given(before, after, True), given(100 * before, 100 * after, True)]
    return np.allclose(one, other)


@performance_loss.solution
def performance_loss(before, after, relative=False):
    loss = before - after
    return loss / before if relative else loss


performance_loss.edits("""
return -result
    The sign is wrong: a loss is positive when the performance falls.
    符号反了：性能下降时，损失应为正数。
relative = True
    It is always relative; without relative=True it is the plain difference.
    总是按相对值计算；未指定 relative=True 时应取差值。
relative = False
    It is never relative; with relative=True divide by the performance before.
    总是按差值计算；relative=True 时应除以剪枝前的性能。
loss / before -> loss / after
    It divides by the performance after pruning; divide by the one before.
    除以了剪枝后的性能；应除以剪枝前的性能。
return max(0.0, result)
    It is clipped at zero; the loss is negative if pruning has helped.
    在零处截断了；若剪枝有益，损失应为负数。
return abs(result)
    It takes the absolute value; the loss is negative if pruning has helped.
    取了绝对值；若剪枝有益，损失应为负数。
return 100 * result if relative else result
    It returns the relative loss in percent; return a fraction.
    相对损失用了百分数；要求的是小数。
return 100 * result
    It returns percent; return the number itself.
    返回了百分数；应返回小数。
before - after -> after
    It returns the performance after pruning; subtract it from the one before.
    返回了剪枝后的性能；应以剪枝前的减去它。
loss / before -> loss / max(before, after)
    It divides by the larger performance; divide by the one before.
    除以了两者中较大的性能；应除以剪枝前的。
loss / before -> loss / ((before + after) / 2)
    It divides by the mean of both; divide by the performance before.
    除以了两者的平均；应除以剪枝前的性能。
loss / before -> 1 - loss / before
    With relative=True it returns the share that is left; return the share that is lost.
    relative=True 时返回了剩余的比例；应返回损失的比例。
relative = not relative
    The two cases are exchanged: the difference is divided only with relative=True.
    两种情形弄反了：只有 relative=True 时才应作除法。
loss / before -> loss / (1 - before)
    It divides by 1 - before, the error before; divide by the performance before.
    除以了剪枝前的错误率；应除以剪枝前的性能。
return round(result, 4)
    It rounds to 4 decimal places; return the number as it is.
    舍入到了 4 位小数；应原样返回。
before - after -> before + after
    It adds the two; subtract the performance after pruning.
    把两者相加了；应减去剪枝后的性能。
before - after -> before / after if after else before
    It divides the two; subtract the performance after pruning.
    把两者相除了；应减去剪枝后的性能。
""")


# --- accuracy_difference_z -----------------------------------------------------------------------

accuracy_difference_z = Check(metrics.accuracy_difference_z)
accuracy_difference_z.worked("A-5.5", given(0.982, 0.980, samples=10_000), 1.035894)
accuracy_difference_z.worked("by hand", given(0.8, 0.6, 10), 1.0)
accuracy_difference_z.worked("by hand", given(0.5, 0.25, 7), 1.0)
accuracy_difference_z.worked("by hand", given(0.5, 0.9, 34), -4.0)
accuracy_difference_z.published(
    "ESEK 0.1.38, tests/test_two_independent_proportions.py, test_two_ind_basic_wald_z",
    given(0.60, 0.50, samples=100),
    1.428571,
    digits=6,
)
accuracy_difference_z.edge("equal accuracies", given(0.75, 0.75, 100))
accuracy_difference_z.edge("both all right", given(1.0, 1.0, 10))
accuracy_difference_z.edge("one all right", given(0.5, 1.0, 16))
accuracy_difference_z.edge("one all wrong", given(0.5, 0.0, 2))
accuracy_difference_z.edge("all right against all wrong", given(1.0, 0.0, 3))
accuracy_difference_z.edge("all wrong against all right", given(0.0, 1.0, 3))


@accuracy_difference_z.random
def _(rng):
    a, b = map(float, rng.uniform(0.1, 0.9, 2))
    return given(a, b, samples=int(rng.integers(1, 1000)))


@accuracy_difference_z.property(
    "Exchanging the accuracies must change the sign of z only.",
    "交换两个准确率时，只应改变符号。",
)
def _(rng):
    a, b = map(float, rng.uniform(0.1, 0.9, 2))
    one, other = yield [given(a, b, 50), given(b, a, 50)]
    return np.allclose(one, -other)


@accuracy_difference_z.property(
    "Four times as many samples must double z.",
    "样本数变为四倍时，结果应变为两倍。",
)
def _(rng):
    a, b = map(float, rng.uniform(0.1, 0.9, 2))
    one, other = yield [given(a, b, 50), given(a, b, 200)]
    return np.allclose(other, 2 * one)


@accuracy_difference_z.solution
def accuracy_difference_z(a, b, samples):
    error = math.sqrt(a * (1 - a) / samples + b * (1 - b) / samples)
    if error == 0:
        return math.copysign(math.inf, a - b) if a != b else 0.0
    return (a - b) / error


accuracy_difference_z.edits("""
return abs(result)
    The sign is lost; z is negative if the first accuracy is the lower one.
    丢了符号；第一个准确率较低时，结果应为负数。
samples = 1
    The number of samples is missing: a variance is a (1 - a) / N.
    忘了样本数：每个方差都应除以样本数。
math.sqrt( -> (
    It divides by the variance; take its square root, the standard error.
    除以了方差；应开平方，除以标准误。
/ samples + b -> / samples) + math.sqrt(b
    It adds the standard errors; add the variances, then take the root.
    把两个标准误直接相加了；应先把方差相加再开平方。
b * (1 - b) / samples -> 0
    It uses the error of the first accuracy only; the second one varies as well.
    只考虑了第一个准确率的误差；第二个同样有误差。
p = (a + b) / 2
a * (1 - a) / samples + b * (1 - b) / samples -> 2 * p * (1 - p) / samples
    It pools the two accuracies; here each has its own variance.
    把两个准确率合并后求方差了；这里应各用各的方差。
samples = samples - 1
    It divides by N - 1; the variance of a share is a (1 - a) / N.
    除以了样本数减一；比例的方差应除以样本数。
if error == 0 -> if False
    It divides 0 by 0 where both accuracies are 0 or 1; equal ones have z = 0.
    两个准确率同为零或一时出现了零除以零；此时应得零。
return -result
    The sign is wrong: z is positive if the first accuracy is the higher one.
    符号反了：第一个准确率较高时应为正数。
a * (1 - a) / samples -> 0
    It uses the error of the second accuracy only; the first one varies as well.
    只考虑了第二个准确率的误差；第一个同样有误差。
a * (1 - a) / samples + b * (1 - b) / samples -> 0.5 / samples
    It takes the largest variance, 1/4, for both; each has its own.
    两者都用了最大的方差 1/4；应各用各的方差。
a * (1 - a) / samples + b * (1 - b) / samples -> (a + b) / samples
    It takes the accuracy as its variance; the variance is a (1 - a) / N.
    把准确率当成了方差；方差应为 a (1 - a) / N。
(a - b) / error -> a - b
    It does not divide by the standard error.
    没有除以标准误，返回的是两者之差。
return result**2
    It squares z.
    返回了 z 的平方，而不是 z 本身。
return 2 * result
    It is twice too large, as with half of the standard error.
    大了一倍，相当于标准误减半；应除以整个标准误。
(a - b) / error -> (a - b) / (error * 1.96)
    It divides by 1.96 standard errors; divide by one.
    除以了 1.96 倍标准误；应除以一倍。
math.sqrt(a * (1 - a) / samples + -> math.sqrt(abs(a * (1 - a) / samples -
b * (1 - b) / samples) -> b * (1 - b) / samples))
    It subtracts the variances; add them.
    把两个方差相减了；应相加。
return math.copysign(math.inf, a - b) if a != b else 0.0 -> return 0.0
    Where both variances are 0 it returns 0 for different accuracies too; z is infinite there.
    两个方差都为 0 时，准确率不同也返回 0；此时应为无穷大。
return math.copysign(math.inf, a - b) if a != b else 0.0 -> return math.inf if a != b else 0.0
    The infinite z has lost its sign.
    无穷大的 z 丢了符号；b 较高时应为负无穷。
a * (1 - a) / samples + b * (1 - b) / samples -> abs(a * (1 - a) / samples * b * (1 - b) / samples)
    It multiplies the variances; add them.
    把两个方差相乘了；应相加。
(a - b) / error -> (a + b) / error
    It adds the accuracies; subtract them.
    把两个准确率相加了；应相减。
(a - b) / error -> (a - b) * error
    It multiplies by the standard error; divide by it.
    乘以了标准误；应除以它。
math.sqrt(a * (1 - a) / samples + b * (1 - b) / samples) -> math.sqrt(a + b)
    It takes the root of the sum of the accuracies; take that of the sum of their variances.
    取了准确率之和的平方根；应取方差之和的平方根。
""")


# --- discordant_counts ---------------------------------------------------------------------------

discordant_counts = Check(metrics.discordant_counts)
discordant_counts.worked(
    "by hand", given([0, 1, 2, 1, 0, 2], [0, 1, 1, 1, 2, 0], [0, 2, 2, 1, 0, 1]), (1, 2)
)
discordant_counts.worked("by hand", given([3, 3, 3, 3], [3, 3, 3, 0], [0, 1, 3, 3]), (2, 1))
discordant_counts.published(
    "mlxtend 0.25.0, mlxtend/evaluate/tests/test_mcnemar_table.py, test_input_nonbinary",
    given(
        [0, 0, 0, 0, 0, 2, 1, 1, 1, 1],
        [0, 5, 0, 0, 0, 2, 1, 0, 0, 0],
        [0, 0, 1, 3, 0, 2, 1, 0, 0, 0],
    ),
    (2, 1),
)
discordant_counts.edge("the same predictions twice", given([0, 1, 1], [0, 1, 0], [0, 1, 0]))
discordant_counts.edge("both wrong, with different predictions", given([0, 0], [1, 2], [2, 1]))
discordant_counts.edge("a all right, b all wrong", given([0, 1, 2], [0, 1, 2], [1, 2, 0]))
discordant_counts.edge("one sample, which only b got right", given([4], [7], [4]))


@discordant_counts.random
def _(rng):
    return given(*rng.integers(0, 3, (3, int(rng.integers(12, 40)))))


@discordant_counts.property(
    "Exchanging the two networks must exchange the two counts.",
    "交换两个网络时，两个计数也应互换。",
)
def _(rng):
    labels, a, b = rng.integers(0, 3, (3, 30))
    one, other = yield [given(labels, a, b), given(labels, b, a)]
    return np.array_equal(one, other[::-1])


@discordant_counts.property(
    "The order of the samples must not matter.",
    "样本的顺序不应影响结果。",
)
def _(rng):
    samples = rng.integers(0, 3, (3, 30))
    one, other = yield [given(*samples), given(*samples[:, rng.permutation(30)])]
    return np.array_equal(one, other)


discordant_counts.edits("""
predicted_a, predicted_b = predicted_b, predicted_a
    The counts are swapped: the samples that only a got right come first.
    两个计数的顺序反了；先是只有前者答对的样本数。
right_a & ~right_b -> right_a
right_b & ~right_a -> right_b
    It counts all that each got right; leave out the samples that both got right.
    数了各自答对的全部样本；两者都答对的不应计入。
right_a & ~right_b -> ~right_b
right_b & ~right_a -> ~right_a
    It counts all that the other got wrong; leave out the samples that both got wrong.
    数了另一方答错的全部样本；两者都答错的不应计入。
right_a & ~right_b -> (predicted_a != predicted_b) & ~right_b
right_b & ~right_a -> (predicted_a != predicted_b) & ~right_a
    It also counts different predictions that are both wrong; one of the two has to be right.
    两个预测不同但都答错的样本也计入了；必须恰好有一方答对。
right_a & ~right_b -> right_a & right_b
right_b & ~right_a -> ~right_a & ~right_b
    It counts the samples that both got right, and that both got wrong.
    数了两者都答对和都答错的样本；应数只有一方答对的。
return tuple(count / len(labels) for count in result)
    It divides by the number of samples; return counts.
    除以了样本数；要求的是个数。
return sum(result)
    It adds up the two counts; return them separately.
    把两个计数加在一起了；应分别给出。
return result[0] - result[1]
    It returns the difference of the counts; return both.
    返回了两个计数之差；应分别返回。
right_a & ~right_b -> (predicted_a != predicted_b)
    The first count has all different predictions; a has to be right and b wrong.
    第一个计数包含了所有不同的预测；应只数 a 对而 b 错的。
right_a & ~right_b -> right_a
    The first count has all that a got right; leave out those that b got right too.
    第一个计数包含了 a 答对的全部样本；应除去 b 也答对的。
right_b & ~right_a -> right_b
    The second count has all that b got right; leave out those that a got right too.
    第二个计数包含了 b 答对的全部样本；应除去 a 也答对的。
right_a & ~right_b -> right_a | ~right_b
right_b & ~right_a -> right_b | ~right_a
    Either condition is enough; one must be right and the other wrong.
    满足一个条件就计入了；应一方对而另一方错。
right_a & ~right_b -> right_a & right_b
    The first count has the samples that both got right; a alone must be right.
    第一个计数数了两者都答对的；应只有 a 答对。
right_b & ~right_a -> ~right_b & ~right_a
    The second count has the samples that both got wrong; b alone must be right.
    第二个计数数了两者都答错的；应只有 b 答对。
return tuple(map(float, result))
    It returns floats; counts are whole numbers.
    返回了浮点数；个数应为整数。
= predicted_a == labels, predicted_b == labels -> = predicted_a > 0, predicted_b > 0
    It takes predictions above 0 as right; compare with the labels.
    把大于 0 的预测当成正确了；应与标签比较。
return tuple(100 * count / len(labels) for count in result)
    It returns percentages of the samples; return counts.
    返回了占样本的百分数；应返回个数。
""")


# --- mcnemar_z -----------------------------------------------------------------------------------

mcnemar_z = Check(metrics.mcnemar_z)
mcnemar_z.worked("by hand", given(10, 6), 1.0)
mcnemar_z.worked("by hand", given(30, 70), -4.0)
mcnemar_z.worked("by hand", given(9, 0), 3.0)
mcnemar_z.worked("by hand", given(0, 0), 0.0)
mcnemar_z.published(
    "contingencytables (R, commit ac7bf36), tests/testthat/test-ch8.R",
    given(6, 16),
    -2.132,
    digits=3,
)
mcnemar_z.edge("equal counts", given(8, 8))
mcnemar_z.edge("b alone got one sample right", given(0, 1))
mcnemar_z.edge("many samples", given(5_100, 4_900))


@mcnemar_z.random
def _(rng):
    return given(*map(int, rng.integers(1, 200, 2)))


@mcnemar_z.property(
    "Exchanging the counts must change the sign of z only.",
    "交换两个计数时，只应改变符号。",
)
def _(rng):
    a, b = map(int, rng.integers(1, 200, 2))
    one, other = yield [given(a, b), given(b, a)]
    return np.allclose(one, -other)


@mcnemar_z.property(
    "Counts four times as large must double z.",
    "两个计数都变为四倍时，结果应变为两倍。",
)
def _(rng):
    a, b = map(int, rng.integers(1, 200, 2))
    one, other = yield [given(a, b), given(4 * a, 4 * b)]
    return np.allclose(other, 2 * one)


mcnemar_z.edits("""
return abs(result)
    The sign is lost; z is negative if b alone got more samples right.
    丢了符号；后者单独答对的更多时，结果应为负数。
only_a, only_b = only_b, only_a
    The sign is wrong: z is positive if a alone got more samples right.
    符号反了；前者单独答对的更多时，结果应为正数。
return result**2
    It returns chi-square, which is z squared.
    算的是卡方统计量，即所求结果的平方。
math.sqrt( -> (
    It divides by the sum of the counts; divide by its square root.
    除以了两个计数之和；应除以和的平方根。
max(only_a + only_b, 1) -> only_a + only_b
    It divides 0 by 0 where both counts are 0; z is 0 there.
    两个计数都为零时出现了零除以零；此时应得零。
math.sqrt(max(only_a + only_b, 1)) -> np.sqrt(only_a + only_b)
    It returns nan where both counts are 0; z is 0 there.
    两个计数都为零时得到 nan；此时应得零。
(only_a - only_b) / -> math.copysign(max(abs(only_a - only_b) - 1, 0), only_a - only_b) /
    It uses the continuity correction; here the difference is not reduced by 1.
    加了连续性校正；这里不应把差减一。
n = max(only_a + only_b, 1)
return accuracy_difference_z(only_a / n, only_b / n, n)
    It takes the counts as independent; both networks were tested on the same samples.
    把两个计数当作来自独立样本；两个网络用的是同一批样本。
(only_a - only_b) / -> (only_a + only_b) /
    It adds the counts above the fraction line; subtract them.
    分子把两个计数相加了；应相减。
math.sqrt(max(only_a + only_b, 1)) -> max(math.sqrt(only_a) + math.sqrt(only_b), 1)
    It adds the roots of the counts; take the root of their sum.
    把两个计数的平方根相加了；应取和的平方根。
math.sqrt(max(only_a + only_b, 1)) -> math.sqrt(max(only_a, only_b, 1))
    It takes the larger count; take the sum of both.
    只取了较大的计数；应取两者之和。
math.sqrt(max(only_a + only_b, 1)) -> 1
    It does not divide by the root of the sum.
    没有除以两个计数之和的平方根。
math.sqrt(max(only_a + only_b, 1)) -> math.sqrt(max(only_a + only_b, 1) / 2)
    It takes the root of half of the sum; take that of the sum.
    取了和的一半的平方根；应取和的平方根。
math.sqrt(max(only_a + only_b, 1)) -> math.sqrt(max(only_a * only_b, 1))
    It multiplies the counts under the root; add them.
    根号下把两个计数相乘了；应相加。
(only_a - only_b) / -> (abs(only_a - only_b) - 1) /
    It subtracts 1 from |n_a - n_b|, the continuity correction; here z is signed and plain.
    减去了连续性校正的 1 且丢了符号；这里不应校正。
math.sqrt(max(only_a + only_b, 1)) -> math.sqrt(only_a + only_b + 1)
    It adds 1 to the sum under the root; only a sum of 0 needs care.
    根号下的和加了 1；只应单独处理和为 0 的情形。
(only_a - only_b) / -> (only_a - only_b) / 2 /
    It is half of what it should be.
    结果只有应有的一半；不应除以 2。
return math.erfc(abs(result) / math.sqrt(2))
    It returns the p value; return z.
    返回了 p 值；应返回 z。
(only_a - only_b) / math -> (only_a - only_b) * math
    It multiplies by the root of the sum; divide by it.
    乘以了和的平方根；应除以它。
math.sqrt(max(only_a + only_b, 1)) -> math.sqrt(max(abs(only_a - only_b), 1))
    It takes the root of the difference; take that of the sum.
    取了差的平方根；应取和的平方根。
(only_a - only_b) / math -> (only_a - only_b) // math
    It divides without a fraction; divide with /.
    用了整除；应使用 / 保留小数部分。
""")
