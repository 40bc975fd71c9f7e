"""Distillation and ensembles: the naive twin, hand numbers, gradients, and what is refused."""

import naive
import numpy as np
import pytest

from minprune.formulas.activations import softmax
from minprune.formulas.distill import (
    distillation_gradient,
    distillation_loss,
    ensemble_average,
    soften,
)

ALPHAS = [0, 0.25, 0.9, 1]
TEMPERATURES = [0.5, 1, 2.0, 7, 50.0]
STUDENT, TEACHER = [[1.0, 0.0, 0.0]], [[2.0, 0.0, 0.0]]  # of C-2.1g, at temperature 2


def draw(N, K, dtype="d", scale=3.0, seed=0):
    rng = np.random.default_rng(seed)
    z, z_teacher = (scale * rng.standard_normal((2, N, K))).astype(dtype)
    for array in (z, z_teacher):
        array.flags.writeable = False  # a formula that writes to its input raises
    return z, z_teacher, rng.integers(K, size=N)


def cross_entropy(p, y):
    return -np.log(p[np.arange(len(y)), y]).mean()


def test_numbers_of_C_2_1g():
    p_teacher, p = soften(TEACHER, 2), soften(STUDENT, 2)
    np.testing.assert_allclose(p_teacher, [[0.57611688, 0.21194156, 0.21194156]], atol=5e-9)
    np.testing.assert_allclose(p, [[0.45186276, 0.27406862, 0.27406862]], atol=5e-9)
    loss = distillation_loss(STUDENT, TEACHER, [0], alpha=1, temperature=2)
    assert loss == pytest.approx(0.12396199147402631, rel=1e-14)
    assert loss / 4 == pytest.approx(0.030990497868506578, rel=1e-14)
    dz = distillation_gradient(STUDENT, TEACHER, [0], alpha=1, temperature=2)
    np.testing.assert_allclose(dz, 2 * (p - p_teacher), rtol=1e-14)


def test_loss_and_gradient_by_hand():
    z, z_teacher = [[0.0, 0.0], [0.0, 0.0]], 2 * np.log([[3.0, 1.0], [1.0, 1.0]])
    # teacher at temperature 2: (3/4, 1/4) and (1/2, 1/2); student (1/2, 1/2)
    divergence = 0.75 * np.log(1.5) + 0.25 * np.log(0.5)
    loss = 0.75 * np.log(2) + 0.25 * 4 * divergence / 2
    assert distillation_loss(z, z_teacher, [0, 1], 0.25, 2) == pytest.approx(loss, rel=1e-14)
    # ((3/4) (-+1/2) + (1/4) 2 (-+1/4, 0)) / 2
    dz = distillation_gradient(z, z_teacher, [0, 1], 0.25, 2)
    np.testing.assert_allclose(dz, [[-0.25, 0.25], [0.1875, -0.1875]], rtol=1e-14)


def test_soften_by_hand():
    z = np.log([[16.0, 1.0]])
    np.testing.assert_allclose(soften(z, 1), [[16 / 17, 1 / 17]])
    np.testing.assert_allclose(soften(z, 2), [[4 / 5, 1 / 5]])
    np.testing.assert_allclose(soften(z, 4), [[2 / 3, 1 / 3]])
    np.testing.assert_allclose(soften(z, 0.5), [[256 / 257, 1 / 257]])


def test_soften_at_one_is_the_softmax_and_goes_from_the_winner_to_all_alike():
    z, _, _ = draw(6, 4)
    np.testing.assert_allclose(soften(z, 1), softmax(z), rtol=1e-15)
    np.testing.assert_allclose(soften(z, 1e-4), np.eye(4)[z.argmax(axis=1)], atol=1e-12)
    np.testing.assert_allclose(soften(z, 1e9), 0.25, rtol=1e-7)
    highest = [soften(z, T).max(axis=1) for T in (0.1, 0.5, 1, 2, 10)]
    assert all((hot > cold).all() for hot, cold in zip(highest[:-1], highest[1:], strict=True))
    for T in (0.1, 1, 10):  # the order of the classes stays
        np.testing.assert_array_equal(soften(z, T).argsort(axis=1), z.argsort(axis=1))


@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_zero_when_the_student_equals_the_teacher_and_the_labels_do_not_count(temperature):
    z, _, y = draw(5, 4)
    assert distillation_loss(z, z, y, 1, temperature) == pytest.approx(0, abs=1e-15)
    assert distillation_loss(z + 3, z, y, 1, temperature) == pytest.approx(0, abs=1e-12)
    np.testing.assert_allclose(distillation_gradient(z, z, y, 1, temperature), 0, atol=1e-16)


