"""Checks of `minprune.formulas.activations`."""

import numpy as np

from minprune.checks.check import Check, given
from minprune.formulas import activations

LOG_2, LOG_3 = float(np.log(2)), float(np.log(3))


def _slope(function, x):
    """The derivative of a function by central differences."""
    h = 2.0**-12
    return (function(x + h) - function(x - h)) / (2 * h)


# --- relu ----------------------------------------------------------------------------------------

relu = Check(activations.relu)
relu.worked("by hand", given([-1.5, 0.0, 2.0]), [0.0, 0.0, 2.0])
relu.worked(
    "by hand", given([[0.25, -0.25, -3.0], [5.0, 1.0, -1.0]]), [[0.25, 0.0, 0.0], [5.0, 1.0, 0.0]]
)
relu.published(
    "Keras 3.15, keras/src/activations/activations.py, relu",
    given([-10.0, -5.0, 0.0, 5.0, 10.0]),
    [0.0, 0.0, 0.0, 5.0, 10.0],
)
relu.edge("nothing is negative", given([0.5, 7.5]))
relu.edge("everything is negative", given([[-0.5], [-7.5]]))
relu.edge("no entries", given(np.zeros(0)))
relu.edge("single precision", given(np.array([-0.125, 0.125], np.float32)))


@relu.random
def _(rng):
    return given(rng.integers(-8, 9, (3, 5)) / 4)


@relu.property(
    "The result for x minus the result for -x must be x again.",
    "对 x 的结果减去对 -x 的结果，应等于 x。",
)
def _(rng):
    x = rng.standard_normal((4, 5))
    right, left = yield [given(x), given(-x)]
    return np.allclose(right - left, x)


relu.edits("""
x = np.abs(x)
    It takes the absolute value; negative entries must become 0.
    取了绝对值；负数应变为 0。
np.maximum( -> np.minimum(
    It returns the smaller of x and 0; return the larger one.
    取了 x 与 0 中较小的一个；应取较大的。
return np.sign(result)
    It returns a step of 0 and 1; positive entries must keep their values.
    得到的是 0 和 1 的阶跃函数；正数应保持原值。
, 0) -> , 0.01 * x)
    It multiplies negative entries by 0.01, as the leaky ReLU; they must become 0.
    让负数的百分之一通过了，那是带泄漏的 ReLU；负数应变为 0。
np.maximum( -> np.max(
    It takes the largest entry along axis 0, as np.max(x, 0); np.maximum compares entry by entry.
    np.max(x, 0) 求的是第 0 轴上的最大值；逐个比较应当用 np.maximum。
return np.minimum(result, 1)
    It clips large entries at 1; clip only negative entries.
    把大于 1 的数截成了 1；只有负数才应截断。
x[x < 0] = 0
    It writes the zeros into x itself; x must not change.
    直接把 0 写进了 x；调用者的 x 不应被改动。
np.maximum(finite -> np.maximum(-finite
    It turns the sign before the maximum; positive numbers remain as they are.
    先变号再取最大值了；正数应保持不变。
return result > 0
    It returns a mask; return max(x, 0).
    返回了布尔掩码；应返回 max(x, 0)。
return np.where(x > 0, x, np.exp(np.minimum(x, 0)) - 1)
    Negative numbers give exp(x) - 1, which is an ELU; they must become 0.
    负数给出了 exp(x) - 1（ELU）；应变为 0。
return np.log1p(np.exp(x))
    It is the softplus, a smooth curve; take the larger of x and 0.
    这是光滑的 softplus；应取 x 与 0 中较大的。
return x * (x >= 1)
    It zeroes everything below 1; zero what is below 0.
    把小于 1 的都置零了；应把小于 0 的置零。
return np.minimum(result, 6)
    It limits the result to 6, as ReLU6 does; there is no upper limit.
    把结果限制到了 6（ReLU6）；不应有上限。
return np.where(x > 0, x, 0.1 * x)
    A tenth of negative numbers passes, as in a leaky ReLU; they must become 0.
    让负数的十分之一通过了（带泄漏的 ReLU）；应变为 0。
return np.where(x > 0, x, 0.2 * x)
    Negative numbers are multiplied by 0.2, as in a leaky ReLU; they become 0.
    负数乘了 0.2，那是带泄漏的 ReLU；应变为 0。
return x / (1 + np.exp(-x))
    It multiplies by the sigmoid, the SiLU; negative numbers become 0 and others stay.
    乘以了 sigmoid，那是 SiLU；应把负数变为 0，其余不变。
return np.maximum(x, 1)
    Its lower limit is 1; it must be 0.
    下界取成了 1；下界应为 0。
return x
    It returns the numbers unchanged; negative ones become 0.
    原样返回了各数；负数应变为 0。
return np.where(x > 0, x, -1)
    Negative numbers become -1; they become 0.
    负数变成了 -1；应变为 0。
return result**2
    It squares the positive numbers; they stay as they are.
    对正数取了平方；应保持原值。
return result[result > 0]
    It returns the positive numbers alone; the shape must not change.
    只返回了正数；形状不应改变。
""")


# --- relu_derivative -----------------------------------------------------------------------------

