import numpy as np

from minprune.checks.check import given
from minprune.exercises.exercise import Exercise

exercise = Exercise(
    "2.4",
    title={"en": "A sparsity for each layer, within a budget", "zh": "在预算内分配各层稀疏度"},
    text={
        "en": """\
        A sparsity for every layer, from a sensitivity scan, so that a size budget is kept.

            loss[l, j] = performance[l, 0] - performance[l, j]

        Tolerate a loss t >= 0, the same in all layers. Each layer then takes the last sparsity
        before the first whose loss exceeds t: if loss[l, j] > t, then j and all higher levels are
        excluded, even if the performance recovers. A loss equal to t is tolerated.

            remaining(t) = sum over the layers l of  sizes[l] - round(sparsity of l * sizes[l])

        Try t = 0 and every loss above 0 that occurs, from the smallest up, and take the first t
        with remaining(t) <= budget. `round` takes the nearest whole number, of a half the even
        one; np.round does the same.

        sizes        array (layers,) of whole numbers, how many weights each layer has
        sparsities   array (levels,), ascending, the first one is 0
        performance  array (layers, levels): of the network with only layer l pruned to
                     sparsities[j], higher = better; column 0 is the unpruned network
        budget       how many weights may remain in all layers together, at most
        returns      an array (layers,) of sparsities, or None if no t keeps the budget

        >>> sizes, sparsities = np.array([10, 20]), np.array([0.0, 0.25, 0.5, 0.75])
        >>> performance = np.array([[90.0, 89.0, 85.0, 70.0], [90.0, 90.0, 88.0, 80.0]])
        >>> fit_budget(sizes, sparsities, performance, 20).tolist()
        [0.25, 0.5]

        Here t = 0 leaves 25 weights, t = 1 leaves 23, and t = 2 leaves 18.
        """,
        "zh": """\
        根据灵敏度扫描的结果为每层选定稀疏度，使剩余权重不超过预算。

            loss[l, j] = performance[l, 0] - performance[l, j]

        loss 是剪枝造成的性能下降量。所有层容许同样的下降量 t >= 0。
        每一层取“下降量首次超过 t”之前的最后一个稀疏度：
        若 loss[l, j] > t，则 j 及更高的级别都不可取，即使之后性能又回升。
        下降量恰好等于 t 是容许的。

            remaining(t) = 对各层 l 求和：sizes[l] - round(该层稀疏度 * sizes[l])

        依次尝试 t = 0 和所有出现过的正下降量，从小到大，取第一个满足
        remaining(t) <= budget 的 t。`round` 取最接近的整数，恰为一半时取偶数；
        np.round 也是如此。

        sizes        整数数组，形状 (层数,)，每层的权重个数
        sparsities   数组（级别数），升序，第一个是 0
        performance  数组（层数，级别数）：只把第 l 层剪到 sparsities[j] 时的性能，
                     越高越好；第 0 列是未剪枝的网络
        budget       所有层合计最多可以剩余的权重个数
        返回         各层稀疏度的数组，形状 (层数,)；若没有任何 t 能满足预算，返回 None

        >>> sizes, sparsities = np.array([10, 20]), np.array([0.0, 0.25, 0.5, 0.75])
        >>> performance = np.array([[90.0, 89.0, 85.0, 70.0], [90.0, 90.0, 88.0, 80.0]])
        >>> fit_budget(sizes, sparsities, performance, 20).tolist()
        [0.25, 0.5]

        这里 t = 0 剩 25 个权重，t = 1 剩 23 个，t = 2 剩 18 个。
        """,
    },
    hints={
        "en": [
            "Write down the losses of the example. Which level does each layer take for t = 0, and "
            "which for t = 1?",
            "performance[:, :1] - performance are the losses; np.unique(loss[loss >= 0]) gives "
            "those that occur in ascending order, without gains. Column 0 makes sure that 0 is "
            "among them.",
            "np.cumprod(loss <= t, axis=1) is 1 up to the first failure and 0 from there on, so "
            "the sum of a row minus 1 is the level that its layer takes.",
        ],
        "zh": [
            "先写出例子中的各个下降量。t = 0 时每层取哪个级别？t = 1 时呢？",
            "performance[:, :1] - performance 就是下降量；"
            "np.unique(loss[loss >= 0]) 按升序列出出现过的值，不含增益。"
            "第 0 列保证其中有 0。",
            "np.cumprod(loss <= t, axis=1) 在首次失败之前为 1，之后为 0，"
            "所以每行之和减 1 就是该层所取的级别。",
        ],
    },
    source="C-3.2, A-8a; Han, Pool, Tran and Dally 2015; MIT 6.5940 Lab 1",
)


