"""A page leads to where things are: every line that it names holds what it should."""

import re
from pathlib import Path

import naive
import pytest

from minprune.checks import checks
from minprune.documents.index import entries
from minprune.exercises import exercises
from minprune.lessons import lessons, lessons_with
from minprune.report.links import links_of, public, used_by
from minprune.report.pages import formulas_page, lessons_page

ROOT = Path(__file__).parents[2]
FORMULAS = [entry for entry in public() if entry.name in checks()]


def line(place):
    file, _, number = place.partition(":")
    return (ROOT / file).read_text(encoding="utf-8").split("\n")[int(number) - 1]


@pytest.mark.parametrize("entry", FORMULAS, ids=lambda entry: entry.name)
def test_every_formula_names_its_definition_its_check_and_its_twin(entry):
    links, page = links_of(entry), formulas_page(entry.name)
    assert line(links.home).startswith(f"def {entry.name}(")
    assert re.match(rf"\w+ = Check\(\w+\.{entry.name}\b", line(links.check))
    assert line(links.twin).startswith(f"def {entry.name}(") and hasattr(naive, entry.name)
    for head, place in (("Defined", links.home), ("Check", links.check), ("Twin", links.twin)):
        assert f"    {head:10}{place}\n" in page
    assert page.count("    Lesson    ") == len(links.lessons)
    assert page.count("    Exercise  ") == len(links.exercises)


PLACE = re.compile(r"^ *(Defined|Check|Twin|Function|Lesson|Run it|Step by step)\b.* (\S+/[^\s:]+)",
                   re.MULTILINE)  # fmt: skip


def test_places_can_be_opened_from_any_folder(tmp_path, monkeypatch):
    pages = {}
    for folder in (tmp_path, ROOT, ROOT / "minprune"):
        monkeypatch.chdir(folder)
        pages[folder] = [formulas_page(query) for query in ("rank_mask", "A-4.2", "1.5", None)]
        pages[folder].append(f"Lesson {lessons_page('03').splitlines()[5]}")
        assert pages[folder][-1].endswith("tutorials/03_thresholds_masks_ties.md")
        found = [place for page in pages[folder] for place in PLACE.findall(page)]
        assert len({head for head, _ in found}) == 7
        for _, place in found:
            assert Path(place).is_file()
            assert Path(place).is_absolute() == (not Path(place).resolve().is_relative_to(folder))
    assert pages[tmp_path] != pages[ROOT] != pages[ROOT / "minprune"]


def test_what_there_is_not_is_not_named():
    (procedure,) = [entry for entry in public() if entry.name == "uniform_sparsities"]
    links = links_of(procedure)
    assert links[1:] == ("", "", [], []) and line(links.home).startswith("def uniform_sparsities")


@pytest.mark.parametrize(
    ("name", "numbers", "ids"),
    [("rank_mask", ["03", "06", "09", "11"], []), ("obd_saliency", ["06"], ["2.2"]),
     ("nm_mask", ["03"], ["1.5"]), ("polynomial_decay", ["07"], ["3.2"]), ("apoz", [], [])],
)  # fmt: skip
def test_lessons_and_exercises_by_hand(name, numbers, ids):
    (entry,) = [entry for entry in entries() if entry.name == name]
    links = links_of(entry)
    assert [lesson.number for lesson in links.lessons] == numbers
    assert [exercise.id for exercise in links.exercises] == ids


def test_what_a_lesson_uses_by_hand():
    used = used_by(lessons()[2])
    assert {file: [entry.name for entry in found] for file, found in used.items()} == {
        "minprune/formulas/masks.py": ["threshold_mask", "pruned_count", "rank_mask", "apply_mask"],
        "minprune/formulas/metrics.py": ["sparsity"],
        "minprune/formulas/misprints.py": ["signed_threshold_mask_misprint"],
    }


@pytest.mark.parametrize("id", exercises())
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_exercise_is_in_a_lesson_and_names_it(id, language):
    found = lessons_with(id)
    assert found
    for lesson in found:
        head = exercises()[id].starter(language).split('"""')[1]
        assert lesson.titles[language] in head
        command = re.escape(f"python -m minprune lessons {lesson.number}")
        assert re.search(f"{command}{' --lang zh' * (language == 'zh')}$", head, re.MULTILINE)


def test_public_is_what_has_a_source_or_is_offered():
    names = [entry.name for entry in public()]
    assert len({*names}) == len(names) and {entry.name for entry in entries()} <= {*names}
    assert {"predict_classes", "load_mnist", "nm_from_dense"} <= {*names}
    assert not {"check_gradients", "finite_outputs"} & {*names}
