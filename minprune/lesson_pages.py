"""Pages of lessons as GitHub shows them, their pictures, and notebooks.

A page shows what a reader needs and folds the rest: checks, settings and the code of pictures.
"""

import ast
import json
import re
import struct
import zlib
from pathlib import Path

import numpy as np

from minprune.language import LANGUAGES, either, in_both, using
from minprune.lesson_words import Words
from minprune.lessons import (
    CHANGES,
    CHINESE,
    NUMBER,
    PROGRAM,
    STAYS,
    cells_of,
    in_chinese,
    joined,
    lesson_files,
    page_file,
    read_lesson,
    run_lesson,
    words_of,
)

MATH = re.compile(r"(?<![\\$`])\$(?![$`\s])([^$`\n]+?)(?<!\s)\$(?![$`])")
DISPLAY = re.compile(r"^\$\$\s*(.+?)\s*\$\$$", re.MULTILINE)
FENCED = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```(python|text)$.*?^```$", re.MULTILINE | re.DOTALL)
SKIPS = re.compile(r"\s*# fmt: skip$", re.MULTILINE)  # for the formatter, not for readers
FOLDED = {
    "checks": ("Checks", "检查"),
    "picture": ("Code of the picture", "画图的代码"),
    "settings": ("Settings", "准备工作"),
}
OTHER = {"en": ("zh", "中文"), "zh": ("en", "English")}  # the other language, and its name
ALL, FUNCTIONS = "lessons.md", "formulas.md"  # the pages of all lessons and of all functions
DATA = "minprune-data"  # the key under which a picture holds what it draws


# --- pages ---------------------------------------------------------------------------------------


def runs(path, quick=False):
    """{language: (cells, what each gave)} of a lesson; the pictures are those of the English code.

    Without words the Chinese page shows the English code.
    """
    text = Path(path).read_text(encoding="utf-8")
    cells, found = run_lesson(path, quick)
    if not words_of(text):
        return dict.fromkeys(LANGUAGES, (cells, found))
    chinese, told = run_lesson(path, quick, "zh")
    told = [
        again._replace(figures=result.figures) if cell.language is None else again
        for cell, result, again in zip(cells, found, told, strict=True)
    ]
    return {"en": (cells, found), "zh": (chinese, told)}


def page(path, language, cells, found, end=""):
    """The lesson as Markdown for GitHub; `end` stands before the last line."""
    lines = [navigation(path, language), ""]
    words = words_of(path.read_text(encoding="utf-8"))
    with using(language):
        for cell, result in zip(cells, found, strict=True):
            if cell.language == language:
                lines += [shown(result, language), ""]
            elif cell.language is None:
                pictures = [
                    f"![{_alt(figure, words)}](../figures/{path.name[:2]}_{label}.png)"
                    for label, figure in result.figures.items()
                ]
                for block in filter(None, _blocks(cell, result.printed, pictures)):
                    lines += [block, ""]
    return "\n".join([*lines, *filter(None, [end]), navigation(path, language), ""])


def text_of_program(path, language):
    """The text of a program; for "zh" with the words of NN_words.txt beside it, if there are any.

    Every word must be used, and comments and strings alone may change, as in a lesson.
    """
    text, beside = path.read_text(encoding="utf-8"), path.with_name(f"{path.name[:2]}_words.txt")
    if language == "en" or not beside.exists():
        return text
    words = Words(beside.read_text(encoding="utf-8"))
    text = words.code(text)
    if unused := words.unused():
        raise ValueError(f"{beside.name} names {unused[0]!r}, which occurs nowhere")
    return text


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


def unused_words(path, found):
    """The words of a lesson that occur neither in its code nor in the labels of its pictures."""
    text = path.read_text(encoding="utf-8")
    words = words_of(text)
    in_chinese(cells_of(text), words)
    with using("zh"):
        for result in found:
            for figure in getattr(result, "figures", {}).values():
                _alt(figure, words)
    return words.unused()


def _blocks(cell, printed, pictures):
    """The blocks of the page for a cell of code, in order; empty ones are left out."""
    output = f"```text\n{printed.rstrip()}\n```" if printed.strip() else ""
    if output and cell.volatile:
        output = f"{CHANGES}\n{output}\n{STAYS}"
    source = SKIPS.sub("", cell.source)
    if pictures:
        return [*pictures, output, _fold("picture", source)]
    if cell.folded:
        return [_fold("settings", source), output]
    visible, checks = split_checks(source)
    return [_fenced(visible), output, _fold("checks", checks)]


