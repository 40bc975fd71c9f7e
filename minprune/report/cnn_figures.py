"""The pictures of `run cnn`."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, LogLocator, MaxNLocator, NullFormatter
from matplotlib.transforms import Bbox

from minprune.arguments import counted
from minprune.experiments.cnn import threshold_name, units_name, weights_name
from minprune.plots.arrays import kernel_colors, show_kernels
from minprune.plots.page import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE

STYLES = {  # kind of pruning -> label, colour, marker, line
    "weights": ("smallest weights masked", BLUE, "o", "-"),
    "units": ("filters and neurons removed", ORANGE, "s", "-"),
    "both": ("removed, then masked", GREEN, "D", "none"),
    "control": ("as many at random", GREY, "x", "none"),
    "none": ("dense, fine-tuned", BLACK, "*", "none"),
}
TICKS = 0, 50, 70, 80, 85, 90, 93, 95, 96, 97, 98, 98.5, 99, 99.3, 99.5, 99.7, 99.9, 100
NAMED = "weights", "units", "control"  # kinds whose points have their share beside them
PLACES = (  # of a name beside its point: offset in points, and how it is aligned there
    (0, 6, "center", "bottom"), (0, -7, "center", "top"),
    (7, 0, "left", "center"), (-7, 0, "right", "center"),
    (6, 6, "left", "bottom"), (-6, 6, "right", "bottom"),
    (6, -6, "left", "top"), (-6, -6, "right", "top"),
)  # fmt: skip
LINES = (  # of the learning curves, in this order
    {"color": GREY, "marker": ".", "linestyle": ":"},
    {"color": BLUE, "marker": "o", "linestyle": "-"},
    {"color": ORANGE, "marker": "s", "linestyle": "-"},
    {"color": GREEN, "marker": "^", "linestyle": "--"},
    {"color": PURPLE, "marker": "v", "linestyle": "--"},
)


def learning_figure(result):
    """Validation accuracy after every epoch: dense before and after, and of the pruned networks."""
    figure = Figure(figsize=(9, 4.8), layout="constrained", dpi=120)
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
    axes.annotate("pruned here", (done, 1), (0, 3), xycoords=axes.get_xaxis_transform(),
                  textcoords="offset points", ha="center", color=GREY, fontsize=9)  # fmt: skip
    axes.axvline(done, color=GREY, linewidth=0.8)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("epoch")
    axes.set_ylabel(f"validation accuracy on {result.dataset}, % (spaced by error)")
    axes.grid(alpha=0.3)
    figure.suptitle("Validation accuracy: training, pruning, fine-tuning")
    axes.legend(fontsize=9)
    return figure


def _shown(result):
    """The curves that tell the story: dense, as the settings prune, and as the document does."""
    settings = result.settings
    theta, weights = threshold_name(settings.theta), weights_name(settings.sparsity)
    units = units_name(settings.unit_sparsity)
    names = {
        "dense, fine-tuned": "dense, fine-tuned",
        f"{weights} masked": weights,
        f"{units} removed": units,
        theta: theta,
        f"{theta}, mask dropped": f"{theta}, unmasked",
    }
    return {s: result.curves[name] for s, name in names.items() if name in result.curves}


def kernels_figure(result):
    """The kernels of the first layer: dense, pruned by rank, and those that are left."""
    networks = result.dense, result.pruned, result.shrunk
    dense, pruned, shrunk = kernels = [network.layers[0].K for network in networks]
    gone = 0 if pruned.mask is None else np.count_nonzero(~pruned.mask)
    filters = dense.value.shape[3]
    titles = (
        f"dense: {counted(filters, 'filter')}",
        f"fine-tuned, {gone} of {pruned.value.size} weights pruned (black)",
        f"fine-tuned, {shrunk.value.shape[3]} of {counted(filters, 'filter')} left",
    )
    colors, across = kernel_colors(kernels), min(filters, 16)
    rows = [-(-K.value.shape[3] // across) * (len(K.value) + 1) - 1 for K in kernels]
    figure = Figure(figsize=(9, 2.4 + min(0.14, 2 / rows[0]) * sum(rows)), layout="constrained",
                    dpi=120)  # fmt: skip
    title = "First layer: pruning takes single weights, removal takes whole filters"
    channels = dense.value.shape[2]
    figure.suptitle(title + (f" (first of {channels} channels)" if channels > 1 else ""))
    panels = figure.subplots(len(rows), 1, squeeze=False, height_ratios=rows)[:, 0]
    for axes, title, K in zip(panels, titles, kernels, strict=True):
        show_kernels(axes, K, colors, across)
        axes.set_title(title, fontsize=10)
    figure.colorbar(colors, ax=panels, label="weight", location="bottom", shrink=0.5, aspect=40)
    return figure


def costs_figure(result):
    """Test accuracy against multiply-accumulates, and against bytes of the file.

    Of random pruning, accuracies far below all others stand as numbers at the lower edge.
    """
    figure = Figure(figsize=(10, 4.8), layout="constrained", dpi=120)
    costs = {
        "multiply-accumulates of nonzero weights, one image": lambda m: m.nonzero_macs,
        "bytes of the file": lambda m: m.file_bytes,
    }
    models = [m for m in result.models if m.kind in STYLES and m.name != "dense"]
    least = min(100 * m.accuracy for m in models if m.kind != "control")
    least -= 0.5 * (100.1 - least)  # what has more than one and a half times that error is outside
    for axes, (label, cost) in zip(figure.subplots(1, 2), costs.items(), strict=True):
        for kind, (name, color, marker, line) in STYLES.items():
            points = [(cost(m), 100 * m.accuracy) for m in models if m.kind == kind]
            if points:
                axes.plot(*zip(*points, strict=True), color=color, marker=marker, linestyle=line,
                          label=name)  # fmt: skip
        axes.set_xscale("log")
        axes.margins(x=0.08)
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_major_formatter(EngFormatter(sep=""))
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.set_xlabel(f"{label} (log scale)")
        axes.set_ylabel(f"test accuracy on {result.dataset}, % (spaced by error)")
        inside = [100 * m.accuracy for m in models if 100 * m.accuracy >= least]
        _space_by_error(axes, inside)
        axes.grid(alpha=0.3)
    figure.suptitle("What accuracy costs: farther left is cheaper, farther up is better")
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, fontsize=9)
    figure.get_layout_engine().execute(figure)  # places the axes, so that names can be placed
    for axes, cost in zip(figure.axes, costs.values(), strict=True):
        names = [
            (_share(m), STYLES[m.kind][1], cost(m), 100 * m.accuracy)
            for m in models
            if m.kind in NAMED
        ]
        _name_points(axes, names)
    return figure


def _share(model):
    """The share beside a model's point, "90 %"; of a control "90 % of weights"."""
    if model.kind == "control":
        return model.name.removesuffix(", at random")
    return model.name.split(" of ")[0]


