import numpy as np

from minprune.checks.check import given
from minprune.exercises.exercise import Exercise

exercise = Exercise(
    "4.4",
    title={"en": "Compute with the nonzeros alone", "zh": "只用非零权重计算"},
    text={
        "en": """\
        A dense layer y = x @ W + b whose weights are stored as compressed sparse rows.

            y[i, j] = b[j] + sum of x[i, indices[k]] * values[k]
                      over all k with offsets[j] <= k < offsets[j + 1]

        values   (nonzeros,), the weights that are not 0, output unit after output unit
        indices  (nonzeros,), whole numbers: the input that each weight belongs to
        offsets  (n_out + 1,), whole numbers: where the weights of each unit begin, and the end
        b        (n_out,)
        x        (N, n_in), one sample per row
        returns  y (N, n_out)

        Read the nonzeros alone, do not build W. A loop over the units is allowed. A unit without
        nonzeros, offsets[j] = offsets[j + 1], outputs b[j]. Some inputs may have no weight.

        >>> values, indices = np.array([4.0, 5.0, 6.0, 7.0]), np.array([0, 2, 1, 2])
        >>> offsets, b = np.array([0, 2, 2, 4]), np.array([1.0, 2.0, 3.0])
        >>> x = np.array([[1.0, 2.0, 3.0, 9.0], [0.0, 1.0, 0.0, 9.0]])
        >>> csr_forward(values, indices, offsets, b, x).tolist()
        [[20.0, 2.0, 36.0], [1.0, 2.0, 9.0]]
        """,
        "zh": """\
        计算全连接层 y = x @ W + b，其中权重以压缩稀疏行（CSR）格式存储。

            y[i, j] = b[j] + 所有 x[i, indices[k]] * values[k] 之和
                      k 满足 offsets[j] <= k < offsets[j + 1]

        values   (非零个数,)，不为 0 的权重，按输出单元依次排列
        indices  (非零个数,)，整数：每个权重对应的输入
        offsets  (n_out + 1,)，整数：每个单元的权重从哪里开始，最后一个是终点
        b        (n_out,)
        x        (N, n_in)，每行一个样本
        返回     y (N, n_out)

        只读取非零权重，不要还原 W；可以对单元写循环。没有非零权重的单元，
        即 offsets[j] = offsets[j + 1]，输出为 b[j]。有些输入可能没有对应的权重。

        >>> values, indices = np.array([4.0, 5.0, 6.0, 7.0]), np.array([0, 2, 1, 2])
        >>> offsets, b = np.array([0, 2, 2, 4]), np.array([1.0, 2.0, 3.0])
        >>> x = np.array([[1.0, 2.0, 3.0, 9.0], [0.0, 1.0, 0.0, 9.0]])
        >>> csr_forward(values, indices, offsets, b, x).tolist()
        [[20.0, 2.0, 36.0], [1.0, 2.0, 9.0]]
        """,
    },
    hints={
        "en": [
            "Take one unit at a time. Which part of values belongs to it, and which columns of x "
            "does it need?",
            "values[offsets[j] : offsets[j + 1]] are the weights of unit j, and the same part of "
            "indices names its inputs. x[:, [0, 2]] picks columns 0 and 2 for all samples.",
            "With own = slice(offsets[j], offsets[j + 1]) the sums of unit j are "
            "x[:, indices[own]] @ values[own], one for each sample. An empty part gives zeros.",
        ],
        "zh": [
            "一次处理一个单元。values 的哪一段属于它？它需要 x 的哪些列？",
            "values[offsets[j] : offsets[j + 1]] 是单元 j 的权重，indices 的同一段给出它的输入。"
            "x[:, [0, 2]] 对所有样本取出第 0 列和第 2 列。",
            "设 own = slice(offsets[j], offsets[j + 1])，单元 j 的加权和就是 "
            "x[:, indices[own]] @ values[own]，每个样本一个数；空的一段得到零。",
        ],
    },
    source="A-9.9; Duff, Erisman and Reid 1986",
)


@exercise.solution
def csr_forward(values, indices, offsets, b, x):
    y = np.zeros((len(x), len(b)))
    for j in range(len(b)):
        own = slice(offsets[j], offsets[j + 1])
        y[:, j] = x[:, indices[own]] @ values[own] + b[j]
    return y


def layer(W):
    """The three arrays of a matrix."""
    units, indices = np.nonzero(W.T)
    offsets = np.searchsorted(units, np.arange(W.shape[1] + 1))
    return W[indices, units], indices, offsets


