"""B-4: the 8-10-1 regression network, pruned by weights and by neurons, and what it really is."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from minprune.formulas.metrics import pruning_rate
from minprune.formulas.misprints import pruning_rate_misprint
from minprune.nn.layers import Dense
from minprune.nn.losses import mean_squared_error
from minprune.nn.network import Network
from minprune.nn.optim import Adam
from minprune.nn.train import fit
from minprune.pruning.one_shot import prune_by_threshold
from minprune.pruning.shrink import collapse_linear_layers, keep_units
from minprune.pruning.units import choose_units, unit_scores


class Regression(NamedTuple):
    """The network of B-4 in all its forms, with the mean squared error of each on fresh data."""

    dense: Network
    pruned: Network  # weights below theta are held at 0
    smaller: Network  # without the hidden neurons that do least
    collapsed: Network  # one layer, 9 numbers: the same function as `dense`
    errors: dict[str, float]
    rate: float  # fraction of the first layer's weights below theta
    rate_as_printed: float  # the same divided by sum |w|


def linear_network(widths, rng, dtype=np.float32):
    """Dense layers with nothing between them, as in B-4: however deep, a single linear map.

    widths  at least two ints, input first
    returns a Network

    Source: [B-4a].
    """
    return Network([Dense.random(*pair, rng, dtype=dtype) for pair in pairwise(widths)])


def regression_example(rng, theta=0.01, sparsity=0.5, samples=256, epochs=100):
    """Train 8-10-1 on a linear law with noise, then prune it both ways and collapse it.

    rng       numpy.random.Generator, for the data, the weights and the order
    theta     threshold of the weights; 0.01 is the document's and prunes next to nothing
    sparsity  fraction of the hidden neurons to remove
    samples, epochs  of training, batch 32, Adam
    returns a `Regression`

    Source: [B-4a, B-4b, B-4c, B-4d, B-4e, B-4f].
    """
    law = rng.standard_normal((8, 1))
    x, x_new = rng.standard_normal((2, samples, 8))
    y = x @ law + 0.1 * rng.standard_normal((samples, 1))
    dense = linear_network([8, 10, 1], rng, np.float64)
    fit(dense, x, y, optimizer=Adam(dense.parameters, lr=1e-2), epochs=epochs, rng=rng,
        batch_size=32, loss=mean_squared_error, title="8-10-1")  # fmt: skip
    W = dense.layers[0].W.value
    pruned = dense.copy()
    prune_by_threshold(pruned, theta, ties="prune")
    scores = unit_scores(dense, "activation", x)
    smaller = keep_units(dense, choose_units(dense, scores, sparsity))
    networks = dense, pruned, smaller, collapse_linear_layers(dense)
    names = "dense", "pruned", "smaller", "collapsed"
    errors = {
        name: mean_squared_error(network(x_new), x_new @ law).loss
        for name, network in zip(names, networks, strict=True)
    }
    return Regression(*networks, errors, pruning_rate(W, theta), pruning_rate_misprint(W, theta))
