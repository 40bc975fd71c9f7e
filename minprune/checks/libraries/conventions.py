"""Conventions of libraries: what gives other results and is not wrong.

Some can be met in any formula: each is a reading of its result. The others are edits of one
formula, written as mistakes are (see `mistake.written`), or another rule for rounding.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from minprune.checks.compare import as_array, difference
from minprune.checks.conventions import OTHER_RULES, depends_on, with_rules
from minprune.checks.evaluate import evaluate
from minprune.checks.mistake import Mistake, written

SINGLE = 1e-5  # largest difference of numbers computed in float32, as a share of the largest


class Reading(NamedTuple):
    """A convention of the result of any formula.

    read  (tried, k, right, got) -> what the library gives in call k, in the formula's convention;
          `tried` is the function with which it is compared, and `right` its result
    """

    read: Callable
    en: str
    zh: str


def _booleans(tried, k, right, got):
    if isinstance(right, (list, tuple)) and isinstance(got, list) and len(right) == len(got):
        return [_booleans(tried, k, *pair) for pair in zip(right, got, strict=True)]
    a, b = as_array(right), as_array(got)
    masks = a is not None and b is not None and a.dtype == bool and b.dtype.kind in "iuf"
    return b == 1 if masks and np.isin(b, (0, 1)).all() else got


def _numbers(tried, k, right, got):
    return right if difference(right, got, strict=False) is None else got


def _single(tried, k, right, got):
    return right if difference(right, got, SINGLE) is None else got


def _equals(tried, k, right, got):
    """The right masks if the masks given are right too: those of scores that are moved a little,
    up where an entry is kept and down where it is pruned."""
    call, several = tried.calls[k], isinstance(right, list)
    masks = got if several else [got]
    if not all(isinstance(mask, np.ndarray) and mask.dtype == bool for mask in masks):
        return got
    first = call.args[0] if several else call.args[:1]
    if [np.shape(x) for x in first] != [mask.shape for mask in masks]:
        return got
    calls = []
    for move in (_score_moved, _magnitude_moved):
        moved = [move(x, mask) for x, mask in zip(first, masks, strict=True)]
        calls.append(call._replace(args=(moved if several else moved[0], *call.args[1:])))
    found = [outcome.value for outcome in evaluate(tried.function, calls)]
    return right if any(difference(got, value) is None for value in found) else got


def _score_moved(score, mask):
    return score + np.where(mask, 1, -1) * 1e-9 * np.abs(score).max(initial=1e-9)


def _magnitude_moved(w, mask):
    """A weight of 0 that is kept is moved, one that is pruned is not."""
    size = np.maximum(np.abs(w) + np.where(mask, 1, -1) * 1e-9 * np.abs(w).max(initial=1e-9), 0)
    return np.where(w < 0, -size, size)


def _nearly_zero(tried, k, right, got):
    a, b = as_array(right), as_array(got)
    zeros = a is not None and b is not None and a.shape == b.shape and not a.any()
    tiny = 1e-6 if zeros and b.dtype == np.float32 else 1e-12
    return right if zeros and (np.abs(b) < tiny).all() else got


EQUALS = Reading(
    _equals, "Of equal scores it does not prune the first.", "得分相等时，先剪的不是靠前的。"
)
READINGS = (
    Reading(_booleans, "A mask consists of the numbers 0 and 1.", "掩码由数字 0 和 1 组成。"),
    Reading(_numbers,
            "Whole numbers come as floats, or floats as whole numbers.",
            "整数以浮点数给出，或浮点数以整数给出。"),
    Reading(_single,
            "It is as exact as float32: up to 1e-5 of the largest number.",
            "精度只有单精度：误差可达最大数的 1e-5。"),
    Reading(_nearly_zero,
            "Where the result is 0 it gives a rounding error.",
            "结果应为 0 时，得到的是舍入误差。"),
    EQUALS,
)  # fmt: skip

FLOATS_ONLY = Reading(None, "It refuses arrays of whole numbers.", "不接受整数数组。")

ROUNDING = (
    ({"pruned_count": lambda n, sparsity: n - round(n * (1 - sparsity))},
     "It rounds the number to keep.", "对保留的个数取整。"),
    *zip(OTHER_RULES["rounding"],
         ("It rounds down.", "It rounds up.", "It rounds a half up.", "It rounds a half down."),
         ("向下取整。", "向上取整。", "恰为一半时向上取整。", "恰为一半时向下取整。"), strict=True),
)  # fmt: skip


def conventions_of(trial):
    """The conventions of a formula as mistakes, with the rules for rounding if it rounds."""
    check = trial.check
    found = [Mistake(check.plain, *one) for one in written(EDITS.get(check.name, ""))]
    if any(depends_on("rounding", check, trial.calls)):
        found += [
            Mistake(with_rules(check.formula, rules), (), en, zh) for rules, en, zh in ROUNDING
        ]
    return found


EDITS = {
    "normalize": """