relu_derivative = Check(activations.relu_derivative)
relu_derivative.worked("by hand", given([-1.5, 0.0, 2.0]), [0.0, 0.0, 1.0])
relu_derivative.worked("by hand", given([[0.25, -0.25], [5.0, -1.0]]), [[1.0, 0.0], [1.0, 0.0]])
relu_derivative.published(
    "sacred (commit 0f9ddfe), sacred/rectifier_gradient_test.cpp",
    given([[1.0, -2.0, 3.0, -4.0], [-5.0, 6.0, -7.0, 8.0], [9.0, -10.0, 11.0, -12.0]]),
    [[1.0, 0.0, 1.0, 0.0], [0.0, 1.0, 0.0, 1.0], [1.0, 0.0, 1.0, 0.0]],
)
relu_derivative.published(
    "JAX 0.11.0, tests/nn_test.py, testReluGradAtZero", given(np.array(0.0)), 0.0
)
relu_derivative.edge("only the kink", given([[0.0, -0.0]]))
relu_derivative.edge("next to the kink", given([-1e-9, 1e-9]))
relu_derivative.edge("no entries", given(np.zeros((0, 2))))
relu_derivative.edge("single precision", given(np.array([-2.0, 2.0], np.float32)))
relu_derivative.edge("whole numbers", given([[3, -2, 0], [-1, 5, 4]]))


@relu_derivative.random
def _(rng):
    return given(rng.integers(-2, 3, (3, 5)) / 4)


@relu_derivative.property(
    "Multiplying x by a positive number must not change the derivative.",
    "x 乘以正数时，导数不应改变。",
)
def _(rng):
    x = rng.standard_normal((4, 5))
    once, tenfold = yield [given(x), given(10 * x)]
    return np.array_equal(once, tenfold)


relu_derivative.edits("""
x > 0 -> x >= 0
    It returns 1 at x = 0; the rule here gives 0 at the kink.
    在 x = 0 处给出了 1；这里规定该处导数为 0。
x > 0 -> np.heaviside(x, 0.5)
    It returns 1/2 at x = 0; the rule here gives 0 at the kink.
    在 x = 0 处给出了 1/2；这里规定该处导数为 0。
x > 0 -> np.sign(x)
    It returns -1 for negative entries: that is the sign, not the derivative, which is 0 there.
    对负数给出了 -1，那是符号函数；负数处导数应为 0。
x > 0 -> np.maximum(x, 0)
    It returns the function itself; where x is positive the derivative is 1.
    给出的还是函数本身；x 为正时导数应为 1。
return result > 0
    It returns booleans; return floats.
    返回了布尔值；导数应为浮点数。
return result.astype(int)
    It returns whole numbers; return floats, as x has.
    返回了整数；导数应与 x 一样是浮点数。
return result + 0.01 * (x < 0)
    It returns 0.01 for negative entries, as for the leaky ReLU; here the derivative is 0.
    对负数给出了 0.01，那是带泄漏的 ReLU；这里导数应为 0。
x > 0 -> x < 0
    It gives 1 for negative x; it is 1 for positive x.
    负数处给出了 1；应在正数处为 1。
return -result
    The sign is wrong: ReLU rises.
    符号反了：ReLU 是上升的。
x > 0 -> x > 1e-6
    It gives 0 for very small positive numbers; every x above 0 has the derivative 1.
    很小的正数处给出了 0；只要大于 0，导数就为 1。
x > 0 -> x != 0
    It gives 1 for negative numbers too; their derivative is 0.
    负数处也给出了 1；负数处导数应为 0。
x > 0 -> x >= 1
    It is 1 only from 1 on; the slope is 1 for every positive x.
    从 1 起才为 1；对所有正的 x 斜率都应为 1。
x > 0 -> np.abs(x)
    It returns |x|; the derivative is 0 or 1.
    返回了绝对值；导数应为 0 或 1。
return 1 / (1 + np.exp(-x))
    It returns the sigmoid; the derivative of ReLU is a step from 0 to 1.
    返回了 sigmoid；ReLU 的导数应为从 0 到 1 的阶跃。
return result + 0.1 * (x < 0)
    Negative x have the slope 0.1, as a leaky ReLU; it is 0 there.
    负的 x 处斜率为 0.1，那是带泄漏的 ReLU；应为 0。
return np.mean(result)
    It returns one mean; every entry has its own slope.
    只返回了一个平均值；每个元素应有自己的斜率。
x > 0 -> x
    It returns x itself; the derivative is 0 or 1.
    返回了 x 本身；导数应为 0 或 1。
""")


# --- sigmoid -------------------------------------------------------------------------------------

sigmoid = Check(activations.sigmoid)
sigmoid.worked("by hand", given([LOG_3, 0.0, -LOG_3]), [0.75, 0.5, 0.25])
sigmoid.worked("by hand", given([[LOG_2], [2 * LOG_3]]), [[2 / 3], [0.9]])
sigmoid.published(
    "ONNX 1.22.0, onnx/backend/test/case/node/sigmoid.py",
    given([-1.0, 0.0, 1.0]),
    [0.26894143, 0.5, 0.7310586],
    digits=7,
)
sigmoid.edge("large numbers of both signs", given([1000.0, -1000.0]))
sigmoid.edge("no entries", given(np.zeros(0)))
sigmoid.edge("single precision", given(np.array([[-1.0, 0.5]], np.float32)))
sigmoid.edge("whole numbers", given([[3, -2, 0], [-1, 5, 4]]))


