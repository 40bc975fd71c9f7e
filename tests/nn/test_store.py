"""Saving and loading: bit for bit, whole or not at all, and nothing else is taken for a network."""

import io
import itertools
import json
import os
import pickle
import signal
import subprocess
import sys
import tracemalloc
import zipfile

import numpy as np
import pytest
from stacks import NAMES, stack

from minprune.files import writable_folder
from minprune.nn.layers import Dense, Dropout, ReLU
from minprune.nn.network import Network, mlp
from minprune.nn.parameter import Parameter
from minprune.nn.store import load, save
from minprune.pruning.one_shot import prune_by_magnitude
from minprune.pruning.procedures import train_after_pruning


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
    layers = [
        (type(layer), {k: v for k, v in vars(layer).items() if isinstance(v, int | float | str)})
        for layer in network.layers
    ]
    statistics = {name: (a.dtype, a.tobytes()) for name, a in network.statistics.items()}
    return (
        network.input_shape,
        layers,
        statistics,
        {
            name: (
                p.value.dtype,
                p.value.shape,
                p.value.tobytes(),
                p.mask is None or p.mask.tolist(),
            )
            for name, p in network.parameters.items()
        },
    )


@pytest.fixture
def path(tmp_path):
    """A file that holds `sample()`."""
    save(sample(), tmp_path / "network.npz")
    return tmp_path / "network.npz"


def refused(path, why=""):
    """One short line that names the file and gives the reason."""
    with pytest.raises(ValueError, match=rf"network\.npz: not a whole minprune .*{why}") as caught:
        load(path)
    message = str(caught.value).removeprefix(str(path))
    assert message.isprintable() and len(message) < 300 and "allow_pickle" not in message


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


def masked_at_random(network, rng):
    """Give every second parameter, biases too, a mask that keeps some, all or nothing."""
    for parameter in network.parameters.values():
        if rng.random() < 0.5:
            keep = rng.choice([0.0, 0.5, 1.0])
            parameter.prune(rng.random(parameter.value.shape) < keep)


@pytest.mark.parametrize("name", NAMES)
def test_every_network_comes_back(name, tmp_path):
    rng = np.random.default_rng(NAMES.index(name))
    network, _ = stack(name, rng.choice([np.float32, np.float64]))
    masked_at_random(network, rng)
    if rng.random() < 0.3 and not isinstance(network.layers[0], Dense):
        network = Network(network.layers)  # the shape of its input not known
    save(network, tmp_path / "network.npz")
    assert content(load(tmp_path / "network.npz")) == content(network)


@pytest.mark.parametrize(
    "layers",
    [
        [],
        [ReLU()],
        [Dense(np.ones((3, 0)), np.ones(0))],
        [Dense(np.ones((0, 3)), np.ones(3))],
        [Dense(np.ones((2, 0), np.float32), []), ReLU(), Dense(np.ones((0, 2)), [1, 2])],
        [Dropout(1 / 3, np.random.default_rng(0))],
    ],
    ids=range(6),
)
@pytest.mark.parametrize("shape", [None, (), (3,)], ids=str)
def test_networks_of_nothing_come_back(layers, shape, tmp_path):
    try:
        network = Network(layers, shape)
    except ValueError:
        return  # cannot be built
    save(network, tmp_path / "network.npz")
    assert content(load(tmp_path / "network.npz")) == content(network)


def test_a_network_that_lost_a_whole_tensor_comes_back(tmp_path):
    network = mlp([784, 64, 10], np.random.default_rng(0))
    train_after_pruning(network, train=lambda net: None, evaluate=lambda net: 0.1, masked=True)
    assert not network.parameters["2.W"].mask.any()
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


REFUSED = {  # what is done to a network once it is built, and what the error says
    "0.W must be finite": lambda net: np.copyto(net.weights["0.W"].value, np.nan),
    r"layers\[1\] takes 3 inputs": lambda net: net.layers.pop(0),
    r"layers\[3\] takes 4 inputs": lambda net: net.layers.append(Dense(np.eye(4), [0] * 4)),
    "the same dtype": lambda net: setattr(net.layers[0], "b", Parameter(np.zeros(3, np.float32))),
    r"b \(n_out,\)": lambda net: setattr(net.layers[0], "b", Parameter(np.zeros(4))),
    "rate must be": lambda net: (
        net.layers.append(Dropout(0.5, np.random.default_rng(0)))
        or setattr(net.layers[3], "rate", 1.0)
    ),
}


