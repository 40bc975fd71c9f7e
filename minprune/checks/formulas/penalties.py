"""Checks of `minprune.formulas.penalties`."""

import numpy as np

from minprune.checks.check import Check, given
from minprune.formulas import penalties

# The layers of: sums of magnitudes 2.1, 3.0 and 3.9, sums of squares 0.91, 2.08 and 2.71.
H1 = [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]
H2 = [[0.7, 0.8, 0.9], [0.1, 0.2, 0.3]]
H3 = [[0.4, 0.5, 0.6], [0.7, 0.8, 0.9]]

# Two columns of four weights, of norms 5 and 1; the rows have sqrt(10), 4, 0 and 0.
COLUMNS = [[3.0, 1.0], [-4.0, 0.0], [0.0, 0.0], [0.0, 0.0]]

# Two rows of four weights, of norms 2 and 5.
ROWS = [[1.0, -1.0, 1.0, 1.0], [0.0, 3.0, 0.0, -4.0]]

# A kernel (2, 1, 2, 2): two filters of four weights, of norms 5 and 2.
KERNEL = [[[[3.0, 1.0], [0.0, 1.0]]], [[[0.0, -1.0], [-4.0, 1.0]]]]


# --- l1_penalty ----------------------------------------------------------------------------------

l1_penalty = Check(penalties.l1_penalty)
l1_penalty.worked("A-4.1a", given([H1, H2, H3], 0.01), 0.09)
l1_penalty.worked("A-4.4", given(H3, 0.01), 0.039)
l1_penalty.worked("by hand", given([0.5, -0.25, -0.75], 2.0), 3.0)
l1_penalty.worked("by hand", given([[3.0, -4.0], [0.0, 1.0]], lam=0.5), 4.0)
l1_penalty.published(
    "Keras 3.15, docstring of keras.regularizers.Regularizer, l1_reg",
    given(np.ones((5, 5)), 0.01),
    0.25,
)
l1_penalty.edge("no penalty", given([0.5, -0.25], 0.0))
l1_penalty.edge("only zeros", given([[0.0, 0.0], [0.0, 0.0]], 2.0))
l1_penalty.edge("no entries", given(np.zeros((0, 3)), 2.0))
l1_penalty.edge("one negative weight", given([-0.5], 3.0))
l1_penalty.edge("single precision", given(np.array([[0.5, -0.25]], np.float32), 2.0))
l1_penalty.edge("whole numbers", given([[3, -2, 0], [-1, 5, 4]], 0.5))


@l1_penalty.random
def _(rng):
    return given(rng.integers(-8, 9, (3, 4)) / 8, float(rng.integers(1, 9) / 4))


@l1_penalty.property(
    "Doubling the weights must double the penalty.",
    "权重加倍，惩罚项应恰好加倍。",
)
def _(rng):
    w = rng.standard_normal((4, 3))
    once, twice = yield [given(w, 0.5), given(2 * w, 0.5)]
    return np.allclose(twice, 2 * once)


l1_penalty.edits("""
l1_norm(w) -> w.sum()
    It adds the weights with their signs; add their absolute values.
    直接把带符号的权重相加了；应对绝对值求和。
return result / max(w.size, 1)
    It averages the magnitudes; the penalty takes their sum.
    对绝对值取了平均；惩罚项应取它们的和。
l1_norm(w) -> np.square(w).sum()
    It squares the weights, which is the L2 penalty; take absolute values.
    对权重取了平方，那是 L2 惩罚项；应取绝对值。
lam = 1.0
    The strength lam is missing: the penalty is lam times the norm.
    漏乘了强度 lam：惩罚项是 lam 乘以范数。
return result / 2
    It has a factor 1/2; that belongs to one form of the L2 penalty, not here.
    多了因子 1/2；那属于 L2 惩罚项的一种写法，这里没有。
l1_norm(w) -> np.abs(w)
    It returns one number for every weight; the penalty is their sum.
    为每个权重各给出一个数；惩罚项应是它们的总和。
l1_norm(w) -> np.linalg.norm(w)
    It takes the L2 norm; this penalty takes the sum of the magnitudes.
    用了 L2 范数；该惩罚项是绝对值之和。
l1_norm(w) -> abs(w.sum())
    It takes the absolute value of the sum; take that of every weight first.
    对总和取了绝对值；应先对每个权重取绝对值。
l1_norm(w) -> np.abs(w).max(initial=0)
    It takes the largest magnitude; add up all of them.
    取了最大的绝对值；应把所有绝对值相加。
l1_norm(w) -> np.count_nonzero(w)
    It counts the weights that are not 0; add their magnitudes.
    数了非零权重的个数；应把绝对值相加。
lam = lam**2
    It squares lam too; the penalty is lam times the norm.
    把 lam 也平方了；惩罚项是 lam 乘以范数。
at_least_zero("lam", lam) * -> at_least_zero("lam", lam) +
    It adds lam; the penalty is lam times the norm.
    加上了 lam；惩罚项是 lam 乘以范数。
return result / max(len(w), 1)
    It divides by the number of rows, as a mean over a batch does; the penalty is a plain sum.
    除以了行数；惩罚项是总和本身。
l1_norm(w) -> float(np.linalg.norm(w, 1) if w.size else 0)
    Of a matrix np.linalg.norm(w, 1) is the largest column sum; add up all magnitudes.
    对矩阵 np.linalg.norm(w, 1) 是最大列和；应把所有绝对值相加。
l1_norm(w) -> np.abs(w).mean()
    It takes np.mean of the magnitudes, NaN without weights; the penalty takes their sum.
    对绝对值用了 np.mean，没有权重时为 NaN；惩罚项应取总和。
l1_norm(w) -> np.abs(w).sum(axis=0)
    It returns a penalty for each column; the whole array has one.
    给出了每一列的惩罚；整个数组应只有一个。
l1_norm(w) -> l1_norm(w) / max(np.count_nonzero(w), 1)
    It divides by the number of nonzero weights; the penalty is a plain sum.
    除以了非零权重的个数；惩罚项应是总和本身。
l1_norm(w) -> np.maximum(w, 0).sum()
    It adds the positive weights alone; every weight counts by its magnitude.
    只把正的权重相加了；每个权重都应按绝对值计入。
return 2 * result
    It has a factor 2; here there is none.
    多了系数 2；这里没有这个系数。
return -result
    The sign is wrong; a penalty is never negative.
    符号反了；惩罚项不会为负。
""")


# --- l1_subgradient ------------------------------------------------------------------------------

l1_subgradient = Check(penalties.l1_subgradient)
l1_subgradient.worked("A-2.2b", given([-0.3, 0.05, 0.2, 0.1], 0.5), [-0.5, 0.5, 0.5, 0.5])
l1_subgradient.worked("by hand", given([0.5, -0.25, 0.0], lam=2.0), [2.0, -2.0, 0.0])
l1_subgradient.worked(
    "by hand", given([[3.0, -1.0], [0.0, -0.125]], 0.25), [[0.25, -0.25], [0.0, -0.25]]
)
l1_subgradient.published(
    "PyTorch 2.3, docstring of torch.sign", given([0.7, -1.2, 0.0, 2.3], 1.0), [1.0, -1.0, 0.0, 1.0]
)
l1_subgradient.edge("only zeros", given([[0.0, 0.0], [0.0, 0.0]], 2.0))
l1_subgradient.edge("no penalty", given([0.5, -0.25], 0.0))
l1_subgradient.edge("no entries", given(np.zeros((0, 3)), 2.0))
l1_subgradient.edge("tiny weights have the same subgradient", given([1e-12, -1e-12, 1.0], 0.5))
l1_subgradient.edge("single precision", given(np.array([[0.5, -0.25]], np.float32), 2.0))
l1_subgradient.edge("whole numbers", given([[3, -2, 0], [-1, 5, 4]], 0.25))


@l1_subgradient.random
def _(rng):
    return given(rng.integers(-4, 5, (3, 4)) / 4, float(rng.integers(1, 9) / 4))


@l1_subgradient.property(
    "Multiplying the weights by 4 must not change the subgradient.",
    "权重乘以 4，次梯度应不变。",
)
def _(rng):
    w = rng.standard_normal((4, 3))
    one, other = yield [given(w, 0.5), given(4 * w, 0.5)]
    return np.allclose(one, other)


l1_subgradient.edits("""
np.sign(w) -> np.where(w >= 0, 1, -1)
    It returns lam at a weight of 0; the choice here is 0.
    在权重为 0 处给出了 lam；这里约定取 0。
np.sign(w) -> w / np.abs(w)
    It divides 0 by 0 at a weight of 0; the choice there is 0.
    在权重为 0 处出现 0/0；该处约定取 0。
np.sign(w) -> (w != 0)
    The sign of the weight is missing: at a negative weight the subgradient is -lam.
    漏了权重的符号：负权重处的次梯度应为 -lam。
return -result
    The sign is wrong: this is the step downhill, not the subgradient.
    符号反了：给出的是下降方向，而不是次梯度。
np.sign(w) -> w
    It grows with the weight, as the gradient of L2 does; that of L1 is equally large for all.
    随权重大小变化，那是 L2 的梯度；L1 的次梯度对所有权重大小相同。
lam = 1.0
    The strength lam is missing: the subgradient is lam times the sign.
    漏乘了强度 lam：次梯度是 lam 乘以符号。
return result / max(w.size, 1)
    It divides by the number of weights; the penalty is a sum, not a mean.
    除以了权重个数；惩罚项是求和，不是平均。
np.sign(w) -> np.where(w > 0, 1, -1)
    It returns -lam at a weight of 0; the choice here is 0.
    权重为 0 时给出了 -lam；这里取 0。
np.sign(w) -> np.abs(w)
    It takes the penalty of each weight; the subgradient is the sign times lam.
    给出的是每个权重的惩罚；次梯度是 lam 乘以符号。
np.sign(w) -> (w > 0)
    Negative weights get 0; their subgradient is -lam.
    负权重得到了 0；其次梯度应为 -lam。
return result / 2
    It has a factor 1/2; that belongs to one form of the L2 penalty, not here.
    多了系数 1/2；那属于 L2 惩罚项的一种写法，这里没有。
return 2 * result
    It has a factor 2, as the derivative of a square; here there is none.
    多了平方求导的系数 2；这里没有。
return np.sum(result)
    It adds up all weights; every weight has its own subgradient.
    把所有权重的次梯度相加了；每个权重都有自己的次梯度。
return w - result
    It returns the weights after a step; return the subgradient.
    返回了走一步之后的权重；应返回次梯度。
np.sign(w) -> w / (np.linalg.norm(w) or 1)
    It divides the weights by their norm; the subgradient of |w| is the sign of each.
    把权重除以了范数；绝对值的次梯度是各自的符号。
np.sign(w) -> w / (np.abs(w) + 1e-8)
    It adds 1e-8 to |w|, so that small weights have less; take the sign.
    绝对值加上了 1e-8，小权重的结果变小；应取符号。
return result.astype(np.asarray(w).dtype)
    The result has the number type of w: whole numbers cut off the fractions; return floats.
    结果沿用了 w 的数据类型，w 为整数时小数被截掉；应返回浮点数。
lam = lam**2
    It squares lam.
    对 lam 取了平方；应使用 lam 本身。
np.sign(w) -> np.tanh(w)
    It smooths the sign by tanh; take the sign itself.
    用 tanh 平滑了符号；应取符号本身。
return np.mean(result)
    It returns one mean; every weight has its own subgradient.
    只返回了一个平均值；每个权重都应有自己的次梯度。
""")


