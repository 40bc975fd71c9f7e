"""The statements of both READMEs are true, and the Chinese pages correspond to the English ones."""

import doctest
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from minprune.language import VARIABLE, using
from minprune.layout import columns
from minprune.lessons import lessons, page_file

ROOT = Path(__file__).parents[1]
READMES = {"en": ROOT / "README.md", "zh": ROOT / "tutorials" / "README.zh.md"}
TEACHERS = {"en": ROOT / "minprune" / "exercises" / "instructors.md",
            "zh": ROOT / "minprune" / "exercises" / "instructors.zh.md"}  # fmt: skip
CHANGES = {"en": ROOT / "tutorials" / "changes.md", "zh": ROOT / "tutorials" / "changes.zh.md"}
IN_BOTH = pytest.mark.parametrize("language", READMES)
PAIRS = pytest.mark.parametrize("pages", [READMES, TEACHERS], ids=["README", "instructors"])
LANGUAGE = r" --lang (?:zh|en)"


def printed(language, command, folder=ROOT):
    """The exit status and the output of a command that is shown, with this language set."""
    python, *arguments = command.split()
    assert python == ".venv/bin/python"
    run = subprocess.run([sys.executable, *arguments], capture_output=True, cwd=folder,
                         encoding="utf-8", env=os.environ | {VARIABLE: language,
                         "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"})  # fmt: skip
    return run.returncode, run.stdout


def text_of(pages, language):
    return pages[language].read_text(encoding="utf-8")


def shown_with(file, language, folder):
    """The command shown below a file, which is written into the folder, and its output."""
    name, source, command, output = re.search(
        rf"\$ cat ({file})\n(.*?)^\$ (.*?)\n(.*?)```", text_of(READMES, language), re.S | re.M
    ).groups()
    (folder / name).write_text(source, encoding="utf-8")
    return command, output


@IN_BOTH
def test_the_example_gives_what_is_printed(language):
    blocks = re.findall(r"```python\n(.*?)```", text_of(READMES, language), re.DOTALL)
    name = READMES[language].name
    test = doctest.DocTestParser().get_doctest("".join(blocks), {}, name, name, 0)
    report = []
    with using(language):
        results = doctest.DocTestRunner().run(test, out=report.append)
    assert results.attempted > 10
    assert results.failed == 0, "".join(report)


def test_the_example_is_the_same_in_both():
    codes = [re.sub(r"  # .*", "", "\n".join(re.findall(r"^>>> .*", text_of(READMES, one), re.M)))
             for one in READMES]  # fmt: skip
    assert codes[0] == codes[1]


@IN_BOTH
def test_the_commands_print_what_is_shown(language):
    (shown,) = re.findall(r"```\n(\$ .*?)```", text_of(READMES, language), re.DOTALL)
    command, expected = re.findall(r"^\$ (.*?) +#.*\n([^$]*)", shown, re.MULTILINE)[-1]
    status, output = printed(language, command)
    assert status == 0
    assert doctest.OutputChecker().check_output(expected, output, doctest.ELLIPSIS), output


@IN_BOTH
def test_the_mistake_is_told_as_shown(language, tmp_path):
    command, expected = shown_with("mine.py", language, tmp_path)
    assert printed(language, command, tmp_path) == (1, expected)


@IN_BOTH
def test_a_suite_tells_the_mistake_as_shown(language, tmp_path):
    command, expected = shown_with("test_mine.py", language, tmp_path)
    status, output = printed(
        language, f"{command} --rootdir={tmp_path} -p no:cacheprovider", tmp_path
    )
    assert status == 1
    assert doctest.OutputChecker().check_output(expected, output, doctest.ELLIPSIS), output


def test_there_are_exactly_two_commands():
    english, chinese = (re.findall(r"```sh\n(.*?)```", text_of(READMES, one), re.DOTALL)
                        for one in READMES)  # fmt: skip
    assert [block.count("\n") for block in english] == [1, 1]
    assert english == chinese


@IN_BOTH
def test_every_lesson_stands_in_the_table_with_its_exercises(language):
    found = re.findall(r"^\| (\d\d) (.*?) ?[(（]\[.*?\]\((\S+?)\).*?\]\((\S+?)\).*"
                       r"\| \d+ \| (.*) \|$", text_of(READMES, language), re.M)  # fmt: skip
    assert len(found) == len(lessons()) > 10  # 00 is linked at the top
    other = {"en": "zh", "zh": "en"}[language]
    for (number, title, *links, ids), lesson in zip(found, lessons(), strict=True):
        assert number == lesson.number and lesson.titles[language].startswith(title)
        pages = [(READMES[language].parent / link).resolve() for link in links]
        assert pages == [page_file(lesson.path, one).resolve() for one in (language, other)]
        assert re.findall(r"[1-4]\.[1-6]", ids) == sorted(lesson.exercises) or "verify" in ids


