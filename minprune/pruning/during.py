"""Pruning while the network trains: masks that only grow, masks that move, and a pull to zero.

Masks that only grow are set by a function for `fit(..., on_step=...)`. Masks that bring weights
back need the dense weights behind them: they are optimizers for `fit`.
"""

from abc import ABC, abstractmethod

import numpy as np

from minprune.arguments import at_least_zero, function, generator, listed, one_of, whole_number
from minprune.formulas.masks import checked_mask, low_magnitude_mask, splice_mask
from minprune.formulas.penalties import l1_proximal
from minprune.formulas.schedules import is_pruning_step, polynomial_decay, splice_thresholds
from minprune.nn.network import EmptyLayerError, checked_network
from minprune.nn.optim import Adam, check_gradients
from minprune.nn.parameter import Parameter, checked_state
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
    Source: [E-5.1b, E-5.1c, E-5.1d, D-1.1d].

    >>> import numpy as np
    >>> from minprune.nn.network import mlp
    >>> from minprune.nn.train import fit
    >>> rng = np.random.default_rng(0)
    >>> network, x, y = mlp([4, 8, 2], rng), rng.random((40, 4)), rng.integers(0, 2, 40)
    >>> pruning = gradual_pruning(network, final=0.5, begin=2, end=8, frequency=2)
    >>> history = fit(network, x, y, epochs=1, batch_size=4, on_step=pruning)
    >>> [float(w.mask.mean()) for w in network.weights.values()]
    [0.5, 0.5]
    """
    checked_network("network", network)

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

    Source: [A-2.2a, A-2.2b, D-7.1b, E-3.2].
    """
    checked_network("network", network)
    at_least_zero("lam", lam)
    function("proximal", proximal)

    def on_step(step):
        if step > 0:  # 0 is the call before the first step
            for w in network.weights.values():
                w.value = proximal(w.value, lam, optimizer.lr)

    return on_step


# --- masks that move -----------------------------------------------------------------------------


class DynamicPruning(ABC):
    """Base of the optimizers whose masks move: Adam trains the dense weights behind the masks.

        g = dL / d(W * m)          m <- next_masks(t, W, g, m)          W <- Adam(W, g)

    network  changed as `fit` trains it: its weights are W * m, its biases learn as always. It must
             come without masks, and nothing else may prune it meanwhile
    end      step at which the masks come to rest, or None: never; `fit` warns if it is not reached
    lr       learning rate of Adam; may be changed between steps

    A subclass defines `next_masks(step, weights, gradients, masks)`. Every argument but the step,
    which counts from 1, is a list over the weight arrays: dense weights, dL / d(W * m), and the
    masks so far. It returns the next masks. With `revive = False` pruned weights do not learn.

    Source: Guo, Yao and Chen 2016; Sanh, Wolf and Rush 2020 [D-1.1d, A-2.6b].

    >>> from minprune.nn.network import mlp
    >>> from minprune.nn.train import fit
    >>> class Positive(DynamicPruning):  # masks what is not above 0, until it is
    ...     def next_masks(self, step, weights, gradients, masks):
    ...         return [w > 0 for w in weights]
    >>> rng = np.random.default_rng(0)
    >>> network, x, y = mlp([4, 8, 2], rng), rng.random((40, 4)), rng.integers(0, 2, 40)
    >>> history = fit(network, x, y, epochs=1, optimizer=Positive(network), batch_size=4)
    >>> 0.3 < network.sparsity < 0.7
    True
    """

    revive = True  # the gradient changes all dense weights; False: those kept only

    def __init__(self, network, end=None, lr=1e-3):
        weights = checked_network("network", network).weights
        if any(w.mask is not None for w in weights.values()):
            raise ValueError(
                "network must have no masks, since they would be replaced; unprune it first"
            )
        self.network = network
        self.dense = {name: Parameter(w.value) for name, w in weights.items()}
        self.masks = [np.ones(w.value.shape, bool) for w in weights.values()]
        self.parameters = list(network.parameters.values())
        # the dense weights in place of those shown, which each step sets anew
        self.adam = Adam(network.parameters | self.dense, lr)
        self._end = end

    @abstractmethod
    def next_masks(self, step, weights, gradients, masks):
        """The masks after this step: a list of boolean arrays, True = keep."""

    @property
    def end(self):
        """Steps until the masks come to rest, or None; for the warning of `fit`."""
        return None if self._end is None else self._end - self.adam.t

    @property
    def lr(self):
        return self.adam.lr

    @lr.setter
    def lr(self, new):
        self.adam.lr = new

    def step(self):
        """Move the masks, change the dense weights once, and let the network compute with both.

        An error, before anything changes, if the masks do not fit or prune all of a weight array.
        """
        weights, dense = list(self.network.weights.values()), list(self.dense.values())
        pairs = zip(weights, self.masks, strict=True)
        if any(w.mask is not None and (w.mask != mask).any() for w, mask in pairs):
            raise ValueError(
                "network must be pruned by this optimizer alone, but another mask was set"
            )
        check_gradients(self.network.parameters.items())
        gradients = [w.grad for w in weights]
        for d, g, mask in zip(dense, gradients, self.masks, strict=True):
            d.grad = g if self.revive else g * mask
        values = [d.value for d in dense]
        masks = listed(
            "next_masks", self.next_masks(self.adam.t + 1, values, gradients, self.masks), "masks"
        )
        if len(masks) != len(dense):
            raise ValueError(f"next_masks must be {len(dense)} arrays, got {len(masks)}")
        for (name, d), mask in zip(self.dense.items(), masks, strict=True):
            if not checked_mask(f"next_masks for {name}", mask, d.value.shape).any():
                raise EmptyLayerError(f"next_masks would prune every weight of {name}; prune less")
        self.masks = masks
        self.adam.step()
        for w, d in zip(weights, dense, strict=True):
            w.unprune()
            w.value = d.value
        self.network.prune(self.masks)

    def state_dict(self):
        """Copies of what the next step depends on: dense weights, masks, and what Adam remembers.

        A subclass that keeps more arrays names them in `kept_arrays`.
        """
        return {name: array.copy() for name, array in self._arrays().items()} | {
            f"adam/{name}": array for name, array in self.adam.state_dict().items()
        }

    def load_state_dict(self, state):
        """Go on from a `state_dict`; `ValueError`, before anything changes, if it does not fit."""
        arrays = self._arrays()
        adam = {name: array for name, array in state.items() if name.startswith("adam/")}
        checked_state({name: array for name, array in state.items() if name not in adam}, arrays)
        self.adam.load_state_dict({name[len("adam/") :]: array for name, array in adam.items()})
        self.masks = [mask.copy() for mask in self.masks]  # they may be another's
        for name, array in self._arrays().items():
            array[...] = state[name]

    def _arrays(self):
        names = list(self.dense)
        dense = {f"dense/{name}": d.value for name, d in self.dense.items()}
        masks = {f"mask/{name}": mask for name, mask in zip(names, self.masks, strict=True)}
        kept = {f"kept/{name}": a for name, a in zip(names, self.kept_arrays(), strict=False)}
        return dense | masks | kept

    def kept_arrays(self):
        """Arrays, one per weight array, that `next_masks` keeps from step to step; or none."""
        return []


