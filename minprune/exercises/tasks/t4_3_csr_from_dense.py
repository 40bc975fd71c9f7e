import numpy as np

from minprune.checks.check import Check, given
from minprune.exercises.exercise import Exercise
from minprune.sparse.csr import csr_from_dense

exercise = Exercise(
    "4.3",
    of=Check(csr_from_dense),
    title={"en": "Store the nonzeros alone", "zh": "只存非零权重"},
    text={
        "en": """\
        A pruned weight matrix as compressed sparse rows (CSR), one row for each output unit.

            unit j is column j of W; the units follow one another, from 0 to n_out - 1
            values[k]   the k-th nonzero weight; within a unit by ascending input
            indices[k]  the input that it belongs to: its row in W
            offsets     unit j has the entries k with offsets[j] <= k < offsets[j + 1]

        W        (n_in, n_out), of y = x @ W + b
        returns  (values, indices, offsets, n_in)
                 values   (nonzeros,), dtype of W
                 indices  (nonzeros,), whole numbers, even if empty
                 offsets  (n_out + 1,), whole numbers, from 0 to the number of nonzeros
                 n_in     the number of inputs, which the three arrays do not contain

        A unit without nonzeros has no entries: its offset equals the next one.

        >>> W = np.array([[4.0, 0.0, 0.0], [0.0, 0.0, 6.0], [5.0, 0.0, 7.0], [0.0, 0.0, 0.0]])
        >>> values, indices, offsets, n_in = csr_from_dense(W)
        >>> values.tolist(), indices.tolist(), offsets.tolist(), n_in
        ([4.0, 5.0, 6.0, 7.0], [0, 2, 1, 2], [0, 2, 2, 4], 4)
        """,
        "zh": """\
        把剪枝后的权重矩阵存成压缩稀疏行（CSR）格式，每个输出单元对应一行。

            单元 j 就是 W 的第 j 列；各单元从 0 到 n_out - 1 依次排列
            values[k]   第 k 个非零权重；同一单元内按输入序号升序排列
            indices[k]  该权重对应的输入，即它在 W 中的行号
            offsets     单元 j 拥有满足 offsets[j] <= k < offsets[j + 1] 的元素 k

        W     (n_in, n_out)，用于 y = x @ W + b
        返回  (values, indices, offsets, n_in)
              values   (非零个数,)，数据类型与 W 相同
              indices  (非零个数,)，整数数组，为空时也一样
              offsets  (n_out + 1,)，整数数组，从 0 到非零个数
              n_in     输入个数，从三个数组看不出来

        没有非零权重的单元不拥有任何元素：它的偏移等于下一个偏移。

        >>> W = np.array([[4.0, 0.0, 0.0], [0.0, 0.0, 6.0], [5.0, 0.0, 7.0], [0.0, 0.0, 0.0]])
        >>> values, indices, offsets, n_in = csr_from_dense(W)
        >>> values.tolist(), indices.tolist(), offsets.tolist(), n_in
        ([4.0, 5.0, 6.0, 7.0], [0, 2, 1, 2], [0, 2, 2, 4], 4)
        """,
    },
    hints={
        "en": [
            "np.nonzero goes through a matrix row by row. Of which matrix are the units the rows?",
            "np.nonzero(W.T) gives two arrays: the unit of every nonzero, and its input. Together "
            "they select the values.",
            "offsets begins with 0, and each further one adds the nonzeros of one more unit: "
            "np.cumsum of np.count_nonzero(W, axis=0).",
        ],
        "zh": [
            "np.nonzero 逐行扫描矩阵。哪个矩阵的每一行对应一个单元？",
            "np.nonzero(W.T) 给出两个数组：每个非零权重所在的单元和输入。用它们就能取出权重的值。",
            "offsets 以 0 开头，之后每个元素再加上一个单元的非零个数："
            "对 np.count_nonzero(W, axis=0) 求 np.cumsum。",
        ],
    },
    source="A-9.9; Duff, Erisman and Reid 1986",
)


