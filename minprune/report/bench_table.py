"""The tables of `bench`, and what has to be said about them."""

import math

import numpy as np

from minprune.arguments import counted
from minprune.bench.lines import crossing
from minprune.bench.peers import ALL, ENGINE
from minprune.experiments.names import shown_name
from minprune.experiments.timing import BUSY
from minprune.language import either
from minprune.layout import ruled
from minprune.report.bench_notes import KINDS, notes, proof_line
from minprune.report.times import NONE, WIDTH, assembled

BUSY_MARK = "*"


def render_bench(result):
    """The result in a sentence, the tables, and their notes as text."""
    peers = [m.key for m in result.members if m.key != ENGINE and not m.missing]
    tables = [_break_even(result, peers)] if peers and result.cells else []
    tables += [_engine(result, network) for network in _networks(result)]
    tables += [_ratios(result, key) for key in peers if cells_with(result.cells, key, "steady")]
    tables += [_trained(result, peers)] if result.trained else []
    proof = proof_line(result.proofs)
    lines = [
        *_unfinished(result),
        headline(result),
        *([proof] if proof else []),
        *_disturbed(result),
    ]
    return assembled(lines, tables, notes(result))


def _unfinished(result):
    done = len(result.cells) + len(result.trained)
    if not result.interrupted:
        return []
    return [either(f"Interrupted: {done} of {counted(result.planned, 'case')} were measured.",
                   f"已中断：{result.planned} 种情形中测量了 {done} 种。")]  # fmt: skip


def _disturbed(result):
    """A sentence on the cases in which others were at work."""
    every = [*result.cells, *result.trained]
    cores = [cell.busy for cell in every if _is_busy(cell)]
    if not cores:
        return []
    return [either(
        f"The machine was not idle in {len(cores)} of {counted(len(every), 'case')}, marked "
        f"{BUSY_MARK}: others kept up to {max(cores):.1f} cores busy. Do not trust their times.",
        f"{len(every)} 种情形中有 {len(cores)} 种（以 {BUSY_MARK} 标出）在测量时机器并不空闲："
        f"其他任务最多占用 {max(cores):.1f} 个核。这些时间不可信。",
    )]  # fmt: skip


def _is_busy(cell):
    return cell.busy is not None and cell.busy >= BUSY


def headline(result):
    """The number of cases in which the engine is the fastest, and from which sparsity on in all."""
    fastest = {}  # sparsity -> for each case whether every other library takes longer
    for cell in result.cells:
        ratios = [t.steady.ratio for key, t in cell.timings.items() if key != ENGINE and t.steady]
        if ratios and None not in ratios:
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
        f"In a steady run, the sparse engine is faster than every other library in {sum(cases)} of "
        f"{counted(len(cases), 'case')}{part}.",
        f"连续运行时，{len(cases)} 种情形中有 {sum(cases)} 种，稀疏引擎比其他所有库都快{part_zh}。",
    )


def cells_of(result, network, batch):
    """The cells of a network and a batch, from the lowest sparsity to the highest."""
    return [c for c in result.cells if (c.network, c.batch) == (network, batch)]


def _networks(result):
    return list(dict.fromkeys(cell.network for cell in result.cells))


def _places(result):
    """Every network and batch that was measured."""
    return list(dict.fromkeys((cell.network, cell.batch) for cell in result.cells))


def _sparsities(result):
    return [either("sparsity", "稀疏度"), *(f"{100 * s:g} %" for s in result.settings.sparsities)]


def _row(result, network, batch, shown):
    """What is shown of each sparsity; a case that was not measured has nothing."""
    cells = {cell.sparsity: cell for cell in cells_of(result, network, batch)}
    return [shown(cells[s]) if s in cells else NONE for s in result.settings.sparsities]


def _engine(result, network):
    """The engine's times on one network: two rows for each batch."""
    head = either(f"{network}: the sparse engine, minimum (quartiles) of one call",
                  f"{network}：稀疏引擎一次调用的最小值（四分位数）")  # fmt: skip
    rows = [_sparsities(result)]
    for name, batch in _places(result):
        if name == network:
            for kind, names in KINDS.items():
                where = either(f"batch {batch:,}, {names[0]}", f"批大小 {batch:,}，{names[1]}")
                row = _row(result, network, batch, lambda c, k=kind: _time(c, ENGINE, k))
                rows.append([where, *row])
    return [head, *_fitted(rows)]


def _time(cell, key, kind):
    """Minimum and quartiles, or the word for what went wrong."""
    turns = getattr(cell.timings[key], kind)
    if turns is None:
        return cell.timings[key].words[0]
    unit, factor = ("µs", 1e3) if turns.least < 1 else ("ms", 1)
    low, high = (factor * ms for ms in (turns.milliseconds.low, turns.milliseconds.high))
    mark = BUSY_MARK if _is_busy(cell) else ""
    return f"{_digits(factor * turns.least)}{mark} {unit} ({_digits(low)}-{_digits(high)})"


