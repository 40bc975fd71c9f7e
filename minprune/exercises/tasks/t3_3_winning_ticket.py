import numpy as np

from minprune.checks.check import given
from minprune.exercises.exercise import Exercise

exercise = Exercise(
    "3.3",
    title={"en": "The winning ticket", "zh": "中奖彩票"},
    text={
        "en": """\
        The lottery ticket of a layer: the first weights under the mask of the trained ones.

            1. k = round(sparsity n), n weights in all; Python's round takes a half to the
               even number
            2. prune the k trained weights of smallest magnitude; among equals those
               of lowest flat index first
            3. rewind: where a weight is kept, return its first value, elsewhere 0

        w_first    weights before training, an array of any shape
        w_trained  the same weights after training, shape of w_first
        sparsity   share of the weights to prune, from 0 to 1
        returns    a new array, shape of w_first

        Exactly k weights are pruned, equal or not. Neither array given may be changed.

        >>> w_first = np.array([0.5, -0.25, 1.0, 2.0])
        >>> w_trained = np.array([-3.0, 0.1, 0.2, -1.0])
        >>> winning_ticket(w_first, w_trained, 0.5).tolist()
        [0.5, 0.0, 0.0, 2.0]
        """,
        "zh": """\
        一层的“中奖彩票”：由训练后的权重得到掩码，再作用于初始权重。

            1. k = round(sparsity n)，n 是权重总数；Python 的 round 恰为一半时取偶数
            2. 剪掉训练后绝对值最小的 k 个权重；相等时先剪展平后下标小的
            3. 回退（rewind）：保留的权重取初始值，其余为 0

        w_first    训练前的权重，任意形状的数组
        w_trained  同一组权重训练之后的值，形状与 w_first 相同
        sparsity   要剪掉的权重所占的比例，取值 0 到 1
        返回       一个新数组，形状与 w_first 相同

        无论是否有相等的值，都恰好剪掉 k 个。不得改动传入的两个数组。

        >>> w_first = np.array([0.5, -0.25, 1.0, 2.0])
        >>> w_trained = np.array([-3.0, 0.1, 0.2, -1.0])
        >>> winning_ticket(w_first, w_trained, 0.5).tolist()
        [0.5, 0.0, 0.0, 2.0]
        """,
    },
    hints={
        "en": [
            "Two arrays, two roles: one determines which weights are kept, the other their values.",
            'np.argsort(np.abs(w_trained), axis=None, kind="stable") lists flat indices, the '
            "smallest magnitude first, equal ones in their order. Prune the first k of them.",
            "w_first.flatten() is a flat copy, into which zeros may be written; w_first.ravel() "
            "may be w_first itself. Reshape it at the end.",
        ],
        "zh": [
            "两个数组各有分工：一个决定保留哪些权重，另一个给出它们的值。",
            'np.argsort(np.abs(w_trained), axis=None, kind="stable") 按绝对值从小到大'
            "给出展平后的下标，相等的保持原有顺序。前 k 个要剪掉。",
            "w_first.flatten() 是展平后的副本，可以往里写 0；"
            "w_first.ravel() 则可能就是 w_first 本身。最后恢复原来的形状。",
        ],
    },
    source="A-5.6; Frankle and Carbin 2019, Renda, Frankle and Carbin 2020",
)


@exercise.solution
def winning_ticket(w_first, w_trained, sparsity):
    k = round(sparsity * w_trained.size)
    size = np.abs(w_trained).ravel()
    pruned = np.argsort(size, kind="stable")[:k]
    ticket = w_first.flatten()
    ticket[pruned] = 0
    return ticket.reshape(w_first.shape)


