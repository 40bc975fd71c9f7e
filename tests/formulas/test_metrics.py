"""Metrics: the naive twin, hand numbers, properties, and what is refused."""

import math
from fractions import Fraction
from itertools import pairwise

import naive
import numpy as np
import pytest

from minprune.formulas import costs, metrics
from minprune.formulas.masks import threshold_mask
from minprune.formulas.scores import magnitude

W_D43 = [[0.1, 0.3, 0.5], [0.6, 0.7, 0.8], [0.9, 0.1, 0.3]]  # W of D-4.3
COUNTS = [metrics.count_parameters, metrics.count_nonzero, metrics.dense_bytes]
SPARSE_BYTES = [metrics.csr_bytes, metrics.bitmask_bytes]
COMPRESSIONS = [metrics.compression_rate, metrics.compression_ratio]
MLPS = [costs.mlp_parameters, costs.mlp_macs]


def naive_twin(function):
    return getattr(naive, function.__name__)


# --- how sparse ----------------------------------------------------------------------------------


@pytest.mark.parametrize("count", COUNTS)
def test_counts_as_naive(count, w):
    for arrays in ([], [w], [w, np.zeros((2, 3), np.float32), w != 0]):
        assert count(*arrays) == naive_twin(count)(*arrays)
        assert type(count(*arrays)) is int


def test_sparsity_as_naive(w):
    arrays = [w, np.zeros((2, 3)), w != 0]
    assert metrics.sparsity(*arrays) == naive.sparsity(*arrays)


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


@pytest.mark.parametrize("ties", ["keep", "prune"])
@pytest.mark.parametrize("theta", [0, 0.25, 0.3, 0.5, 5])
def test_pruning_rate_as_naive_and_as_one_minus_the_mean_of_the_mask(w, theta, ties):  # B-3b
    w = w if w.size else np.ones(1)  # the rate of no weights is refused below
    rate = metrics.pruning_rate(w, theta, ties)
    assert rate == naive.pruning_rate(w, theta, ties)
    assert rate == pytest.approx(1 - threshold_mask(magnitude(w), theta, ties).mean())


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


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (lambda: metrics.sparsity(), ValueError, "number of entries must be >= 1, got 0"),
        (lambda: metrics.sparsity([], np.ones((0, 3))), ValueError, "number of entries"),
        (lambda: metrics.sparsity([1.0, np.nan]), ValueError, "arrays must be finite"),
        (lambda: metrics.count_nonzero([1.0], [np.inf]), ValueError, "arrays must be finite"),
        (lambda: metrics.count_nonzero(["a"]), TypeError, "arrays must be"),
        (lambda: metrics.pruning_rate([], 0.5), ValueError, "number of entries"),
        (lambda: metrics.pruning_rate([np.nan], 0.5), ValueError, "w must be finite"),
        (lambda: metrics.pruning_rate([1.0], np.nan), ValueError, "theta must be finite"),
        (lambda: metrics.pruning_rate([1.0], 0.5, "drop"), ValueError, "ties must be"),
    ],
)
def test_how_sparse_refuses(call, error, match):
    with pytest.raises(error, match=match):
        call()


# --- how much smaller ----------------------------------------------------------------------------


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize("sizes", [(200, 50), (50, 200), (0.5, 0.125), (7, 7), (784_096, 196_608)])
def test_compression_as_naive(compression, sizes):
    assert compression(*sizes) == naive_twin(compression)(*sizes)


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


@pytest.mark.parametrize("itemsize", [2, 4, 8])
@pytest.mark.parametrize("counts", [(0, 0), (1, 1), (8, 8), (9, 3), (784, 50)])
@pytest.mark.parametrize("bytes_of", SPARSE_BYTES)
def test_sparse_bytes_as_naive(bytes_of, counts, itemsize):
    assert bytes_of(*counts, itemsize) == naive_twin(bytes_of)(*counts, itemsize)


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


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (lambda: metrics.compression_rate(0, 5), ValueError, "size must be .* > 0, got 0"),
        (lambda: metrics.compression_rate(5, -1), ValueError, "new_size must be .* >= 0, got -1"),
        (lambda: metrics.compression_rate(np.nan, 1), ValueError, "size must be"),
        (lambda: metrics.compression_rate(5, np.inf), ValueError, "new_size must be"),
        (lambda: metrics.compression_rate("5", 1), TypeError, "size must be"),
        (lambda: metrics.compression_rate(5, True), TypeError, "new_size must be"),
        (lambda: metrics.compression_ratio(5, 0), ValueError, "new_size must be .* > 0, got 0"),
        (lambda: metrics.compression_ratio(-5, 1), ValueError, "size must be .* >= 0, got -5"),
        (lambda: metrics.compression_ratio(5, np.nan), ValueError, "new_size must be"),
        (lambda: metrics.csr_bytes(-1, 0), ValueError, "rows must be >= 0"),
        (lambda: metrics.csr_bytes(1, -1), ValueError, "nonzeros must be >= 0"),
        (lambda: metrics.csr_bytes(1.0, 1), TypeError, "rows must be"),
        (lambda: metrics.csr_bytes(1, True), TypeError, "nonzeros must be"),
        (lambda: metrics.csr_bytes(1, 1, 0), ValueError, "value_bytes must be >= 1"),
        (lambda: metrics.csr_bytes(1, 1, 4, 0), ValueError, "index_bytes must be >= 1"),
        (lambda: metrics.bitmask_bytes(3, 4), ValueError, "nonzeros must be from 0 to 3, got 4"),
        (lambda: metrics.bitmask_bytes(-1, 0), ValueError, "size must be >= 0"),
        (lambda: metrics.bitmask_bytes(3, -1), ValueError, "nonzeros must be"),
        (lambda: metrics.bitmask_bytes(3.0, 1), TypeError, "size must be"),
        (lambda: metrics.bitmask_bytes(3, 1, 0), ValueError, "value_bytes must be >= 1"),
    ],
)
def test_how_much_smaller_refuses(call, error, match):
    with pytest.raises(error, match=match):
        call()


