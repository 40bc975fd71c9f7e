"""minprune itself at work in a separate process, as `worker` is for others."""

import sys

from minprune.bench.libraries import Library
from minprune.bench.worker import main
from minprune.nn.store import load


def engine(job):
    """The nonzero weights alone."""
    from minprune.sparse.engine import SparseEngine

    runs = SparseEngine(load(job.network), threads=job.threads)
    return lambda: runs(job.x)


def dense(job):
    """The layers as they are, zeros multiplied."""
    network = load(job.network)
    return lambda: network(job.x)


LIBRARIES = {
    "engine": Library(("minprune", "numba"), engine),
    "dense": Library(("minprune", "numpy"), dense),
}

if __name__ == "__main__":
    main(LIBRARIES, sys.argv[1:])
