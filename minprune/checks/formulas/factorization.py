"""Checks of `minprune.formulas.factorization`."""

import numpy as np

from minprune.checks.check import Check, Seed, given
from minprune.formulas import factorization

R, KNOWN = [[5.0, 0.0], [3.0, 1.0]], [[True, False], [True, True]]
P, Q = [[1.0, 2.0], [0.0, 1.0]], [[2.0, 1.0], [1.0, -1.0]]


def _ratings(rng):
    """Ratings of 5 users and 4 items, of which about two thirds are known, at least one each."""
    known = rng.random((5, 4)) < 2 / 3
    known[np.arange(5), np.arange(5) % 4] = True
    return rng.integers(1, 6, (5, 4)).astype(float), known


def _factors(rng, m=5, n=4, k=3):
    return rng.integers(-8, 9, (m, k)) / 4, rng.integers(-8, 9, (n, k)) / 4


# --- factorization_loss --------------------------------------------------------------------------

factorization_loss = Check(factorization.factorization_loss)
factorization_loss.worked(
    "by hand", given([[5.0, 0.0]], [[True, False]], [[2.0]], [[2.0], [1.0]], lam=0.5), 5.0
)
factorization_loss.worked("by hand", given(R, KNOWN, P, Q, lam=0.0), 9.0)
factorization_loss.worked("by hand", given(R, KNOWN, P, Q, lam=1.0), 28.0)
factorization_loss.published(
    "Leskovec, Rajaraman and Ullman 2014, Mining of massive datasets, Example 9.12",
    given(
        [
            [5.0, 2.0, 4.0, 4.0, 3.0],
            [3.0, 1.0, 2.0, 4.0, 1.0],
            [2.0, 0.0, 3.0, 1.0, 4.0],
            [2.0, 5.0, 4.0, 3.0, 5.0],
            [4.0, 4.0, 5.0, 4.0, 0.0],
        ],
        ~np.isin(np.arange(25).reshape(5, 5), (11, 24)),
        np.ones((5, 2)),
        np.ones((5, 2)),
        lam=0.0,
    ),
    75.0,
)
factorization_loss.edge("nothing is known", given(R, np.zeros((2, 2), bool), P, Q, 0.5))
factorization_loss.edge("everything is known", given(R, np.ones((2, 2), bool), P, Q, 0.5))
factorization_loss.edge(
    "the unknown values are far off", given([[5.0, 1e6], [3.0, 1.0]], KNOWN, P, Q, 0.25)
)
factorization_loss.edge("factors of zero", given(R, KNOWN, np.zeros((2, 3)), np.zeros((2, 3)), 1.0))
factorization_loss.edge(
    "one user, three items, negative ratings",
    given([[-1.0, -2.0, 4.0]], [[True, True, False]], [[0.5]], [[-2.0], [-4.0], [8.0]], 0.5),
)
factorization_loss.edge(
    "single precision", given(np.float32(R), KNOWN, np.float32(P), np.float32(Q), 0.5)
)


@factorization_loss.random
def _(rng):
    return given(*_ratings(rng), *_factors(rng), float(rng.integers(0, 9) / 4))


@factorization_loss.property(
    "The values at unknown places of R must not matter.",
    "R 中未知位置上的数不应影响损失。",
)
def _(rng):
    ratings, known = _ratings(rng)
    known[0, 1] = False
    rest = (known, *_factors(rng), 0.5)
    one, other = yield [given(ratings, *rest), given(np.where(known, ratings, -7.0), *rest)]
    return np.isclose(one, other)


@factorization_loss.property(
    "P A and Q A with a rotation A must give the same loss.",
    "P 与 Q 同乘一个旋转矩阵，损失不应改变。",
)
def _(rng):
    data, (P, Q) = _ratings(rng), _factors(rng)
    A = np.linalg.qr(rng.standard_normal((3, 3)))[0]
    one, other = yield [given(*data, P, Q, 0.5), given(*data, P @ A, Q @ A, 0.5)]
    return np.isclose(one, other)


