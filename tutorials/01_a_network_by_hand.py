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

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

import minprune as mp

QUICK = "QUICK" in os.environ  # set it for less data: a quick look
neuron = mp.Dense(W=[[2.0], [-1.0], [0.0]], b=[0.5])
print(neuron.forward(np.array([[1.0, 3.0, 7.0]])))  # 2 * 1 - 1 * 3 + 0 * 7 + 0.5
print(neuron.forward(np.array([[1.0, 3.0, -99.0]])))

# %% [markdown] lang="en"
# A **neuron** multiplies each input by a number and adds up the products. These numbers are its
# **weights**; the constant added at the end is its **bias**. The third weight is 0, so the third input
# has no effect: it is not connected. To **prune** a weight is to set it to 0.
#
# ## Forward: from the inputs to the loss
#
# Neurons that read the same inputs form a **layer**, $a = xW + b$, with one column of $W$ for each
# neuron. Between two layers a **ReLU**, $h = \max(a, 0)$, sets negative numbers to 0; without it one
# layer could replace both. The last outputs, $z$, are the **logits**, one for each class. **Softmax**
# turns them into probabilities, $p_k = e^{z_k} / \sum_j e^{z_j}$. The **loss** measures how wrong the
# answers are, in **nats**: the mean of $-\ln p_y$, with $p_y$ the probability of the right class $y$.
# %% [markdown] lang="zh"
# **神经元**把每个输入各乘一个数，再全部相加。这些数就是它的**权重**，最后加上的常数是**偏置**。第三个
# 权重为 0，所以第三个输入取什么值都没有影响：这条连接等于不存在。**剪掉**一个权重，就是把它置为 0。
#
# ## 前向传播：从输入到损失
#
# 读取同一组输入的若干神经元组成一**层**：$a = xW + b$，$W$ 的每一列对应一个神经元。两层之间的 **ReLU** 即
# $h = \max(a, 0)$，它把负数置为 0；若没有它，两层合起来仍只相当于一层。最后的输出 $z$ 称为 **logits**，每个类别一个；
# **softmax** 把它们变成概率：$p_k = e^{z_k} / \sum_j e^{z_j}$。**损失**衡量回答错得多严重：它是 $-\ln p_y$ 的平均值，
# 其中 $p_y$ 是网络分给正确类别 $y$ 的概率；单位是 **nat**（奈特）。

# %%
rng = np.random.default_rng(0)
network = mp.mlp([2, 3, 2], rng, dtype=np.float64)  # 2 inputs, 3 neurons, 2 classes
x, y = rng.standard_normal((4, 2)), np.array([0, 1, 1, 0])  # 4 samples and their classes
W1, b1, W2, b2 = (p.value for p in network.parameters.values())

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
# The **gradient** of a weight is the rate at which the loss grows with it. The chain rule gives all
# gradients in one pass backwards. It starts with $\partial L / \partial z = (p - t) / N$, in the code
# `dz`, where $t$ is 1 at the right class of each of $N$ samples and 0 elsewhere. A weight's gradient is
# its input times the gradient of the sum it enters, added up over the samples: `h.T @ dz`.
# %% [markdown] lang="zh"
# ## 反向传播：从损失到每个权重
#
# 一个权重的**梯度**表示：它增大时，损失增长得有多快。利用链式法则，从输出往回走一遍，就能得到
# 全部梯度。起点是 $\partial L / \partial z = (p - t) / N$，代码中记为 `dz`；其中 $t$ 在 $N$ 个样本各自的正确类别处为 1，
# 其余为 0。权重的梯度等于它的输入乘以它所在的那个和的梯度，再对各样本求和，写成 `h.T @ dz`。

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
# Are the gradients right? Change a weight a little, and see how the loss changes. The picture does so
# with one weight: its gradient is the slope at the black dot. The bend is where this neuron becomes 0
# for some samples. The code below the picture checks every weight and bias.
# %% [markdown] lang="zh"
# 算得对不对？把一个权重稍微改动一下，看损失怎样变化。下图只改动一个权重：它的梯度就是曲线在黑点处的斜率。
# 曲线上的折点，是这个神经元对部分样本开始输出 0 的地方。图后的代码检验每个权重和每个偏置。

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

# %%
errors = mp.check_network(network, x, y)  # relative, the largest of each array
numeric = mp.numerical_gradient(lambda: mp.softmax_cross_entropy(network(x), y).loss, W1)
print("by hand:", dW1.round(4), "by changing each weight:", numeric.round(4), sep="\n")
assert max(errors.values()) < 1e-6

# %% [markdown] lang="en"
# ## What can go wrong
#
# Without `* (a > 0)`, the factor of the ReLU in the chain rule, no error appears, and all shapes fit.
# Only the check finds the mistake, in the first column (the other two neurons are positive for every
# sample). Check every backward pass that you write.
# %% [markdown] lang="zh"
# ## 容易出错的地方
#
# 若漏写 `* (a > 0)`，即链式法则中 ReLU 的那个因子，程序不报错，形状也都对得上，只有梯度检验能发现错误，
# 错误在第一列（另外两个神经元对每个样本都为正）。凡是自己写的反向传播，都应该检验一遍。

