import numpy as np

from minprune.checks.check import given
from minprune.exercises.exercise import Exercise
from minprune.formulas.convolution import conv2d

exercise = Exercise(
    "3.4",
    title={"en": "Removing channels for real", "zh": "真正删除通道"},
    text={
        "en": """\
        Remove output channels of a convolution that is followed by batch normalization, ReLU and
        another convolution: everything that belongs to these channels, in all seven arrays.

            z = conv(x, K1) + b1
            a = ReLU(gamma (z - mean) / sqrt(variance + eps) + beta)
            y = conv(a, K2)

        y must equal that of the large network with the removed channels of a set to 0.

        K1              kernel (k_h, k_w, c_in, C); filter c is K1[..., c]
        b1              its biases (C,)
        gamma, beta     scale and shift of batch normalization, (C,) each
        mean, variance  its running statistics, (C,) each
        K2              next kernel (k_h, k_w, C, c_out)
        keep            boolean vector (C,), True = keep, at least one True
        returns         the seven arrays (K1, b1, gamma, beta, mean, variance, K2), with
                        keep.sum() channels instead of C, in their old order

        The inputs of K1, the outputs of K2 and the bias of K2 do not change; so the last is not
        among the arguments.

        >>> K1, K2 = np.array([[[[1.0, 2.0]]]]), np.array([[[[3.0], [4.0]]]])
        >>> b1, gamma, beta, mean, variance = np.arange(10.0).reshape(5, 2)
        >>> keep = np.array([False, True])
        >>> small = prune_channels(K1, b1, gamma, beta, mean, variance, K2, keep)
        >>> [array.tolist() for array in small]
        [[[[[2.0]]]], [1.0], [3.0], [5.0], [7.0], [9.0], [[[[4.0]]]]]
        """,
        "zh": """\
        删除一个卷积层的若干输出通道，其后依次是批归一化、ReLU 和另一个卷积层：
        七个数组中属于这些通道的部分都要删除。

            z = conv(x, K1) + b1
            a = ReLU(gamma (z - mean) / sqrt(variance + eps) + beta)
            y = conv(a, K2)

        y 必须等于原网络在 a 中被删除的通道置 0 时的输出。

        K1              卷积核 (k_h, k_w, c_in, C)，第 c 个滤波器是 K1[..., c]
        b1              它的偏置 (C,)
        gamma, beta     批归一化的缩放和平移，形状均为 (C,)
        mean, variance  批归一化的滑动均值和滑动方差，形状均为 (C,)
        K2              下一层的卷积核 (k_h, k_w, C, c_out)
        keep            布尔向量 (C,)，True 表示保留，至少有一个 True
        返回            七个数组 (K1, b1, gamma, beta, mean, variance, K2)，
                        通道数由 C 变为 keep.sum()，通道顺序不变

        K1 的输入通道和 K2 的输出通道都不变；K2 的偏置也不变，因此没有传入。

        >>> K1, K2 = np.array([[[[1.0, 2.0]]]]), np.array([[[[3.0], [4.0]]]])
        >>> b1, gamma, beta, mean, variance = np.arange(10.0).reshape(5, 2)
        >>> keep = np.array([False, True])
        >>> small = prune_channels(K1, b1, gamma, beta, mean, variance, K2, keep)
        >>> [array.tolist() for array in small]
        [[[[[2.0]]]], [1.0], [3.0], [5.0], [7.0], [9.0], [[[[4.0]]]]]
        """,
    },
    hints={
        "en": [
            "In every shape above there is one C: that axis becomes shorter. Which axis is it in "
            "K1, and which in K2?",
            "A boolean vector picks along an axis: K1[..., keep] along the last one, b1[keep] "
            "along the only one. Batch normalization has four vectors of this kind.",
            "The channels that K2 reads are on its last axis but one: K2[:, :, keep, :].",
        ],
        "zh": [
            "上面每个形状里都有一个 C，要缩短的就是这个轴。它在 K1 和 K2 中分别是第几个轴？",
            "布尔向量可以沿某个轴选取：K1[..., keep] 沿最后一个轴，b1[keep] 沿唯一的轴。"
            "批归一化有四个这样的向量。",
            "K2 读取的通道在倒数第二个轴上：K2[:, :, keep, :]。",
        ],
    },
    source="C-4.3a, E-2.3b, D-1.1a; Li et al. 2017; MIT 6.5940 Lab 1",
)


@exercise.solution
def prune_channels(K1, b1, gamma, beta, mean, variance, K2, keep):
    vectors = [vector[keep] for vector in (b1, gamma, beta, mean, variance)]
    return K1[..., keep], *vectors, K2[:, :, keep, :]


