"""Pruning while the network trains: masks that only grow, masks that move, and a pull to zero.

What only grows is a function for `fit(..., on_step=...)`. What brings weights back needs the dense
weights behind the masks: an optimizer for `fit`, `MovingMasks`.
"""

from typing import NamedTuple

import numpy as np

from minprune.arguments import at_least_zero, generator, one_of, shown, whole_number
from minprune.formulas.masks import low_magnitude_mask, splice_mask
from minprune.formulas.penalties import l1_proximal
from minprune.formulas.schedules import is_pruning_step, polynomial_decay, splice_thresholds
from minprune.nn.network import EmptyLayerError
from minprune.nn.optim import Adam, check_gradients
from minprune.nn.parameter import Parameter
from minprune.pruning.one_shot import RANKINGS


def gradual_pruning(network, final, begin, end, frequency=100, initial=0.0, power=3):
    """Gradual pruning: every layer follows the polynomial schedule while the network trains.

    network       changed as it trains
    final, begin, end, frequency, initial, power  of `polynomial_decay` and `is_pruning_step`, with
                  initial <= final, and a whole number of frequencies from begin to end; steps are
                  counted from the start of this `fit`, which must reach `end` to reach `final`
    returns a function for `fit(..., on_step=...)`; its attribute `end` lets `fit` warn if it is
    not reached

    What is pruned stays pruned (Zhu and Gupta 2017); the rule within a layer is that of the
    document's library, `low_magnitude_mask`.
    Source: E-5.1b, E-5.1c, E-5.1d, D-1.1d.
    Erratum: E-5.1d leaves out the callback that renews the masks, so its training stops at once.

    >>> import numpy as np
    >>> from minprune.nn.network import mlp
    >>> from minprune.nn.optim import SGD
    >>> from minprune.nn.train import fit
    >>> rng = np.random.default_rng(0)
    >>> network, x, y = mlp([4, 8, 2], rng), rng.random((40, 4)), rng.integers(0, 2, 40)
    >>> pruning = gradual_pruning(network, final=0.5, begin=2, end=8, frequency=2)
    >>> history = fit(network, SGD(network.parameters, lr=0.1), x, y, epochs=1, batch_size=4,
    ...               rng=rng, on_step=pruning)
    >>> [float(w.mask.mean()) for w in network.weights.values()]
    [0.5, 0.5]
    """

    def on_step(step):
        if not is_pruning_step(step, begin, end, frequency):
            return
        sparsity = polynomial_decay(step, initial, final, begin, end, power)
        for w in network.weights.values():
            w.prune(w.with_pruned(low_magnitude_mask(w.value, sparsity)))

    polynomial_decay(0, initial, final, begin, end, power)  # refuse a bad schedule at once
    if not is_pruning_step(end, begin, end, frequency):
        raise ValueError(f"frequency must divide end - begin = {end - begin}, got {frequency}")
    if initial > final:
        raise ValueError(f"initial must be at most final = {final}, got {initial}: masks only grow")
    on_step.end = end
    return on_step


def proximal_pruning(network, optimizer, lam, proximal=l1_proximal):
    """A proximal step after every step: the penalty that does set weights to exactly zero.

    network    changed as it trains
    optimizer  the one that trains it; its learning rate sets the size of the step
    lam        strength of the penalty, >= 0
    proximal   function (w, lam, lr) -> w', such as `l1_proximal` or `group_lasso_proximal`
    returns a function for `fit(..., on_step=...)`. No mask is set: a zero may come back. After
    steps of SGD it minimizes the loss with the penalty; after Adam, whose steps have another size
    for every weight, it is a pull to zero but not that minimum

    Source: A-2.2a, A-2.2b, D-7.1b, E-3.2.
    Erratum: A-2.2 lists the penalty as a way to prune; a subgradient step jumps over 0.
    """
    at_least_zero("lam", lam)

    def on_step(step):
        if step > 0:  # 0 is the call before the first step
            for w in network.weights.values():
                w.value = proximal(w.value, lam, optimizer.lr)

    return on_step


# --- masks that move -----------------------------------------------------------------------------


class Rule(NamedTuple):
    """How masks move: made by `network_surgery` and `movement_pruning`, used by `MovingMasks`."""

    masks: object  # function (step, weights, gradients, masks) -> masks, each a list over layers
    revive: bool  # True: the gradient acts on all dense weights; False: on those kept
    end: int | None = None  # step from which the masks rest


