"""Where everything lies in working memory, and which format a layer gets."""

from types import SimpleNamespace

import numba
import numpy as np
import pytest
from stacks import STACKS, as_dtype, average, bn, conv, dense, flatten, relu, sigmoid, stack, tanh

from minprune.formulas.structured import block_mask
from minprune.llvm import aligned_zeros
from minprune.nn.layers import Dense, Flatten, ReLU, Tanh
from minprune.nn.network import Network
from minprune.nn.spatial import Conv2D, MaxPool2D
from minprune.sparse import choice, sample_plan
from minprune.sparse import engine as engine_module
from minprune.sparse.blocked_csr import blocked_csr_from_dense
from minprune.sparse.blocks import blocks_from_dense
from minprune.sparse.choice import (
    FIXED,
    PACKING,
    UNROLL,
    block_size,
    most_inputs,
    panel_costs,
    sample_costs,
    slab_rows,
)
from minprune.sparse.engine import SparseEngine
from minprune.sparse.memory import NO_ZEROS, Memory, up_to
from minprune.sparse.one_sample import BLOCKS_ONE, LINES, SLICES
from minprune.sparse.panel_plan import Planner, plan_panels, side_by_side
from minprune.sparse.panels import BLOCKS, CSR, PAIR, SLAB, SLABS
from minprune.sparse.sample_kernels import LINE_TILES
from minprune.sparse.sample_plan import UNITS, plan_sample
from minprune.sparse.slabs import slabs_from_dense
from minprune.sparse.sliced import sliced_from_dense
from minprune.sparse.stages import Window, stages_of

FULL = 16 if numba.config.DISABLE_JIT else 64  # samples: a panel, the smallest without a compiler

# wide, so that one row of an image is more than one tile; steps, so that pixels lie together
EXTRA = {
    "wide": ((4, 70, 2), [conv(3, 3, 1, "same"), relu, conv(2, 5, 1, 2), sigmoid,
                          conv(9, 3, 1, 3)]),
    "zeros and pooling": ((7, 6, 1), [conv(4, 3, 1, 2), relu, average(2, 1), bn,
                                      conv(3, 2, 1, 1), tanh, flatten, dense(11), relu, dense(3)]),
    "steps": ((9, 9, 3), [conv(11, 3, 2, "same"), relu, conv(5, 3, 1, 1), bn, relu,
                          conv(4, 2, 2, 1), flatten, bn, dense(3)]),
}  # fmt: skip


@pytest.fixture(params=[*STACKS, *EXTRA])
def network(request):
    if request.param in STACKS:
        return stack(request.param, "f")[0]
    (shape, parts), rng, layers = EXTRA[request.param], np.random.default_rng(0), []
    at = shape
    for part in parts:
        layers.append(part(at, rng))
        at = layers[-1].output_shape(at)
    return as_dtype(Network(layers, shape), "f")


def plan(stages, shape, kind="panels"):
    """The plan for panels, or that for one sample."""
    return (plan_panels if kind == "panels" else plan_sample)(stages, shape, "f")


@pytest.fixture
def places(monkeypatch):
    """All places that plans are made of, in order: image or vector, and the memory they take."""
    made = []

    def seen(function):
        def wrapped(memory, shape, zeros=NO_ZEROS, *arguments):
            before, vector = memory.size, isinstance(shape, int)
            place = function(memory, shape, *([] if vector else [zeros, *arguments]))
            made.append(SimpleNamespace(place=place, shape=shape, zeros=None if vector else zeros,
                                        memory=(before, memory.size)))  # fmt: skip
            return place

        return wrapped

    for name in ("vector", "pixels", "strips", "lines"):
        monkeypatch.setattr(Memory, name, seen(getattr(Memory, name)))
    return made


def around(made):
    """The addresses of the zeros around an image."""
    if made.zeros is None:
        return set()
    (top, bottom, left, right), (h, w, c) = made.zeros, made.shape
    a, b, d = made.place.strides
    if b == 1 and a < w + max(left, right):  # there the sums of a row know where it ends
        left = right = 0
    return {
        made.place.at + i * a + j * b + k * d
        for i in range(-top, h + bottom)
        for j in range(-left, w + right)
        for k in range(c)
        if not (0 <= i < h and 0 <= j < w)
    }


KINDS = pytest.mark.parametrize("kind", ["panels", "one sample"])

# --- addresses -----------------------------------------------------------------------------------


