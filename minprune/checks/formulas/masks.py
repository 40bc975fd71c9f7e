"""Checks of `minprune.formulas.masks`."""

import numpy as np

from minprune.checks.check import Check, given
from minprune.formulas import masks

W = [[0.1, 0.3, 0.5], [0.6, 0.7, 0.8], [0.9, 0.1, 0.3]]  # the matrix of D-4.3
EQUALS = np.arange(60).reshape(6, 10) % 4 / 4  # 15 of each score: a sort has to be stable

# --- score_mask ----------------------------------------------------------------------------------

score_mask = Check(masks.score_mask)
score_mask.worked("A-4.2", given([0.25, 0.5, 0.75], 0.5, ties="keep"), [False, True, True])
score_mask.worked("D-4.1b", given([0.25, 0.5, 0.75], 0.5, ties="prune"), [False, False, True])
score_mask.worked(
    "A-4.4", given([[0.7, 0.8, 0.9], [0.1, 0.2, 0.3]], 0.7), [[True] * 3, [False] * 3]
)
score_mask.worked(
    "D-4.3", given(W, 0.2, "prune"), [[False, True, True], [True, True, True], [True, False, True]]
)
score_mask.published(
    "scikit-learn 1.5, docstring of sklearn.preprocessing.Binarizer",
    given([[1.0, -1.0, 2.0], [2.0, 0.0, 0.0], [0.0, 1.0, -1.0]], 0.0, ties="prune"),
    [[True, False, True], [True, False, False], [False, True, False]],
)
score_mask.edge("all scores equal the threshold", given([[2.0, 2.0], [2.0, 2.0]], 2.0))
score_mask.edge("no scores at all", given(np.zeros((0, 3)), 1.0))
score_mask.edge("negative scores are low ones", given([-3.0, -0.5, 0.5], 0.0))
score_mask.edge("whole numbers", given([[3, -2, 0], [-1, 5, 4]], 2))
score_mask.edge("just below the threshold", given([0.3 * (1 - 1e-9), 0.3], 0.3))


@score_mask.random
def _(rng):
    return given(rng.integers(-4, 5, (4, 5)) / 4, float(rng.integers(-3, 4) / 4), ties="prune")


@score_mask.random
def _(rng):
    """No score is equal to the threshold, none is negative: right under any rule for ties."""
    return given(rng.permutation(12).reshape(3, 4) / 4, float(rng.integers(1, 12) / 4 - 0.125))


@score_mask.property(
    "A higher threshold must never keep more.",
    "阈值升高时，保留的权重不应增多。",
)
def _(rng):
    score = rng.standard_normal((6, 7))
    low, high = yield [given(score, -0.25), given(score, 0.25)]
    return not (high & ~low).any()


score_mask.edits("""
score >= theta -> score > theta
    A score equal to the threshold is always pruned.
    等于阈值的得分总被剪掉。
score > theta -> score >= theta
    A score equal to the threshold is always kept.
    等于阈值的得分总被保留。
return ~result
    The mask is inverted: True must mean keep.
    掩码取反了：True 应表示保留。
score = np.abs(score)
    It takes the absolute value of the scores; a score may be negative.
    对得分取了绝对值；得分本身可以为负。
return score * result
    It returns the scores that are kept; return the mask.
    返回了保留下来的得分，而不是掩码。
score >= theta -> score <= theta
score > theta -> score < theta
    It keeps the scores below the threshold; keep those that reach it.
    保留了低于阈值的得分；应保留达到阈值的。
ties = "prune" if ties == "keep" else "keep"
    The two values of ties are exchanged: "keep" needs >=, and "prune" needs >.
    ties 的两种取值弄反了："keep" 用 >=，"prune" 用 >。
theta = float(theta * np.max(score, initial=0))
    It takes theta as a share of the highest score; theta has the units of the score.
    把阈值当成了相对最高得分的比例；阈值与得分同单位。
return score[result]
    It returns only the scores that are kept; the mask was asked for.
    只返回了保留下来的得分；要求的是掩码。
return result.astype(float)
    It returns the numbers 0.0 and 1.0; a mask holds the booleans False and True.
    返回了数字 0.0 和 1.0；掩码应由布尔值 False 和 True 组成。
return np.where(result, score, np.nan)
    It returns the kept scores, and NaN for the others; return the mask.
    返回了保留的得分，其余为 NaN；应返回掩码。
return np.flatnonzero(result)
    It returns the indices of the kept scores; the mask was asked for.
    返回了保留的得分的下标；要求的是掩码。
score >= theta -> (score >= theta) | np.isclose(score, theta)
    A score just below the threshold counts as equal to it; compare exactly.
    把略小于阈值的得分当成相等了；应精确比较。
return ~result if ties == "prune" else result
    With ties="prune" the mask is inverted: True must mean keep.
    ties="prune" 时掩码取反了：True 应表示保留。
theta = np.quantile(score, min(max(theta, 0), 1)) if score.size else theta
    It takes theta as the share to prune, a quantile; theta is a threshold itself.
    把 theta 当成了要剪的比例（分位数）；theta 本身应为阈值。
return result.ravel()
    The result is flat; the mask has the shape of the scores.
    结果展平了；掩码的形状应与得分相同。
theta = -theta
    It compares with -theta; compare with theta.
    与 -theta 比较了；应与 theta 比较。
return result & (score != 0)
    A score of 0 is always pruned; it is compared like any other.
    等于 0 的得分总被剪掉；应与其他得分一样比较。
return np.sum(result)
    It returns how many are kept; the mask was asked for.
    返回了保留的个数；要求的是掩码。
return np.any(result)
    It returns one boolean for all scores; every score has one in the mask.
    所有得分只返回了一个布尔值；掩码应每个得分一个。
""")


# --- threshold_mask ------------------------------------------------------------------------------

threshold_mask = Check(masks.threshold_mask)
threshold_mask.worked(
    "A-4.2", given(W, 0.3), [[False, True, True], [True, True, True], [True, False, True]]
)
threshold_mask.worked(
    "D-4.1b",
    given(W, 0.3, ties="prune"),
    [[False, False, True], [True, True, True], [True, False, False]],
)
threshold_mask.worked("by hand", given([2.0, -3.0, 1.0, -1.0], 2.0), [True, True, False, False])
threshold_mask.worked(
    "B-3e", given([[-0.9, 0.05], [0.4, -0.02]], 0.1), [[True, False], [True, False]]
)
threshold_mask.worked("by hand", given([2.0, -3.0, 1.0], 2.0, "prune"), [False, True, False])
threshold_mask.published(  # where its result is not 0
    "PyWavelets 1.9, pywt/tests/test_thresholding.py, test_threshold, hard",
    given([-1.0, -1.5, -2.0, -2.5, -3.0, -3.5, -4.0], 2.0),
    [False, False, True, True, True, True, True],
)
threshold_mask.edge("a threshold of zero", given([0.0, -1.0, 0.5], 0.0))
threshold_mask.edge("a threshold of zero prunes zeros", given([0.0, -1.0, 0.5], 0.0, "prune"))
threshold_mask.edge("a threshold above all weights", given([[0.5, -1.0], [0.25, 0.0]], 4.0))
threshold_mask.edge("all magnitudes equal it", given([[[1.5, -1.5], [-1.5, 1.5]]], 1.5))
threshold_mask.edge(
    "all equal it and are pruned", given([[[1.5, -1.5], [-1.5, 1.5]]], 1.5, "prune")
)
threshold_mask.edge("a single weight", given([-2.0], 1.0))
threshold_mask.worked(  # 0.1 + 0.2 is 0.30000000000000004
    "by hand", given([0.1 + 0.2, 0.3, -0.3], 0.3, ties="prune"), [True, False, False]
)
threshold_mask.edge("whole numbers", given([[3, -2, 0], [-1, 5, 4]], 2))
threshold_mask.edge("just below the threshold", given([0.3 * (1 - 1e-9), 0.3], 0.3))


@threshold_mask.random
def _(rng):
    ties = {} if rng.random() < 0.5 else {"ties": "prune"}
    return given(rng.integers(-6, 7, (3, 2, 4)) / 4, float(rng.integers(1, 6) / 4), **ties)


@threshold_mask.random
def _(rng):
    """No magnitude is equal to the threshold: right under any rule for ties."""
    ties = {} if rng.random() < 0.5 else {"ties": "prune"}
    w = rng.permutation(12).reshape(3, 4) * rng.choice([-0.25, 0.25], (3, 4))
    return given(w, float(rng.integers(1, 12) / 4 - 0.125), **ties)


@threshold_mask.property(
    "A higher threshold must never keep more, and signs must not matter.",
    "阈值升高时，保留的权重不应增多，且结果与符号无关。",
)
def _(rng):
    w = rng.standard_normal((6, 5))
    low, high, turned = yield [given(w, 0.5), given(w, 1.0), given(-w, 1.0)]
    return not (high & ~low).any() and np.array_equal(high, turned)


@threshold_mask.solution
def threshold_mask(w, theta, ties="keep"):
    size = np.abs(w)
    return size >= theta if ties == "keep" else size > theta


