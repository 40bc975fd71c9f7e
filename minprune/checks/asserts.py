"""Tests of a function in any test suite: one line for all cases of a formula, or one for each."""

import inspect
import unittest
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from minprune import arguments
from minprune.checks.check import Property
from minprune.checks.converted import Conversion
from minprune.checks.details import STATUS, details
from minprune.checks.diagnosis import Diagnosis, sentences
from minprune.checks.evaluate import evaluate
from minprune.checks.isolated import Broken, answers, functions_in
from minprune.checks.judge import judge
from minprune.checks.part import Conventions, alone, amount, part_of, whole
from minprune.checks.trial import Trial
from minprune.checks.verdict import BROKEN, FAILED, LIKE, MISTAKE, PROPERTY, broken
from minprune.checks.words import explained
from minprune.language import either, language


class CaseOf(str):
    """A case or property of a formula, for `assert_computes`: its id, which pytest shows."""

    def __new__(cls, id, formula, seed, conventions):
        case = super().__new__(cls, id)
        case.formula, case.seed, case.conventions = formula, seed, conventions
        return case


def cases_of(formula, ties=None, rounding=None, dtype=None, seed=0):
    """Every case and property of a formula, as the arguments of `pytest.mark.parametrize`:

        @pytest.mark.parametrize(*cases_of("rank_mask"))
        def test_rank_mask(case):
            assert_computes(my_function, case)

    With unittest: `for case in cases_of("rank_mask")[1]`, and `with self.subTest(case)`.

    formula                 its name
    ties, rounding, dtype   as in `assert_computes`, which takes them from the case
    seed                    another one gives other random cases, of the same ids
    returns ("case", the list of them); as text each is its id, a source or what the case tries

    >>> name, cases = cases_of("rank_mask")
    >>> cases[0], cases[6], cases[-1]
    ('C-4.2d', 'nothing to prune', 'property')
    """
    conventions = Conventions(ties, rounding, dtype).checked()
    ids = part_of(formula, seed, conventions).items
    return "case", [CaseOf(id, formula, seed, conventions) for id in ids]


def assert_computes(
    function, formula, *, convert=None, back=None,
    ties=None, rounding=None, dtype=None, isolated=False, seed=0,
):  # fmt: skip
    """Assert that a function computes a formula, in all cases and properties of its check.

    function  takes the arguments of the formula, in the same order and with the same names
    formula   its name, such as "rank_mask", or a case of `cases_of`
    convert   makes the arrays that the function takes, of NumPy arrays: `torch.from_numpy`,
              `jax.numpy.asarray`, `numpy.ndarray.tolist`. Messages show the NumPy arrays. Cases
              are left out if an array has another shape afterwards: a list of no rows has no
              columns
    back      makes NumPy arrays of those in the result: `torch.Tensor.numpy`; None: `numpy.asarray`
    ties      "any": cases are left out whose result depends on which of equal scores is pruned, or
              on a score equal to the threshold
    rounding  "any": cases are left out whose result depends on whether a count is rounded to the
              nearest, down or up, or on how a half is rounded in quantization
    dtype     "float32": arrays of float64 are passed as float32, results may differ by 1e-5 of the
              largest number, and cases are left out where the formula itself then differs by more.
              Needed where `convert` makes float32, as `jax.numpy.asarray` does by default
    isolated  True: as `verify` does, it runs the file of the function, which must not import
              minprune, in a separate process that is ended after 20 seconds
    seed      of the random cases

    A property is left out if a call that it compares is.

    returns a sentence: the number of cases that are right, and of those left out
    `AssertionError` otherwise: the verdict, with the mistake if it is a known one, and the smallest
    case that fails. For a single case it is the mistake that explains all cases. Where only cases
    fail that depend on a convention, the message ends with the option that leaves them out
    `ValueError` for an unknown formula or convention, or if no case remains
    `TypeError` if `convert` or `back` fails
    `unittest.SkipTest`, which pytest reports as skipped, for a case that `convert` leaves out

    >>> from minprune.formulas.masks import rank_mask
    >>> assert_computes(rank_mask, "rank_mask")
    'Right: 21 of 21 cases and 1 of 1 properties.'
    >>> assert_computes(lambda score, k: rank_mask(-score, k), "rank_mask", ties="any")
    Traceback (most recent call last):
    AssertionError: <lambda> as rank_mask: mistake
        It prunes the highest scores; prune the lowest.
        called as   rank_mask(np.array([3.0, -1.0, 2.0, -5.0]), 2)
        from        by hand
        expected    ● ○ ● ○
        got         ○ ● ○ ●
        differs at  [0]
    Left out: 8 of 21 cases and 1 of 1 properties, which depend on ties.
    """
    __tracebackhide__ = True  # pytest shows the line of the test
    arguments.function("function", function)
    conventions, id = Conventions(ties, rounding, dtype).checked(), None
    if isinstance(formula, CaseOf):
        if conventions != Conventions() or seed:
            raise ValueError("ties, rounding, dtype and seed of a case are those of cases_of")
        id, formula, seed, conventions = formula, formula.formula, formula.seed, formula.conventions
    everything = whole(formula, seed)
    answer, fits = _way_to(function, convert, back, isolated)
    lost = frozenset(id for id, calls in everything.calls().items() if not all(map(fits, calls)))
    subject = Subject(formula, seed, answer, lost)
    part = subject.part(conventions)
    if id in lost:
        raise unittest.SkipTest(either(*part.left_out[0]))
    verdict = subject.verdict(part) if id is None else subject.verdict_of(id, part)
    left_out = [either(*words) for words in part.left_out]
    if verdict.passed:
        en, zh = amount(everything, {*part.items} if id is None else {id})
        return either(" ", "").join([either(f"Right: {en}.", f"正确：{zh}。"), *left_out])
    lines = [_title(function, formula, id, verdict), *details(formula, verdict, sources=True)]
    raise AssertionError("\n".join([*lines, *left_out, *subject.hints(id, conventions, verdict)]))


