import numpy as np

from minprune.checks.check import Call, given
from minprune.exercises.exercise import Exercise

exercise = Exercise(
    "4.1",
    title={"en": "What does a network cost?", "zh": "网络的计算量有多大？"},
    text={
        "en": """\
        The multiply-accumulates (MACs) of every layer for one image; biases are not counted.

            ("conv", size, filters, stride, padding)
                kernels of size x size, each over all input channels; `padding` zeros on every side
                output side = floor((input side + 2 padding - size) / stride) + 1
                MACs = output height * output width * size^2 * input channels * filters
            ("pool", size)
                windows of size x size that do not overlap; what is left at the edge is dropped
                output side = floor(input side / size), same channels; MACs = 0
            ("dense", units)
                its input is flattened: all heights, widths and channels
                MACs = inputs * units

        layers   list of such tuples, in their order; after a dense layer only dense layers follow
        image    (height, width, channels) of the input, whole numbers
        returns  a list of whole numbers, one for each layer

        Every layer works on the output of the layer before it, the first one on the image.

        >>> count_macs([("conv", 3, 4, 1, 0), ("pool", 2), ("dense", 10)], (7, 6, 2))
        [1440, 0, 160]
        """,
        "zh": """\
        一张图像通过网络时，每一层的乘加次数（MACs）；偏置不计。

            ("conv", size, filters, stride, padding)
                卷积核为 size x size，覆盖所有输入通道；四周各补 padding 圈零
                输出边长 = floor((输入边长 + 2 padding - size) / stride) + 1
                MACs = 输出高 * 输出宽 * size^2 * 输入通道数 * filters
            ("pool", size)
                窗口为 size x size，互不重叠；边缘不足一个窗口的部分丢弃
                输出边长 = floor(输入边长 / size)，通道数不变；MACs = 0
            ("dense", units)
                先把输入展平：高、宽、通道全部算上
                MACs = 输入个数 * units

        layers  由上述元组组成的列表，按先后顺序；全连接层之后只有全连接层
        image   输入图像的 (高, 宽, 通道数)，均为整数
        返回    整数列表，每层一个

        每一层的输入是上一层的输出，第一层的输入是图像。

        >>> count_macs([("conv", 3, 4, 1, 0), ("pool", 2), ("dense", 10)], (7, 6, 2))
        [1440, 0, 160]
        """,
    },
    hints={
        "en": [
            "Go through the layers with three numbers: height, width and channels of a layer's "
            "input. Each layer gives a count and three new numbers.",
            "Each output number of a convolution takes size^2 * channels multiplications. How many "
            "output numbers are there, and how many channels does the next layer read?",
            "After a convolution channels = filters; after pooling height // size and "
            "width // size; after a dense layer (height, width, channels) = (1, 1, units).",
        ],
        "zh": [
            "逐层往下走，手里记着三个数：进入该层的高、宽和通道数。每层给出一个计数和三个新的数。",
            "卷积的每个输出值需要 size^2 * channels 次乘法。一共有多少个输出值？"
            "下一层的通道数是多少？",
            "卷积之后 channels = filters；池化之后边长变成 height // size 和 width // size；"
            "全连接层之后 (height, width, channels) = (1, 1, units)。",
        ],
    },
    source="D-1.2a, D-5.2b, C-4.3b, C-5.2b; Li et al. 2017; MIT 6.5940 Lab 1",
)


@exercise.solution
def count_macs(layers, image):
    height, width, channels = image
    macs = []
    for kind, size, *rest in layers:
        if kind == "conv":
            filters, stride, padding = rest
            height = (height + 2 * padding - size) // stride + 1
            width = (width + 2 * padding - size) // stride + 1
            macs.append(height * width * size**2 * channels * filters)
            channels = filters
        elif kind == "pool":
            height, width = height // size, width // size
            macs.append(0)
        else:
            macs.append(height * width * channels * size)
            height, width, channels = 1, 1, size
    return macs


