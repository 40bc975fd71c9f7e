"""The storage formats of sparse matrices, and compressed sparse rows at work."""

import numpy as np

from naive.base import float64


def csr_from_dense(W):
    """values and indices i of every W_ij != 0, row j of them at offsets[j]:offsets[j+1]"""
    values, indices, offsets = [], [], [0]
    for j in range(W.shape[1]):
        for i in range(W.shape[0]):
            if W[i, j] != 0:
                values.append(W[i, j])
                indices.append(i)
        offsets.append(len(values))
    return np.array(values, W.dtype), np.array(indices, int), np.array(offsets, int)


def dense_from_csr(values, indices, offsets, n_in):
    """W[indices_k, j] = values_k for the entries k of row j"""
    W = np.zeros((n_in, len(offsets) - 1))
    for j in range(len(offsets) - 1):
        for k in range(offsets[j], offsets[j + 1]):
            W[indices[k], j] = values[k]
    return W


def blocked_csr_from_dense(W, block, multiple):
    """values, indices, offsets, rows: in every block of inputs the nonzeros of unit rows[b, r],
    zeros at the block's first input behind them up to the multiple; the longest such run first"""
    values, indices, offsets, rows = [], [], [], []
    for first in range(0, W.shape[0], block):
        runs = []
        for j in range(W.shape[1]):
            run = []
            for i in range(first, min(first + block, W.shape[0])):
                if W[i, j] != 0:
                    run.append((W[i, j], i))
            while len(run) % multiple != 0:
                run.append((0.0, first))
            runs.append((j, run))
        runs.sort(key=lambda unit_and_run: len(unit_and_run[1]), reverse=True)  # stable
        offsets.append([len(values)])
        rows.append([])
        for j, run in runs:
            for value, i in run:
                values.append(value)
                indices.append(i)
            offsets[-1].append(len(values))
            rows[-1].append(j)
    n_out = W.shape[1]
    return (
        np.array(values, W.dtype),
        np.array(indices, int),
        np.array(offsets, int).reshape(len(offsets), n_out + 1),
        np.array(rows, int).reshape(len(rows), n_out),
    )


def dense_from_blocked_csr(values, indices, offsets, rows, n_in):
    """W[indices_k, rows[b, r]] = sum of values_k for the entries k of run r of block b"""
    W = np.zeros((n_in, rows.shape[1]))
    for b in range(rows.shape[0]):
        for r in range(rows.shape[1]):
            for k in range(offsets[b, r], offsets[b, r + 1]):
                W[indices[k], rows[b, r]] += values[k]
    return W


