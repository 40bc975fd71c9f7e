"""Squares of numbers that are transposed in registers: where rows become columns, memory is read in
one order and written in the other, and either would be slow number by number.

As all kernels it stands here twice, as plain Python and right below it for LLVM.
"""

from numba import types

from minprune.llvm import Vectors, compiled_from, lanes_of, number, room


def transpose_python(source, rows, target, columns):
    """target_ij = source_ji for a square of 16 x 16 numbers (8 x 8 of float64).

    rows, columns  (where it begins, distance between two rows), of the source and of the target
    """
    (source_at, pitch), (target_at, target_pitch) = rows, columns
    L = lanes_of(source.dtype)
    for i in range(L):
        row = source[source_at + i * pitch :][:L]
        target[target_at + i : target_at + i + (L - 1) * target_pitch + 1 : target_pitch] = row


@compiled_from(transpose_python)
def transpose(typing, source, rows, target, columns):
    """Fours of numbers, from each fourth row, are loaded side by side into a register. Then two
    rounds do: four registers swap single numbers, then pairs. (Of float64, twos and one round.)"""

    def generate(context, builder, signature, arguments):
        lanes = {16: 1, 4: 2, 2: 4}[room()]  # parts of a vector that are a register each
        L = lanes_of(source.dtype)
        v = Vectors(context, builder, source, signature, arguments, lanes=L // lanes)
        origin, (source_at, pitch), goal, (target_at, target_pitch) = v.given
        few = L // 4

        def side_by_side(row, column):
            """The first of each four rows from `row` on, as far as a register holds them."""
            starts = [builder.mul(pitch, number(r)) for r in range(row, row + v.lanes, few)]
            parts = [v.part(few, origin, source_at, s, number(column)) for s in starts]
            while len(parts) > 1:
                size = 2 * parts[0].type.count
                pairs = zip(parts[::2], parts[1::2], strict=True)
                parts = [v.shuffle(a, b, range(size)) for a, b in pairs]
            return parts[0]

        for row in range(0, L, v.lanes):
            for column in range(0, L, few):
                square = swapped(v, [side_by_side(row + i, column) for i in range(few)])
                for j, numbers in enumerate(square, start=column):
                    place = builder.mul(target_pitch, number(j))
                    v.store(numbers, v.at(goal, target_at, place, number(row)))
        return context.get_dummy_value()

    return types.void(source, rows, target, columns), generate


def swapped(v, square):
    """Each square of as many numbers as there are vectors, transposed."""
    step = 1
    while step < len(square):
        low = [l if not l & step else v.lanes + l - step for l in range(v.lanes)]
        high = [l + step if not l & step else v.lanes + l for l in range(v.lanes)]
        for i in range(len(square)):
            if not i & step:
                a, b = square[i], square[i + step]
                square[i], square[i + step] = v.shuffle(a, b, low), v.shuffle(a, b, high)
        step *= 2
    return square
