"""No call touches memory outside of its arrays, whatever it is given.

`attack.py` makes the calls, in a process of its own: once where Numba checks every index, and with
arrays that lie at the edge of what the process may touch, for what stands in LLVM's words.
MINPRUNE_ROUNDS=100 tries more of them.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numba
import pytest

import minprune

HERE = Path(__file__).parent
ROUNDS = os.environ.get("MINPRUNE_ROUNDS", "1")
pytestmark = pytest.mark.skipif(
    bool(numba.config.DISABLE_JIT), reason="without its compiler Numba checks by itself"
)
edges_can_be_had = pytest.mark.skipif(sys.platform != "linux", reason="needs mmap of Linux")


def attack(edge, *words, **environment):
    """What went wrong, in a sentence; "" if nothing did."""
    paths = os.pathsep.join([str(HERE.parent), str(Path(minprune.__file__).parents[1])])
    environment = os.environ | {"PYTHONPATH": paths, "OPENBLAS_NUM_THREADS": "1", **environment}
    command = [sys.executable, "-W", "ignore", HERE / "attack.py", edge, "0", ROUNDS, *words]
    run = subprocess.run(command, env=environment, capture_output=True, text=True)
    if run.returncode in (-signal.SIGSEGV, -signal.SIGBUS, -signal.SIGABRT):
        return f"memory outside of an array was touched by {run.stdout.splitlines()[-1]}"
    return run.stderr[-3000:] if run.returncode else ""


@pytest.fixture
def where_bounds_are_checked(request):
    """The code with checks is kept from one run of the tests to the next. It is not optimized: that
    takes as long as everything else, and the checks are the same."""
    folder = request.config.cache.mkdir("bounds")
    return {"NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(folder), "NUMBA_OPT": "0"}


def test_hostile_calls_where_bounds_are_checked(where_bounds_are_checked):
    assert attack("none", **where_bounds_are_checked) == ""


@edges_can_be_had
@pytest.mark.parametrize("edge", ["start", "end"])
def test_hostile_calls_at_the_edge_of_memory(edge):
    assert attack(edge) == ""


def test_an_index_beyond_is_noticed_where_bounds_are_checked(where_bounds_are_checked):
    found = attack("none", "planted_where_bounds_are_checked", **where_bounds_are_checked)
    assert "planted: write: IndexError('index is out of bounds')" in found


@edges_can_be_had
@pytest.mark.parametrize("edge", ["start", "end"])
def test_an_overrun_is_noticed_at_the_edge_of_memory(edge):
    assert attack(edge, "planted") == "memory outside of an array was touched by planted: read"


def test_code_with_and_without_checks_are_kept_apart(tmp_path):
    """Numba itself would give the one for the other."""
    code = "import minprune.jit as j; print(j._folder())"
    folders = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                       env=os.environ | {"NUMBA_CACHE_DIR": str(tmp_path), "NUMBA_BOUNDSCHECK": n},
                       ).stdout
        for n in "01"
    ]  # fmt: skip
    assert len({*folders}) == 2