# %%
wrong = x.T @ (dz @ W2.T)
print(wrong.round(4))
assert np.abs(wrong - numeric).max() > 0.01 > np.abs(dW1 - numeric).max()

# %% [markdown] lang="en"
# ## Training: many small steps downhill
#
# A step subtracts from each weight its gradient times a small number, the **learning rate**; **Adam**
# adapts the step for each weight. `fit` uses a **batch** of 64 images for each step, here handwritten
# digits (MNIST). One pass through all images is an **epoch**. **Validation** images are not used for
# training; on them we measure the **accuracy**, the share of right answers.
# %% [markdown] lang="zh"
# ## 训练：一小步一小步往下走
#
# 每走一步，都从每个权重中减去它的梯度与一个很小的数的乘积，这个数就是**学习率**；**Adam** 为每个权重调节步长。
# `fit` 每步用一**批**（batch）64 张图像，这里是手写数字（MNIST）。把全部图像过一遍称为一**轮**（epoch）。
# **验证集**的图像不参与训练，用来测量**准确率**，即答对的比例。

# %%
for parameter in network.parameters.values():
    parameter.value -= 0.5 * parameter.grad  # one step, learning rate 0.5
assert mp.evaluate(network, x, y).loss < loss

mnist, epochs, n = mp.load_mnist(), 3 if QUICK else 6, 6000 if QUICK else 20000
images, labels = mnist.train.flat[:n], mnist.train.labels[:n]
validation = mnist.validation.flat, mnist.validation.labels
network = mp.mlp([784, 32, 10], rng)  # 28 x 28 pixels, 10 digits
start, W_start = mp.evaluate(network, *validation).accuracy, network.layers[0].W.value.copy()
history = mp.fit(network, images, labels, epochs=epochs, rng=rng, validation=validation)
learned, seen = history[-1].validation_accuracy, mp.evaluate(network, images, labels).accuracy
print(f"validation accuracy {start:.1%}, after training {learned:.1%}; training images {seen:.1%}")
assert start < 0.3 and 0.85 < learned < seen
figure = mp.plots.history(history, figure=plt.figure("learning", figsize=(7, 3.2)))

# %% [markdown] lang="en"
# The loss falls, and the accuracy rises. In the picture, training is measured while an epoch runs, and
# validation after it: so in the first epoch the training loss is much higher, the accuracy much lower.
# After the last epoch the accuracy on the training images is <<seen:.1%>>, that on the validation images
# <<learned:.1%>>. Only the second measures how well the network classifies images it was not trained on.
#
# A text that minprune was built from (D-5.4b, in section 5.4 of text D) plots the training accuracy,
# `np.mean(train_acc[:10], axis=1)`, as if it were that on test images. Besides, the line fails, because
# a history has one number for each epoch:
# %% [markdown] lang="zh"
# 损失下降，准确率上升。图中训练集（training）的数值是在一轮之中测的，验证集（validation）的数值则在
# 一轮结束之后测，所以第一轮的训练损失高得多，训练准确率低得多。若最后一轮结束后也在训练集上测量，准确率为
# <<seen:.1%>>，验证集上为 <<learned:.1%>>。只有后者反映网络对未参与训练的图像分类得有多好。
#
# minprune 所依据的文章之一（D-5.4b，在文章 D 的 5.4 节）把训练集上的准确率 `np.mean(train_acc[:10], axis=1)`
# 当作测试集上的准确率来画。而且这行代码会报错，因为训练历史中每轮只有一个数：

# %%
train_acc = [epoch.accuracy for epoch in history]
try:
    np.mean(train_acc[:10], axis=1)
except ValueError as error:
    print(error)

# %% [markdown] lang="en"
# ## The sizes of weights
# %% [markdown] lang="zh"
# ## 权重的大小

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

halved, other = network.copy(), network.copy()
mp.prune_by_magnitude(halved, 0.5)  # the smaller half of the weights is set to 0
mp.prune_at_random(other, 0.5, rng)  # a half taken at random
after, by_chance = (mp.evaluate(n, *validation).accuracy for n in (halved, other))
print(f"smaller than a quarter of the largest weight: {small:.1%} of layer 1")
print(f"accuracy: {after:.1%} without the smaller half, {by_chance:.1%} without a random half")
assert small > 0.5 and learned - after < 0.05 < learned - by_chance

# %% [markdown] lang="en"
# With the smaller half of all weights set to 0, the accuracy is still <<after:.1%>> (before: <<learned:.1%>>); with a
# random half it is <<by_chance:.1%>>. Which weights to prune is the subject of the next lessons.
#
# ## Now you
#
# Write `sparsity`, the share of the weights that are 0: `python -m minprune exercises start mine`,
# then `python -m minprune exercises check 1.1` in that folder.
# %% [markdown] lang="zh"
# 把全部权重中较小的一半置为 0，准确率仍有 <<after:.1%>>（原为 <<learned:.1%>>）；若随机把一半置为 0，则只有
# <<by_chance:.1%>>。接下来的几课就讲该剪哪些权重。
#
# ## 轮到你了
#
# 写出 `sparsity`，即权重中 0 所占的比例：先运行
# `python -m minprune exercises start mine --lang zh`，再在该文件夹中运行
# `python -m minprune exercises check 1.1`。