@sigmoid.random
def _(rng):
    return given(2 * rng.standard_normal((3, 4)))


@sigmoid.property(
    "The results for x and for -x must sum to 1.",
    "对 x 与对 -x 的结果之和应等于 1。",
)
def _(rng):
    x = 3 * rng.standard_normal(20)
    up, down = yield [given(x), given(-x)]
    return np.allclose(up + down, 1)


@sigmoid.solution
def sigmoid(x):
    return 1 / (1 + np.exp(-x))


sigmoid.edits("""
np.exp(-x) -> np.exp(x)
    The sign in the exponent is wrong: it is exp(-x), and large x give 1.
    指数的符号错了：应为 exp(-x)，x 很大时结果趋于 1。
1 / (1 + np.exp(-x)) -> 1 / 1 + np.exp(-x)
    Brackets are missing: the denominator is the whole sum 1 + exp(-x).
    1 / 1 + exp(-x) 缺少括号：1 + exp(-x) 整体是分母。
1 / (1 + np.exp(-x)) -> np.exp(x) / (1 + np.exp(x))
    It becomes NaN for large x, where exp(x) overflows; 1 / (1 + exp(-x)) does not.
    x 很大时 exp(x) / (1 + exp(x)) 会变成 NaN；应写成 1 / (1 + exp(-x))。
return np.tanh(x)
    It is the hyperbolic tangent, with values from -1 to 1; those of the sigmoid are from 0 to 1.
    这是双曲正切，取值从 -1 到 1；sigmoid 的取值从 0 到 1。
x = 2 * x
    It takes (1 + tanh(x)) / 2, twice too steep; with tanh it is (1 + tanh(x / 2)) / 2.
    用了 (1 + tanh(x)) / 2，陡了一倍；应为 (1 + tanh(x / 2)) / 2。
e = np.exp(x - np.max(x + 0.0, initial=-np.inf))
return e / e.sum()
    It divides by the sum over all entries, which is a softmax; compute each entry separately.
    除以了所有元素之和，那是 softmax；sigmoid 应逐个元素计算。
return np.clip(0.2 * x + 0.5, 0, 1)
    It uses straight lines instead of the curve; use the exponential.
    用折线代替了曲线；应当用指数函数计算。
return 1 / (1 + np.exp(-x)) -> return 1 / (1 - np.exp(-x))
    There is a minus in the denominator; it is 1 + exp(-x).
    分母中用了减号；应为 1 + exp(-x)。
return result > 0.5
    It returns booleans; return the value of the curve.
    返回了布尔值；应返回曲线的值。
return x / (1 + np.abs(x))
    It is the softsign, with values from -1 to 1; use the exponential.
    这是 softsign，取值从 -1 到 1；应使用指数函数。
return result * (1 - result)
    It returns the derivative; return the sigmoid itself.
    返回了导数；应返回 sigmoid 本身。
return 2 * result - 1
    Its values are from -1 to 1; those of the sigmoid are from 0 to 1.
    取值从 -1 到 1；sigmoid 的取值应从 0 到 1。
return np.log(1 + np.exp(-x))
    It is the logarithm of 1 + exp(-x); take the reciprocal of 1 + exp(-x).
    取了 1 + exp(-x) 的对数；应取其倒数。
x = np.abs(x)
    It takes the absolute value first; a negative x gives less than 1/2.
    先取了绝对值；负数的结果应小于 1/2。
x = np.clip(x, -10, 10)
    It limits x to 10; large numbers give almost exactly 0 or 1.
    把 x 限制在 -10 到 10；很大的数应几乎恰为 0 或 1。
np.exp(-x) -> 2.0 ** (-x)
    It takes powers of 2; take powers of e.
    以 2 为底取幂了；应以 e 为底。
return result.astype(np.asarray(x).dtype)
    The result has the number type of x: whole numbers cut off the fractions; return floats.
    结果沿用了 x 的数据类型，x 为整数时小数被截掉；应返回浮点数。
x = x / 2
    It takes half of x; take x itself.
    只用了 x 的一半；应使用 x 本身。
return np.exp(result)
    It returns the exponential of the sigmoid; return the sigmoid.
    返回了 sigmoid 的指数；应返回 sigmoid 本身。
return x * result
    It multiplies by x, the SiLU; return the sigmoid.
    又乘以了 x，那是 SiLU；应返回 sigmoid。
x = np.clip(x, -5, 5)
    It limits x to 5; large numbers give almost exactly 0 or 1.
    把 x 限制到了 5；很大的数应几乎得到 0 或 1。
np.exp(-x) -> np.exp(-(x**2))
    It squares x in the exponent; the exponent is -x.
    指数中对 x 取了平方；指数应为 -x。
1 / (1 + np.exp(-x)) -> 1 / np.exp(-x)
    The 1 in the denominator is missing: it is 1 + exp(-x).
    分母漏了 1：应为 1 + exp(-x)。
""")


# --- sigmoid_derivative --------------------------------------------------------------------------

