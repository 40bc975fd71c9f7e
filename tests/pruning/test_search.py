"""How far to go: the last level before the first failure, nested levels, and halving."""

from itertools import pairwise

import numpy as np
import pytest

from minprune.arguments import performance
from minprune.nn.network import EmptyLayerError
from minprune.pruning.one_shot import prune_by_magnitude, prune_by_threshold
from minprune.pruning.search import (
    Level,
    acceptable,
    last_before_failure,
    search_sparsity,
    search_step_by_step,
    search_threshold,
)


def sparsity_of(network):
    values = np.concatenate([w.value.ravel() for w in network.weights.values()])
    return float((values == 0).mean())


def masks_of(network):
    return [w.mask.copy() for w in network.weights.values()]


def layerwise(network, sparsity):
    return prune_by_magnitude(network, sparsity, "layer")


class Judge:
    """An `evaluate` that answers from a list, in the order of the calls; the first is the dense."""

    def __init__(self, *answers):
        self.answers, self.seen = iter(answers), []

    def __call__(self, network):
        self.seen.append(sparsity_of(network))
        return next(self.answers)


# --- one curve ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("performances", "found"),
    [
        ([0.75, 0.625, 0.5], 1),
        ([0.75, 0.625, 0.625], 2),  # a loss of exactly the tolerance is accepted
        ([0.75, 0.5, 0.75, 0.75], 0),  # behind the dip levels pass by luck
        ([0.5, 0.75, 0.75], None),
        ([0.75, 0.625, 0.75, 0.625, 0.5], 3),
        ([2.0, 3.0], 1),
        ([0.0], None),
        ([], None),
    ],
)
def test_last_before_the_first_failure(performances, found):
    assert last_before_failure(performances, baseline=0.75, tolerance=0.125) == found
    assert last_before_failure(iter(performances), baseline=0.75, tolerance=0.125) == found


def test_without_tolerance_only_what_costs_nothing_passes():
    assert last_before_failure([0.5, 0.5, 0.4999], 0.5, 0) == 1
    with pytest.raises(ValueError, match="tolerance must"):
        last_before_failure([0.5], 0.5, -0.1)


@pytest.mark.parametrize(
    ("performance", "baseline", "tolerance", "answer"),
    [
        (0.97, 0.98, 0.01, True),  # 0.98 - 0.97 is 0.010000000000000009
        (0.8, 0.9, 0.1, True),
        (0.89, 0.9, 0.01, True),
        (0.75, 0.75, 0, True),
        (0.625, 0.75, 0.125, True),
        (0.9, 0.5, 0.0, True),  # better than before
        (-(0.1 + 0.2), 0.0, 0.3, True),  # also where the scale is 0
        (3e9 + 0.1, 3e9 + 0.3, 0.2, True),  # rounded to multiples of 5e-7
        (-3e9 - 0.3, -3e9 - 0.1, 0.2, True),
        (0.9 - 1e-10, 0.9, 0.0, True),  # as where many numbers are summed
        (0.9 - 1e-8, 0.9, 0.0, False),
        (0.8 - 1.5e-9, 0.9, 0.1, False),  # 1e-9 is allowed, of accuracies as of percentages
        (-0.8 - 1.5e-9, -0.7, 0.1, False),
        (29.0 - 2.5e-8, 30.0, 1.0, True),
        (29.0 - 3.5e-8, 30.0, 1.0, False),
        (0.79, 0.9, 0.1, False),
        (0.97 - 1e-8, 0.98, 0.01, False),
        (999.9 - 2e-6, 1000.0, 0.1, False),
        (-1.5, -1.0, 0.25, False),
        (-0.3 - 1e-8, 0.0, 0.3, False),
    ],
)
def test_a_loss_equal_to_the_tolerance_is_acceptable_up_to_rounding(
    performance, baseline, tolerance, answer
):
    assert acceptable(performance, baseline, tolerance) is answer
    found = last_before_failure([performance], baseline, tolerance)
    assert found == (0 if answer else None)


@pytest.mark.parametrize("tolerance", [-0.1, -1e-12, np.nan, np.inf, "0.1", None])
def test_a_tolerance_is_refused_before_any_work(task, unchanged, tolerance):
    unchanged(task.network)
    judge = Judge()  # is not even asked
    for search in (
        lambda: acceptable(0.5, 0.5, tolerance),
        lambda: search_threshold(task.network, THETAS, judge, tolerance),
        lambda: search_step_by_step(task.network, [0.5], judge, tolerance, lambda n: None),
        lambda: search_sparsity(task.network, judge, tolerance),
    ):
        with pytest.raises((ValueError, TypeError), match=r"^tolerance must"):
            search()
    assert judge.seen == []


