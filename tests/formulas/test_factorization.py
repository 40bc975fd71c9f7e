"""Factorization: the naive twin, hand numbers, what each half step solves, and pruning factors."""

from itertools import pairwise

import naive
import numpy as np
import pytest

from minprune.formulas.factorization import (
    balance_factors,
    factor_importance,
    factorization_loss,
    factorize,
    remove_factors,
)

SIZES = [(1, 1, 1), (4, 3, 2), (3, 5, 3), (6, 4, 1), (5, 5, 4)]  # m, n, k


def draw(m, n, k, dtype="d", seed=0, known=0.7):
    """Ratings, which are known, and factors; all read-only."""
    rng = np.random.default_rng(seed)
    arrays = [
        (2 * rng.standard_normal((m, n)) + 3).astype(dtype),
        rng.random((m, n)) < known,
        rng.standard_normal((m, k)).astype(dtype),
        rng.standard_normal((n, k)).astype(dtype),
    ]
    for array in arrays:
        array.flags.writeable = False  # a formula that writes to its input raises
    return arrays


def exact(m, n, r, k, seed=0):
    """Factors with k columns whose product has rank r, all columns in use."""
    rng = np.random.default_rng(seed)
    P, Q = rng.standard_normal((m, r)), rng.standard_normal((n, r))
    return P @ rng.standard_normal((r, k)), Q @ rng.standard_normal((r, k))


# --- factorization_loss --------------------------------------------------------------------------


def test_loss_by_hand():
    R, P, Q = [[5.0, 1.0], [2.0, 3.0]], [[1.0, 2.0], [0.0, 1.0]], [[1.0, 1.0], [2.0, 0.0]]
    # P Q^T = [[3, 2], [1, 0]]: rests 2, -1, 1, 3; squared lengths of p: 5, 1, of q: 2, 4
    assert factorization_loss(R, np.ones((2, 2), bool), P, Q, lam=0) == 4 + 1 + 1 + 9
    first = [[True, False], [False, False]]
    assert factorization_loss(R, first, P, Q, lam=0.5) == 4 + 0.5 * (5 + 2)
    row = [[True, True], [False, False]]  # p_0 counts once for each of its ratings
    assert factorization_loss(R, row, P, Q, lam=0.5) == 4 + 1 + 0.5 * (5 + 2 + 5 + 4)
    column = [[False, True], [False, True]]
    assert factorization_loss(R, column, P, Q, lam=0.5) == 1 + 9 + 0.5 * (5 + 4 + 1 + 4)


def test_loss_does_not_look_at_unknown_ratings():
    R, observed, P, Q = draw(5, 4, 2)
    other = np.where(observed, R, 1e6)
    assert factorization_loss(other, observed, P, Q, 0.1) == factorization_loss(
        R, observed, P, Q, 0.1
    )
    assert factorization_loss(R, np.zeros((5, 4), bool), P, Q, 0.1) == 0


def test_loss_is_zero_for_exact_factors_and_the_penalty_is_linear_in_lam():
    _, observed, P, Q = draw(5, 4, 2)
    assert factorization_loss(P @ Q.T, observed, P, Q, 0) == pytest.approx(0, abs=1e-28)
    one, two = (factorization_loss(P @ Q.T, observed, P, Q, lam) for lam in (1, 2))
    assert two == pytest.approx(2 * one, rel=1e-13) and one > 1


def test_user_and_item_may_change_places():
    R, observed, P, Q = draw(5, 4, 2)
    turned = factorization_loss(R.T, observed.T, Q, P, 0.3)
    assert turned == pytest.approx(factorization_loss(R, observed, P, Q, 0.3), rel=1e-13)


# --- factorize -----------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("lam", [1e-3, 0.1, 2.0])
def test_loss_never_rises(seed, lam):
    R, observed, *_ = draw(7, 6, 1, seed=seed, known=0.6)
    factors = [factorize(R, observed, 3, lam, s, np.random.default_rng(seed)) for s in range(1, 8)]
    losses = [factorization_loss(R, observed, *factors[0], lam)]
    for (_, Q_before), (P, Q) in pairwise(factors):  # after P is solved for, and after Q is
        losses.append(factorization_loss(R, observed, P, Q_before, lam))
        losses.append(factorization_loss(R, observed, P, Q, lam))
    assert all(after <= loss * (1 + 1e-10) for loss, after in pairwise(losses))
    assert losses[-1] < 0.99 * losses[0]


