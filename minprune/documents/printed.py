"""Figures and settings that the documents print of their own experiments (A-5.5, D-5.2)."""

from typing import NamedTuple

from minprune.formulas.costs import mlp_hidden_width, mlp_parameters
from minprune.language import either


class Printed(NamedTuple):
    """One line of the table in A-5.5."""

    model: str
    accuracy: float
    parameters: int
    milliseconds: float


PRINTED = (
    Printed("document A-5.5, original", 0.982, 784_096, 0.5),
    Printed("document A-5.5, pruned", 0.980, 196_608, 0.3),
)


AFTER_PRUNING = 0.9837  # test accuracy, D-5.4a
TRAINING = {  # of D-5.2, by the names of `CnnSettings`; its learning rate is Keras's
    "epochs": 10,
    "finetune_epochs": 10,
    "batch_size": 32,
    "lr": 1e-3,
    "finetune_lr": 1e-3,
    "l1": 0.0,
    "smoothing": 0.0,
    "theta": 0.1,
}


def verdict(line):
    """One sentence on the figures of a line: can they be of a 784-h-10 network?

    >>> print(verdict(PRINTED[1]))
    196,608 parameters are impossible: a 784-h-10 network has 795 h + 10, so h would be 247.29
    """
    h, given = mlp_hidden_width(line.parameters, 784, 10), f"{line.parameters:,}"
    if h.denominator == 1 and h >= 1:
        return either(
            f"{given} parameters are possible, with {h} hidden units",
            f"参数量 {given} 可能成立：{h} 个隐藏单元",
        )
    per_unit = mlp_parameters([784, 2, 10]) - mlp_parameters([784, 1, 10])
    return either(
        f"{given} parameters are impossible: a 784-h-10 network has {per_unit} h + 10, so h would "
        f"be {float(h):.2f}",
        f"参数量 {given} 不可能成立：784-h-10 网络有 {per_unit} h + 10 个参数，h 须为 "
        f"{float(h):.2f}",
    )
