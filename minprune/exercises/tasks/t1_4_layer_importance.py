import numpy as np

from minprune.checks.check import given
from minprune.exercises.exercise import Exercise

exercise = Exercise(
    "1.4",
    title={"en": "Which layers matter?", "zh": "哪些层重要？"},
    text={
        "en": """\
        The importance of each layer, and whether the layer stays or is pruned as a whole.

            importance_l = sum_i |w_li|            over all entries of layer l
            keep_l       = importance_l >= theta

        layers   list of L arrays, at least one; they may have different shapes
        theta    the threshold, a number in the units of the weights
        returns  (importance, keep): an array (L,) of floats and an array (L,) of booleans

        A layer whose importance equals theta stays.

        The example is A-4.4 of the documents, which print 3.2 for the third layer; the sum is 3.9.

        >>> h1 = np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]])
        >>> h2 = np.array([[0.7, 0.8, 0.9], [0.1, 0.2, 0.3]])
        >>> h3 = np.array([[0.4, 0.5, 0.6], [0.7, 0.8, 0.9]])
        >>> importance, keep = layer_importance([h1, h2, h3], 2.5)
        >>> importance.round(1).tolist(), keep.tolist()
        ([2.1, 3.0, 3.9], [False, True, True])
        """,
        "zh": """\
        每一层的重要性，以及该层是保留还是整层剪掉。

            importance_l = sum_i |w_li|            对第 l 层的所有元素求和
            keep_l       = importance_l >= theta

        layers  由 L 个数组组成的列表，至少一个；各层形状可以不同
        theta   阈值，一个数，与权重同单位
        返回    (importance, keep)：形状 (L,) 的浮点数组和形状 (L,) 的布尔数组

        重要性恰好等于 theta 的层保留。

        下例取自文档 A-4.4；文档中第三层印成 3.2，正确的和是 3.9。

        >>> h1 = np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]])
        >>> h2 = np.array([[0.7, 0.8, 0.9], [0.1, 0.2, 0.3]])
        >>> h3 = np.array([[0.4, 0.5, 0.6], [0.7, 0.8, 0.9]])
        >>> importance, keep = layer_importance([h1, h2, h3], 2.5)
        >>> importance.round(1).tolist(), keep.tolist()
        ([2.1, 3.0, 3.9], [False, True, True])
        """,
    },
    hints={
        "en": [
            "Arrays of different shapes do not fit into one; take the layers one by one.",
            "np.abs(w).sum() adds up all entries of an array, whatever its shape.",
            "Make an array of one such sum for each layer. Comparing it with theta gives keep.",
        ],
        "zh": [
            "形状不同的数组拼不成一个数组；请逐层处理。",
            "无论数组是什么形状，np.abs(w).sum() 都会把所有元素加起来。",
            "每层求一个这样的和，组成数组；它与 theta 比较就得到 keep。",
        ],
    },
    source="A-4.3a, A-4.3b, A-4.4",
)


@exercise.solution
def layer_importance(layers, theta):
    importance = np.array([np.abs(w).sum() for w in layers])
    return importance, importance >= theta


H1 = np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]])
H2 = np.array([[0.7, 0.8, 0.9], [0.1, 0.2, 0.3]])
H3 = np.array([[0.4, 0.5, 0.6], [0.7, 0.8, 0.9]])

exercise.worked(
    "A-4.4",
    given([H1, H2, H3], 2.5),
    (np.array([2.1, 3.0, 3.9]), np.array([False, True, True])),
)
exercise.worked(
    "by hand",
    given([np.array([[1.0, -2.0], [0.5, 0.0]]), np.array([-0.25, 0.5, -1.0])], 2.0),
    (np.array([3.5, 1.75]), np.array([True, False])),
)
exercise.worked(
    "by hand",
    given([np.array([[-3.0, 4.0], [0.0, 0.0]]), np.array([[1.0, 1.0], [-2.0, 2.0]])], 7.0),
    (np.array([7.0, 6.0]), np.array([True, False])),
)
exercise.edge("importance equals theta", given([np.array([[0.5, -0.25]]), -np.ones(3)], 0.75))
exercise.edge("a layer of zeros", given([np.zeros((2, 2)), np.ones((3, 2))], 0.5))
exercise.edge("theta is 0: every layer stays", given([np.zeros((2, 1)), np.ones((2, 3))], 0.0))
exercise.edge("a kernel and its bias", given([-np.ones((3, 3, 1, 2)), np.array([0.5, -0.5])], 1.5))
exercise.edge("one layer of one weight", given([np.array([[-2.0]])], 1.0))


