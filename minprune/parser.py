"""The parser of every command: it takes --lang, and its help and errors are in that language."""

import argparse
import re
from argparse import SUPPRESS
from shutil import get_terminal_size

from minprune.language import LANGUAGES, VARIABLE, either
from minprune.layout import columns, folded

CHINESE = {  # what argparse prints, by its own templates
    "usage: ": "用法：",
    "options": "选项",
    "positional arguments": "参数",
    "%(heading)s:": "%(heading)s：",
    "%(prog)s: error: %(message)s\n": "%(prog)s：错误：%(message)s\n",
    "argument %(argument_name)s: %(message)s": "参数 %(argument_name)s：%(message)s",
    "expected one argument": "需要一个值",
    "expected at least one argument": "至少需要一个值",
    "expected at most one argument": "最多只能有一个值",
    "expected %s argument": "需要 %s 个值",
    "expected %s arguments": "需要 %s 个值",
    "ignored explicit argument %r": "不接受值 %r",
    "invalid %(type)s value: %(value)r": "%(value)r 不是有效的 %(type)s 值",
    "invalid choice: %(value)r (choose from %(choices)s)": "没有 %(value)r 这个选择"
    "（可选 %(choices)s）",
    "unknown parser %(parser_name)r (choices: %(choices)s)": "没有命令 %(parser_name)r"
    "（可选 %(choices)s）",
    "ambiguous option: %(option)s could match %(matches)s": "选项 %(option)s 有歧义，"
    "可能是 %(matches)s",
    "not allowed with argument %s": "不能与参数 %s 同用",
    "one of the arguments %s is required": "必须给出 %s 之一",
    "the following arguments are required: %s": "缺少参数：%s",
    "unrecognized arguments: %s": "无法识别的参数：%s",
    "show this help message and exit": "显示本帮助",
    "show program's version number and exit": "显示版本号",
}


def _word(text):
    return either(text, CHINESE.get(text, text))


argparse._ = _word  # its gettext, which looks for files that no Python comes with
argparse.ngettext = lambda one, several, n: _word(one if n == 1 else several)


class HelpFormatter(argparse.HelpFormatter):
    """Lines by columns of the terminal, of which a Chinese character takes two.

    A description of several lines is printed as it is.
    """

    def __init__(self, prog):
        super().__init__(prog, width=get_terminal_size().columns - 2)

    def _format_usage(self, usage, actions, groups, prefix):
        if prefix is not None:
            return super()._format_usage(usage, actions, groups, prefix)
        word = _word("usage: ")
        dashes = "-" * columns(word)  # argparse counts characters
        return super()._format_usage(usage, actions, groups, dashes).replace(dashes, word, 1)

    def format_help(self):
        return re.sub("(?m)^(选项|参数):$", r"\1：", super().format_help())  # of Python up to 3.11

    def _split_lines(self, text, width):
        return folded(" ".join(text.split()), width)

    def _fill_text(self, text, width, indent):
        lines = text.splitlines() if "\n" in text else folded(text, width - len(indent))
        return "\n".join(indent + line for line in lines)


class DefaultsFormatter(HelpFormatter):
    """The same, with the default of every option."""

    def _get_help_string(self, action):
        if action.default in (None, SUPPRESS) or not action.option_strings:
            return action.help
        return action.help + either(" (default: %(default)s)", "（默认 %(default)s）")


class Parser(argparse.ArgumentParser):
    """A parser, of a command or of all, with `--lang`.

    what  what the command does, in English and in Chinese
    """

    def __init__(self, *names, what=None, **options):
        described = {} if what is None else {"description": either(*what)}
        super().__init__(*names, **{"formatter_class": HelpFormatter} | described | options)
        self.add_argument(
            "--lang", choices=LANGUAGES, default=SUPPRESS,
            metavar="LANG", help=either(
                f"language, en or zh (default: {VARIABLE} of the environment, or the locale)",
                f"语言，en 或 zh（默认看环境变量 {VARIABLE}，其次看系统的区域设置）",
            ),
        )  # fmt: skip

    def error(self, message):
        """Print the usage and what is wrong, and exit."""
        en, zh = r"^argument ([^:]+): ", r"参数 \1："  # in English up to Python 3.10
        super().error(either(message, re.sub(en, zh, message)))


def language_in(arguments):
    """The language that `--lang` names, or None, and the other arguments.

    >>> language_in(["formulas", "--lang", "zh", "--all"])
    ('zh', ['formulas', '--all'])
    """
    found, others = Parser("minprune", add_help=False, allow_abbrev=False).parse_known_args(
        arguments
    )
    return getattr(found, "lang", None), others
