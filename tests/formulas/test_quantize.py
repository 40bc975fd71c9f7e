"""Quantization: the naive twin, hand numbers, the error bound, and numbers of 16 bits."""

import naive
import numpy as np
import pytest

from minprune.formulas.quantize import (
    Quantized,
    dequantize,
    fake_quantize,
    fake_quantize_gradient,
    mixed_precision_step,
    quantization_error,
    quantize_symmetric,
    scaled_to_float16,
)

BITS = [2, 3, 4, 8, 9, 12, 16]
W_D43 = np.array([[0.1, 0.3, 0.5], [0.6, 0.7, 0.8], [0.9, 0.1, 0.3]])  # W of D-4.3


def draw(n, dtype="d", seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, n).astype(dtype)


def floats(w):
    """The dtype of a result that keeps the precision of w."""
    return w.dtype if w.dtype.kind == "f" else np.float64


# --- quantize_symmetric, dequantize, quantization_error ------------------------------------------


@pytest.mark.parametrize("bits", BITS)
def test_quantize_symmetric_as_naive(w, bits):
    quantized = quantize_symmetric(w, bits)
    q, step = naive.quantize_symmetric(w, bits)
    assert type(quantized) is Quantized and quantized == (quantized.q, quantized.step)
    assert type(quantized.step) is float
    assert quantized.step == pytest.approx(step, rel=1e-7 if w.dtype.char == "f" else 1e-15)
    assert quantized.q.shape == w.shape
    assert quantized.q.dtype == (np.int8 if bits <= 8 else np.int16)
    np.testing.assert_array_equal(quantized.q, q)


@pytest.mark.parametrize("bits", BITS)
def test_zeros_signs_and_the_largest_weight_are_exact(w, bits):
    q, step = quantize_symmetric(w, bits)
    assert (q[np.asarray(w) == 0] == 0).all()
    assert (np.sign(q) * np.sign(w) >= 0).all()
    assert np.abs(q, dtype=int).max(initial=0) == (2 ** (bits - 1) - 1 if np.any(w) else 0)
    np.testing.assert_array_equal(quantize_symmetric(-w, bits).q, -q)
    np.testing.assert_array_equal(quantize_symmetric(4 * w, bits).q, q)
    assert quantize_symmetric(4 * w, bits).step == 4 * step


@pytest.mark.parametrize("bits", BITS)
@pytest.mark.parametrize("dtype", ["e", "f", "d"])
def test_no_weight_moves_by_more_than_half_a_step(dtype, bits):
    w = draw(5000, dtype)
    q, step = quantize_symmetric(w, bits)
    off = np.abs(dequantize(q, step) - w.astype(float))
    assert off.max() <= step / 2 * (1 + 1e-9)
    if bits <= 9:  # with so many weights some move nearly that far
        assert off.max() > 0.45 * step
        assert len(np.unique(q)) == 2**bits - 1  # and every integer is in use


def test_numbers_of_A_3_2_2():
    q, step = quantize_symmetric(W_D43)
    assert step == 0.007086614173228346
    assert q.tolist() == [[14, 42, 71], [85, 99, 113], [127, 14, 42]]
    off = np.abs(dequantize(q, step) - W_D43)
    assert off.max() == pytest.approx(0.0031496062992125706, rel=1e-12)
    assert off.max() <= step / 2 == 0.003543307086614173
    assert quantization_error(W_D43, 8) == pytest.approx(off.sum() / 9, rel=1e-14)


def test_quantize_symmetric_by_hand_halves_go_to_the_even_integer():
    w = [7.0, 0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.49, -7.0]
    q, step = quantize_symmetric(w, bits=4)
    assert step == 1.0
    assert q.tolist() == [7, 0, 2, 2, 0, -2, -2, 0, -7]


@pytest.mark.parametrize("bits", BITS)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0), (2, 2)])
def test_zeros_have_step_zero(shape, bits):
    q, step = quantize_symmetric(np.zeros(shape), bits)
    assert step == 0
    assert q.shape == shape and not q.any()
    np.testing.assert_array_equal(dequantize(q, step), np.zeros(shape))


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


