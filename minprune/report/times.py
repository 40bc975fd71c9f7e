"""The tables of times that both jobs share."""

from minprune.arguments import counted
from minprune.layout import ruled

WIDTH = 80  # columns of a report
NONE = "-"
BUSY = 0.1  # cores; with more at work for others, times are not to be trusted


def times_tables(models, sample="image"):
    """Milliseconds of every model, dense and in the sparse engine, a table for each batch size.

    models   of a result, each with `dense_ms` and `sparse_ms`
    sample   the word for one of them
    returns a list of tables, each a list of lines
    """
    return [
        ruled([
            [f"milliseconds, {counted(n, sample)}", "dense", "engine"],
            *([m.name, _cell(m.dense_ms[n]), _cell(m.sparse_ms[n])] for m in models),
        ])
        for n in models[0].dense_ms
    ]  # fmt: skip


def speedup(dense, pruned, sample="image"):
    """The speedup of one model in the engine over the other in NumPy, in words."""
    return " and ".join(
        ratio_in_words(dense.dense_ms[n].median / ms.median, "faster", "slower")
        + f" on {counted(n, sample)}"
        for n, ms in pruned.sparse_ms.items()
    )


def ratio_in_words(ratio, more, less):
    """The ratio, or its inverse if it is below 1.

    >>> ratio_in_words(0.25, "faster", "slower")
    '4.0 times slower'
    """
    return f"{ratio:.1f} times {more}" if ratio >= 1 else f"{1 / ratio:.1f} times {less}"


def times_notes(conditions):
    """The notes on the times, line by line."""
    c = conditions
    blas = (
        "as many threads as its BLAS takes"
        if c.blas_threads is None
        else counted(c.blas_threads, "thread")
    )
    return [
        f"milliseconds: median and quartiles of {counted(c.rounds, 'round')} on {c.cpu}, in which "
        "all networks take turns. "
        f"dense: NumPy's products on {blas}; they multiply zeros too, so masks save no time. "
        "engine: SparseEngine, on the nonzero weights, "
        f"{counted(c.engine_threads, 'thread')} at most.",
        *warning(c.busy),
    ]


def warning(busy):
    """A line if the machine had other work; none if not, or if it is not known."""
    if not busy or busy < BUSY:
        return []
    return [
        f"The machine was not idle: {busy:.1f} cores were busy with other work. Do not trust "
        "times of more than one thread, since threads wait for each other."
    ]


def _cell(spread):
    return f"{spread.median:.3f} ({spread.low:.3f}-{spread.high:.3f})"
