"""The index says what the docstrings say, misses no function and invents no item."""

import ast
import importlib
import inspect
import re
from pathlib import Path

import naive
import numpy as np
import pytest

import minprune
from minprune.documents.claims import CLAIMS
from minprune.documents.errata import ERRATA, FACTS
from minprune.documents.index import (
    FAMILIES,
    claims_of,
    entries,
    errata_of,
    facts_of,
    find,
    functions,
    functions_of,
    notes_of,
    sections,
)
from minprune.documents.items import ITEMS, NOTES, RUNS, UNUSED
from minprune.documents.papers import PAPERS, papers_in
from minprune.experiments.claims import EXPERIMENTS
from minprune.language import using
from minprune.layout import columns
from minprune.report.links import public as public_entries

PACKAGE = Path(minprune.__file__).parent
TESTS = Path(__file__).parents[1]
IDS = [item.id for item in ITEMS]
LOOSE = re.compile(r"\b[A-E]-[\dQR][\w.]*")  # whatever looks like an id

NO_TWIN = {
    "checked_mask": "computes nothing; tested by what it refuses",
}


def public(folder):
    """Functions and classes with a docstring in a folder of the package, without importing it."""
    for path in sorted((PACKAGE / folder).glob("[a-z]*.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                module = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
                yield f"{module}.{node.name}", node


def source_of(doc):
    """What stands between "Source:" and the end of the paragraph."""
    return doc.split("Source: ", 1)[1].split("\n\n")[0]


# --- items ----------------------------------------------------------------------------------------


SECTIONS = {  # the numbers of the headings that each document prints; Q are its questions
    "A": "1 2 2.1 2.2 2.3 2.4 2.5 2.6 2.7 2.8 3 3.1 3.2 3.3 3.4 4 4.1 4.2 4.3 4.4 5 5.1 5.2 5.3 "
    "5.4 5.5 5.6 6 6.1 6.2 6.3 6.4 6.5 6.6 7 7.1 7.2 7.3 8 9 9.1 9.2 9.3 9.4 9.5 9.6 9.7 9.8 9.9 "
    "9.10 10",
    "B": "1 2 3 4 5 6 7 8",
    "C": "1 1.1 1.2 1.3 2 2.1 3 3.1 3.2 3.3 3.4 4 4.1 4.2 4.3 5 5.1 5.2 5.3 5.4 6 6.1 6.2 6.3 6.4 "
    "7 7.1 7.2 7.3 8 8.1 8.2 8.3 8.4 9 9.1 9.2 9.3 9.4 9.5",
    "D": "1 1.1 1.2 2 2.1 2.2 2.3 2.4 3 3.1 3.2 3.3 3.4 4 4.1 4.2 4.3 5 5.1 5.2 5.3 5.4 6 6.1 6.2 "
    "6.3 6.4 6.5 6.6 7 7.1 7.2 8 8.1 8.2 8.3 9 9.1 9.2 9.3 9.4 Q1 Q2 Q3 Q4 Q5 Ref",
    "E": "1 1.1 1.2 2 2.1 2.2 2.3 3 3.1 3.2 4 4.1 4.2 4.3 5 5.1 6 6.1 6.2 6.3 7 7.1 7.2 7.3 8 8.1 "
    "8.2 8.3",
}


@pytest.mark.parametrize("section", [f"{d}-{n}" for d in SECTIONS for n in SECTIONS[d].split()])
def test_every_printed_section_is_found_with_nothing_else(section):
    found = [item.id for item in find(section)]
    assert found and all(re.match(rf"{re.escape(section)}(?!\d)", i) for i in found)


def test_items_are_in_reading_order_and_lie_in_printed_sections():
    assert len(IDS) == len(set(IDS)) and [i[0] for i in IDS] == sorted(i[0] for i in IDS)
    assert [i for i in IDS if not re.fullmatch(r"[A-E]-(\d+(\.\d+)*[a-z]?|Q\d|Ref)", i)] == []
    for letter, printed in SECTIONS.items():
        numbers = [re.match(r"\w-(\d+(\.\d+)?|Q\d|Ref)", i)[1] for i in IDS if i[0] == letter]
        assert set(numbers) - set(printed.split()) <= {"0"}  # 0 is the abstract
        order = ["0", *printed.split()]
        assert numbers == sorted(numbers, key=order.index)
    for item in ITEMS:
        en, zh = item.title
        assert 0 < len(en) <= 60 and en.isascii() and 0 < len(zh) <= 30
        assert en.strip() == en and zh.strip() == zh


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
def test_an_item_has_functions_exactly_if_it_computes_something(item):
    assert bool(functions_of(item.id)) == item.computes


@pytest.mark.parametrize("item", IDS)
def test_something_is_said_of_every_item(item):
    about = functions_of, errata_of, facts_of, claims_of, notes_of
    assert any(of(item) for of in about)


@pytest.mark.parametrize("records", [CLAIMS, NOTES, RUNS], ids=["claims", "notes", "runs"])
def test_what_is_said_of_items_names_items_that_exist(records):
    for ids, *texts in records:
        named = ids.split(", ")
        assert set(named) <= set(IDS) and len(set(named)) == len(named)
        for text in texts[:2]:
            assert all(words.strip() and "  " not in words for words in np.atleast_1d(text))


def test_functions_that_no_lesson_and_no_command_runs_are_called_so():
    files = *(TESTS.parent / "tutorials").glob("*.py"), *(PACKAGE / "experiments").glob("*.py")
    used = {word for path in files for word in re.findall(r"\w+", path.read_text("utf-8"))}
    for item in UNUSED.split(", "):
        assert not used & {entry.name for entry in functions_of(item)}


def test_a_command_that_measures_or_runs_exists():
    commands = [command for _, command in RUNS] + [claim.again for claim in CLAIMS]
    for command in commands:
        match command.split():
            case ["python", "-m", "minprune.experiments.claims", name]:
                assert name in EXPERIMENTS
            case ["python", lesson]:
                assert (TESTS.parent / lesson).is_file()
            case ["python", "-m", "minprune", *words]:
                assert words in (["run", "mlp"], ["run", "cnn"], ["bench"])
            case _:
                compile(command, "claim", "exec")
    assert {c.split()[-1] for c in commands if "experiments.claims" in c} == set(EXPERIMENTS)


def test_a_function_that_is_named_in_a_note_or_claim_exists():
    texts = [text for _, *note in NOTES for text in note]
    texts += [text for claim in CLAIMS for text in claim.found]
    names = {name for text in texts for name in re.findall(r"`(\w+)`", text)}
    assert {n for n in names if not hasattr(minprune, n)} <= {"on_step", "NM", "run"}


PAIRS = {
    **{item.id: item.title for item in ITEMS},
    **{ids: note for ids, *note in NOTES},
    **{f"{claim.ids}: says": claim.says for claim in CLAIMS},
    **{f"{claim.ids}: found": claim.found for claim in CLAIMS},
}


def numbers(text):
    """The numbers and the names in backquotes, in any order."""
    return sorted(re.findall(r"`\w+`|\d+(?:[.,]\d+)*(?:e-\d+)?", text))


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
def test_english_and_chinese_have_the_same_numbers_and_names(pair):
    en, zh = pair
    assert numbers(en) == numbers(zh)
    assert en.isascii() and re.search(r"[\u4e00-\u9fff]", zh)
    assert not re.search(r"[,;:?()](?!\d)(?=[\u4e00-\u9fff])|[\u4e00-\u9fff][,;:?().]", zh)


# --- entries --------------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", ["formulas", "nn", "pruning", "sparse", "experiments"])
def test_whatever_names_a_source_is_in_the_index(folder):
    named = {path for path, node in public(folder) if "Source: " in (ast.get_docstring(node) or "")}
    listed = {entry.path for entry in entries() if f".{folder}." in entry.path}
    assert listed == named and named


def test_entries_are_unique_and_can_be_imported_from_where_they_say():
    assert len({entry.path for entry in entries()}) == len(entries())
    assert len({entry.name for entry in entries()}) == len(entries())
    for entry in entries():
        module, _, name = entry.path.rpartition(".")
        thing = getattr(importlib.import_module(module), name)
        assert entry.name == name and thing.__module__ == module
        assert entry.doc == inspect.getdoc(thing)
        assert entry.doc.startswith(entry.title + "\n") and "\n" not in entry.title


@pytest.mark.parametrize("folder", ["formulas", "nn", "pruning", "sparse", "experiments"])
def test_functions_without_a_source_are_read_too(folder):
    listed = [entry for entry in functions() if entry.module[0] == folder]
    files = {entry.file for entry in listed}
    documented = {path for path, node in public(folder) if ast.get_docstring(node)}
    assert [e for e in listed if "Source: " in e.doc] == [
        e for e in entries() if e.module[0] == folder
    ]
    assert {entry.path for entry in listed} == {
        path for path in documented if f"{path.rpartition('.')[0].replace('.', '/')}.py" in files
    }


def test_an_entry_tells_its_file_and_its_line():
    for entry in functions():
        line = (PACKAGE.parent / entry.file).read_text().split("\n")[entry.line - 1]
        assert re.match(rf"(def|class) {entry.name}\b", line)
        assert entry.file == f"minprune/{'/'.join(entry.module)}.py"


def test_reading_order_is_formulas_then_network_then_pruning_then_running():
    folders = [entry.path.split(".")[1] for entry in entries()]
    order = ["formulas", "nn", "pruning", "sparse", "experiments"]
    assert folders == sorted(folders, key=order.index)
    assert entries()[0].path.startswith("minprune.formulas.norms.")


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.path)
def test_an_entry_cites_what_its_source_cites_and_that_exists(entry):
    cited = [i.rstrip(".") for i in LOOSE.findall(source_of(entry.doc))]
    assert list(entry.ids) == list(dict.fromkeys(cited))
    assert set(cited) <= set(IDS), "a source is an item"
    for other in (i.rstrip(".") for i in LOOSE.findall(entry.doc)):  # also a section, elsewhere
        begin = re.compile(rf"{re.escape(other)}([a-z]|\.)")
        assert other in IDS or any(begin.match(i) for i in IDS), other


@pytest.mark.parametrize(
    ("name", "ids", "equation"),
    [
        ("rank_mask", ("C-4.2d", "E-3.1"),
         "m_i = 0 for the first k entries of the stable ascending order of s, 1 for the rest"),
        ("score_mask", ("A-4.2", "D-2.1b", "D-4.1b", "D-5.2a"),
         'ties="keep":   m_i = 1 if s_i >= theta else 0      (prune what is smaller)\n'
         'ties="prune":  m_i = 1 if s_i >  theta else 0      (prune equality too)'),
        ("l1_subgradient", ("A-2.2b", "A-4.1a"), "dR/dw_i = lam * sign(w_i)"),
        ("prune_tensors", ("A-5.2.6", "A-3.2.4", "A-4.3b"), ""),
        ("last_before_failure", ("D-Q2",),
         "the largest k such that a_0 - a_i <= tolerance for all i <= k"),
    ],
)  # fmt: skip
def test_entries_by_hand(name, ids, equation):
    (entry,) = [entry for entry in entries() if entry.name == name]
    assert (entry.ids, entry.equation) == (ids, equation)


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.path)
def test_an_equation_is_the_indented_block(entry):
    lines = entry.doc.split("\n")
    assert all(f"    {line}".rstrip() in lines for line in entry.equation.split("\n") if line)
    if entry.path.startswith("minprune.formulas."):
        assert entry.equation
    assert "\n>>> " not in entry.equation


