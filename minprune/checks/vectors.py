"""The cases as JSON, so that functions in any language can be tested with them."""

import inspect
import math
from collections import namedtuple
from fractions import Fraction

import numpy as np

import minprune
from minprune.checks import check_of, checks
from minprune.checks.child import Function, Seed
from minprune.checks.compare import difference
from minprune.checks.conventions import depends_on
from minprune.checks.converted import each
from minprune.checks.evaluate import evaluate
from minprune.checks.mistake import edited, source_of
from minprune.checks.trial import Trial
from minprune.documents.papers import papers_in

FORMAT = "minprune test vectors 2"
ABOUT = """\
cases: A case is one call of a formula: `arguments` in the order of `parameters`, and the result,
`expected`. `id` is its name among the cases of the formula. The entries of the list under a name
such as *masks are passed one after the other.

arrays: {shape, type, data}: the numbers in row-major order, the last index running fastest. `type`
is the precision of the reference; of a result only its kind is compared: booleans, whole numbers or
floats. An array without axes has the shape []; a result may be its number instead.

lists: {list: [...]} is a list of arrays or values, {record: name, fields: {...}} one whose entries
have names, {dict: {...}} a dictionary. `records` has the fields of every record in order. A result
may be a list in place of a record, and a list of numbers in place of a vector.

numbers: Numbers, booleans, text and null are themselves; a float is written with a point or an
exponent. "NaN", "Infinity" and "-Infinity" are the floats that JSON has no numbers for.
{fraction: [3, 2]} is exactly 3 / 2.

equality: Shapes, booleans, whole numbers, fractions and text must be equal. Floats a (expected) and
b are equal if |a - b| <= tolerance * m, where m is the largest finite |a| in the same array, or |a|
of a single number; so where all of them are 0, b must be 0. NaN equals NaN, an infinity the one of
its sign, and -0.0 equals 0.0.

kinds: A mask consists of booleans. 0 and 1 are not booleans: an adapter for a library that returns
them has to convert them. Where a single float is expected, a whole number of its value will do.

depends_on: The conventions that the result of a case depends on. "ties": which of equal scores is
pruned, and a score equal to the threshold; "rounding": of a count to the nearest, down or up, and
of halves; "precision": arithmetic in float16 or float32. Leave these cases out if an implementation
has another convention.

source: The origin of numbers computed by hand or published by others; of numbers published rounded,
all digits are given. If it is empty, the reference, minprune, computed them.

unchanged: The parameters that hold arrays. After the call they must be as before it. The result may
share memory with them.

properties: Sentences that are true of several results together, and the calls that minprune tests
them by. The tests themselves are not in this file, and neither are the calls of formulas left out.

not here: Inputs that the reference refuses, such as NaN or a negative threshold.
"""


def vectors(seed=0, names=()):
    """All cases of all formulas, or of those named, as a dictionary that `json.dumps` takes.

    Formulas that take a function or a random generator, which JSON cannot hold, and those whose
    result is that of a library, are listed under `left_out`.
    """
    found, left_out = [], {}
    for check in map(check_of, names or checks()):
        if reason := _not_for_others(check, seed):
            sentences = [property.en for property in check.properties]
            left_out[check.name] = {"reason": reason, "properties": sentences}
        else:
            found.append(_formula(check, seed))
    return {
        "format": FORMAT,
        "about": {
            topic: " ".join(text.split())
            for topic, text in (part.split(": ", 1) for part in ABOUT.split("\n\n"))
        },
        "minprune": minprune.__version__,
        "numpy": np.__version__,
        "seed": seed,
        "records": _records(found),
        "formulas": found,
        "left_out": left_out,
    }


def _not_for_others(check, seed):
    """The reason why a formula cannot be tested in another language, or None."""
    if check.name == "zip_bytes":
        return "the bytes depend on the version of zlib"
    if any(isinstance(v, (Seed, Function)) for c in Trial.of(check, seed).calls for v in _all(c)):
        return "it takes a function or a random generator"
    return None


def _formula(check, seed):
    trial = Trial.of(check, seed)
    signature = inspect.signature(check.formula)
    names = [str(p).partition("=")[0] for p in signature.parameters.values()]  # *masks too

    def arguments(call):
        bound = signature.bind(*call.args, **call.kwargs)
        bound.apply_defaults()
        return dict(zip(names, map(encoded, bound.arguments.values()), strict=True))

    calls = [arguments(call) for call in trial.calls]
    tried = [case.call for case in trial.cases]
    depends = {name: depends_on(name, check, tried) for name in ("ties", "rounding")}
    depends["precision"] = _depends_on_precision(check, tried, trial.expected)
    cases = [
        {"id": case.id, "what": case.what, "source": case.source,
         "depends_on": [name for name in depends if depends[name][k]],
         "arguments": calls[k], "expected": encoded(trial.expected[k])}
        for k, case in enumerate(trial.cases)
    ]  # fmt: skip
    properties, start = [], len(cases)
    for property, asked, _ in trial.asked():
        end = start + len(asked)
        properties.append({"sentence": property.en, "calls": calls[start:end]})
        start = end
    return {
        "name": check.name,
        "parameters": names,
        "specification": check.specification,
        "ids": list(check.ids),
        "papers": papers_in(check.specification),
        "tolerance": check.tolerance,
        "unchanged": [name for name in names if any(_holds_array(call[name]) for call in calls)],
        "cases": cases,
        "properties": properties,
    }


def _depends_on_precision(check, calls, expected):
    """For each call, True if float64 alone gives another result."""
    low = [name for name in ("float16", "float32") if name in source_of(check.plain)[1]]
    function = edited(check.plain, tuple(f"{name} -> float64" for name in low))
    wide = [each(_widened, call) for call in calls]
    return [
        bool(outcome.error) or difference(right, outcome.value, check.tolerance) is not None
        for right, outcome in zip(expected, evaluate(function, wide), strict=True)
    ]


def _widened(value):
    """An array of floats as one of float64."""
    floats = isinstance(value, np.ndarray) and value.dtype.kind == "f"
    return value.astype(np.float64) if floats else value


def _records(value):
    """The fields of every record in an encoded value, by its name."""
    is_dict = isinstance(value, dict)
    found = {value["record"]: [*value["fields"]]} if is_dict and "record" in value else {}
    for part in value.values() if is_dict else value if isinstance(value, list) else ():
        found |= _records(part)
    return found


def _holds_array(value):
    """True if an encoded value is an array or a list with one in it."""
    return isinstance(value, dict) and (
        "shape" in value or any(map(_holds_array, value.get("list", ())))
    )


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
    if not isinstance(value, np.ndarray):
        return _number(np.asarray(value).item())
    data = [_number(number) for number in value.ravel().tolist()]
    return {"shape": list(value.shape), "type": str(value.dtype), "data": data}


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


def _all(call):
    return [*call.args, *call.kwargs.values()]
