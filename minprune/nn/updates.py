"""The update rules, weight by weight, compiled by Numba: one pass over memory instead of a dozen.

All arrays are flat and of one dtype. `keep` is a boolean array or None; where it is False the
weight and everything that is remembered about it become exactly 0, whatever the gradient says.
The arithmetic stays in the dtype of w: a bare Python float would widen every product to float64.

Where a pixel is nearly always black, what is remembered decays towards 0 and becomes a denormal
number, on which the processor is many times slower. Adding and subtracting `tiny` cuts it, in
float32, to multiples of about 1e-27: far below what moves a weight, far above the denormals.

The mask chooses at the end, apart from the question whether there is one: else, with AVX2, the loop
would load only those weights that are kept, which takes longer than loading all.

A compiled loop does not check where it reads and writes: `fit` refuses arrays of other lengths.
"""

import numpy as np

from minprune.jit import jit, of_native_arrays


@of_native_arrays
@jit
def sgd_update(w, g, velocity, keep, lr, momentum, weight_decay):
    """One step of `SGD`: v <- mu v + (g + d w), w <- w - lr v; w and velocity are written."""
    fit(w, g, velocity, velocity, keep)
    real = w.dtype.type
    mu, eta, decay, tiny = real(momentum), real(lr), real(weight_decay), real(1e-20)
    zero = real(0)
    for i in range(w.size):
        v_i = (mu * velocity[i] + (g[i] + decay * w[i]) + tiny) - tiny
        w_i = w[i] - eta * v_i
        if keep is not None:
            kept = keep[i]
            v_i = v_i if kept else zero
            w_i = w_i if kept else zero
        velocity[i] = v_i
        w[i] = w_i


@of_native_arrays
@jit
def adam_update(w, g, m, v, keep, t, lr, beta1, beta2, epsilon, weight_decay):
    """Step number t of `Adam`: w <- (1 - lr d) w - lr m' / (sqrt(v') + eps); w, m, v are written.

    m' = m / (1 - b1^t) and v' = v / (1 - b2^t) undo the start of both moments at 0.
    """
    fit(w, g, m, v, keep)
    real = w.dtype.type
    b1, one_minus_b1 = real(beta1), real(1 - beta1)
    b2, one_minus_b2 = real(beta2), real(1 - beta2)
    m_scale, v_scale = real(1 / (1 - beta1**t)), real(1 / (1 - beta2**t))
    eta, eps, shrink = real(lr), real(epsilon), real(1 - lr * weight_decay)
    tiny, zero = real(1e-20), real(0)
    for i in range(w.size):
        m_i = (b1 * m[i] + one_minus_b1 * g[i] + tiny) - tiny
        v_i = (b2 * v[i] + one_minus_b2 * g[i] * g[i] + tiny) - tiny
        w_i = shrink * w[i] - eta * (m_i * m_scale) / (np.sqrt(v_i * v_scale) + eps)
        if keep is not None:
            kept = keep[i]
            m_i = m_i if kept else zero
            v_i = v_i if kept else zero
            w_i = w_i if kept else zero
        m[i] = m_i
        v[i] = v_i
        w[i] = w_i


@jit
def fit(w, g, m, v, keep):
    """`ValueError` unless there are as many of everything as weights."""
    if not w.size == g.size == m.size == v.size or (keep is not None and keep.size != w.size):
        raise ValueError("weights, gradient, state and mask must have the same size")
