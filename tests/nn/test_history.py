"""The history of a training, and patience: the best epoch is kept, however training ends."""

import numpy as np
import pytest

from minprune.nn.batchnorm import BatchNorm
from minprune.nn.history import Best, Epoch, History
from minprune.nn.layers import Dense, Dropout, ReLU
from minprune.nn.losses import mean_squared_error, smoothed_cross_entropy
from minprune.nn.network import Network, mlp
from minprune.nn.optim import SGD
from minprune.nn.predict import evaluate
from minprune.nn.train import fit
from minprune.pruning.during import gradual_pruning
from minprune.pruning.one_shot import prune_by_magnitude
from minprune.pruning.teacher import teacher_loss, teacher_targets

STILL = 1e-300  # a learning rate that changes no weight


def clouds(n=60, seed=0, features=4):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, features))
    return x, np.argmax(x[:, :3], axis=1)


def scored(*losses, accuracies=None):
    """A history of epochs with these validation losses."""
    accuracies = accuracies or [0.5] * len(losses)
    return [Epoch(k, 1.0, 0.5, *pair, 1.0)
            for k, pair in enumerate(zip(losses, accuracies, strict=True), 1)]  # fmt: skip


class Judged:
    """Stands for validation: after epoch k the validation loss is losses[k - 1]."""

    def __init__(self, losses, x):
        self.losses, self.x, self.calls = list(losses), x, 0

    def __call__(self, z, y):
        if len(y) == len(self.x):  # all at once: the validation
            self.calls += 1
            return self.losses[self.calls - 1], np.zeros_like(z)
        return 1.0, np.ones_like(z) / z.size


def states_of(losses, patience, epochs=None, **options):
    """The network, its history, and its state after each epoch, whose validation losses are set."""
    x, y = clouds(60)
    network, states = mlp([4, 5, 3], 0), []
    history = fit(
        network, x, y, epochs=epochs or len(losses), batch_size=20, validation=(x, y),
        loss=Judged(losses, x), patience=patience,
        on_epoch=lambda epoch: states.append(network.state_dict()), **options
    )  # fmt: skip
    return network, history, states


def assert_same_state(network, state):
    now = network.state_dict()
    assert now.keys() == state.keys()
    for name, array in state.items():
        np.testing.assert_array_equal(now[name], array, err_msg=name)


# --- what an epoch holds --------------------------------------------------------------------------


def test_training_accuracy_counts_each_sample_before_its_step():
    x, y = clouds(50)
    network = mlp([4, 6, 3], 0)
    expected = evaluate(network, x, y).accuracy
    history = fit(network, x, y, epochs=3, batch_size=16, optimizer=SGD(network.parameters, STILL))
    assert [epoch.accuracy for epoch in history] == [expected] * 3
    assert 0 < expected < 1


def test_training_accuracy_is_that_of_the_batches_as_the_weights_move():
    x, y = clouds(50)
    network = mlp([4, 6, 3], 0)
    right = []

    def loss(z, t):
        right.append((z.argmax(axis=1) == t).sum())
        return smoothed_cross_entropy(z, t, 0.1)

    (epoch,) = fit(network, x, y, epochs=1, batch_size=7, loss=loss,
                   optimizer=SGD(network.parameters, 0.5))  # fmt: skip
    assert len(right) == 8 and epoch.accuracy == sum(right) / 50


def test_validation_loss_is_the_loss_of_training_on_the_validation_data():
    (x, y), unseen = clouds(50), clouds(31, seed=1)
    network = mlp([4, 6, 3], 0)
    history = fit(network, x, y, epochs=2, validation=unseen)
    loss, accuracy = evaluate(network, *unseen)
    assert history[-1].validation_loss == pytest.approx(loss, rel=1e-12)
    assert history[-1].validation_accuracy == accuracy
    smooth = fit(network, x, y, epochs=1, validation=unseen,
                 loss=lambda z, t: smoothed_cross_entropy(z, t, 0.2))  # fmt: skip
    expected = smoothed_cross_entropy(network(unseen[0]), unseen[1], 0.2).loss
    assert smooth[-1].validation_loss == pytest.approx(expected, rel=1e-12)


def test_numbers_have_a_validation_loss_and_no_accuracy():
    x, _ = clouds(40)
    network = Network([Dense.random(4, 2, 0)])
    history = fit(network, x, x[:, :2], epochs=1, loss=mean_squared_error,
                  validation=(x[:9], x[:9, :2]))  # fmt: skip
    expected = mean_squared_error(network(x[:9]), x[:9, :2]).loss
    assert history[0].validation_loss == pytest.approx(expected, rel=1e-12)
    assert history[0].accuracy is history[0].validation_accuracy is None
    labels = fit(network, x, x[:, :2], epochs=1, loss=mean_squared_error,
                 validation=(x[:9], np.zeros(9, int)))  # fmt: skip
    assert labels[0].validation_loss is None  # squares of labels mean nothing
    assert labels[0].validation_accuracy == (network(x[:9]).argmax(axis=1) == 0).mean()