# --- l2_penalty ----------------------------------------------------------------------------------

l2_penalty = Check(penalties.l2_penalty)
l2_penalty.worked("A-4.1b", given([H1, H2, H3], 0.01), 0.057)
l2_penalty.worked("A-4.4", given(H1, 0.01), 0.0091)
l2_penalty.worked("by hand", given([3.0, -4.0], 2.0), 50.0)
l2_penalty.worked("by hand", given([[0.5, -0.5], [0.0, 1.0]], lam=0.5), 0.75)
l2_penalty.published(
    "Keras 3.15, docstring of keras.regularizers.Regularizer, L2Regularizer",
    given(np.ones((5, 5)), 0.5),
    12.5,
)
l2_penalty.edge("no penalty", given([0.5, -0.25], 0.0))
l2_penalty.edge("only zeros", given([[0.0, 0.0], [0.0, 0.0]], 2.0))
l2_penalty.edge("no entries", given(np.zeros((0, 3)), 2.0))
l2_penalty.edge("one negative weight", given([-0.5], 3.0))
l2_penalty.edge("single precision", given(np.array([[0.5, -0.25]], np.float32), 2.0))
l2_penalty.edge("whole numbers", given([[3, -2, 0], [-1, 5, 4]], 0.5))


@l2_penalty.random
def _(rng):
    return given(rng.integers(-8, 9, (3, 4)) / 8, float(rng.integers(1, 9) / 4))


@l2_penalty.property(
    "Doubling the weights must multiply the penalty by four.",
    "权重加倍，惩罚项应变为四倍。",
)
def _(rng):
    w = rng.standard_normal((4, 3))
    once, twice = yield [given(w, 0.5), given(2 * w, 0.5)]
    return np.allclose(twice, 4 * once)


l2_penalty.edits("""
.sum() -> .sum() ** 0.5
    It takes the norm itself; the L2 penalty is its square, without a root.
    用了范数本身；L2 惩罚项是范数的平方，不开方。
return result / 2
    It has a factor 1/2, as weight decay does; here there is none.
    多了因子 1/2，那是权重衰减的写法；这里没有。
np.square(w, dtype=np.float64) -> np.abs(w)
    It takes absolute values, which is the L1 penalty; square the weights.
    取了绝对值，那是 L1 惩罚项；应对权重取平方。
return result / max(w.size, 1)
    It averages the squares; the penalty takes their sum.
    对平方取了平均；惩罚项应取平方和。
np.square(w, dtype=np.float64).sum() -> w.sum() ** 2
    It adds first and squares afterwards; square every weight before the sum.
    先求和再平方了；应先对每个权重平方再求和。
lam = lam**2
    It squares lam too; only the weights are squared.
    把 lam 也平方了；只应对权重平方。
np.square(w, dtype=np.float64).sum() -> np.square(np.abs(w).sum())
    It squares the sum of the magnitudes; square every weight before the sum.
    对绝对值之和取了平方；应先对每个权重平方再求和。
.sum() -> .max(initial=0)
    It takes the largest square; add up all of them.
    取了最大的平方；应把所有平方相加。
lam = 1.0
    The strength lam is missing: the penalty is lam times the sum of squares.
    缺少系数 lam：惩罚项是 lam 乘以平方和。
return result / max(len(w), 1)
    It divides by the number of rows, as a mean over a batch does; the penalty is a plain sum.
    除以了行数；惩罚项是总和本身。
lam * float -> lam + float
    It adds lam; the penalty is lam times the sum of squares.
    加上了 lam；惩罚项是 lam 乘以平方和。
return lam * w**2
    It returns one number for every weight; the penalty is their sum.
    对每个权重各返回一个数；惩罚项是它们的和。
return 2 * result
    It has a factor 2, which belongs to the gradient.
    多了系数 2；那是求导时才出现的。
.sum() -> .mean()
    It takes np.mean of the squares, NaN without weights; the penalty takes their sum.
    对平方用了 np.mean，没有权重时为 NaN；惩罚项应取总和。
return -result
    The sign is wrong; a penalty is never negative.
    符号反了；惩罚项不会为负。
.sum() -> .sum() if w.ndim > 1 else np.abs(w).sum()
    Of a vector it takes the L1 norm; add up its squares.
    对向量取了 L1 范数；应把平方相加。
np.square(w, dtype=np.float64).sum() -> np.var(w) if w.size else 0.0
    It takes the variance of the weights; add up their squares.
    取了权重的方差；应把平方相加。
return lam * np.linalg.norm(w, 2) ** 2 if w.ndim == 2 and w.size else result
    Of a matrix it takes the squared spectral norm; add up all squares.
    对矩阵取了谱范数的平方；应把所有平方相加。
""")


# --- l2_gradient ---------------------------------------------------------------------------------

l2_gradient = Check(penalties.l2_gradient)
l2_gradient.worked("A-2.2b", given([-0.3, 0.05, 0.2, 0.1], 0.5), [-0.3, 0.05, 0.2, 0.1])
l2_gradient.worked("by hand", given([0.5, -0.25, 0.0], lam=2.0), [2.0, -1.0, 0.0])
l2_gradient.worked("by hand", given([[3.0, -1.0], [0.0, -4.0]], 0.25), [[1.5, -0.5], [0.0, -2.0]])
l2_gradient.published(
    "PyTorch 2, docs/source/tensors.rst, x.pow(2).sum()",
    given([[1.0, -1.0], [1.0, 1.0]], 1.0),
    [[2.0, -2.0], [2.0, 2.0]],
)
l2_gradient.edge("only zeros", given([[0.0, 0.0], [0.0, 0.0]], 2.0))
l2_gradient.edge("no penalty", given([0.5, -0.25], 0.0))
l2_gradient.edge("no entries", given(np.zeros((0, 3)), 2.0))
l2_gradient.edge("one negative weight", given([-0.5], 3.0))
l2_gradient.edge("single precision", given(np.array([[0.5, -0.25]], np.float32), 2.0))
l2_gradient.edge("whole numbers", given([[3, -2, 0], [-1, 5, 4]], 0.125))


@l2_gradient.random
def _(rng):
    return given(rng.integers(-8, 9, (3, 4)) / 8, float(rng.integers(1, 9) / 4))


@l2_gradient.property(
    "Doubling the weights must double the gradient.",
    "权重加倍，梯度应恰好加倍。",
)
def _(rng):
    w = rng.standard_normal((4, 3))
    once, twice = yield [given(w, 0.75), given(2 * w, 0.75)]
    return np.allclose(twice, 2 * once)


l2_gradient.edits("""
2 * lam -> lam
    The factor 2 of the derivative of w^2 is missing; this penalty has no 1/2 to cancel it.
    漏了 w² 求导的因子 2；这个惩罚项没有 1/2 与之抵消。
2 * lam, w -> lam, np.sign(w)
    This is the subgradient of the L1 penalty; the gradient of L2 grows with the weight.
    这是 L1 惩罚项的次梯度；L2 的梯度随权重增大。
return -result
    The sign is wrong: this is the step downhill, not the gradient.
    符号反了：给出的是下降方向，而不是梯度。
return np.abs(result)
    It takes absolute values; the gradient has the sign of the weight.
    取了绝对值；梯度应与权重同号。
return result / max(w.size, 1)
    It divides by the number of weights; the penalty is a sum, not a mean.
    除以了权重个数；惩罚项是求和，不是平均。
lam = 1.0
    The strength lam is missing: the gradient is 2 lam w.
    漏乘了强度 lam：梯度是 2 lam w。
return result / (2 * np.linalg.norm(w) or 1)
    It divides by the norm: this is the gradient of the norm, not of its square.
    除以了范数：这是范数的梯度，而不是范数平方的梯度。
2 * lam, w -> 2 * lam, np.square(w)
    The weights are squared, as in the penalty; its gradient is 2 lam w.
    像惩罚项那样把权重平方了；梯度是 2 lam w。
return np.sum(result)
    It adds up all weights; every weight has its own gradient.
    把所有权重的梯度相加了；每个权重都有自己的梯度。
return w - result
    It returns the weights after a step; return the gradient.
    返回了走一步之后的权重；应返回梯度。
2 * lam, w -> 4 * lam, w
    It has the factor 2 twice; the derivative of w^2 is 2 w.
    系数 2 乘了两次；w^2 的导数是 2 w。
2 * lam -> lam / 2
    It divides by 2; the derivative of w^2 is 2 w.
    除以了 2；w^2 的导数是 2 w。
2 * lam -> 2 + lam
    It adds the factor 2 to lam; the gradient is 2 lam w.
    把系数 2 与 lam 相加了；梯度是 2 lam w。
2 * lam -> lam**2
    It squares lam; the gradient is 2 lam w.
    对 lam 取了平方；梯度是 2 lam w。
w *= 2 * lam
return w
    It writes the gradient into w; return a new array.
    把梯度写进了 w；应返回新的数组。
return result.astype(np.asarray(w).dtype)
    The result has the number type of w: whole numbers cut off the fractions; return floats.
    结果沿用了 w 的数据类型，w 为整数时小数被截掉；应返回浮点数。
2 * lam, w -> 2 * lam, np.sign(w)
    It takes the sign; the gradient of L2 grows with the weight.
    只用了符号；L2 的梯度应随权重增大。
2 * lam, w -> 2 * lam, w**3
    It cubes the weights; the gradient is 2 lam w.
    对权重取了立方；梯度应为 2 lam w。
""")


