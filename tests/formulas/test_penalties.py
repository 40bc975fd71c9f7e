"""Penalties: gradients by differences, tangents, half precision."""

from fractions import Fraction

import naive
import numpy as np
import pytest

from minprune.formulas.masks import apply_mask, threshold_mask
from minprune.formulas.norms import unit_l2
from minprune.formulas.penalties import (
    group_lasso,
    group_lasso_proximal,
    group_lasso_subgradient,
    l1_penalty,
    l1_proximal,
    l1_regularized_loss,
    l1_subgradient,
    l2_gradient,
    l2_penalty,
    l2_proximal,
    l2_regularized_loss,
    scale_weights,
    sparse_group_lasso,
    weight_clip,
)

pytestmark = pytest.mark.filterwarnings("error")

PENALTIES = [l1_penalty, l2_penalty]
GRADIENTS = [l1_subgradient, l2_gradient]
PAIRS = list(zip(PENALTIES, GRADIENTS, strict=True))


@pytest.mark.parametrize(("penalty", "gradient"), PAIRS)
def test_gradient_by_finite_differences_away_from_zero(penalty, gradient):
    rng = np.random.default_rng(1)
    w = rng.choice([-1, 1], (3, 4)) * rng.uniform(0.1, 2, (3, 4))
    slope = naive.numerical_gradient(lambda v: penalty(v, 0.3), w)
    np.testing.assert_allclose(gradient(w, 0.3), slope, rtol=1e-8)


@pytest.mark.parametrize(("penalty", "gradient"), PAIRS)
def test_penalty_lies_above_every_tangent(penalty, gradient):
    # R(v) >= R(w) + g (v - w) for all v is what makes g a subgradient, at w = 0 too
    w, v = np.meshgrid([-1, -0.25, 0, 0.5], np.linspace(-2, 2, 17))
    for w_i, v_i, g_i in zip(w.flat, v.flat, gradient(w, 0.5).flat, strict=True):
        assert penalty(v_i, 0.5) >= penalty(w_i, 0.5) + g_i * (v_i - w_i) - 1e-12


def test_half_precision_does_not_overflow():
    assert l2_penalty(np.array([300.0], np.float16), 1) == 90_000.0
    assert l1_subgradient([True, False], 1).tolist() == [1.0, 0.0]


# --- proximal steps of L1 and L2 -----------------------------------------------------------------


def test_descent_reaches_zeros_by_proximal_steps_only_A_2_2b():
    # L_0 = sum (w - c)^2 / 2; with an L1 penalty its minimum is the soft threshold of c
    c, lam, lr = np.array([0.05, 1.0, -0.02, -0.7]), 0.1, 0.3
    by_subgradient = by_proximal = by_l2 = np.array([0.9, 0.4, 0.3, 0.8])
    for _ in range(300):
        by_subgradient = by_subgradient - lr * (
            by_subgradient - c + l1_subgradient(by_subgradient, lam)
        )
        by_proximal = l1_proximal(by_proximal - lr * (by_proximal - c), lam, lr)
        by_l2 = l2_proximal(by_l2 - lr * (by_l2 - c), lam, lr)
    assert np.count_nonzero(by_subgradient) == np.count_nonzero(by_l2) == 4
    np.testing.assert_allclose(by_proximal, [0, 0.9, 0, -0.6], atol=1e-12)
    assert np.count_nonzero(by_proximal) == 2
    np.testing.assert_allclose(by_l2, c / (1 + 2 * lam), rtol=1e-12)


# --- group lasso ---------------------------------------------------------------------------------


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_group_lasso_subgradient_by_finite_differences(axis):
    w = np.random.default_rng(7).standard_normal((3, 2, 4))
    slope = naive.numerical_gradient(lambda v: group_lasso(v, 0.3, axis), w)
    np.testing.assert_allclose(group_lasso_subgradient(w, 0.3, axis), slope, rtol=1e-6)


def test_group_lasso_lies_above_every_tangent():  # at a unit of zeros too
    rng = np.random.default_rng(8)
    w = rng.standard_normal((3, 4))
    w[:, 1] = 0
    g = group_lasso_subgradient(w, 0.5)
    assert not np.any(g[:, 1])
    for v in w + rng.standard_normal((200, 3, 4)):
        assert group_lasso(v, 0.5) >= group_lasso(w, 0.5) + np.sum(g * (v - w)) - 1e-12


