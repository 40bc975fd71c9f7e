"""Checks of `minprune.formulas.costs`."""

from fractions import Fraction

import numpy as np

from minprune.checks.check import Check, given
from minprune.formulas import costs
from minprune.formulas.costs import DOCUMENT_CNN, LENET5, Conv, Full, Pool


def _widths(rng):
    return tuple(rng.integers(1, 20, rng.integers(2, 6)).tolist())


# --- mlp_parameters ------------------------------------------------------------------------------

mlp_parameters = Check(costs.mlp_parameters)
mlp_parameters.worked("A-5.5", given((784, 64, 10)), 50890)
mlp_parameters.worked("E-5.1a", given((784, 128, 10)), 101770)
mlp_parameters.worked("by hand", given((3, 2, 1)), 11)
mlp_parameters.published(
    "Keras 3.15, keras/src/utils/summary_utils_test.py, test_print_model_summary_custom_build",
    given((2, 4, 2)),
    22,
)
mlp_parameters.edge("one layer", given((5, 3)))
mlp_parameters.edge("widths of 1", given((1, 1, 1)))
mlp_parameters.edge("several hidden layers", given((2, 3, 4, 5, 6)))


@mlp_parameters.random
def _(rng):
    return given(_widths(rng))


@mlp_parameters.property(
    "Cutting a network in two must not change the total number of parameters.",
    "把网络从中间分成两段，参数总数不应改变。",
)
def _(rng):
    whole, front, back = yield [given((5, 4, 7, 3)), given((5, 4, 7)), given((7, 3))]
    return whole == front + back


mlp_parameters.edits("""
n_in + 1 -> n_in
    The biases are missing: every unit but the inputs has one.
    漏掉了偏置：除输入外，每个单元都有一个偏置。
return result + widths[0]
    The inputs have biases too; inputs have none.
    给输入也加了偏置；输入没有偏置。
(n_in + 1) * n_out -> n_in * (n_out + 1)
    There is a bias for each input of a layer; there is one for each output.
    按每层的输入数计算偏置；应每个输出一个。
(n_in + 1) * n_out -> n_in * n_out + 1
    Each layer has a single bias; there is one for each of its units.
    每层只算了一个偏置；应每个单元一个。
return result - widths[-1]
    The biases of the last layer are missing.
    漏掉了最后一层的偏置。
return math.prod(widths)
    All widths are multiplied together; the layers are added up.
    把所有宽度连乘；应把各层的参数相加。
(n_in + 1) * n_out -> n_in + n_out
    It adds the widths; a layer has inputs times outputs weights.
    把宽度相加了；一层的权重数是输入乘以输出。
layer_widths("widths", widths) -> widths[1:]
    The first layer is missing.
    漏掉了第一层，各层都应计入。
layer_widths("widths", widths) -> widths[:-1]
    The last layer is missing.
    漏掉了最后一层，各层都应计入。
return result + len(widths)
    It adds one number for each width; biases are already there, one for each unit.
    每个宽度多加了 1；偏置应每个单元一个。
(n_in + 1) * n_out -> (n_in + 1) * (n_out + 1)
    The outputs have a bias unit too; only the inputs have one.
    输出也多加了偏置单元；只应输入有。
n_in + 1 -> n_in + 2
    Each unit has two biases; there is one for each.
    每个单元计了两个偏置；应只有一个。
(n_in + 1) * n_out -> n_in * n_in
    It squares the widths; a layer has inputs times outputs weights.
    对宽度取了平方；一层的权重数是输入乘以输出。
return result - widths[1]
    The biases of the first layer are missing.
    漏掉了第一层的偏置，每层都应计入。
n_in + 1 -> n_in - 1
    It subtracts one input for the bias; add one.
    为偏置减去了一个输入；应加上一个。
(n_in + 1) * n_out -> n_in * n_out + n_in + n_out
    It counts biases for inputs and outputs; there is one for each output.
    给输入和输出都计了偏置；应只每个输出一个。
(n_in + 1) * n_out -> (n_in + n_out) * n_out
    It adds the outputs to the inputs; a unit has n_in weights and one bias.
    把输出数与输入数相加了；每个单元应有 n_in 个权重和一个偏置。
widths = widths[0], widths[-1]
    Only the first and the last width are used; every layer counts.
    只用了第一个和最后一个宽度；每一层都应计入。
return result + widths[-1]
    The outputs have one bias too many.
    输出层的偏置多计了一次；每个单元应只有一个。
return result / 1e6
    It counts millions; return the number itself.
    以百万为单位了；应返回个数本身。
""")


# --- mlp_macs ------------------------------------------------------------------------------------

mlp_macs = Check(costs.mlp_macs)
mlp_macs.worked("A-1", given((64, 64)), 4096)
mlp_macs.worked("A-1", given((128, 128)), 16384)
mlp_macs.worked("E-5.1a", given((784, 128, 10)), 101632)
mlp_macs.worked("by hand", given((3, 2, 1)), 8)
mlp_macs.published(
    "Distiller 0.3.2, tests/test_model_summary.py, test_compute_summary, fc1",
    given((400, 120)),
    48000,
)
mlp_macs.edge("one layer", given((5, 3)))
mlp_macs.edge("widths of 1", given((1, 1, 1)))
mlp_macs.edge("several hidden layers", given((2, 3, 4, 5, 6)))


