"""The cases as JSON: valid by the schema, complete, and enough to test a function with."""

import json
import math
import re
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import minprune
from minprune.checks import checks
from minprune.checks import vectors as module
from minprune.checks.check import Check, Function, Seed, given
from minprune.checks.compare import difference
from minprune.checks.trial import Trial
from minprune.checks.vectors import decoded, encoded, vectors
from minprune.formulas import costs

SCHEMA = json.loads(Path(module.__file__).with_name("vectors.schema.json").read_text())
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


def valid(value, schema, at="vectors"):
    """A small part of JSON Schema: what ours uses, and nothing that it would pass over silently."""
    known = {"$schema", "$defs", "title", "description", "type", "required", "properties", "items",
             "additionalProperties", "const", "enum", "anyOf", "$ref"}  # fmt: skip
    assert {*schema} <= known
    if "$ref" in schema:
        return valid(value, SCHEMA["$defs"][schema["$ref"].removeprefix("#/$defs/")], at)
    if "anyOf" in schema:
        return any(valid(value, one, at) for one in schema["anyOf"])
    if "const" in schema:
        return value == schema["const"]
    if "enum" in schema:
        return value in schema["enum"]
    names = schema.get("type", [])
    if not any(is_a(value, name) for name in ([names] if isinstance(names, str) else names)):
        return False
    if isinstance(value, list):
        return all(valid(v, schema["items"], at) for v in value)
    if isinstance(value, dict):
        own, more = schema.get("properties", {}), schema.get("additionalProperties")
        if not {*schema.get("required", [])} <= {*value}:
            return False
        for name, v in value.items():
            rule = own.get(name, more)
            if not rule or not valid(v, rule, f"{at}.{name}"):
                return False
    return True


def is_a(value, name):
    if name in ("number", "integer"):
        kinds = (int, float) if name == "number" else (int,)
        return isinstance(value, kinds) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


@pytest.fixture(scope="module")
def written():
    """As it comes back from a file; a NaN in it would be no JSON."""
    return json.loads(json.dumps(vectors(), allow_nan=False))


def test_the_schema_holds(written):
    assert valid(written, SCHEMA)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda v: v.pop("seed"),
        lambda v: v.update(more=1),
        lambda v: v.update(seed=1.5),
        lambda v: v["formulas"][0].pop("tolerance"),
        lambda v: v["formulas"][0]["cases"][0].update(expected={"shape": [1]}),
        lambda v: v["formulas"][0]["cases"][0]["arguments"].update(x={"list": [{"a": 1}]}),
        lambda v: v["formulas"][0]["cases"][0]["arguments"]["w"].update(type="object"),
        lambda v: v["formulas"][0]["cases"][0]["arguments"]["w"].update(data=["nan"]),
        lambda v: v["formulas"][0]["cases"][0].update(depends_on=["luck"]),
    ],
)
def test_the_schema_forbids_something(written, spoil):
    spoiled = json.loads(json.dumps(written | {"formulas": written["formulas"][:1]}))
    assert valid(spoiled, SCHEMA)
    spoil(spoiled)
    assert not valid(spoiled, SCHEMA)


def test_every_formula_is_there_or_said_to_be_left_out(written):
    names = [formula["name"] for formula in written["formulas"]]
    assert {*names} | {*written["left_out"]} == {*checks()}
    assert not {*names} & {*written["left_out"]} and len(names) == len({*names})
    assert len(written["left_out"]) <= 5
    for name, said in written["left_out"].items():
        assert said["properties"] == [property.en for property in checks()[name].properties]
        assert said["reason"]
    assert written["minprune"] == minprune.__version__ and written["seed"] == 0


def test_the_reference_gives_what_the_file_says(written):
    for formula in written["formulas"]:
        check = checks()[formula["name"]]
        assert len(formula["cases"]) == len(check.cases())
        assert formula["cases"] or formula["properties"]
        for case in formula["cases"]:
            assert [*case["arguments"]] == formula["parameters"]
            arguments = {name: decoded(v, vars(costs)) for name, v in case["arguments"].items()}
            several = [v for name, v in arguments.items() if name.startswith("*")]
            named = {name: v for name, v in arguments.items() if not name.startswith("*")}
            got = check.formula(*several[0]) if several else check.formula(**named)
            assert (
                difference(decoded(case["expected"], vars(costs)), got, formula["tolerance"])
                is None
            )


def test_a_property_has_its_sentence_and_its_calls(written):
    for formula in written["formulas"]:
        trial = Trial.of(checks()[formula["name"]], 0)
        said = [(p["sentence"], len(p["calls"])) for p in formula["properties"]]
        assert said == [(p.en, len(calls)) for p, calls, _ in trial.asked()]
        for property in formula["properties"]:
            for arguments in property["calls"]:
                assert [*arguments] == formula["parameters"]


def test_cases_have_names_and_say_what_must_not_change(written):
    for formula in written["formulas"]:
        ids = [case["id"] for case in formula["cases"]]
        assert len(ids) == len({*ids}) and all(ids)
    unchanged = {formula["name"]: formula["unchanged"] for formula in written["formulas"]}
    assert unchanged["rank_mask"] == ["score"] and unchanged["product_mask"] == ["*masks"]
    assert unchanged["pruned_count"] == [] and unchanged["snip"] == ["layers", "gradients"]


def differs(trial, expected, outcome):
    return bool(outcome.error) or not trial.same_value(expected, outcome.value)


