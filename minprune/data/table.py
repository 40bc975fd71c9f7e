"""Read a data set from a CSV file: a row for each sample, a column for each feature, one of labels.

The file is read once, some thousand cells at a time. Its numbers are kept as float32 in slabs; when
all labels are known, the samples are moved slab by slab into their parts.
"""

import csv
import re
from array import array
from itertools import chain, islice
from mmap import mmap
from numbers import Integral

import numpy as np

from minprune.arguments import counted, in_one_line, path_to, printable, shown
from minprune.data.dataset import Dataset, Split
from minprune.data.labels import MOST_CLASSES, Classes, is_missing, is_number, refuse_ids
from minprune.data.scaling import AS_ASKED, FEATURE, LARGEST, Standard, spans
from minprune.data.split import TEST, TRAIN, VALIDATION, drawn_parts
from minprune.language import either

LABELS = "label", "class", "target", "species", "y"  # names of a label column, the first one wins
NAMED = "chosen by its name", "按列名选定"
ASKED = "as asked", "按指定"
LAST = (
    f"the last one, since none is named {', '.join(LABELS)}",
    f"即最后一列，因为没有名为 {'、'.join(LABELS)} 的列",
)
COUNTERS = "", "id", "index", "unnamed: 0"  # names of a column that may only count the rows
TEXT = "is text among numbers"
CELLS = 1 << 16  # read at a time
SLAB = 1 << 22  # numbers
LONGEST_LINE = 1 << 24  # characters


def load_csv(path, label=None, *, scale=True):
    """A `Dataset` from a CSV file: numbers, with one column of labels.

    path   text in UTF-8, its cells separated by commas, semicolons or tabs, with or without a
           header; blank lines are left out
    label  the label column: its name, or its number as a spreadsheet counts, from 1, -1 for the
           last; None: a column named label, class, target, species or y, else the last
    scale  False: the numbers stay as they are

    One fifth of each class is drawn for the test and one tenth for validation, with a fixed seed.
    Each feature becomes (x - mean) / standard deviation, both of the training part; a constant one
    becomes 0. A column that only counts the rows, without a name or named id or index, is left out.

    raises OSError if there is no such file, ValueError, naming file, row and column, for what is
    missing, infinite, or not a number; rows are counted from 1, the header included
    """
    path = path_to("path", path)
    if label is not None and (isinstance(label, bool) or not isinstance(label, (Integral, str))):
        raise TypeError(f"label must be the name or the number of a column, got {shown(label)}")
    if path.is_dir():
        raise IsADirectoryError(f"{path}: is a folder, not a file")
    with open(path, encoding="utf-8-sig", newline="") as file:
        try:
            return _Table(file, label, scale).dataset(path.stem)
        except UnicodeDecodeError as error:
            byte = error.object[error.start]
            raise ValueError(
                f"{path}: is not UTF-8 text, it holds a byte {byte:#04x}; save it as CSV in UTF-8"
            ) from None
        except MemoryError:
            raise ValueError(f"{path}: does not fit into memory") from None
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from None


