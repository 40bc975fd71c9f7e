from minprune.checks import check_of
from minprune.exercises.exercise import Exercise

exercise = Exercise(
    "1.4",
    of=check_of("layer_importance"),
    title={"en": "Which layers matter?", "zh": "哪些层重要？"},
    text={
        "en": """\
        The importance of each layer, by which a whole layer is kept or pruned: its L1 norm.

            importance_l = sum_i |w_li|            over all entries of layer l

        layers   list of L arrays; they may have different shapes, and some no entries
        returns  an array (L,) of floats

        The example is A-4.4 of the documents, which print 3.2 for the third layer; the sum is 3.9.

        >>> h1 = np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]])
        >>> h2 = np.array([[0.7, 0.8, 0.9], [0.1, 0.2, 0.3]])
        >>> h3 = np.array([[0.4, 0.5, 0.6], [0.7, 0.8, 0.9]])
        >>> importance = layer_importance([h1, h2, h3])
        >>> importance.round(1).tolist(), (importance >= 2.5).tolist()
        ([2.1, 3.0, 3.9], [False, True, True])
        """,
        "zh": """\
        每一层的重要性，即该层的 L1 范数；整层保留还是剪掉，就看它。

            importance_l = sum_i |w_li|            对第 l 层的所有元素求和

        layers  由 L 个数组组成的列表；各层形状可以不同，也可以是空的
        返回    形状 (L,) 的浮点数组

        下例取自文章 A-4.4；文中第三层写的是 3.2，正确的和是 3.9。

        >>> h1 = np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]])
        >>> h2 = np.array([[0.7, 0.8, 0.9], [0.1, 0.2, 0.3]])
        >>> h3 = np.array([[0.4, 0.5, 0.6], [0.7, 0.8, 0.9]])
        >>> importance = layer_importance([h1, h2, h3])
        >>> importance.round(1).tolist(), (importance >= 2.5).tolist()
        ([2.1, 3.0, 3.9], [False, True, True])
        """,
    },
    hints={
        "en": [
            "Arrays of different shapes do not fit into one; take the layers one by one.",
            "np.abs(w).sum() adds up all entries of an array, whatever its shape.",
            "Collect one such sum for each layer in a list, and make an array of the list.",
        ],
        "zh": [
            "形状不同的数组拼不成一个数组；请逐层处理。",
            "无论数组是什么形状，np.abs(w).sum() 都会把所有元素加起来。",
            "每层求一个这样的和，放进列表，再把列表变成数组。",
        ],
    },
)
