"""Activations at the ends of the range of floats."""

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


# --- softmax and log_softmax ---------------------------------------------------------------------


def test_small_probabilities_keep_their_digits():
    z = np.array([[0.0, -40.0, -700.0]])
    np.testing.assert_allclose(softmax(z), np.exp(z), rtol=1e-13)
    assert log_softmax([[0.0, -1000.0, -1e30]]).tolist() == [[0, -1000, -1e30]]  # softmax: 1, 0, 0
