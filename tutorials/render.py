"""Run lessons and write their pages and pictures, and the pages of all functions and lessons; of
lesson 00 the pages are written by hand, and only their code and output are replaced:

python tutorials/render.py [NN ... formulas lessons] [--check]
"""

import argparse
import io
import os
import sys
import time
from contextlib import redirect_stdout
from math import inf
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # small products wait for a second thread

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from minprune.language import LANGUAGES
from minprune.lesson_pages import (
    differs,
    drawn,
    figure_differs,
    held_by,
    index,
    page,
    page_of_program,
    runs,
    save_figure,
    text_of_program,
    unused_words,
)
from minprune.lessons import PROGRAM, lesson_file, lesson_files, page_file, read_lesson
from minprune.report.browse import formulas_markdown, used_markdown

PAGES = {"formulas": formulas_markdown, "lessons": lambda language: index(HERE, language)}
FIGURES = HERE.parent / "figures"


def written(path, found):
    """Write both pages of a lesson and its pictures; returns the problems of its words."""
    for _, label, figure in figures_of(*found["en"]):
        save_figure(figure, FIGURES / f"{path.name[:2]}_{label}.png")
    for file, text in pages_of(path, found):
        file.write_text(text, encoding="utf-8")
    return unused(path, found)


def compared(path, found):
    """What differs from what is there."""
    problems = unused(path, found)
    for cell, label, figure in figures_of(*found["en"]):
        file = FIGURES / f"{path.name[:2]}_{label}.png"
        if not file.exists():
            problems.append(f"{file.name} is missing")
        elif figure_differs(held_by(file), drawn(figure), inf if cell.volatile else 0.05):
            problems.append(f"{file.name} shows something else")
    for file, text in pages_of(path, found):
        was = file.read_text(encoding="utf-8") if file.exists() else ""
        if difference := differs(was, text):
            problems.append(f"{file.name}: {difference}")
    return problems


def figures_of(cells, found):
    """(cell, label, figure) of all pictures."""
    for cell, result in zip(cells, found, strict=True):
        for label, figure in getattr(result, "figures", {}).items():
            yield cell, label, figure


def unused(path, found):
    """A problem for each of its words that occurs nowhere."""
    return [f"{path.name}: the words name {phrase!r}, which occurs nowhere"
            for phrase in unused_words(path, found["en"][1])]  # fmt: skip


def pages_of(path, found):
    for language, (cells, results) in found.items():
        used = used_markdown(read_lesson(path), language).removeprefix("\n")
        yield page_file(path, language), page(path, language, cells, results, used)


def program(path, check):
    """Write code and output of the program into its pages, or return what differs."""
    problems = []
    for language in LANGUAGES:
        code, printed = text_of_program(path, language), io.StringIO()
        with redirect_stdout(printed):
            exec(compile(code, path, "exec"), {"__name__": "__main__", "__file__": str(path)})
        file = page_file(path, language)
        was = file.read_text(encoding="utf-8")
        text = page_of_program(was, code, printed.getvalue())
        if not check:
            file.write_text(text, encoding="utf-8")
        elif difference := differs(was, text):
            problems.append(f"{file.name}: {difference}")
    return problems


def generated(name, check):
    """Write a page that needs no run in both languages, or return what differs."""
    problems = []
    for language in LANGUAGES:
        file, text = page_file(HERE / name, language), PAGES[name](language)
        if not check:
            file.write_text(text, encoding="utf-8")
        elif not file.exists() or file.read_text(encoding="utf-8") != text:
            problems.append(f"{file.name} differs; python tutorials/render.py {name}")
    return problems


def lesson(number):
    if number in PAGES:
        return number
    try:
        return lesson_file(number, [HERE])
    except ValueError as error:
        raise argparse.ArgumentTypeError(error) from None


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Run lessons, write their pages and pictures.")
    parser.add_argument("pages", nargs="*", type=lesson, metavar="NN",
                        help=f"as 03, or a page of all: {' or '.join(PAGES)}; default: all")  # fmt: skip
    parser.add_argument("--check", action="store_true",
                        help="write nothing, print what would differ, and then end with 1")  # fmt: skip
    options = parser.parse_args(arguments)
    problems = []
    for path in options.pages or [*PAGES, *lesson_files(HERE)]:
        start = time.perf_counter()
        if path in PAGES:
            problems += generated(path, options.check)
        elif path.name[:2] == PROGRAM:
            problems += program(path, options.check)
        else:
            problems += (compared if options.check else written)(path, runs(path))
        print(f"{Path(path).stem}  {time.perf_counter() - start:.0f} s", flush=True)
    print(*problems, sep="\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
