"""The tables of times that both jobs share."""

from minprune.arguments import counted
from minprune.experiments.names import shown_name
from minprune.experiments.timing import BUSY
from minprune.language import either
from minprune.layout import paragraph, ruled
from minprune.report.classes import samples_counted

WIDTH = 80  # columns of a report
NONE = "-"
SMALLER, LARGER = ("{} times smaller", "减小到 1/{}"), ("{} times larger", "增大到 {} 倍")
FASTER = "{} times faster", "速度为稠密网络的 {} 倍"
SLOWER = "{} times slower", "耗时为稠密网络的 {} 倍"


def assembled(headlines, tables, notes):
    """A report: its results in a sentence each, its tables, and its notes, folded."""
    blocks = [paragraph(line, WIDTH) for line in headlines]
    blocks += map("\n".join, tables)
    blocks += [paragraph(note, WIDTH, "  ") for note in notes]
    return "\n\n".join(blocks) + "\n"


def times_tables(models, sample="image"):
    """Milliseconds of every model, dense and in the sparse engine, a table for each batch size.

    models   of a result, each with `dense_ms` and `sparse_ms`
    sample   the word for one of them
    returns a list of tables, each a list of lines
    """
    milliseconds, dense = either("milliseconds, ", "毫秒，"), either("dense", "稠密")
    engine = either("engine", "稀疏引擎")
    return [
        ruled([
            [milliseconds + samples_counted(n, sample), dense, engine],
            *([shown_name(m.name), _cell(m.dense_ms[n]), _cell(m.sparse_ms[n])] for m in models),
        ])
        for n in models[0].dense_ms
    ]  # fmt: skip


def speedup(dense, pruned, sample="image"):
    """The speedup of one model in the engine over the other in NumPy, in words."""
    parts = []
    for n, ms in pruned.sparse_ms.items():
        ratio = ratio_in_words(dense.dense_ms[n].median / ms.median, FASTER, SLOWER)
        many = samples_counted(n, sample)
        parts.append(either(f"{ratio} on {many}", f"处理 {many}的{ratio}"))
    return either(" and ", "，").join(parts)


def ratio_in_words(ratio, more, less):
    """The ratio, or its inverse if it is below 1.

    more, less  the words for each, in both languages

    >>> ratio_in_words(0.25, FASTER, SLOWER)
    '4.0 times slower'
    """
    words, ratio = (more, ratio) if ratio >= 1 else (less, 1 / ratio)
    return either(*words).format(f"{ratio:.1f}")


def times_notes(conditions):
    """The notes on the times, line by line."""
    c = conditions
    blas, blas_zh = "as many threads as its BLAS takes", "线程数由其 BLAS 决定"
    if c.blas_threads is not None:
        blas, blas_zh = counted(c.blas_threads, "thread"), f"使用 {c.blas_threads} 个线程"
    note = either(
        f"milliseconds: median and quartiles of {counted(c.rounds, 'round')} on {c.cpu}, in which "
        "all networks take turns. "
        f"dense: NumPy's products on {blas}; they multiply zeros too, so masks save no time. "
        "engine: SparseEngine, on the nonzero weights, "
        f"{counted(c.engine_threads, 'thread')} at most.",
        f"毫秒：在 {c.cpu} 上计时 {c.rounds} 次的中位数和四分位数，每次各网络轮流运行。"
        f"稠密：NumPy 的矩阵乘法，{blas_zh}；零也参与乘法，所以掩码不节省时间。"
        f"稀疏引擎：SparseEngine，只计算非零权重，最多 {c.engine_threads} 个线程。",
    )
    return [note, *warning(c.busy)]


def warning(busy):
    """A line if the machine had other work; none if not, or if it is not known."""
    if not busy or busy < BUSY:
        return []
    note = either(
        f"The machine was not idle: {busy:.1f} cores were busy with other work. Do not trust "
        "times of more than one thread, since threads wait for each other.",
        f"计时期间机器并不空闲：有 {busy:.1f} 个核在执行其他任务。多线程的时间不可信，"
        "因为线程会互相等待。",
    )
    return [note]


def _cell(spread):
    return f"{spread.median:.3f} ({spread.low:.3f}-{spread.high:.3f})"
