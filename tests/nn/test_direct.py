"""Whole convolutions beside plain loops, over awkward shapes, whatever the registers and threads.

Numbers are small multiples of 1/4, so sums are exact in any order: equal means equal. Run as a
program, without Numba's compiler, this tries many shapes; compiled code is tried with a few, since
it is compiled for every size of a tile.
"""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

import numpy as np
import pytest

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from forks import forks, status_of_child

from minprune.nn import direct, products
from minprune.nn.fused import Convolution
from minprune.nn.layers import ReLU
from minprune.nn.spatial import Conv2D, MaxPool2D

ROOMS = 2, 4, 16  # vectors of sums that the registers hold: without AVX, with AVX2, with AVX-512
CASES = {  # N, (H, W), kernel, c_in, c_out, stride, (top, bottom, left, right), layers
    "one pixel": (1, (1, 1), (1, 1), 1, 1, 1, (0, 0, 0, 0), 1),
    "three channels, same": (2, (7, 9), (3, 3), 3, 17, 1, (1, 1, 1, 1), 3),
    "stride 2": (2, (9, 7), (3, 3), 5, 4, 2, (1, 1, 1, 1), 2),
    "stride 3, kernel 2": (3, (5, 33), (2, 2), 4, 17, 3, (0, 0, 2, 2), 2),
    "stride 3, kernel 5": (1, (6, 9), (5, 5), 1, 33, 3, (2, 2, 2, 2), 1),
    "many channels": (2, (4, 3), (1, 3), 33, 33, 1, (0, 0, 1, 1), 3),
}


def quarters(rng, *shape, dtype="f"):
    return (rng.integers(-4, 5, shape) / 4).astype(dtype)


def padded(image, zeros):
    """Zeros above, below, on the left, on the right."""
    (H, W, C), (top, bottom, left, right) = image.shape, zeros
    whole = np.zeros((top + H + bottom, left + W + right, C))
    whole[top : top + H, left : left + W] = image
    return whole


