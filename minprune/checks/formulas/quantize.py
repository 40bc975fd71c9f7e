"""Checks of `minprune.formulas.quantize`."""

import numpy as np

from minprune.checks.check import Check, given
from minprune.formulas import quantize

W_D43 = [[0.1, 0.3, 0.5], [0.6, 0.7, 0.8], [0.9, 0.1, 0.3]]


# --- quantize_symmetric --------------------------------------------------------------------------

quantize_symmetric = Check(quantize.quantize_symmetric)
quantize_symmetric.worked(
    "A-3.2.2", given(W_D43), ([[14, 42, 71], [85, 99, 113], [127, 14, 42]], 0.007086614173228346)
)
quantize_symmetric.worked(
    "by hand",
    given([-7.0, 0.5, 1.5, 2.5, -1.5, 3.25, 1.75], bits=4),
    ([-7, 0, 2, 2, -2, 3, 2], 1.0),
)
quantize_symmetric.worked("by hand", given([[0.75, -1.5], [0.3, 0.0]], 3), ([[2, -3], [1, 0]], 0.5))
quantize_symmetric.published(
    "TensorFlow (commit 397264c), tensorflow/lite/kernels/internal/tensor_utils_test.cc, "
    "SymmetricQuantizeFloatsTest",
    given([-640.0, -635.0, -630.0, 10.0, 2.0, -5.0, -10.0, 0.0, 1000.0]),
    ([-81, -81, -80, 1, 0, -1, -1, 0, 127], 1000 / 127.0),
)
quantize_symmetric.worked("by hand", given([4.0, -1.0, -2.5, 2.0], 2), ([1, 0, -1, 0], 4.0))
quantize_symmetric.worked("by hand", given([12.7, -12.7, 6.38, 0.02], 8), ([127, -127, 64, 0], 0.1))
quantize_symmetric.edge("nothing but zeros", given(np.zeros((2, 3))))
quantize_symmetric.edge("no entries", given(np.zeros((0, 3)), 8))
quantize_symmetric.edge("one negative weight", given([-0.3]))
quantize_symmetric.edge("two bits: -1, 0 and 1", given([1.0, 0.4, -0.4, -0.6], 2))
quantize_symmetric.edge("only negative weights", given([-0.25, -1.0, -0.625], 4))
quantize_symmetric.edge("columns of different size", given([[0.01, 7.0], [-0.02, 3.0]], 8))
quantize_symmetric.edge("sixteen bits", given([1.0, -0.25, 0.3], 16))
quantize_symmetric.edge("float32", given(np.array([0.5, -0.3, 0.1], dtype=np.float32), bits=8))
quantize_symmetric.edge("whole numbers", given([[3, -2, 0], [-1, 5, 4]]))


@quantize_symmetric.random
def _(rng):
    return given(rng.standard_normal((4, 5)), bits=int(rng.integers(2, 17)))


@quantize_symmetric.random
def _(rng):
    w = rng.integers(-14, 15, (4, 5)) / 8
    w[0, 0] = -14 / 8  # so that the step is 1/4 and every odd eighth is a half
    return given(w, bits=4)


@quantize_symmetric.property(
    "No weight may move by more than half a step.",
    "每个权重的变动不应超过半个步长。",
)
def _(rng):
    w = rng.standard_normal((6, 7))
    [(q, step)] = yield [given(w, 6)]
    return (np.abs(step * np.asarray(q) - w) <= step / 2 * (1 + 1e-9)).all()


@quantize_symmetric.property(
    "Weights multiplied by -4 must give the opposite integers and a step four times as long.",
    "权重乘以 -4 时，整数应变号，步长应变为四倍。",
)
def _(rng):
    w = rng.standard_normal((6, 7))
    (q, step), (other, other_step) = yield [given(w, 5), given(-4 * w, 5)]
    return np.array_equal(other, -np.asarray(q)) and np.allclose(other_step, 4 * step)


@quantize_symmetric.property(
    "Integers of up to 8 bits must be stored as int8, those of more as int16.",
    "不超过 8 位的整数应存为 int8，超过时应存为 int16。",
)
def _(rng):
    (small, _), (large, _) = yield [given(rng.standard_normal(3), bits) for bits in (8, 9)]
    return np.asarray(small).dtype == np.int8 and np.asarray(large).dtype == np.int16


@quantize_symmetric.solution
def quantize_symmetric(w, bits=8):
    largest = 2 ** (bits - 1) - 1
    step = float(np.abs(w).max(initial=0)) / largest
    q = np.round(w / (step or 1))  # where step is 0, so is every w
    return q.astype(np.int8 if bits <= 8 else np.int16), step


