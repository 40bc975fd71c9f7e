"""Save a network with its masks, and load it again: one `.npz`, never pickle."""

import json
import math
import os
import zipfile

import numpy as np

from minprune.arguments import counted, finite_array, in_one_line, path_to, shown
from minprune.files import replacing
from minprune.nn.layers import Dense, Layer, is_known
from minprune.nn.network import Network

FORMAT = "minprune network 1"
LARGEST_TEXT = 1 << 26  # bytes: a million layers
LARGEST_INFLATION = 1032  # bytes that deflate can make of one


def save(network, path):
    """Write the network, masks included, to one compressed `.npz`.

    path  file to write, under exactly this name; the old file stays whole until the new one is
    raises TypeError or ValueError, and writes nothing, if `load` could not make the network anew

    A pruned network takes less room on disk, since its zeros compress well. The state of training
    is not in the file (the moments of the optimizer, the state of the random generator):
    `fit(..., checkpoint=path)` writes that too, and resumes from it.

    Source: [E-8.3, our choice for "deployment"; E-8.3 names TensorFlow Lite].
    """
    if not isinstance(network, Network):
        raise TypeError(f"network must be a Network, got {shown(network)}")
    path = path_to("path", path)
    described, arrays = [], {}
    for layer in network.layers:
        if not is_known(layer):
            raise TypeError(f"network has a layer that cannot be saved: {layer!r}")
        options = {option: getattr(layer, option) for option in layer.options}
        described.append([type(layer).__name__, options])
    arrays |= {name: finite_array(name, array) for name, array in network.statistics.items()}
    begins_dense = network.layers and isinstance(network.layers[0], Dense)  # and knows the shape
    input_shape = None if begins_dense else network.input_shape
    if input_shape is not None:
        arrays["input_shape"] = np.array(input_shape, np.int64)
    for name, parameter in network.parameters.items():
        parameter.apply_mask()  # a weight written to in place may have slipped past its mask
        arrays[name] = finite_array(name, parameter.value)
        if parameter.mask is not None:
            arrays[f"{name}.mask"] = parameter.mask
    for l, entry in enumerate(described):  # what `load` would do, layer by layer to save memory
        _layer(l, *entry, dict(arrays), np.random.default_rng(0))
    Network(network.layers, input_shape)
    with replacing(path) as file:
        np.savez_compressed(file, format=FORMAT, layers=json.dumps(described), **arrays)


def load(path):
    """The network that `save` wrote.

    raises OSError if there is no such file, ValueError if it is damaged or something else

    Source: [E-8.3].
    """
    path = path_to("path", path)
    with open(path, "rb") as file:
        try:
            with zipfile.ZipFile(file) as archive:
                return _network(*_read(archive, file))
        except Exception as error:  # a damaged archive can fail in a dozen ways: zip, zlib, header
            message = f"{path}: not a whole minprune network ({in_one_line(error)})"
            raise ValueError(message) from error


def _read(archive, file):
    """The description of the layers, and the arrays by name, from an archive in a file.

    A damaged file may declare anything, so names, kinds and shapes are checked before what is
    large is read.
    """
    members = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
    if len(members) < len(archive.infolist()):
        raise ValueError("two of its arrays have the same name")
    size = file.seek(0, os.SEEK_END)
    file.seek(size - len(archive.comment) - 22)  # the end record, whose count zipfile passes over
    if int.from_bytes(file.read(12)[10:], "little") != min(len(members), 0xFFFF):
        raise ValueError("not all of its arrays are listed")  # else a mask could be lost in silence
    if (declared := sum(info.file_size for info in members.values())) > LARGEST_INFLATION * size:
        raise ValueError(f"it declares {declared:,} bytes, too many for a file of {size:,}")
    if str(_array(archive, members, "format", "U")) != FORMAT:
        raise ValueError(f"it is not of the format {FORMAT!r}")
    entries = json.loads(str(_array(archive, members, "layers", "U")))
    described = [(entry, {}) if isinstance(entry, str) else entry for entry in entries]
    kinds = {"format": "U", "layers": "U", "input_shape": "iu"}
    for l, (name, _) in enumerate(described):
        kinds |= _kinds(archive, members, l, name)
    if surplus := members.keys() - kinds.keys():
        raise ValueError(f"it also holds {', '.join(sorted(surplus))}")
    names = [name for name in members if name not in ("format", "layers")]
    return described, {name: _array(archive, members, name, kinds[name]) for name in names}


