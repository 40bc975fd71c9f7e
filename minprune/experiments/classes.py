"""The recall of each class: what an accuracy over all of them may hide."""

from dataclasses import dataclass

import numpy as np

from minprune.formulas.metrics import recall


@dataclass(frozen=True)
class ClassRecall:
    """One class of the test samples."""

    name: str
    samples: int
    recall: float | None  # None if the class has no test samples


def class_recalls(class_names, labels, predictions):
    """A `ClassRecall` for each class.

    labels, predictions  of the test samples, ints in 0 .. classes - 1

    >>> for found in class_recalls(["cat", "dog"], [0, 0, 1], [0, 1, 1]):
    ...     print(found)
    ClassRecall(name='cat', samples=2, recall=0.5)
    ClassRecall(name='dog', samples=1, recall=1.0)
    """
    samples = np.bincount(labels, minlength=len(class_names)).tolist()
    shares = [recall(labels, predictions, k) if n else None for k, n in enumerate(samples)]
    return [*map(ClassRecall, map(str, class_names), samples, shares)]