threshold_mask.edits("""
if ties == "prune": raise TypeError
    It has no parameter `ties`, but calls pass one; keep the first line as it was given.
    没有参数 ties，而调用时会传入它；函数的第一行应保持原样。
np.abs(w, out=w)
    It writes the absolute values into w; w must not change.
    把绝对值写回了 w；不应改动 w。
np.abs(w) -> w
    The absolute value is missing: every negative weight is pruned, however large it is.
    缺少绝对值：负权重无论多大都被剪掉了。
ties = "prune"
    A magnitude equal to the threshold is always pruned; with ties="keep" it is kept.
    等于阈值的权重总被剪掉；ties="keep" 时应保留。
ties = "keep"
    A magnitude equal to the threshold is always kept; with ties="prune" it is pruned.
    等于阈值的权重总被保留；ties="prune" 时应剪掉。
ties = "prune" if ties == "keep" else "keep"
    The two values of ties are exchanged: "keep" needs >=, and "prune" needs >.
    ties 的两种取值弄反了："keep" 用 >=，"prune" 用 >。
size >= theta -> (w >= theta) | (w < -theta)
    With ties="keep" a weight of -theta is pruned; it is to be kept like one of theta.
    ties="keep" 时等于 -theta 的权重被剪掉了；应和等于 theta 的一样保留。
size > theta -> (w > theta) | (w <= -theta)
    With ties="prune" a weight of -theta is kept; it is to be pruned like one of theta.
    ties="prune" 时等于 -theta 的权重被保留了；应和等于 theta 的一样剪掉。
size >= theta -> size < theta
    With ties="keep" the mask is inverted: True must mean keep.
    ties="keep" 时掩码取反了：True 应表示保留。
size > theta -> size <= theta
    With ties="prune" the mask is inverted: True must mean keep.
    ties="prune" 时掩码取反了：True 应表示保留。
if w.size > 1: raise ValueError
return bool(result)
    It uses `if` on an array, which fails for more than one weight; return the comparison itself.
    对数组用了 if，权重多于一个时就会出错；应直接返回比较的结果。
size > theta -> size > theta * (1 + 1e-9)
    A magnitude just above the threshold counts as equal to it; compare exactly.
    把略大于阈值的权重当成相等了；应精确比较。
theta = theta * np.abs(w).max()
    It takes theta as a share of the largest weight; theta has the units of the weights.
    把阈值当成了相对最大权重的比例；阈值与权重同单位，应直接比较。
theta = theta * np.abs(w).mean()
    It takes theta as a multiple of the mean magnitude; theta has the units of the weights.
    把阈值当成了平均绝对值的倍数；阈值与权重同单位，应直接比较。
theta = theta * np.std(w)
    It takes theta as a multiple of the standard deviation; theta has the units of the weights.
    把阈值当成了标准差的倍数；阈值与权重同单位，应直接比较。
theta = np.quantile(np.abs(w), theta)
    It takes theta as the share to prune, a quantile; theta is a threshold itself.
    把 theta 当成了要剪的比例（分位数）；theta 本身就是阈值。
theta = np.percentile(np.abs(w), theta)
    It takes theta as the percentage to prune, a percentile; theta is a threshold itself.
    把 theta 当成了要剪的百分数（百分位数）；theta 本身就是阈值。
theta = theta * np.std(np.abs(w))
    It multiplies theta by the standard deviation of |w|; theta has the units of the weights.
    把阈值乘以了 |w| 的标准差；阈值与权重同单位，应直接比较。
theta = theta**2
    It compares |w| with the square of theta; compare it with theta.
    拿 |w| 与阈值的平方比较了；应与阈值本身比较。
theta = int(theta)
    It cuts theta to a whole number; compare with theta as it is.
    把阈值的小数部分丢掉了；应与阈值本身比较。
w = w / np.linalg.norm(w)
    It divides w by its norm; theta has the units of the weights, so compare |w| itself.
    把 w 除以了它的范数；阈值与权重同单位，应直接比较 |w|。
w = w**2
    It compares squares with theta; compare the absolute values.
    拿权重的平方与阈值比较了；应比较绝对值。
np.abs(w) -> w
theta = -theta
    It compares w with -theta, so every weight above -theta is kept; compare |w| with theta.
    拿 w 与 -theta 比较了，大于 -theta 的全被保留；应比较 |w| 与 theta。
size >= theta -> (w >= theta) & (w <= -theta)
size > theta -> (w > theta) & (w < -theta)
    It keeps no weight but 0, as if w >= theta and w <= -theta had both to hold; one is enough.
    除 0 以外全被剪掉了，相当于同时要求 w >= theta 和 w <= -theta；满足其一即可。
w[~threshold_mask(w, theta, ties)] = 0
    It also sets the pruned weights of w to 0; w must not change.
    同时把 w 中被剪的权重改成了 0；不应改动 w。
w[~threshold_mask(w, theta, ties)] = 0
return w
    It sets the pruned weights of w to 0 and returns w; return a mask, and leave w as it is.
    把 w 中被剪的权重改成 0 后返回了 w；应返回掩码，不改动 w。
w[~threshold_mask(w, theta, ties)] = 0
return w != 0
    It writes zeros into w and searches for them; compare, and leave w unchanged.
    先把 w 中的小权重改成了 0 再找零；应直接比较，不改动 w。
return result & (w != 0)
    A weight of 0 is always pruned; at theta = 0 with ties="keep" it is kept.
    等于 0 的权重总被剪掉；theta 为 0 且 ties="keep" 时应保留。
return result | True
    It keeps every weight; those below the threshold are pruned.
    保留了所有权重；低于阈值的应剪掉。
return result & False
    It prunes every weight; those that reach the threshold are kept.
    所有权重都被剪掉了；达到阈值的应保留。
return ~result
    The mask is inverted: True must mean keep.
    掩码取反了：True 应表示保留。
return w * result
    It returns the pruned weights; return the mask.
    返回了剪枝后的权重，而不是掩码。
return np.sign(w) * np.maximum(np.abs(w) - theta, 0)
    It returns the weights shrunk by theta, the soft threshold; the mask was asked for.
    返回的是软阈值的结果，即向零收缩 theta 后的权重；要求的是掩码。
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
return np.argwhere(result)
    It returns a table of the indices of kept weights; the mask was asked for.
    返回了所保留权重的下标表；要求的是掩码。
return np.sum(result)
    It returns how many weights are kept; the mask was asked for.
    返回了所保留权重的个数；要求的是掩码。
return np.any(result)
    It returns one boolean for all weights; every weight has one in the mask.
    所有权重只返回了一个布尔值；掩码应每个权重一个。
return np.all(result)
    It returns one boolean for all weights; every weight has one in the mask.
    所有权重只返回了一个布尔值；掩码应每个权重一个。
return result.ravel()
    The result is flat; the mask has the shape of w.
    结果展平了；掩码的形状应与 w 相同。
return result.astype(int)
    It returns the numbers 0 and 1; a mask holds the booleans False and True.
    返回了数字 0 和 1；掩码应由布尔值 False 和 True 组成。
return result.astype(float)
    It returns the numbers 0.0 and 1.0; a mask holds the booleans False and True.
    返回了数字 0.0 和 1.0；掩码应由布尔值 False 和 True 组成。
return result if ties == "keep" else None
    It returns nothing if ties is "prune"; both cases need a return.
    ties 取 "prune" 时没有返回值；两种情况都应返回掩码。
size >= theta -> (size >= theta) | np.isclose(size, theta)
    A magnitude just below the threshold counts as equal to it; compare exactly.
    把略小于阈值的权重当成相等了；应精确比较。
""")


# --- pruned_count --------------------------------------------------------------------------------

pruned_count = Check(masks.pruned_count)
pruned_count.worked("E-3.1", given(9, 0.5), 4)
pruned_count.worked("E-3.1", given(10, 0.25), 2)
pruned_count.worked("E-5.1a", given(784 * 128, 0.5), 50176)
pruned_count.worked("E-5.1a", given(128 * 10, 0.5), 640)
pruned_count.worked("A-5.2.2", given(50816, 0.9), 45734)
pruned_count.worked("by hand", given(100, 0.29), 29)  # 0.29 * 100 is 28.999999999999996
pruned_count.worked("by hand", given(7, 0.5), 4)
pruned_count.worked("by hand", given(10, 0.21), 2)
pruned_count.worked("by hand", given(100, 0.29), 29)
pruned_count.published(
    "PyTorch (commit 058aaae), test/nn/test_pruning.py, test_compute_nparams_to_prune",
    given(17, 0.4),
    7,
)
pruned_count.edge("nothing to prune", given(12, 0.0))
pruned_count.edge("no entries", given(0, 0.5))
pruned_count.edge("nearly all", given(10, 0.99))


@pruned_count.random
def _(rng):
    return given(int(rng.integers(1, 1000)), float(rng.random()))


@pruned_count.solution
def pruned_count(n, sparsity):
    return round(n * sparsity)


pruned_count.edits("""
round( -> int(
    It rounds down; round to the nearest count.
    向下取整了；应取最接近的整数。
round(n * sparsity) -> int(np.ceil(n * sparsity))
    It rounds up; round to the nearest count.
    向上取整了；应取最接近的整数。
round(n * sparsity) -> int(n * sparsity + 0.5)
    It rounds a half up; here a half is rounded to the even number.
    恰为一半时总是向上取整；这里应取偶数。
return n - result
    It counts the entries to keep; count those to prune.
    算的是保留的个数，而不是剪掉的个数。
return float(result)
    It returns a float; a count is a whole number.
    返回了浮点数；个数应为整数。
round(n * sparsity) -> n * sparsity
    It does not round; a count is a whole number.
    没有取整；个数应为整数。
return max(result, 1)
    It prunes at least one entry; the count may be 0.
    至少剪掉一个；个数可以为 0。
return min(result, n - 1)
    It keeps at least one entry; the count may be all of them.
    至少保留一个；可以全部剪掉。
round(n * sparsity) -> int(n * sparsity) + 1
    It rounds down and adds one; round to the nearest count.
    向下取整后加了 1；应取最接近的整数。
sparsity = sparsity / 100
    It takes the sparsity for a percentage; it is a fraction.
    把稀疏度当成了百分数；它是小数。
round(n * sparsity) -> n - round(n * (1 - sparsity))
    It rounds the number to keep; round the number to prune.
    对保留的个数取整了；应对剪掉的个数取整。
return min(result, max(n - 1, 0))
    It keeps at least one entry; the count may be all of them.
    至少保留一个；可以全部剪掉。
round(n * sparsity) -> n - int(np.ceil(n * (1 - sparsity)))
    It rounds the number to keep up; round the number to prune to the nearest.
    把保留的个数向上取整了；应对剪掉的个数取最接近的整数。
round(n * sparsity) -> int(n * round(sparsity, 2))
    It rounds the sparsity to two decimals first, and then the count down; round the count alone.
    先把稀疏度舍入到两位小数，再把个数向下取整；只应对个数取整。
return min(result + 1, n)
    It prunes one entry too many.
    多剪了一个；应恰为舍入后的个数。
return max(result - 1, 0)
    It prunes one entry too few.
    少剪了一个；应恰为舍入后的个数。
round(n * sparsity) -> n // round(1 / sparsity) if sparsity else 0
    It prunes one of every 1 / sparsity entries, rounded; round n times the sparsity.
    按每 1/稀疏度（取整）个剪一个计算了；应对 n 乘稀疏度取整。
""")


