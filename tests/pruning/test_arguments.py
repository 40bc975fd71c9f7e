"""Every function of a network names the argument that is none, whatever the others are."""

import inspect

import numpy as np
import pytest

import minprune as mp
from minprune.arguments import function
from minprune.nn.layers import Dense
from minprune.pruning.during import DynamicPruning

OF_A_NETWORK = {
    name: f
    for name, f in vars(mp).items()
    if inspect.isroutine(f) or f in DynamicPruning.__subclasses__()
    if f.__module__.startswith(("minprune.pruning", "minprune.nn.costs"))
    if "network" in inspect.signature(f).parameters
}
FUNCTIONS = "train", "prune", "finetune", "evaluate", "allocate", "proximal"


def needed(f, **given):
    """The arguments without a default: None, but what is given and a function where one is due."""
    names = [p.name for p in inspect.signature(f).parameters.values() if p.default is p.empty]
    return {name: (np.sum if name in FUNCTIONS else None) for name in names} | given


def test_the_functions_are_found():
    assert len(OF_A_NETWORK) > 40 and {"layer_costs", "MovementPruning"} < {*OF_A_NETWORK}


@pytest.mark.parametrize("name", OF_A_NETWORK)
@pytest.mark.parametrize("wrong", [None, [Dense([[1.0]], [0.0])], mp.mlp, np.ones((2, 2))])
def test_what_is_not_a_network_is_named(name, wrong):
    f = OF_A_NETWORK[name]
    with pytest.raises(TypeError, match=r"^network must be a Network, got "):
        f(**needed(f, network=wrong))


@pytest.mark.parametrize(
    ("name", "argument"),
    [
        (name, argument)
        for name, f in OF_A_NETWORK.items()
        for argument in inspect.signature(f).parameters
        if argument in FUNCTIONS
    ],
)
def test_what_is_not_a_function_is_named(task, name, argument):
    f = OF_A_NETWORK[name]
    valid = {
        "network": task.network, "x": task.x, "sparsity": 0.5, "sparsities": [0.5], "lam": 0.1,
        "tolerance": 0.1, "thetas": [0.1], "theta": 0.1, "stages": 1, "final": 0.5, "budget": 100,
        "masked": True, "optimizer": None, "train": lambda network: None, "steps": 1,
        "finetune": lambda network: None, "evaluate": lambda network: 0.5,
    }  # fmt: skip
    names = inspect.signature(f).parameters
    given = {key: value for key, value in valid.items() if key in names} | {argument: 3}
    with pytest.raises(TypeError, match=rf"^{argument} must be a function, .*got 3$"):
        f(**needed(f, **given) | given)


def test_a_function_is_handed_back():
    assert function("f", abs) is abs
