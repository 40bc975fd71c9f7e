"""The table of `run cnn`, and what has to be said about it."""

from dataclasses import asdict

from minprune.arguments import counted, printable
from minprune.documents.printed import AFTER_PRUNING, TRAINING
from minprune.experiments.cnn import threshold_name, units_name, weights_name
from minprune.layout import paragraph, ruled
from minprune.report.classes import recall_notes, recall_tables
from minprune.report.times import WIDTH, ratio_in_words, speedup, times_notes, times_tables

_SCOPES = {"global": "all layers together", "layer": "each layer by itself"}
COLUMNS = "network", "accuracy, %", "parameters", "nonzeros", "file, bytes"
PRODUCTS = "multiply-accumulates, 1 image", "all", "nonzero"


def render_cnn(result):
    """The results in a sentence each, the tables, and their notes as text."""
    counts, products = ([head, *map(row, result.models)] for head, row in
                        ((COLUMNS, _counts), (PRODUCTS, _products)))  # fmt: skip
    blocks = [paragraph(line, WIDTH) for line in headlines(result)]
    tables = [ruled(counts), ruled(products), *times_tables(result.models)]
    tables += recall_tables(result, weights_name(result.settings.sparsity))
    blocks += map("\n".join, tables)
    blocks += [paragraph(note, WIDTH, "  ") for note in notes(result)]
    return "\n\n".join(blocks) + "\n"


def headlines(result):
    """Accuracy, size and speed of the networks that the settings ask for, beside the dense one."""
    models, settings = {m.name: m for m in result.models}, result.settings
    dense = models["dense, fine-tuned"]
    return [
        f"Without {name}: {pruned.accuracy:.2%} of the test images right instead of "
        f"{dense.accuracy:.2%}, the file "
        f"{ratio_in_words(dense.file_bytes / pruned.file_bytes, 'smaller', 'larger')}, "
        f"{speedup(dense, pruned)}."
        for name in (weights_name(settings.sparsity), units_name(settings.unit_sparsity))
        if (pruned := models.get(name))
    ]


def notes(result):
    """The notes below the tables, line by line."""
    settings = result.settings
    choices = ", ".join(f"{name} {value}" for name, value in asdict(settings).items())
    return [
        f"{printable(result.dataset)}, with {choices}.",
        *result.about,
        f"dense: {counted(settings.epochs, 'epoch')}{_penalty(settings)}. Every other "
        "network is a copy of it, pruned unless named dense, and fine-tuned without a penalty for "
        f"{counted(settings.finetune_epochs, 'epoch')}, unless named 'not fine-tuned'.",
        *_threshold(result),
        *_document(result),
        f"% of weights: the smallest of {_SCOPES[settings.scope]}. Pruning saves time only in "
        "the engine, since a dense product multiplies zeros; the file is smaller, since zeros "
        "compress well.",
        f"% of units: filters and neurons, the lowest of each layer by {settings.criterion!r}, "
        "removed with all their weights. Parameters, MACs, file and time fall together. Before "
        "fine-tuning, the outputs of the smaller network agreed with those of the network with the "
        f"same units masked, {_to(result.disagreement)}.",
        "at random: the control, with as many weights or units pruned at random. The value of a "
        "criterion is its gain over this row. The MACs differ.",
        "nonzero multiply-accumulates: those left if zeros are skipped. file: weights and masks, "
        "compressed.",
        *recall_notes(result),
        *times_notes(result.conditions),
    ]


def _threshold(result):
    """The note on D-5.2's threshold."""
    theta, found = result.settings.theta, result.threshold
    if found is None:
        return [f"threshold {theta:g}: left out, since it prunes every weight of a layer."]
    layers = ", ".join(f"{name} {share:.1%}" for name, share in found.layers.items())
    return [
        f"threshold {theta:g}: the same for all layers. In the network trained here it prunes "
        f"{found.pruned:.1%} of the weights ({layers}). Fine-tuned under the mask, "
        f"{found.masked:.1%} are 0. Without the mask, {found.after_one_step:.1%} are 0 after one "
        f"step of Adam, {found.unmasked:.1%} at the end" + _no_pruned_network(found)
    ]


def _document(result):
    """The accuracy that D-5.2 prints, ours beside it, and how its training differs."""
    if not _is_the_document(result):
        return []
    ours = asdict(result.settings)
    other = [f"{name} {value:g}" for name, value in TRAINING.items() if ours[name] != value]
    other.append("a learning rate that does not decay")
    unmasked = f"{threshold_name(result.settings.theta)}, unmasked"
    accuracy = next((m.accuracy for m in result.models if m.name == unmasked), None)
    found = "" if accuracy is None else f", as {unmasked!r} is, with {accuracy:.2%} here"
    return [
        f"document D-5.4a prints {AFTER_PRUNING:.2%} after pruning, for a network that was "
        f"fine-tuned without its mask{found}. D-5.2 has other settings: {', '.join(other)}. How "
        "much one threshold prunes depends on them, above all on the L1 penalty."
    ]


def _is_the_document(result):
    """True if document D's figures are of the same data."""
    return result.dataset == "MNIST"


def _no_pruned_network(found):
    regrown = found.unmasked < found.pruned
    return ", so its accuracy is not that of the pruned network." if regrown else "."


def _to(disagreement):
    return f"to {disagreement:.0e} of the largest output" if disagreement else "exactly"


def _penalty(settings):
    return f" under an L1 penalty of {settings.l1:g} (A-4.1)" if settings.l1 else ""


def _counts(model):
    counts = model.parameters, model.nonzeros, model.file_bytes
    return (model.name, f"{100 * model.accuracy:.2f}", *(f"{count:,}" for count in counts))


def _products(model):
    return model.name, f"{model.macs:,}", f"{model.nonzero_macs:,}"
