import numpy as np

from minprune.checks.check import given
from minprune.exercises.exercise import Exercise
from minprune.formulas.convolution import conv2d

exercise = Exercise(
    "3.6",
    title={"en": "Sorting channels", "zh": "按重要性给通道排序"},
    text={
        "en": """\
        Sort the channels between two convolutions, the most important first, so that the network's
        outputs do not change. Pruning channels then means keeping the first of them.

            importance_c = sum of |K1[i, j, k, c]| over i, j and k        (L1 norm of filter c)

            a = ReLU(conv(x, K1) + b1)        y = conv(a, K2)

        K1       kernel (k_h, k_w, c_in, C); filter c is K1[..., c]
        b1       its biases (C,)
        K2       next kernel (k_h, k_w, C, c_out)
        returns  (K1, b1, K2), new arrays of the same shapes, whose C channels are sorted by
                 importance, the largest first; equally important ones keep their order

        The bias does not count for the importance, but moves with its filter.

        >>> K1, b1 = np.array([[[[1.0, -3.0, 2.0]]]]), np.array([10.0, 20.0, 30.0])
        >>> K2 = np.array([[[[4.0], [5.0], [6.0]]]])
        >>> [array.tolist() for array in sort_channels(K1, b1, K2)]
        [[[[[-3.0, 2.0, 1.0]]]], [20.0, 30.0, 10.0], [[[[5.0], [6.0], [4.0]]]]]
        """,
        "zh": """\
        给两个卷积层之间的通道排序，最重要的在前，而网络的输出不变。
        排好之后，通道剪枝就是只保留前若干个通道。

            importance_c = |K1[i, j, k, c]| 对 i、j、k 求和        （第 c 个滤波器的 L1 范数）

            a = ReLU(conv(x, K1) + b1)        y = conv(a, K2)

        K1    卷积核 (k_h, k_w, c_in, C)，第 c 个滤波器是 K1[..., c]
        b1    它的偏置 (C,)
        K2    下一层的卷积核 (k_h, k_w, C, c_out)
        返回  (K1, b1, K2)，形状不变的新数组，其中 C 个通道按重要性从大到小排列；
              重要性相等的保持原有顺序

        偏置不计入重要性，但要随它的滤波器一起移动。

        >>> K1, b1 = np.array([[[[1.0, -3.0, 2.0]]]]), np.array([10.0, 20.0, 30.0])
        >>> K2 = np.array([[[[4.0], [5.0], [6.0]]]])
        >>> [array.tolist() for array in sort_channels(K1, b1, K2)]
        [[[[[-3.0, 2.0, 1.0]]]], [20.0, 30.0, 10.0], [[[[5.0], [6.0], [4.0]]]]]
        """,
    },
    hints={
        "en": [
            "There is one order for all three arrays: whatever happens to filter c must happen to "
            "its bias, and to what K2 reads of channel c.",
            "Summing |K1| over the axes (0, 1, 2) leaves one number for each filter. np.argsort of "
            'it with kind="stable" sorts ascending; how do you get the largest first, with equal '
            "ones still in their order?",
            'np.argsort(-importance, kind="stable") is the order. K1 takes it on its last axis; '
            "which axis of K2 holds the same channels?",
        ],
        "zh": [
            "三个数组用同一个顺序：滤波器 c 移到哪里，它的偏置以及 K2 读取通道 c 的部分"
            "就移到哪里。",
            "|K1| 沿轴 (0, 1, 2) 求和，每个滤波器得到一个数。"
            'np.argsort 加 kind="stable" 按升序排列；'
            "怎样让最大的在前，而相等的仍保持原有顺序？",
            'np.argsort(-importance, kind="stable") 就是所求的顺序。'
            "K1 沿最后一个轴使用它；同样的通道在 K2 的哪个轴上？",
        ],
    },
    source="C-4.2a, C-4.3a; Li et al. 2017; MIT 6.5940 Lab 1",
)


@exercise.solution
def sort_channels(K1, b1, K2):
    importance = np.abs(K1).sum(axis=(0, 1, 2))
    order = np.argsort(-importance, kind="stable")
    return K1[..., order], b1[order], K2[:, :, order, :]


