# %% [markdown] lang="en"
# # 12  Which claims hold?
#
# *Twenty minutes. Afterwards you can test a claim: a control, seeds, an interval, a verdict that may be "open".*
#
# Two answers in text B, one of the five that minprune was built from (B-8):
#
# > 提高模型效率和精度 …… 可能导致模型的泛化能力降低
#
# Pruning *raises the efficiency and the accuracy of a model*, and it *may lower its generalization*, the accuracy on
# new data. Which is true? This lesson trains pairs of networks that differ in one thing, and compares them.
# %% [markdown] lang="zh"
# # 12  哪些说法站得住脚？
#
# *约二十分钟。学完后你能检验一条关于剪枝的说法：有对照、有多个随机种子、有置信区间，结论也可以是
# “尚无定论”。*
#
# minprune 所依据的文章之一，在两个回答里（B-8）分别写道：
#
# > 提高模型效率和精度 …… 可能导致模型的泛化能力降低
#
# 泛化能力就是在新数据上的准确率。到底是提高还是降低？本课成对地训练网络，每一对只有一处不同，然后比较。

# %% folded
import os

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
# All networks are small: 196-40-10, 500 images of 14 × 14 pixels, <<5000>> test images. Others may give other results.
# A **seed** fixes all that is random: the images, their order, the initial weights. For each of <<SEEDS>> seeds a dense
# network is trained for <<EPOCHS>> epochs, then for <<EPOCHS>> more. A pruned network is a copy that is pruned half-way and trained for the
# other <<EPOCHS>> epochs under its mask. So `dense` is its **control**: a network that differs only in what is tested.
#
# - `50% pruned`, `90% pruned`, `95% pruned`: by magnitude, all layers ranked together; `90% by layer`: each layer 90%.
# - `90% by gradient` prunes the weights with the smallest gradient; `90% random` shuffles the mask of `90% pruned` in each layer.
# - `gradual` raises the pruned share of each layer step by step to 90%, while it trains (lesson 07).
# - `ticket`: the *initial* weights under the mask of `90% pruned`; `new weights`: others under this mask. Both <<EPOCHS>> epochs.
# - `noisy`: dense, 40% of the labels drawn at random; `noisy, 80% pruned`; `noisy, stopped` after <<EPOCHS>> epochs.
# %% [markdown] lang="zh"
# 这里的网络都很小：196-40-10，训练用 500 张 14 × 14 像素的图像，测试用 <<5000>> 张。在它们身上成立的，在别的网络上未必成立。
# **随机种子**决定一切随机的东西：选哪些图像、初始权重是多少、按什么顺序训练。每个种子（共 <<SEEDS>> 个）先训练一个稠密网络，
# <<EPOCHS>> 轮之后再训练 <<EPOCHS>> 轮。剪枝的网络是它中途的副本：剪枝之后，带着掩码训练余下的 <<EPOCHS>> 轮。因此 `dense` 就是它的**对照**，
# 即只在要检验的那一点上不同的网络。
#
# - `50% pruned`、`90% pruned`、`95% pruned`：按绝对值剪枝，所有层一起排序；`90% by layer`：每层各剪 90%。
# - `90% by gradient`：剪掉梯度最小的权重；`90% random`：把 `90% pruned` 的掩码在每层内打乱。
# - `gradual`：一边训练，一边逐步把每层剪掉的比例提高到 90%（见第 07 课）。
# - `ticket`（**彩票**）：*初始*权重加上 `90% pruned` 的掩码；`new weights`：同一掩码，重新抽取权重。二者都训练 <<EPOCHS>> 轮。
# - `noisy`：稠密网络，40% 的标签随机重抽；`noisy, 80% pruned`：其中剪掉 80%；`noisy, stopped`：<<EPOCHS>> 轮后停止训练。


