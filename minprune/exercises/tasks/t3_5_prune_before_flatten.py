import numpy as np

from minprune.checks.check import given
from minprune.exercises.exercise import Exercise
from minprune.formulas.convolution import conv2d

exercise = Exercise(
    "3.5",
    title={"en": "Channels before a Flatten", "zh": "展平之前的通道"},
    text={
        "en": """\
        Remove output channels of a convolution whose images are flattened for a dense layer.

            a = ReLU(conv(x, K) + b)        images (height, width, C)
            y = flatten(a) @ W              flatten(a) has height width C entries

        Images are flattened row by row, the channels of a pixel next to each other: channel c of
        pixel p = 0 .. height width - 1 is entry p C + c. So every channel has height width rows of
        W: c, c + C, c + 2 C and so on. y must equal that of the large network with the removed
        channels of a set to 0.

        K              kernel (k_h, k_w, c_in, C); filter c is K[..., c]
        b              its biases (C,)
        W              weights of the dense layer (height width C, n_out)
        keep           boolean vector (C,), True = keep, at least one True
        height, width  of the images that are flattened, >= 1
        returns        (K, b, W) with keep.sum() channels instead of C, in their old order

        >>> K, b = np.array([[[[1.0, 2.0]]]]), np.array([3.0, 4.0])
        >>> W = np.array([[10.0], [20.0], [30.0], [40.0]])
        >>> small = prune_before_flatten(K, b, W, np.array([False, True]), height=1, width=2)
        >>> [array.tolist() for array in small]
        [[[[[2.0]]]], [4.0], [[20.0], [40.0]]]
        """,
        "zh": """\
        删除一个卷积层的若干输出通道，它输出的特征图展平后送入全连接层。

            a = ReLU(conv(x, K) + b)        特征图 (height, width, C)
            y = flatten(a) @ W              flatten(a) 有 height width C 个元素

        特征图按行展平，同一像素的各通道相邻：像素 p（从 0 到 height width - 1）
        的通道 c 是第 p C + c 个元素。因此每个通道对应 W 的 height width 行：
        c、c + C、c + 2 C，依此类推。
        y 必须等于原网络在 a 中被删除的通道置 0 时的输出。

        K              卷积核 (k_h, k_w, c_in, C)，第 c 个滤波器是 K[..., c]
        b              它的偏置 (C,)
        W              全连接层的权重 (height width C, n_out)
        keep           布尔向量 (C,)，True 表示保留，至少有一个 True
        height, width  被展平的特征图的高和宽，>= 1
        返回           (K, b, W)，通道数由 C 变为 keep.sum()，余下部分顺序不变

        >>> K, b = np.array([[[[1.0, 2.0]]]]), np.array([3.0, 4.0])
        >>> W = np.array([[10.0], [20.0], [30.0], [40.0]])
        >>> small = prune_before_flatten(K, b, W, np.array([False, True]), height=1, width=2)
        >>> [array.tolist() for array in small]
        [[[[[2.0]]]], [4.0], [[20.0], [40.0]]]
        """,
    },
    hints={
        "en": [
            "Write down which channel each row of W reads, for 2 channels and 3 pixels: "
            "0, 1, 0, 1, 0, 1. Which rows are kept?",
            "A boolean vector with one entry for every row of W is keep written height width "
            "times, one after the other. np.tile and np.repeat do two different things.",
            "np.tile(keep, 3) of [True, False] is [True, False, True, False, True, False]. Use "
            "such a vector for the rows of W, and keep itself for K and b.",
        ],
        "zh": [
            "以 2 个通道、3 个像素为例，写出 W 每一行读取的通道：0, 1, 0, 1, 0, 1。"
            "那么应保留哪些行？",
            "需要一个布尔向量，W 的每行对应一个元素：把 keep 依次重复 height width 遍。"
            "注意 np.tile 与 np.repeat 的区别。",
            "对 [True, False]，np.tile(keep, 3) 得到 [True, False, True, False, True, False]。"
            "用这样的向量选 W 的行，K 和 b 则直接用 keep。",
        ],
    },
    source="C-4.3a, E-2.3b; Li et al. 2017",
)


@exercise.solution
def prune_before_flatten(K, b, W, keep, height, width):
    rows = np.tile(keep, height * width)
    return K[..., keep], b[keep], W[rows]


