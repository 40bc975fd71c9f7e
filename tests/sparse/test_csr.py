"""Compressed sparse rows and the two loops over them, beside naive ones.

Most numbers here are small multiples of 1/4, whose sums are exact in float32 in any order: there,
equal means equal. The kernels run compiled and as plain Python.
"""

import naive
import numpy as np
import pytest
from matrices import MATRICES, quarters

from minprune.formulas.metrics import csr_bytes
from minprune.sparse import kernels
from minprune.sparse.csr import csr_from_dense, dense_from_csr

DTYPES = ["f", "d"]
BATCHES = [0, 1, 2, 255]


@pytest.fixture(params=MATRICES)
def W(request):
    MATRICES[request.param].flags.writeable = False
    return MATRICES[request.param]


@pytest.fixture(params=["compiled", "python"])
def kernel(request):
    """Gives a kernel by its name, compiled or as Python."""

    def get(name):
        function = getattr(kernels, name)  # with NUMBA_DISABLE_JIT=1 it is Python already
        return function if request.param == "compiled" else getattr(function, "py_func", function)

    return get


# --- the format ----------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("lay", [np.ascontiguousarray, np.asfortranarray, lambda W: W[::-2, ::3]])
def test_csr_as_naive_and_back(W, dtype, lay):
    W = lay(W.astype(dtype))
    csr = csr_from_dense(W)
    values, indices, offsets = naive.csr_from_dense(W)
    np.testing.assert_array_equal(csr.values, values, strict=True)
    np.testing.assert_array_equal(csr.indices, indices.astype("int32"), strict=True)
    np.testing.assert_array_equal(csr.offsets, offsets.astype("int32"), strict=True)
    assert csr.n_in == W.shape[0]
    np.testing.assert_array_equal(dense_from_csr(csr), W, strict=True)
    np.testing.assert_array_equal(naive.dense_from_csr(*csr), W)
    assert not np.shares_memory(csr.values, W)


def test_csr_by_hand():
    csr = csr_from_dense([[5, 0, 0], [0, 0, 8], [7, 0, 0]])
    assert csr.values.tolist() == [5, 7, 8]
    assert csr.indices.tolist() == [0, 2, 1]
    assert csr.offsets.tolist() == [0, 2, 2, 3]


def test_csr_bytes_are_those_of_the_formula(W):
    for dtype, value_bytes in [("f", 4), ("d", 8)]:
        nonzeros, n_out = np.count_nonzero(W), W.shape[1]
        expected = csr_bytes(rows=n_out, nonzeros=nonzeros, value_bytes=value_bytes)
        assert csr_from_dense(W.astype(dtype)).nbytes == expected


def test_csr_of_more_than_two_to_the_16_inputs_and_weights():
    W = np.ones((70_000, 2), np.float32)
    csr = csr_from_dense(W)
    assert csr.indices[[69_999, 70_000, -1]].tolist() == [69_999, 0, 69_999]
    assert csr.offsets.tolist() == [0, 70_000, 140_000]
    np.testing.assert_array_equal(dense_from_csr(csr), W)


@pytest.mark.parametrize(
    ("W", "error", "match"),
    [
        ([[1.0, np.nan]], ValueError, r"W must be finite, got nan at index \[0, 1\]"),
        ([[-np.inf]], ValueError, "W must be finite"),
        ([["a"]], TypeError, "W must be"),
        ([1.0, 2.0], ValueError, r"W must be a matrix .* got shape \(2,\)"),
        (np.zeros((2, 2, 2)), ValueError, "W must be a matrix"),
        (1.0, ValueError, "W must be a matrix"),
    ],
)
def test_csr_refuses(W, error, match):
    with pytest.raises(error, match=match):
        csr_from_dense(W)


# --- the kernels ---------------------------------------------------------------------------------


@pytest.mark.parametrize("relu", [False, True])
@pytest.mark.parametrize("dtype", DTYPES)
def test_kernels_as_naive(kernel, W, dtype, relu):
    (n_in, n_out), csr = W.shape, csr_from_dense(W.astype(dtype))
    csr, b = csr[:3], quarters(6, n_out).astype(dtype)
    for N in BATCHES:
        x = quarters(7, n_in, N).astype(dtype)
        y = np.full((n_out, N), np.nan, dtype)
        kernel("csr_forward_batch")(*csr, b, x, y, relu)
        np.testing.assert_array_equal(y.T, naive.csr_dense(x.T, *csr, b, relu))
        for n in range(min(N, 3)):
            y_n = np.full(n_out, np.nan, dtype)
            kernel("csr_forward_one")(*csr, b, np.ascontiguousarray(x[:, n]), y_n, relu)
            np.testing.assert_array_equal(y_n, y[:, n])
