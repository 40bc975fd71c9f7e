"""What the commands for exercises print."""

from minprune.exercises import ASSIGNMENTS, exercises
from minprune.report.verify_page import details, wide

STATUS = {
    "en": {"passed": "right", "mistake": "a classic mistake", "failed": "wrong",
           "changed": "changes its arguments", "property": "wrong", "broken": "cannot be judged",
           "not started": "not started", "missing": "no file"},
    "zh": {"passed": "正确", "mistake": "典型错误", "failed": "错误", "changed": "改动了输入",
           "property": "错误", "broken": "无法评判", "not started": "未开始",
           "missing": "没有文件"},
}  # fmt: skip


def attempt_text(found, language):
    """One attempt: a line, and if it is wrong what a learner needs."""
    exercise = found.exercise
    lines = [f"{exercise.id}  {exercise.title[language]}: {STATUS[language][found.status]}"]
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
                title_ = wide(exercise.title[language], 48)
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
