"""Threads that wait for work: how many work at once, and what becomes of their errors."""

import gc
import threading
import time
import weakref

import numpy as np
import pytest
from forks import forks, status_of_child

from minprune import workers
from minprune.nn.network import mlp
from minprune.sparse import engine as engine_module
from minprune.sparse import sample_plan
from minprune.sparse.engine import SparseEngine
from minprune.workers import DONE, FAILED, TAKEN, at_once, together, wait


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
    assert seen == [1] and not fresh.threads


def test_threads_are_started_once(fresh):
    meet = threading.Barrier(3, timeout=60)
    for _ in range(3):
        at_once(meet.wait, 3)
        assert len(fresh.threads) == 2


def test_no_more_threads_than_asked_for_though_there_are_more(fresh):
    meet, pair, seen = threading.Barrier(5, timeout=60), threading.Barrier(2, timeout=60), []

    def work():
        seen.append(threading.current_thread())
        pair.wait()  # both are there before the call can end

    at_once(meet.wait, 5)
    at_once(work, 2)
    at_once(meet.wait, 5)  # by the time that all are here, what came before is over
    assert len(seen) == 2


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


def test_work_that_nobody_has_begun_is_withdrawn(fresh):
    class Memory:
        pass

    begun, leave, done = threading.Event(), threading.Event(), []

    def occupy():
        begun.set()
        assert leave.wait(60)

    def call():
        memory = Memory()
        at_once(lambda: done.append(memory), 2)
        done.clear()
        return weakref.ref(memory)

    holder = threading.Thread(target=at_once, args=(occupy, 2))
    holder.start()
    assert begun.wait(60)
    while not fresh.offers.empty():
        time.sleep(0)  # until the other thread is occupied too
    try:
        memory = call()
        gc.collect()
        assert memory() is None  # though the offer still waits
    finally:
        leave.set()
        holder.join(60)
    at_once(threading.Barrier(2, timeout=60).wait, 2)  # what was offered before is over by now
    assert not done


