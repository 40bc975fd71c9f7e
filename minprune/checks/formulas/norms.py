"""Checks of `minprune.formulas.norms`."""

import numpy as np

from minprune.checks.check import Check, given
from minprune.formulas import norms

# The matrix of D-4.3 and two layers of.
W = [[0.1, 0.3, 0.5], [0.6, 0.7, 0.8], [0.9, 0.1, 0.3]]
H1 = [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]
H3 = [[0.4, 0.5, 0.6], [0.7, 0.8, 0.9]]

# A kernel (2, 1, 2, 3) of three filters: (1, -2, 2, 0), (-1, -1, 1, 1), (0, 0, 0, -3).
KERNEL = [[[[1.0, -1.0, 0.0], [-2.0, -1.0, 0.0]]], [[[2.0, 1.0, 0.0], [0.0, 1.0, -3.0]]]]


# --- l1_norm -------------------------------------------------------------------------------------

l1_norm = Check(norms.l1_norm)
l1_norm.worked("C-4.2a", given(W), 4.3)
l1_norm.worked("A-4.4", given(H1), 2.1)
l1_norm.worked("A-4.4", given(H3), 3.9)
l1_norm.worked("by hand", given([2.0, -3.0]), 5.0)
l1_norm.worked("by hand", given([[[1.0, -2.0]], [[0.5, -4.0]]]), 7.5)
l1_norm.published(
    "NumPy 1.26, docstring of numpy.linalg.norm, ord=1", given(np.arange(-4.0, 5.0)), 20.0
)
l1_norm.edge("no entries", given(np.zeros((0, 3))))
l1_norm.edge("only zeros", given([[0.0, 0.0], [0.0, 0.0]]))
l1_norm.edge("one negative entry", given([-0.5]))
l1_norm.edge("no axes", given(np.array(-2.0)))
l1_norm.edge("single precision", given(np.array([[0.5, -0.25], [4.0, 0.125]], np.float32)))
l1_norm.edge("whole numbers", given([[3, -2, 0], [-1, 5, 4]]))


@l1_norm.random
def _(rng):
    return given(rng.integers(-16, 17, (3, 5)) / 8)


@l1_norm.property(
    "Weights times -2 must have twice the norm.",
    "权重乘以 -2，范数应变为两倍。",
)
def _(rng):
    w = rng.standard_normal((4, 3))
    once, twice = yield [given(w), given(-2 * w)]
    return np.allclose(twice, 2 * once)


l1_norm.edits("""
np.abs( -> (
    It adds the weights with their signs; the L1 norm adds their absolute values.
    直接把带符号的权重相加了；L1 范数是绝对值之和。
np.abs( -> (
return abs(result)
    It takes the absolute value after the sum; it belongs to every weight, before the sum.
    先求和再取绝对值了；应先对每个权重取绝对值。
np.abs( -> np.square(
return np.sqrt(result)
    This is the L2 norm; the L1 norm has neither squares nor a root.
    这是 L2 范数；L1 范数既不平方也不开方。
return result / max(w.size, 1)
    It averages the magnitudes; a norm is their sum.
    对绝对值取了平均；范数是它们的和。
return float(np.linalg.norm(w, 1))
    For a matrix it returns the largest column sum, the induced norm; add up all entries.
    对矩阵给出的是最大列和（诱导范数）；应把所有元素相加。
return sum(abs(w))
    It adds along the first axis only; the norm is one number for the whole array.
    只沿第一个轴求和了；整个数组的范数是一个数。
np.abs(finite_array("w", w)) -> (w != 0)
    It counts the weights that are not zero, the L0 norm; add their magnitudes.
    数的是非零权重的个数（L0 范数）；应把绝对值相加。
np.abs(finite_array("w", w)).sum(dtype=np.float64) -> np.abs(w).max(initial=0)
    It returns the largest magnitude, the maximum norm; add up all magnitudes.
    给出的是最大绝对值（无穷范数）；应把所有绝对值相加。
return float(np.abs(w).sum(axis=-1).max(initial=0)) if w.ndim else result
    It returns the largest row sum; add up all entries.
    给出的是最大的行和；应把所有元素相加。
return np.abs(w).sum(axis=0)
    It returns a norm for every column; the whole array has one norm.
    对每一列各给出一个范数；整个数组只应有一个数。
return np.abs(w).sum(axis=-1)
    It returns a norm for every row; the whole array has one norm.
    对每一行各给出一个范数；整个数组只应有一个数。
return result**2
    It squares the sum; the L1 norm is the sum itself.
    对总和取了平方；L1 范数就是总和本身。
np.abs(finite_array("w", w)) -> np.square(w)
    It sums squares; the L1 norm sums absolute values.
    对平方求和了；L1 范数是绝对值之和。
np.abs(finite_array("w", w)) -> np.maximum(w, 0)
    It adds the positive weights alone; every weight counts by its absolute value.
    只把正的权重相加了；每个权重都应按绝对值计入。
return np.abs(w)
    It returns the magnitudes; the norm is their sum.
    返回了各个绝对值；范数是它们的和。
return int(result)
    It cuts off the fraction, as a whole number does; return a float.
    小数部分被截掉了；应返回浮点数。
.sum(dtype=np.float64) -> .mean(dtype=np.float64)
    It takes np.mean of the magnitudes, NaN without weights; a norm is their sum.
    对绝对值用了 np.mean，没有权重时为 NaN；范数是它们的和。
np.abs(finite_array("w", w)).sum(dtype=np.float64) -> np.sqrt(np.abs(w)).sum()
    It adds the roots of the magnitudes; add the magnitudes themselves.
    把绝对值的平方根相加了；应把绝对值本身相加。
return 2 * result
    It is twice too large.
    大了一倍；应为绝对值之和本身。
return np.sqrt(result)
    It takes the root of the sum; the L1 norm has none.
    对总和开了平方；L1 范数不应开方。
""")


