"""Losses for targets that are no labels: loops, central differences, hand numbers, bad shapes."""

import math

import naive
import numpy as np
import pytest

from minprune.nn.gradcheck import check_loss
from minprune.nn.losses import (
    categorical_cross_entropy,
    mean_squared_error,
    one_hot,
    smoothed_cross_entropy,
    softmax_cross_entropy,
)
from minprune.nn.network import mlp
from minprune.nn.train import find_gradients

SHAPES = pytest.mark.parametrize("shape", [(1, 1), (1, 4), (5, 3), (8, 10)])


def draw(shape, scale=1.0):
    rng = np.random.default_rng(0)
    t = rng.random(shape)
    return scale * rng.standard_normal(shape), t / t.sum(axis=1, keepdims=True)


# --- one-hot --------------------------------------------------------------------------------------


def test_one_hot_by_hand():
    rows = one_hot(np.array([2, 0, 2], np.uint8), 3)
    assert rows.tolist() == [[0, 0, 1], [1, 0, 0], [0, 0, 1]]
    assert rows.dtype == np.float64
    assert one_hot([0], 1).tolist() == [[1.0]]


@pytest.mark.parametrize(
    ("arguments", "error", "name"),
    [
        (([3], 3), ValueError, "y must be from"),
        (([-1], 3), ValueError, "y must be from"),
        (([0.0], 3), TypeError, "y must be"),
        (([[0]], 3), TypeError, "y must be"),
        (([0], 0), ValueError, "classes must"),
        (([0], 3.0), TypeError, "classes must"),
    ],
)
def test_one_hot_refuses_by_name(arguments, error, name):
    with pytest.raises(error, match=f"^{name}"):
        one_hot(*arguments)


# --- cross-entropy against probabilities ----------------------------------------------------------


@SHAPES
@pytest.mark.parametrize("scale", [0.01, 1.0, 300.0])
def test_categorical_cross_entropy_agrees_with_loops(shape, scale):
    z, t = draw(shape, scale)
    kept = z.copy(), t.copy()
    loss, dz = categorical_cross_entropy(z, t)
    total, expected = 0.0, np.zeros(shape)
    for n in range(shape[0]):
        top = max(z[n])
        log_sum = top + math.log(sum(math.exp(v - top) for v in z[n]))
        for k in range(shape[1]):
            total -= t[n, k] * (z[n, k] - log_sum) / shape[0]
            expected[n, k] = (math.exp(z[n, k] - log_sum) * sum(t[n]) - t[n, k]) / shape[0]
    assert type(loss) is float and loss == pytest.approx(total, rel=1e-12, abs=1e-14)
    np.testing.assert_allclose(dz, expected, rtol=1e-10, atol=1e-15)
    for array, old in zip((z, t), kept, strict=True):
        np.testing.assert_array_equal(array, old)


@SHAPES
@pytest.mark.parametrize("total", [1.0, 0.6])
def test_categorical_gradient_by_central_differences(shape, total):
    z, t = draw(shape)
    assert check_loss(categorical_cross_entropy, z, total * t) < 1e-6


@SHAPES
def test_on_one_hot_rows_it_is_the_cross_entropy_of_labels(shape):
    z, _ = draw(shape, 3.0)
    y = np.random.default_rng(1).integers(shape[1], size=shape[0])
    loss, dz = categorical_cross_entropy(z, one_hot(y, shape[1]))
    expected, gradient = naive.softmax_cross_entropy(z, y)
    assert loss == pytest.approx(expected, rel=1e-12, abs=1e-15)
    np.testing.assert_allclose(dz, gradient, rtol=1e-10, atol=1e-15)
    assert loss == pytest.approx(softmax_cross_entropy(z, y).loss, rel=1e-14, abs=1e-15)


def test_categorical_hand_numbers():
    loss, dz = categorical_cross_entropy(np.log([[3.0, 1.0], [1.0, 1.0]]), [[0.5, 0.5], [1, 0]])
    assert loss == pytest.approx((-0.5 * np.log(3 / 16) + np.log(2)) / 2)
    np.testing.assert_allclose(dz, [[0.125, -0.125], [-0.25, 0.25]])


