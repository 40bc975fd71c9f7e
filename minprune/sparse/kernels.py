"""The sparse forward pass of a dense layer as two plain loops: what to read before `microkernels`.

The first takes one sample, the second a batch, and already gains from neighbours. The engine's own
kernels compute the same; they keep the sums in registers and the inputs in the cache.

The arrays are a caller's, who may have edited them. Compiled loops do not check where they read, so
these ask `inside` of every place that an array tells them.
"""

from minprune.jit import jit, of_native_arrays


@of_native_arrays
@jit
def csr_forward_one(values, indices, offsets, b, x, y, relu):
    """One sample through a CSR layer: y_j = b_j + sum_k values_k x[indices_k], perhaps max(., 0).

    x (n_in,), y (n_out,) is written.
    `ValueError` if the arrays do not fit together, or an index or an offset lies outside of them
    """
    fit(values, indices, offsets, b, len(y))
    n_in, ends = len(x), len(values) + 1
    for j in range(len(y)):
        y_j = b[j]
        for k in range(inside(offsets[j], ends), inside(offsets[j + 1], ends)):
            y_j += values[k] * x[inside(indices[k], n_in)]
        y[j] = max(y_j, b.dtype.type(0)) if relu else y_j


@of_native_arrays
@jit
def csr_forward_batch(values, indices, offsets, b, x, y, relu):
    """A batch through a CSR layer, the samples side by side: x (n_in, N), y (n_out, N) is written.

    With the batch innermost, one weight meets N neighbouring numbers: the loop over n turns into
    vector instructions, which the single sample with its scattered reads cannot use.
    `ValueError` as above
    """
    (n_out, N), n_in, ends = y.shape, len(x), len(values) + 1
    fit(values, indices, offsets, b, n_out)
    if x.shape[1] != N:
        raise ValueError("x and y must have as many columns")
    for j in range(n_out):
        for n in range(N):
            y[j, n] = b[j]
        for k in range(inside(offsets[j], ends), inside(offsets[j + 1], ends)):
            value, i = values[k], inside(indices[k], n_in)
            for n in range(N):
                y[j, n] += value * x[i, n]
        if relu:
            for n in range(N):
                y[j, n] = max(y[j, n], b.dtype.type(0))


@jit
def fit(values, indices, offsets, b, n_out):
    """`ValueError` unless the arrays are as long as n_out units and their weights need them."""
    if len(indices) != len(values):
        raise ValueError("values and indices must be equally long")
    if len(offsets) != n_out + 1 or len(b) != n_out:
        raise ValueError("b must hold a number for each unit of y, and offsets one more")


@jit
def inside(i, n):
    """i itself; `ValueError` unless it is one of 0 .. n - 1."""
    if not 0 <= i < n:
        raise ValueError("indices must be rows of x, and offsets places in values")
    return i
