import numpy as np

from minprune.checks.check import given
from minprune.exercises.exercise import Exercise

exercise = Exercise(
    "2.2",
    title={"en": "When the gradient has vanished: Optimal Brain Damage", "zh": "梯度接近零时：OBD"},
    text={
        "en": """\
        Saliency of every weight by Optimal Brain Damage: how much the loss rises without it.

        After training the gradient is nearly 0, so the second order of the Taylor series decides.
        Optimal Brain Damage keeps the diagonal of the Hessian only:

            s_i = h_i w_i^2 / 2          h_i = d^2 L / dw_i^2

        w        array of any shape, the weights
        h        array of the same shape, the diagonal of the Hessian, one entry for each weight
        returns  an array of the same shape, the saliencies, in the units of the loss

        h_i may be negative, where the loss curves down; the saliency is then negative as well.

        >>> obd_saliency(np.array([3.0, -1.0]), np.array([1.0, 4.0])).tolist()
        [4.5, 2.0]
        """,
        "zh": """\
        OBD（Optimal Brain Damage）显著性：去掉每个权重后损失会上升多少。

        训练结束时梯度接近 0，此时由泰勒展开的二阶项决定。
        OBD 只保留海森矩阵的对角元：

            s_i = h_i w_i^2 / 2          h_i = d^2 L / dw_i^2

        w     任意形状的数组，即权重
        h     同样形状的数组，海森矩阵的对角元，与权重一一对应
        返回  同样形状的数组，即显著性，与损失单位相同

        损失向下弯曲时 h_i 为负，此时显著性也为负。

        >>> obd_saliency(np.array([3.0, -1.0]), np.array([1.0, 4.0])).tolist()
        [4.5, 2.0]
        """,
    },
    hints={
        "en": [
            "A step d from a minimum raises a loss of curvature h by h d^2 / 2. How long is the "
            "step that takes a weight to 0?",
            "h has one entry for each weight, so everything is done entry by entry.",
            "Only the weight is squared: w**2 times h, then the factor 1/2 of the Taylor series.",
        ],
        "zh": [
            "从极小点移动 d，曲率为 h 的损失上升 h d^2 / 2。把权重变为 0 需要移动多少？",
            "h 与权重一一对应，所以全部逐元素计算。",
            "只有权重需要平方：w**2 乘以 h，再乘以泰勒展开的系数 1/2。",
        ],
    },
    source="E-3.1; LeCun, Denker and Solla 1990",
)


@exercise.solution
def obd_saliency(w, h):
    return h * w**2 / 2


exercise.worked("by hand", given([3.0, -1.0], [1.0, 4.0]), [4.5, 2.0])
exercise.worked(
    "by hand", given([[2.0, -1.0], [-4.0, 0.5]], [[1.0, 3.0], [0.5, 8.0]]), [[2.0, 1.5], [4.0, 1.0]]
)
exercise.worked("by hand", given([2.0, -2.0], [-1.0, 0.25]), [-2.0, 0.5])
exercise.edge("no curvature", given([1.0, -2.0], [0.0, 0.0]))
exercise.edge("all weights are zero", given([[0.0, 0.0]], [[1.0, 3.0]]))
exercise.edge("a single weight", given([-0.5], [4.0]))


@exercise.random
def _(rng):
    w, h = rng.standard_normal((2, 3, 4))
    return given(w, h + 1)


@exercise.property(
    "A weight of twice the size, of either sign, has four times the saliency.",
    "权重的大小变为两倍（无论正负），显著性应变为四倍。",
)
def _(rng):
    w, h = rng.standard_normal((2, 3, 4))
    one, other = yield [given(w, h), given(-2 * w, h)]
    return np.allclose(4 * np.asarray(one), other)


@exercise.mistake(
    "The factor 1/2 of the Taylor series is missing.",
    "缺少泰勒展开中的系数 1/2。",
)
def _(w, h):
    return h * w**2


@exercise.mistake(
    "It takes |w| where w^2 belongs; the second order grows with the square of the step.",
    "用了 |w| 而不是 w^2；二阶项与改变量的平方成正比。",
)
def _(w, h):
    return h * np.abs(w) / 2


@exercise.mistake(
    "It squares h as well; only the weight is squared.",
    "把 h 也平方了；只有权重需要平方。",
)
def _(w, h):
    return (h * w) ** 2 / 2


@exercise.mistake(
    "It divides by h; only the inverse of the Hessian, in Optimal Brain Surgeon, stands there.",
    "除以了 h；只有 OBS 中海森矩阵的逆才在分母上，这里应乘以 h。",
)
def _(w, h):
    return w**2 / (2 * h)


@exercise.mistake(
    "It takes the absolute value of h; where the loss curves down, the saliency is negative.",
    "对 h 取了绝对值；损失向下弯曲时，显著性应为负。",
)
def _(w, h):
    return np.abs(h) * w**2 / 2


@exercise.mistake(
    "It leaves out h, so it ranks as the magnitude does.",
    "没有乘以 h，排序便与按绝对值排序相同。",
)
def _(w, h):
    return w**2 / 2


@exercise.mistake(
    "It adds up the whole array; every weight has a saliency of its own.",
    "对整个数组求了和；每个权重都应有自己的显著性。",
)
def _(w, h):
    return np.sum(h * w**2) / 2
