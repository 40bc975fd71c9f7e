"""The report of `run cnn`: every figure in the table, true notes, pictures that show the data."""

import json
from dataclasses import asdict, replace
from itertools import combinations, pairwise

import numpy as np
import pytest
from bilingual import chinese_report, missing
from matplotlib import colormaps
from matplotlib.colors import to_hex

from minprune.arguments import counted
from minprune.experiments.classes import ClassRecall
from minprune.experiments.cnn import CnnResult, Curve, Model, Threshold
from minprune.experiments.settings import CnnSettings
from minprune.experiments.spread import Spread
from minprune.experiments.timing import Conditions
from minprune.nn.history import Epoch
from minprune.nn.layers import Dense, Flatten, ReLU
from minprune.nn.network import Network
from minprune.nn.spatial import Conv2D, MaxPool2D
from minprune.nn.store import load
from minprune.pruning.one_shot import prune_by_magnitude
from minprune.pruning.shrink import keep_units
from minprune.report.cnn_figures import costs_figure, kernels_figure, learning_figure
from minprune.report.cnn_table import notes, render_cnn
from minprune.report.figures import confusion_figure
from minprune.report.write import KINDS, as_json, rendered, write_report

SETTINGS = CnnSettings(sparsity=0.75, unit_sparsity=0.5, theta=0.125, epochs=3, finetune_epochs=2)

ACCURACIES = 0.98, 0.99, 0.95, 0.985, 0.97, 0.983, 0.9875, 0.96, 0.9725, 0.975, 0.93, 0.94


def model(name, kind, accuracy, n):
    """Figures of their own for every n, so that no two columns or rows are alike."""
    counts = [10_000 * n + 1000 * c + 7 for c in range(1, 8)]
    dense, sparse = (
        {batch: Spread(n + at - 0.0625, n + at, n + at + 0.03125) for batch, at in places}
        for places in (((1, 0.125), (256, 0.5625)), ((1, 0.25), (256, 0.4375)))
    )
    return Model(name, kind, accuracy, *counts, dense, sparse)


def history(*accuracies):
    return [
        Epoch(i + 1, 0.5 + i, 0.5, 0.25, accuracy, 1.25) for i, accuracy in enumerate(accuracies)
    ]


def a_network(filters, neurons=4, seed=0):
    rng = np.random.default_rng(seed)
    parts = [Conv2D.random(3, 1, filters, rng, 1, "valid"), ReLU(), MaxPool2D(2), Flatten()]
    parts += [Dense.random(2 * filters, neurons, rng), ReLU(), Dense.random(neurons, 3, rng)]
    return Network(parts, (6, 5, 1))


def a_result(filters=3, accuracies=None, **changes):
    dense = a_network(filters)
    pruned = dense.copy()
    prune_by_magnitude(pruned, 0.75, "layer")
    pruned.layers[0].K.value = 2 * pruned.layers[0].K.value
    shrunk = keep_units(dense, [np.arange(filters) % 2 == 0, np.arange(4) < 2])
    shrunk.layers[0].K.value = 1.5 * shrunk.layers[0].K.value
    a = accuracies or ACCURACIES
    rows = [
        ("dense", "none"),
        ("dense, fine-tuned", "none"),
        ("threshold 0.125, not fine-tuned", "document"),
        ("threshold 0.125", "document"),
        ("threshold 0.125, unmasked", "document"),
        ("75 % of weights", "weights"),
        ("95 % of weights", "weights"),
        ("50 % of units", "units"),
        ("75 % of units", "units"),
        ("50 % of units, 80 % of the rest", "both"),
        ("75 % of weights, at random", "control"),
        ("50 % of units, at random", "control"),
    ]
    curves = {
        name: Curve(a[i] - 0.03, history(a[i] - 0.02, a[i] - 0.01))
        for i, (name, _) in enumerate(rows)
        if name not in ("dense", "threshold 0.125, not fine-tuned")
    }
    result = CnnResult(
        settings=SETTINGS,
        dataset="letters",
        shape=(6, 5),
        about=["Split: by hand."],
        history=history(0.91, 0.925, 0.9625),
        curves=curves,
        threshold=Threshold({"0.K": 0.111, "4.W": 0.222, "6.W": 0.333}, 0.444, 0.455, 0.366, 0.277),
        disagreement=3.25e-7,
        recalls=[ClassRecall("A", 30, 0.9), ClassRecall("B", 10, 0.5)],
        confusion=[[27, 3], [5, 5]],
        models=[model(name, kind, a[i], 40 - i) for i, (name, kind) in enumerate(rows)],
        conditions=Conditions("Abacus 7", 2, 1, 9, 0.03),
        dense=dense,
        pruned=pruned,
        shrunk=shrunk,
    )
    return replace(result, **changes)


