"""The report of `bench`: every figure in its place, what went wrong said, pictures of the data."""

import json
import math
import re
from dataclasses import asdict, replace
from itertools import combinations, product

import numpy as np
import pytest
from bilingual import chinese_report, missing
from matplotlib.colors import to_hex

from minprune.bench.lines import fit_line
from minprune.bench.machine import Roofs
from minprune.bench.peers import ALL, ENGINE, PEERS
from minprune.bench.results import BenchResult, Cell, Growth, Member, Proof, Timing, Turns
from minprune.bench.settings import BenchSettings
from minprune.experiments.spread import Spread, spread
from minprune.report.bench_figures import (
    STYLES,
    one_figure,
    roofline_figure,
    speedup_figure,
)
from minprune.report.bench_notes import notes, proof_line
from minprune.report.bench_table import headline, render_bench
from minprune.report.write import KINDS, as_json, rendered, write_report

SETTINGS = BenchSettings(
    networks=("784-64-10", "cnn"), sparsities=(0.0, 0.5, 0.75), batches=(1, 64, 512), rounds=3,
    peers=("dense", "scipy", "torch", "deepsparse"), threads=1,
)  # fmt: skip
MEMBERS = [
    Member(ENGINE, "sparse engine", {"python": "3.11", "minprune": "0.1.0"}, None),
    Member("dense", "minprune dense", {"python": "3.11"}, None),
    Member("scipy", "SciPy CSR", {"python": "3.11", "scipy": "1.17"}, None),
    Member("torch", "PyTorch", {"python": "3.12", "torch": "2.13"}, None),
    Member(
        "deepsparse", "DeepSparse", {}, "not available: ModuleNotFoundError: No module named 'x'"
    ),
]
PROOF = Proof("784-64-10", 0.75, 64, {"engine": 1.02, "torch": 0.98}, {"torch": 1.09}, 0.01)
RATIOS = {  # at the three sparsities; the batch moves all of them
    "dense": (0.5, 2.0, 8.0),
    "scipy": (3.0, 2.0, 1.25),
    "torch": (0.125, 0.25, 0.5),
}


def timing(ms, ratio, flops):
    """Three rounds, the quartiles above the minimum; after a pause all takes twice the time, and
    the engine three times."""
    steady, paused = (
        Turns([1e-3 * t, 1.1e-3 * t, 1.2e-3 * t], t, Spread(1.05 * t, 1.1 * t, 1.15 * t), r,
              Spread(0.9 * r, r, 1.1 * r))
        for t, r in ((ms, ratio), (2 * ms, 2 / 3 * ratio))
    )  # fmt: skip
    return Timing(None, 1e-7, steady, paused, 1e-6 * flops / ms)


def failed(error):
    return Timing(error, None, None, None, None)


def a_cell(network, s, batch):
    n, column = 2 - SETTINGS.networks.index(network), SETTINGS.sparsities.index(s)
    flops, size = 1000 * batch * (4 - column) * n, 700 * (4 - column) + 40 * batch
    ms = (4 - column) * batch * 0.0125 * n
    timings = {ENGINE: timing(ms, 1.0, flops)}
    for key, ratios in RATIOS.items():
        if network == "784-64-10" or key != "scipy":
            ratio = ratios[column] * (2 if batch == 512 else 1)
            timings[key] = timing(ms * ratio, ratio, flops)
    return Cell(network, s, batch, 1000 * (4 - column), flops, size, 0.0, 1, timings)


def a_result(**changes):
    cells = [
        a_cell(network, s, batch)
        for network in SETTINGS.networks
        for s in SETTINGS.sparsities
        for batch in SETTINGS.batches
    ]
    result = BenchResult(
        settings=SETTINGS, cpu="Difference Engine No. 2", roofs=Roofs(1, 150.0, 160.0, 12.5, 70.0),
        members=MEMBERS, cells=cells, trained=[], proofs=[PROOF], planned=18,
        growth=Growth("784-1024", 256, 0.9, None, None), seconds=125.0,
    )  # fmt: skip
    return replace(result, **changes)


