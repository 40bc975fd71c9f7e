"""A data set: samples and labels for training, for validation, and for the final test."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from minprune.arguments import counted, plain_array, printable
from minprune.data.labels import KINDS, NUMBERS, Classes, label_array, refuse_ids
from minprune.data.scaling import (
    AS_ASKED,
    BYTES,
    CHANNEL,
    FEATURE,
    LARGEST,
    UNIT,
    Standard,
    spans,
)
from minprune.data.split import TEST, TRAIN, VALIDATION, drawn_parts
from minprune.language import either

NAMED = 20  # classes at most whose names the summary lists
EVERY_TWELFTH = (
    "Split: the test samples as given; every twelfth of the others is for validation.",
    "划分：测试集按原样；其余样本每十二个取最后一个用于验证。",
)


class Split(NamedTuple):
    """Samples x, float32, with their N labels, int64 in 0 .. classes - 1.

    x is (N, features), or images (N, H, W) or (N, H, W, C).
    """

    x: np.ndarray
    labels: np.ndarray

    @property
    def flat(self):
        """The samples as rows, (N, features) or (N, H * W * C): what a dense layer reads."""
        return self.x.reshape(len(self.x), -1)

    @property
    def with_channel(self):
        """The images as (N, H, W, C), C = 1 without colours: what a convolution reads."""
        if self.x.ndim < 3:
            raise ValueError(
                "the data holds no images: each sample is a row of "
                f"{counted(self.x.shape[1], 'feature')}"
            )
        return self.x if self.x.ndim == 4 else self.x[..., None]


class Dataset(NamedTuple):
    """Three splits. Settings are chosen on `validation`; `test` is used once, at the end.

    `print(data)` shows its `summary`.

    class_names  str array; `data.class_names[predict_classes(network, x)]` names the predictions
    splitting, scaling, columns  a sentence each: how the samples were split, how their numbers
                                 were scaled, which columns of a table were taken; in the
                                 language that was in use when the data was loaded
    rule         function that scales an array of samples: what `scaled` does with new ones
    feature_names  names from the header of a table; empty where there is none
    """

    name: str
    train: Split
    validation: Split
    test: Split
    class_names: np.ndarray
    splitting: str = ""
    scaling: str = ""
    columns: str = ""
    rule: Callable = np.asarray
    feature_names: Sequence[str] = ()

    def __str__(self):
        return self.summary

    @property
    def shape(self):
        """The shape of a sample."""
        return self.train.x.shape[1:]

    @property
    def classes(self):
        """The number of classes."""
        return len(self.class_names)

    @property
    def summary(self):
        """The sizes of the data set in a line, then its sentences, a line each."""
        train, validation, test = (len(split.labels) for split in self[1:4])
        name, names = printable(self.name), ""
        if self.classes <= NAMED:
            shown = [printable(name, 40) for name in self.class_names]
            names = either(": " + ", ".join(shown), "：" + "、".join(shown))
        first = either(
            f"{name}: {train} training, {validation} validation, {test} test {self._kind[0]}, "
            f"{self.classes} classes{names}",
            f"{name}：训练集 {train}、验证集 {validation}、测试集 {test} {self._kind[1]}，"
            f"{self.classes} 个类别{names}",
        )
        return "\n".join([first, *self.about])

    @property
    def _kind(self):
        """The word for the samples, and their size, in both languages."""
        if len(self.shape) == 1:
            (n,) = self.shape
            return f"samples, {counted(n, 'feature')}", f"个样本，{n} 个特征"
        pixels = "x".join(map(str, self.shape[:2]))
        en, zh = f"images of {pixels} pixels", f"张 {pixels} 像素的图像"
        for n in self.shape[2:]:
            en, zh = f"{en}, {counted(n, 'channel')}", f"{zh}，{n} 个通道"
        return en, zh

    def scaled(self, x):
        """New samples as the network reads them, scaled as the training samples were.

        x  array of samples before the scaling, each of the shape `data.shape`; those of a CSV file
           without the label column, and without a column that was left out
        returns them as float32

        >>> images = np.array([[[0, 255]], [[255, 0]]] * 6, dtype=np.uint8)
        >>> data = make_dataset("small", images, ["cat", "dog"] * 6)
        >>> data.scaled(images[1:2]).tolist()
        [[[1.0, 0.0]]]
        """
        if np.shape(x) == self.shape:
            raise ValueError(
                f"x must hold samples, got a single one of shape {self.shape}; give [x]"
            )
        x = _samples("x", x)
        if x.shape[1:] != self.shape:
            raise ValueError(f"x must hold samples of shape {self.shape}, got {x.shape[1:]}")
        if self.rule is _from_bytes and x.dtype != np.uint8:
            raise ValueError(f"x must hold bytes, as the training images, got dtype {x.dtype}")
        if self.rule is _within_unit and (x.min() < 0 or x.max() > 1):
            raise ValueError("x must lie between 0 and 1, as the training images")
        return _taken(x, slice(None), self.rule)

    @property
    def about(self):
        """The sentences on the columns, if any, on the split and on the scaling."""
        return [*filter(None, (self.columns, self.splitting, self.scaling))]


def make_dataset(name, x, y, x_test=None, y_test=None, *, scale=True):
    """A `Dataset` from arrays: the parts that are not given are drawn, the numbers are scaled.

    name    what the data set is called
    x       numbers: features (N, F), or images (N, H, W) or (N, H, W, C)
    y       N labels: whole numbers, booleans or texts
    x_test, y_test  the test part, or None: then one fifth of each class is drawn for it
    scale   False: the numbers stay as they are

    One tenth of each class of x is drawn for validation. The draw has a fixed seed: the same arrays
    give the same parts. Bytes of images are divided by 255, and images within 0 .. 1 stay as they
    are. Of other images each channel, and of tables each feature, becomes (x - mean) / standard
    deviation, both of the training part alone; a constant feature becomes 0.

    raises ValueError, naming array and place, for what is missing, infinite, or of another form

    >>> x = np.array([[1.0, 5.0], [2.0, 5.0], [3.0, 5.0], [4.0, 5.0]] * 3)
    >>> data = make_dataset("small", x, ["cat", "dog", "dog", "cat"] * 3)
    >>> data.train.x.shape, data.validation.labels, data.class_names[data.test.labels].tolist()
    ((9, 2), array([0]), ['cat', 'dog'])
    """
    if (x_test is None) != (y_test is None):
        raise ValueError("x_test and y_test must be given together")
    arrays = {"x": x, "y": y}
    if x_test is not None:
        arrays |= {"x_test": x_test, "y_test": y_test}
    return from_arrays(name, arrays, scale)


def from_arrays(name, arrays, scale=True):
    """As `make_dataset`, from a dict of x, y and, if given, x and y of the test part.

    arrays  by the names that errors call them
    """
    (x_name, x), (y_name, y), *test = arrays.items()
    x = _samples(x_name, x)
    if x.ndim == 2 and x.shape[0] != np.size(y) and x.shape[1] == np.size(y):
        raise ValueError(f"{x_name} holds its samples in columns; give {x_name}.T")
    distinct, codes, place = label_array(y_name, y, len(x))
    classes = Classes(distinct, place)
    codes = classes.numbers(distinct, place)[codes]
    refuse_ids(np.bincount(codes), y_name)
    part_of, splitting = drawn_parts(codes, with_test=not test)
    parts = {part: np.flatnonzero(part_of == part) for part in (TRAIN, VALIDATION, TEST)}
    rule, scaling = _rule(x, parts[TRAIN], scale)
    splits = [Split(_taken(x, parts[part], rule), codes[parts[part]]) for part in parts]
    if test:
        splits[TEST] = _test_split(x_name, x, test, classes, rule)
    return Dataset(name, *splits, classes.names, splitting, scaling, rule=rule)


def _test_split(x_name, x_train, test, classes, rule):
    (name, x), (y_name, y) = test
    x = _samples(name, x)
    if x.shape[1:] != x_train.shape[1:]:
        raise ValueError(
            f"{x_name} and {name} must hold samples of one shape, got {x_train.shape[1:]} and "
            f"{x.shape[1:]}"
        )
    if x.ndim > 2 and (x.dtype == np.uint8) != (x_train.dtype == np.uint8):
        raise ValueError(
            f"{x_name} and {name} must both hold bytes or neither, got dtypes {x_train.dtype} and "
            f"{x.dtype}"
        )
    distinct, codes, place = label_array(y_name, y, len(x))
    return Split(_taken(x, slice(None), rule), classes.numbers(distinct, place)[codes])


def _samples(name, x):
    """The samples as an array of finite numbers that float32 can hold, of 2 to 4 axes."""
    x = plain_array(name, x)
    if x.dtype.kind not in NUMBERS:
        what = KINDS.get(x.dtype.kind, "holds text")
        give = f"{name}.astype(np.float32)" if x.dtype.kind in "OUS" else "numbers, such as float32"
        raise ValueError(f"{name} {what} (dtype {x.dtype}); give {give}")
    if x.ndim not in (2, 3, 4) or 0 in x.shape:
        hint = f"; a single feature is {name}.reshape(-1, 1)" if x.ndim == 1 and x.size else ""
        raise ValueError(
            f"{name} must hold features (N, F) or images (N, H, W) or (N, H, W, C), at least one, "
            f"got shape {x.shape}{hint}"
        )
    if x.ndim == 4 and x.shape[1] in (1, 3) and x.shape[3] > 4:
        raise ValueError(
            f"{name} must hold images (N, H, W, C), got {x.shape}, with the channels first; give "
            f"np.moveaxis({name}, 1, -1)"
        )
    if x.dtype.kind == "f":
        _check_finite(name, x)
    return x


def _check_finite(name, x):
    for rows in spans(len(x), x[0].size):
        bad = ~(np.abs(x[rows]) <= np.float64(LARGEST))  # float16 cannot hold it
        if bad.any():
            at = np.argwhere(bad)[0]
            at[0] += rows.start
            value = x[tuple(at)]
            what = "missing" if np.isnan(value) else "infinite" if np.isinf(value) else "too large"
            raise ValueError(
                f"{name}{at.tolist()} is {what}, {value}; numbers must be finite and below "
                f"{LARGEST:.2g}; leave out this sample, or replace the number"
            )


def _rule(x, train, scale):
    """The function that scales a block of samples, and the sentence on it."""
    if not scale:
        return np.asarray, either(*AS_ASKED)
    columns = 1 if x.ndim == 3 else x.shape[-1]

    def blocks():
        return (x[train[rows]] for rows in spans(len(train), x[0].size))

    if x.ndim == 2:
        rule = Standard.of(blocks, columns)
        return rule, rule.sentence(FEATURE)
    if x.dtype == np.uint8 and max(block.max() for block in blocks()) > 1:
        return _from_bytes, either(*BYTES)
    if all(block.min() >= 0 and block.max() <= 1 for block in blocks()):
        return _within_unit, either(*UNIT)
    rule = Standard.of(blocks, columns)
    return rule, rule.sentence(CHANNEL)


def _from_bytes(block):
    return np.divide(block, 255, dtype=np.float32)


def _within_unit(block):
    return np.asarray(block)


def _taken(x, rows, rule):
    """Those rows of x, scaled, as float32."""
    n = len(range(*rows.indices(len(x)))) if isinstance(rows, slice) else len(rows)
    out = np.empty((n, *x.shape[1:]), np.float32)
    for span in spans(n, x[0].size):
        out[span] = rule(x[span] if isinstance(rows, slice) else x[rows[span]])
    return out


def pixel_dataset(name, train_images, train_labels, test_images, test_labels):
    """A `Dataset` from pixels 0 .. 255: every twelfth training image is set aside for validation.

        x = pixel / 255

    images  (N, H, W), integers
    labels  (N,), integers >= 0

    The split depends on nothing but the position in the file: 55,000 and 5,000 images for MNIST.
    """
    train_images = _integers("train_images", train_images, "NHW", high=255)
    test_images = _integers("test_images", test_images, "NHW", high=255)
    train_labels = _integers("train_labels", train_labels, "N")
    test_labels = _integers("test_labels", test_labels, "N")
    if len(train_labels) != len(train_images) or len(test_labels) != len(test_images):
        raise ValueError(
            f"{name}: every image must have one label, got "
            f"{len(train_labels)} for {counted(len(train_images), 'training image')}, "
            f"{len(test_labels)} for {counted(len(test_images), 'test image')}"
        )
    if len(train_images) < 12:
        raise ValueError(
            f"{name}: at least 12 training images are needed, since one in twelve is set aside for "
            f"validation, got {len(train_images)}"
        )
    aside = np.arange(len(train_images)) % 12 == 11
    classes = np.unique(train_labels)
    if (unknown := np.setdiff1d(test_labels, classes)).size:
        raise ValueError(
            f"{name}: test label {unknown[0]} does not occur among the training labels"
        )
    return Dataset(
        name,
        _from_pixels(train_images[~aside], train_labels[~aside], classes),
        _from_pixels(train_images[aside], train_labels[aside], classes),
        _from_pixels(test_images, test_labels, classes),
        classes.astype(str),
        either(*EVERY_TWELFTH),
        either(*BYTES),
        rule=_from_bytes,
    )


def _integers(name, value, axes, high=None):
    array = np.asarray(value)
    if array.dtype.kind not in "iu" or array.ndim != len(axes):
        raise TypeError(
            f"{name} must be integers ({', '.join(axes)}), got dtype {array.dtype}, "
            f"shape {array.shape}"
        )
    if array.size and (array.min() < 0 or (high is not None and array.max() > high)):
        allowed = ">= 0" if high is None else f"from 0 to {high}"
        raise ValueError(f"{name} must be {allowed}, got {array.min()} to {array.max()}")
    return array


def _from_pixels(pixels, labels, classes):
    return Split(_from_bytes(pixels), np.searchsorted(classes, labels).astype(np.int64))
