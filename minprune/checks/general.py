"""Mistakes that can be made with any function: what is returned is not quite the result."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np


class General(NamedTuple):
    """A change of the right result, and the sentences for the learner."""

    change: Callable
    en: str
    zh: str


def _rounded(digits):
    return General(
        lambda y: np.round(y, digits),
        f"The result is rounded to {digits} decimal places; return it as it is.",
        f"结果被舍入到 {digits} 位小数；应原样返回。",
    )


GENERAL = (
    General(np.ravel,
            "The result is flat; it has to keep its shape.",
            "结果被展平了；应保持原来的形状。"),
    General(np.transpose, "The result is transposed.", "结果被转置了。"),
    General(lambda y: y[::-1], "The result is in reverse order.", "结果的次序颠倒了。"),
    General(lambda y: y[0],
            "It returns the first part of the result alone.",
            "只返回了结果的第一部分。"),
    General(lambda y: y[-1],
            "It returns the last part of the result alone.",
            "只返回了结果的最后一部分。"),
    General(lambda y: np.expand_dims(of_kind(y, "biuf"), 0),
            "The result has a first axis of length 1 too many.",
            "结果多了一个长度为 1 的首轴。"),
    General(lambda y: np.expand_dims(of_kind(y, "biuf"), -1),
            "The result has a last axis of length 1 too many.",
            "结果多了一个长度为 1 的末轴。"),
    General(np.sort,
            "The result is sorted; each entry has to keep its place.",
            "结果被排序了；每个元素应留在原位。"),
    General(lambda y: ~of_kind(y, "b"),
            "The result is inverted: True and False are exchanged.",
            "结果取反了：True 与 False 互换了。"),
    General(lambda y: of_kind(y, "b").astype(int),
            "The result holds the numbers 0 and 1; it must hold the booleans False and True.",
            "结果是数字 0 和 1；应为布尔值 False 和 True。"),
    General(lambda y: of_kind(y, "biu").astype(float),
            "The result holds floats; whole numbers or booleans are asked for.",
            "结果是浮点数；应为整数或布尔值。"),
    General(lambda y: of_kind(y, "f").astype(int),
            "The result holds whole numbers, cut off at the decimal point.",
            "结果成了整数，小数部分被截掉了。"),
    General(lambda y: 100 * of_kind(y),
            "The result is in percent, 100 times too large.",
            "结果是百分数，大了 100 倍。"),
    General(lambda y: 1 - of_kind(y),
            "It returns one minus the result.",
            "返回的是 1 减去正确结果。"),
    General(lambda y: -of_kind(y), "The sign of the result is reversed.", "结果的符号反了。"),
    General(lambda y: 2 * of_kind(y), "The result is twice too large.", "结果大了一倍。"),
    General(lambda y: of_kind(y) / 2,
            "The result is half of what it should be.",
            "结果只有应有的一半。"),
    General(lambda y: np.abs(of_kind(y)),
            "It takes the absolute value of the result.",
            "对结果取了绝对值。"),
    General(lambda y: np.maximum(of_kind(y), 0),
            "Negative results are replaced by 0.",
            "负的结果被换成了 0。"),
    General(lambda y: 1 / of_kind(y),
            "It returns one divided by the result.",
            "返回的是 1 除以正确结果。"),
    General(lambda y: of_kind(y) + 1, "The result is 1 too large.", "结果多了 1。"),
    General(lambda y: of_kind(y) - 1, "The result is 1 too small.", "结果少了 1。"),
    General(lambda y: of_kind(y) ** 2, "It squares the result.", "对结果取了平方。"),
    General(lambda y: np.sqrt(of_kind(y)),
            "It takes the square root of the result.",
            "对结果取了平方根。"),
    General(lambda y: of_kind(y) / np.sum(y),
            "The result is divided by its sum.",
            "结果除以了自身的总和。"),
    General(lambda y: of_kind(y) / np.size(y),
            "The result is divided by the number of its entries.",
            "结果除以了自身的元素个数。"),
    General(lambda y: of_kind(y) / np.max(y),
            "The result is divided by its largest entry.",
            "结果除以了自身的最大值。"),
    General(lambda y: of_kind(y) / np.max(np.abs(y)),
            "The result is divided by its largest magnitude.",
            "结果除以了自身绝对值的最大值。"),
    General(lambda y: of_kind(y) - np.mean(y),
            "The mean of the result is subtracted from it.",
            "结果减去了自身的均值。"),
    General(lambda y: np.sum(of_kind(y)),
            "It adds up the entries of the result.",
            "把结果的各元素相加了。"),
    General(lambda y: np.mean(of_kind(y)),
            "It averages the entries of the result.",
            "把结果的各元素平均了。"),
    General(lambda y: np.max(of_kind(y)),
            "It returns the largest entry of the result.",
            "只返回了结果中最大的元素。"),
    General(lambda y: np.cumsum(of_kind(y)),
            "It returns running sums of the entries.",
            "返回的是各元素的累加和。"),
    *map(_rounded, (0, 1, 2, 3, 4)),
)  # fmt: skip


def of_kind(value, kinds="iuf"):
    """The value as an array; `TypeError` if it is not one of this kind of numbers."""
    array = np.asarray(value)
    if array.dtype.kind not in kinds:
        raise TypeError(f"of the kinds {kinds} only")
    return array
