"""Inputs at the edge: integers, other byte orders, empty kernels, statistics not finite."""

import numpy as np
import pytest

from minprune.formulas.costs import Conv, Full, Pool
from minprune.nn.batchnorm import BatchNorm
from minprune.nn.gradcheck import check_network
from minprune.nn.layers import Dense, Dropout, Flatten, Sigmoid
from minprune.nn.models import build
from minprune.nn.network import Network
from minprune.nn.optim import SGD
from minprune.nn.spatial import AveragePool2D, Conv2D, MaxPool2D
from minprune.nn.store import load, save
from minprune.nn.train import train_step


def test_convolution_and_max_pooling_take_integers():
    x = np.full((1, 3, 3, 1), 200, np.uint8)
    assert Conv2D(np.ones((2, 2, 1, 1)), [0.5]).forward(x).ravel().tolist() == [800.5] * 4
    assert MaxPool2D(3).forward(x).ravel().tolist() == [200]


def test_average_pooling_of_integers_is_an_average():
    x = np.arange(16).reshape(1, 4, 4, 1)
    assert AveragePool2D().forward(x).ravel().tolist() == [2.5, 4.5, 10.5, 12.5]


def test_dropout_of_integers_keeps_the_mean():
    y = Dropout(0.25, np.random.default_rng(0)).forward(np.full(1000, 3), training=True)
    assert set(y.tolist()) == {0, 4}


@pytest.mark.parametrize("dtype", [">f4", ">f8", np.float16, np.longdouble])
@pytest.mark.parametrize("layer", [Conv2D(np.ones((2, 2, 1, 1)), [0.0]), MaxPool2D()])
def test_a_foreign_dtype_works_or_is_refused_by_name(layer, dtype):
    try:
        y = layer.forward(np.full((1, 2, 2, 1), 2, dtype))
    except TypeError as error:
        assert "x must" in str(error)
    else:
        assert y.ravel().tolist() in ([2.0], [8.0])


@pytest.mark.parametrize("shape", [(0, 1, 1, 1), (1, 0, 1, 1), (1, 1, 0, 1), (1, 1, 1, 0)])
def test_an_empty_kernel_is_refused_when_it_is_given(shape):
    with pytest.raises(ValueError, match="K must be"):
        Conv2D(np.ones(shape), np.zeros(shape[3]))


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ([Pool(9)], r"9 x 9.*\(6, 6, 1\)"),
        ([Conv(2, 7, "valid")], r"7 x 7.*\(6, 6, 1\)"),
        ([Full(4), Conv(2)], r"\(H, W, .*4"),
        ([Pool(3), Pool(3)], r"3 x 3.*\(2, 2, 1\)"),
        ([], "at least one"),
    ],
)
def test_build_names_the_layer_and_the_shape_that_it_got(layers, message):
    with pytest.raises(ValueError, match=r"layers.*" + message):
        build(layers, (6, 6, 1), np.random.default_rng(0))


@pytest.mark.parametrize("shape", [(2.5, 2), (-2,), 5, (0, 4, 1)])
def test_an_input_shape_that_is_none_is_refused(shape):
    with pytest.raises((TypeError, ValueError), match="input_shape"):
        Network([Flatten()], shape)


def test_statistics_that_load_would_refuse_are_not_saved(tmp_path):
    network = Network([BatchNorm.identity(2)])
    network.layers[0].var[:] = np.inf  # after a batch that overflowed
    with pytest.raises(ValueError, match=r"0\.var must be finite"):
        save(network, tmp_path / "network.npz")


def test_dropouts_that_come_back_do_not_silence_in_step(tmp_path):
    rng = np.random.default_rng(0)
    save(Network([Dropout(0.5, rng), Dropout(0.5, rng)]), tmp_path / "network.npz")
    first, second = load(tmp_path / "network.npz").layers
    x = np.ones((10, 10))
    assert (first.forward(x, training=True) != second.forward(x, training=True)).any()


def test_a_sigmoid_passes_a_NaN_on_so_that_divergence_is_named():
    network = Network([Dense([[1.0]], [0.0]), Sigmoid(), Dense([[1.0, 1.0]], [0.0, 0.0])])
    network.layers[0].b.value[:] = np.nan  # what a step with too large an lr leaves behind
    with pytest.raises(FloatingPointError, match="training diverged"):
        train_step(network, SGD(network.parameters, lr=1.0), np.ones((2, 1)), np.array([0, 1]))


def test_a_check_changes_no_running_statistics():
    network = Network([BatchNorm.identity(2, np.float64)])
    check_network(network, np.random.default_rng(0).standard_normal((3, 2)), np.array([0, 1, 0]))
    assert network.layers[0].mean.tolist() == [0, 0] and network.layers[0].var.tolist() == [1, 1]


@pytest.mark.filterwarnings("ignore:invalid value")
def test_an_epsilon_too_small_for_float32_is_refused_or_harmless():
    layer = BatchNorm(np.ones(1, np.float32), [0.0], [0.0], [1.0], epsilon=1e-60)
    assert np.isfinite(layer.forward(np.ones((3, 1), np.float32), training=True)).all()