def with_timing(result, network, s, batch, key, found):
    return replace(
        result,
        cells=[
            replace(c, timings={**c.timings, key: found})
            if (c.network, c.sparsity, c.batch) == (network, s, batch)
            else c
            for c in result.cells
        ],
    )


@pytest.fixture
def result():
    return a_result()


def block(text, head):
    """The lines of a table below its head, up to an empty line."""
    return text[text.index(head) :].split("\n\n")[0].splitlines()


def one_line(text):
    return " ".join(text.split())


# --- tables --------------------------------------------------------------------------------------


def rows_of(lines):
    """The cells of a table, and of its continuations, by the first of each row."""
    rows = {}
    for line in lines:
        if not line.startswith("-"):
            name, *cells = re.split(" {2,}", line.strip())
            rows[name] = rows.get(name, []) + cells
    return rows


def test_the_engine_has_its_minima_and_quartiles_in_both_runs(result):
    rows = rows_of(block(render_bench(result), "784-64-10: the sparse engine, minimum (quartiles)"))
    assert rows["sparsity"] == ["0 %", "50 %", "75 %"]
    assert rows["batch 64, steady"] == [
        "6.40 ms (6.72-7.36)", "4.80 ms (5.04-5.52)", "3.20 ms (3.36-3.68)"
    ]  # fmt: skip
    assert rows["batch 64, after a pause"][0] == "12.8 ms (13.4-14.7)"
    assert rows["batch 1, steady"] == ["100 µs (105-115)", "75.0 µs (78.8-86.3)",
                                       "50.0 µs (52.5-57.5)"]  # fmt: skip
    assert len(rows) == 1 + 1 + 3 * 2  # the title, the head, batches and runs


def test_every_library_has_its_table_of_ratios(result):
    lines = block(render_bench(result), "PyTorch: its time / the engine's, steady")
    rows = rows_of(lines)
    assert rows["784-64-10, batch 64"] == ["0.12", "0.25", "0.50"]
    assert rows["cnn, batch 512"] == ["0.25", "0.50", "1.00"]
    assert len([row for row in rows if ", batch" in row and ":" not in row]) == 6
    assert lines[-2] == f"steady: geometric mean {0.25 * 2 ** (1 / 3):.2f}; worst 0.12: " + (
        "784-64-10, batch 1, 0 %"
    )
    assert lines[-1].startswith(f"after a pause: geometric mean {0.25 * 2 ** (1 / 3) / 1.5:.2f}; ")
    text = render_bench(result)
    for key in RATIOS:
        assert text.count(f"{ALL[key].title}: its time / the engine's") == 1
    assert "DeepSparse: its time" not in text  # it was not there


def test_who_takes_no_images_has_no_row_among_them(result):
    rows = rows_of(block(render_bench(result), "SciPy CSR: its time"))
    assert "784-64-10, batch 64" in rows and "cnn, batch 64" not in rows


def test_what_went_wrong_stands_in_its_place_and_is_said_below(result):
    wrong = failed("wrong: an output differs by 0.3 of the largest")
    result = with_timing(result, "784-64-10", 0.0, 1, "torch", wrong)
    lines = block(render_bench(result), "PyTorch: its time")
    assert rows_of(lines)["784-64-10, batch 1"] == ["wrong", "0.25", "0.50"]
    assert lines[-2].endswith("worst 0.12: 784-64-10, batch 64, 0 %")  # its time does not count
    text = one_line(render_bench(result))
    assert "PyTorch wrong: an output differs by 0.3 of the largest (1 case)" in text


def test_cases_with_others_at_work_are_marked(result):
    busy = [replace(c, busy=0.8, tries=3) if c.batch == 1 else c for c in result.cells]
    text = render_bench(replace(result, cells=busy))
    rows = rows_of(block(text, "PyTorch: its time"))
    assert rows["784-64-10, batch 1"] == ["0.12*", "0.25*", "0.50*"]
    assert rows["784-64-10, batch 64"] == ["0.12", "0.25", "0.50"]
    assert "worst 0.12*: 784-64-10, batch 1, 0 %" in text and "100* µs (105-115)" in text
    said = one_line(text)
    assert "not idle in 6 of 18 cases, marked *: others kept up to 0.8 cores busy." in said
    assert "0.1 cores busy: 6 cases; the quietest time counts." in said