@pytest.mark.parametrize("performance", [0.97, 0.97 - 1e-8])
def test_every_search_accepts_a_loss_of_just_the_tolerance(task, performance):
    passes = performance == 0.97
    for search in (
        search_threshold(task.network, [0.1], Judge(0.98, performance), 0.01),
        search_step_by_step(task.network, [0.5], Judge(0.98, performance), 0.01, lambda n: None),
        search_sparsity(task.network, Judge(0.98, performance), 0.01, steps=1),
    ):
        assert len(search.curve) == 1 and search.curve[0].performance == performance
        assert search.best == (search.curve[0] if passes else None)


@pytest.mark.parametrize(
    ("answer", "error", "message"),
    [
        ((0.1, 0.9), TypeError, r"evaluate must return one number, .* got \(0.1, 0.9\)"),
        (None, TypeError, "evaluate must return one number, .* got None"),
        ("0.9", TypeError, "evaluate must return one number, .* got '0.9'"),
        (np.array([0.9]), TypeError, "evaluate must return one number"),
        (0.9j, TypeError, "evaluate must return one number"),
        (np.nan, ValueError, "the result of evaluate must be finite, got nan"),
        (-np.inf, ValueError, "the result of evaluate must be finite, got -inf"),
    ],
)
@pytest.mark.parametrize("dense", [True, False])
def test_what_evaluate_returns_must_be_one_number(task, unchanged, answer, error, message, dense):
    unchanged(task.network)
    for search in (
        lambda judge: search_threshold(task.network, [0.1], judge, 0.1),
        lambda judge: search_step_by_step(task.network, [0.5], judge, 0.1, lambda n: None),
        lambda judge: search_sparsity(task.network, judge, 0.1),
    ):
        answers = [answer] if dense else [1.0, answer]
        with pytest.raises(error, match=f"^{message}"):
            search(Judge(*answers))


@pytest.mark.parametrize("kind", [float, np.float32, np.float64, int])
def test_performance_is_a_float_whatever_number_it_was(task, kind):
    assert performance(lambda network: kind(2), task.network) == 2.0
    assert type(performance(lambda network: kind(2), task.network)) is float
    seen = []
    assert performance(lambda network: seen.append(network) or 1.0, task.network) == 1.0
    assert seen == [task.network]


# --- thresholds -----------------------------------------------------------------------------------

THETAS = [0.05, 0.1, 0.2, 0.3]


def by_threshold(network, theta):
    copy = network.copy()
    prune_by_threshold(copy, theta)
    return copy


def test_the_best_threshold_stands_before_the_dip_and_the_curve_goes_on(task, unchanged):
    unchanged(task.network)
    judge = Judge(0.9, 0.875, 0.85, 0.5, 0.9)
    search = search_threshold(task.network, THETAS, judge, tolerance=0.0625)
    levels = [sparsity_of(by_threshold(task.network, theta)) for theta in THETAS]
    assert judge.seen == [0.0, *levels] and len(set(levels)) == 4
    assert search.curve == [
        Level(*row) for row in zip(THETAS, levels, (0.875, 0.85, 0.5, 0.9), strict=True)
    ]
    assert search.best == search.curve[1]
    for mask, expected in zip(
        masks_of(search.network), masks_of(by_threshold(task.network, 0.1)), strict=True
    ):
        np.testing.assert_array_equal(mask, expected)


def test_each_threshold_prunes_the_dense_network_and_fine_tunes_it(task, unchanged):
    unchanged(task.network)
    tuned = []

    def finetune(network):
        tuned.append(sparsity_of(network))
        network.parameters["0.b"].value += 1.0  # would add up if levels went on from each other

    seen = []

    def evaluate(network):
        seen.append(network.parameters["0.b"].value - task.network.parameters["0.b"].value)
        return 1.0

    search = search_threshold(task.network, [0.1, 0.3], evaluate, 0.0, finetune)
    assert [float(b.mean().round(12)) for b in seen] == [0.0, 1.0, 1.0]  # tuned, then judged
    assert tuned == [level.sparsity for level in search.curve]
    assert search.best.level == 0.3
    np.testing.assert_allclose(
        search.network.parameters["0.b"].value, task.network.parameters["0.b"].value + 1
    )


