"""The engine beside loops and the dense network.

Many numbers here are small multiples of 1/4, whose sums are exact in float32 in any order: there,
equal means equal. Others are compared with the dense network in float64, and the differences with
the largest output: a sum that nearly cancels is as wrong as the terms it is made of, however small
it comes out.
"""

import copy
import math
import os
import pickle
import subprocess
import sys
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import naive
import numba
import numpy as np
import pytest
from matrices import MATRICES, quarters, sparse_quarters
from stacks import (
    NAMES,
    STACKS,
    as_dtype,
    average,
    biggest,
    bn,
    conv,
    dense,
    dropout,
    flatten,
    relu,
    sigmoid,
    stack,
    tanh,
)

from minprune import workers
from minprune.formulas.metrics import csr_bytes
from minprune.nn.batchnorm import BatchNorm
from minprune.nn.initializers import he_normal
from minprune.nn.layers import Dense, Flatten, LeakyReLU, ReLU, Sigmoid
from minprune.nn.network import Network, mlp
from minprune.nn.spatial import AveragePool2D, Conv2D, MaxPool2D
from minprune.pruning.one_shot import prune_by_magnitude
from minprune.sparse import choice, one_sample, sample_plan
from minprune.sparse import engine as engine_module
from minprune.sparse.engine import SparseEngine
from minprune.sparse.panels import CSR
from minprune.threads import cores

DTYPES = ["f", "d"]
BATCHES = [0, 1, 2, 255]
SIZES = [0, 1, 2, 3, 4, 7, 31, 32, 33, 255, 1000]
PYTHON = bool(numba.config.DISABLE_JIT)  # then loops take a hundred times as long
SHARED = [1, 2, 3, 8]  # threads


@pytest.fixture(params=MATRICES)
def W(request):
    MATRICES[request.param].flags.writeable = False
    return MATRICES[request.param]


def network_of(*matrices, dtype="f", last=()):
    """Dense layers of these matrices with a ReLU between two of them, and biases that matter."""
    layers = []
    for l, W in enumerate(matrices):
        b = quarters(l, W.shape[1])
        layers += [Dense(W.astype(dtype), b.astype(dtype)), ReLU()]
    return Network([*layers[:-1], *last])


def deep(dtype="f", last=()):
    """Three sparse layers: 13 - 8 - 1 - 5, the middle one a single unit."""
    shapes = [(13, 8), (8, 1), (1, 5)]
    matrices = [sparse_quarters(seed, *shape) for seed, shape in enumerate(shapes)]
    return network_of(*matrices, dtype=dtype, last=last)


def naive_engine(network, x):
    x = np.asarray(x)
    for layer in network.layers:
        if isinstance(layer, Dense):
            x = naive.dense(x, layer.W.value, layer.b.value)
        else:
            x = naive.relu(x)
    return x