quantize_symmetric.edits("""
2 ** (bits - 1) - 1 -> 2 ** (bits - 1)
    It divides max|w| by 2^(bits-1), one too many; symmetric integers end at 2^(bits-1) - 1.
    除以了 2^(bits-1)，多了一级；对称的整数只到 2^(bits-1) - 1。
2 ** (bits - 1) - 1 -> 2 ** (bits - 1)
np.round(w / (step or 1)) -> np.clip(np.round(w / (step or 1)), -largest, largest - 1)
    It divides max|w| by 2^(bits-1) and clips the largest q; divide by 2^(bits-1) - 1.
    除以了 2^(bits-1)，再截断最大的 q；应除以 2^(bits-1) - 1。
2 ** (bits - 1) - 1 -> 2**bits - 1
    It reserves no bit for the sign: the largest integer is 2^(bits-1) - 1, not 2^bits - 1.
    没有给符号留一位：最大的整数是 2^(bits-1) - 1。
2 ** (bits - 1) - 1 -> 2**bits
    It divides max|w| by 2^bits; one bit is the sign, so the largest integer is 2^(bits-1) - 1.
    除以了 2^bits；符号占一位，最大的整数是 2^(bits-1) - 1。
2 ** (bits - 1) - 1 -> (2**bits - 1) / 2
    It divides 2 max|w| by 2^bits - 1; the step is max|w| / (2^(bits-1) - 1).
    用 2 max|w| 除以了 2^bits - 1；步长应为 max|w| 除以 2^(bits-1) - 1。
2 ** (bits - 1) - 1 -> 127
    It divides by 127 whatever the bits; the largest integer is 2^(bits-1) - 1.
    无论多少位都除以 127；最大的整数是 2^(bits-1) - 1。
2 ** (bits - 1) - 1 -> (2 ^ (bits - 1)) - 1
float(np.abs(w).max(initial=0)) -> np.abs(w).max(initial=0)
    Q is (2 ^ (bits - 1)) - 1; in Python ^ is the exclusive or, and ** the power.
    Q 算成了 (2 ^ (bits - 1)) - 1；Python 的 ^ 是按位异或，求幂用 **。
2 ** (bits - 1) - 1 -> 2 ^ (bits - 1) - 1
float(np.abs(w).max(initial=0)) -> np.abs(w).max(initial=0)
    Q is 2 ^ (bits - 1) - 1; in Python ^ is the exclusive or, taken last, and ** the power.
    Q 算成了 2 ^ (bits - 1) - 1；Python 的 ^ 是按位异或，且最后计算，求幂用 **。
max(initial=0) -> max()
    An array without entries fails; it has the step 0.0 and no integers.
    没有元素的数组会报错；此时步长应为 0.0，整数为空。
), step -> ), step or 1.0
    With zeros alone, or no weights, it returns the step 1; there it is 0.0.
    权重全为 0 或没有权重时，返回的步长是 1；应为 0.0。
/ largest -> / largest + 1e-8
    It adds 1e-8 to the step, which is then not 0.0 for zeros alone; treat step 0 by itself.
    步长加了 1e-8，权重全为 0 时不等于 0.0；应单独处理步长为 0 的情形。
/ largest -> // largest
    It divides max|w| without a fraction; the step is a float, divide with /.
    计算步长时用了整除；步长是浮点数，应使用 /。
np.round( -> np.trunc(
    It cuts off the fraction; round to the nearest integer.
    直接舍去了小数；应取最接近的整数。
np.round( -> np.floor(
    It rounds down; round to the nearest integer.
    向下取整了；应取最接近的整数。
np.round( -> np.ceil(
    It rounds up; round to the nearest integer.
    向上取整了；应取最接近的整数。
np.round(w / (step or 1)) -> np.floor(w / (step or 1) + 0.5)
    It rounds a half up; here a half is rounded to the even integer.
    恰为一半时总是向上取整；这里应取偶数。
np.round(w / (step or 1)) -> np.sign(w) * np.floor(np.abs(w) / (step or 1) + 0.5)
    It rounds a half away from zero; here a half is rounded to the even integer.
    恰为一半时朝远离零的方向舍入；这里应取偶数。
w / (step or 1) -> w * step
    It multiplies by the step; q = round(w / step).
    乘以了步长；应为 q = round(w / step)。
np.round(w / (step or 1)) -> w / (step or 1)
q.astype(np.int8 if bits <= 8 else np.int16) -> q
    It returns w / step without rounding; q are whole numbers.
    返回的 w / step 没有舍入；q 应为整数。
np.abs(w).max(initial=0)) / largest -> np.ptp(w) if w.size else 0) / (2**bits - 1)
w / (step or 1)) -> (w - w.min(initial=0)) / (step or 1)) - 2 ** (bits - 1)
    It maps the range from min to max; the range must be symmetric, so that zero is mapped to 0.
    按最小值到最大值的范围量化了；对称量化以零为中心，零仍为零。
np.int8 if bits <= 8 else np.int16 -> float
    It returns the integers as floats; then they take as many bits as before.
    整数以浮点数返回了；这样所占的位并没有减少。
step or 1 -> np.float64(step)
np.int8 if bits <= 8 else np.int16 -> float
    The integers q are floats, and nan for step 0; return integers, and zeros for step 0.
    q 是浮点数，步长为 0 时还不是数（nan）；应返回整数，步长为 0 时返回零。
np.int8 if bits <= 8 else np.int16 -> int
    The dtype of q is not the one asked for: int8 up to 8 bits, int16 above.
    q 的数据类型不对：不超过 8 位时应为 int8，超过时应为 int16。
np.int8 if bits <= 8 else np.int16 -> np.int8
    It stores every integer in 8 bits; above 8 bits they need an int16.
    所有整数都用 8 位存储；超过 8 位时应使用 int16。
max(initial=0) -> max()
np.int8 if bits <= 8 else np.int16 -> np.int8
    An array without entries fails, and above 8 bits the integers do not fit into int8.
    没有元素的数组会报错；超过 8 位时 int8 又装不下。
np.int8 if bits <= 8 else np.int16 -> np.uint8
    It stores the integers as uint8, which has no negative numbers; int8 and int16 have.
    用 uint8 存储整数，没有负数；应使用 int8 和 int16。
return result[0] * result[1], result[1]
    It returns the rounded weights step * q; the integers q were asked for.
    返回了舍入后的权重 step * q；应返回整数 q。
return result[0]
    It returns q alone; without the step the weights cannot be restored: return (q, step).
    只返回了 q；没有步长就无法还原权重，应返回 (q, step)。
return result[0] * result[1]
    It returns the weights step * q; return the integers and the step, (q, step).
    返回的是权重 step * q；应返回整数和步长 (q, step)。
return result[1], result[0]
    The two results are exchanged; the integers q are the first, the step is the second.
    两个返回值顺序反了；应先整数 q 后步长。
), step -> ), 1 / np.float64(step)
    It gives the step upside down: the step is max|w| / Q.
    步长的分子和分母颠倒了：应为最大绝对值除以 Q。
np.round(w / (step or 1)) -> np.round(np.divide(w, step or 1, out=w))
    It divides the array given in place; w must not change.
    在原数组上做了除法，改动了传入的 w；应使用新数组。
np.round(w / (step or 1)) -> w / (step or 1) + 0.5
    It adds a half and cuts off, which rounds negative weights up; round to the nearest integer.
    加上一半再舍去小数，负数会取大；应取最接近的整数。
np.round(w / (step or 1)) -> w // (step or 1)
    It rounds down, with //; round to the nearest integer.
    用 // 向下取整了；应取最接近的整数。
np.round(w / (step or 1)) -> np.round(np.abs(w) / (step or 1))
    The integers have lost the signs of the weights; divide w itself by the step.
    整数丢了符号；应直接用 w 除以步长。
np.round(w / (step or 1)) -> np.clip(np.round(w / (step or 1)), 0, largest)
    Negative integers are cut off at 0; they range from -Q to Q.
    负的整数被截断为 0；取值应为 -Q 到 Q。
(step or 1) -> (step + 1e-8)
    It divides by step + 1e-8; divide by the step, and treat step 0 by itself.
    除以了 step + 1e-8；应除以 step，并单独处理步长为 0 的情形。
w / (step or 1) -> (w - w.min(initial=0)) / (step or 1)
    The smallest weight is subtracted first; the integers are symmetric about zero: w / step.
    先减去了最小的权重；量化以零为中心，应为 w / step。
largest = -> largest = 2 ** (bits - 2) or
    It divides max|w| by 2^(bits-2); the largest integer is 2^(bits-1) - 1.
    除以了 2^(bits-2)；最大的整数是 2^(bits-1) - 1。
/ largest -> // largest
step or 1 -> np.float64(step)
    It divides max|w| without a fraction; the step is a float, divide with /.
    计算步长时用了整除；步长是浮点数，应使用 /。
), step -> ), 1 / step if step else 0.0
    It returns Q / max|w| in place of the step; the step is max|w| / Q.
    返回的是 Q / max|w|；步长应为 max|w| / Q。
step or 1 -> 1 / step if step else 1
), step -> ), 1 / step if step else 0.0
    It takes Q / max|w| for the step and divides by it; the step is max|w| / Q.
    把 Q / max|w| 当成步长并除以它；步长应为 max|w| / Q。
return result if result[1] == 0 else result[::-1]
    Except for step 0 the results are exchanged; the integers q are the first, then the step.
    步长不为 0 时两个返回值反了；应先整数 q 后步长。
return result if result[1] else result[::-1]
    For step 0 the results are exchanged; the integers q are the first, then the step.
    步长为 0 时两个返回值反了；应先整数 q 后步长。
return result if result[1] else (result[0].astype(float), 0.0)
    For step 0 the zeros are floats; q are whole numbers there too.
    步长为 0 时返回的零是浮点数；q 仍应为整数。
return (result[0].astype(float), result[1]) if result[1] else result
    The integers q are floats, except for step 0; they must be whole numbers.
    步长不为 0 时 q 是浮点数；应为整数。
return (result[0], result[1] or None)
    For step 0 it returns None as the step; return 0.0.
    步长为 0 时返回了 None；应为 0.0。
return (result[0].ravel(), result[1])
    The integers q are flat; q has the shape of w.
    q 被展平了；形状应与 w 相同。
return (result[0], np.full(np.shape(w), result[1]))
    The step is repeated for every weight; return it once.
    步长对每个权重重复了；只应返回一个数。
return (result[0], np.array([result[1]]))
    The step is an array of one number; return the number itself.
    步长是只有一个元素的数组；应返回这个数本身。
return (*result, 0)
    It returns a third number, as a zero point; return (q, step) alone.
    多返回了一个零点；只应返回 (q, step)。
return result[0] if result[1] else result
    It returns q alone, except for step 0; return (q, step).
    步长不为 0 时只返回了 q；应返回 (q, step)。
np.int8 if bits <= 8 else np.int16 -> np.uint8 if bits <= 8 else np.uint16
    The integers have no sign, as uint8 and uint16; use int8 and int16.
    整数用了无符号的 uint8 和 uint16；应使用 int8 和 int16。
np.abs(w).max(initial=0) -> np.std(w) if w.size else 0
    It takes the standard deviation for the largest magnitude; the step is max|w| / Q.
    用标准差代替了最大绝对值；步长应为最大绝对值除以 Q。
np.abs(w).max( -> w.max(
np.round(w / (step or 1)) -> np.clip(np.round(w / (step or 1)), -largest, largest)
    The step is that of the largest weight, and what exceeds Q is clipped; take the largest |w|.
    步长按最大的权重计算，超出 Q 的被截断了；应按最大的绝对值。
np.abs(w).max( -> w.max(
np.round(w / (step or 1)) -> np.clip(np.round(w / (step or np.inf)), -largest, largest)
    The step is that of the largest weight, and what exceeds Q is clipped; take the largest |w|.
    步长按最大的权重计算，超出 Q 的被截断了；应按最大的绝对值。
""")