@pytest.mark.parametrize("busy", [None, 0.05])
def test_a_quiet_machine_is_not_mentioned(busy, result):
    text = render_bench(replace(result, cells=[replace(c, busy=busy) for c in result.cells]))
    assert "not idle" not in text and "*" not in text and "quietest" not in text


def test_an_interrupted_run_says_so_and_shows_what_there_is(result):
    result = replace(result, cells=result.cells[:4], planned=18)  # the fourth is alone in its row
    text = render_bench(result)
    assert text.startswith("Interrupted: 4 of 18 cases were measured.\n")
    assert rows_of(block(text, "PyTorch: its time"))["784-64-10, batch 1"] == ["0.12", "0.25", "-"]
    assert "cnn" not in text.split("Difference Engine")[0]


def test_networks_from_files_stand_beside(result):
    mine = replace(result.cells[0], network="mine", sparsity=0.913)
    text = render_bench(replace(result, trained=[mine], planned=19))
    rows = rows_of(block(text, "networks from files:"))
    assert rows["network"] == ["mine 91.3 %"] and rows["batch"] == ["1"]
    assert rows["sparse engine, steady"] == ["100 µs (105-115)"]
    assert rows["minprune dense"] == ["0.50"] and rows["PyTorch"] == ["0.12"]
    assert "mine" not in text.split("networks from files")[0]


@pytest.mark.parametrize(
    ("proofs", "said"),
    [
        ([PROOF], "(784-64-10, batch 64, 75 %): steady 0.98-1.02, after a pause 1.09-1.09. All "
                  "are within 10 %."),
        ([replace(PROOF, steady={"torch": 1.2}), PROOF], "steady 0.98-1.20, after a pause "
         "1.09-1.09. Not within 10 %: PyTorch, steady 1.20."),
        ([replace(PROOF, busy=0.7)], "This proves nothing: others kept up to 0.7 cores busy."),
        ([replace(PROOF, busy=None)], "All are within 10 %."),
        ([], "Proof: no case was measured alone."),
    ],
)  # fmt: skip
def test_the_proof_is_told_in_one_line(proofs, said, result):
    assert proof_line(proofs).endswith(said)
    assert said in one_line(render_bench(replace(result, proofs=proofs)))


def test_libraries_that_are_left_out_are_told_with_the_reason(result):
    text = one_line(render_bench(result))
    for name in ("XNNPACK", "OpenVINO", "oneDNN", "libxsmm", "AOCL-Sparse"):
        assert text.count(f"{name}: not timed, ") == 1


def test_errors_of_a_kind_are_told_once_and_counted(result):
    for s, where in ((0.0, "0x1"), (0.5, "0x2"), (0.75, "0x3")):
        error = failed(f"failed: TypeError: no {where}")
        result = with_timing(result, "cnn", s, 1, ENGINE, error)
    result = with_timing(result, "cnn", 0.5, 64, ENGINE, failed("failed: ValueError: other"))
    result = with_timing(result, "cnn", 0.5, 64, "torch", failed("crashed: exit status 1"))
    said = [note for note in notes(result) if note.endswith(("case)", "cases)"))]
    assert said == [
        "sparse engine failed: TypeError: no 0x1 (3 cases)",
        "sparse engine failed: ValueError: other (1 case)",
        "PyTorch crashed: exit status 1 (1 case)",
    ]


def test_without_the_engine_its_rivals_have_no_ratio(result):
    nobody = failed("failed: TypeError: no")
    turns = Turns([0.5], 500, Spread(500, 500, 500), None, None)
    lone = Timing(None, 0.0, turns, turns, 0.5)
    for s in SETTINGS.sparsities:
        result = with_timing(result, "cnn", s, 1, ENGINE, nobody)
        for key in ("dense", "torch"):
            result = with_timing(result, "cnn", s, 1, key, lone)
    text = render_bench(result)
    assert rows_of(block(text, "cnn: the sparse"))["batch 1, steady"] == ["failed"] * 3
    assert rows_of(block(text, "PyTorch: its time"))["cnn, batch 1"] == ["-"] * 3
    even = block(render_bench(result), "the engine is faster from")
    (row,) = [line for line in even if line.startswith("cnn, batch 1 ")]
    assert row.split()[3:] == ["-", "-", "-"]


