"""`run cnn` on small images: every network is what its name says, and every figure is its own."""

from dataclasses import asdict, replace
from itertools import pairwise, product
from types import SimpleNamespace

import numpy as np
import pytest

from minprune.data.dataset import make_dataset, pixel_dataset
from minprune.experiments import cnn as job
from minprune.experiments.cnn import Job, run_cnn
from minprune.experiments.settings import UNIT_CRITERIA, CnnSettings
from minprune.language import using
from minprune.layout import columns, wide
from minprune.nn.losses import smoothed_cross_entropy
from minprune.nn.models import cnn
from minprune.nn.network import Network
from minprune.nn.optim import Adam, cosine_decay
from minprune.nn.store import save
from minprune.pruning.one_shot import prune_at_random
from minprune.pruning.units import unit_scores
from minprune.sparse.engine import SparseEngine

SMALL = CnnSettings(
    sparsity=0.7, epochs=4, finetune_epochs=2, batch_size=16, lr=0.003, finetune_lr=0.002, seed=3
)
KINDS = {  # of the networks of SMALL that every run has, in the order of the table
    "dense": "none",
    "dense, fine-tuned": "none",
    "threshold 0.1, not fine-tuned": "document",
    "threshold 0.1": "document",
    "threshold 0.1, unmasked": "document",
    "70 % of weights": "weights",
    "80 % of weights": "weights",
    "25 % of units": "units",
    "50 % of units": "units",
    "75 % of units": "units",
    "50 % of units, 80 % of the rest": "both",
    "70 % of weights, at random": "control",
    "50 % of units, at random": "control",
}


def patterns(shape=(6, 5), classes=4, n=480, seed=0):
    """Images of noise and the pattern of their class; the lowest row of pixels is black."""
    rng = np.random.default_rng(seed)
    masks = rng.random((classes, *shape)) < 0.5

    def draw(n):
        labels = rng.permutation(np.arange(n) % classes)
        images = rng.integers(0, 90, (n, *shape)) + 150 * masks[labels]
        images[:, -1] = 0
        return images, labels

    return pixel_dataset("patterns", *draw(n), *draw(60))


def no_time(calls):
    return dict.fromkeys(calls, 0.0), None


def recorder(calls, fit=job.fit):
    """`fit`, with a note of what it was asked for and of the network as it was before."""

    def recording(network, x, y, *, optimizer, **choices):
        call = SimpleNamespace(network=network, start=network.copy(), optimizer=optimizer, x=x, y=y)
        call.lr, call.rng_state = optimizer.lr, choices["rng"].bit_generator.state
        call.choices, calls[choices["title"]] = choices, call
        call.history = fit(network, x, y, optimizer=optimizer, **choices)
        return call.history

    return recording


@pytest.fixture(scope="module")
def done():
    """One job, watched: `calls` of fit, `timed` calls, `lines` said."""
    seen = SimpleNamespace(data=patterns(), calls={}, lines=[], timed=None)

    def timing(calls):
        seen.timed = calls
        return {key: float(i) for i, key in enumerate(calls)}, "conditions"

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(job, "fit", recorder(seen.calls))
        patch.setattr(job, "milliseconds", timing)
        seen.result = run_cnn(SMALL, seen.data, say=seen.lines.append)
    seen.possible = {  # points of the curve
        s for s in (0.95, 0.98) if all(m.any() for m in lowest_in_all(seen.result.dense, s))
    }
    seen.networks = {name: call.network for name, call in seen.calls.items()}
    seen.networks["threshold 0.1, not fine-tuned"] = seen.calls["threshold 0.1"].start
    seen.starts = {name: call.start for name, call in seen.calls.items()}
    return seen


@pytest.fixture
def quick(monkeypatch):
    """Calls of a `fit` that trains nothing, by title; nothing is timed."""
    calls = {}
    monkeypatch.setattr(job, "fit", recorder(calls, lambda *arguments, **choices: []))
    monkeypatch.setattr(job, "milliseconds", no_time)
    return calls


@pytest.fixture
def untimed(monkeypatch):
    monkeypatch.setattr(job, "milliseconds", no_time)


def silent(line):
    pass


def a_job(settings=SMALL, data=None):
    """A `Job` and a dense network for it, not trained."""
    data = data or patterns()
    dense = cnn(np.random.default_rng(9), (*data.shape, 1), data.classes)
    for parameter in dense.parameters.values():  # biases other than 0
        parameter.value = parameter.value + 1e-3 * np.arange(parameter.value.shape[-1])
    return Job(settings, data, silent), dense


def values(network):
    return [p.value for p in network.parameters.values()]


