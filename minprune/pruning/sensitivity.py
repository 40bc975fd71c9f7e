"""How much can each layer lose? One layer pruned at a time, the others left alone."""

from typing import NamedTuple

import numpy as np

from minprune.arguments import at_least_zero, fraction, one_of, performance
from minprune.formulas.masks import pruned_count, rank_mask
from minprune.formulas.scores import magnitude
from minprune.nn.network import checked_network
from minprune.pruning.search import last_before_failure
from minprune.pruning.shrink import mask_units
from minprune.pruning.topology import hidden_weights
from minprune.pruning.units import unit_scores

LEVELS = 0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95


class Sensitivity(NamedTuple):
    """The result of a scan."""

    names: list[str]  # of the layers, such as "0.K"
    sparsities: list[float]  # that were tried, rising
    performance: np.ndarray  # (layers, sparsities)
    baseline: float  # performance of the network as it is


def sensitivity_scan(network, evaluate, sparsities=LEVELS, what="weights"):
    """Performance against the sparsity of one layer at a time, all others as they are.

    network     not changed, not by a bit: what is pruned is a copy
    evaluate    function of a network -> performance, higher is better, on validation data, such as
                lambda network: mp.evaluate(network, x, y).accuracy
    sparsities  rising, each at least 0 and below 1; of a layer of few, one stays at any
    what        "weights": by magnitude, each weight array; "units": neurons and filters by their
                L1 norm, each hidden layer
    returns a `Sensitivity`

    Source: Han, Pool, Tran and Dally 2015, figure 6; Li et al. 2017, figure 2 (filters) [C-3.2,
    D-7.1a, our choice for "each layer its own ratio"].
    """
    checked_network("network", network)
    one_of("what", what, ("weights", "units"))
    sparsities = [fraction("sparsities", s) for s in sparsities]
    if not sparsities or sorted({*sparsities}) != sparsities:
        raise ValueError(f"sparsities must increase, got {sparsities}")
    names, prune = _weights(network) if what == "weights" else _units(network)
    rows, probe, state = [], network.copy(), network.state_dict()
    baseline = performance(evaluate, probe)
    probe.load_state_dict(state)  # evaluate may have trained it, say
    for layer in range(len(names)):
        rows.append([])
        for sparsity in sparsities:
            prune(probe, layer, sparsity)
            rows[-1].append(performance(evaluate, probe))
            probe.load_state_dict(state)
    return Sensitivity(names, sparsities, np.array(rows), baseline)


def tolerated_sparsities(scan, tolerance):
    """For every layer the last sparsity of a scan before performance first falls too far.

    tolerance  how much of the performance may be lost by one layer, >= 0; all layers together will
               lose more
    returns a list of sparsities, one per layer, 0.0 where already the first one costs too much;
    `prune_layers` takes those of a scan of weights, `prune_units` those of units

    Source: Han, Pool, Tran and Dally 2015 [C-3.2].

    >>> scan = Sensitivity(["a", "b"], [0.5, 0.9], np.array([[0.98, 0.97], [0.97, 0.5]]), 0.98)
    >>> tolerated_sparsities(scan, tolerance=0.02)
    [0.9, 0.5]
    """
    at_least_zero("tolerance", tolerance)
    last = [last_before_failure(row, scan.baseline, tolerance) for row in scan.performance]
    return [0.0 if k is None else scan.sparsities[k] for k in last]


def _count(n, sparsity):
    """The number of n to prune, at most n - 1."""
    return min(pruned_count(n, sparsity), n - 1)


def _weights(network):
    names = list(network.weights)

    def prune(probe, layer, sparsity):
        w = probe.weights[names[layer]]
        w.prune(w.with_pruned(rank_mask(magnitude(w.value), _count(w.value.size, sparsity))))

    return names, prune


def _units(network):
    hidden = hidden_weights(network)
    scores = unit_scores(network, "l1")

    def prune(probe, layer, sparsity):
        keeps = [np.ones(len(s), dtype=bool) for s in scores]
        keeps[layer] = rank_mask(scores[layer], _count(len(scores[layer]), sparsity))
        mask_units(probe, keeps)

    names = [name for name, p in network.parameters.items()
             if any(p is w for w in hidden)]  # fmt: skip
    return names, prune
