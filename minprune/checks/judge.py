"""From what a function gave to what a learner is told: right, which classic mistake, or where."""

import contextlib
import inspect
from functools import cache, cached_property
from typing import NamedTuple

import numpy as np

from minprune.checks.check import Case
from minprune.checks.compare import Difference, difference, shape_of
from minprune.checks.evaluate import evaluate

PASSED, MISTAKE, FAILED = "passed", "mistake", "failed"
CHANGED, PROPERTY, BROKEN = "changed", "property", "broken"


class Verdict(NamedTuple):
    """The verdict of a check on an implementation.

    status    "passed"; "mistake": it is a known one; "failed": another one, see `failure`;
              "changed": right, but it changed its arguments; "property": right on all cases, but a
              property does not hold; "broken": there was nothing to judge, see `en`
    en, zh    what to tell the learner
    failure   the smallest case that fails, if there is one
    run       how many calls were judged; a check that ran fewer than it declares has not passed
    declared  how many there are
    """

    name: str
    status: str
    en: str = ""
    zh: str = ""
    failure: object = None
    run: int = 0
    declared: int = 0

    @property
    def passed(self):
        return self.status == PASSED and self.run == self.declared > 0


class Failure(NamedTuple):
    """A case that fails: what should have come, what came, and where the two first differ."""

    case: Case
    expected: object
    got: object
    error: str
    difference: Difference | None


def run_check(check, function, seed=0):
    """Judge a function that is trusted; it runs in this process.

    >>> from minprune.checks import check_of
    >>> run_check(check_of("score_mask"), lambda score, theta, ties="keep": score > theta).en
    'A score equal to the threshold is always pruned.'
    """
    return judge(check, lambda calls: evaluate(function, calls), seed)


def judge(check, answer, seed=0):
    """Judge whatever answers the calls of a check: `answer(calls)` gives a list of outcomes."""
    trial = Trial.of(check, seed)
    outcomes = answer(trial.calls)
    if len(outcomes) != len(trial.calls):
        return broken(check, f"{len(outcomes)} of {len(trial.calls)} calls were answered.",
                      f"{len(trial.calls)} 次调用中只有 {len(outcomes)} 次有结果。")  # fmt: skip
    return trial.verdict(outcomes)._replace(run=len(outcomes), declared=len(trial.calls))


def broken(check, en, zh, call=None):
    """The verdict on what could not be judged, and the call that was not answered, if any."""
    return Verdict(check.name, BROKEN, en, zh, None if call is None else only_call(call))


def only_call(call):
    """A failure of which nothing but the call is known."""
    return Failure(Case(call, ""), None, None, "", None)


