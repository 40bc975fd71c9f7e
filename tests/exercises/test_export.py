"""What is exported is run as Gradescope and Classroom 50 would run it, without a network."""

import ast
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from minprune.checks.trial import Trial
from minprune.cli import main
from minprune.exercises import exercise_of, exercises
from minprune.exercises.export import export_classroom50, export_gradescope, package_files

ONE = exercise_of("1.1")
FILE = Path(ONE.file).name
FIRST = [exercise for exercise in exercises().values() if exercise.assignment == 1]
RIGHT = """import numpy as np
def sparsity(*arrays):
    w = np.concatenate([array.ravel() for array in arrays])
    return float(np.mean(w == 0))
"""
DENSITY = RIGHT.replace("==", "!=")
SEED = 987_654_321
IDENTITY = {
    "CLASSROOM": "cs", "ASSIGNMENT": "masks", "USERNAME": "ada", "REVIEW_URL": "https://x/review",
    "SUBMISSION_TAG": "submit/2026-01-01T00-00-00Z-abc", "COMMIT_URL": "https://x/commit",
    "RELEASE_URL": "https://x/release",
}  # fmt: skip


@pytest.fixture(scope="module")
def autograder(tmp_path_factory):
    """The files of the zip, as Gradescope unpacks them."""
    folder = tmp_path_factory.mktemp("gradescope")
    export_gradescope(folder / "a.zip", SEED, assignment=1)
    with zipfile.ZipFile(folder / "a.zip") as archive:
        archive.extractall(folder / "source")
        modes = {entry.filename: entry.external_attr >> 16 for entry in archive.infolist()}
    for name, mode in modes.items():
        (folder / "source" / name).chmod(mode & 0o777)
    return folder


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    folder = tmp_path_factory.mktemp("classroom50") / "masks"
    export_classroom50(folder, SEED, assignment=1, language="zh", seconds=5)
    return folder


def gradescope(autograder, tmp_path, *files, code=0):
    """Run it on these files; what Gradescope reads, or None if there is nothing."""
    submission, results = tmp_path / "submission", tmp_path / "results" / "results.json"
    results.parent.mkdir()
    for name, source in files:
        put(submission, name, source)
    submission.mkdir(exist_ok=True)
    env = {"PATH": os.environ["PATH"], "MINPRUNE_PYTHON": sys.executable,
           "MINPRUNE_SOURCE": str(autograder / "source"), "MINPRUNE_RESULTS": str(results),
           "MINPRUNE_SUBMISSION": str(submission)}  # fmt: skip
    run = subprocess.run([autograder / "source" / "run_autograder"], env=env, cwd=tmp_path,
                         capture_output=True, text=True)  # fmt: skip
    assert run.returncode == code, run.stderr
    return json.loads(results.read_text()) if results.exists() else None


def put(folder, name, source):
    path = Path(folder, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source)


def contents(folder):
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_what_is_in_the_zip(autograder):
    with zipfile.ZipFile(autograder / "a.zip") as archive:
        names = archive.namelist()
        modes = {entry.filename: entry.external_attr >> 16 for entry in archive.infolist()}
    assert modes["run_autograder"] & 0o111 and modes["setup.sh"] & 0o111
    assert {"grade_submission.py", "minprune/__init__.py", "minprune/checks/child.py"} <= {*names}
    assert not [name for name in names if "__pycache__" in name or name.endswith((".pyc", ".npz"))]
    assert "minprune/exercises/instructors.md" in names
    script = (autograder / "source" / "grade_submission.py").read_text()
    ast.parse(script)
    assert f"SEED = {SEED}\n" in script and "ASSIGNMENT = 1 " in script
    setup = (autograder / "source" / "setup.sh").read_text()
    assert setup.startswith("#!/usr/bin/env bash\n") and "numpy>=1.26" in setup
    for name in ("setup.sh", "run_autograder"):
        subprocess.run(["bash", "-n", autograder / "source" / name], check=True)


def test_the_same_export_twice_is_the_same_file(autograder, tmp_path):
    export_gradescope(tmp_path / "b.zip", SEED, assignment=1)
    assert (tmp_path / "b.zip").read_bytes() == (autograder / "a.zip").read_bytes()


def test_gradescope_of_a_right_submission(autograder, tmp_path):
    found = gradescope(autograder, tmp_path, (f"some/folder/{FILE}", RIGHT))
    assert [test["number"] for test in found["tests"]] == [e.id for e in FIRST]
    assert {*found} == {"output", "output_format", "test_output_format", "test_name_format",
                        "visibility", "stdout_visibility", "tests"}  # fmt: skip
    test = found["tests"][0]
    assert {*test} == {"name", "number", "score", "max_score", "status", "output", "visibility"}
    assert (test["score"], test["max_score"], test["status"]) == (ONE.points, ONE.points, "passed")
    assert found["output"].startswith(f"{ONE.points} of {sum(e.points for e in FIRST)} points")
    for other in found["tests"][1:]:
        assert (other["score"], other["status"]) == (0, "failed") and "no file" in other["output"]


