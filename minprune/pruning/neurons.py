"""Pruning hidden neurons of a perceptron by what they do on data, and removing them for real.

As the documents have it, one hidden layer at a time; `hidden` counts dense layers. For any network,
convolutions too, see `units` and `shrink`.
"""

import numpy as np

from minprune.arguments import finite_array, function, listed, whole_number
from minprune.formulas.activations import softmax
from minprune.formulas.distill import ensemble_average
from minprune.formulas.masks import checked_mask, pruned_count, rank_mask, score_mask
from minprune.formulas.structured import (
    collapse_linear,
    fold_constant_units,
    topk_gate,
)
from minprune.formulas.units import mean_activation, unit_ablation
from minprune.nn.layers import Dense
from minprune.nn.losses import softmax_cross_entropy
from minprune.nn.network import EmptyLayerError, Network, checked_network
from minprune.pruning.shrink import hidden_layers, hidden_weights, keep_units


def hidden_activations(network, x, hidden=0):
    """What the neurons of a hidden layer say on data.

    network  dense layers with activations between them
    x        inputs (N, n_in)
    hidden   which hidden layer, 0 is the first
    returns an array (N, h): the input of the dense layer behind

    Source: B-3c, E-3.2. Erratum: B-4f takes a symbol for the activations, and the output layer.
    """
    checked_network("network", network)
    x = finite_array("x", x)
    for layer in network.layers[: _dense_positions(network, hidden)[1]]:
        x = layer.forward(x)
    return x


def remove_neurons(network, keep, hidden=0):
    """A smaller network without some hidden neurons: their columns, biases and rows are gone.

    network  not changed
    keep     boolean vector, one entry per neuron of the hidden layer, True = keep
    hidden   which hidden layer, 0 is the first
    returns a new network; the masks of what stays go with it. Its outputs are those of the network
    with these neurons silenced

    Source: A-2.1b, E-3.2, B-4f. Erratum: B-4f prunes the only neuron of the output layer.

    >>> import numpy as np
    >>> from minprune.nn.network import mlp
    >>> small = remove_neurons(mlp([4, 3, 2], np.random.default_rng(0)), [True, False, True])
    >>> [p.value.shape for p in small.parameters.values()]
    [(4, 2), (2,), (2, 2), (2,)]
    """
    checked_network("network", network)
    l = _dense_positions(network, hidden)[0]
    keeps = [np.ones(w.value.shape[-1], dtype=bool) for w in hidden_weights(network)]
    h = hidden_layers(network).index(l)
    keep = keeps[h] = checked_mask("keep", keep, keeps[h].shape)
    if not keep.any():
        raise EmptyLayerError("keep must leave at least one neuron: without any, nothing passes")
    return keep_units(network, keeps)


def prune_neurons(network, x, *, theta=None, sparsity=None, score=mean_activation, hidden=0):
    """Remove the hidden neurons that do little on data: below a threshold, or the lowest share.

    network   not changed
    x         inputs (N, n_in) on which to look
    theta     threshold: a neuron whose score does not exceed it goes; give this or sparsity
    sparsity  fraction of the neurons to remove, 0 <= sparsity < 1
    score     function of the activations (N, h) -> (h,), higher = more important, such as
              `mean_activation`, `activation_entropy`, or `lambda a: 1 - apoz(a)`
    hidden    which hidden layer, 0 is the first
    returns (smaller network, mask of its neurons); the rate of B-3d is `sparsity(mask)`

    Source: B-3c, B-3f, B-1b, E-3.2, B-4f.
    Erratum: B-3c does not say over which data; B-4f has the layer, the shapes and the rate wrong.
    """
    checked_network("network", network)
    if (theta is None) == (sparsity is None):
        raise ValueError("theta or sparsity must be given, and not both")
    scores = function("score", score)(hidden_activations(network, x, hidden))
    if theta is not None:
        keep = score_mask(scores, theta, ties="prune")
    else:
        keep = rank_mask(scores, pruned_count(len(scores), sparsity))
    if not keep.any():
        raise EmptyLayerError(f"theta = {theta}, sparsity = {sparsity} leaves no neuron at all")
    return remove_neurons(network, keep, hidden), keep