exercise.worked(
    "by hand",
    given([[[[1.0, -3.0, 2.0]]]], [10.0, 20.0, 30.0], [[[[4.0], [5.0], [6.0]]]]),
    [np.array([[[[-3.0, 2.0, 1.0]]]]), np.array([20.0, 30.0, 10.0]),
     np.array([[[[5.0], [6.0], [4.0]]]])],
)  # fmt: skip
exercise.worked(
    "by hand: norms 3, 4 and 3",
    given([[[[3.0, 2.0, -1.0], [0.0, -2.0, -2.0]]]], [1.0, 2.0, 3.0],
          [[[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]]]),
    [np.array([[[[2.0, 3.0, -1.0], [-2.0, 0.0, -2.0]]]]), np.array([2.0, 1.0, 3.0]),
     np.array([[[[3.0, 4.0], [1.0, 2.0], [5.0, 6.0]]]])],
)  # fmt: skip
exercise.edge("a single channel", given(np.ones((1, 2, 1, 1)), [3.0], np.ones((1, 1, 1, 2))))
exercise.edge(
    "all filters are equally important",
    given([[[[1.0, -1.0, 1.0, -1.0]]]], [4.0, 1.0, 3.0, 2.0], np.arange(8.0).reshape(1, 1, 4, 2)),
)
exercise.edge(  # of which an unstable sort makes another order
    "many channels of few importances",
    given(
        np.random.default_rng(0).integers(-3, 4, (1, 1, 1, 300)) / 4,
        np.arange(300.0),
        np.arange(300.0).reshape(1, 1, 300, 1),
    ),
)
exercise.edge(  # in which every wrong importance gives another order
    "as many inputs, channels and outputs",
    given(
        np.array([[[[-3, -3, 3, 9], [-7, -7, 7, 3], [-5, 9, 1, -8], [7, -1, -6, -2]]]]) / 4,
        [0.5, 0.5, 1.5, 1.75],
        np.arange(256.0).reshape(4, 4, 4, 4),
    ),
)


@exercise.random
def _(rng):
    K1, K2 = rng.integers(-3, 4, (2, 2, 2, 6)) / 4, rng.standard_normal((3, 3, 6, 4))
    return given(K1, rng.standard_normal(6), K2)


@exercise.property(
    "The network's outputs must not change.",
    "网络的输出不变。",
)
def _(rng):
    def outputs(K1, b1, K2):
        return conv2d(np.maximum(conv2d(x, K1, b1), 0), K2, np.zeros(3))

    x, b1 = rng.standard_normal((2, 5, 5, 2)), rng.standard_normal(5)
    K1, K2 = rng.standard_normal((2, 3, 2, 5)), rng.standard_normal((2, 2, 5, 3))
    (found,) = yield [given(K1, b1, K2)]
    return np.allclose(outputs(*found), outputs(K1, b1, K2))


@exercise.property(
    "Sorting sorted channels must change nothing.",
    "对已排好序的再排序，结果不变。",
)
def _(rng):
    K1 = np.arange(12.0)[::-1].reshape(2, 2, 1, 3) + 1
    b1, K2 = rng.standard_normal(3), rng.standard_normal((1, 1, 3, 2))
    (found,) = yield [given(K1, b1, K2)]
    return all(np.array_equal(a, b) for a, b in zip(found, (K1, b1, K2), strict=True))