# --- l2_norm -------------------------------------------------------------------------------------

l2_norm = Check(norms.l2_norm)
l2_norm.worked("D-4.3", given(W), 1.6583123951777)
l2_norm.worked("C-4.2b", given(H1), np.sqrt(0.91))
l2_norm.worked("by hand", given([[3.0, 0.0], [0.0, -4.0]]), 5.0)
l2_norm.worked("by hand", given([1.0, -2.0, 2.0]), 3.0)
l2_norm.worked("by hand", given([[[1.0, -1.0]], [[-1.0, 1.0]]]), 2.0)
l2_norm.published(
    "NumPy 1.26, docstring of numpy.linalg.norm",
    given(np.arange(-4.0, 5.0).reshape(3, 3)),
    7.745966692414834,
)
l2_norm.edge("no entries", given(np.zeros((0, 3))))
l2_norm.edge("only zeros", given([[0.0, 0.0], [0.0, 0.0]]))
l2_norm.edge("one negative entry", given([-0.5]))
l2_norm.edge("no axes", given(np.array(-2.0)))
l2_norm.edge("single precision", given(np.array([[1.5, -2.0], [0.0, 0.0]], np.float32)))
l2_norm.edge("whole numbers", given([[3, -2, 0], [-1, 5, 4]]))


@l2_norm.random
def _(rng):
    return given(rng.integers(-16, 17, (3, 5)) / 8)


@l2_norm.property(
    "The squared norms of two halves must add up to the squared norm of the whole.",
    "两半的范数平方之和应等于整体范数的平方。",
)
def _(rng):
    w = rng.standard_normal((4, 3))
    whole, first, second = yield [given(w), given(w[:2]), given(w[2:])]
    return np.allclose(first**2 + second**2, whole**2)


@l2_norm.solution
def l2_norm(w):
    return float(np.sqrt(np.square(w).sum()))


l2_norm.edits("""
np.sqrt( -> (
    The square root is missing: this is the squared norm.
    忘了开平方：这是范数的平方。
np.sqrt( -> (
np.square( -> np.abs(
    This is the L1 norm; the L2 norm squares, adds, and takes the root.
    这是 L1 范数；L2 范数是平方、求和、再开方。
return float(np.linalg.norm(w, 2))
    For a matrix it returns the spectral norm; here all entries are squared and added.
    对矩阵给出的是谱范数；这里应对所有元素平方求和再开方。
return result / np.sqrt(max(w.size, 1))
    It takes the mean of the squares; a norm takes their sum.
    对平方取了平均（均方根）；范数应取平方和。
.sum() -> .max(initial=0)
    It returns the largest magnitude, the maximum norm; every weight counts.
    给出的是最大绝对值（无穷范数）；每个权重都应计入。
np.square(w).sum() -> w.sum() ** 2
    It adds first and squares afterwards; square every weight before the sum.
    先求和再平方了；应先对每个权重平方再求和。
.sum() -> .sum(axis=0)
float( -> (
    It returns a norm for every column; the whole array has one norm.
    对每一列各给出一个范数；整个数组只应有一个数。
np.square(w) -> w
    The squares are missing: it takes the root of the plain sum.
    缺少平方：直接对权重之和开方了。
return np.sqrt(np.square(w).sum(axis=-1))
    It returns a norm for every row; the whole array has one norm.
    对每一行各给出一个范数；整个数组只应有一个数。
return result / 2
    It has a factor 1/2, as weight decay does; a norm has none.
    多了权重衰减中的系数 1/2；范数没有这个系数。
np.square(w).sum() -> np.abs(w).sum()
    It takes the root of the sum of magnitudes; square the weights before the sum.
    对绝对值之和开方了；应先平方再求和。
return np.abs(w)
    It returns the magnitudes; the norm is one number.
    返回了各个绝对值；范数是一个数。
.sum() -> .mean()
    It takes np.mean of the squares, NaN without weights; a norm takes their sum.
    对平方用了 np.mean，没有权重时为 NaN；范数应取平方和。
np.square(w).sum() -> np.square(w[w > 0]).sum()
    It takes the positive weights alone; every weight counts.
    只取了正的权重；每个权重都应计入。
return result / max(w.size, 1)
    It divides by the number of weights; the norm is the root of the sum of squares.
    除以了权重个数；范数应为平方和的平方根。
np.sqrt( -> np.cbrt(
    It takes the cube root; take the square root.
    开了立方；应开平方。
np.sqrt(np.square(w).sum()) -> np.std(w) if w.size else 0
    It takes the standard deviation; the mean is not subtracted.
    取了标准差；不应减去均值。
""")


