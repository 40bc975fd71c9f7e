"""Checks of `minprune.formulas.structured`."""

import numpy as np

from minprune.checks.check import Check, given
from minprune.formulas import structured

H = [  # the three layers of: their L1 norms are 2.1, 3.0 and 3.9
    np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]),
    np.array([[0.7, 0.8, 0.9], [0.1, 0.2, 0.3]]),
    np.array([[0.4, 0.5, 0.6], [0.7, 0.8, 0.9]]),
]
W = [[0.1, 0.3, 0.5], [0.6, 0.7, 0.8], [0.9, 0.1, 0.3]]  # the matrix of D-4.3
EQUALS = np.arange(60).reshape(6, 10) % 4 / 4  # 15 of each magnitude: a sort has to be stable


# --- layer_threshold_masks -----------------------------------------------------------------------

layer_threshold_masks = Check(structured.layer_threshold_masks)
layer_threshold_masks.worked(
    "A-4.4", given(H, 2.5), [np.full((2, 3), keep) for keep in (False, True, True)]
)
layer_threshold_masks.worked("by hand", given(H, 2.0), [np.full((2, 3), True)] * 3)
layer_threshold_masks.worked(
    "by hand",
    given([np.array([0.5, -0.5]), np.array([[0.75, 0.5]])], 1.0),
    [[True, True], [[True, True]]],
)
layer_threshold_masks.worked(
    "by hand",
    given([np.array([0.5, -0.5]), np.array([[0.75, 0.5]])], 1.0, ties="prune"),
    [[False, False], [[True, True]]],
)
layer_threshold_masks.published(  # the L1 norms of three kernels are 8.45, 5.95 and 6.49
    "Distiller (commit d859fc8), tests/test_thresholding.py, test_kernel_thresholding, filter 1",
    given([
        np.array([[1.3672, 0.2993, -0.0619], [1.8156, 0.7599, 0.1815], [0.4136, 1.8316, 1.7214]]),
        np.array([[0.5125, -1.5329, 0.9257], [0.92, 0.4376, 0.5743], [-0.0097, 0.9473, -0.0899]]),
        np.array([[0.2372, 2.4369, -0.341], [-1.0595, 0.8056, -0.0357],
                  [-1.0105, -0.1451, -0.4194]]),
    ], 6.0),
    [np.full((3, 3), keep) for keep in (True, False, True)],
)  # fmt: skip
layer_threshold_masks.edge(
    "many small weights and a few large ones",
    given([np.full((4, 4), 0.25), np.array([0.25, 2.75]), np.array([0.25])], 0.5),
)
layer_threshold_masks.edge("a threshold of zero", given([np.zeros(2), np.array([[0.5]])], 0.0))
layer_threshold_masks.edge(
    "biases of zero are pruned where ties are",
    given([np.array([[0.5, -1.0]]), np.zeros(2)], 0.0, ties="prune"),
)
layer_threshold_masks.edge("everything is pruned", given([np.ones((2, 2)), np.array([-3.0])], 8.0))
layer_threshold_masks.edge("an empty layer", given([np.zeros((0, 3)), np.ones(3)], 1.0))
layer_threshold_masks.edge("no layers at all", given((), 1.0))


@layer_threshold_masks.random
def _(rng):
    layers = [rng.integers(-4, 5, shape) / 4 for shape in ((2, 3), (3,), (3, 2), (2,))]
    ties = "keep" if rng.random() < 0.5 else "prune"
    return given(layers, float(rng.integers(2, 8) / 2), ties)


@layer_threshold_masks.property(
    "A layer must be kept or pruned as a whole, and a higher threshold must never keep more.",
    "每一层应整层保留或整层剪掉；阈值升高时，保留的层不应增多。",
)
def _(rng):
    layers = [rng.standard_normal(shape) for shape in ((2, 3), (4,), (3, 3))]
    low, high = yield [given(layers, 2.0), given(layers, 5.0)]
    whole = all(m.all() or not m.any() for m in [*low, *high])
    return whole and not any((h & ~l).any() for l, h in zip(low, high, strict=True))


layer_threshold_masks.edits("""
np.full(np.shape(w), k) -> score_mask(magnitude(w), theta, ties)
    It compares single weights; keep or prune a layer as a whole, by its L1 norm.
    逐个判断了权重；应按整层的 L1 范数判断，整层取舍。
layer_importance(layers) -> [w.sum() for w in layers]
    The absolute value is missing, so weights of opposite sign cancel.
    缺少绝对值，正负权重相互抵消了。
layer_importance(layers) -> [np.abs(w).sum() / max(w.size, 1) for w in layers]
    It takes the mean of the magnitudes; the L1 norm is their sum.
    用了绝对值的平均；L1 范数是绝对值之和。
layer_importance(layers) -> [np.linalg.norm(w) for w in layers]
    It takes the L2 norm of a layer; take the L1 norm.
    用了层的 L2 范数；应使用 L1 范数。
layers = [w**2 for w in layers]
    It sums squares; the L1 norm sums absolute values.
    对平方求了和；L1 范数是对绝对值求和。
np.full(np.shape(w), k) -> unit_threshold_mask(w, theta, "l1", 0, ties)
    It compares the norm of each row; a layer has one norm and is kept or pruned as a whole.
    按每一行的范数判断了；一层只有一个范数，应整层取舍。
ties = "prune"
    A norm equal to the threshold is always pruned; with ties="keep" the layer is kept.
    等于阈值的层总被剪掉；ties="keep" 时应保留。
ties = "keep"
    A norm equal to the threshold is always kept; with ties="prune" the layer is pruned.
    等于阈值的层总被保留；ties="prune" 时应剪掉。
return [~m for m in result]
    It keeps the layers below the threshold and prunes the others; the cases are swapped.
    保留了低于阈值的层，剪掉了其余的层；两种情形弄反了。
return [m for m in result if m.any()]
    It leaves pruned layers out of the list; every layer needs a mask, at its own place.
    把被剪的层从列表中删掉了；每一层都应在原位置有掩码。
[np.full(np.shape(w), k) for w, k in zip(layers, keep, strict=True)] -> keep
    It returns one Boolean for each layer; the mask of a layer has the shape of its weights.
    每层只返回了一个布尔值；层的掩码应与权重同形状。
layer_importance(layers) -> [abs(w.sum()) for w in layers]
    It takes the absolute value of the sum; take that of every weight first.
    对总和取了绝对值；应先对每个权重取绝对值。
layer_importance(layers) -> [np.abs(w).max(initial=0) for w in layers]
    It takes the largest magnitude of a layer; take the L1 norm.
    用了层内最大的绝对值；应使用 L1 范数。
ties = "prune" if ties == "keep" else "keep"
    The two values of ties are exchanged: "keep" needs >=, and "prune" needs >.
    ties 的两种取值弄反了："keep" 用 >=，"prune" 用 >。
return [w * m for w, m in zip(layers, result)]
    It returns the pruned weights; return the masks.
    返回了剪枝后的权重；应返回掩码。
return [m.astype(float) for m in result]
    The masks hold 0.0 and 1.0; they hold Booleans.
    掩码是数字 0.0 和 1.0；应为布尔值。
return [m.ravel() for m in result]
    The masks are flat; each has the shape of its layer.
    掩码展平了；每个应与该层同形状。
return [m | (np.ndim(w) == 1) for w, m in zip(layers, result)]
    It always keeps vectors, such as biases; every array is judged by its norm.
    总是保留向量（如偏置）；每个数组都应按范数判断。
theta = theta * max((np.abs(w).sum() for w in layers), default=0)
    It divides the norms by the largest; the threshold has the units of the norm.
    把范数除以了最大的；阈值应与范数同单位。
layer_importance(layers) -> [np.count_nonzero(w) for w in layers]
    It counts the nonzero weights; take the L1 norm.
    数了非零权重的个数；应使用 L1 范数。
""")


# --- unit_threshold_mask -------------------------------------------------------------------------

unit_threshold_mask = Check(structured.unit_threshold_mask)
unit_threshold_mask.worked("C-4.2c", given(W, 1.5), [[True, False, True]] * 3)  # 1.6, 1.1, 1.6
unit_threshold_mask.worked(  # the sums of the rows are 0.9, 2.1 and 1.3
    "by hand", given(W, 1.0, axis=0), [[False] * 3, [True] * 3, [True] * 3]
)
unit_threshold_mask.worked(  # the L2 norms are 5 and the root of 2, the L1 norms 7 and 2
    "by hand", given([[3.0, 1.0], [-4.0, 1.0]], 1.75, norm="l2"), [[True, False], [True, False]]
)
unit_threshold_mask.worked(
    "by hand", given([[0.5, -0.25], [0.5, 0.0]], 0.25, ties="prune"), [[True, False], [True, False]]
)
unit_threshold_mask.worked(
    "by hand", given([[0.5, -0.25], [0.5, 0.0]], 0.25), [[True, True], [True, True]]
)
unit_threshold_mask.published(  # the L1 norms of three kernels are 6.60, 7.78 and 5.81
    "Distiller (commit d859fc8), tests/test_thresholding.py, test_kernel_thresholding, filter 0",
    given([
        [[-1.2982, 0.7574, 0.7962], [-0.6695, 1.5907, 0.2659], [0.1423, 0.3165, -0.7629]],
        [[-0.548, -1.2718, 0.8286], [-0.6427, 0.3814, -0.7988], [1.0346, 1.3023, -0.9674]],
        [[-0.7951, 1.8784, -0.5654], [0.0456, -0.2849, -0.3332], [-0.2367, 0.7467, 0.9212]],
    ], 6.0, axis=0),
    [np.full((3, 3), keep) for keep in (True, True, False)],
)  # fmt: skip
unit_threshold_mask.edge(
    "small squares: 0.25 is the norm, 0.0625 its square",
    given([[0.25, 0.125], [0.0, 0.0]], 0.2, norm="l2"),
)
unit_threshold_mask.edge(
    "filters of a kernel", given(np.arange(-8.0, 8.0).reshape(2, 2, 2, 2) ** 3, 700.0)
)
unit_threshold_mask.edge(
    "input channels of a kernel", given(np.arange(16.0).reshape(2, 2, 2, 2), 54.0, axis=-2)
)
unit_threshold_mask.edge("a unit of zeros", given([[0.0, 0.5], [0.0, -1.0]], 0.0))
unit_threshold_mask.edge("a vector: every entry is a unit", given([0.5, -1.0, 2.0], 0.75))
unit_threshold_mask.edge("no inputs", given(np.zeros((0, 3)), 0.5))
unit_threshold_mask.edge("rows by L2, ties kept", given([[3.0, -4.0], [1.0, 2.0]], 5.0, "l2", 0))
unit_threshold_mask.edge("whole numbers", given([[3, -2, 0], [-1, 5, 4]], 4.5))


