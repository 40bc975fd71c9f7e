"""A folder of submissions, most of them hostile: they get nothing, the honest get their points."""

import base64
import csv
import hashlib
import hmac
import io
import json
import os
import pickle
import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from minprune.checks.details import details
from minprune.checks.isolated import Limits
from minprune.checks.judge import run_check
from minprune.checks.trial import Trial
from minprune.checks.verdict import broken
from minprune.cli import main
from minprune.exercises import exercise_of, exercises, grade
from minprune.exercises.grade import Grade, Grades, Student, chosen, grade_all, grade_one
from minprune.exercises.submission import Submission
from minprune.exercises.worker import opened, signed
from minprune.report import submission_page
from minprune.report.exercises_page import grades_csv, grades_json, grades_text, plain

ONE = exercise_of("1.1")
FILE = Path(ONE.file).name
RIGHT = "float(np.mean(w == 0))"
NOTE = ".minprune.json"
QUICK = Limits(seconds=3.0)
ON_LINUX = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")


def text(body, head=""):
    """A file with a `sparsity` of this body."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return (f"import os, sys, time\nimport numpy as np\n{head}\ndef sparsity(*arrays):\n"
            f"    w = np.concatenate([array.ravel() for array in arrays])\n{lines}")  # fmt: skip


def put(folder, source, file=ONE.file):
    path = Path(folder, file)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(source if isinstance(source, bytes) else source.encode())
    return path


OPEN = [np.concatenate([a.ravel() for a in call.args]) for call in Trial.of(ONE, grade.OPEN).calls]
MEMORISED = f"""
answers = {{np.array(w).tobytes(): np.mean(np.array(w) == 0) for w in {[w.tolist() for w in OPEN]}}}
"""

FORGED = """
parent = os.getppid()
above = int(open(f"/proc/{parent}/stat").read().rpartition(")")[2].split()[1])
for pid in (parent, above):
    for fd in range(1, 12):
        try:
            with open(f"/proc/{pid}/fd/{fd}", "wb") as file:
                file.write(b'{"points": 5, "status": "passed"}\\n' * 3)
        except OSError: pass
