"""Curves: the course of a training, what each layer can lose, accuracy against sparsity."""

from collections.abc import Mapping
from itertools import cycle

import numpy as np
from matplotlib.ticker import MaxNLocator

from minprune.arguments import fraction, listed, share, shown
from minprune.nn.history import Epoch
from minprune.plots.page import (
    BLUE,
    GREY,
    ORANGE,
    legend_below,
    legible,
    page,
    percents,
    styles,
)
from minprune.pruning.sensitivity import Sensitivity

PANELS = (  # label of the axis, fields of an `Epoch`, factor
    ("loss", "loss", "validation_loss", 1),
    ("accuracy, %", "accuracy", "validation_accuracy", 100),
)
KINDS = "training", "validation"
DASHES = "-", "--", ":", "-."
MANY = 30  # epochs; from here on a line has no markers


def history(history, figure=None):
    """Learning curves: loss and accuracy of training and of validation by epoch.

    history  what `mp.fit` returns, or several by name: {"dense": one, "pruned": other}
    figure   a Matplotlib figure to draw into; None: a new one
    returns the figure; a panel or line without data is left out. A star marks the best epoch if it
    is not the last. Training is measured while an epoch runs, validation after it

    >>> epochs = [Epoch(1, 0.9, 0.7, 0.6, 0.8, 1.0), Epoch(2, 0.5, 0.85, 0.5, 0.84, 1.0)]
    >>> [axes.get_ylabel() for axes in history(epochs).axes]
    ['loss', 'accuracy, %']
    """
    runs = _runs(history)
    panels = [p for p in PANELS if any(_known(run, f) for _, run in runs for f in p[1:3])]
    with page(figure, 4.6 * len(panels), 3.8) as figure:
        rows = figure.subplots(1, len(panels), squeeze=False)
        for axes, panel in zip(rows[0], panels, strict=True):
            for (name, run), style in zip(runs, styles(len(runs)), strict=True):
                colors = [style["color"]] * 2 if name else [ORANGE, BLUE]
                _learning_curves(axes, name, run, panel, colors)
            axes.set(xlabel="epoch", ylabel=panel[0])
            axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
            _hold(axes, panel[3])
            axes.grid(alpha=0.3)
        legend_below(figure, columns=3 if len(runs) == 1 else 2)
    return figure


def _runs(history):
    """The histories as pairs of a name, "" for a single one, and a list; or an error."""
    runs = dict(history) if isinstance(history, Mapping) else {"": history}
    for name, run in runs.items():
        if not isinstance(run, list):
            runs[name] = listed("history", run, "epochs, as mp.fit returns it")
        for epoch in runs[name]:
            if not isinstance(epoch, Epoch):
                raise TypeError(
                    f"history must be what mp.fit returns, or a dict of such, got {shown(epoch)}"
                )
    if not runs or not all(runs.values()):
        raise ValueError("history must hold at least one epoch")
    return list(zip(legible(runs, widest=60), runs.values(), strict=True))


def _known(run, field):
    return any(getattr(epoch, field) is not None for epoch in run)


def _learning_curves(axes, name, run, panel, colors):
    """The lines of one history in one panel, and a star at its best epoch."""
    _, *fields, factor = panel
    prefix, best = f"{name}, " if name else "", getattr(run, "best", None)
    for kind, field, color, look in zip(KINDS, fields, colors, ("s--", "o-"), strict=True):
        known = [e for e in run if getattr(e, field) is not None]
        if known:
            points = [e.number for e in known], [factor * getattr(e, field) for e in known]
            size = {"mfc": "none", "ms": 8} if kind == "training" else {"ms": 5}  # both are seen
            axes.plot(*points, look if len(run) < MANY else look[1:], color=color,
                      label=prefix + kind, **size)  # fmt: skip
    if best is not None and best.number < run[-1].number:
        label = "best epoch" if name else f"best epoch: {best.number}"
        values = [v for field in fields if (v := getattr(best, field)) is not None]
        for value in values[-1:]:  # of validation, if there is any
            axes.plot(best.number, factor * value, "*", color=colors[1], markersize=14,
                      markeredgecolor="black", label=label)  # fmt: skip


def _hold(axes, factor):
    """Limits that show all the points."""
    x, y = (np.concatenate([line.get_data()[i] for line in axes.lines]) for i in (0, 1))
    if factor == 100:
        percents(axes, y)
    elif (y >= 0).all() and np.isfinite(y).all():
        axes.set_ylim(0, 1.06 * y.max() or 1)
    if np.ptp(x) == 0:
        axes.set_xlim(x[0] - 0.5, x[0] + 0.5)


