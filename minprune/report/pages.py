"""Pages for the terminal: formulas, items, exercises, lessons, and the worked examples."""

import re
import textwrap
from collections import Counter
from itertools import zip_longest

import numpy as np

from minprune.checks import checks
from minprune.checks.check import PUBLISHED
from minprune.checks.details import text_of
from minprune.documents.errata import ERRATA
from minprune.documents.index import (
    FAMILIES,
    Entry,
    claims_of,
    entries,
    errata_of,
    facts_of,
    find,
    functions_of,
    notes_of,
    runs_of,
)
from minprune.documents.items import ITEMS, Item
from minprune.documents.papers import papers_in
from minprune.documents.worked import EXAMPLES
from minprune.exercises import exercises
from minprune.exercises.exercise import Exercise
from minprune.language import either, in_both, language
from minprune.layout import columns, folded, paragraph, shortened, wide
from minprune.lessons import (
    TUTORIALS,
    lesson_file,
    lesson_files,
    lessons,
    lessons_with,
    page_file,
    read_lesson,
)
from minprune.report.find import called, near, search, title_of
from minprune.report.links import links_of, openable, public, used_by

WIDTH = 100
SPREAD = (
    "(+- gives half of the 95 % confidence interval of a mean.)",
    "（+- 之后的数是均值的 95 % 置信区间的半宽。）",
)
SCREEN = 80  # columns of a list, and of a worked example
LISTED = 20  # lines of a list
SEE_ALSO = 6  # names
LIKE_AN_ITEM = re.compile(r"\b[A-F]-[\dQ]", re.IGNORECASE)
FORMULAS = TUTORIALS / "formulas"
TITLE = 44  # columns of a lesson's


def formulas_page(query=None, whole=False):
    """The families of formulas; or of what a query finds the page of one, the list of several.

    query  an item ("A-4.2"), a section ("A-4"), a function, a file or a folder ("masks", "nn"), an
           exercise ("1.3"), or words: of names, first lines, papers, and then of any text
    whole  without a query every item with its functions and mistakes; else a list to its end
    returns text; `ValueError` if nothing is found
    """
    if query is None:
        return _index() if whole else _overview()
    query = query.strip()
    if items := find(query):
        return f"\n\n{'=' * WIDTH}\n".join(map(_item_page, items)) + "\n"
    if query in exercises():
        return _exercise_page(exercises()[query])
    if call := re.fullmatch(r"(?:[A-Za-z_]\w*\.)*([A-Za-z_]\w*)(?:\(.*\))?", query):
        query = query if query.endswith(".py") else call[1]  # mp.rank_mask, rank_mask(score, k)
    exact = called(query)
    if not exact and (inside := _in_file(query)):
        return "\n".join(map(_function_in_index, inside))
    named, mention = ([], []) if LIKE_AN_ITEM.search(query) else search(query)
    found = exact[:1] + [thing for thing in named + mention if thing not in exact[:1]]
    if exact or (len(named) == 1 and query.isascii()) or len(found) == 1:
        return _alone(*found)
    if found:
        return _list(found, whole)
    raise _not_found(query)


def _in_file(query):
    """The functions of a file or a folder: "masks", "masks.py", "formulas/masks.py", "nn"."""
    file = query.lower().removesuffix(".py").rpartition("/")[2]
    return [entry for entry in public() if file in entry.module]


def _alone(thing, *others):
    """The page of one thing, and the names of what was found besides."""
    names = ", ".join(other.name for other in others[:SEE_ALSO])
    also = ["", _wrap(either("See also  ", "另见      "), names)] if others else []
    return "\n".join([_page_of(thing.what).rstrip("\n"), *also, ""])


def _not_found(query):
    """The refusal of a query, with the names that are similar."""
    en, zh = "`minprune formulas` lists what there is", "`minprune formulas` 列出全部内容"
    if names := ", ".join(near(query)):
        en, zh = f"similar: {names}", f"相近的名称：{names}"
    return in_both(ValueError(f"nothing found for {query!r}; {en}"), f"没有找到 {query!r}；{zh}")


