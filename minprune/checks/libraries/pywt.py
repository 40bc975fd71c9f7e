"""Functions of PyWavelets by the formula that they compute."""

from importlib.metadata import version

import pywt  # noqa: F401, named in the table

from minprune.checks.libraries import Library

library = Library(version("PyWavelets"))
TABLE = """
l1_proximal      pywt.threshold(w, lr * lam, "soft")
threshold_prune  pywt.threshold(w, theta, "hard")
"""
library.table(TABLE, globals())
