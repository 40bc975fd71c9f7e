"""The table of the main job, and what has to be said about it."""

from dataclasses import asdict

import numpy as np

from minprune.arguments import counted, printable
from minprune.documents.printed import PRINTED, verdict
from minprune.experiments.spread import interval
from minprune.formulas.metrics import compression_ratio, mcnemar_z
from minprune.layout import paragraph, ruled
from minprune.nn.optim import WARMUP
from minprune.report.classes import recall_notes, recall_tables, sample_word
from minprune.report.times import WIDTH, ratio_in_words, speedup, times_notes, times_tables

ENOUGH = 25  # discordant samples for the normal distribution, see `mcnemar_z`
COLUMNS = "network", "accuracy, %", "nonzeros", "sparse bytes", "MACs"


def render(result):
    """The result in a sentence, the tables, and their notes as text."""
    tables = [
        ruled([COLUMNS, *map(_measured, result.models)]),
        *times_tables(result.models, sample_word(result)),
        *recall_tables(result, result.models[3].name),
    ]
    blocks = [paragraph(headline(result), WIDTH), *map("\n".join, tables)]
    blocks += [paragraph(note, WIDTH, "  ") for note in notes(result)]
    return "\n\n".join(blocks) + "\n"


def headline(result):
    """Accuracy, size and speed of the pruned network beside the dense one, fine-tuned as long.

    The accuracies are means over the seeds.
    """
    _, dense, _, pruned, *_ = result.models
    sample = sample_word(result)
    right, instead = (interval([100 * a for a in m.accuracies]).mean for m in (pruned, dense))
    smaller = compression_ratio(pruned.dense_bytes, pruned.sparse_bytes)
    return (
        f"{pruned.name}: {right:.2f} % of the test {sample}s right instead of {instead:.2f} %, "
        f"{ratio_in_words(smaller, 'smaller', 'larger')}, {speedup(dense, pruned, sample)}."
    )


def notes(result):
    """The notes below the tables, line by line."""
    settings, first, sample = result.settings, result.models[0], sample_word(result)
    choices = ", ".join(f"{name} {value}" for name, value in asdict(settings).items())
    return [
        f"{printable(result.dataset)}, with {choices}.",
        *result.about,
        *_accuracies(result),
        f"dense: trained for {counted(settings.epochs, 'epoch')}{_penalty(result)}. "
        f"Dead hidden units, with output 0 on every training {sample}: {result.idle_units} of "
        f"{settings.hidden}.",
        f"fine-tuned: trained for {counted(settings.finetune_epochs, 'more epoch')} without a "
        "penalty, under the mask if there is one.",
        *_mask_dropped(result),
        f"Every network has {first.parameters:,} parameters, {first.dense_bytes:,} bytes dense. "
        "sparse bytes: values, indices and offsets (CSR), and biases. nonzeros include biases. "
        f"MACs: multiply-accumulates for one {sample} when zeros are skipped.",
        *recall_notes(result),
        *times_notes(result.conditions),
        *_document(result),
    ]


def _accuracies(result):
    """The notes on accuracy: intervals and tests of the differences."""
    settings, (only_dense, only_pruned) = result.settings, result.discordant
    _dense, dense, _pruned_only, pruned, random, _dropped = result.models
    n, sample = len(pruned.accuracies), sample_word(result)
    meaning = "beyond +-2 the difference is significant at 5 %"
    if only_dense + only_pruned < ENOUGH:
        meaning = f"with fewer than {ENOUGH} such {sample}s z is no test at 5 %"
    mean = f", mean of {n} seeds and half of its 95 % interval (Student)" if n > 1 else ""
    return [
        f"accuracy: on the test {sample}s{mean}. Pictures and files show seed {settings.seed}.",
        f"{pruned.name!r} minus {dense.name!r}: {_points(pruned, dense)} points; minus "
        f"{random.name!r}: {_points(pruned, random)} points.",
        f"seed {settings.seed}: only {dense.name!r} is right on {only_dense} of the test "
        f"{sample}s, only {pruned.name!r} on {only_pruned}, so z is "
        f"{mcnemar_z(only_pruned, only_dense):.1f} (McNemar); {meaning}.",
    ]


def _points(model, other):
    """The difference of two accuracies in points of percent, within each seed."""
    pairs = zip(model.accuracies, other.accuracies, strict=True)
    return _with_interval([100 * (a - b) for a, b in pairs], "+.2f")


def _with_interval(values, form=".2f"):
    """Mean and half of the 95 % interval; the mean alone if there is no more than one."""
    found = interval(values)
    half = "" if found.half is None else f" +- {found.half:.2f}"
    return f"{found.mean:{form}}{half}"


def _penalty(result):
    """The penalty, if there was one, and the small weights after it."""
    if not result.settings.l1:
        return ""
    w = np.concatenate([np.abs(w.value).ravel() for w in result.dense.weights.values()])
    return (
        f", after {WARMUP:.0%} of them under an L1 penalty of {result.settings.l1:g} (A-4.1). "
        f"{np.mean(w < 0.01 * w.max()):.1%} of its weights are below 1 % of the largest"
    )


def _mask_dropped(result):
    """The note on the network that is fine-tuned without its mask."""
    unmasked, name = result.unmasked, result.models[-1].name
    return [
        f"{name}: fine-tuned without its mask, as A-5.2 and D-5.2 do. One step of "
        f"Adam takes the sparsity of the weights from {unmasked.pruned:.1%} to "
        f"{unmasked.after_one_step:.1%}, all steps to {unmasked.after_training:.1%}. A weight "
        f"keeps its 0 only while its input is 0 on every {sample_word(result)} that activates its "
        "unit."
    ]


def _document(result):
    """The figures that A-5.5 prints, for MNIST alone."""
    if result.dataset != "MNIST":
        return []
    lines = [
        f"{line.model}: it prints {100 * line.accuracy:.2f} %, {line.parameters:,} parameters, "
        f"{line.milliseconds:g} ms. {verdict(line)}."
        for line in PRINTED
    ]
    return [
        *lines,
        "document A-5.5: its two counts should be equal, and so should its two times. A-5.2 sets "
        "weights to 0; they are still parameters and are still multiplied.",
    ]


def _measured(model):
    counts = model.nonzeros, model.sparse_bytes, model.macs
    accuracy = _with_interval([100 * a for a in model.accuracies])
    return (model.name, accuracy, *(f"{count:,}" for count in counts))
