"""Functions of scikit-learn by the formula that they compute."""

import numpy as np
import sklearn.linear_model
import sklearn.metrics
import sklearn.preprocessing
from sklearn.neural_network import _base
from sklearn.utils.extmath import softmax

from minprune.checks.libraries import Library, units  # noqa: F401, in the table

library = Library(sklearn.__version__)
computes = library.computes


def row(w):
    """The array as a matrix of one row."""
    return w.reshape(1, -1)


TABLE = """
normalize                  sklearn.preprocessing.normalize(row(w)).reshape(w.shape)
relative_magnitude         sklearn.preprocessing.normalize(row(abs(w)), norm="max").reshape(w.shape)
score_mask                 sklearn.preprocessing.binarize(row(score), threshold=theta).reshape(score.shape)
geometric_median_distance  sklearn.metrics.pairwise_distances(units(w, axis)).sum(axis=1)
softmax                    sklearn.utils.extmath.softmax(z)
accuracy                   sklearn.metrics.accuracy_score(labels, predictions)
recall                     sklearn.metrics.recall_score(labels, predictions, labels=[label], average="macro")
macro_recall               sklearn.metrics.recall_score(labels, predictions, average="macro")
macro_recall               sklearn.metrics.balanced_accuracy_score(labels, predictions)
"""  # noqa: E501
library.table(TABLE, globals())


@computes("l1_proximal", "sklearn.linear_model.Lasso(alpha=lr * lam).fit(identity, w)")
def _(w, lam, lr):
    lasso = sklearn.linear_model.Lasso(alpha=lr * lam, fit_intercept=False, tol=1e-12)
    return lasso.fit(np.eye(w.size), w.ravel()).coef_.reshape(w.shape)


@computes("distillation_loss", "sklearn.metrics.log_loss(y, p), alpha = 0")
def _(z, z_teacher, y, alpha, temperature):
    if alpha:
        return NotImplemented
    return sklearn.metrics.log_loss(y, softmax(z), labels=range(z.shape[1]))


@computes("confusion_matrix", "sklearn.metrics.confusion_matrix(..., labels=range(classes))")
def _(labels, predictions, classes=None):
    if classes is None:  # alone it leaves out the classes that do not occur
        classes = max(labels.max(), predictions.max()) + 1
    return sklearn.metrics.confusion_matrix(labels, predictions, labels=range(classes))


def activation(name, x):
    """One of those of MLPClassifier, which work in place."""
    _base.ACTIVATIONS[name](x)
    return x


computes("relu", "sklearn.neural_network.MLPClassifier(activation='relu')")(
    lambda x: activation("relu", x)
)
computes("sigmoid", "sklearn.neural_network.MLPClassifier(activation='logistic')")(
    lambda x: activation("logistic", x)
)
computes("tanh", "sklearn.neural_network.MLPClassifier(activation='tanh')")(
    lambda x: activation("tanh", x)
)
