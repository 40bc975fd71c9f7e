"""Checks of `minprune.formulas.convolution`."""

import numpy as np

from minprune.checks.check import Check, given
from minprune.formulas import convolution

PLANE = np.arange(16.0).reshape(1, 4, 4, 1)  # 0 to 15, row by row
ODD = np.arange(15.0).reshape(1, 3, 5, 1)  # a border is left over on both sides
ROWS, COLUMNS = np.indices((26, 26))
IMAGES = np.repeat((26.0 * ROWS + COLUMNS)[None, :, :, None], 32, axis=3)  # (1, 26, 26, 32)


# --- conv2d --------------------------------------------------------------------------------------

conv2d = Check(convolution.conv2d)
conv2d.worked(
    "D-1.2a",
    given(np.ones((1, 28, 28, 1)), np.ones((3, 3, 1, 32)), np.zeros(32)),
    np.full((1, 26, 26, 32), 9.0),
)
conv2d.worked(
    "by hand",
    given(
        [[[[1.0], [2.0]], [[3.0], [4.0]]]], [[[[1.0]], [[10.0]]], [[[100.0]], [[1000.0]]]], [0.5]
    ),
    [[[[4321.5]]]],
)
conv2d.worked(
    "by hand",
    given(
        np.arange(1.0, 10.0).reshape(1, 3, 3, 1),
        [[[[1.0]], [[0.0]]], [[[0.0]], [[-1.0]]]],
        [1.0],
    ),
    [[[[-3.0], [-3.0]], [[-3.0], [-3.0]]]],
)
conv2d.worked(
    "by hand",
    given([[[[1.0, 2.0]]]], [[[[1.0, 0.0, 2.0], [3.0, 1.0, 0.0]]]], [0.0, 10.0, 20.0]),
    [[[[7.0, 12.0, 22.0]]]],
)
conv2d.published(
    "TensorFlow (commit 64e569c), "
    "tensorflow/python/kernel_tests/nn_ops/conv_ops_test.py, testConv2D2x2Filter",
    given(
        np.arange(1.0, 19.0).reshape(1, 2, 3, 3),
        np.arange(1.0, 37.0).reshape(2, 2, 3, 3),
        [0.0, 0.0, 0.0],
    ),
    [[[[2271.0, 2367.0, 2463.0], [2901.0, 3033.0, 3165.0]]]],
)
conv2d.edge(
    "the kernel is as large as the image, two channels",
    given(PLANE.reshape(2, 2, 2, 2), PLANE.reshape(2, 2, 2, 2) / 4, [0.5, -0.5]),
)
conv2d.edge(
    "a kernel higher than wide",
    given(PLANE, np.array([1.0, 2.0, 4.0]).reshape(3, 1, 1, 1), [0.0]),
)
conv2d.edge("a kernel of zeros gives the bias", given(-PLANE, np.zeros((2, 2, 1, 2)), [-1.0, 2.0]))
conv2d.edge("no images", given(np.zeros((0, 3, 3, 1)), np.ones((2, 2, 1, 1)), [1.0]))
conv2d.edge(
    "single precision",
    given(np.float32(PLANE), np.full((2, 2, 1, 1), 0.5, np.float32), np.zeros(1, np.float32)),
)
conv2d.edge(
    "whole numbers",
    given(
        np.arange(9).reshape(1, 3, 3, 1),
        0.25 * np.arange(8.0).reshape(2, 2, 1, 2),
        np.array([0.5, -1.5]),
    ),
)


@conv2d.random
def _(rng):
    return given(
        rng.integers(-4, 5, (2, 4, 5, 3)) / 4,
        rng.integers(-4, 5, (2, 3, 3, 2)) / 4,
        rng.integers(-4, 5, 2) / 4,
    )


@conv2d.property(
    "Moving the image by one pixel must move the result by one pixel.",
    "图像平移一个像素，结果也应平移一个像素。",
)
def _(rng):
    x, K, b = rng.standard_normal((1, 5, 6, 2)), rng.standard_normal((2, 2, 2, 3)), np.ones(3)
    here, moved = yield [given(x, K, b), given(x[:, 1:, 1:], K, b)]
    return np.allclose(here[:, 1:, 1:], moved)


