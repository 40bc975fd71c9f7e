# %% [markdown] lang="en"
# # 02  Penalties
#
# *Twelve minutes. Afterwards you can train a network with an L1 or an L2 penalty, and explain why only
# one update makes a weight exactly 0.*
#
# Small weights can be pruned. Can training itself make more weights small, or even exactly 0?
# %% [markdown] lang="zh"
# # 02  惩罚项
#
# *约十二分钟。学完后你能用 L1 或 L2 惩罚项训练网络，并说清哪一种更新能让权重恰好变成 0，其余的为什么做不到。*
#
# 很小的权重可以剪掉。那么，能不能让训练本身就产生更多小权重，甚至恰好为 0 的权重？

# %% folded
import os

import matplotlib.pyplot as plt
import numpy as np

import minprune as mp

QUICK = "QUICK" in os.environ  # set it for less data: a quick look

# %% [markdown] lang="en"
# A **penalty** $R$ is added to the loss of the data, $L_0$, so that large weights raise the total loss
# $L = L_0 + R$. Its strength is $\lambda$. Biases are not penalized. The penalties **L1** and **L2** are
#
# $$R_1 = \lambda \sum_i |w_i|, \qquad R_2 = \lambda \sum_i w_i^2$$
#
# A step of training moves against the gradient, so a penalty pulls each weight towards 0.
#
# **Guess.** Let $\lambda = 0.5$. Which of the two pulls harder on a weight of 1, and which on one of 0.01?
# %% [markdown] lang="zh"
# 在数据损失 $L_0$ 上加一个**惩罚项** $R$，总损失为 $L = L_0 + R$，权重越大，总损失就越大；$\lambda$ 是惩罚项的强度。偏置不计入。**L1** 与 **L2** 惩罚项为
#
# $$R_1 = \lambda \sum_i |w_i|, \qquad R_2 = \lambda \sum_i w_i^2$$
#
# 更新沿梯度的反方向进行，因此惩罚项总是把权重拉向 0。
#
# **猜一猜。** 设 $\lambda = 0.5$。对大小为 1 的权重，L1 和 L2 哪一个的拉力更大？对大小为 0.01 的权重呢？

# %%
w, lam = np.array([1.0, 0.01, 0.0, -0.01]), 0.5
print("gradient of L1:", mp.l1_subgradient(w, lam))
print("gradient of L2:", mp.l2_gradient(w, lam))
for penalty, gradient in ((mp.l1_penalty, mp.l1_subgradient), (mp.l2_penalty, mp.l2_gradient)):
    assert np.allclose(mp.numerical_gradient(lambda f=penalty: f(w, lam), w), gradient(w, lam))