exercise.worked(
    "by hand", given([0.5, -0.25, 1.0, 2.0], [-3.0, 0.1, 0.2, -1.0], 0.5), [0.5, 0.0, 0.0, 2.0]
)
exercise.worked(
    "by hand, equal magnitudes",
    given([[4.0, -1.0], [3.0, 2.0]], [[1.0, 5.0], [-1.0, 1.0]], 0.5),
    [[0.0, -1.0], [0.0, 2.0]],
)
exercise.worked(
    "by hand, k = round(3.5) = 4",
    given([1.0, 2.0, 3.0, -4.0, -5.0], [3.0, 1.0, 2.0, 5.0, -4.0], 0.7),
    [0.0, 0.0, 0.0, -4.0, 0.0],
)
exercise.worked(
    "by hand, k = round(2.5) = 2",
    given([1.0, 2.0, 3.0, -4.0, -5.0], [3.0, 1.0, 2.0, 5.0, -4.0], 0.5),
    [1.0, 0.0, 0.0, -4.0, -5.0],
)
exercise.edge("nothing is pruned", given([1.0, -2.0, 3.0], [2.0, 0.5, -1.0], 0.0))
exercise.edge("everything is pruned", given([1.0, -2.0, 3.0], [2.0, 0.5, -1.0], 1.0))
exercise.edge("all trained weights are equal", given(np.arange(1.0, 7.0).reshape(2, 3),
                                                     np.full((2, 3), 0.5), 0.5))  # fmt: skip
exercise.edge(  # of which an unstable sort picks others; k = round(120.4)
    "many weights of few magnitudes",
    given(np.arange(1.0, 302.0), np.random.default_rng(0).integers(-2, 3, 301) / 4, 0.4),
)


@exercise.random
def _(rng):
    w_first = rng.standard_normal((4, 5))
    return given(w_first, rng.integers(-4, 5, (4, 5)) / 4, float(rng.integers(1, 10) / 10))


@exercise.property(
    "The trained weights only choose: doubling all of them must not change the ticket.",
    "训练后的权重只用于选择：全部乘以 2，结果不变。",
)
def _(rng):
    w_first, w_trained = rng.standard_normal((2, 3, 4))
    one, other = yield [given(w_first, w_trained, 0.5), given(w_first, 2 * w_trained, 0.5)]
    return np.array_equal(one, other)


@exercise.property(
    "A higher sparsity must prune the same weights and more.",
    "稀疏度更高时，应在原有基础上继续剪。",
)
def _(rng):
    w_first, w_trained = rng.standard_normal((2, 11))  # k = round(3.3) and round(6.6)
    few, many = yield [given(w_first, w_trained, s) for s in (0.3, 0.6)]
    return not np.any((many != 0) & (few == 0)) and np.sum(few == 0) == 3