@pytest.mark.parametrize("lam", [0.05, 1.0])
def test_each_half_step_ends_where_its_gradient_is_zero(lam):
    R, observed, *_ = draw(6, 5, 1)
    factors = {s: factorize(R, observed, 2, lam, s, np.random.default_rng(0)) for s in (3, 4)}
    (_, Q3), (P4, Q4) = factors[3], factors[4]

    def slope(loss, at):
        return naive.numerical_gradient(loss, at)

    by_p = slope(lambda P: factorization_loss(R, observed, P, Q3, lam), P4)
    np.testing.assert_allclose(by_p, 0, atol=1e-7)
    by_q = slope(lambda Q: factorization_loss(R, observed, P4, Q, lam), Q4)
    np.testing.assert_allclose(by_q, 0, atol=1e-7)
    # and the other two are not at rest: these checks can fail
    assert np.abs(slope(lambda P: factorization_loss(R, observed, P, Q4, lam), P4)).max() > 1e-4


def test_one_factor_by_hand():
    # rank 1, all known, no penalty to speak of: exact after the first sweep, from any Q
    P, Q = factorize([[1.0, 2.0], [3.0, 6.0]], np.ones((2, 2), bool), 1, 1e-12, 1, rng())
    np.testing.assert_allclose(P @ Q.T, [[1, 2], [3, 6]], rtol=1e-9)
    # p (q^2 + lam) = r q and q (p^2 + lam) = r p at rest: p^2 = q^2 = r - lam
    P, Q = factorize([[5.0]], [[True]], 1, 1.0, 60, rng())
    assert (P @ Q.T).item() == pytest.approx(4, rel=1e-9)
    P, Q = factorize([[0.5]], [[True]], 1, 1.0, 60, rng())  # below lam all of it is shrunk away
    assert (P @ Q.T).item() == pytest.approx(0, abs=1e-9)


def rng(seed=0):
    return np.random.default_rng(seed)


def test_the_penalty_is_weighted_by_the_number_of_ratings():
    # n equal ratings of one user are n times the same problem: the answer is that of one rating
    one = factorize([[5.0]], [[True]], 1, 1.0, 60, rng())[0]
    many = factorize(np.full((1, 4), 5.0), np.ones((1, 4), bool), 1, 1.0, 200, rng())
    # at rest p^2 + lam = r p / q, 4 (q^2 + lam) = 4 r q / p: p^2 = q^2 = r - lam as before
    np.testing.assert_allclose(many[0] @ many[1].T, 4, rtol=1e-6)
    assert one.item() ** 2 == pytest.approx(4, rel=1e-6)


def test_users_and_items_without_ratings_get_zeros():
    R, observed, *_ = draw(5, 4, 1, known=1)
    observed = observed.copy()
    observed[2] = observed[:, 1] = False
    P, Q = factorize(R, observed, 2, 0.1, 3, rng())
    assert not P[2].any() and not Q[1].any()
    assert P[[0, 1, 3, 4]].all() and Q[[0, 2, 3]].all()
    P, Q = factorize(R, np.zeros((5, 4), bool), 2, 0.1, 3, rng())
    assert not P.any() and not Q.any()


def test_unknown_ratings_do_not_matter_and_are_filled_in():
    R = np.outer(rng(2).uniform(1, 2, 12), rng(3).uniform(1, 2, 10))
    observed = np.add.outer(np.arange(12), np.arange(10)) % 4 > 0  # three of four
    P1, Q1 = factorize(R, observed, 1, 1e-8, 30, rng())
    P2, Q2 = factorize(np.where(observed, R, -1e3), observed, 1, 1e-8, 30, rng())
    np.testing.assert_array_equal(P1, P2)
    np.testing.assert_array_equal(Q1, Q2)
    np.testing.assert_allclose(P1 @ Q1.T, R, rtol=1e-6)


def test_the_generator_decides_and_goes_on():
    R, observed, *_ = draw(5, 4, 1)
    one, same = factorize(R, observed, 2, 0.1, 1, rng(7)), factorize(R, observed, 2, 0.1, 1, rng(7))
    np.testing.assert_array_equal(one[0], same[0])
    shared = rng(7)
    first, second = (factorize(R, observed, 2, 0.1, 1, shared)[0] for _ in range(2))
    np.testing.assert_array_equal(first, one[0])
    assert np.abs(first - second).max() > 1e-3


