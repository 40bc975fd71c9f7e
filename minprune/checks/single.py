"""Cases and properties in single precision."""

import numpy as np

from minprune.checks.check import Case
from minprune.checks.compare import difference
from minprune.checks.converted import each
from minprune.checks.evaluate import evaluate
from minprune.checks.trial import Trial, holds

SINGLE = 1e-5  # tolerance of float32, as a share of the largest number expected


def in_single(part):
    """The items of a part with arrays of float32, and the ids of what comes out differently."""
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
    return items, others


def _cast(call, old, new):
    """The call with its arrays of one precision in another."""

    def cast(value):
        return value.astype(new) if isinstance(value, np.ndarray) and value.dtype == old else value

    return each(cast, call)


def _single_result_is(right, call, part):
    """True if the formula computes this from the rounded numbers, in either precision."""
    outcomes = evaluate(part.formula, [call, _cast(call, np.float32, np.float64)])
    return all(
        not outcome.error and difference(right, outcome.value, SINGLE) is None
        for outcome in outcomes
    )


def _single_calls(calls):
    """The calls of a property with arrays of float32."""

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
