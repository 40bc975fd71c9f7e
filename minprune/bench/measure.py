"""One case: every library is checked, then timed in turns, then checked again.

The libraries take turns, in a new random order each round, one at work while all others sleep: so
a machine that changes its pace does so for all of them, and within a round their times compare. A
turn times calls that follow each other, and calls that follow a pause each.
"""

import time

import numpy as np

from minprune.bench.idle import PAUSE, Others, rest
from minprune.bench.peers import ENGINE
from minprune.bench.results import Cell, Timing, Turns
from minprune.bench.workers import WorkerError
from minprune.experiments.spread import spread
from minprune.experiments.timing import BUSY
from minprune.language import either

LEAST = 0.005  # seconds that calls without a pause are timed; short calls are repeated
CALLS = 2  # of a turn that follow a pause
FEWEST = 3  # rounds of a case, however long they take
TRIES = 3  # times that a case is measured while others are at work
TOLERANCE = 1e-4  # of the largest output; float32 sums in another order differ by 1e-6
KINDS = "steady", "paused"


def measure(team, case, batch, settings, rng, folder, chances):
    """The `Cell` of a case; a library that is wrong once is not timed, or its times do not count.

    team     dict of `Worker` by key
    chances  an iterator: one is taken each time that a case is measured again
    """
    errors = {}
    y = {key: folder / f"{key}.npy" for key in team}

    def prepare(key):
        files = {"network": folder / "network.npz", "x": folder / "x.npy", "y": y[key]}
        team[key].ask(do="prepare", batch=batch, **{name: str(p) for name, p in files.items()})

    def outputs_again(key):
        team[key].ask(do="outputs", y=str(y[key]))

    expected = case.y[:batch]
    apart = checked(prepare, y, expected, errors)
    turns, busy, tries = quietest(team, errors, settings, rng, chances)
    checked(outputs_again, y, expected, errors)  # which may become wrong after many calls
    engine = None if ENGINE in errors else turns[ENGINE]
    flops = case.flops(batch)
    timings = {
        key: timing(errors.get(key), apart.get(key), turns.get(key), engine, flops) for key in team
    }
    return Cell(case.name, case.sparsity, batch, case.nonzeros, flops, case.bytes(batch), busy,
                tries, timings)  # fmt: skip


def checked(ask, files, expected, errors):
    """Ask each library without an error for outputs, and compare them.

    ask      function of its key that has its file written
    errors   dict from key to text, to which those that are wrong or fail are added
    returns a dict from the key to the largest difference, of the largest output
    """
    apart = {}
    for key in [key for key in files if key not in errors]:
        try:
            ask(key)
            apart[key] = distance(np.load(files[key]), expected)
        except WorkerError as error:
            errors[key] = str(error)
    return apart


def quietest(team, errors, settings, rng, chances):
    """Take turns until no others are at work, or no chance is left.

    returns what `take_turns` found when others were least busy, how many cores were, and the tries
    """
    found = []
    for tries in range(1, TRIES + 1):
        others = Others(team.values())
        ready = {key: worker for key, worker in team.items() if key not in errors}
        turns = take_turns(ready, errors, settings, rng)
        found.append((others.busy(), turns))
        if (found[-1][0] or 0) < BUSY or tries == TRIES or next(chances, None) is None:
            break
    busy, turns = min(found, key=lambda one: one[0] or 0)
    return turns, busy, tries


def take_turns(team, errors, settings, rng):
    """Rounds in which each worker of the team has a turn, but for those that end in an error.

    errors  dict from key to text, to which such ends are added
    returns a dict from the key to a list of seconds for each kind of run
    """
    found = {key: {kind: [] for kind in KINDS} for key in team}
    until = time.monotonic() + settings.seconds
    for turn in range(settings.rounds):
        if turn >= FEWEST and time.monotonic() > until:
            break
        for key in rng.permutation([k for k in team if k not in errors]).tolist():
            rest(team.values())
            try:
                seconds = team[key].ask(do="time", least=LEAST, pause=PAUSE, calls=CALLS)
            except WorkerError as error:
                errors[key] = str(error)
                continue
            for kind in KINDS:
                found[key][kind].append(seconds[kind])
    return found


def distance(found, expected):
    """The largest difference between outputs, of the largest output; `WorkerError` if too large."""
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
    """A `Timing` from the seconds of its turns and those of the engine, None if there are none."""
    if error:
        return Timing(error, apart, None, None, None)
    steady, paused = (turns(seconds[kind], engine and engine[kind]) for kind in KINDS)
    return Timing(None, apart, steady, paused, 1e-6 * flops / steady.least)


def turns(seconds, engine):
    """The `Turns` of a library beside those of the engine in the same rounds, None if it failed."""
    ratio, ratios = None, None
    if engine is not None:
        ratio, ratios = min(seconds) / min(engine), spread(np.divide(seconds, engine))
    milliseconds = [1e3 * s for s in seconds]
    return Turns(seconds, min(milliseconds), spread(milliseconds), ratio, ratios)
