"""The results of `verify`, for the terminal and as JSON."""

from minprune.arguments import counted
from minprune.checks.details import STATUS, details, indented
from minprune.checks.vectors import encoded

TABLE = 80  # columns of the table


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
        lines += indented(", ".join(row.ids), "  ", TABLE)
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
    return [line for note in notes for line in indented(note, "", TABLE)]


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
        lines += indented(", ".join(left_out), said[language])
    right = sum(row.passed for row in rows)
    lines.append(
        {"en": f"{right} of {len(rows)} right", "zh": f"{len(rows)} 个函数中 {right} 个正确"}[
            language
        ]
    )
    return "\n".join(lines)


def _title(row):
    return row.function if row.function == row.name else f"{row.function} as {row.name}"


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
