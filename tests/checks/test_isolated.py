"""Files that try everything: each gets what it deserves, and nothing else is touched."""

import contextlib
import io
import os
import re
import subprocess
import sys
import time
import warnings
import zipfile
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import minprune
from minprune.checks import check_of, child
from minprune.checks.check import Check, Function, Seed, given
from minprune.checks.diagnosis import NOTHING
from minprune.checks.isolated import Broken, Limits, answers, below, functions_in
from minprune.checks.judge import judge
from minprune.formulas import costs

ON_LINUX = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
HEAD = "import os, sys, time\nimport numpy as np\n"
RIGHT = "score >= theta if ties == 'keep' else score > theta"


def mask(body, head=""):
    """A file with a `score_mask` of this body."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return f"{HEAD}{head}\ndef score_mask(score, theta, ties='keep'):\n{lines}"


@pytest.fixture
def verdict_of(tmp_path):
    """Judges the text of a file."""

    def verdict(source, seconds=20.0, name="score_mask", memory=2 << 30):
        path = tmp_path / "submission.py"
        path.write_text(source)
        check = check_of("score_mask")
        limits = Limits(seconds, memory)
        return judge(check, lambda calls: answers(path, name, calls, limits)[0])

    return verdict


@pytest.mark.parametrize("body", [f"return {RIGHT}", f"return ({RIGHT}).tolist()"])
def test_a_right_function_passes(verdict_of, body):
    verdict = verdict_of(mask(body))
    if "tolist" in body:  # an array of 0 x 3 has a shape, an empty list has none
        assert verdict.en.startswith(
            "It is wrong in every case where `score` is empty, and in no other."
        )
        assert "no scores" in verdict.failure.case.what and not verdict.passed
    else:
        assert verdict.passed and verdict.run == verdict.declared > 5


def test_a_classic_mistake_is_told(verdict_of):
    verdict = verdict_of(mask("return score > theta"))
    assert (verdict.status, verdict.passed) == ("mistake", False)
    assert verdict.en == "A score equal to the threshold is always pruned."
    verdict = verdict_of(mask("score > theta"))
    assert (verdict.status, verdict.en) == ("mistake", NOTHING[0])


WRONG = {  # a body, what happens before, and what is said
    "sys.exit": ("sys.exit(0)", "", "raises SystemExit"),
    "an error": ("return 1 / 0", "", r"raises ZeroDivisionError: division by zero \(line 5\)"),
    "Ctrl-C": ("raise KeyboardInterrupt", "", "raises KeyboardInterrupt"),
    "100 GB": ("return np.ones(10**11 // 8)", "", "raises MemoryError|_ArrayMemoryError"),
    "always equal": ("return E()", "class E:\n    __eq__ = lambda a, b: True", "not E"),
    "an array of those": ("return np.array([E()])", "class E:\n    __eq__ = lambda a, b: True",
                          "must hold numbers"),
    "NaN": ("return np.full(score.shape, np.nan)", "", "of floats, not an array"),
    "0 and 1": (f"return ({RIGHT}).astype(int)", "", "the numbers 0 and 1"),
    "another shape": (f"return ({RIGHT})[..., None, None]", "", "shape"),
    "a deep recursion": ("return score_mask(score, theta, ties)", "", "RecursionError"),
    "1 GB of text": ("for _ in range(1000): print('x' * 10**6)", "", "File too large|nothing"),
    "a large result": ("return np.zeros(10**7)", "", "too large"),
    "minprune by another way": ("return __import__('min' + 'prune').score_mask(score, theta)",
                                "", "ImportError: minprune cannot be imported"),
    "importlib": ("from importlib import import_module\n"
                  "return import_module('min' + 'prune.formulas.masks')", "", "ImportError"),
    "NumPy patched": ("return score < theta - 1",
                      "np.array_equal = np.allclose = lambda *a, **k: True",
                      "is False, not True|is True, not False"),
    "the packing patched": (f"return {RIGHT}", "sys.modules['__main__'].pack = lambda v: b'x'",
                            "cannot be read"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_wrong_answers(verdict_of, name):
    body, head, said = WRONG[name]
    verdict = verdict_of(mask(body, head))
    assert verdict.status in ("failed", "mistake") and re.search(said, verdict.en), verdict


def test_a_deep_recursion_without_a_limit(verdict_of):
    source = mask("return score_mask(score, theta, ties)", "sys.setrecursionlimit(10**9)")
    try:
        verdict = verdict_of(source, seconds=3.0, memory=1 << 29)
    except Broken as problem:
        assert re.search("did not end|process ended", problem.args[0])
    else:
        assert verdict.status == "failed"


NOT_JUDGED = {
    "an endless loop": (mask("while True: pass"), "did not end within 2 seconds"),
    "sleep": (mask("time.sleep(1000)"), "did not end within 2 seconds"),
    "an endless loop at import": (mask("pass", "while True: pass"), "did not end"),
    "os._exit": (mask("os._exit(0)"), r"ended \(exit status 0\) in call 1"),
    "a crash": (mask("os.abort()"), r"ended \(signal SIGABRT\)"),
    "a signal without a name": (mask("os.kill(os.getpid(), 40)"), r"ended \(signal 40\)"),
    "SystemExit at import": (mask("pass", "raise SystemExit(0)"), "cannot be run: SystemExit"),
    "an error at import": (mask("pass", "x = 1 / 0"), r"ZeroDivisionError: .* \(line 3\)"),
    "not Python": ("def f(:\n", "not valid Python: .*, line 1"),
    "a null byte": ("\0", "not Python"),
    "empty": ("", "defines no score_mask"),
    "another name": ("def mask(): pass", "defines no score_mask"),
    "no function": ("score_mask: int", "cannot be run|AttributeError"),
    "import minprune": (mask("import minprune\nreturn minprune.score_mask(score, theta)"),
                        "imports minprune"),
    "from minprune": ("from minprune.formulas.masks import score_mask", "imports minprune"),
    "garbage to all files": (
        mask(f"return {RIGHT}", "for fd in range(3, 30):\n    try: os.write(fd, b'\\xff' * 99)\n"
             "    except OSError: pass"), "not an answer"),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_JUDGED)
def test_what_cannot_be_judged(verdict_of, name):
    source, said = NOT_JUDGED[name]
    with pytest.raises(Broken) as problem:
        verdict_of(source, seconds=2.0)
    en, zh = problem.value.args
    assert re.search(said, en) and zh.endswith("。")


def running(word):
    """The processes that were started with this word among their arguments."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if str(word).encode() in path.read_bytes():
                found.append(path.parent.name)
    return found


