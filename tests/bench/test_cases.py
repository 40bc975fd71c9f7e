"""The networks of the benchmark: as sparse as they say, with outputs that plain loops confirm."""

import math

import numpy as np
import pytest

from minprune.bench.cases import (
    Case,
    make_case,
    pruned_network,
    reference,
    trained_case,
    widths_of,
)
from minprune.formulas.convolution import conv2d, max_pool2d
from minprune.nn.layers import Sigmoid
from minprune.nn.network import Network, mlp
from minprune.nn.spatial import Conv2D, MaxPool2D
from minprune.nn.store import save

NAMES = ["20-16-4", "30-10", "cnn", "lenet5", "plain"]


def close(found, expected, tolerance=1e-12):
    np.testing.assert_allclose(found, expected, rtol=0, atol=tolerance * np.abs(expected).max())


@pytest.mark.parametrize("sparsity", [0.0, 0.5, 0.9, 0.98])
@pytest.mark.parametrize("name", ["784-64-10", "cnn", "lenet5"])
def test_every_weight_array_is_exactly_as_sparse_as_asked(name, sparsity):
    network = pruned_network(name, sparsity, seed=3)
    for weight in network.weights.values():
        zeros = int((weight.value == 0).sum())
        assert zeros == round(sparsity * weight.value.size)
    for key, parameter in network.parameters.items():
        assert key in network.weights or parameter.value.all()  # no bias is 0
        assert parameter.value.dtype == np.float32


def test_weights_are_he_normal_and_biases_small():
    network = pruned_network("784-1024-10", 0.0, seed=0)
    W = network.layers[0].W.value
    assert W.std() == pytest.approx(math.sqrt(2 / 784), rel=0.01)
    W = pruned_network("784-1024-10", 0.9, seed=0).layers[0].W.value
    assert W.std() == pytest.approx(math.sqrt(2 / 784), rel=0.02)  # zeros counted
    assert network.layers[0].b.value.std() == pytest.approx(0.1, rel=0.1)


def test_sparsities_of_one_seed_share_weights_and_inputs():
    sparse, dense = (make_case("cnn", s, 2, seed=5) for s in (0.9, 0.0))
    other = make_case("cnn", 0.9, 2, seed=6)
    for a, b, c in zip(
        *(k.network.parameters.values() for k in (sparse, dense, other)), strict=True
    ):
        kept, factor = a.value != 0, np.sqrt(10) if a.value.ndim > 1 else 1
        np.testing.assert_allclose(a.value[kept], factor * b.value[kept], rtol=1e-6)
        assert (a.value != c.value).any()
    assert (sparse.x == dense.x).all() and (sparse.x != other.x).any()
    again = make_case("cnn", 0.9, 2, seed=5)
    assert (again.y == sparse.y).all()


def test_inputs_are_dense_and_standard_normal():
    case = make_case("20-10", 0.5, 4000, seed=0)
    assert case.x.shape == (4000, 20) and case.x.dtype == np.float32
    assert case.x.all() and abs(case.x.mean()) < 0.02 and case.x.std() == pytest.approx(1, abs=0.02)
    assert make_case("lenet5", 0.5, 3, seed=0).x.shape == (3, 28, 28, 1)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("batch", [1, 5, 130])
def test_the_reference_is_what_the_network_gives(name, batch):
    case = make_case(name, 0.8, batch, seed=1)
    assert case.y.dtype == np.float64 and case.y.shape[0] == batch
    close(case.y, case.network(case.x), tolerance=1e-5)


def test_the_reference_of_images_is_that_of_the_formulas():
    case = make_case("lenet5", 0.5, 2, seed=1)
    conv, _, pool, *_ = case.network.layers
    first = Network(case.network.layers[:3], (28, 28, 1))
    padded = np.pad(case.x.astype(float), ((0, 0), (2, 2), (2, 2), (0, 0)))
    h = conv2d(padded, conv.K.value.astype(float), conv.b.value.astype(float))
    close(reference(first, case.x), max_pool2d(np.maximum(h, 0), pool.size))


def test_the_reference_drops_what_pooling_drops():
    case = make_case("cnn", 0.0, 1, seed=0)
    x = np.random.default_rng(0).normal(size=(2, 9, 7, 1))  # 7 x 5 after the convolution
    part = Network(case.network.layers[:3], (9, 7, 1))
    close(reference(part, x), part(x), 1e-6)