@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_each_part_alone(temperature):
    z, z_teacher, y = draw(5, 4)
    other_y = (y + 1) % 4
    loss, gradient = naive.softmax_cross_entropy(z, y)
    assert distillation_loss(z, z_teacher, y, 0, temperature) == pytest.approx(loss, rel=1e-12)
    dz = distillation_gradient(z, z_teacher, y, 0, temperature)
    np.testing.assert_allclose(dz, gradient, atol=1e-15)
    for function in (distillation_loss, distillation_gradient):
        labels, teacher, both = (function(z, z_teacher, y, a, temperature) for a in (0, 1, 0.3))
        np.testing.assert_allclose(both, 0.7 * labels + 0.3 * teacher, rtol=1e-12)
        np.testing.assert_array_equal(teacher, function(z, z_teacher, other_y, 1, temperature))
        assert np.any(teacher != function(z_teacher, z, y, 1, temperature))  # KL has a direction


@pytest.mark.parametrize("temperature", [0.5, 1, 2, 20])
@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize("shape", [(1, 2), (4, 3), (3, 7)])
def test_gradient_by_finite_differences(shape, alpha, temperature):
    z, z_teacher, y = draw(*shape)
    slope = naive.numerical_gradient(
        lambda v: distillation_loss(v, z_teacher, y, alpha, temperature), z
    )
    dz = distillation_gradient(z, z_teacher, y, alpha, temperature)
    np.testing.assert_allclose(dz, slope, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(dz.sum(axis=1), 0, atol=1e-14)


def test_t_squared_keeps_the_gradient_of_one_size():
    # Hinton, Vinyals and Dean, eq. (4): for T large against logits of mean 0 the gradient of the
    # plain divergence is (z - z_teacher) / (N K T^2), so T^2 times it no longer depends on T
    z, z_teacher, y = draw(4, 5, scale=0.5)
    z, z_teacher = (a - a.mean(axis=1, keepdims=True) for a in (z, z_teacher))
    at = {T: distillation_gradient(z, z_teacher, y, 1, T) for T in (50, 100, 1000)}
    np.testing.assert_allclose(at[50], at[100], rtol=0.02, atol=1e-3 * np.abs(at[50]).max())
    np.testing.assert_allclose(at[1000], (z - z_teacher) / 20, rtol=0.02, atol=1e-5)
    low = np.abs(distillation_gradient(z, z_teacher, y, 1, 1)).mean()
    assert 0.5 < np.abs(at[100]).mean() / low < 2


@pytest.mark.parametrize("alpha", ALPHAS)
def test_repeating_a_batch_changes_no_mean(alpha):
    z, z_teacher, y = draw(4, 3)
    twice = [np.tile(z, (2, 1)), np.tile(z_teacher, (2, 1)), np.tile(y, 2), alpha, 3]
    loss = distillation_loss(z, z_teacher, y, alpha, 3)
    assert distillation_loss(*twice) == pytest.approx(loss, rel=1e-13)
    dz = distillation_gradient(z, z_teacher, y, alpha, 3)
    np.testing.assert_allclose(2 * distillation_gradient(*twice)[:4], dz, rtol=1e-13)


@pytest.mark.parametrize("dtype", ["f", "d"])
@pytest.mark.parametrize("far", [3e3, 3e4])
def test_far_logits_neither_overflow_nor_become_nan(far, dtype):
    z, z_teacher = np.array([[0.0, far]], dtype), np.array([[far, 0.0]], dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        loss = distillation_loss(z, z_teacher, [0], 0.5, 2.0)
        dz = distillation_gradient(z, z_teacher, [0], 0.5, 2.0)
        same = distillation_loss(z, z, [1], 1, 2.0)
        assert soften(z, 2.0).tolist() == [[0, 1]]
    assert loss == pytest.approx(0.5 * far + 0.5 * 4 * far / 2)
    assert dz.tolist() == [[-1.5, 1.5]]
    assert same == 0


# --- ensemble_average ----------------------------------------------------------------------------


def test_ensemble_average_by_hand():
    one, two, three = [[1.0, 0.0], [0.5, 0.5]], [[0.5, 0.5], [0.0, 1.0]], [[0.0, 1.0], [0.25, 0.75]]
    assert ensemble_average([one]).tolist() == one
    assert ensemble_average([one, two]).tolist() == [[0.75, 0.25], [0.25, 0.75]]
    assert ensemble_average([one, two, three]).tolist() == [[0.5, 0.5], [0.25, 0.75]]


@pytest.mark.parametrize("seed", range(10))
def test_cross_entropy_of_the_average_is_at_most_the_average_cross_entropy(seed):  # A-8c, Jensen
    predictions = [softmax(draw(6, 4, seed=100 * seed + m)[0]) for m in range(5)]
    y = np.random.default_rng(seed).integers(4, size=6)
    together = cross_entropy(ensemble_average(predictions), y)
    alone = [cross_entropy(p, y) for p in predictions]
    assert together < sum(alone) / 5
    same = cross_entropy(ensemble_average(predictions[:1] * 3), y)
    assert same == pytest.approx(alone[0], rel=1e-12)
