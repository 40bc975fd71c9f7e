"""Pruning while training: masks on schedule, zeros that hold, masks that move, against loops."""

import warnings
from itertools import pairwise
from types import SimpleNamespace

import naive
import numpy as np
import pytest

from minprune.formulas.penalties import l1_subgradient
from minprune.nn.layers import Dense
from minprune.nn.network import EmptyLayerError, Network, mlp
from minprune.nn.optim import SGD, Adam, no_decay
from minprune.nn.predict import evaluate
from minprune.nn.train import fit
from minprune.pruning.during import (
    DynamicPruning,
    MovementPruning,
    NetworkSurgery,
    gradual_pruning,
    proximal_pruning,
)
from minprune.pruning.one_shot import prune_by_magnitude


def fit_task(task, optimizer=None, epochs=2, **options):
    """120 samples in batches of 12: 10 steps an epoch."""
    optimizer = optimizer or Adam(task.network.parameters, lr=0.02)
    return fit(task.network, task.x, task.y, optimizer=optimizer, epochs=epochs, batch_size=12,
               rng=np.random.default_rng(1), **options)  # fmt: skip


# --- gradual pruning ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schedule", "updates"),
    [
        ({"final": 0.75, "begin": 4, "end": 16, "frequency": 4}, [4, 8, 12, 16]),
        ({"final": 0.5, "begin": 0, "end": 15, "frequency": 5, "initial": 0.2}, [0, 5, 10, 15]),
        ({"final": 0.9, "begin": 3, "end": 20, "frequency": 1, "power": 1}, range(3, 21)),
        ({"final": 0.3, "begin": 2, "end": 4, "frequency": 2, "initial": 0.3}, [2, 4]),
        ({"final": 0.5, "begin": 5, "end": 105, "initial": 0.3}, [5]),  # every 100 steps
    ],
)
def test_sparsity_is_that_of_the_schedule_and_zeros_hold_at_every_step(task, schedule, updates):
    network, on_step = task.network, gradual_pruning(task.network, **schedule)
    network.weights["0.W"].value *= 100  # one ranking over all layers would spare it
    masks, seen = [np.ones(w.value.shape, bool) for w in network.weights.values()], []
    ends = schedule.get("initial", 0.0), schedule["final"]
    when = schedule["begin"], schedule["end"]

    def watch(step):
        nonlocal masks
        before = [w.value.copy() for w in network.weights.values()]
        on_step(step)
        if step in updates:
            s = naive.polynomial_decay(step, *ends, *when, schedule.get("power", 3))
            low = [naive.low_magnitude_mask(v, s) for v in before]
            masks = [new & old for new, old in zip(low, masks, strict=True)]
            kept = [max(round(n * (1 - s)), 1) for n in (128, 48)]
            assert [int(m.sum()) for m in masks] == kept
        for w, mask in zip(network.weights.values(), masks, strict=True):
            assert (w.mask is None and mask.all()) or (w.mask == mask).all()
            np.testing.assert_array_equal(w.value != 0, mask)
        for name in ("0.b", "2.b"):
            assert network.parameters[name].mask is None and network.parameters[name].value.all()
        seen.append(step)

    fit_task(task, on_step=watch)
    assert seen == list(range(21)) and not all(mask.all() for mask in masks)


def surgery(network, end):
    return NetworkSurgery(network, 0.0, np.random.default_rng(0), stop=end)


def movement(network, end):
    return MovementPruning(network, final=0.5, begin=0, end=end)


def gradual(network, end):
    return gradual_pruning(network, final=0.5, begin=0, end=end, frequency=1)


@pytest.mark.parametrize("end", [20, 21, 1000])
@pytest.mark.parametrize("schedule", [gradual, movement, surgery])
def test_an_end_that_training_does_not_reach_is_told(task, schedule, end):  # 20 steps
    made = schedule(task.network, end)
    options = {"on_step": made} if schedule is gradual else {"optimizer": made}
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        fit_task(task, **options)
    expected = f"{next(iter(options))} ends after {end} steps, but training takes 20"
    assert [str(w.message)[: len(expected)] for w in told] == ([expected] if end > 20 else [])


def test_surgery_without_an_end_is_told_nothing(task):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit_task(task, surgery(task.network, None))


