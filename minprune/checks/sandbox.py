"""A sandbox for the process of a function: bubblewrap, if it is installed and starts.

The process reads Python, NumPy and the files that it is given. It writes to one folder of limited
size. It reaches no process outside, no network, no socket, no terminal and no other file.
"""

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

import minprune
from minprune.arguments import one_of
from minprune.checks.child import landlock
from minprune.language import in_both

CHOICES = "auto", "bwrap", "none"
PROGRAM = "bwrap"
FOLDER = "/tmp"  # the function's working folder and home, the only one that it can write to
INSIDE = "/run/minprune"  # the folder of the files that the process is given
BYTES = 1 << 26  # size of FOLDER
FIRST_USER, USERS = 61184, 4336  # user ids that systemd reserves for the time of one service
STARTING = 60.0  # seconds that the first start may take
SYSTEM = ("/usr", "/bin", "/lib", "/lib32", "/lib64", "/nix/store", "/etc/ld.so.cache",
          "/etc/alternatives", "/sys/devices/system/cpu")  # fmt: skip
OPTIONS = (
    "--unshare-pid",  # only processes inside are visible; all of them end with the first
    "--unshare-net",  # neither TCP nor UDP, and no abstract sockets
    "--unshare-ipc",  # System V memory of others is out of reach; the function's ends with it
    "--unshare-uts",  # the host's name cannot be changed
    "--unshare-cgroup-try",  # the names of control groups are hidden
    "--new-session",  # no controlling terminal
    "--die-with-parent",  # ends when the process that judges is killed
    "--cap-drop", "ALL",  # root has no capabilities
)  # fmt: skip
ALONE = "--unshare-user", "--disable-userns"  # no rights outside; cannot create more namespaces
AS_ROOT = "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"  # what setpriv needs, see below


class Wall(NamedTuple):
    """The protection that functions run with.

    boxed  True for the sandbox
    said   a sentence about it for the report, in English and in Chinese
    """

    boxed: bool
    said: tuple


def wall(choice="auto"):
    """The wall for one of `CHOICES`; `ValueError` for "bwrap" if bubblewrap does not start."""
    asked = one_of("sandbox", choice, CHOICES) != "none"
    why = why_not() if asked else ("it was not asked for.", "没有要求使用。")
    if not why:
        return Wall(True, ("Sandbox: bubblewrap.", "沙箱：bubblewrap。"))
    en, zh = why
    if choice == "bwrap":
        raise in_both(
            ValueError(f"sandbox: {en} Nothing was graded; --sandbox none grades without it"),
            f"沙箱：{zh}没有评任何作业；--sandbox none 可以不用沙箱评分",
        )
    rest = ("limits, without Landlock", "资源限制的约束（没有 Landlock）")
    if landlock():
        rest = f"Landlock {landlock()} and limits", f" Landlock {landlock()} 和资源限制的约束"
    return Wall(False, (
        f"No sandbox: {en} Functions had only {rest[0]}; what that does not stop is in "
        "`python -m minprune exercises instructors`.",
        f"没有沙箱：{zh}函数只受{rest[1]}；它防不住什么，见 "
        "`python -m minprune exercises instructors`。",
    ))  # fmt: skip


def command(program, files):
    """The command line that runs a program in the sandbox.

    files  {name: file}: files that the program finds under these names in the folder `INSIDE`
    """
    root = os.getuid() == 0
    options = [*OPTIONS, *(AS_ROOT if root else _known(ALONE))]
    options += ["--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev"]
    options += [*_known(["--perms", "1777", "--size", str(BYTES)]), "--tmpfs", FOLDER]
    for place in _places():
        options += [*_parents(place), "--ro-bind", place, place]
    for copy in _copies():
        options += ["--tmpfs", copy, "--remount-ro", copy]  # an empty folder hides it
    for name, file in files.items():
        inside = f"{INSIDE}/{name}"
        options += [*_parents(inside), "--ro-bind", str(file), inside]
    options += ["--remount-ro", "/", "--chdir", FOLDER, "--setenv", "HOME", FOLDER]
    return [PROGRAM, *options, "--", *(_as_a_user() if root else ()), *program]


def processes():
    """The number of processes in the sandbox before the program starts others."""
    return 3 if os.getuid() == 0 else 2  # bubblewrap, for root a second one, and the program


def _as_a_user():
    """The command line by which root becomes a user who has no other processes and no files.

    Linux applies the limit of processes to users other than root. A second bubblewrap then creates
    the namespace of users, so that it belongs to this user and not to root.
    """
    user = FIRST_USER + os.getpid() % USERS
    return ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups",
            PROGRAM, *_known(ALONE), "--dev-bind", "/", "/", "--"]  # fmt: skip


@cache
def _help():
    done = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def _known(options):
    """Options without those that this version of bubblewrap lacks, with their values."""
    words, known = [], True
    for word in options:
        known = word in _help() if word.startswith("--") else known
        words += [word] if known else []
    return words


@cache
def _places():
    """The files and folders of the system, Python and NumPy, without those inside another."""
    program, found = os.path.realpath(sys.executable), [*SYSTEM]
    for prefix in _prefixes():
        found += [f"{prefix}/{part}" for part in ("bin", "lib", "lib64", "pyvenv.cfg")]
    packages = Path(np.__file__).parents[1]
    found += [program, str(packages / "numpy"), str(packages / "numpy.libs")]
    found = [*filter(os.path.exists, found)]
    return [place for k, place in enumerate(found)
            if not any(map(Path(place).is_relative_to, found[:k]))]  # fmt: skip


def _prefixes():
    program = Path(os.path.realpath(sys.executable))
    return dict.fromkeys((sys.prefix, sys.base_prefix, str(program.parent.parent)))


@cache
def _copies():
    """The visible copies of this package, which hold the solutions."""
    packages = [place for prefix in (*_prefixes(), "/", "/usr", "/usr/local")
                for place in Path(prefix).glob("lib*/python3*/*-packages/minprune")]  # fmt: skip
    packages += [Path(minprune.__file__).parent]
    return sorted({str(path) for path in packages
                   if path.is_dir() and any(map(path.is_relative_to, _places()))})  # fmt: skip


def _parents(place):
    """Options that create the folders above a place; every user may enter them."""
    return [word for path in [*Path(place).parents][-2::-1] for word in ("--dir", str(path))]


@cache
def why_not():
    """Why there is no sandbox, in both languages; None if NumPy can be imported in it."""
    if sys.platform != "linux":
        return "bubblewrap is a program for Linux.", "bubblewrap 是 Linux 的程序。"
    if not shutil.which(PROGRAM):
        return ("bubblewrap is not installed (`apt-get install bubblewrap`).",
                "没有安装 bubblewrap（`apt-get install bubblewrap`）。")  # fmt: skip
    code = "import sys; sys.path.append(sys.argv[1]); import numpy; open('x', 'w').close()"
    program = [sys.executable, "-IB", "-c", code, str(Path(np.__file__).parents[1])]
    try:
        done = subprocess.run(
            command(program, {}), stdin=subprocess.DEVNULL, capture_output=True,
            text=True, errors="replace", timeout=STARTING, check=False)  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"bubblewrap does not start ({error}).", f"bubblewrap 不能启动（{error}）。"
    if done.returncode:
        status = f"exit status {done.returncode}", f"退出状态 {done.returncode}"
        said = done.stderr.splitlines()[-1:] or status
        return f"bubblewrap does not start ({said[0]}).", f"bubblewrap 不能启动（{said[-1]}）。"
    return None