# --- l1_proximal ---------------------------------------------------------------------------------

l1_proximal = Check(penalties.l1_proximal)
l1_proximal.worked("A-2.2b", given([-0.3, 0.05, 0.2, 0.1], 1.0, 0.1), [-0.2, 0.0, 0.1, 0.0])
l1_proximal.worked("by hand", given([-0.5, 0.125, 0.75], lam=0.5, lr=0.5), [-0.25, 0.0, 0.5])
l1_proximal.worked(
    "by hand", given([[3.0, -2.0], [-0.5, 1.5]], 4.0, 0.25), [[2.0, -1.0], [0.0, 0.5]]
)
l1_proximal.published(
    "TensorLy 0.9, tensorly/tenalg/tests/test_proximal.py, test_soft_thresholding",
    given([[1.0, 2.0, 1.5], [4.0, -6.0, -0.5], [0.2, 1.02, -3.4]], 1.1, 1.0),
    [[0.0, 0.9, 0.4], [2.9, -4.9, 0.0], [0.0, 0.0, -2.3]],
)
l1_proximal.edge("at the threshold: exactly zero", given([0.25, -0.25], 0.5, 0.5))
l1_proximal.edge("all below the threshold", given([[0.125, -0.5], [0.25, 0.75]], 2.0, 0.5))
l1_proximal.edge("no penalty", given([0.5, -0.25, 0.0], 0.0, 0.5))
l1_proximal.edge("zeros remain zeros", given([[0.0, 0.0], [0.0, 0.0]], 1.0, 0.5))
l1_proximal.edge("no entries", given(np.zeros((0, 3)), 1.0, 0.5))
l1_proximal.edge("one negative weight", given([-3.0], 1.0, 0.5))
l1_proximal.edge("single precision", given(np.array([[1.5, -0.25]], np.float32), 2.0, 0.25))
l1_proximal.edge("whole numbers", given([[3, -2, 0], [-1, 5, 4]], 0.5, 0.5))


@l1_proximal.random
def _(rng):
    return given(rng.integers(-8, 9, (3, 4)) / 8, float(rng.integers(1, 5) / 4), lr=0.5)


@l1_proximal.property(
    "The result must minimize (u - w)^2 / (2 lr) + lam |u|.",
    "结果应使 (u - w)²/(2 lr) + lam |u| 最小。",
)
def _(rng):
    w, lam, lr = rng.standard_normal(20), 0.75, 0.5

    def cost(u):
        return (u - w) ** 2 / (2 * lr) + lam * np.abs(u)

    (u,) = yield [given(w, lam, lr)]
    return all((cost(u) <= cost(u + step) + 1e-6).all() for step in (-0.5, -0.01, 0.01, 0.5))


l1_proximal.edits("""
return np.where(result != 0, w, 0.0)
    It leaves weights above the threshold unchanged; they must shrink by lr lam too.
    阈值以上的权重没有变化；它们也应减小 lr lam。
np.maximum(np.abs(w) - lr * lam, 0) -> (np.abs(w) - lr * lam)
    It is a plain subgradient step, which jumps over 0; a weight must stop at 0.
    只是普通的次梯度步，会越过 0；权重到 0 就应停住。
return np.abs(result)
    The signs are lost: multiply by the sign of the weight.
    丢了符号：应再乘以权重的符号。
np.abs(w) -> w
    The absolute value is missing: all negative weights become zero.
    漏了绝对值：所有负权重都变成了零。
lr * lam -> lam
    The threshold is lam alone; it is lr times lam.
    阈值只用了 lam；应为 lr 乘以 lam。
lr = 2 * lr
    The threshold has a factor 2, as if the penalty were squared; it is lr lam.
    阈值多了因子 2，像是对平方求导；应为 lr lam。
return w - result
    It clips the weights to the threshold, which is the part to subtract.
    把权重限制在阈值以内，给出的正是应减去的部分。
np.maximum(np.abs(w) - lr * lam, 0) -> np.maximum(np.abs(w) + lr * lam, 0)
    The weights grow by lr lam; they must shrink.
    权重的绝对值增大了 lr lam；应减小。
lam = 1.0
    The strength lam is missing: the threshold is lr times lam.
    缺少系数 lam：阈值是 lr 乘以 lam。
lr * lam -> lam / lr
    It divides lam by the learning rate; the threshold is lr times lam.
    用 lam 除以了学习率；阈值是 lr 乘以 lam。
lr * lam -> lr + lam
    It adds lr and lam; the threshold is their product.
    把 lr 与 lam 相加了；阈值是它们的乘积。
lr * lam -> lr * lam / 2
    The threshold has a factor 1/2; it is lr lam.
    阈值多了系数 1/2；应为 lr lam。
return w / (1 + lr * lam)
    It scales every weight down, as an L2 penalty does; subtract lr lam from the magnitudes.
    像 L2 惩罚那样按比例缩小了；应从绝对值中减去 lr lam。
np.sign(w) * np.maximum( -> w * np.maximum(
    It multiplies by the weight; multiply by its sign.
    乘以了权重本身；应乘以它的符号。
w[...] = l1_proximal(w, lam, lr)
return w
    It changes the weights that it is given; return a new array.
    改动了传入的权重；应返回新的数组。
return result.astype(np.asarray(w).dtype)
    The result has the number type of w: whole numbers cut off the fractions; return floats.
    结果沿用了 w 的数据类型，w 为整数时小数被截掉；应返回浮点数。
np.abs(w) - -> np.square(w) -
    It compares squares with the threshold; shrink the magnitudes.
    用平方减去了阈值；应缩小绝对值。
lam = lam**2
    It squares lam; the threshold is lr lam.
    对 lam 取了平方；阈值应为 lr lam。
lr * lam -> 2 * np.sqrt(lr * lam)
    The threshold is the root of lr lam, twice; it is lr lam.
    阈值取了 lr lam 平方根的两倍；应为 lr lam。
np.maximum( -> np.minimum(
    It keeps what is below the threshold, as it takes the minimum; take the maximum with 0.
    取了最小值，保留的是低于阈值的部分；应与 0 取最大值。
""")


# --- l2_proximal ---------------------------------------------------------------------------------

l2_proximal = Check(penalties.l2_proximal)
l2_proximal.worked("A-2.2b", given([-0.3, 0.05, 0.2, 0.1], 1.0, 0.5), [-0.15, 0.025, 0.1, 0.05])
l2_proximal.worked("by hand", given([-0.5, 0.25], lam=3.0, lr=0.5), [-0.125, 0.0625])
l2_proximal.worked(
    "by hand", given([[2.0, -1.0], [0.0, 4.0]], 1.0, 1.5), [[0.5, -0.25], [0.0, 1.0]]
)
l2_proximal.published(
    "TensorLy 0.9, tensorly/tenalg/tests/test_proximal.py, test_squared_l2_prox",
    given([3.0, 6.0, 9.0], 0.5, 1.0),
    [1.5, 3.0, 4.5],
)
l2_proximal.edge("no penalty", given([0.5, -0.25, 0.0], 0.0, 0.5))
l2_proximal.edge("a strong penalty keeps the signs", given([-8.0, 8.0, 0.5], 100.0, 1.0))
l2_proximal.edge("zeros remain zeros", given([[0.0, 0.0], [0.0, 0.0]], 1.0, 0.5))
l2_proximal.edge("no entries", given(np.zeros((0, 3)), 1.0, 0.5))
l2_proximal.edge("one negative weight", given([-3.0], 1.0, 0.25))
l2_proximal.edge("single precision", given(np.array([[1.5, -0.25]], np.float32), 2.0, 0.25))
l2_proximal.edge("whole numbers", given([[3, -2, 0], [-1, 5, 4]], 0.5, 0.5))


@l2_proximal.random
def _(rng):
    return given(rng.integers(-8, 9, (3, 4)) / 8, float(rng.integers(1, 5) / 4), lr=0.25)


@l2_proximal.property(
    "The result must minimize (u - w)^2 / (2 lr) + lam u^2.",
    "结果应使 (u - w)²/(2 lr) + lam u² 最小。",
)
def _(rng):
    w, lam, lr = rng.standard_normal(20), 0.75, 0.5

    def cost(u):
        return (u - w) ** 2 / (2 * lr) + lam * u**2

    (u,) = yield [given(w, lam, lr)]
    return all((cost(u) <= cost(u + step) + 1e-6).all() for step in (-0.5, -0.01, 0.01, 0.5))


