"""A trained network at work: outputs, classes, probabilities, and what they score."""

from contextlib import suppress
from typing import NamedTuple

import numpy as np

from minprune.arguments import (
    finite_array,
    function,
    labels_in_range,
    listed,
    number_array,
    plain_array,
    shown,
    whole_number,
)
from minprune.formulas.activations import softmax
from minprune.formulas.distill import ensemble_average
from minprune.formulas.metrics import accuracy
from minprune.nn.losses import softmax_cross_entropy


class Evaluation(NamedTuple):
    """Loss and accuracy of a network on data."""

    loss: float  # mean cross-entropy, in nats
    accuracy: float  # in [0, 1]


def outputs(network, x, batch_size=500):
    """Outputs of the network, a part of the samples at a time: memory does not grow with N.

    x           inputs (N, ...), N >= 1
    batch_size  samples at a time
    returns an array (N, K), the logits of a classifier
    """
    check_callable(network)
    whole_number("batch_size", batch_size, low=1)
    x = np.atleast_1d(number_array("x", x))
    parts = range(0, max(len(x), 1), batch_size)
    return np.concatenate([network(x[start : start + batch_size]) for start in parts])


def predict_classes(network, x, batch_size=500):
    """Classes that a classifier predicts: of each sample the one with the largest output.

    network        a `Network`, or a `SparseEngine`
    x, batch_size  as in `outputs`
    returns N integers; `class_names[...]` of a data set turns them into names
    raises ValueError if x is not finite, FloatingPointError if an output is infinite or NaN, which
    would be counted as some class

    >>> from minprune.nn.layers import Dense
    >>> from minprune.nn.network import Network
    >>> predict_classes(Network([Dense([[1.0, -1.0]], [0.0, 0.0])]), np.array([[2.0], [-3.0]]))
    array([0, 1])
    """
    return _logits(network, x, batch_size).argmax(axis=1)


def predict_probabilities(network, x, batch_size=500):
    """Probabilities of the classes: the softmax of the outputs.

        p_nk = exp z_nk / sum_j exp z_nj

    network, x, batch_size, and what is raised  as in `predict_classes`
    returns an array (N, K), whose rows sum to 1

    >>> from minprune.nn.layers import Dense
    >>> from minprune.nn.network import Network
    >>> predict_probabilities(Network([Dense([[0.0, 0.0]], [0.0, 0.0])]), np.array([[1.0]]))
    array([[0.5, 0.5]])
    """
    return softmax(_logits(network, x, batch_size))


def average_probabilities(networks, x):
    """Mean of the class probabilities of several networks.

    networks  list of networks with the same classes
    x         inputs (N, ...)
    returns an array (N, K)

    Source: Hansen and Salamon 1990 [A-8c, our choice].

    >>> from minprune.nn.network import mlp
    >>> networks = [mlp([4, 2], rng=seed) for seed in (0, 1)]
    >>> average_probabilities(networks, np.zeros((1, 4)))
    array([[0.5, 0.5]])
    """
    networks = listed("networks", networks, "networks")
    return ensemble_average([softmax(function("networks", network)(x)) for network in networks])


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


def _logits(network, x, batch_size):
    """The outputs of a classifier; an error if they cannot be told apart."""
    if np.size(x) == 0:
        raise ValueError(f"x must hold at least one sample, got shape {np.shape(x)}")
    try:
        z = finite_outputs(outputs(network, x, batch_size))
    except FloatingPointError:
        finite_array("x", x)  # an error that names the place, if the input is at fault
        raise
    if z.ndim != 2 or z.shape[1] < 2:
        raise ValueError(
            f"network must give one output for each of at least two classes, got {z.shape[1:]}; "
            "the numbers that it predicts are outputs(network, x)"
        )
    return z


