"""One try at an exercise: not started, right, or what is wrong."""

from pathlib import Path
from typing import NamedTuple

from minprune.arguments import in_one_line
from minprune.checks.isolated import Broken, Limits, answers
from minprune.checks.judge import judge
from minprune.checks.verdict import BROKEN, Verdict, broken
from minprune.exercises.exercise import Exercise

NOT_STARTED, MISSING = "not started", "missing"
NOT_JUDGED = "not judged"  # the grader failed, not the student
SHOWN = 5  # names of files in a message


class Attempt(NamedTuple):
    """The result of checking a file.

    status   "passed", "not started", "missing" (there is no file), or as of a `Verdict`
    points   all of the exercise's, or 0
    printed  what the function printed, the beginning of it
    """

    exercise: Exercise
    status: str
    points: int
    verdict: Verdict
    printed: str = ""

    @property
    def passed(self):
        return self.points > 0


def attempt(exercise, path, seed=0, limits=None):
    """Judge the file of an exercise; its function runs in a separate process."""
    path, printed = Path(path), []
    if not path.is_file() or exercise.is_untouched(path):
        beside = sorted(p.name for p in path.parent.iterdir()) if path.parent.is_dir() else []
        return not_begun(exercise, path.is_file(), [*filter(exercise.is_near, beside)])

    def answer(calls):
        outcomes, text = answers(path, exercise.name, calls, limits or Limits())
        printed.append(text)
        return outcomes

    try:
        verdict = judge(exercise, answer, seed)
    except Broken as problem:
        verdict = broken(exercise, *problem.args, problem.call)
    points = exercise.points if verdict.passed else 0
    return Attempt(exercise, verdict.status, points, verdict, "".join(printed))


def not_begun(exercise, there, near):
    """The attempt of whose file nothing is judged: it is not there, or is the starter.

    near  names of files that may be meant for it
    """
    en, zh = (("It is not written yet.", "还没有写。") if there
              else ("There is no file.", "没有这个文件。"))  # fmt: skip
    if near:
        own = Path(exercise.file).name
        en = f"{en} Not read: {listed(near)}; the file must be named {own}."
        zh = f"{zh}未读取：{listed(near)}；文件名应为 {own}。"
    verdict = Verdict(exercise.name, BROKEN, en, zh)
    return Attempt(exercise, NOT_STARTED if there else MISSING, 0, verdict)


def not_judged(exercise, error):
    """The verdict if the grader itself failed, for example for lack of memory."""
    why = f"{type(error).__name__}: {in_one_line(getattr(error, 'strerror', None) or error)}"
    return Verdict(exercise.name, BROKEN, f"It was not judged: the grader met {why}.",
                   f"未能评判：评分程序遇到 {why}。")  # fmt: skip


def listed(names):
    """The first few of some names, and how many there are if there are more."""
    more = f", ... ({len(names)})" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
