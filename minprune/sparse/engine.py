"""Run a pruned network on its nonzero weights alone."""

import numpy as np

from minprune.nn.layers import Dense, ReLU
from minprune.sparse.csr import csr_from_dense
from minprune.sparse.kernels import csr_forward_batch, csr_forward_one


class SparseEngine:
    """The forward pass of a multilayer perceptron with its weights in compressed sparse rows.

    network  a Network of Dense and ReLU layers; its weights are copied, later training of the
             network does not reach the engine
    engine(x) takes (N, n_in) and returns the logits (N, n_out) of the network

    >>> from minprune.nn.network import mlp
    >>> network = mlp([4, 3, 2], np.random.default_rng(0))
    >>> x = np.ones((5, 4), dtype=np.float32)
    >>> bool(np.allclose(SparseEngine(network)(x), network(x), atol=1e-6))
    True
    """

    def __init__(self, network):
        network.check()  # the kernels trust the widths
        self.layers = []  # (csr, b, relu), the ReLU behind a dense layer done in the same pass
        for layer in network.layers:
            if isinstance(layer, Dense):
                self.layers.append((csr_from_dense(layer.W.value), layer.b.value.copy(), False))
            elif isinstance(layer, ReLU) and self.layers:
                self.layers[-1] = (*self.layers[-1][:2], True)
            else:
                raise TypeError(f"network must be Dense layers with ReLU behind, got {layer!r}")
        if not self.layers:
            raise ValueError("network must have at least one Dense layer")

    @property
    def nbytes(self):
        """Bytes of all that is stored: values, indices, offsets and biases."""
        return sum(csr.nbytes + b.nbytes for csr, b, _ in self.layers)

    def __call__(self, x):
        n_in, dtype = self.layers[0][0].n_in, self.layers[0][1].dtype
        x = np.asarray(x, dtype)
        if x.ndim != 2 or x.shape[1] != n_in:
            raise ValueError(f"x must be (N, {n_in}), got {x.shape}")
        one = len(x) == 1
        forward = csr_forward_one if one else csr_forward_batch
        x = np.ascontiguousarray(x[0] if one else x.T)  # (n_in,) or (n_in, N)
        for (values, indices, offsets, _), b, relu in self.layers:
            y = np.empty((len(b), *x.shape[1:]), dtype)
            forward(values, indices, offsets, b, x, y, relu)
            x = y
        return x[None, :] if one else x.T  # (1, n_out) or (N, n_out)
