"""The kernels written for LLVM beside their twins in Python.

Small multiples of 1/4 have sums that are exact in any order: there, equal means equal. All kernels
work on one flat array, so whatever they write where they should not is seen in it.
"""

import itertools
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numba
import numpy as np
import pytest

from minprune import squares, workers
from minprune.llvm import lanes_of
from minprune.sparse import microkernels as m
from minprune.sparse import sample_kernels as s
from minprune.sparse.choice import HEIGHT, POSITIONS, UNROLL, slab_rows
from minprune.sparse.slabs import slabs_from_dense

compiled = pytest.mark.skipif(
    bool(numba.config.DISABLE_JIT), reason="without its compiler Numba runs the twins alone"
)
jit = numba.njit(nogil=True)  # no cache: it would not notice a change in microkernels.py
DTYPES = ["f", "d"]
TILES = [((0,) * P, (0,) * V) for P, V in [(1, 1), (1, 2), (2, 4), (4, 2), (8, 1)]]
ONE = TILES[0]
ENTRIES, INPUTS = 24, 9


def kernel(name):
    """The kernel of that name, or its twin."""
    return next(
        getattr(module, name) for module in (m, s, squares, workers) if hasattr(module, name)
    )


@jit
def csr_run(*arguments):
    m.csr_run(*arguments)


@jit
def slab_run(*arguments):
    m.slab_run(*arguments)


@jit
def block_run(*arguments):
    m.block_run(*arguments)


@jit
def slice_run(*arguments):
    s.slice_run(*arguments)


@jit
def block_one(*arguments):
    s.block_one(*arguments)


@jit
def full_one(*arguments):
    s.full_one(*arguments)


@jit
def rows_run(*arguments):
    s.rows_run(*arguments)


@jit
def all_finite(panel):
    return m.all_finite(panel)


@jit
def take_many(counter, taken):
    for k in range(len(taken)):
        taken[k] = workers.add(counter, 1, 1)


def quarters(rng, *shape):
    return rng.integers(-8, 9, shape) / 4


def normals(rng, *shape):
    return rng.standard_normal(shape)


def both(kernel, twin, arguments, panel, place):
    """The panel after the kernel and after its twin, which must not have changed it elsewhere."""
    results = []
    for function in (kernel, twin):
        after = panel.copy()
        function(*arguments[:place], after, *arguments[place:])
        results.append(after)
    return results


def check_written(after, before, target):
    """That all of the target, and nothing else, is new; `before` holds numbers no sum can be."""
    written = np.zeros(len(before), bool)
    written[target] = True
    np.testing.assert_array_equal(after[~written], before[~written])
    assert not np.isin(after[written], before[written]).any()


def panel_of(rng, draw, dtype, T, units):
    """A panel with the inputs at its beginning, and behind them places for outputs: 1000, 1001, ...

    What a kernel reads in vain stands there too.
    """
    inputs = draw(rng, (INPUTS + POSITIONS) * T)
    outputs = 1000 + np.arange(2 * T + 2 * units * T + 2 * POSITIONS * units * T)
    return np.concatenate([inputs, outputs]).astype(dtype)


def close(after, expected, draw):
    if draw is quarters:
        np.testing.assert_array_equal(after, expected, strict=True)
    else:
        tolerance = 100 * np.finfo(after.dtype).eps
        np.testing.assert_allclose(after, expected, tolerance, tolerance)


# --- runs ----------------------------------------------------------------------------------------


def run_case(seed, draw, dtype, tile):
    """Weights, and a panel whose inputs begin at its second vector."""
    rng = np.random.default_rng(seed)
    T = len(tile[1]) * lanes_of(np.dtype(dtype))
    return SimpleNamespace(
        values=draw(rng, HEIGHT * ENTRIES).astype(dtype),
        indices=rng.integers(0, INPUTS - 1, HEIGHT * ENTRIES).astype(np.uint32),
        panel=panel_of(rng, draw, dtype, T, HEIGHT),
        biases=draw(rng, 20).astype(dtype),
        number=np.dtype(dtype).type,
        T=T,
        y=(INPUTS + POSITIONS + 1) * T,
    )


def at_positions(first, apart, count, T):
    """Where the numbers of so many positions are, T side by side."""
    return (first + apart * np.arange(count)[:, None] + np.arange(T)).ravel()


