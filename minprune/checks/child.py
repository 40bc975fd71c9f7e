"""The process of a user's function: `python -I child.py REQUEST FILE NAME MEMORY WAITS PACKAGES`.

It stands alone: of minprune there is nothing in this process, neither the formula nor what is
expected. It takes the calls from the file REQUEST, and sends back for each of them the result and
the arguments as they are afterwards; the other side compares. So whatever happens in here, and code
that runs in here can do anything to this process, it can give wrong answers but no grade.
"""

import contextlib
import functools
import importlib.abc
import io
import json
import os
import signal
import struct
import sys
import types
import zipfile
from collections import namedtuple
from fractions import Fraction

try:
    import numpy as np
except ModuleNotFoundError:  # -I leaves out what a user has installed for himself
    sys.path.append(sys.argv.pop())
    import numpy as np

LENGTH = struct.Struct("<Q")  # of an answer, ahead of it
LARGEST = 1 << 26  # bytes of an answer
TREE, TEXT, RECORDS = 1 << 22, 1000, 1000  # bytes of its lists, characters of a text in an array
KINDS = "biufU"  # of arrays: booleans, whole numbers, floats, text
FILES = 1 << 24  # bytes of any file that is written, printed text among them
OPEN, PROCESSES = 256, 64  # open files; processes and threads that a function may start
LINUX = sys.platform == "linux"
CREATE_RULESET, ADD_RULE, RESTRICT_SELF, NO_NEW_RIGHTS = 444, 445, 446, 38  # calls of Linux
# of Landlock: {right: version it came with}; the last is to send commands to devices
WRITING = {1: 1, **dict.fromkeys(range(4, 13), 1), 13: 2, 14: 3, 15: 5}


# --- values as bytes: no pickle, which could run code ---------------------------------------------


def pack(value):
    """Arrays, numbers, text, None, and lists, tuples, records and dictionaries of them as bytes."""
    arrays = {}
    tree = json.dumps(_tree(value, arrays)).encode()
    buffer = io.BytesIO()
    np.savez(buffer, tree=np.frombuffer(tree, np.uint8), **arrays)
    return buffer.getvalue()


def unpack(data):
    """The inverse of `pack`; `ValueError` for what `pack` did not write, such as a zip bomb.

    The memory of the value is bounded by the number of bytes: no array is in it twice.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        if sum(part.file_size for part in file.infolist()) > len(data):
            raise ValueError("the parts of the answer are larger than the answer")
    with np.load(io.BytesIO(data), allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    tree = arrays.pop("tree").tobytes()
    if len(tree) > TREE or tree.count(b'"record"') > RECORDS:
        raise ValueError("the lists are too long")
    for array in arrays.values():
        if array.dtype.kind not in KINDS or (array.dtype.kind == "U" and array.itemsize > 4 * TEXT):
            raise ValueError("an array holds no numbers")
    return _value(json.loads(tree), arrays)


def _tree(value, arrays):
    if isinstance(value, np.random.Generator):
        return {"plain": None}
    if isinstance(value, (Seed, Function)):
        return {type(value).__name__: type(value).__base__(value)}
    if value is None or type(value) in (bool, int, float, str):
        return {"plain": value}
    if isinstance(value, Fraction):
        return {"fraction": [value.numerator, value.denominator]}
    if isinstance(value, (list, tuple)):
        parts = [_tree(v, arrays) for v in value]
        if hasattr(value, "_fields"):
            return {"record": [type(value).__name__, [*value._fields], parts]}
        return {"list": parts, "tuple": isinstance(value, tuple)}
    if isinstance(value, dict):
        return {"dict": [[str(k), _tree(v, arrays)] for k, v in value.items()]}
    array = np.array(value)
    if array.dtype.kind not in KINDS:
        raise TypeError(f"the result must hold numbers, not {type(value).__name__}")
    name = f"a{len(arrays)}"
    arrays[name] = array
    return {"array": name}


def _value(tree, arrays):
    ((kind, inner), *rest) = tree.items()
    if kind == "array":
        return arrays.pop(inner)
    if kind == "list":
        values = [_value(v, arrays) for v in inner]
        return tuple(values) if dict(rest)["tuple"] else values
    if kind == "dict":
        return {k: _value(v, arrays) for k, v in inner}
    if kind == "record":
        name, fields, parts = inner
        if len(fields) > RECORDS:
            raise ValueError("a record is too long")
        return namedtuple(name, fields)(*(_value(v, arrays) for v in parts))
    if kind == "fraction":
        if not all(type(number) is int for number in inner):  # "1e60000000"
            raise ValueError("a fraction consists of whole numbers")
        return Fraction(*inner)
    return {"Seed": Seed, "Function": Function}.get(kind, lambda v: v)(inner)


class Seed(int):
    """Stands for a new `numpy.random.Generator` with this seed."""


class Function(str):
    """A function of NumPy arrays, written in Python: "lambda w: (w**2).sum()"."""

    def __call__(self, *args):
        return _function(str(self))(*args)


@functools.cache
def _function(text):
    return eval(text, {"np": np})


# --- the calls ------------------------------------------------------------------------------------


class Refused(importlib.abc.MetaPathFinder):
    """The formulas of minprune cannot be imported here."""

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "minprune":
            raise ImportError("minprune cannot be imported here; write the function yourself")


def main(request, path, name, memory, waits, *_):
    """Send the answers through what was the standard output, which from now on is a log.

    The first is empty: the process has started. With WAITS it does not end after the last: in a
    sandbox, processes that the function left behind would end with it, and would not be noticed.
    """
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    limit(int(memory))
    wall_in(os.getcwd())
    answers.write(LENGTH.pack(0))
    answers.flush()
    with open(request, "rb") as file:
        calls = unpack(file.read())
    sys.meta_path.insert(0, Refused())
    try:
        function = loaded(path, name)
    except BaseException as error:
        send(answers, {"error": said(error), "loading": True})
        return
    for args, kwargs in calls:
        try:
            found = answer(function, args, kwargs)
        except BaseException as error:  # SystemExit too
            found = {"error": said(error)}
        send(answers, found)
    if waits:
        signal.pause()


def limit(memory):
    """Set limits of memory, files and processes, if the system has them."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        limits = {resource.RLIMIT_AS: memory, resource.RLIMIT_FSIZE: FILES,
                  resource.RLIMIT_CORE: 0, resource.RLIMIT_NOFILE: OPEN}  # fmt: skip
        if LINUX:  # which counts all processes of a user, and none of root's
            limits |= {resource.RLIMIT_NPROC: threads() + PROCESSES, resource.RLIMIT_MSGQUEUE: 0}
        for what, most in limits.items():
            resource.setrlimit(what, (most, most))