@conv2d.property(
    "With biases of 0, the result for a sum of images must be the sum of the results.",
    "偏置为 0 时，图像之和的结果应等于各自结果之和。",
)
def _(rng):
    x, y = rng.standard_normal((2, 1, 4, 4, 2))
    K, b = rng.standard_normal((3, 3, 2, 2)), np.zeros(2)
    one, other, both = yield [given(x, K, b), given(y, K, b), given(x + y, K, b)]
    return np.allclose(one + other, both)


conv2d.edits("""
K = K[::-1, ::-1]
    The kernel is flipped, as in mathematics; a layer uses it as it is.
    卷积核被翻转了，那是数学上的卷积；卷积层不翻转卷积核。
b = np.zeros_like(b)
    The biases are missing: add b_o to every pixel of filter o.
    漏掉了偏置：滤波器 o 的每个像素都应加上 b_o。
b = b * K[..., 0].size
    The bias is added for every entry of the kernel; add it once, outside the sum.
    滤波器的每一项都加了一次偏置；偏置应在求和之外只加一次。
return result[:, :-1, :-1]
    The last row and column are missing: H - k_h + 1 windows fit below each other.
    少了最后一行和一列：纵向应有 H - k_h + 1 个窗口。
return result[:, ::K.shape[0], ::K.shape[1]]
    The window moves by its own size; with stride 1 it moves by one pixel.
    窗口每次移动了整个核的宽度；步幅为 1 时每次只移动一个像素。
K = K / K[..., 0].size
    It takes the mean over the window and the channels; sum the products.
    对窗口和通道取了平均；应对乘积求和。
x, K = x[..., :1], K[:, :, :1]
    Only the first channel of the image is used; sum over all of them.
    只用了图像的第一个通道；应对所有输入通道求和。
K = K.transpose(1, 0, 2, 3)
    Height and width of the kernel are swapped: u belongs to the rows i, v to the columns j.
    卷积核的高与宽弄反了：u 对应行 i，v 对应列 j。
return np.maximum(result, 0)
    A ReLU is applied to the result; the layer itself is linear.
    对结果又用了 ReLU；卷积层本身是线性的。
h, w = K.shape[:2]
x = np.pad(x, ((0, 0), ((h - 1) // 2, h // 2), ((w - 1) // 2, w // 2), (0, 0)))
    Zeros are added around the image to keep its size; without padding it shrinks by k - 1.
    在图像四周补了零，使尺寸不变；不填充时尺寸应减少 k - 1。
b = 2 * b
    The bias is added twice; add it once.
    偏置加了两次；应只加一次。
K = K[::-1]
    The kernel is flipped upside down; a layer uses it as it is.
    核上下翻转了；应直接使用。
K = K[:, ::-1]
    The kernel is flipped left to right; a layer uses it as it is.
    核左右翻转了；应直接使用。
b = -b
    The biases are subtracted; add them.
    减去了偏置；应加上。
return result[:, ::2, ::2]
    The window moves by two pixels; with stride 1 it moves by one.
    窗口每次移动两个像素；步幅为 1 时应移动一个。
return result.transpose(0, 3, 1, 2)
    The channels stand before the rows and columns; they are the last axis.
    通道排在了行列之前；通道应在最后一个轴。
b = np.full_like(b, b[:1].sum())
    All filters get the first bias; each has its own.
    所有滤波器都用了第一个偏置；每个应有自己的偏置。
return result.mean(axis=0, keepdims=True)
    It averages over the images; every image has its own result.
    对图像取了平均；每张图像应有自己的结果。
K = K.sum(axis=2, keepdims=True) / K.shape[2] + 0 * K
    All channels share the mean kernel; each channel has its own weights.
    各通道共用了平均的核；每个通道应有自己的权重。
return result[:, 1:, 1:]
    The first row and column are missing; H - k_h + 1 windows fit below each other.
    漏掉了第一行和第一列；纵向应有 H - k_h + 1 个窗口。
b = b / K[..., 0].size
    The bias is divided by the number of weights of a filter; add it as it is.
    偏置除以了滤波器的权重个数；应直接相加。
return np.abs(result)
    It takes the absolute value of the result; the layer itself is linear.
    对结果取了绝对值；该层本身是线性的。
h, w = K.shape[:2]
x = np.pad(x, ((0, 0), (h - 1, h - 1), (w - 1, w - 1), (0, 0)))
    Zeros are added so that every overlap counts; without padding the image shrinks by k - 1.
    四周补零以计入所有重叠；不填充时应缩小 k - 1。
return result.astype(np.asarray(x).dtype)
    The result has the number type of x: whole numbers cut off the fractions; return floats.
    结果沿用了 x 的数据类型，x 为整数时小数被截掉；应返回浮点数。
h, w = K.shape[:2]
x = np.pad(x, ((0, 0), (h // 2, h // 2), (w // 2, w // 2), (0, 0)))
    It adds k // 2 zeros on each side; without padding the image shrinks by k - 1.
    每边补了 k // 2 个零；不填充时图像应缩小 k - 1。
b = b * K[..., 0, 0].size
    The bias is added at every position of the kernel; add it once, outside the sum.
    核的每个位置都加了一次偏置；偏置应在求和之外只加一次。
b = b * K.shape[2]
    The bias is added for every channel; add it once, outside the sum.
    每个输入通道都加了一次偏置；偏置应在求和之外只加一次。
x = x[:, :-1, :-1]
    The last row and column are missing, and a kernel as large as the image fails.
    少了最后一行和最后一列，核与图像一样大时还会报错；应有 H - k_h + 1 个窗口。
if not len(x): raise ValueError
    It fails without images, as reshape(0, -1) does; the result is empty then.
    没有图像时报错，reshape(0, -1) 就会这样；此时结果应为空。
x = x[:, ::2, ::2]
    It leaves out every other pixel of the image; the window moves by one pixel over all of them.
    图像隔一个像素取一个；窗口应在全部像素上逐个移动。
x = x[..., ::-1]
    The channels are in reverse order; channel c of the image belongs to K[:, :, c].
    通道的次序颠倒了；图像的通道 c 应对应 K[:, :, c]。
K = K[..., ::-1]
    The filters are in reverse order, but not the biases.
    滤波器的次序颠倒了，偏置却没有；应保持原次序。
return result.transpose(0, 2, 1, 3)
    Rows and columns of the result are swapped.
    结果的行与列弄反了，应保持原来的次序。
return result[:1]
    It computes the first image only; every image has its own result.
    只算了第一张图像；每张图像都应有自己的结果。
K = np.abs(K)
    It takes the magnitudes of the kernel; multiply with the signs.
    对卷积核取了绝对值；应带符号相乘。
return result.sum(axis=3, keepdims=True)
    It adds up the filters; each filter has its own channel of the result.
    把各滤波器的结果相加了；每个滤波器应有自己的输出通道。
x = x.transpose(0, 2, 1, 3)
    Rows and columns of the image are swapped before the layer.
    先把图像的行与列弄反了，应保持原来的次序。
K = K / K.sum(axis=(0, 1, 2)) if (K.sum(axis=(0, 1, 2)) != 0).all() else K
    It divides every filter by the sum of its weights; use the weights as they are.
    把每个滤波器除以了其权重之和；应直接使用权重。
""")


