import numpy as np

from minprune.checks.check import Function, given
from minprune.exercises.exercise import Exercise

exercise = Exercise(
    "2.3",
    title={"en": "How much can each layer lose? A scan", "zh": "每层能剪多少？灵敏度扫描"},
    text={
        "en": """\
        Sensitivity scan: the performance when a single layer is pruned, for each layer and level.

            result[l, j] = evaluate(all layers, of which layer l is pruned to sparsities[j])

        A layer w is pruned to sparsity s by magnitude: exactly round(s * w.size) of its entries
        become 0, those of smallest |w|; among equals those with the lowest flat index.
        Python's `round` takes a half to the even number. All other layers are unchanged.

        layers      list of arrays of any shapes, the weights, which must not be changed
        evaluate    function of a list of arrays like `layers`, returns the performance as a float,
                    higher = better; it does not change the arrays
        sparsities  list or array of numbers from 0 to 1, in any order
        returns     an array of floats of shape (number of layers, number of sparsities)

        >>> layers = [np.array([1.0, -2.0]), np.array([[6.0, 5.0], [4.0, 3.0]])]
        >>> total = lambda arrays: float(sum(np.abs(w).sum() for w in arrays))
        >>> scan_layers(layers, total, [0.0, 0.5]).tolist()
        [[21.0, 20.0], [21.0, 14.0]]
        """,
        "zh": """\
        灵敏度扫描：每次只剪一层，记录每一层在每个稀疏度下的性能。

            result[l, j] = evaluate(所有层，其中只有第 l 层剪到 sparsities[j])

        按绝对值把一层 w 剪到稀疏度 s：恰好把 |w| 最小的
        round(s * w.size) 个元素置零；并列时先剪展平后下标最小的。
        `round` 是 Python 自带的，恰为一半时取偶数。其余各层保持原样。

        layers      数组的列表，形状任意，即各层权重；调用后不得改变
        evaluate    函数，输入与 `layers` 相同形式的数组列表，返回浮点数，
                    即性能，越高越好；它不会改动数组
        sparsities  列表或数组，取值在 0 到 1 之间，顺序任意
        返回        浮点数组，形状为（层数，稀疏度的个数）

        >>> layers = [np.array([1.0, -2.0]), np.array([[6.0, 5.0], [4.0, 3.0]])]
        >>> total = lambda arrays: float(sum(np.abs(w).sum() for w in arrays))
        >>> scan_layers(layers, total, [0.0, 0.5]).tolist()
        [[21.0, 20.0], [21.0, 14.0]]
        """,
    },
    hints={
        "en": [
            "Two loops, over the layers and over the sparsities. What must be restored at the "
            "start of every round?",
            "np.argsort(np.abs(w), axis=None, kind='stable') lists the flat indices from the "
            "smallest magnitude on; prune the first k of them.",
            "In every round copy layer l, set the entries to 0 by copy.flat[...] = 0, and evaluate "
            "a new list in which only entry l is this copy.",
        ],
        "zh": [
            "两重循环：遍历各层，再遍历各个稀疏度。每一轮开始时，什么必须恢复原样？",
            "np.argsort(np.abs(w), axis=None, kind='stable') 按绝对值从小到大给出"
            "展平后的下标，剪掉前 k 个即可。",
            "每一轮都复制第 l 层，用 copy.flat[...] = 0 置零，再对一个新列表调用 evaluate，"
            "其中只有第 l 项是这份副本。",
        ],
    },
    source="C-3.2, D-7.1a; Han, Pool, Tran and Dally 2015; MIT 6.5940 Lab 1",
)


@exercise.solution
def scan_layers(layers, evaluate, sparsities):
    result = np.zeros((len(layers), len(sparsities)))
    for l, w in enumerate(layers):
        for j, sparsity in enumerate(sparsities):
            pruned = w.copy()
            k = round(sparsity * w.size)
            order = np.argsort(np.abs(pruned), axis=None, kind="stable")
            pruned.flat[order[:k]] = 0
            arrays = [*layers]
            arrays[l] = pruned
            result[l, j] = evaluate(arrays)
    return result


TOTAL = Function("lambda arrays: float(sum(np.abs(w).sum() for w in arrays))")
OUTPUT = Function("lambda arrays: float(np.array([1.0, 2.0]) @ arrays[0] @ arrays[1])")
PLACES = Function("lambda arrays: float(sum(w.ravel() @ np.arange(w.size) for w in arrays))")

