"""The commands of a student, as a student runs them."""

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

import minprune
from minprune import cli, course
from minprune.exercises import exercise_of, exercises
from minprune.exercises.attempt import attempt
from minprune.exercises.folder import BACKUPS, NOTE, Folder
from minprune.language import using

FIRST = exercise_of("1.1")
RIGHT = FIRST.source_of_solution()


def files_in(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*.py")}


@pytest.fixture
def folder(request, tmp_path, monkeypatch, capsys):
    path, language = tmp_path / "mine", getattr(request, "param", "en")
    assert cli.main(["exercises", "start", str(path), "--lang", language]) == 0
    assert str(path) in capsys.readouterr().out
    monkeypatch.chdir(path)
    return Folder(path)


both = pytest.mark.parametrize("folder", ["en", "zh"], indirect=True)


def run(*arguments):
    return cli.main(["exercises", *arguments])


def write(folder, exercise, text):
    folder.file(exercise).write_text(f"import numpy as np\n\n\n{text}", encoding="utf-8")


@both
def test_start_writes_a_file_for_each_exercise(folder):
    written = files_in(folder.path)
    assert {*written} == {exercise.file for exercise in exercises().values()}
    for exercise in exercises().values():
        assert written[exercise.file].decode() == exercise.starter(folder.language)
    readme = (folder.path / "README.md").read_text(encoding="utf-8")
    assert all(
        e.file in readme and e.title[folder.language] in readme for e in exercises().values()
    )
    assert max(map(len, readme.splitlines())) <= 120


def test_start_touches_nothing_that_is_there(folder, tmp_path, capsys):
    before = files_in(folder.path)
    assert run("start", str(folder.path)) == 2
    assert "exists and is not empty" in capsys.readouterr().err
    assert files_in(folder.path) == before
    file = tmp_path / "file"
    file.write_text("x")
    assert run("start", str(file)) == 2 and file.read_text() == "x"
    empty = tmp_path / "empty"
    empty.mkdir()
    assert run("start", str(empty)) == 0


@both
def test_check_stops_at_the_first_that_is_not_right(folder, capsys):
    assert run("check") == 1
    out = capsys.readouterr().out
    assert out.startswith("1.1") and "1.2" not in out
    assert {"en": "not started", "zh": "未开始"}[folder.language] in out
    write(folder, FIRST, RIGHT)
    run("check")
    out = capsys.readouterr().out
    assert {"en": "1.1  What is sparsity?  right", "zh": "什么是稀疏度？  正确"}[
        folder.language
    ] in out
    assert len(exercises()) == 1 or "1.2" in out
    assert FIRST.points == 5 and ("5 of " in out or "5 / " in out)


@both
def test_a_classic_mistake_is_told_in_the_student_s_language(folder, capsys):
    write(folder, FIRST, RIGHT.replace("return ", "return 1 - "))
    assert run("check", "1.1") == 1
    out = " ".join(capsys.readouterr().out.split())
    (mistake,) = [m for m in FIRST.mistakes if m.edits == ("return 1 - result",)]
    assert {"en": mistake.en, "zh": mistake.zh}[folder.language] in out
    assert "sparsity(np.array([" in out and FIRST.file in out


def test_all_of_them(folder, capsys):
    write(folder, FIRST, RIGHT)
    assert run("check", "--all") == (0 if len(exercises()) == 1 else 1)
    out = capsys.readouterr().out
    assert all(f"{id}  " in out for id in exercises())
    run("check", "--all", "--json")
    found = json.loads(capsys.readouterr().out)
    assert [e["id"] for e in found["exercises"]] == [*exercises()]
    assert found["points"] == 5 and found["max_points"] == sum(
        e.points for e in exercises().values()
    )
    assert found["exercises"][0]["run"] == found["exercises"][0]["declared"] > 0


def test_all_solutions_make_a_hundred_points(folder, capsys):
    for exercise in exercises().values():
        write(folder, exercise, exercise.source_of_solution())
    assert run("check") == 0
    assert capsys.readouterr().out.endswith("100 of 100 points\n")


def test_from_inside_and_from_outside(folder, monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(folder.path / "assignment1")
    assert run("check", "sparsity") == 1
    monkeypatch.chdir(tmp_path)
    assert run("check") == 2
    assert "not a folder of exercises; make one with" in capsys.readouterr().err
    assert run("check", "--dir", str(folder.path)) == 1
    assert run("check", "7.7", "--dir", str(folder.path)) == 2
    assert "there is no exercise '7.7'" in capsys.readouterr().err


@both
def test_hints_come_one_after_the_other(folder, capsys):
    hints = FIRST.hints[folder.language]
    for count in [*range(1, len(hints) + 1), len(hints)]:
        assert run("hint", "1.1") == 0
        shown = [f"1.1  {k}/{len(hints)}  {hints[k - 1]}\n" for k in range(1, count + 1)]
        assert capsys.readouterr().out == "".join(shown)


def test_reset_keeps_every_file_that_was(folder, capsys):
    for number in (1, 2):
        folder.file(FIRST).write_text(f"# {number}")
        assert run("reset", "1.1") == 0
        assert folder.file(FIRST).read_text(encoding="utf-8") == FIRST.starter(folder.language)
        kept = folder.path / BACKUPS / f"{folder.file(FIRST).stem}_{number}.py"
        assert kept.read_text() == f"# {number}"
    assert f"Your file is backed up in {kept}" in capsys.readouterr().out
    folder.file(FIRST).unlink()
    assert run("reset", "1.1") == 0 and folder.file(FIRST).is_file()
    assert capsys.readouterr().out.endswith("There was no file before\n")


ODD = {
    "a long sum": f"def sparsity(*arrays):\n    return {'+' * 900}1\n",
    "a longer one": f"def sparsity(*arrays):\n    return {'+' * 90_000}1\n",
    "many brackets": f"def sparsity(*arrays):\n    return {'(' * 190}1{')' * 190}\n",
    "an error without text": "raise SyntaxError\ndef sparsity(*arrays): pass\n",
    "an error that has no text": "class E(Exception):\n    def __str__(self): return 1\n"
                                 "raise E\ndef sparsity(*arrays): pass\n",
    "a body that Python cannot write again": "def sparsity(*arrays):\n    return '\\ud800'\n",
    "null bytes": "def sparsity(*arrays):\n    return '\0'\n",
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_an_odd_file_is_told_in_a_sentence(folder, capsys, name):
    write(folder, FIRST, ODD[name])
    assert run("list") == 0 and run("check", "1.1") == 1
    found = capsys.readouterr()
    assert "not started" not in found.out.splitlines()[1] and "Traceback" not in found.err
    assert FIRST.file in found.out and len(found.out) < 10_000


@pytest.mark.parametrize(("language", "said"), [("en", "ask your teacher"), ("zh", "请问老师")])
def test_a_folder_without_solutions(tmp_path, capsys, language, said):
    path = tmp_path / "mine"
    assert run("start", str(path), "--lang", language, "--no-solutions") == 0
    assert "exercises solution" not in (path / "README.md").read_text(encoding="utf-8")
    write(Folder(path), FIRST, RIGHT)
    assert run("check", "1.1", "--dir", str(path)) == 0
    capsys.readouterr()
    for options in ([], ["--give-up"]):
        assert run("solution", "1.1", "--dir", str(path), *options) == 2
        found = capsys.readouterr()
        assert said in found.err and not found.out


def test_the_solution_after_a_pass_or_on_giving_up(folder, capsys):
    assert run("solution", "1.1") == 2
    shown = capsys.readouterr()
    assert "--give-up" in shown.err and "return" not in shown.out
    write(folder, FIRST, RIGHT)
    run("check", "1.1")
    capsys.readouterr()
    assert run("solution", "1.1") == 0
    assert capsys.readouterr().out == RIGHT + "\n"
    assert Folder(folder.path).note["given_up"] == []
    assert run("solution", "1.1", "--give-up") == 0
    assert Folder(folder.path).note["given_up"] == ["1.1"]


@both
def test_the_list(folder, capsys):
    def marks():
        assert run("list") == 0
        (line,) = [line for line in capsys.readouterr().out.splitlines() if " 1.1 " in line]
        return line.split("5  ")[-1]

    en = folder.language == "en"
    assert marks() == ("not started" if en else "未开始")
    write(folder, FIRST, RIGHT)
    assert marks() == ""
    run("check", "1.1")
    run("hint", "1.1")
    run("solution", "1.1", "--give-up")
    capsys.readouterr()
    assert marks() == ("right, hints: 1, solution seen" if en else "正确，提示 1 条，看过答案")
    write(folder, FIRST, RIGHT.replace("return", "return 0 *"))
    assert "right" not in marks()
    folder.file(FIRST).unlink()
    assert marks().startswith("no file" if en else "没有文件")


def test_what_an_attempt_is_worth(tmp_path):
    path = tmp_path / "x.py"
    assert attempt(FIRST, path).status == "missing"
    path.write_text(FIRST.starter("zh"), encoding="utf-8")
    found = attempt(FIRST, path)
    assert (found.status, found.points, found.passed) == ("not started", 0, False)
    path.write_text(FIRST.starter().replace("raise Not", "return w  # raise Not"))
    assert attempt(FIRST, path).status == "failed"
    path.write_text("def sparsity(*arrays):\n    import os\n    os._exit(0)\n")
    found = attempt(FIRST, path)
    assert (found.status, found.points) == ("broken", 0) and "exit status 0" in found.verdict.en
    path.write_text("import numpy as np\n" + RIGHT.replace("return", "print('x')\n    return"))
    found = attempt(FIRST, path)
    assert (found.status, found.points) == ("passed", 5) and found.printed.startswith("x\n")


def test_watch_checks_what_was_saved(folder, monkeypatch, capsys):
    monkeypatch.setattr(course, "PAUSE", 0.05)
    options = SimpleNamespace(folder=folder, seconds=20.0)
    with using(folder.language):
        watcher = threading.Thread(target=course.watch, args=(options, 100))
        watcher.start()
        time.sleep(0.5)
        write(folder, FIRST, RIGHT)
        watcher.join()
    out = capsys.readouterr().out
    before, after = {"en": ("not started", "right"), "zh": ("未开始", "正确")}[folder.language]
    assert before in out.split(after)[0] and after in out and "Ctrl-C" in out.splitlines()[0]
    assert "1.2  " in out.split(after)[1], "on to the next"


def test_watch_tells_each_result_once(folder, monkeypatch, capsys):
    """A file right at the start leads on; one that is saved again unchanged is not news."""
    monkeypatch.setattr(course, "PAUSE", 0)
    second = exercise_of("1.2")
    write(folder, FIRST, RIGHT)
    write(folder, second, "def threshold_mask(w, theta, ties='keep'):\n    return abs(w) > theta")
    saves = iter([
        lambda: None,
        lambda: os.utime(folder.file(FIRST), (1, 1)),
        lambda: write(folder, second, second.source_of_solution()),
        lambda: os.utime(folder.file(second), (1, 1)),
    ])  # fmt: skip
    monkeypatch.setattr(course.time, "sleep", lambda _: next(saves)())
    course.watch(SimpleNamespace(folder=folder, seconds=20.0), looks=4)
    lines = [line for line in capsys.readouterr().out.splitlines() if line[:2] in ("1.", "2.")]
    assert [(line[:3], line.split("  ")[-1]) for line in lines] == [
        ("1.1", "right"), ("1.2", "a classic mistake"),
        ("1.2", "right"), ("1.3", "not started")]  # fmt: skip


def test_a_file_of_nearly_the_name_is_named(folder, capsys):
    folder.file(FIRST).rename(folder.file(FIRST).with_name("ex1_1_sparsity (1).py"))
    assert run("check", "1.1") == 1
    out = " ".join(capsys.readouterr().out.split())
    assert "There is no file. Not read: ex1_1_sparsity (1).py; the file must be named ex1_1" in out


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_note_that_an_editor_has_saved_anew(folder, encoding):
    note = folder.path / NOTE
    note.write_text(note.read_text(encoding="utf-8"), encoding=encoding)
    assert run("list") == 0


def test_watch_ends_when_all_is_right(folder, capsys):
    for exercise in exercises().values():
        folder.passed(exercise)
    assert run("watch") == 0
    ends = {"en": "All exercises are right.", "zh": "全部练习都正确。"}[folder.language]
    assert capsys.readouterr().out.splitlines()[1:] == [ends]


def test_a_damaged_note_is_named(folder, capsys):
    whole = json.loads((folder.path / NOTE).read_text())
    damages = {"passed": [], "hints": {"1.1": "two"}, "given_up": {}, "language": ["en"]}
    damaged = [json.dumps(whole | {name: value}) for name, value in damages.items()]
    for text in ("{", "[" * 100_000, "[]", "{}", '{"language": "en"}', *damaged):
        (folder.path / NOTE).write_text(text)
        assert run("list") == 2
        assert f"{NOTE}: is damaged" in capsys.readouterr().err


def test_the_call_that_was_not_answered_is_shown(folder, capsys):
    write(
        folder, FIRST, "def sparsity(*arrays):\n    while arrays[0].size == 1: pass\n    return 1\n"
    )
    assert run("check", "1.1", "--seconds", "3") == 1
    assert "sparsity(np.array([5.0]))" in capsys.readouterr().out


def test_lists_are_arrays_and_zero_is_a_float(tmp_path):
    source = (
        "def threshold_mask(w, theta, ties='keep'):\n"
        "    return [[abs(v) >= theta for v in row] for row in w]\n"
    )
    lines = source.replace("[[", "[[bool(").replace(">= theta ", ">= theta) ")
    path = tmp_path / "x.py"
    path.write_text(lines)
    found = attempt(exercise_of("1.2"), path)
    assert found.status in ("passed", "failed", "like") and "property" not in found.status
    path.write_text("import numpy as np\ndef sparsity(*arrays):\n"
                    "    z = sum(int((w == 0).sum()) for w in arrays)\n"
                    "    return z / sum(w.size for w in arrays) if z else 0\n")  # fmt: skip
    assert attempt(FIRST, path).passed


def test_in_a_terminal_from_start_to_a_pass(tmp_path):
    """As a process, with the encoding of a plain terminal."""

    def process(*arguments, at=tmp_path):
        environment = os.environ | {"PYTHONPATH": str(Path(minprune.__file__).parents[1]),
                                    "PYTHONIOENCODING": "ascii"}  # fmt: skip
        return subprocess.run([sys.executable, "-m", "minprune", "exercises", *arguments],
                              capture_output=True, text=True, cwd=at, env=environment)  # fmt: skip

    assert process("start", "course", "--lang", "zh").returncode == 0
    here = tmp_path / "course"
    assert process("check", at=here).returncode == 1
    (here / FIRST.file).write_text("import numpy as np\n" + RIGHT)
    found = process("check", "1.1", at=here)
    assert found.returncode == 0 and "5 / 5" in found.stdout and not found.stderr
    assert json.loads((here / NOTE).read_text(encoding="utf-8"))["language"] == "zh"
