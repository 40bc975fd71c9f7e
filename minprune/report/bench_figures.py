"""The pictures of `bench`, in colours that every eye tells apart (Okabe and Ito's)."""

import math
from itertools import cycle

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from minprune.arguments import counted
from minprune.bench.peers import ALL, ENGINE
from minprune.plots.page import BLUE, GREEN, GREY, ORANGE
from minprune.report.bench_table import cells_of, cells_with
from minprune.report.cnn_figures import BLACK, PURPLE

SKY, AMBER, BROWN, RED = "#56B4E9", "#E69F00", "#8C564B", "#B2182B"
STYLES = {  # library -> colour, marker
    ENGINE: (BLACK, "*"),
    "dense": (GREY, "x"),
    "numpy": (BLUE, "o"),
    "scipy": (SKY, "v"),
    "torch": (ORANGE, "s"),
    "torch-csr": (PURPLE, "D"),
    "onnxruntime": (GREEN, "^"),
    "mkl": (BROWN, "<"),
    "mnn": (RED, "h"),
    "deepsparse": (AMBER, "P"),
}
NETWORK_COLORS = BLUE, ORANGE, GREEN, PURPLE, AMBER, SKY, BROWN
CAPTION = (
    "flops: two for each nonzero weight, position and input; "
    "bytes: compressed weights, biases, inputs and outputs, once each"
)
BATCH_MARKERS = "o", "s", "^", "D"


def speedup_figure(result, wanted=256):
    """Speedup of the engine over each library, against sparsity: a panel for each network."""
    settings, batch = result.settings, result.settings.batch_near(wanted)
    across = min(len(settings.networks), 3)
    down = math.ceil(len(settings.networks) / across)
    size = max(3.4 * across + 0.6, 6), 3.1 * down + 1.2
    figure = Figure(figsize=size, layout="constrained", dpi=120)
    panels = figure.subplots(down, across, sharex=True, sharey=True, squeeze=False).flat
    x = [-math.log2(1 - s) for s in settings.sparsities]
    for axes, network in zip(panels, settings.networks, strict=False):
        axes.axhline(1, color=BLACK, linewidth=1.2, linestyle=":", label="break-even")
        _draw_ratios(axes, cells_of(result, network, batch))
        axes.set_title(network, fontsize=10)
        axes.set_xticks(x, [f"{100 * s:g}" for s in settings.sparsities])
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda ratio, _: f"{ratio:g}"))
        axes.yaxis.set_minor_formatter(NullFormatter())
        axes.grid(alpha=0.3)
    for a, axes in enumerate(figure.axes):
        if a + across >= len(settings.networks):  # nothing below
            axes.set_xlabel("sparsity, % (spaced by compression)")
            axes.xaxis.set_tick_params(labelbottom=True)
        if a >= len(settings.networks):
            axes.set_axis_off()
    figure.supylabel("time of the library / time of the engine (log scale)", fontsize=10)
    figure.suptitle(f"Steady run, batch {batch:,}: above the dotted line the engine is faster\n"
                    "(solid lines: libraries that skip zeros, too)", fontsize=11)  # fmt: skip
    _name_libraries(figure, figure.axes[len(settings.networks) :])
    return figure


def one_figure(result):
    """As `speedup_figure`, for a single input, or the smallest batch."""
    return speedup_figure(result, wanted=1)


def _draw_ratios(axes, cells):
    """A line for each library: ratios of minima, and a band between the quartiles of all rounds."""
    for key in [key for key in STYLES if key != ENGINE]:
        timed = cells_with(cells, key, "steady")
        if not timed:
            continue
        x = [-math.log2(1 - c.sparsity) for c in timed]
        turns = [c.timings[key].steady for c in timed]
        color, marker = STYLES[key]
        line = "-" if ALL[key].sparse else "--"
        axes.plot(x, [t.ratio for t in turns], line, color=color, marker=marker, markersize=5,
                  label=ALL[key].title)  # fmt: skip
        axes.fill_between(x, [t.ratios.low for t in turns], [t.ratios.high for t in turns],
                          color=color, alpha=0.15, linewidth=0)  # fmt: skip


