"""Measures of pruning: counts, sparsity, compression, bytes, accuracy, recall."""

import math
import zlib

import numpy as np

from minprune.arguments import (
    above_zero,
    at_least_zero,
    finite_array,
    finite_number,
    labels_in_range,
    number_array,
    plain_array,
    share,
    whole_number,
)
from minprune.formulas.masks import threshold_mask

# --- how sparse ----------------------------------------------------------------------------------


def count_parameters(*arrays):
    """Number of entries of all arrays together, zero or not: zeroing is not removing.

        n = sum_l size(w_l)

    arrays  any number of arrays of any shape
    returns an int

    Source: [A-5.5, A-9.9].

    >>> count_parameters(np.zeros((784, 64)), np.zeros(64))
    50240
    """
    return sum(number_array("arrays", a).size for a in arrays)


def count_nonzero(*arrays):
    """Number of entries of all arrays together that are not zero.

        nnz = sum_l #{i : w_li != 0}

    arrays  any number of arrays of any shape
    returns an int

    Source: [A-9.9].

    >>> count_nonzero([0.0, 0.5], [[1.0, 0.0]])
    2
    """
    return sum(int(np.count_nonzero(finite_array("arrays", a))) for a in arrays)


def sparsity(*arrays):
    """Fraction of entries that are zero (of a mask: False), over all arrays together.

        s = 1 - nnz / n

    arrays  at least one array of any shape with at least one entry
    returns a float in [0, 1]

    Source: [B-3b, B-3d, of a mask of neurons: the dead as a share of all, E-5.1b].

    >>> sparsity([0.0, 0.5, 0.0, 1.0])
    0.5
    """
    n = whole_number("number of entries", count_parameters(*arrays), low=1)
    return (n - count_nonzero(*arrays)) / n


def pruning_rate(w, theta, ties="keep"):
    """Share of the weights that a magnitude threshold prunes.

        r = #{i : |w_i| < theta} / n          (<= with ties="prune")

    w      array of any shape with at least one entry
    theta  threshold, >= 0, in the units of the weights
    returns a float in [0, 1]

    Source: [B-3b (words), B-4c (code)].

    >>> pruning_rate([[-0.9, 0.05], [0.4, -0.02]], theta=0.1)
    0.5
    """
    return sparsity(threshold_mask(w, theta, ties))


# --- how much smaller ----------------------------------------------------------------------------


def compression_rate(size, new_size):
    """The part of the size that is gone; not to be confused with `compression_ratio`.

        c = 1 - size' / size

    size, new_size  in the same units (parameters, bytes, MACs), size > 0, new_size >= 0
    returns a float, at most 1; negative when the new size is larger

    Source: [D-2.1e].

    >>> compression_rate(200, 50)
    0.75
    """
    return 1 - at_least_zero("new_size", new_size) / above_zero("size", size)


def compression_ratio(size, new_size):
    """Compression ratio: how many times smaller.

        ratio = size / size'  =  1 / (1 - c)

    size, new_size  in the same units (parameters, bytes, MACs), size >= 0, new_size > 0
    returns a float

    Source: Blalock et al. 2020 [A-5.5, C-3.2a].

    >>> compression_ratio(200, 50)
    4.0
    """
    return at_least_zero("size", size) / above_zero("new_size", new_size)


def dense_bytes(*arrays):
    """Bytes of the arrays as they lie in memory: a zero takes as much room as any other value.

        bytes = sum_l size(w_l) * itemsize

    arrays  any number of arrays of any shape
    returns an int

    Source: [A-9.9].

    >>> dense_bytes(np.zeros((784, 64), dtype=np.float32))
    200704
    """
    return sum(number_array("arrays", a).nbytes for a in arrays)


