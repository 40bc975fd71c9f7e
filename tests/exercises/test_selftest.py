"""The self-test finds nothing wrong with the exercises, and something with those that are."""

import numpy as np
import pytest

from minprune.checks.check import given
from minprune.checks.judge import run_check
from minprune.cli import main
from minprune.exercises import exercise_of, exercises, selftest
from minprune.exercises.attempt import Attempt
from minprune.exercises.exercise import Exercise
from minprune.exercises.folder import Folder
from minprune.exercises.selftest import (
    bodies_in,
    called_wrong,
    mistake_problems,
    solution_problems,
    starter_problems,
)
from minprune.report.exercises_page import selftest_text

ONE = exercise_of("1.1")


def halved():
    """An exercise of the test's own."""
    words = {"en": "Half of x.", "zh": "x 的一半。"}
    exercise = Exercise("9.1", words, words, {"en": [], "zh": []}, "", 1)

    @exercise.solution
    def half(x):
        return x / 2

    exercise.worked("by hand", given(3.0), 1.5)
    exercise.mistake("It doubles.", "翻倍了。")(lambda x: x * 2)
    return exercise


def test_all_exercises_are_right(capsys):
    assert main(["exercises", "selftest"]) == 0
    text = capsys.readouterr().out
    assert f"{len(exercises())} exercises: all right" in text
    for exercise in exercises().values():
        assert f"{exercise.id:5}{exercise.name}" in text


def test_a_problem_makes_it_fail(monkeypatch, capsys):
    row = selftest.Row("9.1", "half", 1, 0, 1, 1, [("the solution is in a.py", "a.py 中含有答案")])
    monkeypatch.setattr("minprune.course.selftest", lambda: [row])
    assert main(["exercises", "selftest"]) == 1
    assert capsys.readouterr().out.endswith("the solution is in a.py\n1 exercise: 1 not right\n")
    assert "all right" in selftest_text([row._replace(problems=[])])
    assert main(["exercises", "selftest", "--lang", "zh"]) == 1
    assert capsys.readouterr().out.endswith("a.py 中含有答案\n1 道练习：1 道有问题\n")


def test_a_solution_that_is_wrong_or_not_alone(tmp_path):
    exercise = halved()
    assert [*solution_problems(exercise, tmp_path)] == []
    exercise.worked("by hand", given(4.0), 3.0)
    ((problem, zh),) = solution_problems(halved_with(exercise.fixed), tmp_path)
    assert "does not pass: failed, The result is 2.0, not 3.0." in problem
    assert "答案没有通过" in zh and "应为 3.0，得到 2.0" in zh
    other = halved()

    @other.solution
    def half(x):
        return np.float64(x) / TWO

    found = [*solution_problems(other, tmp_path)]
    assert all("NameError" in words for words in found[0])


def test_a_solution_that_verify_calls_wrong(tmp_path, monkeypatch):
    words = {"en": "Half of |x|.", "zh": "|x| 的一半。"}
    exercise = Exercise("9.2", words, words, {"en": [], "zh": []})

    @exercise.solution
    def relu(x):
        return np.abs(x) / 2

    wrong = called_wrong([ONE, halved(), exercise], tmp_path)
    assert [*wrong] == ["relu"]
    monkeypatch.setattr(selftest, "called_wrong", lambda *_: {ONE.name: ("It is not.", "它不是。")})
    (row,) = selftest.selftest([ONE])
    assert row.problems == [
        ("verify finds the solution wrong: It is not.", "verify 认为答案错误：它不是。")
    ]


TWO = 2.0


def halved_with(cases):
    exercise = halved()
    exercise.fixed = cases
    return exercise


def test_calls_that_were_not_judged(tmp_path, monkeypatch):
    def too_few(exercise, path):
        verdict = run_check(exercise, exercise.formula)._replace(run=0, declared=0)
        return Attempt(exercise, "passed", 1, verdict)

    monkeypatch.setattr(selftest, "attempt", too_few)
    ((problem, zh),) = solution_problems(halved(), tmp_path)
    assert (problem, zh) == ("0 of 0 calls were judged", "0 次调用中只评判了 0 次")


def test_mistakes_that_are_none_or_the_same():
    assert [*mistake_problems(halved())] == []
    exercise = halved()
    exercise.mistake("It adds itself.", "与自身相加。")(lambda x: x + x)
    exercise.mistake("Nothing is wrong.", "没有错。")(lambda x: 0.5 * x)
    assert [en for en, zh in mistake_problems(exercise)] == [
        "mistake 2 is diagnosed as: mistake, It doubles.",
        "mistake 3 is diagnosed as: passed, ",
    ]


def test_a_starter_that_is_worth_something(tmp_path):
    folders = {"en": Folder.start(tmp_path / "en")}
    assert [*starter_problems(ONE, folders)] == []
    folders["en"].file(ONE).write_text("import numpy as np\n" + ONE.source_of_solution())
    ((problem, zh),) = starter_problems(ONE, folders)
    assert problem == f"the starter (en) is passed, {ONE.points} points"
    assert zh == f"起始文件（en）的状态是 passed，得 {ONE.points} 分"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_solution_in_what_students_get_is_found(tmp_path, monkeypatch, language):
    path = tmp_path / "a.py"
    path.write_text("class A:\n    def other(self, *v):\n        '''Text.'''\n"
                    "        n,all = 0,0\n        for x in v:\n"
                    "            n += np.sum((x==0));  all += x.size\n"
                    "        return float( n/all )\n")  # fmt: skip
    assert bodies_in(tmp_path)[selftest.normalized(selftest.body_of(ONE))] == [path]
    starter = Exercise.starter

    def with_solution(exercise, lang="en"):
        more = exercise.source_of_solution() if lang == language else ""
        return starter(exercise, lang) + "\n\n" + more.replace("def ", "def old_")

    monkeypatch.setattr(Exercise, "starter", with_solution)
    (row,) = selftest.selftest([ONE])
    ((problem, zh),) = row.problems
    assert problem == f"the solution is in {language}/{ONE.file}" and ONE.file in zh
