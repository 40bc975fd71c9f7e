"""The number of cores, and of threads that NumPy's products use in a command: one."""

import math
import os
import sys
from functools import cache
from pathlib import Path

SETTINGS = "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"


def one_thread_for_commands():
    """Ask the BLAS for one thread, unless the user asked for another number, or this is a library.

    The matrices of a mini-batch are so small that a second thread gains next to nothing, while on
    a busy machine each product waits for it: training then takes several times as long. A BLAS
    reads this when NumPy is first imported, so this runs first of all.
    """
    if is_command(sys.argv, sys.orig_argv):
        for name in SETTINGS:
            os.environ.setdefault(name, "1")


def is_command(argv, orig_argv):
    """True if Python was started as `python -m minprune` or by the script `minprune`.

    While Python looks up the module to run, argv[0] is "-m"; orig_argv is the whole command line,
    which ends with the module and its arguments. The module may be in one word with -m: -umminprune

    >>> is_command(["-m", "run"], ["python", "-um", "minprune", "run"])
    True
    >>> is_command(["-m"], ["python", "-m", "lesson"])
    False
    """
    if argv[:1] == ["-m"]:
        module = "".join(orig_argv[-len(argv) :][:1])
        if module.startswith("-"):
            module = module.partition("m")[2]
        return module.split(".")[0] == "minprune"
    return bool(argv) and Path(argv[0]).stem == "minprune"


def cores():
    """The number of cores that this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return min(len(allowed(0)) if allowed else os.cpu_count() or 1, _quota())


@cache
def _quota(file="/sys/fs/cgroup/cpu.max"):
    """As many as the time that a container may take amounts to, at least 1; where none is told,
    more than any machine has."""
    try:
        most, period = Path(file).read_text().split()
        return max(math.ceil(int(most) / int(period)), 1)
    except (OSError, ValueError):  # ValueError: the text is "max 100000"
        return sys.maxsize
