"""Saving and loading: bit for bit, whole or not at all, and nothing else is taken for a network."""

import json
import os
import pickle
import signal
import subprocess
import sys

import numpy as np
import pytest

from minprune.files import writable_folder
from minprune.nn.layers import Dense
from minprune.nn.network import Network, mlp
from minprune.nn.store import load, save
from minprune.pruning.one_shot import prune_by_magnitude


def sample(dtype=np.float64, masked=True, seed=0):
    rng = np.random.default_rng(seed)
    network = mlp([4, 3, 2], rng, dtype=dtype)
    for parameter in network.parameters.values():
        parameter.value = rng.standard_normal(parameter.value.shape)
    if masked:
        prune_by_magnitude(network, 0.5)
    return network


def content(network):
    """All that makes a network, to be compared."""
    kinds = [type(layer).__name__ for layer in network.layers]
    return kinds, {
        name: (p.value.dtype, p.value.shape, p.value.tobytes(), p.mask is None or p.mask.tolist())
        for name, p in network.parameters.items()
    }


@pytest.fixture
def path(tmp_path):
    """A file that holds `sample()`."""
    save(sample(), tmp_path / "network.npz")
    return tmp_path / "network.npz"


def refused(path):
    with pytest.raises(ValueError, match=r"network\.npz: not a whole minprune network"):
        load(path)


# --- what is saved comes back ---------------------------------------------------------------------


