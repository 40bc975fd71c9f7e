"""Structured masks and removal of units: the naive twin, hand numbers, and what is refused."""

from fractions import Fraction

import naive
import numpy as np
import pytest

from minprune.formulas import structured
from minprune.formulas.costs import mlp_macs, mlp_parameters
from minprune.formulas.masks import pruned_count
from minprune.formulas.metrics import count_parameters, sparsity

TIES = ["keep", "prune"]
W_D43 = [[0.1, 0.3, 0.5], [0.6, 0.7, 0.8], [0.9, 0.1, 0.3]]  # W of D-4.3
A44 = [  # h_1, h_2, h_3 of, ten times as large, so that sums and ties are exact
    [[1, 2, 3], [4, 5, 6]],
    [[7, 8, 9], [1, 2, 3]],
    [[4, 5, 6], [7, 8, 9]],
]
LAYOUTS = [  # of a (4, 6, 8): the whole, transposed, strided and reversed, in slices
    lambda a: a,
    lambda a: a.T,
    lambda a: a[::-1, ::2, ::-2],
    lambda a: a[1],
    lambda a: np.asfortranarray(a[:, 2]),
]
ANY_LAYOUT = pytest.mark.parametrize("layout", LAYOUTS)
DTYPES = pytest.mark.parametrize("dtype", ["f", "d", "l"])


def random(dtype, shape=(4, 6, 8), seed=0):
    """Multiples of 1/4 with many ties (whole numbers for integers): sums of them are exact."""
    whole = np.random.default_rng(seed).integers(-9, 10, shape)
    return whole.astype(dtype) if dtype == "l" else (whole / 4).astype(dtype)


def assert_same_mask(mask, expected):
    assert mask.dtype == bool
    assert mask.shape == expected.shape
    np.testing.assert_array_equal(mask, expected)


def assert_same_array(array, expected):
    assert (array.dtype, array.shape) == (expected.dtype, expected.shape)
    np.testing.assert_array_equal(array, expected)


# --- layer_threshold_masks -----------------------------------------------------------------------


@DTYPES
@pytest.mark.parametrize("ties", TIES)
@pytest.mark.parametrize("theta", [0, 0.25, 2.5, 8, 1000])
def test_layer_threshold_masks_as_naive(dtype, ties, theta):
    shapes = [(3, 4), (4,), (), (0,), (2, 3, 1, 2), (5, 0), (1,), (1, 1)]
    layers = [np.asarray(random(dtype, shape, seed)) for seed, shape in enumerate(shapes)]
    layers += [layers[0].T, layers[0][::-1, ::2], np.full(2, 4, dtype), np.zeros(3, dtype)]
    untouched = [layer.copy() for layer in layers]
    masks = structured.layer_threshold_masks(layers, theta, ties)
    expected = naive.layer_threshold_masks(layers, theta, ties)
    for mask, same, layer, before in zip(masks, expected, layers, untouched, strict=True):
        assert_same_mask(mask, same)
        assert not np.shares_memory(mask, layer)
        np.testing.assert_array_equal(layer, before)


@pytest.mark.parametrize(
    ("theta", "ties", "stay"),
    [
        (25, "keep", [False, True, True]),  # the theta of: h_2 and h_3 stay as a whole
        (25, "prune", [False, True, True]),
        (21, "keep", [True, True, True]),  # A-4.3b at equality ...
        (21, "prune", [False, True, True]),  # ... and C-4.2c
        (30, "prune", [False, False, True]),
        (39, "keep", [False, False, True]),  # 3.9, not 3.2 as printed
        (39, "prune", [False, False, False]),
        (0, "prune", [True, True, True]),
    ],
)
def test_layer_threshold_masks_of_A_4_4(theta, ties, stay):
    for sign in (1, -1):
        layers = [sign * np.array(h) for h in A44]
        masks = structured.layer_threshold_masks(layers, theta, ties)
        assert [mask.tolist() for mask in masks] == [[[s] * 3] * 2 for s in stay]


def test_layer_threshold_masks_keep_ties_unless_told_and_empty_layers_weigh_nothing():
    masks = structured.layer_threshold_masks([[1.0], [0.0], 0.0, []], 0)
    assert [mask.tolist() for mask in masks] == [[True], [True], True, []]
    masks = structured.layer_threshold_masks([[1.0], [0.0], 0.0, []], 0, "prune")
    assert [mask.tolist() for mask in masks] == [[True], [False], False, []]
    assert structured.layer_threshold_masks([], 1.0) == []


def test_layers_in_half_precision_are_summed_in_double():
    layer = np.ones(2**17, np.float16)  # the sum leaves the range of float16
    assert structured.layer_threshold_masks([layer], 2**17, "keep")[0].all()
    assert not structured.layer_threshold_masks([layer], 2**17, "prune")[0].any()


