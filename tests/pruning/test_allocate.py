"""A sparsity for every layer, and the lightest pruning that keeps to a budget."""

import numpy as np
import pytest
from stacks import stack

from minprune.formulas.allocation import erk_densities
from minprune.nn.layers import Dense
from minprune.nn.models import cnn, lenet5
from minprune.nn.network import EmptyLayerError, mlp
from minprune.nn.spatial import Conv2D
from minprune.pruning.allocate import (
    MEASURES,
    allocate_by_sensitivity,
    erk_sparsities,
    global_sparsities,
    prune_layers,
    sparsities_for_budget,
    uniform_sparsities,
    units_for_budget,
)
from minprune.pruning.one_shot import prune_by_magnitude
from minprune.pruning.sensitivity import Sensitivity, sensitivity_scan
from minprune.pruning.shrink import keep_units, mask_units, shrink_network
from minprune.pruning.topology import hidden_layers
from minprune.pruning.units import choose_units, unit_scores
from minprune.sparse.engine import SparseEngine

TOTALS = [0.0, 0.1, 0.37, 0.5, 0.8, 0.93]
NETWORKS = ["mlp", "max pooling", "average pooling", "stride 2", "bn behind flatten", "random 4"]


def sizes(network):
    return [w.value.size for w in network.weights.values()]


def scan_of(network, seed=0):
    """A scan whose curves fall, with noise and at a rate of its own in every layer."""
    rng, names = np.random.default_rng(seed), list(network.weights)
    levels = [0.0, 0.2, 0.5, 0.8, 0.95]
    rates = rng.uniform(0.1, 1, len(names))[:, None]
    noise = 0.02 * rng.standard_normal((len(names), 5))
    return Sensitivity(names, levels, 1 - rates * np.square(levels) + noise, 1.0)


def allocations(network):
    return {
        "uniform": uniform_sparsities,
        "erk": erk_sparsities,
        "global": global_sparsities,
        "by sensitivity": allocate_by_sensitivity(scan_of(network)),
    }


HOW = pytest.mark.parametrize("how", ["uniform", "erk", "global", "by sensitivity"])

# --- a sparsity for every layer ------------------------------------------------------------------


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("sparsity", TOTALS)
@HOW
def test_every_allocation_meets_its_sparsity(unchanged, name, sparsity, how):
    network, _ = stack(name)
    unchanged(network)
    sparsities = allocations(network)[how](network, sparsity)
    assert isinstance(sparsities, list) and {type(s) for s in sparsities} == {float}
    assert all(0 <= s <= 1 for s in sparsities)
    pruned = sum(s * n for s, n in zip(sparsities, sizes(network), strict=True))
    slack = 0.5 if how == "global" else 1e-9  # a whole number of weights
    assert abs(pruned - sparsity * sum(sizes(network))) <= slack
    if sparsity > 0 and how != "uniform":
        assert len({*sparsities}) > 1


def test_uniform_and_erk_by_hand():
    network = mlp([4, 6, 2], np.random.default_rng(0))  # 24 weights and 10 units, 12 and 8
    assert uniform_sparsities(network, 0.3) == [0.3, 0.3]
    assert erk_sparsities(network, 0.75) == pytest.approx([1 - 5 / 24, 1 - 4 / 12], rel=1e-14)
    network = lenet5(np.random.default_rng(0))
    shapes = [(5, 5, 1, 6), (5, 5, 6, 16), (400, 120), (120, 84), (84, 10)]
    expected = [1 - d for d in erk_densities(shapes, 1 - 0.9)]
    assert erk_sparsities(network, 0.9) == pytest.approx(expected)
    assert erk_sparsities(network, 0.5)[0] == 0 == erk_sparsities(network, 0)[2]


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("sparsity", [0.0, 0.1, 0.37, 0.5, 0.8])
@pytest.mark.parametrize("pruned_before", [False, True])
def test_global_sparsities_give_the_masks_of_one_ranking(unchanged, name, sparsity, pruned_before):
    network, _ = stack(name)
    if pruned_before:
        rng = np.random.default_rng(0)
        for w in network.weights.values():
            mask = rng.random(w.value.shape) < 0.95
            mask[abs(w.value) == abs(w.value).max()] = True
            w.prune(mask)
        sparsity = max(sparsity, network.masked_sparsity)
    unchanged(network)
    one, layerwise = network.copy(), network.copy()
    expected = prune_by_magnitude(one, sparsity)
    masks = prune_layers(layerwise, global_sparsities(network, sparsity))
    for a, b, w, kept in zip(
        masks, expected, one.weights.values(), layerwise.weights.values(), strict=True
    ):
        np.testing.assert_array_equal(a, b)
        np.testing.assert_array_equal(w.value, kept.value)
        np.testing.assert_array_equal(w.mask, kept.mask)