def _title(function, formula, id, verdict):
    name = getattr(function, "__name__", type(function).__name__)
    case = "" if id is None else either(f', case "{id}"', f"，用例“{id}”")
    as_formula = "" if name == formula else either(f" as {formula}", f"（作为 {formula}）")
    status = STATUS[language()][verdict.status]
    return either(f"{name}{as_formula}{case}: {status}", f"{name}{as_formula}{case}：{status}")


def _way_to(function, convert, back, isolated):
    """(The function that answers calls, the one that says whether a call can be given)."""
    if isolated:
        if convert or back:
            raise ValueError("convert and back are not possible with isolated=True: they are "
                             "functions of this process")  # fmt: skip
        path, name = _place(function)
        return lambda calls: answers(path, name, calls)[0], lambda call: True
    if not convert and not back:
        return lambda calls: evaluate(function, calls), lambda call: True
    way = Conversion(convert or (lambda array: array), back or np.asarray)
    return lambda calls: way.evaluate(function, calls), way.keeps_shapes


def _place(function):
    """The file of a function and its name there; `ValueError` if it cannot run from its file."""
    name = getattr(function, "__qualname__", type(function).__name__)
    try:
        path = Path(inspect.getsourcefile(function))
        if name in functions_in(path):
            return path, name
        why = f"{path} defines no {name}"
    except (TypeError, OSError):
        why = f"{name} has no file"
    except Broken as problem:
        why = f"{path}: {problem.args[0]}"
    raise ValueError("isolated=True runs the file of a function, which must define it outside of "
                     "functions and classes and must not import minprune, so the test belongs in "
                     f"another file. {why}")  # fmt: skip


class Subject(NamedTuple):
    """A function to be judged.

    answer  gives the outcomes of calls
    lost    ids of the cases that it cannot be given
    """

    formula: str
    seed: int
    answer: Callable
    lost: frozenset

    def part(self, conventions):
        """The part of the check that it is judged by."""
        return part_of(self.formula, self.seed, conventions, self.lost)

    def verdict(self, part):
        try:
            return judge(part, self.answer)
        except Broken as problem:
            return broken(part, *problem.args, problem.call)

    def verdict_of(self, id, part):
        """The verdict on one case, with the mistake that explains all cases, if there is one."""
        verdict, item = self.verdict(alone(part, id)), part.items[id]
        if verdict.status not in (MISTAKE, LIKE, FAILED):
            return verdict
        if mistakes := self.mistakes(part):
            status, said = MISTAKE, sentences(mistakes)
        elif isinstance(item, Property):
            status, said = PROPERTY, (item.en, item.zh)
        else:
            status, said = FAILED, explained(verdict.failure)
        return verdict._replace(status=status, en=said[0], zh=said[1])

    def mistakes(self, part):
        """The mistakes that do in every call what the function does; [] if there are none."""
        trial = Trial.of(part, 0)
        try:
            return Diagnosis(trial, self.answer(trial.calls)).mistakes()
        except Broken:
            return []

    def hints(self, id, conventions, verdict):
        """A sentence for each convention on which all that fails depends."""
        for name in ("ties", "rounding") if verdict.status != BROKEN else ():
            other = conventions._replace(**{name: "any"})
            try:
                part = self.part(other)
            except ValueError:  # nothing would remain
                continue
            if id is not None and id not in part.items:
                yield either(
                    f'This case depends on {name}: cases_of(..., {name}="any") leaves it out.',
                    f'这个用例取决于 {name}：cases_of(..., {name}="any") 会略去它。',
                )
            if id is None and other != conventions and self.verdict(part).passed:
                yield either(
                    f'Only cases that depend on {name} fail: {name}="any" leaves them out.',
                    f'没有通过的用例都取决于 {name}：{name}="any" 会略去它们。',
                )
