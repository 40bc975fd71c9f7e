"""The places of a function: definition, check, twin in plain loops, lessons and exercises.

All are read from the sources when they are asked for, so none can be out of date. Twins and lessons
lie in the repository, lessons in the installed package too; what is not there is left out.
"""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import minprune
from minprune.documents.index import functions
from minprune.exercises import exercises
from minprune.lessons import lessons

ROOT = Path(minprune.__file__).resolve().parents[1]


class Links(NamedTuple):
    """The places of one function, each "path:line" from the folder that holds the package, or "".

    lessons    that use it, or set it as an exercise
    exercises  that ask for it
    """

    home: str
    check: str
    twin: str
    lessons: list
    exercises: list


def links_of(entry):
    """The `Links` of an entry of the index.

    >>> from minprune.documents.index import entries
    >>> (nm_mask,) = [entry for entry in entries() if entry.name == "nm_mask"]
    >>> [exercise.id for exercise in links_of(nm_mask).exercises]
    ['1.5']
    """
    folder, file = entry.module
    formula = folder == "formulas"
    tasks = [e for e in exercises().values() if e.name == entry.name]
    ids = {task.id for task in tasks}
    return Links(
        f"{entry.file}:{entry.line}",
        _line(f"minprune/checks/formulas/{file}.py", rf"Check\(\w+\.{entry.name}\b") * formula,
        _line(f"tests/naive/{file}.py", rf"def {entry.name}\(") * formula,
        [one for one in lessons() if entry.name in one.names or ids.intersection(one.exercises)],
        tasks,
    )


def used_by(lesson):
    """The functions and classes that a lesson uses, as {file: entries} in reading order."""
    used, names = {}, {*lesson.names}
    for entry in functions():
        if entry.name in names:
            names.remove(entry.name)
            used.setdefault(entry.file, []).append(entry)
    return used


@cache
def public():
    """The functions and classes that have a source or an example, or that `import minprune`
    offers, in reading order; of two with one name the first."""
    offered = {*dir(minprune)}
    first = {entry.name: entry for entry in reversed(functions())}
    return [
        entry
        for entry in functions()
        if entry is first[entry.name]
        and ("Source: " in entry.doc or ">>> " in entry.doc or entry.name in offered)
    ]


def openable(path):
    """A path to open from the current folder: relative if it lies below that folder, else absolute.

    path  absolute, or relative to the folder that holds the package
    """
    path, here = ROOT / path, Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _line(file, pattern):
    """The first line that holds a pattern, as "file:line"; "" if none does."""
    for number, line in enumerate(_lines(file), 1):
        if re.search(pattern, line):
            return f"{file}:{number}"
    return ""


@cache
def _lines(file):
    path = ROOT / file
    return path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
