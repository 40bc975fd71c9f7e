"""Batch normalization against loops over scalars, central differences, and what it refuses."""

import naive
import numpy as np
import pytest

from minprune.nn.batchnorm import BatchNorm
from minprune.nn.gradcheck import check_layer

LIMIT = 1e-6
SHAPES = [(2, 1), (7, 3), (3, 2, 4, 2), (1, 2, 1, 3), (1, 3, 3, 1), (2, 1, 1, 5)]


def case(shape, dtype=np.float64, seed=0, **options):
    """A layer of which nothing is 0 or 1, and x, which is far from normalized."""
    rng, C = np.random.default_rng(seed), shape[-1]
    gamma, beta, mean = rng.normal(size=(3, C)).astype(dtype)
    x = (3 + 5 * rng.standard_normal(shape)).astype(dtype)
    return BatchNorm(gamma, beta, mean, rng.uniform(0.5, 2, C).astype(dtype), **options), x


# --- the numbers ----------------------------------------------------------------------------------


@pytest.mark.parametrize("epsilon", [1e-5, 0.5])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", SHAPES)
def test_training_agrees_with_loops(shape, dtype, epsilon):
    layer, x = case(shape, dtype, epsilon=epsilon, momentum=0.3)
    gamma, beta, mean, var = (
        a.astype(np.float64) for a in (layer.gamma.value, layer.beta.value, layer.mean, layer.var)
    )
    tolerance = 1e-4 if dtype == np.float32 else 1e-11
    y = layer.forward(x, training=True)
    np.testing.assert_allclose(y, naive.batch_norm(x, gamma, beta, epsilon), atol=tolerance)
    running = naive.batch_norm_running(x, mean, var, 0.3)
    np.testing.assert_allclose([layer.mean, layer.var], running, rtol=tolerance)
    dy = np.random.default_rng(1).standard_normal(shape).astype(dtype)
    dx = layer.backward(dy)
    expected = naive.batch_norm_backward(x, gamma, dy, epsilon)
    arrays = (dx, layer.gamma.grad, layer.beta.grad)
    for got, loops in zip(arrays, expected, strict=True):
        np.testing.assert_allclose(got, loops, rtol=0, atol=10 * tolerance)
        assert got.shape == loops.shape
    assert {a.dtype for a in (y, *arrays, layer.mean, layer.var)} == {np.dtype(dtype)}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [*SHAPES, (1, 2), (0, 3)])
def test_inference_uses_the_running_statistics_and_leaves_them(shape, dtype):
    layer, x = case(shape, dtype, epsilon=0.01)
    before = {key: value for key, value in vars(layer).items()}
    mean, var = layer.mean.copy(), layer.var.copy()
    y = layer.forward(x)
    values = (layer.gamma.value, layer.beta.value, mean, var)
    expected = naive.normalized(x, *(a.astype(np.float64) for a in values), 0.01)
    np.testing.assert_allclose(y, expected, atol=1e-5 if dtype == np.float32 else 1e-12)
    assert y.dtype == dtype and vars(layer) == before
    np.testing.assert_array_equal([layer.mean, layer.var], [mean, var])


@pytest.mark.parametrize("shape", SHAPES)
def test_gradients_at_every_index(shape):
    layer, x = case(shape, seed=2, epsilon=0.1)
    errors = check_layer(layer, x, np.random.default_rng(3))
    assert set(errors) == {"x", "gamma", "beta"} and max(errors.values()) <= LIMIT


def test_training_gives_every_channel_mean_beta_and_deviation_gamma():
    layer, x = case((50, 4, 3, 2), epsilon=1e-12)
    y = layer.forward(x, training=True)
    np.testing.assert_allclose(y.mean(axis=(0, 1, 2)), layer.beta.value)
    np.testing.assert_allclose(y.std(axis=(0, 1, 2)), abs(layer.gamma.value))


def test_the_running_statistics_of_two_batches_by_hand():
    layer = BatchNorm.identity(1, np.float64)
    layer.forward(np.array([[1.0], [3.0]]), training=True)  # mean 2, variance 1, of two: 2
    assert (layer.mean[0], layer.var[0]) == pytest.approx((0.2, 0.9 + 0.1 * 2))
    layer.forward(np.array([[4.0], [4.0], [7.0]]), training=True)  # 5, 2, of two degrees: 3
    assert (layer.mean[0], layer.var[0]) == pytest.approx((0.18 + 0.5, 0.99 + 0.3))


