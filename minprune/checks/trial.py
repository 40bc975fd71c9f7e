"""The calls of a check, what they should give, and what known mistakes give."""

import inspect
import warnings
from functools import cache, cached_property

import numpy as np

from minprune.checks.compare import ANY, as_array, difference, holds_text
from minprune.checks.evaluate import Outcome, evaluate
from minprune.checks.general import GENERAL
from minprune.checks.where import common


class Tried:
    """A function with mistakes in it, and its outcomes, each found when it is asked for."""

    def __init__(self, mistakes, function, calls):
        self.mistakes, self.function, self.calls, self.known = mistakes, function, calls, {}

    def __getitem__(self, k):
        if k not in self.known:
            self.known[k] = self.found(k)
        return self.known[k]

    def found(self, k):
        return evaluate(self.function, [self.calls[k]])[0]


class Changed(Tried):
    """Another function tried, and a general mistake made with its results."""

    def __init__(self, tried, mistake):
        super().__init__([*tried.mistakes, mistake], tried, tried.calls)

    def found(self, k):
        outcome = self.function[k]
        if outcome.error or outcome.value is ANY:
            return outcome
        try:
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")  # the mean of nothing, say
                value = self.mistakes[-1].change(outcome.value)
            return outcome._replace(value=value, returned=())
        except Exception:  # it cannot be made with this result
            return UNFIT


UNFIT = Outcome(error="unfit")


class Trial:
    """The calls of a check for one seed, what they should give, and what the mistakes give.

    calls     those of the cases first, then those that properties ask for
    expected  of the cases
    """

    def __init__(self, check, seed):
        self.check, self.seed, self.cases = check, seed, check.cases(seed)
        self.calls = [case.call for case in self.cases]
        for _, calls, _ in self.asked():
            self.calls += calls
        answers = evaluate(check.formula, [case.call for case in self.cases])
        self.expected = [
            answer.value if case.gives is None or case.digits is not None else case.gives
            for case, answer in zip(self.cases, answers, strict=True)
        ]

    @classmethod
    @cache
    def of(cls, check, seed):
        return cls(check, seed)

    @cached_property
    def own(self):
        """Every mistake of the check."""
        return [Tried([m], m.function, self.calls) for m in self.check.mistakes]

    @cached_property
    def singles(self):
        """Every mistake of the check, and then every general one."""
        return self.own + [Changed(self.right, one) for one in GENERAL]

    @cached_property
    def right(self):
        """The function without a mistake."""
        return Tried([], self.check.plain, self.calls)

    @cached_property
    def pairs(self):
        """Every two mistakes that one function can make at once, in the same order."""
        both = [Tried([one, other], both, self.calls) for one, other, both in self.check.pairs()]
        return both + [
            Changed(tried, one)
            for tried in self.singles
            for one in GENERAL
            if one not in tried.mistakes
        ]

    def undone(self, tried):
        """True if one of two mistakes mostly undoes the other: alone, it is wrong in more than
        twice as many calls."""
        if len(tried.mistakes) < 2:
            return False
        alone = [one for one in self.singles if one.mistakes[0] in tried.mistakes]
        return max(map(self.harm, alone), default=0) > 2 * self.harm(tried)

    def harm(self, tried):
        """The number of calls in which a function does something else than the right one."""
        return sum(not self.same(a, b) for a, b in zip(self.right, tried, strict=True))

    @cached_property
    def common(self):
        """What calls have in common, and the places of those that have it."""
        return common(self.calls, self.check.formula)

    def same(self, a, b, strict=True):
        """True if two implementations did the same in a call."""
        return (
            a.error.split(":")[0] == b.error.split(":")[0]
            and a.changed == b.changed
            and self.kept(a) == self.kept(b)
            and self.same_value(a.value, b.value, strict)
        )

    def kept(self, outcome):
        """The arguments that were returned, where copies are asked for."""
        return outcome.returned if self.check.copies else ()

    def same_value(self, a, b, strict=True):
        """True if two results are equal; `strict` as in `difference`."""
        return difference(a, b, self.check.tolerance, strict) is None

    def given(self, call):
        """The arguments of a call by the names of the parameters."""
        return inspect.signature(self.check.formula).bind(*call.args, **call.kwargs).arguments

    def names(self, places):
        """The parameters that stand at these places, or have these names."""
        parameters = [*inspect.signature(self.check.formula).parameters]
        last = len(parameters) - 1  # *arrays takes all further places
        names = {parameters[min(p, last)] if isinstance(p, int) else p for p in places}
        return sorted(names, key=parameters.index)

    def asked(self):
        """Every property with the calls that it asks for, and the generator that waits for them."""
        for p, property in enumerate(self.check.properties):
            waiting = property.calls(np.random.default_rng((self.seed, p)))
            yield property, next(waiting), waiting

    def properties(self, outcomes):
        """Every property, and whether it holds."""
        start = len(self.cases)
        for property, calls, waiting in self.asked():
            part, start = outcomes[start : start + len(calls)], start + len(calls)
            fine = not any(outcome.error for outcome in part)
            yield property, fine and holds(waiting, [_arrays(outcome.value) for outcome in part])


def _arrays(value):
    """Lists of numbers as arrays, which is what a property counts on; None for long texts."""
    if not isinstance(value, (list, tuple)):
        return value
    if holds_text(value, above=100):
        return None
    if all(isinstance(v, (list, float, int)) for v in value):
        array = as_array(value)
        if array is not None and array.dtype.kind in "biuf":
            return array
    return tuple(map(_arrays, value)) if isinstance(value, tuple) else [*map(_arrays, value)]


def holds(waiting, outputs):
    """True if the property whose generator waits for these outputs holds."""
    try:
        with np.errstate(all="ignore"):
            waiting.send(outputs)
    except StopIteration as end:
        return np.all(end.value) and np.size(end.value) > 0
    except Exception:  # the outputs are nothing that could be compared
        return False
    raise TypeError("a property must yield one list of calls, and then return")
