"""The benchmark: the sparse engine and every installed library, correct first, then timed.

Every library runs in a separate process; see `measure` for how they take turns.
"""

import os
import shutil
import sys
import time
from contextlib import ExitStack
from functools import partial
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np

from minprune.arguments import counted
from minprune.bench.cases import make_case, pruned_network, trained_case
from minprune.bench.lines import fit_line
from minprune.bench.machine import highest, measure_roofs
from minprune.bench.measure import measure
from minprune.bench.peers import ALL, ENGINE, OURS
from minprune.bench.proof import prove
from minprune.bench.results import BenchResult, Growth, Member
from minprune.bench.workers import PATIENCE, Worker, WorkerError
from minprune.experiments.names import shown_name
from minprune.experiments.timing import cpu_name
from minprune.language import either, in_both
from minprune.layout import wide
from minprune.nn.store import save

LEAST_CHANCES = 6  # cases that may be measured again, or a quarter of all
AGAIN = 0.25


def run_bench(settings, say=print, patience=PATIENCE):
    """Find the libraries, and set them beside the engine in every case.

    settings  a `BenchSettings`
    say       called with a line of text after each case
    patience  seconds to wait for one answer of a library
    returns a `BenchResult`; of a run that Ctrl-C interrupts, with what was measured until then
    """
    started = time.perf_counter()
    for name in settings.networks:  # refused now, not after ten minutes
        pruned_network(name, max(settings.sparsities), settings.seed)
    for path in settings.trained:
        trained_case(path, 1, settings.seed)
    cpu, roofs = cpu_name(), measure_roofs(settings.threads)
    flops, memory, cache = (f"{x:.0f}" for x in (roofs.fma_all, roofs.memory, roofs.cache))
    say(either(
        f"{cpu}, threads: {settings.threads}, {flops} GFLOP/s, {memory} GB/s from memory, "
        f"{cache} GB/s from the cache",
        f"{cpu}，线程数 {settings.threads}，{flops} GFLOP/s，内存 {memory} GB/s，缓存 {cache} GB/s",
    ))  # fmt: skip
    found = Found([], [], [])
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        team, members = find_libraries(settings, stack, patience)
        for member in members:
            versions = ", ".join(" ".join(version) for version in member.versions.items())
            say(f"{wide(shown_name(member.title), 16)}  {member.missing or versions}")
        try:
            measure_all(settings, team, folder, found, say)
            roofs = highest(
                roofs, measure_roofs(settings.threads)
            )  # it may have been busy at first
        except KeyboardInterrupt:
            if not (found.cells or found.trained):
                raise
    return BenchResult(settings, cpu, roofs, members, *found, growth(found.cells), settings.cases,
                       time.perf_counter() - started)  # fmt: skip


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
                command = [*peer.before, python, *peer.command]
                team[key] = Worker(command, key, settings.threads, patience)
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


class Found(NamedTuple):
    """What was measured until now: see `BenchResult`."""

    cells: list
    trained: list
    proofs: list


def measure_all(settings, team, folder, found, say):
    """Add a `Cell` for every case, and the proofs, to what was found."""
    total, turns, turns_zh = settings.cases, "the engine alone", "只有稀疏引擎"
    if len(team) > 1:
        turns, turns_zh = f"{len(team)} libraries take turns", f"{len(team)} 个库轮流运行"
    say(either(
        f"{counted(total, 'case')}, at most {counted(settings.rounds, 'round')} each, {turns}",
        f"{total} 种情形，每种最多计时 {settings.rounds} 次，{turns_zh}",
    ))  # fmt: skip
    rng, started = np.random.default_rng([settings.seed, 2]), time.perf_counter()
    chances = iter(range(max(LEAST_CHANCES, round(AGAIN * total))))
    done = 0
    for make, cells in every_case(settings, found):
        case = make()
        save(case.network, folder / "network.npz")
        np.save(folder / "x.npy", case.x)
        images = len(case.network.input_shape) > 1
        able = {key: worker for key, worker in team.items() if ALL[key].images or not images}
        for batch in settings.batches:
            cell = measure(able, case, batch, settings, rng, folder, chances)
            cells.append(cell)
            done += 1
            left = (time.perf_counter() - started) * (total / done - 1) / 60
            time_left = either(f"  ({left:.0f} min left)", f"（还需 {left:.0f} 分钟）")
            say(f"{done:3}/{total}  {_line(cell)}{time_left}")
            if cells is found.cells and (cell.network, cell.sparsity, batch) in to_prove(settings):
                found.proofs.append(prove(cell, able, folder))


def every_case(settings, found):
    """A function that makes each `Case`, and the list that its cells belong to."""
    largest = max(settings.batches), settings.seed
    for path in settings.trained:
        yield partial(trained_case, path, *largest), found.trained
    for name, sparsity in product(settings.networks, settings.sparsities):
        yield partial(make_case, name, sparsity, *largest), found.cells


def to_prove(settings):
    """The cases of a `Proof`: of the first network, near 90 %, with one input and with many."""
    sparsity = min(settings.sparsities, key=lambda s: abs(s - 0.9))
    return {(settings.networks[0], sparsity, settings.batch_near(n)) for n in (1, 256)}


def _line(cell):
    """A line of progress for a cell: milliseconds, or what went wrong."""
    figures = [
        f"{key} {t.steady.least:.3g}" if t.steady else f"{key} {t.words[0]}"
        for key, t in cell.timings.items()
    ]
    where = f"{cell.network:16} {100 * cell.sparsity:4g} % {cell.batch:5}"
    return f"{where}  ms: {', '.join(figures)}"


def growth(cells, network="784-1024-1024-10", at_batch=256, at_sparsity=0.9, from_sparsity=0.8):
    """A `Growth`: lines through the engine's minima, over high sparsities and over batches."""
    timed = [
        (cell, cell.timings[ENGINE].steady.least)
        for cell in cells
        if cell.network == network and cell.timings[ENGINE].steady
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
