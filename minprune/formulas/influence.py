"""How much would the loss change without this weight? Exactly, and by its Taylor series."""

import numpy as np

from minprune.arguments import function, same_shape, whole_number, wide_array


def leave_one_out(loss, w):
    """Influence of each weight on the loss, exactly: set it to zero and look.

        s_i = L(w with w_i = 0) - L(w)

    loss  function of an array like w, returns a number
    w     array of any shape
    returns an array, shape of w, in the units of the loss; negative where the loss would fall.
    It takes one evaluation a weight, so it is the truth that small examples compare with

    Source: Mozer and Smolensky 1989 [E-3.1 (which ranks by its magnitude), C-4.2f].

    >>> leave_one_out(lambda w: 0.5 * (w[0] + 2 * w[1] - 4) ** 2, [3.0, 1.0])
    array([1.5, 0. ])
    """
    w = wide_array("w", w)
    base, scores = function("loss", loss)(w.copy()), np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        without = w.copy()
        without[i] = 0
        scores[i] = loss(without) - base
    return scores


def second_order_influence(w, g, h):
    """Influence of each weight on the loss by its Taylor series; exact for a quadratic loss.

        s_i = -g_i w_i + h_ii w_i^2 / 2          g_i = dL/dw_i,  h_ii = d^2 L / dw_i^2

    w, g, h  weights, gradient, and diagonal of the Hessian, arrays of one shape
    returns an array, shape of w, in the units of the loss

    Source: LeCun, Denker and Solla 1990, eq. (1) [C-4.2f, E-3.1].

    >>> second_order_influence([3.0, 1.0], [1.0, 2.0], [1.0, 4.0])
    array([1.5, 0. ])
    """
    w, g = wide_array("w", w), wide_array("g", g)
    same_shape(w=w, g=g)
    return obd_saliency(w, h) - g * w


def obd_saliency(w, h):
    """Optimal Brain Damage: the second-order influence where the gradient has vanished.

        s_i = h_ii w_i^2 / 2          h_ii = d^2 L / dw_i^2

    w, h  weights and diagonal of the Hessian of the loss, arrays of one shape
    returns an array, shape of w, in the units of the loss

    Source: LeCun, Denker and Solla 1990 [E-3.1].

    >>> obd_saliency([3.0, 1.0], [1.0, 4.0])
    array([4.5, 2. ])
    """
    w, h = wide_array("w", w), wide_array("h", h)
    same_shape(w=w, h=h)
    return h * np.square(w) / 2


def obs_saliency(w, H):
    """Optimal Brain Surgeon: the rise of the loss when a weight goes and all others make up for it.

        s_q = w_q^2 / (2 [H^-1]_qq)

    w  vector (n,)
    H  Hessian of the loss (n, n), symmetric and positive definite
    returns a vector (n,), in the units of the loss; never above `obd_saliency`

    Source: Hassibi and Stork 1993, eq. (5) [E-3.1].

    >>> obs_saliency([3.0, 1.0], [[1.0, 0.0], [0.0, 4.0]])
    array([4.5, 2. ])
    """
    w, inverse = _vector_and_inverse(w, H)
    return np.square(w) / (2 * np.diag(inverse))


def obs_update(w, H, q):
    """Optimal Brain Surgeon: the weights after weight q has gone and the others have made up.

        w' = w - (w_q / [H^-1]_qq) H^-1 e_q          so w'_q = 0

    w  vector (n,)
    H  Hessian of the loss (n, n), symmetric and positive definite
    q  which weight goes, 0 <= q < n
    returns a vector (n,). Before the next weight goes, take row and column q out of H and entry q
    out of w: a weight that is 0 has saliency 0, and another update would bring it back

    Source: Hassibi and Stork 1993, eq. (5) [E-3.1].

    >>> obs_update([1.0, 1.0], [[2.0, 1.0], [1.0, 2.0]], q=1)
    array([1.5, 0. ])
    """
    w, inverse = _vector_and_inverse(w, H)
    q = whole_number("q", q, low=0, high=len(w) - 1)
    new = w - w[q] / inverse[q, q] * inverse[:, q]
    new[q] = 0  # what rounding may have left
    return new


def _vector_and_inverse(w, H):
    w, H = wide_array("w", w), wide_array("H", H)
    if w.ndim != 1 or H.shape != (w.size, w.size):
        raise ValueError(f"w must be (n,) and H (n, n), got {w.shape} and {H.shape}")
    if not np.allclose(H, H.T, rtol=1e-6, atol=1e-6 * np.abs(H).max(initial=0)):
        raise ValueError("H must be symmetric; use (H + H.T) / 2")
    H = (H + H.T) / 2  # what rounding has left
    try:
        np.linalg.cholesky(H)
    except np.linalg.LinAlgError:
        text = "H must be positive definite; add a small multiple of the identity"
        raise ValueError(text) from None
    return w, np.linalg.inv(H)