l2_proximal.edits("""
2 * lr -> lr
    The factor 2 is missing: the derivative of lam u^2 is 2 lam u.
    漏了因子 2：lam u² 的导数是 2 lam u。
w / (1 + -> w * (1 -
    It is a plain gradient step, w - 2 lr lam w; the proximal step divides by 1 + 2 lr lam.
    只是普通的梯度步 w - 2 lr lam w；近端步应除以 1 + 2 lr lam。
return l1_proximal(w, lam, lr)
    It is the soft threshold of the L1 penalty; an L2 penalty makes no weight zero.
    这是 L1 惩罚项的软阈值；L2 惩罚项不会使权重变为零。
lr * lam -> lam
    The learning rate is missing: divide by 1 + 2 lr lam.
    漏了学习率：应除以 1 + 2 lr lam。
return w - result
    It returns what is subtracted from the weights; return what is left.
    给出的是从权重中减去的部分；应给出剩下的部分。
w / (1 + 2 * lr * lam) -> w * max(1 - lr * lam / (np.linalg.norm(w) or 1), 0)
    It shrinks all weights by their norm, which suits an unsquared norm; this one is squared.
    按整体范数收缩，那适用于未平方的范数；这里的范数是平方的。
2 * lr * lam -> (2 * lr * lam) ** 2
    It squares 2 lr lam; divide by 1 + 2 lr lam.
    对 2 lr lam 取了平方；应除以 1 + 2 lr lam。
(1 + 2 * lr * lam) -> (2 * lr * lam or 1)
    The 1 is missing; divide by 1 + 2 lr lam.
    漏了 1；应除以 1 + 2 lr lam。
w / (1 + 2 -> w * (1 + 2
    It multiplies; divide by 1 + 2 lr lam.
    乘以了该因子；应除以 1 + 2 lr lam。
(1 + 2 * lr * lam) -> (1 + 2 * lr * lam) ** 2
    It divides twice; divide once by 1 + 2 lr lam.
    除了两次；应只除以一次 1 + 2 lr lam。
w / (1 + 2 * lr * lam) -> w * np.exp(-2 * lr * lam)
    It decays by an exponential; divide by 1 + 2 lr lam.
    按指数衰减了；应除以 1 + 2 lr lam。
lr = 1 / lr
    It divides by the learning rate; the factor is 1 + 2 lr lam.
    除以了学习率；因子是 1 + 2 lr lam。
2 * lr * lam -> 4 * lr * lam
    The factor is 4; the derivative of lam u^2 is 2 lam u.
    系数成了 4；lam u^2 的导数是 2 lam u。
w / (1 + 2 * lr * lam) -> w * (1 - lr * lam)
    It is one step of weight decay, w - lr lam w; divide by 1 + 2 lr lam.
    这是权重衰减的一步 w - lr lam w；应除以 1 + 2 lr lam。
w[...] = l2_proximal(w, lam, lr)
return w
    It changes the weights that it is given; return a new array.
    改动了传入的权重；应返回新的数组。
return result.astype(np.asarray(w).dtype)
    The result has the number type of w: whole numbers cut off the fractions; return floats.
    结果沿用了 w 的数据类型，w 为整数时小数被截掉；应返回浮点数。
w / (1 + 2 * lr * lam) -> w / (1 - 2 * lr * lam)
    It divides by 1 - 2 lr lam, so weights grow; divide by 1 + 2 lr lam.
    除以了 1 - 2 lr lam，权重变大了；应除以 1 + 2 lr lam。
lam = 1.0
    The strength lam is missing.
    漏了强度 lam；应除以 1 + 2 lr lam。
w / (1 + 2 * lr * lam) -> w / np.sqrt(1 + 2 * lr * lam)
    It divides by the root of 1 + 2 lr lam; divide by the number itself.
    除以了 1 + 2 lr lam 的平方根；应除以该数本身。
w / (1 + 2 * lr * lam) -> np.sign(w) * np.maximum(np.abs(w) - 2 * lr * lam, 0)
    It shrinks every weight by the same amount, as L1 does; divide by 1 + 2 lr lam.
    把每个权重缩小了同样的量，那是 L1 的做法；应除以 1 + 2 lr lam。
""")


# --- group_lasso ---------------------------------------------------------------------------------

group_lasso = Check(penalties.group_lasso)
group_lasso.worked("by hand", given(COLUMNS, 0.5), 6.0)
group_lasso.worked("by hand", given(ROWS, lam=0.5, axis=0), 7.0)
group_lasso.worked("by hand", given(KERNEL, 0.25), 3.5)
group_lasso.worked("by hand", given([[3.0, 0.0], [-4.0, 0.0]], 1.0), np.sqrt(2) * 5)
group_lasso.published(
    "torch-weighttracker 0.2.2, tests/test_group_lasso_regularizer.py, conv_bn_chain",
    given([[2.0, 0.0], [4.0, 0.0], [5.0, 0.0]], 1.0),
    np.sqrt(3) * np.sqrt(45),
)
group_lasso.edge("one weight in each unit: the L1 penalty", given([0.5, -0.25, 0.0], 2.0))
group_lasso.edge("one unit", given([[1.0], [-2.0], [2.0], [0.0]], 0.5))
group_lasso.edge("channels of a kernel", given(KERNEL, 0.5, axis=2))
group_lasso.edge("an axis counted from the end", given(ROWS, 0.5, -2))
group_lasso.edge("no penalty", given(COLUMNS, 0.0))
group_lasso.edge("only zeros", given([[0.0, 0.0], [0.0, 0.0]], 2.0))
group_lasso.edge("units without weights", given(np.zeros((0, 3)), 2.0))
group_lasso.edge("single precision", given(np.array(COLUMNS, np.float32), 2.0))
group_lasso.edge("whole numbers", given([[3, -2, 0], [-1, 5, 4]], 0.5))


@group_lasso.random
def _(rng):
    return given(rng.integers(-8, 9, (4, 3)) / 8, 0.5, axis=int(rng.integers(-2, 2)))


@group_lasso.property(
    "Doubling the weights must double the penalty.",
    "权重加倍，惩罚项应恰好加倍。",
)
def _(rng):
    w = rng.standard_normal((4, 3))
    once, twice = yield [given(w, 0.5), given(2 * w, 0.5)]
    return np.allclose(twice, 2 * once)


@group_lasso.solution
def group_lasso(w, lam, axis=-1):
    n = w.size / w.shape[axis]
    others = tuple(a for a in range(w.ndim) if a != axis % w.ndim)
    norms = np.sqrt(np.square(w).sum(axis=others))
    return lam * np.sqrt(n) * norms.sum()


group_lasso.edits("""
np.sqrt(n) -> 1
    The factor sqrt(n_j), the root of the number of weights in a unit, is missing.
    漏了因子 sqrt(n_j)，即单元内权重个数的平方根。
np.sqrt(n) -> n
    It weighs a unit by n_j; take the root of the number of its weights.
    用 n_j 加权了；应取单元内权重个数的平方根。
w.size / w.shape[axis] -> w.shape[axis]
    It counts the units under the root; n_j is the number of weights in one unit.
    根号下用了单元的个数；n_j 是一个单元内的权重个数。
norms.sum() -> np.square(norms).sum()
    It squares the norms, which removes no whole unit; add the norms themselves.
    对范数取了平方，那样不会去掉整个单元；应直接相加范数。
norms.sum() -> np.abs(w).sum()
    It takes the L1 norms of the units; the group lasso takes their L2 norms.
    取了各单元的 L1 范数；组 lasso 应取 L2 范数。
norms.sum() -> np.linalg.norm(norms)
    It takes one norm of all weights; every unit has its own root.
    对全部权重只取了一个范数；每个单元应各自开方。
axis = -1
    It always takes the last axis for the units; take the one given by `axis`.
    总把最后一个轴当作单元；应按参数 axis 来定。
return result / w.shape[axis]
    It averages over the units; the penalty adds them up.
    对各单元取了平均；惩罚项应把它们相加。
lam = 1.0
    The strength lam is missing: the penalty is lam times the sum.
    缺少系数 lam：惩罚项是 lam 乘以总和。
axis = 0
    It always takes the first axis for the units; take the one given by `axis`.
    总把第一个轴当作单元；应按参数 axis 来定。
norms = np.sqrt(np.square(w).sum(axis=others)) -> norms = np.abs(w).max(axis=others, initial=0)
    It takes the largest magnitude of each unit; take its L2 norm.
    取了每个单元的最大绝对值；应取 L2 范数。
axis=others -> axis=axis
    It takes the norms along the axis of the units; sum over all the others.
    沿单元所在的轴取了范数；应沿其余的轴求和。
np.sqrt(n) -> 1 / np.sqrt(n)
    It divides by sqrt(n_j); multiply by it.
    除以了 sqrt(n_j)；应乘以它。
norms.sum() -> norms.max(initial=0)
    It takes the largest norm; add up those of all units.
    取了最大的范数；应把所有单元的范数相加。
return result / 2
    It has a factor 1/2; here there is none.
    多了系数 1/2；这里没有这个系数。
n = w.size / w.shape[axis] -> n = w.size
    It takes the root of the size of the layer; n_j is the number of weights in one unit.
    用了整层权重个数的根；n_j 是一个单元的权重个数。
return lam * np.sqrt(n) * norms.sum() -> return lam * np.sqrt(n) * norms
    It returns one number for each unit; the penalty is their sum.
    对每个单元各返回一个数；惩罚项是它们的和。
lam = lam**2
    It squares lam.
    对 lam 取了平方；应使用 lam 本身。
norms = np.sqrt(np.square(w).sum(axis=others)) -> norms = np.abs(w.sum(axis=others))
    It takes the absolute value of the sum of a unit; take the root of the sum of squares.
    取了单元之和的绝对值；应取平方和的平方根。
w, axis = w.reshape(w.shape[axis], -1), 0
    It reshapes to (units, -1) without moving the axis of the units to the front, which mixes units.
    没有先把单元轴移到最前就 reshape 成 (units, -1)，混淆了各单元的权重。
np.square(w).sum(axis=others) -> np.abs(w).sum(axis=others)
    It takes the root of the sum of magnitudes; square the weights under the root.
    对绝对值之和开了平方；根号下应取平方和。
w.size / w.shape[axis] -> w.size * w.shape[axis]
    It multiplies the number of weights by that of the units; divide.
    把权重总数与单元个数相乘了；应相除。
np.square(w).sum(axis=others) -> np.square(w).mean(axis=others)
    It takes the root mean square of a unit; take the sum under the root.
    取了单元的均方根；根号下应取平方和。
""")


# --- group_lasso_subgradient ---------------------------------------------------------------------

group_lasso_subgradient = Check(penalties.group_lasso_subgradient)
group_lasso_subgradient.worked(
    "by hand", given(COLUMNS, 0.5), [[0.6, 1.0], [-0.8, 0.0], [0.0, 0.0], [0.0, 0.0]]
)
group_lasso_subgradient.worked(
    "by hand",
    given(ROWS, lam=0.25, axis=0),
    [[0.25, -0.25, 0.25, 0.25], [0.0, 0.3, 0.0, -0.4]],
)
group_lasso_subgradient.worked(
    "by hand", given([[3.0, 0.0], [-4.0, 0.0]], 1.0), np.sqrt(2) * np.array([[0.6, 0], [-0.8, 0]])
)
group_lasso_subgradient.published(
    "torch-weighttracker 0.2.2, tests/test_group_lasso_regularizer.py, conv_bn_chain",
    given([[2.0, 0.0], [4.0, 0.0], [5.0, 0.0]], 1.0),
    np.array([[2.0, 0.0], [4.0, 0.0], [5.0, 0.0]]) * np.sqrt(3) / np.sqrt(45),
)
group_lasso_subgradient.edge("one weight in each unit: the signs", given([0.5, -0.25, 0.0], 2.0))
group_lasso_subgradient.edge("one unit", given([[1.0], [-2.0], [2.0], [0.0]], 0.5))
group_lasso_subgradient.edge("filters of a kernel", given(KERNEL, 0.5))
group_lasso_subgradient.edge("channels of a kernel", given(KERNEL, 0.5, axis=2))
group_lasso_subgradient.edge("an axis counted from the end", given(ROWS, 0.5, -2))
group_lasso_subgradient.edge("no penalty", given(COLUMNS, 0.0))
group_lasso_subgradient.edge("only zeros", given([[0.0, 0.0], [0.0, 0.0]], 2.0))
group_lasso_subgradient.edge("units without weights", given(np.zeros((0, 3)), 2.0))
group_lasso_subgradient.edge("single precision", given(np.array(COLUMNS, np.float32), 2.0))
group_lasso_subgradient.edge("whole numbers", given([[3, -2, 0], [-1, 5, 4]], 0.5))


