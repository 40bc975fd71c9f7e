"""Working memory: where the activations of a network lie, and where the weights of all layers do.

A plan gives each activation a place of its own in one flat array; nothing is written twice.
"""

from typing import NamedTuple

import numpy as np

from minprune.llvm import VECTOR, aligned_zeros
from minprune.sparse.choice import HEIGHT

NO_ZEROS = (0, 0, 0, 0)  # above an image, below, on the left, on the right


class Place(NamedTuple):
    """The place of an activation in working memory.

    at         the address of its first number
    strides    distances to the next row, column and channel, as if a vector were one pixel
    addresses  of all its features, in order
    """

    at: int
    strides: tuple
    addresses: np.ndarray

    def corner(self, zeros):
        """The place from the corner of the first window on, which may lie among the zeros."""
        top, _, left, _ = zeros
        return self.moved(-top, -left)

    def moved(self, rows, columns):
        """The place from so many rows below and columns to the right on."""
        row, column, _ = self.strides
        return self._replace(at=self.at + rows * row + columns * column)


class Memory:
    """Places, one behind the other; `size` is what they take, in numbers a sample."""

    def __init__(self):
        self.size = 0

    def vector(self, n):
        """A place for n numbers in a row, and as many more as the last group of units writes."""
        at = self.size
        self.size += up_to(n, HEIGHT)
        return Place(at, (0, 0, 1), at + np.arange(n))

    def pixels(self, shape, zeros=NO_ZEROS, multiple=1):
        """A place for an image, pixel by pixel, zeros around it.

        multiple  a pixel takes a multiple of so many numbers
        """
        (_, _, left, right), (_, w, c) = zeros, shape
        pixel = up_to(c, multiple)
        return self._image(shape, zeros, ((left + w + right) * pixel, pixel, 1))

    def strips(self, shape, zeros):
        """A place for an image, each row channel by channel: neighbours are columns."""
        (_, _, left, right), (_, w, c) = zeros, shape
        channel = left + w + right
        return self._image(shape, zeros, (c * channel, 1, channel))

    def lines(self, shape, zeros=NO_ZEROS, pitch=0, length=0, align=1):
        """A place for an image, channel by channel: neighbours are columns.

        The rows of a channel are one line, with as many zeros between two of them as lie on either
        side: what is right of one is left of the next. So it is above and below a channel.

        pitch   from one row to the next, if not just as many
        length  of the line that is written at once, beyond the last row too
        align   the first number of each channel has an address that is a multiple of it
        """
        (top, bottom, left, right), (h, w, c) = zeros, shape
        pitch = pitch or w + max(left, right)
        channel = up_to(max(length, (h + max(top, bottom)) * pitch), align)
        at = up_to(self.size + top * pitch + left, align)
        self.size = at + c * channel + bottom * pitch + right
        strides = pitch, 1, channel
        return Place(at, strides, at + offsets(shape, strides))

    def _image(self, shape, zeros, strides):
        (top, bottom, left, _), (row, pixel, _) = zeros, strides
        at = self.size + top * row + left * pixel
        self.size += (top + shape[0] + bottom) * row
        return Place(at, strides, at + offsets(shape, strides))


def up_to(n, multiple):
    """The next multiple that is not below n."""
    return -(-n // multiple) * multiple


def offsets(shape, strides):
    """Distances of the pixels and channels of an image from its first number, in order."""
    i, j, c = (np.arange(n) * s for n, s in zip(shape, strides, strict=True))
    return (i[:, None, None] + j[:, None] + c).ravel()


class Arrays:
    """Long arrays that hold the weights of all layers, one after the other."""

    def __init__(self, **dtypes):
        self.dtypes = dtypes
        self.parts = {name: [] for name in dtypes}

    def add(self, name, numbers):
        """Append to one of them; returns where it begins, which is at a whole vector."""
        start = sum(map(len, self.parts[name]))
        numbers = np.ascontiguousarray(numbers).ravel()
        end = up_to(len(numbers), VECTOR // 4)  # of the shortest numbers
        self.parts[name].append(np.pad(numbers, (0, end - len(numbers))))
        return start

    def joined(self):
        """All of them, by name."""
        return {name: _joined(self.parts[name], dtype) for name, dtype in self.dtypes.items()}


def _joined(parts, dtype):
    array = aligned_zeros(sum(map(len, parts)), dtype)
    np.concatenate([array[:0], *parts], out=array, casting="same_kind")
    return array
