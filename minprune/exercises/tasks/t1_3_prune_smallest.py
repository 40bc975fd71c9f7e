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
        round 是 Python 自带的，恰为一半时取偶数。

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
    smallest = np.argsort(size, kind="stable")[:k]
    mask[smallest] = False
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
exercise.worked("by hand", given([4.0, 3.0, 2.0, 1.0, 5.0], 0.5), [True, True, False, False, True])
exercise.edge("many equal magnitudes", given(np.arange(300) * 7 % 5 - 2.0, 0.7))
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
w *= prune_smallest(w, sparsity)
    The mask is right, but it also zeroes the weights of w; leave w unchanged.
    掩码是对的，但同时把 w 中的权重清零了；不应改动 w。
w *= prune_smallest(w, sparsity)
return w
    It zeroes the smallest weights of w and returns w; return a mask, and leave w as it is.
    把 w 中最小的权重清零后返回了 w；应返回掩码，不改动 w。
return np.apply_along_axis(_right, -1, w, sparsity)
    It prunes the same share of every row; rank all entries together.
    每一行各剪了相同的比例；应把所有元素一起排序。
return np.reshape([_right(part, sparsity) for part in np.atleast_2d(w)], w.shape)
    It prunes the same share of every part along the first axis; rank all entries together.
    沿第一个轴的每一部分各剪了相同的比例；应把所有元素一起排序。
return np.apply_along_axis(_right, 0, w, sparsity)
    It prunes the same share of every column; all entries are ranked together.
    每一列各剪了相同的比例；应把所有元素一起排序。
sparsity = sparsity / 100
    It takes the sparsity for a percentage; it is a number from 0 to 1.
    把稀疏度当成了百分数；它是 0 到 1 之间的数。
sparsity = 1 - sparsity
    It keeps the share that is to be pruned; the sparsity is the share to prune.
    保留了应剪的比例；稀疏度是要剪掉的比例。
k = round(sparsity * w.size) -> k = w.size - round(sparsity * w.size)
    It keeps k weights; k is how many to prune.
    保留了 k 个权重；k 是要剪掉的个数。
sparsity * w.size -> sparsity * len(w)
    It takes the number of rows for the number of entries; w.size counts all entries.
    把行数当成了元素个数；w.size 才是元素总数。
sparsity * w.size -> sparsity * w.shape[-1]
    It takes the length of the last axis for the number of entries; w.size counts all entries.
    把最后一个轴的长度当成了元素个数；w.size 才是元素总数。
sparsity * w.size -> sparsity * np.count_nonzero(w)
    It takes the share of the weights that are not 0; n counts all entries of w.
    只按非零权重的个数算比例了；n 是 w 的全部元素个数。
