"""Functions of other test suites: what passes, what is said, what is left out."""

import functools
import math
import os
import re
import subprocess
import sys
import unittest
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest

from minprune.checks import assert_computes, cases_of, check_of, checks
from minprune.checks.converted import each
from minprune.formulas import factorization, masks, structured
from minprune.formulas.masks import rank_mask
from minprune.language import using

ROOT = Path(__file__).parents[2]


MASKS = len(check_of("rank_mask").cases())


def fault(function, formula, **options):
    with pytest.raises(AssertionError) as caught:
        assert_computes(function, formula, **options)
    return str(caught.value)


def keeps_the_lowest(score, k):
    return rank_mask(-score, k)


# --- the verdict ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", checks())
def test_every_formula_computes_itself_under_every_convention(name):
    formula, cases = check_of(name).formula, len(check_of(name).cases())
    for options in ({}, {"ties": "any", "rounding": "any", "dtype": "float32"}):
        said = assert_computes(formula, name, **options)
        assert said.startswith("Right: ") and (not cases or f"of {cases} cases" in said)


def test_a_fault_is_told_as_verify_tells_it():
    assert (
        fault(keeps_the_lowest, "rank_mask")
        == """\
keeps_the_lowest as rank_mask: mistake
    It prunes the highest scores; prune the lowest.
    called as   rank_mask(np.array([0.5, 0.25, 0.75, 0.25]), 1)
    from        by hand
    expected    ● ○ ● ●
    got         ● ● ○ ●
    differs at  [1]"""
    )


def test_an_unknown_fault_is_described():
    said = fault(lambda score, k: np.ones(score.shape, bool), "rank_mask")
    assert "as rank_mask: wrong" in said and "In every case the result is True." in said


def test_properties_count():
    def few(score, k):  # right in every case, but for the scores of the property
        mask = rank_mask(score, k)
        return ~mask if score.shape == (4, 5) else mask

    said = fault(few, "rank_mask")
    assert "property fails" in said and "It must prune exactly k" in said
    wrong = cases_of("rank_mask")[1][-1]
    assert "property fails" in fault(few, wrong) and 'case "property"' in fault(few, wrong)


def test_changed_arguments_and_errors_are_told():
    def sorts(score, k):
        mask = rank_mask(score, k)
        score.sort()
        return mask

    assert "It changes its arguments (score)." in fault(sorts, "rank_mask")
    assert "It raises KeyError: 'k'." in fault(lambda score, k: {}["k"], "rank_mask")


@pytest.mark.parametrize(
    "options", [{"ties": "all"}, {"rounding": "half"}, {"dtype": "float16"}, {"dtype": np.float32}]
)
def test_an_unknown_convention_is_refused_by_name(options):
    (name,) = options
    for refuses in (lambda: assert_computes(rank_mask, "rank_mask", **options),
                    lambda: cases_of("rank_mask", **options)):  # fmt: skip
        with pytest.raises(ValueError, match=f"^{name} must be "):
            refuses()


def test_what_is_no_function_is_refused():
    with pytest.raises(TypeError, match="function must be a function, got 3"):
        assert_computes(3, "rank_mask")
    with pytest.raises(TypeError, match="formula must be a name, or a case of cases_of, got <func"):
        assert_computes(rank_mask, rank_mask)


def test_an_unknown_formula_is_refused():
    for refuses in (lambda: assert_computes(rank_mask, "rank"), lambda: cases_of("rank")):
        with pytest.raises(ValueError, match="there is no formula 'rank'"):
            refuses()


# --- one case a test -----------------------------------------------------------------------------


@pytest.mark.parametrize(*cases_of("rank_mask"))
def test_rank_mask(case):
    assert assert_computes(rank_mask, case).startswith("Right: 1 of ")


