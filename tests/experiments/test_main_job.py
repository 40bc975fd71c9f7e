"""The main job on a small data set: what it reports is what happened."""

from dataclasses import replace

import numpy as np
import pytest
from bilingual import not_translated, numbers

from minprune.data.dataset import make_dataset
from minprune.documents.printed import PRINTED, Printed, verdict
from minprune.experiments import mlp as job
from minprune.experiments.mlp import Trial, run_mlp
from minprune.experiments.names import shown_name
from minprune.experiments.settings import Settings
from minprune.formulas.metrics import accuracy
from minprune.language import using
from minprune.nn.network import EmptyLayerError, mlp
from minprune.nn.optim import SGD, cosine_decay, warmup_cosine
from minprune.nn.train import train_step
from minprune.pruning.one_shot import prune_by_magnitude

SMALL = Settings(hidden=24, epochs=8, finetune_epochs=3, batch_size=32, sparsity=0.8, seeds=1)


@pytest.fixture(scope="module")
def result(bars_data):
    """The job run once for all tests of this file, which only read it."""
    return run_mlp(SMALL, bars_data, say=lambda line: None)


def zeros(network):
    return [int((w.value == 0).sum()) for w in network.weights.values()]


def test_networks_rows_and_counts_agree(result, bars_data):
    n = 30 * 24 + 24 * 4
    dense, longer, pruned, finetuned, random, dropped = result.models
    assert [w.value.shape for w in result.dense.weights.values()] == [(30, 24), (24, 4)]
    for row in result.models:
        assert row.parameters == n + 28
        assert row.dense_bytes == 4 * (n + 28)
    for row in (pruned, finetuned, random):
        assert row.macs == n - round(0.8 * n)
        assert row.sparse_bytes == 8 * row.macs + 4 * (25 + 5) + 4 * 28
        assert row.nonzeros <= row.macs + 28
    assert dense.macs == longer.macs > dropped.macs > finetuned.macs
    assert sum(zeros(result.pruned)) == round(0.8 * n)
    logits = result.pruned(bars_data.test.flat)
    assert finetuned.accuracy == accuracy(bars_data.test.labels, logits.argmax(axis=1))


def test_the_task_is_learnt_and_pruning_by_magnitude_beats_the_control(result):
    dense, _, _, finetuned, random, _ = result.models
    assert dense.accuracy >= 0.98
    assert finetuned.accuracy >= 0.97
    assert finetuned.accuracy > random.accuracy


def test_the_curve_holds_the_chosen_sparsity_and_its_accuracies(result):
    assert [p.sparsity for p in result.curve] == sorted({*job.CURVE, 0.8})
    point = next(p for p in result.curve if p.sparsity == 0.8)
    _, _, pruned, finetuned, random, _ = result.models
    assert (point.pruned, point.finetuned, point.random) == (
        pruned.accuracy,
        finetuned.accuracy,
        random.accuracy,
    )


def test_without_its_mask_the_network_grows_back(result):
    assert result.unmasked.pruned == pytest.approx(0.8, abs=0.002)
    assert result.unmasked.after_training <= result.unmasked.after_one_step < 0.8
    zeros = 30 * 24 + 24 * 4 - result.models[-1].macs
    assert result.unmasked.after_training == zeros / (30 * 24 + 24 * 4)


def test_same_seed_same_accuracies_and_another_seed_others(bars_data, result):
    again = run_mlp(SMALL, bars_data, say=lambda line: None)
    other = run_mlp(replace(SMALL, seed=1), bars_data, say=lambda line: None)
    assert again.curve == result.curve
    assert [e.loss for e in again.history] == [e.loss for e in result.history]
    assert other.history[-1].loss != result.history[-1].loss


def test_the_test_images_choose_nothing(bars_data, result):
    blank = bars_data.test._replace(x=np.zeros_like(bars_data.test.x))
    other = run_mlp(SMALL, bars_data._replace(test=blank), say=lambda line: None)
    assert [e.validation_accuracy for e in other.history] == [
        e.validation_accuracy for e in result.history
    ]
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
        {"seeds": 0},
    ],
)
def test_settings_refuse_by_name(choice):
    with pytest.raises(ValueError, match=next(iter(choice))):
        Settings(**choice)