def arrays(first, channels, last):
    """Seven arrays of numbers that are all different."""
    k1, k2 = np.prod(first) * channels, channels * np.prod(last)
    numbers = np.arange(1.0, k1 + 5 * channels + k2 + 1)
    K1, vectors, K2 = np.split(numbers, [k1, k1 + 5 * channels])
    return (
        K1.reshape(*first, channels),
        *vectors.reshape(5, channels),
        K2.reshape(*last[:2], channels, last[2]),
    )


exercise.worked(
    "by hand",
    given([[[[1.0, 2.0]]]], [0.0, 1.0], [2.0, 3.0], [4.0, 5.0], [6.0, 7.0], [8.0, 9.0],
          [[[[3.0], [4.0]]]], [False, True]),
    [np.array([[[[2.0]]]]), np.array([1.0]), np.array([3.0]), np.array([5.0]), np.array([7.0]),
     np.array([9.0]), np.array([[[[4.0]]]])],
)  # fmt: skip
exercise.worked(
    "by hand",
    given([[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]], [0.1, 0.2, 0.3], [1.1, 1.2, 1.3],
          [2.1, 2.2, 2.3], [3.1, 3.2, 3.3], [4.1, 4.2, 4.3],
          [[[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]]], [True, False, True]),
    [np.array([[[[1.0, 3.0], [4.0, 6.0]]]]), np.array([0.1, 0.3]), np.array([1.1, 1.3]),
     np.array([2.1, 2.3]), np.array([3.1, 3.3]), np.array([4.1, 4.3]),
     np.array([[[[1.0, 2.0], [5.0, 6.0]]]])],
)  # fmt: skip
exercise.edge(
    "one channel is left", given(*arrays((2, 3, 2), 4, (3, 2, 1)), [False, False, True, False])
)
exercise.edge("every channel is kept", given(*arrays((1, 1, 2), 3, (1, 1, 2)), [True, True, True]))
exercise.edge(
    "as many inputs, channels and outputs",
    given(*arrays((3, 3, 3), 3, (3, 3, 3)), [False, True, True]),
)


@exercise.random
def _(rng):
    K1, K2 = rng.standard_normal((3, 3, 2, 5)), rng.standard_normal((3, 3, 5, 4))
    b1, gamma, beta, mean = rng.standard_normal((4, 5))
    return given(K1, b1, gamma, beta, mean, rng.random(5), K2, rng.permutation(5) < 3)


@exercise.property(
    "The smaller network must have the outputs of the larger one with these channels set to 0.",
    "变小后的网络的输出应与原网络将这些通道置 0 后的输出相同。",
)
def _(rng):
    def hidden(K1, b1, gamma, beta, mean, variance):
        z = conv2d(x, K1, b1)
        return np.maximum(gamma * (z - mean) / np.sqrt(variance + 1e-5) + beta, 0)

    x, keep = rng.standard_normal((2, 5, 6, 2)), rng.permutation(4) < 2
    K1, K2 = rng.standard_normal((3, 3, 2, 4)), rng.standard_normal((2, 2, 4, 3))
    vectors = [*rng.standard_normal((4, 4)), rng.random(4)]
    ((*small, K2_small),) = yield [given(K1, *vectors, K2, keep)]
    expected = conv2d(hidden(K1, *vectors) * keep, K2, np.zeros(3))
    return np.allclose(conv2d(hidden(*small), K2_small, np.zeros(3)), expected)