@pytest.mark.parametrize(("momentum", "expected"), [(0, (7, 9)), (1, (2, 2)), (0.25, (5.75, 7.25))])
def test_momentum_is_the_share_of_the_batch(momentum, expected):
    layer = BatchNorm([1.0], [0.0], [7.0], [9.0], momentum)
    layer.forward(np.array([[1.0], [3.0]]), training=True)
    assert (layer.mean[0], layer.var[0]) == pytest.approx(expected)


def test_a_channel_that_is_constant_stays_finite():
    layer = BatchNorm.identity(2)
    x = np.ones((4, 2), np.float32)
    x[:, 1] = [1, 2, 3, 4]
    y = layer.forward(x, training=True)
    dx = layer.backward(np.ones_like(y))
    assert (y[:, 0] == 0).all() and np.isfinite(y).all() and np.isfinite(dx).all()


def test_a_common_shift_and_scale_of_the_batch_change_nothing():
    layer, x = case((6, 2, 2, 3), epsilon=1e-14)
    y = layer.forward(x, training=True)
    np.testing.assert_allclose(layer.forward(7 * x - 100, training=True), y, atol=1e-10)
    assert abs(layer.backward(y**2).sum(axis=(0, 1, 2))).max() < 1e-12


def test_float32_holds_over_many_values():
    x = np.random.default_rng(4).standard_normal((64, 26, 26, 2)).astype(np.float32) + 10
    narrow, wide = BatchNorm.identity(2), BatchNorm.identity(2, np.float64)
    y = narrow.forward(x, training=True)
    np.testing.assert_allclose(y, wide.forward(x.astype(np.float64), training=True), atol=5e-4)
    np.testing.assert_allclose([narrow.mean, narrow.var], [wide.mean, wide.var], rtol=1e-4)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_layout_in_memory_does_not_matter(shape):
    layer, x = case(shape)
    y, dy = layer.forward(x, training=True), np.random.default_rng(5).standard_normal(shape)
    expected = [layer.backward(dy), layer.gamma.grad, layer.beta.grad]
    frozen = np.asfortranarray(x)
    frozen.flags.writeable = False
    np.testing.assert_allclose(layer.forward(frozen, training=True), y, atol=1e-12)
    got = [layer.backward(np.asfortranarray(dy)), layer.gamma.grad, layer.beta.grad]
    for a, b in zip(got, expected, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-12)
    np.testing.assert_array_equal(frozen, x)


# --- what it keeps --------------------------------------------------------------------------------


def test_only_training_keeps_what_backward_needs():
    layer, x = case((5, 2))
    dy = layer.forward(x, training=True)
    kept, expected = dict(vars(layer)), layer.backward(dy)
    layer.forward(-x[:3])
    assert all(vars(layer)[key] is value for key, value in kept.items())
    np.testing.assert_array_equal(layer.backward(dy), expected)


def test_the_gradient_of_the_input_may_be_skipped():
    layer, x = case((3, 2, 2, 2))
    dy = layer.forward(x, training=True)
    layer.backward(dy)
    expected = [p.grad.copy() for p in (layer.gamma, layer.beta)]
    layer.gamma.grad = layer.beta.grad = None
    assert layer.backward(dy, input_gradient=False) is None
    for parameter, grad in zip((layer.gamma, layer.beta), expected, strict=True):
        np.testing.assert_array_equal(parameter.grad, grad)


def test_every_array_is_its_own():
    given = np.full((4, 2), 2.0)
    layer = BatchNorm(*given)
    given[:] = 9
    layer.gamma.value += 1
    layer.mean += 1
    arrays = [layer.gamma.value, layer.beta.value, layer.mean, layer.var]
    assert [a.tolist() for a in arrays] == [[3, 3], [2, 2], [3, 3], [2, 2]]
    layer = BatchNorm.identity(3)
    layer.forward(np.eye(3, dtype=np.float32), training=True)
    assert layer.beta.value.tolist() == [0, 0, 0] and layer.gamma.value.tolist() == [1, 1, 1]


def test_the_identity_passes_on_what_is_normalized_already():
    layer = BatchNorm.identity(3)
    arrays = [layer.gamma.value, layer.beta.value, layer.mean, layer.var]
    assert [a.tolist() for a in arrays] == [[1] * 3, [0] * 3, [0] * 3, [1] * 3]
    assert {a.dtype for a in arrays} == {np.dtype(np.float32)}
    assert (layer.momentum, layer.epsilon) == (0.1, 1e-5)
    assert list(layer.parameters) == ["gamma", "beta"]
    x = np.random.default_rng(6).standard_normal((4, 3))
    np.testing.assert_allclose(layer.forward(x), x, rtol=1e-5)


