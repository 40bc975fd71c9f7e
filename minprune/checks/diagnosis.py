"""From what a function gave to the mistake that it makes, or to where it fails."""

from functools import cached_property
from itertools import chain

import numpy as np

from minprune.checks.compare import ANY, difference
from minprune.checks.trial import UNFIT, Changed
from minprune.checks.verdict import (
    CHANGED,
    FAILED,
    LIKE,
    MISTAKE,
    PASSED,
    PROPERTY,
    Failure,
    Verdict,
    only_call,
)
from minprune.checks.words import constant, explained, in_chinese, of_every, relation

NOTHING = ("It returns nothing; the result must stand after `return`.",
           "函数没有返回值；应用 return 返回结果。")  # fmt: skip


def sentences(mistakes):
    """One mistake or two at once, in both languages."""
    if len(mistakes) == 1:
        return mistakes[0].en, mistakes[0].zh
    one, other = mistakes
    return (f"Two mistakes at once. {one.en} {other.en}", f"同时有两处错误。{one.zh}{other.zh}")


def _empty(value):
    if isinstance(value, np.ndarray):
        return not value.size
    return isinstance(value, (list, tuple)) and not value


class Diagnosis:
    """The outcomes of a trial's calls, and what they show.

    wrong  the cases that fail, the smallest first
    bad    all calls that are answered wrongly, those of properties too
    told   those of them that have a result: that two functions fail says little
    """

    def __init__(self, trial, outcomes):
        self.trial, self.check, self.outcomes = trial, trial.check, outcomes
        wrong = [k for k, (value, o) in enumerate(zip(trial.expected, outcomes, strict=False))
                 if o.error or not trial.same_value(value, o.value)]  # fmt: skip
        self.wrong = sorted(wrong, key=lambda k: (trial.calls[k].size, k))

    def verdict(self):
        lost = [] if self.wrong else [p for p, holds in self.trial.properties(self.outcomes)
                                      if not holds]  # fmt: skip
        changed = [k for k, outcome in enumerate(self.outcomes) if outcome.changed]
        returned = [k for k, outcome in enumerate(self.outcomes) if self.trial.kept(outcome)]
        if not (self.wrong or lost or changed or returned):
            return self._says(PASSED)
        if self._silent():
            return self._says(MISTAKE, NOTHING, self._first())
        if mistakes := self.mistakes():
            return self._says(MISTAKE, sentences(mistakes), self._first())
        if self.wrong:
            return self._of_wrong_results(changed)
        if changed:
            return self._says(CHANGED, self._changes(changed), self._only(changed))
        if returned:
            names = self.trial.names({p for k in returned for p in self.outcomes[k].returned})
            said = (f"It returns {', '.join(names)}; a copy is asked for.",
                    f"函数返回了传入的 {'、'.join(names)} 本身；应返回副本。")  # fmt: skip
            return self._says(CHANGED, said, self._only(returned))
        return self._says(PROPERTY, (lost[0].en, lost[0].zh))

    def _silent(self):
        """True if it returns None wherever it does not fail, also where that is wrong."""
        answered = [outcome for outcome in self.outcomes if not outcome.error]
        wrong = [self.outcomes[k] for k in self.wrong] or answered
        return any(not outcome.error for outcome in wrong) and all(
            outcome.value is None for outcome in answered
        )

    def mistakes(self):
        """The mistakes, one or two at once, that do the same in every call; [] if there are none.

        One wins over two. Where the kind of the numbers is not all that is wrong, whole numbers in
        place of floats, or the reverse, count as the same.
        """
        trial, outcomes = self.trial, self.outcomes
        right = all(
            trial.same_value(expected, outcome.value, False)
            for expected, outcome in zip(trial.expected, outcomes, strict=False)
        )
        if self.wrong and all(trial.same(trial.right[k], outcomes[k]) for k in self._order):
            return []  # a published number is another one
        for ours in self._tried():
            for strict in (True,) if right else (True, False):
                for tried in ours:
                    alike = all(trial.same(tried[k], outcomes[k], strict) for k in self._order)
                    if alike and self._tells(tried):
                        return tried.mistakes
        return []

    def _of_wrong_results(self, changed):
        """The verdict if no mistake does the same in every call: the first of these that fits."""
        if changed:
            unchanged = [outcome._replace(changed=()) for outcome in self.outcomes]
            if mistakes := Diagnosis(self.trial, unchanged).mistakes():
                both = zip(sentences(mistakes), (" ", ""), self._changes(changed), strict=True)
                return self._says(MISTAKE, [*map("".join, both)], self._first())
        partly = (self._but_for,) if self.idle else (self._like, self._but_for, self._near)
        found = next(filter(None, (verdict() for verdict in partly)), None)
        return found or self._says(FAILED, self._explained(), self._first())

    def _like(self):
        """The verdict that it looks like a mistake; None if it does not.

        In every call that both it and the mistake answer they do the same, and so they do in more
        than half of the calls that it answers wrongly.
        """
        outcomes, same = self.outcomes, self.trial.same
        answered = [k for k in self._order if not outcomes[k].error]
        bad = [k for k in self.wrong if not outcomes[k].error]
        for tried in chain(*self._tried()) if bad else ():
            alike = (
                same(tried[k], outcomes[k]) or (tried[k].error and tried[k] is not UNFIT)
                for k in answered
            )
            if not all(alike):
                continue
            told = [k for k in bad if not tried[k].error and tried[k].value is not ANY]
            if 2 * len(told) > len(bad):
                apart = [k for k in self.wrong if bool(outcomes[k].error) != bool(tried[k].error)]
                if apart and (error := outcomes[apart[0]].error.rstrip(": .")):
                    zh = f"此外，下面的调用抛出 {in_chinese(error)}。"
                    return self._looks_like(tried, apart[0], f"Here it also raises {error}.", zh)
                if apart:  # else the same, but for what the error is
                    return self._looks_like(tried, apart[0], "That mistake has no result here.",
                                            "但典型错误在下面的调用中没有结果。")  # fmt: skip
        return None

    def _but_for(self):
        """The verdict that it is right, or makes a mistake, but for calls that have something in
        common, all of which it answers wrongly; None if there is nothing of the kind.
        """
        places = [(calls, *said) for said, calls in self.trial.common.items() if calls <= self.bad]
        most = max((len(calls) for calls, *_ in places), default=0)
        singles = [] if self.idle else self.trial.singles
        for tried in [self.trial.right, *singles] if places else ():
            apart = self._apart(tried, most)
            place = next((place for place in places if place[0] == apart), None)
            if place is None:
                continue
            calls, en, zh = place
            if tried is self.trial.right and 2 * len(calls) <= len(self.outcomes):
                here = explained(self._first())
                said = (f"It is wrong in every case where {en}, and in no other. {here[0]}",
                        f"以下情况全部出错，其他用例均正确：{zh}。{here[1]}")  # fmt: skip
                return self._says(MISTAKE, said, self._first())
            if tried.mistakes and len(self.told - calls) > 1 and self._tells(tried):
                one = sentences(tried.mistakes)
                said = (f"{one[0]} It is also wrong where {en}.",
                        f"{one[1]}此外，以下情况也出错：{zh}。")  # fmt: skip
                return self._says(MISTAKE, said, self._first(calls) or self._first())
        return None

    def _near(self):
        """The verdict that a mistake explains three of four wrong results; None if none does."""
        least, found = len(self.told) // 4, None
        for tried in chain(*self._tried()):
            apart = self._apart(tried, least)
            if apart and apart & {*self.wrong} and self._tells(tried):
                found, least = (tried, apart), len(apart) - 1
        if found is None:
            return None
        tried, apart = found
        some, all = len(self.bad - apart), len(self.bad)
        return self._looks_like(
            tried, next(k for k in self.wrong if k in apart),
            f"That explains {some} of {all} wrong results, not the one below.",
            f"这能解释 {all} 个错误结果中的 {some} 个，但不能解释下面的这个。")  # fmt: skip

    # --- what the verdicts are made of -----------------------------------------------------------

    @cached_property
    def _order(self):
        """All calls, the wrong ones first: few mistakes get past them."""
        return [*self.wrong, *(k for k in range(len(self.outcomes)) if k not in {*self.wrong})]

    @cached_property
    def bad(self):
        trial, asked = self.trial, range(len(self.trial.cases), len(self.trial.calls))
        same = (trial.same(trial.right[k], self.outcomes[k]) for k in asked)
        return {*self.wrong, *(k for k, fine in zip(asked, same, strict=True) if not fine)}

    @cached_property
    def told(self):
        return {k for k in self.bad if not self.outcomes[k].error}

    @cached_property
    def idle(self):
        """True if all results are one number, are empty, or are an argument as it is."""
        values = [outcome.value for outcome in self.outcomes if not outcome.error]
        return constant(values) is not None or all(map(_empty, values)) or bool(self._passed_on)

    @cached_property
    def _passed_on(self):
        """The argument that every result is, or ""."""
        found = None
        for call, outcome in zip(self.trial.calls, self.outcomes, strict=True):
            if not outcome.error:
                given = self.trial.given(call).items()
                same = {name for name, v in given if self.trial.same_value(v, outcome.value)}
                found = same if found is None else found & same
                if not found:
                    return ""
        return min(found or [""])

    def _tried(self):
        """Single mistakes, then pairs, which are made only when they are needed.

        A result for which nothing need be computed, as unfinished functions have it, comes of many
        mistakes together: then of one alone.
        """
        yield self.trial.own if self.idle else self.trial.singles
        if not self.idle:
            yield self.trial.pairs

    def _tells(self, tried):
        """False if it always fails, as any function may, if its result is known in no call that is
        wrong, if one mistake undoes the other, or if it is a general mistake that changes nothing:
        single numbers cannot be transposed, say.
        """
        calls = range(len(self.outcomes))
        unknown = self.wrong and all(tried[k].value is ANY for k in self.wrong)
        if unknown or all(tried[k].error for k in calls) or self.trial.undone(tried):
            return False
        return not isinstance(tried, Changed) or not all(
            self.trial.same(tried[k], tried.function[k]) for k in calls
        )

    def _apart(self, tried, most):
        """The calls in which a mistake does something else; None if there are more than `most`."""
        apart = set()
        for k in self._order:
            unknown = tried[k].value is ANY and k in self.bad
            if unknown or not self.trial.same(tried[k], self.outcomes[k]):
                apart.add(k)
                if len(apart) > most:
                    return None
        return apart

    def _says(self, status, said=("", ""), failure=None):
        return Verdict(self.check.name, status, *said, failure)

    def _looks_like(self, tried, k, en, zh):
        one = sentences(tried.mistakes)
        said = f"It looks like a known mistake. {one[0]} {en}", f"像是一个典型错误。{one[1]}{zh}"
        return self._says(LIKE, said, self._failure(k))

    def _changes(self, changed):
        names = self.trial.names({place for k in changed for place in self.outcomes[k].changed})
        return (f"It changes its arguments ({', '.join(names)}).",
                f"函数改动了传入的参数（{'、'.join(names)}）。")  # fmt: skip

    def _explained(self):
        """The fault of the first failed case, and what is true of all cases, in both languages."""
        outcomes = self.outcomes[: len(self.trial.cases)]
        fails = any(outcome.error for outcome in outcomes)
        if name := self._passed_on:
            en, zh = of_every(fails)
            return f"{en}the result is `{name}` as it is.", f"{zh}结果都是原样的 `{name}`。"
        pairs = [
            (expected, outcome.value)
            for expected, outcome in zip(self.trial.expected, outcomes, strict=True)
            if not outcome.error
        ]
        return explained(self._first(), relation(pairs, self.check.tolerance, fails))

    def _first(self, among=None):
        """The failure of the smallest case, or of the smallest of some; None if none fails."""
        wrong = (k for k in self.wrong if among is None or k in among)
        return next(map(self._failure, wrong), None)

    def _failure(self, k):
        """The failure of a case."""
        expected, outcome = self.trial.expected[k], self.outcomes[k]
        where = None if outcome.error else difference(expected, outcome.value, self.check.tolerance)
        return Failure(self.trial.cases[k], expected, outcome.value, outcome.error, where)

    def _only(self, places):
        """The smallest of these calls, of which there is nothing to compare."""
        return only_call(min((self.trial.calls[k] for k in places), key=lambda call: call.size))
