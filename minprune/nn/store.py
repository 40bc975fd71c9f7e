"""Save a network with its masks, and load it again: one `.npz`, never pickle."""

import json

import numpy as np

from minprune.arguments import finite_array
from minprune.files import replacing
from minprune.formulas.masks import checked_mask
from minprune.nn.layers import Dense, ReLU
from minprune.nn.network import Network

FORMAT = "minprune network 1"
LAYERS = {"Dense": Dense, "ReLU": ReLU}


def save(network, path):
    """Write the network, masks included, to one compressed `.npz`.

    path  file to write, under exactly this name; the old file stays whole until the new one is

    Compressed, a pruned network takes less room on disk: runs of zeros cost next to nothing.
    """
    kinds = [type(layer).__name__ for layer in network.layers]
    for kind, layer in zip(kinds, network.layers, strict=True):
        if LAYERS.get(kind) is not type(layer):
            raise TypeError(f"network has a layer that cannot be saved: {layer!r}")
    arrays = {"format": np.array(FORMAT), "layers": np.array(json.dumps(kinds))}
    for name, parameter in network.parameters.items():
        parameter.apply_mask()  # a weight written to in place may have slipped past its mask
        arrays[name] = finite_array(name, parameter.value)
        if parameter.mask is not None:
            arrays[f"{name}.mask"] = parameter.mask
    with replacing(path) as file:
        np.savez_compressed(file, **arrays)


def load(path):
    """The network that `save` wrote.

    raises OSError if there is no such file, ValueError if it is damaged or something else
    """
    with open(path, "rb") as file:
        try:
            with np.load(file, allow_pickle=False) as archive:
                return _network({name: archive[name] for name in archive.files})
        except Exception as error:  # a damaged archive can fail in a dozen ways: zip, zlib, header
            raise ValueError(f"{path}: not a whole minprune network ({error})") from error


def _network(arrays):
    if str(arrays.pop("format", "")) != FORMAT:
        raise ValueError(f"its format is not {FORMAT!r}")
    layers = []
    for l, kind in enumerate(json.loads(str(arrays.pop("layers")))):
        if kind not in LAYERS:
            raise ValueError(f"unknown layer {kind!r}")
        letters = ("W", "b") if kind == "Dense" else ()
        layers.append(LAYERS[kind](*(arrays.pop(f"{l}.{letter}") for letter in letters)))
    network = Network(layers)
    for name, parameter in network.parameters.items():
        if (mask := arrays.pop(f"{name}.mask", None)) is not None:
            pruned = ~checked_mask(f"{name}.mask", mask, parameter.value.shape)
            if pruned.all() or parameter.value[pruned].any():
                raise ValueError(f"{name}.mask keeps nothing, or {name} is not 0 where it prunes")
            parameter.prune(mask)
    if arrays:
        raise ValueError(f"it also holds {', '.join(sorted(arrays))}")
    return network
