"""Every exercise: its cases, its text, its starter, its solution. See also checks/test_formulas."""

import ast
import doctest
import re
from types import SimpleNamespace

import numpy as np
import pytest

from minprune.checks import check_of, checks
from minprune.checks.judge import run_check
from minprune.documents.papers import papers_in
from minprune.exercises import ASSIGNMENTS, exercise_of, exercises
from minprune.exercises.attempt import attempt
from minprune.exercises.exercise import UNWRITTEN, normalized
from minprune.language import LANGUAGES

ALL = exercises()
SEEDS = [0, 1, 2]
CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.mark.parametrize("id", ALL)
def test_cases_come_by_hand_at_the_border_and_at_random(id):
    exercise = ALL[id]
    by_hand = [case for case in exercise.fixed if case.source]
    assert len(by_hand) >= 2 and len(exercise.fixed) - len(by_hand) >= 2 and exercise.draws
    assert all(case.gives is not None for case in by_hand) and len(exercise.mistakes) >= 4


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("id", ALL)
def test_the_starter_is_python_with_an_example_that_is_right(id, language):
    exercise = ALL[id]
    text = exercise.starter(language)
    assert max(map(len, text.splitlines())) <= 100
    (function,) = [n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef)]
    assert function.name == exercise.name and exercise.id in ast.get_docstring(ast.parse(text))
    example = doctest.DocTestParser().get_doctest(
        exercise.text[language], {"np": np, exercise.name: exercise.plain}, id, None, 0
    )
    assert example.examples, "no example"
    runner = doctest.DocTestRunner()
    runner.run(example)
    assert runner.failures == 0
    assert bool(CHINESE.search(exercise.text[language])) == (language == "zh")


@pytest.mark.parametrize("id", ALL)
def test_both_languages_show_the_same_example(id):
    parts = [
        [(e.source, e.want) for e in doctest.DocTestParser().get_examples(ALL[id].text[language])]
        for language in LANGUAGES
    ]
    assert parts[0] == parts[1]


@pytest.mark.parametrize("id", ALL)
def test_what_a_student_reads(id):
    exercise = ALL[id]
    for words in (exercise.title, exercise.text, exercise.hints):
        assert {*words} == {*LANGUAGES}
    assert 2 <= len(exercise.hints["en"]) == len(exercise.hints["zh"]) <= 4
    for en, zh in zip(exercise.hints["en"], exercise.hints["zh"], strict=True):
        assert en[-1] in ".?" and not CHINESE.search(en) and len(en) <= 300
        assert zh[-1] in "。？" and CHINESE.search(zh)
    assert exercise.ids or papers_in(exercise.source) or "MIT 6.5940" in exercise.source


@pytest.mark.parametrize("id", ALL)
def test_a_starter_is_not_started_and_holds_no_solution(id, tmp_path):
    exercise = ALL[id]
    solution = ast.parse(exercise.source_of_solution()).body[0]
    path = tmp_path / "starter.py"
    for language in LANGUAGES:
        path.write_text(exercise.starter(language), encoding="utf-8")
        assert exercise.is_untouched(path)
        functions = ast.walk(ast.parse(path.read_bytes()))
        bodies = [node.body for node in functions if isinstance(node, ast.FunctionDef)]
        assert normalized(solution.body) not in map(normalized, bodies)
    path.write_text(exercise.source_of_solution(), encoding="utf-8")
    assert not exercise.is_untouched(path)


@pytest.mark.parametrize("id", ALL)
def test_a_solution_stands_alone(id):
    source = ALL[id].source_of_solution()
    allowed = {"np", *dir(__builtins__ if not isinstance(__builtins__, dict) else object)}
    names = {"np": np}
    exec(source, names)  # nothing else from its file
    assert "minprune" not in source and allowed
    for case in ALL[id].cases():
        names[ALL[id].name](*case.call.args, **case.call.kwargs)
    assert ALL[id].plain.__doc__ is None, "the text is the docstring"


