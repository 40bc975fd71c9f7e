"""Networks known by name: sizes, shapes, training under masks, and the way to disk and back."""

import json

import numba
import numpy as np
import pytest

from minprune.formulas.costs import (
    DOCUMENT_CNN,
    LENET5,
    Conv,
    Full,
    Pool,
    network_costs,
    vgg16_layers,
)
from minprune.nn.batchnorm import BatchNorm
from minprune.nn.initializers import glorot_uniform, he_normal
from minprune.nn.layers import Dense, Dropout, Flatten, ReLU, Sigmoid, Tanh
from minprune.nn.models import build, cnn, lenet5, lenet_300_100, vgg16
from minprune.nn.network import EmptyLayerError, Network
from minprune.nn.optim import Adam
from minprune.nn.predict import evaluate
from minprune.nn.spatial import AveragePool2D, Conv2D, MaxPool2D
from minprune.nn.store import load, save
from minprune.nn.train import fit
from minprune.pruning.one_shot import prune_by_magnitude


def rng(seed=0):
    return np.random.default_rng(seed)


def size(network):
    return sum(p.value.size for p in network.parameters.values())


def macs(network):
    """Multiply-accumulates of one sample, counted from the arrays and the shapes."""
    total = 0
    for layer, shape in zip(network.layers, network.check()[1:], strict=True):
        if isinstance(layer, Dense | Conv2D):
            weight = next(iter(layer.parameters.values())).value
            total += weight.size * int(np.prod(shape[:-1], dtype=int))
    return total


def kinds(network):
    return " ".join(type(layer).__name__ for layer in network.layers)


# --- sizes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "parameters", "multiplications"),
    [
        (cnn, 347_146, 541_440),
        (lenet5, 61_706, 416_520),
        (lenet_300_100, 266_610, 266_200),
    ],
)
def test_parameters_and_MACs(make, parameters, multiplications):
    network = make(rng())
    assert size(network) == parameters
    assert macs(network) == multiplications


@pytest.mark.parametrize(
    ("layers", "image", "parameters", "multiplications"),
    [
        (DOCUMENT_CNN, (28, 28, 1), 347_146, 541_440),
        (LENET5, (28, 28, 1), 61_706, 416_520),
        ([Full(300), Full(100), Full(10)], (28, 28, 1), 266_610, 266_200),
        (vgg16_layers(), (224, 224, 3), 138_357_544, 15_470_264_320),
    ],
)
def test_the_descriptions_cost_what_the_papers_say(layers, image, parameters, multiplications):
    costs = network_costs(layers, image)
    assert sum(cost.parameters for cost in costs) == parameters
    assert sum(cost.macs for cost in costs) == multiplications


@pytest.fixture(scope="module")
def small_vgg16():
    return vgg16(rng(), image=(32, 32, 3), width=0.125, classes=10)


def test_a_small_vgg16_has_what_network_costs_gives(small_vgg16):
    costs = network_costs(vgg16_layers(0.125, 10), (32, 32, 3))
    assert size(small_vgg16) == sum(cost.parameters for cost in costs)
    assert macs(small_vgg16) == sum(cost.macs for cost in costs)
    convolution, pool = "Conv2D ReLU ", "MaxPool2D "
    groups = "".join(convolution * depth + pool for depth in (2, 2, 3, 3, 3))
    assert kinds(small_vgg16) == groups + "Flatten Dense ReLU Dense ReLU Dense"
    shapes = [w.value.shape for w in small_vgg16.weights.values()]
    assert shapes[:2] + shapes[-4:] == [
        (3, 3, 3, 8), (3, 3, 8, 8), (3, 3, 64, 64), (64, 4096), (4096, 4096), (4096, 10)
    ]  # fmt: skip
    assert small_vgg16(np.zeros((1, 32, 32, 3), np.float32)).shape == (1, 10)


