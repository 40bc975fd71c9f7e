"""The documents' worked examples, step by step: what is printed beside what is right.

Every right number is computed by the formula that the step is about, and a step is wrong if what
is printed differs from it. An example is made in the language in use.
"""

from fractions import Fraction
from typing import NamedTuple

import numpy as np

from minprune.formulas.costs import mlp_hidden_width, mlp_parameters
from minprune.formulas.influence import leave_one_out, obd_saliency, second_order_influence
from minprune.formulas.masks import (
    apply_mask,
    pruned_count,
    rank_mask,
    threshold_mask,
    threshold_prune,
)
from minprune.formulas.metrics import (
    compression_rate,
    compression_ratio,
    mcnemar_z,
    performance_loss,
    pruning_rate,
    sparsity,
)
from minprune.formulas.misprints import half_sum_mask_misprint, pruning_rate_misprint
from minprune.formulas.norms import l2_norm, normalize, unit_l1
from minprune.formulas.scores import (
    gradient_magnitude,
    layer_importance,
    layer_l2,
    magnitude,
    taylor,
)
from minprune.formulas.structured import layer_threshold_masks, unit_threshold_mask
from minprune.formulas.units import contribution, mean_activation, unit_ablation
from minprune.language import either


class Step(NamedTuple):
    """One line of an example."""

    what: str
    right: object  # a number, an array, or a word
    printed: object = None  # None where the document prints nothing
    places: int = 9  # decimals that the document prints
    why: str = ""

    @property
    def wrong(self):
        """True if the printed value is not the formula's, to the places printed."""
        if self.printed is None:
            return False
        if isinstance(self.right, str):
            return self.printed != self.right
        return not np.array_equal(
            np.round(np.asarray(self.right, dtype=float), self.places), np.asarray(self.printed)
        )


class Example(NamedTuple):
    """A worked example: numbers that a document prints, or its rule on numbers of ours."""

    id: str
    title: str
    given: dict
    steps: tuple
    moral: str
    ours: bool = False  # the numbers are ours: nothing is printed, but the rule gives something


WEIGHT, NEURON = ("weight", "权重"), ("neuron", "神经元")

LAYERS = (
    np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]),
    np.array([[0.7, 0.8, 0.9], [0.1, 0.2, 0.3]]),
    np.array([[0.4, 0.5, 0.6], [0.7, 0.8, 0.9]]),
)
PRINTED_LAYERS = (
    np.zeros((2, 3)),
    np.array([[0.7, 0.8, 0.9], [0, 0, 0]]),
    np.array([[0, 0, 0], [0.7, 0.8, 0.9]]),
)


def three_layers():
    """A-4.4: layer pruning by importance.

    >>> [step.what for step in three_layers().steps if step.wrong]
    ['importance of layer 3', 'layer 2 pruned', 'layer 3 pruned', 'output of the network']
    """
    theta, (I1, I2, I3) = 2.5, layer_importance(LAYERS)
    masks = layer_threshold_masks(LAYERS, theta)
    h1, h2, h3 = (apply_mask(w, m) for w, m in zip(LAYERS, masks, strict=True))
    p1, p2, p3 = PRINTED_LAYERS
    return Example(
        "A-4.4",
        either("Three layers, pruned by importance", "三个层，按重要性剪枝"),
        {"h1": LAYERS[0], "h2": LAYERS[1], "h3": LAYERS[2], "theta": theta},
        (
            Step(either("importance of layer 1", "第 1 层的重要性"), I1, 2.1),
            Step(either("importance of layer 2", "第 2 层的重要性"), I2, 3.0),
            Step(either("importance of layer 3", "第 3 层的重要性"), I3, 3.2,
                 why=either("3.9 and 3.2 are both above theta: the decision is the same",
                            "3.9 和 3.2 都大于 theta：取舍相同")),
            Step(either("layer 1 pruned", "剪枝后的第 1 层"), h1, p1,
                 why=either("2.1 < 2.5: the layer is pruned", "2.1 < 2.5：该层被剪掉")),
            Step(either("layer 2 pruned", "剪枝后的第 2 层"), h2, p2,
                 why=either("3.0 >= 2.5: the rule keeps the layer", "3.0 >= 2.5：按规则保留该层")),
            Step(either("layer 3 pruned", "剪枝后的第 3 层"), h3, p3,
                 why=either("3.9 >= 2.5: the rule keeps the layer", "3.9 >= 2.5：按规则保留该层")),
            *_other_rules(theta),
            Step(either("output of the network", "网络的输出"),
                 either("constant", "常数"), either("important weights", "重要的权重"),
                 why=either("layer 1 is all zero; besides, two 2x3 matrices cannot be multiplied",
                            "第 1 层全为零；此外，两个 2x3 矩阵不能相乘")),
        ),
        either("A rule has a granularity: weights, rows or layers. The printed matrices follow "
               "another rule than the printed formula.",
               "规则都有粒度：权重、行或层。文中的矩阵不是按文中的公式得到的。"),
    )  # fmt: skip


