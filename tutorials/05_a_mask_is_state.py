# %% [markdown] lang="en"
# # 05  Why do pruned weights come back?
#
# *Fifteen minutes. Afterwards you can keep pruned weights at zero while training continues, and tell
# from the accuracy and the sparsity whether others did.*
#
# Here are two copies of the same two weights. The first weight of each is 0, because it was pruned.
# Only the second copy has a **mask** (lesson 03):
# %% [markdown] lang="zh"
# # 05  剪掉的权重为什么会回来？
#
# *约十五分钟。学完后你能让被剪掉的权重在继续训练时保持为零，也能凭准确率和稀疏度看出别人有没有做到。*
#
# 同样的两个权重，复制成两份。每份的第一个权重都已剪掉，值为 0；但只有第二份带有**掩码**（见第 03 课）：

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

import minprune as mp

zeroed, masked = mp.Parameter([0.0, 0.5]), mp.Parameter([0.0, 0.5])
masked.prune([False, True])  # False: pruned

# %% [markdown] lang="en"
# Training continues with **Adam** (Kingma and Ba 2015; lesson 01). Both copies have the same gradients.
#
# **Guess.** What is the first weight of each copy after one step with a learning rate of 0.001?
# %% [markdown] lang="zh"
# 接着用 **Adam**（Kingma、Ba 2015；见第 01 课）继续训练，两份的梯度相同。
#
# **猜一猜。** 学习率取 0.001，走一步之后，两份的第一个权重各是多少？

# %%
for w in (zeroed, masked):
    w.grad = np.array([0.2, -0.1])
    mp.Adam({"w": w}, lr=0.001).step()
    print(w.value.round(6))
assert np.allclose(zeroed.value, [-0.001, 0.501]) and masked.value[0] == 0

# %% [markdown] lang="en"
# In the first copy the zero is lost. The gradient of that weight is 0.2, and the optimizer changes it
# like any other weight. The first step of Adam is about as long as the learning rate $\eta$ for every
# weight whose gradient $g$ is not 0 ($\epsilon$ is tiny):
#
# $$w' = w - \eta\, \frac{g}{|g| + \epsilon} \approx w - \eta\, \mathrm{sign}(g)$$
#
# The second copy stores its mask and applies it after every step. A zero is a value, which the next step
# may change. A mask is **state**: it persists from step to step.
#
# ## A network with its mask, and without
#
# A network with 784 inputs, 64 hidden units and 10 outputs is trained on 10,000 images of MNIST for four
# **epochs**. An epoch is one pass through the images.
# %% [markdown] lang="zh"
# 第一份里的零没有保住。这个权重的梯度是 0.2，优化器像更新其他权重一样更新了它。对每个梯度 $g$ 不为零的权重，
# Adam 第一步的大小都约等于学习率 $\eta$（$\epsilon$ 极小）：
#
# $$w' = w - \eta\, \frac{g}{|g| + \epsilon} \approx w - \eta\, \mathrm{sign}(g)$$
#
# 第二份保存着掩码，每走一步都重新施加一次。零只是一个值，下一步就可能改变；掩码则是**状态**，从一步到下一步始终有效。
#
# ## 同一个网络，有掩码与没有掩码
#
# 用 MNIST 的 10,000 张图像训练一个有 784 个输入、64 个隐藏单元、10 个输出的网络，共四**轮**（epoch）；
# 把这些图像过一遍就是一轮。

# %% folded
QUICK = "QUICK" in os.environ
mnist = mp.load_mnist()
n, epochs = (3_000, 3) if QUICK else (10_000, 4)
x, y = mnist.train.flat[:n], mnist.train.labels[:n]


def train(net, epochs, on_step=None):  # on_step is called before the first step and after each
    optimizer, rng = mp.Adam(net.parameters, lr=0.001), np.random.default_rng(1)
    mp.fit(net, x, y, optimizer=optimizer, epochs=epochs, rng=rng, on_step=on_step)


def accuracy(net):
    return mp.evaluate(net, mnist.test.flat, mnist.test.labels).accuracy


dense = mp.mlp([784, 64, 10], np.random.default_rng(0))
train(dense, epochs)

# %% [markdown] lang="en"
# Now the 90% of its weights with the smallest magnitude are pruned. Then the network is trained for one
# more epoch: one copy with the mask held, one with the mask dropped. Training after pruning is called
# **fine-tuning**.
#
# **Guess.** The sparsity is 90%. What is it after a *single* step without the mask: 89%, 80%, or less
# than half of 90%?
# %% [markdown] lang="zh"
# 现在剪掉其中绝对值最小的 90% 权重，再训练一轮：复制两份，一份保持掩码，一份去掉掩码。
# 剪枝之后的训练称为**微调**。
#
# **猜一猜。** 现在稀疏度是 90%。没有掩码，只走*一步*，稀疏度会变成多少：89%、80%，还是不到 90% 的一半？