def by_loops(x, K, b, stride, zeros, layers, dy=None):
    """y of a convolution, of a ReLU behind it, or of a 2 x 2 max pooling; and dx, dK, db.

    dy  function from the shape of y to the gradient
    """
    (k_h, k_w, _, _), s, (top, _, left, _) = K.shape, stride, zeros
    wide = np.array([padded(image, zeros) for image in x]).reshape(
        len(x), x.shape[1] + sum(zeros[:2]), x.shape[2] + sum(zeros[2:]), x.shape[3]
    )
    size = (wide.shape[1] - k_h) // s + 1, (wide.shape[2] - k_w) // s + 1
    z = np.zeros((len(x), *size, K.shape[3]))
    for i, j in np.ndindex(*size):
        window = wide[:, s * i : s * i + k_h, s * j : s * j + k_w]
        z[:, i, j] = np.tensordot(window, K, 3) + b
    y, dz = z, np.zeros(z.shape)
    if layers > 1:
        y = np.maximum(z, 0)
    if layers > 2:
        y = np.zeros((len(x), size[0] // 2, size[1] // 2, K.shape[3]))
        for place in np.ndindex(*y.shape):
            n, i, j, o = place
            four = z[n, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2, o]
            y[place] = max(four.max(), 0)
    dy = dy(y.shape)
    for place in np.ndindex(*y.shape):
        n, i, j, o = place
        if layers == 3:
            four = z[n, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2, o]
            u, v = divmod(int(np.argmax(four)), 2)
            dz[n, 2 * i + u, 2 * j + v, o] = dy[place] * (four.max() > 0)
        else:
            dz[place] = dy[place] * (layers == 1 or z[place] > 0)
    dwide, dK = np.zeros(wide.shape), np.zeros(K.shape)
    for i, j in np.ndindex(*size):
        for u, v in product(range(k_h), range(k_w)):
            dwide[:, s * i + u, s * j + v] += dz[:, i, j] @ K[u, v].T
            dK[u, v] += wide[:, s * i + u, s * j + v].T @ dz[:, i, j]
    dx = dwide[:, top : top + x.shape[1], left : left + x.shape[2]]
    return y, dx, dK, dz.sum(axis=(0, 1, 2))


def made(case, dtype="f", seed=0):
    """The layers in one, images, and what plain loops give."""
    N, size, kernel, c_in, c_out, stride, zeros, layers = case
    rng = np.random.default_rng(seed)
    x, K = quarters(rng, N, *size, c_in, dtype=dtype), quarters(rng, *kernel, c_in, c_out)
    b = quarters(rng, c_out)
    conv = Conv2D(K.astype(dtype), b, stride, (zeros[0], zeros[2]))
    one = Convolution(*[conv, ReLU(), MaxPool2D(2)][:layers])
    return one, x, by_loops(x, K, b, stride, zeros, layers, gradient_of)


def gradient_of(shape, dtype="f"):
    return quarters(np.random.default_rng(5), *shape, dtype=dtype)


def all_of(one, x):
    """y, dx, dK and db."""
    y = one.forward(x, training=True)
    dx = one.backward(gradient_of(y.shape, y.dtype))
    return y, dx, one.conv.K.grad, one.conv.b.grad


def check(case, dtype="f", seed=0):
    one, x, expected = made(case, dtype, seed)
    results = all_of(one, x)
    for name, got, right in zip(("y", "dx", "dK", "db"), results, expected, strict=True):
        assert got.dtype == dtype
        np.testing.assert_array_equal(got, right, err_msg=f"{name} of {case}, {dtype}, {seed}")
    np.testing.assert_array_equal(one.forward(x), results[0])
    assert one.backward(gradient_of(results[0].shape), input_gradient=False) is None
    np.testing.assert_array_equal(one.conv.K.grad, results[2])
    np.testing.assert_array_equal(one.conv.b.grad, results[3])


def random_case(rng):
    """A convolution that fits, at random; None if it does not."""
    N, layers, stride = rng.choice([0, 1, 1, 2, 3]), int(rng.integers(1, 4)), rng.integers(1, 4)
    (H, W), kernel = rng.choice([1, 2, 3, 7, 9, 33], 2), rng.choice([1, 2, 3, 5], 2)
    c_in, c_out = rng.choice([1, 3, 4, 5, 17, 33], 2)
    if H * W * c_in * c_out > 9000:
        return None
    rows, columns = rng.integers(0, 3, 2)
    space = H + 2 * rows - kernel[0], W + 2 * columns - kernel[1]
    if min(space) < (stride if layers == 3 else 0):
        return None
    zeros = rows, rows, columns, columns
    numbers = (N, (H, W), (*kernel,), c_in, c_out, stride, zeros, layers)
    return tuple(tuple(map(int, n)) if np.ndim(n) else int(n) for n in numbers)


def sweep(cases=100):
    """Many random shapes with registers and threads of every kind."""
    rng, tried = np.random.default_rng(0), 0
    while tried < cases:
        if (case := random_case(rng)) is not None:
            room, threads = int(rng.choice(ROOMS)), int(rng.integers(1, 4))
            products.room, products.cores = lambda r=room: r, lambda t=threads: t
            products.SMALL, direct.L1_HALF = 0, int(rng.choice([1, 1 << 10, 1 << 14]))
            check(case, "fd"[tried % 2], tried)
            tried += 1


def test_many_shapes_in_plain_python():
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1"}
    run = subprocess.run(
        [sys.executable, __file__], env=environment, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr[-3000:]


COMPILED = [(name, (8, 32, 4)[k % 3], "f") for k, name in enumerate(CASES)]
COMPILED += [("three channels, same", room, dtype) for room, dtype in ((4, "f"), (8, "d"))]


@pytest.mark.parametrize(("name", "room", "dtype"), COMPILED)
def test_what_plain_loops_give(name, room, dtype, monkeypatch):
    monkeypatch.setattr(products, "room", lambda: room)
    check(CASES[name], dtype)


@pytest.mark.parametrize("bad", [np.inf, np.nan])
@pytest.mark.parametrize("stride", [1, 2])
def test_zeros_around_an_image_count_where_a_factor_is_not_finite(bad, stride, monkeypatch):
    """They are skipped elsewhere."""
    monkeypatch.setattr(products, "room", lambda: 4)
    case = 2, (7, 6), (3, 3), 2, 3, stride, (1, 1, 1, 1), 1
    for name in ("K", "dy"):
        one, x, _ = made(case)
        K, dy = one.conv.K.value, gradient_of((2, *one.output_shape(x.shape[1:])))
        (K if name == "K" else dy)[0, 0, 0, 0] = bad
        with np.errstate(all="ignore"):
            args = x, K, one.conv.b.value, stride, case[6], 1
            y, _, dK, _ = by_loops(*args, lambda _, dy=dy: dy)
            np.testing.assert_array_equal(one.forward(x, training=True), y)
            one.backward(dy)
        np.testing.assert_array_equal(one.conv.K.grad, dK)


@pytest.mark.parametrize("dtype", "fd")
@pytest.mark.parametrize("sizes", [(1, 1), (16, 32), (35, 40), (3, 17), (64, 5), (50, 48)])
def test_weights_that_are_turned(sizes, dtype):
    K = np.random.default_rng(0).standard_normal((3, 2, *sizes)).astype(dtype)
    n = 32
    expected = products.packed(K.swapaxes(2, 3).reshape(-1, sizes[0]), n)
    np.testing.assert_array_equal(products.turned(K, n), expected)
    if sizes[0] > 16:  # memory that was used before holds numbers
        products.reused(expected.shape, dtype)[...] = 7
        np.testing.assert_array_equal(products.turned(K, n), expected)


def test_taps_that_read_zeros_alone_are_left_out():
    K = np.ones((3, 2, 4, 5), "f")
    copies = products.copies_of_images((1, 4, 6, 4), (1, 1, 0, 0), K.dtype)
    made = products.forward_products(K, 1, copies, 4, (4, 5), 5, (1, 1))
    assert made.spans.reshape(4, 2).tolist() == [[8, 16], [0, 24], [0, 24], [0, 16]]
    back = products.copies_of_gradients((1, 4, 5, 5), (4, 6), (3, 2), 1, (1, 1, 0, 0), K.dtype)
    made = products.image_products(K, 1, (1, 1, 0, 0), back, 4, (4, 6), (1, 1))
    assert made.spans.reshape(4, 2).tolist() == [[0, 20], [0, 30], [0, 30], [10, 20]]
    K[2, 1, 3, 4] = np.inf
    made = products.forward_products(K, 1, copies, 4, (4, 5), 5, (1, 1))
    assert made.spans.reshape(4, 2).tolist() == [[0, 24]] * 4


# --- threads -------------------------------------------------------------------------------------

BIG = 5, (8, 7), (3, 3), 3, 17, 1, (1, 1, 1, 1), 3  # images, that threads share


def threads_of(monkeypatch, count):
    monkeypatch.setattr(products, "SMALL", 0)
    monkeypatch.setattr(products, "cores", lambda: count)
    monkeypatch.setattr(products, "room", lambda: 4)


@pytest.mark.parametrize("N", [1, 2, 5])
def test_every_number_of_threads_gives_the_same_bits(N, monkeypatch):
    one, _, _ = made(BIG)
    x, results = np.random.default_rng(0).standard_normal((N, 8, 7, 3)).astype("f"), []
    for threads in (1, 2, 3, 2):
        threads_of(monkeypatch, threads)
        dy = np.random.default_rng(1).standard_normal((N, 4, 3, 17)).astype("f")
        y = one.forward(x, training=True)
        results.append([y, one.backward(dy), one.conv.K.grad, one.conv.b.grad, one.forward(x)])
    for result in results[1:]:
        for first, other in zip(results[0], result, strict=True):
            np.testing.assert_array_equal(other, first)


def test_one_image_is_cut_into_parts_for_threads(monkeypatch):
    threads_of(monkeypatch, 3)
    copies = products.copies_of_images((1, 8, 7, 3), (1, 1, 1, 1), np.dtype("f"))
    assert products.shared(copies, 1100, 3) == (1, 6)
    assert products.shared(copies, 1100, 1) == (1, 1)
    assert products.shared(copies._replace(images=9), 1100, 3) == (3, 1)
    assert products.shared(copies._replace(images=0), 1100, 3) == (1, 6)
    check((1, *BIG[1:]))


def test_a_thread_warns_of_nothing(monkeypatch):
    """NumPy's own loops do, which run where the compiler is off, in each thread by itself."""
    threads_of(monkeypatch, 1)
    one, x, _ = made(BIG)
    x[:] = np.inf
    with np.errstate(all="raise"):
        assert np.isnan(one.forward(x, training=True)).any()
        one.backward(gradient_of((len(x), 4, 3, 17)))


def test_two_networks_in_two_threads(monkeypatch):
    """Each shares its work with the same few threads."""
    threads_of(monkeypatch, 2)
    pairs = [made(BIG, seed=seed) for seed in range(2)]

    def run(pair):
        for _ in range(20):
            for got, right in zip(all_of(*pair[:2]), pair[2], strict=True):
                np.testing.assert_array_equal(got, right)
        return True

    with ThreadPoolExecutor(2) as pool:
        assert all(pool.map(run, pairs))


@forks
def test_a_fork_after_threads_have_run(monkeypatch):
    threads_of(monkeypatch, 2)
    check(BIG)
    assert status_of_child(lambda: check(BIG)) == 0


def test_what_a_thread_raises_is_raised(monkeypatch):
    threads_of(monkeypatch, 2)
    one, x, _ = made(BIG)

    def fails(*arguments):
        raise MemoryError("in a thread")

    monkeypatch.setattr(products, "run_products", fails)
    with pytest.raises(MemoryError, match="in a thread"):
        one.forward(x)


# --- plans ---------------------------------------------------------------------------------------


def test_all_sums_of_a_tile_are_in_registers(monkeypatch):
    """Half of the registers: the others hold weights and pixels. AVX has as many, half as long."""
    for room, most in ((2, 2), (4, 4), (16, 16)):
        monkeypatch.setattr(products, "room", lambda r=room: r)
        for columns, channels in product(range(1, 40), (1, 16, 17, 33, 300)):
            P, V = products.sizes(columns, channels, np.dtype("f"))
            assert 1 <= P <= min(8, columns)
            assert 1 <= V <= -(-channels // 16)
            assert most >= P * V


def test_the_width_of_a_tile(monkeypatch):
    monkeypatch.setattr(products, "room", lambda: 16)
    pairs = {1: 1, 2: 2, 3: 3, 7: 7, 8: 8, 9: 8, 10: 5, 11: 8, 12: 6, 14: 7, 28: 7, 44: 8, 0: 8}
    assert {n: products.sizes(n, 64, np.dtype("f"))[0] for n in pairs} == pairs
    monkeypatch.setattr(products, "room", lambda: 4)
    assert products.sizes(9, 64, np.dtype("f")) == (3, 1)
    assert products.sizes(2, 64, np.dtype("f")) == (2, 2)


def test_distances_that_do_not_fit_are_refused():
    copies = products.Copies(1, 1, 2, 2**31 - 1, 1, 0, 0)
    assert copies.taps(range(2), range(1), 1).tolist() == [0, 2**31 - 1]
    with pytest.raises(ValueError, match=r"less than 2\*\*31 numbers"):
        copies._replace(columns=2**31).taps(range(2), range(1), 1)


def test_of_images_that_are_not_kept_each_thread_has_few(monkeypatch):
    threads_of(monkeypatch, 2)
    one, x, (y, *_) = made(BIG)
    sizes, reused = [], products.reused

    def noted(shape, dtype):
        sizes.append(shape)
        return reused(shape, dtype)

    monkeypatch.setattr(products, "reused", noted)
    np.testing.assert_array_equal(one.forward(x), y)
    image = 10 * 9 * 4
    assert 2 * 2 * image < sizes[-1][0] < 2 * 3 * image  # two of five, and where a tile reads on


def test_gradients_are_added_some_images_at_a_time(monkeypatch):
    monkeypatch.setattr("minprune.nn.fused.SUMMED", 2)
    monkeypatch.setattr(products, "room", lambda: 4)
    check(BIG)


if __name__ == "__main__":
    sweep()
