"""A user's function in a separate process, with limits; see `child` for what runs there."""

import ast
import contextlib
import ctypes
import errno
import os
import queue
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from importlib.util import decode_source
from pathlib import Path
from typing import NamedTuple

import numpy as np

import minprune
from minprune.arguments import above_zero, counted, printable
from minprune.checks import child, sandbox
from minprune.checks.evaluate import Outcome, outcome
from minprune.checks.words import in_chinese
from minprune.language import in_both

MARK = "MINPRUNE_CHECK"  # in the environment of the process, and of all that it starts
SUBREAPER, DUMPABLE = 36, 4  # of Linux: who adopts orphans, and whether memory may be looked into
STARTING = 30.0  # seconds that a process may take before a function is loaded
ENDING = 10.0  # seconds that processes may take to end


# what may hold a definition that the module has afterwards
SAME_NAMES = (
    ast.stmt,
    ast.excepthandler,
    ast.withitem,
    ast.match_case,
    ast.Tuple,
    ast.List,
    ast.Starred,
)


class Limits(NamedTuple):
    """The limits of one function's process.

    seconds  for all calls of one check together, and for loading
    memory   in bytes
    boxed    True if it runs in the sandbox
    """

    seconds: float = 20.0
    memory: int = 2 << 30
    boxed: bool = False


class Broken(Exception):
    """A file or function that cannot be judged; its two arguments say why, in both languages.

    call  the one that was not answered, if it was a call
    """

    call = None


def functions_in(path):
    """The names that a file defines outside of functions; `Broken` if it is not to be run.

    The file is read, not run.
    """
    tree = tree_of(path)
    for node in ast.walk(tree):
        modules = [node.module] if isinstance(node, ast.ImportFrom) else []
        modules += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if any((module or "").partition(".")[0] == "minprune" for module in modules):
            raise Broken("The file imports minprune; write the function yourself.",
                         "文件导入了 minprune；函数应由你自己写。")  # fmt: skip
    return [name for name, _ in definitions(tree)]


WRITTEN, ENTRIES = 1 << 26, 1000  # bytes and files that a function may write


def tree_of(path):
    """The syntax tree of a file, whose text is decoded as `python FILE` decodes it."""
    path = Path(path)
    if path.is_dir():
        raise in_both(IsADirectoryError(f"{path}: is a folder; name a Python file in it"),
                      f"{path}：是一个文件夹；请给出其中的 Python 文件")  # fmt: skip
    if not path.is_file():
        raise in_both(FileNotFoundError(f"{path}: there is no such file"), f"{path}：没有这个文件")
    data = path.read_bytes()
    if path.suffix.lower() == ".ipynb" or (data.lstrip()[:1] == b"{" and b'"cells"' in data):
        raise Broken("The file is a notebook; put the functions into a .py file.",
                     "这是 Jupyter 笔记本；请把函数放进 .py 文件。")  # fmt: skip
    try:
        text = decode_source(data)
        if "\0" in text:
            raise SyntaxError("it contains null bytes")
    except (SyntaxError, UnicodeDecodeError) as error:
        raise Broken(
            f"The file is not Python text ({printable(str(error), 200)}); save it as UTF-8.",
            f"文件不是 Python 文本（{printable(str(error), 200)}）；请另存为 UTF-8 编码。",
        ) from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of "\\d" in a text, say
            return ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        what = printable(str(error.args[0]), 200) if error.args else "too deep"
        raise Broken(f"The file is not valid Python: {what}, line {line}.",
                     f"文件不是合法的 Python：第 {line} 行，{what}。") from None  # fmt: skip


def definitions(tree):
    """(name, its statement) for all that a module defines, inside `if`, `try` and `with` too."""
    nodes = tree.body[::-1]
    while nodes:
        node = nodes.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name, node
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                yield (alias.asname or alias.name).partition(".")[0], node
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node
        elif isinstance(node, SAME_NAMES):
            nodes += [*ast.iter_child_nodes(node)][::-1]


def unpacked():
    """The folder of the package; `ValueError` if it is imported from an archive."""
    package = Path(minprune.__file__).parent
    if not (package / "checks" / "child.py").is_file():
        raise in_both(
            ValueError(f"{package}: the package is inside an archive; unpack it into a folder, "
                       "since its files are run to judge functions"),
            f"{package}：程序包在压缩文件中；评判函数要运行其中的文件，请把它解压到文件夹",
        )  # fmt: skip
    return package


