"""Test the plain loops of `naive` with exported cases: `python read_vectors.py CASES.json [NAME]`.

It is written by the words of the file alone, as in another language: nothing of minprune is in it.
Printed are the formulas that fail; of one that is named, the ids of its cases that fail.
"""

import copy
import json
import math
import sys
from collections import namedtuple
from fractions import Fraction
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
import naive

FLOATS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def read(value, records):
    """An argument or a result; text stays text where it is no float."""
    if not isinstance(value, dict):
        return FLOATS.get(value, value) if isinstance(value, str) else value
    if "shape" in value:
        numbers = [read(number, records) for number in value["data"]]
        return np.array(numbers, value["type"]).reshape(value["shape"])
    if "list" in value:
        return [read(part, records) for part in value["list"]]
    if "fraction" in value:
        return Fraction(*value["fraction"])
    if "dict" in value:
        return {name: read(part, records) for name, part in value["dict"].items()}
    record = namedtuple(value["record"], records[value["record"]])
    return record(**{name: read(part, records) for name, part in value["fields"].items()})


def equal(a, b, tolerance):
    if isinstance(a, dict):
        return {*a} == {*b} and all(equal(a[name], b[name], tolerance) for name in a)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(equal(x, y, tolerance) for x, y in zip(a, b, strict=True))
    if a is None or isinstance(a, (str, Fraction)):
        return a == b
    if np.shape(a) != np.shape(b):
        return False
    a, b = np.asarray(a), np.asarray(b)
    whole_for_float = a.ndim == 0 and a.dtype.kind == "f" and b.dtype.kind in "iu"
    if kind(a) != kind(b) and not whole_for_float:
        return False
    a, b = a.ravel().tolist(), b.ravel().tolist()
    largest = max([abs(x) for x in a if math.isfinite(x)], default=0)
    return all(same(x, y, tolerance * largest) for x, y in zip(a, b, strict=True))


def same(x, y, allowed):
    if not isinstance(x, float):
        return x == y
    return x == y or abs(x - y) <= allowed or (math.isnan(x) and math.isnan(y))


def kind(array):
    return array.dtype.kind.replace("u", "i")


def passes(formula, case, records):
    arguments = {name: read(v, records) for name, v in case["arguments"].items()}
    before = copy.deepcopy(arguments)
    given = []
    for name in formula["parameters"]:
        given += arguments[name] if name.startswith("*") else [arguments[name]]
    with np.errstate(all="ignore"):
        result = getattr(naive, formula["name"])(*given)
    if any(not equal(before[name], arguments[name], 0) for name in formula["unchanged"]):
        return False
    return equal(read(case["expected"], records), result, formula["tolerance"])


def main(path, name=None):
    file = json.loads(Path(path).read_text(encoding="utf-8"))
    run = 0
    for formula in file["formulas"]:
        if name in (None, formula["name"]):
            wrong = [c["id"] for c in formula["cases"] if not passes(formula, c, file["records"])]
            run += len(formula["cases"])
            if wrong:
                print(formula["name"] if name is None else "\n".join(wrong))
    assert "minprune" not in sys.modules
    print(f"{run} cases")


if __name__ == "__main__":
    main(*sys.argv[1:])
