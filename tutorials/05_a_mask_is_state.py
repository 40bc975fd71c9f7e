# %% [markdown] lang="en"
# # 05  Why do pruned weights come back?
#
# *Fifteen minutes. Afterwards you can keep pruned weights at zero while training continues, and tell
# from the accuracy and the sparsity whether others did.*
#
# A weight is set to zero, and training continues. What is the weight after one step?
# %% [markdown] lang="zh"
# # 05  剪掉的权重为什么会回来？
#
# *约十五分钟。学完后你能让被剪掉的权重在继续训练时保持为零，也能凭准确率和稀疏度看出别人有没有做到。*
#
# 把一个权重置零，然后继续训练。走一步之后，这个权重是多少？

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

import minprune as mp

zeroed, masked = mp.Parameter([0.0, 0.5]), mp.Parameter([0.0, 0.5])
masked.prune([False, True])
for w in (zeroed, masked):
    w.grad = np.array([0.2, -0.1])
    mp.Adam({"w": w}, lr=0.001).step()
    print(w.value.round(6))
assert np.allclose(zeroed.value, [-0.001, 0.501]) and masked.value[0] == 0

# %% [markdown] lang="en"
# In the first line the zero is lost. The **gradient** of that weight is 0.2, and the optimizer changes
# it like any other weight. The first step of Adam (Kingma and Ba 2015) is about as long as the
# **learning rate** $\eta$ for every weight with a gradient $g \neq 0$ ($\epsilon$ is tiny):
#
# $$w' = w - \eta\, \frac{g}{|g| + \epsilon} \approx w - \eta\, \mathrm{sign}(g)$$
#
# In the second line the parameter keeps its mask and applies it after every step. Setting a weight to
# zero is an event; a mask is state.
#
# ## A network with its mask, and without
#
# Train a network with 784 inputs, 64 hidden units and 10 outputs on MNIST, and prune the smallest 90%
# of its weights. Train it for one more **epoch**, one pass through the images: once with the mask held,
# once with the mask dropped. Training after pruning is called **fine-tuning**.
# %% [markdown] lang="zh"
# 第一行里的零不见了。这个权重的**梯度**是 0.2，优化器像更新其他权重一样更新了它。
# 对每个梯度 $g$ 不为零的权重，Adam（Kingma 与 Ba 2015）的第一步大小都约为**学习率** $\eta$（$\epsilon$ 极小）：
#
# $$w' = w - \eta\, \frac{g}{|g| + \epsilon} \approx w - \eta\, \mathrm{sign}(g)$$
#
# 第二行的参数保存着掩码，每一步之后都重新施加。置零是一次事件，掩码则是状态。
#
# ## 同一个网络，两种做法
#
# 在 MNIST 上训练一个 784 个输入、64 个隐藏单元、10 个输出的网络，剪掉较小的 90% 权重，再继续训练一**轮**（epoch，
# 即把训练图像过一遍）：一次保持掩码，一次丢掉掩码。剪枝之后的训练称为**微调**。

# %%
QUICK = "QUICK" in os.environ
mnist = mp.load_mnist()
n, epochs = (3_000, 3) if QUICK else (10_000, 4)
x, y = mnist.train.flat[:n], mnist.train.labels[:n]


def train(net, epochs, on_step=None):
    optimizer, rng = mp.Adam(net.parameters, lr=0.001), np.random.default_rng(1)
    mp.fit(net, x, y, optimizer=optimizer, epochs=epochs, rng=rng, on_step=on_step)


def accuracy(net):
    return mp.evaluate(net, mnist.test.flat, mnist.test.labels).accuracy


dense = mp.mlp([784, 64, 10], np.random.default_rng(0))
train(dense, epochs)
pruned = dense.copy()
mp.prune_by_magnitude(pruned, sparsity=0.9)
held, dropped = pruned.copy(), pruned.copy()
dropped.unprune()  # the zeros are still there, the mask is not
sparsities = {"held": [], "dropped": []}
train(held, 1, lambda step: sparsities["held"].append(held.sparsity))
train(dropped, 1, lambda step: sparsities["dropped"].append(dropped.sparsity))
for step in (0, 1, 10, len(sparsities["held"]) - 1):
    print(f"step {step:3}   held {sparsities['held'][step]:.1%}"
          f"   dropped {sparsities['dropped'][step]:.1%}")  # fmt: skip