# %% [markdown] lang="en"
# On a weight of 1 L2 pulls twice as hard, but on one of 0.01 L1 pulls 50 times as hard. The gradient of
# L2 is $2 \lambda w$: the smaller the weight, the weaker the pull. That of L1 is
# $\lambda\, \mathrm{sign}(w)$: the pull does not depend on the size. At 0 the L1 penalty has a kink and
# no slope; every number from $-\lambda$ to $\lambda$ is a **subgradient** there, and we take 0.
#
# ## One weight
#
# Let the loss of the data be $L_0 = (w - 0.05)^2 / 2$, lowest at $w = 0.05$. Its gradient is $w - 0.05$.
# Let $\lambda = 0.1$; then the total loss with the L1 penalty is lowest at exactly 0. From $w = 0.3$ we
# make steps with the learning rate $\eta = 0.5$, in three ways:
#
# - *L2, gradient* and *L1, subgradient*: $w' = w - \eta\, (\partial L_0 / \partial w + \partial R / \partial w)$.
# - *L1, proximal*: a step of the data alone, to $u = w - \eta\, \partial L_0 / \partial w$, and then one
#   of $\eta\lambda$ from $u$ towards 0, but not past it. This **proximal step** is the **soft threshold**:
#
# $$w' = \mathrm{sign}(u)\, \max(|u| - \eta\lambda,\ 0)$$
#
# **Guess.** Where does the weight end in each of the three ways?
# %% [markdown] lang="zh"
# 对大小为 1 的权重，L2 的拉力是 L1 的两倍；而对大小为 0.01 的权重，L1 的拉力是 L2 的 50 倍。L2 的梯度是 $2 \lambda w$：权重越小，拉力越弱。
# L1 的梯度是 $\lambda\, \mathrm{sign}(w)$：拉力与权重的大小无关。L1 惩罚项在 0 处有一个尖点，斜率不存在；
# 从 $-\lambda$ 到 $\lambda$ 的任何数都是此处的**次梯度**，这里取 0。
#
# ## 只看一个权重
#
# 设数据损失为 $L_0 = (w - 0.05)^2 / 2$，它在 $w = 0.05$ 处最小，梯度为 $w - 0.05$。取 $\lambda = 0.1$，加上 L1 惩罚项之后，总损失恰好在 0 处最小。
# 从 $w = 0.3$ 出发，学习率取 $\eta = 0.5$，更新的方法有三种：
#
# - *L2，梯度*与 *L1，次梯度*：$w' = w - \eta\, (\partial L_0 / \partial w + \partial R / \partial w)$。
# - *L1，近端*：先只按数据走一步到 $u = w - \eta\, \partial L_0 / \partial w$，再从 $u$ 朝 0 移动 $\eta\lambda$，但不越过 0。这种**近端步**（proximal step）就是**软阈值**：
#
# $$w' = \mathrm{sign}(u)\, \max(|u| - \eta\lambda,\ 0)$$
#
# **猜一猜。** 用这三种方法，权重最后各停在哪里？

# %%
lowest, lam, lr = 0.05, 0.1, 0.5


def path(step, w=0.3, steps=15):
    values = [w]
    for _ in range(steps):
        values.append(float(step(np.array(values[-1]))))
    return np.array(values)


l2 = path(lambda w: w - lr * (w - lowest + mp.l2_gradient(w, lam)))
subgradient = path(lambda w: w - lr * (w - lowest + mp.l1_subgradient(w, lam)))
proximal = path(lambda w: mp.l1_proximal(w - lr * (w - lowest), lam, lr))
for w in np.linspace(-0.5, 0.5, 100):  # 0 is not among them
    assert (w - lowest) ** 2 / 2 + mp.l1_penalty(w, lam) > lowest**2 / 2
assert proximal[-1] == 0 and np.isclose(l2[-1], lowest / (1 + 2 * lam), atol=1e-3)
assert subgradient.all() and subgradient[-4:].min() < -0.01 < 0.01 < subgradient[-4:].max()

# %%
figure, axes = plt.subplots(num="one_weight", figsize=(7, 3.4))
axes.axhline(0, color="black", linewidth=0.8)
axes.plot(l2, "^:", color="#009E73", label="L2, gradient")
axes.plot(subgradient, "o--", color="#D55E00", label="L1, subgradient")
axes.plot(proximal, "s-", color="#0072B2", label="L1, proximal")
axes.set(xlabel="step", ylabel="weight", title="Only one path ends at 0")
axes.legend()
figure.tight_layout()