def test_pruned_weights_rank_before_other_zeros():
    network, _ = stack("mlp")
    network.layers[0].W.value[:2] = 0.0
    network.layers[4].W.prune(np.arange(15).reshape(5, 3) >= 3)
    assert global_sparsities(network, 3 / 92) == [0.0, 0.0, 3 / 15]
    assert global_sparsities(network, 5 / 92) == [2 / 42, 0.0, 3 / 15]


def test_each_layer_goes_as_far_as_costs_the_same():
    network = mlp([10, 10, 10], np.random.default_rng(0))  # 100 weights each
    scan = Sensitivity(
        ["0.W", "2.W"], [0.4, 0.8], np.array([[0.95, 0.9], [0.8, 0.95]]), 1.0
    )  # at a loss of 0.05: 0.4 and 0; of 0.1: 0.8 and 0; of 0.2: 0.8 and 0.8, behind a dip
    allocate = allocate_by_sensitivity(scan)
    for sparsity, expected in (
        (0.0, [0.0, 0.0]), (0.1, [0.2, 0.0]), (0.2, [0.4, 0.0]), (0.3, [0.6, 0.0]),
        (0.4, [0.8, 0.0]), (0.5, [0.8, 0.2]), (0.8, [0.8, 0.8]),
    ):  # fmt: skip
        assert allocate(network, sparsity) == pytest.approx(expected, abs=1e-12)
    with pytest.raises(ValueError, match=r"sparsity must be at most 0.8, the end of the scan"):
        allocate(network, 0.81)
    wide = mlp([10, 30, 10], np.random.default_rng(0))
    assert allocate(wide, 0.1) == pytest.approx([0.2, 0.0], abs=1e-12)
    uneven = mlp([20, 10, 10], np.random.default_rng(0))  # 200 and 100
    assert allocate(uneven, 0.2) == pytest.approx([0.3, 0.0], abs=1e-12)


def test_the_end_of_a_scan_can_be_asked_for():
    for width in range(3, 40):
        network = mlp([width, 7, 3], np.random.default_rng(0))
        for end in (0.7, 0.8, 0.9, 0.95):
            scan = Sensitivity(["0.W", "2.W"], [0.5, end], np.ones((2, 2)), 1.0)
            assert allocate_by_sensitivity(scan)(network, end) == pytest.approx([end, end])


def test_better_than_before_is_as_good_as_before():
    network = mlp([10, 10, 10], np.random.default_rng(0))
    scan = Sensitivity(["0.W", "2.W"], [0.4, 0.8], np.array([[1.3, 1.2], [1.0, 0.9]]), 1.0)
    allocate = allocate_by_sensitivity(scan)
    assert allocate(network, 0.6) == pytest.approx([0.8, 0.4], abs=1e-12)
    assert allocate(network, 0.3) == pytest.approx([0.4, 0.2], abs=1e-12)


def test_a_real_scan_can_be_allocated():
    network, x = stack("mlp", samples=20)
    base = network(x)
    scan = sensitivity_scan(network, lambda n: -float(abs(n(x) - base).mean()), (0.3, 0.6, 0.9))
    sparsities = allocate_by_sensitivity(scan)(network, 0.5)
    masks = prune_layers(network, sparsities)
    assert sum((~m).sum() for m in masks) == pytest.approx(0.5 * sum(sizes(network)), abs=1.5)


@HOW
@pytest.mark.parametrize("sparsity", [-0.1, 1.0, 1.5, "0.5", None, np.nan])
def test_a_sparsity_is_refused(unchanged, how, sparsity):
    network, _ = stack("mlp")
    unchanged(network)
    with pytest.raises((ValueError, TypeError), match="must be"):
        allocations(network)[how](network, sparsity)