exercise.worked(
    "by hand",
    given([np.array([1.0, -2.0]), np.array([[6.0, 5.0], [4.0, 3.0]])], TOTAL, [0.0, 0.5]),
    [[21.0, 20.0], [21.0, 14.0]],
)
exercise.worked(  # (1, 2) @ W1 = (7, 2), and 7 * 1 - 2 * 4 = -1; of the two 2s the first goes
    "by hand",
    given(
        [np.array([[1.0, -2.0], [3.0, 2.0]]), np.array([1.0, -4.0])],
        OUTPUT,
        [0.5, 0.25, 0.0],
    ),
    [[-10.0, -2.0, -1.0], [-8.0, -1.0, -1.0]],
)
exercise.worked(  # 0.75 * 5 = 3.75 is rounded to 4, and 0.5 * 5 = 2.5 to 2
    "by hand",
    given([np.array([5.0, -1.0, 2.0, 4.0, 3.0])], TOTAL, [0.75, 0.5]),
    [[5.0, 12.0]],
)
exercise.edge("all magnitudes are equal", given([np.full((2, 2), -2.0)], PLACES, [0.25, 0.75]))
exercise.edge(  # a sort has to be stable
    "many equal magnitudes", given([np.arange(60) % 4 / 4 + 1], PLACES, [0.25, 0.375, 0.9])
)
exercise.edge(
    "all of a layer is pruned", given([np.array([1.0]), np.ones((2, 1, 2))], TOTAL, [1.0])
)
exercise.edge(
    "nothing is pruned", given([np.array([1.0, 2.0]), np.array([-3.0])], TOTAL, [0.0, 0.25, 0.0])
)


@exercise.random
def _(rng):
    layers = [rng.integers(-8, 9, shape) / 4 for shape in ((2, 3), (3, 2), (2,))]
    evaluate = Function("lambda a: 8.0 - abs(float(np.array([1.0, -2.0]) @ a[0] @ a[1] @ a[2]))")
    return given(layers, evaluate, rng.permutation([0.0, 0.25, 0.5, 0.75]))


@exercise.property(
    "If only the first layer counts, pruning another one must cost nothing.",
    "若性能只取决于第一层，则剪其他层不应有任何损失。",
)
def _(rng):
    layers = [rng.integers(1, 9, 6) / 4 for _ in range(3)]
    evaluate = Function("lambda arrays: float(arrays[0].sum())")
    (result,) = yield [given(layers, evaluate, [0.25, 0.5, 0.75])]
    return np.allclose(result[1:], layers[0].sum()) and len(result) == 3


@exercise.property(
    "The order of the sparsities must not matter: reversing them must reverse the columns.",
    "稀疏度的顺序不应影响结果：倒序给出时，各列也只是倒序。",
)
def _(rng):
    layers, levels = [rng.standard_normal((3, 4)) for _ in range(2)], [0.25, 0.5, 0.75]
    up, down = yield [given(layers, TOTAL, levels), given(layers, TOTAL, levels[::-1])]
    return np.allclose(up, np.asarray(down)[:, ::-1])


exercise.edits("""
enumerate(layers) -> enumerate([w.copy() for w in layers])
pruned = w.copy() -> pruned = w
    The layer is not restored between two levels; prune every level from the original weights.
    两个稀疏度之间没有恢复该层；每次都应从原来的权重开始剪。
layers = [*layers]
arrays = [*layers] -> arrays = layers
    A layer is still pruned while the next ones are scanned; restore it first.
    扫描后面的层时，前面的层仍是剪过的；应先恢复它。
pruned = w.copy() -> pruned = w
    It prunes the arrays that it was given and does not restore them; prune a copy.
    直接剪了传入的数组，而且没有恢复；应剪一份副本。
np.abs(pruned) -> pruned
    The absolute value is missing, so negative weights are pruned first; prune the smallest |w|.
    缺少绝对值，负权重最先被剪掉；应剪 |w| 最小的。
round( -> int(
    It rounds the number of weights to prune down; take the nearest whole number by `round`.
    把要剪的个数向下取整了；应用 `round` 取最接近的整数。
pruned.flat[order[:k]] -> pruned[np.abs(w) <= np.abs(w).flat[order[k - 1]] * (k > 0)]
    It prunes all magnitudes up to the k-th smallest, so more than k where some are equal.
    剪掉了不超过第 k 小的所有权重，有并列时会多于 k 个；应恰好剪 k 个。
return evaluate(layers) - result
    It returns the loss of performance; return the performance itself.
    返回的是性能的损失；应返回性能本身。
return result.T
    The result is transposed; it has a row for each layer and a column for each sparsity.
    结果转置了；应每层一行，每个稀疏度一列。
return result[:-1]
    It leaves out the last layer; the scan covers every layer.
    漏掉了最后一层；应扫描所有的层。
""")


@exercise.mistake(
    "It prunes all layers at once; prune only one at a time.",
    "同时剪了所有层；每次只应剪其中一层。",
)
def _(layers, evaluate, sparsities):
    row = []
    for sparsity in sparsities:
        arrays = [w.copy() for w in layers]
        for w in arrays:
            order = np.argsort(np.abs(w), axis=None, kind="stable")
            w.flat[order[: round(sparsity * w.size)]] = 0
        row.append(evaluate(arrays))
    return np.array([row] * len(layers))
