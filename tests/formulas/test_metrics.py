"""Metrics: the naive twin, hand numbers, properties, and what is refused."""

import math

import naive
import numpy as np
import pytest

from minprune.formulas import metrics
from minprune.formulas.masks import pruned_count, rank_mask

W_D43 = [[0.1, 0.3, 0.5], [0.6, 0.7, 0.8], [0.9, 0.1, 0.3]]  # W of D-4.3


# --- how sparse ----------------------------------------------------------------------------------


def test_sparsity_by_hand():
    assert metrics.sparsity([0.0, -0.0, 0.5, -1e-30]) == 0.5  # tiny is not zero
    assert metrics.sparsity([True, True, False, True]) == 0.25  # of a mask: what is False
    assert metrics.sparsity(np.ones(3), np.zeros(1)) == 0.25  # one fraction, not a mean of two
    assert metrics.sparsity(np.zeros((2, 2))) == 1


def test_zeroing_is_not_removing_A_5_5():
    W, b = np.ones((784, 64), np.float32), np.zeros(64, np.float32)
    assert metrics.count_parameters(0 * W, b) == metrics.count_parameters(W, b) == 50_240
    assert metrics.dense_bytes(0 * W, b) == metrics.dense_bytes(W, b) == 4 * 50_240
    assert (metrics.count_nonzero(0 * W, b), metrics.count_nonzero(W, b)) == (0, 50_176)


@pytest.mark.parametrize(
    ("w", "theta", "ties", "rate"),
    [
        (np.full((8, 10), 0.005), 0.01, "keep", 1.0),  # printed rule: 200.0
        ([[-0.9, 0.05], [0.4, -0.02]], 0.1, "keep", 0.5),  # printed rule: 1.4598540145985401
        (W_D43, 0.2, "keep", 2 / 9),  # printed rule: 0.46511627906976744
        (W_D43, 0.3, "keep", 2 / 9),  # table 0.1: equality is not pruned ...
        (W_D43, 0.3, "prune", 4 / 9),  # ... or is
    ],
)
def test_pruning_rate_of_B_4c(w, theta, ties, rate):
    assert metrics.pruning_rate(w, theta, ties) == rate
    assert metrics.pruning_rate(4 * np.array(w), 4 * theta, ties) == rate  # no unit in a rate


def test_pruning_rate_keeps_ties_unless_told():
    assert metrics.pruning_rate([0.25, 0.5, -0.5, -1.0], 0.5) == 0.25


# --- how much smaller ----------------------------------------------------------------------------


def test_compression_of_D_2_1e():  # the printed figures of
    rate = metrics.compression_rate(784_096, 196_608)
    ratio = metrics.compression_ratio(784_096, 196_608)
    assert rate == pytest.approx(0.7492551932416438, rel=1e-15)
    assert ratio == pytest.approx(3.9881184895833335, rel=1e-15)
    assert ratio == pytest.approx(1 / (1 - rate), rel=1e-14)


def test_compression_at_the_ends():
    assert metrics.compression_rate(10, 0) == 1
    assert metrics.compression_rate(10, 15) == -0.5
    assert metrics.compression_ratio(0, 10) == 0


def test_csr_bytes_tells_values_from_indices():
    assert metrics.csr_bytes(rows=2, nonzeros=3, value_bytes=8, index_bytes=2) == 3 * 10 + 3 * 2
    assert metrics.csr_bytes(2, 3, 4, 8) == naive.csr_bytes(2, 3, 4, 8) == 3 * 12 + 3 * 8


@pytest.mark.parametrize(("size", "bits"), [(0, 0), (1, 1), (7, 1), (8, 1), (9, 2), (16, 2)])
def test_bitmask_bytes_of_nothing_but_bits(size, bits):
    assert metrics.bitmask_bytes(size, 0) == bits


def test_bytes_of_E_5_1c():
    weights = [np.ones((784, 128), np.float32), np.ones((128, 10), np.float32)]
    dense = metrics.dense_bytes(*weights)

    def csr(nonzeros):  # of both matrices, one row for each input
        return metrics.csr_bytes(784, nonzeros - 640) + metrics.csr_bytes(128, 640)

    assert dense == 406_528
    assert metrics.bitmask_bytes(101_632, 50_816) == 215_968
    assert csr(50_816) == 410_184 > dense  # half the weights, more bytes
    assert csr(50_359) == dense  # break-even at a sparsity of 0.5045
    assert (
        metrics.dense_bytes(np.zeros(3, bool), np.zeros((2, 2)), np.zeros((), "i2")) == 3 + 32 + 2
    )


def test_half_of_the_weights_are_not_half_of_the_parameters_E_5_1c():  # no bias is pruned
    W1, W2 = np.ones((784, 128)), np.ones((128, 10))
    W1.flat[:50_176], W2.flat[:640] = 0, 0
    network = [W1, np.ones(128), W2, np.ones(10)]
    assert metrics.count_parameters(*network) == 101_770
    assert metrics.count_nonzero(*network) == 101_770 - 50_816
    assert metrics.sparsity(*network) == pytest.approx(0.4993, abs=5e-5)
    ratio = metrics.compression_ratio(101_770, metrics.count_nonzero(*network))
    assert ratio == pytest.approx(1.9973, abs=5e-5)


