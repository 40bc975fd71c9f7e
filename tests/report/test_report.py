"""The report: the table says what was found, the files are whole, the pictures show the data."""

import json
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from bilingual import chinese_report, missing

from minprune.data.dataset import Dataset
from minprune.documents.printed import PRINTED, verdict
from minprune.experiments.classes import ClassRecall
from minprune.experiments.mlp import Model, Point, Result, Unmasked
from minprune.experiments.settings import Settings
from minprune.experiments.spread import Spread
from minprune.experiments.timing import Conditions
from minprune.language import using
from minprune.layout import columns, ruled
from minprune.nn.history import Epoch
from minprune.nn.network import mlp
from minprune.nn.store import load
from minprune.pruning.one_shot import prune_by_magnitude
from minprune.report.figures import (
    accuracy_figure,
    confusion_figure,
    history_figure,
    masks_figure,
    weights_figure,
)
from minprune.report.table import render
from minprune.report.write import KINDS, rendered, write_report


def model(name, *accuracies):
    dense = {1: Spread(0.0125, 0.025, 0.05), 256: Spread(0.125, 0.25, 0.5)}
    sparse = {1: Spread(0.25, 0.5, 0.75), 256: Spread(1.5, 1.75, 2.0)}
    return Model(name, list(accuracies), 50890, 5156, 203560, 41256, 5082, dense, sparse)


def a_result():
    dense = mlp([12, 70, 3], np.random.default_rng(0))
    pruned = dense.copy()
    prune_by_magnitude(pruned, 0.75)
    for weight in pruned.weights.values():
        weight.value = 2 * weight.value + np.sin(weight.value)  # as if fine-tuned
    return Result(
        settings=Settings(sparsity=0.75),
        dataset="MNIST",
        shape=(3, 4),
        feature_names=[],
        about=["Split: by hand.", "Scaling: none."],
        history=[Epoch(1, 0.5, 0.625, 0.25, 0.75, 1.0)],
        idle_units=9,
        curve=[Point(0.5, 0.9, 0.95, 0.8), Point(0.75, 0.5, 0.9, 0.25)],
        unmasked=Unmasked(0.75, 0.5, 0.125),
        discordant=(16, 9),
        recalls=[
            ClassRecall("cat", 1200, 0.5),
            ClassRecall("d\x1bg", 8, 0.75),
            ClassRecall("emu", 0, None),
        ],
        confusion=[[600, 500, 100], [2, 6, 0], [0, 0, 0]],
        models=[
            model("dense", 0.98, 0.97, 0.96),
            model("dense, fine-tuned", 0.99, 0.98, 0.97),
            model("pruned", 0.5, 0.5, 0.5),
            model("pruned, fine-tuned", 0.9, 0.91, 0.86),
            model("random mask, fine-tuned", 0.8, 0.85, 0.9),
            model("pruned, mask dropped", 0.7, 0.7, 0.7),
        ],
        conditions=Conditions("Abacus 7", 2, 1, 9, 0.03),
        dense=dense,
        pruned=pruned,
    )