def _name_points(axes, names):
    """Write (name, colour, x, y) beside points, on no point, no line and no other name.

    A point below the axes is named at the lower edge, with its y.
    """
    place, frame = axes.transData.transform, axes.get_window_extent()
    taken = []
    for line in axes.lines:
        x, y = place(line.get_xydata()).T
        taken += [Bbox.from_extents(a - 6, b - 6, a + 6, b + 6) for a, b in zip(x, y, strict=True)]
        if line.get_linestyle() != "None":
            at = np.linspace(0, len(x) - 1, 30 * len(x))
            steps = (np.interp(at, range(len(x)), values) for values in (x, y))
            taken += [Bbox.from_bounds(a, b, 1, 1) for a, b in zip(*steps, strict=True)]
    for name, color, x, y in names:
        below = y < (low := axes.get_ylim()[0])
        word = f"{name}: {y:.1f} %\n$\\downarrow$" if below else name
        word = axes.annotate(word, (x, max(y, low)), (0, 0), textcoords="offset points",
                             fontsize=9, color=color)  # fmt: skip
        for dx, dy, ha, va in PLACES[::4] if below else PLACES:
            word.set(position=(dx, dy), ha=ha, va=va)
            box = word.get_window_extent()
            fits = frame.containsx(box.x0) and frame.containsx(box.x1)
            if fits and not any(box.overlaps(other) for other in taken):
                break
        taken.append(box)


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