factorization_loss.edits("""
observed = ~observed
    The mask is inverted: True means known.
    掩码取反了：True 应表示评分已知。
observed = np.ones_like(observed)
    It counts unknown ratings as if they were known; sum only known ones.
    把未知评分也算进去了；只应对已知评分求和。
R = R * observed
observed = np.ones_like(observed)
    Unknown ratings are fitted as 0; leave them out.
    把未知评分当作 0 去拟合；未知评分应跳过。
lam = 0.0
    The penalty is missing: each known rating adds lam (||p_u||^2 + ||q_i||^2).
    漏掉了惩罚项：每个已知评分还应加上 lam (||p_u||^2 + ||q_i||^2)。
at_least_zero("lam", lam) -> 0
return result + lam * (np.square(P).sum() + np.square(Q).sum())
    The penalty is counted once for each user and item; count it for each known rating.
    惩罚项对每个用户和物品只算了一次；应对每个已知评分各算一次。
np.square(Q).sum(axis=1)[None, :] -> 0
    The penalty for the items is missing: ||p_u||^2 and ||q_i||^2 both count.
    漏了物品因子的惩罚：||p_u||^2 与 ||q_i||^2 都应计入。
np.square(P).sum(axis=1) -> np.linalg.norm(P, axis=1)
np.square(Q).sum(axis=1) -> np.linalg.norm(Q, axis=1)
    The norms of the penalty are not squared; it is lam times ||p_u||^2 + ||q_i||^2.
    惩罚项中的范数没有平方；应取 L2 范数的平方。
np.square(R - P @ Q.T) -> np.abs(R - P @ Q.T)
    It takes the absolute error; square the error.
    误差取了绝对值；误差应取平方。
return result / max(observed.sum(), 1)
    It divides by the number of known ratings; the loss is a sum.
    除以了已知评分的个数；损失应为总和。
return result / 2
    There is a factor 1/2 too many: squares and penalty are summed without one.
    多了系数 1/2；平方误差与惩罚项应直接相加。
np.square(P).sum(axis=1)[:, None] -> 0
    The penalty of P is missing.
    漏掉了 P 的惩罚项，两个矩阵都应计入。
np.square(P) -> np.abs(P)
np.square(Q) -> np.abs(Q)
    The penalty takes magnitudes, the L1 norm; take the squares.
    惩罚项取了绝对值，即 L1 范数；应取平方。
lam = 1.0
    The strength lam is missing: the penalty is lam times the sums of squares.
    漏乘了强度 lam：惩罚项是 lam 乘以平方和。
lam = lam / 2
    The penalty has a factor 1/2; here there is none.
    惩罚项多了系数 1/2；这里没有。
return np.sqrt(result)
    It takes the root; the loss is the sum of squares itself.
    开了平方；损失应是平方和本身。
error + at_least_zero("lam", lam) * size -> error - at_least_zero("lam", lam) * size
    It subtracts the penalty; add it.
    减去了惩罚项；应加上它。
np.square(R - P @ Q.T) -> np.square(R + P @ Q.T)
    It adds the product to R; take the difference.
    把乘积与 R 相加了；应取差。
""")


# --- factorize -----------------------------------------------------------------------------------

factorize = Check(factorization.factorize)
factorize.published(  # the product for one rating is the soft threshold of 3 by 2
    "PyWavelets 1.9.0, pywt/_thresholding.py, threshold",
    given([[3.0]], [[True]], 1, 2.0, 50, Seed(0)),
    ([[1.0]], [[1.0]]),
)


@factorize.property(
    "Q must be the best one for P: it is solved for last, with lam once for each known rating.",
    "Q 对 P 应是最优的：最后求解的是 Q，每个已知评分各计一次 lam。",
)
def _(rng):
    ratings, known = _ratings(rng)
    ((P, Q),) = yield [given(ratings, known, 2, 0.5, 3, Seed(0))]
    error = np.where(known, ratings - P @ Q.T, 0)
    pull = 0.5 * known.sum(axis=0)[:, None] * Q
    return np.shape(P) == (5, 2) and np.allclose(error.T @ P, pull, atol=1e-6)


