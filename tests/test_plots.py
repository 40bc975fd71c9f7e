"""The pictures show the data that they are given, whatever its size, and nothing else."""

import subprocess
import sys
from io import BytesIO

import matplotlib
import numpy as np
import pytest
from matplotlib import colormaps
from matplotlib.figure import Figure

import minprune as mp
from minprune.nn.history import Epoch, History
from minprune.plots import page
from minprune.pruning.sensitivity import Sensitivity

plots = mp.plots


def a_history(n, best=None):
    epochs = History(
        Epoch(k, 1 / k, 1 - 0.5 / k, 1.25 / k, 1 - 0.75 / k, 1.0) for k in range(1, n + 1)
    )
    epochs.best = epochs[(best or n) - 1]
    return epochs


def a_pruned_pair(*widths, sparsity=0.5):
    dense = mp.mlp(widths, rng=0)
    pruned = dense.copy()
    mp.prune_by_magnitude(pruned, sparsity)
    return dense, pruned


def a_cnn(channels=1, filters=4):
    rng = np.random.default_rng(0)
    layers = [mp.Conv2D.random(3, channels, filters, rng), mp.Flatten()]
    layers.append(mp.Dense.random(4 * filters, 2, rng))
    network = mp.Network(layers, (4, 4, channels))
    mp.prune_by_magnitude(network, 0.5)
    return network


def lines_of(axes):
    return {line.get_label(): (list(line.get_xdata()), list(line.get_ydata()))
            for line in axes.lines}  # fmt: skip


def words_of(figure):
    """All that is written in a figure."""
    figure.draw_without_rendering()
    return [text.get_text() for text in figure.findobj(matplotlib.text.Text)]


# --- learning curves -----------------------------------------------------------------------------


def test_learning_curves_are_the_numbers_of_the_history():
    loss, accuracy = plots.history(a_history(2)).axes
    assert lines_of(loss) == {
        "training": ([1, 2], [1.0, 0.5]),
        "validation": ([1, 2], [1.25, 0.625]),
    }
    assert lines_of(accuracy) == {
        "training": ([1, 2], [50.0, 75.0]),
        "validation": ([1, 2], [25.0, 62.5]),
    }
    assert (loss.get_ylabel(), accuracy.get_ylabel()) == ("loss", "accuracy, %")


def test_a_star_marks_the_best_epoch_unless_it_is_the_last():
    loss, accuracy = plots.history(a_history(4, best=2)).axes
    assert lines_of(loss)["best epoch: 2"] == ([2], [0.625])
    assert lines_of(accuracy)["best epoch: 2"] == ([2], [62.5])
    assert not any("best" in label for label in lines_of(plots.history(a_history(4)).axes[0]))


def test_what_a_history_does_not_have_is_left_out():
    only_loss = [Epoch(k, 1 / k, None, None, None, 1.0) for k in (1, 2)]
    (axes,) = plots.history(only_loss).axes
    assert lines_of(axes) == {"training": ([1, 2], [1.0, 0.5])}
    regression = [Epoch(k, 1 / k, None, 2 / k, None, 1.0) for k in (1, 2)]
    (axes,) = plots.history(regression).axes
    assert lines_of(axes)["validation"] == ([1, 2], [2.0, 1.0])
    (axes,) = plots.history(iter(only_loss)).axes
    assert lines_of(axes) == {"training": ([1, 2], [1.0, 0.5])}
    other_loss = [Epoch(k, 1 / k, None, None, 0.25 * k, 1.0) for k in (1, 2)]
    loss, accuracy = plots.history(other_loss).axes
    assert [*lines_of(loss)] == ["training"]
    assert lines_of(accuracy) == {"validation": ([1, 2], [25.0, 50.0])}


def test_several_histories_have_a_colour_each_and_their_names():
    figure = plots.history({"dense": a_history(3), "pruned": a_history(5, best=2)})
    for axes in figure.axes:
        colors = {line.get_label(): line.get_color() for line in axes.lines}
        assert colors["dense, training"] == colors["dense, validation"] == page.COLORS[0]
        assert colors["pruned, training"] == colors["pruned, validation"] == page.COLORS[1]
    (legend,) = figure.legends
    words = sorted(text.get_text() for text in legend.get_texts())
    assert words == ["best epoch", "dense, training", "dense, validation", "pruned, training",
                     "pruned, validation"]  # fmt: skip


