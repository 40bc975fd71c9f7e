"""`python -m minprune verify`."""

import json
import subprocess
import sys

import numpy as np
import pytest

from minprune import cli
from minprune.checks import checks
from minprune.checks import verify as module
from minprune.checks.check import PUBLISHED, Check, given
from minprune.checks.details import text_of
from minprune.checks.diagnosis import Diagnosis
from minprune.checks.verdict import Verdict
from minprune.checks.verify import verify_formulas
from minprune.formulas.masks import rank_mask
from minprune.formulas.norms import l1_norm
from minprune.language import using

MINE = """\
import numpy as np

def score_mask(score, theta, ties="keep"):
    return score > theta

def count(n, sparsity):
    print("counting", n)
    return int(n * sparsity)

def pruned_count(n, sparsity):
    return round(n * sparsity)

def rank_mask(score, k):
    return np.ones(score.shape) == 1
"""


@pytest.fixture
def mine(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(MINE)
    return str(path)


def test_all_formulas_are_right(capsys):
    assert cli.main(["verify"]) == 0
    lines = capsys.readouterr().out.splitlines()
    for name, check in checks().items():
        n = len(check.mistakes)
        (line,) = [line for line in lines if line.split(" ")[0] == name]
        assert line.endswith("right") and f"{n} of {n}" in line
    assert max(map(len, lines)) <= 80
    said = " ".join(lines[lines.index("-" * 80, 4) + 1 :])
    fixed = [case for check in checks().values() for case in check.fixed if case.gives is not None]
    published = sum(case.what == PUBLISHED for case in fixed)
    cases = sum(len(check.cases()) for check in checks().values())
    assert f"{len(fixed) - published} computed by hand and {published} published by" in said
    mistakes = sum(len(check.mistakes) for check in checks().values())
    assert f"{mistakes} of {mistakes} recognized" in said
    assert f"`verify FILE` also runs {cases - len(fixed)} cases whose" in said
    assert lines[0] == f"{len(checks())} formulas: all right"


@pytest.mark.parametrize(
    ("formula", "call", "gives", "digits", "said"),
    [
        (
            rank_mask,
            given([2.0, 1.0], 1),
            [True, True],
            None,
            "Entry [1] of the result is False, not True.",
        ),
        (l1_norm, given([1.0, 0.25]), 1.4, 1, "The result is 1.25, not 1.4."),
    ],
)
def test_a_published_number_that_the_formula_does_not_give(
    formula, call, gives, digits, said, monkeypatch, capsys
):
    check = Check(formula)
    check.published("a table", call, gives, digits)
    check.property("It must do something.", "应有所动作。")(lambda rng: (yield [call])[0])
    monkeypatch.setattr(module, "check_of", lambda name: check)
    assert cli.main(["verify", "--formula", formula.__name__]) == 1
    out = capsys.readouterr().out
    assert said in out and "from        a table" in out
    assert ": 1 not right" in out


def test_one_formula(capsys):
    assert cli.main(["verify", "--formula", "rank_mask", "--seed", "5"]) == 0
    assert "1 formula: all right\n" in capsys.readouterr().out
    assert cli.main(["verify", "--formula", "rank"]) == 2
    assert "there is no formula 'rank'" in capsys.readouterr().err


def test_a_formula_that_is_wrong_or_a_mistake_that_is_not_caught(monkeypatch, capsys):
    monkeypatch.setattr(Diagnosis, "verdict", lambda *_: Verdict("x", "passed", run=1, declared=1))
    (row,) = verify_formulas(["rank_mask"])
    assert row.verdict.passed and row.told == 0 and not row.passed
    assert cli.main(["verify", "--formula", "rank_mask"]) == 1
    assert "1 formula: 1 not right\n" in capsys.readouterr().out


def test_a_file(mine, capsys):
    assert cli.main(["verify", mine, "--map", "count=pruned_count"]) == 1
    out = capsys.readouterr().out
    assert "score_mask             mistake\n    A score equal to the threshold" in out
    assert "count as pruned_count  mistake\n    It rounds down" in out
    assert "pruned_count           right" in out
    assert "    called as   " in out and "    expected    " in out and "    got         " in out
    assert "    printed     counting" in out
    assert out.endswith("1 of 4 right\n") and "not judged, as" not in out


def test_functions_that_are_not_judged_are_named(mine, capsys):
    assert cli.main(["verify", mine, "--formula", "pruned_count"]) == 0
    assert capsys.readouterr().out == (
        "pruned_count  right\n"
        "not judged, since no formula has this name (--map NAME=FORMULA): count\n"
        "1 of 1 right\n"
    )
    assert cli.main(["verify", mine, "--formula", "pruned_count", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["not_judged"] == ["count"]


def test_a_file_in_chinese(mine, capsys):
    assert cli.main(["verify", mine, "--lang", "zh"]) == 1
    out = capsys.readouterr().out
    assert "典型错误\n    等于阈值的得分总被剪掉。" in out and "3 个函数中 1 个正确" in out


def test_a_file_as_json(mine, capsys):
    assert (
        cli.main(["verify", "--formula", "score_mask", "--formula=rank_mask", mine, "--json"]) == 1
    )
    found = json.loads(capsys.readouterr().out)
    assert found["passed"] is False and found["seed"] == 0
    mask, rank = found["results"]
    assert (mask["formula"], mask["status"], mask["passed"]) == ("score_mask", "mistake", False)
    assert mask["failure"]["first_difference"] and mask["en"] and mask["zh"]
    assert rank["run"] == rank["declared"] > rank["cases"] - 1
    assert "mistakes_told_apart" not in mask


def test_a_right_file(tmp_path, capsys):
    path = tmp_path / "right.py"
    path.write_text("def pruned_count(n, sparsity):\n    return round(n * sparsity)\n")
    assert cli.main(["verify", str(path)]) == 0
    assert capsys.readouterr().out == "pruned_count  right\n1 of 1 right\n"
    assert cli.main(["verify", "--json", "--formula", "pruned_count"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["results"]
    assert row["mistakes_told_apart"] == row["mistakes"] >= 3


def test_what_a_function_prints_or_raises_does_not_move_the_terminal(tmp_path, capsys):
    path = tmp_path / "mine.py"
    path.write_text("def pruned_count(*values):\n    print('\\x1b[2J\\ta\\rb \\u202e')\n"
                    "    raise ValueError('\\x1b]0;x\\x07\\x9bm')\n")  # fmt: skip
    assert cli.main(["verify", str(path)]) == 1
    out = capsys.readouterr().out
    assert out.replace("\n", "").isprintable() and "\\x1b[2J" in out and "b \\u202e" in out
    assert "raises ValueError: \\x1b]0;x\\x07\\x9bm" in " ".join(out.split())


def test_json_holds_nothing_that_a_terminal_obeys(tmp_path, capsys):
    path = tmp_path / "mine.py"
    path.write_text("def pruned_count(n, sparsity):\n    return '\\x9b2J\\x1b[2J\\u202e稀疏'\n")
    cli.main(["verify", str(path), "--json"])
    out = capsys.readouterr().out
    assert out.replace("\n", "").isprintable() and "\\u009b2J\\u001b[2J\\u202e稀疏" in out
    (row,) = json.loads(out)["results"]
    assert row["failure"]["got"] == "\x9b2J\x1b[2J\u202e稀疏"


def test_a_function_that_does_not_end(tmp_path, capsys):
    path = tmp_path / "slow.py"
    path.write_text("def pruned_count(n, sparsity):\n    while True: pass\n")
    assert cli.main(["verify", str(path), "--seconds", "1"]) == 1
    assert "not judged\n    It did not end within 1 second." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "arguments", "said"),
    [
        ("def f(:", [], "not valid Python"),
        ("import minprune", [], "imports minprune"),
        ("def f(): pass", [], "no function has the name of a formula, it defines f; give --map"),
        ("", [], "of a formula, it defines nothing"),
        ("def f(): pass", ["--map", "g=rank_mask"], "defines no g"),
        ("def f(): pass", ["--map", "f=rank"], "there is no formula 'rank'"),
        ("def f(): pass", ["--map", "f"], "--map must be NAME=FORMULA, got 'f'"),
        ("def f(): pass", ["--map", "=rank_mask"], "--map must be NAME=FORMULA"),
        ("def f(): pass", ["--map", "f=l1", "--map", "f=l2"], "--map must name f once, got l1"),
        ("def sparsity(): pass", ["--formula", "rank_mask"], "defines no rank_mask"),
        ("def sparsity(): pass", ["--formula=sparsity", "--formula=recall"], "defines no recall"),
        ("def sparsity(): pass", ["--map", "sparsity=nothing"], "there is no formula 'nothing'"),
    ],
)
def test_what_is_refused(tmp_path, capsys, text, arguments, said):
    """Also with the options in front of the file, which none of them may swallow."""
    path = tmp_path / "bad.py"
    path.write_text(text)
    for order in ([str(path), *arguments], [*arguments, str(path)]):
        assert cli.main(["verify", *order]) == 2
        shown = capsys.readouterr()
        assert said in shown.err and not shown.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--map", "mine=sparsity"], "--map needs the FILE.py"),
        (["--map", "foo"], "--map needs the FILE.py"),
        (["--map", "f=sparsity", "--export", "x.json"], "leave out the file"),
        (["", "--export", "x.json"], "leave out the file"),
        (["--export", ""], "is a folder"),
        ([""], "is a folder"),
        (["."], "is a folder; name a Python file"),
    ],
)
def test_nothing_is_right_unless_it_was_judged(tmp_path, monkeypatch, capsys, arguments, said):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["verify", *arguments]) == 2
    shown = capsys.readouterr()
    assert said in shown.err and not shown.out