# %% [markdown] lang="en"
# L2 ends at <<l2[-1]:.3f>>: near 0 its pull is too weak against the data. With the L1 subgradient the weight
# does not settle. The pull is $\eta\lambda$ however small the weight is, so near 0 the weight **jumps
# over** 0, and back again. Only the proximal step ends at 0.
#
# ## A network
#
# Now compare the three, and training without a penalty, on MNIST with $\lambda = 0.0003$ and
# $\eta = 0.2$. **SGD** (stochastic gradient descent) makes plain steps of $\eta$ times the gradient of a
# batch. The argument `penalty_gradient` of `fit` adds the gradient of a penalty to that of the loss;
# `proximal_pruning` makes a proximal step after each step of SGD.
# %% [markdown] lang="zh"
# L2 停在 <<l2[-1]:.3f>>：在 0 附近，它的拉力敌不过数据。L1 用次梯度则根本停不下来：无论权重多小，拉力总是 $\eta\lambda$，因此权重在
# 0 附近会**越过** 0，随后又跳回来。只有近端步停在 0。
#
# ## 一个网络
#
# 在 MNIST 上比较这三种做法，并加上不带惩罚项的训练，取 $\lambda = 0.0003$，$\eta = 0.2$。**SGD**（随机梯度下降）的每一步就是 $\eta$ 乘一批样本的梯度。`fit` 的参数
# `penalty_gradient` 把惩罚项的梯度加到损失的梯度上；`proximal_pruning` 在 SGD 的每一步之后再走一个近端步。

# %% folded
mnist, n, lam, lr = mp.load_mnist(), 8000 if QUICK else 30000, 3e-4, 0.2
x, y = mnist.train.flat[:n], mnist.train.labels[:n]
validation = mnist.validation.flat, mnist.validation.labels


# %%
def trained(pull=None, proximal=None):
    rng = np.random.default_rng(0)
    network = mp.mlp([784, 32, 10], rng)
    sgd = mp.SGD(network.parameters, lr)
    step = proximal and mp.proximal_pruning(network, sgd, lam, proximal)
    settings = {"epochs": 5, "rng": rng, "batch_size": 32}
    mp.fit(network, x, y, optimizer=sgd, penalty_gradient=pull, on_step=step, **settings)
    return network


networks = {
    "none": trained(),
    "l2": trained(pull=lambda w: mp.l2_gradient(w, lam)),
    "subgradient": trained(pull=lambda w: mp.l1_subgradient(w, lam)),
    "proximal": trained(proximal=mp.l1_proximal),
}
zeros = {name: network.sparsity for name, network in networks.items()}
right = {name: mp.evaluate(network, *validation).accuracy for name, network in networks.items()}
ways = "no penalty", "L2, gradient", "L1, subgradient", "L1, proximal"
for name, way in zip(networks, ways, strict=True):
    print(f"accuracy {right[name]:.1%}   exactly 0: {zeros[name]:5.1%}   {way}")
assert zeros["proximal"] > 0.2 and max(list(zeros.values())[:3]) < 0.001
assert all(0 < right["none"] - right[name] < 0.05 for name in ("subgradient", "proximal"))

# %%
figure, panels = plt.subplots(1, 3, num="network", figsize=(7.6, 3), sharex=True, sharey=True)
drawn = (("none", "no penalty", "#E69F00"), ("subgradient", "L1, subgradient", "#D55E00"),
         ("proximal", "L1, proximal", "#0072B2"))  # fmt: skip
for axes, (name, title, colour) in zip(panels, drawn, strict=True):
    sizes = np.concatenate([np.abs(w.value).ravel() for w in networks[name].weights.values()])
    assert name == "none" or np.mean(sizes < lr * lam) > np.mean(sizes < 2 * lr * lam) / 2
    shares = np.full(sizes.size, 100 / sizes.size)
    axes.hist(np.maximum(sizes, 1e-7), np.logspace(-7.5, 0.5, 33), weights=shares, color=colour)
    axes.axvline(lr * lam, color="black", linestyle="--", linewidth=1, label=r"$\eta\lambda$")
    axes.set(xscale="log", xlabel="size of a weight", title=title)
    axes.set_xticks([1e-7, 1e-4, 1e-1], ["0", "0.0001", "0.1"])
panels[0].set_ylabel("weights (%)")
panels[0].legend()
figure.suptitle("Only the proximal step makes exact zeros")
figure.tight_layout()