def test_group_lasso_removes_whole_units_and_keeps_directions():
    rng = np.random.default_rng(10)
    w = rng.standard_normal((5, 8)) * np.geomspace(0.01, 4, 8)
    removed = [np.sum(unit_l2(group_lasso_proximal(w, lam, 0.5)) == 0) for lam in (0, 0.1, 0.5, 2)]
    assert removed == sorted(removed) and removed[0] == 0 and 0 < removed[2] < 8
    new = group_lasso_proximal(w, 0.5, 0.5)
    kept = unit_l2(new) > 0
    assert np.all((new != 0) == kept)  # a unit goes whole or stays whole
    factor = new[:, kept] / w[:, kept]
    np.testing.assert_allclose(factor, np.broadcast_to(factor[0], factor.shape), rtol=1e-13)
    assert np.all((factor > 0) & (factor < 1))


# --- the whole loss ------------------------------------------------------------------------------

LOSSES = [l1_regularized_loss, l2_regularized_loss]


@pytest.mark.parametrize(("loss", "gradient"), list(zip(LOSSES, GRADIENTS, strict=True)))
def test_gradient_of_the_loss_is_that_of_both_parts(loss, gradient):  # E-4.2: g + 2 lam w
    target = np.array([0.5, -1.0, 2.0])
    w = np.array([-0.25, 1.5, 0.75])
    slope = naive.numerical_gradient(lambda v: loss(np.sum((v - target) ** 2), [v], 0.3), w)
    np.testing.assert_allclose(slope, 2 * (w - target) + gradient(w, 0.3), rtol=1e-7)


# --- what pruning is not -------------------------------------------------------------------------


def test_weight_clip_of_B_1a_alters_what_pruning_keeps():
    w = np.array([-0.9, 0.05, 0.4])
    clipped, pruned = weight_clip(w, 0.1), apply_mask(w, threshold_mask(w, 0.1))
    assert clipped.tolist() == [-0.1, 0.05, 0.1]
    assert pruned.tolist() == [-0.9, 0, 0.4]
    np.testing.assert_array_equal(clipped != w, pruned == w)  # complementary


# --- kinds of numbers, and what is refused -------------------------------------------------------

ARRAY_MAPS = {  # function of (w, number) that returns an array, shape of w
    "l1_proximal lam": lambda w, x: l1_proximal(w, x, 0.5),
    "l1_proximal lr": lambda w, x: l1_proximal(w, 0.5, x),
    "l2_proximal lam": lambda w, x: l2_proximal(w, x, 0.5),
    "l2_proximal lr": lambda w, x: l2_proximal(w, 0.5, x),
    "group_lasso_subgradient lam": group_lasso_subgradient,
    "group_lasso_proximal lam": lambda w, x: group_lasso_proximal(w, x, 0.5),
    "group_lasso_proximal lr": lambda w, x: group_lasso_proximal(w, 0.5, x),
    "weight_clip c": weight_clip,
    "scale_weights factor": scale_weights,
}
FLOATS = {  # function of (w, number) that returns a float
    "group_lasso lam": group_lasso,
    "sparse_group_lasso lam1": lambda w, x: sparse_group_lasso(w, x, 0.5),
    "l1_regularized_loss lam": lambda w, x: l1_regularized_loss(1, [w], x),
    "l2_regularized_loss lam": lambda w, x: l2_regularized_loss(1, [w], x),
}


@pytest.mark.parametrize(
    "number", [np.float64(0.5), np.float32(0.5), Fraction(1, 2), np.array(0.5)]
)
@pytest.mark.parametrize("case", ARRAY_MAPS)
def test_the_kind_of_a_number_does_not_widen_the_array(case, number):
    w = np.array([[1.0, -0.5], [0.25, 2.0]], np.float32)
    new = ARRAY_MAPS[case](w, number)
    assert new.dtype == np.float32
    np.testing.assert_array_equal(new, ARRAY_MAPS[case](w, 0.5))


@pytest.mark.parametrize("case", FLOATS)
def test_penalties_sum_in_float64(case):
    w = np.random.default_rng(11).uniform(0.5, 1, (999, 7)).astype(np.float32)
    assert FLOATS[case](w, 0.5) == pytest.approx(FLOATS[case](w.astype(float), 0.5), rel=1e-13)
