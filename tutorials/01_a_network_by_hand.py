# %% [markdown] lang="en"
# # 01  A network by hand
#
# *Fifteen minutes. Afterwards you can compute by hand the output of a small network and the update of
# each weight, and you have trained a network on real images.*
#
# Pruning removes weights. What is a weight, and where does its value come from?
# %% [markdown] lang="zh"
# # 01  手算一个神经网络
#
# *约十五分钟。学完后你能手算一个小网络的输出和每个权重的更新量，并用真实图像训练过一个网络。*
#
# 剪枝就是去掉权重。那么权重是什么？它的数值又是怎么来的？

# %% folded
import os

import matplotlib.pyplot as plt
import numpy as np

import minprune as mp

QUICK = "QUICK" in os.environ  # set it for less data: a quick look

# %% [markdown] lang="en"
# A **neuron** multiplies each of its inputs by a number and adds up the products and a constant. The
# numbers are its **weights**, the constant is its **bias**.
#
# **Guess.** A neuron has the weights 2, $-1$ and 0 and the bias 0.5. What is its output for the inputs
# 1, 3 and 7? And for 1, 3 and $-99$?
# %% [markdown] lang="zh"
# **神经元**把每个输入各乘一个数，再把这些乘积和一个常数相加。这些数就是它的**权重**，这个常数是它的**偏置**。
#
# **猜一猜。** 一个神经元的权重是 2、$-1$ 和 0，偏置是 0.5。输入为 1、3、7 时输出是多少？输入换成 1、3、$-99$ 呢？

# %%
neuron = mp.Dense(W=[[2.0], [-1.0], [0.0]], b=[0.5])
print(neuron.forward(np.array([[1.0, 3.0, 7.0]])))  # 2 * 1 - 1 * 3 + 0 * 7 + 0.5
print(neuron.forward(np.array([[1.0, 3.0, -99.0]])))
for third in (7.0, -99.0):
    assert neuron.forward(np.array([[1.0, 3.0, third]])).item() == -0.5

# %% [markdown] lang="en"
# Both outputs are $-0.5$. The third weight is 0, so the third input has no effect, as if it were not
# connected. To **prune** a weight is to set it to 0.
#
# ## Forward: from the inputs to the loss
#
# A **layer** is a group of neurons that read the same inputs: $xW + b$, with one column of $W$ and one
# entry of $b$ for each neuron. The network below has two layers. For each input $x$ it computes
#
# $$\begin{gathered} a = xW_1 + b_1, \quad h = \max(a, 0) \\ z = hW_2 + b_2, \quad p_k = \frac{e^{z_k}}{\sum_j e^{z_j}} \end{gathered}$$
#
# - The function $\max(a, 0)$ is the **ReLU**. Without it one layer could replace both.
# - The outputs $z$ are the **logits**, one for each class. **Softmax** turns them into probabilities $p$.
#
# The **loss** $L$ measures how wrong the answers are. It is the mean of $-\ln p_y$ over all samples, in
# **nats**, where $p_y$ is the probability of the right class $y$: 0 if every $p_y$ is 1.
# %% [markdown] lang="zh"
# 两次都输出 $-0.5$。第三个权重为 0，所以第三个输入取什么值都没有影响，这条连接等于不存在。**剪掉**一个权重，就是把它置为 0。
#
# ## 前向传播：从输入到损失
#
# 读取同一组输入的若干神经元组成一**层**：$xW + b$，每个神经元对应 $W$ 的一列和 $b$ 的一个数。下面的网络有两层，
# 对输入 $x$ 依次计算
#
# $$\begin{gathered} a = xW_1 + b_1, \quad h = \max(a, 0) \\ z = hW_2 + b_2, \quad p_k = \frac{e^{z_k}}{\sum_j e^{z_j}} \end{gathered}$$
#
# - 函数 $\max(a, 0)$ 称为 **ReLU**。若没有它，两层合起来仍只相当于一层。
# - 输出 $z$ 称为 **logits**，每个类别一个；**softmax** 把它们变成概率 $p$。
#
# **损失** $L$ 衡量回答错得多严重：它是 $-\ln p_y$ 对全部样本的平均值，其中 $p_y$ 是正确类别 $y$ 的概率，单位为 **nat**（奈特）。
# 只有每个 $p_y$ 都等于 1 时，损失才为 0。