def windows(x, size):
    """All windows of so many rows and columns, as (N, i, u, j, v, C): they overlap."""
    view = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(1, 2))
    return view.transpose(0, 1, 4, 2, 5, 3)


# --- max_pool2d ----------------------------------------------------------------------------------

max_pool2d = Check(convolution.max_pool2d)
max_pool2d.worked("D-1.2b", given(IMAGES), IMAGES[:, 1::2, 1::2])
max_pool2d.worked("by hand", given(PLANE), [[[[5.0], [7.0]], [[13.0], [15.0]]]])
max_pool2d.worked("by hand", given(-PLANE, size=2), [[[[0.0], [-2.0]], [[-8.0], [-10.0]]]])
max_pool2d.worked("by hand", given(ODD, 3), [[[[12.0]]]])
max_pool2d.published(
    "TensorFlow (commit de11fbc), tensorflow/python/kernel_tests/nn_ops/pooling_ops_test.py, "
    "testMaxPoolValidPadding",
    given(np.arange(1.0, 28.0).reshape(1, 3, 3, 3)),
    [[[[13.0, 14.0, 15.0]]]],
)
max_pool2d.edge("a border is left over, all numbers negative", given(ODD - 20.0))
max_pool2d.edge("squares of one pixel", given(PLANE, 1))
max_pool2d.edge("one square is the whole image", given(-PLANE, size=4))
max_pool2d.edge("three channels", given(np.arange(12.0).reshape(1, 2, 2, 3) % 5))
max_pool2d.edge("no images", given(np.zeros((0, 4, 4, 1))))
max_pool2d.edge("single precision", given(np.float32(PLANE) / 4, 2))


