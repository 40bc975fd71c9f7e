"""Cells, prose with numbers, Chinese code, pages with folds, pictures compared, notebooks."""

import importlib.util
import io
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
import tokenize
from functools import partial
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest

from minprune import cli, lesson_pages, lessons
from minprune.documents.errata import ERRATA
from minprune.exercises import exercise_of
from minprune.lesson_pages import (
    differs,
    drawn,
    figure_differs,
    held_by,
    index,
    navigation,
    notebook,
    page,
    runs,
    save_figure,
    shown,
    split_checks,
    unused_words,
)
from minprune.lesson_words import Words
from minprune.lessons import Cell, cells_of, filled, lesson_files, page_file, run_lesson

TUTORIALS = Path(__file__).parents[1] / "tutorials"
LESSONS = lesson_files(TUTORIALS)[1:]  # 00 is one program without cells
TEXT = """\
# %% [markdown] lang="en"
# # Title
#
# Half of <<n>> is $n/2$, that is <<n / 2:.1f>>.
# %% [markdown] lang="zh"
# # 标题
#
# 数 $n$，也就是
# 一半：<<n / 2:.1f>>。
#
# $$ n / 2 $$

# %%
n = 7
print("n is", n)

# %% volatile
import os
print("quick" if os.environ.get("QUICK") else "full")
"""


@pytest.fixture
def lesson(tmp_path):
    path = tmp_path / "01_small.py"
    path.write_text(TEXT.replace("# %%\nn = 7", "# %%\nn = 7", 1), encoding="utf-8")
    return path


def first(text):
    """Code before the prose that uses it."""
    cells = cells_of(text)
    return [cells[2], cells[0], cells[1], cells[3]]


def test_cells():
    en, zh, code, volatile = cells_of(TEXT)
    assert en.source.startswith("# Title\n\nHalf") and (en.language, zh.language) == ("en", "zh")
    assert code == Cell('n = 7\nprint("n is", n)') and volatile.volatile
    for head in ("folded", "folded volatile", "volatile folded", "volatile"):
        (cell,) = cells_of(f"# %% {head}\nx = 1\n")
        assert (cell.folded, cell.volatile) == ("folded" in head, "volatile" in head)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1\n# %%\n", "begins with a cell"),
        ("# %% [markdown]\n# x\n", "must have lang"),
        ('# %% [markdown] lang="de"\n# x\n', "must have lang"),
        ('# %% [markdown] lang="en"\nx = 1\n', "prose must be comments, got 'x = 1'"),
        ("# %% slow\nx = 1\n", "volatile or folded, got 'slow'"),
    ],
)
def test_what_is_no_lesson(text, said):
    with pytest.raises(ValueError, match=said):
        cells_of(text)


def test_numbers_in_prose_are_computed():
    names = {"a": 0.25, "b": [1, 2]}
    assert filled("<<a:.0%>> of <<sum(b)>>", names) == "25% of 3"
    assert filled("<<~a:.1f>> s", names) == "<!--~-->0.2<!--/--> s"
    with pytest.raises(ValueError, match="<<c>> in the prose: name 'c' is not defined"):
        filled("<<c>>", names)


def test_a_run_gives_what_is_printed_and_drawn(tmp_path):
    path = tmp_path / "01_x.py"
    path.write_text("# %%\nimport matplotlib.pyplot as plt\nprint(1)\nplt.figure('a')\n"
                    "plt.figure('b')\n# %%\nprint(2)\n# %% volatile\nimport os\n"
                    "print(os.environ.get('QUICK'))\n")  # fmt: skip
    _, (one, two, three) = run_lesson(path)
    assert one.printed == "1\n" and [*one.figures] == ["a", "b"]
    assert two == ("2\n", {}) and three.printed == "None\n"
    assert run_lesson(path, quick=True)[1][2].printed == "1\n"
    assert not plt.get_fignums()


def test_an_error_names_the_lesson(tmp_path):
    path = tmp_path / "01_x.py"
    path.write_text("# %%\nx = 1\n# %%\n1 / 0\n")
    with pytest.raises(ZeroDivisionError) as error:
        run_lesson(path)
    assert "01_x.py, cell 1" in str(error.getrepr()) and "1 / 0" in str(error.getrepr())


def test_pages_of_both_languages(lesson):
    cells = first(TEXT)
    names = {"n": 7}
    figure, axes = plt.subplots(1, 2)
    axes[0].set(title="Half [n]", xlabel="n", ylabel="half")
    figure.suptitle("Halves")
    plt.close(figure)
    found = [lessons.Run("n is 7\n", {"plot": figure}), filled(cells[1].source, names),
             filled(cells[2].source, names), lessons.Run("full\n", {})]  # fmt: skip
    en, zh = (page(lesson, language, cells, found) for language in ("en", "zh"))
    assert "Half of 7 is $`n/2`$, that is 3.5." in en and "标题" not in en
    assert "数 $`n`$，也就是一半：3.5。" in zh and "```math\nn / 2\n```" in zh
    assert "![Halves; Half (n): half against n](../figures/01_plot.png)" in en
    assert "![Halves；Half (n)：纵轴 half，横轴 n](../figures/01_plot.png)" in zh
    for text in (en, zh):
        picture = text.index("01_plot.png)\n\n```text\nn is 7\n```\n\n<details><summary>")
        assert text.index('```python\nn = 7\nprint("n is", n)\n```\n\n</details>\n') > picture
        assert "<!--~-->\n```text\nfull\n```\n<!--/-->" in text
    assert "(01_small.zh.md)" in en and "(01_small.md)" in zh and "(01_small.py)" in zh


