import numpy as np

from minprune.checks.check import Call, Function, given
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
            k = round(sparsity * w.size)
            pruned = w.copy()
            size = np.abs(pruned)
            order = np.argsort(size, axis=None, kind="stable")
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
    "many equal magnitudes", given([np.arange(300) % 4 / 4 + 1], PLACES, [0.2, 0.4, 0.9])
)
exercise.edge("a list of sparsities", Call(([np.array([1.0, -2.0, 4.0])], TOTAL, [0.5, 0.75]), {}))
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
    "若性能只取决于第一层，则剪其他层不应使性能下降。",
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
sparsities.size
    The sparsities must be an array here; a list is allowed as well, so count them with len.
    这里的稀疏度只能是数组；也可能是列表，应用 len 求个数。
enumerate(layers) -> enumerate([w.copy() for w in layers])
pruned = w.copy() -> pruned = w
    The layer is not restored between two levels; prune every level from the original weights.
    两个稀疏度之间没有恢复该层；每次都应从原来的权重开始剪。
layers = [*layers]
arrays = [*layers] -> arrays = layers
    A layer remains pruned while the next ones are scanned; put it back first.
    扫描后面的层时，前面的层仍是剪过的；应先恢复它。
arrays = [*layers] -> arrays = layers
    It replaces a layer in the list that it was given and does not put it back; use a new list.
    替换了传入列表中的层，而且没有恢复；应新建一个列表。
pruned = w.copy() -> pruned = w
    It prunes the arrays that it was given and does not restore them; prune a copy.
    直接剪了传入的数组，而且没有恢复；应剪一份副本。
k = round(sparsity * w.size) -> k = w.size - round(sparsity * w.size)
    It keeps as many weights as it should prune; the sparsity is the share to prune.
    按要剪的个数保留了；稀疏度是要剪掉的比例。
sparsity * w.size -> sparsity / 100 * w.size
    It takes the sparsities for percentages; they are numbers from 0 to 1.
    把稀疏度当成了百分数；它们是 0 到 1 之间的数。
sparsities = [1 - s for s in sparsities]
    It takes the sparsities for the shares to keep; they are the shares to prune.
    把稀疏度当成了要保留的比例；它们是要剪掉的比例。
* w.size -> * len(w)
    It takes the number of rows for the number of weights; w.size counts all entries.
    把行数当成了权重个数；w.size 才是元素总数。
* w.size -> * sum(array.size for array in layers)
    It takes the share of the weights of all layers; w.size counts those of the layer.
    按所有层的权重总数算比例了；应按该层的权重个数算。
round( -> int(
    It rounds the number of weights to prune down; take the nearest whole number by `round`.
    把要剪的个数向下取整了；应用 `round` 取最接近的整数。
round(sparsity * w.size) -> w.size - round((1 - sparsity) * w.size)
    It rounds how many are kept; the number to prune is to be rounded.
    对保留的个数取整了；应对要剪的个数取整。
round(sparsity * w.size) -> int(np.ceil(sparsity * w.size))
    It rounds the number of weights to prune up; take the nearest whole number by `round`.
    把要剪的个数向上取整了；应用 `round` 取最接近的整数。
round(sparsity * w.size) -> int(sparsity * w.size + 0.5)
    It rounds a half up; Python's round takes a half to the even number.
    恰为一半时进位了；Python 的 round 取偶数。
np.abs(pruned) -> pruned
    The absolute value is missing, so negative weights are pruned first; the smallest |w| are due.
    缺少绝对值，负权重最先被剪掉；应剪 |w| 最小的。
np.argsort(size, axis=None, kind="stable") -> np.argsort(-size, None, "stable")
    It prunes the largest magnitudes; the smallest are to be pruned.
    剪掉的是绝对值最大的；应剪最小的。
axis=None, kind="stable") -> axis=None, kind="stable")[::-1]
    It prunes the largest magnitudes, of equals the last; prune the smallest, of equals the first.
    剪掉的是绝对值最大的，并列时先剪靠后的；应剪最小的，并列时先剪靠前的。