@pytest.mark.parametrize("dtype", [np.int8, np.int16, np.int64])
@pytest.mark.parametrize("step", [0, 0.25, np.float32(0.1), 3])
@pytest.mark.parametrize("shape", [(), (0,), (1,), (4, 3), (2, 1, 3)])
def test_dequantize_as_naive(shape, step, dtype):
    q = np.random.default_rng(0).integers(-127, 128, shape).astype(dtype)
    for view in (q, q.T, q[..., ::-1] if q.ndim else q):
        what = dequantize(view, step)
        assert what.dtype == np.float64 and what.shape == view.shape
        np.testing.assert_allclose(what, naive.dequantize(view, float(step)), rtol=1e-15)


def test_dequantize_does_not_overflow():
    assert dequantize(np.array([-32767, 32767], np.int16), 1000.0).tolist() == [-32767e3, 32767e3]


@pytest.mark.parametrize("bits", BITS)
def test_quantization_error_as_naive(w, bits):
    if w.size:
        error = quantization_error(w, bits)
        assert type(error) is float
        assert error == pytest.approx(naive.quantization_error(w, bits), rel=1e-6, abs=1e-15)


def test_quantization_error_by_hand():
    assert quantization_error([3.0, 1.25, 0.0, -0.5], bits=3) == 0.1875  # off by 0, 1/4, 0, 1/2
    assert quantization_error([1.0, -1.0, 0.0], bits=2) == 0
    assert quantization_error(0.0, bits=8) == 0


@pytest.mark.parametrize("bits", range(2, 16))
def test_one_bit_more_about_halves_the_error(bits):
    # uniform weights are off by a quarter of a step on average; 2^(b-1) - 1 steps make up max |w|
    w = draw(20_000)
    error = quantization_error(w, bits)
    assert error == pytest.approx(quantize_symmetric(w, bits).step / 4, rel=0.03)
    finer = (2**bits - 1) / (2 ** (bits - 1) - 1)  # 3, 7/3, 15/7, ...: towards 2
    assert error / quantization_error(w, bits + 1) == pytest.approx(finer, rel=0.05)


def test_quantization_error_scales_with_the_weights():
    w = draw(50)
    assert quantization_error(4 * w, 5) == 4 * quantization_error(w, 5)
    assert quantization_error(-w, 5) == quantization_error(w, 5)


# --- fake_quantize -------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [0.25, 0.7, 1, 1.5, 4])
@pytest.mark.parametrize("bits", BITS)
def test_fake_quantize_as_naive_and_twice_as_once(w, bits, limit):
    what = fake_quantize(w, bits, limit)
    assert what.shape == w.shape and what.dtype == floats(w)
    assert not np.shares_memory(what, w)
    rtol = 1e-6 if what.dtype == np.float32 else 1e-14
    np.testing.assert_allclose(what, naive.fake_quantize(w, bits, limit), rtol=rtol)
    np.testing.assert_array_equal(fake_quantize(what, bits, limit), what)
    np.testing.assert_array_equal(fake_quantize(-w, bits, limit), -what)


def test_fake_quantize_by_hand():
    w = [0.125, 0.375, 0.625, 0.75, 0.8, 100.0, -0.25, -0.375, -0.13, -100.0, 0.0]
    what = [0.0, 0.5, 0.5, 0.75, 0.75, 0.75, -0.25, -0.5, -0.25, -0.75, 0.0]  # step 1/4
    assert fake_quantize(w, bits=3, limit=0.75).tolist() == what


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


def test_fake_quantize_gradient_by_hand():  # 1 inside and at the limit, 0 outside
    w = [-2.0, np.nextafter(-0.5, -1), -0.5, -0.1, -0.0, 0.0, 0.5, np.nextafter(0.5, 1), 8.0]
    dy = [1.0, 2.0, 3.0, -4.0, 5.0, 6.0, -7.0, 8.0, 9.0]
    assert fake_quantize_gradient(w, dy, limit=0.5).tolist() == [0, 0, 3, -4, 5, 6, -7, 0, 0]


