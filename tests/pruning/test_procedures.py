"""Procedures: which step comes when, what holds in between, and who is changed."""

from itertools import pairwise

import numpy as np
import pytest

from minprune.formulas.metrics import accuracy
from minprune.nn.layers import Dense, ReLU
from minprune.nn.network import Network, mlp
from minprune.nn.optim import Adam
from minprune.nn.train import fit
from minprune.pruning.one_shot import prune_at_random, prune_by_magnitude
from minprune.pruning.procedures import (
    Stage,
    find_ticket,
    iterate_pruning,
    rewind,
    train_after_pruning,
    train_prune_finetune,
    train_prune_quantize,
)
from minprune.pruning.shrink import shrink_network
from minprune.pruning.units import prune_units, unit_scores


class Diary:
    """Steps that write down their name and the network that they were given."""

    def __init__(self):
        self.names, self.networks = [], []

    def step(self, name, do=lambda network: None, answer=None):
        def act(network):
            self.names.append(name)
            self.networks.append(network)
            do(network)
            return answer() if callable(answer) else answer

        return act

    def judge(self, *answers):
        answers = iter(answers)
        return self.step("evaluate", answer=lambda: next(answers))


@pytest.fixture
def diary():
    return Diary()


def trainer(task, epochs=5):
    def train(network):
        fit(network, task.x, task.y, optimizer=Adam(network.parameters, lr=0.02), epochs=epochs,
            batch_size=20, rng=task.rng)  # fmt: skip

    return train


def accuracy_on(task):
    return lambda network: accuracy(task.y, network(task.x).argmax(axis=1))


def masks_of(network):
    return [w.mask.copy() for w in network.weights.values()]


def test_train_prune_finetune_in_this_order_each_measured(task, diary):
    prune = diary.step("prune", lambda n: prune_by_magnitude(n, 0.5))
    stages = train_prune_finetune(
        task.network, diary.step("train"), prune, diary.step("finetune"), diary.judge(3, 1, 2)
    )
    assert diary.names == ["train", "evaluate", "prune", "evaluate", "finetune", "evaluate"]
    assert all(network is task.network for network in diary.networks)
    assert stages == [
        Stage("trained", 0.0, 3.0), Stage("pruned", 0.5, 1.0), Stage("fine-tuned", 0.5, 2.0)
    ]  # fmt: skip
    assert all(type(s.performance) is float and type(s.sparsity) is float for s in stages)


def test_train_prune_finetune_for_real(task):
    train = trainer(task, epochs=20)
    stages = train_prune_finetune(
        task.network, train, lambda n: prune_by_magnitude(n, 0.8), train, accuracy_on(task)
    )
    trained, pruned, tuned = (stage.performance for stage in stages)
    assert trained > 0.95 and pruned < tuned and tuned > 0.9
    assert [stage.sparsity for stage in stages] == [0.0, 141 / 176, 141 / 176]


def test_the_sparsity_of_a_stage_counts_zeros_with_a_mask_or_without(task):
    def prune(network):
        network.weights["0.W"].value[:, :4] = 0.0  # no mask: 32 of 176
        network.parameters["0.b"].value[:] = 0.0

    nothing = lambda network: None  # noqa: E731
    stages = train_prune_finetune(task.network, nothing, prune, nothing, lambda network: 0)
    assert [stage.sparsity for stage in stages] == [0.0, 32 / 176, 32 / 176]


# --- A-3.2 ----------------------------------------------------------------------------------------


def test_train_prune_quantize_quantizes_last_and_leaves_the_input_alone(task, unchanged, diary):
    unchanged(task.network)
    train = diary.step("train", trainer(task))
    finetune = diary.step("finetune", trainer(task, epochs=2))
    result = train_prune_quantize(
        task.network, train, 0.2, finetune, diary.judge(1, 2, 3, 4), bits=6
    )
    rebuilt, quantized, stages = result.network, result.weights, result.stages
    assert diary.names == ["train", "evaluate", "evaluate", "finetune", "evaluate", "evaluate"]
    *before, coarse = diary.networks
    assert all(network is rebuilt is not task.network for network in before)
    assert coarse is not rebuilt
    assert [s.name for s in stages] == ["trained", "pruned", "fine-tuned", "quantized"]
    assert [s.performance for s in stages] == [1.0, 2.0, 3.0, 4.0]
    for name, p in coarse.parameters.items():
        tuned = rebuilt.parameters[name].value
        if name in quantized:
            q, step = quantized[name]
            np.testing.assert_allclose(p.value, step * q.astype(float), rtol=1e-12)
            assert (p.value != tuned).any()
        else:
            np.testing.assert_array_equal(p.value, tuned)
    assert list(quantized) == ["0.W", "2.W"]
    for name, (q, step) in quantized.items():
        w = rebuilt.weights[name]
        assert 0 < (~w.mask).sum() < w.mask.size
        assert not q[~w.mask].any() and not w.value[~w.mask].any()
        assert abs(q).max() == 31  # 6 bits
        assert abs(step * q - w.value).max() <= step / 2 * (1 + 1e-9)  # of the tuned weights
    pruned = sum(int((~m).sum()) for m in masks_of(rebuilt))
    coarse_zeros = sum(int((q == 0).sum()) for q, _ in quantized.values())
    assert [s.sparsity for s in stages] == [
        0.0, pruned / 176, pruned / 176, coarse_zeros / 176
    ]  # fmt: skip