def finite_outputs(z):
    """The outputs themselves; `FloatingPointError` if one is infinite or NaN."""
    bad = ~np.isfinite(z).reshape(len(z), -1).all(axis=1)
    if bad.any():
        raise FloatingPointError(
            f"network returns outputs that are not finite for {bad.sum()} of {len(z)} samples"
        )
    return z


def check_callable(network):
    """`TypeError` unless it is a network, or what else gives outputs for x, such as an engine."""
    if not callable(network):
        raise TypeError(f"network must be a Network, got {shown(network)}")


def checked_samples(network, x, y, names=("x", "y")):
    """x and y as arrays that fit together and fit the network, or an error that names them."""
    check_callable(network)
    x, y = np.atleast_1d(finite_array(names[0], x), plain_array(names[1], y))
    if len(x) == 0 or len(x) != len(y):
        turned = x.ndim == 2 and x.shape[1] == len(y)
        raise ValueError(
            f"{names[0]} and {names[1]} must hold the same number of samples, at least one, "
            f"got {len(x)} and {len(y)}{'; give x.T' if turned else ''}"
        )
    try:
        shape = network(x[:1]).shape[1:]
    except ValueError as error:
        raise ValueError(
            f"{names[0]} of shape {x.shape} does not fit the network: {error}"
            f"{_fitting_form(network, x)}"
        ) from error
    if y.dtype.names:  # records, which their loss knows how to read
        return x, y
    if y.dtype.kind != "f":
        try:
            return x, labels_in_range(names[1], y, classes=shape[0])
        except (TypeError, ValueError) as error:
            raise type(error)(f"{error}{remedy(y, shape[0])}") from None
    if y.shape[1:] != shape:
        raise TypeError(
            f"{names[1]} must be a vector of integers, or targets of shape {(len(x), *shape)}, "
            f"got {y.dtype} of shape {y.shape}{remedy(y, shape[0])}"
        )
    return x, finite_array(names[1], y)


def _fitting_form(network, x):
    """End of a message: a form of x that fits the network, if one is found."""
    forms = {
        "x.reshape(len(x), -1)": x[:1].reshape(1, -1),
        "x[..., None]": x[:1, ..., None],
        "np.moveaxis(x, 1, -1)": np.moveaxis(x[:1], min(1, x.ndim - 1), -1),
    }
    for form, sample in forms.items():
        with suppress(ValueError):
            network(sample)
            return f"; give {form}"
    return ""


def remedy(y, outputs=None):
    """End of a message: labels or targets to give in place of y, if the mistake is a known one."""
    kind, numbers = y.dtype.kind, y.dtype.kind in "iuf" and y.size > 0
    whole = numbers and (kind != "f" or (y == np.round(y)).all())
    if kind in "OUS":
        return "; number the classes: np.unique(y, return_inverse=True)[1]"
    if kind == "b":
        return "; give y.astype(int)"
    if numbers and outputs == 1 and y.size == len(y):
        return "; for the one output of the network, give y.astype(float).reshape(-1, 1)"
    if whole and y.ndim == 2 and y.shape[1] == 1:
        return "; give y[:, 0].astype(int)" if kind == "f" else "; give y[:, 0]"
    if whole and y.ndim == 2 and ((y == 0) | (y == 1)).all() and (y.sum(axis=1) == 1).all():
        return "; it is one-hot: give y.argmax(axis=1)"
    if whole and y.ndim == 1 and kind == "f":
        return "; give y.astype(int)"
    if whole and y.ndim == 1 and y.min() == 1 and y.max() == outputs:
        return "; classes are counted from 0: give y - 1"
    if whole and y.ndim == 1 and outputs and y.min() >= 0:
        return f"; the network needs an output for each class, and has {outputs}"
    return ""


def checked_labels(network, x, y, names=("x", "y")):
    """As `checked_samples`, where only labels will do."""
    y = plain_array(names[1], y)
    if y.dtype.kind not in "iu":
        raise TypeError(f"{names[1]} must be a vector of integers, got {y.dtype}{remedy(y)}")
    return checked_samples(network, x, y, names)
