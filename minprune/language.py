"""The language in which commands print, English or Chinese.

Both sentences are written where they are used: `either("dense", "稠密")`. Errors of the library are
English, as Python's own; those with which a command refuses something are `in_both`.
"""

import locale
import os
import sys
from contextlib import contextmanager

LANGUAGES = "en", "zh"
VARIABLE = "MINPRUNE_LANG"
LOCALE = "LC_ALL", "LC_MESSAGES", "LANG"  # the first that is set counts
_language = "en"


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


def use(name):
    """From now on print in this language, in all threads."""
    global _language
    _language = checked(name)


@contextmanager
def using(name):
    """A language for a block of code."""
    before = _language
    use(name)
    try:
        yield
    finally:
        use(before)


def in_both(error, zh):
    """An error, with its English sentence also in Chinese; `message` picks one."""
    error.zh = zh
    return error


def message(error):
    """The sentence of an error in the language in use, English if it has no other.

    >>> with using("zh"):
    ...     print(message(in_both(ValueError("too many"), "太多")), message(ValueError("too few")))
    太多 too few
    """
    return either(str(error), getattr(error, "zh", str(error)))


def checked(name, given_by="language"):
    """The name of a language itself; `ValueError` unless it is one."""
    if name not in LANGUAGES:
        raise in_both(ValueError(f"{given_by} must be en or zh, got {name!r}"),
                      f"{given_by} 只能是 en 或 zh，得到 {name!r}")  # fmt: skip
    return name


def of_environment(environment=os.environ):
    """The language that `MINPRUNE_LANG` names; without it that of the locale.

    >>> of_environment({"LANG": "zh_CN.UTF-8", "MINPRUNE_LANG": "en"})
    'en'
    """
    if environment.get(VARIABLE):
        return checked(environment[VARIABLE], VARIABLE)
    return of_locale(environment)


def of_locale(environment=os.environ):
    """The language of the locale, English if it is not Chinese, or if it is and the output has no
    Chinese characters.

    >>> of_locale({"LANG": "zh_CN.UTF-8"}), of_locale({"LANG": "de_DE.UTF-8"})
    ('zh', 'en')
    """
    try:
        "简体".encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except (UnicodeError, LookupError):
        return "en"
    name = next(filter(None, map(environment.get, LOCALE)), "")
    if not name and sys.platform == "win32":  # where no variable names it
        name = locale.getlocale()[0] or ""
    return "zh" if name.lower().startswith(("zh", "chinese")) else "en"