# --- spectral_norm -------------------------------------------------------------------------------

spectral_norm = Check(norms.spectral_norm)
spectral_norm.worked("D-4.2a", given(W), 1.531890945111905)
spectral_norm.worked("by hand", given([[3.0, 0.0], [0.0, -4.0]]), 4.0)
spectral_norm.worked("by hand", given([[0.0, 2.0], [0.0, 0.0]]), 2.0)
spectral_norm.worked("by hand", given([[1.0, 1.0], [1.0, 1.0]]), 2.0)
spectral_norm.worked("by hand", given([[0.0, -2.0, 0.0], [1.0, 0.0, 0.0]]), 2.0)
spectral_norm.published(
    "NumPy 1.26, docstring of numpy.linalg.norm, ord=2",
    given(np.arange(-4.0, 5.0).reshape(3, 3)),
    7.3484692283495345,
)
spectral_norm.edge("only zeros", given([[0.0, 0.0], [0.0, 0.0]]))
spectral_norm.edge("one negative entry", given([[-0.5]]))
spectral_norm.edge("one column: the L2 norm", given([[3.0], [-4.0]]))
spectral_norm.edge("one row: the L2 norm", given([[3.0, -4.0, 12.0]]))
spectral_norm.edge("a rotation stretches nothing", given([[0.6, -0.8], [0.8, 0.6]]))
spectral_norm.edge("whole numbers", given([[3, -2, 0], [-1, 5, 4]]))


@spectral_norm.random
def _(rng):
    return given(rng.integers(-8, 9, (3, 4)) / 4)


@spectral_norm.property(
    "The transposed matrix must have the same norm.",
    "矩阵转置后，谱范数应不变。",
)
def _(rng):
    w = rng.standard_normal((3, 5))
    one, other = yield [given(w), given(w.T)]
    return np.allclose(one, other)


@spectral_norm.property(
    "No vector may be stretched by more than the norm.",
    "任何向量被拉伸的倍数都不应超过谱范数。",
)
def _(rng):
    w, x = rng.standard_normal((3, 4)), rng.standard_normal((4, 50))
    (norm,) = yield [given(w)]
    return (np.linalg.norm(w @ x, axis=0) <= norm * np.linalg.norm(x, axis=0) * (1 + 1e-6)).all()


spectral_norm.edits("""
return float(np.linalg.norm(W))
    This is the Frobenius norm, the root of all squares; take the largest singular value.
    这是 Frobenius 范数（所有元素平方和的根）；应取最大奇异值。
return float(np.abs(np.linalg.eigvals(W)).max())
    It takes the largest eigenvalue; that differs from the singular value, and needs a square W.
    取了最大特征值；它一般不等于奇异值，而且要求方阵。
return result**2
    The root is missing: an eigenvalue of W^T W is the square of a singular value.
    忘了开平方：W^T W 的特征值是奇异值的平方。
[0] -> [-1]
    It takes the smallest singular value; the largest is the norm.
    取了最小的奇异值；应取最大的。
[0] -> .sum()
    It adds the singular values, the nuclear norm; only the largest counts.
    把奇异值加起来了（核范数）；只应取最大的一个。
return float(np.abs(W).sum(axis=0).max())
    It takes the largest column sum, which the L1 norm induces; here the L2 norm does.
    取了最大列和，那是 L1 诱导的范数；这里应由 L2 范数诱导。
return float(np.linalg.norm(W, np.inf))
    It takes the largest row sum; take the largest singular value.
    取了最大行和；应取最大奇异值。
return float(np.abs(W).max())
    It takes the largest magnitude; take the largest singular value.
    取了最大的绝对值；应取最大奇异值。
[0] -> .mean()
    It averages the singular values; only the largest counts.
    对奇异值取了平均；只应取最大的一个。
[0] -> .max() / max(W.shape)
    It divides by the longer side; the norm is the singular value itself.
    除以了较长的边长；范数就是奇异值本身。
return result / float(np.linalg.norm(W) or 1)
    It divides by the Frobenius norm; the norm is the singular value itself.
    除以了 Frobenius 范数；范数就是奇异值本身。
return float(np.linalg.norm(W, axis=0).max())
    It takes the largest norm of a column; take the largest singular value.
    取了各列范数中最大的；应取最大奇异值。
return float(np.linalg.norm(W, axis=1).max())
    It takes the largest norm of a row; take the largest singular value.
    取了各行范数中最大的；应取最大奇异值。
[0] -> [:2].sum()
    It adds the two largest singular values; take the largest.
    把最大的两个奇异值相加了；应取最大的一个。
return np.sqrt(result)
    It takes the root; the norm is the largest singular value itself.
    开了平方；范数就应是最大奇异值本身。
return float(np.abs(W).sum())
    It adds up the magnitudes; take the largest singular value.
    把绝对值相加了；应取最大奇异值。
return np.linalg.svd(W, compute_uv=False)
    It returns all singular values; return the largest.
    返回了所有奇异值；应返回最大的。
return float(np.linalg.eigvalsh(W @ W.T).sum())
    It adds up the eigenvalues of W W^T, the squared L2 norm; take the root of the largest.
    把 W W^T 的特征值相加了，即 L2 范数的平方；应取最大者的平方根。
return result / np.sqrt(W.shape[0])
    It divides by the root of the number of rows.
    除以了行数的平方根；应返回最大奇异值本身。
""")


