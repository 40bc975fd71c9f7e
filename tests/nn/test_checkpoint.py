"""Training that is resumed from a file ends with the same bits as training that never stopped."""

import os
import signal
import subprocess
import sys
import textwrap
import time
import zipfile
from contextlib import suppress

import numpy as np
import pytest

from minprune.formulas.penalties import l1_proximal
from minprune.nn.batchnorm import BatchNorm
from minprune.nn.layers import Dense, Dropout, Layer, ReLU, Tanh
from minprune.nn.losses import mean_squared_error, one_hot
from minprune.nn.network import Network, mlp
from minprune.nn.optim import SGD, Adam, cosine_decay
from minprune.nn.train import fit
from minprune.pruning.during import (
    MovementPruning,
    NetworkSurgery,
    gradual_pruning,
    proximal_pruning,
)
from minprune.pruning.one_shot import prune_by_magnitude

RNG = np.random.default_rng(0)
X = RNG.standard_normal((70, 6)).astype(np.float32)
Y = np.argmax(X[:, :3], axis=1)
EPOCHS, AN_EPOCH = 5, 5  # steps: 14 samples each


class Stopped(Exception):
    """An error that interrupts a training."""


def plain(network, optimizer):
    return network, {"optimizer": optimizer(network)}


def sgd():
    return plain(mlp([6, 8, 3], 1), lambda n: SGD(n.parameters, 0.1, 0.9, 1e-3))


def adam_masked():
    network = mlp([6, 8, 3], 1)
    prune_by_magnitude(network, 0.6)
    return plain(network, lambda n: Adam(n.parameters, 0.01))


def some_parameters():
    network = mlp([6, 8, 3], 1)
    some = {name: p for name, p in network.parameters.items() if name.startswith("2")}
    return network, {"optimizer": SGD(some, 0.1, 0.5)}


def dropout_and_batch_norm():
    rng = np.random.default_rng(3)
    layers = [Dense.random(6, 9, rng), BatchNorm.identity(9), ReLU(), Dropout(0.3, rng)]
    network = Network([*layers, Dense.random(9, 3, rng), Dropout(0.1, np.random.default_rng(4))])
    return network, {"optimizer": Adam(network.parameters), "rng": rng}  # one of them shared


def gradual():
    network = mlp([6, 8, 3], 1)
    return network, {"on_step": gradual_pruning(network, 0.75, begin=3, end=20, frequency=1)}


def proximal():
    network = mlp([6, 8, 3], 1)
    optimizer = SGD(network.parameters, 0.1)
    on_step = proximal_pruning(network, optimizer, 0.05, l1_proximal)
    return network, {"optimizer": optimizer, "on_step": on_step}


def penalty_that_sets_in():
    network, strength = mlp([6, 8, 3], 1), [0.0]

    def on_step(step):
        strength[0] = 0.01 * (step >= 10)

    return network, {"on_step": on_step, "penalty_gradient": lambda w: strength[0] * np.sign(w)}


def surgery():
    network = mlp([6, 8, 3], 1)
    rng = np.random.default_rng(7)
    return network, {"optimizer": NetworkSurgery(network, 0.0, rng, gamma=0.1, lr=0.02)}


def movement():
    network = mlp([6, 8, 3], 1)
    return network, {"optimizer": MovementPruning(network, 0.6, 2, 22, lr=0.02)}


def patient():
    options = {"validation": (X[:20], (Y[:20] + 1) % 3), "patience": 3}
    network = mlp([6, 8, 3], 1)
    return network, options | {"optimizer": SGD(network.parameters, 0.5)}


def other_generators():
    network = mlp([6, 8, 3], 1)
    return network, {"rng": np.random.Generator(np.random.MT19937(5))}


CASES = [sgd, adam_masked, some_parameters, dropout_and_batch_norm, gradual, proximal,
         penalty_that_sets_in, surgery, movement, patient, other_generators]  # fmt: skip


def run(case, path=None, stop=None, epochs=EPOCHS):
    """Train a case from its beginning, or from the file; stopped at a step, it raises."""
    network, options = case()
    hook = options.pop("on_step", lambda step: None)
    calls = []

    def on_step(step):
        hook(step)
        calls.append(step)
        if step == stop:
            raise Stopped

    history = fit(network, X, Y, epochs=epochs, batch_size=14, lr_decay=cosine_decay,
                  checkpoint=path, on_step=on_step, **{"rng": 2} | options)  # fmt: skip
    return network, history, calls


def bits(network):
    return {name: array.tobytes() for name, array in network.state_dict().items()}