@factorize.property(
    "The loss must never rise from sweep to sweep.",
    "每多交替求解一轮，损失都不应上升。",
)
def _(rng):
    data = _ratings(rng)
    outputs = yield [given(*data, 2, 0.25, sweeps, Seed(0)) for sweeps in (1, 2, 4, 8)]
    losses = [factorization.factorization_loss(*data, P, Q, 0.25) for P, Q in outputs]
    return (np.diff(losses) <= 1e-6 * losses[0]).all()


@factorize.property(
    "For ratings (2, 1) (2, 1)^T, all known, k = 1 and lam = 1/2, P Q^T must tend to 4/5 of them.",
    "评分为 (2, 1) (2, 1)^T 且全部已知、k = 1、lam = 1/2 时，乘积应趋于评分的 4/5。",
)
def _(rng):
    # with p and q both in direction (2, 1): |p| |q| + 2 lam = 5, since |p| = |q| in the end
    ratings = np.array([[4.0, 2.0], [2.0, 1.0]])
    ((P, Q),) = yield [given(ratings, np.ones((2, 2), bool), k=1, lam=0.5, sweeps=80, rng=Seed(1))]
    return np.allclose(P @ Q.T, 0.8 * ratings, atol=1e-6)


@factorize.property(
    "The values at unknown places of R must not matter.",
    "R 中未知位置上的数不应影响结果。",
)
def _(rng):
    ratings, known = _ratings(rng)
    known[0, 1] = False
    rest = (known, 2, 0.5, 2, Seed(2))
    one, other = yield [given(ratings, *rest), given(np.where(known, ratings, -7.0), *rest)]
    return all(np.allclose(a, b) for a, b in zip(one, other, strict=True))


@factorize.property(
    "A user or an item without ratings must get factors of 0.",
    "没有任何评分的用户或物品，其因子应为 0。",
)
def _(rng):
    ratings, known = _ratings(rng)
    known[2], known[:, 1] = False, False
    ((P, Q),) = yield [given(ratings, known, 2, 0.5, 2, Seed(3))]
    return not np.any(P[2]) and not np.any(Q[1]) and np.any(P[0]) and np.any(Q[0])


@factorize.solution
def factorize(R, observed, k, lam, sweeps, rng):
    def solve(R, observed, Q):
        P = np.zeros((len(R), k))
        for u, known in enumerate(observed):
            q = Q[known]
            A = q.T @ q + lam * known.sum() * np.eye(k)
            P[u] = np.linalg.pinv(A) @ q.T @ R[u, known]
        return P

    Q = rng.standard_normal((R.shape[1], k))
    for _ in range(sweeps):
        P = solve(R, observed, Q)
        Q = solve(R.T, observed.T, P)
    return P, Q


factorize.edits("""
lam * known.sum() -> lam
    The penalty counts once for each user; it counts lam for each of the user's known ratings.
    惩罚项对每个用户只算了一次 lam；应乘以其已知评分的个数。
known.sum() -> known.size
    The penalty counts lam for every item; only items with a known rating count.
    惩罚项对所有物品都计了 lam；只应计有已知评分的物品。
lam = 0.0
    The penalty is missing: add lam times the number of known ratings to the diagonal.
    漏掉了惩罚项：对角线上应加 lam 乘以已知评分的个数。
lam = -lam
    The strength is subtracted from the diagonal; add it.
    从对角线上减去了 lam；应当加上。
R = R * observed
observed = np.ones_like(observed)
    Unknown ratings are fitted as 0; the sums run over known ones only.
    把未知评分当作 0 去拟合；求和应只对已知评分进行。
sweeps = 1
    It makes only one sweep; repeat both half steps `sweeps` times.
    无论要求几轮都只做了一轮；两个半步应重复 sweeps 次。
Q = solve(R.T, observed.T, P) -> pass
    It solves for P only; each sweep also solves for Q, with the new P.
    只求解了 P；每轮还应固定新的 P 再求解 Q。
(R.shape[1], k)) -> (R.shape[1], k)); P = rng.standard_normal((len(R), k))
Q = solve(R.T, observed.T, P) -> pass
P = solve(R, observed, Q) -> P, Q = solve(R, observed, Q), solve(R.T, observed.T, P)
    Both are computed from the old factors; Q needs the P that was just found.
    P 与 Q 都用旧的因子同时求解；求 Q 时应当用刚得到的 P。
R, observed = R.T, observed.T
return result[::-1]
    Q is solved for before P; in each sweep P comes first, then Q.
    先求解了 Q 再求 P；每轮应先求 P，再求 Q。
return P, Q -> return P, Q.T
    Q is transposed: it has a row for each item, (n, k).
    返回的 Q 转置了：每个物品应占一行，形状为 (n, k)。
lam = lam / 2
    It takes half of lam; the penalty has no factor 1/2.
    只用了 lam 的一半；惩罚项没有系数 1/2。
lam = 2 * lam
    It takes twice lam; the derivatives have the same factor 2 on both sides.
    用了两倍的 lam；求导后两边的系数 2 应约去。
lam = lam**2
    It squares lam.
    对 lam 取了平方；应使用 lam 本身。
return P, Q -> return P @ Q.T
    It returns the product; return the two matrices.
    返回了乘积；应返回两个矩阵。
return P, Q -> return Q, P
    The two matrices are exchanged; P comes first.
    两个矩阵的次序反了；P 应在前。
""")


