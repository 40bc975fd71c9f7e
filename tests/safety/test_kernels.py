"""Every compiled function is listed here, with what keeps it inside of its arrays.

Numba's code does not check where it reads and writes. A new kernel fails the first test until it
has its line below; one that anybody else calls, the second.
"""

import ast
import importlib
import pkgutil
from pathlib import Path

import numba
import numpy as np
import pytest

import minprune
from minprune.sparse.csr import csr_from_dense

PACKAGE = Path(minprune.__file__).parent
COMPILERS = {"jit", "njit", "intrinsic", "compiled_from", "vectorize", "guvectorize", "cfunc",
             "stencil", "overload", "overload_method", "jitclass", "address"}  # fmt: skip

# kernels that refuse what does not fit, whoever calls: `test_a_kernel_refuses` tries each
BY_THEMSELVES = {
    "bench.machine": "triad",
    "nn.updates": "adam_update fit sgd_update",
    "nn.windows": "average_pool average_pool_backward col2im fit im2col inside max_pool "
                  "max_pool_backward",
    "sparse.kernels": "csr_forward_batch csr_forward_one fit inside",
}  # fmt: skip
# kernels that rely on their caller, and the only modules that may call them: `fit_in_one` stands
# before `gather`; `SparseEngine` hands the others arrays that a planner has made from a copy of the
# network, and x and y of the shapes of that copy, and `measure` those of networks of its own
# (tests/sparse/test_plans.py, attack.py)
BY_CALLERS = {
    "bench.machine": ("_multiply_adds chains", {"bench.machine"}),  # has no arrays
    "workers": ("add wait", {"workers", "nn.direct", "sparse.panels", "sparse.one_sample"}),
    "llvm": ("call", {"nn.direct"}),
    "squares": ("transpose", {"nn.direct", "sparse.panels"}),
    "nn.tiles": ("conv_rows conv_tile grad_taps grad_tile", {"nn.products"}),
    "nn.pixels": ("largest move move_winners", {"nn.direct"}),
    "nn.direct": (
        "fill fill_row fill_winners kernel_pieces lanes pool_row run_kernels run_products "
        "some_images some_largest some_rows some_taps turn",
        {"nn.direct", "nn.products"},
    ),
    "sparse.microkernels": (
        "all_finite block_run csr_run slab_run", {"sparse.panels", "sparse.one_sample"}
    ),
    "sparse.sample_kernels": (
        "block_one full_one larger line_run pairs_run rows_run slice_run",
        {"sparse.panels", "sparse.one_sample"},
    ),
    "sparse.panels": (
        "affine_step block_units csr_blocks csr_units curve_step lanes pack places pool_step "
        "product_step row_of run_panels run_step slab_step unpack",
        {"sparse.panels", "sparse.one_sample", "sparse.engine", "sparse.measure"},
    ),
    "sparse.one_sample": (
        "bring_in bring_out lines_step opened pairs_step rows_step rows_units run_piece "
        "run_samples units_step window_step",
        {"sparse.one_sample", "sparse.engine", "sparse.measure"},
    ),
    "sparse.measure": ("spin", {"sparse.measure"}),  # has no arrays
}  # fmt: skip
# functions that hand others to the compiler when they are called
MADE_WHEN_CALLED = {("bench.machine", "_multiply_adds"), ("bench.machine", "chains"),
                    ("nn.tiles", "conv_rows"), ("nn.tiles", "grad_taps")}  # fmt: skip


def listed():
    alone = {(module, name) for module, names in BY_THEMSELVES.items() for name in names.split()}
    return alone | {
        (module, name) for module, (names, _) in BY_CALLERS.items() for name in names.split()
    }


def parsed():
    """Every module but the compiler's own, by its name within the package."""
    for path in sorted(PACKAGE.rglob("*.py")):
        module = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        if module != "jit":
            yield module, ast.parse(path.read_text())


def name_of(node):
    """The last name of what is called or refers to something: numba.njit(...) is "njit"."""
    while isinstance(node, ast.Call):
        node = node.func
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", None)


