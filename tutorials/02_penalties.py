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

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

import minprune as mp

QUICK = "QUICK" in os.environ  # set it for less data: a quick look
w, lam = np.array([1.0, 0.01, 0.0, -0.01]), 0.5
print("L1 penalty", mp.l1_penalty(w, lam), " its gradient", mp.l1_subgradient(w, lam))
print("L2 penalty", mp.l2_penalty(w, lam), " its gradient", mp.l2_gradient(w, lam))
for penalty, gradient in ((mp.l1_penalty, mp.l1_subgradient), (mp.l2_penalty, mp.l2_gradient)):
    numeric = mp.numerical_gradient(lambda f=penalty: f(w, lam), w)
    assert np.allclose(numeric, gradient(w, lam))

# %% [markdown] lang="en"
# A **penalty** $R$ is added to the loss of the data, $L_0$, so that large weights raise the loss.
# $\lambda$ is its strength. Biases are not penalized.
#
# $$L = L_0 + R, \qquad R_1 = \lambda \sum_i |w_i|, \qquad R_2 = \lambda \sum_i w_i^2$$
#
# A step moves against the gradient, so the penalty pulls each weight towards 0. The gradient of **L2**
# is $2 \lambda w$: the smaller the weight, the weaker the pull. That of **L1** is
# $\lambda\, \mathrm{sign}(w)$: the pull on a weight of 0.01 is the same as on one of 1. At 0 the L1
# penalty has a kink and no slope; every number from $-\lambda$ to $\lambda$ is a **subgradient** there,
# and we take 0.
#
# ## One weight
#
# Let the loss of the data be $L_0 = (w - 0.05)^2 / 2$, lowest at $w = 0.05$, and let $\lambda = 0.1$.
# With the L1 penalty the total loss is lowest at exactly 0. Does training reach it?
# %% [markdown] lang="zh"
# **惩罚项** $R$ 加在数据损失 $L_0$ 上，权重越大，总损失就越大；$\lambda$ 是它的强度。偏置不计入。
#
# $$L = L_0 + R, \qquad R_1 = \lambda \sum_i |w_i|, \qquad R_2 = \lambda \sum_i w_i^2$$
#
# 更新沿梯度的反方向进行，因此惩罚项总是把权重拉向 0。**L2** 的梯度是 $2 \lambda w$：权重越小，拉力越弱。**L1** 的梯度是
# $\lambda\, \mathrm{sign}(w)$：对 0.01 的权重和对 1 的权重，拉力一样大。L1 惩罚项在 0 处有一个尖点，斜率不存在；
# 从 $-\lambda$ 到 $\lambda$ 的任何数都是此处的**次梯度**，这里取 0。
#
# ## 只看一个权重
#
# 设数据损失为 $L_0 = (w - 0.05)^2 / 2$，它在 $w = 0.05$ 处最小，并取 $\lambda = 0.1$。加上 L1 惩罚项之后，总损失恰好在
# 0 处最小。训练能到达那里吗？

# %%
wanted, lam, lr = 0.05, 0.1, 0.5
losses = {w: (w - wanted) ** 2 / 2 + mp.l1_penalty(w, lam) for w in np.arange(-50, 51) / 100}
assert min(losses, key=losses.get) == 0


def path(step, w=0.3, steps=15):
    values = [w]
    for _ in range(steps):
        values.append(float(step(np.array(values[-1]))))
    return np.array(values)


l2 = path(lambda w: w - lr * (w - wanted + mp.l2_gradient(w, lam)))
subgradient = path(lambda w: w - lr * (w - wanted + mp.l1_subgradient(w, lam)))
proximal = path(lambda w: mp.l1_proximal(w - lr * (w - wanted), lam, lr))

figure, axes = plt.subplots(num="one_weight", figsize=(7, 3.4))
axes.axhline(0, color="black", linewidth=0.8)
axes.plot(l2, "^:", color="#009E73", label="L2, gradient")
axes.plot(subgradient, "o--", color="#D55E00", label="L1, subgradient")
axes.plot(proximal, "s-", color="#0072B2", label="L1, proximal")
axes.set(xlabel="step", ylabel="weight", title="Only one path ends at 0")
axes.legend()
figure.tight_layout()

assert proximal[-1] == 0 and np.isclose(l2[-1], wanted / (1 + 2 * lam), atol=1e-3)
assert subgradient.all() and subgradient[-4:].min() < -0.01 < 0.01 < subgradient[-4:].max()