# --- rank_mask -----------------------------------------------------------------------------------

rank_mask = Check(masks.rank_mask)
rank_mask.worked(
    "C-4.2d", given(W, 3), [[False, False, True], [True, True, True], [True, False, True]]
)
rank_mask.worked("by hand", given([0.5, 0.25, 0.75, 0.25], 1), [True, False, True, True])
rank_mask.worked("by hand", given([3.0, -1.0, 2.0, -5.0], 2), [True, False, True, False])
rank_mask.worked(
    "E-5.1c", given(W, k=4), [[False, False, True], [True, True, True], [True, False, False]]
)
rank_mask.edge("minus zero is zero", given([0.0, -0.0, 0.0], k=1))
rank_mask.published(
    "PyTorch (commit 058aaae), test/nn/test_pruning.py, "
    "test_l1_unstructured_pruning_with_importance_scores",
    given([[4.0, 2.0, 1.0, 3.0], [3.0, 1.0, 2.0, 4.0]], 2),
    [[True, True, False, True], [True, False, True, True]],
)
rank_mask.edge("nothing to prune", given([3.0, 1.0, 2.0], 0))
rank_mask.edge("everything is pruned", given([3.0, 1.0, 2.0], 3))
rank_mask.edge("all scores are equal", given(np.ones((2, 3)), 4))
rank_mask.edge("no scores at all", given(np.zeros((0, 3)), 0))
rank_mask.edge("many equal scores", given(EQUALS, 22))
rank_mask.edge("no equal scores, none negative", given([0.5, 0.0, 3.0, 1.0, 2.0], 2))
rank_mask.edge("whole numbers", given([[3, -2, 0], [-1, 5, 4]], 3))


@rank_mask.random
def _(rng):
    return given(rng.integers(-3, 4, (3, 4)) / 2, int(rng.integers(0, 13)))


@rank_mask.random
def _(rng):
    """No two are equal, none is negative: right under any rule for ties."""
    return given(rng.permutation(12).reshape(3, 4) / 4, int(rng.integers(1, 12)))


@rank_mask.property(
    "It must prune exactly k, and with a larger k the same entries and more.",
    "应恰好剪掉 k 个；k 增大时，应在原有基础上继续剪。",
)
def _(rng):
    score = rng.integers(-2, 3, (4, 5)) / 2
    few, many = yield [given(score, 4), given(score, 11)]
    return not (many & ~few).any() and (~few).sum() == 4 and (~many).sum() == 11


@rank_mask.solution
def rank_mask(score, k):
    order = np.argsort(score, axis=None, kind="stable")
    rank = np.argsort(order).reshape(score.shape)
    return rank >= k


rank_mask.edits("""
return ~result
    The mask is inverted: True must mean keep.
    掩码取反了：True 应表示保留。
k = score.size - k
    It keeps k entries; k is the number to prune.
    保留了 k 个；k 是要剪掉的个数。
score = -score
    It prunes the highest scores; prune the lowest.
    剪掉了得分最高的；应剪得分最低的。
score = np.abs(score)
    It ranks absolute values; a negative score is lower than any positive one.
    按绝对值排序了；负的得分低于任何正的得分。
score = score + 0.0
return score > score[~result].max(initial=-np.inf)
    It prunes all scores equal to the k-th lowest; prune exactly k, the first of equals first.
    把与第 k 小得分相等的全剪掉了；应恰好剪 k 个，并列时先剪靠前的。
score = score + 0.0
return score >= score[result].min(initial=np.inf)
    It keeps all scores equal to the lowest kept; prune exactly k, also among equals.
    把与最低保留得分相等的全留下了；即使并列也必须恰好剪 k 个。
score = np.flip(score)
return np.flip(result)
    Among equals it prunes the last first; prune the lowest flat index first.
    并列时先剪了靠后的；这里应先剪展平后下标最小的。
axis=None -> axis=-1
    It prunes k in every row; rank all entries together.
    在每一行各剪了 k 个；应对所有元素统一排序。
rank >= k -> order[:k]
    It returns the indices of the pruned entries; return a mask with the shape of the scores.
    返回了被剪元素的下标，而不是与得分同形状的掩码。
total = np.abs(score).sum()
return (total / 2 < score) & (score < total)
    It compares each score with half the sum of all, which at most one can pass; rank them.
    把每个得分与总和的一半比较，最多一个能通过；应对得分排序。
axis=None -> axis=0
np.argsort(order) -> np.argsort(order, axis=0)
    It prunes k in every column; rank all entries together.
    在每一列各剪了 k 个；应对所有元素统一排序。
rank >= k -> rank > k
    It prunes k + 1 entries; prune exactly k.
    剪掉了 k + 1 个；应恰好剪 k 个。
rank >= k -> rank >= k - 1
    It prunes k - 1 entries; prune exactly k.
    只剪掉了 k - 1 个；应恰好剪 k 个。
return result if k else ~result
    For k = 0 it prunes everything, as a slice [-0:] takes all; nothing is pruned there.
    k = 0 时全被剪掉了（切片 [-0:] 取到全部）；此时不应剪枝。
rank = np.argsort(order) -> rank = order
    It takes the result of np.argsort as ranks; it holds the indices in order of score.
    把 np.argsort 的结果当成了名次；它给出的是按得分排列的下标。
np.argsort(score, axis=None, kind="stable") -> np.argpartition(score, k, axis=None)
    At k np.argpartition takes any of equal scores, and fails if all are pruned; sort stably.
    在 k 处用 np.argpartition，并列时任取，全剪时报错；应稳定排序。
np.argsort(score, axis=None, kind="stable") -> np.argpartition(score, k - 1, axis=None)
    Of equal scores it prunes any, as np.argpartition does at k - 1; sort with kind="stable".
    并列的得分任剪其一，与在 k - 1 处用 np.argpartition 相同；应使用 kind="stable" 的排序。
return score > np.sort(score, axis=None)[k - 1]
    It compares with the k-th lowest, so equals go too, and for k = 0 index -1 is the highest.
    与第 k 小的得分比较，并列的都被剪；k = 0 时下标 -1 取到了最大值。
return score >= np.sort(score, axis=None)[k]
    It keeps all from the sorted entry k on, which fails for k = score.size; prune exactly k.
    保留了不低于第 k 项的全部得分，k 为总数时报错；应恰好剪 k 个。
return score > np.quantile(score, k / score.size)
    It compares with a quantile, above which equals may leave too few; prune exactly k.
    只保留高于分位数的得分，并列时会剪多；应恰好剪 k 个。
return score >= np.quantile(score, k / score.size)
    It keeps all from a quantile on, which are not always the right number; prune exactly k.
    保留了不低于分位数的得分，个数不一定对；应恰好剪 k 个。
return score * result
    It returns the scores that are kept; return the mask.
    返回了保留下来的得分，而不是掩码。
return result.astype(float)
    It returns the numbers 0.0 and 1.0; a mask holds the booleans False and True.
    返回了数字 0.0 和 1.0；掩码应由布尔值 False 和 True 组成。
kind="stable") -> kind="stable")[::-1]
    It prunes the highest scores, of equals the last; prune the lowest, of equals the first.
    剪了最高的、并列时剪靠后的；应剪最低的、并列时剪靠前的。
return score[result]
    It returns only the scores that are kept; the mask was asked for.
    只返回了保留下来的得分；要求的是掩码。
return rank >= k -> return rank
    It returns the ranks; compare them with k to get the mask.
    返回了名次；应与 k 比较得到掩码。
return result if k < score.size else ~result
    Where all are to be pruned it keeps all, as a slice [-0:] takes everything; keep none.
    要全部剪掉时反而全保留了（切片 [-0:] 取到全部）；此时不应保留。
""")


# --- layerwise_rank_masks ------------------------------------------------------------------------

layerwise_rank_masks = Check(masks.layerwise_rank_masks)
layerwise_rank_masks.worked(
    "by hand",
    given([np.array([1.0, 2.0, 4.0, 3.0]), np.array([[20.0, 10.0]])], 0.5),
    [[False, False, True, True], [[True, False]]],
)
layerwise_rank_masks.worked(
    "by hand",
    given([np.array([1.0, 2.0, 4.0, 3.0]), np.array([8.0, 7.0, 6.0, 5.0])], 0.25),
    [[False, True, True, True], [True, True, True, False]],
)
layerwise_rank_masks.worked(  # 2.5 and 1.5 are both rounded to 2
    "by hand",
    given([np.array([5.0, 1.0, 4.0, 2.0, 3.0]), np.array([0.3, 0.1, 0.2])], 0.5),
    [[True, False, True, False, True], [True, False, False]],
)
layerwise_rank_masks.published(  # two of eight weights, with and without importance_scores
    "PyTorch (commit 058aaae), test/nn/test_pruning.py, test_l1_unstructured_pruning",
    given(
        [np.array([[1.0, 2, 3, 4], [4, 3, 2, 1]]), np.array([[4.0, 2, 1, 3], [3, 1, 2, 4]])], 0.25
    ),
    [
        [[False, True, True, True], [True, True, True, False]],
        [[True, True, False, True], [True, False, True, True]],
    ],
)
layerwise_rank_masks.edge("equal scores", given([np.full((2, 2), 2.0), np.ones(2)], 0.5))
layerwise_rank_masks.edge("nothing to prune", given([np.array([2.0, 1.0]), np.ones(3)], 0.0))
layerwise_rank_masks.edge(
    "a layer of one entry, and one of none",
    given([np.array([1.0]), np.zeros((0, 2)), np.array([-2.0, -3.0])], 0.5),
)
layerwise_rank_masks.edge("no layers at all", given((), 0.5))
layerwise_rank_masks.edge("many equal scores", given([EQUALS, EQUALS.T], 0.375))
layerwise_rank_masks.edge(
    "whole numbers", given([np.array([3, -1, 2, 0]), np.array([[5, -4], [1, 7]])], 0.5)
)
layerwise_rank_masks.edge(
    "a layer that loses all", given([np.array([3.0, 1.0, 2.0]), np.array([5.0, 4.0])], 0.75)
)


