"""Optimizers: from the gradients to the next weights, with pruned weights held at exactly 0.

The loops over the weights stand in `updates`, which Numba compiles on the first step.
"""

import math

import numpy as np

from minprune.arguments import above_zero, at_least_zero, finite_number, fraction, shown
from minprune.nn.parameter import Parameter, checked_state

WARMUP = 0.3  # part of training over which `warmup_cosine` rises


class Optimizer:
    """Base of all optimizers: the parameters, the step count t, and state arrays for each.

    parameters  the dict `network.parameters`, or some of its entries: the others stay as they are
    lr          learning rate, > 0; may be changed between steps
    """

    def __init__(self, parameters, lr, weight_decay, state_arrays):
        self.names, self.parameters = list(checked_parameters(parameters)), [*parameters.values()]
        self.lr = above_zero("lr", lr)
        self.weight_decay = at_least_zero("weight_decay", weight_decay)
        self.t = 0
        self.state = [
            [np.zeros(p.value.size, p.value.dtype) for _ in range(state_arrays)]
            for p in self.parameters
        ]

    def step(self):
        """Change every parameter once, from its gradient. Weights decay, biases do not.

        `ValueError`, before anything changes, if a parameter has no gradient.
        """
        check_gradients(zip(self.names, self.parameters, strict=True))
        self.t += 1
        for p, state in zip(self.parameters, self.state, strict=True):
            keep = None if p.mask is None else p.mask.reshape(-1)
            decay = self.weight_decay if p.value.ndim > 1 else 0.0
            self.update(p.value.reshape(-1), p.grad.reshape(-1), state, keep, decay)

    def state_dict(self):
        """Copies of what the next step depends on beside the parameters: t, and the state arrays.

        A dict of arrays by name, "t" and "0.W/0"; the learning rate is not in it.
        """
        return {name: array.copy() for name, array in self._arrays().items()}

    def load_state_dict(self, state):
        """Go on from a `state_dict`; `ValueError`, before anything changes, if it does not fit."""
        checked_state(state, arrays := self._arrays())
        for name, array in arrays.items():
            array[...] = state[name]
        self.t = int(state["t"])

    def _arrays(self):
        arrays = {"t": np.array(self.t)}
        for name, state in zip(self.names, self.state, strict=True):
            arrays |= {f"{name}/{k}": array for k, array in enumerate(state)}
        return arrays


def checked_parameters(parameters):
    """The dict itself; an error unless its values are parameters, none of them twice."""
    if not isinstance(parameters, dict):
        raise TypeError(f"parameters must be a dict, network.parameters, got {shown(parameters)}")
    names = {}
    for name, p in parameters.items():
        if not isinstance(p, Parameter):
            raise TypeError(f"parameters[{name!r}] must be a Parameter, got {shown(p)}")
        if (first := names.setdefault(p, name)) != name:
            raise ValueError(f"parameters hold the same Parameter twice, as {first!r} and {name!r}")
    return parameters


class SGD(Optimizer):
    """Stochastic gradient descent with momentum and weight decay.

        v <- mu v + (g + d w)        w <- w - lr v

    momentum      mu, 0 <= mu < 1
    weight_decay  d >= 0, the gradient of the L2 penalty with lam = d / 2; weights only

    Source: Polyak 1964 (momentum), in the form of PyTorch, where lr scales the whole velocity.

    >>> from minprune.nn.parameter import Parameter, checked_state
    >>> w = Parameter([1.0, 2.0])
    >>> w.grad = np.array([1.0, -1.0])
    >>> SGD({"w": w}, lr=0.5).step()
    >>> w.value
    array([0.5, 2.5])
    """

    def __init__(self, parameters, lr, momentum=0.0, weight_decay=0.0):
        super().__init__(parameters, lr, weight_decay, state_arrays=1)
        self.momentum = fraction("momentum", momentum)

    def update(self, w, gradient, state, keep, decay):
        from minprune.nn.updates import sgd_update  # importing minprune must not import Numba

        sgd_update(w, gradient, *state, keep, self.lr, self.momentum, decay)


class Adam(Optimizer):
    """Adam: a step of about lr for every weight, whatever the scale of its gradient.

        m <- b1 m + (1 - b1) g              v <- b2 v + (1 - b2) g^2
        w <- (1 - lr d) w - lr (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps)

    beta1, beta2  b1 and b2, decay of the two moments, in [0, 1)
    epsilon       eps >= 1e-12; float32 moments are kept to about 1e-27, whose root is 3e-14
    weight_decay  d >= 0, decoupled from the gradient; weights only

    Without a mask the first step turns a pruned 0 into about +-lr wherever the gradient is well
    above eps.

    Source: Kingma and Ba 2015, algorithm 1; the decay: Loshchilov and Hutter 2019 (AdamW), in
    the form of PyTorch, scaled by lr [A-5.2.8].

    >>> from minprune.nn.parameter import Parameter, checked_state
    >>> w = Parameter([0.0, 0.0])
    >>> w.grad = np.array([3.0, -0.25])
    >>> Adam({"w": w}, lr=0.5).step()
    >>> w.value.round(6)
    array([-0.5,  0.5])
    """

    def __init__(self, parameters, lr=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-8, weight_decay=0.0):
        super().__init__(parameters, lr, weight_decay, state_arrays=2)
        self.beta1, self.beta2 = fraction("beta1", beta1), fraction("beta2", beta2)
        self.epsilon = finite_number("epsilon", epsilon, "a finite number >= 1e-12", low=1e-12)

    def update(self, w, gradient, state, keep, decay):
        from minprune.nn.updates import adam_update  # importing minprune must not import Numba

        rates = self.lr, self.beta1, self.beta2, self.epsilon
        adam_update(w, gradient, *state, keep, self.t, *rates, decay)


def check_gradients(pairs):
    """`ValueError` if one of the parameters, given as pairs (name, parameter), has no gradient."""
    for name, p in pairs:
        if p.grad is None:
            raise ValueError(f"parameter {name} has no gradient yet; run backward before step")


def no_decay(done):
    """Factor on the learning rate when it is to stay as it is.

    >>> no_decay(0.5)
    1.0
    """
    return 1.0


def warmup_cosine(done):
    """Factor on the learning rate that rises over the part `WARMUP` of training, and decays.

        factor = min(1, 0.1 + 0.9 done / WARMUP) cosine_decay(done)

    Adam's first steps have the size lr in every weight, however small its gradient. All inputs of a
    unit may so push it below 0 at once, on every sample: a dead unit, which no gradient reaches.

    done  from 0 to 1
    returns a float: 0.1 at first, 0.79 at its highest, 0 at the end

    Source: Goyal et al. 2017, section 2.2 (gradual warm-up).

    >>> warmup_cosine(0.0), round(warmup_cosine(WARMUP), 2), warmup_cosine(1.0)
    (0.1, 0.79, 0.0)
    """
    return min(1, 0.1 + 0.9 * done / WARMUP) * cosine_decay(done)


def cosine_decay(done):
    """Factor on the learning rate when a part `done` of the training is over.

        factor = (1 + cos(pi done)) / 2

    done  from 0 to 1
    returns a float, from 1 down to 0

    Source: Loshchilov and Hutter 2017 (SGDR), eq. (5), one cycle.

    >>> cosine_decay(0.0), cosine_decay(1.0)
    (1.0, 0.0)
    """
    return (1 + math.cos(math.pi * done)) / 2
