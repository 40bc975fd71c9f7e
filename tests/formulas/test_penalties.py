"""Penalties: the naive twin, hand numbers, gradients by differences, minima, what is refused."""

import math
from fractions import Fraction
from functools import partial

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
from minprune.formulas.scores import magnitude

pytestmark = pytest.mark.filterwarnings("error")

PENALTIES = [l1_penalty, l2_penalty]
GRADIENTS = [l1_subgradient, l2_gradient]
PAIRS = list(zip(PENALTIES, GRADIENTS, strict=True))
PROXIMALS = [l1_proximal, l2_proximal]
H1 = np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]])  # the three layers of
H2 = np.array([[0.7, 0.8, 0.9], [0.1, 0.2, 0.3]])
H3 = np.array([[0.4, 0.5, 0.6], [0.7, 0.8, 0.9]])


@pytest.mark.parametrize(
    ("penalty", "numbers"), [(l1_penalty, (2.1, 3.0, 3.9)), (l2_penalty, (0.91, 2.08, 2.71))]
)
def test_numbers_of_A_4_4(penalty, numbers):
    assert [penalty(h, 1) for h in (H1, H2, H3)] == pytest.approx(numbers, rel=1e-12)


def test_numbers_of_A_4_1():
    assert l1_penalty([H1, H2, H3], lam=0.01) == pytest.approx(0.09, rel=1e-12)
    assert l2_penalty([H1, H2, H3], lam=0.01) == pytest.approx(0.057, rel=1e-12)


def test_l2_is_the_square_of_a_norm_without_one_half():  # A-4.1b: a norm would give 2, not 4
    assert l2_penalty([3.0, -4.0], lam=1) == 25
    assert l2_penalty([6.0, -8.0], lam=1) == 100
    assert l1_penalty([6.0, -8.0], lam=1) == 2 * l1_penalty([3.0, -4.0], lam=1) == 14


def test_gradients_by_hand():  # A-2.2b: the pull of L1 is constant, the pull of L2 dies out at 0
    w = [-4.0, -0.5, -0.0, 0.0, 0.25, 8.0]
    assert l1_subgradient(w, lam=0.5).tolist() == [-0.5, -0.5, 0, 0, 0.5, 0.5]
    assert l2_gradient(w, lam=0.5).tolist() == [-4, -0.5, 0, 0, 0.25, 8]


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


@pytest.mark.parametrize("lam", [np.float64(0.5), np.float32(0.5), Fraction(1, 2)])
@pytest.mark.parametrize("gradient", GRADIENTS)
def test_the_kind_of_lam_does_not_widen_the_gradient(gradient, lam):
    assert gradient(np.array([1.0, -1.0], np.float32), lam).dtype == np.float32


@pytest.mark.parametrize(("penalty", "value"), [(l1_penalty, 128.0), (l2_penalty, 16384.0)])
def test_narrow_integers_do_not_overflow(penalty, value):
    assert penalty(np.array([-128], np.int8), 1) == value


def test_half_precision_does_not_overflow():
    assert l2_penalty(np.array([300.0], np.float16), 1) == 90_000.0
    assert l1_subgradient([True, False], 1).tolist() == [1.0, 0.0]


# --- proximal steps of L1 and L2 -----------------------------------------------------------------


@pytest.mark.parametrize("view", [(slice(None, None, -1),), (slice(1, None, 2), slice(None, 4))])
@pytest.mark.parametrize(
    "function", [*(partial(p, lr=0.5) for p in PROXIMALS), l1_subgradient, l2_gradient]
)
def test_elementwise_maps_do_not_see_the_layout(function, view):
    w = np.random.default_rng(3).standard_normal((6, 7))
    np.testing.assert_array_equal(function(w[view], lam=0.5), function(w, lam=0.5)[view])
    np.testing.assert_array_equal(function(w.T, lam=0.5), function(w, lam=0.5).T)


def test_soft_threshold_of_A_2_2b():
    new = l1_proximal([-0.3, 0.05, 0.2, 0.1], lam=0.5, lr=0.2)  # threshold 0.1: equality becomes 0
    assert new.tolist() == [pytest.approx(-0.2, rel=1e-15), 0, 0.1, 0]


def test_proximal_by_hand():  # dyadic: exact
    w = [-1.0, -0.25, -0.125, -0.0, 0.0, 0.125, 0.25, 4.0]
    assert l1_proximal(w, lam=0.25, lr=1).tolist() == [-0.75, 0, 0, 0, 0, 0, 0, 3.75]
    assert l1_proximal(w, lam=0.25, lr=0.5).tolist() == [-0.875, -0.125, 0, 0, 0, 0, 0.125, 3.875]
    assert l2_proximal(w, lam=0.5, lr=1).tolist() == [-0.5, -0.125, -0.0625, 0, 0, 0.0625, 0.125, 2]
    assert l2_proximal(w, lam=3, lr=0.5).tolist() == [
        -0.25,
        -0.0625,
        -0.03125,
        0,
        0,
        0.03125,
        0.0625,
        1,
    ]