@layerwise_rank_masks.random
def _(rng):
    scores = [rng.integers(0, 9, shape) / 4 for shape in ((3, 4), (4,), (2, 3))]
    return given(scores, float(rng.integers(1, 8) / 8))


@layerwise_rank_masks.random
def _(rng):
    """No two are equal, none is negative: right under any rule for ties."""
    scores = np.split(rng.permutation(18) / 4, [8, 12])
    return given(scores, float(rng.integers(1, 8) / 8))


@layerwise_rank_masks.random
def _(rng):
    """Nor is a count rounded: right under any rule for rounding too."""
    scores = np.split(rng.permutation(24) / 4 - 3, [8, 12])
    return given(scores, float(rng.integers(1, 4) / 4))


@layerwise_rank_masks.property(
    "The mask of a layer must not depend on the scores of the other layers.",
    "某一层的掩码不应依赖其他层的得分。",
)
def _(rng):
    first, second = rng.random((3, 4)), rng.random(6)
    one, other = yield [given([first, second], 0.5), given([first, 8 * second], 0.5)]
    return (one[0] == other[0]).all() and (one[1] == other[1]).all()


@layerwise_rank_masks.solution
def layerwise_rank_masks(scores, sparsity):
    masks = []
    for s in scores:
        n = s.size
        k = round(n * sparsity)
        order = np.argsort(s, axis=None, kind="stable")
        mask = np.ones(n, bool)
        mask[order[:k]] = False
        masks.append(mask.reshape(s.shape))
    return masks


layerwise_rank_masks.edits("""
return masks.global_rank_masks(scores, sparsity)
    It ranks all layers together; prune every layer separately, to the same sparsity.
    把所有层放在一起排序了；每一层都应单独剪到相同的稀疏度。
order[:k] -> order[: n - k]
    It keeps the given share; the sparsity is the share to prune.
    保留了给定的比例；稀疏度是要剪掉的比例。
k = round( -> k = int(
    It rounds the counts down; round to the nearest whole number.
    个数向下取整了；应取最接近的整数。
scores = [s + 0.0 for s in scores]
return [s > s[~m].max(initial=-np.inf) for s, m in zip(scores, result)]
    It prunes all scores equal to the layer's threshold; prune only as many as computed.
    把等于本层阈值的全剪掉了；只能剪掉算出的个数。
count = sum(s.size for s in scores) / max(len(scores), 1)
n * sparsity -> count * sparsity
    It prunes the same number in every layer; the share must be the same, not the number.
    每层剪掉了相同的个数；相同的应是比例，而不是个数。
order = np.argsort([s.sum() for s in scores], kind="stable")[: round(len(scores) * sparsity)]
return [np.full(s.shape, l not in order) for l, s in enumerate(scores)]
    It prunes whole layers; prune weights inside every layer.
    整层整层地剪掉了；应在每一层内部剪权重。
round(n * sparsity) -> int(np.ceil(n * sparsity))
    It rounds the counts up; round to the nearest whole number.
    把剪枝个数向上取整了；应取最接近的整数。
round(n * sparsity) -> int(n * sparsity + 0.5)
    It rounds a half up; here a half is rounded to the even number.
    恰为一半时总是向上取整；这里应取偶数。
np.argsort(s, -> np.argsort(np.abs(s),
    It ranks absolute values; a negative score is lower than any positive one.
    按绝对值排序了；负的得分低于任何正的得分。
np.argsort(s, -> np.argsort(-s,
    It prunes the highest scores of each layer; prune the lowest.
    在每层剪掉了得分最高的；应剪最低的。
scores = [s + 0.0 for s in scores]
return [s >= s[m].min(initial=np.inf) for s, m in zip(scores, result)]
    It keeps all scores equal to the layer's lowest kept; prune as many as computed.
    把与该层最低保留得分相等的全留下了；应剪掉算出的个数。
return [~m for m in result]
    The masks are inverted: True must mean keep.
    掩码取反了：True 应表示保留。
return [s * m for s, m in zip(scores, result)]
    It returns the scores that are kept; return the masks.
    返回了保留下来的得分，而不是掩码。
return [m.ravel() for m in result]
    The masks are flat; each has the shape of its scores.
    掩码被展平了；每个掩码应与其得分同形状。
return [m.astype(int) for m in result]
    It returns the numbers 0 and 1; a mask holds the booleans False and True.
    返回了数字 0 和 1；掩码应由布尔值 False 和 True 组成。
return [m.astype(float) for m in result]
    It returns the numbers 0.0 and 1.0; a mask holds the booleans False and True.
    返回了数字 0.0 和 1.0；掩码应由布尔值 False 和 True 组成。
order[:k] -> order[: max(k, 1)]
    It prunes at least one entry of every layer; a count may be 0.
    每层至少剪掉了一个；剪枝个数可以为 0。
np.argsort(s, -> n - 1 - np.argsort(np.flip(s),
    Among equals it prunes the last first; prune the lowest flat index first.
    并列时先剪了靠后的；应先剪展平后下标最小的。
return [s >= np.quantile(s, sparsity) for s in scores]
    It keeps all from a quantile on, which are not always the right number; rank the scores.
    保留了不低于分位数的得分，个数不一定对；应按名次剪枝。
return [s > np.quantile(s, sparsity) for s in scores]
    It keeps what is above a quantile, where equals leave too few; rank the scores.
    只保留高于分位数的得分，并列时剪多了；应按名次剪枝。
return np.concatenate([m.ravel() for m in result])
    It returns one long mask; return one for each layer, with its shape.
    返回了一个拼接的长掩码；每层都应有与自身同形状的掩码。
return result[:1]
    It returns the mask of the first layer only; every layer has one.
    只返回了第一层的掩码；每层都应有。
n * sparsity -> len(s) * sparsity
    It takes the share of the number of rows; take it of all entries, s.size.
    按行数计算剪枝个数了；应按元素总数 s.size 计算。
return [*result[:-1], *(np.ones_like(m) for m in result[-1:])]
    It leaves the last layer dense; every layer is pruned.
    没有剪最后一层；每一层都应剪枝。
return [*(np.ones_like(m) for m in result[:1]), *result[1:]]
    It leaves the first layer dense; every layer is pruned.
    没有剪第一层；每一层都应剪枝。
n * sparsity -> n * np.sqrt(sparsity)
    It takes the root of the sparsity; the share to prune is the sparsity itself.
    对稀疏度开了平方；要剪的比例就是稀疏度。
k = round(n * sparsity) -> k = n - round(n * (1 - sparsity))
    It rounds the number to keep; round the number to prune.
    对保留的个数取整了；应对剪掉的个数取整。
order[:k] -> order[: min(k, n - 1)]
    It keeps at least one entry of each layer; a layer may lose all.
    每层至少保留了一个；一层可以全部剪掉。
return [m if m.any() else ~m for m in result]
    Where a layer loses all it keeps all, as a slice [-0:] takes everything; keep none.
    一层要全部剪掉时反而全保留了（切片 [-0:] 取到全部）；此时不应保留。
""")


# --- global_rank_masks ---------------------------------------------------------------------------

H = [  # the three layers of
    np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]),
    np.array([[0.7, 0.8, 0.9], [0.1, 0.2, 0.3]]),
    np.array([[0.4, 0.5, 0.6], [0.7, 0.8, 0.9]]),
]

global_rank_masks = Check(masks.global_rank_masks)
global_rank_masks.worked(
    "by hand",
    given([np.array([1.0, 2.0]), np.array([3.0, 4.0])], 0.5),
    [[False, False], [True, True]],
)
global_rank_masks.worked(  # 9 of 18 go: all up to 0.4, and the first of the two 0.5
    "by hand",
    given(H, 0.5),
    [
        [[False, False, False], [False, False, True]],
        [[True, True, True], [False, False, False]],
        [[False, True, True], [True, True, True]],
    ],
)
global_rank_masks.worked(  # 3.5 is rounded to 4
    "by hand",
    given([np.array([1.0, 9.0, 2.0, 8.0, 7.0]), np.array([[3.0], [4.0]])], 0.5),
    [[False, True, False, True, True], [[False], [False]]],
)
global_rank_masks.published(  # four of eleven weights
    "PyTorch (commit 058aaae), test/nn/test_pruning.py, test_global_pruning",
    given([np.array([[1.0, 2, 3, 4], [4, 3, 2, 1]]), np.array([[0.0, 0.1, 2.0]])], 4 / 11),
    [[[False, True, True, True], [True, True, True, False]], [[False, False, True]]],
)
global_rank_masks.edge(
    "equal scores: the first layer is pruned first", given([np.ones(2), np.ones((2, 3))], 0.375)
)
global_rank_masks.edge("nothing to prune", given([np.array([2.0, 1.0]), np.ones(2)], 0.0))
global_rank_masks.edge(
    "an empty layer", given([np.array([-2.0]), np.zeros((0, 2)), -np.ones(3)], 0.5)
)
global_rank_masks.edge("many equal scores", given([EQUALS, EQUALS.T], 0.375))
global_rank_masks.edge("one layer", given([np.array([[4.0, 1.0], [3.0, 2.0]])], 0.25))
global_rank_masks.edge(
    "whole numbers", given([np.array([3, -1, 2, 0]), np.array([[5, -4], [1, 7]])], 0.5)
)
global_rank_masks.edge("all are pruned", given([np.array([3.0, 1.0]), np.array([5.0])], 0.9))