return w / max(np.sqrt(np.square(w).sum()), 1e-12)
    A norm below 1e-12 counts as 1e-12.
    小于 1e-12 的范数按 1e-12 计。
norm = np.sqrt(np.square(w).sum())
return w / (norm if norm >= 10 * np.finfo(np.result_type(w, np.float16)).eps else 1)
    A norm below 10 machine epsilons counts as 0.
    小于 10 倍机器精度的范数按 0 计。
""",
    "l1_norm": """
return float(np.max(np.sum(np.abs(w), axis=0), initial=0)) if np.ndim(w) == 2 else result
    Of a matrix it takes the largest sum of a column.
    对矩阵取的是各列之和的最大值。
""",
    "l2_penalty": """
return result / 2
    The penalty has a factor 1/2.
    惩罚项带系数 1/2。
""",
    "unit_l1": """
return np.sum(result) if np.ndim(w) == 1 else result
    Without other axes it takes the norm of all entries.
    没有其他轴时，对所有元素求一个范数。
""",
    "unit_l2": """
return np.sqrt(np.sum(result**2)) if np.ndim(w) == 1 else result
    Without other axes it takes the norm of all entries.
    没有其他轴时，对所有元素求一个范数。
return result**2
    It is the square of the norm.
    是范数的平方。
return result / np.mean(result)
    The scores are divided by their mean.
    得分除以了它们的均值。
""",
    "l2_gradient": """
return result / 2
    The penalty has a factor 1/2.
    惩罚项带系数 1/2。
""",
    "l1_proximal": """
lam = lam * np.size(w)
    The squared error is averaged over the entries, so the threshold is n times larger.
    平方误差按元素取平均，所以阈值大 n 倍。
""",
    "l2_proximal": """
return w * (1 - lr * lam)
    It is a gradient step with a factor 1/2: the weights times 1 - lr * lam.
    是带系数 1/2 的梯度步：权重乘以 1 - lr * lam。
""",
    "std_threshold": """
return q * (np.std(w, ddof=1) if np.size(w) > 1 else np.nan)
    The variance is that of a sample, divided by n - 1: NaN for one weight.
    方差按样本方差计算，除以 n - 1；只有一个权重时为 NaN。
""",
    "threshold_for_sparsity": """
return np.quantile(score, sparsity)
    It is a quantile, which lies between two scores.
    是分位数，落在两个得分之间。
""",
    "score_mask": """
ties = "prune"
    A score equal to the threshold is pruned.
    等于阈值的得分被剪掉。
""",
    "rank_mask": """
score = np.abs(score)
    It ranks absolute values.
    按绝对值排序。
k = min(k, max(score.size - 1, 0))
    At least one entry is kept.
    至少保留一个。
""",
    "layerwise_rank_masks": """
scores = [np.abs(s) for s in scores]
    It ranks absolute values.
    按绝对值排序。
round(n * sparsity) -> n - round(n * (1 - sparsity))
    It rounds the number to keep.
    对保留的个数取整。
order[:k] -> order[: min(k, max(n - 1, 0))]
    At least one entry is kept.
    至少保留一个。
""",
    "block_mask": """
pruned_count(blocks.size, sparsity) -> blocks.size - round(blocks.size * (1 - sparsity))
    It rounds the number to keep.
    对保留的个数取整。
sparsity = min(sparsity, 1 - np.prod(shape) / max(np.size(W), np.prod(shape)))
    At least one block is kept.
    至少保留一块。
""",
    "global_rank_masks": """
scores = [np.abs(s) for s in scores]
    It ranks absolute values.
    按绝对值排序。
""",
    "threshold_prune": """