# --- what a multilayer perceptron costs ----------------------------------------------------------


@pytest.mark.parametrize("cost", MLPS)
@pytest.mark.parametrize("widths", [(1, 1), (3, 1, 2), (784, 64, 10), (5, 4, 3, 2, 1)])
def test_mlp_costs_as_naive(cost, widths):
    assert cost(widths) == cost(np.array(widths)) == naive_twin(cost)(widths)


@pytest.mark.parametrize(
    ("widths", "parameters", "macs"),
    [
        ([784, 64, 10], 50_890, 50_816),
        ([8, 10, 1], 101, 90),  # B-4a
        ([784, 128, 10], 101_770, 101_632),  # E-5.1a
    ],
)
def test_mlp_costs_of_table_0_2(widths, parameters, macs):
    assert costs.mlp_parameters(widths) == parameters
    assert costs.mlp_macs(widths) == macs
    shapes = [shape for n, m in pairwise(widths) for shape in [(n, m), m]]  # W, b, W, b, ...
    assert metrics.count_parameters(*map(np.zeros, shapes)) == parameters


def test_macs_of_A_1_are_quadratic_in_the_width():
    assert [costs.mlp_macs([h, h]) for h in (64, 128, 256)] == [4_096, 16_384, 65_536]


@pytest.mark.parametrize("hidden", [1, 2, 64, 1000])
def test_mlp_hidden_width_is_the_inverse_of_mlp_parameters(hidden):
    assert costs.mlp_hidden_width(costs.mlp_parameters([7, hidden, 3]), 7, 3) == hidden


@pytest.mark.parametrize("printed", [784_096, 196_608])
def test_no_hidden_width_gives_the_printed_parameters_of_A_5_5(printed):
    width = costs.mlp_hidden_width(printed, 784, 10)
    assert width == Fraction(printed - 10, 795)
    assert width.denominator > 1


@pytest.mark.parametrize("cost", MLPS)
@pytest.mark.parametrize(
    ("widths", "error", "match"),
    [
        ([], ValueError, "widths must name"),
        ([784], ValueError, "widths must name .* got .784."),
        ([784, 0, 10], ValueError, "widths must be >= 1, got 0"),
        ([784, 64.0], TypeError, "widths must be a whole number, got 64.0"),
        ([784, True], TypeError, "widths must be"),
        (["784", 10], TypeError, "widths must be"),
    ],
)
def test_mlp_costs_refuse(cost, widths, error, match):
    with pytest.raises(error, match=match):
        cost(widths)


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        ((0, 784, 10), ValueError, "parameters must be >= 1"),
        ((50_890.0, 784, 10), TypeError, "parameters must be"),
        ((50_890, 0, 10), ValueError, "n_in must be >= 1"),
        ((50_890, 784, 0), ValueError, "n_out must be >= 1"),
    ],
)
def test_mlp_hidden_width_refuses(arguments, error, match):
    with pytest.raises(error, match=match):
        costs.mlp_hidden_width(*arguments)


# --- how good ------------------------------------------------------------------------------------


@pytest.mark.parametrize("N", [1, 2, 10, 100])
@pytest.mark.parametrize("classes", [1, 2, 5])
def test_accuracy_and_recall_as_naive(N, classes):
    rng = np.random.default_rng(N)
    labels, predictions = rng.integers(0, classes, (2, N))
    assert metrics.accuracy(labels, predictions) == naive.accuracy(labels, predictions)
    assert metrics.macro_recall(labels, predictions) == pytest.approx(
        naive.macro_recall(labels, predictions), rel=1e-14
    )
    for label in range(classes + 1):  # the last one does not occur
        np.testing.assert_array_equal(
            metrics.recall(labels, predictions, label), naive.recall(labels, predictions, label)
        )


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


@pytest.mark.parametrize(
    "good", [metrics.accuracy, metrics.macro_recall, lambda y, p: metrics.recall(y, p, label=1)]
)
@pytest.mark.parametrize(
    ("labels", "predictions"),
    [([], []), ([1, 2], [1]), ([[1, 2]], [[1, 2]]), (1, 1), ([1, 0], [[0.1, 0.9], [0.8, 0.2]])],
)
def test_how_good_refuses(good, labels, predictions):
    with pytest.raises(ValueError, match="labels and predictions must be vectors of the same"):
        good(labels, predictions)


@pytest.mark.parametrize("parameters", [5, 11, 795 + 10, 50890, 784_096, 196_608])
def test_hidden_width_as_naive(parameters):
    width = costs.mlp_hidden_width(parameters, 784, 10)
    found = int(width) if width.denominator == 1 and width >= 1 else None
    assert found == naive.mlp_hidden_width(parameters, 784, 10)


@pytest.mark.parametrize("wrong", [[0.0, 1.0], ["a", "b"], [True, False]])
def test_labels_must_be_integers(wrong):
    for pair in ((wrong, [0, 1]), ([0, 1], wrong)):
        with pytest.raises(TypeError, match="labels and predictions must hold integers"):
            metrics.accuracy(*pair)


def test_recall_asks_for_one_class():
    with pytest.raises(TypeError, match="label must be a whole number"):
        metrics.recall([1], [1], "a")