@pytest.mark.parametrize("limit", [0.25, 0.7, 1, 4.0])
def test_fake_quantize_gradient_as_naive(w, limit):
    dy = np.random.default_rng(1).standard_normal(w.shape).astype(floats(w))
    dw = fake_quantize_gradient(w, dy, limit)
    assert dw.shape == w.shape and dw.dtype == floats(w)
    assert not np.shares_memory(dw, dy) and not np.shares_memory(dw, w)
    np.testing.assert_array_equal(dw, naive.fake_quantize_gradient(w, dy, limit))


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


@pytest.mark.parametrize("scale", [2.0**-10, 0.3, 1, 1024.0, 2.0**20])
def test_scaled_to_float16_as_naive(w, scale):
    with np.errstate(all="raise", under="ignore"):
        g16 = scaled_to_float16(w, scale)
    assert g16.shape == w.shape and g16.dtype == np.float16
    assert not np.shares_memory(g16, w)
    # one unit in the last place of float16 is 2^-10: w in float32 may round to the other side
    rtol = 2.0**-10 if w.dtype == np.float32 else 0
    np.testing.assert_allclose(g16, naive.scaled_to_float16(w, scale), rtol=rtol)


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


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("shape", [(), (0,), (1,), (5, 4), (2, 3, 2)])
def test_mixed_precision_step_as_naive(shape, masked):
    rng = np.random.default_rng(0)
    w, mask = rng.standard_normal(shape).astype(np.float32), rng.random(shape) < 0.5
    g16 = (100 * rng.standard_normal(shape)).astype(np.float16)
    for turn in (np.copy, np.transpose, np.flip):
        w1, g1, mask1 = (np.asarray(turn(a)) for a in (w, g16, mask))
        for a in (w1, g1, mask1):
            a.flags.writeable = False
        new = mixed_precision_step(w1, g1, 0.1, 128.0, mask1 if masked else None)
        expected = naive.mixed_precision_step(w1, g1, 0.1, 128.0, mask1 if masked else None)
        assert new.shape == w1.shape
        if shape:  # NumPy 1 widens a float32 without axes next to a Python number
            assert new.dtype == np.float32
        assert not np.shares_memory(new, w1)
        np.testing.assert_allclose(new, expected, rtol=1e-6, atol=1e-7)


def test_mixed_precision_step_by_hand():
    w, g16 = np.float32([1.0, -2.0, 0.5]), np.float16([8.0, 16.0, -32.0])
    assert mixed_precision_step(w, g16, lr=0.25, scale=16.0).tolist() == [0.875, -2.25, 1.0]
    mask = np.array([True, False, True])
    assert mixed_precision_step(w, g16, 0.25, 16.0, mask).tolist() == [0.875, 0.0, 1.0]


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


def test_scale_is_undone():
    w = draw(30, "f")
    g = draw(30, seed=1).astype(np.float16)
    plain = mixed_precision_step(w, scaled_to_float16(g, 1), 0.1, 1)
    for scale in (16, 1024.0):
        scaled = mixed_precision_step(w, scaled_to_float16(g, scale), 0.1, scale)
        np.testing.assert_allclose(scaled, plain, rtol=1e-6)


def test_a_pruned_weight_stays_pruned_in_mixed_precision():  # C-6.4d
    mask = np.array([True, False])
    w = np.float32([1.0, 0.0])
    for _ in range(3):
        w = mixed_precision_step(w, np.float16([1.0, 1.0]), 0.1, 1.0, mask)
    assert w[1] == 0 and w[0] == pytest.approx(0.7)


# --- what is refused -----------------------------------------------------------------------------

