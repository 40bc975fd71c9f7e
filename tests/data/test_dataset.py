"""Arrays in memory: how they are split, scaled and labelled, and every refusal."""

from itertools import chain

import numpy as np
import pytest
from bilingual import not_translated, numbers

from minprune.data.dataset import make_dataset, pixel_dataset
from minprune.data.split import drawn_parts
from minprune.language import using

RNG = np.random.default_rng(0)


def table(n=60, features=4, classes=3, dtype=np.float64):
    """Features whose first column tells each row apart, and labels that alternate."""
    x = np.random.default_rng(1).normal(3, 2, (n, features))
    x[:, 0] = np.arange(n)
    return x.astype(dtype), np.arange(n) % classes


def rows_of(split):
    """The rows of `table` that an unscaled split holds."""
    return split.x[:, 0].astype(int).tolist()


# --- split ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("sizes", [(50, 50), (7, 33, 20), (2, 2, 2), (3, 3), (6, 100, 1), (5,) * 9])
@pytest.mark.parametrize("with_test", [True, False])
def test_each_class_has_its_share_in_each_part(sizes, with_test):
    codes = np.random.default_rng(2).permutation(np.repeat(np.arange(len(sizes)), sizes))
    parts, _ = drawn_parts(codes, with_test)
    assert parts.shape == codes.shape
    for k, size in enumerate(sizes):
        train, validation, test = np.bincount(parts[codes == k], minlength=3)
        assert train + validation + test == size and train >= 1
        assert validation in (size // 10, size // 10 + 1)
        assert test in ((size // 5, -(-size // 5)) if with_test else (0,))
    assert (parts == 1).any() and (parts == 2).any() == with_test


def test_the_parts_hold_every_sample_once_with_its_label():
    x, y = table()
    data = make_dataset("all", x, y, scale=False)
    rows = [rows_of(split) for split in data[1:4]]
    assert sorted(chain.from_iterable(rows)) == list(range(60))
    assert [len(r) for r in rows] == [42, 6, 12]
    for split, own in zip(data[1:4], rows, strict=True):
        assert own == sorted(own) and split.labels.tolist() == [r % 3 for r in own]
        assert split.labels.dtype == np.int64 and split.x.dtype == np.float32
        np.testing.assert_array_equal(split.x, x[own].astype(np.float32))
    assert "one fifth of the samples is for the test and one tenth for validation" in data.splitting


def test_the_draw_is_this_one_on_every_machine():
    parts, _ = drawn_parts(np.arange(20) % 2, with_test=True)
    assert np.flatnonzero(parts == 2).tolist() == [3, 4, 9, 10]
    assert np.flatnonzero(parts == 1).tolist() == [1, 18]


def test_with_a_test_part_only_validation_is_drawn():
    x, y = table()
    data = make_dataset("given", x, y, x[:7] + 100, y[:7], scale=False)
    assert rows_of(data.test) == list(range(100, 107))
    assert data.test.labels.tolist() == y[:7].tolist()
    assert (len(data.train.labels), len(data.validation.labels)) == (54, 6)
    assert "the test samples as given; one tenth" in data.splitting


def test_a_class_of_one_sample_is_for_training():
    x, y = table()
    y[[4, 9]] = 7, 8
    data = make_dataset("lonely", x, y, scale=False)
    assert {4, 9} <= {*rows_of(data.train)}
    assert data.splitting.endswith("Classes of one sample are in the training part only: 2.")


# --- scaling --------------------------------------------------------------------------------------


def test_features_by_mean_and_deviation_of_the_training_part_alone():
    x, y = table()
    x[:, 2] = 5
    x[0, 2] = 5  # constant
    raw = make_dataset("raw", x, y, scale=False)
    data = make_dataset("scaled", x, y)
    mean, std = raw.train.x.mean(0, np.float64), raw.train.x.astype(np.float64).std(0)
    std[2] = np.inf
    for split, unscaled in zip(data[1:4], raw[1:4], strict=True):
        np.testing.assert_allclose(split.x, (unscaled.x - mean) / std, rtol=1e-4, atol=1e-6)
        assert (split.x[:, 2] == 0).all()
    assert abs(data.train.x.mean(0)).max() < 1e-6 and abs(data.test.x.mean(0)).max() > 1e-3
    assert "each feature becomes (x - mean) / standard deviation" in data.scaling
    assert "becomes 0: 1 of 4" in data.scaling and raw.scaling == "Scaling: none, as asked."


def test_a_constant_that_has_no_exact_mean_is_0_and_so_are_other_values_of_it():
    x, y = table()
    x[:, 1] = 0.1
    data = make_dataset("constant", x, y)
    x_test = x[:3].copy()
    x_test[:, 1] = 9
    given = make_dataset("constant", x, y, x_test, y[:3])
    assert (data.train.x[:, 1] == 0).all() and (given.test.x[:, 1] == 0).all()


def test_a_large_offset_loses_nothing():
    x, y = table()
    plain, offset = (make_dataset("offset", x + a, y).train.x for a in (0, 1e9))
    np.testing.assert_allclose(offset, plain, atol=1e-5)


IMAGES = {  # dtype, what is drawn, and what becomes of it
    "bytes": (lambda r, s: r.integers(0, 256, s).astype(np.uint8), "pixel / 255"),
    "within 0 .. 1": (lambda r, s: r.random(s), "none; the values lie between 0 and 1"),
    "bytes 0 and 1": (lambda r, s: r.integers(0, 2, s).astype(np.uint8), "none; the values"),
    "booleans": (lambda r, s: r.random(s) < 0.5, "none; the values lie between 0 and 1"),
    "others": (lambda r, s: r.normal(1e9, 2, s), "each channel becomes"),
    "whole numbers": (lambda r, s: r.integers(-500, 4000, s), "each channel becomes"),
}


@pytest.mark.parametrize("shape", [(5, 4), (5, 4, 3), (5, 4, 1)])
@pytest.mark.parametrize(("draw", "sentence"), IMAGES.values(), ids=IMAGES)
def test_images(draw, sentence, shape):
    x = draw(np.random.default_rng(3), (40, *shape))
    data = make_dataset("images", x, np.arange(40) % 2)
    again = make_dataset("images", x, np.arange(40) % 2, scale=False)
    assert sentence in data.scaling and data.shape == shape
    for split, raw in zip(data[1:4], again[1:4], strict=True):
        if "255" in sentence:
            np.testing.assert_array_equal(split.x, raw.x / np.float32(255))
        elif "none" in sentence:
            np.testing.assert_array_equal(split.x, raw.x)
    if "channel" in sentence:
        axes = (0, 1, 2) if len(shape) == 3 else None
        np.testing.assert_allclose(data.train.x.mean(axes, np.float64), 0, atol=1e-5)
        np.testing.assert_allclose(data.train.x.std(axes, np.float64), 1, rtol=1e-5)
    assert data.train.with_channel.shape[1:] == (5, 4, shape[-1] if len(shape) == 3 else 1)


def test_the_arrays_given_are_left_as_they_are():
    x, y = table()
    before = x.copy(), y.copy()
    data = make_dataset("copy", x, y)
    assert (x == before[0]).all() and (y == before[1]).all()
    assert not np.shares_memory(data.train.x, x)


# --- labels ---------------------------------------------------------------------------------------

LABELS = {  # labels that repeat, and the names of the classes in their order
    "0, 1, 2": ([2, 0, 1], ["0", "1", "2"]),
    "signs and gaps": ([10, -5, 300], ["-5", "10", "300"]),
    "huge": ([2**62, 2**62 + 1], [str(2**62), str(2**62 + 1)]),
    "booleans": ([True, False], ["False", "True"]),
    "texts": (["b", "a", "B"], ["B", "a", "b"]),
    "bytes": ([b"wolf", b"cat"], ["cat", "wolf"]),
    "whole floats": ([2.0, 10.0, 1.0], ["1", "2", "10"]),
    "numbers as texts": (["10", "9", " 2"], ["2", "9", "10"]),
    "numbers and texts": (["10", "9", "x"], ["10", "9", "x"]),
    "one number in two spellings": (["1", "1.0", "2"], ["1", "2"]),
    "none is a name": (["none", "some"], ["none", "some"]),
}


@pytest.mark.parametrize(("labels", "names"), LABELS.values(), ids=LABELS)
@pytest.mark.parametrize("column", [False, True])
def test_labels_and_the_order_of_classes(labels, names, column):
    x, _ = table()
    y = np.array(labels * (60 // len(labels)))
    data = make_dataset("labels", x, y[:, None] if column else y, scale=False)
    assert data.class_names.dtype.kind == "U" and data.class_names.tolist() == names
    assert data.classes == len(names)
    for split in data[1:4]:
        for row, label in zip(rows_of(split), split.labels, strict=True):
            value = y[row].decode() if isinstance(y[row], bytes) else str(y[row]).strip()
            assert names[label] == value.removesuffix(".0")


def test_texts_may_be_objects_and_nothing_else_may():
    x, y = table()
    texts = np.array(["a", "b", "c"])[y].astype(object)
    assert (make_dataset("d", x, texts).train.labels == make_dataset("d", x, y).train.labels).all()
    texts[7] = np.nan  # what pandas gives for a missing one
    with pytest.raises(ValueError, match=r"^y holds Python objects .*; give classes"):
        make_dataset("d", x, texts)


def test_test_labels_are_numbered_as_the_training_labels():
    x, _ = table()
    y = np.array(["b", "a", "c"] * 20)
    data = make_dataset("labels", x, y, x[:2], ["c", "b"])
    assert data.test.labels.tolist() == [2, 1]
    assert make_dataset("labels", x, table()[1], x[:2], ["2", "1"]).test.labels.tolist() == [2, 1]


def test_the_summary_is_one_line_and_a_sentence_each():
    x, y = table()
    lines = make_dataset("s\x1b", x, np.array(["a", "b\x9b", "c"])[y]).summary.split("\n")
    assert lines[0] == (
        "s\\x1b: 42 training, 6 validation, 12 test samples, 4 features, 3 classes: a, b\\x9b, c"
    )
    assert [line.split(":")[0] for line in lines[1:]] == ["Split", "Scaling"]
    many = make_dataset("many", RNG.random((84, 5, 4, 3)), np.arange(84) % 21)
    assert "test images of 5x4 pixels, 3 channels, 21 classes\n" in many.summary
    assert str(many) == many.summary


X, Y = table()
FLAT = np.ones((60, 1))  # a constant feature
BYTES = (np.random.default_rng(0).random((60, 5, 4)) * 256).astype(np.uint8)
IN_CHINESE = {  # the arguments of make_dataset, or those of pixel_dataset -> the summary
    "rows": (("s", np.hstack([X, FLAT]), Y), {},
             "s：训练集 42、验证集 6、测试集 12 个样本，5 个特征，3 个类别：0、1、2\n"
             "划分：五分之一的样本用于测试，十分之一用于验证，逐类抽取，随机种子固定。\n"
             "缩放：每个特征变为 (x - 均值) / 标准差，两者都只由训练样本算出。"
             "5 个中有 1 个恒定，变为 0。"),
    "a test part": (("s", X, Y, X, Y), {"scale": False},
                    "s：训练集 54、验证集 6、测试集 60 个样本，4 个特征，3 个类别：0、1、2\n"
                    "划分：测试集按原样；其余样本的十分之一用于验证，逐类抽取，随机种子固定。\n"
                    "缩放：按要求不缩放。"),
    "a class of one": (("s", X, [*Y[1:], 9]), {"scale": False},
                       "s：训练集 42、验证集 6、测试集 12 个样本，4 个特征，4 个类别：0、1、2、9\n"
                       "划分：五分之一的样本用于测试，十分之一用于验证，逐类抽取，随机种子固定。"
                       "只有一个样本的类别有 1 个，都只在训练集中。\n缩放：按要求不缩放。"),
    "channels": (("s", 300 * RNG.normal(size=(84, 5, 4, 3)), np.arange(84) % 21), {},
                 "s：训练集 59、验证集 8、测试集 17 张 5x4 像素的图像，3 个通道，21 个类别\n"
                 "划分：五分之一的样本用于测试，十分之一用于验证，逐类抽取，随机种子固定。\n"
                 "缩放：每个通道变为 (x - 均值) / 标准差，两者都只由训练样本算出。"),
    "within 1": (("s", BYTES / 256, Y), {},
                 "s：训练集 42、验证集 6、测试集 12 张 5x4 像素的图像，3 个类别：0、1、2\n"
                 "划分：五分之一的样本用于测试，十分之一用于验证，逐类抽取，随机种子固定。\n"
                 "缩放：不缩放；数值都在 0 与 1 之间。"),
    "pixels": (("s", BYTES, Y, BYTES, Y), None,
               "s：训练集 55、验证集 5、测试集 60 张 5x4 像素的图像，3 个类别：0、1、2\n"
               "划分：测试集按原样；其余样本每十二个取最后一个用于验证。\n缩放：像素值 / 255。"),
}  # fmt: skip


@pytest.mark.parametrize(("arrays", "options", "text"), IN_CHINESE.values(), ids=IN_CHINESE)
def test_the_summary_in_chinese(arrays, options, text):
    make = pixel_dataset if options is None else make_dataset
    english = make(*arrays, **(options or {}))
    with using("zh"):
        data = make(*arrays, **(options or {}))
        assert str(data) == text and data.about == text.split("\n")[1:]
    assert numbers(english.summary) == numbers(text) and not_translated(text) == []
    np.testing.assert_array_equal(data.scaled(arrays[1]), english.scaled(arrays[1]))


# --- new samples ----------------------------------------------------------------------------------


IMAGES = np.random.default_rng(1).random((60, 3, 4, 2))
SAMPLES = {
    "features": table()[0],
    "bytes": (255 * IMAGES).astype(np.uint8),
    "between 0 and 1": IMAGES,
    "images": 9 * IMAGES[..., 0] - 3,
}


@pytest.mark.parametrize("scale", [True, False])
@pytest.mark.parametrize("x", SAMPLES.values(), ids=SAMPLES)
def test_new_samples_are_scaled_as_the_training_samples(x, scale):
    y = np.arange(60) % 3
    data = make_dataset("d", x, y, x[:5], y[:5], scale=scale)
    found = data.scaled(x[:5])
    assert found.dtype == np.float32 and (found == data.test.x).all()
    assert (data.scaled(x[3:4].tolist() if x.dtype != np.uint8 else x[3:4]) == found[3]).all()


def test_new_samples_that_do_not_fit_are_refused():
    y = np.arange(60) % 3
    for name, bad, message in (
        ("features", SAMPLES["features"][:, 1:], r"samples of shape \(4,\), got \(3,\)"),
        ("features", SAMPLES["features"][0], r"a single one of shape \(4,\); give \[x\]"),
        ("features", np.full((1, 4), np.nan), r"x\[0, 0\] is missing"),
        ("bytes", IMAGES, "x must hold bytes, as the training images, got dtype float64"),
        ("between 0 and 1", SAMPLES["bytes"], "x must lie between 0 and 1"),
    ):
        with pytest.raises(ValueError, match=message):
            make_dataset("d", SAMPLES[name], y).scaled(bad)


# --- refusals -------------------------------------------------------------------------------------


def at(place, value, dtype=None):
    def change(a):
        a = a.astype(dtype or a.dtype)
        a[place] = value
        return a

    return change


REFUSED = {  # name of the array, what is done to it, and what the error says
    "nan": ("x", at((7, 2), np.nan), r"x\[7, 2\] is missing, nan; .* leave out this sample"),
    "infinite": ("x", at((59, 0), -np.inf), r"x\[59, 0\] is infinite, -inf"),
    "infinite as float16": ("x", at((3, 1), np.inf, np.float16), r"x\[3, 1\] is infinite"),
    "no UTF-8": ("y", lambda y: np.array([b"a", b"\xff"])[y % 2], "y holds bytes that are not UTF"),
    "too large": ("x", at((3, 1), 1e300), r"x\[3, 1\] is too large, 1e\+300; .* below 1.7e\+38"),
    "objects": ("x", lambda x: x.astype(object), r"x holds Python objects .*; give x\.astype\(np"),
    "complex": ("x", lambda x: x + 1j, r"x holds complex numbers \(dtype complex128\)"),
    "dates": ("x", lambda x: x.astype("M8[s]"), "x holds dates"),
    "texts": ("x", lambda x: x.astype(str), "x holds text .*; give x.astype"),
    "records": ("x", lambda x: np.zeros(60, "f8,f8"), "x holds records"),
    "a vector": ("x", lambda x: x[:, 0], r"got shape \(60,\); a single .* x.reshape\(-1, 1\)"),
    "five axes": ("x", lambda x: x.reshape(60, 1, 2, 2, 1), "must hold features .N, F. or images"),
    "nothing": ("x", lambda x: x[:, :0], r"at least one, got shape \(60, 0\)"),
    "samples in columns": ("x", lambda x: x.T, "x holds its samples in columns; give x.T"),
    "channels first": ("x", lambda x: np.zeros((60, 3, 8, 8)), r"give np.moveaxis\(x, 1, -1\)"),
    "ragged": ("x", lambda x: [[1.0, 2.0]] * 59 + [[1.0]], "x must be an array, got lists of uneq"),
    "fewer labels": ("y", lambda y: y[:-1], "y holds 59 labels for 60 samples"),
    "nan label": ("y", at(5, np.nan, float), r"y\[5\]: the label nan is missing; leave out this"),
    "infinite label": ("y", at(5, np.inf, float), r"y\[5\]: the label inf is not a class"),
    "regression": ("y", lambda y: y + 0.37, r"y\[0\]: 0.37 is not a class; .*regression"),
    "one class": ("y", lambda y: y * 0, r"all labels are '0'; at least two classes are needed"),
    "one-hot": ("y", lambda y: np.eye(3)[y], r"y is one-hot, \(60, 3\); .* y.argmax\(axis=1\)"),
    "two columns": ("y", lambda y: np.stack([y, y], 1), r"y must be a vector .* got shape \(60, 2"),
    "ids": ("y", lambda y: np.arange(60), "y holds 60 different labels in 60 rows.* ids"),
    "object labels": (
        "y",
        lambda y: y.astype(object),
        r"y holds Python objects .* y.astype\(str\)",
    ),
    "complex labels": ("y", lambda y: y + 1j, "y holds complex numbers"),
    "date labels": ("y", lambda y: y.astype("M8[s]"), "y holds dates"),
    "an empty label": ("y", at(8, "", "U9"), r"y\[8\]: the label '' is missing"),
    "a label NA": ("y", at(8, "NA", "U9"), r"y\[8\]: the label 'NA' is missing"),
    "a long label": ("y", lambda y: np.where(y, "a", "b" * 201), "the label has 201 characters"),
    "test shape": ("x_test", lambda x: x[:, 1:], r"of one shape, got \(4,\) and \(3,\)"),
    "test nan": ("x_test", at((1, 3), np.nan), r"x_test\[1, 3\] is missing"),
    "no test samples": ("x_test", lambda x: x[:0], r"x_test must .* got shape \(0, 4\)"),
    "unknown": ("y_test", at(4, 3), r"y_test\[4\]: label '3' does not occur among the training"),
    "unknown text": ("y_test", lambda y: ["a"] * 9, r"y_test\[0\]: label 'a' does not occur"),
    "test labels": ("y_test", lambda y: y[1:], "y_test holds 8 labels for 9 samples"),
}


@pytest.mark.parametrize(("name", "change", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_wrong_is_named(name, change, message):
    x, y = table()
    arrays = {"x": x, "y": y, "x_test": x[:9], "y_test": y[:9]}
    arrays[name] = change(arrays[name])
    if "test" not in name:
        del arrays["x_test"], arrays["y_test"]
    with pytest.raises(ValueError, match=message) as error:
        make_dataset("wrong", **arrays)
    assert "\n" not in str(error.value)


def test_a_single_missing_number_far_from_the_start_is_found():
    x = np.zeros((3, 900, 900))
    x[2, 899, 5] = np.nan
    with pytest.raises(ValueError, match=r"x\[2, 899, 5\] is missing"):
        make_dataset("far", x, [0, 1, 0])


@pytest.mark.parametrize("n", range(1, 8))
def test_too_few_samples(n):
    x, y = table(n, classes=2)
    if n >= 6:
        assert len(make_dataset("few", x, y).test.labels) == 1
    else:
        with pytest.raises(ValueError, match=r"too few|at least two|different labels"):
            make_dataset("few", x, y)


def test_a_sample_that_scaled_does_not_fit_into_float32():
    x, y = table()
    with pytest.raises(ValueError, match=r"lies too far from those of the training samples"):
        make_dataset("far", 1e-30 * x, y, 1e30 * x[:2], y[:2])


def test_bytes_and_floats_are_not_mixed():
    x, y = RNG.random((60, 5, 4)), np.arange(60) % 2
    with pytest.raises(ValueError, match="both hold bytes or neither, got dtypes uint8 and float"):
        make_dataset("mixed", (255 * x).astype(np.uint8), y, x[:9], y[:9])


def test_masked_arrays_and_half_a_test_part():
    x, y = table()
    with pytest.raises(TypeError, match=r"x must be a plain array, got a masked one"):
        make_dataset("masked", np.ma.masked_less(x, 0), y)
    for half in ({"x_test": x}, {"y_test": y}):
        with pytest.raises(ValueError, match="x_test and y_test must be given together"):
            make_dataset("half", x, y, **half)
