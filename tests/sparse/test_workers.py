"""Threads that wait for work: how many work at once, and what becomes of their errors."""

import threading

import pytest

from minprune.sparse import workers
from minprune.sparse.workers import at_once


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_as_many_threads_as_asked_for_meet(threads):
    meet, seen = threading.Barrier(threads, timeout=60), []

    def work():
        meet.wait()  # goes on only if all are there at the same time
        seen.append(threading.current_thread())

    at_once(work, threads)
    assert len({*seen}) == len(seen) == threads
    assert threading.current_thread() in seen


def test_one_thread_needs_no_others(monkeypatch):
    monkeypatch.setattr(workers, "_pool", None)
    seen = []
    at_once(lambda: seen.append(1), 1)
    assert seen == [1] and workers._pool is None


def test_errors_of_every_thread_reach_the_caller_and_the_next_call_works():
    caller, begun = threading.current_thread(), threading.Barrier(2, timeout=60)

    def fails(here):
        def work():
            begun.wait()
            if (threading.current_thread() is caller) == here:
                raise ZeroDivisionError

        return work

    for here in (True, False):
        with pytest.raises(ZeroDivisionError):
            at_once(fails(here), 2)
    at_once(begun.wait, 2)


def test_nobody_waits_for_threads_that_are_busy(monkeypatch):
    monkeypatch.setattr(workers, "MOST", 1)
    monkeypatch.setattr(workers, "_pool", None)
    begun, leave, done = threading.Event(), threading.Event(), []

    def occupy():
        begun.set()
        assert leave.wait(60)

    holder = threading.Thread(target=at_once, args=(occupy, 2))
    holder.start()
    assert begun.wait(60)
    at_once(lambda: done.append(threading.current_thread()), 3)  # the only other one is occupied
    assert done == [threading.current_thread()]
    leave.set()
    holder.join(60)
    workers._pool.shutdown()


def test_the_caller_waits_for_work_that_has_begun():
    meet, finished = threading.Barrier(2, timeout=60), []
    caller = threading.current_thread()

    def work():
        meet.wait()
        if threading.current_thread() is not caller:
            threading.Event().wait(0.05)
            finished.append(1)

    at_once(work, 2)
    assert finished == [1]
