"""What document A printed of its own 784-64-10 experiment (A-5.5), and whether it can be."""

from typing import NamedTuple

from minprune.formulas.costs import mlp_hidden_width, mlp_parameters


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


def verdict(line):
    """One sentence on the figures of a line: can they be of a 784-h-10 network?

    >>> print(verdict(PRINTED[1]))
    196,608 parameters are impossible: a 784-h-10 network has 795 h + 10, so h would be 247.29
    """
    h = mlp_hidden_width(line.parameters, 784, 10)
    if h.denominator == 1 and h >= 1:
        return f"{line.parameters:,} parameters are possible, with {h} hidden units"
    per_unit = mlp_parameters([784, 2, 10]) - mlp_parameters([784, 1, 10])
    return (
        f"{line.parameters:,} parameters are impossible: a 784-h-10 network has "
        f"{per_unit} h + 10, so h would be {float(h):.2f}"
    )
