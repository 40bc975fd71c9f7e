"""Layers, losses, one step of each optimizer, and gradients by differences."""

import math

import numpy as np

from naive.activations import softmax
from naive.base import float64


def dense(x, W, b):
    """y_nj = sum_i x_ni * W_ij + b_j"""
    x, W, b = float64(x, W, b)
    (N, n_in), n_out = x.shape, W.shape[1]
    y = np.zeros((N, n_out))
    for n in range(N):
        for j in range(n_out):
            total = b[j]
            for i in range(n_in):
                total += x[n, i] * W[i, j]
            y[n, j] = total
    return y


def dense_backward(x, W, dy):
    """dx_ni = sum_j dy_nj * W_ij; dW_ij = sum_n x_ni * dy_nj; db_j = sum_n dy_nj"""
    x, W, dy = float64(x, W, dy)
    dx, dW, db = np.zeros(x.shape), np.zeros(W.shape), np.zeros(W.shape[1])
    for n in range(x.shape[0]):
        for j in range(W.shape[1]):
            db[j] += dy[n, j]
            for i in range(W.shape[0]):
                dx[n, i] += dy[n, j] * W[i, j]
                dW[i, j] += x[n, i] * dy[n, j]
    return dx, dW, db


def relu_backward(x, dy):
    """dx_i = dy_i if x_i > 0, else 0"""
    dx = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        if x[i] > 0:
            dx[i] = dy[i]
    return dx


def softmax_cross_entropy(z, y):
    """L = mean_n of log(sum_k exp(z_nk)) - z_n,y_n; dL/dz_nc = (p_nc - [c == y_n]) / N"""
    N, classes = z.shape
    p, dz = softmax(z), np.zeros(z.shape)
    loss = 0.0
    for n in range(N):
        row = [float(value) for value in z[n]]
        top = max(row)
        loss += top + math.log(sum(math.exp(value - top) for value in row)) - row[y[n]]
        for c in range(classes):
            one_hot = 1.0 if c == y[n] else 0.0
            dz[n, c] = (p[n, c] - one_hot) / N
    return loss / N, dz


def sgd_step(w, g, velocity, lr, momentum, weight_decay, keep):
    """g' = g + weight_decay*w; velocity' = momentum*velocity + g'; w' = w - lr*velocity'"""
    w, g, velocity = float64(w, g, velocity)
    new_w, new_velocity = np.zeros(w.shape), np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        if keep is not None and not keep[i]:
            continue  # pruned: all stay 0
        decayed = g[i] + weight_decay * w[i]
        new_velocity[i] = momentum * velocity[i] + decayed
        new_w[i] = w[i] - lr * new_velocity[i]
    return new_w, new_velocity


def adam_step(w, g, m, v, t, lr, beta1, beta2, epsilon, weight_decay, keep):
    """w' = (1 - lr*weight_decay)*w - lr * (m'/(1-beta1^t)) / (sqrt(v'/(1-beta2^t)) + epsilon)"""
    w, g, m, v = float64(w, g, m, v)
    new_w, new_m, new_v = np.zeros(w.shape), np.zeros(w.shape), np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        if keep is not None and not keep[i]:
            continue  # pruned: all stay 0
        decayed = w[i] - lr * weight_decay * w[i]
        new_m[i] = beta1 * m[i] + (1 - beta1) * g[i]
        new_v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i]
        m_hat = new_m[i] / (1 - beta1**t)
        v_hat = new_v[i] / (1 - beta2**t)
        new_w[i] = decayed - lr * m_hat / (math.sqrt(v_hat) + epsilon)
    return new_w, new_m, new_v


def numerical_gradient(f, x, h=1e-5):
    """df/dx_i ~ (f(x + h*e_i) - f(x - h*e_i)) / (2*h), on a float64 copy of x"""
    (x,) = float64(x)
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        centre = x[i]
        x[i] = centre + h
        above = float(f(x))
        x[i] = centre - h
        below = float(f(x))
        x[i] = centre
        gradient[i] = (above - below) / (2 * h)
    return gradient