# --- balance_factors -----------------------------------------------------------------------------

# Each pair of columns is determined up to its sign, so only properties judge what is not zero.
balance_factors = Check(factorization.balance_factors)


@balance_factors.property(
    "The product P Q^T must not change.",
    "乘积 P Q^T 应保持不变。",
)
def _(rng):
    P, Q = rng.standard_normal((5, 3)), 4 * rng.standard_normal((4, 3))
    ((A, B),) = yield [given(P, Q)]
    return np.shape(A) == (5, 3) and np.allclose(np.asarray(A) @ np.asarray(B).T, P @ Q.T)


@balance_factors.property(
    "The columns on each side must be orthogonal to each other.",
    "两侧各自的列之间应相互正交。",
)
def _(rng):
    P, Q = rng.standard_normal((6, 3)), rng.standard_normal((5, 3))
    (factors,) = yield [given(P, Q)]
    grams = [np.asarray(side).T @ side for side in factors]
    return all(np.allclose(gram, np.diag(np.diag(gram)), atol=1e-6) for gram in grams)


@balance_factors.property(
    "Each factor must have the same size on both sides.",
    "每个因子在两侧的范数应相等。",
)
def _(rng):
    P, Q = rng.standard_normal((4, 2)), 8 * rng.standard_normal((7, 2))
    ((A, B),) = yield [given(P, Q)]
    return np.allclose(np.linalg.norm(A, axis=0), np.linalg.norm(B, axis=0))


@balance_factors.property(
    "The factors must be in falling order of importance.",
    "各因子应按重要性从大到小排列。",
)
def _(rng):
    P, Q = rng.standard_normal((5, 4)), rng.standard_normal((5, 4))
    ((A, B),) = yield [given(P, Q)]
    return (np.diff(np.linalg.norm(A, axis=0) * np.linalg.norm(B, axis=0)) <= 1e-6).all()


@balance_factors.property(
    "P = (4, 0) and Q = (0, 1) must become (2, 0) and (0, 2), up to a common sign.",
    "P = (4, 0)、Q = (0, 1) 应变为 (2, 0) 与 (0, 2)，可同时变号。",
)
def _(rng):
    ((A, B),) = yield [given([[4.0], [0.0]], [[0.0], [1.0]])]
    return np.allclose(np.abs(A), [[2], [0]]) and np.allclose(np.abs(B), [[0], [2]])


@balance_factors.property(
    "The factors P A and Q A^-T must be balanced to the same ones, up to signs.",
    "由 P A 与 Q A^-T 出发，结果应相同（可差符号）。",
)
def _(rng):
    P, Q, A = rng.standard_normal((5, 2)), rng.standard_normal((4, 2)), [[2.0, 1.0], [0.0, 0.5]]
    one, other = yield [given(P, Q), given(P @ A, Q @ np.linalg.inv(A).T)]
    return all(np.allclose(np.abs(a), np.abs(b)) for a, b in zip(one, other, strict=True))