@unit_threshold_mask.random
def _(rng):
    norm, axis, ties = rng.choice(["l1", "l2"]), rng.integers(-2, 2), rng.choice(["keep", "prune"])
    w, theta = rng.integers(-4, 5, (3, 4)) / 4, float(rng.integers(2, 8) / 4)
    return given(w, theta, norm=str(norm), axis=int(axis), ties=str(ties))


@unit_threshold_mask.property(
    "The rows of a matrix must be treated as the columns of its transpose.",
    "对矩阵的行的处理，应与对其转置矩阵的列的处理一致。",
)
def _(rng):
    w = rng.standard_normal((4, 5))
    rows, columns = yield [given(w, 2.5, axis=0), given(w.T, 2.5)]
    return np.array_equal(rows, columns.T)


unit_threshold_mask.edits("""
score_mask( -> rank_mask(
at_least_zero("theta", theta), ties -> min(round(theta * len(score)), len(score))
    It takes theta as the share of units to prune; it is a threshold for their norms.
    把阈值当成了剪枝比例；它是与范数比较的阈值。
""")


@unit_threshold_mask.solution
def unit_threshold_mask(w, theta, norm="l1", axis=-1, ties="keep"):
    p = 1 if norm == "l1" else 2
    others = tuple(np.delete(range(w.ndim), axis))
    score = (np.abs(w) ** p).sum(axis=others, keepdims=True) ** (1 / p)
    keep = score >= theta if ties == "keep" else score > theta
    return np.broadcast_to(keep, w.shape)


unit_threshold_mask.edits("""
axis=others -> axis=None
    It compares the norm of the whole layer, which treats all units alike; use each unit's norm.
    比较了整层的范数，所有单元结果相同；应取每个单元自己的范数。
axis=others -> axis=()
    It compares single weights; keep or prune a unit as a whole.
    逐个判断了权重；单元应作为整体取舍。
axis=others -> axis=axis
    It sums along the axis that numbers the units; sum over all the others.
    沿着给单元编号的轴求和了；应对其余所有轴求和。
axis = -1
    It always takes the last axis; the axis that numbers the units is an argument.
    总是取最后一个轴；给单元编号的轴由参数 axis 给出。
norm = "l1"
    It always takes the L1 norm; with norm="l2" take the root of the sum of squares.
    总是用 L1 范数；norm="l2" 时应取平方和的平方根。
** (1 / p) -> ** 1
    The square root of the L2 norm is missing.
    计算 L2 范数时漏了开平方。
np.abs(w) ** p -> w**p
    The absolute value is missing, so weights of opposite sign cancel.
    缺少绝对值，正负权重相互抵消了。
ties = "prune"
    A norm equal to the threshold is always pruned; by default the unit is kept.
    等于阈值的单元总被剪掉；默认应保留。
np.broadcast_to(keep, w.shape) -> keep.ravel()
    It returns one Boolean for each unit; the mask must have the shape of the weights.
    每个单元只返回了一个布尔值；掩码应与权重同形状。
.sum(axis=others, keepdims=True) -> .mean(axis=others, keepdims=True)
    It takes the mean in place of the sum; a norm sums over the weights of the unit.
    用平均代替了求和；范数应对单元的权重求和。
.sum(axis=others, keepdims=True) -> .max(axis=others, keepdims=True, initial=0)
    It takes the largest magnitude of a unit; take its norm.
    取了单元内最大的绝对值；应取单元的范数。
norm = "l2" if norm == "l1" else "l1"
    The two norms are exchanged.
    两种范数 l1 与 l2 弄反了，应互换回来。
norm = "l2"
    It always takes the L2 norm; with norm="l1" take the sum of the magnitudes.
    总是用 L2 范数；norm="l1" 时应取绝对值之和。
ties = "keep"
    A norm equal to the threshold is always kept; with ties="prune" the unit is pruned.
    等于阈值的单元总被保留；ties="prune" 时应剪掉。
axis = 0
    It always takes the first axis for the units; the axis is an argument.
    总把第一个轴当作单元；应由参数 axis 决定。
return w * result
    It returns the pruned weights; return the mask.
    返回了剪枝后的权重，而不是掩码。
return result.astype(float)
    It returns the numbers 0.0 and 1.0; a mask holds the booleans False and True.
    返回了数字 0.0 和 1.0；掩码应由布尔值 False 和 True 组成。
theta = theta * np.abs(w).max(initial=0)
    It takes theta as a share of the largest weight; it is in the units of the norm.
    把阈值当成了最大权重的比例；它与范数同单位。
ties = "prune" if ties == "keep" else "keep"
    The two values of ties are exchanged: "keep" needs >=, and "prune" needs >.
    ties 的两种取值弄反了："keep" 用 >=，"prune" 用 >。
w = np.asarray(w); w, axis, shape = w.reshape(w.shape[axis], -1), 0, w.shape
return result.reshape(shape)
    It reshapes to (units, -1) without moving the axis of the units to the front, which mixes units.
    没有先把单元轴移到最前就 reshape 成 (units, -1)，混淆了各单元的权重。
(np.abs(w) ** p).sum(axis=others, keepdims=True) -> np.abs(w.sum(axis=others, keepdims=True)) ** p
    It takes the absolute value of the sum of a unit; take that of every weight first.
    对单元之和取了绝对值；应先对每个权重取绝对值。
return ~result
    The mask is inverted: True must mean keep.
    掩码取反了：True 应表示保留。
return result[..., 0]
    It returns a part of the mask alone; the mask has the shape of the weights.
    只返回了掩码的一部分；掩码应与权重同形状。
theta = theta**2
    It compares the norm with the square of theta; compare it with theta.
    拿范数与阈值的平方比较了；应与阈值本身比较。
""")


# --- unit_mask -----------------------------------------------------------------------------------

unit_mask = Check(structured.unit_mask)
unit_mask.worked("by hand", given([True, False], (3, 2)), [[True, False]] * 3)
unit_mask.worked("by hand", given([True, False], (2, 3), axis=0), [[True] * 3, [False] * 3])
unit_mask.worked("by hand", given([True, False], (2, 2)), [[True, False], [True, False]])
unit_mask.worked("by hand", given([True, False], (2, 2), axis=0), [[True, True], [False, False]])
unit_mask.published(
    "PyTorch (commit 058aaae), test/nn/test_pruning.py, test_ln_structured_pruning",
    given([True, False, True], (1, 3, 2, 2), axis=1),
    [
        [
            [[True, True], [True, True]],
            [[False, False], [False, False]],
            [[True, True], [True, True]],
        ]
    ],
)
unit_mask.edge("all units are kept", given([True, True, True], (2, 3)))
unit_mask.edge("no unit is kept", given([False, False], (3, 2)))
unit_mask.edge("filters of a kernel", given([False, True, True], (2, 2, 1, 3)))
unit_mask.edge("input channels of a kernel", given([False, True], (2, 2, 2, 3), axis=-2))
unit_mask.edge("a vector, such as the biases", given([True, False, True], (3,)))
unit_mask.edge("no inputs", given([True, False], (0, 2)))
unit_mask.edge("no units", given(np.zeros(0, bool), (2, 0)))


@unit_mask.random
def _(rng):
    shape, axis = (2, 3, 4), int(rng.integers(-3, 3))
    return given(rng.random(shape[axis]) < 0.5, shape, axis=axis)


@unit_mask.property(
    "Units numbered by the rows must give the transpose of units numbered by the columns.",
    "按行编号的结果应是按列编号结果的转置。",
)
def _(rng):
    keep = rng.random(5) < 0.5
    columns, rows = yield [given(keep, (3, 5)), given(keep, (5, 3), axis=0)]
    return np.array_equal(columns, rows.T)


@unit_mask.solution
def unit_mask(keep, shape, axis=-1):
    across = np.ones(len(shape), int)
    across[axis] = len(keep)
    return np.broadcast_to(keep.reshape(across), shape)


unit_mask.edits("""
return ~result
    The mask is inverted: True must mean keep.
    掩码取反了：True 应表示保留。
axis = -1
    It always numbers the units by the last axis; the axis is an argument.
    总是按最后一个轴给单元编号；轴由参数 axis 给出。
axis = 0
    It always numbers the units by the first axis; the axis is an argument, by default the last.
    总是按第一个轴给单元编号；轴由参数给出，默认是最后一个。
keep.reshape(across) -> np.repeat(keep, np.prod(shape) // max(len(keep), 1)).reshape(shape)
    It repeats each entry for neighbours in memory; an entry must fill its slice of the axis.
    让每个值在内存中连续重复；每个值应填满该轴上对应的切片。
return result.astype(float)
    It returns ones and zeros as floats; a mask holds Booleans.
    返回了浮点数的 1 和 0；掩码应为布尔值。
np.broadcast_to(keep.reshape(across), shape) -> keep
    It returns one Boolean for each unit; the mask must have the shape of the weights.
    每个单元只返回了一个布尔值；掩码应与权重同形状。
np.broadcast_to(keep.reshape(across), shape) -> keep.reshape(across)
    The other axes have the length 1; the mask must have the shape of the weights.
    其余各轴长度为 1；掩码应与权重同形状。
return result.astype(int)
    It returns the numbers 0 and 1; a mask holds Booleans.
    返回了数字 0 和 1；掩码应为布尔值。
return result.T
    The mask is transposed; it has the shape of the weights.
    掩码被转置了；应与权重同形状。
axis = -1 - axis if axis < 0 else axis
    An axis counted from the end is taken from the front.
    从末尾数的轴被当成从开头数的了；负的轴应从末尾数起。
keep = keep[::-1]
    The units are in reverse order.
    单元的次序颠倒了，应保持原次序。
keep.reshape(across) -> np.resize(keep, shape)
    It repeats the vector in memory, whatever the axis; an entry must fill its slice of the axis.
    不管轴而在内存中循环填充了向量；每个值应填满该轴上对应的切片。
return result.ravel()
    The result is flat; the mask has the shape of the weights.
    结果展平了；掩码应与权重同形状。
keep.reshape(across) -> np.bool_(keep.any())
    Every unit is kept where one is; each has its own Boolean.
    只要有一个单元保留就全保留了；每个单元应有自己的布尔值。
""")


# --- product_mask --------------------------------------------------------------------------------

