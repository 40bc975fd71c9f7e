"""Cases and properties that a right implementation satisfies, and the classic mistakes."""

import inspect
import re
from collections import Counter
from collections.abc import Callable
from itertools import combinations
from typing import NamedTuple

import numpy as np

from minprune.arguments import whole_number
from minprune.checks.child import Function, Seed  # the two stand for what cannot be sent
from minprune.checks.mistake import Mistake, pair, written
from minprune.documents.index import ID

PUBLISHED = "a published number"


class Call(NamedTuple):
    """The arguments of one call."""

    args: tuple
    kwargs: dict

    def __repr__(self):
        parts = [_short(a) for a in self.args]
        return ", ".join([*parts, *(f"{k}={_short(v)}" for k, v in self.kwargs.items())])

    @property
    def size(self):
        """(whether an argument is empty, how many numbers there are): the smallest case says most,
        but of nothing there is nothing to see."""
        counts = [_numbers(a) for a in (*self.args, *self.kwargs.values())]
        return 0 in counts, sum(counts)


def given(*args, **kwargs):
    """The arguments of a call; a list of numbers becomes an array, a list of arrays stays a list.

    >>> given([1.0, 2.0], k=1).args
    (array([1., 2.]),)
    """
    return Call(tuple(map(_array, args)), {name: _array(a) for name, a in kwargs.items()})


class Case(NamedTuple):
    """One call and what it should give.

    what    what it tries, in a few words
    gives   numbers computed by hand or printed elsewhere, with their `source`; None where the
            formula says what is right
    digits  decimal places that the source prints, if it rounds
    id      its name among the cases of a check, which `Check.cases` gives it
    """

    call: Call
    what: str
    gives: object = None
    source: str = ""
    digits: int | None = None
    id: str = ""

    @property
    def label(self):
        """The origin in short, which several cases can have in common, or else what it tries.

        >>> Case(given(17, 0.4), PUBLISHED, 7, "PyTorch (commit 058aaae), a test").label
        'published: PyTorch'
        """
        if self.what == PUBLISHED:
            return "published: " + re.split(r" [(\d]|, ", self.source)[0]
        return self.source or self.what


class Property(NamedTuple):
    """A property of the outputs of several calls together.

    calls  a generator function of an `rng`: yields the list of its calls once, is sent the list of
           their outputs, and returns whether the property holds
    """

    calls: Callable
    en: str
    zh: str


