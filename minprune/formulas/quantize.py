"""Fewer bits for each weight: integers with a common step, and training with 16-bit gradients."""

from typing import NamedTuple

import numpy as np

from minprune.arguments import (
    above_zero,
    at_least_zero,
    finite_array,
    plain_array,
    same_shape,
    whole_number,
)
from minprune.formulas.masks import apply_mask


class Quantized(NamedTuple):
    """An array as integers q and their common step: w is about step * q."""

    q: np.ndarray
    step: float


def quantize_symmetric(w, bits=8):
    """Weights as signed integers of few bits, symmetric about zero: zero stays exactly zero.

        step = max|w| / Q          q_i = round(w_i / step)          Q = 2^(bits - 1) - 1

    w     array of any shape
    bits  from 2 to 16
    returns `Quantized(q, step)`: q integers from -Q to Q (int8, above 8 bits int16), shape of w,
    and the step, 0 for an array of zeros; halves go to the even integer

    Source: Jacob et al. 2018, with zero point 0 [A-3.2.2, C-2.1c].

    >>> quantize_symmetric([0.5, -1.0, 0.0], bits=3)
    Quantized(q=array([ 2, -3,  0], dtype=int8), step=0.3333333333333333)
    """
    w, q_max = finite_array("w", w), _largest_integer(bits)
    dtype = np.int8 if bits <= 8 else np.int16
    step = float(np.abs(w).max(initial=0)) / q_max
    q = np.rint(w.astype(np.float64) / step) if step > 0 else np.zeros(w.shape)
    return Quantized(np.clip(q, -q_max, q_max).astype(dtype), step)


def dequantize(q, step):
    """The weights that the integers stand for.

        what_i = step * q_i          |what_i - w_i| <= step / 2 for q and step of one array

    q     array of integers of any shape
    step  >= 0
    returns an array of float64, shape of q

    Source: [A-3.2.2].

    >>> dequantize([2, -3, 0], step=0.25)
    array([ 0.5 , -0.75,  0.  ])
    """
    q = plain_array("q", q)
    if q.dtype.kind not in "iu":
        raise TypeError(f"q must hold integers, got dtype {q.dtype}")
    return at_least_zero("step", step) * q.astype(np.float64)


def quantization_error(w, bits):
    """Quantization error: the mean distance to the original weights.

        error = mean_i |what_i - w_i|

    w     array of any shape with at least one entry
    bits  from 2 to 16
    returns a float, in the units of the weights; one bit more about halves it

    Source: [C-2.1c, A-3.1].

    >>> quantization_error([1.0, 0.25], bits=2)
    0.125
    """
    w = finite_array("w", w)
    whole_number("number of entries of w", w.size, low=1)
    return float(np.abs(dequantize(*quantize_symmetric(w, bits)) - w).mean())


def fake_quantize(w, bits, limit):
    """The forward pass of quantization-aware training: compute with what the integers stand for.

        what_i = step * round(clip(w_i, -limit, limit) / step)     step = limit / (2^(bits-1) - 1)

    w      array of any shape
    bits   from 2 to 16
    limit  > 0, the largest magnitude that can be represented
    returns an array, shape of w; dtype of w, or float64 for whole numbers; halves go to the even
    integer; doing it twice changes nothing more

    Source: Jacob et al. 2018, with a range that is symmetric about 0 [A-3.3c, A-8d].

    >>> fake_quantize([0.3, 0.6, -2.0], bits=2, limit=1.0)
    array([ 0.,  1., -1.])
    """
    w, limit = finite_array("w", w), above_zero("limit", limit)
    step = limit / _largest_integer(bits)
    q = np.rint(np.clip(w.astype(np.float64), -limit, limit) / step) + 0.0  # -0.0 + 0.0 is 0.0
    return np.asarray(step * q, dtype=w.dtype)


def fake_quantize_gradient(w, dy, limit):
    """The backward pass of quantization-aware training: as if there were no rounding.

        dL/dw_i = dL/dwhat_i if |w_i| <= limit else 0          ("straight through")

    w, dy  weights and gradient with respect to the quantized weights, arrays of one shape
    limit  > 0, as in `fake_quantize`
    returns an array, shape of w. The true derivative of rounding is 0 almost everywhere

    Source: Bengio, Léonard and Courville 2013; cut off outside the limit as in Hubara et al.
    2016 [A-3.3c].

    >>> fake_quantize_gradient([0.5, 1.0, -2.0], [1.0, 1.0, 1.0], limit=1.0)
    array([1., 1., 0.])
    """
    w, dy = finite_array("w", w), finite_array("dy", dy)
    same_shape(w=w, dy=dy)
    return np.where(np.abs(w) <= above_zero("limit", limit), dy, np.zeros((), dtype=dy.dtype))


def scaled_to_float16(g, scale):
    """A gradient in half precision, multiplied first so that small values do not vanish.

        g_16 = float16(scale * g)

    g      array of any shape
    scale  > 0, a power of two loses nothing
    returns an array of float16, shape of g; infinite from 65520 on

    Source: Micikevicius et al. 2018 (loss scaling) [C-2.1d].

    >>> scaled_to_float16([1e-8], scale=1.0), scaled_to_float16([1e-8], scale=1024.0)
    (array([0.], dtype=float16), array([1.025e-05], dtype=float16))
    """
    with np.errstate(over="ignore"):  # an overflow is the answer: the scale is too large
        return (above_zero("scale", scale) * finite_array("g", g).astype(float)).astype(np.float16)


def mixed_precision_step(w, g16, lr, scale, mask=None):
    """A step of gradient descent on float32 weights from a scaled float16 gradient.

        w' = m (w - lr float32(g_16) / scale)

    w      master weights, array of any shape, taken as float32: in float16, 1 + 0.0001 is 1
    g16    float16 gradient of scale * L, shape of w; `ValueError` if it has overflowed
    lr     learning rate, > 0
    scale  > 0
    mask   boolean array, shape of w, True = keep: pruning in mixed precision; None for no mask
    returns an array of float32, shape of w

    Source: Micikevicius et al. 2018 [C-2.1d, C-6.4d]. On a processor without half-precision
    arithmetic this teaches the numerics and saves no time.

    >>> mixed_precision_step(np.float32([1.0]), np.float16([1.024]), lr=0.1, scale=1024.0)
    array([0.9999], dtype=float32)
    """
    lr, scale = above_zero("lr", lr), above_zero("scale", scale)
    w, g16 = finite_array("w", w).astype(np.float32), plain_array("g16", g16)
    if g16.dtype != np.float16:
        raise TypeError(f"g16 must be float16, got {g16.dtype}")
    if not np.isfinite(g16).all():
        raise ValueError(f"g16 has overflowed; scale = {scale} is too large for this gradient")
    same_shape(w=w, g16=g16)
    new = w - lr * (g16.astype(np.float32) / scale)
    return np.asarray(new if mask is None else apply_mask(new, mask), dtype=np.float32)


def _largest_integer(bits):
    return 2 ** (whole_number("bits", bits, low=2, high=16) - 1) - 1
