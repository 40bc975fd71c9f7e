# %% [markdown] lang="en"
# # 06  What is important?
#
# *Twenty minutes. Afterwards you can score weights by size, gradient, Taylor and OBD, check a score
# against the truth, and name cases in which each one is wrong.*
#
# A model outputs $w_1 + 2 w_2$; it should be 4. The weights are 3 and 1. Which one should be pruned?
# %% [markdown] lang="zh"
# # 06  哪些权重重要？
#
# *约二十分钟。学完后你能用大小、梯度、泰勒展开和 OBD 给权重打分，能拿真实影响检验这些得分，
# 并能说出每种得分在什么情况下会出错。*
#
# 一个模型的输出是 $w_1 + 2 w_2$，正确答案是 4。两个权重分别为 3 和 1，该剪掉哪一个？

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

import minprune as mp

QUICK = "QUICK" in os.environ
x, w = np.array([1.0, 2.0]), np.array([3.0, 1.0])
error = w @ x - 4
g, h = error * x, x**2  # first and second derivatives of the loss, half the squared error
truth = mp.leave_one_out(lambda w: 0.5 * (w @ x - 4) ** 2, w)
print(f"truth     {truth}   loss without the weight, minus loss with it")
print(f"magnitude {mp.magnitude(w)}   |w|")
print(f"gradient  {mp.gradient_magnitude(g)}   |g|")
print(f"Taylor    {mp.taylor(w, g)}   |w g|")
print(f"OBD       {mp.obd_saliency(w, h)}   h w^2 / 2")
print(f"2nd order {mp.second_order_influence(w, g, h)}   h w^2 / 2 - w g")
assert truth.argmin() == 1 and mp.gradient_magnitude(g).argmin() == 0
assert np.allclose(mp.second_order_influence(w, g, h), truth)

# %% [markdown] lang="en"
# The lower of two scores is pruned, and only the gradient picks the wrong weight. The **truth** is
# measured: set one weight to 0, measure the loss, restore the weight (**leave-one-out**). It takes one
# pass over the data for every weight, too much for a large network. A **score** is a cheap estimate. Many
# come from the Taylor series of the loss when weight $i$ becomes 0 (last row):
#
# $$L(w_i = 0) - L \approx -g_i w_i + \tfrac12 h_i w_i^2$$
#
# Here $g_i$ is the **gradient**, the slope of the loss, and $h_i$ the **curvature**, how fast the slope
# changes. The **Taylor** score uses the first term. **OBD** (Optimal Brain Damage; LeCun, Denker and
# Solla 1990) uses the second: after training the slope is about 0. Magnitude uses $|w|$ only.
# %% [markdown] lang="zh"
# 得分较低的权重被剪掉，只有梯度会剪错。**真实影响**靠测量得到：把一个权重置 0，
# 测一次损失，再恢复原值，这叫**留一法**（leave-one-out）。每个权重都要把数据跑一遍，网络一大就负担不起。**得分**则是低成本的
# 估计。许多得分出自同一个公式，即权重 $i$ 变为 0 时损失的泰勒展开（最后一行）：
#
# $$L(w_i = 0) - L \approx -g_i w_i + \tfrac12 h_i w_i^2$$
#
# 其中 $g_i$ 是**梯度**，即损失的斜率；$h_i$ 是**曲率**，即斜率变化的快慢。**泰勒**得分只取第一项。
# **OBD**（Optimal Brain Damage；LeCun、Denker、Solla 1990）只取第二项，因为训练结束时斜率约为 0。
# 按大小打分则只看 $|w|$。

# %% [markdown] lang="en"
# ## Scores against the truth
#
# With digits of 7 x 7 pixels and 8 hidden units we can try every weight, before and after training. A
# **rank correlation** compares two orders: 1 if they are the same, 0 if they have nothing in common. The
# scores have no sign (that of OBD is dropped), so they are compared with the size of the true change.
# The loss is the cross-entropy, in nats. The picture shows nearly all trained weights.
# %% [markdown] lang="zh"
# ## 得分与真实影响对照
#
# 用 7 x 7 像素的手写数字和 8 个隐藏单元，可以逐个试完所有权重，训练前和训练后各一次。
# **秩相关系数**比较两种排序：完全一致为 1，毫不相干为 0。得分不带符号（OBD 的符号在此去掉），因此与真实变化量的绝对值比较。
# 损失用交叉熵，单位是**奈特**（nat）。图中画出了训练后几乎所有的权重。