# %%
pruned = dense.copy()
mp.prune_by_magnitude(pruned, sparsity=0.9)
held, dropped = pruned.copy(), pruned.copy()
dropped.unprune()  # drops the mask; the zeros are still there
sparsities = {"held": [], "dropped": []}
train(held, 1, lambda step: sparsities["held"].append(held.sparsity))
train(dropped, 1, lambda step: sparsities["dropped"].append(dropped.sparsity))
print("sparsity")
for step in (0, 1, 10, len(sparsities["held"]) - 1):
    print(f"step {step:3}   mask held {sparsities['held'][step]:.1%}"
          f"   mask dropped {sparsities['dropped'][step]:.1%}")  # fmt: skip
assert np.ptp(sparsities["held"]) == 0
assert sparsities["dropped"][0] > 0.89 and sparsities["dropped"][1] < 0.45

# %% [markdown] lang="en"
# One step takes the sparsity from 90% to <<sparsities["dropped"][1]:.1%>>. The right picture shows why: the pruned weights of the
# first layer, after one step on the first 64 images.
# %% [markdown] lang="zh"
# 只走一步，稀疏度就从 90% 降到 <<sparsities["dropped"][1]:.1%>>。原因见右图：用前 64 张图像走一步之后，第一层中曾被剪掉的那些权重。

# %%
once = pruned.copy()
once.unprune()
mp.train_step(once, mp.Adam(once.parameters, lr=0.001), x[:64], y[:64])
gone = pruned.weights["0.W"].value == 0
moved = once.weights["0.W"].value[gone]
figure, (left, right) = plt.subplots(1, 2, num="grown_back", figsize=(8, 3.2))
left.plot(sparsities["held"], color="#0072B2", label="mask held")
left.plot(sparsities["dropped"], "--", color="#D55E00", label="mask dropped")
left.set(xscale="symlog", xlabel="steps of fine-tuning", ylabel="share of weights that are 0",
         ylim=(0, 1), title="Without its mask, dense again")  # fmt: skip
left.set_xticks([0, 1, 10, 100], ["0", "1", "10", "100"])
left.legend(loc="center right")
right.hist(1000 * moved, bins=np.arange(-1.225, 1.25, 0.05), color="#D55E00")
right.set(xlabel="value, in 0.001", ylabel="number", title="Pruned weights, one step later")
figure.tight_layout()
size = np.abs(moved[moved != 0])
assert size.max() < 0.00101 and (size > 0.00099).mean() > 0.99
assert (once.weights["0.W"].grad[gone][moved != 0] != 0).all()
zero = once.weights["0.W"].value == 0
assert zero[(x[:64] == 0).all(axis=0)].sum() > 0.8 * zero.sum()  # pixels black in the batch

# %% [markdown] lang="en"
# Nearly all weights that changed are at $\pm\eta$, as the formula gives. The others have a gradient of 0, most of
# them because their pixel is black in all 64 images: the gradient of a weight is a sum of products, one
# for each image, and the input of the weight is a factor of each.
#
# **Guess.** After an epoch <<sparsities["dropped"][-1]:.1%>> of all weights are still 0. Which ones?
# %% [markdown] lang="zh"
# 变了的权重几乎都在 $\pm\eta$ 处，与公式一致。其余的梯度为 0，大多是因为所连的像素在这 64 张图像中全是黑的：
# 权重的梯度是若干乘积之和，每张图像一项，每一项都以这个权重的输入为因数。
#
# **猜一猜。** 一轮之后，全部权重中仍有 <<sparsities["dropped"][-1]:.1%>> 为 0。是哪些？

# %%
black = (x == 0).all(axis=0)  # pixels that are black in every training image
still = dropped.weights["0.W"].value == 0
print(f"first layer, one epoch later: {still.sum():,} zeros, {still[black].sum():,} of them there")
assert still[black].sum() > 0.6 * still.sum()

