# %% [markdown] lang="en"
# # 06  What is important?
#
# *Twenty minutes. Afterwards you can score weights by size, gradient, Taylor and OBD, check a score
# against the truth, and name cases in which each one is wrong.*
#
# A model outputs $w_1 x_1 + w_2 x_2$. With the inputs 1 and 2 and the weights 3 and 1 it outputs 5, but it
# should output 4. The loss is half the squared error, here 0.5.
#
# **Guess.** What is the loss if only $w_1$ is set to 0, and if only $w_2$ is? Which one should be pruned?
# %% [markdown] lang="zh"
# # 06  哪些权重重要？
#
# *约二十分钟。学完后你能用大小、梯度、泰勒展开和 OBD 给权重打分，能拿真实影响检验这些得分，
# 并能说出每种得分在什么情况下会出错。*
#
# 一个模型的输出是 $w_1 x_1 + w_2 x_2$。输入为 1 和 2、权重为 3 和 1 时，输出是 5，而正确答案是 4。
# 损失取误差平方的一半，这里是 0.5。
#
# **猜一猜。** 只把 $w_1$ 置零，损失是多少？只把 $w_2$ 置零呢？该剪掉哪一个？

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

import minprune as mp

x, w = np.array([1.0, 2.0]), np.array([3.0, 1.0])
truth = mp.leave_one_out(lambda w: 0.5 * (w @ x - 4) ** 2, w)
print(truth, "  change of the loss")
assert np.allclose(truth, [1.5, 0])

# %% [markdown] lang="en"
# Without $w_1$ the loss is 2, a change of 1.5. Without $w_2$ it is 0.5 as before, so $w_2$ should be pruned.
# Such a change is the **truth** about one weight. It is measured by **leave-one-out**: set the weight to
# 0, measure the loss, restore the weight. That takes one pass over the data for each weight, too many for a
# large network. A **score** is a cheap estimate. Many scores come from the Taylor series of the loss:
#
# $$L(w_i = 0) - L \approx -g_i w_i + \tfrac12 h_i w_i^2$$
#
# Here $g_i$ is the gradient, the slope of the loss, and $h_i$ the **curvature**, the rate at which the slope
# changes. The **Taylor** score $|g_i w_i|$ is the size of the first term. **OBD** (Optimal Brain Damage;
# LeCun, Denker and Solla 1990) is the second term: after training the slope is about 0. The **gradient**
# score is $|g_i|$, and the **magnitude** is $|w_i|$. In the model the error is 1, so $g_i = x_i$ and $h_i = x_i^2$:
# $g = (1, 2)$ and $h = (1, 4)$.
#
# **Guess.** The weight with the lowest score is pruned. Which of the four scores prunes the wrong one?
# %% [markdown] lang="zh"
# 去掉 $w_1$，损失为 2，变化 1.5；去掉 $w_2$，损失仍是 0.5，所以该剪 $w_2$。这样的变化量就是一个权重的**真实影响**，
# 用**留一法**（leave-one-out）测得：把这个权重置零，测一次损失，再恢复原值。每个权重都要把数据过一遍，网络一大就负担不起。
# **得分**则是低成本的估计，许多得分出自损失的泰勒展开：
#
# $$L(w_i = 0) - L \approx -g_i w_i + \tfrac12 h_i w_i^2$$
#
# 其中 $g_i$ 是梯度，即损失的斜率；$h_i$ 是**曲率**，即斜率的变化率。**泰勒**得分 $|g_i w_i|$ 是第一项的大小。
# **OBD**（Optimal Brain Damage；LeCun、Denker、Solla 1990）是第二项，因为训练结束时斜率约为 0。
# **梯度**得分是 $|g_i|$，**绝对值**即 $|w_i|$。在上面的模型中误差为 1，所以 $g_i = x_i$，$h_i = x_i^2$，
# 即 $g = (1, 2)$，$h = (1, 4)$。
#
# **猜一猜。** 得分最低的权重被剪掉。四种得分中，哪一种会剪错？