def sensitivity(scan, figure=None):
    """Performance against the sparsity of one layer at a time: a line for each layer.

    scan    what `mp.sensitivity_scan` returns
    figure  a Matplotlib figure to draw into; None: a new one
    returns the figure; a grey line marks the performance with nothing pruned

    >>> scan = Sensitivity(["0.W", "2.W"], [0.5, 0.9], np.array([[0.9, 0.7], [0.9, 0.8]]), 0.92)
    >>> [line.get_label() for line in sensitivity(scan).axes[0].lines]
    ['nothing pruned: 0.92', '0.W', '2.W']
    """
    if not isinstance(scan, Sensitivity):
        raise TypeError(f"scan must be what mp.sensitivity_scan returns, got {shown(scan)}")
    n = len(scan.names)
    columns = -(-n // 16)
    with page(figure, 6.5 + 1.3 * columns, 4.4) as figure:
        axes = figure.subplots()
        axes.axhline(scan.baseline, color=GREY, linewidth=1,
                     label=f"nothing pruned: {scan.baseline:.4g}")  # fmt: skip
        x = [100 * s for s in scan.sparsities]
        for name, y, style in zip(scan.names, scan.performance, styles(n), strict=True):
            axes.plot(x, y, **style, markersize=5, label=name)
        axes.set(xlabel="sparsity of one layer, %, all others as they are", ylabel="performance")
        axes.grid(alpha=0.3)
        figure.legend(loc="outside right upper", title="pruned layer", fontsize=9, ncols=columns)
    return figure


def accuracy_against_sparsity(curves, baseline=None, figure=None):
    """Accuracy of pruned networks against sparsity: the whole range, and its top five % points.

    curves    {label: (sparsities, accuracies)}, fractions
    baseline  accuracy of the dense network, drawn as a line; or several, {label: accuracy}
    figure    a Matplotlib figure to draw into; None: a new one
    returns the figure; the axis of the sparsities is spaced by compression: 50 %, 75 % and 87.5 %
    are equally far apart

    >>> curves = {"fine-tuned": ([0.5, 0.9], [0.98, 0.97])}
    >>> whole, top = accuracy_against_sparsity(curves, baseline=0.982).axes
    >>> whole.lines[1].get_xdata().round(2), whole.lines[1].get_ydata()
    (array([1.  , 3.32]), array([98., 97.]))
    """
    curves = _checked_curves(curves)
    if not isinstance(baseline, Mapping):
        baseline = {} if baseline is None else {"dense": baseline}
    levels = [100 * share("baseline", accuracy) for accuracy in baseline.values()]
    with page(figure, 9, 4.6) as figure:
        whole, top = figure.subplots(1, 2)
        for axes in (whole, top):
            for dash, name, level in zip(
                cycle(DASHES), legible(baseline, widest=60), levels, strict=False
            ):
                axes.axhline(level, color=GREY, linestyle=dash, linewidth=1,
                             label=f"{name}: {level:.2f} %")  # fmt: skip
            for k, (name, _, x, y) in enumerate(curves):
                axes.plot(x, y, DASHES[k % 4], **styles(len(curves))[k], label=name)
            _compression_ticks(axes, {s for _, sparsities, *_ in curves for s in sparsities})
            axes.set(xlabel="sparsity, % (spaced by compression)", ylabel="accuracy, %")
            axes.grid(alpha=0.3)
        highest = max(np.max(line.get_ydata()) for line in whole.lines)
        whole.set_ylim(0, 102)
        top.set_ylim(highest - 5, highest + 0.5)
        whole.set_title("whole range", fontsize=10)
        top.set_title("top five points", fontsize=10)
        legend_below(figure, columns=2)
    return figure


def _checked_curves(curves):
    """The curves as a list of (name, sparsities, compressions, percentages)."""
    if not isinstance(curves, Mapping) or not curves:
        raise TypeError(
            f"curves must be {{label: (sparsities, accuracies)}}, at least one, got {shown(curves)}"
        )
    found = []
    for name, (label, curve) in zip(legible(curves, widest=60), curves.items(), strict=True):
        if len(listed(f"curves[{label!r}]", curve, "sparsities and accuracies")) != 2:
            raise ValueError(
                f"curves[{label!r}] must be (sparsities, accuracies), got {len(curve)} values"
            )
        sparsities, accuracies = curve
        sparsities = [fraction("sparsity", s) for s in sparsities]
        accuracies = [100 * share("accuracy", a) for a in accuracies]
        if len(sparsities) != len(accuracies) or not sparsities:
            raise ValueError(
                f"curves[{label!r}] must have as many accuracies as sparsities, at least one, got "
                f"{len(accuracies)} and {len(sparsities)}"
            )
        found.append((name, sparsities, -np.log2(1 - np.array(sparsities)), np.array(accuracies)))
    return found


def _compression_ticks(axes, sparsities):
    """Ticks at these sparsities, spaced by compression; where they are dense, not at all of them.

    A tick is left out if its number would touch that of the next higher one.
    """
    at = {s: -np.log2(1 - s) for s in sorted(sparsities, reverse=True)}
    whole, ticks, free = max(at.values()) - min(at.values()), {}, np.inf
    for s, x in at.items():
        room = (0.025 + 0.0125 * len(text := f"{100 * s:.6g}")) * whole
        if x + room <= free:
            ticks[x], free = text, x - room
    axes.set_xticks([*ticks][::-1], [*ticks.values()][::-1])
