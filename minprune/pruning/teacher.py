"""Fine-tuning a pruned network with the dense one as its teacher."""

from minprune.arguments import above_zero, share
from minprune.formulas.distill import distillation_gradient, distillation_loss


def teacher_loss(teacher, alpha=0.5, temperature=4.0):
    """A loss for `fit` in which a student learns from the labels and from a teacher.

    teacher      network with as many outputs as the student, not changed; the dense original
    alpha        weight of the teacher, 0 <= alpha <= 1
    temperature  T > 0
    returns a function (outputs, y, x) -> (loss, gradient), for `fit(..., loss=...)`

    Source: C-6.4e, C-2.1g; Hinton, Vinyals and Dean 2015; Sanh et al. 2020 distil into a pruned
    student. Erratum: C-6.4 would prune the teacher.

    >>> import numpy as np
    >>> from minprune.nn.network import mlp
    >>> dense, x = mlp([4, 2], np.random.default_rng(0)), np.ones((3, 4), dtype=np.float32)
    >>> loss, gradient = teacher_loss(dense, alpha=1.0)(dense(x), np.array([0, 1, 1]), x)
    >>> loss
    0.0
    """
    share("alpha", alpha)
    above_zero("temperature", temperature)

    def loss(z, y, x):
        arguments = z, teacher(x), y, alpha, temperature
        return distillation_loss(*arguments), distillation_gradient(*arguments)

    return loss