def test_the_sparsity_at_which_the_engine_wins_is_read_between_columns(result):
    lines = block(render_bench(result), "the engine is faster from")
    assert lines[0].split()[5:] == ["minprune", "dense", "SciPy", "CSR", "PyTorch"]
    rows = {line[:20].strip(): one_line(line[20:]) for line in lines[2:-1]}
    halfway = f"{100 * (1 - 2**-0.5):.0f} %"  # 0.5 at x = 0, 2 at x = 1: 1 at one half
    assert rows["784-64-10, batch 1"] == f"{halfway} always never"
    assert rows["784-64-10, batch 512"] == "always always 75 %"  # twice as fast
    assert rows["cnn, batch 64"] == f"{halfway} - never"
    assert len(rows) == 6 and halfway == "29 %"


def test_the_result_comes_first_with_the_sparsity_from_which_it_always_holds(result):
    said = "In a steady run, the sparse engine is faster than every other library in "
    assert headline(result) == f"{said}0 of 18 cases."
    for s in (0.5, 0.75):
        for network in SETTINGS.networks:
            for batch in SETTINGS.batches:
                result = with_timing(result, network, s, batch, "torch", timing(1, 1.5, 1))
    assert headline(result) == f"{said}12 of 18 cases, in all of those from 50 % sparsity on."
    assert one_line(render_bench(result)).startswith(f"{said}12 of 18")
    result = with_timing(result, "cnn", 0.75, 1, "torch", timing(1, 0.5, 1))
    assert headline(result) == f"{said}11 of 18 cases."


def test_a_wide_table_is_continued_below_itself():
    sparsities = (0.0, 0.25, 0.5, 0.75, 0.9, 0.95)
    (cell, *_) = a_result().cells
    text = render_bench(
        a_result(
            settings=replace(
                SETTINGS, networks=("784-64-10",), sparsities=sparsities, batches=(1,)
            ),
            cells=[replace(cell, sparsity=s) for s in sparsities],
            planned=6,
        )
    )
    lines = block(text, "784-64-10: the sparse")
    heads = [line.split()[1:] for line in lines if line.startswith("sparsity ")]
    assert heads == ["0 % 25 % 50 %".split(), "75 % 90 % 95 %".split()]
    assert max(map(len, lines)) <= 80


def test_alone_the_engine_has_no_rivals_to_pass():
    alone = replace(SETTINGS, peers=())
    cells = [replace(c, timings={ENGINE: c.timings[ENGINE]}) for c in a_result().cells]
    text = render_bench(a_result(settings=alone, members=MEMBERS[:1], cells=cells))
    assert "the engine is faster from  " not in text and "784-64-10: the sparse engine" in text


def test_columns_line_up_and_no_line_is_too_wide(result):
    text = render_bench(result)
    assert max(map(len, text.splitlines())) <= 80
    assert text.endswith("\n") and not text.endswith("\n\n")
    for network in SETTINGS.networks:
        lines = block(text, f"{network}: the sparse")[1:]
        assert len(lines) == 2 * (3 + 7)  # a table of two columns, and one that continues it
        assert all(len({len(line) for line in part}) == 1 for part in (lines[:10], lines[10:]))


def test_the_notes_say_how_it_was_measured(result):
    text = one_line(render_bench(result))
    for words in (
        "Difference Engine No. 2; 1 thread for every library; 2 minutes in all.",
        "minimum and quartiles: of 3 turns; ratios are of minima",
        "above 1 the engine is faster",
        "a uniformly random part, the fraction of the column, is 0",
        "before and after; if they are wrong, its times do not count",
        "PyTorch: python 3.12, torch 2.13",
        "DeepSparse: not available: ModuleNotFoundError: No module named 'x'",
        "160 GFLOP/s of multiply-adds in float32 (150 on one thread), 12.5 GB/s from memory, 70.0",
    ):
        assert words in text
    assert "not idle" not in text and "least squares" not in text