def test_ids_are_those_of_the_cases():
    argument, cases = cases_of("nm_mask")
    assert argument == "case" and len({*cases}) == len(cases)
    assert cases[:-2] == [case.id for case in check_of("nm_mask").cases()]
    assert cases[-2:] == ["property", "property 2"]
    assert cases_of("nm_mask", seed=5)[1] == cases
    for name, check in checks().items():
        assert len({*cases_of(name)[1]}) == len(check.cases()) + len(check.properties)
    assert {*cases_of("nm_mask", ties="any")[1]} < {*cases}


def test_a_case_is_told_with_the_mistake_that_explains_all():
    _, cases = cases_of("rank_mask")
    said = fault(keeps_the_lowest, cases[cases.index("E-5.1c")])
    assert 'as rank_mask, case "E-5.1c": mistake' in said
    assert "It prunes the highest scores" in said and "from        E-5.1c" in said
    assert_computes(keeps_the_lowest, cases[cases.index("nothing to prune")])


def test_a_case_that_no_mistake_explains_with_others_is_described_alone():
    def odd(score, k):  # in this case as if the mask were inverted, in others as if flat
        mask = rank_mask(score, k)
        return ~mask if k == 3 else mask.ravel()

    _, cases = cases_of("rank_mask")
    said = fault(odd, cases[cases.index("C-4.2d")])
    assert ": wrong\n    Entry [0][0] of the result is True, not False. Wrong entries: 9" in said


def test_conventions_and_seed_of_a_case_are_those_of_cases_of():
    _, [case, *_] = cases_of("rank_mask", ties="any", seed=3)
    assert case.seed == 3 and case.conventions.ties == "any"
    for options in ({"ties": "any"}, {"seed": 1}, {"dtype": "float32"}):
        with pytest.raises(ValueError, match="those of cases_of"):
            assert_computes(rank_mask, case, **options)


# --- tensors, lists ------------------------------------------------------------------------------


def list_rank_mask(score, k):
    """On nested lists: rows of rows of numbers."""
    flat = [x for row in score for x in row] if score and isinstance(score[0], list) else score
    order = sorted(range(len(flat)), key=lambda i: flat[i])
    mask = [True] * len(flat)
    for i in order[:k]:
        mask[i] = False
    if flat is score:
        return mask
    width = len(score[0])
    return [mask[start : start + width] for start in range(0, len(flat), width)]


def test_functions_of_lists():
    said = assert_computes(list_rank_mask, "rank_mask", convert=np.ndarray.tolist)
    assert said == (
        f"Right: {MASKS - 1} of {MASKS} cases and 1 of 1 properties. "
        f"Left out: 1 of {MASKS} cases, whose arrays have another shape after `convert`."
    )
    said = fault(lambda s, k: list_rank_mask(s, k + 1), "rank_mask", convert=np.ndarray.tolist)
    assert said.endswith(f"\nLeft out: 1 of {MASKS} cases, whose arrays have another shape after "
                         "`convert`.")  # fmt: skip


def test_lists_in_a_list_are_drawn_as_the_array_is():
    def pruned(w, theta, ties="keep"):
        return (np.abs(w) > theta).tolist()

    case = next(case for case in cases_of("threshold_mask")[1] if case == "whole numbers")
    assert fault(pruned, case, convert=np.ndarray.tolist).splitlines()[3:7] == [
        "    expected   got",
        "    ● ● ○      ● ○ ○",
        "    ○ ● ●      ○ ● ●",
        "    differs at  [0][1]",
    ]


def test_an_error_that_a_mistake_explains_is_shown():
    def of_one(w):
        return np.mean(w == 0)

    said = fault(of_one, "sparsity")
    assert "It takes a single array" in said and "    error       TypeError: " in said


def test_a_case_that_cannot_be_converted_is_skipped():
    _, cases = cases_of("rank_mask")
    case = cases[cases.index("no scores at all")]
    with pytest.raises(unittest.SkipTest, match=f"1 of {MASKS} cases, whose arrays"):
        assert_computes(list_rank_mask, case, convert=np.ndarray.tolist)
    assert_computes(rank_mask, case)