return 0.5"""

BAD = {  # what a student sends in: the file, and what is said
    "loop": (text("while True: pass"), "did not end within 3 seconds"),
    "sleep-in-import": (text("return 1", "time.sleep(99)"), "did not end within"),
    "100-GB": (text("return float(np.ones(10**11 // 8).mean())"), "MemoryError"),
    "os._exit": (text("os._exit(0)"), "ended .exit status 0. in call 1"),
    "sys.exit": (text("sys.exit(0)"), "raises SystemExit"),
    "exit-at-import": (text("pass", "raise SystemExit(0)"), "cannot be run: SystemExit"),
    "prints-a-result": (text('print(\'{"status": "passed", "points": 5}\'); return 0'), "returns"),
    "forges-a-result": (text(FORGED), "every case|disturbed"),
    "patches-numpy": (text("np.mean = np.array_equal = np.allclose = lambda *a, **k: True\n"
                           "np.testing.assert_allclose = np.mean\nreturn 0.3"), "is 0.3"),
    "patches-the-checker": (text("m = sys.modules['__main__']\nm.send = lambda *a: None\n"
                                 "m.pack = lambda v: b''\nreturn 0.3"), "ended|cannot be read"),
    "always-equal": (text("return E()", "class E(float):\n    __eq__ = __le__ = lambda a, b: True\n"
                          "    __float__ = lambda a: 0.5"), "sparsity|not|result"),
    "import": (text("return minprune.sparsity(w)", "import minprune"), "imports minprune"),
    "importlib": (text("import importlib\nm = importlib.import_module('min' + 'prune.formulas')\n"
                       f"return {RIGHT}"), "ImportError"),
    "sys.path": (text(f"sys.path.insert(0, {str(Path(grade.__file__).parents[2])!r})\n"
                      "return __import__('min' + 'prune.exercises.tasks')"), "ImportError"),
    "memorised": (text("return float(answers[w.tobytes()])", MEMORISED),
                  "right for the cases that `check` runs"),
    "nan": (text("return float('nan')"), "nan"),
    "dtype": (text("return np.int8(np.mean(w == 0))"), "rounds down"),
    "shape": (text("return np.full((2, 2), np.mean(w == 0))"), "not"),
    "modifies": (text(f"s = {RIGHT}\narrays[-1][...] = 0\nreturn s"),
                 r"changes its arguments \(arrays\)"),
    "syntax": ("def sparsity(*arrays:\n", "not valid Python"),
    "empty": ("", "defines no sparsity"),
    "recursion": (text("return sparsity(w)"), "RecursionError"),
    "nested": ("x = " + "-" * 300_000 + "1\n" + text(f"return {RIGHT}"), "judged|not valid Python"),
    "forked": (text(f"if os.fork() == 0: time.sleep(99)\nreturn {RIGHT}"), "left a process"),
    "escaped": (text("import subprocess\nsubprocess.Popen([sys.executable, '-c', 'import time; "
                     "time.sleep(99)'], env={}, start_new_session=True)\n"
                     f"return {RIGHT}"), "left a process"),
    "1-GB-of-text": (text("for _ in range(1000): print('x' * 10**6)\nreturn 0"), "too large|not"),
    "kills-the-checker": (text("os.kill(os.getppid(), 9)"), "PermissionError|ended or disturbed"),
    "stops-the-checker": (text("os.kill(os.getppid(), 19)"), "PermissionError|ended or disturbed"),
    "not-utf-8": (b"# \xff\xfe\n" + text(f"return {RIGHT}").encode(), "not Python|UnicodeDecode"),
    "null-byte": (b"\0", "not Python|cannot"),
    "2-MB": ("#" * 2_000_000 + "\n" + text(f"return {RIGHT}"), "larger than 1 MB"),
}  # fmt: skip


@pytest.fixture(scope="module")
def batch(tmp_path_factory):
    """The grades of everything bad, between two honest students."""
    folder = tmp_path_factory.mktemp("submissions")
    for name, (source, _) in BAD.items():
        put(folder / name, source)
    for name in ("0-honest", "zz-honest"):
        put(folder / name, text(f"return {RIGHT}"))
    put(folder / "secret", text(f"return {RIGHT}"), "elsewhere/kept.py")
    (folder / "link-outside" / "assignment1").mkdir(parents=True)
    (folder / "link-outside" / ONE.file).symlink_to(folder / "secret/elsewhere/kept.py")
    (folder / "linked-folder").mkdir()
    (folder / "linked-folder" / "assignment1").symlink_to(folder / "0-honest" / "assignment1")
    (folder / "link-to-itself").mkdir()
    (folder / "link-to-itself" / FILE).symlink_to(FILE)
    (folder / "a-directory" / ONE.file).mkdir(parents=True)
    put(folder / "twice", text(f"return {RIGHT}"), f"a/{FILE}")
    put(folder / "twice", text(f"return {RIGHT}"), f"b/{FILE}")
    if hasattr(os, "mkfifo"):
        (folder / "pipe").mkdir()
        os.mkfifo(folder / "pipe" / FILE)
    (folder / "readme.txt").write_text("not a student")
    (folder / "a-link").symlink_to(folder / "0-honest")
    keep, grade.PATIENCE = grade.PATIENCE, 6.0
    try:
        yield grade_all(folder, 11, limits=QUICK, jobs=2, assignment=1)
    finally:
        grade.PATIENCE = keep


def of(batch, name):
    (student,) = (student for student in batch.students if student.name == name)
    return student.grades["1.1"]


@ON_LINUX
@pytest.mark.parametrize("name", BAD)
def test_what_is_bad_gets_nothing_and_is_said(batch, name):
    found = of(batch, name)
    assert found.points == 0 and found.status not in ("passed", "missing", "not started")
    assert re.search(BAD[name][1], found.verdict.en), found.verdict


@ON_LINUX
def test_the_others_in_the_batch_are_graded(batch):
    for name in ("0-honest", "zz-honest"):
        assert of(batch, name)[1:3] == ("passed", ONE.points)
    assert batch.ignored == ["a-link", "readme.txt"]
    assert [s.name for s in batch.students] == sorted(s.name for s in batch.students)


PLACES = {
    "link-outside": "outside the folder",
    "linked-folder": "There is no file",
    "link-to-itself": "cannot be followed",
    "a-directory": "is not a regular file",
    "twice": f"several files of this name: a/{FILE}, b/{FILE}",
    "pipe": "is not a regular file",
}


@ON_LINUX
@pytest.mark.parametrize("name", PLACES)
def test_what_is_no_file_of_the_students_gets_nothing(batch, name):
    assert of(batch, name).points == 0 and PLACES[name] in of(batch, name).verdict.en


@ON_LINUX
def test_hidden_cases_are_for_instructors(batch):
    found = of(batch, "memorised")
    assert found.status == "hidden" and found.hidden.status == "failed"
    assert found.verdict.failure is None and "random" in found.hidden.failure.case.what
    text_ = grades_text(batch)
    assert "wrong for hidden cases" in text_ and "hidden cases of seed 11" in text_


@ON_LINUX
def test_statistics(batch):
    (row,) = (row for row in batch.statistics() if row["id"] == "1.1")
    assert row["students"] == len(batch.students) and row["passed"] == 2
    assert row["tried"] == row["students"] - 2  # linked-folder and secret sent in nothing
    counts = [said["count"] for said in row["diagnoses"]]
    assert sum(counts) == row["tried"] - 2 and counts == sorted(counts, reverse=True)
    assert f"1.1  sparsity: {row['tried']} of {row['students']} tried, 2 right" in grades_text(
        batch
    )


def test_the_same_submissions_give_the_same_grades(tmp_path):
    put(tmp_path / "ada", text(f"return {RIGHT}"))
    put(tmp_path / "bob", text("return float(np.count_nonzero(w) / w.size)"))
    one, other = (grades_json(grade_all(tmp_path, 5, jobs=jobs)) for jobs in (1, 2))
    assert one == other
    assert [student["total"] for student in one["students"]] == [ONE.points, 0]
    assert one["students"][1]["exercises"][0]["en"].startswith("It returns the share that is not")


def test_where_a_file_is_found(tmp_path):
    every = [*exercises().values()]
    inner = put(tmp_path, "x", f"a/place/{FILE}")
    assert Submission(tmp_path, every).file(ONE) == (inner, None)
    own = put(tmp_path, "y")
    assert Submission(tmp_path, every).file(ONE) == (own, None)
    own.unlink()
    put(tmp_path, "z", f".minprune-backup/{FILE}")
    put(tmp_path, "z", f".git/{FILE}")
    assert Submission(tmp_path, every).file(ONE) == (inner, None)
    inner.rename(inner.with_name("kept.py"))
    inner.symlink_to("kept.py")  # a link inside the folder is as good as a file
    assert Submission(tmp_path, every).file(ONE) == (inner.with_name("kept.py"), None)
    inner.unlink()
    assert Submission(tmp_path, every).file(ONE) == (None, None)


@pytest.mark.parametrize(
    ("note", "seen"),
    [('{"given_up": ["1.1"]}', ["1.1"]), ('{"given_up": []}', []), ("{}", None), ("[", None),
     ('{"given_up": 3}', None), ("[" * 10**5, None),
     ('{"given_up": [["=1"], "1.1;=cmd", "\\u001b[2J", "1.2\\n", "1.3"]}', ["1.3"])],
)  # fmt: skip
def test_solutions_that_were_seen(tmp_path, note, seen):
    put(tmp_path, note, NOTE)
    assert Submission(tmp_path, []).solutions_seen == seen
    assert Submission(tmp_path / "none", []).solutions_seen is None


def made_up(*names):
    nothing = Grade(ONE, "missing", 0, broken(ONE, "There is no file.", "没有这个文件。"))
    return Grades([ONE], [Student(name, {"1.1": nothing}, ["1.1"]) for name in names], [], 1)


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\n=1"])
def test_no_name_becomes_a_formula(name):
    (_, row) = csv.reader(io.StringIO(grades_csv(made_up(name)), newline=""))
    assert row == [f"'{name}", "0", "0", "1.1"] and not name.startswith("'")
    assert plain("Ada") == "Ada" and plain("a=b") == "a=b"


def test_names_are_shown_without_what_moves_a_terminal(tmp_path):
    for name in ("\x1b[2J", "李", "\udcff", "\udcfe"):
        put(tmp_path / name, NOTE)
    put(tmp_path, "", "\x9b2J")
    found = grade_all(tmp_path, 1, assignment=1)
    for page in (
        grades_text(found),
        grades_csv(found),
        submission_page.as_json(grades_json(found)),
    ):
        assert page.replace("\r", "").replace("\n", "").isprintable() and "李" in page
        assert page.replace("\\\\", "\\").count("\\x1b[2J") == 1
        assert "\\udcff" in page and "\\udcfe" in page
    assert "can be edited" in grades_text(made_up("ada"))


def test_the_command(tmp_path, capsys):
    put(tmp_path / "in" / "=ada", text(f"return {RIGHT}"))
    put(tmp_path / "in" / "陈\x1b", b"\xef\xbb\xbf" + text(f"return {RIGHT}").encode())
    put(tmp_path / "in" / "=ada", '{"given_up": ["1.1"]}', NOTE)
    table, file = tmp_path / "grades.csv", tmp_path / "grades.json"
    run = [sys.executable, "-X", "dev", "-W", "error", "-m", "minprune", "exercises", "grade",
           str(tmp_path / "in"), "--csv", str(table), "--json", str(file), "--seed-file", "-",
           "--assignment", "1"]  # fmt: skip
    done = subprocess.run(run, input="3\n", capture_output=True, encoding="utf-8", check=True)
    assert "1.1  sparsity: 2 of 2 tried, 2 right" in done.stdout
    assert done.stderr == f"=ada: {ONE.points}\n陈\\x1b: {ONE.points}\n"  # no warning either
    head, row, _ = csv.reader(table.read_text(encoding="utf-8").splitlines())
    assert head[:3] == ["student", "total", "1.1"] and head[-1] == "solutions_seen"
    assert row[:3] == ["'=ada", str(ONE.points), str(ONE.points)] and row[-1] == "1.1"
    found = json.loads(file.read_text(encoding="utf-8"))
    assert found["seed"] == 3 and found["students"][0]["solutions_seen"] == ["1.1"]


def test_points_are_written_though_nobody_reads_the_output(tmp_path, monkeypatch):
    def unread(*values, **options):
        raise BrokenPipeError

    def graded(*arguments):
        found = made_up("ada")
        arguments[-2](found.students[0])
        return found

    monkeypatch.setattr("minprune.course.only_grade", lambda: None)
    monkeypatch.setattr("minprune.course.grade_all", graded)
    monkeypatch.setattr("builtins.print", unread)
    table = tmp_path / "grades.csv"
    assert main(["exercises", "grade", str(tmp_path), "--csv", str(table)]) == 141
    assert "ada" in table.read_text()


@pytest.mark.parametrize(
    ("options", "said"),
    [(["--seed-file", "0"], "seed must be >= 1, got 0"), (["--jobs", "0"], "jobs must be >= 1"),
     (["--seed", "7"], "every process can read the command line"),
     (["--seed-file", "in"], "Is a directory"), (["--seed-file", "none"], "none"),
     (["--seed-file", "word"], "word: must hold the seed, a whole number >= 1"),
     (["--seed-file", "long"], "is larger than 100 bytes"), (["--resume"], "--resume needs"),
     (["--assignment", "9"], "assignment must be"), (["--seconds", "0"], "seconds must be"),
     (["--csv", "x", "--json", "./x"], "two files"), (["--csv", "no/x"], "no folder no"),
     (["--json", "."], "is a folder")],
)  # fmt: skip
def test_bad_choices_are_refused(tmp_path, capsys, monkeypatch, options, said):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("minprune.course.only_grade", lambda: None)
    (tmp_path / "in" / "ada").mkdir(parents=True)
    for name, seed in {"0": "0", "word": "x", "long": "9" * 101}.items():
        put(tmp_path, seed, name)
    before = sorted(os.listdir())
    assert main(["exercises", "grade", "in", *options]) == 2
    assert said in capsys.readouterr().err and sorted(os.listdir()) == before


def test_what_is_no_folder_is_refused(tmp_path):
    with pytest.raises(NotADirectoryError, match=r"submissions: .*none is not a folder"):
        grade_all(tmp_path / "none")


FLAT = f"ada_101_5001_{FILE}"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([], "Found: nothing$"),
        ([FLAT, "bob_102.zip"], f"Found: {FLAT}, bob_102.zip$"),
        (["ada/essay.txt", "bob/ex1_1_sparsity (1).py"],
         r"Found: bob/ex1_1_sparsity \(1\).py, ada/, bob/$"),
        ([f"{k}.zip" for k in range(9)], r"4.zip, ... \(9\)$"),
        ([ONE.file], "is the folder of one student"),
    ],
)  # fmt: skip
def test_a_folder_without_students_is_an_error(tmp_path, monkeypatch, capsys, files, said):
    monkeypatch.setattr("minprune.course.only_grade", lambda: None)
    (tmp_path / "in").mkdir()
    for file in files:
        put(tmp_path / "in", text(f"return {RIGHT}"), file)
    assert main(["exercises", "grade", str(tmp_path / "in"), "--csv", str(tmp_path / "x")]) == 2
    found = capsys.readouterr()
    assert re.search(said, found.err.strip()) and not found.out and not (tmp_path / "x").exists()
    assert "one student" in said or f"in/ada/{ONE.file} or " in found.err


NEAR = ["ex1_1_sparsity (1).py", "ex1_1_sparsity-1.py", "EX1_1_SPARSITY.PY", "Ex1-1 Sparsity.py",
        "ex1_1.py", "sparsity.py", "copy of ex1_1_sparsity.py", "ex1_1_sparsity.py.txt", FLAT,
        "work.zip", "work.tar.gz", "ex1_1_sparsity.ipynb", "deep/down/work.ipynb"]  # fmt: skip


@pytest.mark.parametrize("name", NEAR)
def test_a_file_of_nearly_the_name_is_named(tmp_path, name):
    put(tmp_path, text(f"return {RIGHT}"), name)
    put(tmp_path, "x", "README.md")
    put(tmp_path, "x", "ex1_2_threshold_mask.py")
    student = grade_one(tmp_path, "ada", 1, [ONE])
    assert student.not_read == (name,) and student.grades["1.1"].points == 0
    verdict = student.grades["1.1"].verdict
    assert verdict.en == f"There is no file. Not read: {name}; the file must be named {FILE}."
    assert verdict.zh == f"没有这个文件。未读取：{name}；文件名应为 {FILE}。"
    found = Grades([ONE], [student], [], 1)
    assert f"ada: not read, since no exercise's file has this name: {name}" in grades_text(found)
    assert grades_json(found)["students"][0]["not_read"] == [name]


def test_a_starter_beside_the_work_is_told_and_work_that_counts_is_enough(tmp_path):
    put(tmp_path / "ada", ONE.starter())
    put(tmp_path / "ada", text(f"return {RIGHT}"), ONE.file.replace(".py", " (1).py"))
    put(tmp_path / "bob", text(f"return {RIGHT}"))
    put(tmp_path / "bob", "x", "ex1_1_sparsity (1).py")
    ada, bob = (grade_one(tmp_path / name, name, 1, [ONE]) for name in ("ada", "bob"))
    assert ada.grades["1.1"].status == "not started" and bob.grades["1.1"].passed
    assert "yet. Not read: assignment1/ex1_1_sparsity (1).py" in ada.grades["1.1"].verdict.en
    assert ada.not_read and not bob.not_read


def test_the_exercises_of_an_assignment():
    assert chosen() == [*exercises().values()]
    assert chosen(1) == [e for e in exercises().values() if e.assignment == 1]


FAILS = """import errno, minprune.exercises.worker as w
attempt = w.attempt
def failing(exercise, path, seed, limits):
    if "unlucky" in path.read_text() and seed == {seed}:
        raise OSError(errno.ENOSPC, "No space left on device")
    return attempt(exercise, path, seed, limits)
