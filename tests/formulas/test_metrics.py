"""Metrics: sizes and accuracies that the documents compare."""

import numpy as np
import pytest

from minprune.formulas import metrics

# --- how sparse ----------------------------------------------------------------------------------


def test_zeroing_is_not_removing_A_5_5():
    W, b = np.ones((784, 64), np.float32), np.zeros(64, np.float32)
    assert metrics.count_parameters(0 * W, b) == metrics.count_parameters(W, b) == 50_240
    assert metrics.dense_bytes(0 * W, b) == metrics.dense_bytes(W, b) == 4 * 50_240
    assert (metrics.count_nonzero(0 * W, b), metrics.count_nonzero(W, b)) == (0, 50_176)


# --- how much smaller ----------------------------------------------------------------------------


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


# --- right and wrong -----------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_a_confusion_matrix_holds_accuracy_and_recalls(seed):
    labels, predictions = np.random.default_rng(seed).integers(0, 4, (2, 50)).astype(np.uint8)
    counts = metrics.confusion_matrix(labels, predictions)
    right = np.diag(counts)
    assert right.sum() / counts.sum() == metrics.accuracy(labels, predictions)
    recalls = right / counts.sum(axis=1)
    assert list(recalls) == [metrics.recall(labels, predictions, c) for c in range(4)]
    assert recalls.mean() == pytest.approx(metrics.macro_recall(labels, predictions))
    assert counts.dtype == np.int64


def test_many_classes_in_few_bits_do_not_overflow():
    labels, predictions = np.uint8([200, 3]), np.int8([7, 3])
    counts = metrics.confusion_matrix(labels, predictions)
    assert counts.shape == (201, 201) and counts[200, 7] == counts[3, 3] == 1 == counts.sum() - 1


# --- on the same samples -------------------------------------------------------------------------


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
