"""Folders of IDX files: every spelling that is understood, and every damage, named."""

import gzip
import struct
import tracemalloc

import numpy as np
import pytest

from minprune.data.dataset import Split, pixel_dataset
from minprune.data.idx import load_idx, read_idx

TRAIN_IMAGES, TRAIN_LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
TEST_IMAGES, TEST_LABELS = "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"
NAMES = TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS


def encode(array, code=0x08):
    """The bytes of an IDX file."""
    return struct.pack(f">4B{array.ndim}I", 0, 0, code, array.ndim, *array.shape) + array.tobytes()


def sample(n=26, n_test=5, size=(3, 4)):
    """Four arrays of unsigned bytes in the order of NAMES; every pixel value occurs."""
    images = np.arange(n * size[0] * size[1], dtype=np.uint8).reshape(n, *size)
    return images, np.arange(n, dtype=np.uint8) % 7, images[::-1][:n_test], np.arange(n_test) % 3


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "small"
    folder.mkdir()
    for name, array in zip(NAMES, sample(), strict=True):
        (folder / name).write_bytes(encode(array.astype(np.uint8)))
    return folder


def compress(folder, names=NAMES):
    for name in names:
        (folder / f"{name}.gz").write_bytes(gzip.compress((folder / name).read_bytes()))
        (folder / name).unlink()


def rename(folder, old, new):
    for path in list(folder.iterdir()):
        path.rename(folder / path.name.replace(old, new))


def same(dataset, expected):
    assert dataset.name == expected.name
    np.testing.assert_array_equal(dataset.class_names, expected.class_names)
    for one, other in zip(dataset[1:4], expected[1:4], strict=True):
        for a, b in zip(one, other, strict=True):
            np.testing.assert_array_equal(a, b)
            assert a.dtype == b.dtype


# --- what is understood ---------------------------------------------------------------------------

SPELLINGS = {
    "raw": lambda f: None,
    "gz": compress,
    "mixed": lambda f: compress(f, NAMES[1:3]),
    "gz content without .gz": lambda f: (compress(f), rename(f, ".gz", "")),
    "raw content with .gz": lambda f: rename(f, "ubyte", "ubyte.gz"),
    "prefix": lambda f: [p.rename(f / f"emnist-letters-{p.name}") for p in list(f.iterdir())],
    "test for t10k": lambda f: rename(f, "t10k", "test"),
    "images.idx3": lambda f: rename(f, "-idx", ".idx"),
    "images.idx3 and gz": lambda f: (compress(f), rename(f, "-idx", ".idx")),
    "other files too": lambda f: [
        (f / name).write_bytes(b"?") for name in ("README", "train-images.png", "train.csv")
    ],
}


@pytest.mark.parametrize("respell", SPELLINGS.values(), ids=SPELLINGS)
@pytest.mark.parametrize("as_text", [False, True])
def test_every_spelling_gives_the_same_data(respell, as_text, folder):
    respell(folder)
    same(load_idx(str(folder) if as_text else folder), pixel_dataset("small", *sample()))


@pytest.mark.parametrize("name", ["x-idx3-ubyte", "train-images-idx1-ubyte", f"{TRAIN_IMAGES}.bak"])
def test_files_of_other_names_are_passed_over(name, folder):
    (folder / name).write_bytes(b"?")
    same(load_idx(folder), pixel_dataset("small", *sample()))


def test_the_data_set_is_named_after_its_folder(folder, monkeypatch):
    monkeypatch.chdir(folder)
    assert load_idx(".").name == "small"


def test_of_raw_and_gz_the_raw_file_is_read(folder):
    raw = (folder / TRAIN_LABELS).read_bytes()
    compress(folder, [TRAIN_LABELS])
    same(load_idx(folder), pixel_dataset("small", *sample()))
    (folder / TRAIN_LABELS).write_bytes(raw[:-1] + b"\x00")
    other = sample()
    other[1][-1] = 0
    same(load_idx(folder), pixel_dataset("small", *other))