product_mask = Check(structured.product_mask)
product_mask.worked(
    "by hand",
    given([[True, True], [True, False]], [[True], [False]], [True, True], True),
    [[True, True], [False, False]],
)
product_mask.worked(
    "by hand",
    given([[True, True, False], [True, False, True]], [[True, True, True], [False, False, True]]),
    [[True, True, False], [False, False, True]],
)
product_mask.worked(
    "by hand",
    given([[True], [True]], [True, True, False], [[True], [False]]),
    [[True, True, False], [False, False, False]],
)
product_mask.published(
    "PyTorch (commit 058aaae), test/nn/test_pruning.py, test_custom_from_mask_pruning",
    given(
        [[False, True, True, False], [False, False, True, True]],
        [[False, False, False, False], [True, True, True, True]],
    ),
    [[False, False, False, False], [False, False, True, True]],
)
product_mask.edge("one mask alone", given([[True, False], [False, True]]))
product_mask.edge("the mask of a layer prunes all", given([[True, True]], False))
product_mask.edge(
    "two masks prune it, one keeps it", given([True, True], [False, True], [False, True])
)
product_mask.edge(
    "two masks keep it, one prunes it", given([True, True], [True, True], [False, True])
)
product_mask.edge("nothing in common", given([True, False], [False, True]))
product_mask.edge("only numbers", given(True, True))
product_mask.edge("no weights at all", given(np.zeros((0, 2), bool), [True, False]))


@product_mask.random
def _(rng):
    return given(*(rng.random(shape) < 0.75 for shape in ((4, 5), (4, 1), (5,), (4, 5))))


@product_mask.property(
    "The order of the masks must not matter.",
    "结果不应依赖各掩码的先后顺序。",
)
def _(rng):
    parts = [rng.random(shape) < 0.75 for shape in ((4, 5), (4, 1), (5,))]
    one, other = yield [given(*parts), given(*parts[::-1])]
    return np.array_equal(one, other)


product_mask.edits("""
np.all( -> np.any(
    It keeps a weight if one mask does; all masks must keep it.
    只要有一个掩码保留就保留了；应所有掩码都保留才保留。
np.all( -> 0.5 < np.mean(
    It decides by majority; all masks must keep a weight.
    按多数决定了；应所有掩码都保留才保留。
masks = masks[:2]
    It uses only the first two masks; there may be any number of them.
    只用了前两个掩码；掩码可以有任意多个。
return result.astype(int)
    It returns ones and zeros; a mask holds Booleans.
    返回了 1 和 0；掩码应为布尔值。
return ~result
    The mask is inverted: True must mean keep.
    掩码取反了：True 应表示保留。
for a in arrays], axis=0 -> for a in arrays], axis=0, out=arrays[0]
    It writes the product into the first mask; a new array must be returned.
    把乘积写进了第一个掩码；应返回新的数组。
np.all( -> 1 == np.sum(
    It keeps a weight that exactly one mask keeps; all masks must keep it.
    只保留恰被一个掩码保留的权重；应由所有掩码共同保留。
masks = masks[:1]
    It uses the first mask only; all masks count.
    只用了第一个掩码；所有掩码都应计入。
masks = masks[-1:]
    It uses the last mask only; all masks count.
    只用了最后一个掩码；所有掩码都应计入。
masks = [masks[0], masks[-1]]
    It uses the first and the last mask only; all masks count.
    只用了首尾两个掩码；所有掩码都应计入。
return result.astype(float)
    It returns the numbers 0.0 and 1.0; a mask holds the booleans False and True.
    返回了数字 0.0 和 1.0；掩码应由布尔值 False 和 True 组成。
np.all( -> np.logical_xor.reduce(
    It combines the masks by exclusive or; all masks must keep a weight.
    用异或合并了掩码；应由所有掩码共同保留。
return np.array(result).ravel()
    The result is flat; it has the common shape of the masks.
    结果展平了；应为各掩码的公共形状。
masks = masks[1:] or masks
    It leaves out the first mask; all count.
    漏掉了第一个掩码；所有掩码都应计入。
masks = masks[:-1] or masks
    It leaves out the last mask; all count.
    漏掉了最后一个掩码；所有掩码都应计入。
return np.sum(np.broadcast_arrays(*masks), axis=0)
    It adds up the masks; a weight stays where all keep it.
    把掩码相加了；所有掩码都保留时才应保留。
return np.all(result)
    It returns one Boolean; every weight has one in the mask.
    只返回了一个布尔值；掩码应每个权重一个。
return [*np.broadcast_arrays(*masks)]
    It returns the masks in one shape; combine them.
    只返回了同形状的各个掩码；应合成一个。
""")


# --- hybrid_mask ---------------------------------------------------------------------------------

hybrid_mask = Check(structured.hybrid_mask)
hybrid_mask.worked(
    "by hand",
    given([[0.9, 0.1], [0.8, 0.2]], [False, True], 0.5),
    [[False, False], [False, True]],
)
hybrid_mask.worked(  # 0.9, 0.3, 0.8 and -0.7 are left: half of them go
    "by hand",
    given([[0.9, 0.1, 0.3], [0.8, 0.2, -0.7]], [True, False, True], 0.5),
    [[True, False, False], [True, False, False]],
)
hybrid_mask.worked(  # and a quarter
    "by hand",
    given([[0.9, 0.1, 0.3], [0.8, 0.2, -0.7]], [True, False, True], 0.25),
    [[True, False, False], [True, False, True]],
)
hybrid_mask.worked(  # half of 3 is rounded to 2
    "by hand",
    given([[1.0, 9.0], [2.0, 8.0], [3.0, 7.0]], [True, False], 0.5),
    [[False, False], [False, False], [True, False]],
)
hybrid_mask.published(  # every unit of one weight; two of the six that stay go
    "PyTorch (commit 058aaae), test/nn/test_pruning.py, test_prune",
    given(
        [[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]],
        [True, True, True, False, True, True, False, True],
        2 / 6,
    ),
    [[False, False, True, False, True, True, False, True]],
)
hybrid_mask.edge("no weight of a kept unit is pruned", given([[1.0, -2.0]], [True, False], 0.0))
hybrid_mask.edge("all units are kept", given([[3.0, -1.0], [0.5, 2.0]], [True, True], 0.5))
hybrid_mask.edge("no unit is kept", given([[3.0, -1.0], [0.5, 2.0]], [False, False], 0.5))
hybrid_mask.edge("equal magnitudes", given([[2.0, -2.0], [2.0, 2.0]], [True, True], 0.25))
hybrid_mask.edge(
    "filters of a kernel",
    given(np.arange(-6.0, 6.0).reshape(2, 1, 2, 3), [True, False, True], 0.25),
)
hybrid_mask.edge("many equal weights", given(EQUALS, np.arange(10) > 1, 0.375))
hybrid_mask.edge("whole numbers", given([[3, -2, 0], [-1, 5, 4]], [True, False, True], 0.5))
hybrid_mask.edge("all are pruned", given([[1.0, 2.0], [4.0, 3.0]], [True, False], 0.9))


@hybrid_mask.random
def _(rng):
    keep = np.array([True, True, True, False])
    w = rng.integers(-8, 9, (4, 4)) / 8
    return given(w, rng.permutation(keep), float(rng.integers(1, 7) / 8))


@hybrid_mask.property(
    "The sparsity must be 1 - (1 - s of the units) (1 - s of the weights).",
    "总稀疏度应等于 1 -（1 - 单元稀疏度）×（1 - 权重稀疏度）。",
)
def _(rng):
    w, keep = rng.standard_normal((4, 8)), rng.permutation(8) < 6
    (mask,) = yield [given(w, keep, 0.5)]
    return mask.sum() == 32 * 0.75 * 0.5


hybrid_mask.edits("""
mask[mask] = -> mask &=
w[mask] -> w
    It ranks all weights; rank only those of the units that are kept.
    对所有权重排序了；只应对保留单元的权重排序。
sparsity = 0
    It only removes the units; the weights inside the others must be pruned as well.
    只剪了单元；还应在保留的单元内部剪权重。
magnitude(w[mask]) -> w[mask]
    The absolute value is missing, so negative weights are pruned first.
    缺少绝对值，负权重最先被剪掉。
pruned_count(inside.size, sparsity) -> int(inside.size * sparsity)
    It rounds the count down; round to the nearest whole number.
    个数向下取整了；应取最接近的整数。
pruned_count(inside.size, sparsity) -> max(pruned_count(w.size, sparsity) - np.sum(~mask), 0)
    It counts weights of pruned units as pruned; the sparsity is that within the kept units.
    把已去掉单元的权重也算作被剪；稀疏度只针对保留的单元。
k = pruned_count(w[..., 0].size, sparsity)
columns = [rank_mask(np.abs(w[..., j]), k) for j in range(w.shape[-1])]
return keep & np.stack(columns, axis=-1)
    It prunes each unit separately; rank the weights of all kept units together.
    对每个单元单独剪枝了；应把所有保留单元的权重放在一起排序。
w = np.moveaxis(w, 0, -1)
return np.moveaxis(result, -1, 0)
    It takes the first axis as the units; they are numbered by the last.
    把第一个轴当成了单元；单元由最后一个轴编号。
pruned_count(inside.size, sparsity) -> int(np.ceil(inside.size * sparsity))
    It rounds the count up; round to the nearest whole number.
    把剪枝个数向上取整了；应取最接近的整数。
pruned_count(inside.size, sparsity) -> inside.size - pruned_count(inside.size, sparsity)
    It keeps the given share; the sparsity is the share to prune.
    保留了给定的比例；稀疏度是要剪掉的比例。
magnitude(w[mask]) -> -magnitude(w[mask])
    It prunes the largest weights; prune the smallest.
    剪掉了绝对值最大的权重；应剪最小的。
keep = ~keep
    It removes the units to keep; True in keep means keep.
    去掉了应保留的单元；keep 为 True 表示保留。
pruned_count(inside.size, sparsity) -> min(pruned_count(w.size, sparsity), inside.size)
    It takes the share of all weights; take it of the weights in kept units.
    按全部权重计算剪枝个数了；应按所保留单元内的权重计算。
return w * result
    It returns the pruned weights; return the mask.
    返回了剪枝后的权重，而不是掩码。
return result.astype(float)
    It returns the numbers 0.0 and 1.0; a mask holds the booleans False and True.
    返回了数字 0.0 和 1.0；掩码应由布尔值 False 和 True 组成。
mask[mask] = -> mask[mask] = ~
    Inside the kept units the mask is inverted: True must mean keep.
    所保留单元内的掩码取反了：True 应表示保留。
keep = np.ones_like(keep)
    It ignores the units to remove: it only prunes single weights.
    忽略了要去掉的单元，只剪了单个权重。
pruned_count(inside.size, sparsity) -> inside.size - pruned_count(inside.size, 1 - sparsity)
    It rounds the number to keep; round the number to prune.
    对保留的个数取整了；应对剪掉的个数取整。
rank_mask(inside, pruned_count(inside.size, sparsity)) -> inside > np.quantile(inside, sparsity)
    It keeps what is above a quantile; prune exactly the number of weights.
    只保留高于分位数的权重；应恰好剪掉所要求的个数。
rank_mask(inside, pruned_count(inside.size, sparsity)) -> inside >= np.quantile(inside, sparsity)
    It keeps what reaches a quantile; prune exactly the number of weights.
    保留了达到分位数的权重；应恰好剪掉所要求的个数。
rank_mask(inside, -> rank_mask(inside[::-1],
mask[mask] = -> mask[mask] = (
pruned_count(inside.size, sparsity)) -> pruned_count(inside.size, sparsity)))[::-1]
    Among equals it prunes the last first; prune the first of equals first.
    在相等的权重中先剪了靠后的；应先剪靠前的。
return ~result
    The mask is inverted: True must mean keep.
    掩码取反了：True 应表示保留。
return result.astype(int)
    It returns the numbers 0 and 1; a mask holds the booleans False and True.
    返回了数字 0 和 1；掩码应由布尔值 False 和 True 组成。
pruned_count(inside.size, sparsity) -> min(pruned_count(inside.size, sparsity), inside.size - 1)
    It keeps at least one weight; all may be pruned.
    至少保留了一个权重；可以全部剪掉。
""")


