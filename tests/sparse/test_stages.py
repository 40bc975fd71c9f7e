"""What becomes of a network's layers: which stages, and the same numbers; what cannot overflow."""

import warnings

import numpy as np
import pytest
from stacks import (
    NAMES,
    average,
    biggest,
    bn,
    conv,
    dense,
    dropout,
    flatten,
    leaky,
    relu,
    sigmoid,
    stack,
    tanh,
)

from minprune.nn.batchnorm import BatchNorm
from minprune.nn.layers import Dense, Dropout, Flatten, LeakyReLU, ReLU, Sigmoid, Tanh
from minprune.nn.network import Network
from minprune.nn.spatial import AveragePool2D, Conv2D, MaxPool2D
from minprune.sparse.stages import (
    Affine,
    Curve,
    Pool,
    Product,
    largest_input,
    limits_of,
    stages_of,
)

IMAGE = (9, 8, 2)
MOST = float(np.finfo("f").max)


def network_of(shape, *parts, seed=0):
    rng, layers, at = np.random.default_rng(seed), [], shape
    for part in parts:
        layers.append(part(at, rng))
        at = layers[-1].output_shape(at)
    return Network(layers, shape)


def described(stage):
    if isinstance(stage, Product):
        return stage.name, stage.relu, stage.pool
    if isinstance(stage, Pool):
        return "average" if stage.average else "max", stage.size, stage.stride
    return stage.curve if isinstance(stage, Curve) else type(stage).__name__


# --- which ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "parts", "expected"),
    [
        ((6,), [dense(4)], [("0.W", False, 1)]),
        ((6,), [dense(4), relu, dropout, relu, dense(3)], [("0.W", True, 1), ("4.W", False, 1)]),
        ((6,), [dense(4), bn, relu], [("0.W", True, 1)]),
        ((6,), [dense(4), bn, bn, dropout, bn, relu], [("0.W", True, 1)]),
        ((6,), [dense(4), relu, bn], [("0.W", True, 1), "Affine"]),
        ((6,), [dense(4), tanh, bn], [("0.W", False, 1), Tanh.curve, "Affine"]),
        ((6,), [dense(4), sigmoid, relu], [("0.W", False, 1), Sigmoid.curve, ReLU.curve]),
        ((6,), [dense(4), leaky, relu], [("0.W", False, 1), ("bent", 0.25), ReLU.curve]),
        ((6,), [bn, relu, dense(4)], ["Affine", ReLU.curve, ("2.W", False, 1)]),
        (IMAGE, [flatten, dropout], []),
        (IMAGE, [flatten, dense(4)], [("1.W", False, 1)]),
        (IMAGE, [conv(4), bn, relu, biggest()], [("0.K", True, 2)]),
        (IMAGE, [conv(4), biggest(), relu, flatten], [("0.K", True, 2)]),
        (IMAGE, [conv(4), biggest(3), relu, dropout, relu], [("0.K", True, 3)]),
        (IMAGE, [conv(4), biggest(2, 1), relu], [("0.K", False, 1), ("max", 2, 1), ReLU.curve]),
        (IMAGE, [conv(4), biggest(1, 2)], [("0.K", False, 1), ("max", 1, 2)]),
        (IMAGE, [conv(4), average(), relu], [("0.K", False, 1), ("average", 2, 2), ReLU.curve]),
        (IMAGE, [conv(4), biggest(), biggest()], [("0.K", False, 2), ("max", 2, 2)]),
        (IMAGE, [conv(4), biggest(), bn], [("0.K", False, 2), "Affine"]),
        (IMAGE, [conv(4), tanh, biggest()], [("0.K", False, 1), Tanh.curve, ("max", 2, 2)]),
        (IMAGE, [biggest(), relu, bn, average(2, 1)],
         [("max", 2, 2), ReLU.curve, "Affine", ("average", 2, 1)]),
        (IMAGE, [conv(4), flatten, bn, relu], [("0.K", False, 1), "Affine", ReLU.curve]),
        ((3, 3, 2), [conv(4), flatten, bn, relu], [("0.K", True, 1)]),
        (IMAGE, [flatten, dense(4), relu, dense(3), bn], [("1.W", True, 1), ("3.W", False, 1)]),
        (IMAGE, [conv(4), relu, conv(3), flatten, dense(4)],
         [("0.K", True, 1), ("2.K", False, 1), ("4.W", False, 1)]),
    ],
)  # fmt: skip
def test_stages(shape, parts, expected):
    network = network_of(shape, *parts)
    stages, before, after = stages_of(network)
    assert [described(stage) for stage in stages] == expected
    assert (before, after) == (network.check()[0], network.check()[-1])