def test_a_threshold_that_empties_a_layer_ends_the_curve(task, unchanged):
    unchanged(task.network)
    search = search_threshold(task.network, [0.1, 9.0, 10.0], lambda network: 1.0, 0.1)
    assert [level.level for level in search.curve] == [0.1]
    assert search.best == search.curve[0]


@pytest.mark.parametrize(("thetas", "tried"), [(THETAS, 4), ([9.0], 0)])
def test_without_an_acceptable_threshold_the_network_comes_back(task, unchanged, thetas, tried):
    unchanged(task.network)
    search = search_threshold(task.network, thetas, lambda n: -sparsity_of(n), 0.0)
    assert search.best is None and len(search.curve) == tried
    assert search.network is not task.network
    assert all(w.mask is None for w in search.network.weights.values())
    np.testing.assert_array_equal(search.network(task.x), task.network(task.x))
    search.network.weights["0.W"].value += 1.0


# --- prune, retrain, validate ---------------------------------------------------------------------


def test_the_loop_goes_on_from_each_level_with_nested_masks_and_stops_at_the_first_failure(
    task, unchanged
):
    unchanged(task.network)
    calls, masks = [], []

    def prune(network, sparsity):
        calls.append(("prune", sparsity, sparsity_of(network)))
        prune_by_magnitude(network, sparsity)

    def finetune(network):
        masks.append(masks_of(network))
        calls.append(("finetune", sparsity_of(network)))
        for w in network.weights.values():
            w.value = task.rng.standard_normal(w.value.shape)  # another order of magnitudes

    judge = Judge(0.9, 0.95, 0.8, 0.5, 1.0)
    search = search_step_by_step(task.network, [0.25, 0.5, 0.75, 0.875], judge, 0.125, finetune,
                                prune)  # fmt: skip
    assert calls == [("prune", 0.25, 0.0), ("finetune", 0.25), ("prune", 0.5, 0.25),
                     ("finetune", 0.5), ("prune", 0.75, 0.5), ("finetune", 0.75)]  # fmt: skip
    assert judge.seen == [0.0, 0.25, 0.5, 0.75]
    assert search.best == Level(0.5, 0.5, 0.8)  # against the dense 0.9, not the 0.95
    assert [level.performance for level in search.curve] == [0.95, 0.8, 0.5]
    for earlier, later in pairwise(masks):
        assert not any((b & ~a).any() for a, b in zip(earlier, later, strict=True))
    for mask, expected in zip(masks_of(search.network), masks[1], strict=True):
        np.testing.assert_array_equal(mask, expected)


def test_the_loop_prunes_by_magnitude_unless_told(task):
    search = search_step_by_step(task.network, [0.5], lambda n: 1.0, 0.0, lambda n: None)
    expected = prune_by_magnitude(task.network, 0.5)
    for mask, other in zip(masks_of(search.network), expected, strict=True):
        np.testing.assert_array_equal(mask, other)


def test_the_loop_without_an_acceptable_level(task, unchanged):
    unchanged(task.network)
    search = search_step_by_step(task.network, [0.5, 0.75], lambda n: -sparsity_of(n), 0.25,
                                lambda n: n.parameters["0.b"].value.fill(0.0))  # fmt: skip
    assert search.best is None and len(search.curve) == 1
    assert search.network is not task.network and sparsity_of(search.network) == 0
    np.testing.assert_array_equal(search.network(task.x), task.network(task.x))


def test_a_level_that_empties_a_layer_does_not_lose_what_was_found(task, unchanged):
    unchanged(task.network)
    search = search_step_by_step(
        task.network, [0.5, 0.99], lambda n: 1.0, 0.1, lambda n: None, layerwise
    )
    assert search.best == Level(0.5, 0.5, 1.0)
    assert [level.level for level in search.curve] == [0.5]
    for m in masks_of(search.network):
        assert m.mean() == 0.5


def test_a_first_level_that_empties_a_layer_leaves_the_network_as_it_came(task, unchanged):
    unchanged(task.network)
    tuned = []
    search = search_step_by_step(
        task.network, [0.99, 0.999], lambda n: 1.0, 0.1, tuned.append, layerwise
    )
    assert search.best is None and search.curve == [] and tuned == []
    assert search.network is not task.network and search.network.masked_sparsity == 0
    np.testing.assert_array_equal(search.network(task.x), task.network(task.x))