# --- pruning to it -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NETWORKS)
def test_every_layer_loses_its_smallest_weights(name):
    network, _ = stack(name)
    rng = np.random.default_rng(0)
    sparsities = rng.uniform(0, 0.9, len(network.weights)).tolist()
    before = network.copy()
    masks = prune_layers(network, sparsities)
    for (key, w), mask, s in zip(network.weights.items(), masks, sparsities, strict=True):
        np.testing.assert_array_equal(w.mask, mask)
        assert (~mask).sum() == round(s * mask.size)
        old = abs(before.weights[key].value)
        assert old[~mask].max(initial=0) <= old[mask].min()
        np.testing.assert_array_equal(w.value, np.where(mask, before.weights[key].value, 0))
    for key, p in network.parameters.items():
        if p.value.ndim == 1:
            assert p.mask is None
            np.testing.assert_array_equal(p.value, before.parameters[key].value)


def test_what_is_pruned_already_goes_first_and_less_is_refused(unchanged):
    network, _ = stack("mlp")
    largest = abs(network.layers[0].W.value).argmax()
    network.layers[0].W.prune((np.arange(42) != largest).reshape(6, 7))
    network.layers[0].W.value[0, 0] = 0.0  # not masked: comes after
    masks = prune_layers(network, [1 / 42, 0.0, 0.0])
    assert np.flatnonzero(~masks[0]).tolist() == [largest]
    unchanged(network)
    with pytest.raises(ValueError, match=r"masks for 0\.W would bring back 1 pruned"):
        prune_layers(network, [0.0, 0.5, 0.5])


@pytest.mark.parametrize(
    ("sparsities", "error", "match"),
    [
        (
            [0.5, 0.5],
            ValueError,
            "sparsities must be 3 numbers, one per weight array, got .0.5, 0.5.$",
        ),
        ([0.5] * 4, ValueError, "sparsities must be 3 numbers, one per weight array, got .0.5, "),
        ([0.5, 0.5, 1.0], ValueError, "sparsities must be a fraction"),
        ([0.5, "0.5", 0.5], TypeError, "sparsities must be a number"),
        ([0.5, 0.5, 0.99], EmptyLayerError, r"every weight of 4\.W"),
    ],
)
def test_sparsities_are_refused_and_nothing_changes(unchanged, sparsities, error, match):
    network, _ = stack("mlp")
    unchanged(network)
    with pytest.raises(error, match=match):
        prune_layers(network, sparsities)


# --- budgets of weights --------------------------------------------------------------------------


def positions(network):
    """How often each weight of a layer is used for one sample."""
    shapes = network.check()[1:]
    return [int(np.prod(shape[:-1], dtype=int))
            for layer, shape in zip(network.layers, shapes, strict=True)
            if isinstance(layer, Dense | Conv2D)]  # fmt: skip


def weight_cost(network, measure):
    """The cost of a network pruned by masks, counted on its numbers."""
    total = 0
    for w, used in zip(network.weights.values(), positions(network), strict=True):
        kept = w.value.size if w.mask is None else int(w.mask.sum())
        if measure == "parameters":
            total += kept
        elif measure == "macs":
            total += kept * used
        else:
            total += kept * (w.value.itemsize + 4) + 4 * (w.value.shape[-1] + 1)
    for p in network.parameters.values():
        if p.value.ndim == 1 and measure != "macs":
            total += p.value.size * (1 if measure == "parameters" else p.value.itemsize)
    return total


def pruned_to(network, sparsities):
    copy = network.copy()
    prune_layers(copy, sparsities)
    return copy


