"""One student attacks, two are honest: these keep all points, and the grades are written."""

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest

from minprune import files
from minprune.checks import child
from minprune.checks.isolated import Limits
from minprune.cli import main
from minprune.exercises import exercise_of, grade, results
from minprune.exercises.grade import Grade, Student, grade_all, grade_one
from minprune.exercises.results import PARTIAL, Kept, Target
from minprune.exercises.submission import Submission
from minprune.report.exercises_page import grades_csv, grades_json, grades_text, plain
from minprune.report.submission_page import as_json

ONE = exercise_of("1.1")
FILE = Path(ONE.file).name
RIGHT = "float(np.mean(w == 0))"
NOTE = ".minprune.json"
fcntl = pytest.importorskip("fcntl")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="is about Linux")


def text(body, head=""):
    """A file with a `sparsity` of this body."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return (f"import io, json, os, sys, time\nimport numpy as np\n{head}\n"
            "def sparsity(*arrays):\n    w = np.concatenate([array.ravel() for array in arrays])\n"
            f"{lines}")  # fmt: skip


HONEST = text(f"return {RIGHT}")
FORGE = """
def forge(tree, **arrays):
    data = io.BytesIO()
    np.savez(data, tree=np.frombuffer(tree.encode(), np.uint8), **arrays)
    sys.modules["__main__"].pack = lambda value: data.getvalue()