@mlp_macs.random
def _(rng):
    return given(_widths(rng))


@mlp_macs.property(
    "Doubling the widths must multiply the cost by four: the growth is quadratic, not exponential.",
    "宽度加倍，代价应变为四倍：增长是平方的，不是指数的。",
)
def _(rng):
    widths = _widths(rng)
    one, other = yield [given(widths), given(tuple(2 * n for n in widths))]
    return other == 4 * one


mlp_macs.edits("""
n_in * n_out -> (n_in + 1) * n_out
    The biases are counted; adding a bias multiplies nothing.
    计入了偏置；加偏置时没有乘法。
return 2 * result
    A product and its addition are counted as two; together they are one MAC.
    把一次乘法和一次加法算成了两次；它们合起来是一次乘加。
return math.prod(widths)
    All widths are multiplied together; the layers are added up.
    把所有宽度连乘；应把各层的乘加次数相加。
widths = widths[0], widths[-1]
    Only the first and the last width are used; every layer counts.
    只用了第一个和最后一个宽度；每一层都应计入。
layer_widths("widths", widths) -> widths[:-1]
    The last layer is missing.
    漏掉了最后一层的乘加次数。
n_in * n_out -> n_out * n_out
    Every width is squared; a layer costs its inputs times its outputs.
    对每个宽度取了平方；一层的代价是输入数乘以输出数。
layer_widths("widths", widths) -> widths[1:]
    The first layer is missing.
    漏掉了第一层，各层都应计入。
n_in * n_out -> n_in + n_out
    It adds the widths; a layer costs its inputs times its outputs.
    把宽度相加了；一层的代价是输入乘以输出。
n_in * n_out -> n_in * n_in
    The inputs are squared; a layer costs its inputs times its outputs.
    对输入数取了平方；一层的代价是输入乘以输出。
n_in * n_out -> n_in * (n_out + 1)
    One output too many is counted; a layer costs its inputs times its outputs.
    多计了一个输出；一层的代价是输入乘以输出。
n_in * n_out -> (n_in - 1) * n_out
    Only the additions are counted; a layer has inputs times outputs products.
    只计了加法；一层有输入乘以输出次乘积。
n_in * n_out -> (2 * n_in - 1) * n_out
    It counts products and additions separately; together they are one MAC.
    把乘法和加法分别计数了；合起来是一次乘加。
return result + sum(widths[1:-1])
    It counts the hidden units as well; an activation function is no MAC.
    多计了隐藏单元；激活函数不是乘加。
return result / 1e6
    It counts millions; return the number itself.
    以百万为单位了；应返回次数本身。
n_in * n_out -> (n_in + 1) * (n_out + 1)
    It adds a bias unit to inputs and outputs; adding a bias multiplies nothing.
    给输入和输出都加了偏置单元；加偏置时没有乘法。
return result + widths[-1]
    It counts the outputs as well; only the products count.
    多计了输出单元；只应计乘法。
n_in * n_out -> 3 * n_in * n_out
    It counts forward and backward; count the forward pass alone.
    把前向和反向都计入了；只应计前向传播。
""")


# --- mlp_hidden_width ----------------------------------------------------------------------------

mlp_hidden_width = Check(costs.mlp_hidden_width)
mlp_hidden_width.worked("A-5.5", given(50890, 784, 10), Fraction(64))
mlp_hidden_width.worked("A-5.5", given(784096, 784, 10), Fraction(784086, 795))
mlp_hidden_width.worked("A-5.5", given(196608, 784, 10), Fraction(196598, 795))
mlp_hidden_width.worked("by hand", given(11, 3, 1), Fraction(2))
mlp_hidden_width.published(
    "Keras 3.15, keras/src/utils/summary_utils_test.py, test_print_model_summary_custom_build",
    given(22, 2, 2),
    Fraction(4),
)
mlp_hidden_width.edge("the output biases alone", given(10, 784, 10))
mlp_hidden_width.edge("too few for any network", given(4, 784, 10))
mlp_hidden_width.edge("half a unit", given(6, 2, 3))


@mlp_hidden_width.random
def _(rng):
    n_in, h, n_out = rng.integers(1, 30, 3).tolist()
    return given((n_in + 1) * h + (h + 1) * n_out, n_in, n_out)


@mlp_hidden_width.property(
    "One more hidden unit must add n_in + n_out + 1 parameters.",
    "每增加一个隐藏单元，参数应增加 n_in + n_out + 1 个。",
)
def _(rng):
    one, other = yield [given(100, 6, 4), given(111, 6, 4)]
    return other == one + 1