ties = "prune"
    A magnitude equal to the threshold is pruned.
    绝对值等于阈值的权重被剪掉。
ties = "keep"
    A magnitude equal to the threshold is kept.
    绝对值等于阈值的权重被保留。
""",
    "erk_densities": """
sizes = [math.prod(shape) for shape in shapes]
density = sum(n - math.floor((1 - density) * n) for n in sizes) / sum(sizes)
    The zeros of each layer are rounded down before they are distributed.
    分配之前先把每层的零的个数向下取整。
""",
    "polynomial_decay": """
step = step + 1
    It counts the step that has just been made: t + 1 in place of t.
    把刚完成的一步也计入：用 t + 1 代替 t。
""",
    "is_pruning_step": """
(step - begin) % -> step %
    Steps are counted from 0, not from `begin`.
    从第 0 步而不是从 begin 开始计数。
""",
    "csr_bytes": """
index_bytes = 8
    Indices are int64.
    下标为 int64。
index_bytes = 4
    Indices are int32.
    下标为 int32。
""",
    "recall": """
return 0.0 if np.isnan(result) else result
    The recall of a class that does not occur is 0.
    未出现的类别的召回率为 0。
""",
    "macro_recall": """
return result * len(np.unique(labels)) / len(np.union1d(labels, predictions))
    A class that occurs in the predictions only counts, with recall 0.
    只在预测中出现的类别也计入，其召回率为 0。
""",
    "accuracy_difference_z": """
pooled = (a + b) / 2
return (a - b) / np.sqrt(2 * pooled * (1 - pooled) / samples)
    Both variances are those of the pooled accuracy; between equal ones of 0 or 1 it is NaN.
    两个方差都取合并后的准确率；两者都是 0 或都是 1 时为 NaN。
""",
    "mcnemar_z": """
return np.sign(only_a - only_b) * (abs(only_a - only_b) - 1) / np.sqrt(only_a + only_b)
    It has a continuity correction: the difference is 1 smaller.
    作了连续性校正：差值小 1。
return (only_a - only_b) / np.sqrt(only_a + only_b)
    Where no sample is discordant it is NaN.
    没有不一致的样本时为 NaN。
""",
    "mlp_macs": """
return 2 * result
    It counts a product and its addition as two operations.
    一次乘法和一次加法计为两次运算。
return result + sum(widths[1:])
    The biases count as one MAC each.
    每个偏置也计为一次乘加。
""",
    "conv_macs": """
return 2 * result
    It counts a product and its addition as two operations.
    一次乘法和一次加法计为两次运算。
return result + height * width * c_out
    The biases count as one MAC each.
    每个偏置也计为一次乘加。
""",
    "quantize_symmetric": """
step = np.float32(np.abs(w).max(initial=0)) / np.float32(2 ** (bits - 1) - 0.5)
step = max(step, np.finfo(np.float32).eps)
q = np.rint(np.float32(w) * (np.float32(1) / step))
return np.clip(q, -(2 ** (bits - 1)), 2 ** (bits - 1) - 1).astype(np.int8), float(step)
    The largest magnitude is Q + 1/2 steps; the integers begin at -Q - 1; no step is below 2^-23.
    最大绝对值为 Q + 1/2 个步长，整数从 -Q - 1 开始；步长不小于 2^-23。
""",
    "fake_quantize": """
step = np.float32(limit / (2 ** (bits - 1) - 1))
q = np.rint(np.clip(np.float32(w), -limit, limit) * (np.float32(1) / step))
return step * q
    It multiplies by 1 / step in float32, so a half may be rounded to the other side.
    用单精度乘以 1 / step，恰为一半时可能舍入到另一侧。
""",
    "fake_quantize_gradient": """
limit = limit * (1 + 0.5 / 127)
    The gradient passes where the rounded integer is in range: up to half a step beyond the limit.
    取整后的整数在范围内时就传递梯度，即可超出界限半个步长。
""",
    "distillation_loss": """
.sum(axis=1).mean() -> .mean()
    The divergence is averaged over the classes too.
    散度对类别也取了平均。
""",
    "conv2d": """
K = K[::-1, ::-1]
    It is a convolution proper: the kernel is turned by 180 degrees.
    是严格意义上的卷积：卷积核旋转 180 度。
""",
}