@pytest.fixture
def result():
    return a_result()


def without_threshold(result):
    return replace(
        result,
        threshold=None,
        models=[m for m in result.models if m.kind != "document"],
        curves={name: c for name, c in result.curves.items() if "threshold" not in name},
    )


def one_line(text):
    return " ".join(text.split())


# --- table --------------------------------------------------------------------------------------


def tables(result):
    """Head and body of each of the five tables."""
    blocks = (block.splitlines() for block in render_cnn(result).split("\n\n"))
    return [(lines[1], lines[3:-1]) for lines in blocks if lines[0].startswith("---")]


def test_the_result_comes_first(result):
    words = one_line(render_cnn(result))
    assert words.startswith(
        "Without 75 % of weights: 98.30% of the test images right instead of 99.00%, the file 1.1 "
        "times smaller, 1.1 times faster on 1 image and 1.1 times faster on 256 images. Without "
        "50 % of units: 96.00% of the test images right instead of 99.00%, the file 1.2 times "
        "smaller, 1.2 times faster on 1 image and 1.2 times faster on 256 images. ---"
    )
    few = [m for m in result.models if m.name != "75 % of weights"]
    assert one_line(render_cnn(replace(result, models=few))).startswith("Without 50 % of units")
    dear = [
        replace(m, file_bytes=2 * m.file_bytes) if m.name == "50 % of units" else m for m in few
    ]
    assert ", the file 1.7 times larger, " in one_line(render_cnn(replace(result, models=dear)))


def test_the_tables_hold_every_figure_in_its_column_and_order(result):
    *measured, recalls = tables(result)
    assert [one_line(line) for line in (recalls[0], *recalls[1])] == [
        "recall of '75 % of weights' test images recall, %", "A 30 90.00", "B 10 50.00",
    ]  # fmt: skip
    heads, bodies = zip(*measured, strict=True)
    assert [one_line(head) for head in heads] == [
        "network accuracy, % parameters nonzeros file, bytes",
        "multiply-accumulates, 1 image all nonzero",
        "milliseconds, 1 image dense engine",
        "milliseconds, 256 images dense engine",
    ]
    for m, *lines in zip(result.models, *bodies, strict=True):
        spreads = [[ms[n] for ms in (m.dense_ms, m.sparse_ms)] for n in (1, 256)]
        expected = [
            f"{100 * m.accuracy:.2f} {m.parameters:,} {m.nonzeros:,} {m.file_bytes:,}",
            f"{m.macs:,} {m.nonzero_macs:,}",
            *(" ".join(f"{s.median:.3f} ({s.low:.3f}-{s.high:.3f})" for s in both)
              for both in spreads),
        ]  # fmt: skip
        for line, cells, head in zip(lines, expected, heads, strict=True):
            assert line.startswith(m.name + "  ") and one_line(line[len(m.name) :]) == cells
            assert len(line) == len(head)


def test_columns_end_where_their_names_end(result):
    (counted, counts), (multiplied, macs), (timed, times), *_ = tables(result)
    m = result.models[0]
    for head, line, name, cell in (
        (counted, counts[0], "accuracy, %", "98.00"),
        (counted, counts[0], "parameters", f"{m.parameters:,}"),
        (counted, counts[0], "nonzeros", f"{m.nonzeros:,}"),
        (counted, counts[0], "file, bytes", f"{m.file_bytes:,}"),
        (multiplied, macs[0], "all", f"{m.macs:,}"),
        (multiplied, macs[0], "nonzero", f"{m.nonzero_macs:,}"),
        (timed, times[0], "dense", f"{m.dense_ms[1].high:.3f})"),
        (timed, times[0], "engine", f"{m.sparse_ms[1].high:.3f})"),
    ):
        at = head.index(name) + len(name)
        assert line[:at].endswith(cell), name