# %% folded
def one_seed(seed):
    rng = np.random.default_rng(seed)
    chosen = rng.choice(len(y_all), 500, replace=False)
    x, y, rest = x_all[chosen], y_all[chosen], seed + 100
    first, other = mp.mlp([196, 40, 10], rng), mp.mlp([196, 40, 10], rng)
    half = train(first.copy(), x, y, seed)
    nets = {f"{s:.0%} pruned": pruned(half, mp.prune_by_magnitude, s) for s in (0.5, 0.9, 0.95)}
    masks = [w.mask for w in nets["90% pruned"].weights.values()]
    nets["dense"] = half.copy()
    nets["90% by layer"] = pruned(half, mp.prune_by_magnitude, 0.9, "layer")
    nets["90% random"] = pruned(half, mp.Network.prune, [rng.permuted(mask) for mask in masks])
    nets["90% by gradient"] = pruned(half, mp.prune_by_gradient, x, y, 0.9, "gradient")
    for network in nets.values():
        train(network, x, y, rest)
    for name, network in (("ticket", first.copy()), ("new weights", other)):
        network.prune(masks)
        nets[name] = train(network, x, y, seed)
    nets["gradual"] = gradual = half.copy()
    rule = mp.gradual_pruning(gradual, 0.9, begin=0, end=8 * EPOCHS, frequency=EPOCHS)
    train(gradual, x, y, rest, on_step=rule)  # the pruning ends after half of the steps
    wrong = np.where(rng.random(500) < 0.4, rng.integers(0, 10, 500), y)  # noisy labels
    nets["noisy, stopped"] = half = train(first.copy(), x, wrong, seed)
    nets["noisy"] = train(half.copy(), x, wrong, rest)
    nets["noisy, 80% pruned"] = train(pruned(half, mp.prune_by_magnitude, 0.8), x, wrong, rest)
    return {name: 100 * mp.evaluate(net, x_test, y_test).accuracy for name, net in nets.items()}


found = [one_seed(seed) for seed in range(SEEDS)]

# %% [markdown] lang="en"
# ## One seed is not enough
#
# **Guess.** Does pruning half of the weights raise the accuracy? In how many of the <<SEEDS>> seeds is the pruned network
# better than the dense one?
# %% [markdown] lang="zh"
# ## 只用一个种子不够
#
# **猜一猜。** 剪掉一半权重能提高准确率吗？<<SEEDS>> 个种子里，有几个是剪枝后的网络比稠密网络好？

# %% volatile
half = [seed["50% pruned"] - seed["dense"] for seed in found]
ahead = sum(difference > 0 for difference in half)
print(*(f"{difference:+.2f}" for difference in half), "points")
print(f"the pruned network is ahead in {ahead} of {SEEDS} seeds")

# %% [markdown] lang="en"
# With a single seed you could claim either. The differences are taken within a seed, on the same images. Their mean is
# uncertain, too. Student's 95% **confidence interval** from $n$ differences of mean $\bar d$ and standard deviation $s$ is
#
# $$\bar d \pm t\, \frac{s}{\sqrt{n}}$$
#
# with $t$ = <<STUDENT>> from a table for <<SEEDS>> seeds. About 95 of 100 such intervals contain the true mean, if the differences are normal.
# "Better" holds if the whole interval is above 0. "As good" holds if it is above a **margin** that was set before,
# here $-1$ point: no test can show that a difference is exactly 0. A claim does not hold if the whole interval is
# below this limit. Otherwise it is open.
# %% [markdown] lang="zh"
# 只看一个种子，两种结论都可能得到。差值都在同一种子内计算，两个网络看的是同样的图像。差值的平均值也有误差：
# 由 $n$ 个差值的均值 $\bar d$ 和标准差 $s$，可得 95% **置信区间**（学生 t 分布）：
#
# $$\bar d \pm t\, \frac{s}{\sqrt{n}}$$
#
# <<SEEDS>> 个种子时查表得 $t$ = <<STUDENT>>。若差值服从正态分布，这样的区间每 100 个里约有 95 个包含真实的均值。整个区间都在 0 以上，
# “更好”才成立；整个区间都在事先定好的**容许界**（这里是 $-1$ 个百分点）以上，“一样好”才成立，因为没有哪个检验能证明差值恰好为 0。
# 整个区间都在界限以下，说法就站不住；其余情形尚无定论。


# %%
def compare(a, b):
    """Points of accuracy by which a is ahead of b: mean, and half of the 95% interval."""
    d = np.array([accuracies[a] - accuracies[b] for accuracies in found])
    return d.mean(), STUDENT * d.std(ddof=1) / np.sqrt(len(d))


