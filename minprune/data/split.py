"""The parts of a data set: drawn class by class, the same on every machine."""

import numpy as np

from minprune.language import either

SEED = 0
TRAIN, VALIDATION, TEST = range(3)
LEAST = 6  # samples of classes with at least two: then no part is empty

SPLITTING = {
    True: (
        "Split: one fifth of the samples is for the test and one tenth for validation, drawn "
        "class by class with a fixed seed.",
        "划分：五分之一的样本用于测试，十分之一用于验证，逐类抽取，随机种子固定。",
    ),
    False: (
        "Split: the test samples as given; one tenth of the others is for validation, drawn "
        "class by class with a fixed seed.",
        "划分：测试集按原样；其余样本的十分之一用于验证，逐类抽取，随机种子固定。",
    ),
}


def drawn_parts(codes, with_test):
    """The part of each sample, a uint8 vector of TRAIN, VALIDATION and TEST, and a sentence on it.

    codes      class of each sample
    with_test  True: one fifth is set aside for the test too, not one tenth for validation alone

    The samples are sorted by class, within a class in random order; of each ten in a row, the sixth
    is for validation, the third and eighth for the test. So each class has its share in each part,
    to within one sample, and two or more samples of a class are never all set aside. A class of one
    sample is in the training part.
    """
    counts = np.bincount(codes)
    order = np.lexsort((np.random.default_rng(SEED).random(len(codes), np.float32), codes))
    if single := np.count_nonzero(counts == 1):
        order = order[counts[codes[order]] > 1]
    if len(order) < LEAST:
        raise ValueError(
            f"too few samples to be split: at least {LEAST} in classes of two or more are needed, "
            f"got {len(order)} of {len(codes)}"
        )
    parts = np.full(len(codes), TRAIN, np.uint8)
    parts[order[5::10]] = VALIDATION
    if with_test:
        parts[order[2::5]] = TEST
    sentence = either(*SPLITTING[with_test])
    if single:
        sentence += either(
            f" Classes of one sample are in the training part only: {single}.",
            f"只有一个样本的类别有 {single} 个，都只在训练集中。",
        )
    return parts, sentence
