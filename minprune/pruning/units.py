"""Pruning neurons and filters of any network: score them, rank them, silence the lowest by masks.

`shrink_network` then takes out what the masks have emptied. A hidden layer is any dense layer or
convolution but the last; scores and masks are lists with one vector for each.
"""

import numbers
from itertools import takewhile

import numpy as np

from minprune.arguments import finite_array, finite_arrays, fraction, one_of, whole_number
from minprune.formulas.masks import global_rank_masks, pruned_count, rank_mask
from minprune.formulas.norms import unit_l1, unit_l2
from minprune.formulas.units import (
    apoz,
    batchnorm_scale,
    contribution,
    geometric_median_distance,
    mean_activation,
    unit_taylor,
)
from minprune.nn.batchnorm import BatchNorm
from minprune.nn.layers import Dropout, ReLU, Sigmoid, Tanh
from minprune.nn.losses import softmax_cross_entropy
from minprune.nn.network import EmptyLayerError, checked_network
from minprune.nn.spatial import AveragePool2D, MaxPool2D
from minprune.nn.train import checked_labels
from minprune.pruning.shrink import (
    ELEMENTWISE,
    checked_keeps,
    hidden_layers,
    hidden_weights,
    mask_units,
    outgoing_taps,
    silenced_units,
)

FROM_WEIGHTS = {"l1": unit_l1, "l2": unit_l2, "geometric_median": geometric_median_distance}
FROM_ACTIVATIONS = {"activation": mean_activation, "apoz": lambda a: 1 - apoz(a)}
ACTIVATIONS = ReLU, Sigmoid, Tanh
CRITERIA = (*FROM_WEIGHTS, "bn_scale", *FROM_ACTIVATIONS, "contribution", "taylor")


# --- scores --------------------------------------------------------------------------------------


def unit_scores(network, criterion, x=None, y=None):
    """How important is every unit of every hidden layer? Higher = more important.

    network    not changed
    criterion  from the weights: "l1", "l2", "geometric_median", "bn_scale" (all hidden layers
               must have batch normalization behind); from their outputs on x: "activation",
               "apoz" (as 1 - APoZ), "contribution"; from the gradient of the loss: "taylor"
    x, y       inputs, some hundred will do, and labels, as far as the criterion needs them
    returns a list of vectors, one per hidden layer. Layers differ in scale: before they are ranked
    together, bring each to unit length: [normalize(s) for s in scores] (Molchanov et al. 2017)

    Source: C-4.3a (l1), C-4.2a, B-3c, B-3f, E-3.2, E-4.3.

    >>> from minprune.nn.network import mlp
    >>> [len(s) for s in unit_scores(mlp([784, 300, 100, 10], np.random.default_rng(0)), "l1")]
    [300, 100]
    """
    checked_network("network", network)
    one_of("criterion", criterion, CRITERIA)
    if criterion in FROM_WEIGHTS:
        return [FROM_WEIGHTS[criterion](w.value) for w in hidden_weights(network)]
    if criterion == "bn_scale":
        return [batchnorm_scale(gamma) for gamma in _scales(network)]
    if x is None or (y is None and criterion == "taylor"):
        raise ValueError(f"x (and y for 'taylor') must be given for the criterion {criterion!r}")
    if criterion == "taylor":
        return [unit_taylor(a, g) for a, g in _activations_and_gradients(network, x, y)]
    activations = unit_activations(network, x)
    if criterion == "contribution":
        outgoing = [outgoing_weights(network, h) for h in range(len(activations))]
        return [
            contribution(a.reshape(-1, a.shape[-1]), w)
            for a, w in zip(activations, outgoing, strict=True)
        ]
    return [FROM_ACTIVATIONS[criterion](a) for a in activations]


def unit_activations(network, x):
    """Outputs of the units of every hidden layer, after their activation.

    x  inputs (N, ...), some hundred: all outputs of all hidden layers are held at once. Where no
       activation follows before a Flatten, they are those of the layer itself
    returns a list of arrays (N, units) or (N, H, W, filters), one per hidden layer

    Source: B-3c, E-3.2.
    """
    checked_network("network", network)
    x, outputs = finite_array("x", x), []
    places = _output_places(network)
    for l, layer in enumerate(network.layers):
        x = layer.forward(x)
        if l in places:
            outputs.append(x)
    return outputs


def dead_units(network, x):
    """Which units have the output 0 on all the inputs: ReLUs that died, of no use to anybody.

    x  inputs (N, ...)
    returns a list of boolean vectors, one per hidden layer, True = dead

    Source: B-3f, E-3.2; APoZ = 1 in the terms of Hu, Peng, Tai and Tang 2016.
    """
    checked_network("network", network)
    return [apoz(a) == 1 for a in unit_activations(network, x)]


def outgoing_weights(network, hidden):
    """The weights that read each unit of a hidden layer, as a matrix (units, all of them).

    hidden  which of `hidden_layers`, 0 is the first
    """
    checked_network("network", network)
    layers = hidden_layers(network)
    l = layers[whole_number("hidden", hidden, low=0, high=len(layers) - 1)]
    taps = outgoing_taps(network, l)
    return taps.transpose(1, 0, 2).reshape(taps.shape[1], -1)


# --- pruning -------------------------------------------------------------------------------------