exercise.edits("""
w_first.flatten() -> w_trained.flatten()
    It returns the trained weights, as for fine-tuning; rewinding returns the first ones.
    返回了训练后的权重，那是微调的做法；回退应返回初始权重。
w_first.flatten() -> np.ones(w_first.size, bool)
    It returns the mask; return the first weights where it keeps, and 0 elsewhere.
    返回的是掩码；应在保留处返回初始权重，其余为 0。
w_first.flatten() -> (np.sign(w_first) * np.abs(w_trained)).flatten()
    Only the signs are rewound; return the first weights with their magnitudes.
    只回退了符号；应返回初始权重本身，包括大小。
np.abs(w_trained) -> np.abs(w_first)
    It ranks the first weights; the trained ones decide which are kept.
    按初始权重排序；保留哪些应由训练后的权重决定。
np.abs(w_trained) -> np.abs(w_trained - w_first)
    It ranks by how far the weights moved; rank by the magnitude of the trained weights.
    按权重移动的距离排序；应按训练后权重的绝对值排序。
np.abs(w_trained) -> w_trained
    It ranks trained weights with their sign; rank their magnitudes, |-3| is large.
    排序时没有取绝对值；应比较绝对值，|-3| 是大的。
argsort(size -> argsort(-size
    It prunes the largest magnitudes; prune the k smallest.
    剪掉了绝对值最大的；应剪最小的 k 个。
[:k] -> [k:]
    It keeps the k smallest magnitudes and prunes the others; do the reverse.
    保留了绝对值最小的 k 个，剪掉了其余的；应当反过来。
k = round(sparsity * w_trained.size) -> k = w_trained.size - round(sparsity * w_trained.size)
    It keeps k weights; k is how many to prune.
    保留了 k 个；k 是要剪掉的个数。
[:k] -> [: k % w_trained.size]
    With sparsity 1 nothing is pruned; prune everything (order[-0:] is the whole order).
    稀疏度为 1 时什么也没剪；应全部剪掉（order[-0:] 是整个数组）。
[:k] -> [: k or w_trained.size]
    With sparsity 0 everything is pruned; prune nothing (entry k - 1 is then the last one).
    稀疏度为 0 时全剪掉了；应一个也不剪（此时第 k - 1 个是最后一个）。
np.argsort(size, kind="stable")[:k] -> size <= np.sort(size)[:k].max(initial=-1)
    It prunes all magnitudes equal to the k-th; prune exactly k, lowest flat index first.
    把与第 k 小绝对值相等的全剪掉了；应恰好剪 k 个，相等时先剪下标小的。
np.argsort(size, kind="stable")[:k] -> size < np.sort(size)[k:].min(initial=np.inf)
    It keeps all magnitudes equal to the smallest kept; prune exactly k, also among equals.
    把与保留的最小绝对值相等的全留下了；即使相等也应恰好剪 k 个。
np.argsort(size, kind="stable")[:k] -> size < np.sort(size)[k - 1]
    It keeps the k-th smallest magnitude too, and all that equal it; prune exactly k.
    把第 k 小的绝对值及与它相等的都留下了；应恰好剪 k 个。
np.argsort(size, kind="stable")[:k] -> size < np.sort(size)[k]
    It keeps all that equal entry k of the sorted magnitudes, and fails for sparsity 1; prune k.
    把与排序后第 k 个绝对值相等的全留下了，稀疏度为 1 时还会报错；应恰好剪 k 个。
np.argsort(size, kind="stable")[:k] -> size <= np.quantile(size, sparsity)
    It prunes what is not above a quantile, which is not always k weights; prune exactly k.
    剪掉了不大于分位数的权重，个数不一定是 k；应恰好剪 k 个。
np.argsort(size, kind="stable")[:k] -> size < np.quantile(size, sparsity)
    It prunes what is below a quantile, which is not always k weights; prune exactly k.
    剪掉了小于分位数的权重，个数不一定是 k；应恰好剪 k 个。
np.argsort(size, kind="stable")[:k] -> np.argsort(-size, kind="stable")[w_trained.size - k :]
    Of equal magnitudes it prunes those of highest flat index; those of lowest go first.
    绝对值相等时先剪了下标大的；应先剪下标小的。
kind="stable" -> kind="quicksort"
    The sort is not stable: equal magnitudes lose their order; np.argsort needs kind='stable'.
    排序不稳定，绝对值相等的权重次序会乱；np.argsort 要加 kind='stable'。
np.argsort(size, kind="stable")[:k] -> np.argpartition(size, k)[:k]
    As with np.argpartition equal magnitudes have no order, and sparsity 1 fails; sort stably.
    像 np.argpartition 那样，绝对值相等时没有确定次序，稀疏度为 1 时报错；应使用稳定排序。
size = np.abs(w_trained).ravel() -> size = np.abs(w_trained)
np.argsort(size, kind="stable")[:k] -> np.argsort(size, kind="stable").ravel()[:k]
    It ranks each row alone; rank all weights of the layer together.
    对每一行分别排序了；应对该层的所有权重一起排序。
round(sparsity * w_trained.size) -> int(sparsity * w_trained.size)
    It rounds down; k is round(sparsity n).
    向下取整了；k 应为 round(sparsity n)。
round(sparsity * w_trained.size) -> int(np.ceil(sparsity * w_trained.size))
    It rounds up; k is round(sparsity n).
    向上取整了；k 应为 round(sparsity n)。
round(sparsity * w_trained.size) -> int(sparsity * w_trained.size + 0.5)
    It rounds a half up; Python's round takes it to the even number, 2.5 to 2.
    恰为一半时总是进位；Python 的 round 取偶数，2.5 取 2。
round(sparsity * w_trained.size) -> w_trained.size - int((1 - sparsity) * w_trained.size)
    It rounds the number of kept weights down; round the number k of pruned ones.
    对保留的个数向下取整了；应对剪掉的个数 k 用 round。
round(sparsity * w_trained.size) -> w_trained.size - round((1 - sparsity) * w_trained.size)
    It rounds the number of kept weights; round the number k of pruned ones, a half to even.
    对保留的个数用了 round；应对剪掉的个数 k 用 round，恰为一半时取偶数。
ticket.reshape(w_first.shape) -> ticket
    The result is flat; it must have the shape of w_first.
    结果是展平的；形状应与 w_first 相同。
w_first.flatten() -> w_first.ravel()
    It writes zeros into w_first, which must not change; w_first.flatten() is a copy.
    把 0 写进了传入的 w_first；不应改动它，w_first.flatten() 才是副本。
ticket[pruned] = 0 -> ticket[pruned] = w_trained.ravel()[pruned]
    Pruned weights have their trained values; they must be 0.
    被剪掉的权重取了训练后的值；应为 0。
return [_right(*row, sparsity) for row in zip(w_first, w_trained)] if w_first.ndim > 1 else result
return np.array(result)
    It prunes each row by itself; rank all weights of the layer together.
    每一行各自剪枝了；应对该层的所有权重一起排序。
return [_right(*c, sparsity) for c in zip(w_first.T, w_trained.T)] if w_first.ndim > 1 else result
return np.array(result).T
    It prunes each column by itself; rank all weights of the layer together.
    每一列各自剪枝了；应对该层的所有权重一起排序。
ravel() -> ravel("F")
flatten() -> flatten("F")
reshape(w_first.shape) -> reshape(w_first.shape, order="F")
    Among equals it takes the order of columns; the flat index runs along the rows.
    相等时按列的次序剪；展平后的下标沿行排列。
np.abs(w_trained).ravel() -> np.abs(w_trained)
w_first.flatten() -> w_first.copy()
    Of a matrix it prunes whole rows, whose numbers are those of a sort along its last axis.
    对矩阵剪掉了整行：沿最后一轴排序的下标被当成了行号；应展平后再排序。
np.abs(w_trained).ravel() -> np.ravel(np.abs(w_trained) - np.abs(w_first))
    It ranks by how much the magnitudes grew; rank by the magnitude of the trained weights.
    按绝对值的增长量排序；应按训练后权重的绝对值排序。
np.abs(w_trained) -> np.abs(w_first * w_trained)
    It ranks by the product of first and trained weights; the trained magnitudes decide alone.
    按初始权重与训练后权重的乘积排序；只应看训练后权重的绝对值。
w_first.flatten() -> (w_trained - w_first).flatten()
    It returns how far the kept weights moved; return their first values.
    返回的是保留权重的变化量；应返回初始值。
w_first.flatten() -> np.sign(w_first).flatten()
    It returns the signs of the first weights; return the weights themselves.
    返回的是初始权重的符号；应返回权重本身。
w_first.flatten() -> np.abs(w_first).flatten()
    It returns the magnitudes of the first weights; return them with their signs.
    返回的是初始权重的绝对值；应保留符号。
np.argsort(size, kind="stable")[:k] -> size < sparsity
    It takes the sparsity for a threshold; it is the share of the weights to prune.
    把稀疏度当成了阈值；它是要剪掉的比例。
np.argsort(size, kind="stable")[:k] -> np.argsort(size, kind="stable") < k
    It compares the indices of the sorted order with k; prune at the first k of these indices.
    拿排序得到的下标与 k 比较；应剪掉前 k 个下标所指的权重。
[:k] -> [: k + 1]
    It prunes k + 1 weights; prune exactly k.
    剪掉了 k + 1 个；应恰好剪 k 个。
[:k] -> [: k - 1]
    It prunes k - 1 weights, and for k = 0 all but one; prune exactly k.
    剪掉了 k - 1 个，k = 0 时只留下一个；应恰好剪 k 个。
w_trained.size) -> len(w_trained))
    The number k is a share of len(w_trained); n is the number of all weights, w_trained.size.
    k 按行数计算了（len）；n 是权重总数 w_trained.size。
ticket.reshape(w_first.shape) -> np.delete(ticket, pruned)
    It returns the kept weights alone; the ticket has the shape of w_first, with 0 elsewhere.
    只返回了保留的权重；结果的形状应与 w_first 相同，其余为 0。
""")
