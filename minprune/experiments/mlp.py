"""The main job: train a perceptron, prune it, fine-tune it, and measure what came of it.

The settings were chosen on the validation images; the test images only give the final figures.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

import numpy as np

from minprune.arguments import above_zero, at_least_zero, fraction, one_of, whole_number
from minprune.experiments.timing import median_milliseconds
from minprune.formulas.metrics import count_nonzero, count_parameters, dense_bytes, sparsity
from minprune.formulas.penalties import l1_subgradient
from minprune.nn.network import EmptyLayerError, Network, mlp
from minprune.nn.optim import Adam, cosine_decay
from minprune.nn.train import Epoch, evaluate, fit, train_step
from minprune.pruning.one_shot import RANKINGS, prune_at_random, prune_by_magnitude
from minprune.sparse.engine import SparseEngine

CURVE = 0.5, 0.8, 0.9, 0.95, 0.98
BATCHES = 1, 256


@dataclass(frozen=True)
class Settings:
    """What can be chosen about the main job; a bad value is refused by name.

    l1 is the strength of the L1 penalty (A-4.1) on the weights while the dense network trains. It
    empties the weights that the network can do without, those of black pixels first, which would
    else keep their random initial values and crowd out useful ones in the ranking.
    """

    sparsity: float = 0.9
    scope: str = "global"
    hidden: int = 64
    epochs: int = 12
    finetune_epochs: int = 4
    batch_size: int = 64
    lr: float = 4e-3
    finetune_lr: float = 3e-3
    l1: float = 5e-5
    seed: int = 0

    def __post_init__(self):
        fraction("sparsity", self.sparsity)
        one_of("scope", self.scope, tuple(RANKINGS))
        at_least_zero("l1", self.l1)
        above_zero("lr", self.lr)
        above_zero("finetune_lr", self.finetune_lr)
        whole_number("seed", self.seed, low=0)
        for name in ("hidden", "epochs", "finetune_epochs", "batch_size"):
            whole_number(name, getattr(self, name), low=1)

    def rng(self, stage):
        """Random numbers of one stage, the same whatever the other stages did."""
        return np.random.default_rng([self.seed, stage])


class Trial(NamedTuple):
    """The dense network pruned to one sparsity."""

    pruned: Network  # by magnitude, nothing else done
    finetuned: Network  # the same, trained on under its mask
    random: Network  # the control: a random mask, trained on in the same way


@dataclass(frozen=True)
class Point:
    """Test accuracies of one `Trial`."""

    sparsity: float
    pruned: float
    finetuned: float
    random: float


@dataclass(frozen=True)
class Unmasked:
    """Sparsity of a pruned network that trains on without its mask, as in A-5.2 and D-5.2."""

    pruned: float
    after_one_step: float
    after_training: float


@dataclass(frozen=True)
class Model:
    """One measured line of the table."""

    name: str
    accuracy: float  # on the test images
    parameters: int
    nonzeros: int
    dense_bytes: int
    sparse_bytes: int  # compressed sparse rows with their indices and offsets, and the biases
    macs: int  # with the zeros skipped
    dense_ms: dict[int, float]  # batch size -> milliseconds of the forward pass
    sparse_ms: dict[int, float]


@dataclass(frozen=True)
class Result:
    """All that the main job found."""

    settings: Settings
    dataset: str
    image_shape: tuple[int, int]
    history: list[Epoch]
    curve: list[Point]
    unmasked: Unmasked
    models: list[Model]
    dense: Network
    pruned: Network  # and fine-tuned


def run_mlp(settings, data, say=print):
    """Train, prune, fine-tune, set the controls beside it, time.

    settings  a `Settings`
    data      a `Dataset`, images of any one size
    say       called with a line of text after each stage
    returns a `Result`
    """
    images = (len(split.labels) for split in (data.train, data.validation, data.test))
    say("{}: {} training, {} validation, {} test images".format(data.name, *images))
    dense, history = train_dense(settings, data)
    say(f"dense    {accuracy_on_test(dense, data):.2%} after {settings.epochs} epochs")
    trials = {settings.sparsity: prune_and_finetune(settings, data, dense)}
    for s in CURVE:
        if s not in trials:
            with suppress(EmptyLayerError):  # a small network has no such point
                trials[s] = prune_and_finetune(replace(settings, sparsity=s), data, dense)
    curve = [Point(s, *(accuracy_on_test(n, data) for n in trials[s])) for s in sorted(trials)]
    for p in curve:
        say(
            f"{p.sparsity:<7.1%}  {p.pruned:.2%} just pruned, {p.finetuned:.2%} fine-tuned, "
            f"{p.random:.2%} with a random mask"
        )
    regrown, unmasked = finetune_without_mask(settings, data, dense)
    trial, percent = trials[settings.sparsity], f"{100 * settings.sparsity:g} %"
    models = {
        "dense": dense,
        f"{percent} pruned": trial.pruned,
        f"{percent} pruned, fine-tuned": trial.finetuned,
        f"{percent} random mask, fine-tuned": trial.random,
        "as the document does it": regrown,
    }
    rows = [measure(name, network, data) for name, network in models.items()]
    return Result(
        settings=settings,
        dataset=data.name,
        image_shape=data.image_shape,
        history=history,
        curve=curve,
        unmasked=unmasked,
        models=rows,
        dense=dense,
        pruned=trial.finetuned,
    )


def train_dense(settings, data):
    """The network before pruning, trained under the L1 penalty, and its history."""
    rng = settings.rng(stage=0)
    network = mlp([data.train.flat.shape[1], settings.hidden, data.classes], rng)
    history = fit(
        network,
        Adam(network.parameters, settings.lr),
        data.train.flat,
        data.train.labels,
        epochs=settings.epochs,
        rng=rng,
        batch_size=settings.batch_size,
        validation=(data.validation.flat, data.validation.labels),
        lr_decay=cosine_decay,
        penalty_gradient=partial(l1_subgradient, lam=settings.l1),
        title="dense",
    )
    return network, history


def prune_and_finetune(settings, data, dense):
    """A `Trial` at the sparsity of the settings; the dense network is left as it is."""
    pruned, random = dense.copy(), dense.copy()
    prune_by_magnitude(pruned, settings.sparsity, settings.scope)
    prune_at_random(random, settings.sparsity, settings.rng(stage=1), settings.scope)
    finetuned = pruned.copy()
    finetune(finetuned, settings, data)
    finetune(random, settings, data)
    return Trial(pruned, finetuned, random)


def finetune(network, settings, data):
    """Train a pruned network on, under whatever mask it has."""
    fit(
        network,
        Adam(network.parameters, settings.finetune_lr),
        data.train.flat,
        data.train.labels,
        epochs=settings.finetune_epochs,
        rng=settings.rng(stage=2),
        batch_size=settings.batch_size,
        lr_decay=cosine_decay,
        title=f"fine-tuning at {settings.sparsity:.1%}",
    )


def finetune_without_mask(settings, data, dense):
    """What documents A and D do: prune, forget the mask, train. Returns network and `Unmasked`."""
    network = dense.copy()
    prune_by_magnitude(network, settings.sparsity, settings.scope)
    network.unprune()
    stages = [weight_sparsity(network)]
    first_step, batch = network.copy(), slice(settings.batch_size)
    x, y = data.train.flat[batch], data.train.labels[batch]
    train_step(first_step, Adam(first_step.parameters, settings.finetune_lr), x, y)
    stages.append(weight_sparsity(first_step))
    finetune(network, settings, data)
    stages.append(weight_sparsity(network))
    return network, Unmasked(*stages)


def measure(name, network, data):
    """A `Model`: counts, bytes, test accuracy, and the forward pass timed dense and sparse."""
    engine = SparseEngine(network)
    arrays = [p.value for p in network.parameters.values()]
    x = {n: np.resize(data.test.flat, (n, data.test.flat.shape[1])) for n in BATCHES}
    calls = {("dense", n): partial(network, x[n]) for n in BATCHES}
    calls |= {("sparse", n): partial(engine, x[n]) for n in BATCHES}
    ms = median_milliseconds(calls)
    return Model(
        name=name,
        accuracy=accuracy_on_test(network, data),
        parameters=count_parameters(*arrays),
        nonzeros=count_nonzero(*arrays),
        dense_bytes=dense_bytes(*arrays),
        sparse_bytes=engine.nbytes,
        macs=count_nonzero(*(w.value for w in network.weights.values())),
        dense_ms={n: ms["dense", n] for n in BATCHES},
        sparse_ms={n: ms["sparse", n] for n in BATCHES},
    )


def accuracy_on_test(network, data):
    """Accuracy on the test images."""
    return evaluate(network, data.test.flat, data.test.labels)[1]


def weight_sparsity(network):
    """Fraction of the weights, biases not counted, that are exactly 0."""
    return sparsity(*(w.value for w in network.weights.values()))