@global_rank_masks.random
def _(rng):
    scores = [rng.integers(0, 17, shape) / 4 for shape in ((3, 4), (4,), (2, 1, 3))]
    return given(scores, float(rng.integers(1, 8) / 8))


@global_rank_masks.random
def _(rng):
    """No two are equal, none is negative: right under any rule for ties."""
    scores = np.split(rng.permutation(18) / 4, [8, 12])
    return given(scores, float(rng.integers(1, 8) / 8))


@global_rank_masks.random
def _(rng):
    """Nor is the count rounded: right under any rule for rounding too."""
    scores = np.split(rng.permutation(24) / 4, [4, 12])
    return given(scores, float(rng.integers(1, 8) / 8))


@global_rank_masks.property(
    "The count must hold for all layers together, and scaling all scores must change nothing.",
    "个数应对所有层合计成立，且所有得分同乘一个正数不应改变掩码。",
)
def _(rng):
    scores = [rng.random((3, 4)), 4 * rng.random(8)]
    one, other = yield [given(scores, 0.75), given([8 * s for s in scores], 0.75)]
    same = all((a == b).all() for a, b in zip(one, other, strict=True))
    return same and sum((~m).sum() for m in one) == 15


@global_rank_masks.solution
def global_rank_masks(scores, sparsity):
    flat = np.concatenate([s.ravel() for s in scores])
    n = flat.size
    k = round(n * sparsity)
    order = np.argsort(flat, kind="stable")
    mask = np.ones(n, bool)
    mask[order[:k]] = False
    parts = np.split(mask, np.cumsum([s.size for s in scores])[:-1])
    return [part.reshape(s.shape) for part, s in zip(parts, scores, strict=True)]


global_rank_masks.edits("""
return masks.layerwise_rank_masks(scores, sparsity)
    Every layer is pruned to the same sparsity; rank the scores of all layers together.
    每层都剪到了相同的稀疏度；应对所有层做一次统一排序。
scores = [s / (np.abs(s).max(initial=0) or 1) for s in scores]
    It divides each layer by its largest score first; compare the scores as they are.
    先把每层除以各自的最大得分；得分应直接比较。
order[:k] -> order[: n - k]
    It keeps the given share; the sparsity is the share to prune.
    保留了给定的比例；稀疏度是要剪掉的比例。
k = round( -> k = int(
    It rounds the count down; round to the nearest whole number.
    个数向下取整了；应取最接近的整数。
scores = [s + 0.0 for s in scores]
return [s > max(t[~m].max(initial=-np.inf) for t, m in zip(scores, result)) for s in scores]
    It prunes all scores equal to the threshold; prune only as many as computed.
    把等于阈值的全剪掉了；只能剪掉算出的个数。
scores = [s + 0.0 for s in scores]
return [s >= min(t[m].min(initial=np.inf) for t, m in zip(scores, result)) for s in scores]
    It keeps all scores equal to the threshold, and so prunes too few.
    把等于阈值的全留下了，剪得不够。
scores = [np.flip(s) for s in reversed(scores)]
return [np.flip(m) for m in reversed(result)]
    Among equals it prunes the last layer first; prune the first layer first.
    并列时先剪了最后一层；应先剪第一层。
return np.concatenate([m.ravel() for m in result])
    It returns one long mask; return one for each layer, with its shape.
    返回了一个拼接的长掩码；每层都应有与自身同形状的掩码。
round(n * sparsity) -> int(np.ceil(n * sparsity))
    It rounds the count up; round to the nearest whole number.
    把剪枝个数向上取整了；应取最接近的整数。
round(n * sparsity) -> int(n * sparsity + 0.5)
    It rounds a half up; here a half is rounded to the even number.
    恰为一半时总是向上取整；这里应取偶数。
np.argsort(flat, -> np.argsort(np.abs(flat),
    It ranks absolute values; a negative score is lower than any positive one.
    按绝对值排序了；负的得分低于任何正的得分。
np.argsort(flat, -> np.argsort(-flat,
    It prunes the highest scores; prune the lowest.
    剪掉了得分最高的；应剪最低的。
return [~m for m in result]
    The masks are inverted: True must mean keep.
    掩码取反了：True 应表示保留。
return [m.ravel() for m in result]
    The masks are flat; each has the shape of its scores.
    掩码被展平了；每个掩码应与其得分同形状。
return [m.astype(int) for m in result]
    It returns the numbers 0 and 1; a mask holds the booleans False and True.
    返回了数字 0 和 1；掩码应由布尔值 False 和 True 组成。
return [m.astype(float) for m in result]
    It returns the numbers 0.0 and 1.0; a mask holds the booleans False and True.
    返回了数字 0.0 和 1.0；掩码应由布尔值 False 和 True 组成。
return [s * m for s, m in zip(scores, result)]
    It returns the scores that are kept; return the masks.
    返回了保留下来的得分，而不是掩码。
theta = np.quantile(np.concatenate([s.ravel() for s in scores]), sparsity)
return [s >= theta for s in scores]
    It keeps all from a quantile on, which are not always the right number; rank the scores.
    保留了不低于分位数的得分，个数不一定对；应按名次剪枝。
theta = np.quantile(np.concatenate([s.ravel() for s in scores]), sparsity)
return [s > theta for s in scores]
    It keeps what is above a quantile, where equals leave too few; rank the scores.
    只保留高于分位数的得分，并列时剪多了；应按名次剪枝。
scores = [s / (np.linalg.norm(s) or 1) for s in scores]
    It divides each layer by its L2 norm first; compare the scores as they are.
    先把每层除以了自己的 L2 范数；应直接比较得分。
scores = [s / (np.abs(s).mean() if s.any() else 1) for s in scores]
    It divides each layer by its mean score first; compare the scores as they are.
    先把每层除以了自己的平均得分；应直接比较得分。
scores = [s / max(s.size, 1) for s in scores]
    It divides each layer by its size first; compare the scores as they are.
    先把每层除以了元素个数；应直接比较得分。
round(n * sparsity) -> sum(round(s.size * sparsity) for s in scores)
    It rounds the count of every layer and adds them up; round the total once.
    把各层的个数分别取整后相加了；应只对总数取整一次。
scores = [(s - s.mean()) / (s.std() or 1) if s.size else s for s in scores]
    It standardizes the scores of each layer first; compare the scores as they are.
    先把每层的得分标准化了；应直接比较得分。
scores = [np.argsort(np.argsort(s, axis=None, kind="stable")).reshape(s.shape) for s in scores]
    It compares the ranks within the layers; compare the scores themselves.
    比较了各层内的名次；应比较得分本身。
k = [round(s.size * sparsity) for s in scores]
theta = np.mean([np.sort(s, axis=None)[k] for s, k in zip(scores, k) if s.size > k])
return [s >= theta for s in scores]
    It averages the thresholds of the layers; rank all scores together.
    对各层的阈值取了平均；应对所有得分统一排序。
k = round(n * sparsity) -> k = n - round(n * (1 - sparsity))
    It rounds the number to keep; round the number to prune.
    对保留的个数取整了；应对剪掉的个数取整。
order[:k] -> order[: min(k, n - 1)]
    It keeps at least one entry; all may be pruned.
    至少保留了一个；可以全部剪掉。
return [m if any(n.any() for n in result) else ~m for m in result]
    Where all are to be pruned it keeps all, as a slice [-0:] takes everything; keep none.
    要全部剪掉时反而全保留了（切片 [-0:] 取到全部）；此时不应保留。
""")


# --- apply_mask ----------------------------------------------------------------------------------

apply_mask = Check(masks.apply_mask)
apply_mask.worked(
    "D-4.3",
    given(W, [[False, True, True], [True, True, True], [True, False, True]]),
    [[0.0, 0.3, 0.5], [0.6, 0.7, 0.8], [0.9, 0.0, 0.3]],
)
apply_mask.worked(
    "B-3e",
    given([[-0.9, 0.05], [0.4, -0.02]], [[True, False], [True, False]]),
    [[-0.9, 0.0], [0.4, 0.0]],
)
apply_mask.worked("by hand", given([0.25, -0.5, 0.125], [True, False, True]), [0.25, 0.0, 0.125])
apply_mask.published(
    "JaxPruner (commit f133ee5), jaxpruner/base_updater_test.py, testInstantSparsify",
    given([2.0, -3.0], [True, False]),
    [2.0, 0.0],
)
apply_mask.edge("everything is kept", given([0.5, -2.0], [True, True]))
apply_mask.edge("nothing is kept", given([0.5, -2.0], [False, False]))
apply_mask.edge("whole numbers remain whole numbers", given([3, -2, 5], [True, False, True]))
apply_mask.edge("no weights at all", given(np.zeros((0, 2)), np.zeros((0, 2), bool)))
apply_mask.edge(
    "a weight that is zero already", given(np.float32([0.0, 1.5, -1.5]), [True, True, False])
)


@apply_mask.random
def _(rng):
    return given(rng.standard_normal((3, 4)), rng.random((3, 4)) < 0.5)


@apply_mask.property(
    "The weights kept by a mask and those kept by its inverse must add up to all weights.",
    "掩码保留的部分与相反掩码保留的部分之和应等于原权重。",
)
def _(rng):
    w, mask = rng.standard_normal((4, 3)), rng.random((4, 3)) < 0.5
    kept, others = yield [given(w, mask), given(w, ~mask)]
    return np.array_equal(kept + others, w)