def answers(path, name, calls, limits=None):
    """The outcomes of the calls of a function in a file, and the text that it printed.

    `Broken` if it could not be loaded, or ended or was ended before all calls were answered;
    `OSError` if its process cannot be started.
    """
    unpacked()
    limits = limits or Limits()
    above_zero("seconds", limits.seconds)
    if name not in functions_in(path):
        raise Broken(f"The file defines no {name}.", f"文件中没有定义 {name}。")
    with tempfile.TemporaryDirectory(prefix="minprune-") as folder:
        sent, why, status, others = _run(Path(folder), path, name, calls, limits)
        with open(Path(folder, "printed"), "rb") as file:
            text = file.read(10_000).decode(errors="replace")
    if not sent:
        last = [f"{why}, exit status {status}", *text.splitlines()][-1]
        raise OSError(errno.ECHILD, f"the process of the function did not start ({last})")
    outcomes = [_outcome(data, call) for data, call in zip(sent[1:], calls, strict=False)]
    if len(outcomes) < len(calls):
        problem = Broken(*_reason(why, len(outcomes), status, limits))
        problem.call = calls[len(outcomes)]
        raise problem
    if others:
        raise Broken("It left a process running.", "函数留下了仍在运行的进程。")
    return outcomes, text


def _run(folder, path, name, calls, limits):
    """Run the process of a function; what it prints is in the file "printed" of the folder.

    Returns its answers, the reason why there are no more, its exit status, and whether it left
    processes behind.
    """
    command, mark = _command(folder, path, name, calls, limits), secrets.token_hex(16)
    work = folder / "work"
    work.mkdir()
    with open(folder / "printed", "wb") as printed:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=printed,
            cwd=work, env=_environment(mark), start_new_session=True)  # fmt: skip
    chunks = queue.SimpleQueue()
    reader = threading.Thread(target=_forward, args=(process.stdout, chunks), daemon=True)
    reader.start()
    try:
        sent, why = _read(process, chunks, 1 + len(calls), limits.seconds, folder)
        if why == "end":  # bubblewrap ends a little after what runs in it
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=1.0)
    finally:
        others = _end(process, mark, sandbox.processes() if limits.boxed else 0)
        reader.join(timeout=1.0)  # it closes the pipe, unless something else still holds it
    status = process.returncode
    if limits.boxed and status - 128 in signal.valid_signals():
        status = 128 - status  # as a shell, bubblewrap reports a signal so
    return sent, why, status, others


def _command(folder, path, name, calls, limits):
    """The command line of a function's process, whose files are in the folder."""
    request, source = folder / "request", Path(path).resolve()
    request.write_bytes(child.pack([[list(call.args), call.kwargs] for call in calls]))
    files = [unpacked() / "checks" / "child.py", request, source]
    if limits.boxed:
        files[2] = folder / "submission.py"
        files[2].write_bytes(source.read_bytes())
        for file in files[1:]:
            file.chmod(0o644)  # the user in the sandbox is another one
        named = {file.name: file for file in files}
        files = [f"{sandbox.INSIDE}/{file.name}" for file in files]
    program = [sys.executable, "-IuXutf8", *map(str, files), name, str(limits.memory),
               "waits" if limits.boxed else "", str(Path(np.__file__).parents[1])]  # fmt: skip
    return sandbox.command(program, named) if limits.boxed else program


