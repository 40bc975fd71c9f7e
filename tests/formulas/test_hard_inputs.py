"""Hard inputs: ends of the range of floats, sums over millions, kinds of numbers."""

import math

import naive
import numpy as np
import pytest

from minprune.formulas import influence, norms, penalties, scores, structured, units
from minprune.formulas.activations import (
    log_softmax,
    sigmoid_derivative,
    softmax,
    tanh_derivative,
)
from minprune.formulas.convolution import conv2d
from minprune.formulas.distill import distillation_loss, soften
from minprune.formulas.factorization import (
    balance_factors,
    factor_importance,
    factorization_loss,
)
from minprune.formulas.masks import normalized_threshold_prune, score_mask
from minprune.formulas.quantize import (
    dequantize,
    fake_quantize,
    mixed_precision_step,
    quantize_symmetric,
    scaled_to_float16,
)
from minprune.formulas.schedules import polynomial_decay, threshold_for_sparsity

pytestmark = pytest.mark.filterwarnings("error")


@pytest.mark.parametrize(
    "score",
    [
        units.mean_activation,
        lambda a: units.unit_taylor(a, np.ones_like(a)),
        lambda a: units.contribution(a, np.ones((2, 1))),
    ],
    ids=["mean_activation", "unit_taylor", "contribution"],
)
def test_activation_scores_sum_in_float64(score):
    a = np.full((10**6, 2), 0.1, np.float32)  # row after row, float32 gives 0.10096
    np.testing.assert_allclose(score(a), 0.1, rtol=1e-6)


