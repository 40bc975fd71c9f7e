"""Call a function on all the calls of a check, and note what comes back and what it did to them."""

import copy
from typing import NamedTuple

import numpy as np

from minprune.checks.check import Function, Seed
from minprune.checks.compare import difference


class Outcome(NamedTuple):
    """What one call gave.

    value    what was returned, or None if nothing was
    error    "ValueError: ..." if it raised, else ""
    changed  names or places of arguments that were changed
    """

    value: object = None
    error: str = ""
    changed: tuple = ()


def evaluate(function, calls):
    """The outcomes of a function that is trusted, here in this process."""
    return [outcome_of(function, call) for call in calls]


def outcome_of(function, call):
    """One call, with copies of its arguments, so that none sees what another has done to them."""
    args, kwargs = copied(call.args), copied(call.kwargs)
    before = copied(call.args), copied(call.kwargs)
    try:
        with np.errstate(all="ignore"):
            value = function(*args, **kwargs)
    except Exception as error:  # whatever it is, it is what the function does
        return Outcome(error=f"{type(error).__name__}: {error}")
    places = [*enumerate(zip(args, before[0], strict=True)),
              *((name, (kwargs[name], before[1][name])) for name in kwargs)]  # fmt: skip
    changed = tuple(str(place) for place, (now, then) in places if _has_changed(now, then))
    return Outcome(value, "", changed)


def copied(value):
    """The value again, its arrays copied; a `Seed` becomes the generator it stands for."""
    if isinstance(value, Seed):
        return np.random.default_rng(int(value))
    if isinstance(value, dict):
        return {name: copied(v) for name, v in value.items()}
    if isinstance(value, (list, tuple)) and not hasattr(value, "_fields"):
        return type(value)(map(copied, value))
    return value if isinstance(value, Function) else copy.deepcopy(value)


def _has_changed(now, then):
    if callable(now) or isinstance(now, np.random.Generator):
        return False
    return difference(then, now, 0) is not None