def same(one, other):
    pairs = zip(values(one), values(other), strict=True)
    return all(a.shape == b.shape and (a == b).all() for a, b in pairs)


def share_of_zeros(network):
    weights = [v for v in values(network) if v.ndim > 1]
    return sum(int((w == 0).sum()) for w in weights) / sum(w.size for w in weights)


def accuracy(network, split):
    guesses = network(split.x[..., None]).argmax(axis=1)
    return float(np.mean(guesses == split.labels))


def lowest_in_all(network, sparsity):
    """Masks of all but the round(sparsity n) smallest weights, True = keep."""
    weights = [v for v in values(network) if v.ndim > 1]
    size = np.sort(np.concatenate([np.abs(w).ravel() for w in weights]))
    gone = round(sparsity * len(size))
    return [np.abs(w) > size[gone - 1] for w in weights]


def parts(network, filters, neurons):
    """Values of a network of some filters and neurons alone, by index."""
    K, b, W, c, V, d = values(network)
    rows = W.reshape(-1, K.shape[-1], W.shape[-1])  # (pixels, filters, neurons)
    W = rows[:, filters][:, :, neurons].reshape(-1, len(neurons))
    return [K[..., filters], b[filters], W, c[neurons], V[neurons], d]


def highest(scores, sparsity):
    """Indices of what stays when round(sparsity n) of the lowest scores go."""
    return np.sort(np.argsort(scores, kind="stable")[round(sparsity * len(scores)) :])


# --- figures ------------------------------------------------------------------------------------


def test_the_table_has_every_network_once_by_kind_the_heaviest_first(done):
    rows = done.result.models
    points = [m.name for m in rows if m.name not in KINDS]
    assert points == [f"{100 * s:g} % of weights" for s in (0.95, 0.98) if s in done.possible]
    assert {m.name: m.kind for m in rows} == KINDS | dict.fromkeys(points, "weights")
    kinds = list(dict.fromkeys(KINDS.values()))
    for a, b in pairwise(rows):
        assert kinds.index(a.kind) <= kinds.index(b.kind)
        if a.kind == b.kind and a.kind not in ("none", "document"):
            assert a.nonzeros >= b.nonzeros
    assert [m.name for m in rows][:5] == list(KINDS)[:5]


@pytest.mark.parametrize("name", KINDS)
def test_every_figure_of_a_row_is_of_its_own_network(done, name, tmp_path):
    row = next(m for m in done.result.models if m.name == name)
    network = done.networks[name]
    K, b, W, c, V, d = values(network)
    positions = (6 - 2) * (5 - 2)
    filters, neurons = len(b), len(c)
    assert K.shape == (3, 3, 1, filters) and W.shape == (2 * 1 * filters, neurons)
    assert row.parameters == 9 * filters + filters + 2 * filters * neurons + 5 * neurons + 4
    assert row.nonzeros == sum(1 for v in values(network) for number in v.flat if number != 0)
    assert row.macs == positions * 9 * filters + 2 * filters * neurons + 4 * neurons
    alive = [sum(1 for number in w.flat if number != 0) for w in (K, W, V)]
    assert row.nonzero_macs == positions * alive[0] + alive[1] + alive[2]
    assert row.dense_bytes == 4 * row.parameters
    csr = 4 * (len(b) + len(c) + len(d))
    for w in (K, W, V):
        for unit in w.reshape(-1, w.shape[-1]).T:
            csr += sum(4 + 4 for number in unit if number != 0) + 4  # values, indices; its offset
        csr += 4  # the last offset
    assert row.sparse_bytes == csr
    save(network, tmp_path / "a.npz")
    assert row.file_bytes == (tmp_path / "a.npz").stat().st_size
    assert row.accuracy == accuracy(network, done.data.test)
    assert all(type(v) is int for v in (row.nonzeros, row.macs, row.nonzero_macs, row.file_bytes))


@pytest.mark.parametrize("name", KINDS)
def test_every_row_is_timed_on_its_own_network(done, name):
    row = next(m for m in done.result.models if m.name == name)
    place = {key: i for i, key in enumerate(done.timed)}
    for what, ms in (("dense", row.dense_ms), ("sparse", row.sparse_ms)):
        assert ms == {n: place[what, name, n] for n in (1, 256)} and list(ms) == [1, 256]
    images = done.data.test.x
    for what, n in product(("dense", "sparse"), (1, 256)):
        call = done.timed[what, name, n]
        network = call.func if what == "dense" else call.func.network()
        assert isinstance(call.func, Network if what == "dense" else SparseEngine)
        assert same(network, done.networks[name])
        (x,) = call.args
        assert x.shape == (n, 6, 5, 1)
        assert all((x[i, ..., 0] == images[i % 60]).all() for i in range(n))