def results(history):
    return [(e.number, e.loss, e.accuracy, e.validation_loss) for e in history], history.best.number


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
@pytest.mark.parametrize("stops", [[5], [7], [24], [3, 12, 19]], ids=str)
def test_the_bits_are_those_of_a_training_that_never_stopped(case, stops, tmp_path):
    expected, whole, _ = run(case)
    path = tmp_path / "run.npz"
    for stop in stops:
        with suppress(Stopped):  # patience may end it before
            run(case, path, stop)
    network, history, calls = run(case, path)
    assert calls[0] == min((stops[-1] - 1) // AN_EPOCH, len(whole)) * AN_EPOCH
    assert results(history) == results(whole) and history.stopped == whole.stopped
    assert bits(network) == bits(expected)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_a_finished_training_is_not_repeated(case, tmp_path):
    first, whole, _ = run(case, tmp_path / "run.npz")
    before = (tmp_path / "run.npz").read_bytes()
    network, history, calls = run(case, tmp_path / "run.npz")
    assert len(calls) == 1 and results(history) == results(whole)
    assert history.stopped == whole.stopped
    assert bits(network) == bits(first)
    assert (tmp_path / "run.npz").read_bytes() == before


def test_without_decay_more_epochs_go_on_from_fewer(tmp_path):
    def train(network, epochs, path=None):
        return fit(network, X, Y, epochs=epochs, batch_size=14, checkpoint=path)

    whole, parts = mlp([6, 4, 3], 1), tmp_path / "run.npz"
    train(whole, 4)
    for epochs in (1, 2, 4):
        network = mlp([6, 4, 3], 1)
        history = train(network, epochs, parts)
    assert bits(network) == bits(whole) and [e.number for e in history] == [1, 2, 3, 4]
    with pytest.raises(ValueError, match=r"run\.npz: holds 4 epochs, more than epochs = 3"):
        train(network, 3, parts)


SCRIPT = """
    import sys, time
    import numpy as np
    import minprune as mp

    x = np.random.default_rng(0).standard_normal((600, 6)).astype(np.float32)
    network = mp.mlp([6, 40, 3], 1)
    mp.fit(network, x, np.argmax(x[:, :3], axis=1), epochs=12, batch_size=5,
           checkpoint=sys.argv[1] if len(sys.argv) > 2 else None,
           on_epoch=lambda epoch: print(epoch.number, flush=True))
    mp.save(network, sys.argv[-1])
"""


def test_a_killed_process_loses_no_more_than_an_epoch(tmp_path):
    python = [sys.executable, "-c", textwrap.dedent(SCRIPT)]
    command = [*python, tmp_path / "run.npz", tmp_path / "network.npz"]
    for until in (2, 7):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            numbers = [int(process.stdout.readline())]
            while numbers[-1] < until:
                numbers.append(int(process.stdout.readline()))
            time.sleep(0.01)
            os.kill(process.pid, signal.SIGKILL)
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    assert done[-1] == "12" and 8 <= int(done[0]) <= 12
    subprocess.run([*python, tmp_path / "whole.npz"], check=True, capture_output=True)
    assert (tmp_path / "network.npz").read_bytes() == (tmp_path / "whole.npz").read_bytes()


# --- what does not fit ----------------------------------------------------------------------------


def wider(options):
    return mlp([6, 9, 3], 1), options


def with_sgd(options):
    network = mlp([6, 8, 3], 1)
    return network, options | {"optimizer": SGD(network.parameters, 0.1)}


def mt19937(options):
    return mlp([6, 8, 3], 1), options | {"rng": np.random.Generator(np.random.MT19937(5))}


def with_dropout(options):
    layers = mlp([6, 8, 3], 1).layers
    return Network([*layers, Dropout(0.5, 0)]), options


def with_tanh(options):
    first, _, last = mlp([6, 8, 3], 1).layers
    return Network([first, Tanh(), last]), options


def pruned(options):
    network = mlp([6, 8, 3], 1)
    prune_by_magnitude(network, 0.25)
    return network, options


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda o: (mlp([6, 8, 3], 1), o | {"x": X + 1}), "another training, whose checksum of x"),
        (lambda o: (mlp([6, 8, 3], 1), o | {"y": Y[::-1]}), "another training, whose checksum of"),
        (lambda o: (mlp([6, 8, 3], 1), o | {"batch_size": 7}), "whose batch size was 14, not 7;"),
        (wider, r"does not fit: state\['0\.W'\] must be float32 of shape \(6, 9\), got float32"),
        (with_sgd, "does not fit: state also holds"),
        (mt19937, "does not fit"),
        (with_dropout, "whose order of layers was Dense, ReLU, Dense, not Dense, ReLU, Dense, Dr"),
        (with_tanh, "whose order of layers was Dense, ReLU, Dense, not Dense, Tanh, Dense;"),
        (pruned, "its network has 0 pruned weights, the given one 18, .* checkpoint another name"),
        (
            lambda o: (mlp([6, 8, 3], 1), o | {"validation": (X, Y), "patience": 2}),
            "its epochs had no validation, which patience needs",
        ),
        (
            lambda o: (mlp([6, 8, 3], 1), o | {"epochs": 1}),
            "holds 2 epochs, more than epochs = 1, which counts those before",
        ),
        (lambda o: (mlp([6, 8, 3], 1, dtype=np.float64), o), "does not fit: .*float64"),
    ],
)
def test_another_training_is_refused_and_nothing_is_changed(change, message, tmp_path):
    options = {"x": X, "y": Y, "epochs": 3, "batch_size": 14, "checkpoint": tmp_path / "run.npz"}
    fit(mlp([6, 8, 3], 1), **options | {"epochs": 2})
    kept = options["checkpoint"].read_bytes()
    network, options = change(options)
    before, optimizer = bits(network), options.setdefault("optimizer", Adam(network.parameters))
    moments = {name: a.tobytes() for name, a in optimizer.state_dict().items()}
    rng = options.setdefault("rng", np.random.default_rng(0))
    stream = repr(rng.bit_generator.state)
    with pytest.raises(ValueError, match=rf"run\.npz: .*{message}"):
        fit(network, **options)
    assert bits(network) == before and options["checkpoint"].read_bytes() == kept
    assert {name: a.tobytes() for name, a in optimizer.state_dict().items()} == moments
    assert repr(rng.bit_generator.state) == stream


