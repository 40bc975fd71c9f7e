"""One library at work, in a separate process: python worker.py LIBRARY THREADS

This file stands alone: it runs under the interpreter that has the library, where minprune need not
be. First it says which versions it found, or what is missing. Then every line of JSON that it reads
gets a line of JSON back:

    {"do": "prepare", "network": .npz of `minprune.save`, "x": .npy, "batch": n, "y": .npy}
        the network is made ready for the first n inputs; its outputs are written to y
    {"do": "time", "least": seconds}
        {"seconds": of one call}
    whatever fails: {"error": what}
"""

import json
import os
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import numpy as np


class Layer(NamedTuple):
    """A dense layer, a convolution of stride 1, or a max pooling; with the ReLU behind it."""

    kind: str  # "Dense", "Conv2D", "MaxPool2D"
    W: np.ndarray | None = None  # (n_in, n_out) or (k_h, k_w, c_in, c_out)
    b: np.ndarray | None = None
    zeros: int = 0  # around the image
    size: int = 0  # of the pooling
    relu: bool = False


def read_network(path):
    """The layers of a network that `minprune.save` wrote."""
    with np.load(path, allow_pickle=False) as file:
        arrays = dict(file)
    layers = []
    for l, (kind, options) in enumerate(json.loads(str(arrays["layers"]))):
        if kind == "Dense":
            layers.append(Layer(kind, arrays[f"{l}.W"], arrays[f"{l}.b"]))
        elif kind == "Conv2D":
            K = arrays[f"{l}.K"]
            layers.append(Layer(kind, K, arrays[f"{l}.b"], zeros_on_every_side(K.shape, options)))
        elif kind == "MaxPool2D":
            if options["stride"] != options["size"] or options.get("padding", "valid") != "valid":
                raise ValueError(f"the other libraries cannot be given a pooling with {options}")
            layers.append(Layer(kind, size=options["size"]))
        elif kind == "ReLU":
            layers[-1] = layers[-1]._replace(relu=True)
        elif kind != "Flatten":  # which every library does by itself before a dense layer
            raise ValueError(f"the other libraries cannot be given a layer {kind}")
    return layers


def zeros_on_every_side(shape, options):
    """The number of zeros on each side of an image for a convolution of stride 1.

    shape  of its kernel
    """
    (k_h, k_w, _, _), padding = shape, options["padding"]
    same = k_h // 2 if k_h == k_w and k_h % 2 else None  # else the sides differ
    zeros = {"valid": 0, "same": same}.get(padding) if isinstance(padding, str) else padding
    if options["stride"] != 1 or not isinstance(zeros, int):
        raise ValueError(f"the other libraries cannot be given a convolution with {options}")
    return zeros


def channels_first(layers, x):
    """Layers and images (N, H, W, C) as most libraries want them: W (out, in, ...), x (N, C, H, W).

    The first dense layer behind a convolution reads its inputs in another order then.
    """
    turned, channels = [], 1
    for layer in layers:
        if layer.kind == "Conv2D":
            channels = layer.W.shape[3]
            layer = layer._replace(W=np.ascontiguousarray(layer.W.transpose(3, 2, 0, 1)))
        elif layer.kind == "Dense":
            W = layer.W.reshape(-1, channels, layer.W.shape[1]).swapaxes(0, 1)  # (C, H W, n_out)
            layer = layer._replace(W=np.ascontiguousarray(W.reshape(layer.W.shape).T))
            channels = 1
        turned.append(layer)
    return turned, np.ascontiguousarray(np.moveaxis(x, -1, 1)) if x.ndim > 2 else x


# --- the libraries: from a network, inputs and threads to a function that gives the outputs -------


def numpy_dense(job):
    """Dense products, zeros and all."""
    x, layers = job.x, job.layers

    def call():
        h = x
        for layer in layers:
            h = h @ layer.W
            h += layer.b
            if layer.relu:
                np.maximum(h, 0, out=h)
        return h

    return call


def scipy_csr(job):
    """Compressed rows times the inputs side by side."""
    from scipy.sparse import csr_matrix

    x = np.ascontiguousarray(job.x.T)
    layers = [(csr_matrix(layer.W.T), layer.b[:, None], layer.relu) for layer in job.layers]

    def call():
        h = x
        for W, b, relu in layers:
            h = W @ h
            h += b
            if relu:
                np.maximum(h, 0, out=h)
        return h.T

    return call


def torch_dense(job):
    """Dense products and convolutions, channels first."""
    import torch
    from torch.nn.functional import conv2d, linear, max_pool2d

    torch.set_num_threads(job.threads)
    layers, x = channels_first(job.layers, job.x)
    x = torch.from_numpy(x)
    layers = [
        layer if layer.W is None
        else layer._replace(W=torch.from_numpy(layer.W), b=torch.from_numpy(layer.b))
        for layer in layers
    ]  # fmt: skip

    @torch.inference_mode()
    def call():
        h = x
        for layer in layers:
            if layer.kind == "Conv2D":
                h = conv2d(h, layer.W, layer.b, padding=layer.zeros)
            elif layer.kind == "MaxPool2D":
                h = max_pool2d(h, layer.size)
            else:
                h = linear(h.flatten(1), layer.W, layer.b)
            if layer.relu:
                h = h.relu_()
        return h.numpy()

    return call


