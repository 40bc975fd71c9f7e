"""A text in both languages: the same numbers in the same places, and no English left in Chinese."""

import re

from minprune.language import using
from minprune.layout import columns

NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
ENGLISH = re.compile(r"[A-Za-z]+(?:[\s,.;:'()]+[A-Za-z]+){2}")  # three words in a row
INVERSE = re.compile(r"(?<!\d)1/(?=\d)")  # 1/4.9 of the size is "4.9 times smaller"


def chinese_report(render, names=()):
    """The report in Chinese, after all that must hold of it.

    render  function of no argument
    names   English in it that remains: of data, processors, errors of Python
    """
    english = render()
    with using("zh"):
        chinese = render()
    assert max(map(columns, chinese.splitlines())) <= 80
    for en, zh in zip(english.split("\n\n"), chinese.split("\n\n"), strict=True):
        assert numbers(zh) == numbers(en), zh
        assert not_translated(" ".join(zh.split()), names) == []
    return chinese


def missing(words, text):
    """The words that are not in the text, wherever its lines end."""
    return [word for word in words if "".join(word.split()) not in "".join(text.split())]


def numbers(text):
    return sorted(NUMBER.findall(INVERSE.sub("", text)))


def not_translated(text, names=()):
    """Runs of three English words or more, without the names."""
    for name in names:
        text = text.replace(name, "")
    return ENGLISH.findall(text)