np.argsort(size -> np.argsort(-size
order[:k] -> order[::-1][:k]
    Among equal magnitudes it prunes the last first; the lowest flat index is pruned first.
    绝对值相等时先剪了靠后的；应先剪展平后下标最小的。
axis=None, kind="stable") -> axis=None)
    It prunes k of the smallest, but of equal magnitudes not the first; sort with kind='stable'.
    剪了 k 个最小的，但相等时剪的不是靠前的；排序时应加 kind='stable'。
np.argsort(size, axis=None, kind="stable") -> np.argpartition(size, k - 1, None)
    It prunes k of the smallest, but of equal magnitudes not the first; sort with kind='stable'.
    剪了 k 个最小的，但相等时剪的不是靠前的；排序时应加 kind='stable'。
np.argsort(size, axis=None, kind="stable") -> np.argpartition(size, k, None)
    It fails where all of a layer is pruned, as np.argpartition does, and moves equal magnitudes.
    整层都剪时会出错（np.argpartition 就是如此），而且相等者次序会乱；应使用稳定排序。
* w.size -> * w.shape[-1]
axis=None -> axis=-1
pruned.flat[order[:k]] = 0 -> np.put_along_axis(pruned, order[..., :k], 0, axis=-1)
    It prunes the same share of every row; rank the whole layer together.
    每一行各剪了相同的比例；应把整层一起排序。
axis=None, kind -> kind
    It ranks within the rows, as np.argsort does without axis=None; rank the whole layer together.
    没有展平，np.argsort 只在每一行内排序；应把整层一起排序。
