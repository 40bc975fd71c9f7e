"""Lessons: Python files in cells, run from start to end, and their pages with what they printed.

    # %% [markdown] lang="en"          prose, each line a comment; <<accuracy:.1%>> is a number that
    # %% [markdown] lang="zh"          a cell has computed, <<~seconds:.1f>> one that changes
    # %%                               code; what it prints and draws is shown
    # %% volatile                      code whose output changes from run to run, such as times

Editors know these cells, and Jupytext opens them. Prose of one language follows that of the other;
code stands once, for both. A figure is named by its label: plt.figure("masks") is NN_masks.png.

Lesson 00 is one program without cells; its pages are written by hand, and hold it part by part.
"""

import ast
import contextlib
import io
import json
import linecache
import os
import re
import struct
import zlib
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from minprune.language import LANGUAGES, in_both

PACKAGE = Path(__file__).resolve().parent
TUTORIALS = PACKAGE / "tutorials"  # in the installed package
if not TUTORIALS.is_dir():
    TUTORIALS = PACKAGE.parent / "tutorials"  # in the repository
INSTALL = None  # the argument of `pip install` in a notebook; None: there is no public address
PROGRAM = "00"  # the number of the lesson that is one program
MARK = re.compile(r"^# %%[ ]*(.*)$", re.MULTILINE)
NUMBER = re.compile(r"<<(~?)([^<>]+?)(?::([^<>:]*))?>>")
EXERCISE = re.compile(r"(?<![\w-])([1-9]\.[1-9])`")  # in "Now you": `check 1.2`, `1.3`
MATH = re.compile(r"(?<![\\$`])\$(?![$`\s])([^$`\n]+?)(?<!\s)\$(?![$`])")
DISPLAY = re.compile(r"^\$\$\s*(.+?)\s*\$\$$", re.MULTILINE)
BLOCK = re.compile(r"^```(python|text)$.*?^```$", re.MULTILINE | re.DOTALL)
CHINESE = "[\u2018-\u201d\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]"
CHANGES, STAYS = "<!--~-->", "<!--/-->"  # around what a new run may change
DATA = "minprune-data"  # the key under which a picture holds what it draws


class Cell(NamedTuple):
    """A piece of a lesson.

    language  "en" or "zh" of prose, None of code
    volatile  whether the output of code changes from run to run
    """

    source: str
    language: str | None = None
    volatile: bool = False


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


def cells_of(text):
    """The cells of a lesson's text.

    >>> prose, code = cells_of("# %% [markdown] lang=\\"en\\"\\n# Hello\\n# %%\\nx = 1\\n")
    >>> prose.source, prose.language, code.source, code.language
    ('Hello', 'en', 'x = 1', None)
    """
    parts = MARK.split(text)
    if parts[0].strip():
        raise ValueError("a lesson begins with a cell: # %%")
    return [_cell(head, body) for head, body in zip(parts[1::2], parts[2::2], strict=True)]


def lesson_files(folder):
    """The files of all lessons in a folder, in order."""
    return sorted(folder.glob("[0-9][0-9]_*.py"))


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
        tuple(EXERCISE.findall(prose["en"][-1].partition("## Now you")[2])) if prose["en"] else (),
    )


def _found(pattern, parts):
    """The text that a pattern finds in the first piece of prose, on one line; or ""."""
    found = re.search(pattern, parts[0] if parts else "", re.MULTILINE)
    return " ".join(_joined(found[1]).split()) if found else ""


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
        if head not in ("", "volatile"):
            raise ValueError(f"a cell of code may be volatile and nothing else, got {head!r}")
        return Cell(body.strip("\n"), None, head == "volatile")
    (language,) = re.findall(r'lang="(\w+)"', head) or [None]
    if language not in LANGUAGES:
        raise ValueError(f'prose must have lang="en" or lang="zh", got {head!r}')
    lines = body.strip("\n").split("\n")
    if bad := [line for line in lines if not line.startswith("#")]:
        raise ValueError(f"prose must be comments, got {bad[0]!r}")
    return Cell("\n".join(line[2:] if line[1:2] == " " else line[1:] for line in lines), language)


def run_lesson(path, quick=False):
    """Run a lesson; returns its cells, what each gave, and its prose with the numbers filled in.

    quick  whether the lesson is told to take little data and few epochs, by `QUICK` in the
           environment
    """
    import matplotlib

    matplotlib.use("Agg")
    cells, names, found = cells_of(Path(path).read_text(encoding="utf-8")), {}, []
    before = os.environ.pop("QUICK", None)
    os.environ |= {"QUICK": "1"} if quick else {}
    try:
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


# --- pages ---------------------------------------------------------------------------------------


