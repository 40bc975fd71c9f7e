"""The proof: the figures of the benchmark beside those of a process that does nothing else."""

from pathlib import Path

import pytest

from minprune.bench import proof as module
from minprune.bench.proof import TRIES, alone, prove
from minprune.bench.results import Cell, Timing, Turns
from minprune.bench.workers import WorkerError
from minprune.experiments.spread import Spread


def timing(steady, paused):
    kinds = [Turns([], ms, Spread(ms, ms, ms), 1.0, None) for ms in (steady, paused)]
    return Timing(None, 0.0, *kinds, 1.0)


class Fresh:
    """A library whose fresh processes find these seconds, one after the other."""

    process = None

    def __init__(self, *found):
        self.found, self.asked, self.closed = iter(found), [], 0

    def another(self):
        return self

    def ask(self, **request):
        self.asked.append(request)
        if request["do"] == "prepare":
            return {}
        steady, paused = next(self.found)
        if steady is None:
            raise WorkerError("crashed: exit status 1")
        return {"steady": steady, "paused": paused}

    def close(self):
        self.closed += 1


class Cores:
    """In place of `Others`."""

    def __init__(self, cores):
        self.cores = cores

    def busy(self):
        return self.cores


@pytest.fixture
def others():
    return Cores(0.0)


@pytest.fixture
def proved(monkeypatch, others):
    monkeypatch.setattr(module, "rest", lambda workers: None)
    monkeypatch.setattr(module, "Others", lambda workers: others)

    def run(team, timings):
        cell = Cell("9-4", 0.9, 8, 1, 1, 1, 0.0, 1, timings)
        return prove(cell, team, Path("folder"))

    return run


def test_the_ratio_is_the_time_here_by_the_time_alone(proved):
    team = {"engine": Fresh((1e-3, 2e-3))}
    found = proved(team, {"engine": timing(1.05, 1.9)})
    assert (found.network, found.sparsity, found.batch) == ("9-4", 0.9, 8)
    assert found.steady["engine"] == pytest.approx(1.05)
    assert found.paused["engine"] == pytest.approx(0.95)
    assert team["engine"].closed == 1  # once was enough


def test_who_is_not_near_is_tried_again_and_the_least_counts(proved):
    team = {"torch": Fresh((4e-3, 1e-3), (2e-3, 3e-3), (3e-3, 2e-3), (1e-3, 1e-3))}
    found = proved(team, {"torch": timing(1.0, 1.0)})
    assert found.steady["torch"] == pytest.approx(0.5) and team["torch"].closed == TRIES == 3
    assert found.paused["torch"] == pytest.approx(1.0)


def test_a_library_that_is_slowed_down_is_found(proved):
    found = proved({"torch": Fresh(*[(1e-3, 1e-3)] * 3)}, {"torch": timing(1.5, 1.0)})
    assert found.steady["torch"] == pytest.approx(1.5)


def test_a_busy_machine_proves_nothing_and_is_not_asked_twice(proved, others):
    others.cores = 0.5
    team = {"torch": Fresh((4e-3, 1e-3))}
    found = proved(team, {"torch": timing(1.0, 1.0)})
    assert team["torch"].closed == 1 and found.busy == 0.5


def test_who_fails_here_or_alone_has_no_ratio(proved):
    team = {"mnn": Fresh((None, None)), "torch": Fresh()}
    found = proved(
        team, {"mnn": timing(1, 1), "torch": Timing("wrong: all", None, None, None, None)}
    )
    assert found.steady == found.paused == {} and team["torch"].asked == []


def test_a_fresh_process_gets_the_same_network_and_inputs(tmp_path):
    fresh = Fresh((1.0, 2.0))
    assert alone(fresh, 8, tmp_path) == {"steady": 1.0, "paused": 2.0}
    prepare, loops = fresh.asked
    assert prepare["network"] == str(tmp_path / "network.npz") and prepare["batch"] == 8
    assert prepare["x"] == str(tmp_path / "x.npy") and loops["do"] == "alone"
