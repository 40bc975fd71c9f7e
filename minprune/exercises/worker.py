"""A process that judges one student's files, apart from the one that writes grades.

It is told what to do on its standard input and answers on its standard output, each answer signed
with a key that came with the task: a function that ends this process, or writes to what it finds
open, loses its own points and changes no other student's.
"""

import base64
import hashlib
import hmac
import json
import sys

from minprune.checks import child, isolated
from minprune.checks.check import Call, Case
from minprune.checks.compare import Difference
from minprune.checks.isolated import Limits
from minprune.checks.judge import BROKEN, Failure, Verdict
from minprune.exercises import exercise_of
from minprune.exercises.attempt import NOT_JUDGED, attempt

READY = ["ready"]
LARGEST = 1_000_000  # bytes of a student's file


def main():
    """Say `READY`, then answer every task: [task, status, verdict, printed], a line each."""
    order = json.load(sys.stdin.buffer)
    isolated.stay_alone()
    key = bytes.fromhex(order["key"])
    _send(signed(key, READY))
    for task in order["tasks"]:
        status, verdict, printed = judged(*task, Limits(*order["limits"]))
        try:
            line = signed(key, [task, status, verdict, printed])
        except Exception:  # of what a function gave: a list in a list in a list ...
            line = signed(key, [task, status, verdict._replace(failure=None), printed])
        _send(line)


def _send(line):
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


def judged(id, path, seed, limits):
    """The status of one file, its verdict and what was printed; whatever is wrong is the file's."""
    exercise = exercise_of(id)
    try:
        with open(path, "rb") as file:
            if len(file.read(LARGEST + 1)) > LARGEST:
                return refused(exercise, "The file is larger than 1 MB.", "文件超过 1 MB。")
        found = attempt(exercise, path, seed, limits)
        return found.status, found.verdict, found.printed
    except OSError as error:  # no file, process or memory for the grader: no fault of the function
        why = f"{type(error).__name__}: {error.strerror}"
        verdict = Verdict(exercise.name, BROKEN, f"It was not judged: the grader failed, {why}.",
                          f"评分程序出错，未能评判：{why}。")  # fmt: skip
        return NOT_JUDGED, verdict, ""
    except Exception as error:
        return refused(exercise, f"It cannot be judged: {type(error).__name__}.",
                       f"无法评判：{type(error).__name__}。")  # fmt: skip


def refused(exercise, en, zh):
    """The outcome that `judged` reports for a file that is not run."""
    return BROKEN, Verdict(exercise.name, BROKEN, en, zh), ""


def signed(key, answer):
    """An answer as a line that cannot be written without the key."""
    data = base64.b64encode(child.pack(answer))
    return hmac.new(key, data, hashlib.sha256).hexdigest().encode() + b" " + data


def opened(key, line):
    """The inverse; None for a line that is not signed with the key, or holds no answer."""
    signature, _, data = line.strip().partition(b" ")
    if not hmac.compare_digest(signature, hmac.new(key, data, hashlib.sha256).hexdigest().encode()):
        return None
    try:
        answer = child.unpack(base64.b64decode(data))
        return [_again(part) if hasattr(part, "_fields") else part for part in answer]
    except Exception:  # with a stolen key a function can send anything, which then is no answer
        return None


def _again(record):
    """A verdict from the record that came of it: values travel, types do not."""
    failure = record.failure
    if failure is not None:
        case = Case(Call(*failure.case.call), *failure.case[1:])
        where = None if failure.difference is None else Difference(*failure.difference)
        failure = Failure(case, failure.expected, failure.got, failure.error, where)
    return Verdict(*record)._replace(failure=failure)
