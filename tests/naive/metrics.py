"""What pruning is judged by."""

import math
import zlib

import numpy as np

from naive.masks import threshold_mask


def count_nonzero(*arrays):
    """#{entries != 0} over all arrays"""
    count = 0
    for a in arrays:
        for i in np.ndindex(a.shape):
            if a[i] != 0:
                count += 1
    return count


def count_parameters(*arrays):
    """#{entries} over all arrays"""
    count = 0
    for a in arrays:
        for _ in np.ndindex(a.shape):
            count += 1
    return count


def sparsity(*arrays):
    """s = #{entries == 0} / #{entries}, over all arrays together"""
    zeros = 0
    for a in arrays:
        for i in np.ndindex(a.shape):
            if a[i] == 0:
                zeros += 1
    return zeros / count_parameters(*arrays)


def pruning_rate(w, theta, ties="keep"):
    """r = #{i: |w_i| is pruned at theta} / n (B-3b)"""
    keep = threshold_mask(w, theta, ties)
    pruned = 0
    for i in np.ndindex(w.shape):
        if not keep[i]:
            pruned += 1
    return pruned / count_parameters(w)


def compression_rate(size, new_size):
    """c = 1 - size' / size (D-2.1e)"""
    return 1 - new_size / size


def compression_ratio(size, new_size):
    """ratio = size / size' (D-2.1e)"""
    return size / new_size


def accuracy(labels, predictions):
    """#{n: prediction_n == label_n} / N (A-9.9)"""
    right = 0
    for label, prediction in zip(labels, predictions, strict=True):
        if label == prediction:
            right += 1
    return right / len(labels)


def recall(labels, predictions, label):
    """TP / (TP + FN) of one class, nan where the class has no sample (A-9.9)"""
    true_positive, false_negative = 0, 0
    for actual, prediction in zip(labels, predictions, strict=True):
        if actual == label and prediction == label:
            true_positive += 1
        if actual == label and prediction != label:
            false_negative += 1
    if true_positive + false_negative == 0:
        return math.nan
    return true_positive / (true_positive + false_negative)


def macro_recall(labels, predictions):
    """mean of recall_c over the classes c that occur in labels (A-9.9)"""
    classes = []
    for label in labels:
        if label not in classes:
            classes.append(label)
    total = 0.0
    for label in classes:
        total += recall(labels, predictions, label)
    return total / len(classes)


def confusion_matrix(labels, predictions, classes=None):
    """C_ij = #{n: label_n == i and prediction_n == j}, i, j from 0 (Miller and Nicely 1955)"""
    if classes is None:
        classes = max([*labels, *predictions]) + 1
    counts = np.zeros((classes, classes), dtype=np.int64)
    for i in range(classes):
        for j in range(classes):
            for label, prediction in zip(labels, predictions, strict=True):
                if label == i and prediction == j:
                    counts[i, j] += 1
    return counts


def dense_bytes(*arrays):
    """sum over the arrays of #{entries} * bytes per entry"""
    total = 0
    for a in arrays:
        for _ in np.ndindex(a.shape):
            total += a.itemsize
    return total


def csr_bytes(rows, nonzeros, value_bytes=4, index_bytes=4):
    """nonzeros * (value + index) + (rows + 1) * index: values, indices, offsets (E-5.1c)"""
    return nonzeros * value_bytes + nonzeros * index_bytes + (rows + 1) * index_bytes


def bitmask_bytes(size, nonzeros, value_bytes=4):
    """ceil(size / 8) + nonzeros * value: one bit per entry, then the kept values (E-5.1c)"""
    return math.ceil(size / 8) + nonzeros * value_bytes


def zip_bytes(*arrays):
    """sum over the arrays of the length of what zlib, level 9, makes of the entries in C order"""
    total = 0
    for a in arrays:
        data = bytearray()
        for i in np.ndindex(a.shape):
            data += a[i].tobytes()
        total += len(zlib.compress(data, 9))
    return total


def performance_loss(before, after, relative=False):
    """a - a', or (a - a') / a (D-2.1f)"""
    return (before - after) / before if relative else before - after


def accuracy_difference_z(a, b, samples):
    """z = (a - b) / sqrt((a * (1 - a) + b * (1 - b)) / N), 0 where a = b, else +-inf over 0"""
    squared_error = (a * (1 - a) + b * (1 - b)) / samples
    if a == b:
        return 0.0
    if squared_error == 0:
        return math.inf if a > b else -math.inf
    return (a - b) / math.sqrt(squared_error)


def discordant_counts(labels, predicted_a, predicted_b):
    """#{n: only a is right}, #{n: only b is right} (McNemar 1947)"""
    only_a, only_b = 0, 0
    for label, a, b in zip(labels, predicted_a, predicted_b, strict=True):
        if a == label and b != label:
            only_a += 1
        if a != label and b == label:
            only_b += 1
    return only_a, only_b


def mcnemar_z(only_a, only_b):
    """z = (only_a - only_b) / sqrt(only_a + only_b), 0 where both are 0 (McNemar 1947)"""
    if only_a == 0 and only_b == 0:
        return 0.0
    return (only_a - only_b) / math.sqrt(only_a + only_b)
