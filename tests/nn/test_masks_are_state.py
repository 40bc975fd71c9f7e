"""A pruned weight is exactly 0 after every step of anything, until `unprune` lets it go."""

import naive
import numpy as np
import pytest

from minprune.nn.network import EmptyLayerError, mlp
from minprune.nn.optim import SGD, Adam
from minprune.nn.parameter import Parameter
from minprune.nn.store import load, save
from minprune.nn.train import fit, train_step
from minprune.pruning.one_shot import prune_at_random, prune_by_magnitude, prune_by_score

OPTIMIZERS = {
    "sgd": lambda p: SGD(p, lr=0.1),
    "sgd momentum decay": lambda p: SGD(p, lr=0.1, momentum=0.9, weight_decay=0.01),
    "adam": lambda p: Adam(p, lr=0.01),
    "adam decay": lambda p: Adam(p, lr=0.01, weight_decay=0.1),
}
EVERY_OPTIMIZER = pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=OPTIMIZERS)
EVERY_DTYPE = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def problem(dtype=np.float64, seed=0):
    """A network on which every weight has a gradient, with a generator, inputs and labels."""
    rng = np.random.default_rng(seed)
    network = mlp([6, 5, 3], rng, dtype=dtype)
    return network, rng, rng.standard_normal((20, 6)).astype(dtype), rng.integers(3, size=20)


def holds(network, masks):
    """Pruned weights are exactly 0, and the others are alive."""
    for weight, mask in zip(network.weights.values(), masks, strict=True):
        np.testing.assert_array_equal(weight.mask, mask)
        np.testing.assert_array_equal(weight.value != 0, mask)


def state_of(network):
    """Every value and mask, to be compared before and after."""
    parameters = network.parameters.values()
    return [(p.value.tobytes(), p.mask is None or p.mask.tobytes()) for p in parameters]


def steps(network, optimizer, x, y, masks, count=15, **options):
    for _ in range(count):
        train_step(network, optimizer, x, y, **options)
        holds(network, masks)
    for weight, mask in zip(network.weights.values(), masks, strict=True):
        assert weight.grad[~mask].any()  # else the masks had nothing to hold


# --- the mask holds -------------------------------------------------------------------------------


@EVERY_DTYPE
@pytest.mark.parametrize("before", [0, 5], ids=["fresh", "with momentum from before"])
@EVERY_OPTIMIZER
def test_through_every_step(make, before, dtype):
    network, _, x, y = problem(dtype)
    optimizer = make(network.parameters)
    for _ in range(before):
        train_step(network, optimizer, x, y)
    steps(network, optimizer, x, y, prune_by_magnitude(network, 0.5))


@EVERY_OPTIMIZER
def test_when_the_mask_is_changed_midway(make):
    network, _, x, y = problem()
    optimizer = make(network.parameters)
    for sparsity in (0.3, 0.6, 0.8):
        masks = prune_by_magnitude(network, sparsity)
        holds(network, masks)
        steps(network, optimizer, x, y, masks)


@EVERY_OPTIMIZER
def test_under_a_penalty(make):
    network, _, x, y = problem()
    masks = prune_by_magnitude(network, 0.5)
    optimizer = make(network.parameters)
    steps(network, optimizer, x, y, masks, penalty_gradient=lambda w: 0.01 * np.cos(w))


@EVERY_OPTIMIZER
@pytest.mark.parametrize("route", ["copy", "file"])
def test_through_copies_and_files(make, route, tmp_path):
    network, _, x, y = problem()
    masks = prune_by_magnitude(network, 0.5)
    if route == "file":
        save(network, tmp_path / "network.npz")
    original, before = network, state_of(network)
    network = network.copy() if route == "copy" else load(tmp_path / "network.npz")
    holds(network, masks)
    steps(network, make(network.parameters), x, y, masks)
    assert state_of(original) == before  # they share nothing


def test_through_assignment():
    network, rng, _, _ = problem()
    masks = prune_by_magnitude(network, 0.5)
    for weight in network.weights.values():
        weight.value = rng.uniform(1, 2, weight.value.shape)
        weight.value += 1
    holds(network, masks)


@EVERY_OPTIMIZER
def test_a_step_clears_what_was_written_behind_the_back_of_the_mask(make):
    network, _, x, y = problem()
    masks = prune_by_magnitude(network, 0.5)
    for weight in network.weights.values():
        weight.value[...] = 1.0  # in place, so the parameter is not asked
    steps(network, make(network.parameters), x, y, masks, count=1)