class Check:
    """All that is known of one formula.

    formula    the function of minprune that computes it
    plain      the function that mistakes are edits of: the formula, or a `solution` written out
    tolerance  largest difference allowed, as a share of the largest number expected
    random     cases from `@check.random`, drawn anew for every seed
    copies     whether the result must be new arrays, which share no memory with the arguments

    A check is filled by its methods, which read like sentences:

    >>> from minprune.formulas.masks import rank_mask
    >>> check = Check(rank_mask)
    >>> check.worked("C-4.2d", given([3.0, 1.0, 2.0], k=1), gives=[True, False, True])
    >>> check.edge("nothing to prune", given([3.0, 1.0], k=0))
    >>> check.edits('''
    ... k = score.size - k
    ...     It keeps k entries; k is how many to prune.
    ...     保留了 k 个；k 是要剪掉的个数。
    ... ''')
    """

    def __init__(self, formula, tolerance=1e-6):
        self.formula = self.plain = formula
        self.tolerance = tolerance
        self.copies = False
        self.fixed, self.draws, self.properties, self.mistakes = [], [], [], []

    @property
    def name(self):
        return self.formula.__name__

    @property
    def signature(self):
        """The first line of an implementation: `def rank_mask(score, k):`."""
        return f"def {self.name}{inspect.signature(self.formula)}:"

    @property
    def specification(self):
        """The task: equation, shapes, the rules for ties and rounding, sources."""
        doc = inspect.getdoc(self.formula)
        if doc is None:
            raise ValueError("python -OO removes the docstrings that say what a formula computes; "
                             "run Python without it")  # fmt: skip
        return doc

    @property
    def ids(self):
        """The items of the documents that it computes."""
        source = self.specification.partition("Source: ")[2].partition("\n\n")[0]
        return tuple(dict.fromkeys(ID.findall(source)))

    def worked(self, source, call, gives):
        """A case whose result stands in a document or was computed by hand."""
        self.fixed.append(Case(call, "a worked example", _array(gives), source))

    def published(self, source, call, gives, digits=None):
        """A case whose result was published by others: a paper's table, another project's test.

        source  what it is, which file or table, which version
        digits  decimal places printed, if the number is rounded
        """
        self.fixed.append(Case(call, PUBLISHED, _array(gives), source, digits))

    def edge(self, what, call):
        """A case at the border of what is allowed: empty, equal, nothing, everything."""
        self.fixed.append(Case(call, what))

    def random(self, draw, count=4):
        """Decorator: `draw(rng)` makes the call of a random case, of which there are several."""
        self.draws.append((draw, count))
        return draw

    def property(self, en, zh):
        """Decorator of a generator function; see `Property`."""

        def add(calls):
            self.properties.append(Property(calls, en, zh))
            return calls

        return add

    def solution(self, function):
        """Decorator: the formula written out in NumPy alone, for the edits that follow.

        Gives back the check, so that a check and its solution can have one name.
        """
        self.plain = function
        return self

    def edits(self, text):
        """Mistakes as edits of the plain solution: see `Mistake` and `written`."""
        self.mistakes += [Mistake(self.plain, *one) for one in written(text)]

    def mistake(self, en, zh):
        """Decorator: a mistake that no edit can express, as a separate function."""

        def add(function):
            self.mistakes.append(Mistake(function, (), en, zh))
            return function

        return add

    def pairs(self):
        """Every two mistakes that one function can make at once: (one, other, the function)."""
        for one, other in combinations(self.mistakes, 2):
            if (both := pair(one, other)) is not None:
                yield one, other, both

    def cases(self, seed=0):
        """All cases, those by hand first, each with an id of its own: a label's second case is
        "random numbers 2". Other seeds draw other random ones, with the same ids."""
        whole_number("seed", seed, low=0)
        drawn = [
            Case(draw(np.random.default_rng((seed, d, k))), "random numbers")
            for d, (draw, count) in enumerate(self.draws)
            for k in range(count)
        ]
        found, seen = [], Counter()
        for case in [*self.fixed, *drawn]:
            seen[case.label] += 1
            number = f" {seen[case.label]}" if seen[case.label] > 1 else ""
            found.append(case._replace(id=case.label + number))
        return found


def _array(value):
    """A list of numbers as an array; of rows of several lengths as a list of arrays. A list of
    arrays stays one, and tuples are what they are."""
    if not (isinstance(value, list) and _only_numbers(value)):
        return value
    shapes = {np.shape(_array(part)) for part in value if isinstance(part, list)}
    return np.array(value) if len(shapes) <= 1 else [_array(part) for part in value]


def _only_numbers(value):
    if isinstance(value, list):
        return all(map(_only_numbers, value))
    return isinstance(value, (bool, int, float))


def _numbers(value):
    if isinstance(value, (list, tuple)):
        return sum(map(_numbers, value))
    return np.size(value)


def _short(value):
    """The value as Python has it, on one line; of a large array its ends only."""
    if isinstance(value, Seed):
        return f"np.random.default_rng({int(value)})"
    if isinstance(value, Function):
        return str(value)
    if isinstance(value, np.ndarray):
        kind = "" if value.dtype in (np.float64, np.int64, bool) else f", {str(value.dtype)!r}"
        if not value.size:
            return f"np.zeros({value.shape}{kind})"
        if value.size > 200:
            return " ".join(np.array2string(value, separator=", ", threshold=200).split())
        return f"np.array({value.tolist()}{kind})"
    if isinstance(value, (list, tuple)) and not hasattr(value, "_fields"):
        inner = ", ".join(map(_short, value))
        if isinstance(value, list):
            return f"[{inner}]"
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    return repr(value)