def test_a_line_is_said_after_each_stage_with_name_and_test_accuracy(done):
    first, *lines = done.lines
    assert first == done.data.summary
    assert first.startswith("patterns: 440 training, 40 validation, 60 test images of 6x5 pixels, ")
    said = {line[:36].rstrip(): line[36:].strip() for line in lines}
    left_out = [name for name, words in said.items() if words.startswith("left out: masks would")]
    assert left_out == ["98 % of weights"]
    said.pop("98 % of weights")
    assert said == {m.name: f"{m.accuracy:.2%}" for m in done.result.models}
    assert lines[0].startswith("dense ")


def test_the_result_names_its_data_and_its_networks(done):
    result = done.result
    assert (result.settings, result.dataset, result.shape) == (SMALL, "patterns", (6, 5))
    assert result.about == [done.data.splitting, done.data.scaling]
    assert result.dense is done.networks["dense"]
    assert result.pruned is done.networks["70 % of weights"]
    assert result.shrunk is done.networks["50 % of units"]
    assert result.history is done.calls["dense"].history and len(result.history) == 4
    labels, answers = done.data.test.labels, result.pruned(done.data.test.with_channel).argmax(1)
    for label, found in enumerate(result.recalls):
        right = [a == label for a, y in zip(answers, labels, strict=True) if y == label]
        assert (found.name, found.samples) == (str(label), len(right))
        assert found.recall == sum(right) / len(right)
        row = [np.count_nonzero(answers[labels == label] == k) for k in range(len(result.recalls))]
        assert result.confusion[label] == row


def test_a_curve_is_the_validation_accuracy_of_its_network_before_and_after(done):
    names = {m.name for m in done.result.models} - {"dense", "threshold 0.1, not fine-tuned"}
    assert set(done.result.curves) == names
    for name, curve in done.result.curves.items():
        call = done.calls[name]
        assert curve.pruned == accuracy(call.start, done.data.validation)
        assert curve.history is call.history
        assert len(call.history) == 2
        last = call.history[-1].validation_accuracy
        assert last == accuracy(call.network, done.data.validation)


def test_the_task_is_learnt(done):
    """Else none of the other tests would mean much."""
    found = {m.name: m.accuracy for m in done.result.models}
    assert found["dense"] > 0.9 and found["70 % of weights"] > found["70 % of weights, at random"]


# --- training -----------------------------------------------------------------------------------


def test_the_dense_network_starts_at_random_and_trains_under_the_penalty(done):
    rng = np.random.default_rng([3, 0])
    begin, call = cnn(rng, (6, 5, 1), 4), done.calls["dense"]
    assert same(call.start, begin) and call.rng_state == rng.bit_generator.state
    assert (call.lr, call.choices["epochs"]) == (0.003, 4)
    penalty = call.choices["penalty_gradient"](np.array([2.0, -3.0, 0.0]))
    assert penalty.tolist() == [1e-5, -1e-5, 0.0]


def test_without_l1_there_is_no_penalty(quick):
    job.train_dense(a_job(replace(SMALL, l1=0.0))[0])
    assert quick["dense"].choices["penalty_gradient"] is None


@pytest.mark.parametrize("name", sorted(set(KINDS) - {"dense", "threshold 0.1, not fine-tuned"}))
def test_every_network_trains_on_alike_with_the_same_order_of_batches(done, name):
    call = done.calls[name]
    assert call.rng_state == np.random.default_rng([3, 2]).bit_generator.state
    assert (call.lr, call.choices["epochs"]) == (0.002, 2)
    assert call.choices.get("penalty_gradient") is None


@pytest.mark.parametrize("name", sorted(set(KINDS) - {"threshold 0.1, not fine-tuned"}))
def test_what_training_is_given(done, name):
    call, data = done.calls[name], done.data
    assert call.x.shape == (440, 6, 5, 1) and (call.x[..., 0] == data.train.x).all()
    assert call.y is data.train.labels
    x, y = call.choices["validation"]
    assert (x[..., 0] == data.validation.x).all() and y is data.validation.labels
    assert call.choices["batch_size"] == 16 and call.choices["lr_decay"] is cosine_decay
    assert isinstance(call.optimizer, Adam)
    assert list(call.optimizer.parameters) == list(call.network.parameters.values())
    z, y = np.array([[1.0, 0.0, -1.0, 2.0]]), np.array([1])
    assert call.choices["loss"](z, y)[0] == smoothed_cross_entropy(z, y, 0.1).loss


