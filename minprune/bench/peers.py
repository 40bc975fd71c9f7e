"""The libraries that the sparse engine is compared with, and how each is started."""

from pathlib import Path
from typing import NamedTuple

STANDING_ALONE = (str(Path(__file__).with_name("worker.py")),)
OURS = ("-m", "minprune.bench.ours")


class Peer(NamedTuple):
    """A library, or a way to use it."""

    title: str
    command: tuple = STANDING_ALONE  # what the interpreter is to run
    images: bool = True  # whether it takes networks with convolutions
    sparse: bool = False  # whether it is meant to skip zeros


ENGINE = "engine"
PEERS = {
    "dense": Peer("minprune dense", OURS),
    "numpy": Peer("NumPy", images=False),
    "scipy": Peer("SciPy CSR", images=False, sparse=True),
    "torch": Peer("PyTorch"),
    "torch-csr": Peer("PyTorch CSR", images=False, sparse=True),
    "onnxruntime": Peer("ONNX Runtime"),
    "deepsparse": Peer("DeepSparse", sparse=True),
}
ALL = {ENGINE: Peer("sparse engine", OURS, sparse=True), **PEERS}
