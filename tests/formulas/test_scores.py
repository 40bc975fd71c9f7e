"""Scores: the naive twin, hand numbers, properties, and what is refused."""

import naive
import numpy as np
import pytest

from minprune.formulas.scores import magnitude, random_score


def test_magnitude_as_naive(w):
    score = magnitude(w)
    assert score.dtype == (w.dtype if w.dtype.kind == "f" else np.float64)
    assert not np.shares_memory(score, w)
    np.testing.assert_array_equal(
        score, naive.magnitude(w), strict=w.ndim > 0 and w.dtype.kind == "f"
    )


def test_magnitude_of_the_negative_weight_of_D_4_2b():  # erratum: without |.| it would be pruned
    assert magnitude([[-0.9, 0.2], [-0.0, 0.1]]).tolist() == [[0.9, 0.2], [0.0, 0.1]]


def test_magnitude_forgets_the_sign_and_keeps_the_scale(w):
    np.testing.assert_array_equal(magnitude(-w), magnitude(w))
    np.testing.assert_array_equal(magnitude(4 * w), 4 * magnitude(w))


def test_random_score_is_uniform_on_0_1():
    score = random_score(np.zeros((100, 100)), np.random.default_rng(0))
    tenths = np.bincount((10 * score).astype(int).ravel(), minlength=10)
    assert score.shape == (100, 100)
    assert len(np.unique(score)) == 10_000
    assert score.min() >= 0 and score.max() < 1
    assert len(tenths) == 10 and all(850 < count < 1150 for count in tenths)  # 1000 +- 5 sigma


def test_random_score_uses_the_shape_and_the_rng_only(w):
    score = random_score(w, np.random.default_rng(7))
    assert score.shape == w.shape
    np.testing.assert_array_equal(score, random_score(1 - w, np.random.default_rng(7)))


def test_random_score_goes_on_with_its_rng():
    rng = np.random.default_rng(7)
    assert not np.isin(random_score(np.ones(5), rng), random_score(np.ones(5), rng)).any()


@pytest.mark.parametrize(
    ("w", "error", "match"),
    [
        ([1.0, -np.inf], ValueError, r"w must be finite, got -inf at index \[1\]"),
        (np.nan, ValueError, "w must be finite, got nan"),
        ("abc", TypeError, "w must be"),
        ([1j], TypeError, "w must be"),
    ],
)
def test_magnitude_refuses(w, error, match):
    with pytest.raises(error, match=match):
        magnitude(w)


def test_magnitude_of_narrow_integers_does_not_overflow():
    assert magnitude(np.array([-128, 127], np.int8)).tolist() == [128.0, 127.0]


def test_random_score_refuses_a_bare_seed_by_name():
    with pytest.raises(TypeError, match=r"rng must be a numpy\.random\.Generator.* got 0"):
        random_score(np.zeros(3), 0)
