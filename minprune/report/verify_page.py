"""The results of `verify`, for the terminal and as JSON."""

from minprune.arguments import counted
from minprune.checks.details import STATUS, details, indented
from minprune.checks.vectors import encoded
from minprune.language import either, language
from minprune.layout import columns, flush_right, wide

TABLE = 80  # columns of the table


def formulas_table(rows):
    """The verdict on minprune's formulas in one line, then each with what it was compared with."""
    wrong = sum(not row.passed for row in rows)
    en, zh = (f"{wrong} not right", f"{wrong} 个不正确") if wrong else ("all right", "全部正确")
    head = either(("formula", "by hand", "published", "properties", "mistakes", "verdict"),
                  ("公式", "手算", "文献", "性质", "错误", "结果"))  # fmt: skip
    lines = [either(f"{counted(len(rows), 'formula')}: {en}", f"{len(rows)} 个公式：{zh}"), ""]
    lines += [_line(*head), "-" * TABLE]
    for row in rows:
        told = either(f"{row.told} of {row.mistakes}", f"{row.told} / {row.mistakes}")
        verdict = STATUS[language()][row.verdict.status]
        lines.append(_line(row.name, row.by_hand, row.published, row.properties, told, verdict))
        lines += indented(", ".join(row.ids), "  ", TABLE)
        if not row.verdict.passed:
            lines += details(row.name, row.verdict, sources=True)
    return "\n".join([*lines, "-" * TABLE, *_compared(rows)])


def _line(name, by_hand, published, properties, told, verdict):
    """A line of the table of formulas."""
    cells = (by_hand, 7), (published, 11), (properties, 12), (told, 11)
    numbers = "".join(flush_right(str(cell), width) for cell, width in cells)
    return f"{wide(name, 30)}{numbers}  {verdict}"


def _compared(rows):
    """The sums of the columns, and what they count."""
    cases, by_hand, published, properties, told, mistakes = (
        sum(getattr(row, name) for row in rows)
        for name in ("cases", "by_hand", "published", "properties", "told", "mistakes")
    )
    notes = [either(
        f"by hand, published: results compared, {by_hand} computed by hand and {published} "
        f"published by others. properties: {properties}, each of several calls together. mistakes: "
        f"wrong versions of the formula, {told} of {mistakes} recognized by their results.",
        f"手算、文献：所比较的结果，其中 {by_hand} 个由手算得到，{published} 个由他人发表。"
        f"性质：共 {properties} 条，每条涉及几次调用。"
        f"错误：公式的错误写法，{mistakes} 种中有 {told} 种能从结果认出。",
    )]  # fmt: skip
    if rest := cases - by_hand - published:
        notes.append(either(
            f"`verify FILE` also runs {counted(rest, 'case')} whose expected results minprune "
            "computes; the test suite compares those with plain loops.",
            f"`verify FILE` 另外运行 {rest} 个用例，其期望结果由 minprune 计算；"
            "测试套件用朴素循环核对这些结果。",
        ))  # fmt: skip
    return [line for note in notes for line in indented(note, "", TABLE)]


def functions_table(rows, left_out=()):
    """Every function of a file with the verdict, and of those that fail what a learner needs.

    left_out  functions of the file that were not judged
    """
    width = max(columns(_title(row)) for row in rows) + 2
    lines = []
    for row in rows:
        lines.append(f"{wide(_title(row), width)}{STATUS[language()][row.verdict.status]}")
        if not row.passed:
            lines += details(row.name, row.verdict, row.printed, sources=True)
    if left_out:
        said = either("not judged, since no formula has this name (--map NAME=FORMULA): ",
                      "未评判，没有同名公式（可用 --map NAME=FORMULA）：")  # fmt: skip
        lines += indented(", ".join(left_out), said)
    right = sum(row.passed for row in rows)
    lines.append(either(f"{right} of {len(rows)} right", f"{len(rows)} 个函数中 {right} 个正确"))
    return "\n".join(lines)


def _title(row):
    if row.function == row.name:
        return row.function
    return either(f"{row.function} as {row.name}", f"{row.function}（作为 {row.name}）")


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
