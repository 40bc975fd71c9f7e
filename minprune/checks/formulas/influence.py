"""Checks of `minprune.formulas.influence`."""

import numpy as np

from minprune.checks.check import Check, Function, given
from minprune.formulas import influence

QUADRATIC = Function("lambda w: 0.5 * (w[0] + 2 * w[1] - 4) ** 2")  # the loss of C-4.2f
COUPLED = [[2.0, 1.0], [1.0, 2.0]]  # its inverse is [[2, -1], [-1, 2]] / 3


def _eighths(rng, *shape):
    """Numbers between -1 and 1 that can be added up without rounding."""
    return rng.integers(-8, 9, shape) / 8


def _hessian(rng, n):
    """A symmetric matrix, positive definite."""
    a = rng.integers(-2, 3, (n, n)) / 2
    return a @ a.T + np.eye(n)


# Second derivatives of the sum of squared residuals of a linear regression, 2 X^T X with X centred,
# of 13 cement mixtures in four ingredients: as Hald printed the data, and with 47 for a 20 in them.
HALD = 2 / 13 * np.array([
    [5398, 3264, -4844, -3770],
    [3264, 37774, -2165, -39533],
    [-4844, -2165, 6400, 494],
    [-3770, -39533, 494, 43706],
])  # fmt: skip
HALD_WITH_47 = 2 / 13 * np.array([
    [5398, 3264, -4844, -2528],
    [3264, 37774, -2165, -36779],
    [-4844, -2165, 6400, -829],
    [-2528, -36779, -829, 45434],
])  # fmt: skip


# --- leave_one_out -------------------------------------------------------------------------------

leave_one_out = Check(influence.leave_one_out)
leave_one_out.worked("C-4.2f", given(QUADRATIC, [3.0, 1.0]), [1.5, 0.0])
leave_one_out.worked(
    "by hand",
    given(Function("lambda w: (w**2).sum()"), [[1.0, -2.0], [0.0, 0.5]]),
    [[-1.0, -4.0], [0.0, -0.25]],
)
leave_one_out.worked(
    "by hand", given(Function("lambda w: (w[0] * w[1] - w[2]) ** 2"), [2.0, 1.0, 1.0]), [0, 0, 3.0]
)
leave_one_out.published(  # the output falls by so much; the loss is minus the output
    "Captum 0.8, tests/attr/test_feature_ablation.py, test_simple_ablation",
    given(
        Function("lambda x: 1 - sum(max(x.sum() + b, 0) for b in (-10, 1, 1, 1))"),
        [20.0, 50.0, 30.0],
    ),
    [80.0, 200.0, 120.0],
)
leave_one_out.edge("one weight", given(Function("lambda w: w[0] ** 3"), [-2.0]))
leave_one_out.edge("weights of zero", given(Function("lambda w: (w - 1).sum() ** 2"), [0.0, 0.0]))
leave_one_out.edge(
    "no weights at all", given(Function("lambda w: (w**2).sum() + 1"), np.zeros((0,)))
)
leave_one_out.edge(
    "the largest weight decides", given(Function("lambda w: w.max()"), [0.5, 2.0, -1.0, 1.5])
)
leave_one_out.edge(
    "three axes",
    given(Function("lambda w: (w.sum() - 1) ** 2"), np.arange(-4.0, 4).reshape(2, 2, 2)),
)
leave_one_out.edge(
    "float32",
    given(Function("lambda w: (w[0] * w[1] - 1) ** 2"), np.array([1.5, -2.0], dtype=np.float32)),
)


@leave_one_out.random
def _(rng):
    return given(
        Function("lambda w: (w.sum() - 1) ** 2 / 2 + (w[0] ** 2).sum()"), _eighths(rng, 3, 4)
    )


@leave_one_out.property(
    "A constant added to the loss must change no influence.",
    "给损失加上一个常数，影响应不变。",
)
def _(rng):
    w = _eighths(rng, 3, 4)
    one, other = yield [given(Function(f"lambda w: ((w - 1) ** 2).sum() + {c}"), w) for c in (0, 3)]
    return np.allclose(one, other)


@leave_one_out.property(
    "If the loss is a sum over the weights, the influences must add up to L(0) - L(w).",
    "当损失是各权重单独损失之和时，影响之和应等于 L(0) - L(w)。",
)
def _(rng):
    w = _eighths(rng, 3, 4)
    (s,) = yield [given(Function("lambda w: ((w - 1) ** 2).sum()"), w)]
    return np.allclose(np.sum(s), w.size - np.square(w - 1).sum())


