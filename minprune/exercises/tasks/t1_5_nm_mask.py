from minprune.checks import check_of
from minprune.exercises.exercise import Exercise

exercise = Exercise(
    "1.5",
    of=check_of("nm_mask"),
    title={"en": "N:M sparsity", "zh": "N:M 稀疏"},
    text={
        "en": """\
        The mask of N:M sparsity: of every m consecutive inputs of a unit, a neuron, n are kept.

            for each unit, that is each column of a dense layer's weights:
                cut its inputs into groups: rows 0 to m-1, rows m to 2m-1, ...
                in each group keep the n largest |w|, prune the m - n others

        w        array; its length along the axis is a multiple of m
        n        how many of each group are kept, 0 <= n <= m
        m        length of a group
        axis     the axis along which groups lie. None means the inputs of a unit: axis -2 of a
                 dense layer (n_in, n_out) or a kernel, and the only axis of a vector
        returns  a boolean array, shape of w, True = keep

        Among equal magnitudes in a group the earlier is pruned first. Nvidia GPUs support 2:4.

        Below, the second unit has -1 and 1 and only one of them can be kept: the earlier is pruned.

        >>> w = np.array([[3.0, 2.0], [-4.0, -1.0], [1.0, 1.0], [2.0, 0.5]])
        >>> nm_mask(w, 2, 4).tolist()
        [[True, True], [True, False], [False, True], [False, False]]
        """,
        "zh": """\
        N:M 稀疏的掩码：每个单元（神经元）的输入中，每连续 m 个保留最大的 n 个。

            对每个单元，即全连接层权重的每一列：
                把它的输入分组：第 0 到 m-1 行，第 m 到 2m-1 行，……
                每组保留 |w| 最大的 n 个，剪掉其余 m - n 个

        w     数组，沿所给轴的长度是 m 的倍数
        n     每组保留的个数，0 <= n <= m
        m     每组的长度
        axis  沿哪个轴分组。None 表示沿单元的输入：全连接层 (n_in, n_out)
              或卷积核的轴 -2，向量则是它唯一的轴
        返回  布尔数组，形状与 w 相同，True 表示保留

        组内绝对值相等时先剪靠前的。Nvidia 的 GPU 支持 2:4 稀疏。

        下例中第二个单元有 -1 和 1，只能留一个：剪掉靠前的。

        >>> w = np.array([[3.0, 2.0], [-4.0, -1.0], [1.0, 1.0], [2.0, 0.5]])
        >>> nm_mask(w, 2, 4).tolist()
        [[True, True], [True, False], [False, True], [False, False]]
        """,
    },
    hints={
        "en": [
            "np.moveaxis(w, axis, -1) makes the axis the last one. Then reshape(-1, m) puts every "
            "group into its own row; at the end, undo these two steps.",
            "np.argsort along the rows, with kind='stable', gives the input at each rank.",
            "The argsort of that is the rank of each input, from 0 (smallest) to m - 1 (largest).",
            "If axis is None, it is -2 for an array of two or more axes, and -1 for a vector.",
        ],
        "zh": [
            "np.moveaxis(w, axis, -1) 把该轴移到最后，再用 reshape(-1, m) 让每组占一行；"
            "最后按相反的顺序还原。",
            "沿每一行做 np.argsort，用 kind='stable'，得到每个名次上是哪个输入。",
            "再做一次 argsort 就得到每个输入的名次：0 最小，m - 1 最大。",
            "axis 为 None 时，两个轴以上的数组取 -2，向量取 -1。",
        ],
    },
)