def _fenced(source):
    return f"```python\n{source}\n```" if source else ""


def _fold(kind, source):
    """Code that opens when a reader clicks; the blank lines let GitHub render it."""
    start = f"<details><summary>{either(*FOLDED[kind])}</summary>"
    return f"{start}\n\n{_fenced(source)}\n\n</details>" if source else ""


def split_checks(source):
    """(Code without its checks, the checks): assertions at the top level, and loops of them alone.

    A comment goes with the statement on its line or directly below it.

    >>> split_checks("x = 1\\n# as expected\\nassert x == 1  # one\\n\\nprint(x)")
    ('x = 1\\n\\nprint(x)', '# as expected\\nassert x == 1  # one')
    """
    lines, end = source.split("\n"), 0
    visible, checks = [], []
    for first, last, is_check in _statements(ast.parse(source)):
        while first > end and lines[first - 1].lstrip().startswith("#"):
            first -= 1
        for line in lines[end:first]:  # the blank lines on both sides of a check are one gap
            if line or not visible or visible[-1]:
                break
            visible.pop()
        visible += lines[end:first]
        (checks if is_check else visible).extend(lines[first:last])
        end = last
    return "\n".join(visible + lines[end:]).strip("\n"), "\n".join(checks)


def _statements(tree):
    """[first line, last line, whether it is a check] of each top-level statement, from 0; those
    that share a line are one, and a check only if all are."""
    found = []
    for node in tree.body:
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))]) - 1
        if found and first < found[-1][1]:
            found[-1][1:] = [node.end_lineno, found[-1][2] and _is_check(node)]
        else:
            found.append([first, node.end_lineno, _is_check(node)])
    return found


def _is_check(node):
    if isinstance(node, ast.For | ast.With):
        return all(map(_is_check, node.body)) and not getattr(node, "orelse", [])
    return isinstance(node, ast.Assert)


def _alt(figure, words):
    """Alt text of a figure: its titles and axis labels, on Chinese pages in Chinese."""
    translated = either(str, words.text)
    semicolon, colon, against = either(("; ", ": ", " against "), ("；", "：", "，"))
    parts = [translated(figure.get_suptitle().replace("\n", " "))]
    for axes in figure.axes:
        labels = axes.get_title(), axes.get_ylabel(), axes.get_xlabel()
        title, y, x = (translated(label.replace("\n", " ")) for label in labels)
        chinese = (label and name + " " * label[0].isascii() + label
                   for name, label in (("纵轴", y), ("横轴", x)))  # fmt: skip
        y, x = either((y, x), chinese)
        parts.append(colon.join(filter(None, (title, against.join(filter(None, (y, x)))))))
    return semicolon.join(filter(None, parts)).replace("[", "(").replace("]", ")")


def navigation(path, language):
    """The line at the top and at the end of a page: the lessons before and after, all lessons, the
    other language, the source."""
    files = lesson_files(path.parent)
    at = files.index(path)
    before = files[at - 1] if at else None
    after = files[at + 1] if at + 1 < len(files) else None
    other, its_name = OTHER[language]
    with using(language):
        links = [
            before and (f"← {before.name[:2]}", page_file(before, language).name),
            (either("All lessons", "全部课程"), page_file(Path(ALL), language).name),
            after and (f"{after.name[:2]} →", page_file(after, language).name),
            (its_name, page_file(path, other).name),
            (either("source", "源码"), path.name),
        ]
    return " · ".join(f"[{text}]({target})" for text, target in filter(None, links))