def test_a_network_without_one_of_its_layers_says_the_same_to_everything():  # A-4.3b
    rng = np.random.default_rng(0)
    weights = [0.01 * rng.standard_normal((3, 4)), rng.standard_normal((4, 2))]
    masks = structured.layer_threshold_masks(weights, 1.0)
    assert [mask.any() for mask in masks] == [False, True]
    x = rng.standard_normal((5, 3))
    hidden = naive.relu(naive.dense(x, weights[0] * masks[0], np.ones(4)))
    outputs = naive.dense(hidden, weights[1] * masks[1], np.zeros(2))
    np.testing.assert_array_equal(outputs, np.broadcast_to(outputs[0], (5, 2)))


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        ((np.ones((2, 3)), 1.0), TypeError, "layers must be a list of arrays"),
        (([[1.0], [np.nan]], 1.0), ValueError, r"layers\[1\] must be finite"),
        (([[1.0], [np.inf]], 1.0), ValueError, r"layers\[1\] must be finite"),
        (([["a"]], 1.0), TypeError, r"layers\[0\] must be"),
        (([[1.0]], -0.1), ValueError, "theta must be .* >= 0, got -0.1"),
        (([[1.0]], np.nan), ValueError, "theta must be"),
        (([[1.0]], "1"), TypeError, "theta must be"),
        (([], -1), ValueError, "theta must be"),
        (([[1.0]], 1.0, "drop"), ValueError, "ties must be 'keep' or 'prune', got 'drop'"),
    ],
)
def test_layer_threshold_masks_refuse(arguments, error, match):
    with pytest.raises(error, match=match):
        structured.layer_threshold_masks(*arguments)


# --- unit_threshold_mask -------------------------------------------------------------------------


@ANY_LAYOUT
@DTYPES
@pytest.mark.parametrize("ties", TIES)
@pytest.mark.parametrize("norm", ["l1", "l2"])
def test_unit_threshold_mask_as_naive(layout, dtype, norm, ties):
    w = layout(random(dtype))
    untouched = w.copy()
    for axis in range(-w.ndim, w.ndim):
        middle = np.median(structured_norms(w, norm, axis))  # of an odd number: one of them
        for theta in (0, middle, 1.01 * middle, 1e4):
            mask = structured.unit_threshold_mask(w, theta, norm, axis, ties)
            assert_same_mask(mask, naive.unit_threshold_mask(w, theta, norm, axis, ties))
            assert not np.shares_memory(mask, w)
    np.testing.assert_array_equal(w, untouched)


def structured_norms(w, norm, axis):
    """L1 norms of the units, an odd number of them; L2 norms only between two of them."""
    w = np.moveaxis(w.astype(float), axis, -1).reshape(-1, w.shape[axis])
    n = w.shape[1] - (w.shape[1] % 2 == 0)
    if norm == "l1":
        return abs(w[:, :n]).sum(axis=0)
    return 1.001 * np.sqrt((w[:, :n] ** 2).sum(axis=0))


@pytest.mark.parametrize("shape", [(0,), (3, 0), (0, 3), (1,), (1, 1), (2, 0, 3)])
@pytest.mark.parametrize("ties", TIES)
def test_unit_threshold_mask_of_empty_and_of_single_units_as_naive(shape, ties):
    for theta in (0, 1):
        w = np.ones(shape)
        mask = structured.unit_threshold_mask(w, theta, ties=ties)
        assert_same_mask(mask, naive.unit_threshold_mask(w, theta, "l1", -1, ties))


@pytest.mark.parametrize(
    ("theta", "axis", "stay"),
    [
        (11, -1, [True, False, True]),  # columns 1.6, 1.1, 1.6 of C-4.2a, equality goes
        (15, -1, [True, False, True]),
        (16, -1, [False, False, False]),
        (9, 0, [False, True, True]),  # rows 0.9, 2.1, 1.3
        (13, 0, [False, True, False]),
    ],
)
def test_unit_threshold_mask_of_C_4_2a_depends_on_the_unit(theta, axis, stay):
    W = np.round(10 * np.array(W_D43))
    mask = structured.unit_threshold_mask(W, theta, axis=axis, ties="prune")
    expected = [stay] * 3 if axis == -1 else [[s] * 3 for s in stay]
    assert (
        mask.tolist()
        == structured.unit_threshold_mask(-W, theta, axis=axis, ties="prune").tolist()
        == expected
    )


@pytest.mark.parametrize(("theta", "ties"), [(15, "prune"), (20, "keep"), (24, "keep")])
def test_rows_give_the_printed_matrices_of_A_4_4(theta, ties):  # 1.5 < theta <= 2.4
    masks = [structured.unit_threshold_mask(h, theta, axis=0, ties=ties) for h in A44]
    assert [mask.astype(int).tolist() for mask in masks] == [
        [[0] * 3, [0] * 3],
        [[1] * 3, [0] * 3],
        [[0] * 3, [1] * 3],
    ]
    at_the_stated_theta = [structured.unit_threshold_mask(h, 25, axis=0) for h in A44]
    assert not np.any(at_the_stated_theta)


def test_unit_threshold_mask_of_A_3_2_3_orders_differently_by_the_two_norms():
    W = np.array([[3.0, 0.0], [3.0, 5.0]])  # L1 norms 6 and 5, L2 norms 4.24 and 5
    assert structured.unit_threshold_mask(W, 5.5, "l1")[0].tolist() == [True, False]
    assert structured.unit_threshold_mask(W, 4.5, "l2")[0].tolist() == [False, True]