def test_dollars_that_are_no_formula():
    assert shown("`$x$` and \\$5 and $ 5 $", "en") == "`$x$` and \\$5 and $ 5 $"
    assert shown("$a_1$, $b$", "en") == "$`a_1`$, $`b`$"


def test_the_end_of_a_line_between_chinese_characters_is_no_space():
    text = "- **一**：剪掉，\n  再训练\n  （两次）。\n- 二，“好”\n才成立。\n\n三。\n> 四"
    shown = "- **一**：剪掉，再训练（两次）。\n- 二，“好”才成立。\n\n三。\n> 四"
    assert lessons.joined(text) == shown


@pytest.mark.parametrize(
    ("prose", "expected"),
    [
        ("数$n$和 $m$，$k$。", "数 $`n`$和 $`m`$， $`k`$。"),
        ("若\n$n$ 大，\n$m$ 小（$k$）", "若\n$`n`$ 大， $`m`$ 小（ $`k`$）"),
        ("三个 权重  是 MNIST，  再 ReLU", "三个权重是 MNIST，再 ReLU"),
        ("中文\nLatin\n中文", "中文\nLatin\n中文"),
        ("# 03  阈值", "# 03  阈值"),
        ("权重——$w$……$v$”$u$", "权重—— $`w`$…… $`v`$” $`u`$"),
        ("```text\n权重  掩码\n```", "```text\n权重  掩码\n```"),
    ],
)
def test_blanks_in_chinese_prose(prose, expected):
    assert shown(prose, "zh") == expected


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_a_folded_answer_is_rendered(gap):
    fold = (
        "问？\n\n<details><summary>答案</summary>{0}是，\n$$x$$\n因为\n$x$ 小。{0}</details>{0}又"
    )
    expected = ("问？\n\n<details><summary>答案</summary>\n\n是，\n```math\nx\n```\n因为\n"
                "$`x`$ 小。\n\n</details>\n\n又")  # fmt: skip
    assert shown(fold.format(gap), "zh") == expected == shown(expected, "zh")
    english = fold.format(gap).replace("小。", "small.")
    assert shown(english, "en") == expected.replace("小。", "small.")


# --- folds ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "visible", "checks"),
    [
        ("x = 1", "x = 1", ""),
        ("assert a\nassert (\n    b\n)", "", "assert a\nassert (\n    b\n)"),
        ("x = 1  # one\nassert x  # yes\ny = 2", "x = 1  # one\ny = 2", "assert x  # yes"),
        ("# of x\nx = 1\n# is one\nassert x", "# of x\nx = 1", "# is one\nassert x"),
        ("# apart\n\nassert x\n# at the end", "# apart\n\n# at the end", "assert x"),
        ("x = 1\n\nassert x\n\n\ndef f(): pass", "x = 1\n\n\ndef f(): pass", "assert x"),
        ("x = 1\nassert x\n\ny = 2\nassert y", "x = 1\n\ny = 2", "assert x\nassert y"),
        ("x = 1; assert x", "x = 1; assert x", ""),
        ("for a in b:\n    assert a\nfor a in b:\n    a()\n    assert a",
         "for a in b:\n    a()\n    assert a", "for a in b:\n    assert a"),
        ('x = """\nassert y\n# no\n"""\n@f\ndef g():\n    assert x',
         'x = """\nassert y\n# no\n"""\n@f\ndef g():\n    assert x', ""),
    ],
)  # fmt: skip
def test_checks_leave_the_code(source, visible, checks):
    assert split_checks(source) == (visible, checks)


FOLDS = """\
# %% folded
import matplotlib.pyplot as plt
print("ready")
# %% folded volatile
print("12 s")
# %%
x = [1,
     2]  # fmt: skip
assert x
print(x)
# %%
assert len(x) == 2
# %%
figure, axes = plt.subplots(num="line")
print("drawn")
assert figure
"""


def test_a_page_folds_what_is_not_read(tmp_path):
    path = tmp_path / "05_folds.py"
    path.write_text(FOLDS)
    details = "<details><summary>{}</summary>\n\n```python\n{}\n```\n\n</details>"
    for language, (settings, checks, picture) in {
        "en": ("Settings", "Checks", "Code of the picture"),
        "zh": ("准备工作", "检查", "画图的代码"),
    }.items():
        cells, found = runs(path)[language]
        ready, took, _, two, drawing = (cell.source for cell in cells)
        assert page(path, language, cells, found).split("\n\n", 1)[1] == "\n\n".join([
            details.format(settings, ready), "```text\nready\n```",
            details.format(settings, took), "<!--~-->\n```text\n12 s\n```\n<!--/-->",
            "```python\nx = [1,\n     2]\nprint(x)\n```", "```text\n[1, 2]\n```",
            details.format(checks, "assert x"),
            details.format(checks, two),
            "![](../figures/05_line.png)", "```text\ndrawn\n```",
            details.format(picture, drawing), navigation(path, language) + "\n"])  # fmt: skip