@pytest.mark.parametrize("shape", [(), (1,), (7,), (2, 3), (2, 1, 5), (2, 2, 2, 2), (0,), (0, 3)])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_one_file_of_any_shape(pack, shape, tmp_path):
    array = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    (tmp_path / "file").write_bytes(pack(encode(array)))
    got = read_idx(tmp_path / "file")
    np.testing.assert_array_equal(got, array)
    assert got.shape == shape and got.dtype == np.uint8


def test_dimensions_are_big_endian(tmp_path):
    (tmp_path / "file").write_bytes(bytes([0, 0, 8, 1, 0, 0, 1, 2]) + bytes(258))
    assert read_idx(tmp_path / "file").shape == (258,)


# --- what becomes of it ---------------------------------------------------------------------------


def test_pixels_are_divided_by_255_in_float32(folder):
    pixels = np.arange(12 * 256, dtype=np.uint8).reshape(12, 16, 16)
    labels = np.zeros(12, np.uint8)
    dataset = pixel_dataset("pixels", pixels, labels, pixels, labels)
    for pixel, value in zip(pixels.ravel(), dataset.test.x.ravel(), strict=True):
        assert value == np.float32(int(pixel) / 255)  # the float32 nearest to the fraction
    for split in dataset[1:4]:
        assert split.x.dtype == np.float32 and split.labels.dtype == np.int64
        assert split.x.min() == 0 and split.x.max() == 1


@pytest.mark.parametrize("n", [12, 13, 23, 24, 60, 71])
def test_every_twelfth_image_is_set_aside_and_none_is_lost(n):
    numbers = np.arange(n, dtype=np.uint8)
    images = np.broadcast_to(numbers[:, None, None], (n, 2, 3))
    train, validation, _ = pixel_dataset("split", images, numbers, images, numbers)[1:4]
    for split in (train, validation):
        np.testing.assert_array_equal(np.rint(split.x[:, 1, 2] * 255), split.labels)
    assert validation.labels.tolist() == list(range(11, n, 12))
    assert train.labels.tolist() == [i for i in range(n) if i % 12 != 11]


def test_the_test_files_are_the_test_split(folder):
    _, _, images, labels = sample()
    test = load_idx(folder).test
    np.testing.assert_array_equal(np.rint(test.x * 255), images)
    np.testing.assert_array_equal(test.labels, labels)


def test_shapes_and_classes(folder):
    dataset = load_idx(folder)
    assert dataset.shape == (3, 4) and dataset.classes == 7
    assert dataset.train.flat.shape == (24, 12)
    np.testing.assert_array_equal(dataset.train.flat[3], dataset.train.x[3].ravel())


@pytest.mark.parametrize(("position", "label"), [(0, 9), (11, 9)])
def test_classes_are_the_labels_that_occur_in_training_or_validation(position, label):
    images, labels, *test = sample()
    labels[position] = label  # position 11 is set aside
    data = pixel_dataset("classes", images, labels, *test)
    assert data.classes == 8 and data.class_names.tolist() == [*"01234569"]
    split, k = (data.train, 0) if position == 0 else (data.validation, 0)
    assert split.labels[k] == 7 and data.test.labels.tolist() == [0, 1, 2, 0, 1]


def test_flat_is_for_images_of_any_size():
    assert Split(np.zeros((5, 2, 7)), np.zeros(5)).flat.shape == (5, 14)


def test_with_channel_is_every_pixel_in_its_place_in_an_image_of_one_channel():
    images = np.arange(5 * 2 * 7, dtype=np.float32).reshape(5, 2, 7)
    x = Split(images, np.zeros(5)).with_channel
    assert x.shape == (5, 2, 7, 1) and x.dtype == np.float32
    assert all(x[n, i, j, 0] == images[n, i, j] for n, i, j in np.ndindex(5, 2, 7))
    assert np.shares_memory(x, images)  # 55,000 images are not copied


def test_images_that_have_channels_keep_them_and_features_have_none():
    images = np.zeros((5, 2, 7, 3), np.float32)
    assert Split(images, np.zeros(5)).with_channel is images
    assert Split(images, np.zeros(5)).flat.shape == (5, 42)
    with pytest.raises(ValueError, match="no images: each sample is a row of 30 features"):
        Split(np.zeros((5, 30)), np.zeros(5)).with_channel  # noqa: B018


