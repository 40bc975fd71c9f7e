"""Prune a trained network once: score every weight, rank, and give the network its masks."""

import copy

import numpy as np

from minprune.arguments import finite_array, generator, one_of, whole_number
from minprune.formulas.masks import global_rank_masks, layerwise_rank_masks, threshold_mask
from minprune.formulas.schedules import stage_sparsities, std_threshold
from minprune.formulas.scores import (
    gradient_magnitude,
    magnitude,
    random_score,
    taylor,
)
from minprune.formulas.structured import layer_threshold_masks
from minprune.nn.batchnorm import BatchNorm
from minprune.nn.layers import Layer, is_known
from minprune.nn.network import Network, checked_network
from minprune.nn.parameter import Parameter
from minprune.nn.predict import checked_samples
from minprune.nn.train import find_gradients
from minprune.pruning.topology import keeps_units_apart

RANKINGS = {"global": global_rank_masks, "layer": layerwise_rank_masks}


# --- by rank: exactly as many as asked for -------------------------------------------------------


def prune_by_score(network, scores, sparsity, scope="global"):
    """Prune the weights with the lowest scores, exactly as many as the sparsity asks for.

    network   changed: its weights get masks, which hold through all later training; what is
              pruned already stays so and counts, so a lower sparsity than before is refused
    scores    one array per weight array of the network, in the order of `network.weights`
    sparsity  fraction of the weights, biases not counted, with 0 <= sparsity < 1
    scope     "global": one ranking over all layers, the default for weights, whose magnitudes and
              gradients are in the same units everywhere; "layer": every layer to the same sparsity,
              the default for units and for movement, whose scores grow with the size of the layer
              and with its gradients
    returns the list of masks

    Source: [E-3.1, C-4.2d, D-2.1c].
    """
    checked_network("network", network)
    one_of("scope", scope, tuple(RANKINGS))
    masks = RANKINGS[scope](pruned_first(network, scores), sparsity)
    network.prune(masks)
    return masks


def prune_by_magnitude(network, sparsity, scope="global"):
    """Prune the smallest weights in absolute value; arguments as in `prune_by_score`.

    Source: Han, Pool, Tran and Dally 2015 [E-3.1, A-2.2d (scope "layer"), D-1.1c].

    >>> import numpy as np
    >>> from minprune.nn.network import mlp
    >>> network = mlp([784, 64, 10], np.random.default_rng(0))
    >>> masks = prune_by_magnitude(network, sparsity=0.9)
    >>> sum(int(mask.sum()) for mask in masks)
    5082
    """
    scores = [magnitude(w) for w in _values(network)]
    return prune_by_score(network, scores, sparsity, scope)


def prune_at_random(network, sparsity, rng, scope="global"):
    """Prune weights drawn at random, the control; arguments as in `prune_by_score`.

    Source: ours; Blalock et al. 2020 ask that every method be compared with it.
    """
    values, rng = _values(network), generator("rng", rng)  # a seed would draw each layer alike
    scores = [random_score(w, rng) for w in values]
    return prune_by_score(network, scores, sparsity, scope)


def prune_by_gradient(network, x, y, sparsity, criterion="taylor", scope="global"):
    """Prune by the gradient of the loss on data; the rest as in `prune_by_score`.

    x, y       inputs and labels, all taken as one batch
    criterion  "taylor": |w g|, on an untrained network the ranking of SNIP, which only divides it
               by the sum of all; "gradient": |g|, which vanishes as training converges

    Source: Molchanov et al. 2019; Lee, Ajanthan and Torr 2019 [C-3.2, C-4.2f, D-2.1d, D-3.2].
    """
    checked_network("network", network)
    one_of("criterion", criterion, ("taylor", "gradient"))
    x, y = checked_samples(network, x, y)
    probe = network.copy()  # its gradients, so that those of the network stay as they are
    find_gradients(probe, x, y)
    pairs = [(w.value, w.grad) for w in probe.weights.values()]
    if criterion == "taylor":
        scores = [taylor(w, g) for w, g in pairs]
    else:
        scores = [gradient_magnitude(g) for _, g in pairs]
    return prune_by_score(network, scores, sparsity, scope)


def prune_by_synflow(network, sparsity, rounds=100):
    """Prune by synaptic flow, a little at a time, before any training and without data.

        R = sum of the outputs for an input of ones          s_i = |w_i| dR/d|w_i|

    network   with a known `input_shape`; changed by the last round only. R is that of the network
              made linear: |w| for w, no biases, activations and dropout left out, of batch
              normalization the factor |gamma| / deviation alone. Of dense layers s is `synflow`
    sparsity  fraction of the weights
    rounds    the same part of what is left goes in each; in one round layers may be emptied
    returns the list of masks

    Source: Tanaka, Kunin, Yamins and Ganguli 2020, algorithm 1 [C-7.3].
    """
    checked_network("network", network)
    whole_number("rounds", rounds, low=1)
    probe = network.copy()
    for stage in stage_sparsities(sparsity, rounds, min(network.masked_sparsity, sparsity)):
        masks = prune_by_score(probe, flow_scores(probe), stage)
    network.prune(masks)
    return masks