@pytest.mark.parametrize("id", [id for id, exercise in ALL.items() if exercise.name in checks()])
def test_an_exercise_of_a_check_is_that_check(id):
    exercise, check = ALL[id], check_of(ALL[id].name)
    assert exercise.of is check and exercise.ids == check.ids != ()
    for part in ("formula", "plain", "tolerance", "fixed", "draws", "properties", "mistakes"):
        assert getattr(exercise, part) is getattr(check, part), part


def test_untouched_means_the_body_of_the_function(tmp_path):
    exercise, path = ALL["1.1"], tmp_path / "x.py"
    for text, untouched in [
        (exercise.starter(), True),
        (exercise.starter("zh"), True),
        (exercise.starter().replace('"not written yet"', '"later"'), False),
        (exercise.starter().replace("import numpy as np", "import numpy as np\nx = 1"), True),
        (exercise.starter().replace(UNWRITTEN["en"], f"return 1\n    {UNWRITTEN['en']}"), False),
        (exercise.starter() + "\n\ndef sparsity(*arrays):\n    return 1.0\n", False),
        ("def f(:", False),
        ("x = " + "(" * 5000 + ")" * 5000, False),
        ("", False),
    ]:
        path.write_text(text)
        assert exercise.is_untouched(path) == untouched


def test_normalized_bodies():
    def body(text):
        return normalized(ast.parse(text).body)

    assert body('"""Text."""\nx = f(1)  # c\nreturn x') == body("y = f( 1 )\nreturn y")
    assert body("x = 1\ny = x") != body("x = 1\ny = 1") and body("a + b") != body("a - b")
    assert body("a - b - a") != body("a - b - b")


def test_ids_and_assignments():
    by_assignment = {}
    for id, exercise in ALL.items():
        by_assignment.setdefault(exercise.assignment, []).append(int(id.split(".")[1]))
        assert exercise_of(id) is exercise_of(exercise.name) is exercise
        assert exercise.points > 0 and exercise.file.startswith(f"assignment{exercise.assignment}/")
    assert {*by_assignment} <= {*ASSIGNMENTS}
    assert all(numbers == [*range(1, len(numbers) + 1)] for numbers in by_assignment.values())
    assert len({exercise.name for exercise in ALL.values()}) == len(ALL)
    with pytest.raises(ValueError, match=r"there is no exercise '9\.9'; there are 1\.1"):
        exercise_of("9.9")


def test_there_are_enough():
    assert len(ALL) >= 16 and {e.assignment for e in ALL.values()} == {*ASSIGNMENTS}
    assert sum(exercise.points for exercise in ALL.values()) == 100


@pytest.mark.parametrize("id", ["1.3", "1.5", "2.3", "3.3", "3.6"])
def test_an_unstable_sort_is_wrong(id):
    """Whatever NumPy's own sort does on this machine: of more than 16 the equal ones move."""

    def argsort(a, axis=-1):
        a = a.ravel() if axis is None else a
        axis = 0 if axis is None else axis
        if a.shape[axis] <= 16:
            return np.argsort(a, axis=axis, kind="stable")
        return a.shape[axis] - 1 - np.argsort(np.flip(a, axis), axis=axis, kind="stable")

    unstable = SimpleNamespace(**{name: getattr(np, name) for name in np.__all__ if name != "core"})
    unstable.argsort, source = argsort, ALL[id].source_of_solution()
    names = {"np": unstable}
    exec(source.replace(', kind="stable"', ""), names)
    assert ', kind="stable"' in source
    for seed in SEEDS:
        assert not run_check(ALL[id], names[ALL[id].name], seed).passed


def test_the_matrix_that_4_4_forbids_has_no_room(tmp_path):
    path = tmp_path / "x.py"
    path.write_text("""import numpy as np
def csr_forward(values, indices, offsets, b, x):
    W = np.zeros((x.shape[1], len(b)), np.float32)
    for j in range(len(b)):
        own = slice(offsets[j], offsets[j + 1])
        W[indices[own], j] = values[own]
    return x @ W + b
""")
    found = attempt(exercise_of("4.4"), path)
    assert not found.passed and "It builds W" in found.verdict.en