# --- what is wrong --------------------------------------------------------------------------------


def write(folder, name, array, **options):
    (folder / name).write_bytes(encode(array.astype(np.uint8), **options))


def damage(name, change):
    """Replace a file by what `change` makes of its bytes."""
    return lambda f: (f / name).write_bytes(change((f / name).read_bytes()))


def flip(position):
    return lambda raw: raw[:position] + bytes([raw[position] ^ 0xFF]) + raw[position + 1 :]


def swap(folder):
    (folder / TEST_IMAGES).rename(folder / "x")
    (folder / TEST_LABELS).rename(folder / TEST_IMAGES)
    (folder / "x").rename(folder / TEST_LABELS)


images, labels, *_ = sample()
WRONG = {  # what is done to the folder, and what the ValueError must say
    "empty file": (
        damage(TRAIN_IMAGES, lambda raw: b""),
        f"{TRAIN_IMAGES}: not an IDX file, it starts with nothing",
    ),
    "text": (damage(TRAIN_LABELS, lambda raw: b"label\n1\n"), f"{TRAIN_LABELS}: not an IDX file"),
    "half a magic": (damage(TRAIN_IMAGES, lambda raw: raw[:3]), f"{TRAIN_IMAGES}: not an IDX file"),
    "no type": (
        damage(TRAIN_LABELS, lambda raw: b"\0\0\x07" + raw[3:]),
        f"{TRAIN_LABELS}: not an IDX file, it starts with 00 00 07 01",
    ),
    "second byte": (damage(TRAIN_LABELS, flip(1)), f"{TRAIN_LABELS}: not an IDX file"),
    "half a header": (
        damage(TRAIN_IMAGES, lambda raw: raw[:9]),
        f"{TRAIN_IMAGES}: truncated: the header needs 16 bytes, found",
    ),
    "header only": (damage(TRAIN_LABELS, lambda raw: raw[:8]), f"{TRAIN_LABELS}: truncated"),
    "truncated": (
        damage(TRAIN_IMAGES, lambda raw: raw[:-1]),
        rf"{TRAIN_IMAGES}: truncated: shape \(26, 3, 4\) needs 312 bytes, found 311",
    ),
    "huge": (
        damage(TEST_LABELS, lambda raw: raw[:4] + b"\xff" * 4 + raw[8:]),
        f"{TEST_LABELS}: truncated: shape .* needs 4294967295",
    ),
    "trailing byte": (damage(TEST_LABELS, lambda raw: raw + b"\0"), f"{TEST_LABELS}: too long"),
    "floats": (
        lambda f: write(f, TRAIN_IMAGES, images, code=0x0D),
        f"{TRAIN_IMAGES}: holds float32 values",
    ),
    "signed bytes": (
        lambda f: write(f, TEST_LABELS, labels[:5], code=0x09),
        f"{TEST_LABELS}: holds signed byte values",
    ),
    "swapped": (swap, f"{TEST_IMAGES}: must hold images"),
    "labels in a table": (
        lambda f: write(f, TRAIN_LABELS, labels[:, None]),
        f"{TRAIN_LABELS}: must hold labels",
    ),
    "fewer labels": (
        lambda f: write(f, TRAIN_LABELS, labels[:-1]),
        f"{TRAIN_IMAGES} holds 26 images, but {TRAIN_LABELS} 25 labels",
    ),
    "fewer test labels": (
        lambda f: write(f, TEST_LABELS, labels[:4]),
        f"{TEST_IMAGES} holds 5 images, but {TEST_LABELS} 4 labels",
    ),
    "another size": (
        lambda f: write(f, TEST_IMAGES, images[:5].transpose(0, 2, 1)),
        "small: training images are 3x4 pixels, test images 4x3",
    ),
    "unknown test label": (
        lambda f: write(f, TEST_LABELS, np.array([0, 1, 7, 3, 4])),
        "small: test label 7 does not occur",
    ),
    "no images": (
        lambda f: (write(f, TEST_IMAGES, images[:0]), write(f, TEST_LABELS, labels[:0])),
        f"{TEST_IMAGES}: must hold images",
    ),
    "no pixels": (
        lambda f: write(f, TRAIN_IMAGES, images[:, :0]),
        f"{TRAIN_IMAGES}: must hold images",
    ),
    "one class": (
        lambda f: write(f, TRAIN_LABELS, labels * 0 + 3),
        "small: all training labels are 3; at least two classes are needed",
    ),
    "eleven images": (
        lambda f: (write(f, TRAIN_IMAGES, images[:11]), write(f, TRAIN_LABELS, labels[:11])),
        "small: at least 12 training images .* got 11",
    ),
    "two data sets": (
        lambda f: write(f, f"letters-{TRAIN_IMAGES}", images),
        f"small: more than one data set: letters-{TRAIN_IMAGES}, {TEST_IMAGES}",
    ),
    "images of one set, labels of another": (
        lambda f: (f / TRAIN_LABELS).rename(f / f"emnist-digits-{TRAIN_LABELS}"),
        f"small: more than one data set: emnist-digits-{TRAIN_LABELS}, {TEST_IMAGES}",
    ),
    "training of one set, test of another": (
        lambda f: [(f / name).rename(f / f"fashion-{name}") for name in NAMES[:2]],
        f"small: more than one data set: fashion-{TRAIN_IMAGES}, ",
    ),
    "two sets, each whole": (
        lambda f: [write(f, f"b-{name}", a) for name, a in zip(NAMES, sample(), strict=True)],
        f"small: more than one data set: b-{TEST_IMAGES}, .* with the same prefix",
    ),
    "t10k beside test": (
        lambda f: (f / TEST_LABELS).rename(f / TEST_LABELS.replace("t10k", "test")),
        f"small: more than one data set: {TEST_IMAGES}, test-labels-idx1-ubyte, {TRAIN_IMAGES}",
    ),
    "200 dimensions": (
        damage(TRAIN_IMAGES, lambda raw: raw[:3] + b"\xc8" + b"\0\0\0\1" * 200),
        f"{TRAIN_IMAGES}: has 200 dimensions; at most 32 can be read",
    ),
    "a product that overflows and holds a 0": (
        damage(TRAIN_IMAGES, lambda raw: raw[:3] + b"\3\0\0\0\0" + b"\xff" * 8 + raw[16:]),
        rf"{TRAIN_IMAGES}: shape \(0, 4294967295, 4294967295\) is too large for an array",
    ),
    "a product that overflows": (
        damage(TEST_IMAGES, lambda raw: raw[:4] + b"\xff" * 12 + raw[16:]),
        f"{TEST_IMAGES}: shape .* is too large for an array",
    ),
}


