"""Truth by exhaustion: where all masks can be tried, what do the scores really find?

The truth is the loss itself: without one weight, without one weight and with the others solved
anew, and under the best of all masks that prune k weights.
"""

from fractions import Fraction
from itertools import combinations

import naive
import numpy as np
import pytest

from minprune.formulas.influence import (
    leave_one_out,
    obd_saliency,
    obs_saliency,
    obs_update,
    second_order_influence,
)
from minprune.formulas.masks import apply_mask, rank_mask
from minprune.formulas.scores import gradient_magnitude, magnitude, snip, synflow, taylor
from minprune.formulas.units import contribution, mean_activation, unit_ablation, unit_taylor

pytestmark = pytest.mark.filterwarnings("error")


def all_masks(n, k):
    """Every mask of n weights that prunes exactly k of them."""
    for pruned in combinations(range(n), k):
        mask = np.ones(n, bool)
        mask[list(pruned)] = False
        yield mask


def best_mask(loss, w, k):
    """The mask with the lowest loss of all that prune k weights, the others left as they are."""
    return min(all_masks(w.size, k), key=lambda mask: loss(apply_mask(w, mask)))


def cost(loss, w, score, k):
    """What the loss becomes when the k lowest scores are pruned."""
    return loss(apply_mask(w, rank_mask(score, k)))


class Quadratic:
    """L(w) = (w - low)^T H (w - low) / 2 + 1, its minimum at low, its Hessian far from diagonal."""

    def __init__(self, seed, n=5):
        rng = np.random.default_rng(seed)
        A = rng.standard_normal((n + 1, n))
        self.H, self.low = A.T @ A, rng.standard_normal(n)
        self.H = (self.H + self.H.T) / 2

    def __call__(self, w):
        return float((w - self.low) @ self.H @ (w - self.low) / 2 + 1)

    def gradient(self, w):
        return self.H @ (w - self.low)

    def solve_without(self, q):
        """The lowest point with w_q = 0: there the gradient of all the others is zero."""
        rest = np.delete(np.arange(len(self.low)), q)
        w = np.zeros(len(self.low))
        w[rest] = np.linalg.solve(self.H[np.ix_(rest, rest)], (self.H @ self.low)[rest])
        return w


# --- one weight, the others as they are ----------------------------------------------------------


def test_leave_one_out_is_the_loss_under_each_mask_of_one():
    loss = Quadratic(0)
    w = np.array([0.5, -1.0, 2.0, 0.0, 0.25])
    by_mask = [loss(apply_mask(w, mask)) - loss(w) for mask in all_masks(5, 1)]
    np.testing.assert_array_equal(leave_one_out(loss, w), by_mask)
    assert leave_one_out(loss, w)[3] == 0  # nothing is lost by pruning a zero


@pytest.mark.parametrize("seed", range(5))
def test_the_second_order_series_is_exact_for_a_quadratic_loss_anywhere_E_3_1(seed):
    loss = Quadratic(seed)
    w = np.random.default_rng(seed + 100).standard_normal(5)
    truth = leave_one_out(loss, w)
    series = second_order_influence(w, loss.gradient(w), np.diag(loss.H))
    np.testing.assert_allclose(series, truth, rtol=1e-10, atol=1e-12)
    assert not np.allclose(obd_saliency(w, np.diag(loss.H)), truth, rtol=0.01)  # there g is not 0
    assert not np.allclose(taylor(w, loss.gradient(w)), np.abs(truth), rtol=0.01)


def test_the_second_order_series_is_off_by_the_third_order_of_another_loss():
    w = np.array([0.5, -1.0, 2.0])  # L = sum w^3: removing w changes it by -w^3
    series = second_order_influence(w, 3 * w**2, 6 * w)
    np.testing.assert_array_equal(leave_one_out(lambda v: np.sum(v**3), w), -(w**3))
    np.testing.assert_array_equal(series, 0 * w)  # -3 w^3 + 3 w^3


@pytest.mark.parametrize("seed", range(5))
def test_obd_is_exact_where_the_gradient_is_zero(seed):
    loss = Quadratic(seed)
    w = loss.low
    truth = leave_one_out(loss, w)
    np.testing.assert_allclose(obd_saliency(w, np.diag(loss.H)), truth, rtol=1e-12)
    assert cost(loss, w, obd_saliency(w, np.diag(loss.H)), 1) == loss(
        apply_mask(w, best_mask(loss, w, 1))
    )
    # and the first-order scores are blind there
    assert not np.any(taylor(w, loss.gradient(w)))
    assert not np.any(gradient_magnitude(loss.gradient(w)))


