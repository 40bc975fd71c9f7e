"""Optimizers against loops over scalars, compiled and not, with and without a mask."""

import naive
import numpy as np
import pytest

from minprune.nn import updates
from minprune.nn.optim import SGD, Adam, cosine_decay, warmup_cosine
from minprune.nn.parameter import Parameter

RULES = {
    "sgd": (SGD, {}),
    "sgd momentum": (SGD, {"momentum": 0.9}),
    "sgd decay": (SGD, {"momentum": 0.5, "weight_decay": 0.1}),
    "adam": (Adam, {}),
    "adam rates": (Adam, {"beta1": 0.5, "beta2": 0.75, "epsilon": 0.1}),
    "adam decay": (Adam, {"weight_decay": 0.5}),
}
DEFAULTS = {
    SGD: {"momentum": 0.0, "weight_decay": 0.0},
    Adam: {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weight_decay": 0.0},
}


def plain_python(name):
    """An update rule as Python runs it; with NUMBA_DISABLE_JIT=1 it is that already."""
    return getattr(getattr(updates, name), "py_func", getattr(updates, name))


class Twin:
    """The same optimizer in loops over float64 scalars, for one parameter."""

    def __init__(self, kind, settings, w):
        self.kind, self.settings, self.t = kind, DEFAULTS[kind] | settings, 0
        if w.ndim == 1:  # a bias
            self.settings["weight_decay"] = 0.0
        self.w, self.state = w, [np.zeros(w.shape)] * (1 if kind is SGD else 2)

    def step(self, g, lr, keep):
        self.t += 1
        rule, t = (naive.sgd_step, {}) if self.kind is SGD else (naive.adam_step, {"t": self.t})
        self.w, *self.state = rule(self.w, g, *self.state, lr=lr, keep=keep, **t, **self.settings)


def agree(optimizer, twins, **tolerance):
    for parameter, state, twin in zip(optimizer.parameters, optimizer.state, twins, strict=True):
        np.testing.assert_allclose(parameter.value, twin.w, **tolerance)
        for array, expected in zip(state, twin.state, strict=True):
            np.testing.assert_allclose(array, expected.ravel(), **tolerance)


@pytest.fixture(params=["compiled", "Python"])
def update(request, monkeypatch):
    if request.param == "Python":
        for name in ("sgd_update", "adam_update"):
            monkeypatch.setattr(updates, name, plain_python(name))


@pytest.mark.parametrize("masked", [False, True], ids=["dense", "masked"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("rule", RULES)
def test_agrees_with_loops(rule, dtype, masked, update):
    rng = np.random.default_rng(0)
    kind, settings = RULES[rule]
    values = [rng.standard_normal(shape).astype(dtype) for shape in [(5, 3), (3,), (3, 2)]]
    parameters = {str(i): Parameter(value) for i, value in enumerate(values)}
    twins = [Twin(kind, settings, value) for value in values]
    masks = [rng.random((5, 3)) < 0.5, None, None]
    if masked:
        parameters["0"].prune(masks[0])
        twins[0].w = naive.apply_mask(values[0], masks[0])
    optimizer = kind(parameters, lr=0.05, **settings)
    tolerance = {"rtol": 3e-5, "atol": 3e-6} if dtype is np.float32 else {"rtol": 1e-12}
    for step in range(8):
        optimizer.lr = 0.05 if step < 4 else 0.0125  # may be changed between steps
        for parameter, twin, mask in zip(parameters.values(), twins, masks, strict=True):
            parameter.grad = rng.standard_normal(parameter.value.shape).astype(dtype)
            twin.step(parameter.grad, optimizer.lr, mask if masked else None)
        optimizer.step()
        agree(optimizer, twins, **tolerance)
        arrays = [p.value for p in parameters.values()] + [a for s in optimizer.state for a in s]
        assert {array.dtype for array in arrays} == {np.dtype(dtype)}
    assert not masked or (parameters["0"].value[~masks[0]] == 0).all()


@pytest.mark.parametrize("name", ["sgd_update", "adam_update"])
def test_compiled_float32_is_not_widened_to_float64(name):
    rng = np.random.default_rng(1)
    *arrays, v = rng.standard_normal((4, 200)).astype(np.float32)
    rates = (0.01, 0.9, 0.1) if name == "sgd_update" else (3, 0.01, 0.9, 0.999, 1e-8, 0.1)
    arrays += [] if name == "sgd_update" else [v**2]
    compiled, plain = [a.copy() for a in arrays], [a.copy() for a in arrays]
    getattr(updates, name)(*compiled, None, *rates)
    plain_python(name)(*plain, None, *rates)
    for a, b in zip(compiled, plain, strict=True):
        np.testing.assert_array_equal(a, b)  # to the last bit, which a detour would change


@pytest.mark.parametrize("masked", [False, True], ids=["dense", "masked"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("rule", [(SGD, {"momentum": 0.5}), (Adam, {"beta1": 0.5, "beta2": 0.5})])
def test_moments_that_fade_into_denormals_are_harmless(rule, dtype, masked, update):
    kind, settings = rule
    w = np.linspace(-1, 1, 12).reshape(4, 3).astype(dtype)
    pulse = np.array([1e-45, -1e-38, 1e-30, -1e-20, 1e-15, -1e-5, 1.0, -30.0, 0, 1, 1, 1], dtype)
    keep = np.arange(12).reshape(4, 3) < 10 if masked else None
    parameter = Parameter(w)
    twin = Twin(kind, settings, w)
    if masked:
        parameter.prune(keep)
        twin.w = naive.apply_mask(w, keep)
    optimizer = kind({"w": parameter}, lr=1e-3, **settings)
    for step in range(1100 if dtype is np.float64 else 200):  # 0.5 ** 1100 == 0
        parameter.grad = pulse.reshape(4, 3) * (step == 0)
        twin.step(parameter.grad, 1e-3, keep)
        optimizer.step()
        state = np.array(optimizer.state[0])
        assert ((state == 0) | (abs(state) >= np.finfo(dtype).tiny)).all()
    atol = 1e-12 if dtype is np.float64 else 1e-6
    np.testing.assert_allclose(parameter.value, twin.w, rtol=0, atol=atol)
    np.testing.assert_allclose(state, np.reshape(twin.state, state.shape), rtol=0, atol=1e-12)


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e6])
def test_the_first_step_of_adam_is_lr_whatever_the_scale(scale):
    w = Parameter(np.ones((2, 2)))
    w.grad = scale * np.array([[3.0, -0.25], [1.0, -1.0]])
    Adam({"w": w}, lr=0.5).step()
    np.testing.assert_allclose(w.value, [[0.5, 1.5], [0.5, 1.5]], rtol=1e-4)
    assert Adam({"w": w}).lr == 1e-3


@pytest.mark.parametrize("kind", [SGD, Adam])
def test_a_parameter_made_from_a_transposed_array_learns(kind):
    w = Parameter(np.zeros((2, 3)).T)
    w.grad = np.arange(1.0, 7.0).reshape(3, 2)
    kind({"w": w}, lr=0.5).step()
    np.testing.assert_allclose(w.value, -0.5 * (w.grad if kind is SGD else np.ones((3, 2))))


def test_a_gradient_of_another_order_or_dtype_is_read_rightly():
    g = np.arange(6.0).reshape(2, 3)
    w = Parameter(np.zeros((2, 3), np.float32))
    w.grad = np.asfortranarray(g)
    SGD({"w": w}, lr=1.0).step()
    np.testing.assert_array_equal(w.value, -g)
    assert w.value.dtype == np.float32


@pytest.mark.parametrize("kind", [SGD, Adam])
def test_whole_numbers_learn_like_others(kind):
    w = Parameter([1, 2])
    w.grad = np.array([1.0, -1.0])
    kind({"w": w}, lr=0.5).step()
    np.testing.assert_allclose(w.value, [0.5, 2.5])


@pytest.mark.parametrize(
    ("kind", "setting", "error"),
    [
        (SGD, {"lr": 0.0}, ValueError),
        (SGD, {"lr": -1.0}, ValueError),
        (Adam, {"lr": np.nan}, ValueError),
        (Adam, {"lr": np.inf}, ValueError),
        (Adam, {"lr": "0.1"}, TypeError),
        (Adam, {"lr": True}, TypeError),
        (SGD, {"momentum": 1.0}, ValueError),
        (SGD, {"momentum": -0.1}, ValueError),
        (SGD, {"weight_decay": -1e-3}, ValueError),
        (Adam, {"weight_decay": np.nan}, ValueError),
        (Adam, {"beta1": 1.0}, ValueError),
        (Adam, {"beta2": 1.0}, ValueError),
        (Adam, {"epsilon": 0.0}, ValueError),
    ],
)
def test_refusals_name_the_setting(kind, setting, error):
    with pytest.raises(error, match=next(iter(setting))):
        kind({"w": Parameter([1.0])}, **{"lr": 0.1, **setting})


def test_warmup_cosine_rises_in_a_straight_line_then_follows_the_cosine():
    rise = [warmup_cosine(done) / cosine_decay(done) for done in (0, 0.075, 0.15, 0.3, 0.5)]
    assert rise == pytest.approx([0.1, 0.325, 0.55, 1, 1])
    factors = [warmup_cosine(done) for done in np.linspace(0, 1, 101)]
    assert np.argmax(factors) == 30 and factors[-1] == 0
    assert (np.diff(factors[:31]) > 0).all() and (np.diff(factors[30:]) < 0).all()


def test_cosine_decay():
    assert [cosine_decay(0), cosine_decay(0.5), cosine_decay(1)] == pytest.approx([1, 0.5, 0])
    assert cosine_decay(0.25) == pytest.approx((2 + np.sqrt(2)) / 4)
    factors = [cosine_decay(done) for done in np.linspace(0, 1, 50)]
    assert (np.diff(factors) < 0).all()
