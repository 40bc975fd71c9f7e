"""The proof that the benchmark slows no library down: a fresh process that does nothing else."""

from contextlib import closing

from minprune.bench.idle import PAUSE, Others, rest
from minprune.bench.measure import KINDS
from minprune.bench.results import NEAR, Proof
from minprune.bench.workers import WorkerError
from minprune.experiments.timing import BUSY

SECONDS = 0.4  # of each kind of loop, which begins with the calls that warm up
TRIES = 3  # fresh processes; the shortest time counts


def prove(cell, team, folder):
    """The `Proof` of a cell that was just measured: its times beside those of each library alone.

    Another process is started only if the last one was not near: one of the two may have been
    disturbed for a moment.
    """
    ratios, others = {kind: {} for kind in KINDS}, Others(team.values())
    for key in [key for key, found in cell.timings.items() if not found.error]:
        timing, least = cell.timings[key], dict.fromkeys(KINDS, float("inf"))
        here = {"steady": timing.steady.least / 1e3, "paused": timing.paused.least / 1e3}
        for _ in range(TRIES):
            rest(team.values())
            try:
                seconds = alone(team[key], cell.batch, folder)
            except WorkerError:
                break
            least = {kind: min(least[kind], seconds[kind]) for kind in KINDS}
            near = all(abs(here[kind] / least[kind] - 1) <= NEAR for kind in KINDS)
            if near or (others.busy() or 0) >= BUSY:  # then nothing is proved anyway
                break
        for kind in KINDS:
            ratios[kind] |= {key: here[kind] / least[kind]} if least[kind] < float("inf") else {}
    return Proof(cell.network, cell.sparsity, cell.batch, **ratios, busy=others.busy())


def alone(worker, batch, folder):
    """Seconds of one call, by kind of run, in a process of the same kind that is new."""
    names = {"network": "network.npz", "x": "x.npy", "y": "alone.npy"}
    with closing(worker.another()) as fresh:
        fresh.ask(do="prepare", batch=batch, **{k: str(folder / name) for k, name in names.items()})
        return fresh.ask(do="alone", seconds=SECONDS, pause=PAUSE)