@pytest.mark.parametrize("name", ["mlp", "max pooling", "bn twice"])
@HOW
def test_a_budget_is_kept_and_one_step_lighter_is_too_dear(unchanged, name, how):
    network, _ = stack(name, np.float32)
    unchanged(network)
    allocate, n = allocations(network)[how], sum(sizes(network))
    choices = []
    for k in range(n):  # all that could be done, up to where a layer would be empty
        try:
            choices.append(pruned_to(network, allocate(network, k / n)))
        except ValueError:
            break
    for measure in MEASURES:
        costs = [weight_cost(choice, measure) for choice in choices]
        assert sorted(costs, reverse=True) == costs
        for part in (0, 0.31, 0.5, 0.83):
            k = int(part * 0.7 * (len(costs) - 1))
            for budget in (costs[k], costs[k] + 0.5):
                # of all that costs no more the lightest
                k_best = next(k for k, cost in enumerate(costs) if cost <= budget)
                found = sparsities_for_budget(network, budget, measure, allocate)
                assert found == allocate(network, k_best / n)
                assert weight_cost(pruned_to(network, found), measure) <= budget


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@HOW
def test_bytes_are_those_of_the_sparse_engine(dtype, how):
    network = mlp([20, 15, 8], np.random.default_rng(0), dtype=dtype)
    dense_bytes = SparseEngine(network).nbytes
    for part in (0.2, 0.55, 1.0):
        budget = part * dense_bytes
        sparsities = sparsities_for_budget(network, budget, "bytes", allocations(network)[how])
        nbytes = SparseEngine(pruned_to(network, sparsities)).nbytes
        assert budget - 3 * (np.dtype(dtype).itemsize + 4) < nbytes <= budget


def test_parameters_and_all_magnitudes_unless_told():
    network, _ = stack("mlp")  # 92 weights and 15 biases
    sparsities = sparsities_for_budget(network, 60)
    assert sparsities == global_sparsities(network, 47 / 92)
    assert weight_cost(pruned_to(network, sparsities), "parameters") == 60
    assert sparsities_for_budget(network, 107) == sparsities_for_budget(network, 1e9) == [0.0] * 3


@pytest.mark.parametrize("budget", range(100, 108))
def test_the_lightest_pruning_of_all_is_tried(budget):  # 92 weights and 15 biases
    network, _ = stack("mlp")
    network.layers[0].W.value[:, :2] *= 1e-6  # the first to go are all in one layer
    assert sparsities_for_budget(network, budget) == [(107 - budget) / 42, 0.0, 0.0]


def test_where_one_layer_has_the_smallest_weights_budgets_before_its_end_can_be_met():
    network = mlp([20, 5, 3], np.random.default_rng(0))  # 115 weights and 8 biases
    network.layers[2].W.value *= 1e-6
    assert sparsities_for_budget(network, 118) == [0.0, 5 / 15]
    assert sparsities_for_budget(network, 109) == [0.0, 14 / 15]
    for budget in (108, 60):
        with pytest.raises(
            EmptyLayerError, match=rf"at least 109, since less would empty a layer, got {budget}"
        ):
            sparsities_for_budget(network, budget)


@pytest.mark.parametrize("measure", MEASURES)
def test_a_budget_out_of_reach_is_refused_with_the_least(measure):
    network = mlp([8, 6, 4], np.random.default_rng(0))
    levels = [0.2, 0.5]
    scan = Sensitivity(list(network.weights), levels, np.array([[1.0, 0.9], [0.9, 0.8]]), 1.0)
    allocate = allocate_by_sensitivity(scan)
    least = weight_cost(pruned_to(network, [0.5, 0.5]), measure)
    assert sparsities_for_budget(network, least, measure, allocate) == pytest.approx([0.5, 0.5])
    with pytest.raises(
        ValueError,
        match=rf"must be at least {least}\b.*, got {least - 0.5}",
    ):
        sparsities_for_budget(network, least - 0.5, measure, allocate)


def test_a_budget_that_only_an_empty_layer_would_keep_is_refused():
    network = mlp([8, 6, 4], np.random.default_rng(0))  # 72 weights, 10 biases
    for budget in (11, 10.5):
        with pytest.raises(
            EmptyLayerError, match=rf"at least 12, since less would empty a layer, got {budget}"
        ):
            sparsities_for_budget(network, budget, allocate=uniform_sparsities)
    sparsities = sparsities_for_budget(network, 12, allocate=uniform_sparsities)
    assert weight_cost(pruned_to(network, sparsities), "parameters") == 12


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"budget": 0}, ValueError, "budget must be a finite number > 0"),
        ({"budget": -1}, ValueError, "budget must be"),
        ({"budget": np.inf}, ValueError, "budget must be"),
        ({"budget": "60"}, TypeError, "budget must be"),
        ({"measure": "flops"}, ValueError, "measure must be 'parameters' or 'macs' or 'bytes'"),
    ],
)
def test_budgets_are_refused_by_name(unchanged, options, error, match):
    network, _ = stack("mlp")
    unchanged(network)
    with pytest.raises(error, match=match):
        sparsities_for_budget(network, **{"budget": 60, **options})
    with pytest.raises(error, match=match):
        units_for_budget(network, unit_scores(network, "l1"), **{"budget": 60, **options})


