# %% [markdown] lang="en"
# # 04  How important is a layer?
#
# *Ten minutes. Afterwards you can score whole layers, explain why a sum favours large ones, and predict
# what a network outputs without one of its layers.*
#
# Here are the weights of three layers. If one is to be pruned, which one?
# %% [markdown] lang="zh"
# # 04  一层有多重要？
#
# *约十分钟。学完后你能给整层打分，说清为什么求和偏向大层，并能预见网络少了一层会输出什么。*
#
# 下面是三层的权重。若必须剪掉一层，该剪哪一层？

# %%
import matplotlib.pyplot as plt
import numpy as np

import minprune as mp

h1 = np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]])
h2 = np.array([[0.7, 0.8, 0.9], [0.1, 0.2, 0.3]])
h3 = np.array([[0.4, 0.5, 0.6], [0.7, 0.8, 0.9]])
layers = [h1, h2, h3]

# %% [markdown] lang="en"
# The simplest **importance** of a layer is the sum of the magnitudes of its weights. It is compared
# with a **threshold** $\theta$, and a layer below it is pruned as a whole:
#
# $$I_l = \sum_i |w_{li}|, \qquad w'_l = 0 \text{ if } I_l < \theta, \text{ else } w_l$$
# %% [markdown] lang="zh"
# 层的**重要性**最简单的定义，是该层所有权重的绝对值之和。把它与**阈值** $\theta$ 比较，低于阈值的层整层剪掉：
#
# $$I_l = \sum_i |w_{li}|, \qquad w'_l = \begin{cases} 0, & I_l < \theta \\ w_l, & I_l \ge \theta \end{cases}$$

# %%
importance = mp.layer_importance(layers)
masks = mp.layer_threshold_masks(layers, theta=2.5)
print("importance:", importance.round(2))
print("weights kept:", [int(mask.sum()) for mask in masks])
assert np.allclose(importance, [2.1, 3.0, 3.9])
assert [bool(mask.all()) for mask in masks] == [False, True, True]

# %% [markdown] lang="en"
# With $\theta = 2.5$ the first layer is pruned: its importance is <<importance[0]:.1f>>. The two others keep all their
# weights. What a rule keeps or prunes as a whole, here a layer, is its **granularity**.
#
# ## Sum or mean?
#
# These three layers have six weights each. In a real network one layer can have a hundred times as
# many as another. So we train one on MNIST, images of handwritten digits, and score its three layers
# by the sum of magnitudes and by their mean.
# %% [markdown] lang="zh"
# 取 $\theta = 2.5$ 时，第一层被剪掉，它的重要性是 <<importance[0]:.1f>>；另外两层的权重全部保留。
# 一条规则以什么为单位决定去留（这里是整层），称为它的**粒度**。
#
# ## 求和，还是取平均？
#
# 上面三层各有六个权重，而真实网络中各层的大小可以相差上百倍。因此在手写数字数据集 MNIST 上训练一个网络，
# 分别用权重绝对值之和与均值给它的三层打分。

# %% folded
import os

QUICK = "QUICK" in os.environ  # set it for less data: a quick look
mnist = mp.load_mnist()
n, epochs = (3_000, 3) if QUICK else (10_000, 4)
network = mp.mlp([784, 128, 64, 10], np.random.default_rng(0), dtype=np.float64)
mean_before = mp.mean_layer_importance([w.value for w in network.weights.values()])
mp.fit(network, mnist.train.flat[:n], mnist.train.labels[:n], epochs=epochs,
       optimizer=mp.Adam(network.parameters, lr=0.002), rng=1)  # fmt: skip

# %%
weights = [w.value for w in network.weights.values()]
total, mean = mp.layer_importance(weights), mp.mean_layer_importance(weights)
names = [f"{a} x {b}" for a, b in (w.shape for w in weights)]  # inputs x outputs
for name, t, m, before in zip(names, total, mean, mean_before, strict=True):
    print(f"{name:9}  sum {t:6.1f}  mean {m:.3f}, before training {before:.3f}")
assert total[0] > total[1] > total[2] and mean[0] < mean[1] < mean[2]
assert mean_before[0] < mean_before[1] < mean_before[2]
assert np.allclose(mean_before, [np.sqrt(6 / sum(w.shape)) / 2 for w in weights], rtol=0.03)

