"""Lessons: Python files in cells, run from start to end.

    # %% [markdown] lang="en"          prose, each line a comment; <<accuracy:.1%>> is a number that
    # %% [markdown] lang="zh"          a cell has computed, <<~seconds:.1f>> one that changes
    # %%                               code; what it prints and draws is shown
    # %% volatile                      code whose output changes from run to run, such as times
    # %% folded                        code that the page folds; also "folded volatile"
    # %% words                         the last cell: `# English | 中文`, phrases of the code

Editors know these cells, and Jupytext opens them. Prose of one language follows that of the other;
code stands once, and `words` make the Chinese code of it. A figure is named by its label:
plt.figure("masks") is NN_masks.png. minprune.lesson_pages makes pages and notebooks.

Lesson 00 is one program without cells; its pages are written by hand, and hold it part by part.
"""

import ast
import contextlib
import io
import linecache
import os
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from minprune.language import LANGUAGES, in_both, using
from minprune.lesson_words import Words

PACKAGE = Path(__file__).resolve().parent
TUTORIALS = PACKAGE / "tutorials"  # in the installed package
if not TUTORIALS.is_dir():
    TUTORIALS = PACKAGE.parent / "tutorials"  # in the repository
PROGRAM = "00"  # the number of the lesson that is one program
MARK = re.compile(r"^# %%[ ]*(.*)$", re.MULTILINE)
NUMBER = re.compile(r"<<(~?)([^<>]+?)(?::([^<>:]*))?>>")
EXERCISE = re.compile(r"(?<![\w-])([1-9]\.[1-9])`")  # in "Now you": `check 1.2`, `1.3`
CHINESE = "[\u2018-\u201d\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]"
CHANGES, STAYS = "<!--~-->", "<!--/-->"  # around what a new run may change
DRAWS = re.compile(r"\bplt\.(figure|subplots)\(")


class Cell(NamedTuple):
    """A piece of a lesson.

    language  "en" or "zh" of prose, None of code
    volatile  whether the output of code changes from run to run
    folded    whether the page folds the code
    """

    source: str
    language: str | None = None
    volatile: bool = False
    folded: bool = False


class Lesson(NamedTuple):
    """A lesson as it is read, without running it.

    titles, aims  {language: text}; the aim begins with the time that it takes
    names         of minprune's functions and classes that its code and its numbers use, in order
    exercises     the ids of the exercises that it sets
    """

    path: Path
    titles: dict
    aims: dict
    names: tuple
    exercises: tuple

    @property
    def number(self):
        """Its two digits, as text."""
        return self.path.name[:2]


class Run(NamedTuple):
    """The output of a code cell: text, and pictures as {label: figure}."""

    printed: str
    figures: dict


def cells_of(text, language="en"):
    """The cells of a lesson's text, without its words; with Chinese code for "zh".

    >>> prose, code = cells_of("# %% [markdown] lang=\\"en\\"\\n# Hello\\n# %%\\nx = 1\\n")
    >>> prose.source, prose.language, code.source, code.language
    ('Hello', 'en', 'x = 1', None)
    """
    cells = [_cell(head, body) for head, body in _parts(text) if head != "words"]
    return in_chinese(cells, words_of(text)) if language == "zh" else cells


def words_of(text):
    """The words of a lesson's text; none if it has no such cell."""
    heads, bodies = zip(*_parts(text), strict=True)
    if "words" in heads[:-1]:
        raise ValueError("the words must be the last cell of a lesson")
    return Words(bodies[-1] if heads[-1] == "words" else "")


def in_chinese(cells, words):
    """The cells with Chinese code, and with the strings of that code in the numbers of prose.

    In code that draws, only comments are replaced: labels inside pictures stay English.
    """
    return [
        cell._replace(
            source=NUMBER.sub(lambda number: words.quoted(number[0]), cell.source)
            if cell.language
            else words.code(cell.source, strings=not DRAWS.search(cell.source))
        )
        for cell in cells
    ]


def _parts(text):
    """(head, body) of every cell."""
    first, *parts = MARK.split(text)
    if first.strip() or not parts:
        raise ValueError("a lesson begins with a cell: # %%")
    return list(zip(parts[::2], parts[1::2], strict=True))


def lesson_files(folder):
    """The files of all lessons in a folder, in order."""
    return sorted(folder.glob("[0-9][0-9]_*.py"))


def page_file(path, language):
    """The file of a lesson's page in this language, beside its source."""
    return path.with_suffix({"en": ".md", "zh": ".zh.md"}[language])


def section(prose, title):
    """The text of a section of prose, from its title to the next one; "" without it."""
    return prose.partition(f"## {title}")[2].partition("\n## ")[0]


def lesson_file(number, folders=(Path("tutorials"), TUTORIALS)):
    """The file of a lesson, in the first of the folders that has it; `ValueError` if none has."""
    for folder in folders:
        for path in lesson_files(folder):
            if path.name[:2] == str(number).zfill(2):
                return path
    raise in_both(
        ValueError(f"there is no lesson {number} in {' or '.join(map(str, folders))}"),
        f"{'、'.join(map(str, folders))} 中没有第 {number} 课",
    )


