"""`verify --against`, with a small library made for these tests in place of a real one."""

import ast
import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest

import minprune
from minprune import cli
from minprune.checks import against, checks, libraries
from minprune.checks.against import behaviours, stored_results
from minprune.checks.check import given
from minprune.checks.evaluate import evaluate
from minprune.checks.libraries import LIBRARIES, Library, library_of
from minprune.checks.libraries.conventions import (
    EDITS,
    EQUALS,
    FLOATS_ONLY,
    READINGS,
    ROUNDING,
    conventions_of,
)
from minprune.checks.trial import Trial, Tried

LIBRARY = """
import numpy as np

__version__ = "7.1"

def lowest_out(x, k):
    size = np.abs(x).ravel()
    order = np.lexsort((-np.arange(size.size), size))
    mask = np.ones(x.shape)
    mask.ravel()[order[:k]] = 0
    return mask

def std(w):
    if w.size == 1:
        raise TypeError("two at least")
    return np.std(w, ddof=1)

def noise(z):
    e = np.exp(z - z.max(axis=1, keepdims=True)).astype(np.float32)
    return (e / e.sum(axis=1, keepdims=True)) * np.float32(1 + 2e-6)
"""
TABLE = '''
import numpy as np
import fakelib
from minprune.checks.libraries import Library

library = Library(fakelib.__version__, np.array)
library.table("""
magnitude     abs(w)
rank_mask     fakelib.lowest_out(score, k)
std_threshold q * fakelib.std(w)
softmax       fakelib.noise(z)
relu          x
sigmoid       1 / (1 + np.exp(-x)) + 1e-3 * (x > 0)
count_nonzero sum(np.count_nonzero(array) for array in arrays)
""", globals())

@library.computes("csr_bytes", "fakelib.csr")
def _(rows, nonzeros, value_bytes, index_bytes):
    if value_bytes != 4:
        return NotImplemented
    return nonzeros * 12 + 8 * rows + 8
'''


@pytest.fixture
def fake(tmp_path, monkeypatch):
    (tmp_path / "fakelib.py").write_text(LIBRARY)
    (tmp_path / "fake_table.py").write_text(TABLE)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(LIBRARIES, "fake", ("fake_table", "fakelib"))
    yield tmp_path
    for name in ("fake_table", "fakelib"):
        sys.modules.pop(name, None)


@pytest.fixture
def found(fake):
    return {row.formula: row for row in behaviours(library_of("fake"))}


def test_what_is_right_is_the_same(found):
    for name in ("magnitude", "count_nonzero"):
        row = found[name]
        assert row.status == "same" and row.en == row.zh == []
        assert (row.left_out, row.refused, row.differently, row.wrong) == (0, 0, 0, 0)
        assert row.calls == len(Trial.of(checks()[name], 0).calls)


def test_conventions_are_named_several_at_once_too(found):
    row = found["rank_mask"]
    assert row.status == "convention" and row.wrong == row.refused == 0
    assert row.en == [
        "It ranks absolute values.",
        "A mask consists of the numbers 0 and 1.",
        "Of equal scores it does not prune the first.",
    ]
    assert row.zh[0] == "按绝对值排序。" and row.differently == row.calls
    assert found["softmax"].status == "convention"
    assert found["softmax"].en == ["It is as exact as float32: up to 1e-5 of the largest number."]


def test_calls_that_a_function_does_not_provide_for_are_left_out(found):
    row = found["csr_bytes"]
    assert row.status == "convention" and row.en == ["Indices are int64."]
    assert 0 < row.left_out < row.calls


def test_what_is_refused_is_told_beside_the_conventions(found):
    row = found["std_threshold"]
    assert row.status == "refuses" and row.wrong == 0 < row.refused
    assert row.en == ["The variance is that of a sample, divided by n - 1: NaN for one weight."]
    assert row.refusal["error"].startswith("TypeError: two at least")
    assert row.refusal["call"].startswith("std_threshold(")


def test_what_no_convention_explains_is_wrong_with_the_smallest_call(found):
    row = found["sigmoid"]
    assert row.status == "wrong" and row.en == [] and 0 < row.wrong < row.calls
    assert row.differently == row.left_out == row.refused == 0
    assert row.failure["call"].startswith("sigmoid(np.array(")
    assert row.failure["expected"] != row.failure["got"]


