"""What the README says is true: its example runs, its two commands are two."""

import doctest
import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"


def test_the_example_gives_what_is_printed():
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    test = doctest.DocTestParser().get_doctest("".join(blocks), {}, "README.md", str(README), 0)
    report = []
    results = doctest.DocTestRunner().run(test, out=report.append)
    assert results.attempted > 10
    assert results.failed == 0, "".join(report)


def test_the_commands_print_what_is_shown():
    (shown,) = re.findall(r"```\n(\$ .*?)```", README.read_text(), re.DOTALL)
    command, expected = re.findall(r"^\$ (.*?) +#.*\n([^$]*)", shown, re.MULTILINE)[-1]
    python, *arguments = command.split()
    assert python == ".venv/bin/python"
    run = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=True)
    assert doctest.OutputChecker().check_output(expected, run.stdout, doctest.ELLIPSIS), run.stdout


def test_the_mistake_is_told_as_shown(tmp_path):
    text = README.read_text()
    file, shown = re.search(
        r"\$ cat (mine.py\n.*?)\$ .*? verify mine.py\n(.*?)```", text, re.S
    ).groups()
    (tmp_path / "mine.py").write_text(file.removeprefix("mine.py\n"))
    command = [sys.executable, "-m", "minprune", "verify", str(tmp_path / "mine.py")]
    run = subprocess.run(command, capture_output=True, text=True, cwd=README.parent)
    assert run.returncode == 1 and run.stdout == shown


def test_a_suite_tells_the_mistake_as_shown(tmp_path):
    text = README.read_text()
    file, shown = re.search(
        r"\$ cat (test_mine.py\n.*?)\$ .*? pytest test_mine.py\n(.*?)```", text, re.S
    ).groups()
    (tmp_path / "test_mine.py").write_text(file.removeprefix("test_mine.py\n"))
    command = [sys.executable, "-m", "pytest", f"--rootdir={tmp_path}", "-p", "no:cacheprovider"]
    run = subprocess.run([*command, str(tmp_path)], capture_output=True, text=True,
                         cwd=README.parent)  # fmt: skip
    assert run.returncode == 1
    assert doctest.OutputChecker().check_output(shown, run.stdout, doctest.ELLIPSIS), run.stdout


def test_there_are_exactly_two_commands():
    blocks = re.findall(r"```sh\n(.*?)```", README.read_text(), re.DOTALL)
    assert [block.count("\n") for block in blocks] == [1, 1]


def test_every_lesson_stands_in_the_table_with_its_exercises():
    found = re.findall(r"^\| (\d\d) .*?\((tutorials/\S+)\.md\), \[中文\]\((\S+)\.zh\.md\)\)"
                       r".*\| (\d+) \| (.*) \|$", README.read_text(), re.M)  # fmt: skip
    lessons = sorted((README.parent / "tutorials").glob("[0-9][0-9]_*.py"))[1:]  # 00 is above it
    assert [row[0] for row in found] == [path.name[:2] for path in lessons]
    for (_, english, chinese, _, ids), path in zip(found, lessons, strict=True):
        assert english == chinese == f"tutorials/{path.stem}"
        ends = path.read_text(encoding="utf-8").split("Now you")[1]
        said = {*re.findall(r"[1-4]\.[1-6]", ids)}
        assert said == {*re.findall(r"(?<![\w-])([1-4]\.[1-6])`", ends)} or "verify" in ids


def test_every_link_and_folder_exists():
    text = README.read_text()
    paths = re.findall(r"\]\((?!http)([^)]+)\)", text) + re.findall(r"^\| `([^`]+/)`", text, re.M)
    headings = re.findall(r"^## (.*)", text, re.M)
    anchors = {re.sub(r"[^\w-]", "", h.lower().replace(" ", "-")) for h in headings}
    assert len(paths) >= 9
    for path in paths:
        assert path[1:] in anchors if path[0] == "#" else (README.parent / path).exists(), path
