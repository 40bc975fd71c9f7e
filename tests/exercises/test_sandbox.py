"""Functions that reach for what is not theirs: in the sandbox none of it is there.

Attacks that do no harm run without the sandbox, too: there they succeed, as the page for
instructors says.
"""

import contextlib
import csv
import ctypes
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import minprune
from minprune.checks import child, sandbox
from minprune.checks.check import given
from minprune.checks.isolated import Broken, Limits, answers
from minprune.cli import main
from minprune.exercises import exercise_of
from minprune.exercises.grade import grade_all
from minprune.report.exercises_page import grades_json, grades_text

ONE = exercise_of("1.1")
RIGHT = "float(np.mean(w == 0))"
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="Linux only")
BOXED = pytest.mark.skipif(bool(sandbox.why_not()), reason=f"no sandbox: {sandbox.why_not()}")
KEY = 0x6D700000 + 2 * os.getpid()  # of shared memory

HEAD = """
import contextlib, ctypes, os, resource, signal, socket, stat, subprocess, sys, termios, time

libc = ctypes.CDLL(None, use_errno=True)

def call(name, *values):
    found = getattr(libc, name)(*values)
    if found == -1:
        raise OSError(ctypes.get_errno(), name)
    return found

def run(name):
    try:
        attacks[name]()
    except (OSError, termios.error) as error:
        return f"{type(error).__name__}: {error}"
    return "reached"

attacks = {}
"""

ATTACKS = {  # a name: what is run; it succeeds if it raises no OSError
    # what the sandbox alone stops: it succeeds behind today's Landlock
    "another submission": "open({other!r}).read()",
    "rights of another submission": "os.chmod({other!r}, 0o644)",
    "times of another submission": "os.utime({other!r})",
    "a lock on another submission": "import fcntl; fcntl.flock(open({other!r}), fcntl.LOCK_EX)",
    "through /proc/self/root": "open('/proc/self/root' + {other!r}).read()",
    "the solutions": "open({solution!r}).read()",
    "the formulas": "os.listdir({package!r} + '/formulas')",
    "command line of the grader": "open('/proc/{grader}/cmdline').read()",
    "limits of the grader": "p = resource.prlimit; p({grader}, 7, p({grader}, 7))",
    "priority of the grader": "os.setpriority(os.PRIO_PROCESS, {grader}, "
                              "os.getpriority(os.PRIO_PROCESS, {grader}))",
    "processor of the grader": "os.sched_setaffinity({grader}, os.sched_getaffinity({grader}))",
    "a handle on the grader": "os.pidfd_open({grader})",
    "a socket by its path": "socket.socket(socket.AF_UNIX).connect({socket!r})",
    "UDP": "s = socket.socket(type=socket.SOCK_DGRAM); s.connect(('127.0.0.1', {port})); "
           "s.settimeout(5); s.send(b'x'); s.recv(1)",
    "shared memory of others": "call('shmget', {key}, 0, 0)",
    "a namespace": "os.waitpid(os.fork() or os._exit(libc.unshare(0x10000000) != 0), 0)[1] "
                   "and os.listdir('none')",
    "a namespace of many kinds": "os.waitpid(os.fork() or os._exit(libc.unshare(0x70000000) "
                                 "!= 0), 0)[1] and os.listdir('none')",
    # what Landlock or a limit stops as well
    "a signal": "os.kill({grader}, 0)",
    "a file outside": "open({there!r} + '/new', 'w')",
    "a terminal": "termios.tcflow(os.open({terminal!r}, os.O_RDONLY | os.O_NOCTTY), 0)",
    "too many open files": """
    kept = []
    try:
        kept += [os.dup(0)]
        while len(kept) < 1000:
            kept.append(os.dup(0))
    finally:
        list(map(os.close, kept))""",
    "a message queue": "ctypes.CDLL('librt.so.1'); "
                       "call('mq_open', b'/x', os.O_CREAT | os.O_RDWR, 0o600, None)",
    "a large file": "f = open('x', 'wb'); [f.write(bytes(1 << 20)) for _ in range(20)]",
}  # fmt: skip
LANDLOCK_TOO = {"a signal": 6, "a file outside": 1, "a terminal": 5, "too many open files": 0,
                "a message queue": 0, "a large file": 0}  # fmt: skip