def test_weights_of_vgg16_are_He_normal(small_vgg16):
    K = small_vgg16.layers[-9].K.value  # (3, 3, 64, 64)
    assert K.std() == pytest.approx(np.sqrt(2 / (9 * 64)), rel=0.02)
    W = small_vgg16.layers[-3].W.value
    assert W.std() == pytest.approx(np.sqrt(2 / 4096), rel=0.01) and abs(W).max() > 4 * W.std()


@pytest.mark.parametrize("image", [(8, 9, 2), (5, 5, 1)])
@pytest.mark.parametrize(
    "layers",
    [
        [Conv(4), Pool(), Full(2)],
        [Conv(3, 2, "valid"), Conv(2, 4), Pool(3), Full(5), Full(2)],
        [Pool(2), Conv(2, 1, "valid")],
        [Full(7), Full(3)],
        [Conv(3), Pool(2)],
        [Conv(3), Pool(3, "same"), Full(2)],
    ],
)
def test_what_is_built_is_what_is_counted(layers, image):
    network, costs = build(layers, image, rng()), network_costs(layers, image)
    assert size(network) == sum(cost.parameters for cost in costs)
    assert macs(network) == sum(cost.macs for cost in costs)
    shapes = network.check()
    assert network.input_shape == shapes[0] == image and shapes[-1] == costs[-1].output
    x = rng(1).standard_normal((3, *image)).astype(np.float32)
    for layer, shape in zip(network.layers, shapes[1:], strict=True):
        x = layer.forward(x)
        assert x.shape == (3, *shape) and x.dtype == np.float32


def test_a_relu_stands_behind_every_layer_but_the_last():
    assert kinds(cnn(rng())) == "Conv2D ReLU MaxPool2D Flatten Dense ReLU Dense"
    assert kinds(lenet5(rng())) == (
        "Conv2D ReLU MaxPool2D Conv2D ReLU MaxPool2D Flatten Dense ReLU Dense ReLU Dense"
    )
    assert kinds(lenet_300_100(rng())) == "Dense ReLU Dense ReLU Dense"
    assert kinds(build([Conv(1), Conv(1)], (3, 3, 1), rng())) == "Conv2D ReLU Conv2D"
    assert kinds(build([Conv(1), Pool()], (3, 3, 1), rng())) == "Conv2D ReLU MaxPool2D"


def test_the_shapes_of_lenet5():
    shapes = [w.value.shape for w in lenet5(rng()).weights.values()]
    assert shapes == [(5, 5, 1, 6), (5, 5, 6, 16), (400, 120), (120, 84), (84, 10)]
    assert lenet5(rng()).layers[0].padding == "same" and lenet5(rng()).layers[3].padding == "valid"


# --- first values ---------------------------------------------------------------------------------


def test_Glorot_limits_of_the_cnn():
    weights = cnn(rng(), dtype=np.float64).weights
    limits = {"0.K": 0.1421, "4.W": 0.0331, "6.W": 0.2847}  # sqrt(6 / (fan in + fan out))
    fans = {"0.K": (9, 9 * 32), "4.W": (5408, 64), "6.W": (64, 10)}
    assert list(weights) == list(limits)
    for name, weight in weights.items():
        limit = np.sqrt(6 / sum(fans[name]))
        assert round(limit, 4) == limits[name]
        assert 0.98 * limit < abs(weight.value).max() <= limit
        assert weight.value.std() == pytest.approx(limit / np.sqrt(3), rel=0.05)


@pytest.mark.parametrize("initialize", [glorot_uniform, he_normal])
def test_initializers_draw_kernels_of_any_shape(initialize):
    matrix = initialize(12, 20, rng(), np.float64)
    kernel = initialize(12, 20, rng(), np.float64, shape=(2, 2, 3, 20))
    assert matrix.shape == (12, 20) and kernel.shape == (2, 2, 3, 20)
    np.testing.assert_array_equal(kernel.ravel(), matrix.ravel())  # as many, so the same draws


