"""B-4: 101 parameters, 9 numbers, two pruning rates, and the errors of four networks."""

import numpy as np
import pytest

from minprune.experiments.regression import linear_network, regression_example
from minprune.nn.layers import Dense


@pytest.fixture(scope="module")
def example():
    return regression_example(np.random.default_rng(0))


def sizes(network):
    return [p.value.size for p in network.parameters.values()]


def test_the_numbers_of_parameters(example):
    assert sizes(example.dense) == [80, 10, 10, 1] and sum(sizes(example.dense)) == 101
    assert sizes(example.pruned) == [80, 10, 10, 1]  # zeros are still parameters
    assert sizes(example.smaller) == [40, 5, 5, 1]
    assert sizes(example.collapsed) == [8, 1] and sum(sizes(example.collapsed)) == 9


def test_the_collapsed_network_is_the_dense_one(example):
    x = np.random.default_rng(1).standard_normal((30, 8))
    np.testing.assert_allclose(example.collapsed(x), example.dense(x), rtol=1e-11, atol=1e-13)
    assert example.errors["collapsed"] == pytest.approx(example.errors["dense"], rel=1e-9)


def test_the_errors_are_of_a_network_that_has_learned(example):
    assert list(example.errors) == ["dense", "pruned", "smaller", "collapsed"]
    assert example.errors["dense"] < 0.01  # the variance of the noise
    assert example.errors["pruned"] < 0.1
    assert example.errors["smaller"] > 10 * example.errors["dense"]
    assert all(type(error) is float for error in example.errors.values())


def test_the_errors_are_against_the_law_on_data_that_training_has_not_seen(example):
    rng = np.random.default_rng(0)
    law = rng.standard_normal((8, 1))
    _, x = rng.standard_normal((2, 256, 8))
    for name, error in example.errors.items():
        misses = getattr(example, name)(x) - x @ law
        assert error == pytest.approx(float((misses**2).mean()), rel=1e-9)


def test_the_rates(example):
    W = example.dense.layers[0].W.value
    assert example.rate == (abs(W) < 0.01).sum() / 80
    assert example.rate < 0.1  # "prunes next to nothing"
    wide = regression_example(np.random.default_rng(0), theta=0.25, epochs=5)
    W = wide.dense.layers[0].W.value
    below = int((abs(W) < 0.25).sum())
    assert wide.rate == below / 80 and below > 20
    assert wide.rate_as_printed == pytest.approx(below / abs(W).sum(), rel=1e-12)
    assert wide.rate_as_printed == pytest.approx(wide.rate / abs(W).mean(), rel=1e-12)
    for new, old in zip(wide.pruned.weights.values(), wide.dense.weights.values(), strict=True):
        np.testing.assert_array_equal(new.mask, abs(old.value) > 0.25)
        np.testing.assert_array_equal(new.value, old.value * new.mask)
        assert old.mask is None


def test_the_fraction_of_neurons_and_the_size_of_the_data_can_be_chosen():
    example = regression_example(np.random.default_rng(0), sparsity=0.8, samples=40, epochs=1)
    assert sizes(example.smaller) == [16, 2, 2, 1]
    again = regression_example(np.random.default_rng(0), sparsity=0.8, samples=40, epochs=1)
    assert example.errors == again.errors


def test_a_linear_network_has_nothing_between_its_layers():
    network = linear_network([8, 10, 1], np.random.default_rng(0))
    assert [type(layer) for layer in network.layers] == [Dense, Dense]
    assert {p.value.dtype for p in network.parameters.values()} == {np.dtype("f")}
    x = np.random.default_rng(1).standard_normal((2, 8))
    assert network(x[:1] + x[1:]) + network(0 * x[:1]) == pytest.approx(
        network(x[:1]) + network(x[1:]), abs=1e-5
    )