@pytest.mark.parametrize(("message", "change"), REFUSED.items(), ids=REFUSED)
def test_what_load_would_refuse_is_not_saved(message, change, path):
    before, network = path.read_bytes(), sample()
    change(network)
    with pytest.raises(ValueError, match=message):
        save(network, path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("network", [None, 3, "network.npz", Dense(np.eye(2), [0, 0]), [ReLU()]])
def test_only_a_network_is_saved(network, path):
    before = path.read_bytes()
    with pytest.raises(TypeError, match="network must be a Network, got"):
        save(network, path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("wrong", [True, 1, 1.5, None, b"network.npz", [], io.BytesIO()], ids=type)
def test_a_path_is_a_name(wrong):
    """A number would be taken for an open file: `True` for stdout."""
    for call in (load, lambda path: save(sample(), path)):
        with pytest.raises(TypeError, match="path must be a str or a path, got"):
            call(wrong)
    os.fstat(1)  # still open


@pytest.mark.parametrize("wrong", ["", "a\0b"])
def test_a_name_is_more_than_nothing(wrong):
    for call in (load, lambda path: save(sample(), path)):
        with pytest.raises(ValueError, match="path must be the name of a file"):
            call(wrong)


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
    with pytest.raises(PermissionError, match=r"new: .* cannot be written to .*no room"):
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


def test_a_flipped_byte_is_refused_or_harmless(path):
    whole, expected, harmless = path.read_bytes(), content(sample()), 0
    positions = range(0, len(whole), 2)
    for i, flip in zip(positions, itertools.cycle([0x01, 0x80, 0xFF]), strict=False):
        path.write_bytes(whole[:i] + bytes([whole[i] ^ flip]) + whole[i + 1 :])
        try:
            network = load(path)
        except ValueError as error:
            assert "network.npz: not a whole" in str(error)
        else:
            assert content(network) == expected
            harmless += 1
    assert 0 < harmless < len(positions) / 2  # a date, say


def described(*layers):
    return {"layers": np.array(json.dumps([[name, {}] for name in layers]))}


OTHER_CONTENT = {  # what the error says, and what is changed
    "holds no format": {"format": None},
    "it is not of the format": {"format": np.array("minprune network 2")},
    "format holds": {"format": np.arange(3)},
    "holds no layers": {"layers": None},
    "Expecting value": {"layers": np.array("Dense, ReLU, Dense")},
    "unknown layer 'Softmax'": described("Dense", "Softmax", "Dense"),
    "unpack": {"layers": np.array('["Dense", ["ReLU"], "Dense"]')},
    "also holds 2.W, 2.W.mask, 2.b": described("Dense"),
    "holds no 3.W": described("Dense", "ReLU", "Dense", "Dense"),
    "not iterable": {"layers": np.array("3")},
    "holds no 0.W": {"0.W": None},
    "holds no 2.b": {"2.b": None},
    "W must be .*, got .3,.": {"0.W": np.zeros(3), "0.W.mask": None},
    "W must be .*, got .1, 4, 3.": {"0.W": np.zeros((1, 4, 3)), "0.W.mask": None},
    "layers.0. have shapes that do not fit: ..12,., .3,..": {"0.W": np.zeros(12)},
    "layers.0. have shapes that do not fit: ..4, 3., .4,..": {"0.b": np.zeros(4)},
    "W must be finite": {"0.W": np.full((4, 3), np.nan)},
    "b must be finite": {"2.b": np.array([0.0, np.inf])},
    "2.b holds <U1": {"2.b": np.array(["a", "b"])},
    "2.W holds complex128": {"2.W": np.ones((3, 2), complex)},
    "2.b holds object": {"2.b": np.array([0.0, None])},  # hence a pickle
    "0.W holds bool": {"0.W": np.eye(4, 3, dtype=bool), "0.W.mask": None},
    "0.b holds int64": {"0.b": np.zeros(3, int)},
    "2.W holds .*f0": {"2.W": np.zeros((3, 2), "i2, i2")},
    "float16": {"0.W": np.zeros((4, 3), np.float16), "0.b": np.zeros(3, np.float16)},
    "arrays of layers.0. must have the same dtype": {"0.b": np.zeros(3, np.float32)},
    "input_shape holds float64": {"input_shape": np.array([4.0])},
    "the input is 3": {"input_shape": np.array([3])},
    "also holds extra": {"extra": np.zeros(3)},
    "also holds 1.mask": {"1.mask": np.ones(3, bool)},
    "also holds 7.W.mask": {"7.W.mask": np.ones(3, bool)},
    "0.W.mask holds int8": {"0.W.mask": np.ones((4, 3), np.int8)},
    "0.W.mask holds float64": {"0.W.mask": np.ones((4, 3))},
    "0.W.mask must have the shape .4, 3., got .3, 4.": {"0.W.mask": np.ones((3, 4), bool)},
    "0.W.mask must have the shape .4, 3., got ..": {"0.W.mask": np.bool_(True)},
    "not 0 where 0.W.mask prunes": {"0.W": np.ones((4, 3)), "0.W.mask": np.eye(4, 3, dtype=bool)},
    "takes 3 inputs": {"0.W": np.ones((4, 5)), "0.b": np.ones(5), "0.W.mask": None},
}


def rewrite(path, changes, write=np.savez):
    """Change arrays in the file, or leave them out."""
    with np.load(path) as archive:
        arrays = dict(archive) | changes
    write(path, **{name: array for name, array in arrays.items() if array is not None})


@pytest.mark.parametrize(("message", "changes"), OTHER_CONTENT.items(), ids=OTHER_CONTENT)
def test_other_content_is_refused(message, changes, path):
    rewrite(path, changes)
    refused(path, message)


def test_rewriting_the_same_content_is_accepted(path):
    """Else the test above could pass because of how it writes."""
    rewrite(path, {})
    assert content(load(path)) == content(sample())


def lying(path, name, size):
    """Make the archive declare another size of one array."""
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("comment", b"")  # so that the directory is written anew
        del archive.filelist[-1], archive.NameToInfo["comment"]
        archive.getinfo(f"{name}.npy").file_size = size


def test_names_and_declared_sizes_come_first(path):
    """Nothing larger than what the file can be about is unpacked."""
    huge = np.zeros(1 << 24, np.uint8)
    made_wrong = {
        "also holds extra": lambda: rewrite(path, {"extra": huge}, np.savez_compressed),
        "0.W holds uint8": lambda: rewrite(path, {"0.W": huge}, np.savez_compressed),
        "shapes that do not fit": lambda: rewrite(
            path, {"0.W": huge.view("f4")}, np.savez_compressed
        ),
        "0.W.mask must": lambda: rewrite(path, {"0.W.mask": huge > 0}, np.savez_compressed),
        "layers has": lambda: rewrite(
            path, {"layers": np.array(" " * (1 << 24))}, np.savez_compressed
        ),
        "too many for a file": lambda: lying(path, "0.W", 1 << 40),
        "0.W has .* bytes, which is not": lambda: lying(path, "0.W", 1 << 19),
        "Bad CRC-32 for file '2.b.npy'": lambda: lying(path, "2.b", 143),
    }
    for message, make_wrong in made_wrong.items():
        save(sample(), path)
        make_wrong()
        tracemalloc.start()
        refused(path, message)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 1 << 21, message


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("twin", ["0.W.npy", "0.W"])
def test_two_arrays_of_one_name_are_refused(twin, path):
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(twin, archive.read("0.W.npy"))
    refused(path, "two of its arrays have the same name")


def test_a_mask_that_is_no_longer_listed_is_missed(path):
    network = sample()
    network.parameters["2.b"].prune([True, False])
    save(network, path)
    raw = bytearray(path.read_bytes())
    last = raw.rfind(b"PK\1\2")  # the entry of 2.b.mask becomes a comment of the one before
    before, end = raw.rfind(b"PK\1\2", 0, last), raw.rfind(b"PK\5\6")
    raw[before + 32 : before + 34] = (end - last).to_bytes(2, "little")
    path.write_bytes(raw)
    refused(path, "not all of its arrays are listed")


def test_an_error_of_many_lines_is_told_in_one_that_is_cut(path):
    rewrite(path, {"\x1b[2J\n" * 99 + "x" * 999: np.zeros(1)})
    refused(path, r"also holds \\x1b\[2J \\x1b\[2J.*\.\.\.\)$")


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