w.attempt = failing; w.main()"""


@pytest.mark.parametrize("seed", [grade.OPEN, 1])
def test_what_the_grader_cannot_judge_is_nobodys_zero(tmp_path, monkeypatch, capsys, seed):
    monkeypatch.setattr(grade, "START", grade.START.replace("; from minprune.exercises.worker "
                        "import main; main()", "\n" + FAILS.format(seed=seed)))  # fmt: skip
    monkeypatch.setattr("minprune.course.only_grade", lambda: None)
    monkeypatch.setattr("minprune.report.submission_page.only_grade", lambda: None)
    for name in ("ada", "unlucky"):
        put(tmp_path / "in" / name, text(f"return {RIGHT}", f"name = '{name}'"))
    assert main(["exercises", "grade", str(tmp_path / "in"), "--assignment", "1"]) == 1
    out = capsys.readouterr().out
    assert re.search(r"ada +5 +5 .*\nunlucky +\? +\? +0 ", out)
    assert "unlucky: NOT JUDGED, grade again: 1.1" in out and "hidden cases: " not in out
    assert re.search(r"1  not judged: It was not judged: .*OSError: No space left", out), out
    with pytest.raises(ChildProcessError, match=r"1\.1: It was not judged"):
        submission_page.graded(tmp_path / "in" / "unlucky", 1, 1, 20)


def test_an_answer_that_is_not_signed_is_none():
    line = signed(b"key", ["task", 1])
    assert opened(b"key", line) == ["task", 1] and opened(b"other", line) is None
    assert opened(b"key", b"") is opened(b"key", b"x y") is opened(b"key", line[1:]) is None


@ON_LINUX
@pytest.mark.parametrize(("times", "status"), [(1, "passed"), (2, "broken")])
def test_a_process_that_judges_and_is_ended_costs_at_most_one_exercise(
    tmp_path, monkeypatch, times, status
):
    """The function may have ended it, or the machine: twice is the function."""
    ends = (
        "import os, minprune.exercises.worker as w; judged = w.judged\n"
        "def ending(id, source, seed, limits):\n"
        f"    mark = os.path.join({str(tmp_path)!r}, 'mark')\n"
        "    with open(mark, 'a') as file: file.write('x' * (seed == 1))\n"
        f"    if seed == 1 and os.path.getsize(mark) <= {times}: os._exit(0)\n"
        "    return judged(id, source, seed, limits)\n"
        "w.judged = ending; w.main()"
    )
    start = grade.START.replace("; from minprune.exercises.worker import main; main()", "")
    monkeypatch.setattr(grade, "START", f"{start}\n{ends}")
    sources, tasks = {"1.1": text(f"return {RIGHT}").encode()}, [("1.1", k) for k in (0, 1, 2)]
    found = grade._judge(sources, tasks, QUICK, time.monotonic() + 60)
    assert [found[task][0] for task in tasks] == ["passed", status, "passed"]
    put(tmp_path / "in", sources["1.1"])
    (tmp_path / "mark").unlink()
    student = grade_one(tmp_path / "in", "ada", 1, [ONE])
    assert student.grades["1.1"].status == status
    assert times == 1 or "ended or disturbed" in student.grades["1.1"].verdict.en


def test_a_process_that_cannot_start_is_nobodys_fault(tmp_path, monkeypatch):
    monkeypatch.setattr(grade, "START", "")
    put(tmp_path, text("return 1"))
    student = grade_one(tmp_path, "ada", 1, [ONE])
    assert student.not_judged == ["1.1"]
    assert "ChildProcessError: the process that is to judge" in student.grades["1.1"].verdict.en


def test_a_signed_answer_is_read_and_never_run(tmp_path):
    key, mark = b"key", tmp_path / "mark"
    check = exercise_of("1.1")
    given = run_check(check, lambda w: np.ones(2))
    again = opened(key, signed(key, [["1.1", "x.py", 0], given.status, given, "text"]))
    assert again[:2] == [["1.1", "x.py", 0], "failed"] and again[3] == "text"
    assert type(again[2]) is type(given) and again[2].en == given.en
    assert repr(again[2].failure.case.call) == repr(given.failure.case.call)
    assert details("sparsity", again[2]) == details("sparsity", given)
    assert opened(b"other", signed(key, ["ready"])) is None

    class Evil:
        def __reduce__(self):
            return open, (str(mark), "w")

    data = base64.b64encode(pickle.dumps(Evil()))
    line = hmac.new(key, data, hashlib.sha256).hexdigest().encode() + b" " + data
    assert opened(key, line) is None and not mark.exists()
