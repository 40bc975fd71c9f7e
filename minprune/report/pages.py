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
from minprune.language import either
from minprune.layout import columns, folded, paragraph, shortened, wide
from minprune.lessons import TUTORIALS, lesson_file, lessons, lessons_with, page_file, read_lesson
from minprune.report.find import called, near, search
from minprune.report.links import links_of, openable, public, used_by

WIDTH = 100
SCREEN = 80  # columns of a list, and of a worked example
LISTED = 20  # lines of a list
SEE_ALSO = 6  # names
LIKE_AN_ITEM = re.compile(r"\b[A-F]-[\dQ]", re.IGNORECASE)
FORMULAS = TUTORIALS / "formulas.md"
TITLE = 44  # columns of a lesson's
LESSONS_HELP = {
    "en": "`minprune lessons 03` shows one; `minprune notebook 03` writes it as a notebook.",
    "zh": "`lessons 03 --lang zh` 查看一课，`notebook 03 --lang zh` 转成笔记本。",
}


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
    raise ValueError(f"nothing found for {query!r}; {_hint(query)}")


def _in_file(query):
    """The functions of a file or a folder: "masks", "masks.py", "formulas/masks.py", "nn"."""
    file = query.lower().removesuffix(".py").rpartition("/")[2]
    return [entry for entry in public() if file in entry.module]


def _alone(thing, *others):
    """The page of one thing, and the names of what was found besides."""
    names = ", ".join(other.name for other in others[:SEE_ALSO])
    also = ["", _wrap("See also  ", names)] if others else []
    return "\n".join([_page_of(thing.what).rstrip("\n"), *also, ""])


def _hint(query):
    """Names similar to a query."""
    names = near(query)
    return f"similar: {', '.join(names)}" if names else "`minprune formulas` lists what there is"


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
        raise ValueError(f"there is no worked example {query!r}; there are {', '.join(EXAMPLES)}")
    return f"\n{'=' * SCREEN}\n\n".join(map(_example, chosen))


def lessons_page(number=None, language="en"):
    """All lessons, one a line; or of one lesson what it is for, what it uses and what it sets.

    returns text; `ValueError` if there is no lesson of this number, or none at all
    """
    if number is not None:
        return _lesson_page(read_lesson(lesson_file(number).resolve()), language)
    if not lessons():
        raise ValueError(f"there are no lessons in {TUTORIALS}")
    lines = []
    for lesson in lessons():
        minutes = re.split("[.。]", lesson.aims[language])[0].lower()
        title = f"{lesson.number}  {lesson.titles[language]}"
        cells = wide(shortened(title, TITLE), TITLE + 2), wide(minutes, 17), *lesson.exercises
        lines.append((cells[0] + cells[1] + " ".join(cells[2:])).rstrip())
    return "\n".join([*lines, "", LESSONS_HELP[language]])


def _lesson_page(lesson, language):
    head = f"{lesson.number}  {lesson.titles[language]}"
    lines = [head, "-" * columns(head), *folded(lesson.aims[language], SCREEN)]
    lines += ["", f"{'':4}{openable(page_file(lesson.path, language))}", ""]
    for file, entries_ in used_by(lesson).items():
        names = " ".join(entry.name for entry in entries_)
        lines.append(_wrap(f"{file:33} ", names, SCREEN))
    tasks = [exercises()[id] for id in lesson.exercises]
    return "\n".join([*lines, "", *(f"{task.id}  {task.title[language]}" for task in tasks)])


# --- lists ---------------------------------------------------------------------------------------


def _overview():
    """The families of formulas, the other folders, and how to go on: one screen."""
    counts = Counter(entry.module for entry in public())
    lines = [
        f"{len(public())} functions. `minprune formulas` followed by",
        "  OBD, N:M, LeCun, 阈值     finds one: any word of names, papers, texts, checks",
        "  masks, or nn              lists the functions of a file, or of a folder",
        f"  A-4.2, or A               items of five texts; --all lists all {len(ITEMS)}",
        "  1.3                       an exercise",
        f"Step by step: `minprune lessons`; all on one page: {openable(FORMULAS)}",
        "",
    ]
    cells = [f"{counts['formulas', file]:3} {file:14}{title}"
             for file, (title, _) in FAMILIES["formulas"].items()]  # fmt: skip
    half = (len(cells) + 1) // 2
    pairs = zip_longest(cells[:half], cells[half:], fillvalue="")
    lines += [f"{left:40}{right}".rstrip() for left, right in pairs]
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
        lines.append(name + shortened(thing.title, SCREEN - len(name)))
    more = len(found) - len(shown)
    return "\n".join(lines + [f"... and {more} more, with --all"] * bool(more))


def _index():
    ours = [_function_in_index(entry) for entry in entries() if not entry.ids]
    return "\n".join([*map(_item_in_index, ITEMS), "Ours      Not in the documents", *ours])


def _item_in_index(item):
    lines = [_head(item), *map(_function_in_index, functions_of(item.id))]
    heads = either(("document: ", "right:    "), ("原文：", "更正："))
    heads = [" " * 10 + head for head in heads]
    for mistake in [*errata_of(item.id), *facts_of(item.id)]:
        lines += _mistake(mistake, [item.id], heads)
    for claim in claims_of(item.id):
        lines += [
            _wrap("          claim:    ", claim.says),
            _wrap("          measured: ", claim.found),
        ]
    return "\n".join(lines)


