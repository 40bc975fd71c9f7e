"""Pruning while the network trains: masks that only grow, masks that move, and a pull to zero.

What only grows is a function for `fit(..., on_step=...)`. Methods that bring weights back keep the
dense weights behind the masks: `fit_dynamically`.
"""

import numpy as np

from minprune.arguments import at_least_zero, generator, one_of
from minprune.formulas.masks import low_magnitude_mask, splice_mask
from minprune.formulas.penalties import l1_proximal
from minprune.formulas.schedules import is_pruning_step, polynomial_decay, splice_thresholds
from minprune.nn.optim import Adam
from minprune.nn.parameter import Parameter
from minprune.nn.train import (
    check_finite,
    check_plan,
    checked_samples,
    find_gradients,
    minibatches,
)
from minprune.pruning.one_shot import RANKINGS


def gradual_pruning(network, final, begin, end, frequency=100, initial=0.0, power=3):
    """Gradual pruning: every layer follows the polynomial schedule while the network trains.

    network       changed as it trains
    final, begin, end, frequency, initial, power  of `polynomial_decay` and `is_pruning_step`; steps
                  are counted from the start of this `fit`
    returns a function for `fit(..., on_step=...)`

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
            mask = low_magnitude_mask(w.value, sparsity)
            w.prune(mask if w.mask is None else mask & w.mask)

    is_pruning_step(0, begin, end, frequency)  # refuse a bad schedule before training starts
    polynomial_decay(0, initial, final, begin, end, power)
    return on_step


def proximal_pruning(network, optimizer, lam, proximal=l1_proximal):
    """A proximal step after every step: the penalty that does set weights to exactly zero.

    network    changed as it trains
    optimizer  the one that trains it; its learning rate sets the size of the step
    lam        strength of the penalty, >= 0
    proximal   function (w, lam, lr) -> w', such as `l1_proximal` or `group_lasso_proximal`
    returns a function for `fit(..., on_step=...)`. No mask is set: a zero may come back

    Source: A-2.2a, A-2.2b, D-7.1b, E-3.2.
    Erratum: A-2.2 lists the penalty as a way to prune; by subgradient steps no weight becomes 0.
    """
    at_least_zero("lam", lam)

    def on_step(step):
        if step > 0:  # 0 is the call before the first step
            for w in network.weights.values():
                w.value = proximal(w.value, lam, optimizer.lr)

    return on_step


# --- masks that move -----------------------------------------------------------------------------


def fit_dynamically(network, rule, x, y, *, epochs, rng, batch_size=64, lr=1e-3, revive=True):
    """Train with masks that may bring weights back: the dense weights go on behind the masks.

        forward with W * m          W <- W - step(dL / d(W * m))          m <- rule(W, dL, m)

    network     changed; afterwards its weights are W * m, with the last masks held
    rule        function (step, weights, gradients, masks) -> masks, each a list over the layers;
                `network_surgery` or `movement_pruning`
    x, y, epochs, rng, batch_size  as in `fit`
    lr          learning rate of Adam
    revive      True: the gradient acts on all of W (surgery); False: on the kept ones (movement)
    returns the list of mean losses, one per epoch

    Source: D-1.1d, A-2.6b.
    """
    x, y = checked_samples(network, x, y)
    check_plan(epochs, batch_size, rng, samples=len(x))
    shown = list(network.weights.values())
    dense = [Parameter(w.value) for w in shown]
    biases = {k: p for k, p in network.parameters.items() if k not in network.weights}
    optimizer = Adam({**biases, **dict(enumerate(dense))}, lr)
    masks = [np.ones(w.value.shape, bool) if w.mask is None else w.mask for w in shown]
    step, history = 0, []
    for _ in range(epochs):
        losses = []
        for batch in minibatches(len(x), batch_size, rng):
            show(network, dense, masks)
            losses.append(find_gradients(network, x[batch], y[batch]))
            for w, d, mask in zip(shown, dense, masks, strict=True):
                d.grad = w.grad if revive else w.grad * mask
            optimizer.step()
            step += 1
            masks = rule(step, [d.value for d in dense], [w.grad for w in shown], masks)
        history.append(sum(losses) / len(losses))
    show(network, dense, masks)
    check_finite(network)
    return history


def show(network, dense, masks):
    """Let the network compute with the dense weights where the masks are True, with 0 elsewhere."""
    for w, d, mask in zip(network.weights.values(), dense, masks, strict=True):
        w.unprune()
        w.value = d.value
        w.prune(mask)


def network_surgery(network, c, rng, margin=0.1, gamma=1e-4, power=1.0):
    """Dynamic network surgery: cut what has become small, splice back what has become large.

        m <- splice_mask(W, m, a, b)  with probability (1 + gamma step)^-power, else unchanged

    network  whose weights set the thresholds a and b of every layer, once, by `splice_thresholds`
    c        how much is pruned: mean plus c standard deviations of |W|
    rng      numpy.random.Generator
    margin   half the gap between a and b
    gamma, power  of the falling probability, both >= 0, so that the masks come to rest
    returns a rule for `fit_dynamically`

    Source: D-1.1d; Guo, Yao and Chen 2016, algorithm 1.
    """
    limits = [splice_thresholds(w.value, c, margin) for w in network.weights.values()]
    gamma, power = at_least_zero("gamma", gamma), at_least_zero("power", power)
    generator("rng", rng)

    def rule(step, weights, gradients, masks):
        if rng.random() >= (1 + gamma * step) ** -power:
            return masks
        return [splice_mask(*wm, *ab) for *wm, ab in zip(weights, masks, limits, strict=True)]

    return rule


def movement_pruning(network, final, begin, end, initial=0.0, power=3, scope="layer"):
    """Movement pruning: weights that training drives towards zero go, however large they are.

        S <- S - W * dL/d(W * m)          m: all but the lowest S, as many as the schedule says

    network  to be trained, usually on a second task
    final, begin, end, initial, power  of `polynomial_decay`
    scope    "layer" or "global", as in `prune_by_score`
    returns a rule for `fit_dynamically(..., revive=False)`: the scores of pruned weights go on

    Source: A-2.6b; Sanh, Wolf and Rush 2020.
    """
    one_of("scope", scope, tuple(RANKINGS))
    polynomial_decay(0, initial, final, begin, end, power)  # refuse a bad schedule at once
    scores = [np.zeros_like(w.value) for w in network.weights.values()]

    def rule(step, weights, gradients, masks):
        for s, w, g in zip(scores, weights, gradients, strict=True):
            s -= w * g
        return RANKINGS[scope](scores, polynomial_decay(step, initial, final, begin, end, power))

    return rule