@compiled
@pytest.mark.parametrize("height", [1, 2])
@pytest.mark.parametrize("n", [1, 2])
@pytest.mark.parametrize("tile", TILES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_csr_run_is_its_twin(dtype, tile, n, height):
    P, seen = len(tile[0]), set()
    for seed, run in enumerate([(0, 0), (8, 8), (0, 4), (4, 16), (0, ENTRIES), (20, 24)]):
        for floor, more, keep in itertools.product((-np.inf, 0, 0.5), (False, True), (False, True)):
            for count in {n * k for k in (1, 2, P // n - 1, P // n) if 0 < n * k <= P}:
                draw = normals if seed == 4 else quarters
                case = run_case(seed, draw, dtype, tile)
                T, y, before = case.T, case.y, case.panel.copy()
                z, rng = y + 4 * P * T, np.random.default_rng(seed + 100)
                units = np.array([9, 1, 0, 9], np.int32)
                held, written = (
                    np.concatenate([at_positions(at + unit * each, apart, many, T)
                                    for unit in units[1 : 1 + height]])
                    for at, each, apart, many in ((z, P * T, T, count), (y, T, 2 * T, count // n))
                )  # fmt: skip
                if more:  # else what is there does not count
                    before[held] = draw(rng, len(held))
                if keep:
                    before[written] = draw(rng, len(written))
                arguments = [
                    tile, (0,) * height, (0,) * n, (case.values, case.indices), run, (T, T, T),
                    (y, T, 2 * T, count), (units, 1, case.biases, more, z, P * T, T),
                    (case.number(floor), keep),
                ]  # fmt: skip
                got, expected = both(csr_run, m.csr_run_python, arguments, before, 5)
                close(got, expected, draw)
                before[written] = case.panel[written]
                check_written(got, before, written)
                seen |= {(got[written] == floor).any(), (got[written] > floor).any()}
                assert keep or (got[written] >= floor).all()
    assert seen == {False, True} or n > P


@compiled
@pytest.mark.parametrize("dtype", DTYPES)
def test_csr_run_by_hand(dtype):
    T, number = lanes_of(np.dtype(dtype)), np.dtype(dtype).type
    panel = np.concatenate([np.arange(6 * T), np.full(2 * T, 99)]).astype(dtype)
    values, indices = np.array([1, 2, 0, 0], dtype), np.array([2, 0, 0, 0], np.uint32)
    arguments = (values, indices), (0, UNROLL), panel, (3, T, 2 * T)  # x begins at 3
    t, last = np.arange(T) + 3, (number(-np.inf), False)
    first = np.zeros(1, np.int32), 0, np.array([0.5], dtype)
    sums = 2 * T + t + 2 * t
    for tile, places in [(((0,), (0,)), [0]), (((0, 0), (0,)), [0, 2 * 3 * T])]:
        for more in (False, True):
            after = panel.copy()
            csr_run(tile, (0,), (0,), *arguments[:2], after, arguments[3],
                    (6 * T, 0, T, len(places)), (*first, more, 6 * T, 0, T), last)  # fmt: skip
            begin = 99 if more else 0.5
            np.testing.assert_array_equal(after[6 * T :][: len(places) * T].reshape(-1, T),
                                          [begin + place + sums for place in places])  # fmt: skip
    csr_run(((0, 0), (0,)), (0,), (0, 0), *arguments, (6 * T, 0, T, 2), (*first, False, 0, 0, 0),
            last)  # fmt: skip
    np.testing.assert_array_equal(panel[6 * T :], np.concatenate([6 * T + 0.5 + sums, 0 * t + 99]))


@compiled
@pytest.mark.parametrize("height", [1, 2, 4, 8])
@pytest.mark.parametrize("tile", TILES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_slab_run_is_its_twin(dtype, tile, height):
    """Whatever the processor has: LLVM takes wide vectors apart, and spills what is too much."""
    rows = slab_rows(height)
    assert rows * height == (2 if height == 1 else 8)
    for seed, run in enumerate([(0, 0), (rows, rows), (0, rows), (rows, 3 * rows), (0, 4 * rows)]):
        for floor in (-np.inf, 0, 0.5):
            for more in (False, True):
                draw = normals if seed == 4 else quarters
                case = run_case(seed, draw, dtype, tile)
                T, y, rng = case.T, case.y, np.random.default_rng(seed)
                places = rng.integers(0, INPUTS - 1, 4 * rows * height).astype(np.uint8)
                units = np.array([7, 7, *rng.permutation(HEIGHT)[:height], 7], np.int32)
                written = (y + T * units[2:-1, None] + np.arange(T)).ravel()
                before = case.panel.copy()
                if more:
                    before[written] = draw(rng, len(written))
                arguments = [
                    tile, (0,) * height, (case.values[: len(places)].copy(), places), run, T,
                    (y, units, 2), (case.biases, more), case.number(floor),
                ]  # fmt: skip
                got, expected = both(slab_run, m.slab_run_python, arguments, before, 4)
                close(got, expected, draw)
                before[written] = case.panel[written]
                check_written(got, before, written)


@pytest.mark.parametrize("height", [1, 4, 8])
@pytest.mark.parametrize("dtype", DTYPES)
def test_slabs_of_a_layer(dtype, height):
    """A format and its kernel beside a matrix product: awkward numbers of inputs and units."""
    tile, slab, rows = ((0,), (0,)), (0,) * height, slab_rows(height)
    T, number = lanes_of(np.dtype(dtype)), np.dtype(dtype).type
    run = m.slab_run_python if numba.config.DISABLE_JIT else slab_run
    for n_in, n_out, block in ((1, 1, 256), (256, 10, 256), (257, 17, 100), (40, 23, 7)):
        rng = np.random.default_rng(n_in)
        W = (quarters(rng, n_in, n_out) * (rng.random((n_in, n_out)) < 0.3)).astype(dtype)
        x, outside = quarters(rng, n_in, T), 8 + -n_out % 8
        made = slabs_from_dense(W, block, height, rows)
        panel = np.concatenate([x.ravel(), np.full((n_out + outside) * T, 99)]).astype(dtype)
        b = np.concatenate([quarters(rng, n_out), np.zeros(8)]).astype(dtype)
        for k, offsets in enumerate(made.offsets):
            for g in range(len(offsets) - 1):
                at = (k * (len(offsets) - 1) + g) * height
                weights = made.values.ravel(), made.places.ravel()
                run(tile, slab, weights, (offsets[g], offsets[g + 1]), panel, k * block * T,
                    (n_in * T, made.outputs.ravel(), at), (b, k > 0), number(-np.inf))  # fmt: skip
        y = panel[n_in * T :].reshape(-1, T)
        np.testing.assert_array_equal(y[:n_out], W.T.astype("d") @ x + b[:n_out, None])
        assert (y[-(-n_out // 8) * 8 :] == 99).all()


@compiled
@pytest.mark.parametrize("draw", [quarters, normals])
@pytest.mark.parametrize("tile", TILES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_block_run_is_its_twin(dtype, tile, draw):
    P = len(tile[0])
    for seed, run in enumerate([(0, 0), (3, 3), (0, 1), (2, 9), (0, ENTRIES)]):
        for floor, keep in [(-np.inf, False), (0, False), (0.5, False), (0, True), (-np.inf, True)]:
            for units, count in itertools.product((1, 3, 7, 8), {1, P // 2 + 1, P}):
                for apart in (1, 2):  # of the outputs: one another's neighbours, or not
                    case = run_case(seed, draw, dtype, tile)
                    T, y = case.T, case.y
                    before, unit = case.panel.copy(), P * apart * T
                    starts = y + unit * np.arange(units)
                    places = np.concatenate(
                        [at_positions(start, apart * T, count, T) for start in starts]
                    )
                    if keep:
                        before[places] = draw(np.random.default_rng(seed + 100), len(places))
                    arguments = [
                        tile, (case.values, case.indices), run, (T, T, T),
                        (y, apart * T, count, unit), (case.biases, 5, units),
                        (case.number(floor), keep),
                    ]  # fmt: skip
                    got, expected = both(block_run, m.block_run_python, arguments, before, 3)
                    close(got, expected, draw)
                    before[places] = case.panel[places]
                    check_written(got, before, places)


@compiled
@pytest.mark.parametrize("draw", [quarters, normals])
@pytest.mark.parametrize("dtype", DTYPES)
def test_slice_run_is_its_twin(dtype, draw):
    for seed, run in enumerate([(0, 0), (2, 2), (0, 1), (1, 4), (0, 5), (0, ENTRIES)]):
        for floor in (-np.inf, 0, 0.5):
            for x, b_at in ((0, 0), (3, 7)):
                case = run_case(seed, draw, dtype, ONE)
                y = case.y + 3
                arguments = [
                    (case.values, case.indices), run, x, y, (case.biases, b_at), case.number(floor)
                ]  # fmt: skip
                got, expected = both(slice_run, s.slice_run_python, arguments, case.panel, 2)
                close(got, expected, draw)
                check_written(got, case.panel, slice(y, y + HEIGHT))


@compiled
@pytest.mark.parametrize("draw", [quarters, normals])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("kernel", "twin"), [(block_one, s.block_one_python), (full_one, s.full_one_python)]
)
def test_a_group_of_blocks_is_its_twin(kernel, twin, dtype, draw):
    runs = [(0, 0), (5, 5), (0, 1), (1, 3), (2, 5), (0, 4), (3, 8), (1, 7), (0, 8), (0, ENTRIES)]
    for seed, run in enumerate(runs):
        for floor in (-np.inf, 0, 0.5):
            for x, b_at in ((0, 0), (3, 7)):
                case = run_case(seed, draw, dtype, ONE)
                y = case.y + 3
                arguments = [
                    (case.values, case.indices), run, x, y, (case.biases, b_at), case.number(floor)
                ]  # fmt: skip
                got, expected = both(kernel, twin, arguments, case.panel, 2)
                close(got, expected, draw)
                check_written(got, case.panel, slice(y, y + HEIGHT))


@compiled
@pytest.mark.parametrize("draw", [quarters, normals])
@pytest.mark.parametrize("groups", [1, 2, 8])
@pytest.mark.parametrize("dtype", DTYPES)
def test_rows_run_is_its_twin(dtype, groups, draw):
    n = groups * HEIGHT
    for seed, listed in enumerate([[], [4], [0, 8], [1, 2, 3, 7], range(INPUTS)]):
        for floor in (-np.inf, 0, 0.5):
            for x, b_at in ((0, 0), (3, 7)):
                case = run_case(seed, draw, dtype, ONE)
                rng, y = np.random.default_rng(seed), case.y + 3
                W, b = (draw(rng, size).astype(dtype) for size in (5 + INPUTS * n, 7 + n))
                inputs = np.array([*listed, 99, 99], np.uint32), len(listed)
                arguments = [(0,) * groups, (W, 5), inputs, x, y, (b, b_at), case.number(floor)]
                panel = case.panel if groups == 1 else np.resize(case.panel, y + n + 9)
                panel[y:] = 1000 + np.arange(len(panel) - y)
                got, expected = both(rows_run, s.rows_run_python, arguments, panel, 3)
                close(got, expected, draw)
                check_written(got, panel, slice(y, y + n))
                inside = panel[x : x + INPUTS].astype("d")[[*listed]]
                W = W[5:].reshape(INPUTS, n)[[*listed]]
                total = np.maximum(b[b_at : b_at + n] + inside @ W, floor)
                np.testing.assert_allclose(got[y : y + n], total, 1e-4, 1e-5)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("floor", [-np.inf, 0])
def test_neither_floor_nor_pooling_hides_a_sum_that_is_not_finite(dtype, floor, bad):
    kernels = "csr_run block_run slice_run block_one full_one rows_run slab_run".split()
    for name in kernels:
        twin, compiled = kernel(f"{name}_python"), globals()[name]
        for function in [twin] if numba.config.DISABLE_JIT else [twin, compiled]:
            for held in (None, 2.0, np.nan)[: 3 if name in kernels[:2] else 1]:
                case = run_case(0, quarters, dtype, ONE)
                case.values[:], case.biases[:] = 0, 1  # so that a sum is its bias
                case.panel[case.y :] = 0 if held is None else held
                case.biases[0] = 1 if held is np.nan else bad
                call(function, name, case, (case.number(floor), held is not None))
                units = case.panel[case.y : case.y + HEIGHT * case.T]
                assert np.isnan(units[0])
                if name != "csr_run" and held is not np.nan:  # the other units are fine
                    second = case.T if name in ("block_run", "slab_run") else 1
                    assert units[second] == (2 if held == 2 else 1)


def call(function, name, case, last):
    """A kernel on four entries, with the output of its first unit at y."""
    weights, first = (case.values, case.indices), (case.biases, 0)
    x, y, run = (case.T, case.T, 0), case.y, (0, 4)
    if name == "csr_run":
        first = np.zeros(1, np.int32), 0, case.biases, False, 0, 0, 0
        function(ONE, (0,), (0,), weights, run, case.panel, x, (y, 0, 0, 1), first, last)
    elif name == "block_run":
        y = y, 0, 1, case.T
        function(ONE, weights, run, case.panel, x, y, (*first, HEIGHT), last)
    elif name == "slab_run":
        weights, y = (case.values, np.zeros(64, np.uint8)), (y, np.arange(4, dtype=np.int32), 0)
        biases = case.biases, False
        function(ONE, (0,) * 4, weights, run, case.panel, case.T, y, biases, last[0])
    elif name == "rows_run":
        listed = np.arange(4, dtype=np.uint32), 4
        function((0,), (case.values, 0), listed, case.panel, 0, y, first, last[0])
    else:
        function(weights, run, case.panel, 0, y, first, last[0])


# --- squares of numbers --------------------------------------------------------------------------


@compiled
@pytest.mark.parametrize("room", [2, 4, 16])  # registers of 16, 32 and 64 bytes
@pytest.mark.parametrize("dtype", DTYPES)
def test_transpose_is_its_twin_and_writes_nothing_else(dtype, room, monkeypatch):
    @jit
    def transpose(*arguments):
        squares.transpose(*arguments)

    monkeypatch.setattr(squares, "room", lambda: room)  # until it is compiled
    rng, L = np.random.default_rng(0), lanes_of(np.dtype(dtype))
    for at, pitch, target_at, target_pitch in [
        (0, L, 0, L), (3, L + 5, 7, L + 2), (1, 2 * L, 0, 4 * L), (0, 0, 5, L),
    ]:  # fmt: skip
        source = rng.standard_normal(2 * L * L + L).astype(dtype)
        before = 1000 + np.arange(4 * L * L + 9).astype(dtype)
        square = np.array([source[at + i * pitch :][:L] for i in range(L)])
        places = target_at + target_pitch * np.arange(L)[:, None] + np.arange(L)
        for function in (transpose, squares.transpose_python):
            target = before.copy()
            pairs = source, (at, pitch), target, (target_at, target_pitch)
            function(*pairs)
            np.testing.assert_array_equal(target[places], square.T)
            check_written(target, before, places.ravel())


@compiled
@pytest.mark.parametrize("dtype", DTYPES)
def test_one_number_that_is_not_finite_is_found_wherever_it_is(dtype):
    L, most = lanes_of(np.dtype(dtype)), np.finfo(dtype).max
    for vectors in (0, 4, 12):
        panel = np.full(vectors * L + 2, np.nan, dtype)  # before and behind it
        panel[1:-1] = np.resize([most, -most, 0, -0.0, np.finfo(dtype).tiny, 1], vectors * L)
        for function in (all_finite, m.all_finite_python):
            assert function(panel[1:-1]) is True
        for place in range(1, vectors * L + 1):
            for bad in (np.nan, np.inf, -np.inf):
                kept, panel[place] = panel[place], bad
                assert all_finite(panel[1:-1]) is m.all_finite_python(panel[1:-1]) is False
                panel[place] = kept


# --- numbers, one for each -----------------------------------------------------------------------


@compiled
def test_add_gives_no_number_twice():
    counters, taken = np.zeros(2, np.int64), np.zeros((4, 200_000), np.int64)
    take_many(counters, taken[0, :0])  # compiled before the race begins
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda row: take_many(counters, row), taken))
    assert counters.tolist() == [0, taken.size]
    np.testing.assert_array_equal(np.sort(taken, axis=None), np.arange(taken.size))
    assert (np.diff(taken) > 0).all()


def test_add_in_python():
    counters = np.array([5, 7], np.int64)
    assert [workers.add_python(counters, 0, 2) for _ in range(3)] == [5, 7, 9]
    assert workers.add_python(counters, 1, 0) == 7
    assert counters.tolist() == [11, 7]


@pytest.mark.parametrize("L", [1, 4, 8, 16])
@pytest.mark.parametrize("dtype", "fd")
def test_pairs_of_columns(dtype, L):
    rng = np.random.default_rng(0)
    for n_p, x_p in ((1, 0), (2, 37), (3, 64)):
        panel = rng.standard_normal(400).astype(dtype)
        expected = panel.copy()
        for j in range(L):
            cells = [panel[5 + p * x_p + 2 * j + q] for p in range(n_p) for q in range(2)]
            expected[300 + j] = max(cells)
        for function in {s.pairs_run_python, pairs} if not numba.config.DISABLE_JIT else {pairs}:
            after = panel.copy()
            function((0,) * L, after, 5, 300, (n_p, x_p))
            np.testing.assert_array_equal(after, expected)


@jit
def pairs(size, panel, x, y, rows):
    s.pairs_run(size, panel, x, y, rows)


# --- lines of an image ---------------------------------------------------------------------------


@jit
def line_run(*arguments):
    s.line_run(*arguments)


@compiled
@pytest.mark.parametrize("which", range(len(s.LINE_TILES)))
@pytest.mark.parametrize("dtype", DTYPES)
def test_line_run_is_its_twin(dtype, which):
    tile, number = s.LINE_TILES[which], np.dtype(dtype).type
    n = tile.vectors * (lanes_of(np.dtype(dtype)) >> tile.half)
    seen, reach = set(), 40
    for seed, ends in enumerate([(0, 0, 0, 0), (0, 5, 5, 9), (3, 8, 12, 20), (2, 2, 7, 7)]):
        for floor in (-np.inf, 0):
            for count in {1, tile.units, max(tile.units - 1, 1)}:
                rng = np.random.default_rng(seed)
                values = quarters(rng, 20 * tile.units).astype(dtype)
                indices = rng.integers(0, reach, 20).astype(np.uint32)
                y, step = 7 + reach + n, n + 3
                panel = np.concatenate([quarters(rng, y), 1000 + np.arange(8 * step + n)])
                inside = np.concatenate([[9], rng.integers(0, 2, n)]).astype(dtype)
                biases = quarters(rng, 2 + tile.units).astype(dtype)
                arguments = [
                    which, (values, indices), (np.array([99, *ends]), 1), 7, (y, step),
                    (biases, 2, count), number(floor), (inside, 1),
                ]  # fmt: skip
                panel = panel.astype(dtype)
                got, expected = both(line_run, s.line_run_python, arguments, panel, 3)
                np.testing.assert_array_equal(got, expected)
                target = (y + np.arange(count)[:, None] * step + np.arange(n)).ravel()
                check_written(got, panel, target)
                outside = got[target].reshape(count, n)[:, inside[1:] == 0]
                assert not outside.any()
                seen |= {(got[target] < 0).any(), (got[target] > 0).any()}
    assert seen == {False, True}


@compiled
@pytest.mark.parametrize("dtype", DTYPES)
def test_line_run_by_hand(dtype):
    """Rows of one vector: the column on the left times 1, its own times 10, on the right times
    100; nothing comes from another row."""
    which = s.LINE_TILES.index(next(tile for tile in s.LINE_TILES if tile.wide == tile.units == 1))
    tile, L, number = s.LINE_TILES[which], lanes_of(np.dtype(dtype)), np.dtype(dtype).type
    n = tile.vectors * L
    x = np.arange(1, n + 1).reshape(-1, L)
    panel = np.concatenate([x.ravel(), np.zeros(n)]).astype(dtype)
    weights = np.array([1, 10, 100], dtype), np.zeros(3, np.uint32)
    line_run(which, weights, (np.arange(4), 0), panel, 0, (n, n), (np.array([0.5], dtype), 0, 1),
             number(0), (np.ones(n, dtype), 0))  # fmt: skip
    around = np.pad(x, ((0, 0), (1, 1)))
    right = 0.5 + around[:, :-2] + 10 * x + 100 * around[:, 2:]
    np.testing.assert_array_equal(panel[n:].reshape(-1, L), right)


@jit
def larger(a, b):
    return s.larger(a, b)


def test_larger():
    for a, b in ((1.0, 2.0), (2.0, 1.0), (-0.5, -0.5), (-np.inf, 3.0)):
        assert larger(a, b) == s.larger_python(a, b) == max(a, b)


def test_without_the_compiler_the_twins_run():
    names = (
        "csr_run slab_run block_run slice_run block_one full_one rows_run pairs_run larger line_run"
    )
    for name in (*names.split(), "transpose", "add", "all_finite"):
        off, twin = numba.config.DISABLE_JIT, kernel(f"{name}_python")
        assert (kernel(name) is twin) == bool(off)