@pytest.mark.parametrize("entry", functions(), ids=lambda entry: entry.path)
def test_a_docstring_tells_no_mistake_of_the_documents(entry):
    assert "rratum" not in entry.doc  # documents/errata.py does, and the page of a function


# --- in Chinese -----------------------------------------------------------------------------------


CHINESE = re.compile(r"[\u4e00-\u9fff]")
ROW = re.compile(r"^([*\w]+(?:, [*\w]+)*)  +\S", re.MULTILINE)  # of the parameters
WORDS = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")
SYMBOLS = re.compile(r"\d+|[=<>+*/^|]")
ENGLISH = {*"all among are at each first for from goes go in is known largest lowest means of on "
           "only over so stays that the where which with".split()}  # fmt: skip
BOTH = pytest.mark.parametrize("entry", public_entries(), ids=lambda entry: entry.path)


def in_chinese(entry, part="told"):
    with using("zh"):
        return getattr(entry, part)


def prose(doc):
    """A docstring without its equation and its example."""
    first, *blocks = doc.split("\n\n")
    equation = bool(blocks) and blocks[0].startswith("    ")
    return "\n\n".join([first, *(b for b in blocks[equation:] if not b.startswith(">>> "))])


def names_in_source(doc, begin):
    """The capitalized words between "Source:" and the ids."""
    source = re.split(r"\[|\n\n", doc.partition(begin)[2])[0]
    return sorted(word for word in WORDS.findall(source) if word[0].isupper())


