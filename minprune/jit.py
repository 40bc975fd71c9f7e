"""Numba's compiler, with the compiled code kept on disk wherever a cache can be written."""

import functools
import hashlib
import os
import shutil
import threading
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import numba
import numpy as np

PACKAGE = Path(__file__).parent
GIVEN = numba.config.CACHE_DIR  # of NUMBA_CACHE_DIR
_one_at_a_time = threading.RLock()


def jit(function, fastmath=False):
    """Compile on the first call, without the global interpreter lock; division as in NumPy."""
    options = {"nogil": True, "error_model": "numpy", "fastmath": fastmath}
    with cache_folder() as folder:
        return numba.njit(cache=folder is not None, **options)(function)


def jit_with_fma(function):
    """As `jit`, but a product and the sum it goes into are rounded once, as the processor can."""
    return jit(function, fastmath={"contract"})


def of_native_arrays(compiled):
    """Refuse arrays whose bytes are the other way round.

    Numba refuses them too, but not if it has met an unaligned array before: then it takes the one
    for the other.
    """

    @functools.wraps(compiled)
    def checked(*arguments):
        for a in arguments:
            if isinstance(a, np.ndarray) and not a.dtype.isnative:
                raise TypeError(f"arrays must be in this machine's byte order, got dtype {a.dtype}")
        return compiled(*arguments)

    return checked


@contextmanager
def cache_folder():
    """Numba looks for compiled code in a folder named after the sources that it may come from.

    By itself Numba compiles a function again when its own file changes, but not when a function
    that it calls does, in another file: an upgrade would run half old, half new code.
    """
    with _one_at_a_time:
        before, numba.config.CACHE_DIR = numba.config.CACHE_DIR, _folder()
        try:
            yield numba.config.CACHE_DIR or None
        finally:
            numba.config.CACHE_DIR = before


@cache
def _folder():
    """The first that can be written: in what NUMBA_CACHE_DIR names, beside the package, at home."""
    own, home = PACKAGE / "__pycache__", Path(os.path.expanduser("~"), ".cache", "minprune")
    for base in (Path(GIVEN),) if GIVEN else (own, home):
        with suppress(OSError):  # also of a package without files of its own, in a zip
            folder = base / f"minprune-{_digest()}"
            folder.mkdir(parents=True, exist_ok=True)
            if os.access(folder, os.W_OK):
                for old in own.glob("minprune-*") if base == own else ():
                    if old != folder:
                        shutil.rmtree(old, ignore_errors=True)
                return str(folder)
    return ""


def _digest():
    """Of every file with compiled code, of those that it is made with, and of whether it checks
    bounds: Numba itself would take code without checks where NUMBA_BOUNDSCHECK asks for them."""
    sources = [
        PACKAGE / "jit.py",
        *(PACKAGE / "nn").glob("*.py"),
        *(PACKAGE / "sparse").glob("*.py"),
    ]
    text = b"".join(path.read_bytes() for path in sorted(sources))
    return hashlib.sha256(text + b"%d" % bool(numba.config.BOUNDSCHECK)).hexdigest()[:16]
