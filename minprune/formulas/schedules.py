"""How much to prune and when: step -> sparsity, and thresholds that follow from the scores."""

import numpy as np

from minprune.arguments import (
    above_zero,
    at_least_zero,
    finite_array,
    finite_number,
    fraction,
    whole_number,
)
from minprune.formulas.masks import pruned_count, rank_mask


def polynomial_decay(step, initial, final, begin, end, power=3):
    """Sparsity at a training step: fast at first, while many weights are redundant, then slowly.

        s(t) = s_f + (s_i - s_f) (1 - clip((t - t_0) / (t_1 - t_0), 0, 1))^power

    step            t, a whole number >= 0
    initial, final  s_i and s_f, sparsities, fractions below 1
    begin, end      t_0 and t_1, steps with begin < end
    power           > 0; above 1 fast at first, at 1 linear
    returns a float: initial up to t_0, final from t_1 on

    Source: Zhu and Gupta 2017, eq. (1) [E-5.1b].

    >>> [polynomial_decay(t, 0.0, 0.5, 1000, 2000) for t in (0, 1000, 1500, 2000, 9999)]
    [0.0, 0.0, 0.4375, 0.5, 0.5]
    """
    initial, final = fraction("initial", initial), fraction("final", final)
    begin, end = _begin_before_end(begin, end)
    done = (whole_number("step", step, low=0) - begin) / (end - begin)
    left = (1 - min(max(done, 0.0), 1.0)) ** above_zero("power", power)
    return left * initial + (1 - left) * final  # the same, and exact at both ends


def is_pruning_step(step, begin, end, frequency=100):
    """True if the masks are renewed at this training step; both ends count.

        t_0 <= t <= t_1  and  (t - t_0) mod frequency = 0

    step, begin, end  t, t_0 and t_1, whole numbers >= 0 with begin < end
    frequency         steps between two updates, >= 1
    returns a bool

    Source: Zhu and Gupta 2017 [E-5.1b].

    >>> [t for t in range(3000) if is_pruning_step(t, 1000, 2000, frequency=250)]
    [1000, 1250, 1500, 1750, 2000]
    """
    begin, end = _begin_before_end(begin, end)
    step, frequency = whole_number("step", step, low=0), whole_number("frequency", frequency, low=1)
    return begin <= step <= end and (step - begin) % frequency == 0


def stage_sparsities(final, stages, initial=0.0):
    """Sparsities of iterative pruning: every stage keeps the same part of what the last one left.

        1 - s_k = (1 - s_0) ((1 - s_f) / (1 - s_0))^(k / K)          k = 1 .. K

    final    s_f, a fraction with 0 <= final < 1
    stages   K >= 1
    initial  s_0 <= s_f, what is pruned already
    returns a list of K floats, the last one exactly s_f

    Source: Frankle and Carbin 2019 [A-5.6, our choice for "multi-stage"].

    >>> [round(s, 6) for s in stage_sparsities(0.875, 3)]
    [0.5, 0.75, 0.875]
    """
    final, stages = fraction("final", final), whole_number("stages", stages, low=1)
    dense = 1 - fraction("initial", initial)
    if initial > final:
        raise ValueError(f"initial must be at most final = {final}, got {initial}")
    left = (1 - final) / dense
    return [1 - dense * left ** (k / stages) for k in range(1, stages)] + [final]


def mean_threshold(scores):
    """The mean of the scores as a threshold.

        theta = sum_i s_i / n

    scores  array with at least one entry
    returns a float, in the units of the scores

    Of tensor norms it prunes the small tensors, biases first. If all scores are equal, none exceeds
    it, and ties="prune" prunes everything.

    Source: [A-5.2.5].

    >>> mean_threshold([2.0, 0.0, 1.0])
    1.0
    """
    return float(_nonempty("scores", scores).mean(dtype=np.float64))


def std_threshold(w, q):
    """Threshold of a layer in units of the spread of its weights, so that it moves as they do.

        theta = q std(w)          std(w) = sqrt(mean((w - mean w)^2))

    w  array with at least one entry
    q  quality parameter, >= 0
    returns a float, in the units of the weights

    Source: Han et al. 2015 [A-3.3a, A-2.6a, A-5.6, D-7.1a, our choice for "dynamic threshold"].

    >>> std_threshold([0.0, 1.0], q=2.0)
    1.0
    """
    return at_least_zero("q", q) * float(_nonempty("w", w).std(dtype=np.float64))


def splice_thresholds(w, c, margin=0.1):
    """The two thresholds of dynamic network surgery, around mean plus c standard deviations.

        t = max(mean|w| + c std|w|, 0)          a = (1 - margin) t          b = (1 + margin) t

    w       array with at least one entry
    c       the larger, the more is pruned; may be negative
    margin  half the gap between a and b as a part of t, 0 <= margin < 1
    returns (a, b) for `splice_mask`

    Source: Guo, Yao and Chen 2016, in the form of their code, which takes the mean and the
    spread over weights and biases that are not 0 [D-1.1d].

    >>> splice_thresholds([1.0, -3.0], c=1.0, margin=0.5)
    (1.5, 4.5)
    """
    size = np.abs(_nonempty("w", w)).astype(np.float64)
    t = max(float(size.mean() + finite_number("c", c) * size.std()), 0.0)
    margin = fraction("margin", margin)
    return (1 - margin) * t, (1 + margin) * t


def threshold_for_sparsity(score, sparsity):
    """The threshold that a sparsity implies: the two are one choice.

        theta = (k + 1)-th smallest score          k = pruned_count(n, sparsity)

    score     array with at least one entry
    sparsity  fraction to prune, 0 <= sparsity < 1
    returns a float; `score_mask(score, theta, ties="keep")` then prunes k entries, fewer if
    others tie with the threshold. Where k = n, the next number above the largest score

    Source: [C-3.2, C-3.2a, A-3.3a].

    >>> threshold_for_sparsity([0.5, 0.25, 0.75, 1.0], sparsity=0.5)
    0.75
    """
    score = _nonempty("score", score)
    k = pruned_count(score.size, sparsity)
    if k == score.size:
        return float(np.nextafter(score.max(), score.dtype.type(np.inf)))
    return float(score[rank_mask(score, k)].min())


def _begin_before_end(begin, end):
    begin = whole_number("begin", begin, low=0)
    return begin, whole_number("end", end, low=begin + 1)


def _nonempty(name, array):
    array = finite_array(name, array)
    whole_number(f"number of entries of {name}", array.size, low=1)
    return array
