"""Quantization and mixed precision. Python's round goes to the even integer at a half."""

import numpy as np


def quantize_symmetric(w, bits=8):
    """q_i = round(w_i / step), step = max_i |w_i| / Q, Q = 2^(bits-1) - 1; all 0 for zeros"""
    largest = 0.0
    for i in np.ndindex(w.shape):
        largest = max(largest, abs(float(w[i])))
    Q = 2 ** (bits - 1) - 1
    step = largest / Q
    q = np.zeros(w.shape, np.int8 if bits <= 8 else np.int16)
    for i in np.ndindex(w.shape):
        if step > 0:
            q[i] = round(float(w[i]) / step)
    return q, step


def dequantize(q, step):
    """what_i = step * q_i"""
    w = np.zeros(q.shape)
    for i in np.ndindex(q.shape):
        w[i] = step * float(q[i])
    return w


def quantization_error(w, bits):
    """error = sum_i |what_i - w_i| / n, what = dequantize(quantize_symmetric(w))"""
    what = dequantize(*quantize_symmetric(w, bits))
    total, n = 0.0, 0
    for i in np.ndindex(w.shape):
        total += abs(float(what[i]) - float(w[i]))
        n += 1
    return total / n


def fake_quantize(w, bits, limit):
    """what_i = step * round(clip(w_i, -limit, limit) / step), step = limit / (2^(bits-1) - 1)"""
    step = limit / (2 ** (bits - 1) - 1)
    what = np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        clipped = min(max(float(w[i]), -limit), limit)
        what[i] = step * round(clipped / step)
    return what


def fake_quantize_gradient(w, dy, limit):
    """dL/dw_i = dL/dwhat_i if |w_i| <= limit, compared in the dtype of w, else 0"""
    if w.dtype.kind == "f":
        limit = w.dtype.type(limit)
    dw = np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        if abs(float(w[i])) <= limit:
            dw[i] = dy[i]
    return dw


def scaled_to_float16(g, scale):
    """g16_i = float16(scale * g_i)"""
    g16 = np.zeros(g.shape, np.float16)
    for i in np.ndindex(g.shape):
        scaled = scale * float(g[i])
        if abs(scaled) < 65520:  # half way from 65504 to the next power of two: rounds up
            g16[i] = scaled
        else:
            g16[i] = float("inf") if scaled > 0 else float("-inf")
    return g16


def mixed_precision_step(w, g16, lr, scale, mask=None):
    """w'_i = w_i - lr * g16_i / scale if mask_i, else 0"""
    new_w = np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        if mask is None or mask[i]:
            new_w[i] = float(w[i]) - lr * float(g16[i]) / scale
    return new_w