def test_a_batch_larger_than_the_data_is_all_of_it(bars_data):
    trained = [job.train_dense(replace(SMALL, batch_size=n), bars_data) for n in (1100, 5000)]
    (network, history), (other, same) = trained
    assert [e.loss for e in history] == [e.loss for e in same]
    assert network.layers[0].W.value.tolist() == other.layers[0].W.value.tolist()


def test_verdict_on_the_printed_counts():
    assert all("impossible" in verdict(p) for p in PRINTED)
    assert "986.27" in verdict(PRINTED[0])
    assert verdict(Printed("", 0.98, 50890, 0.5)) == (
        "50,890 parameters are possible, with 64 hidden units"
    )


@pytest.fixture
def calls_of_fit(monkeypatch):
    """What `fit` is asked for, with the network as it was before; it trains nothing."""
    calls = []

    def recorder(network, x, y, *, optimizer, **choices):
        masks = [w.mask for w in network.weights.values()]
        values = [w.value.copy() for w in network.weights.values()]
        calls.append({"masks": masks, "values": values, "x": x, "lr": optimizer.lr, **choices})
        return []

    monkeypatch.setattr(job, "fit", recorder)
    return calls


def test_the_dense_network_is_trained_with_validation_penalty_and_decay(bars_data, calls_of_fit):
    job.train_dense(SMALL, bars_data)
    (call,) = calls_of_fit
    assert call["x"].shape == (1100, 30)
    assert call["validation"][0].base is bars_data.validation.x
    assert call["validation"][1] is bars_data.validation.labels
    assert call["lr_decay"] is warmup_cosine
    w = np.array([2.0, -3.0, 0.0])
    for step, strength in ((0, 0.0), (83, 0.0), (84, 6e-5), (280, 6e-5)):  # of 8 x 35
        call["on_step"](step)
        assert call["penalty_gradient"](w).tolist() == [strength, -strength, 0.0]
    assert (call["epochs"], call["batch_size"], call["lr"]) == (8, 32, 4e-3)


def test_pruned_and_random_network_start_from_the_dense_one_and_train_alike(
    bars_data, calls_of_fit
):
    dense = mlp([30, 24, 4], np.random.default_rng(0))
    weights = [w.value.copy() for w in dense.weights.values()]
    trial = job.prune_and_finetune(SMALL, bars_data, dense)
    assert isinstance(trial, Trial)
    assert all((w.value == v).all() for w, v in zip(dense.weights.values(), weights, strict=True))
    by_magnitude, random = calls_of_fit
    for call in (by_magnitude, random):
        assert (call["epochs"], call["lr"], call["lr_decay"]) == (3, 3e-3, cosine_decay)
        assert "penalty_gradient" not in call and "validation" not in call
        assert sum((~m).sum() for m in call["masks"]) == round(0.8 * 816)
        for value, mask, weight in zip(call["values"], call["masks"], weights, strict=True):
            assert (value == weight * mask).all()
    assert by_magnitude["rng"].random() == random["rng"].random()
    smallest_kept = min(
        abs(v[m]).min() for v, m in zip(weights, by_magnitude["masks"], strict=True)
    )
    largest_pruned = max(
        abs(v[~m]).max() for v, m in zip(weights, by_magnitude["masks"], strict=True)
    )
    assert largest_pruned <= smallest_kept
    assert any((a != b).any() for a, b in zip(by_magnitude["masks"], random["masks"], strict=True))


def test_one_step_without_the_mask_is_one_step(bars_data, calls_of_fit):
    """Here `fit` does nothing, so what grows back grew back in the one step that is shown."""
    dense = mlp([30, 24, 4], np.random.default_rng(0))
    _, unmasked = job.finetune_without_mask(SMALL, bars_data, dense)
    assert calls_of_fit[0]["masks"] == [None, None]
    assert unmasked.pruned == unmasked.after_training == round(0.8 * 816) / 816
    prune_by_magnitude(dense, 0.8)
    dense.unprune()
    x, y = bars_data.train.flat[:32], bars_data.train.labels[:32]
    train_step(dense, SGD(dense.parameters, lr=1.0), x, y)
    moved = sum((w.grad != 0).sum() for w in dense.weights.values())
    still = unmasked.after_one_step * 816
    assert 0 < still < 816 * 0.8
    assert still >= 816 - moved - 816 * 0.2 and still <= 816 - moved + 1


