"""The table of the main job, and what has to be said about it."""

import textwrap

from minprune.experiments.document import PRINTED, verdict

NONE = "-"
GROUPS = ("", "", "", "", "dense", "sparse", "", "1 image, ms", "", "256 images, ms", "")
COLUMNS = ("model", "accuracy", "parameters", "nonzeros", "bytes", "bytes", "MACs")
COLUMNS += ("dense", "sparse", "dense", "sparse")


def render(result):
    """The table and its notes as text."""
    printed, measured = map(_printed, PRINTED), map(_measured, result.models)
    body = [COLUMNS, *printed, *measured]
    widths = [max(map(len, column)) for column in zip(*body, strict=True)]
    head, *rows = (_line(cells, widths) for cells in body)
    rule = "-" * len(head)
    text = [_groups(widths), head, rule, *rows[: len(PRINTED)], rule, *rows[len(PRINTED) :], rule]
    text += [textwrap.fill(note, len(rule), subsequent_indent="  ") for note in notes(result)]
    return "\n".join(text) + "\n"


def notes(result):
    """What a reader of the table has to know, line by line."""
    settings, unmasked = result.settings, result.unmasked
    document = [f"{p.model}: {verdict(p)}." for p in PRINTED]
    return [
        *document,
        "as the document does it: the mask is applied once and forgotten (A-5.2, D-5.2). One step "
        f"of Adam takes the sparsity of the weights from {unmasked.pruned:.1%} to "
        f"{unmasked.after_one_step:.1%}, {settings.finetune_epochs} epochs to "
        f"{unmasked.after_training:.1%}. What stays 0 gets no gradient: the weights of pixels "
        "that are always black and of units that never fire.",
        f"fine-tuned networks trained {settings.epochs} + {settings.finetune_epochs} epochs, the "
        f"dense one {settings.epochs}.",
        "nonzeros count biases too; sparse bytes are values, indices and offsets (CSR) and biases; "
        "MACs skip the zeros.",
        "dense times do not fall with sparsity: a dense product multiplies its zeros. Sparse times "
        "are those of a plain loop over the nonzeros. Both run on one core, unless "
        "OPENBLAS_NUM_THREADS or its like asks for more.",
    ]


def _printed(line):
    times = (f"{line.milliseconds:g}", NONE, NONE, NONE)
    return (line.model, f"{line.accuracy:.2%}", f"{line.parameters:,}", *[NONE] * 4, *times)


def _measured(model):
    counts = model.parameters, model.nonzeros, model.dense_bytes, model.sparse_bytes, model.macs
    times = [f"{ms[n]:.3f}" for n in model.dense_ms for ms in (model.dense_ms, model.sparse_ms)]
    return (model.name, f"{model.accuracy:.2%}", *(f"{count:,}" for count in counts), *times)


def _line(cells, widths):
    first, *others = (
        cell.ljust(width) if c == 0 else cell.rjust(width)
        for c, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join([first, *others])


def _groups(widths):
    """The upper line of the head; a name over two columns ends where the second one ends."""
    text = _line([""] * 4 + ["dense", "sparse"] + [""] * 5, widths)
    for last, name in ((8, "1 image, ms"), (10, "256 images, ms")):
        end = sum(widths[: last + 1]) + 2 * last
        text = text[: end - len(name)] + name + text[end:]
    return text