apply_mask.edits("""
mask = ~mask
    It zeroes what the mask keeps; True means keep.
    把掩码保留的置零了；True 表示保留。
return result[mask]
    It returns only the kept weights; the shape must not change.
    只返回了保留下来的权重；形状不应改变。
w[~mask] = 0
    It changes the weights that it was given; a new array must be returned.
    直接改动了传入的权重；应返回新的数组。
w = np.abs(w)
    The signs are lost; kept weights must keep their signs.
    符号丢失了；保留的权重应保持原来的符号。
return np.zeros_like(result)
    It returns zeros everywhere; return the weight where the mask is True.
    结果全是零；掩码为 True 处的权重必须保留。
w = np.ones_like(w)
    It returns the mask as numbers, so kept weights become 1; multiply by the weights.
    把掩码当成了权重，保留的都变成 1；还应乘以权重。
np.zeros((), dtype=w.dtype) -> 0.0
    It turns whole numbers into floats; the result must have the type of the weights.
    把整数变成了浮点数；结果的类型应与权重相同。
np.zeros((), dtype=w.dtype) -> np.nan
    It writes NaN in place of the pruned weights; they must be 0.
    把被剪的权重写成了 NaN；应为 0。
mask = np.ones_like(mask)
    It returns the weights as they are; those where the mask is False must be 0.
    原样返回了权重；掩码为 False 处应为 0。
return result / max(np.mean(mask), 1e-99)
    It divides by the share that is kept, as dropout does; kept weights keep their values.
    除以了保留的比例（像 dropout 那样）；保留的权重应保持原值。
w = np.sign(w)
    It keeps the signs of the weights alone; kept weights must keep their values.
    只留下了权重的符号；保留的权重应保持原值。
return result != 0
    It returns a mask; return the weights.
    返回了掩码；应返回权重。
return result.ravel()
    The result is flat; it has the shape of w.
    结果被展平了；形状应与 w 相同。
return w + mask
    It adds the mask; set to zero what it prunes.
    把掩码加了上去；应把被剪的权重置零。
return result[result != 0]
    It returns only the weights that are left; the shape must not change.
    只返回了剩下的权重；形状应不变。
return w * mask.any(axis=-1, keepdims=True)
    It keeps a whole row where any weight of it is kept; the mask decides entry by entry.
    一行中只要有保留的就整行保留了；应逐个元素按掩码处理。
return result, mask
    It returns the mask as well; the pruned weights alone were asked for.
    还返回了掩码；只应返回剪枝后的权重。
""")


# --- threshold_prune -----------------------------------------------------------------------------

threshold_prune = Check(masks.threshold_prune)
threshold_prune.worked("A-4.2", given(W, 0.3), [[0.0, 0.3, 0.5], [0.6, 0.7, 0.8], [0.9, 0.0, 0.3]])
threshold_prune.worked(
    "A-4.4", given([[0.7, 0.8, 0.9], [0.1, 0.2, 0.3]], 0.65), [[0.7, 0.8, 0.9], [0.0, 0.0, 0.0]]
)
threshold_prune.worked(
    "D-4.1b", given(W, 0.3, ties="prune"), [[0.0, 0.0, 0.5], [0.6, 0.7, 0.8], [0.9, 0.0, 0.0]]
)
threshold_prune.worked(
    "D-4.3",
    given(W, 0.2, ties="prune"),
    [[0.0, 0.3, 0.5], [0.6, 0.7, 0.8], [0.9, 0.0, 0.3]],
)
threshold_prune.worked(
    "B-4d", given([[-0.9, 0.05], [0.4, -0.02]], 0.1, ties="prune"), [[-0.9, 0.0], [0.4, 0.0]]
)
threshold_prune.worked("by hand", given([0.25, -0.5, 0.125], 0.25), [0.25, -0.5, 0.0])
threshold_prune.published(
    "PyWavelets 1.9, pywt/tests/test_thresholding.py, test_threshold, hard",
    given([-1.0, -1.5, -2.0, -2.5, -3.0, -3.5, -4.0], 2.0),
    [0.0, 0.0, -2.0, -2.5, -3.0, -3.5, -4.0],
)
threshold_prune.edge("a threshold of zero", given([0.5, 0.0, -0.25], 0.0))
threshold_prune.edge("a threshold above all weights", given([0.5, -0.75], 1.0))
threshold_prune.edge("all magnitudes equal it", given([[-2.0, 2.0], [2.0, -2.0]], 2.0, "prune"))
threshold_prune.edge("no weights at all", given(np.zeros((2, 0)), 0.5))


@threshold_prune.random
def _(rng):
    w, theta = rng.integers(-6, 7, (4, 5)) / 4, float(rng.integers(1, 6) / 4)
    return given(w, theta, ties="keep" if rng.random() < 0.5 else "prune")


@threshold_prune.property(
    "Changing the signs of the weights must change the signs of the result and nothing else.",
    "权重全部变号时，结果应只变号，其余不变。",
)
def _(rng):
    w = rng.standard_normal((5, 6))
    plus, minus = yield [given(w, 0.5), given(-w, 0.5)]
    return np.allclose(plus, -minus)


@threshold_prune.solution
def threshold_prune(w, theta, ties="keep"):
    size = np.abs(w)
    keep = size >= theta if ties == "keep" else size > theta
    return np.where(keep, w, 0)


threshold_prune.edits("""
np.abs(w) -> w
    The absolute value is missing, so every negative weight is pruned; compare |w| with theta.
    缺少绝对值，负权重全被剪掉；应比较 |w| 与阈值。
np.where(keep, w, 0) -> keep
    It returns the mask; return the pruned weights.
    返回了掩码；应返回剪枝后的权重。
ties = "prune"
    A magnitude equal to the threshold is always pruned; with ties="keep" it is kept.
    等于阈值的权重总被剪掉；ties="keep" 时应保留。
ties = "keep"
    A magnitude equal to the threshold is always kept; with ties="prune" it is pruned.
    等于阈值的权重总被保留；ties="prune" 时应剪掉。
w = np.abs(w)
    The signs are lost; only the comparison takes the absolute value.
    符号丢失了；只在比较时取绝对值。
theta = theta * np.abs(w).max(initial=0)
    It takes theta as a share of the largest magnitude; it is in the units of the weights.
    把阈值当成了最大绝对值的比例；它与权重的单位相同。
w[...] = threshold_prune(w, theta, ties)
    It changes the weights that it was given; a new array must be returned.
    直接改动了传入的权重；应返回新的数组。
return result - theta * np.sign(result)
    The kept weights shrink by theta, as in soft thresholding; they must keep their values.
    保留的权重都缩小了一个阈值，那是软阈值；这里应保持原值。
return np.where(result == 0, 0.1 * w, result)
    Small weights only shrink to a tenth; what is pruned must be exactly zero.
    小权重只缩小到十分之一；被剪的权重必须恰好为零。
return np.zeros_like(result)
    It returns zeros everywhere; keep the weights that reach the threshold.
    结果全是零；达到阈值的权重必须保留。
return np.where(w > theta, 1.0, 0.0)
    Weights above theta become 1, all others 0: that is a mask, without the absolute value.
    大于阈值的权重都变成 1，其余为 0：这只是掩码，而且缺少绝对值。
ties = "prune" if ties == "keep" else "keep"
    The two values of ties are exchanged: "keep" needs >=, and "prune" needs >.
    ties 的两种取值弄反了："keep" 用 >=，"prune" 用 >。
return w - result
    It keeps the small weights and zeroes the large ones; do the reverse.
    保留了小权重、把大权重置零了；应相反。
return result[result != 0]
    It returns only the kept weights; the shape must not change.
    只返回了保留下来的权重；形状不应改变。
return np.clip(w, -theta, theta)
    It limits the large weights to theta; zero the small ones instead.
    把大权重截断到了阈值；应把小权重置零。
np.abs(w) -> np.square(w)
    It compares squares with theta; compare the absolute values.
    拿权重的平方与阈值比较了；应比较绝对值。
theta = theta * np.std(w) if w.size else theta
    It takes theta as a multiple of the standard deviation; it is in the units of the weights.
    把阈值当成了标准差的倍数；它与权重的单位相同。
theta = theta * np.abs(w).mean() if w.size else theta
    It takes theta as a multiple of the mean magnitude; it is in the units of the weights.
    把阈值当成了平均绝对值的倍数；它与权重的单位相同。
return np.sign(result)
    The kept weights become 1 or -1; they must keep their values.
    保留的权重变成了 1 或 -1；应保持原值。
return result != 0
    It returns a mask of the nonzero weights; return the pruned weights.
    返回了非零权重的掩码；应返回剪枝后的权重。
theta = theta**2
    It compares |w| with the square of theta; compare it with theta.
    拿 |w| 与阈值的平方比较了；应与阈值本身比较。
np.where(keep, w, 0) -> np.where(keep, w, np.nan)
    It writes NaN where it prunes; write zeros.
    被剪处写入了 NaN；应写入零。
theta = np.quantile(np.abs(w), min(theta, 1)) if w.size else theta
    It takes theta as the share to prune, a quantile; theta is a threshold itself.
    把 theta 当成了要剪的比例（分位数）；theta 本身应为阈值。
return result.ravel()
    The result is flat; it has the shape of w.
    结果展平了；形状应与 w 相同。
""")


# --- normalized_threshold_prune ------------------------------------------------------------------