@pytest.mark.parametrize("change", [lambda r: r, without_threshold])
def test_no_line_is_wider_than_80_characters(change, result):
    settings = replace(SETTINGS, criterion="geometric_median", seed=123456789, l1=1.25e-5)
    text = render_cnn(change(replace(result, settings=settings)))
    assert max(map(len, text.splitlines())) <= 80
    assert text.endswith("\n") and not text.endswith("\n\n")


IN_CHINESE = {  # change of the result -> words in its report
    "as it is": (
        lambda r: r,
        ["剪掉 50 % 的单元后：测试图像的准确率为 96.00%，", "文件减小到 1/1.2；", "所有层合在一起",
         "速度为稠密网络的 1.1 倍", "它剪掉 44.4% 的权重", "50 % 的单元，其余权重的 80 %",
         "所以它的准确率不是剪枝后网络的准确率。"],
    ),
    "no threshold": (without_threshold, ["阈值 0.125：略去，"]),
    "by layer": (
        lambda r: replace(r, settings=replace(SETTINGS, scope="layer", l1=0), disagreement=0),
        ["每层单独排序", "（完全相同）", "稠密：训练 3 轮。"],
    ),
    "of the document": (
        lambda r: replace(r, dataset="MNIST"),
        ["文章 D-5.4a 给出的剪枝后准确率为 98.37%", "“阈值 0.125，去掉掩码”也是", "学习率不衰减"],
    ),
    "held by itself": (
        lambda r: replace(r, threshold=replace(r.threshold, unmasked=0.5)),
        ["微调结束时为 50.0%。"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("change", "words"), IN_CHINESE.values(), ids=IN_CHINESE)
def test_the_report_in_chinese_has_the_same_numbers_and_no_english(change, words, result):
    result = change(result)
    text = chinese_report(lambda: render_cnn(result), result.about)
    assert missing(words, text) == []


def test_no_line_is_wider_at_counts_of_mnist(result):
    big = [
        replace(m, parameters=347146, nonzeros=347146, macs=541440, nonzero_macs=541440,
                file_bytes=1288123, dense_ms={n: Spread(12.344, 12.345, 12.346) for n in (1, 256)},
                sparse_ms={n: Spread(12.344, 12.345, 12.346) for n in (1, 256)})
        for m in result.models
    ]  # fmt: skip
    text = render_cnn(replace(result, models=big, settings=CnnSettings()))
    assert max(map(len, text.splitlines())) <= 80


def test_every_choice_is_named_with_its_value(result):
    first = notes(result)[0]
    assert first.startswith("letters, with ")
    for name, value in asdict(SETTINGS).items():
        assert f"{name} {value}" in first


def test_notes_say_what_was_done(result):
    text = one_line(render_cnn(result))
    for words in (
        "dense: 3 epochs under an L1 penalty of 1e-05 (A-4.1).",
        "fine-tuned without a penalty for 2 epochs, unless",
        "lowest of each layer by 'l1'",
        "3e-07 of the largest output",
        "at random: the control",
        "milliseconds: median and quartiles of 9 rounds on Abacus 7",
        "NumPy's products on 1 thread;",
        "SparseEngine, on the nonzero weights, 2 threads at most.",
    ):
        assert words in text


def test_without_a_penalty_none_is_named(result):
    text = one_line(render_cnn(replace(result, settings=replace(SETTINGS, l1=0.0))))
    assert "dense: 3 epochs. " in text and "A-4.1" not in text


def test_the_criterion_is_named(result):
    text = one_line(render_cnn(replace(result, settings=replace(SETTINGS, criterion="taylor"))))
    assert "the lowest of each layer by 'taylor', removed" in text


def test_the_note_on_the_threshold_has_its_five_shares_each_in_its_place(result):
    (note,) = [note for note in notes(result) if note.startswith("threshold")]
    assert note == (
        "threshold 0.125: the same for all layers. In the network trained here it prunes "
        "44.4% of the weights (0.K 11.1%, 4.W 22.2%, 6.W 33.3%). Fine-tuned under the mask, 45.5% "
        "are 0. Without the mask, 36.6% are 0 after one step of Adam, 27.7% at the end, so its "
        "accuracy is not that of the pruned network."
    )


def test_the_document_stands_beside_mnist_only_and_is_said_to_train_otherwise(result):
    assert "document" not in render_cnn(result)
    settings = replace(CnnSettings(), epochs=10)
    models = [replace(m, name=m.name.replace("0.125", "0.1")) for m in result.models]
    mnist = replace(result, dataset="MNIST", settings=settings, models=models)
    (note,) = [note for note in notes(mnist) if note.startswith("document")]
    assert note == (
        "document D-5.4a prints 98.37% after pruning, for a network that was fine-tuned without "
        "its mask, as 'threshold 0.1, unmasked' is, with 97.00% here. D-5.2 has other settings: "
        "finetune_epochs 10, batch_size 32, lr 0.001, l1 0, smoothing 0, a learning rate that does "
        "not decay. How much one threshold prunes depends on them, above all on the "
        "L1 penalty."
    )
    assert "with 97" not in " ".join(notes(without_threshold(mnist)))


@pytest.mark.parametrize(("busy", "warned"), [(None, False), (0.09, False), (0.4, True)])
def test_a_busy_machine_is_said(busy, warned, result):
    conditions = Conditions("Abacus 7", 1, None, 9, busy)
    text = one_line(render_cnn(replace(result, conditions=conditions)))
    assert ("not idle: 0.4 cores were busy" in text) == warned
    assert "on as many threads as its BLAS takes;" in text and "1 thread at most." in text


def test_a_threshold_that_prunes_a_layer_is_said_to_be_left_out(result):
    notes_without = notes(without_threshold(result))
    (note,) = [note for note in notes_without if note.startswith("threshold")]
    assert note == "threshold 0.125: left out, since it prunes every weight of a layer."
    others = [note for note in notes(result) if not note.startswith("threshold")]
    assert [n for n in notes_without if n != note] == others


def test_the_note_on_weights_knows_the_scope(result):
    by_layer = replace(result, settings=replace(SETTINGS, scope="layer"))
    assert "all layers together" in one_line(render_cnn(result))
    assert "all layers together" not in one_line(render_cnn(by_layer))


def test_one_epoch_is_not_called_epochs(result):
    once = replace(result, settings=replace(SETTINGS, epochs=1, finetune_epochs=1))
    assert "1 epochs" not in one_line(render_cnn(once))


# --- files --------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", [lambda r: r, without_threshold])
def test_the_folder_holds_text_numbers_pictures_and_networks(change, result, tmp_path):
    result = change(result)
    write_report(result, tmp_path / "a" / "b")
    folder = tmp_path / "a" / "b"
    names = (
        "confusion.png costs.png dense.npz kernels.png learning.png pruned.npz report.txt "
        "result.json shrunk.npz"
    )
    assert sorted(p.name for p in folder.iterdir()) == names.split()
    assert (folder / "report.txt").read_text() == render_cnn(result) == rendered(result)
    assert (folder / "result.json").read_text() == as_json(result)
    x = np.random.default_rng(0).random((2, 6, 5, 1), dtype=np.float32)
    for name in ("dense", "pruned", "shrunk"):
        assert (load(folder / f"{name}.npz")(x) == getattr(result, name)(x)).all()
    pictures = [p.read_bytes() for p in sorted(folder.glob("*.png"))]
    assert all(p.startswith(b"\x89PNG") for p in pictures) and len(set(pictures)) == 4


def test_each_picture_has_the_name_of_what_it_shows():
    assert KINDS[CnnResult].figures == {
        "learning.png": learning_figure,
        "kernels.png": kernels_figure,
        "costs.png": costs_figure,
        "confusion.png": confusion_figure,
    }
    assert KINDS[CnnResult].render is render_cnn and KINDS[CnnResult].document == ()


def test_the_numbers_can_be_read_by_a_machine(result):
    text = as_json(result)

    def no_constant(name):
        raise AssertionError(f"{name} is no JSON")

    found = json.loads(text, parse_constant=no_constant)
    assert found["settings"] == asdict(SETTINGS)
    assert (found["dataset"], found["shape"]) == ("letters", [6, 5])
    assert found["confusion"] == [[27, 3], [5, 5]]
    assert found["history"] == [asdict(e) for e in result.history]
    assert found["curves"] == {name: asdict(c) for name, c in result.curves.items()}
    assert found["threshold"] == asdict(result.threshold)
    assert found["disagreement"] == 3.25e-7
    for row, m in zip(found["models"], result.models, strict=True):
        times = {
            name: {str(n): asdict(ms) for n, ms in getattr(m, name).items()}
            for name in ("dense_ms", "sparse_ms")
        }
        assert row == {**asdict(m), **times}
    assert not {"dense", "pruned", "shrunk"} & set(found)
    assert found["document"] == []
    assert {"cores", "threads", "numpy", "numba", "python"} <= set(found["machine"])


def test_no_threshold_is_null(result):
    assert json.loads(as_json(without_threshold(result)))["threshold"] is None


# --- learning -----------------------------------------------------------------------------------

SHOWN = {  # name in the picture -> name of the model
    "dense, fine-tuned": "dense, fine-tuned",
    "75 % of weights masked": "75 % of weights",
    "50 % of units removed": "50 % of units",
    "threshold 0.125": "threshold 0.125",
    "threshold 0.125, mask dropped": "threshold 0.125, unmasked",
}


def points(line):
    return list(zip(map(float, line.get_xdata()), map(float, line.get_ydata()), strict=True))


def labelled(axes):
    return {line.get_label(): line for line in axes.get_lines() if line.get_label()[0] != "_"}


def test_the_learning_picture_shows_the_dense_curve_and_five_others(result):
    figure = learning_figure(result)
    (axes,) = figure.axes
    lines = labelled(axes)
    assert list(lines) == ["dense", *SHOWN]
    assert points(lines["dense"]) == [(1, 91.0), (2, 92.5), (3, 96.25)]
    for name, model in SHOWN.items():
        curve = result.curves[model]
        after = [100 * e.validation_accuracy for e in curve.history]
        y = [100 * curve.pruned, *after]
        assert points(lines[name]) == list(zip((3, 4, 5), y, strict=True))
    assert [t.get_text() for t in axes.get_legend().get_texts()] == list(lines)
    assert "accuracy" in figure.get_suptitle()
    assert [line.get_xdata()[0] for line in axes.lines if line.get_label()[0] == "_"] == [3]
    left, right = axes.get_xlim()
    assert [x for x in axes.get_xticks() if left <= x <= right] == [1, 2, 3, 4, 5]
    assert axes.get_xlabel() == "epoch"
    assert axes.get_ylabel() == "validation accuracy on letters, % (spaced by error)"


def test_no_two_lines_look_alike(result):
    (axes,) = learning_figure(result).axes
    looks = [
        (to_hex(line.get_color()), line.get_marker(), line.get_linestyle())
        for line in labelled(axes).values()
    ]
    assert len({color for color, *_ in looks}) == len(looks) == 6


def test_without_threshold_its_lines_are_missing(result):
    (axes,) = learning_figure(without_threshold(result)).axes
    assert list(labelled(axes)) == ["dense", *list(SHOWN)[:3]]


def in_view(axes, line):
    low, high = axes.get_ylim()
    return all(low <= y <= high for y in line.get_ydata())


def test_the_learning_picture_has_all_points_above_90_in_view(result):
    (axes,) = learning_figure(result).axes
    assert all(in_view(axes, line) for line in labelled(axes).values())
    low, high = axes.get_ylim()
    assert 88 < low < 91 and 98 < high <= 100.05


@pytest.mark.parametrize("name", ["dense", "50 % of units removed"])
def test_the_learning_picture_has_worse_epochs_in_view_too(name, result):
    """The dense network's first, and one that gets worse by training on."""
    worse = Curve(0.96, history(0.92, 0.95))
    result = replace(result, curves=result.curves | {"50 % of units": worse})
    curves = {n: replace(c, pruned=0.97) for n, c in result.curves.items()}
    (axes,) = learning_figure(replace(result, curves=curves)).axes
    assert in_view(axes, labelled(axes)[name])


def test_the_word_on_pruning_stands_above_its_line(result):
    figure = learning_figure(result)
    (axes,) = figure.axes
    (word,) = axes.texts
    assert word.get_text() == "pruned here" and word.xy == (3, 1)
    figure.draw_without_rendering()
    box = word.get_window_extent()
    assert axes.get_window_extent().y1 <= box.y0
    assert box.y1 <= figure._suptitle.get_window_extent().y0


def test_a_network_of_100_percent_is_in_view():
    result = a_result(accuracies=[1.0] * 12, history=history(1.0, 1.0, 1.0))
    curves = {name: Curve(1.0, history(1.0, 1.0)) for name in result.curves}
    result = replace(result, curves=curves)
    (axes,) = learning_figure(result).axes
    assert all(in_view(axes, line) for line in labelled(axes).values())
    assert "100" in [t.get_text() for t in axes.get_yticklabels()]
    for axes in costs_figure(result).axes:
        assert all(in_view(axes, line) for line in labelled(axes).values())
        low, high = axes.get_ylim()
        assert low < 100 < high


def test_accuracies_below_90_right_after_pruning_do_not_squeeze_the_rest(result):
    low = replace(result.curves["50 % of units"], pruned=0.2)
    result = replace(result, curves=result.curves | {"50 % of units": low})
    (axes,) = learning_figure(result).axes
    assert 88 < axes.get_ylim()[0] < 91


def test_a_data_set_on_which_no_network_reaches_90_percent_is_in_view():
    result = a_result(history=history(0.5, 0.6, 0.7))
    curves = {name: Curve(0.6, history(0.65, 0.7)) for name in result.curves}
    (axes,) = learning_figure(replace(result, curves=curves)).axes
    low, high = axes.get_ylim()
    assert low < high and in_view(axes, labelled(axes)["dense"])


def test_the_epochs_of_a_long_training_can_be_read(result):
    settings = replace(SETTINGS, epochs=60)
    result = replace(result, settings=settings, history=history(*[0.95] * 60))
    figure = learning_figure(result)
    figure.draw_without_rendering()
    boxes = [t.get_window_extent() for t in figure.axes[0].get_xticklabels() if t.get_text()]
    assert all(a.x1 <= b.x0 for a, b in pairwise(boxes))


# --- costs --------------------------------------------------------------------------------------

DRAWN = {
    "smallest weights masked": ["75 % of weights", "95 % of weights"],
    "filters and neurons removed": ["50 % of units", "75 % of units"],
    "removed, then masked": ["50 % of units, 80 % of the rest"],
    "as many at random": ["75 % of weights, at random", "50 % of units, at random"],
    "dense, fine-tuned": ["dense, fine-tuned"],
}


def test_the_costs_picture_shows_accuracy_against_macs_and_against_bytes(result):
    rows = {m.name: m for m in result.models}
    left, right = costs_figure(result).axes
    for axes, field, label in (
        (left, "nonzero_macs", "multiply-accumulates of nonzero weights, one image (log scale)"),
        (right, "file_bytes", "bytes of the file (log scale)"),
    ):
        assert axes.get_xlabel() == label and axes.get_xscale() == "log"
        assert axes.get_ylabel() == "test accuracy on letters, % (spaced by error)"
        lines = labelled(axes)
        assert list(lines) == list(DRAWN)
        for name, models in DRAWN.items():
            expected = [(getattr(rows[m], field), 100 * rows[m].accuracy) for m in models]
            assert points(lines[name]) == expected
            assert in_view(axes, lines[name])
            low, high = axes.get_xlim()
            assert all(low <= x <= high for x in lines[name].get_xdata())
        joined = {name for name, line in lines.items() if line.get_linestyle() != "None"}
        assert joined == {"smallest weights masked", "filters and neurons removed"}
        assert len({to_hex(line.get_color()) for line in lines.values()}) == 5


def test_points_of_the_lines_have_their_share_beside_them(result):
    rows = {m.name: m for m in result.models}
    for axes, field in zip(costs_figure(result).axes, ("nonzero_macs", "file_bytes"), strict=True):
        said = {(word.get_text(), *word.xy) for word in axes.texts}
        labelled = "smallest weights masked", "filters and neurons removed", "as many at random"
        names = [name for kind in labelled for name in DRAWN[kind]]
        assert said == {
            (
                n.split(", ")[0] if "random" in n else n.split(" of ")[0],
                getattr(rows[n], field),
                100 * rows[n].accuracy,
            )
            for n in names
        }


def test_random_pruning_far_below_the_rest_is_a_number_at_the_edge(result):
    models = [
        replace(m, accuracy=0.1) if m.name == "75 % of weights, at random" else m
        for m in result.models
    ]
    for axes in costs_figure(replace(result, models=models)).axes:
        (word,) = (w for w in axes.texts if "75 % of weights" in w.get_text())
        assert ": 10.0 %" in word.get_text() and word.xy[1] == axes.get_ylim()[0] > 90
        assert 10.0 in labelled(axes)["as many at random"].get_ydata()


def alike():
    """A result whose points lie close together."""
    result = a_result()
    models = [
        replace(m, accuracy=0.97 + 0.001 * i, nonzero_macs=90_000 + 4000 * i, file_bytes=9000 + i)
        for i, m in enumerate(result.models)
    ]
    return replace(result, models=models)


@pytest.mark.parametrize("make", [a_result, alike])
def test_names_of_points_overlap_nothing(make):
    figure = costs_figure(make())
    figure.draw_without_rendering()
    for axes in figure.axes:
        boxes = [word.get_window_extent() for word in axes.texts]
        frame = axes.get_window_extent()
        assert len(boxes) == 6 and all(frame.x0 <= b.x0 and b.x1 <= frame.x1 for b in boxes)
        assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))
        dots = [axes.transData.transform(xy) for line in axes.lines for xy in line.get_xydata()]
        assert not any(box.contains(*dot) for box in boxes for dot in dots)


