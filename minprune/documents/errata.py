"""The mistakes of the five documents: their own words, what is right, and what shows it.

A quote is the document's text as printed, formulas and code too; line breaks are spaces, and "……"
marks what is left out. Where a document omits something, the quote is the place that lacks it.
"""

from typing import NamedTuple


class Erratum(NamedTuple):
    """One mistake. What shows it is a doctest; it knows np, mp, misprints, math and Fraction."""

    quotes: dict  # items that make it -> their words; items with the same words share a key
    says: str  # the quotes in English, or "" where they are a formula, code or a title
    right: tuple  # what is right, in English and in Chinese; the Chinese needs only the quotes
    shows: str  # doctest lines, or "" where there is nothing to compute

    @property
    def ids(self):
        """The items that make it: "A-2.1a, B-3a"."""
        return ", ".join(self.quotes)

    def of(self, items):
        """The quotes of some items."""
        return {ids: words for ids, words in self.quotes.items()
                if not set(items).isdisjoint(ids.split(", "))}  # fmt: skip


class Fact(NamedTuple):
    """One wrong fact of history or bibliography, or a reference that is worth a remark."""

    quotes: dict
    says: str
    right: tuple

    ids, of = Erratum.ids, Erratum.of


ERRATA = (
    Erratum(
        {"A-1": "随着模型复杂度的增加，计算需求也呈指数级增长"},
        "Computing demand grows exponentially with the complexity of the model.",
        (
            "It is linear in the depth and quadratic in the width: twice the width, four times "
            "the products.",
            "计算量随深度线性增长，随宽度按平方增长：宽度加倍，乘加次数变为四倍。",
        ),
        """\
>>> [mp.mlp_macs([h, h]) for h in (64, 128, 256)]
[4096, 16384, 65536]
""",
    ),
    Erratum(
        {
            "A-0": "剪枝技术在提高训练效率……方面的巨大潜力",
            "A-1, A-9.3": "较小的模型可以更快地加载和更新，从而提高训练速度",
            "D-0": "从而加速训练过程并提高模型效率",
            "D-1.1f": "从而加速模型的训练过程，提高模型的训练效率",
            "D-3.3": "从而加速模型的训练过程……增加了训练时间和计算资源需求",
            "D-Q4": "剪枝技术可能会导致模型的训练时间增加",
        },
        "Pruning speeds up training (A, D-0, D-1.1, D-3.3), or adds training time (D-3.3, D-Q4).",
        (
            "With masks on dense arrays each step costs the same, and retraining adds steps: "
            "twice the work in D-5.2 (forward and backward take about three times the products).",
            "A 和 D 说剪枝加速训练，D 又说它增加训练时间。在稠密数组上用掩码，每一步的计算量不变，"
            "重新训练还要增加步数：D-5.2 的计算量加倍（前向加反向的乘加次数约为前向的三倍）。",
        ),
        """\
>>> from minprune.formulas.costs import DOCUMENT_CNN
>>> macs = sum(c.macs for c in mp.network_costs(DOCUMENT_CNN, (28, 28, 1)))
>>> [3 * macs * 60000 * epochs for epochs in (10, 10 + 10)]
[974592000000, 1949184000000]
""",
    ),
    Erratum(
        {
            "A-2.1a": "通过移除较小的权重来简化模型",
            "A-2.2c": "移除低于阈值的权重",
            "B-3a": "将权重矩阵中权重值小于阈值的权重设为0",
        },
        "Remove the weights that are small, or below the threshold: read literally, w < theta.",
        (
            "Small in absolute value: |w| < theta. Otherwise every negative weight goes, the "
            "largest too.",
            "应比较绝对值：|w| < theta。若按字面取 w < theta，负权重会全部剪掉，绝对值最大的也不"
            "例外。",
        ),
        """\
>>> w = [-0.9, 0.05, 0.4]
>>> misprints.signed_threshold_mask_misprint(w, 0.1).tolist()
[False, False, True]
>>> mp.threshold_mask(w, 0.1).tolist()
[True, False, True]
""",
    ),
    Erratum(
        {
            "A-2.2a": "基于惩罚的剪枝方法通过在损失函数中加入惩罚项来鼓励模型学习重要的权重",
            "A-2.2b": "对权重进行稀疏化，鼓励模型学习零权重",
            "A-7.2": "支持多种剪枝方法，如L1正则化和阈值剪枝",
            "A-9.2": "剪枝技术主要分为基于惩罚的剪枝和基于筛选的剪枝",
        },
        "A penalty in the loss is a kind of pruning; L1 makes weights sparse and encourages zeros.",
        (
            "A penalty only pulls. A subgradient step of L1 jumps over zero, a proximal step "
            "stops at it; without that, a threshold has to follow.",
            "惩罚项不是一种剪枝，它只把权重拉向零。L1 的次梯度步会越过零，近端步才停在零上；不用"
            "近端步，就还要按阈值剪枝。",
        ),
        """\
>>> w = np.array([0.05, -0.3])
>>> (w - 0.1 * mp.l1_subgradient(w, lam=1.0)).round(6).tolist()
[-0.05, -0.2]
>>> abs(mp.l1_proximal(w, lam=1.0, lr=0.1)).round(6).tolist()
[0.0, 0.2]
""",
    ),
    Erratum(
        {
            "A-2.2d": "根据权重的重要性分数，逐层剪枝最不重要的权重",
            "A-4.3b": r"其中$h_i$是第i层的权重……\text{if } \text{Importance}_{h_i} < \theta",
        },
        '"Layer pruning" is pruning the least important weights layer by layer in one place, '
        "zeroing whole layers in another.",
        (
            "Two rules: the first leaves a part of every layer, the second all of a layer or "
            "nothing.",
            "“层级剪枝”在文中是两条不同的规则：A-2.2 逐层剪掉最不重要的权重，每层都留下一部分；"
            "A-4.3 把整层置零，一层要么全留，要么全剪。",
        ),
        """\
>>> layers = [np.array([0.1, 0.2]), np.array([0.7, 0.8])]
>>> [m.tolist() for m in mp.layerwise_rank_masks([mp.magnitude(w) for w in layers], 0.5)]
[[False, True], [False, True]]
>>> [m.tolist() for m in mp.layer_threshold_masks(layers, theta=1.0)]
[[False, False], [True, True]]
""",
    ),
    Erratum(
        {
            "A-2.3": "其他压缩技术如量化、量化感知训练等",
            "A-8d": "量化感知训练结合了剪枝和量化技术",
        },
        "Quantization-aware training is a compression method (A-2.3) that combines pruning "
        "and quantization (A-8).",
        (
            "It is a way to train for a later quantization. It prunes nothing, and until the "
            "weights are stored as integers they take the same memory.",
            "量化感知训练是为以后的量化而采用的训练方法。它不剪掉任何权重；权重存成整数之前，占用"
            "的内存也不变。",
        ),
        """\
>>> w = np.float32([0.02, -0.5, 0.3])
>>> trained = mp.fake_quantize(w, bits=8, limit=0.5)
>>> [round(v, 3) for v in trained.tolist()], mp.dense_bytes(trained), mp.dense_bytes(w)
([0.02, -0.5, 0.299], 12, 12)
""",
    ),
    Erratum(
        {
            "A-2.5": "剪枝算法的复杂度可能会影响训练和推理的速度",
            "A-9.5": "计算复杂度可能会影响训练和推理的速度",
            "C-3.3, C-8.3, C-9.3, C-9.4": "评估和剪枝过程需要额外计算资源",
            "D-7.2, D-9.3": "剪枝过程本身需要大量的计算资源",
        },
        "Scoring and pruning take extra (C) or much (D) computing, and may affect the speed "
        "of training and inference (A).",
        (
            "That depends on the score. Ranking by magnitude takes a ten-thousandth of one epoch "
            "of 784-64-10. A gradient takes about one epoch; leaving out each weight in turn "
            "takes a forward pass for each, 17,000 epochs; Optimal Brain Surgeon an n x n matrix, "
            "10 GB. At inference no pruning runs, but for a gate that depends on the input "
            "(E-7.2).",
            "计算量取决于用什么得分。对 784-64-10，按幅值排序约为一轮训练的万分之一；求一次梯度约"
            "为一轮；逐个去掉权重，每去掉一个都要前向计算一遍，共约 17,000 轮；Optimal Brain "
            "Surgeon 要一个 n x n 的矩阵，占 10 GB。推理时不再运行剪枝，只有随输入变化的门控例外"
            "（E-7.2）。",
        ),
        """\
>>> n = mp.mlp_macs([784, 64, 10])  # weights; an epoch is about three forward passes
>>> n, round(mp.ranking_cost(weights=n, samples=60000), 6), round(n / 3), 4 * n**2 / 1e9
(50816, 8.7e-05, 16939, 10.329063424)
""",
    ),
    Erratum(
        {
            "A-2.8": "B --> C{权重剪枝} C --> D{结构剪枝}",
            "B-2": "它们都是通过对神经网络的结构进行优化来减少网络的复杂性的方法",
        },
        "The diagram of A-2.8 hangs structural pruning below weight pruning; B-2 says that "
        "both optimize the structure.",
        (
            "They are two kinds of pruning. A mask on weights keeps all shapes; only removing "
            "units changes them. And the diagram draws kinds as diamonds, the sign for a "
            "decision: it decides nothing.",
            "权重剪枝和结构剪枝是两类剪枝，A-2.8 却把后者画在前者之下，B-2 又说两者都优化结构。权"
            "重上的掩码不改变任何形状，只有移除单元才改变形状。图中还用表示判断的菱形来画类别，而"
            "这里并没有判断。",
        ),
        """\
>>> W, b, V = np.ones((8, 10)), np.ones(10), np.ones((10, 1))
>>> mp.apply_mask(W, W < 0).shape
(8, 10)
>>> [a.shape for a in mp.remove_units(W, b, V, keep=np.arange(10) < 5)]
[(8, 5), (5,), (5, 1)]
""",
    ),
    Erratum(
        {
            "A-3.1": "1. **权重量化**……2. **权重筛选**",
            "A-3.2": "2. **权重量化**……量化算法如TFLite的量化器……4. **权重筛选**",
        },
        "First quantize the weights (A-3.2: as TensorFlow Lite does), then choose which to prune.",
        (
            "Prune, fine-tune, then quantize: a step of training moves the weights off the grid "
            "again. Equal sizes tie, so the ranking suffers, little at the 8 bits of TensorFlow "
            "Lite and much at 3. Of the tenth of 784 x 64 normal weights that stays, 1 to 2 % are "
            "others at 8 bits, 50 to 66 % at 3 bits (ten draws).",
            "应先剪枝，再微调，最后量化：量化之后再训练一步，权重就又离开了量化格点。量化后绝对值"
            "相等的权重并列，排序变差：TensorFlow Lite 用 8 位，变差不多；3 位则变差很多。784 x "
            "64 个正态分布的权重保留十分之一，其中留错的在 8 位时占 1 到 2 %，3 位时占 50 到 66 %"
            "（共抽取十次）。",
        ),
        """\
>>> W = np.random.default_rng(0).normal(0, 0.05, (784, 64))  # the first draw
>>> right = mp.rank_mask(mp.magnitude(W), k := mp.pruned_count(W.size, 0.9))
>>> for bits in (8, 3):
...     stays = mp.rank_mask(mp.magnitude(mp.quantize_symmetric(W, bits).q), k)
...     print(f"{(stays & ~right).sum() / right.sum():.1%}")
1.9%
65.1%
>>> w = mp.fake_quantize([0.02, -0.5, 0.3], bits=8, limit=0.5)
>>> stepped = w - 0.001  # a step of training
>>> mp.quantization_error(w, bits=8) < 1e-9 < mp.quantization_error(stepped, bits=8)
True
""",
    ),
    Erratum(
        {
            "A-3.1, A-3.2.5": "根据剪枝结果重构模型，确保其性能不受影响",
            "A-5.2.7": "# 根据剪枝结果重构模型……new_model.set_weights(pruned_weights)",
            "A-5.3": "我们使用剪枝后的权重重构模型，以保持模型的性能",
        },
        "Rebuilding the model with the pruned weights, as A-5.2.7 does, keeps its performance.",
        (
            "Rebuilding copies numbers. What pruning has cost remains lost until fine-tuning, "
            "which A-3 leaves out.",
            "重构只是复制数值。剪枝造成的性能下降依然存在，要到微调才能弥补，而 A-3 没有微调这一"
            "步。",
        ),
        """\
>>> loss = lambda w: 0.5 * (w @ np.array([1.0, 2.0]) - 4.0) ** 2
>>> w = np.array([3.0, 1.0])
>>> pruned = mp.apply_mask(w, [False, True])
>>> float(loss(w)), float(loss(pruned)), float(loss(pruned.copy()))
(0.5, 2.0, 2.0)
""",
    ),
    Erratum(
        {
            "A-3.2, A-3.2.1": "它可以是随机初始化的，也可以是基于预训练模型的",
            "A-5.2": "pruned_weights = prune_weights(initial_weights, threshold)",
        },
        "The model that is scored and pruned is random or pretrained (A-3.2); with random "
        "weights, nothing trains it before (A-5.2).",
        (
            "Random weights depend on the initializer, not on the task: how many fall below a "
            "threshold is known before any data are seen. Train first, or take pretrained "
            "weights.",
            "A-3.2 允许给随机初始化的模型打分和剪枝，A-5.2 剪的就是未经训练的随机权重。随机权重取"
            "决于初始化方法，与任务无关：不看数据就知道有多少权重低于阈值。应先训练，或采用预训练"
            "权重。",
        ),
        """\
>>> W = mp.glorot_uniform(784, 64, np.random.default_rng(0))
>>> limit = math.sqrt(6 / (784 + 64))
>>> round(mp.pruning_rate(W, 0.05), 2), round(0.05 / limit, 2)
(0.59, 0.59)
""",
    ),
    Erratum(
        {
            "A-3.2": "6. **性能评估**：评估剪枝后模型的性能",
            "B-3a": "4. 更新神经网络的权重矩阵。",
            "B-3c": "4. 更新神经网络的结构。",
        },
        "The last step: evaluate (A-3.2), update the weights or the "
        "structure (B-3). None trains again.",
        (
            "Fine-tuning comes after, with the mask held: what is left can make up for part of "
            "what is gone. At the minimum w = (1, 1) of a quadratic loss with the Hessian [[2, 1], "
            "[1, 2]], one weight pruned raises the loss by 1 without it, by 0.75 with it.",
            "A-3.2 和 B-3 以此结束，不再训练。剪枝之后应保持掩码并微调：留下的权重可以部分代替剪掉"
            "的权重。例如二次损失的 Hessian 矩阵为 [[2, 1], [1, 2]]，极小点 w = (1, 1)：剪掉一个权"
            "重而不微调，损失增加 1；微调后只增加 0.75。",
        ),
        """\
>>> w, H = [1.0, 1.0], [[2.0, 1.0], [1.0, 2.0]]  # L = (w - w*)^T H (w - w*) / 2, w = w*
>>> float(mp.obd_saliency(w, np.diag(H))[1]), round(float(mp.obs_saliency(w, H)[1]), 6)
(1.0, 0.75)
>>> mp.obs_update(w, H, q=1).tolist()
[1.5, 0.0]
""",
    ),
    Erratum(
        {
            "A-3.2.2": (
                "# 使用TFLite量化器对模型权重进行量化 quantized_model = tf.lite.Optimize(model, "
                "tf.lite.OptimizeOptions())"
            ),
        },
        "This call quantizes the weights of a model with TensorFlow Lite.",
        (
            "tf.lite.Optimize is an enumeration and OptimizeOptions does not exist; a "
            "TFLiteConverter returns bytes, not a model. The formula: step = max|w| / 127, q = "
            "round(w / step).",
            "tf.lite.Optimize 是枚举类型，OptimizeOptions 并不存在；TFLiteConverter 返回的是字节"
            "串，不是模型。量化公式：step = max|w| / 127，q = round(w / step)。",
        ),
        """\
>>> q, step = mp.quantize_symmetric([[0.1, 0.3, 0.5], [0.6, 0.7, 0.8], [0.9, 0.1, 0.3]])
>>> q.tolist(), round(step, 6)
([[14, 42, 71], [85, 99, 113], [127, 14, 42]], 0.007087)
""",
    ),
    Erratum(
        {
            "A-3.2.3": "计算每个权重的重要性分数",
            "A-5.2.6": "# 移除重要性低于阈值的权重",
            "A-5.3": "我们使用L1范数来计算每个权重的相对重要性……我们根据重要性分数移除不重要的权重",
        },
        "The functions compute the importance of each weight, and remove the unimportant weights.",
        (
            "They compute one number for each tensor, biases included, and zero whole tensors.",
            "这些代码不是给每个权重打分，而是每个张量（包括偏置）只算一个数，然后把整个张量置零。",
        ),
        """\
>>> tensors = [np.full((784, 64), 0.04), np.zeros(64), np.full((64, 10), 0.14), np.zeros(10)]
>>> mp.count_parameters(*tensors), mp.layer_importance(tensors).round(2).tolist()
(50890, [2007.04, 0.0, 89.6, 0.0])
""",
    ),
    Erratum(
        {"A-3.2.3": "这可以通过计算权重的L1范数或L2范数实现"},
        "The importance of a weight is its L1 or its L2 norm.",
        (
            "For one weight both are |w|. The choice matters for groups, which the two can order "
            "differently.",
            "对单个权重，两种范数都是 |w|。只有对一组权重，选哪一种才有区别：两者给出的次序可能不"
            "同。",
        ),
        """\
>>> mp.l1_norm([-0.3]) == mp.l2_norm([-0.3]) == 0.3
True
>>> groups = [[3, 3], [0, 5]]
>>> mp.layer_importance(groups).tolist(), mp.layer_l2(groups).round(3).tolist()
([6.0, 5.0], [4.243, 5.0])
""",
    ),
    Erratum(
        {
            "A-3.2.4": (
                "important_weights = [weight for weight, importance in……if importance > "
                "threshold]……pruned_model.set_weights(important_weights)"
            ),
        },
        "",
        (
            "Anything pruned makes the list too short, and set_weights fails. In a fresh model "
            "the biases are 0, so this happens for every threshold >= 0. Zero a tensor, do not "
            "drop it.",
            "只要剪掉一个张量，列表就短了，set_weights 会报错。新建的模型偏置全为 0，所以阈值 >= "
            "0 时总会如此。应把张量置零，而不是从列表中去掉。",
        ),
        """\
>>> tensors = [np.ones((2, 3)), np.zeros(3)]
>>> [t.shape for t in misprints.dropped_tensors_misprint(tensors, theta=0.0)]
[(2, 3)]
>>> [m.shape for m in mp.layer_threshold_masks(tensors, theta=0.0, ties="prune")]
[(2, 3), (3,)]
""",
    ),
    Erratum(
        {
            "A-3.2.4": "移除低于阈值的权重……if importance > threshold",
            "A-5.2.6": "# 移除重要性低于阈值的权重……if np.sum(np.abs(weight)) > threshold",
            "B-3a": "权重值小于阈值的权重设为0",
            "B-3c": "将神经元激活值小于阈值的神经元设为死亡",
            "B-3e": r"1 & \text{if } w_{ij} > \theta",
            "B-3f": r"1 & \text{if } z_i > \theta",
            "D-4.1b": (
                r"剪除权重值小于 \(\theta\) 的连接……\text{prune}(W, "
                r"\theta) = W \odot (|W| > \theta)"
            ),
            "D-4.2b": (
                r"W_{ij} \leq \theta \Rightarrow (|W| > \theta)_{ij} = 0……将"
                r"权重值小于 \(\theta\) 的连接设置为 0"
            ),
        },
        "In words: prune what is below the threshold. In the formula or the code: keep what "
        "is > theta, so equality is pruned too.",
        (
            "Both rules are in use, but they differ at equality. A rule must name one of them.",
            "文字说剪掉小于阈值的，公式或代码却只保留大于阈值的，等于阈值的也被剪掉。两种规则都有"
            "人用，但相等时结果不同，所以必须写明是哪一种。",
        ),
        """\
>>> w = [0.25, 0.5, 0.75]
>>> [mp.threshold_mask(w, 0.5, ties=ties).tolist() for ties in ("keep", "prune")]
[[False, True, True], [False, False, True]]
""",
    ),
    Erratum(
        {"A-3.2.6": "loss, accuracy = model.evaluate(test_data)"},
        "",
        (
            "Keras returns two numbers only for a model compiled with exactly one metric; with "
            "none, one number, and the assignment fails. And if test_data is a pair (x, y), Keras "
            "takes the pair for x: it is evaluate(x, y).",
            "只有编译模型时恰好指定一个指标，Keras 才返回两个数；不指定指标就只返回一个数，赋值会"
            "报错。如果 test_data 是一对 (x, y)，Keras 会把这一对整个当作 x：应写成 evaluate(x, "
            "y)。",
        ),
        """\
>>> loss, accuracy = 0.5
Traceback (most recent call last):
TypeError: cannot unpack non-iterable float object
>>> x, y, network = np.ones((2, 4)), [0, 1], mp.mlp([4, 3, 2], np.random.default_rng(0))
>>> mp.evaluate(network, (x, y))
Traceback (most recent call last):
TypeError: evaluate() missing 1 required positional argument: 'y'
""",
    ),
    Erratum(
        {
            "A-3.3a": "根据训练过程动态调整剪枝阈值",
            "D-1.1d": "在模型训练过程中，根据网络的训练性能和权重值，实时调整网络的连接和神经元",
            "E-7.2": "在模型推理过程中根据输入数据动态调整剪枝策略",
        },
        '"Dynamic" are the threshold (A-3.3), the connections and neurons during training (D-1.1), '
        "or the pruning strategy for each input at inference (E-7.2).",
        (
            "Three methods. A moving threshold follows the weights, splicing brings weights back, "
            "a gate differs from sample to sample.",
            "三处的“动态”是三种方法：A-3.3 的阈值随权重变化；D-1.1 的网络手术可以恢复剪掉的权重；"
            "E-7.2 的门控随样本而异。",
        ),
        """\
>>> [round(mp.std_threshold(w, q=1.0), 3) for w in ([0.0, 1.0], [0.0, 2.0])]
[0.5, 1.0]
>>> mp.splice_mask([0.1, 0.3, 0.3, -0.9], [True, True, False, False], a=0.2, b=0.5).tolist()
[False, True, False, True]
>>> mp.topk_gate([[0.1, -0.9], [0.7, 0.2]], k=1).tolist()
[[False, True], [True, False]]
""",
    ),
    Erratum(
        {"A-4.1a": r"L1正则化的公式如下……\text{Loss}_{L1} = \lambda \sum_{i=1}^{n} |w_i|"},
        "This is the formula of L1 regularization, and is called a loss.",
        (
            "This is the penalty. The loss is L = L_0 + lambda sum |w_i|, as E-4.1 writes it.",
            "这是惩罚项，不是损失。损失是 L = L_0 + lambda sum |w_i|，E-4.1 就是这样写的。",
        ),
        """\
>>> mp.l1_penalty([0.5, -0.25], lam=2.0), mp.l1_regularized_loss(0.5, [[0.5, -0.25]], lam=2.0)
(1.5, 2.0)
""",
    ),
    Erratum(
        {
            "A-4.1a": "我们使用L1和L2正则化来评估权重的重要性",
            "A-4.3a": "我们可以使用L1或L2正则化来计算每个层的权重重要性",
        },
        "L1 and L2 regularization evaluate the importance of weights and layers.",
        (
            "The norm does. A penalty also depends on lambda, which does not depend on the "
            "weights.",
            "评估重要性的是范数，不是正则化。惩罚项还取决于 lambda，而 lambda 与权重无关。",
        ),
        """\
>>> h1 = [[0.25, 0.5], [0.75, 1.0]]
>>> [mp.l1_penalty(h1, lam) for lam in (0.5, 2.0)], mp.l1_norm(h1)
([1.25, 5.0], 2.5)
""",
    ),
    Erratum(
        {
            "A-4.1b": (
                r"L2正则化通过惩罚权重向量的L2范数……\text{Loss}_{L2} "
                r"= \lambda \sum_{i=1}^{n} w_i^2"
            ),
        },
        "L2 regularization penalizes the L2 norm; then this formula.",
        (
            "The formula is right and is the squared norm: twice the weights, four times the "
            "penalty.",
            "公式没有错，但它是 L2 范数的平方，不是 L2 范数：权重加倍，惩罚项变为四倍。",
        ),
        """\
>>> w = np.array([3.0, -4.0])
>>> mp.l2_penalty(2 * w, 1.0) / mp.l2_penalty(w, 1.0), mp.l2_norm(2 * w) / mp.l2_norm(w)
(4.0, 2.0)
""",
    ),
    Erratum(
        {"A-4.3a": r"\text{Importance}_{h_i} = \sum_{j=1}^{n} |h_{ij}|"},
        "The importance of a layer is the sum of the magnitudes of its weights.",
        (
            "The sum grows with the number of weights. Divided by it, the order of A-5.2's layers "
            "is reversed.",
            "这个和随权重个数增大。除以个数之后，A-5.2 两层的次序就反过来了。",
        ),
        """\
>>> layers = [np.full((784, 64), 0.042), np.full((64, 10), 0.142)]  # mean |w| at initialization
>>> mp.layer_importance(layers).round(1).tolist()
[2107.4, 90.9]
>>> mp.mean_layer_importance(layers).round(3).tolist()
[0.042, 0.142]
""",
    ),
    Erratum(
        {
            "A-4.3a": "我们可以使用L1或L2正则化来计算每个层的权重重要性",
            "A-4.4": r"我们设置一个阈值$\theta = 2.5$",
        },
        "Score the layers by L1 or L2; the example sets theta = 2.5.",
        (
            "The threshold belongs to the norm. With L2 norms of 0.95, 1.44 and 1.65 it prunes "
            "all three layers.",
            "阈值要与范数配套。如果改用 L2 范数，三层分别为 0.95、1.44 和 1.65，阈值 2.5 会把三层"
            "全部剪掉。",
        ),
        """\
>>> h1, h2 = [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]], [[0.7, 0.8, 0.9], [0.1, 0.2, 0.3]]
>>> h3 = [[0.4, 0.5, 0.6], [0.7, 0.8, 0.9]]
>>> h = h1, h2, h3
>>> mp.layer_importance(h).round(2).tolist(), mp.layer_l2(h).round(2).tolist()
([2.1, 3.0, 3.9], [0.95, 1.44, 1.65])
""",
    ),
    Erratum(
        {
            "A-4.3b": (
                r"h_i = \begin{cases} \text{if } \text{Importance}_{h_i} < \theta \\ h_i, & "
                r"\text{otherwise} 0, \end{cases}"
            ),
        },
        "The 0 belongs to no case.",
        (
            "h_i' = 0 if Importance < theta, otherwise h_i.",
            "式中的 0 不属于任何一种情形。应为：Importance < theta 时 h_i' = 0，否则 h_i' = h_i。",
        ),
        """\
>>> h = [np.full((2, 3), 0.25), np.full((2, 3), 0.5)]
>>> masks = mp.layer_threshold_masks(h, theta=2.5)
>>> [mp.apply_mask(w, m).tolist() for w, m in zip(h, masks)]
[[[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]], [[0.5, 0.5, 0.5], [0.5, 0.5, 0.5]]]
""",
    ),
    Erratum(
        {
            "A-4.3b": r"根据重要性分数来剪枝……\text{if } \text{Importance}_{h_i} < \theta",
            "A-4.4": (
                r"h_1 = \begin{bmatrix} 0 & 0 & 0 \\ 0 & 0 & 0 \\ \end{bmatrix}……我们的神经网络变"
                "得更加简单，但仍然保留了重要的权重"
            ),
        },
        "Layer 1 is zeroed as a whole; the network is simpler and keeps its important weights.",
        (
            "In a plain network the output behind a layer of zeros is the same for every input. "
            "Only where a connection goes around the layer, as in a residual network, does "
            "anything pass.",
            "文中把整个第 1 层置零。在普通网络中，一层全为零，其后的输出对任何输入都相同。只有像"
            "残差网络那样有连接绕过这一层，才有信息能传过去。",
        ),
        """\
>>> x, W1, W2 = np.eye(2), np.zeros((2, 3)), np.ones((3, 2))
>>> (mp.relu(x @ W1) @ W2).tolist(), (x + mp.relu(x @ W1) @ W2).tolist()
([[0.0, 0.0], [0.0, 0.0]], [[1.0, 0.0], [0.0, 1.0]])
""",
    ),
    Erratum(
        {"A-4.4": r"\text{Importance}_{h_3} = 0.4 + 0.5 + 0.6 + 0.7 + 0.8 + 0.9 = 3.2"},
        "",
        (
            "3.9. The decision at theta = 2.5 stays the same.",
            "应为 3.9。theta = 2.5 时的取舍不变。",
        ),
        """\
>>> round(mp.l1_norm([[0.4, 0.5, 0.6], [0.7, 0.8, 0.9]]), 9)
3.9
""",
    ),
    Erratum(
        {
            "A-4.4": (
                r"h_2 = \begin{bmatrix} 0.7 & 0.8 & 0.9 \\ 0 & 0 & 0 \\ \end{bmatrix}, \quad h_3 "
                r"= \begin{bmatrix} 0 & 0 & 0 \\ 0.7 & 0.8 & 0.9 \\ \end{bmatrix}"
            ),
        },
        "At theta = 2.5, row 2 of h_2 and row 1 of h_3 become zero.",
        (
            "Both layers stay whole, since 3.0 and 3.9 exceed 2.5. The printed matrices follow "
            "from other rules: single weights at 0.6 < theta <= 0.7, or rows at 1.5 < theta <= "
            "2.4.",
            "theta = 2.5 时两层都应完整保留，因为 3.0 和 3.9 都大于 2.5。文中的矩阵要用别的规则才"
            "能得到：按单个权重剪枝，0.6 < theta <= 0.7；或按行剪枝，1.5 < theta <= 2.4。",
        ),
        """\
>>> h2, h3 = [[0.7, 0.8, 0.9], [0.1, 0.2, 0.3]], [[0.4, 0.5, 0.6], [0.7, 0.8, 0.9]]
>>> [int(m.sum()) for m in mp.layer_threshold_masks([h2, h3], theta=2.5)]
[6, 6]
>>> [mp.threshold_mask(h, 0.65).astype(int).tolist() for h in (h2, h3)]
[[[1, 1, 1], [0, 0, 0]], [[0, 0, 0], [1, 1, 1]]]
>>> [mp.unit_threshold_mask(h, 2.0, axis=0).astype(int).tolist() for h in (h2, h3)]
[[[1, 1, 1], [0, 0, 0]], [[0, 0, 0], [1, 1, 1]]]
""",
    ),
    Erratum(
        {"A-4.4": "假设我们有一个三层神经网络，每层的权重如下"},
        "Three matrices of shape 2 x 3 are the weights of a three-layer network.",
        (
            "A layer with 3 outputs cannot feed one with 2 inputs.",
            "文中三层的权重都是 2 x 3 的矩阵。一层有 3 个输出，接不上只有 2 个输入的下一层。",
        ),
        """\
>>> h1 = h2 = np.ones((2, 3))
>>> try:
...     mp.synflow([h1, h2])  # any product through the layers
... except ValueError:
...     print("no network:", h1.shape[1], "outputs,", h2.shape[0], "inputs")
no network: 3 outputs, 2 inputs
""",
    ),
    Erratum(
        {
            "A-5.2, A-5.2.8": "pruned_model.fit(x_train, y_train, epochs=5, batch_size=64)",
            "D-5.2a": "layer.kernel.assign(weights * mask)",
            "D-5.2e": "# 训练剪枝后的模型 train_model(model, x_train, y_train, epochs=10)",
            "E-3.1": "将排序靠后的权重置为零，即剪枝……对剪枝后的模型进行微调，以恢复性能",
        },
        "Zero the weights, then train again; no mask is kept. A-5.4 and D-5.4 print the "
        "accuracy as that of the pruned model.",
        (
            "Without a mask the first step of Adam turns each zero into about +-0.001 wherever "
            "there is a gradient. What is measured is a dense network. The mask must be kept and "
            "held.",
            "置零之后继续训练，却没有保留掩码。Adam 的第一步就会把每个有梯度的零变成约 +-0.001，"
            "于是 A-5.4 和 D-5.4 测的是稠密网络，而不是剪枝后的网络。掩码必须保存下来并一直保持。",
        ),
        """\
>>> free, held = mp.Parameter([0.0, 0.5]), mp.Parameter([0.0, 0.5])
>>> held.prune([False, True])
>>> for w in (free, held):
...     w.grad = np.array([0.2, -0.1])
...     mp.Adam({"w": w}, lr=0.001).step()
...     print(w.value.round(6).tolist())
[-0.001, 0.501]
[0.0, 0.501]
""",
    ),
    Erratum(
        {"A-5.2.4": "# 计算权重的L1范数 return np.sum(np.abs(weights), axis=(1, 2, 3))"},
        "These are the L1 norms of the weights.",
        (
            "These weights are a list of matrices and vectors of four shapes, of which today's "
            "NumPy makes no array. One matrix alone has no axis 2. On a Keras kernel (h, w, in, "
            "out) the line would give one number for each row of the window; filters are the last "
            "axis.",
            "文中的 weights 是一个列表，其中的矩阵和向量有四种形状，现在的 NumPy 不能把它变成数"
            "组；单个矩阵又没有轴 2。对 Keras 的卷积核 (h, w, in, out)，这一行会给窗口的每一行算"
            "一个数，而滤波器在最后一个轴上。",
        ),
        """\
>>> weights = [np.ones((784, 64)), np.zeros(64), np.ones((64, 10)), np.zeros(10)]
>>> for given in (weights, weights[0]):
...     try:
...         np.sum(np.abs(given), axis=(1, 2, 3))
...     except ValueError as error:
...         print(type(error).__name__)
ValueError
AxisError
>>> K = np.ones((3, 3, 1, 32))
>>> misprints.kernel_norm_axes_misprint(K).shape, mp.unit_l1(K).shape
((3,), (32,))
""",
    ),
    Erratum(
        {
            "A-5.2.5": "threshold = np.mean(importance_scores)",
            "A-5.3": "我们计算重要性分数的平均值作为阈值，以决定哪些权重可以被剪枝",
        },
        "The mean score as the threshold decides which weights can go.",
        (
            "A mean of tensor sums drops the small tensors: here the biases and the whole output "
            "layer, after which every class has probability 0.1. If all scores are equal, > drops "
            "everything.",
            "得分是整个张量的和，用均值作阈值会剪掉小张量：这里剪掉的是偏置和整个输出层，此后每个"
            "类别的概率都是 0.1。如果得分全都相等，用 > 比较会剪掉全部张量。",
        ),
        """\
>>> scores = np.array([2110.3, 0.0, 91.1, 0.0])  # expected at initialization
>>> mp.score_mask(scores, mp.mean_threshold(scores), ties="prune").tolist()
[True, False, False, False]
>>> mp.score_mask([2.0, 2.0], mp.mean_threshold([2.0, 2.0]), ties="prune").tolist()
[False, False]
>>> mp.softmax(np.zeros((1, 10)))[0, :2].round(6).tolist()
[0.1, 0.1]
""",
    ),
    Erratum(
        {
            "A-5.4": "以下是可能的结果：……Test accuracy: 0.980000",
            "D-5.4a": "我们得到以下输出：……Test accuracy after pruning: 0.9837",
        },
        "The possible result of a program (A-5.4), and the output of one (D-5.4).",
        (
            'print(f"{accuracy}") writes no trailing zeros, so the line of A-5.4 is no output of '
            "that program, which A-5.2.4 stops before. Current Keras computes in float32, which "
            "prints with all its digits.",
            'print(f"{accuracy}") 不会补上末尾的零，所以 A-5.4 的这一行不是那段程序的输出；程序在 '
            "A-5.2.4 就已经报错停止。现在的 Keras 用 float32 计算，输出时会带上全部数位，D-5.4 也"
            "不例外。",
        ),
        """\
>>> print(f"{0.98}", f"{float(np.float32(0.98))}", f"{float(np.float32(0.9837))}")
0.98 0.9800000190734863 0.9836999773979187
""",
    ),
    Erratum(
        {
            "A-5.4": "这表明剪枝技术在保持模型性能的同时，显著降低了模型的复杂度",
            "D-5.4a": "这表明剪枝技术有效地减少了模型的复杂度",
        },
        "The accuracy shows that pruning reduced the complexity.",
        (
            "An accuracy is no measure of size. Count the weights that are left, and the products.",
            "准确率不能衡量模型的大小。应统计剩下的权重个数和乘加次数。",
        ),
        """\
>>> x, y = np.array([[1.0, 0.1], [-1.0, 0.2]]), [1, 0]
>>> for w in ([0.5, 0.3], [0.5, 0.0]):  # dense, pruned
...     print(mp.accuracy(y, (x @ w > 0).astype(int)), mp.count_nonzero(w))
1.0 2
1.0 1
""",
    ),
    Erratum(
        {
            "A-5.5": (
                "以下是可能的结果：……| 原始模型 | 0.982 | 784,096 | 0.5ms | "
                "| 剪枝模型 | 0.980 | 196,608 | 0.3ms |"
            ),
        },
        "The possible result: 784,096 parameters before pruning, 196,608 after.",
        (
            "784-64-10 has 50,890. No hidden width gives either number, since (n - 10) / 795 is "
            "not whole.",
            "网络 784-64-10 有 50,890 个参数。隐藏层取任何宽度都得不到文中的两个参数量，因为 (n - "
            "10) / 795 不是整数。",
        ),
        """\
>>> mp.mlp_parameters([784, 64, 10])
50890
>>> [float(round(mp.mlp_hidden_width(n, 784, 10), 2)) for n in (784096, 196608)]
[986.27, 247.29]
""",
    ),
    Erratum(
        {
            "A-5.5": "显著减少了参数数量和计算时间",
            "B-2": "通过对神经网络的结构进行优化来减少网络的复杂性",
            "C-9.1": "剪枝后模型参数减少，计算量和内存使用降低，推理速度加快",
            "D-5.3": "我们重新训练模型以适应新的网络结构",
            "E-6.2": "剪枝后的模型推理速度更快",
        },
        "Pruned by zeroing, the model has fewer parameters, "
        "another structure and a shorter run time.",
        (
            "A zero is still stored and still multiplied: shape, parameters and dense products "
            "stay. Removed units, or a sparse format, save work.",
            "剪枝只是置零，零照样要存储，也照样参加乘法：形状、参数量和稠密计算的乘加次数都不变。"
            "移除单元，或改用稀疏格式，才能减少计算。",
        ),
        """\
>>> W = np.array([[0.0, 0.5], [0.0, -0.5]])
>>> mp.count_parameters(W), mp.count_nonzero(W)
(4, 2)
>>> mp.mlp_macs([784, 64, 10]), mp.mlp_macs([784, 32, 10])  # 32 units zeroed; 32 units removed
(50816, 25408)
""",
    ),
    Erratum(
        {
            "A-5.4": "尽管模型的准确率略有下降，但仍然非常高",
            "A-5.5": "| 原始模型 | 0.982 |……| 剪枝模型 | 0.980 |",
        },
        "Pruning lowers the accuracy a little, from 0.982 to 0.980.",
        (
            "The printed figures allow no verdict. Both models saw the same 10,000 images, so the "
            "test is the paired one (McNemar 1947; Dietterich 1998), which needs the number of "
            "images that only one of them gets right. It is not printed: at least 20, at most 180 "
            "+ 200 = 380, so z lies between 4.47 and 1.03. Also, no listing trains the model "
            "without pruning.",
            "从文中的数字得不出结论。两个模型用的是同样的 10,000 张图像，应做配对检验（McNemar "
            "1947；Dietterich 1998），为此要知道恰有一个模型分对的图像数。文中没有给出这个数：最"
            "少 20，最多 180 + 200 = 380，所以 z 在 4.47 和 1.03 之间。另外，没有一段代码训练过不"
            "剪枝的模型。",
        ),
        """\
>>> [round(mp.mcnemar_z(dense, pruned), 2) for dense, pruned in ((20, 0), (200, 180))]
[4.47, 1.03]
""",
    ),
    Erratum(
        {
            "A-8e, A-9.5": "剪枝后的模型可能会变得难以解释",
            "D-1.1g": "从而提高模型的可解释性",
            "D-7.2, D-9.3": "剪枝后的模型通常更加复杂",
        },
        "Pruning makes a model easier to interpret (D-1.1), may make it hard to interpret "
        "(A-8, A-9), or usually makes it more complex (D-7.2, D-9.3).",
        (
            "No document defines interpretable or complex. A pruned model has fewer non-zero "
            "weights, so by their number it is less complex, not more.",
            "文中说剪枝使模型更容易解释（D-1.1），可能更难解释（A-8、A-9），或通常更复杂（D-7.2、"
            "D-9.3），却都没有说明什么叫容易解释，什么叫复杂。剪枝后非零权重更少，因此按非零权"
            "重的个数计，模型更简单，而不是更复杂。",
        ),
        """\
>>> w = np.array([-0.9, 0.05, 0.4])
>>> mp.count_nonzero(w), mp.count_nonzero(mp.threshold_prune(w, 0.1))
(3, 2)
""",
    ),
    Erratum(
        {"A-9.3": "剪枝技术如何提高模型性能？……可以提高模型的训练效率和推理速度"},
        "Pruning improves the performance: the model trains and runs faster.",
        (
            "Elsewhere the document means accuracy by performance. They are two measures: without "
            "its dead units a network is faster, and no prediction changes.",
            "这里的“性能”指速度，文中别处指准确率。这是两种度量：移除死单元后，网络变快，而所有预"
            "测都不变。",
        ),
        """\
>>> W, b, V = np.array([[1.0, 0.0], [-1.0, 0.0]]), np.zeros(2), np.ones((2, 1))
>>> W2, b2, V2 = mp.remove_units(W, b, V, keep=[True, False])
>>> x = np.array([[0.75, 0.25]])
>>> (mp.relu(x @ W + b) @ V).tolist(), (mp.relu(x @ W2 + b2) @ V2).tolist()
([[0.5]], [[0.5]])
>>> mp.mlp_macs([2, 2, 1]), mp.mlp_macs([2, 1, 1])
(6, 3)
""",
    ),
    Erratum(
        {
            "B-1a": (
                "权重裁剪是指通过对网络中的权重进行裁剪，去除不重要的权重……"
                "Pruning是指通过对网络中的神经元进行裁剪"
            ),
        },
        '"Weight clipping" removes the unimportant weights; "pruning" is for neurons.',
        (
            "Clipping limits the large weights and removes none. Pruning is the word for weights "
            "and neurons.",
            "裁剪（clipping）是限制过大的权重，并不去除权重。剪枝（pruning）一词既用于权重，也用"
            "于神经元。",
        ),
        """\
>>> w = [-0.9, 0.05, 0.4]
>>> mp.weight_clip(w, 0.1).tolist()
[-0.1, 0.05, 0.1]
>>> mp.threshold_prune(w, 0.1).tolist()
[-0.9, 0.0, 0.4]
""",
    ),
    Erratum(
        {
            "B-3a": "2. 计算权重矩阵的裁剪率……3. 设定一个阈值",
            "B-3c": "2. 计算神经元激活值的裁剪率……3. 设定一个阈值",
        },
        "Step 2 computes the pruning rate, step 3 sets the threshold.",
        (
            "The rate follows from the threshold, so the threshold comes first.",
            "剪枝率（文中称“裁剪率”）由阈值决定，所以应先设定阈值。",
        ),
        """\
>>> [mp.pruning_rate([-0.9, 0.05, 0.4, 0.2], theta) for theta in (0.1, 0.3)]
[0.25, 0.5]
""",
    ),
    Erratum(
        {"B-3c": "将神经元激活值小于阈值的神经元设为死亡"},
        "A neuron whose activation is below the threshold is dead.",
        (
            "An activation belongs to one sample. A neuron needs a statistic over data, such as "
            "the mean |a|.",
            "激活值属于单个样本。判断一个神经元，要用它在一批数据上的统计量，例如 |a| 的均值。",
        ),
        """\
>>> a = np.array([[0.0, 1.0], [2.0, 0.0]])  # two samples, two neurons
>>> (a > 0.25).tolist(), (mp.mean_activation(a) > 0.25).tolist()
([[False, True], [True, False]], [True, True])
""",
    ),
    Erratum(
        {
            "B-3e": (
                r"p_{ij} = \begin{cases} 1 & \text{if } w_{ij} > \theta "
                r"\\ 0 & \text{otherwise} \end{cases}"
            ),
        },
        "",
        (
            "|w_ij| > theta. As printed a weight of -0.9 goes, whatever theta >= 0 is; the listing "
            "B-4 has the absolute value.",
            "应为 |w_ij| > theta。按文中的公式，只要 theta >= 0，-0.9 这样的权重就会被剪掉；代码 "
            "B-4 用了绝对值。",
        ),
        """\
>>> W = [[-0.9, 0.05], [0.4, -0.02]]
>>> misprints.signed_threshold_mask_misprint(W, 0.1).astype(int).tolist()
[[0, 0], [1, 0]]
>>> mp.threshold_mask(W, 0.1, ties="prune").astype(int).tolist()
[[1, 0], [1, 0]]
""",
    ),
    Erratum(
        {"B-3e": "$p_{ij}$ 是权重矩阵中第 $i$ 行第 $j$ 列的裁剪后的权重"},
        "p_ij, which is 0 or 1, is the weight after pruning.",
        (
            "p_ij is the mask; the weight is p_ij w_ij. Taken for the weight, p sets all that "
            "stay to 1.",
            "p_ij 的值是 0 或 1，它是掩码；剪枝后的权重是 p_ij w_ij。如果把 p 当作权重，留下的权"
            "重就全都变成 1。",
        ),
        """\
>>> misprints.mask_as_weight_misprint([0.05, 0.4], 0.1).tolist()
[0.0, 1.0]
>>> mp.apply_mask([0.05, 0.4], [False, True]).tolist()
[0.0, 0.4]
""",
    ),
    Erratum(
        {
            "B-3f": (
                r"Pruning的数学模型公式为……a_i = \begin{cases} 1 & \text{if } z_i > \theta \\ 0 & "
                r"\text{otherwise} \end{cases}"
            ),
        },
        "This is the formula of neuron pruning.",
        (
            "This is a step activation: it replaces the activation of a neuron, sample by sample, "
            "and removes none. Keep a neuron by a statistic, and leave its activation as it is.",
            "这是阶跃激活函数：它逐个样本替换神经元的激活值，一个神经元也没有移除。应按统计量决定"
            "保留哪些神经元，激活值则保持原样。",
        ),
        """\
>>> z = np.array([[0.0, 1.0, 2.0], [0.0, 0.0, 3.0], [0.0, 2.0, 1.0], [1.0, 0.0, 1.0]])
>>> misprints.heaviside_misprint(z, 0.5)[:2].tolist()
[[0.0, 1.0, 1.0], [0.0, 0.0, 1.0]]
>>> mp.mean_activation(z).tolist(), (mp.mean_activation(z) > 0.5).tolist()
([0.25, 0.75, 1.75], [False, True, True])
""",
    ),
    Erratum(
        {"B-3f": "$z_i$ 是第 $i$ 个神经元的输入值"},
        "The threshold is compared with the input z_i of the neuron, sign included.",
        (
            "Compare the magnitude of its activation instead. A neuron whose output is always -3 "
            "is not dead.",
            "公式拿带符号的输入 z_i 与阈值比较；应比较激活值的绝对值。输出总是 -3 的神经元并不是"
            "死单元。",
        ),
        """\
>>> a = np.array([[-3.0], [-3.0]])
>>> misprints.heaviside_misprint(a, 0.5).ravel().tolist(), mp.mean_activation(a).tolist()
([0.0, 0.0], [3.0])
""",
    ),
    Erratum(
        {
            "B-4a": (
                "# 创建一个简单的神经网络……tf.keras.layers.Dense(10, input_shape=(8,)), "
                "tf.keras.layers.Dense(1)"
            ),
        },
        "A simple neural network, whose layers have no activation.",
        (
            "Two linear layers are one linear map: 9 numbers do the work of the 101 parameters.",
            "两层都没有激活函数，合起来只是一个线性映射：9 个数就能代替这 101 个参数。",
        ),
        """\
>>> W1, b1, W2, b2 = np.ones((8, 10)), np.ones(10), np.ones((10, 1)), np.ones(1)
>>> W, b = mp.collapse_linear(W1, b1, W2, b2)
>>> mp.mlp_parameters([8, 10, 1]), mp.count_parameters(W, b)
(101, 9)
""",
    ),
    Erratum(
        {
            "B-4b": "model.fit(X_train, y_train, epochs=100)",
            "D-5.4b": "np.mean(train_acc[:10], axis=1)",
            "E-5.1a, E-5.1d": "fit(x_train, y_train, epochs=10)",
            "E-5.1b": "tfmot.sparsity.keras.PolynomialDecay(",
        },
        "",
        (
            "No listing defines X_train and y_train (B), train_acc (D), or x_train and y_train "
            "(E), and E does not import tfmot. Each stops with a NameError.",
            "B 没有定义 X_train 和 y_train，D 没有定义 train_acc，E 没有定义 x_train 和 y_train，"
            "也没有导入 tfmot。每段代码都会因 NameError 停止。",
        ),
        """\
>>> x_train
Traceback (most recent call last):
NameError: name 'x_train' is not defined
""",
    ),
    Erratum(
        {
            "B-4c": (
                "weight_matrix_sum = np.sum(weight_matrix_abs)……pruning_rate = "
                "np.sum(weight_matrix_abs < threshold) / weight_matrix_sum"
            ),
            "B-4f": (
                "pruning_rate = np.sum(activation_matrix_abs < threshold) / activation_matrix_sum"
            ),
        },
        "",
        (
            "Divide by the number of weights (B-4f: of activations), not by the sum of their "
            "magnitudes. As printed the rate can be 200, which is 20,000 %, and depends on the "
            "unit in which they are measured.",
            "应除以权重（B-4f 中是激活值）的个数，而不是它们的绝对值之和。按文中的代码，剪枝率可"
            "以达到 200，即 20,000 %，而且取决于权重或激活值的单位。",
        ),
        """\
>>> W = np.full((8, 10), 0.005)
>>> round(misprints.pruning_rate_misprint(W, 0.01), 6), mp.pruning_rate(W, 0.01)
(200.0, 1.0)
>>> round(misprints.pruning_rate_misprint(10 * W, 0.1), 6), mp.pruning_rate(10 * W, 0.1)
(20.0, 1.0)
""",
    ),
    Erratum(
        {
            "B-4c": "np.sum(weight_matrix_abs < threshold)",
            "B-4d": "weight_matrix * (weight_matrix_abs > threshold)",
            "B-4f": (
                "np.sum(activation_matrix_abs < threshold)……activation_matrix * "
                "(activation_matrix_abs > threshold)"
            ),
        },
        "",
        (
            "At equality the mask prunes what the rate does not count. Use one rule for both.",
            "恰好等于阈值的元素被掩码剪掉，却没有计入剪枝率。两处应使用同一条规则。",
        ),
        """\
>>> w = [0.25, 0.5, 0.75, 1.0]
>>> mp.pruning_rate(w, 0.25), mp.sparsity(mp.threshold_prune(w, 0.25, ties="prune"))
(0.0, 0.25)
""",
    ),
    Erratum(
        {
            "B-4e": (
                "model.layers[0].set_weights([pruned_weight_matrix]) # 更新神经网络的权重矩阵 "
                "model.layers[0].get_config()"
            ),
        },
        "The first call writes the pruned weights back, the second updates the weight matrix.",
        (
            "The layer has a kernel and a bias and takes both: 90 numbers, not 80. get_config() "
            "only reports.",
            "这一层有权重矩阵和偏置，set_weights 两者都要：90 个数，而不是 80 个。get_config() 只"
            "返回配置，不更新权重。",
        ),
        """\
>>> mp.mlp_parameters([8, 10]), mp.mlp_macs([8, 10])
(90, 80)
""",
    ),
    Erratum(
        {
            "B-4f": (
                "activation_matrix = model.layers[1].output……"
                "model.layers[1].set_weights([pruned_activation_matrix])"
            ),
        },
        "",
        (
            "An activation (N, 1) is no kernel (10, 1), without data it is a symbol, and layer 1 "
            "is the output layer: its one neuron is the answer. Remove columns of the hidden "
            "layer's matrix, and the rows of the next one that read them.",
            "激活值的形状是 (N, 1)，不能当作 (10, 1) 的权重矩阵；没有数据，它只是一个符号张量；第 "
            "1 层又是输出层，唯一的神经元就是输出结果。应移除隐藏层权重矩阵的列，以及下一层读取它们"
            "的行。",
        ),
        """\
>>> W1, b1, W2 = np.ones((8, 10)), np.zeros(10), np.ones((10, 1))
>>> (np.ones((32, 8)) @ W1 @ W2).shape, W2.shape
((32, 1), (10, 1))
>>> [a.shape for a in mp.remove_units(W1, b1, W2, keep=np.arange(10) > 2)]
[(8, 7), (7,), (7, 1)]
""",
    ),
    Erratum(
        {
            "B-7a": "可能导致模型的泛化能力降低",
            "B-8": "提高模型效率和精度……可能导致模型的泛化能力降低",
            "C-1.1": "能够有效防止过拟合，改善模型泛化性能",
            "C-1.3": "剪枝技术能够移除不必要参数，提升模型的泛化能力",
            "C-3.3": "移除不必要权重，改善模型泛化性能",
            "D-1.1f": "可以增强网络的鲁棒性和准确性",
            "D-Q5": "这可能会导致模型的泛化能力下降",
            "E-6.3": "提高模型的鲁棒性和泛化能力",
        },
        "Pruning raises accuracy (B-8, D-1.1), prevents overfitting and improves "
        "generalization (C, E-6.3), or may lower it (B-7, B-8, D-Q5).",
        (
            "Neither holds in general: removing a weight can raise or lower the loss on new data. "
            "Measure it.",
            "B-8 和 D-1.1 说剪枝提高准确率，C 和 E-6.3 说它防止过拟合、改善泛化，B-7、B-8 和 D-Q5 "
            "又说它可能降低泛化能力。两种说法一般都不成立：去掉一个权重，新数据上的损失可能升高，也"
            "可能降低，只能实测。",
        ),
        """\
>>> for y in (4.0, 1.0):  # two new samples
...     loss = lambda w: 0.5 * (w @ np.array([1.0, 2.0]) - y) ** 2
...     print(mp.leave_one_out(loss, [3.0, 1.0]).tolist())
[1.5, 0.0]
[-7.5, -6.0]
""",
    ),
    Erratum(
        {"B-7b": "权重裁剪与Pruning可能导致模型的计算复杂性增加"},
        "Pruning may increase the computational complexity; B-1 "
        "says that it can reduce the computation.",
        (
            "It never adds products. A sparse format adds an index to each weight, which costs "
            "bytes and time. In bytes CSR is larger than the dense array below about half "
            "sparsity. In time a plain loop over CSR can be slower than a dense product; the "
            "measurement under B-7b has figures.",
            "B-1 说的却是可以减少计算量。剪枝不会增加乘加次数。稀疏格式要给每个权重加一个索引，占"
            "字节，也费时间。稀疏度低于约一半时，CSR 的字节数多于稠密数组；CSR 上的普通循环可能比"
            "稠密乘法慢，具体数字见 B-7b 的测量。",
        ),
        """\
>>> 4 * mp.mlp_macs([784, 128, 10])  # bytes of the kernels of E-5.1; then half and 3/4 sparse
406528
>>> [mp.csr_bytes(784, 100352 // n) + mp.csr_bytes(128, 1280 // n) for n in (2, 4)]
[410184, 206920]
""",
    ),
    Erratum(
        {
            "C-2.1b": "针对具体参数进行剪枝，如单个权重、神经元等",
            "D-1.1a": (
                "结构剪枝（Structural Pruning）通过直接删除网络中的连接和神经元来实现模型的压缩"
            ),
        },
        "C-2.1 counts neurons to the parameters; D-1.1 counts single connections to the structure.",
        (
            "Single weights are unstructured: the arrays keep their size. Neurons are structure: "
            "arrays shrink.",
            "C-2.1 把神经元算作参数，D-1.1 把单个连接算作结构。剪单个权重是非结构化的，数组大小不"
            "变；剪神经元是结构化的，数组变小。",
        ),
        """\
>>> W, b, V = np.ones((4, 6)), np.zeros(6), np.ones((6, 2))
>>> mp.apply_mask(W, np.eye(4, 6) == 0).size
24
>>> mp.remove_units(W, b, V, keep=np.arange(6) > 1)[0].size
16
""",
    ),
    Erratum(
        {"C-2.1c": "将模型中的浮点参数转换为定点参数，减少模型精度损失"},
        "Quantization turns floating-point into fixed-point "
        "parameters and reduces the loss of precision.",
        (
            "It costs precision, the more the fewer the bits, and saves memory.",
            "量化会降低精度，位数越少，精度越低；换来的是节省内存。",
        ),
        """\
>>> w = np.linspace(-1.0, 1.0, 101)
>>> [round(mp.quantization_error(w, bits), 4) for bits in (8, 4, 2)]
[0.0019, 0.0354, 0.2475]
""",
    ),
    Erratum(
        {"C-2.1d": "如16位和32位浮点数……混合精度训练在保证模型精度的情况下，大幅提升训练速度"},
        "Training in 16 and 32 bits is much faster, with the accuracy of the model guaranteed.",
        (
            "The 32 bits are what guards the accuracy: float16 alone loses small updates and "
            "small gradients. A copy of the weights in float32 and a scaled loss keep them. "
            "Faster it is where hardware multiplies float16; NumPy on a CPU is slower "
            "(measured under C-2.1d). A network of minprune refuses float16.",
            "保证精度的是 32 位：只用 float16，小的更新和小的梯度会丢失，要靠权重的 float32 副本"
            "和损失缩放来保住。只有硬件支持 float16 乘法时才会更快；CPU 上的 NumPy 反而更慢"
            "（见 C-2.1d 的测量）。minprune 的网络不接受 float16。",
        ),
        """\
>>> float(np.float16(1) + np.float16(1e-4)), float(np.float32(1) + np.float32(1e-4)) > 1
(1.0, True)
>>> [mp.scaled_to_float16([1e-8], scale).tolist()[0] > 0 for scale in (1.0, 1024.0)]
[False, True]
>>> mp.Parameter(np.float16([0.5]))
Traceback (most recent call last):
TypeError: value must be float32 or float64, got float16
""",
    ),
    Erratum(
        {
            "C-2.1f": (
                "A[剪枝(Pruning)]……A --> D[量化(Qantization)] A --> E[混合精度训练"
                "(Mixed-Precision Training)] A --> F[模型压缩(Model Compression)]"
            ),
        },
        "The diagram makes quantization, mixed precision and model compression kinds of pruning.",
        (
            "Compression is the parent, pruning and quantization are two of its kinds. A "
            "quantized weight is not a pruned one. The diagram is not drawn at all: Mermaid stops "
            "at round brackets within square ones unless the words stand in quotation marks.",
            "图中把量化、混合精度训练和模型压缩都画成剪枝的下级。模型压缩才是上级，剪枝和量化是其"
            "中的两种；量化后的权重并没有被剪掉。这张图也根本画不出来：方括号里有圆括号，文字又没"
            "有加引号，Mermaid 会报错停止。",
        ),
        """\
>>> q = mp.quantize_symmetric([0.5, -0.25, 0.75], bits=8).q
>>> mp.sparsity(q)
0.0
""",
    ),
    Erratum(
        {"C-3.2": "定义剪枝比例……定义剪枝阈值"},
        "Define a pruning ratio and a pruning threshold.",
        (
            "One determines the other: the threshold is a quantile of the scores.",
            "比例和阈值不能分别定义，知道一个就能得出另一个：阈值是得分的分位数。",
        ),
        """\
>>> mp.threshold_for_sparsity([0.5, 0.25, 0.75, 1.0], sparsity=0.5)
0.75
""",
    ),
    Erratum(
        {
            "C-3.2": (
                "定义剪枝阈值，根据重要性评估结果确定需要剪枝的权重……**Step 2: 评估模型权重重要性**"
            ),
        },
        "Step 1 sets the threshold by what the evaluation finds; step 2 evaluates the weights.",
        (
            "Score first: there is no quantile of scores that are not there yet.",
            "第 1 步的阈值要用到第 2 步的评估结果。应先计算得分：还没有得分，就没有分位数。",
        ),
        """\
>>> scores = [mp.l1_norm(w) for w in ([0.5, 0.25], [0.5, -1.0], [0.125, 0.0])]  # step 2
>>> mp.threshold_for_sparsity(scores, sparsity=1 / 3)  # then step 1
0.75
""",
    ),
    Erratum(
        {"C-3.2a": "定义剪枝比例（剪枝前后模型参数数量的比例）"},
        "The pruning ratio is the proportion of the numbers of "
        "parameters before and after pruning.",
        (
            "That can be three things: the part that stays, the part that goes, or how many times "
            "smaller.",
            "这个定义有三种含义：保留的比例、剪掉的比例，或缩小的倍数。",
        ),
        """\
>>> before, after = 200, 50
>>> after / before, mp.compression_rate(before, after), mp.compression_ratio(before, after)
(0.25, 0.75, 4.0)
""",
    ),
    Erratum(
        {
            "C-3.2a": "剪枝前后模型参数数量的比例",
            "C-4.3b": "假设剪枝比例为0.5，则剪枝后的模型中保留的卷积核数量为原模型的50%",
        },
        "The ratio is one of parameters (C-3.2); 0.5 keeps half of the kernels of VGG16 (C-4.3).",
        (
            "Half of the filters is not half of the rest: about a quarter of the products stays, "
            "and 55 % of the parameters, since the dense layers hold most of them.",
            "C-3.2 的比例指参数数量，C-4.3 的 0.5 指滤波器的个数。VGG16 每个卷积层保留一半滤波器"
            "时，剩下的乘加次数和参数并不是一半：乘加次数约剩四分之一，参数剩 55 %，因为大部分参"
            "数在全连接层。",
        ),
        """\
>>> full, half = (mp.network_costs(mp.vgg16_layers(width=w), (224, 224, 3)) for w in (1.0, 0.5))
>>> [sum(c.parameters for c in costs) for costs in (full, half)]
[138357544, 75942792]
>>> round(sum(c.macs for c in half) / sum(c.macs for c in full), 4)
0.2541
""",
    ),
    Erratum(
        {"C-3.4b": "通过剪枝减少矩阵分解模型中的冗余参数"},
        "Pruning reduces the redundant parameters of a matrix factorization.",
        (
            "The sizes of single parameters are not unique: P D and Q D^-1 give the same product. "
            "Remove whole factors, by ||P_f|| ||Q_f||.",
            "矩阵分解中单个参数的大小并不唯一：把 P 和 Q 换成 P D 和 Q D^-1，乘积不变。应按 "
            "||P_f|| ||Q_f|| 移除整个因子。",
        ),
        """\
>>> P, Q, D = np.array([[3.0, 1.0]]), np.array([[1.0, 0.5]]), np.array([0.25, 4.0])
>>> ((P * D) @ (Q / D).T == P @ Q.T).item(), int(P.argmin()), int((P * D).argmin())
(True, 1, 0)
>>> [[f.tolist() for f in mp.remove_factors(*both, 0.5)] for both in ((P, Q), (P * D, Q / D))]
[[[[3.0]], [[1.0]]], [[[0.75]], [[4.0]]]]
""",
    ),
    Erratum(
        {"C-4.1": r"W_i' = W_i' [\lambda]"},
        "",
        (
            "This defines W_i' by itself. The pruned matrix is a function of the matrix and the "
            "ratio.",
            "这是用 W_i' 定义 W_i' 自己。剪枝后的矩阵是原矩阵和剪枝比例的函数。",
        ),
        """\
>>> W = np.array([[0.5, -0.1], [-0.3, 0.2]])
>>> mask = mp.rank_mask(mp.magnitude(W), mp.pruned_count(W.size, 0.5))
>>> mp.apply_mask(W, mask).tolist()
[[0.5, 0.0], [-0.3, 0.0]]
""",
    ),
    Erratum(
        {"C-4.2a": r"\|W_i\|_1 = \sum_{j=1}^n |W_{ij}|……$W_{ij}$ 为第 $i$ 层第 $j$ 个神经元的权重"},
        "W_ij is the weight of neuron j of layer i; n counts the layers (C-4.1) and the neurons.",
        (
            "A neuron has many weights, so an index is missing: sum over k of |W_i[k, j]| for "
            "neuron j, or over k and j for the layer. The induced matrix norm, the largest column "
            "sum, is another thing.",
            "一个神经元有许多权重，所以式中少了一个下标：对神经元 j，是 |W_i[k, j]| 对 k 求和；对"
            "整层，是对 k 和 j 求和。n 在 C-4.1 中表示层数，在这里又表示神经元数。由向量范数诱导"
            "的矩阵范数是另一个量，即各列的绝对值之和中最大的一个。",
        ),
        """\
>>> W = np.array([[0.1, 0.3, 0.5], [0.6, 0.7, 0.8], [0.9, 0.1, 0.3]])
>>> largest_column = round(float(np.linalg.norm(W, 1)), 9)
>>> round(mp.l1_norm(W), 9), mp.unit_l1(W).round(9).tolist(), largest_column
(4.3, [1.6, 1.1, 1.6], 1.6)
""",
    ),
    Erratum(
        {
            "C-4.2c": (
                r"W_i' [\lambda]……W_{ij} & \text{如果 } \|W_i\|_1 > \lambda \\ 0 & \text{如果 } "
                r"\|W_i\|_1 \leq \lambda"
            ),
        },
        "W_i'[lambda] = W_ij if ||W_i||_1 > lambda, 0 if ||W_i||_1 <= lambda.",
        (
            "The condition does not depend on j, so a layer stays or goes as a whole. Compare the "
            "norm of neuron j with the threshold.",
            "条件与 j 无关，所以一层要么全留，要么全剪。应拿神经元 j 的范数与阈值比较。",
        ),
        """\
>>> W = [[0.5, 0.25], [0.75, 0.0]]
>>> misprints.layer_norm_mask_misprint(W, 0.5).tolist()
[[True, True], [True, True]]
>>> mp.unit_threshold_mask(W, 0.5).tolist()
[[True, False], [True, False]]
""",
    ),
    Erratum(
        {
            "C-4.2c": r"假设剪枝比例为 $\lambda$……\text{如果 } \|W_i\|_1 > \lambda",
            "C-4.3b": "假设剪枝比例为0.5",
        },
        "lambda is the pruning ratio, 0.5 in the example, and the threshold for the norm.",
        (
            "A ratio has no unit, a norm has. Of two units with the norms 5 and 2, 0.5 as a "
            "threshold prunes none, 0.5 as a ratio one.",
            "lambda 既是剪枝比例，又是范数的阈值。比例没有单位，范数有单位。例如两个单元的范数为 5 "
            "和 2：0.5 用作阈值，一个也不剪；用作比例，剪掉一个。",
        ),
        """\
>>> W = [[3.0, 1.0], [2.0, 1.0]]
>>> (mp.unit_l1(W) > 0.5).tolist(), mp.rank_mask(mp.unit_l1(W), k=1).tolist()
([True, True], [True, False])
""",
    ),
    Erratum(
        {
            "C-4.2d": "选取一定比例的重要权重保留，其余权重移除",
            "C-4.3a": "选择一定比例的重要权重保留，其余权重移除",
            "E-3.1": "将排序靠后的权重置为零",
        },
        "Sort by importance; keep a certain share (C), or zero the end of the ranking (E).",
        (
            "What of ties, and of shares that are not a whole number? Here: exactly k go, the "
            "first of equals first; a half rounds to the even number. A threshold keeps all that "
            "tie with it.",
            "文中没有说明并列时怎么办，按比例算出的个数不是整数时怎么办。minprune 恰好剪掉 k 个，"
            "并列时先剪排在前面的；k 取最接近的整数，恰为一半时取偶数。按阈值剪枝则保留所有与阈值"
            "并列的权重。",
        ),
        """\
>>> w = np.array([0.1, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.1, 0.3])
>>> k = mp.pruned_count(w.size, 1 / 3)
>>> k, int(mp.rank_mask(w, k).sum()), int(mp.threshold_mask(w, np.sort(w)[k]).sum())
(3, 6, 7)
""",
    ),
    Erratum(
        {
            "C-4.2e": (
                r"\|W_i\|_g = \sqrt{\sum_{j=1}^n \left(\frac{\partial M_i}{\partial "
                r"W_{ij}}\right)^2}……第 $j$ 个神经元对模型输出的梯度"
            ),
        },
        "The derivative is the gradient of neuron j for the output of the model; M is the "
        "set of the weight matrices (C-4.1).",
        (
            "A set of matrices has no gradient. It is the loss L that is differentiated; for "
            "single weights the score is |dL/dw| or, better, |w dL/dw|.",
            "C-4.1 中 M 是权重矩阵的集合，集合没有梯度。求导的应是损失 L；单个权重的得分是 "
            "|dL/dw|，更好的是 |w dL/dw|。",
        ),
        """\
>>> w, x, y = np.array([3.0, 1.0]), np.array([1.0, 2.0]), 4.0
>>> g = (w @ x - y) * x  # gradient of L = (w x - y)^2 / 2
>>> round(mp.gradient_norm(g), 6), mp.taylor(w, g).tolist()
(2.236068, [3.0, 2.0])
""",
    ),
    Erratum(
        {
            "C-4.2f": "选择梯度较小的权重进行剪枝，以避免对模型性能的影响",
            "D-2.1d": "基于梯度的剪枝",
            "D-3.2": "梯度较小的连接可能对网络训练的贡献较小",
        },
        "Prune the weights with a small gradient: this spares the performance (C-4.2); they may "
        "contribute little to training (D-3.2). D-2.1 only names pruning by gradient.",
        (
            "A small gradient means that the loss is flat there. With the loss (w.x - 4)^2 / 2, x "
            "= (1, 2) and w = (3, 1) the gradient is (1, 2): the rule prunes the first weight, "
            "which costs 1.5; magnitude and |w dL/dw| prune the second, at no cost.",
            "梯度小，说明损失在这里平坦。例如损失为 (w.x - 4)^2 / 2，x = (1, 2)，w = (3, 1)，梯度就"
            "是 (1, 2)：按这条规则剪掉第一个权重，损失增加 1.5；按绝对值或 |w dL/dw| 剪掉第二个，损"
            "失不增加。",
        ),
        """\
>>> loss = lambda w: 0.5 * (w @ np.array([1.0, 2.0]) - 4.0) ** 2
>>> w, g = np.array([3.0, 1.0]), np.array([1.0, 2.0])
>>> mp.gradient_magnitude(g).tolist(), mp.taylor(w, g).tolist()
([1.0, 2.0], [3.0, 2.0])
>>> mp.leave_one_out(loss, w).tolist()  # what really happens
[1.5, 0.0]
""",
    ),
    Erratum(
        {
            "C-4.2f": "根据梯度范数，选择梯度较小的权重进行剪枝",
            "D-3.2": "对其进行训练……识别出那些梯度较小的连接",
        },
        "Find the weights with a small gradient, after training "
        "(D-3.2) or at no stated time (C-4.2).",
        (
            "Behind a perfect fit all gradients are 0 and rank nothing. How they rank where some "
            "slope is left is measured under C-4.2f.",
            "D-3.2 在训练之后比较梯度，C-4.2 没有说明何时比较。完全拟合之后，梯度全为 0，排不出次"
            "序。梯度尚未降到零时排序效果如何，见 C-4.2f 的测量。",
        ),
        """\
>>> w, x, y = np.array([3.0, 1.0]), np.array([1.0, 2.0]), 5.0  # a perfect fit
>>> mp.gradient_magnitude((w @ x - y) * x).tolist()
[0.0, 0.0]
>>> mp.leave_one_out(lambda w: 0.5 * (w @ x - y) ** 2, w).tolist()
[4.5, 2.0]
""",
    ),
    Erratum(
        {"C-4.3a": "计算每个卷积核的L1范数……选择一定比例的重要权重保留，其余权重移除"},
        "Keep a share of the filters, those with a large norm, and remove the others.",
        (
            "With them go their biases and the input channels of the next layer, and behind "
            "Flatten one row for each position: 49 a channel in VGG16.",
            "移除滤波器，也要移除它的偏置和下一层的输入通道；后面是 Flatten 时，每个位置移除一"
            "行：在 VGG16 中每个通道 49 行。",
        ),
        """\
>>> K, b, K_next = np.ones((3, 3, 3, 4)), np.zeros(4), np.ones((3, 3, 4, 8))
>>> [a.shape for a in mp.remove_units(K, b, K_next, keep=[True, False, True, False])]
[(3, 3, 3, 2), (2,), (3, 3, 2, 8)]
>>> int((~mp.flatten_keep([True, False], positions=49)).sum())
49
""",
    ),
    Erratum(
        {
            "C-4.3b, C-5.4": "仍能保持较高的分类精度",
            "C-5.3": "同时保持了较高的分类精度",
        },
        "After pruning VGG16 the classification accuracy stays high.",
        (
            "No data, no metric and no number is given; the listing fails at its first layer, and "
            "it neither trains again nor evaluates. It could not have kept more than one weight "
            "in a layer.",
            "文中没有给出数据、指标和数字；代码在第一层就报错，既没有重新训练，也没有评估。按这段"
            "代码的规则，一层最多只能保留一个权重。",
        ),
        """\
>>> rng = np.random.default_rng(0)
>>> kernels = [rng.normal(size=(3, 3, 3, 8)) for _ in range(100)]
>>> max(int(misprints.half_sum_mask_misprint(K).sum()) for K in kernels)
0
""",
    ),
    Erratum(
        {
            "C-5.2a": (
                "# 根据剪枝比例选择权重 pruned_weights = weights[l1_norm * 0.5 < "
                "conv_layer.kernel.numpy() < l1_norm]"
            ),
        },
        "This selects weights by the pruning ratio.",
        (
            "Python chains comparisons of numbers, not of arrays. And a boolean index flattens, "
            "so that the result no longer has the shape of the kernel.",
            "Python 的链式比较可用于数，不可用于数组。布尔索引还会展平数组，结果不再是卷积核的形"
            "状。",
        ),
        """\
>>> try:
...     0.5 < np.array([0.2, 0.7]) < 1.0
... except ValueError as error:
...     print(type(error).__name__)
ValueError
>>> K = np.ones((3, 3, 1, 2))
>>> K[K > 0.5].shape
(18,)
""",
    ),
    Erratum(
        {
            "C-5.2a": (
                "l1_norm = np.sum(np.abs(weights))……l1_norm * 0.5 < "
                "conv_layer.kernel.numpy() < l1_norm"
            ),
            "C-5.3": "根据设定的剪枝比例，选择保留权重",
        },
        "The listing prunes by the pruning ratio 0.5: it keeps weights above half of the L1 norm.",
        (
            "The norm is the sum over the whole tensor, and two weights cannot both exceed half "
            "of it: at most one survives, a negative one never. Rank filters by their own norms.",
            "代码保留的是大于 L1 范数一半的权重。这个范数是整个张量的和，不可能有两个权重都超过它"
            "的一半：最多留下一个，负权重一个也留不下。应按每个滤波器自己的范数排序。",
        ),
        """\
>>> K = np.arange(1.0, 37.0).reshape(3, 3, 1, 4)
>>> [int(misprints.half_sum_mask_misprint(k).sum()) for k in (K, [3.0, 1.0])]
[0, 1]
>>> mp.rank_mask(mp.unit_l1(K), mp.pruned_count(4, 0.5)).tolist()
[False, False, True, True]
""",
    ),
    Erratum(
        {"C-6.4e": "在知识蒸馏过程中，通过剪枝提升教师模型的计算效率和性能"},
        "In distillation, pruning raises the efficiency and the performance of the teacher.",
        (
            "The dense network teaches, the pruned one is the student: what runs later is the "
            "student.",
            "应由稠密网络当教师，剪枝后的网络当学生：以后运行的是学生网络。",
        ),
        """\
>>> teacher, student = mp.mlp_macs([784, 64, 10]), mp.mlp_macs([784, 32, 10])
>>> mp.compression_ratio(teacher, student)
2.0
""",
    ),
    Erratum(
        {
            "C-8.2": "展望未来……**结构化剪枝**",
            "D-7.1a": "**自适应剪枝**：未来的剪枝技术可能会更加智能化",
            "D-7.1b": "**联合剪枝**：联合剪枝技术可以将剪枝与其他神经网络优化技术",
            "D-7.1c": "**自动化剪枝**……自动化剪枝技术将成为可能",
            "D-7.1d": "**跨域剪枝**：未来的剪枝技术可能会扩展到跨多个领域的应用",
            "D-9.2": (
                "**自适应剪枝**：未来的剪枝技术将更加智能化……**联合剪枝"
                "**……**自动化剪枝**……**跨域剪枝**"
            ),
        },
        "Structured (C-8.2), adaptive, joint, automated and cross-domain pruning (D-7.1, "
        "D-9.2) belong to the future.",
        (
            "C-2.1, D-9.1 and D-3.4 of the same documents have them as existing. Removing whole "
            "neurons dates from 1989 (Mozer and Smolensky).",
            "C-8.2、D-7.1 和 D-9.2 说这些属于未来，同样两篇文章的 C-2.1、D-9.1 和 D-3.4 却把它们"
            "当作已有的技术。移除整个神经元始于 1989 年（Mozer 和 Smolensky）。",
        ),
        "",
    ),
    Erratum(
        {
            "D-1.1b": "通过降低网络中某些连接的权重值来实现模型的压缩",
            "D-2.1a": "这些权重值会被设置为接近零",
            "D-3.1": "降低权重值到接近零，或者直接删除连接",
        },
        "Weight pruning lowers weights (D-1.1), to near zero (D-2.1, D-3.1).",
        (
            "It sets them to zero. Near zero saves neither memory nor work; that is shrinking.",
            "应为置零。接近零既不省内存，也不省计算；那叫收缩（shrinking）。",
        ),
        """\
>>> w = [0.1, -0.5, 0.9]
>>> shrunk, pruned = mp.scale_weights(w, 0.001), mp.apply_mask(w, [False, True, True])
>>> mp.sparsity(shrunk), round(mp.sparsity(pruned), 4)
(0.0, 0.3333)
""",
    ),
    Erratum(
        {"D-1.1c": "静态剪枝通常适用于静态模型，例如深度神经网络和循环神经网络"},
        "Static pruning usually suits static models such as deep and recurrent networks.",
        (
            "Static means once, after training; it suits any trained weights, whatever the model.",
            "静态剪枝是指训练之后一次剪完；任何训练好的权重都适用，不论是什么模型。",
        ),
        """\
>>> recurrent = np.array([[0.5, -0.1], [0.2, 0.9]])
>>> mp.rank_mask(mp.magnitude(recurrent), 2).tolist()
[[True, False], [False, True]]
""",
    ),
    Erratum(
        {"D-1.1e": "权重剪枝技术可以分为静态剪枝和动态剪枝两种方式"},
        "Weight pruning divides into static and dynamic pruning.",
        (
            "So does structural pruning: a schedule can give numbers of units as well.",
            "结构剪枝也分这两种：调度同样可以给出单元的个数。",
        ),
        """\
>>> sparsities = [mp.polynomial_decay(t, 0.0, 0.5, 1000, 2000) for t in (1000, 1500, 2000)]
>>> [mp.pruned_count(64, s) for s in sparsities]
[0, 28, 32]
""",
    ),
    Erratum(
        {"D-1.2a": "每个卷积核可以提取图像中不同位置和尺度的特征"},
        "A kernel extracts features at different positions and scales.",
        (
            "At different positions. A kernel has one size, the same everywhere; scale comes from "
            "depth and pooling.",
            "“不同位置”是对的，“不同尺度”不对。一个卷积核只有一个大小，在各处都相同；尺度来自深度"
            "和池化。",
        ),
        """\
>>> x = np.zeros((2, 9, 9, 1))
>>> x[0, 2, 2], x[1, 5, 6] = 1.0, 1.0  # one bright pixel, at two places
>>> (mp.conv2d(x, np.ones((3, 3, 1, 1)), [0.0]) != 0).sum(axis=(1, 2, 3)).tolist()
[9, 9]
""",
    ),
    Erratum(
        {
            "D-1.2b": "降采样，减少模型的参数数量和计算量",
            "D-2.2": "剪枝技术可以直接应用于 CNN 的各个层",
        },
        "Pooling reduces the number of parameters; pruning applies to every layer of a CNN.",
        (
            "A pooling layer has no parameters, so there is nothing to prune. It makes the next "
            "dense layer smaller: 346,176 instead of 1,384,512.",
            "池化层没有参数，也就无可剪枝，所以 D-2.2 的“各个层”不对。池化减少的是后面的全连接层"
            "的参数：346,176 个，而不是 1,384,512 个。",
        ),
        """\
>>> from minprune.formulas.costs import DOCUMENT_CNN
>>> [c.parameters for c in mp.network_costs(DOCUMENT_CNN, (28, 28, 1))]
[320, 0, 346176, 650]
>>> mp.mlp_parameters([26 * 26 * 32, 64])
1384512
""",
    ),
    Erratum(
        {"D-2.1f": "性能损失（模型性能下降的程度）"},
        "The performance loss is the degree by which performance falls.",
        (
            "Say whether absolute or relative; for 0.75 to 0.50 these are 25 points and a third.",
            "应说明是绝对下降还是相对下降；从 0.75 降到 0.50，前者是 25 个百分点，后者是三分之一。",
        ),
        """\
>>> mp.performance_loss(0.75, 0.5), round(mp.performance_loss(0.75, 0.5, relative=True), 4)
(0.25, 0.3333)
""",
    ),
    Erratum(
        {"D-2.4": "D --> F[重新训练] E --> F F --> G[评估模型]"},
        "The flow: train, choose, prune, train again, evaluate, and end.",
        (
            "The loss of performance, which its last box is to find, needs the accuracy before "
            "pruning as well. And nothing leads back: D-Q2 prunes in small steps and looks after "
            "each. Train, evaluate, prune, train with the mask held, evaluate, and prune again as "
            "long as the loss is small.",
            "流程的最后一步要得出性能下降，为此还要知道剪枝前的准确率，图中却没有。图中也没有回"
            "路，而 D-Q2 是逐步剪枝，每步之后都看结果。应为：训练，评估，剪枝，保持掩码训练，评"
            "估；只要下降小，就再次剪枝。",
        ),
        """\
>>> after_each_step = [0.98, 0.97, 0.91]
>>> from minprune.pruning.search import last_before_failure
>>> last_before_failure(after_each_step, baseline=0.98, tolerance=0.02)
1
""",
    ),
    Erratum(
        {"D-4.1a": r"将权重值缩放到 \([0, 1]\) 范围内……f(W) = \frac{W}{\|W\|}"},
        "f scales the weights into [0, 1].",
        (
            "Into [-1, 1]: signs stay. |W| / max|W| lies in [0, 1].",
            "应为 [-1, 1]：符号不变。落在 [0, 1] 内的是 |W| / max|W|。",
        ),
        """\
>>> mp.normalize([3.0, -4.0]).round(6).tolist(), mp.relative_magnitude([3.0, -4.0]).tolist()
([0.6, -0.8], [0.75, 1.0])
""",
    ),
    Erratum(
        {
            "D-4.1a": "将权重值缩放到单位长度",
            "D-4.2a": "将每个权重值缩放到单位长度，使得权重矩阵的范数为 1",
        },
        "f scales each weight to unit length; the norm of the matrix is then 1.",
        (
            "The matrix gets norm 1, its weights do not; and for W = 0 the formula is 0 / 0.",
            "范数变为 1 的是矩阵，不是每个权重；W = 0 时，公式成为 0 / 0。",
        ),
        """\
>>> f = mp.normalize([[3.0, 0.0], [0.0, -4.0]])
>>> abs(f).round(6).tolist(), round(mp.l2_norm(f), 6), mp.normalize([0.0, 0.0]).tolist()
([[0.6, 0.0], [0.0, 0.8]], 1.0, [0.0, 0.0])
""",
    ),
    Erratum(
        {
            "D-4.1a": r"将权重值缩放到 \([0, 1]\) 范围内，以便于后续的阈值判断",
            "D-4.3": r"2. **应用剪枝函数**……3. **计算布尔矩阵 \(|W| > \theta\)**",
        },
        "f(W) prepares the comparison with the threshold.",
        (
            "It is never used: prune(W, theta) compares W itself. theta on f(W) is theta ||W|| on "
            "W, another mask.",
            "f(W) 后来没有用到：prune(W, theta) 比较的是 W 本身。在 f(W) 上用 theta，相当于在 W "
            "上用 theta ||W||，掩码不同。",
        ),
        """\
>>> W = np.array([[0.1, 0.3, 0.5], [0.6, 0.7, 0.8], [0.9, 0.1, 0.3]])
>>> [int(mp.threshold_mask(v, 0.2, ties="prune").sum()) for v in (W, mp.normalize(W))]
[7, 5]
>>> int(mp.threshold_mask(W, 0.2 * mp.l2_norm(W), ties="prune").sum())
5
""",
    ),
    Erratum(
        {
            "D-4.2a": (
                r"范数可以是欧几里得范数、Frobenius 范数等……\|W\| = "
                r"\sqrt{\sum_{i=1}^{m}\sum_{j=1}^{n} W_{ij}^2}"
            ),
        },
        "The norm can be the Euclidean or the Frobenius norm; this is the Euclidean one.",
        (
            "The formula is right, and both names fit it: the entries as one vector have this "
            "Euclidean norm, which for a matrix is called Frobenius norm. It is no choice of two. "
            "Another number is the spectral norm, which the Euclidean norm of vectors induces.",
            "公式没有错，两个名称都符合：把各元素看作一个向量，这就是它的欧几里得范数；对矩阵，它"
            "叫 Frobenius 范数。两者不是二选一。由向量的欧几里得范数诱导的谱范数才是另一个数。",
        ),
        """\
>>> W = np.array([[0.1, 0.3, 0.5], [0.6, 0.7, 0.8], [0.9, 0.1, 0.3]])
>>> round(mp.l2_norm(W), 6), round(mp.spectral_norm(W), 6)
(1.658312, 1.531891)
""",
    ),
    Erratum(
        {
            "D-4.2b": (
                r"W_{ij} > \theta \Rightarrow (|W| > \theta)_{ij} = 1……W_{ij} \leq \theta "
                r"\Rightarrow (|W| > \theta)_{ij} = 0"
            ),
        },
        "",
        (
            "|W_ij| in both. For W = -0.9 and theta = 0.2 the derivation says 0, the definition 1.",
            "两处都应为 |W_ij|。对 W = -0.9 和 theta = 0.2，文中的推导得 0，定义得 1。",
        ),
        """\
>>> misprints.signed_threshold_mask_misprint([-0.9], 0.2).tolist()
[False]
>>> mp.threshold_mask([-0.9], 0.2, ties="prune").tolist()
[True]
""",
    ),
    Erratum(
        {
            "D-4.3": (
                r"|W| > \theta = \begin{bmatrix} 0 & 1 & 1 \\ 1 & 1 & 1 \\ 1 & 0 & 1 "
                r"\end{bmatrix}……W \odot (|W| > \theta) = \begin{bmatrix} 0 & 0 & 0 \\ "
                r"0 & 0 & 0 \\ 0 & 0 & 0 \end{bmatrix}"
            ),
        },
        "",
        (
            "Seven of nine weights stay; two of nine, the 0.1s, go.",
            "九个权重应留下七个；剪掉的只有两个，即两个 0.1。",
        ),
        """\
>>> W = np.array([[0.1, 0.3, 0.5], [0.6, 0.7, 0.8], [0.9, 0.1, 0.3]])
>>> mp.threshold_prune(W, 0.2, ties="prune").tolist()
[[0.0, 0.3, 0.5], [0.6, 0.7, 0.8], [0.9, 0.0, 0.3]]
""",
    ),
    Erratum(
        {
            "D-4.3": (
                "所有权重值都小于剪枝阈值 0.2，因此所有的连接都被剪除了……"
                "网络的权重矩阵对模型的性能贡献较小"
            ),
        },
        "All weights are below 0.2, so all go; this shows that the matrix contributes little.",
        (
            "Two are below 0.2. All would go only from theta = 0.9 on, and that shows a large "
            "threshold, not a useless matrix.",
            "小于 0.2 的只有两个。theta 从 0.9 起才会全部剪掉，那也只说明阈值大，不说明矩阵没有"
            "用。",
        ),
        """\
>>> W = np.array([[0.1, 0.3, 0.5], [0.6, 0.7, 0.8], [0.9, 0.1, 0.3]])
>>> [round(mp.pruning_rate(W, theta, ties="prune"), 4) for theta in (0.2, 0.8, 0.9)]
[0.2222, 0.8889, 1.0]
""",
    ),
    Erratum(
        {
            "D-5.2e": (
                "prune_weights(model, threshold=0.1) # 训练剪枝后的模型 train_model(model, "
                "x_train, y_train, epochs=10)"
            ),
            "D-5.4a": "这表明，经过剪枝操作后，模型的测试准确率保持在较高水平",
        },
        "The test accuracy after ten epochs, pruning and ten more "
        "epochs shows that pruning keeps it high.",
        (
            "Nothing is measured before or right after pruning, and a fair dense network would "
            "train for all 20 epochs.",
            "训练十轮，剪枝，再训练十轮，然后才测准确率。剪枝前和刚剪枝后都没有测；要公平比较，稠"
            "密网络也应训练满 20 轮。",
        ),
        """\
>>> [epochs * math.ceil(60000 / 32) for epochs in (10, 20)]  # steps: before pruning, in all
[18750, 37500]
""",
    ),
    Erratum(
        {
            "D-5.4b": (
                "plt.plot(np.arange(1, 11), np.mean(train_acc[:10], axis=1), label='Original "
                "Model')……在测试集上获得了较高的准确率"
            ),
        },
        "The curves show a high accuracy on the test set as well.",
        (
            "A history has one number for each epoch and no axis 1; and a curve of training "
            "accuracy shows nothing of the test set. Both panels have the same title, and without "
            "a call of legend() the curves have no names.",
            "训练记录每轮只有一个数，没有轴 1；训练准确率的曲线也不能说明测试集上的情况。两幅图的"
            "标题相同，又没有调用 legend()，曲线没有名称。",
        ),
        """\
>>> try:
...     np.mean([0.90, 0.95, 0.97], axis=1)
... except ValueError as error:
...     print(type(error).__name__)
AxisError
""",
    ),
    Erratum(
        {"D-Q2": "逐步增加剪枝程度，观察模型的性能变化，以找到最佳的剪枝阈值"},
        "Prune more step by step and watch the performance, to find the best threshold.",
        (
            "Where the performance dips and recovers there are two: the last before the first "
            "failure, and the largest that passes. Behind a dip a level may pass by luck.",
            "如果性能先下降又回升，“最佳”阈值就有两个：第一次不合格之前的最后一个，和合格者中最大"
            "的一个。下降之后又合格，可能只是碰巧。",
        ),
        """\
>>> from minprune.pruning.search import last_before_failure
>>> curve = [0.98, 0.97, 0.90, 0.975]
>>> last_before_failure(curve, baseline=0.98, tolerance=0.0125)
1
>>> max(k for k, reached in enumerate(curve) if 0.98 - reached <= 0.0125)
3
""",
    ),
    Erratum(
        {
            "D-Q3": (
                "剪枝技术主要适用于具有层次结构的神经网络，如卷积神经网络（CNN）和循环神经网络（"
                "RNN）……效果可能因网络结构而异"
            ),
        },
        "Pruning suits networks with layers, mainly convolutional and recurrent ones; "
        "elsewhere the effect varies.",
        (
            "A perceptron has layers too: A, B and E prune one, A-5.2.2, B-4a and E-5.1a. What "
            "can be ranked is any array of weights.",
            "多层感知机也有层次：A、B 和 E 剪的就是它，见 A-5.2.2、B-4a 和 E-5.1a。凡是权重数组，"
            "都可以排序。",
        ),
        """\
>>> network = mp.mlp([784, 128, 10], np.random.default_rng(0))  # E-5.1
>>> round(mp.sparsity(*mp.prune_by_magnitude(network, 0.5)), 6)
0.5
""",
    ),
    Erratum(
        {"E-3.2": "使用 L1 或 L2 正则化训练模型，以鼓励权重稀疏化"},
        "Train with L1 or L2 regularization to make the weights sparse.",
        (
            "L2 makes weights small, never zero, as E-4.2 says; exact zeros come from the "
            "proximal step of L1.",
            "L2 使权重变小，但不会变成零，E-4.2 也是这样说的；恰好为零的权重来自 L1 的近端步。",
        ),
        """\
>>> w = np.array([0.05, -0.3, 0.02])
>>> mp.count_nonzero(mp.l2_proximal(w, 1.0, 0.1)), mp.count_nonzero(mp.l1_proximal(w, 1.0, 0.1))
(3, 1)
""",
    ),
    Erratum(
        {
            "E-3.2": "计算每个神经元的激活值或其对输出的贡献程度……将不重要的神经元及其连接剪枝",
            "E-4.3": "神经元的激活值可以用来衡量其重要性",
        },
        "The activation of a neuron measures its importance; unimportant neurons go.",
        (
            "One whose activation never changes can go: its effect moves into the bias of the "
            "next layer.",
            "激活值再大，只要从不变化，这个神经元就可以移除：它的作用并入下一层的偏置。",
        ),
        """\
>>> a, W, b = np.array([[5.0, 1.0], [5.0, 2.0]]), np.array([[2.0], [1.0]]), np.array([0.5])
>>> (a @ W + b).tolist(), (a[:, 1:] @ W[1:] + mp.fold_constant_units(W[:1], b, [5.0])).tolist()
([[11.5], [12.5]], [[11.5], [12.5]])
""",
    ),
    Erratum(
        {"E-4.3": "激活值越高，表示该神经元对模型输出的贡献越大"},
        "The higher the activation, the larger the contribution of the neuron to the output.",
        (
            "The outgoing weights count too. If they are 0 and 5, a neuron with activation 1.0 "
            "contributes nothing, one with 0.1 everything.",
            "还要看输出权重。输出权重为 0 和 5 时，激活值为 1.0 的神经元没有贡献，激活值为 0.1 的贡"
            "献了全部。",
        ),
        """\
>>> a, w_out = [[1.0, 0.1]], [[0.0], [5.0]]
>>> mp.mean_activation(a).tolist(), mp.contribution(a, w_out).tolist()
([1.0, 0.1], [0.0, 0.5])
""",
    ),
    Erratum(
        {"E-5.1a": "input_shape=(784,)……model.fit(x_train, y_train, epochs=10)"},
        "",
        (
            "No data are named. 784 inputs fit MNIST, whose images are 28 x 28 pixels from 0 to "
            "255: they must be flattened, and divided by 255, as A-5.2 does.",
            "文中没有说明用什么数据。784 个输入与 MNIST 相符，它的图像是 28 x 28 像素，取值从 0 "
            "到 255：必须展平并除以 255，如 A-5.2 所做。",
        ),
        """\
>>> network = mp.mlp([784, 128, 10], np.random.default_rng(0))
>>> images = np.full((2, 28, 28), 255.0)
>>> network((images / 255).reshape(2, 784)).shape
(2, 10)
>>> try:
...     network(images)
... except ValueError:
...     print("refused")
refused
""",
    ),
    Erratum(
        {"E-5.1b": "begin_step=1000, end_step=2000"},
        "",
        (
            "These are steps of the second training, for the first has no wrapper that counts "
            "them. With 60,000 images in batches of 32 they lie in its first two epochs of ten.",
            "这是第二次训练的步数，因为第一次训练没有计步的包装层。60,000 张图像、每批 32 张时，"
            "这些步在十轮中的前两轮。",
        ),
        """\
>>> steps = math.ceil(60000 / 32)
>>> [math.ceil(step / steps) for step in (1000, 2000)]
[1, 2]
""",
    ),
    Erratum(
        {
            "E-5.1d": "pruned_model.fit(x_train, y_train, epochs=10)",
            "E-8.3": "剪枝后的模型可以使用 TensorFlow Lite 等工具进行部署",
        },
        "The model of prune_low_magnitude is trained (E-5.1), then deployed (E-8.3).",
        (
            "It carries a mask for every kernel; until strip_pruning removes them a saved model "
            "is larger than the dense one.",
            "prune_low_magnitude 的模型给每个权重矩阵都带一个掩码；用 strip_pruning 去掉掩码之"
            "前，保存的模型比稠密模型大。",
        ),
        """\
>>> W = np.zeros((784, 128), np.float32)
>>> mask = np.ones_like(W)
>>> mp.dense_bytes(W), mp.dense_bytes(W, mask)
(401408, 802816)
""",
    ),
    Erratum(
        {"E-5.1d": "# 微调剪枝后的模型……pruned_model.fit(x_train, y_train, epochs=10)"},
        "This fine-tunes the pruned model.",
        (
            "The callback UpdatePruningStep is missing, and training stops with an error at the "
            "first batch. With Keras 3 prune_low_magnitude refuses the model before that.",
            "缺少回调 UpdatePruningStep，训练会在第一批报错停止。用 Keras 3 时，"
            "prune_low_magnitude 在此之前就拒绝这个模型。",
        ),
        "",
    ),
    Erratum(
        {"E-6.3": "### 6.3 模型保护……提高模型的鲁棒性和泛化能力"},
        'Under the heading "model protection": pruning raises robustness and generalization.',
        (
            "Neither protects a model, and nothing else in the section does.",
            "提高鲁棒性和泛化能力都不是保护模型，这一节也没有其他保护模型的内容。",
        ),
        "",
    ),
)