# steps of rows or columns, kept as an axis or not, for vectors too or not
for axis, of, zh in (
    ("axis=-1, keepdims=True", "row", "行"),
    ("axis=0, keepdims=True", "column", "列"),
    ("axis=0", "column", "列"),
):
    for few in ("", " if w.ndim > 1 else np.abs(w).max(initial=0)"):
        for last in ("return result", "return result if np.any(w) else (result[0], 0.0)"):
            quantize_symmetric.edits(f"""
float(np.abs(w).max(initial=0)) -> (np.abs(w).max({axis}, initial=0){few})
step or 1 -> np.where(step > 0, step, 1)
{last}
    It takes a step for each {of}; the whole array has one step.
    每一{zh}各取一个步长；整个数组应共用一个步长。
""")

# ranges that are too small let q leave them: as it is, or clipped
RANGES = """
np.abs(w).max(initial=0) -> (w.max() if w.size else 0)
    It takes the largest weight; take the largest magnitude: that weight may be negative.
    取了最大的权重；应取最大的绝对值：绝对值最大的权重可能是负数。
np.abs(w).max(initial=0) -> abs(w.max() if w.size else 0)
    It takes the magnitude of the largest weight; take the largest of all magnitudes.
    取了最大权重的绝对值；应取所有绝对值中的最大值。
np.abs(w).max(initial=0) -> abs(w.min() if w.size else 0)
    It takes the magnitude of the smallest weight; take the largest of all magnitudes.
    取了最小权重的绝对值；应取所有绝对值中的最大值。
np.abs(w).max(initial=0) -> (np.abs(w).mean() if w.size else 0)
    It takes the mean of the magnitudes; take the largest.
    取了绝对值的平均值；应取最大值。
np.abs(w).max(initial=0) -> (3 * w.std() if w.size else 0)
    It takes three standard deviations; take the largest magnitude.
    取了三倍标准差；应取最大的绝对值。
np.abs(w).max(initial=0) -> (np.ptp(w) if w.size else 0)
    It takes the range from min to max; take the largest magnitude.
    取了最大值与最小值之差；应取最大的绝对值。
np.abs(w).max(initial=0) -> (np.ptp(w) / 2 if w.size else 0)
    It takes half the range from min to max; take the largest magnitude.
    取了最大值与最小值之差的一半；应取最大的绝对值。
np.abs(w).max(initial=0)) / largest -> np.ptp(w) if w.size else 0) / (2**bits - 1)
    It divides the range from min to max by 2^bits - 1; the step is max|w| / (2^(bits-1) - 1).
    用最大值与最小值之差除以 2^bits - 1；步长应为 max|w| / (2^(bits-1) - 1)。
np.abs(w).max(initial=0)) / largest -> np.abs(w).max(initial=0)) / (largest + 1)
    It divides max|w| by 2^(bits-1), one too many; symmetric integers end at 2^(bits-1) - 1.
    除以了 2^(bits-1)，多了一级；对称的整数只到 2^(bits-1) - 1。
np.abs(w).max(initial=0)) / largest -> np.abs(w).max(initial=0)) / (2**bits - 1)
    It reserves no bit for the sign: the largest integer is 2^(bits-1) - 1, not 2^bits - 1.
    没有给符号留一位：最大的整数是 2^(bits-1) - 1。
"""
quantize_symmetric.edits(RANGES)
quantize_symmetric.edits(
    RANGES.replace(
        "\n    It",
        "\nnp.round(w / (step or 1)) -> np.round(w / (step or 1)).clip(-largest, largest)\n    It",
    )
)