def lessons():
    """The lessons in cells, in order; an empty list if the package has been copied alone."""
    return [read_lesson(path) for path in lesson_files(TUTORIALS) if path.name[:2] != PROGRAM]


def lessons_with(id):
    """The lessons that set the exercise of this id."""
    return [lesson for lesson in lessons() if id in lesson.exercises]


@cache
def read_lesson(path):
    """The `Lesson` in a file."""
    text = path.read_text(encoding="utf-8")
    if path.name[:2] == PROGRAM:  # its prose is in its pages
        pages = ((page_file(path, language), language) for language in LANGUAGES)
        cells = [Cell(page.read_text(encoding="utf-8"), language) for page, language in pages]
    else:
        cells = cells_of(text)
    prose = {lang: [c.source for c in cells if c.language == lang] for lang in LANGUAGES}
    numbers = [
        number[1] for cell in cells if cell.language for number in NUMBER.findall(cell.source)
    ]
    return Lesson(
        path,
        {language: _found(r"^# \d\d\s+(.+)$", parts) for language, parts in prose.items()},
        {language: _found(r"^\*([^*]+)\*$", parts) for language, parts in prose.items()},
        _names(ast.parse("\n".join([text, *(f"({number})" for number in numbers)]))),
        tuple(EXERCISE.findall(section("\n".join(prose["en"]), "Now you"))),
    )


def _found(pattern, parts):
    """The text that a pattern finds in the first piece of prose, on one line; or ""."""
    found = re.search(pattern, parts[0] if parts else "", re.MULTILINE)
    return " ".join(joined(found[1]).split()) if found else ""


def _names(tree):
    """The names that a program imports from minprune, and the attributes used of them, in order."""
    nodes, ours, used = list(ast.walk(tree)), set(), []
    for node in nodes:
        if isinstance(node, ast.Import):
            ours |= {a.asname for a in node.names if a.name == "minprune"}
        elif isinstance(node, ast.ImportFrom) and node.module.partition(".")[0] == "minprune":
            ours |= {alias.name for alias in node.names}
            used += [(node.lineno, alias.name) for alias in node.names]
    for node in nodes:
        if isinstance(node, ast.Attribute) and getattr(node.value, "id", None) in ours:
            used.append((node.lineno, node.attr))
    return tuple(dict.fromkeys(name for _, name in sorted(used)))


def _cell(head, body):
    if not head.startswith("[markdown]"):
        kinds = head.split()
        if not {*kinds} <= {"volatile", "folded"}:
            raise ValueError(f"a cell of code may be volatile or folded, got {head!r}")
        return Cell(body.strip("\n"), None, "volatile" in kinds, "folded" in kinds)
    (language,) = re.findall(r'lang="(\w+)"', head) or [None]
    if language not in LANGUAGES:
        raise ValueError(f'prose must have lang="en" or lang="zh", got {head!r}')
    lines = body.strip("\n").split("\n")
    if bad := [line for line in lines if not line.startswith("#")]:
        raise ValueError(f"prose must be comments, got {bad[0]!r}")
    return Cell("\n".join(line[2:] if line[1:2] == " " else line[1:] for line in lines), language)


def run_lesson(path, quick=False, language="en"):
    """Run a lesson; returns its cells, what each gave, and its prose with the numbers filled in.

    quick     whether the lesson is told to take little data and few epochs, by `QUICK` in the
              environment
    language  "zh" runs the Chinese code
    """
    import matplotlib

    matplotlib.use("Agg")
    cells, names, found = cells_of(Path(path).read_text(encoding="utf-8"), language), {}, []
    before = os.environ.pop("QUICK", None)
    os.environ |= {"QUICK": "1"} if quick else {}
    try:
        with using(language):
            for number, cell in enumerate(cells):
                if cell.language is None:
                    found.append(_run(cell, names, f"{path}, cell {number}"))
                else:
                    found.append(filled(cell.source, names))
    finally:
        os.environ.pop("QUICK", None)
        os.environ |= {} if before is None else {"QUICK": before}
    return cells, found


def _run(cell, names, where):
    import matplotlib.pyplot as plt

    printed = io.StringIO()
    linecache.cache[where] = len(cell.source), None, cell.source.splitlines(True), where
    with contextlib.redirect_stdout(printed):
        exec(compile(cell.source, where, "exec"), names)
    figures = {plt.figure(n).get_label(): plt.figure(n) for n in plt.get_fignums()}
    plt.close("all")
    return Run(printed.getvalue(), figures)


def filled(text, names):
    """Prose with every <<expression:format>> replaced by its value."""

    def value(match):
        changes, expression, form = match.groups()
        try:
            shown = format(eval(expression, names), form or "")
        except Exception as error:
            raise ValueError(f"{match[0]} in the prose: {error}") from error
        return f"{CHANGES}{shown}{STAYS}" if changes else shown

    return NUMBER.sub(value, text)


def joined(text):
    """Text without the ends of lines that would be shown as spaces: between two Chinese characters,
    and behind Chinese punctuation, unless a list, a heading, a block or an HTML tag begins."""
    text = re.sub(f"(?<={CHINESE})\n *(?={CHINESE})", "", text)
    return re.sub(r"(?<=[，。；：、？！）])\n *(?=[^ \n#|>`0-9+-])(?![*] |</?[a-z])", "", text)
