"""The complete MNIST, shipped with the package: 60,000 + 10,000 images of 28x28 pixels.

    LeCun, Cortes and Burges, "The MNIST database of handwritten digits", CC BY-SA 3.0;
    see MNIST-LICENSE.txt beside this file.

`python -m minprune.data.mnist DIR` makes the shipped file from the four original files in DIR.
"""

import sys
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np

from minprune.data.dataset import EVERY_TWELFTH, pixel_dataset
from minprune.data.idx import read_idx
from minprune.data.scaling import BYTES
from minprune.files import replacing
from minprune.language import either

FILE = files("minprune.data") / "mnist.npz"  # also from a package that is one zip
ORIGINALS = {
    "train_images": "train-images-idx3-ubyte.gz",
    "train_labels": "train-labels-idx1-ubyte.gz",
    "test_images": "t10k-images-idx3-ubyte.gz",
    "test_labels": "t10k-labels-idx1-ubyte.gz",
}


def load_mnist():
    """MNIST as a `Dataset`: 55,000 training, 5,000 validation and 10,000 test images.

    The arrays are shared between calls and cannot be written to.
    raises OSError or ValueError, naming the file, if it is not there or damaged

    >>> mnist = load_mnist()
    >>> mnist.train.x.shape, mnist.validation.x.shape, mnist.test.labels[:4]
    ((55000, 28, 28), (5000, 28, 28), array([7, 2, 1, 0]))
    """
    return _mnist()._replace(splitting=either(*EVERY_TWELFTH), scaling=either(*BYTES))


@cache
def _mnist():
    with FILE.open("rb") as file:
        try:
            with np.load(file, allow_pickle=False) as arrays:
                dataset = pixel_dataset("MNIST", **{name: arrays[name] for name in ORIGINALS})
        except Exception as error:  # as many as there are ways to be damaged
            what = f"{FILE}: cannot be read ({type(error).__name__}); install minprune again"
            raise ValueError(what) from error
    for split in (dataset.train, dataset.validation, dataset.test):
        split.x.flags.writeable = split.labels.flags.writeable = False
    return dataset


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m minprune.data.mnist DIR")
    folder = Path(sys.argv[1])
    arrays = {name: read_idx(folder / file) for name, file in ORIGINALS.items()}
    with replacing(FILE) as file:
        np.savez_compressed(file, **arrays)
