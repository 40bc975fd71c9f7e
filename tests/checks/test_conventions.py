"""Cases that depend on ties or rounding, of every formula."""

import numpy as np
import pytest

from minprune.checks import check_of, checks
from minprune.checks.check import Call, given
from minprune.checks.compare import as_array, difference
from minprune.checks.conventions import depends_on
from minprune.checks.evaluate import evaluate

TIES = {
    "score_mask", "threshold_mask", "rank_mask", "layerwise_rank_masks", "global_rank_masks",
    "threshold_prune", "normalized_threshold_prune", "low_magnitude_mask", "splice_mask",
    "layer_threshold_masks", "unit_threshold_mask", "hybrid_mask", "block_mask", "nm_mask",
    "topk_gate", "pruning_rate", "fake_quantize_gradient", "remove_factors",
}  # fmt: skip
ROUNDING = {
    "pruned_count", "layerwise_rank_masks", "global_rank_masks", "low_magnitude_mask",
    "hybrid_mask", "block_mask", "threshold_for_sparsity", "vgg16_layers", "quantize_symmetric",
    "fake_quantize", "remove_factors",
}  # fmt: skip


def calls_of(check):
    return [case.call for case in check.cases()]


@pytest.mark.parametrize("name", checks())
def test_some_cases_depend_on_ties_or_rounding_but_never_all(name):
    check = check_of(name)
    calls = calls_of(check)
    for convention, formulas in (("ties", TIES), ("rounding", ROUNDING)):
        found = depends_on(convention, check, calls)
        assert len(found) == len(calls)
        assert any(found) == (name in formulas) and (not any(found) or not all(found))


def noisy(value, rng):
    """The value with arrays whose floats differ by some 1e-10 of their size."""
    if isinstance(value, (list, tuple)):
        return type(value)(noisy(part, rng) for part in value)
    if isinstance(value, np.ndarray) and value.dtype == np.float64:
        return value * (1 + 1e-10 * rng.uniform(-1, 1, value.shape))
    return value


def is_discrete(value):
    arrays = map(as_array, value if isinstance(value, (list, tuple)) else [value])
    return all(array is not None and array.dtype.kind in "biu" for array in arrays)


@pytest.mark.parametrize("name", [name for name in checks() if name != "zip_bytes"])
def test_masks_and_counts_of_all_other_cases_remain_when_the_numbers_move_a_little(name):
    """Of what is equal one moves up and one down: where equality decides, the result changes."""
    check, rng = check_of(name), np.random.default_rng(0)
    calls = calls_of(check)
    found = [evaluate(check.formula, calls)]
    found += [depends_on(convention, check, calls) for convention in ("ties", "rounding")]
    for call, right, ties, rounding in zip(calls, *found, strict=True):
        if ties or rounding or right.error or not is_discrete(right.value):
            continue
        moved = [Call(noisy(call.args, rng), call.kwargs) for _ in range(5)]
        for outcome in evaluate(check.formula, moved):
            assert outcome.error or difference(right.value, outcome.value) is None, call


def test_equal_scores_matter_only_at_the_border():
    score = [1.0, 1.0, 2.0, 3.0, 3.0]
    calls = [given(score, k) for k in range(6)]
    found = depends_on("ties", check_of("rank_mask"), calls)
    assert found == [False, True, False, False, True, False]


def test_zeros_single_precision_and_sums_in_another_order_are_ties_too():
    calls = [
        given([0.0, -0.0, 1.0], 1),
        given(np.array([0.5, 0.5, 1], np.float32), 1),
        given([0.1 + 0.2, 0.3, 1.0], 1),
        given([0.3000001, 0.3, 1.0], 1),
    ]
    assert depends_on("ties", check_of("rank_mask"), calls) == [True, True, True, False]
    calls = [given([0.0, 1.0], 0.0), given(np.array([0.3], np.float32), 0.3), given([0.4], 0.3)]
    for ties in ({}, {"ties": "prune"}):
        tied = [Call(call.args, ties) for call in calls]
        assert depends_on("ties", check_of("threshold_mask"), tied) == [True, True, False]


def test_no_scores_are_no_ties():
    calls = [Call(([], 0.5), {}), given([np.zeros(0), np.ones(1)], 0.0)]
    assert depends_on("ties", check_of("global_rank_masks"), calls) == [False, False]


def test_counts_depend_on_rounding_unless_they_are_whole():
    calls = [given(10, 0.5), given(7, 0.5), given(10, 0.21), given(100, 0.29)]
    found = depends_on("rounding", check_of("pruned_count"), calls)
    assert found == [False, True, True, True]  # 0.29 * 100 is 28.999999999999996


def test_quantized_values_depend_on_rounding_at_a_half_only():
    calls = [given([1.0, 0.3, 0.0], bits=2), given([1.0, 0.5, 0.0], bits=2)]
    assert depends_on("rounding", check_of("quantize_symmetric"), calls) == [False, True]
    assert depends_on("ties", check_of("quantize_symmetric"), calls) == [False, False]


def test_zeros_and_signs_are_no_ties():
    for name in ("sparsity", "count_nonzero", "l1_subgradient", "relu_derivative"):
        check = check_of(name)
        assert not any(depends_on("ties", check, calls_of(check)))
