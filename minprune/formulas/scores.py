"""How important is a weight, or a layer? Higher = more important; a mask keeps the highest scores.

What a loss really does without a weight stands in `influence`, scores of units in `units`.
"""

from functools import reduce

import numpy as np

from minprune.arguments import (
    chained_matrices,
    finite_array,
    finite_arrays,
    generator,
    listed,
    number_array,
    one_shape,
    same_shape,
    whole_number,
    wide_array,
    widened,
)
from minprune.formulas.norms import l1_norm, l2_norm


def magnitude(w):
    """Magnitude of every weight, the score that needs no data.

        s_i = |w_i|

    w  array of any shape
    returns an array, shape of w, in the units of the weights

    Source: Han, Pool, Tran and Dally 2015 [A-4.2, D-4.1b, E-3.1].

    >>> magnitude([-0.9, 0.05, 0.4])
    array([0.9 , 0.05, 0.4 ])
    """
    return np.abs(finite_array("w", w))


def random_score(w, rng):
    """A score drawn at random: the control that every other score has to beat.

        s_i ~ uniform on [0, 1)

    w    array of any shape; only the shape is used
    rng  numpy.random.Generator, or the seed of one
    returns an array, shape of w

    Source: ours; Blalock, Gonzalez Ortiz, Frankle and Guttag 2020 ask for this control.

    >>> random_score(np.ones((2, 3)), np.random.default_rng(0)).shape
    (2, 3)
    """
    return generator("rng", rng).random(number_array("w", w).shape)


# --- from the weights: layers --------------------------------------------------------------------


def layer_importance(layers):
    """Layer importance as the document defines it: the L1 norm of each layer.

        I_l = sum_i |w_li|

    layers  list of arrays, one per layer (or tensor), of any shapes
    returns a vector, one entry per layer, in the units of the weights

    The sum grows with the size of the layer, so it ranks a large layer of small weights above a
    small layer of large ones; see `mean_layer_importance`.

    Source: [A-4.3a, A-3.2.3, A-4.4].

    >>> layer_importance([[0.25, -0.5], [[1.0]]])
    array([0.75, 1.  ])
    """
    return np.array([l1_norm(w) for w in finite_arrays("layers", layers)])


def mean_layer_importance(layers):
    """Layer importance per weight: the mean magnitude of each layer, whatever its size.

        I_l = sum_i |w_li| / n_l

    layers  list of arrays, one per layer, each with at least one entry
    returns a vector, one entry per layer, in the units of the weights

    Source: [A-4.3a, our repair].

    >>> mean_layer_importance([[0.25, -0.5], [[1.0]]])
    array([0.375, 1.   ])
    """
    layers = finite_arrays("layers", layers)
    sizes = [whole_number(f"size of layers[{l}]", w.size, low=1) for l, w in enumerate(layers)]
    return layer_importance(layers) / np.array(sizes, dtype=np.float64)


def layer_l2(layers):
    """L2 norm of each layer; of single weights it is the L1 norm, layers it may rank otherwise.

        s_l = sqrt(sum_i w_li^2)

    layers  list of arrays, one per layer (or tensor), of any shapes
    returns a vector, one entry per layer, in the units of the weights

    Source: [A-3.2.3, A-4.4].

    >>> layer_l2([[3.0, 3.0], [0.0, 5.0]]).round(3)
    array([4.243, 5.   ])
    """
    return np.array([l2_norm(w) for w in finite_arrays("layers", layers)])


def synflow(layers):
    """Synaptic flow: how much of the flow through the whole network passes this weight. No data.

        R = 1^T |W_1| |W_2| ... |W_L| 1          s_lij = |w_lij| dR/d|w_lij|

    layers  list of matrices W_l (n_{l-1}, n_l), first layer first; biases do not count
    returns a list of float64 arrays, shapes of layers, each with the sum R: a layer's share is
    conserved, so none is emptied while another has weights to spare, if pruned a little at a time

    Source: Tanaka, Kunin, Yamins and Ganguli 2020 [C-7.3, our choice for data-free pruning].

    >>> [s.tolist() for s in synflow([[[1.0, 2.0]], [[3.0], [-0.5]]])]
    [[[3.0, 1.0]], [[3.0], [1.0]]]
    """
    layers = [np.abs(w) for w in chained_matrices("layers", layers)]
    scores = []
    for l, w in enumerate(layers):
        into = reduce(np.matmul, layers[:l], np.ones(len(layers[0])))  # flow that reaches row i
        out_of = reduce(lambda flow, w: w @ flow, layers[:l:-1], np.ones(layers[-1].shape[1]))
        scores.append(into[:, None] * w * out_of[None, :])
    return scores


# --- from the gradient of the loss ---------------------------------------------------------------


def gradient_norm(g):
    """Norm of the gradient of the loss with respect to a layer.

        ||g|| = sqrt(sum_i g_i^2)          g_i = dL/dw_i

    g  array of any shape
    returns a float, in units of the loss per unit of the weights

    Source: [C-4.2e, C-3.2].

    >>> gradient_norm([3.0, -4.0])
    5.0
    """
    return l2_norm(finite_array("g", g))


