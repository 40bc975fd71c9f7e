"""Text and files of the commands for exercises."""

import csv
import io
import re

from minprune.arguments import counted
from minprune.checks.details import details
from minprune.exercises import ASSIGNMENTS, exercises
from minprune.exercises.attempt import NOT_JUDGED
from minprune.language import either, language
from minprune.layout import columns, flush_right, wide

STATUS = {
    "en": {"passed": "right", "mistake": "a classic mistake", "like": "like a mistake",
           "failed": "wrong", "changed": "changes its arguments", "property": "wrong",
           "broken": "cannot be judged", "not started": "not started", "missing": "no file"},
    "zh": {"passed": "正确", "mistake": "典型错误", "like": "像典型错误", "failed": "错误",
           "changed": "改动了输入", "property": "错误", "broken": "无法评判",
           "not started": "未开始", "missing": "没有文件"},
}  # fmt: skip


def attempt_text(found):
    """One attempt: a line, and if it is wrong what a learner needs."""
    exercise = found.exercise
    lines = [f"{exercise.id}  {exercise.title[language()]}  {STATUS[language()][found.status]}"]
    if not found.passed:
        lines.append(f"    {exercise.file}")
        lines += details(exercise.name, found.verdict, found.printed)
    return "\n".join(lines)


def attempts_text(attempts, most):
    """Several attempts, and the points of the most there are."""
    lines = [attempt_text(found) for found in attempts]
    points = sum(found.points for found in attempts)
    lines.append(either(f"{points} of {most} points", f"{points} / {most} 分"))
    return "\n".join(lines)


def list_text(folder, statuses):
    """All exercises of a folder, and how far each is."""
    lines, comma = [], either(", ", "，")
    for number, title in ASSIGNMENTS.items():
        lines.append(f"{number}  {title[language()]}")
        for exercise in exercises().values():
            if exercise.assignment == number:
                hints = folder.note["hints"].get(exercise.id, 0)
                marks = (
                    [STATUS[language()][statuses[exercise.id]]] if exercise.id in statuses else []
                )
                if hints:
                    marks.append(either(f"hints: {hints}", f"提示 {hints} 条"))
                if exercise.id in folder.note["given_up"]:
                    marks.append(either("solution seen", "看过答案"))
                title_ = wide(exercise.title[language()], 60)
                lines.append(f"   {exercise.id:5}{title_}{exercise.points:3}  {comma.join(marks)}")
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
    lines = [wide(either("student", "学生"), width) + flush_right(either("total", "总分"), 5)
             + "  " + "".join(f"{id:>5}" for id in ids)]  # fmt: skip
    for student in found.students:
        total, *points = ("?" if cell == NOT_JUDGED else cell for cell in points_of(student, ids))
        points, seen = "".join(f"{cell:>5}" for cell in points), _seen(student)
        note = either(f"  solutions seen: {seen}", f"  看过答案：{seen}") if seen else ""
        lines.append(f"{wide(student.name, width)}{total:>5}  {points}{note}")
    n = len(found.students)
    lines += [either(
        f"{counted(n, 'student')}, {most} points at most; hidden cases of seed {found.seed}",
        f"{n} 名学生，满分 {most} 分；隐藏用例的种子 {found.seed}",
    )]  # fmt: skip
    lines += [found.wall, ""] if found.wall else [""]
    for row in found.statistics():
        lines += _statistics(row)
    lines += [f"{student.name}{line}" for student in found.students for line in _not_done(student)]
    lines += [either("ignored, since it is not a folder: ", "已忽略，不是文件夹：") + name
              for name in found.ignored]  # fmt: skip
    if any(_seen(student) for student in found.students):
        lines.append(either(
            "Solutions seen are read from the student's own note, which can be edited.",
            "“看过答案”读自学生自己文件夹里的记录，学生可以改动它。",
        ))  # fmt: skip
    return "\n".join(lines)


def _statistics(row):
    """One exercise: how many tried it, how many are right, what was wrong how often."""
    yield either(
        f"{row['id']}  {row['function']}: {row['tried']} of {row['students']} tried, "
        f"{row['passed']} right",
        f"{row['id']}  {row['function']}：{row['students']} 人中 {row['tried']} 人做过，"
        f"{row['passed']} 人正确",
    )
    for said in row["diagnoses"]:
        status = STATUS[language()][said["status"]]
        yield f"    {said['count']:4}  " + either(f"{status}: {said['en']}",
                                                  f"{status}：{said['zh']}")  # fmt: skip


def _not_done(student):
    """The files of a student that were not read, and the exercises that were not judged."""
    if student.not_read:
        names = ", ".join(student.not_read)
        yield either(f": not read, since no exercise's file has this name: {names}",
                     f"：未读取，没有练习用这个文件名：{names}")  # fmt: skip
    if student.not_judged:
        ids = ", ".join(student.not_judged)
        yield either(f": NOT JUDGED, grade again: {ids}", f"：未评判，请重新评分：{ids}")


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
    head = either(("exercise", "cases", "properties", "mistakes", "calls"),
                  ("练习", "用例", "性质", "错误", "调用"))  # fmt: skip
    widths = 36, 6, 12, 10, 7
    lines = [wide(head[0], 36) + "".join(map(flush_right, head[1:], widths[1:]))]
    for row in rows:
        verdict = either("fails", "有问题") if row.problems else either("right", "正确")
        lines.append(f"{row.id:5}{row.name:31}{row.cases:6}{row.properties:12}{row.mistakes:10}"
                     f"{row.calls:7}  {verdict}")  # fmt: skip
        lines += [f"      {either(*problem)}" for problem in row.problems]
    wrong = sum(bool(row.problems) for row in rows)
    en, zh = (f"{wrong} not right", f"{wrong} 道有问题") if wrong else ("all right", "全部正确")
    lines.append(either(f"{counted(len(rows), 'exercise')}: {en}", f"{len(rows)} 道练习：{zh}"))
    return "\n".join(lines)
