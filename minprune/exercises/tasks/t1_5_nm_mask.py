import numpy as np

from minprune.checks.check import given
from minprune.exercises.exercise import Exercise

exercise = Exercise(
    "1.5",
    title={"en": "N:M sparsity", "zh": "N:M 稀疏"},
    text={
        "en": """\
        The mask of N:M sparsity: of every m consecutive inputs of a unit, a neuron, n stay.

            for each unit, that is each column of w:
                cut its inputs into groups: rows 0 to m-1, rows m to 2m-1, ...
                in each group keep the n largest |w|, prune the m - n others

        w        weights of a dense layer (n_in, n_out), n_in a multiple of m
        n        how many of each group stay, 1 <= n <= m
        m        length of a group
        returns  a boolean array (n_in, n_out), True = keep

        Of equal magnitudes in a group the earlier is pruned first. GPUs support 2:4.

        Below, the second unit has -1 and 1 and only one of them can stay: the earlier is pruned.

        >>> w = np.array([[3.0, 2.0], [-4.0, -1.0], [1.0, 1.0], [2.0, 0.5]])
        >>> nm_mask(w, 2, 4).tolist()
        [[True, True], [True, False], [False, True], [False, False]]
        """,
        "zh": """\
        N:M 稀疏的掩码：每个单元的输入中，每连续 m 个保留最大的 n 个。

            对每个单元，即 w 的每一列：
                把它的输入分组：第 0 到 m-1 行，第 m 到 2m-1 行，……
                每组保留 |w| 最大的 n 个，剪掉其余 m - n 个

        w     全连接层的权重 (n_in, n_out)，n_in 是 m 的倍数
        n     每组保留的个数，1 <= n <= m
        m     每组的长度
        返回  布尔数组 (n_in, n_out)，True 表示保留

        组内绝对值相等时先剪靠前的。GPU 支持的是 2:4 稀疏。

        下例中第二个单元有 -1 和 1，只能留一个：剪掉靠前的。

        >>> w = np.array([[3.0, 2.0], [-4.0, -1.0], [1.0, 1.0], [2.0, 0.5]])
        >>> nm_mask(w, 2, 4).tolist()
        [[True, True], [True, False], [False, True], [False, False]]
        """,
    },
    hints={
        "en": [
            "Reshape so that each group has an axis of its own: (groups, m, n_out).",
            "np.argsort along that axis, with kind='stable', says which input comes at which rank.",
            "The argsort of that is the rank of each input, from 0 (smallest) to m - 1 (largest).",
        ],
        "zh": [
            "改变形状，让组内的位置单独成为一个轴：(组数, m, n_out)。",
            "沿该轴做 np.argsort，用 kind='stable'，得到每个名次上是哪个输入。",
            "再做一次 argsort 就得到每个输入的名次：0 最小，m - 1 最大。",
        ],
    },
    source="E-7.3; Mishra et al. 2021",
)


@exercise.solution
def nm_mask(w, n, m):
    groups = np.abs(w).reshape(-1, m, w.shape[1])
    order = np.argsort(groups, axis=1, kind="stable")
    rank = np.argsort(order, axis=1)
    return (rank >= m - n).reshape(w.shape)


exercise.worked(
    "by hand",
    given([[3.0, 2.0], [-4.0, -1.0], [1.0, 1.0], [2.0, 0.5]], 2, 4),
    [[True, True], [True, False], [False, True], [False, False]],
)
exercise.worked(
    "by hand",
    given([[1.0, 3.0], [2.0, -4.0], [-6.0, 0.0], [5.0, 7.0]], 1, 2),
    [[False, False], [True, True], [True, False], [False, True]],
)
exercise.worked(
    "by hand",
    given([[8.0, 1.0, 4.0], [7.0, 2.0, -5.0], [-6.0, 3.0, 6.0]], 2, 3),
    [[True, False, False], [True, True, True], [False, True, True]],
)
exercise.worked(
    "by hand",
    given(np.array([[4.0, -1.0, 2.0, 3.0, 1.0, 5.0, -7.0, 6.0],
                    [0.5, -2.0, 1.0, 1.5, -3.0, 8.0, 2.0, 4.0]]).T, 1, 4),
    np.array([[True, False, False, False, False, False, True, False],
              [False, True, False, False, False, True, False, False]]).T,
)  # fmt: skip
exercise.edge("n = m: everything stays", given([[1.0, 0.0], [-2.0, 3.0]], 2, 2))
exercise.edge("groups of one", given([[1.0, -2.0, 0.0]], 1, 1))
exercise.edge("all magnitudes are equal", given([[2.0], [-2.0], [2.0], [-2.0]], 1, 4))
exercise.edge("a unit of zeros", given([[0.0, 1.0], [0.0, -4.0], [0.0, 3.0], [0.0, 2.0]], 3, 4))
exercise.edge(  # a sort has to be stable
    "large groups of equal magnitudes", given(np.arange(120).reshape(60, 2) % 4 / 4, 22, 60)
)
exercise.edge(
    "two groups of one unit", given(np.array([[2.0, -4.0, 1.0, 3.0, -8.0, 5.0, 6.0, -7.0]]).T, 2, 4)
)


@exercise.random
def _(rng):
    return given(rng.integers(-6, 7, (8, 3)) / 4, int(rng.integers(1, 4)), 4)


