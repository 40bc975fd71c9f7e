"""Time several functions side by side, so that a machine that slows down slows all of them."""

import time

import numpy as np


def median_milliseconds(calls, rounds=9, least=0.004):
    """Median time of one call, per function, from rounds in which each takes its turn.

    calls   dict from a name to a function of no argument; each is called once first, untimed,
            so that compilation and cold caches do not count
    rounds  how many turns each gets
    least   seconds that one turn lasts at least, by repeating a short call
    returns a dict from the name to milliseconds
    """
    repeats = {name: _repeats(call, least) for name, call in calls.items()}
    seconds = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            started = time.perf_counter()
            for _ in range(repeats[name]):
                call()
            seconds[name].append((time.perf_counter() - started) / repeats[name])
    return {name: 1e3 * float(np.median(s)) for name, s in seconds.items()}


def _repeats(call, least):
    call()
    started = time.perf_counter()
    call()
    return max(1, round(least / max(time.perf_counter() - started, 1e-9)))
