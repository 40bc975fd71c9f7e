import numpy as np

from minprune.checks.check import given
from minprune.exercises.exercise import Exercise

exercise = Exercise(
    "1.1",
    title={"en": "What is sparsity?", "zh": "什么是稀疏度？"},
    text={
        "en": """\
        The sparsity of an array of weights: the share of its entries that are exactly 0.

            sparsity = number of zeros / number of entries

        w        array of any shape, with at least one entry
        returns  a float from 0 (no zero) to 1 (nothing else)

        A weight that is merely small does not count as 0; -0.0 does. How large the others are does
        not matter.

        >>> float(sparsity(np.array([[0.0, 2.0], [-3.0, 0.0]])))
        0.5
        """,
        "zh": """\
        权重数组的稀疏度：恰好等于 0 的元素所占的比例。

            稀疏度 = 零的个数 / 元素总数

        w     任意形状的数组，至少有一个元素
        返回  一个浮点数，0 表示没有零，1 表示全是零

        很小的权重并不等于 0，-0.0 等于 0；其余权重有多大与稀疏度无关。

        >>> float(sparsity(np.array([[0.0, 2.0], [-3.0, 0.0]])))
        0.5
        """,
    },
    hints={
        "en": [
            "w == 0 is a boolean array of the same shape. What is the sum of booleans?",
            "np.count_nonzero counts the entries that are not 0; w.size counts all of them.",
            "One of the two counts divided by the other is the share that is left. And the rest?",
        ],
        "zh": [
            "w == 0 给出同样形状的布尔数组。布尔数组求和得到什么？",
            "np.count_nonzero 统计非零元素的个数，w.size 是元素总数。",
            "前一个数除以后一个数是剩余权重的比例。那么零的比例呢？",
        ],
    },
    source="A-5.5, C-3.2a; Gale, Elsen and Hooker 2019",
)


@exercise.solution
def sparsity(w):
    return float(np.mean(w == 0))


exercise.worked("by hand", given([[0.0, 2.0], [-3.0, 0.0]]), 0.5)
exercise.worked("by hand", given([0.0, 0.0, 0.0, 8.0]), 0.75)
exercise.worked("by hand", given([[[1e-12, -1e-12], [0.0, 1.0]]]), 0.25)
exercise.edge("no zero", given([1.0, -2.0]))
exercise.edge("only zeros, one of them negative", given([0.0, -0.0]))
exercise.edge("a single weight", given([5.0]))


@exercise.random
def _(rng):
    w = rng.standard_normal((4, 3, 2))
    return given(w * (rng.random(w.shape) < 0.4))


@exercise.property(
    "Sparsity does not depend on the size of the weights: 100 w is as sparse as w.",
    "稀疏度与权重大小无关：100 w 与 w 的稀疏度相同。",
)
def _(rng):
    w = rng.integers(-1, 2, 20).astype(float)
    one, other = yield [given(w), given(100 * w)]
    return one == other


@exercise.mistake(
    "This is the density, the share of weights that are left; sparsity is 1 minus it.",
    "这是密度，即剩余权重的比例；稀疏度等于 1 减去它。",
)
def _(w):
    return float(np.count_nonzero(w) / w.size)


@exercise.mistake(
    "It counts the zeros; sparsity is their share of all entries.",
    "只数了零的个数；稀疏度是零占全部元素的比例。",
)
def _(w):
    return int(np.sum(w == 0))


@exercise.mistake(
    "It is given in percent; a share goes from 0 to 1.",
    "给出的是百分数；比例应在 0 到 1 之间。",
)
def _(w):
    return float(100 * np.mean(w == 0))


@exercise.mistake(
    "It gives one number for each column; the sparsity of the whole array is one number.",
    "给出了每一列的稀疏度；整个数组的稀疏度只有一个数。",
)
def _(w):
    return np.mean(w == 0, axis=0)


@exercise.mistake(
    "It divides by the sum of |w|; a share is divided by the number of entries.",
    "除以了 |w| 的和；比例应除以元素个数。",
)
def _(w):
    total = np.abs(w).sum()
    return float(np.sum(w == 0) / total) if total else 1.0


@exercise.mistake(
    "It takes small weights for zeros; only exact zeros count.",
    "把很小的权重也当成了零；只有恰好为 0 的才算。",
)
def _(w):
    return float(np.mean(np.abs(w) < 1e-6))


@exercise.mistake(
    "It divides by the number of rows; w.size is the number of entries.",
    "除以了行数；元素总数是 w.size。",
)
def _(w):
    return float(np.sum(w == 0) / len(w))


@exercise.mistake(
    "It divides by the number of weights that are left, not by that of all.",
    "除以了剩余权重的个数，而不是全部元素的个数。",
)
def _(w):
    left = np.count_nonzero(w)
    return float(np.sum(w == 0) / left) if left else 1.0
