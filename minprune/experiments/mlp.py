"""The main job: train a perceptron, prune it, fine-tune it, and measure what came of it.

The settings were chosen on the validation samples; the test samples only give the final figures.
"""

import math
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

import numpy as np

from minprune.arguments import counted
from minprune.experiments.classes import ClassRecall, class_recalls
from minprune.experiments.names import shown_name
from minprune.experiments.settings import Settings, too_sparse
from minprune.experiments.spread import Spread
from minprune.experiments.timing import Conditions, milliseconds
from minprune.formulas.metrics import (
    confusion_matrix,
    count_nonzero,
    count_parameters,
    dense_bytes,
    discordant_counts,
)
from minprune.formulas.penalties import l1_subgradient
from minprune.language import either, message
from minprune.nn.history import Epoch
from minprune.nn.network import EmptyLayerError, Network, mlp
from minprune.nn.optim import WARMUP, Adam, cosine_decay, warmup_cosine
from minprune.nn.predict import evaluate, predict_classes
from minprune.nn.train import fit, train_step
from minprune.pruning.one_shot import prune_at_random, prune_by_magnitude
from minprune.pruning.units import dead_units
from minprune.sparse.engine import SparseEngine

CURVE = 0.5, 0.8, 0.9, 0.95, 0.98
BATCHES = 1, 256


class Trial(NamedTuple):
    """The dense network pruned to one sparsity."""

    pruned: Network  # by magnitude, nothing else done
    finetuned: Network  # the same, fine-tuned under its mask
    random: Network  # the control: a random mask, fine-tuned in the same way


@dataclass(frozen=True)
class Point:
    """Test accuracies of one `Trial`."""

    sparsity: float
    pruned: float
    finetuned: float
    random: float


@dataclass(frozen=True)
class Unmasked:
    """Sparsity of a pruned network that trains on without its mask, as in D-5.2."""

    pruned: float
    after_one_step: float
    after_training: float


@dataclass(frozen=True)
class Model:
    """One measured line of the table."""

    name: str
    accuracies: list[float]  # on the test samples: this network's, then those of other seeds
    parameters: int
    nonzeros: int
    dense_bytes: int
    sparse_bytes: int  # compressed sparse rows with their indices and offsets, and the biases
    macs: int  # with the zeros skipped
    dense_ms: dict[int, Spread]  # batch size -> milliseconds of the forward pass
    sparse_ms: dict[int, Spread]  # of the sparse engine

    @property
    def accuracy(self):
        """On the test samples, of the network that was kept."""
        return self.accuracies[0]


@dataclass(frozen=True)
class Result:
    """All that the main job found."""

    settings: Settings
    dataset: str
    shape: tuple[int, ...]  # of a sample
    feature_names: list[str]  # of a table with a header, else empty
    about: list[str]  # sentences on the data: how it was split and scaled
    history: list[Epoch]
    idle_units: int  # hidden units of the dense network that fire on no training sample
    curve: list[Point]
    unmasked: Unmasked
    discordant: tuple[int, int]  # samples that only dense, only pruned gets right, fine-tuned
    recalls: list[ClassRecall]  # of `pruned`, on the test samples
    confusion: list[list[int]]  # likewise, a row for each true class
    models: list[Model]  # in the order of the table, dense and dense fine-tuned first
    conditions: Conditions  # of the times
    dense: Network
    pruned: Network  # and fine-tuned


