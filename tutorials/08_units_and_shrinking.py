# %% [markdown] lang="en"
# # 08  Removing units and shrinking the network
#
# *Twenty minutes. Afterwards you can remove neurons and filters from a network, name every array that gets
# smaller, and compute what that saves.*
#
# A mask over single weights leaves the arrays as large as they were. They get smaller when a whole **unit** is removed:
# a neuron of a dense layer, or a filter of a convolution. The first example has three inputs, four hidden neurons
# (index $j$) and two outputs (index $k$):
#
# $$ h_j = \mathrm{ReLU}\Big(b_j + \sum_i x_i\, w_{ij}\Big), \qquad y_k = c_k + \sum_j h_j\, v_{jk} $$
# %% [markdown] lang="zh"
# # 08  删除单元，缩小网络
#
# *约二十分钟。学完后你能从网络中删除神经元和滤波器，说出哪些数组会随之变小，并能算出节省了多少。*
#
# 给单个权重加掩码，数组还是原来那么大；删掉整个**单元**，数组才会变小。单元指全连接层的一个神经元，或卷积层的一个滤波器。
# 第一个例子有三个输入、四个隐藏神经元（编号 $j$）和两个输出（编号 $k$）：
#
# $$ h_j = \mathrm{ReLU}\Big(b_j + \sum_i x_i\, w_{ij}\Big), \qquad y_k = c_k + \sum_j h_j\, v_{jk} $$

# %% folded
import os

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap

import minprune as mp

QUICK = "QUICK" in os.environ
rng = np.random.default_rng(0)
x = rng.standard_normal((5, 3))  # five samples

# %%
large = mp.mlp([3, 4, 2], rng)  # layer 0 has W and b, layer 1 is the ReLU, layer 2 has V and c
scores = mp.unit_scores(large, "l1")  # one vector for each hidden layer
masked = large.copy()
keeps = mp.prune_units(masked, scores, sparsity=0.25)  # one neuron of four
print(f"scores {scores[0].round(2)}   kept {keeps[0].astype(int)}")
print(masked.layers[0].W.value.round(2))
gone = int(np.argmin(scores[0]))
assert np.flatnonzero(~keeps[0]) == [gone] and not masked.layers[2].W.value[gone].any()

# %% [markdown] lang="en"
# The score of neuron $j$ is the sum of the $|w_{ij}|$ in its column, the **L1 norm**. Neuron <<gone>>, counted from 0, has the
# smallest. `prune_units` **silences** it: masks hold all its numbers at 0, and the arrays keep their size. Then
# `shrink_network` **removes** it, and the arrays get smaller.
#
# **Guess.** The network has 12 weights $w_{ij}$, 4 biases $b_j$, 8 weights $v_{jk}$ and 2 biases $c_k$, that is 26 numbers. How
# many are left without neuron <<gone>>?
# %% [markdown] lang="zh"
# 神经元 $j$ 的得分是它那一列 $|w_{ij}|$ 之和，即 **L1 范数**；神经元 <<gone>>（从 0 数起）得分最小。`prune_units` 让它**静默**：
# 用掩码把属于它的数都固定为 0，数组大小不变。随后 `shrink_network` 把它**删除**，数组才变小。
#
# **猜一猜。** 网络有 12 个权重 $w_{ij}$、4 个偏置 $b_j$、8 个权重 $v_{jk}$、2 个偏置 $c_k$，共 26 个数。
# 去掉神经元 <<gone>> 后还剩多少个？

# %%
small = mp.shrink_network(masked)
for name, p in large.parameters.items():
    print(f"{name}  {p.value.shape} -> {small.parameters[name].value.shape}")
numbers = [sum(p.value.size for p in net.parameters.values()) for net in (large, small)]
print(f"{numbers[0]} numbers -> {numbers[1]}")
assert np.allclose(small(x), masked(x), atol=1e-5) and numbers == [26, 20]

