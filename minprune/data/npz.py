"""Read a data set from one `.npz` of NumPy, never pickle."""

import math
import os
import zipfile

import numpy as np

from minprune.arguments import in_one_line, path_to, printable
from minprune.data.dataset import from_arrays
from minprune.data.labels import KINDS
from minprune.nn.store import LARGEST_INFLATION, check_bytes, npy_header

PAIRS = ("x_train", "y_train"), ("x", "y")


def load_npz(path, *, scale=True):
    """A `Dataset` from a file of arrays x_train, y_train, x_test, y_test, or of x and y alone.

    path   what `np.savez` or `np.savez_compressed` wrote; names of arrays in upper or lower case
    scale  False: the numbers stay as they are

    What the arrays may hold, how they are split and scaled: see `make_dataset`.

    raises OSError if there is no such file, ValueError, naming file and array, for what is wrong
    """
    path = path_to("path", path)
    if path.is_dir():
        raise IsADirectoryError(f"{path}: is a folder, not a file")
    with open(path, "rb") as file:
        try:
            arrays = _read(file)
        except MemoryError:
            raise ValueError(f"{path}: does not fit into memory") from None
        except Exception as error:  # a damaged archive can fail in a dozen ways: zip, zlib, header
            whole = isinstance(error, _Refused)
            what = in_one_line(error) if whole else f"not a whole .npz ({in_one_line(error)})"
            raise ValueError(f"{path}: {what}") from error
    try:
        return from_arrays(path.stem, arrays, scale)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
    except MemoryError:
        raise ValueError(f"{path}: does not fit into memory") from None


class _Refused(ValueError):
    """A file that is whole, but not of the right form."""


def _read(file):
    """The arrays of the archive that are needed, by the names that they have in it."""
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        size, declared = file.seek(0, os.SEEK_END), sum(info.file_size for info in members)
        if declared > LARGEST_INFLATION * size:
            raise ValueError(f"it declares {declared:,} bytes, too many for a file of {size:,}")
        found = {info.filename.removesuffix(".npy"): info for info in members}
        names = _names(found)
        for name in names:
            _check_header(archive, found[name], name)
        if (needed := sum(found[name].file_size for name in names)) > _memory():
            raise _Refused(f"holds {needed:,} bytes, more than the memory of this machine")
        return {name: _array(archive, found[name]) for name in names}


def _memory():
    """Bytes of memory of this machine; infinite where the system does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return math.inf


def _names(found):
    """The names of x and y, and those of the test part if it is there, as the file spells them."""
    spelled = {name.lower(): name for name in found}
    if len(spelled) < len(found):
        raise _Refused(f"two of its arrays have the same name: {', '.join(sorted(found))}")
    x, y = next((pair for pair in PAIRS if pair[0] in spelled), PAIRS[-1])
    test = ("x_test", "y_test")
    wanted = (x, y, *test) if x == "x_train" or spelled.keys() & {*test} else (x, y)
    if missing := [name for name in wanted if name not in spelled]:
        names = ", ".join(printable(name, 40) for name in [*found][:10]) or "no array"
        raise _Refused(
            f"holds no {', '.join(missing)}, but {names}; save x and y, np.savez(path, x=x, y=y), "
            "or x_train, y_train, x_test and y_test"
        )
    return [spelled[name] for name in wanted]


def _check_header(archive, info, name):
    """An error unless the array is of a kind that is never unpickled, and as large as declared."""
    shape, dtype, size = npy_header(archive, info, name)
    if dtype.hasobject:
        to = "str" if name.lower().startswith("y") else "np.float32"
        raise _Refused(f"{name} {KINDS['O']}, which are never unpickled; save {name}.astype({to})")
    check_bytes(name, shape, dtype, size)


def _array(archive, info):
    with archive.open(info) as member:
        array = np.lib.format.read_array(member, allow_pickle=False)
        member.read(1)  # at the end the checksum is compared
        return array