# %%
rng = np.random.default_rng(0)
network = mp.mlp([2, 3, 2], rng, dtype=np.float64)  # 2 inputs, 3 neurons, 2 classes
x, y = rng.standard_normal((4, 2)), np.array([0, 1, 1, 0])  # 4 samples and their classes
W1, b1, W2, b2 = (p.value for p in network.parameters.values())  # the weights are random

a = x @ W1 + b1
h = mp.relu(a)
z = h @ W2 + b2
p = mp.softmax(z)  # one row for each sample
loss = -np.log(p[np.arange(4), y]).mean()
print(p.round(2), f"loss {loss:.3f}", sep="\n")
assert np.allclose(z, network(x))
assert np.allclose((x @ W1) @ W2, x @ (W1 @ W2))  # without the ReLU two layers would be one
assert np.isclose(loss, mp.softmax_cross_entropy(z, y).loss)

# %% [markdown] lang="en"
# ## Backward: from the loss to every weight
#
# The **gradient** of a weight, $\partial L / \partial w$, is the rate at which the loss grows with it.
# The chain rule gives all gradients in one pass backwards. With $\ln p_y = z_y - \ln \sum_j e^{z_j}$ it
# starts at
#
# $$\frac{\partial L}{\partial z} = \frac{p - t}{N}$$
#
# where $t$ is 1 at the right class of each of the $N$ samples and 0 elsewhere. A weight's gradient is
# its input times the gradient of the sum it enters, added up over the samples. In the code `dz` is
# $\partial L / \partial z$, and so on:
# %% [markdown] lang="zh"
# ## 反向传播：从损失到每个权重
#
# 一个权重的**梯度** $\partial L / \partial w$ 表示：它增大时，损失增长得有多快。利用链式法则，从输出往回走一遍，就能得到
# 全部梯度。由 $\ln p_y = z_y - \ln \sum_j e^{z_j}$ 可得起点
#
# $$\frac{\partial L}{\partial z} = \frac{p - t}{N}$$
#
# 其中 $t$ 在 $N$ 个样本各自的正确类别处为 1，其余为 0。权重的梯度等于它的输入乘以它所在的那个和的梯度，再对各样本求和。
# 代码中 `dz` 表示 $\partial L / \partial z$，其余类推：

# %%
dz = (p - mp.one_hot(y, classes=2)) / 4
dW2, db2 = h.T @ dz, dz.sum(axis=0)
da = (dz @ W2.T) * (a > 0)  # back through W2, then through the ReLU
dW1, db1 = x.T @ da, da.sum(axis=0)

logits = network.forward(x, training=True)  # the same with the layers of minprune
network.backward(mp.softmax_cross_entropy(logits, y).gradient)
for mine, theirs in zip((dW1, db1, dW2, db2), network.parameters.values(), strict=True):
    assert np.allclose(mine, theirs.grad)

# %% [markdown] lang="en"
# Are the gradients right? Change a weight a little, and measure how the loss changes. The picture does
# so with one weight: its gradient is the slope at the black dot. At the bend this neuron becomes 0 for
# some samples.
# %% [markdown] lang="zh"
# 算得对不对？把一个权重稍微改动一下，看损失怎样变化。下图只改动一个权重：它的梯度就是曲线在黑点处的斜率。
# 在折点处，这个神经元对部分样本开始输出 0。

# %%
assert (a[:, 1:] > 0).all() and (a[:, 1] + 0.2 * x[:, 0] > 0).sum() == 2  # a little to the right
moves, losses = np.linspace(-2, 2, 81), []
for move in moves:
    other = network.copy()
    other.layers[0].W.value[0, 1] += move
    losses.append(mp.evaluate(other, x, y).loss)