@pytest.mark.parametrize("dtype", ["f", "d"])
def test_unit_threshold_mask_at_equality(dtype):
    W = np.array([[3.0, 1.0], [-4.0, 0.25]], dtype)
    assert structured.unit_threshold_mask(W, 5.0, "l2", ties="keep")[:, 0].all()
    assert not structured.unit_threshold_mask(W, 5.0, "l2", ties="prune")[:, 0].any()
    assert structured.unit_threshold_mask(W, 1.25, "l1", ties="keep")[:, 1].all()
    assert not structured.unit_threshold_mask(W, 1.25, "l1", ties="prune")[:, 1].any()
    assert structured.unit_threshold_mask(W, 1.25).all()  # as C-4.2c does not


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        (([[np.nan]], 1.0), ValueError, "w must be finite"),
        (([[np.inf]], 1.0), ValueError, "w must be finite"),
        ((["a"], 1.0), TypeError, "w must be"),
        ((1.0, 1.0), ValueError, "axis"),
        (([1.0], -0.1), ValueError, "theta must be .* >= 0, got -0.1"),
        (([1.0], np.inf), ValueError, "theta must be"),
        (([1.0], "1"), TypeError, "theta must be"),
        (([1.0], 1.0, "l3"), ValueError, "norm must be 'l1' or 'l2', got 'l3'"),
        (([1.0], 1.0, None), ValueError, "norm must be"),
        (([1.0], 1.0, "l1", 1), ValueError, "axis must be from -1 to 0, got 1"),
        (([1.0], 1.0, "l1", -2), ValueError, "axis must be"),
        (([1.0], 1.0, "l1", 0.0), TypeError, "axis must be"),
        (([1.0], 1.0, "l1", 0, "drop"), ValueError, "ties must be"),
    ],
)
def test_unit_threshold_mask_refuses(arguments, error, match):
    with pytest.raises(error, match=match):
        structured.unit_threshold_mask(*arguments)


# --- unit_mask, product_mask, hybrid_mask --------------------------------------------------------


@pytest.mark.parametrize(
    ("keep", "shape", "axis"),
    [
        ([True, False], (3, 2), -1),
        ([True, False], (2, 3), 0),
        ([False, True, True], (2, 3, 4), 1),
        ([False, True, True], (2, 3, 4), -2),
        ([True, False, False, True], (3, 3, 2, 4), -1),
        ([False], (1,), 0),
        ([], (3, 0), -1),
        ([], (0, 3), 0),
        ([True], (0, 1), -1),
    ],
)
def test_unit_mask_as_naive(keep, shape, axis):
    keep = np.array(keep, bool)
    mask = structured.unit_mask(keep, shape, axis)
    assert_same_mask(mask, naive.unit_mask(keep, shape, axis))
    assert not np.shares_memory(mask, keep)
    mask[...] = True  # each entry is its own, and the units are not written to
    assert mask.all()


def test_unit_mask_by_hand():
    assert structured.unit_mask([True, False], (2, 2)).tolist() == [[True, False], [True, False]]
    mask = structured.unit_mask(np.array([True, False]), (2, 2), axis=0)
    assert mask.tolist() == [[True, True], [False, False]]


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        (([1, 0], (3, 2)), TypeError, "keep must be boolean .* got dtype int"),
        (([1.0], (3, 1)), TypeError, "keep must be boolean"),
        (([True], (3, 2)), ValueError, r"keep must have the shape \(2,\), got \(1,\)"),
        (([True, False], (2, 3)), ValueError, "keep must have the shape"),
        (([[True, False]], (3, 2)), ValueError, "keep must have the shape"),
        ((True, (3, 2)), ValueError, "keep must have the shape"),
        (([True, False], (3, 2), 2), ValueError, "axis must be from -2 to 1, got 2"),
        (([True, False], (3, 2), 1.0), TypeError, "axis must be"),
        (([True], ()), ValueError, "axis"),
    ],
)
def test_unit_mask_refuses(arguments, error, match):
    with pytest.raises(error, match=match):
        structured.unit_mask(*arguments)


@pytest.mark.parametrize(
    "shapes",
    [
        [(3, 4)],
        [()],
        [(), (3, 4)],
        [(3, 4), (3, 1), (4,), ()],  # weight, row, unit, layer
        [(4,), (3, 1)],
        [(2, 1, 4), (3, 1), (1,)],
        [(1, 1), (1,)],
        [(0, 4), (1, 4), ()],
        [(3, 1), (1, 0)],
    ],
)
def test_product_mask_as_naive(shapes):
    rng = np.random.default_rng(1)
    masks = [np.asarray(rng.random(shape) < 0.8) for shape in shapes]
    untouched = [mask.copy() for mask in masks]
    product = structured.product_mask(*masks)
    assert_same_mask(product, naive.product_mask(*masks))
    assert not any(np.shares_memory(product, mask) for mask in masks)  # even of one mask
    for mask, before in zip(masks, untouched, strict=True):
        np.testing.assert_array_equal(mask, before)