def run_mlp(settings, data, say=print):
    """Train, prune, fine-tune, set the controls beside it, time.

    settings  a `Settings`
    data      a `Dataset`: rows of features, or images of any one size
    say       called with a line of text after each stage
    returns a `Result`
    """
    say(data.summary)
    dense, history = train_dense(settings, data)
    right = f"{accuracy_on_test(dense, data):.2%}"
    say(either(f"dense    {right} after {counted(settings.epochs, 'epoch')}",
               f"稠密     {right}，训练 {settings.epochs} 轮"))  # fmt: skip
    trials = trials_of(settings, data, dense)
    curve = [Point(s, *(accuracy_on_test(n, data) for n in trials[s])) for s in sorted(trials)]
    for p in curve:
        only, tuned, random = (f"{a:.2%}" for a in (p.pruned, p.finetuned, p.random))
        say(f"{p.sparsity:<7.1%}  " + either(
            f"{only} pruned only, {tuned} fine-tuned, {random} with a random mask",
            f"只剪枝 {only}，微调 {tuned}，随机掩码 {random}",
        ))  # fmt: skip
    networks, unmasked = compared(settings, data, dense, trials[settings.sparsity])
    accuracies = over_seeds(settings, data, networks, say)
    models, conditions = measure(networks, accuracies, data)
    _, trained_on, _, finetuned, *_ = networks.values()
    answers = [predict_classes(n, data.test.flat) for n in (trained_on, finetuned)]
    return Result(
        settings=settings,
        dataset=data.name,
        shape=data.shape,
        feature_names=list(data.feature_names),
        about=data.about,
        history=history,
        idle_units=idle_units(dense, data),
        curve=curve,
        unmasked=unmasked,
        discordant=discordant_counts(data.test.labels, *answers),
        recalls=class_recalls(data.class_names, data.test.labels, answers[1]),
        confusion=confusion_matrix(data.test.labels, answers[1], data.classes).tolist(),
        models=models,
        conditions=conditions,
        dense=dense,
        pruned=finetuned,
    )


def trials_of(settings, data, dense):
    """A `Trial` by sparsity: that of the settings, and those of `CURVE` that empty no layer."""
    try:
        trials = {settings.sparsity: prune_and_finetune(settings, data, dense)}
    except EmptyLayerError as error:
        raise too_sparse(settings, error) from None
    for s in CURVE:
        if s not in trials:
            with suppress(EmptyLayerError):
                trials[s] = prune_and_finetune(replace(settings, sparsity=s), data, dense)
    return trials


def compared(settings, data, dense, trial):
    """The networks that the table sets side by side, by name, and what `Unmasked` says of one."""
    trained_on, percent = dense.copy(), f"{100 * settings.sparsity:g} %"
    finetune(trained_on, settings, data, title=shown_name("dense, fine-tuned"))
    regrown, unmasked = finetune_without_mask(settings, data, dense)
    return {
        "dense": dense,
        "dense, fine-tuned": trained_on,
        f"{percent} pruned": trial.pruned,
        f"{percent} pruned, fine-tuned": trial.finetuned,
        f"{percent} random mask, fine-tuned": trial.random,
        f"{percent} pruned, mask dropped": regrown,
    }, unmasked


def over_seeds(settings, data, networks, say):
    """Test accuracies by name: those of these networks, then of all that other seeds lead to.

    A seed that would empty a layer is left out.
    """
    found = {name: [accuracy_on_test(network, data)] for name, network in networks.items()}
    for seed in range(settings.seed + 1, settings.seed + settings.seeds):
        other = replace(settings, seed=seed)
        try:
            dense, _ = train_dense(other, data)
            networks, _ = compared(other, data, dense, prune_and_finetune(other, data, dense))
        except EmptyLayerError as error:
            say(either(f"seed {seed} is left out: ", f"随机种子 {seed} 略去：") + message(error))
            continue
        for name, network in networks.items():
            found[name].append(accuracy_on_test(network, data))
        accuracies = ", ".join(f"{of_seeds[-1]:.2%}" for of_seeds in found.values())
        say(either(f"seed {seed}   {accuracies} in the order of the table",
                   f"随机种子 {seed}   {accuracies}，按表格的顺序"))  # fmt: skip
    return found


