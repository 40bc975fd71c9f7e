"""How important is a weight? Higher = more important; a mask then keeps the highest scores."""

import numpy as np

from minprune.arguments import finite_array, generator


def magnitude(w):
    """Magnitude of every weight, the score that needs no data.

        s_i = |w_i|

    w  array of any shape
    returns an array, shape of w, in the units of the weights

    Source: A-4.2, D-4.1b, E-3.1; Han, Pool, Tran and Dally 2015.
    Erratum: A-2.2, B-3 and D-4.2 drop the absolute value, which prunes every negative weight.

    >>> magnitude([-0.9, 0.05, 0.4])
    array([0.9 , 0.05, 0.4 ])
    """
    return np.abs(finite_array("w", w))


def random_score(w, rng):
    """A score drawn at random: the control that every other score has to beat.

        s_i ~ uniform on [0, 1)

    w    array of any shape; only the shape is used
    rng  numpy.random.Generator
    returns an array, shape of w

    Source: ours; Blalock, Gonzalez Ortiz, Frankle and Guttag 2020 ask for this control.

    >>> random_score(np.ones((2, 3)), np.random.default_rng(0)).shape
    (2, 3)
    """
    return generator("rng", rng).random(np.shape(w))
