"""The documents' worked examples, step by step: what is printed beside what is right.

Every right number is computed by the formula that the step is about, and a step is wrong if what
is printed differs from it.
"""

from fractions import Fraction
from typing import NamedTuple

import numpy as np

from minprune.formulas.costs import mlp_hidden_width, mlp_parameters
from minprune.formulas.influence import leave_one_out, obd_saliency, second_order_influence
from minprune.formulas.masks import (
    apply_mask,
    pruned_count,
    rank_mask,
    threshold_mask,
    threshold_prune,
)
from minprune.formulas.metrics import (
    compression_rate,
    compression_ratio,
    mcnemar_z,
    performance_loss,
    pruning_rate,
    sparsity,
)
from minprune.formulas.misprints import half_sum_mask_misprint, pruning_rate_misprint
from minprune.formulas.norms import l2_norm, normalize, unit_l1
from minprune.formulas.scores import (
    gradient_magnitude,
    layer_importance,
    layer_l2,
    magnitude,
    taylor,
)
from minprune.formulas.structured import layer_threshold_masks, unit_threshold_mask
from minprune.formulas.units import contribution, mean_activation, unit_ablation


class Step(NamedTuple):
    """One line of an example."""

    what: str
    right: object  # a number, an array, or a word
    printed: object = None  # None where the document prints nothing
    places: int = 9  # decimals that the document prints
    why: str = ""

    @property
    def wrong(self):
        """True if the printed value is not the formula's, to the places printed."""
        if self.printed is None:
            return False
        if isinstance(self.right, str):
            return self.printed != self.right
        return not np.array_equal(
            np.round(np.asarray(self.right, dtype=float), self.places), np.asarray(self.printed)
        )


class Example(NamedTuple):
    """A worked example: numbers that a document prints, or its rule on numbers of ours."""

    id: str
    title: str
    given: dict
    steps: tuple
    moral: str
    ours: bool = False  # the numbers are ours: nothing is printed, but the rule gives something


LAYERS = (
    np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]),
    np.array([[0.7, 0.8, 0.9], [0.1, 0.2, 0.3]]),
    np.array([[0.4, 0.5, 0.6], [0.7, 0.8, 0.9]]),
)
PRINTED_LAYERS = (
    np.zeros((2, 3)),
    np.array([[0.7, 0.8, 0.9], [0, 0, 0]]),
    np.array([[0, 0, 0], [0.7, 0.8, 0.9]]),
)


def three_layers():
    """A-4.4: layer pruning by importance.

    >>> [step.what for step in three_layers().steps if step.wrong]
    ['importance of layer 3', 'layer 2 pruned', 'layer 3 pruned', 'output of the network']
    """
    theta, (I1, I2, I3) = 2.5, layer_importance(LAYERS)
    masks = layer_threshold_masks(LAYERS, theta)
    h1, h2, h3 = (apply_mask(w, m) for w, m in zip(LAYERS, masks, strict=True))
    p1, p2, p3 = PRINTED_LAYERS
    return Example(
        "A-4.4",
        "Three layers, pruned by importance",
        {"h1": LAYERS[0], "h2": LAYERS[1], "h3": LAYERS[2], "theta": theta},
        (
            Step("importance of layer 1", I1, 2.1),
            Step("importance of layer 2", I2, 3.0),
            Step("importance of layer 3", I3, 3.2, why="both are above theta: no effect yet"),
            Step("layer 1 pruned", h1, p1, why="2.1 < 2.5: the layer is pruned"),
            Step("layer 2 pruned", h2, p2, why="3.0 >= 2.5: the rule keeps the layer"),
            Step("layer 3 pruned", h3, p3, why="3.9 >= 2.5: the rule keeps the layer"),
            *_other_rules(theta),
            Step("output of the network", "constant", "what is important",
                 why="layer 1 is all zero; besides, two 2x3 matrices cannot be multiplied"),
        ),
        "A rule has a granularity: weights, rows or layers. The printed matrices follow another "
        "rule than the printed formula.",
    )  # fmt: skip


def _other_rules(theta):
    """The rules that do give the printed matrices, and what other norms would keep."""
    by_weight = [threshold_prune(w, 0.65) for w in LAYERS]
    by_row = [apply_mask(w, unit_threshold_mask(w, 2.0, axis=0)) for w in LAYERS]
    rows = ", ".join(str(unit_l1(w, axis=0).round(1)) for w in LAYERS)
    l1, l2 = layer_importance(LAYERS), layer_l2(LAYERS)
    return (
        Step("as printed, weights pruned at 0.65?",
             _yes(all(map(np.array_equal, by_weight, PRINTED_LAYERS))),
             why="so they are for every theta with 0.6 < theta <= 0.7"),
        Step("as printed, rows pruned at L1 norm 2?",
             _yes(all(map(np.array_equal, by_row, PRINTED_LAYERS))),
             why=f"so they are for 1.5 < theta <= 2.4; the rows have {rows}"),
        Step("layers kept at 2.5, by L1 norm", int((l1 >= theta).sum())),
        Step("... by L2 norm", int((l2 >= theta).sum()), why="the same theta, another norm"),
        Step("... by squared L2 norm", int((l2**2 >= theta).sum())),
    )  # fmt: skip