def test_idle_units_are_those_that_never_fire(bars_data):
    network = mlp([30, 24, 4], np.random.default_rng(0))
    first = network.weights["0.W"]
    first.value = np.abs(first.value)
    assert job.idle_units(network, bars_data) == 0
    first.value = first.value * np.where(np.arange(24) < 5, -1, 1)
    assert job.idle_units(network, bars_data) == 5


def test_each_row_gets_its_own_times_and_accuracies(bars_data, monkeypatch):
    def fake(calls):
        x = {n: call.args[0] for (_, _, n), call in calls.items()}
        assert {n: len(batch) for n, batch in x.items()} == {1: 1, 256: 256}
        return {key: float(i) for i, key in enumerate(calls)}, "conditions"

    monkeypatch.setattr(job, "milliseconds", fake)
    networks = {name: mlp([30, 24, 4], np.random.default_rng(0)) for name in "ab"}
    (a, b), conditions = job.measure(networks, {"a": [0.5, 0.25], "b": [0.75]}, bars_data)
    assert (a.dense_ms, b.dense_ms) == ({1: 0.0, 256: 1.0}, {1: 2.0, 256: 3.0})
    assert (a.sparse_ms, b.sparse_ms) == ({1: 4.0, 256: 5.0}, {1: 6.0, 256: 7.0})
    assert (a.accuracies, a.accuracy, b.accuracies) == ([0.5, 0.25], 0.5, [0.75])
    assert conditions == "conditions"


def test_the_accuracies_of_other_seeds_are_those_of_their_own_jobs(bars_data, result):
    quick = replace(SMALL, epochs=1, finetune_epochs=1)
    several = run_mlp(replace(quick, seed=3, seeds=3), bars_data, say=lambda line: None)
    alone = [run_mlp(replace(quick, seed=s), bars_data, say=lambda line: None) for s in (3, 4, 5)]
    for row, *rows in zip(several.models, *(one.models for one in alone), strict=True):
        assert row.accuracies == [r.accuracy for r in rows]
    assert len({*several.models[0].accuracies}) > 1


def test_a_sparsity_that_would_empty_a_layer_is_named_with_a_remedy(bars_data):
    quick = replace(SMALL, epochs=1, finetune_epochs=1, hidden=2, sparsity=0.99)
    with pytest.raises(EmptyLayerError, match=r"^sparsity 0\.99: .*, or choose the scope 'layer'$"):
        run_mlp(quick, bars_data, say=lambda line: None)
    with pytest.raises(EmptyLayerError, match=r"^sparsity 0\.99: .* smaller steps$"):
        run_mlp(replace(quick, scope="layer", sparsity=0.99), bars_data, say=lambda line: None)


def test_a_seed_that_would_empty_a_layer_is_left_out_and_said(bars_data, monkeypatch):
    tried, lines = [], []
    whole = job.prune_and_finetune

    def broken(settings, data, dense):
        tried.append(settings.seed)
        if settings.seed == 1:
            raise EmptyLayerError("masks would prune every weight of 0.W")
        return whole(settings, data, dense)

    monkeypatch.setattr(job, "prune_and_finetune", broken)
    quick = replace(SMALL, epochs=1, finetune_epochs=1, seeds=3)
    result = run_mlp(quick, bars_data, say=lines.append)
    assert tried[-2:] == [1, 2] and len(result.models[0].accuracies) == 2
    assert "seed 1 is left out: masks would prune every weight of 0.W" in lines