def test_masks_that_training_changes_are_those_of_the_file(tmp_path):
    network, options = mlp([6, 8, 3], 1), {"on_step": lambda step: None}
    options |= {"checkpoint": tmp_path / "run.npz"}
    fit(network, X, Y, epochs=1, **options)
    prune_by_magnitude(network, 0.9)  # as if it had been stopped in a later epoch
    fit(network, X, Y, epochs=2, **options)
    assert network.masked_sparsity == 0


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no endless device")
def test_what_is_no_file_is_refused_and_not_read():
    with pytest.raises(ValueError, match="/dev/full: is not a file"):
        fit(mlp([6, 8, 3], 1), X, Y, epochs=1, checkpoint="/dev/full")


def damaged(data):
    """Ways in which a file can be damaged, by name."""
    yield "empty", b""
    yield "cut", data[: len(data) // 2]
    yield "not a zip", b"a" * 1000
    at = data.index(b"network/0.W.npy") + 200
    yield "a flipped byte", data[:at] + bytes([data[at] ^ 255]) + data[at + 1 :]


def test_a_damaged_file_is_refused_by_name(tmp_path):
    path = tmp_path / "run.npz"
    fit(mlp([6, 8, 3], 1), X, Y, epochs=1, checkpoint=path)
    for name, data in damaged(path.read_bytes()):
        path.write_bytes(data)
        network = mlp([6, 8, 3], 1)
        before = bits(network)
        with pytest.raises(ValueError, match=r"run\.npz: not a whole minprune training"):
            fit(network, X, Y, epochs=2, checkpoint=path)
        assert bits(network) == before, name


def test_a_file_of_something_else_is_refused(tmp_path):
    from minprune.nn.store import save

    save(mlp([6, 8, 3], 1), tmp_path / "network.npz")
    np.savez(tmp_path / "other.npz", x=X)
    with zipfile.ZipFile(tmp_path / "bomb.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("network/0.W.npy", bytes(10_000_000))
    for name in ("network.npz", "other.npz", "bomb.npz"):
        with pytest.raises(ValueError, match=rf"{name}: not a whole minprune training"):
            fit(mlp([6, 8, 3], 1), X, Y, epochs=2, checkpoint=tmp_path / name)


class Trap:
    """An object whose pickle writes a file when it is loaded."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


def test_a_pickle_is_never_loaded(tmp_path):
    path = tmp_path / "run.npz"
    fit(mlp([6, 8, 3], 1), X, Y, epochs=1, checkpoint=path)
    with np.load(path) as file:
        arrays = {**file} | {"network/0.b": np.array([Trap(tmp_path / "sprung")], object)}
    np.savez(path, **arrays)
    with pytest.raises(ValueError, match=r"run\.npz: not a whole minprune training"):
        fit(mlp([6, 8, 3], 1), X, Y, epochs=2, checkpoint=path)
    assert not (tmp_path / "sprung").exists()


def test_patience_goes_on_from_epochs_that_were_judged_by_accuracy_alone(tmp_path):
    path, options = tmp_path / "run.npz", {"validation": (X[:9], Y[:9])}
    options |= {"loss": mean_squared_error, "checkpoint": path}
    targets = one_hot(Y, 3)
    fit(mlp([6, 8, 3], 1), X, targets, epochs=1, **options)
    history = fit(mlp([6, 8, 3], 1), X, targets, epochs=3, patience=5, **options)
    assert len(history) == 3 and history[-1].validation_loss is None


def test_a_place_that_cannot_be_written_is_named_before_an_epoch_is_lost(tmp_path):
    seen = []
    for path in (tmp_path / "nowhere" / "run.npz", tmp_path):
        with pytest.raises((OSError, ValueError), match=str(path)):
            fit(mlp([6, 3], 1), X, Y, epochs=2, checkpoint=path, on_step=seen.append)
    assert seen == []
    with pytest.raises(TypeError, match="checkpoint must be a str or a path"):
        fit(mlp([6, 3], 1), X, Y, epochs=2, checkpoint=7)


def test_an_optimizer_that_cannot_be_saved_is_named():
    class Mine:
        lr = 0.1

        def __init__(self, network):
            self.parameters = list(network.parameters.values())

        def step(self):
            pass

    network = mlp([6, 3], 1)
    fit(network, X, Y, epochs=1, optimizer=Mine(network))
    with pytest.raises(TypeError, match="optimizer must have state_dict and load_state_dict"):
        fit(network, X, Y, epochs=1, optimizer=Mine(network), checkpoint="run.npz")


# --- state_dict -----------------------------------------------------------------------------------


def test_a_state_is_a_copy_and_masks_of_now_are_replaced():
    network = mlp([6, 8, 3], 1)
    dense = network.state_dict()
    prune_by_magnitude(network, 0.5)
    pruned = network.state_dict()
    assert pruned.keys() - dense.keys() == {"0.W.mask", "2.W.mask"}
    network.load_state_dict(dense)
    assert all(p.mask is None for p in network.parameters.values())
    assert bits(network) == {name: array.tobytes() for name, array in dense.items()}
    dense["0.W"][:] = np.nan
    assert np.isfinite(network.layers[0].W.value).all()
    network.load_state_dict(pruned)
    assert network.sparsity == 0.5 and network.masked_sparsity == 0.5


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s.pop("0.b"), "state lacks 0.b"),
        (lambda s: s.update(extra=X), "state also holds extra"),
        (lambda s: s.update({"0.W": X}), r"state\['0.W'\] must be float32 of shape \(6, 8\), got"),
        (lambda s: s.update({"0.W": s["0.W"].astype(float)}), r"must be float32 of .*got float64"),
        (lambda s: s.update({"0.W.mask": np.ones((6, 8))}), r"mask'\] must be bool of shape"),
        (lambda s: s.update({"0.W.mask": np.ones(3, bool)}), r"mask'\] must be bool of shape"),
    ],
)
def test_a_state_that_does_not_fit_is_refused_before_anything_changes(change, message):
    network = mlp([6, 8, 3], 1)
    state, before = mlp([6, 8, 3], 2).state_dict(), bits(network)
    change(state)
    with pytest.raises(ValueError, match=message):
        network.load_state_dict(state)
    assert bits(network) == before
    with pytest.raises(TypeError, match="state must be a dict of arrays by name"):
        network.load_state_dict(network)


def test_an_optimizer_goes_on_from_its_state():
    def stepped(steps, optimizer, network):
        for k in range(steps):
            for p in network.parameters.values():
                p.grad = np.sin(k + p.value)
            optimizer.step()

    network = mlp([6, 8, 3], 1)
    optimizer = Adam(network.parameters, 0.1)
    stepped(3, optimizer, network)
    other = network.copy()
    twin = Adam(other.parameters, 0.1)
    twin.load_state_dict(optimizer.state_dict())
    stepped(2, optimizer, network)
    stepped(2, twin, other)
    assert bits(network) == bits(other) and twin.t == optimizer.t == 5
    state = optimizer.state_dict()
    state["0.W/0"] = state["0.W/0"][1:]
    with pytest.raises(ValueError, match=r"state\['0\.W/0'\] must be float32 of shape \(48,\)"):
        twin.load_state_dict(state)
    assert twin.t == 5


class Odd(Layer):
    """A layer whose `rng` is not a Generator."""

    rng = None

    def forward(self, x, training=False):
        return self.remember(x) if training else x

    def backward(self, dy, input_gradient=True):
        return self.recall(dy)[0]


def test_a_layer_may_have_an_rng_that_is_none(tmp_path):
    network = Network([Odd(), Dense.random(6, 3, 0)])
    fit(network, X, Y, epochs=1, checkpoint=tmp_path / "run.npz")
    assert len(fit(network, X, Y, epochs=2, checkpoint=tmp_path / "run.npz")) == 2