# --- words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "chinese"),
    [
        ("kept = 1  # kept", "kept = 1  # 保留"),
        ("# not kept, unkept, kept_by\nx = 1", "# 剪掉, unkept, kept_by\nx = 1"),
        ("x = 1  # fmt: skip kept", "x = 1  # fmt: skip kept"),
        ('def f():\n    """Is it\n    kept?"""', 'def f():\n    """Is it\n    保留?"""'),
        ("print('a\\nkept', r'kept', b'kept')", "print('a\\n保留', r'保留', b'kept')"),
        ("f\"{kept} kept {d['kept']:{w}} {{kept}}\"", "f\"{kept} 保留 {d['保留']:{w}} {{保留}}\""),
        ('f"{n:4} of {len(x)} kept" "kept"', 'f"{n:4} / {len(x)}" "保留"'),
        ('f"""\n{n} kept"""', 'f"""\n{n} 保留"""'),
    ],
)
def test_words_replace_whole_phrases_of_strings_and_comments(source, chinese):
    words = Words("# kept | 保留\n# not kept | 剪掉\n# of {len(x)} kept | / {len(x)}\n")
    assert words.code(source) == chinese


def test_words_replace_comments_alone_in_code_that_draws():
    words = Words("# kept | 保留\n# lost | 没有了")
    assert words.code('plot("kept")  # kept', strings=False) == 'plot("kept")  # 保留'
    assert words.unused() == ["lost"] and words.quoted('kept["kept"]') == 'kept["保留"]'


@pytest.mark.parametrize("lines", ["# kept", "kept | 保留", "# kept | ", "# a | b\n# a | c"])
def test_what_is_no_list_of_words(lines):
    with pytest.raises(ValueError, match="words"):
        Words(lines)


@pytest.mark.parametrize("chinese", ['"', "{m}", "\\"])
def test_words_must_not_change_the_program(chinese):
    with pytest.raises(ValueError, match="change more than strings and comments"):
        Words(f"# {{n}} kept | {chinese}").code('f"{n} kept"')


WORDS = """\
# %%
import matplotlib.pyplot as plt
from minprune.language import language
sizes = {"all kept": 3}  # all kept
print("all kept:", sizes["all kept"], language())
# %%
figure, axes = plt.subplots(num="line")  # all kept
axes.set(title="The sizes", xlabel="all kept", ylabel="how\\nmany")
# %% [markdown] lang="en"
# Of <<sizes["all kept"]>>.
# %% [markdown] lang="zh"
# 共 <<[*sizes][0]>>，<<sizes["all kept"]>>。
# %% words
# all kept | 全部保留
# The sizes | 大小
"""


def test_the_chinese_page_shows_what_the_chinese_code_gives(tmp_path):
    path = tmp_path / "05_words.py"
    path.write_text(WORDS)
    found = runs(path)
    en, zh = (page(path, language, *found[language]) for language in ("en", "zh"))
    assert 'sizes = {"all kept": 3}  # all kept' in en and "all kept: 3 en" in en and "Of 3." in en
    assert 'sizes = {"全部保留": 3}  # 全部保留' in zh and "全部保留: 3 zh" in zh
    assert "共全部保留，3。" in zh
    assert 'plt.subplots(num="line")  # 全部保留\naxes.set(title="The sizes", xlabel="all' in zh
    assert "![The sizes: how many against all kept](" in en
    assert "![大小：纵轴 how many，横轴全部保留](" in zh and "|" not in en + zh
    assert found["zh"][1][1].figures is found["en"][1][1].figures
    assert unused_words(path, found["en"][1]) == []
    path.write_text(WORDS + "# some kept | 部分保留\n")
    assert unused_words(path, found["en"][1]) == ["some kept"]
    path.write_text(WORDS + "# %%\nx = 1\n")
    with pytest.raises(ValueError, match="words must be the last cell"):
        runs(path)


def test_a_chinese_notebook_has_the_chinese_code(tmp_path):
    path = tmp_path / "05_words.py"
    path.write_text(WORDS)
    for language, (cells, found) in runs(path).items():
        page_file(path, language).write_text(page(path, language, cells, found))
    for language, key in (("en", "all kept"), ("zh", "全部保留")):
        cells = notebook(path, language)["cells"]
        first, second, prose = ("".join(cell["source"]) for cell in cells[-3:])
        assert f'sizes = {{"{key}": 3}}  # {key}' in first and f"# {key}\naxes.set(title" in second
        assert 'title="The sizes"' in second and "3" in prose
        assert any('use("zh")' in "".join(c["source"]) for c in cells) == (language == "zh")


