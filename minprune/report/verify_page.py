"""The results of `verify`, for the terminal and as JSON."""

import re
import textwrap
import unicodedata

import numpy as np

from minprune.arguments import counted, printable
from minprune.checks.check import given
from minprune.checks.compare import as_array, is_list, shape_of
from minprune.checks.vectors import encoded

WIDTH = 100  # columns of a diagnosis
TABLE = 80  # columns of the table
BY_HAND = {"zh": {"by hand": "手算"}}
STATUS = {
    "en": {"passed": "right", "mistake": "mistake", "like": "like a mistake", "failed": "wrong",
           "changed": "changes input", "property": "property fails", "broken": "not judged"},
    "zh": {"passed": "正确", "mistake": "典型错误", "like": "像典型错误", "failed": "错误",
           "changed": "改动了输入", "property": "性质不成立", "broken": "无法评判"},
}  # fmt: skip
WORDS = {
    "en": {"case": "called as", "expected": "expected", "got": "got", "at": "differs at",
           "source": "from", "printed": "printed"},
    "zh": {"case": "调用", "expected": "应为", "got": "得到", "at": "首个不同处", "source": "出处",
           "printed": "输出"},
}  # fmt: skip


def formulas_table(rows):
    """The verdict on minprune's formulas in one line, then each with what it was compared with."""
    wrong = sum(not row.passed for row in rows)
    said = f"{wrong} not right" if wrong else "all right"
    lines = [f"{counted(len(rows), 'formula')}: {said}", "",
             f"{'formula':30}{'by hand':>7}{'published':>11}{'properties':>12}{'mistakes':>11}"
             "  verdict", "-" * TABLE]  # fmt: skip
    for row in rows:
        told = f"{row.told} of {row.mistakes}"
        verdict = STATUS["en"][row.verdict.status]
        numbers = f"{row.by_hand:7}{row.published:11}{row.properties:12}{told:>11}"
        lines.append(f"{row.name:30}{numbers}  {verdict}")
        lines += _indented(", ".join(row.ids), "  ", TABLE)
        if not row.verdict.passed:
            lines += details(row.name, row.verdict, sources=True)
    return "\n".join([*lines, "-" * TABLE, *_compared(rows)])


def _compared(rows):
    """The sums of the columns, and what they count."""
    cases, by_hand, published, properties, told, mistakes = (
        sum(getattr(row, name) for row in rows)
        for name in ("cases", "by_hand", "published", "properties", "told", "mistakes")
    )
    notes = [
        f"by hand, published: results compared, {by_hand} computed by hand and {published} "
        f"published by others. properties: {properties}, each of several calls together. mistakes: "
        f"wrong versions of the formula, {told} of {mistakes} recognized by their results."
    ]
    if rest := cases - by_hand - published:
        notes.append(
            f"`verify FILE` also runs {counted(rest, 'case')} whose expected results minprune "
            "computes; the test suite compares those with plain loops."
        )
    return [line for note in notes for line in _indented(note, "", TABLE)]


def functions_table(rows, language="en", left_out=()):
    """Every function of a file with the verdict, and of those that fail what a learner needs.

    left_out  functions of the file that were not judged
    """
    width = max(len(_title(row)) for row in rows) + 2
    lines = []
    for row in rows:
        lines.append(f"{_title(row):{width}}{STATUS[language][row.verdict.status]}")
        if not row.passed:
            lines += details(row.name, row.verdict, row.printed, language, sources=True)
    if left_out:
        said = {"en": "not judged, since no formula has this name (--map NAME=FORMULA): ",
                "zh": "未评判，没有同名公式（可用 --map NAME=FORMULA）："}  # fmt: skip
        lines += _indented(", ".join(left_out), said[language])
    right = sum(row.passed for row in rows)
    lines.append(
        {"en": f"{right} of {len(rows)} right", "zh": f"{len(rows)} 个函数中 {right} 个正确"}[
            language
        ]
    )
    return "\n".join(lines)


def _title(row):
    return row.function if row.function == row.name else f"{row.function} as {row.name}"


def details(name, verdict, printed="", language="en", sources=False):
    """The fault of a function: the diagnosis, the smallest failing case, its output.

    sources  whether it is said where the numbers of the case come from
    """
    words, failure = WORDS[language], verdict.failure
    lines = _indented(getattr(verdict, language), "    ")
    if failure is not None:
        lines += _indented(f"{name}({failure.case.call!r})", f"    {wide(words['case'], 12)}")
        if failure.case.source and sources:
            source = failure.case.source
            source = BY_HAND.get(language, {}).get(source, source)
            lines += _indented(source, f"    {wide(words['source'], 12)}")
        if failure.error or failure.difference is not None:  # else it is nothing but a call
            lines += [f"    {line}" for line in _results(failure, words, language)]
    if printed.strip():
        lines += _indented(printed.strip()[:500], f"    {wide(words['printed'], 12)}")
    return lines


