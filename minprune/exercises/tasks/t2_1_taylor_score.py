import numpy as np

from minprune.checks.check import given
from minprune.exercises.exercise import Exercise

exercise = Exercise(
    "2.1",
    title={"en": "What does the loss say? The Taylor score", "zh": "从损失看重要性：泰勒得分"},
    text={
        "en": """\
        Importance of every weight by the first-order Taylor series of the loss.

        If weight i is set to 0, it changes by -w_i, and to first order the loss by -g_i w_i:

            L(w_i = 0) - L(w) = -g_i w_i + ...
            s_i = |g_i w_i|

        w        array of any shape, the weights
        g        array of the same shape, the gradient: g_i = dL/dw_i
        returns  an array of the same shape, the scores; higher = more important

        The score is the size of the change: a loss that would fall counts like one that would
        rise. Every weight has a score of its own, which does not depend on the other weights.

        >>> taylor_score(np.array([3.0, 1.0, -2.0]), np.array([1.0, -2.0, -0.25])).tolist()
        [3.0, 2.0, 0.5]
        """,
        "zh": """\
        用损失函数的一阶泰勒展开衡量每个权重的重要性。

        把第 i 个权重置零，它的改变量是 -w_i，损失的一阶改变量就是 -g_i w_i：

            L(w_i = 0) - L(w) = -g_i w_i + ...
            s_i = |g_i w_i|

        w     任意形状的数组，即权重
        g     同样形状的数组，即梯度：g_i = dL/dw_i
        返回  同样形状的数组，即得分；得分越高越重要

        得分是改变量的大小：损失下降与上升同样计入。
        每个权重都有自己的得分，与其他权重无关。

        >>> taylor_score(np.array([3.0, 1.0, -2.0]), np.array([1.0, -2.0, -0.25])).tolist()
        [3.0, 2.0, 0.5]
        """,
    },
    hints={
        "en": [
            "A weight matters if the loss is steep there and the step to 0 is long. Which product "
            "says both?",
            "NumPy multiplies two arrays of one shape entry by entry; no loop is needed.",
            "Multiply w and g entry by entry, then take the absolute value of each product.",
        ],
        "zh": [
            "损失在该处越陡、到 0 的距离越远，权重就越重要。什么乘积能同时体现这两点？",
            "NumPy 对同形状的两个数组逐元素相乘，不需要循环。",
            "先把 w 与 g 逐元素相乘，再对每个乘积取绝对值。",
        ],
    },
    source="C-4.2e, D-3.2, E-3.1; Molchanov et al. 2017",
)


@exercise.solution
def taylor_score(w, g):
    return np.abs(g * w)


exercise.worked("by hand", given([3.0, 1.0, -2.0], [1.0, -2.0, -0.25]), [3.0, 2.0, 0.5])
exercise.worked(
    "by hand", given([[0.5, -4.0], [0.0, 1.0]], [[2.0, 0.5], [8.0, 0.0]]), [[1.0, 2.0], [0.0, 0.0]]
)
exercise.edge("a small gradient at the larger weight", given([8.0, 0.25], [0.5, 4.0]))
exercise.edge("all gradients are zero", given([1.0, -2.0], [0.0, 0.0]))
exercise.edge("all weights are zero", given([[0.0, 0.0]], [[1.0, -3.0]]))
exercise.edge("a single weight", given([-0.5], [-3.0]))


@exercise.random
def _(rng):
    w, g = rng.standard_normal((2, 3, 4))
    return given(w, g)


@exercise.property(
    "The units of the weights do not matter: w times 4 goes with g divided by 4.",
    "得分与权重的单位无关：w 乘以 4 时 g 除以 4，得分不变。",
)
def _(rng):
    w, g = rng.standard_normal((2, 3, 4))
    one, other = yield [given(w, g), given(4 * w, g / 4)]
    return np.allclose(one, other)


@exercise.mistake(
    "The absolute value is missing; a change of the loss counts in both directions.",
    "缺少绝对值；损失上升和下降都算改变。",
)
def _(w, g):
    return w * g


@exercise.mistake(
    "It is the change -g w with its sign; the size of the change is asked for.",
    "返回了带符号的改变量 -g w；应取它的大小。",
)
def _(w, g):
    return -w * g


@exercise.mistake(
    "It uses the gradient alone; a small gradient does not make a large weight unimportant.",
    "只用了梯度；梯度小并不说明大权重不重要，还应乘以权重。",
)
def _(w, g):
    return np.abs(g)


@exercise.mistake(
    "It uses the magnitude alone; multiply it by the gradient.",
    "只用了权重的绝对值；还应乘以梯度。",
)
def _(w, g):
    return np.abs(w)


@exercise.mistake(
    "It squares the product; here the score is |g w|, in the units of the loss.",
    "对乘积取了平方；这里的得分是 |g w|，与损失单位相同。",
)
def _(w, g):
    return np.square(w * g)


@exercise.mistake(
    "It adds up the whole array; every weight has a score of its own.",
    "对整个数组求了和；每个权重都应有自己的得分。",
)
def _(w, g):
    return np.sum(np.abs(w * g))


@exercise.mistake(
    "It divides by the sum of all scores; here the scores stay in the units of the loss.",
    "除以了所有得分之和；这里的得分不作归一化。",
)
def _(w, g):
    score = np.abs(w * g)
    return score / score.sum()


@exercise.mistake(
    "It divides by 2, which belongs to the second order; the first order has no such factor.",
    "除以了 2，那是二阶项的系数；一阶项没有这个系数。",
)
def _(w, g):
    return np.abs(w * g) / 2