@pytest.mark.parametrize("N", BATCHES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_engine_of_one_layer(W, dtype, N):
    for network in (network_of(W, dtype=dtype), network_of(W, dtype=dtype, last=[ReLU()])):
        x = quarters(8, N, len(W)).astype(dtype)
        y = SparseEngine(network)(x)
        assert y.dtype == dtype
        np.testing.assert_array_equal(y, network(x), strict=True)
        np.testing.assert_array_equal(y, naive_engine(network, x))


@pytest.mark.parametrize("N", BATCHES)
@pytest.mark.parametrize("last", [[], [ReLU()]])
@pytest.mark.parametrize("dtype", DTYPES)
def test_engine_of_three_layers(dtype, last, N):
    network = deep(dtype, last)
    x = quarters(9, N, 13).astype(dtype)
    y = SparseEngine(network)(x)
    np.testing.assert_array_equal(y, network(x), strict=True)
    np.testing.assert_array_equal(y, naive_engine(network, x))


def test_the_test_network_needs_its_relus():  # else the tests above would not see one missing
    network, x = deep(last=[ReLU()]), quarters(9, 255, 13).astype("f")
    for layer in (1, 3, 5):
        without = Network(network.layers[:layer] + network.layers[layer + 1 :])
        assert np.any(without(x) != network(x))


@pytest.mark.parametrize("dtype", DTYPES)
def test_engine_of_a_pruned_network(dtype):
    network = mlp([50, 20, 10], np.random.default_rng(0), dtype=dtype)
    prune_by_magnitude(network, sparsity=0.9)
    x = np.random.default_rng(1).standard_normal((5, 50)).astype(dtype)
    tolerance = 1e-5 if dtype == "f" else 1e-13
    for N in (1, 5):
        y = SparseEngine(network)(x[:N])
        np.testing.assert_allclose(y, network(x[:N]), rtol=tolerance, atol=tolerance)
        np.testing.assert_allclose(y, naive_engine(network, x[:N]), rtol=tolerance, atol=tolerance)
    itemsize = np.dtype(dtype).itemsize  # 120 of 1200 weights are left, and all 30 biases
    expected = csr_bytes(20, 0) + csr_bytes(10, 0) + 120 * (itemsize + 4) + 30 * itemsize
    assert SparseEngine(network).nbytes == expected


@pytest.mark.parametrize("N", [1, 2, 6])
@pytest.mark.parametrize(
    "lay",
    [
        np.asfortranarray,
        lambda x: np.repeat(np.repeat(x, 2, axis=0), 3, axis=1)[::2, ::3],
        lambda x: x[::-1, ::-1].copy()[::-1, ::-1],
        lambda x: x.astype("f"),
        lambda x: x.tolist(),
    ],
)
@pytest.mark.parametrize("dtype", DTYPES)
def test_engine_takes_any_layout_and_dtype_of_its_input(dtype, lay, N):
    network, x = deep(dtype), quarters(10, N, 13)
    given = lay(x)
    y = SparseEngine(network)(given)
    assert y.dtype == dtype
    np.testing.assert_array_equal(y, naive_engine(network, x))
    np.testing.assert_array_equal(given, x)


def test_engine_takes_images_of_bytes():
    network, x = deep(), np.random.default_rng(0).integers(0, 256, (3, 13), np.uint8)
    np.testing.assert_array_equal(SparseEngine(network)(x), naive_engine(network, x))


@pytest.mark.parametrize("N", [1, 2])
def test_engine_gives_a_fresh_array_every_time(N):
    sparse, x = SparseEngine(deep()), quarters(11, N, 13).astype("f")
    first = sparse(x)
    kept = first.copy()
    sparse(-x)[:] = 99
    np.testing.assert_array_equal(first, kept)
    np.testing.assert_array_equal(sparse(x), kept)


def test_engine_has_copied_the_network():
    network, x = deep(), quarters(12, 2, 13).astype("f")
    sparse, before = SparseEngine(network), network(x)
    for parameter in network.parameters.values():
        parameter.value += 1
    assert np.any(network(x) != before)
    np.testing.assert_array_equal(sparse(x), before)


@pytest.mark.parametrize("dtype", DTYPES)
def test_engine_bytes_are_those_of_the_formula_and_the_biases(W, dtype):
    itemsize = np.dtype(dtype).itemsize
    network = network_of(W, quarters(13, W.shape[1], 2), dtype=dtype)
    expected = sum(
        csr_bytes(layer.W.value.shape[1], np.count_nonzero(layer.W.value), itemsize)
        + layer.b.value.size * itemsize
        for layer in network.layers[::2]
    )
    assert SparseEngine(network).nbytes == expected


class Unknown(ReLU):
    pass


@pytest.mark.parametrize("layers", [[Unknown()], [Dense([[1.0]], [0.0]), Unknown()]])
def test_engine_refuses_layers_that_it_does_not_know(layers):
    with pytest.raises(TypeError, match="network must be made of minprune's own layers, got"):
        SparseEngine(Network(layers, (1,)))


def test_engine_refuses_a_network_that_does_not_know_its_input():
    with pytest.raises(ValueError, match="network must know the shape of a sample"):
        SparseEngine(Network([Conv2D(np.ones((1, 1, 1, 1)), [0.0])]))


@pytest.mark.parametrize("shape", [(), (5, 4), (2, 3, 4, 5)])
def test_engine_refuses_samples_that_are_neither_vectors_nor_images(shape):
    with pytest.raises(ValueError, match="network must take vectors or images"):
        SparseEngine(Network([ReLU()], shape))


@pytest.mark.parametrize(
    "shape", [(), (13,), (2, 12), (2, 14), (1, 1), (13, 2), (1, 2, 13), (0, 5)]
)
def test_engine_refuses_another_shape(shape):
    with pytest.raises(ValueError, match=r"x must be \(N, 13\), got"):
        SparseEngine(deep())(np.zeros(shape))


def test_engine_refuses_layers_that_do_not_fit_together():
    # the kernel would read behind the end of its input
    layers = [Dense(np.ones((2, 2)), [0.0, 0.0]), ReLU(), Dense(np.ones((3, 1)), [0.0])]
    with pytest.raises(ValueError, match=r"layers\[2\] takes 3 inputs, but layers\[1\] gives 2"):
        SparseEngine(Network(layers))


def test_engine_refuses_a_network_of_no_layers():
    with pytest.raises(ValueError, match="at least one layer"):
        SparseEngine(Network([]))


def test_whole_number_weights_and_biases_count_as_real_ones():
    network = Network([Dense([[1, 0], [0, 2]], [0, 1])])
    x = np.array([[0.9, 0.25], [1.5, 2.5]])
    assert SparseEngine(network)(x).tolist() == network(x).tolist() == [[0.9, 1.5], [1.5, 6.0]]


# --- beside the dense network --------------------------------------------------------------------


def check(sparse, network, x):
    """That the engine's outputs are the dense network's, but for rounding."""
    y, truth = sparse(x), as_dtype(network, "d")(np.asarray(x, "d"))
    assert y.shape == truth.shape and y.dtype == sparse.dtype and y.flags.c_contiguous
    tolerance = 2e-5 if y.dtype == np.float32 else 1e-12
    np.testing.assert_allclose(y, truth, 0, tolerance * np.abs(truth).max(initial=0))


def pruned(network, seed):
    """Every layer at a density of its own, from none to all of its weights."""
    rng = np.random.default_rng(seed)
    for weight in network.weights.values():
        density = rng.choice([0, 0.05, 0.3, 1], p=[0.1, 0.3, 0.4, 0.2])
        weight.value *= rng.random(weight.value.shape) < density
    return network


def network_by(name, dtype, seed=None):
    network, _ = stack(name, dtype, samples=1)
    return network if seed is None else pruned(network, seed)


def samples(network, N, seed=0):
    return np.random.default_rng(seed).standard_normal((N, *network.input_shape))


@pytest.mark.parametrize("seed", [None, 0, 1])
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_every_kind_of_network(dtype, name, seed):
    network = network_by(name, dtype, seed)
    sparse = SparseEngine(network)
    large = math.prod(network.input_shape) > 300
    for N in (1,) if PYTHON and large else (1, 5) if PYTHON else SIZES[:-2]:
        check(sparse, network, samples(network, N).astype(dtype))


@pytest.mark.parametrize("N", SIZES)
@pytest.mark.parametrize("name", ["mlp", "tanh", "bn between dense"])
def test_every_number_of_samples(name, N):
    network = network_by(name, "f", 2)
    check(SparseEngine(network), network, samples(network, N))


def built(shape, *parts, dtype="f", seed=0):
    rng, layers, at = np.random.default_rng(seed), [], shape
    for part in parts:
        layers.append(part(at, rng))
        at = layers[-1].output_shape(at)
    return as_dtype(Network(layers, shape), dtype)


IMAGES = {
    "one pixel": ((1, 1, 3), [conv(9, 1), relu, conv(2, 3, 1, 1)]),
    "one pixel among zeros": ((1, 1, 2), [conv(3, 3, 1, "same"), biggest(1), conv(4, 3, 2, 4)]),
    "one row": ((1, 40, 1), [conv(3, 1), relu, conv(3, 1, 2, 1), flatten, dense(3)]),
    "one column": ((40, 1, 1), [conv(3, 1), relu, conv(3, 1, 2, 1), flatten, dense(3)]),
    "wide": ((3, 150, 1), [conv(2, 3, 1, "same"), relu, biggest(1), conv(3, 2), biggest(2)]),
    "more zeros than image": ((2, 2, 1), [conv(3, 2, 1, 5), relu, conv(2, 3, 1, 7), tanh]),
    "wider with zeros": ((3, 15, 1), [conv(2, 1, 1, 3), relu, conv(2, 1, 1, 9), conv(2, 3)]),
    "many channels": ((4, 4, 17), [conv(17, 3, 1, "same"), relu, conv(9, 1, 2), conv(3, 2)]),
    "steps of 3": ((11, 10, 2), [conv(5, 2, 3), relu, conv(3, 3, 1, 1), relu, conv(2, 1, 3)]),
    "steps and pooling": ((12, 11, 2), [conv(5, 3, 2, 1), relu, biggest(2), conv(9, 2)]),
    "left over": ((8, 9, 1), [conv(3, 2), biggest(3), relu, conv(2, 1, 2)]),
    "overlapping": ((7, 8, 2), [conv(3, 2), relu, biggest(3, 1), conv(2, 2), biggest(2, 3)]),
    "steps of 2 by other windows": ((9, 12, 2), [conv(3, 2), biggest(3, 2), relu, biggest(1, 2)]),
    "pooled, then among zeros": ((8, 16, 1), [conv(3, 3, 1, "same"), relu, biggest(2),
                                              conv(2, 3, 1, "same"), biggest(2), conv(2, 2, 1, 1)]),
    "pooled, then zeros on the right": ((14, 6, 2), [conv(3, 3, 1, "same"), biggest(2), relu,
                                                     conv(2, 2, 1, "same")]),
    "gaps": ((9, 9, 2), [conv(3, 2), biggest(2, 3), bn, average(1, 2), sigmoid]),
    "pooling first": ((7, 8, 3), [biggest(2), bn, conv(4, 2, 1, "same"), average(2, 1), tanh]),
    "pooling twice": ((13, 13, 1), [conv(3, 2), biggest(2), biggest(2), relu, biggest(3, 1)]),
    "padding behind a convolution": ((9, 8, 2), [conv(3, 2), biggest(3, 3, 1), relu, conv(2, 2)]),
    "padding that comes to nothing": ((9, 7, 2), [conv(3, 2), biggest(2, 2, "same"), relu,
                                                  conv(2, 2, 1, "same")]),
    "padding on the right": ((9, 10, 2), [conv(3, 2), biggest(2, 2, "same"), relu, flatten,
                                         dense(2)]),
    "padding, then zeros": ((8, 17, 3), [biggest(3, 2, 1), conv(3, 3, 1, (2, 0)), relu,
                                         average(2, 2, (0, 1)), conv(2, 2, 2, (0, 1))]),
    "padding above alone": ((7, 19, 1), [conv(2, 2), average(3, 1, (1, 0)), bn, biggest(2, 2, 1)]),
    "windows wider than the image": ((2, 3, 2), [biggest(7, 1, "same"), average(5, 2, "same")]),
    "padding by twos": ((6, 40, 2), [conv(3, 3, 1, (1, 0)), biggest(2, 2, 1), relu,
                                     biggest(4, 2, 2)]),
    "one pixel, padded": ((1, 1, 3), [average(2, 1, 1), relu, biggest(3, 2, "same")]),
    "flat before pixels": ((5, 5, 2), [flatten, bn, relu, dense(20), relu, bn, dense(3)]),
    "flat behind steps": ((6, 7, 2), [conv(5, 3, 2, 1), flatten, bn, tanh, dropout, dense(9)]),
    "nothing but functions": ((3, 4, 2), [relu, dropout, tanh, flatten, sigmoid]),
    "nothing": ((3, 4, 2), [dropout, flatten]),
    "five layers": ((6, 6, 1), [conv(3, 3, 1, "same"), relu] * 4 + [conv(1, 3)]),
}  # fmt: skip


@pytest.mark.parametrize("seed", [None, 0])
@pytest.mark.parametrize("name", IMAGES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_images(dtype, name, seed):
    shape, parts = IMAGES[name]
    network = built(shape, *parts, dtype=dtype)
    if seed is not None:
        network = pruned(network, seed)
    sparse = SparseEngine(network)
    for N in (1, 3, 5) if PYTHON else (0, 1, 3, 4, 17, 70):
        x = samples(network, N)
        if not network.parameters:  # its precision is float32: nothing says otherwise
            x = x.astype("f")
        check(sparse, network, x)


@pytest.mark.parametrize("N", [1, 20])
@pytest.mark.parametrize(
    ("format", "K"), [("csr", sparse_quarters(0, 3, 2, 2, 9)), ("blocks", quarters(0, 3, 2, 2, 8))]
)
def test_convolution_and_pooling_beside_loops(format, K, N):
    units = K.shape[-1]
    b, x = quarters(1, units), quarters(2, N, 6, 7, 2)
    for stride, padding in [
        (1, "valid"), (1, "same"), (2, "same"), (1, 2), (3, 1), (1, (2, 0)), (2, (0, 3)),
    ]:  # fmt: skip
        layer = Conv2D(K.astype("f"), b.astype("f"), stride, padding)
        z = naive.conv_layer(x, K, b, stride, padding)
        sparse = SparseEngine(Network([layer], (6, 7, 2)))
        assert sparse._panel_plan.choices[0].format == format
        np.testing.assert_array_equal(sparse(x), z)
        for size in (2, 3):
            h, w = (n // size for n in z.shape[1:3])
            if h and w:
                pooled = z[:, : h * size, : w * size].reshape(N, h, size, w, size, units)
                pooled = pooled.max(axis=(2, 4))
                network = Network([layer, MaxPool2D(size)], (6, 7, 2))
                np.testing.assert_array_equal(SparseEngine(network)(x), pooled)
                network = Network([layer, MaxPool2D(size), ReLU()], (6, 7, 2))
                np.testing.assert_array_equal(SparseEngine(network)(x), np.maximum(pooled, 0))
            for zeros in ("same", (1, 0)):
                pooled = naive.max_pool_layer(z, size, size, zeros)
                network = Network([layer, MaxPool2D(size, None, zeros), ReLU()], (6, 7, 2))
                np.testing.assert_array_equal(SparseEngine(network)(x), np.maximum(pooled, 0))


@pytest.mark.parametrize("density", [0.02, 0.3, 1])
@pytest.mark.parametrize("units", [1, 9])
def test_a_convolution_whose_inputs_come_in_several_blocks(units, density):
    rng = np.random.default_rng(0)
    K = quarters(0, 3, 3, 70, units) * (rng.random((3, 3, 70, units)) < density)  # 630 inputs
    layers = [Conv2D(K.astype("f"), quarters(1, units)), ReLU(), MaxPool2D(2), Flatten()]
    network = Network([*layers, Dense(quarters(2, 4 * units, 3).astype("f"), np.zeros(3))],
                      (6, 7, 70))  # fmt: skip
    sparse = SparseEngine(network)
    for N in (1, 5) if PYTHON else (1, 5, 40):
        x = quarters(3, N, 6, 7, 70)
        np.testing.assert_array_equal(sparse(x), as_dtype(network, "d")(x))


@pytest.mark.parametrize("N", [1, 40])
def test_a_dense_layer_of_many_inputs_adds_up_its_blocks_before_the_relu(N):
    W = sparse_quarters(0, 1000, 3)
    network = network_of(W, sparse_quarters(1, 3, 2), dtype="f", last=[ReLU()])
    x = quarters(2, N, 1000)
    np.testing.assert_array_equal(SparseEngine(network)(x), as_dtype(network, "d")(x))
    assert SparseEngine(network)._panel_plan.program.steps[0]["blocks"] > 1


@pytest.mark.parametrize("features", [1, 7, 8, 15, 16, 17, 33])
@pytest.mark.parametrize("dtype", DTYPES)
def test_samples_come_in_and_go_out_in_order(dtype, features):
    network = Network([Flatten(), BatchNorm.identity(1, dtype)] if features == 1 else
                      [Flatten()], (features,))  # fmt: skip
    sparse = SparseEngine(network)
    for N in range(4, 20) if PYTHON else [*range(4, 70), 127, 128, 129]:
        x = np.arange(N * features, dtype="f").reshape(N, features)
        np.testing.assert_allclose(sparse(x), network(x), 1e-5)


@pytest.mark.parametrize("V", [1, 2, 4])
@pytest.mark.parametrize("dtype", DTYPES)
def test_every_width_of_a_panel_gives_the_same(monkeypatch, dtype, V):
    monkeypatch.setattr(engine_module, "TILES", (V,))
    networks = [
        deep(dtype),
        network_of(sparse_quarters(3, 40, 20), quarters(4, 20, 9), dtype=dtype),
    ]
    K = quarters(5, 3, 3, 1, 9) * (np.arange(9) % 3 == 0)
    networks.append(Network([Conv2D(K.astype(dtype), quarters(6, 9), 1, "same"), ReLU(),
                             MaxPool2D(2), Conv2D(quarters(7, 2, 2, 9, 3).astype(dtype),
                                                  quarters(8, 3))], (5, 35, 1)))  # fmt: skip
    for network in networks:
        for N in (1, 5) if PYTHON else (1, 5, 64, 65, 130):
            x = quarters(9, N, *network.input_shape)
            np.testing.assert_array_equal(SparseEngine(network)(x), as_dtype(network, "d")(x))


@pytest.mark.parametrize("blocks", [False, True])
@pytest.mark.parametrize("V", [1, 2, 4])
@pytest.mark.parametrize("dtype", DTYPES)
def test_neighbouring_positions_at_once(monkeypatch, dtype, V, blocks):
    """Rows that no tile divides, strides, poolings, a kernel as wide as the image; in blocks of one
    channel or of all."""
    monkeypatch.setattr(engine_module, "TILES", (V,))
    if blocks:
        monkeypatch.setattr(choice, "L1_VECTORS", 1)
        monkeypatch.setattr(choice, "RUN", 0)
    N, widths = (5, (1, 3)) if PYTHON else (16 * V + 3, (1, 2, 3, 5, 8, 9, 15, 17))
    for width in widths:
        for stride, pool, k, density in [(1, 1, 3, 1), (1, 2, 3, 0.4), (2, 1, 2, 0.4),
                                         (1, 3, 1, 0.4), (2, 2, 1, 0.4)]:  # fmt: skip
            rng = np.random.default_rng(width)
            K = quarters(width, k, k, 3, 5) * (rng.random((k, k, 3, 5)) < density)
            first = Conv2D(quarters(0, 2, 1, 2, 3).astype(dtype), quarters(1, 3), 1, "same")
            layers = [first, Conv2D(K.astype(dtype), quarters(2, 5), stride, "same"), ReLU()]
            columns = -(-width // stride)
            layers += [MaxPool2D(pool)] if columns >= pool else []
            layers += [Flatten()] * (width % 2)
            network = Network(layers, (3 * stride, width, 2))
            x = quarters(3, N, *network.input_shape)
            np.testing.assert_array_equal(SparseEngine(network)(x), as_dtype(network, "d")(x))
            steps = SparseEngine(network)._panel_plan.program.steps
            for step, channels in zip(steps, (2, 3), strict=True):
                assert step["kind"] != CSR or step["blocks"] == (channels if blocks else 1)


@pytest.mark.parametrize("dtype", DTYPES)
def test_large_panels_are_made_narrow(monkeypatch, dtype):
    network, N = network_by("same", dtype), 20 if PYTHON else 200
    x = samples(network, N).astype(dtype)
    expected = SparseEngine(network)(x)
    monkeypatch.setattr(engine_module, "LARGEST_PANEL", 1)
    sparse = SparseEngine(network)
    np.testing.assert_allclose(sparse(x), expected, 1e-4)
    assert [*sparse._free] == [64 // np.dtype(dtype).itemsize]


def test_weights_of_whole_numbers_and_two_precisions():
    first, second = Dense(np.ones((3, 2), "f"), [0, 0]), Dense([[1, 2], [3, 4]], [1, 1])
    sparse = SparseEngine(Network([first, ReLU(), second]))
    x = np.array([[0.1, 0.2, 0.3]] * 5)
    assert sparse(x).dtype == np.float64
    np.testing.assert_allclose(sparse(x), Network([first, ReLU(), second])(x), 1e-14)


@pytest.mark.parametrize("slope", [-2, 0, 1, 3])
def test_any_slope_of_a_leaky_relu(slope):
    network = Network([Dense(np.eye(4), [0, 1, 0, 0]), LeakyReLU(slope)])
    for N in (1, 5):
        check(SparseEngine(network), network, samples(network, N))


@pytest.mark.parametrize("N", [1, 5])
def test_a_normalization_takes_the_mean_away_first(N):
    x = 1000 + np.arange(N * 3).reshape(N, 3) / 8192  # times 300 each would be rounded to 1/32
    network = as_dtype(Network([BatchNorm(np.ones(3), np.ones(3), np.full(3, 1000), np.zeros(3))],
                               (3,)), "f")  # fmt: skip
    check(SparseEngine(network), network, x)


@pytest.mark.xfail(strict=True, reason="the product is rounded to float32 before it meets float64")
def test_normalization_in_two_precisions():
    network = built((6,), dense(5), bn)
    network = Network([*network.layers, Dense(np.eye(5), np.zeros(5))])
    x = samples(network, 5)
    np.testing.assert_allclose(SparseEngine(network)(x), network(x), 1e-12)


@pytest.mark.parametrize("N", [1, 40])
def test_units_and_inputs_that_there_are_none_of(N):
    none = Dense(np.zeros((4, 0), "f"), np.zeros(0))
    some = Dense(np.zeros((0, 3), "f"), np.array([1, -2, 3]))
    for layers in ([none], [none, ReLU(), some], [some, ReLU()]):
        network = Network(layers)
        x = np.ones((N, layers[0].n_in))
        np.testing.assert_array_equal(SparseEngine(network)(x), network(x.astype("f")), strict=True)


# --- numbers that are none, and too large --------------------------------------------------------


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", [*STACKS, "random 3", "random 7"])
def test_a_sample_that_is_not_finite_gives_what_the_dense_network_gives(name, bad):
    network = network_by(name, "f", 0)
    sparse = SparseEngine(network)
    for N in (1, 3, 5, 70):
        x = samples(network, N).astype("f")
        right = sparse(x)
        which = N // 2
        x[which].flat[x[which].size // 2] = bad
        y = sparse(x)
        with np.errstate(all="ignore"):
            expected = network(x)
        np.testing.assert_array_equal(np.isnan(y), np.isnan(expected))
        np.testing.assert_array_equal(np.isinf(y), np.isinf(expected))
        others = np.arange(N) != which
        np.testing.assert_allclose(y[others], right[others], 1e-4, 1e-5)
        np.testing.assert_allclose(y[which], expected[which], 1e-4, 1e-5)


def test_zero_weights_count_where_an_input_is_infinite():
    network = Network([Dense([[1.0, 0.0], [0.0, 1.0]], [0.0, 0.0])])
    for N in (1, 2, 5, 33):
        x = np.ones((N, 2))
        x[-1] = np.inf, 1
        y = SparseEngine(network)(x)
        with np.errstate(invalid="ignore"):
            np.testing.assert_array_equal(y, network(x))
        assert y[-1, 0] == np.inf and np.isnan(y[-1, 1]) and (y[:-1] == 1).all()


OVERFLOWS = {  # to an infinity that meets a zero, for a first input of 1e38
    "dense": [Dense([[4, 0], [0, 1]], [0, 0]), Dense([[0, 1], [0, 1]], [1, 2])],
    "relu": [Dense([[4, 0], [0, 1]], [0, 0]), ReLU(), Dense([[0, 1], [0, 1]], [1, 2])],
    "third": [Dense([[1, 0], [0, 1]], [0, 0]), ReLU(), Dense([[2, 0], [0, 1]], [0, 0]), ReLU(),
              Dense([[2, 0], [0, 1]], [0, 0]), ReLU(), Dense([[0, 1], [0, 1]], [1, 2])],
    "bias": [Dense([[1, 0], [0, 1]], [3e38, 0]), Dense([[0, 1], [0, 1]], [1, 2])],
    "normalized": [BatchNorm([8, 1], [0, 0], [0, 0], [1, 1]), Dense([[0, 1], [0, 1]], [1, 2])],
    "mean": [BatchNorm([1, 1], [0, 0], [-3e38, 0], [64, 1]), Dense([[0, 1], [0, 1]], [1, 2])],
    "leaky": [Dense([[-1, 0], [0, 1]], [0, 0]), LeakyReLU(-8), Dense([[0, 1], [0, 1]], [1, 2])],
    "sigmoid": [Dense([[4, 0], [0, 1]], [0, 0]), Sigmoid(), Dense([[0, 1], [0, 1]], [1, 2])],
}  # fmt: skip


@pytest.mark.parametrize("N", [1, 5, 70])
@pytest.mark.parametrize("name", OVERFLOWS)
def test_large_numbers_overflow_where_they_do_in_the_dense_network(name, N):
    network = as_dtype(Network(OVERFLOWS[name], (2,)), "f")
    x = np.ones((N, 2), "f")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sparse = SparseEngine(network)
        for size in (1e38, -1e38, 2.0, 1e30):
            x[-1, 0] = size
            with np.errstate(all="ignore"):
                expected = network(x)
            y = sparse(x)
            np.testing.assert_allclose(y, expected, 1e-5)
            assert np.isfinite(y[:-1]).all()
    with np.errstate(all="ignore"):
        assert name == "sigmoid" or not np.isfinite(network(np.array([[1e38, 1]], "f"))).all()


def test_averages_of_large_numbers():
    network = Network([AveragePool2D(2), Flatten(), Dense(np.ones((2, 1), "f"), [0])], (2, 4, 1))
    for N in (1, 5):
        x = np.ones((N, 2, 4, 1), "f")
        x[-1, :, :2] = 2e38  # their sum would overflow, their average does not
        np.testing.assert_allclose(SparseEngine(network)(x), network(x), 1e-6)


def test_what_is_too_large_for_float32_is_infinite():
    sparse = SparseEngine(deep())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for N in (1, 5):
            x = quarters(0, N, 13)
            right = sparse(x)
            x[0, 0] = 1e300
            y = sparse(x)
            np.testing.assert_array_equal(y[1:], right[1:])
            assert not np.isfinite(y[0]).any()


@pytest.mark.parametrize("N", [1, 5])
def test_a_normalization_divides_before_anything_overflows(N):
    norm, x = BatchNorm([8, 1], [0, 0], [0, 0], [64, 1]), np.full((N, 2), 1e38, "f")
    for layers in ([norm], [Dense(np.eye(2), [0, 0]), norm]):  # times 8, then divided by 8
        network = as_dtype(Network(layers, (2,)), "f")
        with np.errstate(all="ignore"):
            assert np.isinf(network(x)[:, 0]).all()
        np.testing.assert_allclose(SparseEngine(network)(x), x, 1e-5)


@pytest.mark.parametrize("N", [1, 5, 33])
def test_large_numbers_that_do_not_overflow_take_the_sparse_way(monkeypatch, N):
    network = mlp([20, 30, 30, 5], np.random.default_rng(0), he_normal)
    x = samples(network, N).astype("f")
    largest = max(np.abs(layer_output).max() for layer_output in outputs(network, x))
    x *= np.float32(np.finfo("f").max / largest / 16)  # sums on the way are not that much larger
    sparse = SparseEngine(network)
    monkeypatch.setattr(SparseEngine, "_dense", None)
    check(sparse, network, x)
    x[-1, -1] = np.inf
    with pytest.raises(TypeError):  # there is no other
        sparse(x)


def test_columns_beyond_an_image_do_not_overflow(monkeypatch):
    """The last vectors of a convolution read behind the image: were its own output there, it would
    be multiplied with the weights once more."""
    network = Network([Conv2D(np.full((1, 2, 1, 1), 1e25, "f"), [0])], (1, 16, 1))
    sparse = SparseEngine(network)
    monkeypatch.setattr(SparseEngine, "_dense", None)
    check(sparse, network, np.ones((3, 1, 16, 1)))


def outputs(network, x):
    """What each layer returns, the input first."""
    yield x
    for layer in network.layers:
        x = layer.forward(x)
        yield x


@pytest.mark.parametrize("N", [1, 5, 70])
def test_a_deep_network_takes_the_sparse_way(monkeypatch, N):
    rng = np.random.default_rng(0)
    network = mlp([64] * 81, rng, he_normal)
    prune_by_magnitude(network, 0.5)
    sparse, x = SparseEngine(network), rng.standard_normal((N, 64)).astype("f")
    right = network(x)
    monkeypatch.setattr(SparseEngine, "_dense", None)
    np.testing.assert_allclose(sparse(x), right, rtol=1e-3, atol=1e-5 * np.abs(right).max())


@pytest.mark.parametrize("what", ["not a number", "overflow"])
@pytest.mark.parametrize("N", [1, 16])
def test_a_bad_sample_leaves_nothing_behind_for_the_next_call(monkeypatch, N, what):
    network = mlp([20, 30, 30, 5], np.random.default_rng(0), he_normal)
    sparse = SparseEngine(network, threads=1)
    x = samples(network, N).astype("f")
    bad = x.copy()
    bad[-1] = np.nan if what == "not a number" else 3e38
    with np.errstate(all="ignore"):
        assert not np.isfinite(network(bad)[-1]).any()
        np.testing.assert_allclose(sparse(bad)[-1], network(bad)[-1])
    monkeypatch.setattr(SparseEngine, "_dense", None)
    for few in (1, 5, 16) if N == 16 else (1,):
        check(sparse, network, x[:few])


OVERFLOWING = {  # weights of two inputs of 1e20
    "to infinity": [1e20, 1e20], "to minus infinity": [-1e20, -1e20], "both ways": [1e20, -1e20],
}  # fmt: skip


@pytest.mark.parametrize("what", OVERFLOWING)
@pytest.mark.parametrize("hidden", ["by a zero weight", "by a ReLU", "by a pooling"])
@pytest.mark.parametrize("N", [1, 5, 70])
def test_every_overflow_on_the_way_is_seen(monkeypatch, N, hidden, what):
    W = np.array(OVERFLOWING[what], "f")[:, None]
    x = np.full((N, 2), 1e20, "f")
    if hidden == "by a pooling":
        kernel = np.repeat(W.reshape(1, 1, 2, 1), 2, axis=3)
        layers = [Conv2D(kernel, np.zeros(2, "f")), MaxPool2D(2), Flatten()]
        network = Network([*layers, Dense(np.ones((2, 1), "f"), [0])], (2, 2, 2))
        x = np.ones((N, 2, 2, 2), "f")  # three of four pixels are fine
        x[:, 0, 1] = 1e20
    else:
        relu = [ReLU()] if hidden == "by a ReLU" else []
        last = Dense(np.zeros((1, 1), "f"), np.ones(1, "f"))
        network = Network([Dense(W, np.zeros(1, "f")), *relu, last])
    network = as_dtype(network, "f")
    sparse, through, seen = SparseEngine(network), SparseEngine._dense, []

    def noted(self, x, y, which):
        seen.append(len(x[which]))
        through(self, x, y, which)

    monkeypatch.setattr(SparseEngine, "_dense", noted)
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(sparse(x), network(x))
    assert sum(seen) == N


def test_a_network_that_overflows_by_itself():
    network = Network([Dense(np.ones((2, 2), "f"), [3e38, 0]), Dense([[1, 0], [1, 1]], [0, 0])])
    network = as_dtype(network, "f")
    for N in (1, 5):
        x = np.ones((N, 2), "f")
        np.testing.assert_allclose(SparseEngine(network)(x), network(x), 1e-6)
    network = Network([Dense([[1e200, 0], [0, 1e200]], [1, 0]) for _ in range(4)])
    x = np.zeros((5, 2))
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(SparseEngine(network)(x), network(x))


def test_a_normalization_by_nothing_is_not_folded_into_infinite_weights():
    norm = BatchNorm(np.full(2, 1e30, "f"), np.ones(2), np.zeros(2), np.ones(2))
    network = Network([Dense(np.full((4, 2), 1e30, "f"), np.zeros(2)), norm])
    for N in (1, 5):
        assert (SparseEngine(network)(np.zeros((N, 4))) == 1).all()
        x = np.full((N, 4), 1e-30, "f")
        np.testing.assert_allclose(SparseEngine(network)(x), network(x), 1e-5)


# --- what is given and what is kept --------------------------------------------------------------


def unaligned(x):
    """A read-only copy that begins at an odd address."""
    return np.frombuffer(b"." + x.tobytes(), "u1")[1:].view(x.dtype).reshape(x.shape)


@pytest.mark.parametrize(
    "lay",
    [
        np.asfortranarray,
        lambda x: np.repeat(x, 2, axis=2)[:, :, ::2],
        lambda x: x[::-1, ::-1, ::-1, ::-1].copy()[::-1, ::-1, ::-1, ::-1],
        lambda x: x.astype("f").astype(">f4"),
        lambda x: x.astype("d").tolist(),
        lambda x: unaligned(x.astype("f")),
        lambda x: (4 * x).astype(np.int8),
        lambda x: np.broadcast_to(x[:1], x.shape),
    ],
)  # fmt: skip
@pytest.mark.parametrize("N", [1, 5])
def test_engine_takes_images_of_any_layout(lay, N):
    network = Network([Conv2D(quarters(0, 2, 3, 2, 3).astype("f"), quarters(1, 3), 1, "same"),
                       Flatten()], (4, 5, 2))  # fmt: skip
    given = lay(quarters(2, N, 4, 5, 2))
    x = np.array(given, "d")
    np.testing.assert_array_equal(SparseEngine(network)(given), as_dtype(network, "d")(x))
    np.testing.assert_array_equal(np.asarray(given, "d"), x)


@pytest.mark.skipif(PYTHON, reason="it is about compiled code")
def test_loops_are_compiled_for_one_kind_of_array_only():
    sparse, x = SparseEngine(deep()), quarters(0, 5, 13).astype("f")
    frozen = x.copy()
    frozen.flags.writeable = False
    loops = engine_module.run_samples, engine_module.run_panels
    for N in (1, 5):
        expected = sparse(x[:N])
        before = [len(loop.signatures) for loop in loops]
        for given in (frozen, unaligned(x), x[:, ::-1].copy()[:, ::-1], np.asfortranarray(x)):
            np.testing.assert_array_equal(sparse(given[:N]), expected)
        assert [len(loop.signatures) for loop in loops] == before


@pytest.mark.parametrize(
    "shape", [(4, 5, 2), (1, 4, 5), (1, 5, 4, 2), (3, 40), (0, 4, 5, 1), (2, 4, 5, 2, 1), ()]
)
def test_engine_refuses_images_of_another_shape(shape):
    network = Network([Flatten(), Dense(np.ones((40, 1)), [0.0])], (4, 5, 2))
    with pytest.raises(ValueError) as error:
        SparseEngine(network)(np.zeros(shape))
    assert str(error.value) == f"x must be (N, 4, 5, 2), got {shape}"


@pytest.mark.parametrize("name", ["mlp", "bn twice", "stride 2"])
def test_copies_of_an_engine(name):
    network = network_by(name, "f", 0)
    sparse, x = SparseEngine(network, threads=3), samples(network, 40)
    few = x[:2]
    fresh = pickle.dumps(sparse)
    many_out, few_out = sparse(x), sparse(few)
    assert len(pickle.dumps(sparse)) <= len(fresh) + 100  # neither plans nor working memory
    buffers = []  # as between processes that share memory
    outside = pickle.dumps(sparse, protocol=5, buffer_callback=buffers.append)
    frozen = pickle.loads(outside, buffers=[bytes(b.raw()) for b in buffers])
    for other in (pickle.loads(fresh), pickle.loads(pickle.dumps(sparse)), frozen,
                  copy.deepcopy(sparse), copy.copy(sparse)):  # fmt: skip
        np.testing.assert_array_equal(other(x), many_out)
        np.testing.assert_array_equal(other(few), few_out)
        assert other.threads == 3 and other.compressed_bytes == sparse.compressed_bytes
        assert other.explain() == sparse.explain()
        assert other._free is not sparse._free


@pytest.mark.parametrize("name", NAMES)
def test_the_network_again(name):
    network = network_by(name, "f", 1)
    sparse, x = SparseEngine(network), samples(network, 3 if PYTHON else 5).astype("f")
    again = sparse.network()
    np.testing.assert_array_equal(again(x), network(x), strict=True)
    assert again.input_shape == network.input_shape
    assert [type(a) for a in again.layers] == [type(b) for b in network.layers]
    y = sparse(x)
    for p in again.parameters.values():
        p.value[...] += 1
    for statistic in again.statistics.values():
        statistic += 1
    np.testing.assert_array_equal(sparse(x), y)
    np.testing.assert_array_equal(sparse.network()(x), network(x))


def test_later_training_does_not_reach_an_engine_that_was_never_called():
    network = network_by("bn twice", "f")
    x = samples(network, 5).astype("f")
    sparse, before = SparseEngine(network), SparseEngine(network)(x)
    for p in network.parameters.values():
        p.value[...] += 1
    for statistic in network.statistics.values():
        statistic += 1
    np.testing.assert_array_equal(sparse(x), before)


def test_bytes_of_convolutions_and_normalizations():
    network = network_by("bn twice", "f", 0)
    first, *norms = network.layers[0], *(network.layers[l] for l in (1, 3, 5, 7))
    last = network.layers[-1]
    expected = 0
    for weight, layer in ((first.K, first), (last.W, last)):
        values = weight.value
        expected += csr_bytes(values.shape[-1], np.count_nonzero(values), 4) + layer.b.value.nbytes
    for norm in norms:
        expected += 4 * norm.mean.nbytes  # gamma, beta, mean and variance
    assert SparseEngine(network).nbytes == SparseEngine(network).compressed_bytes == expected


def test_bytes_are_those_of_all_that_is_held():
    network = network_by("max pooling", "f", 0)
    sparse = SparseEngine(network, threads=1)
    at_rest = sparse.nbytes
    for N, name in ((1, "_sample_plan"), (20, "_panel_plan")):
        before = sparse.nbytes
        sparse(samples(network, N))
        plan = getattr(sparse, name)
        numbers = [array.nbytes for array in ((plan.block,) if N == 1 else plan.program)]
        assert plan.program.values.nbytes < sum(numbers)
        T = 1 if N == 1 else 32
        assert sparse.nbytes - before == sum(numbers) + 4 * plan.size * T
    assert sparse.compressed_bytes == at_rest == copy.copy(sparse).nbytes


def test_bytes_are_counted_while_another_thread_calls():
    sparse, stop = SparseEngine(deep(), threads=1), threading.Event()
    x = quarters(0, 5, 13)
    sparse(x[:1])
    sparse._free[1].extendleft(np.zeros((2000, 1)))  # counting them takes a while

    def call():
        while not stop.is_set():
            sparse(x[:1])

    caller, interval = threading.Thread(target=call), sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    caller.start()
    try:
        assert min(sparse.nbytes for _ in range(100)) > 2000 * 8
    finally:
        stop.set()
        caller.join()
        sys.setswitchinterval(interval)


# --- inputs that are zero ------------------------------------------------------------------------


def with_rows(dtype="f"):
    """Two layers that are kept dense, too, and what follows from the inputs that are not zero."""
    shapes = (90, 128), (128, 83), (83, 10)
    first, *others = (sparse_quarters(k, *shape) for k, shape in enumerate(shapes))
    first *= np.random.default_rng(0).random(first.shape) < 0.5
    network = network_of(first, *others, dtype=dtype)
    sparse = SparseEngine(network)
    most = [choice.most for choice in sparse._sample_plan.choices]
    assert 20 < most[0] < 89 and most[1] > 0 and most[2] == 0
    return network, sparse


def some_inputs(count, seed=0):
    rng, x = np.random.default_rng(seed), np.zeros((1, 90))
    x[0, rng.permutation(90)[:count]] = rng.choice([-2, -0.5, 0.25, 1], count)
    return x


@pytest.mark.parametrize("dtype", DTYPES)
def test_any_number_of_inputs_that_are_not_zero(dtype):
    network, sparse = with_rows(dtype)
    most = sparse._sample_plan.choices[0].most
    for count in {0, 1, 2, most - 1, most, most + 1, 89, 90}:
        x = some_inputs(count, count).astype(dtype)
        np.testing.assert_array_equal(sparse(x), network(x))
        x[x == 0] = -0.0
        np.testing.assert_array_equal(sparse(x), network(x))


def test_few_inputs_run_by_rows_and_many_do_not():
    network, sparse = with_rows()
    made = sparse._sample_plan
    first = made.program.steps[0]
    rows = made.program.values[first["dense"] : first["dense"] + 90 * 128]
    assert np.count_nonzero(rows) == np.count_nonzero(network.layers[0].W.value)
    rows[:] = 0
    bias = network.layers[0].b.value[None]
    rest, most = Network(network.layers[1:], (128,)), made.choices[0].most
    for count, right in ((most, rest(bias)), (most + 1, network(some_inputs(most + 1)))):
        np.testing.assert_array_equal(sparse(some_inputs(count)), right)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", DTYPES)
def test_neither_nan_nor_infinity_is_lost_among_zeros(dtype, bad):
    network, sparse = with_rows(dtype)
    for place in (0, 44, 89):
        for count in (0, 20, 90):
            x = some_inputs(count).astype(dtype)
            x[0, place] = bad
            with np.errstate(all="ignore"):
                np.testing.assert_array_equal(sparse(x), network(x))


def test_a_sum_of_few_inputs_that_overflows():
    network, sparse = with_rows()
    x = 1e38 * np.abs(some_inputs(5)).astype("f")
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(sparse(x), network(x))
        assert not np.isfinite(sparse(x)).all()


# --- threads and processes -----------------------------------------------------------------------


@pytest.fixture
def shared(monkeypatch):
    """Small networks are worth a second thread, and single samples cut as finely as can be."""
    monkeypatch.setattr(engine_module, "SMALL", 0)
    monkeypatch.setattr(engine_module, "SMALL_ONE", 0)
    monkeypatch.setattr(sample_plan, "PIECE", 1e-6)


@pytest.mark.parametrize(
    "name", ["mlp", "max pooling", "stride 2", "bn twice", "random 3", "random 7"]
)
def test_any_number_of_threads_gives_the_same(shared, name):
    network = network_by(name, "f", 0)
    for N in (1, 4) if PYTHON else (1, 3, 16, 17, 700):
        x = samples(network, N)
        for threads in SHARED:
            sparse = SparseEngine(network, threads)
            check(sparse, network, x)
            until = time.monotonic() + 60
            while not (kept := sum(map(len, sparse._free.values()))) and time.monotonic() < until:
                pass  # one that begins late has it for a moment, though it finds nothing to do
            assert 1 <= kept <= threads


def test_a_sample_comes_in_when_the_one_before_has_gone_out():
    network = network_by("mlp", "f", 0)
    made, x = SparseEngine(network)._sample_plan, samples(network, 2).astype("f")
    y, memory = np.zeros(6, "f"), np.zeros(made.size, "f")
    pieces = len(made.program.steps) + 2
    counters = np.array([pieces, pieces - 1, 0])  # the last piece of the first one is not done
    arguments = made.block, 2, x.reshape(-1), y, memory, counters
    thread = threading.Thread(target=one_sample.run_samples, args=arguments, daemon=True)
    thread.start()
    while counters[0] == pieces:
        time.sleep(0.01)
    time.sleep(0.1)
    assert not memory.any()
    counters[1] += 1
    thread.join()
    assert not y[:3].any()
    np.testing.assert_allclose(y[3:], network(x)[1], 1e-5, 1e-6)


def test_a_thread_that_comes_late_leaves_nothing_to_an_engine_made_anew(shared, monkeypatch):
    late = []

    def one_thread(work, threads):
        late.append(work)
        work()

    monkeypatch.setattr(workers, "at_once", one_thread)
    sparse = SparseEngine(network_by("mlp", "f"), threads=2)
    sparse(samples(sparse, 70))
    sparse.__init__(deep())
    late.pop()()  # its working memory is for another plan
    assert not sparse._free


def test_threads_find_the_samples_that_are_not_finite(shared):
    network, N = network_by("mlp", "f", 0), 100
    x = samples(network, N).astype("f")
    x[[0, 50, 99], 0] = np.nan
    y = SparseEngine(network, 3)(x)
    np.testing.assert_array_equal(np.isnan(y), np.isnan(network(x)))


def test_only_the_panels_of_such_samples_go_through_the_dense_network(monkeypatch):
    network, dense_samples = network_by("mlp", "f", 0), []
    x = samples(network, 200)
    x[[70, 199], 0] = np.nan, np.inf
    sparse, through = SparseEngine(network, 1), SparseEngine._dense

    def seen(self, x, y, which):
        dense_samples.extend(np.arange(len(x))[which])
        through(self, x, y, which)

    monkeypatch.setattr(SparseEngine, "_dense", seen)
    sparse(x)
    assert dense_samples == [*range(64, 128), *range(192, 200)]


@pytest.mark.parametrize("threads", [0, -1])
def test_engine_refuses_less_than_one_thread(threads):
    with pytest.raises(ValueError, match=f"threads must be >= 1, got {threads}"):
        SparseEngine(deep(), threads)
    for wrong in (True, 1.0, "2"):
        with pytest.raises(TypeError, match="threads must be a whole number"):
            SparseEngine(deep(), threads=wrong)


def test_all_cores_unless_told_otherwise():
    usable = cores()  # see tests/test_threads.py
    assert SparseEngine(deep()).threads == usable


@pytest.mark.parametrize("threads", [1, 2])
def test_eight_threads_call_one_engine(shared, threads):
    network = deep(last=[ReLU()])
    sparse, calls, callers = SparseEngine(network, threads), 10 if PYTHON else 1250, 8
    inputs = [quarters(seed, N, 13).astype("f") for seed, N in enumerate((1, 3, 5, 17, 40))]
    outputs = [as_dtype(network, "d")(x.astype("d")) for x in inputs]
    begin, wrong = threading.Barrier(callers), []

    def call(caller):
        begin.wait(60)
        for k in range(calls):
            which = (k + caller) % len(inputs)
            if not np.array_equal(sparse(inputs[which]), outputs[which]):
                wrong.append((caller, k))

    with ThreadPoolExecutor(callers) as pool:
        list(pool.map(call, range(callers)))
    assert wrong == []
    # a panel for every thread that can have worked at the same time, of each width
    assert all(len(free) <= callers * threads for free in sparse._free.values())
    assert {*sparse._free} <= {1, 16, 32, 64}


def run_script(code, before="", **environment):
    """What a program prints that begins with `PREPARE`."""
    command = [sys.executable, "-W", "ignore", "-c", before + PREPARE + code]
    env = os.environ | {"OPENBLAS_NUM_THREADS": "1", **environment}
    folder = Path(engine_module.__file__).parents[2]
    run = subprocess.run(command, env=env, cwd=folder, capture_output=True, text=True, timeout=200)
    assert run.returncode == 0, run.stderr[-2000:]
    return run.stdout


PREPARE = """
import multiprocessing, os, signal, sys, threading
if hasattr(os, "fork"):  # no process that hangs outlives its test
    signal.alarm(120)
    os.register_at_fork(after_in_child=lambda: signal.alarm(120))
import numpy as np
from minprune.nn.layers import Dense, Flatten, ReLU
from minprune.nn.initializers import he_normal
from minprune.nn.network import Network, mlp
from minprune.nn.spatial import Conv2D, MaxPool2D
from minprune.sparse import engine as module, sample_plan
from minprune.sparse.engine import SparseEngine
from minprune.sparse.panels import CSR
from minprune.threads import cores
module.SMALL = module.SMALL_ONE = 0
sample_plan.PIECE = 1e-6
rng = np.random.default_rng(0)
network = mlp([20, 30, 5], rng)
for weight in network.weights.values():
    weight.value *= rng.random(weight.value.shape) < 0.2
sparse = SparseEngine(network, threads=3)
x = rng.standard_normal((80, 20)).astype("f")
expected = network(x)
def right(x=x, expected=expected):
    return all(np.allclose(sparse(x[:N]), expected[:N], 1e-4, 1e-5) for N in (1, 5, 80))
"""
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


@needs_fork
def test_after_a_fork():
    code = """
assert right()
for _ in range(5):
    child = os.fork()
    if not child:
        os._exit(0 if right() and right() else 1)
    assert right()
    assert os.waitpid(child, 0)[1] == 0
child = os.fork()
if not child:  # leaves as a program does, and its own child before it
    grandchild = os.fork()
    assert right()
    if grandchild:
        assert os.waitpid(grandchild, 0)[1] == 0
    sys.exit(0)
assert os.waitpid(child, 0)[1] == 0
print("right")
"""
    assert run_script(code) == "right\n"


@needs_fork
def test_in_a_pool_of_forked_processes_while_threads_are_at_work():
    code = """
assert right()
stop = threading.Event()
def work():
    while not stop.is_set():
        assert right()
threads = [threading.Thread(target=work) for _ in range(2)]
for thread in threads:
    thread.start()
def call(part):
    return right() and sparse(part)
with multiprocessing.get_context("fork").Pool(2) as pool:
    y = np.concatenate(pool.map(call, np.split(x, 8)))
stop.set()
for thread in threads:
    thread.join()
assert np.allclose(y, expected, 1e-4, 1e-5)
print("right")
"""
    assert run_script(code) == "right\n"


def test_beside_a_blas_of_many_threads():
    code = """
A = rng.standard_normal((300, 300))
truth, wrong = A @ A, []
def work():
    for _ in range(20):
        if not (right() and np.allclose(A @ A, truth)):
            wrong.append(1)
threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert not wrong and right()
print("right")
"""
    assert run_script(code, OPENBLAS_NUM_THREADS="4", OMP_NUM_THREADS="4") == "right\n"


@pytest.mark.slow
@pytest.mark.skipif(PYTHON, reason="it is about compiled code")
@pytest.mark.parametrize("units", [1, 4])
def test_slabs_of_any_height(tmp_path, units):
    """As for a processor with other registers: LLVM takes vectors apart and spills what it must."""
    code = f"""
from minprune.sparse import panels, panel_plan
assert len(panels.SLAB) == len(panel_plan.SLAB) == {units}
"""
    code += """
for sizes in ([20, 30, 5], [300, 17, 33], [1, 1], [257, 9]):
    network = mlp(sizes, rng)
    for layer in network.layers[::2]:
        W = layer.W.value
        W[...] = rng.integers(-8, 9, W.shape) / 4 * (rng.random(W.shape) < 0.3)
        layer.b.value[...] = rng.integers(-8, 9, len(layer.b.value)) / 4
    sparse = SparseEngine(network, threads=1)
    assert len(sizes) < 3 or "slabs" in [choice.format for choice in sparse._panel_plan.choices]
    for N in (4, 17, 33, 64, 130):
        x = (rng.integers(-8, 9, (N, sizes[0])) / 4).astype("f")
        assert np.array_equal(sparse(x), network(x))
print("right")
"""
    before = f"import minprune.llvm\nminprune.llvm.room = lambda: {4 * units}\n"
    assert run_script(code, before, NUMBA_CACHE_DIR=str(tmp_path)) == "right\n"


@pytest.mark.slow
@pytest.mark.skipif(PYTHON, reason="it is about compiled code")
def test_on_a_processor_without_wide_vectors(tmp_path):
    code = """
assert right()
K = rng.standard_normal((3, 3, 1, 9)).astype("f") * (rng.random((3, 3, 1, 9)) < 0.3)
W = rng.standard_normal((9 * 36, 3)).astype("f")
network = Network([Conv2D(K, np.ones(9), 1, "same"), ReLU(), MaxPool2D(2), Flatten(),
                   Dense(W, np.zeros(3))], (12, 12, 1))
sparse = SparseEngine(network, threads=1)
x = rng.standard_normal((5, 12, 12, 1)).astype("f")
expected = network(x)
for N in (1, 5):
    assert np.allclose(sparse(x[:N]), expected[:N], 1e-4, 1e-4)
import numba
print(numba.config.CPU_NAME)
"""
    environment = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": "",
                   "NUMBA_CACHE_DIR": str(tmp_path)}  # fmt: skip
    assert run_script(code, **environment) == "generic\n"


@pytest.mark.parametrize("dtype", "fd")
@pytest.mark.parametrize("width", [1, 3, 4, 5, 8, 9, 15, 16, 17, 31, 33, 64, 65])
def test_images_of_any_width_one_by_one(width, dtype, monkeypatch):
    """Rows that begin with a vector, and rows that begin anywhere; with pooling and without."""
    monkeypatch.setattr(sample_plan, "PIECE", 500)
    rng = np.random.default_rng(width)
    for kernel, padding, units in ((3, "same", 9), (1, 0, 5), (3, 2, 8), (2, "same", 3)):
        K = quarters_with_zeros(rng, kernel, kernel, 2, units)
        L = quarters_with_zeros(rng, 3, 3, units, 7)
        layers = [Conv2D(K, np.ones(units), 1, padding), ReLU(), Conv2D(L, np.ones(7), 1, "same")]
        for more in ([], [MaxPool2D(2)] if width > 1 else [ReLU()]):
            network = as_dtype(Network(layers + more, (5, width, 2)), dtype)
            x = (rng.integers(-8, 9, (2, 5, width, 2)) / 4).astype(dtype)
            for threads in (1, 2) if width in (9, 17) else (1,):  # sums are exact
                np.testing.assert_array_equal(SparseEngine(network, threads)(x), network(x))


def quarters_with_zeros(rng, *shape):
    return rng.integers(-4, 5, shape) / 4 * (rng.random(shape) < rng.choice([0.2, 1]))
