"""Matrix factorization for recommendation, and pruning its factors.

Ratings R (m users, n items) are approximated by P Q^T with P (m, k) and Q (n, k).
"""

import numpy as np

from minprune.arguments import (
    above_zero,
    at_least_zero,
    finite_array,
    generator,
    whole_number,
)
from minprune.formulas.masks import checked_mask, pruned_count, rank_mask
from minprune.formulas.norms import unit_l2


def factorization_loss(R, observed, P, Q, lam):
    """Objective of a factorization: squared error on the known ratings plus a penalty for each.

        L = sum_(u,i) known ((r_ui - p_u . q_i)^2 + lam (||p_u||^2 + ||q_i||^2))

    R         ratings (m, n); what is not known is not looked at, but must be finite
    observed  boolean array (m, n), True = known
    P, Q      factors (m, k) and (n, k)
    lam       strength, >= 0
    returns a float

    Source: Koren, Bell and Volinsky 2009, eq. (2) [C-3.4b, our choice].

    >>> factorization_loss([[5.0, 0.0]], [[True, False]], [[2.0]], [[2.0], [1.0]], lam=0.5)
    5.0
    """
    R, observed, P, Q = _checked(R, observed, P, Q)
    error = np.square(R - P @ Q.T)
    size = np.square(P).sum(axis=1)[:, None] + np.square(Q).sum(axis=1)[None, :]
    return float((error + at_least_zero("lam", lam) * size)[observed].sum())


def factorize(R, observed, k, lam, sweeps, rng):
    """Factors of the ratings by alternating least squares: each half step is a linear problem.

        p_u = (sum_i known (q_i q_i^T + lam 1))^-1 sum_i known r_ui q_i          and so for q_i

    R, observed  as in `factorization_loss`
    k            number of factors, >= 1
    lam          strength, > 0: keeps every system solvable, unless it is lost to rounding
    sweeps       how often P and then Q are solved for, >= 1; the loss never rises
    rng          numpy.random.Generator, or the seed of one, for the first Q, standard normal
    returns (P, Q), (m, k) and (n, k); without ratings a user's or item's factors are 0

    Source: Zhou, Wilkinson, Schreiber and Pan 2008 (weighted penalty) [C-3.4b, our choice].

    >>> P, Q = factorize([[2.0, 4.0]], np.ones((1, 2), bool), 1, 1e-9, 5, np.random.default_rng(0))
    >>> (P @ Q.T).round(3)
    array([[2., 4.]])
    """
    R, k = finite_array("R", R), whole_number("k", k, low=1)
    if R.ndim != 2:
        raise ValueError(f"R must be (m, n), got {R.shape}")
    Q = generator("rng", rng).standard_normal((R.shape[1], k))
    R, observed, _, Q = _checked(R, observed, np.zeros((len(R), k)), Q)
    lam = above_zero("lam", lam)
    for _ in range(whole_number("sweeps", sweeps, low=1)):
        P = _solve(R, observed, Q, lam)
        Q = _solve(R.T, observed.T, P, lam)
    return P, Q


def balance_factors(P, Q):
    """The same product, with factors that are orthogonal and of equal size on both sides.

        P Q^T = U S V^T  (singular values),          P' = U sqrt(S),  Q' = V sqrt(S)

    P, Q  factors (m, k) and (n, k), k <= m and k <= n
    returns (P', Q'), factors in falling order of importance, each up to its sign. Before this,
    P A and Q A^-T give the same product for every invertible A, so the size of an entry or a
    factor means nothing

    Source: Eckart and Young 1936 make it the best order to cut [C-3.4b, our choice].

    >>> P, Q = balance_factors([[4.0], [0.0]], [[0.0], [1.0]])
    >>> abs(P.T), abs(Q.T)
    (array([[2., 0.]]), array([[0., 2.]]))
    """
    P, Q = _factors(P, Q)
    if P.shape[1] > min(len(P), len(Q)):
        raise ValueError(f"P and Q must have k <= m and k <= n, got {P.shape} and {Q.shape}")
    # P Q^T = U_p (R_p R_q^T) U_q^T: only a k x k matrix needs a singular value decomposition
    U_p, R_p = np.linalg.qr(P.astype(np.float64))
    U_q, R_q = np.linalg.qr(Q.astype(np.float64))
    U, S, Vt = np.linalg.svd(R_p @ R_q.T)
    return U_p @ U * np.sqrt(S), U_q @ Vt.T * np.sqrt(S)


def factor_importance(P, Q):
    """Importance of every factor: the size of its part of the product.

        s_f = ||P_f||_2 ||Q_f||_2          = ||P_f Q_f^T||, f-th columns

    P, Q  factors (m, k) and (n, k), best after `balance_factors`
    returns a vector (k,), in the units of the ratings

    Source: [C-3.4b, our choice].

    >>> factor_importance([[3.0, 1.0], [4.0, 0.0]], [[1.0, 0.5]])
    array([5. , 0.5])
    """
    P, Q = _factors(P, Q)
    return unit_l2(P) * unit_l2(Q)


def remove_factors(P, Q, sparsity):
    """The factorization with its least important factors removed.

        keep the columns f of P and Q with the highest ||P_f|| ||Q_f||

    P, Q      factors (m, k) and (n, k), best after `balance_factors`
    sparsity  fraction of the factors to remove, 0 <= sparsity < 1
    returns (P', Q'), (m, k') and (n, k'), the columns that stay in their order; among equals the
    first goes first

    The sizes of single entries of P and Q are not unique, so whole factors are ranked.

    Source: [C-3.4b, our choice].

    >>> remove_factors([[3.0, 1.0], [4.0, 0.0]], [[1.0, 0.5]], sparsity=0.5)
    (array([[3.],
           [4.]]), array([[1.]]))
    """
    P, Q = _factors(P, Q)
    keep = rank_mask(factor_importance(P, Q), pruned_count(P.shape[1], sparsity))
    return P[:, keep], Q[:, keep]


def _solve(R, observed, Q, lam):
    """The best P for this Q, row by row."""
    P = np.zeros((len(R), Q.shape[1]))
    for u, known in enumerate(observed):
        if known.any():
            q = Q[known]  # (known items, k)
            P[u] = np.linalg.solve(
                q.T @ q + lam * known.sum() * np.eye(Q.shape[1]), q.T @ R[u, known]
            )
    return P


def _factors(P, Q):
    P, Q = finite_array("P", P), finite_array("Q", Q)
    if P.ndim != 2 or Q.ndim != 2 or P.shape[1] != Q.shape[1]:
        raise ValueError(f"P must be (m, k) and Q (n, k), got {P.shape} and {Q.shape}")
    return P, Q


def _checked(R, observed, P, Q):
    R, (P, Q) = finite_array("R", R).astype(np.float64), _factors(P, Q)
    P, Q = P.astype(np.float64), Q.astype(np.float64)
    if R.shape != (len(P), len(Q)):
        raise ValueError(f"R must be {(len(P), len(Q))}, one row per user, got {R.shape}")
    return R, checked_mask("observed", observed, R.shape), P, Q
