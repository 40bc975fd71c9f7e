"""Functions of statsmodels by the formula that they compute."""

import numpy as np
import statsmodels
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import proportions_ztest

from minprune.checks.libraries import Library

library = Library(statsmodels.__version__)


def deviate(only_a, only_b, correction):
    """The statistic is the square of z."""
    table = [[0, only_a], [only_b, 0]]
    chi_square = mcnemar(table, exact=False, correction=correction).statistic
    return np.sign(only_a - only_b) * np.sqrt(chi_square)


@library.computes("mcnemar_z", "statsmodels.stats.contingency_tables.mcnemar(exact=False)")
def _(only_a, only_b):
    return deviate(only_a, only_b, correction=True)


@library.computes(
    "mcnemar_z", "statsmodels.stats.contingency_tables.mcnemar(exact=False, correction=False)"
)
def _(only_a, only_b):
    return deviate(only_a, only_b, correction=False)


@library.computes(
    "accuracy_difference_z", "statsmodels.stats.proportion.proportions_ztest(correct, [N, N])"
)
def _(a, b, samples):
    return proportions_ztest([a * samples, b * samples], [samples, samples])[0]
