"""Read a folder in the IDX form of MNIST: Fashion-MNIST, EMNIST, KMNIST and their like.

An IDX file is 0, 0, a type code, the number of dimensions, each dimension as a big-endian uint32,
then the values. Images are unsigned bytes in 3 dimensions (N, H, W), labels in 1 (N).
"""

import gzip
import math
import zlib
from pathlib import Path

import numpy as np

from minprune.data.dataset import make_dataset

UNSIGNED_BYTE = 0x08
TYPES = {0x08: "unsigned byte", 0x09: "signed byte", 0x0B: "int16", 0x0C: "int32"}
TYPES |= {0x0D: "float32", 0x0E: "float64"}


def load_idx(directory):
    """A data set from a folder with four IDX files, each raw or gzipped, images of any one size.

    directory  holds train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and
               t10k-labels-idx1-ubyte; `.gz` at the end, a prefix such as `emnist-letters-`,
               `test` for `t10k` and `images.idx3` for `images-idx3` are understood
    returns a `Dataset`
    raises FileNotFoundError or ValueError, naming the file and what is wrong with it
    """
    directory = Path(directory)
    if not directory.is_dir():
        raise FileNotFoundError(f"{directory}: no such folder")
    train_images, train_labels = _read_pair(directory, ("train",))
    test_images, test_labels = _read_pair(directory, ("t10k", "test"))
    if train_images.shape[1:] != test_images.shape[1:]:
        raise ValueError(
            f"{directory}: training images are {_size(train_images)} pixels, "
            f"test images {_size(test_images)}"
        )
    unknown = np.setdiff1d(test_labels, train_labels)
    if unknown.size:
        raise ValueError(
            f"{directory}: test label {unknown[0]} does not occur among the training labels"
        )
    occurring = len(np.unique(train_labels))
    if train_labels.max() >= 2 * occurring:  # EMNIST's letters begin at 1, so a gap is no mistake
        raise ValueError(
            f"{directory}: training labels go up to {train_labels.max()}, out of range: "
            f"only {occurring} different ones occur"
        )
    name = directory.resolve().name
    return make_dataset(name, train_images, train_labels, test_images, test_labels)


def read_idx(path):
    """The array of unsigned bytes in one IDX file, raw or gzipped."""
    path = Path(path)
    raw = path.read_bytes()
    if raw[:2] == b"\x1f\x8b":  # what the file is counts, not how its name ends
        try:
            raw = gzip.decompress(raw)
        except (OSError, EOFError, zlib.error) as error:
            raise ValueError(f"{path}: damaged or truncated gzip file ({error})") from error
    if len(raw) < 4 or raw[:2] != b"\0\0" or raw[2] not in TYPES:
        raise ValueError(f"{path}: not an IDX file, it starts with {raw[:4].hex(' ') or 'nothing'}")
    if raw[2] != UNSIGNED_BYTE:
        raise ValueError(f"{path}: holds {TYPES[raw[2]]} values, only unsigned bytes are read")
    start = 4 + 4 * raw[3]
    if len(raw) < start:
        raise ValueError(f"{path}: truncated: the header takes {start} bytes, found {len(raw)}")
    shape = tuple(np.frombuffer(raw[4:start], dtype=">u4").tolist())
    expected, found = math.prod(shape), len(raw) - start
    if found != expected:
        what = "truncated" if found < expected else "too long"
        raise ValueError(f"{path}: {what}: shape {shape} takes {expected} bytes, found {found}")
    return np.frombuffer(raw, dtype=np.uint8, offset=start).reshape(shape)


def _read_pair(directory, parts):
    images_path = _find(directory, parts, "images", "idx3")
    labels_path = _find(directory, parts, "labels", "idx1")
    images, labels = read_idx(images_path), read_idx(labels_path)
    if images.ndim != 3 or images.size == 0:
        raise ValueError(f"{images_path}: not a stack of images, its shape is {images.shape}")
    if labels.ndim != 1:
        raise ValueError(f"{labels_path}: not a list of labels, its shape is {labels.shape}")
    if len(images) != len(labels):
        raise ValueError(
            f"{images_path} holds {len(images)} images, {labels_path.name} {len(labels)} labels"
        )
    return images, labels


def _find(directory, parts, kind, idx):
    endings = [
        f"{part}-{kind}{joint}{idx}-ubyte{gz}"
        for part in parts
        for joint in "-."
        for gz in ("", ".gz")
    ]
    candidates = (p for p in directory.iterdir() if p.is_file() and not p.name.startswith("."))
    found = sorted(p for p in candidates if p.name.endswith(tuple(endings)))
    if not found:
        raise FileNotFoundError(f"{directory}: no file named {endings[0]} or {endings[1]}")
    if len({p.name.removesuffix(".gz").replace(".idx", "-idx") for p in found}) > 1:
        names = ", ".join(p.name for p in found)
        raise ValueError(f"{directory}: more than one data set: {names}")
    return found[0]


def _size(images):
    return "x".join(map(str, images.shape[1:]))
