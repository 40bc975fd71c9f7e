"""Judge all of minprune's own formulas, or the functions of a user's file."""

import ast
from typing import NamedTuple

from minprune.checks import check_of, checks
from minprune.checks.check import PUBLISHED
from minprune.checks.isolated import (
    Broken,
    Limits,
    answers,
    definitions,
    functions_in,
    tree_of,
)
from minprune.checks.judge import failure_of, judge, run_check, told_apart
from minprune.checks.verdict import FAILED, Verdict, broken
from minprune.checks.words import explained
from minprune.language import in_both


class Row(NamedTuple):
    """One formula judged.

    ids       items of the documents that it computes
    function  whose it is: minprune's, or one of a file
    cases     calls with a result that is compared, among them those with a result computed
              `by_hand` and those `published` by others; the others have that of the formula
    properties  of several calls together
    told      mistakes that the cases tell apart from the formula and from each other; of a file
              None, since that is not asked there
    printed   what the function printed
    """

    name: str
    ids: tuple
    function: str
    cases: int
    by_hand: int
    published: int
    properties: int
    mistakes: int
    told: int | None
    verdict: Verdict
    printed: str = ""

    @property
    def passed(self):
        return self.verdict.passed and self.told in (None, self.mistakes)


def verify_formulas(names=(), seed=0):
    """A row for every formula of minprune, or for those named; and whether its mistakes are caught.

    `ValueError` for a name that no check has
    """
    chosen = [check_of(name) for name in names] or checks().values()
    rows = []
    for check in chosen:
        told = len(told_apart(check, seed))
        verdict = run_check(check, check.formula, seed)
        if verdict.passed and (wrong := _not_as_published(check)) is not None:
            en, zh = explained(wrong)
            verdict = verdict._replace(status=FAILED, en=en, zh=zh, failure=wrong)
        rows.append(_row(check, f"minprune.{check.name}", verdict, seed, told))
    return rows


def verify_file(path, mapping=None, names=(), seed=0, limits=None):
    """A row for every function of a file that is called as a formula, or is mapped to one.

    mapping  {name in the file: name of the formula}
    names    of formulas, if only these are to be judged, and what is mapped
    limits   of the process in which each function runs

    `Broken` if the file cannot be read; `ValueError` if something named is not in it, or nothing is
    """
    mapping, theirs = dict(mapping or {}), functions_in(path)
    for name in mapping:
        if name not in theirs:
            raise in_both(ValueError(f"{path} defines no {name}"), f"{path} 中没有定义 {name}")
    chosen = {name: check_of(mapping.get(name, name))
              for name in theirs if name in checks() or name in mapping}  # fmt: skip
    if names:
        wanted = {check_of(name).name for name in names}
        if absent := wanted - {check.name for check in chosen.values()}:
            raise in_both(ValueError(f"{path} defines no {', '.join(sorted(absent))}"),
                          f"{path} 中没有定义 {'、'.join(sorted(absent))}")  # fmt: skip
        chosen = {name: check for name, check in chosen.items()
                  if check.name in wanted or name in mapping}  # fmt: skip
    if not chosen:
        names = ", ".join(theirs)
        defined = f"定义的是 {names}" if names else "没有任何定义"
        raise in_both(
            ValueError(
                f"{path}: no function has the name of a formula, it defines {names or 'nothing'}; "
                "give --map NAME=FORMULA (`python -m minprune verify` lists the formulas)"),
            f"{path}：没有与公式同名的函数，文件中{defined}；"
            "请给出 --map NAME=FORMULA（`python -m minprune verify` 列出全部公式）",
        )  # fmt: skip
    return [_judged(path, name, check, seed, limits or Limits()) for name, check in chosen.items()]


def not_judged(path, rows):
    """The functions of a file that were not judged, as no formula is called so."""
    seen = {*checks(), *(row.function for row in rows)}
    return [name for name, node in definitions(tree_of(path))
            if isinstance(node, ast.FunctionDef) and name not in seen]  # fmt: skip


def _judged(path, name, check, seed, limits):
    printed = []

    def answer(calls):
        outcomes, text = answers(path, name, calls, limits)
        printed.append(text)
        return outcomes

    try:
        verdict = judge(check, answer, seed)
    except Broken as problem:
        verdict = broken(check, *problem.args, problem.call)
    return _row(check, name, verdict, seed, None, "".join(printed))


def _not_as_published(check):
    """The first case whose published number the formula does not give, as a `Failure`, or None."""
    failures = (failure_of(check, case) for case in check.fixed if case.what == PUBLISHED)
    return next((failure for failure in failures if failure is not None), None)


def _row(check, function, verdict, seed, told, printed=""):
    sources = [case.what for case in check.fixed if case.gives is not None]
    published = sources.count(PUBLISHED)
    by_hand = len(sources) - published
    return Row(check.name, check.ids, function, len(check.cases(seed)), by_hand, published,
               len(check.properties), len(check.mistakes), told, verdict, printed)  # fmt: skip
