"""The table of times that both jobs share, and how tables are drawn."""

from minprune.arguments import counted

NONE = "-"
BUSY = 0.1  # cores; with more at work for others, times are not to be trusted


def times_table(models, printed=()):
    """Milliseconds of every model, dense and in the sparse engine, as lines of text.

    models   of a result, each with `dense_ms` and `sparse_ms`
    printed  dict from a name to the milliseconds that a document prints for one image
    """
    batches = list(models[0].dense_ms)
    heads = [f"{counted(n, 'image')}, {by}" for n in batches for by in ("dense", "engine")]
    none = [NONE] * (len(heads) - 1)
    rows = [[name, f"{ms:g}", *none] for name, ms in dict(printed).items()]
    rows += [
        [m.name, *(_cell(ms[n]) for n in batches for ms in (m.dense_ms, m.sparse_ms))]
        for m in models
    ]
    return ruled([["milliseconds, median (quartiles)", *heads], *rows])


def times_notes(conditions):
    """What a reader of the times has to know, line by line."""
    c = conditions
    blas = (
        "as many threads as its BLAS takes"
        if c.blas_threads is None
        else counted(c.blas_threads, "thread")
    )
    return [
        f"milliseconds: {counted(c.rounds, 'round')} on {c.cpu}, in which all networks take turns. "
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
        f"the machine was not quiet: {busy:.1f} cores were busy with other work. Threads that "
        "wait for each other then wait long; trust no time of more than one."
    ]


def ruled(rows):
    """Rows of cells as lines, the head between two rules."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    head, *body = (line_of(row, widths) for row in rows)
    rule = "-" * len(head)
    return [rule, head, rule, *body, rule]


def line_of(cells, widths):
    """Cells side by side, the first one flush left, the others flush right."""
    first, *others = (
        cell.ljust(width) if c == 0 else cell.rjust(width)
        for c, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join([first, *others])


def _cell(spread):
    return f"{spread.median:.3f} ({spread.low:.3f}-{spread.high:.3f})"