@exercise.solution
def fit_budget(sizes, sparsities, performance, budget):
    loss = performance[:, :1] - performance
    for t in np.unique(loss[loss >= 0]):
        passed = np.cumprod(loss <= t, axis=1)
        level = passed.sum(axis=1) - 1
        chosen = sparsities[level]
        if np.sum(sizes - np.round(chosen * sizes)) <= budget:
            return chosen
    return None


EXAMPLE = [[90.0, 89.0, 85.0, 70.0], [90.0, 90.0, 88.0, 80.0]]

exercise.worked("by hand", given([10, 20], [0.0, 0.25, 0.5, 0.75], EXAMPLE, budget=20), [0.25, 0.5])
exercise.worked(  # exactly the budget
    "by hand", given([10, 20], [0.0, 0.25, 0.5, 0.75], EXAMPLE, budget=18), [0.25, 0.5]
)
exercise.worked(  # up to t = 1.5 they leave 8 + 3, then 8 + 2: the first layer fails at 0.25
    "by hand",
    given(
        [8, 6],
        [0.0, 0.25, 0.5, 0.75],
        [[80.0, 77.0, 79.0, 78.5], [80.0, 79.25, 79.25, 77.5]],
        budget=10,
    ),
    [0.0, 0.75],
)
exercise.worked(  # 0.5 * 5 = 2.5 is rounded to 2, so t = 1 leaves 3 + 3, and t = 2 leaves 1 + 1
    "by hand", given([5, 5], [0.0, 0.5, 0.8], [[9.0, 8.0, 7.0]] * 2, budget=5), [0.8, 0.8]
)
exercise.worked(  # 0.25 * 9 = 2.25 is rounded to 2, so t = 1 leaves 4 * 7, and t = 2 leaves 4 * 5
    "by hand", given([9] * 4, [0.0, 0.25, 0.5], [[9.0, 8.0, 7.0]] * 4, budget=27), [0.5] * 4
)
exercise.worked(  # a loss of 2**-40 is above 0
    "by hand", given([4, 4], [0.0, 0.5], [[1.0, 1 - 2**-40], [1.0, 1.0]], budget=6), [0.0, 0.5]
)
exercise.worked(  # t = 0 leaves 3 - 2, since 0.5 * 3 = 1.5 is rounded to 2, and 7 - 4
    "by hand",
    given([3, 7], [0.0, 0.5, 0.875], [[64.0, 64.0, 60.0], [64.0, 70.0, 62.0]], budget=4),
    [0.5, 0.5],
)
exercise.worked(  # losses of 2**-12, 2**-11 and 4: the first is enough
    "by hand",
    given(
        [4, 4, 4],
        [0.0, 0.5],
        [[9.0, 9 - 2**-12], [9.0, 9 - 2**-11], [9.0, 5.0]],
        budget=10,
    ),
    [0.5, 0.0, 0.0],
)
exercise.edge(
    "even the highest sparsities leave too many weights",
    given([4, 4], [0.0, 0.5], [[70.0, 60.0], [70.0, 69.0]], budget=3),
)
exercise.edge(
    "the network as it is keeps the budget",
    given([4, 4], [0.0, 0.5], [[70.0, 60.0], [70.0, 69.0]], budget=8),
)
exercise.worked(  # gains at 0.25 and 0.5 are no losses: already t = 0 goes on to 0.5
    "by hand",
    given(
        [10, 10],
        [0.0, 0.25, 0.5, 0.75],
        [[90.0, 95.0, 91.0, 88.0], [90.0, 89.0, 89.0, 89.0]],
        budget=18,
    ),
    [0.5, 0.0],
)
exercise.edge("the largest loss is needed", given([4], [0.0, 0.5], [[70.0, 60.0]], budget=2))
exercise.edge("nothing may remain", given([4, 2], [0.0, 1.0], [[9.0, 1.0], [9.0, 5.0]], budget=0))
exercise.edge(
    "all sparsities are free", given([4, 8], [0.0, 0.25, 0.5], [[50.0] * 3] * 2, budget=12)
)


