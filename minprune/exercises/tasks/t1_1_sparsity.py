from minprune.checks import check_of
from minprune.exercises.exercise import Exercise

exercise = Exercise(
    "1.1",
    of=check_of("sparsity"),
    title={"en": "What is sparsity?", "zh": "什么是稀疏度？"},
    text={
        "en": """\
        The sparsity of arrays of weights: the share of their entries that are exactly 0.

            sparsity = number of zeros / number of entries          in all arrays together

        arrays   arrays of any shapes, as many as are given: `*arrays` makes a list of them, so
                 that sparsity(W) and sparsity(W, b) both work. Some may be empty, but not all
        returns  a float from 0 (no zeros) to 1 (only zeros)

        A weight that is merely small does not count as 0; -0.0 does. The size of the others does
        not matter. In a mask, an array of booleans, False counts as 0.

        >>> W, b = np.array([[0.0, 2.0], [-3.0, 0.0], [1.0, 4.0]]), np.array([0.0, 5.0])
        >>> float(sparsity(b)), float(sparsity(W, b))
        (0.5, 0.375)
        """,
        "zh": """\
        权重数组的稀疏度：恰好等于 0 的元素所占的比例。

            稀疏度 = 零的个数 / 元素总数          所有数组合在一起统计

        arrays  任意形状的数组，个数不限：`*arrays` 把它们收集成一个序列，
                因此 sparsity(W) 和 sparsity(W, b) 都可以；有的数组可以是空的，但不会全空
        返回    一个浮点数，0 表示没有零，1 表示全是零

        很小的权重并不等于 0，-0.0 等于 0；其余权重有多大与稀疏度无关。
        在掩码（布尔数组）中，False 算作 0。

        >>> W, b = np.array([[0.0, 2.0], [-3.0, 0.0], [1.0, 4.0]]), np.array([0.0, 5.0])
        >>> float(sparsity(b)), float(sparsity(W, b))
        (0.5, 0.375)
        """,
    },
    hints={
        "en": [
            "Begin with one array a: a == 0 is a boolean array of the same shape. What is the sum "
            "of booleans?",
            "np.count_nonzero(a) counts the entries that are not 0; a.size counts all of them.",
            "sum(a.size for a in arrays) is the number of entries of all arrays together. Count "
            "the zeros in the same way, and divide only then.",
        ],
        "zh": [
            "先看一个数组 a：a == 0 给出同样形状的布尔数组。布尔数组求和得到什么？",
            "np.count_nonzero(a) 统计非零元素的个数，a.size 是元素总数。",
            "sum(a.size for a in arrays) 是所有数组的元素总数。"
            "用同样的办法数出零的个数，最后再相除。",
        ],
    },
)