sigmoid_derivative = Check(activations.sigmoid_derivative)
sigmoid_derivative.worked("by hand", given([LOG_3, 0.0, -LOG_3]), [0.1875, 0.25, 0.1875])
sigmoid_derivative.worked("by hand", given([[2 * LOG_3], [-LOG_2]]), [[0.09], [2 / 9]])
sigmoid_derivative.published(
    "Mazur 2015, A step by step backpropagation example, output o1",
    given([1.105905967]),
    [0.186815602],
    digits=9,
)
sigmoid_derivative.edge("large numbers of both signs", given([1000.0, 0.0, -1000.0]))
sigmoid_derivative.edge("no entries", given(np.zeros((2, 0))))
sigmoid_derivative.edge("single precision", given(np.array([-1.0, 0.5], np.float32)))
sigmoid_derivative.edge("whole numbers", given([[3, -2, 0], [-1, 5, 4]]))


@sigmoid_derivative.random
def _(rng):
    return given(2 * rng.standard_normal((3, 4)))


@sigmoid_derivative.property(
    "It must be the slope of the sigmoid.",
    "结果应等于 sigmoid 曲线的斜率。",
)
def _(rng):
    x = 2 * rng.standard_normal(20)
    (slope,) = yield [given(x)]
    return np.allclose(slope, _slope(activations.sigmoid, x), atol=1e-6)


@sigmoid_derivative.solution
def sigmoid_derivative(x):
    y = 1 / (1 + np.exp(-x))
    return y * (1 - y)


sigmoid_derivative.edits("""
y = 1 / (1 + np.exp(-x)) -> y = x
    It takes x (1 - x); compute y = sigmoid(x) first, then y (1 - y).
    用了 x (1 - x)；应先算 y = sigmoid(x)，再算 y (1 - y)。
y * (1 - y) -> 1 - y**2
    It returns 1 - y^2, which belongs to the hyperbolic tangent; here it is y (1 - y).
    用了 1 - y^2，那是双曲正切的导数公式；这里应为 y (1 - y)。
1 - y -> y - 1
    The sign is wrong: the sigmoid rises, so its derivative is positive.
    符号错了：sigmoid 单调上升，导数应为正。
y * (1 - y) -> y
    It returns the sigmoid itself; the factor 1 - y is missing.
    给出的是 sigmoid 本身；缺少因子 1 - y。
y * (1 - y) -> 1 - y
    It returns only 1 - y; the factor y is missing.
    只给出了 1 - y；缺少因子 y。
y * (1 - y) -> np.exp(-x) * y**2
    It becomes NaN where exp overflows; y (1 - y) from a stable sigmoid does not.
    指数溢出时结果变成 NaN；应先稳定地算出 y，再算 y (1 - y)。
y * (1 - y) -> y * (1 + y)
    There is a plus; the factor is 1 - y.
    用了加号；因子应为 1 - y。
np.exp(-x) -> np.exp(-2 * x)
    It takes the sigmoid of 2 x; take that of x.
    用了 2x 的 sigmoid；应为 x 的。
y * (1 - y) -> y * (1 - y**2)
    The second factor is 1 - y^2; it is 1 - y.
    第二个因子用了 1 - y^2；应为 1 - y。
y * (1 - y) -> y**2 * (1 - y)
    It squares the first factor; the product is y (1 - y).
    第一个因子被平方了；应为 y (1 - y)。
return np.full_like(result, 0.25) if np.ndim(x) else 0.25
    It returns 1/4 everywhere, the slope at 0; the slope falls with the distance from 0.
    处处返回 0 处的斜率 1/4；离 0 越远斜率应越小。
return result.astype(np.asarray(x).dtype)
    The result has the number type of x: whole numbers cut off the fractions; return floats.
    结果沿用了 x 的数据类型，x 为整数时小数被截掉；应返回浮点数。
y * (1 - y) -> (1 - y) ** 2
    It squares 1 - y; multiply it by y.
    对 1 - y 取了平方；应乘以 y。
y * (1 - y) -> y**2
    It squares y; multiply it by 1 - y.
    对 y 取了平方；应乘以 1 - y。
y * (1 - y) -> 4 * y * (1 - y)
    It is scaled to 1 at x = 0; the slope there is 1/4.
    在 x = 0 处缩放成了 1；该处斜率应为 1/4。
y = 1 / (1 + np.exp(-x)) -> y = np.tanh(x)
    It takes tanh for y; y is the sigmoid.
    y 用了双曲正切；这里应为 sigmoid。
y = 1 / (1 + np.exp(-x)) -> y = np.tanh(x)
y * (1 - y) -> 1 - y**2
    It is the derivative of tanh; that of the sigmoid is y (1 - y).
    这是 tanh 的导数；sigmoid 的导数应为 y (1 - y)。
np.exp(-x) -> np.exp(-np.clip(x, -10, 10))
    It limits x to 10; beyond, the slope is almost exactly 0.
    把 x 限制在 10 以内；更远处斜率应几乎为 0。
y * (1 - y) -> y * (1 - y) * (1 - 2 * y)
    It is the second derivative; the first is y (1 - y).
    这是二阶导数；一阶导数应为 y (1 - y)。
""")


