"""CPUs for threads that help another one: which they are, and that no other thread is held."""

import os
import sys
import threading

import pytest
from forks import forks, status_of_child

from minprune import cpus, workers
from minprune.cpus import beside, core_of, place_of_caller
from minprune.workers import at_once

linux = pytest.mark.skipif(sys.platform != "linux", reason="no CPUs to choose on this system")


@pytest.fixture
def fresh(monkeypatch):
    """No threads yet."""
    monkeypatch.setattr(workers, "_workers", workers._Workers())
    return workers._workers


@pytest.fixture
def allowed():
    """At least two CPUs, which this thread may use again when the test is over."""
    before = os.sched_getaffinity(0)
    if len(before) < 2:
        pytest.skip("only one CPU")
    yield before
    os.sched_setaffinity(0, before)


def masks(threads):
    """Where each of the threads that meet may run, by its number."""
    meet, seen = threading.Barrier(threads, timeout=60), {}

    def work():
        meet.wait()
        seen[threading.get_native_id()] = os.sched_getaffinity(0)
        meet.wait()

    at_once(work, threads)
    return seen


@pytest.mark.parametrize(
    ("cpu", "allowed", "count", "expected"),
    [
        (0, {0, 1, 2, 3}, 1, {2, 3}),  # 1 is of the same core
        (3, {0, 1, 2, 3}, 2, {0, 1}),
        (0, {0, 1, 2, 3}, 3, {1, 2, 3}),
        (0, {0, 1}, 1, {1}),
        (0, {0, 1, 2, 3}, 4, {0, 1, 2, 3}),
        (0, {0}, 1, {0}),
        (5, {0, 2}, 2, {0, 2}),  # the caller was held to others while it asked
    ],
)
def test_other_cores_come_first_then_other_cpus(monkeypatch, cpu, allowed, count, expected):
    monkeypatch.setattr(cpus, "core_of", lambda cpu: {cpu // 2 * 2, cpu // 2 * 2 + 1})
    assert beside(cpu, allowed, count) == expected


@pytest.mark.parametrize(
    ("text", "core"),
    [("7\n", {7}), ("7,71\n", {7, 71}), ("6-7\n", {6, 7}), ("7-8,70-71\n", {7, 8, 70, 71}),
     ("", {7}), ("?", {7}), (None, {7})],
)  # fmt: skip
def test_the_core_of_a_cpu(monkeypatch, tmp_path, text, core):
    monkeypatch.setattr(cpus, "CPUS", tmp_path)
    if text is not None:
        (tmp_path / "cpu7/topology").mkdir(parents=True)
        (tmp_path / "cpu7/topology/thread_siblings_list").write_text(text)
    assert core_of.__wrapped__(7) == core


@linux
def test_the_place_of_the_caller(allowed):
    for cpu in allowed:
        os.sched_setaffinity(0, {cpu})
        assert place_of_caller() == (cpu, {cpu})


@linux
def test_helpers_run_beside_their_caller_wherever_it_moves(monkeypatch, fresh, allowed):
    me = threading.get_native_id()
    for cpu in [*sorted(allowed), min(allowed)]:
        monkeypatch.setattr(workers, "place_of_caller", lambda cpu=cpu: (cpu, allowed))
        seen = masks(2)
        assert seen.pop(me) == allowed  # the caller itself is not held
        assert [*seen.values()] == [beside(cpu, allowed, 1)]
        assert cpu not in beside(cpu, allowed, 1)


@linux
def test_helpers_may_use_what_their_caller_may_use_by_then(fresh, allowed):
    me, cpu = threading.get_native_id(), min(allowed)
    for mask in allowed, {cpu}, allowed:
        os.sched_setaffinity(0, mask)
        seen = masks(2)
        assert seen.pop(me) == mask
        (helper,) = seen.values()
        assert helper < mask if len(mask) > 1 else helper == mask


@linux
def test_more_helpers_than_other_cpus_are_left_to_the_scheduler(fresh, allowed):
    seen = masks(len(allowed) + 2)
    assert [*seen.values()] == [allowed] * (len(allowed) + 2)


@linux
def test_other_threads_are_not_held(fresh, allowed):
    leave, seen = threading.Event(), []
    other = threading.Thread(target=lambda: (leave.wait(60), seen.append(os.sched_getaffinity(0))))
    other.start()
    masks(2)
    leave.set()
    other.join(60)
    assert seen == [allowed]


def test_helpers_are_placed_again_only_where_something_has_changed(monkeypatch, fresh):
    held, meet = [], threading.Barrier(2, timeout=60)
    monkeypatch.setattr(workers, "hold", lambda *arguments: held.append(arguments))
    for cpu, times in ((0, 1), (0, 1), (1, 2), (1, 2)):
        monkeypatch.setattr(workers, "place_of_caller", lambda cpu=cpu: (cpu, {0, 1}))
        at_once(meet.wait, 2)
        assert len(held) == times
    assert held == [(fresh.threads[0].native_id, {1}), (fresh.threads[0].native_id, {0})]


def test_where_cpus_cannot_be_chosen_nothing_is_done_about_them(monkeypatch, fresh):
    meet, held = threading.Barrier(3, timeout=60), []
    monkeypatch.setattr(cpus, "_current", None)
    monkeypatch.setattr(workers, "hold", lambda *arguments: held.append(arguments))
    assert place_of_caller() is None
    at_once(meet.wait, 3)
    assert len(fresh.threads) == 2 and not held


@linux
@pytest.mark.parametrize("name", ["sched_getaffinity", "sched_setaffinity"])
def test_where_the_system_refuses_all_is_as_it_was(monkeypatch, fresh, name):
    def refuse(*arguments):
        raise PermissionError(1, "Operation not permitted")

    meet = threading.Barrier(3, timeout=60)
    monkeypatch.setattr(os, name, refuse)
    at_once(meet.wait, 3)
    assert len(fresh.threads) == 2


@linux
@forks
def test_the_child_of_a_fork_places_its_own_threads(fresh, allowed):
    masks(2)
    parent = fresh.threads[0].native_id
    before = os.sched_getaffinity(parent)

    def work():
        os.sched_setaffinity(0, {min(allowed)})
        seen = masks(2)
        assert parent not in seen and [*seen.values()] == [{min(allowed)}] * 2

    assert status_of_child(work) == 0
    assert os.sched_getaffinity(parent) == before
