"""The house stands as DESIGN and README draw it: imports go one way, and importing is cheap."""

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

from minprune.exercises import exercises

PACKAGE = Path(__file__).parents[1] / "minprune"

# lowest first: a module may import from its own line and from those above it
HOUSE = (
    (
        "arguments",
        "cpus",
        "files",
        "jit",
        "language",
        "layout",
        "lesson_pages",
        "lesson_words",
        "lessons",
        "llvm",
        "parser",
        "squares",
        "threads",
        "workers",
    ),
    ("formulas",),
    ("nn",),
    ("pruning",),
    ("plots",),
    ("sparse",),
    ("data",),
    ("documents",),
    ("checks",),
    ("exercises",),
    ("experiments",),
    ("bench",),
    ("report",),
    ("course",),
    ("cli", "__init__", "__main__"),
)
ALLOWED = {"numpy", "numba", "matplotlib", "minprune"} | sys.stdlib_module_names
ALLOWED |= {"llvmlite"}  # Numba's own
PEERS = {
    "scipy",
    "torch",
    "onnx",
    "onnxruntime",
    "deepsparse",
    "MNN",
    "_tools",
}  # where they are, to be timed

WORKER = PACKAGE / "bench" / "libraries.py"
TABLES = PACKAGE / "checks" / "libraries"  # each imports the library that it is named after
TABLE = {name: {name} for name in ("torch", "sklearn", "scipy", "statsmodels", "pywt")}
TABLE |= {"torch_pruning": {"torch_pruning", "torch"}}
TABLE |= {name: {name, "jax"} for name in ("optax", "jaxpruner")}
MODULES = sorted(PACKAGE.rglob("*.py"), key=str)


def floor(part):
    return next(level for level, names in enumerate(HOUSE) if part in names)


def imported(path):
    for node in ast.walk(ast.parse(path.read_text())):
        yield from names_in(node)


def names_in(node):
    """What one statement imports."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, "relative imports hide where a thing comes from"
        yield node.module


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_upward_only_and_name_no_other_package(path):
    here = floor(path.relative_to(PACKAGE).parts[0].removesuffix(".py"))
    allowed = (ALLOWED | PEERS) - {"minprune"} if path == WORKER else ALLOWED
    if path.parent == TABLES and path.stem in TABLE:
        allowed = ALLOWED | TABLE[path.stem]
    for name in imported(path):
        top, *inner = name.split(".")
        assert top in allowed
        if top == "minprune" and inner:
            assert floor(inner[0]) <= here, f"{name} stands below"


def test_the_worker_imports_a_library_only_when_it_is_asked_for():
    tree = ast.parse(WORKER.read_text())
    first = [name for node in tree.body for name in names_in(node)]
    assert "numpy" in first and not PEERS & {name.split(".")[0] for name in first}


def test_every_folder_of_the_package_has_its_place():
    parts = {p.relative_to(PACKAGE).parts[0].removesuffix(".py") for p in MODULES}
    assert parts == {name for names in HOUSE for name in names}


def test_importing_minprune_brings_in_neither_numba_nor_matplotlib():
    code = "import sys, minprune; print(sorted({'numba', 'matplotlib'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"


def test_every_public_name_can_be_had_and_others_cannot():
    import minprune

    for name in dir(minprune):
        assert inspect.ismodule(getattr(minprune, name)) == (name == "plots")
    assert minprune.SparseEngine is minprune.sparse.engine.SparseEngine
    with pytest.raises(AttributeError, match="no_such_name"):
        minprune.no_such_name  # noqa: B018


def test_the_docstring_is_a_table_of_contents():
    import minprune

    rows = re.split(r"\n {4}(?=\w)", minprune.__doc__)[1:]
    listed = []
    for row in rows:
        module, *names = re.findall(r"\w+", row.split("\n\n")[0])
        assert {getattr(minprune, name).__module__.split(".")[-1] for name in names} == {module}
        listed += names
    assert listed == minprune.__all__


def test_editors_are_told_what_is_imported_late():
    import minprune

    tree = ast.parse((PACKAGE / "__init__.py").read_text())
    (late,) = (node for node in tree.body if isinstance(node, ast.If))
    told = {alias.name: node.module for node in late.body for alias in node.names}
    assert told == minprune._LATER | {"plots": "minprune"}


def test_an_exercise_has_a_name_of_its_own_or_is_of_the_function_of_that_name():
    public = {path.stem: None for path in MODULES}
    for path in MODULES:
        if not {*path.parts} & {"checks", "tasks"}:  # the solutions
            for node in ast.parse(path.read_text()).body:
                if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                    public[node.name] = path
    for exercise in exercises().values():
        if exercise.of is None:
            assert exercise.name not in public
        else:
            assert public[exercise.name] == Path(inspect.getfile(exercise.formula))


def functions(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            yield node


def code_lines(function):
    docstring = ast.get_docstring(function, clean=False)
    own = function.end_lineno - function.lineno + 1
    return own - (len(docstring.splitlines()) if docstring else 0)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_no_function_is_longer_than_a_screen(path):
    assert {f.name: code_lines(f) for f in functions(path) if code_lines(f) > 40} == {}


@pytest.mark.parametrize(
    "path", sorted((PACKAGE / "formulas").glob("[a-z]*.py")), ids=lambda p: p.name
)
def test_every_formula_has_equation_source_and_example(path):
    for function in functions(path):
        if not function.name.startswith("_") and function.name != "checked_mask":
            text = ast.get_docstring(function)
            for part in ("Source: ", "\n    ", "\n>>> ", "\nreturns "):
                assert part in text, f"{function.name}: no {part!r}"
