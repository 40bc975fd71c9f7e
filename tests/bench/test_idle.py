"""The work of others: counted without our own, and waited for until it is over."""

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from minprune.bench import idle
from minprune.bench.idle import LONGEST, PAUSE, Others, rest, seconds_of


@pytest.fixture
def clock(monkeypatch):
    """A clock that only sleep moves on."""
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(idle.time, "monotonic", lambda: clock.now)
    monkeypatch.setattr(idle.time, "sleep", lambda s: setattr(clock, "now", clock.now + s))
    return clock


def worker(pid=7):
    return SimpleNamespace(process=SimpleNamespace(pid=pid))


def test_a_rest_lasts_until_no_worker_spends_time(clock, monkeypatch):
    monkeypatch.setattr(idle, "seconds_of", lambda pid: min(clock.now, 0.1))  # spins for 0.1 s
    rest([worker()])
    assert clock.now == pytest.approx(0.1 + PAUSE)


def test_a_rest_has_an_end_even_if_a_worker_has_none(clock, monkeypatch):
    monkeypatch.setattr(idle, "seconds_of", lambda pid: clock.now)
    rest([worker()])
    assert LONGEST < clock.now < LONGEST + 2 * PAUSE


def test_without_a_process_a_rest_is_one_pause(clock):
    rest([SimpleNamespace(process=None)])
    assert clock.now == PAUSE


def test_others_are_all_but_us_our_workers_and_those_that_have_ended(clock, monkeypatch):
    everything, of_workers, ours = [50.0], {7: 5.0, 8: 1.0}, [1.0, 1.0, 2.0, 2.0, 99.0]
    monkeypatch.setattr(idle, "busy_seconds", lambda: everything[0])
    monkeypatch.setattr(idle, "seconds_of", of_workers.get)
    monkeypatch.setattr(idle.os, "times", lambda: tuple(ours))
    others = Others([worker(7), worker(8)])
    clock.now, everything[0] = 10.0, 50.0 + 4 + 3 + 2 + 5  # workers, we, an ended one, others
    of_workers[7] += 4
    ours[0] += 3
    ours[2] += 2
    assert others.busy() == pytest.approx(0.5)


def test_where_the_system_does_not_tell_others_are_not_known(monkeypatch):
    monkeypatch.setattr(idle, "busy_seconds", lambda: None)
    assert Others([]).busy() is None


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="needs /proc")
def test_the_seconds_of_a_process_are_those_that_it_worked():
    code = "import time\nwhile time.process_time() < 0.3: pass\nprint(flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1) as process:
        process.stdout.readline()
        assert seconds_of(process.pid) == pytest.approx(0.3, abs=0.1)
        process.kill()
    assert seconds_of(0) == 0.0  # no such process
