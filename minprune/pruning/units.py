"""Pruning neurons and filters of any network: score them, rank them, silence the lowest by masks.

`shrink_network` then removes what the masks have emptied. Scores and masks are lists with one
vector for each hidden layer.
"""

import numbers
from itertools import takewhile

import numpy as np

from minprune.arguments import (
    finite_array,
    finite_arrays,
    fraction,
    listed,
    one_of,
    whole_number,
)
from minprune.formulas.masks import global_rank_masks, pruned_count, rank_mask, score_mask
from minprune.formulas.norms import unit_l1, unit_l2
from minprune.formulas.structured import topk_gate
from minprune.formulas.units import (
    apoz,
    batchnorm_scale,
    contribution,
    geometric_median_distance,
    mean_activation,
    unit_ablation,
    unit_taylor,
)
from minprune.nn.batchnorm import BatchNorm
from minprune.nn.layers import Dropout
from minprune.nn.losses import softmax_cross_entropy
from minprune.nn.network import EmptyLayerError, checked_network
from minprune.nn.predict import checked_labels
from minprune.pruning.shrink import mask_units, silenced_units
from minprune.pruning.topology import (
    checked_keeps,
    hidden_layer,
    hidden_layers,
    hidden_weights,
    outgoing_taps,
    output_positions,
    read_by_next,
    unit_count,
)

FROM_WEIGHTS = {"l1": unit_l1, "l2": unit_l2, "geometric_median": geometric_median_distance}
FROM_ACTIVATIONS = {"activation": mean_activation, "apoz": lambda a: 1 - apoz(a)}
FROM_LOSS = "taylor", "ablation"
CRITERIA = (*FROM_WEIGHTS, "bn_scale", *FROM_ACTIVATIONS, "contribution", *FROM_LOSS)


# --- scores --------------------------------------------------------------------------------------


def unit_scores(network, criterion, x=None, y=None):
    """The importance of every unit of every hidden layer. Higher = more important.

    network    not changed
    criterion  from the weights: "l1", "l2", "geometric_median", "bn_scale" (all hidden layers
               must have batch normalization behind); from their activations on x: "activation",
               "apoz" (as 1 - APoZ), "contribution", or a function of the activations of a layer
               (N, ..., units) -> (units,), such as `activation_entropy`; from the loss: "taylor"
               by its gradient, "ablation" by one run of the network without each unit
    x, y       inputs, some hundred will do, and labels, as far as the criterion needs them
    returns a list of vectors, one per hidden layer. Layers differ in scale: before they are ranked
    together, bring each to unit length: [normalize(s) for s in scores] (Molchanov et al. 2017)

    Source: Mozer and Smolensky 1989 (ablation) [C-4.3a (l1), C-4.2a, B-3c, B-3f, E-3.2, E-4.3].

    >>> from minprune.nn.network import mlp
    >>> [len(s) for s in unit_scores(mlp([784, 300, 100, 10], np.random.default_rng(0)), "l1")]
    [300, 100]
    """
    checked_network("network", network)
    if not callable(criterion):
        one_of("criterion", criterion, CRITERIA)
    if criterion in FROM_WEIGHTS:
        return [FROM_WEIGHTS[criterion](w.value) for w in hidden_weights(network)]
    if criterion == "bn_scale":
        return [batchnorm_scale(gamma) for gamma in _scales(network)]
    if x is None or (y is None and criterion in FROM_LOSS):
        words = " and ".join(map(repr, FROM_LOSS))
        raise ValueError(f"criterion {criterion!r} needs x (and y for {words})")
    if criterion == "taylor":
        return [unit_taylor(a, g) for a, g in _activations_and_gradients(network, x, y)]
    if criterion == "ablation":
        x, y = checked_labels(network, x, y)
        return [_ablation(network, l, x, y) for l in hidden_layers(network)]
    activations = unit_activations(network, x)
    if criterion == "contribution":
        outgoing = [outgoing_weights(network, h) for h in range(len(activations))]
        return [
            contribution(a.reshape(-1, a.shape[-1]), w)
            for a, w in zip(activations, outgoing, strict=True)
        ]
    return [FROM_ACTIVATIONS.get(criterion, criterion)(a) for a in activations]


def unit_activations(network, x):
    """Outputs of the units of every hidden layer, after their activation.

    x  inputs (N, ...), some hundred: all outputs of all hidden layers are held at once. Where no
       activation follows before a Flatten, they are those of the layer itself
    returns a list of arrays (N, units) or (N, H, W, filters), one per hidden layer

    Source: [B-3c, E-3.2].
    """
    checked_network("network", network)
    x, outputs = finite_array("x", x), []
    positions = output_positions(network)
    for l, layer in enumerate(network.layers):
        x = layer.forward(x)
        if l in positions:
            outputs.append(x)
    return outputs


