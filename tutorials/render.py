"""Run lessons and write their pages and pictures: python tutorials/render.py [NN ...] [--check]

With --check nothing is written: it says what would differ, and then ends with 1.
"""

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
    page,
    run_lesson,
    save_figure,
)

FIGURES = HERE.parent / "figures"


def lessons(numbers=()):
    """The lessons with these numbers, or all."""
    found = sorted(HERE.glob("[0-9][0-9]_*.py"))
    return [path for path in found if not numbers or path.name[:2] in numbers]


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
        ending = ".md" if language == "en" else ".zh.md"
        yield path.with_name(path.stem + ending), page(path.stem, language, cells, found)


def main(arguments):
    check = "--check" in arguments
    problems = []
    for path in lessons([a for a in arguments if a != "--check"]):
        start = time.perf_counter()
        problems += (compared if check else written)(path, *run_lesson(path))
        print(f"{path.stem}  {time.perf_counter() - start:.0f} s", flush=True)
    print(*problems, sep="\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
