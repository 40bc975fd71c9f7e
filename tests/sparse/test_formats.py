"""The storage formats beside plain loops, by hand, there and back. `CSR` is in test_csr.py."""

import math

import naive
import numpy as np
import pytest

import minprune
from minprune.formulas.metrics import bitmask_bytes, sparsity
from minprune.formulas.structured import block_mask, nm_mask
from minprune.sparse.bitmask import BitMask, bitmask_from_dense, dense_from_bitmask
from minprune.sparse.blocked_csr import (
    BlockedCSR,
    blocked_csr_from_dense,
    dense_from_blocked_csr,
)
from minprune.sparse.blocks import Blocks, blocks_from_dense, dense_from_blocks
from minprune.sparse.nm import NM, dense_from_nm, nm_from_dense
from minprune.sparse.slabs import Slabs, dense_from_slabs, slabs_from_dense
from minprune.sparse.sliced import Sliced, dense_from_sliced, sliced_from_dense

DTYPES = ["f", "d"]
LAYOUTS = {
    "C": np.ascontiguousarray,
    "Fortran": np.asfortranarray,
    "strided": lambda W: np.repeat(np.repeat(W, 2, axis=0), 3, axis=1)[::2, ::3],
    "backward": lambda W: W[::-1, ::-1].copy()[::-1, ::-1],
}
BLOCKS = [(1, 1), (1, 4), (2, 3), (4, 1), (5, 2), (128, 4)]  # (block, multiple)
HEIGHTS = [1, 2, 3, 8]
RATIOS = [(0, 1), (1, 1), (0, 4), (1, 2), (1, 4), (2, 4), (4, 4), (2, 3), (3, 5), (4, 8), (2, 17)]


def random_weights(seed, density, *shape):
    rng = np.random.default_rng(seed)
    return rng.uniform(0.5, 2, shape) * rng.choice([-1, 1], shape) * (rng.random(shape) < density)


def empty_rows():
    W = random_weights(5, 1.0, 11, 7)
    W[:, [0, 3, 4, 6]] = 0  # units without a weight: the first, two neighbours, the last
    W[[0, 2, 4, 5, 10]] = 0  # inputs without a weight
    return W


MATRICES = {
    "sparse": random_weights(0, 0.3, 17, 11),
    "wide": random_weights(1, 0.3, 5, 40),
    "tall": random_weights(2, 0.1, 300, 3),
    "one input": random_weights(3, 0.5, 1, 9),
    "one unit": random_weights(4, 0.5, 9, 1),
    "one weight": np.array([[-1.5]]),
    "one zero": np.array([[0.0]]),
    "no input": np.zeros((0, 3)),
    "no unit": np.zeros((3, 0)),
    "nothing": np.zeros((0, 0)),
    "empty rows": empty_rows(),
    "all zero": np.zeros((4, 3)),
    "all nonzero": random_weights(6, 1.0, 10, 6),
    "first inputs": np.vstack([np.ones((1, 5)), np.zeros((3, 5)), np.ones((1, 5))]),
    "negative zeros": np.array([[-0.0, 1.0], [0.5, -0.0], [-0.0, -0.0]]),
    "tiny": np.array([[1e-40, 0.0], [0.0, -1e-40]]),  # subnormal in float32, but not zero
}


@pytest.fixture(params=MATRICES)
def given(request):
    MATRICES[request.param].flags.writeable = False
    return MATRICES[request.param]


@pytest.fixture(params=LAYOUTS)
def layout(request):
    return LAYOUTS[request.param]


@pytest.fixture(params=DTYPES)
def W(given, request, layout):
    return read_only(layout(given.astype(request.param)))


def read_only(W):
    W.flags.writeable = False  # a conversion that writes to its input fails
    return W


def check_arrays(arrays, expected, dtypes):
    for array, e, dtype in zip(arrays, expected, dtypes, strict=True):
        np.testing.assert_array_equal(array, e.astype(dtype), strict=True)


def check_storage(x, W):
    """Contiguous arrays that the caller's matrix cannot change, and their bytes."""
    arrays = [a for a in x if isinstance(a, np.ndarray)]
    assert not any(np.shares_memory(a, W) for a in arrays)
    assert all(a.flags.c_contiguous for a in arrays)
    assert x.nbytes == sum(a.nbytes for a in arrays) and isinstance(x.nbytes, int)


