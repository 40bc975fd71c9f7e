"""The innermost loops of a convolution beside their twins in Python, and beside plain loops.

Small multiples of 1/4 have sums that are exact in any order: there, equal means equal. Whatever a
kernel writes where it should not is seen, since its arrays are longer than it needs.
"""

from itertools import product

import numba
import numpy as np
import pytest

from minprune.jit import jit  # compiles again when tiles.py has changed
from minprune.llvm import lanes_of
from minprune.nn import pixels, tiles

KERNELS = "conv_tile", "grad_tile", "move", "move_winners", "largest"
MODULES = {name: tiles if name.endswith("tile") else pixels for name in KERNELS}
TILES = [(P, V, "f") for P in range(1, 9) for V in range(1, 5)]
TILES += [(P, 1 + P % 4, "d") for P in range(1, 9)]
BEFORE = -999.75  # in every place of an output: no sum is that small


@jit
def conv_tile(*arguments):
    tiles.conv_tile(*arguments)


@jit
def grad_tile(*arguments):
    tiles.grad_tile(*arguments)


@jit
def move(*arguments):
    pixels.move(*arguments)


@jit
def move_winners(*arguments):
    pixels.move_winners(*arguments)


@jit
def largest(*arguments):
    pixels.largest(*arguments)


def both(name):
    """The kernel, if there is a compiler, and its twin."""
    twin = getattr(MODULES[name], f"{name}_python")
    return [twin] if numba.config.DISABLE_JIT else [globals()[name], twin]


def quarters(rng, n, dtype):
    return (rng.integers(-8, 9, n) / 4).astype(dtype)


def normals(rng, n, dtype):
    return rng.standard_normal(n).astype(dtype)


def sizes(*numbers):
    """Tuples of zeros, as long as these numbers."""
    return [(0,) * n for n in numbers]


def close(got, expected, draw=quarters):
    if draw is quarters:
        np.testing.assert_array_equal(got, expected, strict=True)
    else:
        tolerance = 100 * np.finfo(got.dtype).eps
        np.testing.assert_allclose(got, expected, tolerance, tolerance)


# --- the tile of a convolution -------------------------------------------------------------------


def conv_arguments(rng, draw, dtype, P, V, S, n_taps, count, floor):
    """Everything begins somewhere inside of its array; rows of y may have gaps."""
    n = V * lanes_of(np.dtype(dtype))
    table = rng.integers(0, 50, n_taps + 2).astype(np.uint32)
    weights = draw(rng, 5 + (n_taps + 1) * n, dtype), 5, n_taps
    x = draw(rng, 60 + P * S, dtype), 7
    y = np.full(9 + (P + 1) * (n + 3), BEFORE, dtype), 9, n + rng.integers(0, 4)
    bias = draw(rng, n + 8, dtype), 3
    return [*sizes(P, V, S), weights, (table, 1), x, y, bias, count, np.dtype(dtype).type(floor)]


def conv_by_loops(tile, vecs, apart, weights, table, x, y, bias, count, floor):
    (W, w_at, n_taps), (table, first), (x, x_at) = weights, table, x
    (y, y_at, y_p), (b, b_at) = y, bias
    n, S = len(vecs) * 64 // W.itemsize, len(apart)
    for p in range(count):
        for o in range(n):
            total = b[b_at + o]
            for k in range(n_taps):
                total += W[w_at + k * n + o] * x[x_at + p * S + int(table[first + k])]
            y[y_at + p * y_p + o] = max(total, floor)


@pytest.mark.parametrize(("P", "V", "dtype"), TILES)
def test_conv_tile(P, V, dtype):
    for seed, count in enumerate(range(P + 1)):
        for n_taps, draw in product((0, 1, 5), (quarters, normals)):
            floor = (-np.inf, 0, 0.5)[seed % 3]
            results = []
            for function in (*both("conv_tile"), conv_by_loops):
                rng = np.random.default_rng(seed)
                arguments = conv_arguments(rng, draw, dtype, P, V, 3, n_taps, count, floor)
                function(*arguments)
                results.append(arguments[6][0])
            for result in results[:-1]:
                close(result, results[-1], draw)
    assert (results[-1] == BEFORE).sum() == len(results[-1]) - P * V * 64 // results[-1].itemsize


@pytest.mark.parametrize("S", [1, 2, 16])
def test_conv_tile_whose_windows_are_so_far_apart(S):
    for function in both("conv_tile"):
        arguments, expected = (
            conv_arguments(np.random.default_rng(S), quarters, "f", 4, 1, S, 3, 4, 0)
            for _ in range(2)
        )
        function(*arguments)
        conv_by_loops(*expected)
        close(arguments[6][0], expected[6][0])