# %%
g, h = (w @ x - 4) * x, x**2  # first and second derivatives of the loss
print(mp.magnitude(w), "  magnitude |w|")
print(mp.gradient_magnitude(g), "  gradient |g|")
print(mp.taylor(w, g), "  Taylor |g w|")
print(mp.obd_saliency(w, h), "  OBD h w^2 / 2")
print(mp.second_order_influence(w, g, h), "  both terms, h w^2 / 2 - g w")
assert truth.argmin() == 1 and mp.gradient_magnitude(g).argmin() == 0
assert np.allclose(mp.second_order_influence(w, g, h), truth)

# %% [markdown] lang="en"
# Only the gradient prunes $w_1$. Both terms together are the truth here, as this loss is quadratic.
#
# ## Scores against the truth
#
# For digits of 7 x 7 pixels and 8 hidden units the truth can be measured for every weight:
# %% [markdown] lang="zh"
# 只有梯度会剪掉 $w_1$。这里两项之和就等于真实影响，因为这个损失是二次函数。
#
# ## 得分与真实影响对照
#
# 手写数字缩到 7 x 7 像素，隐藏单元只有 8 个时，可以测出每个权重的真实影响：

# %% folded
QUICK = "QUICK" in os.environ
images = mp.load_mnist().train.x[: 500 if QUICK else 1000].astype(float)
x = images.reshape(-1, 7, 4, 7, 4).mean((2, 4)).reshape(-1, 49)
y, rng = mp.load_mnist().train.labels[: len(x)], np.random.default_rng(0)
first, _, last = mp.mlp([49, 8, 10], rng, dtype=np.float64).layers
network = mp.Network([first, mp.Tanh(), last])
split = first.W.value.size  # the weights of the first layer come before those of the last


def loss(w):
    trial = network.copy()
    trial.layers[0].W.value = w[:split].reshape(49, 8)
    trial.layers[2].W.value = w[split:].reshape(8, 10)
    return mp.softmax_cross_entropy(trial(x), y).loss


def rank_correlation(a, b):
    def ranks(values):
        _, place, count = np.unique(values, return_inverse=True, return_counts=True)
        return (np.cumsum(count) - (count - 1) / 2)[place]  # equal values share their mean rank

    return np.corrcoef(ranks(a), ranks(b))[0, 1]


# %% [markdown] lang="en"
# A **rank correlation** compares two orders: 1 if they are the same, 0 if they are unrelated. The truth and
# OBD may be negative. Only their size is compared, as the other scores have no sign. The loss is the
# cross-entropy, in nats.
#
# **Guess.** Which score is best before training, and which after it? Where does the magnitude rank?
# %% [markdown] lang="zh"
# **秩相关系数**比较两种排序：完全一致为 1，毫不相干为 0。真实影响和 OBD 可能为负，而其他得分不带符号，
# 所以这两者都取绝对值再比较。
# 损失用交叉熵，单位是奈特。
#
# **猜一猜。** 训练前哪种得分最好，训练后呢？绝对值排第几？


# %%
def study():
    w = np.concatenate([p.value.ravel() for p in network.weights.values()])
    network.backward(mp.softmax_cross_entropy(network.forward(x, training=True), y).gradient)
    g = np.concatenate([p.grad.ravel() for p in network.weights.values()])
    h = [(loss(w + d) + loss(w - d) - 2 * loss(w)) / 1e-6 for d in 1e-3 * np.eye(w.size)]
    scores = dict(magnitude=mp.magnitude(w), gradient=mp.gradient_magnitude(g),
                  Taylor=mp.taylor(w, g), OBD=np.abs(mp.obd_saliency(w, h)))  # fmt: skip
    truth = mp.leave_one_out(loss, w)
    return w, truth, scores, [rank_correlation(s, np.abs(truth)) for s in scores.values()]


