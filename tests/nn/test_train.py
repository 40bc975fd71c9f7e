"""Training: what is done with the data, what is reported, and what is refused."""

import io
import time

import numpy as np
import pytest

from minprune.language import using
from minprune.nn.history import Epoch
from minprune.nn.layers import Dense, Layer
from minprune.nn.losses import softmax_cross_entropy
from minprune.nn.network import Network, mlp
from minprune.nn.optim import SGD, Adam, cosine_decay
from minprune.nn.predict import evaluate, outputs, predict_classes
from minprune.nn.train import fit, minibatches, train_step
from minprune.pruning.one_shot import prune_by_magnitude

STILL = 1e-300  # a learning rate that changes no weight


class Spy(Layer):
    """A layer that passes everything on and remembers what it was trained on."""

    def __init__(self):
        self.batches, self.looks = [], 0

    def forward(self, x, training=False):
        if training:
            self.batches.append(x.copy())
        self.looks += not training
        return x

    def backward(self, dy, input_gradient=True):
        return dy


class Recorder(SGD):
    """SGD that remembers the learning rate of every step."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.rates = []

    def step(self):
        self.rates.append(self.lr)
        super().step()


def spied(n, seed=0):
    """A network with a spy in front, and n samples that can be told apart."""
    spy = Spy()
    network = Network([spy, *mlp([1, 3, 2], np.random.default_rng(seed), dtype=np.float64).layers])
    return network, spy, np.arange(float(n))[:, None], np.arange(n) % 2


def train(network, optimizer, x, y, seed=0, **options):
    return fit(network, x, y, optimizer=optimizer, rng=np.random.default_rng(seed), **options)


def exclusive_or(n=200, seed=0):
    """Four clouds of points; opposite ones belong together, so no line divides the classes."""
    rng = np.random.default_rng(seed)
    corners = rng.choice([-1.0, 1.0], (n, 2))
    return corners + 0.2 * rng.standard_normal((n, 2)), (corners.prod(axis=1) > 0).astype(int)


# --- what is done with the data -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("n", "batch_size", "sizes"),
    [(10, 4, [4, 4, 2]), (8, 4, [4, 4]), (7, 7, [7]), (3, 1, [1, 1, 1]), (9, 8, [8, 1])],
)
def test_every_sample_is_used_once_an_epoch(n, batch_size, sizes):
    network, spy, x, y = spied(n)
    optimizer = SGD(network.parameters, lr=STILL)
    train(network, optimizer, x, y, epochs=3, batch_size=batch_size)
    assert [len(batch) for batch in spy.batches] == 3 * sizes
    epochs = np.concatenate(spy.batches).reshape(3, n)
    np.testing.assert_array_equal(np.sort(epochs), np.tile(x.T, (3, 1)))


@pytest.mark.parametrize(("n", "batch_size"), [(1, 1), (10, 4), (10, 10), (9, 1)])
def test_minibatches_cover_every_index_once(n, batch_size):
    batches = list(minibatches(n, batch_size, np.random.default_rng(0)))
    assert sorted(np.concatenate(batches)) == list(range(n))
    assert {len(batch) for batch in batches[:-1]} <= {batch_size} and batches[-1].size


def test_the_order_is_new_every_epoch_and_comes_from_the_generator():
    def order(seed):
        network, spy, x, y = spied(30)
        train(network, SGD(network.parameters, lr=STILL), x, y, seed, epochs=3, batch_size=7)
        return np.concatenate(spy.batches).reshape(3, 30)

    orders = [*order(1), *order(2), np.arange(30.0)]
    assert len({tuple(row) for row in orders}) == 7
    np.testing.assert_array_equal(order(1), order(1))


def test_the_caller_keeps_the_data_as_it_was():
    x, y = exclusive_or(20)
    kept = x.copy(), y.copy()
    network = mlp([2, 3, 2], np.random.default_rng(0))
    optimizer = Adam(network.parameters)
    train(network, optimizer, x, y, epochs=2, batch_size=5, validation=(x, y))
    for array, copy in zip((x, y), kept, strict=True):
        np.testing.assert_array_equal(array, copy)


@pytest.mark.parametrize("masked", [False, True])
def test_the_same_seed_gives_the_same_bits(masked):
    def weights(seed):
        x, y = exclusive_or(50)
        network = mlp([2, 9, 2], np.random.default_rng(3))
        if masked:
            prune_by_magnitude(network, 0.5)
        train(network, Adam(network.parameters), x, y, seed, epochs=3, batch_size=8)
        return [p.value.tobytes() for p in network.parameters.values()]

    assert weights(4) == weights(4)
    assert weights(4) != weights(5)


# --- what is reported -----------------------------------------------------------------------------


def test_the_loss_reported_is_the_mean_over_the_batches():
    network, spy, x, y = spied(10)
    optimizer = SGD(network.parameters, lr=STILL)
    history = train(network, optimizer, x, y, epochs=2, batch_size=4, penalty_gradient=np.sign)
    trained = spy.batches[:]
    losses = [softmax_cross_entropy(network(b), y[b[:, 0].astype(int)]).loss for b in trained]
    assert [epoch.loss for epoch in history] == pytest.approx(
        [np.mean(losses[:3]), np.mean(losses[3:])], rel=1e-14
    )
    assert all(type(epoch) is Epoch and epoch.validation_accuracy is None for epoch in history)


@pytest.mark.parametrize("epochs", [0, 1, 4])
def test_one_entry_an_epoch(epochs):
    network, spy, x, y = spied(6)
    before = [p.value.tobytes() for p in network.parameters.values()]
    optimizer = SGD(network.parameters, lr=0.1)
    history = train(network, optimizer, x, y, epochs=epochs, batch_size=3)
    assert len(history) == epochs and len(spy.batches) == 2 * epochs == optimizer.t
    assert ([p.value.tobytes() for p in network.parameters.values()] == before) == (epochs == 0)


def test_validation_accuracy_is_taken_after_every_epoch():
    x, y = exclusive_or(60)
    unseen = exclusive_or(40, seed=1)

    def run(epochs):
        network = mlp([2, 6, 2], np.random.default_rng(1))
        optimizer = Adam(network.parameters, lr=0.02)
        options = {"epochs": epochs, "batch_size": 10, "validation": unseen}
        history = train(network, optimizer, x, y, **options)
        return [epoch.validation_accuracy for epoch in history], evaluate(network, *unseen).accuracy

    scores = run(4)[0]
    assert scores == [run(epochs)[1] for epochs in (1, 2, 3, 4)]
    assert len(set(scores)) > 1


def test_seconds_count_the_training_and_not_the_validation(monkeypatch):
    network, spy, x, y = spied(6)
    monkeypatch.setattr(time, "perf_counter", lambda: len(spy.batches) + 100 * spy.looks)
    optimizer = SGD(network.parameters, lr=0.1)
    history = train(network, optimizer, x, y, epochs=2, batch_size=2, validation=(x, y))
    assert [epoch.seconds for epoch in history] == [3, 3]


def test_an_epoch_can_be_read():
    epoch = Epoch(3, 0.12345, 0.98765, 0.25, 0.0, 1.0)
    training, validation = "loss 0.123  accuracy 98.77%", "validation loss 0.250  accuracy 0.00%"
    assert str(epoch) == f"epoch 3  {training}  {validation}"
    assert epoch.short == "loss 0.123  validation 0.00%"
    epoch = Epoch(1, 0.12345, None, None, None, 1.0)
    assert (str(epoch), epoch.short) == ("epoch 1  loss 0.123", "loss 0.123")


def test_an_epoch_can_be_read_in_chinese():
    epoch = Epoch(3, 0.12345, 0.98765, 0.25, 0.0, 1.0)
    with using("zh"):
        training, validation = "损失 0.123  准确率 98.77%", "验证 损失 0.250  准确率 0.00%"
        assert str(epoch) == f"第 3 轮  {training}  {validation}"
        assert epoch.short == "损失 0.123  验证 0.00%"
    assert (
        str(Epoch(1, 0.1, None, None, 0.5, 1.0))
        == "epoch 1  loss 0.100  validation accuracy 50.00%"
    )


def test_evaluate_by_hand():
    network = Network([Dense(np.eye(2), np.zeros(2))])  # its logits are its inputs
    x = np.log([[1.0, 3.0], [1.0, 3.0], [4.0, 1.0], [1.0, 2.0]])
    loss, accuracy = evaluate(network, x, [1, 0, 0, 1])
    assert accuracy == 0.75
    assert loss == pytest.approx(-np.log([3 / 4, 1 / 4, 4 / 5, 2 / 3]).mean())


# --- learning -------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [lambda p: Adam(p, lr=0.01), lambda p: SGD(p, 0.1, momentum=0.9)])
def test_a_toy_problem_is_learned(make):
    x, y = exclusive_or()
    network = mlp([2, 16, 2], np.random.default_rng(5))
    options = {"epochs": 40, "batch_size": 20, "validation": exclusive_or(seed=1)}
    history = train(network, make(network.parameters), x, y, **options)
    assert history[0].loss > 0.1 and history[-1].loss < 0.01
    assert history[-1].validation_accuracy == 1.0


def test_a_pruned_network_learns_under_its_mask():
    x, y = exclusive_or()
    network = mlp([2, 16, 2], np.random.default_rng(5))
    train(network, Adam(network.parameters, lr=0.01), x, y, epochs=20, batch_size=20)
    prune_by_magnitude(network, 0.6)
    damaged = evaluate(network, x, y).loss
    train(network, Adam(network.parameters, lr=0.01), x, y, epochs=30, batch_size=20)
    assert evaluate(network, x, y).loss < 0.01 < damaged
    assert sum((w.value == 0).sum() for w in network.weights.values()) == 38  # 0.6 of 32 + 32


@pytest.mark.parametrize("with_penalty", [False, True])
def test_one_step_is_forward_backward_update(with_penalty):
    rng = np.random.default_rng(8)
    W, b = rng.standard_normal((3, 2)), rng.standard_normal(2)
    x, y = rng.standard_normal((5, 3)), rng.integers(2, size=5)
    network = Network([Dense(W, b)])
    loss, dz = softmax_cross_entropy(x @ W + b, y)
    optimizer = SGD(network.parameters, lr=0.5)
    extra = {"penalty_gradient": np.sin} if with_penalty else {}
    history = train(network, optimizer, x, y, epochs=1, batch_size=5, **extra)
    penalty = np.sin(W) if with_penalty else 0
    dense = network.layers[0]
    np.testing.assert_allclose(dense.W.value, W - 0.5 * (x.T @ dz + penalty), rtol=1e-12)
    np.testing.assert_allclose(dense.b.value, b - 0.5 * dz.sum(axis=0), rtol=1e-12)  # no penalty
    assert history[0].loss == pytest.approx(loss, rel=1e-14)  # before the step, no penalty in it


def test_train_step_returns_the_loss_before_the_step():
    x, y = exclusive_or(20)
    network = mlp([2, 3, 2], np.random.default_rng(9), dtype=np.float64)
    before = evaluate(network, x, y).loss
    assert train_step(network, SGD(network.parameters, lr=0.1), x, y) == before
    assert evaluate(network, x, y).loss < before


def test_the_learning_rate_decays_and_is_given_back():
    network, _, x, y = spied(10)
    optimizer = Recorder(network.parameters, lr=0.2)
    train(network, optimizer, x, y, epochs=2, batch_size=4, lr_decay=cosine_decay)
    assert optimizer.rates == pytest.approx([0.2 * cosine_decay(i / 6) for i in range(6)])
    assert optimizer.lr == 0.2
    train(network, optimizer, x, y, epochs=1, batch_size=5)
    assert optimizer.rates[6:] == [0.2, 0.2]  # unless asked to decay it stays as it is


# --- what goes wrong ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"x": [[np.nan, 0.0]] * 4}, ValueError, "x must be finite"),
        ({"x": [[np.inf, 0.0]] * 4}, ValueError, "x must be finite"),
        ({"x": [["a", "b"]] * 4}, TypeError, "x must be an array of real numbers"),
        ({"x": np.zeros((4, 3))}, ValueError, r"x must be \(N, 2\)"),
        ({"x": np.zeros((4, 2, 1))}, ValueError, r"x must be \(N, 2\)"),
        ({"x": np.zeros((3, 2))}, ValueError, "x and y must hold the same number"),
        ({"x": np.zeros((0, 2)), "y": np.zeros(0, int)}, ValueError, "x and y .* at least one"),
        ({"y": [0, 1, 2, 3]}, ValueError, r"y must be from 0 to 2, got 3 at index 3"),
        ({"y": [0, 1, -1, 2]}, ValueError, r"y must be from 0 to 2, got -1 at index 2"),
        ({"y": [0.0, 1.0, 2.0, 0.0]}, TypeError, "y must be a vector of integers"),
        ({"y": np.eye(4, dtype=int)}, TypeError, "y must be a vector of integers"),
        ({"batch_size": 0}, ValueError, "batch_size"),
        ({"batch_size": 2.0}, TypeError, "batch_size"),
        ({"epochs": -1}, ValueError, "epochs"),
        ({"epochs": 1.5}, TypeError, "epochs"),
        ({"validation": ([[np.nan, 0.0]], [0])}, ValueError, "validation x must be finite"),
        ({"validation": ([[0.0, 0.0]], [3])}, ValueError, "validation y must be from"),
        ({"validation": (np.zeros((2, 2)), [0])}, ValueError, "validation x and validation y must"),
        (
            {"validation": (np.zeros((1, 3)), [0])},
            ValueError,
            r"validation x of shape \(1, 3\) does not fit",
        ),
    ],
)
def test_refusals_name_the_argument_before_anything_is_trained(changes, error, message):
    network = mlp([2, 3, 3], np.random.default_rng(0))
    optimizer = Recorder(network.parameters, lr=0.1)
    arguments = {"x": np.ones((4, 2)), "y": [0, 1, 2, 0], "epochs": 1, "batch_size": 2} | changes
    with pytest.raises(error, match=message):
        train(network, optimizer, **arguments)
    assert optimizer.rates == []
    if {"x", "y"} & set(changes):
        with pytest.raises(error, match=message):
            evaluate(network, arguments["x"], arguments["y"])


@pytest.mark.parametrize("rng", [0.0, None, np.random.RandomState(0)])
def test_anything_but_a_generator_is_refused(rng):
    network, _, x, y = spied(4)
    with pytest.raises(TypeError, match="rng must be"):
        fit(
            network,
            x,
            y,
            optimizer=SGD(network.parameters, lr=0.1),
            epochs=1,
            batch_size=2,
            rng=rng,
        )


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_divergence_is_an_error(dtype):
    x, y = exclusive_or(20)
    x, network = x.astype(dtype), mlp([2, 8, 8, 2], np.random.default_rng(0), dtype=dtype)
    optimizer = SGD(network.parameters, lr=1e30)
    with pytest.raises(FloatingPointError, match=r"diverged: the loss is (nan|inf); .* smaller lr"):
        train(network, optimizer, x, y, epochs=20, batch_size=5, lr_decay=cosine_decay)
    assert optimizer.lr == 1e30


@pytest.mark.filterwarnings("ignore:overflow")
def test_divergence_in_the_last_step_is_an_error():
    network = mlp([2, 2], np.random.default_rng(0))
    x, y = 10 * np.eye(2, dtype=np.float32), np.array([0, 1])
    with pytest.raises(FloatingPointError, match=r"0\.W is not finite; .* smaller lr"):
        train(network, SGD(network.parameters, lr=3e38), x, y, epochs=1, batch_size=2)


def test_an_interrupt_is_passed_on_and_leaves_a_usable_network(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    def decay(done):
        if done >= 0.5:
            raise KeyboardInterrupt
        return 1 - done

    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    x, y = exclusive_or(20)
    network = mlp([2, 8, 2], np.random.default_rng(0))
    masks = prune_by_magnitude(network, 0.5)
    optimizer = Recorder(network.parameters, lr=0.1, momentum=0.9)
    with pytest.raises(KeyboardInterrupt):
        train(network, optimizer, x, y, epochs=2, batch_size=5, lr_decay=decay)
    assert optimizer.t == 4 and optimizer.lr == 0.1
    for weight, mask in zip(network.weights.values(), masks, strict=True):
        np.testing.assert_array_equal(weight.value != 0, mask)
    assert np.isfinite(evaluate(network, x, y).loss)
    assert terminal.getvalue().endswith("\r\x1b[K")


def test_the_optimizer_of_another_network_is_refused():
    network, _, x, y = spied(4)
    original = network.copy()
    with pytest.raises(ValueError, match="optimizer must be made from"):
        train(network, SGD(original.parameters, lr=0.1), x, y, epochs=1, batch_size=2)
    for p, q in zip(network.parameters.values(), original.parameters.values(), strict=True):
        assert (p.value == q.value).all()


# --- a loss that is not finite, outputs in parts -------------------------------------------------


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize(("at", "epochs"), [(1, 1), (7, 3), (12, 3)])
def test_a_loss_that_is_not_finite_names_its_step(bad, at, epochs):
    x, y = exclusive_or(20)
    network = mlp([2, 8, 2], np.random.default_rng(0), dtype=np.float64)
    masks = prune_by_magnitude(network, 0.5)
    optimizer, calls, seen = Recorder(network.parameters, lr=0.1, momentum=0.9), [], []

    def loss(outputs, labels):
        calls.append(len(labels))
        value, gradient = softmax_cross_entropy(outputs, labels)
        return (bad if len(calls) == at else value), gradient

    def on_step(step):
        seen.append(step)
        for weight in network.weights.values():
            weight.value.flat[0] += 1.0  # in place, past the mask

    total = 4 * epochs
    with pytest.raises(FloatingPointError, match=rf"^step {at} of {total}: .*the loss is {bad}"):
        train(network, optimizer, x, y, epochs=epochs, batch_size=5, lr_decay=cosine_decay,
              loss=loss, on_step=on_step)  # fmt: skip
    assert len(calls) == at and seen == [*range(at)] and optimizer.t == at - 1
    assert optimizer.lr == 0.1
    for weight, mask in zip(network.weights.values(), masks, strict=True):
        np.testing.assert_array_equal(weight.mask, mask)
        assert not weight.value[~mask].any()


def test_a_weight_that_is_not_finite_after_the_last_step_names_that_step():
    network = mlp([2, 2], np.random.default_rng(0))
    x, y = 10 * np.eye(2, dtype=np.float32), np.array([0, 1])

    def spoil(step):
        if step == 3:
            network.layers[0].b.value[0] = np.inf

    with pytest.raises(FloatingPointError, match=r"^step 3 of 3: .*0\.b is not finite"):
        train(network, SGD(network.parameters, lr=0.1), x, y, epochs=3, batch_size=2,
              on_step=spoil)  # fmt: skip


@pytest.mark.parametrize("n", [1, 6, 7])
@pytest.mark.parametrize("batch_size", [1, 2, 3, 6, 7, 100, np.int64(4)])
def test_outputs_in_parts_are_those_of_the_whole(n, batch_size):
    spy = Spy()
    layers = mlp([3, 5, 2], np.random.default_rng(0), dtype=np.float64).layers
    network, x = Network([spy, *layers]), np.random.default_rng(1).standard_normal((n, 3))
    expected = network(x)
    spy.looks = 0
    z = outputs(network, x, batch_size)
    np.testing.assert_allclose(z, expected, rtol=1e-14)
    assert spy.looks == -(-n // batch_size) and z.shape == (n, 2)
    classes = [max(range(2), key=row.__getitem__) for row in expected.tolist()]
    assert predict_classes(network, x, batch_size).tolist() == classes
    assert spy.looks == 2 * -(-n // batch_size)


def test_outputs_take_500_samples_at_a_time():
    spy = Spy()
    network = Network([spy, *mlp([1, 2], np.random.default_rng(0)).layers])
    for n, looks in ((500, 1), (501, 2), (1000, 2), (1001, 3)):
        spy.looks = 0
        assert outputs(network, np.ones((n, 1), np.float32)).shape == (n, 2)
        assert spy.looks == looks


@pytest.mark.parametrize(
    ("batch_size", "error"),
    [(0, ValueError), (-1, ValueError), (2.0, TypeError), (None, TypeError), (True, TypeError)],
)
def test_a_bad_batch_size_is_refused(batch_size, error):
    for give in (outputs, predict_classes):
        with pytest.raises(error, match="batch_size must be"):
            give(mlp([2, 2], np.random.default_rng(0)), np.ones((4, 2)), batch_size)


def test_outputs_that_are_not_finite_are_given_but_predict_no_class():
    network = mlp([1, 2], np.random.default_rng(0))
    network.layers[0].b.value[:] = np.nan
    assert np.isnan(outputs(network, np.ones((3, 1)))).all()
    with pytest.raises(FloatingPointError, match="not finite for 3 of 3 samples"):
        predict_classes(network, np.ones((3, 1)))
