"""Autograders for platforms, each with the package inside and the seed of its hidden cases."""

import os
import secrets
import shutil
import tempfile
import zipfile
from pathlib import Path

from minprune.arguments import above_zero, one_of
from minprune.checks.isolated import Limits, unpacked
from minprune.exercises.grade import chosen, hidden_seed
from minprune.files import replacing, writable_folder
from minprune.language import LANGUAGES, in_both

# grading needs none of them, and a bundle of Classroom 50 may have 10 MB
LEFT_OUT = {"__pycache__", "mnist.npz", "tutorials", "figures"}
NUMPY = "numpy>=1.26"

SCRIPT = '''\
"""Grades one submission; written by `python -m minprune exercises export {platform}`.

The seed draws the hidden cases: students must not see this file.
"""

import subprocess
import sys
from pathlib import Path

SEED = {seed}
ASSIGNMENT = {assignment}  # None: all of them
SECONDS = {seconds}  # for one function, all calls together
LANGUAGE = {language!r}

HERE = Path(__file__).resolve().parent


def main():
    sys.path.insert(0, str(HERE))
    try:
        import numpy  # noqa: F401
    except ModuleNotFoundError:
        packages = str(HERE / "packages")
        subprocess.run(  # not in the folder of the submission, whose files pip would import
            [sys.executable, "-m", "pip", "install", "--quiet", "--target", packages, "{numpy}"],
            check=True, cwd=HERE)
        sys.path.append(packages)
    from minprune.report.submission_page import {platform}

    {platform}(SEED, ASSIGNMENT, SECONDS, LANGUAGE)


if __name__ == "__main__":
    main()
'''

SETUP = f"""\
#!/usr/bin/env bash
# Run once by Gradescope, when it builds the image.
set -euo pipefail

apt-get update
apt-get install -y python3 python3-pip python3-venv
apt-get install -y bubblewrap || echo "no sandbox: bubblewrap is not installed"
python3 -c 'import sys; assert sys.version_info >= (3, 10), "choose Ubuntu 22.04 or later"'
python3 -m venv /autograder/venv
/autograder/venv/bin/pip install "{NUMPY}"
"""

RUN = """\
#!/usr/bin/env bash
# Run by Gradescope for every submission.
source=${MINPRUNE_SOURCE:-/autograder/source}
results=${MINPRUNE_RESULTS:-/autograder/results/results.json}
python=${MINPRUNE_PYTHON:-/autograder/venv/bin/python}

rm -rf "$results"
if ! "$python" -IB "$source/grade_submission.py"; then
    rm -rf "$results" # whoever wrote it, it was not the grader
    echo "The submission could not be graded. 未能评分。"
    exit 1
fi
"""


def export_gradescope(path, seed=None, assignment=None, language="en", seconds=None):
    """Write the zip file to upload to Gradescope; returns the seed of its hidden cases."""
    if os.path.lexists(path):
        raise in_both(FileExistsError(f"{path}: already exists; nothing was changed"),
                      f"{path}：已经存在；没有改动任何文件")  # fmt: skip
    seed, script = _script("gradescope", seed, assignment, language, seconds)
    with replacing(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, "setup.sh", SETUP.encode(), 0o755)
        _add(archive, "run_autograder", RUN.encode(), 0o755)
        _add(archive, "grade_submission.py", script.encode(), 0o644)
        for source, name in package_files():
            _add(archive, name, source.read_bytes(), 0o644)
    return seed


def _add(archive, name, data, mode):
    """A file of the archive, which does not tell when it was made."""
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.create_system, entry.compress_type = 3, zipfile.ZIP_DEFLATED  # 3: Unix, which has modes
    entry.external_attr = (0o100000 | mode) << 16
    archive.writestr(entry, data)


def export_classroom50(folder, seed=None, assignment=None, language="en", seconds=None):
    """Write the files for autograders/ASSIGNMENT of Classroom 50; returns the seed."""
    seed, script = _script("classroom50", seed, assignment, language, seconds)
    folder = writable_folder(folder)
    if folder.exists() and any(folder.iterdir()):
        raise in_both(
            FileExistsError(f"{folder}: already exists and is not empty; nothing was changed"),
            f"{folder}：已经存在且不为空；没有改动任何文件",
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".export-") as temporary:
        new = Path(temporary, "new")
        for source, name in package_files():
            (new / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, new / name)
        (new / "autograder.py").write_text(script, encoding="utf-8")
        if folder.exists():
            folder.rmdir()
        os.rename(new, folder)
    return seed


def _script(platform, seed, assignment, language, seconds):
    """The seed, drawn if none is given, and the script that grades."""
    seed = hidden_seed(1 + secrets.randbelow(2**31) if seed is None else seed)
    seconds = above_zero("seconds", Limits().seconds if seconds is None else seconds)
    unpacked()  # refuses a package without files to write
    one_of("language", language, LANGUAGES)
    chosen(assignment)  # refuses what there is not
    return seed, SCRIPT.format(platform=platform, seed=seed, assignment=assignment, numpy=NUMPY,
                               seconds=seconds, language=language)  # fmt: skip


def package_files():
    """Every file of the package that grading needs, and its name below the folder of the script."""
    root = unpacked()
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root.parent)
        if path.is_file() and path.suffix != ".pyc" and not LEFT_OUT.intersection(name.parts):
            yield path, name.as_posix()
