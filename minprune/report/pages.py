"""Pages for the terminal: the index of formulas, one item whole, and the worked examples."""

import difflib
import textwrap
from itertools import zip_longest

import numpy as np

from minprune.checks import checks
from minprune.checks.check import PUBLISHED
from minprune.documents.index import (
    claims_of,
    entries,
    errata_of,
    facts_of,
    find,
    functions_of,
    notes_of,
    runs_of,
    search,
)
from minprune.documents.items import ITEMS
from minprune.documents.papers import papers_in
from minprune.documents.worked import EXAMPLES
from minprune.report.verify_page import text_of

WIDTH = 100


def formulas_page(query=None):
    """The whole index; or all about an item ("A-4.2"), a section ("A-4"), a function; or a file's.

    Any other word is looked for in names and titles: a single hit is shown, several are listed.
    returns text; `ValueError` if there is none
    """
    if query is None:
        ours = [_function_in_index(entry) for entry in entries() if not entry.ids]
        return "\n".join([*map(_item_in_index, ITEMS), "Ours      Beside the documents", *ours])
    query = query.strip().removeprefix("minprune.").removeprefix("mp.")
    if items := find(query):
        return f"\n\n{'=' * WIDTH}\n".join(map(_item_page, items)) + "\n"
    if found := [entry for entry in entries() if entry.name.lower() == query.lower()]:
        return _function_page(found[0])
    file = query.lower().removesuffix(".py").replace("/", ".").split(".")[-1]
    if found := [entry for entry in entries() if entry.path.split(".")[-2] == file]:
        return "\n".join(map(_function_in_index, found))
    items, found = search(query) if query else ([], [])
    if len(items) + len(found) == 1:
        return _item_page(items[0]) + "\n" if items else _function_page(found[0])
    if items or found:
        return "\n".join(
            [*(_head(item) for item in items), *(_function_in_index(entry) for entry in found)]
        )
    raise ValueError(f"no item or function is called {query!r}; {_hint(query.lower())}")


def _hint(query):
    """Names that are near to what somebody typed."""
    names = {name.lower(): name for name in [i.id for i in ITEMS] + [e.name for e in entries()]}
    near = [names[name] for name in difflib.get_close_matches(query, names, n=5, cutoff=0.7)]
    return f"there are {', '.join(near)}" if near else "`formulas` alone lists all of them"


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
        raise ValueError(f"no worked example for {query!r}; there are {', '.join(EXAMPLES)}")
    return f"\n{'=' * WIDTH}\n\n".join(map(_example, chosen))


# --- the index -----------------------------------------------------------------------------------


def _item_in_index(item):
    lines = [_head(item), *map(_function_in_index, functions_of(item.id))]
    for mistake in [*errata_of(item.id), *facts_of(item.id)]:
        lines += [
            _wrap("          document: ", mistake.says),
            _wrap("          right:    ", mistake.right),
        ]
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
    for erratum in errata_of(item.id):
        text += [_wrap("the document:  ", erratum.says), _wrap("right:         ", erratum.right)]
        text += [textwrap.indent(erratum.shows.rstrip(), "    "), ""] if erratum.shows else [""]
    for fact in facts_of(item.id):
        text += [_wrap("the document:  ", fact.says), _wrap("right:         ", fact.right), ""]
    for claim in claims_of(item.id):
        text += [_wrap("the claim:     ", claim.says), _wrap("measured:      ", claim.found)]
        text += [textwrap.indent(claim.again.rstrip(), "    "), ""] if claim.again else [""]
    for note in notes_of(item.id):
        text += [_wrap("note:          ", note), ""]
    for entry in functions_of(item.id):
        text += [_function_page(entry)]
    text += [f"Run it: {command}" for command in runs_of(item.id)]
    if item.id in EXAMPLES:
        text += [f"Step by step: python -m minprune worked {item.id}"]
    return "\n".join(text).rstrip()


def _function_page(entry):
    head = entry.path
    papers = [textwrap.fill(p, WIDTH - 4, subsequent_indent="  ") for p in papers_in(entry.doc)]
    text = "\n\n".join([entry.doc.rstrip(), *filter(None, ["\n".join(papers), _published(entry)])])
    return f"{head}\n{'-' * len(head)}\n{textwrap.indent(text, '    ')}\n"


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
    head = f"{example.id}  {example.title}" + " (numbers of ours)" * example.ours
    given = [_given(f"{name} = ", _block(value)) for name, value in example.given.items()]
    rows = [("", "step", "right", "by its rule" if example.ours else "printed")]
    rows += [("WRONG" if step.wrong else "", step.what, _block(step.right), _block(step.printed))
             for step in example.steps]  # fmt: skip
    widths = [max(map(len, "\n".join(column).split("\n"))) for column in zip(*rows, strict=True)]
    whys = ["", *(step.why for step in example.steps)]
    table = [_row(row, widths, why) for row, why in zip(rows, whys, strict=True)]
    return (
        "\n".join([head, "-" * len(head), *given, "", *table, "", _wrap("", example.moral)]) + "\n"
    )


def _given(name, block):
    return "       " + name + block.replace("\n", "\n       " + " " * len(name))


def _row(blocks, widths, why):
    """Blocks of text beside each other, their first lines level, and the reason below."""
    lines = zip_longest(*(block.split("\n") for block in blocks), fillvalue="")
    cells = [[f"{part:{w}}" for part, w in zip(line, widths, strict=True)] for line in lines]
    text = "\n".join("  ".join(line).rstrip() for line in cells)
    return text + (f"\n{_wrap(' ' * 11, why)}" if why else "")


def _block(value):
    """A value as lines of text: matrices row by row, numbers short."""
    if value is None or isinstance(value, str):
        return value or ""
    if np.ndim(value) == 0:
        return f"{value:,}" if isinstance(value, int) else f"{float(value):.10g}"
    with np.printoptions(precision=4, suppress=True):
        return str(np.asarray(value))


def _wrap(head, text, width=WIDTH):
    return textwrap.fill(
        text,
        width,
        initial_indent=head,
        subsequent_indent=" " * len(head),
        break_on_hyphens=False,  # stays whole
    )