def test_a_known_mistake_is_wrong_and_named(fake):
    library = Library("1")
    library.computes("rank_mask", "f")(lambda score, k: minprune.rank_mask(score, score.size - k))
    (row,) = behaviours(library)
    assert row.status == "wrong" and row.en == ["It keeps k entries; k is the number to prune."]
    calls = Trial.of(checks()["rank_mask"], 0).calls
    ours, theirs = evaluate(minprune.rank_mask, calls), library.outcomes(library.adapters[0], calls)
    pairs = zip(ours, theirs, strict=True)
    assert row.wrong == sum(not np.array_equal(a.value, b.value) for a, b in pairs) > 5


def one(formula, call):
    library = Library("1")
    library.computes(formula, "f")(call)
    (row,) = behaviours(library)
    return row


def test_two_conventions_of_one_formula():
    def squares(w, axis):
        size = minprune.unit_l2(w, axis) ** 2
        return size / size.mean()

    row = one("unit_l2", squares)
    assert row.status == "convention"
    assert row.en == ["It is the square of the norm.", "The scores are divided by their mean."]


def test_a_rule_of_the_formula_says_more_than_that_equals_differ():
    row = one("score_mask", lambda score, theta, ties: score > theta)
    assert row.en == ["A score equal to the threshold is pruned."]


def test_what_refuses_whole_numbers_is_asked_again_with_floats():
    def mean(scores):
        if scores.dtype.kind != "f":
            raise TypeError("floats only")
        return scores.mean()

    row = one("mean_threshold", mean)
    assert row.status == "floats" and row.refused == row.differently == 0
    assert row.en == ["It refuses arrays of whole numbers."]


def test_a_mistake_that_finite_results_do_not_show_is_not_named():
    row = one("l1_proximal", lambda w, lam, lr: minprune.l1_proximal(w, lam, lr) / (lam > 0))
    assert row.status == "wrong" and row.en == []


def test_only_masks_are_moved_where_scores_are_equal():
    """A mask read as weights, or weights as a mask, would excuse other results."""
    row = one("fake_quantize", lambda w, bits, limit: minprune.fake_quantize(w, bits, limit) + 1)
    assert row.status == "wrong" and EQUALS.en not in row.en


def test_conventions_that_explain_nothing_are_not_named():
    row = one("normalize", lambda w: 7 * w + 1)
    assert row.status == "wrong" and row.en == [] and row.differently == 0


def test_a_mistake_is_named_though_an_overflow_hides_it():
    """As Torch-Pruning's FPGM: squares in float32 overflow where those of the mistake do not."""
    library = Library("1")

    @library.computes("geometric_median_distance", "f")
    def _(w, axis):
        units = np.moveaxis(w, axis, 0).reshape(w.shape[axis], -1) ** 2
        return np.sqrt(((units[:, None] - units) ** 2).sum(axis=2)).sum(axis=1)

    (row,) = behaviours(library)
    assert row.status == "wrong" and row.en[0].startswith("It compares the squares of the weights")
    assert "e+30" not in row.failure["call"] and row.wrong > 10


def test_a_wrong_function_is_not_excused(found):
    """Without a convention that fits, readings alone explain nothing."""
    row = found["relu"]
    assert row.status == "wrong" and row.failure["got"]["data"] != row.failure["expected"]["data"]


@pytest.mark.parametrize("several", [False, True])
def test_equal_scores_may_be_pruned_in_any_order(several):
    score = np.array([1.0, 0.0, 1.0, 1.0, 2.0])
    check = checks()["layerwise_rank_masks" if several else "rank_mask"]
    tried = Tried([], check.formula, [given([score], 0.6) if several else given(score, 3)])
    right = tried[0].value

    def accepted(*kept):
        mask = np.array(kept) == 1
        return EQUALS.read(tried, 0, right, [mask] if several else mask) is right

    assert all([accepted(1, 0, 0, 0, 1), accepted(0, 0, 1, 0, 1), accepted(0, 0, 0, 1, 1)])
    assert not any([accepted(1, 1, 0, 0, 0), accepted(0, 0, 0, 0, 1), accepted(1, 0, 1, 0, 1)])
    assert not any([accepted(1, 1, 0, 0, 1), accepted(1, 0, 0, 1, 0)])


