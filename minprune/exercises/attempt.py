"""One try at an exercise: not started, right, or what is wrong."""

from pathlib import Path
from typing import NamedTuple

from minprune.checks.isolated import Broken, Limits, answers
from minprune.checks.judge import BROKEN, Verdict, broken, judge
from minprune.exercises.exercise import Exercise

NOT_STARTED, MISSING = "not started", "missing"


class Attempt(NamedTuple):
    """What a file is worth.

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
    """Judge the file of an exercise; its function runs in a process of its own."""
    path, printed = Path(path), []
    if not path.is_file():
        verdict = Verdict(exercise.name, BROKEN, "There is no file.", "没有这个文件。")
        return Attempt(exercise, MISSING, 0, verdict)
    if exercise.is_untouched(path):
        verdict = Verdict(exercise.name, BROKEN, "It is not written yet.", "还没有写。")
        return Attempt(exercise, NOT_STARTED, 0, verdict)

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
