"""The roofs: their loops compute what they should, and count it."""

from math import isfinite

import numpy as np
import pytest

from minprune.bench import machine
from minprune.bench.machine import (
    CHAINS,
    WIDTHS,
    Roofs,
    _multiply_adds,
    _rate,
    highest,
    measure_roofs,
    triad,
)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("turns", [1, 2, 7])
def test_every_chain_multiplies_and_adds_as_often_as_told(width, turns):
    total = 0.0
    for s in range(2, CHAINS + 2):
        for _ in range(turns):
            s = s * 0.5 + 0.5
        total += s
    assert _multiply_adds(width)(turns) == pytest.approx(total, rel=1e-6)


def test_no_chain_is_optimized_away():
    run = _multiply_adds(4)
    run(1)
    (code,) = run.inspect_llvm().values()
    assert code.count("call <4 x float> @llvm.fmuladd.v4f32(") >= CHAINS


def test_the_triad_reads_two_numbers_and_writes_one():
    b, c = np.arange(5, dtype=np.float32), np.full(5, 10, np.float32)
    a = np.zeros(5, np.float32)
    triad(a, b, c, 4)
    assert (a == b + 3 * c).all()


class Pool:
    """Instead of threads: a clock that each work moves on."""

    def __init__(self, monkeypatch, seconds_a_turn):
        self.now, self.turns, self.asked = 0.0, seconds_a_turn, []
        monkeypatch.setattr(machine.time, "perf_counter", lambda: self.now)

    def map(self, function, works):
        works = list(works)
        for work in works:
            function(work)
        self.now += self.asked[-1] * self.turns
        return works


@pytest.mark.parametrize("workers", [1, 2])
def test_a_rate_is_the_amount_of_all_workers_by_the_time(workers, monkeypatch):
    pool = Pool(monkeypatch, 1e-5)
    found = _rate(pool, [pool.asked.append] * 2, 3000, workers, 0.02)
    assert found == pytest.approx(1e-9 * 3000 * workers / 1e-5)
    assert 0.01 <= pool.asked[-1] * 1e-5 <= 0.05  # it was given about that long
    assert len(pool.asked) < 10 * workers


def test_the_roofs_are_numbers_above_zero():
    roofs = measure_roofs(1, memory=1 << 20, seconds=0.002, tries=2)
    assert roofs.threads == 1
    for value in (roofs.fma_one, roofs.fma_all, roofs.memory, roofs.cache):
        assert isfinite(value) and value > 0


def test_each_roof_is_measured_with_its_own_work(monkeypatch):
    asked = []

    def rate(pool, works, amount, workers, seconds):
        asked.append((amount, workers, len(works)))
        return amount * workers + len(asked) % 3  # tries differ

    monkeypatch.setattr(machine, "_rate", rate)
    roofs = measure_roofs(2, memory=6000, tries=4)
    flops = [2 * width * CHAINS for width in WIDTHS]
    sizes = [3 * 3000, 3 * machine.CACHE]
    expected = [(f, n) for n in (1, 2) for f in flops] + [(size, 2) for size in sizes]
    assert [(amount, workers) for amount, workers, _ in asked[::4]] == expected
    assert len(asked) == 4 * len(expected) and all(n >= w for _, w, n in asked)
    found = roofs.fma_one, roofs.fma_all, roofs.memory, roofs.cache
    assert found == (flops[-1] + 2, 2 * flops[-1] + 2, 2 * sizes[0] + 2, 2 * sizes[1] + 2)


def test_the_highest_is_taken_of_each_roof():
    found = highest(Roofs(2, 1.0, 5.0, 3.0, 7.0), Roofs(2, 2.0, 4.0, 6.0, 1.0))
    assert found == Roofs(2, 2.0, 5.0, 6.0, 7.0)