def test_stages_know_their_shape_as_it_lies_in_memory_and_the_zeros_they_want():
    stages, _, after = stages_of(
        network_of(IMAGE, conv(4, 3, 2, "same"), sigmoid, average(2, 1), bn, flatten, bn, tanh)
    )
    assert [s.shape for s in stages] == [(5, 4, 4)] * 2 + [(4, 3, 4)] * 4 and after == (48,)
    assert stages[0].window == (3, 3, 2, 2, (1, 1, 0, 1)) and stages[0].W.shape == (18, 4)
    assert stages_of(network_of(IMAGE, conv(4, 2, 1, 3)))[0][0].window.zeros == (3, 3, 3, 3)


def test_a_subclass_of_a_layer_is_refused():
    class Quiet(ReLU):
        pass

    with pytest.raises(TypeError, match=r"minprune's own layers, got .*Quiet"):
        stages_of(Network([Quiet()], (3,)))
    with pytest.raises(ValueError, match="network must know the shape of a sample"):
        stages_of(Network([ReLU()]))


# --- the same numbers ----------------------------------------------------------------------------


def run(stages, x, shape):
    """Stage by stage, in float64, as the docstrings of the stages say."""
    for stage in stages:
        if isinstance(stage, Product):
            if stage.window is None:
                x = x.reshape(len(x), -1) @ stage.W + stage.b
            else:
                x = convolved(stage, x.reshape(len(x), *shape))
            x = np.maximum(x, 0) if stage.relu else x
        elif isinstance(stage, Pool):
            pool = AveragePool2D if stage.average else MaxPool2D
            x = pool(stage.size, stage.stride).forward(x.reshape(len(x), *shape))
        elif isinstance(stage, Affine):
            flat = x.reshape(len(x), -1, len(stage.m))
            x = (stage.a * (flat - stage.m) + stage.b).reshape(len(x), *stage.shape)
        elif stage.curve[0] == "bent":
            x = np.where(x > 0, x, stage.curve[1] * x)
        else:
            _, a, b, c = stage.curve
            x = b * np.tanh(a * x) + c
        assert x.reshape(len(x), *stage.shape).size == x.size
        x, shape = x.reshape(len(x), *stage.shape), stage.shape
    return x


def convolved(stage, x):
    rows, columns, channels, stride, (top, bottom, left, right) = stage.window
    K = stage.W.reshape(rows, columns, channels, -1)
    padded = np.pad(x, ((0, 0), (top, bottom), (left, right), (0, 0)))
    y = Conv2D(K, stage.b, stride).forward(padded)
    return MaxPool2D(stage.pool).forward(y)


@pytest.mark.parametrize("name", NAMES)
def test_stages_compute_what_the_network_does(name):
    network, x = stack(name)
    stages, shape, after = stages_of(network)
    expected = network(x)
    y = run(stages, x, shape).reshape(len(x), *after)
    np.testing.assert_allclose(y, expected, 0, 1e-12 * np.abs(expected).max())


def test_nothing_of_the_network_is_changed():
    network, _ = stack("bn twice")
    before = {name: p.value.copy() for name, p in network.parameters.items()}
    stages_of(network)
    for name, p in network.parameters.items():
        np.testing.assert_array_equal(p.value, before[name])


def test_batch_normalization_by_hand():
    norm = BatchNorm([2.0, -4.0], [1.0, 0.5], [3.0, 1.0], [4.0, 16.0], epsilon=1e-300)
    layer = Dense([[1.0, 2.0], [0.0, 8.0]], [5.0, 0.0])
    ((_, W, b, *_),) = stages_of(Network([layer, norm]))[0]
    assert W.tolist() == [[1.0, -2.0], [0.0, -8.0]] and b.tolist() == [3.0, 1.5]
    ((m, a, b, shape, _),) = stages_of(Network([norm], (2,)))[0]
    assert (m.tolist(), a.tolist(), b.tolist()) == ([3, 1], [1, -1], [1, 0.5]) and shape == (2,)


