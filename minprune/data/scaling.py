"""Scaling of the numbers of a data set, computed from the training part alone."""

from typing import NamedTuple

import numpy as np

from minprune.language import either

AT_A_TIME = 1 << 17  # numbers
LARGEST = float(np.finfo(np.float32).max) / 2  # so that float32 holds the difference of two
BYTES = "Scaling: pixel / 255.", "缩放：像素值 / 255。"
UNIT = "Scaling: none; the values lie between 0 and 1.", "缩放：不缩放；数值都在 0 与 1 之间。"
AS_ASKED = "Scaling: none, as asked.", "缩放：按要求不缩放。"
STANDARD = (
    "Scaling: each {} becomes (x - mean) / standard deviation, both of the training samples alone.",
    "缩放：每个{}变为 (x - 均值) / 标准差，两者都只由训练样本算出。",
)
FEATURE, CHANNEL = ("feature", "特征"), ("channel", "通道")


class Standard(NamedTuple):
    """(x - mean) / std of each column of the training part; a constant column becomes 0."""

    mean: np.ndarray
    std: np.ndarray

    def __call__(self, block):
        scaled = (block.astype(np.float64) - self.mean) / self.std
        if np.abs(scaled).max(initial=0) > LARGEST:
            raise ValueError(
                "a number lies too far from those of the training samples to be scaled: "
                f"{LARGEST:.2g} standard deviations; leave out its feature or its sample"
            )
        return scaled

    @classmethod
    def of(cls, blocks, columns):
        """By the training part.

        blocks   function that returns a fresh iterator over its blocks, arrays (..., columns)
        columns  features of a sample, or channels of an image

        The deviations are squared about the mean, not the numbers about 0, where a large offset
        would leave nothing of them.
        """

        def rows():
            return (block.reshape(-1, columns).astype(np.float64) for block in blocks())

        n, total, low, high = 0, 0.0, np.inf, -np.inf
        for block in rows():
            n, total = n + len(block), total + block.sum(axis=0)
            low, high = np.minimum(low, block.min(axis=0)), np.maximum(high, block.max(axis=0))
        mean = total / n
        std = np.sqrt(sum(((block - mean) ** 2).sum(axis=0) for block in rows()) / n)
        std[(low == high) | (std == 0)] = np.inf  # so that the quotient is 0
        return cls(mean, std)

    def sentence(self, of):
        """The sentence on this scaling, of each `FEATURE` or `CHANNEL`."""
        constant, rest = np.count_nonzero(np.isinf(self.std)), ""
        if constant:
            rest = either(
                f" Constant, so it becomes 0: {constant} of {len(self.std)}.",
                f"{len(self.std)} 个中有 {constant} 个恒定，变为 0。",
            )
        return either(*STANDARD).format(either(*of)) + rest


def spans(samples, size):
    """Slices that cover 0 .. samples - 1, each of few numbers if a sample has this many."""
    step = max(1, AT_A_TIME // max(size, 1))
    for start in range(0, samples, step):
        yield slice(start, min(start + step, samples))