@pytest.mark.parametrize("make", [cnn, lenet5, lenet_300_100])
def test_the_generator_decides_and_options_arrive(make):
    first, again, other = make(rng(5)), make(rng(5)), make(rng(6))
    for name, parameter in first.parameters.items():
        np.testing.assert_array_equal(parameter.value, again.parameters[name].value)
        assert parameter.value.dtype == np.float32
        assert parameter.value.ndim > 1 or not parameter.value.any()
        assert parameter.value.ndim == 1 or (other.parameters[name].value != parameter.value).any()
    he = make(rng(5), classes=3, initialize=he_normal, dtype=np.float64)
    last = list(he.weights.values())[-1].value
    assert last.shape[1] == 3
    assert {p.value.dtype for p in he.parameters.values()} == {np.dtype(np.float64)}
    assert last.std() == pytest.approx(np.sqrt(2 / len(last)), rel=0.15)
    assert abs(last).max() > np.sqrt(6 / sum(last.shape))  # beyond the limit of Glorot


def test_other_images_may_be_given():
    assert cnn(rng(), image=(10, 12, 3)).check()[-1] == (10,)
    assert cnn(rng(), image=(10, 12, 3)).layers[4].n_in == 4 * 5 * 32
    assert lenet5(rng(), image=(32, 32, 3)).layers[7].n_in == 6 * 6 * 16
    assert lenet_300_100(rng(), inputs=12).check() == [(12,), *[(300,)] * 2, *[(100,)] * 2, (10,)]


# --- shapes ---------------------------------------------------------------------------------------


def conv(c_in, c_out=2, k=3, **options):
    return Conv2D(np.ones((k, k, c_in, c_out)), np.zeros(c_out), **options)


def dense(n_in, n_out=2):
    return Dense(np.ones((n_in, n_out)), np.zeros(n_out))


@pytest.mark.parametrize(
    ("layers", "image", "message"),
    [
        (
            [conv(3)],
            (8, 8, 1),
            r"layers\[0\] takes images \(H, W, 3\), but the input is \(8, 8, 1\)",
        ),
        ([conv(1)], (64,), r"layers\[0\] takes images \(H, W, 1\), but the input is 64"),
        ([conv(1), ReLU(), conv(1)], (8, 8, 1), r"layers\[2\] .*\(H, W, 1\), .* \(6, 6, 2\)"),
        ([conv(1, 2, 5)], (4, 8, 1), r"at least 5 x 5 pixels.*the input is \(4, 8, 1\)"),
        ([conv(1), MaxPool2D(7)], (8, 9, 1), r"layers\[1\] .* 7 x 7 pixels, .* gives \(6, 7, 2\)"),
        ([conv(1), AveragePool2D(7)], (9, 8, 1), r"layers\[1\] .* 7 x 7 pixels, .* \(7, 6, 2\)"),
        ([Flatten(), MaxPool2D()], (4, 4, 1), r"layers\[1\] takes images .* gives 16"),
        ([conv(1), dense(72)], (8, 8, 1), r"layers\[1\] takes 72 inputs, .* gives \(6, 6, 2\)"),
        ([conv(1), dense(2)], (8, 8, 1), r"layers\[1\] takes 2 inputs, .* gives \(6, 6, 2\)"),
        ([conv(1), Flatten(), dense(70)], (8, 8, 1), r"layers\[2\] takes 70 .* gives 72"),
        ([conv(1), BatchNorm.identity(3)], (8, 8, 1), r"takes 3 channels, .* \(6, 6, 2\)"),
        ([dense(3), Tanh(), dense(3)], None, r"layers\[2\] takes 3 inputs, .* gives 2"),
        ([dense(3)], (4,), r"layers\[0\] takes 3 inputs, but the input is 4"),
    ],
)
def test_shapes_that_do_not_fit_are_refused_with_both(layers, image, message):
    with pytest.raises(ValueError, match=message):
        Network(layers, image)