def _digits(value):
    """Three digits, or all those before the point.

    >>> _digits(1.2345), _digits(12.345), _digits(1234.5)
    ('1.23', '12.3', '1234')
    """
    return f"{value:.{2 if value < 9.995 else 1 if value < 99.95 else 0}f}"


def _ratios(result, key):
    """One library: its time by the engine's in a steady run, a row for each network and batch."""
    title = shown_name(ALL[key].title)
    head = either(f"{title}: its time / the engine's, steady; above 1 the engine is faster",
                  f"{title}：其时间 / 稀疏引擎的时间，连续运行；大于 1 时稀疏引擎更快")  # fmt: skip
    rows = [_sparsities(result)]
    rows += [
        [_place(*place), *_row(result, *place, lambda cell: _ratio(cell, key))]
        for place in _places(result)
        if any(key in cell.timings for cell in cells_of(result, *place))
    ]
    return [head, *_fitted(rows), *(_summary(result, key, kind) for kind in KINDS)]


def _summary(result, key, kind):
    """The geometric mean of all ratios, and the worst of them."""
    cells = cells_with(result.cells, key, kind)
    if not cells:
        return NONE
    ratios = [getattr(cell.timings[key], kind).ratio for cell in cells]
    worst = cells[int(np.argmin(ratios))]
    mark = BUSY_MARK if _is_busy(worst) else ""
    mean, least = _digits(math.exp(np.log(ratios).mean())), _digits(min(ratios)) + mark
    where = either(f"{_place(worst.network, worst.batch)}, {100 * worst.sparsity:g} %",
                   f"{_place(worst.network, worst.batch)}，{100 * worst.sparsity:g} %")  # fmt: skip
    en, zh = KINDS[kind]
    return either(f"{en}: geometric mean {mean}; worst {least}: {where}",
                  f"{zh}：几何平均 {mean}；最差 {least}：{where}")  # fmt: skip


def cells_with(cells, key, kind):
    """The cells in which a library has a ratio."""
    turns = [(c, getattr(c.timings[key], kind)) for c in cells if key in c.timings]
    return [cell for cell, found in turns if found and found.ratio is not None]


def _ratio(cell, key):
    """The ratio of the minima in a steady run, or the word for what went wrong."""
    timing = cell.timings.get(key)
    if timing is None or (timing.steady and timing.steady.ratio is None):  # the engine failed
        return NONE
    if timing.error:
        return timing.words[0]
    return _digits(timing.steady.ratio) + (BUSY_MARK if _is_busy(cell) else "")


def _trained(result, peers):
    """The networks from files: the engine's times, and the ratios of all libraries."""
    title = either(
        "networks from files: time of the engine; of others / the engine's, steady",
        "文件中的网络：稀疏引擎的时间；其他库的时间 / 稀疏引擎的时间，连续运行",
    )
    cells = result.trained
    names = [f"{c.network} {100 * c.sparsity:.1f} %" for c in cells]
    rows = [
        [either("network", "网络"), *names],
        [either("batch", "批大小"), *(f"{c.batch:,}" for c in cells)],
    ]
    for kind, words in KINDS.items():
        name = f"{shown_name(ALL[ENGINE].title)}{either(', ', '，')}{either(*words)}"
        rows.append([name, *(_time(c, ENGINE, kind) for c in cells)])
    rows += [[shown_name(ALL[key].title), *(_ratio(c, key) for c in cells)] for key in peers]
    return [title, *_fitted(rows)]


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


def _break_even(result, peers):
    """From which sparsity on the engine is faster: a row for each network and batch."""
    head = either("the engine is faster from", "稀疏引擎更快的起点")
    rows = [[head, *(shown_name(ALL[key].title) for key in peers)]]
    for place in _places(result):
        cells = cells_of(result, *place)
        rows.append([_place(*place), *(_faster_from(cells, key) for key in peers)])
    return _fitted(rows)


def _faster_from(cells, key):
    """The sparsity at which the ratio passes 1; between two, straight in logarithms."""
    ratios = {c.sparsity: c.timings[key].steady.ratio for c in cells_with(cells, key, "steady")}
    if not ratios:
        return NONE
    at = crossing([-np.log2(1 - s) for s in ratios], list(ratios.values()))
    if at is None:
        return either("never", "从不")
    if at == -np.log2(1 - min(ratios)):
        return either("always", "始终")
    return f"{100 * (1 - 2**-at):.0f} %"
