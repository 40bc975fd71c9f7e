"""The engine beside loops and the dense network.

Most numbers here are small multiples of 1/4, whose sums are exact in float32 in any order: there,
equal means equal.
"""

import naive
import numpy as np
import pytest

from minprune.formulas.metrics import csr_bytes
from minprune.nn.layers import Dense, ReLU
from minprune.nn.network import Network, mlp
from minprune.nn.spatial import Conv2D
from minprune.pruning.one_shot import prune_by_magnitude
from minprune.sparse.engine import SparseEngine

DTYPES = ["f", "d"]
BATCHES = [0, 1, 2, 255]


def quarters(seed, *shape):
    """Multiples of 1/4 from -2 to 2, none of them zero."""
    rng = np.random.default_rng(seed)
    return rng.choice([-1, 1], shape) * rng.integers(1, 9, shape) / 4


def sparse_quarters(seed, *shape):
    return quarters(seed, *shape) * (np.random.default_rng(seed + 1).random(shape) < 0.3)


def empty_rows():
    W = quarters(5, 6, 7)
    W[:, [0, 3, 4, 6]] = 0  # units without a weight: the first, two neighbours, the last
    W[[0, 2, 5]] = 0  # inputs without a weight
    return W


MATRICES = {
    "sparse": sparse_quarters(0, 17, 11),
    "one input": sparse_quarters(1, 1, 9),
    "one unit": sparse_quarters(2, 9, 1),
    "one weight": quarters(3, 1, 1),
    "no input": np.zeros((0, 3)),
    "empty rows": empty_rows(),
    "all zero": np.zeros((4, 3)),
    "all nonzero": quarters(4, 5, 6),
    "negative zeros": np.array([[-0.0, 1.0], [0.5, -0.0]]),
}


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


@pytest.mark.parametrize(
    "shape", [(), (13,), (2, 12), (2, 14), (1, 1), (13, 2), (1, 2, 13), (0, 5)]
)
def test_engine_refuses_another_shape(shape):
    with pytest.raises(ValueError, match=r"x must be \(N, 13\), got"):
        SparseEngine(deep())(np.zeros(shape))


def test_engine_refuses_layers_that_do_not_fit_together():
    # the kernel would read behind the end of its input
    layers = [Dense(np.ones((2, 2)), [0.0, 0.0]), ReLU(), Dense(np.ones((3, 1)), [0.0])]
    with pytest.raises(ValueError, match=r"layers\[2\] takes 3 inputs, the one before gives 2"):
        SparseEngine(Network(layers))


def test_engine_refuses_a_network_of_no_layers():
    with pytest.raises(ValueError, match="at least one layer"):
        SparseEngine(Network([]))


def test_whole_number_weights_and_biases_count_as_real_ones():
    network = Network([Dense([[1, 0], [0, 2]], [0, 1])])
    x = np.array([[0.9, 0.25], [1.5, 2.5]])
    assert SparseEngine(network)(x).tolist() == network(x).tolist() == [[0.9, 1.5], [1.5, 6.0]]