@KINDS
def test_places_lie_side_by_side_and_no_number_has_two_meanings(network, places, kind):
    stages, shape, _ = stages_of(network)
    made_plan = plan(stages, shape, kind)
    taken = set()
    end = 0
    for made in places:
        start, stop = made.memory
        assert start == end or (kind == "one sample" and start > end)  # vectors read on
        end = stop
        addresses, zeros = made.place.addresses.tolist(), around(made)
        size = made.shape if isinstance(made.shape, int) else np.prod(made.shape)
        assert len({*addresses} | zeros) == size + len(zeros) and len(addresses) == size
        assert not taken & ({*addresses} | zeros)
        taken |= {*addresses} | zeros
        assert start <= min({*addresses} | zeros) and max({*addresses} | zeros) < stop
    assert end <= made_plan.size


def written(step):
    """All addresses that a step of a plan writes."""
    i, j, c = (np.arange(step[f"{axis}s"]) for axis in ("row", "column", "channel"))
    at = step["y"] + (i * step["y_row"])[:, None, None] + (j * step["y_column"])[:, None]
    if step["kind"] == LINES:
        return (at + c * step["y_channel"])[..., None] + np.arange(step["y_row"])
    height = len(SLAB) if step["kind"] == SLABS else 8 if step["kind"] in UNITS.values() else 1
    at = at + c[::height] * (1 if height > 1 else step["y_channel"])
    return at[..., None] + np.arange(height)


@KINDS
def test_steps_write_into_their_own_place_and_all_of_it(network, places, kind, monkeypatch):
    monkeypatch.setattr(sample_plan, "PIECE", np.inf)
    stages, shape, _ = stages_of(network)
    program = plan(stages, shape, kind).program
    outputs = places[1:]
    assert len(outputs) == len(program.steps)
    for step, made in zip(program.steps, outputs, strict=True):
        at = written(step)
        start, stop = made.memory
        assert start <= at.min() and at.max() < stop
        assert {*made.place.addresses.tolist()} <= {*at.ravel().tolist()}
        zeros = around(made)
        touched = zeros & {*at.ravel().tolist()}
        if not touched:
            continue
        assert step["kind"] == LINES  # which writes zeros there again, and nowhere else
        n = step["rows"] * step["y_row"]
        inside = program.values[step["inside"] :][:n]
        image = {*made.place.addresses.tolist()}
        for channel in step["y"] + np.arange(step["channels"]) * step["y_channel"]:
            assert [channel + t in image for t in range(n)] == inside.tolist()