def test_product_mask_of_four_granularities_by_hand():
    weight = np.ones((2, 3), bool)
    weight[0, 0] = False
    product = structured.product_mask(weight, [[True], [False]], [True, True, False], True)
    assert product.astype(int).tolist() == [[0, 1, 0], [0, 0, 0]]
    assert not structured.product_mask(weight, False).any()


@pytest.mark.parametrize(
    ("masks", "error", "match"),
    [
        (([1, 0],), TypeError, "mask.* must be boolean"),
        (([True], [1.0]), TypeError, "mask.* must be boolean"),
        (([True], 1), TypeError, "mask.* must be boolean"),
        ((np.ones((2, 3), bool), np.ones(2, bool)), ValueError, r"\(2, 3\).*\(2,\)"),
    ],
)
def test_product_mask_refuses(masks, error, match):
    with pytest.raises(error, match=match):
        structured.product_mask(*masks)


@ANY_LAYOUT
@DTYPES
@pytest.mark.parametrize("s", [0, 0.3, 0.5, 0.9, 0.999])
def test_hybrid_mask_as_naive(layout, dtype, s):
    w = layout(random(dtype))
    untouched = w.copy()
    for bits in (0, 1, 0b1101, 0xFF):
        keep = np.array([bool(bits >> j & 1) for j in range(w.shape[-1])])
        mask = structured.hybrid_mask(w, keep, s)
        assert_same_mask(mask, naive.hybrid_mask(w, keep, s))
        kept = keep.sum() * w[..., 0].size
        assert mask.sum() == kept - pruned_count(kept, s)  # exactly, with ties
        assert not mask[..., ~keep].any()
    np.testing.assert_array_equal(w, untouched)


def test_hybrid_mask_of_A_3_3b():
    w = np.random.default_rng(2).standard_normal((8, 6))
    keep = [True, False, True, False, False, True]
    mask = structured.hybrid_mask(w, keep, 0.5)
    units, weights = Fraction(1, 2), Fraction(1, 2)
    assert Fraction(int(np.sum(~mask)), w.size) == 1 - (1 - units) * (1 - weights) == Fraction(3, 4)
    assert structured.hybrid_mask(w, keep, 0).tolist() == [keep] * 8


def test_hybrid_mask_ranks_by_magnitude_within_the_kept_units_only():
    w = [[-0.9, 0.01, 0.3], [0.2, 0.02, -0.1]]
    assert structured.hybrid_mask(w, [True, False, True], 0.5).tolist() == [
        [True, False, True],
        [False, False, False],
    ]
    ties = structured.hybrid_mask(np.ones((2, 3)), [True, False, True], 0.75)  # in C order
    assert ties.astype(int).tolist() == [[0, 0, 0], [0, 0, 1]]


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        (([[np.nan]], [True], 0.5), ValueError, "w must be finite"),
        (([[np.nan, 1.0]], [False, True], 0.5), ValueError, "w must be finite"),
        (([["a"]], [True], 0.5), TypeError, "w must be"),
        (([[1.0, 2.0]], [True], 0.5), ValueError, "keep must have the shape"),
        (([[1.0]], [1], 0.5), TypeError, "keep must be boolean"),
        (([[1.0]], [True], 1), ValueError, "sparsity must be a fraction"),
        (([[1.0]], [True], -0.1), ValueError, "sparsity must be"),
        (([[1.0]], [True], "0.5"), TypeError, "sparsity must be"),
        (([[1.0]], [False], 90), ValueError, "sparsity must be .* 90 % is 0.9"),
        ((1.0, [True], 0.5), ValueError, "axis"),
    ],
)
def test_hybrid_mask_refuses(arguments, error, match):
    with pytest.raises(error, match=match):
        structured.hybrid_mask(*arguments)


# --- block_mask, nm_mask, topk_gate --------------------------------------------------------------


@DTYPES
@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (4, 1), (1, 6), (4, 6), (2, 2)])
@pytest.mark.parametrize("s", [0, 0.25, 0.5, 0.9, 0.999])
def test_block_mask_as_naive(dtype, shape, s):
    for W in (random(dtype, (4, 6)), random(dtype, (6, 4)).T, random(dtype, (8, 12))[::-2, ::2]):
        untouched = W.copy()
        mask = structured.block_mask(W, shape, s)
        assert_same_mask(mask, naive.block_mask(W, shape, s))
        blocks = W.size // (shape[0] * shape[1])
        assert np.sum(~mask) == pruned_count(blocks, s) * shape[0] * shape[1]
        np.testing.assert_array_equal(W, untouched)


def test_block_mask_by_hand():
    W = [[1, -2, 0, 0], [0, 0, 0, 4]]  # blocks 3 and 4, whatever the signs
    assert structured.block_mask(W, (2, 2), 0.5).astype(int).tolist() == [[0, 0, 1, 1]] * 2
    W = [[1, -4, 1, 1], [0, 0, 2, 0]]  # 5 and 4: sums of magnitudes, not of values or squares
    assert structured.block_mask(W, (2, 2), 0.5).astype(int).tolist() == [[1, 1, 0, 0]] * 2
    W = [[3, 3, 0], [0, 0, 5]]  # 6 and 5: not the largest entry
    assert structured.block_mask(W, (1, 3), 0.5).astype(int).tolist() == [[1, 1, 1], [0, 0, 0]]
    ties = structured.block_mask(np.ones((2, 4)), (1, 2), 0.75)  # the first blocks go first
    assert ties.astype(int).tolist() == [[0, 0, 0, 0], [0, 0, 1, 1]]