exercise.edits("""
return (*result[:2], gamma, beta, mean, variance, result[6])
    Batch normalization still has all channels; prune gamma, beta, mean and variance too.
    批归一化仍有全部通道；gamma、beta、mean、variance 也要缩小。
return (*result[:4], mean, variance, result[6])
    The running statistics still have all channels; prune mean and variance like gamma and beta.
    滑动均值和方差仍有全部通道；mean、variance 应与 gamma、beta 一样缩小。
return (*result[:2], gamma, beta, *result[4:])
    The vectors gamma and beta still have all channels; prune them like mean and variance.
    gamma 和 beta 仍有全部通道；应与 mean、variance 一样缩小。
return (result[0], b1, *result[2:])
    The biases of the removed channels are left; every filter has one, which is removed with it.
    被删通道的偏置还在；每个滤波器有一个偏置，也要删除。
return (*result[:6], K2)
    K2 still reads the removed channels; remove them from its last axis but one.
    K2 仍在读取被删的通道；应沿它的倒数第二个轴删除。
return (K1, *result[1:])
    K1 still has all filters; remove those of the pruned channels from its last axis.
    K1 仍有全部滤波器；应沿最后一个轴删除被剪通道的滤波器。
return (result[0], b1, gamma, beta, mean, variance, K2)
    Only K1 is pruned; prune the other six arrays too.
    只缩小了 K1；其余六个数组也要缩小。
return (result[0], b1, gamma, beta, mean, variance, result[6])
    Only the kernels are pruned; prune the bias and batch normalization too.
    只缩小了两个卷积核；偏置和批归一化也要缩小。
keep = ~keep
    It keeps what should be removed; True means keep.
    保留和删除弄反了；True 表示保留。
vector[keep] -> vector * keep
K1[..., keep] -> K1 * keep
K2[:, :, keep, :] -> K2 * keep[:, None]
    It sets the channels to 0 and the arrays stay large; remove the channels.
    只是把通道置为 0，数组没有变小；应删除这些通道。
K1[..., keep] -> K1 * keep
    The filters in K1 are set to 0; remove them from its last axis.
    K1 中的滤波器只是置为 0；应沿最后一个轴删除。
K2[:, :, keep, :] -> K2 * keep[:, None]
    What K2 reads of the removed channels is set to 0; remove it from its last axis but one.
    K2 读取被删通道的部分只是置为 0；应沿倒数第二个轴删除。
K1[..., ~keep] = 0; K2[:, :, ~keep] = 0
for vector in (b1, gamma, beta, mean, variance): vector[~keep] = 0
return K1, b1, gamma, beta, mean, variance, K2
    It writes zeros into the arrays given, which stay large; return smaller arrays.
    把 0 写进了传入的数组，数组没有变小；应返回变小的新数组。
keep = keep.astype(int)
    It takes channels 0 and 1, as if keep held indices; keep has a boolean for each channel.
    取出的是第 0、1 通道，把 keep 当成了下标；keep 是每个通道一个布尔值。
keep = np.arange(len(keep)) < keep.sum()
    It keeps the first channels; keep those for which keep is True.
    保留了最前面的几个通道；应保留 keep 为 True 的通道。
return (*result[:2], result[6], *result[2:6])
    K2 is returned third; it is the last of the seven arrays.
    K2 排在了第三个；它应是七个数组中的最后一个。
return (K1 * keep, b1 * keep, gamma, beta, mean, variance, K2)
    It sets filters and biases to 0 and removes nothing; remove the channels from all arrays.
    只把滤波器和偏置置为 0，什么也没删除；应从七个数组中删除这些通道。
return result[:6]
    K2 is missing; return it without the removed channels.
    缺少 K2；删去被剪通道之后也要返回。
K1[..., keep] -> np.delete(K1, np.flatnonzero(~keep), axis=2)
    It removes inputs of K1; its output channels, the filters, are on the last axis.
    删除了 K1 的输入通道；输出通道（滤波器）在最后一个轴上。
K1[..., keep] -> np.delete(K1, np.flatnonzero(~keep), axis=0)
    It cuts the first axis of K1, its height; the filters are on the last axis.
    沿 K1 的第一个轴（高）删除了；滤波器在最后一个轴上。
K2[:, :, keep, :] -> np.delete(K2, np.flatnonzero(~keep), axis=3)
    It removes outputs of K2; remove what K2 reads, its last axis but one.
    删除了 K2 的输出通道；应删除它读取的通道，即倒数第二个轴。
K2[:, :, keep, :] -> np.delete(K2, np.flatnonzero(~keep), axis=1)
    It cuts the second axis of K2, its width; what K2 reads is its last axis but one.
    沿 K2 的第二个轴（宽）删除了；它读取的通道在倒数第二个轴上。
gamma, beta -> beta, gamma
    The vectors gamma and beta are returned in swapped places; gamma comes first.
    gamma 和 beta 的位置反了；应先 gamma 后 beta。
mean, variance -> variance, mean
    Mean and variance are returned in swapped places; the mean comes first.
    均值和方差的位置反了；均值在前。
gamma, beta, mean, variance -> mean, variance, gamma, beta
    Mean and variance are returned before gamma and beta; they come after them.
    mean、variance 排在了 gamma、beta 之前；应排在其后。
b1, gamma, beta, mean, variance -> gamma, beta, mean, variance, b1
    The bias b1 is returned after batch normalization; it is the second of the seven arrays.
    b1 排在了批归一化之后；它应是七个数组中的第二个。
return (result[0], result[6], *result[1:6])
    K2 is returned second; it is the last of the seven arrays.
    K2 排在了第二个；它应是七个数组中的最后一个。
return (result[6], *result[1:6], result[0])
    The kernels are exchanged; K1 is the first array, K2 the last.
    两个卷积核的位置反了；K1 在最前，K2 在最后。
return (*result[:5], variance, result[6])
    The variance still has all channels; prune it like the other vectors.
    variance 仍有全部通道；应与其他向量一样缩小。
return (*result[:4], mean, *result[5:])
    The mean still has all channels; prune it like the other vectors.
    mean 仍有全部通道；应与其他向量一样缩小。
return (*result[:3], beta, *result[4:])
    The vector beta still has all channels; prune it like the other vectors.
    beta 仍有全部通道；应与其他向量一样缩小。
return (*result[:2], gamma, *result[3:])
    The vector gamma still has all channels; prune it like the other vectors.
    gamma 仍有全部通道；应与其他向量一样缩小。
return (*result[:5], result[6])
    The variance is missing; return all seven arrays.
    缺少 variance；应返回七个数组。
return (*result[:2], result[6])
    Batch normalization is missing; return all seven arrays.
    缺少批归一化的四个向量；应返回七个数组。
return (K1, b1, gamma * keep, beta * keep, mean, variance, K2)
    Only gamma and beta are set to 0, and nothing is removed; remove the channels from all arrays.
    只把 gamma 和 beta 置为 0，什么也没删除；应从七个数组中删除这些通道。
keep = np.flatnonzero(keep)[::-1]
    The channels are in reverse; they have to keep their order.
    通道的顺序颠倒了；应保持原有顺序。
keep = np.flatnonzero(keep)
keep = keep[np.argsort(-np.abs(gamma[keep]), kind="stable")]
    The kept channels are sorted by |gamma|; they have to keep their order.
    保留的通道按 |gamma| 排序了；应保持原有顺序。
keep = np.arange(len(keep)) == keep.argmax()
    It keeps the first of the kept channels alone; keep all for which keep is True.
    只保留了第一个要保留的通道；keep 为 True 的都应保留。
keep = np.argwhere(keep)
    A call of np.argwhere gives a column of indices, and every array an axis more; use keep itself.
    np.argwhere 给出一列下标，使每个数组多出一个轴；直接用 keep 作下标即可。
K1[..., keep] -> K1[..., np.where(keep)]
K2[:, :, keep, :] -> K2[:, :, np.where(keep), :]
    A call of np.where gives a tuple, which adds an axis to both kernels; take its first entry.
    np.where 返回元组，使两个卷积核多出一个轴；应取它的第一个元素。
return [np.squeeze(array) for array in result]
    Axes of length 1 are dropped; every array keeps its number of axes.
    长度为 1 的轴被去掉了；每个数组的轴数应不变。
""")