@balance_factors.property(
    "Where the product is zero, both factors must be zero.",
    "乘积为零时，两个因子都应为零。",
)
def _(rng):
    ((A, B), (C, D)) = yield [
        given(np.zeros((2, 2)), [[1.0, 2.0], [3.0, 4.0]]),
        given(np.zeros((3, 1)), np.zeros((2, 1))),
    ]
    return not any(np.any(factor) for factor in (A, B, C, D))


balance_factors.edits("""
p, q = unit_l2(P), unit_l2(Q)
scale = np.sqrt(np.divide(q, p, out=np.zeros_like(p), where=p > 0))
return P * scale, Q / np.where(scale > 0, scale, np.inf)
    The columns are only scaled to equal sizes; they have to be orthogonal too: U and V are.
    只把各列缩放到两侧等长；还应正交，需用奇异值分解的 U 与 V。
(U_p, S_p, _), (U_q, S_q, _) = (np.linalg.svd(side, full_matrices=False) for side in (P, Q))
return U_p * S_p, U_q * S_q
    P and Q are decomposed one by one; decompose the product P Q^T.
    对 P 与 Q 分别做了奇异值分解；应对乘积 P Q^T 做分解。
""")


@balance_factors.solution
def balance_factors(P, Q):
    k = P.shape[1]
    U, S, Vt = np.linalg.svd(P @ Q.T, full_matrices=False)
    root = np.sqrt(S[:k])
    return U[:, :k] * root, Vt[:k].T * root


balance_factors.edits("""
Vt[:k].T -> Vt[:, :k]
    V^T is used as V; np.linalg.svd returns V^T, so transpose it first.
    把 V^T 当成了 V；np.linalg.svd 给出的是 V^T，应先转置。
np.sqrt(S[:k]) -> S[:k]
    The square root of the singular values is missing, so the product has them squared.
    奇异值没有开平方，乘积中就成了平方；两侧各应乘 sqrt(S)。
U[:, :k] * root -> U[:, :k] * S[:k]
Vt[:k].T * root -> Vt[:k].T
    P is multiplied by all of S; multiply each side by sqrt(S), so that both have the same size.
    把 S 全部给了 P；两侧各应乘 sqrt(S)，大小才相等。
np.sqrt(S[:k]) -> 1
    The singular values are left out: U and V alone have another product.
    漏掉了奇异值：只有 U 与 V 时乘积变了。
return tuple(side[:, ::-1] for side in result)
    The factors are in rising order; the most important must come first.
    因子按从小到大排列了；最重要的应排在最前。
np.sqrt(S[:k]) -> np.square(S[:k])
    It squares the singular values; each side gets their root.
    对奇异值取了平方；每个矩阵应乘其平方根。
np.sqrt(S[:k]) -> S[:k] / 2
    It halves the singular values; each side gets their root.
    把奇异值减半了；每个矩阵应乘其平方根。
U[:, :k] * root -> U[:, :k]
Vt[:k].T * root -> Vt[:k].T * S[:k]
    Q gets the singular values alone; each side gets their root.
    奇异值全乘给了 Q；每个矩阵应乘其平方根。
Vt[:k].T * root -> Vt[:k] * root[:, None]
    Q is transposed; both keep their factors in columns.
    Q 被转置了；两个矩阵的因子都应在列上。
return U[:, :k] * root, Vt[:k].T * root -> return Vt[:k].T * root, U[:, :k] * root
    The two sides are exchanged; P comes first.
    两个矩阵的次序反了；P 应在前。
Vt[:k].T * root -> Vt[:k].T
    Only P gets the roots of the singular values; both sides do.
    只有 P 乘了奇异值的平方根；两个矩阵都应乘。
""")


# --- factor_importance ---------------------------------------------------------------------------