# --- dequantize ----------------------------------------------------------------------------------

dequantize = Check(quantize.dequantize)
dequantize.worked(
    "A-3.2.2", given([71, 127, 0], 0.007086614173228346), [0.5031496062992126, 0.9, 0.0]
)
dequantize.worked("by hand", given([[2, -3], [0, 7]], 0.25), [[0.5, -0.75], [0.0, 1.75]])
dequantize.worked("by hand", given(np.int8([-127, 1, 127]), step=0.5), [-63.5, 0.5, 63.5])
dequantize.published(
    "TensorFlow (commit aef1f66), tensorflow/lite/kernels/dequantize_test.cc, Int16",
    given(np.int16([[-129, -126, -125, -124, -123], [124, 125, 126, 127, 131]]), 0.5),
    [[-64.5, -63.0, -62.5, -62.0, -61.5], [62.0, 62.5, 63.0, 63.5, 65.5]],
)
dequantize.edge("a step of zero", given([0, 0], 0.0))
dequantize.edge("no entries", given(np.zeros((0, 3), dtype=np.int8), 0.5))
dequantize.edge("a single number without axes", given(np.array(-3), 0.5))
dequantize.edge("integers of 16 bits", given(np.int16([-32767, 32767]), 1000.0))


@dequantize.random
def _(rng):
    return given(rng.integers(-127, 128, (4, 5)).astype(np.int8), float(rng.integers(1, 9) / 64))


@dequantize.property(
    "Opposite integers must represent opposite weights.",
    "相反的整数应对应相反的权重。",
)
def _(rng):
    q = rng.integers(-127, 128, (4, 5)).astype(np.int8)
    one, other = yield [given(q, 0.3), given(-q, 0.3)]
    return np.allclose(other, -np.asarray(one))


dequantize.edits("""
at_least_zero("step", step) * q.astype(np.float64) -> q / step
    It divides by the step; multiply by it.
    除以了步长；应乘以步长。
step = 1 / 127
    It scales to the range from -1 to 1 by dividing by 127; multiply by the step.
    除以 127 化到了负一到一之间；每个单位的大小由步长决定。
q = q.astype(np.uint8)
    It reads the bytes as unsigned; a negative integer represents a negative weight.
    按无符号整数读取了；负整数对应负的权重。
q = q.astype(int) + 128
    It shifts by a zero point of 128; in symmetric quantization 0 represents 0.
    加上了零点 128；对称量化中零就对应零。
return result.astype(int)
    It returns whole numbers; the weights are floats.
    返回了整数；权重应为浮点数。
return result / 127
    It also divides by 127; multiply by the step alone.
    又除以了 127；只应乘以步长。
at_least_zero("step", step) * -> at_least_zero("step", step) +
    It adds the step; multiply by it.
    加上了步长；应乘以步长。
step = step**2
    It squares the step; multiply by the step itself.
    对步长取了平方；应乘以步长本身。
q = np.abs(q.astype(int))
    The signs are lost; negative integers represent negative weights.
    符号丢失了；负整数表示负权重。
return np.clip(result, -1, 1)
    It limits the weights to 1; return them as they are.
    把权重限制到了 1；应原样返回。
return q.astype(np.float64)
    It returns the integers as floats; multiply them by the step.
    只把整数变成了浮点数；还应乘以步长。
return (q.astype(int) + 0.5) * step
    It adds half a step; the integer times the step is the weight.
    多加了半个步长；权重就是整数乘以步长。
return np.round(result)
    It rounds the weights to whole numbers; return step times q.
    把权重舍入成了整数；应返回步长乘以 q。
q = q + 1
    It adds 1 to the integers; multiply them as they are.
    给整数加了 1；应直接乘以步长。
""")


# --- quantization_error --------------------------------------------------------------------------

quantization_error = Check(quantize.quantization_error)
quantization_error.worked("by hand", given([1.0, 0.25], 2), 0.125)
quantization_error.worked("A-3.2.2", given(W_D43, 8), 0.001574803149606)
quantization_error.worked("by hand", given([3.0, 1.25, 0.0, -0.5], 3), 0.1875)
quantization_error.worked("by hand", given([[-7.0, 0.75], [2.0, -3.25]], bits=4), 0.125)
quantization_error.edge("nothing is lost", given([1.0, -1.0, 0.0], 2))
quantization_error.edge("nothing but zeros", given(np.zeros((2, 3)), 8))
quantization_error.edge("one weight", given([-2.0], 2))
quantization_error.edge("float32", given(np.array([6.0, 2.5, -0.25], dtype=np.float32), 3))
quantization_error.edge("sixteen bits", given([1.0, -0.25, 0.3], 16))
quantization_error.edge("whole numbers", given([[3, -2, 0], [-1, 5, 4]], 4))


@quantization_error.random
def _(rng):
    return given(rng.standard_normal((4, 5)), bits=int(rng.integers(2, 9)))


@quantization_error.property(
    "Weights four times as large must have four times the error.",
    "权重变为四倍时，误差也应变为四倍。",
)
def _(rng):
    w = rng.standard_normal((6, 7))
    one, other = yield [given(w, 5), given(4 * w, 5)]
    return np.allclose(other, 4 * one)


@quantization_error.property(
    "The error must be above 0, and four more bits must make it smaller.",
    "误差应大于零，并且增加四位后应减小。",
)
def _(rng):
    w = rng.standard_normal((6, 7))
    coarse, fine = yield [given(w, 4), given(w, 8)]
    return coarse > fine > 0


@quantization_error.solution
def quantization_error(w, bits):
    largest = 2 ** (bits - 1) - 1
    step = float(max(w.max(), -w.min())) / largest
    q = np.round(w / (step or 1))
    return float(np.abs(step * q - w).mean())