def test_the_cases_alone_show_every_mistake(written):
    """But for those that change an argument, which `unchanged` forbids, and one about a type."""
    missed = []
    for formula in written["formulas"]:
        trial = Trial.of(checks()[formula["name"]], 0)
        for tried in trial.own if formula["cases"] else ():
            outcomes = [tried[k] for k in range(len(trial.cases))]
            right = [
                not differs(trial, e, o) for e, o in zip(trial.expected, outcomes, strict=True)
            ]
            if all(right) and not any(outcome.changed for outcome in outcomes):
                missed.append(tried.mistakes[0].en)
    assert missed == ["The dtype of q is not the one asked for: int8 up to 8 bits, int16 above."]


ABOUT_EQUALS = (
    r"equal|tied|ties|theta = 0|= [ab];|limit itself|stable|rounds|rounded|quantile|all are to be"
    r"|at least one|loses all"
)


def test_cases_without_ties_show_every_mistake_but_those_about_equals_and_rounding(written):
    """So a library with another rule can be tested: one that prunes the largest, say, fails."""
    hidden = set()
    for formula in written["formulas"]:
        trial = Trial.of(checks()[formula["name"]], 0)
        marks = [{*case["depends_on"]} & {"ties", "rounding"} for case in formula["cases"]]
        for tried in trial.own:
            outcomes = [tried[k] for k in range(len(marks))]
            shows = [differs(trial, e, o) for e, o in zip(trial.expected, outcomes, strict=True)]
            free = [s for s, mark in zip(shows, marks, strict=True) if not mark]
            if any(shows) and not any(free) and not any(outcome.changed for outcome in outcomes):
                hidden.add(tried.mistakes[0].en)
    other = [en for en in hidden if not re.search(ABOUT_EQUALS, en)]
    assert other == [], "\n".join(other)
    assert len(hidden) > 30


def test_precision_is_named_where_float64_gives_another_result(written):
    marked = {
        formula["name"]: sum("precision" in case["depends_on"] for case in formula["cases"])
        for formula in written["formulas"]
    }
    assert {name for name, n in marked.items() if n} == {"dense_bytes", "scaled_to_float16"}
    assert 0 < marked["scaled_to_float16"] < 15 and 0 < marked["dense_bytes"] < 12


READER = Path(__file__).with_name("read_vectors.py")


def read(path, *name):
    run = subprocess.run(
        [sys.executable, "-I", READER, path, *name], capture_output=True, text=True
    )
    assert not run.stderr
    return run.stdout.splitlines()


def test_a_reader_in_plain_python_tests_the_plain_loops(written, tmp_path):
    """It reads the file by its own words, in a process without minprune."""
    path = tmp_path / "cases.json"
    path.write_text(json.dumps(written))
    assert read(path) == [f"{sum(len(f['cases']) for f in written['formulas'])} cases"]
    formula = next(f for f in written["formulas"] if f["name"] == "remove_units")
    case = formula["cases"][3]
    case["expected"]["list"][0]["data"][0] += 0.01
    path.write_text(json.dumps(written | {"formulas": [formula]}))
    assert read(path) == ["remove_units", f"{len(formula['cases'])} cases"]
    assert read(path, "remove_units")[:-1] == [case["id"]]


def test_other_seeds_give_other_cases(written):
    other = json.loads(json.dumps(vectors(seed=1)))
    assert other["seed"] == 1
    ours, theirs = ({f["name"]: f for f in v["formulas"]}["score_mask"] for v in (written, other))
    by_hand = [case for case in ours["cases"] if case["source"]]
    assert by_hand and by_hand == [case for case in theirs["cases"] if case["source"]]
    assert ours["cases"] != theirs["cases"]


VALUES = [
    (None, None),
    (True, True),
    (3, 3),
    (np.float32(0.5), 0.5),
    ("text", "text"),
    (math.nan, "NaN"),
    (-math.inf, "-Infinity"),
    (np.array([[1, 2]]), {"shape": [1, 2], "type": "int64", "data": [1, 2]}),
    (np.float32([0.5, np.inf]), {"shape": [2], "type": "float32", "data": [0.5, "Infinity"]}),
    (np.zeros((0, 2), bool), {"shape": [0, 2], "type": "bool", "data": []}),
    (np.array(2.5), {"shape": [], "type": "float64", "data": [2.5]}),
    (np.arange(4).reshape(2, 2).T, {"shape": [2, 2], "type": "int64", "data": [0, 2, 1, 3]}),
    ([np.array([1]), 2], {"list": [{"shape": [1], "type": "int64", "data": [1]}, 2]}),
    ({"a": (1.0,)}, {"dict": {"a": {"list": [1.0]}}}),
    (costs.Pool(3), {"record": "Pool", "fields": {"size": 3, "padding": "valid"}}),
    (Fraction(3, 2), {"fraction": [3, 2]}),
]


@pytest.mark.parametrize(("value", "json_value"), VALUES)
def test_values_as_json_and_back(value, json_value):
    assert encoded(value) == json_value
    again = decoded(json.loads(json.dumps(encoded(value), allow_nan=False)), vars(costs))
    if isinstance(value, (tuple, Fraction)):
        assert again == value and type(again) is type(value)
    if isinstance(value, np.ndarray):
        np.testing.assert_array_equal(again, value, strict=True)


def test_what_other_languages_have_not_is_left_out(monkeypatch):
    random = Check(minprune.random_score)

    @random.property("A.", "甲。")
    def _(rng):
        (_,) = yield [given(np.ones(3), Seed(0))]
        return True

    loss = Check(minprune.leave_one_out)
    loss.edge("one", given(Function("lambda w: 0.0"), np.ones(2)))
    monkeypatch.setattr(module, "checks", lambda: {"random_score": random, "leave_one_out": loss})
    found = vectors()
    assert found["formulas"] == [] and [*found["left_out"]] == ["random_score", "leave_one_out"]
