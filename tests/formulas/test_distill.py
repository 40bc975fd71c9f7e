"""Distillation: each part of the loss, high and low temperatures, logits far apart."""

import naive
import numpy as np
import pytest

from minprune.formulas.activations import softmax
from minprune.formulas.distill import (
    distillation_gradient,
    distillation_loss,
    soften,
)

TEMPERATURES = [0.5, 1, 2.0, 7, 50.0]


def draw(N, K, dtype="d", scale=3.0, seed=0):
    rng = np.random.default_rng(seed)
    z, z_teacher = (scale * rng.standard_normal((2, N, K))).astype(dtype)
    for array in (z, z_teacher):
        array.flags.writeable = False  # a formula that writes to its input raises
    return z, z_teacher, rng.integers(K, size=N)


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
