"""Penalties: the naive twin, hand numbers, finite differences, and what is refused."""

from fractions import Fraction

import naive
import numpy as np
import pytest

from minprune.formulas.penalties import l1_penalty, l1_subgradient, l2_gradient, l2_penalty

PENALTIES = [l1_penalty, l2_penalty]
GRADIENTS = [l1_subgradient, l2_gradient]
PAIRS = list(zip(PENALTIES, GRADIENTS, strict=True))
H1 = np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]])  # the three layers of
H2 = np.array([[0.7, 0.8, 0.9], [0.1, 0.2, 0.3]])
H3 = np.array([[0.4, 0.5, 0.6], [0.7, 0.8, 0.9]])


@pytest.mark.parametrize("lam", [0, 0.01, 3])
@pytest.mark.parametrize("penalty", PENALTIES)
def test_penalty_as_naive(penalty, w, lam):
    value = penalty(w, lam)
    assert type(value) is float
    assert value == pytest.approx(getattr(naive, penalty.__name__)(w, lam), rel=1e-5)


@pytest.mark.parametrize("lam", [0, 0.01, 0.5, 3])
@pytest.mark.parametrize("gradient", GRADIENTS)
def test_gradient_as_naive(gradient, w, lam):
    g = gradient(w, lam)
    assert g.shape == w.shape
    assert g.dtype == w.dtype or w.dtype.kind == "i"
    assert not np.shares_memory(g, w)
    np.testing.assert_allclose(g, getattr(naive, gradient.__name__)(w, lam), rtol=1e-6)


@pytest.mark.parametrize(
    ("penalty", "numbers"), [(l1_penalty, (2.1, 3.0, 3.9)), (l2_penalty, (0.91, 2.08, 2.71))]
)
def test_numbers_of_A_4_4(penalty, numbers):
    assert [penalty(h, 1) for h in (H1, H2, H3)] == pytest.approx(numbers, rel=1e-12)


def test_numbers_of_A_4_1():
    assert l1_penalty([H1, H2, H3], lam=0.01) == pytest.approx(0.09, rel=1e-12)
    assert l2_penalty([H1, H2, H3], lam=0.01) == pytest.approx(0.057, rel=1e-12)


def test_l2_is_the_square_of_a_norm_without_one_half():  # A-4.1b: a norm would give 2, not 4
    assert l2_penalty([3.0, -4.0], lam=1) == 25
    assert l2_penalty([6.0, -8.0], lam=1) == 100
    assert l1_penalty([6.0, -8.0], lam=1) == 2 * l1_penalty([3.0, -4.0], lam=1) == 14


def test_gradients_by_hand():  # A-2.2b: the pull of L1 is constant, the pull of L2 dies out at 0
    w = [-4.0, -0.5, -0.0, 0.0, 0.25, 8.0]
    assert l1_subgradient(w, lam=0.5).tolist() == [-0.5, -0.5, 0, 0, 0.5, 0.5]
    assert l2_gradient(w, lam=0.5).tolist() == [-4, -0.5, 0, 0, 0.25, 8]


@pytest.mark.parametrize(("penalty", "gradient"), PAIRS)
def test_gradient_by_finite_differences_away_from_zero(penalty, gradient):
    rng = np.random.default_rng(1)
    w = rng.choice([-1, 1], (3, 4)) * rng.uniform(0.1, 2, (3, 4))
    slope = naive.numerical_gradient(lambda v: penalty(v, 0.3), w)
    np.testing.assert_allclose(gradient(w, 0.3), slope, rtol=1e-8)


@pytest.mark.parametrize(("penalty", "gradient"), PAIRS)
def test_penalty_lies_above_every_tangent(penalty, gradient):
    # R(v) >= R(w) + g (v - w) for all v is what makes g a subgradient, at w = 0 too
    w, v = np.meshgrid([-1, -0.25, 0, 0.5], np.linspace(-2, 2, 17))
    for w_i, v_i, g_i in zip(w.flat, v.flat, gradient(w, 0.5).flat, strict=True):
        assert penalty(v_i, 0.5) >= penalty(w_i, 0.5) + g_i * (v_i - w_i) - 1e-12


@pytest.mark.parametrize("function", PENALTIES + GRADIENTS)
@pytest.mark.parametrize(
    ("w", "lam", "error", "match"),
    [
        ([1.0, np.nan], 0.1, ValueError, r"w must be finite, got nan at index \[1\]"),
        ([[1.0], [-np.inf]], 0.1, ValueError, r"w must be finite, got -inf at index \[1, 0\]"),
        (["a"], 0.1, TypeError, "w must be"),
        ([1j], 0.1, TypeError, "w must be"),
        (None, 0.1, TypeError, "w must be"),
        ([1.0], -0.1, ValueError, "lam must be .* got -0.1"),
        ([1.0], np.nan, ValueError, "lam must be"),
        ([1.0], np.inf, ValueError, "lam must be"),
        ([1.0], True, TypeError, "lam must be"),
        ([1.0], "0.1", TypeError, "lam must be"),
        ([1.0], [0.1], TypeError, "lam must be"),
    ],
)
def test_refused(function, w, lam, error, match):
    with pytest.raises(error, match=match):
        function(w, lam)


@pytest.mark.parametrize("lam", [np.float64(0.5), np.float32(0.5), Fraction(1, 2)])
@pytest.mark.parametrize("gradient", GRADIENTS)
def test_the_kind_of_lam_does_not_widen_the_gradient(gradient, lam):
    assert gradient(np.array([1.0, -1.0], np.float32), lam).dtype == np.float32


@pytest.mark.parametrize(("penalty", "value"), [(l1_penalty, 128.0), (l2_penalty, 16384.0)])
def test_narrow_integers_do_not_overflow(penalty, value):
    assert penalty(np.array([-128], np.int8), 1) == value


def test_half_precision_does_not_overflow():
    assert l2_penalty(np.array([300.0], np.float16), 1) == 90_000.0
    assert l1_subgradient([True, False], 1).tolist() == [1.0, 0.0]