def zero_matrix():
    """D-4.3: normalize, threshold, multiply.

    >>> [step.what for step in zero_matrix().steps if step.wrong]
    ['W * mask', 'weights kept']
    """
    W, theta = np.array([[0.1, 0.3, 0.5], [0.6, 0.7, 0.8], [0.9, 0.1, 0.3]]), 0.2
    mask = threshold_mask(W, theta, ties="prune")
    f = normalize(W)
    on_f = threshold_mask(f, theta, ties="prune")
    squares = sum(Fraction(str(w)) ** 2 for w in W.ravel())
    return Example(
        "D-4.3",
        "A 3 x 3 matrix, pruned at 0.2",
        {"W": W, "theta": theta},
        (
            Step("sum of squares", float(squares), 2.75, why=f"exactly {squares}"),
            Step("norm of W", l2_norm(W), 1.66, places=2),
            Step("f(W) = W / norm", f, [[0.06, 0.18, 0.30], [0.36, 0.42, 0.48], [0.54, 0.06, 0.18]],
                 places=2, why="never used below"),
            Step("mask", mask.astype(int), [[0, 1, 1], [1, 1, 1], [1, 0, 1]]),
            Step("W * mask", apply_mask(W, mask), np.zeros((3, 3)),
                 why="seven ones in the mask one line above: seven weights are kept"),
            Step("weights kept", int(mask.sum()), 0, why="the document: all are below 0.2"),
            Step("sparsity", sparsity(mask), why="2/9"),
            Step("weights kept, by f(W)", int(on_f.sum()),
                 why="theta = 0.2 on f(W) is 0.3317 on W"),
            Step("theta on W for all zeros", float(W.max()), why="the smallest"),
            Step("theta on f(W) for all zeros", float(f.max())),
        ),
        "A product with a mask keeps as many weights as the mask has ones.",
    )  # fmt: skip


def small_gradient():
    """C-4.2f: the rule of the small gradient, on two weights.

    >>> small_gradient().steps[-1].right
    'weight 2'
    """
    x, w, y = np.array([1.0, 2.0]), np.array([3.0, 1.0]), 4.0

    def loss(w):
        return 0.5 * (w @ x - y) ** 2

    g, h = (w @ x - y) * x, x**2  # dL/dw = (w.x - y) x, Hessian x x^T
    truth = leave_one_out(loss, w)
    return Example(
        "C-4.2f",
        "Prune the weight with the smaller gradient",
        {"loss": "(w.x - y)^2 / 2", "x": x, "w": w, "y": y},
        (
            Step("loss", loss(w)),
            Step("gradient", g),
            Step("pruned by gradient |g|", _lowest(gradient_magnitude(g))),
            Step("pruned by magnitude |w|", _lowest(magnitude(w))),
            Step("pruned by Taylor |w g|", _lowest(taylor(w, g)), why=f"scores {taylor(w, g)}"),
            Step("pruned by OBD h w^2 / 2", _lowest(obd_saliency(w, h)),
                 why=f"scores {obd_saliency(w, h)}; it takes the gradient for 0"),
            Step("change of the loss by the series", second_order_influence(w, g, h)),
            Step("change of the loss if each is set to zero", truth),
            Step("to be pruned", _lowest(truth), "weight 1",
                 why="the document's rule costs 1.5, the right one 0"),
        ),
        "A small gradient means that the loss is flat there, not that the weight is unimportant.",
        ours=True,
    )  # fmt: skip


def rate_above_one():
    """B-4c: a pruning rate that exceeds 100 %.

    >>> [step.right for step in rate_above_one().steps]
    [1.0, 0.5, 0.2222222222222222, 1.0]
    """
    cases = (
        ("8 x 10, all weights 0.005, theta = 0.01", np.full((8, 10), 0.005), 0.01),
        ("[[-0.9, 0.05], [0.4, -0.02]], theta = 0.1", np.array([[-0.9, 0.05], [0.4, -0.02]]), 0.1),
        ("W of D-4.3, theta = 0.2", zero_matrix().given["W"], 0.2),
        ("8 x 10, all weights 0.5, theta = 1", np.full((8, 10), 0.5), 1.0),
    )
    return Example(
        "B-4c",
        "The pruning rate as the listing computes it",
        {"its rule": "count below theta / sum |w|", "right": "count below theta / count"},
        tuple(
            Step(what, pruning_rate(w, theta), pruning_rate_misprint(w, theta), why=why)
            for (what, w, theta), why in zip(
                cases,
                (
                    "20,000 %",
                    "",
                    "",
                    "the same weights and theta, 100 times as large: another rate",
                ),
                strict=True,
            )
        ),
        "A rate has no unit and lies between 0 and 1; the printed one is the right one / mean |w|.",
        ours=True,
    )


