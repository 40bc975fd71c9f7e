"""The benchmark: right before fast, in turns, ratios within a round; nobody stops the others."""

import sys
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest

from minprune.bench import run
from minprune.bench.cases import make_case
from minprune.bench.machine import Roofs
from minprune.bench.peers import ALL, ENGINE, OURS, PEERS, STANDING_ALONE
from minprune.bench.results import Cell, Timing
from minprune.bench.run import (
    LEAST,
    PAUSE,
    TOLERANCE,
    find_libraries,
    growth,
    measure,
    measure_all,
    prepare,
    run_bench,
    timing,
)
from minprune.bench.settings import BenchSettings
from minprune.bench.workers import WorkerError
from minprune.experiments.spread import Spread
from minprune.language import using


class Fake:
    """A worker without a process; `seconds` are what its rounds take, an exception ends it."""

    def __init__(self, log, key, case, seconds, change=lambda y: y):
        self.log, self.key, self.case, self.change = log, key, case, change
        self.seconds = iter(seconds)

    def ask(self, **request):
        self.log.append((request["do"], self.key))
        if request["do"] == "prepare":
            self.request = request
            y = self.change(self.case.y[: request["batch"]].astype(np.float32))
            np.save(request["y"], y)
            return {}
        assert request == {"do": "time", "least": LEAST}
        seconds = next(self.seconds)
        if isinstance(seconds, Exception):
            raise seconds
        return {"seconds": seconds}


class Setting:
    """A case, fake workers and the pauses between them."""

    def __init__(self, folder):
        self.case, self.folder, self.log, self.team = make_case("6-4", 0.5, 8, 0), folder, [], {}

    def add(self, key, seconds, change=lambda y: y):
        self.team[key] = Fake(self.log, key, self.case, seconds, change)

    def measure(self, rounds, batch=8, seed=0):
        rng = np.random.default_rng(seed)
        return measure(self.team, self.case, batch, rounds, rng, self.folder)


@pytest.fixture
def setting(tmp_path, monkeypatch):
    setting = Setting(tmp_path)
    monkeypatch.setattr(run, "pause", lambda: setting.log.append(("pause", None)))
    return setting


def test_ratios_are_taken_within_a_round(setting):
    setting.add(ENGINE, [1.0, 2.0, 4.0])
    setting.add("numpy", [3.0, 4.0, 2.0])  # medians 2 and 3; ratios 3, 2, 0.5
    found = setting.measure(rounds=3)
    assert found["numpy"].ratio == Spread(1.25, 2.0, 2.5)
    assert found["numpy"].milliseconds == Spread(2500, 3000, 3500)
    assert found["numpy"].seconds == [3.0, 4.0, 2.0] and found["numpy"].error is None
    assert found[ENGINE].ratio == Spread(1.0, 1.0, 1.0)
    flops = setting.case.flops(8)
    assert found["numpy"].gflops == pytest.approx(flops / 3e9)
    assert found[ENGINE].gflops == pytest.approx(flops / 2e9)


def test_all_are_checked_before_any_is_timed_and_all_have_a_turn_in_every_round(setting):
    for key in (ENGINE, "numpy", "scipy", "torch"):
        setting.add(key, [1.0] * 6)
    setting.measure(rounds=6)
    log = setting.log
    assert [entry[0] for entry in log[:4]] == ["prepare"] * 4
    assert [entry[0] for entry in log[4:]] == ["pause", "time"] * 24  # a pause before every turn
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
    assert found["torch"] == Timing(found["torch"].error, None, [], None, None, None)
    assert ("time", "torch") not in setting.log and found[ENGINE].milliseconds.median == 1000


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


def test_rounding_is_not_wrong_and_is_told(setting, tmp_path):
    top = np.abs(setting.case.y).max()
    for share, right in ((0.5 * TOLERANCE, True), (2 * TOLERANCE, False)):
        setting.add("numpy", [], lambda y, share=share: (y + share * top).astype(np.float64))
        if right:
            apart = prepare(setting.team["numpy"], "numpy", setting.case, 8, tmp_path)
            assert apart == pytest.approx(share, rel=1e-2)
        else:
            with pytest.raises(WorkerError, match="wrong"):
                prepare(setting.team["numpy"], "numpy", setting.case, 8, tmp_path)


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
    assert found["torch"].error == "crashed: exit status 3" and found["torch"].seconds == []
    assert found["torch"].disagreement < TOLERANCE and found["torch"].ratio is None
    assert len(found[ENGINE].seconds) == 3
    assert setting.log.count(("time", "torch")) == 2