def test_a_mapped_function_is_judged_beside_the_formulas_named(mine, capsys):
    assert (
        cli.main(["verify", "--map", "count=pruned_count", "--formula", "pruned_count", mine]) == 1
    )
    assert capsys.readouterr().out.splitlines()[-1] == "1 of 2 right"


def test_a_file_that_is_not_there(tmp_path, capsys):
    assert cli.main(["verify", str(tmp_path / "none.py")]) == 2
    assert "none.py: there is no such file" in capsys.readouterr().err


def test_the_cases_are_written(tmp_path, capsys):
    path = tmp_path / "vectors.json"
    assert cli.main(["verify", "--export", str(path)]) == 0
    assert str(path) in capsys.readouterr().out
    assert json.loads(path.read_text(encoding="utf-8"))["format"] == "minprune test vectors 2"


@pytest.mark.parametrize("command", [["verify"], ["verify", "--export", "x"]])
def test_without_docstrings_there_is_a_sentence(command):
    run = [sys.executable, "-OO", "-m", "minprune", *command]
    found = subprocess.run(run, capture_output=True, text=True)
    assert found.returncode == 2 and not found.stdout
    assert found.stderr.startswith("minprune: python -OO removes the docstrings")


@pytest.mark.parametrize("option", ["-O", "-Werror", "-Xdev"])
def test_a_file_is_judged_without_warnings(tmp_path, option):
    path = tmp_path / "right.py"
    path.write_text("def pruned_count(n, sparsity):\n    '\\\\d'\n    return round(n * sparsity)\n")
    run = [sys.executable, option, "-m", "minprune", "verify", path]
    found = subprocess.run(run, capture_output=True, text=True)
    assert (found.returncode, found.stderr) == (0, "")


