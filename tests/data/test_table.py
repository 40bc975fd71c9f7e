"""CSV files: what is understood, and every mistake, named by row and column."""

import csv
import io
import subprocess
import sys

import numpy as np
import pytest

from minprune.data import table as module
from minprune.data.dataset import make_dataset
from minprune.data.table import load_csv
from minprune.language import using

RNG = np.random.default_rng(0)
X = RNG.normal(5, 3, (40, 3)).round(3)
X[:, 0] = np.arange(40) * 7
KINDS = np.array(["oak", "elm"])[np.arange(40) % 2]
NAMES = ["length", "width", "height"]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "trees.csv"


def text_of(rows, delimiter=",", **options):
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter, **options).writerows(rows)
    return file.getvalue()


def rows_of(header=(*NAMES, "label"), labels=KINDS, x=X):
    rows = [[*map(repr, row), label] for row, label in zip(x.tolist(), labels, strict=True)]
    return [list(header), *rows] if header else rows


def same(data, expected):
    assert (data.name, data.class_names.tolist()) == (expected.name, expected.class_names.tolist())
    assert (data.splitting, data.scaling) == (expected.splitting, expected.scaling)
    for one, other in zip(data[1:4], expected[1:4], strict=True):
        np.testing.assert_allclose(one.x, other.x, rtol=1e-5, atol=1e-6)
        assert one.labels.tolist() == other.labels.tolist() and one.x.dtype == np.float32


WHOLE = text_of(rows_of())
FORMS = {
    "commas": WHOLE,
    "semicolons": text_of(rows_of(), ";"),
    "tabs": text_of(rows_of(), "\t"),
    "all in quotes": text_of(rows_of(), quoting=csv.QUOTE_ALL),
    "quoted semicolons in a name": text_of([['a;b;c;d"', "b", "c", "label"], *rows_of(None)]),
    "line breaks of unix": WHOLE.replace("\r\n", "\n"),
    "line breaks of an old mac": WHOLE.replace("\r\n", "\r"),
    "no line break at the end": WHOLE.rstrip(),
    "blank lines": "\n \n" + WHOLE.replace("\r\n", "\r\n\r\n") + "\n\n",
    "a byte order mark": "\ufeff" + WHOLE,
    "no header": text_of(rows_of(None)),
    "spaces": WHOLE.replace(",", " , "),
    "a line break in a name": text_of([["a\nb", "b", "c", "label"], *rows_of(None)]),
    "names of pandas": text_of(rows_of(["0", "1", "2", "label"])),
    "names of pandas alone": text_of(rows_of(["0", "1", "2", "3"])),
    "exponents and signs": WHOLE.replace("\n7.0,", "\n+7e0,").replace("\n14.0,", "\n1.4E1,"),
}


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_every_form_gives_the_same_data(text, path):
    path.write_text(text, "utf-8", newline="")
    same(load_csv(path), make_dataset("trees", X, KINDS))
    same(load_csv(str(path), scale=False), make_dataset("trees", X, KINDS, scale=False))


def test_unscaled_numbers_are_those_of_the_file(path):
    x = X + 1e9
    path.write_text(text_of(rows_of(x=x)))
    data, expected = load_csv(path, scale=False), make_dataset("trees", x, KINDS, scale=False)
    for one, other in zip(data[1:4], expected[1:4], strict=True):
        np.testing.assert_array_equal(one.x, other.x)


def test_a_large_offset_loses_nothing(path):
    path.write_text(text_of(rows_of(x=X + 1e9)))
    same(load_csv(path), make_dataset("trees", X + 1e9, KINDS))
    plain = make_dataset("trees", X, KINDS)
    np.testing.assert_allclose(load_csv(path).train.x, plain.train.x, atol=1e-5)


@pytest.mark.parametrize("cells", [1, 7, 50])
def test_any_number_of_rows_at_a_time_gives_the_same(cells, path, monkeypatch):
    path.write_text(WHOLE)
    whole = load_csv(path)
    monkeypatch.setattr(module, "CELLS", cells)
    monkeypatch.setattr(module, "SLAB", 2 * cells)
    same(load_csv(path), whole)