def test_without_another_thread_the_caller_works_alone(fresh, monkeypatch):
    def no_more(thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", no_more)
    seen = []
    at_once(lambda: seen.append(threading.current_thread()), 4)
    assert seen == [threading.current_thread()] and fresh.offers.empty()


def test_a_thread_that_waits_holds_on_to_nothing(fresh):
    class Memory:
        pass

    def call():
        memory, meet = Memory(), threading.Barrier(2, timeout=60)

        def work():
            meet.wait()
            return memory

        at_once(work, 2)
        return weakref.ref(memory)

    memory, until = call(), time.monotonic() + 20
    while memory() is not None and time.monotonic() < until:
        gc.collect()
    assert memory() is None


def test_waiting_is_over_when_all_is_done_or_one_has_failed():
    counters = np.zeros(3, np.int64)
    counters[TAKEN], counters[DONE] = 9, 2
    assert wait(counters, 1) and wait(counters, 2) and not wait(counters, 3)
    counters[FAILED] = 1
    assert wait(counters, 3)


def test_nobody_goes_on_before_all_is_done(monkeypatch):
    caller, asked = threading.current_thread(), threading.Event()
    counters, times, finished = np.zeros(3, np.int64), [], []
    begun = threading.Barrier(2, timeout=60)

    def work():  # there is one thing to do, and the other thread does it
        begun.wait()
        if threading.current_thread() is not caller:
            assert asked.wait(60)
            finished.append(True)
            counters[DONE] = 1

    def waited(*arguments):
        times.append(1)
        if len(times) == 3:
            asked.set()
        return wait(*arguments)

    monkeypatch.setattr(workers, "wait", waited)
    try:
        together(work, 2, counters, 1)
        assert finished
    finally:
        asked.set()


def test_who_is_interrupted_lets_nobody_wait_for_what_was_begun():
    counters, caller = np.zeros(3, np.int64), threading.current_thread()

    def work():
        if threading.current_thread() is caller:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        together(work, 2, counters, 1)
    assert counters[FAILED]


@pytest.mark.parametrize("N", [1, 3, 4, 17, 300])
def test_all_that_there_is_to_do_is_waited_for(monkeypatch, N):
    network, seen = mlp([20, 8, 3], np.random.default_rng(0)), []

    def counted(work, threads, counters, count):
        together(work, threads, counters, count)  # alone, so that all is done by now
        seen.append((int(counters[DONE]), count))

    monkeypatch.setattr(engine_module, "together", counted)
    monkeypatch.setattr(engine_module, "SMALL_ONE", 0)
    SparseEngine(network, threads=1)(np.ones((N, 20), "f"))
    ((done, count),) = seen
    assert done == count > 0


def of(plan):
    """The arguments of `run_samples` that do not depend on the samples."""
    return (plan.block,)


@pytest.mark.parametrize("taken", range(1, 12))
def test_no_piece_is_begun_before_what_it_needs_is_done(monkeypatch, taken):
    monkeypatch.setattr(sample_plan, "PIECE", 1e-6)
    sparse = SparseEngine(mlp([20, 24, 3], np.random.default_rng(0)), threads=1)
    x = np.ones((2, 20), "f")
    sparse(x)  # compiles the loops
    made = sparse._sample_plan
    assert len(made.program.steps) == 4  # three times eight units, and three; in and out make 6
    needed = taken // 6 * 6 + [0, 1, 1, 1, 4, 5][taken % 6]
    memory, y, counters = np.full(made.size, 7, "f"), np.full(6, 7, "f"), np.zeros(3, np.int64)
    counters[TAKEN], counters[DONE] = taken, needed - 1
    arguments = *of(made), 2, x.reshape(-1), y, memory, counters
    thread = threading.Thread(target=engine_module.run_samples, args=arguments)
    thread.start()
    while counters[TAKEN] == taken:
        time.sleep(0)
    time.sleep(0.02)  # for what should not happen
    counters[FAILED] = 1
    thread.join(60)
    assert (memory == 7).all() and (y == 7).all() and counters[DONE] == needed - 1


def test_behind_a_sample_that_is_not_fine_the_others_are_left():
    sparse = SparseEngine(mlp([20, 24, 3], np.random.default_rng(0)), threads=1)
    x = np.ones((3, 20), "f")
    right = sparse(x)
    x[1, 4] = np.nan
    made = sparse._sample_plan
    memory, counters = np.zeros(made.size, "f"), np.zeros(3, np.int64)
    y = np.full((3, 3), 7, "f")
    engine_module.run_samples(*of(made), 3, x.reshape(-1), y.reshape(-1), memory, counters)
    np.testing.assert_array_equal(y, [right[0], [7] * 3, [7] * 3])
    assert counters[FAILED] == 1


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


@forks
@pytest.mark.parametrize(
    ("name", "planner"), [("_panel_plan", "plan_panels"), ("_sample_plan", "plan_sample")]
)
def test_a_child_forked_while_another_thread_plans_does_not_wait_for_it(monkeypatch, name, planner):
    engines = [SparseEngine(mlp([4, 3, 2], np.random.default_rng(0))) for _ in range(2)]
    begun, leave = threading.Event(), threading.Event()

    def busy(*arguments, **named):
        begun.set()
        assert leave.wait(60)

    with monkeypatch.context() as patch:
        patch.setattr(engine_module, planner, busy)
        thread = threading.Thread(target=lambda: getattr(engines[0], name))
        thread.start()
        assert begun.wait(60)
    status = status_of_child(lambda: getattr(engines[1], name))
    leave.set()
    thread.join(60)
    assert status == 0


@forks
def test_a_child_forked_while_another_thread_counts_does_not_wait_for_it():
    counters = np.zeros(3, np.int64)
    with workers._one_at_a_time:  # by another thread, which the child does not have
        assert status_of_child(lambda: workers.add_python(counters, 0, 1)) == 0
    assert workers.add_python(counters, 0, 1) == 0