@exercise.property(
    "Every group must keep exactly n.",
    "每组应恰好保留 n 个。",
)
def _(rng):
    (mask,) = yield [given(rng.integers(-2, 3, (8, 5)) / 2, 3, 4)]
    return (mask.reshape(2, 4, 5).sum(axis=1) == 3).all()


@exercise.property(
    "Only magnitudes within a group count: a group may be scaled, and signs may change.",
    "只比较组内的绝对值：某一组整体缩放或改变符号，掩码不变。",
)
def _(rng):
    w = rng.standard_normal((8, 3))
    scale = np.repeat([[-8.0], [1.0]], 4, axis=0)
    one, other = yield [given(w, 2, 4), given(scale * w, 2, 4)]
    return (one == other).all()


@exercise.mistake(
    "Groups lie along the rows of w, over several units; they lie along axis 0, the inputs.",
    "沿 w 的行分组，跨了几个单元；应沿轴 0（输入）分组。",
)
def _(w, n, m):
    groups = np.abs(w).reshape(len(w), -1, m)
    rank = np.argsort(np.argsort(groups, axis=-1, kind="stable"), axis=-1)
    return (rank >= m - n).reshape(w.shape)


@exercise.mistake(
    "Groups run through the flattened array, which mixes units; each column has its own.",
    "把数组展平后分组，混淆了不同的单元；每一列应单独分组。",
)
def _(w, n, m):
    groups = np.abs(w).reshape(-1, m)
    rank = np.argsort(np.argsort(groups, axis=1, kind="stable"), axis=1)
    return (rank >= m - n).reshape(w.shape)


@exercise.mistake(
    "It prunes n of every m; n of every m stay.",
    "每 m 个剪掉了 n 个；应每 m 个保留 n 个。",
)
def _(w, n, m):
    groups = np.abs(w).reshape(-1, m, w.shape[1])
    rank = np.argsort(np.argsort(groups, axis=1, kind="stable"), axis=1)
    return (rank >= n).reshape(w.shape)


@exercise.mistake(
    "It keeps the n smallest of each group; the n largest stay.",
    "每组保留了最小的 n 个；应保留最大的 n 个。",
)
def _(w, n, m):
    groups = np.abs(w).reshape(-1, m, w.shape[1])
    rank = np.argsort(np.argsort(groups, axis=1, kind="stable"), axis=1)
    return (rank < n).reshape(w.shape)


@exercise.mistake(
    "The absolute value is missing: a large negative weight counts as the smallest.",
    "缺少绝对值：绝对值很大的负权重被当成了最小的。",
)
def _(w, n, m):
    groups = w.reshape(-1, m, w.shape[1])
    rank = np.argsort(np.argsort(groups, axis=1, kind="stable"), axis=1)
    return (rank >= m - n).reshape(w.shape)


@exercise.mistake(
    "Of equal magnitudes it prunes the later first; the earlier is to be pruned first.",
    "绝对值相等时先剪了靠后的；应先剪靠前的。",
)
def _(w, n, m):
    groups = np.abs(w).reshape(-1, m, w.shape[1])
    rank = np.argsort(np.argsort(-groups, axis=1, kind="stable"), axis=1)
    return (rank < n).reshape(w.shape)


@exercise.mistake(
    "It keeps all that equal the n-th largest; exactly n of a group stay, of equals the later.",
    "把与第 n 大相等的全留下了；每组应恰好保留 n 个，相等时留靠后的。",
)
def _(w, n, m):
    groups = np.abs(w).reshape(-1, m, w.shape[1])
    smallest_kept = np.sort(groups, axis=1)[:, m - n : m - n + 1]
    return (groups >= smallest_kept).reshape(w.shape)


@exercise.mistake(
    "It ranks the whole column and keeps the share n / m; every group of m must keep n.",
    "在整列中排序并保留 n / m；应每 m 个一组，各保留 n 个。",
)
def _(w, n, m):
    rank = np.argsort(np.argsort(np.abs(w), axis=0, kind="stable"), axis=0)
    return rank >= len(w) * (m - n) // m


@exercise.mistake(
    "The sort is not stable, so equal magnitudes change places; np.argsort needs kind='stable'.",
    "排序不稳定，绝对值相等的次序会乱；np.argsort 要加 kind='stable'。",
)
def _(w, n, m):
    groups = np.abs(w).reshape(-1, m, w.shape[1])
    rank = np.argsort(np.argsort(groups, axis=1), axis=1)
    return (rank >= m - n).reshape(w.shape)


@exercise.mistake(
    "It takes the result of np.argsort for ranks; it holds the indices in order of size.",
    "把 np.argsort 的结果当成了名次；它给出的是按大小排列的下标。",
)
def _(w, n, m):
    groups = np.abs(w).reshape(-1, m, w.shape[1])
    order = np.argsort(groups, axis=1, kind="stable")
    return (order >= m - n).reshape(w.shape)


@exercise.mistake(
    "A group takes inputs that lie apart, as reshape(m, -1, n_out) does; they are consecutive.",
    "用 reshape(m, -1, n_out) 把不相邻的输入分成了一组；每组应是连续的 m 个。",
)
def _(w, n, m):
    groups = np.abs(w).reshape(m, -1, w.shape[1])
    rank = np.argsort(np.argsort(groups, axis=0, kind="stable"), axis=0)
    return (rank >= m - n).reshape(w.shape)
