"""What becomes of a forked child, for tests."""

import os
import signal

import pytest


def forks(test):
    """Mark a test that forks though there are threads, of which newer Pythons warn."""
    skip = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
    return skip(pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")(test))


def status_of_child(work, seconds=10):
    """The wait status of a child that calls `work()`: 0 unless it fails, or waits too long."""
    child = os.fork()
    if not child:
        try:
            signal.alarm(seconds)
            work()
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitpid(child, 0)[1]
