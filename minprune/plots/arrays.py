"""Arrays as pictures: the weights, what masks keep, and which classes are confused."""

import math

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize, PowerNorm, to_rgba
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter, StrMethodFormatter

from minprune.arguments import counted, finite_array, listed, number_array, shape_of
from minprune.nn.network import checked_network
from minprune.plots.page import BLUE, GREY, LIGHT, legend_below, legible, name_tiles, page, tiled

TILES = 64  # units or filters that are shown at most
CHANNELS = 3  # of the input of a convolution that are shown at most
MOST_TICKS = 50  # on one axis of a confusion matrix
RULED = 40  # units and features at most that have lines between them
NUMBERED = 20  # classes at most whose counts are written into the cells


def weights(before, after, labels=("dense", "pruned"), figure=None):
    """Histograms of the weights of every layer, dense and pruned.

    before, after  networks with the same weight arrays; of `after` only the kept weights are drawn,
                   those that its masks keep, or without a mask those that are not 0
    labels         of the two in the legend
    figure         a Matplotlib figure to draw into; None: a new one
    returns the figure; a logarithmic axis counts the weights

    >>> import minprune as mp
    >>> dense = mp.mlp([4, 3, 2], rng=0)
    >>> pruned = dense.copy()
    >>> masks = mp.prune_by_magnitude(pruned, 0.5)
    >>> [axes.get_title() for axes in weights(dense, pruned).axes]
    ['0.W: 5 of 12 kept', '2.W: 4 of 6 kept']
    """
    before = checked_network("before", before).weights
    after = checked_network("after", after).weights
    if [*before] != [*after] or not before:
        raise ValueError(
            "before and after must have weight arrays of the same names, at least one, got "
            f"{[*before]} and {[*after]}"
        )
    if len(labels := listed("labels", labels, "two labels")) != 2:
        raise ValueError(f"labels must be two, of before and after, got {len(labels)}")
    labels = legible(labels, widest=60)
    for argument, arrays in (("before", before), ("after", after)):
        for name, weight in arrays.items():
            finite_array(f"{argument}.weights[{name!r}]", weight.value)
    columns = min(len(before), 4)
    rows = -(-len(before) // columns)
    with page(figure, max(3.2 * columns, 5), 0.8 + 2.9 * rows) as figure:
        panels = figure.subplots(rows, columns, squeeze=False)
        for axes, name in zip(panels.flat, before, strict=False):
            w, kept = before[name].value.ravel(), after[name].value[kept_of(after[name])]
            limit = max(np.abs(v).max(initial=0) for v in (w, kept)) or 1
            bins = np.linspace(-limit, limit, 82)  # 81 bins, the middle one around 0
            axes.stairs(*np.histogram(w, bins), fill=True, color=GREY, alpha=0.6, label=labels[0])
            axes.stairs(*np.histogram(kept, bins), color=BLUE, linewidth=1.5, label=labels[1])
            axes.set_yscale("log")
            axes.set_ylim(0.8)
            axes.yaxis.set_major_locator(LogLocator(subs=(1, 3)))
            axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
            axes.yaxis.set_minor_formatter(NullFormatter())
            axes.set_xlabel("value of the weight")
            axes.set_title(f"{name}: {kept.size:,} of {w.size:,} kept", fontsize=10)
        for axes in panels.flat[len(before) :]:
            axes.remove()
        for axes in panels[:, 0]:
            axes.set_ylabel("number of weights (log scale)")
        legend_below(figure, 2)
    return figure


def kept_of(weight):
    """The mask of a parameter; without one, what is not 0 is kept."""
    return weight.value != 0 if weight.mask is None else weight.mask


def masks(network, image_shape=None, feature_names=None, figure=None):
    """The mask of the first layer: the inputs that its units still read.

    network      of a dense layer the mask is drawn, of a convolution the kernels in colours, what
                 is pruned black; without a mask every weight that is 0 counts as pruned
    image_shape  (height, width) or (height, width, channels) of the images that a dense layer
                 reads: then one image for each unit, 64 at most, and the number of units that read
                 each pixel, in any of its channels; None: the shape that the network begins with,
                 if it is that of images, otherwise units over features
    feature_names  one for each input of a dense layer, such as `data.feature_names`; shown for 40
                 inputs at most; None: their numbers
    figure       a Matplotlib figure to draw into; None: a new one
    returns the figure

    >>> import minprune as mp
    >>> network = mp.mlp([12, 5, 2], rng=0)
    >>> kept = mp.prune_by_magnitude(network, 0.75)
    >>> [axes.get_title() for axes in masks(network, image_shape=(3, 4)).axes[:2]]
    ['inputs kept by the 5 units (black)', 'units that read each pixel']
    """
    weights = checked_network("network", network).weights
    if not weights:
        raise ValueError("network must have a layer with weights, got none")
    name, weight = next(iter(weights.items()))
    finite_array(f"network.weights[{name!r}]", weight.value)
    if weight.value.ndim == 4:
        if image_shape is not None:
            raise ValueError("image_shape must be None for a network that begins with a Conv2D")
        return _kernels(weight, figure)
    mask = kept_of(weight)  # (inputs, units)
    if image_shape is None and len(network.input_shape or ()) > 1:
        image_shape = network.input_shape
    if image_shape is None:
        return _mask_matrix(mask, _checked_names(feature_names, len(mask)), figure)
    shape = shape_of("image_shape", image_shape)
    if len(shape) not in (2, 3) or math.prod(shape) != len(mask):
        raise ValueError(
            f"image_shape must be (height, width) or (height, width, channels) of {len(mask)} "
            f"numbers, as many as the first layer reads, got {shape}"
        )
    images = mask.T.reshape(-1, *shape[:2], math.prod(shape[2:])).any(axis=3)  # (units, H, W)
    return _mask_images(mask, images, figure)


def _mask_images(mask, images, figure):
    tiles = images[:TILES]
    across = math.ceil(math.sqrt(len(tiles)))
    with page(figure, 9.6, 5.15) as figure:
        left, right = figure.subplots(1, 2)
        left.imshow(tiled(tiles, across), cmap="gray_r", vmin=0, vmax=1)
        left.set(xticks=[], yticks=[], facecolor=LIGHT)
        name_tiles(left, ~tiles.any(axis=(1, 2)), tiles.shape[1:], across, "no\ninput", GREY)
        which = f"{len(images)}" if len(images) <= TILES else f"first {TILES} of {len(images)}"
        left.set_title(f"inputs kept by the {which} units (black)", fontsize=10)
        readers = images.sum(axis=0)
        counts = right.imshow(readers, cmap="viridis", vmin=0, vmax=max(readers.max(), 1))
        figure.colorbar(counts, ax=right, label="units", fraction=0.05,
                        ticks=MaxNLocator(integer=True))  # fmt: skip
        right.set(xlabel="column of the image", ylabel="row of the image")
        _count_whole(right.xaxis, right.yaxis)
        right.set_title("units that read each pixel", fontsize=10)
        _title_connections(figure, mask)
    return figure


def _checked_names(names, inputs):
    """The names of the inputs as Matplotlib shows them; None if there are none, or too many."""
    if names is None:
        return None
    names = listed("feature_names", names, "names")
    if len(names) != inputs:
        raise ValueError(f"feature_names must be {inputs}, one for each input, got {len(names)}")
    return legible(names) if inputs <= RULED else None


def _mask_matrix(mask, names, figure):
    inputs, units = mask.shape
    with page(figure, 9.6, 5.15) as figure:
        left, right = figure.subplots(1, 2)
        left.imshow(mask.T, cmap="gray_r", vmin=0, vmax=1, aspect="auto", interpolation="nearest")
        left.set(xlabel="feature", ylabel="hidden unit")
        left.set_title("inputs kept by each unit (black)", fontsize=10)
        right.bar(range(inputs), mask.sum(axis=1), color=BLUE)
        right.set(xlabel="feature", ylabel="units")
        right.set_title("units that read each feature", fontsize=10)
        _count_whole(left.xaxis, left.yaxis, right.xaxis, right.yaxis)
        if max(mask.shape) <= RULED:
            left.set_xticks(np.arange(inputs + 1) - 0.5, minor=True)
            left.set_yticks(np.arange(units + 1) - 0.5, minor=True)
            left.grid(which="minor", color=LIGHT)
            left.tick_params(which="minor", length=0)
        if names:
            for axes in (left, right):
                axes.set_xticks(range(inputs), names, rotation=60, ha="right", fontsize=8,
                                rotation_mode="anchor")  # fmt: skip
        _title_connections(figure, mask)
        _lay_out(figure)
    return figure


def _lay_out(figure):
    """Place all parts once: what is saved is laid out once more, and long names need two times."""
    if isinstance(figure, Figure):
        figure.get_layout_engine().execute(figure)


def _count_whole(*axes):
    """Give each axis ticks at whole numbers only."""
    for axis in axes:
        axis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))