def test_the_legend_of_costs_stands_below_and_names_all(result):
    figure = costs_figure(result)
    (legend,) = figure.legends
    assert [t.get_text() for t in legend.get_texts()] == list(DRAWN)
    figure.draw_without_rendering()
    width, _ = figure.get_size_inches() * figure.dpi
    box = legend.get_window_extent()
    assert box.x0 >= 0 and box.x1 <= width
    assert box.y1 <= min(axes.get_window_extent().y0 for axes in figure.axes)


def test_ticks_are_labelled_and_their_labels_do_not_overlap(result):
    figure = costs_figure(result)
    figure.draw_without_rendering()
    for axes in figure.axes:
        for which, (low, high) in (("x", axes.get_xlim()), ("y", axes.get_ylim())):
            labels = axes.get_xticklabels() if which == "x" else axes.get_yticklabels()
            ticks = axes.get_xticks() if which == "x" else axes.get_yticks()
            boxes = [
                label.get_window_extent()
                for label, tick in zip(labels, ticks, strict=True)
                if low <= tick <= high and label.get_text()
            ]
            assert len(boxes) >= 2
            spans = sorted((getattr(b, f"{which}0"), getattr(b, f"{which}1")) for b in boxes)
            assert all(a[1] <= b[0] for a, b in pairwise(spans))