@pytest.mark.parametrize("epochs", [1, 2, 29, 200])
def test_every_point_of_a_history_is_within_the_axes_which_count_whole_epochs(epochs):
    for axes in plots.history(a_history(epochs)).axes:
        (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
        for x, y in lines_of(axes).values():
            assert left < x[0] <= x[-1] < right and low < min(y) <= max(y) < high
        ticks = axes.get_xticks()
        assert (ticks == ticks.astype(int)).all() and len(ticks)


def test_no_tick_of_an_accuracy_is_above_100():
    perfect = [Epoch(k, 0.0, 1.0, 0.0, 1.0, 1.0) for k in (1, 2)]
    loss, accuracy = plots.history(perfect).axes
    assert max(accuracy.get_yticks()) == 100 < accuracy.get_ylim()[1]
    assert loss.get_ylim() == (0, 1)


def test_a_loss_that_diverges_is_drawn_as_far_as_it_is_finite():
    epochs = [Epoch(1, 1.0, 0.5, 2.0, 0.5, 1.0), Epoch(2, np.inf, 0.1, np.nan, 0.1, 1.0)]
    figure = plots.history(epochs)
    words_of(figure)
    low, high = figure.axes[0].get_ylim()
    assert low < 1.0 < 2.0 < high < 3


# --- confusion -----------------------------------------------------------------------------------


def test_a_confusion_matrix_shows_counts_and_colours_shares_of_the_row():
    figure = plots.confusion_matrix([[6, 2], [0, 4]], ["cat", "dog"])
    axes, bar = figure.axes
    np.testing.assert_array_equal(axes.images[0].get_array(), [[75, 25], [0, 100]])
    written = {text.get_position(): text.get_text() for text in axes.texts}
    assert written == {(0, 0): "6", (1, 0): "2", (1, 1): "4"}  # (column, row); no 0
    for labels in (axes.get_xticklabels(), axes.get_yticklabels()):
        assert [label.get_text() for label in labels] == ["cat", "dog"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted class", "true class")
    assert axes.get_title() == "10 of 12 right: 83.33 %" and "%" in bar.get_ylabel()


def test_a_class_that_does_not_occur_has_an_empty_row():
    axes, _ = plots.confusion_matrix([[0, 0], [1, 3]]).axes
    np.testing.assert_array_equal(axes.images[0].get_array(), [[0, 0], [25, 75]])


@pytest.mark.parametrize("classes", [1, 2, 20, 21, 100])
def test_counts_are_written_where_there_is_room_and_names_do_not_overlap(classes):
    names = [f"class number {k}" for k in range(classes)]
    figure = plots.confusion_matrix(5 * np.ones((classes, classes), int), names)
    assert len(figure.axes[0].texts) == (classes**2 if classes <= 20 else 0)
    figure.savefig(BytesIO())
    for name in figure.axes[0].xaxis.label, figure.axes[0].yaxis.label:
        box = name.get_window_extent()
        assert box.x0 >= 0 and box.y0 >= 0
    labels = figure.axes[0].get_yticklabels()
    boxes = [label.get_window_extent() for label in labels]
    assert not any(a.overlaps(b) for a, b in zip(boxes, boxes[1:], strict=False))
    assert [label.get_text() for label in labels] == names[:: -(-classes // 50)]
    assert all(figure.bbox.padded(2).containsx(box.x0) for box in boxes)


def test_names_may_be_long_chinese_or_full_of_signs(monkeypatch):
    names = ["a name that does not end " * 3, "猫", "a$b $\\alpha$", "two\nlines", "_hidden", "é"]
    figure = plots.confusion_matrix(np.eye(6, dtype=int), names)
    words = words_of(figure)  # a glyph that is missing would be a warning, which is an error here
    assert "a name that does not en…" in words and r"two\nlines" in words and "é" in words
    assert ("猫" in words) != ("1" in words)  # the second class is shown by name or by number
    monkeypatch.setattr(page, "CHINESE", ())
    assert "1" in words_of(plots.confusion_matrix(np.eye(6, dtype=int), names))


def test_a_second_font_has_the_signs_that_the_first_lacks(monkeypatch):
    monkeypatch.setattr(page, "CHINESE", ())
    assert "ᶁ" not in words_of(plots.confusion_matrix([[1, 0], [0, 1]], ["ᶁ", "b"]))
    monkeypatch.setattr(page, "CHINESE", ("no such font", "STIXGeneral"))  # Matplotlib's own
    assert "ᶁ" in words_of(plots.confusion_matrix([[1, 0], [0, 1]], ["ᶁ", "b"]))


# --- what a layer can lose -----------------------------------------------------------------------


@pytest.mark.parametrize("layers", [1, 3, 20])
def test_a_scan_has_a_line_for_each_layer(layers):
    performance = np.arange(2.0 * layers).reshape(layers, 2)
    names = [f"{l}.W" for l in range(layers)]
    figure = plots.sensitivity(Sensitivity(names, [0.5, 0.9], performance, 0.75))
    found = lines_of(figure.axes[0])
    assert found.pop("nothing pruned: 0.75")[1] == [0.75, 0.75]
    assert found == {
        name: ([50, 90], list(row)) for name, row in zip(names, performance, strict=True)
    }
    looks = {(str(l.get_color()), l.get_marker()) for l in figure.axes[0].lines}
    assert len(looks) == layers + 1  # no two are alike
    (legend,) = figure.legends
    assert len(legend.get_texts()) == layers + 1


def test_a_scan_of_a_network_is_drawn():
    network, x = mp.mlp([4, 3, 2], rng=0), np.eye(4)
    scan = mp.sensitivity_scan(network, lambda net: float(net(x).sum()), [0.5])
    assert list(lines_of(plots.sensitivity(scan).axes[0]))[1:] == ["0.W", "2.W"]


def test_accuracies_are_spaced_by_compression_as_a_whole_and_at_the_top():
    curves = {"a": ([0.5, 0.75], [1.0, 0.25]), "b": ([0.875], [0.5])}
    figure = plots.accuracy_against_sparsity(curves, baseline=0.9375)
    for axes in figure.axes:
        found = lines_of(axes)
        assert found["a"] == ([1, 2], [100, 25]) and found["b"] == ([3], [50])
        assert found["dense: 93.75 %"][1] == [93.75, 93.75]
        assert [t.get_text() for t in axes.get_xticklabels()] == ["50", "75", "87.5"]
    whole, top = figure.axes
    assert whole.get_ylim() == (0, 102) and top.get_ylim() == (95, 100.5)
    (axes, _) = plots.accuracy_against_sparsity(curves, {"tuned": 0.5, "small": 0.25}).axes
    assert {"tuned: 50.00 %", "small: 25.00 %"} < lines_of(axes).keys()


def test_ticks_of_sparsities_that_are_close_do_not_overlap():
    levels = [*np.linspace(0, 0.95, 96), 0.99, 0.999, 0.9999]
    figure = plots.accuracy_against_sparsity({"a": (levels, np.full(99, 0.5))})
    for _ in range(2):
        figure.draw_without_rendering()
    for axes in figure.axes:
        boxes = [label.get_window_extent() for label in axes.get_xticklabels()]
        assert len(boxes) > 5
        assert not any(a.overlaps(b) for a, b in zip(boxes, boxes[1:], strict=False))


# --- weights and masks ---------------------------------------------------------------------------


@pytest.mark.parametrize("widths", [(6, 3), (6, 5, 4, 3), (3,) * 21])
def test_every_layer_has_a_histogram_of_all_and_of_the_kept_weights(widths):
    dense, pruned = a_pruned_pair(*widths)
    figure = plots.weights(dense, pruned, labels=("before", "after"))
    assert len(figure.axes) == len(widths) - 1
    for axes, (name, weight) in zip(figure.axes, pruned.weights.items(), strict=True):
        (all_of_them, edges, _), (left, *_) = (steps.get_data() for steps in axes.patches)
        np.testing.assert_array_equal(
            all_of_them, np.histogram(dense.weights[name].value, edges)[0]
        )
        kept = np.count_nonzero(weight.mask)
        assert all_of_them.sum() == weight.value.size and left.sum() == kept
        assert axes.get_title() == f"{name}: {kept} of {weight.value.size} kept"
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["before", "after"]
    words_of(figure)


def test_weights_that_are_all_zero_or_pruned_without_a_mask_are_drawn():
    dense, pruned = a_pruned_pair(4, 3)
    pruned.unprune()
    dense.weights["0.W"].value = np.zeros((4, 3))
    assert plots.weights(dense, pruned).axes[0].get_title() == "0.W: 6 of 12 kept"
    assert plots.weights(dense, dense).axes[0].get_title() == "0.W: 0 of 12 kept"


def test_features_have_their_names_in_the_picture_of_the_mask():
    _, pruned = a_pruned_pair(6, 5, 2)
    names = ["age", "a name that is much too long to be read whole", "$x_1$", "_", "b", "c"]
    for axes in plots.masks(pruned, feature_names=names).axes:
        shown = [label.get_text() for label in axes.get_xticklabels()]
        assert shown[0] == "age" and shown[1].endswith("…") and shown[2] == r"\$x_1\$"
    with pytest.raises(ValueError, match="feature_names must be 6, one for each input, got 2"):
        plots.masks(pruned, feature_names=["a", "b"])
    wide = mp.mlp([41, 2], 0)
    axes = plots.masks(wide, feature_names=[f"f{k}" for k in range(41)]).axes[0]
    assert not any(label.get_text().startswith("f") for label in axes.get_xticklabels())


@pytest.mark.parametrize("held", [True, False])
def test_the_mask_of_a_dense_layer_is_a_matrix_or_images(held):
    _, pruned = a_pruned_pair(6, 5, 2)
    mask = pruned.weights["0.W"].mask.copy()
    if not held:
        pruned.unprune()
    matrix, bars = plots.masks(pruned).axes
    np.testing.assert_array_equal(matrix.images[0].get_array(), mask.T)
    assert [bar.get_height() for bar in bars.patches] == mask.sum(axis=1).tolist()
    left, right, _ = plots.masks(pruned, (2, 3)).axes
    tiles = np.asarray(left.images[0].get_array())  # three in a row, a line between
    for unit in range(5):
        row, column = 3 * (unit // 3), 4 * (unit % 3)
        tile = tiles[row : row + 2, column : column + 3]
        np.testing.assert_array_equal(tile, mask[:, unit].reshape(2, 3))
    readers = mask.sum(axis=1).reshape(2, 3)
    np.testing.assert_array_equal(right.images[0].get_array(), readers)


def test_colour_images_are_read_where_one_channel_is():
    _, pruned = a_pruned_pair(2 * 2 * 3, 1)
    mask = np.zeros((12, 1), bool)
    mask[[0, 1, 5]] = True  # two channels of the first pixel, one of the second
    pruned.unprune()
    pruned.weights["0.W"].prune(mask)
    left, right, _ = plots.masks(pruned, (2, 2, 3)).axes
    np.testing.assert_array_equal(left.images[0].get_array(), [[1, 1], [0, 0]])
    np.testing.assert_array_equal(right.images[0].get_array(), [[1, 1], [0, 0]])
    flat = mp.Network([mp.Flatten(), *pruned.layers], (2, 2, 3))  # this one has the shape
    assert len(plots.masks(flat).axes) == 3


@pytest.mark.parametrize(("channels", "filters"), [(1, 4), (3, 20), (5, 70)])
def test_the_kernels_of_a_convolution_are_coloured_and_what_is_pruned_is_black(channels, filters):
    network = a_cnn(channels, filters)
    K = network.layers[0].K
    *panels, _ = plots.masks(network).axes
    assert len(panels) == min(channels, 3)
    limit = np.abs(K.value).max()
    for c, axes in enumerate(panels):
        image = axes.images[0].get_array()
        for f in range(min(filters, 64)):
            at = 4 * (f // 16), 4 * (f % 16)
            for (u, v), weight in np.ndenumerate(K.value[:, :, c, f]):
                color = colormaps["coolwarm"]((weight + limit) / (2 * limit))
                expected = color if K.mask[u, v, c, f] else (0, 0, 0, 1)
                np.testing.assert_allclose(image[at[0] + u, at[1] + v], expected)


# --- all of them ---------------------------------------------------------------------------------

DENSE, PRUNED = a_pruned_pair(6, 5, 2)
DIVERGED = DENSE.copy()
DIVERGED.weights["0.W"].value[1, 2] = np.nan
SCAN = Sensitivity(["0.W"], [0.5], np.array([[0.5]]), 0.75)
CALLS = {
    "history": (a_history(3),),
    "confusion_matrix": ([[1, 2], [3, 4]],),
    "sensitivity": (SCAN,),
    "accuracy_against_sparsity": ({"a": ([0.5], [0.5])},),
    "weights": (DENSE, PRUNED),
    "masks": (PRUNED, (2, 3)),
}


def test_every_picture_is_called_here():
    assert sorted(CALLS) == plots.__all__


@pytest.mark.parametrize("name", CALLS)
def test_a_notebook_shows_the_figure_and_a_given_one_is_cleared_and_filled(name):
    draw, arguments = getattr(plots, name), CALLS[name]
    figure = draw(*arguments)
    assert figure._repr_png_().startswith(b"\x89PNG")
    given = Figure()
    given.text(0.5, 0.5, "of before")
    assert draw(*arguments, figure=given) is given
    assert len(given.axes) == len(figure.axes) and "of before" not in words_of(given)
    sub = Figure(layout="constrained").subfigures(1, 2)[0]
    assert len(draw(*arguments, figure=sub).axes) == len(figure.axes)


@pytest.mark.parametrize("name", CALLS)
def test_something_else_than_a_figure_is_refused(name):
    with pytest.raises(TypeError, match=r"^figure must be a Matplotlib figure, such as"):
        getattr(plots, name)(*CALLS[name], figure=3)


REFUSED = [
    ("history", TypeError, "^history must be what mp.fit returns, or a dict", ([3],)),
    ("history", TypeError, "^history must be a list of epochs", (None,)),
    ("history", ValueError, "^history must hold at least one epoch", ([],)),
    ("history", ValueError, "^history must hold at least one epoch", ({"a": []},)),
    ("history", ValueError, "^history must hold at least one epoch", ({},)),
    ("confusion_matrix", ValueError, "^counts must be a square matrix", ([[1, 2]],)),
    ("confusion_matrix", ValueError, "^counts must be a square matrix", ([],)),
    ("confusion_matrix", TypeError, "^counts must be whole numbers", ([[0.5]],)),
    ("confusion_matrix", ValueError, "^counts must be >= 0", ([[-1]],)),
    ("confusion_matrix", ValueError, "^counts must be >= 0, and not all 0", ([[0]],)),
    ("confusion_matrix", ValueError, "^class_names must be 1, one for each", ([[1]], ["a", "b"])),
    ("confusion_matrix", TypeError, "^class_names must be a list of names", ([[1]], "a")),
    ("sensitivity", TypeError, "^scan must be what mp.sensitivity_scan returns", ([1],)),
    ("accuracy_against_sparsity", TypeError, r"^curves must be \{label: ", ([1],)),
    ("accuracy_against_sparsity", TypeError, r"^curves must be \{label: ", ({},)),
    ("accuracy_against_sparsity", ValueError, r"^curves\['a'\] must be", ({"a": [[0.5]]},)),
    ("accuracy_against_sparsity", ValueError, r"^curves\['a'\] must have as many",
     ({"a": ([0.5], [])},)),
    ("accuracy_against_sparsity", ValueError, "^sparsity must be a fraction",
     ({"a": ([1.0], [0.5])},)),
    ("accuracy_against_sparsity", ValueError, "^accuracy must be from 0 to 1",
     ({"a": ([0.5], [98])},)),
    ("accuracy_against_sparsity", ValueError, "^baseline must be from 0 to 1",
     ({"a": ([0.5], [0.5])}, 98)),
    ("weights", TypeError, "^before must be a Network", (3, PRUNED)),
    ("weights", TypeError, "^after must be a Network", (DENSE, 3)),
    ("weights", ValueError, "^before and after must have weight arrays of the same names",
     (DENSE, mp.mlp([6, 2]))),
    ("weights", ValueError, "^labels must be two, of before and after, got 1",
     (DENSE, PRUNED, ["a"])),
    ("weights", TypeError, "^labels must be a list of two labels", (DENSE, PRUNED, "ab")),
    ("weights", ValueError, r"^after.weights\['0.W'\] must be finite, got nan", (DENSE, DIVERGED)),
    ("masks", ValueError, r"^network.weights\['0.W'\] must be finite, got nan", (DIVERGED,)),
    ("masks", TypeError, "^network must be a Network", (3,)),
    ("masks", ValueError, "^network must have a layer with weights",
     (mp.Network([mp.ReLU()]),)),
    ("masks", ValueError, r"^image_shape must be \(height, width\) or", (PRUNED, (2, 2))),
    ("masks", ValueError, r"^image_shape must be \(height, width\) or", (PRUNED, (6,))),
    ("masks", TypeError, "^image_shape must be a whole number", (PRUNED, (2.0, 3))),
    ("masks", ValueError, "^image_shape must be None for a network that begins with a",
     (a_cnn(), (4, 4))),
]  # fmt: skip


@pytest.mark.parametrize(("name", "error", "message", "arguments"), REFUSED)
def test_what_cannot_be_drawn_is_refused_by_name(name, error, message, arguments):
    with pytest.raises(error, match=message):
        getattr(plots, name)(*arguments)


def test_drawing_imports_no_pyplot_and_changes_no_setting():
    code = (
        "import sys, minprune as mp, matplotlib\nbefore = matplotlib.rcParams['font.family']\n"
        "mp.plots.confusion_matrix([[1, 2], [3, 4]])._repr_png_()\n"
        "print('matplotlib.pyplot' in sys.modules, before == matplotlib.rcParams['font.family'])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False True\n" and not run.stderr
