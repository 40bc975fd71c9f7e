"""Every formula against plain loops, on every call of its check.

The expected value always comes from the twin in `tests/naive`, which imports nothing from minprune.
"""

import inspect
import warnings
from fractions import Fraction

import naive
import numpy as np
import pytest
from all_checks import CHECKS

from minprune.checks.child import Seed
from minprune.checks.compare import difference
from minprune.checks.diagnosis import Diagnosis
from minprune.checks.evaluate import evaluate
from minprune.checks.trial import Trial
from minprune.checks.verdict import PASSED

SEEDS = [0, 1, 2, 20261130]
NUMBERS = (bool, int, float, Fraction)


def comparable(name, value):
    """The value, or, where the sign is free, the product of every pair of columns."""
    if name != "balance_factors":
        return value
    return [np.outer(p, q) for p, q in zip(value[0].T, value[1].T, strict=True)]


@pytest.mark.parametrize("name", CHECKS)
def test_every_call_agrees_with_plain_loops(name):
    check, twin = CHECKS[name], getattr(naive, name)
    assert inspect.signature(twin) == inspect.signature(check.formula)
    at_fixed = evaluate(twin, [case.call for case in check.fixed])
    for seed in SEEDS:
        trial = Trial.of(check, seed)  # the calls of its cases and of its properties
        expected = [*at_fixed, *evaluate(twin, trial.calls[len(at_fixed) :])]
        found = evaluate(check.formula, trial.calls)
        for call, right, got in zip(trial.calls, expected, found, strict=True):
            assert not right.error and not got.error, (call, right.error, got.error)
            values = comparable(name, right.value), comparable(name, got.value)
            where = difference(*values, check.tolerance)
            assert where is None, (call, where)
            if type(right.value) in NUMBERS:
                assert type(got.value) is type(right.value), call  # no scalar of NumPy
        verdict = Diagnosis(trial, expected).verdict()  # numbers by hand and properties hold too
        assert verdict.status == PASSED, verdict


# --- arrays of every dtype and layout ------------------------------------------------------------

KEEPS_HALF = """
    normalize relative_magnitude l1_proximal l2_proximal weight_clip scale_weights magnitude
    gradient_magnitude batchnorm_scale apply_mask threshold_prune normalized_threshold_prune
    remove_units fake_quantize fake_quantize_gradient ensemble_average remove_factors relu
    relu_derivative sigmoid tanh max_pool2d average_pool2d
    mask_as_weight_misprint heaviside_misprint dropped_tensors_misprint
""".split()  # in the dtype of the weights, float16 too; all others give float32 at least
WIDE = """
    random_score layer_importance mean_layer_importance layer_l2 synflow leave_one_out apoz
    activation_entropy dequantize factorize balance_factors kernel_norm_axes_misprint
""".split()  # float64 whatever comes in


def fortran(a):
    return np.array(a, order="F")


def backwards(a):
    """The same numbers as every second one of a larger array, from its end."""
    view = np.zeros([2 * n for n in a.shape], a.dtype)[(*[slice(None, None, -2)] * a.ndim, ...)]
    view[...] = a
    return view


def swapped(a):
    """The same numbers, their bytes in the other order; gradients in float16 as they are."""
    return a if a.dtype == np.float16 else a.astype(a.dtype.newbyteorder())


def single(a):
    return a.astype(np.float32) if a.dtype == np.float64 else a


def half(a):
    """float16, unless a number would become infinite."""
    with np.errstate(over="ignore"):
        narrow = a.astype(np.float16)
    return narrow if a.dtype == np.float64 and np.isfinite(narrow).all() else a


def one_byte(a):
    """Integers of one byte, up to both its ends: a multiple of numbers that are whole."""
    largest = np.abs(a).max(initial=1) if a.dtype == np.float64 else np.inf
    if largest > 128 or not np.array_equal(a, np.rint(a)):
        return a
    return np.array(np.clip(a * (128 // largest), -128, 127), np.int8)


LEFT_OUT = [
    ("zip_bytes", swapped),  # it compresses the bytes as they are
    ("ensemble_average", one_byte),  # probabilities are at most 1
    ("leave_one_out", one_byte),  # the loss computes with one byte then
    ("tanh_derivative", one_byte),  # 1 - y^2 is 0 there
]
LAYOUTS = (fortran, backwards, swapped)
DTYPES = (single, half, one_byte)


def arrays_in(value):
    """Every array in it, through lists and tuples."""
    if isinstance(value, (list, tuple)):
        return [array for part in value for array in arrays_in(part)]
    return [value] if isinstance(value, np.ndarray) else []


def prepared(value, kind):
    """The argument with `kind(array)` for every array; none of them can be written to."""
    if isinstance(value, Seed):
        return np.random.default_rng(int(value))
    if isinstance(value, dict):
        return {name: prepared(part, kind) for name, part in value.items()}
    if isinstance(value, (list, tuple)) and not hasattr(value, "_fields"):
        return type(value)(prepared(part, kind) for part in value)
    if not isinstance(value, np.ndarray):
        return value
    array = kind(value).view()
    array.flags.writeable = False
    return array


def promised(name, dtype):
    """The dtype of a result for floats of this dtype."""
    if name in WIDE:
        return np.float64
    return dtype if name in KEEPS_HALF else np.result_type(dtype, np.float32)


@pytest.mark.filterwarnings("ignore")  # the mean of nothing, say
@pytest.mark.parametrize("name", CHECKS)
def test_arrays_of_any_kind_give_the_same_share_nothing_and_stay_as_they_are(name):
    check, twin = CHECKS[name], getattr(naive, name)

    def called(function, call, kind):
        args, kwargs = (prepared(part, kind) for part in call)
        return function(*args, **kwargs), arrays_in([*args, *kwargs.values()])

    for call in Trial.of(check, 0).calls:
        right, _ = called(twin, call, np.array)
        for kind in LAYOUTS + DTYPES:
            if (name, kind) in LEFT_OUT:
                continue
            with warnings.catch_warnings(), np.errstate(all="warn", under="ignore"):
                warnings.simplefilter("error")
                got, arrays = called(check.formula, call, kind)
            expected = called(twin, call, kind)[0] if kind in DTYPES else right
            tolerance = 2**-10 if kind is half and name in KEEPS_HALF else check.tolerance
            values = comparable(name, expected), comparable(name, got)
            where = difference(*values, tolerance, strict=kind is not one_byte)
            assert where is None, (kind, call, where)
            results = arrays_in(got)
            if name != "dropped_tensors_misprint":  # which returns some of its arrays
                shared = any(np.shares_memory(a, b) for a in arrays for b in results)
                assert not shared, (kind, call)
            of_floats = {a.dtype.type for a in arrays if a.dtype.kind == "f"} or {np.float64}
            mixed = name == "conv2d" and any(a.dtype.kind == "i" for a in arrays)  # then float64
            if len(of_floats) == 1 and name != "scaled_to_float16" and not mixed:
                dtypes = {a.dtype.type for a in results if a.dtype.kind == "f"}
                assert dtypes <= {np.dtype(promised(name, *of_floats)).type}, (kind, call)