@ON_LINUX
@pytest.mark.parametrize("leave", ["", "os.setsid()"])
def test_a_process_that_stays_behind_is_ended(verdict_of, leave, tmp_path):
    body = f"""
if not os.path.exists("note"):
    if os.fork() == 0:
        {leave or "pass"}
        open("note", "w").close()
        time.sleep(1000)
while not os.path.exists("note"):
    time.sleep(0.01)
return {RIGHT}"""
    with pytest.raises(Broken, match="left a process running"):
        verdict_of(mask(body))
    for _ in range(100):
        if not running(tmp_path):
            break
        time.sleep(0.05)
    assert not running(tmp_path)


def test_arguments_that_were_changed_are_named(verdict_of):
    verdict = verdict_of(mask(f"m = {RIGHT}\nscore[...] = 0\nreturn m"))
    assert verdict.status == "changed" and verdict.en == "It changes its arguments (score)."


def test_each_call_gets_arguments_of_its_own(verdict_of):
    body = f"m = {RIGHT}\nseen.append(score)\nreturn m"
    assert verdict_of(mask(body, "seen = []")).passed


def test_the_request_and_other_files_are_not_where_the_function_runs(verdict_of):
    body = f"assert os.listdir() == [] and 'minprune' not in sys.modules\nreturn {RIGHT}"
    assert verdict_of(mask(body)).passed