before = study()[-1]
plan = {"epochs": 300 if QUICK else 1000, "batch_size": len(x), "lr_decay": mp.cosine_decay}
mp.fit(network, x, y, optimizer=mp.Adam(network.parameters, lr=0.02), rng=rng, **plan)
w, truth, scores, after = study()
print(f"rank correlation with the truth for {w.size} weights")
for a, b, name in zip(before, after, ("magnitude", "gradient", "Taylor", "OBD"), strict=True):
    print(f"{a:.2f} before training   {b:.2f} after it   {name}")
assert np.argmax(before) == 2 and np.argmax(after) == 3 and np.argmin(after) == 0
assert before[3] < 0.93 and after[2] < 0.9

# %% [markdown] lang="en"
# The best score changes. Before training the slope decides, and Taylor is nearly right. After training
# little of the slope is left, and OBD is nearly right. The magnitude is last, behind the gradient.
#
# The picture shows nearly all trained weights, one mark for each. The better a score, the narrower the band.
# %% [markdown] lang="zh"
# 最好的得分变了。训练前由斜率决定，泰勒得分几乎全对。训练后斜率所剩无几，这时 OBD 几乎全对。
# 绝对值排在末位，还不如梯度。
#
# 图中画出了训练后几乎所有的权重，每个权重一个点。得分越好，点就越聚成一条窄带。

# %%
figure, panels = plt.subplots(2, 2, num="scores", figsize=(7, 6), sharey=True)
first, last = slice(None, split), slice(split, None)
styles = (first, "o", "#0072B2", "first layer"), (last, "^", "#D55E00", "last layer")
units = "weight units", "nats per weight unit", "nats", "nats"
for (name, s), unit, axes in zip(scores.items(), units, panels.flat, strict=True):
    for part, marker, color, label in styles:
        axes.loglog(s[part], np.abs(truth)[part], marker, color=color, ms=4, alpha=0.6, label=label)
    axes.set(title=name, xlabel=f"score, in {unit}", ylim=(1e-8, 10))
    axes.set_xlim(s.max() * (1e-4 if name == "magnitude" else 1e-7), s.max() * 2)