# --- normalize -----------------------------------------------------------------------------------

normalize = Check(norms.normalize)
normalize.worked("D-4.3", given(W), np.array([[1, 3, 5], [6, 7, 8], [9, 1, 3]]) / np.sqrt(275))
normalize.worked("D-4.1a", given([3.0, -4.0]), [0.6, -0.8])
normalize.worked("by hand", given([[1.0, -1.0], [-1.0, 1.0]]), [[0.5, -0.5], [-0.5, 0.5]])
normalize.published(
    "scikit-learn 1.5, docstring of sklearn.preprocessing.Normalizer, first row",
    given([4.0, 1.0, 2.0, 2.0]),
    [0.8, 0.2, 0.4, 0.4],
)
normalize.edge("zeros remain zeros", given([[0.0, 0.0], [0.0, 0.0]]))
normalize.edge("no entries", given(np.zeros((0, 3))))
normalize.edge("one negative entry", given([-0.5]))
normalize.worked("by hand", given([3e-20, -4e-20]), [0.6, -0.8])
normalize.edge("of unit norm already", given([[0.6, 0.0], [0.0, -0.8]]))
normalize.edge("single precision", given(np.array([[3.0, 0.0], [0.0, -4.0]], np.float32)))
normalize.edge("whole numbers", given([[3, -2, 0], [-1, 5, 4]]))
normalize.edge("tiny weights", given([3e-9, -4e-9]))


@normalize.random
def _(rng):
    return given(rng.standard_normal((3, 4)))


@normalize.property(
    "Weights times 4 must give the same result.",
    "权重乘以 4，结果应不变。",
)
def _(rng):
    w = rng.standard_normal((4, 3))
    one, other = yield [given(w), given(4 * w)]
    return np.allclose(one, other)


@normalize.property(
    "The squares of the result must add up to 1.",
    "结果的平方和应为 1。",
)
def _(rng):
    (unit,) = yield [given(rng.standard_normal((4, 3)))]
    return np.allclose(np.square(unit).sum(), 1)


@normalize.solution
def normalize(w):
    norm = np.sqrt(np.square(w).sum())
    return w / np.where(norm > 0, norm, 1)