def test_zip_bytes_fall_with_the_sparsity_where_dense_bytes_do_not():  # E-8.3
    w = np.random.default_rng(0).standard_normal((64, 64)).astype(np.float32)
    pruned = [
        np.where(rank_mask(abs(w), pruned_count(w.size, s)), w, 0) for s in (0, 0.5, 0.9, 0.99)
    ]
    sizes = [metrics.zip_bytes(p.astype(np.float32)) for p in pruned]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > 0.9 * 4 * w.size and sizes[1] < 0.7 * sizes[0] and sizes[3] < 0.05 * sizes[0]
    assert {metrics.dense_bytes(p.astype(np.float32)) for p in pruned} == {4 * w.size}
    assert metrics.zip_bytes(w, w) == 2 * metrics.zip_bytes(w)  # every array by itself


# --- how good ------------------------------------------------------------------------------------


def test_recall_of_A_9_9():  # TP 8, FN 2; the 5 false positives do not count
    labels, predictions = [1] * 10 + [0] * 10, [1] * 8 + [0] * 2 + [1] * 5 + [0] * 5
    assert metrics.recall(labels, predictions, label=1) == 0.8
    assert metrics.recall(labels, predictions, label=0) == 0.5
    assert metrics.macro_recall(labels, predictions) == 0.65
    assert metrics.accuracy(labels, predictions) == 13 / 20


def test_macro_recall_is_the_mean_over_classes_and_not_over_samples():
    labels, predictions = [0, 0, 0, 1], [0, 0, 0, 0]
    assert metrics.accuracy(labels, predictions) == 0.75
    assert metrics.macro_recall(labels, predictions) == 0.5


def test_recall_of_a_class_that_does_not_occur_is_nan_and_stays_out_of_the_mean():
    labels, predictions = [0, 0, 2, 2], [0, 1, 2, 2]  # 1 is predicted, but never true
    assert math.isnan(metrics.recall(labels, predictions, label=1))
    assert metrics.macro_recall(labels, predictions) == 0.75


# --- what pruning has cost -----------------------------------------------------------------------


def test_performance_loss_of_D_2_1f():
    assert metrics.performance_loss(0.982, 0.980) == pytest.approx(0.002, rel=1e-13)
    relative = metrics.performance_loss(0.982, 0.980, relative=True)
    assert relative == pytest.approx(0.0020366598778004076, rel=1e-15)
    assert metrics.performance_loss(0.5, 0.75) == -0.25  # pruning helped
    assert metrics.performance_loss(0.5, 0.75, relative=True) == -0.5
    assert metrics.performance_loss(-2, -3) == 1  # of a negative loss, say: only the difference
    assert metrics.performance_loss(0, 0) == 0


def test_accuracy_difference_z_of_A_5_5():  # 0.982 against 0.980 of 10 000 images: no evidence
    z = metrics.accuracy_difference_z(0.982, 0.980, samples=10_000)
    assert z == pytest.approx(1.04, abs=0.005)
    assert 0.002 / z == pytest.approx(0.00193, abs=5e-6)  # the standard error
    assert metrics.accuracy_difference_z(0.5, 0.25, samples=7) == 1  # sqrt(4/16/7 + 3/16/7) = 1/4


def test_all_right_against_all_wrong_is_certain():  # no standard error is left to divide by
    assert metrics.accuracy_difference_z(1, 0, samples=3) == math.inf
    assert metrics.accuracy_difference_z(0, 1, samples=3) == -math.inf


@pytest.mark.parametrize("same", [0, 0.5, 1])
def test_equal_accuracies_differ_by_no_standard_errors(same):
    assert metrics.accuracy_difference_z(same, same, samples=1) == 0


def test_the_form_is_unpooled():  # pooled, 1 against 0 gives sqrt(2 N), and 0.9 against 0.5 3.09
    z = metrics.accuracy_difference_z(0.9, 0.5, samples=25)
    assert z == pytest.approx(0.4 / math.sqrt((0.09 + 0.25) / 25), rel=1e-15)


# --- on the same samples -------------------------------------------------------------------------


def test_discordant_counts_by_hand():
    #        both  a     b     none, alike and not   a
    labels = [0, 1, 2, 3, 3, 1]
    a, b = [0, 1, 0, 2, 2, 1], [0, 0, 2, 2, 1, 2]
    counts = metrics.discordant_counts(labels, a, b)
    assert counts == (2, 1) and {type(count) for count in counts} == {int}
    assert metrics.discordant_counts(labels, np.int8(b), np.uint64(a)) == (1, 2)
    assert metrics.discordant_counts(labels, a, a) == (0, 0)


def test_mcnemar_z_by_hand():
    assert metrics.mcnemar_z(6, 3) == 1 == -metrics.mcnemar_z(3, 6)
    assert metrics.mcnemar_z(25, 0) == 5
    assert [repr(metrics.mcnemar_z(n, n)) for n in (0, 1, 7)] == ["0.0"] * 3


def test_a_5_5_allows_no_verdict():  # 180 and 200 of 10,000 wrong: 20 to 380 are discordant
    assert metrics.mcnemar_z(20, 0) == pytest.approx(4.47, abs=0.005)
    assert metrics.mcnemar_z(200, 180) == pytest.approx(1.03, abs=0.005)


@pytest.mark.parametrize("seed", range(3))
def test_the_difference_of_accuracies_is_that_of_the_discordant_counts(seed):
    labels, a, b = np.random.default_rng(seed).integers(0, 3, (3, 50))
    only_a, only_b = metrics.discordant_counts(labels, a, b)
    difference = metrics.accuracy(labels, a) - metrics.accuracy(labels, b)
    assert difference == pytest.approx((only_a - only_b) / 50, abs=1e-15)
    independent = metrics.accuracy_difference_z(
        metrics.accuracy(labels, a), metrics.accuracy(labels, b), samples=50
    )
    assert metrics.mcnemar_z(only_a, only_b) * independent >= 0