def test_gradual_pruning_brings_nothing_back(task):
    earlier = prune_by_magnitude(task.network, 0.6, "layer")
    on_step = gradual_pruning(task.network, final=0.8, begin=2, end=10, frequency=2, initial=0.1)

    def watch(step):
        on_step(step)
        for w, mask in zip(task.network.weights.values(), earlier, strict=True):
            assert not (w.mask & ~mask).any() and not w.value[~mask].any()

    fit_task(task, on_step=watch)
    for w, mask in zip(task.network.weights.values(), earlier, strict=True):
        assert w.mask.sum() == round(0.2 * mask.size)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"final": 1.0}, "final must"),
        ({"initial": -0.1}, "initial must"),
        ({"begin": 8}, "end must"),
        ({"frequency": 0}, "frequency must"),
        ({"frequency": 4}, "frequency must divide end - begin = 6, got 4"),
        ({"frequency": 5}, "frequency must divide end - begin = 6, got 5"),
        ({"frequency": 12}, "frequency must divide end - begin = 6, got 12"),
        ({}, "frequency must divide end - begin = 6, got 100"),  # the default
        ({"frequency": 3, "initial": 0.6}, "initial must be at most final = 0.5, got 0.6"),
        ({"power": 0}, "power must"),
    ],
)
def test_a_bad_schedule_is_refused_before_training(task, unchanged, change, name):
    unchanged(task.network)
    with pytest.raises(ValueError, match=f"^{name}"):
        gradual_pruning(task.network, **{"final": 0.5, "begin": 2, "end": 8, **change})


# --- proximal steps -------------------------------------------------------------------------------


def test_a_proximal_step_makes_zeros_where_the_subgradient_makes_none(task):
    def trained(**options):
        pupil = SimpleNamespace(**{**vars(task), "network": task.network.copy()})
        optimizer = SGD(pupil.network.parameters, lr=0.1)
        if "lam" in options:
            options = {"on_step": proximal_pruning(pupil.network, optimizer, **options)}
        first, *_, last = fit_task(pupil, optimizer, epochs=30, **options)
        assert last.loss < first.loss / 2
        assert evaluate(pupil.network, task.x, task.y).accuracy > 0.9
        values = [w.value for w in pupil.network.weights.values()]
        assert all(w.mask is None for w in pupil.network.weights.values())
        return sum(int((v == 0).sum()) for v in values) / 176

    assert trained(penalty_gradient=lambda w: l1_subgradient(w, 0.02)) == 0
    assert trained(lam=0.02) > 0.3


@pytest.mark.parametrize("decay", [lambda done: 1.0, lambda done: 1.0 - done / 2])
def test_the_proximal_step_is_as_long_as_the_step_before_it(task, decay):
    calls = []

    def proximal(w, lam, lr):
        calls.append((w.copy(), lam, lr))
        return w / 2

    optimizer = SGD(task.network.parameters, lr=0.1)
    on_step = proximal_pruning(task.network, optimizer, 0.25, proximal)
    before = [w.value.copy() for w in task.network.weights.values()]
    biases = [task.network.parameters[name].value.copy() for name in ("0.b", "2.b")]
    on_step(0)
    assert calls == []
    on_step(1)
    for (w, lam, lr), old, new in zip(calls, before, task.network.weights.values(), strict=True):
        np.testing.assert_array_equal(w, old)
        np.testing.assert_array_equal(new.value, old / 2)
        assert (lam, lr) == (0.25, 0.1)
    for name, old in zip(("0.b", "2.b"), biases, strict=True):
        np.testing.assert_array_equal(task.network.parameters[name].value, old)
    calls.clear()
    fit_task(task, optimizer, epochs=1, on_step=on_step, lr_decay=decay)
    assert [lr for *_, lr in calls[::2]] == pytest.approx([0.1 * decay(k / 10) for k in range(10)])


def test_a_proximal_step_by_hand_and_masks_hold(task):
    network = task.network
    (mask, _) = prune_by_magnitude(network, 0.3)
    old = network.weights["0.W"].value.copy()
    proximal_pruning(network, SGD(network.parameters, lr=0.5), 0.4)(1)
    expected = np.sign(old) * np.maximum(abs(old) - 0.2, 0)
    np.testing.assert_allclose(network.weights["0.W"].value, expected, rtol=1e-15)
    assert not network.weights["0.W"].value[~mask].any()
    with pytest.raises(ValueError, match="lam must"):
        proximal_pruning(network, SGD(network.parameters, lr=0.5), -0.1)


# --- masks that move, against a loop --------------------------------------------------------------


def gradients(W1, b1, W2, b2, x, y):
    before = naive.dense(x, W1, b1)
    a = np.maximum(before, 0)
    loss, dz = naive.softmax_cross_entropy(naive.dense(a, W2, b2), y)
    da, dW2, db2 = naive.dense_backward(a, W2, dz)
    _, dW1, db1 = naive.dense_backward(x, W1, naive.relu_backward(before, da))
    return loss, (dW1, db1, dW2, db2)