# --- tanh ----------------------------------------------------------------------------------------

tanh = Check(activations.tanh)
tanh.worked("by hand", given([LOG_3, 0.0, -LOG_2]), [0.8, 0.0, -0.6])
tanh.worked("by hand", given([[2 * LOG_2], [-LOG_3]]), [[15 / 17], [-0.8]])
tanh.published(
    "PyTorch 2.3, torch/_torch_docs.py, tanh",
    given([0.8986, -0.7279, 1.1745, 0.2611]),
    [0.7156, -0.6218, 0.8257, 0.2553],
    digits=4,
)
tanh.edge("large numbers of both signs", given([1000.0, -1000.0]))
tanh.edge("no entries", given(np.zeros(0)))
tanh.edge("single precision", given(np.array([[-1.0, 0.5]], np.float32)))
tanh.edge("whole numbers", given([[3, -2, 0], [-1, 5, 4]]))


@tanh.random
def _(rng):
    return given(rng.standard_normal((3, 4)))


@tanh.property(
    "The result for -x must be minus the result for x.",
    "对 -x 的结果应等于对 x 的结果的相反数。",
)
def _(rng):
    x = rng.standard_normal(20)
    up, down = yield [given(x), given(-x)]
    return np.allclose(up, -np.asarray(down))


tanh.edits("""
return sigmoid(x)
    It is the logistic sigmoid, with values from 0 to 1; those of tanh are from -1 to 1.
    这是 sigmoid，取值从 0 到 1；tanh 的取值从 -1 到 1。
x = x / 2
    It takes 2 sigmoid(x) - 1, half as steep; tanh(x) is 2 sigmoid(2 x) - 1.
    用了 2 sigmoid(x) - 1，斜率只有一半；应为 2 sigmoid(2 x) - 1。
return (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))
    It becomes NaN for large x, where exp overflows; divide by the larger exponential first.
    x 很大时指数溢出，结果变成 NaN；应先约去较大的指数。
return 1 / result
    The fraction is upside down: divide the difference by the sum.
    分子分母颠倒了：应为差除以和。
np.tanh( -> np.tan(
    It is the tangent of an angle; return the hyperbolic tangent.
    这是三角函数的正切；应为双曲正切。
return np.clip(x, -1, 1)
    It clips x to [-1, 1]; tanh is a smooth curve.
    只把 x 截断到 -1 与 1 之间；双曲正切是光滑曲线。
return result.astype(np.asarray(x).dtype)
    The result has the number type of x: whole numbers cut off the fractions; return floats.
    结果沿用了 x 的数据类型，x 为整数时小数被截掉；应返回浮点数。
return result**2
    It squares the result; return tanh itself.
    对结果取了平方；应返回 tanh 本身。
return 1 - result**2
    It is the derivative; return tanh itself.
    给出的是导数；应返回 tanh 本身。
x = 2 * x
    It doubles x, so the curve is too steep; it is tanh(x).
    把 x 加倍了，曲线过陡；应为 tanh(x)。
np.tanh( -> np.sinh(
    It is the hyperbolic sine; divide it by the hyperbolic cosine.
    这是双曲正弦；还应除以双曲余弦。
np.tanh( -> np.arctan(
    It is the arc tangent; return the hyperbolic tangent.
    这是反正切；应返回双曲正切。
return x / (1 + np.abs(x))
    It is the softsign; return the hyperbolic tangent.
    这是 softsign；应返回双曲正切。
return (result + 1) / 2
    Its values are from 0 to 1; those of tanh are from -1 to 1.
    取值从 0 到 1；tanh 的取值应从 -1 到 1。
return np.where(x >= 0, result, 0)
    Negative x give 0; there tanh is negative.
    负数给出了 0；此处 tanh 应为负。
return x - x**3 / 3
    It takes two terms of the power series, which holds only near 0.
    只取了幂级数的两项，仅在 0 附近成立；应使用 tanh。
x = np.clip(x, -1, 1)
    It limits x to 1 first; only the result lies between -1 and 1.
    先把 x 限制到了 1；应只有结果在 -1 与 1 之间。
return np.sign(x)
    It returns the signs; tanh rises smoothly from -1 to 1.
    返回了符号；tanh 应从 -1 平滑上升到 1。
return 1 - result
    It returns 1 - tanh(x); return tanh(x).
    返回了 1 - tanh(x)；应返回 tanh(x)。
np.tanh( -> np.arctanh(
    It takes the inverse function; take tanh itself.
    用了反函数；应使用 tanh 本身。
""")


# --- tanh_derivative -----------------------------------------------------------------------------

tanh_derivative = Check(activations.tanh_derivative)
tanh_derivative.worked("by hand", given([LOG_3, 0.0, -LOG_2]), [0.36, 1.0, 0.64])
tanh_derivative.worked("by hand", given([[LOG_2], [-LOG_3]]), [[0.64], [0.36]])
tanh_derivative.published(  # 0.070650935 there, in float32
    "JAX 0.11.0, docs/notebooks/autodiff_cookbook.ipynb, grad(jnp.tanh)",
    given(np.array(2.0)),
    0.070651,
    digits=6,
)
tanh_derivative.edge("large numbers of both signs", given([1000.0, 0.0, -1000.0]))
tanh_derivative.edge("no entries", given(np.zeros((0, 3))))
tanh_derivative.edge("single precision", given(np.array([-1.0, 0.5], np.float32)))
tanh_derivative.edge("whole numbers", given([[3, -2, 0], [-1, 5, 4]]))