normalize.edits("""
np.sqrt(np.square(w).sum()) -> np.abs(w).max(initial=0)
    It divides by the largest magnitude; divide by the L2 norm.
    除以了最大绝对值；应除以 L2 范数。
np.sqrt( -> (
np.square( -> np.abs(
    It divides by the sum of |w|, the L1 norm; divide by the L2 norm.
    除以了绝对值之和（L1 范数）；应除以 L2 范数。
np.sqrt( -> (
    It divides by the squared norm; the square root is missing.
    除以了范数的平方；忘了开方。
return np.abs(result)
    It drops the signs to reach [0, 1]; W / ||W|| keeps them and lies in [-1, 1].
    为了落在 [0, 1] 丢了符号；W/||W|| 保留符号，取值在 [-1, 1]。
return (w - w.min()) / np.ptp(w) if w.any() else w.copy()
    It maps the smallest weight to 0 and the largest to 1; only divide by the L2 norm.
    做了最小值到最大值的 [0, 1] 缩放；只需除以 L2 范数。
.sum() -> .sum(axis=0)
    It divides every column by its own norm; the whole array has one norm.
    对每一列分别归一化了；应使用整个数组的一个范数。
np.where(norm > 0, norm, 1) -> norm
    It divides 0 by 0 if all weights are zero; return the zeros unchanged.
    权重全为零时出现 0/0；全零数组应保持不变。
w /= np.linalg.norm(w) or 1
    It changes the array that it is given; return a new one.
    改动了传入的数组；应返回新的数组。
w / np.where -> w * np.where
    It multiplies by the norm; divide by it.
    乘以了范数；应除以范数。
np.sqrt(np.square(w).sum()) -> w.sum()
    It divides by the sum of the weights with their signs; divide by the L2 norm.
    除以了带符号的权重之和；应除以 L2 范数。
np.sqrt(np.square(w).sum()) -> np.std(w) if w.size else 0
    It divides by the standard deviation; divide by the L2 norm.
    除以了标准差；应除以 L2 范数。
return (w - w.mean()) / (np.std(w) or 1) if w.size else w
    It subtracts the mean and divides by the standard deviation; divide by the L2 norm.
    减去均值并除以标准差了；只应除以 L2 范数。
.sum() -> .sum(axis=-1, keepdims=True)
    It divides every row by its own norm; the whole array has one norm.
    对每一行分别归一化了；应使用整个数组的一个范数。
.sum() -> .mean() if w.size else 0
    It divides by the root mean square; divide by the root of the sum of squares.
    除以了均方根；应除以平方和的平方根。
return w / np.where(norm > 0, norm, 1) -> return norm
    It returns the norm; return the weights divided by it.
    返回了范数；应返回除以范数后的权重。
np.sqrt(np.square(w).sum()) -> np.linalg.norm(w, 2) if w.size else 0
    Of a matrix np.linalg.norm(w, 2) is the spectral norm; divide by the root of all squares.
    对矩阵 np.linalg.norm(w, 2) 是谱范数；应除以所有元素平方和的根。
np.sqrt(np.square(w).sum()) -> np.linalg.norm(w, 1) if w.size else 0
    Of a matrix np.linalg.norm(w, 1) is the largest column sum; divide by the L2 norm.
    对矩阵 np.linalg.norm(w, 1) 是最大列和；应除以 L2 范数。
return result.astype(np.asarray(w).dtype)
    The result has the number type of w: whole numbers cut off the fractions; return floats.
    结果沿用了 w 的数据类型，w 为整数时小数被截掉；应返回浮点数。
np.where(norm > 0, norm, 1) -> (norm + 1e-8)
    It adds 1e-8 to the norm, which counts for tiny weights; treat a norm of 0 by itself.
    范数加上了 1e-8，权重极小时结果不对；应单独处理范数为 0 的情形。
np.where(norm > 0, norm, 1) -> (norm + 1e-12)
    It adds 1e-12 to the norm, which counts for tiny weights; treat a norm of 0 by itself.
    范数加上了 1e-12，权重极小时结果不对；应单独处理范数为 0 的情形。
np.where(norm > 0, norm, 1) -> np.maximum(norm, 1e-8)
    It divides by at least 1e-8, too much for tiny weights; treat a norm of 0 by itself.
    除数至少取 1e-8，权重极小时过大；应单独处理范数为 0 的情形。
np.sqrt(np.square(w).sum()) -> np.sqrt(np.abs(w).sum())
    It divides by the root of the sum of magnitudes; square the weights under the root.
    除以了绝对值之和的平方根；根号下应取平方和。
w / np.where(norm > 0, norm, 1) -> w // np.where(norm > 0, norm, 1)
    It divides without a fraction; divide with /.
    用了整除；应使用 / 保留小数部分。
""")


# --- relative_magnitude --------------------------------------------------------------------------

relative_magnitude = Check(norms.relative_magnitude)
relative_magnitude.worked("D-4.3", given(W), np.array([[1, 3, 5], [6, 7, 8], [9, 1, 3]]) / 9)
relative_magnitude.worked("by hand", given([1.0, -4.0]), [0.25, 1.0])
relative_magnitude.worked("by hand", given([[-2.0, 1.0], [0.0, 0.5]]), [[1.0, 0.5], [0.0, 0.25]])
relative_magnitude.published(  # which keeps the signs: -1, 0.5, 1
    "scikit-learn 1.5, docstring of sklearn.preprocessing.maxabs_scale, axis=1, first row",
    given([-2.0, 1.0, 2.0]),
    [1.0, 0.5, 1.0],
)
relative_magnitude.edge("zeros remain zeros", given([[0.0, 0.0], [0.0, 0.0]]))
relative_magnitude.edge("no entries", given(np.zeros((0, 3))))
relative_magnitude.edge("one negative entry", given([-0.5]))
relative_magnitude.edge("all are negative", given([[-4.0, -1.0], [-2.0, -8.0]]))
relative_magnitude.edge("all are of one magnitude", given([0.5, -0.5, 0.5]))
relative_magnitude.edge("single precision", given(np.array([[1.0, -2.0]], np.float32)))
relative_magnitude.edge("whole numbers", given([[3, -2, 0], [-1, 5, 4]]))
relative_magnitude.edge("tiny weights", given([3e-9, -4e-9]))


@relative_magnitude.random
def _(rng):
    return given(rng.integers(-16, 17, (3, 4)) / 8)


@relative_magnitude.property(
    "Weights times -4 must give the same result.",
    "权重乘以 -4，结果应不变。",
)
def _(rng):
    w = rng.standard_normal((4, 3))
    one, other = yield [given(w), given(-4 * w)]
    return np.allclose(one, other)


@relative_magnitude.solution
def relative_magnitude(w):
    size = np.abs(w)
    return size / size.max() if w.any() else size


