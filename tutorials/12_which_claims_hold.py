# %% [markdown] lang="en"
# # 12  Which claims hold?
#
# *Twenty minutes. Afterwards you can test a claim: a control, seeds, an interval, a verdict that may be "open".*
#
# A text that minprune was built from says that pruning raises the accuracy (B-1), and that it may harm generalization,
# the accuracy on new data (B-7). Which is true?
# %% [markdown] lang="zh"
# # 12  哪些说法站得住脚？
#
# *约二十分钟。学完后你能检验一条关于剪枝的说法：有对照、有多个随机种子、有置信区间，结论也可以是
# “尚无定论”。*
#
# minprune 所依据的文章之一，一处说剪枝提高准确率（B-1），另一处又说可能损害泛化，即新数据上的准确率（B-7）。
# 到底怎样？

# %%
import os
from timeit import timeit

import matplotlib.pyplot as plt
import numpy as np

import minprune as mp

QUICK = "QUICK" in os.environ
SEEDS, EPOCHS, STUDENT = (2, 15, 12.71) if QUICK else (10, 30, 2.26)
mnist = mp.load_mnist()
(x_all, y_all), (x_test, y_test) = (  # images as rows of 14 x 14 pixels
    (mp.average_pool2d(split.x[:n, ..., None], 2).reshape(n, -1), split.labels[:n])
    for split, n in ((mnist.train, 10_000), (mnist.test, 5000))
)


def train(network, x, y, seed, on_step=None):
    adam, rng = mp.Adam(network.parameters), np.random.default_rng(seed)
    mp.fit(network, x, y, optimizer=adam, epochs=EPOCHS, batch_size=32, rng=rng, on_step=on_step)
    return network


def pruned(network, prune, *arguments):
    copy = network.copy()
    prune(copy, *arguments)
    return copy


# %% [markdown] lang="en"
# All networks here are small: 196-40-10, 500 images, <<SEEDS>> of each kind. Others may give other results. A **seed**
# fixes all that is random: images, initial weights, order. Every network trains for $2 \times$ <<EPOCHS>> epochs, pruned
# half-way, if at all. Only the **ticket** (the initial weights under the mask found), new weights under it, and the
# network stopped half-way train for <<EPOCHS>>. The random mask is that mask shuffled by layer.
# %% [markdown] lang="zh"
# 这里的网络都很小：196-40-10，500 张图像，每种网络 <<SEEDS>> 个。在它们身上成立的，
# 在别的网络上未必成立。**随机种子**决定一切随机的东西：选哪些图像、初始权重是多少、按什么顺序训练。
#
# 每个网络都训练 $2 \times$ <<EPOCHS>> 轮，要剪的在中途剪。例外是：**彩票**（把找到的掩码加在初始权重上）
# 和同一掩码下重新抽取的权重，都从头训练 <<EPOCHS>> 轮；中途停止的那个也是 <<EPOCHS>> 轮。
# 随机掩码由找到的掩码在每层内打乱得到。


# %%
def one_seed(seed):
    rng = np.random.default_rng(seed)
    chosen = rng.choice(len(y_all), 500, replace=False)
    x, y, rest = x_all[chosen], y_all[chosen], seed + 100
    first, other = mp.mlp([196, 40, 10], rng), mp.mlp([196, 40, 10], rng)
    half = train(first.copy(), x, y, seed)
    nets = {s: pruned(half, mp.prune_by_magnitude, s) for s in (0.5, 0.9, 0.95)}
    nets |= {"dense": half.copy(), "by layer": pruned(half, mp.prune_by_magnitude, 0.9, "layer")}
    masks = [w.mask for w in nets[0.9].weights.values()]
    nets["random"] = pruned(half, mp.Network.prune, [rng.permuted(mask) for mask in masks])
    nets["gradient"] = pruned(half, mp.prune_by_gradient, x, y, 0.9, "gradient")
    for network in nets.values():
        train(network, x, y, rest)
    for name, network in (("ticket", first.copy()), ("redrawn", other)):
        network.prune(masks)
        nets[name] = train(network, x, y, seed)
    nets["gradual"] = gradual = half.copy()
    rule = mp.gradual_pruning(gradual, 0.9, begin=0, end=8 * EPOCHS, frequency=EPOCHS)
    train(gradual, x, y, rest, on_step=rule)  # the pruning ends after half of the steps
    wrong = np.where(rng.random(500) < 0.4, rng.integers(0, 10, 500), y)  # noisy labels
    nets["noisy, half as long"] = half = train(first.copy(), x, wrong, seed)
    nets["noisy"] = train(half.copy(), x, wrong, rest)
    nets["noisy, pruned"] = train(pruned(half, mp.prune_by_magnitude, 0.8), x, wrong, rest)
    return {name: 100 * mp.evaluate(net, x_test, y_test).accuracy for name, net in nets.items()}


