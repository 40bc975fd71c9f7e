import numpy as np

from minprune.checks.check import given
from minprune.exercises.exercise import Exercise

exercise = Exercise(
    "1.3",
    title={"en": "Prune to a given sparsity", "zh": "剪到指定的稀疏度"},
    text={
        "en": """\
        Fine-grained magnitude pruning: the mask that prunes the k smallest weights, exactly k.

            k = round(sparsity * n)                     n: number of entries of w
            mask_i = False for the k smallest |w_i|, True for all others

        w         array of any shape, with at least one entry
        sparsity  the share of weights to prune, a number from 0 to 1
        returns   a boolean array, shape of w, True = keep, exactly k entries False

        All entries of w are ranked together. Among equal magnitudes the one that comes first when
        w is flattened row by row is pruned first. Python's round takes halves to the even number.

        Below, k = round(2.4) = 2, and of three weights of magnitude 0.25 the first two are pruned.

        >>> w = np.array([[0.5, -0.25, 0.75], [0.25, -1.0, 0.25]])
        >>> prune_smallest(w, 0.4).tolist()
        [[True, False, True], [False, True, True]]
        """,
        "zh": """\
        细粒度的幅值剪枝：求出剪掉 k 个最小权重的掩码，恰好 k 个。

            k = round(sparsity * n)                     n：w 的元素个数
            |w_i| 最小的 k 个：mask_i = False；其余：True

        w         任意形状的数组，至少有一个元素
        sparsity  要剪掉的权重所占的比例，从 0 到 1
        返回      布尔数组，形状与 w 相同，True 表示保留，恰好有 k 个 False

        w 的所有元素一起排序。绝对值相等时，按行展平后靠前的先剪。
        round 是 Python 自带的：正好一半时取偶数。

        下例中 k = round(2.4) = 2；绝对值为 0.25 的有三个，剪掉前两个。

        >>> w = np.array([[0.5, -0.25, 0.75], [0.25, -1.0, 0.25]])
        >>> prune_smallest(w, 0.4).tolist()
        [[True, False, True], [False, True, True]]
        """,
    },
    hints={
        "en": [
            "A threshold cannot tell equal magnitudes apart. Can an order of the entries?",
            "np.argsort(..., axis=None, kind='stable') gives flat indices, equal ones in order.",
            "Start with all True, set the first k indices of that order to False, and reshape.",
        ],
        "zh": [
            "阈值无法区分相等的绝对值。给元素排出先后次序呢？",
            "np.argsort(..., axis=None, kind='stable') 给出展平后的下标，相等者次序不变。",
            "先全设为 True，再把该次序中前 k 个下标处设为 False，最后恢复形状。",
        ],
    },
    source="E-3.1, C-4.2d; Han, Pool, Tran and Dally 2015; MIT 6.5940 Lab 1",
)


@exercise.solution
def prune_smallest(w, sparsity):
    k = round(sparsity * w.size)
    size = np.abs(w).ravel()
    mask = np.ones(w.size, dtype=bool)
    mask[np.argsort(size, kind="stable")[:k]] = False
    return mask.reshape(w.shape)


exercise.worked(
    "by hand",
    given([[0.5, -0.25, 0.75], [0.25, -1.0, 0.25]], 0.4),
    [[True, False, True], [False, True, True]],
)
exercise.worked(
    "by hand",
    given([[1.0, -2.0, 3.0], [-8.0, 7.0, 6.0]], 0.5),
    [[False, False, False], [True, True, True]],
)
exercise.worked(  # 1.75 is rounded to 2
    "by hand", given([5.0, -1.0, 4.0, 2.0, -3.0], 0.35), [True, False, True, False, True]
)
exercise.worked(  # 2.5 is rounded to 2
    "by hand",
    given([9.0, 1.0, 8.0, 2.0, 7.0, 3.0, 6.0, 4.0, 5.0, 10.0], 0.25),
    [True, False, True, False, True, True, True, True, True, True],
)
exercise.edge("sparsity 0: nothing is pruned", given([[3.0, -1.0], [0.0, 2.0]], 0.0))
exercise.edge("sparsity 1: everything is pruned", given([[3.0, -1.0], [0.5, 2.0]], 1.0))
exercise.edge("all magnitudes are equal", given([[[1.0, -1.0, 1.0], [-1.0, 1.0, -1.0]]], 0.5))
exercise.edge("many equal magnitudes", given(np.arange(120) * 7 % 5 - 2.0, 0.7))
exercise.edge("0.29 * 100 is 28.999999999999996", given(np.linspace(-1.0, 2.0, 100), 0.29))
exercise.edge("a single weight", given([-2.0], 0.25))


@exercise.random
def _(rng):
    return given(rng.integers(-6, 7, (4, 5)) / 4, float(rng.integers(1, 10) / 10))


@exercise.property(
    "It must prune exactly k, and at a higher sparsity the same weights and more.",
    "应恰好剪掉 k 个；稀疏度提高时，应在原有基础上继续剪。",
)
def _(rng):
    w = rng.integers(-2, 3, (4, 5)) / 2
    few, many = yield [given(w, 0.2), given(w, 0.75)]
    return not (many & ~few).any() and (~few).sum() == 4 and (~many).sum() == 15


@exercise.property(
    "Only the order of the magnitudes may count: -2 w must have the same mask as w.",
    "只有绝对值的大小次序起作用：-2 w 与 w 的掩码相同。",
)
def _(rng):
    w = rng.standard_normal((3, 7))
    one, other = yield [given(w, 0.6), given(-2 * w, 0.6)]
    return (one == other).all()


exercise.edits("""
np.abs(w) -> w
    The absolute value is missing: a large negative weight counts as the smallest.
    缺少绝对值：绝对值很大的负权重被当成了最小的。
np.argsort(size, kind="stable")[:k] -> size <= np.sort(size)[:k].max(initial=-1)
    It prunes all magnitudes equal to the k-th smallest; prune exactly k, the first of equals first.
    把与第 k 小的绝对值相等的全剪掉了；应恰好剪 k 个，相等时先剪靠前的。
round( -> int(
    It rounds k down with int; round to the nearest whole number with round.
    用 int 把 k 向下取整了；应用 round 取最接近的整数。
round(sparsity * w.size) -> int(sparsity * w.size + 0.5)
    It rounds a half up; Python's round rounds a half to the even number.
    正好一半时进位了；Python 的 round 取偶数。
[:k] -> [: w.size - k]
    It keeps k weights; k is the number to prune.
    保留了 k 个权重；k 是要剪掉的个数。
return np.apply_along_axis(prune_smallest, -1, w, sparsity)
    It prunes the same share of every row; rank all entries together.
    每一行各剪了相同的比例；应把所有元素一起排序。
np.argsort(size, kind="stable") -> np.argsort(-size, kind="stable")[::-1]
    Among equal magnitudes it prunes the last first; prune the lowest flat index first.
    绝对值相等时先剪了靠后的；应先剪展平后下标小的。
kind="stable" -> kind="quicksort"
    The sort is not stable, so equal magnitudes change places; np.argsort needs kind='stable'.
    排序不稳定，绝对值相等的次序会乱；np.argsort 要加 kind='stable'。
return ~result
    The mask is inverted: True must mean keep.
    掩码取反了：True 应表示保留。
w *= prune_smallest(w, sparsity)
    The mask is right, but it also zeroes the weights of w; leave w unchanged.
    掩码是对的，但同时把 w 中的权重清零了；不应改动 w。
""")
