"""A small network with a task it can learn, and a watch over networks that must not change."""

from types import SimpleNamespace

import numpy as np
import pytest

from minprune.nn.network import mlp


def state_of(network):
    """Every value, mask, gradient and statistic, to be compared before and after."""
    return [
        tuple(None if a is None else a.tobytes() for a in (p.value, p.mask, p.grad))
        for p in network.parameters.values()
    ] + [array.tobytes() for array in network.statistics.values()]


@pytest.fixture
def task():
    """An untrained 8-16-3 network in float64, inputs, labels of a random linear law, a generator.

    Gradients and biases are anything but zero, so that who reads or writes them is seen.
    """
    rng = np.random.default_rng(0)
    network = mlp([8, 16, 3], rng, dtype=np.float64)
    for p in network.parameters.values():
        p.grad = rng.standard_normal(p.value.shape)
        if p.value.ndim == 1:
            p.value = 0.1 * rng.standard_normal(p.value.shape)
    x = rng.standard_normal((120, 8))
    y = (x @ rng.standard_normal((8, 3))).argmax(axis=1)
    return SimpleNamespace(network=network, x=x, y=y, rng=rng)


@pytest.fixture
def unchanged():
    """unchanged(network): at the end of the test the network must be as it is now."""
    watched = []
    yield lambda network: watched.append((network, state_of(network)))
    for network, before in watched:
        assert state_of(network) == before
