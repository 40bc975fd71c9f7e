"""The part of a check that a function with other conventions can be judged by."""

from functools import cache
from typing import NamedTuple

import numpy as np

from minprune.arguments import shown
from minprune.checks.check import Case, Check, Property
from minprune.checks.conventions import Steady, depends_on, steady
from minprune.checks.registry import check_of
from minprune.checks.single import SINGLE, in_single


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

    left_out  sentences that say how many are not in it, and why, in English and in Chinese
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
def part_of(formula, seed, conventions, lost=frozenset()):
    """The part of a check that does not depend on these conventions.

    lost  ids of cases that the function cannot be given
    `ValueError` if nothing remains
    """
    all_of_it = part = whole(formula, seed)
    reasons = {
        ("whose arrays have another shape after `convert`", "其数组经 `convert` 后形状不同"): lost
    }
    if conventions.dtype:
        items, out = in_single(all_of_it)
        reasons["which come out differently in float32", "用 float32 时结果不同"] = out
        part = Part(all_of_it, items, tolerance=max(all_of_it.tolerance, SINGLE))
    for name in ("ties", "rounding"):
        if getattr(conventions, name):
            reasons[f"which depend on {name}", f"取决于 {name}"] = _dependent(part, name)
    out = frozenset().union(*reasons.values())
    left_out = [_left_out(words, amount(all_of_it, ids)) for words, ids in reasons.items() if ids]
    if out == all_of_it.items.keys():
        said = " ".join(en for en, _ in left_out)
        raise ValueError(f"no case of {formula} remains to be checked. {said}")
    kept = {id: item for id, item in part.items.items() if id not in out}
    if reasons.get(("which depend on ties", "取决于 ties")):
        part = Part(part, part.items, mistakes=[Steady(*one) for one in part.mistakes])
    return Part(part, kept, left_out=left_out)


def _left_out(why, how_many):
    (en, zh), (cases, cases_zh) = why, how_many
    return f"Left out: {cases}, {en}.", f"略去：{cases_zh}，{zh}。"


def amount(part, ids):
    """A number of cases and properties in words, of those that there are, in both languages."""
    cases = {case.id for case in part.cases()}
    counts = [(len(cases & ids), len(cases), "cases", "个", "用例"),
              (len(ids - cases), len(part.properties), "properties", "条", "性质")]  # fmt: skip
    counts = [count for count in counts if count[0]]
    en = [f"{some} of {every} {noun}" for some, every, noun, *_ in counts]
    zh = [
        f"{every} {measure}{noun}中的 {some} {measure}" for some, every, _, measure, noun in counts
    ]
    return " and ".join(en), "，".join(zh)


def _drawn(property, seed):
    return property._replace(calls=lambda _: property.calls(np.random.default_rng(seed)))


def _dependent(part, convention):
    """The ids of what depends on ties or rounding: a property if one of its calls does."""
    calls = part.calls()
    found = iter(depends_on(convention, part, [call for some in calls.values() for call in some]))
    return {id for id, some in calls.items() if any([next(found) for _ in some])}
