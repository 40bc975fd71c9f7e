"""The cases as JSON, so that functions in any language can be tested with them."""

import inspect
import math
from collections import namedtuple
from fractions import Fraction

import numpy as np

import minprune
from minprune.checks import check_of, checks
from minprune.checks.child import Function, Seed
from minprune.checks.trial import Trial
from minprune.documents.papers import papers_in

FORMAT = "minprune test vectors 1"
ABOUT = """\
Every case is one call of a formula: its arguments by name, and the expected result. The name
*masks means a list of arguments that are passed one after the other. An array is {"shape": [...],
"type": "float64", "data": [...]}, its numbers in row-major order, the last index running fastest;
a list or tuple is {"list": [...]}, one with named fields {"record": its name, "fields": {...}};
{"fraction": [3, 2]} is exactly 3 / 2; numbers, booleans, text and null are themselves, and "NaN",
"Infinity", "-Infinity" are the values that JSON has no numbers for. Floats are equal if they
differ by at most `tolerance` times the largest magnitude expected in the same array; booleans and
whole numbers only if they are equal. `source` names the origin of numbers computed by hand or
published by others (for numbers published rounded, all digits are given); if it is empty, the
numbers are those of the reference, minprune."""


def vectors(seed=0, names=()):
    """All cases of all formulas, or of those named, as a dictionary that `json.dumps` takes.

    Formulas that take a function or a random generator, which JSON cannot hold, are listed under
    `left_out`.
    """
    found, left_out = [], {}
    for check in map(check_of, names or checks()):
        calls = [case.call for case in check.cases(seed)]
        if not calls:
            left_out[check.name] = (
                "its result is random, or right up to signs: only properties hold"
            )
        elif any(_foreign(value) for call in calls for value in _all(call)):
            left_out[check.name] = "it takes a function or a random generator"
        else:
            found.append(_formula(check, seed))
    return {
        "format": FORMAT,
        "about": " ".join(ABOUT.split()),
        "minprune": minprune.__version__,
        "numpy": np.__version__,
        "seed": seed,
        "formulas": found,
        "left_out": left_out,
    }


def _formula(check, seed):
    trial = Trial.of(check, seed)
    signature = inspect.signature(check.formula)
    names = [str(p).partition("=")[0] for p in signature.parameters.values()]  # *masks too
    cases = []
    for case, expected in zip(trial.cases, trial.expected, strict=True):
        bound = signature.bind(*case.call.args, **case.call.kwargs)
        bound.apply_defaults()
        arguments = dict(zip(names, map(encoded, bound.arguments.values()), strict=True))
        cases.append({"what": case.what, "source": case.source, "arguments": arguments,
                      "expected": encoded(expected)})  # fmt: skip
    return {
        "name": check.name,
        "parameters": names,
        "specification": check.specification,
        "ids": list(check.ids),
        "papers": papers_in(check.specification),
        "tolerance": check.tolerance,
        "cases": cases,
    }


def encoded(value):
    """A value as JSON has it.

    >>> encoded(np.array([True, False]))
    {'shape': [2], 'type': 'bool', 'data': [True, False]}
    """
    if isinstance(value, dict):
        return {"dict": {str(name): encoded(v) for name, v in value.items()}}
    if hasattr(value, "_fields"):
        fields = {name: encoded(v) for name, v in zip(value._fields, value, strict=True)}
        return {"record": type(value).__name__, "fields": fields}
    if isinstance(value, Fraction):
        return {"fraction": [value.numerator, value.denominator]}
    if isinstance(value, (list, tuple)):
        return {"list": [encoded(v) for v in value]}
    if value is None or isinstance(value, str):
        return value
    array = np.asarray(value)
    if array.ndim == 0:
        return _number(array.item())
    data = [_number(number) for number in array.ravel().tolist()]
    return {"shape": list(array.shape), "type": str(array.dtype), "data": data}


def decoded(value, records=None):
    """The inverse of `encoded`; tuples become lists. `records`: the types of records by name.

    >>> decoded({"shape": [2], "type": "float64", "data": [1.0, "NaN"]})
    array([ 1., nan])
    """
    if isinstance(value, dict) and "shape" in value:
        return np.array([_special(n) for n in value["data"]], value["type"]).reshape(value["shape"])
    if isinstance(value, dict) and "list" in value:
        return [decoded(v, records) for v in value["list"]]
    if isinstance(value, dict) and "fraction" in value:
        return Fraction(*value["fraction"])
    if isinstance(value, dict):
        fields = {n: decoded(v, records) for n, v in value.get("fields", value.get("dict")).items()}
        if "record" not in value:
            return fields
        make = (records or {}).get(value["record"]) or namedtuple(value["record"], fields)
        return make(**fields)
    return _special(value)


SPECIAL = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def _number(number):
    if isinstance(number, float) and not math.isfinite(number):
        return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"
    return number


def _special(number):
    return SPECIAL.get(number, number) if isinstance(number, str) else number


def _foreign(value):
    return isinstance(value, (Seed, Function))


def _all(call):
    return [*call.args, *call.kwargs.values()]
