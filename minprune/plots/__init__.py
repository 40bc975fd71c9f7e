"""Pictures in one line each; every function returns a Matplotlib figure.

A notebook shows the figure; `figure.savefig("a.png")` writes it. To show it from a script, give a
function a figure of pyplot, `figure=plt.figure()`, which it clears first, and call `plt.show()`.

    curves  accuracy_against_sparsity, history, sensitivity
    arrays  confusion_matrix, masks, weights
"""

from minprune.plots.arrays import confusion_matrix, masks, weights
from minprune.plots.curves import accuracy_against_sparsity, history, sensitivity

__all__ = [
    "accuracy_against_sparsity",
    "confusion_matrix",
    "history",
    "masks",
    "sensitivity",
    "weights",
]
