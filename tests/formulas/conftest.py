"""One fixture for all tests of formulas: arrays of every awkward kind, none of which may change."""

import numpy as np
import pytest

SHAPES = [(), (0,), (1,), (7,), (3, 0), (5, 4), (2, 3, 2, 4)]
KINDS = {  # kind: (dtypes, function (rng, shape) -> array)
    "ties": ("fd", lambda rng, shape: rng.choice([-1, -0.5, -0.25, -0.0, 0, 0.25, 0.5, 1], shape)),
    "integers": ("l", lambda rng, shape: rng.integers(-3, 4, shape)),
    "fortran": ("fd", lambda rng, shape: np.asfortranarray(rng.standard_normal(shape))),
}


@pytest.fixture(
    params=[(kind, d, shape) for kind in KINDS for d in KINDS[kind][0] for shape in SHAPES],
    ids=lambda param: "-".join(map(str, param)),
)
def w(request):
    """Read-only weights, with ties, zeros and negative zeros, of 0 to 4 axes, in any layout."""
    kind, dtype, shape = request.param
    w = np.asarray(KINDS[kind][1](np.random.default_rng(0), shape)).astype(dtype)
    w.flags.writeable = False  # a formula that writes to its input raises
    return w
