"""Initial weights: bounds, variances and shapes of the two distributions."""

import numpy as np
import pytest

from minprune.nn.initializers import glorot_uniform, he_normal
from minprune.nn.network import mlp

BOTH = pytest.mark.parametrize("initialize", [glorot_uniform, he_normal])
N_IN, N_OUT = 500, 200  # not equal, so that one cannot stand for the other


def test_glorot_is_uniform_up_to_its_limit():
    W = glorot_uniform(N_IN, N_OUT, np.random.default_rng(0), np.float64)
    limit = np.sqrt(6 / (N_IN + N_OUT))
    assert 0.999 * limit < abs(W).max() <= limit
    counts, _ = np.histogram(W, bins=10, range=(-limit, limit))
    np.testing.assert_allclose(counts, W.size / 10, rtol=0.05)
    assert W.var() == pytest.approx(2 / (N_IN + N_OUT), rel=0.02)


def test_he_is_normal_with_twice_the_variance_of_the_inputs():
    W = he_normal(N_IN, N_OUT, np.random.default_rng(0), np.float64)
    assert W.var() == pytest.approx(2 / N_IN, rel=0.02)
    assert abs(W.mean()) < 4 * np.sqrt(2 / N_IN / W.size)
    assert (W**4).mean() / W.var() ** 2 == pytest.approx(3, rel=0.05)  # kurtosis of a normal


@BOTH
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_shape_dtype_and_seed(initialize, dtype):
    W = initialize(3, 5, np.random.default_rng(7), dtype)
    assert W.shape == (3, 5) and W.dtype == dtype
    np.testing.assert_array_equal(W, initialize(3, 5, np.random.default_rng(7), dtype))
    assert not np.array_equal(W, initialize(3, 5, np.random.default_rng(8), dtype))


@BOTH
@pytest.mark.parametrize(
    ("units", "error", "name"),
    [((0, 3), ValueError, "n_in"), ((3, -1), ValueError, "n_out"), ((3, 2.0), TypeError, "n_out")],
)
def test_refusals(initialize, units, error, name):
    with pytest.raises(error, match=name):
        initialize(*units, np.random.default_rng(0))


@BOTH
@pytest.mark.parametrize("rng", [0.0, True, None, np.random, np.random.RandomState(0)])
def test_anything_but_a_generator_is_refused(initialize, rng):
    with pytest.raises(TypeError, match=r"rng must be a numpy\.random\.Generator"):
        initialize(3, 2, rng)


@BOTH
def test_a_seed_is_as_good_as_its_generator(initialize):
    expected = initialize(3, 2, np.random.default_rng(7))
    for seed in (7, np.int64(7), np.uint8(7)):
        np.testing.assert_array_equal(initialize(3, 2, seed), expected)
    with pytest.raises(ValueError, match="rng must be >= 0, got -1"):
        initialize(3, 2, -1)


def test_a_seed_is_drawn_from_once_for_all_layers():
    for network in (mlp([4, 4, 4], 3), mlp([4, 4, 4], np.random.default_rng(3))):
        first, second = (w.value for w in network.weights.values())
        assert (first != second).all()
        np.testing.assert_array_equal(first, mlp([4, 4], 3).layers[0].W.value)


def test_a_network_starts_with_glorot_weights():
    W = mlp([7, 3], np.random.default_rng(9)).weights["0.W"].value
    np.testing.assert_array_equal(W, glorot_uniform(7, 3, np.random.default_rng(9)))


def test_glorot_neither_fades_nor_explodes_through_linear_layers():
    rng = np.random.default_rng(10)
    signal = rng.standard_normal((200, 300))
    for _ in range(10):
        signal = signal @ glorot_uniform(300, 300, rng, np.float64)
    assert 0.5 < signal.std() < 2


def test_he_neither_fades_nor_explodes_through_relus():
    rng = np.random.default_rng(11)
    signal = rng.standard_normal((200, 300))
    for _ in range(10):
        signal = np.maximum(signal, 0) @ he_normal(300, 300, rng, np.float64)
    assert 0.5 < signal.std() < 2
