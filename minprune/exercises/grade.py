"""Grades for a folder of submissions, in which every folder is one student's."""

import base64
import contextlib
import json
import os
import queue
import secrets
import signal
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
from minprune.arguments import above_zero, printable, whole_number
from minprune.checks import isolated
from minprune.checks.isolated import Limits
from minprune.checks.verdict import BROKEN, PASSED, Verdict
from minprune.exercises import exercises
from minprune.exercises.attempt import (
    MISSING,
    NOT_JUDGED,
    NOT_STARTED,
    SHOWN,
    listed,
    not_begun,
    not_judged,
)
from minprune.exercises.exercise import Exercise
from minprune.exercises.submission import Submission
from minprune.exercises.worker import READY, TOGETHER, opened
from minprune.files import temporary_folder
from minprune.language import in_both

OPEN = 0  # the seed of the cases that students have
NOTHING = MISSING, NOT_STARTED  # statuses of what was not handed in
HIDDEN = "hidden"  # right for the open seed, wrong for the other
LINE = 1 << 20  # bytes of a line that a process which judges may send
PATIENCE = 60.0  # seconds that a process may be silent beyond the limit of a function
STARTING = 120.0  # seconds that a process may take to begin
KEPT = "PATH", "SYSTEMROOT", "LANG"  # of the environment: no secrets
LOST = ("It ended or disturbed the process that checks it.", "函数终止或干扰了检查进程。")
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
    not_read        files whose names are nearly those of exercises for which nothing was handed in,
                    the first few
    digest          of what was handed in
    """

    name: str
    grades: dict
    solutions_seen: list | None
    not_read: tuple = ()
    digest: str | None = None

    @property
    def total(self):
        return sum(grade.points for grade in self.grades.values())

    @property
    def not_judged(self):
        """The ids of the exercises that the grader could not judge."""
        return [id for id, grade in self.grades.items() if grade.status == NOT_JUDGED]


class Grades(NamedTuple):
    """The grades of a whole folder.

    ignored  names the entries that are not student folders
    wall     a sentence about the sandbox
    """

    exercises: list
    students: list
    ignored: list
    seed: int
    wall: str = ""

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


def grade_all(folder, seed=1, assignment=None, limits=None, jobs=1, say=None, kept=()):
    """Grade every folder in a folder.

    seed  of the hidden cases; what is right for these and for the open ones gets its points
    jobs  students at a time
    say   called with each student when he or she is done
    kept  students of an earlier run; those whose files are unchanged are not graded again

    All files are read before any student's code runs. If the grader fails at one student, these
    grades are "not judged", and it tries them once more at the end.
    """
    seed, jobs = hidden_seed(seed), whole_number("jobs", jobs, low=1)
    limits, wanted = limits or Limits(), chosen(assignment)
    above_zero("seconds", limits.seconds)
    folders, others = _inside(Path(folder))
    handed_in = [_handed_in(path, wanted) for path in folders]
    if not any(isinstance(one, Exception) or one.sources or one.reasons for one in handed_in):
        raise _nobody(Path(folder), handed_in, wanted, others)
    kept = {student.digest: student for student in kept if student.digest}
    _stopped.clear()

    def one(number):
        submission = handed_in[number]
        if (digest := getattr(submission, "digest", None)) in kept:
            return kept[digest]
        student = _tried(submission, folders[number].name, seed, wanted, limits)
        if say and not _stopped.is_set():
            say(student)
        return student

    pool = ThreadPoolExecutor(jobs)
    try:
        students = [*pool.map(one, range(len(folders)))]
        for k, student in enumerate(students):  # what was lacking may be there by now
            students[k] = _again(student, handed_in[k], seed, limits)
            if say and students[k] is not student:
                say(students[k])
    except BaseException:  # Ctrl-C
        _stop()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
    return Grades(wanted, students, others, seed)


def _inside(folder):
    """The students' folders, and the names of what else lies in a folder of submissions."""
    isolated.unpacked()
    if not folder.is_dir():
        raise in_both(NotADirectoryError(f"submissions: {folder} is not a folder"),
                      f"submissions：{folder} 不是文件夹")  # fmt: skip
    if any((folder / exercise.file).is_file() for exercise in exercises().values()):
        raise in_both(
            ValueError(f"submissions: {folder} is the folder of one student; name the folder that "
                       "contains the students' folders"),
            f"submissions：{folder} 是一名学生的文件夹；请给出放有各学生文件夹的那个文件夹",
        )  # fmt: skip
    inside = sorted(folder.iterdir(), key=lambda path: path.name)
    folders = [path for path in inside if path.is_dir() and not path.is_symlink()]
    return folders, [printable(path.name) for path in inside if path not in folders]