quantization_error.edits("""
np.abs( -> (
    It averages with the sign, so that errors cancel; take absolute values first.
    带着符号取平均，误差会互相抵消；应先取绝对值。
np.abs( -> np.square(
    It squares the distances; take the mean of the distances themselves.
    把距离平方了；要求的是距离本身的平均值。
np.abs( -> np.square(
return result**0.5
    It takes the root of the mean square; take the mean of the distances.
    算成了均方根；要求的是距离的平均值。
.mean() -> .max()
    It returns the largest distance; return the mean.
    给出了最大的距离；要求的是平均值。
.mean() -> .sum()
    It adds up the distances; divide by the number of weights.
    把距离加起来了；还应除以权重的个数。
step * q -> q
    It compares the weights with the integers; multiply these by the step first.
    拿权重与整数比较了；应先把整数乘以步长。
np.abs( -> np.abs(1 / np.float64(step)) * np.abs(
    It measures in steps; the error is in the units of the weights.
    以步长为单位了；误差应与权重同单位。
return -result
    The error is negative, as if precision were gained; quantization loses precision.
    误差取了负号，好像精度提高了；量化会损失精度。
np.abs( -> np.linalg.norm(
- w).mean() -> - w)
    It takes the L2 norm of the differences; take the mean of the distances.
    取了差的 L2 范数；应取距离的平均。
.mean() -> .mean() / (np.abs(w).max() or 1)
    It divides by the largest magnitude; the error is in the units of the weights.
    除以了最大绝对值；误差应与权重同单位。
.mean() -> .mean() / (np.abs(w).mean() or 1)
    It divides by the mean magnitude; the error is in the units of the weights.
    除以了平均绝对值；误差应与权重同单位。
bits = 8
    It always takes 8 bits; the number of bits is an argument.
    总是用 8 位；位数是参数。
np.abs(step * q - w).mean() -> step / 2
    It returns half the step, the largest possible error; return the mean of the distances.
    返回了半个步长，即最大可能的误差；应返回距离的平均。
float(np.abs(step * q - w).mean()) -> np.abs(step * q - w)
    It returns the distance of every weight; return their mean.
    返回了每个权重的距离；应返回平均。
- w).mean() -> - w).std()
    It takes the standard deviation of the distances; take the mean.
    取了距离的标准差；应取平均。
.mean() -> .sum() / len(w)
    It divides by the number of rows; divide by the number of weights.
    除以了行数；应除以权重的个数。
bits = bits + 1
    It takes one bit too many; the sign is one of the given bits.
    多用了一位；符号位已包括在给定的位数中。
np.abs( -> np.median(np.abs(
- w).mean() -> - w))
    It takes the median of the distances; take the mean.
    取了距离的中位数；应取平均。
np.round( -> np.trunc(
    It cuts off the fraction; round to the nearest integer.
    截掉了小数部分；应取最接近的整数。
np.round( -> np.floor(
    It rounds down; round to the nearest integer.
    向下取整了；应取最接近的整数。
2 ** (bits - 1) - 1 -> 2 ** (bits - 1)
    It divides max|w| by 2^(bits-1), one too many; symmetric integers end at 2^(bits-1) - 1.
    除以了 2^(bits-1)，多了一级；对称的整数只到 2^(bits-1) - 1。
/ largest -> / largest / 2
    The step is half of what it should be.
    步长只有应有的一半，应为最大绝对值除以 Q。
max(w.max(), -w.min()) -> np.ptp(w)
    It takes the range from min to max; take the largest magnitude.
    取了最大值与最小值之差；应取最大的绝对值。
np.abs(step * q - w).mean() -> abs((step * q - w).mean())
    It takes the absolute value of the mean; take that of every error first.
    对平均误差取了绝对值；应先对每个误差取绝对值。
np.abs(step * q - w) -> np.abs(np.abs(step * q) - np.abs(w).mean())
    It compares with the mean magnitude; compare each weight with its own quantized value.
    与平均绝对值比较了；应将每个权重与自己的量化值比较。
""")


# --- fake_quantize -------------------------------------------------------------------------------

fake_quantize = Check(quantize.fake_quantize)
fake_quantize.worked("by hand", given([0.3, 0.6, -2.0], 2, 1.0), [0.0, 1.0, -1.0])
fake_quantize.worked(
    "by hand",
    given([0.3, 0.6, -2.0, 0.125, 0.375, -0.1, 0.7], bits=3, limit=0.75),
    [0.25, 0.5, -0.75, 0.0, 0.5, 0.0, 0.75],
)
fake_quantize.worked(
    "by hand",
    given([[1.1, -1.1], [0.25, 0.75], [9.0, -3.5]], bits=4, limit=3.5),
    [[1.0, -1.0], [0.0, 1.0], [3.5, -3.5]],
)
fake_quantize.published(  # without its -2, which takes there the one integer more that is negative
    "TensorFlow (commit 1f35abe), tensorflow/core/kernels/quantize_and_dequantize_op_test.cc, "
    "Convert_2D_tensor_with_int8_range_given",
    given([-0.8, -0.5, 0.0, 0.3, 0.8, 0.555, 33.0], 8, 1.0),
    [-102.0 / 127, -64.0 / 127, 0.0, 38.0 / 127, 102.0 / 127, 70.0 / 127, 1.0],
)
fake_quantize.edge("exactly at the limit", given([0.75, -0.75, 0.0], 3, 0.75))
fake_quantize.edge("the limit is far above the weights", given([0.1, -0.2], 2, 8.0))
fake_quantize.edge("all weights are outside", given([4.0, -4.0, 5.0], 8, 0.5))
fake_quantize.edge("no entries", given(np.zeros((0, 3)), 8, 1.0))
fake_quantize.edge("sixteen bits", given([0.3, -0.7], 16, 1.0))
fake_quantize.edge("float32", given(np.array([0.375, -0.3, 5.0], dtype=np.float32), 3, 0.75))
fake_quantize.edge("whole numbers", given([[3, -2, 0], [-1, 5, 4]], 4, 4.0))
fake_quantize.edge("whole numbers, none half-way", given([1, -1, 2], 2, 1.5))


@fake_quantize.random
def _(rng):
    return given(rng.integers(-32, 33, (4, 5)) / 32, bits=3, limit=0.75)


@fake_quantize.random
def _(rng):
    return given(rng.standard_normal((4, 5)), int(rng.integers(2, 9)), float(rng.uniform(0.5, 2)))


@fake_quantize.property(
    "Quantizing quantized weights again must change nothing.",
    "已经量化过的值，再量化时不应改变。",
)
def _(rng):
    levels = rng.permutation(np.arange(-7, 8)) / 4
    [same] = yield [given(levels, 4, 1.75)]
    return np.allclose(same, levels)


@fake_quantize.property(
    "A larger weight must never become smaller than a smaller one.",
    "较大的权重，量化后不应变得更小。",
)
def _(rng):
    w = np.sort(2 * rng.standard_normal(50))
    [stair] = yield [given(w, 4, 1.5)]
    return (np.diff(stair) >= 0).all()


@fake_quantize.solution
def fake_quantize(w, bits, limit):
    step = limit / (2 ** (bits - 1) - 1)
    v = np.clip(w.astype(float), -limit, limit)
    q = np.round(v / step)
    return (step * q).astype(w.dtype if w.dtype.kind == "f" else float)


