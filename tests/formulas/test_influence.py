"""Influence: the naive twin, hand numbers, properties, and what is refused."""

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

pytestmark = pytest.mark.filterwarnings("error")

X, Y, W = np.array([1.0, 2.0]), 4, np.array([3.0, 1.0])  # C-4.2f: L = (w x - y)^2 / 2


def loss_C42f(w):
    return 0.5 * (w @ X - Y) ** 2


def hessian(seed, n, dtype="d"):
    """A symmetric positive definite matrix, far from diagonal."""
    A = np.random.default_rng(seed).standard_normal((n + 2, n))
    H = A.T @ A + 0.1 * np.eye(n)
    return ((H + H.T) / 2).astype(dtype)


# --- leave one out -------------------------------------------------------------------------------


def test_leave_one_out_of_C_4_2f_and_E_3_1():
    assert loss_C42f(W) == 0.5
    assert leave_one_out(loss_C42f, W).tolist() == [1.5, 0]


def test_leave_one_out_is_negative_where_the_loss_would_fall():
    assert leave_one_out(lambda w: np.sum((w - 1) ** 2), [[3.0, 1.0], [-1.0, 0.0]]).tolist() == [
        [-3, 1],
        [-3, 0],
    ]


def test_leave_one_out_takes_one_evaluation_a_weight_and_one_more():
    seen = []
    leave_one_out(lambda w: seen.append(w.copy()) or 0.0, [[1.0, 2.0], [3.0, 4.0]])
    assert sorted(w.ravel().tolist() for w in seen) == [
        [0, 2, 3, 4],
        [1, 0, 3, 4],
        [1, 2, 0, 4],
        [1, 2, 3, 0],
        [1, 2, 3, 4],
    ]


def test_leave_one_out_survives_a_loss_that_writes_to_its_weights():
    def careless(w):
        total = float(np.sum(w * [1.0, 10.0, 100.0]))
        w[:] = 7
        return total

    w = np.array([1.0, 2.0, 3.0])
    assert leave_one_out(careless, w).tolist() == [-1, -20, -300]
    assert w.tolist() == [1, 2, 3]


def test_leave_one_out_of_integers_and_of_views():
    assert leave_one_out(lambda w: np.sum(w / 2), np.array([1, 2])).tolist() == [-0.5, -1]
    w = np.arange(12.0).reshape(3, 4)
    for view in (w.T, w[::-1, ::2], np.asfortranarray(w)):
        np.testing.assert_array_equal(leave_one_out(np.sum, view), -view)
    assert leave_one_out(np.sum, np.ones((2, 0))).shape == (2, 0)
    assert leave_one_out(lambda w: 3 * w, 2.0) == -6


# --- Taylor series -------------------------------------------------------------------------------


def test_series_of_C_4_2f_and_E_3_1():
    g, h = (W @ X - Y) * X, X**2
    assert second_order_influence(W, g, h).tolist() == [1.5, 0]
    assert obd_saliency(W, h).tolist() == [4.5, 2]


def test_series_by_hand():
    assert second_order_influence([2.0, -2.0], [0.5, 0.5], [0.25, 1.0]).tolist() == [-0.5, 3]
    assert obd_saliency([[2.0], [-4.0]], [[0.25], [-0.5]]).tolist() == [[0.5], [-4]]
    assert second_order_influence(-3.0, 1.0, 2.0) == 12


def test_obd_is_the_series_without_its_gradient(w):
    h = np.abs(w) + 1
    np.testing.assert_array_equal(second_order_influence(w, 0 * w, h), obd_saliency(w, h))
    np.testing.assert_array_equal(obd_saliency(-2 * w, h), 4 * obd_saliency(w, h))  # even in w
    assert np.all(obd_saliency(w, h) >= 0)


def test_series_do_not_see_the_layout():
    w, g, h = np.random.default_rng(1).standard_normal((3, 6, 4))
    for view in (slice(None, None, -1), (slice(1, None, 2), slice(None, None, 3))):
        np.testing.assert_array_equal(obd_saliency(w[view], h[view]), obd_saliency(w, h)[view])
        np.testing.assert_array_equal(
            second_order_influence(w[view], g[view], h[view]), second_order_influence(w, g, h)[view]
        )


# --- Optimal Brain Surgeon -----------------------------------------------------------------------


def test_obs_of_integers_and_of_views():
    H = np.array([[2, 1], [1, 2]])
    assert obs_saliency(np.array([1, 1]), H) == pytest.approx([0.75, 0.75])
    assert obs_update(np.array([1, 1]), H, np.int64(1)) == pytest.approx([1.5, 0])
    w, H = np.arange(8.0)[::-2], np.asfortranarray(hessian(3, 8))[::2, ::2]
    assert obs_saliency(w, H) == pytest.approx(naive.obs_saliency(w, H))
    assert obs_update(w, H, 2) == pytest.approx(naive.obs_update(w, H, 2))


def test_obs_by_hand():
    # H^-1 = [[2, -1], [-1, 2]] / 3: a saliency is w^2 3/4; the other takes up half of what goes
    H = [[2.0, 1.0], [1.0, 2.0]]
    assert obs_saliency([4.0, -1.0], H) == pytest.approx([12, 0.75], rel=1e-14)
    assert obs_update([4.0, -1.0], H, q=0) == pytest.approx([0, 1], rel=1e-14)
    assert obs_update([4.0, -1.0], H, q=1) == pytest.approx([3.5, 0], rel=1e-14)


def test_obs_with_a_diagonal_hessian_is_obd_and_moves_nothing_else():
    w, h = np.array([3.0, 1.0, -0.5]), np.array([1.0, 4.0, 0.25])
    np.testing.assert_allclose(obs_saliency(w, np.diag(h)), obd_saliency(w, h), rtol=1e-15)
    assert obs_update(w, np.diag(h), 1).tolist() == [3, 0, -0.5]


@pytest.mark.parametrize("seed", range(5))
def test_obs_is_never_above_obd(seed):
    w, H = np.random.default_rng(seed).standard_normal(6), hessian(seed, 6)
    obs, obd = obs_saliency(w, H), obd_saliency(w, np.diag(H))
    assert np.all(obs > 0) and np.all(obs < obd)
    np.testing.assert_allclose(obs_saliency(-2 * w, H), 4 * obs, rtol=1e-14)
    np.testing.assert_allclose(obs_saliency(w, 4 * H), 4 * obs, rtol=1e-12)
    np.testing.assert_allclose(obs_update(w, 4 * H, 2), obs_update(w, H, 2), rtol=1e-10, atol=1e-12)


def test_a_weight_that_is_zero_costs_nothing_and_moves_nothing():
    w, H = np.array([0.5, 0.0, -2.0]), hessian(7, 3)
    assert obs_saliency(w, H)[1] == 0
    assert obs_update(w, H, 1).tolist() == w.tolist()