# --- budgets of units ----------------------------------------------------------------------------


def unit_cost(network, measure):
    """What a smaller network costs, counted on it."""
    if measure == "macs":
        return sum(n * used for n, used in zip(sizes(network), positions(network), strict=True))
    arrays = [p.value for p in network.parameters.values()]
    return sum(a.size if measure == "parameters" else a.nbytes for a in arrays)


@pytest.mark.parametrize("name", ["mlp", "average pooling", "bn behind flatten", "flatten first"])
@pytest.mark.parametrize("scope", ["layer", "global"])
@pytest.mark.parametrize("min_units", [None, 1, 2])
def test_a_budget_of_units_is_kept_and_one_step_lighter_is_too_dear(
    unchanged, name, scope, min_units
):
    network, x = stack(name, np.float32)
    unchanged(network)
    scores = unit_scores(network, "l1")
    n = sum(len(s) for s in scores)
    fractions = [k / n for k in range(n)]
    if scope == "layer":  # all at which another unit of some layer goes
        fractions = [0.0, *sorted({(j - 0.5) / len(s) + 1e-9 for s in scores for j in range(1, n)})]
    choices, networks = [], []
    for fraction in fractions:
        try:
            choices.append(choose_units(network, scores, fraction, scope, min_units))
        except ValueError:
            break
        networks.append(keep_units(network, choices[-1]))
    masked = network.copy()
    mask_units(masked, choices[-1])
    small = shrink_network(masked)
    np.testing.assert_allclose(small(x), masked(x), rtol=1e-5, atol=1e-5)
    for measure in MEASURES:
        costs = [unit_cost(choice, measure) for choice in networks]
        assert costs[0] == unit_cost(network, measure) and unit_cost(small, measure) <= costs[-1]
        for cost in costs:
            keeps = units_for_budget(network, scores, cost, measure, scope, min_units)
            k_best = next(k for k, other in enumerate(costs) if other <= cost)
            for keep, other in zip(keeps, choices[k_best], strict=True):
                np.testing.assert_array_equal(keep, other)
            assert costs[k_best] == cost
        least = min(costs)
        with pytest.raises(ValueError, match=rf"must be at least {least}\b.*, got {least - 0.5}"):
            units_for_budget(network, scores, least - 0.5, measure, scope, min_units)
        assert all(keep.all() for keep in units_for_budget(network, scores, 1e12, measure, scope))


def test_macs_and_one_unit_a_layer_unless_told():
    network, _ = stack("mlp")  # 6-7-5-3: 92 multiplications
    scores = unit_scores(network, "l1")
    keeps = units_for_budget(network, scores, 1 * 6 + 1 + 3)
    assert [keep.sum() for keep in keeps] == [1, 1]
    assert [keep.argmax() for keep in keeps] == [s.argmax() for s in scores]
    with pytest.raises(ValueError, match=r"must be at least 10, got 9$"):
        units_for_budget(network, scores, 9)


def test_half_of_the_multiplications_of_the_cnn():
    network = cnn(np.random.default_rng(0))
    keeps = units_for_budget(network, unit_scores(network, "l1"), 541_440 // 2)
    a, b = (int(keep.sum()) for keep in keeps)
    assert a == 32 - round((32 - a) / 32 * 32) and 9 * a * 676 + 169 * a * b + b * 10 <= 270_720
    small = keep_units(network, keeps)
    assert unit_cost(small, "macs") == 9 * a * 676 + 169 * a * b + b * 10
    assert len(hidden_layers(small)) == 2


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"scope": "all"}, ValueError, "scope must be"),
        ({"min_units": 0}, ValueError, "min_units must be"),
        ({"scores": [np.ones(7)]}, ValueError, "scores must be a vector for each hidden layer"),
    ],
)
def test_other_arguments_are_refused_by_name(unchanged, options, error, match):
    network, _ = stack("mlp")
    unchanged(network)
    with pytest.raises(error, match=match):
        units_for_budget(network, **{"scores": unit_scores(network, "l1"), "budget": 60, **options})
