import numpy as np

from minprune.checks.check import given
from minprune.exercises.exercise import Exercise

exercise = Exercise(
    "4.2",
    title={"en": "Weights of few bits", "zh": "低比特权重"},
    text={
        "en": """\
        Symmetric linear quantization: weights as signed whole numbers q times one common step.

            Q    = 2^(bits - 1) - 1         the largest of the whole numbers
            step = max|w| / Q               the maximum over the whole array
            q_i  = round(w_i / step)        so that step * q_i is about w_i

        w        array of floats of any shape, with at least one entry
        bits     whole number from 2 to 8
        returns  (q, step): q an int8 array, shape of w, from -Q to Q; step a float

        A half goes to the even whole number, as `np.round` does it: 0.5 to 0 and -1.5 to -2.
        If all weights are 0, the step is 0.0 and every q is 0. A weight that was pruned stays 0.

        >>> q, step = quantize(np.array([1.5, -0.5, 0.25, -0.75]), 3)
        >>> q.tolist(), float(step)
        ([3, -1, 0, -2], 0.5)
        """,
        "zh": """\
        对称线性量化：用有符号整数 q 乘以一个公共步长来表示权重。

            Q    = 2^(bits - 1) - 1         最大的整数
            step = max|w| / Q               在整个数组上取最大值
            q_i  = round(w_i / step)        使 step * q_i 近似等于 w_i

        w     任意形状的浮点数组，至少有一个元素
        bits  整数，2 到 8
        返回  (q, step)：q 是与 w 同形状的 int8 数组，取值 -Q 到 Q；step 是浮点数

        正好是一半时取偶数，与 np.round 相同：0.5 取 0，-1.5 取 -2。
        权重全为 0 时，步长为 0.0，q 全为 0。被剪掉的权重量化后仍是 0。

        >>> q, step = quantize(np.array([1.5, -0.5, 0.25, -0.75]), 3)
        >>> q.tolist(), float(step)
        ([3, -1, 0, -2], 0.5)
        """,
    },
    hints={
        "en": [
            "With 3 bits there are the numbers -3 .. 3, and the largest magnitude is to become 3. "
            "How far apart are two neighbouring values then?",
            "The step is a single number: np.abs(w).max() / (2 ** (bits - 1) - 1). When is it 0, "
            "so that one cannot divide by it?",
            "Return zeros early if the step is 0. Otherwise round w / step first, and only then "
            "turn it into whole numbers with .astype(np.int8), which by itself cuts off.",
        ],
        "zh": [
            "3 比特时可用的整数是 -3 到 3，绝对值最大的权重应对应 3 或 -3。相邻两个值相差多少？",
            "步长只有一个：np.abs(w).max() / (2 ** (bits - 1) - 1)。它什么时候为 0，不能作除数？",
            "步长为 0 时直接返回全零。否则先对 w / step 舍入，再用 .astype(np.int8) 转成整数；"
            "astype 本身只会截断小数部分。",
        ],
    },
    source="A-3.2.2, C-2.1c; Jacob et al. 2018",
)


@exercise.solution
def quantize(w, bits):
    step = float(np.abs(w).max()) / (2 ** (bits - 1) - 1)
    if step == 0:
        return np.zeros(w.shape, np.int8), step
    return np.round(w / step).astype(np.int8), step


exercise.worked(
    "by hand", given([1.5, -0.5, 0.25, -0.75], 3), (np.array([3, -1, 0, -2], np.int8), 0.5)
)
exercise.worked(  # Q = 7, the largest magnitude is that of a negative weight
    "by hand",
    given([[-3.5, 0.9], [1.7, 0.0]], 4),
    (np.array([[-7, 2], [3, 0]], np.int8), 0.5),
)
exercise.worked(
    "by hand", given([12.7, -12.7, 6.38, 0.02], 8), (np.array([127, -127, 64, 0], np.int8), 0.1)
)
exercise.worked(  # two bits: -1, 0 and 1
    "by hand", given([4.0, -1.0, -2.5, 2.0], 2), (np.array([1, 0, -1, 0], np.int8), 4.0)
)
exercise.worked(
    "A-3.2.2",
    given([[0.1, 0.3, 0.5], [0.6, 0.7, 0.8], [0.9, 0.1, 0.3]], 8),
    (
        np.array([[14, 42, 71], [85, 99, 113], [127, 14, 42]], np.int8),
        0.007086614173228346,
    ),
)
exercise.edge("all weights are 0", given([[0.0, 0.0, 0.0]], 8))
exercise.edge("halves of both signs", given([1.5, 2.5, -0.5, -1.5, -2.5, 3.0], 3))
exercise.edge("only negative weights", given([-0.25, -1.0, -0.625], 4))
exercise.edge("a single weight", given([-5.0], 2))
exercise.edge("columns of different size", given([[0.01, 7.0], [-0.02, 3.0]], 8))


@exercise.random
def _(rng):
    return given(rng.standard_normal((3, 4)), int(rng.integers(2, 9)))


