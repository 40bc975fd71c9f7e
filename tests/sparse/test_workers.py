"""Threads that wait for work: how many work at once, and what becomes of their errors."""

import threading

import numpy as np
import pytest

from minprune.nn.network import mlp
from minprune.sparse import engine as engine_module
from minprune.sparse import workers
from minprune.sparse.engine import SparseEngine
from minprune.sparse.workers import at_once


@pytest.fixture
def fresh(monkeypatch):
    """No threads yet."""
    monkeypatch.setattr(workers, "_workers", workers._Workers())
    return workers._workers


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_as_many_threads_as_asked_for_meet(threads):
    meet, seen = threading.Barrier(threads, timeout=60), []

    def work():
        meet.wait()  # goes on only if all are there at the same time
        seen.append(threading.current_thread())
        meet.wait()

    for _ in range(2):
        seen.clear()
        at_once(work, threads)
        assert len({*seen}) == len(seen) == threads
        assert threading.current_thread() in seen


def test_one_thread_needs_no_others(fresh):
    seen = []
    at_once(lambda: seen.append(1), 1)
    assert seen == [1] and fresh.count == 0


def test_threads_are_started_once(fresh):
    meet = threading.Barrier(3, timeout=60)
    for _ in range(3):
        at_once(meet.wait, 3)
        assert fresh.count == 2


def test_an_error_here_reaches_the_caller_one_elsewhere_is_printed(fresh, capsys):
    caller, begun = threading.current_thread(), threading.Barrier(2, timeout=60)

    def fails(here):
        def work():
            begun.wait()
            if (threading.current_thread() is caller) == here:
                raise ZeroDivisionError

        return work

    with pytest.raises(ZeroDivisionError):
        at_once(fails(here=True), 2)
    at_once(fails(here=False), 2)
    at_once(begun.wait, 2)  # the thread that failed goes on
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_nobody_waits_for_threads_that_are_busy(fresh):
    begun, leave, done = threading.Event(), threading.Event(), []

    def occupy():
        begun.set()
        assert leave.wait(60)

    holder = threading.Thread(target=at_once, args=(occupy, 2))
    holder.start()
    assert begun.wait(60)
    try:
        at_once(lambda: done.append(threading.current_thread()), 2)  # the other one is occupied
        assert threading.current_thread() in done
    finally:
        leave.set()
        holder.join(60)


def test_without_another_thread_the_caller_works_alone(fresh, monkeypatch):
    def no_more(thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", no_more)
    seen = []
    at_once(lambda: seen.append(threading.current_thread()), 4)
    assert seen == [threading.current_thread()] and fresh.tasks.empty()


@pytest.mark.parametrize(("N", "name", "last"), [(300, "run_panels", -2), (2, "run_samples", -1)])
def test_an_engine_tells_that_a_thread_failed_and_does_not_wait_for_it(monkeypatch, N, name, last):
    network, caller = mlp([20, 8, 3], np.random.default_rng(0)), threading.current_thread()
    x = np.random.default_rng(1).standard_normal((N, 20)).astype("f")
    sparse, failed = SparseEngine(network, threads=2), threading.Event()
    right, run = sparse(x), getattr(engine_module, name)

    def broken_elsewhere(*arguments):
        if threading.current_thread() is not caller:
            arguments[last][0] += 1  # a panel or a piece is taken, and never done
            failed.set()
            raise ValueError("broken")
        assert failed.wait(60)
        run(*arguments)

    monkeypatch.setattr(engine_module, "SMALL", 0)
    monkeypatch.setattr(engine_module, "SMALL_ONE", 0)
    with monkeypatch.context() as patch:
        patch.setattr(engine_module, name, broken_elsewhere)
        with pytest.raises(ValueError, match="broken"):
            sparse(x)
    np.testing.assert_allclose(sparse(x), right, rtol=1e-5, atol=1e-6)