def test_train_prune_quantize_keeps_equality_and_takes_8_bits():
    W = [[0.25, -0.5], [0.125, 0.25]]
    network = Network([Dense(W, [0.0, 0.0])])
    nothing = lambda network: None  # noqa: E731
    rebuilt, quantized, _ = train_prune_quantize(network, nothing, 0.25, nothing, lambda network: 0)
    assert rebuilt.weights["0.W"].value.tolist() == [[0.25, -0.5], [0.0, 0.25]]
    assert abs(quantized["0.W"].q).max() == 127
    assert network.weights["0.W"].mask is None


# --- A-5.2 ----------------------------------------------------------------------------------------


@pytest.fixture
def uneven():
    """L1 norms 20, 0, 3 and 0.25: the mean is 5.8, so that all but the first tensor go."""
    rng = np.random.default_rng(0)
    W1, W2 = rng.uniform(0.5, 1, (8, 16)), rng.uniform(0.5, 1, (16, 3))
    W1, W2 = W1 * 20 / W1.sum(), W2 * 3 / W2.sum()
    W1[:, ::2] *= -1
    return Network([Dense(W1, np.zeros(16)), ReLU(), Dense(W2, [0.25, 0, 0])])


@pytest.mark.parametrize("masked", [True, False])
def test_pruning_before_training_lasts_only_with_masks(task, uneven, diary, masked):
    network = uneven
    train = diary.step("train", trainer(task))
    stages = train_after_pruning(network, train, diary.judge(0.25, 0.5), masked)
    assert diary.names == ["evaluate", "train", "evaluate"]
    assert [(s.name, s.performance) for s in stages] == [("pruned", 0.25), ("trained", 0.5)]
    assert stages[0].sparsity == 48 / 176
    assert stages[1].sparsity == (48 / 176 if masked else 0.0)
    held = {name: p.mask is not None and not p.mask.any() for name, p in network.parameters.items()}
    assert held == {"0.W": False, "0.b": masked, "2.W": masked, "2.b": masked}
    if masked:
        assert not network(task.x).any()  # the same answer to everything, and the bias is held
    else:
        assert all(p.mask is None for p in network.parameters.values())
        assert np.ptp(network(task.x), axis=0).all()
        assert (network.weights["2.W"].value != 0).all()


def test_the_biases_count_in_the_mean():
    """Norms 20, 0, 8 and 0: above their mean of 7 a kernel stays that is below half of 28."""
    network = Network([Dense(np.full((4, 4), 1.25), np.zeros(4)), ReLU(),
                       Dense(np.full((4, 1), 2.0), [0.0])])  # fmt: skip
    train_after_pruning(network, lambda n: None, lambda n: 0, masked=True)
    kept = {name: bool(p.mask.all()) for name, p in network.parameters.items()}
    assert kept == {"0.W": True, "0.b": False, "2.W": True, "2.b": False}


def test_equal_tensors_all_go():
    network = Network([Dense([[1.0]], [1.0])])
    (stage, _) = train_after_pruning(network, lambda n: None, lambda n: 0, masked=True)
    assert stage.sparsity == 1.0 and not network.parameters["0.b"].value.any()


# --- stages ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("stages", [1, 2, 4])
def test_stages_are_nested_and_end_at_the_final_sparsity(task, diary, stages):
    masks = []

    def remember(network):
        masks.append(masks_of(network))
        for w in network.weights.values():
            w.value = task.rng.standard_normal(w.value.shape)

    finetune = diary.step("finetune", remember)
    done = iterate_pruning(task.network, 0.75, stages, finetune, diary.judge(*range(stages)))
    assert diary.names == ["finetune", "evaluate"] * stages
    assert all(network is task.network for network in diary.networks)
    assert [s.name for s in done] == [f"stage {k}" for k in range(1, stages + 1)]
    assert [s.performance for s in done] == list(range(stages))
    for k, stage in enumerate(done, start=1):
        assert stage.sparsity == round(176 * (1 - 0.25 ** (k / stages))) / 176
    for earlier, later in pairwise(masks):
        assert not any((b & ~a).any() for a, b in zip(earlier, later, strict=True))
    assert done[-1].sparsity == 0.75