round( -> int(
    It rounds k down with int; round to the nearest whole number with round.
    用 int 把 k 向下取整了；应用 round 取最接近的整数。
round(sparsity * w.size) -> int(np.ceil(sparsity * w.size))
    It rounds k up; round gives the nearest whole number.
    把 k 向上取整了；应用 round 取最接近的整数。
round(sparsity * w.size) -> int(sparsity * w.size + 0.5)
    It rounds a half up; Python's round rounds a half to the even number.
    恰为一半时进位了；Python 的 round 取偶数。
round(sparsity * w.size) -> w.size - round((1 - sparsity) * w.size)
    It rounds how many are kept; k, how many are pruned, is to be rounded.
    对保留的个数取整了；应对要剪的个数 k 取整。
np.abs(w) -> w
    The absolute value is missing: a large negative weight counts as the smallest.
    缺少绝对值：绝对值很大的负权重被当成了最小的。
np.abs(w).ravel() -> np.abs(w)
    It ranks within the rows, as np.argsort does without axis=None; all are ranked together.
    没有展平，np.argsort 只在每一行内排序；应把所有元素一起排序。
np.abs(w).ravel() -> np.abs(w).T.ravel()
    It flattens w column by column, so the mask belongs to other entries; flatten row by row.
    按列展平了 w，掩码对应的元素就错了；应按行展平。
np.abs(w).ravel() -> np.abs(w).ravel("F")
mask.reshape(w.shape) -> mask.reshape(w.shape, order="F")
    Of equal magnitudes it prunes the first in column order; flatten row by row.
    绝对值相等时先剪了按列展平后靠前的；应按行展平。
mask.reshape(w.shape) -> mask.reshape(w.shape, order="F")
    It fills the mask column by column, so it belongs to other entries; fill it row by row.
    按列填入了掩码，对应的元素就错了；应按行恢复形状。
np.abs(w) -> np.where(w == 0, np.inf, np.abs(w))
    It prunes weights that are 0 last; they have the smallest magnitude, so they are first.
    等于 0 的权重最后才剪；它们的绝对值最小，应最先剪。
np.ones(w.size, dtype=bool) -> np.ones(w.shape, dtype=bool)
    A flat index is used on the mask of several axes, where it picks rows; use a flat mask.
    把展平后的下标用在了多维掩码上，选中的是行；掩码应先展平。
[:k] -> [: k or w.size]
    Where k is 0 it prunes everything, as a slice [-0:] takes all; nothing is pruned there.
    k 为 0 时全剪掉了（切片 [-0:] 取的是全部）；此时不应剪任何权重。
[:k] -> [: k % w.size]
    Where k is n it prunes nothing, as a slice [-0:] takes all; everything is pruned there.
    k 等于 n 时一个也没剪（切片 [-0:] 取的是全部）；此时应全部剪掉。
[:k] -> [: max(k, 1)]
    It always prunes at least one weight; where k is 0, none is pruned.
    至少剪掉了一个权重；k 为 0 时不应剪任何权重。
[:k] -> [: k + 1]
    It prunes one weight too many; exactly k are pruned.
    多剪了一个权重；应恰好剪 k 个。
[:k] -> [: k - 1]
    It prunes what a slice [:k - 1] of the order takes; the slice [:k] takes exactly k.
    剪的是切片 [:k - 1] 取出的权重；[:k] 才恰好取 k 个。
np.argsort(size, kind="stable") -> np.argsort(-size, kind="stable")
    It prunes the largest magnitudes; the smallest are to be pruned.
    剪掉的是绝对值最大的；应剪最小的。
kind="stable") -> kind="stable")[::-1]
    It prunes the largest magnitudes, of equals the last; prune the smallest, of equals the first.
    剪掉的是绝对值最大的，并列时先剪靠后的；应剪最小的，并列时先剪靠前的。
np.argsort(size, kind="stable") -> np.argsort(-size, kind="stable")[::-1]
    Among equal magnitudes it prunes the last first; the lowest flat index is pruned first.
    绝对值相等时先剪了靠后的；应先剪展平后下标小的。
np.argsort(size, kind="stable") -> np.argsort(-size)[::-1]
    Some equal magnitudes are pruned in another order; sort |w| with kind='stable', ascending.
    绝对值相等时剪的次序不对；应对 |w| 升序排序，并加 kind='stable'。
np.argsort(size, kind="stable") -> np.argsort(size)[::-1]
    It prunes the largest, equal ones in no fixed order; prune the smallest, with kind='stable'.
    剪掉的是最大的，相等时次序不定；应剪最小的，排序时加 kind='stable'。
kind="stable" -> kind="quicksort"
    It prunes k of the smallest, but of equal magnitudes not the first; sort with kind='stable'.
    剪了 k 个最小的，但相等时剪的不是靠前的；排序时应加 kind='stable'。
np.argsort(size, kind="stable") -> np.argpartition(size, min(k, size.size - 1))
    It prunes k of the smallest, but of equal magnitudes not the first; sort with kind='stable'.
    剪了 k 个最小的，但相等时剪的不是靠前的；排序时应加 kind='stable'。