# %% [markdown] lang="en"
# L2 ends at <<l2[-1]:.3f>>: near 0 its pull is too weak against the data. The L1 subgradient always pulls by
# $\eta\lambda$ ($\eta$ is the learning rate); a weight closer to 0 than that **jumps over** it, and
# back again. The **proximal step** first makes the step of the data alone, to $u$, and then moves $u$
# by $\eta\lambda$ towards 0, but not past it. This is the **soft threshold**:
#
# $$w' = \mathrm{sign}(u)\, \max(|u| - \eta\lambda,\ 0), \qquad u = w - \eta\, \partial L_0 / \partial w$$
#
# ## A network
#
# Now compare the three on MNIST, and training without a penalty. **SGD** (stochastic gradient descent)
# makes plain steps of $\eta$ times the gradient.
# %% [markdown] lang="zh"
# L2 停在 <<l2[-1]:.3f>>：在 0 附近，它的拉力敌不过数据。L1 次梯度每步总是拉 $\eta\lambda$（$\eta$ 是学习率）；
# 离 0 比这更近的权重会**越过** 0，随后又跳回来。**近端步**（proximal step）先只按数据走一步到 $u$，再把 $u$ 朝 0 移动
# $\eta\lambda$，但不越过 0。这就是**软阈值**：
#
# $$w' = \mathrm{sign}(u)\, \max(|u| - \eta\lambda,\ 0), \qquad u = w - \eta\, \partial L_0 / \partial w$$
#
# ## 一个网络
#
# 在 MNIST 上比较这三种做法，并加上不带惩罚项的训练。**SGD**（随机梯度下降）的每一步就是 $\eta$ 乘梯度。

# %%
mnist, n, lam, lr = mp.load_mnist(), 8000 if QUICK else 30000, 3e-4, 0.2
x, y = mnist.train.flat[:n], mnist.train.labels[:n]
validation = mnist.validation.flat, mnist.validation.labels


def trained(pull=None, proximal=None):
    rng = np.random.default_rng(0)
    network = mp.mlp([784, 32, 10], rng)
    sgd = mp.SGD(network.parameters, lr)
    step = proximal and mp.proximal_pruning(network, sgd, lam, proximal)
    settings = {"epochs": 5, "rng": rng, "batch_size": 32}
    mp.fit(network, x, y, optimizer=sgd, penalty_gradient=pull, on_step=step, **settings)
    return network


networks = {
    "no penalty": trained(),
    "L2, gradient": trained(pull=lambda w: mp.l2_gradient(w, lam)),
    "L1, subgradient": trained(pull=lambda w: mp.l1_subgradient(w, lam)),
    "L1, proximal": trained(proximal=mp.l1_proximal),
}
zeros = {name: network.sparsity for name, network in networks.items()}
right = {name: mp.evaluate(network, *validation).accuracy for name, network in networks.items()}
for name in networks:
    print(f"{name:16} {right[name]:.1%} right   {zeros[name]:.1%} of the weights exactly 0")
assert zeros["L1, proximal"] > 0.2 and max(list(zeros.values())[:3]) < 0.001
assert right["no penalty"] - right["L1, proximal"] < 0.05

# %%
figure, panels = plt.subplots(1, 3, num="network", figsize=(7.6, 3), sharex=True, sharey=True)
colours = {"no penalty": "#E69F00", "L1, subgradient": "#D55E00", "L1, proximal": "#0072B2"}
for axes, (name, colour) in zip(panels, colours.items(), strict=True):
    sizes = np.concatenate([np.abs(w.value).ravel() for w in networks[name].weights.values()])
    assert name == "no penalty" or np.mean(sizes < lr * lam) > np.mean(sizes < 2 * lr * lam) / 2
    shares = np.full(sizes.size, 100 / sizes.size)
    axes.hist(np.maximum(sizes, 1e-7), np.logspace(-7.5, 0.5, 33), weights=shares, color=colour)
    axes.axvline(lr * lam, color="black", linestyle="--", linewidth=1, label=r"$\eta\lambda$")
    axes.set(xscale="log", xlabel="size of a weight", title=name)
    axes.set_xticks([1e-7, 1e-4, 1e-1], ["0", "0.0001", "0.1"])
