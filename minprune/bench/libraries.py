"""The libraries: each from a `worker.Job` to a function that gives the outputs.

This file stands alone, as `worker` does. A library is imported where it is used.
"""

import ctypes
from collections.abc import Callable
from importlib import metadata
from typing import NamedTuple

import numpy as np


class Library(NamedTuple):
    """The packages that a library needs, and the function that prepares a network."""

    modules: tuple
    prepare: Callable


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

    return side_by_side(job, [csr_matrix(layer.W.T).__matmul__ for layer in job.layers])


def side_by_side(job, products):
    """Dense layers as products of W.T and the inputs side by side, (n_in, N)."""
    x = np.ascontiguousarray(job.x.T)
    steps = [
        (W_times, l.b[:, None], l.relu) for W_times, l in zip(products, job.layers, strict=True)
    ]

    def call():
        h = x
        for W_times, b, relu in steps:
            h = W_times(h)
            h += b
            if relu:
                np.maximum(h, 0, out=h)
        return h.T

    return call


def mkl_csr(job):
    """Compressed rows in MKL, which inspects them once, times the inputs side by side."""
    (path,) = [p.locate() for p in metadata.files("mkl") if p.name.startswith(MKL_NAMES)][:1]
    mkl, batch = ctypes.CDLL(str(path)), len(job.x)
    return side_by_side(job, [mkl_product(mkl, layer.W.T, batch) for layer in job.layers])


MKL_NAMES = "libmkl_rt", "mkl_rt"
PLAIN, BY_ROWS = 10, 101  # neither transposed nor conjugate; rows one behind the other


class MklKind(ctypes.Structure):
    """MKL's description of a matrix: 20 is a general one."""

    _fields_ = [(name, ctypes.c_int) for name in ("type", "mode", "diag")]


def mkl_product(mkl, W, batch):
    """The function (n_in, N) -> (n_out, N) that multiplies by W (n_out, n_in)."""
    rows, columns = W.shape
    kind, handle, one, zero = MklKind(20), ctypes.c_void_p(), ctypes.c_float(1), ctypes.c_float(0)
    starts = np.concatenate([[0], np.cumsum((W != 0).sum(axis=1))]).astype(np.int32)
    where, values = np.nonzero(W)[1].astype(np.int32), np.ascontiguousarray(W[W != 0])
    start = starts.ctypes.data
    done(mkl.mkl_sparse_s_create_csr(ctypes.byref(handle), 0, rows, columns, *map(ctypes.c_void_p, (
        start, start + starts.itemsize, where.ctypes.data, values.ctypes.data))))  # fmt: skip
    hint = (kind, BY_ROWS, batch) if batch > 1 else (kind,)
    hint_of = mkl.mkl_sparse_set_mm_hint if batch > 1 else mkl.mkl_sparse_set_mv_hint
    done(hint_of(handle, PLAIN, *hint, 1 << 20))  # so many calls are to come
    done(mkl.mkl_sparse_optimize(handle))

    def product(h, arrays=(starts, where, values)):  # which MKL goes on reading
        out = np.empty((rows, batch), np.float32)
        x, y = ctypes.c_void_p(h.ctypes.data), ctypes.c_void_p(out.ctypes.data)
        if batch > 1:
            shape = BY_ROWS, x, batch, batch, zero, y, batch
            done(mkl.mkl_sparse_s_mm(PLAIN, one, handle, kind, *shape))
        else:
            done(mkl.mkl_sparse_s_mv(PLAIN, one, handle, kind, x, zero, y))
        return out

    return product


def done(status):
    """`RuntimeError` if a function of MKL has failed: 0 is success."""
    if status:
        raise RuntimeError(f"MKL gives status {status}")


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


def mnn(job):
    """The same description, in a file of MNN's own, which looks for layers worth compressing.

    Only `_tools` converts without a log that is sent to the makers, as `MNN.tools` would.
    """
    import _tools
    import MNN
    import onnx

    model, x = onnx_model(job.layers, job.x)
    source, path = (str(job.folder / f"mnn.{end}") for end in ("onnx", "mnn"))
    onnx.save(model, source)
    _tools.mnnconvert(["mnnconvert", "-f", "ONNX", "--modelFile", source, "--MNNModel", path,
                       "--bizCode", "minprune", "--detectSparseSpeedUp", "1"])  # fmt: skip
    settings = {"backend": "CPU", "numThread": job.threads, "precision": "high"}
    runtime = MNN.nn.create_runtime_manager((settings,))
    ends = ["x"], [model.graph.output[0].name]
    network = MNN.nn.load_module_from_file(path, *ends, runtime_manager=runtime)
    x = MNN.expr.const(x, list(x.shape), MNN.expr.NCHW)
    return lambda: np.array(network.forward([x])[0].read())


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


LIBRARIES = {
    "numpy": Library(("numpy",), numpy_dense),
    "scipy": Library(("scipy",), scipy_csr),
    "torch": Library(("torch",), torch_dense),
    "torch-csr": Library(("torch",), torch_csr),
    "onnxruntime": Library(("onnxruntime", "onnx"), onnx_runtime),
    "deepsparse": Library(("deepsparse", "onnx"), deep_sparse),
    "mkl": Library(("mkl",), mkl_csr),
    "mnn": Library(("MNN", "onnx"), mnn),
}