def test_every_public_function_has_a_chinese_docstring_and_nothing_else_has():
    for folder, names in FAMILIES.items():
        for name in names:
            inside = [e.name for e in public_entries() if e.module == (folder, name)]
            assert list(sections(folder, name)) == inside


def test_every_chinese_docstring_is_read():
    for path in (PACKAGE / "documents" / "zh").rglob("*"):
        if path.is_file():
            folder, name = path.parent.name, path.stem
            assert path.suffix == ".txt" and name in FAMILIES[folder]
            heads = re.findall(r"^==.*$", path.read_text("utf-8"), re.MULTILINE)
            assert [f"== {name}" for name in sections(folder, name)] == heads


@BOTH
def test_a_chinese_docstring_is_the_english_one_in_chinese(entry):
    told, headline = in_chinese(entry), in_chinese(entry, "headline")
    assert told != entry.doc and CHINESE.search(headline) and columns(headline) <= 80
    assert ("返回" in told) == ("\nreturns " in entry.doc)
    assert ("出处：" in told) == ("Source: " in entry.doc)
    assert max(map(columns, told.split("\n"))) <= 96
    assert not re.search(r"[\u4e00-\u9fff][A-Za-z0-9`]|[A-Za-z0-9`][\u4e00-\u9fff]", told)
    assert not re.search(r"[，。：；（）“”、] | [，。：；）”、]| $", told, re.MULTILINE)
    assert not re.search(r"[\u4e00-\u9fff][,.:;()\"!?]", prose(told))
    example = [block for block in entry.doc.split("\n\n") if block.startswith(">>> ")]
    assert told.split("\n\n")[-len(example) :] == example or not example
    assert headline == told.split("\n")[0]