def test_stages_prune_by_magnitude_unless_told(task):
    expected = prune_by_magnitude(task.network.copy(), 0.5)
    other = task.network.copy()
    iterate_pruning(task.network, 0.5, 1, lambda n: None, lambda n: 0)
    for mask, again in zip(masks_of(task.network), expected, strict=True):
        np.testing.assert_array_equal(mask, again)
    levels = []

    def prune(network, sparsity):
        levels.append(sparsity)
        prune_at_random(network, sparsity, task.rng)

    iterate_pruning(other, 0.75, 2, lambda n: None, lambda n: 0, prune)
    assert levels == [0.5, 0.75]
    assert any((a != b).any() for a, b in zip(masks_of(other), expected, strict=True))


@pytest.mark.parametrize("stages", [1, 3])
def test_stages_of_a_pruned_network_start_from_what_is_left(task, stages):
    prune_by_magnitude(task.network, 0.25)
    task.network.weights["0.W"].value[:, 0] = 0.0  # zeros that no mask holds do not count
    earlier, levels = masks_of(task.network), []

    def prune(network, sparsity):
        levels.append(sparsity)
        prune_by_magnitude(network, sparsity)

    done = iterate_pruning(task.network, 0.75, stages, lambda n: None, lambda n: 0, prune)
    expected = [1 - 0.75 * (1 / 3) ** (k / stages) for k in range(1, stages + 1)]
    assert levels == pytest.approx(expected, rel=1e-14) and levels[-1] == 0.75
    assert done[-1].sparsity == 0.75 and len(done) == stages
    for m, old in zip(masks_of(task.network), earlier, strict=True):
        assert not (m & ~old).any()


@pytest.mark.parametrize(
    ("final", "stages", "name"),
    [(1.0, 2, "final must"), (0.5, 0, "stages must"), (0.125, 2, "masks for .* bring back")],
)
def test_bad_stages_are_refused(task, unchanged, final, stages, name):
    prune_by_magnitude(task.network, 0.25)
    unchanged(task.network)
    with pytest.raises(ValueError, match=f"^{name}"):
        iterate_pruning(task.network, final, stages, lambda n: None, lambda n: 0)


def test_stages_to_what_is_pruned_already_prune_no_more(task):
    prune_by_magnitude(task.network, 0.3)  # 53 of 176: a little more than 0.3
    stages = iterate_pruning(task.network, 0.3, 2, lambda n: None, lambda n: 0)
    assert [stage.sparsity for stage in stages] == [53 / 176] * 2


# --- the lottery ticket ---------------------------------------------------------------------------


def test_what_is_left_goes_back_and_what_is_pruned_stays_so(task, unchanged):
    first, network = task.network.copy(), task.network
    prune_by_magnitude(first, 0.125)  # the earlier network may have masks of its own
    unchanged(first)
    masks = prune_by_magnitude(network, 0.5)
    network.parameters["0.b"].prune(np.arange(16) != 3)
    for p in network.parameters.values():
        p.value = task.rng.standard_normal(p.value.shape)
        p.grad = np.full(p.value.shape, 7.0)
    assert rewind(network, first) is None
    for name, p in network.parameters.items():
        mask = np.ones(p.value.shape, bool) if p.mask is None else p.mask
        np.testing.assert_array_equal(p.value, np.where(mask, first.parameters[name].value, 0))
        assert (p.grad == 7).all()
        p.value += 1.0  # shares nothing
    for m, held in zip(masks_of(network), masks, strict=True):
        np.testing.assert_array_equal(m, held)
    assert network.parameters["0.b"].mask.tolist() == [j != 3 for j in range(16)]
    assert network.parameters["2.b"].mask is None


def test_what_does_not_fit_is_not_rewound(task):
    for other in (mlp([8, 15, 3], task.rng), mlp([8, 3], task.rng)):
        with pytest.raises((ValueError, KeyError), match=r"value must have the shape|2"):
            rewind(task.network, other)


