"""Time several functions side by side, so that a machine that slows down slows all of them."""

import os
import platform
import time
from dataclasses import dataclass
from pathlib import Path

from minprune.experiments.spread import spread
from minprune.threads import SETTINGS, cores

BUSY = 0.1  # cores; with more at work for others, times are not to be trusted
WATCH = 0.05  # seconds before each round in which no other process should be at work


@dataclass(frozen=True)
class Conditions:
    """The conditions of a report's times."""

    cpu: str
    engine_threads: int  # that the sparse engine may use
    blas_threads: int | None  # of NumPy's products; None: as many as its BLAS likes
    rounds: int
    busy: float | None  # cores that others kept busy meanwhile; None if it is not known


def milliseconds(calls, rounds=9, least=0.004):
    """Time one call of each function, in rounds in which each takes its turn.

    calls   dict from a name to a function of no argument; each is called once first, untimed,
            so that compilation and cold caches do not count
    rounds  how many turns each gets
    least   seconds that one turn lasts at least, by repeating a short call
    returns a dict from the name to the `Spread` of its milliseconds, and the `Conditions`
    """
    repeats = {name: _repeats(call, least) for name, call in calls.items()}
    seconds = {name: [] for name in calls}
    watch = Watch(WATCH)
    for _ in range(rounds):
        watch()
        for name, call in calls.items():
            started = time.perf_counter()
            for _ in range(repeats[name]):
                call()
            seconds[name].append((time.perf_counter() - started) / repeats[name])
    found = {name: spread([1e3 * s for s in each]) for name, each in seconds.items()}
    return found, Conditions(cpu_name(), cores(), blas_threads(), rounds, watch.busy)


def _repeats(call, least):
    call()
    started = time.perf_counter()
    call()
    return max(1, round(least / max(time.perf_counter() - started, 1e-9)))


def blas_threads():
    """The number of threads that the environment allows NumPy's products; None if unset."""
    asked = [os.environ[name] for name in SETTINGS if name in os.environ]
    return int(asked[0]) if asked and asked[0].isdecimal() else None


def cpu_name():
    """The processor's own name, or its kind where it has none."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return (names or [platform.processor() or platform.machine()])[0]


class Watch:
    """Sleep now and then, and see how many cores are busy meanwhile, with the work of others."""

    def __init__(self, seconds):
        self.seconds, self.slept, self.worked = seconds, 0.0, 0.0

    def __call__(self):
        before = busy_seconds()
        time.sleep(self.seconds)
        if before is not None:
            self.worked += busy_seconds() - before
            self.slept += self.seconds

    @property
    def busy(self):
        """Cores that were busy, on average; None where the system does not tell."""
        return self.worked / self.slept if self.slept else None


def busy_seconds():
    """Seconds since the start that the cores of this process have worked, or that a host took from
    them for other machines; None where the system does not tell."""
    try:
        lines = Path("/proc/stat").read_text().splitlines()
        ours = {f"cpu{core}" for core in os.sched_getaffinity(0)}
    except (OSError, AttributeError):  # no Linux
        return None
    worked = 0
    for name, *ticks in map(str.split, lines):
        if name in ours:
            user, nice, system, _idle, _waiting, interrupts, soft, stolen, *_ = map(int, ticks)
            worked += user + nice + system + interrupts + soft + stolen
    return worked / os.sysconf("SC_CLK_TCK")