@pytest.mark.parametrize(("change", "message"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_named(change, message, folder):
    change(folder)
    with pytest.raises(ValueError, match=message):
        load_idx(folder)


DAMAGED_GZ = {
    "two bytes": lambda raw: raw[:2],
    "truncated": lambda raw: raw[:-9],
    "corrupted": flip(60),
    "wrong checksum": flip(-8),
    "garbage behind": lambda raw: raw + b"more",
}


@pytest.mark.parametrize("change", DAMAGED_GZ.values(), ids=DAMAGED_GZ)
def test_damaged_gz_is_named(change, folder):
    compress(folder, [TRAIN_IMAGES])
    damage(f"{TRAIN_IMAGES}.gz", change)(folder)
    with pytest.raises(ValueError, match=f"{TRAIN_IMAGES}.gz: damaged or truncated gzip file"):
        load_idx(folder)


@pytest.mark.parametrize("prefix", ["", "emnist-letters-"])
@pytest.mark.parametrize("name", NAMES)
def test_a_missing_file_is_named(name, prefix, folder):
    (folder / name).unlink()
    for path in list(folder.iterdir()):
        path.rename(folder / f"{prefix}{path.name}")
    with pytest.raises(FileNotFoundError, match=f"small: no file named {prefix}{name}"):
        load_idx(folder)


def test_an_empty_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match=f"{TRAIN_IMAGES} .*four files of MNIST.*as a file"):
        load_idx(tmp_path)


def test_no_folder_and_a_file_for_a_folder(folder):
    for path in (folder / "nowhere", folder / TRAIN_IMAGES):
        with pytest.raises(FileNotFoundError, match=f"{path.name}: no such folder"):
            load_idx(path)


def test_a_missing_single_file(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        read_idx(tmp_path / "nowhere")


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["raw", "gz"])
def test_any_truncation_is_found(pack, tmp_path):
    whole = pack(encode(images))
    for length in range(len(whole)):
        (tmp_path / "cut").write_bytes(whole[:length])
        with pytest.raises(ValueError, match="cut: "):
            read_idx(tmp_path / "cut")


def test_any_flipped_byte_of_gz_is_found_or_harmless(tmp_path):
    whole, harmless = gzip.compress(encode(images), mtime=0), 0
    for position in range(len(whole)):
        (tmp_path / "bad").write_bytes(flip(position)(whole))
        try:
            np.testing.assert_array_equal(read_idx(tmp_path / "bad"), images)
            harmless += 1
        except ValueError as error:
            assert "bad: " in str(error)
    assert 0 < harmless <= 6  # the date, how hard it was compressed, and on which system


def test_a_folder_named_like_a_file_is_passed_over(folder):
    """Kaggle's copy of MNIST: `train-images-idx3-ubyte/` beside `train-images.idx3-ubyte`."""
    rename(folder, "-idx", ".idx")
    for name in NAMES:
        (folder / name).mkdir()
        (folder / name / name).write_bytes((folder / name.replace("-idx", ".idx")).read_bytes())
    same(load_idx(folder), pixel_dataset("small", *sample()))


@pytest.mark.parametrize("values", [(3, 8), (1, 2), (0, 250)])
def test_labels_with_gaps_are_classes_named_by_their_values(values, folder):
    labels = np.asarray(values)[sample()[1] % 2]
    write(folder, TRAIN_LABELS, labels)
    write(folder, TEST_LABELS, np.full(5, values[1]))
    data = load_idx(folder)
    assert data.class_names.tolist() == [str(value) for value in values]
    assert data.test.labels.tolist() == [1] * 5
    assert (np.asarray(values)[data.train.labels] == labels[np.arange(26) % 12 != 11]).all()


def test_hidden_files_beside_the_data_are_passed_over(folder):
    """macOS leaves `._train-images-idx3-ubyte` on foreign disks."""
    (folder / f"._{TRAIN_IMAGES}").write_bytes(b"mac")
    assert load_idx(folder).classes > 1


# --- what is more than it should be ---------------------------------------------------------------


def packed(*parts):
    """Several gzip files in a row, which are one."""
    return b"".join(map(gzip.compress, parts))


def test_a_gzip_file_of_several_parts_is_read_whole(tmp_path):
    whole = encode(images)
    (tmp_path / "file").write_bytes(packed(whole[:7], whole[7:100], b"", whole[100:]))
    np.testing.assert_array_equal(read_idx(tmp_path / "file"), images)
    (tmp_path / "file").write_bytes(packed(whole, b"more"))
    with pytest.raises(ValueError, match=r"file: too long: shape \(26, 3, 4\) needs 312 bytes"):
        read_idx(tmp_path / "file")


BOMB = b"\0" * (1 << 24)
TOO_MUCH = {  # what is in the file, and what the error says
    "no header": (packed(b"IDX", *[BOMB] * 4), "not an IDX file"),
    "a small header": (packed(encode(images), *[BOMB] * 4), "too long: .* needs 312 bytes"),
    "a small header, raw": (encode(images) + BOMB, "too long: .* needs 312 bytes"),
    "a huge header": (packed(encode(np.zeros(0, "u1"))[:4] + b"\xff" * 4 + b"12"), "found 2"),
    "100 GB": (bytes([0, 0, 8, 2, 0, 0, 255, 255, 0, 16, 0, 0, 7]), "68718428160 bytes, found 1"),
}


@pytest.mark.parametrize(("raw", "message"), TOO_MUCH.values(), ids=TOO_MUCH)
def test_no_more_is_read_than_the_header_announces_and_the_file_holds(raw, message, tmp_path):
    (tmp_path / "file").write_bytes(raw)
    tracemalloc.start()
    with pytest.raises(ValueError, match=f"file: .*{message}"):
        read_idx(tmp_path / "file")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 21


def test_what_does_not_fit_into_memory_is_named(folder, monkeypatch):
    def full(*args):
        raise MemoryError

    for name, message in (("pixel_dataset", "small"), ("_array", TRAIN_IMAGES)):
        monkeypatch.setattr(f"minprune.data.idx.{name}", full)
        with pytest.raises(ValueError, match=f"{message}: does not fit into memory"):
            load_idx(folder)


def mutated(rng, raw):
    """The bytes with a few left out and a few others put in, mostly in the header."""
    raw = bytearray(raw)
    for _ in range(rng.integers(1, 4)):
        at = rng.integers(min(20, len(raw)) if rng.random() < 0.7 else len(raw))
        raw[at : at + rng.integers(4)] = rng.bytes(rng.integers(3))
    return raw


def header(rng):
    """A header of any number of dimensions, of sizes that are easily got wrong."""
    sizes = rng.choice([0, 1, 1, 2, 2**32 - 1], size=rng.integers(256)).astype(">u4")
    return bytes([0, 0, 8, len(sizes)]) + sizes.tobytes() + rng.bytes(rng.integers(2))


def test_hundreds_of_damaged_files_are_read_right_or_refused_by_name(tmp_path):
    rng, path, read = np.random.default_rng(0), tmp_path / "damaged", 0
    raw = encode(images)
    for n in range(600):
        path.write_bytes(
            (mutated(rng, raw), mutated(rng, gzip.compress(raw, mtime=0)), header(rng))[n % 3]
        )
        try:
            read += read_idx(path).dtype == np.uint8
        except ValueError as error:
            assert str(error).startswith(f"{path}: ") and str(error).isprintable()
    assert 10 < read < 300


# --- wrong kinds ----------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", [True, 0, 1.5, None, b"small", ["small"]], ids=repr)
def test_a_path_is_a_name(wrong):
    for call, argument in ((load_idx, "directory"), (read_idx, "path")):
        with pytest.raises(TypeError, match=f"{argument} must be a str or a path, got"):
            call(wrong)
        with pytest.raises(ValueError, match=f"{argument} must be the name of a file or a folder"):
            call("")


WRONG_ARRAYS = {  # the number of the argument, what is given, and what the error says
    "images in [0, 1]": (0, lambda a: a / 255, TypeError, "train_images .* float64"),
    "flat images": (2, lambda a: a.reshape(5, 12), TypeError, "test_images .*.N, H, W., .*.5, 12."),
    "large pixels": (0, lambda a: a.astype(int) + 1, ValueError, "train_images .* to 255, got 1 "),
    "labels as floats": (1, lambda a: a * 1.0, TypeError, "train_labels .* float64"),
    "labels one-hot": (
        3,
        lambda a: np.eye(3, dtype=int)[a],
        TypeError,
        "test_labels must be integers .N., got",
    ),
    "label -1": (3, lambda a: a - 1, ValueError, "test_labels must be >= 0, got -1 to 1"),
    "fewer labels": (1, lambda a: a[1:], ValueError, "got 25 for 26 training images"),
    "more test labels": (3, lambda a: [*a, 1], ValueError, "6 for 5 test images"),
    "a list of words": (1, lambda a: ["a"] * 26, TypeError, "train_labels must be integers"),
}


@pytest.mark.parametrize("case", WRONG_ARRAYS.values(), ids=WRONG_ARRAYS)
def test_arrays_of_another_kind_are_refused(case):
    at, change, error, message = case
    arrays = list(sample())
    arrays[at] = change(arrays[at])
    with pytest.raises(error, match=message):
        pixel_dataset("wrong", *arrays)