def torch_csr(job):
    """Compressed rows times the inputs side by side, as in SciPy."""
    import torch

    torch.set_num_threads(job.threads)
    x = torch.from_numpy(np.ascontiguousarray(job.x.T))
    layers = [
        (torch.from_numpy(W.T.copy()).to_sparse_csr(), torch.from_numpy(b[:, None]), relu)
        for _, W, b, _, _, relu in job.layers
    ]

    @torch.inference_mode()
    def call():
        h = x
        for W, b, relu in layers:
            h = W @ h
            h += b
            if relu:
                h = h.relu_()
        return h.numpy().T

    return call


def onnx_runtime(job):
    """The dense network as ONNX describes it."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = job.threads
    model, x = onnx_model(job.layers, job.x)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return lambda: session.run(None, {"x": x})[0]


def deep_sparse(job):
    """The same description, whose zeros it finds by itself."""
    import deepsparse
    import onnx

    model, x = onnx_model(job.layers, job.x)
    path = str(job.folder / "deepsparse.onnx")
    onnx.save(model, path)
    engine = deepsparse.Engine(path, batch_size=len(x), num_cores=job.threads)
    return lambda: engine.run([x], val_inp=False)[0]


def onnx_model(layers, x):
    """An ONNX model of the network for as many inputs as x holds, and x as it takes it."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    layers, x = channels_first(layers, x)
    nodes, arrays, last = [], [], "x"

    def node(kind, *operands, **attributes):
        nonlocal last
        nodes.append(helper.make_node(kind, [last, *operands], [f"h{len(nodes)}"], **attributes))
        last = nodes[-1].output[0]

    for l, layer in enumerate(layers):
        names = () if layer.W is None else (f"W{l}", f"b{l}")
        arrays += map(numpy_helper.from_array, (layer.W, layer.b) if names else (), names)
        if layer.kind == "Conv2D":
            node("Conv", *names, pads=[layer.zeros] * 4)
        elif layer.kind == "MaxPool2D":
            node("MaxPool", kernel_shape=[layer.size] * 2, strides=[layer.size] * 2)
        else:
            if l and layers[l - 1].kind != "Dense":
                node("Flatten")
            node("Gemm", *names, transB=1)
        if layer.relu:
            node("Relu")
    ends = [
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)]
        for name, shape in (("x", x.shape), (last, (len(x), len(layers[-1].b))))
    ]
    graph = helper.make_graph(nodes, "network", *ends, arrays)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    return model, x


class Library(NamedTuple):
    """The packages that a library needs, and the function that prepares a network."""

    modules: tuple
    prepare: Callable


LIBRARIES = {
    "numpy": Library(("numpy",), numpy_dense),
    "scipy": Library(("scipy",), scipy_csr),
    "torch": Library(("torch",), torch_dense),
    "torch-csr": Library(("torch",), torch_csr),
    "onnxruntime": Library(("onnxruntime", "onnx"), onnx_runtime),
    "deepsparse": Library(("deepsparse", "onnx"), deep_sparse),
}


# --- the conversation ----------------------------------------------------------------------------


class Job(NamedTuple):
    """The work to be done."""

    network: str  # path of what `layers` were read from
    layers: list
    x: np.ndarray
    threads: int
    folder: Path  # for files of its own


def serve(libraries, name, threads, lines, answer):
    """Answer every line of `lines` by one call of `answer`."""
    try:
        versions = {module: import_module(module).__version__ for module in libraries[name].modules}
    except Exception as error:  # a library can be broken in any way
        return answer({"missing": _said(error)})
    answer({"versions": {"python": sys.version.split()[0], **versions}})
    call = None
    for line in lines:
        try:
            request = json.loads(line)
            if request["do"] == "prepare":
                call = None  # let go of the last network first
                call = prepared(libraries[name], request, threads)
                answer({})
            else:
                answer({"seconds": seconds_per_call(call, request["least"])})
        except Exception as error:
            answer({"error": _said(error)})


def prepared(library, request, threads):
    """The function that gives the outputs, after it gave them once, into the file `y`."""
    x, y = np.load(request["x"])[: request["batch"]], Path(request["y"])
    network = request["network"]
    call = library.prepare(Job(network, read_network(network), x, threads, y.parent))
    np.save(y, call(), allow_pickle=False)
    return call


def seconds_per_call(call, least):
    """Mean over as many calls as fit into `least` seconds, after as many to warm up."""
    repeats, started = 0, time.perf_counter()
    while time.perf_counter() - started < least:
        call()
        repeats += 1
    started = time.perf_counter()
    for _ in range(repeats):
        call()
    return (time.perf_counter() - started) / repeats


def _said(error):
    return f"{type(error).__name__}: {error}"


def main(libraries, arguments):
    """Serve the standard input; what libraries print goes to the standard error."""
    name, threads = arguments
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    serve(libraries, name, int(threads), sys.stdin, lambda reply: print(
        json.dumps(reply), file=replies, flush=True))  # fmt: skip


if __name__ == "__main__":
    here = str(Path(__file__).parent)  # the files beside this one are for minprune alone
    sys.path = [folder for folder in sys.path if folder != here]
    main(LIBRARIES, sys.argv[1:])
