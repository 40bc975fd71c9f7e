"""Sentences about a wrong result, in English and in Chinese."""

import re

import numpy as np

from minprune.arguments import printable
from minprune.checks.compare import as_array, difference, is_list, shape_of
from minprune.checks.general import of_kind


def in_chinese(error):
    """An error of a user's function with its line in Chinese.

    >>> in_chinese("TypeError: no (line 3)"), in_chinese("SystemExit:  (line 3)")
    ('TypeError: no（第 3 行）', 'SystemExit（第 3 行）')
    """
    return re.sub(r"(: )? \(line (\d+)\)$", r"（第 \2 行）", error)


def explained(failure, relation=None):
    """The fault in a failed case, in both languages.

    relation  what is true of the numbers of all cases, in both languages, or None
    """
    if failure.error:
        error = failure.error.rstrip(": .")  # of an error without a message the name is shown
        return f"It raises {error}.", f"函数抛出 {in_chinese(error)}。"
    what, where, expected, got = failure.difference
    shown = printable(repr(got), 200)
    at = "".join(f"[{k!r}]" for k in where)
    en_place, zh_place = (
        (f"Entry {at} of the result", f"结果的 {at} 处") if at else ("The result", "结果")
    )
    if what == "kind":
        en, zh = (
            [shape_of(value, language) for value in (got, expected)] for language in ("en", "zh")
        )
        return f"{en_place} is {en[0]}, not {en[1]}.", f"{zh_place}应为{zh[1]}，得到{zh[0]}。"
    if what in ("shape", "length"):
        name = {"shape": "形状", "length": "长度"}[what]
        whose = f"entry {at} of the result" if at else "the result"
        return (f"The {what} of {whose} is {shown}, not {expected}.",
                f"{zh_place}的{name}应为 {expected}，得到 {shown}。")  # fmt: skip
    if relation is not None:
        return relation
    en, zh = _counted(failure)
    return (f"{en_place} is {shown}, not {expected!r}.{en}",
            f"{zh_place}应为 {expected!r}，得到 {shown}。{zh}")  # fmt: skip


def _counted(failure):
    """The number of entries that differ; of masks, also of those that are True."""
    expected, got = _arrays_at(failure)
    if expected.size < 2:
        return "", ""
    wrong = sum(difference(a, b) is not None for a, b in zip(expected.flat, got.flat, strict=True))
    en, zh = f" Wrong entries: {wrong} of {got.size}", f"{got.size} 个元素中 {wrong} 个不同"
    if expected.dtype == bool:
        return (f"{en}; True: {got.sum()}, not {expected.sum()}.",
                f"{zh}；其中 True 有 {got.sum()} 个，应有 {expected.sum()} 个。")  # fmt: skip
    return f"{en}.", f"{zh}。"


def _arrays_at(failure):
    """The two arrays in which the first difference lies."""
    expected, got = failure.expected, failure.got
    for k in failure.difference.where:
        if not (isinstance(expected, dict) or is_list(expected)):
            break
        expected, got = expected[k], got[k]
    return np.asarray(expected), np.asarray(got)


# --- what is true of all cases -------------------------------------------------------------------


def relation(pairs, tolerance=1e-6, fails=False):
    """A sentence that is true of the results of all cases, in both languages, or None.

    pairs  (expected, got) of the cases that have a result
    fails  whether there are cases without one

    >>> relation([(0.25, 2.5), (0.0, 0.0), (0.5, 5.0)])[0]
    'In every case the result is 10 times what it should be.'
    """
    start = of_every(fails)
    for of_all in (_constant, _times, _more):
        if (found := of_all(pairs, tolerance)) is not None:
            return tuple(map("".join, zip(start, found, strict=True)))
    return None


def of_every(fails):
    """Beginning of a sentence on all cases, in both languages; `fails` if some raise an error."""
    if fails:
        return "Wherever it raises no error, ", "在不抛异常的用例中，"
    return "In every case ", "每个用例的"


def _every(pairs, change, tolerance):
    """True if each result is what `change` makes of the right one, and some are not right."""
    try:
        same = all(difference(change(a), b, tolerance, False) is None for a, b in pairs)
        return same and sum(difference(a, b, tolerance, False) is not None for a, b in pairs) > 1
    except (TypeError, ValueError, IndexError):  # results of another kind
        return False


def _constant(pairs, tolerance):
    values = [value for _, value in pairs]
    c = constant(values)
    if c is None or len(values) < 2:
        return None
    shown = printable(repr(c + 0.0 if isinstance(c, float) else c), 200)  # -0.0 is 0.0
    return f"the result is {shown}.", f"结果都是 {shown}。"


def constant(values):
    """The number that all results consist of, or None.

    >>> constant([0, np.zeros(3)]), constant([np.nan, [np.nan]]), constant([0.0, 1.0])
    (0.0, nan, None)
    """
    arrays = [None if is_list(value) else as_array(value) for value in values]
    if any(array is None for array in arrays):
        return None
    entries = [entry for array in arrays for entry in array.ravel().tolist()]
    found = {
        repr(entry + 0.0 if type(entry) in (int, float) else entry): entry for entry in entries
    }
    return found.popitem()[1] if len(found) == 1 else None  # nan is not nan: by its text


def _times(pairs, tolerance):
    factors = (_ratio(a, b) for a, b in pairs)
    c = next((factor for factor in factors if factor is not None), None)
    if c is None or f"{c:.6g}" == "1" or not _every(pairs, lambda a: c * of_kind(a), tolerance):
        return None
    return (f"the result is {c:.6g} times what it should be.",
            f"结果都是正确值的 {c:.6g} 倍。")  # fmt: skip


def _more(pairs, tolerance):
    gaps = (_gap(a, b) for a, b in pairs)
    c = next((gap for gap in gaps if gap is not None), None)
    if c is None or not _every(pairs, lambda a: of_kind(a) + c, tolerance):
        return None
    en, zh = ("more", "大") if c > 0 else ("less", "小")
    return (f"the result is {abs(c):.6g} {en} than it should be.",
            f"结果都比正确值{zh} {abs(c):.6g}。")  # fmt: skip


def _ratio(expected, got):
    """The factor between the two where the right number is largest; None if there is none."""
    a, b = _flat(expected), _flat(got)
    if a is None or b is None or a.size != b.size or not a.size:
        return None
    k = np.abs(a).argmax()
    return b[k] / a[k] if a[k] and np.isfinite(b[k]) and b[k] not in (0, a[k]) else None


def _gap(expected, got):
    a, b = _flat(expected), _flat(got)
    if a is None or b is None or a.size != b.size or not a.size:
        return None
    return b[0] - a[0] if np.isfinite(b[0] - a[0]) and b[0] != a[0] else None


def _flat(value):
    array = None if is_list(value) else as_array(value)
    return array.astype(float).ravel() if array is not None and array.dtype.kind in "iuf" else None