def test_pages_lead_to_each_other(tmp_path):
    paths = [tmp_path / f"0{n}_x.py" for n in (1, 2, 3)]
    for number, path in enumerate(paths, 1):
        path.write_text(f'# %% [markdown] lang="en"\n# # 0{number}  Of masks\n#\n'
                        "# *Two minutes. You can prune.*\n#\n# ## Now you\n#\n# `check 1.2`\n#\n"
                        '# ## After\n#\n# `1.4`\n# %% [markdown] lang="zh"\n'
                        "# # 掩码\n")  # fmt: skip
    assert navigation(paths[0], "en") == (
        "[All lessons](lessons.md) · [02 →](02_x.md) · [中文](01_x.zh.md) · [source](01_x.py)"
    )
    assert navigation(paths[1], "zh") == (
        "[← 01](01_x.zh.md) · [全部课程](lessons.zh.md) · [03 →](03_x.zh.md) · "
        "[English](02_x.md) · [源码](02_x.py)"
    )
    row = "| [02  Of masks](02_x.md) | Two minutes | You can prune. | `1.2` |\n"
    assert row in index(tmp_path, "en") and "00" not in index(tmp_path, "en")
    program = tmp_path / "00_x.py"
    program.write_text("x = 1")
    for language in lessons.LANGUAGES:
        page_file(program, language).write_text("# 00  In 200 lines\n\n*Long. You read.*\n")
    assert navigation(paths[0], "en").startswith("[← 00](00_x.md) · [All lessons]")
    first, second = index(tmp_path, "en").splitlines()[6:8]
    assert first == "| [00  In 200 lines](00_x.md) | Long | You read. |  |" and "[01  Of" in second


def test_pages_differ_where_words_or_numbers_do():
    old = "a 0.50 b\n<!--~-->\n12.0 s\n<!--/-->\nend 3"
    assert differs(old, old.replace("12.0", "99.9")) is None
    assert differs(old, old.replace("0.50", "0.54")) is None
    assert "0.60" in differs(old, old.replace("0.50", "0.60"))
    assert differs("9 of 10, 90%", "9 of 10, 91%") is None
    assert differs("9 of 10, 90%", "8 of 10, 90%") and differs("90%", "70%")
    assert differs(old, old.replace("end 3", "end 4"))
    assert differs(old, old.replace("a 0", "c 0"))
    assert differs(old, old + "\nmore")


@pytest.fixture
def figure():
    figure, (left, right) = plt.subplots(1, 2)
    left.plot([0, 1, 2], [1.0, 2.0, 3.0], label="up")
    left.set(xlabel="x", title="Up")
    left.legend()
    right.bar([0, 1], [3, 4])
    right.scatter([0, 1], [5, 6])
    right.imshow(np.eye(3))
    yield figure
    plt.close(figure)


def test_pictures_hold_what_they_show(figure, tmp_path):
    save_figure(figure, tmp_path / "x.png")
    held = held_by(tmp_path / "x.png")
    assert held == json.loads(json.dumps(drawn(figure))) and not figure_differs(held, drawn(figure))
    plt.figure("other").savefig(tmp_path / "y.png")
    with pytest.raises(ValueError, match="holds no data"):
        held_by(tmp_path / "y.png")
    plt.close("all")


@pytest.mark.parametrize(
    "change",
    [
        lambda f: f.axes[0].lines[0].set_ydata([1, 2, 4]),
        lambda f: f.axes[0].set_xlabel("other"),
        lambda f: f.axes[0].plot([1], [1]),
        lambda f: f.axes[0].lines[0].set_data([0, 1], [1, 2]),
        lambda f: f.axes[1].patches[0].set_height(1),
        lambda f: f.axes[1].images[0].set_data(np.ones((3, 3))),
        lambda f: f.axes[0].get_legend().get_texts()[0].set_text("down"),
    ],
)
def test_pictures_that_show_something_else(figure, change):
    before = json.loads(json.dumps(drawn(figure)))
    change(figure)
    assert figure_differs(before, drawn(figure))


def test_a_small_difference_is_none(figure):
    before = drawn(figure)
    figure.axes[0].lines[0].set_ydata([1, 200, 3])
    assert figure_differs(before, drawn(figure))
    assert not figure_differs(before, drawn(figure), np.inf)  # of volatile cells
    figure.axes[0].lines[0].set_ydata([1, 2.01, 3])
    assert not figure_differs(before, drawn(figure))


def test_a_lesson_is_read_without_being_run(tmp_path, monkeypatch):
    path = tmp_path / "tutorials" / "05_x.py"
    path.parent.mkdir()
    path.write_text(
        '# %% [markdown] lang="en"\n# # 05  Masks and\n#\n# *Two minutes. You can\n# prune.*\n'
        '# %% [markdown] lang="zh"\n# # 05  掩码\n#\n# *两分钟。学会\n# 剪枝。*\n'
        "# %%\nimport minprune as mp\nfrom minprune.formulas import misprints\n"
        "from minprune.nn.train import fit\n"
        "mp.rank_mask(mp.magnitude([1]), 1); misprints.x; other.magnitude_of; 1 / 0\n"
        '# %% [markdown] lang="en"\n# <<mp.sparsity(w):.0%>> ## Now you\n'
        "# `check 1.2`, `1.3`; `A-4.2`\n"
        '# %% [markdown] lang="zh"\n# ## 轮到你了\n'
    )  # fmt: skip
    monkeypatch.setattr(lessons, "TUTORIALS", path.parent)
    (lesson,) = lessons.lessons()
    assert (lesson.number, lesson.titles) == ("05", {"en": "Masks and", "zh": "掩码"})
    assert lesson.aims == {"en": "Two minutes. You can prune.", "zh": "两分钟。学会剪枝。"}
    assert lesson.names == ("misprints", "fit", "magnitude", "rank_mask", "x", "sparsity")
    assert lesson.exercises == ("1.2", "1.3")
    assert lessons.lessons_with("1.3") == [lesson] and lessons.lessons_with("1.4") == []