@pytest.mark.parametrize(
    "layer",
    [MaxPool2D(3, 2, 1), MaxPool2D(2, 1, "same"), MaxPool2D(3, 3, (0, 1)),
     Conv2D(np.ones((3, 2, 1, 2)), [0.5, -1.0], 2, (1, 0))],
    ids=repr,
)  # fmt: skip
def test_the_reference_of_strides_and_padding(layer):
    x = np.random.default_rng(0).normal(size=(2, 6, 7, 1)) - 9
    close(reference(Network([layer], (6, 7, 1)), x), layer.forward(x), 1e-6)


def test_a_layer_that_nobody_taught_it_is_refused():
    with pytest.raises(TypeError, match="Sigmoid"):
        reference(Network([Sigmoid()]), np.ones((1, 2)))


def test_flops_and_bytes_are_counted_one_by_one():
    case = make_case("12-6-3", 0.75, 8, seed=0)
    kept = 72 // 4 + round(18 * 0.25)
    assert case.nonzeros == kept
    assert case.flops(8) == 2 * 8 * kept and case.flops(1) == 2 * kept
    stored = 8 * kept + 4 * (7 + 4) + 4 * (6 + 3)  # values, indices; offsets; biases
    assert case.bytes(8) == stored + 4 * 8 * (12 + 3)


def test_a_weight_of_a_convolution_works_at_every_position():
    case = make_case("cnn", 0.5, 2, seed=0)
    kernel, hidden, last = (int((w.value != 0).sum()) for w in case.network.weights.values())
    assert case.flops(3) == 2 * 3 * (26 * 26 * kernel + hidden + last)
    assert case.nonzeros == kernel + hidden + last


def test_what_would_leave_a_layer_nothing_is_refused_by_name():
    with pytest.raises(ValueError, match=r"sparsity 0.98 of 8-2-2: .*0\.W"):
        pruned_network("8-2-2", 0.98, seed=0)


@pytest.mark.parametrize("name", ["", "784", "784-", "784-0-10", "784-x-10", "CNN", "784_64_10"])
def test_names_that_mean_no_network_are_refused(name):
    with pytest.raises(ValueError, match="'plain', 'vgg16/4' or widths") as error:
        widths_of(name)
    assert repr(name) in str(error.value)


def test_a_case_is_what_it_was_made_of():
    network = mlp([2, 2], np.random.default_rng(0))
    case = Case("2-2", 0.0, network, np.ones((1, 2), np.float32), np.ones((1, 2)))
    assert case.nonzeros == 4


def test_deep_networks_have_the_widths_that_they_are_called_by():
    plain, vgg = (pruned_network(name, 0.9, 0) for name in ("plain", "vgg16/4"))
    filters = [layer.K.value.shape[3] for layer in plain.layers if isinstance(layer, Conv2D)]
    assert filters == [32, 32, 64, 64, 128, 128] and plain.input_shape == (32, 32, 3)
    filters = [layer.K.value.shape[3] for layer in vgg.layers if isinstance(layer, Conv2D)]
    assert filters == [16] * 2 + [32] * 2 + [64] * 3 + [128] * 6 and vgg.input_shape == (32, 32, 3)
    assert sum(isinstance(layer, MaxPool2D) for layer in plain.layers) == 3


def test_the_inputs_still_matter_behind_many_pruned_layers():
    y = make_case("plain", 0.98, 16, seed=0).y
    assert y.std(axis=0).mean() > 0.05 * np.abs(y).max()


def test_of_many_images_few_differ_but_not_in_a_row():
    case = make_case("lenet5", 0.5, 200, seed=0)
    images = case.x.reshape(200, -1)
    assert (
        len(np.unique(images, axis=0)) <= 64 and (images[:64] != images[64:128]).any(axis=1).any()
    )
    close(case.y, case.network(case.x), tolerance=1e-5)


def test_a_trained_network_is_as_sparse_as_it_is(tmp_path):
    network = mlp([5, 4, 3], np.random.default_rng(0))
    weights = list(network.weights.values())
    weights[0].value[:, 0] = 0
    save(network, tmp_path / "mine.npz")
    case = trained_case(tmp_path / "mine.npz", 7, seed=0)
    assert (case.name, case.sparsity) == ("mine", pytest.approx(5 / 32))
    assert case.x.shape == (7, 5) and case.y.shape == (7, 3)