@pytest.mark.parametrize("rate", [0.0, 0.4])
def test_the_smoothing_of_the_settings_is_that_of_the_loss(rate):
    z, y = np.array([[1.0, 0.0, -1.0, 2.0]]), np.array([1])
    found = a_job(replace(SMALL, smoothing=rate))[0].loss(z, y)[0]
    assert found == smoothed_cross_entropy(z, y, rate).loss


def test_training_on_changes_the_network_and_leaves_the_dense_one(done):
    assert same(done.starts["dense, fine-tuned"], done.result.dense)
    for name, call in done.calls.items():
        assert not same(call.start, call.network), name


def test_same_seed_same_result_and_another_seed_another(done, untimed):
    again, other = (run_cnn(s, done.data, silent) for s in (SMALL, replace(SMALL, seed=4)))

    def found(result):
        rows = [{**asdict(m), "dense_ms": None, "sparse_ms": None} for m in result.models]
        curves = {
            name: (c.pruned, [(e.loss, e.validation_accuracy) for e in c.history])
            for name, c in result.curves.items()
        }
        return rows, curves, result.threshold, result.disagreement

    assert found(again) == found(done.result)
    for name in ("dense", "pruned", "shrunk"):
        assert same(getattr(again, name), getattr(done.result, name))
    assert not same(other.dense, again.dense)
    assert found(other)[1] != found(again)[1]


def test_the_test_images_choose_nothing(done, untimed):
    blank = done.data.test._replace(x=np.zeros_like(done.data.test.x))
    other = run_cnn(SMALL, done.data._replace(test=blank), silent)
    for name in ("dense", "pruned", "shrunk"):
        assert same(getattr(other, name), getattr(done.result, name))
    for name, curve in other.curves.items():
        mine = done.result.curves[name]
        assert [e.validation_accuracy for e in (*curve.history, *other.history)] == [
            e.validation_accuracy for e in (*mine.history, *done.result.history)
        ]
    assert other.threshold == done.result.threshold


# --- by rank ------------------------------------------------------------------------------------


@pytest.mark.parametrize("sparsity", [0.7, 0.8])
def test_the_smallest_of_all_layers_are_masked_and_stay_so(done, sparsity):
    call = done.calls[f"{100 * sparsity:g} % of weights"]
    masks, n = lowest_in_all(done.result.dense, sparsity), 9 * 32 + 64 * 64 + 64 * 4
    assert sum((~m).sum() for m in masks) == round(sparsity * n)
    for network in (call.start, call.network):
        for weight, mask in zip(network.weights.values(), masks, strict=True):
            assert (weight.mask == mask).all() and not weight.value[~mask].any()
    dense = done.result.dense.weights.values()
    for weight, mask, whole in zip(call.start.weights.values(), masks, dense, strict=True):
        assert (weight.value == whole.value * mask).all()
    biases = [(a, b) for a, b in zip(values(call.start), values(done.result.dense), strict=True)]
    assert all((a == b).all() for a, b in biases if a.ndim == 1)
    assert share_of_zeros(call.network) == round(sparsity * n) / n


def test_by_layer_every_layer_is_pruned_alike(quick):
    the_job, dense = a_job(replace(SMALL, scope="layer"))
    job.prune_weights(the_job, dense)
    job.remove_filters_and_neurons(the_job, dense)
    for name, s in {
        "70 % of weights": 0.7,
        "70 % of weights, at random": 0.7,
        "98 % of weights": 0.98,
        "50 % of units, 80 % of the rest": 0.8,
    }.items():
        for weight in quick[name].start.weights.values():
            assert (weight.value == 0).sum() == round(s * weight.value.size), name


def test_points_that_would_empty_a_layer_are_left_out(quick):
    the_job, dense = a_job()
    dense.weights["0.K"].value = dense.weights["0.K"].value / 1000  # gone first of all
    dense.weights["6.W"].value = 1000 * dense.weights["6.W"].value
    settings = replace(SMALL, sparsity=0.05)
    job.prune_weights(Job(settings, the_job.data, silent), dense)
    assert sorted(quick) == ["5 % of weights", "5 % of weights, at random"]


def test_all_points_are_there_where_no_layer_is_emptied(quick):
    the_job, dense = a_job(replace(SMALL, scope="layer", sparsity=0.95, unit_sparsity=0.25))
    assert job.prune_weights(the_job, dense) is quick["95 % of weights"].network
    shrunk, _ = job.remove_filters_and_neurons(the_job, dense)
    assert shrunk is quick["25 % of units"].network
    assert sorted(quick) == [
        "25 % of units",
        "25 % of units, 80 % of the rest",
        "25 % of units, at random",
        "75 % of units",
        "80 % of weights",
        "95 % of weights",
        "95 % of weights, at random",
        "98 % of weights",
    ]


