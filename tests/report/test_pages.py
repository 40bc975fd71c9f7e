"""The pages of the terminal: everything is there, in order, in 100 columns."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import minprune
from minprune.checks import checks
from minprune.checks.details import text_of
from minprune.documents.errata import ERRATA, FACTS
from minprune.documents.index import (
    FAMILIES,
    claims_of,
    entries,
    errata_of,
    facts_of,
    functions_of,
    notes_of,
    runs_of,
)
from minprune.documents.items import ITEMS
from minprune.documents.papers import papers_in
from minprune.documents.worked import EXAMPLES
from minprune.exercises import exercises
from minprune.language import LANGUAGES, message, using
from minprune.layout import columns
from minprune.lessons import lessons
from minprune.report.links import public
from minprune.report.pages import formulas_page, lessons_page, worked_page

IDS = [item.id for item in ITEMS]


def running(text):
    return " ".join(text.split())


def solid(*texts):
    """Without white space: a line of Chinese ends between any two characters."""
    return "".join("".join(texts).split())


def quoted(mistake, items, says, right):
    """A mistake as an English page shows it: heads, quotes, their meaning, and what is right."""
    quotes = [f"{ids}:{words}" for ids, words in mistake.of(items).items()]
    return solid(says, *quotes, mistake.says, right, mistake.right[0])


def quoted_in_chinese(mistake, items):
    """A mistake as a Chinese page shows it, without blanks and the colons behind its heads."""
    quotes = [f"（{ids.replace(', ', '、')}）{words}" for ids, words in mistake.of(items).items()]
    return solid("原文", *quotes, "更正", mistake.right[1])


def too_wide(page):
    return [line for line in page.split("\n") if len(line) > 100]


# --- the index ------------------------------------------------------------------------------------


def test_the_index_lists_every_item_in_order_with_what_computes_it_and_its_mistakes():
    expected = []
    for item in ITEMS:
        expected += [item.id, item.title[0]]
        for entry in functions_of(item.id):
            expected += [entry.name, entry.equation.split("\n")[0] or entry.title]
        for mistake in [*errata_of(item.id), *facts_of(item.id)]:
            expected += [quoted(mistake, [item.id], "document:", "right:")]
        for claim in claims_of(item.id):
            expected += ["claim:", claim.says[0], "measured:", claim.found[0]]
    expected += ["Ours", "Not in the documents"]
    for entry in entries():
        if not entry.ids:
            expected += [entry.name, entry.equation.split("\n")[0] or entry.title]
    assert solid(formulas_page(whole=True)) == solid(*expected)


def test_the_index_hangs_every_line_below_its_item_within_the_terminal():
    page = formulas_page(whole=True)
    assert too_wide(page) == []
    heads = [line for line in page.split("\n") if not line.startswith(" " * 10)]
    assert heads == [f"{i.id:10}{i.title[0]}" for i in ITEMS] + ["Ours      Not in the documents"]
    assert "\n          l1_penalty                         R = lam * sum_i |w_i|\n" in page
    assert "random_score" in page.split("\nOurs ")[1]


def test_without_a_query_the_families_are_shown_on_one_screen():
    lines = formulas_page().split("\n")
    assert len(lines) <= 24 and max(map(columns, lines)) <= 80
    families = {file: str(sum(e.module == ("formulas", file) for e in public()))
                for file in FAMILIES["formulas"]}  # fmt: skip
    assert {name: count for count, name in re.findall(r"(\d+) (\w+)", " ".join(lines[7:]))
            if name in families} == families  # fmt: skip
    assert lines[0].startswith(f"{len(public())} functions")
    for folder in [*FAMILIES][1:]:
        assert all(name in " ".join(lines) for name in (folder, *FAMILIES[folder]))


def test_the_chinese_index_tells_every_mistake_in_chinese():
    with using("zh"):
        page = formulas_page(whole=True)
    told = solid(page).replace("原文：", "原文").replace("更正：", "更正")
    for item in ITEMS:
        for mistake in [*errata_of(item.id), *facts_of(item.id)]:
            assert quoted_in_chinese(mistake, [item.id]) in told
    assert all(columns(line) <= 100 for line in page.split("\n") if "更正" in line)


# --- one item -------------------------------------------------------------------------------------


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
def test_a_page_tells_everything_about_its_item(item):
    page = formulas_page(item.id)
    assert page.startswith(f"{item.id}  {item.title[0]}\n") and page.endswith("\n")
    assert not page.endswith("\n\n")
    told = running(page)
    for mistake in [*errata_of(item.id), *facts_of(item.id)]:
        whole = quoted(mistake, mistake.ids.split(", "), "the document:", "right:")
        assert all(words in whole for words in map(solid, mistake.quotes.values()))
        assert whole in solid(page)
    for erratum in errata_of(item.id):
        assert all(f"    {line}".rstrip() in page for line in erratum.shows.rstrip().split("\n"))
    for entry in functions_of(item.id):
        assert f"\n{entry.path}\n{'-' * len(entry.path)}\n" in page
        assert all(line.strip() in page for line in entry.doc.split("\n"))
        assert all(running(paper) in told for paper in papers_in(entry.doc))
    assert page.count("\nminprune.") == len(functions_of(item.id))
    for claim in claims_of(item.id):
        says, measured = running(claim.says[0]), running(claim.found[0])
        assert f"the claim: {says} measured: {measured}" in told
        assert running(claim.again) in told
    assert all(f"note: {running(note)}" in told for note, _ in notes_of(item.id))
    assert re.findall(r"^Run it: (.*)$", page, re.MULTILINE) == runs_of(item.id)
    assert len(told) > len(f"{item.id} {item.title[0]}") + 30
    assert page.count("the document:  ") == len([*errata_of(item.id), *facts_of(item.id)])
    assert "\n    Document  " not in page  # its functions do not tell them again
    blocks = re.findall(r"^the document: .*(?:\n {15}.*)*\nright: .*(?:\n {15}.*)*", page, re.M)
    assert len(blocks) == page.count("the document:  ")
    assert all(columns(line) <= 80 for block in blocks for line in block.split("\n"))


@pytest.mark.parametrize("item", ["A-2.5", "A-4.3a", "B-4f", "D-8.3"])
def test_a_chinese_page_leaves_out_the_quotes_in_english(item):
    with using("zh"):
        page = formulas_page(item)
    told = solid(page).replace("原文：", "原文").replace("更正：", "更正")
    mistakes = [*errata_of(item), *facts_of(item)]
    for mistake in mistakes:
        assert quoted_in_chinese(mistake, mistake.ids.split(", ")) in told
        assert not mistake.says or solid(mistake.says) not in told
        assert solid(mistake.right[0]) not in told
    blocks = re.findall(r"^原文：.*(?:\n {6}.*)*\n更正：.*(?:\n {6}.*)*", page, re.M)
    assert len(blocks) == len(mistakes) > 0
    assert all(columns(line) <= 80 for block in blocks for line in block.split("\n"))
    assert "the document:" not in page and "right:" not in page


def test_a_chinese_page_of_a_function_aligns_the_mistakes_with_its_places():
    with using("zh"):
        page = formulas_page("ranking_cost")
    assert "\n    原文      （A-2.5）剪枝算法的复杂度可能会影响训练和推理的速度\n" in page
    assert "\n    更正      计算量取决于用什么得分。" in page
    assert "Right     " not in page


@pytest.mark.parametrize(
    ("words", "item"), [("离开了量化格点", "A-3.1"), ("a ten-thousandth", "A-2.5")]
)
def test_words_of_what_is_right_find_their_item_in_both_languages(words, item):
    with using("zh"):
        assert item in formulas_page(words)
    assert item in formulas_page(words)


@pytest.mark.parametrize("item", IDS)
def test_a_page_is_not_wider_than_a_terminal(item):
    assert too_wide(formulas_page(item)) == []


WORKED = {"A-4.4", "A-5.5", "B-4c", "C-4.2f", "C-5.2a", "D-4.3", "E-4.3"}


@pytest.mark.parametrize("item", IDS)
def test_a_page_leads_to_the_worked_example_of_its_item(item):
    led = re.findall(r"Step by step: python -m minprune worked (\S+)", formulas_page(item))
    assert len(led) == (item in WORKED)
    for target in led:
        assert worked_page(target).startswith(target)
        assert item.startswith(target)


# --- a section, a function, nothing ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("A-4", ["A-4.1a", "A-4.1b", "A-4.2", "A-4.3a", "A-4.3b", "A-4.4"]),
        ("a-4", ["A-4.1a", "A-4.1b", "A-4.2", "A-4.3a", "A-4.3b", "A-4.4"]),
        ("A-1", ["A-1"]),
        ("b-1", ["B-1a", "B-1b"]),
        (" e-5.1B ", ["E-5.1b"]),
    ],
)
def test_a_section_is_its_items_one_after_the_other(query, ids):
    page = formulas_page(query)
    assert (
        page
        == ("\n\n" + "=" * 100 + "\n").join(formulas_page(i).removesuffix("\n") for i in ids) + "\n"
    )


@pytest.mark.parametrize("query", ["rank_mask", "RANK_MASK", " rank_mask "])
def test_a_function_has_a_page(query):
    (entry,) = [entry for entry in entries() if entry.name == "rank_mask"]
    lines = formulas_page(query).split("\n")
    assert lines[0] == "minprune.formulas.masks.rank_mask"
    assert lines[1] == "-" * len(lines[0])
    assert [line.removeprefix("    ") for line in lines[2:]][: entry.doc.count("\n") + 1] == (
        entry.doc.split("\n")
    )
    assert formulas_page("Parameter").startswith("minprune.nn.parameter.Parameter\n")


@pytest.mark.parametrize(
    "query", ["mp.rank_mask", "minprune.formulas.masks.rank_mask", "rank_mask(s, k=2)", "RankMask"]
)
def test_a_function_is_found_as_one_writes_it(query):
    assert formulas_page(query) == formulas_page("rank_mask")


@pytest.mark.parametrize("query", ["masks", "MASKS", "masks.py", "formulas/masks.py"])
def test_a_file_is_its_list_of_functions(query):
    names = [line.split()[0] for line in formulas_page(query).split("\n") if line[10] != " "]
    assert names == [e.name for e in entries() if e.path.startswith("minprune.formulas.masks.")]
    assert "rank_mask" in names


def test_a_function_page_ends_with_its_papers_in_full():
    page = formulas_page("splice_mask")
    assert "Guo 2016: Y. Guo, A. Yao, Y. Chen. Dynamic Network Surgery" in running(page)
    assert "Guo" not in formulas_page("rank_mask")
    (entry,) = [
        entry for entry in entries() if entry.name == "remove_layer"
    ]  # no papers, no mistakes
    page = formulas_page("remove_layer").split("\nSee also")[0]
    assert page.count("\n") == entry.doc.count("\n") + 5
    assert page.endswith(f"    Defined   {entry.file}:{entry.line}\n")


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.name)
def test_a_function_page_quotes_the_mistakes_of_its_items(entry):
    page = formulas_page(entry.name)
    wrong = [mistake for mistake in ERRATA if set(mistake.ids.split(", ")) & set(entry.ids)]
    for mistake in wrong:
        assert quoted(mistake, entry.ids, "Document", "Right") in solid(page)
    blocks = re.findall(r"^    Document  (?:.*\n)+?\n", page, re.M)
    assert len(blocks) == len(wrong)
    assert all(columns(line) <= 80 for block in blocks for line in block.split("\n"))


@pytest.mark.parametrize(
    ("words", "item"),
    [("计算需求也呈指数级增长", "A-1"), ("将权重矩阵中权重值小于阈值的权重设为0", "B-3a"),
     ("选择梯度较小的权重进行剪枝，以避免对模型性能的影响", "C-4.2f"),
     ("所有权重值都小于剪枝阈值 0.2", "D-4.3"), ("PyTorch是微软开发的", "A-7.2")],
)  # fmt: skip
def test_words_of_a_document_find_their_item(words, item):
    assert formulas_page(words).split()[0] == item


@pytest.mark.parametrize(
    ("query", "shown"),
    [("OBD", "obd_saliency"), ("PolynomialDecay", "polynomial_decay"), ("784-64-10", "A-5.2.2"),
     ("csr bytes", "csr_bytes"), ("network surgery", "NetworkSurgery"), ("CSR", "CSR"),
     ("Conv2D", "Conv2D"), ("conv2d", "conv2d"), ("prune_smallest", "1.3")],
)  # fmt: skip
def test_a_word_with_a_single_hit_shows_it_and_names_what_is_near(query, shown):
    page, also = (formulas_page(one).partition("\nSee also")[0].rstrip() for one in (query, shown))
    assert page == also


def test_a_page_names_the_other_hits():
    assert "\nSee also  leave_one_out, " in formulas_page("OBD")
    assert "See also" not in formulas_page("csr_forward")


@pytest.mark.parametrize(
    ("query", "begins"),
    [
        ("synfl", ["synflow", "prune_by_synflow"]),
        ("SYNFL", ["synflow", "prune_by_synflow"]),
        ("N:M", ["nm_mask", "NM"]),
        ("recommender", ["C-6.2", "C-9.5"]),
        ("pooling", ["max_pool2d", "average_pool2d"]),
        ("阈值", ["l1_proximal", "score_mask", "threshold_mask"]),
    ],
)
def test_several_hits_are_listed_on_one_screen_the_best_first(query, begins):
    lines = formulas_page(query).split("\n")
    assert [line.split()[0] for line in lines][: len(begins)] == begins
    assert len(lines) <= 21 and max(map(columns, lines)) <= 80
    whole = formulas_page(query, whole=True).split("\n")
    assert whole[: len(lines) - 1] == lines[:-1] or whole == lines
    more = re.fullmatch(r"\.\.\. and (\d+) more, with --all", lines[-1])
    assert len(whole) == (len(lines) - 1 + int(more[1]) if more else len(lines))


def test_a_folder_is_its_list_of_functions():
    page = formulas_page("sparse")
    names = [line.split()[0] for line in page.split("\n") if line[10] != " "]
    assert names == [entry.name for entry in public() if entry.module[0] == "sparse"]
    assert "SparseEngine" in names and "csr_from_dense" in names


@pytest.mark.parametrize("id", ["1.3", "1.5"])
def test_an_exercise_is_its_text_and_how_to_begin(id):
    exercise, page = exercises()[id], formulas_page(id)
    assert page.startswith(f"Exercise {id}  {exercise.title['en']}\n---")
    assert running(exercise.text["en"]) in running(page) and exercise.file in page
    assert "Lesson    Thresholds, masks and ties: tutorials/03_thresholds_masks_ties.md" in page
    assert ("Function  minprune/formulas/structured.py:" in page) == (id == "1.5")


# --- lessons --------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_lessons_are_listed_with_their_time_and_their_exercises(language):
    with using(language):
        lines, third = lessons_page().split("\n"), lessons_page("3")
    assert len(lines) <= 24 and max(map(columns, lines)) <= 80
    assert lines[0].startswith("00  ")
    for line, lesson in zip(lines[1:], lessons(), strict=False):
        assert line.startswith(f"{lesson.number}  {lesson.titles[language][:10]}")
        assert line.endswith(" ".join(lesson.exercises))
        assert {"en": " minutes", "zh": "分钟"}[language] in line
    assert third.startswith(f"03  {lessons()[2].titles[language]}\n---")


def test_a_lesson_is_what_it_is_for_what_it_uses_and_what_it_sets():
    page = lessons_page("06")
    assert "check a score against the truth" in running(page)
    assert "minprune/formulas/scores.py magnitude gradient_magnitude taylor" in running(page)
    assert "tutorials/06_what_is_important.md\n" in page
    assert page.endswith("2.2  When the gradient has vanished: Optimal Brain Damage")
    with using("zh"):
        assert max(map(columns, lessons_page("6").split("\n"))) <= 80
    with pytest.raises(ValueError, match="no lesson 99"):
        lessons_page("99")


def test_without_the_lessons_their_place_is_named(monkeypatch):
    monkeypatch.setattr("minprune.report.pages.lessons", list)
    with pytest.raises(ValueError, match=r"there are no lessons in .*tutorials"):
        lessons_page()


# --- what a page needs ----------------------------------------------------------------------------


def test_pages_need_no_docstrings_in_memory():
    command = [sys.executable, "-OO", "-m", "minprune", "formulas", "rank_mask"]
    folder = Path(minprune.__file__).parents[1]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.rstrip("\n") == formulas_page("rank_mask").rstrip("\n")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("rankmask2", ["'rankmask2'", "rank_mask"]),
        ("nonsense", ["'nonsense'", "`minprune formulas` lists"]),
        ("F-1", ["'F-1'", "`minprune formulas` lists"]),
        ("A-9.11", ["'A-9.11'"]),
        ("A-4.2x", ["'A-4.2x'"]),
        ("", ["''", "`minprune formulas` lists"]),
    ],
)
def test_an_unknown_name_is_refused_and_near_ones_are_named(query, words):
    with pytest.raises(ValueError, match="nothing found for") as error:
        formulas_page(query)
    assert all(word in str(error.value) for word in words)


# --- worked examples ------------------------------------------------------------------------------


@pytest.mark.parametrize("item", EXAMPLES)
def test_a_worked_page_marks_the_wrong_steps_and_shows_both_values(item):
    page, example = worked_page(item), EXAMPLES[item]()
    lines = page.split("\n")
    ours = " (our numbers)" if example.ours else ""
    assert lines[0] == f"{item}  {example.title}{ours}" and lines[1] == "-" * len(lines[0])
    assert too_wide(page) == [] and page.endswith("\n") and not page.endswith("\n\n")
    wrong = [step.what for step in example.steps if step.wrong]
    marked = [line for line in lines if line.startswith("WRONG")]
    assert len(marked) == len(wrong)
    for line, what in zip(marked, wrong, strict=True):
        assert line[5:].strip().startswith(what)
    told = running(page)
    assert told.endswith(running(example.moral))
    place = told.index("step right " + ("by its rule" if example.ours else "printed"))
    for step in example.steps:  # each reason below its step
        place = told.index(running(step.what), place) + len(running(step.what))
        here = told.index(running(step.why), place)
        assert len(told[place:here]) < 300
        place = here
    for name in example.given:
        assert f"       {name} = " in page


def column_starts(page):
    """Where the columns begin, from the head of the table."""
    (head,) = [line for line in page.split("\n") if line.split()[:2] == ["step", "right"]]
    right = head.index("right")
    return right, re.compile("printed|by its rule").search(head, right).start()


@pytest.mark.parametrize(
    ("item", "what", "right", "printed"),
    [
        ("A-4.4", "importance of layer 3", ["3.9"], ["3.2"]),
        ("A-4.4", "layer 2 pruned", ["[[0.7 0.8 0.9]", " [0.1 0.2 0.3]]"],
         ["[[0.7 0.8 0.9]", " [0.  0.  0. ]]"]),
        ("A-5.5", "parameters before", ["50,890"], ["784,096"]),
        ("B-4c", "8 x 10, all weights 0.005, theta = 0.01", ["1"], ["200"]),
        ("D-4.3", "norm of W", ["1.658312395"], ["1.66"]),
        ("D-4.3", "sparsity", ["0.2222222222"], [""]),
        ("D-4.3", "mask", ["[[0 1 1]", " [1 1 1]", " [1 0 1]]"],
         ["[[0 1 1]", " [1 1 1]", " [1 0 1]]"]),
        ("E-4.3", "to be pruned", ["neuron 1"], ["neuron 2"]),
    ],
)  # fmt: skip
def test_right_stands_before_printed_line_by_line(item, what, right, printed):
    page = worked_page(item)
    a, b = column_starts(page)
    lines = page.split("\n")
    begin = re.compile(rf"(WRONG)?\s+{re.escape(what)}  ")
    (start,) = [k for k, line in enumerate(lines) if begin.match(line)]
    for line, r, p in zip(lines[start:], right, printed, strict=False):
        assert line[a:b].rstrip() == r and line[b:].rstrip() == p


def test_lines_stand_level_and_end_in_no_spaces():
    page = worked_page()
    assert (
        "       W = [[0.1 0.3 0.5]\n            [0.6 0.7 0.8]\n            [0.9 0.1 0.3]]\n" in page
    )
    assert (
        "       as printed, rows pruned at L1 norm 2?  yes\n"
        "           so they are for 1.5 < theta <= 2.4; the rows have" in page
    )
    page += formulas_page("A-1")
    assert (
        "quadratic in the width: twice the\n               width, four times the products.\n"
        in page
    )
    assert [line for line in page.split("\n") if line != line.rstrip()] == []


def test_all_examples_stand_one_after_the_other():
    page = worked_page()
    assert page == f"\n{'=' * 80}\n\n".join(worked_page(item) for item in EXAMPLES)
    ours = [item for item in EXAMPLES if " (our numbers)\n" in worked_page(item)]
    assert ours == ["B-4c", "C-4.2f", "C-5.2a", "E-4.3"]
    assert too_wide(page) == []


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("D-4.3", ["D-4.3"]), ("d-4.3", ["D-4.3"]), (" a-4.4 ", ["A-4.4"]), ("B-4C", ["B-4c"]),
        ("A", ["A-4.4", "A-5.5"]), ("C-5.2", ["C-5.2a"]), ("C-5", ["C-5.2a"]),
    ],
)  # fmt: skip
def test_an_example_is_found_by_its_item_in_any_case(query, ids):
    page = worked_page(query)
    assert re.findall(r"^([A-E]-\S+)  \S", page, re.MULTILINE) == ids


@pytest.mark.parametrize("query", ["nonsense", "A-1", "A-4.3a", "E-4.33", "4.3", "C-5.2b", ""])
def test_an_item_without_an_example_is_refused_and_those_with_one_are_named(query):
    with pytest.raises(ValueError, match=f"there is no worked example '{query}'") as error:
        worked_page(query)
    assert all(item in str(error.value) for item in EXAMPLES)


def test_looking_changes_no_print_options():
    with np.printoptions(precision=8, suppress=False):
        before = np.get_printoptions()
        worked_page()
        assert np.get_printoptions() == before


# --- in Chinese -----------------------------------------------------------------------------------


def in_chinese(page, *arguments, **options):
    with using("zh"):
        return page(*arguments, **options)


def english_in(page, *allowed):
    """The runs of four or more English words on one line that stand in no text allowed."""
    word = "(?:[A-Za-z][A-Za-z'-]+|a)"
    runs = re.findall(rf"(?<![\w.-])(?:{word}[,;:]? ){{3,}}{word}", page)
    return [run for run in runs if solid(run) not in solid(*allowed)]


def of_functions(found):
    """The words on pages and lists that stem from docstrings, papers and libraries."""
    for entry in found:
        yield from (in_chinese(getattr, entry, "told"), *papers_in(entry.doc))
        if entry.name in checks():
            for case in checks()[entry.name].fixed:
                yield from (case.source, f"{entry.name}({case.call!r})", text_of(case.gives))


def of_mistakes(found):
    """Quotes and code of mistakes, and what of their Chinese is the title of a paper."""
    for mistake in found:
        yield from (*mistake.quotes.values(), getattr(mistake, "shows", ""))
        yield from re.findall(r"“[^”]+”|《[^》]+》", mistake.right[1])


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
def test_a_chinese_page_of_an_item_holds_no_english_sentence(item):
    page, found = in_chinese(formulas_page, item.id), functions_of(item.id)
    assert page.startswith(f"{item.id}  {item.title[1]}\n")
    told = solid(page)
    for claim in claims_of(item.id):
        assert solid("论断：", claim.says[1], "测量：", claim.found[1]) in told
    assert all(solid("说明：", zh) in told for _, zh in notes_of(item.id))
    assert re.findall(r"^运行：(.*)$", page, re.MULTILINE) == runs_of(item.id)
    allowed = [*of_functions(found), *of_mistakes([*errata_of(item.id), *facts_of(item.id)])]
    assert english_in(page, *allowed, *(claim.again for claim in claims_of(item.id))) == []
    assert max(map(columns, page.split("\n"))) <= 100


def test_the_chinese_index_holds_no_english_sentence():
    page = in_chinese(formulas_page, whole=True)
    assert english_in(page, *of_functions(entries()), *of_mistakes([*ERRATA, *FACTS])) == []
    assert max(map(columns, page.split("\n"))) <= 100
    heads = [line for line in page.split("\n") if not line.startswith(" " * 10)]
    assert heads == [f"{i.id:10}{i.title[1]}" for i in ITEMS] + ["其他      不在五篇文章中"]


@pytest.mark.parametrize("page", [formulas_page, worked_page, lessons_page])
def test_chinese_pages_of_many_things_hold_no_english_sentence(page):
    text = in_chinese(page)
    assert (
        english_in(text, *(" ".join([folder, *files]) for folder, files in FAMILIES.items())) == []
    )
    assert max(map(columns, text.split("\n"))) <= 80 + (page is worked_page)
    assert text.count("\n") < 24 or page is worked_page


@pytest.mark.parametrize("number", ["00", *(lesson.number for lesson in lessons())])
def test_a_chinese_page_of_a_lesson_holds_no_english_sentence(number):
    page = in_chinese(lessons_page, number)
    functions = " ".join(entry.name for entry in public())
    assert [run for run in english_in(page) if {*run.split()} - {*functions.split()}] == []
    assert max(map(columns, page.split("\n"))) <= 80


@pytest.mark.parametrize("id", exercises())
def test_a_chinese_page_of_an_exercise_holds_no_english_sentence(id):
    exercise, page = exercises()[id], in_chinese(formulas_page, id)
    assert page.startswith(f"练习 {id}  {exercise.title['zh']}\n---")
    assert solid(exercise.text["zh"]) in solid(page)
    command = "python -m minprune exercises start DIR"
    assert english_in(page, exercise.signature, exercise.text["zh"], command) == []


def test_a_chinese_page_of_a_function_names_its_places_in_chinese():
    page = in_chinese(formulas_page, "nm_mask")
    places = re.findall(r"^    (定义|检查|循环实现|课程|练习) +(.*)$", page, re.MULTILINE)
    assert [name for name, _ in places] == ["定义", "检查", "循环实现", "课程", "练习"]
    assert "阈值、掩码与并列：tutorials/03_thresholds_masks_ties.zh.md" in dict(places)["课程"]
    assert "\n    已发表：" in page and "\n        得到 " in page and "\n另见      " in page
    assert english_in(page, *of_functions([e for e in entries() if e.name == "nm_mask"])) == []


def spread(text):
    """The text with a NUL behind each wide character, so that its places are columns."""
    return "".join(c + "\0" * (columns(c) - 1) for c in text)


@pytest.mark.parametrize("item", EXAMPLES)
def test_the_columns_of_a_chinese_worked_example_line_up(item):
    page, example = in_chinese(worked_page, item), in_chinese(EXAMPLES[item])
    lines = [*map(spread, page.split("\n"))]
    (head,) = [line for line in lines if line.split()[:1] == [spread("步骤")]]
    right = head.index(spread("正确"))
    printed = head.index(spread("按原文规则" if example.ours else "文中"))
    assert page.startswith(f"{item}  {example.title}{'（数字为自拟）' * example.ours}\n---")
    for step in example.steps:
        (line,) = [line for line in lines if line[7:right].rstrip() == spread(step.what)]
        assert line[:7].rstrip() == (spread("错误") if step.wrong else "")
        assert line[right - 1] == " " != line[right]
        if step.printed is None:
            assert line[printed:] == ""
        else:
            assert line[printed - 1] == " " != line[printed]
        assert solid(step.why) in solid(page)
    given = [line for line in lines[: lines.index(head)] if re.match(r" {7}\S.* = ", line)]
    assert [line.split(" = ")[0].strip() for line in given] == [*map(spread, example.given)]


@pytest.mark.parametrize(
    ("query", "line"),
    [("阈值", "A-2.2c                 阈值剪枝（文字描述）"),
     ("推荐", "C-6.2                  推荐系统"),
     ("掩码", "B-3e                   公式：权重的掩码")],
)  # fmt: skip
def test_a_chinese_list_shows_titles_in_chinese(query, line):
    lines = in_chinese(formulas_page, query, whole=True).split("\n")
    assert line in lines and max(map(columns, lines)) <= 80
    assert line not in formulas_page(query, whole=True)
    short = in_chinese(formulas_page, query).split("\n")
    if len(lines) > len(short):
        assert short[-1] == f"... 另有 {len(lines) - len(short) + 1} 项，用 --all 列出"


@pytest.mark.parametrize(
    ("page", "query", "zh"),
    [(formulas_page, "rankmask2", "没有找到 'rankmask2'；相近的名称：rank_mask"),
     (formulas_page, "nonsense", "没有找到 'nonsense'；`minprune formulas` 列出全部内容"),
     (worked_page, "A-1", "没有算例 'A-1'；现有 A-4.4、"),
     (lessons_page, "99", "中没有第 99 课")],
)  # fmt: skip
def test_a_refusal_is_in_both_languages(page, query, zh):
    with pytest.raises(ValueError, match="no") as error:
        page(query)
    assert zh in in_chinese(message, error.value) and message(error.value).isascii()