def test_through_an_interrupt_in_the_middle_of_a_step():
    class Interrupted(SGD):
        def update(self, w, *_):
            w += 1.0  # the pruned too
            if w is not self.parameters[0].value and self.t == 3:
                raise KeyboardInterrupt

    network, rng, x, y = problem()
    masks = prune_by_magnitude(network, 0.5)
    with pytest.raises(KeyboardInterrupt):
        fit(
            network,
            x,
            y,
            optimizer=Interrupted(network.parameters, 0.1),
            epochs=1,
            rng=rng,
            batch_size=4,
        )
    holds(network, masks)


def test_the_edited_array_of_a_caller_changes_nothing():
    network, _, x, y = problem()
    given = [mask.copy() for mask in prune_by_magnitude(network, 0.5)]
    masks = [mask.copy() for mask in given]
    network.prune(given)
    for mask in given:
        mask[:] = ~mask
    steps(network, SGD(network.parameters, lr=0.1), x, y, masks)


def test_a_mask_can_be_neither_edited_nor_assigned():
    network, _, _, _ = problem()
    prune_by_magnitude(network, 0.5)
    weight = network.weights["0.W"]
    with pytest.raises(ValueError, match="read-only"):
        weight.mask[0, 0] = False
    with pytest.raises(AttributeError):
        weight.mask = None


def test_a_mask_of_a_copy_cannot_be_edited():
    network, _, _, _ = problem()
    prune_by_magnitude(network, 0.5)
    with pytest.raises(ValueError, match="read-only"):
        network.copy().weights["0.W"].mask[0, 0] = False


# --- the ways out ---------------------------------------------------------------------------------


@EVERY_OPTIMIZER
def test_unprune_lets_every_weight_learn_again_from_zero(make):
    network, _, x, y = problem()
    masks = prune_by_magnitude(network, 0.5)
    optimizer = make(network.parameters)
    steps(network, optimizer, x, y, masks)
    network.unprune()
    for weight, mask in zip(network.weights.values(), masks, strict=True):
        assert weight.mask is None and (weight.value[~mask] == 0).all()
    train_step(network, optimizer, x, y)
    for weight in network.weights.values():
        assert (weight.value[weight.grad != 0] != 0).all()


def test_unprune_removes_the_mask_of_a_bias_too():
    network, _, _, _ = problem()
    network.parameters["0.b"].prune(np.arange(5) > 1)
    network.unprune()
    assert all(p.mask is None for p in network.parameters.values())


def test_without_the_mask_one_step_of_adam_undoes_the_pruning():
    network, _, x, y = problem()
    masks = prune_by_magnitude(network, 0.5)
    network.unprune()
    train_step(network, Adam(network.parameters, lr=0.01), x, y)
    for weight, mask in zip(network.weights.values(), masks, strict=True):
        g = weight.grad[~mask]
        assert (g != 0).any()
        np.testing.assert_allclose(weight.value[~mask], -0.01 * np.sign(g), rtol=1e-3)


# --- bad masks ------------------------------------------------------------------------------------

GOOD = [np.ones((6, 5), bool), np.ones((5, 3), bool)]


@pytest.mark.parametrize(
    ("masks", "error"),
    [
        ([], ValueError),
        (GOOD[:1], ValueError),
        ([*GOOD, GOOD[0]], ValueError),
        (GOOD[::-1], ValueError),
        ([GOOD[0], GOOD[1].T], ValueError),
        ([GOOD[0], GOOD[1][0]], ValueError),
        ([GOOD[0], np.bool_(True)], ValueError),
        ([GOOD[0], GOOD[1].astype(int)], TypeError),
        ([GOOD[0], GOOD[1].astype(float)], TypeError),
        ([GOOD[0], ~GOOD[1]], EmptyLayerError),
        ([~GOOD[0], GOOD[1]], ValueError),
    ],
)
@pytest.mark.parametrize("pruned", [False, True])
def test_a_bad_mask_is_refused_and_nothing_changed(masks, error, pruned):
    network, _, _, _ = problem()
    if pruned:
        prune_by_magnitude(network, 0.5)
    before = state_of(network)
    if masks and masks[0].shape == (6, 5) and masks[0].any():
        masks = [np.arange(30).reshape(6, 5) % 2 == 0, *masks[1:]]  # the first would prune
    with pytest.raises((error, ValueError) if pruned else error, match="masks"):
        network.prune(masks)
    assert state_of(network) == before


@pytest.mark.parametrize(
    ("mask", "error"), [([1, 0], TypeError), ([True], ValueError), ([[True, False]], ValueError)]
)
def test_a_parameter_refuses_a_bad_mask(mask, error):
    parameter = Parameter([1.0, 2.0])
    with pytest.raises(error, match="mask must"):
        parameter.prune(mask)
    assert parameter.mask is None and parameter.value.all()


# --- one-shot pruning -----------------------------------------------------------------------------