def verdict(mean, spread, margin=0):
    if mean - spread > -margin:
        return "holds"
    return "does not hold" if mean + spread < -margin else "open"


# %% [markdown] lang="en"
# ## Ten claims
#
# **Guess.** C-1.1 says that pruning prevents overfitting (能够有效防止过拟合). With 40% of the labels drawn at random, does pruning 80% of the
# weights help? And does it help more than if the dense network is only trained half as long?
# %% [markdown] lang="zh"
# ## 十条说法
#
# **猜一猜。** C-1.1 说剪枝“能够有效防止过拟合”。40% 的标签随机重抽之后，剪掉 80% 的权重有用吗？比起让稠密网络中途停止训练，哪个更有用？

# %% volatile
CLAIMS = (
    ("half pruned is as good as dense (A-5.4)", "50% pruned", "dense", 1),
    ("95% pruned is as good as dense", "95% pruned", "dense", 1),
    ("half pruned is better than dense (B-8)", "50% pruned", "dense", 0),
    ("noisy labels: 80% pruned is better (C-1.1)", "noisy, 80% pruned", "noisy", 0),
    ("noisy labels: it is better than to stop", "noisy, 80% pruned", "noisy, stopped", 0),
    ("magnitude is better than random", "90% pruned", "90% random", 0),
    ("gradient is better than random (C-4.2f)", "90% by gradient", "90% random", 0),
    ("gradient is better than magnitude", "90% by gradient", "90% pruned", 0),
    ("the ticket is better than new weights", "ticket", "new weights", 0),
    ("gradual is better than one shot (E-5.1)", "gradual", "90% by layer", 0),
)
for number, (claim, a, b, margin) in enumerate(CLAIMS, 1):
    mean, spread = compare(a, b)
    print(f"{number:2}{mean:+6.1f} +-{spread:4.1f}  {verdict(mean, spread, margin):13}  {claim}")
assert abs(compare("50% pruned", "dense")[0]) < 3 and compare("95% pruned", "dense")[0] < -5
assert compare("90% pruned", "90% random")[0] > 5 and compare(*CLAIMS[6][1:3])[0] > 3
assert compare("ticket", "new weights")[0] > 3 and compare("gradual", "90% pruned")[0] < -3
assert QUICK or compare("90% by gradient", "90% pruned")[0] < 0 < compare(*CLAIMS[3][1:3])[0]
assert QUICK or compare(*CLAIMS[4][1:3])[0] < 0 < compare(*CLAIMS[9][1:3])[0]

# %% volatile
figure, axes = plt.subplots(num="claims", figsize=(7, 4.6), subplot_kw={"ylim": (len(CLAIMS), -1)})
for row, (_, a, b, margin) in enumerate(CLAIMS):
    mean, spread = compare(a, b)
    axes.plot([r[a] - r[b] for r in found], [row + 0.25] * SEEDS, ".", color="#E69F00")
    axes.plot([mean - spread, mean, mean + spread], [row] * 3, "-D", color="#0072B2", markevery=[1])
    axes.plot(-margin, row, "|", color="#D55E00", ms=16, mew=2)
axes.legend(axes.lines[:3], ["one seed", "mean and 95% interval", "limit of the claim"])
axes.set_yticks(range(len(CLAIMS)), [f"{a} − {b}  {i}" for i, (_, a, b, _) in enumerate(CLAIMS, 1)])
axes.set_xscale("symlog", linthresh=5)
axes.set_xticks(ticks := [-10, -5, -2, 0, 2, 5, 10, 20, 40], ticks)
axes.set(xlabel="difference in test accuracy, points", title="A claim holds right of its limit")

