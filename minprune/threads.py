"""How many threads NumPy's matrix products use when minprune runs as a command: one."""

import os
import sys
from pathlib import Path

SETTINGS = "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"


def one_thread_for_commands():
    """Ask the BLAS for one thread, unless the user asked for another number, or this is a library.

    The matrices of a mini-batch are so small that a second thread gains next to nothing, while on
    a busy machine each product waits for it: training then takes several times as long. A BLAS
    reads this when NumPy is first imported. Python calls a package "-m" while it looks it up as
    a command, and this is imported at that very moment.
    """
    if sys.argv and (sys.argv[0] == "-m" or Path(sys.argv[0]).stem == "minprune"):
        for name in SETTINGS:
            os.environ.setdefault(name, "1")