# %% [markdown] lang="en"
# The bar at 0 counts exact zeros. The dashed line is $\eta\lambda$, the pull of L1 in one step. Both L1
# methods take nearly the same number of weights to 0 or close to it. But those of the subgradient keep
# jumping over 0, most of them left of the line, while those of the proximal step are 0. Both methods
# cost some accuracy.
#
# ## What can go wrong
#
# After training with the subgradient <<zeros["subgradient"]:.1%>> of the weights are exactly 0, so those below a threshold
# must still be set to 0. We take the threshold $2\eta\lambda$:
# %% [markdown] lang="zh"
# 横轴 0 处的柱子表示恰好为 0 的权重；虚线是 $\eta\lambda$，即 L1 每步的拉力。两种 L1 做法都使差不多同样多的权重到达 0 或 0 附近。
# 但次梯度的那些一直在 0 两侧来回跳，大多落在虚线左边；近端步的则恰好为 0。两者的准确率都略有下降。
#
# ## 容易出错的地方
#
# 用次梯度训练之后，恰好为 0 的权重占 <<zeros["subgradient"]:.1%>>，因此还必须把低于某个阈值的权重置为 0。这里阈值取 $2\eta\lambda$：

# %%
network = networks["subgradient"].copy()
mp.prune_by_threshold(network, 2 * lr * lam)
after = mp.evaluate(network, *validation).accuracy
print(f"zeros {network.sparsity:.1%}, accuracy {after:.1%}")
assert network.sparsity > 0.2 and abs(after - right["subgradient"]) < 0.01
assert abs(network.sparsity - zeros["proximal"]) < 0.05

# %% [markdown] lang="en"
# The proximal step needs no threshold: it has made <<zeros["proximal"]:.1%>> of the weights 0.
#
# **Guess.** That network trains for one more epoch, now without a penalty. What share of its weights is
# 0 afterwards?
# %% [markdown] lang="zh"
# 近端步不需要阈值：它已使 <<zeros["proximal"]:.1%>> 的权重等于 0。
#
# **猜一猜。** 让这个网络不带惩罚项再训练一轮，之后还有多大比例的权重是 0？

# %%
loose, rng = networks["proximal"].copy(), np.random.default_rng(1)
mp.fit(loose, x, y, optimizer=mp.SGD(loose.parameters, lr), epochs=1, rng=rng)  # no penalty
W, hidden = loose.layers[0].W.value, mp.relu(loose.layers[0].forward(x))
idle = (x == 0).all(axis=0)[:, None] | (hidden == 0).all(axis=0)  # gradient 0 for every image
print(f"zeros {loose.sparsity:.1%}")
print(f"weights with a gradient of 0 among the zeros of layer 1: {np.mean(idle[W == 0]):.0%}")
assert loose.sparsity < 0.8 * zeros["proximal"] and np.mean(idle[W == 0]) > 0.6

# %% [markdown] lang="en"
# Only <<loose.sparsity:.1%>> of the weights are still 0. Most of these have a gradient of 0: their pixel is 0 in every
# image, or their neuron outputs 0 for every image. A penalty makes zeros, but does not keep them. A
# mask keeps them; it is the subject of lessons 03 and 05.
#
# ## The mistakes in print
#
# A-2.2 (section 2.2 of text A that minprune was built from) lists penalties as a way to prune and says
# that L1 encourages zero weights; in the table above only its proximal step made any.
# calls the penalty alone the loss. It is lowest with all weights at 0, whatever the data;
# `mp.l1_regularized_loss` adds $L_0$. E-3.2 uses "L1 or L2" to make weights sparse. After training with L2
# <<zeros["l2"]:.1%>> of the weights are 0. Its proximal step makes no zeros either: it divides by $1 + 2\eta\lambda$.
# %% [markdown] lang="zh"
# 仍为 0 的权重只占 <<loose.sparsity:.1%>>，其中大多数的梯度为 0：对应的像素在每张图像中都是 0，或者所在的神经元对每张图像都输出 0。惩罚项能产生零，但不能保持它们为零；这要靠掩码，见第 03 课和第 05 课。
#
# ## 原文中的错误
#
# （minprune 所依据的文章 A 的 2.2 节）把惩罚项列为一种剪枝方法，并说 L1 鼓励模型学习零权重；上面的结果中，
# 只有近端步得到了零权重。 把惩罚项本身叫作损失，可它在所有权重都为 0 时最小，与数据毫无关系；
# `mp.l1_regularized_loss` 会加上 $L_0$。E-3.2 用“L1 或 L2”让权重变稀疏；可是用 L2 训练后，零权重占
# <<zeros["l2"]:.1%>>。L2 的近端步也得不到零：它只是除以 $1 + 2\eta\lambda$。