# 5 x 4 positions of 3 * 3 * 2 * 4, then 2 * 2 * 4 inputs for 10 units
exercise.worked(
    "by hand",
    given([("conv", 3, 4, 1, 0), ("pool", 2), ("dense", 10)], (7, 6, 2)),
    [1440, 0, 160],
)
# 3 x 3 positions of 3 * 3 * 3 * 8, the same 9 of 8 * 4, then 9 * 4 inputs for 5 units
exercise.worked(
    "by hand",
    given([("conv", 3, 8, 2, 1), ("conv", 1, 4, 1, 0), ("dense", 5)], (5, 5, 3)),
    [1944, 288, 180],
)
exercise.worked(
    "D-5.2b",
    given([("conv", 3, 32, 1, 0), ("pool", 2), ("dense", 64), ("dense", 10)], (28, 28, 1)),
    [194688, 0, 346112, 640],
)
exercise.worked(
    "C-5.2b",
    given([("conv", 3, 64, 1, 1), ("conv", 3, 64, 1, 1), ("pool", 2)], (224, 224, 3)),
    [86704128, 1849688064, 0],
)
exercise.edge("a kernel as large as the image", given([("conv", 4, 3, 2, 0)], (4, 4, 2)))
exercise.edge("a stride that does not reach the edge", given([("conv", 3, 2, 2, 0)], (6, 8, 1)))
exercise.edge(
    "padding, then pooling that drops a row",
    given([("conv", 3, 2, 1, 2), ("pool", 3), ("conv", 2, 5, 1, 0)], (6, 9, 3)),
)
exercise.edge("dense layers alone", given([("dense", 4), ("dense", 3)], (2, 3, 1)))
exercise.edge("no layers", Call(([], (8, 8, 3)), {}))  # `given` would make an array of it


@exercise.random
def _(rng):
    size, filters, units = (int(n) for n in rng.integers(2, 6, 3))
    stride, padding = int(rng.integers(1, 4)), int(rng.integers(0, 3))
    layers = [
        ("conv", size, filters, stride, padding),
        ("conv", 1, filters + 1, 1, 1),
        ("pool", 2),
        ("dense", units),
    ]
    return given(layers, tuple(int(n) for n in rng.integers(5, 15, 3)))


@exercise.property(
    "Half the filters in a layer must halve its own MACs and those of the layer after it.",
    "某一层的滤波器减半时，该层和下一层的 MACs 都应减半。",
)
def _(rng):
    n, image = int(rng.integers(1, 9)), (int(rng.integers(4, 12)), 9, 3)
    wide, narrow = yield [
        given([("conv", 3, k, 1, 1), ("conv", 3, 5, 2, 0), ("dense", 7)], image) for k in (2 * n, n)
    ]
    return np.array_equal(wide, np.multiply(narrow, [2, 2, 1]))


@exercise.property(
    "The MACs of a layer must not depend on the layers after it.",
    "某一层的 MACs 不应依赖它后面的层。",
)
def _(rng):
    layers = [("conv", 3, int(rng.integers(1, 9)), 2, 1), ("pool", 2), ("dense", 3)]
    whole, part = yield [given(layers, (11, 8, 2)), given(layers[:2], (11, 8, 2))]
    return np.array_equal(whole[:2], part)