figure, axes = plt.subplots(num="slope", figsize=(7, 3.2))
axes.plot(W1[0, 1] + moves, losses, color="#0072B2", label="loss as this weight changes")
near = moves[20:61]
axes.plot(W1[0, 1] + near, loss + near * dW1[0, 1], "--", color="#D55E00", label="its gradient")
axes.plot(W1[0, 1], loss, "o", color="black", label="the weight now")
axes.set(xlabel="value of one weight", ylabel="loss (nats)", title="The gradient is the slope")
axes.legend()
figure.tight_layout()

# %% [markdown] lang="en"
# The **gradient check** changes every weight by $10^{-5}$, up and down, and divides the difference of the
# two losses by that of the weight. Here are the gradients of $W_1$ both ways:
# %% [markdown] lang="zh"
# **梯度检验**把每个权重各增、减 $10^{-5}$，再用两次损失之差除以权重之差。下面是两种方法得到的 $W_1$ 的梯度：

# %%
numeric = mp.numerical_gradient(lambda: mp.softmax_cross_entropy(network(x), y).loss, W1)
print("by hand:", dW1.round(4), "by changing each weight:", numeric.round(4), sep="\n")
errors = mp.check_network(network, x, y)  # the largest relative error of each array
assert max(errors.values()) < 1e-6

# %% [markdown] lang="en"
# ## What can go wrong
#
# It is easy to forget `* (a > 0)`, the factor of the ReLU in the chain rule.
#
# **Guess.** Does Python report an error without it? How many of the six gradients above become wrong?
# %% [markdown] lang="zh"
# ## 容易出错的地方
#
# `* (a > 0)` 是链式法则中 ReLU 的那个因子，很容易漏写。
#
# **猜一猜。** 漏写之后程序会报错吗？上面六个梯度中会有几个算错？

# %%
wrong = x.T @ (dz @ W2.T)
print(wrong.round(4))
assert np.isclose(wrong, numeric, atol=1e-6).tolist() == 2 * [[False, True, True]]
assert np.abs(wrong - numeric).max() > 0.01

# %% [markdown] lang="en"
# No error appears, all shapes fit, and only the two gradients of the first column are wrong: the other
# two neurons are positive for every sample. Check every backward pass that you write.
#
# ## Training: many small steps downhill
#
# A step subtracts from each weight its gradient times a small number, the **learning rate** $\eta$:
#
# $$w' = w - \eta\, \frac{\partial L}{\partial w}$$
# %% [markdown] lang="zh"
# 程序不报错，形状也都对得上，算错的只有第一列的两个梯度：另外两个神经元对每个样本都为正。凡是自己写的反向传播，都应该检验一遍。
#
# ## 训练：一小步一小步往下走
#
# 每走一步，都从每个权重中减去它的梯度与一个很小的数的乘积，这个数就是**学习率** $\eta$：
#
# $$w' = w - \eta\, \frac{\partial L}{\partial w}$$

# %%
for parameter in network.parameters.values():
    parameter.value -= 0.5 * parameter.grad  # learning rate 0.5
after_step = mp.evaluate(network, x, y).loss
print(f"loss {loss:.3f}, after one step {after_step:.3f}")
assert after_step < loss

# %% [markdown] lang="en"
# Now a network for real images, handwritten digits (MNIST). `fit` takes the images in **batches** of 64
# and makes one step for each batch. **Adam**, the optimizer, adapts the step of each weight to the size
# of its recent gradients. One pass through all images is an **epoch**. **Validation** images are not
# used for training. On them we measure the **accuracy**, the share of right answers.
# %% [markdown] lang="zh"
# 接下来换成真实的图像：手写数字（MNIST）。`fit` 把图像分成每**批**（batch）64 张，每批更新一步；优化器 **Adam** 根据每个权重
# 近期梯度的大小，调节该权重的更新幅度。把全部图像过一遍称为一**轮**（epoch）。**验证集**的图像不参与训练，用来测量**准确率**，即答对的比例。

# %% folded
mnist, epochs, n = mp.load_mnist(), 3 if QUICK else 6, 6000 if QUICK else 20000
images, labels = mnist.train.flat[:n], mnist.train.labels[:n]
validation = mnist.validation.flat, mnist.validation.labels