def test_what_was_printed_comes_back(tmp_path):
    path = tmp_path / "printing.py"
    path.write_text("import sys\ndef f(x):\n    print('x =', x)\n    print('!', file=sys.stderr)\n"
                    "    return x\n")  # fmt: skip
    outcomes, text = answers(path, "f", [given(1.0), given(2.0)])
    assert [outcome.value for outcome in outcomes] == [1.0, 2.0]
    assert sorted(text.splitlines()) == ["!", "!", "x = 1.0", "x = 2.0"]


def test_values_travel_unchanged(tmp_path):
    path = tmp_path / "echo.py"
    path.write_text("def f(*args, **kwargs):\n    return [args, kwargs]\n")
    values = [
        np.arange(6.0).reshape(2, 3).T,
        np.float32([1, np.nan]),
        np.array(True),
        3,
        0.1,
        True,
        None,
        "text",
        [np.ones(2), (1, 2.5)],
        {"a": np.zeros((0, 2))},
        -0.0,
        np.inf,
    ]
    (outcome,), _ = answers(path, "f", [given(*values, more=values[0])])
    args, kwargs = outcome.value
    assert not outcome.changed and not outcome.error
    np.testing.assert_equal(list(args), values)
    np.testing.assert_array_equal(kwargs["more"], values[0])
    assert args[0].dtype == np.float64 and args[1].dtype == np.float32
    assert [type(v) for v in args[3:9]] == [int, float, bool, type(None), str, list]


def test_records_and_fractions_travel_too(tmp_path):
    path = tmp_path / "records.py"
    path.write_text(
        "from fractions import Fraction\ndef f(layers):\n"
        "    return [type(l).__name__ for l in layers], layers[0], Fraction(layers[0].units, 4)\n"
    )
    (outcome,), _ = answers(path, "f", [given([costs.Full(6), costs.Pool()])])
    assert outcome.value == (["Full", "Pool"], (6,), Fraction(3, 2)) and not outcome.changed


def test_generators_and_functions_are_made_there(tmp_path):
    path = tmp_path / "live.py"
    path.write_text("def f(loss, rng):\n    return [loss(rng.random(3)), rng.random()]\n")
    call = given(Function("lambda w: float((w**2).sum())"), Seed(7))
    (outcome,), _ = answers(path, "f", [call])
    rng = np.random.default_rng(7)
    numbers = rng.random(3)
    assert outcome.value == [float((numbers**2).sum()), rng.random()] and not outcome.changed


def test_names_that_a_file_defines(tmp_path):
    path = tmp_path / "names.py"
    path.write_text("import os.path, sys as s\nfrom a import b as c\ndef f(): pass\n"
                    "class G: pass\nx = y = 1\nz: int = 2\nu, v = 1, 2\n"
                    "if x:\n    def g(a):\n        hidden = a\ntry:\n    pass\n"
                    "except OSError:\n    h = print(x)\n")  # fmt: skip
    assert functions_in(path) == ["os", "s", "c", "f", "G", "x", "y", "z", "u", "v", "g", "h"]
    with pytest.raises(FileNotFoundError, match="there is no such file"):
        functions_in(tmp_path / "none.py")
    with pytest.raises(IsADirectoryError, match="is a folder; name a Python file"):
        functions_in(tmp_path)


HELLO = 'def f(x):\n    print("{word}")\n    return x\n'


@pytest.mark.parametrize(
    ("head", "encoding", "word"),
    [
        ("", "utf-8", "陈é"),
        ("", "utf-8-sig", "陈é"),
        ("# coding: utf-8\n", "utf-8-sig", "陈é"),
        ("# coding: gbk\n", "gbk", "陈"),
        ("#!/usr/bin/python\n# -*- coding: latin-1 -*-\n", "latin-1", "é"),
    ],
)
def test_a_file_is_decoded_as_python_decodes_it(tmp_path, head, encoding, word):
    path = tmp_path / "f.py"
    end = "\r\n" if encoding == "utf-8-sig" else "\n"
    path.write_bytes((head + HELLO.format(word=word)).replace("\n", end).encode(encoding))
    (outcome,), printed = answers(path, "f", [given(1.0)])
    assert (outcome.value, printed.strip()) == (1.0, word)


