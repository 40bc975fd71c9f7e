"""Grades for a folder of submissions, in which every folder is one student's."""

import contextlib
import json
import os
import queue
import secrets
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np

import minprune
from minprune.arguments import above_zero, whole_number
from minprune.checks import isolated
from minprune.checks.isolated import Limits
from minprune.checks.judge import BROKEN, PASSED, Verdict, broken
from minprune.exercises import exercises
from minprune.exercises.attempt import MISSING, NOT_JUDGED, NOT_STARTED, listed, not_begun
from minprune.exercises.exercise import Exercise
from minprune.exercises.submission import Submission
from minprune.exercises.worker import READY, opened

OPEN = 0  # the seed of the cases that students have
NOTHING = MISSING, NOT_STARTED  # statuses of what was not handed in
HIDDEN = "hidden"  # right for the open seed, wrong for the other
PATIENCE = 60.0  # seconds that a process may be silent beyond the limit of a function
STARTING = 120.0  # seconds that a process may take to begin
KEPT = "PATH", "SYSTEMROOT", "LANG", "TMPDIR", "TEMP", "TMP"  # of the environment: no secrets
# the package stands behind Python's own modules, and before what is installed
START = ("import sys; own = sum('-packages' not in path for path in sys.path); "
         "sys.path.insert(own, sys.argv[1]); sys.path.append(sys.argv[2]); "
         "from minprune.exercises.worker import main; main()")  # fmt: skip


class Grade(NamedTuple):
    """The grade of one student's file for one exercise.

    status   as of an `Attempt`; "hidden": right for the cases that students have, and wrong for
             hidden ones; or "not judged": the grader itself failed, which is no student's fault
    verdict  on the open cases: nothing in it comes from a hidden one
    hidden   the verdict on the hidden cases, for instructors only; None if it did not come to that
    printed  what the function printed, on the open cases
    """

    exercise: Exercise
    status: str
    points: int
    verdict: Verdict
    hidden: Verdict | None = None
    printed: str = ""

    @property
    def passed(self):
        return self.points > 0


class Student(NamedTuple):
    """One student's grades, by exercise.

    solutions_seen  what the student's own note says was given up
    not_read        files whose names are nearly those of exercises for which nothing was handed in
    """

    name: str
    grades: dict
    solutions_seen: list | None
    not_read: tuple = ()

    @property
    def total(self):
        return sum(grade.points for grade in self.grades.values())

    @property
    def not_judged(self):
        """The ids of the exercises that the grader could not judge."""
        return [id for id, grade in self.grades.items() if grade.status == NOT_JUDGED]


class Grades(NamedTuple):
    """The grades of a whole folder; `ignored` names the entries that are not student folders."""

    exercises: list
    students: list
    ignored: list
    seed: int

    def statistics(self):
        """For each exercise how many tried it, how many are right, and what was wrong how often."""
        return [self._of(exercise) for exercise in self.exercises]

    def _of(self, exercise):
        all_ = [student.grades[exercise.id] for student in self.students]
        tried = [grade for grade in all_ if grade.status not in NOTHING]
        said = Counter(
            (grade.status, grade.verdict.en, grade.verdict.zh)
            for grade in tried
            if not grade.passed
        )
        order = sorted(said, key=lambda what: (-said[what], what))
        return {
            "id": exercise.id, "function": exercise.name, "students": len(all_),
            "tried": len(tried), "passed": sum(grade.passed for grade in tried),
            "diagnoses": [{"count": said[what], "status": what[0], "en": what[1], "zh": what[2]}
                          for what in order],
        }  # fmt: skip


def chosen(assignment=None):
    """The exercises of an assignment, or all of them."""
    every = [*exercises().values()]
    if assignment is None:
        return every
    whole_number("assignment", assignment, low=1, high=every[-1].assignment)
    return [exercise for exercise in every if exercise.assignment == assignment]


def hidden_seed(seed):
    """The seed itself; `ValueError` unless it draws other cases than students have."""
    return whole_number("seed", seed, low=OPEN + 1)


def grade_all(folder, seed=1, assignment=None, limits=None, jobs=1, say=None):
    """Grade every folder in a folder.

    seed  of the hidden cases; what is right for these and for the open ones gets its points
    jobs  students at a time
    say   called with each student when he or she is done
    """
    seed, jobs = hidden_seed(seed), whole_number("jobs", jobs, low=1)
    limits, wanted = limits or Limits(), chosen(assignment)
    above_zero("seconds", limits.seconds)
    folders, others = _inside(Path(folder))

    def one(path):
        student = grade_one(path, path.name, seed, wanted, limits)
        if say:
            say(student)
        return student

    with ThreadPoolExecutor(jobs) as pool:
        students = [*pool.map(one, folders)]
    if all(g.status == MISSING for student in students for g in student.grades.values()):
        raise ValueError(_nobody(Path(folder), students, others))
    return Grades(wanted, students, others, seed)


def _inside(folder):
    """The students' folders, and the names of what else lies in a folder of submissions."""
    isolated.unpacked()
    if not folder.is_dir():
        raise NotADirectoryError(f"submissions: {folder} is not a folder")
    if any((folder / exercise.file).is_file() for exercise in exercises().values()):
        raise ValueError(f"submissions: {folder} is the folder of one student; name the folder "
                         "that contains the students' folders")  # fmt: skip
    inside = sorted(folder.iterdir(), key=lambda path: path.name)
    folders = [path for path in inside if path.is_dir() and not path.is_symlink()]
    return folders, [path.name for path in inside if path not in folders]