np.argsort(size, kind="stable") -> np.argpartition(size, k - 1)
    It prunes k of the smallest, but of equal magnitudes not the first; sort with kind='stable'.
    剪了 k 个最小的，但相等时剪的不是靠前的；排序时应加 kind='stable'。
np.argsort(size, kind="stable") -> np.argpartition(size, k)
    It fails for k = n, as np.argpartition does, and moves equal magnitudes; sort stably.
    k 等于 n 时 np.argpartition 会出错，而且相等者次序会乱；应排序并加 kind='stable'。
mask[smallest] = False -> mask = np.argsort(size, kind="stable") >= k
    It takes the result of np.argsort for ranks; it holds the indices in order of size.
    把 np.argsort 的结果当成了名次；它给出的是按大小排列的下标。
mask[smallest] = False -> mask = size > np.sort(size)[:k].max(initial=-1)
    It prunes all that equal the k-th smallest magnitude; prune exactly k, of equals the first.
    把与第 k 小的绝对值相等的全剪掉了；应恰好剪 k 个，相等时先剪靠前的。
mask[smallest] = False -> mask = size > np.sort(size)[k - 1]
    It prunes up to entry k - 1 of the sorted magnitudes: ties too, and for k = 0 up to the last.
    剪到排序后的第 k - 1 项为止：相等的也剪了，k 为 0 时取到最后一项；应恰好剪 k 个。
mask[smallest] = False -> mask = size >= np.sort(size)[k - 1]
    It keeps the k-th smallest magnitude itself, and for k = 0 only the largest; prune exactly k.
    保留了第 k 小的权重，k 为 0 时只保留最大的；应恰好剪 k 个。
mask[smallest] = False -> mask = size >= np.sort(size)[:k].max(initial=-1)
    It keeps the k-th smallest magnitude itself; exactly k are pruned.
    保留了第 k 小的权重本身；应恰好剪 k 个。
mask[smallest] = False -> mask = size >= np.sort(size)[k]
    It keeps all that reach entry k of the sorted magnitudes, which fails for k = n and on ties.
    保留了不小于排序后第 k 项的权重；有并列时少剪，k 等于 n 时出错；应恰好剪 k 个。
mask[smallest] = False -> mask = size >= np.sort(size)[min(k, size.size - 1)]
    It keeps all that reach entry k of the sorted magnitudes, for k = n the last; prune exactly k.
    保留了不小于排序后第 k 项的权重，k 等于 n 时取最后一项；应恰好剪 k 个。
mask[smallest] = False -> mask = size >= np.sort([*size, np.inf])[k]
    It prunes only magnitudes below entry k of the sorted ones, fewer than k if some are equal.
    只剪了小于排序后第 k 项的权重，有并列时不足 k 个；应恰好剪 k 个。
mask[smallest] = False -> mask = size > np.sort(size)[k]
    It also prunes entry k of the sorted magnitudes, the (k + 1)-th smallest; k = n fails.
    连排序后的第 k 项，即第 k + 1 小的也剪了，k 等于 n 时出错；应恰好剪 k 个。
mask[smallest] = False -> mask = size > np.sort(size)[min(k, size.size - 1)]
    It also prunes entry k of the sorted magnitudes, the (k + 1)-th smallest; prune exactly k.
    连排序后的第 k 项，即第 k + 1 小的也剪了；应恰好剪 k 个。
mask[smallest] = False -> mask = size > np.quantile(size, sparsity)
    It prunes all magnitudes up to a quantile, which are not always k; rank them and prune k.
    剪掉了不超过分位数的全部权重，个数不一定是 k；应排序后恰好剪 k 个。
mask[smallest] = False -> mask = size >= np.quantile(size, sparsity)
    It prunes all magnitudes below a quantile, which are not always k; rank them and prune k.
    剪掉了小于分位数的全部权重，个数不一定是 k；应排序后恰好剪 k 个。
mask[smallest] = False -> mask = size > np.quantile(size, sparsity, method="nearest")
    It prunes all magnitudes up to a quantile, which are not always k; rank them and prune k.
    剪掉了不超过分位数的全部权重，个数不一定是 k；应排序后恰好剪 k 个。