def flow_scores(network):
    """The scores of `prune_by_synflow`, divided by one power of 2 so that no depth overflows.

    network  with a known `input_shape`; not changed
    returns one float64 array per weight array; the sum is the same in each
    """
    if network.input_shape is None:
        raise ValueError(
            "network must have an input_shape, such as Network(layers, input_shape=(28, 28, 1))"
        )
    linear = Network([_linear(layer) for layer in network.layers], network.input_shape)
    outputs = linear.forward(np.ones((1, *network.input_shape)), training=True)
    linear.backward(np.ones_like(outputs), input_gradient=False)
    return [w.value * w.grad for w in linear.weights.values()]


def _linear(layer):
    """A layer without all that is not linear and positive."""
    if isinstance(layer, BatchNorm) and is_known(layer):
        return _Factor(_unit_gain(layer.gamma.value / layer.running_deviation))
    if not keeps_units_apart(layer) or (layer.elementwise and layer.learned):
        raise TypeError(f"network has a layer that SynFlow does not know: {layer!r}")
    if layer.elementwise:
        return _Factor(1.0)
    linear = copy.copy(layer)  # it remembers its last forward
    for name, parameter in layer.parameters.items():
        size = np.zeros(parameter.value.shape)
        if parameter is layer.weight:
            size = _unit_gain(parameter.value)
        setattr(linear, name, Parameter(size))
    return linear


def _unit_gain(w):
    """|w| over a power of 2, so that an input of ones gives outputs of about 1."""
    size = np.abs(w, dtype=np.float64)
    return np.ldexp(size, -np.frexp(size.sum() / size.shape[-1])[1])


class _Factor(Layer):
    """A layer that multiplies by a constant."""

    def __init__(self, factor):
        self.factor = factor

    def forward(self, x, training=False):
        return x * self.factor

    def backward(self, dy, input_gradient=True):
        return dy * self.factor


# --- by threshold: as many as fall below it ------------------------------------------------------


def prune_by_threshold(network, theta, ties="keep"):
    """Prune the weights of small magnitude, one threshold for all layers.

    network  changed: its weights get masks; biases are left alone
    theta    threshold, >= 0, in the units of the weights
    ties     what happens at |w| = theta, as in `threshold_mask`
    returns the list of masks; the pruning rate is `sparsity(*masks)`

    One threshold for all layers prunes a different share of each (measured under D-5.2e).

    Source: [A-4.2 (ties kept), D-5.2a, B-3a, B-4d (ties pruned)].
    """
    checked_network("network", network)
    masks = [threshold_mask(w, theta, ties) for w in _values(network)]
    return _prune_more(network, masks)


def prune_by_std(network, q):
    """Prune every layer once, at a threshold of q standard deviations of what is left in it.

    network  changed
    q        quality parameter, >= 0; the same for all layers
    returns the list of masks; the threshold is that of the weights as they are, so a later call
            with the same q takes another, and prunes more if there is more

    Source: Han et al. 2015 [A-3.3a, A-2.6a, A-5.6, D-7.1a, our choice for "dynamic threshold"].
    """
    checked_network("network", network)
    masks = []
    for w in network.weights.values():
        left = w.value if w.mask is None else w.value[w.mask]
        masks.append(threshold_mask(w.value, std_threshold(left, q), ties="keep"))
    return _prune_more(network, masks)


def prune_tensors(network, theta, ties="keep"):
    """Set whole tensors of small L1 norm to zero, biases too, as A-5.2.6 does. Mind the result.

    network  changed: every parameter below the threshold gets a mask of zeros
    theta    threshold, >= 0, in the units of the weights
    ties     what happens at equality, as in `score_mask`
    returns the list of masks, one per parameter, biases included

    A network without a layer gives the same output for every input; `Network.prune` refuses that,
    this function shows it.
    Biases start at 0, so they always go first.
    Source: [A-5.2.6, A-3.2.4, A-4.3b].
    """
    checked_network("network", network)
    tensors = list(network.parameters.values())
    masks = layer_threshold_masks([p.value for p in tensors], theta, ties)
    masks = [tensor.with_pruned(mask) for tensor, mask in zip(tensors, masks, strict=True)]
    for tensor, mask in zip(tensors, masks, strict=True):
        tensor.prune(mask)
    return masks


def _values(network):
    return [w.value for w in checked_network("network", network).weights.values()]


def _prune_more(network, masks):
    """Give the network these masks, without bringing back what was pruned before."""
    weights = network.weights.values()
    masks = [w.with_pruned(mask) for w, mask in zip(weights, masks, strict=True)]
    network.prune(masks)
    return masks


def pruned_first(network, scores):
    """The scores, those of weights already pruned set below all others, so that they rank first."""
    checked_network("network", network)
    weights = list(network.weights.values())
    if [np.shape(s) for s in scores] != [w.value.shape for w in weights]:
        raise ValueError("scores must be one array for each weight array, of its shape")
    scores = [finite_array(f"scores[{l}]", s) for l, s in enumerate(scores)]
    below_all = np.nextafter(min(s.min() for s in scores), -np.inf)
    return [
        s if w.mask is None else np.where(w.mask, s, below_all)
        for s, w in zip(scores, weights, strict=True)
    ]