def test_only_a_rounding_error_is_as_good_as_0():
    tried = Tried([], minprune.relu, [given([-1.0, -2.0])])
    right = tried[0].value
    for got, good in (([1e-14, 0], True), ([1e-3, 0], False)):
        found = [reading.read(tried, 0, right, np.array(got)) is right for reading in READINGS]
        assert any(found) == good


def test_a_reading_leaves_what_is_wrong_as_it_is():
    tried = Tried([], minprune.rank_mask, [given([3.0, 1.0, 2.0], 1)])
    right = tried[0].value
    for got in (np.array([1.0, 1.0, 0.0]), np.array([1.0, 2.0, 0.0]), None, "text", [right, right]):
        for reading in READINGS:
            value = reading.read(tried, 0, right, got)
            assert value is not right and (value is got or np.array_equal(value, got))


@pytest.mark.parametrize("name", EDITS)
def test_a_convention_is_another_one_than_the_formula_has(name):
    trial = Trial.of(checks()[name], 0)
    right = evaluate(trial.check.formula, trial.calls)
    for one in conventions_of(trial):
        if one.en in [en for _, en, _ in ROUNDING]:
            continue
        outcomes = evaluate(one.function, trial.calls)
        same = [against._alike(trial, k, right, o.value, ()) for k, o in enumerate(outcomes)]
        assert not all(same), one.en
        assert sum(bool(outcome.error) for outcome in outcomes) <= len(outcomes) // 3, one.en
        assert one.en.endswith(".") and one.zh.endswith("。")


# --- the command ---------------------------------------------------------------------------------


def test_the_command_tells_what_is_wrong_first(fake, capsys):
    assert cli.main(["verify", "--against", "fake"]) == 1
    out = capsys.readouterr().out
    lines = out.splitlines()
    assert (
        lines[0]
        == f"fake 7.1: 8 functions compared with formulas of minprune {minprune.__version__}"
    )
    titles = [line for line in lines if re.fullmatch(r"[a-z ]+: \d+", line)]
    assert titles == [
        "wrong: 2",
        "refusing some calls: 1",
        "by another convention: 3",
        "the same: 2",
    ]
    assert "    formula     sigmoid\n" in out and "    expected    " in out
    calls = len(Trial.of(checks()["sigmoid"], 0).calls)
    wrong = int(re.search(r"sigmoid\n    calls       (\d+) wrong", out)[1])
    assert f"    calls       {wrong} wrong, {calls - wrong} the same\n" in out
    assert "    error       TypeError: two at least" in out
    assert "    It ranks absolute values.\n" in out
    assert re.search(r"^magnitude +abs\(w\)$", out, re.M) and max(map(len, lines)) <= 80


def test_in_chinese_and_as_json(fake, capsys):
    assert cli.main(["verify", "--against", "fake", "--lang", "zh", "--formula", "rank_mask"]) == 0
    assert "约定不同：1" in (out := capsys.readouterr().out) and "按绝对值排序。" in out
    assert out.startswith("fake 7.1：1 个函数与 minprune ")
    cli.main(["verify", "--against", "fake", "--formula", "rank_mask"])
    assert capsys.readouterr().out.startswith("fake 7.1: 1 function compared with formulas of ")
    assert cli.main(["verify", "--against", "fake", "--json", "--seed", "3"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["library"] == "fake" and found["version"] == "7.1" and found["seed"] == 3
    assert {row["formula"]: row["status"] for row in found["results"]}["relu"] == "wrong"


def test_only_conventions_and_refusals_are_no_failure(fake, capsys):
    for name in ("rank_mask", "std_threshold", "magnitude"):
        assert cli.main(["verify", "--against", "fake", "--formula", name]) == 0
    assert cli.main(["verify", "--against", "fake", "--formula", "sigmoid"]) == 1
    capsys.readouterr()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--against", "keras"], "--against must be one of numpy, torch, "),
        (["--against", "keras", "--stored"], "--against must be one of numpy, "),
        (["--stored"], "--stored needs --against LIBRARY"),
        (["mine.py", "--against", "fake"], "leave out the file"),
        (["--against", "fake", "--export", "x.json"], "leave out the file"),
        (["--against", "fake", "--formula", "snip"], "no function of the library computes snip"),
        (["--against", "fake", "--formula", "nothing"], "there is no formula 'nothing'"),
    ],
)
def test_what_cannot_be_asked_is_refused(fake, options, said, capsys):
    assert cli.main(["verify", *options]) == 2
    assert said in capsys.readouterr().err