def page(stem, language, cells, found):
    """The lesson as Markdown for GitHub."""
    number, lines = stem[:2], [_other_language(stem, language), ""]
    for cell, result in zip(cells, found, strict=True):
        if cell.language == language:
            lines += [_joined(_math(result)) if language == "zh" else _math(result), ""]
        elif cell.language is None:
            lines += [f"```python\n{cell.source}\n```", ""]
            if result.printed.strip():
                block = f"```text\n{result.printed.rstrip()}\n```"
                lines += [f"{CHANGES}\n{block}\n{STAYS}" if cell.volatile else block, ""]
            for label, figure in result.figures.items():
                lines += [f"![{_words(figure)}](../figures/{number}_{label}.png)", ""]
    return "\n".join(lines)


def page_of_program(page, program, printed):
    """A page written by hand, its code and its output replaced by those of a program.

    page     Markdown with a block of Python for each part of the program, and then one of text; a
             part of the program begins at a heading, such as # --- 1. The data ---
    program  the text of the program; the blocks joined by two empty lines are it
    printed  the output of the program
    """
    parts = re.split(r"\n{3}(?=# --- )", program.rstrip("\n"))
    blocks = [("python", part) for part in parts] + [("text", printed.rstrip())]
    if (there := BLOCK.findall(page)) != [kind for kind, _ in blocks]:
        raise ValueError(f"the page must hold {len(parts)} blocks of Python, then one of text, "
                         f"got {' '.join(there)}")  # fmt: skip
    filled = iter(blocks)
    return BLOCK.sub(lambda _: "```{}\n{}\n```".format(*next(filled)), page)


def _words(figure):
    """Alt text of a figure: its titles and axis labels."""
    parts = [figure.get_suptitle()]
    for axes in figure.axes:
        against = " against ".join(filter(None, (axes.get_ylabel(), axes.get_xlabel())))
        parts.append(": ".join(filter(None, (axes.get_title(), against))))
    return "; ".join(filter(None, parts)).replace("\n", " ").replace("[", "(").replace("]", ")")


def page_file(path, language):
    """Where the page of a lesson in this language lies: beside its source."""
    return path.with_suffix({"en": ".md", "zh": ".zh.md"}[language])


def _other_language(stem, language):
    """The line at the top that leads to the other page and to the source."""
    other = f"[中文]({stem}.zh.md)" if language == "en" else f"[English]({stem}.md)"
    source = {"en": "source", "zh": "源码"}[language]
    return f"{other} · [{source}]({stem}.py)"


def _math(text):
    """Formulas as GitHub shows them anywhere, also beside Chinese characters: $`x`$, and blocks."""
    return MATH.sub(r"$`\1`$", DISPLAY.sub(r"```math\n\1\n```", text))


def _joined(text):
    """Without the ends of lines that would be shown as spaces: between two Chinese characters, and
    behind Chinese punctuation, unless a list, a heading or a block begins."""
    text = re.sub(f"(?<={CHINESE})\n *(?={CHINESE})", "", text)
    return re.sub("(?<=[，。；：、？！）])\n *(?=[^ \n#|>`0-9+-])(?![*] )", "", text)


def differs(old, new, tolerance=0.05):
    """The first line where two pages differ, or None.

    What may change is left out; of percentages and numbers with a decimal point a difference is
    allowed, as processors round sums in another order, and training carries that on.
    """
    old, new = (re.sub(f"{CHANGES}.*?{STAYS}", CHANGES, text, flags=re.DOTALL).splitlines()
                for text in (old, new))  # fmt: skip
    for a, b in zip(old, new, strict=False):
        if not _alike(a, b, tolerance):
            return f"{a!r} is now {b!r}"
    return None if len(old) == len(new) else f"{len(old)} lines are now {len(new)}"


def _alike(a, b, tolerance):
    number = re.compile(r"\d+\.\d+|\d+(?=\s?%)")
    if number.sub("0.0", a).split() != number.sub("0.0", b).split():
        return False
    pairs = zip(map(float, number.findall(a)), map(float, number.findall(b)), strict=True)
    return all(abs(x - y) <= tolerance * max(abs(x), abs(y), 1.0) for x, y in pairs)


# --- pictures ------------------------------------------------------------------------------------


def drawn(figure):
    """The content of a figure as numbers: labels, lines, bars, points and images of every axes."""
    found = []
    for axes in figure.axes:
        curves = [np.ma.filled(np.asarray(line.get_xydata(), float), np.nan) for line in axes.lines]
        points = [np.asarray(c.get_offsets(), float) for c in axes.collections]
        bars = [[patch.get_height(), patch.get_width()] for patch in axes.patches
                if hasattr(patch, "get_height")]  # fmt: skip
        images = [np.asarray(image.get_array(), float) for image in axes.images]
        texts = [axes.get_title(), axes.get_xlabel(), axes.get_ylabel()]
        texts += [
            t.get_text() for t in (axes.get_legend().get_texts() if axes.get_legend() else [])
        ]
        numbers = [_summary(part) for part in (*curves, *points, np.array(bars), *images)]
        found.append({"texts": texts, "numbers": numbers})
    return found


