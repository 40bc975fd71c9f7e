"""One layer at a time: what a scan tries, what it leaves alone, and where a curve first falls."""

import numpy as np
import pytest
from stacks import stack

from minprune.nn.network import mlp
from minprune.pruning.sensitivity import (
    LEVELS,
    Sensitivity,
    sensitivity_scan,
    tolerated_sparsities,
)
from minprune.pruning.topology import hidden_layers

TRIED = (0.0, 0.2, 0.5, 0.75)


def judge(x):
    """Performance that tells networks apart."""
    return lambda network: -float(np.abs(np.sin(network(x))).sum())


def without_smallest(values, k):
    """The array with its k smallest magnitudes at 0, the first of equals."""
    flat = [float(v) for v in values.ravel()]
    for i in sorted(range(len(flat)), key=lambda i: abs(flat[i]))[:k]:
        flat[i] = 0.0
    return np.reshape(flat, values.shape)


@pytest.mark.parametrize("name", ["mlp", "max pooling", "bn behind flatten", "same", "random 4"])
def test_a_scan_of_weights_is_one_run_for_each_layer_and_level(unchanged, name):
    network, x = stack(name)
    unchanged(network)
    scan = sensitivity_scan(network, judge(x), TRIED)
    assert scan.names == list(network.weights) and scan.sparsities == list(TRIED)
    assert scan.baseline == judge(x)(network)
    expected = []
    for key in network.weights:
        for sparsity in TRIED:
            probe = network.copy()
            w = probe.weights[key]
            w.value = without_smallest(w.value, round(sparsity * w.value.size))
            expected.append(judge(x)(probe))
    assert scan.performance.shape == (len(scan.names), len(TRIED))
    np.testing.assert_array_equal(scan.performance.ravel(), expected)
    assert len({*expected}) > len(scan.names) and (scan.performance[:, 0] == scan.baseline).all()


def test_of_a_layer_of_few_one_stays_at_any_level():
    network = mlp([1, 3, 1], np.random.default_rng(0))

    def left(network):
        return sum(int(np.count_nonzero(w.value)) for w in network.weights.values())

    assert sensitivity_scan(network, left, [0.0, 0.95]).performance.tolist() == [[6, 4], [6, 4]]
    units = sensitivity_scan(network, left, [0.0, 0.5, 0.95], what="units")
    assert units.performance.tolist() == [[6, 2, 2]]


@pytest.mark.parametrize("name", ["mlp", "max pooling", "bn behind flatten", "same", "random 4"])
def test_a_scan_of_units_is_one_run_for_each_layer_and_level(unchanged, name):
    network, x = stack(name)
    unchanged(network)
    levels = (0.0, 0.2, 0.5, 0.67)
    scan = sensitivity_scan(network, judge(x), levels, what="units")
    hidden = hidden_layers(network)
    assert scan.names == [name for name in network.weights if int(name.split(".")[0]) in hidden]
    expected = []
    for h, l in enumerate(hidden):
        W = next(iter(network.layers[l].parameters.values())).value
        norms = [float(np.abs(W[..., j]).sum()) for j in range(W.shape[-1])]
        for sparsity in levels:
            gone = sorted(range(len(norms)), key=norms.__getitem__)[: round(sparsity * len(norms))]
            expected.append(judge(x)(muted(network, h, gone)))
    np.testing.assert_allclose(scan.performance.ravel(), expected, rtol=1e-12)
    assert len({*expected}) > len(scan.names)


def muted(network, h, gone):
    """A network that does not hear some units of a hidden layer: the weights that read them are 0.

    Nothing else needs to be 0 for its outputs to be those of pruned units.
    """
    probe = network.copy()
    l = [*hidden_layers(probe), len(probe.layers) - 1][h + 1]
    reader = next(iter(probe.layers[l].parameters.values()))
    units = len(probe.layers[hidden_layers(probe)[h]].b.value)
    rows = np.isin(np.arange(reader.value.shape[-2]) % units, gone)
    reader.value[..., rows, :] = 0
    return probe


@pytest.mark.parametrize("what", ["weights", "units"])
def test_what_was_pruned_stays_pruned_and_counts(unchanged, what):
    network, _ = stack("mlp")
    W = network.layers[0].W
    largest = abs(W.value).argsort(axis=None)[-20:]
    mask = np.ones(W.value.size, bool)
    mask[largest] = False
    W.prune(mask.reshape(W.value.shape))
    best = abs(network.layers[2].W.value).sum(axis=0).argmax()  # its bias alone is pruned
    network.layers[2].b.prune(np.arange(5) != best)
    unchanged(network)
    seen = []

    def evaluate(probe):
        seen.append(
            [p.mask is not None and int((~p.mask).sum()) for p in probe.parameters.values()]
        )
        assert not (probe.layers[0].W.mask & ~W.mask).any()
        return float(len(seen))

    scan = sensitivity_scan(network, evaluate, (0.25, 0.5, 0.75), what)
    assert scan.baseline == 1 and scan.performance.ravel().tolist() == [*range(2, len(seen) + 1)]
    assert seen[0] == [20, False, False, 1, False, False]
    if what == "weights":  # each level begins anew
        assert [row[0] for row in seen[1:]] == [20, 21, 32, *[20] * 6]
        assert [row[2] for row in seen[4:]] == [9, 18, 26, False, False, False]
    else:
        assert [row[1] for row in seen[1:]] == [2, 4, 5, False, False, False]
        assert [row[3] for row in seen[4:]] == [2, 3, 5]  # the pruned bias and those of the units