# --- the label column -----------------------------------------------------------------------------

COLUMNS = {  # header, position of the label, what is asked, and the sentence
    "label": (["a", "LABEL", "b", "c"], 1, None, "column 2 ('LABEL'), chosen by its name"),
    "class": (["class", "a", "b", "c"], 0, None, "column 1 ('class'), chosen by its name"),
    "species": (["a", "b", " Species ", "c"], 2, None, "column 3 ('Species'), chosen by its name"),
    "both": (
        ["y", "label", "b", "c"],
        1,
        None,
        "column 2 ('label'), chosen by its name",
    ),
    "the last": (
        ["a", "b", "c", "d"],
        3,
        None,
        "column 4 ('d'), the last one, since none is named",
    ),
    "no header": (None, 3, None, "column 4, the last one, since none is named"),
    "a name": (["a", "b", "tree", "label"], 2, "tree", "column 3 ('tree'), as asked"),
    "a number": (["a", "b", "c", "label"], 0, 1, "column 1 ('a'), as asked"),
    "a number as text": (["a", "b", "c", "label"], 1, "2", "column 2 ('b'), as asked"),
    "the last by number": (["label", "b", "c", "d"], 3, -1, "column 4 ('d'), as asked"),
    "the last as text": (["label", "b", "c", "d"], 3, "-1", "column 4 ('d'), as asked"),
    "no header, a number": (None, 0, "1", "column 1, as asked"),
    "a NumPy number": (None, 1, np.int64(2), "column 2, as asked"),
}


@pytest.mark.parametrize(("header", "at", "label", "sentence"), COLUMNS.values(), ids=COLUMNS)
def test_the_label_column(header, at, label, sentence, path):
    rows = [[*row[:at], row[3], *row[at:3]] for row in rows_of(None)]
    path.write_text(text_of([header, *rows] if header else rows))
    data = load_csv(path, label)
    same(data, make_dataset("trees", X, KINDS))
    assert data.columns.startswith(f"Label: {sentence}")


def test_the_label_column_in_chinese(path):
    rows = rows_of(["id", *NAMES[1:], "", "z"])
    rows[1:] = [[str(k), *row[1:3], "0.5", row[3]] for k, row in enumerate(rows[1:])]
    path.write_text(text_of(rows))
    with using("zh"):
        assert load_csv(path).columns == (
            "标签：第 5 列“z”，即最后一列，因为没有名为 label、class、target、species、y 的列。"
            "略去第 1 列“id”，它只是行的编号。第 4 列没有列名，是一个特征。"
        )
        assert load_csv(path, "z").columns.startswith("标签：第 5 列“z”，按指定。")
        path.write_text(WHOLE)
        assert load_csv(path).columns == "标签：第 4 列“label”，按列名选定。"


NO_COLUMN = {
    "oak": "has no column named 'oak', but length, width, height, label",
    "5": "has no column 5; its columns are 1 to 4",
    0: "has no column 0; its columns are 1 to 4",
    -2: "has no column -2; its columns are 1 to 4",
}


@pytest.mark.parametrize(("label", "message"), NO_COLUMN.items())
def test_a_label_column_that_is_not_there(label, message, path):
    path.write_text(WHOLE)
    with pytest.raises(ValueError, match=rf"trees\.csv: {message}"):
        load_csv(path, label)


def test_a_label_that_is_no_column(path):
    path.write_text(text_of(rows_of(["a", "a", "b", "c"])))
    with pytest.raises(ValueError, match="two columns are named 'a'; give the number"):
        load_csv(path, "a")
    for wrong in (True, 1.5, ["a"]):
        with pytest.raises(TypeError, match="label must be the name or the number of a column"):
            load_csv(path, wrong)