mlp_hidden_width.edits("""
n - n_out -> n
n_in + n_out + 1 -> n_in + n_out
    The biases are left out; the hidden and the output units have one each.
    漏掉了偏置；隐藏层和输出层的每个单元都有一个偏置。
n - n_out -> n
    The biases of the outputs are left out: subtract them first.
    漏掉了输出层的偏置：应先把它们减去。
n_in + n_out + 1 -> n_in + n_out
    The biases of the hidden units are left out: each unit has one.
    漏掉了隐藏层的偏置：每个隐藏单元都有一个。
n - n_out -> n
n_in + n_out + 1 -> n_in + 1
    The output layer is left out: each hidden unit has outgoing weights too.
    漏掉了输出层：每个隐藏单元还有输出权重。
return math.floor(result)
    It is rounded down, which hides that no such network exists.
    向下取整了，掩盖了这样的网络并不存在。
return float(result)
    It returns a float; return an exact Fraction.
    返回了浮点数；要求的是精确的分数 Fraction。
n - n_out -> n + n_out
    It adds the biases of the outputs; subtract them.
    加上了输出层的偏置；应减去它们。
n - n_out -> n - n_in
    It subtracts the inputs, which have no biases; subtract the outputs.
    减去了输入数，而输入没有偏置；应减去输出数。
n - n_out -> n - n_in - n_out
    It subtracts the inputs too; they have no biases.
    连输入数也减去了；输入没有偏置。
n_in + n_out + 1 -> n_in * n_out + 1
    It multiplies inputs and outputs; a hidden unit has a weight for each of both.
    把输入数与输出数相乘了；隐藏单元对两者各有权重，应相加。
n_in + n_out + 1 -> n_out + 1
    The weights from the inputs are left out.
    漏掉了来自输入的权重，每个隐藏单元都有 n_in 个。
n_in + n_out + 1 -> n_in + n_out + 2
    A hidden unit has two biases; it has one.
    给隐藏单元算了两个偏置；应只有一个。
return Fraction(round(result))
    It is rounded, which hides that no such network exists.
    取整了，掩盖了这样的网络并不存在。
return math.ceil(result)
    It is rounded up, which hides that no such network exists.
    向上取整了，掩盖了这样的网络并不存在。
n_in + n_out + 1 -> n_in + n_out + n_out
    It divides by n_in + 2 n_out; a hidden unit has n_in + n_out weights and one bias.
    除以了 n_in + 2 n_out；隐藏单元有 n_in + n_out 个权重和一个偏置。
""")


# --- ranking_cost --------------------------------------------------------------------------------

ranking_cost = Check(costs.ranking_cost)
ranking_cost.worked("by hand", given(8, 1), 1.0)
ranking_cost.worked("A-2.5", given(50816, 60_000), 8.684997331746e-05)
ranking_cost.worked("by hand", given(1024, 1000), 1 / 300)
ranking_cost.worked("by hand", given(2**30, 5), 2.0)
ranking_cost.published(  # with one sample it is the logarithm to the base 8
    "eNotes, question 818575, log_8(32)", given(32, 1), 5 / 3
)
ranking_cost.edge("one weight needs no ranking", given(1, 10))
ranking_cost.edge("a number of weights that is not a power of 2", given(50890, 60000))


@ranking_cost.random
def _(rng):
    return given(int(rng.integers(2, 10**6)), int(rng.integers(1, 10**4)))


@ranking_cost.property(
    "With twice the samples, ranking must cost half as much relative to training.",
    "样本数加倍时，排序相对于训练的代价应减半。",
)
def _(rng):
    one, other = yield [given(5000, 20), given(5000, 40)]
    return np.isclose(one, 2 * other)


ranking_cost.edits("""
math.log2 -> math.log
    It takes the natural logarithm; comparisons halve what is left, so the base is 2.
    用了自然对数；每次比较把范围减半，底数应为 2。
3 * samples -> samples
    It counts the forward pass only; backward takes two more products.
    只计了前向传播；反向传播还有两次乘积。
3 * samples -> 2 * samples
    It counts one product of backward; there are two, for the weights and for the inputs.
    反向传播只计了一次乘积；对权重和对输入各有一次。
math.log2(n) -> n * math.log2(n)
    The epoch is counted without its weights: divide n log2(n) by 3 n N, so that n cancels.
    训练的代价漏掉了权重数：应为 n log2(n) 除以 3 n N，n 被约去。
3 * samples -> 3
    The samples are left out: an epoch costs 3 n MACs for each of them.
    漏掉了样本数：一轮训练中每个样本需要 3 n 次乘加。
math.log2(n) -> 1
    The logarithm is missing: n weights are ranked by n log2(n) comparisons.
    缺少对数：给 n 个权重排序需要 n log2(n) 次比较。
math.log2 -> math.log10
    It takes the logarithm to the base 10; comparisons halve what is left, so the base is 2.
    用了以 10 为底的对数；每次比较把范围减半，底数应为 2。
math.log2(n) -> n
    It counts n^2 comparisons; sorting takes n log2(n).
    按 n^2 次比较计算了；排序应需要 n log2(n) 次。
/ (3 * samples) -> / 3 * samples
    It multiplies by the samples; the parentheses around 3 N are missing.
    乘以了样本数；3 N 外面缺少括号，应整体相除。
3 * samples -> 6 * samples
    It counts products and additions separately; 3 n MACs are one sample.
    把乘法和加法分别计数了；一个样本应为 3 n 次乘加。
math.log2(n) -> math.ceil(math.log2(n))
    It rounds the logarithm up; take it as it is.
    把对数向上取整了；应直接使用。
math.log2(n) -> math.log2(n + 1)
    It takes the logarithm of n + 1; take that of n.
    取了 n + 1 的对数；应取 n 的对数。
math.log2(n) -> math.log2(n) ** 2
    It squares the logarithm.
    对对数取了平方；不应平方。
/ (3 * samples) -> * 3 * samples
    It multiplies by the cost of an epoch; divide by it.
    乘以了一轮训练的代价；应除以它。
math.log2(n) -> math.log2(samples)
    It takes the logarithm of the samples; the weights are ranked.
    取了样本数的对数；被排序的是权重，应取其个数的对数。
""")