def dead_units(network, x):
    """The dead units: those whose output is 0 on all the inputs.

    x  inputs (N, ...)
    returns a list of boolean vectors, one per hidden layer, True = dead

    Source: APoZ = 1 in the terms of Hu, Peng, Tai and Tang 2016 [B-3f, E-3.2].
    """
    checked_network("network", network)
    return [apoz(a) == 1 for a in unit_activations(network, x)]


def outgoing_weights(network, hidden):
    """The weights that read each unit of a hidden layer, as a matrix (units, all of them).

    hidden  which of `hidden_layers`, 0 is the first
    """
    checked_network("network", network)
    taps = outgoing_taps(network, hidden_layer(network, hidden))
    return taps.transpose(1, 0, 2).reshape(taps.shape[1], -1)


def gated_outputs(network, x, k, hidden=0):
    """Outputs of a network with a gate: for every sample the k most active units of a layer.

    network  not changed
    x        inputs (N, ...)
    k        units per sample, from 0 to all of the layer; the activity of a filter is the mean of
             its absolute values over the image
    hidden   which of `hidden_layers`, 0 is the first
    returns an array (N, K)

    All products are computed, and what the next layer reads of the other units is set to zero: this
    takes longer than the network without a gate. A kernel that skips them could save work.

    Source: Gao et al. 2019 [E-7.2].

    >>> from minprune.nn.network import mlp
    >>> network, x = mlp([4, 8, 2], np.random.default_rng(0)), np.ones((1, 4))
    >>> bool((gated_outputs(network, x, k=8) == network(x)).all())
    True
    """
    checked_network("network", network)
    read, outputs = read_by_next(network, hidden_layer(network, hidden), x)
    gate = topk_gate(abs(read).mean(axis=1), k)
    return outputs(read * gate[:, None])


# --- pruning -------------------------------------------------------------------------------------


def prune_units(network, scores, sparsity, scope="layer", min_units=None):
    """Silence the units with the lowest scores, exactly as many as the sparsity asks for.

    network    changed: masks hold what belongs to these units at 0, until `shrink_network`
               removes it
    scores     one vector per hidden layer, such as `unit_scores` gives
    sparsity   fraction of the units, 0 <= sparsity < 1; with scope "layer" also a list, one a layer
    scope      as in `prune_by_score`; for "global", one ranking of all units, make the scores
               comparable: [normalize(s) for s in scores]
    min_units  None: a layer that would lose all its units is an error (`EmptyLayerError`); or how
               many of each layer, those of the highest scores, are spared, even where then fewer
               go than the sparsity asks for
    returns the list of boolean vectors, True = kept. Units that are silenced already count as
    pruned, and first; none comes back. A unit whose weights are all pruned, but not its bias, is a
    constant: it is ranked as any other, and only `shrink_network` keeps what it adds

    Source: Li et al. 2017 [C-4.3a, C-5.2a, E-3.2, C-3.2, B-3c, B-3f, B-1b, B-4f].

    >>> from minprune.nn.network import mlp
    >>> network = mlp([784, 64, 10], np.random.default_rng(0))
    >>> keeps = prune_units(network, unit_scores(network, "l1"), sparsity=0.5)
    >>> int(keeps[0].sum()), round(network.sparsity, 3)
    (32, 0.5)
    """
    keeps = choose_units(network, scores, sparsity, scope, min_units)
    mask_units(network, keeps)
    return keeps


def prune_units_by_threshold(network, scores, theta, ties="keep"):
    """Silence the units whose score is below a threshold.

    network  changed, as by `prune_units`
    scores   one vector per hidden layer, such as `unit_scores` gives
    theta    threshold, in the units of the scores; also a list, one a layer
    ties     what happens at equality, as in `score_mask`
    returns the list of boolean vectors, True = kept; the rate of B-3d is `sparsity(*keeps)`.
    `EmptyLayerError` if a layer would lose all its units

    Source: [B-3c, B-3f, B-1b, B-4f (ties pruned)].

    >>> from minprune.nn.network import mlp
    >>> network = mlp([784, 3, 10], np.random.default_rng(0))
    >>> prune_units_by_threshold(network, [[0.0, 0.5, 2.0]], theta=0.5)
    [array([False,  True,  True])]
    """
    checked_network("network", network)
    silenced = silenced_units(network)
    scores = _checked_scores(network, scores)
    thetas = _one_per_layer("theta", theta, len(scores))
    keeps = [
        score_mask(s, t, ties) & ~gone for s, t, gone in zip(scores, thetas, silenced, strict=True)
    ]
    mask_units(network, keeps)
    return keeps