def test_ticks_of_accuracy_are_where_they_say(result):
    for axes in (*costs_figure(result).axes, *learning_figure(result).axes):
        labels = [t.get_text() for t in axes.get_yticklabels()]
        assert [float(t) for t in labels] == list(axes.get_yticks())


def test_errors_of_half_the_size_get_the_same_room(result):
    axes = costs_figure(result).axes[0]
    place = axes.transData.transform
    (_, a), (_, b), (_, c) = place([(1, 96), (1, 98), (1, 99)])
    assert (c - b) / (b - a) == pytest.approx(1, abs=0.1)
    assert np.log((100.1 - 98) / (100.1 - 99)) / np.log((100.1 - 96) / (100.1 - 98)) == (
        pytest.approx((c - b) / (b - a))
    )


def test_the_spacing_can_be_undone():
    """So that a pointer over the picture reads the right accuracy."""
    axes = costs_figure(a_result()).axes[0]
    place = axes.transData
    for percent in (20.0, 90.0, 98.5, 100.0):
        back = place.inverted().transform(place.transform((300_000, percent)))
        assert back == pytest.approx((300_000, percent))


def test_there_are_ticks_wherever_the_accuracies_lie():
    result = a_result(accuracies=[0.82 + 0.003 * i for i in range(12)])
    low, high = (axes := costs_figure(result).axes[0]).get_ylim()
    assert sum(low <= tick <= high for tick in axes.get_yticks()) >= 2