# %% [markdown] lang="en"
# By the sum the first layer is the most important, <<total[0] / total[2]:.1f>> times as important as the last. By the
# mean it is the least important. Which is right? We measure it: prune the smallest 90% of one layer,
# leave the others alone, and measure the **accuracy**, the share of right answers. The accuracy
# lost is the **sensitivity** of the layer.
#
# **Guess.** Which layer is the most sensitive: the first with its <<weights[0].size:,>> weights, the second with
# <<weights[1].size:,>>, or the last with <<weights[2].size>>?
# %% [markdown] lang="zh"
# 按总和看，第一层最重要，是最后一层的 <<total[0] / total[2]:.1f>> 倍；按均值看，第一层却最不重要。哪一个对？实际测量一下：
# 只把一层中较小的 90% 剪掉，其他层不动，再测**准确率**，即答对的比例。准确率的下降就是这一层的**灵敏度**。
#
# **猜一猜。** 哪一层的灵敏度最高：有 <<weights[0].size:,>> 个权重的第一层，有 <<weights[1].size:,>> 个的第二层，还是只有 <<weights[2].size>> 个的最后一层？


# %%
def accuracy(net):
    return mp.evaluate(net, mnist.validation.flat, mnist.validation.labels).accuracy


scan = mp.sensitivity_scan(network, accuracy, sparsities=[0.9])
left = scan.performance[:, 0]
print(f"nothing pruned: accuracy {scan.baseline:.1%}")
for name, value in zip(names, left, strict=True):
    print(f"{name:9}  90% of it pruned: accuracy {value:.1%}")
assert left[0] > left[1] > left[2] and left[0] - left[2] > 0.1

# %%
figure, panels = plt.subplots(1, 3, num="sum_and_mean", figsize=(8, 3.1))
shown = (("Sum of |w|", total, "sum over the layer", "#0072B2", "//"),
         ("Mean of |w|", mean, "mean over the layer", "#E69F00", ".."),
         ("Lost if 90% is pruned", 100 * (scan.baseline - left),
          "accuracy lost, points", "#D55E00", "xx"))  # fmt: skip
for axes, (title, values, label, color, hatch) in zip(panels, shown, strict=True):
    axes.bar(names, values, color=color, hatch=hatch, edgecolor="white")
    axes.set(title=title, ylabel=label, xlabel="layer, inputs x outputs")
    axes.set_xticks(range(3), [name.replace(" x", "\nx") for name in names])
figure.tight_layout()

# %% [markdown] lang="en"
# The last layer is the most sensitive: with 90% of it pruned the accuracy is <<left[2]:.1%>>, with 90% of the
# first it is still <<left[0]:.1%>>. The order of the sum is the opposite, because a sum mostly counts the
# weights: <<weights[0].size:,>> against <<weights[2].size>>.
#
# The mean gives the right order here. But it gave the same order before training, when the weights were
# random: a layer with few inputs and outputs starts with larger weights (Glorot and Bengio 2010). It is
# best to measure the sensitivity, as in the third panel.
#
# ## What can go wrong: a network without a layer
#
# The rule above sets all weights of a layer to zero. Now we do so in the trained network, with one layer
# at a time.
#
# **Guess.** The weights of the middle layer are zero. Twenty different images are the input. What do the
# twenty outputs look like, and how high is the accuracy?
# %% [markdown] lang="zh"
# 最后一层的灵敏度最高：剪掉它的 90%，准确率只剩 <<left[2]:.1%>>；剪掉第一层的 90%，准确率仍有 <<left[0]:.1%>>。总和给出的顺序正好相反，
# 因为求和主要是在数权重的个数：<<weights[0].size:,>> 对 <<weights[2].size>>。
#
# 均值在这里给出了正确的顺序。但训练之前，权重还是随机数时，它给出的就是这个顺序：
# 输入和输出少的层，初始权重本来就大（Glorot 与 Bengio 2010）。最好像第三幅图那样，实际测量灵敏度。
#
# ## 容易出错的地方：少了一层的网络
#
# 上面的规则把一层的权重全部置零。现在对训练好的网络也这样做，每次置零一层。
#
# **猜一猜。** 若中间一层的权重全部为零，输入 20 张不同的图像，20 个输出会是什么样子？准确率有多高？