@pytest.mark.parametrize(
    ("z", "t", "name"),
    [
        (np.zeros((2, 3)), np.zeros((2, 2)), "z and t must"),
        (np.zeros((2, 3)), np.zeros((1, 3)), "z and t must"),
        (np.zeros((2, 3)), [0, 1], "z and t must"),
        (np.zeros(3), np.zeros(3), "z must"),
        (np.zeros((0, 3)), np.zeros((0, 3)), "z must"),
        (np.zeros((1, 2)), [[np.nan, 1]], "t must be finite"),
    ],
)
def test_categorical_refuses_by_name(z, t, name):
    with pytest.raises(ValueError, match=f"^{name}"):
        categorical_cross_entropy(z, t)


# --- cross-entropy against smoothed labels --------------------------------------------------------


def smoothed_in_loops(z, y, rate):
    """The loss and its gradient, target by target."""
    (n, k), total = z.shape, 0.0
    gradient = np.zeros((n, k))
    for i in range(n):
        top = max(z[i])
        log_sum = top + math.log(sum(math.exp(v - top) for v in z[i]))
        for j in range(k):
            target = rate / k + (1 - rate if j == y[i] else 0)
            total -= target * (z[i, j] - log_sum) / n
            gradient[i, j] = (math.exp(z[i, j] - log_sum) - target) / n
    return total, gradient


@SHAPES
@pytest.mark.parametrize("rate", [0.0, 0.1, 0.75])
@pytest.mark.parametrize("scale", [0.01, 1.0, 300.0])
def test_smoothed_cross_entropy_agrees_with_loops(shape, rate, scale):
    z, _ = draw(shape, scale)
    y = np.random.default_rng(1).integers(shape[1], size=shape[0])
    kept = z.copy(), y.copy()
    loss, dz = smoothed_cross_entropy(z, y, rate)
    expected, gradient = smoothed_in_loops(z, y, rate)
    assert type(loss) is float and loss == pytest.approx(expected, rel=1e-12, abs=1e-14)
    np.testing.assert_allclose(dz, gradient, rtol=1e-9, atol=1e-15)
    for array, old in zip((z, y), kept, strict=True):
        np.testing.assert_array_equal(array, old)


@SHAPES
@pytest.mark.parametrize("rate", [0.0, 0.1, 0.9])
def test_smoothed_gradient_by_central_differences(shape, rate):
    z, _ = draw(shape)
    y = np.random.default_rng(1).integers(shape[1], size=shape[0])
    assert check_loss(lambda z, y: smoothed_cross_entropy(z, y, rate), z, y) < 1e-6


@SHAPES
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_smoothed_at_rate_0_is_the_cross_entropy_of_labels(shape, dtype):
    z = draw(shape, 3.0)[0].astype(dtype)
    y = np.random.default_rng(1).integers(shape[1], size=shape[0])
    loss, dz = smoothed_cross_entropy(z, y, 0)
    expected, gradient = softmax_cross_entropy(z, y)
    assert loss == pytest.approx(expected, rel=1e-6, abs=1e-7)
    np.testing.assert_allclose(dz, gradient, rtol=1e-5, atol=1e-7)
    assert dz.dtype == gradient.dtype == dtype


def test_smoothed_hand_numbers():
    loss, dz = smoothed_cross_entropy(np.log([[2.0, 1.0, 1.0]]), [2], 0.3)
    assert loss == pytest.approx(0.1 * math.log(2) + 0.9 * math.log(4))  # targets 0.1, 0.1, 0.8
    np.testing.assert_allclose(dz, [[0.4, 0.15, -0.55]])


def test_smoothed_loss_is_least_at_the_smoothed_targets_and_stays_above_0():
    rate, k = 0.2, 5
    t = np.full((1, k), rate / k)
    t[0, 3] += 1 - rate
    least, dz = smoothed_cross_entropy(np.log(t), [3], rate)
    assert least == pytest.approx(-(t * np.log(t)).sum())
    np.testing.assert_allclose(dz, 0, atol=1e-15)
    for sure in (5.0, 50.0, 500.0):
        assert (
            smoothed_cross_entropy(np.where(np.arange(k) == 3, sure, 0)[None], [3], rate).loss
            > least
        )


def test_smoothed_takes_whole_numbers_and_lists():
    loss, dz = smoothed_cross_entropy([[0, 0, 0, 0]], [1], 0.4)
    assert loss == pytest.approx(math.log(4))
    np.testing.assert_allclose(dz, [[0.15, -0.45, 0.15, 0.15]])