leave_one_out.edits("""
return -result
    The sign is reversed: it is the loss without the weight minus the loss with it.
    符号反了：应为去掉该权重后的损失减去原来的损失。
loss(without) - base -> loss(without)
    The loss of the whole network is not subtracted.
    没有减去完整网络的损失。
return np.abs(result)
    It takes the absolute value; where the loss would fall, the influence is negative.
    取了绝对值；若去掉权重会使损失下降，影响应为负。
w = w.copy()
without = w.copy() -> without = w
    It does not restore the weights set to zero before; start from all weights each time.
    之前置零的权重没有恢复；每次都应从完整的权重开始。
without = w.copy() -> without = w
    It sets entries of w itself to zero and does not restore them; copy w for every weight.
    直接把 w 的元素置零且不恢复；应为每个权重复制一份 w。
np.ndindex(w.shape) -> range(len(w))
    It removes a whole row of a matrix at a time; remove single weights.
    每次去掉矩阵的一整行；应逐个去掉权重。
w.copy() -> 0 * w
without[i] = 0 -> without[i] = w[i]
loss(without) - base -> base - loss(without)
    It adds the weight to a network of zeros; remove it from the whole network.
    把该权重单独放进全零网络；应从完整网络中去掉它。
return result / w
    It divides by the weight, which gives a slope; return the change of the loss.
    除以了权重，得到的是斜率；应为损失的变化量。
base, scores = function("loss", loss)(w.copy()) -> base, scores = function("loss", loss)(0 * w)
    It subtracts the loss of a network of zeros; subtract that of the whole network.
    减去的是全零网络的损失；应减去完整网络的损失。
without[i] = 0 -> without[i] = 1
    It sets the weight to 1; set it to 0.
    把权重设成了 1；应设为 0。
without[i] = 0 -> without[i] = -without[i]
    It changes the sign of the weight; set it to 0.
    把权重变号了；应设为 0。
return result**2
    It squares the change of the loss; return the change itself.
    对损失的变化取了平方；应返回变化本身。
return np.sum(result)
    It adds up all weights; every weight has its own score.
    对所有权重求了和；每个权重应有自己的得分。
return result / (np.abs(result).max(initial=0) or 1)
    It divides by the largest change; return the changes themselves.
    除以了最大的变化；应返回变化本身。
loss(without) - base -> (loss(without) - base) / (base or 1)
    It divides by the loss of the whole network; return the difference.
    除以了完整网络的损失；应返回差值。
return np.maximum(result, 0)
    Negative changes become 0; they show that the loss falls without the weight.
    负的变化成了 0；它表示去掉权重后损失下降，应保留。
without[i] = 0 -> without[i] /= 2
    It halves the weight; set it to 0.
    把权重减半了；应设为 0。
loss(without) - base -> loss(without) + base
    It adds the loss of the whole network; subtract it.
    加上了完整网络的损失；应减去它。
""")


# --- second_order_influence ----------------------------------------------------------------------

second_order_influence = Check(influence.second_order_influence)
second_order_influence.worked("C-4.2f", given([3.0, 1.0], [1.0, 2.0], [1.0, 4.0]), [1.5, 0.0])
second_order_influence.worked(
    "by hand", given([2.0, -1.0, -2.0], [0.5, 3.0, 1.0], [1.0, 2.0, 0.5]), [1.0, 4.0, 3.0]
)
second_order_influence.worked("by hand", given([2.0], [3.0], [1.0]), [-4.0])
second_order_influence.published(  # a t^2 + b t at t = 1, a step that takes -1 to 0
    "SciPy 1.13, scipy/optimize/tests/test_lsq_common.py, TestQuadraticFunction",
    given([-1.0], [2.8], [2 * 2.05]),
    [4.85],
)
second_order_influence.edge("no gradient", given([1.0, -2.0], [0.0, 0.0], [3.0, 0.25]))
second_order_influence.edge("no curvature", given([1.0, -2.0], [3.0, 0.25], [0.0, 0.0]))
second_order_influence.edge("negative curvature", given([2.0], [0.5], [-1.0]))
second_order_influence.edge("weights of zero", given(np.zeros((2, 2)), np.ones((2, 2)), np.eye(2)))
second_order_influence.edge("no weights at all", given(*[np.zeros((0, 3))] * 3))
second_order_influence.edge(
    "float32", given(*np.array([[[1.5, -2.0]], [[0.5, 1.0]], [[2.0, 0.25]]], dtype=np.float32))
)


@second_order_influence.random
def _(rng):
    return given(_eighths(rng, 3, 4), _eighths(rng, 3, 4), _eighths(rng, 3, 4) + 1)


@second_order_influence.property(
    "For the loss sum_i c_i (w_i - a_i)^2 / 2 it must be exact.",
    "对损失 Σ c_i (w_i - a_i)^2 / 2，结果应是精确的。",
)
def _(rng):
    w, a, c = _eighths(rng, 3, 5)
    (s,) = yield [given(w, c * (w - a), c)]
    return np.allclose(s, c * (np.square(a) - np.square(w - a)) / 2)


@second_order_influence.solution
def second_order_influence(w, g, h):
    return -g * w + h * np.square(w) / 2


