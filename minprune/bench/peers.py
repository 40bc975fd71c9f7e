"""The libraries that the sparse engine is compared with, and how each is started."""

from pathlib import Path
from typing import NamedTuple

STANDING_ALONE = (str(Path(__file__).with_name("worker.py")),)
OURS = ("-m", "minprune.bench.ours")
OFFLINE = ("unshare", "--user", "--map-current-user", "--net")  # Linux: a process without a network


class Peer(NamedTuple):
    """A library, or a way to use it."""

    title: str
    command: tuple = STANDING_ALONE  # what the interpreter is to run
    images: bool = True  # whether it takes networks with convolutions
    sparse: bool = False  # whether it is meant to skip zeros
    before: tuple = ()  # what the interpreter is started by


ENGINE = "engine"
PEERS = {
    "dense": Peer("minprune dense", OURS),
    "numpy": Peer("NumPy", images=False),
    "scipy": Peer("SciPy CSR", images=False, sparse=True),
    "mkl": Peer("MKL CSR", images=False, sparse=True),
    "torch": Peer("PyTorch"),
    "torch-csr": Peer("PyTorch CSR", images=False, sparse=True),
    "onnxruntime": Peer("ONNX Runtime"),
    "mnn": Peer("MNN", sparse=True, before=OFFLINE),  # its tools report their use to the makers
    "deepsparse": Peer("DeepSparse", sparse=True),
}
ALL = {ENGINE: Peer("sparse engine", OURS, sparse=True), **PEERS}
LEFT_OUT = {  # libraries that skip zeros, and why they are not timed, in both languages
    "XNNPACK": (
        "part of other programs, such as LiteRT; it skips zeros only in 1 x 1 convolutions, which "
        "none of these networks has",
        "是 LiteRT 等程序的一部分；只在 1 x 1 卷积中跳过零，这里的网络没有这种卷积",
    ),
    "OpenVINO": (
        "skips zeros only in int8 dense layers on CPUs with AMX; in float32 it is a dense library, "
        "as ONNX Runtime is",
        "只在带 AMX 的 CPU 上对 int8 全连接层跳过零；float32 时是稠密库，与 ONNX Runtime 同类",
    ),
    "oneDNN": (
        "a C++ library without a Python interface of its own; PyTorch calls its dense functions",
        "C++ 库，自身没有 Python 接口；PyTorch 调用它的稠密函数",
    ),
    "libxsmm": (
        "a C library without a Python interface of its own; its sparse kernels are generated for "
        "one matrix at a time, and no network runs on them as it is",
        "C 库，自身没有 Python 接口；其稀疏内核针对每个矩阵生成，不能直接运行网络",
    ),
    "AOCL-Sparse": (
        "a C library to be installed apart from Python, without a Python interface of its own",
        "C 库，须在 Python 之外安装，自身没有 Python 接口",
    ),
}