pruned.flat[ -> pruned[
    A flat index is used on several axes, where it picks rows; use pruned.flat.
    把展平后的下标用在了多维数组上，选中的是行；应使用 pruned.flat。
[:k] -> [: max(k, 1)]
    It always prunes at least one weight of a layer; where k is 0, none is pruned.
    每层至少剪掉了一个权重；k 为 0 时不应剪任何权重。
[:k] -> [: k + 1]
    It prunes one weight too many; exactly k are pruned.
    多剪了一个权重；应恰好剪 k 个。
order[:k] -> np.arange(k)
    It prunes the first k weights, whatever their size; the k smallest are to be pruned.
    剪的是最前面的 k 个权重，与大小无关；应剪最小的 k 个。
[:k] -> [: k or w.size]
    Where k is 0 it prunes the whole layer, as a slice [-0:] does; nothing is pruned there.
    k 为 0 时整层都剪了（切片 [-0:] 取的是全部）；此时不应剪任何权重。
pruned.flat[order[:k]] = 0 -> pruned[(size <= size.flat[order[k - 1]]) & (k > 0)] = 0
    It prunes all magnitudes up to the k-th smallest, so more than k where some are equal.
    剪掉了不超过第 k 小的所有权重，有并列时会多于 k 个；应恰好剪 k 个。
pruned.flat[order[:k]] = 0 -> pruned[size <= size.flat[order[k - 1]]] = 0
    It prunes up to entry k - 1 of the sorted magnitudes: ties too, and for k = 0 up to the last.
    剪到排序后的第 k - 1 项为止：相等的也剪了，k 为 0 时取到最后一项；应恰好剪 k 个。
pruned.flat[order[:k]] = 0 -> pruned[size < size.flat[order[k - 1]]] = 0
    It keeps the k-th smallest magnitude itself; exactly k are pruned, and none for k = 0.
    保留了第 k 小的权重本身；应恰好剪 k 个，k 为 0 时不剪。
pruned.flat[order[:k]] = 0 -> pruned[size < np.sort(size, axis=None)[k]] = 0
    It prunes below entry k of the sorted magnitudes, fewer than k on ties; k = w.size fails.
    只剪了小于排序后第 k 项的权重，有并列时不足 k 个，整层都剪时出错；应恰好剪 k 个。
pruned.flat[order[:k]] = 0 -> pruned[size < np.quantile(size, sparsity)] = 0
    It prunes all magnitudes below a quantile, which are not always k; rank them and prune k.
    剪掉了小于分位数的全部权重，个数不一定是 k；应排序后恰好剪 k 个。
pruned.flat[order[:k]] = 0 -> pruned[size <= np.quantile(size, sparsity)] = 0
    It prunes all magnitudes up to a quantile, which are not always k; rank them and prune k.
    剪掉了不超过分位数的全部权重，个数不一定是 k；应排序后恰好剪 k 个。
pruned.flat[order[:k]] = 0 -> pruned[size < np.percentile(size, sparsity)] = 0
    It takes the sparsity for a percentage, below whose quantile it prunes; prune exactly k.
    把稀疏度当成百分数，剪掉了相应分位数以下的权重；应恰好剪 k 个。
pruned.flat[order[:k]] = 0 -> pruned[size < np.sort([*size.flat, np.inf])[k]] = 0
    It prunes only below entry k of the sorted magnitudes, fewer than k on ties; prune exactly k.
    只剪了小于排序后第 k 项的权重，有并列时不足 k 个；应恰好剪 k 个。
pruned.flat[order[:k]] = 0 -> pruned[(size < size.flat[order[k - 1]]) & (k > 0)] = 0
    It keeps the k-th smallest magnitude itself; exactly k are pruned.
    保留了第 k 小的权重本身；应恰好剪 k 个。
pruned.flat[order[:k]] = 0 -> pruned[size <= sparsity] = 0
    It takes the sparsity for a threshold and prunes what equals it; it is the share to prune.
    把稀疏度当成了阈值，等于它的也剪了；它是要剪掉的比例。
pruned.flat[order[:k]] = 0 -> pruned[size <= sparsity * size.max()] = 0
    It prunes up to a share of the largest magnitude; the share is one of the number of weights.
    剪掉了不超过最大绝对值乘以该比例的权重；比例应按权重的个数算。
pruned.flat[order[:k]] = 0 -> pruned[size < sparsity] = 0
    It takes the sparsity for a threshold of the weights; it is the share to prune.
    把稀疏度当成了权重的阈值；它是要剪掉的比例。
pruned.flat[order[:k]] = 0 -> pruned[size < sparsity * size.max()] = 0
    It prunes below a share of the largest magnitude; the share is one of the number of weights.
    剪掉了小于最大绝对值乘以该比例的权重；比例应按权重的个数算。
arrays[l] = pruned -> arrays[0] = pruned
    It always replaces the first layer; replace the layer that was pruned.
    替换的总是第一层；应替换剪过的那一层。
arrays[l] = pruned -> arrays[l] = pruned.ravel()
    The pruned layer is flat when it is evaluated; give it its shape again.
    评估时剪过的层是展平的；应恢复它的形状。
evaluate(arrays) -> evaluate(layers)
    No layer is pruned when the network is evaluated; the pruned copy must be in the list.
    评估时没有剪任何层；传给 evaluate 的列表中应有剪过的那一份。
evaluate(arrays) -> evaluate([*layers[:l], *layers[l + 1:]])
    It leaves the layer out; evaluate takes the list of all layers, one of them pruned.
    去掉了这一层；evaluate 需要所有层的列表，其中一层是剪过的。
evaluate(arrays) -> evaluate([pruned])
    It evaluates the pruned layer alone; evaluate takes the list of all layers.
    只评估了剪过的那一层；evaluate 需要所有层的列表。
evaluate(arrays) -> evaluate(pruned)
    It passes the pruned array itself; evaluate takes the list of all layers.
    传入的是剪过的数组本身；evaluate 需要所有层的列表。
sparsities = np.sort(sparsities)[::-1]
    It sorts the sparsities, descending; the columns stand in the order in which they are given.
    把稀疏度从大到小排序了；各列应按给出的次序排列。
sparsities = np.sort(sparsities)
    It sorts the sparsities; the columns stand in the order in which they are given.
    把稀疏度排序了；各列应按给出的次序排列。
return evaluate(layers) - result
    It returns the loss of performance; return the performance itself.
    返回的是性能的下降量；应返回性能本身。
return result - evaluate(layers)
    It returns the change of the performance; the performance itself is asked for.
    返回的是性能的变化量；应返回性能本身。
return result / evaluate(layers)
    It returns the share of the performance that is left; the performance itself is asked for.
    返回的是剩余性能的比例；应返回性能本身。
return 100 * result / evaluate(layers)
    It returns the performance in percent of that without pruning; return the performance itself.
    返回的是占未剪枝时性能的百分数；应返回性能本身。
return 1 - result / evaluate(layers)
    It returns the loss as a share of the performance; return the performance itself.
    返回的是下降量占原性能的比例；应返回性能本身。
return 100 - 100 * result / evaluate(layers)
    It returns the loss in percent of the performance; return the performance itself.
    返回的是下降量占原性能的百分数；应返回性能本身。
return result.max(axis=1)
    It returns the best performance of each layer; return the performance at every level.
    只返回了每层最好的性能；应返回每个稀疏度下的性能。
return result.min(axis=1)
    It returns the worst performance of each layer; return the performance at every level.
    只返回了每层最差的性能；应返回每个稀疏度下的性能。
return result.mean(axis=1)
    It averages the performance of each layer; return the performance at every level.
    返回的是每层性能的平均；应返回每个稀疏度下的性能。
return np.array(sparsities)[result.argmax(axis=1)]
    It returns the best sparsity of each layer; return the performance at every level.
    返回的是每层最好的稀疏度；应返回每个稀疏度下的性能。
return result.argmax(axis=1)
    It returns the place of the best level of each layer; return the performance at every level.
    返回的是每层最好级别的序号；应返回每个稀疏度下的性能。
return result[:, -1]
    It returns the last level alone; return the performance at every level.
    只返回了最后一个稀疏度的结果；应返回每个稀疏度下的性能。
return result - result[:, :1]
    It subtracts the first column; return the performance itself.
    减去了第一列；应返回性能本身。
return result[:, :1] - result
    It returns the loss from the first column; return the performance itself.
    返回的是相对于第一列的下降量；应返回性能本身。
return result[:, ::-1]
    The columns are in reverse order; they stand in the order of the sparsities.
    各列的次序颠倒了；应按给出的稀疏度次序排列。
return result / result[:, :1]
    It divides by the first column; return the performance itself.
    除以了第一列；应返回性能本身。
return -result
    The sign is inverted; return what evaluate returns.
    符号反了；应返回 evaluate 的结果本身。
return result.round(2)
    It rounds the performance to two decimal places; return it as it is.
    把性能四舍五入到两位小数了；应直接返回，不作取整。
return np.trunc(result).astype(int)
    It cuts the performance to whole numbers, as an integer array does; use an array of floats.
    性能的小数部分丢掉了，整数数组就会这样；应使用浮点数组。
return result.T
    The result is transposed; it has a row for each layer and a column for each sparsity.
    结果转置了；应每层一行，每个稀疏度一列。
return result.ravel()
    The result is flat; it has a row for each layer and a column for each sparsity.
    结果展平了；应每层一行，每个稀疏度一列。
return result[:-1]
    It leaves out the last layer; the scan covers every layer.
    漏掉了最后一层；应扫描所有的层。
return np.concatenate([result[:-1], 0 * result[-1:]])
    The row of the last layer is not filled; the scan covers every layer.
    最后一层的那一行没有填；应扫描所有的层。
return result[-1]
    It returns the row of the last layer alone; collect the rows of all layers.
    只返回了最后一层的那一行；应收集所有层的结果。
return np.concatenate([result[:1], 0 * result[1:]])
    Only the row of the first layer is filled; return after the loops, not inside.
    只填了第一层的那一行；应在循环结束之后再返回。
return np.concatenate([0 * result[:-1], result[-1:]])
    Only the row of the last layer is filled; evaluate inside both loops.
    只填了最后一层的那一行；应在两重循环内评估。
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


@exercise.mistake(
    "The layers before are still pruned to the same sparsity; only one is pruned at a time.",
    "前面的层仍剪到同样的稀疏度；每次只应剪其中一层。",
)
def _(layers, evaluate, sparsities):
    result = np.zeros((len(layers), len(sparsities)))
    for j, sparsity in enumerate(sparsities):
        arrays = [w.copy() for w in layers]
        for l, w in enumerate(arrays):
            order = np.argsort(np.abs(w), axis=None, kind="stable")
            w.flat[order[: round(sparsity * w.size)]] = 0
            result[l, j] = evaluate(arrays)
    return result