@BOTH
def test_a_chinese_docstring_names_the_same_parameters(entry):
    assert ROW.findall(prose(in_chinese(entry))) == ROW.findall(prose(entry.doc))


@BOTH
def test_a_chinese_docstring_holds_the_same_numbers_names_ids_and_papers(entry):
    told = in_chinese(entry)
    for pattern in (r"\d+", r"`[^`]+`"):
        there, here = (sorted(re.findall(pattern, prose(doc))) for doc in (entry.doc, told))
        assert there == here
    there, here = ([i.rstrip(".") for i in LOOSE.findall(doc)] for doc in (entry.doc, told))
    assert there == here
    assert papers_in(told) == papers_in(entry.doc)
    assert names_in_source(told, "出处：") == names_in_source(entry.doc, "Source: ")


@BOTH
def test_an_equation_in_chinese_has_the_same_symbols_and_no_english_words(entry):
    rule = in_chinese(entry, "rule")
    there, here = ({*WORDS.findall(text)} for text in (entry.equation, rule))
    assert here <= there and not here & ENGLISH and bool(rule) == bool(entry.equation)
    there, here = (sorted(SYMBOLS.findall(text)) for text in (entry.equation, rule))
    assert there == here


def test_a_docstring_in_english_is_the_one_of_the_code():
    for entry in public_entries():
        assert (entry.told, entry.headline, entry.rule) == (entry.doc, entry.title, entry.equation)


