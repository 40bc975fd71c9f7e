"""Read a data set from whatever a path leads to."""

import zipfile

from minprune.arguments import path_to
from minprune.data.idx import load_idx
from minprune.data.npz import load_npz
from minprune.data.table import load_csv

NOT_READ = {  # suffix -> what it is, and what to do
    ".npy": "a single array; save samples and labels together: np.savez('data.npz', x=x, y=y)",
    ".xlsx": "a workbook; save the sheet as CSV in UTF-8",
    ".xls": "a workbook; save the sheet as CSV in UTF-8",
    ".parquet": "a Parquet file; save it as CSV: DataFrame.to_csv('data.csv', index=False)",
    ".pkl": "a pickle, which is never loaded; save it as CSV or .npz",
    ".pickle": "a pickle, which is never loaded; save it as CSV or .npz",
    ".gz": "compressed; unpack it first",
    ".zip": "an archive; unpack it first",
}


def load_data(path, label=None, *, scale=True):
    """A `Dataset` from a folder of IDX files, an `.npz` file, or a CSV file.

    path   a folder: see `load_idx`; a file of NumPy's arrays: `load_npz`; any other: `load_csv`
    label  of a CSV file alone: the name or number of its label column
    scale  False: the numbers of a file stay as they are

    raises OSError if there is no such path, ValueError, naming file and place, for what is wrong
    """
    path = path_to("path", path)
    if not path.exists():
        raise FileNotFoundError(f"{path}: no such file or folder")
    if path.is_dir():
        _only_for_csv(label, path, "a folder of IDX files")
        if not scale:
            raise ValueError(f"scale=False is for a file; the pixels of {path} become x / 255")
        return load_idx(path)
    suffix = path.suffix.lower()
    if suffix in NOT_READ:
        raise ValueError(f"{path}: is {NOT_READ[suffix]}")
    if suffix == ".npz" or zipfile.is_zipfile(path):
        _only_for_csv(label, path, "an .npz")
        return load_npz(path, scale=scale)
    return load_csv(path, label, scale=scale)


def _only_for_csv(label, path, kind):
    if label is not None:
        raise ValueError(f"label is for a CSV file; {path} is {kind}, which holds its labels apart")