class Tensor:
    """Like a tensor of PyTorch: no array of NumPy, but it shares memory with one."""

    def __init__(self, array):
        self.array = array

    shape = property(lambda self: self.array.shape)

    def numpy(self):
        return self.array

    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("call numpy() instead")


def tensors(function):
    """The function as one of tensors; lists and records of them too."""

    def numpy(value):
        assert not isinstance(value, np.ndarray)
        return value.array if isinstance(value, Tensor) else value

    def tensor(value):
        return Tensor(value) if isinstance(value, np.ndarray) else value

    def called(*args, **kwargs):
        return each(tensor, function(*each(numpy, args), **each(numpy, kwargs)))

    return called


CONVERSION = {"convert": Tensor, "back": Tensor.numpy}


CALLERS = {"unit_ablation", "leave_one_out"}  # call a function, which then takes tensors too


@pytest.mark.parametrize("name", [name for name in checks() if name not in CALLERS])
def test_every_formula_of_tensors(name):
    """Arrays, lists of arrays, records, numbers."""
    formula = check_of(name).formula
    said = assert_computes(tensors(formula), name, **CONVERSION)
    assert "Left out" not in said


def test_a_function_among_the_arguments_takes_and_returns_tensors():
    def unit_ablation(loss, units):
        everyone = np.ones(units, bool)
        base, found = loss(Tensor(everyone)), np.zeros(units)
        for j in range(units):
            keep = everyone.copy()
            keep[j] = False
            found[j] = loss(Tensor(keep)) - base
        return Tensor(found)

    assert_computes(unit_ablation, "unit_ablation", **CONVERSION)
    of_arrays = check_of("leave_one_out").formula

    def leave_one_out(loss, w):
        return Tensor(of_arrays(lambda v: loss(Tensor(v)), w.array))

    assert_computes(leave_one_out, "leave_one_out", **CONVERSION)


def test_records_and_tuples_of_tensors_come_back():
    Pair = namedtuple("Pair", "a b")
    layers = tensors(structured.remove_units)
    assert_computes(layers, "remove_units", **CONVERSION)
    assert_computes(lambda *a: [*layers(*a)], "remove_units", **CONVERSION)

    def quantize(w, bits=8):
        q, step = check_of("quantize_symmetric").formula(w.array, bits)
        return Pair(Tensor(q), step)

    assert_computes(quantize, "quantize_symmetric", **CONVERSION)


def test_a_write_into_a_tensor_or_a_list_is_told():
    def writes(score, k):
        mask = rank_mask(score.array, k)
        score.array[...] = 0
        return Tensor(mask)

    assert "It changes its arguments (score)." in fault(writes, "rank_mask", **CONVERSION)

    def pops(score, k):
        mask = list_rank_mask(score, k)
        score.clear()
        return mask

    said = fault(pops, "rank_mask", convert=np.ndarray.tolist)
    assert "It changes its arguments (score)." in said
    assert_computes(rank_mask, "rank_mask")  # the cases are as they were


def test_less_precision_after_conversion_is_no_change():
    def single(array):
        return array.astype(np.float32) if array.dtype == float else array

    assert_computes(masks.rank_mask, "rank_mask", convert=single)


def test_an_error_of_convert_or_back_names_it():
    def refuses(array):
        raise RuntimeError("no such dtype")

    with pytest.raises(TypeError, match=r"^convert cannot take an array \(3, 3\) of floats: "
                       "RuntimeError: no such dtype"):  # fmt: skip
        assert_computes(rank_mask, "rank_mask", convert=refuses)
    with pytest.raises(TypeError, match=r"^back cannot take a Tensor: RuntimeError: call numpy"):
        assert_computes(tensors(rank_mask), "rank_mask", convert=Tensor)


