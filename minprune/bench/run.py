"""The benchmark: the sparse engine and every installed library, correct first, then timed.

Every library runs in a separate process. They take turns, in a new random order each round, one
at work while all others sleep: so a machine that changes its pace does so for all of them, and
within a round their times compare.
"""

import os
import shutil
import sys
import time
from contextlib import ExitStack
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from minprune.arguments import counted
from minprune.bench.cases import make_case, pruned_network
from minprune.bench.lines import fit_line
from minprune.bench.machine import highest, measure_roofs
from minprune.bench.peers import ALL, ENGINE, OURS
from minprune.bench.results import BenchResult, Cell, Growth, Member, Timing
from minprune.bench.workers import PATIENCE, Worker, WorkerError
from minprune.experiments.names import shown_name
from minprune.experiments.spread import spread
from minprune.experiments.timing import Watch, cpu_name
from minprune.language import either, in_both
from minprune.layout import wide
from minprune.nn.store import save

LEAST = 0.005  # seconds that a turn is timed; shorter calls are repeated
PAUSE = 0.02  # seconds until threads that wait for more work have gone to sleep
WATCH = 0.1  # seconds before each case, in which no other process should be at work
TOLERANCE = 1e-4  # of the largest output; float32 sums in another order differ by 1e-6


def run_bench(settings, say=print, patience=PATIENCE):
    """Find the libraries, and set them beside the engine in every case.

    settings  a `BenchSettings`
    say       called with a line of text after each case
    patience  seconds to wait for one answer of a library
    returns a `BenchResult`
    """
    started = time.perf_counter()
    for name in settings.networks:  # refused now, not after ten minutes
        pruned_network(name, max(settings.sparsities), settings.seed)
    cpu, roofs = cpu_name(), measure_roofs(settings.threads)
    flops, memory, cache = (f"{x:.0f}" for x in (roofs.fma_all, roofs.memory, roofs.cache))
    say(either(
        f"{cpu}, threads: {settings.threads}, {flops} GFLOP/s, {memory} GB/s from memory, "
        f"{cache} GB/s from the cache",
        f"{cpu}，线程数 {settings.threads}，{flops} GFLOP/s，内存 {memory} GB/s，缓存 {cache} GB/s",
    ))  # fmt: skip
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        team, members = find_libraries(settings, stack, patience)
        for member in members:
            found = ", ".join(" ".join(version) for version in member.versions.items())
            say(f"{wide(shown_name(member.title), 16)}  {member.missing or found}")
        watch = Watch(WATCH)
        cells = measure_all(settings, team, folder, watch, say)
    return BenchResult(
        settings=settings,
        cpu=cpu,
        roofs=highest(roofs, measure_roofs(settings.threads)),  # it may have been busy at first
        busy=watch.busy,
        members=members,
        cells=cells,
        growth=growth(cells),
        seconds=time.perf_counter() - started,
    )


def find_libraries(settings, stack, patience):
    """Start each library in the first interpreter that has it.

    stack  an ExitStack that will end them
    returns a dict of `Worker` by key, the engine first, and a `Member` for each that was looked for
    """
    team, members = {}, []
    others = [os.path.abspath(shutil.which(python)) for python in settings.pythons]
    for key in (ENGINE, *settings.peers):
        peer, reasons = ALL[key], []
        for python in (sys.executable, *(() if peer.command == OURS else others)):
            try:
                team[key] = Worker([python, *peer.command], key, settings.threads, patience)
            except WorkerError as error:
                reasons.append(str(error))
                continue
            stack.callback(team[key].close)
            break
        versions = team[key].versions if key in team else {}
        missing = None if key in team else either("; ", "；").join(dict.fromkeys(reasons))
        members.append(Member(key, peer.title, versions, missing))
    if ENGINE not in team:
        why = members[0].missing  # in the language in use
        error = ChildProcessError(f"the sparse engine could not be started: {why}")
        raise in_both(error, f"稀疏引擎无法启动：{why}")
    return team, members