def test_targets_of_a_teacher_have_accuracies_by_their_labels():
    x, y = clouds(40)
    teacher, student = mlp([4, 9, 3], 1), mlp([4, 3], 2)
    targets, loss = teacher_targets(teacher, x, y), teacher_loss()
    sgd = SGD(student.parameters, STILL)
    (epoch,) = fit(student, x, targets, epochs=1, optimizer=sgd, loss=loss,
                   validation=(x, targets))  # fmt: skip
    expected = evaluate(student, x, y).accuracy
    assert epoch.accuracy == epoch.validation_accuracy == expected
    assert epoch.validation_loss == pytest.approx(loss(student(x), targets)[0], rel=1e-6)
    (epoch,) = fit(student, x, targets, epochs=1, optimizer=sgd, loss=loss, validation=(x, y))
    assert (epoch.validation_loss, epoch.validation_accuracy) == (None, expected)


def test_epochs_are_numbered_and_handed_to_on_epoch_when_they_are_over():
    x, y = clouds()
    seen = []
    history = fit(mlp([4, 3], 0), x, y, epochs=4, on_epoch=seen.append)
    assert seen == list(history) and [epoch.number for epoch in seen] == [1, 2, 3, 4]
    assert type(history) is History and history.best is history[-1]
    assert str(history).splitlines() == [str(epoch) for epoch in seen]
    assert all(type(epoch.accuracy) is float for epoch in seen)
    assert history.stopped == "epochs"
    nothing = fit(mlp([4, 3], 0), x, y, epochs=0, on_epoch=seen.append)
    assert list(nothing) == [] and nothing.best is None and len(seen) == 4


def test_the_defaults_are_a_new_adam_the_seed_0_and_batches_of_64_at_most():
    from minprune.nn.optim import Adam

    x, y = clouds(200)
    plain, spelled = mlp([4, 6, 3]), mlp([4, 6, 3], np.random.default_rng(0))
    histories = fit(plain, x, y, epochs=2), fit(
        spelled, x, y, epochs=2, optimizer=Adam(spelled.parameters, 1e-3), batch_size=64,
        rng=np.random.default_rng(0)
    )  # fmt: skip
    assert [e.loss for e in histories[0]] == [e.loss for e in histories[1]]
    assert_same_state(plain, spelled.state_dict())
    few, whole = mlp([4, 6, 3]), mlp([4, 6, 3])
    fit(few, x[:10], y[:10], epochs=2)
    fit(whole, x[:10], y[:10], epochs=2, batch_size=10)
    assert_same_state(few, whole.state_dict())


# --- patience -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("losses", "patience", "trained", "best"),
    [
        ([5, 4, 3, 2], 1, 4, 4),  # always better
        ([5, 4, 6, 6, 3], 2, 4, 2),  # would have improved one epoch later
        ([5, 4, 6, 6, 3], 3, 5, 5),
        ([1, 2, 3, 4, 5], 1, 2, 1),
        ([3, 3, 3, 3], 2, 3, 1),  # no worse is not better
        ([5, 4, 6], 9, 3, 2),  # never old: the best weights all the same
    ],
)
def test_training_ends_when_the_validation_loss_no_longer_falls(losses, patience, trained, best):
    network, history, states = states_of(losses, patience)
    assert [epoch.validation_loss for epoch in history] == losses[:trained]
    assert history.best is history[best - 1]
    assert history.stopped == ("epochs" if trained == len(losses) else "patience")
    assert_same_state(network, states[best - 1])
    assert any((states[0][name] != states[1][name]).any() for name in states[0])


def test_without_a_loss_the_accuracy_is_followed():
    best = Best(mlp([2, 2], 0), 2)
    for epoch in scored(None, None, None, accuracies=[0.5, 0.75, 0.75]):
        best.compare(epoch)
    assert best.epoch.number == 2


def test_new_masks_begin_the_comparison_anew():
    x, y = clouds(60)
    network = mlp([4, 8, 3], 0)
    pruning = gradual_pruning(network, final=0.5, begin=3, end=9, frequency=3)
    losses = [1, 2, 3, 5, 4]  # 3 steps an epoch: pruned after the first three epochs
    history = fit(
        network, x, y, epochs=5, batch_size=20, validation=(x, y), loss=Judged(losses, x),
        patience=3, on_step=pruning,
    )  # fmt: skip
    assert history.best.number == 3 and len(history) == 5
    assert all(w.mask.mean() == 0.5 for w in network.weights.values())


