"""Fine-tuning a pruned network with the dense one as its teacher."""

import numpy as np

from minprune.arguments import above_zero, share
from minprune.formulas.distill import distillation_gradient, distillation_loss
from minprune.nn.losses import LossAndGradient
from minprune.nn.predict import checked_labels


def teacher_targets(teacher, x, y):
    """Targets for a student: the labels, each with the logits of the teacher.

    teacher  network, not changed; the dense original
    x, y     inputs and N labels
    returns N records with fields "label" and "logits", the `y` of `fit(..., loss=teacher_loss())`

    Source: Hinton, Vinyals and Dean 2015 [C-6.4e, C-2.1g].

    >>> from minprune.nn.network import mlp
    >>> teacher_targets(mlp([4, 2], np.random.default_rng(0)), np.zeros((1, 4)), [1])
    array([(1, [0., 0.])], dtype=[('label', '<i8'), ('logits', '<f8', (2,))])
    """
    x, y = checked_labels(teacher, x, np.asarray(y))
    logits = teacher(x)
    fields = [("label", np.int64), ("logits", np.float64, logits.shape[1:])]
    targets = np.empty(len(y), fields)
    targets["label"], targets["logits"] = y, logits
    return targets


def teacher_loss(alpha=0.5, temperature=4.0):
    """A loss for `fit` in which a student learns from labels and from a teacher.

        L = (1 - alpha) CE(labels) + alpha T^2 KL(teacher || student)          `distillation_loss`

    alpha        weight of the teacher, 0 <= alpha <= 1
    temperature  T > 0
    returns a function (outputs, targets) -> `LossAndGradient`, targets as of `teacher_targets`

    Source: Hinton, Vinyals and Dean 2015; Sanh, Wolf and Rush 2020 distil into a pruned student
    [C-6.4e, C-2.1g].

    >>> from minprune.nn.network import mlp
    >>> dense, x = mlp([4, 2], np.random.default_rng(0)), np.ones((3, 4))
    >>> teacher_loss(alpha=1.0)(dense(x), teacher_targets(dense, x, [0, 1, 1])).loss
    0.0
    """
    share("alpha", alpha)
    above_zero("temperature", temperature)

    def loss(z, targets):
        arguments = z, targets["logits"], targets["label"], alpha, temperature
        return LossAndGradient(distillation_loss(*arguments), distillation_gradient(*arguments))

    return loss
