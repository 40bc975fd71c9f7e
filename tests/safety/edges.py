"""Arrays at the very edge of what a program may touch: one number further, and it crashes.

Linux only. Behind the last page of each array, and before its first, lies one that is protected.
"""

import ctypes
import math
import mmap
import os

import numpy as np

PAGE = mmap.PAGESIZE


def at_edge(edge, shape, dtype=np.float64):
    """Zeros whose last number, or for edge = "start" the first one, lies at a protected page."""
    shape, dtype = (shape,) if np.ndim(shape) == 0 else tuple(shape), np.dtype(dtype)
    size = math.prod(shape) * dtype.itemsize
    room = max(-(-size // PAGE), 1) * PAGE
    memory = mmap.mmap(-1, room + 2 * PAGE)
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    for page in (address, address + PAGE + room):
        if ctypes.CDLL(None, use_errno=True).mprotect(ctypes.c_void_p(page), PAGE, 0):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    start = PAGE if edge == "start" else PAGE + room - size
    return np.frombuffer(memory, np.uint8, size, start).view(dtype).reshape(shape)


class AtEdge:
    """NumPy for a module whose new arrays shall all lie at an edge."""

    def __init__(self, edge):
        self.edge = edge

    def __getattr__(self, name):
        return getattr(np, name)

    def zeros(self, shape, dtype=np.float64):
        return at_edge(self.edge, shape, dtype)

    empty = zeros

    def array(self, *arguments, **options):
        made = np.array(*arguments, **options)
        edged = self.zeros(made.shape, made.dtype)
        edged[...] = made
        return edged
