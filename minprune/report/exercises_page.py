"""Text and files of the commands for exercises."""

import csv
import io
import re

from minprune.arguments import counted
from minprune.checks.details import details
from minprune.exercises import ASSIGNMENTS, exercises
from minprune.exercises.attempt import NOT_JUDGED
from minprune.layout import columns, wide

STATUS = {
    "en": {"passed": "right", "mistake": "a classic mistake", "like": "like a mistake",
           "failed": "wrong", "changed": "changes its arguments", "property": "wrong",
           "broken": "cannot be judged", "not started": "not started", "missing": "no file"},
    "zh": {"passed": "正确", "mistake": "典型错误", "like": "像典型错误", "failed": "错误",
           "changed": "改动了输入", "property": "错误", "broken": "无法评判",
           "not started": "未开始", "missing": "没有文件"},
}  # fmt: skip


def attempt_text(found, language):
    """One attempt: a line, and if it is wrong what a learner needs."""
    exercise = found.exercise
    lines = [f"{exercise.id}  {exercise.title[language]}  {STATUS[language][found.status]}"]
    if not found.passed:
        lines.append(f"    {exercise.file}")
        lines += details(exercise.name, found.verdict, found.printed, language)
    return "\n".join(lines)


def attempts_text(attempts, most, language):
    """Several attempts, and the points of the most there are."""
    lines = [attempt_text(found, language) for found in attempts]
    points = sum(found.points for found in attempts)
    lines.append({"en": f"{points} of {most} points", "zh": f"{points} / {most} 分"}[language])
    return "\n".join(lines)


def list_text(folder, statuses):
    """All exercises of a folder, and how far each is."""
    language, lines = folder.language, []
    for number, title in ASSIGNMENTS.items():
        lines.append(f"{number}  {title[language]}")
        for exercise in exercises().values():
            if exercise.assignment == number:
                hints = folder.note["hints"].get(exercise.id, 0)
                marks = [STATUS[language][statuses[exercise.id]]] if exercise.id in statuses else []
                if hints:
                    marks.append({"en": f"hints: {hints}", "zh": f"提示 {hints} 条"}[language])
                if exercise.id in folder.note["given_up"]:
                    marks.append({"en": "solution seen", "zh": "看过答案"}[language])
                title_ = wide(exercise.title[language], 60)
                lines.append(f"   {exercise.id:5}{title_}{exercise.points:3}  {', '.join(marks)}")
    return "\n".join(lines)


def attempts_json(attempts):
    """The same for programs."""
    return {
        "points": sum(a.points for a in attempts),
        "max_points": sum(a.exercise.points for a in attempts),
        "passed": all(a.passed for a in attempts),
        "exercises": [
            {"id": a.exercise.id, "function": a.exercise.name, "status": a.status,
             "points": a.points, "max_points": a.exercise.points, "en": a.verdict.en,
             "zh": a.verdict.zh, "run": a.verdict.run, "declared": a.verdict.declared}
            for a in attempts
        ],
    }  # fmt: skip


# --- for instructors ------------------------------------------------------------------------------

STATUS["en"] |= {"hidden": "wrong for hidden cases", "not judged": "not judged"}
STATUS["zh"] |= {"hidden": "隐藏用例未通过", "not judged": "未评判"}
FORMULA = re.compile(r"(^|[;,|])(?=\s*[=+\-@＝＋－＠]|[\t\r\n])")  # begins where a cell may