normalized_threshold_prune = Check(masks.normalized_threshold_prune)
normalized_threshold_prune.worked(  # the norm is 1.66, so 0.3 is a share of 0.18
    "D-4.3", given(W, 0.2), [[0.0, 0.0, 0.5], [0.6, 0.7, 0.8], [0.9, 0.0, 0.0]]
)
normalized_threshold_prune.worked("by hand", given([3.0, -4.0], 0.7), [0.0, -4.0])
normalized_threshold_prune.worked(
    "by hand", given([2.0, -2.0, 2.0, 2.0], 0.5, ties="prune"), [0.0] * 4
)
normalized_threshold_prune.worked(
    "by hand", given([2.0, -2.0, 2.0, 2.0], 0.5), [2.0, -2.0, 2.0, 2.0]
)
normalized_threshold_prune.published(  # its threshold is 0.5 * 30.2 / 7, half the mean magnitude
    "GAUSS documentation (commit 4eed931), docs/densetospre.rst",
    given(
        [[-9.0, 0.0, 0.0, 1.0], [0.0, 4.0, 0.0, 0.0], [5.0, 0.0, 0.0, 7.0], [0.0, 0.0, -2.0, 2.2]],
        0.5 * 30.2 / 7 / 180.84**0.5,
    ),
    [[-9.0, 0.0, 0.0, 0.0], [0.0, 4.0, 0.0, 0.0], [5.0, 0.0, 0.0, 7.0], [0.0, 0.0, 0.0, 2.2]],
)
normalized_threshold_prune.edge("small weights", given([[0.003, -0.004]], 0.7))
normalized_threshold_prune.edge("columns of different size", given([[0.0, 5.0], [1.0, 12.0]], 0.5))
normalized_threshold_prune.edge("all weights are zero", given(np.zeros(3), 0.25))
normalized_threshold_prune.edge("all weights are zero and kept", given(np.zeros(3), 0.0))
normalized_threshold_prune.edge("one weight is the whole norm", given([-5.0], 1.0))
normalized_threshold_prune.edge("a threshold of zero", given([0.5, 0.0, -0.25], 0.0))
normalized_threshold_prune.edge("no weights at all", given(np.zeros((0, 3)), 0.5))
normalized_threshold_prune.edge("tiny weights", given([3e-9, -4e-9], 0.7))


@normalized_threshold_prune.random
def _(rng):
    w, theta = 4 * rng.standard_normal((3, 4)), float(0.1 + 0.4 * rng.random())
    return given(w, theta, ties="keep" if rng.random() < 0.5 else "prune")


@normalized_threshold_prune.property(
    "Multiplying the weights by a positive number must keep the same weights.",
    "权重同乘一个正数时，保留的权重应不变。",
)
def _(rng):
    w = rng.standard_normal((4, 5))
    one, other = yield [given(w, 0.25), given(64 * w, 0.25)]
    return np.allclose(64 * one, other)


@normalized_threshold_prune.solution
def normalized_threshold_prune(w, theta, ties="keep"):
    norm = np.sqrt(np.square(w).sum())
    size = np.abs(w) / (norm or 1)
    keep = size >= theta if ties == "keep" else size > theta
    return np.where(keep, w, 0)


normalized_threshold_prune.edits("""
(norm or 1) -> 1
    It compares the raw weights with the threshold; compare their shares of the norm.
    用原始权重与阈值比较了；应比较归一化后的权重。
np.where(keep, w, -> np.where(keep, w / (norm or 1),
    It returns normalized weights; kept weights must keep their values.
    返回了归一化后的权重；保留的权重应保持原值。
np.abs(w) / -> w /
    The absolute value is missing, so every negative weight is pruned.
    缺少绝对值，负权重全被剪掉。
ties = "prune"
    A share equal to the threshold is always pruned; by default it is kept.
    等于阈值的权重总被剪掉；默认应保留。
np.sqrt(np.square(w).sum()) -> np.abs(w).max(initial=0)
    It divides by the largest magnitude; divide by the L2 norm.
    除以了最大绝对值；应除以 L2 范数。
np.sqrt(np.square(w).sum()) -> np.abs(w).sum()
    It divides by the sum of the magnitudes, the L1 norm; divide by the L2 norm.
    除以了绝对值之和，即 L1 范数；应除以 L2 范数。
np.sqrt(np.square(w).sum()) -> np.square(w).sum()
    The square root of the norm is missing.
    计算范数时漏了开平方。
np.abs(w) / (norm or 1) -> np.abs(np.sign(w))
    It divides every weight by itself, so all are 1 or 0; the whole array has one norm.
    每个权重都除以了自身，结果只有 1 和 0；整个数组应共用一个范数。
(norm or 1) -> np.maximum(np.linalg.norm(w, axis=0), 1e-99)
    Every column is scaled by its own norm; the whole array has one.
    每一列除以了自己的范数；整个数组应共用一个范数。
(norm or 1) -> np.maximum(np.linalg.norm(w, axis=-1, keepdims=True), 1e-99)
    Every row is scaled by its own norm; the whole array has one.
    每一行除以了自己的范数；整个数组应共用一个范数。
ties = "keep"
    A share equal to the threshold is always kept; with ties="prune" it is pruned.
    等于阈值的权重总被保留；ties="prune" 时应剪掉。
/ (norm or 1) -> * (norm or 1)
    It multiplies by the norm; divide by it.
    乘以了范数；应除以范数。
np.sqrt(np.square(w).sum()) -> np.abs(w).mean() if w.size else 1
    It divides by the mean magnitude; divide by the L2 norm.
    除以了平均绝对值；应除以 L2 范数。
np.sqrt(np.square(w).sum()) -> np.sqrt(np.square(w).mean()) if w.size else 1
    It divides by the root mean square; divide by the root of the sum, the L2 norm.
    除以了均方根；应除以平方和的根，即 L2 范数。
np.sqrt(np.square(w).sum()) -> np.std(w) if w.size else 1
    It divides by the standard deviation; divide by the L2 norm.
    除以了标准差；应除以 L2 范数。
w /= np.linalg.norm(w) or 1
    It changes the weights that it is given; return a new array.
    改动了传入的权重；应返回新的数组。
np.where(keep, w, 0) -> keep
    It returns the mask; return the pruned weights.
    返回了掩码；应返回剪枝后的权重。
return w - result
    It keeps the small weights and zeroes the large ones; do the reverse.
    保留了小权重、把大权重置零了；应相反。
(norm or 1) -> (norm + 1e-8)
    It adds 1e-8 to the norm, which counts for tiny weights; treat a norm of 0 by itself.
    范数加上了 1e-8，权重极小时结果不对；应单独处理范数为 0 的情形。
ties = "prune" if ties == "keep" else "keep"
    The two values of ties are exchanged: "keep" needs >=, and "prune" needs >.
    ties 的两种取值弄反了："keep" 用 >=，"prune" 用 >。
return result[result != 0]
    It returns only the kept weights; the shape must not change.
    只返回了保留下来的权重；形状不应改变。
np.abs(w) / (norm or 1) -> np.square(np.abs(w) / (norm or 1))
    It compares the squares of the shares; compare the shares themselves.
    比较的是占比的平方；应比较占比本身。
np.abs(w) / (norm or 1) -> np.abs(w - w.mean()) / (norm or 1)
    It subtracts the mean first; compare |w| with the threshold times the norm.
    先减去了均值；应直接以 |w| 除以范数后与阈值比较。
""")


# --- low_magnitude_mask --------------------------------------------------------------------------

low_magnitude_mask = Check(masks.low_magnitude_mask)
low_magnitude_mask.worked(  # 4.5 is rounded to 4
    "E-5.1c", given(W, 0.5), [[False, False, False], [True, True, True], [True, False, False]]
)
low_magnitude_mask.worked(  # 6 are to stay, and 7 do, since 0.3 is there twice
    "E-5.1c", given(W, 1 / 3), [[False, True, True], [True, True, True], [True, False, True]]
)
low_magnitude_mask.worked("by hand", given([0.25, -0.5, 0.25, 0.75], 0.25), [True] * 4)
low_magnitude_mask.worked("by hand", given([1.0, -2.0, 3.0], 0.5), [False, True, True])
low_magnitude_mask.published(
    "TensorFlow Model Optimization 0.8.1, "
    "python/core/sparsity/keras/pruning_impl_test.py, "
    "testConstructsMaskAndThresholdCorrectly",
    given(np.arange(1.0, 11.0), 0.200000018),
    [False] * 2 + [True] * 8,
)
low_magnitude_mask.edge("at least one weight is kept", given([1.0, -3.0, 2.0], 0.9))
low_magnitude_mask.edge("nothing to prune", given([0.0, 0.5, -0.25], 0.0))
low_magnitude_mask.edge("all magnitudes are equal", given([[2.0, -2.0], [-2.0, 2.0]], 0.75))
low_magnitude_mask.edge("one weight", given([-0.5], 0.5))
low_magnitude_mask.edge("less than a half is dropped", given(np.arange(1.0, 8.0), 0.25))
low_magnitude_mask.edge("whole numbers", given([[3, -2, 0], [-1, 5, 4]], 0.5))


@low_magnitude_mask.random
def _(rng):
    return given(rng.integers(-8, 9, (3, 5)) / 8, float(rng.integers(0, 8) / 8))


@low_magnitude_mask.random
def _(rng):
    """No magnitudes are equal, no count is rounded: right under any rule for ties and rounding."""
    w = rng.permutation(12).reshape(3, 4) ** 2 * rng.choice([-0.125, 0.125], (3, 4))
    return given(w, float(rng.integers(1, 4) / 4))


@low_magnitude_mask.property(
    "A higher sparsity must never keep more, and signs must not matter.",
    "稀疏度升高时，保留的权重不应增多，且结果与符号无关。",
)
def _(rng):
    w = rng.standard_normal((5, 6))
    low, high, turned = yield [given(w, 0.25), given(w, 0.75), given(-w, 0.75)]
    return not (high & ~low).any() and np.array_equal(high, turned)


@low_magnitude_mask.solution
def low_magnitude_mask(w, sparsity):
    score = np.abs(w)
    n = score.size
    k = max(round(n * (1 - sparsity)), 1)
    theta = np.sort(score, axis=None)[::-1][k - 1]
    return score >= theta


