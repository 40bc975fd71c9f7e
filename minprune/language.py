"""The language in which commands print, English or Chinese, chosen once for a program.

Both sentences are written where they are used: `either("dense", "稠密")`. Errors of the library are
English, as Python's own; those of a command are a `Refusal`, which holds both sentences.
"""

import os
from contextlib import contextmanager

LANGUAGES = "en", "zh"
VARIABLE = "MINPRUNE_LANG"
LOCALE = "LC_ALL", "LC_MESSAGES", "LANG"  # the first that is set counts
_language = "en"


class Refusal(ValueError):
    """A refusal by a command, in both languages; as text it is English.

    >>> str(Refusal("too many", "太多")), Refusal("too many", "太多").zh
    ('too many', '太多')
    """

    def __init__(self, en, zh):
        super().__init__(en)
        self.zh = zh


def language():
    """The language in use: "en" or "zh"."""
    return _language


def either(en, zh):
    """The first in English, the second in Chinese.

    >>> either("mask", "掩码")
    'mask'
    >>> with using("zh"):
    ...     print(either("mask", "掩码"))
    掩码
    """
    return zh if _language == "zh" else en


@contextmanager
def using(name):
    """A language for a block of code, in all threads; None leaves it as it is."""
    global _language
    before = _language
    _language = checked(name) if name is not None else before
    try:
        yield
    finally:
        _language = before


def checked(name, given_by="language"):
    """The name of a language itself; a `Refusal` of any other."""
    if name not in LANGUAGES:
        raise Refusal(f"{given_by} must be en or zh, got {name!r}",
                      f"{given_by} 只能是 en 或 zh，得到 {name!r}")  # fmt: skip
    return name


def of_environment(environment=os.environ):
    """The language that `MINPRUNE_LANG` names; without it that of the locale, English if it is not
    Chinese.

    >>> of_environment({"LANG": "zh_CN.UTF-8"}), of_environment({"LANG": "de_DE.UTF-8"})
    ('zh', 'en')
    >>> of_environment({"LANG": "zh_CN.UTF-8", "MINPRUNE_LANG": "en"})
    'en'
    """
    if environment.get(VARIABLE):
        return checked(environment[VARIABLE], VARIABLE)
    locale = next(filter(None, map(environment.get, LOCALE)), "")
    return "zh" if locale.lower().startswith("zh") else "en"
