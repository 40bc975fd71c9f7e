"""Numba's compiler, with the compiled code kept on disk wherever a cache can be written."""

import numba


def jit(function, fastmath=False):
    """Compile on the first call, without the global interpreter lock; division as in NumPy."""
    options = {"nogil": True, "error_model": "numpy", "fastmath": fastmath}
    try:
        return numba.njit(cache=True, **options)(function)
    except RuntimeError:  # neither the package nor the home directory can be written
        return numba.njit(**options)(function)


def jit_with_fma(function):
    """As `jit`, but a product and the sum it goes into are rounded once, as the processor can."""
    return jit(function, fastmath={"contract"})
