"""Prune a trained network once: score every weight, rank, and give the network its masks."""

import numpy as np

from minprune.arguments import finite_array, one_of
from minprune.formulas.masks import global_rank_masks, layerwise_rank_masks
from minprune.formulas.scores import magnitude, random_score

RANKINGS = {"global": global_rank_masks, "layer": layerwise_rank_masks}


def prune_by_score(network, scores, sparsity, scope="global"):
    """Prune the weights with the lowest scores, exactly as many as the sparsity asks for.

    network   changed: its weights get masks, which hold through all later training; what is
              pruned already stays so and counts, so a lower sparsity than before is refused
    scores    one array per weight array of the network, in the order of `network.weights`
    sparsity  fraction of the weights, biases not counted, with 0 <= sparsity < 1
    scope     "global": one ranking over all layers; "layer": every layer to the same sparsity
    returns the list of masks

    Source: E-3.1, C-4.2d. Erratum: E-3.1 does not say that the zeros must be held.
    """
    one_of("scope", scope, tuple(RANKINGS))
    masks = RANKINGS[scope](_pruned_first(network, scores), sparsity)
    network.prune(masks)
    return masks


def prune_by_magnitude(network, sparsity, scope="global"):
    """Prune the smallest weights in absolute value; arguments as in `prune_by_score`.

    Source: E-3.1; Han, Pool, Tran and Dally 2015.

    >>> import numpy as np
    >>> from minprune.nn.network import mlp
    >>> network = mlp([784, 64, 10], np.random.default_rng(0))
    >>> masks = prune_by_magnitude(network, sparsity=0.9)
    >>> sum(int(mask.sum()) for mask in masks)
    5082
    """
    scores = [magnitude(w.value) for w in network.weights.values()]
    return prune_by_score(network, scores, sparsity, scope)


def prune_at_random(network, sparsity, rng, scope="global"):
    """Prune weights drawn at random, the control; arguments as in `prune_by_score`.

    Source: ours; Blalock et al. 2020 ask every method to be set beside it.
    """
    scores = [random_score(w.value, rng) for w in network.weights.values()]
    return prune_by_score(network, scores, sparsity, scope)


def _pruned_first(network, scores):
    """The scores, those of weights already pruned set below all others, so that they rank first."""
    weights = list(network.weights.values())
    if [np.shape(s) for s in scores] != [w.value.shape for w in weights]:
        raise ValueError("scores must be one array for each weight array, of its shape")
    scores = [finite_array(f"scores[{l}]", s) for l, s in enumerate(scores)]
    below_all = np.nextafter(min(s.min() for s in scores), -np.inf)
    return [
        s if w.mask is None else np.where(w.mask, s, below_all)
        for s, w in zip(scores, weights, strict=True)
    ]
