"""A student under a teacher: loops, central differences, and the labels alone at alpha = 0."""

import naive
import numpy as np
import pytest

from minprune.formulas.activations import softmax
from minprune.nn.gradcheck import check_network
from minprune.nn.network import mlp
from minprune.nn.optim import SGD
from minprune.nn.predict import evaluate
from minprune.nn.train import fit
from minprune.pruning.one_shot import prune_by_magnitude
from minprune.pruning.teacher import teacher_loss, teacher_targets


@pytest.fixture
def teacher():
    return mlp([8, 5, 3], np.random.default_rng(9), dtype=np.float64)


@pytest.mark.parametrize("alpha", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("temperature", [0.5, 1.0, 4.0])
def test_loss_and_gradient_are_those_of_loops(task, teacher, alpha, temperature):
    x, y = task.x[:9], task.y[:9]
    z, z_teacher = 5 * task.network(x), teacher(x)
    targets = teacher_targets(teacher, x, y)
    loss, gradient = teacher_loss(alpha, temperature)(z, targets)
    arguments = z, z_teacher, y, alpha, temperature
    assert loss == pytest.approx(naive.distillation_loss(*arguments), rel=1e-10)
    np.testing.assert_allclose(gradient, naive.distillation_gradient(*arguments), atol=1e-12)


def test_targets_are_the_labels_and_the_logits_of_the_teacher(task, teacher, unchanged):
    unchanged(teacher)
    kept = task.x.copy(), task.y.copy()
    kept_by_layers = [set(vars(layer)) for layer in teacher.layers]
    targets = teacher_targets(teacher, task.x, task.y)
    assert [set(vars(layer)) for layer in teacher.layers] == kept_by_layers  # no inputs, say
    assert targets.shape == (120,) and targets.dtype.names == ("label", "logits")
    assert targets.dtype["label"] == np.int64 and targets["label"].tolist() == task.y.tolist()
    assert targets.dtype["logits"] == np.dtype((np.float64, (3,)))
    np.testing.assert_array_equal(targets["logits"], teacher(task.x))
    assert np.ptp(targets["logits"], axis=0).all() and len({*task.y.tolist()}) == 3
    targets["label"], targets["logits"] = 0, 0.0  # a copy
    for array, old in zip((task.x, task.y), kept, strict=True):
        np.testing.assert_array_equal(array, old)


@pytest.mark.parametrize("kind", [list, np.uint8, ">i4"])
def test_targets_of_labels_of_any_kind_and_of_a_teacher_in_float32(task, kind):
    teacher = mlp([8, 3], np.random.default_rng(9))
    x = task.x.astype(np.float32)
    y = task.y.tolist() if kind is list else task.y.astype(kind)
    targets = teacher_targets(teacher, x, y)
    assert targets["label"].tolist() == task.y.tolist()
    np.testing.assert_array_equal(targets["logits"], teacher(x).astype(np.float64))
    assert teacher_loss(alpha=1.0)(teacher(x), targets).loss == 0  # its own student
    assert teacher_loss()(teacher(x), targets).gradient.dtype == np.float32


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda x, y: (x, y[1:]), ValueError, "x and y must hold the same number"),
        (lambda x, y: (x[:0], y[:0]), ValueError, "x and y must .* at least one"),
        (lambda x, y: (x, y + 1), ValueError, "y must be from 0 to 2"),
        (lambda x, y: (x, y - 1), ValueError, "y must be from 0 to 2"),
        (lambda x, y: (x, y * 1.0), TypeError, "y must be a vector of integers"),
        (lambda x, y: (x, np.eye(3)[y]), TypeError, "y must be a vector of integers"),
        (lambda x, y: (x, y == 1), TypeError, "y must be a vector of integers"),
        (lambda x, y: (x[:, 1:], y), ValueError, "x of shape .120, 7. does not fit"),
        (lambda x, y: (x * np.nan, y), ValueError, "x must be finite"),
    ],
)
def test_targets_refuse_by_name(task, teacher, unchanged, change, error, message):
    unchanged(teacher)
    with pytest.raises(error, match=f"^{message}"):
        teacher_targets(teacher, *change(task.x, task.y))


def test_every_sample_meets_its_own_target(task, teacher):
    """In whatever order `fit` takes them: the network of the batch finds itself in the record."""
    network, seen = task.network, []
    targets = teacher_targets(network, task.x, task.y)

    def loss(z, batch):
        np.testing.assert_allclose(z, batch["logits"], rtol=1e-12)
        seen.append(batch)
        return 1.0, np.zeros_like(z)

    fit(network, task.x, targets, optimizer=SGD(network.parameters, lr=0.1), epochs=2,
        batch_size=50, rng=task.rng, loss=loss)  # fmt: skip
    assert [len(batch) for batch in seen] == [50, 50, 20] * 2
    for half in (seen[:3], seen[3:]):
        rows = np.concatenate(half)
        assert rows["label"].tolist() != task.y.tolist()
        place = [targets["logits"].tolist().index(row) for row in rows["logits"].tolist()]
        assert sorted(place) == list(range(120))
        np.testing.assert_array_equal(rows["label"], task.y[place])


