"""One case: right before fast, in turns, ratios within a round, again if others were at work."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from minprune.bench import measure as module
from minprune.bench.cases import make_case
from minprune.bench.idle import PAUSE
from minprune.bench.measure import CALLS, FEWEST, LEAST, TOLERANCE, TRIES, distance, measure
from minprune.bench.peers import ENGINE
from minprune.bench.results import Timing
from minprune.bench.workers import WorkerError
from minprune.experiments.spread import Spread
from minprune.language import using


@dataclass
class Settings:
    """What of the settings a case needs."""

    rounds: int
    seconds: float = 1000.0


class Fake:
    """A worker without a process; `seconds` are what its rounds take, an exception ends it."""

    process = None

    def __init__(self, log, key, case, seconds, change=lambda y: y, later=lambda y: y):
        self.log, self.key, self.case, self.change, self.later = log, key, case, change, later
        self.seconds = iter(seconds)

    def ask(self, **request):
        self.log.append((request["do"], self.key))
        if request["do"] == "prepare":
            self.request = request
            y = self.change(self.case.y[: request["batch"]].astype(np.float32))
            np.save(request["y"], y)
            return {}
        if request["do"] == "outputs":
            np.save(request["y"], self.later(np.load(self.request["y"])))
            return {}
        assert request == {"do": "time", "least": LEAST, "pause": PAUSE, "calls": CALLS}
        seconds = next(self.seconds)
        if isinstance(seconds, Exception):
            raise seconds
        return {"steady": seconds, "paused": 10 * seconds}


class Quiet:
    """In place of `Others`: as many cores are busy as it is told."""

    def __init__(self, cores):
        self.cores = cores

    def busy(self):
        return next(self.cores)


class Setting:
    """A case, fake workers and the pauses between them."""

    def __init__(self, folder):
        self.case, self.folder, self.log, self.team = make_case("6-4", 0.5, 8, 0), folder, [], {}
        self.busy = iter([0.0])

    def add(self, key, seconds, *changes):
        self.team[key] = Fake(self.log, key, self.case, seconds, *changes)

    def cell(self, rounds, batch=8, chances=(), seconds=1000.0):
        rng, settings = np.random.default_rng(0), Settings(rounds, seconds)
        return measure(self.team, self.case, batch, settings, rng, self.folder, iter(chances))

    def measure(self, rounds, batch=8):
        return self.cell(rounds, batch).timings


@pytest.fixture
def setting(tmp_path, monkeypatch):
    setting = Setting(tmp_path)
    monkeypatch.setattr(module, "rest", lambda workers: setting.log.append(("rest", None)))
    monkeypatch.setattr(module, "Others", lambda workers: Quiet(setting.busy))
    return setting


def test_ratios_are_taken_within_a_round(setting):
    setting.add(ENGINE, [1.0, 2.0, 4.0])
    setting.add("numpy", [3.0, 4.0, 2.0])  # medians 2 and 3; ratios 3, 2, 0.5
    found = setting.measure(rounds=3)
    steady, paused = found["numpy"].steady, found["numpy"].paused
    assert steady.ratios == paused.ratios == Spread(1.25, 2.0, 2.5)
    assert steady.milliseconds == Spread(2500, 3000, 3500)
    assert (steady.least, steady.ratio) == (2000, 2.0)  # of minima: 2 s and 1 s
    assert (paused.least, paused.ratio) == (20000, 2.0)
    assert steady.seconds == [3.0, 4.0, 2.0] and found["numpy"].error is None
    assert paused.seconds == [30.0, 40.0, 20.0]
    assert found[ENGINE].steady.ratios == Spread(1.0, 1.0, 1.0)
    flops = setting.case.flops(8)
    assert found["numpy"].gflops == pytest.approx(flops / 2e9)
    assert found[ENGINE].gflops == pytest.approx(flops / 1e9)


def test_all_are_checked_before_any_is_timed_and_all_have_a_turn_in_every_round(setting):
    for key in (ENGINE, "numpy", "scipy", "torch"):
        setting.add(key, [1.0] * 6)
    setting.measure(rounds=6)
    log = setting.log
    assert [entry[0] for entry in log[:4]] == ["prepare"] * 4
    assert [entry[0] for entry in log[4:-4]] == ["rest", "time"] * 24  # before every turn
    assert [entry[0] for entry in log[-4:]] == ["outputs"] * 4  # and checked again
    rounds = np.array([key for do, key in log if do == "time"]).reshape(6, 4)
    assert all(sorted(turn) == sorted(setting.team) for turn in rounds)
    assert len({tuple(turn) for turn in rounds}) > 1  # in another order


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda y: y + 1e-3, "wrong: an output differs by"),
        (lambda y: y * np.where(np.arange(8) == 7, 2, 1)[:, None], "wrong: an output differs by"),
        (lambda y: y * np.nan, "wrong: an output differs by nan"),
        (lambda y: y[:, :2], "wrong: outputs of shape (8, 2) instead of (8, 4)"),
        (lambda y: y[0], "wrong: outputs of shape (4,) instead of (8, 4)"),
        (lambda y: y[::-1], "wrong: an output differs by"),
    ],
)
def test_who_is_wrong_is_not_timed(change, words, setting):
    setting.add(ENGINE, [1.0, 1.0])
    setting.add("torch", [], change)
    found = setting.measure(rounds=2)
    assert found["torch"].error.startswith(words)
    assert found["torch"] == Timing(found["torch"].error, None, None, None, None)
    assert ("time", "torch") not in setting.log and found[ENGINE].steady.least == 1000


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda y: y * np.nan, "错误：有一个输出相差最大输出的 nan"),
        (lambda y: y[0], "错误：输出的形状是 (4,)，应为 (8, 4)"),
    ],
)
def test_who_is_wrong_is_told_in_chinese(change, said, setting):
    setting.add(ENGINE, [1.0])
    setting.add("torch", [], change)
    with using("zh"):
        error = setting.measure(rounds=1)["torch"]
    assert error.error == said and error.words[0] == "错误"


def test_rounding_is_not_wrong_and_is_told():
    y = np.array([[1.0, -2.0], [0.5, 0.25]])
    assert distance(y + TOLERANCE, y) == pytest.approx(TOLERANCE / 2)
    with pytest.raises(WorkerError, match="wrong"):
        distance(y + 3 * TOLERANCE, y)


def test_who_becomes_wrong_later_has_no_times(setting):
    setting.add(ENGINE, [1.0, 1.0])
    setting.add("deepsparse", [1.0, 1.0], lambda y: y, lambda y: y + 1)
    found = setting.measure(rounds=2)
    assert found["deepsparse"].error.startswith("wrong: an output differs")
    assert found["deepsparse"].steady is None and found[ENGINE].steady is not None


def test_without_the_last_outputs_of_the_engine_there_are_no_ratios(setting):
    setting.add(ENGINE, [1.0], lambda y: y, lambda y: y + 1)
    setting.add("numpy", [2.0])
    found = setting.measure(rounds=1)
    assert found["numpy"].steady.ratio is None and found["numpy"].steady.least == 2000


def test_a_case_is_measured_again_while_others_are_at_work_and_the_quietest_counts(setting):
    setting.busy = iter([0.9, 0.4, 0.6, 0.0])
    setting.add(ENGINE, [1.0, 2.0, 3.0, 4.0])
    cell = setting.cell(rounds=1, chances=range(9))
    assert (cell.tries, cell.busy) == (TRIES, 0.4) == (3, 0.4)
    assert cell.timings[ENGINE].steady.seconds == [2.0]


def test_a_case_is_not_measured_again_once_nobody_is_at_work(setting):
    setting.busy = iter([0.9, 0.05])
    setting.add(ENGINE, [1.0, 2.0])
    cell = setting.cell(rounds=1, chances=range(9))
    assert (cell.tries, cell.busy) == (2, 0.05)
    assert cell.timings[ENGINE].steady.seconds == [2.0]


@pytest.mark.parametrize(("chances", "tries"), [(0, 1), (1, 2)])
def test_chances_of_the_whole_run_are_used_up(chances, tries, setting):
    setting.busy = iter([0.9, 0.9, 0.9])
    setting.add(ENGINE, [1.0, 2.0, 3.0])
    cell = setting.cell(rounds=1, chances=range(chances))
    assert (cell.tries, cell.busy) == (tries, 0.9)


def test_where_nothing_is_known_of_others_a_case_is_measured_once(setting):
    setting.busy = iter([None])
    setting.add(ENGINE, [1.0])
    cell = setting.cell(rounds=1, chances=range(9))
    assert (cell.tries, cell.busy) == (1, None)


def test_a_long_case_ends_after_few_rounds(setting):
    setting.add(ENGINE, [1.0] * 9)
    found = setting.cell(rounds=9, seconds=1e-9).timings[ENGINE]
    assert len(found.steady.seconds) == FEWEST == 3


def test_a_smaller_batch_is_compared_with_the_first_inputs(setting, tmp_path):
    setting.add(ENGINE, [1.0])
    assert setting.measure(rounds=1, batch=3)[ENGINE].error is None
    request = setting.team[ENGINE].request
    assert request["batch"] == 3 and Path(request["y"]).parent == tmp_path
    assert Path(request["network"]) == tmp_path / "network.npz"
    assert Path(request["x"]) == tmp_path / "x.npy"


def test_who_fails_half_way_is_left_out_and_the_others_go_on(setting):
    setting.add(ENGINE, [1.0, 1.0, 1.0])
    setting.add("torch", [2.0, WorkerError("crashed: exit status 3")])
    found = setting.measure(rounds=3)
    assert found["torch"].error == "crashed: exit status 3" and found["torch"].steady is None
    assert found["torch"].disagreement < TOLERANCE
    assert len(found[ENGINE].steady.seconds) == 3
    assert setting.log.count(("time", "torch")) == 2


def test_without_the_engine_there_are_times_but_no_ratios(setting):
    setting.add(ENGINE, [WorkerError("crashed: at once")])
    setting.add("numpy", [2.0, 2.0])
    found = setting.measure(rounds=2)
    assert found["numpy"].steady.least == 2000 and found["numpy"].steady.ratio is None
    assert found[ENGINE].error == "crashed: at once"