@max_pool2d.random
def _(rng):
    return given(rng.integers(-8, 9, (2, 5, 7, 3)) / 4, size=int(rng.integers(2, 4)))


@max_pool2d.property(
    "Adding a number to all pixels must add it to the result.",
    "所有像素都加上一个数，结果也应加上这个数。",
)
def _(rng):
    x = rng.standard_normal((2, 4, 6, 2))
    here, lower = yield [given(x), given(x - 8.0)]
    return np.allclose(here - 8.0, lower)


@max_pool2d.solution
def max_pool2d(x, size=2):
    N, H, W, C = x.shape
    h, w = H // size, W // size
    squares = x[:, : h * size, : w * size].reshape(N, h, size, w, size, C)
    return np.max(squares, axis=(2, 4))


max_pool2d.edits("""
np.max( -> np.mean(
    It takes the mean of each square; take its maximum.
    对每个方块取了平均；应取最大值。
np.max( -> np.min(
    It takes the smallest entry of each square; take the largest.
    取了每个方块的最小值；应取最大值。
x = np.abs(x)
    It compares absolute values; a negative number is smaller than a positive one.
    比较的是绝对值；负数应小于正数。
return np.maximum(result, 0)
    The maximum starts from 0, so that negative squares give 0; start from their own entries.
    最大值从 0 开始比较，全为负数的方块得到了 0；应从方块自身的元素开始。
size = 2
    The squares are always 2 by 2; `size` is their side.
    方块总是 2×2；边长应由 size 决定。
return result.max(axis=3, keepdims=True)
    It takes the maximum over the channels too; pool every channel separately.
    连通道也一起取了最大值；每个通道应单独池化。
x[:, : h * size, : w * size].reshape(N, h, size, w, size, C) -> windows(x, size)
    The squares overlap: the next one begins size pixels further, not one.
    方块重叠了：下一个方块应移动 size 个像素，而不是一个。
border = (0, 0), (0, -x.shape[1] % size), (0, -x.shape[2] % size), (0, 0)
x = np.pad(x, border, constant_values=-np.inf)
    Squares that are cut by the border are kept; drop what is left over.
    边缘不完整的方块也保留了；剩余部分应舍去。
N, h, size, w, size, C -> N, h, w, size, size, C
axis=(2, 4) -> axis=(3, 4)
    The reshape cuts up rows instead of squares: it has to be (N, H', size, W', size, C).
    reshape 切出的不是方块；形状应为 (N, H', size, W', size, C)。
np.max(squares, axis=(2, 4)) -> squares[:, :, 0, :, 0]
    It takes one fixed pixel of each square; take the largest of all.
    只取了每个方块的一个像素，那是抽样；应取方块中的最大值。
axis=(2, 4) -> axis=2
return result.sum(axis=3)
    It takes the maximum over the rows and then adds the columns; take the maximum of both.
    对行取最大后又把列相加了；两个方向都应取最大。
np.max( -> np.median(
    It takes the median of each square; take its maximum.
    取了每个方块的中位数；应取最大值。
np.max( -> np.sum(
    It sums each square; take its maximum.
    对每个方块求了和；应取最大值。
np.max(squares, axis=(2, 4)) -> squares[:, :, -1, :, -1]
    It takes the last pixel of each square; take the largest of all.
    取了每个方块的最后一个像素；应取最大的。
return result.transpose(0, 3, 1, 2)
    The channels stand before the rows and columns; they are the last axis.
    通道排在了行列之前；通道应在最后一个轴。
border = (0, 0), (0, -x.shape[1] % size), (0, -x.shape[2] % size), (0, 0)
x = np.pad(x, border)
    The border is filled up with zeros, which count as pixels; drop what is left over.
    边缘用零补满并计入了；余下的应舍去。
x = x[:, ::-1, ::-1]
return result[:, ::-1, ::-1]
    What is left over is dropped at the first rows and columns; drop it at the last.
    在开头的行列舍去了余下的；应在末尾舍去。
return result.max(axis=(1, 2))
    It takes the maximum of the whole image; each square has its own.
    取了整张图像的最大值；每个方块应有自己的。
x[:, : h * size, : w * size].reshape(N, h, size, w, size, C) -> windows(x, size)[:, :h, :, :w]
    The squares move by one pixel; the next one begins size pixels further.
    方块每次只移动一个像素；下一个方块应移动 size 个像素。
h, w = H // size, W // size -> h, w = (H - size) // size, (W - size) // size
    A row and a column of squares are missing: (H - size) // size + 1 are below each other.
    少了一行和一列方块：纵向应有 (H - size) // size + 1 个。
return result.sum(axis=3, keepdims=True)
    It adds up the channels; pool every channel separately.
    把各通道相加了；每个通道应单独池化。
return np.repeat(np.repeat(result, size, axis=1), size, axis=2)
    It writes the maximum to all pixels of a square; each square gives one pixel.
    把最大值写到了方块的每个像素；每个方块只应给出一个像素。
return result.astype(int)
    It cuts the results to whole numbers; they are floats.
    结果的小数部分丢掉了；应返回浮点数。
""")


