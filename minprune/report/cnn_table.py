"""The table of `run cnn`, and what has to be said about it."""

import textwrap
from dataclasses import asdict

from minprune.arguments import counted
from minprune.report.table import line_of

_SCOPES = {"global": "all layers together", "layer": "each layer by itself"}
COLUMNS = ("network", "accuracy", "parameters", "nonzeros", "MACs", "nonzero MACs", "file, bytes")


def render_cnn(result):
    """The table and its notes as text."""
    times = [f"{what} {n}" for n in result.models[0].dense_ms for what in ("ms of", "sparse")]
    body = [(*COLUMNS, *times), *map(_row, result.models)]
    widths = [max(map(len, column)) for column in zip(*body, strict=True)]
    head, *rows = (line_of(cells, widths) for cells in body)
    rule = "-" * len(head)
    text = [head, rule, *rows, rule]
    text += [textwrap.fill(note, len(rule), subsequent_indent="  ") for note in notes(result)]
    return "\n".join(text) + "\n"


def notes(result):
    """What a reader of the table has to know, line by line."""
    settings = result.settings
    choices = ", ".join(f"{name} {value}" for name, value in asdict(settings).items())
    return [
        f"{result.dataset}, with {choices}.",
        f"dense: {counted(settings.epochs, 'epoch')}{_penalty(settings)}. Every other "
        "network began as this one, was pruned, and unless its name says otherwise trained on, "
        f"without a penalty, for {counted(settings.finetune_epochs, 'epoch')}.",
        *_threshold(result),
        f"% of weights: the smallest of {_SCOPES[settings.scope]}. They still cost their time, "
        "except in the engine: a dense product multiplies zeros; a file saves them by compression.",
        f"% of units: filters and neurons, the lowest of each layer by {settings.criterion!r}, "
        "taken out of the network with all that belongs to them. Parameters, MACs, file and time "
        "fall together. Before training on, the smaller network gave what the network with the "
        f"same units silenced by masks gave, {_to(result.disagreement)}.",
        "at random: the control, as many weights or units, though not as many MACs. A criterion is "
        "worth what it gains on that line.",
        "MACs are those of one image; nonzero, those left if zeros are skipped. file: weights and "
        "masks, compressed. ms of 1, of 256: milliseconds of the forward pass of as many images; "
        "sparse: the same by the engine, on the nonzero weights alone.",
    ]


def _threshold(result):
    """What became of D-5.2's way."""
    theta, found = result.settings.theta, result.threshold
    if found is None:
        return [f"threshold {theta:g}: left out, it prunes every weight of a layer."]
    layers = ", ".join(f"{name} {share:.1%}" for name, share in found.layers.items())
    return [
        f"threshold {theta:g}: as in D-5.2, one for all layers. It prunes {found.pruned:.1%} of "
        f"the weights ({layers}). Trained on under the mask, {found.masked:.1%} are 0. Without it, "
        f"as the document does: {found.after_one_step:.1%} after one step of Adam, "
        f"{found.unmasked:.1%} in the end" + _no_pruned_network(found)
    ]


def _no_pruned_network(found):
    regrown = found.unmasked < found.pruned
    return "; so its accuracy is not that of the pruned network." if regrown else "."


def _to(disagreement):
    return f"to {disagreement:.0e} of the largest output" if disagreement else "exactly"


def _penalty(settings):
    return f" under an L1 penalty of {settings.l1:g} (A-4.1)" if settings.l1 else ""


def _row(model):
    counts = model.parameters, model.nonzeros, model.macs, model.nonzero_macs, model.file_bytes
    times = [f"{ms[n]:.3f}" for n in model.dense_ms for ms in (model.dense_ms, model.sparse_ms)]
    return (model.name, f"{model.accuracy:.2%}", *(f"{count:,}" for count in counts), *times)