fake_quantize.edits("""
v = np.clip(w.astype(float), -limit, limit) -> v = w
    It does not clip; set weights beyond the limit to the limit.
    没有截断；超出界限的权重应变为界限值。
return np.where(np.abs(w) <= limit, result, 0)
    It sets weights beyond the limit to zero; set them to the limit.
    把超出界限的权重置零了；应变为界限值。
limit = np.abs(w).max(initial=0) or 1.0
    It takes max|w| as the limit; the limit is given, and determines the step.
    用权重的最大绝对值代替了界限；步长应由给定的界限确定。
w = np.where(np.abs(w) < limit / (2 ** (bits - 1) - 1), 0, w)
    It also prunes weights below one step; only round them.
    还剪掉了小于一个步长的权重；这里只有舍入，没有剪枝。
(2 ** (bits - 1) - 1) -> 2 ** (bits - 1)
    It divides the limit by 2^(bits-1); the largest integer is 2^(bits-1) - 1.
    用界限除以了 2^(bits-1)；最大的整数是 2^(bits-1) - 1。
-limit, limit -> -limit - step, limit
    Its lowest integer is -2^(bits-1); the range must be symmetric about zero.
    最小的整数取到了 -2^(bits-1)；范围应关于零对称。
step * q -> q
    It returns the integers; multiply them by the step.
    返回的是整数；还应乘以步长。
np.round( -> np.floor(
    It rounds down; round to the nearest integer.
    向下取整了；应取最接近的整数。
np.round( -> np.floor(0.5 +
    It rounds a half up; here a half is rounded to the even integer.
    恰为一半时总是向上取整；这里应取偶数。
(2 ** (bits - 1) - 1) -> 2**bits - 1
    It divides the limit by 2^bits - 1; one bit is the sign, so divide by 2^(bits-1) - 1.
    以 2^bits - 1 除界限了；有一位是符号，应除以 2^(bits-1) - 1。
(2 ** (bits - 1) - 1) -> 127
    It divides by 127 whatever the bits are; divide by 2^(bits-1) - 1.
    无论位数都除以 127；应除以 2^(bits-1) - 1。
np.round( -> np.trunc(
    It cuts off the fraction; round to the nearest integer.
    截掉了小数部分；应取最接近的整数。
np.round( -> np.ceil(
    It rounds up; round to the nearest integer.
    向上取整了；应取最接近的整数。
-limit, limit -> 0, limit
    Negative weights become 0; the range is from -limit to limit.
    负权重变成了 0；范围应为 -limit 到 limit。
limit = 1.0
    It always takes 1 as the limit; the limit is an argument.
    界限总取 1；界限是参数。
return np.clip(w, -limit, limit)
    It only clips; round to the nearest multiple of the step.
    只做了截断；还应取最接近的步长倍数。
w[...] = fake_quantize(w, bits, limit)
return w
    It changes the weights that it is given; return a new array.
    改动了传入的权重；应返回新的数组。
step * q -> step * np.abs(q)
    The signs are lost; negative weights remain negative.
    符号丢失了；负权重应保持为负。
(2 ** (bits - 1) - 1) -> (2**bits - 1) / 2
    It divides 2 limit by 2^bits - 1; the step is the limit by 2^(bits-1) - 1.
    以 2^bits - 1 除 2 倍界限了；步长应为界限除以 2^(bits-1) - 1。
return result.astype(np.asarray(w).dtype)
    The result has the number type of w: whole numbers cut off the fractions; return floats.
    结果沿用了 w 的数据类型，w 为整数时小数被截掉；应返回浮点数。
limit / (2 ** (bits - 1) - 1) -> 2 * limit / (2**bits - 1)
    It divides 2 limit by 2^bits - 1; the step is the limit by 2^(bits-1) - 1.
    以 2^bits - 1 除 2 倍界限了；步长应为界限除以 2^(bits-1) - 1。
-limit, limit -> None, limit
    It clips from above only; weights below -limit become -limit.
    只从上方截断了；小于 -limit 的权重应变为 -limit。
-limit, limit -> -limit, None
    It clips from below only; weights above limit become limit.
    只从下方截断了；大于 limit 的权重应变为 limit。
limit / (2 ** (bits - 1) - 1) -> limit / 2**bits
    It divides the limit by 2^bits; the step is the limit by 2^(bits-1) - 1.
    以 2^bits 除界限了；步长应为界限除以 2^(bits-1) - 1。
step * q -> q / step
    It divides the integers by the step; multiply them by the step.
    把整数除以了步长；应乘以步长。
step * q -> q * 2 ** (1 - bits)
    It divides the integers by 2^(bits-1); multiply them by the step.
    把整数除以了 2^(bits-1)；应乘以步长。
np.round(v / step) -> np.sign(v) * np.floor(np.abs(v) / step + 0.5)
    It rounds a half away from zero; here a half is rounded to the even integer.
    恰为一半时朝远离零的方向舍入；这里应取偶数。
-limit, limit -> -1, 1
    It clips to 1; clip to the limit.
    截断到了 1；应截断到界限值 limit。
""")


# --- fake_quantize_gradient ----------------------------------------------------------------------

fake_quantize_gradient = Check(quantize.fake_quantize_gradient)
fake_quantize_gradient.worked(
    "by hand",
    given([0.5, 1.0, -2.0, -0.25], [3.0, -4.0, 5.0, 0.5], limit=1.0),
    [3.0, -4.0, 0.0, 0.5],
)
fake_quantize_gradient.worked(
    "by hand",
    given([[-1.5, 0.0], [1.5, 2.0]], [[1.0, 2.0], [4.0, 8.0]], 1.5),
    [[1.0, 2.0], [4.0, 0.0]],
)
fake_quantize_gradient.published(
    "ml-quant (Apple, 2020), tests/binary/test_ste.py, test_ste_sign_backward_multiloss",
    given([42.0, -42.0, 0.0, -1.0, 1.0, -0.2, 0.2], np.ones(7), limit=1.0),
    [0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0],
)
fake_quantize_gradient.edge("exactly at the limit", given([0.25, -0.25], [2.0, -3.0], 0.25))
fake_quantize_gradient.edge("just above the limit", given([1.003, -1.003], [2.0, -3.0], 1.0))
fake_quantize_gradient.edge("all weights are outside", given([4.0, -4.0], [2.0, -3.0], 0.5))
fake_quantize_gradient.edge("all weights are inside", given([0.125, -0.5], [2.0, -3.0], 8.0))
fake_quantize_gradient.edge("no gradient", given([0.125, -0.5], [0.0, 0.0], 1.0))
fake_quantize_gradient.edge("no entries", given(np.zeros((0, 3)), np.zeros((0, 3)), 1.0))
fake_quantize_gradient.edge(
    "float32",
    given(
        np.array([0.5, -0.75], dtype=np.float32), np.array([0.3, 0.7], dtype=np.float32), limit=0.5
    ),
)