@pytest.mark.parametrize("floor", [-np.inf, 0])
def test_conv_tile_passes_on_what_is_not_finite(floor):
    for function in both("conv_tile"):
        arguments = conv_arguments(np.random.default_rng(0), quarters, "f", 4, 1, 3, 1, 4, floor)
        (W, w_at, _), (table, k), (x, x_at), (y, y_at, y_p), (b, b_at) = arguments[3:8]
        W[w_at:], table[k] = 1, 4
        x[x_at + 4 + 3 * np.arange(4)] = np.nan, np.inf, -np.inf, 2
        b[b_at : b_at + 16] = 0
        b[b_at + 1] = np.nan
        function(*arguments)
        for p, expected in enumerate([np.nan, np.inf, floor, 2]):
            row = y[y_at + p * y_p :][:16]
            np.testing.assert_array_equal(row, np.where(np.arange(16) == 1, np.nan, expected))


# --- the tile of the gradient of kernels ---------------------------------------------------------


def grad_arguments(rng, draw, dtype, P, V, S, counts):
    """Rows and images with gaps between them."""
    L, (N, H, W) = lanes_of(np.dtype(dtype)), counts
    table = rng.integers(0, 30, P + 5).astype(np.uint32)
    x_row, dy_p = W * S + 2, L + 1
    dy_row = W * dy_p + 1
    dy_v = H * dy_row + 3  # vectors of an image: one behind the other
    x_image, dy_image = H * x_row + 1, V * dy_v + 2
    x = draw(rng, 4 + N * x_image + 40, dtype), 4
    dy = draw(rng, 6 + N * dy_image + L, dtype), 6, dy_p, dy_v
    dK = quarters(rng, 3 + P * V * L + 5, dtype), 3
    return [*sizes(P, V, S), x, (table, 2), dy, counts, (x_image, dy_image), (x_row, dy_row), dK]


def grad_by_loops(tile, vecs, apart, x, table, dy, counts, images, rows, dK):
    (x, x_at), (table, first), (dy, dy_at, dy_p, dy_v), (dK, at) = x, table, dy, dK
    L, S = 64 // x.itemsize, len(apart)
    for k in range(len(tile)):
        for v in range(len(vecs)):
            for o in range(L):
                total = x.dtype.type(0)
                for a, i, j in np.ndindex(*counts):
                    place = x_at + a * images[0] + i * rows[0] + j * S + int(table[first + k])
                    unit = dy_at + a * images[1] + i * rows[1] + j * dy_p + v * dy_v + o
                    total += x[place] * dy[unit]
                dK[at + (k * len(vecs) + v) * L + o] += total


@pytest.mark.parametrize(("P", "V", "dtype"), TILES)
def test_grad_tile(P, V, dtype):
    some = [(1, 1, 1), (0, 2, 2), (2, 0, 1), (1, 2, 0), (2, 1, 3), (2, 3, 2)]
    for seed, counts in enumerate(some if (P * V) % 4 == 0 else some[-1:]):
        for draw in (quarters, normals) if V == 1 else (quarters,):
            results = []
            for function in (*both("grad_tile"), grad_by_loops):
                arguments = grad_arguments(
                    np.random.default_rng(seed), draw, dtype, P, V, 2, counts
                )
                before = arguments[-1][0].copy()
                function(*arguments)
                results.append(arguments[-1][0])
            for result in results[:-1]:
                close(result, results[-1], draw)
            outside = np.r_[:3, len(before) - 5 : len(before)]
            np.testing.assert_array_equal(results[0][outside], before[outside])


# --- pixels --------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", "fd")
@pytest.mark.parametrize(("masked", "summed"), [*product((False, True), repeat=2)])
def test_move(masked, summed, dtype):
    L = lanes_of(np.dtype(dtype))
    for count, pitch, apart in [(0, L, L), (1, L, L), (5, L + 3, L), (4, 2 * L, L + 2), (3, L, 40)]:
        rng = np.random.default_rng(count)
        x, y = quarters(rng, 5 * 40 + 3, dtype), quarters(rng, 5 * 40 + 3, dtype)
        y[3:7] = np.nan, 0, -0.0, np.inf
        expected, sums = np.full(5 * 40 + 2, BEFORE, dtype), quarters(rng, L + 4, dtype)
        total = sums.copy()
        for j, o in product(range(count), range(L)):
            kept = not masked or y[3 + j * pitch + o] > 0
            expected[2 + j * apart + o] = x[3 + j * pitch + o] if kept else 0
            total[1 + o] += x[3 + j * pitch + o] if kept else 0
        for function in both("move"):
            out, db = np.full_like(expected, BEFORE), sums.copy()
            function(x, y if masked else None, (3, pitch), out, (2, apart), count,
                     (db, 1) if summed else None)  # fmt: skip
            close(out, expected)
            close(db, total if summed else sums)


