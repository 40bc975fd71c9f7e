"""The table of the main job, and what has to be said about it."""

import textwrap
from dataclasses import asdict

from minprune.arguments import counted
from minprune.documents.printed import PRINTED, verdict
from minprune.formulas.metrics import compression_ratio

NONE = "-"
COLUMNS = ("model", "accuracy", "parameters", "nonzeros", "bytes", "bytes", "MACs")
COLUMNS += ("dense", "sparse", "dense", "sparse")


def render(result):
    """The table and its notes as text."""
    printed = [_printed(line) for line in _document(result)]
    body = [COLUMNS, *printed, *map(_measured, result.models)]
    widths = [max(map(len, column)) for column in zip(*body, strict=True)]
    head, *rows = (line_of(cells, widths) for cells in body)
    rule = "-" * len(head)
    text = [_groups(widths), head, rule, *rows[: len(printed)], *([rule] if printed else [])]
    text += [*rows[len(printed) :], rule]
    text += [textwrap.fill(note, len(rule), subsequent_indent="  ") for note in notes(result)]
    return "\n".join(text) + "\n"


def notes(result):
    """What a reader of the table has to know, line by line."""
    settings, unmasked = result.settings, result.unmasked
    _dense, _trained_on, _just_pruned, pruned, *_ = result.models
    ratio = compression_ratio(pruned.dense_bytes, pruned.sparse_bytes)
    document = [f"{line.model}: {verdict(line)}." for line in _document(result)]
    if document:
        document.append(
            "document A-5.5: nor can its two counts, or times, differ. A-5.2 sets weights to 0; "
            "they are parameters still, and are still multiplied."
        )
    choices = ", ".join(f"{name} {value}" for name, value in asdict(settings).items())
    return [
        f"{result.dataset}, with {choices}.",
        *document,
        f"dense: trained for {counted(settings.epochs, 'epoch')} under an L1 penalty of "
        f"{settings.l1:g} (A-4.1), which gathers what matters in few weights and empties the "
        f"others. {result.idle_units} of the {settings.hidden} hidden units never fire "
        "(dead ReLUs).",
        f"trained on: {counted(settings.finetune_epochs, 'epoch')} more, without the penalty, "
        "under the mask if there is one.",
        "as the document does it: the mask is applied once and forgotten (A-5.2, D-5.2). One step "
        f"of Adam takes the sparsity of the weights from {unmasked.pruned:.1%} to "
        f"{unmasked.after_one_step:.1%}, all steps to {unmasked.after_training:.1%}. A weight "
        "stays 0 only as long as its input is 0 whenever its unit fires.",
        f"bytes: sparse are values, indices and offsets (CSR) and biases; {pruned.name} is "
        f"{ratio:.1f} times smaller than dense. Nonzeros count biases, MACs are those left when "
        "zeros are skipped.",
        "dense times do not fall with sparsity: a dense product multiplies its zeros. Sparse times "
        "are those of a plain loop over the nonzeros, on one core, as the dense ones are unless "
        "OPENBLAS_NUM_THREADS or its like asks for more.",
    ]


def _document(result):
    """The lines that A-5.5 prints, of MNIST and so of interest beside no other data."""
    return PRINTED if result.dataset == "MNIST" else ()


def _printed(line):
    times = (f"{line.milliseconds:g}", NONE, NONE, NONE)
    return (line.model, f"{line.accuracy:.2%}", f"{line.parameters:,}", *[NONE] * 4, *times)


def _measured(model):
    counts = model.parameters, model.nonzeros, model.dense_bytes, model.sparse_bytes, model.macs
    times = [f"{ms[n]:.3f}" for n in model.dense_ms for ms in (model.dense_ms, model.sparse_ms)]
    return (model.name, f"{model.accuracy:.2%}", *(f"{count:,}" for count in counts), *times)


def line_of(cells, widths):
    """Cells side by side, the first one flush left, the others flush right."""
    first, *others = (
        cell.ljust(width) if c == 0 else cell.rjust(width)
        for c, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join([first, *others])


def _groups(widths):
    """The upper line of the head; a name over two columns ends where the second one ends."""
    text = line_of([""] * 4 + ["dense", "sparse"] + [""] * 5, widths)
    for last, name in ((8, "1 image, ms"), (10, "256 images, ms")):
        end = sum(widths[: last + 1]) + 2 * last
        text = text[: end - len(name)] + name + text[end:]
    return text
