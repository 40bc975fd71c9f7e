"""The pictures of the main job, in colours that every eye tells apart (Okabe and Ito's)."""

import math

import numpy as np
from matplotlib.figure import Figure

BLUE, ORANGE, GREEN, GREY, LIGHT = "#0072B2", "#D55E00", "#009E73", "#666666", "#DDDDDD"


def accuracy_figure(result):
    """Test accuracy against sparsity: pruned only, fine-tuned, random control; whole and top."""
    figure = Figure(figsize=(9, 4.4), layout="constrained", dpi=120)
    whole, top = figure.subplots(1, 2)
    x = [-math.log2(1 - p.sparsity) for p in result.curve]
    _, finetuned, *_ = result.models
    dense = 100 * finetuned.accuracy  # it had as many epochs as the pruned networks
    lines = {
        "smallest weights pruned, fine-tuned": ("finetuned", BLUE, "o", "-"),
        "smallest weights pruned only": ("pruned", ORANGE, "s", "--"),
        "random weights pruned, fine-tuned": ("random", GREEN, "^", ":"),
    }
    for axes in (whole, top):
        axes.axhline(dense, color=GREY, linewidth=1, label=f"dense, fine-tuned: {dense:.2f} %")
        for label, (field, color, marker, style) in lines.items():
            y = [100 * getattr(p, field) for p in result.curve]
            axes.plot(x, y, style, color=color, marker=marker, label=label)
        axes.set_xticks(x, [f"{100 * p.sparsity:g}" for p in result.curve])
        axes.set_xlabel("sparsity of the weights, % (spaced by compression)")
        axes.set_ylabel(f"test accuracy on {result.dataset}, %")
        axes.grid(alpha=0.3)
    whole.set_ylim(0, 102)
    whole.legend(loc="lower left", fontsize=9)
    best = max([dense, *(100 * p.finetuned for p in result.curve)])
    top.set_ylim(best - 5, best + 0.5)
    whole.set_title("whole range", fontsize=10)
    top.set_title("top five points", fontsize=10)
    figure.suptitle("Test accuracy after pruning: the smallest weights, or as many at random")
    return figure


def weights_figure(result):
    """Histograms of the weights of every layer: dense, and pruned and fine-tuned."""
    before, after = list(result.dense.weights.values()), list(result.pruned.weights.values())
    figure = Figure(figsize=(4.5 * len(before), 4.4), layout="constrained", dpi=120)
    for l, axes in enumerate(np.atleast_1d(figure.subplots(1, len(before)))):
        w, kept = before[l].value.ravel(), after[l].value[after[l].mask]
        limit = max(np.abs(w).max(), np.abs(kept).max())
        bins = np.linspace(-limit, limit, 82)  # 81 bins, the middle one around 0
        axes.hist(w, bins, color=GREY, alpha=0.6, label="dense")
        axes.hist(kept, bins, histtype="step", color=BLUE, linewidth=1.5,
                  label="pruned, fine-tuned")  # fmt: skip
        axes.set_yscale("log")
        axes.set_ylim(0.8)
        axes.set_title(f"layer {l + 1}: {kept.size:,} of {w.size:,} kept", fontsize=10)
        axes.set_xlabel("value of the weight")
        axes.set_ylabel("number of weights (log scale)")
    figure.axes[0].legend(loc="upper right", fontsize=9)
    figure.suptitle("Weights near 0 are pruned, the others fine-tuned")
    return figure


def masks_figure(result):
    """The first layer's mask as images: one per hidden unit (64 at most), and their sum.

    A pixel with channels is kept where one of them is. Of features, units stand over features.
    """
    mask = next(iter(result.pruned.weights.values())).mask  # (pixels, units)
    if len(result.shape) == 1:
        return _features_figure(mask)
    images = mask.T.reshape(-1, *result.shape)  # (units, H, W) or (units, H, W, C)
    if images.ndim == 4:
        images = images.any(axis=3)
    shown = images[:64]
    across = math.ceil(math.sqrt(len(shown)))
    figure = Figure(figsize=(9.6, 5.15), layout="constrained", dpi=120)
    left, right = figure.subplots(1, 2)
    left.imshow(tiled(shown, across), cmap="gray_r", vmin=0, vmax=1)
    left.set(xticks=[], yticks=[], facecolor=LIGHT)
    name_tiles(left, ~shown.any(axis=(1, 2)), shown.shape[1:], across, "no\ninput", GREY)
    which = f"{len(images)}" if len(images) <= 64 else f"first 64 of {len(images)}"
    left.set_title(f"inputs kept by the {which} units (black)", fontsize=10)
    counts = right.imshow(images.sum(axis=0), cmap="viridis", vmin=0)
    figure.colorbar(counts, ax=right, label="units", fraction=0.05)
    right.set(xlabel="column of the image", ylabel="row of the image")
    right.set_title("units that read each pixel", fontsize=10)
    figure.suptitle(
        f"What the hidden units still read: {mask.sum():,} of {mask.size:,} connections"
    )
    return figure


def _features_figure(mask):
    """The mask of the first layer, (features, units): units over features, and their sum."""
    figure = Figure(figsize=(9.6, 5.15), layout="constrained", dpi=120)
    left, right = figure.subplots(1, 2)
    left.imshow(mask.T, cmap="gray_r", vmin=0, vmax=1, aspect="auto", interpolation="nearest")
    left.set(xlabel="feature", ylabel="hidden unit")
    left.set_title("inputs kept by each unit (black)", fontsize=10)
    right.bar(range(len(mask)), mask.sum(axis=1), color=BLUE)
    right.set(xlabel="feature", ylabel="units")
    right.set_title("units that read each feature", fontsize=10)
    for axes in (left, right):
        axes.xaxis.get_major_locator().set_params(integer=True)
    left.yaxis.get_major_locator().set_params(integer=True)
    figure.suptitle(
        f"What the hidden units still read: {mask.sum():,} of {mask.size:,} connections"
    )
    return figure


def tiled(images, across, between=np.nan):
    """Images (n, H, W, ...) as one, `across` in a row, with a line of `between` around each."""
    n, h, w, *rest = images.shape
    down = -(-n // across)
    page = np.full((down, h + 1, across, w + 1, *rest), between)
    for k, image in enumerate(images):
        page[k // across, :h, k % across, :w] = image
    return page.reshape(down * (h + 1), across * (w + 1), *rest)[:-1, :-1]


def name_tiles(axes, which, shape, across, name, color):
    """Write a name into those tiles of a page of `tiled`, given as a boolean vector."""
    h, w = shape
    for k in np.flatnonzero(which):
        middle = k % across * (w + 1) + (w - 1) / 2, k // across * (h + 1) + (h - 1) / 2
        axes.text(*middle, name, ha="center", va="center", fontsize=9, color=color)
