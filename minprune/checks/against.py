"""Functions of other libraries, judged by the cases of the formulas that they compute.

A function that gives other numbers may be right by another convention. A convention is found as a
mistake is: the library has it if in every call it gives what the formula with that edit gives.
"""

import json
from itertools import combinations, product
from pathlib import Path
from typing import NamedTuple

import numpy as np

import minprune
from minprune.checks import check_of
from minprune.checks.compare import as_array, difference
from minprune.checks.converted import each
from minprune.checks.libraries import known, library_of
from minprune.checks.libraries.conventions import EQUALS, FLOATS_ONLY, READINGS, conventions_of
from minprune.checks.mistake import pair
from minprune.checks.trial import Trial, Tried
from minprune.checks.vectors import encoded
from minprune.language import in_both

SAME, FLOATS, CONVENTION = "same", "floats", "convention"
REFUSES, WRONG = "refuses", "wrong"


class Behaviour(NamedTuple):
    """The results of a library's function, compared with those of the formula.

    status       "same"; "floats": the same, but arrays of whole numbers are refused;
                 "convention": it gives what the formula gives with other conventions;
                 "refuses": one of these, but it raises in some calls; "wrong": some results are
                 others, and no convention explains them
    calls        number of calls, and of those that
    left_out     the function does not provide for,
    refused      it raises in,
    differently  it answers by another convention,
    wrong        it answers otherwise
    en, zh       sentences: the conventions, or the known mistake that it makes
    refusal      the smallest call that it refuses, and the error
    failure      the smallest call that it answers otherwise, what is expected and what comes
    """

    formula: str
    function: str
    status: str
    calls: int
    left_out: int
    refused: int
    differently: int
    wrong: int
    en: list
    zh: list
    refusal: dict | None
    failure: dict | None


def results(name, seed=0, names=()):
    """The behaviours of an installed library's functions, as a dictionary for `json.dumps`."""
    library = library_of(name)
    return {
        "library": name,
        "version": library.version,
        "minprune": minprune.__version__,
        "seed": seed,
        "results": [row._asdict() for row in behaviours(library, seed, names)],
    }


def stored_results(name, names=()):
    """The results that come with minprune."""
    path = Path(__file__).parent / "libraries" / f"{known(name)}.json"
    found = json.loads(path.read_text(encoding="utf-8"))
    wanted = {check_of(formula).name for formula in names}
    rows = [row for row in found["results"] if not wanted or row["formula"] in wanted]
    return found | {"results": rows}


def behaviours(library, seed=0, names=()):
    """A `Behaviour` for every function of a library, or for those that compute these formulas."""
    wanted = {check_of(name).name for name in names}
    chosen = [a for a in library.adapters if not wanted or a.formula in wanted]
    if absent := wanted - {adapter.formula for adapter in chosen}:
        raise in_both(
            ValueError(f"no function of the library computes {', '.join(sorted(absent))}"),
            f"该库没有计算 {'、'.join(sorted(absent))} 的函数",
        )
    return [behaviour(library, adapter, seed) for adapter in chosen]


def behaviour(library, adapter, seed=0):
    """The `Behaviour` of one function."""
    trial = Trial.of(check_of(adapter.formula), seed)
    outcomes, floats_only = _outcomes(library, adapter, trial.calls)
    asked = [k for k, outcome in enumerate(outcomes) if outcome.value is not NotImplemented]
    refused = [k for k in asked if outcomes[k].error]
    answers = {k: outcomes[k].value for k in asked if not outcomes[k].error}
    differ = _unexplained(trial, trial.right, answers)
    conventions, wrong = _conventions(trial, answers)
    finite = {k: value for k, value in answers.items() if _is_finite(value)}
    shown = [k for k in wrong if k in finite]  # an overflow says less
    if shown and (mistake := _mistake(trial, finite)):
        conventions, wrong = mistake, differ
    said = [*conventions, *([FLOATS_ONLY] if floats_only else [])]
    status = FLOATS if floats_only else SAME
    status = WRONG if wrong else REFUSES if refused else CONVENTION if conventions else status
    return Behaviour(
        adapter.formula, adapter.function, status, len(outcomes), len(outcomes) - len(asked),
        len(refused), len(differ) - len(wrong), len(wrong),
        [one.en for one in said], [one.zh for one in said],
        _smallest(trial, refused, lambda k: {"error": outcomes[k].error}),
        _smallest(trial, shown or wrong, lambda k: {"expected": encoded(trial.right[k].value),
                                           "got": encoded(answers[k])}),
    )  # fmt: skip


def _outcomes(library, adapter, calls):
    """The outcomes of a function, and whether some came only with floats for whole numbers."""
    outcomes = library.outcomes(adapter, calls)
    refused = [k for k, outcome in enumerate(outcomes) if outcome.error]
    again = [each(_floats, calls[k]) for k in refused]
    answered = [
        (k, outcome)
        for k, outcome in zip(refused, library.outcomes(adapter, again), strict=True)
        if not outcome.error
    ]
    for k, outcome in answered:
        outcomes[k] = outcome
    return outcomes, bool(answered)


def _floats(value):
    """An array of whole numbers as one of floats."""
    whole = isinstance(value, np.ndarray) and value.dtype.kind in "iu"
    return value.astype(np.float64) if whole else value


def _conventions(trial, answers):
    """The conventions that explain most of the answers, as few as possible, and the calls that they
    do not explain."""
    tried, wrong = None, answers
    first = [one for one in READINGS if one is not EQUALS]  # "keeps what equals theta" says more
    for readings, one in product((first, READINGS), [*_alternatives(trial)]):
        left = _unexplained(trial, one, answers, readings)
        if tried is None or len(left) < len(wrong):
            tried, wrong = one, left
        if not wrong:
            break
    readings = [*READINGS]
    for reading in READINGS:
        fewer = [one for one in readings if one is not reading]
        if len(_unexplained(trial, tried, answers, fewer)) == len(wrong):  # it is not needed
            readings = fewer
    return [*tried.mistakes, *readings], wrong


def _alternatives(trial):
    """The formula; with one of its conventions; with two of them."""
    yield trial.right
    known = conventions_of(trial)
    for one in known:
        yield Tried([one], one.function, trial.calls)
    for one, other in combinations(known, 2):
        if (both := pair(one, other)) is not None:
            yield Tried([one, other], both, trial.calls)


def _mistake(trial, answers):
    """The mistake of the check that gives all the answers, in a list, or None."""
    found = (one for one in trial.own if not _unexplained(trial, one, answers, READINGS))
    return next((one.mistakes for one in found), None)


def _is_finite(value):
    array = as_array(value)
    return array is None or array.dtype.kind != "f" or np.isfinite(array).all()


def _unexplained(trial, tried, answers, readings=()):
    """The calls with other answers than those of a formula, when read by these readings."""
    return [k for k in answers if not _alike(trial, k, tried, answers[k], readings)]


def _alike(trial, k, tried, got, readings):
    right, tolerance = tried[k], trial.check.tolerance
    if right.error or difference(right.value, got, tolerance) is None:
        return not right.error
    for reading in readings:
        got = reading.read(tried, k, right.value, got)
    return difference(right.value, got, tolerance) is None


def _smallest(trial, calls, details):
    """The smallest of some calls, and the details of what happened in it; None without calls."""
    if not calls:
        return None
    k = min(calls, key=lambda k: (trial.calls[k].size, k))
    return {"call": f"{trial.check.name}({trial.calls[k]!r})", **details(k)}