WRONG_AXES = """
K2[:, :, keep, :] -> K2[..., INDEX]
    It removes outputs of K2; remove what K2 reads, its last axis but one.
    删除了 K2 的输出通道；应删除它读取的通道，即倒数第二个轴。
K2[:, :, keep, :] -> K2[:, :, keep][..., INDEX]
    It removes outputs of K2 as well as what it reads; the outputs of K2 are all kept.
    除了 K2 读取的通道，还删除了它的输出通道；K2 的输出通道应全部保留。
K2[:, :, keep, :] -> K2[:, INDEX]
    It cuts the second axis of K2, its width; what K2 reads is its last axis but one.
    沿 K2 的第二个轴（宽）删除了；它读取的通道在倒数第二个轴上。
K2[:, :, keep, :] -> K2[INDEX]
    It cuts the first axis of K2, its height; what K2 reads is its last axis but one.
    沿 K2 的第一个轴（高）删除了；它读取的通道在倒数第二个轴上。
K1[..., keep] -> K1[:, :, INDEX, :]
    It removes inputs of K1; its output channels, the filters, are on the last axis.
    删除了 K1 的输入通道；输出通道（滤波器）在最后一个轴上。
K1[..., keep] -> K1[INDEX]
    It cuts the first axis of K1, its height; the filters are on the last axis.
    沿 K1 的第一个轴（高）删除了；滤波器在最后一个轴上。
K1[..., keep] -> K1[:, INDEX]
    It cuts the second axis of K1, its width; the filters are on the last axis.
    沿 K1 的第二个轴（宽）删除了；滤波器在最后一个轴上。
"""

# an axis that is too short raises an error; of few indices none may be out of bounds
for index in ("keep", "np.flatnonzero(keep)"):
    exercise.edits(WRONG_AXES.replace("INDEX", index))