assert np.ptp(sparsities["held"]) == 0
assert sparsities["dropped"][0] > 0.89 and sparsities["dropped"][1] < 0.6

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
assert size.max() < 0.00101 and np.median(size) > 0.00099
assert (once.weights["0.W"].grad[gone][moved != 0] != 0).all()
black = (x == 0).all(axis=0)  # pixels that no training image uses
still = dropped.weights["0.W"].value == 0
assert still[black].sum() > 0.6 * still.sum()

# %% [markdown] lang="en"
# One step takes the sparsity from 90% to <<sparsities["dropped"][1]:.1%>>. The right picture shows the pruned weights of the
# first layer after that step: most of those that changed are at $\pm\eta$. The others had a gradient of
# 0, for example at pixels that are black in all images of the batch. After an epoch <<sparsities["dropped"][-1]:.1%>> of the weights
# are still 0, most of them at pixels that are black in every training image: training does not use them.
#
# ## Accuracy and sparsity
# %% [markdown] lang="zh"
# 只走一步，稀疏度就从 90% 降到 <<sparsities["dropped"][1]:.1%>>。右图是这一步之后第一层中曾被剪掉的权重：变了的大多在
# $\pm\eta$ 处。其余的梯度为 0，例如它们所连的像素在这一批图像中全是黑的。训练一轮之后仍有 <<sparsities["dropped"][-1]:.1%>> 的权重为 0，
# 其中大多数所连的像素在所有训练图像中都是黑的，训练用不到这些权重。
#
# ## 准确率与稀疏度

# %%
again = dropped.copy()
mp.prune_by_magnitude(again, sparsity=0.9)
rows = {"dense": dense, "pruned": pruned, "mask held": held, "mask dropped": dropped,
        "dropped, then pruned": again}  # fmt: skip
for name, net in rows.items():
    print(f"{name:25} sparsity {net.sparsity:.1%}   accuracy {accuracy(net):.1%}")
assert accuracy(pruned) + 0.01 < accuracy(held) < accuracy(dropped) + 0.01
assert accuracy(again) < accuracy(held)

# %% [markdown] lang="en"
# With the mask dropped the accuracy is as good, because the network is nearly **dense** again (dense:
# nothing pruned). Pruned once more, it is worse than the network fine-tuned with its mask: it had
# learned to use the weights that are now pruned. So report accuracy and sparsity of the same network at
# the same time.
#
# Fine-tuning helps most where much is pruned. The picture compares it with pruning only, and with a
# random mask fine-tuned for as long, one epoch more than the dense network was trained for. The right
# panel enlarges the top of the left one.
# %% [markdown] lang="zh"
# 丢掉掩码后准确率一样好，因为网络差不多又变回了**稠密**网络（没有剪枝的网络）。再剪一次，它就不如保持掩码微调的网络：
# 它在训练中已经用上了那些又被剪掉的权重。所以要同时报告同一个网络在同一时刻的准确率和稀疏度。
#
# 剪得多时，微调最有用。下图把它与只剪枝不微调的做法相比，再与随机掩码下微调同样久的做法相比；
# 微调的网络都比稠密网络多训练一轮。右图放大了左图的顶部。

# %%
levels = [0.5, 0.9, 0.95] if QUICK else [0.5, 0.8, 0.9, 0.95, 0.98]
curves = {"pruned, fine-tuned": [], "pruned only": [], "random mask, fine-tuned": []}
for s in levels:
    small, random = dense.copy(), dense.copy()
    mp.prune_by_magnitude(small, s)
    mp.prune_at_random(random, s, np.random.default_rng(2))
    curves["pruned only"].append(accuracy(small))
    train(small, 1)
    train(random, 1)
    curves["pruned, fine-tuned"].append(accuracy(small))
    curves["random mask, fine-tuned"].append(accuracy(random))