def _results(failure, words, language):
    """Lines with what was expected and what came: a vector below the other, a matrix beside it."""
    expected, got = failure.expected, failure.got
    if failure.error:
        return _indented(text_of(expected, language), wide(words["expected"], 12))
    where = "".join(f"[{k!r}]" for k in failure.difference.where)
    at = [wide(words["at"], 12) + where] if where else []
    if len({shape := _shape_to_draw(expected), _shape_to_draw(got)}) > 1 or shape is None:
        values = [(words["expected"], expected), (words["got"], got)]
        texts = [
            _indented(text_of(value, language)[:5000], wide(name, 12)) for name, value in values
        ]
        return [*texts[0], *texts[1], *at]
    rows = [_rows(np.atleast_2d(value), expected, got) for value in (expected, got)]
    if len(shape) == 1:
        return [wide(words["expected"], 12) + rows[0][0], wide(words["got"], 12) + rows[1][0], *at]
    width = max(len(rows[0][0]), columns(words["expected"])) + 3
    lines = [wide(one, width) + other for one, other in zip(*rows, strict=True)]
    return [wide(words["expected"], width) + words["got"], *lines, *at]


def _shape_to_draw(value):
    """The shape of a vector or a small matrix of numbers; None of anything else."""
    array = None if is_list(value) else as_array(value)
    fits = array is not None and array.ndim in (1, 2) and 0 < array.size <= 60
    return array.shape if fits and array.shape[-1] <= 12 and array.dtype.kind != "U" else None


def _rows(array, *both):
    """The rows of an array, in columns as wide as those of `both` are; of masks as dots."""
    masks = all(as_array(value).dtype == bool for value in both)

    def cell(entry):
        if isinstance(entry, bool):
            return "○●"[entry] if masks else str(entry)
        return f"{entry:.8g}"

    width = max(len(cell(entry)) for value in both for entry in as_array(value).ravel().tolist())
    return [" ".join(cell(entry).rjust(width) for entry in row) for row in array.tolist()]


def text_of(value, language="en"):
    """A result on a few lines."""
    if isinstance(value, np.generic):
        value = value.item()
    numpy = np.ndarray, np.generic
    if isinstance(value, (list, tuple)) and any(isinstance(v, numpy) for v in value):
        return "[" + ", ".join(text_of(v, language) for v in value) + "]"
    if isinstance(value, np.ndarray) and not value.size:
        return shape_of(value, language)
    if isinstance(value, np.ndarray) and value.ndim > 2:
        return repr(given(value))
    if isinstance(value, np.ndarray):
        return np.array2string(value, separator=", ", threshold=60)
    return repr(value)[:500]


def wide(text, width):
    """The text filled up to so many columns; a Chinese character takes two."""
    return text + " " * (width - columns(text))


def columns(text):
    """Columns of a terminal that a text takes."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


class _Wrapper(textwrap.TextWrapper):
    """Lines by columns, of a text with a NUL after each wide character: so it counts twice. A line
    may also end before and after such a character, but not before a comma or inside a bracket."""

    wordsep_simple_re = re.compile(
        r"(\s+|(?:(?<=\0)|(?=[^\0]\0))(?<![（《]\0)(?<!“)(?![，。、；：？！…）》”]))"
    )


def folded(text, width, first=""):
    """The lines of a text, at most so many columns wide: the first one behind `first`, the others
    as far in.

    >>> folded("阈值（小于0.5的权重）。", 12, "1. ")
    ['1. 阈值（小', '   于0.5的权', '   重）。']
    """
    first, text = (re.sub("[\u1100-\uffff]", _marked, part) for part in (first, text))
    wrapper = _Wrapper(width, first, " " * len(first), break_on_hyphens=False)  # is one word
    return [line.replace("\0", "") for line in wrapper.wrap(text)]


def _marked(character):
    return character[0] + "\0" * (columns(character[0]) - 1)


def _indented(text, first, width=WIDTH):
    lines = [printable(line) for line in text.expandtabs().splitlines()] or [""]
    if len(lines) == 1:
        return folded(lines[0], width, first)
    return [f"{first if k == 0 else ' ' * columns(first)}{line}" for k, line in enumerate(lines)]


def as_json(rows, seed, left_out=None):
    """The same as a dictionary for `json.dumps`."""
    found = {"seed": seed, "passed": all(row.passed for row in rows)}
    if left_out is not None:
        found["not_judged"] = left_out
    return found | {"results": [*map(_row, rows)]}


def _row(row):
    failure, verdict = row.verdict.failure, row.verdict
    found = {
        "formula": row.name, "function": row.function, "ids": list(row.ids), "passed": row.passed,
        "status": verdict.status, "en": verdict.en, "zh": verdict.zh, "cases": row.cases,
        "by_hand": row.by_hand, "published": row.published,
        "properties": row.properties, "mistakes": row.mistakes, "run": verdict.run,
        "declared": verdict.declared,
    }  # fmt: skip
    if row.told is not None:
        found["mistakes_told_apart"] = row.told
    if failure is not None:
        found["failure"] = {
            "call": repr(failure.case.call), "what": failure.case.what,
            "source": failure.case.source, "expected": encoded(failure.expected),
            "error": failure.error, "got": None if failure.error else _encoded(failure.got),
            "first_difference": list(failure.difference.where) if failure.difference else None,
        }  # fmt: skip
    return found


def _encoded(value):
    """The encoded result of a user's function, or its `repr`."""
    try:
        return encoded(value)
    except (TypeError, ValueError):
        return repr(value)[:500]
