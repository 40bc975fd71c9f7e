"""What becomes of a network's layers: which stages, and the same numbers."""

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
from minprune.nn.layers import Dense, ReLU, Sigmoid, Tanh
from minprune.nn.network import Network
from minprune.nn.spatial import Conv2D, MaxPool2D
from minprune.sparse.stages import Affine, Curve, Pool, Product, stages_of

IMAGE = (9, 8, 2)


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
        (IMAGE, [conv(4), biggest(2, 2, 1), relu],
         [("0.K", False, 1), ("max", 2, 2), ReLU.curve]),
        (IMAGE, [conv(4), biggest(2, 2, "same")], [("0.K", False, 1), ("max", 2, 2)]),
        ((8, 10, 2), [conv(4), biggest(2, 2, "same"), relu], [("0.K", True, 2)]),
        (IMAGE, [conv(4, 3, 1, (0, 2)), biggest(2, 2, (0, 0))], [("0.K", False, 2)]),
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
    assert stages_of(network_of(IMAGE, conv(4, 2, 1, (0, 1))))[0][0].window.zeros == (0, 0, 1, 1)
    (pool,), *_ = stages_of(network_of(IMAGE, average(3, 2, "same")))
    assert (pool.image, pool.zeros, pool.shape) == ((9, 8), (1, 1, 0, 1), (5, 4, 2))


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
            assert stage.image == shape[:2]
            top, bottom, left, right = stage.zeros
            around = (0, 0), (top, bottom), (left, right), (0, 0)
            x = np.pad(x.reshape(len(x), *shape), around, constant_values=np.nan)
            windows = np.lib.stride_tricks.sliding_window_view(x, (stage.size,) * 2, axis=(1, 2))
            windows = windows[:, :: stage.stride, :: stage.stride]
            x = (np.nanmean if stage.average else np.nanmax)(windows, axis=(4, 5))
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
    ((m, a, b, shape),) = stages_of(Network([norm], (2,)))[0]
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