@exercise.random
def _(rng):
    layers = [rng.integers(-8, 9, shape) / 4 for shape in ((3, 4), (4,), (4, 2))]
    return given(layers, float(rng.integers(4, 60) / 4))


@exercise.property(
    "A layer is judged by itself: in another order the results are the same, in that order.",
    "每层单独判断：调换层的次序，结果只随之调换。",
)
def _(rng):
    layers = [rng.integers(-8, 9, shape) / 4 for shape in ((3, 4), (4,), (4, 2))]
    (one, kept), (other, left) = yield [given(layers, 6.0), given(layers[::-1], 6.0)]
    return np.allclose(one, other[::-1]) and (kept == left[::-1]).all()


@exercise.mistake(
    "It takes the mean of each layer; its importance is the sum.",
    "取了每层的平均值；重要性应是总和。",
)
def _(layers, theta):
    importance = np.array([np.abs(w).mean() for w in layers])
    return importance, importance >= theta


@exercise.mistake(
    "The absolute value is missing: weights of opposite signs cancel each other.",
    "缺少绝对值：正负权重互相抵消了。",
)
def _(layers, theta):
    importance = np.array([w.sum() for w in layers])
    return importance, importance >= theta


@exercise.mistake(
    "It takes the absolute value of the sum; take it of every weight, then add up.",
    "先求和再取绝对值了；应先对每个权重取绝对值，再求和。",
)
def _(layers, theta):
    importance = np.array([np.abs(w.sum()) for w in layers])
    return importance, importance >= theta


@exercise.mistake(
    "This is the L2 norm, the root of the sum of squares; absolute values are to be added.",
    "这是 L2 范数，即平方和的平方根；应把绝对值相加。",
)
def _(layers, theta):
    importance = np.array([np.sqrt((w**2).sum()) for w in layers])
    return importance, importance >= theta


@exercise.mistake(
    "It adds the squares of the weights; their absolute values are to be added.",
    "把权重的平方相加了；应把绝对值相加。",
)
def _(layers, theta):
    importance = np.array([(w**2).sum() for w in layers])
    return importance, importance >= theta


@exercise.mistake(
    "It prunes a layer whose importance equals theta; the layer stays.",
    "剪掉了重要性等于阈值的层；这样的层应当保留。",
)
def _(layers, theta):
    importance = np.array([np.abs(w).sum() for w in layers])
    return importance, importance > theta


@exercise.mistake(
    "Python's sum adds the rows of a matrix and leaves a vector; a layer has one number.",
    "Python 的 sum 只把矩阵各行相加，得到向量；每层应是一个数。",
)
def _(layers, theta):
    importance = np.array([sum(abs(w)) for w in layers])
    return importance, importance >= theta


@exercise.mistake(
    "It puts all layers into one array, but shapes may differ; take the layers one by one.",
    "把所有层拼成了一个数组；各层形状可以不同，应逐层计算。",
)
def _(layers, theta):
    importance = np.abs(np.array(layers)).reshape(len(layers), -1).sum(axis=1)
    return importance, importance >= theta


@exercise.mistake(
    "It divides by the total of all layers; the importance is the sum itself, not a share.",
    "除以了各层之和；重要性就是每层的总和，而不是占比。",
)
def _(layers, theta):
    importance = np.array([np.abs(w).sum() for w in layers])
    importance = importance / importance.sum()
    return importance, importance >= theta


@exercise.mistake(
    "The booleans are inverted: True must mean that the layer stays.",
    "布尔值取反了：True 应表示该层保留。",
)
def _(layers, theta):
    importance = np.array([np.abs(w).sum() for w in layers])
    return importance, importance < theta