# %% [markdown] lang="en"
# Twenty. Without neuron $j$ the second sum has one term less, and three things are not used any more: its column of
# $W$ (three weights), its bias $b_j$, and its row of the *next* matrix $V$ (two weights; its name is `2.W`). The outputs are
# those of the masked network.
#
# ## The numbers of a filter
#
# A **filter** is a small window of weights, here 3 x 3, that slides over an image. At each place $(u, v)$ it multiplies
# the pixels of all channels $c$ below it by its weights, and adds the products and a bias:
#
# $$ z_{uvk} = b_k + \sum_{i,j,c} x_{u+i,\,v+j,\,c}\, K_{ijck} $$
#
# The results of filter $k$ are a new image, **channel** $k$. **Batch normalization** shifts and scales each channel by four
# numbers: a measured mean and variance, and a learned $\gamma$ and $\beta$. **Max pooling** keeps the largest value of each
# square of 2 x 2 pixels; it has no weights. **Flatten** puts all pixels in one row, the channels of each side by side. So
# the next dense layer has a row of weights for each channel *of each pixel*.
#
# **Guess.** Four filters read 6 x 6 pixels; behind the pooling are four pixels of four channels. Filters 1 and 2 are
# removed. Which of the 16 rows of the dense layer are removed with them: rows 4 to 11, or others?
# %% [markdown] lang="zh"
# 剩二十个。去掉神经元 $j$，后一个求和就少一项，有三样东西不再用到：$W$ 中属于它的那一列（三个权重）、偏置 $b_j$，
# 以及*下一层*矩阵 $V$ 中属于它的那一行（两个权重；程序中名为 `2.W`）。输出与掩码后的网络相同。
#
# ## 一个滤波器有哪些数
#
# **滤波器**是在图像上滑动的一小块权重，这里为 3 x 3。在每个位置 $(u, v)$ 上，它把所覆盖的像素（包括全部通道 $c$）
# 乘以相应的权重，全部相加，再加偏置：
#
# $$ z_{uvk} = b_k + \sum_{i,j,c} x_{u+i,\,v+j,\,c}\, K_{ijck} $$
#
# 滤波器 $k$ 的结果又是一幅图，叫作**通道** $k$。**批归一化**用四个数对每个通道做平移和缩放：统计出的均值和方差，
# 以及学到的 $\gamma$ 和 $\beta$。**最大池化**在每 2 x 2 个像素中只留最大值，没有权重。**展平**（Flatten）把所有像素排成一行，
# 同一像素的各个通道相邻，因此后面的全连接层中，*每个像素*的每个通道各占一行权重。
#
# **猜一猜。** 四个滤波器读取 6 x 6 的图像，池化后剩四个像素，各有四个通道。删掉滤波器 1 和 2，全连接层的 16 行中有哪些要跟着删：
# 是第 4 到第 11 行，还是别的行（从 0 数起）？

# %%
layers = [mp.Conv2D.random(3, 1, 4, rng), mp.BatchNorm.identity(4), mp.ReLU()]  # 4 filters, 3 x 3
layers += [mp.MaxPool2D(2), mp.Flatten(), mp.Dense.random(16, 3, rng)]
tiny = mp.Network(layers, (6, 6, 1))  # 6 x 6 -> 4 x 4 -> 2 x 2 pixels
keep = np.array([True, False, False, True])
less = mp.keep_units(tiny, [keep])  # both steps at once, for units of your choice
for name, p in tiny.parameters.items():
    print(f"{name:8} {p.value.shape} -> {less.parameters[name].value.shape}")
rows = mp.flatten_keep(keep, positions=4)
print(f"rows removed: {np.flatnonzero(~rows)}")
assert np.array_equal(less.layers[5].W.value, tiny.layers[5].W.value[rows])
assert [*np.flatnonzero(~rows)] == [1, 2, 5, 6, 9, 10, 13, 14] and less.layers[1].mean.shape == (2,)

