"""One Chinese term for one thing, from the list in tutorials/terms.md."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from minprune.documents.errata import ERRATA, FACTS

ROOT = Path(__file__).parents[1]
TERMS = ROOT / "tutorials" / "terms.md"
HAN = re.compile("[\u4e00-\u9fff]")
OTHERWISE = {  # where a word that is not used has another sense
    "分数": r"百分数|得分数组|精确的分数|最简分数|评分数据|^分数$",
    "比特": r"单位是比特",
    "文档": r"文档字符串",
    "印出": r"打印出",
}
WINDOW = re.compile("卷积|池化|窗口|滤波器|stride")
QUOTES = {words for one in ERRATA + FACTS for words in one.quotes.values()}


def rows():
    lines = TERMS.read_text(encoding="utf-8").splitlines()
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in lines if line[:2] == "| "
    ]
    return [row for row in cells if row[0] not in ("English", "---")]


@cache
def texts():
    """(place, text) of all that is written in Chinese, but for quotes and names elsewhere."""
    found = []
    for path in sorted((ROOT / "minprune").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and HAN.search(text) and text not in QUOTES:
                found.append((f"{path.relative_to(ROOT)}:{node.lineno}", text))
    for pattern in (
        "minprune/documents/zh/**/*.txt",
        "minprune/exercises/*.zh.md",
        "tutorials/*.zh.md",
    ):
        for path in sorted(ROOT.glob(pattern)):
            lines = path.read_text(encoding="utf-8").splitlines()
            found += [(f"{path.relative_to(ROOT)}:{k}", line) for k, line in enumerate(lines, 1)
                      if HAN.search(line) and not is_quote(line)]  # fmt: skip
    return [one for one in found if "report/find.py" not in one[0]]


def is_quote(line):
    """True for a line of a page that holds a document's own words."""
    return any(words in line for words in QUOTES if len(words) > 5)


def test_every_row_has_both_languages_and_no_word_twice():
    terms = [term for _, zh, _ in rows() for term in re.split("，", zh)]
    assert len(terms) == len({*terms}) > 50
    for en, zh, banned in rows():
        assert en and HAN.search(zh) and not {*banned.split("、")} & {*terms}


@pytest.mark.parametrize(
    "zh, banned", [(zh, w) for _, zh, words in rows() for w in words.split("、") if w]
)
def test_no_other_word_is_used(zh, banned):
    allowed = OTHERWISE.get(banned, "(?!)")
    wrong = [(place, text[:60]) for place, text in texts() if banned in re.sub(allowed, "", text)]
    assert wrong == [], f"the term is {zh}"


def test_the_stride_of_a_window_is_no_step():
    sentences = [(place, part) for place, text in texts() for part in re.split("[。；\n]", text)]
    assert [one for one in sentences if "步长" in one[1] and WINDOW.search(one[1])] == []


def test_one_filter_is_not_called_by_the_name_of_the_tensor():
    one = re.compile(r"第 \w+ 个卷积核|\d 个卷积核|[各几]个?卷积核|卷积核(?:的)?个数|卷积核数目")
    assert [(place, found[0]) for place, text in texts() if (found := one.search(text))] == []