class Trial:
    """The calls of a check for one seed, what they should give, and what the mistakes give.

    calls     those of the cases first, then those that properties ask for
    expected  of the cases
    """

    def __init__(self, check, seed):
        self.check, self.seed, self.cases = check, seed, check.cases(seed)
        self.calls = [case.call for case in self.cases]
        for _, calls, _ in self._asked():
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
    def of_mistakes(self):
        """The outcomes of every mistake."""
        return [evaluate(mistake.function, self.calls) for mistake in self.check.mistakes]

    def told_apart(self):
        """The mistakes that are recognized as themselves."""
        found = zip(self.check.mistakes, map(self.verdict, self.of_mistakes), strict=True)
        return [m for m, said in found if said[1:4] == (MISTAKE, m.en, m.zh)]

    def verdict(self, outcomes):
        wrong = [k for k, case in enumerate(self.expected) if self._differs(case, outcomes[k])]
        lost = [] if wrong else [p for p, holds in self._properties(outcomes) if not holds]
        changed = self._names({place for outcome in outcomes for place in outcome.changed})
        if not wrong and not lost and not changed:
            return Verdict(self.check.name, PASSED)
        failure = self._failure(wrong, outcomes)
        if (mistake := self.mistake(outcomes)) is not None:
            return Verdict(self.check.name, MISTAKE, mistake.en, mistake.zh, failure)
        if wrong:
            return Verdict(self.check.name, FAILED, *explained(failure), failure)
        if changed:
            names = ", ".join(changed)
            failure = self._smallest([k for k, o in enumerate(outcomes) if o.changed])
            return Verdict(self.check.name, CHANGED, f"It changes its arguments ({names}).",
                           f"函数改动了传入的参数（{names}）。", failure)  # fmt: skip
        return Verdict(self.check.name, PROPERTY, lost[0].en, lost[0].zh)

    def mistake(self, outcomes):
        """The mistake that did the same in every call, or None.

        If there is none, and the kind of the numbers is not all that is wrong, one that did but for
        whole numbers in place of floats, or the reverse.
        """
        right = all(
            self._same_value(expected, outcome.value, False)
            for expected, outcome in zip(self.expected, outcomes, strict=False)
        )
        for strict in (True,) if right else (True, False):
            for mistake, theirs in zip(self.check.mistakes, self.of_mistakes, strict=True):
                if self.same(theirs, outcomes, strict):
                    return mistake
        return None

    def same(self, one, other, strict=True):
        """True if two implementations did the same in every call."""
        return one is other or all(
            a.error.split(":")[0] == b.error.split(":")[0]
            and a.changed == b.changed
            and self._same_value(a.value, b.value, strict)
            for a, b in zip(one, other, strict=True)
        )

    def _same_value(self, a, b, strict):
        return difference(a, b, self.check.tolerance, strict) is None

    def _names(self, places):
        """The parameters that stand at these places, or have these names."""
        parameters = [*inspect.signature(self.check.formula).parameters]
        last = len(parameters) - 1  # *arrays takes all further places
        names = {parameters[min(p, last)] if isinstance(p, int) else p for p in places}
        return sorted(names, key=parameters.index)

    def _differs(self, expected, outcome):
        return bool(outcome.error) or not self._same_value(expected, outcome.value, True)

    def _failure(self, wrong, outcomes):
        """The smallest of the cases that fail, or None."""
        if not wrong:
            return None
        k = min(wrong, key=lambda k: (self.cases[k].call.size, k))
        expected, outcome = self.expected[k], outcomes[k]
        where = None if outcome.error else difference(expected, outcome.value, self.check.tolerance)
        return Failure(self.cases[k], expected, outcome.value, outcome.error, where)

    def _smallest(self, places):
        """The smallest of these calls, of which there is nothing to compare."""
        call = min((self.calls[k] for k in places), key=lambda call: call.size)
        return only_call(call)

    def _asked(self):
        """Every property with the calls that it asks for, and the generator that waits for them."""
        for p, property in enumerate(self.check.properties):
            waiting = property.calls(np.random.default_rng((self.seed, p)))
            yield property, next(waiting), waiting

    def _properties(self, outcomes):
        """Every property, and whether it holds."""
        start = len(self.cases)
        for property, calls, waiting in self._asked():
            part, start = outcomes[start : start + len(calls)], start + len(calls)
            fine = not any(outcome.error for outcome in part)
            yield property, fine and _holds(waiting, [_arrays(outcome.value) for outcome in part])


def _arrays(value):
    """Lists of numbers as arrays, which is what a property counts on."""
    if not isinstance(value, (list, tuple)):
        return value
    with contextlib.suppress(ValueError):
        array = np.asarray(value)
        if array.dtype.kind in "biuf" and all(isinstance(v, (list, float, int)) for v in value):
            return array
    return tuple(map(_arrays, value)) if isinstance(value, tuple) else [*map(_arrays, value)]


def _holds(waiting, outputs):
    try:
        with np.errstate(all="ignore"):
            waiting.send(outputs)
    except StopIteration as end:
        return np.all(end.value) and np.size(end.value) > 0
    except Exception:  # the outputs are nothing that could be compared
        return False
    raise TypeError("a property must yield one list of calls, and then return")


def failure_of(check, case):
    """The failure of the formula itself in a case with a result of its own, or None."""
    (outcome,) = evaluate(check.formula, [case.call])
    where = difference(case.gives, outcome.value, check.tolerance, digits=case.digits)
    if not outcome.error and where is None:
        return None
    return Failure(case, case.gives, outcome.value, outcome.error, where)


def explained(failure):
    """The fault in a failed case, in both languages."""
    if failure.error:
        return f"It raises {failure.error}.", f"函数抛出 {failure.error}。"
    what, where, expected, got = failure.difference
    at = "".join(f"[{k!r}]" for k in where)
    en_place, zh_place = (
        (f"Entry {at} of the result", f"结果的 {at} 处") if at else ("The result", "结果")
    )
    if what == "kind" and got is None and not where:
        return "It returns nothing.", "函数没有返回值。"
    if what == "kind":
        en, zh = (
            [shape_of(value, language) for value in (got, expected)] for language in ("en", "zh")
        )
        return f"{en_place} is {en[0]}, not {en[1]}.", f"{zh_place}应为{zh[1]}，得到{zh[0]}。"
    if what in ("shape", "length"):
        name = {"shape": "形状", "length": "长度"}[what]
        whose = f"entry {at} of the result" if at else "the result"
        return (f"The {what} of {whose} is {got}, not {expected}.",
                f"{zh_place}的{name}应为 {expected}，得到 {got}。")  # fmt: skip
    return (f"{en_place} is {got!r}, not {expected!r}.",
            f"{zh_place}应为 {expected!r}，得到 {got!r}。")  # fmt: skip
