"""The hooks of `fit`: a loss of one's own, and a look in before the first step and after each."""

from itertools import pairwise

import numpy as np
import pytest

from minprune.nn.layers import Dense
from minprune.nn.losses import (
    categorical_cross_entropy,
    mean_squared_error,
    one_hot,
    softmax_cross_entropy,
)
from minprune.nn.network import Network, mlp
from minprune.nn.optim import SGD
from minprune.nn.predict import evaluate
from minprune.nn.train import find_gradients, fit, train_step

TARGETS = r"y must be a vector of integers, or targets of shape \(60, 2\), got "


@pytest.fixture
def problem():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((50, 6))
    y = (x @ rng.standard_normal((6, 3))).argmax(axis=1)
    return mlp([6, 5, 3], rng, dtype=np.float64), x, y


@pytest.fixture
def regression():
    rng = np.random.default_rng(0)
    x, law = rng.standard_normal((60, 4)), rng.standard_normal((4, 2))
    return Network([Dense(np.zeros((4, 2)), np.zeros(2))]), x, x @ law, law


def run(network, x, y, epochs=2, batch_size=20, lr=0.1, seed=1, **options):
    optimizer = SGD(network.parameters, lr=lr)
    return fit(network, x, y, optimizer=optimizer, epochs=epochs, batch_size=batch_size,
               rng=np.random.default_rng(seed), **options)  # fmt: skip


def values(network):
    return [p.value.copy() for p in network.parameters.values()]


# --- on_step --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("epochs", "batch_size", "total"), [(0, 20, 0), (1, 50, 1), (2, 20, 6), (3, 25, 6), (1, 1, 50)]
)
def test_steps_are_counted_from_0_to_the_total(problem, epochs, batch_size, total):
    seen = []
    run(*problem, epochs=epochs, batch_size=batch_size, on_step=seen.append)
    assert seen == list(range(total + 1))


def test_it_looks_in_before_the_first_step_and_after_each(problem):
    network, x, y = problem
    seen, start = [], values(network)
    run(network, x, y, on_step=lambda step: seen.append(values(network)))
    for a, b in zip(seen[0], start, strict=True):
        np.testing.assert_array_equal(a, b)
    for before, after in pairwise(seen):
        assert all((a != b).any() for a, b in zip(before, after, strict=True))
    for a, b in zip(seen[-1], values(network), strict=True):
        np.testing.assert_array_equal(a, b)


def test_what_it_changes_is_what_the_next_step_starts_from(problem):
    network, x, y = problem
    masks = [np.indices(w.value.shape).sum(axis=0) % 2 == 0 for w in network.weights.values()]
    held = []

    def on_step(step):
        if step == 2:
            network.prune(masks)
        held.append(
            all(
                (w.value == 0)[~m].all()
                for w, m in zip(network.weights.values(), masks, strict=True)
            )
        )

    run(network, x, y, on_step=on_step)
    assert held == [False, False] + 5 * [True]


def test_it_changes_nothing_by_being_there(problem):
    network, x, y = problem
    twin = network.copy()
    histories = run(network, x, y), run(twin, x, y, on_step=lambda step: None)
    assert [e.loss for e in histories[0]] == [e.loss for e in histories[1]]
    for a, b in zip(values(network), values(twin), strict=True):
        np.testing.assert_array_equal(a, b)


def test_without_it_nothing_is_said(problem, capsys):
    run(*problem)
    assert capsys.readouterr() == ("", "")  # the progress line is for terminals


def test_it_sees_the_learning_rate_of_the_step_just_done(problem):
    network, x, y = problem
    optimizer, seen = SGD(network.parameters, lr=1.0), []
    fit(network, x, y, optimizer=optimizer, epochs=1, batch_size=10, rng=0,
        lr_decay=lambda done: 1 - done / 2,
        on_step=lambda step: seen.append(optimizer.lr))  # fmt: skip
    assert seen == pytest.approx([1.0, 1.0, 0.9, 0.8, 0.7, 0.6])
    assert optimizer.lr == 1.0


@pytest.mark.parametrize("at", [0, 3])
def test_an_error_in_it_is_passed_on_and_leaves_the_masks_and_the_rate(problem, at):
    network, x, y = problem
    network.weights["0.W"].prune(np.eye(6, 5) == 1)
    optimizer = SGD(network.parameters, lr=0.5)

    def on_step(step):
        if step == at:
            network.weights["0.W"].value[...] = 1.0  # behind the back of the mask
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit(network, x, y, optimizer=optimizer, epochs=1, batch_size=10, 
            rng=0, lr_decay=lambda done: 0.1, on_step=on_step)  # fmt: skip
    assert optimizer.lr == 0.5
    np.testing.assert_array_equal(network.weights["0.W"].value, np.eye(6, 5))


def test_it_is_not_called_when_training_is_refused(problem):
    network, x, y = problem
    seen = []
    for change in ({"epochs": -1}, {"batch_size": -5}, {"batch_size": 0}):
        with pytest.raises(ValueError, match="must be"):
            run(network, x, y, on_step=seen.append, **change)
    assert seen == []