def test_targets_train_and_are_no_labels(task, teacher, unchanged):
    unchanged(task.network)
    network, targets = task.network, teacher_targets(teacher, task.x, task.y)
    options = {"epochs": 1, "rng": task.rng, "batch_size": 20}
    optimizer, seen = SGD(network.parameters, lr=0.1), []
    with pytest.raises(TypeError, match=r"^y must be a vector of integers"):
        fit(network, task.x, targets, optimizer=optimizer, **options)  # no loss that reads them
    with pytest.raises(ValueError, match=r"^x and y must hold the same number"):
        fit(network, task.x, targets[1:], optimizer=optimizer, loss=teacher_loss(), **options)
    with pytest.raises(TypeError, match=r"^validation y must be a vector of integers"):
        fit(network, task.x, task.y, optimizer=optimizer, on_step=seen.append,
            validation=(task.x, targets), **options)  # fmt: skip
    with pytest.raises(TypeError, match=r"^y must be a vector of integers"):
        evaluate(network, task.x, targets)
    assert seen == []


def test_the_loss_reported_is_that_of_the_records_and_validation_is_by_labels(task, teacher):
    network, targets = task.network, teacher_targets(teacher, task.x, task.y)
    expected = naive.distillation_loss(network(task.x), teacher(task.x), task.y, 0.25, 2.0)
    (epoch,) = fit(network, task.x, targets, optimizer=SGD(network.parameters, lr=0.1), epochs=1,
                   batch_size=120, rng=task.rng, loss=teacher_loss(0.25, 2.0),
                   validation=(task.x, task.y))  # fmt: skip
    assert epoch.loss == pytest.approx(expected, rel=1e-10)
    assert epoch.validation_accuracy == (network(task.x).argmax(axis=1) == task.y).mean()


def test_half_of_each_at_temperature_4_by_default(task, teacher):
    arguments = task.network(task.x), teacher_targets(teacher, task.x, task.y)
    loss, gradient = teacher_loss()(*arguments)
    again, expected = teacher_loss(alpha=0.5, temperature=4.0)(*arguments)
    assert loss == again
    np.testing.assert_array_equal(gradient, expected)


@pytest.mark.parametrize("alpha", [0.0, 0.5, 1.0])
def test_gradient_through_the_network_by_central_differences(task, teacher, unchanged, alpha):
    unchanged(teacher)
    x, y = task.x[:6], task.y[:6]
    targets = teacher_targets(teacher, x, y)
    errors = check_network(task.network, x.copy(), targets, teacher_loss(alpha, temperature=2.0))
    assert {*errors} == {"x", "0.W", "0.b", "2.W", "2.b"}
    assert max(errors.values()) < 1e-6, errors


def trained(task, teacher=None, **choices):
    network, y, options = task.network.copy(), task.y, {}
    if teacher is not None:
        y, options = teacher_targets(teacher, task.x, task.y), {"loss": teacher_loss(**choices)}
    fit(network, task.x, y, optimizer=SGD(network.parameters, lr=0.2), epochs=20, batch_size=16,
        rng=np.random.default_rng(2), **options)  # fmt: skip
    return network


def test_without_weight_the_teacher_changes_nothing(task, teacher):
    alone, taught = trained(task), trained(task, teacher, alpha=0.0)
    for a, b in zip(alone.parameters.values(), taught.parameters.values(), strict=True):
        np.testing.assert_allclose(a.value, b.value, rtol=1e-10, atol=1e-13)


def test_a_pruned_student_comes_closer_to_its_teacher_than_without_it(task, unchanged):
    teacher = trained(task)
    unchanged(teacher)
    task.network = teacher.copy()
    masks = prune_by_magnitude(task.network, 0.7)
    distance = {}
    for name, network in (
        ("pruned", task.network),
        ("alone", trained(task)),
        ("taught", trained(task, teacher, alpha=1.0, temperature=2.0)),
    ):
        distance[name] = abs(softmax(network(task.x)) - softmax(teacher(task.x))).mean()
        for w, mask in zip(network.weights.values(), masks, strict=True):
            np.testing.assert_array_equal(w.value != 0, mask)
    assert distance["taught"] < min(distance["alone"], distance["pruned"])


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"alpha": -0.1}, "alpha must"),
        ({"alpha": 1.1}, "alpha must"),
        ({"alpha": "0.5"}, "alpha must"),
        ({"temperature": 0}, "temperature must"),
        ({"temperature": np.inf}, "temperature must"),
    ],
)
def test_bad_choices_are_refused_before_training(options, name):
    with pytest.raises((ValueError, TypeError), match=f"^{name}"):
        teacher_loss(**options)


def test_a_teacher_of_other_classes_is_refused(task, unchanged):
    unchanged(task.network)
    targets = teacher_targets(mlp([8, 4], task.rng), task.x, task.y)
    with pytest.raises(ValueError, match="z_teacher"):
        teacher_loss()(task.network(task.x), targets)
    fine = task.network.copy()
    with pytest.raises(ValueError, match="z_teacher"):
        fit(fine, task.x, targets, optimizer=SGD(fine.parameters, lr=0.1), epochs=1, rng=task.rng,
            loss=teacher_loss())  # fmt: skip
