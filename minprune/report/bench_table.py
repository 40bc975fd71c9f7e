"""The tables of `bench`, and what has to be said about them."""

from collections import Counter

import numpy as np

from minprune.arguments import counted
from minprune.bench.lines import crossing
from minprune.bench.peers import ALL, ENGINE
from minprune.experiments.names import shown_name
from minprune.language import either
from minprune.layout import ruled
from minprune.report.times import NONE, WIDTH, assembled, warning


def render_bench(result):
    """The result in a sentence, the tables, and their notes as text."""
    networks, batches = result.settings.networks, result.settings.batches
    tables = [_break_even(result)] if len(result.members) > 1 else []
    tables += [_block(result, network, batch) for network in networks for batch in batches]
    return assembled([headline(result)], tables, notes(result))


def headline(result):
    """The number of cases in which the engine is the fastest, and from which sparsity on in all."""
    fastest = {}  # sparsity -> for each case whether every other library takes longer
    for cell in result.cells:
        ratios = [t.ratio.median for key, t in cell.timings.items() if key != ENGINE and t.ratio]
        if ratios:
            fastest.setdefault(cell.sparsity, []).append(min(ratios) > 1)
    cases = [case for row in fastest.values() for case in row]
    if not cases:
        return either("No other library was timed.", "没有对其他库计时。")
    always = [s for s in fastest if all(all(fastest[t]) for t in fastest if t >= s)]
    part = part_zh = ""
    if always and not all(cases):
        low = f"{100 * min(always):g} %"
        part, part_zh = (
            f", in all of those from {low} sparsity on",
            f"；稀疏度不低于 {low} 时全都如此",
        )
    return either(
        f"The sparse engine is faster than every other library in {sum(cases)} of "
        f"{counted(len(cases), 'case')}{part}.",
        f"{len(cases)} 种情形中有 {sum(cases)} 种，稀疏引擎比其他所有库都快{part_zh}。",
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
    engine = shown_name(f"{ALL[ENGINE].title}, {unit}")
    rows = [
        [either("sparsity", "稀疏度"), *(f"{100 * c.sparsity:g} %" for c in cells)],
        [engine, *(_cell(c, ENGINE, "milliseconds", factor) for c in cells)],
    ]
    rows += [
        [shown_name(ALL[key].title), *(_cell(c, key, "ratio") for c in cells)]
        for key in cells[0].timings
        if key != ENGINE
    ]
    return [_place(network, batch), *_fitted(rows)]


def _place(network, batch):
    return either(f"{network}, batch {batch:,}", f"{network}，批大小 {batch:,}")


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
        return timing.words[0]
    spread = getattr(timing, field)
    if spread is None:  # a ratio to an engine that failed
        return NONE
    low, median, high = (factor * value for value in (spread.low, spread.median, spread.high))
    digits = 2 if median < 10 else 1 if median < 100 else 0
    return f"{median:.{digits}f} ({low:.{digits}f}-{high:.{digits}f})"


def _break_even(result):
    """From which sparsity on the engine is faster: a row for each network and batch."""
    peers = [m for m in result.members if m.key != ENGINE and not m.missing]
    head = either("the engine is faster from", "稀疏引擎更快的起点")
    rows = [[head, *(shown_name(peer.title) for peer in peers)]]
    for network in result.settings.networks:
        for batch in result.settings.batches:
            cells = cells_of(result, network, batch)
            rows.append([_place(network, batch), *(_faster_from(cells, p.key) for p in peers)])
    return _fitted(rows)


def _faster_from(cells, key):
    """The sparsity at which the median ratio passes 1; between two, straight in logarithms."""
    ratios = {c.sparsity: c.timings[key].ratio for c in cells if key in c.timings}
    ratios = {sparsity: ratio.median for sparsity, ratio in ratios.items() if ratio}
    if not ratios:
        return NONE
    at = crossing([-np.log2(1 - s) for s in ratios], list(ratios.values()))
    if at is None:
        return either("never", "从不")
    if at == -np.log2(1 - min(ratios)):
        return either("always", "始终")
    return f"{100 * (1 - 2**-at):.0f} %"


def notes(result):
    """The notes below the tables, line by line."""
    settings, roofs = result.settings, result.roofs
    threads, minutes = settings.threads, f"{result.seconds / 60:.0f}"
    every, one, memory, cache = (
        f"{roofs.fma_all:.0f}", f"{roofs.fma_one:.0f}", f"{roofs.memory:.1f}", f"{roofs.cache:.1f}"
    )  # fmt: skip
    return [
        either(
            f"{result.cpu}; {counted(threads, 'thread')} for every library; {minutes} minutes in "
            "all.",
            f"{result.cpu}；每个库使用 {threads} 个线程；总共用时 {minutes} 分钟。",
        ),
        *warning(result.busy),
        *_method(settings.rounds),
        *map(_member, result.members),
        *_errors(result),
        *_growth(result.growth),
        either(
            f"roofs: {every} GFLOP/s of multiply-adds in float32 ({one} on one thread), {memory} "
            f"GB/s from memory, {cache} GB/s from the cache; the best of many trials before and "
            "after.",
            f"上限：float32 乘加 {every} GFLOP/s（单线程 {one}），内存 {memory} GB/s，缓存 {cache} "
            "GB/s；取计时前后多次试验的最大值。",
        ),
    ]


def _method(rounds):
    """The notes on what was measured, and how."""
    return [
        either(
            f"sparse engine: median time and quartiles of {counted(rounds, 'round')}. Other "
            "libraries: their time divided by that of the engine in the same round; above 1 the "
            "engine is faster.",
            f"稀疏引擎：计时 {rounds} 次的中位数和四分位数。其他库：同一次计时中其时间与稀疏引擎"
            "时间之比；大于 1 时稀疏引擎更快。",
        ),
        either(
            "the engine is faster from: the sparsity at which the median ratio passes 1 and "
            "remains above, interpolated between the columns; always: at every measured sparsity; "
            "never: not even at the highest.",
            "稀疏引擎更快的起点：从这一稀疏度起，比值的中位数一直超过 1，在各列之间插值；始终："
            "在所有测过的稀疏度上都更快；从不：在最高的稀疏度上也不更快。",
        ),
        either(
            "weights: He normal; in each layer a random part, the fraction of the column, is 0. "
            "The inputs are dense, so no library can skip black pixels. float32 throughout.",
            "权重：He 正态分布；每层随机选取一部分置为 0，比例为该列的稀疏度。输入是稠密的，所以"
            "没有库能跳过黑色像素。全部使用 float32。",
        ),
        either(
            "each library runs in a separate process, one at a time, in a different order each "
            "round, with inputs and weights in its preferred layout. Its outputs were first "
            "compared with a float64 product; a library with wrong outputs is not timed.",
            "每个库在单独的进程中运行，同一时刻只运行一个，每次计时的顺序不同，输入和权重采用该库适合的"
            "布局。其输出先与 float64 的结果比较；输出错误的库不计时。",
        ),
    ]


def _member(member):
    """A library with its versions, or why it is missing."""
    return shown_name(member.title) + either(": ", "：") + (member.missing or _versions(member))


def _versions(member):
    return ", ".join(" ".join(version) for version in member.versions.items())


def _errors(result):
    """The first error of each kind, with the number of cases."""
    first, counts = {}, Counter()
    for cell in result.cells:
        for key, timing in cell.timings.items():
            if timing.error:
                kind = key, *timing.words[:2]
                first.setdefault(kind, f"{shown_name(ALL[key].title)} {timing.error}")
                counts[kind] += 1
    return [
        text + either(f" ({counted(counts[kind], 'case')})", f"（{counts[kind]} 种情形）")
        for kind, text in first.items()
    ]


def _growth(growth):
    """The two lines, in words."""
    said, network, batch = [], growth.network, growth.at_batch
    sparsity = f"{100 * growth.at_sparsity:g} %"
    if line := growth.nonzeros:
        n, start, slope, r2 = _figures(line)
        said.append(either(
            f"{network}, batch {batch}, {n} sparsities: the engine takes {start} ms plus {slope} "
            f"ms per 1,000 nonzeros (least squares, R^2 = {r2}).",
            f"{network}，批大小 {batch}，{n} 种稀疏度：稀疏引擎耗时 {start} ms，每 1,000 个非零权重"
            f"再加 {slope} ms（最小二乘，R^2 = {r2}）。",
        ))  # fmt: skip
    if line := growth.batch:
        n, start, slope, r2 = _figures(line)
        said.append(either(
            f"{network}, {sparsity}, {n} batches: the engine takes {start} ms plus {slope} µs per "
            f"input (least squares, R^2 = {r2}).",
            f"{network}，稀疏度 {sparsity}，{n} 种批大小：稀疏引擎耗时 {start} ms，每个输入再加"
            f" {slope} µs（最小二乘，R^2 = {r2}）。",
        ))  # fmt: skip
    return said


def _figures(line):
    return len(line.x), f"{line.intercept:.3g}", f"{1e3 * line.slope:.3g}", f"{line.r2:.4f}"