# --- output_size ---------------------------------------------------------------------------------

output_size = Check(costs.output_size)
output_size.worked("D-1.2a", given(28, 3), 26)
output_size.worked("D-1.2b", given(26, 2, stride=2), 13)
output_size.worked("by hand", given(13, 2, stride=2), 6)
output_size.worked("by hand", given(13, 2, stride=2, padding="same"), 7)
output_size.worked("C-5.2b", given(224, 3, padding="same"), 224)
output_size.published(
    "Keras 3.15, keras/src/ops/operation_utils_test.py, "
    "test_compute_conv_output_shape_valid_padding",
    given(4, 3, stride=2),
    1,
)
output_size.published(
    "Larq 0.13.3, larq/snapshots/snap_models_test.py, quant_depthwise_conv2d",
    given(32, 3, stride=3, padding="same"),
    11,
)
output_size.edge("a kernel as long as the input", given(5, 5))
output_size.edge("a kernel longer than the input", given(2, 3, padding="same"))
output_size.edge("a kernel of 1", given(7, 1, stride=3))
output_size.edge("a stride longer than the input", given(4, 2, stride=9))
output_size.edge("an even kernel", given(6, 4, padding="same"))
output_size.edge("one entry", given(1, 1, stride=1, padding="valid"))


@output_size.random
def _(rng):
    size = int(rng.integers(6, 40))
    return given(size, int(rng.integers(1, 6)), int(rng.integers(1, 4)), "valid")


@output_size.random
def _(rng):
    size = int(rng.integers(1, 40))
    return given(size, int(rng.integers(1, 6)), int(rng.integers(1, 4)), padding="same")


@output_size.property(
    "An input longer by one stride must give one more entry.",
    "输入长度增加一个步幅，输出应多一个。",
)
def _(rng):
    calls = [given(size, 3, 4, p) for p in ("valid", "same") for size in (11, 15)]
    valid, longer, same, longer_same = yield calls
    return longer == valid + 1 and longer_same == same + 1