@pytest.fixture
def result():
    return a_result()


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A result, and the folder with its report, in which another file lay before."""
    result, folder = a_result(), tmp_path_factory.mktemp("a") / "report"
    folder.mkdir()
    (folder / "mine.txt").write_text("kept")
    write_report(result, folder)
    return result, folder


def words_of(result):
    return " ".join(render(result).split())


def test_the_result_comes_first(result):
    assert words_of(result).startswith(
        "pruned, fine-tuned: 89.00 % of the test images right instead of 98.00 %, 4.9 times "
        "smaller, 20.0 times slower on 1 image and 7.0 times slower on 256 images. ---"
    )
    quick = [replace(m, sparse_bytes=407120, sparse_ms={4: Spread(0, 0.05, 1)},
                     dense_ms={4: Spread(0, 0.125, 1)}) for m in result.models]  # fmt: skip
    assert "2.0 times larger, 2.5 times faster on 4 images. ---" in words_of(
        replace(result, models=quick)
    )


def test_the_tables_hold_every_figure(result):
    counts, one, many = (
        " ".join(line.split()[2:])
        for line in render(result).splitlines()
        if line.startswith("pruned, fine-tuned  ")
    )
    assert counts == "89.00 +- 6.57 5,156 41,256 5,082"
    assert one == "0.025 (0.013-0.050) 0.500 (0.250-0.750)"
    assert many == "0.250 (0.125-0.500) 1.750 (1.500-2.000)"
    text = words_of(result)
    assert "Every network has 50,890 parameters, 203,560 bytes dense." in text
    assert "A-5.5, original: it prints 98.20 %, 784,096 parameters, 0.5 ms. 784,096 p" in text
    assert "A-5.5, pruned: it prints 98.00 %, 196,608 parameters, 0.3 ms. 196,608 p" in text
    assert text.count("parameters are impossible") == 2
    assert text.index("document A-5.5") > text.index("milliseconds: median")  # below, not above
    assert "from 75.0% to 50.0%, all steps to 12.5%" in text


def test_differences_are_taken_seed_by_seed_and_image_by_image(result):
    text = words_of(result)
    assert "mean of 3 seeds and half of its 95 % interval (Student)" in text
    assert (
        "'pruned, fine-tuned' minus 'dense, fine-tuned': -9.00 +- 4.97 points; minus 'random mask, "
        "fine-tuned': +4.00 +- 17.91 points." in text
    )
    assert "only 'dense, fine-tuned' is right on 16 of the test images, only 'pruned" in text
    assert "fine-tuned' on 9, so z is -1.4 (McNemar)" in text


@pytest.mark.parametrize(("discordant", "tested"), [((16, 9), True), ((19, 5), False)])
def test_few_discordant_samples_are_no_test(discordant, tested, result):
    text = words_of(replace(result, discordant=discordant))
    assert ("beyond +-2 the difference is significant at 5 %." in text) == tested
    assert ("with fewer than 25 such images z is no test at 5 %." in text) == (not tested)


def test_one_seed_has_no_interval(result):
    once = replace(result, models=[replace(m, accuracies=m.accuracies[:1]) for m in result.models])
    assert "+- 0" not in words_of(once) and "Student" not in words_of(once)
    assert "minus 'dense, fine-tuned': -9.00 points; minus" in words_of(once)


def test_without_a_penalty_none_is_named(result):
    plain = words_of(replace(result, settings=Settings(sparsity=0.75, l1=0.0)))
    assert "dense: trained for 15 epochs. Dead" in plain
    assert "penalty of" not in plain and "empties" not in plain


def test_the_report_names_engine_threads_and_machine(result):
    text = words_of(result)
    for words in (
        "median and quartiles of 9 rounds on Abacus 7",
        "NumPy's products on 1 thread;",
        "SparseEngine, on the nonzero weights, 2 threads at most.",
    ):
        assert words in text
    assert "not idle" not in text
    busy = replace(result, conditions=Conditions("Abacus 7", 2, None, 9, 0.5))
    assert "not idle: 0.5 cores" in words_of(busy) and "as its BLAS takes" in words_of(busy)


def test_notes_say_what_was_done(result):
    text = " ".join(render(result).split())
    for words in (
        "15 epochs, after 30% of them under an L1 penalty of 6e-05 (A-4.1)",
        "Dead hidden units, with output 0 on every training image: 9 of 64.",
        "4 more epochs",
    ):
        assert words in text


def test_figures_of_the_document_stand_beside_mnist_only(result):
    text = render(replace(result, dataset="bars"))
    assert "document A-5.5" not in text
    assert text.count("---\n") == 12


def test_the_sentences_on_the_data_follow_its_name(result):
    assert "seeds\n  5.\n\nSplit: by hand.\n\nScaling: none.\n\naccuracy:" in render(result)


def test_columns_are_flush_beside_chinese_names():
    rule, *_, first, second, _ = ruled([("recall", "%"), ("变色鸢尾", "60"), ("oak", "100")])
    assert (rule, first, second) == ("-" * 13, "变色鸢尾   60", "oak       100")


def test_the_recall_of_each_class_is_in_a_table(result):
    head, *rows = [
        line.split("  ") for line in render(result).splitlines() if line.startswith(TABLE)
    ]
    assert head[0] == "recall of 'pruned, fine-tuned'"
    rows = [[cell.strip() for cell in row if cell] for row in rows]
    assert rows == [["cat", "1,200", "50.00"], [r"d\x1bg", "8", "75.00"], ["emu", "0", "-"]]
    text = words_of(result)
    assert "that are classified as it. Mean of 2 classes: 62.50%." in text
    assert "recall, of seed 0: fraction of the test images" in text


TABLE = "recall of ", "cat       ", r"d\x1", "emu "  # how the lines of the table begin


def test_of_many_classes_there_is_no_table(result):
    many = [ClassRecall(f"n{k}", 1, 1.0) for k in range(21)]
    text = words_of(replace(result, recalls=many))
    assert "n20" not in text and text.count("---\n") == 0
    assert "Mean of 21 classes: 100.00%. The recall of each is in result.json" in text
    assert "n19" in words_of(replace(result, recalls=many[:20]))


def test_rows_of_features_are_called_samples(result):
    text = words_of(replace(result, shape=(12,), dataset="bars"))
    assert "image" not in text
    for words in ("of the test samples right", "on 1 sample and", "256 samples", "one sample when",
                  "every training sample", "on every sample that"):  # fmt: skip
        assert words in text


def test_the_columns_line_up_and_80_are_enough(result):
    long = [replace(m, name=m.name.replace("pruned", "99.75 % pruned")) for m in result.models]
    text = render(replace(result, models=long))
    _, *tables = text.split("\n\n")[:4]
    for table in tables:
        lines = table.splitlines()
        assert {*lines[0]} == {*lines[2]} == {*lines[-1]} == {"-"}
        assert len({len(line) for line in lines}) == 1
    assert max(map(len, text.splitlines())) <= 80


NAMES = (
    "dense", "dense, fine-tuned", "75 % pruned", "75 % pruned, fine-tuned",
    "75 % random mask, fine-tuned", "75 % pruned, mask dropped",
)  # fmt: skip


def with_names_of_the_job(result):
    return replace(
        result, models=[replace(m, name=n) for m, n in zip(result.models, NAMES, strict=True)]
    )


IN_CHINESE = {  # change of the result -> words in its report
    "as it is": ({}, ["剪枝 75 %，微调：测试图像的准确率为 89.00 %，", "字节数减小到 1/4.9；",
                      "处理 1 张图像的耗时为稠密网络的 20.0 倍", "毫秒，256 张图像",
                      "“剪枝 75 %，微调”的召回率", "64 个隐藏单元中有 9 个死单元",
                      "文章 A-5.5，剪枝后：文中给出 98.00 %，196,608 个参数，0.3 毫秒。"]),
    "rows": ({"shape": (12,), "dataset": "mine"},
             ["测试样本的准确率为", "处理 256 个样本的耗时", "测试样本  召回率", "处理一个样本的"]),
    "few discordant": ({"discordant": (3, 2)}, ["这样的图像少于 25 张时，不能用 z"]),
    "no penalty": ({"settings": Settings(sparsity=0.75, l1=0, epochs=1)}, ["稠密：训练 1 轮。"]),
    "busy": ({"conditions": Conditions("Abacus 7", 1, None, 9, 0.75)},
             ["线程数由其 BLAS 决定", "有 0.8 个核在执行其他任务"]),
    "many classes": ({"recalls": [ClassRecall(f"k{k}", 2, 0.5) for k in range(21)]},
                     ["21 个类别的平均值：50.00%", "因为类别多于 20 个"]),
}  # fmt: skip


@pytest.mark.parametrize(("change", "words"), IN_CHINESE.values(), ids=IN_CHINESE)
def test_the_report_in_chinese_has_the_same_numbers_and_no_english(change, words, result):
    result = with_names_of_the_job(replace(result, **change))
    with using("zh"):
        verdicts = [f"{verdict(line)}" for line in PRINTED]
    text = chinese_report(lambda: render(result), [*result.about, *verdicts])
    assert missing(words, text) == []


def test_the_larger_and_the_faster_in_chinese(result):
    times = {"sparse_ms": {4: Spread(0, 0.05, 1)}, "dense_ms": {4: Spread(0, 0.125, 1)}}
    quick = [replace(m, sparse_bytes=407120, accuracies=[0.5], **times) for m in result.models]
    result = replace(result, models=quick, dataset="mine")
    text = chinese_report(lambda: render(result), result.about)
    first = "".join(text.split("\n\n")[0].splitlines())
    assert first.endswith("；字节数增大到 2.0 倍；处理 4 张图像的速度为稠密网络的 2.5 倍。")
    assert "个随机种子的均值" not in text


def test_columns_of_chinese_tables_line_up(result):
    result = with_names_of_the_job(result)
    with using("zh"):
        blocks = [block.splitlines() for block in render(result).split("\n\n")]
    tables = [lines for lines in blocks if lines[0].startswith("---")]
    assert len(tables) == 4 and all(len({*map(columns, lines)}) == 1 for lines in tables)


def test_the_names_in_files_and_pictures_are_english_in_both_languages(result, tmp_path):
    result = with_names_of_the_job(result)
    with using("zh"):
        write_report(result, tmp_path)
        assert (tmp_path / "report.txt").read_text() == render(result)
        assert accuracy_figure(result).get_suptitle().startswith("Test accuracy after pruning")
    found = json.loads((tmp_path / "result.json").read_text())
    assert tuple(m["name"] for m in found["models"]) == NAMES


def test_the_folder_holds_text_numbers_pictures_and_networks(written):
    result, folder = written
    names = (
        "accuracy.png confusion.png dense.npz learning.png masks.png mine.txt pruned.npz "
        "report.txt result.json weights.png"
    )
    assert sorted(p.name for p in folder.iterdir()) == names.split()
    assert (folder / "mine.txt").read_text() == "kept"
    assert (folder / "report.txt").read_text() == render(result) == rendered(result)
    for picture in folder.glob("*.png"):
        assert picture.read_bytes().startswith(b"\x89PNG")
    x = np.ones((2, 12), np.float32)
    assert (load(folder / "pruned.npz")(x) == result.pruned(x)).all()


def test_a_folder_half_written_holds_no_numbers(result, tmp_path, monkeypatch):
    (tmp_path / "result.json").write_text("the numbers of an earlier run")

    def full(network, path):
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr("minprune.report.write.save", full)
    monkeypatch.setitem(KINDS, Result, KINDS[Result]._replace(figures={}))  # they take long
    with pytest.raises(OSError, match="No space"):
        write_report(result, tmp_path)
    assert not (tmp_path / "result.json").exists() and (tmp_path / "report.txt").exists()


def test_the_numbers_can_be_read_by_a_machine(written):
    _, folder = written
    found = json.loads((folder / "result.json").read_text())
    assert found["settings"]["sparsity"] == 0.75
    assert found["curve"][1] == {"sparsity": 0.75, "pruned": 0.5, "finetuned": 0.9, "random": 0.25}
    assert found["models"][0]["dense_ms"]["256"] == {"low": 0.125, "median": 0.25, "high": 0.5}
    assert found["models"][0]["accuracies"] == [0.98, 0.97, 0.96]
    assert found["conditions"]["busy"] == 0.03 and found["discordant"] == [16, 9]
    assert found["history"] == [
        {"number": 1, "loss": 0.5, "accuracy": 0.625, "validation_loss": 0.25,
         "validation_accuracy": 0.75, "seconds": 1.0}
    ]  # fmt: skip
    assert found["unmasked"]["after_one_step"] == 0.5
    assert found["recalls"][0] == {"name": "cat", "samples": 1200, "recall": 0.5}
    assert found["confusion"] == [[600, 500, 100], [2, 6, 0], [0, 0, 0]]
    assert found["recalls"][2]["recall"] is None and found["about"][1] == "Scaling: none."
    assert {"cores", "threads", "numpy", "numba", "python"} <= set(found["machine"])
    assert [line["parameters"] for line in found["document"]] == [784096, 196608]


def test_the_accuracy_picture_shows_the_curve(result):
    figure = accuracy_figure(result)
    whole, top = figure.axes
    assert "accuracy after pruning" in figure.get_suptitle()
    for axes in (whole, top):
        lines = {line.get_label(): line for line in axes.get_lines()}
        assert list(lines["dense, fine-tuned: 99.00 %"].get_ydata()) == [99.0, 99.0]
        assert list(lines["random weights pruned, fine-tuned"].get_ydata()) == [80.0, 25.0]
        assert list(lines["smallest weights pruned, fine-tuned"].get_ydata()) == [95.0, 90.0]
        assert list(lines["smallest weights pruned only"].get_ydata()) == [90.0, 50.0]
        assert list(lines["smallest weights pruned, fine-tuned"].get_xdata()) == [1.0, 2.0]
        assert [t.get_text() for t in axes.get_xticklabels()] == ["50", "75"]
        assert "accuracy" in axes.get_ylabel() and "sparsity" in axes.get_xlabel()
    (legend,) = figure.legends
    assert len(legend.get_texts()) == 4


def test_the_weights_picture_counts_every_weight_once(result):
    figure = weights_figure(result)
    for axes, weight in zip(figure.axes, result.pruned.weights.values(), strict=True):
        (dense, edges, _), (counts, *_) = (steps.get_data() for steps in axes.patches)
        kept = weight.value[weight.mask]
        assert dense.sum() == weight.value.size and counts.sum() == kept.size
        np.testing.assert_array_equal(counts, np.histogram(kept, edges)[0])
        assert f"{kept.size:,} of {weight.value.size:,} kept" in axes.get_title()
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["dense", "pruned, fine-tuned"]
    assert figure.get_suptitle()


def test_the_masks_picture_shows_the_mask_unit_by_unit(result):
    weight = next(iter(result.pruned.weights.values()))
    keep = weight.mask.copy()
    keep[:, [9, 69]] = False
    weight.prune(keep)
    mask, figure = weight.mask, masks_figure(result)
    left, right, bar = figure.axes
    page = np.asarray(left.images[0].get_array())
    assert page.shape == (8 * 4 - 1, 8 * 5 - 1)  # the first 64 of 70 units, 3 by 4, a line between
    for unit in range(64):
        row, column = divmod(unit, 8)
        tile = page[4 * row :, 5 * column :][:3, :4]
        assert (tile == mask[:, unit].reshape(3, 4)).all()
    assert np.isnan(page).sum() == page.size - 64 * 12
    (word,) = left.texts  # the unit in the second row and column; the 70th is not shown
    assert word.get_text() == "no\ninput" and word.get_position() == (5 + 1.5, 4 + 1)
    assert "first 64 of 70" in left.get_title() and bar.get_ylabel() == "units"
    assert f"{mask.sum():,} of 840" in figure.get_suptitle()
    assert (np.asarray(right.images[0].get_array()) == mask.sum(axis=1).reshape(3, 4)).all()


def test_of_images_with_channels_a_pixel_is_read_if_one_channel_is(result):
    mask = next(iter(result.pruned.weights.values())).mask
    left, right, _ = masks_figure(replace(result, shape=(2, 2, 3))).axes
    read = mask.reshape(2, 2, 3, 70).any(axis=2)
    assert (np.asarray(right.images[0].get_array()) == read.sum(axis=2)).all()
    assert (np.asarray(left.images[0].get_array())[:2, 3:5] == read[..., 1]).all()


def test_of_features_the_masks_picture_is_units_over_features(result):
    mask = next(iter(result.pruned.weights.values())).mask
    left, right = masks_figure(replace(result, shape=(12,))).axes
    assert (np.asarray(left.images[0].get_array()) == mask.T).all()
    assert [bar.get_height() for bar in right.patches] == mask.sum(axis=1).tolist()
    assert (left.get_xlabel(), left.get_ylabel()) == ("feature", "hidden unit")
    names = [f"feature {k}" for k in "abcdefghijkl"]
    for axes in masks_figure(replace(result, shape=(12,), feature_names=names)).axes:
        assert [label.get_text() for label in axes.get_xticklabels()] == names


def test_the_confusion_picture_names_the_classes_and_counts(result):
    figure = confusion_figure(result)
    axes, _ = figure.axes
    counts = {text.get_position(): text.get_text() for text in axes.texts}
    assert counts == {(0, 0): "600", (1, 0): "500", (2, 0): "100", (0, 1): "2", (1, 1): "6"}
    assert [label.get_text() for label in axes.get_yticklabels()] == ["cat", r"d\x1bg", "emu"]
    assert "Test images" in figure.get_suptitle() and "606 of 1,208" in axes.get_title()
    assert "Test samples" in confusion_figure(replace(result, shape=(12,))).get_suptitle()


def test_the_learning_picture_shows_training_and_validation(result):
    loss, accuracy = history_figure(result).axes
    assert [line.get_ydata().tolist() for line in loss.lines] == [[0.5], [0.25]]
    assert [line.get_ydata().tolist() for line in accuracy.lines] == [[62.5], [75.0]]


DRAWN = accuracy_figure, history_figure, weights_figure, masks_figure, confusion_figure


@pytest.mark.parametrize("draw", DRAWN)
def test_nothing_falls_off_the_page_and_no_title_touches_another(draw, result):
    figure = draw(result)
    for _ in range(2):  # as `savefig` does: the first one places the axes
        figure.draw_without_rendering()
    page = figure.bbox.padded(2)
    boxes = [axes.get_tightbbox() for axes in figure.axes]
    titles = [axes.title.get_window_extent() for axes in figure.axes if axes.get_title()]
    titles.append(figure._suptitle.get_window_extent())
    for box in boxes + titles:
        assert page.x0 <= box.x0 and box.x1 <= page.x1 and page.y0 <= box.y0 and box.y1 <= page.y1
    assert not any(a.overlaps(b) for a, b in combinations(titles, 2))


def test_dataset_is_what_the_job_takes(bars_data):
    assert isinstance(bars_data, Dataset)
