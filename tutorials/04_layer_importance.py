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
import os

import matplotlib.pyplot as plt
import numpy as np

import minprune as mp

h1 = np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]])
h2 = np.array([[0.7, 0.8, 0.9], [0.1, 0.2, 0.3]])
h3 = np.array([[0.4, 0.5, 0.6], [0.7, 0.8, 0.9]])
layers = [h1, h2, h3]

importance = mp.layer_importance(layers)
masks = mp.layer_threshold_masks(layers, theta=2.5)
print("importance   ", importance.round(2))
print("weights kept ", [int(mask.sum()) for mask in masks])
assert np.allclose(importance, [2.1, 3.0, 3.9])
assert [bool(mask.all()) for mask in masks] == [False, True, True]

# %% [markdown] lang="en"
# The simplest **importance** of a layer is the sum of the magnitudes of its weights. It is compared
# with a **threshold** $\theta$, and a layer below it is pruned as a whole:
#
# $$I_l = \sum_i |w_{li}|, \qquad w'_l = 0 \text{ if } I_l < \theta, \text{ else } w_l$$
#
# With $\theta = 2.5$ the first layer is pruned: its importance is <<importance[0]:.1f>>. The two others keep all their
# weights. What a rule keeps or prunes as a whole, here a layer, is its **granularity**.
# %% [markdown] lang="zh"
# 层的**重要性**最简单的定义，是该层所有权重的绝对值之和。把它与**阈值** $\theta$ 比较，低于阈值的层整层剪掉：
#
# $$I_l = \sum_i |w_{li}|, \qquad w'_l = \begin{cases} 0, & I_l < \theta \\ w_l, & I_l \ge \theta \end{cases}$$
#
# 取 $\theta = 2.5$ 时，第一层被剪掉，它的重要性是 <<importance[0]:.1f>>；另外两层的权重全部保留。
# 一条规则以什么为单位决定去留（这里是整层），称为它的**粒度**。

# %% [markdown] lang="en"
# ## Sum or mean?
#
# These three layers have six weights each. In a real network one layer can have a hundred times as
# many as another. So train one on MNIST, images of handwritten digits, and score its three layers by
# the sum of magnitudes and by their mean. Then measure what each layer can lose: prune the smallest 90%
# of one layer, leave the others alone, and measure the **accuracy**, the share of right answers.
# %% [markdown] lang="zh"
# ## 求和，还是取平均？
#
# 上面三层各有六个权重，而真实网络中各层的大小可以相差上百倍。下面在手写数字数据集 MNIST 上训练一个网络，
# 分别用权重绝对值之和与均值给它的三层打分。然后实际测量每一层能剪掉多少：只把这一层中较小的 90% 剪掉，其他层不动，
# 再测**准确率**，即答对的比例。

# %%
QUICK = "QUICK" in os.environ
mnist = mp.load_mnist()
n, epochs = (3_000, 3) if QUICK else (10_000, 4)
network = mp.mlp([784, 128, 64, 10], np.random.default_rng(0), dtype=np.float64)
mean_before = mp.mean_layer_importance([w.value for w in network.weights.values()])
mp.fit(network, mnist.train.flat[:n], mnist.train.labels[:n], epochs=epochs,
       optimizer=mp.Adam(network.parameters, lr=0.002), rng=1)  # fmt: skip


def accuracy(net):
    return mp.evaluate(net, mnist.validation.flat, mnist.validation.labels).accuracy


weights = [w.value for w in network.weights.values()]
total, mean = mp.layer_importance(weights), mp.mean_layer_importance(weights)
scan = mp.sensitivity_scan(network, accuracy, sparsities=[0.9])
left = scan.performance[:, 0]
names = [f"{a} x {b}" for a, b in (w.shape for w in weights)]
print(f"nothing pruned: accuracy {scan.baseline:.1%}")
for row in zip(names, total, mean, left, strict=True):
    print("{:9}  sum {:6.1f}  mean {:.3f}  90% of it pruned: {:.1%}".format(*row))
assert total[0] > total[1] > total[2] and mean[0] < mean[1] < mean[2]
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
# By the sum the first layer is the most important, <<total[0] / total[2]:.1f>> times as important as the last. The
# measurement shows the opposite: with 90% of the first layer pruned the accuracy is still <<left[0]:.1%>>, with
# 90% of the last it is <<left[2]:.1%>>. The sum mostly counts the weights: <<weights[0].size:,>> against <<weights[2].size>>.
#
# The mean gives the right order here. But it gave the same order before training, when the weights were
# random: a layer with few inputs and outputs starts with larger weights (Glorot and Bengio 2010). It is
# best to measure what a layer can lose, as in the third panel.
# %% [markdown] lang="zh"
# 按总和看，第一层最重要，是最后一层的 <<total[0] / total[2]:.1f>> 倍。测量结果却正好相反：第一层剪掉
# 90%，准确率仍有 <<left[0]:.1%>>；最后一层剪掉 90%，就只剩 <<left[2]:.1%>>。求和主要是在数权重的
# 个数：<<weights[0].size:,>> 对 <<weights[2].size>>。
#
# 均值在这里给出了正确的顺序。但训练之前，权重还是随机数时，它给出的就是这个顺序：
# 输入和输出少的层，初始权重本来就大（Glorot 与 Bengio 2010）。一层能剪掉多少，最好像第三幅图那样实际测量。

# %%
assert mean_before[0] < mean_before[1] < mean_before[2]

