"""Vectors of floats that stay in registers, which Numba's Python cannot express.

A loop such as `for t in range(64): y[t] += w * x[t]` is a vector loop to LLVM, but one that loads
and stores y for every weight w. The micro-kernels keep y in registers, so they are written in
LLVM's own language, a few lines each, through what stands here.

A few words of it. An intrinsic is a function that writes code when Numba compiles a call of it: it
runs once, and its Python loops become straight code. A block is a run of instructions without a
jump; `phi`, at its start, is the value that belongs to the block one came from, which is how a loop
carries sums along. `gep` is a pointer so many numbers further on. To splat is to put one number in
all lanes. Nothing checks bounds here: the planners of `panels` and `one_sample` see to them, and
tests/sparse/test_plans.py to that.

Each kernel stands twice: as plain Python, to read and to test against, and right below it for LLVM.
"""

from functools import cache

import numba
import numpy as np
from llvmlite import ir  # a part of Numba
from numba import types
from numba.core import cgutils
from numba.core.registry import cpu_target
from numba.extending import intrinsic

VECTOR = 64  # bytes: one register of AVX-512; where they are shorter, LLVM takes several
INT, INDEX = ir.IntType(64), ir.IntType(32)


def number(value):
    """A whole number that is known when the kernel is compiled."""
    return ir.Constant(INT, value)


def lanes_of(dtype):
    """The number of values of a NumPy or Numba dtype in one vector.

    >>> import numpy as np
    >>> lanes_of(np.dtype(np.float32))
    16
    """
    return 8 * VECTOR // (8 * dtype.itemsize if hasattr(dtype, "itemsize") else dtype.bitwidth)


@cache
def room():
    """How many vectors of 64 bytes half of the processor's vector registers hold: 2, 4 or 16.

    That is for a kernel's sums, the other half for what is multiplied. The processor is the one
    that Numba compiles for, which NUMBA_CPU_NAME and NUMBA_CPU_FEATURES may have named.
    """
    triple, _, features = cpu_target.target_context.codegen().magic_tuple()
    has = features.split(",")
    if "+avx512f" in has:
        count, size = 32, 64
    elif "+avx" in has:
        count, size = 16, 32
    else:
        count, size = 16 if triple.startswith(("x86", "i")) else 32, 16
    return count * size // (2 * VECTOR)


room()  # now: Numba's lock would be held forever in the child of a fork meanwhile


def compiled_from(python):
    """Decorate what generates the code of `python`; with the compiler off, `python` runs itself."""

    def chosen(generate):
        return python if numba.config.DISABLE_JIT else intrinsic(generate)

    return chosen


def call_python(kernel, arguments):
    """Call what `jit.address` has returned."""
    kernel(*arguments)


@compiled_from(call_python)
def call(typing, kernel, arguments):
    """Arrays become pointers to their first numbers, whole numbers 64 bits long."""

    def generate(context, builder, signature, given):
        values = []
        unpacked = cgutils.unpack_tuple(builder, given[1])
        for kind, value in zip(arguments, unpacked, strict=True):
            if isinstance(kind, types.Array):
                value = context.make_array(kind)(context, builder, value).data
            elif not isinstance(kind, types.Float):
                value = context.cast(builder, value, kind, types.int64)
            values.append(value)
        function = ir.FunctionType(ir.VoidType(), [value.type for value in values])
        builder.call(builder.inttoptr(given[0], function.as_pointer()), values)
        return context.get_dummy_value()

    return types.void(types.int64, arguments), generate


def aligned_zeros(n, dtype):
    """n zeros that begin where a line of the cache does."""
    dtype = np.dtype(dtype)
    raw = np.zeros(n * dtype.itemsize + VECTOR, np.uint8)
    start = -raw.ctypes.data % VECTOR
    return raw[start : start + n * dtype.itemsize].view(dtype)