def test_first_order_scores_are_exact_for_a_linear_loss():
    g, w = np.array([[1.0, -0.5], [0.25, 2.0]]), np.array([[3.0, 1.0], [-4.0, 0.0]])
    truth = np.abs(leave_one_out(lambda v: np.sum(g * v), w))
    np.testing.assert_array_equal(taylor(w, g), truth)
    np.testing.assert_array_equal(snip([w], [g])[0], truth / truth.sum())


def test_the_gradient_rule_prunes_the_weight_that_matters_C_4_2f():
    x, w, y = np.array([1.0, 2.0]), np.array([3.0, 1.0]), 4

    def loss(v):
        return float(0.5 * (v @ x - y) ** 2)

    g, h = (w @ x - y) * x, x**2
    rises = {
        "gradient": cost(loss, w, gradient_magnitude(g), 1) - loss(w),
        "magnitude": cost(loss, w, magnitude(w), 1) - loss(w),
        "taylor": cost(loss, w, taylor(w, g), 1) - loss(w),
        "second order": cost(loss, w, second_order_influence(w, g, h), 1) - loss(w),
        "OBD": cost(loss, w, obd_saliency(w, h), 1) - loss(w),
        "truth": loss(apply_mask(w, best_mask(loss, w, 1))) - loss(w),
    }
    gradient_pays = rises.pop("gradient")
    assert gradient_pays == 1.5
    assert set(rises.values()) == {0}


# --- one weight, the others make up for it -------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_obs_is_exact_for_a_quadratic_loss_at_its_minimum(seed):
    loss = Quadratic(seed)
    rng = np.random.default_rng(seed)
    for q, saliency in enumerate(obs_saliency(loss.low, loss.H)):
        solved, new = loss.solve_without(q), obs_update(loss.low, loss.H, q)
        assert saliency == pytest.approx(loss(solved) - loss(loss.low), rel=1e-9)
        np.testing.assert_allclose(new, solved, rtol=1e-8, atol=1e-10)
        assert new[q] == 0
        for step in rng.standard_normal((50, 5)):  # and no point with w_q = 0 is lower
            step[q] = 0
            assert loss(new + 0.01 * step) > loss(new)
            assert loss(new + step) > loss(new)


def test_obs_in_exact_fractions():
    # delta_r = H_rr^-1 H_rq w_q, and L rises by w_q^2 (H_qq - H_qr H_rr^-1 H_rq) / 2
    H, w = [[2, 1, 0], [1, 2, 1], [0, 1, 2]], [1, 2, 3]
    saliency = obs_saliency(w, H)
    for q in range(3):
        a, b = (i for i in range(3) if i != q)
        det = Fraction(H[a][a] * H[b][b] - H[a][b] ** 2)
        move_a = (H[b][b] * H[a][q] - H[a][b] * H[b][q]) / det
        move_b = (H[a][a] * H[b][q] - H[a][b] * H[a][q]) / det
        rise = Fraction(w[q] ** 2, 2) * (H[q][q] - H[q][a] * move_a - H[q][b] * move_b)
        assert rise == [Fraction(2, 3), 2, 6][q]
        assert saliency[q] == pytest.approx(float(rise), rel=1e-14)
        new = obs_update(w, H, q)
        assert new[a] == pytest.approx(float(w[a] + move_a * w[q]), rel=1e-14)
        assert new[b] == pytest.approx(float(w[b] + move_b * w[q]), abs=1e-14)


def test_obs_prunes_another_weight_than_magnitude_and_is_right():
    # inputs 0 and 1 say nearly the same, so either can stand in for the other; input 2 stands alone
    loss = Quadratic(0, n=3)
    loss.H = np.array([[1.0, 0.95, 0.0], [0.95, 1.0, 0.0], [0.0, 0.0, 1.0]])
    loss.low = w = np.array([1.0, 1.25, 0.75])
    assert np.argmin(magnitude(w)) == np.argmin(obd_saliency(w, np.diag(loss.H))) == 2
    assert np.argmin(obs_saliency(w, loss.H)) == 0
    solved = [loss(loss.solve_without(q)) - 1 for q in range(3)]
    assert np.argmin(solved) == 0
    assert solved == pytest.approx([0.5 * 0.0975, 0.5 * 0.0975 * 1.25**2, 0.5 * 0.75**2])
    # as long as the others stay as they are, magnitude is right
    assert np.argmin(leave_one_out(loss, w)) == 2


def test_obs_needs_a_minimum():
    # elsewhere the others do not only make up for the weight, they also go on learning
    loss = Quadratic(1)
    w = loss.low + 1
    rises = [loss(loss.solve_without(q)) - loss(w) for q in range(5)]
    assert np.all(rises < obs_saliency(w, loss.H))