@pytest.mark.parametrize(
    ("head", "encoding"),
    [("", "utf-16"), ("", "utf-16-le"), ("", "utf-32"), ("", "gbk"), ("# coding: x\n", "gbk"),
     ("# coding: gbk\n", "utf-8-sig"), ("# coding: ascii\n", "gbk")],
)  # fmt: skip
def test_what_cannot_be_decoded_is_to_be_saved_as_utf_8(tmp_path, head, encoding):
    path = tmp_path / "f.py"
    path.write_bytes((head + HELLO.format(word="陈")).encode(encoding))
    with pytest.raises(Broken, match=r"not Python text \(.+\); save it as UTF-8\.") as problem:
        functions_in(path)
    assert problem.value.args[1].endswith("请另存为 UTF-8 编码。")


LEADS_ON = {  # a file, and what is said after what was wrong
    "helper beside": ("from helper import g\ndef f(x): return g(x)", "must be in this one file"),
    "folder beside": ("import lib.helper\ndef f(x): return x", "must be in this one file"),
    "relative": ("from .helper import g\ndef f(x): return g(x)", "must be in this one file"),
    "not installed": ("import pandas_of_nobody\ndef f(x): return x", "besides NumPy"),
    "command line": ("import argparse\np = argparse.ArgumentParser()\np.add_argument('data')\n"
                     "a = p.parse_args()\ndef f(x): return x", "SystemExit: 2.*put the rest under"),
    "argv": ("import sys\nn = int(sys.argv[1])\ndef f(x): return n", "IndexError.*line 2.*put the"),
    "input": ("n = input()\ndef f(x): return n", "EOFError.*put the rest under"),
    "only as a program": ("if __name__ == '__main__':\n    def f(x): return x",
                          "the file defines no f when it is run.$"),
    "notebook": ('{"cells": [], "nbformat": 4}', "notebook; put the functions into a .py"),
}  # fmt: skip


@pytest.mark.parametrize("name", LEADS_ON)
def test_what_cannot_be_run_is_told_how_it_could(tmp_path, name):
    source, said = LEADS_ON[name]
    (tmp_path / "helper.py").write_text("def g(x): return x\n")
    (tmp_path / "lib").mkdir()
    path = tmp_path / "f.py"
    path.write_text(source)
    with pytest.raises(Broken) as problem:
        answers(path, "f", [given(1.0)])
    assert re.search(said, problem.value.args[0])


def test_a_notebook_is_known_by_its_name(tmp_path):
    path = tmp_path / "work.ipynb"
    path.write_text("")
    with pytest.raises(Broken, match="is a notebook"):
        functions_in(path)


@pytest.mark.parametrize(
    "source",
    ["try:\n    import numba\nexcept ImportError:\n    pass\nfinally:\n    def f(x): return x",
     "if True:\n    def f(x): return x\nelse:\n    def f(x): return 0",
     "def mine(x): return x\nf, other = mine, 1",
     "import sys\ndef f(x): return x + len(sys.argv) - 1",
     "import argparse\na = argparse.ArgumentParser().parse_args()\ndef f(x): return x",
     "def f(x):\n    '\\d'\n    return x"],
)  # fmt: skip
def test_a_function_counts_wherever_the_module_gets_it_from(tmp_path, source):
    path = tmp_path / "f.py"
    path.write_text(source)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (outcome,), _ = answers(path, "f", [given(1.0)])
    assert outcome.value == 1.0


def test_a_package_in_an_archive_is_to_be_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(minprune, "__file__", str(tmp_path / "a.zip" / "minprune" / "__init__.py"))
    with pytest.raises(ValueError, match=r"a.zip.*unpack it into a folder"):
        answers(tmp_path / "f.py", "f", [])