def _scan(rng, levels):
    """Sizes, sparsities and performance of three layers, quarters of a percent."""
    fall = np.sort(rng.integers(0, 30, (3, levels)), axis=1) + rng.integers(-3, 4, (3, levels))
    fall[:, 0] = 0
    return rng.integers(5, 40, 3), np.arange(levels) / (levels - 1), 90.0 - fall / 4


@exercise.random
def _(rng):
    sizes, sparsities, performance = _scan(rng, 5)
    return given(sizes, sparsities, performance, int(rng.integers(0, sizes.sum())))


@exercise.property(
    "The remaining weights must never exceed the budget.",
    "剩余的权重个数不得超过预算。",
)
def _(rng):
    sizes, sparsities, performance = _scan(rng, 9)
    budget = int(sizes.sum()) // 3
    (chosen,) = yield [given(sizes, sparsities, performance, budget)]
    return np.sum(sizes - np.round(np.asarray(chosen) * sizes)) <= budget


@exercise.property(
    "A larger budget must not prune any layer more.",
    "预算增大时，任何一层都不应剪得更多。",
)
def _(rng):
    scan = _scan(rng, 9)
    total = int(scan[0].sum())
    tight, loose = yield [given(*scan, total // 4), given(*scan, total // 2)]
    return np.all(np.asarray(loose) <= np.asarray(tight))


exercise.edits("""
performance -= performance[:, :1].copy()
    The result is right, but it changes `performance`; compute the losses in a new array.
    结果正确，但改动了 performance；应把下降量算在新数组里。
budget = np.inf
    It takes what costs nothing and ignores the budget; raise t until the budget is kept.
    只取性能没有下降的稀疏度，没有检查预算；应逐步增大 t，直到满足预算。
np.unique(loss[loss >= 0]) -> [0]
    It tries t = 0 only, and returns None if that does not keep the budget; raise t then.
    只试了 t = 0，不满足预算就返回 None；此时应增大 t。
np.unique(loss[loss >= 0]) -> np.unique(loss[loss > 0])
    It never tries t = 0; sparsities that cost nothing come first.
    没有试 t = 0；性能没有下降的稀疏度应最先尝试。
np.unique(loss[loss >= 0]) -> np.unique(loss)
    It also tries negative t, for which no level passes; the smallest t is 0.
    也试了负的 t，此时没有一个级别合格；最小的 t 是 0。
np.unique(loss[loss >= 0]) -> np.unique(loss)
loss <= t -> (loss <= t) | (np.arange(len(sparsities)) == 0)
    It asks for a rise of the performance first, as with a negative t; the smallest t is 0.
    先要求性能提升，相当于试了负的 t；最小的 t 是 0。
np.unique(loss[loss >= 0]) -> np.unique(loss[loss >= 0])[::-1]
    It returns the highest sparsities if they keep the budget; take the smallest t that does.
    只要满足预算就返回了最高的稀疏度；应取能满足预算的最小的 t。
np.unique(loss[loss >= 0]) -> loss[loss >= 0]
    It tries the losses in the order in which they stand; try them from the smallest up.
    按下降量出现的次序尝试；应从小到大尝试。
np.unique(loss[loss >= 0]) -> np.arange(0, loss.max() + 0.01, 0.01)
    It raises t in equal steps; the losses that occur may lie between them.
    按固定步长增大 t；出现过的下降量可能落在两步之间。
np.unique(loss[loss >= 0]) -> range(101)
    It tries whole numbers for t; the losses that occur may lie between them.
    只用整数作为 t；出现过的下降量可能不是整数。
loss <= t -> (loss < t) | (np.arange(len(sparsities)) == 0)
    A loss equal to t fails; it is tolerated.
    下降量恰好等于 t 时判为不合格；此时应当容许。
loss <= t -> np.cumsum(np.maximum(loss, 0), axis=1) <= t
    It compares the sum of the losses up to a level with t; compare the loss of each level.
    拿到该级别为止的下降量之和与 t 比较了；应比较每个级别自己的下降量。
loss <= t -> np.abs(loss) <= t
    It compares the size of the change with t; a gain is no loss.
    拿变化的大小与 t 比较了；性能上升不算下降。
loss <= t -> loss <= t + 1e-9
    A loss just above t is tolerated; compare exactly.
    略大于 t 的下降量也被容许了；应精确比较。
<= budget -> < budget
    It asks for fewer weights than the budget; as many as the budget may remain.
    要求剩余个数小于预算；恰好等于预算也是允许的。
<= budget -> == budget
    It asks for exactly as many weights as the budget; at most as many may remain.
    要求剩余个数恰好等于预算；不超过预算即可。
<= budget -> > budget
    It asks for more weights than the budget; at most as many may remain.
    要求剩余个数超过预算；应不超过预算。
<= budget -> >= budget
    It asks for at least as many weights as the budget; at most as many may remain.
    要求剩余个数不小于预算；应不超过预算。
sizes - np.round(chosen * sizes)) <= budget -> np.round(chosen * sizes)) >= budget
    It takes the budget as the number to prune; it is the number that may remain.
    把预算当成了要剪掉的个数；预算是最多可以剩余的个数。
sizes - np.round(chosen * sizes) -> np.round(chosen * sizes)
    It compares the pruned weights with the budget; the budget is for those that remain.
    拿剪掉的个数与预算比较了；预算限制的是剩余的个数。
np.sum(sizes - np.round(chosen * sizes)) -> np.sum((1 - chosen) * sizes) / np.sum(sizes)
    It compares the share that remains with the budget; the budget is a number of weights.
    拿剩余的比例与预算比较了；预算是权重的个数。
np.sum(sizes - np.round(chosen * sizes)) -> np.max(sizes - np.round(chosen * sizes))
    It compares every layer with the budget by itself; the budget is for all layers together.
    每一层单独与预算比较了；预算是所有层合计的。
np.sum(sizes - np.round(chosen * sizes)) -> np.sum(sizes) * (1 - np.mean(chosen))
    It takes the mean of the sparsities, as if all layers had one size; count weight by weight.
    取了各层稀疏度的平均，仿佛各层一样大；应按权重个数计算。
np.sum(sizes - np.round(chosen * sizes)) -> np.sum(sizes) - round(chosen.mean() * np.sum(sizes))
    It takes the mean of the sparsities, as if all layers had one size; count weight by weight.
    取了各层稀疏度的平均，仿佛各层一样大；应按权重个数计算。
np.round( -> np.floor(
    It rounds the number of pruned weights down; take the nearest whole number.
    把剪掉的个数向下取整了；应取最接近的整数。
np.round( -> np.ceil(
    It rounds the number of pruned weights up; take the nearest whole number.
    把剪掉的个数向上取整了；应取最接近的整数。
np.round(chosen * sizes) -> np.floor(chosen * sizes + 0.5)
    It rounds a half up; here a half goes to the even number.
    恰为一半时进位了；这里应取偶数。
sizes - np.round(chosen * sizes) -> np.round((1 - chosen) * sizes)
    It rounds how many weights remain; the number of pruned ones is rounded.
    对剩余的个数取整了；应对剪掉的个数取整。
np.round(chosen * sizes) -> chosen * sizes
    The numbers of pruned weights are not rounded layer by layer; round each of them.
    没有逐层对剪掉的个数取整；每层都应取整。
np.sum(sizes - np.round(chosen * sizes)) -> np.round(np.sum(sizes - chosen * sizes))
    The numbers of pruned weights are not rounded layer by layer; round each of them.
    没有逐层对剪掉的个数取整；每层都应取整。
chosen = sparsities[level] -> chosen = np.max(np.where(loss <= t, sparsities, 0.0), axis=1)
    It takes a sparsity whose loss is tolerated again, though a lower one failed before it.
    取了下降量又回到容许范围内的稀疏度，但之前已有级别不合格；应取首次失败之前的。
np.cumprod(loss <= t, axis=1) -> loss <= t
    It counts all levels that pass, also those after a failure; stop at the first failure.
    失败之后仍合格的级别也计入了；应在首次失败处停止。
level = passed.sum(axis=1) - 1 -> level = [np.searchsorted(row, t, "right") - 1 for row in loss]
    It takes a sparsity whose loss is tolerated again, though a lower one failed before it.
    取了下降量又回到容许范围内的稀疏度，但之前已有级别不合格；应取首次失败之前的。
passed.sum(axis=1) - 1 -> np.minimum(passed.sum(axis=1), len(sparsities) - 1)
    It takes the first level that fails; take the last one before it.
    取了首个不合格的级别；应取它之前的那一个。
passed.sum(axis=1) - 1 -> passed.sum(axis=1)
    It takes the first level that fails, and fails itself if there is none; take the one before.
    取了首个不合格的级别，全部合格时下标越界；应取它之前的那一个。
passed.sum(axis=1) - 1 -> np.maximum(passed.sum(axis=1) - 2, 0)
    It takes one level too few; take the last one before the first failure.
    少取了一级；应取首次失败之前的最后一个。
np.cumprod(loss <= t, axis=1) -> np.cumprod(loss <= t, axis=0)
    A failure of one layer counts for the layers below; each layer is looked at by itself.
    一层的失败也算到了后面的层上；每层应单独判断。
for t in np.unique(loss[loss >= 0]) -> for t in sparsities
chosen = sparsities[level] -> chosen = np.full(len(sizes), t)
    It prunes all layers equally; prune less sensitive layers more.
    各层取了相同的稀疏度；不敏感的层应多剪。
performance[:, :1] - performance -> np.abs(performance[:, :1] - performance)
    It counts a gain as a loss; pruning that raises the performance costs nothing.
    把性能的提升也当成了下降；剪枝后性能上升时没有下降。
performance[:, :1] - performance -> np.cumsum(performance[:, :1] - performance, axis=1)
    It adds up the differences up to a level; the loss of a level is one difference.
    把到该级别为止的差值累加了；每个级别的下降量只是一个差值。
performance[:, :1] - performance -> performance - performance[:, :1]
    The sign of the loss is inverted; a loss is what the performance falls by.
    下降量的符号反了；性能下降时它为正。
performance[:, :1] - performance -> performance.max(axis=1, keepdims=True) - performance
    It measures the loss from the best level of a layer; measure it from column 0.
    以该层最好的级别为基准计算下降量；应以第 0 列为基准。
performance[:, :1] - performance -> -np.diff(performance, prepend=performance[:, :1])
    It measures the loss from the level before; measure it from column 0.
    以前一个级别为基准计算下降量；应以第 0 列为基准。
performance[:, :1] - performance -> performance[0] - performance
    It subtracts from the first row, the first layer; subtract from column 0, the whole network.
    以第一行（第一层）为基准计算下降量；应以第 0 列（未剪枝的网络）为基准。
return None -> return chosen
    If no t keeps the budget, it returns the highest sparsities; return None.
    没有 t 能满足预算时返回了最高的稀疏度；此时应返回 None。
return None -> return np.zeros(len(sizes))
    It returns zeros where no t keeps the budget; return None there.
    没有 t 能满足预算时返回了零；此时应返回 None。
return None -> return np.zeros(0)
    It returns an empty array where no t keeps the budget; return None there.
    没有 t 能满足预算时返回了空数组；此时应返回 None。
return None -> raise ValueError
    It fails where no t keeps the budget; return None there.
    没有 t 能满足预算时出错；此时应返回 None。
return chosen -> return level
    It returns the column numbers of the chosen levels; return their sparsities.
    返回的是所选级别的列号；应返回对应的稀疏度。
return chosen -> return performance[np.arange(len(sizes)), level]
    It returns the performance of each layer at its level; return the sparsities.
    返回的是各层在所选级别的性能；应返回稀疏度。
return chosen -> return chosen.mean()
    It returns the mean of the sparsities; return the sparsity of each layer.
    返回的是稀疏度的平均；应返回各层的稀疏度。
return chosen -> return t
    It returns the tolerated loss; return the sparsities of the layers.
    返回的是容许的下降量；应返回各层的稀疏度。
return chosen -> return t, chosen
    It returns the tolerated loss as well; only the sparsities are asked for.
    还返回了容许的下降量；只应返回各层的稀疏度。
return chosen -> return 1 - chosen
    It returns the shares that remain; the sparsities are the shares that are pruned.
    返回的是剩余的比例；稀疏度是剪掉的比例。
return chosen -> return np.round(chosen * sizes)
    It returns how many weights are pruned; return the sparsities.
    返回的是剪掉的个数；应返回稀疏度。
return chosen -> return sizes - np.round(chosen * sizes)
    It returns how many weights remain; return the sparsities.
    返回的是剩余的个数；应返回稀疏度。
""")