@pytest.mark.parametrize(
    ("arguments", "error", "name"),
    [
        ((np.zeros((2, 3)), [0, 1], 1.0), ValueError, "rate must"),
        ((np.zeros((2, 3)), [0, 1], -0.1), ValueError, "rate must"),
        ((np.zeros((2, 3)), [0, 1], math.nan), ValueError, "rate must"),
        ((np.zeros((2, 3)), [0, 1], "0.1"), TypeError, "rate must"),
        ((np.zeros((2, 3)), [0, 3], 0.1), ValueError, "y must be from"),
        ((np.zeros((2, 3)), [0, -1], 0.1), ValueError, "y must be from"),
        ((np.zeros((2, 3)), [0.0, 1.0], 0.1), TypeError, "y must be"),
        ((np.zeros((2, 3)), np.eye(3)[:2], 0.1), TypeError, "y must be"),
        ((np.zeros((2, 3)), [0], 0.1), ValueError, "y must hold"),
        ((np.zeros((1, 3)), [0, 1], 0.1), ValueError, "y must hold"),
    ],
)
def test_smoothed_refuses_by_name(arguments, error, name):
    with pytest.raises(error, match=f"^{name}"):
        smoothed_cross_entropy(*arguments)


@pytest.mark.parametrize("z", [np.zeros(3), 1.0])
def test_smoothed_refuses_logits_of_one_sample_by_name(z):
    with pytest.raises(ValueError, match=r"^z must be"):
        smoothed_cross_entropy(z, [0], 0.1)


# --- squares --------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(1,), (7,), (5, 1), (4, 3), (2, 3, 2)])
def test_mean_squared_error_agrees_with_loops_and_central_differences(shape):
    rng = np.random.default_rng(0)
    z, t = rng.standard_normal((2, *shape))
    loss, dz = mean_squared_error(z, t)
    n = math.prod(shape)
    assert type(loss) is float
    assert loss == pytest.approx(
        sum((a - b) ** 2 for a, b in zip(z.flat, t.flat, strict=True)) / n, rel=1e-13
    )
    expected = [2 * (a - b) / n for a, b in zip(z.flat, t.flat, strict=True)]
    np.testing.assert_allclose(dz.ravel(), expected, rtol=1e-13)
    assert dz.shape == shape and check_loss(mean_squared_error, z, t) < 1e-7


def test_mean_squared_error_by_hand():
    loss, dz = mean_squared_error([[1.0, 2.0], [0.0, -1.0]], [[0, 0], [0, 1]])
    assert loss == 2.25 and dz.tolist() == [[0.5, 1.0], [0.0, -1.0]]
    assert mean_squared_error(np.float32([[3]]), np.float32([[1]])).gradient.dtype == np.float32


@pytest.mark.parametrize(
    ("z", "t", "name"),
    [
        (np.zeros((5, 1)), np.zeros(5), "z and t must"),  # NumPy would make 25 differences of them
        (np.zeros((2, 3)), np.zeros((3, 2)), "z and t must"),
        (np.zeros((0, 1)), np.zeros((0, 1)), "number of entries of z must"),
        ([[np.inf]], [[0.0]], "z must be finite"),
        ([[0.0]], [[np.nan]], "t must be finite"),
    ],
)
def test_mean_squared_error_refuses_by_name(z, t, name):
    with pytest.raises(ValueError, match=f"^{name}"):
        mean_squared_error(z, t)


@pytest.mark.parametrize(
    "loss", [softmax_cross_entropy, categorical_cross_entropy, mean_squared_error]
)
def test_training_takes_the_losses_as_they_are(loss):
    """(outputs, y) -> (loss, gradient): the gradient of the last bias is its sum over samples."""
    rng = np.random.default_rng(0)
    network, x = mlp([5, 4, 3], rng, dtype=np.float64), rng.standard_normal((4, 5))
    _, t = draw((4, 3))
    y = np.array([0, 2, 1, 1]) if loss is softmax_cross_entropy else t
    value, dz = loss(network(x), y)
    assert find_gradients(network, x, y, loss) == value > 0
    np.testing.assert_allclose(network.parameters["2.b"].grad, dz.sum(axis=0), rtol=1e-12)
    a = np.maximum(x @ network.layers[0].W.value, 0)
    np.testing.assert_allclose(network.parameters["2.W"].grad, a.T @ dz, rtol=1e-12)
