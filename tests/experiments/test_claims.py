"""The experiments on claims compare what they say, on networks that train for a few steps here."""

import re

import numpy as np
import pytest

from minprune.experiments import claims
from minprune.experiments.claims import EXPERIMENTS
from minprune.language import using
from minprune.layout import columns


@pytest.fixture
def short(monkeypatch):
    monkeypatch.setattr(claims, "STEPS", 20)  # one epoch of 1,000 images, none of 6,000


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_an_experiment_measures_each_condition_with_each_seed(name, short):
    found = EXPERIMENTS[name](seeds=2)
    assert len(found) >= 4 and all(len(values) == 2 for values in found.values())
    values = np.array([*found.values()])
    assert np.isfinite(values).all() and (abs(values) <= 100).all()
    assert len({tuple(row) for row in values}) > 1  # the condition counts
    assert claims.table(found).count("+-") == len(found)
    with using("zh"):
        rows = claims.table(found).splitlines()
    assert {columns(row.partition(" +- ")[0]) for row in rows} == {30}
    assert not re.search("(?!He)[a-z]{2}", "".join(rows).replace("Glorot", ""))


def test_both_networks_train_equally_long_and_only_one_is_pruned(short):
    dense, pruned = claims._ends(0, 0.9)
    assert dense.masked_sparsity == 0 and round(pruned.masked_sparsity, 3) == 0.9
    again, _ = claims._ends(0, 0.5)
    for name, parameter in dense.parameters.items():  # the seed decides
        np.testing.assert_array_equal(parameter.value, again.parameters[name].value)


def test_shifted_images_are_the_images_moved_by_a_pixel():
    x, y = claims._images(3, 10)
    moved, labels = claims._images(3, 10, shifted=True)
    np.testing.assert_array_equal(moved[:10], x)
    np.testing.assert_array_equal(labels, np.tile(y, 5))
    assert moved.shape == (50, 196) and len(np.unique(moved, axis=0)) == 50


def test_noise_is_added_to_the_pixels_of_the_test_images_and_is_always_the_same():
    clean, noisy = claims._test(0.0), claims._test(0.5)
    difference = noisy - clean  # means of four pixels
    assert abs(difference.mean()) < 0.001 and abs(difference.std() - 0.25) < 0.001


def test_every_number_of_images_gives_equally_many_steps():
    for n in (250, 1000, 5000, 6000):
        assert claims.STEPS * claims.BATCH % n == 0


def test_the_interval_is_that_of_student():
    values = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0]
    assert claims.table({"name": values}).split() == ["name", "+5.5", "+-", "2.2"]