def ablate_neurons(network, x, y, hidden=0):
    """Influence of every hidden neuron on the loss, exactly: one run of the network for each.

        s_j = L(neuron j silenced) - L

    x, y    inputs (N, n_in) and labels
    hidden  which hidden layer, 0 is the first
    returns a vector (h,) in nats

    Source: E-4.3; Mozer and Smolensky 1989.
    """
    checked_network("network", network)
    a = hidden_activations(network, x, hidden)

    def loss(keep):
        return softmax_cross_entropy(_from_hidden(network, a * keep, hidden), y)[0]

    return unit_ablation(loss, a.shape[1])


def fold_constant_neurons(network, x, hidden=0):
    """Remove the neurons that say the same on all the data, and put that into the next bias.

    network  not changed
    x        inputs (N, n_in) on which to look; elsewhere a neuron may still speak
    hidden   which hidden layer, 0 is the first
    returns (smaller network, mask of its neurons); on x its outputs are unchanged

    Source: E-4.3, our repair.
    """
    checked_network("network", network)
    behind = network.layers[_dense_positions(network, hidden)[1]]
    if behind.b.mask is not None:
        raise ValueError("network has a pruned bias behind this layer; unprune it first")
    a = hidden_activations(network, x, hidden)
    varies = (a != a[0]).any(axis=0)
    small = remove_neurons(network, varies, hidden)
    bias = small.layers[_dense_positions(network, hidden)[1]].b
    bias.value = fold_constant_units(behind.W.value[~varies], behind.b.value, a[0, ~varies])
    return small, varies


def collapse_linear_layers(network):
    """A network without activations as the single dense layer that it is.

    network  of dense layers only, such as B-4's 8-10-1; not changed
    returns a network of one layer with the same outputs

    Source: B-4a.
    """
    checked_network("network", network)
    if any(not isinstance(layer, Dense) for layer in network.layers):
        raise ValueError("network must have dense layers only: a ReLU between them cannot collapse")
    W, b = network.layers[0].W.value, network.layers[0].b.value
    for layer in network.layers[1:]:
        W, b = collapse_linear(W, b, layer.W.value, layer.b.value)
    return Network([Dense(W, b)])


def predict_average(networks, x):
    """Mean of the probabilities that several networks predict.

    networks  list of networks with the same classes
    x         inputs
    returns an array (N, K)

    Source: A-8c, our choice; Hansen and Salamon 1990.
    """
    networks = listed("networks", networks, "networks")
    return ensemble_average([softmax(function("networks", network)(x)) for network in networks])


def gated_forward(network, x, k, hidden=0):
    """Run a network with a gate that keeps, for every sample, its k most active hidden neurons.

    x       inputs (N, n_in)
    k       neurons per sample, from 0 to h
    hidden  which hidden layer, 0 is the first
    returns the logits (N, K)

    All products are computed, and the activations outside the gate set to zero: this takes longer
    than the network without a gate. A kernel that skips them could save work in the layer behind.

    Source: E-7.2; Gao et al. 2019.
    """
    checked_network("network", network)
    h = hidden_activations(network, x, hidden)
    return _from_hidden(network, h * topk_gate(h, k), hidden)


def _from_hidden(network, a, hidden):
    """The logits from the activations of a hidden layer."""
    for layer in network.layers[_dense_positions(network, hidden)[1] :]:
        a = layer.forward(a)
    return a


def _dense_positions(network, hidden):
    """Where the dense layer of this hidden layer stands, and the one that reads it."""
    dense = [l for l, layer in enumerate(network.layers) if isinstance(layer, Dense)]
    if len(dense) < 2:
        raise ValueError("network must have a hidden layer, that is, at least two dense layers")
    hidden = whole_number("hidden", hidden, low=0, high=len(dense) - 2)
    return dense[hidden], dense[hidden + 1]