# %%
w = np.array([0.05, -0.3, 0.02])
print("L2:", mp.l2_proximal(w, lam=1.0, lr=0.1).round(3))
print("L1:", mp.l1_proximal(w, lam=1.0, lr=0.1).round(3))
assert mp.l2_proximal(w, lam=1.0, lr=0.1).all() and mp.l1_penalty(0 * w, lam=1.0) == 0

# %% [markdown] lang="en"
# ## Check yourself
#
# 1. In the example of one weight let $w = 0.3$. Compute the next $w$ of L1 with the subgradient and with
#    the proximal step. Do the same from $w = 0.02$.
#
# <details><summary>Answer</summary>
#
# From 0.3 the gradient of the data is $0.3 - 0.05 = 0.25$. The subgradient gives
# $0.3 - 0.5\,(0.25 + 0.1) = 0.125$. The proximal step gives $u = 0.3 - 0.125 = 0.175$, then
# $0.175 - 0.05 = 0.125$: the same. From 0.02 the gradient of the data is $-0.03$. The subgradient gives
# $0.02 - 0.5\,(-0.03 + 0.1) = -0.015$, past 0. The proximal step gives $u = 0.035$, less than
# $\eta\lambda = 0.05$, and so 0.
#
# </details>
#
# 2. Suppose there is no loss of the data, $w = 1$ and $\eta\lambda = 1/8$. After how many proximal steps
#    of L1 is $w = 0$? Where is it after as many proximal steps of L2?
#
# <details><summary>Answer</summary>
#
# Each step of L1 subtracts $1/8$, so $w = 0$ after 8 steps. Each step of L2 divides by $1 + 2/8 = 1.25$:
#
# $$1.25^{-8} \approx 0.168$$
#
# More steps bring it closer to 0, but never to 0.
#
# </details>
#
# 3. Does the L1 subgradient make exact zeros if the learning rate is ten times smaller?
#
# <details><summary>Answer</summary>
#
# No. The jumps become about ten times shorter, so the weights are closer to 0 (the dashed line in the picture
# moves with $\eta\lambda$), but a weight is 0 only if a step happens to end exactly there.
#
# </details>
#
# ## Now you
#
# The exercises do not cover penalties. Write `l1_subgradient(w, lam)` and `l1_proximal(w, lam, lr)`
# into `mine.py`, and check them with `python -m minprune verify mine.py`.
#
# ## Further reading
#
# - Tibshirani (1996), [Regression shrinkage and selection via the
#   lasso](https://doi.org/10.1111/j.2517-6161.1996.tb02080.x): linear regression with an L1 penalty,
#   and why it makes coefficients exactly 0 where L2 does not.
# - Daubechies, Defrise and De Mol (2004), [An iterative thresholding algorithm for linear inverse
#   problems with a sparsity constraint](https://arxiv.org/abs/math/0307152): proves that gradient
#   steps, each followed by a soft threshold, converge.
# - Parikh and Boyd (2014), [Proximal algorithms](https://web.stanford.edu/~boyd/papers/prox_algs.html):
#   proximal steps of many penalties, with an introduction.
# %% [markdown] lang="zh"
# ## 自测
#
# 1. 在只有一个权重的例子中，设 $w = 0.3$，分别求 L1 用次梯度和用近端步得到的下一个 $w$。再从 $w = 0.02$ 出发各算一次。
#
# <details><summary>答案</summary>
#
# 在 0.3 处，数据损失的梯度为 $0.3 - 0.05 = 0.25$。次梯度得到 $0.3 - 0.5\,(0.25 + 0.1) = 0.125$；近端步先得
# $u = 0.3 - 0.125 = 0.175$，再得 $0.175 - 0.05 = 0.125$，两者相同。在 0.02 处，数据损失的梯度为 $-0.03$。次梯度得到
# $0.02 - 0.5\,(-0.03 + 0.1) = -0.015$，越过了 0；近端步先得 $u = 0.035$，它小于 $\eta\lambda = 0.05$，所以结果为 0。
#
# </details>
#
# 2. 假设没有数据损失，$w = 1$，$\eta\lambda = 1/8$。L1 的近端步要走几步才到 0？L2 的近端步走同样的步数后 $w$ 是多少？
#
# <details><summary>答案</summary>
#
# L1 每步减去 $1/8$，8 步之后 $w = 0$。L2 每步除以 $1 + 2/8 = 1.25$：
#
# $$1.25^{-8} \approx 0.168$$
#
# 再走下去会离 0 越来越近，但永远到不了 0。
#
# </details>
#
# 3. 把学习率缩小到十分之一，L1 次梯度能得到恰好为 0 的权重吗？
#
# <details><summary>答案</summary>
#
# 不能。每次跳动缩短到约十分之一，权重离 0 更近（图中的虚线随 $\eta\lambda$ 移动），但只有某一步碰巧恰好落在 0 上，权重才等于 0。
#
# </details>
#
# ## 轮到你了
#
# 练习没有涉及惩罚项。请在 `mine.py` 中写出 `l1_subgradient(w, lam)` 和 `l1_proximal(w, lam, lr)`，
# 再用 `python -m minprune verify mine.py --lang zh` 检查。
#
# ## 延伸阅读
#
# - Tibshirani（1996），[Regression shrinkage and selection via the
#   lasso](https://doi.org/10.1111/j.2517-6161.1996.tb02080.x)：带 L1 惩罚项的线性回归，以及为什么 L1 能使系数恰好为 0，而 L2 不能。
# - Daubechies、Defrise、De Mol（2004），[An iterative thresholding algorithm for linear inverse
#   problems with a sparsity constraint](https://arxiv.org/abs/math/0307152)：证明了每步梯度更新之后做一次软阈值的算法收敛。
# - Parikh、Boyd（2014），[Proximal algorithms](https://web.stanford.edu/~boyd/papers/prox_algs.html)：
#   近端算法的入门介绍，以及多种惩罚项的近端步。
# %% words
# set it for less data: a quick look | 设置它就少用些数据，快速浏览
# gradient of L1: | L1 的梯度：
# gradient of L2: | L2 的梯度：
# accuracy {right[name]:.1%}   exactly 0: {zeros[name]:5.1%} | 准确率 {right[name]:.1%}   恰好为 0 的占 {zeros[name]:5.1%}
# no penalty | 不带惩罚项
# L2, gradient | L2，梯度
# zeros {network.sparsity:.1%}, accuracy {after:.1%} | 为 0 的占 {network.sparsity:.1%}，准确率 {after:.1%}
# zeros {loose.sparsity:.1%} | 为 0 的占 {loose.sparsity:.1%}
# gradient 0 for every image | 对每张图像梯度都为 0
# weights with a gradient of 0 among the zeros of layer 1: {np.mean(idle[W == 0]):.0%} | 第一层的零中，梯度为 0 的占 {np.mean(idle[W == 0]):.0%}
# 0 is not among them | 其中没有 0
# L2: | L2：
# L1: | L1：
# Only one path ends at 0 | 只有一条路径停在 0
# step | 更新步数
# weight | 权重
# Only the proximal step makes exact zeros | 只有近端步得到恰好为 0 的权重
# L1, subgradient | L1，次梯度
# L1, proximal | L1，近端
# size of a weight | 权重的大小
# weights (%) | 权重 (%)