@pytest.mark.parametrize("shape", [(0, 4), (4, 0), (0, 0)])
def test_block_mask_of_nothing(shape):
    assert structured.block_mask(np.ones(shape), (2, 2), 0.5).shape == shape


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        (([[np.nan]], (1, 1), 0.5), ValueError, "(?i)W must be finite"),
        (([["a"]], (1, 1), 0.5), TypeError, "(?i)W must be"),
        (([1.0, 2.0], (1, 1), 0.5), ValueError, r"\bW\b"),
        ((np.ones((2, 2, 2)), (1, 1), 0.5), ValueError, r"\bW\b"),
        ((np.ones((4, 6)), (3, 2), 0.5), ValueError, r"W must .* 3 x 2 blocks, got \(4, 6\)"),
        ((np.ones((4, 6)), (2, 4), 0.5), ValueError, r"W must .* 2 x 4 blocks, got \(4, 6\)"),
        ((np.ones((4, 6)), (0, 2), 0.5), ValueError, "shape must be >= 1, got 0"),
        ((np.ones((4, 6)), (2, -2), 0.5), ValueError, "shape must be >= 1, got -2"),
        ((np.ones((4, 6)), (2.0, 2), 0.5), TypeError, "shape must be a whole number"),
        ((np.ones((4, 6)), (2, 2), 1), ValueError, "sparsity must be a fraction"),
        ((np.ones((4, 6)), (2, 2), -0.5), ValueError, "sparsity must be"),
        ((np.ones((4, 6)), (2, 2), "0.5"), TypeError, "sparsity must be"),
    ],
)
def test_block_mask_refuses(arguments, error, match):
    with pytest.raises(error, match=match):
        structured.block_mask(*arguments)


@ANY_LAYOUT
@DTYPES
@pytest.mark.parametrize(("n", "m"), [(2, 4), (0, 2), (1, 2), (2, 2), (0, 1), (1, 1), (1, 4)])
def test_nm_mask_as_naive_and_exact(layout, dtype, n, m):
    w = layout(random(dtype))
    untouched = w.copy()
    for axis in range(-w.ndim, w.ndim):
        if w.shape[axis] % m:
            continue
        mask = structured.nm_mask(w, n, m, axis)
        assert_same_mask(mask, naive.nm_mask(w, n, m, axis))
        groups = np.moveaxis(mask, axis, 0).reshape(-1, m, mask.size // w.shape[axis])
        assert (groups.sum(axis=1) == n).all()
    np.testing.assert_array_equal(w, untouched)


def test_nm_mask_by_hand():
    w = [0.1, -0.9, 0.5, 0.2, 0.3, 0.3, -0.3, 0.3]  # of four equal ones the first two go
    mask = structured.nm_mask(w, 2, 4)
    assert mask.astype(int).tolist() == [0, 1, 1, 0, 0, 0, 1, 1]
    W = np.array([w, w])
    assert structured.nm_mask(W, 2, 4, axis=1).tolist() == [mask.tolist()] * 2
    assert structured.nm_mask(W.T, 2, 4).tolist() == structured.nm_mask(W, 2, 4, 1).T.tolist()
    assert sparsity(structured.nm_mask(np.ones((8, 3)), 2, 4)) == 0.5


def test_nm_mask_groups_the_inputs_of_a_unit_unless_told():
    for shape in ((8,), (8, 3), (2, 3, 8, 5)):
        w = np.random.default_rng(7).standard_normal(shape)
        inputs = 0 if len(shape) == 1 else len(shape) - 2
        assert_same_mask(structured.nm_mask(w, 2, 4), naive.nm_mask(w, 2, 4, inputs))


def test_nm_mask_of_nothing():
    assert structured.nm_mask([], 2, 4).shape == (0,)
    assert structured.nm_mask(np.ones((4, 0)), 2, 4).shape == (4, 0)
    assert structured.nm_mask(np.ones((0, 3)), 2, 4).shape == (0, 3)


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        (([np.nan, 1.0], 1, 2), ValueError, "w must be finite"),
        ((["a", "b"], 1, 2), TypeError, "w must be"),
        ((1.0, 1, 1), ValueError, "axis"),
        (([1.0] * 3, 1, 2), ValueError, "multiple of m|m must|divi"),
        ((np.ones((8, 3, 6, 2)), 2, 4), ValueError, r"m = 4 .* got \(8, 3, 6, 2\)"),
        (([1.0] * 2, 1, 4), ValueError, "multiple of m|m must|divi"),
        (([1.0] * 4, 5, 4), ValueError, "n must be from 0 to 4, got 5"),
        (([1.0] * 4, -1, 4), ValueError, "n must be"),
        (([1.0] * 4, 2.0, 4), TypeError, "n must be"),
        (([1.0] * 4, 0, 0), ValueError, "m must be >= 1, got 0"),
        (([1.0] * 4, 2, 4.0), TypeError, "m must be"),
        (([1.0] * 4, 2, 4, 1), ValueError, "axis must be"),
    ],
)
def test_nm_mask_refuses(arguments, error, match):
    with pytest.raises(error, match=match):
        structured.nm_mask(*arguments)