low_magnitude_mask.edits("""
np.abs(w) -> w
    The absolute value is missing, so negative weights are pruned first.
    缺少绝对值，负权重最先被剪掉。
(1 - sparsity) -> sparsity
    It keeps the given share; the sparsity is the share to prune.
    保留了给定的比例；稀疏度是要剪掉的比例。
score >= theta -> score > theta
    A magnitude equal to the threshold is pruned; keep it (>=, not >).
    等于阈值的权重被剪掉了；应当保留（用 >=，不用 >）。
score >= theta -> masks.rank_mask(score, n - k)
    It prunes exactly the given number; here all ties with the threshold are kept.
    恰好剪掉了所要求的个数；这里与阈值并列的应全部保留。
round(n * (1 - sparsity)) -> n - round(n * sparsity)
    It rounds the number to prune; here the number to keep is rounded.
    对剪掉的个数取整了；这里应对保留的个数取整。
round( -> int(
    It rounds the number to keep down; round to the nearest whole number.
    把保留的个数向下取整了；应取最接近的整数。
max(round(n * (1 - sparsity)), 1) -> round(n * (1 - sparsity))
return score >= theta -> return score >= (theta if k else np.inf)
    It can prune everything; keep at least one weight.
    可能把权重全剪掉；至少应保留一个。
round(n * (1 - sparsity)) -> int(np.ceil(n * (1 - sparsity)))
    It rounds the number to keep up; round to the nearest whole number.
    把保留的个数向上取整了；应取最接近的整数。
score >= theta -> score >= np.quantile(score, sparsity)
    It keeps all from a quantile on, which lies between two magnitudes; take the k-th largest.
    阈值取了分位数，它落在两个值之间；应取第 k 大的绝对值。
score >= theta -> score > np.quantile(score, sparsity)
    It keeps what is above a quantile; keep what reaches the k-th largest magnitude.
    只保留高于分位数的权重；应保留达到第 k 大绝对值的。
[::-1][k - 1] -> [k - 1]
    It takes the k-th smallest magnitude as the threshold; take the k-th largest.
    以第 k 小的绝对值为阈值了；应取第 k 大的。
[k - 1] -> [min(k, n - 1)]
    The threshold is one place too low: it is the (k + 1)-th largest magnitude.
    阈值低了一位：取成了第 k + 1 大的绝对值。
[k - 1] -> [max(k - 2, 0)]
    The threshold is one place too high: it is the (k - 1)-th largest magnitude.
    阈值高了一位：取成了第 k - 1 大的绝对值。
return w * result
    It returns the pruned weights; return the mask.
    返回了剪枝后的权重，而不是掩码。
return result.astype(float)
    It returns the numbers 0.0 and 1.0; a mask holds the booleans False and True.
    返回了数字 0.0 和 1.0；掩码应由布尔值 False 和 True 组成。
score >= theta -> score <= theta
    It keeps the small weights; keep those that reach the threshold.
    保留了小权重；应保留达到阈值的。
return np.abs(w) >= sparsity * np.abs(w).max()
    It takes the sparsity as a share of the largest magnitude; it is the share of the number.
    把稀疏度当成了最大绝对值的比例；它是个数的比例。
return np.abs(w) >= sparsity
    It compares with the sparsity itself, which is a share and no magnitude.
    直接与稀疏度比较了；稀疏度是比例，不是绝对值。
score >= theta -> (np.argsort(np.argsort(-score, axis=None, kind="stable")) < k).reshape(w.shape)
    Exactly k are kept, the first of those that tie; here all ties with the threshold are kept.
    恰好保留 k 个，并列时只留在前的；这里与阈值并列的应全部保留。
max(round(n * (1 - sparsity)), 1) -> round(n * (1 - sparsity))
    Where the number to keep rounds to 0, the index k - 1 = -1 keeps all; keep at least one.
    保留个数舍入为 0 时，下标 k - 1 = -1 会全部保留；应至少保留一个。
round(n * (1 - sparsity)) -> int(n * (1 - sparsity) + 0.5)
    It rounds a half up; here a half is rounded to the even number.
    恰为一半时总是向上取整；这里应取偶数。
return ~result
    The mask is inverted: True must mean keep.
    掩码取反了：True 应表示保留。
round(n * (1 - sparsity)) -> round(len(w) * (1 - sparsity))
    It counts the rows of a matrix; n is the number of all weights.
    矩阵只按行数计算了；n 应为全部权重的个数。
score >= theta -> w >= theta
    It compares the weights with their signs with the threshold; compare the magnitudes.
    拿带符号的权重与阈值比较了；应比较绝对值。
return result.ravel()
    The result is flat; the mask has the shape of w.
    结果展平了；掩码的形状应与 w 相同。
""")


# --- splice_mask ---------------------------------------------------------------------------------

splice_mask = Check(masks.splice_mask)
splice_mask.worked(
    "by hand",
    given([0.1, 0.3, 0.3, -0.9], [True, True, False, False], a=0.2, b=0.5),
    [False, True, False, True],
)
splice_mask.worked(  # |w| = a changes nothing, |w| = b brings back
    "D-1.1d",
    given([0.25, 0.25, 0.5, -0.5, -0.25], [True, False, False, False, True], a=0.25, b=0.5),
    [True, False, True, True, True],
)
splice_mask.published(  # a switch that goes on above 17.5 and off below 12.5, step by step
    "Home Assistant (commit 04ce322), tests/components/threshold/test_binary_sensor.py, "
    "test_sensor_upper_hysteresis",
    given([20.0, 13.0, 12.0, 17.0, 18.0], [False, True, True, False, False], a=12.5, b=17.5),
    [True, True, False, False, True],
)
splice_mask.edge(
    "no gap: a = b", given([0.25, -0.5, 0.75, 0.5], [True, True, False, False], a=0.5, b=0.5)
)
splice_mask.edge(
    "a = 0 prunes nothing", given([[0.0, 0.5], [-1.0, 0.0]], [[True, False], [False, False]], 0, 1)
)
splice_mask.edge("no weights at all", given(np.zeros((0, 2)), np.zeros((0, 2), bool), 0.1, 0.2))
splice_mask.edge("whole numbers", given([3, -2, 1, 0], [True, False, True, False], 1.5, 2.5))


@splice_mask.random
def _(rng):
    return given(rng.integers(-8, 9, (4, 5)) / 8, rng.random((4, 5)) < 0.5, a=0.25, b=0.625)


@splice_mask.random
def _(rng):
    """No magnitude is equal to a or b: right under any rule for ties."""
    w = rng.integers(-8, 8, (4, 5)) / 8 + 1 / 16
    return given(w, rng.random((4, 5)) < 0.5, a=0.25, b=0.625)


@splice_mask.property(
    "If more was kept before, no fewer may be kept after.",
    "若之前保留得更多，之后保留的不应更少。",
)
def _(rng):
    w, mask = rng.standard_normal((5, 6)), rng.random((5, 6)) < 0.5
    none, some, every = yield [given(w, m, 0.5, 1.0) for m in (mask & False, mask, mask | True)]
    return not (none & ~some).any() and not (some & ~every).any()


splice_mask.edits("""
magnitude(w) -> w
    The absolute value is missing: a large negative weight counts as small.
    缺少绝对值：绝对值很大的负权重被当成了小权重。
mask | score_mask(score, b) -> mask
    It never restores a weight; restore a pruned weight with |w| >= b.
    从不恢复权重；|w| >= b 时，被剪的权重应恢复。
score_mask(score, a) & ( -> (
    It never prunes; prune a weight with |w| < a.
    从不剪枝；|w| < a 时应剪掉。
b = a
    It restores all weights above a; between a and b the old mask holds.
    把高于 a 的全恢复了；在 a 与 b 之间应沿用旧掩码。
a = b
    It prunes all weights below b; between a and b the old mask holds.
    把低于 b 的全剪掉了；在 a 与 b 之间应沿用旧掩码。
score_mask(score, a) -> score_mask(score, a, "prune")
    It prunes at |w| = a; prune only smaller weights.
    在 |w| = a 处剪掉了；只应剪掉小于 a 的。
score_mask(score, b) -> score_mask(score, b, "prune")
    It does not restore a weight at |w| = b; restore what reaches b.
    在 |w| = b 处没有恢复权重；达到 b 的都应恢复。
mask | score_mask(score, b) -> mask & score_mask(score, b)
    It keeps only what was kept before and reaches b; one of the two is enough.
    要求既被保留过又达到 b；满足其一即可。
magnitude(w) -> magnitude(w) ** 2
    It compares squares with the thresholds; compare the absolute values.
    拿权重的平方与阈值比较了；应比较绝对值。
return w * result
    It returns the pruned weights; return the mask.
    返回了剪枝后的权重，而不是掩码。
mask = ~mask
    It takes the mask inverted: True means that the weight was kept.
    把旧掩码理解反了：True 表示之前被保留。
return result.astype(float)
    It returns the numbers 0.0 and 1.0; a mask holds the booleans False and True.
    返回了数字 0.0 和 1.0；掩码应由布尔值 False 和 True 组成。
mask[...] = splice_mask(w, mask, a, b)
    It writes the new mask into the old one; return a new array.
    把新掩码写进了旧掩码；应返回新的数组。
score_mask(score, a) & (mask | -> ~score_mask(score, a) & mask | (
    Below a the old mask holds, and between a and b all are pruned; do the reverse.
    低于 a 时沿用了旧掩码，a 与 b 之间却剪掉了；应相反。
return ~result
    The mask is inverted: True must mean keep.
    掩码取反了：True 应表示保留。
mask | score_mask(score, b) -> mask ^ score_mask(score, b)
    It prunes weights above b that were kept; all above b are kept.
    剪掉了高于 b 且原本保留的权重；高于 b 的都应保留。
a, b = a * np.abs(w).max(initial=0), b * np.abs(w).max(initial=0)
    It takes the thresholds as shares of the largest magnitude; they have the units of the weights.
    把阈值当成了最大绝对值的比例；应与权重同单位。
return np.where(result, w, 0)
    It returns the pruned weights; return the mask.
    返回了剪枝后的权重，而不是掩码。
""")