# %% [markdown] lang="en"
# Most of them are at the <<black.sum()>> pixels (`black`) that are black in every training image. Their gradient is always 0.
#
# ## Accuracy and sparsity
#
# **Guess.** Which network is more accurate, the one with its mask held or the one with its mask dropped?
# And which, if the second is pruned to 90% again?
# %% [markdown] lang="zh"
# 大多数连着在每张训练图像中都是黑的像素（`black`）。这样的像素有 <<black.sum()>> 个，它们的权重梯度始终为 0。
#
# ## 准确率与稀疏度
#
# **猜一猜。** 保持掩码与去掉掩码，哪个网络的准确率更高？如果把后者再剪到 90%，又是哪个更高？

# %%
again = dropped.copy()
mp.prune_by_magnitude(again, sparsity=0.9)
rows = {"dense": dense, "just pruned": pruned, "mask held": held, "mask dropped": dropped,
        "mask dropped, then pruned again": again}  # fmt: skip
for name, net in rows.items():
    print(f"sparsity {net.sparsity:5.1%}   accuracy {accuracy(net):.1%}   {name}")
assert accuracy(pruned) + 0.01 < accuracy(held) < accuracy(dropped)
assert accuracy(again) + 0.005 < accuracy(held)
assert np.mean((again.weights["0.W"].value == 0) == gone) > 0.999

# %% [markdown] lang="en"
# With the mask dropped the accuracy is higher, but that network is nearly **dense** again (dense: nothing
# pruned). Pruned again, it is worse than the network with its mask held. In the first layer nearly the
# same weights are pruned as before: those that came back are smaller than those that were kept. Together
# they matter: without them the accuracy falls from <<accuracy(dropped):.1%>> to <<accuracy(again):.1%>>. So report accuracy and sparsity of
# the same network at the same time.
#
# ## What can go wrong: an optimizer with a memory
#
# Is it enough to set the gradient of a pruned weight to 0? Not if the optimizer has **momentum** (Polyak
# 1964). Its step depends on $v$, a decaying sum of all gradients so far:
#
# $$v' = \mu v + g, \qquad w' = w - \eta v'$$
#
# A weight of 0.5 takes one step with the gradient 1. Then it is set to 0, and so is every later gradient.
#
# **Guess.** With $\eta = 0.1$ and $\mu = 0.9$, where is the weight three steps later?
# %% [markdown] lang="zh"
# 去掉掩码后准确率更高，但那个网络差不多又变回了**稠密**网络（没有剪枝的网络）。再剪一次，它就不如保持掩码的网络。
# 第一层再次剪掉的权重与先前几乎相同，因为回来的权重比一直保留的小。但它们合起来很重要：
# 没有它们，准确率就从 <<accuracy(dropped):.1%>> 降到 <<accuracy(again):.1%>>。所以，准确率和稀疏度要一起报告，而且必须属于同一个网络、同一时刻。
#
# ## 容易出错的地方：优化器有记忆
#
# 把被剪权重的梯度设为 0，够不够？优化器若带有**动量**（Polyak 1964），就不够。这时每一步由 $v$
# 决定，$v$ 是历次梯度逐步衰减的累加和：
#
# $$v' = \mu v + g, \qquad w' = w - \eta v'$$
#
# 一个值为 0.5 的权重走了一步，梯度为 1。随后把它置零，此后它的梯度也一律设为 0。
#
# **猜一猜。** 若 $\eta = 0.1$、$\mu = 0.9$，再走三步之后，这个权重是多少？

# %%
w = mp.Parameter([0.5])
sgd = mp.SGD({"w": w}, lr=0.1, momentum=0.9)
w.grad = np.array([1.0])
sgd.step()
w.value = np.array([0.0])  # pruned, but the mask is applied to the gradient only
w.grad = np.array([0.0])
for _ in range(3):
    sgd.step()
    print(f"weight {w.value[0]:.4f}")
w.prune([False])  # now the mask is applied to the weight
sgd.step()
print(f"weight {w.value[0]:.4f}, with a mask")
assert w.value == 0 and np.isclose(-0.1 * (0.9 + 0.81 + 0.729), -0.2439)

# %% [markdown] lang="en"
# The weight moves although its gradient is 0, because $v$ is not 0. With a mask on the weight it is 0 again
# after the next step.
#
# ## The mistake in print
#
# A text that minprune was built from prunes a network before any training. It sums the
# magnitudes in each of the four arrays, and sets to zero every array whose sum does not exceed the mean
# of the four sums. It keeps no mask, trains, and reports the accuracy as that of the pruned network.
# These are the four sums:
# %% [markdown] lang="zh"
# 梯度虽然是 0，$v$ 却不是 0，所以权重照样移动。对权重本身施加掩码之后，再走一步它又是 0。
#
# ## 原文中的错误
#
# minprune 所依据的一篇文章（ ）在训练之前就剪枝：先对四个数组分别求绝对值之和，凡是不超过这四个和的平均值的数组，
# 一律置零。它不保留掩码，接着训练，然后把所得准确率当作剪枝后网络的准确率。
# 四个数组的绝对值之和如下：