@tanh_derivative.random
def _(rng):
    return given(rng.standard_normal((3, 4)))


@tanh_derivative.property(
    "It must be the slope of the hyperbolic tangent.",
    "结果应等于双曲正切曲线的斜率。",
)
def _(rng):
    x = rng.standard_normal(20)
    (slope,) = yield [given(x)]
    return np.allclose(slope, _slope(np.tanh, x), atol=1e-6)


@tanh_derivative.solution
def tanh_derivative(x):
    y = np.tanh(x)
    return 1 - y**2


tanh_derivative.edits("""
y = np.tanh(x) -> y = x
    It takes 1 - x^2; compute y = tanh(x) first, then 1 - y^2.
    用了 1 - x^2；应先算 y = tanh(x)，再算 1 - y^2。
y**2 -> y
    The square is missing: it is 1 - y^2, the same for x and -x.
    漏了平方：应为 1 - y^2，对 x 与 -x 相同。
1 - y**2 -> y * (1 - y)
    It takes y (1 - y), which belongs to the sigmoid; here it is 1 - y^2.
    用了 y (1 - y)，那是 sigmoid 的导数公式；这里应为 1 - y^2。
1 - y**2 -> y**2 - 1
    The sign is wrong: tanh rises, so its derivative is positive.
    符号错了：tanh 单调上升，导数应为正。
1 - y**2 -> 1 / np.cosh(x)
    It takes 1 / cosh(x); with cosh the derivative is 1 / cosh(x)^2.
    用了 1 / cosh(x)；用 cosh 表示时导数应为 1 / cosh(x)^2。
return result.astype(np.asarray(x).dtype)
    The result has the number type of x: whole numbers cut off the fractions; return floats.
    结果沿用了 x 的数据类型，x 为整数时小数被截掉；应返回浮点数。
1 - y**2 -> 1 + y**2
    There is a plus; the derivative is 1 - y^2.
    用了加号；导数应为 1 - y^2。
1 - y**2 -> y
    It returns tanh itself; the derivative is 1 - y^2.
    返回了 tanh 本身；导数应为 1 - y^2。
1 - y**2 -> (1 - y) ** 2
    The square is taken of 1 - y; the derivative is 1 - y^2.
    对 1 - y 取了平方；导数应为 1 - y^2。
y = np.tanh(x) -> y = x
y**2 -> y
    It takes 1 - x; compute y = tanh(x) first, then 1 - y^2.
    用了 1 - x；应先算 y = tanh(x)，再算 1 - y^2。
1 - y**2 -> 1 - np.tanh(x**2)
    It takes tanh of x^2; square the result of tanh.
    对 x^2 取了 tanh；应对 tanh 的结果取平方。
1 - y**2 -> 1 - np.abs(y)
    It takes |y| where y^2 belongs.
    用了 |y|；此处应为 y^2。
y = np.tanh(x) -> y = 1 / (1 + np.exp(-x))
    It takes the sigmoid for y; y is tanh(x).
    用 sigmoid 代替了 tanh；这里应为 tanh(x)。
y = np.tanh(x) -> y = 1 / (1 + np.exp(-x))
1 - y**2 -> y * (1 - y)
    It is the derivative of the sigmoid; that of tanh is 1 - y^2.
    这是 sigmoid 的导数；tanh 的导数应为 1 - y^2。
1 - y**2 -> 4 * np.exp(2 * x) / (np.exp(2 * x) + 1) ** 2
    It becomes NaN for large x, where the exponential overflows; 1 - tanh(x)^2 does not.
    x 较大时指数溢出，结果为 NaN；应使用 1 - tanh(x)^2。
1 - y**2 -> 1 - y**3
    It cubes y; the derivative is 1 - y^2.
    对 y 取了立方；导数应为 1 - y^2。
1 - y**2 -> -2 * y * (1 - y**2)
    It is the second derivative; the first is 1 - y^2.
    这是二阶导数；一阶导数应为 1 - y^2。
y = np.tanh(x) -> y = np.tanh(x / 2)
    It takes tanh(x / 2); take tanh(x).
    自变量减半，用了 tanh(x / 2)；应为 tanh(x)。
y = np.tanh(x) -> y = np.tan(x)
    It takes the tangent; take the hyperbolic tangent.
    用了正切；应为双曲正切。
""")


# --- log_softmax ---------------------------------------------------------------------------------