factor_importance = Check(factorization.factor_importance)
factor_importance.worked("by hand", given([[3.0, 1.0], [4.0, 0.0]], [[1.0, 0.5]]), [5.0, 0.5])
factor_importance.worked(
    "by hand",
    given([[3.0, 0.0, 6.0], [-4.0, 2.0, 8.0]], [[0.0, 5.0, 0.0], [-2.0, -12.0, 0.5]]),
    [10.0, 26.0, 5.0],
)
factor_importance.published(  # of orthogonal rows they are the singular values
    "El Ghaoui 2014, Optimization models and applications, "
    "Singular value decomposition of a 4x5 matrix",
    given(
        [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0], [1.0, 0.0, 0.0]],
        [[0.0, 0.0, 1.0], [4.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 2.0]],
    ),
    [4.0, 3.0, 5**0.5],
)
factor_importance.edge("a factor of zero on one side", given([[0.0, 1.0]], [[7.0, 1.0]]))
factor_importance.edge("a single factor", given([[-2.0]], [[0.25], [0.0]]))
factor_importance.edge("no factors", given(np.zeros((2, 0)), np.zeros((3, 0))))
factor_importance.edge(
    "single precision",
    given(np.array([[0.5, -2.0]], np.float32), np.array([[4.0, 1.0]], np.float32)),
)


@factor_importance.random
def _(rng):
    return given(*_factors(rng))


@factor_importance.property(
    "Multiplying a factor in P and dividing it in Q by the same number must change nothing.",
    "因子在 P 中放大、在 Q 中同比缩小时，重要性不应改变。",
)
def _(rng):
    P, Q = _factors(rng)
    scale = np.array([2.0, 0.25, -8.0])
    one, other = yield [given(P, Q), given(P * scale, Q / scale)]
    return np.allclose(one, other)


@factor_importance.solution
def factor_importance(P, Q):
    p, q = (np.sqrt(np.square(side).sum(axis=0)) for side in (P, Q))
    return p * q


factor_importance.edits("""
p * q -> p + q
    The sizes of the two sides are added; multiply them.
    把两侧的范数相加了；应当相乘。
p * q -> p
    Only P is used; multiply by the norm of the column of Q.
    只看了 P；还应乘以 Q 中对应列的范数。
np.sqrt(np.square( -> (np.abs(
    It takes the sums of absolute values; take the L2 norm.
    用了绝对值之和，即 L1 范数；应取 L2 范数。
np.sqrt(np.square( -> ((0 + 
    It sums the entries with their signs, which cancel; take the norm of each column.
    直接对元素求和，正负会抵消；应取每列的范数。
axis=0 -> axis=1
    It takes norms of rows, one for each user and item; a factor is a column.
    求的是行的范数，对应用户与物品；因子应是列。
return result**2
    The square root is missing: these are the squared norms.
    得到的是范数的平方；应再开平方根。
return result / result.sum()
    It divides by the sum over the factors; the importance keeps the units of the ratings.
    除以了各因子之和；重要性应保持评分的单位，不必归一化。
p * q -> np.sqrt(p * q)
    It takes the root of the product of the norms.
    对范数之积开了平方；应为乘积本身。
p * q -> q
    It takes the norms of Q alone; multiply them by those of P.
    只取了 Q 的范数；应与 P 的范数相乘。
np.sqrt(np.square(side).sum(axis=0)) -> np.abs(side).max(axis=0)
    It takes the largest magnitudes of the columns; take their L2 norms.
    取了各列最大的绝对值；应取 L2 范数。
p * q -> (p + q) / 2
    It averages the norms; multiply them.
    对范数取了平均；应相乘。
p * q -> np.maximum(p, q)
    It takes the larger of the two norms; multiply them.
    取了两个范数中较大的；应相乘。
p * q -> np.minimum(p, q)
    It takes the smaller of the two norms; multiply them.
    取了两个范数中较小的；应相乘。
p * q -> np.sqrt(p**2 + q**2)
    It takes the norms of the columns of both together; multiply the norms of each.
    取了两个矩阵合在一起的列范数；应把各自的范数相乘。
return result / (result.max(initial=0) or 1)
    It divides by the largest; return the products themselves.
    除以了最大的一个；应返回乘积本身。
p * q -> np.linalg.svd(P @ Q.T, compute_uv=False)[: len(p)]
    It returns the singular values of P Q^T; multiply the norms of the columns.
    返回了 P Q^T 的奇异值；应把列的范数相乘。
p * q -> p / np.maximum(q, 1e-99)
    It divides the norms; multiply them.
    把范数相除了；应相乘。
return np.argsort(result)
    It returns the factors ranked by importance; return the products.
    返回了按重要性排列的下标；应返回乘积本身。
""")