"""


def forged(tree, arrays=""):
    """A file whose process answers with lists and arrays that `pack` never writes."""
    return text("return 0.0", f"{FORGE}forge({tree}{arrays and ', '}{arrays})")


def put(folder, source=HONEST, file=ONE.file):
    path = Path(folder, file)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(source if isinstance(source, bytes) else source.encode())
    return path


def sparse(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb") as file:
        file.truncate(400 << 30)


def deep(folder):
    """A thousand folders, each in the one before."""
    here = os.open(folder, os.O_RDONLY)
    for _ in range(1000):
        os.mkdir("d", dir_fd=here)
        inner = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)


E = "class E(Exception):\n    def __str__(self): raise KeyboardInterrupt"
FLOOD = """
for fd in range(3, 20):
    try:
        os.write(fd, (1 << 26).to_bytes(8, "little"))
        for _ in range(2000): os.write(fd, bytes(1 << 16))
    except OSError: pass"""
ATTACKS = {  # a file, and what is said of it
    "a long name of a type": (text("raise type('E' * 10**6, (Exception,), {})('x' * 10**6)"),
                              "raises E{100}: x{500}"),
    "a name with escapes": (text("raise type('\\x1b[2J\\nada: 100', (Exception,), {})"),
                            r"raises \\x1b\[2J\\nada: 100: +.line"),
    "a text with escapes": (text("return '\\x1b[2J\\u202e\\x9b1m'"), "a text, not a float"),
    "keys with escapes": (text("return {'\\x1b[2J' * 99: 0}"), "a dictionary of length 1, not"),
    "an error whose text cannot be had": (text("raise E", E), "E: it has no text"),
    "an error without text": (text("raise SyntaxError"), "raises SyntaxError: "),
    "a file that raises it": (text("pass", "raise SyntaxError"), "cannot be run: SyntaxError: "),
    "a long text in an array": (text("return np.array(['x' * 200_000])"), "cannot be read"),
    "texts that become an array": (text("return ['x' * 200_000] + [''] * 2_500"), "a list of leng"),
    "large results": (text("return np.zeros(4_000_000)"), "larger than 64 MB in all"),
    "long lists": (forged("'{\"plain\": 0}' + ' ' * (1 << 22)"), "larger than 64 MB in all"),
    "a fraction in text": (forged('\'{"dict": [["value", {"fraction": ["1e60000000", 1]}]]}\''),
                           "cannot be read"),
    "one array again and again": (
        forged("json.dumps({'list': [{'array': 'a'}] * 9_999})", "a=np.zeros(10**5)"), "cannot be"),
    "many records": (forged("json.dumps({'list': [{'record': ['R', [], []]}] * 9999})"), "cannot"),
    "a long record": (
        forged("json.dumps({'record': ['R', [f'f{k}' for k in range(9999)], []]})"), "cannot be"),
    "an array of other things": (forged("'{\"plain\": 0}'", "a=np.zeros(9, 'S9')"), "cannot be"),
    "a deep list": (forged("'{\"list\": [' * 99_999"), "cannot be read"),
    "an error that is none": (forged('\'{"dict": [["error", {"dict": []}]]}\''), "raises {}"),
    "a failed import without its error": (forged('\'{"dict": [["loading", {"plain": 1}]]}\''),
                                          "cannot be read"),
    "a flood of answers": (text("return 0", FLOOD), "larger than 64 MB in all"),
    "many files": (text("for k in range(2000): open(str(k), 'w').close()\ntime.sleep(9)"),
                   "wrote more than 64 MB, or more than 1000 files"),
    "large files": (
        text("for k in range(5):\n    with open(str(k), 'wb') as file: file.truncate(15_000_000)\n"
             "time.sleep(9)"), "wrote more than 64 MB"),
    "a deep folder": (
        text("if not os.path.exists('d'):\n    for _ in range(1100):\n        os.mkdir('d')\n"
             f"        os.chdir('d')\nreturn {RIGHT}"), "RecursionError|wrote more than"),
    "a folder that is shut": (text("os.makedirs('a/b', exist_ok=True)\nos.chmod('a', 0)\n"
                                   f"return {RIGHT}"), "PermissionError"),
    "no channel": (text("os.closerange(3, 50)\nreturn 0"), "ended .* in call 1"),
    "a long sum": (f"def sparsity(*a):\n    return {'+' * 900}1\n",
                   "result is 1|not valid Python: "),
    "many statements": (text("return 0", "x\n" * 20_000), "NameError"),
}  # fmt: skip


@pytest.fixture(scope="module")
def batch(tmp_path_factory):
    """The grades of all attackers between two honest students, and where temporary files lie."""
    folder, place = (tmp_path_factory.mktemp(name) for name in ("submissions", "temporary"))
    for name, (source, _) in ATTACKS.items():
        put(folder / name, source)
    for name in ("0-honest", "zz-honest"):
        put(folder / name)
    sparse(put(folder / "sparse note").parent / NOTE)
    sparse(folder / "sparse file" / ONE.file)
    deep(put(folder / "deep").parents[1])
    (folder / "deep without a file").mkdir()
    deep(folder / "deep without a file")
    for k in range(300):
        put(folder / "copies", HONEST, f"{k}/{FILE}")
    before, tempfile.tempdir = tempfile.tempdir, str(place)
    keep, grade.PATIENCE = grade.PATIENCE, 20.0
    try:
        yield grade_all(folder, 11, limits=Limits(seconds=3.0), jobs=2, assignment=1), place
    finally:
        tempfile.tempdir, grade.PATIENCE = before, keep
        files.remove(str(folder))  # pytest cannot


def of(batch, name):
    (student,) = (student for student in batch[0].students if student.name == name)
    return student.grades["1.1"]


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_gets_nothing_and_is_told_in_clean_short_words(batch, name):
    found = of(batch, name)
    said = f"{found.verdict.en}{found.verdict.zh}"
    if name in ("a deep folder", "a folder that is shut") and found.passed:
        return  # all is removed, and it is right
    assert not found.passed and re.search(ATTACKS[name][1], found.verdict.en), found
    assert said.isprintable() and len(said) < 2500


@pytest.mark.parametrize("name", ["0-honest", "zz-honest", "deep", "sparse note"])
def test_who_is_right_is_graded_whatever_lies_around(batch, name):
    assert of(batch, name)[1:3] == ("passed", ONE.points)


def test_what_lies_in_a_folder_is_read_up_to_a_bound(batch):
    assert "larger than 1 MB" in of(batch, "sparse file").verdict.en
    said = of(batch, "deep without a file").verdict.en
    assert said == "It is not among the first 10000 files and folders, 30 folders deep."
    assert f"several files of this name: 0/{FILE}, " in of(batch, "copies").verdict.en
    assert len(of(batch, "copies").verdict.en) < 300
    assert of(batch, "copies").verdict.en.endswith("... (300).")


def test_the_pages_of_attackers_are_short_and_printable(batch):
    found, _ = batch
    for page in (grades_text(found), grades_csv(found), as_json(grades_json(found))):
        assert re.sub("[\r\n]", "", page).isprintable() and len(page) < 200_000
    assert not [student.name for student in found.students if student.not_judged]


def test_no_file_or_process_is_left_behind(batch):
    assert os.listdir(batch[1]) == [] and not grade._workers


def test_a_folder_is_removed_however_deep_it_is():
    with files.temporary_folder() as folder:
        deep(folder)
        os.mkdir(f"{folder}/shut", 0)
        os.symlink("/", f"{folder}/link")
    assert not os.path.lexists(folder) and os.path.exists("/proc")


def test_lists_are_bounded_before_they_are_read():
    assert child.unpack(child.pack([0.5] * 1000)) == [0.5] * 1000
    for value, said in ([0.5] * 300_000, "lists are too long"), (np.array(["x" * 2000]), "numbers"):
        with pytest.raises(ValueError, match=said):
            child.unpack(child.pack(value))


def test_who_has_used_up_the_time_of_a_student_has_a_tenth_of_the_limit():
    sources, task = {"1.1": text("time.sleep(2)").encode()}, ("1.1", 0)
    found = grade._judge(sources, [task], Limits(seconds=4.0), time.monotonic())
    assert found[task][1].en == "It did not end within 0.4 seconds."


# --- failures of the grader -----------------------------------------------------------------------


def honest(folder, *names):
    for name in names:
        put(folder / name)


def points(found):
    return {student.name: student.grades["1.1"].status for student in found.students}


@pytest.mark.parametrize("error", [MemoryError, RecursionError, OSError(28, "No space left")])
def test_a_folder_that_cannot_be_read_is_one_student_s_line(tmp_path, monkeypatch, error):
    def failing(self, exercise):
        if self.name == "bob":
            raise error

    honest(tmp_path, "ada", "bob", "eve")
    monkeypatch.setattr(Submission, "near", lambda *_: [])
    monkeypatch.setattr(Submission, "_read", failing)
    for name in ("ada", "eve"):
        (tmp_path / name / ONE.file).unlink()
    assert points(grade_all(tmp_path, assignment=1)) == {
        "ada": "missing", "bob": "not judged", "eve": "missing"}  # fmt: skip


def test_a_folder_that_cannot_be_listed_is_not_judged(tmp_path, monkeypatch):
    def scandir(path):
        if Path(path).name == "inner":
            raise PermissionError(13, "Permission denied")
        return real(path)

    real = os.scandir
    (tmp_path / "inner").mkdir()
    monkeypatch.setattr(os, "scandir", scandir)
    grade_ = grade_one(tmp_path, "ada", 1, [ONE]).grades["1.1"]
    assert grade_.status == "not judged" and "PermissionError: Permission" in grade_.verdict.en


@pytest.mark.parametrize(("times", "status"), [(1, "passed"), (2, "not judged")])
def test_a_process_that_cannot_be_started_is_tried_again(tmp_path, monkeypatch, times, status):
    def failing(sources, *arguments):
        if b"bob" in sources["1.1"] and left:
            raise left.pop()
        return real(sources, *arguments)

    left, said = [BlockingIOError(11, "Resource temporarily unavailable")] * times, []
    real = grade._answers
    for name in ("ada", "bob", "eve"):
        put(tmp_path / name, f"{HONEST}# {name}\n")
    monkeypatch.setattr(grade, "_answers", failing)
    found = grade_all(tmp_path, assignment=1, say=lambda student: said.append(student.name))
    assert points(found) == {"ada": "passed", "bob": status, "eve": "passed"}
    assert said == ["ada", "bob", "eve", "bob"] and not left
    assert [student.digest for student in found.students if student.digest]


def test_all_is_read_before_any_code_runs(tmp_path, monkeypatch):
    def graded(submission, *arguments):
        for path in [*tmp_path.glob("*/*/*.py")]:
            path.unlink()
        return real(submission, *arguments)

    real = grade._graded
    honest(tmp_path, "ada", "bob")
    monkeypatch.setattr(grade, "_graded", graded)
    assert points(grade_all(tmp_path, assignment=1)) == {"ada": "passed", "bob": "passed"}


def command(folder):
    return ["exercises", "grade", str(folder / "in"), "--csv", str(folder / "x.csv"),
            "--assignment", "1"]  # fmt: skip


def program(folder):
    return [sys.executable, "-m", "minprune", *command(folder)]


@pytest.fixture
def run(tmp_path, monkeypatch, capfd):
    """Runs the command in this process: its status, and what it prints."""
    monkeypatch.setattr("minprune.course.only_grade", lambda: None)

    def run_(*options):
        capfd.readouterr()
        return main([*command(tmp_path), *options]), *capfd.readouterr()

    return run_


def table(folder):
    with open(folder / "x.csv", newline="") as file:
        return {row["student"]: row["1.1"] for row in csv.DictReader(file)}


def test_a_grader_that_cannot_write_judges_nobody_wrong(tmp_path):
    honest(tmp_path / "in", "ada", "bob")
    limited = ["sh", "-c", 'ulimit -f 1; exec "$@"', "sh"]  # blocks: as if a submission had set it
    done = subprocess.run([*limited, *program(tmp_path)], capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    assert table(tmp_path) == {"ada": "not judged", "bob": "not judged"}
    assert "bob: NOT JUDGED, grade again: 1.1" in done.stdout and "hidden cases:" not in done.stdout
    assert "OSError: File too large" in done.stdout and "bob: not judged yet" in done.stderr


# --- results --------------------------------------------------------------------------------------


def test_a_target_is_written_though_its_folder_cannot_be_any_more(tmp_path, monkeypatch):
    def refused(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(results, "replacing", refused)
    new, old = Target(tmp_path / "new"), put(tmp_path, "long" * 99, "old")
    old = Target(old)
    for target in (new, old):
        target.write(b"grades")
        target.close()
        assert target.path.read_bytes() == b"grades"


def test_a_target_is_removed_if_nothing_was_written(tmp_path):
    for path in (tmp_path / "new", put(tmp_path, "kept", "old")):
        Target(path).close()
    assert os.listdir(tmp_path) == ["old"] and (tmp_path / "old").read_text() == "kept"


SLOW = text(
    f"if not os.path.exists('x'):\n    open('x', 'w').close()\n    time.sleep(6)\nreturn {RIGHT}"
)


def hears_ctrl_c():
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # which a job in the background ignores


def started(folder):
    """The command at work: one student is graded, the next is being graded."""
    put(folder / "in" / "ada")
    put(folder / "in" / "bob", SLOW)
    put(folder / "in" / "eve")
    process = subprocess.Popen(
        program(folder),
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "TMPDIR": str(folder / "t")},
        preexec_fn=hears_ctrl_c,
        text=True,
    )
    assert process.stderr.readline() == f"ada: {ONE.points}\n"
    while not [*(folder / "t").glob("*/*/request")]:  # what bob's function is to be called with
        assert process.poll() is None
        time.sleep(0.02)
    time.sleep(0.5)
    return process


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_what_was_graded_is_kept_and_gone_on_with(tmp_path, run, monkeypatch, sign):
    (tmp_path / "t").mkdir()
    with started(tmp_path) as process:
        process.send_signal(sign)
        # what judges bob outlives SIGKILL, and holds the pipe open
        said = "" if sign == signal.SIGKILL else process.stderr.read()
    assert process.returncode == (-9 if sign == signal.SIGKILL else 130)
    assert (
        sign == signal.SIGKILL or "x.csv.partial: holds the grades of 1 student; --resume" in said
    )
    assert sign == signal.SIGKILL or (os.listdir(tmp_path / "t") == [] and "Traceback" not in said)
    status, _, said = run()
    assert status == 2 and "add --resume to grade the other students" in said
    for seed, options in (("5", ()), ("1", ("--assignment", "2"))):
        monkeypatch.setenv("MINPRUNE_SEED", seed)
        status, _, said = run("--resume", *options)
        assert status == 2 and "grading with another seed, assignment" in said
    put(tmp_path / "in" / "bob")  # another file than before
    status, _, said = run("--resume")
    assert status == 0 and said.startswith("bob: 5\neve: 5\n"), said
    assert table(tmp_path) == dict.fromkeys(("ada", "bob", "eve"), "5")
    assert sorted(os.listdir(tmp_path)) == ["in", "t", "x.csv"]


def test_who_has_handed_in_something_else_is_graded_again(tmp_path):
    honest(tmp_path, "ada", "bob", "eve")
    first = grade_all(tmp_path, assignment=1)
    put(tmp_path / "bob", text("return 0.0"))
    put(tmp_path / "eve", '{"given_up": ["1.1"]}', NOTE)
    said = []
    found = grade_all(
        tmp_path, assignment=1, kept=first.students, say=lambda s: said.append(s.name)
    )
    assert said == ["bob", "eve"] and [s.total for s in found.students] == [5, 0, 5]


def test_what_is_kept_is_the_same_when_it_is_read(tmp_path):
    honest(tmp_path / "in", "ada", "bob", "eve")
    put(tmp_path / "in" / "bob", text("return 0.125"))
    put(tmp_path / "in" / "eve", text("return 0.0 if len(w) > 99 else 0.5", "x = '\\x1b'"))
    found = grade_all(tmp_path / "in", 3, assignment=1)
    path, of = tmp_path / "kept", (3, 1, 20.0)
    kept = Kept(path, of)
    for student in found.students:
        kept.add(student)
    kept.add(
        Student("x", {"1.1": Grade(ONE, "not judged", 0, found.students[0].grades["1.1"][3])}, [])
    )
    assert kept.close(False) and path.stat().st_mode & 0o777 == 0o600
    with open(path, "a") as file:
        file.write('["cut sho')
    again = Kept(path, of, resume=True)
    assert grades_json(found._replace(students=again.students)) == grades_json(found)
    assert '"3"' not in path.read_text() and json.loads(path.read_text().splitlines()[0])["salt"]
    assert again.count == 3 and not again.close(True) and not path.exists()


@pytest.mark.parametrize("damage", ["", "{}\n", "[]\n", "x\n", '{"salt": 3}\n', "\0\n"])
def test_what_is_kept_and_damaged_is_refused(tmp_path, damage):
    path = put(tmp_path, damage, "kept")
    with pytest.raises(ValueError, match="is damaged; remove it"):
        Kept(path, (1, None, 20.0), resume=True)
    assert path.read_text() == damage


def test_nothing_is_kept_of_nobody(tmp_path, run):
    (tmp_path / "in" / "ada").mkdir(parents=True)
    assert run()[0] == 2 and os.listdir(tmp_path) == ["in"]


def test_a_terminal_that_is_stopped_stops_no_grading(tmp_path):
    honest(tmp_path / "in", "ada", "eve")
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    os.write(writing, bytes(4096))  # full: whoever writes more waits
    try:
        done = subprocess.run(program(tmp_path), stderr=writing, stdout=subprocess.DEVNULL,
                              timeout=120)  # fmt: skip
        assert done.returncode == 0 and table(tmp_path) == {"ada": "5", "eve": "5"}
    finally:
        os.close(reading)
        os.close(writing)


def test_the_seed_is_not_on_the_command_line(tmp_path, run, monkeypatch):
    honest(tmp_path / "in", "ada")
    assert "--seed-file" in run("--seed", "77")[2]
    put(tmp_path, "77\r\n", "seed")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"77\n")))
    for file, variable in ((str(tmp_path / "seed"), "5"), ("-", "5"), (None, "77")):
        monkeypatch.setenv("MINPRUNE_SEED", variable)
        options = ["--seed-file", file] if file else []
        assert "hidden cases of seed 77\n" in run(*options)[1]


def test_no_cell_is_a_formula_whatever_separates_cells(capsys):
    for name in ("1.1;=cmd|' /C calc'!A0", "a; +1", "a|@x", "＝1", "a,-1"):
        for cell in re.split("[;|,]", plain(name)):
            assert not cell.strip().startswith(("=", "+", "-", "@", "＝")), plain(name)
    assert plain("Li Wei (a-b); c") == "Li Wei (a-b); c"


# --- what is right --------------------------------------------------------------------------------

SPELLED = {  # as students write and save it
    "with a byte order mark": b"\xef\xbb\xbf" + HONEST.encode(),
    "in gbk": b"# coding: gbk\n" + "# 阈值\n".encode("gbk") + HONEST.encode(),
    "in latin-1": b"# -*- coding: latin-1 -*-\n" + "# é\n".encode("latin-1") + HONEST.encode(),
    "with CR LF": HONEST.replace("\n", "\r\n").encode(),
    "below the starter": (ONE.starter() + HONEST.replace("sparsity", "mine")
                          + "\nsparsity = mine\n").encode(),
    "in a try": b"try:\n    import numba\nexcept ImportError:\n    pass\nfinally:\n"
                + "".join(f"    {line}\n" for line in HONEST.splitlines()).encode(),
    "in an if": b"if True:\n" + "".join(f"    {line}\n" for line in HONEST.splitlines()).encode(),
    "with a name from an import": (HONEST.replace("sparsity", "mine")
                                   + "\nfrom submission import mine as sparsity\n").encode(),
}  # fmt: skip


@pytest.fixture(scope="module")
def right(tmp_path_factory):
    folder = tmp_path_factory.mktemp("right")
    for name, source in SPELLED.items():
        put(folder / name, source)
    return points(grade_all(folder, 5, assignment=1, jobs=2))


@pytest.mark.parametrize("name", SPELLED)
def test_a_right_file_is_right_however_it_is_written(right, name):
    assert right[name] == "passed"


def test_the_command_ends_with_a_sentence(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("minprune.course.only_grade", lambda: None)
    assert main(["exercises", "grade", str(tmp_path / "none")]) == 2
    assert "is not a folder" in capsys.readouterr().err and PARTIAL == ".partial"