second_order_influence.edits("""
-g * w -> g * w
    The sign of the first order is wrong: the step is -w, so its term is -g w.
    一阶项符号错了：改变量是 -w，因此该项为 -g w。
h * np.square(w) / 2 -> h * np.square(w)
    The factor 1/2 of the second order is missing.
    二阶项漏了系数 1/2。
h = 0 * h
    It stops at the first order; add h w^2 / 2.
    只算到一阶；还应加上 h w^2 / 2。
g = 0 * g
    It leaves out the first order, as if the gradient had vanished.
    漏了一阶项，相当于假定梯度为零。
return np.abs(result)
    It takes the absolute value; where the loss would fall, the influence is negative.
    取了绝对值；若去掉权重会使损失下降，影响应为负。
np.square(w) -> w
    The weight is not squared in the second order.
    二阶项中的权重没有平方。
h = np.square(g)
    It uses the squared gradient instead of the second derivative.
    用梯度的平方代替了二阶导数。
-g * w -> g
    It leaves out the weight in the first order; the term is -g w.
    一阶项漏了权重；该项应为 -g w。
+ h * np.square(w) / 2 -> - h * np.square(w) / 2
    It subtracts the second order; it is added.
    减去了二阶项；应加上。
h * np.square(w) / 2 -> np.square(h * w) / 2
    It squares the curvature too; only the weight is squared.
    把二阶导数也平方了；只应对权重平方。
h * np.square(w) / 2 -> np.square(w) / 2
    It leaves out the curvature.
    二阶项漏了二阶导数，应乘以它。
return np.sum(result)
    It adds up all weights; every weight has its own influence.
    对所有权重求了和；每个权重应有自己的影响。
return -result
    The sign is inverted: it is the loss without the weight minus the loss with it.
    符号反了：应为去掉权重后的损失减去原来的损失。
-g * w + h * np.square(w) / 2 -> np.abs(g * w) + h * np.square(w) / 2
    It takes the absolute value of the first order; its sign counts.
    对一阶项取了绝对值；其符号应保留。
h * np.square(w) / 2 -> h * np.square(w) / 6
    It divides the second order by 6; its factor is 1/2.
    二阶项除以了 6；系数应为 1/2。
h * np.square(w) / 2 -> h * np.abs(w) / 2
    It takes |w| in the second order; square the weight.
    二阶项用了权重的绝对值；应取平方。
h = np.abs(h)
    It takes the magnitude of the curvature; a negative one lowers the influence.
    对二阶导数取了绝对值；负的二阶导数应使影响减小。
-g * w + h * np.square(w) / 2 -> (-g * w + h * np.square(w)) / 2
    The factor 1/2 applies to both terms; it belongs to the second order alone.
    两项都乘了系数 1/2；它只应属于二阶项。
-g * w -> -g * np.abs(w)
    It takes |w| in the first order; the sign of the weight counts.
    一阶项用了权重的绝对值；权重的符号应保留。
h * np.square(w) / 2 -> h * np.square(w) * 2
    It multiplies the second order by 2; its factor is 1/2.
    二阶项乘以了 2；系数应为 1/2。
h * np.square(w) / 2 -> h * np.square(w) // 2
    It divides the second order by 2 without a fraction; divide with /.
    二阶项用了整除；应使用 / 保留小数部分。
-g * w + -> -g + 0 * w +
    The weight is missing in the first order, -g w.
    一阶项 -g w 漏了权重，应乘以权重。
""")


# --- obd_saliency --------------------------------------------------------------------------------

obd_saliency = Check(influence.obd_saliency)
obd_saliency.worked("E-3.1", given([3.0, 1.0], [1.0, 4.0]), [4.5, 2.0])
obd_saliency.worked(
    "by hand", given([[2.0, -1.0], [-4.0, 0.5]], [[1.0, 3.0], [0.5, 8.0]]), [[2.0, 1.5], [4.0, 1.0]]
)
obd_saliency.published(  # sums of squares of coefficients in an orthogonal design of 16 runs
    "Montgomery and Runger 2003, Applied Statistics and Probability for Engineers, "
    "Tables 14-17 and 14-18",
    given([1.6875, 0.8125, 0.4375, 0.6875], [32.0] * 4),
    [45.5625, 10.5625, 3.0625, 7.5625],
)
obd_saliency.worked("by hand", given([2.0, -2.0], [-1.0, 0.25]), [-2.0, 0.5])
obd_saliency.edge("no curvature", given([1.0, -2.0], [0.0, 0.0]))
obd_saliency.edge("negative curvature", given([2.0, -1.0], [-1.0, -0.5]))
obd_saliency.edge("weights of zero", given(np.zeros((2, 2)), np.ones((2, 2))))
obd_saliency.edge("no weights at all", given(np.zeros((0, 3)), np.zeros((0, 3))))
obd_saliency.edge("one weight", given([-0.5], [4.0]))
obd_saliency.edge(
    "float32", given(np.array([1.5, -2.0], np.float32), np.array([2.0, 0.25], np.float32))
)
obd_saliency.edge("whole numbers", given([3, -1, 0, 5], [1, 3, 2, -1]))