# --- balance_factors -----------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
def test_balanced_factors_are_orthogonal_equal_and_falling(size):
    _, _, P, Q = draw(*size)
    new_P, new_Q = balance_factors(P, Q)
    s = np.array(naive.singular_values(P @ Q.T)[1][: size[2]])
    np.testing.assert_allclose(new_P.T @ new_P, np.diag(s), atol=1e-12)
    np.testing.assert_allclose(new_Q.T @ new_Q, np.diag(s), atol=1e-12)
    np.testing.assert_allclose(factor_importance(new_P, new_Q), s, rtol=1e-9)
    assert (np.diff(s) <= 0).all()


def test_balance_by_hand():
    # P Q^T = 12 e_0 e_1^T + 2 e_1 e_0^T
    P, Q = balance_factors([[0.0, 6.0], [2.0, 0.0], [0.0, 0.0]], [[1.0, 0.0], [0.0, 2.0]])
    root = np.sqrt([12.0, 2.0])
    np.testing.assert_allclose(np.abs(P), [[root[0], 0], [0, root[1]], [0, 0]], atol=1e-14)
    np.testing.assert_allclose(np.abs(Q), [[0, root[1]], [root[0], 0]], atol=1e-14)


@pytest.mark.parametrize("seed", range(5))
def test_the_size_of_unbalanced_factors_means_nothing(seed):
    """P A and Q A^-T have the same product for any invertible A, and any importance you like."""
    _, _, P, Q = draw(6, 5, 3, seed=seed)
    A = rng(seed + 10).standard_normal((3, 3)) + 3 * np.eye(3)
    P2, Q2 = P @ A, Q @ np.linalg.inv(A).T
    np.testing.assert_allclose(P2 @ Q2.T, P @ Q.T, atol=1e-12)
    before, after = factor_importance(P, Q), factor_importance(P2, Q2)
    assert np.abs(after / before - 1).max() > 0.1
    balanced, balanced2 = balance_factors(P, Q), balance_factors(P2, Q2)
    np.testing.assert_allclose(
        factor_importance(*balanced2), factor_importance(*balanced), rtol=1e-10
    )
    signs = np.sign((balanced[0] * balanced2[0]).sum(axis=0))
    np.testing.assert_allclose(balanced2[0] * signs, balanced[0], atol=1e-9)
    np.testing.assert_allclose(balanced2[1] * signs, balanced[1], atol=1e-9)


def test_even_the_order_of_unbalanced_factors_can_be_turned_round():
    # u v^T (size 4) + x y^T (size 1), the first split into 2 + 2 large parts that nearly cancel
    P, Q = np.diag([4.0, 1.0]), np.eye(2)
    A = np.array([[1.0, 0.0], [100.0, 1.0]])  # P A = [[4, 0], [100, 1]]
    P2, Q2 = P @ A, Q @ np.linalg.inv(A).T
    assert factor_importance(P, Q).argmin() == 1
    kept = remove_factors(P2, Q2, 0.5)
    off = np.linalg.norm(kept[0] @ kept[1].T - P @ Q.T)
    kept = remove_factors(*balance_factors(P2, Q2), 0.5)
    assert np.linalg.norm(kept[0] @ kept[1].T - P @ Q.T) == pytest.approx(1, rel=1e-9)
    assert off > 10  # the same half of the factors, ten times the error


def test_balancing_twice_is_balancing_once():
    _, _, P, Q = draw(6, 5, 3)
    once = balance_factors(P, Q)
    twice = balance_factors(*once)
    np.testing.assert_allclose(np.abs(twice[0]), np.abs(once[0]), atol=1e-12)
    np.testing.assert_allclose(np.abs(twice[1]), np.abs(once[1]), atol=1e-12)


def test_zeros_stay_zeros_when_balanced():
    P, Q = balance_factors(np.zeros((3, 2)), np.ones((4, 2)))
    assert P.shape == (3, 2) and Q.shape == (4, 2)
    assert not P.any() and not Q.any()


# --- factor_importance, remove_factors ------------------------------------------------------------


def test_importance_by_hand():
    s = factor_importance([[3.0, 0.0, 1.0], [4.0, 0.0, 0.0]], [[5.0, 9.0, 0.5], [12.0, 0.0, 0.0]])
    assert s.tolist() == [65.0, 0.0, 0.5]
    assert factor_importance([[-3.0], [4.0]], [[-2.0]]).tolist() == [10.0]


def test_importance_does_not_see_how_a_factor_is_shared_between_the_sides():
    _, _, P, Q = draw(6, 5, 3)
    c = np.array([4.0, 0.25, -2.0])
    np.testing.assert_allclose(factor_importance(P * c, Q / c), factor_importance(P, Q), rtol=1e-13)
    np.testing.assert_allclose(
        factor_importance(P * c, Q), np.abs(c) * factor_importance(P, Q), rtol=1e-13
    )
    np.testing.assert_array_equal(factor_importance(Q, P), factor_importance(P, Q))