STOPPED = ("OSError", "FileNotFoundError", "PermissionError", "ProcessLookupError",
           "ConnectionRefusedError", "BlockingIOError", "error: ",
           "ValueError: not allowed to raise")  # fmt: skip
USE_UP = "too many open files", "a message queue"  # they meet a limit

BOX_ONLY = {  # what would do harm outside
    "more rights": "resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 40, 1 << 40))",
    "everywhere else": """
    for place in ("/", "/dev", "/dev/shm", "/run", "/run/minprune", "/etc", "/usr",
                  sys.prefix + "/lib"):
        with contextlib.suppress(OSError):
            open(f"{{place}}/new", "w")
            return
    os.listdir("none")""",
    "settings of the kernel": "open('/proc/sys/kernel/core_pattern', 'w')",
    "its oom score": "open('/proc/1/oom_score_adj', 'w').write('-1000')",
    "every other process": "assert {{os.getpid(), *range(1, 4)}} >= "
        "{{int(p) for p in os.listdir('/proc') if p.isdigit()}}; os.listdir('none')",
    "through other processes' roots": """
    for process in filter(str.isdigit, os.listdir("/proc")):
        for way in ("root", "cwd", "cwd/../../.."):
            with contextlib.suppress(OSError):
                open(f"/proc/{{process}}/{{way}}{other}").read()
                return
    os.listdir("none")""",
    "a mount": "call('mount', None, b'/usr', None, 32 | 4096, None)",
    "less mounts": "call('umount2', {package!r}.encode(), 2)",
    "another root": "os.chroot('/tmp')",
    "the administrator": "os.setuid(0 if os.getuid() else 1)",
    "a device": "os.mknod('disk', stat.S_IFBLK | 0o600, os.makedev(8, 0))",
    "disk space": """
    try:
        for k in range(64):
            with open(str(k), "wb") as file:
                file.write(bytes(4 << 20))
    finally:
        list(map(os.remove, filter(str.isdigit, os.listdir())))""",
    "many processes": """
    children = []
    try:
        for _ in range(200):
            children.append(os.fork() or time.sleep(99))
    finally:
        for child in children:
            os.kill(child, 9)
            os.waitpid(child, 0)""",
    "a terminal of its own": "open('/dev/tty')",
    "network outside": "socket.create_connection(('1.1.1.1', 53), 2)",
    "abstract sockets": "socket.socket(socket.AF_UNIX).connect('\\0' + {abstract!r})",
    "System V of its own": "call('shmget', {key} + 1, 100, 0o1600); os.listdir('none')",
}  # fmt: skip


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    """What the attacks are aimed at, as the values for their texts."""
    folder = tmp_path_factory.mktemp("aims")
    (folder / "ada.py").write_text("the work of somebody else")
    name = f"{tempfile.gettempdir()}/minprune-test-{os.getpid()}"  # short, as for a socket
    abstract = f"minprune-{os.getpid()}"
    memory, flags = ctypes.CDLL(None), 0o1666
    made = memory.shmget(KEY, 100, flags)
    master, slave = os.openpty()
    with contextlib.ExitStack() as stack:
        udp = stack.enter_context(socket.socket(type=socket.SOCK_DGRAM))
        udp.bind(("127.0.0.1", 0))
        threading.Thread(target=_echo, args=(udp,), daemon=True).start()
        for address in (name, "\0" + abstract):
            server = stack.enter_context(socket.socket(socket.AF_UNIX))
            server.bind(address)
            server.listen(1000)
        package = Path(minprune.__file__).parent
        yield {"other": str(folder / "ada.py"), "there": str(folder), "grader": os.getpid(),
               "solution": str(package / "exercises" / "tasks" / "t1_1_sparsity.py"),
               "package": str(package), "socket": name, "abstract": abstract, "key": KEY,
               "port": udp.getsockname()[1], "terminal": os.ttyname(slave)}  # fmt: skip
        udp.sendto(b"", udp.getsockname())  # ends the thread
    os.unlink(name)
    os.close(master)
    os.close(slave)
    memory.shmctl(made, 0, None)


