"""Every check and exercise: the formula passes, every mistake is caught as itself.

Where a case has no number of its own, a check takes the formula's result for right; that this is
right, formulas/test_naive.py shows.
"""

import importlib
import inspect
import re

import numpy as np
import pytest

from minprune.checks import MODULES, checks
from minprune.checks.check import Call
from minprune.checks.compare import difference
from minprune.checks.evaluate import evaluate
from minprune.checks.judge import run_check, told_apart
from minprune.documents import index
from minprune.exercises import exercises
from minprune.formulas import factorization, misprints, structured

CHECKS = checks()
ALL = CHECKS | {id: e for id, e in exercises().items() if e.name not in CHECKS}
SEEDS = [0, 1, 2]

WITHOUT = {  # formulas that nobody could be asked for, and why
    "checked_mask": "refuses bad masks, computes nothing",
}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", ALL)
def test_the_formula_passes_and_every_mistake_is_told_apart(name, seed):
    check = ALL[name]
    verdict = run_check(check, check.formula, seed)
    assert verdict.passed, verdict
    told = told_apart(check, seed)
    assert [mistake.en for mistake in check.mistakes if mistake not in told] == []


@pytest.mark.parametrize("name", ALL)
def test_mistakes_are_said_in_one_sentence_of_both_languages(name):
    check = ALL[name]
    assert len(check.mistakes) >= 3
    assert len({m.en for m in check.mistakes}) == len({m.zh for m in check.mistakes})
    for said in [*check.mistakes, *check.properties]:
        assert said.en[0].isupper() and said.en.endswith(".") and len(said.en) <= 140
        assert said.zh.endswith("。") and len(re.findall("[\u4e00-\u9fff]", said.zh)) >= 5
    parameters = [*inspect.signature(check.formula).parameters]
    for mistake in check.mistakes:
        assert [*inspect.signature(mistake.function).parameters] == parameters


@pytest.mark.parametrize("name", CHECKS)
def test_cases_come_by_hand_at_the_border_and_at_random(name):
    check = CHECKS[name]
    worked = [case for case in check.fixed if case.source]
    edges = [case for case in check.fixed if not case.source]
    assert (worked and edges) or check.properties
    assert all(case.gives is not None for case in worked)
    assert check.draws or check.properties
    for case in check.cases():
        inspect.signature(check.formula).bind(*case.call.args, **case.call.kwargs)


@pytest.mark.parametrize("name", ALL)
def test_every_case_has_an_id_that_no_other_has_and_every_seed_gives_the_same(name):
    ids = [case.id for case in ALL[name].cases()]
    assert len({*ids}) == len(ids) and all(id.isprintable() and id.strip() == id for id in ids)
    assert [case.id for case in ALL[name].cases(7)] == ids


def test_the_ids_of_rank_mask_can_be_read():
    ids = [case.id for case in CHECKS["rank_mask"].cases()]
    assert ids[:4] == ["C-4.2d", "by hand", "by hand 2", "E-5.1c"]
    assert {"nothing to prune", "published: PyTorch", "random numbers 3"} <= {*ids}


def test_a_check_stands_where_its_formula_stands():
    for name, check in CHECKS.items():
        assert check.formula.__module__ in {f"minprune.formulas.{m}" for m in MODULES}
        assert check.name == name == check.formula.__name__


def test_every_formula_has_a_check():
    names = {
        name
        for module in map(importlib.import_module, index.MODULES)
        for name, thing in vars(module).items()
        if inspect.isfunction(thing)
        and thing.__module__ == module.__name__ != misprints.__name__
        and module.__name__.startswith("minprune.formulas.")
        and not name.startswith("_")
    }
    assert names == {*CHECKS} | {*WITHOUT} and not {*CHECKS} & {*WITHOUT}


def test_there_are_enough_of_them():
    assert sum(len(check.mistakes) for check in CHECKS.values()) >= 150


def unstable(a, axis=-1):
    """`np.argsort` as it may be without kind="stable": of more than 16 the equal ones move."""
    a = np.asarray(a)
    if a.shape[axis] <= 16:
        return np.argsort(a, axis=axis, kind="stable")
    return a.shape[axis] - 1 - np.argsort(np.flip(a, axis), axis=axis, kind="stable")


def rank_mask(score, k):
    mask = np.ones(np.size(score), dtype=bool)
    mask[unstable(np.ravel(score))[:k]] = False
    return mask.reshape(np.shape(score))


def layerwise_rank_masks(scores, sparsity):
    return [rank_mask(score, round(score.size * sparsity)) for score in scores]


def global_rank_masks(scores, sparsity):
    ends = np.cumsum([score.size for score in scores])
    mask = rank_mask(np.concatenate([*map(np.ravel, scores)]), round(int(ends[-1]) * sparsity))
    parts = zip(scores, np.split(mask, ends[:-1]), strict=True)
    return [part.reshape(score.shape) for score, part in parts]


def nm_mask(w, n, m, axis=None):
    axis = -min(w.ndim, 2) if axis is None else axis
    w = np.moveaxis(w, axis, 0)
    order = unstable(np.abs(w).reshape(-1, m, *w.shape[1:]), axis=1)
    return np.moveaxis((np.argsort(order, axis=1) >= m - n).reshape(w.shape), 0, axis)


def topk_gate(h, k):
    return np.argsort(unstable(np.abs(h), axis=1), axis=1) >= h.shape[1] - k


@pytest.mark.parametrize(
    "function",
    [rank_mask, layerwise_rank_masks, global_rank_masks, nm_mask, topk_gate,
     structured.hybrid_mask, structured.block_mask, factorization.remove_factors],
    ids=lambda function: function.__name__,
)  # fmt: skip
def test_an_unstable_sort_is_wrong(function, monkeypatch):
    check = CHECKS[function.__name__]
    for seed in SEEDS:
        assert run_check(check, check.formula, seed).passed  # computes what is expected
    for module in (structured, factorization):  # the last three rank by this
        monkeypatch.setattr(module, "rank_mask", rank_mask)
    for seed in SEEDS:
        assert run_check(check, function, seed).status in ("failed", "mistake")


@pytest.mark.parametrize("name", ["rank_mask", "layerwise_rank_masks", "global_rank_masks"])
def test_what_ranks_has_cases_without_ties_that_a_wrong_order_fails(name):
    """For libraries with another rule for ties, or for scores below zero."""

    def clear(call):
        layers = [call.args[0]] if isinstance(call.args[0], np.ndarray) else call.args[0]
        scores = np.concatenate([np.zeros(0), *map(np.ravel, layers)])
        return scores.size == np.unique(scores).size > 1 and scores.min() >= 0

    check = CHECKS[name]
    calls = [case.call for case in check.cases() if clear(case.call)]
    right = evaluate(check.formula, calls)
    assert len(calls) >= 5
    turned = [Call((negated(call.args[0]), *call.args[1:]), call.kwargs) for call in calls]
    wrong = evaluate(check.formula, turned)
    differ = [difference(a.value, b.value) for a, b in zip(right, wrong, strict=True)]
    assert sum(one is not None for one in differ) >= 5


def negated(scores):
    return -scores if isinstance(scores, np.ndarray) else [-s for s in scores]