@pytest.mark.parametrize(("top", "bins"), [(22, 22), (23, 23), (44, 22)])
def test_a_value_on_a_border_belongs_to_the_bin_above(top, bins):
    # (a - low) / width * bins falls below the whole number; (a - low) * bins / width does not
    a = np.arange(top + 1.0)[:, None]
    counts = np.bincount(np.minimum(np.arange(top + 1) * bins // top, bins - 1))
    p = counts / counts.sum()
    assert units.activation_entropy(a, bins) == pytest.approx([-(p * np.log(p)).sum()], rel=1e-12)


def test_obs_takes_a_hessian_that_is_symmetric_up_to_rounding():
    rng = np.random.default_rng(0)
    X, d = rng.standard_normal((6, 4)), np.diag(rng.random(6))
    H = X.T @ d @ X  # of logistic regression, say; H - H.T is 6e-17
    assert influence.obs_saliency(np.ones(4), H).shape == (4,)
    almost = [[1.0, 1e-12], [0.0, 1.0]]  # against the largest entry, not each against its own
    assert influence.obs_saliency([2.0, 4.0], almost).tolist() == pytest.approx([2, 8])


@pytest.mark.parametrize(
    "w", [np.full(2, 60_000, np.float16), np.full(2, 3e38, np.float32), [1e200, 1e200], [1e-200]]
)
def test_normalize_of_very_large_and_small_weights(w):
    assert math.hypot(*norms.normalize(w).astype(float)) == pytest.approx(1, rel=1e-3)


@pytest.mark.parametrize("dtype", ["e", "f"])
def test_threshold_for_sparsity_where_all_go(dtype):
    score = np.array([0.25, 0.5], dtype)
    assert not score_mask(score, threshold_for_sparsity(score, 0.9), "keep").any()


@pytest.mark.parametrize(("initial", "final"), [(0.1, 0.7), (0.3, 0.9)])
def test_polynomial_decay_starts_exactly(initial, final):
    for step in (0, 9, 10):
        assert polynomial_decay(step, initial, final, 10, 20) == initial


def test_blocks_in_half_precision_are_summed_in_double():
    W = np.ones((1, 8192), np.float16)
    W[0, 4095] = 2  # 4097 is no number of float16
    mask = structured.block_mask(W, (1, 4096), 0.5)
    assert mask.tolist() == [[True] * 4096 + [False] * 4096]


def test_blocks_in_half_precision_do_not_overflow():
    W = np.full((2, 4), 40_000, np.float16)
    W[0, 0] = 20_000
    assert structured.block_mask(W, (2, 2), 0.5).tolist() == [[False, False, True, True]] * 2


@pytest.mark.parametrize("norm", ["l1", "l2"])
def test_units_in_half_precision_do_not_overflow(norm):
    assert structured.unit_threshold_mask(np.full((4, 1), 40_000, np.float16), 1.0, norm).all()


@pytest.mark.parametrize(
    ("dtype", "value"), [("e", 60_000), ("f", 3e38), ("d", 3e200), ("d", 3e-200)]
)
def test_normalized_threshold_prune_whatever_the_scale(dtype, value):
    w = np.full(400, value, dtype)  # each is 1/20 of the norm
    assert np.count_nonzero(normalized_threshold_prune(w, 0.01)) == 400


@pytest.mark.parametrize(("z", "dtype"), [([[-128, 127]], np.int8), ([[0, 255]], np.uint8)])
def test_narrow_integers_do_not_overflow(z, dtype):
    z = np.array(z, dtype)
    np.testing.assert_allclose(log_softmax(z), [[-255, 0]])
    assert softmax(z).dtype == np.float64


@pytest.mark.parametrize("scale", [65536.0, 1e5, 1e-8])
def test_scale_beyond_float16(scale):
    g = np.array([0, 1e-7, 2, -60000], np.float16)
    np.testing.assert_array_equal(scaled_to_float16(g, scale), naive.scaled_to_float16(g, scale))


@pytest.mark.parametrize(("bits", "limit"), [(4, 1), (9, 1), (3, 0.75), (8, 1)])
def test_fake_quantize_rounds_float32_as_quantize_symmetric_does(bits, limit):
    w = np.array([limit, *np.linspace(-limit, limit, 1021)], np.float32)
    what = dequantize(*quantize_symmetric(w, bits))
    np.testing.assert_allclose(fake_quantize(w, bits, limit), what, rtol=1e-6)


def test_fake_quantize_with_a_limit_that_float16_cannot_hold():
    assert fake_quantize(np.float16([1000.0]), 8, 100_000.0)[0] == pytest.approx(787.4, rel=1e-3)
    assert fake_quantize(np.float16([1000.0]), 8, 1e6)[0] == 0


def test_mixed_precision_step_of_one_number_is_float32():
    new = mixed_precision_step(np.array(1, np.float32), np.array(1, np.float16), 0.1, 1.0)
    assert new.dtype == np.float32


@pytest.mark.parametrize("temperature", [50, 100, 1000])
def test_float32_logits_at_a_high_temperature(temperature):
    z, z_teacher = np.random.default_rng(0).standard_normal((2, 6, 5)).astype(np.float32)
    arguments = z, z_teacher, [0] * 6, 1, temperature
    exact = naive.distillation_loss(*arguments)
    assert distillation_loss(*arguments) == pytest.approx(exact, rel=1e-5)


def test_a_temperature_near_zero_gives_the_winner():
    assert soften([[1.0, 0.0]], 1e-310).tolist() == [[1, 0]]
    assert soften(np.float32([[100, 0]]), 1e-38).tolist() == [[1, 0]]
    assert soften(np.float16([[100, 0]]), 1e-3).tolist() == [[1, 0]]


def test_half_precision_does_not_overflow():
    R, P, Q = np.float16([[300]]), np.float16([[0]]), np.float16([[0]])
    assert factorization_loss(R, [[True]], P, Q, 0) == 90_000
    P, Q = np.float16([[300], [300]]), np.float16([[1]])
    assert factor_importance(P, Q)[0] == pytest.approx(424.3, rel=1e-3)


def test_half_precision_can_be_balanced():
    P, Q = balance_factors(np.float16([[4], [0]]), np.float16([[0], [1]]))
    np.testing.assert_allclose(P @ Q.T, [[0, 4], [0, 0]])


@pytest.mark.parametrize("function", [softmax, log_softmax])
def test_a_nan_stays_in_its_row(function):
    p = function([[np.nan, 0.0], [1.0, 1.0]])
    assert np.isnan(p[0]).all() and np.isfinite(p[1]).all()


@pytest.mark.parametrize(
    "zeros",
    [
        lambda: penalties.l1_proximal([-0.1], 1, 1),
        lambda: penalties.group_lasso_proximal([[-0.1]], 1, 1),
        lambda: fake_quantize([-0.1], 2, 1),
    ],
)
def test_no_negative_zeros(zeros):
    assert not np.signbit(zeros()).any()


# --- float16: sums and products leave its range --------------------------------------------------

BIG = np.array([300.0, -400.0], np.float16)  # products of them are no float16
OF_FLOAT16 = {
    "taylor": lambda a: scores.taylor(a, a),
    "multi_task_taylor": lambda a: scores.multi_task_taylor(a, [a, a]),
    "shard_average": lambda a: scores.shard_average([a, a / 2], [1, 6]),
    "snip": lambda a: scores.snip([a, a[:1]], [a, a[:1]])[0],
    "movement": lambda a: scores.movement([a, a], [a, a]),
    "second_order_influence": lambda a: influence.second_order_influence(a, a, a),
    "obd_saliency": lambda a: influence.obd_saliency(a, a),
    "obs_saliency": lambda a: influence.obs_saliency(a, np.diag(abs(a))),
    "obs_update": lambda a: influence.obs_update(a, np.diag(abs(a)), 0),
    "leave_one_out": lambda a: influence.leave_one_out(lambda w: float(w @ w), a),
    "mean_activation": lambda a: units.mean_activation([a, a, a / 32]),
    "unit_taylor": lambda a: units.unit_taylor(a[None], a[None]),
    "l1_subgradient": lambda a: penalties.l1_subgradient(a, 1e5),
    "l2_gradient": lambda a: penalties.l2_gradient(a, 200.0),
    "group_lasso_subgradient": lambda a: penalties.group_lasso_subgradient(a[:, None], 1e5),
    "fold_constant_units": lambda a: structured.fold_constant_units(np.diag(a), a, a),
    "collapse_linear": lambda a: structured.collapse_linear(np.diag(a), a, np.diag(a), a)[0],
    "conv2d": lambda a: conv2d(a.reshape(1, 1, 2, 1), a.reshape(1, 2, 1, 1), a[:1]),
    "log_softmax": lambda a: log_softmax(np.array([[-60_000, 60_000]], a.dtype)),
    "tanh_derivative": lambda a: tanh_derivative(a / 256),
    "sigmoid_derivative": lambda a: sigmoid_derivative(a / 32),
}


@pytest.mark.parametrize("name", OF_FLOAT16)
def test_float16_is_computed_as_float32(name):
    formula = OF_FLOAT16[name]
    with np.errstate(all="raise", under="ignore"):
        low, high = formula(BIG), formula(BIG.astype(np.float64))
    assert low.dtype in (np.float32, np.float64)
    np.testing.assert_allclose(low, high, rtol=1e-6)


def test_snip_names_the_product_that_is_not_finite():
    w = np.float32([1e30])
    with (
        np.errstate(over="ignore"),
        pytest.raises(ValueError, match=r"^layers\[1\] \* gradients\[1\] must be finite"),
    ):
        scores.snip([[1.0], w], [[1.0], w])
