"""A sparsity for every layer: the same, by shape, by one ranking, by a scan; and within a budget.

Sparsities are lists with one number for each weight array, in the order of `network.weights`.
"""

import math

import numpy as np

from minprune.arguments import above_zero, fraction, one_of, shown
from minprune.formulas import metrics
from minprune.formulas.allocation import erk_densities
from minprune.formulas.masks import global_rank_masks, pruned_count, rank_mask
from minprune.formulas.scores import magnitude
from minprune.nn.costs import layer_costs
from minprune.nn.network import EmptyLayerError, checked_network
from minprune.pruning.one_shot import pruned_first
from minprune.pruning.sensitivity import tolerated_sparsities
from minprune.pruning.topology import checked_keeps, keep_plan
from minprune.pruning.units import choose_units

MEASURES = "parameters", "macs", "bytes"


# --- a sparsity for every layer ------------------------------------------------------------------


def uniform_sparsities(network, sparsity):
    """Every layer the same sparsity.

    Source: [A-2.2d, C-4.2d].

    >>> from minprune.nn.network import mlp
    >>> uniform_sparsities(mlp([784, 64, 10], np.random.default_rng(0)), 0.9)
    [0.9, 0.9]
    """
    checked_network("network", network)
    return [fraction("sparsity", sparsity)] * len(network.weights)


def erk_sparsities(network, sparsity):
    """Wide layers sparse, narrow ones dense, by `erk_densities`.

    Source: Evci, Gale, Menick, Castro and Elsen 2020.
    """
    checked_network("network", network)
    density = 1 - fraction("sparsity", sparsity)
    shapes = [w.value.shape for w in network.weights.values()]
    return [1 - float(d) for d in erk_densities(shapes, density)]


def global_sparsities(network, sparsity):
    """The sparsity of every layer under one ranking of all weights by magnitude.

    Source: "global magnitude pruning" in Blalock et al. 2020 [E-3.1].
    """
    checked_network("network", network)
    scores = pruned_first(network, [magnitude(w.value) for w in network.weights.values()])
    masks = global_rank_masks(scores, fraction("sparsity", sparsity))
    return [metrics.sparsity(mask) for mask in masks]


def allocate_by_sensitivity(scan):
    """An allocator by a `sensitivity_scan` of the weights: every layer may cost the same.

    returns a function (network, sparsity) -> sparsities, between those of the two tolerances whose
    overall sparsities enclose it; `ValueError` if the scan did not go far enough

    Source: Han, Pool, Tran and Dally 2015, who set the thresholds from it by hand [C-3.2,
    D-7.1a].
    """
    drops = np.unique(np.maximum(scan.baseline - scan.performance, 0))
    steps = [np.zeros(len(scan.names)), *(tolerated_sparsities(scan, drop) for drop in drops)]
    steps = np.array(steps)  # (tolerances, layers)

    def allocate(network, sparsity):
        if scan.names != list(network.weights):
            raise ValueError(
                f"scan must be of the weights {list(network.weights)}, got {scan.names}"
            )
        sizes = np.array([w.value.size for w in network.weights.values()])
        totals = steps @ sizes / sizes.sum()
        if fraction("sparsity", sparsity) > totals[-1] * (1 + 1e-9):
            raise ValueError(
                f"sparsity must be at most {totals[-1]:.4g}, the end of the scan, got {sparsity}"
            )
        return [float(np.interp(sparsity, totals, layer)) for layer in steps.T]

    return allocate


# --- within a budget -----------------------------------------------------------------------------


def sparsities_for_budget(network, budget, measure="parameters", allocate=global_sparsities):
    """The lightest pruning of weights that keeps to a budget.

    network   not changed; `prune_layers` then prunes it
    budget    what the pruned network may cost at most
    measure   "parameters": those that are not pruned, biases included; "macs": multiply-accumulates
              of weights that are not pruned, for one input; "bytes": of compressed sparse rows and
              everything else dense, as `SparseEngine.compressed_bytes` counts
    allocate  function (network, sparsity) -> sparsities: `uniform_sparsities`,
              `erk_sparsities`, `global_sparsities`, or `allocate_by_sensitivity(scan)`
    returns a list of sparsities, none below what is pruned already; they come from the
    sparsities k / n, n weights. `ValueError` if the budget cannot be met, `EmptyLayerError` if
    only by emptying a layer

    Source: [A-8a, C-6.4a, C-6.4c, D-7.1c, E-7.1, our choice for "automatic pruning" within
    limits].
    """
    checked_network("network", network)
    if not callable(allocate):
        raise TypeError(f"allocate must be a function, such as erk_sparsities, got {allocate!r}")
    cost = _weight_cost(network, one_of("measure", measure, MEASURES))
    pruned = [0.0 if w.mask is None else metrics.sparsity(w.mask) for w in network.weights.values()]
    n = sum(w.value.size for w in network.weights.values())

    def choice(k):
        sparsities = [max(s, p) for s, p in zip(allocate(network, k / n), pruned, strict=True)]
        if 0 in _kept(network, sparsities):
            raise EmptyLayerError("a layer would be empty")
        return sparsities

    return _lightest(choice, n, cost, budget)


