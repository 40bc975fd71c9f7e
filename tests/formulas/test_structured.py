"""Structured masks, and smaller networks that compute what the masked ones do."""

from fractions import Fraction

import naive
import numpy as np
import pytest

from minprune.formulas import structured
from minprune.formulas.costs import mlp_macs, mlp_parameters
from minprune.formulas.metrics import count_parameters

A44 = [  # h_1, h_2, h_3 of, ten times as large, so that sums and ties are exact
    [[1, 2, 3], [4, 5, 6]],
    [[7, 8, 9], [1, 2, 3]],
    [[4, 5, 6], [7, 8, 9]],
]


def assert_same_mask(mask, expected):
    assert mask.dtype == bool
    assert mask.shape == expected.shape
    np.testing.assert_array_equal(mask, expected)


# --- layer_threshold_masks -----------------------------------------------------------------------


def test_layers_in_half_precision_are_summed_in_double():
    layer = np.ones(2**17, np.float16)  # the sum leaves the range of float16
    assert structured.layer_threshold_masks([layer], 2**17, "keep")[0].all()
    assert not structured.layer_threshold_masks([layer], 2**17, "prune")[0].any()


def test_a_network_without_one_of_its_layers_says_the_same_to_everything():  # A-4.3b
    rng = np.random.default_rng(0)
    weights = [0.01 * rng.standard_normal((3, 4)), rng.standard_normal((4, 2))]
    masks = structured.layer_threshold_masks(weights, 1.0)
    assert [mask.any() for mask in masks] == [False, True]
    x = rng.standard_normal((5, 3))
    hidden = naive.relu(naive.dense(x, weights[0] * masks[0], np.ones(4)))
    outputs = naive.dense(hidden, weights[1] * masks[1], np.zeros(2))
    np.testing.assert_array_equal(outputs, np.broadcast_to(outputs[0], (5, 2)))


# --- unit_threshold_mask -------------------------------------------------------------------------


@pytest.mark.parametrize(("theta", "ties"), [(15, "prune"), (20, "keep"), (24, "keep")])
def test_rows_give_the_printed_matrices_of_A_4_4(theta, ties):  # 1.5 < theta <= 2.4
    masks = [structured.unit_threshold_mask(h, theta, axis=0, ties=ties) for h in A44]
    assert [mask.astype(int).tolist() for mask in masks] == [
        [[0] * 3, [0] * 3],
        [[1] * 3, [0] * 3],
        [[0] * 3, [1] * 3],
    ]
    at_the_stated_theta = [structured.unit_threshold_mask(h, 25, axis=0) for h in A44]
    assert not np.any(at_the_stated_theta)


def test_unit_threshold_mask_of_A_3_2_3_orders_differently_by_the_two_norms():
    W = np.array([[3.0, 0.0], [3.0, 5.0]])  # L1 norms 6 and 5, L2 norms 4.24 and 5
    assert structured.unit_threshold_mask(W, 5.5, "l1")[0].tolist() == [True, False]
    assert structured.unit_threshold_mask(W, 4.5, "l2")[0].tolist() == [False, True]


# --- unit_mask, product_mask, hybrid_mask --------------------------------------------------------


def test_hybrid_mask_of_A_3_3b():
    w = np.random.default_rng(2).standard_normal((8, 6))
    keep = [True, False, True, False, False, True]
    mask = structured.hybrid_mask(w, keep, 0.5)
    units, weights = Fraction(1, 2), Fraction(1, 2)
    assert Fraction(int(np.sum(~mask)), w.size) == 1 - (1 - units) * (1 - weights) == Fraction(3, 4)
    assert structured.hybrid_mask(w, keep, 0).tolist() == [keep] * 8


# --- block_mask, nm_mask, topk_gate --------------------------------------------------------------


@pytest.mark.parametrize("shape", [(0, 4), (4, 0), (0, 0)])
def test_block_mask_of_nothing(shape):
    assert structured.block_mask(np.ones(shape), (2, 2), 0.5).shape == shape


def test_nm_mask_groups_the_inputs_of_a_unit_unless_told():
    for shape in ((8,), (8, 3), (2, 3, 8, 5)):
        w = np.random.default_rng(7).standard_normal(shape)
        inputs = 0 if len(shape) == 1 else len(shape) - 2
        assert_same_mask(structured.nm_mask(w, 2, 4), naive.nm_mask(w, 2, 4, inputs))


def test_nm_mask_of_nothing():
    assert structured.nm_mask([], 2, 4).shape == (0,)
    assert structured.nm_mask(np.ones((4, 0)), 2, 4).shape == (4, 0)
    assert structured.nm_mask(np.ones((0, 3)), 2, 4).shape == (0, 3)


# --- remove_units and flatten_keep ---------------------------------------------------------------


