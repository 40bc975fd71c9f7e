"""The index: which function computes which item of the documents, read from the docstrings.

A docstring is the only place where a function says what it computes, so nothing here can disagree
with it: the first line, the equation under it, the ids in brackets behind the source, the example.
"""

import ast
import re
import textwrap
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from minprune.documents.claims import CLAIMS
from minprune.documents.errata import ERRATA, FACTS
from minprune.documents.items import ITEMS, NOTES, RUNS

MODULES = [  # in reading order
    f"minprune.{folder}.{name}"
    for folder, names in (
        (
            "formulas",
            "norms penalties scores influence units masks structured allocation schedules metrics "
            "costs quantize distill factorization activations convolution misprints",
        ),
        (
            "nn",
            "parameter initializers layers spatial batchnorm losses network models costs optim "
            "train store",
        ),
        (
            "pruning",
            "one_shot shrink units during teacher search sensitivity allocate procedures",
        ),
        ("sparse", "bitmask csr blocked_csr blocks sliced nm microkernels engine"),
        ("experiments", "regression spread cnn"),
    )
    for name in names.split()
]

ID = re.compile(r"\b[A-E]-(?:\d+(?:\.\d+)*[a-z]?|Q\d+|Ref)(?![\w.]*\d)")


class Entry(NamedTuple):
    """A function or class of minprune that computes items of the documents."""

    name: str
    path: str  # where it can be imported from
    title: str  # first line of the docstring
    equation: str  # the indented lines under it, or "" (a procedure has its order of steps)
    ids: tuple  # of the items that it computes
    erratum: str  # what its docstring says of the documents' mistakes, or ""
    doc: str  # the whole docstring


@cache
def entries():
    """Every function and class whose docstring names a source, in reading order.

    The files are read, not imported: this compiles nothing, and works under `python -OO`, which
    drops docstrings.
    """
    return [
        _entry(f"{module}.{node.name}", doc)
        for module in MODULES
        for node in ast.parse(_source(module)).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and "Source: " in (doc := ast.get_docstring(node) or "")
    ]


def functions_of(item_id):
    """The entries that compute an item.

    >>> [entry.name for entry in functions_of("A-4.2")]
    ['magnitude', 'score_mask', 'threshold_mask', 'threshold_prune', 'prune_by_threshold']
    """
    return [entry for entry in entries() if item_id in entry.ids]


def errata_of(item_id):
    """The mistakes that an item makes.

    >>> len(errata_of("D-4.3")) > 0
    True
    """
    return _about(item_id, ERRATA)


def facts_of(item_id):
    """The wrong or missing facts of history and bibliography in an item.

    >>> "1980" in facts_of("D-1.2e")[0].right
    True
    """
    return _about(item_id, FACTS)


def claims_of(item_id):
    """The claims of an item that were put to the test.

    >>> [claim.again for claim in claims_of("A-9.10")]
    ['python -m minprune.experiments.claims small_networks']
    """
    return _about(item_id, CLAIMS)


def notes_of(item_id):
    """Notes on an item: its content if no function computes it, and what minprune lacks.

    >>> notes_of("C-1.2")
    ['Says what the article treats.']
    """
    return [note for _, note in _about(item_id, NOTES)]


def runs_of(item_id):
    """The commands that run an item.

    >>> runs_of("C-5.2a")
    ['python -m minprune run cnn']
    """
    return [command for _, command in _about(item_id, RUNS)]


def _about(item_id, records):
    """The records whose first entry, a list of ids, names the item."""
    return [record for record in records if item_id in ID.findall(record[0])]


def find(query):
    """The items that a query names: an id, or the beginning of ids, in any case.

    >>> [item.id for item in find("c-4.3")]
    ['C-4.3a', 'C-4.3b']
    """
    query = query.strip().upper()
    if not query:
        return []
    exact = [item for item in ITEMS if item.id.upper() == query]
    begin = re.compile(re.escape(query) + r"(?!(?<=\d)\d)")  # A-1 does not begin A-10
    return exact or [item for item in ITEMS if begin.match(item.id.upper())]


def search(query):
    """The items and the entries whose title, or whose name, holds a query, in any case.

    >>> [entry.name for entry in search("PolynomialDecay")[1]]
    ['polynomial_decay']
    """
    words, name = query.lower(), query.lower().replace("-", "_")
    items = [item for item in ITEMS if words in item.title.lower()]
    named = [
        entry
        for entry in entries()
        if words in entry.title.lower()
        or name in entry.name.lower()
        or name == entry.name.lower().replace("_", "")
    ]
    return items, named


def _source(module):
    _, folder, name = module.split(".")
    return (files("minprune") / folder / f"{name}.py").read_bytes()


def _entry(path, doc):
    equation = re.search(r"\n\n((?: {4}.*\n?)+)", doc)
    erratum = re.search(r"Erratum: (.*?)(?:\n\n|$)", doc, re.DOTALL)
    source = re.search(r"Source: (.*?)(?:Erratum: |\n\n|$)", doc, re.DOTALL)[1]
    return Entry(
        path.rpartition(".")[2],
        path,
        doc.split("\n")[0],
        textwrap.dedent(equation[1]).strip() if equation else "",
        tuple(dict.fromkeys(ID.findall(source))),
        " ".join(erratum[1].split()) if erratum else "",
        doc,
    )