# %% [markdown] lang="en"
# Others: two rows of *every* pixel. In the picture each cell is a number of the network, labelled with its channel.
# Channels 0 and 3 (blue) are kept, 1 and 2 (orange) are removed:
# %% [markdown] lang="zh"
# 是别的行：*每个*像素都要删两行。图中每一格是网络中的一个数，格中数字是它所属的通道。通道 0 和 3 保留（蓝色），1 和 2 删除（橙色）：

# %%
column, row = np.indices((9, 4))[1], np.indices((16, 3))[0]
parts = (("filters K: orange is removed", "filter", "nine weights of each", column),
         ("next weights W", "neuron", "four rows for each of four pixels", row % 4),
         ("b, gamma, beta, mean, var", "channel", "one row each", column[:5]))  # fmt: skip
figure = plt.figure("what_goes", figsize=(7, 6))
axes = figure.subplot_mosaic("AB;CB", height_ratios=(9, 5))
for ax, (title, across, down, channel) in zip(axes.values(), parts, strict=True):
    ax.imshow(keep[channel], cmap=ListedColormap(["#E69F00", "#0072B2"]), aspect="auto")
    ax.set(title=title, xlabel=across, ylabel=down, xticks=range(channel.shape[1]), yticks=[])
    for (i, j), c in np.ndenumerate(channel):
        ax.text(j, i, c, ha="center", va="center", color="white" if keep[c] else "black")
axes["B"].hlines([3.5, 7.5, 11.5], -0.5, 2.5, color="white", linewidth=4)
figure.tight_layout()

# %% [markdown] lang="en"
# ## What it saves
#
# A network with 8 filters and 32 hidden neurons is trained on 4,000 digits:
# %% [markdown] lang="zh"
# ## 节省了多少
#
# 先用 4000 张手写数字训练一个网络，它有 8 个滤波器和 32 个隐藏神经元：

# %% folded
n, epochs = (1000, 1) if QUICK else (4000, 2)
mnist = mp.load_mnist()
images, labels = mnist.train.with_channel[:n], mnist.train.labels[:n]
test = mnist.test.with_channel[:1000], mnist.test.labels[:1000]

layers = [mp.Conv2D.random(3, 1, 8, rng), mp.BatchNorm.identity(8), mp.ReLU(), mp.MaxPool2D(2)]
layers += [mp.Flatten(), *mp.mlp([13 * 13 * 8, 32, 10], rng).layers]
dense = mp.Network(layers, (28, 28, 1))
mp.fit(dense, images, labels, epochs=epochs, rng=rng, batch_size=32)

# %% [markdown] lang="en"
# Now half of its units are silenced, then removed, and the rest is **fine-tuned**, that is, trained for one more epoch.
# A **MAC** is a multiplication whose product is added to a sum.
#
# **Guess.** Four filters and 16 neurons are removed. What share of the parameters is left? And which step costs
# accuracy: silencing, removing, or both?
# %% [markdown] lang="zh"
# 现在让其中一半单元静默，再把它们删除，然后**微调**，即再训练一轮。**MAC**（乘加）指做一次乘法，再把乘积加到和里。
#
# **猜一猜。** 删掉 4 个滤波器和 16 个神经元后，参数还剩几成？损失准确率的是哪一步：静默、删除，还是两步都损失？

# %% volatile
masked = dense.copy()
keeps = mp.prune_units(masked, mp.unit_scores(masked, "l1"), sparsity=0.5)
shrunk = mp.shrink_network(masked)
tuned, longer = shrunk.copy(), dense.copy()
for more in (tuned, longer):
    mp.fit(more, images, labels, epochs=1, rng=rng, batch_size=32)
networks = {"trained": dense, "silenced": masked, "removed": shrunk, "fine-tuned": tuned}
networks["all units, trained longer"] = longer
size, right = {}, {}
for name, network in networks.items():
    costs = mp.layer_costs(network)
    size[name], macs = sum(c.parameters for c in costs), sum(c.macs for c in costs)
    right[name] = mp.evaluate(network, *test).accuracy
    print(f"{size[name]:6,} parameters {macs:6,} MACs {right[name]:6.1%} accuracy  {name}")
