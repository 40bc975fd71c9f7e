"""Document D's experiment with a held mask and with controls: a CNN, pruned in four ways.

D-5.2 trains, sets small weights to 0, trains on without holding them there, and reports the
accuracy of what is by then a dense network again. Here the same is done with the mask and without,
beside pruning by rank, and beside taking filters and neurons out for real.
"""

from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from minprune.arguments import counted
from minprune.experiments.classes import ClassRecall, class_recalls
from minprune.experiments.names import shown_name
from minprune.experiments.settings import CnnSettings, too_sparse
from minprune.experiments.spread import Spread
from minprune.experiments.timing import Conditions, milliseconds
from minprune.formulas.metrics import confusion_matrix, dense_bytes
from minprune.formulas.penalties import l1_subgradient
from minprune.language import either, in_both, message
from minprune.layout import wide
from minprune.nn.costs import layer_costs
from minprune.nn.history import Epoch
from minprune.nn.losses import smoothed_cross_entropy
from minprune.nn.models import cnn
from minprune.nn.network import EmptyLayerError, Network
from minprune.nn.optim import Adam, cosine_decay
from minprune.nn.predict import evaluate, outputs
from minprune.nn.store import save
from minprune.nn.train import fit, train_step
from minprune.pruning.one_shot import prune_at_random, prune_by_magnitude, prune_by_threshold
from minprune.pruning.shrink import shrink_network
from minprune.pruning.units import prune_units, unit_scores
from minprune.sparse.engine import SparseEngine

SPARSITIES = 0.8, 0.95, 0.98  # points of the curves, beside those of the settings
UNIT_SPARSITIES = 0.25, 0.75
IN_BOTH = 0.8  # of the weights that stay, after units have gone
SCORED_ON = 1000  # training images that a criterion looks at
BATCHES = 1, 256


@dataclass(frozen=True)
class Model:
    """One network of the experiment, measured."""

    name: str
    kind: str  # of pruning: "none", "document", "weights", "units", "both", "control"
    accuracy: float  # on the test images
    parameters: int
    nonzeros: int
    macs: int  # for one image
    nonzero_macs: int  # those whose weight is not 0
    dense_bytes: int
    sparse_bytes: int  # of the engine: compressed sparse rows, everything else dense
    file_bytes: int  # of `save`
    dense_ms: dict[int, Spread]  # batch size -> milliseconds of the forward pass
    sparse_ms: dict[int, Spread]  # of the engine, on the nonzero weights


@dataclass(frozen=True)
class Curve:
    """Validation accuracy of one network: right after pruning, then after each epoch."""

    pruned: float
    history: list[Epoch]


@dataclass(frozen=True)
class Threshold:
    """Sparsity of the weights under D-5.2's threshold, after each stage."""

    layers: dict[str, float]  # of each weight array, right after pruning
    pruned: float
    masked: float  # fine-tuned under the mask
    after_one_step: float  # without it
    unmasked: float  # fine-tuned without it


@dataclass(frozen=True)
class CnnResult:
    """All that the experiment found."""

    settings: CnnSettings
    dataset: str
    shape: tuple[int, ...]  # of an image
    about: list[str]  # sentences on the data: how it was split and scaled
    history: list[Epoch]  # of the dense network
    curves: dict[str, Curve]  # by name of the model
    threshold: Threshold | None  # None where it prunes a whole layer
    disagreement: float  # largest difference of shrunk and masked outputs, relative
    recalls: list[ClassRecall]  # of `pruned`, on the test images
    confusion: list[list[int]]  # likewise, a row for each true class
    models: list[Model]
    conditions: Conditions  # of the times
    dense: Network
    pruned: Network  # by rank, and fine-tuned
    shrunk: Network  # without the filters and neurons, and fine-tuned


class Job:
    """The settings, the data, and what has been made of them so far."""

    def __init__(self, settings, data, say):
        self.settings, self.data, self.say = settings, data, say
        self.train = data.train.with_channel, data.train.labels
        self.validation = data.validation.with_channel, data.validation.labels
        self.test = data.test.with_channel, data.test.labels
        self.made = {}  # name -> (kind, network)
        self.curves = {}
        self.loss = partial(smoothed_cross_entropy, rate=settings.smoothing)

    def keep(self, name, kind, network):
        self.made[name] = kind, network
        self.say(f"{wide(shown_name(name), 36)} {evaluate(network, *self.test).accuracy:.2%}")

    @contextmanager
    def unless_empty(self, name):
        """Leave out, and say so, what would empty a layer."""
        try:
            yield
        except EmptyLayerError as error:
            why = either("left out: ", "略去：") + message(error)
            self.say(f"{wide(shown_name(name), 36)} {why}")

    def finetune(self, network, name, kind):
        """Train a network on, under whatever mask it has, and keep it."""
        pruned, settings = evaluate(network, *self.validation).accuracy, self.settings
        history = fit(
            network,
            *self.train,
            optimizer=Adam(network.parameters, settings.finetune_lr),
            epochs=settings.finetune_epochs,
            rng=settings.rng(stage=2),
            batch_size=settings.batch_size,
            validation=self.validation,
            lr_decay=cosine_decay,
            loss=self.loss,
            title=shown_name(name),
        )
        self.curves[name] = Curve(pruned, history)
        self.keep(name, kind, network)
        return network


