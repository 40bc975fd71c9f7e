"""Every check: the formula passes, every mistake is caught as itself, and nothing is left out."""

import importlib
import inspect
import re

import pytest

from minprune.checks import MODULES, checks
from minprune.checks.judge import run_check
from minprune.documents import index
from minprune.formulas import misprints

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