assert abs(shrunk(test[0]) - masked(test[0])).max() < 1e-3
assert right["silenced"] + 0.1 < min(right["trained"], right["fine-tuned"])
assert mp.layer_costs(dense)[2].parameters > 0.98 * size["trained"]
assert size["silenced"] == size["trained"] and 0.24 < size["removed"] / size["trained"] < 0.27

# %% [markdown] lang="en"
# A quarter (<<size["removed"] / size["trained"]:.0%>>), not half: the first dense layer has nearly all parameters, and loses half of its rows *and* half of
# its columns. Silencing costs accuracy. Removing costs nothing more, as the outputs are the same (to 0.001).
# Fine-tuning brings much back. A fair comparison is with all units, trained equally long: that network is
# still <<~100 * (right["all units, trained longer"] - right["fine-tuned"]):.1f>> points better.
#
# ## What can go wrong
#
# If half of the *single* weights of this network are pruned, as in D-5.2, a text that minprune was built from, no unit
# loses all its weights, and `shrink_network` removes nothing. Another mistake keeps the wrong rows of the dense layer:
# `np.tile` repeats the whole of `keep` for each of the 169 pixels, `np.repeat` repeats each of its entries 169 times.
#
# **Guess.** Both keep the same number of rows, so every shape fits and there is no error. How accurate is the network
# with the rows of `np.repeat`?
# %% [markdown] lang="zh"
# 剩四分之一（<<size["removed"] / size["trained"]:.0%>>），而不是一半：绝大部分参数在第一个全连接层里，它少了一半的行，*又*少了一半的列。
# 静默损失准确率；删除不再带来损失，因为输出相同（相差不超过 0.001）。微调后准确率明显回升；公平的比较对象是保留全部单元、训练同样久的网络，
# 它仍高出 <<~100 * (right["all units, trained longer"] - right["fine-tuned"]):.1f>> 个百分点。
#
# ## 容易出错的地方
#
# 如果像 minprune 所依据的文章之一（D-5.2）那样逐个剪权重，这里剪掉一半，就没有哪个单元的权重全部被剪掉，`shrink_network`
# 什么也删不掉。另一种错误是删错了行：`np.tile` 为 169 个像素各重复一遍整个 `keep`，`np.repeat` 则把 `keep` 的每一项连续重复 169 次。
#
# **猜一猜。** 两者保留的行数一样，形状全部吻合，也不会报错。若按 `np.repeat` 选行，网络的准确率是多少？

# %% volatile
scattered = dense.copy()
mp.prune_by_magnitude(scattered, sparsity=0.5)  # single weights: nothing can be removed
keep = keeps[0]
filters = mp.keep_units(dense, [keep, np.ones(32, bool)])  # half of the filters, all neurons
wrong = filters.copy()
wrong.layers[5].W.value = dense.layers[5].W.value[np.repeat(keep, 13 * 13)]
good, bad = (mp.evaluate(network, *test).accuracy for network in (filters, wrong))
print(f"accuracy with np.tile {good:.1%}, with np.repeat {bad:.1%}")
assert bad < min(good - 0.1, 0.3)
assert mp.shrink_network(scattered).layers[5].W.value.shape == dense.layers[5].W.value.shape

# %% [markdown] lang="en"
# About as accurate as a guess, which is right in one of ten.
#
# A third mistake is to set filters to 0 and leave the rest as it is. Their channels are then 0, which batch normalization
# turns into $\beta - \gamma\mu/\sqrt{\sigma^2+\epsilon}$ (mean $\mu$, variance $\sigma^2$, a tiny $\epsilon$). The next layer reads this value
# at every pixel, unless it is negative and a ReLU makes it 0.
# %% [markdown] lang="zh"
# 和瞎猜差不多（十次猜中一次）。
#
# 第三种错误是只把滤波器置为 0，其余不动：对应的通道成了 0，而批归一化会把 0 变成
# $\beta - \gamma\mu/\sqrt{\sigma^2+\epsilon}$（均值 $\mu$，方差 $\sigma^2$，极小的 $\epsilon$）。下一层在每个像素都会读到这个值，除非它是负数，被 ReLU 变成了 0。