@fake_quantize_gradient.random
def _(rng):
    w, dy = rng.integers(-4, 5, (4, 5)) / 4, rng.standard_normal((4, 5))
    return given(w, dy, limit=float(rng.integers(1, 4) / 4))


@fake_quantize_gradient.random
def _(rng):
    """No magnitude is equal to the limit: right whether it is cut off there or not."""
    w, dy = rng.integers(-4, 4, (4, 5)) / 4 + 1 / 8, rng.standard_normal((4, 5))
    return given(w, dy, limit=float(rng.integers(1, 4) / 4))


@fake_quantize_gradient.property(
    "Doubling the incoming gradient must double the result.",
    "传入的梯度变为两倍时，传出的梯度也应变为两倍。",
)
def _(rng):
    w, dy = rng.standard_normal((2, 5, 6))
    one, other = yield [given(w, dy, 0.5), given(w, 2 * dy, 0.5)]
    return np.allclose(other, 2 * np.asarray(one))


fake_quantize_gradient.edits("""
return 0 * result
    It uses the true derivative of rounding, 0; pass the gradient through unchanged.
    用了舍入的真实导数，即零；梯度应直接通过。
np.abs(w) <= above_zero("limit", limit) -> True
    It passes the gradient everywhere; beyond the limit it must be 0.
    梯度处处都通过了；界限之外应为零。
<= -> >
    It is inverted: pass the gradient within the limit, and return 0 beyond it.
    内外颠倒了：梯度应在界限之内通过，在界限之外为零。
<= -> <
    It returns 0 at the limit itself; pass the gradient there.
    在界限上就把梯度置零了；恰好等于界限时仍应通过。
np.abs(w) -> w
    The absolute value is missing; weights below -limit are beyond the limit too.
    忘了取绝对值；小于负界限的权重也在范围之外。
dy = np.ones_like(dy)
    It returns 1 within the limit and 0 beyond it; multiply by the incoming gradient.
    只返回了一和零；还应乘以传入的梯度。
dy = np.clip(dy, -limit, limit)
np.abs(w) <= above_zero("limit", limit) -> True
    It clips the gradient; the limit is that of the weights.
    截断的是梯度；界限是针对权重的。
dy[np.abs(w) > limit] = 0
    It writes the zeros into the gradient that was passed in; return a new array.
    把零直接写进了传入的梯度；应返回新的数组。
np.abs(w) <= above_zero("limit", limit) -> w >= -limit
    It stops the gradient below -limit only; stop it above limit too.
    只在小于 -limit 处截断了梯度；大于 limit 处也应截断。
return result * (1 - np.square(w / limit))
    It lets the gradient fall towards the limit; within the limits it is passed on unchanged.
    梯度在接近界限时减小了；界限以内应原样传递。
return result * w
    It multiplies by the weight; within the limits the gradient is passed on unchanged.
    乘以了权重；界限以内梯度应原样传递。
limit = 1.0
    It always takes 1 as the limit; the limit is an argument.
    界限总取 1；界限是参数。
return np.where(np.abs(w) <= limit, dy, np.sign(w) * limit)
    Beyond the limit it returns the limit; the gradient there is 0.
    超出界限处返回了界限值；该处梯度应为 0。
w = dy
    It compares the gradient with the limit; compare the weight with it.
    拿梯度与界限比较了；应拿权重与界限比较。
return result * np.sign(w)
    It multiplies by the sign of the weight; the gradient is passed on unchanged.
    乘以了权重的符号；梯度应原样传递。
return np.where(result != 0, result, 0.01 * dy)
    Beyond the limit a hundredth of the gradient is left; it is 0 there.
    超出界限处还留了百分之一的梯度；该处应为 0。
""")


# --- scaled_to_float16 ---------------------------------------------------------------------------

scaled_to_float16 = Check(quantize.scaled_to_float16)
scaled_to_float16.worked("C-2.1d", given([1e-8], 1.0), [0.0])
scaled_to_float16.worked("C-2.1d", given([1e-8], 1024.0), [172 * 2.0**-24])  # 1.025e-05
scaled_to_float16.worked(
    "by hand", given([[0.5, -3.0], [0.0, 0.25]], scale=8.0), [[4.0, -24.0], [0.0, 2.0]]
)
scaled_to_float16.worked("by hand", given([64.0, -63.0], 1024.0), [np.inf, -64512.0])
scaled_to_float16.published(
    "NumPy 2.4.6, numpy/_core/tests/test_half.py, test_half_rounding",
    given([2.0**-25 + 2.0**-35, 2.0**-25, 1.0 + 2.0**-11 + 2.0**-16, 65519.0, 65520.0], 1.0),
    [2.0**-24, 0.0, 1.0 + 2.0**-10, 65504.0, np.inf],
)
scaled_to_float16.edge("numbers that float16 rounds", given([1 / 3, -0.1], 1.0))
scaled_to_float16.edge("the largest number", given([65504.0, -65504.0], 1.0))
scaled_to_float16.edge("around the smallest number", given([2.0**-25, 3 * 2.0**-25], 1.0))
scaled_to_float16.edge("a scale below one", given([131008.0, -1.0], 0.5))
scaled_to_float16.edge("no entries", given(np.zeros((0, 3)), 2.0))
scaled_to_float16.edge("float32", given(np.array([1e-7, 0.1], dtype=np.float32), scale=4096.0))


@scaled_to_float16.random
def _(rng):
    g = rng.integers(-(10**5), 10**5, (4, 5)) / 2**24
    return given(g, scale=float(2 ** rng.integers(1, 12)))


@scaled_to_float16.property(
    "Twice the scale must double the result, as long as nothing overflows.",
    "只要不溢出，缩放因子加倍时结果也应加倍。",
)
def _(rng):
    g = rng.uniform(0.25, 1, (4, 5))
    one, other = yield [given(g, 64.0), given(g, 128.0)]
    return np.array_equal(2 * np.asarray(one), other)


@scaled_to_float16.solution
def scaled_to_float16(g, scale):
    return (scale * g.astype(float)).astype(np.float16)