def _nobody(folder, handed_in, wanted, others):
    """The error for a folder in which no file of an exercise was found: what is read, what is."""
    example = next(iter(exercises().values())).file
    near = [(one.name, name) for one in handed_in for each in wanted for name in one.near(each)]
    found = [f"{student}/{name}" for student, name in dict.fromkeys(near)]
    found += [f"{one.name}/" for one in handed_in] + others
    return in_both(
        ValueError(
            f"submissions: no file of an exercise was found in {folder}. Each student needs a "
            f"folder there, such as {folder}/ada/{example} or {folder}/ada/{Path(example).name}. "
            f"Found: {listed(found) if found else 'nothing'}"),
        f"submissions：在 {folder} 中没有找到任何练习的文件。每名学生应在其中有一个文件夹，"
        f"如 {folder}/ada/{example} 或 {folder}/ada/{Path(example).name}。"
        + (f"找到的是：{listed(found)}" if found else "文件夹是空的"),
    )  # fmt: skip


def grade_one(folder, name, seed, wanted, limits=None):
    """The grades of one student's folder."""
    isolated.unpacked()
    limits, submission = limits or Limits(), _handed_in(folder, wanted)
    student = _tried(submission, name, seed, wanted, limits)
    return _again(student, submission, seed, limits)


def _handed_in(folder, wanted):
    """The submission in a student's folder, or the error while reading it."""
    try:
        return Submission(folder, wanted)
    except Exception as error:
        return error


def _tried(submission, name, seed, wanted, limits):
    """A student's grades; "not judged" if the grader fails, whatever the reason."""
    name = printable(name)
    try:
        if isinstance(submission, Exception):
            raise submission
        return _graded(submission, name, seed, wanted, limits)
    except Exception as error:
        grades = {e.id: Grade(e, NOT_JUDGED, 0, not_judged(e, error)) for e in wanted}
        seen, digest = (getattr(submission, field, None) for field in ("solutions_seen", "digest"))
        return Student(name, grades, seen, (), digest)


def _again(student, submission, seed, limits):
    """The student after a second try at what was not judged."""
    if not student.not_judged:
        return student
    wanted = [student.grades[id].exercise for id in student.not_judged]
    more = _tried(submission, student.name, seed, wanted, limits)
    not_read = student.not_read or more.not_read
    return more._replace(grades=student.grades | more.grades, not_read=not_read)


def _graded(submission, name, seed, wanted, limits):
    sources, last = submission.sources, time.monotonic() + TOGETHER * limits.seconds
    tasks = [(exercise.id, OPEN) for exercise in wanted if exercise.id in sources]
    # hidden cases last: what a function has kept of them comes too late to be shown
    judged = _judge(sources, tasks, limits, last)
    right = [(id, seed) for id, _ in tasks if _is_right(*judged[id, OPEN][:2])]
    judged |= _judge(sources, right, limits, last)
    grades, not_read = {}, {}
    for exercise in wanted:
        id = exercise.id
        if id in sources:
            grade = _grade(exercise, judged[id, OPEN], judged.get((id, seed)))
        elif id in submission.reasons:
            status, *why = submission.reasons[id]
            grade = Grade(exercise, status, 0, Verdict(exercise.name, BROKEN, *why))
        else:
            grade = Grade(exercise, MISSING, 0, None)
        if grade.status in NOTHING:
            near = submission.near(exercise)
            not_read |= dict.fromkeys(near)
            verdict = not_begun(exercise, grade.status == NOT_STARTED, near).verdict
            grade = grade._replace(verdict=verdict)
        grades[id] = grade
    return Student(name, grades, submission.solutions_seen, _few([*not_read]), submission.digest)


def _few(names):
    """The first names; the last says how many there are if there are more."""
    more = [f"... ({len(names)})"] if len(names) > SHOWN else []
    return (*names[:SHOWN], *more)


