"""Functions of other libraries: one module for each, with a table of them by formula.

A module here imports its library, so it is imported only when it is asked for.
"""

import inspect
import warnings
from collections.abc import Callable
from importlib import import_module
from typing import NamedTuple

import numpy as np

from minprune.checks import check_of
from minprune.checks.evaluate import evaluate
from minprune.language import in_both

LIBRARIES = {  # name -> the module here, what `pip install` takes
    "numpy": ("minprune.checks.libraries.numpy", "numpy"),
    "torch": ("minprune.checks.libraries.torch", "torch"),
    "scikit-learn": ("minprune.checks.libraries.sklearn", "scikit-learn"),
    "scipy": ("minprune.checks.libraries.scipy", "scipy"),
    "statsmodels": ("minprune.checks.libraries.statsmodels", "statsmodels"),
    "torch-pruning": ("minprune.checks.libraries.torch_pruning", "torch-pruning"),
    "optax": ("minprune.checks.libraries.optax", "optax"),
    "PyWavelets": ("minprune.checks.libraries.pywt", "PyWavelets"),
    "jaxpruner": ("minprune.checks.libraries.jaxpruner",
                  "git+https://github.com/google-research/jaxpruner 'jax<0.4.26'"),
}  # fmt: skip


def units(w, axis):
    """The weights of every unit as a row."""
    return np.moveaxis(w, axis, 0).reshape(w.shape[axis], -1)


class Adapter(NamedTuple):
    """A function of a library that computes a formula.

    formula   its name
    function  the library's function, as a user writes it
    call      the function with all arguments of the formula, in order; it returns NotImplemented
              for calls that the library's function does not provide for
    """

    formula: str
    function: str
    call: Callable


class Library:
    """The functions of one library.

    version  the one that is installed
    take     makes the library's array from NumPy's
    """

    def __init__(self, version, take=np.asarray):
        self.version, self.take, self.adapters = version, take, []

    def table(self, text, names):
        """Add a function for each line of a text: a formula, and an expression of its arguments.

        names  what the expressions are made of, such as `globals()`
        """
        for line in text.strip().splitlines():
            formula, expression = line.split(maxsplit=1)
            signature = _signature(formula).parameters.values()
            parameters = ", ".join(str(p).partition("=")[0] for p in signature)
            self.computes(formula, expression)(eval(f"lambda {parameters}: {expression}", names))

    def computes(self, formula, function):
        """Decorator: add a function of the library."""

        def add(call):
            self.adapters.append(Adapter(formula, function, call))
            return call

        return add

    def outcomes(self, adapter, calls):
        """The outcomes of a function in these calls, as NumPy's arrays."""
        signature = _signature(adapter.formula)

        def function(*args, **kwargs):
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            return _given(adapter.call(*self._taken(bound.args)))

        return evaluate(function, calls)

    def _taken(self, value):
        """The value with the library's arrays in place of NumPy's."""
        if isinstance(value, np.ndarray):
            return self.take(value)
        return type(value)(map(self._taken, value)) if type(value) in (list, tuple) else value


def _signature(formula):
    return inspect.signature(check_of(formula).formula)


def _given(value):
    """The value with NumPy's arrays in place of the library's."""
    if isinstance(value, (list, tuple)):
        parts = map(_given, value)
        return type(value)(*parts) if hasattr(value, "_fields") else [*parts]
    return np.asarray(value)[()] if hasattr(value, "__array__") else value


def known(name):
    """The name itself; `ValueError` if there is no library of this name."""
    if name not in LIBRARIES:
        raise in_both(
            ValueError(f"--against must be one of {', '.join(LIBRARIES)}, got {name!r}"),
            f"--against 只能是 {'、'.join(LIBRARIES)} 之一，得到 {name!r}",
        )
    return name


def library_of(name):
    """The library of this name; `ValueError` if there is none, or if it is not installed."""
    module, install = LIBRARIES[known(name)]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what the library will remove some day
            return import_module(module).library
    except ImportError as error:
        raise in_both(
            ValueError(
                f"{name} cannot be imported: {error}; install it with `pip install {install}`, or "
                "give --stored for the results that come with minprune"
            ),
            f"无法导入 {name}：{error}；请用 `pip install {install}` 安装，"
            "或加 --stored 查看 minprune 自带的结果",
        ) from error
