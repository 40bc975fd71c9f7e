"""What this machine can do at most: multiply-adds a second, and bytes a second."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, dataclass

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core.cgutils import get_or_insert_function
from numba.extending import intrinsic

from minprune.jit import jit

WIDTHS = 4, 8, 16  # float32 numbers in a vector; the widest that the machine has is the fastest
CHAINS = (
    12  # sums that do not wait for each other: more than units times steps of one, in registers
)
MEMORY, CACHE = 1 << 28, 1 << 17  # bytes of each of three arrays, beyond caches and within


@dataclass(frozen=True)
class Roofs:
    """The best of several tries, each as fast as a plain compiled loop can."""

    threads: int
    fma_one: float  # GFLOP/s in float32, a multiply-add counted as two, of one thread
    fma_all: float  # of all threads
    memory: float  # GB/s of all threads, from arrays much larger than the caches
    cache: float  # from arrays that stay there


def measure_roofs(threads, memory=MEMORY, seconds=0.02, tries=9):
    """The `Roofs` of this machine.

    threads  how many work at a time
    memory   bytes of each of the three arrays that all threads share
    seconds  that a try lasts, roughly
    """
    with ThreadPoolExecutor(threads) as pool:

        def rate(work, amount, workers):
            return max(_rate(pool, work, amount, workers, seconds) for _ in range(tries))

        loops = [_multiply_adds(width) for width in WIDTHS]
        flops = [2 * width * CHAINS for width in WIDTHS]  # of one turn of the loop
        one, every = (
            max(rate([loop] * n, f, n) for loop, f in zip(loops, flops, strict=True))
            for n in (1, threads)
        )
        bandwidths = []
        for size in (memory // threads, CACHE):
            arrays = [np.ones((3, size // 4), np.float32) for _ in range(threads)]
            works = [lambda turns, a=a: triad(*a, turns) for a in arrays]
            bandwidths.append(rate(works, 3 * size, threads))
    return Roofs(threads, one, every, *bandwidths)


def highest(first, second):
    """The higher of two `Roofs` in everything."""
    return Roofs(*map(max, astuple(first), astuple(second)))


def _rate(pool, works, amount, workers, seconds):
    """Billions a second: each of `works` does `amount` a turn, in its own thread, all at once."""
    turns = 1
    while True:
        started = time.perf_counter()
        list(pool.map(lambda work, n=turns: work(n), works[:workers]))
        took = time.perf_counter() - started
        if took >= seconds / 2:
            return 1e-9 * amount * turns * workers / took
        turns = max(2 * turns, int(turns * seconds / max(took, 1e-6)))


@jit
def triad(a, b, c, turns):
    """a = b + t c, again and again: two numbers read and one written for each multiply-add."""
    if not len(a) == len(b) == len(c):
        raise ValueError("a, b and c must have the same length")
    for t in range(turns):
        factor = a.dtype.type(t)
        for i in range(len(a)):
            a[i] = b[i] + factor * c[i]


def _multiply_adds(width):
    """A function that runs `CHAINS` chains of vector multiply-adds for a number of turns."""

    @intrinsic
    def chains(typing, turns):
        return types.float32(
            types.int64
        ), lambda context, builder, signature, arguments: _emit_chains(builder, width, *arguments)

    return numba.njit(nogil=True)(lambda turns: chains(turns))


def _emit_chains(builder, width, turns):
    """The loop in LLVM's words: s = s * 1/2 + 1/2 for every chain s, in vector registers."""
    number, count = ir.FloatType(), ir.IntType(64)
    vector = ir.VectorType(number, width)
    half = ir.Constant(vector, [0.5] * width)
    multiply_add = get_or_insert_function(
        builder.module, ir.FunctionType(vector, [vector] * 3), f"llvm.fmuladd.v{width}f32"
    )
    before = builder.block
    loop, after = (builder.append_basic_block(name) for name in ("loop", "after"))
    builder.branch(loop)
    builder.position_at_end(loop)
    turn = builder.phi(count)
    sums = [builder.phi(vector) for _ in range(CHAINS)]
    turn.add_incoming(ir.Constant(count, 0), before)
    for c, s in enumerate(sums, 2):  # apart, or one would do for all; and not at 1, which stays 1
        s.add_incoming(ir.Constant(vector, [float(c)] * width), before)
    new = [builder.call(multiply_add, [s, half, half]) for s in sums]
    for s, value in zip(sums, new, strict=True):
        s.add_incoming(value, loop)
    following = builder.add(turn, ir.Constant(count, 1))
    turn.add_incoming(following, loop)
    builder.cbranch(builder.icmp_signed("<", following, turns), loop, after)
    builder.position_at_end(after)
    total = new[0]
    for value in new[1:]:
        total = builder.fadd(total, value)  # so that none can be left out
    return builder.extract_element(total, ir.Constant(ir.IntType(32), 0))