def test_a_sparsity_that_empties_a_layer_is_refused_by_its_name(quick):
    the_job, dense = a_job(replace(SMALL, sparsity=0.98))
    dense.weights["0.K"].value = dense.weights["0.K"].value / 1000
    with pytest.raises(ValueError, match=r"^sparsity 0\.98: .*0\.K"):
        job.prune_weights(the_job, dense)


def test_a_control_that_would_empty_a_layer_does_not_end_the_job(quick):
    """By rank weights are left in all three layers; by chance, with this seed, not in one."""
    the_job, dense = a_job(replace(SMALL, sparsity=0.995, seed=2))
    for weight in dense.weights.values():
        weight.value.flat[:5] = 50
    assert job.prune_weights(the_job, dense) is quick["99.5 % of weights"].network


def test_scope_layer_is_no_advice_where_it_was_the_choice(quick):
    the_job, dense = a_job(replace(SMALL, sparsity=0.999, scope="layer"))
    with pytest.raises(ValueError, match=r"^sparsity 0\.999: ") as error:
        job.prune_weights(the_job, dense)
    assert "scope" not in str(error.value)


@pytest.mark.parametrize("choice", [{"sparsity": 0.79999999}, {"unit_sparsity": 0.2500001}])
def test_close_points_of_a_curve_do_not_share_a_name(choice, quick):
    the_job, dense = a_job(replace(SMALL, scope="layer", **choice))
    pruned = job.prune_weights(the_job, dense)
    shrunk, _ = job.remove_filters_and_neurons(the_job, dense)
    kept = [network for _, network in the_job.made.values()]
    assert any(n is pruned for n in kept) and any(n is shrunk for n in kept)


def test_the_control_of_weights_is_random_and_as_sparse(done):
    start = done.calls["70 % of weights, at random"].start
    network = done.networks["70 % of weights, at random"]
    n = 9 * 32 + 64 * 64 + 64 * 4
    assert share_of_zeros(start) == share_of_zeros(network) == round(0.7 * n) / n
    expected = done.result.dense.copy()
    prune_at_random(expected, 0.7, np.random.default_rng([3, 1]))
    assert same(start, expected)
    dense = [w.value for w in done.result.dense.weights.values()]
    masks = [w.mask for w in start.weights.values()]
    for weight, mask in zip(dense, masks, strict=True):  # large ones go, small ones stay
        assert np.abs(weight[~mask]).mean() == pytest.approx(np.abs(weight).mean(), rel=0.15)


# --- by units -----------------------------------------------------------------------------------


@pytest.mark.parametrize("sparsity", [0.25, 0.5, 0.75])
def test_the_lowest_filters_and_neurons_are_gone_for_real(done, sparsity):
    name = f"{100 * sparsity:g} % of units"
    dense, start = done.result.dense, done.starts[name]
    K, _, W, *_ = values(dense)
    filters = highest(np.abs(K).sum(axis=(0, 1, 2)), sparsity)
    neurons = highest(np.abs(W).sum(axis=0), sparsity)
    assert (len(filters), len(neurons)) == (32 - round(32 * sparsity), 64 - round(64 * sparsity))
    for a, b in zip(values(start), parts(dense, filters, neurons), strict=True):
        np.testing.assert_array_equal(a, b)
    assert all(
        w.mask is None or w.mask.all() for w in done.networks[start_name(sparsity)].weights.values()
    )


def start_name(sparsity):
    return f"{100 * sparsity:g} % of units"


@pytest.mark.parametrize("criterion", UNIT_CRITERIA)
def test_every_criterion_chooses_by_its_scores_on_the_first_training_images(
    criterion, quick, monkeypatch
):
    monkeypatch.setattr(job, "SCORED_ON", 50)
    the_job, dense = a_job(replace(SMALL, criterion=criterion))
    before = dense.copy()
    job.remove_filters_and_neurons(the_job, dense)
    train = the_job.data.train
    scores = unit_scores(dense, criterion, train.x[:50, ..., None], train.labels[:50])
    for sparsity in (0.25, 0.5, 0.75):
        kept = [highest(s, sparsity) for s in scores]
        start = quick[f"{100 * sparsity:g} % of units"].start
        for a, b in zip(values(start), parts(dense, *kept), strict=True):
            np.testing.assert_array_equal(a, b)
    assert same(dense, before)


def test_scores_look_at_a_thousand_training_images():
    assert job.SCORED_ON == 1000