def measure_all(settings, team, folder, watch, say):
    """A `Cell` for every network, sparsity and batch."""
    cases = list(product(settings.networks, settings.sparsities))
    total, cells = len(cases) * len(settings.batches), []
    rounds = counted(settings.rounds, "round")
    turns, turns_zh = "the engine alone", "只有稀疏引擎"
    if len(team) > 1:
        turns, turns_zh = f"{len(team)} libraries take turns", f"{len(team)} 个库轮流运行"
    say(either(f"{counted(total, 'case')}, {rounds} each, {turns}",
               f"{total} 种情形，每种计时 {settings.rounds} 次，{turns_zh}"))  # fmt: skip
    rng, started = np.random.default_rng([settings.seed, 2]), time.perf_counter()
    for name, sparsity in cases:
        case = make_case(name, sparsity, max(settings.batches), settings.seed)
        save(case.network, folder / "network.npz")
        np.save(folder / "x.npy", case.x)
        images = len(case.network.input_shape) > 1
        able = {key: worker for key, worker in team.items() if ALL[key].images or not images}
        for batch in settings.batches:
            pause()
            watch()
            timings = measure(able, case, batch, settings.rounds, rng, folder)
            cells.append(
                Cell(name, sparsity, batch, case.nonzeros, case.flops(batch), case.bytes(batch),
                     timings)
            )  # fmt: skip
            left = (time.perf_counter() - started) * (total / len(cells) - 1) / 60
            time_left = either(f"  ({left:.0f} min left)", f"（还需 {left:.0f} 分钟）")
            say(f"{len(cells):3}/{total}  {_line(cells[-1])}{time_left}")
    return cells


def _line(cell):
    """A line of progress for a cell: milliseconds, or what went wrong."""
    figures = [
        f"{key} {t.milliseconds.median:.3g}" if t.milliseconds else f"{key} {t.words[0]}"
        for key, t in cell.timings.items()
    ]
    where = f"{cell.network:16} {100 * cell.sparsity:4g} % {cell.batch:5}"
    return f"{where}  ms: {', '.join(figures)}"


def measure(team, case, batch, rounds, rng, folder):
    """A `Timing` for each worker of the team; one that is wrong once is not timed."""
    apart, errors, seconds = {}, {}, {}
    for key, worker in team.items():
        try:
            apart[key] = prepare(worker, key, case, batch, folder)
            seconds[key] = []
        except WorkerError as error:
            errors[key] = str(error)
    for _ in range(rounds):
        for key in rng.permutation(list(seconds)).tolist():
            pause()
            try:
                seconds[key].append(team[key].ask(do="time", least=LEAST)["seconds"])
            except WorkerError as error:
                errors[key] = str(error)
                del seconds[key]
    engine = seconds.get(ENGINE)
    return {
        key: timing(errors.get(key), apart.get(key), seconds.get(key), engine, case.flops(batch))
        for key in team
    }


def pause():
    """Let the threads of the last turn go to sleep."""
    time.sleep(PAUSE)


def prepare(worker, key, case, batch, folder):
    """Let a worker make itself ready.

    returns how far its outputs are from the reference; `WorkerError` if that is too far
    """
    y = folder / f"{key}.npy"
    files = {"network": folder / "network.npz", "x": folder / "x.npy", "y": y}
    worker.ask(do="prepare", batch=batch, **{name: str(path) for name, path in files.items()})
    found, expected = np.load(y), case.y[:batch]
    if found.shape != expected.shape:
        raise WorkerError(either(
            f"wrong: outputs of shape {found.shape} instead of {expected.shape}",
            f"错误：输出的形状是 {found.shape}，应为 {expected.shape}",
        ))  # fmt: skip
    apart = float(np.abs(found - expected).max() / np.abs(expected).max())
    if not apart <= TOLERANCE:  # nor if it is a NaN
        raise WorkerError(either(
            f"wrong: an output differs by {apart:.1g} of the largest",
            f"错误：有一个输出相差最大输出的 {apart:.1g}",
        ))  # fmt: skip
    return apart


def timing(error, apart, seconds, engine, flops):
    """A `Timing` from seconds round by round, None if there are none."""
    if seconds is None:
        return Timing(error, apart, [], None, None, None)
    ratio = None if engine is None else spread(np.divide(seconds, engine))
    milliseconds = spread([1e3 * s for s in seconds])
    return Timing(None, apart, seconds, milliseconds, ratio, 1e-6 * flops / milliseconds.median)


def growth(cells, network="784-1024-1024-10", at_batch=256, at_sparsity=0.9, from_sparsity=0.8):
    """A `Growth`: lines through the engine's medians, over high sparsities and over batches."""
    timed = [
        (cell, cell.timings[ENGINE].milliseconds.median)
        for cell in cells
        if cell.network == network and cell.timings[ENGINE].milliseconds
    ]
    over_nonzeros = [
        (cell.nonzeros, ms)
        for cell, ms in timed
        if cell.batch == at_batch and cell.sparsity >= from_sparsity
    ]
    over_batches = [
        (cell.batch, ms) for cell, ms in timed if cell.batch > 1 and cell.sparsity == at_sparsity
    ]
    lines = (
        fit_line(*(zip(*points, strict=True) if points else ([], [])))
        for points in (over_nonzeros, over_batches)
    )
    return Growth(network, at_batch, at_sparsity, *lines)
