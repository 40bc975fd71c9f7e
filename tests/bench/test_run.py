"""The benchmark: finds libraries, measures every case, keeps what an interrupted run found."""

import sys
from contextlib import ExitStack
from itertools import cycle
from pathlib import Path

import numpy as np
import pytest

from minprune.bench import run
from minprune.bench.cases import pruned_network
from minprune.bench.machine import Roofs
from minprune.bench.peers import ALL, ENGINE, OFFLINE, OURS, PEERS, STANDING_ALONE
from minprune.bench.results import Cell, Proof, Timing, Turns
from minprune.bench.run import Found as Measured
from minprune.bench.run import every_case, find_libraries, growth, measure_all, run_bench, to_prove
from minprune.bench.settings import BenchSettings
from minprune.bench.workers import WorkerError
from minprune.experiments.spread import Spread
from minprune.language import using
from minprune.nn.store import save

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


def test_who_might_report_to_its_makers_is_started_without_a_network(found):
    assert PEERS["mnn"].before == OFFLINE and "--net" in OFFLINE
    with ExitStack() as stack:
        find_libraries(BenchSettings(peers=("mnn",), threads=1), stack, patience=7)
    command, *_ = Found.made[-1]
    assert command == [*OFFLINE, sys.executable, *STANDING_ALONE]


# --- all cases -----------------------------------------------------------------------------------


def test_every_case_comes_once_and_only_to_those_that_can_run_it(tmp_path, monkeypatch):
    asked, proved = [], []

    def measured(team, case, batch, settings, rng, folder, chances):
        assert len(case.x) == 4 and (np.load(folder / "x.npy") == case.x).all()
        assert len(list(chances)) == (6 if not asked else 0)  # the same for all cases
        asked.append((case.name, case.sparsity, batch, list(team)))
        found = cell(case.name, case.sparsity, batch, 1, 500.0)
        return found

    monkeypatch.setattr(run, "measure", measured)
    monkeypatch.setattr(run, "prove", lambda cell, team, folder: proved.append(cell) or "proof")
    save(pruned_network("5-3", 0.5, 0), tmp_path / "mine.npz")
    settings = BenchSettings(("9-4", "lenet5"), (0.5, 0.75), (1, 4),
                             trained=(str(tmp_path / "mine.npz"),))  # fmt: skip
    said, found = [], Measured([], [], [])
    measure_all(settings, dict.fromkeys(ALL), tmp_path, found, said.append)
    able = [key for key in ALL if key not in ("numpy", "scipy", "mkl", "torch-csr")]
    assert [a[0] for a in asked[:2]] == ["mine", "mine"] and len(found.trained) == 2
    assert asked[2:] == [
        (name, sparsity, batch, able if name == "lenet5" else list(ALL))
        for name in ("9-4", "lenet5")
        for sparsity in (0.5, 0.75)
        for batch in (1, 4)
    ]
    assert [(c.network, c.sparsity, c.batch) for c in found.cells] == [a[:3] for a in asked[2:]]
    assert [(c.sparsity, c.batch) for c in proved] == [(0.75, 1), (0.75, 4)]
    assert found.proofs == ["proof"] * 2
    assert said[0] == "10 cases, at most 11 rounds each, 10 libraries take turns"
    assert len(said) == 11 and "min left" in said[3] and "lenet5" in said[-1]
    assert "engine 500" in said[1]


def test_the_cases_of_the_proof_are_measured_anyway():
    settings = BenchSettings()
    assert to_prove(settings) == {("784-64-10", 0.9, 1), ("784-64-10", 0.9, 256)}
    assert sum(1 for _ in every_case(settings, Measured([], [], []))) * 4 == settings.cases


def test_an_interrupted_run_keeps_what_was_measured(quick_roofs, monkeypatch):
    found = cell("12-6-3", 0.5, 4, 10, 1.0)
    answers = iter([found, KeyboardInterrupt()])

    def measured(*rest):
        answer = next(answers)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    monkeypatch.setattr(run, "measure", measured)
    monkeypatch.setattr(run, "to_prove", lambda settings: set())
    settings = BenchSettings(("12-6-3",), (0.5,), (4, 8), peers=(), threads=1)
    result = run_bench(settings, say=lambda line: None)
    assert result.cells == [found] and result.planned == 2 and result.interrupted
    answers = iter([KeyboardInterrupt()])  # nothing to keep
    with pytest.raises(KeyboardInterrupt):
        run_bench(settings, say=lambda line: None)


def cell(network, sparsity, batch, nonzeros, ms):
    error = "failed: here" if ms is None else None
    steady = None if ms is None else Turns([], ms, Spread(9 * ms, 9 * ms, 9 * ms), None, None)
    times = Timing(error, 0.0, steady, None, None)
    return Cell(network, sparsity, batch, nonzeros, 1, 1, 0.0, 1, {ENGINE: times})


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
    roofs = cycle([Roofs(1, 4.0, 5.0, 6.0, 7.0), Roofs(1, 5.0, 4.0, 8.0, 6.0)])
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
        assert found.tries in (1, 2, 3) and (found.busy is None or found.busy >= 0)
        for times in found.timings.values():
            assert times.error is None and times.disagreement < 1e-5
            for turns in (times.steady, times.paused):
                assert len(turns.seconds) == 3 and 0 < turns.least < 1000
    assert [(p.sparsity, p.batch) for p in result.proofs] == [(0.5, 1), (0.5, 4)]
    for proof in result.proofs:
        assert isinstance(proof, Proof)
        assert list(proof.steady) == list(proof.paused) == [ENGINE, "numpy", "dense"]
    assert result.seconds > 0 and not result.interrupted
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
    assert cases == "1 种情形，每种最多计时 2 次，2 个库轮流运行"
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
        "from minprune.bench.libraries import Library, numpy_dense\n"
        "from minprune.bench.worker import main\n"
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
    assert len(found.timings[ENGINE].steady.seconds) == 2
