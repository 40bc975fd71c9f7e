"""The pictures of `bench`, in colours that every eye tells apart (Okabe and Ito's)."""

import math
from itertools import cycle

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from minprune.arguments import counted
from minprune.bench.peers import ALL, ENGINE
from minprune.report.bench_table import cells_of
from minprune.report.cnn_figures import BLACK, PURPLE
from minprune.report.figures import BLUE, GREEN, GREY, ORANGE

SKY, AMBER = "#56B4E9", "#E69F00"
STYLES = {  # library -> colour, marker
    ENGINE: (BLACK, "*"),
    "dense": (GREY, "x"),
    "numpy": (BLUE, "o"),
    "scipy": (SKY, "v"),
    "torch": (ORANGE, "s"),
    "torch-csr": (PURPLE, "D"),
    "onnxruntime": (GREEN, "^"),
    "deepsparse": (AMBER, "P"),
}
NETWORK_COLORS = BLUE, ORANGE, GREEN, PURPLE, AMBER
CAPTION = (
    "flops: two for each nonzero weight, position and input; "
    "bytes: compressed weights, biases, inputs and outputs, once each"
)
BATCH_MARKERS = "o", "s", "^", "D"


def speedup_figure(result, wanted=256):
    """How much faster the engine is than each library, against sparsity: a panel each network."""
    settings, batch = result.settings, batch_near(result, wanted)
    across = min(len(settings.networks), 3)
    down = math.ceil(len(settings.networks) / across)
    figure = Figure(figsize=(3.4 * across + 0.6, 3.1 * down + 0.9), layout="constrained", dpi=120)
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
    figure.supylabel("time of the library / time of the engine (log scale)", fontsize=9)
    above = f"batch {batch:,}: above the dotted line the sparse engine is faster"
    figure.suptitle(f"{above}; solid lines: libraries that skip zeros, too", fontsize=10)
    _legend_below(figure, 4)
    return figure


def one_figure(result):
    """As `speedup_figure`, for a single input, or the smallest batch."""
    return speedup_figure(result, wanted=1)


def batch_near(result, wanted):
    """The batch of the settings that is nearest, as a ratio."""
    return min(result.settings.batches, key=lambda batch: abs(math.log(batch / wanted)))


def _draw_ratios(axes, cells):
    """A line for each library: medians, and a band between the quartiles."""
    for key in [key for key in STYLES if key != ENGINE]:
        timed = [c for c in cells if key in c.timings and c.timings[key].ratio]
        if not timed:
            continue
        x = [-math.log2(1 - c.sparsity) for c in timed]
        ratios = [c.timings[key].ratio for c in timed]
        color, marker = STYLES[key]
        line = "-" if ALL[key].sparse else "--"
        axes.plot(x, [r.median for r in ratios], line, color=color, marker=marker, markersize=5,
                  label=ALL[key].title)  # fmt: skip
        axes.fill_between(x, [r.low for r in ratios], [r.high for r in ratios], color=color,
                          alpha=0.15, linewidth=0)  # fmt: skip


def roofline_figure(result):
    """Achieved GFLOP/s on nonzeros against flops per byte, under the roofs of this machine."""
    figure = Figure(figsize=(10.5, 5.4), layout="constrained", dpi=120)
    left, right = figure.subplots(1, 2, sharex=True, sharey=True)
    batch = batch_near(result, 256)
    left.set_title("the sparse engine, every network and batch", fontsize=10)
    right.set_title(f"every library, batch {batch:,}", fontsize=10)
    colors = dict(zip(result.settings.networks, cycle(NETWORK_COLORS), strict=False))
    markers = dict(zip(result.settings.batches, cycle(BATCH_MARKERS), strict=False))
    for network, color in colors.items():
        for b, marker in markers.items():
            _draw_achieved(left, cells_of(result, network, b), ENGINE, color, marker, "-")
        for key, (own, marker) in STYLES.items():
            _draw_achieved(right, cells_of(result, network, batch), key, own, marker, "none")
    for axes in (left, right):
        _draw_roofs(axes, result)
        axes.set_xlabel("flops on nonzeros / byte (log scale)")
        axes.grid(alpha=0.3)
    left.set_ylabel("GFLOP/s on nonzeros (log scale)")
    figure.suptitle(CAPTION, fontsize=9, color=GREY)
    return _with_legends(figure, left, right, colors, markers)


def _draw_achieved(axes, cells, key, color, marker, line):
    timed = [c for c in cells if key in c.timings and c.timings[key].gflops]
    if timed:
        axes.plot([c.flops / c.bytes for c in timed], [c.timings[key].gflops for c in timed],
                  color=color, marker=marker, markersize=5, linestyle=line, linewidth=0.8,
                  label=ALL[key].title)  # fmt: skip


def _draw_roofs(axes, result):
    """What the machine allows at each intensity, over the range of the points and a little more."""
    roofs = result.roofs
    intensities = [cell.flops / cell.bytes for cell in result.cells]
    x = np.geomspace(min(intensities) / 2, 2 * max(intensities), 200)
    slow = [t.gflops for cell in result.cells for t in cell.timings.values() if t.gflops]
    axes.plot(x, np.minimum(roofs.memory * x, roofs.fma_all), color=GREY, linewidth=1.5,
              label=f"from memory, {roofs.memory:.0f} GB/s")  # fmt: skip
    axes.plot(x, np.minimum(roofs.cache * x, roofs.fma_all), "--", color=GREY, linewidth=1.5,
              label=f"from the cache, {roofs.cache:.0f} GB/s")  # fmt: skip
    every = counted(roofs.threads, "thread")
    axes.axhline(roofs.fma_all, color=BLACK, linewidth=1.5,
                 label=f"{every}, {roofs.fma_all:.0f} GFLOP/s")  # fmt: skip
    if roofs.threads > 1:
        axes.axhline(roofs.fma_one, color=BLACK, linewidth=1.2, linestyle=":",
                     label=f"1 thread, {roofs.fma_one:.0f} GFLOP/s")  # fmt: skip
    axes.set(xscale="log", yscale="log", xlim=(x[0], x[-1]))
    axes.set_ylim(min([*slow, roofs.fma_one]) / 2, 2 * roofs.fma_all)


def _with_legends(figure, left, right, colors, markers):
    """Below the panels: networks and batches, the roofs, the libraries."""
    proxies = [Line2D([], [], color=color, label=name) for name, color in colors.items()]
    proxies += [
        Line2D([], [], color=GREY, marker=marker, linestyle="none", label=f"batch {batch:,}")
        for batch, marker in markers.items()
    ]
    roofs = [line for line in left.lines if line.get_label().endswith("/s")]
    libraries = {
        line.get_label(): line for line in right.lines if not line.get_label().endswith("/s")
    }
    for place, handles in (("left", proxies), ("center", roofs), ("right", libraries.values())):
        figure.legend(handles=list(handles), loc=f"outside lower {place}", ncols=2, fontsize=8)
    return figure


def _legend_below(figure, columns):
    """One legend for all panels, every name once."""
    entries = {}
    for axes in figure.axes:
        handles, labels = axes.get_legend_handles_labels()
        entries |= dict(zip(labels, handles, strict=True))
    figure.legend(entries.values(), entries, loc="outside lower center", ncols=columns, fontsize=8)