@IN_BOTH
def test_every_link_and_folder_exists(language):
    text = text_of(READMES, language)
    links = re.findall(r"\]\((?!http)([^)]+)\)", text)
    headings = re.findall(r"^## (.*)", text, re.M)
    anchors = {re.sub(r"[^\w-]", "", h.lower().replace(" ", "-")) for h in headings}
    assert len(links) >= 9
    for link in links:
        place = READMES[language].parent / link
        assert link[1:] in anchors if link[0] == "#" else place.exists(), link
    folders = re.findall(r"^\| `([^`]+/)`", text, re.M)
    assert len(folders) > 9 and all((ROOT / folder).is_dir() for folder in folders)


# --- the Chinese pages beside the English ones ----------------------------------------------------


def test_each_readme_begins_with_a_link_to_the_other():
    beginnings = [text_of(READMES, one).splitlines()[0] for one in READMES]
    assert beginnings == ["[中文](tutorials/README.zh.md)", "[English](../README.md)"]


@PAIRS
def test_headings_correspond(pages):
    levels = [re.findall(r"^(#+) .", prose_of(text_of(pages, one)), re.M) for one in pages]
    assert len(levels[0]) > 5 and levels[0] == levels[1]


@PAIRS
def test_sections_have_the_same_numbers(pages):
    english, chinese = (sections(text_of(pages, one)) for one in pages)
    for one, other in zip(english, chinese, strict=True):
        assert numbers(one) == numbers(other), one.splitlines()[0]
    assert numbers(text_of(pages, "en")).total() > 20


@PAIRS
def test_sections_have_the_same_code_in_sentences(pages):
    english, chinese = (sections(text_of(pages, one)) for one in pages)
    for one, other in zip(english, chinese, strict=True):
        assert codes(one) == codes(other), one.splitlines()[0]
    assert len(codes(text_of(pages, "en"))) > 20


@PAIRS
def test_items_and_rows_correspond(pages):
    english, chinese = (sections(text_of(pages, one)) for one in pages)
    for begins in ("\n- ", "\n| "):
        assert [one.count(begins) for one in english] == [one.count(begins) for one in chinese]


def test_the_readmes_link_to_the_same_pages():
    english, chinese = (
        {os.path.relpath(READMES[one].parent / link, ROOT)
         for link in re.findall(r"\]\(([^)#]+)\)", text_of(READMES, one).split("\n", 1)[1])}
        for one in READMES
    )  # fmt: skip
    assert len(english) > 20 and english == chinese


def test_commands_are_the_same_but_for_the_language():
    english, chinese = (
        [re.sub(rf"{LANGUAGE}| *#.*", "", command)
         for command in re.findall(r"^\$ (.*)", text_of(READMES, one), re.M)]
        for one in READMES
    )  # fmt: skip
    assert len(english) > 10 and english == chinese


def test_instructors_are_given_the_same_commands():
    english, chinese = (
        re.sub(rf" *\(or --lang zh\)|{LANGUAGE}", "",
               "\n".join(re.findall(r"^ {4,}\S.*", text_of(TEACHERS, one), re.M)))
        for one in TEACHERS
    )  # fmt: skip
    assert "exercises grade" in english and english == chinese


@pytest.mark.parametrize("language", TEACHERS)
def test_the_page_for_instructors_fits_100_columns(language):
    assert max(map(columns, text_of(TEACHERS, language).splitlines())) <= 100


def test_the_changes_have_the_same_rows_with_the_same_code():
    english, chinese = (text_of(CHANGES, one) for one in CHANGES)
    beginnings = [text.split("\n", 1)[0] for text in (english, chinese)]
    assert beginnings == ["[中文](changes.zh.md)", "[English](changes.md)"]
    headings = [re.findall(r"^#+ .*", text, re.M) for text in (english, chinese)]
    assert headings[0][0] == "# Changes" and headings[1][0] == "# 变更"
    assert headings[0][1:] == headings[1][1:] != []  # versions
    for one, other in zip(sections(english), sections(chinese), strict=True):
        for row, same in zip(table(one), table(other), strict=True):
            assert len(row) == len(same) == 2
            for cell, same_cell in zip(row, same, strict=True):
                assert re.findall("`[^`]+`", cell) == re.findall("`[^`]+`", same_cell)
                assert numbers(cell) == numbers(same_cell), cell
    assert len(table(english)) > 80


def table(text):
    """The cells of each row of the tables, the first row of each included."""
    return [line.strip("| ").split(" | ") for line in text.splitlines() if line[:2] == "| "]


def sections(text):
    return re.split(r"^(?=## )", prose_of(text), flags=re.M)


def prose_of(text):
    """The text without blocks of code and without the targets of links."""
    text = re.sub(r"^```.*?^```", "", text, flags=re.S | re.M)
    return re.sub(r"\]\([^)]*\)", "]", re.sub(r"^ {4,}\S.*", "", text, flags=re.M))


def numbers(text):
    """Each number in digits, with its per cent, and how often."""
    return Counter(re.findall(r"\d+(?:[.,]\d+)*(?: %)?", re.sub(r"`[^`]*`", "", text)))


def codes(text):
    return {re.sub(LANGUAGE, "", re.sub(r"\s+", " ", code))
            for code in re.findall(r"`([^`]+)`", text)}  # fmt: skip