def test_the_job_speaks_chinese_and_names_its_networks_in_english(bars_data, monkeypatch):
    titles, trained = [], job.fit

    def seen(*arguments, title, **others):
        titles.append(title)
        return trained(*arguments, title=title, **others)

    monkeypatch.setattr(job, "fit", seen)
    quick, lines = replace(SMALL, epochs=1, finetune_epochs=1, seeds=2), {}
    for language in ("en", "zh"):
        titles.clear()
        with using(language):
            result = run_mlp(quick, bars_data, say=lines.setdefault(language, []).append)
    assert not_translated("\n".join(lines["zh"][1:])) == []
    stages = {name: said[1:] for name, said in lines.items()}  # after the summary
    assert [*map(numbers, stages["zh"])] == [*map(numbers, stages["en"])]
    assert stages["zh"][0].startswith("稠密     ") and stages["zh"][0].endswith("，训练 1 轮")
    assert stages["zh"][1].startswith("50.0%    只剪枝 ")
    assert stages["zh"][-1].startswith("随机种子 1   ")
    names = {"稠密", "稠密，微调", "剪枝 80.0%", "随机掩码 80.0%", "去掉掩码", "剪枝 50.0%"}
    assert names < {*titles} and all(not title.isascii() for title in titles)
    for model in result.models:
        with using("zh"):
            parts = shown_name(model.name).split("，")
        assert model.name.isascii() and not any(map(str.isascii, parts))


def test_a_seed_left_out_is_said_in_chinese(bars_data, monkeypatch):
    whole = job.prune_and_finetune

    def broken(settings, data, dense):
        if settings.seed == 1:
            mlp([2, 2]).prune([np.zeros((2, 2), bool)])
        return whole(settings, data, dense)

    monkeypatch.setattr(job, "prune_and_finetune", broken)
    lines = []
    with using("zh"):
        run_mlp(replace(SMALL, epochs=1, finetune_epochs=1, seeds=2), bars_data, say=lines.append)
    why = "掩码会剪掉 0.W 的全部权重；请少剪一些，或分更多步剪"
    assert lines[-1] == f"随机种子 1 略去：{why}"


def test_a_sparsity_that_would_empty_a_layer_is_refused_in_chinese(bars_data):
    quick = replace(SMALL, epochs=1, finetune_epochs=1, hidden=2, sparsity=0.99)
    for scope, hint in (("global", "，或把 scope 设为 'layer'"), ("layer", "")):
        with using("zh"), pytest.raises(EmptyLayerError) as refused:
            run_mlp(replace(quick, scope=scope), bars_data, say=lambda line: None)
        assert refused.value.zh.startswith("稀疏度 0.99：掩码会剪掉 ")
        assert refused.value.zh.endswith(" 的全部权重；请少剪一些，或分更多步剪" + hint)


def test_fewer_samples_than_a_batch_are_enough():
    x = np.random.default_rng(0).normal(size=(20, 3)) + 5 * (np.arange(20) % 2)[:, None]
    data = make_dataset("few", x, ["ash", "elm"] * 10)
    result = run_mlp(Settings(sparsity=0.5, seeds=1, epochs=60), data, say=lambda line: None)
    assert (result.shape, len(data.train.labels)) == ((3,), 14)
    assert [found.name for found in result.recalls] == ["ash", "elm"]
    assert [found.recall for found in result.recalls] == [1, 1]


def test_the_recall_of_each_class_is_that_of_the_network_kept(result, bars_data):
    labels, answers = bars_data.test.labels, result.pruned(bars_data.test.flat).argmax(axis=1)
    assert [found.name for found in result.recalls] == ["0", "1", "2", "3"]
    for label, found in enumerate(result.recalls):
        right = [a == label for a, y in zip(answers, labels, strict=True) if y == label]
        assert (found.samples, found.recall) == (len(right), sum(right) / len(right))
        row = [np.count_nonzero(answers[labels == label] == k) for k in range(4)]
        assert result.confusion[label] == row
    assert result.about == [bars_data.splitting, bars_data.scaling]


def test_discordant_images_are_those_that_one_of_the_two_gets_right(bars_data):
    quick = replace(SMALL, epochs=1, finetune_epochs=1, sparsity=0.95)
    result = run_mlp(quick, bars_data, say=lambda line: None)
    only_dense, only_pruned = result.discordant
    _, dense, _, pruned, *_ = result.models
    difference = (dense.accuracy - pruned.accuracy) * len(bars_data.test.labels)
    assert only_dense - only_pruned == pytest.approx(difference)
    assert only_dense + only_pruned > 0
    right = result.pruned(bars_data.test.flat).argmax(axis=1) == bars_data.test.labels
    assert only_pruned <= right.sum() and only_dense <= (~right).sum()