# --- average_pool2d ------------------------------------------------------------------------------

average_pool2d = Check(convolution.average_pool2d)
average_pool2d.worked("D-1.2b", given(IMAGES), IMAGES[:, ::2, ::2] + 13.5)
average_pool2d.worked("by hand", given(PLANE), [[[[2.5], [4.5]], [[10.5], [12.5]]]])
average_pool2d.worked("by hand", given(ODD, 3), [[[[6.0]]]])
average_pool2d.worked(
    "by hand", given([[[[1.0, -4.0], [0.0, -8.0]], [[2.0, 0.0], [-5.0, 4.0]]]]), [[[[-0.5, -2.0]]]]
)
average_pool2d.published(
    "TensorFlow (commit de11fbc), tensorflow/python/kernel_tests/nn_ops/pooling_ops_test.py, "
    "testAvgPoolValidPadding",
    given(np.arange(1.0, 28.0).reshape(1, 3, 3, 3)),
    [[[[7.0, 8.0, 9.0]]]],
)
average_pool2d.edge("a border is left over", given(ODD - 20.0, size=2))
average_pool2d.edge("squares of one pixel", given(PLANE, 1))
average_pool2d.edge("one square is the whole image", given(-PLANE, size=4))
average_pool2d.edge("no images", given(np.zeros((0, 4, 4, 1))))
average_pool2d.edge("single precision", given(np.float32(PLANE) / 4, 2))
average_pool2d.edge("whole numbers", given(np.arange(16).reshape(1, 4, 4, 1)))


@average_pool2d.random
def _(rng):
    return given(rng.integers(-8, 9, (2, 5, 7, 3)) / 4, size=int(rng.integers(2, 4)))


@average_pool2d.property(
    "If nothing is left over, the mean of every channel must not change.",
    "没有剩余边缘时，每个通道的平均值应保持不变。",
)
def _(rng):
    x = rng.standard_normal((2, 4, 6, 3))
    (pooled,) = yield [given(x)]
    return np.allclose(np.mean(pooled, axis=(1, 2)), x.mean(axis=(1, 2)))


@average_pool2d.solution
def average_pool2d(x, size=2):
    N, H, W, C = x.shape
    h, w = H // size, W // size
    squares = x[:, : h * size, : w * size].reshape(N, h, size, w, size, C)
    return np.mean(squares, axis=(2, 4))


