"""The files of results, and the grades that are kept for `--resume`."""

import contextlib
import hashlib
import json
import os
import stat
from pathlib import Path

import minprune
from minprune.checks.verdict import Verdict
from minprune.exercises import exercises
from minprune.exercises.grade import Grade, Student
from minprune.files import replacing
from minprune.language import in_both

PARTIAL = ".partial"  # behind the name of a file of results: the students that are graded
ROUNDS = 300_000  # of the digest of a seed: to try many seeds takes long


class Target:
    """A file that is opened before the work and written after it.

    So it is written even if its folder has become read-only. A new file is removed if nothing was
    written to it.
    """

    def __init__(self, path):
        self.path, self.file = Path(path), None
        self.new = not os.path.lexists(path)
        self.is_regular = self.new or self.path.is_file()  # a device is opened to write to it
        if self.is_regular and (self.new or os.access(path, os.W_OK)):
            handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o666)
            self.file = os.fdopen(handle, "wb")  # which keeps what is there

    def write(self, data):
        """Replace the contents, in one step if the folder is writable."""
        try:
            with replacing(self.path) as file:
                file.write(data)
        except (PermissionError, FileNotFoundError):
            if self.file is None:
                raise
            self.file.write(data)
            self.file.truncate()
            self.file.flush()
        self.new = False

    def close(self):
        if self.file is not None:
            self.file.close()
        if self.new:
            self.path.unlink(missing_ok=True)


class Kept:
    """The students graded so far, a line each, in a file that is removed when all are graded.

    of  what the grades depend on: the seed, the assignment, the limit of time
    """

    def __init__(self, path, of, resume=False):
        self.path, self.students, self.count = Path(path), [], 0
        salt = os.urandom(16).hex()
        if os.path.lexists(path):
            if not resume:
                raise in_both(
                    FileExistsError(f"{path}: holds the grades of an interrupted run; add --resume "
                                    "to grade the other students, or remove the file"),
                    f"{path}：存有一次中断的评分；加 --resume 继续评其余学生，或删除这个文件",
                )  # fmt: skip
            salt = self._read(of)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        self.file = os.fdopen(handle, "w", encoding="utf-8")
        self._write(_head(of, salt))
        self.file.truncate()
        for student in self.students:
            self.add(student)

    def _read(self, of):
        """Read the students that were graded with the same choices; returns the salt."""
        if not stat.S_ISREG(os.lstat(self.path).st_mode):
            raise in_both(ValueError(f"{self.path}: is not a file"), f"{self.path}：不是文件")
        with open(self.path, encoding="utf-8") as file:
            lines = [line for line in file if line.endswith("\n")]  # the last may be cut short
        try:
            head, *rows = map(json.loads, lines)
            salt = head["salt"]
            same = head == _head(of, salt)
            self.students = [_student(row) for row in rows]
        except (ValueError, TypeError, KeyError, AttributeError):
            raise in_both(
                ValueError(f"{self.path}: is damaged; remove it to grade everybody"),
                f"{self.path}：已损坏；删除它可重新评所有人",
            ) from None
        if not same:
            raise in_both(
                ValueError(f"{self.path}: is of grading with another seed, assignment, limit of "
                           "time or version; choose the same ones, or remove it to grade "
                           "everybody"),
                f"{self.path}：那次评分的种子、作业、时限或版本与这次不同；请选用相同的，"
                "或删除它重新评所有人",
            )  # fmt: skip
        return salt

    def add(self, student):
        """Keep a student, unless something was not judged."""
        if not student.not_judged:
            self._write(_row(student))
            self.count += 1

    def _write(self, row):
        self.file.write(json.dumps(row) + "\n")
        self.file.flush()

    def close(self, done):
        """Remove the file if all is done, or nothing is in it; tells whether it is still there."""
        self.file.close()
        if done or not self.count:
            with contextlib.suppress(OSError):
                self.path.unlink()
        return os.path.lexists(self.path)


def _head(of, salt):
    seed, *others = of
    digest = hashlib.pbkdf2_hmac("sha256", str(seed).encode(), bytes.fromhex(salt), ROUNDS)
    return {"salt": salt, "seed": digest.hex(), "of": [*others], "version": minprune.__version__}


def _row(student):
    grades = [[grade.exercise.id, grade.status, grade.points, _words(grade.verdict),
               _words(grade.hidden)] for grade in student.grades.values()]  # fmt: skip
    return [student.name, student.digest, student.solutions_seen, student.not_read, grades]


def _words(verdict):
    return verdict and [verdict.name, verdict.status, verdict.en, verdict.zh]


def _student(row):
    name, digest, seen, not_read, rows = row
    grades = {}
    for id, status, points, verdict, hidden in rows:
        hidden = hidden and Verdict(*hidden)
        grades[id] = Grade(exercises()[id], status, points, Verdict(*verdict), hidden)
    return Student(name, grades, seen, tuple(not_read), digest)