@pytest.mark.parametrize("labels", [["10", "9", "-3"], ["1.0", "2", "1"], ["True", "False"]])
def test_labels_are_those_of_the_array(labels, path):
    y = (labels * 40)[:40]
    path.write_text(text_of(rows_of(labels=y)))
    same(load_csv(path), make_dataset("trees", X, y))


# --- columns that count ---------------------------------------------------------------------------


@pytest.mark.parametrize("start", [0, 1])
@pytest.mark.parametrize("name", ["", "Unnamed: 0", "Id", "index"])
@pytest.mark.parametrize("cells", [1 << 16, 9])
def test_a_column_that_counts_the_rows_is_left_out(start, name, cells, path, monkeypatch):
    monkeypatch.setattr(module, "CELLS", cells)
    rows = rows_of([name, *NAMES, "label"])
    rows[1:] = [[str(k + start), *row] for k, row in enumerate(rows[1:])]
    path.write_text(text_of(rows))
    data = load_csv(path)
    same(data, make_dataset("trees", X, KINDS))
    named = f" ('{name}')" if name else ""
    assert f" Left out is column 1{named}, which only counts the rows." in data.columns


@pytest.mark.parametrize(("name", "last"), [("", "38"), ("size", "39"), ("", "39.5")])
def test_a_column_that_does_not_or_has_a_name_is_a_feature(name, last, path):
    rows = rows_of([*NAMES, name, "label"])
    rows[1:] = [[*row[:3], str(k), row[3]] for k, row in enumerate(rows[1:])]
    rows[-1][3] = last
    path.write_text(text_of(rows))
    data = load_csv(path)
    assert data.shape == (4,) and "Left out" not in data.columns
    assert ("Column 4 has no name and is a feature." in data.columns) == (name == "")


@pytest.mark.parametrize("scale", [True, False])
@pytest.mark.parametrize("place", [0, 2, 3])
def test_new_rows_are_scaled_as_those_of_the_file(place, scale, path):
    x = X + np.array([1e6, 0, -5])
    rows = [["id", *NAMES]] + [[k, *x[k].tolist()] for k in range(len(x))]
    for row, label in zip(rows, ["label", *KINDS], strict=True):
        row.insert(place, label)
    path.write_text(text_of(rows), "utf-8")
    data, expected = load_csv(path, scale=scale), make_dataset("trees", x, KINDS, scale=scale)
    np.testing.assert_allclose(data.scaled(x), expected.scaled(x), rtol=1e-5, atol=1e-6)
    assert data.scaled(x[:1]).shape == (1, len(NAMES))


def test_a_file_whose_only_other_column_counts(path):
    path.write_text("id,label\n" + "".join(f"{k},{'ab'[k % 2]}\n" for k in range(20)))
    with pytest.raises(ValueError, match="has no features: its only other column counts the rows"):
        load_csv(path)


# --- refusals -------------------------------------------------------------------------------------


def cell(row, column, value):
    """The file with another cell; rows and columns count from 1, the header is row 1."""
    rows = rows_of()
    rows[row - 1][column - 1] = value
    return text_of(rows)


