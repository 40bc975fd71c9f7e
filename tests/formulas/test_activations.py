"""Activations: the naive twin, hand numbers, derivatives, and inputs that want to overflow."""

import naive
import numpy as np
import pytest

from minprune.formulas.activations import (
    log_softmax,
    relu,
    relu_derivative,
    sigmoid,
    sigmoid_derivative,
    softmax,
    tanh,
    tanh_derivative,
)

PAIRS = [(relu, relu_derivative), (sigmoid, sigmoid_derivative), (tanh, tanh_derivative)]
ELEMENTWISE = [function for pair in PAIRS for function in pair]
BY_ROW = [softmax, log_softmax]


def test_relu_by_hand():
    x = [-2.0, -0.0, 0.0, 5e-324, 0.25]
    assert relu(x).tolist() == [0, 0, 0, 5e-324, 0.25]
    assert relu_derivative(x).tolist() == [0, 0, 0, 1, 1]  # 0 at the kink


def test_sigmoid_and_tanh_by_hand():
    x = np.log([1.0, 3.0, 1 / 3])
    np.testing.assert_allclose(sigmoid(x), [1 / 2, 3 / 4, 1 / 4], rtol=1e-15)
    np.testing.assert_allclose(sigmoid_derivative(x), [1 / 4, 3 / 16, 3 / 16], rtol=1e-15)
    x = np.log([1.0, 2.0, 1 / 2])  # (2 - 1/2) / (2 + 1/2) = 3/5
    np.testing.assert_allclose(tanh(x), [0, 3 / 5, -3 / 5], rtol=1e-15)
    np.testing.assert_allclose(tanh_derivative(x), [1, 16 / 25, 16 / 25], rtol=1e-15)


@pytest.mark.parametrize("dtype", ["e", "f", "d"])
def test_saturated_values_are_exact_and_raise_no_warning(dtype):
    x = np.array([-60000, 60000], dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        assert [f(x).tolist() for f in (sigmoid, tanh, relu)] == [[0, 1], [-1, 1], [0, 60000]]
        assert sigmoid_derivative(x).tolist() == tanh_derivative(x).tolist() == [0, 0]
        assert relu_derivative(x).tolist() == [0, 1]


@pytest.mark.parametrize("function", [sigmoid, sigmoid_derivative])
def test_sigmoid_is_right_where_it_is_tiny(function):  # 1 - sigmoid(-x) would be 0 from x = -37 on
    np.testing.assert_allclose(function([-40.0, -700.0]), np.exp([-40.0, -700.0]), rtol=1e-13)


def test_sigmoid_derivative_does_not_die_out_on_one_side():  # y (1 - y) would: 1 - y is 0 at 40
    np.testing.assert_allclose(sigmoid_derivative([40.0, 700.0]), np.exp([-40.0, -700.0]))


@pytest.mark.parametrize(("function", "derivative"), PAIRS)
def test_derivative_by_finite_differences_away_from_the_kink(function, derivative):
    x = np.append(np.linspace(-6, -0.1, 20), np.linspace(0.1, 6, 20))
    slope = naive.numerical_gradient(lambda v: function(v).sum(), x)
    np.testing.assert_allclose(derivative(x), slope, rtol=1e-6, atol=1e-9)


def test_symmetries():
    x = np.linspace(-20, 20, 81)
    np.testing.assert_allclose(sigmoid(x) + sigmoid(-x), 1, rtol=1e-15)
    np.testing.assert_allclose(sigmoid_derivative(x), sigmoid_derivative(-x), rtol=1e-13)
    np.testing.assert_array_equal(tanh(x), -tanh(-x))
    np.testing.assert_array_equal(tanh_derivative(x), tanh_derivative(-x))
    np.testing.assert_allclose(tanh(x), 2 * sigmoid(2 * x) - 1, atol=1e-15)
    np.testing.assert_array_equal(relu(x) - relu(-x), x)
    np.testing.assert_array_equal(relu(4 * x), 4 * relu(x))


@pytest.mark.parametrize(
    ("function", "low", "high"),
    [(sigmoid, 0, 1), (tanh, -1, 1), (relu, 0, 1e3), (relu_derivative, 0, 1)],
)
def test_rises_from_its_lowest_to_its_highest_value(function, low, high):
    y = function(np.linspace(-1000, 1000, 4001))
    assert (np.diff(y) >= 0).all()
    assert (y[0], y[-1]) == (low, high)


@pytest.mark.parametrize(("derivative", "top"), [(sigmoid_derivative, 0.25), (tanh_derivative, 1)])
def test_derivative_is_highest_at_zero(derivative, top):
    slope = derivative(np.linspace(-1000, 1000, 4001))
    assert slope.argmax() == 2000 and slope[2000] == top and slope.min() == 0


@pytest.mark.parametrize("function", ELEMENTWISE)
def test_narrow_integers_do_not_overflow(function):
    x = np.array([-128, 127], np.int8)
    assert function(x).tolist() == function(x.astype(float)).tolist()


@pytest.mark.parametrize("function", ELEMENTWISE + BY_ROW)
def test_an_input_that_may_be_written_to_is_left_as_it_is(function):
    x = np.array([[1.0, -2.0, 0.0], [4.0, 3.0, -0.5]])
    function(x)
    assert x.tolist() == [[1, -2, 0], [4, 3, -0.5]]


# --- softmax and log_softmax ---------------------------------------------------------------------


def test_small_probabilities_keep_their_digits():
    z = np.array([[0.0, -40.0, -700.0]])
    np.testing.assert_allclose(softmax(z), np.exp(z), rtol=1e-13)
    assert log_softmax([[0.0, -1000.0, -1e30]]).tolist() == [[0, -1000, -1e30]]  # softmax: 1, 0, 0


def test_softmax_by_hand():
    z = np.log([[3.0, 1.0, 4.0], [1.0, 1.0, 2.0]])
    np.testing.assert_allclose(softmax(z), [[3 / 8, 1 / 8, 1 / 2], [1 / 4, 1 / 4, 1 / 2]])
    np.testing.assert_allclose(log_softmax(z), np.log([[3 / 8, 1 / 8, 1 / 2], [0.25, 0.25, 0.5]]))
    assert softmax([[0.0, 0.0]]).tolist() == [[0.5, 0.5]]


@pytest.mark.parametrize("dtype", ["f", "d"])
@pytest.mark.parametrize("shift", [1e4, -1e4])
@pytest.mark.parametrize("function", BY_ROW)
def test_a_constant_added_to_a_row_changes_nothing(function, shift, dtype):
    z = np.array([[0.0, 1.0, -2.0], [0.5, 0.0, 4.0]], dtype)
    moved = z + np.array([[shift], [0]], dtype)  # exact in float32 too
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        np.testing.assert_array_equal(function(moved), function(z))


def test_probabilities_sum_to_one_and_their_logarithms_are_never_above_zero():
    z = 30 * np.random.default_rng(0).standard_normal((20, 7))
    np.testing.assert_allclose(softmax(z).sum(axis=1), 1, rtol=1e-14)
    np.testing.assert_allclose(np.exp(log_softmax(z)), softmax(z), rtol=1e-12)
    assert (log_softmax(z) <= 0).all()
