"""What a data set is: images and labels for training, for choosing, and for the final word."""

from typing import NamedTuple

import numpy as np


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

    The split depends on nothing but the position in the file: 55,000 and 5,000 images for MNIST.
    """
    if len(train_images) < 12:
        raise ValueError(
            f"{name}: at least 12 training images are needed, one of twelve being set aside for "
            f"validation, got {len(train_images)}"
        )
    aside = np.arange(len(train_images)) % 12 == 11
    return Dataset(
        name,
        _scaled(train_images[~aside], train_labels[~aside]),
        _scaled(train_images[aside], train_labels[aside]),
        _scaled(test_images, test_labels),
    )


def _scaled(pixels, labels):
    images = np.divide(pixels, 255, dtype=np.float32)
    return Split(images, labels.astype(np.int64))