def test_the_lessons_lie_beside_the_package_wherever_one_is(tmp_path, monkeypatch):
    (tmp_path / "tutorials").mkdir()
    (tmp_path / "tutorials" / "01_of_another_project.py").write_text("x = 1\n")
    monkeypatch.chdir(tmp_path)
    assert [lesson.path for lesson in lessons.lessons()] == LESSONS
    monkeypatch.setattr(lessons, "TUTORIALS", tmp_path)
    assert lessons.lessons() == []


def test_the_lessons_of_an_installed_package_lie_in_it(tmp_path):
    source = tmp_path / "minprune" / "lessons.py"
    source.parent.mkdir()
    shutil.copy(lessons.__file__, source)
    for folder in (tmp_path / "tutorials", tmp_path / "minprune" / "tutorials"):
        folder.mkdir()
        assert runpy.run_path(source)["TUTORIALS"] == folder


@pytest.fixture
def with_pages(tmp_path):
    """A lesson of the folder tutorials/, and its pages."""
    path = tmp_path / "tutorials" / "77_mine.py"
    path.parent.mkdir()
    code, *prose = first(TEXT)
    marks = "# %%", '# %% [markdown] lang="en"', '# %% [markdown] lang="zh"', "# %% volatile"
    sources = [code.source, *("\n".join(f"# {line}" for line in c.source.split("\n"))
                              for c in prose[:2]), prose[2].source]  # fmt: skip
    path.write_text("\n".join(f"{m}\n{s}" for m, s in zip(marks, sources, strict=True)))
    for language, (cells, found) in runs(path).items():
        page_file(path, language).write_text(page(path, language, cells, found))
    return path


def test_a_notebook_has_the_numbers_of_the_page(with_pages):
    made = notebook(with_pages, "zh")
    first, chosen, code, prose, volatile = made["cells"]
    assert 'use("zh")' in "".join(chosen["source"])
    assert (made["nbformat"], made["nbformat_minor"]) == (4, 5)
    assert "".join(prose["source"]) == "# 标题\n\n数 $n$，也就是\n一半：3.5。\n\n$$ n / 2 $$"
    for cell in (chosen, code, volatile):
        assert cell["cell_type"] == "code"
        assert cell["outputs"] == [] and cell["execution_count"] is None
    for cell in (first, prose):
        assert cell["cell_type"] == "markdown"
        assert {*cell} == {"cell_type", "id", "metadata", "source"}
    for cell in made["cells"]:
        assert re.fullmatch("[a-zA-Z0-9_-]{1,64}", cell["id"]) and cell["metadata"] == {}
        assert all(line.endswith("\n") for line in cell["source"][:-1])
    assert len({cell["id"] for cell in made["cells"]}) == 5
    other = page_file(with_pages, "zh")
    other.write_text(other.read_text().replace("3.5", "<!--~-->about 4<!--/-->"))
    assert "一半：about 4。" in "".join(notebook(with_pages, "zh")["cells"][3]["source"])


@pytest.mark.parametrize("language", lessons.LANGUAGES)
def test_a_notebook_begins_with_the_installation(with_pages, language, monkeypatch):
    first, *others = notebook(with_pages, language)["cells"]
    said = "".join(first["source"])
    assert first["cell_type"] == "markdown" and "`%pip install " in said
    assert bool(re.search("[\u4e00-\u9fff]", said)) == (language == "zh")
    monkeypatch.setattr(lesson_pages, "INSTALL", "minprune==1.0")
    first, *same = notebook(with_pages, language)["cells"]
    assert first["cell_type"] == "code" and same == others
    assert first["source"] == ["%pip install --quiet minprune==1.0"]


def test_a_notebook_runs_from_start_to_end(tmp_path):
    """In a process of its own, as a kernel that finds minprune would."""
    cells = notebook(LESSONS[2], "en")["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    run = subprocess.run([sys.executable, "-c", "\n".join(code)], cwd=tmp_path, text=True,
                         capture_output=True, check=True,
                         env=os.environ | {"PYTHONPATH": str(TUTORIALS.parent),
                                           "MPLBACKEND": "Agg"})  # fmt: skip
    page = page_file(LESSONS[2], "en").read_text(encoding="utf-8")
    assert run.stdout == "".join(re.findall("```text\n(.*?)```", page, re.DOTALL))


@pytest.mark.parametrize("change", [lambda page: page.unlink(),
                                    lambda page: page.write_text("Half is 3.5.")])  # fmt: skip
def test_no_notebook_without_the_numbers_of_its_page(with_pages, change):
    change(page_file(with_pages, "en"))
    with pytest.raises(ValueError, match=r"77_mine\.md .* tutorials/render\.py 77 first"):
        notebook(with_pages, "en")


@pytest.mark.parametrize(
    ("prose", "shown"),
    [("<<a>> to <<b>>", "1 to 2"), ("of <<a>>", "of 12.5%"), ("<<a>>,\n<<b>>", "one word,\n-2")],
)
def test_numbers_at_the_ends_of_prose(prose, shown):
    assert lesson_pages._with_numbers_of(f"3 of\n\n{shown}\n\nend", prose) == shown


