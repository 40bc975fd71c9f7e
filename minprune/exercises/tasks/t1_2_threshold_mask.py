from minprune.checks import check_of
from minprune.exercises.exercise import Exercise

exercise = Exercise(
    "1.2",
    of=check_of("threshold_mask"),
    title={"en": "A mask from a threshold", "zh": "由阈值得到掩码"},
    text={
        "en": """\
        The mask of the weights that are large enough: which of them reach the threshold.

            mask_i = True    if |w_i| >= theta     (the weight is kept)
                     False   if |w_i| <  theta     (the weight is pruned)

        w        array of any shape
        theta    the threshold, a number >= 0 in the units of the weights
        ties     what happens to a weight whose absolute value equals theta: with "keep" it is kept,
                 as above; with "prune" it is pruned, so that the mask is |w_i| > theta
        returns  a boolean array, shape of w, True = keep

        `ties="keep"` in the first line means: "keep", unless the call gives "prune". w itself must
        not change.

        >>> w = np.array([[-0.75, 0.25], [0.5, -0.5]])
        >>> threshold_mask(w, 0.5).tolist(), threshold_mask(w, 0.5, ties="prune").tolist()
        ([[True, False], [True, True]], [[True, False], [False, False]])
        """,
        "zh": """\
        足够大的权重的掩码：标出哪些权重达到了阈值。

            mask_i = True    若 |w_i| >= theta    （保留）
                     False   若 |w_i| <  theta    （剪掉）

        w      任意形状的数组
        theta  阈值，一个非负数，与权重同单位
        ties   绝对值恰好等于 theta 的权重怎么办：取 "keep" 时保留，如上式；
               取 "prune" 时剪掉，即掩码为 |w_i| > theta
        返回   布尔数组，形状与 w 相同，True 表示保留

        第一行的 `ties="keep"` 表示：调用时没有给出 "prune" 就取 "keep"。不要改动 w。

        >>> w = np.array([[-0.75, 0.25], [0.5, -0.5]])
        >>> threshold_mask(w, 0.5).tolist(), threshold_mask(w, 0.5, ties="prune").tolist()
        ([[True, False], [True, True]], [[True, False], [False, False]])
        """,
    },
    hints={
        "en": [
            "The size of a weight does not depend on its sign. Which function drops the sign?",
            "Comparing an array with a number compares every entry, and gives booleans.",
            "Compare np.abs(w) with theta. Which comparison also keeps equal values, and which one "
            'is needed if ties == "prune"?',
        ],
        "zh": [
            "权重的大小与正负号无关。哪个函数可以去掉符号？",
            "数组与一个数比较时逐元素进行，结果就是布尔数组。",
            "比较 np.abs(w) 与 theta。用哪个比较运算符才能让相等的也保留？"
            'ties == "prune" 时又该用哪个？',
        ],
    },
)