# --- remove_factors ------------------------------------------------------------------------------

WIDE_P = np.array([[4.0, 1.0, 2.0, 0.5], [0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]])
WIDE_Q = np.array([[0.5, 4.0, 0.5, 16.0], [0.0, 0.0, 0.0, 0.0]])  # importances 2, 4, 1 and 8

remove_factors = Check(factorization.remove_factors)
remove_factors.worked(
    "by hand",
    given([[3.0, 1.0], [4.0, 0.0]], [[1.0, 0.5]], sparsity=0.5),
    ([[3.0], [4.0]], [[1.0]]),
)
remove_factors.worked("by hand", given(WIDE_P, WIDE_Q, 0.5), (WIDE_P[:, [1, 3]], WIDE_Q[:, [1, 3]]))
remove_factors.worked(
    "by hand", given(WIDE_P, WIDE_Q, 0.25), (WIDE_P[:, [0, 1, 3]], WIDE_Q[:, [0, 1, 3]])
)
remove_factors.published(  # the columns are the three channels of a kernel, of which one is pruned
    "PyTorch 2.3, test/nn/test_pruning.py, test_ln_structured_pruning",
    given(
        [[1.0, 0.5, -3.0], [2.0, 1.0, -5.0], [1.0, 0.1, 0.1], [2.5, 0.1, -1.0]],
        [[1.0, 1.0, 1.0]],
        sparsity=1 / 3,
    ),
    ([[1.0, -3.0], [2.0, -5.0], [1.0, 0.1], [2.5, -1.0]], [[1.0, 1.0]]),
)
remove_factors.edge("nothing to prune", given(WIDE_P, WIDE_Q, 0.0))
remove_factors.edge("a half is rounded to the even count", given(WIDE_P, WIDE_Q, 0.625))
remove_factors.edge("more than a half is one more", given(WIDE_P, WIDE_Q, 0.6875))
remove_factors.edge("all factors are removed", given(WIDE_P, WIDE_Q, 0.9375))
remove_factors.edge(
    "equal importance", given([[1.0, 2.0, 4.0, 0.5]], [[4.0, 2.0, -1.0, -8.0]], sparsity=0.5)
)
remove_factors.edge(
    "many factors of equal importance",
    given(np.arange(60).reshape(1, 60) % 4 / 4, np.ones((1, 60)), sparsity=0.375),
)
remove_factors.edge("a factor of zero", given([[0.0, 1.0], [0.0, 1.0]], [[9.0, 1.0]], 0.5))
remove_factors.edge(
    "single precision", given(np.float32(WIDE_P), np.float32(WIDE_Q), sparsity=0.25)
)


@remove_factors.random
def _(rng):
    P, Q = rng.standard_normal((5, 6)), rng.standard_normal((4, 6))
    return given(P, Q, float(rng.integers(1, 8) / 8))


@remove_factors.property(
    "Multiplying a factor in P and dividing it in Q by one number must remove the same factors.",
    "因子在 P 中放大、在 Q 中同比缩小时，剪去哪些因子不应改变。",
)
def _(rng):
    P, Q = rng.standard_normal((5, 4)), rng.standard_normal((4, 4))
    scale = np.array([2.0, 0.125, -8.0, 1.0])
    (A, B), (C, D) = yield [given(P, Q, 0.5), given(P * scale, Q / scale, 0.5)]
    return np.allclose(np.asarray(A) @ np.asarray(B).T, np.asarray(C) @ np.asarray(D).T)