FACTS = (
    Fact(
        {
            "A-7.1": "提出了一种基于剪枝和缩放的网络结构",
            "D-8.3": "提出了一个基于结构剪枝的神经网络缩放方法",
        },
        "EfficientNet is based on pruning and scaling (A-7), on structural pruning (D-8).",
        (
            "It scales depth, width and resolution of a searched network together. It prunes "
            "nothing.",
            "EfficientNet 把搜索得到的网络的深度、宽度和分辨率一起缩放。它不剪枝。",
        ),
    ),
    Fact(
        {"A-7.1": "“Pruning Neural Networks”……是剪枝技术的奠基性工作之一"},
        "One of the founding works of pruning.",
        (
            "No paper can be identified. Early ones: Mozer and Smolensky 1989 (skeletonization); "
            'LeCun, Denker and Solla, "Optimal Brain Damage", NIPS 2, 1990; Hassibi and Stork, '
            "NIPS 5, 1993, 164-171.",
            "无法确定是哪篇论文。早期的论文有：Mozer 和 Smolensky 1989（skeletonization）；"
            "LeCun、Denker 和 Solla，“Optimal Brain Damage”，NIPS 2，1990；Hassibi 和 Stork，NIPS "
            "5，1993，164-171。",
        ),
    ),
    Fact(
        {
            "A-7.3": (
                "“Quantization and Pruning for Accelerating Deep Neural Network on Mobile Devices”"
            ),
        },
        "",
        (
            "We found no such paper. Near it: Han, Mao and Dally 2016; Jacob et al., CVPR 2018.",
            "没有找到这篇论文。相近的有：Han、Mao 和 Dally 2016；Jacob 等，CVPR 2018。",
        ),
    ),
    Fact(
        {
            "A-7.3": (
                "“Pruning Neural Networks by Reducing Redundant Information”……基于信息熵的剪枝方法"
            ),
        },
        "A pruning method based on entropy.",
        (
            'We found no such paper. Near it: Luo and Wu, "An Entropy-based Pruning Method for '
            'CNN Compression", 2017.',
            "没有找到这篇论文。相近的有：Luo 和 Wu，“An Entropy-based Pruning Method for CNN "
            "Compression”，2017。",
        ),
    ),
    Fact(
        {
            "A-7.1": "《深度学习》是深度学习领域的经典教材……包括剪枝技术",
            "A-10": (
                "Deep Learning. MIT Press.** 本书详细介绍了深度学习的理论基"
                "础和实践方法，包括剪枝技术的相关内容"
            ),
            "D-8.1": (
                "《深度学习》（Goodfellow, Bengio, Courville）……详细介绍"
                "了卷积神经网络和剪枝技术的相关内容"
            ),
        },
        'Goodfellow, Bengio and Courville, "Deep Learning", treats pruning, in detail (D-8).',
        (
            "The book is real (MIT Press, 2016), but it has no chapter or section on pruning.",
            "确有这本书（MIT Press，2016），但没有一章或一节讲剪枝。",
        ),
    ),
    Fact(
        {
            "A-7.1, A-10": "《神经网络与深度学习》……包括剪枝技术的原理和应用",
            "D-8.1": "《神经网络与深度学习》……包括卷积神经网络和剪枝技术的应用案例",
        },
        'Qiu Xipeng, "Neural Networks and Deep Learning", treats '
        "the principles (A) and uses of pruning.",
        (
            "The book is real (2020, nndl.github.io), but none of its fifteen chapters is on "
            "pruning or compression.",
            "确有邱锡鹏的这本书（2020，nndl.github.io），但十五章中没有一章讲剪枝或压缩。",
        ),
    ),
    Fact(
        {
            "A-7.3": "刘知远等著的《深度学习技术指南》",
            "A-10": (
                "《深度学习技术指南》：[刘知远](https://www.deeplearning.ai/zh-cn/stanford-cs224n)"
            ),
        },
        "A deep-learning guide by Liu Zhiyuan and others, with a "
        "link (A-10) to Stanford's CS224n course.",
        (
            "The book could not be identified; the link is to another course.",
            "无法确定是哪本书；A-10 的链接指向另一门课程，即斯坦福的 CS224n。",
        ),
    ),
    Fact(
        {"A-7.2": "PyTorch是微软开发的开源深度学习框架"},
        "PyTorch is developed by Microsoft.",
        (
            "It comes from Facebook AI Research (now Meta AI); since 2022 the PyTorch Foundation "
            "has it.",
            "PyTorch 出自 Facebook AI Research（现为 Meta AI）；2022 年起归 PyTorch 基金会。",
        ),
    ),
    Fact(
        {"A-7.2": "轻量级深度学习框架。TFLite支持量化感知训练"},
        "TFLite is a deep-learning framework that supports quantization-aware training.",
        (
            "It runs finished models. The training is in the TensorFlow Model Optimization "
            "Toolkit.",
            "TFLite 运行训练好的模型。量化感知训练在 TensorFlow Model Optimization Toolkit 中。",
        ),
    ),
    Fact(
        {
            "A-7.1": "https://ai Buzz Blog.com/",
            "A-10": "https://aiBuzzBlog.com/category/deep-learning/neural-network-pruning/",
        },
        "",
        (
            "The address in A-7 has spaces, and cannot exist. A-10 prints another.",
            "A-7 的网址中有空格，不可能存在。A-10 给出的是另一个网址。",
        ),
    ),
    Fact(
        {
            "A-10": (
                "Han, S., Liu, X., Jia, Y. (2015). Learning Effective Neural "
                "Networks with Sublinear Complexity. IEEE Transactions on Pattern "
                "Analysis and Machine Intelligence."
            ),
        },
        "",
        (
            "We found no such paper. Probably meant: Han, Pool, Tran and Dally 2015.",
            "没有找到这篇论文。大概是指 Han、Pool、Tran 和 Dally 2015。",
        ),
    ),
    Fact(
        {
            "A-10": (
                "Yin, C., Yang, J., & Yang, Y. (2019). Efficient Neural Network Pruning Through "
                "Layer-Specific Information Density. arXiv preprint arXiv:1906.08368."
            ),
        },
        "",
        ("We found no paper of this title.", "没有找到这个标题的论文。"),
    ),
    Fact(
        {
            "A-10": (
                "《神经网络与深度学习》：[邱锡鹏"
                "](https://www.cs.cmu.edu/~ywu895/documents/Neural_Network_and_Deep_Learning.pdf)"
            ),
        },
        "The address of the book of Qiu Xipeng.",
        ("Its site is nndl.github.io.", "这本书的网站是 nndl.github.io。"),
    ),
    Fact(
        {"A-10": "https://pytorch.org/tutorials/beginner/pruning_tutorial.html"},
        "",
        (
            "tutorials/intermediate/pruning_tutorial.html, by Michela Paganini.",
            "应为 tutorials/intermediate/pruning_tutorial.html，作者 Michela Paganini。",
        ),
    ),
    Fact(
        {
            "B-5": "自然语言处理：……实现实时语音识别和机器翻译",
            "D-6.4": "语音识别是自然语言处理中的重要应用",
        },
        "Speech recognition is an application of natural language processing.",
        (
            "The two are commonly counted as fields of their own.",
            "语音识别和自然语言处理通常算作两个领域。",
        ),
    ),
    Fact(
        {"B-5": "通过权重裁剪与Pruning，可以模拟生物神经网络的发展过程"},
        "Pruning can simulate how biological neural networks develop.",
        (
            "An analogy. Developing brains lose synapses, but B-3 removes the smallest weights "
            "once, after training. minprune models no biological network.",
            "这是类比。大脑在发育中会失去突触，而 B-3 是在训练之后一次去除最小的权重。minprune 不"
            "模拟生物神经网络。",
        ),
    ),
    Fact(
        {"C-7.1": "CS231n《深度卷积神经网络》课程"},
        'CS231n is called "Deep Convolutional Neural Networks".',
        (
            '"Convolutional Neural Networks for Visual Recognition", later "Deep Learning for '
            'Computer Vision".',
            "课程名是“Convolutional Neural Networks for Visual Recognition”，后来改为“Deep "
            "Learning for Computer Vision”。",
        ),
    ),
    Fact(
        {"C-7.1": "Kaggle定期举办的剪枝比赛"},
        "Kaggle holds pruning competitions regularly.",
        ("We found none.", "没有找到这样的比赛。"),
    ),
    Fact(
        {
            "C-7.3": (
                '"Learning Both Weights and Connections for Efficient '
                'Neural Networks" (Zhou et al., 2017)'
            ),
        },
        "",
        (
            "Song Han, Jeff Pool, John Tran and William J. Dally, NIPS 28, 2015, arXiv "
            "1506.02626. Magnitude pruning: AlexNet 9 times smaller, VGG16 13 times.",
            "作者是 Song Han、Jeff Pool、John Tran 和 William J. Dally，NIPS 28，2015，arXiv "
            "1506.02626。方法是幅值剪枝：AlexNet 缩小到 1/9，VGG16 缩小到 1/13。",
        ),
    ),
    Fact(
        {"C-7.3": '"Pruning Neural Networks to Improve Accuracy" (Han et al., 2015)'},
        "",
        (
            "We found no such paper. The paper of 2015 is Han, Pool, Tran and Dally, above; its "
            "aim is compression without a loss of accuracy.",
            "没有找到这篇论文。2015 年的论文是上面 Han、Pool、Tran 和 Dally 的那篇；它的目标是不"
            "降低准确率的压缩。",
        ),
    ),
    Fact(
        {"C-7.3": '"Pruning Neural Networks without Any Data" (Sterckx et al., 2016)'},
        "",
        (
            'Hidenori Tanaka, Daniel Kunin, Daniel L. K. Yamins and Surya Ganguli, "Pruning '
            'neural networks without any data by iteratively conserving synaptic flow", NeurIPS '
            "2020, arXiv 2006.05467.",
            "应为 Hidenori Tanaka、Daniel Kunin、Daniel L. K. Yamins 和 Surya Ganguli，“Pruning "
            "neural networks without any data by iteratively conserving synaptic flow”，NeurIPS "
            "2020，arXiv 2006.05467。",
        ),
    ),
    Fact(
        {"C-7.3": '"Model Compression" (Gregor et al., 2016)……通过剪枝、量化、蒸馏等方法'},
        "By pruning, quantization and distillation.",
        (
            "Cristian Bucila, Rich Caruana and Alexandru Niculescu-Mizil, KDD 2006: a small "
            "network learns from an ensemble. Pruning with quantization is Han, Mao and Dally, "
            '"Deep Compression", ICLR 2016.',
            "应为 Cristian Bucila、Rich Caruana 和 Alexandru Niculescu-Mizil，KDD 2006：一个小网"
            "络向集成模型学习。剪枝加量化的是 Han、Mao 和 Dally，“Deep Compression”，ICLR 2016。",
        ),
    ),
    Fact(
        {
            "C-7.3": (
                '"Stereo CNNs: Learning Directional Representations at '
                'No Extra Cost" (Wang et al., 2019)'
            ),
        },
        "",
        ("We found no such paper.", "没有找到这篇论文。"),
    ),
    Fact(
        {"D-1.2e": "LeCun 等人首次提出了卷积神经网络的概念"},
        "LeCun and others were the first to propose convolutional networks.",
        (
            "Fukushima's Neocognitron of 1980 has the architecture; LeCun et al. 1989 trained it "
            "by back-propagation.",
            "Fukushima 1980 年的 Neocognitron 已有这种结构；LeCun 等 1989 年用反向传播训练它。",
        ),
    ),
    Fact(
        {
            "D-1.2e": (
                "2006 年，Hinton 提出了深度置信网络（Deep Belief Networks"
                "，DBN），为 CNN 的发展奠定了基础"
            ),
        },
        "Hinton's deep belief networks of 2006 laid the foundation of convolutional networks.",
        (
            "They are stacked restricted Boltzmann machines, not convolutional, and later than "
            "LeNet-5 of 1998.",
            "深度置信网络由受限玻尔兹曼机堆叠而成，没有卷积，而且晚于 1998 年的 LeNet-5。",
        ),
    ),
    Fact(
        {
            "D-8.3": (
                "“Network Pruning using Connection Weight Elimination”（"
                "Han, Pool, Chen, & Meng, 2015）"
            ),
        },
        "",
        (
            "We found no such paper. Nearest: Han, Pool, Tran and Dally, NIPS 28, 2015.",
            "没有找到这篇论文。最接近的是：Han、Pool、Tran 和 Dally，NIPS 28，2015。",
        ),
    ),
    Fact(
        {
            "D-8.3": (
                "“Pruning Convolutional Neural Networks for Resource-efficient DNNs”（Dong, "
                "dosovitskiy, & Brox, 2016）"
            ),
            "D-Ref": (
                "Dong, C., dosovitskiy, A., & Brox, T. (2016)……In Proceedings of the IEEE "
                "International Conference on Computer Vision (ICCV) (pp. 611-619)."
            ),
        },
        "",
        (
            'Pavlo Molchanov, Stephen Tyree, Tero Karras, Timo Aila and Jan Kautz, "Pruning '
            'Convolutional Neural Networks for Resource Efficient Inference", ICLR 2017, arXiv '
            "1611.06440. No ICCV was held in 2016.",
            "应为 Pavlo Molchanov、Stephen Tyree、Tero Karras、Timo Aila 和 Jan Kautz，“Pruning "
            "Convolutional Neural Networks for Resource Efficient Inference”，ICLR 2017，arXiv "
            "1611.06440。2016 年没有举办 ICCV。",
        ),
    ),
    Fact(
        {
            "D-8.3": (
                "“EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks”（"
                "Clara et al., 2020）"
            ),
            "D-Ref": (
                "Clara, G., et al. (2020)……In Proceedings of the International Conference on "
                "Machine Learning (ICML) (pp. 289-297)."
            ),
        },
        "",
        (
            "Mingxing Tan and Quoc V. Le, ICML 2019, PMLR 97, 6105-6114, arXiv 1905.11946.",
            "作者是 Mingxing Tan 和 Quoc V. Le，ICML 2019，PMLR 97，6105-6114，arXiv 1905.11946。",
        ),
    ),
    Fact(
        {"D-8.1": "《神经网络与深度学习》**：这本书由吴恩达教授编写"},
        'The Chinese book "Neural Networks and Deep Learning" is by Andrew Ng.',
        (
            "It is by Qiu Xipeng (2020, nndl.github.io), as A-7 says. Ng teaches a course of this "
            "name.",
            "作者是邱锡鹏（2020，nndl.github.io），如 A-7 所述。吴恩达讲授的是同名的课程。",
        ),
    ),
    Fact(
        {
            "D-Ref": (
                "Han, S., Pool, J., Chen, J., & Meng, W. (2015). Learning efficient "
                "convolutional networks through network pruning. In Proceedings of the "
                "International Conference on Machine Learning (ICML) (pp. 289-297)."
            ),
        },
        "",
        (
            'A mixture of Han et al. 2015 and of Liu, Li, Shen, Huang, Yan and Zhang, "Learning '
            'Efficient Convolutional Networks through Network Slimming", ICCV 2017, doi '
            "10.1109/ICCV.2017.298.",
            "这是两篇论文的混合：Han 等 2015，以及 Liu、Li、Shen、Huang、Yan 和 Zhang，“Learning "
            "Efficient Convolutional Networks through Network Slimming”，ICCV 2017，doi "
            "10.1109/ICCV.2017.298。",
        ),
    ),
)