# %%
images = mp.load_mnist().train.x[: 500 if QUICK else 1000].astype(float)
x = images.reshape(-1, 7, 4, 7, 4).mean((2, 4)).reshape(-1, 49)
y, rng = mp.load_mnist().train.labels[: len(x)], np.random.default_rng(0)
first, _, last = mp.mlp([49, 8, 10], rng, dtype=np.float64).layers
network = mp.Network([first, mp.Tanh(), last])
split = first.W.value.size


def loss(w):
    trial = network.copy()
    trial.layers[0].W.value = w[:split].reshape(49, 8)
    trial.layers[2].W.value = w[split:].reshape(8, 10)
    return mp.softmax_cross_entropy(trial(x), y).loss


def study():
    w = np.concatenate([p.value.ravel() for p in network.weights.values()])
    network.backward(mp.softmax_cross_entropy(network.forward(x, training=True), y).gradient)
    g = np.concatenate([p.grad.ravel() for p in network.weights.values()])
    h = [(loss(w + d) + loss(w - d) - 2 * loss(w)) / 1e-6 for d in 1e-3 * np.eye(w.size)]
    scores = {"magnitude": mp.magnitude(w), "gradient": mp.gradient_magnitude(g),
              "Taylor": mp.taylor(w, g), "OBD": np.abs(mp.obd_saliency(w, h))}  # fmt: skip
    return w, scores, mp.leave_one_out(loss, w)


def rank_correlation(a, b):
    def ranks(values):
        _, place, count = np.unique(values, return_inverse=True, return_counts=True)
        return (np.cumsum(count) - (count - 1) / 2)[place]  # equals share their mean rank

    return np.corrcoef(ranks(a), ranks(b))[0, 1]


_, scores, truth = study()
before = {name: rank_correlation(s, np.abs(truth)) for name, s in scores.items()}
plan = {"epochs": 300 if QUICK else 1000, "batch_size": len(x), "lr_decay": mp.cosine_decay}
mp.fit(network, x, y, optimizer=mp.Adam(network.parameters, lr=0.02), rng=rng, **plan)
w, scores, truth = study()
after = {name: rank_correlation(s, np.abs(truth)) for name, s in scores.items()}
print("rank correlation with the truth    before training    after")
for name in scores:
    print(f"{name:30} {before[name]:18.2f} {after[name]:10.2f}")
assert max(before, key=before.get) == "Taylor" and max(after, key=after.get) == "OBD"
assert min(after, key=after.get) == "magnitude" and before["OBD"] < 0.93 and after["Taylor"] < 0.9

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
# The best score changes. Before training the slope decides, and Taylor is nearly right. After training
# little of it is left, and OBD is nearly right. Magnitude comes last, behind the gradient, as it does
# not use the data: a large weight on a pixel that is nearly always black has no effect (lower right of
# the first panel). But the table ranks *single* weights, without fine-tuning. With 90% pruned and then
# fine-tuned, magnitude is better than the gradient (lesson 12).
#
# ## What can go wrong: pairs of weights
#
# The truth for single weights does not give that for pairs. Two inputs that are always equal show this:
# once with weights that cancel, once with weights that share the work.
# %% [markdown] lang="zh"
# 最好的得分变了。训练前由斜率决定，泰勒得分几乎全对。训练后斜率所剩无几，这时 OBD 几乎全对。
# 按大小打分排在末位，还不如梯度，因为它不看数据：某个像素几乎总是黑的，它的权重再大也不起作用
# （左上子图右下方的点）。不过，表中排的是*单个*权重，剪掉之后也不微调；若剪掉 90% 再微调，
# 按大小剪就胜过按梯度剪（见第 12 课）。
#
# ## 容易出错的地方：成对的权重
#
# 知道单个权重的真实影响，并不等于知道一对权重的影响。两个始终相等的输入就足以说明：
# 一种情形是两个权重互相抵消，另一种是两个权重分担同一份工作。