def _summary(array):
    """A shape, and up to 40 numbers of the array, evenly taken."""
    flat = np.nan_to_num(np.asarray(array, float).ravel(), nan=0, posinf=0, neginf=0)
    chosen = (
        flat[np.linspace(0, flat.size - 1, min(flat.size, 40)).astype(int)] if flat.size else flat
    )
    return [list(np.shape(array)), [float(f"{number:.4g}") for number in chosen]]


def save_figure(figure, path):
    """A picture that holds what it draws, so that pictures can be compared by that."""
    figure.savefig(path, dpi=110, bbox_inches="tight", metadata={DATA: json.dumps(drawn(figure))})


def held_by(path):
    """The content of a picture that `save_figure` wrote."""
    data, at = Path(path).read_bytes(), 8
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + 8 + length]
        if kind in (b"tEXt", b"zTXt", b"iTXt") and body.startswith(DATA.encode()):
            text = body.partition(b"\0")[2]
            return json.loads(zlib.decompress(text[1:]) if kind == b"zTXt" else text.lstrip(b"\0"))
        at += 12 + length
    raise ValueError(f"{path} holds no data")


def figure_differs(old, new, tolerance=0.05):
    """True if two pictures, as `drawn`, differ; numbers up to a share of the range.

    With an infinite tolerance only words, and how many numbers there are, count.
    """
    if [axes["texts"] for axes in old] != [axes["texts"] for axes in new]:
        return True
    for a, b in zip(old, new, strict=True):
        if [shape for shape, _ in a["numbers"]] != [shape for shape, _ in b["numbers"]]:
            return True
        for (_, x), (_, y) in zip(a["numbers"], b["numbers"], strict=True):
            most = max(np.ptp(x), np.abs(x).max()) if x else 0
            if x and np.abs(np.subtract(x, y)).max() > (tolerance * most if most else 0):
                return True
    return False


# --- notebooks -----------------------------------------------------------------------------------

FROM_A_CLONE = {
    "en": "This notebook imports minprune, which must be installed in the environment of its "
    "kernel. From a clone of minprune, run `%pip install PATH/TO/CLONE` in a cell, or "
    "`python -m pip install PATH/TO/CLONE` with the Python of that environment.",
    "zh": "本笔记本需要导入 minprune，请先把它安装到内核所用的环境中。若已克隆 minprune 的仓库，"
    "可在单元格中运行 `%pip install 克隆所在的路径`，"
    "或用该环境的 Python 运行 `python -m pip install 克隆所在的路径`。",
}


def notebook(path, language):
    """A lesson as a Jupyter notebook, format 4.5, without outputs.

    The first cell installs minprune if `INSTALL` is set, and otherwise explains the installation.
    The numbers in the prose are those of the lesson's page in this language; `ValueError` if the
    page does not show them.
    """
    path, found = Path(path), [_notebook_cell("install", *_installing(language))]
    if path.name[:2] == PROGRAM:
        raise in_both(ValueError(f"{path} is one program, not a notebook; run it with python"),
                      f"{path} 是一个完整的程序，不能转成笔记本；请用 python 运行")  # fmt: skip
    page = page_file(path, language)
    shown = page.read_text(encoding="utf-8") if page.exists() else ""
    shown = re.sub(f"{CHANGES}|{STAYS}", "", shown)
    for number, cell in enumerate(cells_of(path.read_text(encoding="utf-8"))):
        if cell.language not in (None, language):
            continue
        source = cell.source if cell.language is None else _with_numbers_of(shown, cell.source)
        if source is None:
            again = f"python tutorials/render.py {path.name[:2]}"
            raise in_both(
                ValueError(f"{page} does not show the numbers of {path.name}: run {again} first"),
                f"{page} 没有 {path.name} 算出的数：请先运行 {again}",
            )
        found.append(_notebook_cell(f"cell-{number}", source, cell.language is None))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": found, "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
            "nbformat": 4, "nbformat_minor": 5}  # fmt: skip


def _installing(language):
    """(source, whether it is code) of the cell that installs minprune or explains how to."""
    if INSTALL is None:
        return FROM_A_CLONE[language], False
    return f"%pip install --quiet {INSTALL}", True


def _notebook_cell(id, source, is_code):
    cell = {"cell_type": "markdown", "id": id, "metadata": {}}
    if is_code:
        cell |= {"cell_type": "code", "execution_count": None, "outputs": []}
    return cell | {"source": source.splitlines(keepends=True)}


def _with_numbers_of(page, prose):
    """Prose with every <<number>> replaced by what the page shows there; None if it shows none."""
    words = NUMBER.sub("\0", _math(prose)).split("\0")
    pattern = "([^\n]+?)".join(re.sub(r"(\\\s)+", r"\\s*", re.escape(part)) for part in words)
    if len(words) > 1 and not (match := re.search(f"^{pattern}$", page, re.MULTILINE)):
        return None
    values = iter(match.groups() if len(words) > 1 else ())
    return NUMBER.sub(lambda _: next(values), prose)