class _Table:
    """The rows of a file, read into slabs."""

    def __init__(self, file, label, scale):
        rows, self.scale = _rows(file), scale
        first = next(rows, None)
        if first is None:
            raise ValueError("is empty")
        self.header = first[1] if _is_header(first[1]) else None
        self.width = len(first[1])
        if self.width < 2:
            raise ValueError(
                f"row {first[0]} has a single cell, {printable(first[1][0].strip(), 40)!r}; give "
                "features and labels, separated by commas, semicolons or tabs, and nothing above "
                "them but one row of names"
            )
        self.label, why = self._label_column(label)
        self.columns = either(
            f"Label: {self.column(self.label)}, {why[0]}.",
            f"标签：{self._column_zh(self.label)}，{why[1]}。",
        )
        self.guess = ""  # for the end of a message
        if why is LAST:
            self.guess = (
                f"; {self.column(self.label)}, the last, was taken as the label column: choose "
                "another with label (--label)"
            )
        names = self.header or []
        self.counters = {c: None for c, name in enumerate(names) if _plain(name) in COUNTERS}
        self.counters.pop(self.label, None)
        self.slabs, self.offset, self.samples = [], None, 0
        self.codes, self.known, self.places = array("i"), {}, []
        self._read(rows if self.header else chain([first], rows))

    def column(self, c):
        """A column for a message: its number, counted from 1, and its name."""
        return f"column {c + 1}" + (f" ({self._name(c)!r})" if self._name(c) else "")

    def _column_zh(self, c):
        return f"第 {c + 1} 列" + (f"“{self._name(c)}”" if self._name(c) else "")

    def _name(self, c):
        return printable(self.header[c].strip(), 40) if self.header else ""

    def _label_column(self, label):
        names = [name.strip() for name in self.header or []]
        if label is None:
            low = [_plain(name) for name in names]
            found = next((low.index(name) for name in LABELS if name in low), None)
            if found is not None:
                return found, NAMED
            return self.width - 1, LAST
        if isinstance(label, str):
            if names.count(label) > 1:
                raise ValueError(f"two columns are named {label!r}; give the number of the label's")
            if label in names:
                return names.index(label), ASKED
            if not re.fullmatch(r"-?\d{1,9}", label):
                has = ", ".join(printable(name, 40) for name in names[:20]) or "no header"
                raise ValueError(f"has no column named {label!r}, but {has}")
            label = int(label)
        if label != -1 and not 1 <= label <= self.width:
            raise ValueError(f"has no column {label}; its columns are 1 to {self.width}")
        return self.width - 1 if label == -1 else label - 1, ASKED

    def _read(self, rows):
        """Read the rows to their end."""
        at_a_time = max(1, CELLS // self.width)
        while some := [*islice(rows, at_a_time)]:
            self._take(some)
        if not self.samples:
            raise ValueError("has a header, but no rows")

    def _take(self, rows):
        """Add rows, (number, cells) each, to the slabs and the labels."""
        for number, cells in rows:
            if len(cells) != self.width:
                has = counted(len(cells), "cell")
                raise ValueError(
                    f"row {number} has {has}, the first row {self.width}; give each row as many"
                )
        cells = [*chain.from_iterable(cells for _, cells in rows)]
        labels = cells[self.label :: self.width]
        del cells[self.label :: self.width]
        values = _numbers(cells)
        if values is None:
            self._refuse_cell(rows)
        values = values.reshape(len(rows), -1)
        self._take_labels(rows, labels)
        self._count(values)
        if self.offset is None:  # near the numbers, so that little is lost when float32 holds them
            self.offset = np.median(values, axis=0) if self.scale else 0.0
        self._store(values)
        self.samples += len(rows)

    def _refuse_cell(self, rows):
        for number, cells in rows:
            for c, cell in enumerate(cells):
                if c != self.label and _numbers([cell]) is None:
                    where = f"row {number}, {self.column(c)}"
                    wrong = _wrong(cell)
                    guess = self.guess if TEXT in wrong else ""
                    raise ValueError(f"{where}: {wrong}{guess}{self._hint(number)}")

    def _hint(self, number):
        if self.header or number > 1:
            return ""
        return "; if row 1 is a header, none of its names may be a number"

    def _take_labels(self, rows, labels):
        known = self.known
        before = len(known)
        self.codes.extend([known.setdefault(text, len(known)) for text in labels])
        for text in islice(known, before, None):
            number = rows[labels.index(text)][0]
            self.places.append(f"row {number}, {self.column(self.label)}")
        if len(known) > MOST_CLASSES:
            raise ValueError(
                f"{self.column(self.label)} holds more than {MOST_CLASSES:,} different labels; "
                f"are these ids? Choose the label column{self.guess}"
            )

    def _count(self, values):
        """Note which of the columns that may count the rows do so up to here."""
        for c, start in [*self.counters.items()]:
            column = values[:, c - (c > self.label)]
            start = column[0] if start is None else start
            expected = start + self.samples + np.arange(len(column))
            if start in (0, 1) and (column == expected).all():
                self.counters[c] = start
            else:
                del self.counters[c]

    def _store(self, values):
        while len(values):
            if not self.slabs or self.filled == len(self.slabs[-1]):
                self.slabs.append(_slab(values.shape[1]))
                self.filled = 0
            n = min(len(values), len(self.slabs[-1]) - self.filled)
            np.subtract(values[:n], self.offset, casting="same_kind",
                        out=self.slabs[-1][self.filled : self.filled + n])  # fmt: skip
            self.filled += n
            values = values[n:]

    def dataset(self, name):
        """The samples in their parts, scaled."""
        labels = [*self.known]
        first, *others = map(is_number, labels)
        if not self.header and not first and others and all(others):
            raise ValueError(
                f"{self.places[0]}: the label {printable(labels[0], 40)!r} is the only one that is "
                "no number; if row 1 is a header, none of its names may be a number"
            )
        try:
            classes = Classes(labels, self.places.__getitem__)
            numbers = classes.numbers(labels, self.places.__getitem__).astype(np.int32)
            codes = numbers[np.frombuffer(self.codes, np.intc)]
            refuse_ids(np.bincount(codes), self.column(self.label))
        except ValueError as error:
            raise ValueError(f"{error}{self.guess}") from None
        self.codes = None
        part_of, splitting = drawn_parts(codes, with_test=True)
        parts = self._moved(part_of)
        scaling, rule = self._scaled(parts)
        splits = [
            Split(parts[part], codes[part_of == part].astype(np.int64))
            for part in (TRAIN, VALIDATION, TEST)
        ]
        return Dataset(
            name, *splits, classes.names, splitting, scaling, self.columns, rule,
            self.feature_names,
        )  # fmt: skip

    def _moved(self, part_of):
        """The samples of each part, without the columns that only count; the slabs are freed."""
        features = [c for c in range(self.width) if c != self.label]
        kept = [k for k, c in enumerate(features) if c not in self.counters]
        if not kept:
            raise ValueError("has no features: its only other column counts the rows")
        names = [self.header[features[k]].strip() for k in kept] if self.header else []
        self.feature_names = names if all(names) else []
        for c in self.counters:
            self.columns += either(
                f" Left out is {self.column(c)}, which only counts the rows.",
                f"略去{self._column_zh(c)}，它只是行的编号。",
            )
        for c in features:
            if self.header and not _plain(self.header[c]) and c not in self.counters:
                self.columns += either(
                    f" {self.column(c).capitalize()} has no name and is a feature.",
                    f"{self._column_zh(c)}没有列名，是一个特征。",
                )
        chosen = slice(None) if len(kept) == len(features) else kept
        counts = np.bincount(part_of, minlength=3)
        parts = [np.empty((count, len(kept)), np.float32) for count in counts]
        filled, start = [0, 0, 0], 0
        self.slabs.reverse()
        while self.slabs:
            slab = self.slabs.pop()
            for span in spans(min(len(slab), self.samples - start), len(features)):
                block, which = slab[span, chosen], part_of[start + span.start : start + span.stop]
                for part, samples in enumerate(parts):
                    rows = block[which == part]
                    samples[filled[part] : filled[part] + len(rows)] = rows
                    filled[part] += len(rows)
            start += len(slab)
        return parts

    def _scaled(self, parts):
        """Scale the parts in place; returns the sentence on it, and the rule for new samples."""
        if not self.scale:
            return either(*AS_ASKED), np.asarray
        train = parts[TRAIN]
        columns = train.shape[1]
        rule = Standard.of(lambda: (train[rows] for rows in spans(len(train), columns)), columns)
        for samples in parts:
            for rows in spans(len(samples), columns):
                samples[rows] = rule(samples[rows])
        offset = np.delete(self.offset, [c - (c > self.label) for c in self.counters])
        return rule.sentence(FEATURE), Standard(rule.mean + offset, rule.std)


def _slab(columns):
    """Room for some rows, in memory that the system has back as soon as the slab is gone."""
    rows = max(1, SLAB // columns)
    return np.frombuffer(mmap(-1, 4 * rows * columns), np.float32).reshape(rows, columns)


def _rows(file):
    """The rows that are not blank, each with its number as a spreadsheet counts."""
    lines, number = _lines(file), 0
    first = next(lines, "")
    while first and not first.strip():
        first, number = next(lines, ""), number + 1
    while first.count('"') % 2 and len(first) < csv.field_size_limit():  # a cell of several lines
        first += (line := next(lines, ""))
        if not line:
            break
    reader = csv.reader(chain([first], lines), delimiter=_delimiter(first), strict=True)
    try:
        for cells in reader:
            number += 1
            if len(cells) > 1 or (cells and cells[0].strip()):
                yield number, cells
    except csv.Error as error:
        raise ValueError(f"row {number + 1} cannot be read as CSV ({in_one_line(error)})") from None


def _lines(file):
    while line := file.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE:
            raise ValueError(f"is not CSV: a line has {LONGEST_LINE:,} characters or more")
        if "\0" in line:
            raise ValueError("is not text: it holds a byte 0; save it as CSV in UTF-8")
        yield line


def _delimiter(line):
    """The one of tab, semicolon and comma that separates cells; a comma may mark decimals too."""
    outside = re.sub('"[^"]*"', "", line)
    marks = [mark for mark in "\t;," if mark in outside]
    return max(marks, key=lambda mark: outside.count(mark) + (mark != ","), default=",")


def _plain(name):
    return name.strip().lower()


def _is_header(cells):
    """True for a row without any number, or with the names 0, 1, 2, ... that pandas gives."""
    numbers = [cell for cell in cells if _numbers([cell]) is not None]
    if numbers != [str(k) for k in range(len(numbers))]:
        return False
    named = not {"", *LABELS}.isdisjoint(map(_plain, cells))
    return not numbers or named or len(numbers) == len(cells) >= 4


def _numbers(cells):
    """The cells as float64, or None if one is not a finite number that float32 can hold."""
    try:
        values = np.fromiter(map(float, cells), np.float64, len(cells))
    except ValueError:
        return None
    if "_" in "".join(cells) or not (np.abs(values) <= LARGEST).all():
        return None
    return values


def _wrong(cell):
    """The sentence on a cell that is not a number, and what to do."""
    text = repr(printable(cell.strip(), 40))
    if is_missing(cell):
        what = f"{text} is missing" if cell.strip() else "the cell is empty"
        return f"{what}; fill it in, or leave out the row or the column"
    if re.fullmatch(r"[+-]?\d*,\d+", cell.strip()):
        return f"{text} is text, not a number; write decimals with a point"
    try:
        number = float(cell) if "_" not in cell else None
    except ValueError:
        number = None
    if number is None:
        return (
            f"{text} {TEXT}; give categories as numbers or as columns of 0 and 1, "
            "or leave out the column"
        )
    what = "too large" if cell.strip("+- ")[:1].isdigit() else "infinite"
    return f"{text} is {what}; numbers must be below {LARGEST:.2g}"
