"""Every check: the formula passes, every mistake is caught as itself, and nothing is left out."""

import importlib
import inspect
import re
import sys

import numpy as np
import pytest

from minprune.checks import MODULES, checks
from minprune.checks.check import Call
from minprune.checks.compare import difference
from minprune.checks.evaluate import evaluate
from minprune.checks.judge import run_check
from minprune.documents import index
from minprune.formulas import factorization, masks, misprints, structured

CHECKS = checks()
MISTAKES = [(name, k) for name, check in CHECKS.items() for k in range(len(check.mistakes))]
SEEDS = [0, 1, 2]

WITHOUT = {  # formulas that nobody could be asked for, and why
    "checked_mask": "refuses bad masks, computes nothing",
}


@pytest.mark.parametrize("name", CHECKS)
def test_the_formula_passes(name):
    for seed in SEEDS:
        verdict = run_check(CHECKS[name], CHECKS[name].formula, seed)
        assert verdict.passed, verdict


@pytest.mark.parametrize(("name", "k"), MISTAKES)
def test_every_mistake_is_told_apart(name, k):
    mistake = CHECKS[name].mistakes[k]
    for seed in SEEDS:
        verdict = run_check(CHECKS[name], mistake.function, seed)
        assert (verdict.status, verdict.en, verdict.zh) == ("mistake", mistake.en, mistake.zh)


@pytest.mark.parametrize("name", CHECKS)
def test_mistakes_are_said_in_one_sentence_of_both_languages(name):
    check = CHECKS[name]
    assert len(check.mistakes) >= 3
    assert len({m.en for m in check.mistakes}) == len({m.zh for m in check.mistakes})
    for said in [*check.mistakes, *check.properties]:
        assert said.en[0].isupper() and said.en.endswith(".") and len(said.en) <= 140
        assert said.zh.endswith("。") and re.search("[\u4e00-\u9fff]", said.zh)
        assert len(re.findall("[\u4e00-\u9fff]", said.zh)) >= 5


@pytest.mark.parametrize("name", CHECKS)
def test_cases_come_by_hand_at_the_border_and_at_random(name):
    check = CHECKS[name]
    worked = [case for case in check.fixed if case.source]
    edges = [case for case in check.fixed if not case.source]
    assert (worked and edges) or check.properties
    assert all(case.gives is not None for case in worked)
    assert check.draws or check.properties
    parameters = [*inspect.signature(check.formula).parameters]
    for case in check.cases():
        inspect.signature(check.formula).bind(*case.call.args, **case.call.kwargs)
    for mistake in check.mistakes:
        assert [*inspect.signature(mistake.function).parameters] == parameters


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


# what ranks, and so depends on the order among equals
RANKING = ["rank_mask", "layerwise_rank_masks", "global_rank_masks", "hybrid_mask", "block_mask",
           "nm_mask", "topk_gate", "prune_factors"]  # fmt: skip


def unstable(a, axis=-1, kind=None):
    """`np.argsort` as it may be without kind="stable": of more than 16 the equal ones move."""
    a = np.asarray(a)
    a, axis = (a.ravel(), 0) if axis is None else (a, axis)
    if a.shape[axis] <= 16:
        return argsort(a, axis=axis, kind="stable")
    return a.shape[axis] - 1 - argsort(np.flip(a, axis), axis=axis, kind="stable")


argsort = np.argsort


def rank_mask_by_sort(score, k):
    mask = np.ones(np.size(score), dtype=bool)
    mask[np.argsort(score, axis=None)[:k]] = False
    return mask.reshape(np.shape(score))


@pytest.mark.parametrize("name", RANKING)
def test_an_unstable_sort_is_wrong(name, monkeypatch):
    check = CHECKS[name]
    for seed in SEEDS:
        assert run_check(check, check.formula, seed).passed  # computes what is expected
    for module in (masks, structured, factorization):
        monkeypatch.setattr(module, "rank_mask", rank_mask_by_sort, raising=False)
    monkeypatch.setattr(np, "argsort", unstable)
    for seed in SEEDS:
        assert not run_check(check, getattr(module_of(check), name), seed).passed


def module_of(check):
    return sys.modules[check.formula.__module__]


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