@pytest.mark.parametrize("stages", [1, 2, 4])
def test_a_ticket_is_trained_from_the_first_weights_every_time(task, diary, stages):
    network, first = task.network, task.network.copy()
    starts, trained = [], []

    def learn(net):
        starts.append([p.value.copy() for p in net.parameters.values()])
        for p in net.parameters.values():
            p.value = task.rng.standard_normal(p.value.shape)
        trained.append([w.value.copy() for w in net.weights.values()])

    levels, masks = [], []

    def keep(net, sparsity):
        for w, seen in zip(net.weights.values(), trained[-1], strict=True):
            np.testing.assert_array_equal(w.value, seen)  # judged by what training made of them
        levels.append(sparsity)
        masks.append(prune_by_magnitude(net, sparsity))

    done = find_ticket(
        network, diary.step("train", learn), 0.75, stages, diary.judge(*range(stages + 1)), keep
    )  # fmt: skip
    assert diary.names == ["train", "evaluate"] * (stages + 1)
    assert all(net is network for net in diary.networks)
    assert [s.name for s in done] == ["dense", *(f"ticket {k}" for k in range(1, stages + 1))]
    assert [s.performance for s in done] == list(range(stages + 1))
    assert levels == pytest.approx([1 - 0.25 ** (k / stages) for k in range(1, stages + 1)])
    assert [s.sparsity for s in done] == [0.0, *(round(176 * level) / 176 for level in levels)]
    assert done[-1].sparsity == 0.75
    held = [[np.ones(w.shape, bool) for w in masks[0]], *masks]
    assert len(starts) == stages + 1
    for start, at in zip(starts, held, strict=True):
        for value, name in zip(start, first.parameters, strict=True):
            mask = at[("0.W", "2.W").index(name)] if name.endswith("W") else True
            np.testing.assert_array_equal(value, np.where(mask, first.parameters[name].value, 0))
    for earlier, later in pairwise(held):
        assert not any((b & ~a).any() for a, b in zip(earlier, later, strict=True))
    for w, last, mask in zip(network.weights.values(), trained[-1], masks[-1], strict=True):
        np.testing.assert_array_equal(w.value, last)  # the network comes back trained
        np.testing.assert_array_equal(w.mask, mask)


def test_a_ticket_by_magnitude_unless_told(task):
    trained = task.network.copy()
    for p in trained.parameters.values():
        p.value += np.linspace(-1, 1, p.value.size).reshape(p.value.shape)
    expected = prune_by_magnitude(trained.copy(), 0.5)

    def train(network):
        for p in network.parameters.values():
            p.value += np.linspace(-1, 1, p.value.size).reshape(p.value.shape)

    find_ticket(task.network, train, 0.5, 1, lambda n: 0)
    for mask, again in zip(masks_of(task.network), expected, strict=True):
        np.testing.assert_array_equal(mask, again)


def test_zeros_that_training_makes_are_not_pruned(task):
    def train(network):
        network.weights["0.W"].value[:, :4] = 0.0

    levels = []
    find_ticket(task.network, train, 0.75, 2, lambda n: 0, lambda net, level: levels.append(level))
    assert levels == [0.5, 0.75]


def test_a_ticket_for_real(task):
    done = find_ticket(task.network, trainer(task, epochs=20), 0.7, 3, accuracy_on(task))
    assert [round(s.sparsity, 2) for s in done] == [0.0, 0.33, 0.55, 0.7]
    assert all(s.performance > 0.9 for s in done)


@pytest.mark.parametrize(
    ("final", "stages", "name"), [(1.0, 2, "final must"), (0.5, 0, "stages must")]
)
def test_a_bad_ticket_is_refused(task, unchanged, final, stages, name):
    unchanged(task.network)
    with pytest.raises(ValueError, match=f"^{name}"):
        find_ticket(task.network, lambda n: 1 / 0, final, stages, lambda n: 0)


@pytest.mark.parametrize("widths", [[8, 15, 3], [8, 3], [8, 16, 16, 3]])
def test_rewinding_to_another_network_is_refused(task, unchanged, widths):
    unchanged(task.network)
    with pytest.raises(ValueError, match=r"^earlier must have the parameters"):
        rewind(task.network, mlp(widths, task.rng))


# --- units ----------------------------------------------------------------------------------------


def test_units_go_after_training_and_what_is_left_is_tuned(task, diary):
    def shift(network):
        network.parameters["0.b"].value += 0.5

    def prune(network):
        prune_units(network, unit_scores(network, "activation", x), 0.25)

    x, network = task.x[:30], task.network
    W, b = (network.parameters[name].value.copy() for name in ("0.W", "0.b"))
    stages = train_prune_finetune(
        network, diary.step("train", shift), prune, diary.step("finetune", shift),
        diary.judge(1, 2, 3),
    )  # fmt: skip
    assert diary.names == ["train", "evaluate", "evaluate", "finetune", "evaluate"]
    assert [tuple(s) for s in stages] == [
        ("trained", 0.0, 1.0), ("pruned", 0.25, 2.0), ("fine-tuned", 0.25, 3.0)
    ]  # fmt: skip
    small = shrink_network(network)
    np.testing.assert_allclose(small(task.x), network(task.x), rtol=1e-12, atol=1e-14)
    a = np.maximum(x @ W + b + 0.5, 0).mean(axis=0)  # the activations after training
    keep = np.sort(np.argsort(a)[4:])
    np.testing.assert_array_equal(small.weights["0.W"].value, W[:, keep])
    np.testing.assert_array_equal(small.parameters["0.b"].value, b[keep] + 1.0)