class Vectors:
    """Vectors of `lanes` floats, and the instructions on them.

    context, builder, signature, arguments  what Numba hands to an intrinsic
    array  Numba's type of the arrays that the numbers come from
    lanes  64 bytes of them unless told otherwise

    `given` are the arguments: of an array the pointer to its first number, a tuple as a list.
    """

    def __init__(self, context, builder, array, signature, arguments, lanes=None):
        self.context, self.builder = context, builder
        self.itemsize = array.dtype.bitwidth // 8
        self.lanes = lanes or lanes_of(array.dtype)
        self.float = context.get_value_type(array.dtype)
        self.type = ir.VectorType(self.float, self.lanes)
        self.given = [self._opened(*a) for a in zip(signature.args, arguments, strict=True)]

    def _opened(self, kind, value):
        if isinstance(kind, types.BaseTuple):
            parts = cgutils.unpack_tuple(self.builder, value)
            return [self._opened(*part) for part in zip(kind, parts, strict=True)]
        if isinstance(kind, types.Array):
            return self.context.make_array(kind)(self.context, self.builder, value).data
        return value

    def zeros(self):
        return ir.Constant(self.type, [0.0] * self.lanes)

    def item(self, data, *offsets):
        """The number that lies `offsets` numbers behind `data`."""
        for offset in offsets:
            data = self.builder.gep(data, [offset])
        return self.builder.load(data)

    def index(self, data, k):
        """data[k], a 32-bit number without sign."""
        return self.builder.zext(self.item(data, k), INT)

    def two(self, data, *offsets):
        """Two 32-bit numbers without sign that lie side by side, in one load."""
        for offset in offsets:
            data = self.builder.gep(data, [offset])
        both = self.builder.load(self.builder.bitcast(data, INT.as_pointer()), align=4)
        low = self.builder.and_(both, number(0xFFFFFFFF))
        return low, self.builder.lshr(both, number(32))

    def splat(self, value):
        """One number in all lanes."""
        undefined = ir.Constant(self.type, ir.Undefined)
        first = self.builder.insert_element(undefined, value, ir.Constant(INDEX, 0))
        return self.shuffle(first, undefined, [0] * self.lanes)

    def shuffle(self, a, b, lanes):
        """The lanes of a and b, numbered through, in another order."""
        order = ir.Constant(ir.VectorType(INDEX, len(lanes)), list(lanes))
        return self.builder.shuffle_vector(a, b, order)

    def at(self, data, *offsets):
        """Pointer to a vector, `offsets` numbers behind `data`."""
        for offset in offsets:
            data = self.builder.gep(data, [offset])
        return self.builder.bitcast(data, self.type.as_pointer())

    def load(self, pointer):
        return self.builder.load(pointer, align=self.itemsize)

    def store(self, vector, pointer):
        self.builder.store(vector, pointer, align=self.itemsize)

    def part(self, lanes, data, *offsets):
        """Fewer numbers than a vector has, `offsets` numbers behind `data`."""
        for offset in offsets:
            data = self.builder.gep(data, [offset])
        kind = ir.VectorType(self.float, lanes).as_pointer()
        return self.builder.load(self.builder.bitcast(data, kind), align=self.itemsize)

    def whole(self, pointer, lanes):
        """So many numbers in one load, which LLVM may not take apart into one load for each."""
        kind = ir.VectorType(self.float, lanes)
        pointer = self.builder.bitcast(pointer, kind.as_pointer())
        load = _Whole(self.builder.block, kind, self.itemsize, pointer)
        self.builder._insert(load)
        return load

    def call(self, name, kind, *arguments):
        """One of LLVM's own functions; `kind` is the type that it gives."""
        found = self.builder.module.globals.get(name)
        types = [argument.type for argument in arguments]
        function = found or ir.Function(self.builder.module, ir.FunctionType(kind, types), name)
        return self.builder.call(function, arguments)

    def multiply_add(self, a, b, c):
        """a b + c: one instruction where the processor has it, else two."""
        name = f"llvm.fmuladd.v{self.lanes}f{8 * self.itemsize}"
        return self.call(name, self.type, a, b, c)

    def larger(self, a, b):
        """The larger of two in every lane; a where one of them is not a number."""
        return self.builder.select(self.builder.fcmp_ordered("<", a, b), b, a)

    def smaller(self, a, b):
        """The smaller of two whole numbers."""
        return self.builder.select(self.builder.icmp_signed("<", a, b), a, b)

    def at_least(self, total, least):
        """max(total, least); not a number where total is not finite or `least` is not a number."""
        return self.multiply_add(total, self.zeros(), self.larger(least, total))

    def all_zero(self, vector):
        """True if every number is 0."""
        zero = self.builder.fcmp_ordered("==", vector, self.zeros())
        bits = self.builder.bitcast(zero, ir.IntType(self.lanes))
        return self.builder.icmp_signed("==", bits, ir.Constant(bits.type, -1))

    def loop(self, start, stop, step, initial, body):
        """for k in range(start, stop, step): vectors = body(k, vectors); returns the last ones."""
        b = self.builder
        before = b.block
        head, inside, after = (b.append_basic_block(name) for name in ("head", "inside", "after"))
        b.branch(head)
        b.position_at_end(head)
        k = b.phi(INT)
        vectors = [b.phi(self.type) for _ in initial]
        b.cbranch(b.icmp_signed("<", k, stop), inside, after)
        b.position_at_end(inside)
        results = [*body(k, vectors), b.add(k, number(step))]
        for phi, first, result in zip([*vectors, k], [*initial, start], results, strict=True):
            phi.add_incoming(first, before)
            phi.add_incoming(result, b.block)
        b.branch(head)
        b.position_at_end(after)
        return vectors

    def loaded_or(self, condition, pointers, otherwise):
        """The values at the pointers where the condition holds, else those of `otherwise`."""
        b = self.builder
        with b.if_else(condition) as (then, other):
            with then:
                loaded = [self.load(pointer) for pointer in pointers]
                yes = b.block
            with other:
                no = b.block
        chosen = []
        for vector in loaded:
            phi = b.phi(self.type)
            phi.add_incoming(vector, yes)
            phi.add_incoming(otherwise, no)
            chosen.append(phi)
        return chosen


class _Whole(ir.Instruction):
    """A load that stays as it is: LLVM calls it volatile, and llvmlite has none."""

    def __init__(self, block, kind, align, pointer):
        super().__init__(block, kind, "load", [pointer])
        self.align = align

    def descr(self, buf):
        (pointer,) = self.operands
        at = f"{pointer.type} {pointer.get_reference()}"
        buf.append(f"load volatile {self.type}, {at}, align {self.align}\n")
