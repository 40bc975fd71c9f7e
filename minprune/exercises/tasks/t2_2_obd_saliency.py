from minprune.checks import check_of
from minprune.exercises.exercise import Exercise

exercise = Exercise(
    "2.2",
    of=check_of("obd_saliency"),
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
        OBD（Optimal Brain Damage）显著度：去掉每个权重后损失会上升多少。

        训练结束时梯度接近 0，此时由泰勒展开的二阶项决定。
        OBD 只保留 Hessian 矩阵的对角元：

            s_i = h_i w_i^2 / 2          h_i = d^2 L / dw_i^2

        w     任意形状的数组，即权重
        h     同样形状的数组，Hessian 矩阵的对角元，与权重一一对应
        返回  同样形状的数组，即显著度，与损失单位相同

        损失向下弯曲时 h_i 为负，此时显著度也为负。

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
)
