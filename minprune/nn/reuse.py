"""Memory that is used again.

The system hands out memory in pages of 4 KiB and clears each when it is first written. For the
images of a training step that took a quarter of the step, and threads wait for each other there. So
these arrays lie in memory that earlier ones have given back.
"""

import math
from collections import defaultdict, deque

import numpy as np

from minprune.llvm import aligned_zeros

SMALL = 1 << 16  # bytes; of less NumPy keeps some itself
MOST = 1 << 28  # bytes that wait to be used again

_free = defaultdict(deque)  # memory in which no array lies, by its size


class _Loan:
    """The owner of some memory in use: every view keeps it, and with the last it is given back."""

    def __init__(self, memory):
        self.memory = memory

    @property
    def __array_interface__(self):
        return self.memory.__array_interface__

    def __del__(self, free=_free):  # an argument: a program that ends has no globals
        size = len(self.memory)
        if size + sum(n * len(some) for n, some in list(free.items())) <= MOST:
            free[size].append(self.memory)


def reused(shape, dtype):
    """As `np.empty`, from the beginning of a line of the cache on.

    The memory is free again when the last view of the array is gone. Of what is free, 256 MiB are
    kept. Threads may ask at the same time.

    >>> reused((2, 3), np.float32).shape
    (2, 3)
    """
    dtype, count = np.dtype(dtype), math.prod(shape)
    if (nbytes := count * dtype.itemsize) < SMALL:
        return aligned_zeros(count, dtype).reshape(shape)
    step = 1 << (nbytes.bit_length() - 4)  # arrays of about the same size take the same memory
    size = -(-nbytes // step) * step
    try:
        memory = _free[size].pop()
    except IndexError:
        memory = aligned_zeros(size, np.uint8)
    return np.asarray(_Loan(memory))[:nbytes].view(dtype).reshape(shape)
