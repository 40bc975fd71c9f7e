"""Training by mini-batches."""

import math
import time
import warnings
import zlib
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from minprune.arguments import function, generator, plain_array, real_array, shown, whole_number
from minprune.formulas.metrics import accuracy
from minprune.nn.batchnorm import BatchNorm
from minprune.nn.checkpoint import Checkpoint
from minprune.nn.history import Best, CountedLoss, Epoch, History, labels_of
from minprune.nn.losses import softmax_cross_entropy
from minprune.nn.network import Network, checked_network
from minprune.nn.optim import SGD, Adam, no_decay
from minprune.nn.predict import (
    checked_labels,
    checked_samples,
    finite_outputs,
    outputs,
    remedy,
)
from minprune.nn.progress import Progress

VALIDATION = "validation x", "validation y"  # what errors call them


def fit(network, x, y, *, epochs, optimizer=None, rng=0, batch_size=64, validation=None,
        patience=None, lr_decay=no_decay, loss=softmax_cross_entropy, penalty_gradient=None,
        on_step=None, on_epoch=None, checkpoint=None, title="training"):  # fmt: skip
    """Train the network on mini-batches, in a new random order every epoch.

    x, y        inputs (N, ...), finite, and N labels, or targets shaped like the outputs, or what
                `teacher_targets` makes of both
    epochs      passes over the data
    optimizer   such as SGD(network.parameters, lr=0.1); None: a new Adam(network.parameters)
    rng         numpy.random.Generator, or the seed of one, for the order
    batch_size  samples per step, all if there are fewer; the last batch of an epoch may be smaller,
                but must not be a single sample where batch normalization needs two
    validation  None, or a pair (x, y) on which loss and accuracy are measured after every epoch;
                its y are labels, or targets where those of training are
    patience    None, or a number of epochs: training ends when the validation loss (the accuracy,
                where there is no loss) has not improved for that many, and the network of the best
                epoch is restored. Ctrl-C then ends training in the same way. When masks change, the
                comparison begins anew
    lr_decay    function from the part done, 0 to 1, to a factor on the learning rate
    loss        function (outputs, y) of a batch -> (L_0, its gradient in the outputs); of labels it
                is the cross-entropy, for numbers give `mean_squared_error`
    penalty_gradient  function from a weight array to the gradient of a penalty on it, or None:
                what is minimized is then L_0 + R (E-4.1), while the loss reported stays L_0
    on_step     function of the number of steps done, called before the first step and after every
                one, or None: for pruning during training, as `gradual_pruning` does; a warning if
                its `end`, or that of the optimizer, comes after the last step
    on_epoch    function of each `Epoch`, called after it, such as print, or None
    checkpoint  None, or a file that is written after every epoch. If it exists, training resumes
                from it, and ends with the same bits as if it had not been interrupted; the
                functions and the settings of the optimizer must be the same, and epochs counts
                those before the interruption too. To fine-tune, give another name
    title       label of the progress line on a terminal
    returns a `History`, a list of one `Epoch` per epoch

    Masks hold through every step.

    Source: [A-5.2.8, D-5.2c, E-5.1d, D-5.4b (the history is what its plot lacks)].

    Ctrl-C leaves a usable network: its masks hold. Without `patience` KeyboardInterrupt is passed
    on; with `on_epoch=epochs.append` the list `epochs` then holds those that are complete.

    >>> from minprune.nn.network import mlp
    >>> x = np.random.default_rng(0).standard_normal((60, 4))
    >>> history = fit(mlp([4, 8, 2]), x, np.argmax(x[:, :2], axis=1), epochs=30)
    >>> len(history), history[-1].loss < history[0].loss
    (30, True)
    """
    checked_network("network", network)
    x, y = checked_samples(network, x, y)
    validation = checked_validation(network, validation, y)
    check_plan(epochs, batch_size, patience, validation)
    check_functions(lr_decay=lr_decay, loss=loss, penalty_gradient=penalty_gradient,
                    on_step=on_step, on_epoch=on_epoch)  # fmt: skip
    check_loss(loss, y)
    batch_size = min(batch_size, len(x))
    check_batch_norms(network, x, batch_size)
    optimizer = Adam(network.parameters) if optimizer is None else optimizer
    check_optimizer(network, optimizer)
    rng, an_epoch = generator("rng", rng), -(-len(x) // batch_size)
    warn_of_late_end(epochs * an_epoch, on_step=on_step, optimizer=optimizer)
    history, best = History(), Best(network, patience)
    if checkpoint is not None:
        same_masks = on_step is None and type(optimizer) in (Adam, SGD)
        plan = _plan(network, x, y, batch_size)
        checkpoint = Checkpoint(checkpoint, network, optimizer, rng, plan, same_masks)
        history = checkpoint.resume(best, epochs)
    progress = Progress(title, epochs * an_epoch, done=len(history) * an_epoch)
    run = _Run(network, x, y, optimizer, rng, batch_size, validation, lr_decay, loss,
               penalty_gradient, on_step or _nothing, checkpoint, progress)  # fmt: skip
    with _tidy(run, best, history):
        run.begin()
        while len(history) < epochs and not best.is_old(history):
            history.append(run.epoch(len(history) + 1))
            best.compare(history[-1])
            progress.note = history[-1].short
            if checkpoint is not None:
                checkpoint.write(history, best)
            if on_epoch is not None:
                on_epoch(history[-1])
        history.stopped = "epochs" if len(history) == epochs else "patience"
        check_finite(network)
    return history


@dataclass
class _Run:
    """The arguments of one call of `fit`, checked."""

    network: Network
    x: np.ndarray
    y: np.ndarray
    optimizer: object
    rng: np.random.Generator
    batch_size: int
    validation: tuple | None
    lr_decay: Callable
    loss: Callable
    penalty_gradient: Callable | None
    on_step: Callable
    checkpoint: Checkpoint | None
    progress: Progress

    def __post_init__(self):
        self.lr = self.optimizer.lr

    def begin(self):
        """Call `on_step` for the first time, with the learning rate of the step before, if any."""
        if self.progress.done:
            self._set_lr(self.progress.done - 1)
        self.on_step(self.progress.done)

    def _set_lr(self, step):
        self.optimizer.lr = self.lr * self.lr_decay(step / self.progress.total)

    def epoch(self, number):
        """Train for one epoch; returns its `Epoch`."""
        started, counted, progress = time.perf_counter(), CountedLoss(self.loss), self.progress
        batches = list(minibatches(len(self.x), self.batch_size, self.rng))
        for b, i in enumerate(batches, 1):
            self._set_lr(progress.done)
            x, y = self.x[i], self.y[i]
            train_step(self.network, self.optimizer, x, y, counted, self.penalty_gradient)
            progress.step()
            if self.checkpoint is not None and b == len(batches):
                self.checkpoint.take()  # before on_step, which is called anew when it is resumed
            self.on_step(progress.done)
        seconds = time.perf_counter() - started
        return Epoch(number, *counted.means(), *self._scores(), seconds)

    def _scores(self):
        """Validation loss and accuracy; None for what cannot be computed from the validation y."""
        if self.validation is None:
            return None, None
        x, y = self.validation
        z, labels = finite_outputs(outputs(self.network, x)), labels_of(y)
        alike = y.dtype.names == self.y.dtype.names
        alike &= (labels is None) == (labels_of(self.y) is None)
        return (
            float(self.loss(z, y)[0]) if alike else None,
            None if labels is None else accuracy(labels, z.argmax(axis=1)),
        )


def _plan(network, x, y, batch_size):
    """Properties that a resumed training must share with the interrupted one, by name."""
    layers = ", ".join(type(layer).__name__ for layer in network.layers)
    checksum = zlib.crc32(np.ascontiguousarray(y), zlib.crc32(np.ascontiguousarray(x)))
    return {"order of layers": layers, "batch size": batch_size, "checksum of x and y": checksum}


@contextmanager
def _tidy(run, best, history):
    """However training ends, masks hold, the learning rate is as it was, the best weights are
    restored, and errors name the step."""
    try:
        yield
    except FloatingPointError as error:
        step = min(run.progress.done + 1, run.progress.total)
        raise FloatingPointError(f"step {step} of {run.progress.total}: {error}") from None
    except KeyboardInterrupt:
        if best.patience is None:
            raise
        history.stopped = "interrupted"
    finally:
        run.optimizer.lr = run.lr
        run.progress.close()
        best.restore()
        run.network.apply_masks()  # also after half a step
        history.best = best.epoch


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


def _nothing(_):
    pass


def checked_validation(network, validation, y):
    """The pair of arrays or None; an error unless its y are labels, or what training's y is too."""
    if validation is None:
        return None
    if not isinstance(validation, (tuple, list)) or len(validation) != 2:
        size = f" of {len(validation)}" if isinstance(validation, (tuple, list)) else ""
        raise TypeError(f"validation must be a pair (x, y), got {shown(validation)}{size}")
    kind = plain_array(VALIDATION[1], validation[1]).dtype.kind
    other = kind in "fV" and kind == y.dtype.kind
    return (checked_samples if other else checked_labels)(network, *validation, VALIDATION)


def check_plan(epochs, batch_size, patience, validation):
    """An error that names the argument unless training can go on like this."""
    whole_number("epochs", epochs, low=0)
    whole_number("batch_size", batch_size, low=1)
    if patience is not None:
        whole_number("patience", patience, low=1)
        if validation is None:
            raise ValueError("patience needs validation=(x, y), samples to judge the network by")


def check_functions(*, lr_decay, loss, **optional):
    """`TypeError` unless those that are given are functions."""
    given = {name: value for name, value in optional.items() if value is not None}
    for name, value in {"lr_decay": lr_decay, "loss": loss, **given}.items():
        function(name, value)


def check_loss(loss, y):
    """`TypeError` if y, which fits the network, is not of the kind that the cross-entropy takes."""
    if loss is softmax_cross_entropy and y.dtype.kind == "f":
        hint = (y.size > len(y) and remedy(y)) or "; to predict numbers, give mean_squared_error"
        raise TypeError(
            "y must be a vector of integers for the loss, the cross-entropy, "
            f"got {y.dtype} of shape {y.shape}{hint}"
        )


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
    if isinstance(optimizer, type) or not hasattr(optimizer, "step"):
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
