"""The part of a check that a function with other conventions can be judged by."""

from functools import cache
from typing import NamedTuple

import numpy as np

from minprune.arguments import shown
from minprune.checks.check import Call, Case, Check, Property
from minprune.checks.compare import ANY, difference
from minprune.checks.conventions import depends_on
from minprune.checks.converted import each
from minprune.checks.evaluate import evaluate
from minprune.checks.mistake import Mistake
from minprune.checks.registry import check_of
from minprune.checks.trial import Trial, holds

SINGLE = 1e-5  # tolerance of float32, as a share of the largest number expected


class Conventions(NamedTuple):
    """The conventions that a function need not share; None for those that it shares."""

    ties: str | None = None
    rounding: str | None = None
    dtype: str | None = None

    def checked(self):
        """Itself; `ValueError` for an unknown value."""
        for name, value in self._asdict().items():
            known = "float32" if name == "dtype" else "any"
            if value not in (None, known):
                raise ValueError(f"{name} must be {known!r} or None, got {value!r}")
        return self


class Part(Check):
    """Some cases and properties of a check, by their ids, with all of its mistakes.

    left_out  sentences that say how many are not in it, and why
    """

    def __init__(self, check, items, **others):
        vars(self).update(vars(check) | others)
        self.items = items
        self.properties = [item for item in items.values() if isinstance(item, Property)]

    def cases(self, seed=0):
        """Its cases, whose random ones are drawn already."""
        return [item for item in self.items.values() if isinstance(item, Case)]

    def pairs(self):
        """As of every check, and as steady as the mistakes are."""
        for one, other, both in super().pairs():
            yield one, other, steady(both) if isinstance(one, Steady) else both

    def calls(self):
        """The calls of every item by its id."""
        return {
            id: [item.call] if isinstance(item, Case) else next(item.calls(None))
            for id, item in self.items.items()
        }


class Steady(Mistake):
    """A mistake whose result counts only where it does not depend on ties."""

    @property
    def function(self):
        return steady(super().function)


def steady(function):
    """The function, but `ANY` in place of a result that changes when the numbers move a little."""

    def called(*args, **kwargs):
        moved = [evaluate(function, [_moved(Call(args, kwargs), seed)])[0] for seed in range(3)]
        value = function(*args, **kwargs)
        same = (not one.error and difference(value, one.value) is None for one in moved)
        return value if all(same) else ANY

    return called


def _moved(call, seed):
    """The call with other floats in arrays: by 1e-9 of each, and above 0 what is 0."""
    rng = np.random.default_rng(seed)

    def moved(value):
        if not isinstance(value, np.ndarray) or value.dtype.kind != "f":
            return value
        by = np.where(
            value == 0, rng.uniform(0, 1, value.shape), value * rng.uniform(-1, 1, value.shape)
        )
        return value + 1e-9 * by

    return Call(each(moved, call.args), each(moved, call.kwargs))


@cache
def alone(part, id):
    """One case or property of a part, without mistakes: one case alone shows too little."""
    return Part(part, {id: part.items[id]}, mistakes=[])


@cache
def whole(name, seed):
    """A check as a part that holds all of it: its properties are drawn too, and have ids."""
    if not isinstance(name, str):
        raise TypeError(f"formula must be a name, or a case of cases_of, got {shown(name)}")
    check = check_of(name)
    properties = {
        "property" if p == 0 else f"property {p + 1}": _drawn(property, (seed, p))
        for p, property in enumerate(check.properties)
    }
    return Part(check, {case.id: case for case in check.cases(seed)} | properties, left_out=[])


@cache
def part_of(name, seed, conventions, lost=frozenset()):
    """The part of a check that does not depend on these conventions.

    lost  ids of cases that the function cannot be given
    `ValueError` if nothing remains
    """
    all_of_it = part = whole(name, seed)
    reasons = {"whose arrays have another shape after `convert`": lost}
    if conventions.dtype:
        part, reasons["which come out differently in float32"] = _single(all_of_it)
    for convention in ("ties", "rounding"):
        if getattr(conventions, convention):
            reasons[f"which depend on {convention}"] = _dependent(part, convention)
    out = frozenset().union(*reasons.values())
    left_out = [
        f"Left out: {amount(all_of_it, ids)}, {words}." for words, ids in reasons.items() if ids
    ]
    if out == all_of_it.items.keys():
        raise ValueError(f"no case of {name} remains to be checked. {' '.join(left_out)}")
    kept = {id: item for id, item in part.items.items() if id not in out}
    if reasons.get("which depend on ties"):
        part = Part(part, part.items, mistakes=[Steady(*one) for one in part.mistakes])
    return Part(part, kept, left_out=left_out)


def amount(part, ids):
    """A number of cases and properties in words, of those that there are."""
    cases = {case.id for case in part.cases()}
    counts = [(len(cases & ids), len(cases), "cases"),
              (len(ids - cases), len(part.properties), "properties")]  # fmt: skip
    return " and ".join(f"{some} of {every} {noun}" for some, every, noun in counts if some)


def _drawn(property, seed):
    return property._replace(calls=lambda _: property.calls(np.random.default_rng(seed)))


def _dependent(part, convention):
    """The ids of what depends on ties or rounding: a property if one of its calls does."""
    calls = part.calls()
    found = iter(depends_on(convention, part, [call for some in calls.values() for call in some]))
    return {id for id, some in calls.items() if any([next(found) for _ in some])}


# --- single precision ----------------------------------------------------------------------------


def _single(part):
    """The part with arrays of float32, and the ids of what comes out differently."""
    items, others = {}, set()
    expected = iter(Trial.of(part, 0).expected)
    for id, item in part.items.items():
        if isinstance(item, Case):
            right = next(expected)
            items[id] = item._replace(
                call=_cast(item.call, np.float64, np.float32), gives=right, digits=None
            )
            fits = _single_result_is(right, items[id].call, part)
        else:
            items[id] = item._replace(calls=_single_calls(item.calls))
            fits = _holds_roughly(items[id], part)
        if not fits:
            others.add(id)
    return Part(part, items, tolerance=max(part.tolerance, SINGLE)), others


def _cast(call, old, new):
    """The call with its arrays of one precision in another."""

    def cast(value):
        return value.astype(new) if isinstance(value, np.ndarray) and value.dtype == old else value

    return Call(each(cast, call.args), each(cast, call.kwargs))


def _single_result_is(right, call, part):
    """True if the formula computes this from the rounded numbers, in either precision."""
    outcomes = evaluate(part.formula, [call, _cast(call, np.float32, np.float64)])
    return all(
        not outcome.error and difference(right, outcome.value, SINGLE) is None
        for outcome in outcomes
    )


def _single_calls(calls):
    def ask(rng):
        waiting = calls(rng)
        outputs = yield [_cast(call, np.float64, np.float32) for call in next(waiting)]
        return holds(waiting, outputs)

    return ask


def _holds_roughly(property, part):
    """True if the property holds of the formula in float32, and of results a little off."""
    rng = np.random.default_rng(0)

    def off(value):
        if np.asarray(value).dtype.kind != "f":
            return value
        largest = np.abs(value).max(initial=0)
        return value + (SINGLE / 10 * largest * rng.uniform(-1, 1, np.shape(value))).astype(
            np.float32
        )

    outputs = [outcome.value for outcome in evaluate(part.formula, next(property.calls(None)))]
    for results in (outputs, each(off, outputs)):
        waiting = property.calls(None)
        next(waiting)
        if not holds(waiting, results):
            return False
    return True