# %% volatile
zeroed = dense.copy()
zeroed.layers[0].K.value *= keep
zeroed.layers[0].b.value *= keep
constant = mp.relu(zeroed.layers[1].forward(np.zeros((1, 8))))[0, ~keep]
print(f"outputs of the filters set to 0: {constant.round(2)}")
folded = mp.shrink_network(zeroed)
assert constant.max() > 0.01 and abs(zeroed(test[0]) - filters(test[0])).max() > 0.01
assert abs(folded(test[0]) - zeroed(test[0])).max() < 1e-3 and folded.layers[0].b.value.size == 4

# %% [markdown] lang="en"
# So `prune_units` also masks the weights that read the silenced channels. Where filters are only set to 0,
# `shrink_network` adds what their constants contribute to the next bias, and then removes them.
#
# ## Half of the filters: half of what?
#
# C-3.2a, another of these texts, defines the pruning ratio as "the proportion of the numbers of parameters before and after
# pruning". Is it what is kept or what is removed? C-4.3 takes 0.5, where both are equal, and means the *filters* of
# VGG16, a network of 13 convolutions and 3 dense layers. The shapes of its arrays give what is left.
#
# **Guess.** Half of the filters of every convolution are kept. How much is left of the convolutions' MACs, and how much
# of the parameters of the whole network?
# %% [markdown] lang="zh"
# 所以 `prune_units` 会把下一层读取这些通道的权重也用掩码盖住。若滤波器只是被置零，
# `shrink_network` 会先把它们恒定输出的贡献并入下一层的偏置，再把它们删掉。
#
# ## “一半的滤波器”是什么的一半？
#
# 另一篇文章（C-3.2a）把剪枝比例定义为“剪枝前后模型参数数量的比例”。这是留下的部分，还是去掉的部分？
# C-4.3 取 0.5，两者恰好相等；而它指的又是 VGG16（13 个卷积层，3 个全连接层）的*滤波器*。还剩多少，由各层形状就能算出。
#
# **猜一猜。** 每个卷积层都保留一半滤波器，卷积层的乘加次数还剩多少？整个网络的参数还剩多少？

# %%
widths, left = np.arange(1, 9) / 8, []
for width in widths:
    costs = mp.network_costs(mp.vgg16_layers(width), (224, 224, 3))
    left.append([sum(c.parameters for c in costs), sum(c.macs for c in costs[:-3])])  # 3 are dense
parameters, macs = (np.array(left) / left[-1]).T
print(f"with half of the filters: {macs[3]:.1%} of the MACs, {parameters[3]:.1%} of the parameters")
assert widths[3] == 0.5 and round(parameters[3], 2) == 0.55 and 0.25 < macs[3] < 0.26
assert costs[-3].parameters > left[-1][0] / 2  # of the first dense layer, at width 1

# %% [markdown] lang="en"
# There are half as many filters, and each reads half as many channels, except in the first layer: a quarter of the MACs.
# Most parameters are in the dense layers, of which only the first shrinks. So always give what a ratio
# is a ratio *of*. The picture shows the other shares:
# %% [markdown] lang="zh"
# 滤波器少了一半，每个滤波器要读的通道也少了一半（第一层除外），所以乘加次数只剩四分之一。大部分参数在全连接层里，其中只有第一层会变小。
# 所以说到比例，一定要说清是*什么*的比例。下图画出了其他保留比例的情形：

# %%
figure, ax = plt.subplots(num="vgg16", figsize=(7, 4))
ax.plot(widths, parameters, "o-", color="#0072B2", label="parameters of the whole network")
ax.plot(widths, widths, "--", color="#000000", label="in proportion to the filters")
ax.plot(widths, macs, "s-", color="#D55E00", label="MACs of the convolutions")
ax.set(xlabel="share of the filters kept", ylabel="share left", title="VGG16: MACs fall fastest")
ax.legend()

