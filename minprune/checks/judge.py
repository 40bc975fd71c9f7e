"""Judge an implementation by a check."""

from minprune.checks.compare import difference
from minprune.checks.diagnosis import Diagnosis
from minprune.checks.evaluate import evaluate
from minprune.checks.trial import Trial
from minprune.checks.verdict import MISTAKE, Failure, broken


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
    verdict = Diagnosis(trial, outcomes).verdict()
    return verdict._replace(run=len(outcomes), declared=len(trial.calls))


def told_apart(check, seed=0):
    """The mistakes of a check that are recognized as themselves."""
    trial = Trial.of(check, seed)
    found = [(tried.mistakes[0], Diagnosis(trial, [*tried]).verdict()) for tried in trial.own]
    return [m for m, said in found if said[1:4] == (MISTAKE, m.en, m.zh)]


def failure_of(check, case):
    """The failure of the formula itself in a case that states its result, or None."""
    (outcome,) = evaluate(check.formula, [case.call])
    where = difference(case.gives, outcome.value, check.tolerance, digits=case.digits)
    if not outcome.error and where is None:
        return None
    return Failure(case, case.gives, outcome.value, outcome.error, where)
