# %% [markdown] lang="en"
# # 08  Removing units and shrinking the network
#
# *Twenty minutes. Afterwards you can remove neurons and filters from a network, name every array that gets
# smaller, and compute what that saves.*
#
# One neuron is removed from a network. Which numbers must be removed with it?
# %% [markdown] lang="zh"
# # 08  删除单元，缩小网络
#
# *约二十分钟。学完后你能从网络中删除神经元和滤波器，说出哪些数组会随之变小，并能算出节省了多少。*
#
# 从网络中删掉一个神经元，有哪些数要跟着一起删？

# %%
import os

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap

import minprune as mp

QUICK = "QUICK" in os.environ
rng = np.random.default_rng(0)
x = rng.standard_normal((5, 3))
large = mp.mlp([3, 4, 2], rng)
scores = mp.unit_scores(large, "l1")  # one vector for each hidden layer
masked = large.copy()
keeps = mp.prune_units(masked, scores, sparsity=0.25)  # one neuron of four
small = mp.shrink_network(masked)
print("scores", scores[0].round(2), " kept", keeps[0])
print(masked.layers[0].W.value.round(2), "\n")
for name, p in large.parameters.items():
    print(f"{name}  {p.value.shape} -> {small.parameters[name].value.shape}")
gone = int(np.argmin(scores[0]))
assert np.flatnonzero(~keeps[0]) == [gone] and np.allclose(small(x), masked(x), atol=1e-5)

# %% [markdown] lang="en"
# A **unit** is a neuron of a dense layer, or a filter of a convolution. Unit $j$ and the outputs $y_k$ are
#
# $$ h_j = \mathrm{ReLU}\Big(b_j + \sum_i x_i\, w_{ij}\Big), \qquad y_k = c_k + \sum_j h_j\, v_{jk} $$
#
# Without unit $j$ the last sum has one term less, and three things are no longer used: its column of $W$, its
# bias $b_j$, and its row of the *next* matrix $V$, here `2.W`. The score of a unit is the sum of the $|w_{ij}|$
# in its column, the L1 norm. Neuron <<gone>>, counted from 0, has the smallest.
#
# First `prune_units` **silences** the unit: masks hold all its numbers at 0, and the arrays keep their size.
# Then `shrink_network` **removes** it: the arrays get smaller, the outputs are those of the masked network.
# %% [markdown] lang="zh"
# **单元**指全连接层的一个神经元，或卷积层的一个滤波器。单元 $j$ 和输出 $y_k$ 为
#
# $$ h_j = \mathrm{ReLU}\Big(b_j + \sum_i x_i\, w_{ij}\Big), \qquad y_k = c_k + \sum_j h_j\, v_{jk} $$
#
# 删掉单元 $j$，后一个求和就少一项，有三样东西不再用到：$W$ 中属于它的那一列、它的偏置 $b_j$，
# 以及*下一层*矩阵 $V$（即 `2.W`）中属于它的那一行。单元的得分是该列 $|w_{ij}|$ 之和，即 L1 范数；神经元
# <<gone>>（从 0 数起）得分最小。
#
# 整个过程分两步。`prune_units` 让单元**静默**：用掩码把属于它的数都固定为 0，数组大小不变。
# `shrink_network` 把它**删除**：数组变小，输出与掩码后的网络相同。

# %% [markdown] lang="en"
# ## The numbers of a filter
#
# A **filter** is a small window of weights, here 3 x 3, that slides over the image. Its output image is a
# **channel**. **Batch normalization** shifts and scales each channel by four numbers: a measured mean and
# variance, and a learned $\gamma$ and $\beta$. ReLU and max pooling have none. **Flatten** puts all pixels in
# one row, so the next dense layer has a row for each channel *of each pixel*.
# %% [markdown] lang="zh"
# ## 一个滤波器有哪些数
#
# **滤波器**是在图像上滑动的一小块权重，这里为 3 x 3。它的输出也是一幅图，叫作**通道**。其后的
# **批归一化**用四个数对每个通道做平移和缩放：统计出的均值和方差，以及学到的 $\gamma$ 和 $\beta$。ReLU 和最大池化没有这样的数。
# **展平**（Flatten）把所有像素排成一行，因此后面的全连接层中，*每个像素*的每个通道各占一行权重。