@group_lasso_subgradient.random
def _(rng):
    return given(rng.integers(-8, 9, (4, 3)) / 8, 0.5, axis=int(rng.integers(-2, 2)))


@group_lasso_subgradient.property(
    "The subgradient of every nonzero unit must have the norm lam sqrt(n_j).",
    "每个非零单元的次梯度，其范数应为 lam sqrt(n_j)。",
)
def _(rng):
    w = rng.standard_normal((4, 3)) * [0.01, 1.0, 100.0]
    (pull,) = yield [given(w, 0.5)]
    return np.allclose(np.linalg.norm(pull, axis=0), 0.5 * np.sqrt(4))


@group_lasso_subgradient.solution
def group_lasso_subgradient(w, lam, axis=-1):
    n = w.size / w.shape[axis]
    others = tuple(a for a in range(w.ndim) if a != axis % w.ndim)
    norms = np.sqrt(np.square(w).sum(axis=others, keepdims=True))
    return lam * np.sqrt(n) * w / np.where(norms > 0, norms, 1)


group_lasso_subgradient.edits("""
np.sqrt(n) -> 1
    The factor sqrt(n_j), the root of the number of weights in a unit, is missing.
    漏了因子 sqrt(n_j)，即单元内权重个数的平方根。
np.where(norms > 0, norms, 1) -> norms
    It divides 0 by 0 in a unit that is all zero; the choice there is 0.
    单元全为零时出现 0/0；该处约定取 0。
w / np.where(norms > 0, norms, 1) -> np.sign(w)
    It takes the sign of each weight, as L1 does; divide by the norm of its unit.
    取了每个权重的符号，那是 L1 的做法；应除以所在单元的范数。
np.where(norms > 0, norms, 1) -> 1
    It does not divide by the norm of the unit: its size must not grow with the weights.
    没有除以单元的范数：次梯度的大小不应随权重增大。
return -result
    The sign is wrong: this is the step downhill, not the subgradient.
    符号反了：给出的是下降方向，而不是次梯度。
axis = -1
    It always takes the last axis for the units; take the one given by `axis`.
    总把最后一个轴当作单元；应按参数 axis 来定。
.sum(axis=others, keepdims=True) -> .sum()
    It divides by the norm of all weights; divide by the norm of the unit.
    除以了全部权重的范数；应除以所在单元的范数。
return result.astype(np.asarray(w).dtype)
    The result has the number type of w: whole numbers cut off the fractions; return floats.
    结果沿用了 w 的数据类型，w 为整数时小数被截掉；应返回浮点数。
np.sqrt(n) -> n
    It weighs a unit by n_j; take the root of the number of its weights.
    以 n_j 作了单元的系数；应取单元权重个数的平方根。
n = w.size / w.shape[axis] -> n = w.shape[axis]
    It counts the units under the root; n_j is the number of weights in one unit.
    根号下用了单元个数；n_j 应为一个单元的权重个数。
axis = 0
    It always takes the first axis for the units; take the one given by `axis`.
    总把第一个轴当作单元；应按参数 axis 来定。
lam = 1.0
    The strength lam is missing.
    漏乘了强度 lam，次梯度应与它成正比。
np.sqrt(np.square(w).sum(axis=others, keepdims=True)) -> np.abs(w).sum(axis=others, keepdims=True)
    It divides by the L1 norms of the units; divide by their L2 norms.
    除以了单元的 L1 范数；应除以 L2 范数。
norms > 0, norms, 1 -> norms > 0, norms**2, 1
    The square root of the norms is missing.
    计算范数时漏了开平方。
axis=others, keepdims=True -> axis=axis, keepdims=True
    It takes the norms along the axis that numbers the units; take them along all the others.
    沿着给单元编号的轴求了范数；应沿其余所有轴。
lam * np.sqrt(n) * w -> 2 * lam * np.sqrt(n) * w
    It has a factor 2, as the derivative of a square; here there is none.
    多了平方求导的系数 2；这里没有。
return w - result
    It returns the weights after a step; return the subgradient.
    返回了走一步之后的权重；应返回次梯度。
return np.abs(result)
    The signs are lost; the subgradient has the sign of the weight.
    符号丢失了；次梯度应与权重同号。
np.square(w).sum( -> np.abs(w).sum(
    It divides by the root of the sum of magnitudes; square the weights under the root.
    除以了绝对值之和的平方根；根号下应取平方和。
np.sqrt(np.square(w).sum( -> np.abs(w).max(initial=0, axis=(
axis=others, keepdims=True)) -> *others,), keepdims=True)
    It divides by the largest magnitude of a unit; divide by its L2 norm.
    除以了单元内最大的绝对值；应除以 L2 范数。
np.sqrt(n) -> 1 / np.sqrt(n)
    It divides by sqrt(n_j); multiply by it.
    除以了 sqrt(n_j)；应乘以它。
w / np.where(norms > 0, norms, 1) -> w * norms
    It multiplies by the norm of the unit; divide by it.
    乘以了单元的范数；应除以它。
""")


# --- group_lasso_proximal ------------------------------------------------------------------------

group_lasso_proximal = Check(penalties.group_lasso_proximal)
group_lasso_proximal.worked(
    "by hand", given(COLUMNS, 0.5, 1.0), [[2.4, 0.0], [-3.2, 0.0], [0.0, 0.0], [0.0, 0.0]]
)
group_lasso_proximal.worked(
    "by hand",
    given(ROWS, lam=0.5, lr=0.5, axis=0),
    [[0.75, -0.75, 0.75, 0.75], [0.0, 2.7, 0.0, -3.6]],
)
group_lasso_proximal.worked(
    "by hand",
    given([[3.0, 0.0], [-4.0, 0.0]], 1.0, 0.5),
    (1 - 0.1 * np.sqrt(2)) * np.array([[3.0, 0], [-4.0, 0]]),
)
group_lasso_proximal.published(  # whose threshold is 3, ours lr lam sqrt(3)
    "TensorLy 0.9, tensorly/tenalg/tests/test_proximal.py, test_l2_prox",
    given([[2.0], [4.0], [4.0]], 3**0.5, 1.0),
    [[1.0], [2.0], [2.0]],
)
group_lasso_proximal.edge("a norm at the threshold: all zero", given(ROWS, 1.0, 1.0, axis=0))
group_lasso_proximal.edge("all below the threshold", given(COLUMNS, 4.0, 1.0))
group_lasso_proximal.edge("one weight in each unit", given([0.5, -0.25, 0.0], 0.75, 0.5))
group_lasso_proximal.edge("one unit", given([[1.0], [-2.0], [2.0], [0.0]], 0.5, 0.5))
group_lasso_proximal.edge("filters of a kernel", given(KERNEL, 0.5, 0.5))
group_lasso_proximal.edge("channels of a kernel", given(KERNEL, 0.5, 0.5, axis=2))
group_lasso_proximal.edge("an axis counted from the end", given(ROWS, 1.5, 0.5, -2))
group_lasso_proximal.edge("no penalty", given(COLUMNS, 0.0, 0.5))
group_lasso_proximal.edge("no penalty, a unit of zeros", given([[0.0, 1.0], [0.0, -2.0]], 0.0, 0.5))
group_lasso_proximal.edge("zeros remain zeros", given([[0.0, 0.0], [0.0, 0.0]], 1.0, 0.5))
group_lasso_proximal.edge("units without weights", given(np.zeros((0, 3)), 1.0, 0.5))
group_lasso_proximal.edge("single precision", given(np.array(COLUMNS, np.float32), 0.25, 0.5))
group_lasso_proximal.edge("whole numbers", given([[3, -2, 0], [-1, 5, 4]], 0.5, 0.5))


@group_lasso_proximal.random
def _(rng):
    return given(rng.integers(-8, 9, (4, 3)) / 4, 0.5, 0.5, axis=int(rng.integers(-2, 2)))


@group_lasso_proximal.property(
    "The result must minimize ||u - w||^2 / (2 lr) + lam sum_j sqrt(n_j) ||u_j||.",
    "结果应使 ||u - w||²/(2 lr) + lam Σ sqrt(n_j) ||u_j|| 最小。",
)
def _(rng):
    w, lam, lr = rng.standard_normal((4, 3)) * [0.25, 1.0, 2.0], 0.75, 0.5
    steps = rng.standard_normal((40, 4, 3)) * 0.1

    def cost(u):
        group = np.sqrt(4) * np.linalg.norm(u, axis=0).sum()
        return np.square(u - w).sum() / (2 * lr) + lam * group

    (u,) = yield [given(w, lam, lr)]
    return all(cost(u) <= cost(u + step) + 1e-6 for step in steps)


@group_lasso_proximal.solution
def group_lasso_proximal(w, lam, lr, axis=-1):
    n = w.size / w.shape[axis]
    others = tuple(a for a in range(w.ndim) if a != axis % w.ndim)
    norms = np.sqrt(np.square(w).sum(axis=others, keepdims=True))
    left = 1 - lr * lam * np.sqrt(n) / np.where(norms > 0, norms, 1)
    return w * np.maximum(left, 0)