ARRAY = [
    ([1.0, np.nan], ValueError, "{} must be finite, got nan"),
    ([-np.inf, 1.0], ValueError, "{} must be finite, got -inf"),
    (["a", "b"], TypeError, "{} must be"),
    ([1j, 1j], TypeError, "{} must be"),
    (None, TypeError, "{} must be"),
]
POSITIVE = [
    (0, ValueError, "{} must be .* got 0"),
    (-1.0, ValueError, "{} must be .* got -1"),
    (np.nan, ValueError, "{} must be"),
    (np.inf, ValueError, "{} must be"),
    ("1", TypeError, "{} must be"),
    (True, TypeError, "{} must be"),
    (None, TypeError, "{} must be"),
]
BIT = [
    (1, ValueError, "{} must be from 2 to 16, got 1"),
    (0, ValueError, "{} must be"),
    (17, ValueError, "{} must be from 2 to 16, got 17"),
    (8.0, TypeError, "{} must be"),
    (True, TypeError, "{} must be"),
]
INTEGERS = [
    (bad, TypeError, "{} must hold integers, got dtype")
    for bad in ([1.0, 2.0], [True, False], ["a", "b"], [1j, 1j], None)
]
W2, G2 = np.float32([1.0, 2.0]), np.float16([1.0, 2.0])
REFUSED = [  # function, arguments that are fine, name of the one put in place, what is put there
    (quantize_symmetric, {"w": W2, "bits": 8}, "w", ARRAY),
    (quantize_symmetric, {"w": W2, "bits": 8}, "bits", BIT),
    (dequantize, {"q": [1, 2], "step": 0.5}, "step", POSITIVE[1:]),
    (dequantize, {"q": [1, 2], "step": 0.5}, "q", INTEGERS),
    (quantization_error, {"w": W2, "bits": 8}, "w", [*ARRAY, ([], ValueError, "{} must")]),
    (quantization_error, {"w": W2, "bits": 8}, "bits", BIT),
    (fake_quantize, {"w": W2, "bits": 8, "limit": 1.0}, "w", ARRAY),
    (fake_quantize, {"w": W2, "bits": 8, "limit": 1.0}, "bits", BIT),
    (fake_quantize, {"w": W2, "bits": 8, "limit": 1.0}, "limit", POSITIVE),
    (fake_quantize_gradient, {"w": W2, "dy": W2, "limit": 1.0}, "w", ARRAY),
    (fake_quantize_gradient, {"w": W2, "dy": W2, "limit": 1.0}, "dy", ARRAY),
    (fake_quantize_gradient, {"w": W2, "dy": W2, "limit": 1.0}, "limit", POSITIVE),
    (scaled_to_float16, {"g": W2, "scale": 1.0}, "g", ARRAY),
    (scaled_to_float16, {"g": W2, "scale": 1.0}, "scale", POSITIVE),
    (mixed_precision_step, {"w": W2, "g16": G2, "lr": 0.1, "scale": 1.0}, "w", ARRAY),
    (mixed_precision_step, {"w": W2, "g16": G2, "lr": 0.1, "scale": 1.0}, "lr", POSITIVE),
    (mixed_precision_step, {"w": W2, "g16": G2, "lr": 0.1, "scale": 1.0}, "scale", POSITIVE),
]


@pytest.mark.parametrize(
    ("function", "arguments", "name", "bad", "error", "match"),
    [
        (function, arguments, name, bad, error, match.format(name))
        for function, arguments, name, cases in REFUSED
        for bad, error, match in cases
    ],
)
def test_refused(function, arguments, name, bad, error, match):
    function(**arguments)  # which raises nothing
    with pytest.raises(error, match=match):
        function(**arguments | {name: bad})


@pytest.mark.parametrize("bad", [W2[:1], W2[None], 1.0])
def test_gradients_of_another_shape_are_refused(bad):
    with pytest.raises(ValueError, match="w and dy must have one shape"):
        fake_quantize_gradient(W2, bad, 1.0)
    with pytest.raises(ValueError, match="w and g16 must have one shape"):
        mixed_precision_step(W2, np.float16(bad), 0.1, 1.0)


@pytest.mark.parametrize("bad", [np.inf, -np.inf, np.nan])
def test_a_gradient_that_has_overflowed_is_refused(bad):
    with pytest.raises(ValueError, match="g16"):
        mixed_precision_step(W2, np.float16([1.0, bad]), 0.1, 1.0)


@pytest.mark.parametrize(
    ("mask", "error"),
    [(np.array([1, 0]), TypeError), (np.array([True]), ValueError), (np.array(True), ValueError)],
)
def test_a_mask_of_another_shape_or_dtype_is_refused(mask, error):
    with pytest.raises(error, match="mask"):
        mixed_precision_step(W2, G2, 0.1, 1.0, mask)
