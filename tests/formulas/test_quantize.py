"""Quantization: halves, steps at the ends of the range, and numbers of 16 bits."""

import naive
import numpy as np
import pytest

from minprune.formulas.quantize import (
    dequantize,
    fake_quantize,
    fake_quantize_gradient,
    mixed_precision_step,
    quantization_error,
    quantize_symmetric,
    scaled_to_float16,
)

BITS = [2, 3, 4, 8, 9, 12, 16]


def draw(n, dtype="d", seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, n).astype(dtype)


# --- quantize_symmetric, dequantize, quantization_error ------------------------------------------


def test_quantize_symmetric_by_hand_halves_go_to_the_even_integer():
    w = [7.0, 0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.49, -7.0]
    q, step = quantize_symmetric(w, bits=4)
    assert step == 1.0
    assert q.tolist() == [7, 0, 2, 2, 0, -2, -2, 0, -7]


@pytest.mark.parametrize("bits", BITS)
def test_up_to_8_bits_take_one_byte_and_more_take_two(bits):
    assert quantize_symmetric([1.0, -0.5], bits).q.dtype == (np.int8 if bits <= 8 else np.int16)


@pytest.mark.parametrize("largest", [5e-324, 190 * 5e-324, 1e-310, 2.3e-308, 1e-40, 1e300, 1.7e308])
def test_no_number_is_too_small_or_too_large(largest):
    w = np.array([largest, 0.0, -largest])
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        q, step = quantize_symmetric(w)
        what = dequantize(q, step)
    assert np.isfinite(what).all()
    # near the smallest number there is, a step cannot be stored to more than that number
    np.testing.assert_allclose(what, w, rtol=1e-15, atol=127 * 5e-324)


def test_float32_weights_that_are_too_small_for_a_float32_step():
    w = np.array([1e-44, -1e-44, 0], np.float32)
    q, step = quantize_symmetric(w)
    assert q.tolist() == [127, -127, 0]
    np.testing.assert_allclose(dequantize(q, step), w, rtol=1e-12)


@pytest.mark.parametrize("bits", range(2, 16))
def test_one_bit_more_about_halves_the_error(bits):
    # uniform weights are off by a quarter of a step on average; 2^(b-1) - 1 steps make up max |w|
    w = draw(20_000)
    error = quantization_error(w, bits)
    assert error == pytest.approx(quantize_symmetric(w, bits).step / 4, rel=0.03)
    finer = (2**bits - 1) / (2 ** (bits - 1) - 1)  # 3, 7/3, 15/7, ...: towards 2
    assert error / quantization_error(w, bits + 1) == pytest.approx(finer, rel=0.05)


# --- fake_quantize -------------------------------------------------------------------------------


@pytest.mark.parametrize("bits", BITS)
def test_fake_quantize_is_what_the_integers_stand_for(bits):
    w = draw(500)
    limit = float(np.abs(w).max())
    what = dequantize(*quantize_symmetric(w, bits))
    np.testing.assert_allclose(fake_quantize(w, bits, limit), what, rtol=1e-14)


@pytest.mark.parametrize("bits", [2, 3, 5, 8])
def test_fake_quantize_is_a_stair_that_is_cut_off(bits):
    w = np.linspace(-2, 2, 10_001)
    what, Q = fake_quantize(w, bits, limit=1), 2 ** (bits - 1) - 1
    assert (np.diff(what) >= 0).all()
    np.testing.assert_allclose(np.unique(what), np.arange(-Q, Q + 1) / Q, atol=1e-15)
    inside = np.abs(w) <= 1
    assert (np.abs(what - w)[inside] <= 0.5 / Q + 1e-12).all()
    np.testing.assert_array_equal(what[~inside], np.sign(w[~inside]))


def test_the_limit_itself_is_inside_as_a_float32_too():  # float32(0.1) is 0.10000000149
    w = np.array([0.1, -0.1, np.nextafter(np.float32(0.1), np.float32(1))], np.float32)
    dy = np.ones(3, np.float32)
    assert fake_quantize_gradient(w, dy, limit=0.1).tolist() == [1, 1, 0]
    assert naive.fake_quantize_gradient(w, dy, 0.1).tolist() == [1, 1, 0]


def test_straight_through_means_the_gradient_of_cutting_off_without_rounding():
    w, dy = 2 * draw(40), draw(40, seed=1)
    slope = naive.numerical_gradient(lambda v: (dy * np.clip(v, -0.8, 0.8)).sum(), w)
    np.testing.assert_allclose(fake_quantize_gradient(w, dy, 0.8), slope, atol=1e-9)
    rounded = naive.numerical_gradient(lambda v: (dy * fake_quantize(v, 4, 0.8)).sum(), w)
    np.testing.assert_array_equal(rounded, 0)  # the true one is of no use


# --- mixed precision -----------------------------------------------------------------------------


def test_numbers_of_C_2_1d():
    assert np.float16(1) + np.float16(1e-4) == 1  # why the master weights are float32
    assert scaled_to_float16([1e-8], scale=1.0).tolist() == [0]
    assert scaled_to_float16([1e-8], scale=1024.0)[0] == np.float16(1.025e-05)
    w = mixed_precision_step(np.float32([1.0]), np.float16([-1.024]), lr=0.1, scale=1024.0)
    assert w[0] == np.float32(1.0001)


def test_scaled_to_float16_overflows_to_infinity_without_a_warning():
    g = np.array([65504.0, 65519.0, 65520.0, 1e30, -65520.0, -1e300])
    with np.errstate(all="raise"):
        g16 = scaled_to_float16(g, scale=1)
    assert g16.tolist() == [65504, 65504, np.inf, np.inf, -np.inf, -np.inf]
    assert scaled_to_float16([64.0, -63.0], scale=1024.0).tolist() == [np.inf, -64512]


@pytest.mark.parametrize("exponent", range(-8, 16, 4))
def test_scaling_by_a_power_of_two_loses_nothing(exponent):
    g = draw(100).astype(np.float16)  # 2^-24 in steps is far from 1 / 100
    g16 = scaled_to_float16(g, 2.0**exponent)
    lossless = np.abs(g) >= 2.0 ** (-14 - min(exponent, 0))
    assert lossless.sum() > 90
    np.testing.assert_array_equal(g16[lossless] / 2.0**exponent, g[lossless].astype(float))


def test_gradients_that_vanish_come_back_by_scaling():
    g = draw(200) * 1e-7
    assert not scaled_to_float16(g / 8, 1.0).any()
    back = scaled_to_float16(g, 2.0**15).astype(float) / 2.0**15
    np.testing.assert_allclose(back, g, rtol=2.0**-10, atol=1e-12)


@pytest.mark.parametrize("w", [[1.0], np.array([1.0]), np.array([1], np.int8), np.ones(1, "e")])
def test_master_weights_become_float32_and_stay_as_they_are(w):
    new = mixed_precision_step(w, np.float16([1.0]), lr=1e-4, scale=1.0)
    assert new.dtype == np.float32 and new[0] == np.float32(0.9999)
    assert w[0] == 1


def test_small_steps_add_up_in_float32_and_not_in_float16():
    w, w16 = np.ones(1, np.float32), np.ones(1, np.float16)
    for _ in range(1000):
        g16 = scaled_to_float16([1.0], scale=8.0)
        w, w16 = mixed_precision_step(w, g16, 1e-4, 8.0), w16 - np.float16(1e-4) * g16 / 8
    assert w[0] == pytest.approx(0.9, abs=1e-4)
    assert w16[0] == 1