found = [one_seed(seed) for seed in range(SEEDS)]


def compare(a, b):
    """Points of accuracy by which a is ahead of b: mean, and half of the 95% interval."""
    d = np.array([accuracies[a] - accuracies[b] for accuracies in found])
    return d.mean(), STUDENT * d.std(ddof=1) / np.sqrt(len(d))


def verdict(mean, spread, margin=0):
    if mean - spread > -margin:
        return "holds"
    return "does not hold" if mean + spread < -margin else "open"


# %% [markdown] lang="en"
# Differences are taken within a seed, on the same images. The interval is Student's, $\bar d \pm t\, s / \sqrt{n}$,
# with $s$ the standard deviation of the $n$ differences and $t$ = <<STUDENT>> for <<SEEDS>> seeds; about 95 of 100 such intervals
# contain the true difference. "Better" holds if the whole interval is above 0, "as good" if it is above a **margin**
# set before, here $-1$ point: no test can show that a difference is exactly 0. A claim does not hold if the whole
# interval is below; otherwise it is open.
# %% [markdown] lang="zh"
# 差值在同一种子内计算：两个网络看的是同样的图像。区间用学生 t 分布：$\bar d \pm t\, s / \sqrt{n}$，
# 其中 $s$ 是 $n$ 个差值的标准差，<<SEEDS>> 个种子时 $t$ = <<STUDENT>>；这样的区间每 100 个里约有 95 个
# 包含真实的差值。整个区间都在 0 以上，“更好”
# 才成立；整个区间都在事先定好的**容许界**（这里是 $-1$ 个百分点）以上，“一样好”才成立，因为没有哪个
# 检验能证明差值恰好为 0。整个区间都在界限以下，说法就不成立（does not hold）；其余情形尚无定论（open）。

# %% volatile
CLAIMS = (
    ("A-5.4  half pruned: as good as dense", 0.5, "dense", 1),
    ("       95% pruned: as good as dense", 0.95, "dense", 1),
    ("       90%: magnitude beats random", 0.9, "random", 0),
    ("B-1    pruning half raises accuracy", 0.5, "dense", 0),
    ("C-1    80% pruned helps: noisy labels", "noisy, pruned", "noisy", 0),
    ("       ... more than stopping early", "noisy, pruned", "noisy, half as long", 0),
    ("C-4.2  gradient beats random", "gradient", "random", 0),
    ("       gradient beats magnitude", "gradient", 0.9, 0),
    ("paper  ticket beats new weights", "ticket", "redrawn", 0),
    ("E-5.1  gradual beats one shot, by layer", "gradual", "by layer", 0),
)
figure, axes = plt.subplots(num="claims", figsize=(7, 4.6), subplot_kw={"ylim": (len(CLAIMS), -1)})
for row, (claim, a, b, margin) in enumerate(CLAIMS):
    mean, spread = compare(a, b)
    print(f"{claim:40}{mean:+6.1f} +-{spread:5.1f}  {verdict(mean, spread, margin)}")
    axes.plot([r[a] - r[b] for r in found], [row + 0.25] * SEEDS, ".", color="#E69F00")
    axes.plot([mean - spread, mean, mean + spread], [row] * 3, "-D", color="#0072B2", markevery=[1])
    axes.plot(-margin, row, "|", color="#D55E00", ms=16, mew=2)
