"""What pruning is judged by: counts, sparsity, compression, bytes, MACs, accuracy, recall."""

from fractions import Fraction
from itertools import pairwise

import numpy as np

from minprune.arguments import above_zero, at_least_zero, finite_array, layer_widths, whole_number
from minprune.formulas.masks import threshold_mask
from minprune.formulas.scores import magnitude

# --- how sparse ----------------------------------------------------------------------------------


def count_parameters(*arrays):
    """Number of entries of all arrays together, zero or not: zeroing is not removing.

        n = sum_l size(w_l)

    arrays  any number of arrays of any shape
    returns an int

    Source: A-5.5, A-9.9. Erratum: A-5.5 counts zeroed weights as gone.

    >>> count_parameters(np.zeros((784, 64)), np.zeros(64))
    50240
    """
    return sum(np.size(a) for a in arrays)


def count_nonzero(*arrays):
    """Number of entries of all arrays together that are not zero.

        nnz = sum_l #{i : w_li != 0}

    arrays  any number of arrays of any shape
    returns an int

    Source: A-9.9.

    >>> count_nonzero([0.0, 0.5], [[1.0, 0.0]])
    2
    """
    return sum(int(np.count_nonzero(finite_array("arrays", a))) for a in arrays)


def sparsity(*arrays):
    """Fraction of entries that are zero (of a mask: False), over all arrays together.

        s = 1 - nnz / n

    arrays  at least one array of any shape with at least one entry
    returns a float in [0, 1]

    Source: B-3b, E-5.1b.

    >>> sparsity([0.0, 0.5, 0.0, 1.0])
    0.5
    """
    n = whole_number("number of entries", count_parameters(*arrays), low=1)
    return (n - count_nonzero(*arrays)) / n


def pruning_rate(w, theta, ties="keep"):
    """Share of the weights that a magnitude threshold prunes.

        r = #{i : |w_i| < theta} / n          (<= with ties="prune")

    w      array of any shape with at least one entry
    theta  threshold, in the units of the weights
    returns a float in [0, 1]

    Source: B-3b (words), B-4c (code).
    Erratum: B-4c divides by sum |w| instead of n; its rate can be 200, that is 20,000 %.

    >>> pruning_rate([[-0.9, 0.05], [0.4, -0.02]], theta=0.1)
    0.5
    """
    return sparsity(threshold_mask(magnitude(w), theta, ties))


# --- how much smaller ----------------------------------------------------------------------------


def compression_rate(size, new_size):
    """The part of the size that is gone; not to be confused with `compression_ratio`.

        c = 1 - size' / size

    size, new_size  in the same units (parameters, bytes, MACs), size > 0, new_size >= 0
    returns a float, at most 1; negative when the new size is larger

    Source: D-2.1e.

    >>> compression_rate(200, 50)
    0.75
    """
    return 1 - at_least_zero("new_size", new_size) / above_zero("size", size)


def compression_ratio(size, new_size):
    """How many times smaller.

        ratio = size / size'  =  1 / (1 - c)

    size, new_size  in the same units (parameters, bytes, MACs), size >= 0, new_size > 0
    returns a float

    Source: D-2.1e; Blalock et al. 2020. Erratum: C-3.2a leaves open which of the two it means.

    >>> compression_ratio(200, 50)
    4.0
    """
    return at_least_zero("size", size) / above_zero("new_size", new_size)


def dense_bytes(*arrays):
    """Bytes of the arrays as they lie in memory: a zero takes as much room as any other value.

        bytes = sum_l size(w_l) * itemsize

    arrays  any number of arrays of any shape
    returns an int

    Source: A-9.9.

    >>> dense_bytes(np.zeros((784, 64), dtype=np.float32))
    200704
    """
    return sum(np.asarray(a).nbytes for a in arrays)


def csr_bytes(rows, nonzeros, value_bytes=4, index_bytes=4):
    """Bytes of a matrix in compressed sparse rows: values, their column indices, row offsets.

        bytes = nnz * (value_bytes + index_bytes) + (rows + 1) * index_bytes

    rows, nonzeros            of the matrix; minprune's own `CSR` has a row per output unit,
                              the figure below, from E-5.1a, one per input
    value_bytes, index_bytes  per value, per index
    returns an int; smaller than dense only above about half sparsity

    Source: A-9.9, E-5.1c; the format is in Duff, Erisman and Reid 1986.

    >>> csr_bytes(rows=784, nonzeros=50176) + csr_bytes(rows=128, nonzeros=640)
    410184
    """
    rows, nonzeros = whole_number("rows", rows, 0), whole_number("nonzeros", nonzeros, 0)
    value_bytes = whole_number("value_bytes", value_bytes, 1)
    index_bytes = whole_number("index_bytes", index_bytes, 1)
    return nonzeros * (value_bytes + index_bytes) + (rows + 1) * index_bytes