@pytest.mark.parametrize("what", ["weights", "units"])
@pytest.mark.parametrize("at", [1, 2, 5])
def test_an_evaluation_that_fails_leaves_the_network_as_it_was(unchanged, what, at):
    network, _ = stack("bn before flatten")
    network.layers[0].K.prune(np.arange(4) != 3 * np.ones((3, 3, 2, 1)))
    unchanged(network)
    calls = []

    def evaluate(probe):
        calls.append(probe)
        if len(calls) == at:
            raise RuntimeError("out of paper")
        return 1.0

    with pytest.raises(RuntimeError, match="out of paper"):
        sensitivity_scan(network, evaluate, TRIED, what)


def test_an_evaluation_that_writes_to_its_network_spoils_nothing_that_follows(unchanged):
    network, x = stack("mlp")
    expected = sensitivity_scan(network, judge(x), TRIED).performance
    first = []

    def careless(probe):
        answer = judge(x)(probe)
        if first:  # the first is the network itself
            for p in probe.parameters.values():
                p.value += 1.0
                p.prune(np.zeros(p.value.shape, bool))
        first.append(probe)
        return answer

    unchanged(network)
    np.testing.assert_array_equal(sensitivity_scan(network, careless, TRIED).performance, expected)


def test_levels_unless_told():
    network = mlp([30, 25, 20], np.random.default_rng(0))
    for what in ("weights", "units"):
        scan = sensitivity_scan(network, lambda probe: -probe.sparsity, what=what)
        assert scan.sparsities == list(LEVELS) == [*np.round(np.arange(0, 0.91, 0.1), 1), 0.95]
        assert (np.diff(scan.performance) < 0).all()


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        ({"sparsities": []}, ValueError, "sparsities must increase"),
        ({"sparsities": [0.5, 0.25]}, ValueError, "sparsities must increase"),
        ({"sparsities": [0.5, 0.5]}, ValueError, "sparsities must increase"),
        ({"sparsities": [0.5, 1.0]}, ValueError, "sparsities must be a fraction"),
        ({"sparsities": [-0.1]}, ValueError, "sparsities must be a fraction"),
        ({"sparsities": ["0.1"]}, TypeError, "sparsities must be"),
        ({"what": "layers"}, ValueError, "what must be 'weights' or 'units'"),
        ({"evaluate": lambda network: None}, TypeError, "evaluate must return one number"),
        ({"evaluate": lambda network: np.nan}, ValueError, "the result of evaluate must be finite"),
    ],
)
def test_a_scan_is_refused_by_name(unchanged, arguments, error, match):
    network, _ = stack("mlp")
    unchanged(network)
    with pytest.raises(error, match=match):
        sensitivity_scan(network, **{"evaluate": lambda network: 1.0, **arguments})


# --- how far each layer may go -------------------------------------------------------------------

SCAN = Sensitivity(
    ["0.W", "2.W", "4.W", "6.W"],
    [0.25, 0.5, 0.75, 0.9],
    np.array([
        [1.0, 0.75, 0.5, 0.25],
        [0.875, 0.25, 0.875, 1.0],  # a dip
        [0.5, 1.0, 1.0, 1.0],  # already the first
        [1.0, 1.0, 1.25, 1.5],  # better than before
    ]),
    1.0,
)  # fmt: skip


@pytest.mark.parametrize(
    ("tolerance", "answer"),
    [
        (0, [0.25, 0.0, 0.0, 0.9]),
        (0.125, [0.25, 0.25, 0.0, 0.9]),
        (0.25, [0.5, 0.25, 0.0, 0.9]),
        (0.5, [0.75, 0.25, 0.9, 0.9]),
        (0.75, [0.9, 0.9, 0.9, 0.9]),
        (np.float32(0.7), [0.75, 0.25, 0.9, 0.9]),
    ],
)
def test_the_last_sparsity_before_the_first_failure(tolerance, answer):
    assert tolerated_sparsities(SCAN, tolerance) == answer


def test_a_loss_equal_to_the_tolerance_is_tolerated_up_to_rounding():
    scan = Sensitivity(["0.W"], [0.5, 0.9], np.array([[0.97, 0.96]]), 0.98)
    assert tolerated_sparsities(scan, 0.01) == [0.5]  # 0.98 - 0.97 > 0.01 in floats
    assert tolerated_sparsities(scan, 0.02) == [0.9]


@pytest.mark.parametrize(
    ("tolerance", "error"), [(-0.1, ValueError), (np.nan, ValueError), ("0", TypeError)]
)
def test_a_tolerance_is_refused_by_name(tolerance, error):
    with pytest.raises(error, match="tolerance must be"):
        tolerated_sparsities(SCAN, tolerance)


def test_an_evaluate_that_trains_trains_a_copy(unchanged):
    network = mlp([4, 5, 3], np.random.default_rng(0))
    unchanged(network)

    def evaluate(probe):
        first = probe.layers[0].W
        first.value = first.value + 1
        return float(first.value.sum())

    scan = sensitivity_scan(network, evaluate, [0.0, 0.5])
    assert scan.baseline == scan.performance[0, 0] == scan.performance[1, 0]