def choose_units(network, scores, sparsity, scope="layer", min_units=None):
    """The units that `prune_units` would keep; arguments and result as there, nothing is changed.

    `keep_units` then makes the smaller network at once, without masks.
    """
    checked_network("network", network)
    one_of("scope", scope, ("layer", "global"))
    silenced = silenced_units(network)
    scores = _gone_first(network, scores, silenced)
    alive = [~gone for gone in silenced]
    spared = [_highest(s, min_units) & a for s, a in zip(scores, alive, strict=True)]
    above_all = np.nextafter(max(s.max() for s in scores), np.inf)
    scores = [np.where(spare, above_all, s) for s, spare in zip(scores, spared, strict=True)]
    if scope == "global":
        keeps = global_rank_masks(scores, fraction("sparsity", sparsity))
    else:
        sparsities = _one_per_layer("sparsity", sparsity, len(scores))
        keeps = [
            rank_mask(s, pruned_count(len(s), fraction("sparsity", part)))
            for s, part in zip(scores, sparsities, strict=True)
        ]
    keeps = [k & a | spare for k, a, spare in zip(keeps, alive, spared, strict=True)]
    try:
        return checked_keeps(network, keeps)
    except EmptyLayerError as error:
        raise EmptyLayerError(f"{error}; min_units=1 keeps one unit of each layer") from None


def _one_per_layer(name, value, layers):
    """A number for all layers, or a list with one for each, as a list."""
    values = [value] * layers if isinstance(value, numbers.Real) else listed(name, value, "numbers")
    if len(values) != layers:
        raise ValueError(
            f"{name} must be one number or a list of {layers}, one per hidden layer, "
            f"got {len(values)}"
        )
    return values


def _highest(scores, min_units):
    """The units that min_units spares."""
    if min_units is None:
        return np.zeros(len(scores), dtype=bool)
    return rank_mask(scores, max(len(scores) - whole_number("min_units", min_units, low=1), 0))


def _gone_first(network, scores, silenced):
    """The scores, those of silenced units set below all others, so that they rank first."""
    scores = [s.astype(np.float64) for s in _checked_scores(network, scores)]
    below_all = np.nextafter(min(s.min() for s in scores), -np.inf)
    return [np.where(gone, below_all, s) for s, gone in zip(scores, silenced, strict=True)]


def _checked_scores(network, scores):
    """The scores as arrays; an error unless they are a vector for each hidden layer."""
    if isinstance(scores, str):
        raise TypeError(
            f"scores must be vectors, such as unit_scores(network, {scores!r}), got {scores!r}"
        )
    scores = finite_arrays("scores", scores)
    weights = hidden_weights(network)
    if [s.shape for s in scores] != [w.value.shape[-1:] for w in weights] or not scores:
        raise ValueError(
            "scores must be a vector for each hidden layer, of lengths "
            f"{[w.value.shape[-1] for w in weights]}, got shapes {[s.shape for s in scores]}"
        )
    return scores


# --- what scores are made of ---------------------------------------------------------------------


def _scales(network):
    """The gamma of the batch normalization behind every hidden layer."""
    scales = []
    for l in hidden_layers(network):
        behind = takewhile(lambda layer: layer.channelwise, network.layers[l + 1 :])
        norm = next((layer for layer in behind if isinstance(layer, BatchNorm)), None)
        if norm is None:
            raise ValueError(
                f"criterion 'bn_scale' needs a batch normalization after every hidden layer, and "
                f"layer {l} has none; `batchnorm_scale(layer.gamma.value)` scores single layers"
            )
        scales.append(norm.gamma.value)
    return scales


def _activations_and_gradients(network, x, y):
    """For every hidden layer its activations and, of the loss of each sample, their gradient.

    As in training: batch normalization by the batch, but no dropout.
    """
    x, y = checked_labels(network, x, y)
    probe, outputs, gradients = network.copy(), [], []
    for layer in probe.layers:
        x = x if isinstance(layer, Dropout) else layer.forward(x, training=True)
        outputs.append(x)
    dy = len(y) * softmax_cross_entropy(x, y).gradient
    for layer in reversed(probe.layers):
        gradients.insert(0, dy)
        dy = dy if isinstance(layer, Dropout) else layer.backward(dy)
    return [(outputs[l], gradients[l]) for l in output_positions(network)]


def _ablation(network, l, x, y):
    """The rise of the loss without each unit of layer l."""
    read, outputs = read_by_next(network, l, x)
    return unit_ablation(
        lambda keep: softmax_cross_entropy(outputs(read * keep), y).loss, unit_count(network, l)
    )