def _echo(udp):
    with contextlib.suppress(OSError):
        while (received := udp.recvfrom(1))[0]:
            udp.sendto(*received)


def put(folder, source):
    path = Path(folder, ONE.file)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source)
    return path


HONEST = f"import numpy as np\n\ndef sparsity(*arrays):\n    w = np.concatenate(" \
         f"[array.ravel() for array in arrays])\n    return {RIGHT}\n"  # fmt: skip


def tried(path, attacks, places, boxed):
    """{name: "reached", or the error} of attacks, which one process tries one by one."""
    source = HEAD
    for name, attack in attacks.items():
        lines = attack.format(**places).strip("\n")
        body = lines if lines.startswith("    ") else f"    {lines}"
        source += f"def attack():\n{body}\nattacks[{name!r}] = attack\n\n"
    path.write_text(source)
    limits = Limits(seconds=30.0, boxed=boxed)
    found, _ = answers(path, "run", [given(name) for name in attacks], limits)
    return {name: one.error or one.value for name, one in zip(attacks, found, strict=True)}


@pytest.fixture(scope="module")
def inside(tmp_path_factory, places):
    return tried(tmp_path_factory.mktemp("inside") / "f.py", ATTACKS | BOX_ONLY, places, True)


@pytest.fixture(scope="module")
def outside(tmp_path_factory, places):
    return tried(tmp_path_factory.mktemp("outside") / "f.py", ATTACKS, places, False)


@BOXED
@pytest.mark.parametrize("name", ATTACKS | BOX_ONLY)
def test_nothing_is_reached_from_the_sandbox(inside, name):
    if name == "disk space" and "--size" not in sandbox._help():
        pytest.skip("this version of bubblewrap lacks --size")
    assert inside[name].startswith(STOPPED), inside[name]
    assert ("Errno 24" in inside[name]) == (name in USE_UP), inside[name]


@LINUX
@pytest.mark.parametrize("name", ATTACKS)
def test_what_is_reached_without_the_sandbox_is_what_the_page_says(outside, name):
    stopped = child.landlock() >= LANDLOCK_TOO.get(name, 99)
    if name.startswith("a namespace") and "PermissionError" in outside[name]:
        pytest.skip("this machine lets users make no namespaces")
    assert (outside[name] != "reached") == stopped, outside[name]


@BOXED
def test_shared_memory_ends_with_the_sandbox(inside):
    assert inside["System V of its own"].startswith("FileNotFoundError")
    assert ctypes.CDLL(None).shmget(KEY + 1, 0, 0) == -1


@pytest.fixture
def answer(tmp_path):
    """Runs the body of a function f(x) in the sandbox."""

    def run(body, head="", limits=None):
        path = tmp_path / "f.py"
        lines = "".join(f"    {line}\n" for line in body.splitlines())
        path.write_text(f"import os, signal, sys, time\n{head}\ndef f(x):\n{lines}")
        limits = limits or Limits(seconds=5.0, boxed=True)
        (outcome,), printed = answers(path, "f", [given(1.0)], limits)
        return outcome.error or outcome.value, printed

    return run


@BOXED
def test_the_sandbox_has_an_empty_folder_and_a_user_without_files(answer):
    body = """with open("note", "w") as file:
    file.write("1")
return [os.getcwd(), os.path.expanduser("~"), os.getuid() == 0, len(os.listdir("/proc/self/fd"))]"""
    (folder, home, root, files), _ = answer(body)
    assert folder == home == sandbox.FOLDER and not root and files <= 6