@pytest.mark.parametrize("masked", [False, True], ids=["dense", "masked"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_roundtrip_changes_no_bit(dtype, masked, tmp_path):
    network = sample(dtype, masked)
    network.parameters["0.b"].value = [np.finfo(dtype).max, -0.0, np.finfo(dtype).tiny / 4]
    before = content(network)
    save(network, tmp_path / "network.npz")
    assert content(load(tmp_path / "network.npz")) == before == content(network)
    x = np.ones((2, 4), dtype)
    with np.errstate(over="ignore"):
        np.testing.assert_array_equal(load(tmp_path / "network.npz")(x), network(x))


def test_masks_of_some_parameters_come_back(tmp_path):
    network = sample(masked=False)
    network.weights["2.W"].prune(np.eye(3, 2, dtype=bool))
    network.parameters["0.b"].prune([True, False, True])
    save(network, tmp_path / "network.npz")
    assert content(load(tmp_path / "network.npz")) == content(network)


@pytest.mark.parametrize("name", ["network", "network.npz", "network.pt", "ein Netz ü"])
@pytest.mark.parametrize("as_text", [False, True])
def test_the_file_has_exactly_the_name_that_was_given(name, as_text, tmp_path):
    target = tmp_path / name
    for seed in (0, 1):  # the second replaces the first
        save(sample(seed=seed), str(target) if as_text else target)
        assert [p.name for p in tmp_path.iterdir()] == [name]
        assert content(load(target)) == content(sample(seed=seed))


def test_a_symbolic_link_stays_a_link(path, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "elsewhere" / "link.npz"
    link.symlink_to(path)
    save(sample(seed=1), link)
    assert link.is_symlink() and not path.is_symlink()
    assert content(load(path)) == content(load(link)) == content(sample(seed=1))
    assert len(list(tmp_path.rglob("*"))) == 3


def test_a_link_to_nothing_yet_gets_its_target(tmp_path):
    (tmp_path / "link.npz").symlink_to("target.npz")
    save(sample(), tmp_path / "link.npz")
    assert (tmp_path / "link.npz").is_symlink() and not (tmp_path / "target.npz").is_symlink()
    assert content(load(tmp_path / "target.npz")) == content(sample())


def test_zeros_take_less_room(tmp_path):
    network = mlp([100, 100], np.random.default_rng(0))
    save(network, tmp_path / "dense")
    prune_by_magnitude(network, 0.9)
    save(network, tmp_path / "pruned")
    assert (tmp_path / "pruned").stat().st_size < (tmp_path / "dense").stat().st_size / 3


def test_a_layer_that_cannot_be_loaded_is_not_saved(path):
    class Other(Dense):
        pass

    before = path.read_bytes()
    with pytest.raises(TypeError, match=r"cannot be saved.*Other"):
        save(Network([Other(np.eye(2), np.zeros(2))]), path)
    assert path.read_bytes() == before


def test_what_load_would_refuse_is_not_saved(path):
    before, network = path.read_bytes(), sample()
    network.weights["0.W"].value *= np.nan
    with pytest.raises(ValueError, match=r"0\.W must be finite"):
        save(network, path)
    assert path.read_bytes() == before


# --- a failure half-way ---------------------------------------------------------------------------


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt, MemoryError])
@pytest.mark.parametrize("exists", [False, True])
def test_an_error_while_writing_leaves_the_old_file_alone(error, exists, tmp_path, monkeypatch):
    def half(file, **arrays):
        file.write(b"PK\x03\x04 half of it")
        file.flush()
        raise error("half-way")

    target = tmp_path / "network.npz"
    if exists:
        save(sample(), target)
    monkeypatch.setattr(np, "savez_compressed", half)
    with pytest.raises(error, match="half-way"):
        save(sample(seed=1), target)
    assert list(tmp_path.iterdir()) == [target] * exists
    assert not exists or content(load(target)) == content(sample())


def test_the_new_file_is_on_disk_before_it_takes_the_place(tmp_path, monkeypatch):
    calls = []
    for name in ("fsync", "replace"):
        function = getattr(os, name)
        monkeypatch.setattr(os, name, lambda *a, n=name, f=function: (calls.append(n), f(*a)))
    save(sample(), tmp_path / "network.npz")
    assert calls == ["fsync", "replace"]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
def test_a_process_killed_while_writing_leaves_the_old_file_whole(path):
    script = """if True:
        import os, signal, sys
        import numpy as np
        from minprune.nn.network import mlp
        from minprune.nn.store import save

        os.fsync = lambda file: os.kill(os.getpid(), signal.SIGKILL)
        save(mlp([4, 3, 2], np.random.default_rng(9)), sys.argv[1])"""
    before = path.read_bytes()
    assert subprocess.run([sys.executable, "-c", script, path]).returncode == -signal.SIGKILL
    assert path.read_bytes() == before
    save(sample(seed=1), path)  # and removes what the dead left behind
    assert [*path.parent.iterdir()] == [path]
    assert content(load(path)) == content(sample(seed=1))


def test_a_folder_that_can_be_written_is_told_and_not_made(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    for good in (tmp_path, tmp_path / "new", tmp_path / "new" / "and" / "deep"):
        assert writable_folder(str(good)) == good
    for bad in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(NotADirectoryError, match="file is a file"):
            writable_folder(bad)
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_a_folder_that_cannot_be_written_is_refused(tmp_path, monkeypatch):
    def refuse(dir):  # root may write anywhere, so this is not tried in earnest
        raise OSError(f"no room in {dir}")

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    with pytest.raises(PermissionError, match=r"new: cannot be written in .*no room"):
        writable_folder(tmp_path / "new")


def test_asking_for_a_folder_leaves_nothing_behind(tmp_path):
    assert writable_folder(tmp_path / "new" / "deep") == tmp_path / "new" / "deep"
    assert list(tmp_path.iterdir()) == []


def test_what_slipped_past_a_mask_is_not_saved(path):
    network = sample()
    network.unprune()
    network.weights["0.W"].prune(np.eye(4, 3, dtype=bool))
    network.weights["0.W"].value[:] = 1.0
    save(network, path)
    np.testing.assert_array_equal(load(path).weights["0.W"].value, np.eye(4, 3))


# --- what is no network ---------------------------------------------------------------------------


def test_a_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nowhere\.npz"):
        load(tmp_path / "nowhere.npz")


@pytest.mark.parametrize(
    "raw", [b"", b"hello\n", b"PK\x03\x04", pickle.dumps({"W": [1.0]}), b"\x93NUMPY\x01\x00", b"\0"]
)
def test_another_kind_of_file_is_refused(raw, path):
    path.write_bytes(raw)
    refused(path)


def test_a_single_array_is_refused(path):
    with open(path, "wb") as file:
        np.save(file, np.eye(3))
    refused(path)


def test_a_truncated_file_is_refused(path):
    whole = path.read_bytes()
    for length in range(0, len(whole), 13):
        path.write_bytes(whole[:length])
        refused(path)


@pytest.mark.parametrize("flip", [0x01, 0x80, 0xFF])
def test_a_flipped_byte_is_refused_or_harmless(flip, path):
    whole, expected, harmless = path.read_bytes(), content(sample()), 0
    positions = range(0, len(whole), 3)
    for i in positions:
        path.write_bytes(whole[:i] + bytes([whole[i] ^ flip]) + whole[i + 1 :])
        try:
            network = load(path)
        except ValueError as error:
            assert "network.npz: not a whole" in str(error)
        else:
            assert content(network) == expected
            harmless += 1
    assert 0 < harmless < len(positions) / 2  # a date, say


@pytest.mark.parametrize(
    "changes",
    [
        {"format": None},
        {"format": np.array("minprune network 2")},
        {"layers": None},
        {"layers": np.array("Dense, ReLU, Dense")},
        {"layers": np.array(json.dumps(["Dense", "Softmax", "Dense"]))},
        {"layers": np.array(json.dumps(["Dense", ["ReLU"], "Dense"]))},
        {"layers": np.array(json.dumps(["Dense"]))},  # surplus arrays
        {"layers": np.array(json.dumps(["Dense", "ReLU", "Dense", "Dense"]))},
        {"layers": np.array("3")},
        {"0.W": None},
        {"2.b": None},
        {"0.W": np.zeros(12)},
        {"0.W": np.zeros((4, 3, 1))},
        {"0.b": np.zeros(4)},
        {"0.W": np.full((4, 3), np.nan)},
        {"2.b": np.array([0.0, np.inf])},
        {"2.b": np.array(["a", "b"])},
        {"2.W": np.ones((3, 2), complex)},
        {"2.b": np.array([0.0, None])},  # an object array, hence a pickle
        {"extra": np.zeros(3)},
        {"1.mask": np.ones(3, bool)},
        {"7.W.mask": np.ones(3, bool)},
        {"0.W.mask": np.ones((4, 3), np.int8)},
        {"0.W.mask": np.ones((4, 3))},
        {"0.W.mask": np.ones((3, 4), bool)},
        {"0.W.mask": np.bool_(True)},
        {"0.W": np.ones((4, 3)), "0.W.mask": np.eye(4, 3, dtype=bool)},  # not 0 under the mask
        {"0.W": np.ones((4, 5)), "0.b": np.ones(5), "0.W.mask": None},  # does not fit the next
    ],
    ids=lambda changes: " ".join(changes),
)
def test_other_content_is_refused(changes, path):
    with np.load(path) as archive:
        arrays = dict(archive) | changes
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})
    refused(path)


def test_rewriting_the_same_content_is_accepted(path):
    """Else the test above could pass because of how it writes."""
    with np.load(path) as archive:
        arrays = dict(archive)
    np.savez(path, **arrays)
    assert content(load(path)) == content(sample())


def test_a_pickle_inside_is_never_run(path, tmp_path):
    class Bomb:
        def __reduce__(self):
            return open, (str(tmp_path / "ran"), "w")

    with np.load(path) as archive:
        arrays = dict(archive)
    for name in arrays:
        np.savez(path, **arrays | {name: np.array([Bomb()], dtype=object)})
        refused(path)
    path.write_bytes(pickle.dumps(Bomb()))
    refused(path)
    assert not (tmp_path / "ran").exists()


def test_the_permissions_of_the_old_file_are_kept(path):
    path.chmod(0o600)
    save(sample(), path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_bias_all_of_which_is_pruned_comes_back(tmp_path):
    network = mlp([3, 2, 2], np.random.default_rng(0))
    network.layers[0].b.prune(np.array([False, False]))
    save(network, tmp_path / "network.npz")
    assert load(tmp_path / "network.npz").layers[0].b.mask.tolist() == [False, False]
