"""The pictures of `run cnn`, in colours that every eye tells apart (Okabe and Ito's)."""

import math

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize, to_rgba
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, LogLocator, MaxNLocator, NullFormatter

from minprune.experiments.cnn import threshold_name, units_name, weights_name
from minprune.report.figures import BLUE, GREEN, GREY, ORANGE, tiled

PURPLE, BLACK = "#CC79A7", "#000000"
STYLES = {  # kind of pruning -> label, colour, marker, line
    "weights": ("smallest weights masked", BLUE, "o", "-"),
    "units": ("filters and neurons removed", ORANGE, "s", "-"),
    "both": ("removed, then masked", GREEN, "D", "none"),
    "control": ("as many at random", GREY, "x", "none"),
    "none": ("dense, fine-tuned", BLACK, "*", "none"),
}
TICKS = 0, 50, 70, 80, 85, 90, 93, 95, 96, 97, 98, 98.5, 99, 99.3, 99.5, 99.7, 99.9, 100
LABELS = {  # kind of pruning -> where the name stands beside its point
    "weights": {"xytext": (0, 7), "ha": "center"},
    "units": {"xytext": (0, -12), "ha": "center"},
    "control": {"xytext": (6, -3), "ha": "left"},
}
LINES = (  # of the learning curves, in this order
    {"color": GREY, "marker": ".", "linestyle": ":"},
    {"color": BLUE, "marker": "o", "linestyle": "-"},
    {"color": ORANGE, "marker": "s", "linestyle": "-"},
    {"color": GREEN, "marker": "^", "linestyle": "--"},
    {"color": PURPLE, "marker": "v", "linestyle": "--"},
)


def learning_figure(result):
    """Validation accuracy after every epoch: dense before and after, and of the pruned networks."""
    figure = Figure(figsize=(9, 4.5), layout="constrained", dpi=120)
    axes = figure.subplots()
    dense = [100 * epoch.validation_accuracy for epoch in result.history]
    done = len(dense)
    axes.plot(range(1, done + 1), dense, color=BLACK, marker=".", label="dense")
    shown = _shown(result)
    for (name, curve), style in zip(shown.items(), LINES, strict=False):
        after = [100 * epoch.validation_accuracy for epoch in curve.history]
        x = range(done, done + len(after) + 1)
        axes.plot(x, [100 * curve.pruned, *after], **style, label=name)
    after = [*dense, *(100 * e.validation_accuracy for c in shown.values() for e in c.history)]
    start = [100 * c.pruned for c in shown.values()]  # below 90 it was hardly a network
    _space_by_error(axes, [*after, *(a for a in start if a >= min(90, *after))])
    axes.annotate("pruned here", (done, axes.get_ylim()[0]), (4, 4), textcoords="offset points",
                  color=GREY, fontsize=8)  # fmt: skip
    axes.axvline(done, color=GREY, linewidth=0.8)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("epoch")
    axes.set_ylabel(f"validation accuracy on {result.dataset}, % (spaced by error)")
    axes.grid(alpha=0.3)
    axes.legend(loc="lower left", fontsize=8)
    return figure


def _shown(result):
    """The curves that tell the story: dense, as the settings prune, and as the document does."""
    settings = result.settings
    theta = threshold_name(settings.theta)
    names = ["dense, fine-tuned", weights_name(settings.sparsity)]
    names.append(units_name(settings.unit_sparsity))
    names += [theta, f"{theta}, unmasked"]
    return {name: result.curves[name] for name in names if name in result.curves}


def kernels_figure(result):
    """The kernels of the first layer: dense, pruned by rank, and those that are left."""
    rows = {
        "dense": result.dense,
        "smallest weights\npruned (black)": result.pruned,
        "filters removed": result.shrunk,
    }
    kernels = {name: network.layers[0].K for name, network in rows.items()}
    most = max(K.value.shape[3] for K in kernels.values())
    limit = max(np.abs(K.value).max() for K in kernels.values())
    across = min(most, 16)
    colors = ScalarMappable(Normalize(-limit, limit), "RdBu_r")
    down = math.ceil(most / across) * len(rows)
    figure = Figure(figsize=(2.6 + 0.5 * across, 0.9 + 0.5 * down), layout="constrained", dpi=120)
    figure.suptitle("Kernels of the first layer", fontsize=11)
    panels = figure.subplots(len(rows), 1, squeeze=False)[:, 0]
    for axes, (name, K) in zip(panels, kernels.items(), strict=True):
        images = np.moveaxis(K.value[:, :, 0], -1, 0)  # (filters, k_h, k_w)
        shown = colors.cmap(colors.norm(images))  # and their four colours
        if K.mask is not None:
            shown[np.moveaxis(~K.mask[:, :, 0], -1, 0)] = to_rgba("black")
        missing = np.ones((most - len(shown), *shown.shape[1:]))
        axes.imshow(tiled(np.concatenate([shown, missing]), across, 1.0))
        axes.set(xticks=[], yticks=[], frame_on=False, anchor="W")
        axes.set_ylabel(name, rotation=0, ha="right", va="center", fontsize=9)
    figure.colorbar(colors, ax=panels, label="weight", shrink=0.7)
    return figure


def costs_figure(result):
    """Test accuracy against multiply-accumulates, and against bytes of the file."""
    figure = Figure(figsize=(10, 4.2), layout="constrained", dpi=120)
    costs = {
        "multiply-accumulates of nonzero weights, one image": lambda m: m.nonzero_macs,
        "bytes of the file": lambda m: m.file_bytes,
    }
    for axes, (label, cost) in zip(figure.subplots(1, 2), costs.items(), strict=True):
        for kind, (name, color, marker, line) in STYLES.items():
            models = [m for m in result.models if m.kind == kind and m.name != "dense"]
            if not models:
                continue
            x, y = [cost(m) for m in models], [100 * m.accuracy for m in models]
            axes.plot(x, y, color=color, marker=marker, linestyle=line, label=name)
            for m in models if kind in LABELS else ():
                control = kind == "control"  # of weights or of units: it says which
                name = m.name.removesuffix(", at random") if control else m.name.split(" of ")[0]
                axes.annotate(name, (cost(m), 100 * m.accuracy), textcoords="offset points",
                              fontsize=7, color=color, **LABELS[kind])  # fmt: skip
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_major_formatter(EngFormatter(sep=""))
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.set_xlabel(f"{label} (log scale)")
        axes.set_ylabel(f"test accuracy on {result.dataset}, % (spaced by error)")
        _space_by_error(axes, [a for line in axes.lines for a in line.get_ydata()])
        axes.grid(alpha=0.3)
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), fontsize=8)
    return figure


def _space_by_error(axes, percents):
    """Let the axis of accuracies give 98 to 99 the room of 96 to 98, and hold all of these."""

    def forward(percent):
        return -np.log(np.maximum(100.1 - np.asarray(percent), 1e-3))  # 100 % has its place too

    low = min(percents) - 0.25 * (100.1 - min(percents))
    high = min(max(percents) + 0.2 * (100.1 - max(percents)), 100.05)
    axes.set_yscale("function", functions=(forward, lambda spaced: 100.1 - np.exp(-spaced)))
    ticks = [t for t in TICKS if low <= t <= high]
    axes.set_yticks(ticks, [f"{t:g}" for t in ticks])
    axes.set_ylim(low, high)
