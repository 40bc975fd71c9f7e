"""One-shot pruning: which weights go, exactly how many, and that nothing else changes."""

import naive
import numpy as np
import pytest
from stacks import NAMES, STACKS, stack

from minprune.formulas.costs import LENET5, Conv, Full, Pool
from minprune.formulas.scores import snip, synflow
from minprune.nn.batchnorm import BatchNorm
from minprune.nn.layers import Dense, Flatten, ReLU
from minprune.nn.models import build
from minprune.nn.network import EmptyLayerError, Network, mlp
from minprune.nn.spatial import AveragePool2D, Conv2D, MaxPool2D
from minprune.pruning.one_shot import (
    flow_scores,
    prune_at_random,
    prune_by_gradient,
    prune_by_magnitude,
    prune_by_score,
    prune_by_std,
    prune_by_synflow,
    prune_by_threshold,
    prune_tensors,
)

SCOPES = {"global": naive.global_rank_masks, "layer": naive.layerwise_rank_masks}
EVERY_SCOPE = pytest.mark.parametrize("scope", SCOPES)


def values(network):
    return [w.value.copy() for w in network.weights.values()]


def assert_pruned(network, before, expected, returned=None):
    """These masks, zeros under them, the old values elsewhere, no mask on a bias."""
    weights = network.weights.values()
    for w, old, mask in zip(weights, before, expected, strict=True):
        np.testing.assert_array_equal(w.mask, mask)
        np.testing.assert_array_equal(w.value, np.where(mask, old, 0))
    for mask, again in zip(expected, expected if returned is None else returned, strict=True):
        np.testing.assert_array_equal(again, mask)
    assert all(p.mask is None for p in network.parameters.values() if p.value.ndim == 1)


def gradients(network, x, y):
    """dL/dW of both layers, by loops."""
    first, _, second = network.layers
    before = naive.dense(x, first.W.value, first.b.value)
    a = np.maximum(before, 0)
    _, dz = naive.softmax_cross_entropy(naive.dense(a, second.W.value, second.b.value), y)
    da, dW_second, _ = naive.dense_backward(a, second.W.value, dz)
    _, dW_first, _ = naive.dense_backward(x, first.W.value, naive.relu_backward(before, da))
    return [dW_first, dW_second]


# --- by rank --------------------------------------------------------------------------------------


@pytest.mark.parametrize("sparsity", [0, 0.1, 0.33, 0.5, 0.8])
@EVERY_SCOPE
def test_among_ties_exactly_as_many_go_as_asked_for(task, scope, sparsity):
    for w in task.network.weights.values():
        w.value = task.rng.choice([-0.5, -0.25, 0.25, 0.5], w.value.shape)
    before = values(task.network)
    masks = prune_by_magnitude(task.network, sparsity, scope)
    expected = SCOPES[scope]([naive.magnitude(w) for w in before], sparsity)
    assert_pruned(task.network, before, expected, masks)
    pruned = [int((~m).sum()) for m in masks]
    if scope == "layer":
        assert pruned == [round(sparsity * 128), round(sparsity * 48)]
    assert abs(sum(pruned) - sparsity * 176) <= 1


@pytest.mark.parametrize("criterion", ["taylor", "gradient"])
@EVERY_SCOPE
def test_scores_from_the_gradient_are_those_of_loops(task, scope, criterion):
    network, x, y = task.network, task.x[:25], task.y[:25]
    before, g = values(network), gradients(network, x, y)
    scores = [
        np.abs(a) if criterion == "gradient" else np.abs(w * a)
        for w, a in zip(before, g, strict=True)
    ]
    own = [p.grad.copy() for p in network.parameters.values()]
    biases = [p.value.copy() for p in network.parameters.values() if p.value.ndim == 1]
    masks = prune_by_gradient(network, x, y, 0.6, criterion, scope)
    assert_pruned(network, before, SCOPES[scope](scores, 0.6), masks)
    for p, grad in zip(network.parameters.values(), own, strict=True):
        np.testing.assert_array_equal(p.grad, grad)
    for old, p in zip(
        biases, (p for p in network.parameters.values() if p.value.ndim == 1), strict=True
    ):
        np.testing.assert_array_equal(p.value, old)


