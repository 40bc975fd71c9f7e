"""A few threads that wait for work, so that a call need not start its own.

The compiled loops run without Python's lock, so threads are enough. Not Numba's own `parallel`: its
threads and those of a BLAS spin in each other's way, two callers at once can abort the process,
and after a fork it hangs.
"""

import os
from concurrent.futures import ThreadPoolExecutor

MOST = 64
_pool = None


def _forget():
    """In the child of a fork there are no threads but the one that forked."""
    global _pool
    _pool = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def at_once(work, threads):
    """Call `work()` in this thread and, at the same time, in as many others as make `threads`.

    It must share out among its calls what there is to do: one that comes late, or never since all
    threads are busy, then finds nothing left.
    """
    global _pool
    if threads > 1 and _pool is None:
        _pool = ThreadPoolExecutor(MOST, thread_name_prefix="minprune")
    others = [_pool.submit(work) for _ in range(threads - 1)]
    try:
        work()
    finally:
        begun = [other for other in others if not other.cancel()]
        for other in begun:
            other.result()


def usable_cores():
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