# --- loss -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["labels", "numbers", "records"])
def test_a_loss_is_handed_the_outputs_and_the_targets_of_the_batch(problem, kind):
    network, x, labels = problem
    targets = {
        "labels": labels,
        "numbers": np.column_stack([np.arange(50.0), labels, -labels]),
        "records": np.rec.fromarrays([labels, np.arange(50.0)], names="label,extra"),
    }[kind]
    outputs, batches = network(x), []

    def loss(*arguments):
        z, t = arguments
        assert z.shape == (len(t), 3) and t.dtype == targets.dtype
        batches.append((z.copy(), t.copy()))
        return 7.0, np.zeros_like(z)

    before = values(network)
    history = run(network, x, targets, epochs=2, loss=loss)
    assert [len(t) for _, t in batches] == [20, 20, 10] * 2
    for half in (batches[:3], batches[3:]):
        seen = np.concatenate([z for z, _ in half])
        order = [int(abs(outputs - z).sum(axis=1).argmin()) for z in seen]
        np.testing.assert_allclose(seen, outputs[order], rtol=1e-12)
        assert sorted(order) == list(range(50)) and order != sorted(order)
        assert np.concatenate([t for _, t in half]).tolist() == targets[order].tolist()
    assert [epoch.loss for epoch in history] == [7.0, 7.0]
    for a, b in zip(values(network), before, strict=True):
        np.testing.assert_array_equal(a, b)  # a gradient of zero moves nothing


def test_a_loss_of_two_arguments_stands_in_for_the_default_everywhere(problem):
    network, x, y = problem

    def double(z, t):
        loss, gradient = softmax_cross_entropy(z, t)
        return 2 * loss, 2 * gradient

    plain = find_gradients(network, x, y)
    g = [p.grad.copy() for p in network.parameters.values()]
    assert plain == softmax_cross_entropy(network(x), y).loss
    assert find_gradients(network, x, y, double) == 2 * plain
    for p, once in zip(network.parameters.values(), g, strict=True):
        np.testing.assert_allclose(p.grad, 2 * once, rtol=1e-12)
    before = values(network)
    assert train_step(network, SGD(network.parameters, lr=0.1), x, y, double) == 2 * plain
    for p, old, once in zip(network.parameters.values(), before, g, strict=True):
        np.testing.assert_allclose(p.value, old - 0.2 * once, rtol=1e-12)


def test_labels_have_the_cross_entropy_by_default(problem):
    network, x, y = problem
    twin, third = network.copy(), network.copy()
    given = run(twin, x, y, loss=softmax_cross_entropy)
    hot = run(third, x, one_hot(y, 3), loss=categorical_cross_entropy)
    default = run(network, x, y)
    assert [e.loss for e in default] == [e.loss for e in given]
    assert [e.loss for e in default] == pytest.approx([e.loss for e in hot], rel=1e-12)
    for a, b, c in zip(values(network), values(twin), values(third), strict=True):
        np.testing.assert_array_equal(a, b)
        np.testing.assert_allclose(a, c, rtol=1e-9, atol=1e-12)


def test_float_targets_are_learned_by_squares(regression):
    network, x, y, law = regression
    history = run(network, x, y, epochs=100, loss=mean_squared_error)
    assert history[-1].loss < 1e-10 < history[0].loss
    np.testing.assert_allclose(network.layers[0].W.value, law, atol=1e-5)
    assert history[-1].validation_accuracy is None


def test_the_first_squared_step_by_hand(regression):
    network, x, y, _ = regression
    expected = 0.1 * 2 * x.T @ y / y.size  # from W = 0
    loss = train_step(network, SGD(network.parameters, lr=0.1), x, y, mean_squared_error)
    assert loss == pytest.approx((y**2).mean())
    np.testing.assert_allclose(network.layers[0].W.value, expected, rtol=1e-12)


def test_gradients_of_a_loss_and_a_penalty_add_up_and_the_loss_is_without_it(regression):
    network, x, y, _ = regression
    network.layers[0].W.value += 1.0
    plain = find_gradients(network, x, y, mean_squared_error)
    gradient = network.layers[0].W.grad.copy()
    before = values(network)
    assert find_gradients(network, x, y, mean_squared_error, lambda w: 3 * w) == plain
    np.testing.assert_allclose(network.layers[0].W.grad, gradient + 3, rtol=1e-12)
    for a, b in zip(values(network), before, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda y: y[:, :1], TypeError, TARGETS + r"float64 of shape \(60, 1\)$"),
        (lambda y: y[:, :, None], TypeError, TARGETS + r"float64 of shape \(60, 2, 1\)$"),
        (lambda y: y[:, 0], TypeError, TARGETS + r"float64 of shape \(60,\)$"),
        (lambda y: np.float32(y[:, 0]), TypeError, TARGETS + r"float32 of shape \(60,\)$"),
        (lambda y: y[1:], ValueError, "x and y must hold the same number"),
        (lambda y: y * np.nan, ValueError, "y must be finite"),
        (lambda y: y.astype(int), TypeError, "y must be a vector of integers, got dtype int64"),
        (lambda y: y[:, 0] > 0, TypeError, "y must be a vector of integers, got dtype bool"),
        (lambda y: y * 1j, TypeError, "y must be a vector of integers, got dtype complex"),
        (lambda y: y.astype(str), TypeError, "y must be a vector of integers, got dtype <U"),
        (lambda y: y[:, :1].copy().view("V8"), TypeError, "y must be a vector of integers, got"),
        (lambda y: y[:, 0].astype(int) + 9, ValueError, "y must be from 0 to 1"),
    ],
)
def test_targets_of_another_shape_are_refused_by_name(regression, change, error, message):
    network, x, y, _ = regression
    seen = []
    with pytest.raises(error, match=f"^{message}"):
        run(network, x, change(y), loss=mean_squared_error, on_step=seen.append)
    assert seen == []