def layers(first, pixels, outputs):
    """K, b and W of numbers that are all different; the last of `first` are the channels."""
    channels = first[-1]
    K = np.arange(1.0, np.prod(first) + 1).reshape(first)
    W = np.arange(100.0, 100.0 + pixels * channels * outputs).reshape(-1, outputs)
    return K, np.arange(1.0, channels + 1) / 2, W


exercise.worked(
    "by hand",
    given([[[[1.0, 2.0]]]], [3.0, 4.0], [[10.0], [20.0], [30.0], [40.0]], [False, True], 1, 2),
    [np.array([[[[2.0]]]]), np.array([4.0]), np.array([[20.0], [40.0]])],
)
exercise.worked(
    "by hand",
    given([[[[1.0, 2.0, 3.0]]]], [4.0, 5.0, 6.0], np.arange(12.0).reshape(12, 1),
          [True, False, True], 2, 2),
    [np.array([[[[1.0, 3.0]]]]), np.array([4.0, 6.0]),
     np.array([[0.0], [2.0], [3.0], [5.0], [6.0], [8.0], [9.0], [11.0]])],
)  # fmt: skip
exercise.edge("a single pixel", given(*layers((3, 3, 3, 3), 1, 3), [True, True, False], 1, 1))
exercise.edge("as many outputs as entries", given(*layers((1, 1, 1, 2), 2, 4), [True, False], 2, 1))
exercise.edge("every channel is kept", given(*layers((1, 1, 2, 2), 6, 2), [True, True], 3, 2))
exercise.edge(
    "as many inputs, channels and outputs",
    given(*layers((3, 3, 3, 3), 6, 3), [False, True, False], 2, 3),
)


@exercise.random
def _(rng):
    height, width = map(int, rng.integers(2, 5, 2))
    K, b = rng.standard_normal((3, 3, 2, 4)), rng.standard_normal(4)
    W = rng.standard_normal((height * width * 4, 3))
    return given(K, b, W, rng.permutation(4) < 2, height, width)


@exercise.property(
    "The smaller network must have the outputs of the larger one with these channels set to 0.",
    "变小后的网络的输出应与原网络将这些通道置 0 后的输出相同。",
)
def _(rng):
    def images(K, b):
        return np.maximum(conv2d(x, K, b), 0)  # 3 x 4 pixels

    x, keep = rng.standard_normal((2, 4, 6, 2)), rng.permutation(5) < 3
    K, b = rng.standard_normal((2, 3, 2, 5)), rng.standard_normal(5)
    W = rng.standard_normal((3 * 4 * 5, 3))
    ((K_small, b_small, W_small),) = yield [given(K, b, W, keep, 3, 4)]
    expected = (images(K, b) * keep).reshape(2, -1) @ W
    return np.allclose(images(K_small, b_small).reshape(2, -1) @ W_small, expected)


