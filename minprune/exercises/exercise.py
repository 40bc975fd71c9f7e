"""One exercise: a function to write, its check, and all that a student reads."""

import ast
import inspect
import re
import textwrap
from pathlib import Path

from minprune.checks.check import Check
from minprune.checks.isolated import Broken, definitions, tree_of
from minprune.checks.mistake import source_of
from minprune.documents.index import ID
from minprune.lessons import lessons_with

HEADS = {
    "en": """\
{id}  {title}   ({points} points)

    python -m minprune exercises check {id}
    python -m minprune exercises hint {id}
{lessons}""",
    "zh": """\
{id}  {title}   （{points} 分）

    python -m minprune exercises check {id}     检查
    python -m minprune exercises hint {id}      提示
{lessons}""",
}
LESSON = {
    "en": "Lesson {0}  {1}: python -m minprune lessons {0}\n",
    "zh": "第 {0} 课  {1}：python -m minprune lessons {0} --lang zh\n",
}
PACKED = ".ipynb", ".zip", ".rar", ".7z", ".tar", ".tgz", ".gz", ".xz", ".bz2"
UNWRITTEN = {
    "en": 'raise NotImplementedError("not written yet")',
    "zh": 'raise NotImplementedError("还没有写")',
}


class Exercise(Check):
    """A function that a student writes, with its check.

    id      "2.3" is the third exercise of assignment 2
    title   {"en": ..., "zh": ...}, like text and hints
    text    the docstring of the function: what to compute, shapes, rules, an example for doctest
    hints   in each language a list, from a first idea to nearly the answer
    source  items of the documents and papers; with `of`, the formula names them
    points  for a right function
    of      the check of a function of minprune: a student writes the same function, and formula,
            solution, cases, properties and mistakes are those of the check

    Without `of`, the solution is marked by `@exercise.solution`; cases, properties and mistakes are
    added as to any `Check`. A solution stands alone: NumPy and Python, nothing of minprune.
    """

    def __init__(self, id, title, text, hints, source="", points=5, of=None):
        super().__init__(None)
        if of is not None:
            vars(self).update(vars(of))
        self.id, self.title, self.hints, self.points = id, title, hints, points
        self.text = {language: inspect.cleandoc(words) for language, words in text.items()}
        self.of, self.source = of, source

    def solution(self, function):
        """Decorator: the function that does it right."""
        self.formula = self.formula or function
        return super().solution(function)

    @property
    def assignment(self):
        """The number of the assignment that it belongs to."""
        return int(self.id.partition(".")[0])

    @property
    def order(self):
        """(assignment, which of its exercises)."""
        return tuple(map(int, self.id.split(".")))

    @property
    def file(self):
        """Where it lies in a student's folder."""
        return f"assignment{self.assignment}/ex{self.id.replace('.', '_')}_{self.name}.py"

    def is_near(self, name):
        """True if a file of this name may be meant as the exercise's, though it is not read as it.

        Its name holds the number, the function's name or both: "ex1_1_sparsity (1).py",
        "EX1-1.PY", "name_5001_sparsity.py"; or it is a notebook or an archive.
        """
        if name == Path(self.file).name:
            return False
        name = name.lower()
        letters = re.sub("[^a-z0-9]", "", name)
        called = f"ex{self.id.replace('.', '')}", self.name.replace("_", "")
        return name.endswith(PACKED) or (
            name.endswith((".py", ".txt")) and any(word in letters for word in called)
        )

    @property
    def specification(self):
        return self.text["en"]

    @property
    def ids(self):
        return self.of.ids if self.of else tuple(dict.fromkeys(ID.findall(self.source)))

    def starter(self, language="en"):
        """The file that a student begins with."""
        lessons = [
            LESSON[language].format(lesson.number, lesson.titles[language])
            for lesson in lessons_with(self.id)
        ]
        head = HEADS[language].format(
            id=self.id,
            title=self.title[language],
            points=self.points,
            lessons="".join(["\n" * bool(lessons), *lessons]),
        )
        body = f'"""{self.text[language]}\n"""\n{UNWRITTEN[language]}'
        return (f'"""{head}"""\n\nimport numpy as np\n\n\n'
                f"{self.signature}\n{textwrap.indent(body, '    ')}\n")  # fmt: skip

    def source_of_solution(self):
        """The solution as text, without its decorator."""
        head, body = source_of(self.plain)
        return f"{head}\n{textwrap.indent(body, '    ')}\n"

    def is_untouched(self, path):
        """True if the function in a file is still the unwritten one, whatever surrounds it.

        A file that cannot be read as Python was touched.
        """
        try:
            found = [node for name, node in definitions(tree_of(path)) if name == self.name]
            last = found[-1] if found else None
            return isinstance(last, ast.FunctionDef) and normalized(last.body) in NOT_WRITTEN
        except (Broken, RecursionError, MemoryError, SyntaxError, ValueError):
            return False


def normalized(body):
    """The statements of a function as text that does not depend on layout, names or docstring.

    Names of variables are numbered in the order in which they appear.

    >>> one, two = (ast.parse(text).body for text in ("x = 1 ; y = x", "a  = 1\\nb = (a)"))
    >>> normalized(one) == normalized(two)
    True
    """
    statements = [s for s in body if not _is_text(s)]
    numbers = {}
    copy = ast.parse(ast.unparse(ast.Module(statements, [])))
    for node in ast.walk(copy):
        for field in ("id", "arg"):
            if isinstance(getattr(node, field, None), str):
                setattr(node, field, numbers.setdefault(getattr(node, field), f"n{len(numbers)}"))
    return ast.dump(copy)


def _is_text(statement):
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


NOT_WRITTEN = [normalized(ast.parse(text).body) for text in UNWRITTEN.values()]