@pytest.mark.parametrize(("proximal", "penalty"), list(zip(PROXIMALS, PENALTIES, strict=True)))
@pytest.mark.parametrize(("lam", "lr"), [(0.5, 0.5), (1, 0.25), (0.125, 2)])
def test_proximal_is_the_minimum_on_a_grid(proximal, penalty, lam, lr):
    grid = np.arange(-2, 2 + 1 / 128, 1 / 128)
    for w in (-1.5, -0.25, -0.1875, 0, 0.0625, 0.25, 0.5, 1.0):
        cost = [(u - w) ** 2 / (2 * lr) + penalty(u, lam) for u in grid]
        assert abs(grid[np.argmin(cost)] - proximal(w, lam, lr)) <= 1 / 256 + 1e-15


def test_only_the_proximal_step_of_l1_makes_weights_zero_A_2_2b(w):
    assert np.count_nonzero(l1_proximal(w, 0.25, 1.0)) == np.sum(magnitude(w) > 0.25)
    assert np.count_nonzero(l2_proximal(w, 100, 100)) == np.count_nonzero(w)  # erratum of E-3.2


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


def test_proximal_at_lam_zero_is_the_identity(w):
    for new in (l1_proximal(w, 0, 0.5), l2_proximal(w, 0, 0.5)):
        np.testing.assert_array_equal(new, w)


# --- group lasso ---------------------------------------------------------------------------------

GROUP_MAPS = [group_lasso_subgradient, partial(group_lasso_proximal, lr=0.5)]


def name_of(function):
    return getattr(function, "func", function).__name__


@pytest.mark.parametrize("function", [*GROUP_MAPS, group_lasso], ids=name_of)
def test_groups_are_numbered_by_the_last_axis_unless_told(function):
    w = np.random.default_rng(5).standard_normal((3, 2, 4))
    np.testing.assert_array_equal(function(w, 0.25), function(w, 0.25, axis=-1))
    assert sparse_group_lasso(w, 0.5, 0.25) == sparse_group_lasso(w, 0.5, 0.25, axis=2)
    for layout in (np.asfortranarray(w), np.ascontiguousarray(w[::-1])[::-1]):
        np.testing.assert_allclose(function(layout, 0.25), function(w, 0.25), rtol=1e-13)
    flipped = function(np.ascontiguousarray(w.transpose(2, 0, 1)), 0.25, axis=0)
    if np.ndim(flipped):
        flipped = flipped.transpose(1, 2, 0)
    np.testing.assert_allclose(flipped, function(w, 0.25), rtol=1e-13)


W_GROUPS = [[3.0, 1.0], [-4.0, 0.0], [0.0, 0.0], [0.0, 0.0]]  # two units of n = 4: norms 5 and 1


def test_group_lasso_by_hand():
    assert group_lasso(W_GROUPS, lam=0.5) == 0.5 * 2 * (5 + 1)
    assert group_lasso(W_GROUPS, lam=0.5, axis=0) == pytest.approx(
        0.5 * math.sqrt(2) * (math.sqrt(10) + 4), rel=1e-15
    )
    assert sparse_group_lasso(W_GROUPS, lam1=0.25, lam2=0.5) == 0.25 * 8 + 6
    assert sparse_group_lasso(W_GROUPS, lam1=0.25, lam2=0.5, axis=0) == pytest.approx(
        2 + 0.5 * math.sqrt(2) * (math.sqrt(10) + 4), rel=1e-15
    )
    assert group_lasso(np.ones((3, 3, 2, 5)), lam=1) == pytest.approx(5 * 18, rel=1e-15)  # filters
    assert group_lasso_proximal(W_GROUPS, lam=0.5, lr=0.5).tolist() == [
        [pytest.approx(2.7, rel=1e-15), 0.5],
        [pytest.approx(-3.6, rel=1e-15), 0],
        [0, 0],
        [0, 0],
    ]


def test_a_unit_as_small_as_the_threshold_becomes_zero():
    w = np.array([[3.0, 3.5], [-4.0, -4.0], [0.0, 0.0], [0.0, 0.0]])  # norm 5, and a little more
    new = group_lasso_proximal(w, lam=2.5, lr=1)  # threshold 2.5 * sqrt(4) = 5
    assert np.count_nonzero(new, axis=0).tolist() == [0, 2]