exercise.worked(  # 4 + 15 + 1, nothing + 2, 12 + 21 + 3
    "by hand",
    given(
        [4.0, 5.0, 6.0, 7.0],
        [0, 2, 1, 2],
        [0, 2, 2, 4],
        [1.0, 2.0, 3.0],
        [[1.0, 2.0, 3.0, 9.0], [0.0, 1.0, 0.0, 9.0]],
    ),
    [[20.0, 2.0, 36.0], [1.0, 2.0, 9.0]],
)
exercise.worked(  # W = [[0, -1], [2, 3]]
    "by hand",
    given([2.0, -1.0, 3.0], [1, 0, 1], [0, 1, 3], [0.5, -0.5], [[1.0, 10.0], [4.0, 1.0]]),
    [[20.5, 28.5], [2.5, -1.5]],
)
exercise.edge(
    "the first and the last unit are empty",
    given([2.0, 3.0], [1, 0], [0, 0, 2, 2], [1.0, 1.0, -4.0], [[5.0, 7.0]]),
)
exercise.edge(
    "no nonzeros",
    given(
        np.zeros(0), np.zeros(0, int), [0, 0, 0], [1.0, -1.0], [[2.0, 3.0, 4.0], [5.0, 6.0, 7.0]]
    ),
)
exercise.edge("no zeros", given(*layer(np.arange(1.0, 7.0).reshape(3, 2)), [0.0, 10.0], np.eye(3)))
exercise.edge(  # W would have 4.8 GB, more than twice what a function may use
    "many inputs and units, few weights",
    given(
        np.arange(1.0, 1001.0),
        np.arange(1000) * 7919 % 600_000,
        np.arange(1001),
        np.zeros(1000),
        np.ones((1, 600_000)),
    ),
)
exercise.worked(  # 0 * inf is not a number; no weight reads the last input
    "by hand",
    given([2.0, 3.0], [0, 0], [0, 1, 1, 2], [1.0, -1.0, 0.5], [[1.0, np.inf], [2.0, 5.0]]),
    [[3.0, -1.0, 3.5], [5.0, -1.0, 6.5]],
)
exercise.edge("one unit, one sample", given([3.0], [2], [0, 1], [1.0], [[0.0, 0.0, 2.0]]))


@exercise.random
def _(rng):
    W = rng.standard_normal((5, 6)) * (rng.random((5, 6)) < 0.4)
    return given(*layer(W), rng.standard_normal(6), rng.standard_normal((3, 5)))


@exercise.property(
    "The result must equal x @ W + b with the full matrix.",
    "结果应与用完整矩阵计算的 x @ W + b 相同。",
)
def _(rng):
    W = rng.integers(-1, 2, (7, 4)) * rng.random((7, 4))
    b, x = rng.standard_normal(4), rng.standard_normal((5, 7))
    (y,) = yield [given(*layer(W), b, x)]
    return y.shape == (5, 4) and np.allclose(y, x @ W + b)