AT = r"row 21, column 2 \('width'\): "
REFUSED = {  # the text of the file, and what the error says
    "empty": ("", "is empty"),
    "blank lines alone": ("\n\n \n", "is empty"),
    "a header alone": ("a,b,label\n", "has a header, but no rows"),
    "one column": ("label\n1\n2\n", "row 1 has a single cell, 'label'; "),
    "no separator": ("1 2 3\n4 5 6\n", "cell, '1 2 3'; .* commas, semicolons or tabs"),
    "a title": ("\nMy trees\n" + WHOLE, "row 2 has a single cell, 'My trees'; .*nothing above"),
    "the labels first": (
        "kind,a,b\n" + "elm,1,2\noak,3,4\n" * 9,
        r"row 2, column 1 \('kind'\): 'elm' is text among numbers; .*; column 3 \('b'\), the last, "
        r"was taken as the label column: choose another with label \(--label\)",
    ),
    "numbers last": ("kind,a,b\n" + "1,1,2.5\n2,3,4.5\n" * 9,
                     "2.5 is not a class; .*the last, was taken as the label column"),
    "an empty cell": (cell(21, 2, ""), AT + "the cell is empty; fill it in, or leave out the row"),
    "NaN": (cell(21, 2, "NaN"), AT + "'NaN' is missing; fill it in"),
    "NA": (cell(21, 2, "NA"), AT + "'NA' is missing"),
    "n/a": (cell(21, 2, "n/a"), AT + "'n/a' is missing"),
    "?": (cell(21, 2, " ? "), AT + r"'\?' is missing"),
    "null": (cell(21, 2, "NULL"), AT + "'NULL' is missing"),
    "infinite": (cell(21, 2, "-inf"), AT + r"'-inf' is infinite; numbers must be below 1.7e\+38"),
    "too large": (cell(21, 2, "1e39"), AT + "'1e39' is too large"),
    "far too large": (cell(21, 2, "-9e999"), AT + "'-9e999' is too large"),
    "a decimal comma": (cell(21, 2, "12,5"), AT + "'12,5' is text.*write decimals with a point"),
    "an underscore": (cell(21, 2, "1_000"), AT + "'1_000' is text among numbers"),
    "text": (cell(21, 2, "wide"), AT + "'wide' is text among numbers; give categories as numbers"),
    "a boolean": (cell(21, 2, "True"), AT + "'True' is text among numbers"),
    "control": (cell(21, 2, "\x1b[2J"), AT + r"'\\\\x1b\[2J' is text"),
    "no label": (cell(21, 4, ""), r"row 21, column 4 \('label'\): the label '' is missing"),
    "label NA": (cell(21, 4, "NA"), r"row 21, column 4 \('label'\): the label 'NA' is missing"),
    "label inf": (cell(21, 4, "inf"), r"row 21, column 4 \('label'\): 'inf' is not a class"),
    "label 1e999": (cell(21, 4, "1e999"), r"row 21, column 4 .*: '1e999' is not a class"),
    "one cell": (WHOLE + "the end\r\n", "row 42 has 1 cell, the first row 4; give each row"),
    "too few cells": (WHOLE + "1,2,elm\r\n", "row 42 has 3 cells, the first row 4"),
    "too many cells": (WHOLE + "1,2,3,4,elm\r\n", "row 42 has 5 cells, the first row 4"),
    "after blank lines": (WHOLE + "\n\n1,?,3,elm\n", r"row 44, column 2 .*'\?' is missing"),
    "after a cell of two lines": (
        text_of([["a\nb", "b", "c", "label"], *rows_of(None), ["1", "?", "2", "elm"]]),
        r"row 42, column 2 \('b'\): '\?' is missing",
    ),
    "no header": ("1,2,a\n1,x,b\n", "row 2, column 2: 'x' is text among numbers"),
    "a header of numbers": ("7,8,target\n1,2,3\n1,2,4\n", "label 'target' is the only one that is"),
    "a header with a number": ("a,8,target\n1,2,3\n", "'a' is text.*; if row 1 is a header, none"),
    "regression": (cell(2, 4, "x").replace("elm", "2").replace("oak", "3").replace("x", "0.37"),
                   r"row 2, column 4 \('label'\): 0.37 is not a class; .*mean_squared_error$"),
    "one class": (WHOLE.replace("elm", "oak"), "row 2, .* all labels are 'oak'; at least two"),
    "ids": (text_of(rows_of(labels=[f"t{k}" for k in range(40)])),
            r"column 4 \('label'\) holds 40 different labels in 40 rows.*ids"),
    "too few rows": ("a,label\n1,x\n2,y\n3,x\n4,y\n", "too few|different labels"),
    "an open quote": (WHOLE + '1,"2,3,elm\r\n', "row 42 cannot be read as CSV .unexpected end"),
    "text after a quote": (WHOLE + '1,"2"3,3,elm\r\n', "row 42 cannot be read as CSV"),
    "a long cell": (WHOLE + f"1,{'2' * 200_000},3,elm\r\n", "row 42 cannot be read as CSV .field"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_wrong_is_named(text, message, path):
    path.write_text(text, "utf-8", newline="")
    with pytest.raises(ValueError, match=rf"trees\.csv: .*({message})") as error:
        load_csv(path)
    assert "\n" not in str(error.value) and str(error.value).isprintable()


BINARY = {
    "latin-1": (WHOLE.replace("oak", "chêne").encode("latin-1"), "is not UTF-8 .* byte 0xea; save"),
    "utf-16": (WHOLE.encode("utf-16"), "is not UTF-8 text, it holds a byte 0xff; save it as CSV"),
    "utf-16 without a mark": (WHOLE.encode("utf-16-le"), "is not text: it holds a byte 0"),
    "numbers": (X.tobytes(), "is not (UTF-8 )?text"),
    "an archive": (b"PK\3\4" + bytes(100), "is not text: it holds a byte 0"),
}


@pytest.mark.parametrize(("raw", "message"), BINARY.values(), ids=BINARY)
def test_what_is_no_text_is_named(raw, message, path):
    path.write_bytes(raw)
    with pytest.raises(ValueError, match=rf"trees\.csv: {message}"):
        load_csv(path)


def test_a_line_without_end_is_not_read_into_memory(path, monkeypatch):
    monkeypatch.setattr(module, "LONGEST_LINE", 1000)
    path.write_text(WHOLE + "1" * 1000)
    with pytest.raises(ValueError, match="is not CSV: a line has 1,000 characters or more"):
        load_csv(path)


def test_very_many_classes(path, monkeypatch):
    monkeypatch.setattr(module, "MOST_CLASSES", 9)
    path.write_text(text_of(rows_of(labels=np.arange(40) % 10)))
    with pytest.raises(ValueError, match="holds more than 9 different labels; are these ids"):
        load_csv(path)


def test_a_path_is_a_name_of_a_file(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        load_csv(tmp_path / "nowhere.csv")
    with pytest.raises(IsADirectoryError, match="is a folder, not a file"):
        load_csv(tmp_path)
    with pytest.raises(TypeError, match="path must be a str or a path"):
        load_csv(3)


def test_what_does_not_fit_into_memory_is_named(path, monkeypatch):
    def full(*args):
        raise MemoryError

    path.write_text(WHOLE)
    monkeypatch.setattr(module, "_numbers", full)
    with pytest.raises(ValueError, match=r"trees\.csv: does not fit into memory"):
        load_csv(path)


def test_damaged_files_are_read_right_or_refused_in_one_line(path):
    rng, raw, read = np.random.default_rng(0), WHOLE.encode(), 0
    for _ in range(400):
        damaged = bytearray(raw)
        for _ in range(rng.integers(1, 4)):
            at = rng.integers(len(damaged))
            damaged[at : at + rng.integers(4)] = rng.bytes(rng.integers(3))
        path.write_bytes(damaged)
        try:
            read += np.isfinite(load_csv(path).train.x).all()
        except ValueError as error:
            assert str(error).startswith(f"{path}: ") and str(error).isprintable()
    assert 10 < read < 390


PEAK = """
import sys
from minprune.data.table import load_csv

def peak():
    with open("/proc/self/status") as lines:
        return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))

load_csv(sys.argv[2])
before = peak()
data = load_csv(sys.argv[1])
print((peak() - before) / sum(split.x.nbytes for split in data[1:4]))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
def test_the_peak_of_memory_is_at_most_twice_the_data(path, tmp_path):
    (tmp_path / "small.csv").write_text(WHOLE)
    line, n = ",".join(["0.25"] * 400), 40_000  # 64 MB of float32
    path.write_text("".join(f"{line},{k % 5}\n" for k in range(n)))
    run = subprocess.run(
        [sys.executable, "-c", PEAK, path, tmp_path / "small.csv"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert 0.9 < float(run.stdout) < 2