def worked_page(query=None):
    """All worked examples one after the other, or the one of an item.

    returns text; `ValueError` if there is none for this item
    """
    chosen = [
        make()
        for item, make in EXAMPLES.items()
        if query is None or item in [found.id for found in find(query)]
    ]
    if not chosen:
        raise in_both(
            ValueError(f"there is no worked example {query!r}; there are {', '.join(EXAMPLES)}"),
            f"没有算例 {query!r}；现有 {'、'.join(EXAMPLES)}",
        )
    return f"\n{'=' * SCREEN}\n\n".join(map(_example, chosen))


def lessons_page(number=None):
    """All lessons, one a line; or of one lesson what it is for, what it uses and what it sets.

    returns text; `ValueError` if there is no lesson of this number, or none at all
    """
    if number is not None:
        return _lesson_page(read_lesson(lesson_file(number).resolve()))
    if not lessons():
        raise in_both(ValueError(f"there are no lessons in {TUTORIALS}"), f"{TUTORIALS} 中没有课程")
    lines = []
    for lesson in map(read_lesson, lesson_files(TUTORIALS)):
        minutes = re.split("[.。]", lesson.aims[language()])[0].lower()
        title = f"{lesson.number}  {lesson.titles[language()]}"
        row = wide(shortened(title, TITLE), TITLE + 2) + wide(minutes, 17)
        lines.append((row + " ".join(lesson.exercises)).rstrip())
    more = either(
        "`minprune lessons 03` shows one; `minprune notebook 03` writes it as a notebook.",
        "`minprune lessons 03` 查看一课，`minprune notebook 03` 转成笔记本。",
    )
    return "\n".join([*lines, "", more])


def _lesson_page(lesson):
    head = f"{lesson.number}  {lesson.titles[language()]}"
    lines = [*_headed(head), *folded(lesson.aims[language()], SCREEN)]
    lines += ["", f"{'':4}{openable(page_file(lesson.path, language()))}", ""]
    for file, entries_ in used_by(lesson).items():
        names = " ".join(entry.name for entry in entries_)
        lines.append(_wrap(f"{file:33} ", names, SCREEN))
    tasks = [exercises()[id] for id in lesson.exercises]
    return "\n".join([*lines, "", *(f"{task.id}  {title_of(task)}" for task in tasks)])


# --- lists ---------------------------------------------------------------------------------------


def _overview():
    """The families of formulas, the other folders, and how to go on: one screen."""
    counts = Counter(entry.module for entry in public())
    every, items, page = len(public()), len(ITEMS), openable(page_file(FORMULAS, language()))
    lines = [
        either(f"{every} functions. `minprune formulas` followed by",
               f"共 {every} 个函数。`minprune formulas` 之后可写："),
        "  OBD, N:M, LeCun, 阈值     "
        + either("finds one: any word of names, papers, texts, checks",
                 "按词查找：名称、论文、文字、检查中的任意词"),
        either("  masks, or nn              lists the functions of a file, or of a folder",
               "  masks 或 nn               列出一个文件或一个文件夹的函数"),
        either(f"  A-4.2, or A               items of five texts; --all lists all {items}",
               f"  A-4.2 或 A                五篇文章的条目；--all 列出全部 {items} 条"),
        "  1.3                       " + either("an exercise", "一道练习"),
        either(f"Step by step: `minprune lessons`; all on one page: {page}",
               f"循序渐进：`minprune lessons`；全部函数在一页：{page}"),
        "",
    ]  # fmt: skip
    cells = [f"{counts['formulas', file]:3} {file:14}{either(*title)}"
             for file, title in FAMILIES["formulas"].items()]  # fmt: skip
    half = (len(cells) + 1) // 2
    pairs = zip_longest(cells[:half], cells[half:], fillvalue="")
    lines += [f"{wide(left, 40)}{right}".rstrip() for left, right in pairs]
    for folder in [*FAMILIES][1:]:
        count = sum(counts[folder, file] for file in FAMILIES[folder])
        lines.append(_wrap(f"{count:3} {folder:14}", " ".join(FAMILIES[folder]), SCREEN))
    return "\n".join(lines)


def _list(found, whole):
    """Things, one a line with its title; at most a screen unless the whole list is wanted."""
    shown = found if whole else found[:LISTED]
    lines = []
    for thing in shown:
        name = f"{thing.name:22} " if len(thing.name) < 23 else f"{thing.name} "
        lines.append(name + shortened(title_of(thing.what), SCREEN - len(name)))
    if more := len(found) - len(shown):
        lines.append(
            either(f"... and {more} more, with --all", f"... 另有 {more} 项，用 --all 列出")
        )
    return "\n".join(lines)


