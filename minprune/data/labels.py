"""Labels of any kind, numbered as classes 0, 1, 2, ..., with a name for each."""

import math
import re

import numpy as np

from minprune.arguments import plain_array, printable

MISSING = {"", "?", "na", "n/a", "#n/a", "<na>", "nan", "nat", "null"}  # in any case
MOST_CLASSES = 100_000
LONGEST_NAME = 200  # characters
LEAST_PER_CLASS = 3  # samples, on average
NUMBERS = "biuf"
KINDS = {  # kind of a dtype that is refused -> what an array of it holds
    "O": "holds Python objects",
    "c": "holds complex numbers",
    "M": "holds dates",
    "m": "holds differences of dates",
    "V": "holds records with named fields",
}


def is_missing(text):
    """True for an empty cell, and for the words that stand for one."""
    return text.strip().lower() in MISSING


def is_number(text):
    """True for a text that is a number."""
    return _number(text) is not None


class Classes:
    """The classes of the training labels: whole numbers in their order, else texts in theirs.

    distinct  the labels that occur, each a number or a text
    place     function from the position of one of them to the place where it first occurs
    """

    def __init__(self, distinct, place):
        numbers = [_number(label) for label in distinct]
        self.whole = None not in numbers
        for k, number in enumerate(numbers):
            if self.whole and isinstance(number, float):
                raise ValueError(
                    f"{place(k)}: {number:g} is not a class; labels must be whole numbers or "
                    "names. To predict numbers (regression), give arrays to mp.fit, with "
                    "loss=mp.mean_squared_error"
                )
        self.values = sorted({*self._canonical(distinct, place)})
        self.names = np.array([str(value) for value in self.values])
        self._number_of = {value: k for k, value in enumerate(self.values)}
        if len(self.values) == 1:
            raise ValueError(
                f"{place(0)}: all labels are {printable(self.names[0])!r}; "
                "at least two classes are needed"
            )

    def numbers(self, distinct, place):
        """The class of each of these labels, an int array; `ValueError` for an unknown one."""
        canonical = self._canonical(distinct, place)
        for k, value in enumerate(canonical):
            if value not in self._number_of:
                raise ValueError(
                    f"{place(k)}: label {printable(str(value))!r} does not occur among the "
                    "training labels"
                )
        return np.array([self._number_of[value] for value in canonical], np.int64)

    def _canonical(self, distinct, place):
        texts = [str(label).strip() for label in distinct]
        for k, text in enumerate(texts):
            if is_missing(text):
                raise ValueError(f"{place(k)}: the label {text!r} is missing; leave out this row")
            if _is_infinite(text):
                raise ValueError(f"{place(k)}: {text!r} is not a class; leave out this row")
            if len(text) > LONGEST_NAME:
                raise ValueError(
                    f"{place(k)}: the label has {len(text)} characters, at most {LONGEST_NAME} "
                    "are allowed"
                )
        numbers = [_number(label) for label in distinct]
        if self.whole:
            return [t if n is None else n for t, n in zip(texts, numbers, strict=True)]
        return texts


def refuse_ids(counts, name):
    """`ValueError` if there are nearly as many classes as samples, given the samples of each."""
    occurring, samples = np.count_nonzero(counts), int(counts.sum())
    if occurring > samples // LEAST_PER_CLASS:
        raise ValueError(
            f"{name} holds {occurring} different labels in {samples} rows, too many to learn; "
            "are these ids, or numbers to be predicted as such (regression)? Give one label per "
            "class"
        )


def label_array(name, y, samples):
    """The distinct labels of an array, the position among them of each label, and their places.

    y        a vector of whole numbers, booleans or texts, or one column of such
    samples  how many there must be
    """
    y = plain_array(name, y)
    kind = y.dtype.kind
    if kind == "S":
        try:
            y, kind = np.char.decode(y, "utf-8"), "U"
        except UnicodeDecodeError:
            raise ValueError(f"{name} holds bytes that are not UTF-8 text; give texts") from None
    if kind == "O" and all(isinstance(label, str) for label in y.flat):  # a column of pandas
        y, kind = y.astype(str), "U"
    if kind not in NUMBERS + "U":
        hint = f"; give classes, such as {name}.astype(str)"
        raise ValueError(f"{name} {KINDS[kind]} (dtype {y.dtype}){hint}")
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim != 1:
        raise ValueError(f"{name} {_wrong_axes(name, y)}")
    if len(y) != samples:
        raise ValueError(f"{name} holds {len(y)} labels for {samples} samples")
    if kind == "f" and not np.isfinite(y).all():
        at = np.flatnonzero(~np.isfinite(y))[0]
        what = "missing" if np.isnan(y[at]) else "not a class"
        raise ValueError(f"{name}[{at}]: the label {y[at]} is {what}; leave out this sample")
    distinct, first, codes = np.unique(y, return_index=True, return_inverse=True)
    return distinct.tolist(), codes.reshape(-1), lambda k: f"{name}[{first[k]}]"


def _wrong_axes(name, y):
    bits = y.ndim == 2 and len(y) > 0 and y.dtype.kind in NUMBERS and ((y == 0) | (y == 1)).all()
    if bits and (y.sum(axis=1) == 1).all():
        return f"is one-hot, {y.shape}; give class numbers, {name}.argmax(axis=1)"
    return f"must be a vector (N,) of labels, got shape {y.shape}"


def _is_infinite(text):
    try:
        return math.isinf(float(text))
    except ValueError:
        return False


def _number(label):
    """The label as an int if it is a whole number, as a float if it is another; else None."""
    if isinstance(label, str):
        if re.fullmatch(r"\s*[+-]?\d{1,200}\s*", label):
            return int(label)
        try:
            label = float(label) if "_" not in label else None
        except ValueError:
            return None
    if isinstance(label, float):
        return None if not math.isfinite(label) else int(label) if label.is_integer() else label
    return None if isinstance(label, bool) else label
