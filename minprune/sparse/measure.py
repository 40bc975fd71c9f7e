"""What the loops cost on this machine: measured when an engine makes its first plan, then kept.

A cost is the difference between two layers that differ in one thing alone, such as how many entries
their runs have, over the number of these. Both times are minima of many short calls in turn, so
whatever else the machine does meanwhile matters little. A cost stays within eight times that of
`FIXED`. MINPRUNE_MEASURE=0 keeps all of `FIXED`: then every machine takes the same formats.
"""

import json
import math
import os
import time
from contextlib import suppress

import numba
import numpy as np

from minprune.files import replacing
from minprune.jit import jit, kept
from minprune.llvm import aligned_zeros, lanes_of
from minprune.sparse.choice import FIXED, HEIGHT, WIDEST, tile_of
from minprune.sparse.one_sample import run_samples
from minprune.sparse.panel_plan import plan_panels
from minprune.sparse.panels import run_panels
from minprune.sparse.sample_plan import plan_sample
from minprune.sparse.stages import Product, Window

ROUNDS = 25
RANGE = 8  # a cost may be so many times that of `FIXED`, or as small a part of it
SPIN = 3000  # turns of `spin`, of six cycles each

# name: the format, and two layers (inputs, units, inputs of each unit); the first has more of it
SAMPLES = {
    "slices": ("slices", (512, 256, 48), (512, 256, 16)),
    "blocks": ("blocks", (512, 256, 48), (512, 256, 16)),
    "full": ("full", (768, 256, 768), (256, 256, 256)),
    "group": ("blocks", (512, 512, 12), (512, 128, 48)),
    "rows": ("rows", (1024, 512, 768), (1024, 512, 256)),  # the inputs that are not zero
    "line": ("line", (144, 32, 72), (144, 32, 24)),  # windows of 3 x 3 x 16
    "astray": ("astray", (144, 32, 72), (144, 32, 24)),
    "line_block": ("line_block", (144, 32, 72), (144, 32, 24)),
}
PANELS = {
    "entry": ("entry", (128, 128, 48), (128, 128, 16)),
    "run": ("entry", (128, 384, 8), (128, 128, 24)),
    "slab": ("slab", (128, 128, 48), (128, 128, 16)),
    "slab_run": ("slab", (128, 384, 8), (128, 128, 24)),
    "block": ("block", (128, 128, 48), (128, 128, 16)),
    "group_of_blocks": ("block", (128, 384, 8), (128, 128, 24)),
}
LINES = "line", "astray", "line_block"  # of an image
FORMATS = "entry", "slab", "block", "slices", "blocks", "full", *LINES  # whose cost is a format's
_known = {}  # in this process


def costs_of_samples(dtype):
    """The `Costs` of one sample on this machine; those of panels are fixed."""
    return _costs("samples", np.dtype(dtype), SAMPLES, _sample_call)


def costs_of_panels(dtype):
    """The `Costs` of panels on this machine; those of one sample are fixed."""
    return _costs("panels", np.dtype(dtype), PANELS, _panel_call)


def _costs(kind, dtype, cases, call_of):
    if numba.config.DISABLE_JIT or os.environ.get("MINPRUNE_MEASURE") == "0":
        return FIXED
    key = kind, dtype.char
    if key not in _known:
        file = kept(f"costs-{kind}-{dtype.char}.json")
        found = _read(file, cases)
        if found is None:
            found = _measured(dtype, cases, call_of)
            _write(file, found)
        _known.setdefault(key, FIXED._replace(**found))  # another thread may have been quicker
    return _known[key]


def _read(file, cases):
    """The costs in a file; None if there is none, or it does not hold them."""
    with suppress(OSError, ValueError, TypeError, AttributeError):  # no file, or not such a one
        found = json.loads(file.read_text())
        if found.keys() == cases.keys() and all(map(_possible, found, found.values())):
            return found


def _write(file, found):
    if file:
        with suppress(OSError), replacing(file) as new:  # or each program measures again
            new.write(json.dumps(found).encode())


def _possible(name, cost):
    least, most = _range(name)
    return least <= cost <= most


def _range(name):
    return getattr(FIXED, name) / RANGE, getattr(FIXED, name) * RANGE