mistaken = network.copy()  # the step without the factor of the ReLU, for question 3
mistaken.layers[0].W.value += 0.5 * (dW1 - wrong)
mistaken_loss = mp.evaluate(mistaken, x, y).loss
assert mistaken_loss < after_step

# %%
network = mp.mlp([784, 32, 10], rng)  # 28 x 28 pixels, 10 digits
start, W_start = mp.evaluate(network, *validation), network.layers[0].W.value.copy()
history = mp.fit(network, images, labels, epochs=epochs, rng=rng, validation=validation)
learned, seen = history[-1].validation_accuracy, mp.evaluate(network, images, labels).accuracy
print(f"validation images {start.accuracy:.1%} right, after training {learned:.1%}")
print(f"training images after training {seen:.1%}")
assert start.accuracy < 0.3 and 0.85 < learned < seen and abs(start.loss - np.log(10)) < 0.3

# %%
figure = mp.plots.history(history, figure=plt.figure("learning", figsize=(7, 3.2)))
assert history[0].accuracy < history[0].validation_accuracy - 0.05

# %% [markdown] lang="en"
# In the picture, training is measured while an epoch runs, and validation after it. So in the first
# epoch the training accuracy is much lower. Measured after the last epoch it is <<seen:.1%>>, and the
# validation accuracy is <<learned:.1%>>. Only the second measures how well the network classifies images it was
# not trained on. One of the texts that minprune was built from plots the training accuracy, and infers
# the accuracy on test images from it (D, section 5.4): `python -m minprune formulas D-5.4b`.
#
# ## Which weights matter?
#
# So a weight begins as a random number, and many steps give it its value. The picture shows the weights
# of the first layer before and after training:
# %% [markdown] lang="zh"
# 图中训练集（training）的数值是在一轮之中测的，验证集（validation）的数值则在一轮结束之后测，所以第一轮的训练准确率低得多。
# 最后一轮结束后再测，训练集准确率为 <<seen:.1%>>，验证集准确率为 <<learned:.1%>>。只有后者反映网络对未参与训练的图像分类得有多好。
# minprune 所依据的文章之一（文章 D 的 5.4 节）画的是训练准确率，却由它推断测试集上的准确率，见 `python -m minprune formulas D-5.4b --lang zh`。
#
# ## 哪些权重重要？
#
# 可见权重起初是随机数，它的值是经过许多步更新得来的。下图是第一层的权重在训练前后的分布：

# %%
W = network.layers[0].W.value
small = np.mean(np.abs(W) < np.abs(W).max() / 4)
figure, axes = plt.subplots(num="weights", figsize=(7, 3))
bins = np.linspace(-0.5, 0.5, 101)
axes.hist(W_start.ravel(), bins, color="#E69F00", label="before training")
axes.hist(W.ravel(), bins, histtype="step", linewidth=2, color="#0072B2", label="after training")
axes.set(xlabel="weight of layer 1", ylabel="number of weights", title="Most weights are small")
axes.legend()
figure.tight_layout()
assert small > 0.5

# %% [markdown] lang="en"
# After training <<small:.1%>> of them are, in absolute value, smaller than a quarter of the largest.
#
# **Guess.** The accuracy is <<learned:.1%>>. What is it if the half of all weights with the smallest absolute
# values is set to 0? And if a half chosen at random is?
# %% [markdown] lang="zh"
# 训练之后，<<small:.1%>> 的权重绝对值不到最大值的四分之一。
#
# **猜一猜。** 现在的准确率是 <<learned:.1%>>。如果把全部权重中绝对值较小的一半置为 0，准确率还剩多少？如果置零的是随机选出的一半呢？

# %%
halved, other = network.copy(), network.copy()
mp.prune_by_magnitude(halved, 0.5)  # the smaller half of all weights is set to 0
mp.prune_at_random(other, 0.5, rng)  # a half chosen at random
after, by_chance = (mp.evaluate(n, *validation).accuracy for n in (halved, other))
print(f"accuracy: {after:.1%} without the smaller half, {by_chance:.1%} without a random half")
assert learned - after < 0.05 < learned - by_chance