def run_cnn(settings, data, say=print):
    """Train D-5.2's network, prune it by threshold, by rank, by units and by both, fine-tune, time.

    settings  a `CnnSettings`
    data      a `Dataset`, images of any one size, at least 4 x 4, with any number of channels
    say       called with a line of text after each stage
    returns a `CnnResult`

    Source: [D-5.2e, C-4.3a].
    """
    if len(data.shape) == 1:
        (n,) = data.shape
        raise in_both(
            ValueError(
                f"run cnn needs images, but the samples of {data.name} are rows of "
                f"{counted(n, 'feature')}; use run mlp"
            ),
            f"run cnn 需要图像，而 {data.name} 的样本是 {n} 个特征组成的行；请用 run mlp",
        )
    say(data.summary)
    job = Job(settings, data, say)
    dense, history = train_dense(job)
    job.keep("dense", "none", dense)
    pruned = prune_weights(job, dense)  # first, as it alone may find that it cannot be done
    shrunk, disagreement = remove_filters_and_neurons(job, dense)
    threshold = prune_as_the_document(job, dense)
    job.finetune(dense.copy(), "dense, fine-tuned", "none")
    models, conditions = measure(job)
    answers = outputs(pruned, job.test[0]).argmax(axis=1)
    return CnnResult(
        settings=settings,
        dataset=data.name,
        shape=data.shape,
        about=data.about,
        history=history,
        curves=job.curves,
        threshold=threshold,
        disagreement=disagreement,
        recalls=class_recalls(data.class_names, job.test[1], answers),
        confusion=confusion_matrix(job.test[1], answers, data.classes).tolist(),
        models=models,
        conditions=conditions,
        dense=dense,
        pruned=pruned,
        shrunk=shrunk,
    )


def train_dense(job):
    """The network before pruning, and its history."""
    settings, rng = job.settings, job.settings.rng(stage=0)
    network = cnn(rng, job.train[0].shape[1:], job.data.classes)
    history = fit(
        network,
        *job.train,
        optimizer=Adam(network.parameters, settings.lr),
        epochs=settings.epochs,
        rng=rng,
        batch_size=settings.batch_size,
        validation=job.validation,
        lr_decay=cosine_decay,
        loss=job.loss,
        penalty_gradient=partial(l1_subgradient, lam=settings.l1) if settings.l1 else None,
        title=shown_name("dense"),
    )
    return network, history


def prune_as_the_document(job, dense):
    """One threshold for all weights, then training on: with the mask, and as D-5.2 does, without.

    returns a `Threshold`, or None if a whole layer lies below it
    """
    settings, masked = job.settings, dense.copy()
    name = threshold_name(settings.theta)
    with job.unless_empty(name):
        return _with_and_without_mask(job, masked, name)
    return None


def _with_and_without_mask(job, masked, name):
    settings = job.settings
    prune_by_threshold(masked, settings.theta, ties="prune")  # as D-5.2a does
    layers = {weight: float(np.mean(w.value == 0)) for weight, w in masked.weights.items()}
    job.keep(f"{name}, not fine-tuned", "document", masked.copy())
    unmasked = masked.copy()
    unmasked.unprune()
    one_step, batch = unmasked.copy(), slice(settings.batch_size)
    x, y = job.train
    adam = Adam(one_step.parameters, settings.finetune_lr)
    train_step(one_step, adam, x[batch], y[batch], job.loss)
    pruned = masked.sparsity
    job.finetune(masked, name, "document")
    job.finetune(unmasked, f"{name}, unmasked", "document")
    return Threshold(layers, pruned, masked.sparsity, one_step.sparsity, unmasked.sparsity)