def _environment(mark):
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LANG") if name in os.environ}
    threads = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}
    return kept | threads | {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0", MARK: mark}


def _read(process, chunks, count, seconds, folder):
    """So many answers as bytes, or what came until the end, and why there are no more.

    The first, which is empty, is sent when the process has started: then the time limit begins.
    """
    found, rest, total, deadline = [], bytearray(), 0, time.monotonic() + STARTING
    while len(found) < count:
        if time.monotonic() > deadline:
            return found, "time"
        over = process.poll() is not None  # asked first: what it sent before it ended is there soon
        try:
            chunk = chunks.get(timeout=0.2 if over else 0.05)
        except queue.Empty:
            if over:  # a process that it has started may hold the pipe open
                return found, "end"
            if _too_much(folder):
                return found, "written"
            continue
        if not chunk:
            return found, "end" if total < child.LARGEST else "large"
        rest += chunk
        total += len(chunk)
        while len(rest) >= child.LENGTH.size:
            (length,) = child.LENGTH.unpack_from(rest)
            if length > child.LARGEST:
                return found, "garbage"
            end = child.LENGTH.size + length
            if len(rest) < end:
                break
            if not found:
                deadline = time.monotonic() + seconds
            found.append(bytes(rest[child.LENGTH.size : end]))
            del rest[:end]
    return found[:count], ""


def _too_much(folder):
    """True if more is in a folder than a function may write."""
    folders, entries, size = [folder], 0, 0
    for place in folders:  # which grows
        with contextlib.suppress(OSError), os.scandir(place) as found:
            for entry in found:
                entries += 1
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                else:
                    size += entry.stat(follow_symlinks=False).st_size
                if size > WRITTEN or entries > ENTRIES:
                    return True
    return False


def _forward(pipe, chunks):
    """Hand on what comes through a pipe, but no more than all answers together may have."""
    left = child.LARGEST
    with pipe:
        while left and (chunk := os.read(pipe.fileno(), min(left, 1 << 20))):
            chunks.put(chunk)
            left -= len(chunk)
    chunks.put(b"")


def _outcome(data, call):
    """An answer as an `Outcome`; whatever is wrong with it, it is the function's fault."""
    try:
        found = child.unpack(data)
        if "error" in found:
            found["error"] = printable(str(found["error"]), 700)
        if "loading" not in found:
            return outcome(found, call)
        error = found["error"]
    except Exception as problem:
        return Outcome(error=f"{type(problem).__name__}: the answer cannot be read")
    raise Broken(*_not_loaded(error))


def _not_loaded(error):
    """Why a file could not be run, and what to do about it, in both languages."""
    en, zh = f"The file cannot be run: {error}.", f"文件无法运行：{in_chinese(error)}。"
    if error.startswith("ModuleNotFoundError") or "relative import" in error:
        return (f"{en} Everything that the function needs besides NumPy must be in this one file.",
                f"{zh}除 NumPy 外，函数需要的一切都要写在同一个文件里。")  # fmt: skip
    if error.startswith(("ImportError", "NameError", "SyntaxError")):
        return en, zh
    return (f"{en} Only definitions are needed: put the rest under `if __name__ == '__main__':`.",
            f"{zh}只需要定义：其余代码请放在 if __name__ == '__main__': 之下。")  # fmt: skip


def _reason(why, answered, status, limits):
    if why == "time":
        return (f"It did not end within {counted(f'{limits.seconds:g}', 'second')}.",
                f"函数在 {limits.seconds:g} 秒内没有结束。")  # fmt: skip
    if why == "garbage":
        return "Its process sent something that is not an answer.", "进程发回了无法识别的内容。"
    if why == "large":
        return "Its results are larger than 64 MB in all.", "结果总共超过 64 MB。"
    if why == "written":
        return (f"It wrote more than 64 MB, or more than {ENTRIES} files.",
                f"函数写入超过 64 MB 或多于 {ENTRIES} 个文件。")  # fmt: skip
    how, how_zh = f"exit status {status}", f"退出状态 {status}"
    if (status or 0) < 0:  # some signals have a number only
        name = next((s.name for s in signal.Signals if s == -status), -status)
        how, how_zh = f"signal {name}", f"信号 {name}"
    return (f"Its process ended ({how}) in call {answered + 1}.",
            f"进程在第 {answered + 1} 次调用时退出（{how_zh}）。")  # fmt: skip


def _end(process, mark, own=0):
    """Kill the process and all that it has started; returns whether it had started any.

    own  the number of processes below it that are the sandbox's
    """
    others = len(below(process.pid)) > own if own else bool(_left(mark, process.pid))
    with contextlib.suppress(OSError, AttributeError):
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()
    end_all(lambda: _left(mark))  # what has left the group, and what that may still start
    return others


def _left(mark, pid=None):
    """The processes that a function has started and that are still there, but for its own."""
    return {*_marked(mark), *(below(os.getpid()) if _alone else ())} - {pid}


def end(processes):
    """Kill processes."""
    for pid in processes:
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)


def end_all(left, known=()):
    """Kill the processes that `left` returns until there are none, for at most `ENDING` seconds.

    known  children of this process that another thread waits for
    """
    last = time.monotonic() + ENDING
    while (found := left()) and time.monotonic() < last:
        end(found)
        reap(known)
        time.sleep(0.01)
    reap(known)


def reap(known=()):
    """Remove the zombies that this process has adopted: they count as processes of the user."""
    for pid, parent, dead in _processes() if _alone else ():
        if dead and parent == os.getpid() and pid not in known:
            with contextlib.suppress(OSError):
                os.waitpid(pid, os.WNOHANG)


_alone = False


def stay_alone():
    """Declare that this process only judges functions; returns whether the system supports that.

    A function's process can start another that has neither its group nor its environment, so no
    mark. On Linux it becomes a child of this process when its own parent ends; every child of this
    process is then known to be a function's, and ended. The memory and the open files of this
    process cannot be inspected any more, except by root.
    """
    global _alone
    with contextlib.suppress(OSError, AttributeError):
        control = ctypes.CDLL(None).prctl
        _alone = control(SUBREAPER, 1, 0, 0, 0) == 0 and Path("/proc/self/stat").exists()
        control(DUMPABLE, 0, 0, 0, 0)
    return _alone


def below(pid, known=()):
    """The living processes that a process has started, and those that these have.

    known  processes that are left out, with all below them
    """
    children = {}
    for one, parent, dead in _processes():
        if not dead and one not in known:
            children.setdefault(parent, []).append(one)
    found = children.get(pid, [])
    for one in found:  # which grows
        found += children.get(one, [])
    return found


def _processes():
    """(process id, that of the parent, whether it is dead) of all processes."""
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            state, parent = (folder / "stat").read_bytes().rpartition(b")")[2].split()[:2]
            yield int(folder.name), int(parent), state == b"Z"


def _marked(mark):
    """The processes with this mark in their environment, which is handed on to their children."""
    found, text = [], f"{MARK}={mark}".encode()
    for folder in Path("/proc").glob("[0-9]*"):  # where there is such a thing
        with contextlib.suppress(OSError):
            if text in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
    return found