def prune_layers(network, sparsities):
    """Prune every weight array to its own sparsity, by magnitude.

    network     changed: masks, which hold
    sparsities  one per weight array, such as `erk_sparsities` or `sparsities_for_budget` gives
    returns the list of masks

    Source: [A-2.2d, C-3.2, D-7.1a].

    >>> from minprune.nn.network import mlp
    >>> network = mlp([784, 64, 10], np.random.default_rng(0))
    >>> [int(mask.sum()) for mask in prune_layers(network, [0.9, 0.5])]
    [5018, 320]
    """
    checked_network("network", network)
    scores = pruned_first(network, [magnitude(w.value) for w in network.weights.values()])
    if np.ndim(sparsities) != 1 or len(sparsities) != len(scores):
        raise ValueError(
            f"sparsities must be {len(scores)} numbers, one per weight array, "
            f"got {shown(sparsities)}"
        )
    sparsities = [fraction("sparsities", s) for s in sparsities]
    counts = [pruned_count(s.size, sp) for s, sp in zip(scores, sparsities, strict=True)]
    masks = [rank_mask(score, k) for score, k in zip(scores, counts, strict=True)]
    network.prune(masks)
    return masks


def units_for_budget(network, scores, budget, measure="macs", scope="layer", min_units=1):
    """The lightest pruning of units whose shrunk network keeps to a budget.

    network    not changed; `mask_units` or `keep_units` then takes what is returned
    scores     one vector per hidden layer, such as `unit_scores` gives; for the scope "global"
               [normalize(s) for s in scores]
    budget     what the shrunk network may cost at most
    measure    "parameters", "macs" for one input, or "bytes" of all parameters, dense
    scope, min_units  as in `prune_units`
    returns the list of boolean vectors, True = keep; `ValueError` if the budget cannot be met

    Source: [C-4.3b, A-8a, D-7.1c, our choice for "automatic pruning" within limits].
    """
    checked_network("network", network)
    cost = _unit_cost(network, one_of("measure", measure, MEASURES))
    sizes = [sum(len(s) for s in scores)] if scope == "global" else [len(s) for s in scores]
    # j of n units go at the first sparsity above (j - 1/2) / n, where rounding turns
    sparsities = [0.0, *sorted({(j - 0.5) / n + 1e-9 for n in sizes for j in range(1, n)})]
    return _lightest(
        lambda k: choose_units(network, scores, sparsities[k], scope, min_units),
        len(sparsities),
        cost,
        budget,
    )


def _lightest(choice, n, cost, budget):
    """choice(k) for the smallest k < n whose cost is within the budget; it must fall as k rises."""
    above_zero("budget", budget)
    best, failure = choice(0), ValueError  # which also tells what is wrong with the arguments
    least = cost(best)
    if least <= budget:
        return best
    low, high, best = 1, n - 1, None
    while low <= high:
        k = (low + high) // 2
        try:
            chosen = choice(k)
        except ValueError as error:  # as hard as that, it cannot be done at all
            high, failure = k - 1, type(error)
            continue
        price = cost(chosen)
        if price <= budget:
            best, high = chosen, k - 1
        else:
            least, low = price, k + 1
    if best is None:
        empty = ", since less would empty a layer" * issubclass(failure, EmptyLayerError)
        raise failure(f"budget must be at least {least}{empty}, got {budget}")
    return best


def _kept(network, sparsities):
    sizes = [w.value.size for w in network.weights.values()]
    return [0 if s == 1 else n - pruned_count(n, s) for n, s in zip(sizes, sparsities, strict=True)]


def _weight_cost(network, measure):
    weights = [w.value for w in network.weights.values()]
    others = [p for p in network.parameters.values() if p.value.ndim == 1]
    positions = _positions(network) if measure == "macs" else None

    def cost(sparsities):
        kept = _kept(network, sparsities)
        if measure == "parameters":
            return sum(kept) + sum(p.value.size if p.mask is None else p.mask.sum() for p in others)
        if measure == "macs":
            return sum(k * p for k, p in zip(kept, positions, strict=True))
        rows = [
            metrics.csr_bytes(w.shape[-1], k, w.itemsize)
            for w, k in zip(weights, kept, strict=True)
        ]
        return sum(rows) + sum(p.value.nbytes for p in others)

    return cost


def _unit_cost(network, measure):
    positions = _positions(network) if measure == "macs" else None
    item = next(iter(network.parameters.values())).value.itemsize

    def cost(keeps):
        weights, others = [], []
        for layer, (inputs, outputs) in zip(
            network.layers, keep_plan(network, checked_keeps(network, keeps)), strict=True
        ):
            for parameter in layer.parameters.values():
                *taps, n_out = parameter.value.shape
                n_out = n_out if outputs is None else int(outputs.sum())
                if not taps:
                    others.append(n_out)
                else:
                    *taps, n_in = taps
                    n_in = n_in if inputs is None else int(inputs.sum())
                    weights.append(math.prod(taps) * n_in * n_out)
        if measure == "macs":
            return sum(w * p for w, p in zip(weights, positions, strict=True))
        return (sum(weights) + sum(others)) * (item if measure == "bytes" else 1)

    return cost


def _positions(network):
    """The number of positions at which each weight array is used for one input."""
    return [cost.positions for cost in layer_costs(network) if cost.positions]
