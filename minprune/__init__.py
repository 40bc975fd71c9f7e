"""minprune: neural-network pruning from scratch, every formula a small verified function.

In reading order: formulas, then the network, then pruning it, then running what is left.
Importing this compiles nothing; what needs Numba is imported when it is first asked for.
"""

from importlib import import_module

from minprune.threads import one_thread_for_commands

one_thread_for_commands()  # before anything below imports NumPy

from minprune.formulas.penalties import l1_penalty, l1_subgradient, l2_gradient, l2_penalty
from minprune.formulas.scores import magnitude, random_score
from minprune.formulas.masks import (
    apply_mask,
    global_rank_masks,
    layerwise_rank_masks,
    prune_count,
    rank_mask,
    threshold_mask,
)
from minprune.formulas.metrics import (
    accuracy,
    bitmask_bytes,
    compression_rate,
    compression_ratio,
    count_nonzero,
    count_parameters,
    csr_bytes,
    dense_bytes,
    macro_recall,
    mlp_hidden_width,
    mlp_macs,
    mlp_parameters,
    pruning_rate,
    recall,
    sparsity,
)
from minprune.nn.parameter import Parameter
from minprune.nn.initialisers import glorot_uniform, he_normal
from minprune.nn.layers import Dense, ReLU
from minprune.nn.losses import log_softmax, softmax, softmax_cross_entropy
from minprune.nn.network import EmptyLayerError, Network, mlp
from minprune.nn.optim import SGD, Adam, cosine_decay
from minprune.nn.train import evaluate, fit, train_step
from minprune.nn.gradcheck import check_layer, check_loss, check_network, numerical_gradient
from minprune.nn.store import load, save
from minprune.data.mnist import load_mnist
from minprune.data.idx import load_idx
from minprune.pruning.one_shot import prune_at_random, prune_by_magnitude, prune_by_score

__version__ = "0.1.0"

_LATER = {
    "SparseEngine": "minprune.sparse.engine",
    "csr_from_dense": "minprune.sparse.csr",
    "dense_from_csr": "minprune.sparse.csr",
}


def __getattr__(name):
    if name not in _LATER:
        raise AttributeError(f"module 'minprune' has no attribute {name!r}")
    return getattr(import_module(_LATER[name]), name)


def __dir__():
    return [*globals(), *_LATER]