def bitmask_bytes(size, nonzeros, value_bytes=4):
    """Bytes of an array as one bit for every entry and the nonzero values.

        bytes = ceil(n / 8) + nnz * value_bytes

    size, nonzeros  of the array, nonzeros <= size
    value_bytes     per value
    returns an int

    Source: A-9.9, E-5.1c.

    >>> bitmask_bytes(size=101632, nonzeros=50816)
    215968
    """
    size, nonzeros = whole_number("size", size, 0), whole_number("nonzeros", nonzeros, 0, size)
    return -(-size // 8) + nonzeros * whole_number("value_bytes", value_bytes, 1)


# --- what a multilayer perceptron costs ----------------------------------------------------------


def mlp_parameters(widths):
    """Parameters of a multilayer perceptron, biases included.

        n = sum_l (n_{l-1} + 1) * n_l

    widths  sequence of at least two ints >= 1, input first
    returns an int

    Source: A-1, A-5.5.

    >>> mlp_parameters([784, 64, 10])
    50890
    """
    return sum((n_in + 1) * n_out for n_in, n_out in pairwise(layer_widths("widths", widths)))


def mlp_macs(widths):
    """Multiply-accumulates of one sample through a multilayer perceptron; biases are not counted.

        MACs = sum_l n_{l-1} * n_l

    widths  sequence of at least two ints >= 1, input first
    returns an int

    Source: A-1.
    Erratum: A-1 calls the growth exponential; it is linear in depth and quadratic in width.

    >>> mlp_macs([784, 64, 10])
    50816
    """
    return sum(n_in * n_out for n_in, n_out in pairwise(layer_widths("widths", widths)))


def mlp_hidden_width(parameters, n_in, n_out):
    """The hidden width at which an n_in - h - n_out perceptron has this many parameters.

        n = (n_in + 1) h + (h + 1) n_out   =>   h = (n - n_out) / (n_in + n_out + 1)

    parameters   number of parameters, biases included
    n_in, n_out  input and output width
    returns a Fraction; no such network exists unless it is a whole number >= 1

    Source: A-5.5.
    Erratum: A-5.5 prints 784,096 and 196,608 parameters for 784-64-10; no width gives either.

    >>> mlp_hidden_width(50890, 784, 10)
    Fraction(64, 1)
    >>> mlp_hidden_width(784096, 784, 10).denominator
    265
    """
    n = whole_number("parameters", parameters, 1)
    n_in, n_out = whole_number("n_in", n_in, 1), whole_number("n_out", n_out, 1)
    return Fraction(n - n_out, n_in + n_out + 1)


# --- how good ------------------------------------------------------------------------------------


def accuracy(labels, predictions):
    """Share of the samples that are classified correctly.

        accuracy = #{n : yhat_n = y_n} / N

    labels, predictions  vectors of N integers, N >= 1
    returns a float in [0, 1]

    Source: A-9.9.

    >>> accuracy([0, 1, 2, 2], [0, 1, 1, 2])
    0.75
    """
    labels, predictions = _checked_pair(labels, predictions)
    return float(np.mean(labels == predictions))


def recall(labels, predictions, label):
    """Share of the samples of one class that are found; nan when the class does not occur.

        recall_c = TP_c / (TP_c + FN_c)

    labels, predictions  vectors of N integers, N >= 1
    label                the class c
    returns a float in [0, 1], or nan

    Source: A-9.9.

    >>> recall([1, 1, 1, 1, 0], [1, 1, 1, 0, 1], label=1)
    0.75
    """
    labels, predictions = _checked_pair(labels, predictions)
    of_class = labels == whole_number("label", label, low=0)
    return float(np.mean(predictions[of_class] == label)) if of_class.any() else float("nan")


def macro_recall(labels, predictions):
    """Mean of the recalls of the classes that occur in the labels.

        macro recall = mean_c recall_c

    labels, predictions  vectors of N integers, N >= 1
    returns a float in [0, 1]

    Source: A-9.9.

    >>> macro_recall([0, 0, 1, 1], [0, 0, 1, 0])
    0.75
    """
    labels, predictions = _checked_pair(labels, predictions)
    return float(np.mean([recall(labels, predictions, c) for c in np.unique(labels)]))


def _checked_pair(labels, predictions):
    labels, predictions = np.asarray(labels), np.asarray(predictions)
    if labels.ndim != 1 or labels.shape != predictions.shape or labels.size == 0:
        raise ValueError(
            "labels and predictions must be vectors of the same length >= 1, "
            f"got shapes {labels.shape} and {predictions.shape}"
        )
    if labels.dtype.kind not in "iu" or predictions.dtype.kind not in "iu":
        raise TypeError(
            "labels and predictions must hold integers, "
            f"got dtypes {labels.dtype} and {predictions.dtype}"
        )
    return labels, predictions
