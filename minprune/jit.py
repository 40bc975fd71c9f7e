"""Numba's compiler, with the compiled code kept on disk wherever a cache can be written."""

import functools
import os
import pickle
import shutil
import sys
import warnings
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path

import numba
import numpy as np
import numpy.ma  # as Numba does at the first call; a fork meanwhile would lock it in the child
from numba import types
from numba.core.caching import NullCache
from numba.core.ccallback import CFunc
from numba.core.compiler import CompileResult
from numba.core.compiler_lock import global_compiler_lock
from numba.core.registry import cpu_target
from numba.core.serialize import dumps

from minprune.files import replacing

PACKAGE = Path(__file__).parent
GIVEN = numba.config.CACHE_DIR  # of NUMBA_CACHE_DIR


def jit(function):
    """Compile on the first call, without the global interpreter lock; division as in NumPy."""
    compiled = numba.njit(nogil=True, error_model="numpy")(function)
    if _folder() and not numba.config.DISABLE_JIT:
        compiled._cache = Cache(f"{function.__module__}.{function.__qualname__}")
    return compiled


def address(function, sizes, kinds):
    """Compile for arguments of these Numba types; returns where the code begins in memory.

    That is for a loop in many sizes: what calls it by `llvm.call` is compiled once for all of them.
    sizes  of this one: `function` is made anew for each, and its name does not tell them
    With the compiler off, the function itself is returned.
    """
    if numba.config.DISABLE_JIT:
        return function
    options = {"nopython": True, "error_model": "numpy", "no_cpython_wrapper": True}
    compiled = CFunc(function, (kinds, types.void), {}, options)
    if _folder():
        compiled._cache = Cache(
            "-".join([function.__module__, function.__name__, *map(str, sizes)])
        )
    compiled.compile()
    _loaded.append(compiled)  # or the memory would be freed
    return compiled.address


_loaded = []


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


class Cache(NullCache):
    """The compiled code of one function on disk, a file for each signature.

    In place of Numba's own cache. That one loads whatever a full disk or another process has left,
    damaged machine code too, and keeps a function when another file, with a function that it calls,
    has changed. Here the name of a file depends on all that its code depends on, its first bytes
    are the digest of the others, and it is written whole or not at all.
    """

    def __init__(self, name):
        self.name = name

    def load_overload(self, sig, target_context):
        """The code for a signature; None if there is none, or not what was written."""
        target_context.refresh()
        with suppress(OSError):
            content = self.file(sig, target_context.codegen()).read_bytes()
            digest, code = content[:32], content[32:]
            if digest == sha256(code).digest():
                return CompileResult._rebuild(target_context, *pickle.loads(code))

    def save_overload(self, sig, compiled):
        """Write the code for a signature; without it, the next program compiles it again."""
        if compiled.library.has_dynamic_globals:  # addresses in this process
            return
        file, code = self.file(sig, compiled.codegen), dumps(compiled._reduce())
        try:
            file.parent.mkdir(parents=True, exist_ok=True)  # it may have been removed
            with replacing(file) as new:
                new.write(sha256(code).digest() + code)
        except OSError as error:
            _warn(f"compiled code cannot be kept in {file.parent}: {error.strerror}")

    def file(self, sig, codegen):
        """Named after the function, the signature, the processor, Numba and Python."""
        key = sig, codegen.magic_tuple(), numba.__version__, sys.implementation.cache_tag
        return Path(_folder(), f"{self.name}-{sha256(repr(key).encode()).hexdigest()[:32]}.nbc")


def kept(name):
    """The file for what was found out about this processor, beside the compiled code; or None."""
    stem, dot, suffix = name.rpartition(".")
    key = cpu_target.target_context.codegen().magic_tuple(), numba.__version__
    digest = sha256(repr(key).encode()).hexdigest()[:32]
    return Path(_folder(), f"{stem}-{digest}{dot}{suffix}") if _folder() else None


@cache
def _warn(text):
    """Warn once, however many functions are compiled."""
    warnings.warn(f"{text}; every program start compiles it again", RuntimeWarning, stacklevel=3)


@cache
def _folder():
    """The first that can be written: in what NUMBA_CACHE_DIR names, beside the package, at home.

    Its name depends on the sources: an upgrade must not run half old, half new code. "" if there is
    none that can be written, and nothing is kept.
    """
    own = PACKAGE / "__pycache__"
    for base in [GIVEN] if GIVEN else [own, "~/.cache/minprune"]:
        with suppress(OSError, RuntimeError):  # the package is in a zip; ~ cannot be expanded
            base = Path(base).expanduser().absolute()
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
    text = b"".join(path.read_bytes() for path in sorted(_sources()))
    return sha256(text + b"%d" % bool(numba.config.BOUNDSCHECK)).hexdigest()[:16]


def _sources():
    """Every file with compiled code, and those that it is made with."""
    names = "jit.py", "llvm.py", "workers.py", "bench/machine.py"
    alone = [PACKAGE / name for name in names]
    return [*alone, *(PACKAGE / "nn").glob("*.py"), *(PACKAGE / "sparse").glob("*.py")]


if hasattr(os, "register_at_fork"):  # a fork waits until no other thread compiles: its child would
    os.register_at_fork(  # wait for that thread, which it does not have, forever
        before=global_compiler_lock.acquire,
        after_in_parent=global_compiler_lock.release,
        after_in_child=global_compiler_lock.release,
    )