def test_the_shrunk_network_says_what_the_silenced_one_says(done):
    """The silenced network is made here by hand, with zeros where the units were."""
    masked, kept = done.result.dense.copy(), done.starts["50 % of units"]
    K, b, W, c, V, _ = values(masked)
    filters = ~np.isin(b, values(kept)[1])
    neurons = ~np.isin(c, values(kept)[3])
    assert (filters.sum(), neurons.sum()) == (16, 32)
    K[..., filters] = b[filters] = 0
    W[:, neurons] = c[neurons] = V[neurons] = 0
    W.reshape(-1, 32, 64)[:, filters] = 0
    x = done.data.test.x[..., None]
    expected, found = masked(x), kept(x)
    assert done.result.disagreement == np.abs(found - expected).max() / np.abs(expected).max()
    assert type(done.result.disagreement) is float and done.result.disagreement < 1e-6


def test_disagreement_would_be_seen(quick, monkeypatch):
    def broken(network, shrink=job.shrink_network):
        small = shrink(network)
        small.layers[-1].b.value = small.layers[-1].b.value + 1
        return small

    monkeypatch.setattr(job, "shrink_network", broken)
    the_job, dense = a_job()
    shrunk, apart = job.remove_filters_and_neurons(the_job, dense)
    x = the_job.data.test.x[..., None]
    assert apart == pytest.approx(1 / np.abs(shrunk(x) - 1).max(), rel=1e-4)


def test_of_what_the_units_leave_four_fifths_are_masked_too(done):
    call, units = done.calls["50 % of units, 80 % of the rest"], done.starts["50 % of units"]
    masks = lowest_in_all(units, 0.8)
    for network in (call.start, call.network):
        for weight, mask in zip(network.weights.values(), masks, strict=True):
            assert (weight.mask == mask).all() and not weight.value[~mask].any()
    for weight, mask, whole in zip(
        call.start.weights.values(), masks, units.weights.values(), strict=True
    ):
        assert (weight.value == whole.value * mask).all()


def test_masks_on_top_that_would_empty_a_layer_are_left_out(quick):
    the_job, dense = a_job()
    dense.weights["0.K"].value = dense.weights["0.K"].value / 1000
    job.remove_filters_and_neurons(the_job, dense)
    names = [f"{name} % of units" for name in (25, 50, 75)]
    assert sorted(quick) == sorted([*names, "50 % of units, at random"])


def test_the_control_of_units_is_random_and_of_the_same_shapes(done):
    dense, start = done.result.dense, done.starts["50 % of units, at random"]
    chosen = done.starts["50 % of units"]
    assert [v.shape for v in values(start)] == [v.shape for v in values(chosen)]
    rng = np.random.default_rng([3, 3])
    kept = [highest(rng.random(n), 0.5) for n in (32, 64)]
    for a, b in zip(values(start), parts(dense, *kept), strict=True):
        np.testing.assert_array_equal(a, b)
    assert not np.isin(values(start)[1], values(chosen)[1]).all()


@pytest.mark.parametrize("seed", [0, 1])
def test_the_controls_follow_the_seed(quick, seed):
    """The dense network is the same; other units and weights go by chance."""
    the_job, dense = a_job(replace(SMALL, seed=seed))
    job.prune_weights(the_job, dense)
    job.remove_filters_and_neurons(the_job, dense)
    by_weight, by_unit = (
        quick[f"{name}, at random"].start for name in ("70 % of weights", "50 % of units")
    )
    quick.clear()
    the_job, _ = a_job(replace(SMALL, seed=2))
    job.prune_weights(the_job, dense)
    job.remove_filters_and_neurons(the_job, dense)
    assert not same(by_weight, quick["70 % of weights, at random"].start)
    assert not same(by_unit, quick["50 % of units, at random"].start)


@pytest.mark.parametrize(("sparsity", "left"), [(0.0, (32, 64)), (0.97, (1, 2)), (0.98, (1, 1))])
def test_no_unit_or_almost_all_can_go(sparsity, left, untimed):
    settings = replace(SMALL, unit_sparsity=sparsity, epochs=1)
    result = run_cnn(settings, patterns(n=120), silent)
    assert (values(result.shrunk)[1].size, values(result.shrunk)[3].size) == left
    row = next(m for m in result.models if m.name == f"{100 * sparsity:g} % of units")
    assert row.parameters == sum(v.size for v in values(result.shrunk))
    assert result.disagreement < 1e-5


