"""The tables of `bench`, and what has to be said about them."""

from collections import Counter

import numpy as np

from minprune.arguments import counted
from minprune.bench.lines import crossing
from minprune.bench.peers import ALL, ENGINE
from minprune.layout import paragraph, ruled
from minprune.report.times import NONE, WIDTH, warning


def render_bench(result):
    """The result in a sentence, the tables, and their notes as text."""
    networks, batches = result.settings.networks, result.settings.batches
    parts = [paragraph(headline(result), WIDTH)]
    parts += [_break_even(result)] if len(result.members) > 1 else []
    parts += [_block(result, network, batch) for network in networks for batch in batches]
    parts += [paragraph(note, WIDTH, "  ") for note in notes(result)]
    return "\n\n".join(parts) + "\n"


def headline(result):
    """The number of cases in which the engine is the fastest, and from which sparsity on in all."""
    fastest = {}  # sparsity -> for each case whether every other library takes longer
    for cell in result.cells:
        ratios = [t.ratio.median for key, t in cell.timings.items() if key != ENGINE and t.ratio]
        if ratios:
            fastest.setdefault(cell.sparsity, []).append(min(ratios) > 1)
    cases = [case for row in fastest.values() for case in row]
    if not cases:
        return "No other library was timed."
    always = [s for s in fastest if all(all(fastest[t]) for t in fastest if t >= s)]
    part = always and not all(cases)
    return (
        f"The sparse engine is faster than every other library in {sum(cases)} of "
        f"{counted(len(cases), 'case')}"
        + (f", in all of those from {100 * min(always):g} % sparsity on." if part else ".")
    )


def cells_of(result, network, batch):
    """The cells of a network and a batch, from the lowest sparsity to the highest."""
    return [c for c in result.cells if (c.network, c.batch) == (network, batch)]


def _block(result, network, batch):
    """One network at one batch: a row for each library, a column for each sparsity."""
    cells = cells_of(result, network, batch)
    times = [c.timings[ENGINE].milliseconds for c in cells]
    micro = max((t.high for t in times if t), default=1) < 1
    unit, factor = ("µs", 1e3) if micro else ("ms", 1)
    rows = [["sparsity", *(f"{100 * c.sparsity:g} %" for c in cells)]]
    rows += [
        [f"{ALL[ENGINE].title}, {unit}", *(_cell(c, ENGINE, "milliseconds", factor) for c in cells)]
    ]
    rows += [
        [ALL[key].title, *(_cell(c, key, "ratio") for c in cells)]
        for key in cells[0].timings
        if key != ENGINE
    ]
    return "\n".join([f"{network}, batch {batch:,}", *_fitted(rows)])


def _fitted(rows):
    """Rows of cells as lines of one table, or of several with the same first column if too wide."""
    first, *columns = zip(*rows, strict=True)
    tables = [[first]]
    for column in columns:
        wider = [*tables[-1], column]
        if len(wider) > 2 and len(ruled([*zip(*wider, strict=True)])[0]) > WIDTH:
            wider = [first, column]
            tables.append(wider)
        tables[-1] = wider
    return [line for table in tables for line in ruled([*zip(*table, strict=True)])]


def _cell(cell, key, field, factor=1):
    """Median and quartiles, or the word for what went wrong."""
    timing = cell.timings[key]
    if timing.error:
        return timing.error.split(":")[0]
    spread = getattr(timing, field)
    if spread is None:  # a ratio to an engine that failed
        return NONE
    low, median, high = (factor * value for value in (spread.low, spread.median, spread.high))
    digits = 2 if median < 10 else 1 if median < 100 else 0
    return f"{median:.{digits}f} ({low:.{digits}f}-{high:.{digits}f})"


def _break_even(result):
    """From which sparsity on the engine is faster: a row for each network and batch."""
    peers = [m for m in result.members if m.key != ENGINE and not m.missing]
    rows = [["the engine is faster from", *(peer.title for peer in peers)]]
    for network in result.settings.networks:
        for batch in result.settings.batches:
            cells = cells_of(result, network, batch)
            rows.append(
                [f"{network}, batch {batch:,}", *(_faster_from(cells, p.key) for p in peers)]
            )
    return "\n".join(_fitted(rows))


def _faster_from(cells, key):
    """The sparsity at which the median ratio passes 1; between two, straight in logarithms."""
    ratios = {c.sparsity: c.timings[key].ratio for c in cells if key in c.timings}
    ratios = {sparsity: ratio.median for sparsity, ratio in ratios.items() if ratio}
    if not ratios:
        return NONE
    at = crossing([-np.log2(1 - s) for s in ratios], list(ratios.values()))
    if at is None:
        return "never"
    always = at == -np.log2(1 - min(ratios))
    return "always" if always else f"{100 * (1 - 2**-at):.0f} %"


def notes(result):
    """The notes below the tables, line by line."""
    settings, roofs = result.settings, result.roofs
    return [
        f"{result.cpu}; {counted(settings.threads, 'thread')} for every library; "
        f"{result.seconds / 60:.0f} minutes in all.",
        *warning(result.busy),
        f"sparse engine: median time and quartiles of {counted(settings.rounds, 'round')}. Other "
        "libraries: their time divided by that of the engine in the same round; above 1 the engine "
        "is faster.",
        "the engine is faster from: the sparsity at which the median ratio passes 1 and remains "
        "above, interpolated between the columns; always: at every measured sparsity; never: not "
        "even at the highest.",
        "weights: He normal; in each layer a random part, the fraction of the column, is 0. "
        "The inputs are dense, so no library can skip black pixels. float32 throughout.",
        "each library runs in a separate process, one at a time, in a different order each round, "
        "with inputs and weights in its preferred layout. Its outputs were first compared with a "
        "float64 product; a library with wrong outputs is not timed.",
        *(f"{member.title}: {member.missing or _versions(member)}" for member in result.members),
        *_errors(result),
        *_growth(result.growth),
        f"roofs: {roofs.fma_all:.0f} GFLOP/s of multiply-adds in float32 ({roofs.fma_one:.0f} on "
        f"one thread), {roofs.memory:.1f} GB/s from memory, {roofs.cache:.1f} GB/s from the cache; "
        "the best of many trials before and after.",
    ]


def _versions(member):
    return ", ".join(" ".join(version) for version in member.versions.items())


def _errors(result):
    """The first error of each kind, with the number of cases."""
    first, counts = {}, Counter()
    for cell in result.cells:
        for key, timing in cell.timings.items():
            if timing.error:
                kind = key, *timing.error.split(":")[:2]
                first.setdefault(kind, f"{ALL[key].title} {timing.error}")
                counts[kind] += 1
    return [f"{text} ({_cases(counts[kind])})" for kind, text in first.items()]


def _cases(n):
    return f"{n} case{'s' * (n > 1)}"


def _growth(growth):
    """The two lines, in words."""
    said = []
    if line := growth.nonzeros:
        said.append(
            f"{growth.network}, batch {growth.at_batch}, {len(line.x)} sparsities: the engine "
            f"takes {line.intercept:.3g} ms plus {1e3 * line.slope:.3g} ms per 1,000 nonzeros "
            f"(least squares, R^2 = {line.r2:.4f})."
        )
    if line := growth.batch:
        said.append(
            f"{growth.network}, {100 * growth.at_sparsity:g} %, {len(line.x)} batches: the engine "
            f"takes {line.intercept:.3g} ms plus {1e3 * line.slope:.3g} µs per input "
            f"(least squares, R^2 = {line.r2:.4f})."
        )
    return said