def test_a_network_knows_the_shapes_or_says_that_it_does_not():
    layers = [conv(1), Sigmoid(), MaxPool2D(), Dropout(0.5, rng()), Flatten(), dense(18, 4)]
    assert Network(layers).check() is None and Network(layers).input_shape is None
    network = Network(layers, [8, 8, 1])
    assert network.input_shape == (8, 8, 1)
    assert network.check() == [(8, 8, 1), *[(6, 6, 2)] * 2, *[(3, 3, 2)] * 2, (18,), (4,)]
    assert Network([dense(3), ReLU()]).input_shape == (3,)
    assert Network([]).check() is None
    network.layers[2] = MaxPool2D(3)
    with pytest.raises(ValueError, match=r"layers\[5\] takes 18 inputs, but layers\[4\] gives 8"):
        network.check()


def test_an_unknown_kind_of_layer_is_refused():
    with pytest.raises(TypeError, match="layers must be Conv, Pool or Full, got 'Conv'"):
        build(["Conv"], (8, 8, 1), rng())


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: cnn("0"), TypeError, "rng must be"),
        (lambda: cnn(rng(), image=(0, 8, 1)), ValueError, "image must be >= 1"),
        (lambda: cnn(rng(), image=(8.0, 8, 1)), TypeError, "image must be a whole number"),
        (lambda: vgg16(rng(), width=0), ValueError, "width must be"),
        (lambda: vgg16(rng(), classes=0), ValueError, "classes must be"),
    ],
)
def test_models_refuse(call, error, message):
    with pytest.raises(error, match=message):
        call()


# --- training under masks -------------------------------------------------------------------------


def stripes(n, seed):
    """Images 12x12 of noise, with a bright stripe: its class is where, and which way, it runs."""
    generator = rng(seed)
    labels = generator.integers(0, 4, n)
    x = 0.3 * generator.standard_normal((n, 12, 12, 1))
    for image, label in zip(x, labels, strict=True):
        place = generator.integers(1, 5) + 6 * (label % 2)
        (image if label < 2 else image.swapaxes(0, 1))[place] += 1
    return x.astype(np.float32), labels


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="a training takes long in plain Python")
def test_the_cnn_learns_and_its_masks_hold():
    x, y = stripes(400, 0)
    network = cnn(rng(1), image=(12, 12, 1), classes=4)
    optimizer = Adam(network.parameters, lr=2e-3)
    fit(network, x, y, optimizer=optimizer, epochs=3, rng=rng(2))
    assert evaluate(network, *stripes(200, 3)).accuracy > 0.9
    masks = prune_by_magnitude(network, 0.8)
    before = [w.value.copy() for w in network.weights.values()]
    fit(network, x, y, optimizer=optimizer, epochs=2, rng=rng(4))
    assert evaluate(network, *stripes(200, 3)).accuracy > 0.9
    for weight, mask, old in zip(network.weights.values(), masks, before, strict=True):
        assert (weight.value[~mask] == 0).all() and (weight.value[mask] != old[mask]).any()
        np.testing.assert_array_equal(weight.mask, mask)
        assert weight.grad[~mask].any()


@pytest.mark.parametrize("sparsity", [0.0, 0.333, 0.5, 0.9])
def test_pruning_a_cnn_by_magnitude_counts_exactly(sparsity):
    network = lenet5(rng())
    total = sum(w.value.size for w in network.weights.values())
    assert list(network.weights) == ["0.K", "3.K", "7.W", "9.W", "11.W"] and total == 61_470
    values = np.concatenate([abs(w.value).ravel() for w in network.weights.values()])
    masks = prune_by_magnitude(network, sparsity)
    pruned = round(sparsity * total)
    assert sum(int((~mask).sum()) for mask in masks) == pruned
    assert network.sparsity == network.masked_sparsity == pytest.approx(pruned / total)
    kept = np.concatenate([abs(w.value[w.mask]) for w in network.weights.values()])
    assert kept.size == total - pruned
    np.testing.assert_array_equal(np.sort(kept), np.sort(values)[pruned:])


def test_scope_layer_brings_every_kernel_to_the_same_sparsity():
    network = lenet5(rng())
    for mask in prune_by_magnitude(network, 0.6, scope="layer"):
        assert np.count_nonzero(~mask) == round(0.6 * mask.size)


