"""Training by mini-batches, and evaluation."""

import math
import time
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from minprune.arguments import (
    finite_array,
    function,
    generator,
    labels_in_range,
    listed,
    plain_array,
    real_array,
    shown,
    whole_number,
)
from minprune.formulas.activations import softmax
from minprune.formulas.distill import ensemble_average
from minprune.formulas.metrics import accuracy
from minprune.nn.batchnorm import BatchNorm
from minprune.nn.losses import softmax_cross_entropy
from minprune.nn.network import checked_network
from minprune.nn.optim import no_decay
from minprune.nn.progress import Progress

VALIDATION = "validation x", "validation y"  # what errors call them


@dataclass(frozen=True)
class Epoch:
    """Results of one epoch of training."""

    loss: float  # mean over the mini-batches, each before its own step
    validation_accuracy: float | None  # after the epoch; None without validation data
    seconds: float  # training only, without the validation

    def __str__(self):
        score = self.validation_accuracy
        return f"loss {self.loss:.3f}" + ("" if score is None else f"  validation {score:.2%}")


class Evaluation(NamedTuple):
    """Loss and accuracy of a network on data."""

    loss: float  # mean cross-entropy, in nats
    accuracy: float  # in [0, 1]


def fit(
    network,
    optimizer,
    x,
    y,
    *,
    epochs,
    rng,
    batch_size=64,
    validation=None,
    lr_decay=no_decay,
    loss=softmax_cross_entropy,
    penalty_gradient=None,
    on_step=None,
    title="training",
):
    """Train the network on mini-batches, in a new random order every epoch.

    x, y        inputs (N, ...), finite, and N labels, or targets shaped like the outputs, or what
                `teacher_targets` makes of both
    epochs      passes over the data
    rng         numpy.random.Generator, for the order
    batch_size  samples per step, at most N; the last batch of an epoch may be smaller, but where
                batch normalization needs two, it may not be a single one
    validation  pair (x, y) whose accuracy is taken after every epoch, or None
    lr_decay    function from the part done, 0 to 1, to a factor on the learning rate
    loss        function (outputs, y) of a batch -> (L_0, its gradient in the outputs); of labels it
                is the cross-entropy, of numbers say `mean_squared_error`
    penalty_gradient  function from a weight array to the gradient of a penalty on it, or None:
                what is minimized is then L_0 + R (E-4.1), while the loss reported stays L_0
    on_step     function of the number of steps done, called before the first step and after every
                one, or None: what prunes during training, such as `gradual_pruning`; a warning if
                its `end`, or that of the optimizer, comes after the last step
    title       what the progress line on a terminal says
    returns a list of one `Epoch` per epoch

    Masks hold through every step.

    Source: [A-5.2.8, D-5.2c, E-5.1d, D-5.4b (the history is what its plot lacks)].

    Ctrl-C leaves a usable network: its masks hold, and KeyboardInterrupt is passed on.
    """
    checked_network("network", network)
    x, y = checked_samples(network, x, y)
    validation = validation and checked_labels(network, *validation, VALIDATION)
    check_plan(epochs, batch_size, len(x), rng)
    check_batch_norms(network, x, batch_size)
    check_optimizer(network, optimizer)
    steps = epochs * -(-len(x) // batch_size)
    warn_of_late_end(steps, on_step=on_step, optimizer=optimizer)
    progress, history = Progress(title, total=steps), []
    base_lr, on_step = optimizer.lr, on_step or _nothing
    with _tidy(network, optimizer, progress):
        on_step(0)
        for _ in range(epochs):
            started, losses = time.perf_counter(), []
            for i in minibatches(len(x), batch_size, rng):
                optimizer.lr = base_lr * lr_decay(progress.done / progress.total)
                losses.append(train_step(network, optimizer, x[i], y[i], loss, penalty_gradient))
                progress.step()
                on_step(progress.done)
            seconds = time.perf_counter() - started
            history.append(Epoch(float(np.mean(losses)), _accuracy(network, validation), seconds))
            progress.note = str(history[-1])
        check_finite(network)
    return history


@contextmanager
def _tidy(network, optimizer, progress):
    """However training ends: masks hold, the learning rate is as it was, and errors say when."""
    base_lr = optimizer.lr
    try:
        yield
    except FloatingPointError as error:
        step = min(progress.done + 1, progress.total)
        raise FloatingPointError(f"step {step} of {progress.total}: {error}") from None
    finally:
        optimizer.lr = base_lr
        progress.close()
        network.apply_masks()  # also after half a step


def minibatches(n, batch_size, rng):
    """Index arrays that cover 0 .. n-1 once in a random order, batch by batch."""
    order = rng.permutation(n)
    for start in range(0, n, batch_size):
        yield order[start : start + batch_size]


def train_step(network, optimizer, x, y, loss=softmax_cross_entropy, penalty_gradient=None):
    """One step on one mini-batch: forward, backward, update. Returns the loss before the step."""
    loss_before = find_gradients(network, x, y, loss, penalty_gradient)
    optimizer.step()
    return loss_before


def find_gradients(network, x, y, loss=softmax_cross_entropy, penalty_gradient=None):
    """Forward and backward on one batch: fills every gradient, changes no weight.

    arguments  as in `fit`
    returns the loss, without the penalty; `FloatingPointError` if it is infinite or NaN
    """
    checked_network("network", network)
    with np.errstate(over="ignore", invalid="ignore"):  # divergence has an error of its own
        value, gradient = loss(network.forward(x, training=True), y)
        if not np.isfinite(value):
            raise FloatingPointError(f"training diverged: the loss is {value}; try a smaller lr")
        network.backward(gradient, input_gradient=False)
        if penalty_gradient is not None:
            for weight in network.weights.values():
                penalty = real_array("penalty_gradient", penalty_gradient(weight.value))
                if penalty.shape != weight.value.shape:
                    raise ValueError(
                        "penalty_gradient must return an array with the shape of the weights, "
                        f"{weight.value.shape}, got {penalty.shape}"
                    )
                weight.grad = weight.grad + penalty
    return value


def _nothing(step):
    pass


def check_plan(epochs, batch_size, samples, rng):
    """An error that names the argument unless training can go through the samples like this."""
    whole_number("epochs", epochs, low=0)
    whole_number("batch_size", batch_size, low=1, high=samples)
    generator("rng", rng)


def check_batch_norms(network, x, batch_size):
    """`ValueError` if a batch normalization would meet a batch of a single value a channel."""
    smallest, shape = len(x) % batch_size or batch_size, x.shape[1:]
    if smallest > 1 or not any(isinstance(layer, BatchNorm) for layer in network.layers):
        return
    for l, layer in enumerate(network.layers):
        if isinstance(layer, BatchNorm) and math.prod(shape[:-1]) < 2:
            raise ValueError(
                f"batch_size must leave no batch of one sample, since layers[{l}], a BatchNorm, "
                f"cannot train on it, got {batch_size} for {len(x)} samples"
            )
        shape = layer.output_shape(shape)


def check_optimizer(network, optimizer):
    """`ValueError` if the optimizer would change another network, say the original of a copy."""
    if not hasattr(optimizer, "step"):
        raise TypeError(
            "optimizer must be an optimizer, such as Adam(network.parameters), "
            f"got {shown(optimizer)}"
        )
    if not {*optimizer.parameters} <= {*network.parameters.values()}:
        raise ValueError(
            "optimizer must be made from network.parameters of this network, not of another"
        )


def warn_of_late_end(steps, **schedules):
    """A warning for each schedule whose `end`, if it has one, training does not reach."""
    for name, schedule in schedules.items():
        end = getattr(schedule, "end", None)
        if end is not None and end > steps:
            warnings.warn(
                f"{name} ends after {end} steps, but training takes {steps}: the masks "
                "are those of an unfinished schedule; let it end earlier, or train for more epochs",
                stacklevel=3,
            )


def check_finite(network):
    """`FloatingPointError` if a weight is infinite or NaN, which the last step can leave behind."""
    arrays = {name: p.value for name, p in network.parameters.items()} | network.statistics
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise FloatingPointError(f"training diverged: {name} is not finite; try a smaller lr")


def evaluate(network, x, y):
    """Mean cross-entropy and accuracy of the network on data.

    x, y  inputs (N, ...), finite, and N integer labels
    returns an `Evaluation` (loss, accuracy); `FloatingPointError` if an output of the network is
    infinite or NaN, which would be counted as some class

    Source: [A-3.2.6].
    """
    x, y = checked_labels(network, x, y)
    logits = finite_outputs(outputs(network, x))
    loss = softmax_cross_entropy(logits, y).loss
    return Evaluation(loss, accuracy(y, logits.argmax(axis=1)))


def finite_outputs(z):
    """The outputs themselves; `FloatingPointError` if one is infinite or NaN."""
    bad = ~np.isfinite(z).reshape(len(z), -1).all(axis=1)
    if bad.any():
        raise FloatingPointError(
            f"network returns outputs that are not finite for {bad.sum()} of {len(z)} samples"
        )
    return z


def outputs(network, x, batch_size=500):
    """Outputs of the network, a part of the samples at a time: memory does not grow with N.

    x           inputs (N, ...), N >= 1
    batch_size  samples at a time
    returns an array (N, K), the logits of a classifier
    """
    check_callable(network)
    whole_number("batch_size", batch_size, low=1)
    parts = range(0, max(len(x), 1), batch_size)
    return np.concatenate([network(x[start : start + batch_size]) for start in parts])


def predict(network, x, batch_size=500):
    """Classes that a classifier predicts: of each sample the one with the largest output.

    x, batch_size  as in `outputs`
    returns N integers; `FloatingPointError` if an output of the network is infinite or NaN, which
    would be counted as some class

    >>> from minprune.nn.layers import Dense
    >>> from minprune.nn.network import Network
    >>> predict(Network([Dense([[1.0, -1.0]], [0.0, 0.0])]), np.array([[2.0], [-3.0]]))
    array([0, 1])
    """
    return finite_outputs(outputs(network, x, batch_size)).argmax(axis=1)


def average_probabilities(networks, x):
    """Mean of the class probabilities of several networks.

    networks  list of networks with the same classes
    x         inputs (N, ...)
    returns an array (N, K)

    Source: Hansen and Salamon 1990 [A-8c, our choice].

    >>> from minprune.nn.network import mlp
    >>> networks = [mlp([4, 2], np.random.default_rng(seed)) for seed in (0, 1)]
    >>> average_probabilities(networks, np.zeros((1, 4)))
    array([[0.5, 0.5]])
    """
    networks = listed("networks", networks, "networks")
    return ensemble_average([softmax(function("networks", network)(x)) for network in networks])


def check_callable(network):
    """`TypeError` unless it is a network, or what else gives outputs for x, such as an engine."""
    if not callable(network):
        raise TypeError(f"network must be a Network, got {shown(network)}")


def checked_samples(network, x, y, names=("x", "y")):
    """x and y as arrays that fit together and fit the network, or an error that names them."""
    check_callable(network)
    x, y = finite_array(names[0], x), plain_array(names[1], y)
    if len(x) == 0 or len(x) != len(y):
        raise ValueError(
            f"{names[0]} and {names[1]} must hold the same number of samples, at least one, "
            f"got {len(x)} and {len(y)}"
        )
    try:
        shape = network(x[:1]).shape[1:]
    except ValueError as error:
        raise ValueError(
            f"{names[0]} of shape {x.shape} does not fit the network: {error}"
        ) from error
    if y.dtype.names:  # records, which their loss knows how to read
        return x, y
    if y.dtype.kind != "f":
        return x, labels_in_range(names[1], y, classes=shape[0])
    if y.shape[1:] != shape:
        raise TypeError(
            f"{names[1]} must be a vector of integers, or targets of shape {(len(x), *shape)}, "
            f"got {y.dtype} of shape {y.shape}"
        )
    return x, finite_array(names[1], y)


def checked_labels(network, x, y, names=("x", "y")):
    """As `checked_samples`, where only labels will do."""
    if plain_array(names[1], y).dtype.kind not in "iu":
        raise TypeError(f"{names[1]} must be a vector of integers, got {np.asarray(y).dtype}")
    return checked_samples(network, x, y, names)


def _accuracy(network, samples):
    if samples is None:
        return None
    x, y = samples
    return accuracy(y, predict(network, x))