def _index():
    ours = [_function_in_index(entry) for entry in entries() if not entry.ids]
    head = either("Ours      Not in the documents", "其他      不在五篇文章中")
    return "\n".join([*map(_item_in_index, ITEMS), head, *ours])


def _item_in_index(item):
    lines = [f"{item.id:10}{title_of(item)}", *map(_function_in_index, functions_of(item.id))]
    heads = either(("document: ", "right:    "), ("原文：", "更正："))
    heads = [" " * 10 + head for head in heads]
    for mistake in [*errata_of(item.id), *facts_of(item.id)]:
        lines += _mistake(mistake, [item.id], heads)
    for claim in claims_of(item.id):
        lines += [
            _wrap(either("          claim:    ", "          论断："), either(*claim.says)),
            _wrap(either("          measured: ", "          测量："), either(*claim.found)),
        ]
    return "\n".join(lines)


def _function_in_index(entry):
    equation = " ".join(entry.rule.split("\n")[0].split())
    return _wrap(f"          {entry.name:34} ", equation or title_of(entry))


def _item_page(item):
    heads = either(("the document:  ", "right:         "), ("原文：", "更正："))
    text = [f"{item.id}  {title_of(item)}", ""]
    for erratum in errata_of(item.id):
        text += _mistake(erratum, erratum.ids.split(", "), heads)
        text += [textwrap.indent(erratum.shows.rstrip(), "    "), ""] if erratum.shows else [""]
    for fact in facts_of(item.id):
        text += [*_mistake(fact, fact.ids.split(", "), heads), ""]
    for claim in claims_of(item.id):
        text += [_wrap(either("the claim:     ", "论断："), either(*claim.says)),
                 _wrap(either("measured:      ", "测量："), either(*claim.found)),
                 *[either(*SPREAD)] * ("+-" in claim.found[0])]  # fmt: skip
        again = textwrap.indent(_run_here(claim.again).rstrip(), "    ")
        text += [again, ""] if again else [""]
    for note in notes_of(item.id):
        text += [_wrap(either("note:          ", "说明："), either(*note)), ""]
    for entry in functions_of(item.id):
        text += [_function_page(entry, [])]
    text += [either("Run it: ", "运行：") + _run_here(command) for command in runs_of(item.id)]
    if item.id in EXAMPLES:
        text += [either("Step by step: ", "逐步演算：") + f"python -m minprune worked {item.id}"]
    return "\n".join(text).rstrip()


def _mistake(mistake, items, heads, width=SCREEN):
    """The words of some of the items that make a mistake, in English also what they mean; and what
    is right."""
    document, right = heads
    quotes = mistake.of(items).items()
    in_english = [f"{ids}: {words}" for ids, words in quotes] + [mistake.says] * bool(mistake.says)
    in_chinese = [f"（{ids.replace(', ', '、')}）{words}" for ids, words in quotes]
    first, *others = either(in_english, in_chinese)
    lines = [_wrap(document, first, width)]
    lines += [_wrap(" " * columns(document), text, width) for text in others]
    return [*lines, _wrap(right, either(*mistake.right), width)]


def _page_of(what):
    """The page of an item, an exercise or an entry of the index."""
    pages = {Item: _item_page, Exercise: _exercise_page, Entry: _function_page}
    return pages[type(what)](what)


def _exercise_page(exercise):
    function = [entry for entry in public() if exercise.of and entry.name == exercise.name]
    places = [_place("Function", "函数", openable(links_of(entry).home)) for entry in function]
    places += _taught(lessons_with(exercise.id))
    places += [_place("Begin", "开始", "python -m minprune exercises start DIR"),
               _place("Write", "填写", f"DIR/{exercise.file}")]  # fmt: skip
    text = "\n".join([exercise.signature, exercise.text[language()], "", *places])
    lines = _headed(f"{either('Exercise', '练习')} {exercise.id}  {title_of(exercise)}")
    return "\n".join([*lines, textwrap.indent(text, "    "), ""])


