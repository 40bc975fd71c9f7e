"""CPUs for threads that help another one.

Linux often wakes a helper on the CPU of the thread that calls it, once the other CPUs have been
idle for some milliseconds: a virtual machine then counts them as taken. The two share that CPU for
many calls, and each takes as long as with one thread. Helpers that may run on every CPU except
that one are woken elsewhere.

Only the helpers are held to these CPUs, and never to others than their caller may use, whatever it
may use by then. Systems other than Linux place their threads as they always do.
"""

import ctypes
import os
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path

CPUS = Path("/sys/devices/system/cpu")

# PyDLL: a call of 0.2 microseconds should not give Python's lock away
_current = getattr(ctypes.PyDLL(None), "sched_getcpu", None) if sys.platform == "linux" else None


def place_of_caller():
    """The CPU on which the calling thread runs and the set of those it may use; None if unknown."""
    try:
        return _current and (_current(), os.sched_getaffinity(0))
    except OSError:
        return None


def beside(cpu, allowed, count):
    """CPUs for `count` helpers of a thread that runs on `cpu` and may use those in `allowed`.

    CPUs of other cores if there are as many, else all others; all if there are more helpers than
    others, which only the scheduler can share out fairly.

    >>> beside(0, {0, 1}, 1), beside(0, {0, 1}, 3)
    ({1}, {0, 1})
    """
    for others in allowed - core_of(cpu), allowed - {cpu}:
        if len(others) >= count:
            return others
    return allowed


@cache
def core_of(cpu):
    """The CPUs, as the system counts them, of the core to which `cpu` belongs: itself if unknown.

    The file says "0,64" or "0-1".
    """
    try:
        parts = (CPUS / f"cpu{cpu}/topology/thread_siblings_list").read_text().split(",")
        ends = [[int(end) for end in part.split("-")] for part in parts]
        return {cpu}.union(*(range(end[0], end[-1] + 1) for end in ends))
    except (OSError, ValueError):
        return {cpu}


def hold(thread, cpus):
    """Let the thread of that number run on these CPUs only, if the system lets us say so."""
    with suppress(OSError):  # they were taken from us meanwhile, or a sandbox forbids it
        os.sched_setaffinity(thread, cpus)