mask[smallest] = False -> mask = size >= np.quantile(size, sparsity, method="nearest")
    It prunes all magnitudes below a quantile, which are not always k; rank them and prune k.
    剪掉了小于分位数的全部权重，个数不一定是 k；应排序后恰好剪 k 个。
mask[smallest] = False -> mask[:k] = False
    It prunes the first k weights, whatever their size; the k smallest are to be pruned.
    剪的是最前面的 k 个权重，与大小无关；应剪最小的 k 个。
mask[smallest] = False -> mask[size.argmin()] = k == 0
    It prunes the same smallest weight k times; each time another one is to be pruned.
    k 次剪的都是同一个最小的权重；应剪 k 个不同的权重。
mask[smallest] = False -> mask = size > np.percentile(size, sparsity)
    It takes the sparsity for a percentage, up to whose quantile it prunes; prune exactly k.
    把稀疏度当成百分数，剪到相应的分位数为止；应恰好剪 k 个。
mask[smallest] = False -> mask = size >= np.percentile(size, sparsity)
    It takes the sparsity for a percentage, below whose quantile it prunes; prune exactly k.
    把稀疏度当成百分数，剪掉了相应分位数以下的权重；应恰好剪 k 个。
mask[smallest] = False -> mask = size >= sparsity
    It takes the sparsity for a threshold of the weights; it is the share to prune.
    把稀疏度当成了权重的阈值；它是要剪掉的比例。
mask[smallest] = False -> mask = size > sparsity
    It takes the sparsity for a threshold and prunes what equals it; it is the share to prune.
    把稀疏度当成了阈值，等于它的也剪了；它是要剪掉的比例。
mask[smallest] = False -> mask = size >= sparsity * size.max()
    It prunes below a share of the largest magnitude; the share is one of the number of weights.
    剪掉了小于最大绝对值乘以该比例的权重；比例应按权重的个数算。
mask[smallest] = False -> mask = size > sparsity * size.max()
    It prunes up to a share of the largest magnitude; the share is one of the number of weights.
    剪掉了不超过最大绝对值乘以该比例的权重；比例应按权重的个数算。
return mask.reshape(w.shape) -> return mask
    The result is flat; the mask has the shape of w.
    结果是展平的；掩码的形状应与 w 相同。
return mask.reshape(w.shape) -> return np.argsort(size, kind="stable")[:k]
    It returns the indices of the smallest weights; the mask was asked for.
    返回了最小权重的下标；要求的是掩码。
return result & (w != 0)
    It prunes every weight that is 0 already, even if that is more than k; prune exactly k.
    原本等于 0 的权重也都剪掉了，可能多于 k 个；应恰好剪 k 个。
return ~result
    The mask is inverted: True must mean keep.
    掩码取反了：True 应表示保留。
return result, w * result
    It returns the pruned weights as well; the mask alone was asked for.
    还返回了剪枝后的权重；只要求返回掩码。
return w[result]
    It returns the weights that are kept; the mask was asked for.
    返回了保留下来的权重；要求的是掩码。
return np.flatnonzero(result)
    It returns the flat indices of the weights that are kept; the mask was asked for.
    返回了所保留权重展平后的下标；要求的是掩码。
return np.where(result)
    It returns the indices of the weights that are kept; the mask was asked for.
    返回了所保留权重的下标；要求的是掩码。
return w * result
    It returns the pruned weights; the mask was asked for.
    返回了剪枝后的权重；要求的是掩码。
return result.astype(int)
    It returns the numbers 0 and 1; a mask holds the booleans False and True.
    返回了数字 0 和 1；掩码应由布尔值 False 和 True 组成。
return result.astype(float)
    It returns the numbers 0.0 and 1.0; a mask holds the booleans False and True.
    返回了数字 0.0 和 1.0；掩码应由布尔值 False 和 True 组成。
""")
