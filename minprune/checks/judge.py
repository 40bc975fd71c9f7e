"""From what a function gave to what a learner is told: right, which classic mistake, or where."""

import inspect
from functools import cache, cached_property
from itertools import chain
from typing import NamedTuple

import numpy as np

from minprune.checks.check import Case
from minprune.checks.compare import Difference, as_array, difference, holds_text
from minprune.checks.evaluate import Outcome, evaluate
from minprune.checks.general import GENERAL
from minprune.checks.words import constant, explained, relation

PASSED, MISTAKE, LIKE, FAILED = "passed", "mistake", "like", "failed"
CHANGED, PROPERTY, BROKEN = "changed", "property", "broken"
NOTHING = ("It returns nothing; the result must stand after `return`.",
           "函数没有返回值；应用 return 返回结果。")  # fmt: skip


class Verdict(NamedTuple):
    """The verdict of a check on an implementation.

    status    "passed"; "mistake": it makes a known one, or two at once; "like": it makes one in
              all calls that both it and the mistake can answer; "failed": another one, see
              `failure`; "changed": right, but it changed its arguments, or returned one where a
              copy is asked for; "property": right on all cases, but a property does not hold;
              "broken": there was nothing to judge, see `en`
    en, zh    what to tell the learner
    failure   the smallest case that fails, if there is one; of "like" one that the mistake answers
              otherwise
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


def sentences(mistakes):
    """One mistake or two at once, in both languages."""
    if len(mistakes) == 1:
        return mistakes[0].en, mistakes[0].zh
    one, other = mistakes
    return (f"Two mistakes at once. {one.en} {other.en}", f"同时有两处错误。{one.zh}{other.zh}")


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
        if outcome.error:
            return outcome
        try:
            with np.errstate(all="ignore"):
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

    def told_apart(self):
        """The mistakes that are recognized as themselves."""
        found = [(tried.mistakes[0], self.verdict([*tried])) for tried in self.own]
        return [m for m, said in found if said[1:4] == (MISTAKE, m.en, m.zh)]

    def verdict(self, outcomes):
        wrong = [k for k, case in enumerate(self.expected) if self._differs(case, outcomes[k])]
        lost = [] if wrong else [p for p, holds in self._properties(outcomes) if not holds]
        changed = self._names({place for outcome in outcomes for place in outcome.changed})
        returned = self._names({place for outcome in outcomes for place in self._kept(outcome)})
        if not wrong and not lost and not changed and not returned:
            return Verdict(self.check.name, PASSED)
        wrong.sort(key=lambda k: (self.calls[k].size, k))
        failure = self._failure(wrong[0], outcomes) if wrong else None
        if all(outcome.value is None and not outcome.error for outcome in outcomes):
            return Verdict(self.check.name, MISTAKE, *NOTHING, failure)
        if mistakes := self.mistakes(outcomes, wrong):
            return Verdict(self.check.name, MISTAKE, *sentences(mistakes), failure)
        if wrong:
            return self._like(outcomes, wrong) or Verdict(
                self.check.name, FAILED, *self._explained(failure, outcomes), failure
            )
        if changed:
            names = ", ".join(changed)
            failure = self._smallest([k for k, o in enumerate(outcomes) if o.changed])
            return Verdict(self.check.name, CHANGED, f"It changes its arguments ({names}).",
                           f"函数改动了传入的参数（{names}）。", failure)  # fmt: skip
        if returned:
            names = ", ".join(returned)
            failure = self._smallest([k for k, o in enumerate(outcomes) if self._kept(o)])
            return Verdict(self.check.name, CHANGED, f"It returns {names}; a copy is asked for.",
                           f"函数返回了传入的 {names} 本身；应返回副本。", failure)  # fmt: skip
        return Verdict(self.check.name, PROPERTY, lost[0].en, lost[0].zh)

    def mistakes(self, outcomes, wrong=()):
        """The mistakes, one or two at once, that do the same in every call; [] if there are none.

        One wins over two. Where the kind of the numbers is not all that is wrong, whole numbers in
        place of floats, or the reverse, count as the same.

        wrong  calls to compare first: few mistakes get past them
        """
        right = all(
            self._same_value(expected, outcome.value, False)
            for expected, outcome in zip(self.expected, outcomes, strict=False)
        )
        order = [*wrong, *(k for k in range(len(outcomes)) if k not in {*wrong})]
        if wrong and all(self.same(self.right[k], outcomes[k]) for k in order):
            return []  # a published number is another one
        for ours in self._tried(outcomes):
            for strict in (True,) if right else (True, False):
                for tried in ours:
                    alike = all(self.same(tried[k], outcomes[k], strict) for k in order)
                    if alike and not self._idle(tried):
                        return tried.mistakes
        return []

    def _idle(self, tried):
        """True if a general mistake changes nothing: single numbers cannot be transposed, say."""
        return isinstance(tried, Changed) and all(
            self.same(tried[k], tried.function[k]) for k in range(len(self.calls))
        )

    def _tried(self, outcomes):
        """Single mistakes, then pairs, which are made only when they are needed.

        A result that is always the same number comes of many mistakes together: then of one alone.
        """
        values = [outcome.value for outcome in outcomes if not outcome.error]
        same = constant(values) is not None
        yield self.own if same else self.singles
        if not same:
            yield self.pairs

    def _like(self, outcomes, wrong):
        """The verdict that it looks like a mistake; None if it does not.

        In every call that both it and the mistake answer they do the same, and so they do in more
        than half of the calls that it answers wrongly.
        """
        answered = [k for k, outcome in enumerate(outcomes) if not outcome.error]
        bad = {k for k in wrong if not outcomes[k].error}
        order = [*(k for k in wrong if k in bad), *(k for k in answered if k not in bad)]
        for tried in chain(*self._tried(outcomes)) if bad else ():
            alike = (
                self.same(tried[k], outcomes[k]) or (tried[k].error and tried[k] is not UNFIT)
                for k in order
            )
            if all(alike) and 2 * sum(not tried[k].error for k in bad) > len(bad):
                apart = [k for k in wrong if bool(outcomes[k].error) != bool(tried[k].error)]
                if not apart:  # the same, but for what the error is
                    continue
                failure = self._failure(apart[0], outcomes)
                en, zh = sentences(tried.mistakes)
                if failure.error:
                    en = f"It looks like a known mistake. {en} Here it also raises {failure.error}."
                    zh = f"像是一个典型错误。{zh}此外，下面的调用抛出 {failure.error}。"
                else:
                    en = f"It looks like a known mistake. {en} That mistake has no result here."
                    zh = f"像是一个典型错误。{zh}但典型错误在下面的调用中没有结果。"
                return Verdict(self.check.name, LIKE, en, zh, failure)
        return None

    def same(self, a, b, strict=True):
        """True if two implementations did the same in a call."""
        return (
            a.error.split(":")[0] == b.error.split(":")[0]
            and a.changed == b.changed
            and self._kept(a) == self._kept(b)
            and self._same_value(a.value, b.value, strict)
        )

    def _kept(self, outcome):
        """The arguments that were returned, where copies are asked for."""
        return outcome.returned if self.check.copies else ()

    def _same_value(self, a, b, strict):
        return difference(a, b, self.check.tolerance, strict) is None

    def _explained(self, failure, outcomes):
        """The fault of a failed case, and what is true of all cases, in both languages."""
        pairs = [
            (expected, outcome.value)
            for expected, outcome in zip(self.expected, outcomes, strict=False)
            if not outcome.error
        ]
        return explained(failure, relation(pairs, self.check.tolerance))

    def _names(self, places):
        """The parameters that stand at these places, or have these names."""
        parameters = [*inspect.signature(self.check.formula).parameters]
        last = len(parameters) - 1  # *arrays takes all further places
        names = {parameters[min(p, last)] if isinstance(p, int) else p for p in places}
        return sorted(names, key=parameters.index)

    def _differs(self, expected, outcome):
        return bool(outcome.error) or not self._same_value(expected, outcome.value, True)

    def _failure(self, k, outcomes):
        """The failure of a case."""
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
    """The failure of the formula itself in a case that states its result, or None."""
    (outcome,) = evaluate(check.formula, [case.call])
    where = difference(case.gives, outcome.value, check.tolerance, digits=case.digits)
    if not outcome.error and where is None:
        return None
    return Failure(case, case.gives, outcome.value, outcome.error, where)