class MovingMasks:
    """An optimizer whose masks may bring weights back: dense weights go on behind the masks.

        g = dL / d(W * m)          m <- rule(W, g, m)          W <- Adam(W, g)

    network  changed as `fit` trains it: its weights are W * m, its biases learn as always. It must
             come without masks, and nothing else may prune it meanwhile: the rule alone decides
    rule     a `Rule`; its steps count from 1
    lr       learning rate of Adam

    Source: D-1.1d, A-2.6b; Guo, Yao and Chen 2016; Sanh, Wolf and Rush 2020.

    >>> from minprune.nn.network import mlp
    >>> from minprune.nn.train import fit
    >>> rng = np.random.default_rng(0)
    >>> network, x, y = mlp([4, 8, 2], rng), rng.random((40, 4)), rng.integers(0, 2, 40)
    >>> optimizer = MovingMasks(network, movement_pruning(network, final=0.5, begin=0, end=5))
    >>> history = fit(network, optimizer, x, y, epochs=1, rng=rng, batch_size=4)
    >>> network.sparsity
    0.5
    """

    def __init__(self, network, rule, lr=1e-3):
        if not isinstance(rule, Rule):
            raise TypeError(f"rule must be a Rule, as network_surgery makes one, got {shown(rule)}")
        weights = network.weights
        if any(w.mask is not None for w in weights.values()):
            raise ValueError("network has masks, which the rule would undo; unprune it first")
        self.network, self.rule = network, rule
        self.dense = {name: Parameter(w.value) for name, w in weights.items()}
        self.masks = [np.ones(w.value.shape, bool) for w in weights.values()]
        self.parameters = list(network.parameters.values())
        # the dense weights in place of those shown, which each step sets anew
        self.adam = Adam(network.parameters | self.dense, lr)

    @property
    def end(self):
        """Steps until the masks come to rest, or None; for the warning of `fit`."""
        return None if self.rule.end is None else self.rule.end - self.adam.t

    @property
    def lr(self):
        return self.adam.lr

    @lr.setter
    def lr(self, new):
        self.adam.lr = new

    def step(self):
        """Move the masks, change the dense weights once, and let the network compute with both."""
        weights, dense = list(self.network.weights.values()), list(self.dense.values())
        pairs = zip(weights, self.masks, strict=True)
        if any(w.mask is not None and (w.mask != mask).any() for w, mask in pairs):
            raise ValueError("network was pruned by something else, which the rule would undo")
        check_gradients(self.network.parameters.items())
        gradients = [w.grad for w in weights]
        for d, g, mask in zip(dense, gradients, self.masks, strict=True):
            d.grad = g if self.rule.revive else g * mask
        values = [d.value for d in dense]
        masks = self.rule.masks(self.adam.t + 1, values, gradients, self.masks)
        for name, mask in zip(self.dense, masks, strict=True):
            if not mask.any():  # before anything has changed
                raise EmptyLayerError(f"rule would prune every weight of {name}; let it prune less")
        self.masks = masks
        self.adam.step()
        for w, d in zip(weights, dense, strict=True):
            w.unprune()
            w.value = d.value
        self.network.prune(self.masks)


def network_surgery(network, c, rng, margin=0.1, gamma=1e-4, power=1.0, stop=None):
    """Dynamic network surgery: cut what has become small, splice back what has become large.

        m <- splice_mask(W, m, a, b)  with probability (1 + gamma step)^-power, else unchanged

    network  whose nonzero weights set the thresholds a and b of every layer, once, by
             `splice_thresholds`
    c        how much is pruned: mean plus c standard deviations of |W|
    rng      numpy.random.Generator; each layer draws for itself
    margin   half the gap between a and b
    gamma, power  of the falling probability, both >= 0
    stop     step from which the masks rest, so that the weights can settle; None: never
    returns a `Rule` for `MovingMasks`

    Source: D-1.1d; Guo, Yao and Chen 2016, algorithm 1; `stop` is in their code.
    """
    layers = [w.value[w.value != 0] for w in network.weights.values()]
    limits = [splice_thresholds(w, c, margin) for w in layers]
    gamma, power = at_least_zero("gamma", gamma), at_least_zero("power", power)
    rest = np.inf if stop is None else whole_number("stop", stop, low=0)
    generator("rng", rng)

    def masks(step, weights, gradients, masks):
        chance = (1 + gamma * step) ** -power if step < rest else 0.0
        return [
            splice_mask(w, mask, *ab) if rng.random() < chance else mask
            for w, mask, ab in zip(weights, masks, limits, strict=True)
        ]

    return Rule(masks, revive=True, end=stop)


def movement_pruning(network, final, begin, end, initial=0.0, power=3, scope="layer"):
    """Movement pruning: weights that training drives towards zero go, however large they are.

        S <- S - W * dL/d(W * m)          m: all but the lowest S, as many as the schedule says

    network  to be trained, usually on a second task
    final, begin, end, initial, power  of `polynomial_decay`, in steps of the optimizer
    scope    "layer" or "global", as in `prune_by_score`
    returns a `Rule` for `MovingMasks`: pruned weights get no gradient, but their scores go on

    Source: A-2.6b; Sanh, Wolf and Rush 2020.
    """
    one_of("scope", scope, tuple(RANKINGS))
    polynomial_decay(0, initial, final, begin, end, power)  # refuse a bad schedule at once
    scores = [np.zeros_like(w.value) for w in network.weights.values()]

    def masks(step, weights, gradients, masks):
        for s, w, g in zip(scores, weights, gradients, strict=True):
            s -= w * g
        return RANKINGS[scope](scores, polynomial_decay(step, initial, final, begin, end, power))

    return Rule(masks, revive=False, end=end)