# %% [markdown] lang="en"
# A claim holds if its whole interval, the blue line, is right of its limit, the red mark (the axis is stretched near
# 0). Half of the weights can be pruned: <<~compare("50% pruned", "dense")[0]:+.1f>> points. 95% cannot: <<~compare("95% pruned", "dense")[0]:+.1f>>. Whether half *raises* the accuracy, as B-8 says, is open.
#
# With noisy labels pruning helps, by <<~compare(*CLAIMS[3][1:3])[0]:.1f>> points. But the dense network that was stopped half-way is better still, by <<~-compare(*CLAIMS[4][1:3])[0]:.1f>>.
# Only this second control shows it. (One share of noisy labels was tried, 40%.)
#
# To prune by small gradients, mistake 9 of lesson 11, is <<~compare("90% by gradient", "90% random")[0]:.0f>> points better than at random, but worse than by magnitude,
# although magnitude ranks *single* weights worse (lesson 06). The ticket beats new weights. Gradual pruning beats one
# shot if both prune the same share of each layer. Against `90% pruned`, which ranks all layers together, it is <<~-compare("gradual", "90% pruned")[0]:.0f>>
# points behind: two things differ there, and the difference says nothing about either.
# %% [markdown] lang="zh"
# 整个区间（蓝线）都在界限（红色标记）右侧的说法才成立（横轴在 0 附近拉开了）。剪掉一半没有问题，
# 相差 <<~compare("50% pruned", "dense")[0]:+.1f>> 个百分点；剪掉 95% 就不行了：<<~compare("95% pruned", "dense")[0]:+.1f>>。至于剪掉一半能否像 B-8 所说*提高*准确率，尚无定论。
#
# 标签有噪声时，剪枝确实有用，提高 <<~compare(*CLAIMS[3][1:3])[0]:.1f>> 个百分点。但中途停止训练的稠密网络还要再高 <<~-compare(*CLAIMS[4][1:3])[0]:.1f>>。只有这第二个对照才能看出这一点。
# （随机标签只试了 40% 这一个比例。）
#
# 剪掉梯度小的权重（第 11 课的第 9 个错误），比随机剪枝高出 <<~compare("90% by gradient", "90% random")[0]:.0f>> 个百分点，却不如按绝对值剪，尽管给*单个*权重排序时绝对值不如梯度（见第 06 课）。
# 彩票胜过重新抽取的权重。渐进剪枝与一次剪完相比，若两者每层剪掉的比例相同，则渐进剪枝更好；与所有层一起排序的 `90% pruned` 相比，
# 它反而落后 <<~-compare("gradual", "90% pruned")[0]:.0f>> 个百分点：那里有两处不同，差值说明不了其中任何一处。

# %% [markdown] lang="en"
# ## What can go wrong
#
# *Many tests.* Of ten independent 95% intervals at least one misses the true value with probability $1 - 0.95^{10}$ = <<1 - 0.95**10:.0%>>.
#
# *The wrong test.* A-5.5 gives an accuracy of 0.982 before and 0.980 after pruning. On two *different* sets of 10,000
# images that would be <<mp.accuracy_difference_z(0.982, 0.98, 10_000):.1f>> standard errors. But both networks saw the same images. Then only the images count that
# exactly one network gets right, $n_a$ the one and $n_b$ the other (McNemar's test); $|z| > 2$ is evidence of a difference:
#
# $$z = \frac{n_a - n_b}{\sqrt{n_a + n_b}}$$
#
# gives neither. $n_a - n_b$ is 20, and $n_a + n_b$ may be 20 to 380 (180 + 200 errors), so $z$ is between
# <<mp.mcnemar_z(200, 180):.1f>> and <<mp.mcnemar_z(20, 0):.1f>>: no verdict.
#
# **Guess.** Below, a network and its copy with half of its weights pruned differ by one point on the same 5000 images.
# Is that chance?
# %% [markdown] lang="zh"
# ## 容易出错的地方
#
# *检验太多*：十个相互独立的 95% 区间，至少有一个不含真实值的概率是 $1 - 0.95^{10}$ = <<1 - 0.95**10:.0%>>。
#
# *检验用错*： 给出的准确率，剪枝前是 0.982，剪枝后是 0.980。若测的是两组*不同*的图像（各 10,000 张），这只是
# <<mp.accuracy_difference_z(0.982, 0.98, 10_000):.1f>> 个标准误。但两个网络测的是同一组图像，这时起作用的只有恰好一个网络答对的图像：只有前者答对的 $n_a$ 张，
# 只有后者答对的 $n_b$ 张（McNemar 检验）。$|z| > 2$ 才说明确有差别：
#
# $$z = \frac{n_a - n_b}{\sqrt{n_a + n_b}}$$
#
# 没有给出这两个数。两者之差是 20，之和可能是 20 到 380（两个网络各答错 180 张和 200 张），所以 $z$ 在 <<mp.mcnemar_z(200, 180):.1f>> 与 <<mp.mcnemar_z(20, 0):.1f>> 之间，无法下结论。
#
# **猜一猜。** 下面是一个网络，以及把它剪掉一半权重的副本，二者在同样的 5000 张图像上相差一个百分点。这是偶然吗？