def _other_rules(theta):
    """The rules that do give the printed matrices, and what other norms would keep."""
    by_weight = [threshold_prune(w, 0.65) for w in LAYERS]
    by_row = [apply_mask(w, unit_threshold_mask(w, 2.0, axis=0)) for w in LAYERS]
    rows = ", ".join(str(unit_l1(w, axis=0).round(1)) for w in LAYERS)
    l1, l2 = layer_importance(LAYERS), layer_l2(LAYERS)
    return (
        Step(either("as printed, weights pruned at 0.65?", "权重按 0.65 剪枝，与文中相同？"),
             _yes(all(map(np.array_equal, by_weight, PRINTED_LAYERS))),
             why=either("so they are for every theta with 0.6 < theta <= 0.7",
                        "只要 0.6 < theta <= 0.7 就相同")),
        Step(either("as printed, rows pruned at L1 norm 2?", "行按 L1 范数 2 剪枝，与文中相同？"),
             _yes(all(map(np.array_equal, by_row, PRINTED_LAYERS))),
             why=either(f"so they are for 1.5 < theta <= 2.4; the rows have {rows}",
                        f"只要 1.5 < theta <= 2.4 就相同；各行的范数为 {rows}")),
        Step(either("layers kept at 2.5, by L1 norm", "阈值 2.5 保留的层数：按 L1 范数"),
             int((l1 >= theta).sum())),
        Step(either("... by L2 norm", "…… 按 L2 范数"), int((l2 >= theta).sum()),
             why=either("the same theta, another norm", "theta 相同，范数不同")),
        Step(either("... by squared L2 norm", "…… 按 L2 范数的平方"), int((l2**2 >= theta).sum())),
    )  # fmt: skip


def zero_matrix():
    """D-4.3: normalize, threshold, multiply.

    >>> [step.what for step in zero_matrix().steps if step.wrong]
    ['W * mask', 'weights kept']
    """
    W, theta = np.array([[0.1, 0.3, 0.5], [0.6, 0.7, 0.8], [0.9, 0.1, 0.3]]), 0.2
    mask = threshold_mask(W, theta, ties="prune")
    f = normalize(W)
    on_f = threshold_mask(f, theta, ties="prune")
    squares = sum(Fraction(str(w)) ** 2 for w in W.ravel())
    return Example(
        "D-4.3",
        either("A 3 x 3 matrix, pruned at 0.2", "一个 3 x 3 矩阵，按 0.2 剪枝"),
        {"W": W, "theta": theta},
        (
            Step(either("sum of squares", "平方和"), float(squares), 2.75,
                 why=either(f"exactly {squares}", f"精确值为 {squares}")),
            Step(either("norm of W", "W 的范数"), l2_norm(W), 1.66, places=2),
            Step(either("f(W) = W / norm", "f(W) = W / 范数"), f,
                 [[0.06, 0.18, 0.30], [0.36, 0.42, 0.48], [0.54, 0.06, 0.18]],
                 places=2, why=either("never used below", "后面没有用到")),
            Step(either("mask", "掩码"), mask.astype(int), [[0, 1, 1], [1, 1, 1], [1, 0, 1]]),
            Step(either("W * mask", "W * 掩码"), apply_mask(W, mask), np.zeros((3, 3)),
                 why=either("seven ones in the mask one line above: seven weights are kept",
                            "上一行的掩码有七个 1：保留七个权重")),
            Step(either("weights kept", "保留的权重数"), int(mask.sum()), 0,
                 why=either("the document: all are below 0.2", "原文：所有权重都小于 0.2")),
            Step(either("sparsity", "稀疏度"), sparsity(mask), why="2/9"),
            Step(either("weights kept, by f(W)", "保留的权重数：按 f(W)"), int(on_f.sum()),
                 why=either("theta = 0.2 on f(W) is 0.3317 on W",
                            "f(W) 上的 theta = 0.2 相当于 W 上的 0.3317")),
            Step(either("theta on W for all zeros", "W 上使结果全为零的 theta"), float(W.max()),
                 why=either("the smallest", "满足条件的最小值")),
            Step(either("theta on f(W) for all zeros", "f(W) 上使结果全为零的 theta"),
                 float(f.max())),
        ),
        either("A product with a mask keeps as many weights as the mask has ones.",
               "与掩码相乘，掩码中有几个 1，就保留几个权重。"),
    )  # fmt: skip


