"""Save a network with its masks, and load it again: one `.npz`, never pickle."""

import json
from typing import NamedTuple

import numpy as np

from minprune.arguments import finite_array
from minprune.files import replacing
from minprune.formulas.masks import checked_mask
from minprune.nn.batchnorm import BatchNorm
from minprune.nn.layers import Dense, Dropout, Flatten, ReLU, Sigmoid, Tanh
from minprune.nn.network import Network
from minprune.nn.spatial import AveragePool2D, Conv2D, MaxPool2D

FORMAT = "minprune network 1"


class Kind(NamedTuple):
    """A layer that can be saved: its class, and what makes one beside its parameters."""

    layer: type
    options: tuple = ()  # numbers and words


LAYERS = {
    kind.layer.__name__: kind
    for kind in (
        Kind(Dense), Kind(ReLU), Kind(Sigmoid), Kind(Tanh), Kind(Flatten),
        Kind(Conv2D, ("stride", "padding")),
        Kind(MaxPool2D, ("size", "stride")),
        Kind(AveragePool2D, ("size", "stride")),
        Kind(BatchNorm, ("momentum", "epsilon")),
        Kind(Dropout, ("rate",)),
    )
}  # fmt: skip


def save(network, path):
    """Write the network, masks included, to one compressed `.npz`.

    path  file to write, under exactly this name; the old file stays whole until the new one is

    Compressed, a pruned network takes less room on disk: runs of zeros cost next to nothing.

    Source: E-8.3, our choice for "deployment"; E-8.3 names TensorFlow Lite.
    """
    described, arrays = [], {"format": np.array(FORMAT)}
    for layer in network.layers:
        name = type(layer).__name__
        if name not in LAYERS or LAYERS[name].layer is not type(layer):
            raise TypeError(f"network has a layer that cannot be saved: {layer!r}")
        options = {option: getattr(layer, option) for option in LAYERS[name].options}
        described.append([name, options])
    arrays |= {name: finite_array(name, array) for name, array in network.statistics.items()}
    arrays["layers"] = np.array(json.dumps(described))
    if network.input_shape is not None and not isinstance(network.layers[0], Dense):
        arrays["input_shape"] = np.array(network.input_shape)
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

    Source: E-8.3.
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
    rng = np.random.default_rng(0)  # for all dropouts: what they would have drawn next is not kept
    described = json.loads(str(arrays.pop("layers")))
    layers = [_layer(arrays, l, entry, rng) for l, entry in enumerate(described)]
    shape = arrays.pop("input_shape", None)
    network = Network(layers, None if shape is None else shape.tolist())
    for name, parameter in network.parameters.items():
        if (mask := arrays.pop(f"{name}.mask", None)) is not None:
            pruned = ~checked_mask(f"{name}.mask", mask, parameter.value.shape)
            nothing = pruned.all() and parameter.value.ndim > 1
            if nothing or parameter.value[pruned].any():
                raise ValueError(f"{name}.mask keeps nothing, or {name} is not 0 where it prunes")
            parameter.prune(mask)
    if arrays:
        raise ValueError(f"it also holds {', '.join(sorted(arrays))}")
    return network


def _layer(arrays, l, entry, rng):
    """Layer number l, made of what is in the file under that number; masks are left there."""
    name, options = (entry, {}) if isinstance(entry, str) else entry
    if name not in LAYERS:
        raise ValueError(f"unknown layer {name!r}")
    own = [key for key in arrays if key.startswith(f"{l}.") and not key.endswith(".mask")]
    made_of = {key.removeprefix(f"{l}."): arrays.pop(key) for key in own}
    if name == "Dropout":
        made_of["rng"] = rng
    return LAYERS[name].layer(**made_of, **options)
