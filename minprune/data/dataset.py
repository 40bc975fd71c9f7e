"""A data set: images and labels for training, for validation, and for the final test."""

from typing import NamedTuple

import numpy as np

from minprune.arguments import counted


class Split(NamedTuple):
    """Images (N, H, W), float32 in [0, 1], with their N labels, int64 in 0 .. classes - 1."""

    images: np.ndarray
    labels: np.ndarray

    @property
    def flat(self):
        """The images as rows, (N, H * W): what a dense layer reads."""
        return self.images.reshape(len(self.images), -1)

    @property
    def with_channel(self):
        """The images as (N, H, W, 1): what a convolution reads."""
        return self.images[..., None]


class Dataset(NamedTuple):
    """Three splits. Settings are chosen on `validation`; `test` is looked at once, at the end."""

    name: str
    train: Split
    validation: Split
    test: Split

    @property
    def image_shape(self):
        return self.train.images.shape[1:]

    @property
    def classes(self):
        return int(max(self.train.labels.max(), self.validation.labels.max())) + 1


def make_dataset(name, train_images, train_labels, test_images, test_labels):
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
    return Dataset(
        name,
        _scaled(train_images[~aside], train_labels[~aside]),
        _scaled(train_images[aside], train_labels[aside]),
        _scaled(test_images, test_labels),
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


def _scaled(pixels, labels):
    images = np.divide(pixels, 255, dtype=np.float32)
    return Split(images, labels.astype(np.int64))