# --- block_mask ----------------------------------------------------------------------------------

block_mask = Check(structured.block_mask)
block_mask.worked(
    "by hand",
    given([[0.1, 0.2, 0.9, 0.0], [0.3, 0.1, 0.0, 0.0]], (2, 2), 0.5),
    [[False, False, True, True], [False, False, True, True]],
)
block_mask.worked(  # the blocks have 2, 0.75, 0.5 and 3
    "by hand",
    given([[1.0, -1.0, 0.25, 0.5], [0.0, 0.5, 3.0, 0.0]], (1, 2), 0.5),
    [[True, True, False, False], [False, False, True, True]],
)
block_mask.worked(  # 3 + 3 is more than 5
    "by hand", given([[3.0, -3.0, 0.0, 5.0]], (1, 2), 0.5), [[True, True, False, False]]
)
block_mask.worked(  # half of 3 blocks is rounded to 2
    "by hand",
    given([[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]], (2, 1), 0.5),
    [[False, False, True], [False, False, True]],
)
block_mask.published(
    "TensorFlow Model Optimization 0.8.1, "
    "python/core/sparsity/keras/pruning_impl_test.py, "
    "testBlockMaskingAvg",
    given(
        [[0.1, 0.1, 0.2, 0.2], [0.1, 0.1, 0.2, 0.2], [0.3, 0.3, 0.4, 0.4], [0.3, 0.3, 0.4, 0.4]],
        (2, 2),
        0.5,
    ),
    [[False] * 4, [False] * 4, [True] * 4, [True] * 4],
)
block_mask.edge("blocks of one weight", given([[1.0, -4.0], [3.0, 2.0]], (1, 1), 0.5))
block_mask.edge("one block", given([[1.0, 2.0], [3.0, 4.0]], (2, 2), 0.25))
block_mask.edge("nothing to prune", given([[1.0, 0.0]], (1, 1), 0.0))
block_mask.edge("all blocks are equal", given(np.ones((4, 4)), (2, 2), 0.75))
block_mask.edge("tall blocks", given(np.arange(16.0).reshape(4, 4), (4, 1), 0.25))
block_mask.edge("many equal blocks", given(EQUALS, (1, 2), 0.4))
block_mask.edge("no rows", given(np.zeros((0, 4)), (1, 2), 0.5))
block_mask.edge("whole numbers", given([[3, -2], [0, 1], [-5, 4], [2, 7]], (2, 1), 0.5))
block_mask.edge("all are pruned", given([[1.0, 2.0], [4.0, 3.0]], (1, 2), 0.9))
block_mask.edge("1.75 of 5 blocks", given([[3.0, -1.0, 5.0, 2.0, -4.0]], (1, 1), 0.35))


@block_mask.random
def _(rng):
    return given(rng.integers(-4, 5, (6, 6)) / 4, (2, 3), float(rng.integers(1, 6) / 6))


@block_mask.property(
    "Every block must be kept or pruned as a whole, and the number pruned must be as computed.",
    "每个块应整块保留或整块剪掉，且剪掉的块数应与算出的一致。",
)
def _(rng):
    (mask,) = yield [given(rng.standard_normal((4, 12)), (2, 3), 0.25)]
    blocks = mask.reshape(2, 2, 4, 3).sum(axis=(1, 3))
    return sorted(set(blocks.ravel())) == [0, 6] and (blocks == 0).sum() == 2


block_mask.edits("""
shape = (1, 1)
    It prunes single weights; prune whole blocks.
    剪掉了单个权重；应整块整块地剪。
np.abs(finite_array("W", W)) -> W
    The absolute value is missing, so weights of opposite sign cancel.
    缺少绝对值，正负权重相互抵消了。
W = np.square(W)
    It ranks blocks by the sum of squares; the L1 norm sums absolute values.
    按平方和给块排序了；L1 范数是对绝对值求和。
shape = shape[::-1]
    The sides of the block are swapped: r counts rows, c counts columns.
    块的两边弄反了：r 是行数，c 是列数。
r, W.shape[1] // c, c) -> W.shape[1] // c, r, c)
(1, 3) -> (2, 3)
    The reshape cuts runs of memory instead of blocks; use the shape (n / r, r, m / c, c).
    reshape 切出的是内存中的连续段，不是块；应变形为 (n / r, r, m / c, c)。
pruned_count(blocks.size, sparsity) -> int(blocks.size * sparsity)
    It rounds the number of blocks down; round to the nearest whole number.
    块数向下取整了；应取最接近的整数。
np.repeat(np.repeat(keep, r, axis=0), c, axis=1) -> np.tile(keep, (r, c))
    It tiles the mask of the blocks; repeat every entry over its own block.
    把块的掩码平铺了；应把每个值重复到它自己的块上。
np.repeat(np.repeat(keep, r, axis=0), c, axis=1) -> keep
    It returns the mask of the blocks; it must have the shape of the weights.
    返回了块的掩码；掩码应与权重同形状。
pruned_count(blocks.size, sparsity) -> int(np.ceil(blocks.size * sparsity))
    It rounds the number of blocks up; round to the nearest whole number.
    把块数向上取整了；应取最接近的整数。
pruned_count(blocks.size, sparsity) -> blocks.size - pruned_count(blocks.size, sparsity)
    It keeps the given share; the sparsity is the share to prune.
    保留了给定的比例；稀疏度是要剪掉的比例。
rank_mask(blocks, -> rank_mask(-blocks,
    It prunes the largest blocks; prune the smallest.
    剪掉了最大的块；应剪最小的。
.sum(axis=(1, 3), dtype=np.float64) -> .max(axis=(1, 3))
    It ranks blocks by their largest magnitude; take the sum of the magnitudes.
    按块内最大的绝对值排序了；应取绝对值之和。
np.repeat(np.repeat(keep, r, axis=0), c, axis=1) -> np.repeat(np.repeat(keep, c, axis=0), r, axis=1)
    The entries are repeated c times down and r times across; exchange the two.
    纵向重复了 c 次、横向重复了 r 次；应互换。
return W * result
    It returns the pruned weights; return the mask.
    返回了剪枝后的权重，而不是掩码。
return result.astype(float)
    It returns the numbers 0.0 and 1.0; a mask holds the booleans False and True.
    返回了数字 0.0 和 1.0；掩码应由布尔值 False 和 True 组成。
rank_mask(blocks, pruned_count(blocks.size, sparsity)) -> blocks > np.quantile(blocks, sparsity)
    It keeps the blocks above a quantile, where equals leave too few; rank the blocks.
    只保留高于分位数的块，并列时剪多了；应按名次剪块。
rank_mask(blocks, pruned_count(blocks.size, sparsity)) -> blocks >= np.quantile(blocks, sparsity)
    It keeps the blocks from a quantile on, not always the right number; rank the blocks.
    保留了不低于分位数的块，个数不一定对；应按名次剪块。
rank_mask(blocks, -> np.flip(rank_mask(np.flip(blocks),
pruned_count(blocks.size, sparsity)) -> pruned_count(blocks.size, sparsity)))
    Among equal blocks it prunes the last first; prune the first block first.
    并列的块先剪了靠后的；应先剪靠前的。
np.abs(finite_array("W", W)) -> W
rank_mask(blocks, -> rank_mask(np.abs(blocks),
    It takes the absolute value of the sum of a block; take that of every weight first.
    先对块求和再取绝对值了；应先对每个权重取绝对值。
.sum(axis=(1, 3), dtype=np.float64) -> .mean(axis=(1, 3), dtype=np.float64) * 0 + np.abs(W).sum()
    All blocks have the same score, that of the whole matrix; each has its own.
    所有块的得分相同，都是整个矩阵的；每块应有自己的得分。
.sum(axis=(1, 3), dtype=np.float64) -> .min(axis=(1, 3))
    It ranks blocks by their smallest magnitude; take the sum of the magnitudes.
    按块内最小的绝对值排序了；应取绝对值之和。
pruned_count(blocks.size, sparsity) -> blocks.size - pruned_count(blocks.size, 1 - sparsity)
    It rounds the number of blocks to keep; round the number to prune.
    对保留的块数取整了；应对剪掉的块数取整。
return ~result
    The mask is inverted: True must mean keep.
    掩码取反了：True 应表示保留。
return result.astype(int)
    It returns the numbers 0 and 1; a mask holds the booleans False and True.
    返回了数字 0 和 1；掩码应由布尔值 False 和 True 组成。
pruned_count(blocks.size, sparsity) -> min(pruned_count(blocks.size, sparsity), blocks.size - 1)
    It keeps at least one block; all may be pruned.
    至少保留了一块；可以全部剪掉。
return result if result.any() else ~result
    Where all are to be pruned it keeps all, as a slice [-0:] takes everything; keep none.
    要全部剪掉时反而全保留了（切片 [-0:] 取到全部）；此时不应保留。
""")


# --- nm_mask -------------------------------------------------------------------------------------

