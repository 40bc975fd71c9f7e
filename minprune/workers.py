"""A few threads that wait for work, so that a call need not start its own.

The compiled loops run without Python's lock, so threads are enough. Not Numba's own `parallel`: its
threads and those of a BLAS spin in each other's way, two callers at once can abort the process,
and after a fork it hangs. Not `concurrent.futures` either: its handing over and back takes as long
as a small network.
"""

import os
import threading
import time
import traceback
from contextlib import suppress
from queue import SimpleQueue

from numba import types

from minprune.cpus import beside, hold, place_of_caller
from minprune.jit import jit
from minprune.llvm import Vectors, compiled_from

TAKEN, DONE, FAILED = range(3)  # counters that all threads share: pieces taken, done, failures
TURNS = 20_000  # of waiting, before others get the core


class _Workers:
    """The threads, and what they wait for; there is one of it in a process."""

    def __init__(self):
        self.offers, self.lock = SimpleQueue(), threading.Lock()
        self.threads, self.placed = [], None

    def ready(self, count):
        """See to it that there are so many threads, away from the caller's CPU; returns how many
        there are, if fewer can be had. They end with the process."""
        if len(self.threads) < count:
            with self.lock, suppress(RuntimeError):
                while len(self.threads) < count:
                    thread = threading.Thread(target=self.serve, name="minprune", daemon=True)
                    thread.start()
                    self.threads.append(thread)
        self.place(count)
        return min(count, len(self.threads))

    def place(self, count):
        """Hold all threads to the CPUs beside the caller's, so that `count` of them find room.

        Where a caller runs as before, this takes two microseconds. Of several callers at once, the
        last one decides.
        """
        caller = place_of_caller()
        placed = caller, count, len(self.threads)
        if placed != self.placed and caller and self.lock.acquire(blocking=False):
            try:
                self.placed, cpus = placed, beside(*caller, count)
                for thread in self.threads:
                    hold(thread.native_id, cpus)
            finally:
                self.lock.release()

    def serve(self):
        while True:
            take(self.offers.get())


def take(offer):
    """Do the work that a list offers, unless the caller has withdrawn it meanwhile."""
    try:
        work = offer.pop()
    except IndexError:
        return
    try:
        work()
    except BaseException:
        traceback.print_exc()  # whoever waits for it has to be told by the work itself


_workers = _Workers()
_one_at_a_time = threading.Lock()  # of `add_python`


def _begin_again():
    """In the child of a fork there are no threads but the one that forked."""
    global _workers, _one_at_a_time
    _workers, _one_at_a_time = _Workers(), threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_again)


class remembered:
    """A property that keeps its value, as `functools.cached_property`, but without a lock.

    Before Python 3.12 that one has a lock, and the child of a fork waits forever for a thread that
    held it. Two threads may compute the value at the same time: it has to be the same.
    """

    def __init__(self, function):
        self.function = function

    def __get__(self, owner, kind):
        if owner is None:
            return self
        value = owner.__dict__[self.function.__name__] = self.function(owner)
        return value


def at_once(work, threads):
    """Call `work()` here, and at the same time in as many other threads as make `threads`.

    The calls share out among themselves what there is to do. The one here returns when nothing is
    left to take; others may still be at their last piece. One that has not begun by then never
    does: on a busy machine a thread would otherwise have to work off offers of many calls, each
    with all the arrays that it holds on to, before it comes to one that is of use.
    """
    offer = []
    if threads > 1:
        count = _workers.ready(threads - 1)
        offer += [work] * count
        for _ in range(count):
            _workers.offers.put(offer)
    try:
        work()
    finally:
        offer.clear()


def together(work, threads, counters, count):
    """`work` in several threads at once, until the counter of what is done has reached `count`.

    `work` returns only when all is taken: the call here may be the only one. The counters are new
    for each call, since a thread may still read those of the last one. Raises what a thread has
    raised.
    """
    if threads == 1:
        work()
        return
    errors = []

    def guarded():
        try:
            work()
        except BaseException as error:
            errors.append(error)
            counters[FAILED] = True  # nobody may wait for what was begun

    at_once(guarded, threads)
    while not wait(counters, count):
        time.sleep(0)
    if errors:
        raise errors[0]


@jit
def wait(counters, count):
    """True if all is done or a thread has failed; waits for a while.

    Others are at work on the last of it: to sleep and be woken would take longer.
    """
    for _ in range(TURNS):
        if add(counters, DONE, 0) >= count or add(counters, FAILED, 0) > 0:
            return True
    return False


def add_python(counters, k, n):
    """Add n to counters_k and return what it held. No two threads get in each other's way."""
    with _one_at_a_time:
        counters[k] += n
        return counters[k] - n


@compiled_from(add_python)
def add(typing, counters, k, n):
    """Reading and adding are one instruction."""

    def generate(context, builder, signature, arguments):
        v = Vectors(context, builder, counters, signature, arguments)
        place, k, n = v.given
        return builder.atomic_rmw("add", builder.gep(place, [k]), n, "seq_cst")

    return types.int64(counters, types.int64, types.int64), generate