# --- k weights -----------------------------------------------------------------------------------


@pytest.mark.parametrize("k", range(8))
def test_the_best_mask_of_independent_weights_is_found_by_the_series(k):
    rng = np.random.default_rng(k)
    w, low, h = rng.standard_normal(7), rng.standard_normal(7), rng.uniform(0.1, 3, 7)

    def loss(v):
        return float(np.sum(h * (v - low) ** 2) / 2)

    best = best_mask(loss, w, k)
    for score in (second_order_influence(w, h * (w - low), h), leave_one_out(loss, w)):
        np.testing.assert_array_equal(rank_mask(score, k), best)
    np.testing.assert_array_equal(rank_mask(obd_saliency(low, h), k), best_mask(loss, low, k))
    equally_steep = np.full(7, 0.5)  # then magnitude too is right, at the minimum
    np.testing.assert_array_equal(
        rank_mask(magnitude(low), k),
        best_mask(lambda v: float(np.sum(equally_steep * (v - low) ** 2)), low, k),
    )


def test_even_the_exact_influence_of_each_misses_a_pair_that_cancels():
    # each of the first two costs 2 if it goes alone, and both together cost nothing
    w = np.ones(4)

    def loss(v):
        return float(2 * (v[0] - v[1]) ** 2 + 0.5 * (1 - v[2]) ** 2 + 0.5 * (1 - v[3]) ** 2)

    influence = leave_one_out(loss, w)
    assert influence.tolist() == [2, 2, 0.5, 0.5]
    assert cost(loss, w, influence, 2) == 1
    assert best_mask(loss, w, 2).tolist() == [False, False, True, True]
    assert loss(apply_mask(w, best_mask(loss, w, 2))) == 0


# --- a chain of layers ---------------------------------------------------------------------------

SHAPES = [(2, 3), (3, 2), (2, 1)]  # 14 weights, at most 3432 masks


def split(w):
    """The layers that one vector of 14 weights holds."""
    parts = np.split(w, np.cumsum([a * b for a, b in SHAPES])[:-1])
    return [part.reshape(shape) for part, shape in zip(parts, SHAPES, strict=True)]


def relu_net(seed):
    """A network 2-3-2-1 close to a good fit: its loss as a function of all weights, and these."""
    rng = np.random.default_rng(seed)
    w = rng.uniform(0.2, 1, 14) * rng.choice([-1, 1, 1], 14)
    x = rng.standard_normal((20, 2))

    def output(v):
        W1, W2, W3 = split(v)
        return np.maximum(np.maximum(x @ W1, 0) @ W2, 0) @ W3

    target = output(w) + 0.1 * rng.standard_normal((20, 1))
    return lambda v: float(np.mean((output(v) - target) ** 2)), w


def curvature(loss, w, step=1e-3):
    """d^2 L / dw_i^2 by differences; between its kinks the loss is quadratic in each weight."""
    unit = step * np.eye(w.size)
    return np.array([loss(w + e) - 2 * loss(w) + loss(w - e) for e in unit]) / step**2


@pytest.mark.parametrize("seed", [1, 3])
def test_no_score_beats_the_best_mask_of_a_relu_net_and_every_score_misses_it(seed):
    loss, w = relu_net(seed)
    g, h = naive.numerical_gradient(loss, w, 1e-6), curvature(loss, w)
    scores = {
        "magnitude": magnitude(w),
        "gradient": gradient_magnitude(g),
        "taylor": taylor(w, g),
        "second order": second_order_influence(w, g, h),
        "OBD": obd_saliency(w, h),
        "leave one out": leave_one_out(loss, w),
        "synflow": np.concatenate([s.ravel() for s in synflow(split(w))]),
    }
    missed = dict.fromkeys(scores, 0)
    for k in (1, 2, 3, 5, 7):
        best = loss(apply_mask(w, best_mask(loss, w, k)))
        for name, score in scores.items():
            pays = cost(loss, w, score, k)
            assert pays >= best
            missed[name] += pays > best * (1 + 1e-9)
        if k == 1:
            assert missed["leave one out"] == 0  # one weight at a time it is the truth itself
            assert best == pytest.approx(loss(w) + leave_one_out(loss, w).min(), rel=1e-12)
    assert all(missed.values())  # for some k; the exact influence of single weights too