figure.supylabel("true change of the loss, in nats")
panels[1, 1].legend(loc="upper left")
figure.suptitle("True change of the loss against four scores: OBD is nearly a line")
figure.tight_layout()
idle = (mp.magnitude(w) > np.median(mp.magnitude(w))) & (np.abs(truth) < 1e-5)
assert idle.sum() > 5 and (x.mean(axis=0)[np.flatnonzero(idle) // 8] < 0.02).all()  # dark pixels

# %% [markdown] lang="en"
# The magnitude does not use the data: a large weight at a pixel that is nearly always black has no effect
# (lower right of the first panel). But this ranks *single* weights, without fine-tuning. With 90% pruned
# and then fine-tuned, magnitude is better than the gradient (lesson 12).
#
# ## What can go wrong: pairs of weights
#
# Two inputs are always equal, so only the sum of their weights matters. The loss is half the squared
# change of this sum. The weights 5 and -5 cancel; the weights 1 and 1 share the work.
#
# **Guess.** For each pair: how much does the loss rise without one of the weights, and without both?
# %% [markdown] lang="zh"
# 绝对值与数据无关：某个像素几乎总是黑的，它的权重再大也不起作用（左上子图右下方的点）。不过，这里排的是*单个*权重，
# 剪掉之后也不微调；若剪掉 90% 再微调，按绝对值剪就胜过按梯度剪（见第 12 课）。
#
# ## 容易出错的地方：成对的权重
#
# 两个输入始终相等，于是只有两个权重之和起作用。损失取这个和的变化量平方的一半。5 与 -5 互相抵消，1 与 1 分担同一份工作。
#
# **猜一猜。** 对每一对权重：去掉其中一个，损失上升多少？两个都去掉呢？

# %%
for pair in (np.array([5.0, -5.0]), np.array([1.0, 1.0])):
    total = pair.sum()
    single = mp.leave_one_out(lambda v, total=total: 0.5 * (v.sum() - total) ** 2, pair)
    both = 0.5 * total**2
    print(f"weights {pair}   without one {single}   without both {both}")
assert both > 1.5 * single.sum()  # the pair that shares the work

# %% [markdown] lang="en"
# Weights that cancel look important and are not. Weights that share the work cost more together than the
# sum of both alone. But if the other weight may change too, one of them costs almost nothing. **Optimal
# Brain Surgeon** (OBS; Hassibi and Stork 1993) scores a weight in this way, by the matrix $H$ of all
# second derivatives: $H_{ij}$ is the rate at which the slope in $w_i$ changes with $w_j$, and $H_{ii} = h_i$.
#
# $$s_i = \frac{w_i^2}{2\, [H^{-1}]_{ii}}$$
# %% [markdown] lang="zh"
# 互相抵消的一对看起来重要，其实不重要。分担工作的一对，一起剪掉的代价大于单个代价之和；但若允许另一个权重随之调整，
# 剪掉其中一个几乎没有代价。**Optimal Brain Surgeon**（OBS；Hassibi、Stork 1993）就是这样打分的，
# 它要用到全部二阶导数构成的矩阵 $H$：$H_{ij}$ 是 $w_i$ 方向的斜率随 $w_j$ 的变化率，对角元 $H_{ii} = h_i$。
#
# $$s_i = \frac{w_i^2}{2\, [H^{-1}]_{ii}}$$

# %%
H = np.array([[1.0, 0.99], [0.99, 1.0]])  # two inputs that are nearly equal
print("OBD", mp.obd_saliency([1.0, 1.0], np.diag(H)))
print("OBS", mp.obs_saliency([1.0, 1.0], H).round(3))
assert np.allclose(mp.obs_saliency([1.0, 1.0], H), (1 - 0.99**2) / 2)

# %% [markdown] lang="en"
# If the other weight takes over, the loss rises by 0.01 instead of 0.5.
#
# ## Many weights at once
#
# **Guess.** Of the weights of the network, the 80% with the lowest truth are pruned. Does the loss rise by
# the sum of their single changes, by less, or by more?
# %% [markdown] lang="zh"
# 若由另一个权重接替，损失只上升 0.01，而不是 0.5。
#
# ## 同时剪掉许多权重
#
# **猜一猜。** 在前面的网络中，剪掉真实影响最小的 80% 权重。损失的上升等于单个变化之和，还是更小或更大？

# %%
shares = np.linspace(0, 0.8, 9)
orders = {**scores, "leave-one-out": truth}
costs = {}
for name, order in orders.items():
    masks = [mp.rank_mask(order, mp.pruned_count(w.size, share)) for share in shares]
    costs[name] = [loss(mp.apply_mask(w, mask)) for mask in masks]
single_sum = np.sort(truth)[: mp.pruned_count(w.size, 0.8)].sum()
together = costs["leave-one-out"][-1] - loss(w)
print(f"single changes sum to {single_sum:.1f} nats, together {together:.1f} nats")
assert together > 1.5 * single_sum

# %% [markdown] lang="en"
# By more: single changes do not add up. The picture shows the loss for four orders of pruning.
# %% [markdown] lang="zh"
# 更大：单个变化不能简单相加。下图是按四种次序剪枝时的损失。

# %%
figure, axes = plt.subplots(num="together", figsize=(7, 3.6))
lines = ("magnitude", "o", "#0072B2"), ("Taylor", "s", "#009E73"), ("OBD", "^", "#D55E00")
for name, marker, color in (*lines, ("leave-one-out", "x", "#CC79A7")):
    axes.plot(shares, costs[name], marker=marker, color=color, label=name)
axes.set(xlabel="sparsity", ylabel="loss, in nats", title="Many weights at once, no fine-tuning")
axes.legend()
assert costs["leave-one-out"][5] < min(costs["Taylor"][5], costs["magnitude"][5])

# %% [markdown] lang="en"
# With half of the weights pruned the loss is <<list(costs.values())[3][5]:.1f>> nats in the order of OBD and <<list(costs.values())[0][5]:.1f>> nats in that of the magnitude.
#
# ## The mistakes in print
#
# C-4.2 prunes the weights with a small gradient. In the first example that is the weight that matters: the
# gradient is the slope at the present weight, and 0 may be far from it. E-4.3 calls a neuron important if
# its **activation**, its output, is high. But the outgoing weights may be 0:
# %% [markdown] lang="zh"
# 剪掉一半权重时，按 OBD 的次序损失是 <<list(costs.values())[3][5]:.1f>> 奈特，按绝对值的次序是 <<list(costs.values())[0][5]:.1f>> 奈特。
#
# ## 原文中的错误
#
# C-4.2 剪掉梯度小的权重。在开头的例子里，那恰恰是重要的那个：梯度只是权重当前值处的斜率，
# 而 0 可能离得很远。E-4.3 认为**激活值**（神经元的输出值）高的神经元就重要，可是它的输出权重可能是 0：

# %%
a, w_out = np.array([[1.0, 0.1]]), np.array([[0.0], [5.0]])
change = mp.unit_ablation(lambda keep: 0.5 * ((a * keep) @ w_out - a @ w_out).item() ** 2, 2)
print(mp.mean_activation(a), "  activation")
print(mp.contribution(a, w_out), "  activation times size of outgoing weights")
print(change, "  truth: change of the loss without the neuron")
assert mp.mean_activation(a).argmax() != change.argmax() == mp.contribution(a, w_out).argmax()

# %% [markdown] lang="en"
# ## Check yourself
#
# 1. A model as in the first example has the inputs 1 and 3 and the weights 2 and 1; it should output 4.
#    Compute the truth and the four scores. Which score prunes the wrong weight?
#
# <details><summary>Answer</summary>
#
# The error is 1, so $g = (1, 3)$ and $h = (1, 9)$. The truth is $(0, 1.5)$: $w_1$ should be pruned. The
# gradient is $(1, 3)$, Taylor $(2, 3)$, OBD $(2, 4.5)$; all prune $w_1$. The magnitude $(2, 1)$ is wrong.
#
# </details>
#
# 2. A weight of 100 belongs to a pixel that is black in every image. What are its truth and its scores?
#
# <details><summary>Answer</summary>
#
# The loss does not depend on it, so the truth, $g$ and $h$ are 0. All scores are 0, except the magnitude: 100.
#
# </details>
#
# 3. Compute OBD and OBS for $w = (1, 2)$ and $H = \begin{pmatrix} 2 & 1 \\ 1 & 2 \end{pmatrix}$.
#
# <details><summary>Answer</summary>
#
# OBD is $(1, 4)$. The diagonal of $H^{-1}$ is $(\tfrac23, \tfrac23)$, so OBS is $(0.75, 3)$: less, as the
# other weight may change too.
#
# </details>
#
# ## Now you
#
# Write `taylor` and `obd_saliency` yourself:
# `python -m minprune exercises start mine`, then `check 2.1` and `check 2.2` in that folder.
#
# ## Further reading
#
# - LeCun, Denker and Solla (1990), [Optimal Brain Damage](https://proceedings.neurips.cc/paper/1989/hash/6c9882bbac1c7093bd25041881277658-Abstract.html): the
#   score by curvature, and how to compute all $h_i$ in a backward pass.
# - Hassibi and Stork (1993), [Second order derivatives for network pruning: Optimal Brain Surgeon](https://proceedings.neurips.cc/paper/1992/hash/303ed4c69846ab36c2904d3ba8573050-Abstract.html): the
#   score by $H^{-1}$, and the change of the other weights.
# - Molchanov and others (2017), [Pruning convolutional neural networks for resource efficient
#   inference](https://arxiv.org/abs/1611.06440): the Taylor score for whole filters, against leave-one-out.
# %% [markdown] lang="zh"
# ## 自测
#
# 1. 模型与开头的例子相同，但输入为 1 和 3，权重为 2 和 1，正确答案是 4。求真实影响和四种得分。哪一种得分会剪错？
#
# <details><summary>答案</summary>
#
# 误差为 1，所以 $g = (1, 3)$，$h = (1, 9)$。真实影响是 $(0, 1.5)$，应当剪 $w_1$。梯度得分 $(1, 3)$、泰勒得分 $(2, 3)$、
# OBD $(2, 4.5)$ 都剪 $w_1$；绝对值 $(2, 1)$ 剪错了。
#
# </details>
#
# 2. 某个权重为 100，它所连的像素在每张图像中都是黑的。它的真实影响和各种得分是多少？
#
# <details><summary>答案</summary>
#
# 损失与它无关，所以真实影响、$g$ 和 $h$ 都是 0，各种得分也都是 0，只有绝对值是 100。
#
# </details>
#
# 3. 对 $w = (1, 2)$ 和 $H = \begin{pmatrix} 2 & 1 \\ 1 & 2 \end{pmatrix}$，求 OBD 和 OBS。
#
# <details><summary>答案</summary>
#
# OBD 为 $(1, 4)$。$H^{-1}$ 的对角元为 $(\tfrac23, \tfrac23)$，所以 OBS 为 $(0.75, 3)$。OBS 较小，因为另一个权重可以随之调整。
#
# </details>
#
# ## 轮到你了
#
# 自己写出 `taylor` 和 `obd_saliency`：先运行
# `python -m minprune exercises start mine --lang zh`，再在该文件夹中运行 `check 2.1` 和 `check 2.2`。
#
# ## 延伸阅读
#
# - LeCun、Denker、Solla（1990），[Optimal Brain Damage](https://proceedings.neurips.cc/paper/1989/hash/6c9882bbac1c7093bd25041881277658-Abstract.html)：
#   按曲率打分，以及如何用一次反向计算求出所有 $h_i$。
# - Hassibi、Stork（1993），[Second order derivatives for network pruning: Optimal Brain Surgeon](https://proceedings.neurips.cc/paper/1992/hash/303ed4c69846ab36c2904d3ba8573050-Abstract.html)：
#   用 $H^{-1}$ 打分，并求出其余权重的调整量。
# - Molchanov 等（2017），[Pruning convolutional neural networks for resource efficient
#   inference](https://arxiv.org/abs/1611.06440)：对整个滤波器使用泰勒得分，并与留一法比较。
# %% words
# change of the loss | 损失的变化
# first and second derivatives of the loss | 损失的一阶和二阶导数
# magnitude | 绝对值
# gradient | 梯度
# Taylor | 泰勒
# both terms, h w^2 / 2 - g w | 两项之和 h w^2 / 2 - g w
# the weights of the first layer come before those of the last | 第一层的权重在前，最后一层的在后
# equal values share their mean rank | 相等的值取平均名次
# rank correlation with the truth for {w.size} weights | {w.size} 个权重的得分与真实影响的秩相关系数
# {a:.2f} before training   {b:.2f} after it | 训练前 {a:.2f}   训练后 {b:.2f}
# dark pixels | 暗像素
# True change of the loss against four scores: OBD is nearly a line | 损失的真实变化与四种得分：OBD 几乎是一条线
# score, in weight units | 得分，单位与权重相同
# score, in nats per weight unit | 得分，单位为奈特每单位权重
# score, in nats | 得分，单位为奈特
# weights {pair}   without one {single}   without both {both} | 权重 {pair}   去掉一个 {single}   去掉两个 {both}
# the pair that shares the work | 分担工作的那一对
# two inputs that are nearly equal | 两个几乎相等的输入
# single changes sum to {single_sum:.1f} nats, together {together:.1f} nats | 单个变化之和 {single_sum:.1f} 奈特，一起剪掉 {together:.1f} 奈特
# sparsity | 稀疏度
# loss, in nats | 损失，单位为奈特
# Many weights at once, no fine-tuning | 同时剪掉许多权重，不微调
# activation | 激活值
# activation times size of outgoing weights | 激活值乘输出权重的大小
# truth: change of the loss without the neuron | 真实影响：去掉该神经元后损失的变化