def prune_weights(job, dense):
    """The smallest weights, ranked as the scope says, and as many at random; fine-tuned.

    returns the network at the sparsity of the settings
    """
    settings = job.settings

    def pruned(sparsity):
        network = dense.copy()
        prune_by_magnitude(network, sparsity, settings.scope)
        return job.finetune(network, weights_name(sparsity), "weights")

    try:
        chosen = pruned(settings.sparsity)
    except EmptyLayerError as error:
        raise too_sparse(settings, error) from None
    for sparsity in SPARSITIES:
        if sparsity != settings.sparsity:
            with job.unless_empty(weights_name(sparsity)):
                pruned(sparsity)
    random, name = dense.copy(), f"{weights_name(settings.sparsity)}, at random"
    with job.unless_empty(name):
        prune_at_random(random, settings.sparsity, settings.rng(stage=1), settings.scope)
        job.finetune(random, name, "control")
    return chosen


def remove_filters_and_neurons(job, dense):
    """Remove the lowest filters and neurons of each layer; of one network, mask weights as well.

    returns the network at the unit sparsity of the settings, and how far its outputs were, before
    it was fine-tuned, from those of the network with the same units silenced
    """
    settings = job.settings
    x, y = (array[:SCORED_ON] for array in job.train)
    scores = unit_scores(dense, settings.criterion, x, y)

    def shrunk(scores, sparsity):
        masked = dense.copy()
        prune_units(masked, scores, sparsity, min_units=1)
        return shrink_network(masked), masked

    chosen, masked = shrunk(scores, settings.unit_sparsity)
    expected = outputs(masked, job.test[0])
    apart = np.abs(outputs(chosen, job.test[0]) - expected).max() / np.abs(expected).max()
    both = chosen.copy()
    job.finetune(chosen, units_name(settings.unit_sparsity), "units")
    for sparsity in UNIT_SPARSITIES:
        if sparsity != settings.unit_sparsity:
            job.finetune(shrunk(scores, sparsity)[0], units_name(sparsity), "units")
    name = f"{units_name(settings.unit_sparsity)}, {100 * IN_BOTH:g} % of the rest"
    with job.unless_empty(name):
        prune_by_magnitude(both, IN_BOTH, settings.scope)
        job.finetune(both, name, "both")
    rng = settings.rng(stage=3)
    random, _ = shrunk([rng.random(len(s)) for s in scores], settings.unit_sparsity)
    job.finetune(random, f"{units_name(settings.unit_sparsity)}, at random", "control")
    return chosen, float(apart)


def weights_name(sparsity):
    """The table's name of the network pruned by rank to this sparsity."""
    return f"{100 * sparsity:.10g} % of weights"


def units_name(sparsity):
    """The table's name of the network without this part of its filters and neurons."""
    return f"{100 * sparsity:.10g} % of units"


def threshold_name(theta):
    """The table's name of the network pruned by the document's threshold, its mask held."""
    return f"threshold {theta:.10g}"


def measure(job):
    """A `Model` for each network; all are timed in turn, so that their times compare.

    returns the models and the `Conditions` of their times
    """
    x, y = job.test
    batches = {n: x[np.arange(n) % len(x)] for n in BATCHES}
    engines = {name: SparseEngine(network) for name, (_, network) in job.made.items()}
    calls = {}
    for name, (_, network) in job.made.items():
        for n in BATCHES:
            calls["dense", name, n] = partial(network, batches[n])
            calls["sparse", name, n] = partial(engines[name], batches[n])
    ms, conditions = milliseconds(calls)
    models = []
    for name, (kind, network) in job.made.items():
        costs = layer_costs(network)
        models.append(
            Model(
                name=name,
                kind=kind,
                accuracy=evaluate(network, x, y).accuracy,
                parameters=sum(c.parameters for c in costs),
                nonzeros=sum(c.nonzeros for c in costs),
                macs=sum(c.macs for c in costs),
                nonzero_macs=sum(c.nonzero_macs for c in costs),
                dense_bytes=dense_bytes(*(p.value for p in network.parameters.values())),
                sparse_bytes=engines[name].compressed_bytes,
                file_bytes=file_bytes(network),
                dense_ms={n: ms["dense", name, n] for n in BATCHES},
                sparse_ms={n: ms["sparse", name, n] for n in BATCHES},
            )
        )
    return sorted(models, key=_place), conditions


def _place(model):
    """Where in the table: by kind; weights and units the heaviest first."""
    kinds = "none", "document", "weights", "units", "both", "control"
    return kinds.index(model.kind), -model.nonzeros if model.kind in ("weights", "units") else 0


def file_bytes(network):
    """Bytes of the network saved to a file, compressed, masks included."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "network.npz"
        save(network, path)
        return path.stat().st_size