def _head(item):
    return f"{item.id:10}{item.title}"


def _function_in_index(entry):
    equation = " ".join(entry.equation.split("\n")[0].split())
    return _wrap(f"          {entry.name:34} ", equation or entry.title)


def _item_page(item):
    text = [f"{item.id}  {item.title}", ""]
    heads = either(("the document:  ", "right:         "), ("原文：", "更正："))
    for erratum in errata_of(item.id):
        text += _mistake(erratum, erratum.ids.split(", "), heads)
        text += [textwrap.indent(erratum.shows.rstrip(), "    "), ""] if erratum.shows else [""]
    for fact in facts_of(item.id):
        text += [*_mistake(fact, fact.ids.split(", "), heads), ""]
    for claim in claims_of(item.id):
        text += [_wrap("the claim:     ", claim.says), _wrap("measured:      ", claim.found)]
        again = textwrap.indent(_run_here(claim.again).rstrip(), "    ")
        text += [again, ""] if again else [""]
    for note in notes_of(item.id):
        text += [_wrap("note:          ", note), ""]
    for entry in functions_of(item.id):
        text += [_function_page(entry, [])]
    text += [f"Run it: {_run_here(command)}" for command in runs_of(item.id)]
    if item.id in EXAMPLES:
        text += [f"Step by step: python -m minprune worked {item.id}"]
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
    head = f"Exercise {exercise.id}  {exercise.title['en']}"
    function = [entry for entry in public() if exercise.of and entry.name == exercise.name]
    places = [_place("Function", openable(links_of(entry).home)) for entry in function]
    places += _taught(lessons_with(exercise.id))
    places += [_place("Begin", "python -m minprune exercises start DIR"),
               _place("Write", f"DIR/{exercise.file}")]  # fmt: skip
    text = "\n".join([exercise.signature, exercise.text["en"], "", *places])
    return f"{head}\n{'-' * len(head)}\n{textwrap.indent(text, '    ')}\n"


def _function_page(entry, errata=ERRATA):
    """The docstring of a function, its papers, the mistakes of its items, its places."""
    head = entry.path
    papers = [paragraph(p, WIDTH - 4, "  ") for p in papers_in(entry.doc)]
    heads = either(("Document  ", "Right     "), ("原文      ", "更正      "))
    wrong = [_mistake(mistake, entry.ids, heads, SCREEN - 4)
             for mistake in errata if mistake.of(entry.ids)]  # fmt: skip
    parts = [entry.doc.rstrip(), "\n".join(papers), *map("\n".join, wrong), _published(entry),
             _places(entry)]  # fmt: skip
    text = "\n\n".join(filter(None, parts))
    return f"{head}\n{'-' * len(head)}\n{textwrap.indent(text, '    ')}\n"


def _places(entry):
    """The places of a function and of all that belongs to it, one a line."""
    links = links_of(entry)
    places = {"Defined": links.home, "Check": links.check, "Twin": links.twin}
    lines = [_place(name, openable(place)) for name, place in places.items() if place]
    lines += _taught(links.lessons)
    lines += [_place("Exercise", f"{e.id} {e.title['en']}") for e in links.exercises]
    return "\n".join(lines)


def _taught(found):
    return [_place("Lesson", f"{one.titles['en']}: {openable(page_file(one.path, 'en'))}")
            for one in found]  # fmt: skip


def _run_here(command):
    """A command of the repository's root, as it can be run from the current folder."""
    return command.replace("python tutorials", f"python {openable(TUTORIALS)}")


def _place(name, place):
    return f"{name:10}{place}"


def _published(entry):
    """The numbers that others have published for a function, as calls with their results."""
    check = checks().get(entry.name)
    lines = []
    for case in check.fixed if check else []:
        if case.what == PUBLISHED:
            gives = " ".join(text_of(case.gives).split())
            lines += [_wrap("Published: ", case.source, WIDTH - 4),
                      _wrap("    ", f"{entry.name}({case.call!r})", WIDTH - 4),
                      _wrap("    gives ", gives, WIDTH - 4)]  # fmt: skip
    return "\n".join(lines)


# --- worked examples -----------------------------------------------------------------------------


def _example(example):
    head = f"{example.id}  {example.title}" + " (our numbers)" * example.ours
    given = [_given(f"{name} = ", _block(value)) for name, value in example.given.items()]
    rows = [("", "step", "right", "by its rule" if example.ours else "printed")]
    rows += [("WRONG" if step.wrong else "", step.what, _block(step.right), _block(step.printed))
             for step in example.steps]  # fmt: skip
    widths = [max(map(len, "\n".join(column).split("\n"))) for column in zip(*rows, strict=True)]
    whys = ["", *(step.why for step in example.steps)]
    table = [_row(row, widths, why) for row, why in zip(rows, whys, strict=True)]
    return (
        "\n".join([head, "-" * len(head), *given, "", *table, "", _wrap("", example.moral, SCREEN)])
        + "\n"
    )


def _given(name, block):
    return "       " + name + block.replace("\n", "\n       " + " " * len(name))


def _row(blocks, widths, why):
    """Blocks of text beside each other, their first lines level, and the reason below."""
    lines = zip_longest(*(block.split("\n") for block in blocks), fillvalue="")
    cells = [[f"{part:{w}}" for part, w in zip(line, widths, strict=True)] for line in lines]
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


def _wrap(head, text, width=WIDTH):
    return "\n".join(folded(text, width, head))