panels[0].set_ylabel("weights (%)")
panels[0].legend()
figure.suptitle("Only the proximal step makes exact zeros")
figure.tight_layout()

# %% [markdown] lang="en"
# The bar at 0 counts exact zeros. The dashed line is $\eta\lambda$, the length of an L1 step. Both L1
# methods take nearly the same number of weights to 0 or close to it. But those of the subgradient keep
# jumping over 0, most of them left of the line, while those of the proximal step are 0. Both methods
# cost some accuracy.
#
# ## What can go wrong
#
# After training with the subgradient no weight is exactly 0: a threshold is still needed, here
# $2\eta\lambda$. And a penalty is not a mask: in one epoch without it, many weights come back.
# %% [markdown] lang="zh"
# 横轴 0 处的柱子表示恰好为 0 的权重；虚线是 $\eta\lambda$，即 L1 每步的长度。两种 L1 做法都使差不多同样多的权重
# 到达 0 或 0 附近。但次梯度的那些一直在 0 两侧来回跳，大多落在虚线左边；近端步的则恰好为 0。两者都要损失一点准确率。
#
# ## 容易出错的地方
#
# 用次梯度训练之后，没有一个权重恰好为 0，还必须按阈值剪一次，这里取 $2\eta\lambda$。另外，惩罚项不是掩码：
# 不带它再训练一轮，许多权重又会回来。

# %%
network = networks["L1, subgradient"].copy()
mp.prune_by_threshold(network, 2 * lr * lam)
after = mp.evaluate(network, *validation).accuracy
assert network.sparsity > 0.2 and abs(after - right["L1, subgradient"]) < 0.01
assert abs(network.sparsity - zeros["L1, proximal"]) < 0.05

loose, rng = networks["L1, proximal"].copy(), np.random.default_rng(1)
mp.fit(loose, x, y, optimizer=mp.SGD(loose.parameters, lr), epochs=1, rng=rng)  # no penalty
print(f"subgradient and threshold: {network.sparsity:.1%} zeros, {after:.1%} right")
print(f"proximal, then one epoch without: {loose.sparsity:.1%} zeros")
assert loose.sparsity < 0.8 * zeros["L1, proximal"]

# %% [markdown] lang="en"
# ## The mistakes in print
#
# A-2.2 (section 2.2 of text A that minprune was built from) lists penalties as a way to prune and says
# that L1 encourages zero weights; in the table above only its proximal step made any.
# calls the penalty alone the loss. It is lowest with all weights at 0, whatever the data;
# `mp.l1_regularized_loss` adds $L_0$. E-3.2 uses "L1 or L2" to make weights sparse. L2 made <<zeros["L2, gradient"]:.1%>>
# zeros, and its proximal step would make none either: it divides by $1 + 2\eta\lambda$.
# %% [markdown] lang="zh"
# ## 原文中的错误
#
# （minprune 所依据的文章 A 的 2.2 节）把惩罚项列为一种剪枝方法，并说 L1 鼓励模型学习零权重；上面的表格中，
# 只有近端步得到了零权重。 把惩罚项本身叫作损失，可它在所有权重都为 0 时最小，与数据毫无关系；
# `mp.l1_regularized_loss` 会加上 $L_0$。E-3.2 用“L1 或 L2”让权重变稀疏；可是用 L2 训练后，零权重占
# <<zeros["L2, gradient"]:.1%>>。L2 的近端步也得不到零：它只是除以 $1 + 2\eta\lambda$。

# %%
w = np.array([0.05, -0.3, 0.02])
print("L2, proximal", mp.l2_proximal(w, lam=1.0, lr=0.1))
print("L1, proximal", mp.l1_proximal(w, lam=1.0, lr=0.1))
assert mp.l2_proximal(w, lam=1.0, lr=0.1).all() and mp.l1_penalty(0 * w, lam=1.0) == 0

# %% [markdown] lang="en"
# ## Now you
#
# The exercises do not cover penalties. Write `l1_subgradient(w, lam)` and `l1_proximal(w, lam, lr)`
# into `mine.py`, and check them with `python -m minprune verify mine.py`.
# %% [markdown] lang="zh"
# ## 轮到你了
#
# 练习没有涉及惩罚项。请在 `mine.py` 中写出 `l1_subgradient(w, lam)` 和 `l1_proximal(w, lam, lr)`，
# 再用 `python -m minprune verify mine.py --lang zh` 检查。