# %%
layers = [mp.Conv2D.random(3, 1, 4, rng), mp.BatchNorm.identity(4), mp.ReLU()]  # 4 filters, 3 x 3
layers += [mp.MaxPool2D(2), mp.Flatten(), mp.Dense.random(16, 3, rng)]
tiny = mp.Network(layers, (6, 6, 1))  # 6 x 6 -> 4 x 4 -> 2 x 2: four pixels of four channels
keep = np.array([True, False, False, True])
less = mp.keep_units(tiny, [keep])  # both steps at once, for units of your choice
for name, p in tiny.parameters.items():
    print(f"{name:8} {p.value.shape} -> {less.parameters[name].value.shape}")

column, row = np.indices((9, 4))[1], np.indices((16, 3))[0]
parts = (("filters K: orange is removed", "filter", "nine weights of each", column),
         ("next weights W", "neuron", "four rows for each of four pixels", row % 4),
         ("b, gamma, beta, mean, var", "channel", "one row each", column[:5]))  # fmt: skip
figure, axes = plt.subplot_mosaic("AB;CB", num="what_goes", figsize=(7, 6), height_ratios=(9, 5))
for ax, (title, across, down, channel) in zip(axes.values(), parts, strict=True):
    ax.imshow(keep[channel], cmap=ListedColormap(["#E69F00", "#0072B2"]), aspect="auto")
    ax.set(title=title, xlabel=across, ylabel=down, xticks=range(channel.shape[1]), yticks=[])
    for (i, j), c in np.ndenumerate(channel):
        ax.text(j, i, c, ha="center", va="center", color="white" if keep[c] else "black")
axes["B"].hlines([3.5, 7.5, 11.5], -0.5, 2.5, color="white", linewidth=4)
figure.tight_layout()
assert mp.flatten_keep(keep, positions=4).sum() == 8 and less.layers[1].mean.shape == (2,)

# %% [markdown] lang="en"
# Each cell is a number of the network, labelled with its channel. Channels 0 and 3 (blue) are kept, 1 and 2
# (orange) removed: columns on the left, two rows of *every* pixel on the right. Now prune half of a trained
# network's units.
# %% [markdown] lang="zh"
# 每一格是网络中的一个数，格中数字是它所属的通道。通道 0 和 3 保留（蓝色），1 和 2 删除（橙色）：
# 左边删的是列，右边则是*每个*像素都要删两行。下面对一个训练过的网络剪掉一半单元。

# %% volatile
n, epochs = (1000, 1) if QUICK else (4000, 2)
mnist = mp.load_mnist()
images, labels = mnist.train.with_channel[:n], mnist.train.labels[:n]
test = mnist.test.with_channel[:1000], mnist.test.labels[:1000]

layers = [mp.Conv2D.random(3, 1, 8, rng), mp.BatchNorm.identity(8), mp.ReLU(), mp.MaxPool2D(2)]
layers += [mp.Flatten(), *mp.mlp([13 * 13 * 8, 32, 10], rng).layers]
dense = mp.Network(layers, (28, 28, 1))
mp.fit(dense, images, labels, epochs=epochs, rng=rng, batch_size=32)
masked = dense.copy()
keeps = mp.prune_units(masked, mp.unit_scores(masked, "l1"), sparsity=0.5)
shrunk = mp.shrink_network(masked)
tuned, longer = shrunk.copy(), dense.copy()
for more in (tuned, longer):
    mp.fit(more, images, labels, epochs=1, rng=rng, batch_size=32)