SCOPES = {"global": naive.global_rank_masks, "layer": naive.layerwise_rank_masks}


@pytest.mark.parametrize("sparsity", [0.0, 0.33, 0.5, 0.9])
@pytest.mark.parametrize("scope", SCOPES)
def test_pruning_by_magnitude_takes_the_smallest(scope, sparsity):
    network, _, _, _ = problem()
    values = [w.value.copy() for w in network.weights.values()]
    masks = prune_by_magnitude(network, sparsity, scope)
    expected = SCOPES[scope]([naive.magnitude(w) for w in values], sparsity)
    holds(network, expected)
    for weight, mask, again, value in zip(
        network.weights.values(), expected, masks, values, strict=True
    ):
        np.testing.assert_array_equal(mask, again)
        np.testing.assert_array_equal(weight.value[mask], value[mask])
    assert network.parameters["0.b"].mask is None


@pytest.mark.parametrize("scope", SCOPES)
def test_pruning_at_random_is_exact_seeded_and_blind(scope):
    def masks(seed, scale=1.0):
        network, _, _, _ = problem()
        network.weights["0.W"].value *= scale
        return prune_at_random(network, 0.6, np.random.default_rng(seed), scope)

    first, again, other, blind = masks(1), masks(1), masks(2), masks(1, scale=1e6)
    assert sum(int((~m).sum()) for m in first) == 27  # 0.6 of 30 + 15
    assert scope == "global" or [int((~m).sum()) for m in first] == [18, 9]
    for a, b, c, d in zip(first, again, other, blind, strict=True):
        np.testing.assert_array_equal(a, b)
        np.testing.assert_array_equal(a, d)
        assert not np.array_equal(a, c)


def test_the_default_is_one_global_ranking():
    def pruned(masks):
        return [int((~mask).sum()) for mask in masks]

    network, rng, _, _ = problem()
    assert pruned(prune_by_score(network, [np.zeros((6, 5)), np.ones((5, 3))], 0.5)) == [22, 0]
    network.unprune()
    network.weights["0.W"].value /= 1000
    assert pruned(prune_by_magnitude(network, 0.5)) == [22, 0]
    first, second = pruned(prune_at_random(network, 0.5, rng))
    assert first + second == 22 and (first, second) != (15, 8)


@pytest.mark.parametrize(
    ("prune", "error", "name"),
    [
        (lambda n: prune_by_magnitude(n, 1.0), ValueError, "sparsity"),
        (lambda n: prune_by_magnitude(n, 90), ValueError, r"sparsity.*90 % is 0\.9"),
        (lambda n: prune_by_magnitude(n, -0.1), ValueError, "sparsity"),
        (lambda n: prune_by_magnitude(n, 0.5, scope="both"), ValueError, "scope"),
        (lambda n: prune_by_magnitude(n, 0.99, scope="layer"), EmptyLayerError, "masks"),
        (lambda n: prune_by_score(n, [np.ones((6, 5))], 0.5), ValueError, "scores"),
        (lambda n: prune_by_score(n, [np.full((6, 5), np.nan)] * 2, 0.5), ValueError, "score"),
    ],
)
def test_refusals_change_nothing(prune, error, name):
    network, _, _, _ = problem()
    before = state_of(network)
    with pytest.raises(error, match=name):
        prune(network)
    assert state_of(network) == before


def test_a_mask_that_would_bring_weights_back_is_refused():
    network, _, _, _ = problem()
    prune_by_magnitude(network, 0.6)
    before = state_of(network)
    for revive in (
        lambda: prune_by_magnitude(network, 0.3),
        lambda: network.prune(GOOD),
        lambda: network.weights["0.W"].prune(GOOD[0]),
    ):
        with pytest.raises(ValueError, match=r"would bring back .* unprune first"):
            revive()
        assert state_of(network) == before
    network.unprune()
    network.prune(GOOD)


@pytest.mark.parametrize("scope", ["global", "layer"])
def test_what_is_pruned_already_counts(scope):
    """Exactly k of n, and nested, also where weights that are kept tie with those pruned, at 0."""
    network, _, _, _ = problem()
    rng = np.random.default_rng(3)
    earlier = [np.ones(w.value.shape, bool) for w in network.weights.values()]
    for sparsity in (0.25, 0.5, 0.75):
        masks = prune_at_random(network, sparsity, rng, scope)
        assert sum((~m).sum() for m in masks) == sum(
            round(sparsity * n) for n in ([30, 15] if scope == "layer" else [45])
        )
        assert not any((m & ~e).any() for m, e in zip(masks, earlier, strict=True))
        earlier = masks
        for weight in network.weights.values():
            weight.value = np.zeros_like(weight.value)