@pytest.mark.parametrize("sparsity", [0.1, 0.5, 0.9])
@EVERY_SCOPE
def test_snip_and_taylor_agree_and_the_bare_gradient_does_not(task, scope, sparsity):
    def masks(**options):
        found = prune_by_gradient(task.network.copy(), task.x, task.y, sparsity, **options)
        return [m.tolist() for m in found]

    before, g = values(task.network), gradients(task.network, task.x, task.y)
    taylor = masks(criterion="taylor", scope=scope)
    assert taylor != masks(criterion="gradient", scope=scope)
    assert (masks() == taylor) == (scope == "global")  # taylor and global unless told
    for formula in (snip, naive.snip):
        pruned = task.network.copy()
        found = prune_by_score(pruned, formula(before, g), sparsity, scope)
        assert [m.tolist() for m in found] == taylor


def test_gradients_respect_what_is_pruned_already(task):
    earlier = prune_by_magnitude(task.network, 0.3)
    masks = prune_by_gradient(task.network, task.x, task.y, 0.6)
    assert sum(int((~m).sum()) for m in masks) == 106  # 0.6 of 176 is 105.6
    assert not any((m & ~e).any() for m, e in zip(masks, earlier, strict=True))


# --- synaptic flow --------------------------------------------------------------------------------


@pytest.mark.parametrize(("sparsity", "rounds"), [(0.5, 1), (0.5, 4), (0.8, 7)])
def test_synflow_is_the_loop_of_its_paper(task, sparsity, rounds):
    network, before = task.network, values(task.network)
    masks = [np.ones(w.shape, bool) for w in before]
    for k in range(1, rounds + 1):
        scores = naive.synflow([w * m for w, m in zip(before, masks, strict=True)])
        scores = [np.where(m, s, -1.0) for s, m in zip(scores, masks, strict=True)]
        masks = naive.global_rank_masks(scores, 1 - (1 - sparsity) ** (k / rounds))
    assert_pruned(network, before, masks, prune_by_synflow(network, sparsity, rounds))


@pytest.mark.parametrize(("sparsity", "rounds"), [(0.5, 1), (0.8, 4), (0.9, 7)])
def test_synflow_of_a_pruned_network_starts_from_what_is_left(task, sparsity, rounds):
    network = task.network
    prune_by_magnitude(network, 0.25, "layer")
    network.weights["0.W"].value[0] = 0.0  # zeros that no mask holds do not count
    before, masks = values(network), [w.mask.copy() for w in network.weights.values()]
    sizes = []
    for k in range(1, rounds + 1):
        scores = naive.synflow([w * m for w, m in zip(before, masks, strict=True)])
        scores = [np.where(m, s, -1.0) for s, m in zip(scores, masks, strict=True)]
        stage = 1 - 0.75 * ((1 - sparsity) / 0.75) ** (k / rounds)
        masks = naive.global_rank_masks(scores, stage)
        sizes.append(sum(int(m.sum()) for m in masks))
    assert_pruned(network, before, masks, prune_by_synflow(network, sparsity, rounds))
    assert sizes == sorted(set(sizes), reverse=True)  # something goes in every round


def test_synflow_brings_nothing_back_where_the_flow_is_dead_already(task):
    """Without its outgoing weights a neuron has a flow of 0; those that enter it go next."""
    masks = [np.ones((8, 16), bool), np.ones((16, 3), bool)]
    masks[1][5] = False
    task.network.prune(masks)
    prune_by_synflow(task.network, 10 / 176, rounds=1)
    assert np.argwhere(~task.network.weights["2.W"].mask).tolist() == [[5, 0], [5, 1], [5, 2]]
    assert np.argwhere(~task.network.weights["0.W"].mask).tolist() == [[i, 5] for i in range(7)]


def narrow(rng):
    """10-12-2-12-4, where the smallest weights stand at the waist."""
    network = mlp([10, 12, 2, 12, 4], rng, dtype=np.float64)
    for layer in network.layers[2:5:2]:
        layer.W.value *= 1e-3
    return network


@pytest.mark.parametrize("sparsity", [0.5, 0.8, 0.9])
def test_synflow_empties_no_layer_where_magnitude_does(sparsity):
    network = narrow(np.random.default_rng(1))
    with pytest.raises(EmptyLayerError, match=r"2\.W"):
        prune_by_magnitude(network, sparsity)
    assert all(w.mask is None for w in network.weights.values())
    masks = prune_by_synflow(network, sparsity)
    assert all(m.any() for m in masks)
    assert sum(int((~m).sum()) for m in masks) == round(sparsity * (120 + 24 + 24 + 48))
    assert np.linalg.multi_dot([m.astype(int) for m in masks]).any()  # a path from end to end


