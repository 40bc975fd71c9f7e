"""Run lessons and write their pages and pictures: python tutorials/render.py [NN ...] [--check]"""

import argparse
import os
import sys
import time
from math import inf
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # small products wait for a second thread

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from minprune.lessons import (
    LANGUAGES,
    differs,
    drawn,
    figure_differs,
    held_by,
    lesson_file,
    page,
    page_file,
    run_lesson,
    save_figure,
)

FIGURES = HERE.parent / "figures"


def written(path, cells, found):
    """Write both pages of a lesson and its pictures."""
    for _, label, figure in figures_of(cells, found):
        save_figure(figure, FIGURES / f"{path.name[:2]}_{label}.png")
    for file, text in pages_of(path, cells, found):
        file.write_text(text, encoding="utf-8")
    return []


def compared(path, cells, found):
    """What differs from what is there."""
    problems = []
    for cell, label, figure in figures_of(cells, found):
        file = FIGURES / f"{path.name[:2]}_{label}.png"
        if not file.exists():
            problems.append(f"{file.name} is missing")
        elif figure_differs(held_by(file), drawn(figure), inf if cell.volatile else 0.05):
            problems.append(f"{file.name} shows something else")
    for file, text in pages_of(path, cells, found):
        was = file.read_text(encoding="utf-8") if file.exists() else ""
        if difference := differs(was, text):
            problems.append(f"{file.name}: {difference}")
    return problems


def figures_of(cells, found):
    """(cell, label, figure) of all pictures."""
    for cell, result in zip(cells, found, strict=True):
        for label, figure in getattr(result, "figures", {}).items():
            yield cell, label, figure


def pages_of(path, cells, found):
    for language in LANGUAGES:
        yield page_file(path, language), page(path.stem, language, cells, found)


def lesson(number):
    try:
        return lesson_file(number, [HERE])
    except ValueError as error:
        raise argparse.ArgumentTypeError(error) from None


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Run lessons, write their pages and pictures.")
    parser.add_argument("lessons", nargs="*", type=lesson, metavar="NN", help="as 03; default: all")
    parser.add_argument("--check", action="store_true",
                        help="write nothing, print what would differ, and then end with 1")  # fmt: skip
    options = parser.parse_args(arguments)
    problems = []
    for path in options.lessons or sorted(HERE.glob("[0-9][0-9]_*.py")):
        start = time.perf_counter()
        problems += (compared if options.check else written)(path, *run_lesson(path))
        print(f"{path.stem}  {time.perf_counter() - start:.0f} s", flush=True)
    print(*problems, sep="\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
