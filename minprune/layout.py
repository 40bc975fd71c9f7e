"""Text in the columns of a terminal, of which a Chinese character takes two."""

import re
import textwrap
import unicodedata


def columns(text):
    """Columns of a terminal that a text takes.

    >>> columns("mask"), columns("掩码")
    (4, 4)
    """
    return sum(map(width_of, text))


def width_of(character):
    """Columns that one character takes: 2 if it is wide, 0 if it joins the one before it."""
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def wide(text, width):
    """The text filled up to so many columns with blanks behind it."""
    return text + " " * (width - columns(text))


def flush_right(text, width):
    """The text filled up to so many columns with blanks before it."""
    return " " * (width - columns(text)) + text


def shortened(text, width):
    """The text, or its beginning with "..." at the end, in at most so many columns.

    >>> shortened("threshold pruning", 13), shortened("阈值剪枝与掩码", 13)
    ('threshold ...', '阈值剪枝 ...')
    """
    if columns(text) <= width:
        return text
    (first, *_) = folded(text, width - 4) or [""]
    return f"{first} ..."


class _Wrapper(textwrap.TextWrapper):
    """Lines by columns, of a text with a NUL after each wide character: so it counts twice. A line
    may also end before and after such a character, but not before a comma or inside a bracket."""

    wordsep_simple_re = re.compile(
        r"(\s+|(?:(?<=\0)|(?=[^\0]\0))(?<![（《]\0)(?<!“)(?![，。、；：？！…）》”]))"
    )


def folded(text, width, first="", rest=None):
    """The lines of a text, at most so many columns wide: one behind `first`, the others as far in,
    or behind `rest`.

    >>> folded("阈值（小于0.5的权重）。", 12, "1. ")
    ['1. 阈值（小', '   于0.5的权', '   重）。']
    """
    rest = " " * columns(first) if rest is None else rest
    first, rest, text = (re.sub("[\u1100-\uffff]", _marked, part) for part in (first, rest, text))
    wrapper = _Wrapper(width, first, rest, break_on_hyphens=False)  # is one word
    return [line.replace("\0", "") for line in wrapper.wrap(text)]


def _marked(character):
    return character[0] + "\0" * (columns(character[0]) - 1)


def paragraph(text, width, hanging=""):
    """A text as lines of at most so many columns, all but the first behind `hanging`."""
    return "\n".join(folded(text, width, rest=hanging))


def ruled(rows):
    """Rows of cells as lines, the head between two rules."""
    widths = [max(map(columns, column)) for column in zip(*rows, strict=True)]
    head, *body = (line_of(row, widths) for row in rows)
    rule = "-" * columns(head)
    return [rule, head, rule, *body, rule]


def line_of(cells, widths):
    """Cells side by side, the first one flush left, the others flush right."""
    first, *others = zip(cells, widths, strict=True)
    return "  ".join([wide(*first), *(flush_right(*other) for other in others)])
