"""The embedded MNIST is the original, byte by byte."""

import hashlib
import os
import struct
import subprocess
import sys
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

from minprune.data import mnist
from minprune.data.idx import load_idx
from minprune.data.mnist import load_mnist
from minprune.language import using

DIGESTS = {  # SHA-256 of what follows the header in the four original files
    "train_images": "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
    "train_labels": "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
    "test_images": "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
    "test_labels": "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
}
SHAPES = {
    "train_images": (60000, 28, 28),
    "train_labels": (60000,),
    "test_images": (10000, 28, 28),
    "test_labels": (10000,),
}
SPLITS = {"train": 55000, "validation": 5000, "test": 10000}


@pytest.fixture(scope="module")
def shipped():
    """The four arrays of the shipped file."""
    with np.load(mnist.FILE, allow_pickle=False) as archive:
        return dict(archive)


@pytest.mark.parametrize("name", DIGESTS)
def test_the_shipped_bytes_are_the_original_ones(name, shipped):
    assert set(shipped) == set(DIGESTS)
    array = shipped[name]
    assert array.shape == SHAPES[name] and array.dtype == np.uint8
    assert hashlib.sha256(array.tobytes()).hexdigest() == DIGESTS[name]


def test_the_splits_hold_all_of_it(shipped):
    dataset = load_mnist()
    assert (dataset.name, dataset.shape, dataset.classes) == ("MNIST", (28, 28), 10)
    for name, n in SPLITS.items():
        split = getattr(dataset, name)
        assert split.x.shape == (n, 28, 28) and split.labels.shape == (n,)
        assert split.x.dtype == np.float32 and split.labels.dtype == np.int64
    aside = np.arange(60000) % 12 == 11
    for split, kind, rows in (
        (dataset.train, "train", ~aside),
        (dataset.validation, "train", aside),
        (dataset.test, "test", slice(None)),
    ):
        pixels = shipped[f"{kind}_images"][rows].astype(np.float32)
        assert (split.x == pixels / np.float32(255)).all()
        np.testing.assert_array_equal(split.labels, shipped[f"{kind}_labels"][rows])


@pytest.mark.parametrize("name", SPLITS)
def test_it_cannot_be_written_to(name):
    split = getattr(load_mnist(), name)
    for array in (split.x, split.labels, split.flat, split.with_channel):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    assert getattr(load_mnist(), name).x is split.x


def test_its_sentences_are_in_the_language_in_use():
    english = load_mnist()
    with using("zh"):
        chinese = load_mnist()
    assert [*map(str.isascii, (*english.about, *chinese.about))] == [True, True, False, False]
    assert chinese.train.x is english.train.x


def test_written_as_idx_it_is_read_as_the_same(shipped):
    with TemporaryDirectory() as directory:  # 55 MB that pytest's own folder would keep
        for name, original in mnist.ORIGINALS.items():
            array = shipped[name]
            header = struct.pack(f">4B{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
            file = Path(directory, original.removesuffix(".gz"))
            file.write_bytes(header + array.tobytes())
        dataset = load_idx(directory)
    for name in SPLITS:
        for a, b in zip(getattr(dataset, name), getattr(load_mnist(), name), strict=True):
            np.testing.assert_array_equal(a, b)
            assert a.dtype == b.dtype


DAMAGED = {  # what is left of the shipped file
    "a part": lambda raw: raw[:100_000],
    "nothing": lambda raw: b"",
    "a pointer to it": lambda raw: b"version https://git-lfs.github.com/spec/v1\n",
    "a flipped byte": lambda raw: raw[:5000000] + bytes([raw[5000000] ^ 1]) + raw[5000001:],
}


@pytest.mark.parametrize("change", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_named(change, tmp_path, monkeypatch):
    monkeypatch.setattr(mnist, "FILE", tmp_path / "mnist.npz")
    with pytest.raises(FileNotFoundError, match=r"mnist\.npz"):
        mnist._mnist.__wrapped__()
    mnist.FILE.write_bytes(change(Path(mnist.__file__).with_name("mnist.npz").read_bytes()))
    with pytest.raises(
        ValueError, match=r"mnist\.npz: cannot be read \(\w+\); install minprune again"
    ):
        mnist._mnist.__wrapped__()


class Note:
    """Unpickled, it leaves a file behind."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def test_nothing_is_unpickled(tmp_path, monkeypatch):
    monkeypatch.setattr(mnist, "FILE", tmp_path / "mnist.npz")
    note = np.array([Note(tmp_path / "note")])
    np.savez(mnist.FILE, **dict.fromkeys(mnist.ORIGINALS, note))
    with pytest.raises(ValueError, match="cannot be read"):
        mnist._mnist.__wrapped__()
    assert not (tmp_path / "note").exists()


def test_it_is_read_from_a_package_that_is_one_zip(tmp_path):
    package = Path(mnist.__file__).parents[1]
    with zipfile.ZipFile(tmp_path / "minprune.zip", "w") as archive:
        for path in [*package.rglob("*.py"), package / "data" / "mnist.npz"]:
            archive.write(path, path.relative_to(package.parent))
    code = "import minprune; print(len(minprune.load_mnist().test.labels), minprune.__file__)"
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path / "minprune.zip")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.startswith(f"10000 {tmp_path}")