@pytest.mark.parametrize(("sparsity", "kept"), [(0, 5), (0.1, 5), (0.2, 4), (0.5, 3), (0.79, 1)])
def test_prune_removes_as_many_as_asked_for(sparsity, kept):
    _, _, P, Q = draw(6, 7, 5)  # 0.5 * 5 = 2.5 goes to the even 2
    new_P, new_Q = remove_factors(P, Q, sparsity)
    assert new_P.shape == (6, kept) and new_Q.shape == (7, kept)
    lost = set(factor_importance(P, Q)) - set(factor_importance(new_P, new_Q))
    assert len(lost) == 5 - kept
    assert max(lost, default=0) < factor_importance(new_P, new_Q).min()


def test_prune_by_hand_keeps_the_order_and_both_sides_together():
    P, Q = [[1.0, 8.0, 2.0, 4.0]], [[16.0, 0.25, 4.0, 0.125], [0.0, 0.0, 0.0, 0.0]]
    # importances 16, 2, 8, 1/2: the second and the last go, though 8 and 4 are the largest of P
    new_P, new_Q = remove_factors(P, Q, sparsity=0.5)
    assert new_P.tolist() == [[1, 2]] and new_Q.tolist() == [[16, 4], [0, 0]]


def test_all_factors_may_go():
    _, _, P, Q = draw(3, 4, 10)  # 9.9 is nearest to 10
    new_P, new_Q = remove_factors(P, Q, sparsity=0.99)
    assert new_P.shape == (3, 0) and new_Q.shape == (4, 0)
    R, known = np.full((3, 4), 2.0), np.ones((3, 4), bool)
    assert factorization_loss(R, known, new_P, new_Q, lam=1) == 48


def test_among_equal_factors_the_first_goes():
    P, Q = remove_factors([[1.0, -1.0, 2.0]], [[2.0, 2.0, 1.0]], sparsity=0.4)
    assert P.tolist() == [[-1, 2]] and Q.tolist() == [[2, 1]]


@pytest.mark.parametrize(("r", "k"), [(1, 2), (2, 4), (2, 5), (3, 5)])
def test_pruning_down_to_the_true_rank_costs_nothing_and_below_it_the_next_singular_value(r, k):
    P, Q = exact(9, 8, r, k)
    R = P @ Q.T
    balanced = balance_factors(P, Q)
    kept = remove_factors(*balanced, sparsity=(k - r) / k)
    assert kept[0].shape == (9, r) and kept[1].shape == (8, r)
    np.testing.assert_allclose(kept[0] @ kept[1].T, R, atol=1e-10)
    # without balancing the same number of factors is not enough
    unbalanced = remove_factors(P, Q, sparsity=(k - r) / k)
    assert np.abs(unbalanced[0] @ unbalanced[1].T - R).max() > 0.1
    if r > 1:  # Eckart and Young: what is lost is the smallest singular value, no less is possible
        fewer = remove_factors(*balanced, sparsity=(k - r + 1) / k)
        s = naive.singular_values(R)[1]
        assert np.linalg.norm(fewer[0] @ fewer[1].T - R) == pytest.approx(s[r - 1], rel=1e-9)


def test_pruned_als_factors_of_exact_data_leave_the_error_unchanged():
    P, Q = exact(10, 9, 2, 2)
    R, observed = P @ Q.T, np.ones((10, 9), bool)
    found = balance_factors(*factorize(R, observed, 4, 1e-9, 50, rng()))
    before = factorization_loss(R, observed, *found, 0)
    after = factorization_loss(R, observed, *remove_factors(*found, 0.5), 0)
    assert before < 1e-9 and after == pytest.approx(before, abs=1e-9)
    assert factorization_loss(R, observed, *remove_factors(*found, 0.75), 0) > 1


def test_parameters_of_C_3_4b():
    _, _, P, Q = draw(1000, 500, 16)
    assert P.size + Q.size == 24_000 and P.shape[0] * Q.shape[0] == 500_000
    new_P, new_Q = remove_factors(P, Q, 0.25)
    assert new_P.size + new_Q.size == 18_000


# --- what is refused -----------------------------------------------------------------------------

R, KNOWN, P, Q = np.ones((3, 2)), np.ones((3, 2), bool), np.ones((3, 2)), np.ones((2, 2))
