"""Calls with hostile arguments; a program of its own, since what it looks for would crash it.

    python attack.py EDGE SEED ROUNDS      EDGE: start, end (see `edges`), or none

It prints every call before it is made: the last one is what crashed. A call may refuse with an
error, or give what the same numbers give in a plain array. Where Numba checks bounds, its error
counts as a crash.
"""

import copy
import sys
import tempfile
import threading
from itertools import product

import naive
import numba
import numpy as np
from matrices import MATRICES
from safety.edges import AtEdge, at_edge
from stacks import as_dtype, random_parts

import minprune as mp
from minprune import squares, workers
from minprune.llvm import lanes_of
from minprune.nn import fused, pixels, products, tiles
from minprune.sparse import engine, kernels, memory, one_sample, sample_plan
from minprune.sparse import microkernels as m
from minprune.sparse import sample_kernels as s
from minprune.sparse.bitmask import bitmask_from_dense, dense_from_bitmask
from minprune.sparse.blocked_csr import blocked_csr_from_dense, dense_from_blocked_csr
from minprune.sparse.blocks import blocks_from_dense, dense_from_blocks
from minprune.sparse.choice import HEIGHT, slab_rows
from minprune.sparse.nm import dense_from_nm, nm_from_dense
from minprune.sparse.slabs import dense_from_slabs, slabs_from_dense
from minprune.sparse.sliced import dense_from_sliced, sliced_from_dense

BEYOND = "index is out of bounds"  # what Numba says, and NumPy never that short
FAILURES = []
NUMBERS = 0, -1, 3, 10**9, 2**62
PADDINGS = "same", "full", None, (1,), (0, 1), (-1, 0), (3, 0), (0, 2**62), (2**62, 2**62)


def attempt(what, call, right=None):
    """What the call gives, or its error. It must be right if that is known; `refused` is an error.

    What must not happen is noted in `FAILURES`, and the attack goes on.
    """
    print(what, flush=True)
    try:
        got = call()
    except Exception as error:
        if str(error) in ("", BEYOND) or isinstance(error, SystemError):
            FAILURES.append(f"{what}: {error!r}")
        return error
    if right is refused:
        FAILURES.append(f"{what} was not refused")
    elif right is not None and not (len(got) == len(right) and all(map(equal, got, right))):
        FAILURES.append(f"{what} is wrong")
    return got