def impossible_counts():
    """A-5.5: parameters that no 784-h-10 network has.

    >>> [step.right for step in impossible_counts().steps[:2]]
    [50890, 50890]
    """
    before, after = 784_096, 196_608
    return Example(
        "A-5.5",
        "The table of the 784-64-10 network, before and after pruning",
        {"accuracy": "0.982 -> 0.980", "parameters": f"{before:,} -> {after:,}", "images": 10_000},
        (
            Step("parameters before", mlp_parameters([784, 64, 10]), before,
                 why=f"784-h-10 has 795 h + 10; h would be {_mixed(before)}"),
            Step("parameters after zeroing weights", mlp_parameters([784, 64, 10]), after,
                 why=f"zeros are still parameters; h would be {_mixed(after)}"),
            Step("compression ratio of the printed figures", compression_ratio(before, after)),
            Step("compression rate of the printed figures", compression_rate(before, after)),
            Step("accuracy lost", round(performance_loss(0.982, 0.980), 12)),
            Step("... in standard errors, at least", mcnemar_z(200, 180),
                 why="if no image is wrong in both: 180 + 200 are classified differently"),
            Step("... in standard errors, at most", mcnemar_z(20, 0),
                 why="if only the 20 are: the number is not printed, so there is no verdict"),
            Step("speed-up of the printed times", 0.5 / 0.3, why="a dense product skips no zeros"),
        ),
        "Count parameters from the shapes; zeroing is not removing. Two networks tested on the "
        "same images are compared by the images that only one of them gets right.",
    )  # fmt: skip


def half_sum():
    """C-5.2: at most one weight can exceed half of the sum of all.

    >>> [(step.right, step.printed) for step in half_sum().steps]
    [(5, 0), (1, 1), (1, 0)]
    """
    cases = (
        ("weights kept of W of D-4.3", zero_matrix().given["W"], "9 weights, 4 pruned"),
        ("of [0.75, 0.25, -0.125]", np.array([0.75, 0.25, -0.125]), "one is the most there can be"),
        (
            "of [-0.75, 0.25, 0.125]",
            np.array([-0.75, 0.25, 0.125]),
            "negative weights are never kept",
        ),
    )
    return Example(
        "C-5.2a",
        "Keep the weights between half the L1 norm and the L1 norm",
        {"its rule": "l1 * 0.5 < w < l1, with l1 = sum |w|", "right": "half of them, by magnitude"},
        tuple(
            Step(
                what,
                int(rank_mask(magnitude(w), pruned_count(w.size, 0.5)).sum()),
                int(half_sum_mask_misprint(w).sum()),
                why=why,
            )
            for what, w, why in cases
        ),
        "Two weights above half of the sum would together exceed the sum.",
        ours=True,
    )


def silent_neuron():
    """E-4.3: the most active neuron may contribute nothing.

    >>> silent_neuron().steps[-1].right
    'neuron 1'
    """
    a, w_out = np.array([[1.0, 0.1]]), np.array([[0.0], [5.0]])
    output = (a @ w_out).item()

    def loss(keep):
        return abs(output - ((a * keep) @ w_out).item())

    return Example(
        "E-4.3",
        "Two neurons, one output",
        {"activations": a[0], "outgoing weights": w_out[:, 0], "output": output},
        (
            Step("mean activation", mean_activation(a)),
            Step("activation times outgoing weights", contribution(a, w_out)),
            Step("change of the output without each", unit_ablation(loss, 2)),
            Step("pruned by activation", _lowest(mean_activation(a), "neuron")),
            Step("to be pruned", _lowest(unit_ablation(loss, 2), "neuron"), "neuron 2",
                 why="the document: the higher the activation, the larger the contribution"),
        ),
        "An activation matters only as much as the weights that read it.",
        ours=True,
    )  # fmt: skip


EXAMPLES = {
    "A-4.4": three_layers,
    "A-5.5": impossible_counts,
    "B-4c": rate_above_one,
    "C-4.2f": small_gradient,
    "C-5.2a": half_sum,
    "D-4.3": zero_matrix,
    "E-4.3": silent_neuron,
}


def _lowest(scores, name="weight"):
    return f"{name} {int(np.argmin(scores)) + 1}"


def _yes(truth):
    return "yes" if truth else "no"


def _mixed(parameters):
    return f"{float(mlp_hidden_width(parameters, 784, 10)):.2f}"