@pytest.mark.parametrize("dtype", "fd")
def test_move_winners(dtype):
    L = lanes_of(np.dtype(dtype))
    for count, pitch, apart, wider in [(0, L, L, 0), (1, L, L, 0), (3, L + 3, L + 2, 5)]:
        rng, row = np.random.default_rng(count), 2 * max(count, 1) * apart + wider
        x = quarters(rng, 4 * pitch + 3, dtype)
        winner = rng.integers(-1, 4, len(x)).astype(np.int8)
        expected, sums = np.full(2 + 2 * row, BEFORE, dtype), quarters(rng, L + 4, dtype)
        total = sums.copy()
        for j, o in product(range(count), range(L)):
            won = winner[3 + j * pitch + o]
            for u, v in product(range(2), range(2)):
                place = 2 + (2 * j + v) * apart + u * row + o
                expected[place] = x[3 + j * pitch + o] if won == 2 * u + v else 0
            total[1 + o] += x[3 + j * pitch + o] if won >= 0 else 0
        for function in both("move_winners"):
            out, db = np.full_like(expected, BEFORE), sums.copy()
            function(x, winner, (3, pitch), out, (2, apart, row), count, (db, 1))
            close(out, expected)
            close(db, total)


def largest_by_loops(z, places, y, winner, target, count):
    (at, apart, row), (to, pitch) = places, target
    for j, o in product(range(count), range(64 // z.itemsize)):
        four = [z[at + (2 * j + v) * apart + u * row + o] for u in range(2) for v in range(2)]
        best, which = 0, -1
        for w in range(4):
            if four[w] > best:
                best, which = four[w], w
        unknown = any(number != number for number in four)
        y[to + j * pitch + o] = np.nan if unknown else best
        winner[to + j * pitch + o] = -1 if unknown else which


@pytest.mark.parametrize("dtype", "fd")
def test_largest(dtype):
    """Of few numbers, so that many are equal."""
    L, seen = lanes_of(np.dtype(dtype)), set()
    for count, apart, wider, pitch in [(0, L, 0, L), (1, L, 0, L), (4, L, 0, L), (9, L + 3, 5, 40)]:
        for numbers in ([-1, 0, 1, 2], [-np.inf, -1, -0.0, 0], [np.nan, -1, 1, np.inf, 3, 3, 3]):
            rng, row = np.random.default_rng(count), 2 * max(count, 1) * apart + wider
            z = rng.choice(numbers, 3 + 2 * row).astype(dtype)
            results = []
            for function in (*both("largest"), largest_by_loops):
                y, winner = np.full(2 + 9 * 40, BEFORE, dtype), np.full(2 + 9 * 40, 77, np.int8)
                function(z, (3, apart, row), y, winner, (2, pitch), count)
                results.append((y, winner))
            for y, winner in results[:-1]:
                close(y, results[-1][0])
                close(winner, results[-1][1])
            seen |= {*winner.tolist()}
    assert seen == {-1, 0, 1, 2, 3, 77}


@pytest.mark.parametrize("bad", [np.nan, -np.nan])
@pytest.mark.parametrize("place", range(4))
def test_largest_finds_a_nan_wherever_it_is(place, bad):
    for others, function in product(
        ([5, -5, 5, 5], [-1, -1, -1, -1], [np.inf] * 4), both("largest")
    ):
        z = np.repeat(np.array(others, "f"), 16)
        z[16 * place + 7] = bad
        y, winner = np.zeros(16, "f"), np.zeros(16, np.int8)
        function(z, (0, 16, 32), y, winner, (0, 16), 1)
        assert np.isnan(y[7])
        assert winner[7] == -1
        assert np.isfinite(y[6]) or others[0] == np.inf
        assert winner[6] == (0 if others[0] > 0 else -1)


def test_without_the_compiler_the_twins_run():
    for name in KERNELS:
        twin = getattr(MODULES[name], f"{name}_python")
        assert (getattr(MODULES[name], name) is twin) == bool(numba.config.DISABLE_JIT)