def test_gradescope_tells_the_mistake_and_the_smallest_case(autograder, tmp_path):
    test = gradescope(autograder, tmp_path, (FILE, DENSITY))["tests"][0]
    assert (test["score"], test["status"]) == (0, "failed")
    assert "the density;" in test["output"] and "called as   sparsity(" in test["output"]


def numbers_in(calls):
    """Each number of random arrays as it would be printed, its first digits."""
    numbers = {
        repr(abs(float(x)))[:7] for call in calls for array in call.args for x in array.ravel()
    }
    return {number for number in numbers if len(number) == 7}


SPY = """import numpy as np
seen = []
def sparsity(*arrays):
    print(arrays)
    seen.append([array.tolist() for array in arrays])
    if {condition}:
        raise ValueError("spied " + repr(seen))
    w = np.concatenate([array.ravel() for array in arrays])
    return float(np.mean(w == 0))
"""


def test_gradescope_shows_no_hidden_case(autograder, tmp_path):
    calls = Trial.of(ONE, 0).calls
    known = {repr([array.tolist() for array in call.args]) for call in calls}
    condition = f"repr(seen[-1]) not in {known!r}"
    found = gradescope(autograder, tmp_path, (FILE, SPY.format(condition=condition)))
    test, text = found["tests"][0], json.dumps(found)
    assert test["score"] == 0 and test["output"].startswith("wrong for hidden cases\n")
    assert "spied" not in text and "printed" in text and str(SEED) not in text
    hidden = numbers_in(Trial.of(ONE, SEED).calls)
    assert len(hidden) > 10 and not [number for number in hidden if number in text]


ATTACK = """import os, sys
from pathlib import Path
import numpy as np
def sparsity(*arrays):
    places = [*map(Path, {places!r}), Path(sys.modules["__main__"].__file__)]
    places += Path(sys.modules["__main__"].__file__).parents[1].rglob("*.py")
    for place in places:
        try:
            place.chmod(0o666)
        except OSError: pass
        try:
            place.write_text("[]")
        except OSError: pass
    {then}
"""


def test_gradescope_files_are_not_overwritten(autograder, tmp_path):
    before = contents(autograder / "source")
    results = str(tmp_path / "results" / "results.json")
    source = ATTACK.format(places=[results], then="return 0.125")
    test = gradescope(autograder, tmp_path, (FILE, source))["tests"][0]
    assert test["score"] == 0 and "the result is 0.125." in test["output"]
    after = contents(autograder / "source")
    assert {path: after[path] for path in before} == before