def test_several_threads_are_threads(monkeypatch):
    monkeypatch.setattr("minprune.bench.settings.cores", lambda: 4)
    assert "; 4 threads for" in render_bench(a_result(settings=replace(SETTINGS, threads=4)))


def test_the_two_lines_are_told_in_words():
    over_nonzeros = fit_line([10_000, 20_000, 30_000], [2.0, 3.0, 4.0])
    over_batches = fit_line([64, 256, 1024], [0.25 + 0.002 * n for n in (64, 256, 1024)])
    text = one_line(
        render_bench(a_result(growth=Growth("784-9", 256, 0.9, over_nonzeros, over_batches)))
    )
    assert (
        "784-9, batch 256, 3 sparsities: the engine takes 1 ms plus 0.1 ms per 1,000 nonzeros "
        "(least squares, R^2 = 1.0000)."
    ) in text
    assert (
        "784-9, 90 %, 3 batches: the engine takes 0.25 ms plus 2 µs per input "
        "(least squares, R^2 = 1.0000)."
    ) in text


ENGLISH = "ModuleNotFoundError: No module named 'x'", "Difference Engine No. 2", "SciPy CSR"


def test_the_report_in_chinese_has_the_same_numbers_and_no_english(result):
    for s in (0.5, 0.75):
        for network, batch in product(SETTINGS.networks, SETTINGS.batches):
            result = with_timing(result, network, s, batch, "torch", timing(1, 1.5, 1))
    line = fit_line([64, 256, 1024], [0.25 + 0.002 * n for n in (64, 256, 1024)])
    cells = [replace(c, busy=0.75, tries=3) for c in result.cells]
    proofs = [PROOF, replace(PROOF, steady={"torch": 1.2})]
    result = replace(result, cells=cells, trained=[cells[0]], proofs=proofs, planned=20,
                     growth=Growth("784-9", 256, 0.9, line, line))  # fmt: skip
    text = chinese_report(lambda: render_bench(result), ENGLISH)
    words = (
        "已中断：20 种情形中测量了 19 种。", "不在 10 % 之内：PyTorch，连续 1.20。",
        "连续运行时，18 种情形中有 12 种，稀疏引擎比其他所有库都快；稀疏度不低于 50 % 时全都如此。",
        "稀疏引擎更快的起点", "始终", "从不", "784-64-10，批大小 64",
        "PyTorch：其时间 / 稀疏引擎的时间",
        "minprune 稠密", "其他任务最多占用 0.8 个核", "稀疏引擎耗时 0.25 ms，每个输入再加 2 µs",
        "每个库使用 1 个线程；总共用时 2 分钟。", "每 1,000 个非零权重再加 2 ms",
    )  # fmt: skip
    assert missing(words, text) == []


def test_errors_stand_in_the_chinese_table_and_are_told_below(result):
    wrong, other = "错误：有一个输出相差最大输出的 0.3", "失败：ValueError: other"
    result = with_timing(result, "784-64-10", 0.5, 64, "torch", failed(wrong))
    result = with_timing(result, "cnn", 0.5, 64, ENGINE, failed(other))
    result = with_timing(result, "cnn", 0.75, 64, ENGINE, failed(other))
    why = f"不可用：{ENGLISH[0]}"
    result = replace(result, members=[*MEMBERS[:-1], replace(MEMBERS[-1], missing=why)])
    text = chinese_report(lambda: render_bench(result), ENGLISH)
    rows = rows_of(block(text, "PyTorch：其时间"))
    assert rows["784-64-10，批大小 64"] == ["0.12", "错误", "0.50"]
    said = f"PyTorch {wrong}（1 种情形）", f"稀疏引擎 {other}（2 种情形）", f"DeepSparse：{why}"
    assert missing(said, text) == []


def test_alone_the_engine_is_alone_in_chinese_too():
    alone = replace(SETTINGS, peers=())
    cells = [replace(c, timings={ENGINE: c.timings[ENGINE]}) for c in a_result().cells]
    result = a_result(settings=alone, members=MEMBERS[:1], cells=cells)
    assert chinese_report(lambda: render_bench(result), ENGLISH).startswith("没有对其他库计时。\n")


# --- files ---------------------------------------------------------------------------------------