def _is_right(status, verdict):
    return status == PASSED and verdict.passed


def _grade(exercise, first, second):
    status, verdict, printed = first
    if second is not None and (second[0] == NOT_JUDGED or second[1].en == LOST[0]):
        status, verdict, _ = second
    if second is None or not _is_right(status, verdict):
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

_workers, _lock = {}, threading.Lock()  # the processes that are at work, by their ids
_stopped = threading.Event()  # Ctrl-C: nothing more is started


def _stop():
    """End all processes that judge; what they were at is not graded."""
    with _lock:
        _stopped.set()
        for process in _workers.values():
            isolated.end(isolated.below(process.pid))
            process.kill()


def _judge(sources, tasks, limits, last):
    """{task: (status, verdict, printed)} of tasks (id, seed), by a process of their own.

    If it ends, sends nothing in time or an answer without its signature, another process does the
    rest. If this happens twice in one task, it is the fault of the function that was being judged.

    last  the time at which the student has used up the time of all functions together
    """
    found, lost = {}, None
    while len(found) < len(tasks):
        rest = tasks[len(found) :]
        found |= (answers := _answers(sources, rest, limits, last))
        if len(answers) < len(rest):
            task = rest[len(answers)]
            if task == lost or time.monotonic() > last:
                found[task] = BROKEN, Verdict(task[0], BROKEN, *LOST), ""
            lost = task
    return found


def _answers(sources, tasks, limits, last):
    """The answers of one process, up to the first failure."""
    key = secrets.token_bytes(32)
    places = [Path(minprune.__file__).parents[1], Path(np.__file__).parents[1]]
    command = [sys.executable, "-IB", "-c", START, *map(str, places)]
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    texts = {id: base64.b64encode(sources[id]).decode() for id, _ in tasks}
    order = {"key": key.hex(), "tasks": tasks, "limits": limits, "sources": texts,
             "seconds": last - time.monotonic()}  # fmt: skip
    with temporary_folder() as folder:
        kept |= dict.fromkeys(("TMPDIR", "TEMP", "TMP"), folder)
        with _lock:
            if _stopped.is_set():
                raise ChildProcessError("grading was stopped")
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                       env=kept, start_new_session=True)  # fmt: skip
            _workers[process.pid] = process
        try:
            return _asked(process, key, order, limits.seconds + PATIENCE)
        finally:
            _end(process)


def _asked(process, key, order, seconds):
    """{task: what a process answers}, as long as each answer comes within so many seconds.

    `ChildProcessError` if there is no process that judges: that is no student's fault.
    """
    found, lines, tasks = {}, queue.SimpleQueue(), order["tasks"]
    for job, *args in (_write, process.stdin, order), (_read, process.stdout, len(tasks), lines):
        threading.Thread(target=job, args=args, daemon=True).start()
    try:
        ready = opened(key, lines.get(timeout=STARTING)) == READY
    except queue.Empty:
        ready = False
    if not ready:
        raise ChildProcessError("the process that is to judge cannot be started")
    with contextlib.suppress(queue.Empty):
        for task in tasks:
            answer = opened(key, lines.get(timeout=seconds))
            if answer is None or answer[0] != [*task]:
                break
            found[task] = tuple(answer[1:])
    return found


def _write(pipe, order):
    with contextlib.suppress(OSError), pipe:
        pipe.write(json.dumps(order).encode())


def _read(pipe, count, lines):
    with pipe:
        for _ in range(1 + count):
            lines.put(pipe.readline(LINE))
    lines.put(b"")


def _end(process):
    """End a process that judges; if this one does nothing but grade, also what was left behind."""
    isolated.end(isolated.below(process.pid))
    process.kill()
    process.wait()
    with _lock:
        _workers.pop(process.pid, None)
        if _alone:
            isolated.end_all(lambda: isolated.below(os.getpid(), _workers), _workers)


_alone = False


def only_grade():
    """Say that this process does nothing but grade: then it ends every other that it has started.

    Without it a function that ends the process which judges it can leave its own behind.
    """
    global _alone
    _alone = isolated.stay_alone()
    with contextlib.suppress(ValueError):  # not the first thread
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C
