"""The index: which function computes which item of the documents, read from the docstrings.

A docstring is the only place where a function says what it computes, so nothing here can disagree
with it: the first line, the equation under it, the ids after "Source:", the example.
"""

import inspect
import re
import sys
from functools import cache
from typing import NamedTuple

from minprune.documents.errata import ERRATA, FACTS
from minprune.documents.items import ITEMS
from minprune.formulas import (
    activations,
    allocation,
    convolution,
    costs,
    distill,
    factorization,
    influence,
    masks,
    metrics,
    misprints,
    norms,
    penalties,
    quantize,
    schedules,
    scores,
    structured,
    units,
)
from minprune.nn import (
    batchnorm,
    initializers,
    layers,
    losses,
    models,
    network,
    optim,
    parameter,
    spatial,
    train,
)
from minprune.nn import costs as network_costs
from minprune.pruning import (
    allocate,
    during,
    neurons,
    one_shot,
    procedures,
    regression,
    search,
    sensitivity,
    shrink,
    teacher,
)
from minprune.pruning import units as pruning_units

MODULES = (
    norms, penalties, scores, influence, units, masks, structured, allocation, schedules, metrics,
    costs, quantize, distill, factorization, activations, convolution, misprints,
    parameter, initializers, layers, spatial, batchnorm, losses, network, models, network_costs,
    optim, train,
    one_shot, shrink, neurons, pruning_units, during, teacher, search, sensitivity, allocate,
    procedures, regression,
)  # fmt: skip

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
    """Every function and class whose docstring names a source, in reading order."""
    if sys.flags.optimize > 1:
        raise ValueError("python -OO removes the docstrings that the index is made of; "
                         "run Python without it")  # fmt: skip
    return [
        _entry(name, module, thing)
        for module in MODULES
        for name, thing in vars(module).items()
        if getattr(thing, "__module__", None) == module.__name__
        and not name.startswith("_")
        and "Source: " in (inspect.getdoc(thing) or "")
    ]


def functions_of(item_id):
    """The entries that compute an item.

    >>> [entry.name for entry in functions_of("A-4.2")]
    ['magnitude', 'threshold_mask', 'threshold_prune', 'prune_by_threshold']
    """
    return [entry for entry in entries() if item_id in entry.ids]


def errata_of(item_id):
    """The mistakes that an item makes.

    >>> len(errata_of("D-4.3")) > 0
    True
    """
    return [erratum for erratum in ERRATA if item_id in ID.findall(erratum.ids)]


def facts_of(item_id):
    """The wrong or missing facts of history and bibliography in an item.

    >>> "1980" in facts_of("D-1.2e")[0].right
    True
    """
    return [fact for fact in FACTS if item_id in ID.findall(fact.ids)]


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


def _entry(name, module, thing):
    doc = inspect.getdoc(thing)
    equation = re.search(r"\n\n((?: {4}.*\n?)+)", doc)
    erratum = re.search(r"Erratum: (.*?)(?:\n\n|$)", doc, re.DOTALL)
    source = re.search(r"Source: (.*?)(?:Erratum: |\n\n|$)", doc, re.DOTALL)[1]
    return Entry(
        name,
        f"{module.__name__}.{name}",
        doc.split("\n")[0],
        inspect.cleandoc(equation[1]) if equation else "",
        tuple(dict.fromkeys(ID.findall(source))),
        " ".join(erratum[1].split()) if erratum else "",
        doc,
    )