def test_the_folder_holds_text_numbers_and_pictures(result, tmp_path):
    write_report(result, tmp_path / "a")
    names = "report.txt result.json roofline.png speedup.png speedup_one.png"
    assert sorted(p.name for p in (tmp_path / "a").iterdir()) == names.split()
    assert (tmp_path / "a" / "report.txt").read_text() == render_bench(result) == rendered(result)
    assert (tmp_path / "a" / "result.json").read_text() == as_json(result)
    pictures = [p.read_bytes() for p in sorted((tmp_path / "a").glob("*.png"))]
    assert all(p.startswith(b"\x89PNG") for p in pictures) and len(set(pictures)) == 3
    assert KINDS[BenchResult].figures == {
        "speedup.png": speedup_figure,
        "speedup_one.png": one_figure,
        "roofline.png": roofline_figure,
    }


def test_the_numbers_can_be_read_by_a_machine(result):
    result = with_timing(result, "cnn", 0.5, 64, "torch", failed("crashed: exit status 1"))

    def no_constant(name):
        raise AssertionError(f"{name} is no JSON")

    found = json.loads(as_json(result), parse_constant=no_constant)
    assert found["settings"] == json.loads(json.dumps(asdict(SETTINGS)))
    assert found["roofs"] == asdict(result.roofs) and found["cpu"] == result.cpu
    assert found["members"] == [asdict(m) for m in MEMBERS]
    assert found["cells"] == json.loads(json.dumps([asdict(c) for c in result.cells]))
    assert found["proofs"] == [asdict(PROOF)] and (found["planned"], found["seconds"]) == (
        18,
        125.0,
    )
    assert found["growth"]["nonzeros"] is None
    assert {"cores", "numpy", "numba", "python"} <= set(found["machine"])
    (crashed,) = [c["timings"]["torch"] for c in found["cells"] if c["timings"]["torch"]["error"]]
    assert crashed == asdict(failed("crashed: exit status 1"))


# --- pictures ------------------------------------------------------------------------------------


def lines_of(axes):
    return {line.get_label(): line for line in axes.get_lines()}


@pytest.mark.parametrize(("figure", "batch"), [(speedup_figure, 512), (one_figure, 1)])
def test_the_speed_up_is_drawn_for_every_network_and_library(figure, batch, result):
    figure = figure(result)
    assert f"Steady run, batch {batch}:" in figure.get_suptitle()
    assert [axes.get_title() for axes in figure.axes] == list(SETTINGS.networks)
    for axes, network in zip(figure.axes, SETTINGS.networks, strict=True):
        lines = lines_of(axes)
        keys = [k for k in RATIOS if network == "784-64-10" or k != "scipy"]
        assert list(lines) == ["break-even", *(ALL[key].title for key in keys)]
        assert list(lines["break-even"].get_ydata()) == [1, 1]
        for key in keys:
            line = lines[ALL[key].title]
            factor = 2 if batch == 512 else 1
            assert list(line.get_ydata()) == [factor * ratio for ratio in RATIOS[key]]
            assert list(line.get_xdata()) == [0, 1, 2]
            assert to_hex(line.get_color()).upper() == STYLES[key][0]
            assert line.get_linestyle() == ("-" if key == "scipy" else "--")
        assert axes.get_yscale() == "log"
        assert [t.get_text() for t in axes.get_xticklabels()] == ["0", "50", "75"]
        assert "sparsity, %" in axes.get_xlabel()
        low, high = axes.get_ylim()
        assert low < factor * min(RATIOS["torch"]) and high > factor * 8
    assert "time of the engine" in figure.get_supylabel()
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names == ["break-even", *(ALL[key].title for key in RATIOS)]


def test_the_bands_of_the_speed_up_are_the_quartiles(result):
    (first, *_), _ = (axes.collections for axes in speedup_figure(result).axes)
    points = first.get_paths()[0].vertices
    for x, ratio in zip((0, 1, 2), RATIOS["dense"], strict=True):
        ys = points[np.isclose(points[:, 0], x), 1]
        assert (ys.min(), ys.max()) == pytest.approx((1.8 * ratio, 2.2 * ratio))