@pytest.mark.parametrize("dtype", ["f2", "f4", ">f4", ">f8"])
def test_float_targets_of_any_precision_and_byte_order_are_learned(regression, dtype):
    network, x, y, law = regression
    run(network, x, y.astype(dtype), epochs=60, loss=mean_squared_error)
    np.testing.assert_allclose(network.layers[0].W.value, law, atol=1e-2)


def test_targets_may_be_lists(problem, regression):
    network, x, y, law = regression
    run(network, x.tolist(), y.tolist(), epochs=100, loss=mean_squared_error)
    np.testing.assert_allclose(network.layers[0].W.value, law, atol=1e-5)
    network, x, y = problem
    twin = network.copy()
    run(network, x, y, validation=(x, y))
    run(twin, x.tolist(), y.tolist(), validation=(x.tolist(), y.tolist()))
    for a, b in zip(values(network), values(twin), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_a_loss_that_is_not_finite_is_divergence(problem, value):
    before = values(problem[0])
    with pytest.raises(FloatingPointError, match=f"diverged: the loss is {value}"):
        run(*problem, loss=lambda z, t: (float(value), np.ones_like(z)))
    for a, b in zip(values(problem[0]), before, strict=True):
        np.testing.assert_array_equal(a, b)


NO_LABELS = pytest.mark.parametrize(
    ("change", "got"),
    [
        (lambda y: y, "float64"),
        (lambda y: y[:, 0], "float64"),
        (lambda y: y[:, :1], "float64"),
        (lambda y: y[:, 0] > 0, "bool"),
        (lambda y: y[:, 0].astype(str), "<U"),
        (lambda y: np.rec.fromarrays([y[:, 0] > 0, y[:, 1]], names="label,b"), r".*label"),
        (lambda y: (y > 0).astype(int), "dtype int64, shape"),
    ],
)


WRONG_VALIDATION = pytest.mark.parametrize(*NO_LABELS.args[:1], NO_LABELS.args[1][1:])  # all but y


@WRONG_VALIDATION
def test_validation_by_accuracy_needs_labels_and_says_so_before_training(regression, change, got):
    network, x, y, _ = regression
    seen = []
    with pytest.raises(TypeError, match=f"^validation y must be a vector of integers, .*got {got}"):
        run(network, x, y, loss=mean_squared_error, validation=(x, change(y)),
            on_step=seen.append)  # fmt: skip
    assert seen == []


@NO_LABELS
def test_what_are_no_labels_is_not_evaluated_by_accuracy(regression, change, got):
    network, x, y, _ = regression
    with pytest.raises(TypeError, match=f"^y must be a vector of integers, got {got}"):
        evaluate(network, x, change(y))


def test_a_network_learned_from_numbers_may_be_validated_by_labels(regression):
    network, x, y, _ = regression
    labels = y.argmax(axis=1)
    for kind in (labels, labels.tolist(), labels.astype(np.uint8), labels.astype(">i2")):
        history = run(network, x, y, epochs=3, loss=mean_squared_error, validation=(x, kind))
        assert history[-1].validation_accuracy == (network(x).argmax(axis=1) == labels).mean()
        assert evaluate(network, x, kind).accuracy == history[-1].validation_accuracy > 0.9


def test_records_are_for_losses_that_read_them(problem):
    network, x, y = problem
    records = np.rec.fromarrays([y, x[:, 0]], names="label,more")
    before = values(network)
    with pytest.raises(TypeError, match=r"^y must be a vector of integers"):
        run(network, x, records)
    for change, message in (
        ((x, records[1:]), "x and y must hold the same number"),
        ((x * np.nan, records), "x must be finite"),
        ((x[:, 1:], records), "x of shape"),
    ):
        with pytest.raises(ValueError, match=f"^{message}"):
            run(network, *change, loss=lambda z, t: softmax_cross_entropy(z, t["label"]))
    for a, b in zip(values(network), before, strict=True):
        np.testing.assert_array_equal(a, b)
    twin = network.copy()
    run(network, x, records, loss=lambda z, t: softmax_cross_entropy(z, t["label"]))
    run(twin, x, y)
    for a, b in zip(values(network), values(twin), strict=True):
        np.testing.assert_array_equal(a, b)