relative_magnitude.edits("""
size / -> w /
    It keeps the signs; magnitudes are absolute values, from 0 to 1.
    保留了符号；幅值应取绝对值，取值在 0 到 1。
size.max() -> w.max()
    It divides by the largest weight; divide by the largest |w|, since w may be negative.
    除以了最大的权重；应除以最大的绝对值，该权重可能为负。
.max() -> .sum()
    It divides by the sum of |w|; divide by the largest |w|, so that it becomes 1.
    除以了绝对值之和；应除以最大绝对值，使其变为 1。
size.max() -> np.linalg.norm(w)
    It divides by the L2 norm; divide by the largest |w|, so that it becomes 1.
    除以了 L2 范数；应除以最大绝对值，使其变为 1。
size / size.max() -> (size - size.min()) / np.ptp(size)
    It subtracts the smallest magnitude first; only a weight of 0 has the score 0.
    先减去了最小的绝对值；只有为 0 的权重得分才为 0。
.max() -> .max(axis=0)
    It compares within each column; use the largest magnitude of the whole array.
    只在每一列内比较；应取整个数组的最大绝对值。
if w.any() -> if w.size
    It divides 0 by 0 if all weights are zero; return zeros.
    权重全为零时出现 0/0；零应保持为零。
return result**2
    It squares the shares; return |w| divided by the largest |w|.
    对比例取了平方；应返回绝对值与最大绝对值之比。
.max() -> .max(axis=-1, keepdims=True)
    It divides within each row; use the largest magnitude of the whole array.
    在每一行内相除了；应取整个数组的最大绝对值。
.max() -> .mean()
    It divides by the mean magnitude; divide by the largest |w|, so that it becomes 1.
    除以了平均绝对值；应除以最大绝对值，使其变为 1。
size.max() -> np.std(w)
    It divides by the standard deviation; divide by the largest |w|.
    除以了标准差；应除以最大绝对值。
size.max() -> np.ptp(w)
    It divides by the range, the largest minus the smallest weight; divide by the largest |w|.
    除以了极差（最大减最小）；应除以最大绝对值。
size.max() -> (size.max() - size.min())
    It divides by the range of the magnitudes; divide by the largest of them.
    除以了绝对值的极差；应除以其中最大的。
return 1 - result if np.any(w) else result
    It returns one minus the share; the largest magnitude must give 1.
    返回了 1 减去比例；最大的绝对值应得 1。
return result.astype(np.asarray(w).dtype)
    The result has the number type of w: whole numbers cut off the fractions; return floats.
    结果沿用了 w 的数据类型，w 为整数时小数被截掉；应返回浮点数。
size / size.max() if w.any() else size -> size / (size.max(initial=0) + 1e-8)
    It adds 1e-8 to the divisor, which counts for tiny weights; treat zeros by themselves.
    除数加上了 1e-8，权重极小时结果不对；应单独处理全零的情形。
size / size.max() if w.any() else size -> size / (size.max(initial=0) + 1e-12)
    It adds 1e-12 to the divisor, which counts for tiny weights; treat zeros by themselves.
    除数加上了 1e-12，权重极小时结果不对；应单独处理全零的情形。
size / size.max() -> size / np.where(size > 0, size, np.inf).min(initial=np.inf)
    It divides by the smallest magnitude above 0; divide by the largest.
    除以了大于零的最小绝对值；应除以最大的。
size / size.max() -> size * size.max()
    It multiplies by the largest magnitude; divide by it.
    乘以了最大的绝对值；应除以它。
""")


# --- unit_l1 -------------------------------------------------------------------------------------

unit_l1 = Check(norms.unit_l1)
unit_l1.worked("C-4.2a", given(W), [1.6, 1.1, 1.6])
unit_l1.worked("C-4.2a", given(W, axis=0), [0.9, 2.1, 1.3])
unit_l1.worked("A-4.4", given(H3, axis=0), [1.5, 2.4])
unit_l1.worked("by hand", given([[2.0, -1.0, 0.0], [-3.0, -1.0, 0.5]]), [5.0, 2.0, 0.5])
unit_l1.worked("by hand", given(KERNEL), [5.0, 4.0, 3.0])
unit_l1.published(
    "NumPy 1.26, docstring of numpy.linalg.norm, ord=1, axis=1",
    given([[1.0, 2.0, 3.0], [-1.0, 1.0, 4.0]], axis=0),
    [6.0, 6.0],
)
unit_l1.edge("channels of a kernel", given(KERNEL, axis=2))
unit_l1.edge("an axis counted from the end", given(KERNEL, -2))
unit_l1.edge("rows of the window", given(KERNEL, axis=0))
unit_l1.edge("one weight in each unit", given([-0.5, 0.25, 0.0]))
unit_l1.edge("units without weights", given(np.zeros((0, 3))))
unit_l1.edge("no units", given(np.zeros((3, 0))))
unit_l1.edge("only zeros", given([[0.0, 0.0], [0.0, 0.0]]))
unit_l1.edge("single precision", given(np.array([[0.5, -0.25], [-4.0, 0.125]], np.float32), -1))


@unit_l1.random
def _(rng):
    return given(rng.integers(-16, 17, (4, 3)) / 8, axis=int(rng.integers(-2, 2)))


@unit_l1.random
def _(rng):
    return given(rng.integers(-16, 17, (3, 2, 2, 4)) / 8)


@unit_l1.property(
    "The norms of the rows must add up to the same number as those of the columns.",
    "按行和按列划分单元，各单元范数之和应相同。",
)
def _(rng):
    w = rng.standard_normal((4, 3))
    columns, rows = yield [given(w), given(w, axis=0)]
    return np.allclose(np.sum(columns), np.sum(rows))