def test_what_failed_leaves_a_gap(result):
    result = with_timing(result, "cnn", 0.5, 512, "torch", failed("crashed: exit status 1"))
    line = lines_of(speedup_figure(result).axes[1])["PyTorch"]
    assert list(line.get_xdata()) == [0, 2] and list(line.get_ydata()) == [0.25, 1.0]


@pytest.mark.parametrize(("n", "shape"), [(1, (1, 1)), (3, (1, 3)), (4, (2, 3)), (5, (2, 3))])
def test_every_number_of_networks_has_its_panels(n, shape, result):
    networks = [f"9-{i + 2}-3" for i in range(n)]
    cells = [replace(c, network=name) for name in networks for c in result.cells[:9]]
    settings = replace(SETTINGS, networks=networks)
    figure = speedup_figure(replace(result, cells=cells, settings=settings))
    grid = figure.axes[0].get_subplotspec().get_gridspec()
    assert (grid.nrows, grid.ncols) == shape
    free = [axes.get_legend() for axes in figure.axes if not axes.axison]
    legend = free[0] if free else figure.legends[0]
    assert [t.get_text() for t in legend.get_texts()][:2] == ["break-even", "minprune dense"]
    assert bool(free) != bool(figure.legends)
    shown = [axes for axes in figure.axes if axes.axison]
    assert [axes.get_title() for axes in shown] == networks
    for a, axes in enumerate(shown):
        nothing_below = a + shape[1] >= n
        assert bool(axes.get_xlabel()) == nothing_below
        assert axes.xaxis.get_major_ticks()[0].label1.get_visible() == nothing_below


def test_every_library_has_a_colour_and_a_marker_of_its_own():
    assert set(STYLES) == {ENGINE, *PEERS}
    for values in zip(*STYLES.values(), strict=True):
        assert len(set(values)) == len(values)


def achieved(line):
    return list(zip(line.get_xdata(), line.get_ydata(), strict=True))


def points(result, key, wanted):
    return [
        [
            (c.flops / c.bytes, c.timings[key].gflops)
            for c in result.cells
            if (c.network, c.batch) == (network, batch) and key in c.timings
        ]
        for network, batch in wanted
    ]


def test_the_roofline_shows_the_engine_left_and_everybody_right(result):
    left, right = roofline_figure(result).axes
    own = [line for line in left.lines if line.get_label() == "sparse engine"]
    wanted = [(n, b) for n in SETTINGS.networks for b in SETTINGS.batches]
    assert [achieved(line) for line in own] == points(result, ENGINE, wanted)
    assert len({line.get_color() for line in own}) == 2
    assert [line.get_marker() for line in own[:3]] == [line.get_marker() for line in own[3:]]
    assert len({line.get_marker() for line in own}) == 3
    for key in (ENGINE, *RATIOS):
        lines = [line for line in right.lines if line.get_label() == ALL[key].title]
        wanted = [(n, 512) for n in SETTINGS.networks if n == "784-64-10" or key != "scipy"]
        assert [achieved(line) for line in lines] == points(result, key, wanted)
        assert {to_hex(line.get_color()).upper() for line in lines} == {STYLES[key][0]}


def test_the_roofs_are_those_of_the_machine(result):
    for axes in roofline_figure(result).axes:
        lines = lines_of(axes)
        assert {label for label in lines if label.endswith("/s")} == {
            "from memory, 12 GB/s", "from the cache, 70 GB/s", "1 thread, 160 GFLOP/s"
        }  # fmt: skip
        for label, bandwidth in (("from memory, 12 GB/s", 12.5), ("from the cache, 70 GB/s", 70)):
            for x, y in achieved(lines[label])[::50]:
                assert y == pytest.approx(min(bandwidth * x, 160.0))
        assert list(lines["1 thread, 160 GFLOP/s"].get_ydata()) == [160, 160]
        assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
        (x0, x1), (y0, y1) = axes.get_xlim(), axes.get_ylim()
        for cell in result.cells:
            assert x0 < cell.flops / cell.bytes < x1
            assert all(y0 < t.gflops < y1 for t in cell.timings.values())
        assert "flops on nonzeros / byte" in axes.get_xlabel()