# %% [markdown] lang="en"
# Without the half with the smallest absolute values the accuracy falls only from <<learned:.1%>> to <<after:.1%>>;
# without a random half it is <<by_chance:.1%>>. Which weights to prune is the subject of the next lessons.
#
# ## Check yourself
#
# 1. A neuron with a ReLU has the weights 2 and $-1$ and the bias 0.5. At the inputs 3 and 1 the loss has
#    the gradient 0.2 with respect to the neuron's output $h$. The learning rate is 0.5. What are the
#    weights and the bias after one step? And if the inputs are 1 and 3?
#
# <details><summary>Answer</summary>
#
# The sum is $2 \cdot 3 - 1 \cdot 1 + 0.5 = 5.5 > 0$, so its gradient is 0.2 too. Those of the weights are
# $3 \cdot 0.2 = 0.6$ and $1 \cdot 0.2 = 0.2$, that of the bias is 0.2. After the step the weights are
# $2 - 0.5 \cdot 0.6 = 1.7$ and $-1 - 0.5 \cdot 0.2 = -1.1$, and the bias is 0.4. With the inputs 1 and
# 3 the sum is $-0.5$: the ReLU makes all gradients 0, and nothing changes.
#
# </details>
#
# 2. A network with ten classes gives each of them the same probability. What is its loss? What is the
#    gradient of the loss of one sample at its ten logits?
#
# <details><summary>Answer</summary>
#
# The loss is $-\ln 0.1 = \ln 10 \approx 2.303$ nats. The untrained network above is near it, at <<start.loss:.3f>>. The
# gradient $p - t$ is $0.1 - 1 = -0.9$ at the right class and 0.1 at the nine others.
#
# </details>
#
# 3. Your backward pass omits the factor of the ReLU, but the loss falls. Is the pass right?
#
# <details><summary>Answer</summary>
#
# That does not follow. The step above, with the wrong gradient of $W_1$, lowers the loss from <<loss:.3f>> to
# <<mistaken_loss:.3f>>; the right step lowers it to <<after_step:.3f>>. Only the gradient check shows the mistake.
#
# </details>
#
# ## Now you
#
# Write `sparsity`, the share of the weights that are 0: `python -m minprune exercises start mine`,
# then `python -m minprune exercises check 1.1` in that folder.
#
# ## Further reading
#
# - Rumelhart, Hinton and Williams (1986), [Learning representations by back-propagating
#   errors](https://doi.org/10.1038/323533a0): the backward pass, in four pages.
# - Kingma and Ba (2015), [Adam: a method for stochastic optimization](https://arxiv.org/abs/1412.6980):
#   the optimizer of this lesson, as an algorithm of a dozen lines.
# - LeCun, Bottou, Bengio and Haffner (1998), [Gradient-based learning applied to document
#   recognition](https://doi.org/10.1109/5.726791): the MNIST images, and many classifiers compared on
#   them.
# %% [markdown] lang="zh"
# 去掉绝对值较小的一半几乎没有影响：准确率只从 <<learned:.1%>> 降到 <<after:.1%>>；随机去掉一半，则只剩 <<by_chance:.1%>>。
# 接下来的几课就讲该剪哪些权重。
#
# ## 自测
#
# 1. 一个带 ReLU 的神经元，权重为 2 和 $-1$，偏置为 0.5。输入为 3 和 1 时，损失对它的输出 $h$ 的梯度为 0.2，学习率为 0.5。
#    更新一步之后，权重和偏置各是多少？如果输入是 1 和 3 呢？
#
# <details><summary>答案</summary>
#
# 加权和为 $2 \cdot 3 - 1 \cdot 1 + 0.5 = 5.5 > 0$，所以它的梯度也是 0.2。两个权重的梯度是 $3 \cdot 0.2 = 0.6$ 和
# $1 \cdot 0.2 = 0.2$，偏置的梯度是 0.2。更新后权重为 $2 - 0.5 \cdot 0.6 = 1.7$ 和 $-1 - 0.5 \cdot 0.2 = -1.1$，偏置为 0.4。
# 输入为 1 和 3 时，加权和为 $-0.5$，ReLU 使梯度全部为 0，什么都不变。
#
# </details>
#
# 2. 一个十分类网络给每个类别相同的概率，它的损失是多少？单个样本的损失对十个 logits 的梯度又是多少？
#
# <details><summary>答案</summary>
#
# 损失为 $-\ln 0.1 = \ln 10 \approx 2.303$ nat。上面的网络训练之前的损失 <<start.loss:.3f>> 就在它附近。梯度 $p - t$ 在正确类别处为 $0.1 - 1 = -0.9$，
# 在其余九个类别处为 0.1。
#
# </details>
#
# 3. 你写的反向传播漏掉了 ReLU 的因子，但训练时损失在下降。这能说明它是对的吗？
#
# <details><summary>答案</summary>
#
# 不能。上面那一步若用错误的 $W_1$ 梯度来走，损失从 <<loss:.3f>> 降到 <<mistaken_loss:.3f>>；而正确的一步降到 <<after_step:.3f>>。
# 只有梯度检验能发现这个错误。
#
# </details>
#
# ## 轮到你了
#
# 写出 `sparsity`，即权重中 0 所占的比例：先运行
# `python -m minprune exercises start mine --lang zh`，再在该文件夹中运行
# `python -m minprune exercises check 1.1`。
#
# ## 延伸阅读
#
# - Rumelhart、Hinton、Williams（1986），[Learning representations by back-propagating
#   errors](https://doi.org/10.1038/323533a0)：用四页篇幅讲清反向传播。
# - Kingma、Ba（2015），[Adam: a method for stochastic optimization](https://arxiv.org/abs/1412.6980)：
#   本课所用的优化器，算法只有十几行。
# - LeCun、Bottou、Bengio、Haffner（1998），[Gradient-based learning applied to document
#   recognition](https://doi.org/10.1109/5.726791)：MNIST 图像，以及多种分类器在其上的比较。
# %% words
# set it for less data: a quick look | 设置它就少用些数据，快速浏览
# 2 inputs, 3 neurons, 2 classes | 2 个输入，3 个神经元，2 个类别
# 4 samples and their classes | 4 个样本及其类别
# the weights are random | 权重是随机数
# one row for each sample | 每个样本一行
# loss {loss:.3f} | 损失 {loss:.3f}
# without the ReLU two layers would be one | 没有 ReLU，两层就等于一层
# back through W2, then through the ReLU | 先反向通过 W2，再反向通过 ReLU
# the same with the layers of minprune | 用 minprune 的层再算一遍
# a little to the right | 稍微往右
# by hand: | 手算：
# by changing each weight: | 逐个改动权重：
# the largest relative error of each array | 每个数组中最大的相对误差
# the step without the factor of the ReLU, for question 3 | 漏掉 ReLU 的因子时的一步，用于自测第 3 题
# learning rate 0.5 | 学习率 0.5
# loss {loss:.3f}, after one step {after_step:.3f} | 损失 {loss:.3f}，更新一步后 {after_step:.3f}
# 28 x 28 pixels, 10 digits | 28 x 28 个像素，10 个数字
# validation images {start.accuracy:.1%} right, after training {learned:.1%} | 验证集准确率 {start.accuracy:.1%}，训练后 {learned:.1%}
# training images after training {seen:.1%} | 训练集准确率（训练后） {seen:.1%}
# the smaller half of all weights is set to 0 | 把全部权重中较小的一半置为 0
# a half chosen at random | 随机选一半
# accuracy: {after:.1%} without the smaller half, {by_chance:.1%} without a random half | 准确率：去掉较小的一半 {after:.1%}，随机去掉一半 {by_chance:.1%}
# The gradient is the slope | 梯度就是斜率
# loss (nats) | 损失 (nat)
# value of one weight | 一个权重的值
# loss | 损失
# epoch | 训练轮数
# accuracy, % | 准确率 (%)
# Most weights are small | 大多数权重很小
# number of weights | 权重个数
# weight of layer 1 | 第一层的权重
