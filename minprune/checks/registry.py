"""Every check by the name of its formula."""

from functools import cache
from importlib import import_module

from minprune.checks.check import Check
from minprune.language import in_both

MODULES = (
    "norms", "penalties", "scores", "influence", "units", "masks", "structured", "allocation",
    "schedules", "metrics", "costs", "quantize", "distill", "factorization", "activations",
    "convolution",
)  # fmt: skip


@cache
def checks():
    """Every check by the name of its formula, in reading order."""
    found = {}
    for name in MODULES:
        module = import_module(f"minprune.checks.formulas.{name}")
        for thing in vars(module).values():
            if isinstance(thing, Check):
                found[thing.name] = thing
    return found


def check_of(name):
    """The check of a formula; `ValueError` if there is none of this name."""
    if name not in checks():
        raise in_both(
            ValueError(
                f"there is no formula {name!r}; `python -m minprune formulas WORD` finds its name"),
            f"没有公式 {name!r}；用 `python -m minprune formulas WORD` 可查到它的名称",
        )  # fmt: skip
    return checks()[name]