def test_the_command_writes_a_notebook(with_pages, monkeypatch, capsys):
    monkeypatch.chdir(with_pages.parents[1])
    assert cli.main(["notebook", "77", "--lang", "zh"]) == 0
    assert "77_mine.ipynb" in capsys.readouterr().out
    made = json.loads(Path("77_mine.ipynb").read_text(encoding="utf-8"))
    assert made == notebook(with_pages, "zh")
    Path("77_mine.ipynb").write_text("a reader's work")
    assert cli.main(["notebook", "77"]) == 2
    assert "77_mine.ipynb: already exists; nothing was changed" in capsys.readouterr().err
    assert Path("77_mine.ipynb").read_text() == "a reader's work"
    assert cli.main(["notebook", "3", "--out", "three.ipynb"]) == 0  # of the repository
    assert "Thresholds" in Path("three.ipynb").read_text(encoding="utf-8")
    assert cli.main(["notebook", "99"]) == 2
    assert "no lesson 99" in capsys.readouterr().err


@pytest.fixture
def render(with_pages, monkeypatch):
    """The program tutorials/render.py, with a folder of lessons that has one."""
    code = importlib.util.spec_from_file_location("render", TUTORIALS / "render.py")
    module = importlib.util.module_from_spec(code)
    code.loader.exec_module(module)
    monkeypatch.setattr(module, "HERE", with_pages.parent)
    assert module.main(["formulas", "lessons"]) == 0
    return module


@pytest.mark.parametrize("chosen", [[], ["77"]])
def test_rendering_and_comparing(render, with_pages, chosen, capsys):
    assert render.main([*chosen, "--check"]) == 0
    page_file(with_pages, "zh").unlink()
    assert render.main(["--check", *chosen]) == 1
    assert "77_mine.zh.md: " in capsys.readouterr().out and not page_file(with_pages, "zh").exists()
    assert render.main(chosen) == 0 == render.main([*chosen, "--check"])


def test_the_page_of_all_functions_is_written_and_compared_to_the_letter(render, capsys):
    files = [render.HERE / f"formulas{ending}" for ending in (".md", ".zh.md")]
    for file, title in zip(files, ("# All functions", "# 全部函数"), strict=True):
        text = file.read_text(encoding="utf-8")
        assert f"\n{title}\n" in text and "`threshold_mask`" in text
        file.write_text(text.replace("| 1.1 |", "| 1.2 |"), encoding="utf-8")
        assert render.main(["formulas", "--check"]) == 1
        assert f"{file.name} differs" in capsys.readouterr().out
        assert render.main(["formulas"]) == 0 == render.main(["--check", "formulas"])
        assert file.read_text(encoding="utf-8") == text


def test_the_page_of_all_lessons_is_written_and_compared(render, with_pages, capsys):
    file = render.HERE / "lessons.zh.md"
    assert "(77_mine.zh.md)" in file.read_text(encoding="utf-8")
    with_pages.rename(with_pages.with_name("03_mine.py"))
    assert render.main(["lessons", "--check"]) == 1
    assert "lessons.zh.md differs" in capsys.readouterr().out
    assert render.main(["lessons"]) == 0 == render.main(["--check", "lessons"])


@pytest.mark.parametrize("chosen", [["77"], ["77", "--check"]])
def test_words_that_occur_nowhere_are_an_error(render, with_pages, chosen, capsys):
    with_pages.write_text(with_pages.read_text() + "\n# %% words\n# n is | 数为\n# gone | 无\n")
    assert render.main(chosen) == 1
    assert "77_mine.py: the words name 'gone'" in (said := capsys.readouterr().out)
    assert "'n is'" not in said or "--check" in chosen


def test_rendering_a_lesson_by_its_number(render, with_pages, capsys):
    with_pages.rename(with_pages.with_name("03_mine.py"))
    assert render.main(["3"]) == 0 and page_file(with_pages.with_name("03_mine.py"), "zh").exists()
    for arguments, status, said in ((["--help"], 0, "usage:"), (["99", "--check"], 2, "lesson 99"),
                                    (["3", "--chek"], 2, "--chek")):  # fmt: skip
        with pytest.raises(SystemExit) as end:
            render.main(arguments)
        assert end.value.code == status and said in "".join(capsys.readouterr())


# --- the lessons ---------------------------------------------------------------------------------


@pytest.mark.parametrize("path", LESSONS, ids=lambda p: p.stem)
def test_a_lesson_runs_and_its_claims_hold(path):
    cells, _ = run_lesson(path, quick=True)
    assert any("assert " in cell.source for cell in cells if cell.language is None)