# %%
images, without = mnist.test.flat[:20], []
for k, name in enumerate(network.weights):
    without.append(network.copy())
    without[k].weights[name].value = np.zeros(weights[k].shape)
    spread = np.ptp(without[k](images), axis=0).max()  # largest minus smallest of an output
    right = accuracy(without[k])
    print(f"layer {k + 1} zero: outputs differ by {spread:.4f}, accuracy {right:.1%}")
    assert spread < 1e-4
guessed = without[1](images).argmax(axis=1)[0]
assert accuracy(without[1]) == np.mean(mnist.validation.labels == guessed)

# %%
figure, panels = plt.subplots(1, 2, num="constant", figsize=(8, 4.2), sharey=True)
nets = (("Whole network:\na class for each image", network),
        ("Middle layer zero:\nall rows equal", without[1]))  # fmt: skip
for axes, (title, net) in zip(panels, nets, strict=True):
    shown = axes.imshow(mp.softmax(net(images)), cmap="cividis", vmin=0, vmax=1, aspect="auto")
    axes.set(title=title, xlabel="class", xticks=range(10))
panels[0].set(ylabel="test image", yticks=range(0, 20, 5))
figure.colorbar(shown, ax=panels, label="probability")

# %% [markdown] lang="en"
# All twenty outputs are equal, as the rows on the right show. A layer of zeros outputs its bias only, so
# the network gives every image the same class and is right about one time in ten. This is **layer
# collapse** (Tanaka and others 2020). The rule makes sense only where the signal has another path, as in
# a residual block, $y = x + \mathrm{ReLU}(xW)$: with $W = 0$ it returns $x$. `Network.prune` refuses a
# mask that prunes a whole layer:
# %% [markdown] lang="zh"
# 20 个输出完全相同，如右图各行所示。全零的层只输出偏置，因此网络把每张图像都归为同一类，十次大约只对一次。这种现象称为
# **层坍塌**（layer collapse，Tanaka 等 2020）。只有当信号另有通路时，整层剪枝才有意义，例如残差块
# $y = x + \mathrm{ReLU}(xW)$：$W = 0$ 时它输出 $x$。`Network.prune` 会拒绝把整层剪掉的掩码：

# %%
try:
    network.copy().prune([np.zeros(w.shape, dtype=bool) for w in weights])
except mp.EmptyLayerError as error:
    print(error)
assert np.array_equal(images + mp.relu(images @ np.zeros((784, 784))), images)  # the block

# %% [markdown] lang="en"
# ## The mistakes in print
#
# The three layers at the top are the worked example of a text that minprune was built from. It
# gives 3.2 as the importance of the third layer; the sum is <<importance[2]:.1f>>. And in its pruned layers one row of
# $h_2$ and one of $h_3$ are zero, although both layers are above the threshold:
# %% [markdown] lang="zh"
# ## 原文中的错误
#
# 开头的三层取自 minprune 所依据的一篇文章的算例（ ）。文中第三层的重要性为 3.2，正确的和是 <<importance[2]:.1f>>。
# 文中的剪枝结果里，$h_2$ 和 $h_3$ 各有一行变成了零，但这两层的重要性都高于阈值：

# %%
from minprune.documents.worked import PRINTED_LAYERS

for h in PRINTED_LAYERS:
    print(h)

# %% [markdown] lang="en"
# **Guess.** Which granularity gives this result at some threshold: single weights, rows (one for each
# input) or layers?
# %% [markdown] lang="zh"
# **猜一猜。** 要得到这个结果，粒度应当是单个权重、行（每个输入一行），还是整层？阈值可以任取。

# %%
rules = {
    "single weights": mp.threshold_mask,
    "rows": lambda w, theta: mp.unit_threshold_mask(w, theta, axis=0),
    "whole layers": lambda w, theta: mp.layer_threshold_masks([w], theta)[0],
}
pairs, found = [(h, p != 0) for h, p in zip(layers, PRINTED_LAYERS, strict=True)], {}
for name, rule in rules.items():
    fits = [theta for theta in np.arange(0.01, 4, 0.02)
            if all(np.array_equal(rule(h, theta), mask) for h, mask in pairs)]  # fmt: skip
    found[name] = fits
    print(f"theta {fits[0]:.2f} to {fits[-1]:.2f}" if fits else "no theta", name, sep="   ")