nm_mask = Check(structured.nm_mask)
nm_mask.worked("by hand", given([0.1, -0.9, 0.5, 0.5], 2, 4), [False, True, False, True])
nm_mask.worked("by hand", given([0.1, -0.9, 0.5, 0.3], 1, 4), [False, True, False, False])
nm_mask.worked(
    "by hand",
    given([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0], 2, 4),
    [False, False, True, True, False, False, True, True],
)
nm_mask.worked(
    "by hand",
    given([[1.0, 8.0], [-2.0, 7.0], [3.0, 6.0], [4.0, 5.0]], 2, 4),
    [[False, True], [False, True], [True, False], [True, False]],
)
nm_mask.worked(
    "by hand", given([[1.0, -2.0], [4.0, 3.0]], 1, 2, axis=-1), [[False, True], [True, False]]
)
nm_mask.published(
    "TensorFlow Model Optimization 0.8.1, "
    "python/core/sparsity/keras/pruning_impl_test.py, "
    "testSparsityMbyNMaskingSimple_2d_2by4",
    given([[0.74, 0.68], [-0.89, -0.45], [-1.68, 1.24], [0.31, -0.6]], 2, 4),
    [[False, True], [True, False], [True, True], [False, False]],
)
nm_mask.worked(
    "by hand",
    given([[1.0, 3.0], [2.0, -4.0], [-6.0, 0.0], [5.0, 7.0]], 1, 2),
    [[False, False], [True, True], [True, False], [False, True]],
)
nm_mask.worked(
    "by hand",
    given([[8.0, 1.0, 4.0], [7.0, 2.0, -5.0], [-6.0, 3.0, 6.0]], 2, 3),
    [[True, False, False], [True, True, True], [False, True, True]],
)
nm_mask.edge("nothing is kept", given([1.0, -2.0], 0, 2))
nm_mask.edge("everything is kept", given([1.0, -2.0], 2, 2))
nm_mask.edge("groups of one", given([1.0, -2.0, 0.0], 1, 1))
nm_mask.edge("equal magnitudes", given([2.0, -2.0, 2.0, -2.0], 1, 4))
nm_mask.edge("a unit of zeros", given([[0.0, 1.0], [0.0, -4.0], [0.0, 3.0], [0.0, 2.0]], 3, 4))
nm_mask.edge("input channels of a kernel", given(np.arange(-8.0, 8.0).reshape(1, 2, 4, 2), 1, 2))
nm_mask.edge("windows of a kernel", given(np.arange(-8.0, 8.0).reshape(4, 1, 2, 2), 1, 2, axis=0))
nm_mask.edge("many equal magnitudes", given(np.arange(300) % 4 / 4, 110, 300))
nm_mask.edge("whole numbers", given([[3, -2], [0, 1], [-5, 4], [2, 7]], 2, 4))


@nm_mask.random
def _(rng):
    n = int(rng.integers(1, 4))
    if rng.random() < 0.5:
        return given(rng.integers(-6, 7, (12, 3)) / 4, n, 4)
    return given(rng.integers(-6, 7, (3, 12)) / 4, n, 4, axis=1)


@nm_mask.property(
    "Every group must keep exactly n.",
    "每组应恰好保留 n 个。",
)
def _(rng):
    (mask,) = yield [given(rng.integers(-2, 3, (8, 5)) / 2, 3, 4)]
    return (mask.reshape(2, 4, 5).sum(axis=1) == 3).all()


@nm_mask.property(
    "Scaling a group or changing signs must not change the mask.",
    "只比较组内的绝对值：某一组整体缩放或改变符号，掩码不变。",
)
def _(rng):
    w = rng.standard_normal((8, 3))
    scale = np.repeat([[-8.0], [1.0]], 4, axis=0)
    one, other = yield [given(w, 2, 4), given(scale * w, 2, 4)]
    return (one == other).all()


@nm_mask.solution
def nm_mask(w, n, m, axis=None):
    axis = -min(w.ndim, 2) if axis is None else axis
    moved = np.moveaxis(np.abs(w), axis, -1)
    groups = moved.reshape(-1, m)
    order = np.argsort(groups, axis=-1, kind="stable")
    rank = np.argsort(order, axis=-1)
    mask = (rank >= m - n).reshape(moved.shape)
    return np.moveaxis(mask, -1, axis)


nm_mask.edits("""
if axis is not None: raise TypeError
    It has no parameter `axis`, but calls pass one; keep the first line as it was given.
    没有参数 axis，而调用时会传入它；函数的第一行应保持原样。
w *= nm_mask(w, n, m, axis)
    The mask is right, but it also zeroes the weights of w; leave w as it is.
    掩码是对的，但同时把 w 中的权重清零了；不应改动 w。
w *= nm_mask(w, n, m, axis)
return w
    It zeroes weights of w and returns w; return a mask, and leave w as it is.
    把 w 中的权重清零后返回了 w；应返回掩码，不改动 w。
n, m = 2, 4
    It always computes 2:4 sparsity; n and m are arguments.
    总是按 2:4 计算；n 和 m 由参数给出。
n = m - n
    It prunes n of every m; keep n of every m.
    每 m 个剪掉了 n 个；应每 m 个保留 n 个。
n = max(n, 1)
    It always keeps at least one of each group; for n = 0 nothing is kept.
    每组至少保留了一个；n 为 0 时不应保留任何权重。
n = n or m
    For n = 0 it keeps everything, as a slice [-0:] takes all; nothing is kept there.
    n 为 0 时全保留了（切片 [-0:] 取的是全部）；此时不应保留任何权重。
rank >= m - n -> rank < n
    It keeps the n smallest of each group; keep the n largest.
    每组保留了最小的 n 个；应保留最大的 n 个。
rank >= m - n -> rank > m - n
    It keeps n - 1 of each group; keep n.
    每组只保留了 n - 1 个；应保留 n 个。
np.abs(w) -> w
    The absolute value is missing: a large negative weight counts as the smallest.
    缺少绝对值：绝对值很大的负权重被当成最小的。
axis = 0 if axis is None else axis
    It always groups along the first axis; the inputs of a unit lie along the last but one.
    总是沿第一个轴分组；单元的输入在倒数第二个轴上。
axis = -1 if axis is None else axis
    Groups lie along the rows, over several units; a unit's inputs lie along the axis before.
    沿行分组，跨了几个单元；单元的输入在倒数第二个轴上。
axis = -2 if axis is None else axis
    It takes axis -2 of a vector too, which has only one axis; of a vector axis=None is -1.
    对向量也取了轴 -2，而向量只有一个轴；axis=None 时向量应取 -1。
if len(w) % m: raise IndexError
axis = 0
    It always groups along the first axis, whose length may be no multiple of m; use `axis`.
    总是沿第一个轴分组，而它的长度不一定是 m 的倍数；应使用参数 axis。
axis = 0
    It always groups along the first axis; the axis is an argument, and None is axis -2.
    总是沿第一个轴分组；轴由参数 axis 给出，None 时为轴 -2。
axis = None
    It always groups along the inputs of a unit; the axis is an argument.
    总是沿单元的输入分组；轴由参数 axis 给出。
np.moveaxis(np.abs(w), axis, -1) -> np.abs(w).reshape(-1, m, w.shape[1]).swapaxes(1, 2)
return np.moveaxis(mask, -1, axis) -> return mask.swapaxes(1, 2).reshape(w.shape)
    It groups the columns of a matrix alone; w may be a vector or a kernel, grouped on any axis.
    只会按矩阵的列分组；w 也可以是向量或卷积核，分组可以沿任何轴。
return _right(w.ravel(), n, m).reshape(w.shape)
    It groups the entries in memory order; group them along the axis.
    按内存顺序分组了；应沿给定的轴分组。
moved.reshape(-1, m) -> moved.reshape(*moved.shape[:-1], m, -1)
axis=-1 -> axis=-2
    It groups weights at equal distances; group m consecutive ones.
    每隔若干个权重取一个来分组；每组应是连续的 m 个。
groups = moved.reshape(-1, m) -> groups = moved
rank >= m - n -> rank >= moved.shape[-1] * (m - n) // m
    It ranks all inputs of a unit and keeps the share n / m; every group of m must keep n.
    在单元的所有输入中排序并保留 n / m；应每 m 个一组，各保留 n 个。
rank = np.argsort(np.argsort(np.abs(w), axis=None, kind="stable"))
return (rank >= w.size - w.size * n // m).reshape(w.shape)
    It keeps the largest of the whole array; every group of m must keep n.
    保留了整个数组中最大的；应每 m 个一组，各保留 n 个。
return np.moveaxis(mask, -1, axis) -> mask[..., m:] = True; return np.moveaxis(mask, -1, axis)
    It prunes the first group of each unit only; every group of m must keep n.
    只剪了每个单元的第一组；每 m 个一组，各组都应只保留 n 个。
return np.moveaxis(mask, -1, axis) -> mask[..., m:] = False; return np.moveaxis(mask, -1, axis)
    It keeps weights of the first group of each unit only; every group of m must keep n.
    只保留了每个单元第一组中的权重；每 m 个一组，各组都应保留 n 个。
return np.moveaxis(mask, -1, axis) -> mask[..., -m:] = True; return np.moveaxis(mask, -1, axis)
    It leaves the last group of each unit out; every group of m must keep n.
    漏掉了每个单元的最后一组；每 m 个一组，各组都应只保留 n 个。
return np.moveaxis(mask, -1, axis) -> mask[..., m:] = True; return np.moveaxis(mask, -1, axis)
mask[..., m:] -> mask[..., :m] = mask.reshape(*moved.shape[:-1], -1, m).all(-2); mask[..., m:]
    It prunes the first group for all others; to a place in a group add the start of the group.
    把各组要剪的都剪在了第一组里；组内的位置应加上该组的起点。
groups, axis=-1 -> groups[:, ::-1], axis=-1
(rank >= m - n) -> (rank >= m - n)[:, ::-1]
    Among equals it prunes the last first; the first is pruned first.
    并列时先剪了靠后的；这里应先剪靠前的。
groups, axis=-1, kind="stable" -> -groups, axis=-1
rank >= m - n -> rank < n
    Some equal magnitudes are pruned in another order; sort |w| with kind='stable', ascending.
    绝对值相等时剪的次序不对；应对 |w| 升序排序，并加 kind='stable'。
rank >= m - n -> (rank >= m - n).any(axis=0) | (rank < 0)
    What is kept in any group is kept in all of them; every group has its own n.
    任何一组保留的位置，所有组都保留了；每组应各自保留 n 个。
rank >= m - n -> (rank[:1] >= m - n) | (rank < 0)
    It keeps in every group the places of the first group; rank each group by itself.
    所有组都保留了与第一组相同的位置；每组应各自排序。
rank >= m - n -> 0 * rank + np.arange(m) < n
    It keeps the first n of each group, whatever their magnitude; keep the n largest.
    保留了每组最前面的 n 个，与大小无关；应保留最大的 n 个。
rank >= m - n -> (groups >= np.sort(groups, axis=-1)[:, [-n]]) & (n > 0)
    It keeps all that equal the n-th largest, unless n is 0; keep exactly n of a group.
    n 不为 0 时，把与第 n 大相等的全留下了；每组应恰好保留 n 个。
rank >= m - n -> (groups > np.sort(groups, axis=-1)[:, [m - n - 1]]) | (n == m)
    It prunes all that equal the largest of those to prune, if any; keep exactly n of a group.
    有要剪的时，把与其中最大者相等的全剪了；每组应恰好保留 n 个。
rank >= m - n -> groups >= np.sort(groups, axis=-1)[:, [-n]]
    It keeps all that equal the n-th largest; keep exactly n of a group, of equals the later.
    把与第 n 大相等的全留下了；每组应恰好保留 n 个，相等时留靠后的。
rank >= m - n -> groups >= np.sort(groups, axis=-1)[:, [m - n]]
    It keeps all that equal the n-th largest, and fails for n = 0; keep exactly n of a group.
    把与第 n 大相等的全留下了，n 为 0 时出错；每组应恰好保留 n 个。
rank >= m - n -> groups > np.sort(groups, axis=-1)[:, [m - n - 1]]
    It prunes all that equal the largest of the m - n to prune; keep exactly n of a group.
    把与要剪的 m - n 个中最大者相等的全剪了；每组应恰好保留 n 个。
rank >= m - n -> groups > np.sort(groups, axis=-1)[:, [-n]]
    It prunes the n-th largest as well; keep exactly n of a group.
    把第 n 大的也剪了；每组应恰好保留 n 个。
rank >= m - n -> groups > np.quantile(groups, 1 - n / m, axis=-1, keepdims=True)
    It prunes all up to a quantile of the group, where equals may leave fewer than n; rank them.
    剪掉了组内不超过分位数的全部权重，相等时保留的可能不足 n 个；应按名次剪。
rank >= m - n -> groups >= np.quantile(groups, 1 - n / m, axis=-1, keepdims=True)
    It keeps all from a quantile of the group on, which are not always n; rank them.
    保留了组内不小于分位数的全部权重，不一定是 n 个；应按名次剪。
rank = np.argsort(order, axis=-1) -> rank = order
    It takes the result of np.argsort as ranks; it holds the indices in order of size.
    把 np.argsort 的结果当成了名次；它给出的是按大小排列的下标。
kind="stable" -> kind="quicksort"
    It keeps n of the largest, but of equal magnitudes not the last; sort with kind='stable'.
    保留了 n 个最大的，但相等时留下的不是靠后的；排序时应加 kind='stable'。
np.argsort(groups, axis=-1, kind="stable") -> np.argpartition(groups, m - n - 1, axis=-1)
    It keeps n of the largest, but of equal magnitudes not the last; sort with kind='stable'.
    保留了 n 个最大的，但相等时留下的不是靠后的；排序时应加 kind='stable'。
np.argsort(groups, axis=-1, kind="stable") -> np.argpartition(groups, -n, axis=-1)
    It keeps n of the largest, but of equal magnitudes not the last; sort with kind='stable'.
    保留了 n 个最大的，但相等时留下的不是靠后的；排序时应加 kind='stable'。
return np.moveaxis(mask, -1, axis) -> return mask
    The axis of the groups is the last of the result; move it back with np.moveaxis.
    分组的轴在结果中成了最后一个；应用 np.moveaxis 移回原处。
return np.moveaxis(mask, -1, axis) -> return mask.reshape(w.shape)
    The entries are in the order of the moved axes, only reshaped; move them back by np.moveaxis.
    元素仍按移动后的轴排列，只恢复了形状；应用 np.moveaxis 把轴移回原处。
return np.moveaxis(mask, -1, axis) -> return rank >= m - n
    The result has a row for each group; it must have the shape of w.
    结果每组占一行；形状应与 w 相同。
return result & (w != 0)
    It prunes every weight that is 0 already, even if fewer than n are left; keep exactly n.
    原本等于 0 的权重都剪掉了，保留的可能不足 n 个；应恰好保留 n 个。
return ~result
    The mask is inverted: True must mean keep.
    掩码取反了：True 应表示保留。
return w * result
    It returns the pruned weights; the mask was asked for.
    返回了剪枝后的权重；要求的是掩码。
return result.ravel()
    The result is flat; the mask has the shape of w.
    结果展平了；掩码的形状应与 w 相同。
return result.astype(int)
    It returns the numbers 0 and 1; a mask holds the booleans False and True.
    返回了数字 0 和 1；掩码应由布尔值 False 和 True 组成。
return result.astype(float)
    It returns the numbers 0.0 and 1.0; a mask holds the booleans False and True.
    返回了数字 0.0 和 1.0；掩码应由布尔值 False 和 True 组成。
return w[result]
    It returns the weights that are kept; the mask was asked for.
    返回了保留下来的权重；要求的是掩码。
return np.where(result)
    It returns the indices of the weights that are kept; the mask was asked for.
    返回了所保留权重的下标；要求的是掩码。
return result, w * result
    It returns the pruned weights as well; the mask alone was asked for.
    还返回了剪枝后的权重；只要求返回掩码。
return result.reshape(-1, m)
    The result has m columns; the mask has the shape of w.
    结果有 m 列；掩码的形状应与 w 相同。
axis = 1 if axis is None else axis
    It takes axis 1 where no axis is given; it is the last but one, the inputs of a unit.
    未给出 axis 时取了第 1 轴；应为倒数第二轴，即单元的输入。
rank >= m - n -> rank >= m - n - 1
    It keeps n + 1 of every m; keep n.
    每 m 个保留了 n + 1 个；应保留 n 个。
np.abs(w) -> np.maximum(w, 0)
    Negative weights count as 0; rank by absolute value.
    把负的权重当成了 0；应按绝对值排序。
""")