group_lasso_proximal.edits("""
np.square(w).sum(axis=others, keepdims=True) -> np.square(w)
    It thresholds single weights; a unit shrinks as a whole, by its norm.
    对每个权重分别做了软阈值；应按单元的范数整体收缩。
np.maximum(left, 0) -> left
    It is a plain subgradient step: a small unit changes its sign and does not become zero.
    只是普通的次梯度步：小的单元会变号，而不会变为零。
return np.where(result != 0, w, 0.0)
    It leaves units above the threshold unchanged; they must shrink too.
    阈值以上的单元没有变化；它们也应收缩。
np.where(norms > 0, norms, 1) -> norms
    It divides 0 by 0 in a unit that is all zero if lam is 0; return zeros there.
    lam 为 0 且单元全为零时出现 0/0；零应保持为零。
lr * lam -> lam
    The threshold lacks the learning rate: it is lr lam sqrt(n_j).
    阈值中漏了学习率：应为 lr lam sqrt(n_j)。
axis = -1
    It always takes the last axis for the units; take the one given by `axis`.
    总把最后一个轴当作单元；应按参数 axis 来定。
np.sqrt(n) -> 1
    The factor sqrt(n_j), the root of the number of weights in a unit, is missing.
    漏了因子 sqrt(n_j)，即单元内权重个数的平方根。
np.sqrt(n) -> n
    The threshold has n_j; it takes the root of the number of weights in a unit.
    阈值用了 n_j；应取单元权重个数的平方根。
lr = 1 / lr
    It divides by the learning rate; the threshold is lr lam sqrt(n_j).
    除以了学习率；阈值是 lr lam sqrt(n_j)。
lam = 1.0
    The threshold lacks lam: it is lr lam sqrt(n_j).
    阈值漏了 lam：应为 lr lam sqrt(n_j)。
np.sqrt(np.square( -> (np.abs(
    It takes the L1 norms of the units; take their L2 norms.
    用了单元的 L1 范数；应为 L2 范数。
np.sqrt(np.square( -> (np.square(
    The square root of the norm is missing.
    范数漏了开平方，应取平方和的平方根。
1 - lr -> 1 + lr
    The units grow; they must shrink.
    单元变大了；应当缩小。
np.maximum(left, 0) -> np.abs(left)
    It takes the absolute value of the factor; a negative factor becomes 0.
    对系数取了绝对值；负的系数应变为 0。
axis=others, keepdims=True -> axis=None, keepdims=True
    It takes one norm of the whole layer; every unit has its own.
    整层只取了一个范数；每个单元应有自己的范数。
axis = 0
    It always takes the first axis for the units; take the one given by `axis`.
    总把第一个轴当作单元；应按参数 axis 来定。
axis=others, keepdims=True -> axis=axis, keepdims=True
    It takes the norms along the axis of the units; sum over all the others.
    沿单元所在的轴取了范数；应沿其余的轴求和。
return result.astype(np.asarray(w).dtype)
    The result has the number type of w: whole numbers cut off the fractions; return floats.
    结果沿用了 w 的数据类型，w 为整数时小数被截掉；应返回浮点数。
return w - result
    It returns what is taken away; return the weights that are left.
    返回了减去的部分；应返回剩下的权重。
1 - lr * lam -> 1 - lr * lam / 2
    The threshold has a factor 1/2; it is lr lam sqrt(n_j).
    阈值多了系数 1/2；应为 lr lam sqrt(n_j)。
1 - lr * lam -> 1 - 2 * lr * lam
    The threshold has a factor 2; it is lr lam sqrt(n_j).
    阈值多了系数 2；应为 lr lam sqrt(n_j)。
n = w.size / w.shape[axis] -> n = w.shape[axis]
    It counts the units under the root; n_j is the number of weights in one unit.
    根号下用了单元个数；n_j 应为一个单元的权重个数。
np.square(w).sum( -> np.abs(w).sum(
    It takes the root of the sum of magnitudes; square the weights under the root.
    对绝对值之和开了平方；根号下应取平方和。
np.sqrt(n) -> 1 / np.sqrt(n)
    It divides by sqrt(n_j); multiply by it.
    除以了 sqrt(n_j)；应乘以它。
np.sqrt(n) / -> np.sqrt(n) *
    It multiplies the threshold by the norm; divide by it.
    把阈值乘以了范数；应除以它。
np.sqrt(np.square(w).sum(axis=others, keepdims=True)) -> np.abs(w).max(axis=others, keepdims=True)
    It takes the largest magnitude of a unit; take the L2 norm.
    取了单元内最大的绝对值；应取 L2 范数。
""")


# --- sparse_group_lasso --------------------------------------------------------------------------

sparse_group_lasso = Check(penalties.sparse_group_lasso)
sparse_group_lasso.worked("by hand", given(COLUMNS, 0.25, 0.5), 8.0)
sparse_group_lasso.worked("by hand", given(ROWS, lam1=1.0, lam2=0.5, axis=0), 18.0)
sparse_group_lasso.worked("by hand", given(KERNEL, 0.5, 0.25), 9.0)
sparse_group_lasso.published(  # strengths 2 (1 - 0.3), and 2 * 0.3 without our factor sqrt(2)
    "Califrais/flash (commit 0d501d6), lights/tests/test_pen.py, test_sparse_group_l1",
    given([[-1.0, 0.0], [3.0, 4.0], [-2.0, 5.0]], 1.4, 0.6 / 2**0.5, axis=0),
    27.831,
    digits=3,
)
sparse_group_lasso.edge("the L1 penalty alone", given(COLUMNS, 0.5, 0.0))
sparse_group_lasso.edge("the group lasso alone", given(COLUMNS, 0.0, 0.5))
sparse_group_lasso.edge("one weight in each unit", given([0.5, -0.25, 0.0], 2.0, 1.0))
sparse_group_lasso.edge("channels of a kernel", given(KERNEL, 0.25, 0.5, axis=2))
sparse_group_lasso.edge("an axis counted from the end", given(ROWS, 0.25, 0.5, -2))
sparse_group_lasso.edge("only zeros", given([[0.0, 0.0], [0.0, 0.0]], 1.0, 2.0))
sparse_group_lasso.edge("units without weights", given(np.zeros((0, 3)), 1.0, 2.0))
sparse_group_lasso.edge("single precision", given(np.array(COLUMNS, np.float32), 2.0, 1.0))


@sparse_group_lasso.random
def _(rng):
    return given(rng.integers(-8, 9, (4, 3)) / 8, 0.5, 0.25, axis=int(rng.integers(-2, 2)))


@sparse_group_lasso.property(
    "The penalty with both strengths must be the sum of the penalties with either alone.",
    "两个强度同时作用的惩罚项，应等于各自单独作用之和。",
)
def _(rng):
    w = rng.standard_normal((4, 3))
    both, one, other = yield [given(w, 0.5, 0.25), given(w, 0.5, 0.0), given(w, 0.0, 0.25)]
    return np.allclose(both, one + other)


sparse_group_lasso.edits("""
lam1, lam2 = lam2, lam1
    The strengths are swapped: lam1 belongs to the L1 norm, lam2 to the units.
    两个强度用反了：lam1 对应 L1 范数，lam2 对应各单元。
lam1 = 0.0
    The L1 part is missing: without it no single weight is pulled to zero.
    漏了 L1 部分：没有它，单个权重不会被拉到零。
lam2 = 0.0
    The group part is missing: without it no whole unit is pulled to zero.
    漏了组 lasso 部分：没有它，整个单元不会被拉到零。
group_lasso(w, lam2, axis) -> l2_penalty(w, lam2)
    It adds the squares of all weights, the elastic net; add the norms of the units.
    加的是全部权重的平方和（弹性网）；应加各单元的范数。
group_lasso(w, lam2, axis) -> lam2 * unit_l2(w, axis).sum()
    The factor sqrt(n_j), the root of the number of weights in a unit, is missing.
    漏了因子 sqrt(n_j)，即单元内权重个数的平方根。
axis = -1
    It always takes the last axis for the units; take the one given by `axis`.
    总把最后一个轴当作单元；应按参数 axis 来定。
group_lasso(w, lam2, axis) -> group_lasso(w, lam2, axis) / 2
    The group part has a factor 1/2; here there is none.
    组部分多了系数 1/2；这里没有这个系数。
l1_penalty(w, lam1) -> l1_penalty(w, lam1) / max(w.size, 1)
    It averages the magnitudes in the L1 part; add them up.
    L1 部分对绝对值取了平均；应相加。
l1_penalty(w, lam1) -> l2_penalty(w, lam1)
    It squares the weights in the L1 part; add their magnitudes.
    L1 部分把权重平方了；应把绝对值相加。
lam1, lam2 = lam1 * (1 - lam2), lam1 * lam2
    It takes lam2 as the share of the group part; both are strengths themselves.
    把 lam2 当成了组部分的比例；两个系数各自独立。
l1_penalty(w, lam1) + -> l1_penalty(w, lam1) *
    It multiplies the two parts; add them.
    把两部分相乘了；应相加。
axis = 0
    It always takes the first axis for the units; take the one given by `axis`.
    总把第一个轴当作单元；应按参数 axis 来定。
group_lasso(w, lam2, axis) -> lam2 * float(np.linalg.norm(w))
    It takes one norm of all weights; every unit has its own norm.
    对全部权重只取了一个范数；每个单元应有自己的范数。
lam2 = lam1
    It takes lam1 for both parts; lam2 belongs to the units.
    两部分都用了 lam1；单元部分应用 lam2。
w, axis = w.reshape(w.shape[axis], -1), 0
    It reshapes to (units, -1) without moving the axis of the units to the front, which mixes units.
    没有先把单元轴移到最前就 reshape 成 (units, -1)，混淆了各单元的权重。
l1_penalty(w, lam1) -> lam1 * abs(w.sum())
    It takes the absolute value of the sum in the L1 part; take that of every weight first.
    L1 部分对总和取了绝对值；应先对每个权重取绝对值。
l1_penalty(w, lam1) -> lam1 * w.sum()
    The absolute value is missing in the L1 part, so that signs cancel.
    L1 部分漏了绝对值，正负权重互相抵消。
group_lasso(w, lam2, axis) -> group_lasso(w, lam2**2, axis)
    It squares lam2; the group part is lam2 times the norms.
    对 lam2 取了平方；组部分应为 lam2 乘以范数。
l1_penalty(w, lam1) + -> l1_penalty(w, lam1) -
    It subtracts the group part; add it.
    减去了组部分；应加上它。
return max(sparse_group_lasso(w, lam1, 0.0, axis), sparse_group_lasso(w, 0.0, lam2, axis))
    It takes the larger of the two parts; add them.
    取了两部分中较大的；应相加。
""")


# --- l1_regularized_loss -------------------------------------------------------------------------

LAYERS = [np.array(H1), np.array(H2), np.array(H3)]
SIGNED = [np.array([[0.5, -0.25], [1.0, -2.0]]), np.array([[-0.25], [0.0]])]