def _function_page(entry, errata=ERRATA):
    """The docstring of a function, its papers, the mistakes of its items, its places."""
    papers = [paragraph(p, WIDTH - 4, "  ") for p in papers_in(entry.doc)]
    heads = either(("Document  ", "Right     "), ("原文      ", "更正      "))
    wrong = [_mistake(mistake, entry.ids, heads, SCREEN - 4)
             for mistake in errata if mistake.of(entry.ids)]  # fmt: skip
    parts = [entry.told.rstrip(), "\n".join(papers), *map("\n".join, wrong), _published(entry),
             _places(entry)]  # fmt: skip
    text = "\n\n".join(filter(None, parts))
    return "\n".join([*_headed(entry.path), textwrap.indent(text, "    "), ""])


def _places(entry):
    """The places of a function and of all that belongs to it, one a line."""
    links = links_of(entry)
    places = [("Defined", "定义", links.home), ("Check", "检查", links.check),
              ("Twin", "循环实现", links.twin)]  # fmt: skip
    lines = [_place(en, zh, openable(place)) for en, zh, place in places if place]
    lines += _taught(links.lessons)
    lines += [_place("Exercise", "练习", f"{e.id} {title_of(e)}") for e in links.exercises]
    return "\n".join(lines)


def _taught(found):
    lines = []
    for lesson in found:
        page = openable(page_file(lesson.path, language()))
        title = lesson.titles[language()]
        lines.append(_place("Lesson", "课程", either(f"{title}: {page}", f"{title}：{page}")))
    return lines


def _run_here(command):
    """A command of the repository's root, as it can be run from the current folder."""
    return command.replace("python tutorials", f"python {openable(TUTORIALS)}")


def _place(en, zh, place):
    return wide(either(en, zh), 10) + place


def _published(entry):
    """The numbers that others have published for a function, as calls with their results."""
    check = checks().get(entry.name)
    lines = []
    for case in check.fixed if check else []:
        if case.what == PUBLISHED:
            gives = " ".join(text_of(case.gives).split())
            lines += [_wrap(either("Published: ", "已发表："), case.source, WIDTH - 4),
                      _wrap("    ", f"{entry.name}({case.call!r})", WIDTH - 4),
                      _wrap(either("    gives ", "    得到 "), gives, WIDTH - 4)]  # fmt: skip
    return "\n".join(lines)


# --- worked examples -----------------------------------------------------------------------------


def _example(example):
    ours = either(" (our numbers)", "（数字为自拟）") if example.ours else ""
    given = [_given(f"{name} = ", _block(value)) for name, value in example.given.items()]
    wrong = wide(either("WRONG", "错误"), 5)
    by = either("by its rule", "按原文规则") if example.ours else either("printed", "文中")
    rows = [("", either("step", "步骤"), either("right", "正确"), by)]
    rows += [(wrong if step.wrong else "", step.what, _block(step.right), _block(step.printed))
             for step in example.steps]  # fmt: skip
    widths = [max(map(columns, "\n".join(cells).split("\n"))) for cells in zip(*rows, strict=True)]
    whys = ["", *(step.why for step in example.steps)]
    table = [_row(row, widths, why) for row, why in zip(rows, whys, strict=True)]
    lines = [*_headed(f"{example.id}  {example.title}{ours}"), *given, "", *table, ""]
    return "\n".join([*lines, _wrap("", example.moral, SCREEN), ""])


def _given(name, block):
    return "       " + name + block.replace("\n", "\n       " + " " * columns(name))


def _row(blocks, widths, why):
    """Blocks of text beside each other, their first lines level, and the reason below."""
    lines = zip_longest(*(block.split("\n") for block in blocks), fillvalue="")
    cells = [map(wide, line, widths) for line in lines]
    text = "\n".join("  ".join(line).rstrip() for line in cells)
    return text + (f"\n{_wrap(' ' * 11, why, SCREEN)}" if why else "")


def _block(value):
    """A value as lines of text: matrices row by row, numbers short."""
    if value is None or isinstance(value, str):
        return value or ""
    if np.ndim(value) == 0:
        return f"{value:,}" if isinstance(value, int) else f"{float(value):.10g}"
    with np.printoptions(precision=4, suppress=True):
        return str(np.asarray(value))


def _headed(head):
    """A headline and the rule below it."""
    return [head, "-" * columns(head)]


def _wrap(head, text, width=WIDTH):
    return "\n".join(folded(text, width, head))
