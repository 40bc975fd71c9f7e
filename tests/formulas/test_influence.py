"""Influence: how often a loss is called and with what, and the series without its gradient."""

import numpy as np
import pytest

from minprune.formulas.influence import (
    leave_one_out,
    obd_saliency,
    second_order_influence,
)

pytestmark = pytest.mark.filterwarnings("error")


# --- leave one out -------------------------------------------------------------------------------


def test_leave_one_out_takes_one_evaluation_a_weight_and_one_more():
    seen = []
    leave_one_out(lambda w: seen.append(w.copy()) or 0.0, [[1.0, 2.0], [3.0, 4.0]])
    assert sorted(w.ravel().tolist() for w in seen) == [
        [0, 2, 3, 4],
        [1, 0, 3, 4],
        [1, 2, 0, 4],
        [1, 2, 3, 0],
        [1, 2, 3, 4],
    ]


def test_leave_one_out_survives_a_loss_that_writes_to_its_weights():
    def careless(w):
        total = float(np.sum(w * [1.0, 10.0, 100.0]))
        w[:] = 7
        return total

    w = np.array([1.0, 2.0, 3.0])
    assert leave_one_out(careless, w).tolist() == [-1, -20, -300]
    assert w.tolist() == [1, 2, 3]


# --- Taylor series -------------------------------------------------------------------------------


def test_obd_is_the_series_without_its_gradient():
    w = np.array([[-1.0, -0.5, -0.0], [0.25, 0.0, 2.0]])
    h = np.abs(w) + 1
    np.testing.assert_array_equal(second_order_influence(w, 0 * w, h), obd_saliency(w, h))
    np.testing.assert_array_equal(obd_saliency(-2 * w, h), 4 * obd_saliency(w, h))  # even in w
    assert np.all(obd_saliency(w, h) >= 0)