def test_remove_units_of_A_2_1b():  # 784-64-10 with 32 of 64 neurons
    keep = np.arange(64) % 2 == 0
    W, b, W_next = structured.remove_units(np.ones((784, 64)), np.ones(64), np.ones((64, 10)), keep)
    assert (W.shape, b.shape, W_next.shape) == ((784, 32), (32,), (32, 10))
    assert count_parameters(W, b, W_next, np.ones(10)) == mlp_parameters([784, 32, 10]) == 25_450
    assert 2 * mlp_macs([784, 32, 10]) == 2 * 25_408 == mlp_macs([784, 64, 10])


KEEP = np.array([True, False, True, True, False])


def test_the_smaller_network_gives_what_the_masked_one_gives():  # A-2.1b
    rng = np.random.default_rng(3)
    x, W, b = rng.standard_normal((6, 4)), rng.standard_normal((4, 5)), rng.standard_normal(5)
    W_next, b_next = rng.standard_normal((5, 3)), rng.standard_normal(3)

    def network(W, b, W_next):
        return naive.dense(naive.relu(naive.dense(x, W, b)), W_next, b_next)

    small = network(*structured.remove_units(W, b, W_next, KEEP))
    np.testing.assert_array_equal(small, network(W * KEEP, b * KEEP, W_next * KEEP[:, None]))
    np.testing.assert_array_equal(small, network(W * KEEP, b * KEEP, W_next))
    assert not np.allclose(small, network(W * KEEP, b, W_next))  # C-4.3 forgets the biases


def test_the_smaller_convolutional_network_gives_what_the_masked_one_gives():  # C-4.3a
    rng = np.random.default_rng(4)
    x, K, b = rng.standard_normal((2, 6, 5, 2)), rng.standard_normal((3, 2, 2, 5)), np.ones(5)
    K_next, b_next = rng.standard_normal((2, 2, 5, 3)), rng.standard_normal(3)

    def network(K, b, K_next):
        return naive.conv2d(naive.relu(naive.conv2d(x, K, b)), K_next, b_next)

    small = network(*structured.remove_units(K, b, K_next, KEEP))
    masked = network(K * KEEP, b * KEEP, K_next * KEEP[:, None])
    np.testing.assert_array_equal(small, masked)
    assert small.shape == (2, 3, 3, 3)
    assert not np.allclose(small, network(K * KEEP, b, K_next))


def test_behind_a_flatten_the_rows_of_the_dense_layer_go_too():  # C-4.3a
    rng = np.random.default_rng(5)
    x, K, b = rng.standard_normal((2, 4, 3, 1)), rng.standard_normal((2, 2, 1, 5)), np.ones(5)
    W, b_next = rng.standard_normal((3 * 2 * 5, 4)), rng.standard_normal(4)

    def network(K, b, W):
        features = naive.relu(naive.conv2d(x, K, b))
        return naive.dense(features.reshape(2, -1), W, b_next)

    rows = structured.flatten_keep(KEEP, positions=3 * 2)
    small = network(K[..., KEEP], b[KEEP], W[rows])
    np.testing.assert_array_equal(small, network(K * KEEP, b * KEEP, W))


def test_flatten_keep_of_VGG16():  # C-4.3a: 49 rows for each channel
    keep = np.arange(512) != 3
    rows = structured.flatten_keep(keep, positions=49)
    assert rows.shape == (25_088,)
    assert np.flatnonzero(~rows).tolist() == [3 + 512 * p for p in range(49)]


# --- fold_constant_units and collapse_linear -----------------------------------------------------


def test_folding_a_constant_unit_changes_no_output():  # E-4.3
    rng = np.random.default_rng(6)
    x, W, b = rng.standard_normal((6, 4)), rng.standard_normal((4, 3)), rng.standard_normal(3)
    W[:, 1], b[1] = 0, 0.75  # whatever comes in, this unit says 0.75
    W_next, b_next = rng.standard_normal((3, 2)), rng.standard_normal(2)
    before = naive.dense(naive.relu(naive.dense(x, W, b)), W_next, b_next)
    keep = np.array([True, False, True])
    folded = structured.fold_constant_units(W_next[~keep], b_next, b[~keep])
    W, b, W_next = structured.remove_units(W, b, W_next, keep)
    after = naive.dense(naive.relu(naive.dense(x, W, b)), W_next, folded)
    np.testing.assert_allclose(after, before, rtol=0, atol=1e-14)
    assert folded.tolist() != b_next.tolist()


def test_collapse_linear_of_B_4a():  # 101 parameters do the work of 9
    rng = np.random.default_rng(7)
    W1, b1, W2, b2 = (rng.standard_normal(shape) for shape in [(8, 10), (10,), (10, 1), (1,)])
    W, b = structured.collapse_linear(W1, b1, W2, b2)
    assert count_parameters(W1, b1, W2, b2) == 101
    assert count_parameters(W, b) == 9
    x = rng.standard_normal((20, 8))
    two = naive.dense(naive.dense(x, W1, b1), W2, b2)
    np.testing.assert_allclose(naive.dense(x, W, b), two, rtol=0, atol=1e-13)