@KINDS
def test_products_read_inside_the_memory(network, kind):
    stages, shape, _ = stages_of(network)
    made = plan(stages, shape, kind)
    for step in made.program.steps:
        if step["kind"] == SLABS:
            check_slabs(step, made)
        if step["kind"] == LINES:
            check_lines(step, made)
        if step["kind"] not in (CSR, BLOCKS, BLOCKS_ONE, SLICES):
            continue
        first, last = step["x"], step["x"]
        for axis in ("row", "column", "pool_row", "pool_column"):
            last = last + (step[f"{axis}s"] - 1) * step[f"x_{axis}"]
        runs = made.program.runs[step["runs"] :]
        if step["kind"] == CSR:
            height = len(PAIR)
            slabs = -(-step["channels"] // height)
            entries = runs[: step["blocks"] * (slabs + 1)].max() * height
            units = made.program.units[step["units"] :][: step["blocks"] * slabs * height]
            assert {*units.tolist()} == {*range(step["channels"])}
        else:
            entries = runs[-(-step["channels"] // 8)] * (8 if step["kind"] == SLICES else 1)
        indices = made.program.indices[step["indices"] :][:entries].astype(int)
        assert first >= 0 and (not len(indices) or last + indices.max() < made.size)


def check_lines(step, made):
    """That tiles read inside the memory, and weights inside theirs."""
    tile, groups = LINE_TILES[step["tile"]], -(-step["channels"] // step["height"])
    assert (tile.units, 3 if tile.wide else 1) == (step["height"], step["parts"])
    assert step["x_row"] == step["y_row"] == tile.vectors * (16 >> tile.half)
    ends = made.program.runs[step["runs"] :][: groups * step["parts"] + 1]
    assert ends[0] >= 0 and (np.diff(ends) >= 0).all() and step["x"] >= 0
    indices = made.program.indices[step["indices"] :][: ends[-1]].astype(int)
    assert len(indices) == ends[-1]
    assert step["values"] + ends[-1] * tile.units <= len(made.program.values)
    assert step["bias"] + groups * tile.units <= len(made.program.values)
    assert step["inside"] + step["rows"] * step["y_row"] <= len(made.program.values)
    if tile.wide:  # vectors begin where lines of the cache do
        assert not (np.append(indices, [step["x"], step["y"], step["y_channel"]]) % 8).any()
    assert step["x"] + indices.max(initial=0) + step["rows"] * step["x_row"] <= made.size


def check_slabs(step, made):
    """That every place is an input of the layer, and every output one of its units or behind."""
    height, slabs = len(SLAB), -(-step["channels"] // len(SLAB))
    offsets = made.program.runs[step["runs"] :][: step["blocks"] * (slabs + 1)]
    offsets = offsets.reshape(step["blocks"], slabs + 1)
    assert (offsets % slab_rows(height) == 0).all() and (np.diff(offsets) >= 0).all()
    places = made.program.indices[step["indices"] :].view(np.uint8)
    for b, (first, last) in enumerate(offsets[:, [0, -1]] * height):
        inputs = step["x"] + b * step["block"] + places[first:last].astype(int)
        assert len(places[first:last]) == last - first <= len(made.program.values) - step["values"]
        assert not inputs.size or (inputs.min() >= step["x"] and inputs.max() < step["y"])
    outputs = made.program.units[step["units"] :][: step["blocks"] * slabs * height]
    for row in outputs.reshape(step["blocks"], -1):
        assert sorted(row.tolist()) == [*range(slabs * height)]
    assert step["bias"] + slabs * height <= len(made.program.values)
    assert step["y"] + slabs * height <= made.size


def test_pieces_of_a_step_do_what_the_whole_one_does(network, monkeypatch):
    stages, shape, _ = stages_of(network)
    monkeypatch.setattr(sample_plan, "PIECE", np.inf)
    whole = plan(stages, shape, "one sample").program.steps
    assert whole["after"].tolist() == [*range(1, len(whole) + 1)]
    monkeypatch.setattr(sample_plan, "PIECE", 1e-6)
    pieces = plan(stages, shape, "one sample").program.steps
    rest = [*pieces]
    for step in whole:
        units = step["rows"] == 1 and step["kind"] in UNITS.values()
        units |= step["kind"] == LINES and step["rows"] < sample_plan.ROWS
        height = step["height"] if step["kind"] == LINES else 8
        count = -(-step["channels"] // height) if units else step["rows"]
        mine = [rest.pop(0) for _ in range(count)]
        assert {piece["after"] for piece in mine} == {len(pieces) - len(rest) - len(mine) + 1}
        parts = [{*written(piece).ravel().tolist()} for piece in mine]
        assert set.union(*parts) == {*written(step).ravel().tolist()}
        assert sum(map(len, parts)) == len(set.union(*parts))
        assert {piece["kind"] for piece in mine} == {step["kind"]}
        if step["kind"] == LINES:
            k = (mine[-1]["bias"] - step["bias"]) // height
            assert mine[-1]["runs"] == step["runs"] + k * step["parts"]
            assert mine[-1]["inside"] - step["inside"] == mine[-1]["x"] - step["x"]
    assert not rest


def test_as_many_pieces_as_the_work_is_worth():
    W = np.ones((400, 400), "f")  # 50 groups of units in 7 chunks, 26,500 cycles
    sparse = SparseEngine(Network([Dense(W, np.zeros(400)), Dense(W[:8].T, np.zeros(8))]))
    made = sparse._sample_plan
    first, cost = made.program.steps[0], 50 * (400 * FIXED.full + FIXED.group)
    assert made.choices[0].costs["full"] == first["cost"] == int(cost)
    assert made.cycles == sum(choice.costs["full"] for choice in made.choices)
    *pieces, last = made.program.steps
    assert len(pieces) == round(cost / sample_plan.PIECE) == 3
    assert [piece["channels"] for piece in pieces] == [128, 128, 144] and last["channels"] == 8
    assert [piece["after"] for piece in pieces] == [1, 1, 1] and last["after"] == 4


def test_pieces_of_a_layer_with_rows(monkeypatch):
    """Each begins with a chunk, and its dense weights where those of the one before end."""
    monkeypatch.setattr(sample_plan, "PIECE", 1e-6)
    made = SparseEngine(in_a_row(at_density(0.3, 90, 150)))._sample_plan
    first, second, third = made.program.steps
    assert [step["channels"] for step in (first, second, third)] == [64, 64, 22]
    assert {step["most"] for step in (first, second, third)} == {made.choices[0].most}
    for a, b in ((first, second), (second, third)):
        assert b["dense"] - a["dense"] == 90 * 64 and b["runs"] - a["runs"] == 8
        assert b["bias"] - a["bias"] == b["y"] - a["y"] == 64
    assert third["dense"] + 90 * 24 <= len(made.program.values)


def test_memory_by_hand():
    # an image of 5 x 20, two channels, and its zeros; three channels behind it; a vector of units
    layers = [Conv2D(np.ones((3, 3, 2, 3)), np.zeros(3), 1, 1), MaxPool2D(1)]
    stages, shape, _ = stages_of(Network(layers, (5, 20, 2)))
    assert plan(stages, shape).size == 7 * 22 * 2 + 5 * 20 * 3
    # rows of 32 with 12 zeros behind, a row of zeros above each channel and below the last one
    first, second = 32 + (6 * 32 + 32) + 6 * 32 + 32, 5 * 32
    assert plan(stages, shape, "one sample").size >= first + 2 * second
    stages, shape, _ = stages_of(Network([Dense(np.ones((9, 17)), np.zeros(17))]))
    assert plan(stages, shape).size == 16 + 24
    assert plan(stages, shape, "one sample").size == up_to(16 + 24, 64) == 64


@pytest.mark.parametrize(("kind", "n"), [("panels", 23169), ("one sample", 26753)])
def test_addresses_that_31_bits_cannot_hold_are_refused(kind, n):
    def among_zeros(n):
        layer = Conv2D(np.ones((1, 1, 1, 1), "f"), [0.0], n, n)  # 3 x 3 positions, far apart
        stages, shape, _ = stages_of(Network([layer], (1, 1, 1)))
        return plan(stages, shape, kind)

    assert 0.9998 * 2**31 < among_zeros(n).size < 1 << 31
    with pytest.raises(ValueError, match=r"less than 2\*\*31 numbers of memory for one sample"):
        among_zeros(n + 1 if kind == "panels" else n + 3)


def test_arrays_begin_at_whole_vectors_and_are_filled_up(network):
    stages, shape, _ = stages_of(network)
    for kind in ("panels", "one sample"):
        program = plan(stages, shape, kind).program
        for name in ("values", "indices", "runs", "units"):
            assert (program.steps[name] % 16 == 0).all()
            assert len(getattr(program, name)) % 16 == 0
            assert not len(getattr(program, name)) or getattr(program, name).ctypes.data % 64 == 0
        dtypes = [array.dtype for array in program[1:]]
        assert dtypes == [np.float32, np.uint32, np.int64, np.int32]


def test_new_arrays_begin_where_a_line_of_the_cache_does():
    kept = []  # lest all begin at the same place
    for n in range(1, 40):
        for dtype in ("f", "d", np.uint32):
            array = aligned_zeros(n, dtype)
            assert array.shape == (n,) and array.dtype == dtype and not array.any()
            kept.append(array)
    assert {array.ctypes.data % 64 for array in kept} == {0}


# --- working memory ------------------------------------------------------------------------------


def calls(network, N, count):
    sparse, rng = SparseEngine(network, threads=1), np.random.default_rng(0)
    for _ in range(count):
        sparse(rng.standard_normal((N, *sparse.input_shape)))
    return sparse


@pytest.mark.parametrize("N", [1, FULL])
def test_zeros_around_images_stay_zero(network, places, N):
    sparse = calls(network, N, 3)
    one = N == 1
    ((T, (memory,)),) = sparse._free.items()
    size = (sparse._sample_plan if one else sparse._panel_plan).size
    assert len(memory) == size * T and (T == 1) == one
    rows = memory.reshape(size, T)
    for made in places:
        zeros = sorted(around(made))
        assert not rows[zeros].any()
        assert rows[made.place.addresses].any() or not made.place.addresses.size


@pytest.mark.parametrize("N", [1, FULL])
def test_nothing_but_those_zeros_matters_of_what_memory_held_before(network, places, N):
    sparse = calls(network, N, 1)
    x = np.random.default_rng(1).standard_normal((N, *sparse.input_shape)).astype("f")
    expected = sparse(x)
    ((T, free),) = sparse._free.items()
    size = (sparse._sample_plan if N == 1 else sparse._panel_plan).size
    poisoned = aligned_zeros(size * T, "f")
    poisoned[:] = 1e6
    for made in places:
        poisoned.reshape(size, T)[sorted(around(made))] = 0
    free.clear()
    free.append(poisoned)
    np.testing.assert_array_equal(sparse(x), expected)
    assert free.pop() is poisoned


# --- formats -------------------------------------------------------------------------------------


def at_density(density, *shape):
    rng = np.random.default_rng(0)
    return (rng.standard_normal(shape) * (rng.random(shape) < density)).astype("f")


def in_blocks(density, n_in, n_out):
    W = at_density(1, n_in, n_out)
    return W * block_mask(W, (1, 8), 1 - density)


def chosen(network):
    sparse = SparseEngine(network)
    plans = sparse._panel_plan, sparse._sample_plan
    return [*zip(*([choice.format for choice in made.choices] for made in plans), strict=True)]


@pytest.mark.parametrize(
    ("W", "formats"),
    [
        (at_density(1, 200, 64), ("blocks", "full")),
        (at_density(0.5, 400, 64), ("slabs", "full")),  # one of 256 blocks is missing
        (at_density(0.05, 400, 64), ("slabs", "slices")),
        (at_density(0.005, 900, 64), ("csr", "slices")),  # blocks of more than 256 inputs
        (in_blocks(0.05, 400, 64), ("blocks", "blocks")),
        (in_blocks(0.5, 400, 64), ("blocks", "blocks")),
        (at_density(1, 30, 1), ("slabs", "full")),  # seven of eight numbers of a block are zeros
    ],
)
def test_the_format_follows_from_where_the_nonzeros_are(W, formats):
    assert chosen(Network([Dense(W, np.zeros(W.shape[1]))])) == [formats]


def test_inputs_are_neighbours_in_whatever_order():
    # the units of the first layer lie in an order of their own, the columns of the image together
    first, second = at_density(0.05, 400, 64), at_density(1, 64, 16)
    network = Network([Dense(first, np.zeros(64)), Dense(second, np.zeros(16))])
    assert chosen(network) == [("slabs", "slices"), ("blocks", "full")]
    convolution = Conv2D(at_density(1, 1, 1, 2, 8), np.zeros(8))
    network = Network([convolution, Flatten(), Dense(at_density(1, 1024, 16), np.zeros(16))],
                      (8, 16, 2))  # fmt: skip
    assert chosen(network) == [("blocks", "blocks"), ("blocks", "full")]


def test_slabs_of_inputs_that_lie_in_an_order_of_their_own():
    planner = Planner("f")
    W, x = at_density(0.3, 40, 9), planner.memory.vector(40)
    order = np.random.default_rng(0).permutation(40)
    (stage,), *_ = stages_of(Network([Dense(W, np.zeros(9))]))
    planner.dense(stage, x._replace(addresses=x.addresses[order]))  # input k is at order_k
    ((step,), values, indices, *_), height = planner.program(), len(SLAB)
    made = slabs_from_dense(W[np.argsort(order)], 128, height, slab_rows(height))
    assert step["kind"] == SLABS and step["block"] == 128 and step["x"] == 0
    np.testing.assert_array_equal(values[: made.values.size], made.values.ravel())
    np.testing.assert_array_equal(indices.view("u1")[: made.places.size], made.places.ravel())
    planner.dense(stage, x._replace(addresses=2 * x.addresses))  # no neighbours
    assert [choice.format for choice in planner.choices] == ["slabs", "csr"]


def test_convolutions_choose_too():
    def convolution(K, stride=1):
        return Network([Conv2D(K, np.zeros(K.shape[-1]), stride)], (12, 12, K.shape[2]))

    assert chosen(convolution(at_density(1, 3, 3, 16, 16))) == [("blocks", "blocks")]
    assert chosen(convolution(at_density(0.05, 3, 3, 16, 16))) == [("csr", "lines")]
    assert chosen(convolution(at_density(0.05, 3, 3, 16, 16), 2)) == [("csr", "blocks")]


def test_inputs_per_block():
    window = Window(3, 3, 4, 1, (0, 0, 0, 0))
    full, sparse = np.ones((1000, 10)), at_density(0.01, 4000, 100)
    assert block_size(full, None) == 128
    assert block_size(np.ones((100, 10)), None) == 128
    # whole channels: 3 rows of 10 columns each, of eight positions, 512 // 30 of them
    assert block_size(np.ones((1000, 10)), window) == 17 * 9
    assert block_size(np.ones((1000, 10)), window._replace(stride=2)) == 10 * 9  # of 17 columns
    assert block_size(np.ones((1000, 10)), window._replace(rows=600)) == 600 * 3
    assert block_size(sparse, window) == 16 * 17 * 9  # the first with a run of 24 on average
    assert block_size(sparse, None) == 2048  # the first with a run of 12 entries on average
    assert block_size(0 * sparse, None) == 4096
    assert block_size(np.zeros((0, 3)), window) == 17 * 9
    assert block_size(np.zeros((3, 0)), None) in (128, 256)


def in_a_row(*matrices, between=ReLU):
    layers = []
    for W in matrices:
        layers += [Dense(W, np.zeros(W.shape[1])), between()]
    return Network(layers[:-1])


def most_of(network):
    return [choice.most for choice in SparseEngine(network)._sample_plan.choices]


def test_dense_weights_are_kept_where_few_inputs_may_be_nonzero(monkeypatch):
    first, second = at_density(0.2, 400, 128), at_density(0.2, 128, 64)
    both = most_of(in_a_row(first, second))
    assert both[0] >= 100 and both[1] >= 32
    assert most_of(in_a_row(first, second, between=Tanh)) == [both[0], 0]  # of 0 inputs are zero
    assert most_of(in_a_row(at_density(0.01, 400, 128))) == [0]  # slices are quicker anyway
    layers = [Conv2D(at_density(1, 1, 1, 2, 8), np.zeros(8)), Flatten(),
              Dense(at_density(0.2, 1352, 64), np.zeros(64))]  # fmt: skip
    assert most_of(Network(layers, (13, 13, 2)))[-1] == 0  # inputs are no neighbours
    huge = second.astype("d")
    huge[5, 5] = 1e300
    stages, shape, _ = stages_of(in_a_row(huge))
    assert plan_sample(stages, shape, "d").choices[0].most > 0
    with np.errstate(over="ignore"):
        assert plan_sample(stages, shape, "f").choices[0].most == 0  # a zero input makes it NaN
    monkeypatch.setattr(sample_plan, "LARGEST_ROWS", 400 * 128 * 4 - 1)
    assert most_of(in_a_row(first, second)) == [0, both[1]]


def test_what_is_always_quicker_by_rows_is_kept_once():
    W = at_density(1, 100, 64)
    sparse = SparseEngine(in_a_row(W))
    (choice,), program = sparse._sample_plan.choices, sparse._sample_plan.program
    assert choice.most == 100 and choice.nbytes == W.nbytes + 64 * 4
    assert len(program.values) == W.size + 64 and not len(program.indices)


def test_most_inputs_by_hand():
    costs = FIXED._replace(rows=3, group=10)
    assert most_inputs(100, 19, 200 + 190 + 3 * 28 * 7, costs) == 7
    assert most_inputs(100, 19, 200 + 190 + 3 * 28 * 7 - 1, costs) == 6
    assert most_inputs(100, 19, 1e9, costs) == 100
    assert most_inputs(100, 19, 0, costs) == most_inputs(100, 0, 1e9, costs) == 0


def test_costs_by_hand():
    W = np.zeros((6, 9))
    W[:5, 0] = W[2, 8] = 1
    runs, blocks, slices = (
        blocked_csr_from_dense(W, 4, 4), blocks_from_dense(W), sliced_from_dense(W)
    )  # fmt: skip
    # 12 entries in runs of 4, in 2 x 9 runs; 6 blocks in 2 groups; 5 rows in 2 slices
    assert panel_costs(runs, blocks) == {
        "slabs": 12 * 2.5 + 18 * 10, "csr": 12 * 3 + 18 * 10, "blocks": 6 * 16 + 2 * 64,
    }  # fmt: skip
    costs = FIXED._replace(slices=5, blocks=2, full=1.75, group=8)
    assert sample_costs(slices, blocks, costs) == {"slices": 5 * 5 + 2 * 8, "blocks": 6 * 2 + 2 * 8,
                                                   "full": 6 * 2 * 1.75 + 2 * 8}  # fmt: skip
    nothing = np.zeros((0, 3))
    costs = panel_costs(blocked_csr_from_dense(nothing, 1, 4), blocks_from_dense(nothing))
    assert costs == {"slabs": np.inf, "csr": np.inf, "blocks": 64}


def test_choices_say_what_a_layer_holds_and_costs():
    W = at_density(0.5, 30, 20)
    (choice,) = SparseEngine(Network([Dense(W, np.ones(20))]))._panel_plan.choices
    runs, blocks = blocked_csr_from_dense(W, 128, UNROLL), blocks_from_dense(W)
    assert choice.name == "0.W" and choice.nonzeros == np.count_nonzero(W)
    assert choice.density == np.count_nonzero(W) / 600
    assert choice.costs == panel_costs(runs, blocks)
    assert choice.format == min(choice.costs, key=choice.costs.get)
    slabs = slabs_from_dense(W, 128, len(SLAB), slab_rows(len(SLAB)))
    assert choice.format == "slabs" and choice.nbytes == slabs.nbytes + 80


def test_a_convolution_costs_its_product_once_a_position():
    K = at_density(1, 3, 3, 2, 8)
    layers = [Conv2D(K, np.zeros(8)), MaxPool2D(2)]
    sparse = SparseEngine(Network(layers, (11, 22, 2)))  # 9 x 20 positions, 8 x 20 of them pooled
    costs = panel_costs(blocked_csr_from_dense(K.reshape(18, 8), 18, UNROLL),
                        blocks_from_dense(K.reshape(18, 8)))  # fmt: skip
    del costs["slabs"]
    (many,), (one,) = sparse._panel_plan.choices, sparse._sample_plan.choices
    assert many.costs == {name: 160 * cost for name, cost in costs.items()}
    assert one.costs.keys() == {"lines", "blocks"} and one.format == "blocks"
    sparse = SparseEngine(Network([Conv2D(K, np.zeros(8), 2)], (11, 22, 2)))  # 5 x 10, by pixels
    (one,) = sparse._sample_plan.choices
    assert one.costs == {"blocks": 50 * (18 * FIXED.blocks + FIXED.group)}


@pytest.mark.parametrize("rows", [0, 2])
def test_explain_tells_of_every_product_in_order(rows):
    network = stack("max pooling", "f")[0]
    if rows:
        network = in_a_row(
            *(at_density(*d) for d in [(0.2, 900, 80), (1, 80, 128), (0.02, 128, 9)])
        )
    sparse = SparseEngine(network)
    assert rows == sum(choice.most > 0 for choice in sparse._sample_plan.choices)
    head, lines = sparse.explain().split("\n\n")
    assert "cycles" in head
    lines = lines.splitlines()
    rows = [line for line in lines if line.split()[0] == "rows,"]
    lines = [line for line in lines if line not in rows]
    most = [choice.most for choice in sparse._sample_plan.choices if choice.most]
    for n, row in zip(most, rows, strict=True):
        assert row.endswith(f" rows, if at most {n:,} inputs are not zero") and len(row) <= 100
    assert len(lines) == 9 and all(len(line) <= 100 for line in lines)
    weights = [w.value for w in network.weights.values()]
    for l, (name, W) in enumerate(zip(network.weights, weights, strict=True)):
        title, *formats = lines[3 * l : 3 * l + 3]
        nonzeros = np.count_nonzero(W)
        density = f"{nonzeros / W.size:.1%} of all"
        assert title.split(maxsplit=1) == [name, f"{nonzeros:,} weights, {density}"]
        plans = sparse._panel_plan, sparse._sample_plan
        for line, what, made in zip(formats, ("panels", "one sample"), plans, strict=True):
            choice = made.choices[l]
            start, costs = line.split(" bytes ")
            assert start.split() == [*what.split(), choice.format, f"{choice.nbytes:,}"]
            first, *others = costs.split(" cycles")[0], *costs.split(", ")[1:]
            named = [(choice.format, first), *(part.rsplit(" ", 1) for part in others)]
            assert {name: float(cost.replace(",", "")) for name, cost in named} == {
                name: round(cost) for name, cost in choice.costs.items()
            }


def test_the_widest_tile_that_memory_allows(monkeypatch):
    sparse = SparseEngine(Network([Dense(np.ones((20, 4), "f"), np.zeros(4))]), threads=1)
    made, size = sparse._panel_plan, sparse._panel_plan.size
    assert size == 24 + 8
    assert sparse._tile(1000, made) == (4, 1)
    assert sparse._tile(16, made) == (1, 1) and sparse._tile(33, made) == (4, 1)
    assert sparse._tile(32, made) == (2, 1)
    assert sparse._tile(65, made) == (4, 1)  # two of them cost as much as three of half the width
    for most, V in [(size * 256, 4), (size * 256 - 1, 2), (size * 128 - 1, 1), (1, 1)]:
        monkeypatch.setattr(engine_module, "LARGEST_PANEL", most)
        assert sparse._tile(1000, made) == (V, 1)


def test_as_many_threads_as_the_work_is_worth(monkeypatch):
    sparse = SparseEngine(Network([Dense(np.ones((20, 4), "f"), np.zeros(4))]), threads=3)
    made = sparse._panel_plan
    cycles = made.cycles
    assert cycles == min(sparse._panel_plan.choices[0].costs.values()) + 20 * PACKING
    monkeypatch.setattr(engine_module, "SMALL", 2 * cycles)
    assert sparse._tile(128, made)[1] == 1 and sparse._tile(129, made)[1] == 3
    assert sparse._tile(129, made)[0] == 4  # three panels
    monkeypatch.setattr(engine_module, "SMALL", 0)
    assert sparse._tile(96, made) == (2, 3) and sparse._tile(48, made) == (1, 3)


def test_a_large_window_comes_in_blocks_of_inputs(monkeypatch):
    monkeypatch.setattr(choice, "L1_VECTORS", 60)
    monkeypatch.setattr(choice, "RUN", 1)
    K = at_density(0.5, 3, 3, 5, 1)
    sparse = SparseEngine(Network([Conv2D(K, np.zeros(1)), MaxPool2D(2)], (6, 6, 5)))
    (step,), values, indices, *_ = sparse._panel_plan.program
    assert (step["kind"], step["blocks"], step["pool_rows"], step["pool_columns"]) == (CSR, 3, 2, 2)
    runs = sparse._panel_plan.program.runs[step["runs"] :][:6].reshape(3, 2)
    for block, (start, stop) in enumerate(
        runs * len(PAIR)
    ):  # two channels each, the last one alone
        assert {*(indices[start:stop] % 5).tolist()} == {2 * block, 2 * block + 1} - {5}
        part = K[:, :, 2 * block : 2 * block + 2]
        found = values[start:stop][:: len(PAIR)]  # the only unit may be there twice
        assert sorted(found[found != 0]) == sorted(part[part != 0])
    assert step["y"] > step["sums"] >= 36 * 5 or step["sums"] >= step["y"] + 4


@pytest.mark.parametrize("height", [1, 2, 3])
def test_runs_side_by_side(height):
    for n_out in (1, 2, 5):
        for density in (0, 0.3):
            W = at_density(density, 40, n_out)
            blocked = blocked_csr_from_dense(W, 16, 2)
            made = side_by_side(blocked, height)
            assert made.values.shape == made.indices.shape == (made.offsets.max(), height)
            assert made.rows.shape == (3, up_to(n_out, height))
            assert (np.diff(made.offsets) % 2 == 0).all()
            for block in range(3):
                again = np.zeros_like(W)
                for r, unit in enumerate(made.rows[block]):
                    run = slice(*made.offsets[block, r // height :][:2])
                    column, indices = np.zeros(40, "f"), made.indices[run, r % height]
                    np.add.at(column, indices, made.values[run, r % height])
                    assert ((indices // 16 == block) | (made.values[run, r % height] == 0)).all()
                    again[:, unit] = column
                expected = W.copy()
                expected[np.arange(40) // 16 != block] = 0
                np.testing.assert_array_equal(again, expected)


def test_images_in_a_panel_fit_the_cache(monkeypatch):
    layers = [Conv2D(at_density(1, 3, 3, 1, 4), np.zeros(4)), Flatten()]
    sparse = SparseEngine(Network(layers, (8, 8, 1)), threads=1)
    made = sparse._panel_plan
    assert made.images and sparse._tile(1000, made) == (4, 1)
    for most, V in [(made.size * 256, 4), (made.size * 256 - 1, 2), (made.size * 128 - 1, 1)]:
        monkeypatch.setattr(engine_module, "LARGEST_IMAGES", most)
        assert sparse._tile(1000, made) == (V, 1)
    dense = SparseEngine(Network([Dense(np.ones((20, 4), "f"), np.zeros(4))]), threads=1)
    monkeypatch.setattr(engine_module, "LARGEST_IMAGES", 1)
    assert not dense._panel_plan.images and dense._tile(1000, dense._panel_plan) == (4, 1)