# %%
dense = train(mp.mlp([196, 40, 10], np.random.default_rng(7)), x_all[:1000], y_all[:1000], seed=7)
both = [mp.predict_classes(n, x_test) for n in (dense, pruned(dense, mp.prune_by_magnitude, 0.5))]
a, b = (np.mean(predicted == y_test) for predicted in both)
only_a, only_b = mp.discordant_counts(y_test, *both)
unpaired, paired = mp.accuracy_difference_z(a, b, len(y_test)), mp.mcnemar_z(only_a, only_b)
print(f"dense {a:.2%} right, {only_a} images alone; pruned {b:.2%}, {only_b} images alone")
print(f"z on two sets of images {unpaired:.1f}, on the same images {paired:.1f}")
assert unpaired < 2 < paired and 0.005 < a - b < 0.015

# %% [markdown] lang="en"
# Hardly: the right test gives $z$ = <<paired:.1f>>. The test for two sets gives <<unpaired:.1f>> and does not see the difference.
#
# ## Check yourself
#
# 1. Four seeds give the differences +0.4, −0.2, +0.6 and 0.0 ($t = 3.18$). What is the interval, and which verdicts
#    follow for "better" and for "as good" with a margin of 1?
#
# <details><summary>Answer</summary>
#
# $\bar d = 0.2$, $s = \sqrt{(0.04 + 0.16 + 0.16 + 0.04) / 3} = 0.37$, and $3.18 \cdot 0.37 / 2 = 0.58$: from −0.38 to 0.78.
# "Better" is open, because the interval contains 0. "As good" holds, because all of it is above −1.
#
# </details>
#
# 2. again: at most how many images may exactly one network get right, if $z$ is to be at least 2?
#
# <details><summary>Answer</summary>
#
# $20 / \sqrt{n_a + n_b} \ge 2$ means $n_a + n_b \le 100$: at most 100, $n_a = 60$ and $n_b = 40$.
#
# </details>
#
# 3. A dense network has 96.9% and, pruned and then fine-tuned, 97.0%: "pruning raises the accuracy". What is missing?
#
# <details><summary>Answer</summary>
#
# The control: the dense network, fine-tuned as long (97.1% in lesson 00). Then more seeds, and an interval.
#
# </details>
#
# ## Now you
#
# Write the step that holds a mask, and the ticket: `python -m minprune exercises start mine`, then `check 3.1` and
# `check 3.3` in that folder. Then add an eleventh claim to `CLAIMS`, with its control.
#
# ## Further reading
#
# - Blalock and others (2020), [What is the state of neural network pruning?](https://arxiv.org/abs/2003.03033): 81 papers,
#   and why their results can hardly be compared.
# - Frankle and Carbin (2019), [The lottery ticket hypothesis](https://arxiv.org/abs/1803.03635): the ticket, its controls.
# - Dietterich (1998), [Approximate statistical tests](https://doi.org/10.1162/089976698300017197): five tests that compare
#   classifiers, among them McNemar's ([1947](https://doi.org/10.1007/BF02295996)), used above.
# %% [markdown] lang="zh"
# 不太可能是偶然：用对检验，$z$ = <<paired:.1f>>。若用两组图像的检验，则只有 <<unpaired:.1f>>，看不出差别。
#
# ## 自测
#
# 1. 四个种子的差值是 +0.4、−0.2、+0.6 和 0.0（$t = 3.18$）。区间是多少？“更好”以及容许界为 1 的“一样好”各能得出什么结论？
#
# <details><summary>答案</summary>
#
# $\bar d = 0.2$，$s = \sqrt{(0.04 + 0.16 + 0.16 + 0.04) / 3} = 0.37$，$3.18 \cdot 0.37 / 2 = 0.58$，即从 −0.38 到 0.78。
# 区间包含 0，所以“更好”尚无定论；整个区间都在 −1 以上，所以“一样好”成立。
#
# </details>
#
# 2. 在 中，恰好一个网络答对的图像最多有多少张时，$z$ 仍不小于 2？
#
# <details><summary>答案</summary>
#
# 由 $20 / \sqrt{n_a + n_b} \ge 2$ 得 $n_a + n_b \le 100$，即最多 100 张：$n_a = 60$，$n_b = 40$。
#
# </details>
#
# 3. 稠密网络的准确率是 96.9%，剪枝再微调之后是 97.0%，于是有人说“剪枝提高准确率”。还缺什么？
#
# <details><summary>答案</summary>
#
# 缺对照：同样微调过的稠密网络（第 00 课中是 97.1%）。此外还要多个种子和置信区间。
#
# </details>
#
# ## 轮到你了
#
# 写出保持掩码的一步更新，以及彩票：先运行 `python -m minprune exercises start mine --lang zh`，再在该文件夹中运行
# `check 3.1` 和 `check 3.3`。然后给 `CLAIMS` 添上第十一条说法，以及它的对照。
#
# ## 延伸阅读
#
# - Blalock 等（2020），[What is the state of neural network pruning?](https://arxiv.org/abs/2003.03033)：考察了 81 篇论文，并说明它们的结果为什么几乎无法比较。
# - Frankle、Carbin（2019），[The lottery ticket hypothesis](https://arxiv.org/abs/1803.03635)：彩票及其对照。
# - Dietterich（1998），[Approximate statistical tests](https://doi.org/10.1162/089976698300017197)：比较分类器的五种检验，其中有上面用的
#   McNemar 检验（[1947](https://doi.org/10.1007/BF02295996)）。
# %% words
# images as rows of 14 x 14 pixels | 每张 14 x 14 像素的图像为一行
# the pruning ends after half of the steps | 剪枝在一半的步数之后结束
# noisy labels | 有噪声的标签
# points | 个百分点
# the pruned network is ahead in {ahead} of {SEEDS} seeds | 剪枝后的网络领先 {ahead} 次，共 {SEEDS} 个种子
# Points of accuracy by which a is ahead of b: mean, and half of the 95% interval. | a 的准确率比 b 高出的百分点：均值，以及 95% 区间的一半宽度。
# holds | 站得住
# does not hold | 站不住
# open | 无定论
# half pruned is as good as dense (A-5.4) | 剪掉一半与稠密网络一样好（ ）
# 95% pruned is as good as dense | 剪掉 95% 与稠密网络一样好
# half pruned is better than dense (B-8) | 剪掉一半比稠密网络更好（B-8）
# noisy labels: 80% pruned is better (C-1.1) | 标签有噪声时，剪掉 80% 更好（C-1.1）
# noisy labels: it is better than to stop | 标签有噪声时，这样做比中途停止更好
# magnitude is better than random | 按绝对值剪比随机剪更好
# gradient is better than random (C-4.2f) | 按梯度剪比随机剪更好（C-4.2f）
# gradient is better than magnitude | 按梯度剪比按绝对值剪更好
# the ticket is better than new weights | 彩票比重新抽取的权重更好
# gradual is better than one shot (E-5.1) | 渐进剪枝比一次剪完更好（E-5.1）
# dense {a:.2%} right, {only_a} images alone; pruned {b:.2%}, {only_b} images alone | 稠密网络 {a:.2%}，只有它答对的图像 {only_a} 张；剪枝后 {b:.2%}，只有它答对的 {only_b} 张
# z on two sets of images {unpaired:.1f}, on the same images {paired:.1f} | z：按两组图像算 {unpaired:.1f}，按同一组图像算 {paired:.1f}
# A claim holds right of its limit | 在界限右侧的说法成立
# difference in test accuracy, points | 测试准确率之差（百分点）
