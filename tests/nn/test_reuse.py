"""Memory is used again when nobody looks at it any more, and never before."""

import gc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from minprune.nn import products, reuse
from minprune.nn.fused import Convolution
from minprune.nn.losses import softmax_cross_entropy
from minprune.nn.models import cnn
from minprune.nn.reuse import SMALL, reused


@pytest.fixture(autouse=True)
def nothing_is_free():
    gc.collect()
    reuse._free.clear()
    yield
    reuse._free.clear()


def address(array):
    return array.__array_interface__["data"][0]


def waiting():
    """Bytes that wait to be used again."""
    return sum(len(memory) for some in reuse._free.values() for memory in some)


@pytest.mark.parametrize("shape", [(), (0,), (3, 0, 2), (5, 7), (SMALL,), (300, 70, 11)])
@pytest.mark.parametrize("dtype", [np.int8, np.float32, np.float64])
def test_as_numpy_empty(shape, dtype):
    a, b = reused(shape, dtype), reused(shape, dtype)
    assert a.shape == shape
    assert a.dtype == dtype
    assert a.flags.c_contiguous
    assert a.flags.writeable
    assert address(a) % 64 == 0 or a.size == 0
    a[...], b[...] = 1, 2
    assert (a == 1).all()


def test_memory_comes_back_when_the_last_view_is_gone():
    a = reused((100, 500), "f")
    where, view = address(a), a.reshape(-1)[6:].view("d")[::-1]
    del a
    part = view[:0]  # a view of nothing is a view
    del view
    b = reused((100, 500), "f")
    assert address(b) != where
    del part
    c, d = reused((100, 500), "f"), reused((100, 500), "f")
    assert address(c) == where
    assert address(d) != where


def test_another_shape_and_dtype_of_about_the_same_size():
    where = address(reused((100, 500), "f"))
    assert address(reused((99, 251), "d")) == where
    assert address(reused((100, 600), "f")) != where


def test_less_than_a_few_pages_is_numpys_business():
    reused((SMALL - 1,), np.int8)
    assert waiting() == 0
    reused((SMALL,), np.int8)
    assert waiting() == SMALL


def test_no_more_waits_than_a_limit(monkeypatch):
    monkeypatch.setattr(reuse, "MOST", 5 * SMALL)
    arrays = [reused((SMALL,), np.int8) for _ in range(9)]
    assert waiting() == 0
    del arrays
    assert waiting() == 5 * SMALL


def test_threads_never_share_memory():
    def fill(k):
        for _ in range(200):
            a = reused((SMALL,), np.int8)
            a[...] = k
            if not (a == k).all():
                return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(fill, range(8)))


def test_outputs_that_are_kept_stay_as_they_are():
    network = cnn(0)
    x = np.random.default_rng(0).standard_normal((2, 64, 28, 28, 1)).astype("f")
    first = [Convolution(network.layers[0]).forward(x[0]), network(x[0])]
    copies = [y.copy() for y in first]
    network(x[1])
    for y, copy in zip(first, copies, strict=True):
        np.testing.assert_array_equal(y, copy)


def test_a_third_step_needs_no_new_memory(monkeypatch):
    monkeypatch.setattr(products, "cores", lambda: 1)  # another may still hold what it worked on
    network, x = cnn(0), np.ones((64, 28, 28, 1), "f")

    def step():
        z = network.forward(x, training=True)
        _, dz = softmax_cross_entropy(z, np.zeros(len(x), int))
        network.backward(dz, input_gradient=False)

    for _ in range(2):  # while the second runs, layers still remember the first
        step()
    gc.disable()  # nothing may wait for the collector
    try:
        new, made = [], reuse.aligned_zeros
        monkeypatch.setattr(reuse, "aligned_zeros", lambda n, d: new.append(n) or made(n, d))
        step()
    finally:
        gc.enable()
    assert [n for n in new if n >= SMALL] == []