def equal(a, b):
    """Whether two arrays have the same shape and about the same numbers."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    return a.shape == b.shape and np.allclose(a, b, 1e-4, 1e-5, equal_nan=True)


def refused():
    """Stands for the result of a call that must not have one."""


# --- arrays --------------------------------------------------------------------------------------


class Subclass(np.ndarray):
    """An array by another name."""


# for which Numba compiles anew; with checks that takes a minute
NEW_KINDS = "read-only", "float64", "float16", "int8", "uint64", "longdouble", "list"


def disguised(a, skipped=()):
    """The same whole numbers in every way in which an array can lie in memory, by its name."""
    wide, raw = np.zeros((*a.shape[:-1], 2 * a.shape[-1]), a.dtype), np.zeros(a.nbytes + 1, "u1")
    wide[..., ::2] = a
    crooked = raw[1:].view(a.dtype).reshape(a.shape)
    crooked[...] = a
    with tempfile.TemporaryFile() as file:
        mapped = np.memmap(file, a.dtype, "w+", shape=a.shape)
    mapped[...] = a
    locked = a.copy()
    locked.flags.writeable = False
    all_ways = {
        "fortran": np.asfortranarray(a), "reversed": a[::-1].copy()[::-1],
        "strided": wide[..., ::2], "big endian": a.astype(a.dtype.newbyteorder()),
        "unaligned": crooked, "memmap": mapped, "read-only": locked, "float64": a.astype("d"),
        "float16": a.astype("e"),
        "int8": a.astype("b"), "uint64": np.abs(a).astype("u8") * (a >= 0).all(),
        "object": a.astype(object), "masked": np.ma.array(a), "subclass": a.view(Subclass),
        "list": a.tolist(), "longdouble": a.astype("g"), "complex": a.astype("c8"),
    }  # fmt: skip
    return {how: odd for how, odd in all_ways.items() if how not in skipped}


ROUGH = "uint64", "int8", "float16"  # not the same numbers, or sums that are rounded elsewhere


def misfits(a):
    """Arrays of other shapes, and what is no array at all, by its name."""
    others = {
        "shorter": a[1:], "empty": a[:0], "narrower": a[..., 1:], "longer": np.concatenate([a, a]),
        "wider": np.concatenate([a, a], -1), "flat": a.ravel(), "transposed": a.T, "first": a[0],
        "one": a[:1], "one wide": a[..., :1], "axis": a[None], "axis behind": a[..., None],
        "number": 1.0, "None": None, "text": "text",
        "broadcast": np.broadcast_to(a[0], (9, *a.shape)),
    }  # fmt: skip
    return {how: odd for how, odd in others.items() if np.shape(odd) != a.shape}


def whole(rng, *shape):
    return rng.integers(-3, 4, shape).astype("f")


# --- layers --------------------------------------------------------------------------------------


def some_layers(rng):
    """Layers and networks with a batch for each."""
    image, vector, of = whole(rng, 2, 6, 6, 3), whole(rng, 4, 6), mp.Conv2D.random
    steps = [of(3, 1, 2, rng), mp.ReLU(), mp.MaxPool2D(2)]
    other = [of(2, 3, 20, rng, 2, 1), mp.ReLU()]
    return [
        (of(3, 3, 2, rng, padding="same"), image), (of(2, 3, 2, rng, 2, 1), image),
        (of(3, 3, 2, rng, padding=(0, 2)), image), (mp.MaxPool2D(2), image),
        (mp.MaxPool2D(3, 1), image), (mp.MaxPool2D(3, 2, (1, 0)), image),
        (mp.AveragePool2D(2), image), (mp.AveragePool2D(4, 3, "same"), image),
        (mp.Network(steps, (6, 6, 1)), image[..., :1].copy()), (mp.Flatten(), image),
        (mp.Network(other, (6, 6, 3)), image),
        (mp.BatchNorm.identity(3), image), (mp.Dense.random(6, 5, rng), vector),
        (mp.ReLU(), vector), (mp.LeakyReLU(), vector), (mp.Sigmoid(), vector), (mp.Tanh(), vector),
        (mp.Dropout(0.5, np.random.default_rng(0)), vector),
    ]  # fmt: skip


def backward(layer, dy):
    """The gradients: of the input, and of every parameter."""
    dx = layer.backward(dy)
    return [dx, *(p.grad for p in layer.parameters.values())]


def attack_layers(rng, plain):
    skipped = NEW_KINDS if numba.config.BOUNDSCHECK else ()
    for layer, x in some_layers(rng):
        name, x = type(layer).__name__, plain(x)
        right = [copy.deepcopy(layer).forward(x, True)]
        for how, odd in disguised(x, skipped).items():
            attempt(f"{name}.forward({how})", lambda: [copy.deepcopy(layer).forward(odd, True)],
                    right if how not in ROUGH else None)  # fmt: skip
        for how, odd in misfits(x).items():
            attempt(f"{name}.forward({how})", lambda: copy.deepcopy(layer).forward(odd, True))
        layer.forward(x, True)
        dy = plain(whole(rng, *right[0].shape))
        right = backward(copy.deepcopy(layer), dy)
        for how, odd in disguised(dy, skipped).items():
            attempt(f"{name}.backward({how})", lambda: backward(copy.deepcopy(layer), odd),
                    right if how not in ROUGH else None)  # fmt: skip
        for how, odd in misfits(dy).items():
            attempt(f"{name}.backward({how})", lambda: backward(copy.deepcopy(layer), odd), refused)
        inner = layer.layers if isinstance(layer, mp.Network) else [layer]
        for l, attribute in ((l, a) for l, part in enumerate(inner) for a in vars(part)):
            others = tampered(getattr(inner[l], attribute))
            if attribute == "padding":
                others |= {repr(padding): padding for padding in PADDINGS}
            for how, odd in others.items():
                edited = copy.deepcopy(layer)
                part = edited.layers[l] if isinstance(layer, mp.Network) else edited
                what = f"{name}: {type(part).__name__}.{attribute} = {how}"
                attempt(what, lambda: setattr(part, attribute, odd))
                attempt(f"{what}; backward", lambda: edited.backward(dy))
                attempt(f"{what}; forward", lambda: edited.forward(x, True))
                attempt(f"{what}; forward, backward", lambda: edited.backward(dy))


def tampered(value):
    """Other values for an attribute, by their names."""
    if isinstance(value, mp.Parameter):
        arrays = [item for item in misfits(value.value).items() if item[0] != "text"]
        made = {how: attempt("Parameter", lambda: mp.Parameter(a)) for how, a in arrays}
        return {how: p for how, p in made.items() if isinstance(p, mp.Parameter)}
    if isinstance(value, np.ndarray) and value.size:
        kinds = misfits(value)
        few = {how: kinds[how] for how in ("empty", "narrower", "longer", "None") if how in kinds}
        return {k: value + np.asarray(k).astype(value.dtype) for k in (1, 100, -1)} | few
    return dict(enumerate(NUMBERS))


CONVOLUTIONS = [  # N, (H, W), kernel, c_in, c_out, stride, padding, layers
    (2, (6, 5), 3, 3, 5, 1, 1, 3), (1, (7, 9), 3, 17, 20, 2, "same", 2),
    (3, (2, 2), 2, 1, 16, 1, 0, 1),
]  # fmt: skip


def attack_convolutions(rng, plain):
    """What `Convolution` makes by itself lies at the edge too."""
    for N, size, kernel, c_in, c_out, stride, padding, n in CONVOLUTIONS:
        conv = mp.Conv2D.random(kernel, c_in, c_out, rng, stride, padding)
        network = mp.Network([conv, mp.ReLU(), mp.MaxPool2D(2)][:n], (*size, c_in))
        x = plain(whole(rng, N, *size, c_in))
        with fused.layer_by_layer():
            y = network.forward(x, True)
            dy = plain(whole(rng, *y.shape))
            right = backward(network, dy)
        attempt(f"{network}", lambda: [network.forward(x)], [y])
        attempt(f"{network}", lambda: [network.forward(x, True)], [y])
        attempt(f"{network}: backward", lambda: backward(network, dy), right)
        for attribute in ("stride", "padding", "K", "b"):
            value = getattr(conv, attribute)
            others = tampered(value) | {repr(p): p for p in PADDINGS if attribute == "padding"}
            for how, odd in others.items():
                network.forward(x, True)
                setattr(conv, attribute, odd)
                what = f"Convolution.{attribute} = {how}"
                attempt(f"{what}; backward", lambda: network.backward(dy))
                attempt(f"{what}; forward", lambda: network.forward(x, True))
                attempt(f"{what}; forward, backward", lambda: network.backward(dy))
                setattr(conv, attribute, value)


def attack_optimizers(rng, plain):
    for make in (mp.SGD, lambda p, lr: mp.SGD(p, lr, 0.9, 0.1), mp.Adam):
        for mask in (None, rng.random((3, 5)) < 0.5):
            start, g = whole(rng, 3, 5), plain(whole(rng, 3, 5))

            def after(grad, change=None, mask=mask, make=make, start=start):
                w = mp.Parameter(start)
                if mask is not None:
                    w.prune(mask)
                optimizer, w.grad = make({"w": w}, lr=0.5), grad
                if change:
                    setattr(optimizer, *change)
                optimizer.step()
                return [w.value]

            right = after(g)
            for how, odd in disguised(g).items():
                attempt(f"grad = {how}", lambda: after(odd), right if how not in ROUGH else None)
            for how, odd in misfits(g).items():
                allowed = [start if mask is None else start * mask] if odd is None else refused
                attempt(f"grad = {how}", lambda: after(odd), allowed)
            for size in (0, 14):
                state = [[np.zeros(size, "f")] * (1 + (make is mp.Adam))]
                attempt(f"state of {size}", lambda: after(g, ("state", state)), refused)


# --- formats and kernels -------------------------------------------------------------------------

FORMATS = {
    "csr": (mp.csr_from_dense, mp.dense_from_csr),
    "bitmask": (bitmask_from_dense, dense_from_bitmask),
    "blocked": (blocked_csr_from_dense, dense_from_blocked_csr),
    "slabs": (slabs_from_dense, dense_from_slabs),
    "blocks": (blocks_from_dense, dense_from_blocks),
    "sliced": (sliced_from_dense, dense_from_sliced),
    "nm": (lambda W: nm_from_dense(W, 4, 4), dense_from_nm),
}
EXTREMES = 0, 1, -1, 7, 2**31 - 1, -(2**31)


def attack_formats(rng, plain):
    W = whole(rng, 8, 5)
    for name, (pack, unpack) in FORMATS.items():
        for how, odd in disguised(W).items():
            right = [W] if how not in ROUGH else None
            attempt(f"{name} of {how}", lambda: [unpack(pack(odd))], right)
        for how, odd in misfits(W).items():
            attempt(f"{name} of {how}", lambda: unpack(pack(odd)))
        packed = pack(W)
        for field, value in zip(packed._fields, packed, strict=True):
            others = tampered(value) if isinstance(value, np.ndarray) else {}
            for how, odd in others.items():
                edited = packed._replace(**{field: odd})
                attempt(f"{name}.{field} = {how}", lambda: unpack(edited))
    for one in (True, False):
        attack_csr(rng, plain, one)


def attack_csr(rng, plain, one):
    kernel = kernels.csr_forward_one if one else kernels.csr_forward_batch
    for W in MATRICES.values():
        arrays = [plain(a) for a in mp.csr_from_dense(W.astype("f"))[:3]]
        columns = () if one else (3,)
        b, x = plain(whole(rng, W.shape[1])), plain(whole(rng, len(W), *columns))
        y = plain(whole(rng, W.shape[1], *columns))
        for _ in range(20):
            edited = [*map(copy.copy, arrays), b, x, y]
            for _ in range(rng.integers(3)):
                k = rng.integers(6)
                if k in (1, 2) and edited[k].size and rng.random() < 0.7:
                    place = rng.integers(edited[k].size)
                    edited[k][place] = (*EXTREMES, *W.shape)[rng.integers(len(EXTREMES) + 2)]
                else:
                    edited[k] = edited[k][: rng.integers(len(edited[k]) + 1)]
            done = attempt(f"{kernel.__name__}({edited})", lambda: kernel(*edited, True))
            if not isinstance(done, Exception):
                x, y = (a.reshape(len(a), 1 if one else a.shape[1]) for a in edited[4:])
                attempt("its sums", lambda: [y.T], [naive.csr_dense(x.T, *edited[:4], True)])


# --- the engine ----------------------------------------------------------------------------------


def random_network(rng, dtype):
    shape, parts = random_parts(rng)
    made, at = [], shape
    for part in parts:
        made.append(part(at, rng))
        try:
            at = made[-1].output_shape(at)
        except ValueError:  # nothing is left of the image
            return random_network(rng, dtype)
    network = as_dtype(mp.Network(made, shape), dtype)
    for weight in network.weights.values():
        weight.value *= rng.random(weight.value.shape) < rng.choice([0.0, 0.1, 0.5, 1.0])
    return network


def attack_engine(rng, plain, dtype, sizes):
    network, other = random_network(rng, dtype), random_network(rng, dtype)
    sparse = mp.SparseEngine(network, threads=int(rng.integers(1, 4)))
    for N in rng.choice(sizes, 3):
        x = plain(whole(rng, N, *network.input_shape).astype(dtype))
        right = [network(x)]
        attempt(f"{network}({N})", lambda: [sparse(x)], right)
        hows = list(disguised(x).items()) if N else []
        for how, odd in [hows[k] for k in rng.permutation(len(hows))[:3]]:
            attempt(f"{network}({how}, {N})", lambda: [sparse(odd)],
                    right if how not in ROUGH else None)  # fmt: skip
        hows = list(misfits(x).items()) if N else []
        for how, odd in [hows[k] for k in rng.permutation(len(hows))[:3]]:
            fits = np.ndim(odd) == x.ndim and np.shape(odd)[1:] == x.shape[1:]
            attempt(f"{network}({how}, {N})", lambda: [sparse(odd)],
                    [network(np.asarray(odd))] if fits else refused)  # fmt: skip
    for name in ("input_shape", "output_shape", "dtype", "nbytes"):
        attempt(
            f"engine.{name} =", lambda: setattr(sparse, name, getattr(other, name, (1,))), refused
        )
    change_network(rng, network)
    attempt(f"{network} changed", lambda: [sparse(x)], right)
    sparse.__init__(other, threads=1)  # and nothing is left of the first one
    x = plain(whole(rng, int(rng.choice(sizes)), *other.input_shape).astype(dtype))
    attempt(f"{other} in place of it", lambda: [sparse(x)], [other(x)])


def change_network(rng, network):
    """Whatever a program may do to a network that it has built an engine of."""
    first = network.layers[0]
    for part in network.layers:
        for p in part.parameters.values():
            p.value *= 2
        if isinstance(part, mp.Conv2D | mp.MaxPool2D | mp.AveragePool2D):
            part.stride, part.padding = part.stride + 1, (1, 2)
    network.input_shape = (1,)
    network.layers[:] = [mp.Dense.random(1, 1, rng), first]


def attack_engine_while_networks_change(rng, plain):
    """One thread changes the layers, which two networks share; another builds engines and calls."""
    shared = mp.Dense.random(6, 5, rng)
    kinds = [[shared, mp.ReLU(), mp.Dense.random(5, 3, rng)], [shared, mp.Dense.random(5, 9, rng)],
             [mp.Dense.random(40, 6, rng), shared], [mp.Dense.random(2, 70, rng)]]  # fmt: skip
    network, stop = mp.Network(kinds[0]), threading.Event()

    def change():
        while not stop.is_set():
            for kind in kinds:
                network.layers, network.input_shape = kind, (kind[0].n_in,)

    thread = threading.Thread(target=change)
    thread.start()
    try:
        for N in (1, 5) * 20:
            sparse = attempt("engine of a changing network", lambda: mp.SparseEngine(network))
            if not isinstance(sparse, Exception):
                x = plain(whole(rng, N, *sparse.input_shape))
                attempt(repr(sparse), lambda: [sparse(x)], [sparse.network()(x)])
    finally:
        stop.set()
        thread.join()


# --- the innermost loops: every array as long as they need, and no longer ------------------------


jit = numba.njit(nogil=True)  # no cache: it would not notice a change in microkernels.py


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
def line_run(*arguments):
    s.line_run(*arguments)


@jit
def pairs_run(*arguments):
    s.pairs_run(*arguments)


@jit
def transpose(*arguments):
    squares.transpose(*arguments)


@jit
def all_finite(panel):
    return m.all_finite(panel)


@jit
def add(*arguments):
    workers.add(*arguments)


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


def attack_tiles(rng, plain):
    L, (tile, vecs, apart) = lanes_of(np.dtype("f")), ((0,) * 3, (0,) * 2, (0,) * 5)
    table = plain(np.array([0, 9, 4], np.uint32))
    W, b, x = (plain(whole(rng, size)) for size in (3 * 2 * L, 2 * L, 2 * 5 + 9 + 1))
    for count in range(4):
        y = plain(whole(rng, count * 2 * L))
        attempt("conv_tile", lambda: conv_tile(
            tile, vecs, apart, (W, 0, 3), (table, 0), (x, 0), (y, 0, 2 * L), (b, 0), count,
            np.float32(0)))  # fmt: skip
    x, dK = plain(whole(rng, 7 + 20 + 2 * 5 + 9 + 1)), plain(whole(rng, 3 * 2 * L))
    dy = plain(whole(rng, (2 + 2) * 3 * 2 * L))  # images, rows, columns of both vectors
    attempt("grad_tile", lambda: grad_tile(
        tile, vecs, apart, (x, 0), (table, 0), (dy, 0, 2 * L, L), (2, 2, 3),
        (7, 2 * 3 * 2 * L), (20, 3 * 2 * L), (dK, 0)))  # fmt: skip
    for count in range(3):
        x, y, out, db = (plain(whole(rng, size)) for size in (count * L, count * L, count * L, L))
        for mask, sums in ((None, None), (y, None), (y, (db, 0))):
            attempt("move", lambda: move(x, mask, (0, L), out, (0, L), count, sums))
        four, winner = plain(whole(rng, 4 * count * L)), plain(np.zeros(count * L, np.int8))
        attempt("largest", lambda: largest(four, (0, L, 2 * count * L), y, winner, (0, L), count))
        attempt("move_winners", lambda: move_winners(
            x, winner, (0, L), four, (0, L, 2 * count * L), count, (db, 0)))  # fmt: skip


def attack_microkernels(rng, plain):
    tile, L, H, zero, n = ((0,), (0,)), lanes_of(np.dtype("f")), HEIGHT, np.float32(0), 6
    index = plain(np.array([0, 2, 1, 3, 0, 3], np.uint32))  # of four inputs
    each = plain(np.repeat(index, H))
    one, eight = plain(whole(rng, n)), plain(whole(rng, n * H))
    biases, last = plain(whole(rng, H)), (zero, True)
    single, units = plain(whole(rng, 6 + H)), plain(np.arange(2, dtype=np.int32))
    for run in ((0, 0), (0, 2), (2, 6), (0, 6)):
        x, first = (0, L, L), (units, 0, biases, True)
        for count, pool, height in product((1, 2, 4), (1, 2), (1, 2)):  # of at most four positions
            if run[1] * height > n or count % pool:
                continue
            z = (3 + count) * L  # y lies behind it, unit by unit
            many = plain(whole(rng, z + height * L * 2 * count))
            attempt("csr_run", lambda: csr_run(
                ((0,) * 4, (0,)), (0,) * height, (0,) * pool, (one, index), run, many, x,
                (z + height * count * L, L * count, L, count), (*first, z, L * count, L), last,
            ))  # fmt: skip
        for height in (1, 4, 8):
            rows, y = slab_rows(height), (4 * L, plain(np.arange(height, dtype=np.int32)), 0)
            entries = rows * height * (run[1] // 2)
            weights = plain(whole(rng, entries)), plain(rng.integers(0, 4, entries).astype("u1"))
            ends, slab = (run[0] // 2 * rows, run[1] // 2 * rows), (0,) * height
            outputs = plain(whole(rng, 4 * L + height * L))
            attempt("slab_run", lambda: slab_run(
                tile, slab, weights, ends, outputs, 0, y, (biases, True), zero))  # fmt: skip
        for count in (1, 7, 8):
            for P in (1, 2):
                y, goal = ((3 + P) * L, L, P, P * L), plain(whole(rng, (3 + P + P * count) * L))
                attempt("block_run", lambda: block_run(((0, 0), (0,)), (eight, index), run, goal, x,
                                                       y, (biases, 0, count), last))  # fmt: skip
        for kernel, indices in ((slice_run, each), (block_one, index), (full_one, index)):
            attempt("for one", lambda: kernel(
                (eight, indices), run, single, 0, 6, (biases, 0), zero))  # fmt: skip
    for groups in (1, 8):
        weights, places = plain(whole(rng, 4 * groups * H)), plain(whole(rng, 4 + groups * H))
        first = plain(whole(rng, groups * H)), 0
        attempt("rows_run", lambda: rows_run((0,) * groups, (weights, 0), (index, 6), places, 0, 4,
                                             first, zero))  # fmt: skip
    for rows, size in ((1, 1), (3, 4), (2, 8), (3, 16)):
        pairs = plain(whole(rng, 2 * size * rows + size))
        attempt("pairs_run", lambda: pairs_run(
            (0,) * size, pairs, 0, 2 * size * rows, (rows, 2 * size)))  # fmt: skip
    for which, tile in enumerate(s.LINE_TILES):
        length, runs = tile.vectors * (L >> tile.half), plain(np.array([0, 2, 4, 6]))
        values, inside = plain(whole(rng, 6 * tile.units)), plain(np.ones(length, "f"))
        line, first = plain(whole(rng, 3 + length + tile.units * length)), plain(whole(rng, 8))
        attempt("line_run", lambda: line_run(
            which, (values, index), (runs, 0), line, 0, (3 + length, length),
            (first, 0, tile.units), zero, (inside, 0)))  # fmt: skip
    square, other = plain(whole(rng, L * L)), plain(whole(rng, L * (L + 1) - 1))
    attempt("transpose", lambda: transpose(square, (0, L), other, (0, L + 1)))
    attempt("transpose", lambda: transpose(other, (0, L + 1), square, (0, L)))
    for vectors in (0, 4, 8):
        attempt("all_finite", lambda: all_finite(plain(whole(rng, vectors * L))))
    attempt("add", lambda: add(plain(np.zeros(4, np.int64)), 3, 1))


def planted(plain):
    """Numbers before and behind an array: what the tests must notice."""
    values, index = plain(np.zeros(6, "f")), plain(np.zeros(6, np.uint32))
    panel, zero = plain(np.zeros(64, "f")), np.float32(0)
    first = plain(np.zeros(1, np.int32)), 0, plain(np.zeros(1, "f")), True, 16, 0, 0
    attempt(
        "planted: read",
        lambda: csr_run(
            ((0,), (0,)),
            (0,),
            (0,),
            (values, index),
            (-2, 8),
            panel,
            (0, 16, 0),
            (16, 0, 0, 1),
            first,
            (zero, True),
        ),
    )


def planted_where_bounds_are_checked(plain):
    x, panel, source = plain(np.zeros(2, "f")), plain(np.zeros(4, "f")), np.array([0, 4])
    attempt("planted: write", lambda: one_sample.bring_in(x, 0, 2, source, panel))


def main(edge, seed, rounds, *words):
    rng = np.random.default_rng(int(seed))

    def plain(a):
        return a.copy() if edge == "none" else AtEdge(edge).array(a)

    if edge != "none":
        engine.np = AtEdge(edge)
        fused.np = products.np = AtEdge(edge)
        for module in (engine, memory, products):
            module.aligned_zeros = lambda n, dtype: at_edge(edge, n, dtype)
    if words:
        globals()[words[0]](plain)
        rounds = 0
    engine.SMALL = engine.SMALL_ONE = products.SMALL = 0  # threads share what is small, too
    sample_plan.PIECE = 10
    # small layers by rows, too, where some inputs are zero
    sample_plan.most_inputs = lambda n_in, groups, *_: n_in * 2 // 3 if groups else 0
    for _ in range(int(rounds)):
        if edge == "none":  # checked bounds see all of these
            attack_layers(rng, plain)
            attack_optimizers(rng, plain)
            attack_formats(rng, plain)
        else:
            attack_microkernels(rng, plain)
            attack_tiles(rng, plain)
            attack_convolutions(rng, plain)
        attack_engine_while_networks_change(rng, plain)
        for _ in range(6):
            few = 0, 1, 2, 4, 15  # whatever needs to be compiled for a panel of one vector only
            sizes = few if edge == "none" else (*few, 17, 64, 65, 130)
            attack_engine(rng, plain, "d" if edge == "start" else "f", sizes)
    if FAILURES:
        sys.exit("\n".join(FAILURES))


if __name__ == "__main__":
    main(*sys.argv[1:])