networks = {"dense": dense, "masked": masked, "shrunk": shrunk, "tuned": tuned, "longer": longer}
size, right = {}, {}
for name, network in networks.items():
    costs = mp.layer_costs(network)
    size[name] = sum(c.parameters for c in costs)
    right[name] = mp.evaluate(network, *test).accuracy
    macs = sum(c.macs for c in costs)
    print(f"{name:7}{size[name]:6} parameters{macs:6} MACs{right[name]:6.1%} accuracy")
assert abs(shrunk(test[0]) - masked(test[0])).max() < 1e-3
assert right["masked"] + 0.1 < min(right["dense"], right["tuned"])
assert mp.layer_costs(dense)[2].parameters > 0.98 * size["dense"]
assert size["masked"] == size["dense"] and 0.24 < size["shrunk"] / size["dense"] < 0.27

# %% [markdown] lang="en"
# A **MAC** is a multiplication whose product is added to a sum. The masked and the shrunk network give the same
# outputs (to 0.001): silencing costs accuracy, removing costs nothing more. **Fine-tuning**, here one more
# epoch, brings much back; compare `longer`, the dense network trained equally long. <<size["shrunk"] / size["dense"]:.0%>> of the parameters are
# left, not half: the first dense layer has nearly all, and loses half its rows *and* columns.
#
# ## What can go wrong
#
# - **Scattered zeros** (D-5.2). Pruning single weights, here half of them, seldom empties a whole unit.
# - **Rows of the wrong channels.** After Flatten, channels alternate: `np.tile` repeats `keep` for each pixel.
#   `np.repeat` keeps as many rows, but the wrong ones. All shapes fit, so there is no error.
# - **Filters only set to 0.** Their channels are then 0, which batch normalization turns into
#   $\beta - \gamma\mu/\sqrt{\sigma^2+\epsilon}$ (mean $\mu$, variance $\sigma^2$). The next layer reads this
#   value at every pixel, unless it is negative and a ReLU makes it 0.
# %% [markdown] lang="zh"
# **MAC**（乘加）指做一次乘法，再把乘积加到和里。掩码后的网络与缩小后的网络输出相同（相差不超过 0.001）：
# 静默损失准确率，删除不再带来损失。**微调**（这里是再训练一轮）后准确率明显回升；应当与训练同样久的稠密网络（`longer` 一行）相比。
# 参数只剩 <<size["shrunk"] / size["dense"]:.0%>>，而不是一半：绝大部分参数在第一个全连接层里，它少了一半的行，*又*少了一半的列。
#
# ## 容易出错的地方
#
# - **零散的零**（D-5.2）：逐个剪权重（这里剪掉一半），很少能腾空整个单元。
# - **删错了行**：展平之后各通道交替排列，应当用 `np.tile` 让 `keep` 按像素逐次重复。若用 `np.repeat`，
#   保留的行数一样，却不是该保留的行。形状全部吻合，也不会报错。
# - **只把滤波器置为 0**：这时对应通道为 0，而批归一化会把 0 变成
#   $\beta - \gamma\mu/\sqrt{\sigma^2+\epsilon}$（均值 $\mu$，方差 $\sigma^2$）。下一层在每个像素
#   都会读到这个值，除非它是负数，被 ReLU 变成了 0。

# %% volatile
scattered = dense.copy()
mp.prune_by_magnitude(scattered, sparsity=0.5)
assert sum(p.value.size for p in mp.shrink_network(scattered).parameters.values()) == size["dense"]
keep = keeps[0]
filters = mp.keep_units(dense, [keep, np.ones(32, bool)])  # half of the filters, all neurons
wrong = filters.copy()
wrong.layers[5].W.value = dense.layers[5].W.value[np.repeat(keep, 13 * 13)]
good, bad = (mp.evaluate(network, *test).accuracy for network in (filters, wrong))
assert bad < good - 0.1
print(f"accuracy with rows by tile {good:.1%}, by repeat {bad:.1%}")

