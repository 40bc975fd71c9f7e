"""Activation functions."""

import math

import numpy as np


def relu(x):
    """y_i = max(x_i, 0)"""
    y = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        if x[i] > 0:
            y[i] = x[i]
    return y


def relu_derivative(x):
    """dy_i = 1 if x_i > 0, else 0"""
    dy = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        if x[i] > 0:
            dy[i] = 1.0
    return dy


def sigmoid(x):
    """y_i = 1 / (1 + exp(-x_i)), for x_i < 0 as exp(x_i) / (exp(x_i) + 1)"""
    y = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        small = math.exp(-abs(float(x[i])))
        y[i] = 1 / (1 + small) if x[i] >= 0 else small / (small + 1)
    return y


def sigmoid_derivative(x):
    """dy_i = sigmoid(x_i) * sigmoid(-x_i) = e / (1 + e)^2 with e = exp(-|x_i|)"""
    dy = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        small = math.exp(-abs(float(x[i])))
        dy[i] = small / (1 + small) / (1 + small)
    return dy


def tanh(x):
    """y_i = +-(1 - e) / (1 + e) with e = exp(-2 |x_i|) and the sign of x_i"""
    y = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        less_one = math.expm1(-2 * abs(float(x[i])))  # e - 1, also right where e is nearly 1
        y[i] = -less_one / (2 + less_one)
        if x[i] < 0:
            y[i] = -y[i]
    return y


def tanh_derivative(x):
    """dy_i = 1 - tanh(x_i)^2 = 4 e / (1 + e)^2 with e = exp(-2 |x_i|)"""
    dy = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        small = math.exp(-2 * abs(float(x[i])))
        dy[i] = 4 * small / (1 + small) / (1 + small)
    return dy


def log_softmax(z):
    """log p_nc = (z_nc - top_n) - log sum_k exp(z_nk - top_n), top_n = max_k z_nk"""
    log_p = np.zeros(z.shape)
    for n in range(z.shape[0]):
        row = [float(value) for value in z[n]]
        top = max(row)
        total = sum(math.exp(value - top) for value in row)
        for c, value in enumerate(row):
            log_p[n, c] = (value - top) - math.log(total)
    return log_p


def softmax(z):
    """p_nc = exp(z_nc - top_n) / sum_k exp(z_nk - top_n), top_n = max_k z_nk"""
    p = np.zeros(z.shape)
    for n in range(z.shape[0]):
        row = [float(value) for value in z[n]]
        top = max(row)
        total = sum(math.exp(value - top) for value in row)
        for c, value in enumerate(row):
            p[n, c] = math.exp(value - top) / total
    return p