l1_regularized_loss = Check(penalties.l1_regularized_loss)
l1_regularized_loss.worked("E-4.1", given(0.5, LAYERS, 0.01), 0.59)
l1_regularized_loss.worked("by hand", given(0.5, SIGNED, lam=2.0), 8.5)
l1_regularized_loss.worked("by hand", given(0.25, [np.array([3.0, -4.0])], 0.5), 3.75)
l1_regularized_loss.published(  # the residuals -0.2, 0.6, 1.4 and 2.2 have the mean square 1.8
    "all-in-one-python (commit 16845d2), 05-loss-functions/10-lasso-ridge-loss.ipynb",
    given(1.8, [np.array([0.2, 2.0])], 0.1),
    2.02,
)
l1_regularized_loss.edge("no penalty", given(0.5, SIGNED, 0.0))
l1_regularized_loss.edge("no layers", given(0.5, (), 2.0))
l1_regularized_loss.edge("no data loss", given(0.0, SIGNED, 2.0))
l1_regularized_loss.edge("a negative data loss", given(-1.5, SIGNED, 0.25))
l1_regularized_loss.edge("only zeros", given(0.5, [np.zeros((2, 3)), np.zeros(3)], 2.0))
l1_regularized_loss.edge("a layer without weights", given(0.5, [np.zeros((0, 3)), *SIGNED], 2.0))


@l1_regularized_loss.random
def _(rng):
    weights = [rng.integers(-8, 9, shape) / 8 for shape in ((3, 4), (4, 2), (2, 2))]
    return given(float(rng.integers(1, 9) / 4), weights, float(rng.integers(1, 9) / 8))


@l1_regularized_loss.property(
    "What the penalty adds must not depend on the data loss.",
    "惩罚项所增加的值不应取决于数据损失。",
)
def _(rng):
    weights = [rng.standard_normal((3, 2)), rng.standard_normal(4)]
    one, other = yield [given(0.5, weights, 0.25), given(2.0, weights, 0.25)]
    return np.allclose(other - one, 1.5)


l1_regularized_loss.edits("""
data_loss = 0.0
    It returns the penalty alone; the loss is the data loss plus the penalty.
    只给出了惩罚项；总损失应是数据损失加惩罚项。
+ sum( -> - sum(
    It subtracts the penalty; large weights must raise the loss.
    减去了惩罚项；权重越大，损失应越大。
l1_penalty(w, lam) -> lam * w.sum()
    The absolute values are missing: positive and negative weights cancel.
    漏了绝对值：正负权重会相互抵消。
l1_penalty( -> l2_penalty(
    It squares the weights, which is the L2 penalty; take absolute values.
    对权重取了平方，那是 L2 惩罚项；应取绝对值。
data_loss = lam * data_loss
    It multiplies the data loss by lam too; lam belongs to the penalty alone.
    把数据损失也乘了 lam；lam 只应乘惩罚项。
lam = lam / max(len(weights), 1)
    It averages the penalty over the layers; add it up.
    对各层的惩罚项取了平均；应把它们相加。
for w in weights -> for w in weights[-1:]
    Only the last layer counts: add the penalty of each layer to the total so far.
    只计入了最后一层；应把每一层的惩罚项累加起来。
l1_penalty(w, lam) -> lam * float(np.abs(w).mean() if w.size else 0)
    It takes the mean of the magnitudes of each layer; add them up.
    取了每层绝对值的平均；应相加。
lam = lam / max(sum(w.size for w in weights), 1)
    It divides by the number of all weights; the penalty is a plain sum.
    除以了全部权重的个数；惩罚项是总和本身。
lam = lam / 2
    It has a factor 1/2; here there is none.
    多了系数 1/2；这里没有这个系数。
lam = 1.0
    The strength lam is missing: the penalty is lam times the sum of magnitudes.
    缺少系数 lam：惩罚项是 lam 乘以绝对值之和。
for w in weights -> for w in weights[:1]
    Only the first layer counts: add the penalty of every layer.
    只计入了第一层；应加上每一层的惩罚项。
l1_penalty(w, lam) -> lam * np.linalg.norm(w)
    It takes the L2 norms of the layers; take the sums of their magnitudes.
    用了各层的 L2 范数；应取绝对值之和。
l1_penalty(w, lam) -> l1_penalty(w, lam) if w.ndim > 1 else 0.0
    It leaves out the vectors, such as biases; every array in the list counts.
    略去了向量（如偏置）；列表中的每个数组都应计入。
lam = 2 * lam
    It has a factor 2; here there is none.
    多了系数 2；这里没有这个系数。
+ sum( -> * sum(
    It multiplies the loss by the penalty; add it.
    把损失与惩罚项相乘了；应相加。
data_loss = (1 - lam) * data_loss
    It weights the data loss by 1 - lam; lam belongs to the penalty alone.
    给数据损失乘了 1 - lam；lam 只应乘惩罚项。
l1_penalty(w, lam) -> lam * np.abs(w).max(initial=0)
    It takes the largest magnitude of each layer; add up all magnitudes.
    取了每层最大的绝对值；应把所有绝对值相加。
l1_penalty(w, lam) -> lam * abs(w.sum())
    It takes the absolute value of each layer's sum; take that of every weight first.
    对每层之和取了绝对值；应先对每个权重取绝对值。
l1_penalty(w, lam) -> lam * np.count_nonzero(w)
    It counts the weights that are not 0; add their magnitudes.
    数了非零权重的个数；应把绝对值相加。
lam = lam**2
    It squares lam.
    对 lam 取了平方；应使用 lam 本身。
""")


# --- l2_regularized_loss -------------------------------------------------------------------------

l2_regularized_loss = Check(penalties.l2_regularized_loss)
l2_regularized_loss.worked("E-4.2", given(0.5, LAYERS, 0.01), 0.557)
l2_regularized_loss.worked("by hand", given(0.5, SIGNED, lam=2.0), 11.25)
l2_regularized_loss.worked("by hand", given(0.25, [np.array([3.0, -4.0])], 0.5), 12.75)
l2_regularized_loss.published(  # the residuals -0.2, 0.6, 1.4 and 2.2 have the mean square 1.8
    "Deep-ML (commit 04708b4), build/43.json, Ridge Regression Loss Function",
    given(1.8, [np.array([0.2, 2.0])], 0.1),
    2.204,
)
l2_regularized_loss.edge("no penalty", given(0.5, SIGNED, 0.0))
l2_regularized_loss.edge("no layers", given(0.5, (), 2.0))
l2_regularized_loss.edge("no data loss", given(0.0, SIGNED, 2.0))
l2_regularized_loss.edge("a negative data loss", given(-1.5, SIGNED, 0.25))
l2_regularized_loss.edge("only zeros", given(0.5, [np.zeros((2, 3)), np.zeros(3)], 2.0))
l2_regularized_loss.edge("a layer without weights", given(0.5, [np.zeros((0, 3)), *SIGNED], 2.0))


@l2_regularized_loss.random
def _(rng):
    weights = [rng.integers(-8, 9, shape) / 8 for shape in ((3, 4), (4, 2), (2, 2))]
    return given(float(rng.integers(1, 9) / 4), weights, float(rng.integers(1, 9) / 8))


@l2_regularized_loss.property(
    "What the penalty adds must not depend on the data loss.",
    "惩罚项所增加的值不应取决于数据损失。",
)
def _(rng):
    weights = [rng.standard_normal((3, 2)), rng.standard_normal(4)]
    one, other = yield [given(0.5, weights, 0.25), given(2.0, weights, 0.25)]
    return np.allclose(other - one, 1.5)


l2_regularized_loss.edits("""
data_loss = 0.0
    It returns the penalty alone; the loss is the data loss plus the penalty.
    只给出了惩罚项；总损失应是数据损失加惩罚项。
lam = lam / 2
    It has a factor 1/2, as weight decay does; here there is none.
    多了因子 1/2，那是权重衰减的写法；这里没有。
l2_penalty( -> l1_penalty(
    It takes absolute values, which is the L1 penalty; square the weights.
    取了绝对值，那是 L1 惩罚项；应对权重取平方。
data_loss = lam * data_loss
    It multiplies the data loss by lam too; lam belongs to the penalty alone.
    把数据损失也乘了 lam；lam 只应乘惩罚项。
l2_penalty(w, lam) -> l2_penalty(w, lam) / max(w.size, 1)
    It averages the squares of each layer; add them up.
    对每一层的平方取了平均；应把它们相加。
l2_penalty(w, lam) -> lam * np.linalg.norm(w)
    It takes the norms of the layers; the L2 penalty takes their squares.
    用了各层的范数；L2 惩罚项应取范数的平方。
for w in weights -> for w in weights[-1:]
    Only the last layer counts: add the penalty of each layer to the total so far.
    只计入了最后一层；应把每一层的惩罚项累加起来。
+ sum( -> - sum(
    It subtracts the penalty; large weights must raise the loss.
    减去了惩罚项；权重大时损失应增大。
lam = 1.0
    The strength lam is missing: the penalty is lam times the sum of squares.
    缺少系数 lam：惩罚项是 lam 乘以平方和。
lam = lam / max(len(weights), 1)
    It averages the penalty over the layers; add it up.
    对各层的惩罚项取了平均；应相加。
for w in weights -> for w in weights[:1]
    Only the first layer counts: add the penalty of every layer.
    只计入了第一层；应加上每一层的惩罚项。
lam = 2 * lam
    It has a factor 2, which belongs to the gradient.
    多了系数 2；那是求导时才出现的。
l2_penalty(w, lam) -> l2_penalty(w, lam) if w.ndim > 1 else 0.0
    It leaves out the vectors, such as biases; every array in the list counts.
    略去了向量（如偏置）；列表中的每个数组都应计入。
lam = lam**2
    It squares lam too; only the weights are squared.
    把 lam 也平方了；只应对权重取平方。
+ sum( -> * sum(
    It multiplies the loss by the penalty; add it.
    把损失与惩罚项相乘了；应相加。
data_loss = (1 - lam) * data_loss
    It weights the data loss by 1 - lam; lam belongs to the penalty alone.
    给数据损失乘了 1 - lam；lam 只应乘惩罚项。
l2_penalty(w, lam) -> lam * w.sum() ** 2
    It adds first and squares afterwards; square every weight before the sum.
    先求和再平方了；应先对每个权重平方再求和。
l2_penalty(w, lam) -> lam * np.square(w).max(initial=0)
    It takes the largest square of each layer; add up all squares.
    取了每层最大的平方；应把所有平方相加。
lam = lam / max(sum(w.size for w in weights), 1)
    It divides by the number of all weights; the penalty is a plain sum.
    除以了全部权重的个数；惩罚项应是总和本身。
return data_loss + lam * np.sqrt(sum(np.square(w).sum() for w in weights))
    It takes the norm of the whole network; the L2 penalty is its square.
    用了整个网络的范数；L2 惩罚项应为其平方。
""")