zeroed = dense.copy()
zeroed.layers[0].K.value *= keep
zeroed.layers[0].b.value *= keep
constant = mp.relu(zeroed.layers[1].forward(np.zeros((1, 8))))[0, ~keep]
folded = mp.shrink_network(zeroed)
print("outputs of the filters set to 0:", constant.round(2))
assert constant.max() > 0.01 and abs(zeroed(test[0]) - filters(test[0])).max() > 0.01
assert abs(folded(test[0]) - zeroed(test[0])).max() < 1e-3 and folded.layers[0].b.value.size == 4

# %% [markdown] lang="en"
# So `prune_units` also masks the weights that read the silenced channels. Where filters are only set to 0,
# `shrink_network` adds what their constant outputs contribute to the next bias, and then removes them.
#
# ## Half of the filters: half of what?
#
# C-3.2a, a text that minprune was built from, defines the pruning ratio as "the proportion of the numbers of
# parameters before and after pruning". Is it what is kept or what is removed? C-4.3 takes 0.5, where both are
# equal, and means *filters* of VGG16 (13 convolutions, 3 dense layers). The shapes give what is left.
# %% [markdown] lang="zh"
# 所以 `prune_units` 会把下一层读取这些通道的权重也用掩码盖住。若滤波器只是被置零，
# `shrink_network` 会先把它们恒定输出的贡献并入下一层的偏置，再把它们删掉。
#
# ## “一半的滤波器”是什么的一半？
#
# minprune 所依据的文章之一（C-3.2a）把剪枝比例定义为“剪枝前后模型参数数量的比例”。这是留下的部分，还是去掉的部分？
# C-4.3 取 0.5，两者恰好相等；而它指的又是 VGG16（13 个卷积层，3 个全连接层）的*滤波器*。参数剩下多少，由各层形状就能算出。

# %%
widths, left = np.arange(1, 9) / 8, []
for width in widths:
    costs = mp.network_costs(mp.vgg16_layers(width), (224, 224, 3))
    left.append([sum(c.parameters for c in costs), sum(c.macs for c in costs[:-3])])  # 3 are dense
parameters, macs = (np.array(left) / left[-1]).T
figure, ax = plt.subplots(num="vgg16", figsize=(7, 4))
ax.plot(widths, parameters, "o-", color="#0072B2", label="parameters of the whole network")
ax.plot(widths, widths, "--", color="#000000", label="in proportion to the filters")
ax.plot(widths, macs, "s-", color="#D55E00", label="MACs of the convolutions")
ax.set(xlabel="share of the filters kept", ylabel="share left", title="VGG16: MACs fall fastest")
ax.legend()
assert round(parameters[3], 2) == 0.55 and 0.25 < macs[3] < 0.26
assert costs[-3].parameters > left[-1][0] / 2  # of the first dense layer, at width 1

# %% [markdown] lang="en"
# Half of the filters leave <<macs[3]:.1%>> of the convolutions' MACs: there are half as many, and each reads half as many
# channels, except in the first layer. They leave <<parameters[3]:.1%>> of the parameters. Most of these are in the dense layers,
# of which only the first shrinks. Always give what a ratio is a ratio *of*.
#
# ## Now you
#
# Prune a convolution with batch normalization, then one before a Flatten:
# `python -m minprune exercises start mine`; in that folder `python -m minprune exercises check 3.4` and `3.5`.
# Then sort channels (`3.6`), and count what a network costs (`4.1`).
# %% [markdown] lang="zh"
# 滤波器减半后，卷积层的乘加次数只剩 <<macs[3]:.1%>>：滤波器少了一半，每个滤波器要读的通道也少了一半（第一层除外）。参数还剩
# <<parameters[3]:.1%>>：大部分参数在全连接层里，其中只有第一层会变小。所以说到比例，一定要说清是*什么*的比例。
#
# ## 轮到你了
#
# 先剪一个带批归一化的卷积层，再剪一个后面接展平的卷积层：先运行
# `python -m minprune exercises start mine --lang zh`，再在该文件夹中运行
# `python -m minprune exercises check 3.4`；做完后把编号换成 `3.5` 再运行一次。
# 接着给通道排序（`3.6`），再算出网络的计算量（`4.1`）。