def flow(network):
    """R: what an input of ones comes to, where only |w|, poolings and |gamma| / deviation are left.

    With no gradient of its own: minprune's is compared with its differences.
    """
    x = np.ones((1, *network.input_shape))
    for layer in network.layers:
        if isinstance(layer, Dense):
            x = x @ abs(layer.W.value)
        elif isinstance(layer, Conv2D):
            zeros = np.zeros(layer.b.value.shape)
            x = Conv2D(abs(layer.K.value), zeros, layer.stride, layer.padding).forward(x)
        elif isinstance(layer, BatchNorm):
            x = x * abs(layer.gamma.value) / np.sqrt(layer.var + layer.epsilon)
        elif isinstance(layer, (MaxPool2D, AveragePool2D, Flatten)):
            x = layer.forward(x)
    return x.sum()


@pytest.mark.parametrize("name", [*STACKS, *NAMES[-6:]])
def test_the_flow_of_any_network_is_its_derivative(unchanged, name):
    network, x = stack(name)
    unchanged(network)
    network.forward(x)
    scores, R, probe = flow_scores(network), flow(network), network.copy()
    factor = R / scores[0].sum()  # a power of 2, or the product of the gammas' means is not one
    assert factor == pytest.approx(2.0 ** round(np.log2(factor)), rel=1e-12)
    for s, w in zip(scores, probe.weights.values(), strict=True):
        assert s.sum() * factor == pytest.approx(R, rel=1e-12)  # conserved in every layer
        for i in list(np.ndindex(s.shape))[:: max(s.size // 7, 1)]:
            old = w.value[i]
            w.value[i] = old * (1 + 1e-4)
            change = (flow(probe) - R) / 1e-4
            w.value[i] = old
            assert s[i] * factor == pytest.approx(change, rel=1e-6, abs=1e-9 * R)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_flow_of_dense_layers_is_the_formula(dtype):
    network, _ = stack("mlp", dtype)
    scores = flow_scores(network)
    for s, expected in zip(scores, synflow(values(network)), strict=True):
        factor = np.exp2(np.rint(np.log2(expected.sum() / s.sum())))
        np.testing.assert_allclose(s * factor, expected, rtol=1e-14)


@pytest.mark.parametrize("scale", [1e-30, 1.0, 1e30])
def test_depth_and_scale_do_not_overflow(scale):
    layers = [Dense(np.full((8, 8), scale, np.float32), np.zeros(8)) for _ in range(200)]
    for s in flow_scores(Network(layers)):
        np.testing.assert_allclose(s * 64 / s.sum(), 1.0, rtol=1e-12)


@pytest.mark.parametrize("layers", [LENET5, [Conv(4), Conv(4), Pool(), Conv(8), Full(9), Full(3)]])
def test_synflow_prunes_convolutions(layers):
    network = build(layers, (14, 14, 1), np.random.default_rng(0))
    masks = prune_by_synflow(network, 0.9, rounds=10)
    sizes = [mask.size for mask in masks]
    assert sum(int(mask.sum()) for mask in masks) == sum(sizes) - round(0.9 * sum(sizes))
    assert all(s.any() for s in flow_scores(network))  # a path from end to end


def test_a_round_that_fails_changes_nothing(unchanged):
    network = mlp([3, 2, 2], np.random.default_rng(0))
    unchanged(network)
    with pytest.raises(EmptyLayerError):
        prune_by_synflow(network, 0.99, rounds=3)


def test_the_flow_needs_a_size_and_known_layers():
    conv = Conv2D(np.ones((2, 2, 1, 1)), [0.0])
    with pytest.raises(ValueError, match="network must have an input_shape"):
        prune_by_synflow(Network([conv]), 0.5)
    other = type("Other", (ReLU,), {})()  # which may compute anything
    with pytest.raises(TypeError, match="network has a layer that SynFlow does not know"):
        prune_by_synflow(Network([Dense(np.ones((2, 2)), [0, 0]), other]), 0.5)


# --- by threshold ---------------------------------------------------------------------------------


def dyadic(task):
    """The network with weights of which many equal 0.25 exactly."""
    for w in task.network.weights.values():
        w.value = task.rng.choice([-0.5, -0.25, 0.125, 0.25, 0.75], w.value.shape)
    return task.network


@pytest.mark.parametrize(("options", "kept"), [({}, True), ({"ties": "keep"}, True),
                                               ({"ties": "prune"}, False)])  # fmt: skip
def test_equality_stays_unless_told_to_go(task, options, kept):
    network = dyadic(task)
    before = values(network)
    biases = [p.value.copy() for p in network.parameters.values() if p.value.ndim == 1]
    masks = prune_by_threshold(network, 0.25, **options)
    expected = [(abs(w) >= 0.25) if kept else (abs(w) > 0.25) for w in before]
    assert_pruned(network, before, expected, masks)
    for old, p in zip(
        biases, (p for p in network.parameters.values() if p.value.ndim == 1), strict=True
    ):
        np.testing.assert_array_equal(p.value, old)


@pytest.mark.parametrize(
    "again",
    [
        lambda n: prune_by_threshold(n, 0.0, ties="keep"),
        lambda n: prune_by_threshold(n, 0.25, ties="keep"),
        lambda n: prune_by_std(n, 0.0),
    ],
)
def test_a_threshold_brings_nothing_back(task, again):
    network = task.network
    earlier = prune_by_magnitude(network, 0.5)
    before = values(network)
    masks = again(network)  # |0| >= 0 would keep what is pruned
    assert not any((m & ~e).any() for m, e in zip(masks, earlier, strict=True))
    assert_pruned(network, before, masks)


@pytest.mark.parametrize("pruned", [False, True])
def test_a_threshold_that_empties_a_layer_changes_nothing(task, unchanged, pruned):
    task.network.weights["2.W"].value /= 100
    if pruned:
        prune_by_magnitude(task.network, 0.2, "layer")
    unchanged(task.network)
    for prune in (lambda n: prune_by_threshold(n, 0.1), lambda n: prune_by_std(n, 9.0)):
        with pytest.raises(EmptyLayerError, match="W"):
            prune(task.network)


@pytest.mark.parametrize("theta", [-1.0, np.nan, "0.1", None])
@pytest.mark.parametrize("ties", ["keep", "prune"])
def test_a_threshold_is_refused_by_name(task, unchanged, theta, ties):
    unchanged(task.network)
    for prune in (prune_by_threshold, prune_tensors):
        with pytest.raises((ValueError, TypeError), match=r"^theta must"):
            prune(task.network, theta, ties)


def test_a_threshold_of_zero_prunes_the_zeros_only_and_only_if_ties_go(task):
    task.network.weights["0.W"].value[:, 3] = 0.0
    before = values(task.network)
    expected = [w != 0 for w in before]
    assert_pruned(task.network, before, expected, prune_by_threshold(task.network, 0, "prune"))
    assert task.network.masked_sparsity == 8 / 176


def by_hand(left, q):
    mean = sum(left) / len(left)
    return q * (sum((w - mean) ** 2 for w in left) / len(left)) ** 0.5


def test_std_prunes_each_layer_at_its_own_threshold_and_more_at_every_call(task):
    network = task.network
    network.weights["0.W"].value += 0.2  # a mean other than 0
    network.weights["2.W"].value *= 10
    counts = []
    for _ in range(2):
        before, expected = values(network), []
        for w in network.weights.values():
            left = [v for v, m in zip(w.value.flat, (w.value != 0).flat, strict=True) if m]
            theta = by_hand(left, 0.6)
            expected.append((w.value != 0) & (abs(w.value) >= theta))
        assert_pruned(network, before, expected, prune_by_std(network, 0.6))
        counts.append([int((~m).sum()) for m in expected])
    assert all(min(later) > 0 for later in np.diff([[0, 0], *counts], axis=0)), counts


def test_std_keeps_equality():
    network = Network([Dense([[0.0, 0.0], [1.0, 1.0]], [0.0, 0.0])])  # of std 0.5 exactly
    assert prune_by_std(network, 2.0)[0].tolist() == [[False, False], [True, True]]
    with pytest.raises(ValueError, match="q must"):
        prune_by_std(network, -1.0)


# --- whole tensors --------------------------------------------------------------------------------


@pytest.mark.parametrize(("ties", "second"), [("prune", False), ("keep", True)])
def test_tensors_go_as_a_whole_and_biases_too(ties, second):
    network = Network([Dense(np.full((2, 2), 0.75), [0.5, -0.5]), ReLU(),
                       Dense([[-0.5], [1.0]], [0.25])])  # fmt: skip
    masks = prune_tensors(network, 1.5, ties)  # norms 3, 1, 1.5 and 0.25
    assert [m.tolist() for m in masks] == [[[True] * 2] * 2, [False] * 2, [[second]] * 2, [False]]
    parameters = list(network.parameters.values())
    for p, mask in zip(parameters, masks, strict=True):
        np.testing.assert_array_equal(p.mask, mask)
    assert [float(abs(p.value).sum()) for p in parameters] == [3.0, 0.0, 1.5 * second, 0.0]


def test_tensors_keep_ties_unless_told_and_bring_nothing_back():
    network = Network([Dense([[3.0], [1.0]], [0.0])])
    network.prune([np.array([[True], [False]])])
    assert [m.tolist() for m in prune_tensors(network, 0.0)] == [[[True], [False]], [True]]
    masks = prune_tensors(network, 0.0, "prune")
    assert network.weights["0.W"].mask.tolist() == [[True], [False]]
    assert network.parameters["0.b"].mask.tolist() == [False]
    assert [m.tolist() for m in masks] == [[[True], [False]], [False]]  # those that are held


def test_without_a_layer_every_answer_is_the_same(task):
    prune_tensors(task.network, float(abs(task.network.weights["2.W"].value).sum()), "prune")
    assert not np.ptp(task.network(task.x), axis=0).any()


# --- arguments ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prune", "name"),
    [
        (lambda t: prune_by_gradient(t.network, t.x, t.y, 0.5, "Taylor"), "criterion must"),
        (lambda t: prune_by_gradient(t.network, t.x, t.y, 0.5, "snip"), "criterion must"),
        (lambda t: prune_by_gradient(t.network, t.x, np.eye(3)[t.y], 0.5), "y must be a vector"),
        (lambda t: prune_by_gradient(t.network, t.x, t.y[1:], 0.5), "x and y must"),
        (lambda t: prune_by_gradient(t.network, t.x * np.nan, t.y, 0.5), "x must be finite"),
        (lambda t: prune_by_gradient(t.network, t.x[:, 1:], t.y, 0.5), "x of shape"),
        (lambda t: prune_by_gradient(t.network, t.x, t.y, 0.5, scope="both"), "scope must"),
        (lambda t: prune_by_gradient(t.network, t.x, t.y, 90), "sparsity must"),
        (lambda t: prune_by_gradient(t.network, t.x, t.y + 1, 0.5), "y must"),
        (lambda t: prune_by_score(t.network, values(t.network)[::-1], 0.5), "scores must"),
        (lambda t: prune_at_random(t.network, 0.5, None), "rng must"),
        (lambda t: prune_by_synflow(t.network, 1.0), "final must|sparsity must"),
        (lambda t: prune_by_synflow(t.network, 0.5, 0), "stages must|rounds must"),
        (lambda t: prune_by_threshold(t.network, 0.1, "Keep"), "ties must"),
    ],
)
def test_refusals_name_the_argument_and_change_nothing(task, unchanged, prune, name):
    unchanged(task.network)
    with pytest.raises((ValueError, TypeError), match=f"^({name})"):
        prune(task)


def test_a_sparsity_below_what_is_pruned_already_is_refused(task, unchanged):
    prune_by_magnitude(task.network, 0.5)
    unchanged(task.network)
    for prune in (
        lambda n: prune_by_synflow(n, 0.4),
        lambda n: prune_by_magnitude(n, 0.4),
        lambda n: prune_by_gradient(n, task.x, task.y, 0.4),
    ):
        with pytest.raises(ValueError, match=r"initial must be at most|would bring back 18"):
            prune(task.network)


# --- how much ------------------------------------------------------------------------------------


def test_sparsity_is_of_zeros_and_masked_sparsity_of_masks(task):
    network = task.network
    assert network.sparsity == network.masked_sparsity == 0.0
    network.weights["0.W"].value[:, :2] = 0.0
    network.parameters["0.b"].value[:] = 0.0  # biases do not count
    network.parameters["2.b"].prune([False, False, False])
    assert (network.sparsity, network.masked_sparsity) == (16 / 176, 0.0)
    mask = np.ones((16, 3), bool)
    mask[4] = False
    network.weights["2.W"].prune(mask)
    assert (network.sparsity, network.masked_sparsity) == (19 / 176, 3 / 176)
    network.weights["0.W"].prune(np.arange(128).reshape(8, 16) >= 20)
    assert (network.sparsity, network.masked_sparsity) == (35 / 176, 23 / 176)
    network.unprune()
    assert (network.sparsity, network.masked_sparsity) == (35 / 176, 0.0)
    assert type(network.sparsity) is type(network.masked_sparsity) is float