def _nobody(folder, students, others):
    """The error for a folder in which no file of an exercise was found: what is read, what is."""
    example = next(iter(exercises().values())).file
    found = [f"{student.name}/{name}" for student in students for name in student.not_read]
    found += [f"{student.name}/" for student in students] + others
    names = listed(found) if found else "nothing"
    return (f"submissions: no file of an exercise was found in {folder}. Each student needs a "
            f"folder there, such as {folder}/ada/{example} or {folder}/ada/{Path(example).name}. "
            f"Found: {names}")  # fmt: skip


def grade_one(folder, name, seed, wanted, limits=None):
    """The grades of one student's folder."""
    isolated.unpacked()
    submission, limits, found = Submission(folder, wanted), limits or Limits(), {}
    files = {}
    for exercise in wanted:
        path, why = submission.file(exercise)
        if path:
            files[exercise.id] = path
        elif why:
            found[exercise.id] = Grade(exercise, BROKEN, 0, broken(exercise, *why))
        else:
            nothing = not_begun(exercise, False, submission.near(exercise))
            found[exercise.id] = Grade(exercise, nothing.status, 0, nothing.verdict)
    # hidden cases last: what a function has kept of them comes too late to be shown
    judged = _judge([[id, str(path), OPEN] for id, path in files.items()], limits)
    right = [task for task in judged if _is_right(*judged[task][:2])]
    judged |= _judge([[id, path, seed] for id, path, _ in right], limits)
    for exercise in wanted:
        if exercise.id in files:
            path = str(files[exercise.id])
            found[exercise.id] = _grade(exercise, judged[exercise.id, path, OPEN],
                                        judged.get((exercise.id, path, seed)))  # fmt: skip
    grades = {exercise.id: found[exercise.id] for exercise in wanted}
    not_read = {name: None for exercise in wanted if found[exercise.id].status in NOTHING
                for name in submission.near(exercise)}  # fmt: skip
    return Student(name, grades, submission.solutions_seen(), (*not_read,))


def _is_right(status, verdict):
    return status == PASSED and verdict.passed


def _grade(exercise, first, second):
    status, verdict, printed = first
    if second is not None and second[0] == NOT_JUDGED:
        status, verdict, _ = second
    if second is None or status == NOT_JUDGED:
        return Grade(exercise, status, 0, verdict, None, printed)
    if _is_right(*second[:2]):
        return Grade(exercise, PASSED, exercise.points, verdict, second[1], printed)
    said = verdict._replace(
        status=HIDDEN,
        en="It is right for the cases that `check` runs, but not for hidden ones of the same kind.",
        zh="通过了 check 所用的全部用例，但没有通过同类的隐藏用例。",
    )
    return Grade(exercise, HIDDEN, 0, said, second[1], printed)


# --- the processes that judge ---------------------------------------------------------------------

_workers, _lock = set(), threading.Lock()  # the process ids of those that are at work


def _judge(tasks, limits):
    """{task: (status, verdict, printed)} of tasks [id, path, seed], by a process of their own.

    When that ends, is silent or says what it cannot have said, it is the fault of the function that
    was being judged; another process does the rest.
    """
    found = {}
    while len(found) < len(tasks):
        rest = tasks[len(found) :]
        found |= (answers := _answers(rest, limits))
        if len(answers) < len(rest):
            task = rest[len(answers)]
            verdict = Verdict(task[0], BROKEN, "It ended or disturbed the process that checks it.",
                              "函数终止或干扰了检查进程。")  # fmt: skip
            found[tuple(task)] = BROKEN, verdict, ""
    return found


def _answers(tasks, limits):
    """The answers of one process, up to the first failure."""
    key = secrets.token_bytes(32)
    places = [Path(minprune.__file__).parents[1], Path(np.__file__).parents[1]]
    command = [sys.executable, "-IB", "-c", START, *map(str, places)]
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    with _lock:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=kept)
        _workers.add(process.pid)
    found, lines = {}, queue.SimpleQueue()
    threading.Thread(target=_forward, args=(process.stdout, lines), daemon=True).start()
    try:
        order = {"key": key.hex(), "tasks": tasks, "limits": limits}
        with contextlib.suppress(BrokenPipeError), process.stdin as file:
            file.write(json.dumps(order).encode())
        _wait_for_start(key, lines)
        for task in tasks:
            answer = opened(key, lines.get(timeout=limits.seconds + PATIENCE))
            if answer is None or answer[0] != task:
                break
            found[tuple(task)] = tuple(answer[1:])
    except queue.Empty:
        pass
    finally:
        _end(process)
    return found


def _wait_for_start(key, lines):
    """`ChildProcessError` if there is no process that judges: that is no student's fault."""
    with contextlib.suppress(queue.Empty):
        if opened(key, lines.get(timeout=STARTING)) == READY:
            return
    raise ChildProcessError("the grading process could not be started")


def _forward(pipe, lines):
    with pipe:
        while line := pipe.readline(1 << 28):
            lines.put(line)
    lines.put(b"")


def _end(process):
    """End a process that judges; if this one does nothing but grade, also what was left behind."""
    isolated.end(isolated.below(process.pid))
    process.kill()
    process.wait()
    with _lock:
        _workers.discard(process.pid)
        while _alone and (left := isolated.below(os.getpid(), _workers)):
            isolated.end(left)
            time.sleep(0.01)


_alone = False


def only_grade():
    """Say that this process does nothing but grade: then it ends every other that it has started.

    Without it a function that ends the process which judges it can leave its own behind.
    """
    global _alone
    _alone = isolated.stay_alone()
