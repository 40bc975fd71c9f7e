"""Call a function on all the calls of a check, and note what comes back and what it did to them."""

import warnings
from typing import NamedTuple

import numpy as np

from minprune.checks.child import Function, Seed, answer
from minprune.checks.compare import difference


class Outcome(NamedTuple):
    """The outcome of one call.

    value     what was returned, or None if nothing was
    error     "ValueError: ..." if it raised, else ""
    changed   which arguments were changed: their places, or the names they were given by
    returned  which arguments the result shares memory with, named in the same way
    """

    value: object = None
    error: str = ""
    changed: tuple = ()
    returned: tuple = ()


def evaluate(function, calls):
    """The outcomes of a function that is trusted, here in this process."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the mean of nothing, say
        return [outcome(answer(function, call.args, call.kwargs), call) for call in calls]


def outcome(found, call):
    """The answer of `child` to a call as an `Outcome`."""
    if "error" in found:
        return Outcome(error=str(found["error"]))
    places = [*range(len(call.args)), *call.kwargs]
    then = [*call.args, *call.kwargs.values()]
    now = [*found["args"], *(found["kwargs"][name] for name in call.kwargs)]
    changed = tuple(
        place for place, a, b in zip(places, then, now, strict=True) if _has_changed(a, b)
    )
    returned = tuple(place for place in places if place in found["returned"])
    return Outcome(found["value"], "", changed, returned)


def _has_changed(then, now):
    if then is now or isinstance(then, (Seed, Function)):
        return False
    if isinstance(then, np.ndarray) and isinstance(now, np.ndarray) and then.dtype == now.dtype:
        return then.shape != now.shape or then.tobytes() != now.tobytes()
    return difference(then, now, 0) is not None