@obd_saliency.random
def _(rng):
    return given(_eighths(rng, 3, 4), _eighths(rng, 3, 4) + 1)


@obd_saliency.property(
    "A weight of twice the size, of either sign, must have four times the saliency.",
    "权重变为两倍（无论正负），显著度应变为四倍。",
)
def _(rng):
    w, h = rng.standard_normal((2, 3, 4))
    one, other = yield [given(w, h), given(-2 * w, h)]
    return np.allclose(4 * np.asarray(one), other)


@obd_saliency.solution
def obd_saliency(w, h):
    square = w**2
    return h * square / 2


obd_saliency.edits("""
np.square(w, out=w); w = np.sqrt(w)
    It writes the squares into w; w must not change.
    把平方写回了 w；不应改动 w。
h *= w**2 / 2
return h
    It writes the result into h; h must not change.
    把结果写回了 h；不应改动 h。
h = np.maximum(h, 0)
    Negative curvature becomes 0; where the loss curves down, the saliency is negative.
    负的二阶导数成了 0；若二阶导数为负，显著度应为负。
w**2 -> w
    The weight is not squared.
    权重没有平方，应为 w 的平方。
w**2 -> np.abs(w)
    It takes |w| where w^2 belongs; the second order grows with the square of the step.
    用了 |w| 而不是 w^2；二阶项与改变量的平方成正比。
w**2 -> w * np.abs(w)
    The square has the sign of w; w^2 is never negative.
    平方带上了 w 的符号；w^2 不会是负数。
w**2 -> w**3
    The weight is cubed; the second order has its square.
    用了权重的三次方；二阶项是平方。
w**2 -> np.sum(w**2)
    It multiplies every curvature by the sum of all squares; each weight has its own square.
    每个二阶导数都乘以了所有权重的平方和；每个权重应乘自己的平方。
h * square -> h.mean() * square
    It takes the mean of the curvatures; each weight has its own.
    取了二阶导数的平均；每个权重都有自己的二阶导数。
h * square -> h**2 * w
    It squares the curvature, where the weight is to be squared.
    平方的是二阶导数；应平方的是权重。
h * square -> (h * w) ** 2
    It squares the curvature as well; only the weight is squared.
    把二阶导数也平方了；只有权重需要平方。
h * square / 2 -> (h * w / 2) ** 2
    It squares h w / 2 as a whole; only the weight is squared.
    把 h w / 2 整个平方了；只有权重需要平方。
h * square / 2 -> h * (w / 2) ** 2
    The factor 1/2 is squared with the weight; it stands outside the square.
    系数 1/2 和权重一起平方了；它应在平方之外。
h * square / 2 -> h * square // 2
    It rounds down, as // does; divide by 2 with /.
    结果向下取整了，与整除 // 一样；应用 / 除以 2。
h * square -> square
    It leaves out the curvature, so it ranks like the magnitude.
    漏了二阶导数，排序便与绝对值相同。
h * square -> square / h
    It divides by the curvature; only an inverse Hessian is in the denominator.
    除以了二阶导数；只有 Hessian 矩阵的逆才出现在分母上。
h * square -> h
    It leaves out the weight; the curvature is multiplied by w^2.
    漏了权重；二阶导数应乘以 w^2。
h * square / 2 -> square / (2 * h + 1e-8)
    It divides by the curvature and a tiny number; multiply the square by the curvature.
    除以了二阶导数加一个极小的数；平方应乘以二阶导数。
h * square / 2 -> np.abs(w * h) + h * square / 2
    It adds |w h|, the form of the first order; the saliency is h w^2 / 2 alone.
    加上了 |w h|，即一阶项的形式；显著度只是 h w^2 / 2。
h * square -> h.sum() * square
    It multiplies every square by the sum of the curvatures; each weight has its own.
    每个平方都乘以了二阶导数之和；每个权重都有自己的二阶导数。
h * square -> np.diag(np.diag(h)) * square
    It keeps the diagonal of h alone, but h is the diagonal already, one entry for each weight.
    只保留了 h 的对角；h 本身就是对角元，与权重一一对应。
w = np.sign(w)
    It uses the sign of the weight in place of the weight; square the weight itself.
    只用了权重的符号；应把权重本身平方。
w**2 -> w**4
    The weight is raised to the fourth power; the second order has its square.
    用了权重的四次方；二阶项是平方。
w = w / np.linalg.norm(w)
    It divides the weights by their norm; take the weights as they are.
    把权重除以了它们的范数；应直接使用权重。
h = h / np.abs(h).max(initial=0)
    It divides the curvatures by the largest; take them as they are.
    把二阶导数除以了其中最大的；应直接使用。
h = np.maximum(h, 1e-8)
    Negative curvature becomes a tiny number; where the loss curves down, the saliency is negative.
    负的二阶导数成了极小的正数；若二阶导数为负，显著度应为负。
h * square -> h + square
    It adds the curvature and the square; multiply them.
    把二阶导数与平方相加了；应相乘。
h * square -> h @ square
    It takes the matrix product, which adds up the products; multiply entry by entry, with *.
    用了矩阵乘法，乘积被加在了一起；应逐元素相乘，用 *。
h * square -> np.diag(h) * square
    It takes the diagonal of h, but h is the diagonal already, one entry for each weight.
    又对 h 取了对角；h 本身就是对角元，与权重一一对应。
h * square / 2 -> np.abs(w * h)
    It computes |w h|, the form of the first order; here the second order is h w^2 / 2.
    算的是 |w h|，即一阶项的形式；这里是二阶项 h w^2 / 2。
return 2 * result
    The factor 1/2 of the Taylor series is missing.
    漏了泰勒展开中的系数 1/2。
return 4 * result
    It multiplies by 2 where it must divide by 2.
    乘以了 2；应除以 2。
return result / 3
    It divides by 6, as the third order does; the factor of the second order is 1/2.
    除以了 6，那是三阶项的系数；二阶项的系数是 1/2。
return 0 * result
    The result is always 0, as with a factor 1 // 2; multiply by 1 / 2.
    结果总是 0，系数写成 1 // 2 就会这样；应乘以 1 / 2。
return -result
    The sign is inverted; a positive curvature gives a positive saliency.
    符号反了；二阶导数为正时，显著度应为正。
return np.abs(result)
    It takes the absolute value; where the loss curves down, the saliency is negative.
    取了绝对值；若二阶导数为负，显著度应为负。
return result**0.5
    It takes the square root of the saliency; the saliency is h w^2 / 2 itself.
    对显著度开了平方；显著度就是 h w^2 / 2。
return result.sum()
    It adds up all weights; every weight has its own saliency.
    对所有权重求了和；每个权重都应有自己的显著度。
return result.mean()
    It takes the mean over the weights; every weight has a saliency of its own.
    对所有权重取了平均；每个权重都应有自己的显著度。
return result.sum(axis=-1)
    It adds up the saliencies of each row; every weight has a saliency of its own.
    把每一行的显著度加在了一起；每个权重都应有自己的显著度。
return result.sum(axis=0)
    It adds up the saliencies of each column; every weight has a saliency of its own.
    把每一列的显著度加在了一起；每个权重都应有自己的显著度。
return result / result.sum()
    It divides by the sum of all saliencies; here they are in the units of the loss.
    除以了所有显著度之和；这里的显著度不作归一化。
return result / result.max()
    It divides by the largest saliency; here they are in the units of the loss.
    除以了最大的显著度；这里的显著度不作归一化。
return result / (result.sum() or 1)
    It divides by the sum of all saliencies, unless that is 0; here they are not normalized.
    除以了所有显著度之和（若不为 0）；这里的显著度不作归一化。
return result / result.max(initial=-np.inf)
    It divides by the largest saliency; here they are in the units of the loss.
    除以了最大的显著度；这里的显著度不作归一化。
return result / (result.max(initial=0) or 1)
    It divides by the largest of the saliencies, unless that is 0; here they are not normalized.
    除以了最大的显著度（若不为 0）；这里的显著度不作归一化。
return result / np.linalg.norm(result)
    It divides by the L2 norm of the saliencies; here they are in the units of the loss.
    除以了显著度的 L2 范数；这里的显著度不作归一化。
return result / (np.linalg.norm(result) or 1)
    It divides by the L2 norm of the saliencies, unless that is 0; here they are not normalized.
    除以了显著度的 L2 范数（若不为 0）；这里的显著度不作归一化。
return result / result.mean()
    It divides by the mean of the saliencies; here they are not normalized.
    除以了显著度的平均；这里的显著度不作归一化。
return result / max(w.size, 1)
    It divides by the number of weights; here they are not normalized.
    除以了权重的个数；这里的显著度不作归一化。
return result / max(len(w), 1)
    It divides by the number of rows; here they are not normalized.
    除以了行数；这里的显著度不作归一化。
return result / result.sum(axis=-1, keepdims=True)
    It divides each row by its sum; here they are not normalized.
    每一行除以了该行之和；这里的显著度不作归一化。
return np.exp(result) / np.exp(result).sum()
    It applies softmax to the saliencies; here they are not normalized.
    对显著度作了 softmax；这里的显著度不作归一化。
return (result - result.min()) / (result.max() - result.min())
    It scales the saliencies to the range from 0 to 1; here they are not normalized.
    把显著度缩放到了 0 到 1 之间；这里的显著度不作归一化。
return result >= result.mean()
    It returns which saliencies reach the mean; return the saliencies themselves.
    返回的是哪些显著度达到了平均值；应返回显著度本身。
return np.argsort(result, axis=None)
    It returns the flat indices ranked by saliency; return the saliencies themselves.
    返回的是按显著度排列的展平下标；应返回显著度本身。
return np.argsort(np.argsort(result))
    It returns ranks; return the saliencies themselves.
    返回的是名次；应返回显著度本身。
return np.argmin(result)
    It returns the index of the lowest; return all saliencies.
    返回的是最小者的下标；应返回所有显著度。
return np.array([*result[:1], *0 * result[1:]]) if len(w) else None
    Only the first saliency or row is filled in; return after the loop, not inside.
    只填了第一个显著度（或第一行）；应在循环结束之后再返回。
return result.max()
    It returns the largest alone; every weight has a saliency of its own.
    只返回了最大的一个；每个权重都应有自己的显著度。
return np.argsort(result)
    It returns the indices ranked by saliency; the saliencies are asked for, in the shape of w.
    返回了按显著度排列的下标；应返回显著度，形状与 w 相同。
return np.sort(result)
    It sorts the saliencies; each belongs where its weight is.
    把显著度排序了；每个显著度应在其权重所在的位置。
return result.astype(int)
    It cuts the saliencies to whole numbers, as an integer array does; use an array of floats.
    显著度的小数部分丢掉了，整数数组就会这样；应使用浮点数组。
return result.ravel()
    The result is flat; it has the shape of w.
    结果展平了；形状应与 w 相同。
return result.astype(np.asarray(h).dtype)
    The result has the number type of h: whole numbers cut off the fractions; return floats.
    结果沿用了 h 的数据类型，h 为整数时小数被截掉；应返回浮点数。
""")


