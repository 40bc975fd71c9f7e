"""Numba's compiler, with the compiled code kept on disk wherever a cache can be written."""

import hashlib
import os
import shutil
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import numba

PACKAGE = Path(__file__).parent


def jit(function, fastmath=False):
    """Compile on the first call, without the global interpreter lock; division as in NumPy."""
    options = {"nogil": True, "error_model": "numpy", "fastmath": fastmath}
    with cache_folder() as folder:
        return numba.njit(cache=folder is not None, **options)(function)


def jit_with_fma(function):
    """As `jit`, but a product and the sum it goes into are rounded once, as the processor can."""
    return jit(function, fastmath={"contract"})


@contextmanager
def cache_folder():
    """Numba looks for compiled code in a folder named after the sources that it may come from.

    By itself Numba compiles a function again when its own file changes, but not when a function
    that it calls does, in another file: an upgrade would run half old, half new code.
    """
    before, numba.config.CACHE_DIR = numba.config.CACHE_DIR, _folder(numba.config.CACHE_DIR)
    try:
        yield numba.config.CACHE_DIR or None
    finally:
        numba.config.CACHE_DIR = before


@cache
def _folder(given):
    """The first that can be written: in what NUMBA_CACHE_DIR names, beside the package, at home."""
    name = f"minprune-{_digest()}"
    own = PACKAGE / "__pycache__"
    for base in (Path(given),) if given else (own, Path.home() / ".cache" / "minprune"):
        with suppress(OSError):
            (base / name).mkdir(parents=True, exist_ok=True)
            if os.access(base / name, os.W_OK):
                for old in own.glob("minprune-*") if base == own else ():
                    if old.name != name:
                        shutil.rmtree(old, ignore_errors=True)
                return str(base / name)
    return ""


def _digest():
    """Of every file with compiled code, and of those that it is made with."""
    sources = [
        PACKAGE / "jit.py",
        *(PACKAGE / "nn").glob("*.py"),
        *(PACKAGE / "sparse").glob("*.py"),
    ]
    text = b"".join(path.read_bytes() for path in sorted(sources))
    return hashlib.sha256(text).hexdigest()[:16]