def test_every_roof_has_its_name_beside_it(result):
    for axes in roofline_figure(replace(result, roofs=Roofs(2, 80.0, 160.0, 12.5, 70.0))).axes:
        at = {word.get_text(): word.xy if hasattr(word, "xy") else word.get_position()
              for word in axes.texts}  # fmt: skip
        assert set(at) == {label for label in lines_of(axes) if label.endswith("/s")}
        for name, bandwidth in (("from memory, 12 GB/s", 12.5), ("from the cache, 70 GB/s", 70)):
            assert at[name][1] == pytest.approx(bandwidth * at[name][0])
        assert at["1 thread, 80 GFLOP/s"][1] == 80 and at["2 threads, 160 GFLOP/s"][1] == 160


def test_one_thread_has_a_roof_of_its_own_beside_several(result):
    roofs = Roofs(2, 80.0, 160.0, 12.5, 70.0)
    for axes in roofline_figure(replace(result, roofs=roofs)).axes:
        lines = lines_of(axes)
        assert list(lines["1 thread, 80 GFLOP/s"].get_ydata()) == [80, 80]
        assert list(lines["2 threads, 160 GFLOP/s"].get_ydata()) == [160, 160]


def test_the_legends_of_the_roofline_name_everything_once(result):
    figure = roofline_figure(result)
    named = [[t.get_text() for t in legend.get_texts()] for legend in figure.legends]
    assert named[0] == [*SETTINGS.networks, "batch 1", "batch 64", "batch 512"]
    assert named[1] == [ALL[key].title for key in (ENGINE, *RATIOS)]
    assert "two for each nonzero weight" in figure.get_suptitle()
    own = {line.get_color() for line in figure.axes[0].lines if "engine" in line.get_label()}
    assert {h.get_color() for h in figure.legends[0].legend_handles[:2]} == own


@pytest.mark.parametrize(
    ("draw", "n"),
    [(speedup_figure, 1), (speedup_figure, 2), (speedup_figure, 5), (roofline_figure, 5)],
)
def test_nothing_falls_off_the_page_and_no_title_touches_another(draw, n, result):
    networks = [f"784-{i + 2}-10" for i in range(n)]
    cells = [replace(c, network=name) for name in networks for c in result.cells[:9]]
    settings = replace(SETTINGS, networks=networks)
    figure = draw(replace(result, cells=cells, settings=settings))
    for _ in range(2):  # as `savefig` does: the first one places the axes
        figure.draw_without_rendering()
    page = figure.bbox.padded(2)
    titles = [axes.title.get_window_extent() for axes in figure.axes if axes.axison]
    titles.append(figure._suptitle.get_window_extent())
    below = [legend.get_window_extent() for legend in figure.legends]
    panels = [axes.get_tightbbox() for axes in figure.axes if axes.axison]
    for box in titles + below + panels:
        assert page.x0 <= box.x0 and box.x1 <= page.x1 and page.y0 <= box.y0 and box.y1 <= page.y1
    assert not any(a.overlaps(b) for a, b in combinations(titles + below, 2))
    assert not any(a.overlaps(b) for a in panels for b in below)


def test_more_networks_and_batches_than_colours_are_drawn_all_the_same(result):
    networks, batches = [f"9-{i + 2}-3" for i in range(7)], (1, 2, 3, 4, 5, 6)
    settings = replace(SETTINGS, networks=networks, batches=batches)
    cells = [replace(result.cells[0], network=n, batch=b) for n in networks for b in batches]
    left, _ = roofline_figure(replace(result, settings=settings, cells=cells)).axes
    assert sum(line.get_label() == "sparse engine" for line in left.lines) == 42


def test_pictures_can_be_drawn_when_everything_failed(result, tmp_path):
    cells = [replace(c, timings={ENGINE: failed("crashed: exit status 1")}) for c in result.cells]
    write_report(replace(result, cells=cells, members=MEMBERS[:1]), tmp_path)
    text = (tmp_path / "report.txt").read_text()
    assert "sparse engine crashed: exit status 1 (18 cases)" in text


def test_the_fixture_is_no_accident():
    assert spread([0.9, 1.0, 1.1]).median == 1 and math.isclose(a_result().cells[0].flops, 8000)