log_softmax = Check(activations.log_softmax)
log_softmax.worked("by hand", given([[0.0, LOG_3]]), [[-2 * LOG_2, LOG_3 - 2 * LOG_2]])
log_softmax.worked(
    "by hand",
    given([[1.0, 1.0, 1.0], [LOG_2, 0.0, 0.0]]),
    [[-LOG_3, -LOG_3, -LOG_3], [-LOG_2, -2 * LOG_2, -2 * LOG_2]],
)
log_softmax.published(
    "SciPy 1.17.1, scipy/special/tests/test_logsumexp.py, TestLogSoftmax",
    given(np.arange(4.0).reshape(1, 4)),
    [[-3.4401896985611953, -2.4401896985611953, -1.4401896985611953, -0.44018969856119533]],
)
log_softmax.edge("a single class", given([[5.0], [-2.0]]))
log_softmax.edge("exponentials that overflow", given([[1000.0, 999.0]]))
log_softmax.edge("a probability that rounds to zero", given([[0.0, -1000.0]]))
log_softmax.edge("one row far below the other", given([[0.0, 1.0], [-1000.0, -1002.0]]))
log_softmax.edge("NaN in one row", given([[float("nan"), 0.0], [0.0, 1.0]]))
log_softmax.edge("single precision", given(np.array([[0.5, -0.5, 1.0]], np.float32)))
log_softmax.edge("whole numbers", given([[3, -2, 0], [-1, 5, 4]]))


@log_softmax.random
def _(rng):
    return given(2 * rng.standard_normal((4, 3)))


@log_softmax.property(
    "The exponentials of every row must sum to 1.",
    "每行取指数后之和应为 1。",
)
def _(rng):
    (log_p,) = yield [given(3 * rng.standard_normal((5, 4)))]
    return np.allclose(np.exp(log_p).sum(axis=1), 1)


@log_softmax.solution
def log_softmax(z):
    shifted = z - z.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


log_softmax.edits("""
z - z.max(axis=1, keepdims=True) -> z
    It overflows for large logits; subtract the largest of the row before taking exponentials.
    logit 较大时指数溢出；应先减去该行的最大值。
return np.log(np.exp(result))
    Probabilities that round to 0 become minus infinity; subtract the log of the sum instead.
    概率舍入为 0 后，对数成了负无穷；应直接用对数相减，不要先除后取对数。
axis=1 -> axis=0
    It sums over the samples; sum over the classes of each row, axis 1.
    沿样本求和了；应对同一行的各类求和，即第 1 轴。
(axis=1, keepdims=True) -> ()
    It sums over all entries; every row has its own sum.
    对所有元素求了一个和；每行应各自求和。
z.max(axis=1, keepdims=True) -> z.max()
    It subtracts the largest logit of all rows; a row far below is lost: take each row's own.
    减去了所有行的最大值，数值很小的行会下溢；应减去本行的最大值。
np.exp(shifted) -> np.exp(z)
    The largest logit is subtracted outside the sum only; subtract it inside the exponential too.
    最大值只在求和之外减去了；指数里面也应减去。
.sum( -> .mean(
    It takes the mean of the exponentials; take their sum.
    对指数取了平均；应当求和。
return -result
    The sign is wrong: a log probability is never positive.
    符号反了：概率的对数不会大于 0。
return np.exp(result)
    It returns the probabilities; return their logarithms.
    返回了概率；应返回概率的对数。
return np.log2(np.exp(result))
    The logarithm has base 2; use the natural logarithm.
    对数以 2 为底；应使用自然对数。
return result / np.log(2)
    The logarithm is to the base 2; it is the natural one, to the base e.
    结果换成了以 2 为底；应为以 e 为底的自然对数。
np.log( -> np.log1p(
    It adds 1 to the sum before the logarithm; take the logarithm of the sum.
    取对数前给和加了 1；应直接对和取对数。
shifted - np.log -> shifted + np.log
    It adds the logarithm of the sum; subtract it.
    加上了和的对数；应减去。
shifted - np.log(np.exp(shifted). -> shifted / (np.exp(shifted).
    It divides by the sum; subtract the logarithm of the sum.
    除以了和；应减去和的对数。
return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)) -> return shifted
    It subtracts the maximum alone; subtract the logarithm of the sum as well.
    只减去了最大值；还应减去和的对数。
return np.log(np.exp(result) + 1e-8)
    It adds 1e-8 inside the logarithm; compute the logarithm of the probabilities exactly.
    在对数内加了 1e-8；应准确计算概率的对数。
return np.log(np.exp(result) + 1e-12)
    It adds 1e-12 inside the logarithm; compute the logarithm of the probabilities exactly.
    在对数内加了 1e-12；应准确计算概率的对数。
return np.sum(result, axis=1)
    It adds the logarithms of each row; return one for each class.
    把每行的对数相加了；应每个类别一个。
z.max( -> z.min(
    It subtracts the smallest logit, so that exponentials overflow; subtract the largest.
    减去了最小的 logit，指数会溢出；应减去最大的。
return result.astype(np.asarray(z).dtype)
    The result has the number type of z: whole numbers cut off the fractions; return floats.
    结果沿用了 z 的数据类型，z 为整数时小数被截掉；应返回浮点数。
""")


# --- softmax -------------------------------------------------------------------------------------

