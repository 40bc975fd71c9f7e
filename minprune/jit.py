"""Numba's compiler, with the compiled code kept on disk wherever a cache can be written."""

import numba


def jit(function):
    """Compile on the first call, without the global interpreter lock; division as in NumPy.

    A product and the sum it goes into may be rounded once instead of twice ("contract").
    """
    options = {"nogil": True, "error_model": "numpy", "fastmath": {"contract"}}
    try:
        return numba.njit(cache=True, **options)(function)
    except RuntimeError:  # neither the package nor the home directory can be written
        return numba.njit(**options)(function)
