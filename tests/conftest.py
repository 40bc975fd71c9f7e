"""A tiny data set that a small network learns in a second, as a folder of IDX files."""

import os
import struct
import sys

sys.dont_write_bytecode = False  # hundreds of processes that the tests start import the package
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # steady times, also beside other programs
os.environ["MINPRUNE_LANG"] = "en"  # whatever the locale
os.environ["MINPRUNE_MEASURE"] = "0"  # the same formats on every machine

import numpy as np
import pytest
from processes import pytest_addoption, pytest_runtestloop  # noqa: F401

from minprune.data.idx import load_idx


def write_idx(path, array):
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    path.write_bytes(header + array.astype(np.uint8).tobytes())


def bars(n, rng):
    """Images 6x5: the class is the row, of four, that is bright; the border is always black."""
    labels = rng.integers(0, 4, n)
    images = np.zeros((n, 6, 5))
    images[:, 1:5, 1:4] = rng.integers(0, 90, (n, 4, 3))
    images[np.arange(n), labels + 1, 1:4] += 120
    return images, labels


def write_bars(folder):
    folder.mkdir()
    rng = np.random.default_rng(0)
    for part, n in (("train", 1200), ("t10k", 300)):
        images, labels = bars(n, rng)
        write_idx(folder / f"{part}-images-idx3-ubyte", images)
        write_idx(folder / f"{part}-labels-idx1-ubyte", labels)
    return folder


@pytest.fixture
def idx_folder(tmp_path):
    return write_bars(tmp_path / "bars")


@pytest.fixture(scope="module")
def bars_folder(tmp_path_factory):
    """The same images for all tests of a file, which leave them as they are."""
    return write_bars(tmp_path_factory.mktemp("data") / "bars")


@pytest.fixture(scope="module")
def bars_data(bars_folder):
    return load_idx(bars_folder)
