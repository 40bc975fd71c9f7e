"""Scores: what each of them ranks first, and which slope it is."""

import math

import naive
import numpy as np
import pytest

from minprune.formulas.masks import global_rank_masks, rank_mask
from minprune.formulas.scores import (
    gradient_magnitude,
    gradient_norm,
    layer_importance,
    layer_l2,
    magnitude,
    mean_layer_importance,
    movement,
    multi_task_taylor,
    random_score,
    shard_average,
    snip,
    synflow,
    taylor,
)

pytestmark = pytest.mark.filterwarnings("error")

SHAPES = [(6, 5), (), (5,), (2, 2, 1, 3), (1,)]


def arrays(seed, shapes, dtype="d"):
    """Read-only normal numbers with some zeros: an array of each shape, every second in F order."""
    rng = np.random.default_rng(seed)
    made = []
    for k, shape in enumerate(shapes):
        a = rng.standard_normal(shape) * (rng.random(shape) < 0.8)
        if dtype == "l":
            a = 4 * a
        a = np.asarray(a).astype(dtype, order="CF"[k % 2])
        a.flags.writeable = False
        made.append(a)
    return made


def test_random_score_goes_on_with_its_rng():
    rng = np.random.default_rng(7)
    assert not np.isin(random_score(np.ones(5), rng), random_score(np.ones(5), rng)).any()


# --- layers --------------------------------------------------------------------------------------

LAYER_SCORES = [layer_importance, mean_layer_importance, layer_l2]


@pytest.mark.parametrize("score", LAYER_SCORES)
def test_layer_score_of_no_layers_is_an_empty_vector(score):
    assert score([]).shape == (0,)


def test_the_sum_over_a_layer_ranks_its_size_A_4_3a():
    # Glorot-uniform initial weights of: larger weights in the smaller layer
    rng = np.random.default_rng(4)
    shapes = [(784, 64), (64, 10)]
    layers = [rng.uniform(-1, 1, shape) * math.sqrt(6 / sum(shape)) for shape in shapes]
    assert layer_importance(layers) == pytest.approx([2110.30, 91.12], rel=0.03)
    assert mean_layer_importance(layers) == pytest.approx([0.0421, 0.1424], rel=0.03)
    assert np.argmin(layer_importance(layers)) != np.argmin(mean_layer_importance(layers))


def test_l1_and_l2_order_layers_differently_but_not_weights_A_3_2_3():
    layers = [[3.0, 3.0], [0.0, 5.0]]
    assert layer_importance(layers).tolist() == [6, 5]
    assert layer_l2(layers) == pytest.approx([4.242640687119285, 5], rel=1e-15)
    single = [[0.5], [-0.75], [0.0]]
    assert layer_importance(single).tolist() == layer_l2(single).tolist() == [0.5, 0.75, 0]


# --- synaptic flow -------------------------------------------------------------------------------


def total_flow(layers):
    """R = 1^T |W_1| ... |W_L| 1"""
    flow = np.ones(len(layers[0]))
    for w in layers:
        flow = flow @ np.abs(w)
    return float(flow.sum())


def test_synflow_is_weight_times_slope_of_the_flow():
    layers = [np.array(w) for w in arrays(6, [(3, 4), (4, 2), (2, 3)])]
    for l, score in enumerate(synflow(layers)):
        w = np.abs(layers[l])
        slope = naive.numerical_gradient(
            lambda v, l=l: total_flow([*layers[:l], v, *layers[l + 1 :]]), w + 1
        )  # R is linear in |W_l|: the slope is the same 1 further up, away from the kink at 0
        np.testing.assert_allclose(score, w * slope, rtol=1e-8, atol=1e-9)


def test_synflow_empties_no_layer_if_pruned_a_little_at_a_time_C_7_3():
    # one wide layer of small weights between narrow ones of large weights, and 6 weights to stay
    rng = np.random.default_rng(8)
    start = [
        rng.uniform(0.5, 1, (1, 20)),
        rng.uniform(0.5, 1, (20, 2)) / 100,
        rng.uniform(0.5, 1, (2, 1)),
    ]

    def prune(score_of, rounds):
        layers = [w.copy() for w in start]
        for k in range(1, rounds + 1):
            kept = (6 / 62) ** (k / rounds)
            masks = global_rank_masks(score_of(layers), 1 - kept)
            layers = [w * m for w, m in zip(layers, masks, strict=True)]
        assert sum(np.count_nonzero(w) for w in layers) <= 6
        return total_flow(layers)

    assert prune(synflow, 100) > 0
    assert prune(lambda layers: [magnitude(w) for w in layers], 100) == 0  # the small layer is cut


# --- gradients -----------------------------------------------------------------------------------


def test_numbers_of_C_4_2f():  # L = (w x - y)^2 / 2, x = (1, 2), w = (3, 1), y = 4
    w, x, y = np.array([3.0, 1.0]), np.array([1.0, 2.0]), 4
    g = (w @ x - y) * x
    assert g.tolist() == [1, 2]
    assert gradient_norm(g) == pytest.approx(2.23606797749979, rel=1e-15)
    assert np.argmin(gradient_magnitude(g)) == 0  # the gradient rule takes the weight that matters
    assert np.argmin(magnitude(w)) == np.argmin(taylor(w, g)) == 1
    assert taylor(w, g).tolist() == [3, 2]
    assert not np.any(taylor(w, (w @ x - 5) * x))  # y = 5: at the minimum all are 0