def test_a_library_that_is_not_installed(fake, capsys):
    (fake / "fakelib.py").unlink()
    assert cli.main(["verify", "--against", "fake"]) == 2
    assert (
        "minprune: fake cannot be imported: No module named 'fakelib'; install it with `pip "
        in (capsys.readouterr().err)
    )


# --- what is stored, and the tables of real libraries --------------------------------------------


@pytest.mark.parametrize("name", LIBRARIES)
def test_stored_results_are_shown_without_the_library(name, capsys):
    assert cli.main(["verify", "--against", name, "--stored"]) == 0
    assert capsys.readouterr().out.startswith(f"{name} ")
    found = stored_results(name)
    assert {*found} == {"library", "version", "minprune", "seed", "results"}
    for row in found["results"]:
        trial = Trial.of(checks()[row["formula"]], 0)
        known = {
            one.en: one.zh
            for one in (*conventions_of(trial), *trial.check.mistakes, *READINGS, FLOATS_ONLY)
        }
        assert [known[en] for en in row["en"]] == row["zh"]
        assert {*row} == {*against.Behaviour._fields}
        assert bool(row["wrong"]) == (row["status"] == "wrong") == bool(row["failure"])
        assert bool(row["refused"]) == bool(row["refusal"])
        assert (row["status"] == "same") == (not row["en"] and not row["wrong"] + row["refused"])
        alone = row["en"] == [FLOATS_ONLY.en] and not row["wrong"] + row["refused"]
        assert (row["status"] == "floats") == alone
    chosen = stored_results(name, [row["formula"]])["results"]
    assert chosen and {one["formula"] for one in chosen} == {row["formula"]}


def test_stored_results_name_the_well_known_conventions():
    said = {
        (name, row["formula"], en)
        for name in LIBRARIES
        for row in stored_results(name)["results"]
        for en in row["en"]
    }
    assert {
        ("torch", "rank_mask", "It ranks absolute values."),
        ("torch", "l2_gradient", "The penalty has a factor 1/2."),
        ("torch", "distillation_loss", "The divergence is averaged over the classes too."),
        ("scikit-learn", "recall", "The recall of a class that does not occur is 0."),
        ("jaxpruner", "rank_mask", "At least one entry is kept."),
    } <= said
    assert len(said) >= 30


def tables():
    """The tables as source: the libraries are not installed where the tests run."""
    for name, (module, install) in LIBRARIES.items():
        assert module.startswith("minprune.checks.libraries.") and install
        path = Path(libraries.__file__).with_name(f"{module.rpartition('.')[2]}.py")
        yield name, [*ast.walk(ast.parse(path.read_text()))]


def lines_of(nodes):
    """(formula, expression) of every line of a table."""
    for node in nodes:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "TABLE":
            for line in node.value.value.strip().splitlines():
                yield tuple(line.split(maxsplit=1))


def test_the_results_of_every_function_of_a_table_are_stored():
    for name, nodes in tables():
        functions = [*lines_of(nodes)]
        for node in nodes:
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("computes"):
                functions.append(tuple(argument.value for argument in node.args))
        stored = [(row["formula"], row["function"]) for row in stored_results(name)["results"]]
        assert sorted(functions) == sorted(stored)


def test_what_is_stored_of_numpy_is_found_again(capsys):
    """The one library that is there wherever the tests run."""
    assert cli.main(["verify", "--against", "numpy", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["results"]
    kept = "formula", "function", "status", "en", "zh"
    assert [[row[name] for name in kept] for row in found] == [
        [row[name] for name in kept] for row in stored_results("numpy")["results"]
    ]
    assert {row["status"] for row in found} == {"same", "convention", "refuses"}


def test_tables_name_formulas_and_take_their_arguments():
    count = 0
    for name, nodes in tables():
        for formula, expression in lines_of(nodes):
            ast.parse(expression, mode="eval")
            assert formula in checks(), (name, formula)
            count += 1
        for node in nodes:
            for decorator in node.decorator_list if isinstance(node, ast.FunctionDef) else ():
                code = checks()[decorator.args[0].value].formula.__code__
                names = [*code.co_varnames[: code.co_argcount]]
                taken = [argument.arg for argument in node.args.args]
                assert node.args.vararg or taken[: len(names)] == names, (name, node.lineno)
                count += 1
    assert count > 90
