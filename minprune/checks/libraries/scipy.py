"""Functions of SciPy by the formula that they compute."""

import numpy as np
import scipy.linalg
import scipy.signal
import scipy.sparse.linalg
import scipy.spatial
import scipy.special
import scipy.stats

from minprune.checks.libraries import Library, units  # noqa: F401, in the table

library = Library(scipy.__version__)
computes = library.computes


TABLE = """
l1_norm                    scipy.linalg.norm(w.ravel(), 1)
l2_norm                    scipy.linalg.norm(w)
spectral_norm              scipy.linalg.norm(W, 2)
spectral_norm              scipy.sparse.linalg.norm(scipy.sparse.csr_array(W), 2)
std_threshold              q * scipy.stats.tstd(w, axis=None)
geometric_median_distance  scipy.spatial.distance.cdist(units(w, axis), units(w, axis)).sum(axis=1)
sigmoid                    scipy.special.expit(x)
softmax                    scipy.special.softmax(z, axis=1)
log_softmax                scipy.special.log_softmax(z, axis=1)
soften                     scipy.special.softmax(z / temperature, axis=1)
"""
library.table(TABLE, globals())


@computes("activation_entropy", "scipy.stats.entropy of numpy.histogram")
def _(a, bins):
    columns = a.reshape(-1, a.shape[-1]).T
    return np.array([scipy.stats.entropy(np.histogram(column, bins)[0]) for column in columns])


@computes("distillation_loss", "scipy.stats.entropy(teacher, student), alpha = 1")
def _(z, z_teacher, y, alpha, temperature):
    if alpha != 1:
        return NotImplemented
    teacher, student = (scipy.special.softmax(x / temperature, axis=1) for x in (z_teacher, z))
    return temperature**2 * scipy.stats.entropy(teacher, student, axis=1).mean()


@computes("csr_bytes", "scipy.sparse.csr_array")
def _(rows, nonzeros, value_bytes, index_bytes):
    kind = {1: np.int8, 2: np.int16, 4: np.float32, 8: np.float64}.get(value_bytes)
    if kind is None or (rows == 0 and nonzeros):
        return NotImplemented
    width = max(-(-nonzeros // max(rows, 1)), 1)
    w = (np.arange(rows * width) < nonzeros).reshape(rows, width).astype(kind)
    w = scipy.sparse.csr_array(w)
    return w.data.nbytes + w.indices.nbytes + w.indptr.nbytes


@computes("conv2d", "scipy.signal.convolve(mode='valid'), channel by channel")
def _(x, K, b):
    return summed(scipy.signal.convolve, x, K, b)


@computes("conv2d", "scipy.signal.correlate(mode='valid'), channel by channel")
def _(x, K, b):
    return summed(scipy.signal.correlate, x, K, b)


def summed(function, x, K, b):
    """Each pair of channels, added over those of the input."""
    height, width = (x.shape[axis] - K.shape[axis - 1] + 1 for axis in (1, 2))
    y = np.zeros((len(x), height, width, len(b))) + b
    for n, i, o in np.ndindex(len(x), *K.shape[2:]):
        y[n, ..., o] += function(x[n, ..., i], K[..., i, o], mode="valid")
    return y