def test_after_a_level_that_empties_a_layer_no_other_is_tried(task):
    tried = []

    def prune(network, sparsity):
        tried.append(sparsity)
        if sparsity == 0.5:
            raise EmptyLayerError("nothing left")
        prune_by_magnitude(network, sparsity)

    search = search_step_by_step(
        task.network, [0.25, 0.5, 0.75], lambda n: 1.0, 0.1, lambda n: None, prune
    )
    assert tried == [0.25, 0.5] and search.best.level == 0.25


def test_another_error_is_no_end_of_a_search(task):
    def broken(network, *level):
        raise ValueError("broken")

    for search in (
        lambda: search_step_by_step(task.network, [0.5], lambda n: 1.0, 0.1, broken),
        lambda: search_threshold(task.network, [0.1], lambda n: 1.0, 0.1, broken),
        lambda: search_sparsity(task.network, lambda n: 1.0, 0.1, prune=broken),
    ):
        with pytest.raises(ValueError, match=r"^broken"):
            search()


@pytest.mark.parametrize("levels", [[], [0.5, 0.25], [0.5, 0.5], [0.1, 0.3, 0.2]])
def test_levels_must_rise(task, unchanged, levels):
    unchanged(task.network)
    judge = Judge()  # is not even asked
    with pytest.raises(ValueError, match="thetas must increase"):
        search_threshold(task.network, levels, judge, 0.1)
    with pytest.raises(ValueError, match="sparsities must increase"):
        search_step_by_step(task.network, levels, judge, 0.1, lambda n: None)


# --- halving --------------------------------------------------------------------------------------


@pytest.mark.parametrize("steps", [1, 3, 8])
@pytest.mark.parametrize("limit", [0.1, 0.3, 0.62, 0.9])
def test_halving_closes_in_on_the_limit(task, unchanged, limit, steps):
    unchanged(task.network)
    search = search_sparsity(
        task.network, lambda n: float(sparsity_of(n) <= limit), 0.5, steps=steps
    )
    step = 2.0**-steps
    assert len(search.curve) == steps
    passed = [level.level for level in search.curve if level.sparsity <= limit]
    assert (search.best is None) == (not passed)
    found = search.best.level if passed else 0.0
    assert found == max(passed, default=0.0)
    assert found <= limit + 1 / 176 and limit - 1 / 176 < found + step
    assert sparsity_of(search.network) == (search.best.sparsity if passed else 0.0)
    assert abs(sparsity_of(search.network) - found) <= 1 / 352
    assert search.curve[0].level == 0.5
    assert [abs(a.level - b.level) for a, b in pairwise(search.curve)] == [
        2.0**-k for k in range(2, steps + 1)
    ]


def test_halving_six_times_by_magnitude_unless_told(task):
    tuned = []
    search = search_sparsity(
        task.network, lambda n: float(sparsity_of(n) < 0.8), 0.5, finetune=tuned.append
    )
    levels = [level.level for level in search.curve]
    assert levels == [0.5, 0.75, 0.875, 0.8125, 0.78125, 0.796875]
    assert [sparsity_of(n) for n in tuned] == [level.sparsity for level in search.curve]
    assert search.best.level == levels[-1] and search.network is tuned[-1]
    expected = prune_by_magnitude(task.network, levels[-1])
    for mask, other in zip(masks_of(search.network), expected, strict=True):
        np.testing.assert_array_equal(mask, other)


def test_a_sparsity_that_empties_a_layer_is_too_high_and_not_in_the_curve(task, unchanged):
    unchanged(task.network)

    def prune(network, sparsity):
        if sparsity > 0.7:
            raise EmptyLayerError("nothing left")
        prune_by_magnitude(network, sparsity)

    search = search_sparsity(task.network, lambda n: 1.0, 0.0, prune=prune, steps=4)
    assert [level.level for level in search.curve] == [0.5, 0.625, 0.6875]
    assert search.best == search.curve[-1]


def test_halving_without_an_acceptable_level(task, unchanged):
    unchanged(task.network)
    search = search_sparsity(task.network, lambda n: -sparsity_of(n), 0.0, steps=3)
    assert search.best is None and [level.level for level in search.curve] == [0.5, 0.25, 0.125]
    assert search.network is not task.network
    np.testing.assert_array_equal(search.network(task.x), task.network(task.x))


@pytest.mark.parametrize(
    ("options", "name"), [({"steps": 0}, "steps must"), ({"tolerance": -1}, "tolerance must")]
)
def test_refusals_name_the_argument(task, unchanged, options, name):
    unchanged(task.network)
    with pytest.raises(ValueError, match=name):
        search_sparsity(task.network, lambda n: 1.0, **{"tolerance": 0.1, **options})
