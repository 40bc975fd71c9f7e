"""The main job: train a perceptron, prune it, fine-tune it, and measure what came of it.

The settings were chosen on the validation images; the test images only give the final figures.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

import numpy as np

from minprune.arguments import counted
from minprune.experiments.settings import Settings
from minprune.experiments.timing import median_milliseconds
from minprune.formulas.metrics import count_nonzero, count_parameters, dense_bytes
from minprune.formulas.penalties import l1_subgradient
from minprune.nn.network import EmptyLayerError, Network, mlp
from minprune.nn.optim import Adam, cosine_decay
from minprune.nn.train import Epoch, evaluate, fit, train_step
from minprune.pruning.one_shot import prune_at_random, prune_by_magnitude
from minprune.pruning.units import dead_units
from minprune.sparse.engine import SparseEngine

CURVE = 0.5, 0.8, 0.9, 0.95, 0.98
BATCHES = 1, 256


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
    idle_units: int  # hidden units of the dense network that fire on no training image
    curve: list[Point]
    unmasked: Unmasked
    models: list[Model]  # in the order of the table, dense and dense trained on first
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
    say(f"dense    {accuracy_on_test(dense, data):.2%} after {counted(settings.epochs, 'epoch')}")
    trials = {settings.sparsity: prune_and_finetune(settings, data, dense)}
    for s in CURVE:
        if s not in trials:
            with suppress(EmptyLayerError):  # too small a network has no such point
                trials[s] = prune_and_finetune(replace(settings, sparsity=s), data, dense)
    curve = [Point(s, *(accuracy_on_test(n, data) for n in trials[s])) for s in sorted(trials)]
    for p in curve:
        say(
            f"{p.sparsity:<7.1%}  {p.pruned:.2%} just pruned, {p.finetuned:.2%} trained on, "
            f"{p.random:.2%} with a random mask"
        )
    trained_on = dense.copy()
    finetune(trained_on, settings, data, title="dense, trained on")
    regrown, unmasked = finetune_without_mask(settings, data, dense)
    trial, percent = trials[settings.sparsity], f"{100 * settings.sparsity:g} %"
    networks = {
        "dense": dense,
        "dense, trained on": trained_on,
        f"{percent} pruned": trial.pruned,
        f"{percent} pruned, trained on": trial.finetuned,
        f"{percent} random mask, trained on": trial.random,
        "as the document does it": regrown,
    }
    return Result(
        settings=settings,
        dataset=data.name,
        image_shape=data.image_shape,
        history=history,
        idle_units=idle_units(dense, data),
        curve=curve,
        unmasked=unmasked,
        models=measure(networks, data),
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
    finetune(finetuned, settings, data, title=f"pruned {settings.sparsity:.1%}")
    finetune(random, settings, data, title=f"random mask {settings.sparsity:.1%}")
    return Trial(pruned, finetuned, random)


def finetune(network, settings, data, title):
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
        title=title,
    )


def finetune_without_mask(settings, data, dense):
    """What A-5.2 and D-5.2 do: prune, forget the mask, train on. Returns network and `Unmasked`.

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
    finetune(network, settings, data, title="without the mask")
    stages.append(network.sparsity)
    return network, Unmasked(*stages)


def measure(networks, data):
    """One `Model` for each named network; all are timed in turn, so that their times compare."""
    x = {n: data.test.flat[np.arange(n) % len(data.test.labels)] for n in BATCHES}
    engines = {name: SparseEngine(network) for name, network in networks.items()}
    ms = median_milliseconds(
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
                accuracy=accuracy_on_test(network, data),
                parameters=count_parameters(*arrays),
                nonzeros=count_nonzero(*arrays),
                dense_bytes=dense_bytes(*arrays),
                sparse_bytes=engines[name].nbytes,
                macs=count_nonzero(*(w.value for w in network.weights.values())),
                dense_ms={n: ms["dense", name, n] for n in BATCHES},
                sparse_ms={n: ms["sparse", name, n] for n in BATCHES},
            )
        )
    return models


def idle_units(network, data):
    """How many hidden units fire on no training image: ReLUs that died early, of no use to any."""
    return sum(int(np.count_nonzero(dead)) for dead in dead_units(network, data.train.flat))


def accuracy_on_test(network, data):
    """Accuracy on the test images."""
    return evaluate(network, data.test.flat, data.test.labels)[1]