exercise.edits("""
kind="stable" -> kind="quicksort"
    The sort is not stable: equal channels change places; np.argsort needs kind='stable'.
    排序不稳定，重要性相等的通道次序会乱；np.argsort 要加 kind='stable'。
np.argsort(-importance, kind="stable") -> np.argsort(importance, kind="stable")[::-1]
    Equal channels are in reverse, as in a reversed ascending order; they keep their order.
    把升序结果倒过来，相等的通道也被颠倒；它们应保持原有顺序。
np.argsort(-importance, kind="stable") -> np.argsort(importance)[::-1]
    It reverses an ascending order that is not stable; sort -importance with kind='stable'.
    把不稳定的升序结果倒了过来；应对 -importance 排序，并加 kind='stable'。
-importance -> importance
    It sorts in ascending order; the most important channel must come first.
    按升序排列了；最重要的通道应排在最前。
K1[..., order] -> K1
    The filters of K1 are not moved; sort its last axis like b1 and K2.
    K1 的滤波器没有移动；应与 b1、K2 一样，沿最后一个轴排序。
b1[order] -> b1
    The biases are not moved; each must move with its filter.
    偏置没有移动；每个偏置应随它的滤波器一起移动。
K2[:, :, order, :] -> K2
    K2 still reads the channels in their old order; sort its last axis but one in the same way.
    K2 仍按旧的顺序读取通道；它的倒数第二个轴也要按同样的顺序排列。
K2[:, :, order, :] -> K2[..., order]
    It sorts the outputs of K2; sort the channels that K2 reads, its last axis but one.
    排列了 K2 的输出通道；应排列它读取的通道，即倒数第二个轴。
K2[:, :, order, :] -> K2[:, order]
    It sorts the second axis of K2, its width; what K2 reads is its last axis but one.
    沿 K2 的第二个轴（宽）排序了；它读取的通道在倒数第二个轴上。
K2[:, :, order, :] -> K2[order]
    It sorts the first axis of K2, its height; what K2 reads is its last axis but one.
    沿 K2 的第一个轴（高）排序了；它读取的通道在倒数第二个轴上。
K1[..., order] -> K1[:, :, order]
    It sorts the inputs of K1; the filters are on its last axis.
    排列了 K1 的输入通道；滤波器在最后一个轴上。
K2[:, :, order, :] -> K2[:, :, np.argsort(order), :]
    K2 is in the inverse order; sort all three arrays in the same order.
    K2 用了逆排列；三个数组应使用同一个排列。
kind="stable") -> kind="stable").argsort()
    It takes the rank of each channel for the order, which is its inverse; use the order itself.
    把每个通道的名次当成了排列，那是逆排列；应使用排序得到的下标本身。
np.abs(K1) -> K1
    It sums the weights with their signs, which cancel; the L1 norm sums |w|.
    直接对权重求和，正负相消；L1 范数是 |w| 的和。
np.abs(K1).sum(axis=(0, 1, 2)) -> np.abs(K1.sum(axis=(0, 1, 2)))
    It takes the magnitude of the sum, in which signs cancel; sum the magnitudes.
    取的是和的绝对值，正负已相消；应对绝对值求和。
np.abs(K1) -> np.square(K1)
    It takes the L2 norm of a filter; take the L1 norm.
    用了滤波器的 L2 范数；这里应用 L1 范数。
.sum(axis=(0, 1, 2)) -> .max(axis=(0, 1, 2))
    It takes the largest weight of a filter; the L1 norm sums all of them.
    取了滤波器中最大的绝对值；L1 范数是所有绝对值的和。
np.abs(K1).sum(axis=(0, 1, 2)) -> np.abs(K1).sum(axis=(0, 1, 2)) + np.abs(b1)
    The bias counts in the importance; it only moves with its filter.
    重要性中计入了偏置；偏置只随滤波器移动。
axis=(0, 1, 2) -> axis=(0, 1, 3)
    It takes norms of the inputs of K1; sum over all axes but the last, for a number per filter.
    计算的是 K1 输入通道的范数；应对除最后一轴外的所有轴求和，每个滤波器得到一个数。
axis=(0, 1, 2) -> axis=(1, 2, 3)
    It sums over all axes but the first, the height of a window; the filters are on the last.
    对除第一轴（卷积核的高）外的所有轴求和了；滤波器在最后一个轴上。
axis=(0, 1, 2) -> axis=(1, 2, 3)
K1[..., order] -> K1[order]
K2[:, :, order, :] -> K2[:, order]
    It takes the axes for those of PyTorch; here filters are on the last axis of K1.
    按 PyTorch 的轴顺序处理了；这里滤波器在 K1 的最后一个轴上。
np.abs(K1).sum(axis=(0, 1, 2)) -> np.abs(K2).sum(axis=(0, 1, 3))
    It takes norms of what K2 reads of each channel; the importance is the norm of the filter in K1.
    按 K2 读取各通道的权重来衡量；这里的重要性是 K1 中滤波器的范数。
return [np.copyto(given, new) or given for given, new in zip((K1, b1, K2), result)]
    It writes the sorted channels into the arrays given; return new arrays.
    把排序后的通道写回了传入的数组；应返回新数组。
np.abs(K1).sum(axis=(0, 1, 2)) -> np.abs(K1).sum(axis=(0, 1, 2)) * np.abs(K2).sum(axis=(0, 1, 3))
    The norm is multiplied by that of what K2 reads; the importance is the norm in K1 alone.
    重要性多乘了 K2 读取该通道的范数；它只是 K1 中滤波器的范数。
np.abs(K1).sum(axis=(0, 1, 2)) -> np.abs(K1).sum(axis=(0, 1, 2)) + np.abs(K2).sum(axis=(0, 1, 3))
    The norm of what K2 reads is added; the importance is the norm in K1 alone.
    重要性多加了 K2 读取该通道的范数；它只是 K1 中滤波器的范数。
np.abs(K1).sum(axis=(0, 1, 2)) -> np.abs(K1).sum(axis=(0, 1, 2)) + b1
    The bias is added to the importance; it only moves with its filter.
    重要性加上了偏置；偏置只随滤波器移动。
np.abs(K1).sum(axis=(0, 1, 2)) -> np.abs(b1)
    It sorts by the magnitude of the biases; the importance is the L1 norm of the filter.
    按偏置的绝对值排序；重要性是滤波器的 L1 范数。
np.abs(K1).sum(axis=(0, 1, 2)) -> np.abs(K1)[:, :, 0].sum(axis=(0, 1))
    It sums over the first input alone; a filter covers all inputs, its third axis.
    只对第一个输入通道求和；滤波器覆盖所有输入通道（第三个轴）。
np.abs(K1).sum(axis=(0, 1, 2)) -> np.abs(K1)[0, 0].sum(axis=0)
    It sums over the first position of the window alone; a filter covers all positions.
    只对窗口的第一个位置求和；滤波器覆盖所有位置。
np.abs(K1).sum(axis=(0, 1, 2)) -> K1.std(axis=(0, 1, 2))
    It takes the standard deviation of a filter; take the L1 norm.
    用了滤波器的标准差；这里应用 L1 范数。
np.abs(K1).sum(axis=(0, 1, 2)) -> np.count_nonzero(K1, axis=(0, 1, 2))
    It counts the nonzeros of a filter; the L1 norm adds up magnitudes.
    数的是滤波器的非零个数；L1 范数是绝对值的和。
.sum(axis=(0, 1, 2)) -> .min(axis=(0, 1, 2))
    It takes the smallest magnitude of a filter; the L1 norm sums all of them.
    取了滤波器中最小的绝对值；L1 范数是所有绝对值的和。
np.abs(K1).sum(axis=(0, 1, 2)) -> np.median(np.abs(K1), axis=(0, 1, 2))
    It takes the median of a filter's magnitudes; the L1 norm sums them.
    取了滤波器绝对值的中位数；L1 范数是它们的和。
np.abs(K1).sum(axis=(0, 1, 2)) -> np.abs(K1).reshape(K1.shape[-1], -1).sum(axis=1)
    A reshape to (C, -1) mixes the filters; channels are on the last axis: reshape to (-1, C).
    reshape 成 (C, -1) 混淆了各滤波器；通道在最后一轴，应为 (-1, C)。
axis=(0, 1, 2) -> axis=(0, 1)
    It keeps the axis of the inputs; sum over it too, for a number per filter.
    没有对输入通道求和；也应对该轴求和，每个滤波器得到一个数。
axis=(0, 1, 2) -> axis=(0, 2, 3)
    It sums over all axes but the second, the width of a window; the filters are on the last.
    对除第二轴（卷积核的宽）外的所有轴求和了；滤波器在最后一个轴上。
np.argsort(-importance, kind="stable") -> np.arange(len(importance))
    Nothing is sorted; the most important channel must come first.
    没有排序；最重要的通道应排在最前。
np.argsort(-importance, kind="stable") -> np.arange(len(importance))[::-1]
    The channels are in reverse, not sorted; the most important one must come first.
    只是颠倒了通道，没有排序；最重要的通道应排在最前。
K1[..., order] -> -np.sort(-K1)
    It sorts the entries of K1 by themselves; whole filters move, in the order of their norms.
    对 K1 的元素逐个排序了；应按范数移动整个滤波器。
b1[order] -> np.sort(b1)[::-1]
    The biases are sorted by themselves; each must move with its filter.
    偏置自行排序了；每个偏置应随它的滤波器一起移动。
K1[..., order] -> K1[order]
    It sorts the first axis of K1, its height; the filters are on its last axis.
    沿 K1 的第一个轴（高）排序了；滤波器在最后一个轴上。
K1[..., order] -> K1[:, order]
    It sorts the second axis of K1, its width; the filters are on its last axis.
    沿 K1 的第二个轴（宽）排序了；滤波器在最后一个轴上。
K1[..., order] -> K1[:, :, order][..., order]
    It sorts the inputs of K1 as well; only its filters move, on the last axis.
    连 K1 的输入通道也排列了；只应移动最后一轴上的滤波器。
K2[:, :, order, :] -> K2[:, :, order][..., order]
    It sorts the outputs of K2 as well as what it reads; its outputs keep their order.
    除了 K2 读取的通道，还排列了它的输出通道；输出通道的顺序不变。
K2[:, :, order, :] -> K2[:, :, order[::-1], :]
    K2 is in the reverse order; sort all three arrays in the same order.
    K2 的顺序颠倒了；三个数组应使用同一个排列。
K2[:, :, order, :] -> K2[:, :, order, :], order
    It returns the order too; return K1, b1 and K2 alone.
    多返回了排列；只应返回 K1、b1、K2。
return K1[..., order], b1[order], K2[:, :, order, :] -> return order
    It returns the order alone; return the sorted K1, b1 and K2.
    只返回了排列；应返回排好序的 K1、b1、K2。
return result[::2]
    The biases are missing; return K1, b1 and K2.
    缺少偏置；应返回 K1、b1、K2。
return result[0]
    It returns K1 alone; return K1, b1 and K2.
    只返回了 K1；应返回 K1、b1、K2。
b1[order], K2[:, :, order, :] -> K2[:, :, order, :], b1[order]
    K2 is returned before b1; the order is K1, b1, K2.
    K2 排在了 b1 之前；顺序应为 K1、b1、K2。
""")