def test_a_ratio_that_rounds_to_all_leaves_one(quick):
    the_job, dense = a_job(replace(SMALL, unit_sparsity=0.99))
    shrunk, _ = job.remove_filters_and_neurons(the_job, dense)
    assert (values(shrunk)[1].size, values(shrunk)[3].size) == (1, 1)


# --- by threshold -------------------------------------------------------------------------------


def test_the_threshold_takes_of_every_layer_what_lies_below_it(done):
    found, dense = done.result.threshold, done.result.dense
    below = {
        name: [abs(number) <= np.float32(0.1) for number in weight.value.flat]
        for name, weight in dense.weights.items()
    }
    assert found.layers == {name: sum(b) / len(b) for name, b in below.items()}
    assert list(found.layers) == ["0.K", "4.W", "6.W"]
    assert found.pruned == sum(map(sum, below.values())) / sum(map(len, below.values()))
    start = done.networks["threshold 0.1, not fine-tuned"]
    for name, weight in start.weights.items():
        gone = np.reshape(below[name], weight.value.shape)
        assert (weight.value == np.where(gone, 0, dense.weights[name].value)).all()
        assert (weight.mask == ~gone).all()


def test_masked_stays_and_unmasked_regrows(done):
    found = done.result.threshold
    masked = done.networks["threshold 0.1"]
    unmasked = done.networks["threshold 0.1, unmasked"]
    assert found.masked == share_of_zeros(masked) == found.pruned
    assert found.unmasked == share_of_zeros(unmasked) <= found.after_one_step < found.pruned
    for name, weight in done.networks["threshold 0.1, not fine-tuned"].weights.items():
        assert (masked.weights[name].mask == weight.mask).all()
        assert not masked.weights[name].value[~weight.mask].any()
    assert all(w.mask is None for w in unmasked.weights.values())
    start = done.starts["threshold 0.1, unmasked"]
    assert same(start, done.networks["threshold 0.1, not fine-tuned"])
    assert all(w.mask is None for w in start.weights.values())


@pytest.mark.parametrize("batch_size", [1, 5, 32])
def test_one_step_of_adam_fills_what_has_a_gradient(quick, batch_size):
    """Adam's first step moves every weight whose gradient is not 0, by as much."""
    the_job, dense = a_job(replace(SMALL, batch_size=batch_size))
    found = job.prune_as_the_document(the_job, dense)
    network = quick["threshold 0.1, unmasked"].start.copy()
    before = [w.value.copy() for w in network.weights.values()]
    x, y = the_job.data.train.x[:batch_size, ..., None], the_job.data.train.labels[:batch_size]
    z = network.forward(x, training=True)
    network.backward(smoothed_cross_entropy(z, y, 0.1).gradient)
    pairs = zip(before, network.weights.values(), strict=True)
    still = sum(((w == 0) & (p.grad == 0)).sum() for w, p in pairs)
    n = sum(w.size for w in before)
    assert 0 < found.after_one_step < found.pruned
    assert found.after_one_step == still / n
    assert found.masked == found.unmasked == found.pruned  # for here nothing was trained


def test_weights_of_exactly_the_threshold_are_pruned(quick):
    the_job, dense = a_job(replace(SMALL, theta=0.125))
    dense.weights["6.W"].value[:, 0] = 0.125
    dense.weights["6.W"].value[:, 1:] = -0.25
    assert job.prune_as_the_document(the_job, dense).layers["6.W"] == 0.25


def test_a_threshold_below_all_weights_prunes_nothing(quick):
    the_job, dense = a_job(replace(SMALL, theta=0.0))
    found = job.prune_as_the_document(the_job, dense)
    assert set(found.layers.values()) == {0.0}
    assert (found.pruned, found.masked, found.after_one_step, found.unmasked) == (0, 0, 0, 0)
    assert same(quick["threshold 0"].start, dense)


def test_a_threshold_that_empties_a_layer_is_said_and_left_out(done, untimed):
    lines = []
    result = run_cnn(replace(SMALL, theta=50.0), done.data, lines.append)
    assert result.threshold is None
    others = [m for m in done.result.models if m.kind != "document"]
    assert [(m.name, m.accuracy) for m in result.models] == [(m.name, m.accuracy) for m in others]
    assert set(result.curves) == {m.name for m in others} - {"dense"}
    (line,) = [line for line in lines if "threshold" in line]
    assert line.startswith("threshold 50 ") and "left out" in line and "0.K" in line


def test_rows_of_features_are_refused_in_chinese_too():
    x = np.arange(36.0).reshape(12, 3)
    with pytest.raises(ValueError, match="rows of 3 features; use run mlp") as refused:
        run_cnn(SMALL, make_dataset("rows", x, [0, 1] * 6), silent)
    assert refused.value.zh == ("run cnn 需要图像，而 rows 的样本是 3 个特征组成的行；请用 run mlp")


