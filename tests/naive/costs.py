"""Parameters and multiply-accumulates, counted."""

from itertools import pairwise


def mlp_parameters(widths):
    """sum_l n_l * n_{l+1} + n_{l+1}: kernels and biases (A-5.5)"""
    total = 0
    for n_in, n_out in pairwise(widths):
        total += n_in * n_out + n_out
    return total


def mlp_macs(widths):
    """sum_l n_l * n_{l+1}: multiply-accumulates for one sample, biases not counted"""
    total = 0
    for n_in, n_out in pairwise(widths):
        total += n_in * n_out
    return total


def mlp_hidden_width(parameters, n_in, n_out):
    """the h with n_in*h + h + h*n_out + n_out = parameters, or None (A-5.5)"""
    for h in range(1, parameters + 1):
        if n_in * h + h + h * n_out + n_out == parameters:
            return h
    return None