# %% [markdown] lang="en"
# ## Check yourself
#
# 1. A perceptron has 100 inputs, 50 hidden neurons and 10 outputs. 20 hidden neurons are removed. How many parameters
#    are left, and what share is that?
#
# <details><summary>Answer</summary>
#
# Before $100 \cdot 50 + 50 + 50 \cdot 10 + 10 = 5560$, then $100 \cdot 30 + 30 + 30 \cdot 10 + 10 = 3340$: 60%, the share of the
# neurons that are kept, since every parameter but the 10 last biases belongs to one hidden neuron.
#
# </details>
#
# 2. A convolution has 64 filters of 3 x 3 on 32 channels, and batch normalization behind it; the next convolution has
#    128 filters of 3 x 3. 16 of the 64 filters are removed. In which layer are most of the numbers that this removes?
#
# <details><summary>Answer</summary>
#
# In the next one: $9 \cdot 16 \cdot 128 = 18432$ weights. The filters themselves have $9 \cdot 32 \cdot 16 = 4608$ weights and 16 biases,
# the batch normalization $4 \cdot 16 = 64$ numbers.
#
# </details>
#
# 3. A filter is set to 0. Its batch normalization has $\gamma = 1$, $\beta = -0.2$, $\sigma = 0.4$ ($\epsilon$ is left out), and a ReLU
#    follows. What does the next layer read if $\mu = 0.6$, and if $\mu = -0.6$?
#
# <details><summary>Answer</summary>
#
# $-0.2 - 0.6 / 0.4 = -1.7$, which the ReLU makes 0; and $-0.2 + 0.6 / 0.4 = 1.3$, at every pixel of every image.
#
# </details>
#
# ## Now you
#
# Prune a convolution with batch normalization, then one before a Flatten:
# `python -m minprune exercises start mine`; in that folder `python -m minprune exercises check 3.4` and `3.5`.
# Then sort channels (`3.6`), and count what a network costs (`4.1`).
#
# ## Further reading
#
# - Li and others (2017), [Pruning filters for efficient ConvNets](https://arxiv.org/abs/1608.08710): filters of small L1
#   norm are removed with the channels that the next layer reads.
# - Liu and others (2017), [Network slimming](https://arxiv.org/abs/1708.06519): an L1 penalty on the $\gamma$ of batch
#   normalization; channels with a small $\gamma$ are removed.
# - Simonyan and Zisserman (2015), [Very deep convolutional networks](https://arxiv.org/abs/1409.1556): VGG16.
# %% [markdown] lang="zh"
# ## 自测
#
# 1. 一个感知机有 100 个输入、50 个隐藏神经元、10 个输出。删掉 20 个隐藏神经元，还剩多少参数？占几成？
#
# <details><summary>答案</summary>
#
# 原有 $100 \cdot 50 + 50 + 50 \cdot 10 + 10 = 5560$ 个，删后为 $100 \cdot 30 + 30 + 30 \cdot 10 + 10 = 3340$ 个，剩 60%，
# 与保留的神经元比例相同，因为除了最后 10 个偏置，每个参数都只属于一个隐藏神经元。
#
# </details>
#
# 2. 一个卷积层有 64 个滤波器，大小 3 x 3，输入 32 个通道，后接批归一化；下一个卷积层有 128 个 3 x 3 的滤波器。删掉 64 个滤波器中的 16 个，
#    随之删掉的数大部分在哪一层？
#
# <details><summary>答案</summary>
#
# 在下一个卷积层：$9 \cdot 16 \cdot 128 = 18432$ 个权重。这些滤波器本身只有 $9 \cdot 32 \cdot 16 = 4608$ 个权重和 16 个偏置，
# 批归一化有 $4 \cdot 16 = 64$ 个数。
#
# </details>
#
# 3. 某个滤波器被置为 0。它的批归一化有 $\gamma = 1$，$\beta = -0.2$，$\sigma = 0.4$（忽略 $\epsilon$），其后是 ReLU。
#    当 $\mu = 0.6$ 和 $\mu = -0.6$ 时，下一层读到的分别是什么？
#
# <details><summary>答案</summary>
#
# 前者为 $-0.2 - 0.6 / 0.4 = -1.7$，被 ReLU 变成 0；后者为 $-0.2 + 0.6 / 0.4 = 1.3$，每张图像的每个像素都是这个值。
#
# </details>
#
# ## 轮到你了
#
# 先剪一个带批归一化的卷积层，再剪一个后面接展平的卷积层：先运行
# `python -m minprune exercises start mine --lang zh`，再在该文件夹中运行
# `python -m minprune exercises check 3.4`；做完后把编号换成 `3.5` 再运行一次。
# 接着给通道排序（`3.6`），再算出网络的计算量（`4.1`）。
#
# ## 延伸阅读
#
# - Li 等（2017），[Pruning filters for efficient ConvNets](https://arxiv.org/abs/1608.08710)：删除 L1 范数小的滤波器，连同下一层读取的相应通道。
# - Liu 等（2017），[Network slimming](https://arxiv.org/abs/1708.06519)：对批归一化的 $\gamma$ 加 L1 惩罚项，再删除 $\gamma$ 小的通道。
# - Simonyan、Zisserman（2015），[Very deep convolutional networks](https://arxiv.org/abs/1409.1556)：VGG16 的原始论文。
# %% words
# five samples | 五个样本
# layer 0 has W and b, layer 1 is the ReLU, layer 2 has V and c | 第 0 层有 W 和 b，第 1 层是 ReLU，第 2 层有 V 和 c
# one vector for each hidden layer | 每个隐藏层一个向量
# one neuron of four | 四个神经元中的一个
# scores {scores[0].round(2)}   kept {keeps[0].astype(int)} | 得分 {scores[0].round(2)}   保留 {keeps[0].astype(int)}
# {numbers[0]} numbers -> {numbers[1]} | {numbers[0]} 个数 -> {numbers[1]} 个
# 4 filters, 3 x 3 | 4 个滤波器，3 x 3
# 6 x 6 -> 4 x 4 -> 2 x 2 pixels | 像素：6 x 6 -> 4 x 4 -> 2 x 2
# both steps at once, for units of your choice | 两步一次完成，单元由你指定
# rows removed: {np.flatnonzero(~rows)} | 删掉的行：{np.flatnonzero(~rows)}
# filters K: orange is removed | 滤波器 K，橙色的删除
# nine weights of each | 每个九个权重
# next weights W | 下一层权重 W
# four rows for each of four pixels | 四个像素各四行
# b, gamma, beta, mean, var | b、γ、β、均值、方差
# one row each | 各占一行
# filter | 滤波器
# neuron | 神经元
# channel | 通道
# trained | 训练后
# silenced | 静默后
# removed | 删除后
# fine-tuned | 微调后
# all units, trained longer | 保留全部单元，多训练一轮
# {size[name]:6,} parameters {macs:6,} MACs {right[name]:6.1%} accuracy  {name} | {size[name]:6,} 个参数 {macs:6,} 次乘加  准确率 {right[name]:6.1%}  {name}
# half of the filters, all neurons | 一半滤波器，全部神经元
# single weights: nothing can be removed | 逐个剪权重：没有可删的单元
# accuracy with np.tile {good:.1%}, with np.repeat {bad:.1%} | 准确率：用 np.tile 为 {good:.1%}，用 np.repeat 为 {bad:.1%}
# outputs of the filters set to 0: {constant.round(2)} | 置零的滤波器对应的输出：{constant.round(2)}
# 3 are dense | 有 3 个是全连接层
# with half of the filters: {macs[3]:.1%} of the MACs, {parameters[3]:.1%} of the parameters | 保留一半滤波器：乘加次数剩 {macs[3]:.1%}，参数剩 {parameters[3]:.1%}
# of the first dense layer, at width 1 | 第一个全连接层的参数量，宽度为 1 时
# VGG16: MACs fall fastest | VGG16：乘加次数下降最快
# share left | 剩下的比例
# share of the filters kept | 保留的滤波器比例