axes.legend(axes.lines[:3], ["one seed", "mean and 95% interval", "limit of the claim"])
axes.set_yticks(range(len(CLAIMS)), [claim[7:] for claim, *_ in CLAIMS])
axes.set_xscale("symlog", linthresh=5)
axes.set_xticks(ticks := [-10, -5, -2, 0, 2, 5, 10, 20, 40], ticks)
axes.set(xlabel="difference in test accuracy, points", title="A claim holds right of its limit")
ahead = sum(accuracies[0.5] > accuracies["dense"] for accuracies in found)
assert abs(compare(0.5, "dense")[0]) < 3 and compare(0.95, "dense")[0] < -5
assert compare(0.9, "random")[0] > 5 and compare("gradient", "random")[0] > 3
assert compare("ticket", "redrawn")[0] > 3 and compare("gradual", 0.9)[0] < -3
assert QUICK or compare("noisy, half as long", "noisy, pruned")[0] > 0 > compare("gradient", 0.9)[0]
assert QUICK or min(compare("noisy, pruned", "noisy")[0], compare("gradual", "by layer")[0]) > 0

# %% [markdown] lang="en"
# A claim holds if its whole interval is right of its limit, the red mark (the axis is stretched near 0). Half of the
# weights can be pruned: <<~compare(0.5, "dense")[0]:+.1f>> points. 95% cannot: <<~compare(0.95, "dense")[0]:+.1f>>. Whether half *raises* the accuracy is open. With 40% of the
# labels drawn at random, the only share tried, pruning helps, by <<~compare(*CLAIMS[4][1:3])[0]:.1f>>, as C-1 says. But the dense network stopped
# half-way is better still; only this **control**, a network to compare with, shows it. C-4.2 prunes weights with a
# small gradient, which we call a mistake. Magnitude is indeed better, although it ranks *single* weights worse (lesson
# 06). But the gradient beats random pruning by <<~compare("gradient", "random")[0]:.0f>> points.
#
# The ticket beats new weights (Frankle and Carbin 2019). Gradual pruning (E-5.1; Zhu and Gupta 2017) beats one shot if
# both prune the same share of each layer, as in lesson 07. Against one shot with all layers ranked together it is <<~-compare("gradual", 0.9)[0]:.0f>>
# points behind. So compare what differs in one thing.
# %% [markdown] lang="zh"
# 整个区间都在界限（红色标记）右侧的说法才成立（横轴在 0 附近拉开了）。剪掉一半没有问题，相差
# <<~compare(0.5, "dense")[0]:+.1f>> 个百分点；剪掉 95% 就不行了：<<~compare(0.95, "dense")[0]:+.1f>>。
# 至于剪掉一半能否*提高*准确率，尚无定论。
#
# 把 40% 的标签随机重抽之后（只试了这一个比例），剪枝确实有用：提高 <<~compare(*CLAIMS[4][1:3])[0]:.1f>> 个百分点，
# 正如 C-1 所说。但稠密网络若在中途停止训练，结果还要更好。只有这个**对照**（用来比较的网络）才能看出这一点。
#
# C-4.2 剪梯度小的权重。我们把它算作错误，按大小剪也确实更好，尽管给*单个*权重排序时大小不如梯度（见第 06 课）；
# 可是按梯度剪仍比随机剪枝高出 <<~compare("gradient", "random")[0]:.0f>> 个百分点。
#
# 彩票胜过重新抽取的权重（Frankle、Carbin 2019）。渐进剪枝（E-5.1；Zhu、Gupta 2017）与一次剪完相比，
# 若两者每层剪掉的比例都相同，则渐进剪枝更好，与第 07 课一致；若一次剪完时改为所有层放在一起排序，
# 渐进剪枝反而落后 <<~-compare("gradual", 0.9)[0]:.0f>> 个百分点。所以做比较时，一次只能改变一个因素。

# %% [markdown] lang="en"
# ## Faster?
#
# C-9.1 and E-6.2 say that a pruned network is faster. The medians of many calls, made in turn:
# %% [markdown] lang="zh"
# ## 更快了吗？
#
# 、C-9.1 和 E-6.2 说剪枝后的网络更快。三个网络轮流调用多次，取中位数：

# %% volatile
rng, x = np.random.default_rng(0), mnist.test.flat[:64]
nets = {"dense": mp.mlp([784, 512, 10], rng), "half of the units": mp.mlp([784, 256, 10], rng)}
nets["nine tenths zeros"] = pruned(nets["dense"], mp.prune_by_magnitude, 0.9)
times = {name: [] for name in nets}
for _ in range(5 if QUICK else 100):
    for name, network in nets.items():
        times[name].append(1e3 * timeit(lambda network=network: network(x), number=1))
