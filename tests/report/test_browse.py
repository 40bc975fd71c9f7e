"""The page of all functions, and the ends of lessons: every row, every link, both languages."""

import re
from pathlib import Path

import pytest

from minprune.exercises import exercises
from minprune.language import LANGUAGES
from minprune.lessons import lessons
from minprune.report.browse import formulas_markdown, used_markdown
from minprune.report.links import links_of, public

TUTORIALS = Path(__file__).parents[2] / "tutorials"


def rows(page):
    """{first cell: its row} of all tables."""
    cells = [re.split(r" (?<!\\)\| ", line[2:-2]) for line in page.split("\n") if line[:2] == "| "]
    return {row[0]: row for row in cells}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_function_and_every_exercise_has_its_row(language):
    page = formulas_markdown(language)
    found = rows(page)
    for entry in public():
        row = " ".join(found[f"[`{entry.name}`](../{entry.file})"])
        links = links_of(entry)
        assert re.findall(r"\[(\d\d)\]", row) == [lesson.number for lesson in links.lessons]
        assert (f"](../{links.check.partition(':')[0]})" in row) == bool(links.check)
        assert all(task.id in row for task in links.exercises)
    for id, exercise in exercises().items():
        assert exercise.title[language] in found[id] and f"`{exercise.name}`" in found[id]


@pytest.mark.parametrize("language", LANGUAGES)
def test_tables_are_whole_and_links_lead_to_files(language):
    page = formulas_markdown(language) + "".join(used_markdown(one, language) for one in lessons())
    for table in re.findall(r"(?:^\|.*\n)+", page, re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}) == 1
    for target in {*re.findall(r"\]\(([^)]+)\)", page)}:
        assert (TUTORIALS / target).exists(), target


def test_a_row_by_hand():
    assert rows(formulas_markdown("en"))["[`obd_saliency`](../minprune/formulas/influence.py)"] == [
        "[`obd_saliency`](../minprune/formulas/influence.py)",
        "`s_i = h_ii w_i^2 / 2, h_ii = d^2 L / dw_i^2`",
        "LeCun 1990",
        "[check](../minprune/checks/formulas/influence.py)",
        "[06](06_what_is_important.md)",
        "2.2",
    ]


@pytest.mark.parametrize(
    ("function", "equation"),
    [
        ("norms.py) l1_norm", "`\\|\\|w\\|\\|_1 = sum_i \\|w_i\\|`"),
        ("structured.py) collapse_linear",
         "`(x W_1 + b_1) W_2 + b_2 = x (W_1 W_2) + (b_1 W_2 + b_2)`"),
        ("costs.py) mlp_hidden_width",
         "`n = (n_in + 1) h + (h + 1) n_out => h = (n - n_out) / (n_in + n_out + 1)`"),
        ("masks.py) threshold_mask",
         '`m_i = 1 if \\|w_i\\| >= theta else 0 (> with ties="prune")`'),
        ("costs.py) output_size",
         "`valid: floor((size - kernel) / stride) + 1, same: ceil(size / stride)`"),
    ],
)  # fmt: skip
def test_an_equation_in_a_row(function, equation):
    file, name = function.split(") ")
    page = rows(formulas_markdown("en"))
    assert page[f"[`{name}`](../minprune/formulas/{file})"][1] == equation


def test_a_lesson_that_uses_nothing_has_no_list():
    assert used_markdown(lessons()[2]._replace(names=("no_such_name",)), "en") == ""
    assert "`threshold_mask`, `pruned_count`" in used_markdown(lessons()[2], "zh")
