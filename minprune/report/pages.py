"""Pages for the terminal: the index of formulas, one item whole, and the worked examples."""

import re
import textwrap
from itertools import zip_longest

import numpy as np

from minprune.documents.index import entries, errata_of, facts_of, find, functions_of
from minprune.documents.items import ITEMS
from minprune.documents.papers import papers_in
from minprune.documents.worked import EXAMPLES

WIDTH = 100


def formulas_page(query=None):
    """The whole index; or everything about an item ("A-4.2"), a section ("A-4") or a function.

    returns text; `ValueError` if nothing has that name
    """
    if query is None:
        return "\n".join(map(_item_in_index, ITEMS))
    if items := find(query):
        return f"\n\n{'=' * WIDTH}\n".join(map(_item_page, items)) + "\n"
    if found := [entry for entry in entries() if entry.name.lower() == query.strip().lower()]:
        return _function_page(found[0])
    near = [entry.name for entry in entries() if query.strip().lower() in entry.name.lower()]
    raise ValueError(
        f"no item or function is called {query!r}; "
        + (f"there are {', '.join(near)}" if near else "`formulas` alone lists all of them")
    )


def worked_page(query=None):
    """All worked examples one after the other, or the one of an item.

    returns text; `ValueError` if there is none for this item
    """
    chosen = [
        make()
        for item, make in EXAMPLES.items()
        if query is None or item.upper().startswith(query.strip().upper())
    ]
    if not chosen:
        raise ValueError(f"no worked example for {query!r}; there are {', '.join(EXAMPLES)}")
    return f"\n{'=' * WIDTH}\n\n".join(map(_example, chosen))


# --- the index -----------------------------------------------------------------------------------


def _item_in_index(item):
    lines = [f"{item.id:10}{item.title}"]
    for entry in functions_of(item.id):
        equation = re.split(r"\n|\s{4,}", entry.equation)[0]  # the first, where there are several
        lines.append(_cut(f"          {entry.name:34} {equation or entry.title}"))
    mistakes = [*errata_of(item.id), *facts_of(item.id)]
    lines += [_cut(f"          erratum: {mistake.right}") for mistake in mistakes]
    return "\n".join(lines)


def _item_page(item):
    text = [f"{item.id}  {item.title}", ""]
    for erratum in errata_of(item.id):
        text += [_wrap("the document:  ", erratum.says), _wrap("right:         ", erratum.right)]
        text += [textwrap.indent(erratum.shows.rstrip(), "    "), ""]
    for fact in facts_of(item.id):
        text += [_wrap("the document:  ", fact.says), _wrap("right:         ", fact.right), ""]
    for entry in functions_of(item.id):
        text += [_function_page(entry)]
    if not functions_of(item.id):
        text += ["Words only: nothing to compute.", ""]
    examples = [i for i in EXAMPLES if item.id.startswith(i) or i.startswith(item.id)]
    text += [f"Step by step: python -m minprune worked {i}" for i in examples]
    return "\n".join(text).rstrip()


def _function_page(entry):
    head = f"{entry.path}  ({', '.join(entry.ids)})"
    papers = [textwrap.fill(p, WIDTH - 4, subsequent_indent="  ") for p in papers_in(entry.doc)]
    text = "\n\n".join([entry.doc.rstrip(), *(["\n".join(papers)] if papers else [])])
    return f"{head}\n{'-' * len(head)}\n{textwrap.indent(text, '    ')}\n"


# --- worked examples -----------------------------------------------------------------------------


def _example(example):
    head = f"{example.id}  {example.title}"
    given = [_given(f"{name} = ", _block(value)) for name, value in example.given.items()]
    rows = [("", "step", "right", "printed")]
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


def _wrap(head, text):
    return textwrap.fill(text, WIDTH, initial_indent=head, subsequent_indent=" " * len(head))


def _cut(line):
    return line if len(line) <= WIDTH else line[: WIDTH - 3] + "..."