# %% [markdown] lang="en"
# ## What can go wrong: a network without a layer
#
# Set the weights of any one layer to zero, as the rule does, and compare the outputs for 20 images. The
# weights of the layers are named `0.W`, `2.W` and `4.W`; the ReLUs between them have none.
# %% [markdown] lang="zh"
# ## 容易出错的地方：少了一层的网络
#
# 照规则把任意一层的权重全部置零，再比较 20 幅图像的输出。三层的权重名为 `0.W`、`2.W` 和 `4.W`，中间隔着没有权重的 ReLU。

# %%
images, without = mnist.test.flat[:20], {}
for name, weight in network.weights.items():
    without[name] = network.copy()
    without[name].weights[name].value = np.zeros(weight.value.shape)
    spread = np.ptp(without[name](images), axis=0).max()
    print(f"without {name}: outputs differ by {spread:.4f}, accuracy {accuracy(without[name]):.1%}")
    assert spread < 1e-4

figure, panels = plt.subplots(1, 2, num="constant", figsize=(8, 4.2), sharey=True)
nets = (("Whole network:\na class for each image", network),
        ("Middle layer zero:\nall rows equal", without["2.W"]))  # fmt: skip
for axes, (title, net) in zip(panels, nets, strict=True):
    shown = axes.imshow(mp.softmax(net(images)), cmap="cividis", vmin=0, vmax=1, aspect="auto")
    axes.set(title=title, xlabel="class", xticks=range(10))
panels[0].set(ylabel="test image", yticks=range(0, 20, 5))
figure.colorbar(shown, ax=panels, label="probability")

# %% [markdown] lang="en"
# On the right all rows are equal: a layer of zeros outputs its bias only, so the network gives every
# image the same output and is right about one time in ten. This is **layer collapse** (Tanaka and others
# 2020). `Network.prune` refuses such a mask. The rule makes sense only where the signal has another
# path, as in a residual block, $y = x + \mathrm{ReLU}(xW)$: with $W = 0$ it returns $x$.
# %% [markdown] lang="zh"
# 右图每一行都相同：全零的层只输出偏置，因此网络对每幅图像给出同样的输出，十次大约只对一次。
# 这种现象称为**层坍塌**（layer collapse，Tanaka 等 2020）。`Network.prune` 会拒绝这样的掩码。只有当信号另有通路时，
# 整层剪枝才有意义，例如残差块 $y = x + \mathrm{ReLU}(xW)$：$W = 0$ 时它输出 $x$。

# %%
try:
    network.copy().prune([np.zeros(w.shape, dtype=bool) for w in weights])
except mp.EmptyLayerError as error:
    print(error)
x = np.eye(3)
assert np.array_equal(x + mp.relu(x @ np.zeros((3, 3))), x)

# %% [markdown] lang="en"
# ## The mistakes in print
#
# The three layers are the worked example of a text that minprune was built from. It gives 3.2
# as the importance of the third layer; the sum is <<importance[2]:.1f>>. And in its pruned layers one row of $h_2$ and
# one of $h_3$ are zero, although both layers are above 2.5. Which rule gives that?
# %% [markdown] lang="zh"
# ## 原文中的错误
#
# 这三层取自 minprune 所依据的一篇文章的算例（ ）。文中第三层的重要性为 3.2，正确的和是
# <<importance[2]:.1f>>。文中的剪枝结果里，$h_2$ 和 $h_3$ 各有一行变成了零，但这两层的重要性都高于 2.5。
# 究竟什么规则才会得到这样的结果？

# %%
from minprune.documents.worked import PRINTED_LAYERS

rules = {
    "weights": mp.threshold_mask,
    "rows": lambda w, theta: mp.unit_threshold_mask(w, theta, axis=0),
    "layers": lambda w, theta: mp.layer_threshold_masks([w], theta)[0],
}
printed = [h != 0 for h in PRINTED_LAYERS]
found = {}
for name, rule in rules.items():
    fits = [
        theta
        for theta in np.arange(0.01, 4, 0.02)
        if all(np.array_equal(rule(h, theta), m) for h, m in zip(layers, printed, strict=True))
    ]
    found[name] = fits
    print(f"{name:8}", f"theta from {fits[0]:.2f} to {fits[-1]:.2f}" if fits else "no theta at all")
assert found["weights"] and found["rows"] and not found["layers"]
assert max(found["weights"] + found["rows"]) < 2.5

# %% [markdown] lang="en"
# A threshold on single weights or on rows gives it; one on layers does not, and 2.5 never does. So a
# threshold has a meaning only together with its granularity. The text adds that the important weights
# are kept; but with all of its first layer zero, the output does not depend on the input. Besides,
# three matrices of shape $2 \times 3$ cannot follow one another. `python -m minprune worked A-4.4`
# shows every line.
#
# ## Now you
#
# Write `layer_importance` yourself: `python -m minprune exercises start mine`, then
# `python -m minprune exercises check 1.4` in that folder. Then scan all layers as above (`2.3`), and
# choose from the scan a sparsity for each layer, within a budget (`2.4`).
# %% [markdown] lang="zh"
# 对单个权重或对行设阈值都能得到，唯独对层不能，而且阈值都不是 2.5。阈值只有连同粒度一起给出才有意义。
# 文中还说重要的权重都保留了，可第一层全为零，输出与输入就毫无关系。况且三个 $2 \times 3$ 的
# 矩阵根本无法依次相乘。运行 `python -m minprune worked A-4.4` 可以逐行对照。
#
# ## 轮到你了
#
# 自己写出 `layer_importance`：先运行
# `python -m minprune exercises start mine --lang zh`，再在该文件夹中运行
# `python -m minprune exercises check 1.4`。接着像上面那样扫描各层（`2.3`），并由扫描结果在预算内
# 选定各层的稀疏度（`2.4`）。