def test_the_axis_of_costs_fits_what_is_drawn(result):
    low = [
        replace(m, accuracy=0.1) if m.name == "threshold 0.125, not fine-tuned" else m
        for m in result.models
    ]
    axes = costs_figure(replace(result, models=low)).axes[0]
    assert axes.get_ylim()[0] > 80


def test_the_legend_names_only_what_is_drawn(result):
    models = [m for m in result.models if m.kind != "both"]
    (legend,) = costs_figure(replace(result, models=models)).legends
    assert "removed, then masked" not in [t.get_text() for t in legend.get_texts()]


# --- kernels ------------------------------------------------------------------------------------


def gone(result):
    mask = result.pruned.layers[0].K.mask
    return 0 if mask is None else (~mask).sum()


def of_one_filter():
    result = a_result(2)
    one = keep_units(result.dense, [[True, False], [True] * 4])
    return replace(result, dense=one, pruned=one, shrunk=one)


@pytest.mark.parametrize("filters", [1, 2, 16, 17, 64])
def test_the_kernels_picture_shows_every_kernel_of_the_three_networks(filters):
    result = of_one_filter() if filters == 1 else a_result(filters)
    figure = kernels_figure(result)
    *panels, bar = figure.axes
    networks = result.dense, result.pruned, result.shrunk
    limit = max(np.abs(n.layers[0].K.value).max() for n in networks)
    for axes, network in zip(panels, networks, strict=True):
        K = network.layers[0].K
        down, across = -(-K.value.shape[-1] // 16), min(filters, 16)
        page = np.full((4 * down - 1, 4 * across - 1, 4), 1.0)  # 3 by 3 on white, a line between
        for f in range(K.value.shape[-1]):
            for u in range(3):
                for v in range(3):
                    at = 4 * (f // 16) + u, 4 * (f % 16) + v
                    kept = K.mask is None or K.mask[u, v, 0, f]
                    share = (K.value[u, v, 0, f] + limit) / (2 * limit)
                    page[at] = colormaps["coolwarm"](share) if kept else (0, 0, 0, 1)
        np.testing.assert_allclose(axes.images[0].get_array(), page)
        assert not len(axes.get_xticks()) and not len(axes.get_yticks())
    assert [axes.get_title() for axes in panels] == [
        f"dense: {counted(filters, 'filter')}",
        f"fine-tuned, {gone(result)} of {9 * filters} weights pruned (black)",
        f"fine-tuned, {-(-filters // 2)} of {counted(filters, 'filter')} left",
    ]
    assert "First layer" in figure.get_suptitle() and bar.get_xlabel() == "weight"
    assert tuple(bar.get_xlim()) == pytest.approx((-limit, limit))


def test_filters_that_are_all_pruned_are_named(result):
    K = result.pruned.layers[0].K
    K.prune(K.mask & (np.arange(3) != 1))
    dense, pruned, shrunk, _ = kernels_figure(result).axes
    (word,) = pruned.texts
    assert word.get_text() == "none\nleft" and word.get_position() == (5, 1)
    assert not dense.texts and not shrunk.texts


@pytest.mark.parametrize("filters", [1, 2, 6, 32])
def test_nothing_of_the_kernels_picture_falls_off_the_page(filters):
    figure = kernels_figure(of_one_filter() if filters == 1 else a_result(filters))
    for _ in range(2):  # as `savefig` does: the first one places the axes
        figure.draw_without_rendering()
    width, height = figure.get_size_inches() * figure.dpi
    for axes in figure.axes:
        box = axes.get_tightbbox()
        assert box.x0 > -2 and box.x1 < width + 2 and box.y0 > -2 and box.y1 < height + 2
    boxes = [axes.get_tightbbox() for axes in figure.axes]
    boxes.append(figure._suptitle.get_window_extent())
    assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))


@pytest.mark.parametrize("draw", [learning_figure, costs_figure])
def test_nothing_of_the_other_pictures_falls_off_the_page(draw, result):
    figure = draw(result)
    figure.draw_without_rendering()
    width, height = figure.get_size_inches() * figure.dpi
    for axes in figure.axes:
        for text in (axes.xaxis.label, axes.yaxis.label):
            box = text.get_window_extent()
            assert text.get_text()
            assert box.x0 >= 0 and box.x1 <= width and box.y0 >= 0 and box.y1 <= height