# %%
fresh = mp.mlp([784, 64, 10], np.random.default_rng(0))
for name, parameter in fresh.parameters.items():
    print(f"{np.abs(parameter.value).sum():6.1f}   {name}")

# %% [markdown] lang="en"
# Here `0.W` and `2.W` are the weights of the two layers, and `0.b` and `2.b` their biases.
#
# **Guess.** Which arrays does the rule set to zero? What accuracy is left if a mask holds these zeros?
# %% [markdown] lang="zh"
# 其中 `0.W` 和 `2.W` 是两层的权重，`0.b` 和 `2.b` 是它们的偏置。
#
# **猜一猜。** 按这条规则，哪些数组会被置零？如果用掩码保持这些零，准确率还剩多少？

# %%
reported = {}
for holds in (False, True):
    net = fresh.copy()
    stages = mp.train_after_pruning(net, lambda net: train(net, epochs), accuracy, masked=holds)
    reported[holds] = stages[-1].performance
    print(f"accuracy {reported[holds]:5.1%}   {'mask held' if holds else 'no mask'}")
assert reported[False] > 0.85 and reported[True] < 0.15
assert not any(net.parameters[name].value.any() for name in ("0.b", "2.W", "2.b"))
assert np.ptp(net(x[:50]), axis=0).max() < 1e-4  # the same output for every image