def prune_units(network, scores, ratio, scope="layer", min_units=None):
    """Silence the units with the lowest scores, exactly as many as the ratio asks for.

    network    changed: masks hold what belongs to these units at 0, until `shrink_network`
               removes it
    scores     one vector per hidden layer, such as `unit_scores` gives
    ratio      fraction of the units, 0 <= ratio < 1; with scope "layer" also a list, one a layer
    scope      "layer": every layer by itself; "global": one ranking of all units, for which scores
               must be comparable: [normalize(s) for s in scores]
    min_units  None: a layer that would lose all its units is an error (`EmptyLayerError`); or how
               many of each layer, those of the highest scores, are spared, even where then fewer
               go than the ratio asks for
    returns the list of boolean vectors, True = kept. Units that are silenced already count as
    pruned, and first; none comes back. A unit whose weights are all pruned, but not its bias, is a
    constant: it is ranked as any other, and only `shrink_network` keeps what it adds

    Source: C-4.3a, C-5.2a, E-3.2, C-3.2; Li et al. 2017.
    Erratum: C-4.3a keeps lambda = 0.5 of the filters and C-3.2a calls lambda a ratio of parameters.

    >>> from minprune.nn.network import mlp
    >>> network = mlp([784, 64, 10], np.random.default_rng(0))
    >>> keeps = prune_units(network, unit_scores(network, "l1"), ratio=0.5)
    >>> int(keeps[0].sum()), round(network.sparsity, 3)
    (32, 0.5)
    """
    keeps = choose_units(network, scores, ratio, scope, min_units)
    mask_units(network, keeps)
    return keeps


def choose_units(network, scores, ratio, scope="layer", min_units=None):
    """Which units `prune_units` would keep; arguments and result as there, nothing is changed."""
    checked_network("network", network)
    one_of("scope", scope, ("layer", "global"))
    silenced = silenced_units(network)
    scores = _gone_first(network, scores, silenced)
    alive = [~gone for gone in silenced]
    spared = [_highest(s, min_units) & a for s, a in zip(scores, alive, strict=True)]
    above_all = np.nextafter(max(s.max() for s in scores), np.inf)
    scores = [np.where(spare, above_all, s) for s, spare in zip(scores, spared, strict=True)]
    if scope == "global":
        keeps = global_rank_masks(scores, fraction("ratio", ratio))
    else:
        ratios = [ratio] * len(scores) if isinstance(ratio, numbers.Real) else list(ratio)
        if len(ratios) != len(scores):
            raise ValueError(f"ratio must be {len(scores)} numbers, got {len(ratios)}")
        keeps = [
            rank_mask(s, pruned_count(len(s), fraction("ratio", r)))
            for s, r in zip(scores, ratios, strict=True)
        ]
    keeps = [k & a | spare for k, a, spare in zip(keeps, alive, spared, strict=True)]
    try:
        return checked_keeps(network, keeps)
    except EmptyLayerError as error:
        raise EmptyLayerError(f"{error}; min_units=1 would spare one of each layer") from None


def _highest(scores, min_units):
    """Which units min_units spares."""
    if min_units is None:
        return np.zeros(len(scores), dtype=bool)
    return rank_mask(scores, max(len(scores) - whole_number("min_units", min_units, low=1), 0))


def _gone_first(network, scores, silenced):
    """The scores, those of silenced units set below all others, so that they rank first."""
    if isinstance(scores, str):
        raise TypeError(f"scores must be vectors, such as unit_scores(network, {scores!r})")
    scores = [s.astype(np.float64) for s in finite_arrays("scores", scores)]
    weights = hidden_weights(network)
    if [s.shape for s in scores] != [w.value.shape[-1:] for w in weights] or not scores:
        raise ValueError(
            "scores must be a vector for each hidden layer, "
            f"of lengths {[w.value.shape[-1] for w in weights]}"
        )
    below_all = np.nextafter(min(s.min() for s in scores), -np.inf)
    return [np.where(gone, below_all, s) for s, gone in zip(scores, silenced, strict=True)]


# --- where outputs are taken ---------------------------------------------------------------------


def _output_places(network):
    """For every hidden layer where its outputs are taken: at its activation, else at its end."""
    return [_output_place(network, l) for l in hidden_layers(network)]


def _output_place(network, l):
    for m, layer in enumerate(network.layers[l + 1 :], l + 1):
        if isinstance(layer, ACTIVATIONS):
            return m
        if not isinstance(layer, (BatchNorm, Dropout, MaxPool2D, AveragePool2D)):
            break
    while isinstance(network.layers[l + 1], (BatchNorm, Dropout)):
        l += 1
    return l


def _scales(network):
    """gamma of the batch normalization behind every hidden layer."""
    scales = []
    passed = (*ELEMENTWISE, MaxPool2D, AveragePool2D)  # these keep the channels apart
    for l in hidden_layers(network):
        behind = takewhile(lambda layer: isinstance(layer, passed), network.layers[l + 1 :])
        norm = next((layer for layer in behind if isinstance(layer, BatchNorm)), None)
        if norm is None:
            raise ValueError(
                f"criterion 'bn_scale': no batch normalization behind layer {l}; "
                "`batchnorm_scale(layer.gamma.value)` scores the others"
            )
        scales.append(norm.gamma.value)
    return scales


def _activations_and_gradients(network, x, y):
    """For every hidden layer its activations and, of the loss of each sample, their gradient.

    As in training: batch normalization by the batch, but no dropout.
    """
    x, y = checked_labels(network, x, y)
    probe, said, gradients = network.copy(), [], []
    for layer in probe.layers:
        x = x if isinstance(layer, Dropout) else layer.forward(x, training=True)
        said.append(x)
    dy = len(y) * softmax_cross_entropy(x, y)[1]
    for layer in reversed(probe.layers):
        gradients.insert(0, dy)
        dy = dy if isinstance(layer, Dropout) else layer.backward(dy)
    return [(said[l], gradients[l]) for l in _output_places(network)]