exercise.edits("""
size**2 * channels * filters -> size**2 * filters
    The input channels of a convolution are forgotten; every kernel covers all of them.
    卷积漏乘了输入通道数；每个滤波器都覆盖所有输入通道。
size**2 * channels * filters -> size**2 * channels
    The filters of a convolution are forgotten; its MACs are those of all filters.
    卷积漏乘了滤波器个数；MACs 是所有滤波器的总和。
size**2 * channels * filters -> size**2 * filters * filters
    It takes the filters for the input channels; a kernel covers the channels of its input.
    把滤波器个数当成了输入通道数；滤波器覆盖的是输入的通道。
size**2 * channels * filters -> (size**2 * channels + 1) * filters
height * width * channels * size -> (height * width * channels + 1) * size
    The additions of biases are counted; the MACs of the weights alone are asked for.
    计入了偏置的加法；这里只数权重的 MACs。
filters, stride, padding = rest -> filters, stride, padding, positions = *rest, height * width
height * width * size**2 -> positions * size**2
    It multiplies by the number of input positions; count the output positions.
    乘的是输入的位置数；卷积只在每个输出位置计算一次。
// stride + 1 -> + 1
    The stride is ignored; the kernel moves `stride` positions at a time.
    没有考虑步幅；卷积核每次移动 stride 个位置。
// stride + 1 -> // stride
    Each output side is one position too short; it is the steps that fit, plus 1.
    输出边长少了 1；应为能走的步数加 1。
height = (height + -> rows = (height +
width = (width + -> columns = (width +
height * width * size**2 -> rows * columns * size**2
    The layers after a convolution have the sides of its input; they must have those of its output.
    卷积之后的各层仍用卷积之前的高和宽；应使用卷积输出的高和宽。
// stride + 1 -> / stride + 1
    It divides by the stride without rounding; a side is a whole number, rounded down.
    除以步幅后没有取整；边长是整数，应向下取整。
2 * padding -> padding
    The padding is added once; it is on both sides, so a side grows by 2 padding.
    padding 只加了一次；两侧都有补零，边长应增加 2 padding。
+ 2 * padding -> + 0
    The padding is forgotten; a side of the input grows by 2 padding.
    没有考虑补零；输入的边长应增加 2 padding。
- size) // stride -> - size + stride - 1) // stride
    A step that does not fit in at the edge is counted as a position; the division rounds down.
    边缘不足一步也算成了一个位置；卷积核必须完整落在输入之内，除法应向下取整。
= (height + 2 * padding - size) // stride -> = round((height + 2 * padding - size) / stride)
= (width + 2 * padding - size) // stride -> = round((width + 2 * padding - size) / stride)
    The steps of a kernel are rounded to the nearest number; the division rounds down.
    对卷积核的步数四舍五入了；除法应向下取整。
height, width, channels = image -> height, _, channels = image; width = height
    It takes the width to be the height; images need not be square.
    把宽当成了与高相等；图像不一定是正方形。
width = (width + -> width = (height +
    The new width is computed from the new height; compute it from the old width.
    用新的高计算了新的宽；应由原来的宽计算。
height, width, channels = image -> channels, height, width = image
    It takes the image for (channels, height, width); it is (height, width, channels).
    把 image 当成了 (通道数, 高, 宽)；它是 (高, 宽, 通道数)。
for kind, size, *rest in -> for (kind, size, *rest), (height, width, channels) in
in layers -> in zip(layers, [image] * len(layers))
    Every layer works on the image; only the first one does, the others on the output before.
    每一层都按输入图像计算；只有第一层如此，其余各层的输入是上一层的输出。
height, width = height // size, width // size -> pass
    Pooling does not change the image; it has no MACs, but it divides height and width by size.
    池化没有缩小特征图；它虽然没有 MACs，但高和宽要除以 size。
height // size, width // size -> -(-height // size), -(-width // size)
    An incomplete pooling window at the edge is counted; drop it, that is, round down.
    池化时把边缘不完整的窗口也算上了；应丢弃，即向下取整。
height // size, width // size -> round(height / size), round(width / size)
    The sides after a pooling are rounded to the nearest number; round them down.
    对池化后的边长四舍五入了；应向下取整。
height // size, width // size -> height / size, width / size
    The sides after a pooling are not rounded; they are whole numbers, rounded down.
    池化后的边长没有取整；边长是整数，应向下取整。
height // size, width // size -> height - size + 1, width - size + 1
    The pooling windows overlap, as with stride 1; they do not, a side is divided by size.
    池化窗口按步幅 1 重叠了；窗口不重叠，边长应除以 size。
macs.append(0) -> pass
    A pooling layer has no entry; the list has a number for each layer, here 0.
    池化层没有对应的元素；列表中每层一个数，池化层为 0。
macs.append(0) -> macs.append(height * width * channels * size**2)
    MACs are counted for a pooling layer; it multiplies nothing, so its number is 0.
    给池化层算了 MACs；池化不做乘法，应为 0。
return [2 * n for n in result]
    It is twice as large: these are FLOPs; a multiplication and its addition are one MAC.
    结果多了一倍，那是 FLOPs；一次乘法加一次加法合为一次 MAC。
height * width * size**2 -> size**2
    It counts the weights of a convolution; each of them is used at every output position.
    数的是卷积的权重个数；每个权重在每个输出位置都要用一次。
size**2 -> size
    It takes size multiplications for a window; a square kernel has size^2 positions.
    每个窗口只按 size 次计算；正方形卷积核有 size^2 个位置。
channels = filters -> pass
    The channels are always those of the image; after a convolution there are as many as filters.
    通道数一直是图像的通道数；卷积之后通道数等于滤波器个数。
height * width * channels * size -> channels * size
    A dense layer takes the channels alone for its inputs; it has height * width * channels.
    全连接层只把通道数当成输入个数；展平后的输入个数是高 * 宽 * 通道数。
height * width * channels * size -> height * width * channels
    The units of a dense layer are forgotten; each of them reads all inputs.
    全连接层漏乘了单元数；每个单元都读取全部输入。
height, width, channels = 1, 1, size -> channels = size
    After a dense layer height and width are kept; its output has `units` entries alone.
    全连接层之后仍保留原来的高和宽；它的输出只有 units 个数。
height, width, channels = 1, 1, size -> pass
    The second dense layer has the inputs of the first; it reads the first one's units.
    第二个全连接层的输入仍是第一个的输入；它的输入应是前一层的 units 个输出。
return sum(result)
    It returns the sum; return the MACs of every layer.
    返回的是总和；应返回每一层各自的 MACs。
return np.cumsum(result).tolist()
    It returns running sums; return the MACs of each layer alone.
    返回的是累加值；应返回每一层各自的 MACs。
size**2 * channels * filters -> (size**2 * channels + 1) * filters
    The biases of convolutions are counted; the MACs of the weights alone are asked for.
    计入了卷积的偏置；这里只数权重的 MACs。
size**2 * channels * filters -> size**2 * channels * filters + filters
    A bias is counted for each filter; the MACs of the weights alone are asked for.
    给每个滤波器加了一个偏置；这里只数权重的 MACs。
height * width * channels * size -> (height * width * channels + 1) * size
    The biases of dense layers are counted; the MACs of the weights alone are asked for.
    计入了全连接层的偏置；这里只数权重的 MACs。
filters, stride, padding = rest -> size, filters, stride, padding = rest[0], size, *rest[1:]
    It takes the filters for the size, as in Keras; a convolution is (kind, size, filters, ...).
    像 Keras 那样把滤波器个数放在了前面；这里先是 size，后是 filters。
filters, stride, padding = rest -> filters, padding, stride = rest
    Stride and padding are exchanged; a convolution ends with stride, padding.
    步幅和补零的顺序反了；应先 stride 后 padding。
filters, stride, padding = rest -> stride, padding, filters = rest
    It takes the filters last; a convolution is (kind, size, filters, stride, padding).
    把滤波器个数当成了最后一项；顺序应为 size、filters、stride、padding。
height, width, channels = image -> height, channels, width = image
    It takes the image for (height, channels, width); it is (height, width, channels).
    把 image 当成了 (高, 通道数, 宽)；它是 (高, 宽, 通道数)。
size**2 * channels * filters -> size**2 * channels * filters * 2
    The MACs of convolutions are twice as large: a multiplication and its addition are one MAC.
    卷积的结果多了一倍；一次乘法加一次加法合为一次 MAC。
height * width * channels * size -> height * width * channels * size * 2
    The MACs of dense layers are twice as large: a multiplication and its addition are one MAC.
    全连接层的结果多了一倍；一次乘法加一次加法合为一次 MAC。
// stride + 1 -> / stride + 1
return np.int64(result).tolist()
    It divides by the stride without rounding, and rounds the MACs; round down each side.
    除以步幅后没有取整，只对 MACs 取整了；每个边长都应向下取整。
// stride + 1 -> / stride + 1
height // size, width // size -> height / size, width / size
return np.int64(result).tolist()
    The sides are not rounded, only the MACs are; round down every side.
    边长没有取整，只对 MACs 取整了；每个边长都应向下取整。
// stride + 1 -> / stride + 1
height // size, width // size -> height / size, width / size
    The sides are not rounded; they are whole numbers, rounded down.
    边长没有取整；边长是整数，应向下取整。
(height + 2 * padding - size) // stride + 1 -> -(-height // stride)
(width + 2 * padding - size) // stride + 1 -> -(-width // stride)
    The sides are the input's divided by the stride, rounded up; size and padding count too.
    边长只是输入边长除以步幅再向上取整；还应考虑 size 和 padding。
(height + 2 * padding - size) // stride + 1 -> height // stride
(width + 2 * padding - size) // stride + 1 -> width // stride
    The sides are the input's divided by the stride, rounded down; size and padding count too.
    边长只是输入边长除以步幅再向下取整；还应考虑 size 和 padding。
(height + 2 * padding - size) // stride + 1 -> height + 2 * padding - size // stride + 1
(width + 2 * padding - size) // stride + 1 -> width + 2 * padding - size // stride + 1
    Only the size is divided by the stride; the parentheses around the sum are missing.
    只有 size 除以了步幅；被除数缺少括号。
// stride + 1 -> // (stride + 1)
    It divides by stride + 1; the 1 is added after the division.
    除以了 stride + 1；应先除后加 1。
size**2 * channels -> channels
    The size of the kernels is forgotten; a kernel has size^2 weights for each input channel.
    漏乘了卷积核的大小；卷积核对每个输入通道有 size^2 个权重。
size**2 * channels * filters -> (size**2 + filters) * channels
    These are the MACs of a depthwise separable convolution; here every kernel covers all channels.
    这是深度可分离卷积的 MACs；这里每个滤波器都覆盖所有输入通道。
height * width * size**2 -> height**2 * size**2
    It counts height * height positions; the outputs have height * width.
    按 height * height 个位置计算；输出有 height * width 个位置。
height * width * size**2 -> width**2 * size**2
    It counts width * width positions; the outputs have height * width.
    按 width * width 个位置计算；输出有 height * width 个位置。
height * width * size**2 * channels * filters -> height * width * filters
    It counts the outputs of a convolution; each takes size^2 * input channels MACs.
    数的是卷积输出的个数；每个输出要 size^2 * 输入通道数次 MAC。
height, width = height // size, width // size -> height = height // size
    Pooling divides the height alone; divide the width by size too.
    池化只除了高；宽也要除以 size。
height // size, width // size -> height // 2, width // 2
    Pooling always divides by 2; divide by its size.
    池化总是除以 2；应除以 size。
macs.append(0) -> macs.append(height * width * channels)
    The outputs of a pooling layer are counted; it multiplies nothing, so its number is 0.
    给池化层数了输出个数；池化不做乘法，应为 0。
macs.append(0) -> macs.append(None)
    A pooling layer has None; its number is 0.
    池化层给出了 None；应为 0。
height * width * channels * size -> height * width * size
    The channels of the input of a dense layer are forgotten; it has height * width * channels.
    全连接层漏乘了输入的通道数；展平后的输入个数是高 * 宽 * 通道数。
height * width * channels * size -> int(np.prod(image)) * size
    Every dense layer has the whole image as input; its input is the output before it.
    每个全连接层都把整个图像当成了输入；它的输入应是上一层的输出。
width = (width + 2 * padding - size) // stride + 1 -> width = height
    The width after a convolution is its height; compute it from the width before.
    卷积之后把宽当成了与高相等；应由原来的宽计算。
return np.atleast_1d(result)[:1].tolist()
    It returns after the first layer; return the MACs of all layers.
    算完第一层就返回了；应返回所有层的 MACs。
""")