@pytest.mark.parametrize(
    ("option", "said"), [("--seed=-1", "seed must be >= 0"), ("--seconds=nan", "seconds must be")]
)
def test_numbers_that_are_refused(mine, capsys, option, said):
    assert cli.main(["verify", mine, option]) == 2
    assert said in capsys.readouterr().err


def test_numbers_of_numpy_are_shown_as_plain_ones():
    assert text_of((np.float64(1.5), np.array([1.0, 0.0]))) == "[1.5, [1., 0.]]"
    assert text_of([np.zeros((1, 0))]) == "[an array (1, 0) of floats]"
    with using("zh"):
        assert text_of([np.zeros((1, 0))]) == "[形状 (1, 0) 的浮点数组]"
    assert text_of(np.float64(0.5)) == "0.5" and text_of((None, [1.0])) == "(None, [1.0])"


def test_a_mask_without_magnitude_and_ties_is_told(tmp_path, capsys):
    path = tmp_path / "mine.py"
    path.write_text("def threshold_mask(w, theta, ties='keep'):\n    return w >= theta\n")
    assert cli.main(["verify", str(path)]) == 1
    out = " ".join(capsys.readouterr().out.split())
    assert "Two mistakes at once. The absolute value is missing: " in out
    assert "A magnitude equal to the threshold is always kept" in out