def train_naively(network, rule, x, y, batches, rates, revive, penalty=None):
    """Training with `DynamicPruning` on four arrays, with Adam by scalars.

    The network shows W * m; its gradient moves the masks, and then W and the biases.
    """
    p = [parameter.value.copy() for parameter in network.parameters.values()]
    m, v = [np.zeros(a.shape) for a in p], [np.zeros(a.shape) for a in p]
    masks, losses, record = [np.ones(p[0].shape, bool), np.ones(p[2].shape, bool)], [], []
    for t, (batch, lr) in enumerate(zip(batches, rates, strict=True), start=1):
        shown = [p[0] * masks[0], p[1], p[2] * masks[1], p[3]]
        loss, grads = gradients(*shown, x[batch], y[batch])
        if penalty is not None:
            grads = grads[0] + penalty(shown[0]), grads[1], grads[2] + penalty(shown[2]), grads[3]
        losses.append(loss)
        old, masks = masks, rule(t, [p[0].copy(), p[2].copy()], [grads[0], grads[2]], masks)
        record.append(([p[0].copy(), p[2].copy()], masks))
        for i, g in enumerate(grads):
            if not revive and i in (0, 2):
                g = g * old[i // 2]
            p[i], m[i], v[i] = naive.adam_step(
                p[i], g, m[i], v[i], t, lr, 0.9, 0.999, 1e-8, 0.0, None
            )
    return p, masks, losses, record


def watched(optimizer, record):
    """The optimizer, and a record of the dense weights it saw and of the masks it gave."""
    next_masks = optimizer.next_masks

    def watching(step, weights, grads, masks):
        new = next_masks(step, weights, grads, masks)
        record.append(([w.copy() for w in weights], [m.copy() for m in new]))
        return new

    optimizer.next_masks = watching
    return optimizer


def naive_surgery(network, c, rng, margin, gamma, power, stop=None):
    limits = [
        naive.splice_thresholds(np.array([v for v in w.value.flat if v != 0]), c, margin)
        for w in network.weights.values()
    ]
    skipped = []

    def rule(step, weights, grads, masks):
        new = []
        for w, m, (a, b) in zip(weights, masks, limits, strict=True):
            luck = rng.random()
            rest = stop is not None and step >= stop
            skipped.append(rest or luck >= 1 / (1 + gamma * step) ** power)
            new.append(m if skipped[-1] else naive.splice_mask(w, m, a, b))
        return new

    return rule, skipped


def naive_movement(network, final, begin, end, initial, power, scope):
    scores = [np.zeros(w.value.shape) for w in network.weights.values()]
    rank = {"layer": naive.layerwise_rank_masks, "global": naive.global_rank_masks}[scope]

    def rule(step, weights, grads, masks):
        for s, w, g in zip(scores, weights, grads, strict=True):
            for i in np.ndindex(s.shape):
                s[i] -= w[i] * g[i]
        return rank(scores, naive.polynomial_decay(step, initial, final, begin, end, power))

    return rule


def order(n, batch_size, epochs, seed):
    rng = np.random.default_rng(seed)
    for _ in range(epochs):
        permutation = rng.permutation(n)
        yield from (permutation[i : i + batch_size] for i in range(0, n, batch_size))


def compare(task, optimizer, twin, epochs=2, decay=no_decay, penalty=None):
    """fit on 20 samples in batches of 8: 3 steps an epoch, the last one smaller."""
    network, x, y, record, lr = task.network, task.x[:20], task.y[:20], [], optimizer.lr
    rates = [lr * decay(k / (3 * epochs)) for k in range(3 * epochs)]
    batches = order(20, 8, epochs, 7)
    parameters, masks, losses, steps = train_naively(
        network, twin, x, y, batches, rates, optimizer.revive, penalty
    )
    options = {"epochs": epochs, "batch_size": 8, "lr_decay": decay, "penalty_gradient": penalty}
    history = fit(
        network, x, y, optimizer=watched(optimizer, record), rng=np.random.default_rng(7), **options
    )
    assert optimizer.lr == lr
    means = [np.mean(losses[3 * e : 3 * e + 3]) for e in range(epochs)]
    assert [epoch.loss for epoch in history] == pytest.approx(means, rel=1e-9)
    for (dense, at), (dense_again, at_again) in zip(record, steps, strict=True):
        for a, b, mask, mask_again in zip(dense, dense_again, at, at_again, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-8, atol=1e-12)
            np.testing.assert_array_equal(mask, mask_again)
    for behind, expected in zip(optimizer.dense.values(), parameters[::2], strict=True):
        np.testing.assert_allclose(behind.value, expected, rtol=1e-8, atol=1e-12)
    for p, q, mask in zip(
        network.parameters.values(), parameters, [masks[0], None, masks[1], None], strict=True
    ):
        expected = q if mask is None else np.where(mask, q, 0)
        np.testing.assert_allclose(p.value, expected, rtol=1e-8, atol=1e-12)
        if mask is None:
            assert p.mask is None
        else:
            np.testing.assert_array_equal(p.mask, mask)
            assert not p.value[~mask].any()
    return record


def zeroed(network, sparsity):
    """Set weights to zero without a mask, layer by layer; returns the masks of the others."""
    masks = prune_by_magnitude(network, sparsity, "layer")
    network.unprune()
    return masks


@pytest.mark.parametrize("zeros", [False, True])
@pytest.mark.parametrize(
    "options",
    [
        {"gamma": 0.0, "power": 1.0},
        {"gamma": 1.0, "power": 0.5},
        {"gamma": 0.0, "power": 1.0, "stop": 4},
    ],
)
def test_surgery_is_the_loop_of_its_paper(task, options, zeros):
    if zeros:
        zeroed(task.network, 0.25)
    options = {"margin": 0.2, **options}
    own, other = np.random.default_rng(5), np.random.default_rng(5)
    twin, skipped = naive_surgery(task.network, 0.1, other, **options)
    optimizer = NetworkSurgery(task.network, 0.1, own, lr=0.05, **options)
    assert optimizer.revive is True
    record = compare(task, optimizer, twin)
    assert own.random() == other.random()  # one number drawn for each layer and step
    sometimes = options["gamma"] > 0 or "stop" in options
    assert any(skipped) == sometimes and not all(skipped)
    if options["gamma"] > 0:
        assert any(a != b for a, b in zip(skipped[::2], skipped[1::2], strict=True))
    cut = spliced = 0
    for (_, before), (_, after) in pairwise(record):
        for b, a in zip(before, after, strict=True):
            cut, spliced = cut + (b & ~a).sum(), spliced + (~b & a).sum()
    assert cut > 0 and (spliced > 0 or sometimes)
    behind = [  # the dense weights go on learning behind the mask
        (~m0 & ~m1 & (w0 != w1)).sum()
        for (ws0, ms0), (ws1, ms1) in pairwise(record)
        for w0, w1, m0, m1 in zip(ws0, ws1, ms0, ms1, strict=True)
    ]
    assert sum(behind) > 0


def moves(task, c, **options):
    """How surgery moves the masks of the network of the task."""
    return NetworkSurgery(task.network, c, np.random.default_rng(0), **options).next_masks


def test_surgery_has_the_options_of_its_paper_by_default(task):
    rules = moves(task, 0.5), moves(task, 0.5, margin=0.1, gamma=1e-4, power=1.0, stop=None)
    weights = [w.value for w in task.network.weights.values()]
    masks, moved = [np.ones(w.shape, bool) for w in weights], []
    for step in range(1, 500):
        new, told = (rule(step, weights, weights, masks) for rule in rules)
        assert all((a == b).all() for a, b in zip(new, told, strict=True))
        moved += [a is not m for a, m in zip(new, masks, strict=True)]
    # the mean of 1 / (1 + 1e-4 t) over t = 1 .. 500 is ln(1.05) / 0.05 = 0.976
    assert np.mean(moved) == pytest.approx(0.976, abs=0.015)
    for w, mask in zip(weights, rules[0](1, weights, weights, masks), strict=True):
        limits = naive.splice_thresholds(w, 0.5, 0.1)
        np.testing.assert_array_equal(mask, naive.splice_mask(w, np.ones(w.shape, bool), *limits))
        assert not mask.all()


def test_each_layer_has_a_chance_of_its_own_that_falls(task):
    rule = moves(task, 0.5, gamma=1.0, power=2.0)
    weights = [w.value for w in task.network.weights.values()]
    masks = [np.ones(w.shape, bool) for w in weights]
    moved = np.array([
        [new is not old for new, old in zip(rule(t, weights, weights, masks), masks, strict=True)]
        for t in range(2000)
    ])  # fmt: skip
    assert moved[0].all()  # certainty
    assert (moved[1:].sum(axis=0) > 0).all() and moved.sum() < 20 and not moved[1000:].any()
    many = [rule(2, weights, weights, masks) for _ in range(4000)]  # at 1/9, each for itself
    moved = np.array([[a is not m for a, m in zip(new, masks, strict=True)] for new in many])
    np.testing.assert_allclose(moved.mean(axis=0), 1 / 9, atol=0.02)
    assert moved.all(axis=1).mean() == pytest.approx(1 / 81, abs=0.008)


@pytest.mark.parametrize("stop", [0, 1, 5])
def test_from_the_step_to_stop_at_the_masks_rest(task, stop):
    rule = moves(task, 0.5, gamma=0.0, stop=stop)
    weights = [w.value for w in task.network.weights.values()]
    masks = [np.ones(w.shape, bool) for w in weights]
    for step in range(1, 9):
        new = rule(step, weights, weights, masks)
        assert [a is m for a, m in zip(new, masks, strict=True)] == [step >= stop] * 2


def test_the_thresholds_of_surgery_are_those_of_what_is_not_zero_once(task):
    network = task.network
    zeroed(network, 0.6)
    left = [w.value[w.value != 0] for w in network.weights.values()]
    limits = [naive.splice_thresholds(w, 0.3, 0.1) for w in left]
    rule = moves(task, 0.3, gamma=0.0)
    probe = [
        np.resize([f * a for a in ab for f in (1 - 1e-9, 1 + 1e-9)], w.value.shape)
        for ab, w in zip(limits, network.weights.values(), strict=True)
    ]
    for w in network.weights.values():
        w.value *= 100  # too late to count
    for was, expected in ((True, [0, 1, 1, 1]), (False, [0, 0, 0, 1])):
        masks = [np.full(w.shape, was) for w in probe]
        for new in rule(1, probe, probe, masks):
            np.testing.assert_array_equal(new, np.resize(np.array(expected, bool), new.shape))


def movement_of(network, schedule, revive):
    """Movement pruning, told otherwise whether pruned weights learn."""
    optimizer = MovementPruning(network, **schedule, lr=0.05)
    assert optimizer.revive is False
    optimizer.revive = revive
    return optimizer


@pytest.mark.parametrize("scope", ["layer", "global"])
@pytest.mark.parametrize("revive", [False, True])
def test_movement_is_a_loop(task, scope, revive):
    schedule = {"final": 0.75, "begin": 1, "end": 5, "initial": 0.25, "power": 2, "scope": scope}
    optimizer = movement_of(task.network, schedule, revive)
    record = compare(task, optimizer, naive_movement(task.network, **schedule))
    for step, (_, masks) in enumerate(record, start=1):
        s = 0.75 - 0.5 * (1 - min((step - 1) / 4, 1)) ** 2
        pruned = [int((~m).sum()) for m in masks]
        sizes = [128, 48] if scope == "layer" else [176]
        assert (pruned if scope == "layer" else [sum(pruned)]) == [round(s * n) for n in sizes]
    pairs = [z for (_, a), (_, b) in pairwise(record) for z in zip(a, b, strict=True)]
    assert any((~m & later).any() for m, later in pairs)  # what moves away from zero comes back


@pytest.mark.parametrize("revive", [False, True])
def test_a_falling_rate_and_a_penalty_are_those_of_the_loop(task, revive):
    schedule = {"final": 0.6, "begin": 0, "end": 4, "initial": 0.1, "power": 3, "scope": "layer"}
    optimizer = movement_of(task.network, schedule, revive)
    twin = naive_movement(task.network, **schedule)
    compare(task, optimizer, twin, decay=lambda done: 1 - done / 2, penalty=lambda w: w / 4)


def test_movement_prunes_what_shrinks_and_not_what_is_small():
    w, g = np.array([[5.0, 0.1, -5.0, -0.1]]), np.array([[1.0, -1.0, -1.0, 1.0]])
    network = Network([Dense(w, np.zeros(4)), Dense(w.T, [0.0])])
    rule = MovementPruning(network, 0.5, 0, 1).next_masks  # a step against g: 5 shrinks, 0.1 grows
    masks = rule(1, [w, w.T], [g, g.T], None)
    assert [mask.ravel().tolist() for mask in masks] == [[False, True, False, True]] * 2


def test_movement_prunes_layer_by_layer_along_a_cubic_unless_told(task):
    weights = [w.value for w in task.network.weights.values()]
    grads = [w.grad * scale for w, scale in zip(task.network.weights.values(), (1, 9), strict=True)]
    told = {"initial": 0.0, "power": 3, "scope": "layer"}
    default, told = (
        MovementPruning(task.network, 0.8, 0, 4, **options).next_masks(2, weights, grads, None)
        for options in ({}, told)
    )
    for a, b in zip(default, told, strict=True):
        np.testing.assert_array_equal(a, b)
        assert (~a).sum() == round(0.7 * a.size)  # 0.8 - 0.8 / 8


# --- masks that move, as an optimizer -------------------------------------------------------------


class Told(DynamicPruning):
    """Masks moved by a function that is handed in."""

    def __init__(self, network, function, revive=True, **options):
        super().__init__(network, **options)
        self.function, self.revive = function, revive

    def next_masks(self, *arguments):
        return self.function(*arguments)


def resting(network, revive=True, fixed=None, **options):
    """The same masks at every step: those given, or those that are."""
    return Told(network, lambda step, weights, gradients, masks: fixed or masks, revive, **options)


@pytest.mark.parametrize("revive", [True, False])
def test_an_optimizer_says_whether_the_gradient_acts_behind_the_masks(task, revive):
    masks, record = zeroed(task.network, 0.5), []
    optimizer = watched(resting(task.network, revive, masks), record)
    for w in task.network.weights.values():
        w.grad = np.zeros_like(w.value)
    optimizer.step()  # its masks hold from here on
    fit_task(task, optimizer)
    assert len(record) == 21
    for weights, held in record[2:]:
        for w, m, mask in zip(weights, held, masks, strict=True):
            np.testing.assert_array_equal(m, mask)
            assert w[~mask].any() == revive and w[mask].all()
    for w, mask in zip(task.network.weights.values(), masks, strict=True):
        np.testing.assert_array_equal(w.mask, mask)
        np.testing.assert_array_equal(w.value != 0, mask)


@pytest.mark.parametrize("revive", [True, False])
def test_with_masks_at_rest_it_is_adam(task, revive):
    """Behind a mask nothing is shown, so that what goes on there changes nothing in front."""
    masks = zeroed(task.network, 0.5)
    twin = SimpleNamespace(**{**vars(task), "network": task.network.copy()})
    twin.network.prune(masks)
    history = fit_task(task, resting(task.network, revive, masks, lr=0.02))
    expected = fit_task(twin, Adam(twin.network.parameters, lr=0.02))
    assert [epoch.loss for epoch in history] == [epoch.loss for epoch in expected]
    for p, q in zip(
        task.network.parameters.values(), twin.network.parameters.values(), strict=True
    ):
        np.testing.assert_array_equal(p.value, q.value)


def test_the_network_computes_with_the_masks_of_the_step_just_done(task):
    given, seen = [], []

    def masks(step, weights, gradients, masks):
        given.append([np.arange(m.size).reshape(m.shape) % (step + 2) != 0 for m in masks])
        return given[-1]

    optimizer = Told(task.network, masks, lr=0.02)

    def on_step(step):
        seen.append(step)
        if step == 0:
            assert all(w.mask is None for w in task.network.weights.values())
            return
        shown = task.network.weights
        for (name, w), mask in zip(shown.items(), given[step - 1], strict=True):
            np.testing.assert_array_equal(w.mask, mask)
            np.testing.assert_array_equal(w.value, np.where(mask, optimizer.dense[name].value, 0))
            assert (optimizer.dense[name].value != 0).all()

    fit_task(task, optimizer, on_step=on_step)
    assert seen == list(range(21)) and len(given) == 20


def test_steps_are_counted_from_one_and_adam_has_its_usual_rate(task):
    steps, seen, before = [], [], [w.value.copy() for w in task.network.weights.values()]

    def masks(step, weights, grads, masks):
        steps.append(step)
        seen.append(weights[0].copy())
        assert all(g.any() for g in grads)
        assert [g.shape for g in grads] == [(8, 16), (16, 3)]
        if step == 1:
            assert all(m.dtype == bool and m.all() for m in masks)
            for w, old in zip(weights, before, strict=True):
                np.testing.assert_array_equal(w, old)
        return [np.arange(m.size).reshape(m.shape) % 2 == 0 for m in masks]

    optimizer = Told(task.network, masks)
    assert optimizer.lr == 1e-3
    history = fit(
        task.network, task.x, task.y, optimizer=optimizer, epochs=3, batch_size=50, rng=task.rng
    )
    assert steps == list(range(1, 10)) and len(history) == 3
    assert (seen[-1] != seen[-2]).all()
    assert np.abs(seen[1] - seen[0]).max() == pytest.approx(1e-3, rel=1e-3)


@pytest.mark.filterwarnings("ignore:optimizer ends after 18 steps")
def test_a_second_fit_goes_on_where_the_first_stopped(task):
    twin = SimpleNamespace(**{**vars(task), "network": task.network.copy()})

    def optimizer(t):
        return MovementPruning(t.network, 0.7, 4, 18, initial=0.2, lr=0.02)

    def train(t, optimizer, epochs, rng):
        fit(t.network, t.x, t.y, optimizer=optimizer, epochs=epochs, batch_size=12, rng=rng)

    train(task, optimizer(task), 2, np.random.default_rng(3))
    halves, rng = optimizer(twin), np.random.default_rng(3)
    train(twin, halves, 1, rng)
    assert 0.2 < twin.network.sparsity < 0.7
    train(twin, halves, 1, rng)
    for p, q in zip(
        task.network.parameters.values(), twin.network.parameters.values(), strict=True
    ):
        np.testing.assert_array_equal(p.value, q.value)
        assert (p.mask is None) == (q.mask is None)
    assert twin.network.masked_sparsity == (round(0.7 * 128) + round(0.7 * 48)) / 176


def test_float32_stays_float32():
    rng = np.random.default_rng(0)
    network, x, y = mlp([4, 8, 2], rng), rng.random((40, 4)), rng.integers(0, 2, 40)
    for make in (
        lambda n: NetworkSurgery(n, 0.5, rng, gamma=0.0),
        lambda n: MovementPruning(n, 0.5, 0, 5),
    ):
        network.unprune()
        optimizer = make(network)
        fit(network, x, y, optimizer=optimizer, epochs=2, rng=rng, batch_size=8)
        parameters = [*network.parameters.values(), *optimizer.dense.values()]
        assert {p.value.dtype for p in parameters} == {np.dtype("f")}
        assert 0 < network.masked_sparsity < 1


def test_a_network_with_moving_masks_learns(task):
    before = evaluate(task.network, task.x, task.y).accuracy
    fit_task(task, MovementPruning(task.network, 0.5, 20, 100, lr=0.02), epochs=30)
    assert task.network.masked_sparsity == 0.5
    assert evaluate(task.network, task.x, task.y).accuracy > 0.95 > before + 0.3


def test_it_may_be_handed_to_no_other_network(task, unchanged):
    unchanged(task.network)
    optimizer = resting(task.network)
    task.network = task.network.copy()
    unchanged(task.network)
    with pytest.raises(ValueError, match="optimizer must"):
        fit_task(task, optimizer)


@pytest.mark.parametrize("revive", [True, False])
def test_the_mask_of_a_bias_stays(task, revive):
    for name in ("0.b", "2.b"):
        bias = task.network.parameters[name]
        bias.prune(np.arange(bias.value.size) != 1)
    fit_task(task, resting(task.network, revive, lr=0.02))
    for name in ("0.b", "2.b"):
        bias = task.network.parameters[name]
        assert bias.mask.tolist() == [j != 1 for j in range(bias.value.size)]
        np.testing.assert_array_equal(bias.value != 0, bias.mask)


def test_a_network_with_masks_is_refused(task, unchanged):
    task.network.weights["2.W"].prune(np.ones((16, 3), bool))
    unchanged(task.network)
    with pytest.raises(ValueError, match=r"^network must have no masks, .* unprune"):
        resting(task.network)


@pytest.mark.parametrize("at", [0, 1, 4])
@pytest.mark.parametrize("name", ["0.W", "2.W"])
def test_what_else_prunes_meanwhile_is_an_error_and_is_not_undone(task, at, name):
    optimizer = MovementPruning(task.network, 0.25, 0, 2)
    weight, seen = task.network.weights[name], []

    def on_step(step):
        seen.append(step)
        if step == at:
            mask = np.ones(weight.value.shape, bool) if weight.mask is None else weight.mask.copy()
            mask.flat[np.flatnonzero(mask)[0]] = False  # one more
            weight.prune(mask)

    with pytest.raises(ValueError, match=r"^network must be pruned by this optimizer alone"):
        fit_task(task, optimizer, on_step=on_step)
    assert seen == list(range(at + 1)) and optimizer.adam.t == at
    sparsity = {0: 0.0, 1: 0.21875, 4: 0.25}[at]  # of the schedule
    assert (~weight.mask).sum() == round(sparsity * weight.value.size) + 1


def test_making_it_changes_nothing_and_shares_nothing(task, unchanged):
    unchanged(task.network)
    optimizer = resting(task.network)
    for dense in optimizer.dense.values():
        dense.value += 1.0
    assert fit_task(task, optimizer, epochs=0) == []


@pytest.mark.parametrize(("layer", "name"), [(0, r"0\.W"), (1, r"2\.W")])
def test_masks_that_empty_a_layer_are_an_error(task, layer, name):
    steps = []

    def masks(step, weights, gradients, masks):
        steps.append(step)
        first = np.arange(masks[0].size).reshape(masks[0].shape) > 0
        return [m & first & (step < 3 or l != layer) if l == 0 else m & (step < 3 or l != layer)
                for l, m in enumerate(masks)]  # fmt: skip

    optimizer = Told(task.network, masks)
    with pytest.raises(EmptyLayerError, match=name):
        fit_task(task, optimizer, lr_decay=lambda done: 1 - done)
    assert steps == [1, 2, 3] and optimizer.lr == 1e-3
    assert optimizer.adam.t == 2  # nothing of the third step has happened: the old masks hold
    assert [w.value.size - np.count_nonzero(w.value) for w in task.network.weights.values()] == [
        1,
        0,
    ]
    assert not task.network.weights["0.W"].mask.flat[0]


def test_surgery_and_movement_that_empty_a_layer_are_errors(task):
    for optimizer in (
        NetworkSurgery(task.network, 9.0, task.rng, gamma=0.0),
        MovementPruning(task.network, 0.999, 0, 1),
    ):
        with pytest.raises(EmptyLayerError, match=r"^next_masks would prune every weight of 0\.W"):
            fit_task(task, optimizer)


@pytest.mark.parametrize(
    ("masks", "error", "message"),
    [
        (lambda masks: None, TypeError, "^next_masks must be a list of masks, got None"),
        (lambda masks: masks[:1], ValueError, "^next_masks must be 2 arrays, got 1"),
        (lambda masks: [m[1:] for m in masks], ValueError, "^next_masks for 0.W must"),
        (lambda masks: [m.astype(float) for m in masks], TypeError, "^next_masks for 0.W must"),
    ],
)
def test_masks_that_do_not_fit_are_refused_before_anything_changes(task, masks, error, message):
    optimizer = Told(task.network, lambda step, weights, gradients, old: masks(old))
    before = [p.value.copy() for p in task.network.parameters.values()]
    with pytest.raises(error, match=message):
        optimizer.step()
    for p, value in zip(task.network.parameters.values(), before, strict=True):
        np.testing.assert_array_equal(p.value, value)
    assert optimizer.adam.t == 0 and all(mask.all() for mask in optimizer.masks)


def test_an_optimizer_of_ones_own_is_one_method(task):
    """Every step takes another third of the weights, those of the first step come back."""

    class Rotation(DynamicPruning):
        def next_masks(self, step, weights, gradients, masks):
            return [np.arange(w.size).reshape(w.shape) % 3 != step % 3 for w in weights]

    optimizer = Rotation(task.network, lr=0.02)
    history = fit_task(task, optimizer, epochs=6)
    assert optimizer.end is None and history[-1].loss < history[0].loss
    for name, w in task.network.weights.items():
        expected = np.arange(w.value.size).reshape(w.value.shape) % 3 != 60 % 3
        np.testing.assert_array_equal(w.mask, expected)
        np.testing.assert_array_equal(w.value, optimizer.dense[name].value * expected)
        assert optimizer.dense[name].value.all()  # what is pruned learns behind its mask


def test_the_end_of_ones_own_counts_down(task):
    optimizer = resting(task.network, end=25)
    with pytest.warns(UserWarning, match="optimizer ends after 25 steps"):
        fit_task(task, optimizer)
    assert optimizer.end == 5


def test_an_optimizer_without_next_masks_cannot_be_made(task):
    with pytest.raises(TypeError, match=r"abstract.*next_masks"):
        DynamicPruning(task.network)


def test_an_interrupt_leaves_the_masks(task):
    def on_step(step):
        if step == 7:
            raise KeyboardInterrupt

    optimizer = MovementPruning(task.network, 0.5, 0, 5, lr=0.02)
    with pytest.raises(KeyboardInterrupt):
        fit_task(task, optimizer, on_step=on_step, lr_decay=lambda done: 1 - done)
    assert task.network.masked_sparsity == task.network.sparsity == 0.5 and optimizer.lr == 0.02


def test_a_last_step_that_diverges_is_an_error_too():
    network = mlp([4, 3], np.random.default_rng(0))
    x, y = np.ones((2, 4), np.float32), np.array([0, 1])
    optimizer = resting(network, lr=1e39)
    with np.errstate(all="ignore"), pytest.raises(FloatingPointError, match=r"0\.. is not finite"):
        fit(
            network, x, y, optimizer=optimizer, epochs=1, batch_size=2, rng=np.random.default_rng(0)
        )


def test_divergence_is_an_error(task):
    with pytest.raises(FloatingPointError, match="diverged"):
        fit_task(task, resting(task.network, lr=1e300))


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda t: resting(t.network, lr=0), "lr must"),
        (lambda t: NetworkSurgery(t.network, 1.0, t.rng, lr="1"), "lr must"),
        (lambda t: MovementPruning(t.network, 0.5, 0, 5, lr=0), "lr must"),
        (lambda t: NetworkSurgery(t.network, np.nan, t.rng), "c must"),
        (lambda t: NetworkSurgery(t.network, 1.0, t.rng, margin=1.0), "margin must"),
        (lambda t: NetworkSurgery(t.network, 1.0, t.rng, gamma=-1.0), "gamma must"),
        (lambda t: NetworkSurgery(t.network, 1.0, t.rng, power=-1.0), "power must"),
        (lambda t: NetworkSurgery(t.network, 1.0, t.rng, stop=-1), "stop must"),
        (lambda t: NetworkSurgery(t.network, 1.0, t.rng, stop=1.5), "stop must"),
        (lambda t: NetworkSurgery(t.network, 1.0, t.rng, stop=True), "stop must"),
        (lambda t: NetworkSurgery(t.network, 1.0, None), "rng must"),
        (lambda t: MovementPruning(t.network, 1.0, 0, 5), "final must"),
        (lambda t: MovementPruning(t.network, 0.5, 5, 5), "end must"),
        (lambda t: MovementPruning(t.network, 0.5, 0, 5, power=0), "power must"),
        (lambda t: MovementPruning(t.network, 0.5, 0, 5, scope="both"), "scope must"),
    ],
)
def test_refusals_name_the_argument_and_change_nothing(task, unchanged, call, name):
    unchanged(task.network)
    with pytest.raises((ValueError, TypeError), match=f"^{name}"):
        call(task)