# the first one makes a matrix that has no room anywhere, as W has none there; both meet 0 * inf
exercise.edits("""
x.shape[1] * len(b) > 10**8 and np.empty((x.shape[1], len(b), 1 << 20))
return result + 0 * x.sum(axis=1, keepdims=True)
    It builds W, for which there may be no room; read the nonzeros alone.
    还原了 W，而内存可能放不下；应只读取非零权重。
return result + 0 * x.sum(axis=1, keepdims=True)
    It multiplies by the zeros of W as well, and 0 * inf is nan; read the nonzeros alone.
    连 W 中的零也参加了乘法，而 0 * inf 是 nan；应只读取非零权重。
b = np.zeros_like(b)
    The bias is missing; add b[j] to every output.
    漏加了偏置；每个输出都应加上 b[j]。
+ b[j] -> + 2 * b[j]
    The bias is added twice; it is added once for each unit.
    偏置加了两次；每个单元只应加一次。
b = b * np.diff(offsets)
    The bias is added once for each nonzero; add it once for each unit.
    每个非零权重都加了一次偏置；每个单元只应加一次。
b = np.where(np.diff(offsets) > 0, b, 0.0)
    A unit without nonzeros gives 0; it still has its bias b[j].
    没有非零权重的单元输出了 0；它仍应输出偏置 b[j]。
offsets[j + 1]) -> offsets[j + 1] + 1)
    It reads one weight too many, the first of the next unit; offsets[j + 1] is not included.
    多读了一个权重，即下一单元的第一个；offsets[j + 1] 不包含在内。
slice(offsets[j], offsets[j + 1]) -> np.arange(offsets[j], offsets[j + 1] - 1)
    The last weight of each unit is lost; it ends just before offsets[j + 1].
    每个单元的最后一个权重丢了；应读到 offsets[j + 1] 的前一个。
slice(offsets[j], -> slice(offsets[j] + 1,
    The first weight of each unit is lost; it begins at offsets[j] itself.
    每个单元的第一个权重丢了；应从 offsets[j] 开始读。
offsets[j + 1]) -> offsets[j] + offsets[j + 1])
    It reads offsets[j + 1] weights from offsets[j] on; they end before offsets[j + 1].
    从 offsets[j] 起读了 offsets[j + 1] 个权重；应读到 offsets[j + 1] 之前为止。
slice(offsets[j], offsets[j + 1]) -> slice(None)
    Every unit gets all the weights; unit j owns those from offsets[j] to before offsets[j + 1].
    每个单元都用了全部权重；单元 j 的权重从 offsets[j] 到 offsets[j + 1] 之前。
x[:, indices[own]] -> x[:, : len(values[own])]
    It takes the first inputs of the sample; the inputs of the weights are in indices.
    取的是样本最前面的几个输入；权重对应哪些输入由 indices 给出。
x[:, indices[own]] -> x[:, own]
    It takes the inputs from offsets[j] on; the inputs of the weights are in indices.
    把 offsets 当成了输入序号；权重对应哪些输入由 indices 给出。
slice(offsets[j], offsets[j + 1]) -> slice(*offsets[j : j + 2])
x[:, indices[own]] -> x[indices[own]]
    It takes rows of x, which are samples; the inputs are its columns.
    取的是 x 的行，即样本；输入是 x 的列。
x[:, indices[own]] @ values[own] -> x[:, indices[own]].sum(axis=1)
    The inputs are added without their weights; multiply each by its value.
    直接把输入相加，没有乘权重；每个输入应乘以对应的 values。
x[:, indices[own]] @ values[own] -> (x[:, indices[own]] * values[own]).sum()
    It sums over the samples too; each sample has its own sum, over axis 1.
    对样本也求了和；每个样本应单独求和，即沿轴 1。
x[:, indices[own]] @ values[own] -> (x[:, indices[own]] * values[own]).mean(axis=1)
    It takes the mean of the products; y is their sum.
    取的是乘积的平均值；y 应为它们的和。
np.zeros((len(x), len(b))) -> np.tile(b, (len(x), 1))
y[:, j] = x[ -> y[:, indices[own]] += x[
x[:, indices[own]] @ values[own] + b[j] -> np.outer(x[:, j], values[own])
    It takes indices as outputs; they are the inputs, and the offsets determine the output.
    把 indices 当成了输出序号；它是输入序号，输出由 offsets 决定。
return np.add.reduceat(x[:, indices] * values, offsets[:-1], axis=1) + b
    An empty unit gets a neighbour's value or fails, as with np.add.reduceat; its sum is 0.
    遇到空单元时返回相邻的值或报错，与 np.add.reduceat 一样；该处的和应为 0。
return result[0]
    It computes the first sample only; y has a row for each row of x.
    只算了第一个样本；x 有几行，y 就应有几行。
return result.squeeze()
    Axes of length 1 are dropped; y is always (N, n_out), also for one sample.
    长度为 1 的轴被去掉了；y 的形状始终是 (N, n_out)，只有一个样本时也是。
return result.T
    The result is transposed; samples are the rows of y, units its columns.
    结果转置了；y 的行是样本，列是单元。
+ b[j] -> + np.resize(b, len(x))
    The biases are added to samples; b[j] belongs to unit j, for every sample.
    偏置加到了样本上；b[j] 属于单元 j，对每个样本都相同。
+ b[j] -> - b[j]
    The bias is subtracted; add b[j].
    减去了偏置；应加上 b[j]。
slice(offsets[j], -> slice(0,
    It sums over the weights of all units so far; those of unit j begin at offsets[j].
    把前面各单元的权重也累加了；单元 j 的权重从 offsets[j] 开始。
slice(offsets[j], offsets[j + 1]) -> slice(offsets[j], None)
    It sums over the weights of all units that follow; those of unit j end before offsets[j + 1].
    把后面各单元的权重也累加了；单元 j 的权重到 offsets[j + 1] 之前为止。
x[:, indices[own]] @ values[own] -> values[own].sum()
    The weights are added without their inputs; multiply each by its input.
    直接把权重相加，没有乘输入；每个权重应乘以对应的输入。
x[:, indices[own]] @ -> x[0, indices[own]] @
    Every sample gets the output of the first one; take the inputs of each sample.
    每个样本都得到第一个样本的输出；应取各自的输入。
range(len(b)) -> range(len(b) - 1)
    The last unit is not computed and remains 0; compute all n_out units.
    最后一个单元没有计算，一直为 0；n_out 个单元都要计算。
range(len(b)) -> range(len(b) - 1)
np.zeros((len(x), len(b))) -> np.tile(b, (len(x), 1))
    The last unit is not computed and remains at its bias; compute all n_out units.
    最后一个单元没有计算，只有偏置；n_out 个单元都要计算。
range(len(b)) -> range(1, len(b))
    The first unit is not computed and remains 0; units are counted from 0.
    第一个单元没有计算，一直为 0；单元从 0 开始数。
x[:, indices[own]] @ values[own] -> x[:, indices[own]] @ values[own] / max(len(values[own]), 1)
    It takes the mean of the products; y is their sum.
    取的是乘积的平均值；y 应为它们的和。
x[:, indices[own]] @ values[own] -> (x[:, indices[own]] + values[own]).sum(axis=1)
    Weights are added to their inputs; multiply them.
    把权重与输入相加了；应相乘。
x[:, indices[own]] @ values[own] -> x[:, indices[own][-1:]] @ values[own][-1:]
    Of each unit the last weight counts alone, the others are overwritten; add up the products.
    每个单元只剩最后一个权重，前面的被覆盖了；应累加所有乘积。
values = abs(values)
    The weights have lost their signs; multiply by values as they are.
    权重丢了符号；应直接乘 values。
return result[..., ::-1]
    The units are in reverse; unit 0 is the first column of y.
    单元的顺序颠倒了；单元 0 是 y 的第一列。
return np.where(np.arange(len(x))[:, None] == 0, result, 0.0)
    Only the first sample is computed, the others are 0; compute all.
    只算了第一个样本，其余为 0；应全部计算。
return result[:1]
    It computes the first sample only; y has a row for each row of x.
    只算了第一个样本；x 有几行，y 就应有几行。
return np.cumsum((result - b).ravel()).reshape(result.shape) + b
    The sum is never set back to 0; each unit of each sample begins with 0.
    累加的和一直没有清零；每个样本的每个单元都应从 0 开始。
return np.cumsum(result - b, axis=0) + b
    The sums of a sample are added to those of the samples before it; each begins with 0.
    各样本的和累加到了一起；每个样本都应从 0 开始。
return np.cumsum(result - b, axis=0) + b
return (np.copyto(b, result[-1]), result)[1]
    It adds the sums up in b, the array given, from sample to sample; begin with b for each.
    在传入的数组 b 里逐个样本累加了；每个样本都应从 b 开始，且不得改动 b。
x = x.reshape(x.shape[::-1]).T
    A reshape of x does not transpose it, but mixes the samples; take columns of x.
    reshape 不是转置，会打乱各样本；应取 x 的列。
x[:, indices[own]] -> x[indices[own], : len(x)].T
    Sample and input are exchanged; the rows of x are samples, its columns inputs.
    样本和输入弄反了；x 的行是样本，列是输入。
x[:, indices[own]] @ values[own] -> (x[:, indices[own]] * values[own]).sum(axis=0)
    It sums over the samples; sum over the weights of the unit, axis 1.
    对样本求了和；应对该单元的权重求和，即沿轴 1。
products = np.c_[x[:, indices] * values, np.zeros(len(x))]
return np.add.reduceat(products, offsets[:-1], axis=1) + b
    An empty unit gets a neighbour's value, as with np.add.reduceat; its sum is 0.
    遇到空单元时取了相邻的值，与 np.add.reduceat 一样；该处的和应为 0。
starts = np.minimum(offsets[:-1], len(values) - 1)
return np.add.reduceat(x[:, indices] * values, starts, axis=1) + b if len(values) else result
    An empty unit gets a neighbour's value, as with np.add.reduceat; its sum is 0.
    遇到空单元时取了相邻的值，与 np.add.reduceat 一样；该处的和应为 0。
return np.repeat(np.arange(len(b)), np.diff(offsets))
return np.array([np.bincount(result, row[indices] * values) for row in x]) + b
    Empty units at the end are missing, as with np.bincount; their output is the bias.
    末尾的空单元没有输出（np.bincount 即如此）；它们应输出偏置。
""")