def test_the_job_speaks_chinese_and_names_its_networks_in_english(done, untimed):
    lines = []
    with using("zh"):
        result = run_cnn(replace(SMALL, theta=50.0), done.data, lines.append)
    _, *stages = lines
    accuracies = {m.name: f"{m.accuracy:.2%}" for m in result.models}
    left_out = [line for line in stages if "略去" in line]
    why = "略去：掩码会剪掉 0.K 的全部权重；请少剪一些，或分更多步剪"
    assert left_out == [
        wide("98 % 的权重", 37) + why,
        wide("阈值 50", 37) + why,
    ]
    stages = [line for line in stages if line not in left_out]
    said = {line[: line.rindex(" ")].rstrip(): line.split()[-1] for line in stages}
    assert [*said.values()] == [accuracies[name] for name in (
        "dense", "70 % of weights", "80 % of weights", "95 % of weights",
        "70 % of weights, at random", "50 % of units", "25 % of units", "75 % of units",
        "50 % of units, 80 % of the rest", "50 % of units, at random", "dense, fine-tuned",
    )]  # fmt: skip
    assert [*said][:2] == ["稠密", "70 % 的权重"] and "50 % 的单元，其余权重的 80 %" in said
    parts = [part for name in said for part in name.split("，")]
    assert not any(map(str.isascii, parts))
    assert {columns(line[: line.rindex(" ") + 1]) for line in stages} == {37}


# --- choices and images --------------------------------------------------------------------------


def test_the_defaults_are_those_of_the_documents_network():
    assert asdict(CnnSettings()) == {
        "sparsity": 0.9, "scope": "global", "epochs": 6, "finetune_epochs": 2, "batch_size": 64,
        "lr": 2e-3, "finetune_lr": 1e-3, "l1": 1e-5, "seed": 0, "smoothing": 0.1, "theta": 0.1,
        "unit_sparsity": 0.5, "criterion": "l1",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sparsity", 1.0), ("sparsity", -0.1), ("sparsity", float("nan")), ("scope", "all"),
        ("epochs", 0), ("finetune_epochs", 0), ("batch_size", 0), ("lr", 0.0), ("finetune_lr", -1),
        ("l1", -1e-9), ("l1", float("inf")), ("seed", -1), ("smoothing", 1.0), ("smoothing", -0.1),
        ("theta", -0.1), ("theta", float("nan")), ("unit_sparsity", 1.0), ("unit_sparsity", -0.5),
        ("criterion", "bn_scale"), ("criterion", "random"), ("criterion", ""),
    ],
)  # fmt: skip
def test_settings_refuse_by_name(name, value):
    with pytest.raises(ValueError, match=f"^{name} must"):
        CnnSettings(**{name: value})


@pytest.mark.parametrize(
    "name", ["epochs", "batch_size", "theta", "unit_sparsity", "smoothing", "seed"]
)
def test_settings_refuse_words_for_numbers_by_name(name):
    with pytest.raises(TypeError, match=f"^{name} must"):
        CnnSettings(**{name: "1"})


@pytest.mark.parametrize(
    ("shape", "classes"), [((4, 4), 3), ((5, 9), 2), ((9, 4), 26), ((6, 5), 2), ((4, 7), 1)]
)
def test_images_of_any_size_and_any_number_of_classes(shape, classes, untimed):
    data = patterns(shape, classes, n=156)
    settings = replace(SMALL, scope="layer", epochs=1)
    result = run_cnn(settings, data, silent)
    h, w = (side - 2 for side in shape)
    inputs = (h // 2) * (w // 2) * 32
    dense = next(m for m in result.models if m.name == "dense")
    assert dense.parameters == 320 + (inputs + 1) * 64 + 65 * classes
    assert dense.macs == h * w * 288 + inputs * 64 + 64 * classes
    assert result.shape == shape
    assert all(v.shape[-1] == classes for v in values(result.shrunk)[-2:])


@pytest.mark.parametrize("shape", [(3, 3), (3, 9), (9, 3)])
def test_too_small_images_are_refused_with_the_shapes(shape):
    h, w = (side - 2 for side in shape)
    with pytest.raises(ValueError, match=rf"Pool.*\({h}, {w}, 32\)"):
        run_cnn(SMALL, patterns(shape, 2, n=24), silent)


def test_too_large_a_learning_rate_is_named(done):
    with pytest.raises(FloatingPointError, match=r"diverged.*lr"):
        run_cnn(replace(SMALL, lr=1e30), done.data, silent)