def train_dense(settings, data):
    """The network before pruning, trained under the L1 penalty, and its history.

    The learning rate warms up first, then the penalty sets in: both at their full strength from the
    first step on push many a unit below 0 on every sample, where no gradient reaches it any more.
    """
    rng, strength = settings.rng(stage=0), 0.0
    steps = settings.epochs * math.ceil(len(data.train.labels) / settings.batch_size)

    def set_in(step):
        nonlocal strength
        strength = settings.l1 if step >= WARMUP * steps else 0.0

    network = mlp([data.train.flat.shape[1], settings.hidden, data.classes], rng)
    history = fit(
        network,
        data.train.flat,
        data.train.labels,
        optimizer=Adam(network.parameters, settings.lr),
        epochs=settings.epochs,
        rng=rng,
        batch_size=settings.batch_size,
        validation=(data.validation.flat, data.validation.labels),
        lr_decay=warmup_cosine,
        penalty_gradient=lambda w: l1_subgradient(w, strength),
        on_step=set_in,
        title=shown_name("dense"),
    )
    return network, history


def prune_and_finetune(settings, data, dense):
    """A `Trial` at the sparsity of the settings; the dense network is left as it is."""
    pruned, random, sparsity = dense.copy(), dense.copy(), f"{settings.sparsity:.1%}"
    prune_by_magnitude(pruned, settings.sparsity, settings.scope)
    prune_at_random(random, settings.sparsity, settings.rng(stage=1), settings.scope)
    finetuned = pruned.copy()
    finetune(finetuned, settings, data, either(f"pruned {sparsity}", f"剪枝 {sparsity}"))
    finetune(random, settings, data, either(f"random mask {sparsity}", f"随机掩码 {sparsity}"))
    return Trial(pruned, finetuned, random)


def finetune(network, settings, data, title):
    """Fine-tune a network under the mask that it has, if any."""
    fit(
        network,
        data.train.flat,
        data.train.labels,
        optimizer=Adam(network.parameters, settings.finetune_lr),
        epochs=settings.finetune_epochs,
        rng=settings.rng(stage=2),
        batch_size=settings.batch_size,
        lr_decay=cosine_decay,
        title=title,
    )


def finetune_without_mask(settings, data, dense):
    """D-5.2's procedure: prune, drop the mask, fine-tune. Returns network and `Unmasked`.

    The one step is Adam's first, on the first mini-batch of the file.
    """
    network = dense.copy()
    prune_by_magnitude(network, settings.sparsity, settings.scope)
    network.unprune()
    stages = [network.sparsity]
    first_step, batch = network.copy(), slice(settings.batch_size)
    x, y = data.train.flat[batch], data.train.labels[batch]
    train_step(first_step, Adam(first_step.parameters, settings.finetune_lr), x, y)
    stages.append(first_step.sparsity)
    finetune(network, settings, data, title=either("without the mask", "去掉掩码"))
    stages.append(network.sparsity)
    return network, Unmasked(*stages)


def measure(networks, accuracies, data):
    """One `Model` for each named network; all are timed in turn, so that their times compare.

    returns the models and the `Conditions` of their times
    """
    x = {n: data.test.flat[np.arange(n) % len(data.test.labels)] for n in BATCHES}
    engines = {name: SparseEngine(network) for name, network in networks.items()}
    ms, conditions = milliseconds(
        {
            (kind, name, n): partial(forward, x[n])
            for kind, forwards in (("dense", networks), ("sparse", engines))
            for name, forward in forwards.items()
            for n in BATCHES
        }
    )
    models = []
    for name, network in networks.items():
        arrays = [p.value for p in network.parameters.values()]
        models.append(
            Model(
                name=name,
                accuracies=accuracies[name],
                parameters=count_parameters(*arrays),
                nonzeros=count_nonzero(*arrays),
                dense_bytes=dense_bytes(*arrays),
                sparse_bytes=engines[name].compressed_bytes,
                macs=count_nonzero(*(w.value for w in network.weights.values())),
                dense_ms={n: ms["dense", name, n] for n in BATCHES},
                sparse_ms={n: ms["sparse", name, n] for n in BATCHES},
            )
        )
    return models, conditions


def idle_units(network, data):
    """The number of dead hidden units: ReLUs whose output is 0 on every training sample."""
    return sum(int(np.count_nonzero(dead)) for dead in dead_units(network, data.train.flat))


def accuracy_on_test(network, data):
    """Accuracy on the test samples."""
    return evaluate(network, data.test.flat, data.test.labels).accuracy