mp.plots.accuracy_against_sparsity({name: (levels, values) for name, values in curves.items()},
                                   accuracy(dense), plt.figure("curve", figsize=(8, 4)))  # fmt: skip
tuned, alone, by_chance = (np.array(values) for values in curves.values())
at90 = levels.index(0.9)
assert (tuned > alone - 0.005).all() and (alone > by_chance).all()
assert (tuned - alone)[-1] > (tuned - alone)[0]
assert tuned[at90] > alone[at90] + 0.01 and alone[at90] > by_chance[at90] + 0.1

# %% [markdown] lang="en"
# At 90% sparsity pruning alone gives <<alone[at90]:.1%>>, and fine-tuning with the mask raises this to <<tuned[at90]:.1%>>. With a
# random mask, fine-tuning gives <<by_chance[at90]:.1%>>. At every sparsity here, pruning by size without fine-tuning is
# better than a random mask with it: it matters which weights are kept.
#
# ## The mistake in print
#
# A text that minprune was built from sets tensors, whole arrays of weights or biases, to zero,
# keeps no mask, trains, and reports the accuracy as that of the pruned network. It also prunes
# **before** any training: every tensor whose sum of magnitudes does not exceed the mean of these sums.
# The code does the same without a mask and with one.
# %% [markdown] lang="zh"
# 稀疏度 90% 时，只剪枝的准确率是 <<alone[at90]:.1%>>，保持掩码微调后恢复到 <<tuned[at90]:.1%>>。换成随机掩码，微调后
# 只有 <<by_chance[at90]:.1%>>。在这里的每个稀疏度上，随机掩码加微调都不如按大小剪枝而不微调：保留哪些权重很重要。
#
# ## 原文中的错误
#
# minprune 所依据的一篇文章（ ）把一些张量（整个权重或偏置数组）置零，不保留掩码，接着训练，然后把所得
# 准确率当作剪枝后网络的准确率。而且它在训练**之前**就剪枝：先求每个张量的绝对值之和，凡不超过这些和的平均值的张量，一律置零。
# 下面的代码照做两遍：一遍没有掩码，一遍有掩码。

# %%
reported = {}
for holds in (False, True):
    fresh = mp.mlp([784, 64, 10], np.random.default_rng(0))
    stages = mp.train_after_pruning(fresh, lambda net: train(net, epochs), accuracy, masked=holds)
    reported[holds] = stages[-1].performance
    print(f"mask {'held' if holds else 'dropped':12} accuracy {reported[holds]:.1%}")
assert reported[False] > 0.85 and reported[True] < 0.15
assert not fresh.weights["2.W"].value.any() and np.ptp(fresh(x[:50]), axis=0).max() < 1e-4

# %% [markdown] lang="en"
# The rule prunes the biases and the weights of the output layer. With the mask held, the network gives
# every image the same output. The good accuracy only shows that the pruning was undone. More on:
# `python -m minprune formulas A-5.2`.
#
# ## Now you
#
# To mask the gradient is not enough if the optimizer has a memory, such as **momentum**, a decaying sum
# of the gradients so far, $v' = \mu v + g$, which keeps moving the weights. Write `masked_step`:
# `python -m minprune exercises start mine`, then `python -m minprune exercises check 3.1` in that folder.
# %% [markdown] lang="zh"
# 这条规则剪掉的是偏置和输出层的权重。保持掩码时，网络对每幅图像给出同样的输出。这里准确率高，只说明剪枝早已失效。
# 想进一步了解 ，可运行 `python -m minprune formulas A-5.2`。
#
# ## 轮到你了
#
# 优化器若有记忆，只给梯度加掩码是不够的；例如**动量** $v' = \mu v + g$ 是历次梯度逐步衰减的累加和，
# 会使权重继续变动。自己写出 `masked_step`：先运行
# `python -m minprune exercises start mine --lang zh`，再在该文件夹中运行
# `python -m minprune exercises check 3.1`。
