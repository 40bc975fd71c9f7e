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

        所有层容许同样的损失 t >= 0。每一层取“首次损失超过 t”之前的最后一个稀疏度：
        若 loss[l, j] > t，则 j 及更高的级别都不可取，即使之后性能又回升。
        损失恰好等于 t 是容许的。

            remaining(t) = 对各层 l 求和：sizes[l] - round(该层稀疏度 * sizes[l])

        依次尝试 t = 0 和所有出现过的正损失，从小到大，取第一个满足
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
            "先写出例子中的各个损失。t = 0 时每层取哪个级别？t = 1 时呢？",
            "performance[:, :1] - performance 就是损失；"
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
        level = np.cumprod(loss <= t, axis=1).sum(axis=1) - 1
        chosen = sparsities[level]
        if np.sum(sizes - np.round(chosen * sizes)) <= budget:
            return chosen
    return None


EXAMPLE = [[90.0, 89.0, 85.0, 70.0], [90.0, 90.0, 88.0, 80.0]]

exercise.worked("by hand", given([10, 20], [0.0, 0.25, 0.5, 0.75], EXAMPLE, budget=20), [0.25, 0.5])
exercise.worked(  # exactly the budget
    "by hand", given([10, 20], [0.0, 0.25, 0.5, 0.75], EXAMPLE, budget=18), [0.25, 0.5]
)
exercise.worked(  # t = 1 leaves 8 + 3 and t = 3 leaves 8 + 2: the first layer fails at 0.5
    "by hand",
    given([8, 6], [0.0, 0.5, 0.75], [[80.0, 76.0, 79.0], [80.0, 79.0, 77.0]], budget=10),
    [0.0, 0.75],
)
exercise.worked(  # t = 0 leaves 3 - 2, since 0.5 * 3 = 1.5 is rounded to 2, and 7 - 4
    "by hand",
    given([3, 7], [0.0, 0.5, 0.875], [[64.0, 64.0, 60.0], [64.0, 70.0, 62.0]], budget=4),
    [0.5, 0.5],
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
    "by hand", given([10], [0.0, 0.25, 0.5, 0.75], [[90.0, 95.0, 91.0, 88.0]], budget=8), [0.5]
)
exercise.edge("the largest loss is needed", given([4], [0.0, 0.5], [[70.0, 60.0]], budget=2))
exercise.edge("nothing may remain", given([4, 2], [0.0, 1.0], [[9.0, 1.0], [9.0, 5.0]], budget=0))
exercise.edge(
    "all sparsities are free", given([4, 8], [0.0, 0.25, 0.5], [[50.0] * 3] * 2, budget=12)
)


def _scan(rng, levels):
    """Sizes, sparsities and performance of three layers, whole percents."""
    fall = np.sort(rng.integers(0, 30, (3, levels)), axis=1) + rng.integers(-3, 4, (3, levels))
    fall[:, 0] = 0
    return rng.integers(5, 40, 3), np.arange(levels) / (levels - 1), 90.0 - fall


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
budget = np.inf
    It takes what costs nothing and ignores the budget; raise t until the budget is kept.
    只取没有损失的稀疏度，没有检查预算；应逐步增大 t，直到满足预算。
np.unique(loss[loss >= 0]) -> np.unique(loss[loss >= 0])[::-1]
    It tolerates the largest loss, which prunes too much; take the smallest t that keeps the budget.
    取了最大的容许损失，剪得过多；应取能满足预算的最小的 t。
<= budget -> < budget
    It requires fewer weights than the budget; as many as the budget are allowed.
    要求剩余个数小于预算；恰好等于预算也是允许的。
sizes - np.round(chosen * sizes)) <= budget -> np.round(chosen * sizes)) >= budget
    It takes the budget as the number to prune; it is the number that may remain.
    把预算当成了要剪掉的个数；预算是最多可以剩余的个数。
chosen = sparsities[level] -> chosen = np.max(np.where(loss <= t, sparsities, 0.0), axis=1)
    It takes the highest sparsity whose loss is tolerated, though a lower one failed before it.
    取了损失可容许的最高稀疏度，但之前已有级别不合格；应取首次失败之前的。
for t in np.unique(loss[loss >= 0]) -> for t in sparsities
chosen = sparsities[level] -> chosen = np.full(len(sizes), t)
    It prunes all layers equally; prune less sensitive layers more.
    各层取了相同的稀疏度；不敏感的层应多剪。
np.round( -> np.floor(
    It rounds the number of pruned weights down; take the nearest whole number.
    把剪掉的个数向下取整了；应取最接近的整数。
performance[:, :1] - performance -> np.abs(performance[:, :1] - performance)
    It counts a gain as a loss; pruning that raises the performance costs nothing.
    把性能的提升也当成了损失；剪枝后性能上升时没有损失。
return None -> return np.full(len(sizes), sparsities[-1])
    If no t keeps the budget, it returns the highest sparsities; return None.
    没有 t 能满足预算时返回了最高的稀疏度；此时应返回 None。
return chosen -> return level
    It returns the column numbers of the chosen levels; return their sparsities.
    返回的是所选级别的列号；应返回对应的稀疏度。
""")
