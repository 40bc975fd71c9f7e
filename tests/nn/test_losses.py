"""Cross-entropy of logits: loops over scalars, hand numbers, and logits that want to overflow."""

import naive
import numpy as np
import pytest

from minprune.nn.losses import softmax_cross_entropy


def draw(N, K, scale=1.0, seed=0):
    rng = np.random.default_rng(seed)
    return scale * rng.standard_normal((N, K)), rng.integers(K, size=N)


@pytest.mark.parametrize(("N", "K"), [(1, 1), (1, 4), (5, 3), (9, 10)])
@pytest.mark.parametrize("scale", [0.01, 1.0, 50.0, 1e4])
def test_agrees_with_loops(N, K, scale):
    z, y = draw(N, K, scale)
    unchanged = z.copy()
    expected, gradient = naive.softmax_cross_entropy(z, y)
    loss, dz = softmax_cross_entropy(z, y)
    assert type(loss) is float and loss == pytest.approx(expected, rel=1e-12, abs=1e-12)
    np.testing.assert_allclose(dz, gradient, rtol=1e-10, atol=1e-15)
    np.testing.assert_array_equal(z, unchanged)


def test_hand_numbers():
    z = np.log([[3.0, 1.0], [1.0, 1.0]])
    loss, dz = softmax_cross_entropy(z, [0, 1])
    assert loss == pytest.approx((np.log(4 / 3) + np.log(2)) / 2)  # a mean, in nats
    np.testing.assert_allclose(dz, [[-0.125, 0.125], [0.25, -0.25]])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shift", [1e4, -1e4])
def test_large_logits_neither_overflow_nor_vanish(dtype, shift):
    z = np.array([[0.0, 1.0, -2.0]], dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        loss, dz = softmax_cross_entropy(z + dtype(shift), [1])
        far, _ = softmax_cross_entropy(np.array([[0.0, shift]], dtype), [int(shift < 0)])
    assert loss == pytest.approx(naive.softmax_cross_entropy(z, [1])[0], rel=1e-5)
    assert dz.dtype == dtype
    assert far == pytest.approx(abs(shift), rel=1e-6)


def test_gradients_sum_to_zero():
    z, y = draw(20, 7, scale=30.0)
    np.testing.assert_allclose(softmax_cross_entropy(z, y).gradient.sum(axis=1), 0, atol=1e-16)


def test_repeating_a_batch_changes_no_mean():
    z, y = draw(4, 3)
    loss, dz = softmax_cross_entropy(z, y)
    twice, dz_twice = softmax_cross_entropy(np.tile(z, (2, 1)), np.tile(y, 2))
    assert twice == pytest.approx(loss, rel=1e-14)
    np.testing.assert_allclose(2 * dz_twice[:4], dz, rtol=1e-14)


@pytest.mark.parametrize(
    ("y", "error"),
    [
        ([0, 3], ValueError),
        ([-1, 0], ValueError),
        ([0.0, 1.0], TypeError),
        ([[0], [1]], TypeError),
        ([True, False], TypeError),
    ],
)
def test_labels_are_refused_by_name(y, error):
    with pytest.raises(error, match=r"^y must"):
        softmax_cross_entropy(np.zeros((2, 3)), y)


@pytest.mark.parametrize("count", [1, 3])
def test_another_number_of_labels_is_refused_by_name(count):
    with pytest.raises(ValueError, match="y must"):
        softmax_cross_entropy(np.zeros((2, 3)), np.zeros(count, int))


@pytest.mark.parametrize(
    "z", [1.0, [1.0, 2.0], np.zeros((0, 3)), np.zeros((3, 0)), np.zeros((1, 2, 3))]
)
def test_logits_of_another_shape_are_refused_by_name(z):
    with pytest.raises(ValueError, match=r"z must be \(N, K\)"):
        softmax_cross_entropy(z, [0])


def test_logits_may_be_a_list():
    loss, dz = softmax_cross_entropy([[0.0, 0.0]], [1])
    assert loss == pytest.approx(np.log(2)) and dz.tolist() == [[0.5, -0.5]]
