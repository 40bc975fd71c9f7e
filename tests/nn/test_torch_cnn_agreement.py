"""CNNs: the numbers that PyTorch computes, stored in vectors/torch_cnn.npz, to 1e-10."""

import json
from pathlib import Path

import numpy as np
import pytest

from minprune.nn.batchnorm import BatchNorm
from minprune.nn.fused import Convolution, fused
from minprune.nn.layers import Dense, Flatten, ReLU, Sigmoid, Tanh
from minprune.nn.losses import softmax_cross_entropy
from minprune.nn.network import Network
from minprune.nn.spatial import AveragePool2D, Conv2D, MaxPool2D

ARCHIVE = np.load(Path(__file__).parents[1] / "vectors" / "torch_cnn.npz", allow_pickle=False)
KINDS = {
    kind.__name__: kind
    for kind in (AveragePool2D, BatchNorm, Conv2D, Dense, Flatten, MaxPool2D, ReLU, Sigmoid, Tanh)
}
NETS = range(6)


def close(got, key):
    assert got.shape == ARCHIVE[key].shape
    np.testing.assert_allclose(got, ARCHIVE[key], rtol=1e-10, atol=1e-12, err_msg=key)


def stored_network(k):
    """Net k of the archive."""
    layers = []
    for l, (name, *options) in enumerate(json.loads(str(ARCHIVE[f"net{k}/layers"]))):
        kind = KINDS[name]
        own = {Conv2D: "Kb", Dense: "Wb", BatchNorm: ("gamma", "beta", "mean", "var")}.get(kind, ())
        if kind in (Conv2D, Dense):  # before their options stand the sizes
            options = options[3:]
        layers.append(kind(*(ARCHIVE[f"net{k}/{l}.{p}"] for p in own), *options))
    return Network(layers, ARCHIVE[f"net{k}/x"].shape[1:])


@pytest.mark.parametrize("k", NETS)
def test_forward_loss_and_every_gradient(k):
    network = stored_network(k)
    logits = network.forward(ARCHIVE[f"net{k}/x"], training=True)
    close(logits, f"net{k}/logits")
    loss, dz = softmax_cross_entropy(logits, ARCHIVE[f"net{k}/y"])
    close(np.array(loss), f"net{k}/loss")
    close(network.backward(dz), f"net{k}/dx")
    for name, parameter in network.parameters.items():
        close(parameter.grad, f"net{k}/d{name}")


@pytest.mark.parametrize("k", NETS)
def test_every_gradient_where_that_of_the_images_is_not_asked_for(k):
    network = stored_network(k)
    _, dz = softmax_cross_entropy(
        network.forward(ARCHIVE[f"net{k}/x"], training=True), ARCHIVE[f"net{k}/y"]
    )
    assert network.backward(dz, input_gradient=False) is None
    for name, parameter in network.parameters.items():
        close(parameter.grad, f"net{k}/d{name}")


def test_convolutions_are_run_with_what_stands_behind_them():
    runs = [[s for s in fused(stored_network(k).layers) if type(s) is Convolution] for k in NETS]
    layers = [[1 + (s.relu is not None) + (s.pool is not None) for s in run] for run in runs]
    assert layers == [[3], [1, 1], [1, 2], [2, 1], [1, 3], [2]]


@pytest.mark.parametrize("k", NETS)
def test_running_statistics_and_inference(k):
    network = stored_network(k)
    network.forward(ARCHIVE[f"net{k}/x"], training=True)
    for l, layer in enumerate(network.layers):
        if isinstance(layer, BatchNorm):
            close(layer.mean, f"net{k}/{l}.mean_after")
            close(layer.var, f"net{k}/{l}.var_after")
    close(network(ARCHIVE[f"net{k}/x"]), f"net{k}/inference")


def test_the_archive_holds_every_kind_of_layer_and_no_net_is_left_out():
    assert {key.split("/")[0] for key in ARCHIVE.files} == {"meta", *(f"net{k}" for k in NETS)}
    kinds = {name for k in NETS for name, *_ in json.loads(str(ARCHIVE[f"net{k}/layers"]))}
    assert kinds == set(KINDS)