unit_l1.edits("""
np.abs(w) -> w
    It adds the weights with their signs; the L1 norm adds their absolute values.
    直接把带符号的权重相加了；L1 范数是绝对值之和。
np.abs(w) -> w
return np.abs(result)
    It takes the absolute value after the sum; it belongs to every weight, before the sum.
    先求和再取绝对值了；应先对每个权重取绝对值。
axis=others -> axis=axis
    It adds along the axis that numbers the units; add along all the others.
    沿着给单元编号的轴求和了；应沿其余所有轴求和。
axis = -1
    It always takes the last axis for the units; take the one given by `axis`.
    总把最后一个轴当作单元；应按参数 axis 来定。
axis=others -> axis=(1, 2, 3)
    It adds over axes 1, 2, 3, for kernels (out, in, h, w); here filters are the last axis.
    沿轴 1、2、3 求和，只适合 (out, in, h, w)；这里滤波器由最后一个轴编号。
return np.full_like(result, result.sum())
    It returns the norm of the whole layer; every unit has its own.
    给出的是整层的范数；每个单元应有自己的范数。
return result * w.shape[axis] / max(w.size, 1)
    It averages the magnitudes of a unit; the norm is their sum.
    对单元内的绝对值取了平均；范数是它们的和。
np.abs(w) -> np.square(w)
return np.sqrt(result)
    This is the L2 norm of the units; the L1 norm has neither squares nor a root.
    这是各单元的 L2 范数；L1 范数既不平方也不开方。
np.abs(w) -> np.square(w)
    It sums squares; the L1 norm sums absolute values.
    对平方求和了；L1 范数是绝对值之和。
sum(axis=others, dtype=np.float64) -> max(axis=others, initial=0)
    It takes the largest magnitude of each unit; add up its magnitudes.
    取了每个单元的最大绝对值；应把绝对值相加。
axis = 0
    It always takes the first axis for the units; take the one given by `axis`.
    总把第一个轴当作单元；应按参数 axis 来定。
axis=others -> axis=0
    It adds along the first axis alone; add along all axes but that of the units.
    只沿第一个轴求和了；应沿单元轴以外的所有轴求和。
np.abs(w) -> np.maximum(w, 0)
    It adds the positive weights alone; every weight counts by its absolute value.
    只把正的权重相加了；每个权重都应按绝对值计入。
np.abs(w) -> (w != 0)
    It counts the weights that are not 0; add their magnitudes.
    数了非零权重的个数；应把绝对值相加。
np.abs(w).sum(axis=others -> np.abs(w).sum(keepdims=True, axis=others
    The result keeps the summed axes; it is a vector with one number for each unit.
    结果保留了被求和的轴；应为向量，每个单元一个数。
np.abs(w).sum(axis=others, dtype=np.float64) -> np.abs(w).mean(axis=others, dtype=np.float64)
    It takes np.mean, which is NaN for a unit without weights; the norm is the sum.
    用了 np.mean，单元没有权重时为 NaN；范数是绝对值之和。
w, axis = w.reshape(w.shape[axis], -1), 0
    It reshapes to (units, -1) without moving the axis of the units to the front, which mixes units.
    没有先把单元轴移到最前就 reshape 成 (units, -1)，混淆了各单元的权重。
return result / (np.linalg.norm(result) or 1)
    It divides by the L2 norm of all units; return the norms themselves.
    除以了所有单元范数的 L2 范数；应直接返回各单元的范数。
return result / (result.sum() or 1)
    It divides by the sum over all units; return the norms themselves.
    除以了所有单元之和；应直接返回各单元的范数。
return np.sort(result)
    It sorts the norms; each belongs where its unit is.
    把范数排序了；每个应在其单元的位置。
return np.argsort(result)
    It returns the units ranked by norm; return the norms.
    返回了按范数排列的单元下标；应返回范数。
""")


# --- unit_l2 -------------------------------------------------------------------------------------

unit_l2 = Check(norms.unit_l2)
unit_l2.worked("C-4.2b", given(W), np.sqrt([1.18, 0.59, 0.98]))
unit_l2.worked("C-4.2b", given(W, axis=0), np.sqrt([0.35, 1.49, 0.91]))
unit_l2.worked("by hand", given([[3.0, 1.0], [-4.0, 0.0]]), [5.0, 1.0])
unit_l2.worked("by hand", given([[3.0, -4.0], [0.0, 1.0]], axis=0), [5.0, 1.0])
unit_l2.worked("by hand", given(KERNEL), [3.0, 2.0, 3.0])
unit_l2.published(
    "NumPy 1.26, docstring of numpy.linalg.norm, axis=0",
    given([[1.0, 2.0, 3.0], [-1.0, 1.0, 4.0]]),
    [1.41421356, 2.23606798, 5.0],
    digits=8,
)
unit_l2.edge("channels of a kernel", given(KERNEL, axis=2))
unit_l2.edge("an axis counted from the end", given(KERNEL, -2))
unit_l2.edge("one weight in each unit", given([-0.5, 0.25, 0.0]))
unit_l2.edge("units without weights", given(np.zeros((0, 3))))
unit_l2.edge("no units", given(np.zeros((3, 0))))
unit_l2.edge("only zeros", given([[0.0, 0.0], [0.0, 0.0]]))
unit_l2.edge("single precision", given(np.array([[1.5, -0.25], [-2.0, 0.0]], np.float32), -1))
unit_l2.edge("whole numbers", given([[3, -2, 0], [-1, 5, 4]]))


