"""Mistakes, written as what they change in the right function."""

import ast
import inspect
import re
import textwrap
import warnings
from collections.abc import Callable
from functools import cache
from typing import NamedTuple


class Mistake(NamedTuple):
    """A wrong function that people write, and what to tell them.

    right   the function that the edits change
    edits   each one of
            "score >= theta -> score > theta"   other source, wherever the left side stands
            "w = abs(w)"                        a statement that runs first: other arguments
            "return ~result"                    another result, from `result` and the arguments
    """

    right: Callable
    edits: tuple
    en: str
    zh: str

    @property
    def function(self):
        """The wrong function."""
        return edited(self.right, self.edits)


def written(text):
    """The mistakes of a text: the edits of each on lines of their own, then two indented lines,
    what to say in English and in Chinese.

    returns a list of (edits, en, zh); `ValueError` for another form

    >>> written('''
    ... return ~result
    ...     The mask is inverted.
    ...     掩码取反了。
    ... ''')
    [(('return ~result',), 'The mask is inverted.', '掩码取反了。')]
    """
    found, edits, said = [], [], []
    for line in filter(str.strip, text.splitlines()):
        if not line.startswith("    "):
            edits.append(line)
            continue
        said.append(line.strip())
        if len(said) == 2:
            found.append((tuple(edits), *said))
            edits, said = [], []
    if edits or said or not all(edits for edits, _, _ in found):
        raise ValueError(
            f"a mistake must be edits, an English and a Chinese sentence, got {text!r}"
        )
    return found


@cache
def edited(function, edits):
    """A function with some edits, as `Mistake` has them; `LookupError` if one finds nothing to do.

    >>> def keep(w, theta):
    ...     return abs(w) >= theta
    >>> edited(keep, ("w = -w", "abs(w) -> w", "return not result"))(2, 1)
    True
    """
    if not edits:
        return function
    head, body = source_of(function)
    first, last = [], []
    for edit in edits:
        old, arrow, new = edit.partition(" -> ")
        if arrow:
            if old not in body:
                raise LookupError(f"{function.__name__} does not contain {old!r}")
            body = body.replace(old, new)
        else:
            (last if edit.startswith("return ") else first).append(edit)
    names = function.__globals__ | {function.__name__: function}
    if last:
        names["_right"] = _defined(head, [body], names)
        right = f"_right({_passed_on(function)})" if re.search(r"\bresult\b", last[0]) else None
        results = [f"result = {edit.removeprefix('return ')}" for edit in last]
        body = "\n".join([f"result = {right}", *results, "return result"])
    return _defined(head, [*first, body], names)


def pair(one, other):
    """The function that makes two mistakes at once; None if they do not go together."""
    written_out = [m.right for m in (one, other) if not m.edits]
    if len(written_out) == 2:
        return None
    right = written_out[0] if written_out else one.right
    for edits in (one.edits + other.edits, other.edits + one.edits):
        try:
            return edited(right, edits)
        except (LookupError, SyntaxError):  # what one changes, the other has already changed
            continue
    return None


@cache
def source_of(function):
    """The source of a function as (its `def`, its body), without decorators and docstring."""
    lines = textwrap.dedent(inspect.getsource(function)).splitlines()
    (node,) = ast.parse("\n".join(lines)).body
    start = node.body[0]
    if ast.get_docstring(node) is not None:
        start = node.body[1]
    head = "\n".join(lines[node.lineno - 1 : node.body[0].lineno - 1])
    return head, textwrap.dedent("\n".join(lines[start.lineno - 1 : node.end_lineno]))


def _passed_on(function):
    """The arguments of a function as its own call would give them: "w, *masks, k=k"."""
    forms = {inspect.Parameter.VAR_POSITIONAL: "*{0}", inspect.Parameter.VAR_KEYWORD: "**{0}",
             inspect.Parameter.KEYWORD_ONLY: "{0}={0}"}  # fmt: skip
    parameters = inspect.signature(function).parameters.values()
    return ", ".join(forms.get(p.kind, "{0}").format(p.name) for p in parameters)


def _defined(head, body, names):
    """The function of this source; in its body its own name stands for the right one."""
    source = "\n".join([head, *(textwrap.indent(part, "    ") for part in body)])
    made = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # a pair of edits may make `7[0]`
        exec(compile(source, "<mistake>", "exec", dont_inherit=True), names, made)
    (function,) = made.values()
    return function
