"""Factorization: what each half step solves, and what removing factors costs."""

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


# --- factorize -----------------------------------------------------------------------------------


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


def rng(seed=0):
    return np.random.default_rng(seed)


def test_the_penalty_is_weighted_by_the_number_of_ratings():
    # n equal ratings of one user are n times the same problem: the answer is that of one rating
    one = factorize([[5.0]], [[True]], 1, 1.0, 60, rng())[0]
    many = factorize(np.full((1, 4), 5.0), np.ones((1, 4), bool), 1, 1.0, 200, rng())
    # at rest p^2 + lam = r p / q, 4 (q^2 + lam) = 4 r q / p: p^2 = q^2 = r - lam as before
    np.testing.assert_allclose(many[0] @ many[1].T, 4, rtol=1e-6)
    assert one.item() ** 2 == pytest.approx(4, rel=1e-6)


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


# --- factor_importance, remove_factors -----------------------------------------------------------


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