def slabs_from_dense(W, block, height, multiple):
    """values, places, offsets, outputs: in every block `height` units side by side, the fullest
    first; row k of a slab holds the k-th nonzero of each and its place in the block, or 0 and 0"""
    n_in, n_out = W.shape
    slabs = -(-n_out // height)
    values, places, offsets, outputs = [], [], [], []
    for first in range(0, n_in, block):
        runs = []
        for j in range(slabs * height):
            run = []
            if j < n_out:
                for i in range(first, min(first + block, n_in)):
                    if W[i, j] != 0:
                        run.append((W[i, j], i - first))
            runs.append((j, run))
        runs.sort(key=lambda unit_and_run: len(unit_and_run[1]), reverse=True)  # stable
        outputs.append([j for j, _ in runs])
        offsets.append([len(values)])
        for s in range(slabs):
            slab = [run for _, run in runs[s * height : (s + 1) * height]]
            rows = len(slab[0])
            while rows % multiple != 0:
                rows += 1
            for k in range(rows):
                row = [run[k] if k < len(run) else (0.0, 0) for run in slab]
                values.append([value for value, _ in row])
                places.append([place for _, place in row])
            offsets[-1].append(len(values))
    return (
        np.array(values, W.dtype).reshape(len(values), height),
        np.array(places, int).reshape(len(values), height),
        np.array(offsets, int).reshape(len(offsets), slabs + 1),
        np.array(outputs, int).reshape(len(outputs), slabs * height),
    )


def dense_from_slabs(values, places, offsets, outputs, block, n_in, n_out):
    """W[b block + places_kc, outputs[b, s height + c]] = sum of values_kc, rows k of slab s"""
    W, height = np.zeros((n_in, n_out)), values.shape[1]
    for b in range(offsets.shape[0]):
        for s in range(offsets.shape[1] - 1):
            for k in range(offsets[b, s], offsets[b, s + 1]):
                for c in range(height):
                    if values[k, c] != 0:
                        place = b * block + int(places[k, c])
                        W[place, outputs[b, s * height + c]] += values[k, c]
    return W


def blocks_from_dense(W, height):
    """values, indices, offsets: W[i, g height] .. W[i, (g + 1) height - 1] where one is != 0"""
    values, indices, offsets = [], [], [0]
    for first in range(0, W.shape[1], height):
        for i in range(W.shape[0]):
            block = [0.0] * height
            for h in range(height):
                if first + h < W.shape[1]:
                    block[h] = W[i, first + h]
            if any(value != 0 for value in block):
                values.append(block)
                indices.append(i)
        offsets.append(len(indices))
    values = np.array(values, W.dtype).reshape(len(values), height)
    return values, np.array(indices, int), np.array(offsets, int)


def dense_from_blocks(values, indices, offsets, n_in, n_out):
    """W[indices_k, g height + h] = values[k, h] for the blocks k of group g"""
    height = values.shape[1]
    W = np.zeros((n_in, n_out))
    for g in range(len(offsets) - 1):
        for k in range(offsets[g], offsets[g + 1]):
            for h in range(height):
                if g * height + h < n_out:
                    W[indices[k], g * height + h] = values[k, h]
    return W


def sliced_from_dense(W, height):
    """values, indices, offsets, units: `height` units side by side, those with most nonzeros first,
    in row k the k-th nonzero of each; a zero at input 0 where a unit has no more"""
    (n_in, n_out), inputs = W.shape, []
    for j in range(n_out):
        inputs.append([i for i in range(n_in) if W[i, j] != 0])
    units = sorted(range(n_out), key=lambda j: len(inputs[j]), reverse=True)  # stable
    values, indices, offsets = [], [], [0]
    for first in range(0, n_out, height):
        k = 0
        while any(k < len(inputs[j]) for j in units[first : first + height]):
            values.append([0.0] * height)
            indices.append([0] * height)
            for lane, j in enumerate(units[first : first + height]):
                if k < len(inputs[j]):
                    values[-1][lane] = W[inputs[j][k], j]
                    indices[-1][lane] = inputs[j][k]
            k += 1
        offsets.append(len(values))
    values = np.array(values, W.dtype).reshape(len(values), height)
    indices = np.array(indices, int).reshape(len(values), height)
    return values, indices, np.array(offsets, int), np.array(units, int)


def dense_from_sliced(values, indices, offsets, units, n_in):
    """W[indices_k,lane, units[s height + lane]] = sum of values_k,lane for the rows k of slice s"""
    height = values.shape[1]
    W = np.zeros((n_in, len(units)))
    for s in range(len(offsets) - 1):
        for k in range(offsets[s], offsets[s + 1]):
            for lane in range(height):
                if s * height + lane < len(units):
                    W[indices[k, lane], units[s * height + lane]] += values[k, lane]
    return W


def nm_from_dense(W, n, m):
    """values (n_out, n_in / m, n) and positions (n_out, bytes) of the nonzeros of each group of m,
    and of its first zeros if there are fewer than n; the lowest bit of a position comes first"""
    (n_in, n_out), bits = W.shape, bits_of(m)
    values = np.zeros((n_out, n_in // m, n), W.dtype)
    positions = np.zeros((n_out, -(-(n_in // m * n * bits) // 8)), np.uint8)
    for j in range(n_out):
        bit = 0
        for g in range(n_in // m):
            chosen = [p for p in range(m) if W[g * m + p, j] != 0]
            for p in range(m):
                if len(chosen) < n and p not in chosen:
                    chosen.append(p)
            for k, p in enumerate(sorted(chosen)):
                values[j, g, k] = W[g * m + p, j]
                for power in range(bits):
                    positions[j, bit // 8] += (p // 2**power % 2) * 2 ** (bit % 8)
                    bit += 1
    return values, positions


def dense_from_nm(values, positions, n, m):
    """W[g m + position, j] = values[j, g, k]"""
    (n_out, groups, _), bits = values.shape, bits_of(m)
    W = np.zeros((groups * m, n_out))
    for j in range(n_out):
        bit = 0
        for g in range(groups):
            for k in range(n):
                p = 0
                for power in range(bits):
                    p += int(positions[j, bit // 8]) // 2 ** (bit % 8) % 2 * 2**power
                    bit += 1
                W[g * m + p, j] = values[j, g, k]
    return W


def bits_of(m):
    """How many bits tell m positions apart."""
    bits = 0
    while 2**bits < m:
        bits += 1
    return bits


def bitmask_from_dense(W):
    """bits and values: bit e of all is 1 if W_ij != 0, e = j n_in + i; the lowest comes first"""
    (n_in, n_out), values = W.shape, []
    bits = np.zeros(-(-n_in * n_out // 8), np.uint8)
    for j in range(n_out):
        for i in range(n_in):
            if W[i, j] != 0:
                e = j * n_in + i
                bits[e // 8] += 2 ** (e % 8)
                values.append(W[i, j])
    return bits, np.array(values, W.dtype)


def dense_from_bitmask(bits, values, n_in, n_out):
    """W_ij = the next value where bit j n_in + i is 1"""
    W, k = np.zeros((n_in, n_out)), 0
    for j in range(n_out):
        for i in range(n_in):
            e = j * n_in + i
            if int(bits[e // 8]) // 2 ** (e % 8) % 2 == 1:
                W[i, j] = values[k]
                k += 1
    return W


def csr_dense(x, values, indices, offsets, b, relu):
    """y_nj = b_j + sum_k values_k * x_n,indices_k for k in row j; then max(y_nj, 0) if relu"""
    x, values, b = float64(x, values, b)
    N, n_out = x.shape[0], len(offsets) - 1
    y = np.zeros((N, n_out))
    for n in range(N):
        for j in range(n_out):
            total = b[j]
            for k in range(offsets[j], offsets[j + 1]):
                total += values[k] * x[n, indices[k]]
            y[n, j] = max(total, 0.0) if relu else total
    return y
