"""Claims of the documents put to the test: what was measured, on what, and the outcome."""

from typing import NamedTuple


class Claim(NamedTuple):
    """A claim that a run can support or refute, on the networks and data that `found` names."""

    ids: str  # items that make it
    says: tuple  # what the document says, in English and Chinese
    found: tuple  # what was measured, its condition, the outcome; or why nothing is; so too
    again: str = ""  # the command, or the lines, that measure it


RUN = "python -m minprune.experiments.claims"

CLAIMS = (
    Claim(
        "A-3.4a, C-3.3, C-8.3, C-9.3, C-9.4, D-3.3, D-Q1, E-8.1",
        (
            "Too much pruning lowers the accuracy; fine-tuning brings it back.",
            "过度剪枝会降低准确率；微调可以恢复。",
        ),
        (
            "Holds for much pruning, in lesson 12 (196-40-10, 500 images, ten seeds, trained for "
            "as long as the dense network): half of the weights pruned change the accuracy by -0.1 "
            "+- 0.2 points, 95 % by -11.6 +- 1.2, with fine-tuning. What that wins back is under "
            "C-9.2.",
            "剪得多时成立，见第 12 课（196-40-10，500 张图像，十个随机种子，与稠密网络训练同样"
            "久）：剪掉一半权重，准确率变化 -0.1 +- 0.2 个百分点；剪掉 95 %，变化 -11.6 +- 1.2，已"
            "含微调。微调能挽回多少，见 C-9.2。",
        ),
        "python tutorials/12_which_claims_hold.py",
    ),
    Claim(
        "A-3.4b",
        (
            "The initialization matters: a good one loses less by pruning.",
            "初始化很重要：好的初始化，剪枝后准确率下降较少。",
        ),
        (
            "Holds here. 90 % pruned costs 3.8 +- 0.4 points of test accuracy from Glorot's "
            "initial weights, 5.0 +- 0.7 from He's, 5.8 +- 1.4 from a tenth of Glorot's, 9.7 +- "
            "1.1 from three times Glorot's (196-40-10, 1,000 images, ten seeds).",
            "在这里成立。剪掉 90 % 后测试准确率的下降：以 Glorot 初始化为 3.8 +- 0.4 个百分点，以 "
            "He 初始化为 5.0 +- 0.7，以 Glorot 的十分之一为 5.8 +- 1.4，以 Glorot 的三倍为 9.7 +- "
            "1.1（196-40-10，1,000 张图像，十个随机种子）。",
        ),
        f"{RUN} initialization",
    ),
    Claim(
        "A-3.4c, A-9.8",
        (
            "More and more varied training data, and augmentation, reduce what pruning costs.",
            "更多、更多样的训练数据以及数据增强，可以减少剪枝造成的性能下降。",
        ),
        (
            "Not seen here. 90 % pruned costs 4.1 +- 0.6 points with 250 images, 3.8 +- 0.4 with "
            "1,000, 4.7 +- 0.5 with 6,000; and 5.1 +- 0.5 with 1,000 that are also shifted by a "
            "pixel to four sides (196-40-10, equal numbers of steps, ten seeds). Preprocessing is "
            "not measured.",
            "在这里没有看到。剪掉 90 % 后准确率的下降：250 张图像为 4.1 +- 0.6 个百分点，1,000 张"
            "为 3.8 +- 0.4，6,000 张为 4.7 +- 0.5；1,000 张另加向四个方向各平移一个像素的图像，为 "
            "5.1 +- 0.5（196-40-10，训练步数相同，十个随机种子）。没有测量预处理。",
        ),
        f"{RUN} more_data",
    ),
    Claim(
        "A-9.10",
        (
            "Networks with few parameters lose more by pruning than it is worth.",
            "参数少的网络剪枝后性能下降较多，得不偿失。",
        ),
        (
            "The loss does grow as the network shrinks: 80 % pruned costs 0.5 +- 0.1 points with "
            "80 hidden units, 1.3 +- 0.3 with 40, 2.6 +- 0.6 with 20, 5.5 +- 0.9 with 10, 8.8 +- "
            "1.1 with 5 (196-h-10, 1,000 images, ten seeds). What it is worth depends on the use.",
            "网络越小，下降确实越多。剪掉 80 % 后准确率的下降：80 个隐藏单元为 0.5 +- 0.1 个百分"
            "点，40 个为 1.3 +- 0.3，20 个为 2.6 +- 0.6，10 个为 5.5 +- 0.9，5 个为 8.8 +- 1.1（"
            "196-h-10，1,000 张图像，十个随机种子）。是否值得，取决于用途。",
        ),
        f"{RUN} small_networks",
    ),
    Claim(
        "C-3.4a, D-1.1f, E-6.3",
        (
            "Pruning makes a network more robust.",
            "剪枝使网络更鲁棒。",
        ),
        (
            "Little of it: half pruned gains 0.7 +- 0.3 points on images with Gaussian noise of "
            "standard deviation 0.4, and costs 0.2 +- 0.2 on clean ones. 90 % pruned costs 2.9 +- "
            "0.6 with that noise and 3.8 +- 0.4 without, 95 % 12.7 +- 1.3 and 12.0 +- 0.9 (pixels "
            "from 0 to 1; 196-40-10, 1,000 images, ten seeds). Other disturbances are not "
            "measured.",
            "作用很小：剪掉一半，在加有标准差 0.4 的高斯噪声的图像上提高 0.7 +- 0.3 个百分点，在干"
            "净图像上降低 0.2 +- 0.2。剪掉 90 %，在该噪声下降低 2.9 +- 0.6，无噪声时降低 3.8 +- "
            "0.4；剪掉 95 %，分别降低 12.7 +- 1.3 和 12.0 +- 0.9（像素值 0 到 1；196-40-10，1,000 "
            "张图像，十个随机种子）。没有测量其他扰动。",
        ),
        f"{RUN} robustness",
    ),
    Claim(
        "C-3.2, C-9.2, D-3.2",
        (
            "Retraining restores the performance. Its learning rate is to be adjusted, against "
            "overfitting (C-3.2) and so that much pruning costs less (C-9.2).",
            "重新训练可恢复性能。其学习率需要调整，以防止过拟合（C-3.2），并减少大量剪枝造成的性能下"
            "降（C-9.2）。",
        ),
        (
            "The rate matters. After 95 % pruned, 600 steps of Adam win back 1.8 +- 0.4 points at "
            "a rate of 1e-5, 15.7 +- 3.5 at 1e-4, 31.7 +- 4.8 at 1e-3, 37.4 +- 5.1 at 1e-2, 34.6 "
            "+- 4.9 at 1e-1, with the same masks (196-40-10, 1,000 images, ten seeds). Renda, "
            "Frankle and Carbin 2020 compare rates in full. Overfitting is not measured.",
            "学习率确有影响。剪掉 95 % 后用 Adam 训练 600 步，掩码都相同，准确率的回升：学习率 "
            "1e-5 时为 1.8 +- 0.4 个百分点，1e-4 时为 15.7 +- 3.5，1e-3 时为 31.7 +- 4.8，1e-2 时"
            "为 37.4 +- 5.1，1e-1 时为 34.6 +- 4.9（196-40-10，1,000 张图像，十个随机种子）。"
            "Renda、Frankle、Carbin 2020 对学习率做了完整的比较。没有测量过拟合。",
        ),
        f"{RUN} learning_rate",
    ),
    Claim(
        "C-4.2f, D-2.1d, D-3.2",
        (
            "Of a trained network, the weights with a small gradient matter little.",
            "训练好的网络中，梯度小的权重不重要。",
        ),
        (
            "As a ranking of single weights the gradient is better than the magnitude: rank "
            "correlation with leave-one-out 0.65 against 0.30, in lesson 06 (49-8-10, 1,000 "
            "images, one seed). As a rule that prunes 90 % at once it is worse: just pruned 38.9 "
            "+- 4.5 points behind magnitude and level with chance (+1.7 +- 4.5), after retraining "
            "5.5 +- 1.2 behind magnitude and 6.9 +- 1.9 ahead of chance (196-40-10, 1,000 images, "
            "ten seeds).",
            "作为单个权重的排序，梯度优于幅值：与留一法的秩相关系数为 0.65，幅值为 0.30，见第 06 "
            "课（49-8-10，1,000 张图像，一个随机种子）。作为一次剪掉 90 % 的规则，梯度较差：只剪枝"
            "时比幅值低 38.9 +- 4.5 个百分点，与随机剪枝持平（+1.7 +- 4.5）；重新训练后比幅值低 "
            "5.5 +- 1.2，比随机剪枝高 6.9 +- 1.9（196-40-10，1,000 张图像，十个随机种子）。",
        ),
        f"{RUN} gradient",
    ),
    Claim(
        "E-8.2, C-8.3, D-Q2",
        (
            "Which strategy is best depends on the network and the use.",
            "哪种策略最好，取决于网络和用途。",
        ),
        (
            "Holds here: under C-4.2f gradient and magnitude change places with the use. In lesson "
            "12 gradual pruning beats one shot by 2.2 +- 0.8 points where both prune the same "
            "share of each layer, and is about 9 points behind one shot that ranks all layers "
            "together.",
            "在这里成立：C-4.2f 中，用途不同，梯度与幅值的优劣就互换。第 12 课中，各层剪掉的比例相"
            "同时，渐进剪枝比一次剪完高 2.2 +- 0.8 个百分点；而所有层一起排序的一次剪完又比它高约 "
            "9 个百分点。",
        ),
        "python tutorials/12_which_claims_hold.py",
    ),
    Claim(
        "B-7a, C-1.1, C-1.3, D-Q5",
        (
            "Pruning prevents overfitting (C-1), or harms generalization (B-7, D-Q5).",
            "剪枝防止过拟合（C-1），或损害泛化能力（B-7、D-Q5）。",
        ),
        (
            "With 40 % of the labels drawn at random, 80 % pruned gains 1.5 +- 0.8 points of test "
            "accuracy, but stopping half-way gains 2.8 +- 0.8 more, in lesson 12 (196-40-10, 500 "
            "images, ten seeds). With right labels, half pruned changes it by -0.1 +- 0.2.",
            "40 % 的标签随机抽取时，剪掉 80 % 使测试准确率提高 1.5 +- 0.8 个百分点，而训练到一半就"
            "停止还要再高 2.8 +- 0.8，见第 12 课（196-40-10，500 张图像，十个随机种子）。标签正确"
            "时，剪掉一半，准确率变化 -0.1 +- 0.2。",
        ),
        "python tutorials/12_which_claims_hold.py",
    ),
    Claim(
        "B-7b",
        (
            "Pruning may increase the computational complexity.",
            "剪枝可能增加计算复杂度。",
        ),
        (
            "True of time for some loops on some machines. The page of lesson 09 has a layer of "
            "784 x 300 and 256 samples on one core: two plain loops over CSR take 6.5 times as "
            "long as the dense product with no zeros, longer up to 80 % zeros, and less from 90 % "
            "on. On another machine, with a slower dense product, they were level at no zeros. "
            "`SparseEngine` runs a layer dense where it expects that to be faster.",
            "就时间而言，在某些机器上对某些循环成立。第 09 课的页面测量一个 784 x 300 的层、256 个"
            "样本、单核：没有零时，CSR 的两个普通循环所用时间是稠密乘法的 6.5 倍；零不超过 80 % "
            "时较慢，从 90 % 起较快。在另一台稠密乘法较慢的机器上，没有零时两者持平。"
            "`SparseEngine` 对预计稠密更快的层使用稠密计算。",
        ),
        "python tutorials/09_sparse_kernels.py",
    ),
    Claim(
        "C-2.1d",
        (
            "Computing in 16 bits is faster.",
            "16 位计算更快。",
        ),
        (
            "Not in NumPy on a CPU: the product of two 256 x 256 matrices took 110 ms in float16 "
            "and 3.6 ms in float32, on one core of an AMD EPYC.",
            "在 CPU 上用 NumPy 时不成立：两个 256 x 256 矩阵的乘积，float16 用 110 ms，float32 用 "
            "3.6 ms（AMD EPYC 单核）。",
        ),
        """\
import time, numpy as np
for dtype in (np.float32, np.float16):
    a, start = np.ones((256, 256), dtype), time.process_time()
    for _ in range(5): a @ a
    print(dtype.__name__, f"{200 * (time.process_time() - start):.1f} ms")
""",
    ),
    Claim(
        "D-5.2e, D-5.4a",
        (
            "One threshold, 0.1, for all layers; after it, and ten more epochs, the accuracy is "
            "0.9837.",
            "各层使用同一阈值 0.1；剪枝并再训练十轮后，准确率为 0.9837。",
        ),
        (
            "The layers lose different shares. Of D-5.2's network after its ten epochs 28.5 % of "
            "the convolution lie below 0.1, 70.3 % of the dense layer of 5408 x 64, 25.0 % of the "
            "last: 70.2 % of all. Accuracy 98.69 %, just pruned 98.23 %, after ten more epochs "
            "98.68 % with the mask held, 98.68 % without (one run; another machine's rounding gave "
            "67.2 % and 98.64, 98.44, 98.73, 98.70 %). No layer is emptied. `run cnn` trains under "
            "an L1 penalty, and there the same threshold prunes far more.",
            "各层剪掉的比例不同。D-5.2 的网络训练十轮后，卷积层有 28.5 % 的权重低于 0.1，5408 x "
            "64 的全连接层有 70.3 %，最后一层有 25.0 %，合计 70.2 %。准确率 98.69 %；只剪枝 98.23 "
            "%；再训练十轮后，保持掩码 98.68 %，去掉掩码 98.68 %（只运行一次；在舍入不同的另一台机"
            "器上为 67.2 %，以及 98.64、98.44、98.73、98.70 %）。没有一层被剪空。`run cnn` 在 L1 惩"
            "罚项下训练，那里同一阈值剪掉的权重多得多。",
        ),
        """\
import numpy as np, minprune as mp
rng, train, test = np.random.default_rng(0), mp.load_mnist().train, mp.load_mnist().test
def ten_epochs(network):
    adam = mp.Adam(network.parameters)
    mp.fit(network, adam, train.with_channel, train.labels, epochs=10, batch_size=32, rng=rng)
def accuracy(network):
    return mp.evaluate(network, test.with_channel, test.labels).accuracy
ten_epochs(network := mp.cnn(rng))
print("dense", accuracy(network))
print([round(mp.sparsity(mask), 4) for mask in mp.prune_by_threshold(network, theta=0.1)])
print("just pruned", accuracy(network))
free = network.copy()
for w in free.weights.values():
    w.unprune()
for name, again in ("masked", network), ("mask dropped", free):
    ten_epochs(again)
    print(name, accuracy(again))
""",
    ),
)