def small_gradient():
    """C-4.2f: the rule of the small gradient, on two weights.

    >>> small_gradient().steps[-1].right
    'weight 2'
    """
    x, w, y = np.array([1.0, 2.0]), np.array([3.0, 1.0]), 4.0

    def loss(w):
        return 0.5 * (w @ x - y) ** 2

    g, h = (w @ x - y) * x, x**2  # dL/dw = (w.x - y) x, Hessian x x^T
    truth = leave_one_out(loss, w)
    return Example(
        "C-4.2f",
        either("Prune the weight with the smaller gradient", "剪掉梯度较小的权重"),
        {either("loss", "损失"): "(w.x - y)^2 / 2", "x": x, "w": w, "y": y},
        (
            Step(either("loss", "损失"), loss(w)),
            Step(either("gradient", "梯度"), g),
            Step(either("pruned by gradient |g|", "按梯度 |g| 剪掉"),
                 _lowest(gradient_magnitude(g))),
            Step(either("pruned by magnitude |w|", "按幅值 |w| 剪掉"), _lowest(magnitude(w))),
            Step(either("pruned by Taylor |w g|", "按泰勒 |w g| 剪掉"), _lowest(taylor(w, g)),
                 why=either(f"scores {taylor(w, g)}", f"得分 {taylor(w, g)}")),
            Step(either("pruned by OBD h w^2 / 2", "按 OBD h w^2 / 2 剪掉"),
                 _lowest(obd_saliency(w, h)),
                 why=either(f"scores {obd_saliency(w, h)}; it takes the gradient for 0",
                            f"得分 {obd_saliency(w, h)}；它假定梯度为 0")),
            Step(either("change of the loss by the Taylor series", "按泰勒展开估计的损失变化"),
                 second_order_influence(w, g, h)),
            Step(either("change of the loss if each is set to zero", "逐个置零时的损失变化"),
                 truth),
            Step(either("to be pruned", "应剪掉"), _lowest(truth), _numbered(1),
                 why=either("the document's rule costs 1.5, the right one 0",
                            "按原文的规则，损失增加 1.5；按正确的规则，增加 0")),
        ),
        either("A small gradient means that the loss is flat there, not that the weight is "
               "unimportant.",
               "梯度小只说明损失在该处平坦，不说明权重不重要。"),
        ours=True,
    )  # fmt: skip