@nm_mask.mistake(
    "It groups the columns of a matrix alone; w may be a vector or a kernel, grouped on any axis.",
    "只会按矩阵的列分组；w 也可以是向量或卷积核，分组可以沿任何轴。",
)
def _(w, n, m, axis=None):
    mask = np.ones(w.shape, dtype=bool)
    for j in range(w.shape[1]):
        for start in range(0, len(w), m):
            order = np.argsort(np.abs(w[start : start + m, j]), kind="stable")
            mask[start + order[: m - n], j] = False
    return mask


# --- topk_gate -----------------------------------------------------------------------------------

topk_gate = Check(structured.topk_gate)
topk_gate.worked(
    "by hand",
    given([[0.1, -0.9, 0.5], [0.7, 0.2, 0.0]], 1),
    [[False, True, False], [True, False, False]],
)
topk_gate.worked(
    "by hand",
    given([[0.5, -0.5, 0.25], [0.0, 3.0, -4.0]], 2),
    [[True, True, False], [False, True, True]],
)
topk_gate.worked(  # among equals the first is gated out
    "by hand", given([[0.5, -0.5, 0.5, 0.25]], 1), [[False, False, True, False]]
)
topk_gate.published(  # the indices 5, 2 and 9
    "TensorFlow 2.13, docstring of tf.math.top_k",
    given([[1.0, 2, 98, 1, 1, 99, 3, 1, 3, 96, 4, 1]], 3),
    [[False, False, True, False, False, True, False, False, False, True, False, False]],
)
topk_gate.edge("no unit takes part", given([[1.0, -2.0], [0.5, 0.0]], 0))
topk_gate.edge("all units take part", given([[1.0, -2.0], [0.0, 0.0]], 2))
topk_gate.edge("silent samples", given(np.zeros((2, 4)), 2))
topk_gate.edge("no samples", given(np.zeros((0, 3)), 2))
topk_gate.edge("many equal units", given(EQUALS.reshape(1, 60), 22))
topk_gate.edge("one unit", given([[-1.0], [2.0]], 1))
topk_gate.edge("whole numbers", given([[3, -2, 0], [-1, 5, 4]], 1))


@topk_gate.random
def _(rng):
    return given(rng.integers(-4, 5, (4, 5)) / 4, int(rng.integers(1, 5)))


@topk_gate.random
def _(rng):
    """No two magnitudes are equal: right under any rule for ties."""
    h = rng.permutation(20).reshape(4, 5) * rng.choice([-0.25, 0.25], (4, 5))
    return given(h, int(rng.integers(1, 5)))


@topk_gate.property(
    "The gate of a sample must not depend on the other samples.",
    "一个样本的门控不应依赖其他样本。",
)
def _(rng):
    h = rng.standard_normal((5, 6))
    every, few = yield [given(h, 2), given(h[1:3], 2)]
    return np.array_equal(every[1:3], few)


@topk_gate.solution
def topk_gate(h, k):
    size = np.abs(h)
    order = np.argsort(size, axis=1, kind="stable")
    rank = np.argsort(order, axis=1)
    return rank >= h.shape[1] - k


topk_gate.edits("""
np.abs(h) -> h
    The absolute value is missing; a strongly negative unit is active too.
    缺少绝对值；负得很大的单元同样活跃。
return ~result
    It switches off the k most active units; keep these and switch off the others.
    把最活跃的 k 个单元关掉了；参与计算的应是它们。
axis=1 -> axis=None
rank >= h.shape[1] - k -> (rank >= h.size - k * len(h)).reshape(h.shape)
    It picks the largest of the whole batch; every sample has its own k.
    在整批中取最大的；每个样本应各取 k 个。
h = h.T
return result.T
    It picks k samples for every unit; pick k units for every sample.
    为每个单元选了 k 个样本；应为每个样本选 k 个单元。
h = np.abs(h).sum(axis=0) + 0 * h
    All samples share one gate, from the mean activity; every sample needs its own.
    按平均活跃度让所有样本共用一个门控；每个样本应有自己的。
rank >= h.shape[1] - k -> size >= np.sort(size, axis=1)[:, [-k]] if k else h > np.inf
    It keeps all tied units; keep exactly k.
    让所有并列的单元都参与了；每行应恰好有 k 个。
return h * result
    It returns the gated activations; return the gate itself.
    返回了通过门控的激活值；应返回门控本身。
rank >= h.shape[1] - k -> rank > h.shape[1] - k
    It keeps k - 1 units; keep k.
    只保留了 k - 1 个单元；应保留 k 个。
rank = np.argsort(order, axis=1) -> rank = order
    It takes the result of np.argsort as ranks; it holds the indices in order of size.
    把 np.argsort 的结果当成了名次；它给出的是按大小排列的下标。
rank >= h.shape[1] - k -> rank < k
    It keeps the k least active units; keep the most active.
    保留了最不活跃的 k 个单元；应保留最活跃的。
return result if k else ~result
    For k = 0 it keeps everything, as a slice [-0:] takes all; nothing is kept there.
    k = 0 时全保留了（切片 [-0:] 取到全部）；此时不应保留。
return result.astype(float)
    It returns the numbers 0.0 and 1.0; a gate holds the booleans False and True.
    返回了数字 0.0 和 1.0；门应由布尔值组成。
h = np.maximum(h, 0)
    Negative activations count as 0; rank by absolute value.
    把负的激活值当成了 0；应按绝对值排序。
h = np.square(h)
return result & (h > 0)
    It also switches off units with output 0; exactly k are kept.
    输出为 0 的单元也被关掉了；应恰好保留 k 个。
rank >= h.shape[1] - k -> size >= np.sort(size, axis=1)[:, [-k]]
    It keeps all tied units, and for k = 0 every unit, as index -0 is the first; keep exactly k.
    并列的单元都保留了，k = 0 时下标 -0 又使全部保留；应恰好保留 k 个。
order = np.argsort(size, axis=1, kind="stable") -> order = np.argsort(-size, axis=1, kind="stable")
rank >= h.shape[1] - k -> rank < k
    Among equal units it keeps the first; the first is gated out first.
    在相等的单元中保留了靠前的；应先关掉靠前的。
rank >= h.shape[1] - k -> rank >= h.shape[1] - k - 1
    It keeps k + 1 units; keep k.
    保留了 k + 1 个单元；应保留 k 个。
rank >= h.shape[1] - k -> (size > np.sort(size, axis=1)[:, [-k]]) & (k > 0)
    It keeps only units above the k-th largest, so k - 1 or fewer; keep exactly k.
    只保留了大于第 k 大的单元，不足 k 个；应恰好保留 k 个。
return np.argsort(-np.abs(h), axis=1, kind="stable")[:, :k]
    It returns the indices of the units; return the gate.
    返回了单元的下标；应返回门控本身。
return result.astype(int)
    It returns the numbers 0 and 1; a gate holds the booleans False and True.
    返回了数字 0 和 1；门应由布尔值组成。
""")


