"""Distillation and ensembles."""

import math

import numpy as np

from naive.activations import log_softmax, softmax
from naive.base import float64


def over_temperature(z, temperature):
    """z_nk / T"""
    scaled = np.zeros(z.shape)
    for i in np.ndindex(z.shape):
        scaled[i] = float(z[i]) / temperature
    return scaled


def soften(z, temperature):
    """p_nk = exp(z_nk / T) / sum_j exp(z_nj / T)"""
    return softmax(over_temperature(z, temperature))


def distillation_loss(z, z_teacher, y, alpha, temperature):
    """L = sum_n (-(1 - alpha) log p_n,y_n + alpha T^2 sum_k q_nk log(q_nk / p^T_nk)) / N"""
    N, K = z.shape
    log_p, log_p_soft = log_softmax(z), log_softmax(over_temperature(z, temperature))
    log_q = log_softmax(over_temperature(z_teacher, temperature))
    loss = 0.0
    for n in range(N):
        divergence = 0.0
        for k in range(K):
            divergence += math.exp(log_q[n, k]) * (log_q[n, k] - log_p_soft[n, k])
        loss += -(1 - alpha) * log_p[n, y[n]] + alpha * temperature**2 * divergence
    return float(loss) / N


def distillation_gradient(z, z_teacher, y, alpha, temperature):
    """dL/dz_nk = ((1 - alpha) (p_nk - [k == y_n]) + alpha T (p^T_nk - q_nk)) / N"""
    N, K = z.shape
    p, p_soft, q = softmax(z), soften(z, temperature), soften(z_teacher, temperature)
    dz = np.zeros(z.shape)
    for n in range(N):
        for k in range(K):
            from_label = p[n, k] - (1.0 if k == y[n] else 0.0)
            from_teacher = p_soft[n, k] - q[n, k]
            dz[n, k] = ((1 - alpha) * from_label + alpha * temperature * from_teacher) / N
    return dz


def ensemble_average(predictions):
    """pbar_nk = sum_m p_mnk / M"""
    predictions = float64(*predictions)
    average = np.zeros(predictions[0].shape)
    for i in np.ndindex(average.shape):
        total = 0.0
        for p in predictions:
            total += p[i]
        average[i] = total / len(predictions)
    return average
