"""The table of `run cnn`, and what has to be said about it."""

import textwrap
from dataclasses import asdict

from minprune.arguments import counted
from minprune.documents.printed import AFTER_PRUNING, TRAINING
from minprune.experiments.cnn import threshold_name
from minprune.report.times import NONE, ruled, times_notes, times_table

_SCOPES = {"global": "all layers together", "layer": "each layer by itself"}
COLUMNS = ("network", "accuracy, %", "parameters", "nonzeros", "MACs", "nonzero MACs")
COLUMNS += ("file, bytes",)


def render_cnn(result):
    """The tables and their notes as text."""
    document = [_printed()] if _is_the_document(result) else []
    text = [*ruled([COLUMNS, *document, *map(_row, result.models)]), ""]
    text += times_table(result.models)
    width = max(map(len, text))
    text += [textwrap.fill(note, width, subsequent_indent="  ") for note in notes(result)]
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
        *_document(result),
        f"% of weights: the smallest of {_SCOPES[settings.scope]}. They still cost their time, "
        "except in the engine: a dense product multiplies zeros; a file saves them by compression.",
        f"% of units: filters and neurons, the lowest of each layer by {settings.criterion!r}, "
        "taken out of the network with all that belongs to them. Parameters, MACs, file and time "
        "fall together. Before training on, the smaller network gave what the network with the "
        f"same units silenced by masks gave, {_to(result.disagreement)}.",
        "at random: the control, as many weights or units, though not as many MACs. A criterion is "
        "worth what it gains on that line.",
        "MACs are those of one image; nonzero, those left if zeros are skipped. file: weights and "
        "masks, compressed.",
        *times_notes(result.conditions),
    ]


def _threshold(result):
    """What became of D-5.2's way."""
    theta, found = result.settings.theta, result.threshold
    if found is None:
        return [f"threshold {theta:g}: left out, it prunes every weight of a layer."]
    layers = ", ".join(f"{name} {share:.1%}" for name, share in found.layers.items())
    return [
        f"threshold {theta:g}: one for all layers. Of the network as it was trained here it prunes "
        f"{found.pruned:.1%} of the weights ({layers}). Trained on under the mask, "
        f"{found.masked:.1%} are 0. Without it: {found.after_one_step:.1%} after one step of Adam, "
        f"{found.unmasked:.1%} in the end" + _no_pruned_network(found)
    ]


def _document(result):
    """What D-5.2 does otherwise, and what stands beside its printed accuracy."""
    if not _is_the_document(result):
        return []
    ours = asdict(result.settings)
    other = [f"{name} {value:g}" for name, value in TRAINING.items() if ours[name] != value]
    unmasked = f"{threshold_name(result.settings.theta)}, unmasked"
    accuracy = next((m.accuracy for m in result.models if m.name == unmasked), None)
    found = "" if accuracy is None else f", as {unmasked!r} is, with {accuracy:.2%} here"
    return [
        f"document D-5.4a: of a network that trained on without its mask{found}. D-5.2 trains "
        f"otherwise: {', '.join([*other, 'a learning rate that does not decay'])}. How much one "
        "threshold prunes depends on that, the L1 penalty above all."
    ]


def _is_the_document(result):
    """Whether document D's figures are of the same data."""
    return result.dataset == "MNIST"


def _printed():
    return ("document D-5.4a, after pruning", f"{100 * AFTER_PRUNING:.2f}", *[NONE] * 5)


def _no_pruned_network(found):
    regrown = found.unmasked < found.pruned
    return "; so its accuracy is not that of the pruned network." if regrown else "."


def _to(disagreement):
    return f"to {disagreement:.0e} of the largest output" if disagreement else "exactly"


def _penalty(settings):
    return f" under an L1 penalty of {settings.l1:g} (A-4.1)" if settings.l1 else ""


def _row(model):
    counts = model.parameters, model.nonzeros, model.macs, model.nonzero_macs, model.file_bytes
    return (model.name, f"{100 * model.accuracy:.2f}", *(f"{count:,}" for count in counts))