# --- remove_units --------------------------------------------------------------------------------

remove_units = Check(structured.remove_units)
remove_units.worked(
    "by hand",
    given([[1.0, 2.0], [3.0, 4.0]], [5.0, 6.0], [[7.0, 8.0], [9.0, 10.0]], [False, True]),
    (np.array([[2.0], [4.0]]), np.array([6.0]), np.array([[9.0, 10.0]])),
)
remove_units.worked(
    "by hand",
    given([[0.1, 0.2, 0.3]], [0.4, 0.5, 0.6], [[1.0], [2.0], [3.0]], [True, False, True]),
    (np.array([[0.1, 0.3]]), np.array([0.4, 0.6]), np.array([[1.0], [3.0]])),
)
remove_units.published(  # a, its first column, and a transposed
    "NumPy 1.26, docstring of numpy.compress, axis=0",
    given(
        [[1.0, 3.0, 5.0], [2.0, 4.0, 6.0]],
        [1.0, 3.0, 5.0],
        [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]],
        [False, True, True],
    ),
    (np.array([[3.0, 5.0], [4.0, 6.0]]), np.array([3.0, 5.0]), np.array([[3.0, 4.0], [5.0, 6.0]])),
)
remove_units.edge(
    "filters between two convolutions",
    given(
        np.arange(24.0).reshape(2, 2, 2, 3),
        [1.0, 2.0, 3.0],
        np.arange(24.0).reshape(2, 2, 3, 2),
        [True, True, False],
    ),
)
remove_units.edge(
    "the next window is as high as there are filters",
    given(
        np.arange(4.0).reshape(1, 1, 2, 2),
        [1.0, 2.0],
        np.arange(8.0).reshape(2, 1, 2, 2),
        [False, True],
    ),
)
remove_units.edge(
    "all units are kept", given([[1.0, 2.0]], [3.0, 4.0], [[5.0], [6.0]], [True, True])
)
remove_units.edge(
    "no unit is kept", given([[1.0, 2.0]], [3.0, 4.0], [[5.0], [6.0]], [False, False])
)
remove_units.edge(
    "as many rows, units and outputs",
    given(
        np.arange(9.0).reshape(3, 3),
        [1.0, 2.0, 3.0],
        np.arange(9.0).reshape(3, 3),
        [True, False, False],
    ),
)


@remove_units.random
def _(rng):
    W, W_next = rng.integers(-8, 9, (3, 4)) / 8, rng.integers(-8, 9, (4, 2)) / 8
    return given(W, rng.integers(-8, 9, 4) / 8, W_next, rng.random(4) < 0.5)


@remove_units.property(
    "The smaller network must compute what the network with masked units computes.",
    "变小后的网络的输出应与单元被掩码的网络相同。",
)
def _(rng):
    W, b, W_next = rng.standard_normal((3, 5)), rng.standard_normal(5), rng.standard_normal((5, 2))
    x, keep = rng.standard_normal((7, 3)), rng.permutation(5) < 3
    ((small, bias, after),) = yield [given(W, b, W_next, keep)]
    masked = (np.maximum(x @ W + b, 0) * keep) @ W_next
    return np.allclose(np.maximum(x @ small + bias, 0) @ after, masked)


remove_units.edits("""
b[keep] -> b
    The biases of the removed units are left; remove them too.
    留下了已去掉单元的偏置；偏置也应去掉。
W_next[..., keep, :] -> W_next
    The next layer still reads the removed units; remove its rows too.
    下一层仍在读取已去掉的单元；对应的行也应去掉。
W[..., keep] -> W[keep]
    It removes rows of W, which are inputs; the units are its last axis.
    去掉了 W 的行，那是输入；单元在最后一个轴上。
W_next[..., keep, :] -> W_next[..., keep]
    It removes outputs of the next layer; remove what it reads, its last axis but one.
    去掉了下一层的输出；应去掉它读取的部分，即倒数第二个轴。
W_next[..., keep, :] -> W_next[keep]
    It cuts the next kernel along its first axis; its inputs are the last axis but one.
    沿第一个轴裁剪了下一层的卷积核；它的输入在倒数第二个轴上。
keep = ~keep
    It removes the units to keep: True means keep.
    去掉了应保留的单元：True 表示保留。
W[..., keep] -> W * keep
b[keep] -> b * keep
W_next[..., keep, :] -> W_next * keep[:, None]
    It sets the units to zero; here the arrays must shrink.
    只把单元置零了；这里数组应变小。
W[..., keep] -> W[..., ~keep]
    W loses the units to keep, the other arrays the right ones; True means keep.
    W 去掉了应保留的单元，其他数组没有错；True 表示保留。
W[..., keep] -> W
    W keeps the columns of the removed units; remove them too.
    W 留下了已去掉单元的列；这些列也应去掉。
return result[:2]
    It returns W and b alone; the next layer belongs to the result.
    只返回了 W 和 b；结果还应包含下一层。
return result[0], result[2]
    The biases are missing in the result.
    返回值中漏了偏置，应返回三个数组。
return result[0], result[2], result[1]
    The results are in another order: W, b, W_next.
    返回值的次序不对；应为 W、b、W_next。
b[keep] -> b * keep
    It sets the biases of removed units to zero; remove them.
    只把已去掉单元的偏置置零了；应去掉。
W_next[..., keep, :] -> W_next[..., keep, :] * len(keep) / max(keep.sum(), 1)
    It scales the next layer up, as dropout does; keep its weights as they are.
    像 dropout 那样放大了下一层；其权重应不变。
b[keep] -> b[~keep]
    The biases of the wrong units are kept; True means keep.
    留下的是被去掉单元的偏置；True 表示保留。
W_next[..., keep, :] -> W_next[..., ~keep, :]
    The next layer keeps the rows of the removed units; True means keep.
    下一层留下的是被去掉单元的行；True 表示保留。
""")


# --- flatten_keep --------------------------------------------------------------------------------

flatten_keep = Check(structured.flatten_keep)
flatten_keep.worked("by hand", given([True, False], 2), [True, False, True, False])
flatten_keep.worked(
    "by hand",
    given([False, True, True], 3),
    [False, True, True, False, True, True, False, True, True],
)
flatten_keep.worked("C-4.3a", given([True, False], 49), [True, False] * 49)
flatten_keep.published(  # what x[c(TRUE, FALSE)] is equivalent to, where x has four entries
    "Wickham 2019, Advanced R, section 4.2.1", given([True, False], 2), [True, False, True, False]
)
flatten_keep.edge("one position", given([False, True, True], 1))
flatten_keep.edge("no positions", given([False, True], 0))
flatten_keep.edge("no channel is kept", given([False, False], 2))
flatten_keep.edge("no channels", given(np.zeros(0, bool), 3))


@flatten_keep.random
def _(rng):
    return given(rng.random(int(rng.integers(2, 6))) < 0.5, int(rng.integers(2, 6)))


@flatten_keep.property(
    "A kept channel must keep one row for each position.",
    "每个保留的通道应在每个位置各保留一行。",
)
def _(rng):
    keep = rng.permutation(6) < 4
    (rows,) = yield [given(keep, 9)]
    return rows.sum() == 9 * 4 and (rows.reshape(9, 6) == keep).all()


flatten_keep.edits("""
np.tile( -> np.repeat(
    It repeats every channel in a row; channels change fastest, row p C + c is channel c.
    把每个通道连续重复了；通道变化最快，第 p C + c 行属于通道 c。
positions = 1
    It ignores the positions: every channel has one row for each of them.
    忽略了位置：每个通道在每个位置上各有一行。
return result | (np.arange(result.size) >= len(keep))
    It removes channels at the first position only; remove them at all positions.
    只在第一个位置去掉了通道；应在所有位置都去掉。
return ~result
    It is inverted: True must mean keep.
    结果取反了：True 应表示保留。
return np.flatnonzero(result)
    It returns the indices of the kept rows; return a Boolean for every row.
    返回了保留行的序号；应为每一行返回一个布尔值。
return result.reshape(positions, len(keep))
    It returns one row for each position; the result is one vector.
    返回了每个位置一行的矩阵；结果应是一个向量。
positions = positions**2
    It takes the positions as the side of a map; they are the number of all.
    把 positions 当成了特征图的边长；它是位置的总数，不应平方。
return result.astype(float)
    It returns the numbers 0.0 and 1.0; return Booleans.
    返回了数字 0.0 和 1.0；应返回布尔值。
keep = keep[::-1]
    The channels are in reverse order.
    通道的次序颠倒了，应保持原次序。
return result.reshape(len(keep), positions)
    It returns one row for each channel; the result is one vector.
    返回了每个通道一行的矩阵；结果应是一个向量。
return result.astype(int)
    It returns the numbers 0 and 1; return Booleans.
    返回了数字 0 和 1；应返回布尔值。
positions = max(positions - 1, 0)
    One position is missing.
    少了一个位置，个数应等于 positions。
positions = positions + 1
    There is one position too many.
    多了一个位置，个数应等于 positions。
return np.resize(keep, positions)
    It repeats the vector up to `positions` rows; repeat it that many times.
    只重复到 positions 行；应把向量重复 positions 次。
return np.sum(result)
    It returns the number of kept rows; return a Boolean for every row.
    返回了保留的行数；应为每一行返回一个布尔值。
""")