def csr_bytes(rows, nonzeros, value_bytes=4, index_bytes=4):
    """Bytes of a matrix in compressed sparse rows: values, their column indices, row offsets.

        bytes = nnz * (value_bytes + index_bytes) + (rows + 1) * index_bytes

    rows, nonzeros            of the matrix; minprune's own `CSR` has a row per output unit,
                              the figure below, from E-5.1a, one per input
    value_bytes, index_bytes  per value, per index
    returns an int; smaller than dense only above about half sparsity

    Source: the format is in Duff, Erisman and Reid 1986 [A-9.9, B-7b, E-5.1c].

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

    Source: [A-9.9, E-5.1c].

    >>> bitmask_bytes(size=101632, nonzeros=50816)
    215968
    """
    size, nonzeros = whole_number("size", size, 0), whole_number("nonzeros", nonzeros, 0, size)
    return -(-size // 8) + nonzeros * whole_number("value_bytes", value_bytes, 1)


def zip_bytes(*arrays):
    """Bytes of the arrays after deflate compression: how sparsity shows in a file.

        bytes = sum_l length of zlib(bytes of w_l), at the highest level: deflate and 6 bytes around

    arrays  any number of arrays of any shape
    returns an int

    Source: Deutsch 1996 (deflate) [E-8.3, E-5.1c].

    >>> zip_bytes(np.zeros(1000)) < 100 < dense_bytes(np.zeros(1000))
    True
    """
    arrays = [number_array("arrays", a) for a in arrays]
    return sum(len(zlib.compress(a.tobytes(), 9)) for a in arrays)


# --- how good ------------------------------------------------------------------------------------


def accuracy(labels, predictions):
    """Share of the samples that are classified correctly.

        accuracy = #{n : yhat_n = y_n} / N

    labels, predictions  vectors of N integers, N >= 1
    returns a float in [0, 1]

    Source: [A-9.9, A-5.4, D-5.4a].

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

    Source: [A-9.9].

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

    Source: [A-9.9].

    >>> macro_recall([0, 0, 1, 1], [0, 0, 1, 0])
    0.75
    """
    labels, predictions = _checked_pair(labels, predictions)
    _, class_of = np.unique(labels, return_inverse=True)
    found = np.bincount(class_of, weights=predictions == labels)
    return float(np.mean(found / np.bincount(class_of)))


def confusion_matrix(labels, predictions, classes=None):
    """Number of samples of each class that are classified as each class.

        C_ij = #{n : y_n = i and yhat_n = j}

    labels, predictions  vectors of N integers >= 0, N >= 1
    classes              number of classes, 0 .. classes - 1; None: the largest number in labels or
                         predictions plus 1
    returns an int64 array (classes, classes): row i counts the samples of class i, column j those
    classified as j. The diagonal counts the correct ones; the row of a class without samples is 0

    Source: Miller and Nicely 1955; in machine learning, Kohavi and Provost 1998 [A-9.9].

    >>> confusion_matrix([0, 0, 0, 1], [0, 0, 1, 1])
    array([[2, 1],
           [0, 1]])
    """
    labels, predictions = _checked_pair(labels, predictions)
    if classes is None:
        classes = 1 + max(int(labels.max()), int(predictions.max()))
    classes = whole_number("classes", classes, low=1)
    labels_in_range("labels", labels, classes)
    labels_in_range("predictions", predictions, classes)
    cells = labels.astype(np.int64) * classes + predictions.astype(np.int64)
    return np.bincount(cells, minlength=classes**2).reshape(classes, classes)


def performance_loss(before, after, relative=False):
    """Loss of performance by pruning: absolute, or relative to the performance before.

        loss = a - a'          relative: (a - a') / a

    before, after  a and a', performance where higher is better, such as accuracy
    relative       False: in the units of a; True: a part of a, which must be > 0
    returns a float; negative if pruning helped

    Source: [D-2.1f].

    >>> performance_loss(0.75, 0.5), performance_loss(0.75, 0.5, relative=True)
    (0.25, 0.3333333333333333)
    """
    loss = finite_number("before", before) - finite_number("after", after)
    return loss / above_zero("before", before) if relative else loss


def accuracy_difference_z(a, b, samples):
    """The difference of two accuracies in standard errors, each measured on samples of its own.

        z = (a - b) / sqrt(a (1 - a) / N + b (1 - b) / N)

    a, b     accuracies in [0, 1], each on N samples drawn independently of the other's
    samples  N >= 1
    returns a float; 0 for equal accuracies, infinite for 0 and 1, whose estimated errors are 0.
    A z between about -2 and 2 is no evidence

    This is the unpooled form: each variance from its own accuracy, good for large N. The pooled
    form takes both from (a + b) / 2; it gives sqrt(2 N) for 0 and 1. On the same samples, such
    as one test set, neither holds: use `mcnemar_z`.

    Source: the two-sample test of proportions is textbook statistics [A-5.5].

    >>> round(accuracy_difference_z(0.982, 0.980, samples=10_000), 2)
    1.04
    """
    a, b = share("a", a), share("b", b)
    variance = (a * (1 - a) + b * (1 - b)) / whole_number("samples", samples, low=1)
    if variance == 0:  # all right or all wrong
        return 0.0 if a == b else math.copysign(math.inf, a - b)
    return (a - b) / math.sqrt(variance)


def discordant_counts(labels, predicted_a, predicted_b):
    """Number of samples that only network a, and that only network b, classifies correctly.

        n_a = #{n : a_n = y_n != b_n}          n_b = #{n : b_n = y_n != a_n}

    labels                    y, vector of N integers, N >= 1
    predicted_a, predicted_b  what each network predicts for the same N samples, N integers
    returns (n_a, n_b), ints; accuracy a - accuracy b = (n_a - n_b) / N

    Source: McNemar 1947 [A-5.5].

    >>> discordant_counts([0, 1, 2, 2], [0, 1, 2, 0], [0, 1, 1, 1])
    (1, 0)
    """
    labels, predicted_a = _checked_pair(labels, predicted_a, "predicted_a")
    labels, predicted_b = _checked_pair(labels, predicted_b, "predicted_b")
    right_a, right_b = predicted_a == labels, predicted_b == labels
    return int(np.sum(right_a & ~right_b)), int(np.sum(right_b & ~right_a))


def mcnemar_z(only_a, only_b):
    """The difference of two accuracies on the same samples, in standard errors.

        z = (n_a - n_b) / sqrt(n_a + n_b)

    only_a, only_b  n_a and n_b of `discordant_counts`, whole numbers >= 0
    returns a float with the sign of a - b; 0.0 where no sample is discordant. Between about -2 and
    2 it is no evidence. The normal distribution is a good one from about 25 discordant samples on

    Use it for two networks tested on the same images; for samples of their own use
    `accuracy_difference_z`. Samples that both classify alike say nothing about the difference.

    Source: McNemar 1947; Dietterich 1998, who recommends it for two classifiers [A-5.5].

    >>> round(mcnemar_z(20, 0), 2), round(mcnemar_z(200, 180), 2)
    (4.47, 1.03)
    """
    only_a = whole_number("only_a", only_a, low=0)
    only_b = whole_number("only_b", only_b, low=0)
    return (only_a - only_b) / math.sqrt(max(only_a + only_b, 1))


def _checked_pair(labels, predictions, name="predictions"):
    labels, predictions = plain_array("labels", labels), plain_array(name, predictions)
    if labels.ndim != 1 or labels.shape != predictions.shape or labels.size == 0:
        raise ValueError(
            f"labels and {name} must be vectors of the same length >= 1, "
            f"got shapes {labels.shape} and {predictions.shape}"
        )
    if labels.dtype.kind not in "iu" or predictions.dtype.kind not in "iu":
        raise TypeError(
            f"labels and {name} must hold integers, "
            f"got dtypes {labels.dtype} and {predictions.dtype}"
        )
    return labels, predictions