def test_a_grader_that_is_ended_leaves_no_results(autograder, tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    (source / "grade_submission.py").write_text(
        "import os, pathlib\npathlib.Path(os.environ['MINPRUNE_RESULTS']).write_text('{}')\n"
        "os.kill(os.getpid(), 9)\n"
    )
    (source / "run_autograder").write_bytes((autograder / "source" / "run_autograder").read_bytes())
    (source / "run_autograder").chmod(0o755)
    assert gradescope(tmp_path, tmp_path, (FILE, RIGHT), code=1) is None


def classroom50(bundle, checkout, **environment):
    run = [sys.executable, bundle / "autograder.py"]
    env = {"PATH": os.environ["PATH"], **IDENTITY, **environment}
    return subprocess.run(run, cwd=checkout, env=env, capture_output=True, text=True)


def test_classroom50(bundle, tmp_path):
    put(tmp_path, ONE.file, RIGHT)
    run = classroom50(bundle, tmp_path)
    assert run.returncode == 0, run.stderr
    found = json.loads((tmp_path / "result.json").read_text())
    when = found.pop("datetime")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", when)
    tests = [{"test-name": f"{e.id} {e.name}", "passed": e is ONE, "max-score": e.points,
              "score": e.points if e is ONE else 0} for e in FIRST]  # fmt: skip
    assert found == {
        "schema": "classroom50/result/v1", "classroom": "cs", "assignment": "masks",
        "usernames": ["ada"], "submission": IDENTITY["SUBMISSION_TAG"],
        "commit": "https://x/commit", "release": "https://x/release",
        "review": "https://x/review", "score": ONE.points,
        "max-score": sum(e.points for e in FIRST), "tests": tests,
    }  # fmt: skip
    assert all(type(found[name]) is int for name in ("score", "max-score"))
    assert (
        (tmp_path / "release-body.md").read_text().startswith(f"## 5 / {found['max-score']} 分\n")
    )


def test_classroom50_withstands_what_lies_in_the_checkout(bundle, tmp_path):
    before = contents(bundle)
    kept = tmp_path / "kept"
    kept.write_text("kept")
    checkout = tmp_path / "checkout"
    result = str(checkout / "result.json")
    put(checkout, FILE, ATTACK.format(places=[result], then="return 0.125"))
    for name in ("numpy", "json", "minprune", "sitecustomize"):
        put(checkout, f"{name}.py", "raise SystemExit('imported')\n")
    (checkout / "result.json").symlink_to(kept)
    (checkout / "release-body.md").mkdir()
    run = classroom50(bundle, checkout)
    assert run.returncode == 0, run.stderr
    found = json.loads((checkout / "result.json").read_text())
    assert found["score"] == 0 and not (checkout / "result.json").is_symlink()
    assert kept.read_text() == "kept"
    assert "0.125" in (checkout / "release-body.md").read_text()
    after = contents(bundle)
    assert {path: after[path] for path in before} == before


def test_classroom50_without_an_identity_writes_nothing(bundle, tmp_path):
    run = classroom50(bundle, tmp_path, USERNAME="")
    assert run.returncode != 0 and run.stderr == "必须设置环境变量 USERNAME\n"
    assert os.listdir(tmp_path) == []


def test_what_is_in_the_bundle(bundle):
    files = [p for p in bundle.rglob("*") if p.is_file() and p.suffix != ".pyc"]  # as exported
    assert {path.name for path in bundle.iterdir()} == {"autograder.py", "minprune"}
    assert sum(path.stat().st_size for path in files) < 5_000_000
    assert {name for _, name in package_files()} <= {
        path.relative_to(bundle).as_posix() for path in files
    }


def test_the_commands(tmp_path, capsys):
    assert main(["exercises", "export", "gradescope", str(tmp_path / "a.zip"), "--seed", "5"]) == 0
    assert capsys.readouterr().out.endswith("its hidden cases have the seed 5\n")
    before = (tmp_path / "a.zip").read_bytes()
    assert main(["exercises", "export", "gradescope", str(tmp_path / "a.zip")]) == 2
    assert "a.zip: already exists; nothing was changed" in capsys.readouterr().err
    assert (tmp_path / "a.zip").read_bytes() == before
    assert main(["exercises", "export", "classroom50", str(tmp_path / "b")]) == 0
    seed = int(capsys.readouterr().out.split()[-1])
    script = (tmp_path / "b" / "autograder.py").read_text()
    assert f"SEED = {seed}\n" in script and "ASSIGNMENT = None" in script
    assert main(["exercises", "export", "classroom50", str(tmp_path / "b")]) == 2
    assert "exists and is not empty; nothing was changed" in capsys.readouterr().err
    assert (tmp_path / "b" / "autograder.py").read_text() == script


@pytest.mark.parametrize(
    ("options", "said"),
    [(["--seed", "0"], "seed must be >= 1"), (["--assignment", "7"], "assignment must be"),
     (["--seconds", "nan"], "seconds must be")],
)  # fmt: skip
def test_bad_choices_are_refused(tmp_path, capsys, options, said):
    for platform in ("gradescope", "classroom50"):
        assert main(["exercises", "export", platform, str(tmp_path / "a"), *options]) == 2
        assert said in capsys.readouterr().err and os.listdir(tmp_path) == []


ARCHIVED = {
    "verify": ["verify", "FILE"], "check": ["exercises", "check", "1.1", "--dir", "DIR"],
    "grade": ["exercises", "grade", "."],
    "gradescope": ["exercises", "export", "gradescope", "a.zip"],
    "classroom50": ["exercises", "export", "classroom50", "a"],
}  # fmt: skip


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """The package in a zip file, from which Python can import it."""
    path = tmp_path_factory.mktemp("archive") / "minprune.zip"
    with zipfile.ZipFile(path, "w") as file:
        for source, inside in package_files():
            file.write(source, inside)
    return path


@pytest.mark.parametrize("name", ARCHIVED)
def test_a_package_in_an_archive_is_to_be_unpacked(archive, tmp_path, name):
    put(tmp_path, "ada/ex1_1_sparsity.py", RIGHT)
    put(
        tmp_path,
        "DIR/.minprune.json",
        '{"language": "en", "passed": {}, "hints": {}, "given_up": []}',
    )
    put(tmp_path, f"DIR/{ONE.file}", RIGHT)
    put(tmp_path, "FILE", RIGHT)
    before = sorted(os.listdir(tmp_path))
    run = [sys.executable, "-c", "import sys; sys.path.insert(0, sys.argv.pop(1)); "
           "from minprune.cli import main; sys.exit(main())", archive, *ARCHIVED[name]]  # fmt: skip
    found = subprocess.run(run, capture_output=True, text=True, cwd=tmp_path)
    assert found.returncode == 2 and "unpack it into a folder" in found.stderr
    assert not found.stdout and sorted(os.listdir(tmp_path)) == before


def test_the_page_for_instructors(capsys):
    assert main(["exercises", "instructors"]) == 0
    text = capsys.readouterr().out
    for word in ("cannot prevent", "public", "rights", "container", "--network none", "--seed",
                 "can be edited", "Windows", "macOS", "Ask.", "Change parameters"):  # fmt: skip
        assert word in text
    assert max(map(len, text.splitlines())) <= 100
