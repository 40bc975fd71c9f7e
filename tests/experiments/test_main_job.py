"""The main job on a small data set: what it reports is what happened."""

from dataclasses import replace

import numpy as np
import pytest

from minprune.experiments import mlp as job
from minprune.experiments.document import PRINTED, Printed, verdict
from minprune.experiments.mlp import Settings, run_mlp
from minprune.experiments.timing import median_milliseconds
from minprune.formulas.metrics import accuracy

SMALL = Settings(hidden=24, epochs=8, finetune_epochs=3, batch_size=32, sparsity=0.8)


@pytest.fixture
def result(bars_data):
    return run_mlp(SMALL, bars_data, say=lambda line: None)


def zeros(network):
    return [int((w.value == 0).sum()) for w in network.weights.values()]


def test_networks_rows_and_counts_agree(result, bars_data):
    n = 30 * 24 + 24 * 4
    dense, pruned, finetuned, random, document = result.models
    assert [w.value.shape for w in result.dense.weights.values()] == [(30, 24), (24, 4)]
    for row in result.models:
        assert row.parameters == n + 28
        assert row.dense_bytes == 4 * (n + 28)
    for row in (pruned, finetuned, random):
        assert row.macs == n - round(0.8 * n)
        assert row.sparse_bytes == 8 * row.macs + 4 * (25 + 5) + 4 * 28
        assert row.nonzeros <= row.macs + 28
    assert dense.macs > document.macs > finetuned.macs
    assert sum(zeros(result.pruned)) == round(0.8 * n)
    logits = result.pruned(bars_data.test.flat)
    assert finetuned.accuracy == accuracy(bars_data.test.labels, logits.argmax(axis=1))


def test_the_task_is_learnt_and_pruning_by_magnitude_beats_the_control(result):
    dense, _, finetuned, random, _ = result.models
    assert dense.accuracy >= 0.98
    assert finetuned.accuracy >= 0.97
    assert finetuned.accuracy > random.accuracy


def test_the_curve_holds_the_chosen_sparsity_and_its_accuracies(result):
    assert [p.sparsity for p in result.curve] == sorted({*job.CURVE, 0.8})
    point = next(p for p in result.curve if p.sparsity == 0.8)
    _, pruned, finetuned, random, _ = result.models
    assert (point.pruned, point.finetuned, point.random) == (
        pruned.accuracy,
        finetuned.accuracy,
        random.accuracy,
    )


def test_without_its_mask_the_network_grows_back(result):
    assert result.unmasked.pruned == pytest.approx(0.8, abs=0.002)
    assert result.unmasked.after_training <= result.unmasked.after_one_step < 0.8


def test_same_seed_same_accuracies_and_another_seed_others(bars_data, result):
    again = run_mlp(SMALL, bars_data, say=lambda line: None)
    other = run_mlp(replace(SMALL, seed=1), bars_data, say=lambda line: None)
    assert again.curve == result.curve
    assert [e.loss for e in again.history] == [e.loss for e in result.history]
    assert other.history[-1].loss != result.history[-1].loss


def test_the_test_images_choose_nothing(bars_data, result):
    blank = bars_data.test._replace(images=np.zeros_like(bars_data.test.images))
    other = run_mlp(SMALL, bars_data._replace(test=blank), say=lambda line: None)
    for a, b in zip(
        result.pruned.parameters.values(), other.pruned.parameters.values(), strict=True
    ):
        assert (a.value == b.value).all()


def test_a_point_that_empties_a_layer_is_left_out_of_the_curve(bars_data):
    tiny = replace(SMALL, hidden=1, sparsity=0.5, scope="layer", epochs=1, finetune_epochs=1)
    result = run_mlp(tiny, bars_data, say=lambda line: None)
    assert [p.sparsity for p in result.curve] == [0.5, 0.8]  # of 4 weights, 0.9 prunes round(3.6)


def test_a_chosen_sparsity_that_empties_a_layer_is_refused(bars_data):
    tiny = replace(SMALL, hidden=1, sparsity=0.95, scope="layer", epochs=1)
    with pytest.raises(ValueError, match=r"every weight of 2\.W"):
        run_mlp(tiny, bars_data, say=lambda line: None)


@pytest.mark.parametrize(
    "choice",
    [
        {"sparsity": 1.2},
        {"sparsity": 90},
        {"sparsity": -0.1},
        {"sparsity": float("nan")},
        {"scope": "both"},
        {"hidden": 0},
        {"epochs": 0},
        {"finetune_epochs": 0},
        {"batch_size": 0},
        {"lr": 0.0},
        {"finetune_lr": -1.0},
        {"l1": -1e-5},
        {"l1": float("inf")},
        {"seed": -1},
    ],
)
def test_settings_refuse_by_name(choice):
    with pytest.raises(ValueError, match=next(iter(choice))):
        Settings(**choice)


def test_a_batch_larger_than_the_data_is_refused(bars_data):
    with pytest.raises(ValueError, match="batch_size must be from 1 to 1100, got 5000"):
        run_mlp(replace(SMALL, batch_size=5000), bars_data, say=lambda line: None)


def test_verdict_on_the_printed_counts():
    assert all("impossible" in verdict(p) for p in PRINTED)
    assert "986.27" in verdict(PRINTED[0])
    assert verdict(Printed("", 0.98, 50890, 0.5)) == (
        "50,890 parameters are possible, with 64 hidden units"
    )


def test_timing_calls_every_function_and_returns_medians_in_milliseconds(monkeypatch):
    calls, clock = [], iter(range(1000))
    monkeypatch.setattr("minprune.experiments.timing.time.perf_counter", lambda: next(clock))
    times = median_milliseconds(
        {"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, rounds=3, least=0.001
    )
    assert times == {"a": 1000.0, "b": 1000.0}  # every reading of this clock is a second later
    assert calls == ["a", "a", "b", "b"] + ["a", "b"] * 3