def roofline_figure(result):
    """Achieved GFLOP/s on nonzeros against flops per byte, under the roofs of this machine."""
    figure = Figure(figsize=(10.5, 6), layout="constrained", dpi=120)
    left, right = figure.subplots(1, 2, sharex=True, sharey=True)
    batch = result.settings.batch_near(256)
    left.set_title("the sparse engine, every network and batch", fontsize=10)
    right.set_title(f"every library, every network, batch {batch:,}", fontsize=10)
    colors = dict(zip(result.settings.networks, cycle(NETWORK_COLORS), strict=False))
    markers = dict(zip(result.settings.batches, cycle(BATCH_MARKERS), strict=False))
    for network, color in colors.items():
        for b, marker in markers.items():
            _draw_achieved(left, cells_of(result, network, b), ENGINE, color, marker)
        for key, (own, marker) in STYLES.items():
            _draw_achieved(right, cells_of(result, network, batch), key, own, marker)
    for axes in (left, right):
        axes.set_xlabel("flops on nonzeros / byte (log scale)")
        axes.grid(alpha=0.3)
    left.set_ylabel("GFLOP/s on nonzeros (log scale)")
    title = "Speed under the roofs of this machine: nearer to a roof is better"
    figure.suptitle(f"{title}\n{CAPTION}", fontsize=10)
    _draw_roofs((left, right), result.roofs)
    return _with_legends(figure, right, colors, markers)


def _draw_achieved(axes, cells, key, color, marker):
    timed = [c for c in cells if key in c.timings and c.timings[key].gflops]
    if timed:
        axes.plot([c.flops / c.bytes for c in timed], [c.timings[key].gflops for c in timed],
                  color=color, marker=marker, markersize=5, markerfacecolor="none",
                  linestyle="none", label=ALL[key].title)  # fmt: skip


def _draw_roofs(panels, roofs):
    """What the machine allows at each intensity, over the range of the points and a little more."""
    points = [line.get_xydata() for axes in panels for line in axes.lines]
    points = np.concatenate([*points, [(1, roofs.fma_one)]])
    (left, low), right = points.min(axis=0) / 2, 2 * points[:, 0].max()
    x = np.geomspace(left, right, 200)
    levels = {f"{counted(roofs.threads, 'thread')}, {roofs.fma_all:.0f} GFLOP/s": roofs.fma_all}
    if roofs.threads > 1:
        levels[f"1 thread, {roofs.fma_one:.0f} GFLOP/s"] = roofs.fma_one
    slopes = {
        f"from memory, {roofs.memory:.0f} GB/s": roofs.memory,
        f"from the cache, {roofs.cache:.0f} GB/s": roofs.cache,
    }
    for axes in panels:
        axes.set(xscale="log", yscale="log", xlim=(left, right), ylim=(low, 3 * roofs.fma_all))
        for (name, level), line in zip(levels.items(), "-:", strict=False):
            axes.axhline(level, linestyle=line, color=BLACK, label=name)
            axes.annotate(name, (right, level), (-4, 2), textcoords="offset points", fontsize=9,
                          ha="right", va="bottom", zorder=1.9)  # fmt: skip
        for (name, bandwidth), line in zip(slopes.items(), ("-", "--"), strict=True):
            axes.plot(x, np.minimum(bandwidth * x, roofs.fma_all), line, color=GREY, label=name)
            start = 1.2 * max(left, low / bandwidth)
            axes.text(start, bandwidth * start, name, fontsize=9, color=GREY, va="bottom",
                      rotation=math.degrees(math.atan(bandwidth)), rotation_mode="anchor",
                      transform_rotates_text=True, zorder=1.9)  # fmt: skip


def _with_legends(figure, right, colors, markers):
    """Below the panels: networks and batches, and the libraries."""
    proxies = [
        Line2D(
            [], [], color=color, marker="o", markerfacecolor="none", linestyle="none", label=name
        )
        for name, color in colors.items()
    ]
    proxies += [
        Line2D([], [], color=GREY, marker=marker, markerfacecolor="none", linestyle="none",
               label=f"batch {batch:,}")
        for batch, marker in markers.items()
    ]  # fmt: skip
    libraries = {
        line.get_label(): line for line in right.lines if not line.get_label().endswith("/s")
    }
    for place, handles in (("left", proxies), ("right", libraries.values())):
        figure.legend(handles=list(handles), loc=f"outside lower {place}", ncols=3, fontsize=9)
    return figure


def _name_libraries(figure, free):
    """One legend for all panels, every name once: in a panel that is free, or below."""
    entries = {}
    for axes in figure.axes:
        handles, labels = axes.get_legend_handles_labels()
        entries |= dict(zip(labels, handles, strict=True))
    if free:
        free[0].legend(entries.values(), entries, loc="center", fontsize=10)
    else:
        columns = 4 if figure.get_figwidth() > 8 else 2
        figure.legend(entries.values(), entries, loc="outside lower center", ncols=columns,
                      fontsize=9)  # fmt: skip