def grades_text(found):
    """The grades of a folder: a line for each student, then what went wrong in each exercise."""
    ids, most = [e.id for e in found.exercises], sum(e.points for e in found.exercises)
    width = max([7, *(columns(student.name) for student in found.students)]) + 2
    lines = [wide("student", width) + "total  " + "".join(f"{id:>5}" for id in ids)]
    for student in found.students:
        total, *points = ("?" if cell == NOT_JUDGED else cell for cell in points_of(student, ids))
        points, seen = "".join(f"{cell:>5}" for cell in points), _seen(student)
        lines.append(f"{wide(student.name, width)}{total:>5}  {points}"
                     + (f"  solutions seen: {seen}" if seen else ""))  # fmt: skip
    lines += [f"{counted(len(found.students), 'student')}, {most} points at most; hidden cases of "
              f"seed {found.seed}"]  # fmt: skip
    lines += [found.wall, ""] if found.wall else [""]
    for row in found.statistics():
        lines.append(f"{row['id']}  {row['function']}: {row['tried']} of {row['students']} tried, "
                     f"{row['passed']} right")  # fmt: skip
        lines += [f"    {said['count']:4}  {STATUS['en'][said['status']]}: {said['en']}"
                  for said in row["diagnoses"]]  # fmt: skip
    lines += [f"{student.name}: not read, since no exercise's file has this name: "
              f"{', '.join(student.not_read)}"
              for student in found.students if student.not_read]  # fmt: skip
    lines += [f"{student.name}: NOT JUDGED, grade again: {', '.join(student.not_judged)}"
              for student in found.students if student.not_judged]  # fmt: skip
    lines += [f"ignored, since it is not a folder: {name}" for name in found.ignored]
    if any(_seen(student) for student in found.students):
        lines.append("Solutions seen are read from the student's own note, which can be edited.")
    return "\n".join(lines)


def points_of(student, ids):
    """The total and the points of each exercise, "not judged" where the grader failed."""
    points = [
        student.grades[id].points if id not in student.not_judged else NOT_JUDGED for id in ids
    ]
    return [NOT_JUDGED if student.not_judged else student.total, *points]


def _seen(student):
    """The ids in one cell; "?" if there is no note."""
    return "?" if student.solutions_seen is None else " ".join(student.solutions_seen)


def grades_csv(found):
    """The grades as a table for a spreadsheet."""
    text = io.StringIO(newline="")
    table = csv.writer(text)  # ends lines by CR LF, and so quotes a name with either
    ids = [exercise.id for exercise in found.exercises]
    table.writerow(["student", "total", *ids, "solutions_seen"])
    for student in found.students:
        table.writerow([plain(student.name), *points_of(student, ids), _seen(student)])
    return text.getvalue()


def plain(text):
    """A cell that a spreadsheet shows as it is: an apostrophe stands before what would be run.

    So it is where another character than the comma separates cells.
    """
    return FORMULA.sub(r"\1'", text)


def grades_json(found):
    """All of it for programs; hidden cases are in it."""
    return {
        "seed": found.seed, "sandbox": found.wall, "ignored": found.ignored,
        "exercises": found.statistics(),
        "max_points": sum(exercise.points for exercise in found.exercises),
        "students": [
            {"student": student.name, "total": student.total,
             "solutions_seen": student.solutions_seen, "not_read": [*student.not_read],
             "not_judged": student.not_judged,
             "exercises": [_grade_json(grade) for grade in student.grades.values()]}
            for student in found.students
        ],
    }  # fmt: skip


def _grade_json(grade):
    row = {"id": grade.exercise.id, "function": grade.exercise.name, "status": grade.status,
           "points": grade.points, "max_points": grade.exercise.points, "en": grade.verdict.en,
           "zh": grade.verdict.zh}  # fmt: skip
    if grade.hidden is not None:
        row["hidden"] = {"status": grade.hidden.status, "en": grade.hidden.en,
                         "zh": grade.hidden.zh}  # fmt: skip
    return row


def selftest_text(rows):
    """Every exercise of the package, and what is wrong with it."""
    lines = [f"{'exercise':36}{'cases':>6}{'properties':>12}{'mistakes':>10}{'calls':>7}"]
    for row in rows:
        lines.append(f"{row.id:5}{row.name:31}{row.cases:6}{row.properties:12}{row.mistakes:10}"
                     f"{row.calls:7}  {'fails' if row.problems else 'right'}")  # fmt: skip
        lines += [f"      {problem}" for problem in row.problems]
    wrong = sum(bool(row.problems) for row in rows)
    lines.append(f"{counted(len(rows), 'exercise')}: "
                 + (f"{wrong} not right" if wrong else "all right"))  # fmt: skip
    return "\n".join(lines)