def gradient_magnitude(g):
    """Size of the gradient. A small one says that the loss is flat there, not that w may go.

        s_i = |dL/dw_i|

    g  array of any shape, the gradient of the loss
    returns an array, shape of g, in units of the loss per unit of the weights

    At convergence all gradients vanish.

    Source: [C-4.2f, D-2.1d, D-3.2].

    >>> gradient_magnitude([1.0, -2.0])
    array([1., 2.])
    """
    return np.abs(finite_array("g", g))


def taylor(w, g):
    """First-order Taylor score: the change of the loss if the weight is set to zero, roughly.

        s_i = |w_i dL/dw_i|          from L(w_i = 0) - L = -w_i dL/dw_i + ...

    w, g  weights and gradient of the loss, arrays of one shape
    returns an array, shape of w, in the units of the loss

    Source: Molchanov et al. 2017 (of activations), and of weights, squared, Molchanov et al.
    2019 [C-4.2e, D-3.2, E-3.1].

    >>> taylor([3.0, 1.0], [1.0, -2.0])
    array([3., 2.])
    """
    w, g = wide_array("w", w), wide_array("g", g)
    same_shape(w=w, g=g)
    return np.abs(w * g)


def multi_task_taylor(w, gradients):
    """Taylor score of a weight that several tasks share: the sum over the tasks.

        s_i = sum_t |w_i dL_t/dw_i|

    w          array of any shape
    gradients  list of arrays, shape of w, the gradient of the loss of each task
    returns an array, shape of w, in the units of the losses

    Source: [C-6.4b, our choice: no task's gradient cancels another's].

    >>> multi_task_taylor([1.0, 1.0], [[1.0, 0.5], [-1.0, 0.5]])
    array([2., 1.])
    """
    w, gradients = wide_array("w", w), finite_arrays("gradients", gradients)
    for t, g in enumerate(gradients):
        same_shape(**{"w": w, f"gradients[{t}]": g})
    return sum((taylor(w, g) for g in gradients), np.zeros_like(w))


def shard_average(arrays, counts):
    """Average over workers, each with its share of the samples: one gradient, so one mask.

        g = sum_k (N_k / N) g_k          N = sum_k N_k

    arrays  list of arrays of one shape, from worker k: the mean over its N_k samples
    counts  list of ints >= 0, not all 0
    returns an array: what one machine with all the samples would have; take |.| after averaging

    Source: Jiang et al. 2019 (PruneFL) [A-2.6c, our choice for distributed pruning].

    >>> shard_average([[1.0, -2.0], [4.0, 4.0]], counts=[2, 1])
    array([2., 0.])
    """
    arrays = [widened(array) for array in one_shape("arrays", arrays)]
    counts = [whole_number("counts", n, low=0) for n in listed("counts", counts, "whole numbers")]
    if len(arrays) != len(counts) or sum(counts) == 0:
        raise ValueError(
            f"counts must hold one number for each of {len(arrays)} arrays, at least one > 0, "
            f"got {counts}"
        )
    return sum(n / sum(counts) * array for n, array in zip(counts, arrays, strict=True))


def snip(layers, gradients):
    """SNIP: the share of each connection in the sensitivity of the loss, before any training.

        s_li = |g_li| / sum over all layers of |g|          g = w dL/dw = dL/dc at c = 1

    layers, gradients  lists of arrays of the same shapes: weights, and gradient of the loss, where
                       the network computes with c * w and c is the connection's switch
    returns a list of arrays, shapes of layers, that sum to 1 (to 0 if every w g is 0)

    Source: Lee, Ajanthan and Torr 2019, eq. (6) [C-4.2e, our choice among gradient criteria].

    >>> snip([[3.0, 1.0], [-1.0]], [[1.0, 2.0], [5.0]])
    [array([0.3, 0.2]), array([0.5])]
    """
    layers, gradients = finite_arrays("layers", layers), finite_arrays("gradients", gradients)
    if len(layers) != len(gradients):
        raise ValueError(
            f"gradients must hold one array for each of {len(layers)} layers, got {len(gradients)}"
        )
    for l, (w, g) in enumerate(zip(layers, gradients, strict=True)):
        same_shape(**{f"layers[{l}]": w, f"gradients[{l}]": g})
    scores = [taylor(w, g) for w, g in zip(layers, gradients, strict=True)]
    for l, score in enumerate(scores):
        finite_array(f"layers[{l}] * gradients[{l}]", score)
    total = sum(l1_norm(s) for s in scores)
    return [s / total if total > 0 else s for s in scores]


def movement(weights, gradients):
    """Movement: has training pushed the weight away from zero, or towards it?

        s_i = -sum_t w_i(t) g_i(t)          g_i(t) = dL/dw_i at step t

    weights, gradients  lists of arrays of one shape, one for each step t
    returns an array; positive where steps of gradient descent made the weight larger in magnitude

    Source: Sanh, Wolf and Rush 2020 (movement pruning), whose scores carry the learning rate as
    a further factor [A-2.6b, our choice for transfer learning].

    >>> movement([[1.0, -1.0]], [[-0.5, -0.5]])
    array([ 0.5, -0.5])
    """
    weights, gradients = one_shape("weights", weights), one_shape("gradients", gradients)
    if len(weights) != len(gradients) or not weights:
        raise ValueError(
            "weights and gradients must hold one array for each step, at least one, "
            f"got {len(weights)} and {len(gradients)}"
        )
    same_shape(weights=weights[0], gradients=gradients[0])
    return -sum(widened(w) * g for w, g in zip(weights, gradients, strict=True))