# --- obs_saliency --------------------------------------------------------------------------------

obs_saliency = Check(influence.obs_saliency)
obs_saliency.worked("by hand", given([3.0, 1.0], [[1.0, 0.0], [0.0, 4.0]]), [4.5, 2.0])
obs_saliency.worked("by hand", given([1.0, 1.0], COUPLED), [0.75, 0.75])
obs_saliency.worked("by hand", given([4.0, -1.0], COUPLED), [12.0, 0.75])
obs_saliency.published(  # type III sums of squares; the coefficients have 8 decimal places
    "Old Dominion University, Experimental Design, m_reg_l, SAS output of PROC GLM",
    given([1.62976040, 0.58798438, 0.16734770, -0.07179770], HALD_WITH_47),
    [281.3174755, 163.2592552, 3.1459775, 2.7125876],
    digits=5,
)
obs_saliency.edge("one weight", given([-3.0], [[2.0]]))
obs_saliency.edge("weights of zero", given([0.0, 0.0], COUPLED))
obs_saliency.edge("nearly dependent weights", given([1.0, -2.0], [[1.0, 0.875], [0.875, 1.0]]))
obs_saliency.edge(
    "one weight independent of the others",
    given([1.0, 2.0, -3.0], [[2, 1, 0], [1, 2, 0], [0, 0, 0.5]]),
)
obs_saliency.edge(
    "float32", given(np.array([1.5, -0.5], np.float32), np.array(COUPLED, np.float32))
)
obs_saliency.edge("whole numbers", given([3, -1], [[2, 1], [1, 3]]))