class NetworkSurgery(DynamicPruning):
    """Dynamic network surgery: cut what has become small, splice back what has become large.

        m <- splice_mask(W, m, a, b)  with probability (1 + gamma t)^-power, else unchanged

    network  changed as `fit` trains it; its nonzero weights set the thresholds a and b of every
             layer, once, by `splice_thresholds`
    c        how much is pruned: mean plus c standard deviations of |W|
    rng      numpy.random.Generator or the seed of one; each layer draws for itself
    margin   half the gap between a and b as a part of their mean, as in `splice_thresholds`
    gamma, power  of the falling probability, both >= 0
    stop     step from which the masks rest, so that the weights can settle; None: never
    lr       learning rate, as in `DynamicPruning`

    Source: Guo, Yao and Chen 2016, algorithm 1; `stop` is in their code [D-1.1d].

    >>> from minprune.nn.network import mlp
    >>> from minprune.nn.train import fit
    >>> rng = np.random.default_rng(0)
    >>> network, x, y = mlp([4, 8, 2], rng), rng.random((40, 4)), rng.integers(0, 2, 40)
    >>> optimizer = NetworkSurgery(network, 0.0, rng)
    >>> history = fit(network, x, y, epochs=1, optimizer=optimizer, batch_size=4)
    >>> 0.3 < network.sparsity < 0.7
    True
    """

    def __init__(self, network, c, rng, *, margin=0.1, gamma=1e-4, power=1.0, stop=None, lr=1e-3):
        rest = None if stop is None else whole_number("stop", stop, low=0)
        super().__init__(network, rest, lr)
        layers = [w.value[w.value != 0] for w in network.weights.values()]
        self.limits = [splice_thresholds(w, c, margin) for w in layers]
        self.gamma, self.power = at_least_zero("gamma", gamma), at_least_zero("power", power)
        self.stop = np.inf if rest is None else rest
        self.rng = generator("rng", rng)

    def next_masks(self, step, weights, gradients, masks):
        chance = (1 + self.gamma * step) ** -self.power if step < self.stop else 0.0
        return [
            splice_mask(w, mask, *ab) if self.rng.random() < chance else mask
            for w, mask, ab in zip(weights, masks, self.limits, strict=True)
        ]


class MovementPruning(DynamicPruning):
    """Movement pruning: weights that training drives towards zero go, however large they are.

        S <- S - W * dL/d(W * m)          m: all but the lowest S, as many as the schedule says

    network  changed as `fit` trains it, usually on a second task
    final, begin, end, initial, power  of `polynomial_decay`, in steps of the optimizer
    scope    as in `prune_by_score`
    lr       learning rate, as in `DynamicPruning`. Pruned weights get no gradient, but their
             scores go on

    Source: Sanh, Wolf and Rush 2020 [A-2.6b].

    >>> from minprune.nn.network import mlp
    >>> from minprune.nn.train import fit
    >>> rng = np.random.default_rng(0)
    >>> network, x, y = mlp([4, 8, 2], rng), rng.random((40, 4)), rng.integers(0, 2, 40)
    >>> optimizer = MovementPruning(network, final=0.5, begin=0, end=5)
    >>> history = fit(network, x, y, epochs=1, optimizer=optimizer, batch_size=4)
    >>> network.sparsity
    0.5
    """

    revive = False

    def __init__(self, network, final, begin, end, *, initial=0.0, power=3, scope="layer", lr=1e-3):
        super().__init__(network, end, lr)
        polynomial_decay(0, initial, final, begin, end, power)  # refuse a bad schedule at once
        self.schedule = initial, final, begin, end, power
        self.rank = RANKINGS[one_of("scope", scope, tuple(RANKINGS))]
        self.scores = [np.zeros_like(w.value) for w in network.weights.values()]

    def kept_arrays(self):
        return self.scores

    def next_masks(self, step, weights, gradients, masks):
        for s, w, g in zip(self.scores, weights, gradients, strict=True):
            s -= w * g
        return self.rank(self.scores, polynomial_decay(step, *self.schedule))