@exercise.solution
def csr_from_dense(W):
    units, indices = np.nonzero(W.T)
    offsets = np.concatenate([[0], np.cumsum(np.count_nonzero(W, axis=0))])
    return W[indices, units], indices, offsets, len(W)


exercise.worked(
    "by hand",
    given([[4.0, 0.0, 0.0], [0.0, 0.0, 6.0], [5.0, 0.0, 7.0], [0.0, 0.0, 0.0]]),
    ([4.0, 5.0, 6.0, 7.0], [0, 2, 1, 2], [0, 2, 2, 4], 4),
)
exercise.worked(
    "by hand",
    given([[0.0, -1.0], [2.0, 3.0]]),
    ([2.0, -1.0, 3.0], [1, 0, 1], [0, 1, 3], 2),
)
exercise.worked(  # the first and the last unit are empty
    "by hand",
    given([[0.0, 0.5, -8.0, 0.0], [0.0, 0.0, 0.25, 0.0]]),
    ([0.5, -8.0, 0.25], [0, 0, 1], [0, 0, 1, 3, 3], 2),
)
exercise.edge("no nonzeros", given(np.zeros((2, 3))))
exercise.edge("no zeros", given([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))
exercise.edge("one unit", given([[0.0], [3.0], [0.0], [-2.0]]))
exercise.edge("one input", given([[7.0, 0.0, -0.0, 9.0]]))
exercise.edge("small is not zero", given([[1e-12, 0.0], [0.0, -1e-12]]))


@exercise.random
def _(rng):
    W = rng.standard_normal((4, 5))
    return given(W * (rng.random(W.shape) < 0.4))


@exercise.property(
    "The arrays must hold all of W: with every value put back in its place W is there again.",
    "三个数组应包含 W 的全部信息：把每个值放回原位应还原 W。",
)
def _(rng):
    W = rng.integers(-1, 2, (6, 5)).astype(float)
    ((values, indices, offsets, _),) = yield [given(W)]
    again = np.zeros_like(W)
    again[np.asarray(indices), np.repeat(np.arange(5), np.diff(offsets))] = values
    return np.array_equal(again, W)


@exercise.property(
    "An input that no unit uses, added as the last one, must change nothing but n_in.",
    "在末尾增加一个没有单元使用的输入，除 n_in 外结果应不变。",
)
def _(rng):
    W = rng.integers(-1, 2, (4, 5)).astype(float)
    one, other = yield [given(W), given(np.vstack([W, np.zeros((1, 5))]))]
    same = [np.array_equal(a, b) for a, b in zip(one, other, strict=True)]
    return same == [True, True, True, False] and other[3] == one[3] + 1


exercise.edits("""
np.nonzero(W.T) -> np.nonzero(W)
W[indices, units] -> W[units, indices]
axis=0 -> axis=1
    It stores the rows of W, one for each input; an output unit is a column of W.
    按 W 的行存储，每个输入一行；输出单元是 W 的列。
units, indices = np.nonzero(W.T) -> indices, units = np.nonzero(W)
    Values and indices follow the rows of W; order both by unit, column by column.
    values 和 indices 按 W 的行排列；两者都应按单元排列，即逐列。
np.nonzero(W.T) -> np.nonzero(W)
W[indices, units] -> W[units, indices]
    The values follow the rows of W and the indices are column numbers; order by unit, with rows.
    values 按 W 的行排列，indices 是列号；两者都应按单元排列，indices 应为行号。
W[indices, units] -> W[W != 0]
    The values run along the rows of W, the indices along its columns; order both by unit.
    values 按 W 的行排列，indices 却按列排列；两者都应按单元排列。
W[indices, units] -> W[units, indices]
    The values are read from the transposed places; the weight is W[input, unit].
    取值的位置转置了；权重应为 W[输入, 单元]。
W[indices, units] -> np.ones(len(units))
    The values are all 1; they must be the weights themselves.
    values 全是 1；应为权重本身。
indices, offsets -> units, offsets
    The indices are those of the units; the offsets tell the unit, the indices the input.
    indices 存的是单元序号；单元由 offsets 给出，indices 应为输入序号。
indices, offsets -> np.flatnonzero(W.T), offsets
    The indices are positions in the whole flattened matrix; within a unit it is the input.
    indices 是在整个展平矩阵中的位置；应为单元内的输入序号。
axis=0 -> axis=1
    The offsets count the nonzeros of the rows of W; a unit is a column.
    offsets 按 W 的行统计了非零个数；一个单元是一列。
offsets, len(W) -> offsets[1:], len(W)
    The leading 0 of the offsets is missing; there are n_out + 1 of them, the first is 0.
    offsets 缺少开头的 0；它共有 n_out + 1 个元素，第一个是 0。
offsets, len(W) -> offsets[:-1], len(W)
    The last offset is missing, so the last unit has no end; it is the number of nonzeros.
    offsets 缺少最后一个，末尾的单元没有终点；它应等于非零个数。
offsets, len(W) -> np.diff(offsets), len(W)
    It returns the number of nonzeros of each unit; offsets are their running sums, after a 0.
    给出的是每个单元的非零个数；offsets 应为以 0 开头的累加和。
offsets, len(W) -> np.diff(offsets, prepend=0), len(W)
    After the 0 there are the numbers of nonzeros of the units; offsets are their running sums.
    0 之后是各单元的非零个数；offsets 应为它们的累加和。
offsets, len(W) -> units, len(W)
    It gives the unit of every nonzero; offsets are n_out + 1 numbers, where each unit begins.
    给出的是每个非零权重所在的单元；offsets 应为每个单元的起点，共 n_out + 1 个。
offsets, len(W) -> np.unique(offsets), len(W)
    Units without nonzeros get no offset; every unit has one, and an empty one repeats it.
    没有非零权重的单元被漏掉了；每个单元都有偏移，空单元只是重复它。
[[0], -> [[0.0],
    The offsets are floats, as np.zeros is; they must be whole numbers, of dtype int.
    offsets 是浮点数（np.zeros 默认如此）；应为整数类型。
np.nonzero(W.T) -> np.nonzero(np.ones(W.T.shape))
np.count_nonzero(W, axis=0) -> np.full(W.shape[1], len(W))
    It stores the zeros as well; only weights that are not 0 are stored.
    把零也存了进去；只应存不为 0 的权重。
np.nonzero(W.T) -> np.nonzero(W.T > 0)
np.count_nonzero(W, -> np.count_nonzero(W > 0,
    It stores positive weights alone; negative ones are not 0 either.
    只存了正权重；负权重同样不为 0。
np.nonzero(W.T) -> np.nonzero(abs(W.T) > 1e-8)
np.count_nonzero(W, -> np.count_nonzero(abs(W) > 1e-8,
    It leaves out very small weights; only what is exactly 0 is left out.
    漏掉了很小的权重；只有恰好为 0 的才不存。
indices, offsets -> np.array(indices.tolist()), offsets
    With no nonzeros the indices are floats, as np.array([]) is; give them the dtype int.
    没有非零权重时 indices 成了浮点数，因为 np.array([]) 是浮点数组；应指定整数类型。
indices, offsets -> indices.astype(float), offsets
    The indices are floats; they must be whole numbers, of dtype int.
    indices 是浮点数；应为整数类型。
return result[:3]
    The number of inputs is missing; the other three arrays do not tell it.
    缺少输入个数；从另外三个数组看不出它。
len(W) -> W.shape[1]
    The last result is the number of outputs; n_in is the number of inputs, the rows of W.
    最后一个返回值是输出个数；n_in 应为输入个数，即 W 的行数。
len(W) -> W.shape
    The last result is the shape of W; n_in is the number of inputs alone.
    最后一个返回值是 W 的形状；只应返回输入个数 n_in。
return W[indices, units], indices -> return indices, W[indices, units]
    Values and indices are exchanged; the values are the first.
    values 和 indices 顺序反了；values 应排第一。
indices, offsets, len -> offsets, indices, len
    Indices and offsets are exchanged; the indices are the second, the offsets the third.
    indices 和 offsets 顺序反了；应先 indices 后 offsets。
indices, offsets -> indices + 1, offsets
    The inputs are counted from 1; they are counted from 0.
    输入序号从 1 开始了；应从 0 开始。
offsets, len(W) -> offsets + 1, len(W)
    Every offset is one too large; the first is 0.
    每个偏移都大了 1；第一个应为 0。
offsets, len(W) -> np.append(0, offsets[1:] + 1), len(W)
    Every offset after the first is one too large; it is where the next unit begins.
    除第一个外，每个偏移都大了 1；它应是下一单元的起点。
offsets, len(W) -> np.append(0, offsets[1:] - 1), len(W)
    Every offset after the first is one too small: it is the last entry, not the one after it.
    除第一个外，每个偏移都小了 1；它应是末尾元素的后一个位置。
offsets, len(W) -> np.append(offsets, offsets[-1]), len(W)
    The last offset stands twice; there are n_out + 1 of them.
    最后一个偏移重复了；应共有 n_out + 1 个。
offsets, len(W) -> np.append(0, np.cumsum(offsets[1:])), len(W)
    The offsets are added up twice; they are the running sums of the numbers of nonzeros.
    偏移累加了两次；它是非零个数的累加和。
offsets, len(W) -> np.arange(W.shape[1] + 1) * len(W), len(W)
    The offsets count all weights of the units; they count the nonzeros alone.
    偏移按全部权重计算了；只应计入非零权重。
offsets, len(W) -> np.append(0, np.cumsum(np.bincount(units))), len(W)
    Empty units at the end get no offset, as with np.bincount; there are n_out + 1 of them.
    末尾的空单元没有偏移（np.bincount 即如此）；偏移应有 n_out + 1 个。
offsets, len(W) -> np.unique(offsets) if len(units) else offsets, len(W)
    Units without nonzeros get no offset; every unit has one, and an empty one repeats it.
    没有非零权重的单元被漏掉了；每个单元都有偏移，空单元只是重复它。
return result[:2] + result[3:]
    The offsets are missing; return values, indices, offsets and n_in.
    缺少 offsets；应返回 values、indices、offsets 和 n_in。
= np.nonzero(W.T) -> = np.nonzero(W.T[:, ::-1]); indices = len(W) - 1 - indices
    Within a unit the inputs descend; they ascend.
    单元内的输入按降序排列了；应按升序。
W = W[:, ::-1]
    The units are in reverse; unit 0 is the first column of W.
    单元的顺序颠倒了；单元 0 是 W 的第一列。
indices, offsets -> indices * W.shape[1] + units, offsets
    The indices are positions in the flattened matrix; the index is the row in W.
    indices 是在展平矩阵中的位置；应为 W 中的行号。
len(W) -> len(units)
    The last result is the number of nonzeros; n_in is the number of inputs, the rows of W.
    最后一个返回值是非零个数；n_in 应为输入个数，即 W 的行数。
len(W) -> W.size
    The last result is the number of weights; n_in is the number of inputs, the rows of W.
    最后一个返回值是权重总数；n_in 应为输入个数，即 W 的行数。
len(W) -> int(indices.max(initial=-1)) + 1
    The number n_in ends with the last input used; it is that of all inputs, the rows of W.
    n_in 只算到最后一个用到的输入；应为全部输入个数，即 W 的行数。
len(W) -> len(np.unique(indices))
    The number n_in counts the inputs used; it is that of all inputs, the rows of W.
    n_in 只数了用到的输入；应为全部输入个数，即 W 的行数。
W[indices, units] -> abs(W[indices, units])
    The values are magnitudes; they must be the weights with their signs.
    values 是绝对值；应为带符号的权重。
W[indices, units] -> np.sort(W[indices, units])
    The values are sorted; they follow the units, and within a unit the inputs.
    values 按大小排序了；应按单元排列，单元内按输入排列。
return W[indices, units], indices, offsets -> return W[indices, units], units, indices
    It returns the unit and the input of each weight; return the inputs, and then the offsets.
    返回了每个权重的单元和输入；应先返回输入，再返回 offsets。
""")