@obs_saliency.random
def _(rng):
    return given(_eighths(rng, 4), _hessian(rng, 4))


@obs_saliency.property(
    "It must never exceed h_qq w_q^2 / 2, the saliency if the other weights do not compensate.",
    "结果不应大于 h_qq w_q^2 / 2，即其他权重不作补偿时的值。",
)
def _(rng):
    w, H = rng.standard_normal(5), _hessian(rng, 5)
    (s,) = yield [given(w, H)]
    return len(s) == 5 and bool(np.all(s <= np.diag(H) * np.square(w) / 2 * (1 + 1e-9)))


obs_saliency.edits("""
np.diag(inverse) -> 1 / np.diag(H)
    It ignores that the other weights compensate: invert H, then divide.
    没有考虑其他权重的补偿：应先求 H 的逆，再作除法。
np.diag(inverse) -> np.diag(H)
    It divides by the diagonal of H; divide by the diagonal of its inverse.
    除以了 H 的对角元；应除以 H 的逆矩阵的对角元。
/ (2 * np.diag(inverse)) -> * np.diag(inverse) / 2
    It multiplies by the diagonal of the inverse; divide by it.
    乘以了逆矩阵的对角元；应除以它。
2 * np.diag(inverse) -> np.diag(inverse)
    The factor 1/2 is missing.
    漏了系数 1/2，分母应有 2。
np.square(w) -> w
    The weight is not squared.
    权重没有平方，应为 w 的平方。
np.diag(inverse) -> inverse.sum(axis=1)
    It divides by the row sums of the inverse; divide by its diagonal.
    除以了逆矩阵各行之和；应除以对角元。
np.square(w) -> np.abs(w)
    It takes |w| where w^2 belongs.
    用了 |w|；此处应为 w 的平方。
np.square(w) -> w**3
    The weight is cubed; it is squared.
    对权重取了立方；应取平方。
2 * np.diag(inverse) -> np.diag(inverse) / 2
    It multiplies by 2; divide by twice the diagonal.
    乘以了 2；应除以对角元的两倍。
2 * np.diag(inverse) -> 2 * np.diag(inverse) ** 2
    It squares the diagonal of the inverse; divide by the diagonal itself.
    对逆矩阵的对角元取了平方；应除以对角元本身。
np.diag(inverse) -> inverse
    It divides by the whole inverse, which gives a matrix; divide by its diagonal.
    除以了整个逆矩阵，得到的是矩阵；应除以其对角元。
np.square(w) / (2 * np.diag(inverse)) -> np.square(w) * np.diag(inverse)
    It multiplies by the diagonal of the inverse, and 1/2 is missing; divide by twice of it.
    乘以了逆矩阵的对角元，也漏了 1/2；应除以它的两倍。
return np.sqrt(np.abs(result))
    It takes the square root of the saliency; the saliency is w^2 / (2 [H^-1]_qq) itself.
    对显著度开了平方；显著度就是 w^2 / (2 [H^-1]_qq) 本身。
return np.square(np.linalg.inv(H) @ w) / 2
    It squares the product of the inverse and w; square each weight by itself.
    对逆矩阵与 w 的乘积取了平方；应对每个权重本身取平方。
np.diag(inverse) -> np.trace(inverse)
    It divides by the trace of the inverse; each weight has its own diagonal entry.
    除以了逆矩阵的迹；每个权重有各自的对角元。
np.diag(inverse) -> np.linalg.norm(inverse, axis=1)
    It divides by the norms of the rows of the inverse; divide by its diagonal.
    除以了逆矩阵各行的范数；应除以其对角元。
return int(np.argmin(result))
    It returns the weight to remove first; the saliencies are asked for.
    返回了最先应剪的权重；要求的是显著度。
return result.astype(np.asarray(w).dtype)
    The result has the number type of w: whole numbers cut off the fractions; return floats.
    结果沿用了 w 的数据类型，w 为整数时小数被截掉；应返回浮点数。
H = H + 0.01 * np.eye(len(w))
    It adds 0.01 to the diagonal of H before inverting it; take H as it is.
    求逆前在 H 的对角线上加了 0.01；应直接使用 H。
H = H + 0.001 * np.eye(len(w))
    It adds 0.001 to the diagonal of H before inverting it; take H as it is.
    求逆前在 H 的对角线上加了 0.001；应直接使用 H。
H = H + 1e-4 * np.eye(len(w))
    It adds 0.0001 to the diagonal of H before inverting it; take H as it is.
    求逆前在 H 的对角线上加了 0.0001；应直接使用 H。
H = H + np.eye(len(w))
    It adds 1 to the diagonal of H before inverting it; take H as it is.
    求逆前在 H 的对角线上加了 1；应直接使用 H。
H = H + 0.1 * np.eye(len(w))
    It adds 0.1 to the diagonal of H before inverting it; take H as it is.
    求逆前在 H 的对角线上加了 0.1；应直接使用 H。
np.diag(inverse) -> np.abs(inverse).max(axis=1)
    It divides by the largest entries of the rows of the inverse; divide by its diagonal.
    除以了逆矩阵各行的最大元素；应除以其对角元。
return result / (np.linalg.norm(result) or 1)
    It divides by the L2 norm of the saliencies; here they are in the units of the loss.
    除以了显著度的 L2 范数；这里的显著度不作归一化。
""")


