"""How far can we go? Levels tried one after the other, or found by halving."""

from itertools import pairwise
from typing import NamedTuple

from minprune.arguments import at_least_zero, function, performance, whole_number
from minprune.formulas.metrics import performance_loss
from minprune.nn.network import EmptyLayerError, Network, checked_network
from minprune.pruning.one_shot import prune_by_magnitude, prune_by_threshold


class Level(NamedTuple):
    """One level that was tried."""

    level: float  # a threshold or a sparsity, whatever was searched
    sparsity: float  # that it came to
    performance: float


class Search(NamedTuple):
    """The result of a search: without an acceptable level, `best` is None and `network` a copy."""

    best: Level | None
    network: Network  # at the best level
    curve: list[Level]  # every level tried, in the order of trying


def last_before_failure(performances, baseline, tolerance):
    """The last level before performance first falls too far, also if it recovers later.

        the largest k such that a_0 - a_i <= tolerance for all i <= k

    performances  list of numbers, one per level, from mild to severe
    baseline      a_0, performance without pruning
    tolerance     >= 0, in the same units
    returns its index, or None if already the first level fails. "The largest level that passes" is
    another answer where the curve has a dip: behind a dip a level may pass by luck

    Source: [D-Q2].

    >>> last_before_failure([0.98, 0.97, 0.90, 0.975], baseline=0.98, tolerance=0.0125)
    1
    """
    found = None
    for k, reached in enumerate(performances):
        if not acceptable(reached, baseline, tolerance):
            break
        found = k
    return found


def acceptable(performance, baseline, tolerance):
    """True if no more performance is lost than tolerated; rounding does not count.

        a_0 - a <= tolerance

    performance, baseline  a and a_0, in the same units, higher is better
    tolerance              >= 0
    returns a bool

    Source: [D-Q2, C-3.2].

    >>> acceptable(0.97, baseline=0.98, tolerance=0.01)
    True
    """
    # 0.98 - 0.97 is 0.010000000000000009
    slack = 1e-9 * max(abs(baseline), 1)
    return performance_loss(baseline, performance) <= at_least_zero("tolerance", tolerance) + slack


def search_threshold(network, thetas, evaluate, tolerance, finetune=None):
    """The threshold up to which pruning costs little: light at first, then step by step.

    network    not changed; each level prunes a copy of it
    thetas     rising thresholds; all are tried, for the curve, up to one that empties a layer
    evaluate   function of a network -> performance, higher is better, on validation data, such as
               lambda network: mp.evaluate(network, x, y).accuracy
    tolerance  how much performance may be lost, >= 0
    finetune   function of a network that trains it, or None
    returns a `Search` (best, network, curve): best is the last level before the first failure, and
    network what it made

    Source: [D-Q2, C-3.2].
    """
    checked_network("network", network)
    _check_levels("thetas", thetas, tolerance)
    baseline = performance(evaluate, network)
    curve, networks = [], []
    for theta in thetas:
        try:
            level, candidate = _try(network, theta, prune_by_threshold, evaluate, finetune)
        except EmptyLayerError:
            break  # every higher threshold empties it too
        curve.append(level)
        networks.append(candidate)
    k = last_before_failure([level.performance for level in curve], baseline, tolerance)
    if k is None:
        return Search(None, network.copy(), curve)
    return Search(curve[k], networks[k], curve)


def search_step_by_step(
    network, sparsities, evaluate, tolerance, finetune, prune=prune_by_magnitude
):
    """Prune a little, retrain, validate, and go on as long as it is acceptable.

    network     not changed
    sparsities  rising; each level goes on from the last, so masks are nested
    evaluate    function of a network -> performance, higher is better, on validation data, such as
                lambda network: mp.evaluate(network, x, y).accuracy
    tolerance   how much of the performance before pruning may be lost, >= 0
    finetune    function of a network that trains it
    prune       function (network, sparsity): the criterion
    returns a `Search`; it stops at the first level that fails or empties a layer

    Source: [C-3.2, C-3.1, A-8a, A-3.4a].
    """
    checked_network("network", network)
    _check_levels("sparsities", sparsities, tolerance)
    baseline = performance(evaluate, network)
    best, found, curve = None, network.copy(), []
    for sparsity in sparsities:
        try:
            level, candidate = _try(found, sparsity, prune, evaluate, finetune)
        except EmptyLayerError:
            break
        curve.append(level)
        if not acceptable(level.performance, baseline, tolerance):
            break
        best, found = level, candidate
    return Search(best, found, curve)


def search_sparsity(network, evaluate, tolerance, finetune=None, prune=prune_by_magnitude, steps=6):
    """The highest sparsity that costs little, by halving the interval that must contain it.

    network    not changed; each level prunes a copy of it
    evaluate, tolerance, finetune, prune  as in `search_step_by_step`; finetune may be None
    steps      how often the interval 0 to 1 is halved, >= 1; what is found is known to 2^-steps,
               if performance falls as sparsity rises
    returns a `Search`; a sparsity that empties a layer is too high and not in the curve

    Source: AMC (He et al. 2018) learns a ratio for every layer instead [A-8a, C-6.4a, D-7.1c,
    E-7.1, our choice for "automatic pruning"].
    """
    checked_network("network", network)
    at_least_zero("tolerance", tolerance)
    baseline = performance(evaluate, network)
    low, high = 0.0, 1.0
    best, found, curve = None, network.copy(), []
    for _ in range(whole_number("steps", steps, low=1)):
        middle = (low + high) / 2
        try:
            level, candidate = _try(network, middle, prune, evaluate, finetune)
        except EmptyLayerError:
            high = middle
            continue
        curve.append(level)
        if acceptable(level.performance, baseline, tolerance):
            low, best, found = middle, level, candidate
        else:
            high = middle
    return Search(best, found, curve)


def _try(network, level, prune, evaluate, finetune):
    """The level that a pruned and fine-tuned copy reaches, and the copy."""
    candidate = network.copy()
    function("prune", prune)(candidate, level)
    if finetune is not None:
        function("finetune", finetune)(candidate)
    return Level(float(level), candidate.sparsity, performance(evaluate, candidate)), candidate


def _check_levels(name, levels, tolerance):
    at_least_zero("tolerance", tolerance)  # before any work is done
    if not len(levels) or any(a >= b for a, b in pairwise(levels)):
        raise ValueError(f"{name} must increase, got {list(levels)}")
