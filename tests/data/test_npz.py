"""One `.npz` of NumPy: what is understood, and every damage, named."""

import tracemalloc
import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from minprune.data.dataset import make_dataset
from minprune.data.npz import load_npz

RNG = np.random.default_rng(0)
X, Y = RNG.random((60, 6, 5, 3)), np.array(["cat", "dog", "emu"])[np.arange(60) % 3]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "animals.npz"


def same(data, expected):
    assert data.name == expected.name and data[4].tolist() == expected[4].tolist()
    assert data[5:] == expected[5:]
    for one, other in zip(data[1:4], expected[1:4], strict=True):
        np.testing.assert_array_equal(one.x, other.x)
        np.testing.assert_array_equal(one.labels, other.labels)


@pytest.mark.parametrize("write", [np.savez, np.savez_compressed])
@pytest.mark.parametrize("names", [("x", "y"), ("X", "Y")])
def test_x_and_y(write, names, path):
    write(path, **dict(zip(names, (X, Y), strict=True)))
    same(load_npz(path), make_dataset("animals", X, Y))
    same(load_npz(str(path), scale=False), make_dataset("animals", X, Y, scale=False))


@pytest.mark.parametrize("names", [("x_train", "y_train"), ("x", "y"), ("X_train", "y_train")])
def test_with_a_test_part(names, path):
    arrays = dict(zip(names, (X[:40], Y[:40]), strict=True)) | {"x_test": X[40:], "y_test": Y[40:]}
    np.savez(path, **arrays, more=np.array([object()]))  # which is not touched
    same(load_npz(path), make_dataset("animals", X[:40], Y[:40], X[40:], Y[40:]))


MISSING = {
    ("x",): "holds no y, but x; save x and y",
    ("x_train", "y_train", "x_test"): "holds no y_test, but ",
    ("x", "y", "y_test"): "holds no x_test, but ",
    ("images", "labels"): "holds no x, y, but images, labels; save x and y",
    (): "holds no x, y, but no array; save",
    ("x", "X", "y"): "two of its arrays have the same name",
}


@pytest.mark.parametrize(("names", "message"), MISSING.items(), ids=map(str, MISSING))
def test_what_is_not_there_is_named(names, message, path):
    np.savez(path, **dict.fromkeys(names, Y))
    with pytest.raises(ValueError, match=message):
        load_npz(path)


class Note:
    """Unpickled, it leaves a file behind."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


@pytest.mark.parametrize("name", ["x", "y"])
def test_nothing_is_unpickled(name, path, tmp_path):
    note = np.array([Note(tmp_path / "note")] * 60)
    np.savez(path, **{"x": X, "y": Y} | {name: note})
    to = {"x": r"x\.astype\(np.float32\)", "y": r"y\.astype\(str\)"}[name]
    with pytest.raises(ValueError, match=rf"animals.npz: {name} holds Python objects.*save {to}"):
        load_npz(path)
    assert not (tmp_path / "note").exists()


def test_what_is_wrong_in_an_array_is_named_with_the_file(path):
    bad = X.copy()
    bad[4, 2, 1, 0] = np.nan
    np.savez(path, x_train=bad, y_train=Y, x_test=X, y_test=Y)
    with pytest.raises(ValueError, match=r"animals.npz: x_train\[4, 2, 1, 0\] is missing, nan"):
        load_npz(path)
    np.savez(path, x_train=X, y_train=Y, x_test=X[:, 1:], y_test=Y)
    with pytest.raises(ValueError, match="x_train and x_test must hold samples of one shape"):
        load_npz(path)
    np.savez(path, x=X, y=Y[1:])
    with pytest.raises(ValueError, match=r"animals.npz: y holds 59 labels for 60 samples"):
        load_npz(path)


def header(shape, dtype="<f4"):
    """An array of this shape, without the numbers."""
    file = BytesIO()
    np.lib.format.write_array_header_1_0(
        file, {"descr": dtype, "fortran_order": False, "shape": shape}
    )
    return file.getvalue()


def pack(path, x, y=None, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("x.npy", x)
        y_file = BytesIO()
        np.save(y_file, Y)
        archive.writestr("y.npy", y_file.getvalue() if y is None else y)


HUGE = {
    "a header of 4 TB": lambda p: pack(p, header((10**12,)) + bytes(64)),
    "a shape that overflows": lambda p: pack(p, header((2**40, 2**40)) + bytes(64)),
    "a bomb": lambda p: pack(p, header((1 << 24, 1)) + bytes(1 << 26), method=zipfile.ZIP_BZIP2),
    "not an array": lambda p: pack(p, b"1,2,3"),
    "more than the header says": lambda p: pack(p, header((60, 1)) + bytes(241)),
}


@pytest.mark.parametrize("write", HUGE.values(), ids=HUGE)
def test_no_memory_is_taken_for_what_a_header_claims(write, path):
    write(path)
    tracemalloc.start()
    with pytest.raises(ValueError, match=r"animals.npz: not a whole .npz \("):
        load_npz(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 21


def test_no_more_is_read_than_fits_into_memory(path, monkeypatch):
    np.savez_compressed(path, x=np.zeros((1 << 20, 1)), y=np.zeros(1 << 20))
    monkeypatch.setattr("minprune.data.npz._memory", lambda: 1 << 24)
    tracemalloc.start()
    with pytest.raises(ValueError, match="holds 16,777,472 bytes, more than the memory of this"):
        load_npz(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 21


DAMAGED = {
    "a part": lambda raw: raw[:-30],
    "nothing": lambda raw: b"",
    "text": lambda raw: b"a,b,label\n1,2,3\n",
    "a flipped byte": lambda raw: raw[:5000] + bytes([raw[5000] ^ 1]) + raw[5001:],
}


@pytest.mark.parametrize("change", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_named(change, path):
    np.savez_compressed(path, x=X, y=Y)
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(ValueError, match=r"animals.npz: not a whole .npz \(") as error:
        load_npz(path)
    assert "\n" not in str(error.value)


def test_any_truncation_is_found(path):
    np.savez_compressed(path, x=X[:12, :2, :2, 0], y=Y[:12])
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(ValueError, match=r"animals.npz: not a whole"):
            load_npz(path)


def test_a_path_is_a_name_of_a_file(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        load_npz(tmp_path / "nowhere.npz")
    with pytest.raises(IsADirectoryError, match="is a folder, not a file"):
        load_npz(tmp_path)
    with pytest.raises(TypeError, match="path must be a str or a path"):
        load_npz(3)


def test_what_does_not_fit_into_memory_is_named(path, monkeypatch):
    def full(*args):
        raise MemoryError

    np.savez(path, x=X, y=Y)
    for name in ("from_arrays", "_read"):
        monkeypatch.setattr(f"minprune.data.npz.{name}", full)
        with pytest.raises(ValueError, match=r"animals.npz: does not fit into memory"):
            load_npz(path)
