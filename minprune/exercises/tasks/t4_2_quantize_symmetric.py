from minprune.checks import check_of
from minprune.exercises.exercise import Exercise

exercise = Exercise(
    "4.2",
    of=check_of("quantize_symmetric"),
    title={"en": "Low-bit weights", "zh": "低位宽权重"},
    text={
        "en": """\
        Symmetric linear quantization: weights as signed whole numbers q times one common step.

            Q    = 2^(bits - 1) - 1         the largest of the whole numbers
            step = max|w| / Q               the maximum over the whole array
            q_i  = round(w_i / step)        so that step * q_i is about w_i

        w        array of floats of any shape
        bits     whole number from 2 to 16, 8 by default
        returns  (q, step): q an array of whole numbers from -Q to Q, shape of w, int8 up to 8 bits
                 and int16 above; step a float

        A half is rounded to the even whole number, as by `np.round`: 0.5 to 0 and -1.5 to -2.
        If all weights are 0, or there are none, the step is 0.0 and every q is 0. A pruned weight
        remains 0.

        >>> q, step = quantize_symmetric(np.array([1.5, -0.5, 0.25, -0.75]), 3)
        >>> q.tolist(), float(step)
        ([3, -1, 0, -2], 0.5)
        """,
        "zh": """\
        对称线性量化：用有符号整数 q 乘以一个公共步长来表示权重。

            Q    = 2^(bits - 1) - 1         最大的整数
            step = max|w| / Q               在整个数组上取最大值
            q_i  = round(w_i / step)        使 step * q_i 近似等于 w_i

        w     任意形状的浮点数组
        bits  整数，2 到 16，不给时取 8
        返回  (q, step)：q 是与 w 同形状的整数数组，取值 -Q 到 Q，不超过 8 位时用 int8，
              超过时用 int16；step 是浮点数

        恰为一半时取偶数，与 np.round 相同：0.5 取 0，-1.5 取 -2。
        权重全为 0 或没有权重时，步长为 0.0，q 全为 0。被剪掉的权重量化后仍是 0。

        >>> q, step = quantize_symmetric(np.array([1.5, -0.5, 0.25, -0.75]), 3)
        >>> q.tolist(), float(step)
        ([3, -1, 0, -2], 0.5)
        """,
    },
    hints={
        "en": [
            "With 3 bits there are the numbers -3 .. 3, and the largest magnitude is to become 3. "
            "How far apart are two neighbouring values then?",
            "The step is a single number: np.abs(w).max(initial=0) / (2 ** (bits - 1) - 1); with "
            "initial=0 an array without entries has the maximum 0. When is the step 0, so that one "
            "cannot divide by it?",
            "Return zeros early if the step is 0. Otherwise round w / step first, and only then "
            "turn it into whole numbers with .astype(np.int8), which only truncates. Above 8 "
            "bits np.int8 is too small, and np.int16 is needed.",
        ],
        "zh": [
            "3 位时可用的整数是 -3 到 3，绝对值最大的权重应对应 3 或 -3。相邻两个值相差多少？",
            "步长只有一个：np.abs(w).max(initial=0) / (2 ** (bits - 1) - 1)；"
            "有了 initial=0，空数组的最大值就是 0。步长什么时候为 0，不能作除数？",
            "步长为 0 时直接返回全零。否则先对 w / step 舍入，再用 .astype(np.int8) 转成整数；"
            "astype 本身只会截断小数部分。超过 8 位时 np.int8 装不下，应使用 np.int16。",
        ],
    },
)