@pytest.mark.parametrize(("weight", "bias", "gamma"), [(1e30, 0, 1e30), (1, 1e38, 10)])
def test_a_normalization_that_would_make_weights_infinite_stays_by_itself(weight, bias, gamma):
    norm = BatchNorm(np.full(2, gamma, "f"), np.ones(2), np.zeros(2), np.ones(2))
    network = Network([Dense(np.full((4, 2), weight, "f"), np.full(2, bias)), norm])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert [described(stage) for stage in stages_of(network)[0]] == [
            ("0.W", False, 1),
            "Affine",
        ]


# --- how large an input may be -------------------------------------------------------------------


def limit_of(*layers, shape=None, dtype="f"):
    return largest_input(stages_of(Network(layers, shape))[0], dtype)


def f(*numbers):
    return np.array(numbers, "f")


def test_largest_input_by_hand():
    quarter = MOST / 4
    W, b = f([2, -3], [-1, 4]), f(5, -6)
    one = (quarter - 6) / 7
    assert limit_of(Dense(W, b)) == pytest.approx(one)
    assert limit_of(ReLU(), Dropout(0.5, np.random.default_rng(0)), shape=(3,)) == quarter
    assert limit_of(LeakyReLU(0.5), shape=(3,)) == quarter
    assert limit_of(LeakyReLU(-8), shape=(3,)) == quarter / 8
    assert limit_of(Sigmoid(), shape=(3,)) == MOST  # what no sum follows may be as large as it can
    assert limit_of(shape=(3,)) == MOST
    # |y| <= 7 |x| + 6, then |z| <= 10 |y|
    assert limit_of(Dense(W, b), Dense(f([10], [0]), f(0))) == pytest.approx((quarter - 60) / 70)
    assert limit_of(Dense(W, b), Tanh(), Dense(f([10], [0]), f(0))) == pytest.approx(one)
    assert limit_of(Sigmoid(), Dense(W, b), shape=(2,)) == MOST
    assert limit_of(Sigmoid(), Dense(f([1e38]), f(0)), shape=(1,)) == -1  # which may be 1
    # the sum of 9 numbers, divided by 9 again
    assert limit_of(AveragePool2D(3), shape=(3, 3, 1)) == pytest.approx(quarter / 9)
    pooled = limit_of(AveragePool2D(3), Flatten(), Dense(f([10]), f(0)), shape=(3, 3, 1))
    assert pooled == pytest.approx(quarter / 10)
    assert limit_of(MaxPool2D(3), shape=(3, 3, 1)) == quarter
    assert limit_of(Dense(0 * W, b), Dense(W, b)) == MOST  # whatever comes in, nothing gets on
    double = limit_of(Dense(W.astype("d"), b), dtype="d")
    assert double == pytest.approx(np.finfo("d").max / 28)


def test_largest_input_counts_what_a_normalization_multiplies_before_it_divides():
    def norm(gamma, mean, deviation):
        return BatchNorm(f(gamma), f(0), f(mean), f(deviation**2), epsilon=1e-30)

    quarter = MOST / 4
    assert limit_of(norm(10, 0, 5), shape=(1,)) == pytest.approx(quarter / 10)
    assert limit_of(norm(1, 0, 5), shape=(1,)) == pytest.approx(quarter)  # x - m
    assert limit_of(norm(0.25, 0, 5), shape=(1,)) == pytest.approx(quarter)
    assert limit_of(norm(1, 0, 0.5), shape=(1,)) == pytest.approx(quarter / 2)
    mean = float(f(quarter / 2)[0])
    assert limit_of(norm(1, mean, 1), shape=(1,)) == pytest.approx(quarter / 2)
    assert limit_of(norm(1, mean, 5), shape=(1,)) == pytest.approx(quarter / 2)
    shifted = BatchNorm(f(1), f(-mean / 2), f(mean / 2), f(1), epsilon=1e-30)  # both count
    assert limit_of(shifted, shape=(1,)) == pytest.approx(quarter / 2)
    layer = Dense(f([100]), f(0))
    assert limit_of(layer, norm(1, mean, 1000)) == pytest.approx(quarter / 200)
    assert limit_of(layer, norm(1, 0, 1000)) == pytest.approx(quarter / 100)
    assert limit_of(layer, norm(1, 0, 10), norm(1, 0, 100)) == pytest.approx(quarter / 100)
    assert limit_of(layer, norm(10, 0, 1000)) == pytest.approx(quarter / 1000)
    # but what follows sees what is left: y <= 0.1 x
    then = Dense(f([5000]), f(0))
    assert limit_of(layer, norm(1, 0, 1000), then) == pytest.approx(quarter / 500)


