"""Calls whose result is another one under another rule for ties, or for rounding.

The rules are in a few functions (`TIES`), in `round` and in `np.rint`. A formula is called again
with others in their place, also in the formulas that it calls.
"""

import inspect
import math
import types

import numpy as np

from minprune.checks.check import Call
from minprune.checks.compare import ANY, difference
from minprune.checks.converted import each
from minprune.checks.evaluate import evaluate
from minprune.checks.mistake import Mistake
from minprune.formulas import masks, quantize, structured

TIES = (  # their first argument is compared with a threshold or ranked
    masks.score_mask,
    masks._rank_masks,
    masks.low_magnitude_mask,
    structured._largest_of_each_row,
    quantize.fake_quantize_gradient,
)


def depends_on(convention, check, calls):
    """For each call, whether the result is another one under another rule: a list of booleans.

    convention  "ties": which of equal scores is pruned, and a score equal to the threshold. A
                difference below 1e-9 of a score counts as equal, since a sum depends on its order.
                "rounding": of a count to the nearest, down or up; of halves in quantized values

    >>> from minprune.checks import check_of
    >>> from minprune.checks.check import given
    >>> calls = [given(10, 0.25), given(10, 0.5)]
    >>> depends_on("rounding", check_of("pruned_count"), calls)
    [True, False]
    """
    right = evaluate(check.formula, calls)
    others = [
        evaluate(with_rules(check.formula, rules), calls) for rules in OTHER_RULES[convention]
    ]
    return [
        any(
            outcome.error != expected.error
            or difference(expected.value, outcome.value, check.tolerance) is not None
            for outcome in outcomes
        )
        for expected, *outcomes in zip(right, *others, strict=True)
    ]


def with_rules(function, rules, made=None):
    """The formula with other functions in place of some, also in all formulas that it calls.

    rules  {the name by which a function is called: another function}

    >>> with_rules(masks.layerwise_rank_masks, {"round": math.ceil})([[1.0, 2.0, 3.0]], 0.5)
    [array([False, False,  True])]
    """
    made = {} if made is None else made
    if function.__name__ in rules:
        return rules[function.__name__]
    if function not in made:
        names = dict(function.__globals__)
        made[function] = types.FunctionType(
            function.__code__, names, function.__name__, function.__defaults__, function.__closure__
        )
        made[function].__kwdefaults__ = function.__kwdefaults__
        for name, value in [*names.items()]:
            if inspect.isfunction(value) and value.__module__.startswith("minprune.formulas."):
                names[name] = with_rules(value, rules, made)
        names |= rules
    return made[function]


def _numpy(rint):
    """NumPy with another `rint`."""
    module = types.ModuleType("numpy")
    vars(module).update(vars(np), rint=rint)
    return module


def _with_moved(rule, sign):
    return lambda scores, *args, **kwargs: rule(_moved(scores, sign), *args, **kwargs)


def _moved(scores, sign):
    """The scores, all a little higher or all a little lower, each one more than the one before."""
    arrays = [*map(np.asarray, scores if isinstance(scores, list) else [scores])]
    ends = np.cumsum([0, *(a.size for a in arrays)])
    steps = sign * np.linspace(1, 2, ends[-1])
    moved = [
        a + steps[end - a.size : end].reshape(a.shape) * _size(a)
        for a, end in zip(arrays, ends[1:], strict=True)
    ]
    return moved if isinstance(scores, list) else moved[0]


def _size(array):
    """For each entry the distance that counts as equal; for 0 it is that of the smallest other."""
    share = max(1e-9, np.finfo(array.dtype).eps) if array.dtype.kind == "f" else 1e-9
    size = np.abs(array.astype(np.float64))
    return share * np.where(size > 0, size, size[size > 0].min(initial=1))


OTHER_RULES = {
    "ties": [{rule.__name__: _with_moved(rule, sign) for rule in TIES} for sign in (1, -1)],
    "rounding": [
        {"round": math.floor},
        {"round": math.ceil},
        {"np": _numpy(lambda x: np.floor(x + 0.5))},
        {"np": _numpy(lambda x: np.ceil(x - 0.5))},
    ],
}


# --- mistakes that have ties of their own --------------------------------------------------------


class Steady(Mistake):
    """A mistake whose result counts only where it does not depend on ties."""

    @property
    def function(self):
        return steady(super().function)


def steady(function):
    """The function, but `ANY` in place of a result that changes when the numbers move a little."""

    def called(*args, **kwargs):
        moved = [evaluate(function, [_noisy(Call(args, kwargs), seed)])[0] for seed in range(3)]
        value = function(*args, **kwargs)
        same = (not one.error and difference(value, one.value) is None for one in moved)
        return value if all(same) else ANY

    return called


def _noisy(call, seed):
    """The call with other numbers in arrays: by 1e-9 of each, and above 0 what is 0."""
    rng = np.random.default_rng(seed)

    def moved(value):
        if not isinstance(value, np.ndarray) or value.dtype.kind not in "fiu":
            return value
        by = np.where(
            value == 0, rng.uniform(0, 1, value.shape), value * rng.uniform(-1, 1, value.shape)
        )
        return value + 1e-9 * by

    return each(moved, call)