exercise.edits("""
np.tile( -> np.repeat(
    It takes the first height width rows as channel 0, as repeat does; its rows are 0, C, 2 C, ...
    像 repeat 那样把前 height width 行当成了通道 0；它对应的是第 0、C、2 C 等行。
np.tile(keep, height * width) -> np.tile(np.repeat(keep, width), height)
    It takes whole rows of an image for a channel; the channels of one pixel are neighbours.
    把特征图的一整行当成了一个通道；同一像素的各通道是相邻的。
np.tile(keep, height * width) -> np.arange(len(W)).reshape(-1, len(keep)).T[keep].ravel()
    The rows of W are ordered channel after channel; they keep their order, pixel after pixel.
    W 的行按通道重新排列了；应保持原来的顺序，即逐个像素排列。
np.tile(keep, height * width) -> np.tile(np.flatnonzero(keep), height * width)
    Every pixel gets the rows of the first one; channel c of pixel p reads row p C + c.
    每个像素取的都是第一个像素的行；像素 p 的通道 c 对应第 p C + c 行。
W[rows] -> W[np.add.outer(np.arange(height * width) * keep.sum(), np.flatnonzero(keep)).ravel()]
    It counts rows with the new number of channels; W has C rows a pixel, so it is row p C + c.
    用剪枝后的通道数计算行号；W 中每个像素有 C 行，应为第 p C + c 行。
W[rows] -> np.delete(W, np.flatnonzero(~keep), axis=0)
    Only rows of the first pixel are removed; every pixel has a row for each channel.
    只删了第一个像素的行；每个像素的每个通道都有一行。
W[rows] -> W[keep]
    It works for a single pixel alone; W has C rows for each of the height width pixels.
    只适用于单个像素；W 对 height width 个像素各有 C 行。
np.tile(keep, height * width) -> np.tile(keep, height)
    It fails for images wider than one pixel; W has C rows for each of the height width pixels.
    宽度超过一个像素时报错；W 对 height width 个像素各有 C 行。
np.tile(keep, height * width) -> np.tile(keep, width)
    It fails for images higher than one pixel; W has C rows for each of the height width pixels.
    高度超过一个像素时报错；W 对 height width 个像素各有 C 行。
W[rows] -> W[:, rows]
    It removes columns of W, its outputs; the channels are inputs, so remove rows.
    删除了 W 的列，即输出；通道对应的是输入，应删除行。
W[rows] -> W
    W still reads the removed channels; remove their rows.
    W 仍在读取被删的通道；对应的行也要删除。
W[rows] -> W * rows[:, None]
    The rows of W are set to 0 but not removed; W must fit the shorter flattened images.
    W 的行只是置为 0，没有删除；W 应与变短的展平结果相匹配。
W[rows] -> W.reshape(height * width, len(keep), -1)[:, keep]
    W has three axes, pixels, channels and outputs; reshape it to a matrix, a row for each input.
    W 成了三维（像素、通道、输出）；应恢复为矩阵，每行一个输入。
W[rows] -> W.reshape(height, width, len(keep), -1)[:, :, keep]
    W has four axes; reshape it to a matrix, a row for each input.
    W 成了四维；应恢复为矩阵，每行一个输入。
b[keep] -> b
    The biases of the removed channels are left; remove them too.
    被删通道的偏置还在；偏置也要删除。
K[..., keep] -> K
    K still has all filters; remove those of the pruned channels from its last axis.
    K 仍有全部滤波器；应沿最后一个轴删除被剪通道的滤波器。
K[..., keep] -> K * keep
b[keep] -> b * keep
W[rows] -> W * rows[:, None]
    It sets the channels to 0 and the arrays stay large; remove the channels.
    只是把通道置为 0，数组没有变小；应删除这些通道。
K[..., keep] -> K * keep
    The filters in K are set to 0; remove them from its last axis.
    K 中的滤波器只是置为 0；应沿最后一个轴删除。
keep = ~keep
    It keeps what should be removed; True means keep.
    保留和删除弄反了；True 表示保留。
K[..., keep] -> np.delete(K, np.flatnonzero(~keep), axis=2)
    It removes inputs of K; its output channels, the filters, are on the last axis.
    删除了 K 的输入通道；输出通道（滤波器）在最后一个轴上。
K[..., keep] -> np.delete(K, np.flatnonzero(~keep), axis=0)
    It cuts the first axis of K, its height; the filters are on the last axis.
    沿 K 的第一个轴（高）删除了；滤波器在最后一个轴上。
np.tile(keep, height * width) -> np.flatnonzero(keep)
    It keeps rows of the first pixel alone; every pixel has a row for each channel.
    只保留了第一个像素的行；每个像素的每个通道都有一行。
np.tile(keep, height * width) -> np.flatnonzero(np.tile(keep, height))
    It takes height for the number of pixels; there are height width of them.
    把 height 当成了像素个数；像素共有 height width 个。
np.tile(keep, height * width) -> np.flatnonzero(np.tile(keep, width))
    It takes width for the number of pixels; there are height width of them.
    把 width 当成了像素个数；像素共有 height width 个。
np.tile(keep, height * width) -> np.flatnonzero(np.tile(keep, height * height))
    It takes height * height for the number of pixels; there are height width of them.
    把 height * height 当成了像素个数；像素共有 height width 个。
np.tile(keep, height * width) -> np.flatnonzero(np.tile(keep, width * width))
    It takes width * width for the number of pixels; there are height width of them.
    把 width * width 当成了像素个数；像素共有 height width 个。
np.tile(keep, height * width) -> np.flatnonzero(np.tile(keep, height + width))
    It takes height + width for the number of pixels; there are height width of them.
    把 height + width 当成了像素个数；像素共有 height width 个。
np.tile(keep, height * width) -> np.ravel([p + np.flatnonzero(keep) for p in range(height * width)])
    It takes row p + c for channel c of pixel p; it is row p C + c.
    像素 p 的通道 c 取了第 p + c 行；应为第 p C + c 行。
W = W.reshape(width, height, len(b), -1).swapaxes(0, 1).reshape(len(W), -1)
    It reads W as if images were flattened column by column; they are flattened row by row.
    把特征图当成逐列展平的来读取 W；特征图是逐行展平的。
W[rows] -> W.reshape(len(keep), height * width, -1)[keep].swapaxes(0, 1).reshape(-1, W.shape[1])
    It reads W channel after channel; in W the channels of one pixel are neighbours.
    按通道依次读取了 W；W 中同一像素的各通道是相邻的。
np.tile(keep, height * width) -> np.tile(np.repeat(keep, height), width)
    It repeats every channel height times; the channels of one pixel are neighbours.
    每个通道连续重复了 height 次；同一像素的各通道是相邻的。
np.tile(keep -> np.tile(~keep
    The rows of the removed channels are kept; keep those of the others.
    保留的是被删通道的行；应保留其余的行。
b[keep] -> b[~keep]
    The biases of the removed channels are kept; keep those of the others.
    保留的是被删通道的偏置；应保留其余的偏置。
K[..., keep] -> K[..., ~keep]
    The filters of the removed channels are kept; keep the others.
    保留的是被删通道的滤波器；应保留其余的滤波器。
W[rows] -> W[np.flatnonzero(rows) + 1]
    Every row of W is one too far; rows and channels are counted from 0.
    W 的每个行号都大了 1；行和通道都从 0 开始数。
W[rows] -> np.delete(W, np.flatnonzero(~keep), axis=1)
    It removes columns of W, its outputs; the channels are inputs, so remove rows.
    删除了 W 的列，即输出；通道对应的是输入，应删除行。
W[rows] -> W[rows].T
    W is transposed; it has a row for each input.
    W 被转置了；每个输入对应一行。
W[rows] -> W[: rows.sum()]
    It keeps the first rows of W; keep those of the kept channels of each pixel.
    保留了 W 最前面的若干行；应保留每个像素中保留通道的行。
b[keep], W[rows] -> W[rows], b[keep]
    W is returned before b; the order is K, b, W.
    W 排在了 b 之前；顺序应为 K、b、W。
return (result[2], *result[:2])
    W is returned first; the order is K, b, W.
    W 排在了最前；顺序应为 K、b、W。
return result[::2]
    The bias b is missing; return K, b and W.
    缺少偏置 b；应返回 K、b、W。
return result[1:]
    K is missing; return K, b and W.
    缺少 K；应返回 K、b、W。
return result[2]
    It returns W alone; return K, b and W.
    只返回了 W；应返回 K、b、W。
keep = np.arange(len(keep)) < keep.sum()
    It keeps the first channels; keep those for which keep is True.
    保留了最前面的几个通道；应保留 keep 为 True 的通道。
keep = np.flatnonzero(keep)[::-1]
np.tile(keep, height * width) -> np.add.outer(np.arange(height * width) * len(b), keep).ravel()
    The channels are in reverse; they have to keep their order.
    通道的顺序颠倒了；应保持原有顺序。
return [np.squeeze(array) for array in result]
    Axes of length 1 are dropped; every array keeps its number of axes.
    长度为 1 的轴被去掉了；每个数组的轴数应不变。
""")

WRONG_AXES = """
K[..., keep] -> K[:, :, INDEX, :]
    It removes inputs of K; its output channels, the filters, are on the last axis.
    删除了 K 的输入通道；输出通道（滤波器）在最后一个轴上。
K[..., keep] -> K[INDEX]
    It cuts the first axis of K, its height; the filters are on the last axis.
    沿 K 的第一个轴（高）删除了；滤波器在最后一个轴上。
K[..., keep] -> K[:, INDEX]
    It cuts the second axis of K, its width; the filters are on the last axis.
    沿 K 的第二个轴（宽）删除了；滤波器在最后一个轴上。
W[rows] -> W[:, INDEX]
    It takes columns of W, its outputs; the channels are inputs, so keep rows.
    取的是 W 的列，即输出；通道对应的是输入，应按行保留。
"""

# an axis that is too short raises an error; of few indices none may be out of bounds
for index in ("keep", "np.flatnonzero(keep)"):
    exercise.edits(WRONG_AXES.replace("INDEX", index))