def _kinds(archive, members, l, name):
    """The kind of numbers in each array that layer number l can have; their shapes must fit."""
    if name not in Layer.known:
        raise ValueError(f"unknown layer {name!r}")
    learned = Layer.known[name].learned
    arrays = learned + Layer.known[name].running
    shapes = [_shape(archive, members, f"{l}.{x}", "f") for x in arrays]
    if any(shape != shapes[0][-1:] for shape in shapes[1:]):
        raise ValueError(f"the arrays of layers[{l}] have shapes that do not fit: {shapes}")
    masks = {f"{l}.{x}.mask": shape for x, shape in zip(learned, shapes, strict=False)}
    for mask, shape in masks.items():
        if mask in members and (other := _shape(archive, members, mask, "b")) != shape:
            raise ValueError(f"{mask} must have the shape {shape}, got {other}")
    return dict.fromkeys(masks, "b") | {f"{l}.{x}": "f" for x in arrays}


def _shape(archive, members, name, kind):
    """The shape of an array by its header, if of this kind and as large as the archive says."""
    if name not in members:
        raise ValueError(f"it holds no {name}")
    size = members[name].file_size
    if kind in ("U", "iu") and size > LARGEST_TEXT:
        raise ValueError(f"{name} has {size:,} bytes, more than {LARGEST_TEXT:,}")
    shape, dtype, size = npy_header(archive, members[name], name)
    if dtype.kind not in kind:
        raise ValueError(f"{name} holds {dtype} values")
    check_bytes(name, shape, dtype, size)
    return shape


def npy_header(archive, info, name):
    """Shape and dtype of an array in an archive by its header, and the bytes that follow it."""
    with archive.open(info) as member:
        if np.lib.format.read_magic(member) != (1, 0):
            raise ValueError(f"{name} is not in npy format 1.0")
        shape, _, dtype = np.lib.format.read_array_header_1_0(member)
        return shape, dtype, info.file_size - member.tell()


def check_bytes(name, shape, dtype, size):
    """`ValueError` unless an array of this shape and dtype has this many bytes."""
    if size != math.prod(shape) * dtype.itemsize:
        raise ValueError(f"{name} has {counted(size, 'byte')}, which is not {shape} x {dtype}")


def _array(archive, members, name, kind):
    _shape(archive, members, name, kind)
    with archive.open(members[name]) as member:
        return np.lib.format.read_array(member, allow_pickle=False)


def _network(described, arrays):
    """The network of these layers, with masks where there are some."""
    rng = np.random.default_rng(0)  # for all dropouts: what they would have drawn next is not kept
    layers = [_layer(l, *entry, arrays, rng) for l, entry in enumerate(described)]
    shape = arrays.get("input_shape")
    network = Network(layers, None if shape is None else shape.tolist())
    for name, parameter in network.parameters.items():
        if (mask := arrays.get(f"{name}.mask")) is not None:
            if parameter.value[~mask].any():
                raise ValueError(f"{name} is not 0 where {name}.mask prunes")
            parameter.prune(mask)
    return network


def _layer(l, name, options, arrays, rng):
    """Layer number l, made of what is taken out of `arrays`; its masks are left there."""
    kind = Layer.known[name]
    made_of = {letter: arrays.pop(f"{l}.{letter}") for letter in kind.learned + kind.running}
    if len({array.dtype for array in made_of.values()}) > 1:
        raise ValueError(f"the arrays of layers[{l}] must have the same dtype")
    if name == "Dropout":
        made_of["rng"] = rng
    return kind(**made_of, **options)