# --- looking up -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("A-1", ["A-1"]),  # not A-10
        ("A-10", ["A-10"]),
        ("a-4.2", ["A-4.2"]),
        (" d-q2 ", ["D-Q2"]),
        ("d-ref", ["D-Ref"]),
        ("A-4", ["A-4.1a", "A-4.1b", "A-4.2", "A-4.3a", "A-4.3b", "A-4.4"]),
        ("A-4.1", ["A-4.1a", "A-4.1b"]),
        ("c-4.3", ["C-4.3a", "C-4.3b"]),
        ("A-9.1", ["A-9.1"]),  # not
        ("A-9", [f"A-9.{k}" for k in range(1, 11)]),
        ("D-9", [f"D-9.{k}" for k in range(1, 5)]),
        ("A-5.2", ["A-5.2"]),  # has an item of its own
        ("B-1", ["B-1a", "B-1b"]),
        ("E", [i for i in IDS if i[0] == "E"]),
        ("A-4.2x", []),
        ("F-1", []),
        ("4.2", []),
        ("A.4", []),  # a dot is a dot
        ("rank_mask", []),
        ("(", []),
    ],
)
def test_an_id_or_the_beginning_of_ids_finds_items(query, ids):
    assert [item.id for item in find(query)] == ids


@pytest.mark.parametrize("query", ["D-", "A-4.", "D-Q", "D-R"])
def test_an_unfinished_beginning_finds_all_or_nothing(query):
    begun = [i for i in IDS if i.upper().startswith(query)]
    assert [item.id for item in find(query)] in ([], begun)


@pytest.mark.parametrize("item", IDS)
def test_an_item_has_its_own_functions_and_mistakes_and_no_others(item):
    assert functions_of(item) == [e for e in entries() if item in e.ids]
    assert errata_of(item) == [e for e in ERRATA if item in e.ids.split(", ")]
    assert facts_of(item) == [f for f in FACTS if item in f.ids.split(", ")]


def test_functions_by_hand():
    def names(item):
        return [entry.name for entry in functions_of(item)]

    assert names("A-3.2") == ["train_prune_quantize"]
    assert names("E-5.1b")[:2] == ["polynomial_decay", "is_pruning_step"]
    assert names("E-5.1b")[-1] == "gradual_pruning"
    assert "rank_mask" in names("E-3.1") and "prune_by_magnitude" in names("E-3.1")
    assert names("D-Q2") == ["last_before_failure", "acceptable", "search_threshold"]
    assert names("C-7.3")[-1] == "prune_by_synflow"
    assert "mlp" not in names("B-4a")  # which has a ReLU; 8-10-1 has none
    assert names("no such item") == []


# --- papers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.path)
def test_a_year_in_a_docstring_is_that_of_a_paper_in_full(entry):
    years = set(re.findall(r"\b(?:19|20)\d\d\b", source_of(entry.doc)))
    assert years == {line.split(":")[0].split()[1] for line in papers_in(source_of(entry.doc))}


def test_every_paper_is_cited_somewhere():
    lines = {line for entry in entries() for line in papers_in(entry.doc)}
    uncited = {
        f"{author} {year}"
        for author, year in PAPERS
        if not any(line.startswith(f"{author} {year}: ") for line in lines)
    }
    assert uncited == set()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Han, Pool, Tran and\n    Dally 2015", ["Han 2015"]),
        ("He, Zhang, Ren and Sun 2015; He et al. 2018", ["He 2015", "He 2018"]),
        ("Hansen and Salamon 1990", ["Hansen 1990"]),
        ("Nair and Hinton 2010", ["Nair 2010"]),
        ("Han et al. 2016", []),
        ("Han did; in 2015", []),
        ("Han 20150", []),
        ("LeHan 2015", []),
        ("Han and\n" + 70 * " " + "Dally 2015", ["Han 2015"]),
        ("", []),
    ],
)
def test_papers_by_author_and_year(text, found):
    assert [line.split(":")[0] for line in papers_in(text)] == found


# --- twins ----------------------------------------------------------------------------------------


def formulas():
    return [path.rpartition(".")[2] for path, node in public("formulas")
            if isinstance(node, ast.FunctionDef)]  # fmt: skip


@pytest.mark.parametrize("name", formulas())
def test_every_formula_has_a_twin_in_loops(name):
    assert hasattr(naive, name) != (name in NO_TWIN)


def test_what_needs_no_twin_is_a_formula():
    assert set(NO_TWIN) <= set(formulas())