print(*(f"{name:18}{np.median(taken):6.2f} ms" for name, taken in times.items()), sep="\n")

# %% [markdown] lang="en"
# Zeros save nothing: a dense product multiplies them. Half of the units means half of the products.
#
# ## What can go wrong
#
# *One seed.* Pruning half was ahead in <<~ahead>> of <<SEEDS>> seeds: with a single seed you can claim either. *Many tests.* Of
# ten independent 95% intervals at least one misses the true value with a probability of <<1 - 0.95**10:.0%>>. *The wrong test.* A-5.4
# reports a slight loss; prints 0.982 and 0.980. On two sets of 10,000 images this is <<mp.accuracy_difference_z(0.982, 0.98, 10_000):.1f>> standard errors. But
# both networks were tested on the same images. Then only the images count that exactly one gets right, $n_a$ and $n_b$
# of them: $z = (n_a - n_b) / \sqrt{n_a + n_b}$ (McNemar 1947; Dietterich 1998). does not print them. $n_a - n_b$
# is 20, $n_a + n_b$ may be 20 to 380, so $z$ may be <<mp.mcnemar_z(20, 0):.1f>> to <<mp.mcnemar_z(200, 180):.1f>>: no verdict. Here the right test finds a difference:
# %% [markdown] lang="zh"
# 零并不省时间：稠密乘法照样去乘。去掉一半单元，乘法才少一半。
#
# ## 容易出错的地方
#
# *只用一个种子*：<<SEEDS>> 个种子里有 <<~ahead>> 个是剪掉一半的网络领先：
# 只看一个种子，两种结论都可能得到。*检验太多*：十个相互独立的 95% 区间，至少有一个落空的概率是
# <<1 - 0.95**10:.0%>>。*检验用错*： 说准确率略有下降， 给出的是 0.982 和 0.980。若测的是两组不同的图像（各 10,000 张），
# 这只是 <<mp.accuracy_difference_z(0.982, 0.98, 10_000):.1f>> 个标准误。但两个网络测的是同一组图像，这时起作用的只有恰好一个网络答对的图像：
# 只有前者答对的 $n_a$ 张和只有后者答对的 $n_b$ 张，$z = (n_a - n_b) / \sqrt{n_a + n_b}$（McNemar 1947；Dietterich 1998）。
# 没有给出这两个数。两者之差是 20，之和可能是 20 到 380，所以 $z$ 在 <<mp.mcnemar_z(20, 0):.1f>> 与
# <<mp.mcnemar_z(200, 180):.1f>> 之间，无法下结论。下例是一个网络，以及把它剪掉一半权重的副本，用对检验才能看出差别：

# %%
dense = train(mp.mlp([196, 40, 10], np.random.default_rng(7)), x_all[:1000], y_all[:1000], seed=7)
both = [mp.predict_classes(n, x_test) for n in (dense, pruned(dense, mp.prune_by_magnitude, 0.5))]
a, b = (np.mean(predicted == y_test) for predicted in both)
only_a, only_b = mp.discordant_counts(y_test, *both)
unpaired, paired = mp.accuracy_difference_z(a, b, len(y_test)), mp.mcnemar_z(only_a, only_b)
print(f"dense {a:.2%} right, {only_a} images alone; pruned {b:.2%}, {only_b} images alone")
print(f"z on two sets of images {unpaired:.1f}, on the same images {paired:.1f}")
assert unpaired < 2 < paired

# %% [markdown] lang="en"
# ## Now you
#
# Write the step that holds a mask, and the ticket: `python -m minprune exercises start mine`, then `check 3.1` and
# `check 3.3` in that folder. Then add an eleventh claim to `CLAIMS`, with its control.
# %% [markdown] lang="zh"
# ## 轮到你了
#
# 写出保持掩码的一步更新，以及彩票：先运行 `python -m minprune exercises start mine --lang zh`，再在该文件夹中运行
# `check 3.1` 和 `check 3.3`。然后给 `CLAIMS` 添上第十一条说法，以及它的对照。