def check_dense(back, W):
    np.testing.assert_array_equal(back, W, strict=True)
    assert back.flags.c_contiguous and back.flags.writeable


# --- blocked CSR ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("block", "multiple"), BLOCKS)
def test_blocked_csr_as_naive_and_back(W, block, multiple):
    x = blocked_csr_from_dense(W, block, multiple)
    expected = naive.blocked_csr_from_dense(W, block, multiple)
    check_arrays(x[:4], expected, (W.dtype, np.uint32, np.int64, np.int32))
    assert type(x) is BlockedCSR and x.n_in == len(W) and type(x.n_in) is int
    check_storage(x, W)
    before = [a.copy() for a in x[:4]]
    check_dense(dense_from_blocked_csr(x), W)
    check_arrays(x[:4], before, [a.dtype for a in before])
    np.testing.assert_array_equal(naive.dense_from_blocked_csr(*x), W)


@pytest.mark.parametrize(("block", "multiple"), BLOCKS)
def test_runs_are_ordered_filled_up_and_inside_their_block(given, block, multiple):
    n_in, n_out = given.shape
    values, indices, offsets, rows, _ = blocked_csr_from_dense(given, block, multiple)
    assert offsets.shape == (math.ceil(n_in / block), n_out + 1) and rows.shape[1] == n_out
    if len(offsets):
        assert offsets[0, 0] == 0 and offsets[-1, -1] == len(values) == len(indices)
    np.testing.assert_array_equal(offsets[1:, 0], offsets[:-1, -1])
    lengths = np.diff(offsets)
    assert (lengths % multiple == 0).all() and (lengths >= 0).all()
    assert (np.diff(lengths) <= 0).all()
    for b, first in enumerate(range(0, n_in, block)):
        assert sorted(rows[b].tolist()) == list(range(n_out))
        for r, j in enumerate(rows[b]):
            run = slice(offsets[b, r], offsets[b, r + 1])
            nonzeros = np.count_nonzero(given[first : first + block, j])
            assert lengths[b, r] - nonzeros < multiple
            assert (values[run][:nonzeros] != 0).all() and (values[run][nonzeros:] == 0).all()
            assert (np.diff(indices[run][:nonzeros].astype(int)) > 0).all()
            assert (indices[run] // block == b).all() and (indices[run][nonzeros:] == first).all()
            assert r == 0 or lengths[b, r - 1] > lengths[b, r] or rows[b, r - 1] < j


def test_blocked_csr_by_hand():
    x = blocked_csr_from_dense([[0, 5, 0], [0, 6, 8], [0, 0, 7]], block=2, multiple=2)
    assert x.values.tolist() == [5, 6, 8, 0, 7, 0]
    assert x.indices.tolist() == [0, 1, 1, 0, 2, 2]
    assert x.offsets.tolist() == [[0, 2, 4, 4], [4, 6, 6, 6]]
    assert x.rows.tolist() == [[1, 2, 0], [2, 0, 1]]
    assert x.nbytes == 6 * 8 + 6 * 4 + 8 * 8 + 6 * 4


def test_runs_are_ordered_by_their_length_with_the_filling():
    W = np.zeros((9, 4))
    W[0, 0] = W[:3, 1] = W[:5, 2] = W[:2, 3] = 1
    assert blocked_csr_from_dense(W, multiple=4).rows.tolist() == [[2, 0, 1, 3]]
    assert blocked_csr_from_dense(W, multiple=1).rows.tolist() == [[2, 1, 3, 0]]


def test_blocks_of_128_inputs_and_runs_of_multiples_of_four_are_the_default():
    x = blocked_csr_from_dense(np.ones((130, 1)))
    assert x.offsets.tolist() == [[0, 128], [128, 132]]
    assert x.indices[-4:].tolist() == [128, 129, 128, 128]
    assert x.values[-4:].tolist() == [1, 1, 0, 0]


def test_blocked_csr_without_inputs_or_units_has_empty_arrays():
    x = blocked_csr_from_dense(np.zeros((0, 3)))
    assert (x.offsets.shape, x.rows.shape, x.values.shape) == ((0, 4), (0, 3), (0,))
    x = blocked_csr_from_dense(np.zeros((3, 0)), block=2)
    assert (x.offsets.tolist(), x.rows.shape, x.values.shape) == ([[0], [0]], (2, 0), (0,))


# --- slabs ---------------------------------------------------------------------------------------

SLABS = [(1, 1, 1), (2, 3, 2), (128, 4, 2), (256, 8, 1), (100, 1, 2)]  # (block, height, multiple)


@pytest.mark.parametrize(("block", "height", "multiple"), SLABS)
def test_slabs_as_naive_and_back(W, block, height, multiple):
    x = slabs_from_dense(W, block, height, multiple)
    expected = naive.slabs_from_dense(W, block, height, multiple)
    check_arrays(x[:4], expected, (W.dtype, np.uint8, np.int64, np.int32))
    assert type(x) is Slabs and x[4:] == (block, *W.shape)
    check_storage(x, W)
    before = [a.copy() for a in x[:4]]
    check_dense(dense_from_slabs(x), W)
    check_arrays(x[:4], before, [a.dtype for a in before])
    np.testing.assert_array_equal(naive.dense_from_slabs(*x), W)


@pytest.mark.parametrize(("block", "height", "multiple"), SLABS)
def test_slabs_in_memory_of_any_order(given, block, height, multiple):
    x = slabs_from_dense(given, block, height, multiple)
    lengths = np.diff(x.offsets)
    assert (lengths % multiple == 0).all() and (np.diff(lengths) <= 0).all()
    for outputs in x.outputs:
        assert sorted(outputs.tolist()) == list(range(x.outputs.shape[1]))
    check_dense(dense_from_slabs(x), np.ascontiguousarray(given))


def test_slabs_by_hand():
    W = [[0, 5, 0], [0, 6, 8], [0, 0, 7]]
    x = slabs_from_dense(W, block=2, height=2, multiple=1)
    assert x.values.tolist() == [[5, 8], [6, 0], [7, 0]]
    assert x.places.tolist() == [[0, 1], [1, 0], [0, 0]]
    assert x.offsets.tolist() == [[0, 2, 2], [2, 3, 3]]
    assert x.outputs.tolist() == [[1, 2, 0, 3], [2, 0, 1, 3]]
    assert x.nbytes == 6 * 8 + 6 + 6 * 8 + 8 * 4
    x = slabs_from_dense(W)
    assert x.values.shape == (2, 4) and x.block == 128


def test_a_byte_tells_256_inputs_apart():
    W = np.ones((257, 1))
    assert slabs_from_dense(W, 256, 1, 1).places.ravel().tolist() == [*range(256), 0]
    for block in (0, 257):
        with pytest.raises(ValueError, match=f"block must be from 1 to 256, got {block}"):
            slabs_from_dense(W, block)


# --- blocks --------------------------------------------------------------------------------------


@pytest.mark.parametrize("height", HEIGHTS)
def test_blocks_as_naive_and_back(W, height):
    x = blocks_from_dense(W, height)
    expected = naive.blocks_from_dense(W, height)
    check_arrays(x[:3], expected, (W.dtype, np.uint32, np.int64))
    assert type(x) is Blocks and x[3:] == W.shape
    check_storage(x, W)
    check_dense(dense_from_blocks(x), W)
    np.testing.assert_array_equal(naive.dense_from_blocks(*x), W)


def test_blocks_by_hand():
    x = blocks_from_dense([[5, 6, 0], [0, 0, 7], [0, 8, 0]], height=2)
    assert x.values.tolist() == [[5, 6], [0, 8], [7, 0]]
    assert x.indices.tolist() == [0, 2, 1]
    assert x.offsets.tolist() == [0, 2, 3]
    assert x.fill == 4 / 6
    assert x.nbytes == 6 * 8 + 3 * 4 + 3 * 8


def test_blocks_are_eight_high_by_default_and_the_last_group_is_filled_up():
    x = blocks_from_dense(np.ones((1, 9)))
    assert x.values.tolist() == [8 * [1], [1] + 7 * [0]]
    assert x.fill == 9 / 16


def test_a_block_of_one_unit_has_no_zero_and_neither_has_no_block(given):
    x = blocks_from_dense(given, height=1)
    assert x.fill == 1 and type(x.fill) is float
    assert blocks_from_dense(np.zeros((4, 3))).fill == 1


def test_blocks_pruned_as_a_whole_are_stored_without_a_zero():
    W = random_weights(7, 1.0, 6, 12)
    x = blocks_from_dense(W * block_mask(W, (1, 4), sparsity=0.5), height=4)
    assert x.values.shape == (9, 4) and x.fill == 1


# --- N:M -----------------------------------------------------------------------------------------


def nm_weights(W, n, m):
    """The matrix with its last inputs cut off and pruned to n in m."""
    W = W[: len(W) // m * m]
    return read_only(W * nm_mask(W, n, m))


@pytest.mark.parametrize(("n", "m"), RATIOS)
def test_nm_as_naive_and_back(given, layout, n, m):
    for dtype in DTYPES:
        W = read_only(layout(nm_weights(given.astype(dtype), n, m)))
        x = nm_from_dense(W, n, m)
        check_arrays(x[:2], naive.nm_from_dense(W, n, m), (W.dtype, np.uint8))
        assert type(x) is NM and x[2:] == (n, m)
        check_storage(x, W)
        check_dense(dense_from_nm(x), W)
        np.testing.assert_array_equal(naive.dense_from_nm(*x), W)


def test_nm_by_hand():
    x = nm_from_dense([[0, 8], [5, 0], [0, 0], [7, 0]], n=2, m=4)
    assert x.values.tolist() == [[[5, 7]], [[8, 0]]]
    assert x.positions.tolist() == [[0b1101], [0b0100]]
    assert x.nbytes == 4 * 8 + 2


def test_a_group_is_filled_up_with_its_first_zeros():
    x = nm_from_dense([[0], [0], [5], [0], [0], [0], [0], [0]], n=2, m=4)
    assert x.values.tolist() == [[[0, 5], [0, 0]]]
    assert x.positions.tolist() == [[0b0100_1000]]  # 0 2, then 0 1
    x = nm_from_dense([[5], [-0.0], [0], [0]], n=3, m=4)
    assert x.values.tolist() == [[[5, 0, 0]]] and x.positions.tolist() == [[0b10_01_00]]


def test_a_position_may_go_on_in_the_next_byte():
    W = np.zeros((15, 1))
    W[[4, 9, 12], 0] = 1  # three bits each: 4 4 2
    assert nm_from_dense(W, n=1, m=5).positions.tolist() == [[0b10_100_100, 0b0]]


def test_every_unit_begins_a_byte():
    W = np.ones((1, 3))
    assert nm_from_dense(np.vstack([W * 0, W]), n=1, m=2).positions.tolist() == [[1], [1], [1]]


def test_two_of_four_takes_17_of_32_bytes_of_the_dense_matrix():
    W = nm_weights(random_weights(8, 1.0, 64, 5).astype("f"), 2, 4)
    assert nm_from_dense(W, 2, 4).nbytes / W.nbytes == 17 / 32


def test_all_of_all_need_no_less_than_the_matrix():
    W = random_weights(9, 1.0, 3, 2)
    x = nm_from_dense(W, n=1, m=1)
    assert x.positions.shape == (2, 0) and x.nbytes == W.nbytes


@pytest.mark.parametrize(
    ("n", "m", "match"),
    [
        (0, 4, "at most n = 0 nonzeros in every m = 4 inputs of a unit, got 1 in inputs 4 to 7 of"),
        (1, 4, "at most n = 1 .* got 3 in inputs 4 to 7 of unit 1"),
        (2, 4, "W must have at most n = 2 .* got 3 in inputs 4 to 7 of unit 1"),
        (1, 2, "at most n = 1 .* m = 2 .* got 2 in inputs 4 to 5 of unit 1"),
        (2, 3, "W must have a multiple of m = 3 inputs, got n_in = 8"),
        (5, 4, "n must be from 0 to 4, got 5"),
        (-1, 4, "n must be from 0 to 4, got -1"),
        (0, 0, "m must be >= 1, got 0"),
    ],
)
def test_nm_refuses(n, m, match):
    W = np.zeros((8, 3))
    W[5, 0] = 1
    W[[4, 5, 7], 1] = 1
    W[0:4, 2] = 1  # comes later, unit after unit
    with pytest.raises(ValueError, match=match):
        nm_from_dense(W, n, m)


# --- bit mask ------------------------------------------------------------------------------------


def test_bitmask_as_naive_and_back(W):
    x = bitmask_from_dense(W)
    check_arrays(x[:2], naive.bitmask_from_dense(W), (np.uint8, W.dtype))
    assert type(x) is BitMask and x[2:] == W.shape
    check_storage(x, W)
    check_dense(dense_from_bitmask(x), W)
    np.testing.assert_array_equal(naive.dense_from_bitmask(*x), W)


def test_bitmask_by_hand():
    x = bitmask_from_dense([[5, 0], [0, 8], [7, 0]])
    assert x.bits.tolist() == [0b010_101] and x.values.tolist() == [5, 7, 8]
    x = bitmask_from_dense(np.eye(3))
    assert x.bits.tolist() == [0b00_010_001, 0b1] and x.values.tolist() == [1, 1, 1]


def test_bitmask_bytes_are_those_of_the_formula(W):
    expected = bitmask_bytes(W.size, np.count_nonzero(W), W.itemsize)
    assert bitmask_from_dense(W).nbytes == expected


# --- slices --------------------------------------------------------------------------------------


@pytest.mark.parametrize("height", HEIGHTS)
def test_sliced_as_naive_and_back(W, height):
    x = sliced_from_dense(W, height)
    expected = naive.sliced_from_dense(W, height)
    check_arrays(x[:4], expected, (W.dtype, np.uint32, np.int64, np.int32))
    assert type(x) is Sliced and x.n_in == len(W) and type(x.n_in) is int
    check_storage(x, W)
    before = [a.copy() for a in x[:4]]
    check_dense(dense_from_sliced(x), W)
    check_arrays(x[:4], before, [a.dtype for a in before])
    np.testing.assert_array_equal(naive.dense_from_sliced(*x), W)


@pytest.mark.parametrize("height", HEIGHTS)
def test_slices_hold_every_unit_once_and_the_fullest_first(given, height):
    n_in, n_out = given.shape
    values, indices, offsets, units, _ = sliced_from_dense(given, height)
    assert sorted(units.tolist()) == list(range(n_out))
    lengths = np.count_nonzero(given, axis=0)[units]
    assert (np.diff(lengths) <= 0).all()
    assert offsets.shape == (math.ceil(n_out / height) + 1,) and offsets[0] == 0
    np.testing.assert_array_equal(np.diff(offsets), lengths[::height])  # none is filled up in vain
    assert values.shape == indices.shape == (offsets[-1], height)
    assert (indices[values == 0] == 0).all() and (indices < max(n_in, 1)).all()
    for lane, length in enumerate(lengths):
        column = slice(offsets[lane // height], offsets[lane // height + 1]), lane % height
        assert (values[column][:length] != 0).all() and (values[column][length:] == 0).all()
        assert (np.diff(indices[column][:length].astype(int)) > 0).all()


def test_sliced_by_hand():
    x = sliced_from_dense([[5, 0, 0], [0, 8, 1], [7, 0, 0]], height=2)
    assert x.values.tolist() == [[5, 8], [7, 0], [1, 0]]
    assert x.indices.tolist() == [[0, 1], [2, 0], [1, 0]]
    assert x.offsets.tolist() == [0, 2, 3] and x.units.tolist() == [0, 1, 2]
    assert x.nbytes == 6 * 8 + 6 * 4 + 3 * 8 + 3 * 4


def test_the_fullest_units_share_a_slice():
    W = np.zeros((9, 4))
    W[0, 0] = W[:3, 1] = W[:5, 2] = W[:3, 3] = 1
    x = sliced_from_dense(W, height=2)
    assert x.units.tolist() == [2, 1, 3, 0]  # of equally full ones the first
    assert x.offsets.tolist() == [0, 5, 8]


def test_slices_of_eight_units_are_the_default():
    x = sliced_from_dense(np.ones((2, 9)))
    assert x.values.shape == (4, 8) and x.values[2:].tolist() == [[1] + [0] * 7] * 2


# --- all of them ---------------------------------------------------------------------------------

FORMATS = {
    "blocked_csr": (blocked_csr_from_dense, dense_from_blocked_csr),
    "slabs": (slabs_from_dense, dense_from_slabs),
    "blocks": (blocks_from_dense, dense_from_blocks),
    "sliced": (sliced_from_dense, dense_from_sliced),
    "nm": (lambda W: nm_from_dense(W, 2, 4), dense_from_nm),
    "bitmask": (bitmask_from_dense, dense_from_bitmask),
}


@pytest.mark.parametrize("name", FORMATS)
def test_more_than_two_to_the_16_inputs(name):
    there, back = FORMATS[name]
    W = np.zeros((70_000, 3), np.float32)
    W[[0, 65_535, 65_536, 69_999], [0, 1, 1, 2]] = 1, 2, 3, 4
    x = there(W)
    np.testing.assert_array_equal(back(x), W)
    if name in ("blocked_csr", "blocks", "sliced"):
        assert {0, 65_535, 65_536, 69_999} <= {*x.indices.ravel().tolist()}


@pytest.mark.parametrize("name", FORMATS)
def test_whole_numbers_bits_and_other_floats(name):
    there, back = FORMATS[name]
    for dtype in ("i1", "u4", "?", ">f4", "f2", "longdouble"):
        W = np.array([[1, 0], [0, 1], [0, 1], [1, 0]], dtype)
        result = back(there(W))
        np.testing.assert_array_equal(result, W.astype(float))
        kept = W.dtype.newbyteorder("=") if W.dtype.kind == "f" else np.dtype("d")
        assert result.dtype == kept and result.dtype.isnative
    np.testing.assert_array_equal(back(there(W.tolist())), W)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    ("W", "error", "match"),
    [
        ([[1.0, np.nan]], ValueError, r"W must be finite, got nan at index \[0, 1\]"),
        ([[-np.inf]], ValueError, "W must be finite"),
        ([["a"]], TypeError, "W must be an array of real numbers"),
        ([[1j]], TypeError, "W must be an array of real numbers"),
        ([1.0, 2.0], ValueError, r"W must be a matrix \(n_in, n_out\), got shape \(2,\)"),
        (np.zeros((4, 2, 2)), ValueError, r"W must be a matrix .* got shape \(4, 2, 2\)"),
        (1.0, ValueError, r"W must be a matrix .* got shape \(\)"),
    ],
)
def test_formats_refuse(name, W, error, match):
    with pytest.raises(error, match=match):
        FORMATS[name][0](W)


@pytest.mark.parametrize(
    ("function", "argument"),
    [
        (blocked_csr_from_dense, "block"),
        (blocked_csr_from_dense, "multiple"),
        (slabs_from_dense, "height"),
        (slabs_from_dense, "multiple"),
        (blocks_from_dense, "height"),
        (sliced_from_dense, "height"),
        (lambda W, m: nm_from_dense(W, 0, m), "m"),
        (lambda W, n: nm_from_dense(W, n, 1), "n"),
    ],
)
def test_formats_refuse_sizes(function, argument):
    low = 0 if argument == "n" else 1
    with pytest.raises(ValueError, match=f"^{argument} must be (>= 1|from 0 to 1), got {low - 1}"):
        function(np.eye(2), **{argument: low - 1})
    for wrong in (1.0, "1", True, None):
        with pytest.raises(TypeError, match=f"^{argument} must be a whole number, got"):
            function(np.eye(2), **{argument: wrong})
    function(np.eye(2) * 0, **{argument: np.int8(low)})


def test_a_bit_for_each_weight_is_smaller_than_an_index_for_each_nonzero_up_to_97_percent():
    for density, smaller in ((0.05, True), (0.01, False)):
        W = random_weights(10, density, 500, 100).astype("f")
        assert 1 - 2 * density < sparsity(W) < 1
        assert (bitmask_from_dense(W).nbytes < minprune.csr_from_dense(W).nbytes) == smaller
