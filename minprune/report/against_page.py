"""The results of `verify --against`, for the terminal."""

from minprune.arguments import counted
from minprune.checks.details import text_of
from minprune.checks.libraries.conventions import FLOATS_ONLY
from minprune.checks.vectors import decoded
from minprune.language import either, language
from minprune.layout import folded, wide

WIDTH = 80
STATUS = {
    "en": {"wrong": "wrong", "refuses": "refusing some calls",
           "convention": "by another convention",
           "floats": "the same, but whole numbers are refused", "same": "the same"},
    "zh": {"wrong": "错误", "refuses": "拒绝部分调用", "convention": "约定不同",
           "floats": "相同，但不接受整数数组", "same": "相同"},
}  # fmt: skip
WORDS = {
    "en": {"group": "{}: {}", "comma": ", ",
           "title": "{} {}: {} compared with formulas of minprune {}",
           "formula": "formula", "calls": "calls", "call": "called as", "error": "error",
           "expected": "expected", "got": "got", "wrong": "{} wrong", "refused": "{} refused",
           "differently": "{} by another convention", "same": "{} the same",
           "left_out": "{} not provided for"},
    "zh": {"group": "{}：{}", "comma": "，",
           "title": "{} {}：{} 个函数与 minprune {} 的公式比较",
           "formula": "公式", "calls": "调用", "call": "调用为", "error": "异常",
           "expected": "应为", "got": "得到", "wrong": "错误 {}", "refused": "拒绝 {}",
           "differently": "约定不同 {}", "same": "相同 {}", "left_out": "不支持 {}"},
}  # fmt: skip


def against_page(found):
    """The results of a library: the counts, then each function, what is wrong first."""
    words, rows = WORDS[language()], found["results"]
    functions = either(counted(len(rows), "function"), len(rows))
    title = words["title"].format(found["library"], found["version"], functions, found["minprune"])
    lines = folded(title, WIDTH)
    for status, said in STATUS[language()].items():
        group = [row for row in rows if row["status"] == status]
        if group:
            lines += ["", words["group"].format(said, len(group)), "-" * WIDTH]
        for row in group:
            lines += _same(row) if status in ("floats", "same") else _row(row, words)
    return "\n".join(lines)


def _same(row):
    return folded(row["function"], WIDTH, f"{row['formula']:28}")


def _row(row, words):
    counts = {name: row[name] for name in ("wrong", "refused", "differently", "left_out")}
    counts["same"] = row["calls"] - sum(counts.values())
    said = words["comma"].join(words[name].format(count) for name, count in counts.items() if count)
    lines = folded(row["function"], WIDTH)
    lines += _entry(words["formula"], row["formula"]) + _entry(words["calls"], said)
    sentences = either(row["en"], row["zh"])
    last = [one for one in sentences if one == either(FLOATS_ONLY.en, FLOATS_ONLY.zh)]
    for sentence in sentences[: len(sentences) - len(last)]:
        lines += folded(sentence, WIDTH, "    ")
    for part in (row["failure"], row["refusal"]):
        for name, value in (part or {}).items():
            text = text_of(decoded(value)) if name in ("expected", "got") else value
            lines += _entry(words[name], " ".join(text.split()))
    for sentence in last:  # it does not explain the calls above
        lines += folded(sentence, WIDTH, "    ")
    return lines


def _entry(name, text):
    return folded(text, WIDTH, f"    {wide(name, 12)}")