def test_without_the_engine_there_are_times_but_no_ratios(setting):
    setting.add(ENGINE, [WorkerError("crashed: at once")])
    setting.add("numpy", [2.0, 2.0])
    found = setting.measure(rounds=2)
    assert found["numpy"].milliseconds.median == 2000 and found["numpy"].ratio is None
    assert found[ENGINE].error == "crashed: at once"


# --- finding libraries ---------------------------------------------------------------------------


class Found:
    """In place of a Worker: there or not, by interpreter and library."""

    made = []  # noqa: RUF012

    def __init__(self, command, library, threads, patience):
        self.made.append((command, library, threads, patience))
        if (command[0], library) in self.absent:
            raise WorkerError(f"not available: no {library}")
        self.versions, self.closed = {library: "1.0", "of": command[0]}, False

    def close(self):
        self.closed = True


@pytest.fixture
def found(monkeypatch, tmp_path):
    other = tmp_path / "python"
    other.symlink_to(sys.executable)
    monkeypatch.setattr(run, "Worker", Found)
    monkeypatch.setattr(Found, "made", [])
    Found.absent = {(sys.executable, key) for key in ("torch", "scipy")} | {(str(other), "scipy")}
    return str(other)


def test_each_library_is_started_in_the_first_interpreter_that_has_it(found):
    settings = BenchSettings(peers=("numpy", "torch", "scipy"), pythons=(found,), threads=1)
    with ExitStack() as stack:
        team, members = find_libraries(settings, stack, patience=7)
        assert list(team) == [ENGINE, "numpy", "torch"]
        assert not any(worker.closed for worker in team.values())
    assert all(worker.closed for worker in team.values())
    assert [m.key for m in members] == [ENGINE, "numpy", "torch", "scipy"]
    assert [m.versions.get("of") for m in members] == [sys.executable] * 2 + [found, None]
    assert [m.missing for m in members] == [None, None, None, "not available: no scipy"]
    assert [m.title for m in members] == [ALL[m.key].title for m in members]
    assert Found.made[1] == ([sys.executable, *STANDING_ALONE], "numpy", 1, 7)


def test_minprune_itself_is_only_looked_for_where_it_runs(found):
    Found.absent |= {(sys.executable, "dense")}
    settings = BenchSettings(peers=("dense",), pythons=(found,))
    with ExitStack() as stack:
        _, members = find_libraries(settings, stack, patience=7)
    assert members[1].missing == "not available: no dense"
    assert {tuple(command) for command, *_ in Found.made} == {(sys.executable, *OURS)}


def test_without_the_engine_there_is_no_benchmark(found):
    Found.absent |= {(sys.executable, ENGINE)}
    with (
        ExitStack() as stack,
        pytest.raises(OSError, match="engine could not be started: not available") as refused,
    ):
        find_libraries(BenchSettings(peers=()), stack, patience=7)
    assert refused.value.zh.startswith("稀疏引擎无法启动：")


