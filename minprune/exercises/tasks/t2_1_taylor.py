from minprune.checks import check_of
from minprune.exercises.exercise import Exercise

exercise = Exercise(
    "2.1",
    of=check_of("taylor"),
    title={"en": "Importance from the loss: the Taylor score", "zh": "从损失看重要性：泰勒得分"},
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
        rise. A score is computed from w_i and g_i alone.

        >>> taylor(np.array([3.0, 1.0, -2.0]), np.array([1.0, -2.0, -0.25])).tolist()
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
        每个得分只由 w_i 和 g_i 算出。

        >>> taylor(np.array([3.0, 1.0, -2.0]), np.array([1.0, -2.0, -0.25])).tolist()
        [3.0, 2.0, 0.5]
        """,
    },
    hints={
        "en": [
            "A weight matters if the loss is steep there and the step to 0 is long. Which product "
            "combines both?",
            "NumPy multiplies two arrays of the same shape entry by entry; no loop is needed.",
            "Multiply w and g entry by entry, then take the absolute value of each product.",
        ],
        "zh": [
            "损失在该处越陡、到 0 的距离越远，权重就越重要。什么乘积能同时体现这两点？",
            "NumPy 对同形状的两个数组逐元素相乘，不需要循环。",
            "先把 w 与 g 逐元素相乘，再对每个乘积取绝对值。",
        ],
    },
)
