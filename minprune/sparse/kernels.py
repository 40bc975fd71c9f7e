"""The sparse forward pass of a dense layer as two plain loops: what to read before `microkernels`.

The first takes one sample, the second a batch, and already gains from neighbours. The engine's own
kernels compute the same; they keep the sums in registers and the inputs in the cache.
"""

from minprune.jit import jit


@jit
def csr_forward_one(values, indices, offsets, b, x, y, relu):
    """One sample through a CSR layer: y_j = b_j + sum_k values_k x[indices_k], perhaps max(., 0).

    x (n_in,), y (n_out,) is written.
    """
    for j in range(len(y)):
        y_j = b[j]
        for k in range(offsets[j], offsets[j + 1]):
            y_j += values[k] * x[indices[k]]
        y[j] = max(y_j, b.dtype.type(0)) if relu else y_j


@jit
def csr_forward_batch(values, indices, offsets, b, x, y, relu):
    """A batch through a CSR layer, the samples side by side: x (n_in, N), y (n_out, N) is written.

    With the batch innermost, one weight meets N neighbouring numbers: the loop over n turns into
    vector instructions, which the single sample with its scattered reads cannot use.
    """
    n_out, N = y.shape
    for j in range(n_out):
        for n in range(N):
            y[j, n] = b[j]
        for k in range(offsets[j], offsets[j + 1]):
            value, i = values[k], indices[k]
            for n in range(N):
                y[j, n] += value * x[i, n]
        if relu:
            for n in range(N):
                y[j, n] = max(y[j, n], b.dtype.type(0))
