"""The fault of a function as text: the diagnosis, the call, what was expected and what came."""

import numpy as np

from minprune.arguments import printable
from minprune.checks.check import given
from minprune.checks.compare import as_array, is_list, shape_of
from minprune.checks.words import in_chinese
from minprune.language import either, language
from minprune.layout import columns, folded, wide

WIDTH = 100  # columns of a line
BY_HAND = {"by hand": "手算"}
STATUS = {
    "en": {"passed": "right", "mistake": "mistake", "like": "like a mistake", "failed": "wrong",
           "changed": "changes input", "property": "property fails", "broken": "not judged"},
    "zh": {"passed": "正确", "mistake": "典型错误", "like": "像典型错误", "failed": "错误",
           "changed": "改动了输入", "property": "性质不成立", "broken": "无法评判"},
}  # fmt: skip
WORDS = {
    "en": {"case": "called as", "expected": "expected", "got": "got", "at": "differs at",
           "source": "from", "printed": "printed", "error": "error"},
    "zh": {"case": "调用", "expected": "应为", "got": "得到", "at": "首个不同处", "source": "出处",
           "printed": "输出", "error": "异常"},
}  # fmt: skip


def details(name, verdict, printed="", sources=False):
    """The fault of a function: the diagnosis, the smallest failing case, its output.

    sources  whether it is said where the numbers of the case come from
    """
    words, failure = WORDS[language()], verdict.failure
    lines = indented(either(verdict.en, verdict.zh), "    ")
    if failure is not None:
        lines += indented(f"{name}({failure.case.call!r})", f"    {wide(words['case'], 12)}")
        if failure.case.source and sources:
            source = failure.case.source
            source = either(source, BY_HAND.get(source, source))
            lines += indented(source, f"    {wide(words['source'], 12)}")
        if failure.error or failure.difference is not None:  # else it is nothing but a call
            lines += [f"    {line}" for line in _results(failure, words)]
        error = either(failure.error, in_chinese(failure.error))
        if error not in either(verdict.en, verdict.zh):  # the diagnosis does not contain it
            lines += indented(error, f"    {wide(words['error'], 12)}")
    if printed.strip():
        lines += indented(printed.strip()[:500], f"    {wide(words['printed'], 12)}")
    return lines


def _results(failure, words):
    """Lines with what was expected and what came: a vector below the other, a matrix beside it."""
    expected, got = failure.expected, failure.got
    if failure.error:
        return indented(text_of(expected), wide(words["expected"], 12))
    if isinstance(expected, np.ndarray) and is_list(got) and as_array(got) is not None:
        got = as_array(got)  # lists in a list are drawn as the array is
    where = "".join(f"[{k!r}]" for k in failure.difference.where)
    at = [wide(words["at"], 12) + where] if where else []
    if len({shape := _shape_to_draw(expected), _shape_to_draw(got)}) > 1 or shape is None:
        values = [(words["expected"], expected), (words["got"], got)]
        texts = [indented(text_of(value)[:5000], wide(name, 12)) for name, value in values]
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


def text_of(value):
    """A result on a few lines."""
    numpy = np.ndarray, np.generic
    if isinstance(value, numpy) and not value.ndim:
        value = value.item()
    if isinstance(value, (list, tuple)) and any(isinstance(v, numpy) for v in value):
        return "[" + ", ".join(text_of(v) for v in value) + "]"
    if isinstance(value, np.ndarray) and not value.size:
        return shape_of(value, language())
    if isinstance(value, np.ndarray) and value.ndim > 2:
        return repr(given(value))
    if isinstance(value, np.ndarray):
        return np.array2string(value, separator=", ", threshold=60)
    return repr(value)[:500]


def indented(text, first, width=WIDTH):
    """The lines of a text behind `first`: a single line is folded, several remain as they are."""
    lines = [printable(line) for line in text.expandtabs().splitlines()] or [""]
    if len(lines) == 1:
        return folded(lines[0], width, first)
    return [f"{first if k == 0 else ' ' * columns(first)}{line}" for k, line in enumerate(lines)]
