"""Rows of pixels moved between images and their padded copies, a vector of channels of each.

As in `tiles`, each loop stands here twice. Numba's own loops over 16 channels ask again at every
pixel whether what they write could be what they read next, which takes longer than the work.
"""

import numpy as np
from llvmlite import ir
from numba import types

from minprune.llvm import Vectors, compiled_from, lanes_of, number

BYTE = ir.IntType(8)


def move_python(x, y, place, out, target, count, db):
    """Pixels of x, of L channels each, to others; 0 where y, if there is one, is not positive.

    place   (where the first of x lies, distance to the next), of y too
    target  (where the first goes, distance to the next)
    db      None, or (sums, where those of these channels lie): what is written is added
    """
    L, (at, pitch), (to, apart) = lanes_of(x.dtype), place, target
    for j in range(count):
        z = x[at + j * pitch :][:L]
        if y is not None:
            z = np.where(y[at + j * pitch :][:L] > 0, z, 0)
        out[to + j * apart :][:L] = z
        if db is not None:
            db[0][db[1] : db[1] + L] += z


@compiled_from(move_python)
def move(typing, x, y, place, out, target, count, db):
    """The sums stay in a register."""

    def generate(context, builder, signature, arguments):
        v = Vectors(context, builder, x, signature, arguments)
        x0, y0, (at, pitch), goal, (to, apart), count, sums = v.given

        def pixel(j, total):
            source = builder.mul(j, pitch)
            z = v.load(v.at(x0, at, source))
            if not isinstance(y, types.NoneType):
                positive = builder.fcmp_ordered(">", v.load(v.at(y0, at, source)), v.zeros())
                z = builder.select(positive, z, v.zeros())
            v.store(z, v.at(goal, to, builder.mul(j, apart)))
            return [builder.fadd(t, z) for t in total]

        place = [] if isinstance(db, types.NoneType) else [v.at(*sums)]
        totals = v.loop(number(0), count, 1, [v.load(p) for p in place], pixel)
        for total, p in zip(totals, place, strict=True):
            v.store(total, p)
        return context.get_dummy_value()

    return types.void(x, y, place, out, target, count, db), generate


def move_winners_python(dy, winner, place, out, target, count, db):
    """Each number of `count` pooled pixels to the one of its four that has won, 0 to the others.

    winner  0 to 3, row by row; -1: none
    target  (where the first of the four goes, distance to the next in a row, to the next row)
    others  as in `move`
    """
    L, (at, pitch), (to, apart, row) = lanes_of(dy.dtype), place, target
    for j in range(count):
        z, won = dy[at + j * pitch :][:L], winner[at + j * pitch :][:L]
        for w in range(4):
            pixel = to + (2 * j + w % 2) * apart + w // 2 * row
            out[pixel : pixel + L] = np.where(won == w, z, 0)
        db[0][db[1] : db[1] + L] += np.where(won >= 0, z, 0)


@compiled_from(move_winners_python)
def move_winners(typing, dy, winner, place, out, target, count, db):
    """Four vectors are written for each that is read."""

    def generate(context, builder, signature, arguments):
        v = Vectors(context, builder, dy, signature, arguments)
        x0, winners, (at, pitch), goal, (to, apart, row), count, sums = v.given

        def pixel(j, total):
            source = builder.mul(j, pitch)
            z, won = v.load(v.at(x0, at, source)), _bytes(v, winners, at, source)
            first = builder.mul(builder.shl(j, number(1)), apart)
            for w in range(4):
                here = builder.icmp_signed("==", won, _number(v, w))
                right, below = (apart if w % 2 else number(0)), (row if w // 2 else number(0))
                v.store(builder.select(here, z, v.zeros()), v.at(goal, to, first, right, below))
            any_won = builder.icmp_signed(">=", won, _number(v, 0))
            return [builder.fadd(total[0], builder.select(any_won, z, v.zeros()))]

        (total,) = v.loop(number(0), count, 1, [v.load(v.at(*sums))], pixel)
        v.store(total, v.at(*sums))
        return context.get_dummy_value()

    return types.void(dy, winner, place, out, target, count, db), generate


def largest_python(z, places, y, winner, target, count):
    """y = max(0, the largest of four) for `count` pixels, and which it was, the first of equals.

    places  (where the first of the four lies, distance to the next in a row, to the next row)
    target  (where the first pixel goes, distance to the next), of y and of winner
    winner  0 to 3, row by row; -1: none is positive, or one is not a number, which y then is too
    """
    L, (at, apart, row), (to, pitch) = lanes_of(z.dtype), places, target
    for j in range(count):
        starts = [at + (2 * j + w % 2) * apart + w // 2 * row for w in range(4)]
        four = np.array([z[start : start + L] for start in starts])
        best, unknown = four.max(axis=0), np.isnan(four).any(axis=0)
        none = unknown | ~(best > 0)
        y[to + j * pitch :][:L] = np.where(unknown, np.nan, np.maximum(best, 0))
        winner[to + j * pitch :][:L] = np.where(none, -1, four.argmax(axis=0))


@compiled_from(largest_python)
def largest(typing, z, places, y, winner, target, count):
    """Four vectors are compared one after the other."""

    def generate(context, builder, signature, arguments):
        v = Vectors(context, builder, z, signature, arguments)
        z0, (at, apart, row), goal, winners, (to, pitch), count = v.given

        def pixel(j, none):
            first = builder.mul(builder.shl(j, number(1)), apart)
            best, which, total = v.zeros(), _number(v, -1), v.zeros()
            for w in range(4):
                right, below = (apart if w % 2 else number(0)), (row if w // 2 else number(0))
                z_w = v.load(v.at(z0, at, first, right, below))
                larger = builder.fcmp_ordered(">", z_w, best)
                best = builder.select(larger, z_w, best)
                which = builder.select(larger, _number(v, w), which)
                known = builder.fcmp_ordered("ord", z_w, z_w)
                total = builder.select(known, total, z_w)
            known = builder.fcmp_ordered("ord", total, total)
            pixel = builder.mul(j, pitch)
            v.store(builder.select(known, best, total), v.at(goal, to, pixel))
            which = builder.select(known, which, _number(v, -1))
            builder.store(which, _bytes(v, winners, to, pixel, load=False), align=1)
            return none

        v.loop(number(0), count, 1, [], pixel)
        return context.get_dummy_value()

    return types.void(z, places, y, winner, target, count), generate


def _number(v, value):
    """One byte in all lanes."""
    return ir.Constant(ir.VectorType(BYTE, v.lanes), [value] * v.lanes)


def _bytes(v, data, *offsets, load=True):
    """A byte for each lane, `offsets` bytes behind `data`; or the pointer to them."""
    for offset in offsets:
        data = v.builder.gep(data, [offset])
    pointer = v.builder.bitcast(data, ir.VectorType(BYTE, v.lanes).as_pointer())
    return v.builder.load(pointer, align=1) if load else pointer