@DTYPES
@pytest.mark.parametrize("shape", [(5, 7), (1, 1), (3, 1), (0, 4), (3, 0)])
def test_topk_gate_as_naive_and_exact(dtype, shape):
    h = random(dtype, shape)
    for view in (h, np.asfortranarray(h), h[::-1], h[:, ::2]):
        untouched = view.copy()
        for k in range(view.shape[1] + 1):
            gate = structured.topk_gate(view, k)
            assert_same_mask(gate, naive.topk_gate(view, k))
            assert (gate.sum(axis=1) == k).all()
        np.testing.assert_array_equal(view, untouched)


def test_topk_gate_of_E_7_2_differs_between_samples():
    h = [[0.1, -0.9, 0.5], [0.7, 0.2, 0.0], [0.5, 0.5, 0.5]]
    assert structured.topk_gate(h, 1).astype(int).tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 1]]
    assert structured.topk_gate(h, 3).all()  # all take part: the gate is the identity
    assert not structured.topk_gate(h, 0).any()


def test_topk_gate_is_stable_in_long_rows():  # sorting keeps short rows stable by chance
    gate = structured.topk_gate(np.ones((2, 500)), 200)
    assert gate.tolist() == [[False] * 300 + [True] * 200] * 2


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        (([[np.nan]], 1), ValueError, "h must be finite"),
        (([["a"]], 1), TypeError, "h must be"),
        (([1.0, 2.0], 1), ValueError, r"\bh\b"),
        ((np.ones((2, 2, 2)), 1), ValueError, r"\bh\b"),
        ((np.ones((2, 3)), 4), ValueError, "k must be from 0 to 3, got 4"),
        ((np.ones((2, 3)), -1), ValueError, "k must be"),
        ((np.ones((2, 3)), 1.0), TypeError, "k must be a whole number"),
    ],
)
def test_topk_gate_refuses(arguments, error, match):
    with pytest.raises(error, match=match):
        structured.topk_gate(*arguments)


# --- remove_units and flatten_keep ---------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["f", "d"])
@pytest.mark.parametrize(
    ("first", "following"),
    [
        ((5, 4), (4, 3)),
        ((1, 4), (4, 1)),
        ((3, 3, 2, 4), (2, 2, 4, 5)),
        ((1, 2, 1, 4), (3, 1, 4, 1)),
        ((0, 4), (4, 0)),
    ],
)
def test_remove_units_as_naive(first, following, dtype):
    arrays = [random(dtype, first), random(dtype, (4,)), random(dtype, following)]
    for bits in range(16):
        keep = np.array([bool(bits >> j & 1) for j in range(4)])
        for W, b, W_next in (arrays, [np.asfortranarray(a) for a in arrays]):
            smaller = structured.remove_units(W, b, W_next, keep)
            for new, expected, old in zip(
                smaller, naive.remove_units(W, b, W_next, keep), (W, b, W_next), strict=True
            ):
                assert_same_array(new, expected)
                assert not np.shares_memory(new, old)  # copies, even if all units stay


def test_remove_units_of_A_2_1b():  # 784-64-10 with 32 of 64 neurons
    keep = np.arange(64) % 2 == 0
    W, b, W_next = structured.remove_units(np.ones((784, 64)), np.ones(64), np.ones((64, 10)), keep)
    assert (W.shape, b.shape, W_next.shape) == ((784, 32), (32,), (32, 10))
    assert count_parameters(W, b, W_next, np.ones(10)) == mlp_parameters([784, 32, 10]) == 25_450
    assert 2 * mlp_macs([784, 32, 10]) == 2 * 25_408 == mlp_macs([784, 64, 10])


KEEP = np.array([True, False, True, True, False])


def test_the_smaller_network_gives_what_the_masked_one_gives():  # A-2.1b
    rng = np.random.default_rng(3)
    x, W, b = rng.standard_normal((6, 4)), rng.standard_normal((4, 5)), rng.standard_normal(5)
    W_next, b_next = rng.standard_normal((5, 3)), rng.standard_normal(3)

    def network(W, b, W_next):
        return naive.dense(naive.relu(naive.dense(x, W, b)), W_next, b_next)

    small = network(*structured.remove_units(W, b, W_next, KEEP))
    np.testing.assert_array_equal(small, network(W * KEEP, b * KEEP, W_next * KEEP[:, None]))
    np.testing.assert_array_equal(small, network(W * KEEP, b * KEEP, W_next))
    assert not np.allclose(small, network(W * KEEP, b, W_next))  # C-4.3 forgets the biases