@BOXED
def test_landlock_and_limits_hold_inside_too(answer):
    body = """import resource
rights = open("/proc/self/status").read()
return [resource.getrlimit(what)[1] for what in (resource.RLIMIT_AS, resource.RLIMIT_FSIZE,
        resource.RLIMIT_NOFILE)] + [rights.count("NoNewPrivs:\\t1"),
        rights.count("CapEff:\\t0000000000000000"), rights.count("CapBnd:\\t0000000000000000")]"""
    assert answer(body)[0] == [Limits().memory, child.FILES, child.OPEN, 1, 1, 1]


SAID = {  # what a function does to itself, and what is said of it
    "os._exit(3)": r"ended \(exit status 3\) in call 1",
    "os._exit(250)": r"ended \(exit status 250\) in call 1",
    "os.abort()": r"ended \(signal SIGABRT\) in call 1",
    "os.kill(os.getpid(), 9)": r"ended \(signal SIGKILL\) in call 1",
    "time.sleep(99)": "did not end within 2 seconds",
    "os.kill(os.getpid(), 19)": "did not end",
    "sys.modules['__main__'].send = lambda *values: None\nreturn x": "did not end",
    "os.close(1)\nos.closerange(3, 99)\ntime.sleep(99)": "ended|did not end|no answer",
    "if not os.fork(): time.sleep(99)\nreturn x": "left a process running",
    "import subprocess\nsubprocess.Popen(['sleep', '98.7654'], env={}, start_new_session=True)\n"
    "return x": "left a process running",
}


@BOXED
@pytest.mark.parametrize("body", SAID)
def test_the_end_of_a_process_is_told_as_without_the_sandbox(answer, body):
    with pytest.raises(Broken) as problem:
        assert answer(body, limits=Limits(seconds=2.0, boxed=True)) == (None, None)
    assert re.search(SAID[body], problem.value.args[0])
    assert not running("98.7654")