def threads():
    """The number of threads in all visible processes of this user."""
    count = 0
    for process in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            if os.stat(f"/proc/{process}").st_uid == os.getuid():
                count += len(os.listdir(f"/proc/{process}/task"))
    return count


def wall_in(folder):
    """Files are written only below the folder, no other process is ended and none looked into.

    This is Linux's Landlock: a process can give up rights for itself and all that it starts, and
    never has them back. Tells whether it did; before Linux 5.13, and elsewhere, it cannot. TCP is
    shut off since 6.7, devices take no commands since 6.10, and signals are shut off since 6.12.
    """
    version = landlock()
    with contextlib.suppress(OSError):
        if version < 1:
            return False
        import ctypes

        library = ctypes.CDLL(None)

        def call(number, *args):
            return library.syscall(ctypes.c_long(number), *args)

        rights = sum(1 << bit for bit, since in WRITING.items() if version >= since)
        size = 24 if version >= 6 else 16 if version >= 4 else 8
        rules = call(CREATE_RULESET, struct.pack("<QQQ", rights, 3, 3), ctypes.c_size_t(size), 0)
        for path, allowed in ((folder, rights), (os.devnull, rights & 2)):
            place = os.open(path, os.O_PATH | os.O_CLOEXEC)
            call(ADD_RULE, rules, 1, struct.pack("<Qi", allowed, place), 0)
            os.close(place)
        library.prctl(NO_NEW_RIGHTS, 1, 0, 0, 0)
        done = call(RESTRICT_SELF, rules, 0) == 0
        os.close(rules)
        return done
    return False


def landlock():
    """The version of Landlock, 0 if there is none."""
    with contextlib.suppress(ImportError, AttributeError, OSError):
        import ctypes

        library, number = ctypes.CDLL(None), ctypes.c_long(CREATE_RULESET)
        return max(library.syscall(number, None, ctypes.c_size_t(0), 1), 0) if LINUX else 0
    return 0


def loaded(path, name):
    """The function of this name in a file."""
    with open(path, "rb") as file:
        source = file.read()  # bytes: the compiler reads a byte order mark and `# coding: gbk`
    module = types.ModuleType("submission")
    module.__file__ = path
    sys.modules["submission"] = module  # dataclasses look for their module
    sys.argv = [path]
    exec(compile(source, path, "exec"), module.__dict__)
    if not hasattr(module, name):
        raise NameError(f"the file defines no {name} when it is run")
    return getattr(module, name)


def answer(function, args, kwargs):
    """The result of one call, and its arguments afterwards, as a dictionary."""
    args, kwargs = live(args), live(kwargs)
    try:
        value = function(*args, **kwargs)
    except Exception as error:
        return {"error": said(error)}
    own = _arrays_in(value)
    returned = [
        place
        for place, argument in [*enumerate(args), *kwargs.items()]
        if any(np.may_share_memory(a, b) for a in _arrays_in(argument) for b in own)
    ]
    return {"value": value, "args": list(args), "kwargs": kwargs, "returned": returned}


def _arrays_in(value):
    """The arrays of a value, also those in lists, tuples and dictionaries."""
    if isinstance(value, dict):
        value = [*value.values()]
    if isinstance(value, (list, tuple)):
        return [array for part in value for array in _arrays_in(part)]
    return [value] if isinstance(value, np.ndarray) else []


def live(value):
    """The value again: its arrays are copies, and a `Seed` is the generator it stands for."""
    if isinstance(value, Seed):
        return np.random.default_rng(int(value))
    if isinstance(value, (list, tuple)):
        values = map(live, value)
        return type(value)(*values) if hasattr(value, "_fields") else type(value)(values)
    if isinstance(value, dict):
        return {k: live(v) for k, v in value.items()}
    return value.copy() if isinstance(value, np.ndarray) else value


def said(error):
    """An error on one line, with the line of the file it comes from."""
    line, trace = "", error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_globals.get("__name__") == "submission":
            line = f" (line {trace.tb_lineno})"
        trace = trace.tb_next
    try:
        if isinstance(error, SyntaxError) and error.lineno:
            line = f" (line {error.lineno})"
        text = str((error.msg or "") if isinstance(error, SyntaxError) else error)
    except BaseException:  # raised by the error's own methods
        text = "it has no text"
    return f"{type(error).__name__[:100]}: {text[:500]}{line}"


def send(answers, found):
    """Write one answer with its length before it; an error in its place if it cannot be packed."""
    try:
        data = pack(found)
    except BaseException as error:  # of a user's type
        data = pack({"error": said(error)})
    if len(data) > LARGEST:
        data = pack({"error": "ValueError: the result is too large"})
    answers.write(LENGTH.pack(len(data)) + data)
    answers.flush()


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    finally:
        os._exit(0)  # whatever wants to run at the end: there is nothing more to say