def _title_connections(figure, mask):
    figure.suptitle(
        f"What the hidden units still read: {mask.sum():,} of {mask.size:,} connections"
    )


def _kernels(weight, figure):
    height, width, channels, filters = weight.value.shape
    across = min(filters, 16)
    down = -(-min(filters, TILES) // across) * (height + 1)
    shown = min(channels, CHANNELS)
    colors = kernel_colors([weight])
    tall = shown * max(down * 8.4 / (across * (width + 1)), 0.5)
    with page(figure, 9, min(1.6 + tall, 12)) as figure:
        panels = figure.subplots(shown, 1, squeeze=False)[:, 0]
        for channel, axes in enumerate(panels):
            show_kernels(axes, weight, colors, across, channel, TILES)
            if channels > 1:
                axes.set_title(f"input channel {channel} of {channels}", fontsize=10)
        figure.colorbar(colors, ax=panels, label="weight", location="bottom", shrink=0.5,
                        aspect=40)  # fmt: skip
        gone, of = np.count_nonzero(~kept_of(weight)), weight.value.size
        which = counted(filters, "filter")
        if filters > TILES:
            which = f"first {TILES} of {which}"
        figure.suptitle(f"First layer, {which}: {gone:,} of {of:,} weights pruned (black)")
    return figure


def kernel_colors(weights):
    """The colours of these kernels, none of them near black: blue is negative, red positive."""
    limit = max(np.abs(weight.value).max() for weight in weights) or 1
    return ScalarMappable(Normalize(-limit, limit), "coolwarm")


def show_kernels(axes, weight, colors, across, channel=0, most=None):
    """One input channel of each filter, the first `most`, in colours, pruned weights black."""
    kernels, kept = (
        np.moveaxis(a[:, :, channel, :most], -1, 0) for a in (weight.value, kept_of(weight))
    )
    shown = colors.cmap(colors.norm(kernels))  # (filters, k, k, 4)
    shown[~kept] = to_rgba("black")
    axes.imshow(tiled(shown, across, 1.0))
    axes.set(xticks=[], yticks=[], frame_on=False)
    dead = ~kept_of(weight)[..., :most].any(axis=(0, 1, 2))  # in every channel
    name_tiles(axes, dead, kernels.shape[1:], across, "none\nleft", "white")


def confusion_matrix(counts, class_names=None, figure=None):
    """Confusion matrix in colours: the true classes by the predicted ones.

    counts       what `mp.confusion_matrix` returns: a row for each true class, a column for each
                 predicted one
    class_names  one for each class; None: their numbers. A name for which no font is installed is
                 replaced by its number
    figure       a Matplotlib figure to draw into; None: a new one
    returns the figure; a colour is a share of its row, the true class; of 20 classes at most the
    counts are written into the cells

    >>> figure = confusion_matrix([[8, 2], [0, 5]], ["cat", "dog"])
    >>> figure.axes[0].get_title(), [text.get_text() for text in figure.axes[0].texts]
    ('13 of 15 right: 86.67 %', ['8', '2', '5'])
    """
    counts = _checked_counts(counts)
    n = len(counts)
    if class_names is None:
        class_names = range(n)
    names = listed("class_names", class_names, "names")
    if len(names) != n:
        raise ValueError(f"class_names must be {n}, one for each class, got {len(names)}")
    names = legible(names)
    widest = max(map(len, names))
    side = min(max(0.45 * n, 2.6), 9) + 0.07 * widest
    with page(figure, side + 1.9, side + 0.9) as figure:
        axes = figure.subplots()
        shares = 100 * counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        shown = axes.imshow(shares, cmap="Blues", norm=PowerNorm(0.5, 0, 100))
        bar = figure.colorbar(shown, ax=axes, label="share of the true class, %", fraction=0.05)
        bar.set_ticks([0, 1, 5, 10, 25, 50, 75, 100])
        if n <= NUMBERED:
            for (i, j), count in np.ndenumerate(counts):
                if count:
                    axes.text(j, i, f"{count}", ha="center", va="center", fontsize=8,
                              color="white" if shares[i, j] > 40 else "black")  # fmt: skip
        ticks = range(0, n, -(-n // MOST_TICKS))
        turn = {}
        if widest > 3 or n > NUMBERED:
            turn = {"rotation": 60, "ha": "right", "rotation_mode": "anchor"}
        axes.set_xticks(ticks, [names[k] for k in ticks], **turn)
        axes.set_yticks(ticks, [names[k] for k in ticks])
        axes.set(xlabel="predicted class", ylabel="true class")
        right, total = int(np.trace(counts)), int(counts.sum())
        axes.set_title(f"{right:,} of {total:,} right: {right / total:.2%}".replace("%", " %"))
        _lay_out(figure)
    return figure


def _checked_counts(counts):
    """The counts as a square array of whole numbers; an error that names it otherwise."""
    counts = number_array("counts", counts)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or not counts.size:
        raise ValueError(
            f"counts must be a square matrix (classes, classes), got shape {counts.shape}"
        )
    if counts.dtype.kind not in "iu":
        raise TypeError(f"counts must be whole numbers, got dtype {counts.dtype}")
    if counts.min() < 0 or not counts.any():
        raise ValueError("counts must be >= 0, and not all 0")
    return counts