@pytest.mark.parametrize("path", LESSONS, ids=lambda p: p.stem)
def test_a_lesson_is_short_and_in_both_languages(path):
    cells = cells_of(path.read_text(encoding="utf-8"))
    lines = {None: 0, "en": 0, "zh": 0}
    for cell in cells:
        lines[cell.language] += cell.source.count("\n") + 2
    assert lines[None] <= 140 and lines[None] + lines["en"] <= 250
    prose = [cell.language for cell in cells if cell.language]
    assert prose == ["en", "zh"] * (len(prose) // 2), "English, then Chinese, of each piece"
    for cell in cells:
        if cell.language == "zh":
            assert re.search("[\u4e00-\u9fff]", cell.source)
    last = [cell.source for cell in cells if cell.language][-2:]
    assert "Now you" in last[0] and "轮到你了" in last[1] and "exercises" in last[0]


@pytest.mark.parametrize("language", lessons.LANGUAGES)
@pytest.mark.parametrize("path", LESSONS, ids=lambda p: p.stem)
def test_a_lesson_asks_before_it_answers(path, language):
    guess, check, further, answer = {
        "en": ("**Guess.** ", "Check yourself", "Further reading", "Answer"),
        "zh": ("**猜一猜。** ", "自测", "延伸阅读", "答案"),
    }[language]
    text = page_file(path, language).read_text(encoding="utf-8")
    parts = text.split("\n\n")
    after = [parts[at + 1] for at, part in enumerate(parts) if part.startswith(guess)]
    assert after and all(part.startswith(("```", "![", "<details>")) for part in after)
    questions = lessons.section(text, check)
    assert re.findall(r"^(\d)\. ", questions, re.MULTILINE) == ["1", "2", "3"]
    folds = r"(?s)<details><summary>(.*?)</summary>\n\n.+?\n\n</details>\n"
    assert re.findall(folds, questions) == [answer] * 3
    assert re.search(r"(?ms)^- .*\]\(https?://", lessons.section(text, further))
    assert not re.search("^<!--~-->.", text, re.MULTILINE), "GitHub shows such a line as HTML"


ERRORS = "except "  # of a block that prints the message of an exception, which stays English


@pytest.mark.parametrize("path", LESSONS, ids=lambda p: p.stem)
def test_the_code_of_a_chinese_page_is_chinese(path):
    text = page_file(path, "zh").read_text(encoding="utf-8")
    blocks = re.findall(r"^```(python|text)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    said, code = [], ""
    for kind, block in blocks:
        if kind == "python":
            code = block
            tokens = tokenize.generate_tokens(io.StringIO(block).readline)
            said += [token.string for token in tokens if token.type == tokenize.COMMENT]
        elif ERRORS not in code:
            said += block.splitlines()
    assert [line for line in said if english(line)] == []
    for alt in re.findall(r"^!\[(.*?)\]\(", text, re.MULTILINE):
        assert re.search("[\u4e00-\u9fff]", alt) and not english(alt)


KEPT = r"[A-Za-z]|ms|\w*[A-Z]\w*[A-Z]\w*|[-+]?[\d.,:%]+"  # symbols, units, CSR, MACs, numbers


def english(line):
    """True if three Latin words follow each other, apart from what Chinese text keeps."""
    run = 0
    for word in re.sub("`[^`]*`", "_", line).split():
        word = word.strip("()[]“”\"',;:!?.")
        if re.fullmatch(KEPT, word):
            continue
        run = run + 1 if re.fullmatch("[A-Za-z][A-Za-z'’-]*", word) else 0
        if run == 3:
            return True
    return False


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("# all weights kept", True),
        ("107 of 200 pruned and", True),
        ("LeNet-5 于 MNIST", False),
        ("mean = np.mean x.sum a b", False),
        ("`a b c d` 掩码", False),
        ("剪掉 3 个: two left", False),
        ("0% 0.99 ms 6.43 ms 0.89 ms", False),
        ("每层的 ReLU BLAS MACs SparseEngine", False),
    ],
)
def test_english_is_told_from_code(line, found):
    assert english(line) == found


@pytest.mark.parametrize("language", lessons.LANGUAGES)
@pytest.mark.parametrize("path", LESSONS, ids=lambda p: p.stem)
def test_the_code_of_a_page_is_that_of_the_lesson(path, language):
    """In Chinese too, without running it; `render.py --check` compares what it prints."""
    text = page_file(path, language).read_text(encoding="utf-8")
    blocks = "".join(re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))
    lines = set(blocks.splitlines())
    cells = cells_of(path.read_text(encoding="utf-8"), language)
    code = [lesson_pages.SKIPS.sub("", cell.source) for cell in cells if cell.language is None]
    assert {line for source in code for line in source.splitlines()} | {""} == lines | {""}
    assert text.startswith(navigation(path, language)) and text.rstrip().endswith(
        navigation(path, language)
    )


@pytest.mark.parametrize("path", LESSONS, ids=lambda p: p.stem)
def test_the_pages_and_pictures_are_there(path):
    for ending in (".md", ".zh.md"):
        text = path.with_name(path.stem + ending).read_text(encoding="utf-8")
        for picture in re.findall(r"\]\(\.\./(figures/[^)]+)\)", text):
            assert held_by(TUTORIALS.parent / picture)
        prose = re.sub("```.*?```", "", text, flags=re.DOTALL)
        assert not re.search(r"<<|\$\$|(?<![`$\\])\$(?![`$])\w", prose)


@pytest.mark.parametrize("language", lessons.LANGUAGES)
@pytest.mark.parametrize("path", LESSONS, ids=lambda p: p.stem)
def test_a_notebook_says_what_the_page_says(path, language):
    text = re.sub("<!--[~/]-->", "", page_file(path, language).read_text(encoding="utf-8"))
    made = ["".join(cell["source"]) for cell in notebook(path, language)["cells"][1:]
            if cell["cell_type"] == "markdown"]  # fmt: skip
    for prose in made:
        assert shown(prose, language) in text