@pytest.mark.parametrize("shape", [(7,), (5, 1), (1, 6)])
def test_group_lasso_of_units_of_one_weight_is_l1_and_of_one_unit_is_the_norm(shape):
    w = np.random.default_rng(6).standard_normal(shape)
    axis = int(np.argmax(shape))  # every weight its own unit
    np.testing.assert_allclose(group_lasso(w, 0.5, axis), l1_penalty(w, 0.5), rtol=1e-14)
    np.testing.assert_allclose(
        group_lasso_proximal(w, 0.5, 0.5, axis), l1_proximal(w, 0.5, 0.5), rtol=1e-14, atol=1e-15
    )
    np.testing.assert_allclose(
        group_lasso_subgradient(w, 0.5, axis), l1_subgradient(w, 0.5), rtol=1e-14
    )
    if w.ndim == 2:  # the other way round: one unit of n weights
        norm = math.sqrt(np.sum(w**2))
        assert group_lasso(w, 2, 1 - axis) == pytest.approx(2 * math.sqrt(w.size) * norm)


def test_sparse_group_lasso_is_the_sum_of_both(w):
    for axis in range(w.ndim):
        assert sparse_group_lasso(w, 0.5, 0, axis) == l1_penalty(w, 0.5)
        assert sparse_group_lasso(w, 0, 0.5, axis) == group_lasso(w, 0.5, axis)


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


@pytest.mark.parametrize(
    ("proximal", "penalty"),
    [(l1_proximal, l1_penalty), (l2_proximal, l2_penalty), (group_lasso_proximal, group_lasso)],
)
@pytest.mark.parametrize(("lam", "lr"), [(0.4, 0.5), (0.2, 2.0)])
def test_proximal_step_is_the_minimizer(proximal, penalty, lam, lr):
    # cost(u) = ||u - w||^2 / (2 lr) + R(u) is strongly convex: only for its minimizer p is
    # cost(u) >= cost(p) + ||u - p||^2 / (2 lr) for all u
    rng = np.random.default_rng(9)
    w = rng.standard_normal((3, 4)) * [0.1, 0.5, 1.0, 4.0]
    p = proximal(w, lam, lr)

    def cost(u):
        return np.sum((u - w) ** 2) / (2 * lr) + penalty(u, lam)

    for distance in (1e-3, 0.1, 3):
        for u in p + distance * rng.standard_normal((100, 3, 4)):
            assert cost(u) >= cost(p) + np.sum((u - p) ** 2) / (2 * lr) - 1e-12
    for u in (w, 0 * w, p / 2, 2 * p):
        assert cost(u) >= cost(p) + np.sum((u - p) ** 2) / (2 * lr) - 1e-12


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


def test_loss_of_A_4_4():  # E-4.1, E-4.2: with the printed sum 3.2 for 3.9 it would be 0.083
    assert l1_regularized_loss(0, [H1, H2, H3], lam=0.01) == pytest.approx(0.09, rel=1e-13)
    assert l2_regularized_loss(0, [H1, H2, H3], lam=0.01) == pytest.approx(0.057, rel=1e-13)
    assert l1_regularized_loss(1.5, [H1, H2, H3], lam=0.01) == pytest.approx(1.59, rel=1e-13)
    assert l2_regularized_loss(1.5, [H1, H2, H3], lam=0.01) == pytest.approx(1.557, rel=1e-13)


@pytest.mark.parametrize("loss", LOSSES)
def test_loss_without_penalty_is_the_data_loss(loss):
    assert loss(0.75, [H1, H2], lam=0) == 0.75
    assert loss(np.float32(0.75), [], lam=1) == 0.75
    assert type(loss(1, [], lam=1)) is float


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


def test_shrinking_makes_no_weight_zero_D_1_1b(w):
    for factor in (0.999, 0.5, 1e-3):
        assert np.count_nonzero(scale_weights(w, factor)) == np.count_nonzero(w)
    assert not np.any(scale_weights(w, 0))
    assert scale_weights([-0.5, 4.0], 0.25).tolist() == [-0.125, 1]


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
ALL = ARRAY_MAPS | FLOATS


@pytest.mark.parametrize(
    "number", [np.float64(0.5), np.float32(0.5), Fraction(1, 2), np.array(0.5)]
)
@pytest.mark.parametrize("case", ARRAY_MAPS)
def test_the_kind_of_a_number_does_not_widen_the_array(case, number):
    w = np.array([[1.0, -0.5], [0.25, 2.0]], np.float32)
    new = ARRAY_MAPS[case](w, number)
    assert new.dtype == np.float32
    np.testing.assert_array_equal(new, ARRAY_MAPS[case](w, 0.5))


@pytest.mark.parametrize("case", ALL)
def test_narrow_integers_count_as_floats(case):
    narrow = ALL[case](np.array([[-128, 100], [3, 0]], np.int8), 0.5)
    np.testing.assert_array_equal(narrow, ALL[case]([[-128.0, 100.0], [3.0, 0.0]], 0.5))


@pytest.mark.parametrize("case", FLOATS)
def test_penalties_sum_in_float64(case):
    w = np.random.default_rng(11).uniform(0.5, 1, (999, 7)).astype(np.float32)
    assert FLOATS[case](w, 0.5) == pytest.approx(FLOATS[case](w.astype(float), 0.5), rel=1e-13)
