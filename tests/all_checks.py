"""Every check of a formula, and checks of the misprints, which no learner is asked for."""

import numpy as np

from minprune.checks import checks
from minprune.checks.check import Check, given
from minprune.formulas import misprints


def _misprints():
    """A check for every misprint, of calls alone: weights with ties, zeros and negative numbers."""
    rng = np.random.default_rng(0)
    values = [-1, -0.5, -0.25, -0.0, 0, 0.25, 0.3, 0.5, 1]
    weights = [rng.choice(values, shape) for shape in [(5, 4), (2, 3, 2, 4), (7,), (1,)]]
    empty = [np.zeros(0), np.zeros((3, 0))]
    with_theta = [given(w, theta) for w in weights for theta in (0, 0.25, 0.3, 0.5, 1, 2)]
    calls = {
        "signed_threshold_mask_misprint": [
            given(*call.args, ties) for call in with_theta for ties in ("keep", "prune")
        ],
        "mask_as_weight_misprint": [*with_theta, given(empty[1], 0.5)],
        "heaviside_misprint": [*with_theta, given([[-3.0, -1.0]], -2.0)],
        "pruning_rate_misprint": with_theta,
        "half_sum_mask_misprint": [*map(given, [*weights, *empty]), given([0.75, 0.25, -0.125])],
        "layer_norm_mask_misprint": [*with_theta, given(weights[0], 8.0), given(empty[0], 0.0)],
        "kernel_norm_axes_misprint": [given(weights[1]), given(np.zeros((2, 0, 3, 1)))],
        "dropped_tensors_misprint": [
            given([*weights, *more], theta) for more in ([], empty) for theta in (0, 0.5, 2, 4, 100)
        ],
    }
    found = {name: Check(getattr(misprints, name)) for name in calls}
    for name, check in found.items():
        for call in calls[name]:
            check.edge("a misprint", call)
    return found


CHECKS = checks() | _misprints()