# --- obs_update ----------------------------------------------------------------------------------

obs_update = Check(influence.obs_update)
obs_update.worked("by hand", given([1.0, 1.0], COUPLED, q=1), [1.5, 0.0])
obs_update.worked("by hand", given([4.0, -1.0], COUPLED, q=0), [0.0, 1.0])
obs_update.worked(
    "by hand", given([4.0, -1.0, 5.0], [[2, 1, 0], [1, 2, 0], [0, 0, 1.0]], 1), [3.5, 0.0, 5.0]
)
obs_update.published(  # the regression without the third ingredient; w has 4 decimal places
    "Montgomery, Peck and Vining 2012, Introduction to Linear Regression Analysis, page 346",
    given([1.5511, 0.5102, 0.1019, -0.1441], HALD, q=2),
    [1.4519, 0.4161, 0.0, -0.2365],
    digits=3,
)
obs_update.edge("one weight", given([-3.0], [[2.0]], 0))
obs_update.edge("a diagonal Hessian", given([3.0, 1.0, -2.0], np.diag([1.0, 4.0, 2.0]), 2))
obs_update.edge("a weight that is zero", given([0.0, 2.0], COUPLED, 0))
obs_update.edge("nearly dependent weights", given([1.0, -2.0], [[1.0, 0.875], [0.875, 1.0]], 1))
obs_update.edge(
    "float32", given(np.array([1.5, -0.5], np.float32), np.array(COUPLED, np.float32), 0)
)