def rate_above_one():
    """B-4c: a pruning rate that exceeds 100 %.

    >>> [step.right for step in rate_above_one().steps]
    [1.0, 0.5, 0.2222222222222222, 1.0]
    """
    cases = (
        (either("8 x 10, all weights 0.005, theta = 0.01", "8 x 10，权重全为 0.005，theta = 0.01"),
         np.full((8, 10), 0.005), 0.01, "20,000 %"),
        (either("[[-0.9, 0.05], [0.4, -0.02]], theta = 0.1",
                "[[-0.9, 0.05], [0.4, -0.02]]，theta = 0.1"),
         np.array([[-0.9, 0.05], [0.4, -0.02]]), 0.1, ""),
        (either("W of D-4.3, theta = 0.2", "D-4.3 的 W，theta = 0.2"),
         zero_matrix().given["W"], 0.2, ""),
        (either("8 x 10, all weights 0.5, theta = 1", "8 x 10，权重全为 0.5，theta = 1"),
         np.full((8, 10), 0.5), 1.0,
         either("the same weights and theta, 100 times as large: another rate",
                "权重与 theta 都放大到 100 倍：剪枝率却不同")),
    )  # fmt: skip
    return Example(
        "B-4c",
        either("The pruning rate as the listing computes it", "按原文代码计算的剪枝率"),
        {either("its rule", "原文规则"): either("count below theta / sum |w|",
                                              "小于 theta 的个数 / sum |w|"),
         either("right", "正确规则"): either("count below theta / count",
                                             "小于 theta 的个数 / 总数")},
        tuple(
            Step(what, pruning_rate(w, theta), pruning_rate_misprint(w, theta), why=why)
            for what, w, theta, why in cases
        ),
        either("A rate has no unit and lies between 0 and 1; the listing computes the right one / "
               "mean |w|.",
               "剪枝率没有单位，在 0 与 1 之间；这段代码算出的是正确值 / mean |w|。"),
        ours=True,
    )  # fmt: skip


def impossible_counts():
    """A-5.5: parameters that no 784-h-10 network has.

    >>> [step.right for step in impossible_counts().steps[:2]]
    [50890, 50890]
    """
    before, after = 784_096, 196_608
    return Example(
        "A-5.5",
        either("The table of the 784-64-10 network, before and after pruning",
               "网络 784-64-10 剪枝前后的对比表"),
        {either("accuracy", "准确率"): "0.982 -> 0.980",
         either("parameters", "参数量"): f"{before:,} -> {after:,}",
         either("images", "图像数"): 10_000},
        (
            Step(either("parameters before", "剪枝前的参数量"), mlp_parameters([784, 64, 10]),
                 before,
                 why=either(f"784-h-10 has 795 h + 10; h would be {_mixed(before)}",
                            f"784-h-10 有 795 h + 10 个参数；h 须为 {_mixed(before)}")),
            Step(either("parameters after zeroing weights", "权重置零后的参数量"),
                 mlp_parameters([784, 64, 10]), after,
                 why=either(f"zeros are still parameters; h would be {_mixed(after)}",
                            f"零仍然是参数；h 须为 {_mixed(after)}")),
            Step(either("compression ratio of the printed figures", "文中数字的压缩比"),
                 compression_ratio(before, after)),
            Step(either("compression rate of the printed figures", "文中数字的压缩率"),
                 compression_rate(before, after)),
            Step(either("accuracy lost", "准确率的下降"),
                 round(performance_loss(0.982, 0.980), 12)),
            Step(either("... in standard errors, at least", "…… 以标准误计，至少"),
                 mcnemar_z(200, 180),
                 why=either("if no image is wrong in both: only one network is right on 180 + 200",
                            "若没有图像被两个网络都分错：180 + 200 张只有一个网络分对")),
            Step(either("... in standard errors, at most", "…… 以标准误计，至多"),
                 mcnemar_z(20, 0),
                 why=either("if on 20 alone; the number is not printed, so there is no verdict",
                            "若只有 20 张如此；文中没有给出这个数，因此无法下结论")),
            Step(either("speed-up of the printed times", "文中时间的加速比"), 0.5 / 0.3,
                 why=either("a dense product skips no zeros", "稠密乘法不跳过零")),
        ),
        either("Count parameters from the shapes; zeroing is not removing. Two networks tested on "
               "the same images are compared by the numbers of images that only one gets right.",
               "参数量按形状计算；置零不等于删除。在同一批图像上测试的两个网络，应比较只有其中一个分对"
               "的图像数。"),
    )  # fmt: skip