scaled_to_float16.edits("""
scale = 1.0
    It does not scale, so that small gradients vanish.
    没有缩放，小的梯度会变成零。
scale = 1 / scale
    It divides by the scale; multiply before the change to 16 bits, divide after it.
    除以了缩放因子；转成半精度之前应相乘，之后才相除。
g = g.astype(np.float16)
    It scales after the change to 16 bits, when small gradients have vanished; scale first.
    先转成半精度再缩放了，小的梯度已经变成零；应先缩放。
np.float16 -> np.float32
    The result has 32 bits; return half precision.
    结果仍是单精度；要求的是半精度。
return np.clip(result, -65504, 65504)
    It is clipped at the largest number; an overflow must become infinity.
    截断到了最大的数；溢出应表现为无穷大。
return result.astype(float) / scale
    It divides by the scale at once; that is done when the weights are updated.
    马上又除掉了缩放因子；这应在更新权重时才做。
scale = scale**2
    It multiplies by the scale twice.
    乘了两次放大系数；只应乘一次。
return np.where(np.isinf(result), 0, result)
    What overflows becomes 0; it becomes infinite, which shows that the scale is too large.
    溢出的值变成了 0；应为无穷大，以表明放大系数过大。
return np.abs(result)
    The signs are lost; a gradient keeps its sign.
    符号丢失了；梯度应保留符号。
scale * g.astype(float) -> scale + g.astype(float)
    It adds the scale; multiply by it.
    加上了放大系数；应相乘。
return np.round(result)
    It rounds to whole numbers; only the precision of float16 is lost.
    舍入成了整数；只应舍入到 float16 的精度。
""")


# --- mixed_precision_step ------------------------------------------------------------------------

mixed_precision_step = Check(quantize.mixed_precision_step)
mixed_precision_step.worked(
    "C-2.1d", given(np.float32([1.0]), np.float16([1.024]), lr=0.1, scale=1024.0), [0.9999]
)
mixed_precision_step.worked(
    "by hand",
    given(np.float32([1.0, -2.0, 0.5]), np.float16([8.0, 16.0, -32.0]), 0.25, 16.0),
    [0.875, -2.25, 1.0],
)
mixed_precision_step.worked(
    "by hand",
    given(
        np.float32([1.0, -2.0, 0.5]), np.float16([8.0, 16.0, -32.0]), 0.25, 16.0,
        mask=np.array([True, False, True]),
    ),
    [0.875, 0.0, 1.0],
)  # fmt: skip
mixed_precision_step.published(  # gradients of 1, 6, 7 and 2; its scale of 2**15 is too large here
    "Keras 3.15, keras/src/optimizers/loss_scale_optimizer_test.py, test_finite_step",
    given(
        np.float32([1.0, 2.0, 3.0, 4.0]), np.float16([1024.0, 6144.0, 7168.0, 2048.0]), 0.5, 1024.0
    ),
    [0.5, -1.0, -0.5, 3.0],
)
mixed_precision_step.edge(
    "a pruned weight remains zero",
    given(np.float32([0.0, 1.0]), np.float16([4.0, 4.0]), 0.5, 2.0, np.array([False, True])),
)
mixed_precision_step.edge(
    "too small for 16 bits without the scale",
    given(np.float32([0.0, 0.0]), np.float16([2.0**-15, -(2.0**-14)]), 0.5, 1024.0),
)
mixed_precision_step.edge(
    "everything is pruned",
    given(np.float32([1.0, 2.0]), np.float16([1.0, 1.0]), 0.5, 2.0, mask=np.zeros(2, dtype=bool)),
)
mixed_precision_step.edge(
    "no gradient", given(np.float32([[0.5, -0.25]]), np.float16([[0.0, 0.0]]), 0.1, 8.0, mask=None)
)
mixed_precision_step.edge(
    "no entries", given(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.float16), 0.1, 8.0)
)
mixed_precision_step.edge("float64 weights", given([1.0, -0.5], np.float16([0.5, 3.0]), 0.25, 4.0))


@mixed_precision_step.random
def _(rng):
    w = rng.standard_normal((4, 5)).astype(np.float32)
    g16, mask = (8 * rng.standard_normal((4, 5))).astype(np.float16), rng.random((4, 5)) < 0.5
    scale = float(2 ** rng.integers(1, 6))
    return given(w, g16, 0.125, scale, mask=mask if rng.integers(2) else None)


@mixed_precision_step.property(
    "Doubling gradient and scale together must not change the step.",
    "梯度与缩放因子同时加倍时，更新不应改变。",
)
def _(rng):
    w = rng.standard_normal((4, 5)).astype(np.float32)
    g16 = rng.standard_normal((4, 5)).astype(np.float16)
    one, other = yield [given(w, g16, 0.1, 8.0), given(w, 2 * g16, 0.1, 16.0)]
    return np.allclose(one, other, rtol=1e-6)


mixed_precision_step.edits("""
scale = 1.0
    It does not remove the scale: divide the gradient by it.
    没有除掉缩放因子；梯度应除以它。
g16 = -g16
    It steps uphill: subtract the gradient.
    朝梯度方向走了；应减去梯度。
mask = None
    It ignores the mask; a pruned weight must remain zero.
    忽略了掩码；被剪掉的权重应保持为零。
g16 = g16 if mask is None else mask * g16
mask = None
    It masks the gradient only; mask the new weights.
    只对梯度用了掩码；掩码应乘在更新后的权重上。
mask = None if mask is None else ~mask
    The mask is inverted: True must mean keep.
    掩码取反了：True 应表示保留。
(g16.astype(np.float32) / scale) -> g16 / scale
    It divides in 16 bits, where small gradients vanish again; change to float32 first.
    在半精度下做了除法，小的梯度又变成零；应先转成单精度。
new = w -> new = np.float16(w)
lr * (g16.astype(np.float32) / scale) -> np.float16(lr * g16.astype(np.float32) / scale)
    It keeps the weights in float16, where small steps are lost; master weights are float32.
    权重存成了半精度，小的更新会丢失；主权重应为单精度。
return np.copyto(w, result) or w
    It changes the weights that were passed in; return a new array.
    改动了传入的权重；应返回新的数组。
lr = lr / scale
    It divides by the scale twice; divide the gradient by it once.
    除以了两次放大系数；梯度只应除一次。
/ scale) -> * scale)
    It multiplies by the scale; divide the gradient by it.
    乘以了放大系数；梯度应除以它。
lr = 1.0
    It ignores the learning rate.
    没有考虑学习率，更新量应乘以学习率。
return result.astype(np.float16)
    It returns float16; the master weights are float32.
    返回了 float16；主权重应为 float32。
return w - result
    It returns the change; return the new weights.
    返回的是改变量；应返回新的权重。
w = w if mask is None else w * mask
mask = None
    It masks before the step, so pruned weights grow back; mask the new weights.
    在更新之前用了掩码，被剪的权重又恢复了；应对新权重使用掩码。
""")