def test_the_process_knows_nothing_of_minprune():
    names = {name for name in sys.modules if name.startswith("minprune")}
    assert names  # here it does
    code = "import sys, runpy; sys.argv = ['x']; sys.path.insert(0, sys.argv[0]); " \
           f"runpy.run_path({child.__file__!r}, run_name='child'); " \
           "print([n for n in sys.modules if n.startswith('minprune')])"  # fmt: skip
    run = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True,
                         check=True, cwd=os.path.dirname(child.__file__))  # fmt: skip
    assert run.stdout == "[]\n"


def test_a_check_whose_calls_are_not_all_answered_has_not_passed():
    check = Check(abs)
    check.edge("one", given(-1.0))
    verdict = judge(check, lambda calls: [])
    assert (verdict.status, verdict.passed) == ("broken", False)


@ON_LINUX
def test_the_processes_below_are_living_and_not_known():
    me, code = os.getpid(), "import sys; sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE) as process:
        assert process.pid in below(me) and process.pid not in below(me, {process.pid})
        process.stdin.close()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # it has ended, unread
        assert process.pid not in below(me)


@ON_LINUX
def test_a_process_without_group_and_mark_is_ended_by_who_does_nothing_else(tmp_path):
    path = tmp_path / "escape.py"
    path.write_text(f"""{HEAD}import subprocess
def f(x):
    code = "import time; open('note', 'w').close(); time.sleep(60)"
    subprocess.Popen([sys.executable, "-c", code, {str(tmp_path)!r}], env={{}},
                     start_new_session=True)
    while not os.path.exists("note"):
        time.sleep(0.01)
    return x
""")
    code = f"""
import ctypes
from minprune.checks import isolated
from minprune.checks.check import given
assert isolated.stay_alone()
assert ctypes.CDLL(None).prctl(3, 0, 0, 0, 0) == 0 # its memory cannot be looked into
try:
    print(isolated.answers({str(path)!r}, "f", [given(1.0)]))
except isolated.Broken as problem:
    print(problem.args[0])
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "It left a process running.\n"
    assert not running(tmp_path)


def walls():
    code = f"import runpy; print(runpy.run_path({child.__file__!r})['wall_in']('.'))"
    return subprocess.run([sys.executable, "-c", code], capture_output=True).stdout == b"True\n"


FORBIDDEN = {
    "a new file": "open(there + '/new', 'w')",
    "over a file": "open(there + '/file', 'w')",
    "at the end of a file": "open(there + '/file', 'a')",
    "truncation": "os.truncate(there + '/file', 0)",
    "a file less": "os.remove(there + '/file')",
    "a file moved in": "os.rename('x', there + '/file')",
    "a file moved out": "os.rename(there + '/file', 'y')",
    "a folder": "os.mkdir(there + '/folder')",
    "a link": "os.symlink('x', there + '/link')",
    "the checker itself": "open(sys.modules['__main__'].__file__, 'a')",
    "through another process": "subprocess.run(['touch', there + '/new'], check=True)",
}


@pytest.mark.skipif(not walls(), reason="needs Landlock, of Linux 5.13 and later")
@pytest.mark.parametrize("name", FORBIDDEN)
def test_files_are_written_only_where_the_function_runs(verdict_of, name, tmp_path):
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "file").write_text("as it was")
    before = Path(child.__file__).read_bytes()
    body = f"""import subprocess
there = {str(folder)!r}
with open("x", "w") as file: # here it may
    file.write("1")
open(os.devnull, "w").close()
{FORBIDDEN[name]}
return {RIGHT}"""
    verdict = verdict_of(mask(body))
    assert re.search("PermissionError|CalledProcessError|OSError", verdict.en), verdict
    assert os.listdir(folder) == ["file"] and (folder / "file").read_text() == "as it was"
    assert Path(child.__file__).read_bytes() == before


def test_an_answer_that_swells_is_refused(verdict_of):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("tree.npy", bytes(10**7))
    with pytest.raises(ValueError, match="larger than the answer"):
        child.unpack(buffer.getvalue())
    body = f"sys.modules['__main__'].pack = lambda _: {buffer.getvalue()!r}\nreturn score"
    verdict = verdict_of(mask(body))
    assert verdict.status == "failed" and "cannot be read" in verdict.en