@output_size.solution
def output_size(size, kernel, stride=1, padding="valid"):
    if padding == "same":
        return -(-size // stride)
    return (size - kernel) // stride + 1


output_size.edits("""
// stride + 1 -> // stride
    One is missing: a kernel as long as the input still fits once.
    少加了 1：核与输入一样长时仍有一个位置。
(size - kernel) // stride + 1 -> (size - kernel + 1) // stride
    The one is added before the division by the stride; it comes after.
    先加 1 再除以步幅；应先除后加。
(size - kernel) // stride -> -((kernel - size) // stride)
    It rounds up without padding; positions that reach over the edge do not count.
    无填充时向上取整了；越过边界的位置应舍去。
-(-size // stride) -> size // stride
    It rounds down with padding "same"; the last, incomplete step counts.
    填充为 same 时向下取整了；最后不完整的一步也算。
-(-size // stride) -> size
    With padding "same" it keeps the size whatever the stride; it is divided by the stride.
    填充为 same 时不管步幅都保持大小；应除以步幅。
-(-size // stride) -> (size + 2 * (kernel // 2) - kernel) // stride + 1
    With padding "same" it adds kernel // 2 zeros on both sides, too many for an even kernel.
    填充为 same 时两边各补 kernel // 2 个零；核为偶数时补多了。
padding = "valid"
    The padding is ignored: it never pads.
    没有考虑填充方式：总是不填充。
stride = 1
    The stride is ignored.
    没有考虑步幅的作用。
// stride + 1 -> // stride + 2
    One position too many is counted.
    多计了一个位置，应为整除后加 1。
return (size - kernel) // stride + 1 -> return round((size - kernel) / stride) + 1
    It rounds to the nearest; positions that reach over the edge do not count.
    取了最接近的整数；超出边缘的位置不应计入。
return (size - kernel) // stride + 1 -> return size - kernel + 1
    Without padding the stride is ignored.
    不填充时忽略了步幅；应除以步幅。
padding = "same"
    It always pads; with padding="valid" it must not.
    总是做了填充；padding="valid" 时不应填充。
padding = "valid" if padding == "same" else "same"
    The two paddings are exchanged.
    两种填充方式弄反了，应互换回来。
(size - kernel) // stride + 1 -> (size + kernel) // stride + 1
    It adds the kernel; a kernel reduces the number of positions.
    加上了核的长度；核会使位置减少。
-(-size // stride) -> (size - 1) // stride
    With padding "same" one is missing: size / stride is rounded up.
    padding 为 "same" 时少了 1；应将 size / stride 向上取整。
return (size - kernel) // stride + 1 -> return -(-size // stride) - kernel + 1
    It divides the size by the stride before it subtracts the kernel; subtract first.
    先除以步幅再减去核的长度了；应先减。
-(-size // stride) -> round(size / stride)
    With padding "same" it rounds to the nearest; round up.
    padding 为 "same" 时取了最接近的整数；应向上取整。
-(-size // stride) -> size // stride + 1
    With padding "same" it always adds one; size / stride is rounded up.
    padding 为 "same" 时总加了 1；应将 size / stride 向上取整。
// stride + 1 -> / stride + 1
    Without padding it does not round; round down, with //.
    不填充时没有取整；应使用 // 向下取整。
-(-size // stride) -> size / stride
    With padding "same" it does not round; round up.
    padding 为 "same" 时没有取整；应向上取整。
// stride + 1 -> // stride - 1
    Without padding it subtracts 1; add 1.
    不填充时减去了 1；应加上 1。
""")


# --- conv_parameters -----------------------------------------------------------------------------

conv_parameters = Check(costs.conv_parameters)
conv_parameters.worked("D-5.2b", given(3, 3, 1, 32), 320)
conv_parameters.worked("C-5.2b", given(3, 3, 64, 128), 73856)
conv_parameters.worked("by hand", given(2, 3, 4, 5), 125)
conv_parameters.published("torchinfo 1.8.0, README.md, SingleInputNet", given(5, 5, 10, 20), 5020)
conv_parameters.edge("a single weight and its bias", given(1, 1, 1, 1))
conv_parameters.edge("a kernel of one pixel", given(1, 1, 6, 4))
conv_parameters.edge("a kernel of one row", given(1, 5, 2, 3))


@conv_parameters.random
def _(rng):
    return given(*rng.integers(1, 9, 4).tolist())


@conv_parameters.property(
    "Doubling the filters must double the parameters.",
    "滤波器数目加倍，参数也应加倍。",
)
def _(rng):
    one, other = yield [given(3, 2, 5, 4), given(3, 2, 5, 8)]
    return other == 2 * one


conv_parameters.edits("""
c_in + 1 -> c_in
    The biases are missing: every filter has one.
    漏掉了偏置：每个滤波器都有一个偏置。
c_in + 1 -> c_in
return result + c_in
    There is a bias for each input channel; there is one for each filter.
    按输入通道数计算偏置；应每个滤波器一个。
(k_h * k_w * c_in + 1) -> (k_h * k_w + 1) * c_in
    There is a bias for each pair of channels; there is one for each filter.
    按每对输入输出通道计算偏置；应每个滤波器一个。
c_in = 1
    The input channels are left out: a filter has a window of weights for each of them.
    漏掉了输入通道：滤波器对每个输入通道都有一组权重。
k_w = k_h
    The kernel is assumed to be square; k_h and k_w may differ.
    把卷积核当成了正方形；k_h 和 k_w 可以不同。
c_in + 1 -> c_in
return result + 1
    There is a single bias; there is one for each filter.
    只算了一个偏置；应每个滤波器一个。
c_out = 1
    It counts a single filter; there are c_out of them.
    只计了一个滤波器；共有 c_out 个。
k_h = k_w
    It takes the width for the height; k_h and k_w may differ.
    用宽度代替了高度；k_h 与 k_w 可以不同。
(k_h * k_w * c_in + 1) -> (k_h + k_w) * c_in + 1
    It adds the sides of the kernel; multiply them.
    把核的两边相加了；应相乘。
k_h = k_w = 1
    The window is left out: a filter has k_h times k_w weights for each input channel.
    漏掉了窗口：每个输入通道有 k_h 乘 k_w 个权重。
c_in + 1) * c_out -> c_in + c_out) * c_out
    It adds c_out biases to each filter; a filter has one.
    每个滤波器加了 c_out 个偏置；应只有一个。
c_in + 1) * c_out -> c_in + k_h * k_w) * c_out
    It counts a bias for each position of the kernel; each filter has one.
    核的每个位置都算了一个偏置；每个滤波器应只有一个。
(k_h * k_w * c_in + 1) -> (k_h * k_w + c_in + 1)
    It adds the channels to the size of the kernel; multiply them.
    把通道数与核的大小相加了；应相乘。
(k_h * k_w * c_in + 1) * c_out -> k_h * k_w * c_in * c_out + k_h * k_w
    It counts biases for the positions of the kernel; each filter has one.
    按核的位置计了偏置；应每个滤波器一个。
(k_h * k_w * c_in + 1) * c_out -> k_h * k_w * c_in + c_out
    It adds the outputs to the weights of one filter; every filter has its own weights.
    把输出数加到了一个滤波器的权重数上；每个滤波器应有自己的权重。
""")


# --- conv_macs -----------------------------------------------------------------------------------

conv_macs = Check(costs.conv_macs)
conv_macs.worked("D-5.2b", given(26, 26, 3, 3, 1, 32), 194688)
conv_macs.worked("C-5.2b", given(112, 112, 3, 3, 64, 128), 924844032)
conv_macs.worked("by hand", given(2, 3, 1, 2, 3, 4), 144)
conv_macs.published(
    "Distiller 0.3.2, tests/test_model_summary.py, test_compute_summary, conv1",
    given(28, 28, 5, 5, 3, 6),
    352800,
)
conv_macs.edge("one position: a fully connected layer", given(1, 1, 1, 1, 6, 4))
conv_macs.edge("all ones", given(1, 1, 1, 1, 1, 1))
conv_macs.edge("an output lower than the kernel", given(1, 4, 3, 2, 2, 5))


@conv_macs.random
def _(rng):
    return given(*rng.integers(1, 12, 6).tolist())


@conv_macs.property(
    "An image twice as high and twice as wide must cost four times as much.",
    "图像的高和宽都加倍，代价应变为四倍。",
)
def _(rng):
    one, other = yield [given(5, 7, 3, 2, 4, 6), given(10, 14, 3, 2, 4, 6)]
    return other == 4 * one


conv_macs.edits("""
height = width = 1
    The positions are left out: every weight is used once at each of them.
    漏掉了输出位置：每个权重在每个位置都要用一次。
return (height - k_h + 1) * (width - k_w + 1) * k_h * k_w * c_in * c_out
    Height and width are taken as those of the input; they are those of the output.
    把高和宽当成了输入的；它们是输出的高和宽。
return result + height * width * c_out
    The biases are counted; adding a bias multiplies nothing.
    计入了偏置；加偏置时没有乘法。
return 2 * result
    A product and its addition are counted as two; together they are one MAC.
    把一次乘法和一次加法算成了两次；它们合起来是一次乘加。
c_in = 1
    The input channels are left out: a filter adds up over all of them.
    漏掉了输入通道：滤波器要对所有输入通道求和。
k_h = k_w = 1
    The window is left out: each output needs k_h times k_w products for each channel.
    漏掉了窗口大小：每个输出对每个通道需要 k_h 乘 k_w 次乘法。
c_out = 1
    The filters are left out: every one of them computes an output.
    漏掉了滤波器的个数：每个滤波器都计算一个输出。
height = width
    It takes the width for the height; the image need not be square.
    用宽度代替了高度；图像不一定是方的。
width = height
    It takes the height for the width; the image need not be square.
    用高度代替了宽度；图像不一定是方的。
k_w = k_h
    The kernel is assumed to be square; k_h and k_w may differ.
    把核当成了方的；k_h 与 k_w 可以不同。
return k_h * k_w * c_in * c_out + height * width
    It adds the positions; multiply by them.
    加上了位置数；应相乘。
return height * width * (k_h + k_w) * c_in * c_out
    It adds the sides of the kernel; multiply them.
    把核的两边相加了；应相乘。
return height * width * k_h * k_w * (c_in + c_out)
    It adds the channels; multiply them.
    把通道数相加了；应相乘。
height, width = height - k_h + 1, width - k_w + 1
    Height and width are taken as those of the input; they are those of the output.
    把高和宽当成了输入的；它们是输出的高和宽。
height, width = height + k_h - 1, width + k_w - 1
    It computes the size of the input and counts its pixels; count those of the output.
    算成了输入的大小；应按输出的像素计算。
return height * width * k_h * k_w * c_in + c_out
    It adds the filters; multiply by their number.
    加上了滤波器个数；应相乘。
return height * k_h * k_w * c_in * c_out
    It leaves out the width; every pixel of the output counts.
    漏掉了宽度；输出的每个像素都应计入。
return height * width * (k_h * k_w * c_in - 1) * c_out
    Only the additions are counted; count the products.
    只计了加法；应计乘法的次数。
return height * width * (2 * k_h * k_w * c_in - 1) * c_out
    It counts products and additions separately; together they are one MAC.
    把乘法和加法分别计数了；合起来是一次乘加。
return result / 1e6
    It counts millions; return the number itself.
    以百万为单位了；应返回次数本身。
return height * width * c_in * c_out + k_h * k_w
    It adds the size of the kernel; multiply by it.
    加上了核的大小；应相乘。
""")


# --- network_costs -------------------------------------------------------------------------------

network_costs = Check(costs.network_costs)
network_costs.worked(
    "D-5.2b",
    given(list(DOCUMENT_CNN), (28, 28, 1)),
    [
        (320, 194688, (26, 26, 32)),
        (0, 0, (13, 13, 32)),
        (346176, 346112, (64,)),
        (650, 640, (10,)),
    ],
)
network_costs.worked(
    "C-5.2b",
    given([Conv(64), Conv(64), Pool(2), Conv(128)], (224, 224, 3)),
    [
        (1792, 86704128, (224, 224, 64)),
        (36928, 1849688064, (224, 224, 64)),
        (0, 0, (112, 112, 64)),
        (73856, 924844032, (112, 112, 128)),
    ],
)
network_costs.published(  # 288 and 32 parameters, in two columns
    "Larq 0.13.3, larq/snapshots/snap_models_test.py, test_summary",
    given([Conv(32), Pool(2)], (64, 64, 1)),
    [(288 + 32, 1179648, (64, 64, 32)), (0, 0, (32, 32, 32))],
)
network_costs.published(
    "Larq 0.13.3, larq/snapshots/snap_models_test.py, test_summary",
    given([Full(10)], (11, 11, 32)),
    [(38730, 38720, (10,))],
)
network_costs.worked(  # pooling shrinks the fully connected layer behind it
    "D-1.2b",
    given([Conv(32, 3, "valid"), Full(64)], (28, 28, 1)),
    [(320, 194_688, (26, 26, 32)), (1_384_512, 1_384_448, (64,))],
)
network_costs.edge("a perceptron", given([Full(64), Full(10)], (28, 28, 1)))
network_costs.edge("one layer", given([Full(3)], (1, 1, 1)))
network_costs.edge("a pooling that leaves a row out", given([Pool(2), Full(2)], (5, 4, 3)))
network_costs.edge("an even kernel", given([Conv(2, 4), Conv(3, 2, "valid")], (5, 6, 2)))
network_costs.edge("LeNet-5", given(list(LENET5), (28, 28, 1)))
network_costs.edge("pooling by three", given([Conv(4), Pool(3), Full(5)], (9, 7, 1)))
network_costs.edge("padded pooling", given([Pool(2, "same"), Full(2)], (5, 4, 3)))


@network_costs.random
def _(rng):
    a, b, k, h = rng.integers(1, 5, 4).tolist()
    layers = [Conv(a, k), Pool(2), Conv(b, 2, "valid"), Full(h), Full(2)]
    return given(layers, tuple(rng.integers(6, 12, 3).tolist()))


@network_costs.property(
    "In convolutions, doubling height and width must multiply the MACs by 4, not the parameters.",
    "对卷积层，图像的高和宽加倍时，乘加次数应变为四倍，而参数不变。",
)
def _(rng):
    layers = [Conv(3), Conv(2, 5)]
    small, large = yield [given(layers, (6, 5, 2)), given(layers, (12, 10, 2))]
    return all(a[0] == b[0] and 4 * a[1] == b[1] for a, b in zip(small, large, strict=True))


network_costs.edits("""
layers = [l._replace(size=1) if isinstance(l, Pool) else l for l in layers]
    The pooling does not shrink the image, so the layers after it are too large.
    池化没有缩小特征图，使后面的层算得过大。
return [c._replace(macs=2 * c.macs) for c in result]
    A product and its addition are counted as two; together they are one MAC.
    把一次乘法和一次加法算成了两次；它们合起来是一次乘加。
return [c._replace(parameters=c.parameters - c.output[-1] * (c.macs > 0)) for c in result]
    The biases are missing among the parameters.
    参数中漏掉了偏置。
layers = [l._replace(padding="same") if isinstance(l, Conv) else l for l in layers]
    Every convolution keeps the size; one with padding "valid" shrinks the image.
    所有卷积都保持大小；填充为 valid 时图像会变小。
](layer, shape) -> ](layer, (1, 1, shape[-1]) if isinstance(layer, Full) else shape)
    A fully connected layer reads the channels alone; it must read the whole flattened image.
    全连接层只取了通道数；应把整个特征图展平。
return [c._replace(macs=c.macs // math.prod(c.output[:-1])) for c in result]
    The MACs of a convolution are only its weights; each weight is used at every position.
    卷积的乘加次数只算了权重数；每个权重在每个位置都要用一次。
return [Cost(sum(c[0] for c in result), sum(c[1] for c in result), result[-1].output)]
    It returns the sums of all layers; return the cost of every layer.
    给出了所有层的总和；要求的是每一层的代价。
layers = [l._replace(size=2) if isinstance(l, Pool) else l for l in layers]
    Every pooling is taken as 2 by 2; its size is given.
    所有池化都按 2×2 计算了；大小应由该层给出。
layers = [l._replace(padding="valid") if isinstance(l, Pool) else l for l in layers]
    No pooling is padded; with padding "same" the size is divided by that of the window, rounded up.
    池化都没有填充；padding 为 "same" 时应将边长除以窗口大小并向上取整。
layers = [l._replace(padding="same") if isinstance(l, Pool) else l for l in layers]
    Every pooling is padded; with padding "valid" rows and columns that are left over are dropped.
    池化都做了填充；padding 为 "valid" 时应舍去多余的行和列。
return [c._replace(macs=c.macs + math.prod(c.output) * (c.macs > 0)) for c in result]
    The biases are counted as MACs; adding a bias multiplies nothing.
    把偏置计入了乘加次数；加偏置时没有乘法，不应计入。
return [c for c in result if c.macs]
    It leaves out the pooling layers; every layer has its cost.
    略去了池化层；每一层都应有代价。
return [c._replace(output=c.output[::-1]) for c in result]
    The output shapes are in reverse order; they are (height, width, channels).
    输出形状的次序颠倒了；应为（高、宽、通道）。
return [c._replace(macs=c.parameters) for c in result]
    It takes the parameters as MACs; a convolution uses its weights at every position.
    把参数个数当作了乘加次数；卷积在每个位置都使用权重，应乘以位置数。
layers = [l._replace(padding="valid") if isinstance(l, Conv) else l for l in layers]
    It never pads; with padding "same" the size is kept.
    总是不填充；填充为 same 时应保持大小。
return [c._replace(macs=c.macs / 1e6) for c in result]
    It counts millions of MACs; return their number.
    以百万次乘加为单位了；应返回次数本身。
image = image[::-1]
    The image is read as (channels, height, width) in reverse; it is (height, width, channels).
    把图像形状的次序弄反了；应为（高、宽、通道）。
return result[:-1]
    The last layer is missing.
    漏掉了最后一层，每层都应有代价。
return result[1:]
    The first layer is missing.
    漏掉了第一层，每层都应有代价。
""")


# --- vgg16_layers --------------------------------------------------------------------------------


def _vgg(repeats, filters=(64, 128, 256, 512, 512), classes=1000):
    """A network of the kind, from the convolutions and the filters in every block."""
    layers = []
    for number, f in zip(repeats, filters, strict=True):
        layers += [Conv(f)] * number + [Pool(2)]
    return [*layers, Full(4096), Full(4096), Full(classes)]


vgg16_layers = Check(costs.vgg16_layers)
vgg16_layers.worked("C-5.2b", given(), _vgg((2, 2, 3, 3, 3)))
vgg16_layers.worked(
    "C-4.3b", given(width=0.5), _vgg((2, 2, 3, 3, 3), filters=(32, 64, 128, 256, 256))
)
vgg16_layers.worked("by hand", given(0.25, classes=10),
                    _vgg((2, 2, 3, 3, 3), (16, 32, 64, 128, 128), classes=10))  # fmt: skip
VGG_D = "64 64 M 128 128 M 256 256 256 M 512 512 512 M 512 512 512 M"
vgg16_layers.published(
    "torchvision 0.18, torchvision/models/vgg.py, configuration D",
    given(),
    [Pool(2) if size == "M" else Conv(int(size)) for size in VGG_D.split()]
    + [Full(4096), Full(4096), Full(1000)],
)
vgg16_layers.edge("at least one filter", given(width=0.001))
vgg16_layers.edge("half a filter is rounded to the even number", given(width=2.5 / 64))
vgg16_layers.edge("rounded to the nearest", given(width=0.12))
vgg16_layers.edge("wider than it was", given(width=1.5, classes=2))
vgg16_layers.edge("one class", given(1.0, 1))


@vgg16_layers.random
def _(rng):
    return given(float(rng.integers(1, 64) / 32), int(rng.integers(1, 1000)))


vgg16_layers.edits("""
Full(4096) -> Full(max(round(width * 4096), 1))
    The fully connected layers are thinned too; only filters are counted here.
    把全连接层也变窄了；这里只改变卷积核的数目。
width = max(1 - width, 1e-09)
    The width is taken as the share to prune; it is the share to keep.
    把 width 当成了剪掉的比例；它是保留的比例。
width = width ** 0.5
    The width is taken as a share of the parameters; it is a share of the filters.
    把 width 当成了参数的比例；它是滤波器数目的比例。
repeats + [Pool(2)] -> repeats
    The pooling is missing: each of the five blocks ends with one.
    缺少池化层：五个模块各以一个池化层结束。
classes = 1000
    The last layer always has 1000 outputs, whatever the number of classes.
    不管类别数是多少，最后一层总是 1000 个输出。
round( -> int(
    The numbers of filters are rounded down; round to the nearest number.
    滤波器数目向下取整了；应取最接近的整数。
max(round(width * filters), 1) -> round(width * filters)
    A layer may lose all its filters; keep at least one.
    某一层可能没有滤波器了；至少应保留一个。
(3, 256), (3, 512), (3, 512) -> (2, 256), (2, 512), (2, 512)
    That is VGG13: the last three blocks have three convolutions each.
    这是 VGG13：后三个模块各有三个卷积层。
(3, 256), (3, 512), (3, 512) -> (4, 256), (4, 512), (4, 512)
    That is VGG19: the last three blocks have three convolutions each, not four.
    这是 VGG19：后三个模块各有三个卷积层，而不是四个。
[*layers, Full(4096), Full(4096), -> [*layers, Full(4096),
    There is one dense layer of 4096 units; there are two.
    只有一个 4096 单元的全连接层；应有两个。
Full(4096), Full(4096), Full -> Full
    The two dense layers of 4096 units are missing.
    漏掉了两个 4096 单元的全连接层。
(3, 512), (3, 512) -> (3, 512)
    There are four blocks; there are five.
    只有四个卷积块；应有五个。
(3, 512), (3, 512) -> (3, 512), (3, 1024)
    The last block has 1024 filters; it has 512.
    最后一块取了 1024 个滤波器；应为 512 个。
width * filters -> width**2 * filters
    It multiplies by the square of the width.
    乘以了宽度系数的平方；应乘以系数本身。
round( -> math.ceil(
    It rounds the filters up; round to the nearest.
    把滤波器个数向上取整了；应取最接近的整数。
(2, 64), (2, 128) -> (1, 64), (1, 128)
    The first two blocks have one convolution each, as VGG-11 has; VGG-16 has two.
    前两块各只有一个卷积，那是 VGG-11；VGG-16 应各有两个。
return result[:-1]
    The last layer, which has one unit for each class, is missing.
    漏掉了最后一层，即每个类别一个单元的那层。
Full(whole_number("classes", classes, low=1)) -> Full(max(round(width * classes), 1))
    The width reduces the classes too; their number is given.
    连类别数也按宽度缩小了；类别数应不变。
""")
