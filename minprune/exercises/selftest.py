"""The exercises put to the test themselves, before a course begins."""

import ast
import tempfile
from pathlib import Path
from typing import NamedTuple

from minprune.checks.diagnosis import Diagnosis
from minprune.checks.judge import told_apart
from minprune.checks.trial import Trial
from minprune.checks.verify import verify_file
from minprune.exercises import exercises
from minprune.exercises.attempt import NOT_STARTED, attempt
from minprune.exercises.exercise import normalized
from minprune.exercises.folder import Folder
from minprune.language import LANGUAGES


class Row(NamedTuple):
    """One exercise: what it is tried with, and every problem that was found, in both languages."""

    id: str
    name: str
    cases: int
    properties: int
    mistakes: int
    calls: int
    problems: list


def selftest(chosen=None):
    """A row for every exercise; all have to be without problems."""
    chosen = [*exercises().values()] if chosen is None else chosen
    with tempfile.TemporaryDirectory(prefix="minprune-") as temporary:
        folders = {}
        for language in LANGUAGES:
            folders[language] = Folder.start(Path(temporary, language), language)
        given = bodies_in(temporary)
        wrong = called_wrong(exercises().values(), Path(temporary))
        return [_row(exercise, folders, given, wrong, Path(temporary)) for exercise in chosen]


def _row(exercise, folders, given, wrong, temporary):
    trial = Trial.of(exercise, 0)
    problems = [*solution_problems(exercise, temporary), *mistake_problems(exercise)]
    if exercise.name in wrong:
        en, zh = wrong[exercise.name]
        problems.append((f"verify finds the solution wrong: {en}", f"verify 认为答案错误：{zh}"))
    problems += starter_problems(exercise, folders)
    for file in given.get(normalized(body_of(exercise)), ()):
        name = file.relative_to(temporary)
        problems.append((f"the solution is in {name}", f"{name} 中含有答案"))
    return Row(exercise.id, exercise.name, len(trial.cases), len(exercise.properties),
               len(exercise.mistakes), len(trial.calls), problems)  # fmt: skip


def solution_problems(exercise, temporary):
    """The fault of the solution, run from a file in a separate process."""
    path = temporary / "solution.py"
    path.write_text("import numpy as np\n\n\n" + exercise.source_of_solution(), encoding="utf-8")
    found = attempt(exercise, path)
    if not found.passed:
        yield (f"the solution does not pass: {found.status}, {found.verdict.en}",
               f"答案没有通过：{found.status}，{found.verdict.zh}")  # fmt: skip
    run, declared = found.verdict.run, found.verdict.declared
    if not run == declared == len(Trial.of(exercise, 0).calls) > 0:
        yield f"{run} of {declared} calls were judged", f"{declared} 次调用中只评判了 {run} 次"


def called_wrong(chosen, temporary):
    """The verdicts of `verify` on a file of these solutions, by name, for those called wrong."""
    path = temporary / "solutions.py"
    sources = [exercise.source_of_solution() for exercise in chosen]
    path.write_text("\n\n".join(["import numpy as np\n", *sources]), encoding="utf-8")
    return {row.function: (row.verdict.en, row.verdict.zh)
            for row in verify_file(path) if not row.passed}  # fmt: skip


def mistake_problems(exercise):
    """Mistakes that are taken for another one, or for none."""
    trial = Trial.of(exercise, 0)
    told = told_apart(exercise)
    for k, tried in enumerate(trial.own):
        if tried.mistakes[0] not in told:
            verdict = Diagnosis(trial, [*tried]).verdict()
            yield (f"mistake {k + 1} is diagnosed as: {verdict.status}, {verdict.en}",
                   f"第 {k + 1} 个错误被诊断为：{verdict.status}，{verdict.zh}")  # fmt: skip


def starter_problems(exercise, folders):
    """Starters that are worth something, or do not read as not started."""
    for language, folder in folders.items():
        found = attempt(exercise, folder.file(exercise))
        if (found.status, found.points) != (NOT_STARTED, 0):
            status, points = found.status, found.points
            yield (f"the starter ({language}) is {status}, {points} points",
                   f"起始文件（{language}）的状态是 {status}，得 {points} 分")  # fmt: skip


def body_of(exercise):
    """The statements of the solution."""
    return ast.parse(exercise.source_of_solution()).body[0].body


def bodies_in(folder):
    """{the normalized body of a function: the files below a folder that it stands in}."""
    found = {}
    for path in sorted(Path(folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.FunctionDef):
                found.setdefault(normalized(node.body), []).append(path)
    return found
