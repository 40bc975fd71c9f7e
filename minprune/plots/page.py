"""Parts of all pictures: the figure, colours that every eye tells apart, fonts, images in rows."""

from contextlib import contextmanager
from io import BytesIO
from itertools import accumulate

import numpy as np
from matplotlib import colormaps, rc_context, rcParams
from matplotlib.figure import Figure, FigureBase
from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font

from minprune.arguments import printable, shown
from minprune.layout import width_of

BLUE, ORANGE, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"  # Okabe and Ito's
GREY, LIGHT, BLACK = "#666666", "#DDDDDD", "#000000"
COLORS = BLUE, ORANGE, GREEN, PURPLE, "#E69F00", "#56B4E9", BLACK
MARKERS = "os^Dv<>"
CHINESE = (  # fonts of common systems; those that are installed follow the font of the settings
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "PingFang SC", "Hiragino Sans GB",
    "Heiti SC", "Heiti TC", "Microsoft YaHei", "SimHei", "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei", "Noto Sans CJK JP", "Arial Unicode MS", "Droid Sans Fallback",
)  # fmt: skip


class Picture(Figure):
    """A figure that a notebook shows when it is the last expression of a cell, without pyplot."""

    def _repr_png_(self):
        buffer = BytesIO()
        self.savefig(buffer, format="png")
        return buffer.getvalue()


@contextmanager
def page(figure, width, height):
    """The given figure, cleared, or a new one of that size in inches; text in it may be Chinese."""
    if figure is None:
        figure = Picture(figsize=(width, height), layout="constrained", dpi=120)
    elif not isinstance(figure, FigureBase):
        raise TypeError(
            f"figure must be a Matplotlib figure, such as plt.figure(), got {shown(figure)}"
        )
    figure.clear()
    if isinstance(figure, Figure) and figure.get_layout_engine() is None:
        figure.set_layout_engine("constrained")
    with rc_context({"font.family": _families()}):
        yield figure


def _families():
    """The font of the settings, then the Chinese ones that are installed."""
    installed = {font.name for font in fontManager.ttflist}
    return [*rcParams["font.family"], *(name for name in CHINESE if name in installed)]


def legible(names, widest=24):
    """Names as Matplotlib shows them: cut, and the position of one for which there is no font.

    widest  in columns; a Chinese character takes two
    """
    fonts = [get_font(findfont(FontProperties(family=[family]))) for family in _families()]

    def drawable(name):
        return all(any(font.get_char_index(ord(c)) for font in fonts) for c in name)

    names = [_cut(printable(str(name)), widest) for name in names]
    names = [name if drawable(name) else str(i) for i, name in enumerate(names)]
    # a legend leaves out what begins with _, and between two $ stands a formula
    return [f" {name}" if name[:1] == "_" else name.replace("$", r"\$") for name in names]


def _cut(name, widest):
    ends = accumulate(map(width_of, name))
    fits = sum(end <= widest for end in ends)
    return name if fits == len(name) else f"{name[: fits - 1]}…"


def styles(n):
    """Keywords of n lines that differ in colour and marker; more than 7 go from dark to light."""
    colors = COLORS if n <= len(COLORS) else colormaps["viridis"](np.linspace(0, 0.9, n))
    return [{"color": colors[k], "marker": MARKERS[k % len(MARKERS)]} for k in range(n)]


def legend_below(figure, columns):
    """One legend below all axes, with each label once."""
    handles = {}
    for axes in figure.axes:
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True):
            handles.setdefault(label, handle)
    figure.legend(handles.values(), handles, loc="outside lower center", ncols=columns, fontsize=9)


def percents(axes, values):
    """Let the vertical axis hold these percentages with some room, and no tick outside 0 .. 100."""
    low, high = np.nanmin(values), np.nanmax(values)
    room = 0.06 * (high - low) or 1
    limits = low - room, min(high + room, 100 + room / 3)
    axes.set_ylim(limits)
    ticks = axes.get_yticks().round(6)  # 100.00000000000001 is one of them
    axes.set_yticks(ticks[(ticks >= limits[0]) & (ticks <= 100)])


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