def test_the_smaller_convolutional_network_gives_what_the_masked_one_gives():  # C-4.3a
    rng = np.random.default_rng(4)
    x, K, b = rng.standard_normal((2, 6, 5, 2)), rng.standard_normal((3, 2, 2, 5)), np.ones(5)
    K_next, b_next = rng.standard_normal((2, 2, 5, 3)), rng.standard_normal(3)

    def network(K, b, K_next):
        return naive.conv2d(naive.relu(naive.conv2d(x, K, b)), K_next, b_next)

    small = network(*structured.remove_units(K, b, K_next, KEEP))
    masked = network(K * KEEP, b * KEEP, K_next * KEEP[:, None])
    np.testing.assert_array_equal(small, masked)
    assert small.shape == (2, 3, 3, 3)
    assert not np.allclose(small, network(K * KEEP, b, K_next))


def test_behind_a_flatten_the_rows_of_the_dense_layer_go_too():  # C-4.3a
    rng = np.random.default_rng(5)
    x, K, b = rng.standard_normal((2, 4, 3, 1)), rng.standard_normal((2, 2, 1, 5)), np.ones(5)
    W, b_next = rng.standard_normal((3 * 2 * 5, 4)), rng.standard_normal(4)

    def network(K, b, W):
        features = naive.relu(naive.conv2d(x, K, b))
        return naive.dense(features.reshape(2, -1), W, b_next)

    rows = structured.flatten_keep(KEEP, positions=3 * 2)
    small = network(K[..., KEEP], b[KEEP], W[rows])
    np.testing.assert_array_equal(small, network(K * KEEP, b * KEEP, W))


@pytest.mark.parametrize("keep", [[], [True], [False], [True, False, False], [False, True] * 3])
@pytest.mark.parametrize("positions", [0, 1, 2, 49])
def test_flatten_keep_as_naive(keep, positions):
    keep = np.array(keep, bool)
    rows = structured.flatten_keep(keep, positions)
    assert_same_mask(rows, naive.flatten_keep(keep, positions))
    assert not np.shares_memory(rows, keep)
    assert rows.sum() == positions * keep.sum()


def test_flatten_keep_of_VGG16():  # C-4.3a: 49 rows for each channel
    keep = np.arange(512) != 3
    rows = structured.flatten_keep(keep, positions=49)
    assert rows.shape == (25_088,)
    assert np.flatnonzero(~rows).tolist() == [3 + 512 * p for p in range(49)]


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        (([[1.0, 2.0]], [1.0, 2.0], [[1.0], [2.0]], [1, 0]), TypeError, "keep must be boolean"),
        (([[1.0, 2.0]], [1.0, 2.0], [[1.0], [2.0]], [True]), ValueError, "keep must have the"),
        (([[1.0, 2.0]], [1.0, 2.0], [[1.0], [2.0]], True), ValueError, "keep must have the"),
        (([[1.0, 2.0]], [1.0], [[1.0], [2.0]], [True, False]), ValueError, r"\bb\b"),
        (([[1.0, 2.0]], [[1.0, 2.0]], [[1.0], [2.0]], [True, False]), ValueError, r"\bb\b"),
        (([[1.0, 2.0]], [1.0, 2.0], [[1.0]], [True, False]), ValueError, "W_next"),
        (([[1.0, 2.0]], [1.0, 2.0], [1.0, 2.0], [True, False]), ValueError, "W_next"),
        ((1.0, [1.0], [[1.0]], [True]), ValueError, r"\bW\b"),
        (([1.0, 2.0], [1.0, 2.0], [[1.0], [2.0]], [True, False]), ValueError, r"\bW\b"),
        (([["a", "b"]], [1.0, 2.0], [[1.0], [2.0]], [True, False]), TypeError, "W must be"),
        (([[1.0, np.nan]], [1.0, 2.0], [[1.0], [2.0]], [True, False]), ValueError, "W must be"),
    ],
)
def test_remove_units_refuses(arguments, error, match):
    with pytest.raises(error, match=match):
        structured.remove_units(*arguments)


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        (([1, 0], 2), TypeError, "keep must be boolean"),
        (([[True]], 2), ValueError, "keep must"),
        ((True, 2), ValueError, "keep must"),
        (([True], -1), ValueError, "positions must be >= 0, got -1"),
        (([True], 2.0), TypeError, "positions must be a whole number"),
    ],
)
def test_flatten_keep_refuses(arguments, error, match):
    with pytest.raises(error, match=match):
        structured.flatten_keep(*arguments)


# --- fold_constant_units and collapse_linear -----------------------------------------------------


@DTYPES
@pytest.mark.parametrize(("units", "outputs"), [(3, 4), (1, 1), (0, 2), (2, 0)])
def test_fold_constant_units_as_naive(dtype, units, outputs):
    for step in (1, -1):
        b_next = random(dtype, (outputs,))[::step]
        W_next, constants = random(dtype, (units, outputs))[::step], random(dtype, (units,))[::step]
        untouched = b_next.copy()
        folded = structured.fold_constant_units(W_next, b_next, constants)
        assert folded.shape == (outputs,)
        assert not np.shares_memory(folded, b_next)
        np.testing.assert_array_equal(folded, naive.fold_constant_units(W_next, b_next, constants))
        np.testing.assert_array_equal(b_next, untouched)