@obs_update.random
def _(rng):
    return given(_eighths(rng, 4), _hessian(rng, 4), int(rng.integers(4)))


@obs_update.property(
    "Weight q must be 0 and the others optimal: H (w' - w) is zero except at q.",
    "第 q 个权重应为零，其余权重应最优：H (w' - w) 除第 q 个元素外都为零。",
)
def _(rng):
    w, H = rng.standard_normal(5), _hessian(rng, 5)
    (new,) = yield [given(w, H, 2)]
    return np.allclose(new[2], 0) and np.allclose(np.delete(H @ (new - w), 2), 0)


@obs_update.solution
def obs_update(w, H, q):
    inverse = np.linalg.inv(H)
    new = w.copy()
    new -= w[q] / inverse[q, q] * inverse[:, q]
    return new


obs_update.edits("""
new -= -> new +=
    The sign is wrong: the step is subtracted, so that weight q becomes 0.
    符号错了：应减去改变量，使第 q 个权重变为零。
np.linalg.inv(H) -> H
    It uses a column of H; use a column of the inverse of H.
    用了 H 的列；应为 H 的逆矩阵的列。
w[q] / inverse[q, q] -> 1 / inverse[q, q]
    The factor w_q is missing.
    漏了因子 w_q，改变量应与它成正比。
w[q] / inverse[q, q] -> w[q]
    It does not divide by the diagonal entry of the inverse.
    没有除以逆矩阵的对角元。
return result - w
    It returns the change; return the new weights.
    返回的是改变量，而不是新的权重。
q = (q - 1) % len(w)
    It counts from 1; weight q is w[q], counted from 0.
    从 1 开始计数了；第 q 个权重是 w[q]，从 0 开始。
return np.delete(result, q)
    It removes entry q from the vector; set it to 0 instead.
    把第 q 个元素从向量中删去了；它应留在原位并等于 0。
H = np.eye(len(w))
    It only sets weight q to zero; the other weights must compensate.
    只把第 q 个权重置零；其余权重还应作出补偿。
w.copy() -> w
    It changes w itself; return new weights.
    直接改动了 w；应返回新的权重。
w[q] / inverse[q, q] -> w[q] / H[q, q]
    It divides by the diagonal of H; divide by that of its inverse.
    除以了 H 的对角元；应除以其逆的对角元。
w[q] / inverse[q, q] -> w[q] / (2 * inverse[q, q])
    It has a factor 1/2, which belongs to the saliency.
    多了系数 1/2；那属于显著度的公式。
w[q] / inverse[q, q] -> w[q] * inverse[q, q]
    It multiplies by the diagonal entry of the inverse; divide by it.
    乘以了逆矩阵的对角元；应除以它。
w[q] / inverse[q, q] * inverse[:, q] -> w[q] ** 2 / (2 * inverse[q, q]) * inverse[:, q]
    It multiplies the column by the saliency; multiply it by w_q / [H^-1]_qq.
    以显著度乘了该列；应乘以 w_q / [H^-1]_qq。
w[q] / inverse[q, q] * inverse[:, q] -> w / inverse[q, q] * inverse[:, q]
    It multiplies entry by entry with w; the factor is w_q alone.
    与整个 w 逐元素相乘了；因子只是 w_q。
inverse[:, q] -> np.diag(inverse)
    It takes the diagonal of the inverse; take column q.
    取了逆矩阵的对角线；应取第 q 列。
q = min(q + 1, len(w) - 1)
    It removes the weight after q; weight q is w[q], counted from 0.
    去掉了 q 之后的一个权重；第 q 个是 w[q]，从 0 数起。
H = H + 0.01 * np.eye(len(w))
    It adds 0.01 to the diagonal of H before inverting it; take H as it is.
    求逆前在 H 的对角线上加了 0.01；应直接使用 H。
H = H + 0.001 * np.eye(len(w))
    It adds 0.001 to the diagonal of H before inverting it; take H as it is.
    求逆前在 H 的对角线上加了 0.001；应直接使用 H。
H = H + 1e-4 * np.eye(len(w))
    It adds 0.0001 to the diagonal of H before inverting it; take H as it is.
    求逆前在 H 的对角线上加了 0.0001；应直接使用 H。
w[q] / inverse[q, q] -> w[q] / np.sqrt(inverse[q, q])
    It divides by the root of the diagonal entry of the inverse; divide by the entry itself.
    除以了逆矩阵对角元的平方根；应除以对角元本身。
return np.where(np.arange(len(w)) == q, w, result)
    Weight q keeps its value; it becomes 0.
    第 q 个权重保持原值了；它应变为 0。
w[q] / inverse[q, q] -> abs(w[q]) / inverse[q, q]
    It takes |w_q|; the step has the sign of w_q.
    用了 |w_q|；改变量应带 w_q 的符号。
""")