def test_an_interpreter_beside_the_user_is_found_from_anywhere(found, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with ExitStack() as stack:
        team, _ = find_libraries(BenchSettings(peers=("torch",), pythons=("./python",)), stack, 7)
    assert team["torch"].versions["of"] == found  # workers are started elsewhere


# --- all cases -----------------------------------------------------------------------------------


def test_every_case_comes_once_and_only_to_those_that_can_run_it(tmp_path, monkeypatch):
    asked, log = [], []
    monkeypatch.setattr(run, "pause", lambda: log.append("pause"))

    def measured(team, case, batch, rounds, rng, folder):
        assert log == ["pause", "watch"] * (len(asked) + 1)  # all asleep, is anybody at work?
        assert len(case.x) == 4 and (np.load(folder / "x.npy") == case.x).all()
        asked.append((case.name, case.sparsity, batch, list(team), rounds))
        return {key: timing(None, 0.0, [0.5], [0.25], case.flops(batch)) for key in team}

    monkeypatch.setattr(run, "measure", measured)
    settings = BenchSettings(("9-4", "lenet5"), (0.5, 0.75), (1, 4), rounds=7)
    said = []
    team, watch = dict.fromkeys(ALL), lambda: log.append("watch")
    cells = measure_all(settings, team, tmp_path, watch, said.append)
    able = [key for key in ALL if key not in ("numpy", "scipy", "torch-csr")]
    assert asked == [
        (name, sparsity, batch, able if name == "lenet5" else list(ALL), 7)
        for name in ("9-4", "lenet5")
        for sparsity in (0.5, 0.75)
        for batch in (1, 4)
    ]
    for cell, (name, sparsity, batch, *_) in zip(cells, asked, strict=True):
        case = make_case(name, sparsity, 4, 0)
        assert (cell.network, cell.sparsity, cell.batch) == (name, sparsity, batch)
        assert (cell.nonzeros, cell.flops) == (case.nonzeros, case.flops(batch))
        assert cell.bytes == case.bytes(batch)
    assert said[0] == "8 cases, 7 rounds each, 8 libraries take turns"
    assert len(said) == 9 and "min left" in said[3] and "lenet5" in said[-1]
    assert "engine 500" in said[1]


def cell(network, sparsity, batch, nonzeros, ms):
    error = "failed: here" if ms is None else None
    spread = None if ms is None else Spread(ms / 2, ms, 2 * ms)
    times = Timing(error, 0.0, [], spread, None, None)
    return Cell(network, sparsity, batch, nonzeros, 1, 1, {ENGINE: times})


def test_growth_reads_its_two_lines_from_the_right_cells():
    name = "784-1024-1024-10"
    cells = [cell(name, s, 256, n, 3 + 0.5 * n) for s, n in ((0.8, 20), (0.95, 5), (0.98, 2))]
    cells += [cell(name, 0.9, b, 10, 1 + 0.25 * b) for b in (64, 1024)]
    cells += [cell(name, 0.9, 256, 10, 8.0)]  # on the first line, not on the second
    cells += [cell(name, 0.5, 256, 50, 1e6), cell(name, 0.9, 1, 10, 1e6)]  # on neither
    cells += [cell("784-64-10", 0.9, 256, 10, 1e6), cell(name, 0.8, 64, 20, 1e6)]
    found = growth(cells)
    assert sorted(found.nonzeros.x) == [2, 5, 10, 20]
    assert (found.nonzeros.slope, found.nonzeros.intercept) == pytest.approx((0.5, 3))
    assert found.nonzeros.r2 == pytest.approx(1)
    assert sorted(found.batch.x) == [64, 256, 1024] and found.batch.r2 < 1
    assert (found.at_batch, found.at_sparsity, found.network) == (256, 0.9, name)


def test_growth_is_not_guessed_from_too_few_cells():
    name = "784-1024-1024-10"
    found = growth([cell(name, 0.9, 256, 10, 8.0), cell(name, 0.95, 256, 5, None)])
    assert found.nonzeros is None and found.batch is None


# --- the whole -----------------------------------------------------------------------------------


@pytest.fixture
def quick_roofs(monkeypatch):
    roofs = iter([Roofs(1, 4.0, 5.0, 6.0, 7.0), Roofs(1, 5.0, 4.0, 8.0, 6.0)])
    monkeypatch.setattr(run, "measure_roofs", lambda threads: next(roofs))


def test_a_small_benchmark_from_end_to_end(quick_roofs, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = BenchSettings(
        networks=("12-6-3",), sparsities=(0.0, 0.5), batches=(1, 4), rounds=3, threads=1,
        peers=("numpy", "dense"),
    )  # fmt: skip
    said = []
    result = run_bench(settings, say=said.append)
    assert [m.missing for m in result.members] == [None] * 3
    assert result.roofs == Roofs(1, 5.0, 5.0, 8.0, 7.0)  # the better of before and after
    assert [(c.sparsity, c.batch) for c in result.cells] == [(0, 1), (0, 4), (0.5, 1), (0.5, 4)]
    for found in result.cells:
        assert list(found.timings) == [ENGINE, "numpy", "dense"]
        for times in found.timings.values():
            assert times.error is None and times.disagreement < 1e-5
            assert len(times.seconds) == 3 and 0 < times.milliseconds.low < 1000
    assert result.seconds > 0 and (result.busy is None or result.busy >= 0)
    assert result.growth.nonzeros is None
    assert said[0].startswith(f"{result.cpu}, threads: 1, 5 GFLOP/s, 6 GB/s")
    assert any(line.startswith("NumPy") and np.__version__ in line for line in said)
    assert list(tmp_path.iterdir()) == []


def test_the_benchmark_speaks_chinese(quick_roofs):
    settings = BenchSettings(
        networks=("12-6-3",), sparsities=(0.5,), batches=(4,), rounds=2, threads=1, peers=("dense",)
    )
    said = []
    with using("zh"):
        result = run_bench(settings, say=said.append)
    machine, engine, dense, cases, cell = said
    assert machine == f"{result.cpu}，线程数 1，5 GFLOP/s，内存 6 GB/s，缓存 7 GB/s"
    assert engine.startswith(f"稀疏引擎{' ' * 10}python ")
    assert dense.startswith(f"minprune 稠密{' ' * 5}python ")
    assert cases == "1 种情形，每种计时 2 次，2 个库轮流运行"
    assert cell.startswith("  1/1  12-6-3 ") and cell.endswith("（还需 0 分钟）")
    assert [m.title for m in result.members] == ["sparse engine", "minprune dense"]


def test_what_would_empty_a_layer_is_refused_before_work_begins(monkeypatch):
    monkeypatch.setattr(run, "measure_roofs", None)
    with pytest.raises(ValueError, match=r"sparsity 0.95 of 4-2") as refused:
        run_bench(BenchSettings(networks=("20-16-4", "4-2"), sparsities=(0.0, 0.95)))
    assert refused.value.zh.startswith("4-2 的稀疏度 0.95：掩码会剪掉 0.W 的全部权重")


def test_a_bad_library_in_a_real_process_leaves_the_others_alone(
    quick_roofs, tmp_path, monkeypatch
):
    """One wrong, one that crashes while it is timed, one that is not there."""
    script = tmp_path / "bad.py"
    script.write_text(
        "import os, sys\n"
        f"sys.path.insert(0, {str(Path(run.__file__).parents[2])!r})\n"
        "from minprune.bench.worker import Library, main, numpy_dense\n"
        "def wrong(job): return lambda: numpy_dense(job)() * 1.01\n"
        "def crashing(job):\n"
        "    outputs = numpy_dense(job)()\n"
        "    calls = iter([outputs])\n"
        "    return lambda: next(calls, None) if calls.__length_hint__() else os._exit(9)\n"
        "main({'torch': Library(('numpy',), wrong), 'scipy': Library(('numpy',), crashing),\n"
        "      'numpy': Library(('nowhere',), wrong)},\n"
        "     sys.argv[1:])\n"
    )
    bad = {key: PEERS[key]._replace(command=(str(script),)) for key in ("torch", "scipy", "numpy")}
    monkeypatch.setattr(run, "ALL", {**ALL, **bad})
    settings = BenchSettings(("12-6-3",), (0.5,), (4,), rounds=2, peers=tuple(bad), threads=1)
    result = run_bench(settings, say=lambda line: None)
    assert [m.missing is None for m in result.members] == [True, True, True, False]
    assert "nowhere" in result.members[-1].missing
    (found,) = result.cells
    errors = {key: times.error for key, times in found.timings.items()}
    assert errors.pop(ENGINE) is None
    assert errors["torch"].startswith("wrong: an output differs by 0.01")
    assert errors["scipy"] == "crashed: exit status 9"
    assert len(found.timings[ENGINE].seconds) == 2


def test_a_pause_lasts_as_long_as_it_says(monkeypatch):
    slept = []
    monkeypatch.setattr(run.time, "sleep", slept.append)
    run.pause()
    assert slept == [PAUSE] and PAUSE >= 0.01
