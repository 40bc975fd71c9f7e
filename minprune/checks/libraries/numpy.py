"""Functions of NumPy by the formula that they compute; minprune needs it, so it is always there."""

import numpy

from minprune.checks.libraries import Library

library = Library(numpy.__version__)
TABLE = """
l1_norm                 numpy.linalg.norm(w, 1)
l2_norm                 numpy.linalg.norm(w)
spectral_norm           numpy.linalg.norm(W, 2)
l1_subgradient          lam * numpy.sign(w)
weight_clip             numpy.clip(w, -c, c)
std_threshold           q * numpy.std(w)
mean_threshold          numpy.mean(scores)
threshold_for_sparsity  numpy.quantile(score, sparsity)
pruned_count            numpy.round(n * sparsity)
accuracy                numpy.mean(labels == predictions)
relu                    numpy.maximum(x, 0)
log_softmax             z - numpy.logaddexp.reduce(z, axis=1, keepdims=True)
"""
library.table(TABLE, globals())
