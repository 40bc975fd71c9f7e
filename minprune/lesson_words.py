"""The Chinese code of a lesson: phrases of its comments and strings, replaced by Chinese ones.

    # %% words
    # ties kept | 保留并列          each line a phrase of the code, and the Chinese for it

Whole phrases only, the longest first. In an f-string a phrase may hold placeholders, as
`{n:4} of {w.size} pruned`; the strings inside other placeholders are replaced as any string. What
is compiled stays the same but for its strings.
"""

import ast
import io
import re
import tokenize

WORD = "[A-Za-z0-9_]"
PLACEHOLDER = r"\{\{|\{(?:[^{}]|\{[^{}]*\})*\}"
QUOTED = r"'[^']*'|\"[^\"]*\""
FIXED = re.compile(r"#\s*(fmt|noqa|type|ruff)\b")  # comments that are no prose
OPENS, CLOSES = (getattr(tokenize, f"FSTRING_{end}", None) for end in ("START", "END"))  # 3.12


class Words:
    """Pairs of phrases, from the lines `# English | 中文`.

    >>> words = Words("# kept | 保留\\n# not kept | 剪掉")
    >>> words.code('print("kept", f"{kept} not kept")  # kept')
    'print("保留", f"{kept} 剪掉")  # 保留'
    >>> words.unused()
    []
    """

    def __init__(self, lines=""):
        pairs = [_pair(line) for line in lines.split("\n") if line]
        self.pairs = dict(pairs)
        if len(self.pairs) < len(pairs):
            raise ValueError("a phrase stands twice among the words of a lesson")
        longest_first = sorted(self.pairs, key=len, reverse=True)
        self._phrases = "|".join(map(_whole, longest_first)) or r"(?!)"
        self._used = set()

    def __bool__(self):
        return bool(self.pairs)

    def unused(self):
        """The phrases that have not been found in any text so far."""
        return [phrase for phrase in self.pairs if phrase not in self._used]

    def text(self, text):
        """A text with its phrases replaced."""
        return re.sub(self._phrases, self._chinese, text)

    def quoted(self, expression):
        """An expression with the phrases of the strings in it replaced."""
        return re.sub(QUOTED, lambda found: self.text(found[0]), expression)

    def code(self, source, strings=True):
        """Source with the phrases of its comments, and of its strings if asked, replaced."""
        parts, end = [], 0
        for start, stop in _tokens(source):
            token = source[start:stop]
            if token.startswith("#"):
                token = token if FIXED.match(token) else self.text(token)
            elif strings:
                token = self._literal(token)
            parts += [source[end:start], token]
            end = stop
        made = "".join([*parts, source[end:]])
        if not _alike(source, made):
            raise ValueError(f"the words change more than strings and comments:\n{made}")
        return made

    def _literal(self, token):
        """A string of the source, with its prefix and quotes."""
        prefix = re.match("[A-Za-z]*", token)[0].lower()
        if "b" in prefix:
            return token
        if "f" not in prefix:
            return token[: len(prefix)] + self.text(token[len(prefix) :])
        return token[: len(prefix)] + re.sub(
            f"{self._phrases}|{PLACEHOLDER}",
            lambda found: self._chinese(found) if found[0] in self.pairs else self.quoted(found[0]),
            token[len(prefix) :],
        )

    def _chinese(self, found):
        self._used.add(found[0])
        return self.pairs[found[0]]


def _pair(line):
    english, bar, chinese = line.removeprefix("#").rpartition(" | ")
    if not (line.startswith("# ") and bar and english.strip() and chinese.strip()):
        raise ValueError(f"words must be lines `# English | 中文`, got {line!r}")
    return english.strip(), chinese.strip()


def _whole(phrase):
    """A pattern of the phrase that does not begin or end inside a word."""
    before = rf"(?:(?<!{WORD})|(?<=\\[nt]))" if re.match(WORD, phrase) else ""
    after = f"(?!{WORD})" if re.match(WORD, phrase[-1]) else ""
    return before + re.escape(phrase) + after


def _tokens(source):
    """(start, end) in the source of every comment and string; an f-string is one."""
    lines, depth, start = source.splitlines(keepends=True), 0, 0
    begins = [0]
    for line in lines:
        begins.append(begins[-1] + len(line))
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        first, last = (begins[row - 1] + column for row, column in (token.start, token.end))
        if token.type == OPENS:
            start = start if depth else first
            depth += 1
        elif token.type == CLOSES:
            depth -= 1
            if not depth:
                yield start, last
        elif not depth and token.type in (tokenize.STRING, tokenize.COMMENT):
            yield first, last


def _alike(old, new):
    """True if two sources compile to the same but for the text of strings."""
    try:
        return ast.dump(_Without().visit(ast.parse(old))) == ast.dump(
            _Without().visit(ast.parse(new))
        )
    except SyntaxError:
        return False


class _Without(ast.NodeTransformer):
    """A tree in which every string is empty, and an f-string has its placeholders alone."""

    def visit_JoinedStr(self, node):
        node = self.generic_visit(node)
        node.values = [part for part in node.values if not isinstance(part, ast.Constant)]
        return node

    def visit_Constant(self, node):
        return ast.Constant("") if isinstance(node.value, str) else node
