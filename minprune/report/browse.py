"""Lists of functions in Markdown: the page of all, and the end of a lesson with those it uses."""

import re

from minprune.documents.index import FAMILIES
from minprune.documents.papers import papers_in
from minprune.exercises import exercises
from minprune.language import either, language, using
from minprune.lessons import lessons_with, page_file
from minprune.report.find import title_of
from minprune.report.links import links_of, public, used_by

FOLDERS = {
    "formulas": ("Formulas: pure functions on arrays", "公式：对数组的纯函数"),
    "nn": ("The network", "网络"),
    "pruning": ("Pruning a network", "给网络剪枝"),
    "sparse": ("Running the nonzero weights alone", "只用非零权重计算"),
    "data": ("Data", "数据"),
    "experiments": ("Experiments", "实验"),
}


def formulas_markdown(name):
    """The page of all functions, a table for each file, and of all exercises."""
    with using(name):
        return "\n".join([_beginning(), *_functions(), *_exercises()])


def _beginning():
    return either(
        """\
[中文](formulas.zh.md)

# All functions

Each with its equation (or, without one, its first line), its papers, its check with the classic
mistakes, the lessons that use it, and the exercise that asks for it.
`python -m minprune formulas NAME` prints one of them in full, with the file and line of each. It
takes any word, such as `N:M`, `LeCun` or `阈值`.
""",
        """\
[English](formulas.md)

# 全部函数

每个函数列出公式、出处论文、检查（含典型错误）、用到它的课，以及让你写它的练习；没有公式的列出文档字符串的首行。
运行 `python -m minprune formulas 名称` 可查看某个函数的全部内容和各处的行号；
也可以用任何词来查，如 `N:M`、`LeCun`、`阈值`。
""",
    )


def _functions():
    head = either(
        ("function", "equation", "papers", "check", "lessons", "exercise"),
        ("函数", "公式", "论文", "检查", "课", "练习"),
    )
    for folder, families in FAMILIES.items():
        yield from (f"## {either(*FOLDERS[folder])}", "")
        for file, title in families.items():
            inside = [entry for entry in public() if entry.module == (folder, file)]
            link = f"minprune/{folder}/{file}.py"
            if inside:
                yield from (f"### {either(*title)}", "", _link(f"`{link}`", f"../{link}"), "")
                yield from _table(head, [_row(entry) for entry in inside])


def _exercises():
    head = either(("exercise", "title", "function", "lessons"), ("编号", "题目", "函数", "课"))
    rows = [(id, title_of(task), f"`{task.name}`", _numbers(lessons_with(id)))
            for id, task in exercises().items()]  # fmt: skip
    return [f"## {either('Exercises', '练习')}", "", *_table(head, rows)]


def used_markdown(lesson, name):
    """The functions that a lesson uses, as the end of its page; "" if there are none."""
    lines = []
    for file, entries in used_by(lesson).items():
        names = ", ".join(f"`{entry.name}`" for entry in entries)
        lines.append(f"- {_link(f'`{file}`', f'../{file}')}: {names}")
    with using(name):
        title = either("Used in this lesson", "本课用到的函数")
        text = either(
            "`python -m minprune formulas NAME` shows one with its equation, its check and its "
            "exercise; [all functions](formulas.md) are on one page.",
            "`python -m minprune formulas 名称` 可查看函数的公式、检查和练习；"
            "全部函数见[这一页](formulas.zh.md)。",
        )
    return "\n".join(["", f"## {title}", "", *lines, "", text, ""]) if lines else ""


def _row(entry):
    links = links_of(entry)
    check = links.check.partition(":")[0]
    return (
        _link(f"`{entry.name}`", f"../{entry.file}"),
        _code(entry.rule) or title_of(entry).replace("|", "\\|"),
        ", ".join(paper.partition(":")[0] for paper in papers_in(entry.doc)),
        _link(either("check", "检查"), f"../{check}") if check else "",
        _numbers(links.lessons),
        ", ".join(task.id for task in links.exercises),
    )


def _numbers(lessons):
    return " ".join(_link(one.number, page_file(one.path, language()).name) for one in lessons)


def _code(equation):
    """The first line of an equation, as code in a table."""
    text = re.sub(r"(?<=[,;:=>]) {2,}| {2,}(?=[(=])", " ", equation.split("\n")[0])
    text = re.sub(" {2,}", ", ", re.sub(" {2,}(?=（)", "", text)).replace("|", "\\|")
    return (f"`` {text} ``" if "`" in text else f"`{text}`") if text else ""


def _link(text, target):
    return f"[{text}]({target})"


def _table(head, rows):
    """Rows as a table, without the columns that are empty in all of them."""
    full = [k for k, column in enumerate(zip(*rows, strict=True)) if any(column)]
    lines = [head, ["---"] * len(head), *rows]
    return [*(f"| {' | '.join(line[k] for k in full)} |" for line in lines), ""]