# --- fold_constant_units -------------------------------------------------------------------------

fold_constant_units = Check(structured.fold_constant_units)
fold_constant_units.worked("by hand", given([[1.0, -1.0]], [0.5, 0.0], [0.25]), [0.75, -0.25])
fold_constant_units.worked(  # 1 + 2 - 2 and 2 - 2 - 8
    "by hand", given([[1.0, -1.0], [0.5, 2.0]], [1.0, 2.0], [2.0, -4.0]), [1.0, -8.0]
)
fold_constant_units.worked("by hand", given([[2.0], [3.0], [4.0]], [0.0], [1.0, 0.5, 0.25]), [4.5])
fold_constant_units.published(
    "Kinsley and Kukiela 2020, Neural Networks from Scratch in Python, chapter 2",
    given(
        [[0.2, 0.5, -0.26], [0.8, -0.91, -0.27], [-0.5, 0.26, 0.17], [1.0, -0.5, 0.87]],
        [2.0, 3.0, 0.5],
        [1.0, 2.0, 3.0, 2.5],
    ),
    [4.8, 1.21, 2.385],
)
fold_constant_units.edge("units that are always silent", given([[3.0, 4.0]], [0.5, 1.0], [0.0]))
fold_constant_units.edge("no constant units", given(np.zeros((0, 2)), [0.5, 1.0], np.zeros(0)))
fold_constant_units.edge(
    "no units in the next layer", given(np.zeros((2, 0)), np.zeros(0), [1.0, 2.0])
)


@fold_constant_units.random
def _(rng):
    W_next, b_next = rng.integers(-8, 9, (3, 4)) / 8, rng.integers(-8, 9, 4) / 8
    return given(W_next, b_next, rng.integers(-8, 9, 3) / 8)


@fold_constant_units.property(
    "The output of the next layer must not change when constant units are folded into its bias.",
    "把恒定单元并入偏置后，下一层的计算结果应不变。",
)
def _(rng):
    W, b, constants = rng.standard_normal((5, 3)), rng.standard_normal(3), rng.standard_normal(2)
    varying = rng.standard_normal((4, 3))
    h = np.hstack([np.tile(constants, (4, 1)), varying])
    (folded,) = yield [given(W[:2], b, constants)]
    return np.allclose(varying @ W[2:] + folded, h @ W + b)


fold_constant_units.edits("""
b_next + constants -> constants
    The old bias is lost; add the contribution of the units to it.
    丢掉了原来的偏置；单元的贡献应加在它上面。
b_next + constants -> b_next - constants
    It subtracts the contribution of the units; the bias replaces it, so add.
    减去了这些单元的贡献；偏置要代替它们，应当加上。
constants = np.ones_like(constants)
    It adds the weights alone; they must be multiplied by the constants.
    只加了权重；应先乘以恒定的激活值。
W_next = W_next / max(len(constants), 1)
    It adds the mean over the units; the next layer sums their contributions.
    加上了各单元贡献的平均；下一层对贡献求和。
constants @ W_next -> W_next @ constants
    It reads the matrix along the wrong axis: row j belongs to constant unit j.
    矩阵的轴用错了：第 j 行属于恒定单元 j。
constants = np.maximum(constants, 0)
    It takes negative constants as zero; an activation may be negative.
    把负的恒定值当成了零；激活值可以为负。
b_next + constants @ W_next -> np.add(b_next, constants @ W_next, out=b_next)
    It changes the bias that it was given; a new vector must be returned.
    直接改动了传入的偏置；应返回新的向量。
constants @ W_next -> W_next.sum(axis=0) * constants.mean() if constants.size else b_next * 0
    It multiplies the sums of the weights by the mean constant; multiply unit by unit.
    以常数的平均乘了权重之和；应逐个单元相乘。
b_next + constants @ W_next -> (b_next + constants @ W_next) / 2
    It halves the new bias.
    把新的偏置减半了；不应除以 2。
b_next + constants -> np.maximum(b_next, 0) + constants
    A negative old bias becomes 0; keep it.
    负的旧偏置变成了 0；应保留。
constants @ W_next -> np.abs(constants) @ W_next
    It takes the magnitudes of the constants; they may be negative.
    取了常数的绝对值；常数可以为负。
constants @ W_next -> constants @ np.abs(W_next)
    It takes the magnitudes of the weights; multiply with the signs.
    取了权重的绝对值；应带符号相乘。
constants = constants[:1]
W_next = W_next[:1]
    It folds the first unit only; fold all.
    只并入了第一个单元；应并入所有单元。
return np.maximum(result, 0)
    A ReLU is applied to the new bias; it may be negative.
    对新的偏置用了 ReLU；偏置可以为负。
constants @ W_next -> (constants @ W_next).sum()
    It adds the sum over all outputs to every bias; each output has its own contribution.
    把所有输出的贡献之和加到了每个偏置；每个输出应有自己的贡献。
return result, W_next
    It returns the weights as well; the new bias alone was asked for.
    还返回了权重；只应返回新的偏置。
""")


# --- collapse_linear -----------------------------------------------------------------------------

collapse_linear = Check(structured.collapse_linear)
collapse_linear.worked(
    "by hand",
    given([[1.0, 2.0]], [0.5, 0.0], [[1.0], [1.0]], [0.25]),
    (np.array([[3.0]]), np.array([0.75])),
)
collapse_linear.worked(
    "by hand",
    given([[1.0, 2.0], [0.0, 1.0]], [1.0, -1.0], [[2.0, 0.0], [1.0, 3.0]], [0.5, 1.0]),
    (np.array([[4.0, 6.0], [1.0, 3.0]]), np.array([1.5, -2.0])),
)
collapse_linear.published(  # three points turned by 90 degrees; a fourth turned and then moved
    "Matplotlib 3.11, lib/matplotlib/tests/test_transforms.py, TestAffine2D",
    given(
        [[0.0, 2.0], [3.0, 3.0], [4.0, 0.0]], [1.0, 1.0], [[0.0, 1.0], [-1.0, 0.0]], [23.0, 42.0]
    ),
    (np.array([[-2.0, 0.0], [-3.0, 3.0], [0.0, 4.0]]), np.array([22.0, 43.0])),
)
collapse_linear.edge(  # 101 parameters become 9
    "the network of B-4: 8 inputs, 10 units, 1 output",
    given(np.arange(80.0).reshape(8, 10) / 64, np.arange(10.0), np.ones((10, 1)) / 8, [2.0]),
)
collapse_linear.edge("no biases", given([[1.0, 2.0]], [0.0, 0.0], [[3.0], [-1.0]], [0.0]))
collapse_linear.edge(
    "no units in between", given(np.zeros((2, 0)), np.zeros(0), np.zeros((0, 3)), [1.0, 2.0, 3.0])
)


@collapse_linear.random
def _(rng):
    n, h, k = (int(side) for side in rng.integers(2, 6, 3))
    W1, W2 = rng.integers(-8, 9, (n, h)) / 8, rng.integers(-8, 9, (h, k)) / 8
    return given(W1, rng.integers(-8, 9, h) / 8, W2, rng.integers(-8, 9, k) / 8)


@collapse_linear.property(
    "The one layer must have the same outputs as the two, for any input.",
    "对任意输入，合并后一层的输出应与原来两层相同。",
)
def _(rng):
    W1, b1 = rng.standard_normal((4, 5)), rng.standard_normal(5)
    W2, b2 = rng.standard_normal((5, 3)), rng.standard_normal(3)
    x = rng.standard_normal((6, 4))
    ((W, b),) = yield [given(W1, b1, W2, b2)]
    return np.allclose(x @ W + b, (x @ W1 + b1) @ W2 + b2)


collapse_linear.edits("""
b1 @ W2 + b2 -> b2
    It takes only the second bias; multiply the first one by W2 and add it.
    只取了第二个偏置；第一个偏置应乘以 W2 后再加上。
b1 @ W2 -> b1
    It adds the biases as they are; the first one must be multiplied by W2.
    把两个偏置直接相加了；第一个偏置应先乘以 W2。
b1 @ W2 + b2 -> b1 @ W2
    The second bias is missing; add it last.
    漏掉了第二个偏置；最后应加上它。
W1 @ W2 -> W2 @ W1
    The matrices are multiplied in the wrong order: x is on the left, so W1 W2.
    矩阵相乘的次序反了：x 在左边，应为 W1 W2。
W1 @ W2 -> W1 * W2
    It multiplies entry by entry; use the matrix product.
    用了逐元素相乘；应使用矩阵乘法。
b1 = np.maximum(b1, 0)
    It applies a ReLU to the first bias; there is no activation between the two layers.
    对第一个偏置用了 ReLU；两层之间没有激活函数。
W1 @ W2 -> (W1 @ W2).T
    The weights are transposed; they have the shape (inputs, outputs).
    权重被转置了；形状应为（输入数，输出数）。
return result[0]
    It returns the weights alone; the bias belongs to the result.
    只返回了权重；还应返回偏置。
W2 = np.maximum(W2, 0)
    Negative weights of the second layer become 0.
    第二层的负权重变成了 0；应保留。
W1 @ W2 -> np.maximum(W1, 0) @ W2
    Negative weights of the first layer become 0.
    第一层的负权重变成了 0；应保留。
b1 @ W2 + b2 -> (b1 + b2.sum()) @ W2 if b1.size else b2
    It adds the second bias before it multiplies; add it last.
    先加第二个偏置再相乘了；最后才应加上它。
W1 @ W2 -> W1 + W2
    It adds the matrices; multiply them.
    把两个矩阵相加了；应相乘。
b1 @ W2 + b2 -> b1 @ W2 - b2
    It subtracts the second bias; add it.
    减去了第二个偏置；应加上。
return result[::-1]
    The results are exchanged; the weights come first.
    返回值的次序反了；权重应在前。
b1 @ W2 -> b1.sum()
    It adds the sum of the first bias; multiply it by W2.
    加上了第一个偏置之和；应乘以 W2。
b1 @ W2 -> W2.sum(axis=0)
    It adds the sums of the columns of W2; multiply them by the first bias.
    加上了 W2 的列和；应以第一个偏置相乘。
W1 @ W2, b1 @ W2 + b2 -> np.maximum(W1 @ W2, 0), b1 @ W2 + b2
    A ReLU is applied to the product of the weights.
    对权重的乘积用了 ReLU；这里没有激活函数，不应使用。
""")