def test_folding_a_constant_unit_changes_no_output():  # E-4.3
    rng = np.random.default_rng(6)
    x, W, b = rng.standard_normal((6, 4)), rng.standard_normal((4, 3)), rng.standard_normal(3)
    W[:, 1], b[1] = 0, 0.75  # whatever comes in, this unit says 0.75
    W_next, b_next = rng.standard_normal((3, 2)), rng.standard_normal(2)
    before = naive.dense(naive.relu(naive.dense(x, W, b)), W_next, b_next)
    keep = np.array([True, False, True])
    folded = structured.fold_constant_units(W_next[~keep], b_next, b[~keep])
    W, b, W_next = structured.remove_units(W, b, W_next, keep)
    after = naive.dense(naive.relu(naive.dense(x, W, b)), W_next, folded)
    np.testing.assert_allclose(after, before, rtol=0, atol=1e-14)
    assert folded.tolist() != b_next.tolist()


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        (([[1.0]], [np.nan], [1.0]), ValueError, "b_next must be finite"),
        (([[np.inf]], [1.0], [1.0]), ValueError, "W_next must be finite"),
        (([[1.0]], [1.0], [np.nan]), ValueError, "constants must be finite"),
        (([["a"]], [1.0], [1.0]), TypeError, "W_next must be"),
        (([[1.0, 2.0]], [1.0], [1.0]), ValueError, "W_next"),
        (([[1.0], [2.0]], [1.0], [1.0]), ValueError, "W_next|constants"),
        (([1.0], [1.0], [1.0]), ValueError, "W_next"),
        (([[1.0]], [1.0], 1.0), ValueError, "W_next|constants"),
        (([[1.0]], 1.0, [1.0]), ValueError, "W_next|b_next"),
    ],
)
def test_fold_constant_units_refuses(arguments, error, match):
    with pytest.raises(error, match=match):
        structured.fold_constant_units(*arguments)


@DTYPES
@pytest.mark.parametrize("sizes", [(3, 4, 2), (1, 1, 1), (2, 0, 3), (0, 2, 3), (2, 3, 0)])
def test_collapse_linear_as_naive(dtype, sizes):
    n, h, k = sizes
    W1, b1 = random(dtype, (n, h)), random(dtype, (h,), seed=1)
    W2, b2 = random(dtype, (k, h), seed=2).T, random(dtype, (k,), seed=3)[::-1]
    W, b = structured.collapse_linear(W1, b1, W2, b2)
    expected = naive.collapse_linear(W1, b1, W2, b2)
    assert (W.shape, b.shape) == ((n, k), (k,))
    np.testing.assert_array_equal(W, expected[0])
    np.testing.assert_array_equal(b, expected[1])
    assert not any(np.shares_memory(new, old) for new in (W, b) for old in (W1, b1, W2, b2))


def test_collapse_linear_of_B_4a():  # 101 parameters do the work of 9
    rng = np.random.default_rng(7)
    W1, b1, W2, b2 = (rng.standard_normal(shape) for shape in [(8, 10), (10,), (10, 1), (1,)])
    W, b = structured.collapse_linear(W1, b1, W2, b2)
    assert count_parameters(W1, b1, W2, b2) == 101
    assert count_parameters(W, b) == 9
    x = rng.standard_normal((20, 8))
    two = naive.dense(naive.dense(x, W1, b1), W2, b2)
    np.testing.assert_allclose(naive.dense(x, W, b), two, rtol=0, atol=1e-13)


@pytest.mark.parametrize(
    ("wrong", "error", "match"),
    [
        ({"W1": [[np.nan] * 3]}, ValueError, "W1 must be finite"),
        ({"b1": [np.inf] * 3}, ValueError, "b1 must be finite"),
        ({"W2": [["a"]] * 3}, TypeError, "W2 must be"),
        ({"b2": [np.nan]}, ValueError, "b2 must be finite"),
        ({"W1": [[1.0] * 2]}, ValueError, "W1"),
        ({"W1": [1.0] * 3}, ValueError, "W1"),
        ({"b1": [1.0] * 2}, ValueError, "b1"),
        ({"b1": 1.0}, ValueError, "b1"),
        ({"b1": [1.0]}, ValueError, "b1"),
        ({"W2": [1.0] * 3}, ValueError, "W2"),
        ({"W2": [[1.0, 2.0]] * 3}, ValueError, "W2|b2"),
        ({"b2": [1.0, 2.0]}, ValueError, "b2"),
        ({"b2": 1.0}, ValueError, "b2"),
        ({"W1": [[1.0] * 2], "b1": [1.0] * 2}, ValueError, "W1, b1, W2, b2 must be"),
    ],
)
def test_collapse_linear_refuses(wrong, error, match):
    right = {"W1": [[1.0] * 3], "b1": [1.0] * 3, "W2": [[1.0]] * 3, "b2": [1.0]}
    with pytest.raises(error, match=match):
        structured.collapse_linear(**(right | wrong))