def compiled_in(tree):
    """Functions with a compiler for decorator, and those that hand something to a compiler."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
            if COMPILERS & {name_of(d) for d in (*function.decorator_list, *calls)}:
                yield function.name


def test_every_compiled_function_is_listed():
    found = {(module, name) for module, tree in parsed() for name in compiled_in(tree)}
    decorator = {("llvm", name) for name in ("compiled_from", "chosen")}
    assert found - decorator == listed() and decorator < found


@pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="without its compiler Numba makes none")
def test_every_compiled_object_is_listed():
    from numba.core.dispatcher import Dispatcher
    from numba.core.extending import _Intrinsic

    kinds, found = (Dispatcher, _Intrinsic, np.ufunc), set()
    for info in pkgutil.walk_packages(minprune.__path__, "minprune."):
        if info.name.endswith("__main__") or ".libraries." in info.name:
            continue  # a command, and tables that need their libraries
        module = importlib.import_module(info.name)
        found |= {
            (value.__module__.removeprefix("minprune."), name)
            for name, value in vars(module).items()
            if isinstance(value, kinds) or isinstance(getattr(value, "__wrapped__", 0), kinds)
            if value.__module__.startswith("minprune.")
        }
    assert found == listed() - MADE_WHEN_CALLED


def test_kernels_that_rely_on_their_callers_have_no_others():
    for module, tree in parsed():
        used = {
            (node.module.removeprefix("minprune."), alias.name)
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("minprune.")
            for alias in node.names
        }
        for home, (names, callers) in BY_CALLERS.items():
            if module not in callers:
                assert not {(home, name) for name in names.split()} & used, module


# --- what stands in a kernel ---------------------------------------------------------------------

f, i4 = np.float32, np.int32


def images(*shape):
    return np.zeros(shape, f)


# zeros around an image of 4 x 4 for which 2 x 2 windows of size 2 do not fit
OUTSIDE = [(2, 0, 0, 0), (0, 2, 0, 0), (0, 0, -1, 0), (1, 1, 0, 0), (2**62, 0, 0, 0),
           (-(2**62), 2**62, 0, 0), (0, 0, 0, 2**63 - 1)]  # fmt: skip
# each kernel with arguments that fit, and for some of them others that do not
CALLS = {
    "nn.windows.im2col": (
        [images(2, 4, 4, 3), 2, 2, 1, 0, 0, images(2, 3, 3, 12)],
        {0: [images(1, 4, 4, 3), images(2, 4, 4, 4)], 1: [3], 2: [3, 0],
         6: [images(2, 3, 3, 11), images(1, 3, 3, 12)]},
    ),
    "nn.windows.col2im": (
        [images(2, 3, 3, 12), 2, 2, 1, 0, 0, images(2, 4, 4, 3)],
        {0: [images(2, 3, 3, 11), images(1, 3, 3, 12)], 1: [3], 2: [3],
         6: [images(3, 4, 4, 3), images(2, 4, 4, 4)]},
    ),
    "nn.windows.max_pool": (
        [images(2, 4, 4, 3), 2, 2, (0, 1, 0, 0), images(2, 2, 2, 3), np.zeros((2, 2, 2, 3), i4)],
        {0: [images(2, 2, 4, 3), images(2, 4, 3, 3), images(1, 4, 4, 3), images(2, 4, 4, 2)],
         1: [1, 0, -1, 5, 2**62], 2: [4, 0, -2, 2**62], 3: OUTSIDE,
         4: [images(2, 2, 2, 4), images(5, 2, 2, 3)], 5: [np.zeros((2, 2, 2, 2), i4)]},
    ),
    "nn.windows.max_pool_backward": (
        [images(2, 2, 2, 3), np.full((2, 2, 2, 3), 15, i4), images(2, 4, 4, 3)],
        {0: [images(5, 2, 2, 3), images(2, 1, 2, 3)],
         1: [np.full((2, 2, 2, 3), k, i4) for k in (16, -1, 2**31 - 1, -(2**31))],
         2: [images(2, 4, 3, 3), images(0, 4, 4, 3), images(2, 0, 4, 3), images(2, 4, 4, 2)]},
    ),
    "nn.windows.average_pool": (
        [images(2, 4, 4, 3), 2, 2, (0, 1, 0, 0), images(2, 2, 2, 3)],
        {0: [images(2, 2, 4, 3), images(1, 4, 4, 3)], 1: [1, 0], 2: [4, 0], 3: OUTSIDE,
         4: [images(2, 2, 2, 4), images(5, 2, 2, 3)]},
    ),
    "nn.windows.average_pool_backward": (
        [images(2, 2, 2, 3), 2, 2, (0, 1, 0, 0), images(2, 4, 4, 3)],
        {0: [images(5, 2, 2, 3), images(2, 1, 2, 3)], 1: [1, 0], 2: [4, 0], 3: OUTSIDE,
         4: [images(2, 4, 3, 3)]},
    ),
    "nn.updates.sgd_update": (
        [images(4), images(4), images(4), np.ones(4, bool), 0.1, 0.9, 0.0],
        {0: [images(5)], 1: [images(3), images(0)], 2: [images(3)], 3: [np.ones(3, bool)]},
    ),
    "nn.updates.adam_update": (
        [images(4), images(4), images(4), images(4), None, 1, 0.1, 0.9, 0.9, 1e-8, 0.0],
        {0: [images(5)], 1: [images(3)], 2: [images(3)], 3: [images(3)]},
    ),
    "bench.machine.triad": (
        [images(4), images(4), images(4), 1], {0: [images(5)], 1: [images(3)], 2: [images(3)]}
    ),
}  # fmt: skip
W = np.array([[5, 0, 0], [0, 8, 1], [7, 0, 0], [0, 0, 2]], f)
CSR = csr_from_dense(W)
for name, one in (("csr_forward_one", ()), ("csr_forward_batch", (2,))):
    CALLS[f"sparse.kernels.{name}"] = (
        [*CSR[:3], images(3), images(4, *one), images(3, *one), True],
        {0: [CSR.values[:-1]],
         1: [np.array(k, i4) for k in ([0, 2, 1, 1, 4], [0, -1, 1, 1, 3], [0, 2], 5 * [2**31 - 1])],
         2: [np.array(k, i4) for k in ([0, 2, 3, 6], [0, -1, 3, 5], [0, 2], [0, 2, 3, 2**31 - 1],
                                       [-(2**31), 0, 0, 0])],
         3: [images(2), images(0)], 4: [images(3, *one), images(0, *one)],
         5: [images(2, *one), images(4, *one)]},
    )  # fmt: skip
CALLS["sparse.kernels.csr_forward_batch"][1][4].append(images(4, 1))
WRONG = [(name, k, other) for name, (_, all_) in CALLS.items() for k in all_ for other in all_[k]]


def kernel(name):
    module, _, function = name.rpartition(".")
    return getattr(importlib.import_module(f"minprune.{module}"), function)


def test_every_kernel_by_itself_is_tried():
    tried = {tuple(name.rsplit(".", 1)) for name in CALLS}
    helpers = {"fit", "inside"}  # which those call, the last behind a `fit`
    alone = {(module, name) for module, names in BY_THEMSELVES.items() for name in names.split()}
    assert tried == {(module, name) for module, name in alone if name not in helpers}


@pytest.mark.parametrize("name", CALLS)
def test_a_kernel_takes_what_fits(name):
    kernel(name)(*CALLS[name][0])


@pytest.mark.parametrize(("name", "k", "other"), WRONG)
def test_a_kernel_refuses(name, k, other):
    arguments = list(CALLS[name][0])
    arguments[k] = other
    with pytest.raises(ValueError, match=r"must|do not fit"):
        kernel(name)(*arguments)


def swapped(a):
    return a.astype(a.dtype.newbyteorder()) if isinstance(a, np.ndarray) else a


def test_arrays_of_the_other_byte_order_are_refused():
    """Also behind an unaligned one, for which Numba would take them."""
    for name in set(CALLS) - {"bench.machine.triad"}:
        arguments = CALLS[name][0]
        for k, a in enumerate(arguments):
            if isinstance(a, np.ndarray) and a.itemsize > 1:
                crooked = np.zeros(a.nbytes + 1, "u1")[1:].view(a.dtype).reshape(a.shape)
                crooked[...] = a
                if k == 0:
                    kernel(name)(crooked, *arguments[1:])
                with pytest.raises(TypeError, match="byte order"):
                    kernel(name)(*arguments[:k], swapped(a), *arguments[k + 1 :])


@pytest.mark.parametrize("kind", [np.int64, np.uint32, np.uint64])
def test_indices_of_any_kind_of_whole_numbers(kind):
    x, y, b = np.arange(1, 5, dtype=f), images(3), images(3)
    indices, offsets = CSR.indices.astype(kind), CSR.offsets.astype(kind)
    kernel("sparse.kernels.csr_forward_one")(CSR.values, indices, offsets, b, x, y, False)
    np.testing.assert_array_equal(y, x @ W)
    indices[-1] = np.iinfo(kind).max
    with pytest.raises(ValueError, match="indices must be"):
        kernel("sparse.kernels.csr_forward_one")(CSR.values, indices, offsets, b, x, y, False)


def test_indices_that_change_while_they_are_read():
    indices = np.array([0, 1, 2], i4)
    y = indices.view(f)  # the first sum overwrites the index that the second one needs
    with pytest.raises(ValueError, match="indices must be"):
        kernel("sparse.kernels.csr_forward_one")(
            np.full(3, 1e9, f), indices, np.array([0, 0, 1, 3], i4), np.full(3, 1e9, f),
            np.ones(3, f), y, False
        )  # fmt: skip