@BOXED
def test_the_sandbox_ends_with_the_process_that_judges(tmp_path):
    path = tmp_path / "f.py"
    path.write_text("import subprocess\ndef f(x):\n    subprocess.run(['sleep', '97.5319'])\n")
    code = f"""
from minprune.checks.check import given
from minprune.checks.isolated import Limits, answers
answers({str(path)!r}, "f", [given(1.0)], Limits(boxed=True))
"""
    root = str(Path(minprune.__file__).parents[1])
    environment = {**os.environ, "PYTHONPATH": root, "TMPDIR": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-c", code], env=environment) as judge:
        deadline = time.monotonic() + 15
        while not running("97.5319") and time.monotonic() < deadline:
            time.sleep(0.05)
        assert running("97.5319")
        judge.kill()
    deadline = time.monotonic() + 10
    while running("97.5319") and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not running("97.5319")


def running(word):
    """The processes with a word in their command line."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if word.encode() in (folder / "cmdline").read_bytes() and folder.name != str(
                os.getpid()
            ):
                found.append(int(folder.name))
    return found


# --- the whole command ----------------------------------------------------------------------------

STORM = """
import ctypes, os, resource, sys, time
import numpy as np

def parent(pid):
    return int(open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[1])

pid, grader = os.getpid(), []
while (pid := parent(pid)) not in (0, 1, {TESTS}):
    grader.append(pid)
for pid in grader:
    for what in (resource.RLIMIT_FSIZE, resource.RLIMIT_CPU):
        try:
            resource.prlimit(pid, what, (0, 0))
        except OSError:
            pass

def sparsity(*arrays):
    return 0.5
"""
NESTED = """
import ctypes, os, time
import numpy as np

def sparsity(*arrays):
    if ctypes.CDLL(None).unshare(0x30000000) == 0: # new users and processes
        for _ in range(3): # the first is the first of its namespace, and waits for the others
            if not os.fork():
                time.sleep(99)
    return -1.0
"""


def command(folder, *options, **more):
    run = [sys.executable, "-m", "minprune", "exercises", "grade", "in", "--assignment", "1",
           "--csv", "grades.csv", "--json", "grades.json", *options]  # fmt: skip
    root = str(Path(minprune.__file__).parents[1])
    environment = {**os.environ, "PYTHONPATH": root, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(run, cwd=folder, env=environment, capture_output=True, encoding="utf-8",
                          timeout=300, **more)  # fmt: skip


def points(folder):
    _, *rows = csv.reader((folder / "grades.csv").read_text(encoding="utf-8").splitlines())
    return {row[0]: int(row[1]) for row in rows}


@LINUX
@pytest.mark.parametrize("choice", ["bwrap", "none"])
def test_honest_students_keep_their_points(tmp_path, choice):
    """Nothing stops prlimit without the sandbox, as the page says; so it is not tried there."""
    if choice == "bwrap" and sandbox.why_not():
        pytest.skip(f"no sandbox: {sandbox.why_not()}")
    students = {"ada": HONEST, "bob": NESTED, "cyd": HONEST}
    if choice == "bwrap":
        students["bob-2"] = STORM.replace("{TESTS}", str(os.getpid()))
    for name, source in students.items():
        put(tmp_path / "in" / name, source)
    done = command(tmp_path, "--sandbox", choice, "--jobs", "2")
    assert done.returncode == 0, done
    found = points(tmp_path)
    assert {found[name] for name in ("ada", "cyd")} == {ONE.points}
    assert {found[name] for name in found if name.startswith("bob")} == {0}
    line = "Sandbox: bubblewrap." if choice == "bwrap" else "No sandbox: it was not asked for."
    assert line in done.stdout
    assert json.loads((tmp_path / "grades.json").read_text())["sandbox"].startswith(line)
    assert not running(str(tmp_path))
    assert sorted(os.listdir(tmp_path)) == ["grades.csv", "grades.json", "in"]


@BOXED
@pytest.mark.skipif(sys.platform == "linux" and os.getuid() != 0, reason="root only")
def test_an_ordinary_user_grades_in_the_sandbox_too(tmp_path):
    nobody = {"user": 65534, "group": 65534, "extra_groups": []}
    try:
        code = f"import sys; sys.path[:0] = [{str(Path(minprune.__file__).parents[1])!r}]; " \
               "from minprune.checks import sandbox; print(sandbox.why_not() or '')"  # fmt: skip
        tried = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                               cwd="/", **nobody)  # fmt: skip
    except PermissionError:
        pytest.skip("an ordinary user may not run this Python")
    if tried.returncode or tried.stdout.strip():
        pytest.skip(f"an ordinary user has no sandbox: {tried.stdout}{tried.stderr[-200:]}")
    put(tmp_path / "in" / "ada", HONEST)
    put(tmp_path / "in" / "bob", STORM.replace("{TESTS}", str(os.getpid())))
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o777)
    done = command(tmp_path, "--sandbox", "bwrap", **nobody)
    assert done.returncode == 0 and points(tmp_path) == {"ada": ONE.points, "bob": 0}


# --- without it -----------------------------------------------------------------------------------


@pytest.fixture
def without(monkeypatch, tmp_path):
    """A machine on which bubblewrap is not installed, or does not start."""

    def change(path):
        for function in (sandbox.why_not, sandbox._help):
            function.cache_clear()
        monkeypatch.setenv("PATH", path)

    before = os.environ["PATH"]
    yield change
    change(before)


@LINUX
def test_without_bubblewrap_the_report_says_so_or_nothing_is_graded(without, tmp_path, capsys,
                                                                   monkeypatch):  # fmt: skip
    without(str(tmp_path / "none"))
    assert "not installed (`apt-get install bubblewrap`)" in sandbox.why_not()[0]
    en, zh = sandbox.wall("auto").said
    assert en.startswith("No sandbox: bubblewrap is not installed")
    assert zh.startswith("没有沙箱：没有安装 bubblewrap")
    assert not sandbox.wall("auto").boxed and not sandbox.wall("none").boxed
    monkeypatch.setattr("minprune.course.only_grade", lambda: None)
    put(tmp_path / "in" / "ada", HONEST)
    table = tmp_path / "grades.csv"
    run = ["exercises", "grade", str(tmp_path / "in"), "--csv", str(table), "--assignment", "1"]
    assert main([*run, "--sandbox", "bwrap"]) == 2
    found = capsys.readouterr()
    assert "sandbox: bubblewrap is not installed" in found.err and not table.exists()
    assert main(run) == 0 and table.exists()
    assert "No sandbox: bubblewrap is not installed" in capsys.readouterr().out


@LINUX
def test_a_sandbox_that_does_not_start_is_told_with_its_reason(without, tmp_path):
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho 'No permissions to create new namespace' >&2\nexit 1\n")
    fake.chmod(0o755)
    without(f"{tmp_path}:{os.environ['PATH']}")
    why = "No permissions to create new namespace"
    assert sandbox.why_not() == (
        f"bubblewrap does not start ({why}).",
        f"bubblewrap 不能启动（{why}）。",
    )
    with pytest.raises(ValueError, match="sandbox: bubblewrap does not start"):
        sandbox.wall("bwrap")
    path = put(tmp_path / "in" / "ada", HONEST)
    call = given(np.ones(2))
    with pytest.raises(OSError, match=r"did not start .No permissions to create new namespace"):
        answers(path, "sparsity", [call], Limits(boxed=True))  # nobody's zero
    (student,) = grade_all(tmp_path / "in", 1, 1, Limits(boxed=True)).students
    assert student.grades["1.1"].status == "not judged"
    assert "did not start" in student.grades["1.1"].verdict.en


def test_a_choice_that_there_is_not():
    with pytest.raises(ValueError, match="sandbox must be"):
        sandbox.wall("docker")


def test_the_wall_stands_in_text_and_json(tmp_path):
    put(tmp_path / "ada", HONEST)
    found = grade_all(tmp_path, 1, 1)._replace(wall="Sandbox: made of sand.")
    assert "Sandbox: made of sand." in grades_text(found)
    assert grades_json(found)["sandbox"] == "Sandbox: made of sand."


@LINUX
def test_no_copy_of_the_package_is_visible_in_the_sandbox(monkeypatch, tmp_path):
    packages = tmp_path / "lib" / "python3.11" / "site-packages"
    (packages / "minprune").mkdir(parents=True)
    monkeypatch.setattr(sandbox, "_prefixes", lambda: {str(tmp_path): None})
    for function in (sandbox._places, sandbox._copies):
        monkeypatch.setattr(sandbox, function.__name__, function.__wrapped__)
    assert str(tmp_path / "lib") in sandbox._places()
    assert str(packages / "minprune") in sandbox._copies()


@LINUX
def test_dead_processes_that_were_adopted_are_removed():
    code = """
import os
from minprune.checks import isolated
assert isolated.stay_alone()
if not os.fork():
    for _ in range(20):
        os.fork() or os._exit(0)
    os._exit(0)
os.wait()
dead = [p for p, parent, dead in isolated._processes() if dead and parent == os.getpid()]
isolated.reap()
left = [p for p, parent, dead in isolated._processes() if dead and parent == os.getpid()]
print(len(dead) > 0, left)
"""
    root = str(Path(minprune.__file__).parents[1])
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": root}, check=True)  # fmt: skip
    assert done.stdout == "True []\n"


@LINUX
def test_the_loop_that_ends_processes_has_a_last_turn(monkeypatch):
    from minprune.checks import isolated

    monkeypatch.setattr(isolated, "ENDING", 0.1)
    began = time.monotonic()
    isolated.end_all(lambda: [2**22 + 1])  # no process has this number, so none ever ends
    assert time.monotonic() - began < 2.0