def index(folder, language):
    """The page of all lessons: time, aim and exercises of each."""
    other, its_name = OTHER[language]
    with using(language):
        functions = (
            f"[{either('All functions', '全部函数')}]({page_file(Path(FUNCTIONS), language)})"
        )
        title = either("Lessons", "课程")
        columns = either(("lesson", "time", "aim", "exercises"), ("课", "时间", "目标", "练习"))
    lines = [
        f"[{its_name}]({page_file(Path(ALL), other).name}) · {functions}",
        "",
        f"# {title}",
        "",
    ]
    lines += [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    for lesson in map(read_lesson, lesson_files(folder)):
        time, aim = re.fullmatch(r"([^.。]*)[.。]?\s*(.*)", lesson.aims[language]).groups()
        label = f"{lesson.number}  {lesson.titles[language]}"
        tasks = " ".join(f"`{id}`" for id in lesson.exercises)
        file = page_file(lesson.path, language).name
        lines.append(f"| [{label}]({file}) | {time} | {aim} | {tasks} |")
    return "\n".join([*lines, ""])


def shown(prose, language):
    """Prose as the page shows it."""
    text = _math(prose)
    text = re.sub(r"</summary>\n(?!\n)", "</summary>\n\n", text)
    text = re.sub(r"(?<!\n)\n</details>", "\n\n</details>", text)
    text = re.sub(r"</details>\n(?!\n)", "</details>\n\n", text)
    if language == "en":
        return text
    parts = FENCED.split(text)
    parts[::2] = [_spaced(_tight(joined(part))) for part in parts[::2]]
    return "".join(parts)


def _math(text):
    """Formulas as GitHub shows them anywhere, also beside Chinese characters: $`x`$, and blocks."""
    return MATH.sub(r"$`\1`$", DISPLAY.sub(r"```math\n\1\n```", text))


def _spaced(text):
    """A blank before every formula behind a Chinese character: GitHub needs it."""
    return re.sub(f"(?<={CHINESE}|[—…])(?=\\$`)", " ", text)


def _tight(text):
    """Without blanks between two Chinese characters; behind one of them no two blanks."""
    text = re.sub(f"(?<={CHINESE})[ ]+(?={CHINESE})", "", text)
    return re.sub(f"(?<={CHINESE})[ ]{{2,}}(?=\\S)", " ", text)


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

IN_CHINESE = 'from minprune.language import use\n\nuse("zh")  # 输出用中文'
INSTALL = None  # the argument of `pip install` in a notebook; None: there is no public address
FROM_A_CLONE = (
    "This notebook imports minprune, which must be installed in the environment of its "
    "kernel. From a clone of minprune, run `%pip install PATH/TO/CLONE` in a cell, or "
    "`python -m pip install PATH/TO/CLONE` with the Python of that environment.",
    "本笔记本需要导入 minprune，请先把它安装到内核所用的环境中。若已克隆 minprune 的仓库，"
    "可在单元格中运行 `%pip install 克隆所在的路径`，"
    "或用该环境的 Python 运行 `python -m pip install 克隆所在的路径`。",
)


def notebook(path, language):
    """A lesson as a Jupyter notebook, format 4.5, without outputs.

    The first cell installs minprune if `INSTALL` is set, and otherwise explains the installation.
    The code is that of the language. The numbers in the prose are those of the lesson's page in
    this language; `ValueError` if the page does not show them.
    """
    path, found = Path(path), [_notebook_cell("install", *_installing(language))]
    if path.name[:2] == PROGRAM:
        raise in_both(ValueError(f"{path} is one program, not a notebook; run it with python"),
                      f"{path} 是一个完整的程序，不能转成笔记本；请用 python 运行")  # fmt: skip
    if language == "zh":
        found.append(_notebook_cell("language", IN_CHINESE, is_code=True))
    page = page_file(path, language)
    shown = page.read_text(encoding="utf-8") if page.exists() else ""
    shown = re.sub(f"{CHANGES}|{STAYS}", "", shown)
    for number, cell in enumerate(cells_of(path.read_text(encoding="utf-8"), language)):
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
        with using(language):
            return either(*FROM_A_CLONE), False
    return f"%pip install --quiet {INSTALL}", True


def _notebook_cell(id, source, is_code):
    cell = {"cell_type": "markdown", "id": id, "metadata": {}}
    if is_code:
        cell |= {"cell_type": "code", "execution_count": None, "outputs": []}
    return cell | {"source": source.splitlines(keepends=True)}


def _with_numbers_of(page, prose):
    """Prose with every <<number>> replaced by what the page shows there; None if it shows none."""
    words = NUMBER.sub("\0", _spaced(_math(prose))).split("\0")
    pattern = "([^\n]+?)".join(re.sub(r"(\\\s)+", r"\\s*", re.escape(part)) for part in words)
    if len(words) > 1 and not (match := re.search(f"^{pattern}$", page, re.MULTILINE)):
        return None
    values = iter(match.groups() if len(words) > 1 else ())
    return NUMBER.sub(lambda _: next(values), prose)
