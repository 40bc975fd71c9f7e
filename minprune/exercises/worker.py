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
import tempfile
import time
from pathlib import Path

from minprune.checks import child, isolated
from minprune.checks.check import Call, Case
from minprune.checks.compare import Difference
from minprune.checks.isolated import Limits
from minprune.checks.verdict import BROKEN, Failure, Verdict, broken
from minprune.exercises import exercise_of
from minprune.exercises.attempt import NOT_JUDGED, attempt, not_judged

READY = ["ready"]
ANSWER = 100_000  # bytes of an answer, above which it is sent without the case that fails
TOGETHER = 10  # times the limit of a function: then all further ones have a tenth of it


def main():
    """Say `READY`, then answer every task: [task, status, verdict, printed], a line each."""
    order = json.load(sys.stdin.buffer)
    last = time.monotonic() + order["seconds"]
    isolated.stay_alone()
    key = bytes.fromhex(order["key"])
    _send(signed(key, READY))
    for task in order["tasks"]:
        id, seed = task
        limits = Limits(*order["limits"])
        if time.monotonic() > last:
            limits = limits._replace(seconds=limits.seconds / TOGETHER)
        status, verdict, printed = judged(id, base64.b64decode(order["sources"][id]), seed, limits)
        try:
            line = signed(key, [task, status, verdict, printed])
        except Exception:  # of what a function gave: a list in a list in a list ...
            line = b""
        if not 0 < len(line) < ANSWER:
            line = signed(key, [task, status, verdict._replace(failure=None), printed])
        _send(line)


def _send(line):
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


def judged(id, source, seed, limits):
    """The status of the text of a file, its verdict and what was printed.

    The process, memory and disk that this needs are the grader's: if it lacks them, the status is
    "not judged". Whatever else is wrong is the fault of the file.
    """
    exercise = exercise_of(id)
    try:
        with tempfile.TemporaryDirectory(prefix="minprune-") as folder:
            path = Path(folder, Path(exercise.file).name)
            path.write_bytes(source)
            found = attempt(exercise, path, seed, limits)
        return found.status, found.verdict, found.printed
    except Exception as error:
        lacks = isinstance(error, (OSError, MemoryError, RuntimeError))  # RuntimeError: no thread
        if lacks and not isinstance(error, RecursionError):
            return NOT_JUDGED, not_judged(exercise, error), ""
        name = type(error).__name__
        return BROKEN, broken(exercise, f"It cannot be judged: {name}.", f"无法评判：{name}。"), ""


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