@unit_l2.random
def _(rng):
    return given(rng.integers(-16, 17, (4, 3)) / 8, axis=int(rng.integers(-2, 2)))


@unit_l2.random
def _(rng):
    return given(rng.integers(-16, 17, (3, 2, 2, 4)) / 8)


@unit_l2.property(
    "The squared norms of the rows must add up to the same number as those of the columns.",
    "按行和按列划分单元，范数的平方和应相同。",
)
def _(rng):
    w = rng.standard_normal((4, 3))
    columns, rows = yield [given(w), given(w, axis=0)]
    return np.allclose(np.square(columns).sum(), np.square(rows).sum())


@unit_l2.solution
def unit_l2(w, axis=-1):
    others = tuple(a for a in range(w.ndim) if a != axis % w.ndim)
    return np.sqrt(np.square(w).sum(axis=others))


unit_l2.edits("""
np.sqrt( -> (
    The square root is missing: these are the squared norms.
    忘了开平方：这些是范数的平方。
np.sqrt( -> (
np.square( -> np.abs(
    This is the L1 norm of the units; the L2 norm squares, adds, and takes the root.
    这是各单元的 L1 范数；L2 范数是平方、求和、再开方。
axis=others -> axis=axis
    It adds along the axis that numbers the units; add along all the others.
    沿着给单元编号的轴求和了；应沿其余所有轴求和。
axis = -1
    It always takes the last axis for the units; take the one given by `axis`.
    总把最后一个轴当作单元；应按参数 axis 来定。
return result * np.sqrt(w.shape[axis] / max(w.size, 1))
    It takes the mean of the squares; a norm takes their sum.
    对平方取了平均（均方根）；范数应取平方和。
return np.full_like(result, np.linalg.norm(result))
    It returns the norm of the whole layer; every unit has its own.
    给出的是整层的范数；每个单元应有自己的范数。
np.square(w).sum(axis=others) -> w.sum(axis=others) ** 2
    It adds first and squares afterwards; square every weight before the sum.
    先求和再平方了；应先对每个权重平方再求和。
np.square(w).sum(axis=others) -> np.abs(w).max(axis=others, initial=0) ** 2
    It takes the largest magnitude of each unit; the L2 norm adds squares.
    取了每个单元的最大绝对值；L2 范数对平方求和。
axis = 0
    It always takes the first axis for the units; take the one given by `axis`.
    总把第一个轴当作单元；应按参数 axis 来定。
axis=others -> axis=0
    It adds along the first axis alone; add along all axes but that of the units.
    只沿第一个轴求和了；应沿单元轴以外的所有轴求和。
np.square(w).sum(axis=others) -> np.abs(w).sum(axis=others)
    It takes the root of the sum of magnitudes; square the weights before the sum.
    对绝对值之和开方了；应先平方再求和。
.sum(axis=others) -> .sum(axis=others, keepdims=True)
    The result keeps the summed axes; it is a vector with one number for each unit.
    结果保留了被求和的轴；应为向量，每个单元一个数。
np.square(w) -> w
    The squares are missing: it takes the root of plain sums.
    缺少平方：直接对权重之和开方了。
return result / (np.linalg.norm(result) or 1)
    It divides by the norm of the layer; each unit has its plain norm.
    除以了整层的范数；应直接返回每个单元的范数。
return result.astype(np.asarray(w).dtype)
    The result has the number type of w: whole numbers cut off the fractions; return floats.
    结果沿用了 w 的数据类型，w 为整数时小数被截掉；应返回浮点数。
.sum(axis=others) -> .mean(axis=others)
    It takes np.mean of the squares, NaN for a unit without weights; a norm takes their sum.
    对平方用了 np.mean，单元没有权重时为 NaN；范数应取平方和。
w, axis = w.reshape(w.shape[axis], -1), 0
    It reshapes to (units, -1) without moving the axis of the units to the front, which mixes units.
    没有先把单元轴移到最前就 reshape 成 (units, -1)，混淆了各单元的权重。
return result / (result.sum() or 1)
    It divides by the sum over all units; return the norms themselves.
    除以了所有单元之和；应直接返回各单元的范数。
axis=others -> axis=(1, 2, 3)
    It adds over axes 1, 2, 3, for kernels (out, in, h, w); here filters are the last axis.
    沿轴 1、2、3 求和，只适合 (out, in, h, w)；这里滤波器由最后一个轴编号。
np.square(w) -> np.square(np.maximum(w, 0))
    It takes the positive weights alone; every weight counts by its square.
    只取了正的权重；每个权重都应按平方计入。
return np.argsort(result)
    It returns the units ranked by norm; return the norms.
    返回了按范数排列的单元下标；应返回范数。
""")
