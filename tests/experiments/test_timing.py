"""Times, what they were measured with, and who else was at work."""

import os
import time

import pytest

from minprune.experiments import timing
from minprune.experiments.spread import spread
from minprune.experiments.timing import Watch, blas_threads, cpu_name, milliseconds
from minprune.threads import SETTINGS, cores


def test_timing_gives_the_spread_of_one_call_in_milliseconds(monkeypatch):
    now, watched = [0.0], []
    monkeypatch.setattr(timing.time, "perf_counter", lambda: now[0])
    monkeypatch.setattr(timing.time, "sleep", lambda seconds: watched.append(now[0]))
    seconds = {"short": iter([9, 0.25] + [0.25, 0.75] * 3 + [5, 5]), "long": iter([9, 2, 2, 4, 30])}
    counts = {"short": 0, "long": 0}

    def call(name):
        counts[name] += 1
        now[0] += next(seconds[name])

    times, conditions = milliseconds(
        {name: (lambda name=name: call(name)) for name in seconds}, rounds=3, least=0.5
    )
    # short: after the first, 0.25 s a call, so 2 calls a turn; turns of 1 s, thrice
    # long: 1 call a turn; turns of 2, 4 and 30 s
    assert times == {"short": spread([500.0] * 3), "long": spread([2000.0, 4000.0, 30000.0])}
    assert counts == {"short": 8, "long": 5}
    assert watched == [20.25, 23.25, 28.25]  # before each round
    assert (conditions.cpu, conditions.rounds) == (cpu_name(), 3)
    assert (conditions.engine_threads, conditions.blas_threads) == (cores(), blas_threads())


@pytest.mark.parametrize(
    ("name", "value", "threads"),
    [(SETTINGS[0], "1", 1), (SETTINGS[-1], "3", 3), (SETTINGS[0], "many", None), (None, "", None)],
)
def test_the_threads_of_the_blas_are_what_the_environment_says(name, value, threads, monkeypatch):
    for setting in SETTINGS:
        monkeypatch.delenv(setting, raising=False)
    if name:
        monkeypatch.setenv(name, value)
    assert blas_threads() == threads


def test_the_processor_has_a_name():
    assert cpu_name().strip() == cpu_name() != ""


# --- who else is at work -------------------------------------------------------------------------


def test_a_watch_lasts_and_adds_up_what_others_did_meanwhile(monkeypatch):
    worked = iter([5.0, 5.5, 7.0, 7.0, 9.0, 10.0])
    monkeypatch.setattr(timing, "busy_seconds", lambda: next(worked))
    monkeypatch.setattr(timing.time, "sleep", lambda seconds: slept.append(seconds))
    slept, watch = [], Watch(0.5)
    assert watch.busy is None
    for _ in range(3):
        watch()
    assert watch.busy == pytest.approx(1.5 / 1.5) and slept == [0.5] * 3


def test_where_the_system_does_not_tell_nothing_is_known(monkeypatch):
    monkeypatch.setattr(timing, "busy_seconds", lambda: None)
    watch, started = Watch(0.01), time.perf_counter()
    watch()
    assert watch.busy is None and time.perf_counter() - started >= 0.01


def test_only_our_cores_count_and_neither_idle_nor_waiting_time(monkeypatch, tmp_path):
    (tmp_path / "stat").write_text(
        "cpu  999 999 999 999 999 999 999 0 0 0\n"
        "cpu0 1 2 4 1000 2000 8 16 32 0 0\n"
        "cpu1 5000 0 0 0 0 0 0 0 0 0\n"
        "cpu2 100 0 0 0 0 0 0 0 0 0\n"
        "intr 5 5 5\n"
    )
    monkeypatch.setattr(timing, "Path", lambda _: tmp_path / "stat")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 2}, raising=False)
    monkeypatch.setattr(os, "sysconf", lambda _: 100, raising=False)
    assert timing.busy_seconds() == pytest.approx((63 + 100) / 100)
    monkeypatch.setattr(timing, "Path", lambda _: tmp_path / "nowhere")
    assert timing.busy_seconds() is None