def test_no_input_is_small_enough_if_biases_alone_overflow():
    assert limit_of(Dense(f([1]), f(1e38))) == -1
    assert limit_of(Dense(f([0]), f(1e38))) == -1
    assert limit_of(Dense(f([0]), f(1e30)), Dense(f([1e30]), f(0))) == -1
    assert limit_of(Dense(f([1]), f(1e38)), Tanh(), Dense(f([1]), f(0))) == -1
    deep = [Dense([[1e200]], [1.0]) for _ in range(4)]
    assert limit_of(*deep, dtype="d") == -1
    assert limit_of(*[Dense([[1e200]], [0.0]) for _ in range(4)], dtype="d") in (0, -1)


def test_no_input_is_small_enough_for_what_is_not_a_number():
    layer = BatchNorm(f(1), f(1), f(1), f(1))
    layer.mean[:] = np.nan
    assert limit_of(layer, Dense(f([1]), f(1)), shape=(1,)) == -1


def test_sums_that_overflow_themselves_are_no_reason_to_warn():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        large = float(f(2e38)[0])  # four of them are more than float32 can hold
        sums = limit_of(Dense(f(large, large, large, large).reshape(4, 1), f(0)))
        assert sums == pytest.approx(MOST / 4 / (4 * large))
        assert limit_of(Dense([[1e308], [1e308]], [0.0]), dtype="d") == -1
        assert limit_of(BatchNorm(f(10), f(0), f(1e38), f(1)), shape=(1,)) == -1


def test_limits_of_all_stages_together_and_of_the_one_that_bears_least():
    W, b = f([2, -3], [-1, 4]), f(5, -6)
    stages, *_ = stages_of(Network([Dense(W, b), Dense(f([10], [0]), f(0)), Dense(f([1]), f(0))]))
    quarter = MOST / 4
    together, each = limits_of(stages, "f")
    assert together == pytest.approx((quarter - 60) / 70) and each == pytest.approx(quarter / 10)
    assert limits_of(stages[:1], "f") == pytest.approx(((quarter - 6) / 7,) * 2)
    assert limits_of([], "f") == (MOST, MOST)


def everything(network, x):
    """All numbers that the layers compute on the way, as far as they lie in arrays."""
    with np.errstate(all="ignore"):
        for layer in network.layers:
            if isinstance(layer, BatchNorm):
                yield x - layer.mean
                yield layer.gamma.value * (x - layer.mean)
            x = layer.forward(x)
            yield x


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("lenet5", "cnn")])
def test_inputs_up_to_the_limit_overflow_nowhere_and_some_far_beyond_do(name):
    network, x = stack(name, "f", samples=40)
    stages, *_ = stages_of(network)
    limit = largest_input(stages, "f")
    assert 1e20 < limit <= MOST
    rng = np.random.default_rng(0)
    x = f(limit) * rng.choice(f(-1, -1, 1, 1, 0.5), x.shape)
    x[0], x[1] = limit, -limit
    assert all(np.isfinite(numbers).all() for numbers in everything(network, x))
    if any(isinstance(stage, Product | Affine) for stage in stages[:1]):
        with np.errstate(over="ignore"):
            x *= f(1e12)  # by chance no sum reaches its bound, but none is that far from it
        assert not all(np.isfinite(numbers).all() for numbers in everything(network, x))