# --- weight_clip ---------------------------------------------------------------------------------

weight_clip = Check(penalties.weight_clip)
weight_clip.worked("B-1a", given([-0.9, 0.05, 0.4], 0.1), [-0.1, 0.05, 0.1])
weight_clip.worked("by hand", given([[2.0, -0.5], [-3.0, 1.5]], c=1.0), [[1.0, -0.5], [-1.0, 1.0]])
weight_clip.published(
    "TensorFlow (commit 00f0938), python/kernel_tests/clip_ops_test.py, testClipByValue",
    given([[-5.0, 2.0, 3.0], [4.0, 5.0, 6.0]], 4.4),
    [[-4.4, 2.0, 3.0], [4.0, 4.4, 4.4]],
)
weight_clip.edge("weights at the limit", given([0.5, -0.5, 0.25], 0.5))
weight_clip.edge("all within the limit", given([0.25, -0.125, 0.0], 1.0))
weight_clip.edge("all beyond the limit", given([[4.0, -2.0], [-8.0, 3.0]], 0.5))
weight_clip.edge("a limit of 0", given([0.5, -0.25], 0.0))
weight_clip.edge("only zeros", given([[0.0, 0.0], [0.0, 0.0]], 1.0))
weight_clip.edge("no entries", given(np.zeros((0, 3)), 1.0))
weight_clip.edge("single precision", given(np.array([[1.5, -0.25]], np.float32), 0.5))
weight_clip.edge("whole numbers", given([[3, -2, 0], [-1, 5, 4]], 2.5))


@weight_clip.random
def _(rng):
    return given(rng.integers(-8, 9, (3, 4)) / 4, float(rng.integers(1, 6) / 4))


@weight_clip.property(
    "Changing the sign of all weights must change the sign of the result and nothing else.",
    "权重全部变号，结果也应只变号。",
)
def _(rng):
    w = rng.standard_normal((4, 3))
    one, other = yield [given(w, 0.5), given(-w, 0.5)]
    return np.allclose(one, -other)


weight_clip.edits("""
np.clip(w, -c, c) -> np.where(np.abs(w) >= c, w, 0)
    It prunes the small weights; clipping limits the large ones and removes none.
    剪掉了小的权重；裁剪是限制大的权重，不去掉任何权重。
np.clip(w, -c, c) -> np.where(np.abs(w) <= c, w, 0)
    It sets the large weights to zero; they must become c or -c.
    把大的权重置零了；它们应变为 c 或 -c。
-c, c -> None, c
    It limits from above only; a weight below -c becomes -c.
    只限制了上界；小于 -c 的权重应变为 -c。
-c, c -> 0, c
    Its lower limit is 0; it must be -c.
    下界取成了 0；下界应为 -c。
return np.abs(result)
    It limits the magnitudes and loses the signs.
    只限制了绝对值，丢了权重的符号。
w[...] = np.clip(w, -c, c)
    It changes the array that it is given; return a new one.
    改动了传入的数组；应返回新的数组。
np.clip(w, -c, c) -> w * min(1, c / (np.linalg.norm(w) or 1))
    It scales all weights down to a norm of c; limit each weight separately.
    把整体缩放到范数 c 以内；应对每个权重分别限制。
np.clip(w, -c, c) -> np.clip(w, -1, 1)
    It limits to 1 whatever c is; limit to c.
    无论 c 是多少都限制到 1；应限制到 c。
np.clip(w, -c, c) -> np.sign(w) * c
    Every weight becomes c or -c; those within the limits keep their values.
    所有权重都变成了 c 或 -c；范围内的权重应保持原值。
np.clip(w, -c, c) -> w / max(np.abs(w).max(initial=0) / c, 1) if c else w * 0
    It scales all weights until the largest is c; limit each weight separately.
    把所有权重按比例缩小到最大为 c；应分别限制每个权重。
np.clip(w, -c, c) -> c * np.tanh(w / c) if c else w * 0
    It squashes the weights by tanh; those within the limits keep their values.
    用 tanh 压缩了权重；范围内的权重应保持原值。
np.clip(w, -c, c) -> np.clip(w, -(c**2), c**2)
    It limits to the square of c; limit to c.
    限制到了 c 的平方；应限制到 c。
-c, c -> -c, None
    It limits from below only; a weight above c becomes c.
    只限制了下界；大于 c 的权重应变为 c。
np.clip(w, -c, c) -> np.sign(w) * np.maximum(np.abs(w) - c, 0)
    It subtracts c from the magnitudes, which is soft thresholding; limit them to c.
    从绝对值中减去了 c（软阈值）；应限制到 c。
return np.abs(w) <= c
    It returns a mask of the weights within the limits; return the limited weights.
    返回了范围内权重的掩码；应返回限制后的权重。
return result.astype(np.asarray(w).dtype)
    The result has the number type of w: whole numbers cut off the fractions; return floats.
    结果沿用了 w 的数据类型，w 为整数时小数被截掉；应返回浮点数。
np.clip(w, -c, c) -> np.where(np.abs(w) > c, c, w)
    Weights below -c become c; they become -c.
    小于 -c 的权重变成了 c；应变为 -c。
np.clip(w, -c, c) -> np.where(np.abs(w) > c, np.sign(w), w)
    Large weights become 1 or -1; they become c or -c.
    大的权重变成了 1 或 -1；应变为 c 或 -c。
return result / (c or 1)
    It also divides by c; only limit the weights.
    又除以了 c；只应作限制。
np.clip(w, -c, c) -> np.clip(w, -c / 2, c / 2)
    It limits to half of c; limit to c.
    限制到了 c 的一半；应限制到 c。
""")


# --- scale_weights -------------------------------------------------------------------------------

scale_weights = Check(penalties.scale_weights)
scale_weights.worked("D-1.1b", given([0.8, -0.02, 0.4], 0.25), [0.2, -0.005, 0.1])
scale_weights.worked(
    "by hand", given([[-2.0, 4.0], [0.0, 1.0]], factor=0.75), [[-1.5, 3.0], [0.0, 0.75]]
)
scale_weights.published(  # from a norm of 5 to one of 4
    "TensorFlow (commit 00f0938), python/kernel_tests/clip_ops_test.py, testClipByNormClipped",
    given([[-3.0, 0.0, 0.0], [4.0, 0.0, 0.0]], 4 / 5),
    [[-2.4, 0.0, 0.0], [3.2, 0.0, 0.0]],
)
scale_weights.edge("the factor 0", given([0.5, -0.25], 0.0))
scale_weights.edge("zeros remain zeros", given([[0.0, 0.0], [0.0, 0.0]], 0.75))
scale_weights.edge("no entries", given(np.zeros((0, 3)), 0.75))
scale_weights.edge("one negative weight", given([-0.5], 0.25))
scale_weights.edge("single precision", given(np.array([[1.5, -0.25]], np.float32), 0.75))


@scale_weights.random
def _(rng):
    return given(rng.integers(-8, 9, (3, 4)) / 4, float(rng.integers(1, 8) / 8))


@scale_weights.property(
    "The number of zero weights must not change: scaling prunes none.",
    "零权重的个数不应改变：缩小权重并不是剪枝。",
)
def _(rng):
    w = rng.integers(-3, 4, (5, 6)) / 4
    (less,) = yield [given(w, 0.125)]
    return np.array_equal(less == 0, w == 0)


@scale_weights.solution
def scale_weights(w, factor):
    return factor * w


scale_weights.edits("""
factor * w -> (1 - factor) * w
    It multiplies by 1 - factor; the factor is what is left of a weight.
    乘的是 1 - factor；factor 表示权重保留的比例。
factor * w -> np.where(np.abs(w) >= factor, w, 0.0)
    It sets the weights below the factor to zero, which is pruning; shrinking makes none zero.
    把小于 factor 的权重置零，那是剪枝；缩小不会使权重变零。
factor * w -> np.sign(w) * np.maximum(np.abs(w) - factor, 0)
    It moves every weight towards 0 by the same amount; multiply by the factor.
    把每个权重向 0 移动了同样的量；应乘以 factor。
factor * w -> w - factor
    It subtracts the factor, so that negative weights grow; multiply by it.
    减去了 factor，负权重反而变大；应乘以 factor。
factor * w -> w / (1 + factor)
    It divides by 1 + factor; multiply by the factor.
    除以了 1 + factor；应乘以 factor。
return np.abs(result)
    The signs are lost: a weight keeps its sign.
    丢了符号：缩小后权重的符号应不变。
factor * w -> np.multiply(factor, w, out=w)
    It changes the array that it is given; return a new one.
    改动了传入的数组；应返回新的数组。
factor * w -> w / factor if factor else w
    It divides by the factor; multiply by it.
    除以了 factor；应乘以它。
factor * w -> factor**2 * w
    It squares the factor.
    对 factor 取了平方；应只乘一次。
factor * w -> np.where(np.abs(w) < factor, factor * w, w)
    It shrinks only weights below the factor; multiply every weight.
    只缩小了小于 factor 的权重；每个权重都应乘以 factor。
factor * w -> factor + w
    It adds the factor; multiply by it.
    加上了 factor；应相乘。
factor * w -> w * (1 + factor)
    It multiplies by 1 + factor, so weights grow; multiply by the factor.
    乘以了 1 + factor，权重反而变大；应乘以 factor。
factor * w -> np.sqrt(factor) * w
    It takes the root of the factor.
    对 factor 开了平方；应乘以 factor 本身。
factor * w -> w * np.exp(-factor)
    It multiplies by exp(-factor); multiply by the factor.
    乘以了 exp(-factor)；应乘以 factor。
factor * w -> factor * w / (np.linalg.norm(w) or 1)
    It also divides by the norm of the weights; only multiply by the factor.
    又除以了权重的范数；只应乘以 factor。
return np.maximum(result, 0)
    Negative weights become 0; they are multiplied like the others.
    负权重变成了 0；应与其他权重一样相乘。
""")