def test_masks_and_statistics_belong_to_the_best_epoch():
    x, y = clouds(60)
    layers = [Dense.random(4, 6, 0), BatchNorm.identity(6), ReLU(), Dense.random(6, 3, 1)]
    network, states = Network(layers), []
    prune_by_magnitude(network, 0.5)
    history = fit(
        network, x, y, epochs=4, batch_size=20, validation=(x, y), loss=Judged([2, 1, 3, 4], x),
        patience=5, on_epoch=lambda e: states.append(network.state_dict()),
    )  # fmt: skip
    assert history.best.number == 2
    assert_same_state(network, states[1])
    assert "1.mean" in states[1] and (states[1]["1.mean"] != states[3]["1.mean"]).all()
    assert network.sparsity == 0.5


class Stop:
    """A hook that raises at one call."""

    def __init__(self, at, error=KeyboardInterrupt):
        self.at, self.error, self.calls = at, error, 0

    def __call__(self, _):
        self.calls += 1
        if self.calls == self.at:
            raise self.error


@pytest.mark.parametrize("hook", ["on_step", "on_epoch", "loss"])
def test_with_patience_an_interrupt_returns_the_best_network_and_the_history(hook):
    x, y = clouds(60)
    network, states = mlp([4, 5, 3], 0), []
    judged = Judged([3, 2, 4, 9], x)
    options = {"loss": judged, "on_epoch": lambda e: states.append(network.state_dict())}
    stop = Stop(12)  # three steps and a validation an epoch
    if hook == "loss":
        options["loss"] = lambda z, t: stop(None) or judged(z, t)
    elif hook == "on_step":
        options["on_step"] = stop
    else:
        stop.at = 3
        options["on_epoch"] = lambda e: states.append(network.state_dict()) or stop(e)
    history = fit(network, x, y, epochs=4, batch_size=20, validation=(x, y), patience=3, **options)
    assert history.stopped == "interrupted"
    assert len(history) == (2 if hook == "loss" else 3) and history.best.number == 2
    assert_same_state(network, states[1])


def test_an_interrupt_before_the_first_epoch_is_over_leaves_a_usable_network():
    x, y = clouds(60)
    network = mlp([4, 5, 3], 0)
    history = fit(network, x, y, epochs=2, validation=(x, y), patience=1, on_step=Stop(2))
    assert list(history) == [] and history.best is None and history.stopped == "interrupted"
    assert np.isfinite(network(x)).all()


def test_without_patience_the_interrupt_is_passed_on_and_on_epoch_has_the_epochs():
    x, y = clouds(60)
    epochs = []
    with pytest.raises(KeyboardInterrupt):
        fit(mlp([4, 5, 3], 0), x, y, epochs=5, on_epoch=epochs.append, on_step=Stop(4))
    assert [epoch.number for epoch in epochs] == [1, 2]


def test_an_error_leaves_the_best_network_too():
    network_states = []
    x, y = clouds(60)
    network = mlp([4, 5, 3], 0)
    stop = Stop(11, RuntimeError("disk"))
    with pytest.raises(RuntimeError, match="disk"):
        fit(network, x, y, epochs=5, batch_size=20, validation=(x, y), loss=Judged([1, 2, 3], x),
            patience=9, on_step=stop,
            on_epoch=lambda e: network_states.append(network.state_dict()))  # fmt: skip
    assert_same_state(network, network_states[0])


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"patience": 3}, ValueError, r"patience needs validation=\(x, y\)"),
        ({"patience": 0, "validation": True}, ValueError, "patience must be >= 1, got 0"),
        ({"patience": 2.0, "validation": True}, TypeError, "patience must be a whole number"),
        ({"validation": 0.1}, TypeError, r"validation must be a pair \(x, y\), got 0.1"),
        ({"validation": (1, 2, 3)}, TypeError, r"validation must be a pair .*, got .* of 3$"),
        ({"loss": "mse"}, TypeError, "loss must be a function, got 'mse'"),
        ({"on_epoch": "print"}, TypeError, "on_epoch must be a function, got 'print'"),
        ({"lr_decay": 0.9}, TypeError, "lr_decay must be a function, got 0.9"),
        ({"penalty_gradient": 0.1}, TypeError, "penalty_gradient must be a function, got 0.1"),
    ],
)
def test_refusals(options, error, message):
    x, y = clouds()
    if options.get("validation") is True:
        options = options | {"validation": (x, y)}
    with pytest.raises(error, match=f"^{message}"):
        fit(mlp([4, 3], 0), x, y, epochs=1, on_step=pytest.fail, **options)


def test_dropout_counts_what_it_was_trained_on():
    x, y = clouds(40)
    network = Network([Dense.random(4, 30, 0), ReLU(), Dropout(0.9, 0), Dense.random(30, 3, 1)])
    (epoch,) = fit(network, x, y, epochs=1, batch_size=40, optimizer=SGD(network.parameters, STILL))
    assert epoch.accuracy != evaluate(network, x, y).accuracy