softmax = Check(activations.softmax)
softmax.worked("by hand", given([[0.0, LOG_3]]), [[0.25, 0.75]])
softmax.worked(
    "by hand",
    given([[1.0, 1.0, 1.0], [LOG_2, 0.0, 0.0]]),
    [[1 / 3, 1 / 3, 1 / 3], [0.5, 0.25, 0.25]],
)
softmax.published(
    "SciPy 1.17.1, scipy/special/_logsumexp.py, softmax",
    given([[1.0, 0.5, 0.2, 3.0], [1.0, -1.0, 7.0, 3.0], [2.0, 12.0, 13.0, 3.0]]),
    [
        [1.05877e-01, 6.42177e-02, 4.75736e-02, 7.82332e-01],
        [2.42746e-03, 3.28521e-04, 9.79307e-01, 1.79366e-02],
        [1.22094e-05, 2.68929e-01, 7.31025e-01, 3.31885e-05],
    ],
    digits=6,  # of the largest numbers; the others are printed more exactly
)
softmax.edge("a single class", given([[5.0], [-2.0]]))
softmax.edge("exponentials that overflow", given([[1000.0, 999.0]]))
softmax.edge("one row far below the other", given([[0.0, 1.0], [-1000.0, -1002.0]]))
softmax.edge("all logits zero", given(np.zeros((2, 4))))
softmax.edge("single precision", given(np.array([[0.5, -0.5, 1.0]], np.float32)))
softmax.edge("whole numbers", given([[3, -2, 0], [-1, 5, 4]]))


@softmax.random
def _(rng):
    return given(2 * rng.standard_normal((4, 3)))


@softmax.property(
    "Adding a number to all logits of a row must change nothing.",
    "同一行的 logit 都加上一个数，结果不应改变。",
)
def _(rng):
    z = rng.standard_normal((5, 4))
    here, there = yield [given(z), given(z + 2.0)]
    return np.allclose(here, there)


@softmax.property(
    "Every row must sum to 1.",
    "每行之和应为 1。",
)
def _(rng):
    (p,) = yield [given(rng.standard_normal((5, 4)))]
    return np.allclose(np.sum(p, axis=1), 1)


@softmax.solution
def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


softmax.edits("""
z - z.max(axis=1, keepdims=True) -> z
    It becomes NaN for large logits, where exp overflows; subtract the largest of the row first.
    logit 较大时指数溢出，结果为 NaN；应先减去该行的最大值。
axis=1 -> axis=0
    It normalizes over the samples; the probabilities of one row sum to 1, which is axis 1.
    沿样本归一化了；应使每行的概率之和为 1，即第 1 轴。
(axis=1, keepdims=True) -> ()
    It divides by the sum over all entries; every row has its own sum.
    除以了所有元素之和；每行应除以各自的和。
z.max(axis=1, keepdims=True) -> z.max()
    It subtracts the largest logit of all rows; a row far below becomes NaN: take each row's own.
    减去了所有行的最大值，数值很小的行会变成 NaN；应减去本行的最大值。
e / e.sum(axis=1, keepdims=True) -> e
    The exponentials are not divided by their sum.
    指数没有除以它们的和，没有归一化。
e = np.exp(z - z.max(axis=1, keepdims=True)) -> e = z
    It normalizes the logits themselves; take their exponentials first.
    没有取指数就归一化了；应先取指数，再除以它们的和。
return 1 / (1 + np.exp(-z))
    It is a sigmoid of every logit; the classes of a row share one sum.
    对每个 logit 单独取了 sigmoid；同一行的各类应共用一个和。
return np.log(result)
    It returns logarithms; return the probabilities themselves.
    返回了概率的对数；应返回概率本身。
return np.eye(z.shape[1])[result.argmax(axis=1)]
    The largest logit gets all the probability; that is the argmax.
    把全部概率给了最大的 logit，那是 argmax；其余各类也应有概率。
z - z.max(axis=1, keepdims=True) -> z.max(axis=1, keepdims=True) - z
    The sign in the exponent is wrong: the largest logit has the largest probability.
    指数的符号反了：最大的 logit 概率应最大。
np.exp( -> np.exp2(
    It takes powers of 2; take powers of e.
    以 2 为底取幂了；应以 e 为底。
e.sum(axis=1, keepdims=True) -> np.linalg.norm(e, axis=1, keepdims=True)
    It divides by the L2 norm of the exponentials; divide by their sum.
    除以了指数的 L2 范数；应除以它们的和。
np.exp(z - z.max(axis=1, keepdims=True)) -> np.abs(z)
    It divides the magnitudes by their sum; take the exponentials.
    以绝对值之和相除了；应取指数。
e.sum( -> e.mean(
    It divides by the mean of the exponentials; divide by the sum.
    除以了指数的平均；应除以和。
return result.argmax(axis=1)
    It returns the most probable class; return the probabilities.
    返回了概率最大的类别；应返回概率。
return result.astype(np.asarray(z).dtype)
    The result has the number type of z: whole numbers cut off the fractions; return floats.
    结果沿用了 z 的数据类型，z 为整数时小数被截掉；应返回浮点数。
z = z / 2
    It halves the logits, as at temperature 2; take them as they are.
    把 logit 减半了，相当于温度 2；应直接使用。
e / e.sum(axis=1, keepdims=True) -> e / (1 + e.sum(axis=1, keepdims=True))
    It adds 1 to the sum, so the row sums to less than 1; divide by the sum.
    给和加了 1，每行之和小于 1；应除以和本身。
return result.max(axis=1)
    It returns the largest probability of each row; return all.
    只返回了每行最大的概率；应返回所有概率。
""")