# %%
for name, pair in (("cancel", np.array([5.0, -5.0])), ("share", np.array([1.0, 1.0]))):
    total = pair.sum()
    single = mp.leave_one_out(lambda v, total=total: 0.5 * (v.sum() - total) ** 2, pair)
    both = 0.5 * total**2
    print(f"{name:7} weights {pair}  each alone {single}  both {both}")
    assert both == 0 if name == "cancel" else both > single.sum()
like = np.array([[1.0, 0.99], [0.99, 1.0]])  # curvature where two inputs are nearly equal
made_up = mp.obs_saliency([1.0, 1.0], like)
print("share, the other weight makes up for it:", made_up.round(3))
assert (made_up < 0.05 * mp.obd_saliency([1.0, 1.0], np.diag(like))).all()

# %% [markdown] lang="en"
# Weights that cancel look important and are not. Weights that share the work cost more together than the
# sum of both alone; but if the other one may change too (by fine-tuning, or by Optimal Brain Surgeon,
# which computes this change), each costs almost nothing. So for many weights single changes do not add up:
# %% [markdown] lang="zh"
# 互相抵消的一对看起来重要，其实不重要。分担工作的一对，一起剪掉时的影响大于单个影响之和；
# 但若允许另一个权重随之调整（微调，或直接算出调整量的 Optimal Brain Surgeon），
# 单独剪掉任何一个都几乎没有代价。因此，同时剪掉许多权重时，单个的影响不能简单相加：

# %%
figure, axes = plt.subplots(num="together", figsize=(7, 3.6))
shares, costs = np.linspace(0, 0.8, 9), {}
lines = ("magnitude", "o", "#0072B2"), ("Taylor", "s", "#009E73"), ("OBD", "^", "#D55E00")
for name, marker, color in (*lines, ("leave-one-out", "x", "#CC79A7")):
    order = scores.get(name, truth)
    masks = [mp.rank_mask(order, mp.pruned_count(w.size, share)) for share in shares]
    costs[name] = [loss(mp.apply_mask(w, mask)) for mask in masks]
    axes.plot(shares, costs[name], marker=marker, color=color, label=name)
axes.set(xlabel="sparsity", ylabel="loss, in nats", title="Many weights at once, no fine-tuning")
axes.legend()
single_sum = np.sort(truth)[: mp.pruned_count(w.size, 0.8)].sum()
together = costs["leave-one-out"][-1] - loss(w)
print(f"80% of all weights: single changes sum to {single_sum:.1f} nats, together {together:.1f}")
assert costs["leave-one-out"][5] < min(costs["Taylor"][5], costs["magnitude"][5])
assert together > 1.5 * single_sum

# %% [markdown] lang="en"
# ## The mistakes in print
#
# C-4.2 prunes the weights with a small gradient. In the first example that is the weight that matters: a
# small slope means that the loss is flat there, not that the weight is useless. E-4.3 calls a neuron
# important if its **activation**, its output, is high. But the effect of the output depends on the
# outgoing weights, which may be 0:
# %% [markdown] lang="zh"
# ## 原文中的错误
#
# C-4.2 剪掉梯度小的权重。在开头的例子里，那恰恰是重要的那个：斜率小只说明损失在该处平坦，
# 不说明权重没有用。E-4.3 认为**激活值**（神经元的输出值）高的神经元就重要。可是这个值起多大作用，
# 要看它的输出权重，而输出权重可能是 0：

# %%
a, w_out = np.array([[1.0, 0.1]]), np.array([[0.0], [5.0]])
print("activation  ", mp.mean_activation(a))
print("contribution", mp.contribution(a, w_out), "  activation times size of outgoing weights")
change = mp.unit_ablation(lambda keep: 0.5 * ((a * keep) @ w_out - a @ w_out).item() ** 2, 2)
print("truth       ", change)
assert mp.mean_activation(a).argmax() != change.argmax() == mp.contribution(a, w_out).argmax()

# %% [markdown] lang="en"
# ## Now you
#
# Write `taylor` and `obd_saliency` yourself:
# `python -m minprune exercises start mine`, then `check 2.1` and `check 2.2` in that folder.
# %% [markdown] lang="zh"
# ## 轮到你了
#
# 自己写出 `taylor` 和 `obd_saliency`：先运行
# `python -m minprune exercises start mine --lang zh`，再在该文件夹中运行 `check 2.1` 和 `check 2.2`。