def test_taylor_is_the_first_order_change_of_the_loss():
    # with the weight scaled by 1 - t the loss changes by -t w g + O(t^2)
    w, t = np.array([0.5, -1.5, 2.0]), 1e-6

    def loss(v):
        return float(np.sum(np.sin(v)) + v[0] * v[1])

    g = naive.numerical_gradient(loss, w)
    for i in range(3):
        less = w.copy()
        less[i] *= 1 - t
        assert abs(loss(less) - loss(w)) / t == pytest.approx(taylor(w, g)[i], rel=1e-5)


def test_no_task_cancels_another_C_6_4b():
    w, g1, g2 = [1.0, 1.0], [1.0, 0.5], [-1.0, 0.5]
    assert multi_task_taylor(w, [g1, g2]).tolist() == [2, 1]
    assert taylor(w, np.add(g1, g2)).tolist() == [0, 1]  # the gradient of the summed loss
    assert multi_task_taylor(w, [g1]).tolist() == taylor(w, g1).tolist()
    assert multi_task_taylor(w, []).tolist() == [0, 0]
    assert multi_task_taylor(np.ones(2, "f"), [np.ones(2, "f")]).dtype == np.float32


# --- several workers -----------------------------------------------------------------------------


def test_shards_together_give_the_gradient_and_the_mask_of_one_machine_A_2_6c():
    # L = mean_n (w x_n - y_n)^2 / 2
    rng = np.random.default_rng(12)
    x, y, w = rng.standard_normal((12, 6)), rng.standard_normal(12), rng.standard_normal(6)

    def gradient(rows):
        return (x[rows] @ w - y[rows]) @ x[rows] / len(x[rows])

    shards, counts = [slice(0, 2), slice(2, 7), slice(7, 12)], [2, 5, 5]
    each = [gradient(rows) for rows in shards]
    average = shard_average(each, counts)
    np.testing.assert_allclose(average, gradient(slice(None)), rtol=1e-12)
    masks = [rank_mask(taylor(w, g).round(9), 3) for g in (average, gradient(slice(None)))]
    np.testing.assert_array_equal(*masks)
    # |.| before averaging gives another score
    early = shard_average([taylor(w, g) for g in each], counts)
    assert np.all(early >= taylor(w, average) - 1e-15)
    assert not np.allclose(early, taylor(w, average))


# --- SNIP and movement ---------------------------------------------------------------------------


def test_snip_ranks_as_taylor_and_forgets_the_scale_of_the_loss():
    layers, gradients = arrays(15, SHAPES), arrays(16, SHAPES)
    scores = snip(layers, gradients)
    scaled = snip(layers, [-4 * g for g in gradients])
    plain = [taylor(w, g) for w, g in zip(layers, gradients, strict=True)]
    for score, other, s in zip(scores, scaled, plain, strict=True):
        np.testing.assert_allclose(score, other, rtol=1e-15)
        np.testing.assert_allclose(score * sum(float(t.sum()) for t in plain), s, rtol=1e-13)
    for a, b in zip(global_rank_masks(scores, 0.5), global_rank_masks(plain, 0.5), strict=True):
        np.testing.assert_array_equal(a, b)


def test_snip_is_the_sensitivity_to_the_switches():  # eq. (6): dL/dc at c = 1
    rng = np.random.default_rng(17)
    x, w = rng.standard_normal((5, 3)), rng.standard_normal((3, 2))

    def loss(v):
        return float(np.sum(np.tanh(x @ v) ** 2))

    by_switch = naive.numerical_gradient(lambda c: loss(c * w), np.ones((3, 2)))
    (score,) = snip([w], [naive.numerical_gradient(loss, w)])
    np.testing.assert_allclose(score, np.abs(by_switch) / np.abs(by_switch).sum(), rtol=1e-7)


def test_movement_tells_growing_from_shrinking_weights_A_2_6b():
    # steps of gradient descent on L = |w - target|^2 / 2, small: w^2 changes by 2 lr score
    target, lr = np.array([2.0, -2.0, 0.1, -0.1, 0.0]), 1e-4
    w = np.array([0.5, -0.5, 1.0, -1.0, 1.0])
    start, weights, gradients = w, [], []
    for _ in range(50):
        weights.append(w)
        gradients.append(w - target)
        w = w - lr * gradients[-1]
    score = movement(weights, gradients)
    assert np.sign(score).tolist() == [1, 1, -1, -1, -1]
    np.testing.assert_array_equal(score > 0, np.abs(w) > np.abs(start))
    np.testing.assert_allclose(w**2 - start**2, 2 * lr * score, rtol=1e-3)
    assert rank_mask(magnitude(start), 2).tolist() != rank_mask(score, 2).tolist()
