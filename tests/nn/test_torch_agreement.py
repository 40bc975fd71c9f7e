"""The numbers that PyTorch computes, stored in vectors/torch_mlp.npz, to 1e-10."""

from pathlib import Path

import numpy as np
import pytest

from minprune.formulas.activations import log_softmax, softmax
from minprune.nn.layers import Dense, ReLU
from minprune.nn.losses import softmax_cross_entropy
from minprune.nn.network import Network
from minprune.nn.optim import SGD, Adam
from minprune.nn.train import train_step

ARCHIVE = np.load(Path(__file__).parents[1] / "vectors" / "torch_mlp.npz", allow_pickle=False)
OPTIMIZERS = {  # the settings of vectors/make_torch_vectors.py
    "sgd": lambda p: SGD(p, lr=0.1),
    "sgd_momentum": lambda p: SGD(p, lr=0.1, momentum=0.9),
    "sgd_momentum_decay": lambda p: SGD(p, lr=0.1, momentum=0.9, weight_decay=0.01),
    "adam": lambda p: Adam(p, lr=1e-2),
    "adamw": lambda p: Adam(p, lr=1e-2, weight_decay=0.1),
}
STEPS = 6


def close(got, key):
    assert got.shape == ARCHIVE[key].shape
    np.testing.assert_allclose(got, ARCHIVE[key], rtol=1e-10, atol=1e-12, err_msg=key)


def stored_network(k):
    """Net k of the archive, with x and y."""
    depth = len(ARCHIVE[f"net{k}/widths"]) - 1
    dense = [Dense(ARCHIVE[f"net{k}/W{i}"], ARCHIVE[f"net{k}/b{i}"]) for i in range(depth)]
    network = Network([part for layer in dense for part in (layer, ReLU())][:-1])
    return network, ARCHIVE[f"net{k}/x"], ARCHIVE[f"net{k}/y"]


@pytest.mark.parametrize("k", range(4))
def test_forward_loss_and_every_gradient(k):
    network, x, y = stored_network(k)
    logits = network.forward(x, training=True)
    close(logits, f"net{k}/logits")
    loss, dz = softmax_cross_entropy(logits, y)
    close(np.array(loss), f"net{k}/loss")
    close(network.backward(dz), f"net{k}/dx")
    for i, layer in enumerate(network.layers[::2]):
        close(layer.W.grad, f"net{k}/dW{i}")
        close(layer.b.grad, f"net{k}/db{i}")


@pytest.mark.parametrize("masked", [False, True], ids=["plain", "masked"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_step_by_step(name, masked):
    network, x, y = stored_network(2)
    layers = network.layers[::2]
    masks = [ARCHIVE[f"opt/mask{i}"] for i in range(len(layers))]
    if masked:
        network.prune(masks)
    optimizer = OPTIMIZERS[name](network.parameters)
    for t in range(1, STEPS + 1):
        train_step(network, optimizer, x, y)
        for i, (layer, mask) in enumerate(zip(layers, masks, strict=True)):
            step = f"opt/{'masked_' * masked}{name}/step{t}"
            close(layer.W.value, f"{step}/W{i}")
            close(layer.b.value, f"{step}/b{i}")
            assert ((layer.W.value == 0) == (masked & ~mask)).all()
    assert f"opt/{name}/step{STEPS + 1}/W0" not in ARCHIVE


def test_no_stored_trajectory_is_left_out():
    stored = {key.split("/")[1] for key in ARCHIVE.files if key.startswith("opt/")}
    names = {name for name in stored if not name.startswith("mask")}
    assert names == set(OPTIMIZERS)


@pytest.mark.parametrize("j", range(3))
def test_softmax_and_log_softmax(j):
    z = ARCHIVE[f"layer/z{j}"]
    close(softmax(z), f"layer/softmax{j}")
    close(log_softmax(z), f"layer/log_softmax{j}")
