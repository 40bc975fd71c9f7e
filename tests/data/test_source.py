"""A path leads to a folder, an `.npz` or a CSV file, and each is read as what it is."""

import numpy as np
import pytest

from minprune.data.source import load_data

X, Y = np.random.default_rng(0).random((40, 3)), np.arange(40) % 2


@pytest.fixture
def npz(tmp_path):
    np.savez(tmp_path / "data.npz", x=X, y=Y)
    return tmp_path / "data.npz"


@pytest.fixture
def table(tmp_path):
    rows = ("".join(f"{number!r}," for number in row) + f"{label}\n"
            for row, label in zip(X.tolist(), Y, strict=True))  # fmt: skip
    (tmp_path / "data.csv").write_text("".join(rows))
    return tmp_path / "data.csv"


def test_a_folder(idx_folder):
    assert load_data(idx_folder).shape == (6, 5)


def test_an_npz_also_under_another_name(npz):
    for path in (npz, npz.with_suffix(".dat")):
        npz = npz.rename(path)
        data = load_data(path)
        assert (data.name, data.shape, data.columns) == ("data", (3,), "")
        assert load_data(path, scale=False).train.x.max() <= 1


def test_a_csv_file_whatever_its_name(table):
    for path in (table, table.with_suffix(".data")):
        table = table.rename(path)
        assert load_data(path).columns.startswith("Label: column 4, the last one")
        assert load_data(path, "4", scale=False).train.x.max() <= 1


def test_a_label_is_for_a_csv_file(npz, idx_folder):
    for path, kind in ((npz, "an .npz"), (idx_folder, "a folder of IDX files")):
        with pytest.raises(ValueError, match=f"label is for a CSV file; .* is {kind}"):
            load_data(path, "species")
    with pytest.raises(ValueError, match=r"scale=False is for a file; the pixels of .* x / 255"):
        load_data(idx_folder, scale=False)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("x.npy", r"is a single array; .* np.savez\('data.npz', x=x, y=y\)"),
        ("x.xlsx", "is a workbook; save the sheet as CSV"),
        ("x.PKL", "is a pickle, which is never loaded"),
        ("x.csv.gz", "is compressed; unpack it first"),
    ],
)
def test_what_is_known_and_not_read(name, message, tmp_path):
    (tmp_path / name).write_bytes(b"?")
    with pytest.raises(ValueError, match=f"{name}: {message}"):
        load_data(tmp_path / name)


def test_nothing_there(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        load_data(tmp_path / "nowhere")
    with pytest.raises(TypeError, match="path must be a str or a path"):
        load_data(3)
