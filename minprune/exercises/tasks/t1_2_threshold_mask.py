import numpy as np

from minprune.checks.check import given
from minprune.exercises.exercise import Exercise

exercise = Exercise(
    "1.2",
    title={"en": "A mask from a threshold", "zh": "由阈值得到掩码"},
    text={
        "en": """\
        The mask of the weights that are large enough: which of them reach the threshold.

            mask_i = True    if |w_i| >= theta     (the weight stays)
                     False   if |w_i| <  theta     (the weight is pruned)

        w        array of any shape, with at least one entry
        theta    the threshold, a number >= 0 in the units of the weights
        returns  a boolean array, shape of w, True = keep

        A weight whose absolute value equals theta stays. w itself is left as it is.

        >>> threshold_mask(np.array([[-0.75, 0.25], [0.5, -0.5]]), 0.5).tolist()
        [[True, False], [True, True]]
        """,
        "zh": """\
        足够大的权重的掩码：标出哪些权重达到了阈值。

            mask_i = True    若 |w_i| >= theta    （保留）
                     False   若 |w_i| <  theta    （剪掉）

        w      任意形状的数组，至少有一个元素
        theta  阈值，一个非负数，与权重同单位
        返回   布尔数组，形状与 w 相同，True 表示保留

        绝对值恰好等于 theta 的权重保留。不要改动 w。

        >>> threshold_mask(np.array([[-0.75, 0.25], [0.5, -0.5]]), 0.5).tolist()
        [[True, False], [True, True]]
        """,
    },
    hints={
        "en": [
            "How large a weight is does not depend on its sign. Which function drops the sign?",
            "Comparing an array with a number compares every entry, and gives booleans.",
            "Compare np.abs(w) with theta. Which comparison also lets equal values stay?",
        ],
        "zh": [
            "权重的大小与正负号无关。哪个函数可以去掉符号？",
            "数组与一个数比较时逐元素进行，结果就是布尔数组。",
            "比较 np.abs(w) 与 theta。用哪个比较运算符才能让相等的也保留？",
        ],
    },
    source="A-4.2; Han, Pool, Tran and Dally 2015",
)


@exercise.solution
def threshold_mask(w, theta):
    return np.abs(w) >= theta


exercise.worked("by hand", given([[-0.75, 0.25], [0.5, -0.5]], 0.5), [[True, False], [True, True]])
exercise.worked("by hand", given([2.0, -3.0, 1.0, -1.0], 2.0), [True, True, False, False])
exercise.worked(  # the matrix of D-4.3
    "A-4.2",
    given([[0.1, 0.3, 0.5], [0.6, 0.7, 0.8], [0.9, 0.1, 0.3]], 0.2),
    [[False, True, True], [True, True, True], [True, False, True]],
)
exercise.edge("theta is 0: all stay, even a weight that is 0", given([0.0, -1.0, 0.5], 0.0))
exercise.edge("no weight reaches theta", given([[0.5, -1.0], [0.25, 0.0]], 4.0))
exercise.edge("all magnitudes equal theta", given([[[1.5, -1.5], [-1.5, 1.5]]], 1.5))
exercise.edge("a single weight", given([-2.0], 1.0))


@exercise.random
def _(rng):
    return given(rng.integers(-6, 7, (3, 2, 4)) / 4, float(rng.integers(1, 6) / 4))


@exercise.property(
    "A higher threshold must never keep more.",
    "阈值升高时，保留的权重不应增多。",
)
def _(rng):
    w = rng.standard_normal((6, 5))
    low, high = yield [given(w, 0.5), given(w, 1.0)]
    return not (high & ~low).any()


@exercise.property(
    "The mask does not depend on signs: w and -w have the same.",
    "掩码与符号无关：w 与 -w 的掩码相同。",
)
def _(rng):
    w = rng.standard_normal(20)
    one, other = yield [given(w, 0.5), given(-w, 0.5)]
    return (one == other).all()


@exercise.mistake(
    "The absolute value is missing: every negative weight goes, however large it is.",
    "缺少绝对值：负权重无论多大都被剪掉了。",
)
def _(w, theta):
    return w >= theta


@exercise.mistake(
    "It prunes weights whose absolute value equals theta; they stay.",
    "剪掉了绝对值等于阈值的权重；它们应当保留。",
)
def _(w, theta):
    return np.abs(w) > theta


@exercise.mistake(
    "The mask is inverted: True must mean keep.",
    "掩码取反了：True 应表示保留。",
)
def _(w, theta):
    return np.abs(w) < theta


@exercise.mistake(
    "It returns the pruned weights, where the mask was asked for.",
    "返回了剪枝后的权重，而不是掩码。",
)
def _(w, theta):
    return np.where(np.abs(w) >= theta, w, 0.0)


@exercise.mistake(
    "It returns the numbers 0 and 1; a mask holds the booleans False and True.",
    "返回了数字 0 和 1；掩码应由布尔值 False 和 True 组成。",
)
def _(w, theta):
    return np.where(np.abs(w) >= theta, 1, 0)


@exercise.mistake(
    "It takes theta as a share of the largest weight; theta has the units of the weights.",
    "把阈值当成了相对最大权重的比例；阈值与权重同单位，应直接比较。",
)
def _(w, theta):
    return np.abs(w) >= theta * np.abs(w).max()


@exercise.mistake(
    "It compares squares with theta; the absolute values are to be compared.",
    "拿权重的平方与阈值比较了；应比较绝对值。",
)
def _(w, theta):
    return w**2 >= theta


@exercise.mistake(
    "It writes zeros into w and looks for them; compare, and leave w as it is.",
    "先把 w 中的小权重改成了 0 再找零；应直接比较，不改动 w。",
)
def _(w, theta):
    w[np.abs(w) < theta] = 0
    return w != 0
