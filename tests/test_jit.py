"""Compiled code on disk: loaded only if it is whole, and done without where it cannot be kept."""

import os
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path

import numba
import numpy as np
import pytest
from forks import forks, status_of_child
from numba import types
from numba.core.compiler_lock import global_compiler_lock

from minprune import jit
from minprune.llvm import call as call_address

compiles = pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="nothing is compiled")


def plus_one(x):
    return x + 1


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(jit, "_folder", lambda: str(tmp_path / "cache"))
    return tmp_path / "cache"


def call(x=2):
    """The result of a function as a new program compiles it, and whether it was on disk."""
    function = jit.jit(plus_one)
    return function(x), bool(function.stats.cache_hits)


@compiles
def test_compiled_code_is_found_again_for_each_signature(folder):
    assert [call(), call(), call(2.5), call(2.5)] == [
        (3, False), (3, True), (3.5, False), (3.5, True)
    ]  # fmt: skip
    assert len([*folder.iterdir()]) == 2


@compiles
@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: b"",
        lambda whole: whole[:20],
        lambda whole: whole[:-1],
        lambda whole: whole + b"\0",
        lambda whole: bytes([whole[0] ^ 1]) + whole[1:],
        lambda whole: whole[:5000] + bytes([whole[5000] ^ 128]) + whole[5001:],
    ],
    ids=["empty", "cut", "one byte less", "one more", "its digest", "its code"],
)
def test_damaged_code_is_compiled_anew(folder, damage):
    call()
    (file,) = folder.iterdir()
    whole = file.read_bytes()
    file.write_bytes(damage(whole))
    assert call() == (3, False)
    assert call() == (3, True)


@compiles
def test_a_folder_that_was_removed_is_made_again(folder):
    call()
    (file,) = folder.iterdir()
    file.unlink()
    folder.rmdir()
    assert [call(), call()] == [(3, False), (3, True)]


@compiles
def test_what_cannot_be_written_is_said_once_and_done_without(folder):
    folder.write_bytes(b"")  # a file is where the folder would be
    jit._warn.cache_clear()
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        assert [call(), call()] == [(3, False), (3, False)]
    (warning,) = said
    assert str(folder) in str(warning.message) and warning.category is RuntimeWarning


@pytest.mark.parametrize("given", ["~/nb", "~nobody-of-this-name/nb"])
def test_where_home_is_unknown_nothing_is_kept(given, tmp_path, monkeypatch):
    pwd = pytest.importorskip("pwd")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HOME")
    monkeypatch.setattr(pwd, "getpwuid", lambda uid: {}[uid])  # KeyError: there is no such user
    monkeypatch.setattr(jit, "GIVEN", given)
    assert jit._folder.__wrapped__() == ""
    monkeypatch.setattr(jit, "GIVEN", "")
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert jit._folder.__wrapped__() == ""
    assert [*tmp_path.iterdir()] == []


def test_home_is_spelled_out(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(jit, "GIVEN", "~/nb")
    assert Path(jit._folder.__wrapped__()).parent == tmp_path / "nb"


def test_a_package_in_a_zip_has_no_folder(tmp_path, monkeypatch):
    (tmp_path / "package.zip").write_bytes(b"")
    monkeypatch.setattr(jit, "PACKAGE", tmp_path / "package.zip" / "minprune")
    monkeypatch.setattr(jit, "GIVEN", str(tmp_path / "nb"))
    assert jit._folder.__wrapped__() == ""


def test_every_file_with_compiled_code_is_among_the_sources():
    users = {p for p in jit.PACKAGE.rglob("*.py") if "minprune.jit import" in p.read_text("utf-8")}
    assert len(users) > 3 and users < {*jit._sources()}


# --- loops that are called by their address ------------------------------------------------------


def filled(n, dtype=np.float64):
    """The address of a loop that writes a number n times, and whether it was on disk."""

    def loop(x, at, value):
        for i in range(n):
            x[at + i] = value

    number = numba.from_dtype(np.dtype(dtype))
    kernel = jit.address(loop, (n,), (types.CPointer(number), types.int64, number))
    return kernel, not numba.config.DISABLE_JIT and jit._loaded[-1].cache_hits == 1


@jit.jit
def fill(kernel, x, at, value):
    call_address(kernel, (x, at, value))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_loop_is_called_by_its_address(dtype, folder):
    x = np.zeros(9, dtype)
    fill(filled(3, dtype)[0], x, 2, dtype(1.5))
    fill(filled(2, dtype)[0], x[6:], np.uint8(1), dtype(7))  # whole numbers of any kind
    np.testing.assert_array_equal(x, [0, 0, 1.5, 1.5, 1.5, 0, 0, 7, 7])


@compiles
def test_a_loop_is_found_again_for_each_size_and_dtype(folder):
    sizes = (2, "d"), (3, "d"), (2, "f"), (2, "d"), (3, "d"), (2, "f")
    assert [filled(*size)[1] for size in sizes] == 3 * [False] + 3 * [True]
    assert len([*folder.iterdir()]) == 3


def take_the_lock():
    with global_compiler_lock:
        pass


@forks
def test_a_fork_waits_until_no_other_thread_compiles():
    begun = threading.Event()

    def compile_for_a_while():
        with global_compiler_lock:
            begun.set()
            time.sleep(0.2)

    thread = threading.Thread(target=compile_for_a_while)
    thread.start()
    assert begun.wait(60)
    assert status_of_child(take_the_lock) == 0
    thread.join(60)


def test_the_first_call_imports_nothing_where_a_fork_does_not_wait():
    """The child of a fork waits forever for an import that another thread had begun."""
    script = """if True:
        import sys
        import numba, numpy
        from minprune import jit

        before = {*sys.modules}
        numba.typeof(numpy.ones(2))  # what is called before the compiler takes its lock
        print({*sys.modules} - before)"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (run.stdout.strip(), run.stderr) == ("set()", "")


@forks
def test_the_thread_that_compiles_may_fork():
    with global_compiler_lock:
        assert status_of_child(take_the_lock) == 0