def half_sum():
    """C-5.2: at most one weight can exceed half of the sum of all.

    >>> [(step.right, step.printed) for step in half_sum().steps]
    [(5, 0), (1, 1), (1, 0)]
    """
    cases = (
        (either("weights kept of W of D-4.3", "保留的权重数：D-4.3 的 W"),
         zero_matrix().given["W"], either("9 weights, 4 pruned", "9 个权重，剪掉 4 个")),
        (either("of [0.75, 0.25, -0.125]", "…… [0.75, 0.25, -0.125]"),
         np.array([0.75, 0.25, -0.125]), either("one is the most there can be", "至多保留一个")),
        (either("of [-0.75, 0.25, 0.125]", "…… [-0.75, 0.25, 0.125]"),
         np.array([-0.75, 0.25, 0.125]),
         either("negative weights are never kept", "负权重一概不保留")),
    )  # fmt: skip
    return Example(
        "C-5.2a",
        either("Keep the weights between half the L1 norm and the L1 norm",
               "保留介于 L1 范数的一半与 L1 范数之间的权重"),
        {either("its rule", "原文规则"): either("l1 * 0.5 < w < l1, with l1 = sum |w|",
                                              "l1 * 0.5 < w < l1，其中 l1 = sum |w|"),
         either("right", "正确规则"): either("half of them, by magnitude", "按幅值保留一半")},
        tuple(
            Step(
                what,
                int(rank_mask(magnitude(w), pruned_count(w.size, 0.5)).sum()),
                int(half_sum_mask_misprint(w).sum()),
                why=why,
            )
            for what, w, why in cases
        ),
        either("Two weights above half of the sum would together exceed the sum.",
               "若有两个权重都大于总和的一半，它们之和就超过总和。"),
        ours=True,
    )  # fmt: skip


def silent_neuron():
    """E-4.3: the most active neuron may contribute nothing.

    >>> silent_neuron().steps[-1].right
    'neuron 1'
    """
    a, w_out = np.array([[1.0, 0.1]]), np.array([[0.0], [5.0]])
    output = (a @ w_out).item()

    def loss(keep):
        return abs(output - ((a * keep) @ w_out).item())

    return Example(
        "E-4.3",
        either("Two neurons, one output", "两个神经元，一个输出"),
        {either("activations", "激活值"): a[0],
         either("outgoing weights", "输出权重"): w_out[:, 0],
         either("output", "输出"): output},
        (
            Step(either("mean activation", "平均激活值"), mean_activation(a)),
            Step(either("activation times outgoing weights", "激活值乘以输出权重"),
                 contribution(a, w_out)),
            Step(either("change of the output without each", "去掉每个神经元后输出的变化"),
                 unit_ablation(loss, 2)),
            Step(either("pruned by activation", "按激活值剪掉"),
                 _lowest(mean_activation(a), NEURON)),
            Step(either("to be pruned", "应剪掉"), _lowest(unit_ablation(loss, 2), NEURON),
                 _numbered(2, NEURON),
                 why=either("the document: the higher the activation, the larger the contribution",
                            "原文：激活值越高，贡献越大")),
        ),
        either("An activation matters only as much as the weights that read it.",
               "激活值有多重要，取决于以它为输入的权重。"),
        ours=True,
    )  # fmt: skip


EXAMPLES = {
    "A-4.4": three_layers,
    "A-5.5": impossible_counts,
    "B-4c": rate_above_one,
    "C-4.2f": small_gradient,
    "C-5.2a": half_sum,
    "D-4.3": zero_matrix,
    "E-4.3": silent_neuron,
}


def _lowest(scores, kind=WEIGHT):
    return _numbered(int(np.argmin(scores)) + 1, kind)


def _numbered(number, kind=WEIGHT):
    return f"{either(*kind)} {number}"


def _yes(truth):
    return either("yes", "是") if truth else either("no", "否")


def _mixed(parameters):
    return f"{float(mlp_hidden_width(parameters, 784, 10)):.2f}"