# what a lesson asks for beside the exercises: a wrong body, what is said of it, a right one
TASKS = {
    "l1_subgradient(w, lam)": (
        "return np.where(w >= 0, lam, -lam)",
        "returns lam at a weight of 0",
        "return lam * np.sign(w)",
    ),
    "l1_proximal(w, lam, lr)": (
        "return w - lr * lam * np.sign(w)",
        "jumps over 0",
        "return np.sign(w) * np.maximum(np.abs(w) - lr * lam, 0)",
    ),
    "bitmask_bytes(size, nonzeros, value_bytes=4)": (
        "return size // 8 + nonzeros * value_bytes",
        "a partly used byte",
        "return (size + 7) // 8 + nonzeros * value_bytes",
    ),
    'pruning_rate(w, theta, ties="keep")': (
        "return np.sum(np.abs(w) < theta) / np.sum(np.abs(w))",
        "divides by the sum of |w|",
        "return float(np.mean(abs(w) < theta if ties == 'keep' else abs(w) <= theta))",
    ),
}


def now_you(path):
    """The tasks of a lesson: {language: what stands in backticks below "Now you"}."""
    prose = [cell for cell in cells_of(path.read_text(encoding="utf-8")) if cell.language][-2:]
    titles = {"en": "Now you", "zh": "轮到你了"}
    return {cell.language: re.findall("`([^`]+)`",
                                      lessons.section(cell.source, titles[cell.language]))
            for cell in prose}  # fmt: skip


@pytest.mark.parametrize("path", LESSONS, ids=lambda p: p.stem)
def test_both_languages_set_the_same_tasks(path):
    tasks = now_you(path)
    assert sorted(task.replace(" --lang zh", "") for task in tasks["zh"]) == sorted(tasks["en"])
    assert all("--lang zh" in task for task in tasks["zh"] if re.search("verify|start", task))


@pytest.mark.parametrize("path", LESSONS, ids=lambda p: p.stem)
def test_the_tasks_of_a_lesson_can_be_done(path, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    functions = []
    for task in now_you(path)["en"]:
        exercise = re.fullmatch(r"(?:python -m minprune exercises )?(?:check )?(\d\.\d)", task)
        if "(" in task:
            functions.append(task)
        elif "verify" in task:
            for body in (0, 2):
                source = [f"def {function}:\n    {TASKS[function][body]}" for function in functions]
                Path("mine.py").write_text("\n".join(["import numpy as np", *source]))
                assert cli.main(task.split()[3:]) == (body == 0)
                output = " ".join(capsys.readouterr().out.split())
                assert body or all(TASKS[function][1] in output for function in functions)
                assert f"{len(functions) if body else 0} of {len(functions)} right" in output
            functions = []
        elif "start" in task:
            assert cli.main(task.split()[3:]) == 0
            monkeypatch.chdir("mine")
        elif exercise:
            sought = exercise_of(exercise[1])
            assert cli.main(["exercises", "check", sought.id]) == 1
            Path(sought.file).write_text(f"import numpy as np\n{sought.source_of_solution()}")
            assert cli.main(["exercises", "check", sought.id]) == 0
        else:
            assert re.fullmatch(r'\w+(\.py)?|(ties=)?"\w+"', task), "a task that is not tried"
    assert not functions, "named, but not put to the test"


def test_a_claim_that_a_reader_adds_is_drawn():
    cells = cells_of(LESSONS[-1].read_text(encoding="utf-8"))
    (at,) = [at for at, cell in enumerate(cells) if "CLAIMS = (" in cell.source]
    claims, picture = (cell.source for cell in cells[at : at + 2])
    claims = claims.replace("\n)\nfor", '\n    ("an eleventh", "gradual", "ticket", 0),\n)\nfor')
    points = {name: 90 for name in re.findall('"([^"]+)"', claims)} | {"95% pruned": 80}
    points |= {"90% random": 70, "90% by gradient": 80, "new weights": 80, "gradual": 80}
    names = {"plt": plt, "np": np, "QUICK": True, "SEEDS": 2, "found": 2 * [points]}
    names |= {"compare": lambda a, b: (points[a] - points[b], 1.0), "verdict": lambda *_: "open"}
    exec(f"{claims}\n{picture}", names)
    axes, claims = names["axes"], len(names["CLAIMS"])
    plt.close("all")
    assert claims == 11 and axes.get_yticklabels()[-1].get_text() == "gradual − ticket  11"
    assert min(axes.get_ylim()) < 0 and max(axes.get_ylim()) > claims - 0.75  # its dots lie below


def test_the_mistakes_are_shown_in_the_documents_own_words():
    bare = partial(re.sub, r"[\s$`]", "")
    printed = [bare(words) for erratum in ERRATA for words in erratum.quotes.values()]
    cells = cells_of(lessons.lesson_file("11", [TUTORIALS]).read_text(encoding="utf-8"))
    quotes = {language: [line for cell in cells if cell.language == language
                         for line in re.findall("^> (.+)", cell.source, re.MULTILINE)]
              for language in lessons.LANGUAGES}  # fmt: skip
    assert len(quotes["en"]) == 8 and quotes["en"] == quotes["zh"]
    for part in re.split("……|<br>", "<br>".join(quotes["en"])):
        assert any(bare(part) in words for words in printed), part