def test_biases_and_batch_norms_are_no_weights():
    network = Network([conv(1), BatchNorm.identity(2), Flatten(), dense(72)], (8, 8, 1))
    assert list(network.weights) == ["0.K", "3.W"]
    assert list(network.parameters) == ["0.K", "0.b", "1.gamma", "1.beta", "3.W", "3.b"]
    with pytest.raises(EmptyLayerError, match=r"every weight of 0\.K"):
        network.prune([np.zeros((3, 3, 1, 2), bool), np.ones((72, 2), bool)])
    with pytest.raises(ValueError, match=r"masks for 0\.K"):
        network.prune([np.ones((3, 3, 2), bool), np.ones((72, 2), bool)])
    assert all(p.mask is None for p in network.parameters.values())


def test_a_copy_is_independent():
    network = every_layer()
    twin = network.copy()
    x, y = rng(7).standard_normal((6, 9, 9, 2)).astype(np.float32), np.arange(6) % 3
    expected, running = network(x), network.layers[1].mean.copy()
    fit(twin, x, y, optimizer=Adam(twin.parameters, lr=0.1), epochs=2, rng=rng(), batch_size=3)
    np.testing.assert_array_equal(network(x), expected)
    np.testing.assert_array_equal(network.layers[1].mean, running)
    assert (twin.layers[1].mean != running).all() and twin.input_shape == network.input_shape


# --- to disk and back -----------------------------------------------------------------------------


def every_layer(dtype=np.float32):
    """A network of every kind of layer, each option away from what it is unless told otherwise."""
    generator = rng(8)
    layers = [
        Conv2D.random(3, 2, 4, generator, 1, 2, dtype=dtype),
        BatchNorm(np.ones(4, dtype), [0.5] * 4, [0.25, 0, 1, 2], [1, 2, 3, 4], 0.3, 0.01),
        ReLU(),
        MaxPool2D(3, 1, (0, 1)),
        Conv2D.random(2, 4, 3, generator, 2, (0, 3), dtype=dtype),
        Tanh(),
        AveragePool2D(2, 3, "same"),
        Dropout(0.25, generator),
        Flatten(),
        Dense.random(18, 5, generator, dtype=dtype),
        Sigmoid(),
        Dense.random(5, 3, generator, dtype=dtype),
    ]
    return Network(layers, (9, 9, 2))


def described(network):
    """All that makes a network, to be compared."""
    layers = []
    for layer in network.layers:
        kept = {k: v for k, v in vars(layer).items() if k != "_last"}
        options = {k: v for k, v in kept.items() if isinstance(v, int | float | str | tuple)}
        running = [a.tobytes() for k in ("mean", "var") if (a := vars(layer).get(k)) is not None]
        layers.append((type(layer), options, running))
    parameters = {
        name: (p.value.dtype, p.value.shape, p.value.tobytes(), p.mask is None or p.mask.tolist())
        for name, p in network.parameters.items()
    }
    return network.input_shape, layers, parameters


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_layer_comes_back_with_options_masks_and_statistics(dtype, masked, tmp_path):
    network = every_layer(dtype)
    x = rng(9).standard_normal((5, 9, 9, 2)).astype(dtype)
    network.forward(x, training=True)  # moves the running statistics
    if masked:
        prune_by_magnitude(network, 0.5)
    save(network, tmp_path / "network.npz")
    again = load(tmp_path / "network.npz")
    assert described(again) == described(network)
    assert [type(side) for side in again.input_shape] == [int] * 3
    np.testing.assert_array_equal(again(x), network(x))
    y = again.forward(x, training=True)
    assert y.dtype == dtype
    again.backward(y)
    assert isinstance(again.layers[7].rng, np.random.Generator)


def test_poolings_of_files_without_padding_have_none(tmp_path):
    layers = [MaxPool2D(3, 1), AveragePool2D(2, 3), Flatten()]
    network, path = Network(layers, (9, 9, 2)), tmp_path / "network.npz"
    save(network, path)
    for l in (0, 1):
        layers_with(l, padding=None)(path)
    with np.load(path) as archive:
        assert "padding" not in str(archive["layers"])
    assert described(load(path)) == described(network)