average_pool2d.edits("""
np.mean( -> np.max(
    It takes the maximum of each square; take the mean.
    取了每个方块的最大值；应取平均值。
np.mean( -> np.sum(
    It sums each square; divide by the size^2 pixels.
    对每个方块只求了和；还应除以像素个数 size^2。
return result * size
    It divides by size; a square has size^2 pixels.
    除以了 size；方块有 size^2 个像素。
return result.mean(axis=3, keepdims=True)
    It averages over the channels too; pool every channel separately.
    连通道也一起取了平均；每个通道应单独池化。
np.mean( -> np.sum(
return result / 4
    It always divides by 4; a square has size^2 pixels.
    总是除以 4；应除以方块的像素个数 size^2。
x[:, : h * size, : w * size].reshape(N, h, size, w, size, C) -> windows(x, size)
    The squares overlap: the next one begins size pixels further, not one.
    方块重叠了：下一个方块应移动 size 个像素，而不是一个。
border = (0, 0), (0, -x.shape[1] % size), (0, -x.shape[2] % size), (0, 0)
x = np.pad(x.astype(float), border, constant_values=np.nan)
np.mean( -> np.nanmean(
    Squares that are cut by the border are kept; drop what is left over.
    边缘不完整的方块也保留了；剩余部分应舍去。
border = (0, 0), (0, -x.shape[1] % size), (0, -x.shape[2] % size), (0, 0)
x = np.pad(x, border)
    The border is filled up with zeros, which count as pixels; drop what is left over.
    边缘用 0 补齐，0 也算进了平均值；剩余部分应舍去。
N, h, size, w, size, C -> N, h, w, size, size, C
axis=(2, 4) -> axis=(3, 4)
    The reshape cuts up rows instead of squares: it has to be (N, H', size, W', size, C).
    reshape 切出的不是方块；形状应为 (N, H', size, W', size, C)。
np.mean( -> np.median(
    It takes the median of each square; take the mean.
    取了每个方块的中位数；应取平均。
np.mean(squares, axis=(2, 4)) -> squares[:, :, 0, :, 0]
    It takes one fixed pixel of each square; take the mean of all.
    取了每个方块的固定像素；应取全部的平均。
size = 2
    The squares are always 2 by 2; `size` is their side.
    方块总取 2 乘 2；size 才是边长。
return result.mean(axis=(1, 2))
    It averages the whole image; each square has its own mean.
    对整张图像取了平均；每个方块应有自己的平均。
np.mean( -> np.min(
    It takes the smallest entry of each square; take the mean.
    取了每个方块的最小值；应取平均。
np.mean(squares, axis=(2, 4)) -> squares.max(axis=4).mean(axis=2)
    It takes the maximum along the columns first; average over both.
    先沿列取了最大；两个方向都应取平均。
return np.maximum(result, 0)
    A ReLU is applied to the means; return them as they are.
    对平均值用了 ReLU；应直接返回。
return result.transpose(0, 3, 1, 2)
    The channels stand before the rows and columns; they are the last axis.
    通道排在了行列之前；通道应在最后一个轴。
x = x[:, ::-1, ::-1]
return result[:, ::-1, ::-1]
    What is left over is dropped at the first rows and columns; drop it at the last.
    在开头的行列舍去了余下的；应在末尾舍去。
x = np.abs(x)
    It averages absolute values; average the entries with their signs.
    对绝对值取了平均；应对带符号的元素取平均。
return result.astype(np.asarray(x).dtype)
    The result has the number type of x: whole numbers cut off the fractions; return floats.
    结果沿用了 x 的数据类型，x 为整数时小数被截掉；应返回浮点数。
x[:, : h * size, : w * size].reshape(N, h, size, w, size, C) -> windows(x, size)[:, :h, :, :w]
    The squares move by one pixel; the next one begins size pixels further.
    方块每次只移动一个像素；下一个方块应移动 size 个像素。
h, w = H // size, W // size -> h, w = (H - size) // size, (W - size) // size
    A row and a column of squares are missing: (H - size) // size + 1 are below each other.
    少了一行和一列方块：纵向应有 (H - size) // size + 1 个。
return result.sum(axis=3, keepdims=True)
    It adds up the channels; pool every channel separately.
    把各通道相加了；每个通道应单独池化。
np.mean(squares, axis=(2, 4)) -> np.sqrt(np.mean(np.square(squares), axis=(2, 4)))
    It takes the root mean square of each square; take the mean.
    取了每个方块的均方根；应取平均。
np.mean(squares, axis=(2, 4)) -> np.mean(squares, axis=(2, 4), where=squares != 0)
    It leaves zeros out of the mean; every pixel counts.
    求平均时略去了零；每个像素都应计入。
return np.repeat(np.repeat(result, size, axis=1), size, axis=2)
    It writes the mean to all pixels of a square; each square gives one pixel.
    把平均值写到了方块的每个像素；每个方块只应给出一个像素。
""")