remove_factors.edits("""
factor_importance(P, Q) -> -factor_importance(P, Q)
    The most important factors are removed; remove the least important.
    剪掉了最重要的因子；应剪掉最不重要的。
pruned_count( -> P.shape[1] - pruned_count(
    The sparsity is taken as the share to keep; it is the share to remove.
    把稀疏度当成了保留的比例；它应是剪去的比例。
pruned_count(P.shape[1], sparsity) -> int(P.shape[1] * sparsity)
    The number of factors to remove is rounded down; round to the nearest number.
    剪去的个数向下取整了；应取最接近的整数。
factor_importance(P, Q) -> unit_l2(P)
    It ranks by the norm in P alone; rank by the product of both norms.
    只按 P 的列范数排序；应按两侧范数的乘积。
P[:, keep], Q[:, keep] -> P * keep, Q * keep
    The columns are only set to zero; remove them from both matrices.
    只把列置成了 0；应从两个矩阵中真正删去这些列。
P[:, keep] -> P[:, rank_mask(unit_l2(P), pruned_count(P.shape[1], sparsity))]
Q[:, keep] -> Q[:, rank_mask(unit_l2(Q), pruned_count(P.shape[1], sparsity))]
    P and Q are ranked separately, so that their columns no longer belong together.
    P 与 Q 分别排序剪枝，剩下的列不再对应；应按两侧范数的乘积一起剪。
P[:, keep] -> P * rank_mask(np.abs(P), pruned_count(P.size, sparsity))
Q[:, keep] -> Q * rank_mask(np.abs(Q), pruned_count(Q.size, sparsity))
    Single small entries are pruned, whose sizes are not unique; remove whole factors.
    剪的是单个的小元素；元素大小并不唯一，应按因子整列剪枝。
P, Q = P[:, ::-1], Q[:, ::-1]
return tuple(side[:, ::-1] for side in result)
    Among equal factors it removes the last first; remove the first one first.
    重要性相同时先剪了后面的；应先剪前面的。
return tuple(A[:, np.argsort(factor_importance(*result), kind="stable")[::-1]] for A in result)
    The factors are sorted by importance; the kept ones must keep their order.
    返回的因子按重要性排了序；留下的列应保持原来的顺序。
pruned_count(P.shape[1], sparsity) -> int(np.ceil(P.shape[1] * sparsity))
    It rounds the number of factors up; round to the nearest whole number.
    把因子个数向上取整了；应取最接近的整数。
pruned_count(P.shape[1], sparsity) -> P.shape[1] - pruned_count(P.shape[1], 1 - sparsity)
    It rounds the number to keep; round the number to remove.
    对保留的个数取整了；应对去掉的个数取整。
pruned_count(P.shape[1], sparsity) -> min(pruned_count(P.shape[1], sparsity), P.shape[1] - 1)
    It keeps at least one factor; all may be removed.
    至少保留了一个因子；可以全部去掉。
factor_importance(P, Q) -> unit_l2(Q)
    It ranks by the norms of Q alone; rank by the products of both norms.
    只按 Q 的范数排序了；应按两个范数之积。
factor_importance(P, Q) -> unit_l2(P) + unit_l2(Q)
    It ranks by the sum of the norms; rank by their product.
    按范数之和排序了；应按乘积。
P[:, keep], Q[:, keep] -> P[:, ~keep], Q[:, ~keep]
    It returns the factors that are removed; return those that are kept.
    返回了被去掉的因子；应返回保留的因子。
P[:, keep], Q[:, keep] -> P[:, keep], Q
    It removes columns of P alone; remove those of Q too.
    只去掉了 P 的列；Q 的列也应去掉。
P[:, keep], Q[:, keep] -> P[:, keep], Q[:, keep].T
    Q is transposed; both keep their factors in columns.
    Q 被转置了；两个矩阵的因子都应在列上。
P[:, keep], Q[:, keep] -> P[:, keep] @ Q[:, keep].T
    It returns the product of the two; return the matrices.
    返回了两者的乘积；应返回两个矩阵。
pruned_count(P.shape[1], sparsity) -> max(pruned_count(P.shape[1], sparsity), 1)
    It removes at least one factor; the number may be 0.
    至少去掉了一个因子；个数可以为 0。
factor_importance(P, Q) -> np.arange(P.shape[1], 0, -1)
    It removes the last factors; remove the least important.
    去掉的是最后几个因子；应去掉最不重要的。
""")