@pytest.mark.parametrize("seed", [0, 1])
def test_gradients_and_curvature_of_the_relu_net_hold_for_small_steps(seed):
    loss, w = relu_net(seed)
    g, h, t = naive.numerical_gradient(loss, w, 1e-6), curvature(loss, w), 1e-3
    for i in range(14):  # one weight made smaller by a part t
        less = w.copy()
        less[i] *= 1 - t
        expected = -g[i] * t * w[i] + h[i] * (t * w[i]) ** 2 / 2
        assert loss(less) - loss(w) == pytest.approx(expected, abs=1e-8)


# --- synaptic flow -------------------------------------------------------------------------------


def flow(layers):
    """R, by all paths from an input to an output."""
    total = 0.0
    for i, j, k, o in np.ndindex(2, 3, 2, 1):
        total += abs(layers[0][i, j] * layers[1][j, k] * layers[2][k, o])
    return total


@pytest.mark.parametrize("seed", range(4))
def test_synflow_is_conserved_by_every_layer_also_of_a_pruned_net(seed):
    rng = np.random.default_rng(seed)
    w = rng.integers(-8, 9, 14) / 4  # dyadic: all sums are exact
    for k in (0, 3, 6):
        layers = split(apply_mask(w, rank_mask(rng.random(14), k)))
        assert [float(s.sum()) for s in synflow(layers)] == [flow(layers)] * 3


def test_synflow_is_the_exact_loss_of_flow():  # R is linear in each |w|, so its slope is exact
    w = np.random.default_rng(5).integers(-8, 9, 14) / 4
    scores = np.concatenate([s.ravel() for s in synflow(split(w))])
    lost = -leave_one_out(lambda v: flow(split(v)), w)
    np.testing.assert_array_equal(scores, lost)
    best = best_mask(lambda v: -flow(split(v)), w, 1)
    assert flow(split(apply_mask(w, best))) == flow(split(apply_mask(w, rank_mask(scores, 1))))


def test_synflow_keeps_the_only_path_that_magnitude_cuts():
    layers = [[[8.0, 0.5]], [[0.0], [0.25]]]  # the large weight leads nowhere
    scores = np.concatenate([s.ravel() for s in synflow(layers)])
    weights = np.array([8.0, 0.5, 0.0, 0.25])

    def through(w):
        return float(abs(w[0] * w[2]) + abs(w[1] * w[3]))

    assert through(apply_mask(weights, rank_mask(scores, 2))) == 0.125
    assert through(apply_mask(weights, rank_mask(magnitude(weights), 2))) == 0
    assert best_mask(lambda w: -through(w), weights, 2).tolist() == [False, True, False, True]


# --- units ---------------------------------------------------------------------------------------


def test_the_activation_rule_removes_the_only_unit_that_matters_E_4_3():
    a, w_out = np.array([[1.0, 0.1]]), np.array([[0.0], [5.0]])

    def output(keep):
        return ((a * keep) @ w_out).item()

    def loss(keep):
        return (0.5 - output(keep)) ** 2

    truth = unit_ablation(loss, 2)
    assert truth.tolist() == [0, 0.25]
    by_activation, by_contribution = (
        rank_mask(mean_activation(a), 1),
        rank_mask(contribution(a, w_out), 1),
    )
    assert (output(by_activation), loss(by_activation)) == (0, 0.25)
    assert (output(by_contribution), loss(by_contribution)) == (0.5, 0)
    np.testing.assert_array_equal(by_contribution, rank_mask(truth, 1))
    np.testing.assert_array_equal(by_contribution, min(all_masks(2, 1), key=loss))


def test_contribution_misses_units_that_cancel_but_ablation_of_both_does_not():
    # two units say the same with opposite weights: large contributions, none to the output
    a, w_out = np.array([[1.0, 1.0, 0.5], [2.0, 2.0, 1.0]]), np.array([[3.0], [-3.0], [1.0]])
    target = a @ w_out

    def loss(keep):
        return float(np.mean(((a * keep) @ w_out - target) ** 2))

    best = min(all_masks(3, 2), key=loss)
    assert best.tolist() == [False, False, True] and loss(best) == 0
    assert rank_mask(contribution(a, w_out), 2).tolist() != best.tolist()
    assert loss(rank_mask(contribution(a, w_out), 2)) == loss(rank_mask(unit_ablation(loss, 3), 2))
    assert loss(rank_mask(contribution(a, w_out), 2)) > 0


def test_unit_taylor_is_exact_for_one_sample_and_a_linear_loss():
    a, g = np.array([[1.0, -2.0, 0.5, 0.0]]), np.array([[0.5, 0.25, -4.0, 1.0]])
    truth = unit_ablation(lambda keep: float(np.sum(a * keep * g)), 4)
    np.testing.assert_array_equal(unit_taylor(a, g), np.abs(truth))