def test_all_arrays_get_the_dtype_of_gamma():
    layer = BatchNorm(np.ones(2, np.float32), [0.0, 0.0], np.zeros(2), np.ones(2))
    arrays = [layer.beta.value, layer.mean, layer.var, layer.forward(np.ones((1, 2), np.float32))]
    assert {a.dtype for a in arrays} == {np.dtype(np.float32)}


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(4, 3), (2, 5, 5, 1), (2,), ()])
@pytest.mark.parametrize("training", [False, True])
def test_other_channels_are_refused_with_both_shapes(shape, training):
    got = str(shape).replace("(", r"\(").replace(")", r"\)")
    with pytest.raises(ValueError, match=rf"x must be \(N, \.\.\., 2\), got {got}"):
        BatchNorm.identity(2).forward(np.zeros(shape), training)


@pytest.mark.parametrize("shape", [(1, 2), (1, 1, 1, 2), (0, 2), (0, 3, 3, 2)])
def test_a_single_value_has_no_variance_to_train_on(shape):
    layer = BatchNorm.identity(2)
    with pytest.raises(ValueError, match=r"at least two values per channel.* got \("):
        layer.forward(np.zeros(shape), training=True)
    assert layer.mean.tolist() == [0, 0] and layer.var.tolist() == [1, 1]
    assert layer.forward(np.zeros(shape)).shape == shape


def test_output_shape_is_the_shape_itself():
    layer = BatchNorm.identity(2)
    assert layer.output_shape((2,)) == (2,) and layer.output_shape((5, 6, 2)) == (5, 6, 2)
    for wrong in ((3,), (2, 2, 1), ()):
        with pytest.raises(ValueError, match="takes 2 channels"):
            layer.output_shape(wrong)


ONE, TWO = [1.0], [1.0, 1.0]


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        ((TWO, ONE, TWO, TWO), {}, ValueError, r"vectors of the same length, got .*\(1,\)"),
        ((TWO, TWO, ONE, TWO), {}, ValueError, r"vectors of the same length, got .*\(1,\)"),
        ((TWO, TWO, TWO, ONE), {}, ValueError, r"vectors of the same length, got .*\(1,\)"),
        ((ONE, TWO, TWO, TWO), {}, ValueError, r"vectors of the same length, got .*\(1,\)"),
        (
            ([ONE], [ONE], [ONE], [ONE]),
            {},
            ValueError,
            r"vectors of the same length, got .*\(1, 1\)",
        ),
        ((1.0, 1.0, 1.0, 1.0), {}, ValueError, r"vectors of the same length"),
        (([np.nan], ONE, ONE, ONE), {}, ValueError, "gamma must be finite"),
        ((ONE, [np.inf], ONE, ONE), {}, ValueError, "beta must be finite"),
        ((ONE, ONE, [np.nan], ONE), {}, ValueError, "mean must be finite"),
        ((ONE, ONE, ONE, [np.inf]), {}, ValueError, "var must be finite"),
        ((ONE, ONE, ONE, ["1"]), {}, TypeError, "var must be an array of real numbers"),
        ((TWO, TWO, TWO, [1.0, -1e-9]), {}, ValueError, "var must be >= 0"),
        ((ONE,) * 4, {"momentum": 1.1}, ValueError, "momentum must be from 0 to 1"),
        ((ONE,) * 4, {"momentum": -0.1}, ValueError, "momentum must be from 0 to 1"),
        ((ONE,) * 4, {"momentum": None}, TypeError, "momentum must be a number"),
        ((ONE,) * 4, {"epsilon": 0}, ValueError, "epsilon must be a finite number > 0"),
        ((ONE,) * 4, {"epsilon": -1e-5}, ValueError, "epsilon must be a finite number > 0"),
    ],
)
def test_batch_norm_refuses(arguments, options, error, message):
    with pytest.raises(error, match=message):
        BatchNorm(*arguments, **options)


def test_a_variance_of_zero_is_allowed():
    assert BatchNorm(ONE, ONE, ONE, [0.0]).forward(np.ones((1, 1)))[0, 0] == 1
