"""Functions of something else than NumPy arrays: tensors of PyTorch, arrays of JAX, lists."""

import warnings
from fractions import Fraction
from types import FunctionType
from typing import NamedTuple

import numpy as np

from minprune.arguments import in_one_line
from minprune.checks.child import Function, answer
from minprune.checks.compare import shape_of
from minprune.checks.evaluate import outcome

PLAIN = (
    type(None), bool, int, float, complex, str, Fraction, np.generic, np.ndarray,
    np.random.Generator, FunctionType,
)  # fmt: skip


def each(change, value):
    """The value with `change` applied to all that it holds in lists, tuples and dictionaries; of a
    `Call`, to all its arguments.

    >>> each(abs, (-1, [-2, 3]))
    (1, [2, 3])
    """
    if isinstance(value, dict):
        return {name: each(change, part) for name, part in value.items()}
    if not isinstance(value, (list, tuple)):
        return change(value)
    parts = [each(change, part) for part in value]
    if hasattr(value, "_fields"):
        return value._make(parts)
    return tuple(parts) if isinstance(value, tuple) else parts


class Conversion(NamedTuple):
    """The way to the arguments of a function, and the way from its result.

    convert  makes its kind of array of a NumPy array
    back     makes a NumPy array of its kind
    """

    convert: object
    back: object

    def into(self, value):
        """An argument as the function takes it; also a function among the arguments takes that."""
        if isinstance(value, Function):
            return lambda *args: each(self.into, value(*each(self.out, args)))
        if not isinstance(value, np.ndarray):
            return value
        try:
            return self.convert(value.copy())
        except Exception as error:
            raise _failed("convert", value, error) from error

    def out(self, value):
        """A result as a NumPy array; numbers remain what they are."""
        if isinstance(value, PLAIN):
            return value
        try:
            return self.back(value)
        except Exception as error:
            raise _failed("back", value, error) from error

    def there_and_back(self, value):
        """An array converted in both directions: float64 may have become float32."""
        return each(self.out, self.into(value)) if isinstance(value, np.ndarray) else value

    def keeps_shapes(self, call):
        """True if no array has another shape afterwards: a list without rows has no columns."""
        arrays = _arrays_in([call.args, call.kwargs])
        return all(np.shape(self.there_and_back(array)) == array.shape for array in arrays)

    def evaluate(self, function, calls):
        """The outcomes of a function in this process, as NumPy has them."""
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return [self._outcome(function, call) for call in calls]

    def _outcome(self, function, call):
        found = answer(function, each(self.into, call.args), each(self.into, call.kwargs))
        if "error" not in found:
            found = each(self.out, found)
        return outcome(found, each(self.there_and_back, call))


def _failed(name, value, error):
    said = f"{type(error).__name__}: {in_one_line(error)}"
    what = shape_of(value) if isinstance(value, np.ndarray) else f"a {type(value).__name__}"
    return TypeError(f"{name} cannot take {what}: {said}")


def _arrays_in(value):
    found = []
    each(lambda part: found.append(part) if isinstance(part, np.ndarray) else None, value)
    return found