# --- conventions ---------------------------------------------------------------------------------


def last_first(score, k):
    """`rank_mask`, but among equals the last goes first."""
    return np.flip(rank_mask(np.flip(score), k))


def block_mask(W, shape, sparsity):
    r, c = shape
    blocks = np.abs(W).reshape(len(W) // r, r, W.shape[1] // c, c).sum(axis=(1, 3))
    keep = last_first(blocks, round(blocks.size * sparsity))
    return np.repeat(np.repeat(keep, r, axis=0), c, axis=1)


OTHER_TIES = {
    "rank_mask": last_first,
    "layerwise_rank_masks": lambda scores, sparsity: [
        last_first(s, round(s.size * sparsity)) for s in scores
    ],
    "global_rank_masks": lambda scores, sparsity: [
        *map(np.flip, masks.global_rank_masks([np.flip(s) for s in scores[::-1]], sparsity)[::-1])
    ],
    "score_mask": lambda score, theta, ties="keep": masks.score_mask(
        score, theta, "prune" if ties == "keep" else "keep"
    ),
    "threshold_mask": lambda w, theta, ties="keep": np.abs(w) > theta,
    "threshold_prune": lambda w, theta, ties="keep": np.where(np.abs(w) > theta, w, 0.0),
    "low_magnitude_mask": lambda w, sparsity: last_first(
        np.abs(w), w.size - max(round(w.size * (1 - sparsity)), 1)
    ),
    "block_mask": block_mask,
    "nm_mask": lambda w, n, m, axis=None: np.flip(
        structured.nm_mask(np.flip(w), n, m, axis if axis is None or axis < 0 else axis - w.ndim)
    ),
    "topk_gate": lambda h, k: np.flip(structured.topk_gate(np.flip(h), k)),
    "remove_factors": lambda P, Q, sparsity: tuple(
        factor[:, last_first(factorization.factor_importance(P, Q), round(P.shape[1] * sparsity))]
        for factor in (P, Q)
    ),
    "pruning_rate": lambda w, theta, ties="keep": float(np.mean(np.abs(w) <= theta)),
}


@pytest.mark.parametrize("name", OTHER_TIES)
def test_another_rule_for_ties_is_left_out_where_it_is_asked_for(name):
    said = fault(OTHER_TIES[name], name)
    assert said.endswith('\nOnly cases that depend on ties fail: ties="any" leaves them out.')
    said = assert_computes(OTHER_TIES[name], name, ties="any")
    assert "which depend on ties." in said


@pytest.mark.parametrize("name", OTHER_TIES)
def test_mistakes_are_still_told_by_name_without_the_cases_that_depend_on_ties(name):
    """All but a few, which do the same as another one in the cases that are left."""
    told = []
    for mistake in check_of(name).mistakes:
        try:
            assert_computes(mistake.function, name, ties="any")
        except AssertionError as error:
            told.append(mistake.en in " ".join(str(error).split()))
    assert len(told) >= 3 and sum(told) >= 0.8 * len(told)


def test_ties_that_a_mistake_makes_may_be_broken_otherwise():
    def of_magnitudes(score, k):  # of 1 and -1, which are equal now, it prunes the last
        return last_first(np.abs(score), k)

    assert "Two mistakes at once." in fault(of_magnitudes, "rank_mask")
    said = fault(of_magnitudes, "rank_mask", ties="any")
    assert "mistake\n    It ranks absolute values;" in said


def test_a_mistake_is_told_by_name_with_the_number_of_cases_left_out():
    said = fault(keeps_the_lowest, "rank_mask", ties="any")
    assert "It prunes the highest scores; prune the lowest." in said
    assert said.endswith(
        f"\nLeft out: 8 of {MASKS} cases and 1 of 1 properties, which depend on ties."
    )


@pytest.mark.parametrize(
    "count", [math.floor, math.ceil, lambda x: math.floor(x + 0.5), lambda x: math.ceil(x - 0.5)]
)
def test_another_rule_for_rounding_is_left_out_where_it_is_asked_for(count):
    def pruned_count(n, sparsity):
        return count(n * sparsity)

    def masks_of_layers(scores, sparsity):
        return [rank_mask(s, count(s.size * sparsity)) for s in scores]

    for function, name in (
        (pruned_count, "pruned_count"),
        (masks_of_layers, "layerwise_rank_masks"),
    ):
        said = fault(function, name)
        assert 'Only cases that depend on rounding fail: rounding="any" leaves them out.' in said
        assert "which depend on rounding." in assert_computes(function, name, rounding="any")
    said = fault(lambda n, sparsity: n - round(n * sparsity), "pruned_count", rounding="any")
    assert "It counts the entries to keep; count those to prune." in said


def test_a_case_says_what_convention_it_depends_on():
    _, cases = cases_of("rank_mask")
    said = fault(last_first, cases[cases.index("by hand")])
    assert said.endswith('This case depends on ties: cases_of(..., ties="any") leaves it out.')
    said = fault(keeps_the_lowest, cases[cases.index("by hand 2")])
    assert "leaves it out" not in said and "Only cases" not in fault(keeps_the_lowest, "rank_mask")


def test_nothing_left_is_an_error(monkeypatch):
    def always(convention, check, calls):
        return [True] * len(calls)

    from minprune.checks import part

    monkeypatch.setattr(part, "depends_on", always)
    with pytest.raises(ValueError, match=r"^no case of l1_norm remains .* which depend on ties\.$"):
        cases_of("l1_norm", ties="any", seed=99)


def test_single_precision():
    def l2_norm(w):
        assert w.dtype != np.float64
        return float(np.sqrt(np.square(w).sum()))

    said = assert_computes(l2_norm, "l2_norm", dtype="float32")
    assert said.startswith("Right: ")
    said = fault(lambda w: 1.0001 * l2_norm(w), "l2_norm", dtype="float32")
    assert "1.0001 times" in said
    said = assert_computes(check_of("dense_bytes").formula, "dense_bytes", dtype="float32")
    assert said.endswith(" cases, which come out differently in float32.")
    _, cases = cases_of("threshold_mask", dtype="float32")
    assert 0 < len(check_of("threshold_mask").cases()) - len(cases) < 5
    assert assert_computes(masks.threshold_mask, cases[0])


def test_scores_that_are_equal_in_single_precision_only_are_ties():
    def nearly(convention, check, calls):
        seen.append({call.args[0].dtype for call in calls if isinstance(call.args[0], np.ndarray)})
        return depends_on(convention, check, calls)

    from minprune.checks import part
    from minprune.checks.conventions import depends_on

    seen = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(part, "depends_on", nearly)
        cases_of("rank_mask", ties="any", dtype="float32", seed=98)
    assert np.dtype(np.float32) in seen[0] and np.dtype(np.float64) not in seen[0]


# --- in a process of its own ---------------------------------------------------------------------

OWN = """
import time
import numpy as np

def rank_mask(score, k):
    mask = np.ones(score.size, bool)
    mask[np.argsort(score, axis=None, kind="stable")[:k]] = False
    return mask.reshape(score.shape)

def stops(score, k):
    raise SystemExit

class Namespace:
    def inside(score, k):
        return rank_mask(score, k)
"""


@pytest.fixture
def own(tmp_path, monkeypatch):
    (tmp_path / "own_masks.py").write_text(OWN)
    monkeypatch.syspath_prepend(tmp_path)
    import own_masks

    yield own_masks
    del sys.modules["own_masks"]


def test_isolated_functions_run_from_their_file(own):
    said = assert_computes(own.rank_mask, "rank_mask", isolated=True)
    assert said == f"Right: {MASKS} of {MASKS} cases and 1 of 1 properties."
    said = fault(own.stops, "rank_mask", isolated=True)
    assert "stops as rank_mask: " in said and "SystemExit" in said
    _, [case, *_] = cases_of("rank_mask")
    assert assert_computes(own.rank_mask, case, isolated=True).startswith(
        f"Right: 1 of {MASKS} cases"
    )


def test_only_functions_of_a_file_can_be_isolated(own):
    for function, why in (
        (own.Namespace.inside, "defines no Namespace.inside"),
        (keeps_the_lowest, "The file imports minprune"),
        (np.sort, "has no file|defines no"),
        (math.floor, "floor has no file"),
        (functools.partial(own.rank_mask), "partial has no file"),
    ):
        with pytest.raises(ValueError, match=f"^isolated=True .*{why}"):
            assert_computes(function, "rank_mask", isolated=True)
    with pytest.raises(ValueError, match="convert and back are not possible with isolated=True"):
        assert_computes(own.rank_mask, "rank_mask", isolated=True, convert=np.ndarray.tolist)


# --- a run of pytest -----------------------------------------------------------------------------

SUITE = '''
import numpy as np
import pytest
from minprune.checks import assert_computes, cases_of


def rank_mask(score, k):
    """Prunes the highest."""
    order = np.argsort(-score, axis=None)
    mask = np.ones(score.size, dtype=bool)
    mask[order[:k]] = False
    return mask.reshape(score.shape)


@pytest.mark.parametrize(*cases_of("rank_mask", ties="any"))
def test_rank_mask(case):
    assert_computes(rank_mask, case)


def test_all():
    assert_computes(rank_mask, "rank_mask")


def l1_norm(w):
    return sum(sum(map(abs, row)) if isinstance(row, list) else abs(row) for row in w)


@pytest.mark.parametrize(*cases_of("l1_norm"))
def test_l1_norm(case):
    assert_computes(l1_norm, case, convert=np.ndarray.tolist)
'''


def test_a_suite_of_pytest_names_the_cases_and_shows_the_faults(tmp_path):
    file = tmp_path / "test_own.py"
    file.write_text(SUITE)
    command = [sys.executable, "-m", "pytest", "-v", "-rs", "-p", "no:cacheprovider", str(file)]
    run = subprocess.run(
        command, capture_output=True, text=True, cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert run.returncode == 1, run.stdout + run.stderr
    assert "test_rank_mask[nothing to prune] PASSED" in run.stdout
    assert "test_rank_mask[E-5.1c] FAILED" in run.stdout
    assert "test_rank_mask[C-4.2d]" not in run.stdout  # which depends on ties
    assert 'E       AssertionError: rank_mask, case "E-5.1c": mistake\n' in run.stdout
    assert "It prunes the highest scores; prune the lowest." in run.stdout
    assert "minprune/checks/asserts.py" not in run.stdout  # the trace ends at the user's line
    case = "test_own.py::test_rank_mask[published: PyTorch]"
    one = subprocess.run([*command[:-1], f"{tmp_path}/{case}"], capture_output=True, text=True,
                         cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)})  # fmt: skip
    assert "1 failed" in one.stdout


def test_the_diagnosis_of_a_learner_who_reads_chinese():
    def flipped(score, k):
        return ~rank_mask(score, k)

    with using("zh"), pytest.raises(AssertionError) as failed:
        assert_computes(flipped, "rank_mask", ties="any")
    lines = str(failed.value).splitlines()
    assert lines[0] == "flipped（作为 rank_mask）：典型错误"
    assert lines[-1] == "略去：21 个用例中的 8 个，1 条性质中的 1 条，取决于 ties。"
    assert not re.search("[a-z]+ [a-z]+ [a-z]+", "".join(lines))
    with using("zh"):
        said = assert_computes(rank_mask, "rank_mask")
    assert said == "正确：21 个用例中的 21 个，1 条性质中的 1 条。"