# %% [markdown] lang="en"
# The mean of the sums is <<np.mean([np.abs(p.value).sum() for p in fresh.parameters.values()]):.0f>>, so the rule sets both biases and the weights of the output layer to zero. With the mask held, the network
# gives every image the same output. The accuracy of <<reported[False]:.1%>> is that of a network whose pruning was undone.
# `python -m minprune formulas A-5.2` shows more.
#
# ## Check yourself
#
# 1. When a weight is pruned, its $v$ is 2. From then on its gradient is set to 0. With $\mu = 0.5$ and
#    $\eta = 0.1$, what is the weight after two steps, and where does it end?
#
# <details><summary>Answer</summary>
#
# The two values of $v$ are 1 and 0.5, so the weight is $-0.1 \cdot (1 + 0.5) = -0.15$. In the end it is
#
# $$-\eta\, v\, (\mu + \mu^2 + \dots) = -\eta\, v\, \frac{\mu}{1 - \mu} = -0.2$$
#
# </details>
#
# 2. A report: 90% of the weights were pruned, the network was fine-tuned, and it is more accurate than the
#    dense network. What do you ask?
#
# <details><summary>Answer</summary>
#
# The sparsity *after* fine-tuning. If it is still 90%, the mask was held, and the result may be right. If
# it is lower, the accuracy is not that of a network with 90% of its weights pruned.
#
# </details>
#
# 3. The input of a pruned weight is a pixel that is black in every training image. The mask is dropped.
#    Why does Adam not change the weight?
#
# <details><summary>Answer</summary>
#
# The input is always 0, so the gradient is 0 in every step, also before the weight was pruned. The step of
# Adam is then $\eta \cdot 0 / (0 + \epsilon) = 0$.
#
# </details>
#
# ## Now you
#
# Write `masked_step`, a step of training that holds the mask, for an optimizer with momentum:
# `python -m minprune exercises start mine`, then `python -m minprune exercises check 3.1` in that folder.
#
# ## Further reading
#
# - Kingma and Ba (2015), [Adam: a method for stochastic optimization](https://arxiv.org/abs/1412.6980):
#   algorithm 1 is the optimizer of this lesson; section 2.1 bounds the length of its steps.
# - Han, Pool, Tran and Dally (2015), [Learning both weights and connections for efficient neural
#   networks](https://arxiv.org/abs/1506.02626): accuracy against sparsity, with and without retraining the
#   weights that are left.
# - Mocanu and others (2018), [Scalable training of artificial neural networks with adaptive sparse
#   connectivity inspired by network science](https://arxiv.org/abs/1707.04780): weights come back on
#   purpose. After every epoch as many weights as were pruned are added at random places.
# %% [markdown] lang="zh"
# 四个和的平均值是 <<np.mean([np.abs(p.value).sum() for p in fresh.parameters.values()]):.0f>>，所以置零的是两层的偏置和输出层的权重。用掩码保持它们为零时，网络对每张图像给出的输出都相同。
# <<reported[False]:.1%>> 的准确率属于一个剪枝早已失效的网络。想进一步了解，可运行 `python -m minprune formulas A-5.2`。
#
# ## 自测
#
# 1. 一个权重被剪掉时，它的 $v$ 是 2，此后它的梯度一直设为 0。若 $\mu = 0.5$、$\eta = 0.1$，走两步之后这个权重是多少？
#    最终停在哪里？
#
# <details><summary>答案</summary>
#
# 两步的 $v$ 分别是 1 和 0.5，所以权重为 $-0.1 \cdot (1 + 0.5) = -0.15$。最终它是
#
# $$-\eta\, v\, (\mu + \mu^2 + \dots) = -\eta\, v\, \frac{\mu}{1 - \mu} = -0.2$$
#
# </details>
#
# 2. 一份报告说：剪掉了 90% 的权重，微调之后，准确率比稠密网络还高。你会追问什么？
#
# <details><summary>答案</summary>
#
# 追问微调*之后*的稀疏度。如果仍是 90%，说明掩码保持住了，结果可能没有问题；如果变低了，
# 这个准确率就不是剪掉 90% 权重的网络的准确率。
#
# </details>
#
# 3. 一个已剪掉的权重，所连的像素在每张训练图像中都是黑的。去掉掩码之后，Adam 为什么不会改变它？
#
# <details><summary>答案</summary>
#
# 它的输入始终为 0，所以每一步的梯度都是 0，剪枝之前也是如此。于是 Adam 的一步为
# $\eta \cdot 0 / (0 + \epsilon) = 0$。
#
# </details>
#
# ## 轮到你了
#
# 自己写出 `masked_step`，即优化器带动量时保持掩码的一步训练：先运行
# `python -m minprune exercises start mine --lang zh`，再在该文件夹中运行
# `python -m minprune exercises check 3.1`。
#
# ## 延伸阅读
#
# - Kingma、Ba（2015），[Adam: a method for stochastic optimization](https://arxiv.org/abs/1412.6980)：
#   算法 1 就是本课所用的优化器，2.1 节给出每步大小的上界。
# - Han、Pool、Tran、Dally（2015），[Learning both weights and connections for efficient neural
#   networks](https://arxiv.org/abs/1506.02626)：剪枝后重新训练与不训练时，准确率随稀疏度的变化。
# - Mocanu 等（2018），[Scalable training of artificial neural networks with adaptive sparse
#   connectivity inspired by network science](https://arxiv.org/abs/1707.04780)：有意让权重回来，每轮之后剪掉多少，就在随机位置上补多少。
# %% words
# False: pruned | False：剪掉
# on_step is called before the first step and after each | on_step 在第一步之前以及每一步之后各调用一次
# drops the mask; the zeros are still there | 去掉掩码；那些零还在
# sparsity | 稀疏度
# step {step:3}   mask held {sparsities['held'][step]:.1%} | 第 {step:3} 步   保持掩码 {sparsities['held'][step]:.1%}
# mask dropped {sparsities['dropped'][step]:.1%} | 去掉掩码 {sparsities['dropped'][step]:.1%}
# pixels black in the batch | 在这一批图像中全黑的像素
# pixels that are black in every training image | 在每张训练图像中都是黑的像素
# first layer, one epoch later: {still.sum():,} zeros, {still[black].sum():,} of them there | 第一层，一轮之后：{still.sum():,} 个零，其中 {still[black].sum():,} 个连着这些像素
# dense | 稠密
# just pruned | 刚剪枝
# mask held | 保持掩码
# mask dropped | 去掉掩码
# mask dropped, then pruned again | 去掉掩码，再剪一次
# sparsity {net.sparsity:5.1%}   accuracy {accuracy(net):.1%} | 稀疏度 {net.sparsity:5.1%}   准确率 {accuracy(net):.1%}
# pruned, but the mask is applied to the gradient only | 剪掉了，但掩码只施加于梯度
# now the mask is applied to the weight | 现在掩码施加于权重
# weight | 权重
# weight {w.value[0]:.4f}, with a mask | 权重 {w.value[0]:.4f}，有掩码
# accuracy {reported[holds]:5.1%} | 准确率 {reported[holds]:5.1%}
# no mask | 没有掩码
# the same output for every image | 每张图像的输出都相同
# steps of fine-tuning | 微调的步数
# share of weights that are 0 | 权重中 0 所占的比例
# Without its mask, dense again | 没有掩码，又变稠密
# value, in 0.001 | 值，单位 0.001
# number | 数量
# Pruned weights, one step later | 被剪掉的权重，一步之后