assert found["single weights"] and found["rows"] and not found["whole layers"]
assert max(found["single weights"] + found["rows"]) < 2.5

# %% [markdown] lang="en"
# Single weights and rows give it, but not at 2.5; layers do not give it at any threshold. So a threshold
# has a meaning only together with its granularity. The text adds that the important weights are kept;
# but with all of its first layer zero, the output does not depend on the input. Besides, three matrices
# of shape $2 \times 3$ cannot follow one another. `python -m minprune worked A-4.4` shows every line.
#
# ## Check yourself
#
# 1. The weights of layer A are 0.2, $-0.4$, 0.6 and $-0.8$, those of layer B are 1.2 and $-0.6$. Which
#    of the two is less important by the sum, and which by the mean?
#
# <details><summary>Answer</summary>
#
# By the sum it is B: $1.2 + 0.6 = 1.8$ against $0.2 + 0.4 + 0.6 + 0.8 = 2.0$. By the mean it is A:
# $2.0 / 4 = 0.5$ against $1.8 / 2 = 0.9$.
#
# </details>
#
# 2. Before training, the weights of a layer with $n$ inputs and $m$ outputs are uniform between $-a$ and
#    $a$, with $a = \sqrt{6 / (n + m)}$. Compute the mean magnitude of the first and of the last layer.
#
# <details><summary>Answer</summary>
#
# The mean magnitude is $a / 2$:
#
# $$\tfrac{1}{2} \sqrt{6 / 912} \approx 0.041, \qquad \tfrac{1}{2} \sqrt{6 / 74} \approx 0.142$$
#
# The random weights above have the means <<mean_before[0]:.3f>> and <<mean_before[2]:.3f>>. Apart from
# chance, the mean of an untrained layer depends on its shape alone.
#
# </details>
#
# 3. With the middle layer zero the accuracy is <<accuracy(without[1]):.1%>>. Why is it not exactly 10%?
#
# <details><summary>Answer</summary>
#
# The network gives every image the same class, here <<guessed>>. Its accuracy is the share of the images that
# have this class, and the ten classes are not equally frequent.
#
# </details>
#
# ## Now you
#
# Write `layer_importance` yourself: `python -m minprune exercises start mine`, then
# `python -m minprune exercises check 1.4` in that folder. Then scan all layers as above (`2.3`), and
# choose from the scan a sparsity for each layer, within a budget (`2.4`).
#
# ## Further reading
#
# - Glorot and Bengio (2010), [Understanding the difficulty of training deep feedforward neural
#   networks](https://proceedings.mlr.press/v9/glorot10a.html): the size of initial weights.
# - Li and others (2017), [Pruning filters for efficient ConvNets](https://arxiv.org/abs/1608.08710):
#   the sensitivity of each layer is measured by pruning it alone.
# - Mao and others (2017), [Exploring the regularity of sparse structure in convolutional neural
#   networks](https://arxiv.org/abs/1705.08922): accuracy at different granularities.
# - Tanaka and others (2020), [Pruning neural networks without any data by iteratively conserving
#   synaptic flow](https://arxiv.org/abs/2006.05467): layer collapse, and scores that avoid it.
# %% [markdown] lang="zh"
# 粒度取单个权重或行，都能得到这个结果，但阈值都不是 2.5；粒度取整层，则任何阈值都得不到。可见阈值只有连同粒度一起给出才有意义。
# 文中还说重要的权重都保留了，可第一层全为零，输出与输入就毫无关系。况且三个 $2 \times 3$ 的
# 矩阵根本无法依次相乘。运行 `python -m minprune worked A-4.4 --lang zh` 可以逐行对照。
#
# ## 自测
#
# 1. A 层的权重是 0.2、$-0.4$、0.6 和 $-0.8$，B 层的权重是 1.2 和 $-0.6$。按总和，哪一层较不重要？按均值呢？
#
# <details><summary>答案</summary>
#
# 按总和是 B 层：$1.2 + 0.6 = 1.8$，而 A 层为 $0.2 + 0.4 + 0.6 + 0.8 = 2.0$。按均值是 A 层：$2.0 / 4 = 0.5$，而 B 层为
# $1.8 / 2 = 0.9$。
#
# </details>
#
# 2. 训练之前，有 $n$ 个输入、$m$ 个输出的层，其权重在 $-a$ 与 $a$ 之间均匀分布，$a = \sqrt{6 / (n + m)}$。
#    求第一层和最后一层权重绝对值的均值。
#
# <details><summary>答案</summary>
#
# 绝对值的均值为 $a / 2$：
#
# $$\tfrac{1}{2} \sqrt{6 / 912} \approx 0.041, \qquad \tfrac{1}{2} \sqrt{6 / 74} \approx 0.142$$
#
# 上面的随机权重实际为 <<mean_before[0]:.3f>> 和 <<mean_before[2]:.3f>>。可见未经训练的层，除随机波动外，均值只由形状决定，与重要性无关。
#
# </details>
#
# 3. 中间一层置零后，准确率为 <<accuracy(without[1]):.1%>>。为什么不恰好是 10%？
#
# <details><summary>答案</summary>
#
# 网络把每张图像都归为同一类，这里是类别 <<guessed>>。准确率就是这个类别的图像所占的比例，而十个类别的图像并不一样多。
#
# </details>
#
# ## 轮到你了
#
# 自己写出 `layer_importance`：先运行
# `python -m minprune exercises start mine --lang zh`，再在该文件夹中运行
# `python -m minprune exercises check 1.4`。接着像上面那样扫描各层（`2.3`），并由扫描结果在预算内
# 选定各层的稀疏度（`2.4`）。
#
# ## 延伸阅读
#
# - Glorot、Bengio（2010），[Understanding the difficulty of training deep feedforward neural
#   networks](https://proceedings.mlr.press/v9/glorot10a.html)：初始权重应取多大。
# - Li 等（2017），[Pruning filters for efficient ConvNets](https://arxiv.org/abs/1608.08710)：逐层单独剪枝，测量每层的灵敏度。
# - Mao 等（2017），[Exploring the regularity of sparse structure in convolutional neural
#   networks](https://arxiv.org/abs/1705.08922)：不同粒度下的准确率。
# - Tanaka 等（2020），[Pruning neural networks without any data by iteratively conserving
#   synaptic flow](https://arxiv.org/abs/2006.05467)：层坍塌，以及能避免它的得分。
# %% words
# importance: | 重要性：
# weights kept: | 保留的权重数：
# set it for less data: a quick look | 设置它就少用些数据，快速浏览
# inputs x outputs | 输入数 x 输出数
# sum {t:6.1f}  mean {m:.3f}, before training {before:.3f} | 总和 {t:6.1f}  均值 {m:.3f}，训练前 {before:.3f}
# nothing pruned: accuracy {scan.baseline:.1%} | 不剪枝：准确率 {scan.baseline:.1%}
# 90% of it pruned: accuracy {value:.1%} | 剪掉它的 90%：准确率 {value:.1%}
# largest minus smallest of an output | 同一输出的最大值减最小值
# layer {k + 1} zero: outputs differ by {spread:.4f}, accuracy {right:.1%} | 第 {k + 1} 层置零：输出最多相差 {spread:.4f}，准确率 {right:.1%}
# the block | 残差块
# single weights | 单个权重
# rows | 行
# whole layers | 整层
# theta {fits[0]:.2f} to {fits[-1]:.2f} | 阈值 {fits[0]:.2f} 到 {fits[-1]:.2f}
# no theta | 没有这样的阈值
# Sum of |w| | |w| 之和
# sum over the layer | 一层的总和
# Mean of |w| | |w| 的均值
# mean over the layer | 一层的均值
# Lost if 90% is pruned | 剪掉 90% 后的准确率下降
# accuracy lost, points | 准确率下降（百分点）
# layer, inputs x outputs | 层（输入数 x 输出数）
# Whole network: a class for each image | 完整的网络：每张图像各有类别
# Middle layer zero: all rows equal | 中间一层为零：各行相同
# class | 类别
# test image | 测试图像
# probability | 概率