@exercise.property(
    "No weight may move by more than half a step.",
    "每个权重的误差都不应超过半个步长。",
)
def _(rng):
    w = rng.standard_normal((5, 6))
    ((q, step),) = yield [given(w, 6)]
    return np.abs(step * q.astype(float) - w) <= 0.5 * step + 1e-9


@exercise.property(
    "Weights of the opposite sign must give the opposite q and the same step.",
    "权重全部变号时，q 应全部变号，步长不变。",
)
def _(rng):
    w = rng.standard_normal(20)
    (q, step), (turned, same) = yield [given(w, 5), given(-w, 5)]
    return np.array_equal(q, -turned) and step == same


@exercise.mistake(
    "It divides by 2^(bits - 1), so a level is unused or overflows; Q is 1 less.",
    "除以了 2^(bits - 1)，会溢出，或有一级用不上；Q 应再减 1。",
)
def _(w, bits):
    step = float(np.abs(w).max()) / 2 ** (bits - 1)
    return np.round(w / (step or 1.0)).astype(np.int8), step


@exercise.mistake(
    "It divides by 2^bits - 1 as if there were no sign; Q = 2^(bits - 1) - 1.",
    "除以了 2^bits - 1，没有给符号留位；Q 应为 2^(bits - 1) - 1。",
)
def _(w, bits):
    step = float(np.abs(w).max()) / (2**bits - 1)
    return np.round(w / (step or 1.0)).astype(np.int8), step


@exercise.mistake(
    "It rounds down; the nearest whole number is asked for.",
    "向下取整了；应取最接近的整数。",
)
def _(w, bits):
    step = float(np.abs(w).max()) / (2 ** (bits - 1) - 1)
    return np.floor(w / (step or 1.0)).astype(np.int8), step


@exercise.mistake(
    "It cuts off the fraction, as astype does; round to the nearest whole number first.",
    "像 astype 那样直接截断了小数；应先舍入到最接近的整数。",
)
def _(w, bits):
    step = float(np.abs(w).max()) / (2 ** (bits - 1) - 1)
    return (w / (step or 1.0)).astype(np.int8), step


@exercise.mistake(
    "It rounds a half up; here a half goes to the even number, as np.round does it.",
    "把一半总是进位；这里应取偶数，与 np.round 相同。",
)
def _(w, bits):
    step = float(np.abs(w).max()) / (2 ** (bits - 1) - 1)
    return np.floor(w / (step or 1.0) + 0.5).astype(np.int8), step


@exercise.mistake(
    "It rounds a half away from zero; here a half goes to the even number, as np.round does it.",
    "把一半朝远离零的方向舍入；这里应取偶数，与 np.round 相同。",
)
def _(w, bits):
    step = float(np.abs(w).max()) / (2 ** (bits - 1) - 1)
    q = np.sign(w) * np.floor(np.abs(w) / (step or 1.0) + 0.5)
    return q.astype(np.int8), step


@exercise.mistake(
    "The step comes from the largest weight; the largest magnitude may be that of a negative one.",
    "步长取自最大的权重；绝对值最大的可能是负权重，应取 |w| 的最大值。",
)
def _(w, bits):
    step = float(w.max()) / (2 ** (bits - 1) - 1)
    return np.round(w / (step or 1.0)).astype(np.int8), step


@exercise.mistake(
    "It spreads the levels from min to max, so 0 may move; they are symmetric about 0 here.",
    "把量化级铺在最小值与最大值之间，0 可能会移动；这里应关于 0 对称。",
)
def _(w, bits):
    step = float(w.max() - w.min()) / (2**bits - 1)
    q = np.round((w - w.min()) / (step or 1.0)) - 2 ** (bits - 1)
    return q.astype(np.int8), step


@exercise.mistake(
    "Every column has its own step; the whole array shares one.",
    "每一列各用一个步长；整个数组应共用一个。",
)
def _(w, bits):
    step = np.abs(w).max(axis=0) / (2 ** (bits - 1) - 1)
    return np.round(w / np.where(step > 0, step, 1.0)).astype(np.int8), step


@exercise.mistake(
    "It returns floats; q must be whole numbers, an int8 array.",
    "返回了浮点数；q 应为整数，即 int8 数组。",
)
def _(w, bits):
    step = float(np.abs(w).max()) / (2 ** (bits - 1) - 1)
    return np.round(w / (step or 1.0)), step


@exercise.mistake(
    "It returns the rounded weights step * q; the whole numbers q were asked for.",
    "返回了舍入后的权重 step * q；应返回整数 q。",
)
def _(w, bits):
    step = float(np.abs(w).max()) / (2 ** (bits - 1) - 1)
    return np.round(w / (step or 1.0)) * step, step


@exercise.mistake(
    "It returns q alone; without the step nobody can tell what the numbers mean.",
    "只返回了 q；没有步长就无法还原权重，应返回 (q, step)。",
)
def _(w, bits):
    step = float(np.abs(w).max()) / (2 ** (bits - 1) - 1)
    return np.round(w / (step or 1.0)).astype(np.int8)
