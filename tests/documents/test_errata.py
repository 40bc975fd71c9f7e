"""Every mistake of the documents is quoted, shown by code that runs, and belongs to items."""

import doctest
import math
import re
from fractions import Fraction

import numpy as np
import pytest

import minprune
from minprune.documents.errata import ERRATA, FACTS
from minprune.documents.items import ITEMS
from minprune.formulas import misprints

KNOWN = {"np": np, "mp": minprune, "misprints": misprints, "math": math, "Fraction": Fraction}
IDS = {item.id for item in ITEMS}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
UNSPACED = re.compile(r"[\u4e00-\u9fff][A-Za-z0-9]|[A-Za-z0-9%][\u4e00-\u9fff]")
ASCII_STOP = re.compile(r"[\u4e00-\u9fff][,.;:?!(]")
FORMULA_OR_CODE = re.compile(r"\\[a-z]+|\w\(|[=<>]|://|\d\.\d")
REFERENCE = re.compile(r"^[“\"].+[”\"]|\(\d{4}\)")  # a title or a year
WITHOUT_CODE = {  # nothing to compute: a matter of dates, of a missing call, of a heading
    "C-8.2, D-7.1a, D-7.1b, D-7.1c, D-7.1d, D-9.2",
    "E-5.1d",
    "E-6.3",
}


def name(erratum):
    return f"{erratum.ids.split(',')[0]}: {(erratum.says or erratum.right[0])[:30]}"


def failures(shows):
    """How many of the doctest lines do not show what they say; an error if there are none."""
    examples = doctest.DocTestParser().get_doctest(shows, dict(KNOWN), "erratum", None, 0)
    assert any(example.want for example in examples.examples), "nothing is shown"
    report = []
    runner = doctest.DocTestRunner(verbose=False)
    runner.run(examples, out=report.append)
    return runner.failures, "".join(report)


@pytest.mark.parametrize("erratum", [e for e in ERRATA if e.shows], ids=name)
def test_what_shows_a_mistake_is_what_it_prints(erratum):
    count, report = failures(erratum.shows)
    assert count == 0, report


def test_a_wrong_output_would_be_seen():
    assert failures(">>> mp.l1_norm([3.0, -4.0])\n7.0\n")[0] == 0
    assert failures(">>> mp.l1_norm([3.0, -4.0])\n5.0\n")[0] == 1
    assert failures(">>> mp.no_such_name\n7.0\n")[0] == 1
    with pytest.raises(AssertionError, match="nothing is shown"):
        failures("prose\n")


def test_only_these_have_nothing_to_compute():
    assert {erratum.ids for erratum in ERRATA if not erratum.shows} == WITHOUT_CODE
    assert sum(not erratum.shows for erratum in ERRATA) == len(WITHOUT_CODE)


@pytest.mark.parametrize("mistake", [*ERRATA, *FACTS], ids=name)
def test_a_mistake_names_items_that_exist_and_says_both_sides(mistake):
    ids = mistake.ids.split(", ")
    assert set(ids) <= IDS and len(set(ids)) == len(ids)
    english, chinese = mistake.right
    assert english and chinese and mistake.says not in mistake.right
    for text in (*mistake.quotes.values(), mistake.says, english, chinese):
        assert text == " ".join(text.split())  # one running text, no space lost or doubled


@pytest.mark.parametrize("mistake", [*ERRATA, *FACTS], ids=name)
def test_a_mistake_is_quoted_and_put_into_english_unless_that_is_needless(mistake):
    for quote in mistake.quotes.values():
        assert all(part.strip() for part in quote.split("……"))
        assert any(kind.search(quote) for kind in (CHINESE, FORMULA_OR_CODE, REFERENCE))
    assert mistake.says or not CHINESE.search("".join(mistake.quotes.values()))
    assert not CHINESE.search(mistake.says + mistake.right[0])


@pytest.mark.parametrize("mistake", [*ERRATA, *FACTS], ids=name)
def test_what_is_right_holds_the_same_numbers_in_both_languages(mistake):
    english, chinese = mistake.right
    assert set(NUMBER.findall(english)) <= set(NUMBER.findall(chinese))


@pytest.mark.parametrize("mistake", [*ERRATA, *FACTS], ids=name)
def test_what_is_right_is_written_as_chinese_is(mistake):
    chinese = mistake.right[1]
    assert CHINESE.search(chinese) and chinese.endswith("。")
    assert not UNSPACED.search(chinese) and not ASCII_STOP.search(chinese)


def test_no_mistake_is_told_twice():
    mistakes = [(str(mistake.quotes), mistake.says) for mistake in (*ERRATA, *FACTS)]
    assert len(set(mistakes)) == len(mistakes)
    sides = zip(*((mistake.says, *mistake.right) for mistake in (*ERRATA, *FACTS)), strict=True)
    for texts in sides:
        told = [text for text in texts if text]
        assert len(set(told)) == len(told)


@pytest.mark.parametrize(
    ("item", "words"), [("D-2.1e", "proportion"), ("C-9.2", "learning rate"), ("D-5.2e", "0.1")]
)
def test_an_item_is_not_charged_with_what_it_does_not_say(item, words):
    assert not [e for e in ERRATA if item in e.ids.split(", ") and words in e.says]


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ("A-1", "linear in the depth"),
        ("A-4.4", "3.9"),
        ("A-5.5", "50,890"),
        ("A-5.5", "no verdict"),
        ("A-4.3b", "residual"),
        ("C-2.1f", "Mermaid"),
        ("C-3.2", "Score first"),
        ("D-Q3", "perceptron"),
        ("B-5", "biological"),
        ("D-9.3", "more complex"),
        ("B-3e", "|w_ij|"),
        ("B-4c", "number of weights"),
        ("C-4.2f", "costs 1.5"),
        ("C-5.2a", "at most one survives"),
        ("D-4.1a", "[-1, 1]"),
        ("D-4.3", "Seven of nine"),
        ("E-4.3", "outgoing weights"),
        ("E-5.1d", "UpdatePruningStep"),
    ],
)
def test_the_great_mistakes_are_among_them(item, words):
    told = [(e.says, *e.right) for e in (*ERRATA, *FACTS) if item in e.ids.split(", ")]
    assert any(words in text for texts in told for text in texts)