def _measured(dtype, cases, call_of):
    """The cost of each of the cases, in cycles."""
    calls = [call_of(dtype, of, layer) for of, *layers in cases.values() for layer in layers]
    cycle, *times = _minima([lambda: spin(np.uint64(1), SPIN), *calls])
    cycle /= 6 * SPIN
    found = {}
    for name, more, less in zip(cases, times[::2], times[1::2], strict=True):
        cost = float((more - less) / cycle / _difference(name, *cases[name], dtype))
        least, most = _range(name)
        found[name] = min(max(cost, least), most)
    return found


def _difference(name, of, more, less, dtype):
    """By how many entries, runs, blocks or groups two layers differ; or entries times vectors."""
    if name in LINES:
        stages, shape = _image(*less)
        step = plan_sample(stages, shape, dtype, _only(of)).program.steps[0]
        vectors = step["rows"] * step["x_row"] // lanes_of(dtype)
        return (more[1] * more[2] - less[1] * less[2]) * vectors
    height = 1 if of in ("entry", "slab") else HEIGHT
    if name in ("run", "slab_run", "group", "group_of_blocks"):
        return (more[1] - less[1]) // height
    return (more[1] * more[2] - less[1] * less[2]) // height


def _minima(calls):
    """Seconds that each call takes at best; the calls take turns, three times each: the first
    brings its arrays back to the cache."""
    best = [np.inf] * len(calls)
    for _ in range(ROUNDS):
        for k, call in enumerate(calls):
            for _ in range(3):
                start = time.perf_counter()
                call()
                best[k] = min(best[k], time.perf_counter() - start)
    return best


@jit
def spin(a, turns):
    """Six cycles a turn: each of these shifts and sums waits for the one before."""
    for _ in range(turns):
        a ^= a << np.uint64(13)
        a ^= a >> np.uint64(7)
        a ^= a << np.uint64(17)
    return a


def _stages(n_in, units, inputs):
    """A layer each of whose groups of eight units reads so many inputs; and one of eight units
    behind it, so that all networks have as many outputs."""
    rng, W = np.random.default_rng(0), np.zeros((n_in, units), np.float32)
    for g in range(0, units, HEIGHT):
        W[rng.permutation(n_in)[:inputs], g : g + HEIGHT] = 1
    layers = W, np.zeros((units, HEIGHT), np.float32)
    return [Product("", W, np.zeros(W.shape[1]), None, W.shape[1:]) for W in layers]


def _image(n_in, units, inputs):
    """`_stages`, the first a convolution of 3 x 3 over 16 x 16 pixels; and the input's shape."""
    size, channels = 16, n_in // 9
    first, last = _stages(n_in, units, inputs)
    window, W = Window(3, 3, channels, 1, (1, 1, 1, 1)), np.zeros((size**2 * units, HEIGHT), "f")
    stages = [first._replace(window=window, shape=(size, size, units)), last._replace(W=W)]
    return stages, (size, size, channels)


def _only(of):
    """Costs for which a layer takes one format."""
    return FIXED._replace(**{name: 1e-9 if name == of else 1e9 for name in (*FORMATS, "rows")})


def _sample_call(dtype, of, layer):
    n_in, units, inputs = layer
    if of in LINES:
        stages, shape = _image(*layer)
    else:
        stages, shape = _stages(n_in, units, n_in if of == "rows" else inputs), (n_in,)
    x = aligned_zeros(math.prod(shape), dtype)
    x[np.random.default_rng(1).permutation(n_in)[:inputs] if of == "rows" else slice(None)] = 1
    costs = _only(of)._replace(full=1) if of == "rows" else _only(of)
    made = plan_sample(stages, shape, dtype, costs=costs)
    memory, y = aligned_zeros(made.size, dtype), aligned_zeros(HEIGHT, dtype)
    fixed = made.block, 1, x, y, memory
    return lambda: run_samples(*fixed, np.zeros(3, np.int64))


def _panel_call(dtype, of, layer):
    T = WIDEST * lanes_of(dtype)
    made = plan_panels(_stages(*layer), layer[:1], dtype, _only(of))
    x, y, memory = (aligned_zeros(n * T, dtype) for n in (layer[0], HEIGHT, made.size))
    fixed = tile_of(WIDEST), tuple(made.program), made.x_rows, made.y_rows, T, x, y, memory
    return lambda: run_panels(*fixed, np.zeros(3, np.int64), np.zeros(1, bool))