@pytest.mark.parametrize("make", [cnn, lenet5, lenet_300_100])
def test_models_come_back(make, tmp_path):
    network = make(rng())
    prune_by_magnitude(network, 0.8)
    save(network, tmp_path / "network.npz")
    assert described(load(tmp_path / "network.npz")) == described(network)


def test_a_network_that_does_not_know_its_input_comes_back_so(tmp_path):
    save(Network([conv(1), Flatten()]), tmp_path / "network.npz")
    assert load(tmp_path / "network.npz").input_shape is None


def changed(path, **changes):
    with np.load(path) as archive:
        arrays = dict(archive) | changes
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})


def layers_with(l, **options):
    """What stands in the file about the layers, with other options for number l."""

    def change(path):
        with np.load(path) as archive:
            entries = json.loads(str(archive["layers"]))
        entries[l][1] = {k: v for k, v in (entries[l][1] | options).items() if v is not None}
        changed(path, layers=np.array(json.dumps(entries)))

    return change


OTHER_CONTENT = {  # what is changed, and what the error says
    "no 1.mean": lambda path: changed(path, **{"1.mean": None}),
    "var must be >= 0": lambda path: changed(path, **{"1.var": np.full(4, -1.0)}),
    "var must be finite": lambda path: changed(path, **{"1.var": np.full(4, np.nan)}),
    "layers.1. have shapes that do not fit": lambda path: changed(path, **{"1.mean": np.zeros(3)}),
    r"images \(H, W, 1\)": lambda path: changed(path, **{"0.K": np.ones((3, 3, 1, 4))}),
    "K must be": lambda path: changed(path, **{"0.K": np.ones((3, 3, 4))}),
    "also holds 2.mean": lambda path: changed(path, **{"2.mean": np.zeros(4)}),
    "also holds 12.K": lambda path: changed(path, **{"12.K": np.zeros(4)}),
    "also holds 1.mean.mask": lambda path: changed(path, **{"1.mean.mask": np.ones(4, bool)}),
    "arrays of layers.0": lambda path: changed(path, **{"0.b": np.zeros(4, np.float32)}),
    "the input is": lambda path: changed(path, input_shape=np.array([9, 9, 1])),
    "input_shape": lambda path: changed(path, input_shape=np.array(9)),
    "takes 18 inputs": lambda path: changed(path, input_shape=np.array([20, 20, 2])),
    "stride must be >= 1": layers_with(0, stride=0),
    "padding must be 'valid'": layers_with(0, padding="full"),
    "padding must be >= 0": layers_with(0, padding=-1),
    "padding must be a whole": layers_with(0, padding=[1, 0.5]),
    r"padding must be a number or a pair .*got \(1, 2, 3\)": layers_with(4, padding=[1, 2, 3]),
    r"at most half the size, here 1, .*got \(0, 2\)": layers_with(3, padding=[0, 2]),
    r"padding must be a whole number, got \{": layers_with(3, padding={"rows": 1}),
    "or 'same', got 'reflect'": layers_with(6, padding="reflect"),
    "argument 'dilation'": layers_with(0, dilation=2),
    "momentum must be": layers_with(1, momentum=2),
    "epsilon must be": layers_with(1, epsilon=0),
    "size must be >= 1": layers_with(3, size=0),
    "stride must be a whole": layers_with(3, stride=1.5),
    "rate must be": layers_with(7, rate=1),
    "argument: 'rate'": layers_with(7, rate=None),
    "takes no arguments": layers_with(2, rate=0.5),
    "argument 'W'": layers_with(9, W=[[1.0]]),
}


@pytest.mark.parametrize(("message", "change"), OTHER_CONTENT.items(), ids=OTHER_CONTENT)
def test_other_content_is_refused(message, change, tmp_path):
    path = tmp_path / "network.npz"
    save(every_layer(np.float64), path)
    changed(path)
    load(path)  # so far it is whole
    change(path)
    with pytest.raises(ValueError, match=rf"network\.npz: not a whole minprune .*{message}"):
        load(path)
