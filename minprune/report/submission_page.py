"""The job of the scripts that `export` writes: grade one submission in a platform's format."""

import datetime
import os
import shutil
import sys
from pathlib import Path

from minprune.arguments import json_text
from minprune.checks import sandbox
from minprune.checks.details import details
from minprune.checks.isolated import Limits
from minprune.exercises.attempt import MISSING
from minprune.exercises.grade import chosen, grade_one, hidden_seed, only_grade
from minprune.files import replacing
from minprune.language import either, language, use
from minprune.report.exercises_page import STATUS

MOST = 5000  # characters about one exercise


def graded(folder, seed, assignment, seconds):
    """The grades of one folder, in a process that does nothing else."""
    only_grade()
    wall = sandbox.wall()
    print(either(*wall.said), file=sys.stderr)
    limits = Limits(seconds=seconds, boxed=wall.boxed)
    student = grade_one(folder, "", hidden_seed(seed), chosen(assignment), limits)
    if student.not_judged:
        verdict = student.grades[student.not_judged[0]].verdict
        raise ChildProcessError(
            f"{', '.join(student.not_judged)}: {either(verdict.en, verdict.zh)}"
        )
    return student


def shown(grade):
    """A student's feedback on one exercise; of hidden cases only that one of them fails."""
    lines = [STATUS[language()][grade.status]]
    if not grade.passed:
        lines.append(f"{grade.exercise.file}")
        lines += details(grade.exercise.name, grade.verdict, grade.printed)
    return "\n".join(lines)[:MOST]


# --- Gradescope -----------------------------------------------------------------------------------


def gradescope(seed, assignment, seconds, name):
    """Grade /autograder/submission, with feedback in the language of this name; the places can be
    changed by the environment."""
    use(name)
    folder = os.environ.get("MINPRUNE_SUBMISSION", "/autograder/submission")
    target = os.environ.get("MINPRUNE_RESULTS", "/autograder/results/results.json")
    student = graded(folder, seed, assignment, seconds)
    write(target, as_json(gradescope_results(student)))


def gradescope_results(student):
    """The results as Gradescope defines them; the sum of the scores is the grade."""
    tests = [
        {"name": f"{grade.exercise.id} {grade.exercise.title[language()]}",
         "number": grade.exercise.id, "score": grade.points, "max_score": grade.exercise.points,
         "status": "passed" if grade.passed else "failed", "output": shown(grade),
         "visibility": "visible"}
        for grade in student.grades.values()
    ]  # fmt: skip
    return {"output": summary(student), "output_format": "text",
            "test_output_format": "text", "test_name_format": "text", "visibility": "visible",
            "stdout_visibility": "hidden", "tests": tests}  # fmt: skip


def summary(student):
    """The points on a line, and where no file was found."""
    most = sum(grade.exercise.points for grade in student.grades.values())
    lines = [either(f"{student.total} of {most} points", f"{student.total} / {most} 分")]
    missing = [g.exercise.file for g in student.grades.values() if g.status == MISSING]
    if missing:
        lines.append(either("No file: ", "没有文件：") + ", ".join(missing))
    return "\n".join(lines)


# --- Classroom 50 ---------------------------------------------------------------------------------


def classroom50(seed, assignment, seconds, name):
    """Grade the folder this runs in, and write result.json there, last of all."""
    use(name)
    names = ("CLASSROOM", "ASSIGNMENT", "USERNAME", "SUBMISSION_TAG", "COMMIT_URL", "RELEASE_URL")
    missing = [name for name in names if not os.environ.get(name)]
    if missing:
        sys.exit(either(f"the environment variables {', '.join(missing)} must be set",
                        f"必须设置环境变量 {'、'.join(missing)}"))  # fmt: skip
    student = graded(".", seed, assignment, seconds)
    write("release-body.md", release_body(student))
    write("result.json", as_json(classroom50_result(student, os.environ)))


def classroom50_result(student, given):
    """The result as Classroom 50 defines it, version 1."""
    tests = [
        {"test-name": f"{grade.exercise.id} {grade.exercise.name}", "passed": grade.passed,
         "score": grade.points, "max-score": grade.exercise.points}
        for grade in student.grades.values()
    ]  # fmt: skip
    now = datetime.datetime.now(datetime.timezone.utc)
    return {
        "schema": "classroom50/result/v1",
        "classroom": given["CLASSROOM"],
        "assignment": given["ASSIGNMENT"],
        "usernames": [given["USERNAME"]],
        "submission": given["SUBMISSION_TAG"],
        "commit": given["COMMIT_URL"],
        "release": given["RELEASE_URL"],
        "review": given.get("REVIEW_URL") or given["COMMIT_URL"],
        "datetime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "score": sum(test["score"] for test in tests),
        "max-score": sum(test["max-score"] for test in tests),
        "tests": tests,
    }


def release_body(student):
    """The diagnoses as Markdown; whatever a function has said stands in an indented block."""
    lines = [f"## {line}" if k == 0 else line
             for k, line in enumerate(summary(student).split("\n"))]  # fmt: skip
    for grade in student.grades.values():
        exercise = grade.exercise
        title = exercise.title[language()] + either(": ", "：")
        lines += ["", f"### {exercise.id} {title}{grade.points} / {exercise.points}", ""]
        lines += [f"    {line}" for line in shown(grade).splitlines()]
    return "\n".join(lines) + "\n"


# --- files ----------------------------------------------------------------------------------------


def as_json(value):
    """As a file holds it: readable, with a line end."""
    return json_text(value, indent=2) + "\n"


def write(path, text):
    """Write a file whole, in place of whatever a student has put there: a link, a folder."""
    path = Path(path)
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    elif path.is_symlink():
        path.unlink()
    with replacing(path) as file:
        file.write(text.encode(errors="backslashreplace"))
