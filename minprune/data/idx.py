"""Read a folder in the IDX form of MNIST: Fashion-MNIST, EMNIST, KMNIST and their like.

An IDX file is 0, 0, a type code, the number of dimensions, each dimension as a big-endian uint32,
then the values. Images are unsigned bytes in 3 dimensions (N, H, W), labels in 1 (N).
"""

import gzip
import math
import re
import zlib

import numpy as np

from minprune.arguments import counted, in_one_line, path_to
from minprune.data.dataset import pixel_dataset

UNSIGNED_BYTE = 0x08
TYPES = {0x08: "unsigned byte", 0x09: "signed byte", 0x0B: "int16", 0x0C: "int32"}
TYPES |= {0x0D: "float32", 0x0E: "float64"}
MOST_DIMENSIONS = 32  # of an array of NumPy 1
AT_A_TIME = 1 << 20  # bytes

NAME = re.compile(
    r"(?P<prefix>.*?)(?P<part>train|t10k|test)-(?P<kind>images[-.]idx3|labels[-.]idx1)-ubyte(\.gz)?"
)


def load_idx(directory):
    """A data set from a folder with four IDX files, each raw or gzipped, images of any one size.

    directory  holds train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and
               t10k-labels-idx1-ubyte; `.gz` at the end, `test` for `t10k`, `images.idx3` for
               `images-idx3`, and a prefix of all four such as `emnist-letters-` are accepted
    returns a `Dataset`: pixels become x / 255, every twelfth training image is for validation
    raises FileNotFoundError or ValueError, naming the file and what is wrong with it
    """
    directory = path_to("directory", directory)
    if not directory.is_dir():
        raise FileNotFoundError(f"{directory}: no such folder")
    try:
        return _load(directory)
    except MemoryError:
        raise ValueError(f"{directory}: does not fit into memory") from None


def read_idx(path):
    """The array of unsigned bytes in one IDX file, raw or gzipped.

    The header is read first, and no more bytes than it announces and one.
    raises OSError if there is no such file, ValueError, naming the file, if it is something else
    """
    path = path_to("path", path)
    with open(path, "rb") as file:
        packed = file.peek(2)[:2] == b"\x1f\x8b"  # what it is counts, not how its name ends
        try:
            return _array(gzip.open(file) if packed else file)
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from None
        except (OSError, EOFError, zlib.error) as error:
            what = "damaged or truncated gzip file" if packed else "cannot be read"
            raise ValueError(f"{path}: {what} ({in_one_line(error)})") from error
        except MemoryError:
            raise ValueError(f"{path}: does not fit into memory") from None


def _array(stream):
    magic = stream.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in TYPES:
        raise ValueError(f"not an IDX file, it starts with {magic.hex(' ') or 'nothing'}")
    if magic[2] != UNSIGNED_BYTE:
        raise ValueError(f"holds {TYPES[magic[2]]} values; only unsigned bytes can be read")
    dimensions = magic[3]
    if dimensions > MOST_DIMENSIONS:
        raise ValueError(f"has {dimensions} dimensions; at most {MOST_DIMENSIONS} can be read")
    sizes = stream.read(4 * dimensions)
    if len(sizes) < 4 * dimensions:
        raise ValueError(
            f"truncated: the header needs {4 + 4 * dimensions} bytes, found {4 + len(sizes)}"
        )
    shape = tuple(np.frombuffer(sizes, dtype=">u4").tolist()) if sizes else ()
    if math.prod(size for size in shape if size) > np.iinfo(np.intp).max:  # as if there were no 0
        raise ValueError(f"shape {shape} is too large for an array")
    expected, data = math.prod(shape), bytearray()
    while part := stream.read(min(AT_A_TIME, expected + 1 - len(data))):
        data += part
    if len(data) < expected:
        needed = counted(expected, "byte")
        raise ValueError(f"truncated: shape {shape} needs {needed}, found {len(data)}")
    if len(data) > expected:
        raise ValueError(f"too long: shape {shape} needs {counted(expected, 'byte')}, found more")
    return np.frombuffer(data, np.uint8).reshape(shape)


def _load(directory):
    files = _files(directory)
    train_images, train_labels = _read_pair(*files[:2])
    test_images, test_labels = _read_pair(*files[2:])
    if train_images.shape[1:] != test_images.shape[1:]:
        raise ValueError(
            f"{directory}: training images are {_size(train_images)} pixels, "
            f"test images {_size(test_images)}"
        )
    if (train_labels == train_labels[0]).all():
        raise ValueError(
            f"{directory}: all training labels are {train_labels[0]}; "
            "at least two classes are needed"
        )
    name = directory.resolve().name
    return pixel_dataset(name, train_images, train_labels, test_images, test_labels)


def _files(directory):
    """Training images and labels, test images and labels: four files of one data set."""
    found = {}
    for path in sorted(directory.iterdir()):  # of a raw and a gzipped file the raw one comes first
        match = NAME.fullmatch(path.name)
        if match and path.is_file() and not path.name.startswith("."):
            prefix, part, kind = match["prefix"], match["part"], match["kind"].replace(".", "-")
            found.setdefault((prefix, part, kind), path)
    prefixes = sorted({prefix for prefix, _, _ in found}) or [""]
    parts = {part for _, part, _ in found}
    if len(prefixes) > 1 or parts >= {"t10k", "test"}:
        names = in_one_line(", ".join(path.name for path in found.values()))
        raise ValueError(
            f"{directory}: more than one data set: {names}; "
            "a folder must hold four files with the same prefix"
        )
    files = []
    for part in ("train", "test" if "test" in parts else "t10k"):
        for kind in ("images-idx3", "labels-idx1"):
            name = f"{prefixes[0]}{part}-{kind}-ubyte"
            if (prefixes[0], part, kind) not in found:
                raise FileNotFoundError(
                    f"{directory}: no file named {name} or {name}.gz; a folder must hold the four "
                    "files of MNIST's format; give data of another format as a file"
                )
            files.append(found[prefixes[0], part, kind])
    return files


def _read_pair(images_path, labels_path):
    images, labels = read_idx(images_path), read_idx(labels_path)
    if images.ndim != 3 or images.size == 0:
        raise ValueError(
            f"{images_path}: must hold images (N, H, W), N >= 1, got shape {images.shape}"
        )
    if labels.ndim != 1:
        raise ValueError(f"{labels_path}: must hold labels (N,), got shape {labels.shape}")
    if len(images) != len(labels):
        raise ValueError(
            f"{images_path} holds {counted(len(images), 'image')}, "
            f"but {labels_path.name} {counted(len(labels), 'label')}"
        )
    return images, labels


def _size(images):
    return "x".join(map(str, images.shape[1:]))
