"""Matrix factorization by alternating least squares, and its singular values by rotations."""

import math

import numpy as np

from naive.base import float64
from naive.masks import pruned_count, rank_mask


def factorization_loss(R, observed, P, Q, lam):
    """L = sum over known (u, i) of (r_ui - sum_f p_uf q_if)^2 + lam sum_f (p_uf^2 + q_if^2)"""
    R, P, Q = float64(R, P, Q)
    loss = 0.0
    for u, i in np.ndindex(R.shape):
        if observed[u, i]:
            rest, squares = R[u, i], 0.0
            for f in range(P.shape[1]):
                rest -= P[u, f] * Q[i, f]
                squares += P[u, f] * P[u, f] + Q[i, f] * Q[i, f]
            loss += rest * rest + lam * squares
    return float(loss)


def solve(A, b):
    """x with sum_j A_ij x_j = b_i, by Gauss-Jordan elimination with row exchange"""
    n = len(b)
    rows = [[float(A[i][j]) for j in range(n)] + [float(b[i])] for i in range(n)]
    for j in range(n):
        pivot = max(range(j, n), key=lambda i: abs(rows[i][j]))
        rows[j], rows[pivot] = rows[pivot], rows[j]
        rows[j] = [value / rows[j][j] for value in rows[j]]
        for i in range(n):
            if i != j:
                factor = rows[i][j]
                rows[i] = [a - factor * c for a, c in zip(rows[i], rows[j], strict=True)]
    return [row[n] for row in rows]


def half_step(R, observed, Q, lam):
    """p_u solves sum_i known (q_i q_i^T + lam 1) p_u = sum_i known r_ui q_i; 0 if none is known"""
    R, Q = float64(R, Q)
    k = Q.shape[1]
    P = np.zeros((R.shape[0], k))
    for u in range(R.shape[0]):
        A, b, known = [[0.0] * k for _ in range(k)], [0.0] * k, 0
        for i in range(R.shape[1]):
            if observed[u, i]:
                known += 1
                for f in range(k):
                    b[f] += R[u, i] * Q[i, f]
                    A[f][f] += lam
                    for g in range(k):
                        A[f][g] += Q[i, f] * Q[i, g]
        if known:
            for f, value in enumerate(solve(A, b)):
                P[u, f] = value
    return P


def factorize(R, observed, k, lam, sweeps, rng):
    """P = half_step from Q, then Q = half_step from P on the transposed ratings, sweeps times;
    the first Q is drawn from the normal distribution, row by row"""
    Q = np.zeros((R.shape[1], k))
    for i in np.ndindex(Q.shape):
        Q[i] = rng.standard_normal()
    for _ in range(sweeps):
        P = half_step(R, observed, Q, lam)
        Q = half_step(R.T, observed.T, P, lam)
    return P, Q


def singular_values(A):
    """U, s, V with A = sum_f s_f U_f V_f^T, s falling: columns rotated until all are orthogonal"""
    (A,) = float64(A)
    (m, n), V = A.shape, np.zeros((A.shape[1], A.shape[1]))
    for j in range(n):
        V[j, j] = 1.0
    for _ in range(40):  # sweeps over all pairs of columns; far fewer are needed
        for a in range(n):
            for b in range(a + 1, n):
                aa = sum(float(A[i, a]) * float(A[i, a]) for i in range(m))
                bb = sum(float(A[i, b]) * float(A[i, b]) for i in range(m))
                ab = sum(float(A[i, a]) * float(A[i, b]) for i in range(m))
                if ab != 0:
                    angle = 0.5 * math.atan2(2 * ab, aa - bb)
                    c, s = math.cos(angle), math.sin(angle)
                    for M in (A, V):
                        for i in range(len(M)):
                            M[i, a], M[i, b] = c * M[i, a] + s * M[i, b], c * M[i, b] - s * M[i, a]
    lengths = [math.sqrt(sum(float(A[i, j]) ** 2 for i in range(m))) for j in range(n)]
    order = sorted(range(n), key=lambda j: -lengths[j])
    U, sorted_V = np.zeros((m, n)), np.zeros((n, n))
    for f, j in enumerate(order):
        for i in range(m):
            U[i, f] = A[i, j] / lengths[j] if lengths[j] > 0 else 0.0
        for i in range(n):
            sorted_V[i, f] = V[i, j]
    return U, [lengths[j] for j in order], sorted_V


def balance_factors(P, Q):
    """P'_uf = U_uf sqrt(s_f), Q'_if = V_if sqrt(s_f), f < k, P Q^T = U S V^T; signs are free"""
    P, Q = float64(P, Q)
    (m, k), n = P.shape, Q.shape[0]
    product = np.zeros((m, n))
    for u, i in np.ndindex(m, n):
        for f in range(k):
            product[u, i] += P[u, f] * Q[i, f]
    U, s, V = singular_values(product)
    new_P, new_Q = np.zeros((m, k)), np.zeros((n, k))
    for f in range(k):
        for u in range(m):
            new_P[u, f] = U[u, f] * math.sqrt(s[f])
        for i in range(n):
            new_Q[i, f] = V[i, f] * math.sqrt(s[f])
    return new_P, new_Q


def factor_importance(P, Q):
    """s_f = sqrt(sum_u p_uf^2) sqrt(sum_i q_if^2)"""
    P, Q = float64(P, Q)
    s = np.zeros(P.shape[1])
    for f in range(P.shape[1]):
        p_squares = sum(float(P[u, f]) ** 2 for u in range(P.shape[0]))
        q_squares = sum(float(Q[i, f]) ** 2 for i in range(Q.shape[0]))
        s[f] = math.sqrt(p_squares) * math.sqrt(q_squares)
    return s


def remove_factors(P, Q, sparsity):
    """the columns f of P and Q in their order, without the pruned_count lowest factor_importance"""
    importance = factor_importance(P, Q)
    keep = rank_mask(importance, pruned_count(len(importance), sparsity))
    kept = [f for f in range(len(keep)) if keep[f]]
    new_P, new_Q = np.zeros((P.shape[0], len(kept))), np.zeros((Q.shape[0], len(kept)))
    for new, old in enumerate(kept):
        for u in range(P.shape[0]):
            new_P[u, new] = P[u, old]
        for i in range(Q.shape[0]):
            new_Q[i, new] = Q[i, old]
    return new_P, new_Q
