# %% [markdown] lang="en"
# # 07  When to prune?
#
# *Twenty minutes. Afterwards you can prune in one step, in stages, by a schedule, or with masks that let weights
# come back, and compare the four fairly.*
#
# Is it better to prune all at once, or little by little? A **schedule** gives the sparsity for each training step
# $t$. This one (Zhu and Gupta 2017; also in E-5.1, a text that minprune was built from) rises from $s_i$ at step
# $t_0$ to $s_f$ at step $t_1$, fast at first, while many weights are superfluous, and then slowly:
#
# $$s(t) = s_f + (s_i - s_f) \left(1 - \frac{t - t_0}{t_1 - t_0}\right)^3$$
#
# **Guess.** It rises from 0 to 95% in 1000 steps. What is the sparsity after half of them?
# %% [markdown] lang="zh"
# # 07  什么时候剪？
#
# *约二十分钟。学完后你能一次剪完、分阶段剪、按调度边训练边剪，也能让剪掉的权重恢复，
# 并能公平地比较这四种做法。*
#
# 剪枝是一次剪完好，还是一点一点地剪好？**调度**（schedule）规定训练到第 $t$ 步时稀疏度应是多少。
# 下面这个调度（Zhu、Gupta 2017；minprune 所依据的文章之一 E-5.1 也用它）从第 $t_0$ 步的 $s_i$ 升到第 $t_1$ 步的
# $s_f$：起初多余的权重还很多，升得快；之后升得慢。
#
# $$s(t) = s_f + (s_i - s_f) \left(1 - \frac{t - t_0}{t_1 - t_0}\right)^3$$
#
# **猜一猜。** 若用 1000 步从 0 升到 95%，走完一半时稀疏度是多少？

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

import minprune as mp

for step in (0, 250, 500, 750, 1000):
    print(f"step {step:4}  sparsity {mp.polynomial_decay(step, 0.0, 0.95, begin=0, end=1000):.3f}")
assert np.isclose(mp.polynomial_decay(500, 0.0, 0.95, begin=0, end=1000), 0.95 * (1 - 0.5**3))

# %% [markdown] lang="en"
# Already <<mp.polynomial_decay(500, 0.0, 0.95, begin=0, end=1000):.1%>>: only an eighth of the way is left.
#
# ## Four ways to the same sparsity
#
# All four start from the same trained network and train it equally long:
#
# - **one shot**: prune everything at once, then **fine-tune**, that is, train with the masks held;
# - **stages**: prune in five stages, each the same part of the weights left, and fine-tune for a fifth of the time
#   after each;
# - **gradual**: prune a little every 20 steps, by the schedule;
# - **surgery**: prune the weights below a threshold, but continue to train their stored values. A weight whose
#   stored value grows above a second, higher threshold comes back (dynamic network surgery; Guo, Yao and Chen 2016).
#   After three fifths of the training, prune up to the exact sparsity, and hold the masks.
#
# D-1.1d names dynamic pruning without a formula; surgery is our choice for it. The data are 2,000 digits of 14 x 14
# pixels. The network has 64 hidden units:
# %% [markdown] lang="zh"
# 已经达到 <<mp.polynomial_decay(500, 0.0, 0.95, begin=0, end=1000):.1%>>：离 95% 只差全程的八分之一。
#
# ## 用四种做法达到同样的稀疏度
#
# 四种做法的起点是同一个训练好的网络，之后的训练量也相同：
#
# - **一次剪完**（one shot）：一次剪到位，再**微调**，即保持掩码继续训练；
# - **分阶段**（stages）：分五次剪，每次剪掉剩余权重的同样比例，之后用五分之一的训练量微调；
# - **渐进**（gradual）：按调度每 20 步剪一点；
# - **手术**（surgery）：剪掉低于阈值的权重，但它们保存的值继续训练；保存的值长到超过另一个更高的阈值时，
#   权重便恢复（动态网络手术，Guo、Yao、Chen 2016）。训练过了五分之三时补剪到规定的稀疏度，此后掩码不再变动。
#
# D-1.1d 提到动态剪枝但没有给出公式，我们选用手术这种做法。数据是 2,000 个 14 x 14 像素的手写数字，
# 网络有 64 个隐藏单元：

# %% folded
QUICK = "QUICK" in os.environ
mnist, count, seeds = mp.load_mnist(), *((1000, 1) if QUICK else (2000, 4))
data = [(images[:n].astype(float).reshape(n, 14, 2, 14, 2).mean((2, 4)).reshape(n, 196), labels[:n])
        for (images, labels), n in ((mnist.train, count), (mnist.validation, 5000))]  # fmt: skip
(x, y), validation = data
EPOCHS, STEPS = 20, 20 * count // 50  # of the first training, and of each way
FIRST = 3 * STEPS // 5  # masks change until this step


def train(network, epochs, rng, optimizer=None, on_step=None, log=None):
    # log collects, every ten steps, which weights are not 0
    def look(step):
        if on_step:
            on_step(step)
        if log is not None and step % 10 == 0:
            log.append(np.concatenate([w.value.ravel() != 0 for w in network.weights.values()]))

    optimizer = optimizer or mp.Adam(network.parameters, lr=0.002)
    mp.fit(network, x, y, epochs=epochs, optimizer=optimizer, rng=rng, batch_size=50, on_step=look)


def evaluate(network):
    return mp.evaluate(network, *validation).accuracy


# %%
def cut(network, sparsity):
    mp.prune_by_magnitude(network, sparsity, scope="layer")  # the same share of every layer


def one_shot(network, sparsity, rng, log):
    cut(network, sparsity)
    train(network, EPOCHS, rng, log=log)


def stages(network, sparsity, rng, log):
    def tune(net):
        train(net, EPOCHS // 5, rng, log=log)

    mp.iterate_pruning(network, sparsity, 5, tune, evaluate, prune=cut)


def gradual(network, sparsity, rng, log):
    pruning = mp.gradual_pruning(network, sparsity, begin=0, end=FIRST, frequency=20)
    train(network, EPOCHS, rng, on_step=pruning, log=log)


def surgery(network, sparsity, rng, log, c=None):
    # thresholds: mean + c standard deviations of |w|, minus and plus 10%; c was found by trying
    c = c or {0.5: -0.4, 0.95: 2.7}[sparsity]
    train(network, 3 * EPOCHS // 5, rng, mp.NetworkSurgery(network, c, rng, lr=0.002), log=log)
    cut(network, sparsity)
    train(network, 2 * EPOCHS // 5, rng, log=log)


# %% [markdown] lang="en"
# **Guess.** Which way is best, and which is worst, with 50% of the weights pruned? And with 95%?
# %% [markdown] lang="zh"
# **猜一猜。** 剪掉 50% 的权重时，哪种做法最好，哪种最差？剪掉 95% 呢？

# %% folded
WAYS = {way.__name__: way for way in (one_shot, stages, gradual, surgery)}
results, logs, nets, dense = {}, {}, {}, []
for seed in range(seeds):
    start = mp.mlp([196, 64, 10], np.random.default_rng(seed), dtype=np.float64)
    train(start, EPOCHS, np.random.default_rng(seed))
    dense.append(evaluate(start))
    for sparsity in (0.5, 0.95):
        for name, way in WAYS.items():
            network, log = start.copy(), []
            way(network, sparsity, np.random.default_rng(seed), log)
            assert abs(network.sparsity - sparsity) < 1e-3
            results.setdefault((name, sparsity), []).append(evaluate(network))
            logs[name, sparsity], nets[name, sparsity] = log, network
mean = {key: np.mean(values) for key, values in results.items()}
print(f"mean validation accuracy, dense: {np.mean(dense):.3f}")
for name in WAYS:
    print(f"50% pruned: {mean[name, 0.5]:.3f}   95% pruned: {mean[name, 0.95]:.3f}   {name}")
half, most = ([mean[name, s] for name in WAYS] for s in (0.5, 0.95))
assert np.ptp(half) < 0.02 and min(half) > np.mean(dense) - 0.02
assert min(most[2:]) > max(most[:2]) + 0.02 and most[1] < most[0] + 0.05

# %% [markdown] lang="en"
# At 50% it does not matter when: the means differ by at most <<100 * np.ptp(half):.1f>> points. (They are above the dense network, but
# have trained twice as long.) At 95% it does: gradual and surgery, which prune during training, are at least
# <<100 * (min(most[2:]) - max(most[:2])):.1f>> points ahead. Stages are no better than one shot: the last still prunes <<1 - 0.05**0.2:.0%>> of the weights left, and has
# a fifth of the training to recover. recommends stages; one small network does not refute that.
#
# The picture shows the accuracy for each of the <<seeds>> seeds.
# %% [markdown] lang="zh"
# 剪 50% 时，什么时候剪无关紧要：四种做法的平均值最多相差 <<100 * np.ptp(half):.1f>> 个百分点。
# （它们高于稠密网络，但训练量也多了一倍。）剪 95% 时就有差别了：边训练边剪的渐进和手术至少领先
# <<100 * (min(most[2:]) - max(most[:2])):.1f>> 个百分点。分阶段在这里并不比一次剪完好：最后一个
# 阶段仍要剪掉剩余权重的 <<1 - 0.05**0.2:.0%>>，而用来恢复的训练量只有五分之一。 推荐分阶段剪；只凭一个小网络
# 还不能否定它。
#
# 下图是 <<seeds>> 个种子各自的准确率。

# %%
colors = dict(zip(WAYS, ("#0072B2", "#E69F00", "#009E73", "#D55E00"), strict=True))
figure, axes = plt.subplots(num="accuracy", figsize=(7, 3.8))
axes.axhline(np.mean(dense), color="#999999", linestyle="--", label="dense, before pruning")
for place, ((name, color), marker) in enumerate(zip(colors.items(), "osD^", strict=True)):
    for s, side, fill in (0.5, -0.15, "none"), (0.95, 0.15, color):
        label = f"{s:.0%} pruned, one mark per seed" if place == 0 else None
        axes.plot([place + side] * seeds, results[name, s], marker, c=color, mfc=fill, label=label)
axes.set_xticks(range(4), WAYS)
axes.set(ylabel="validation accuracy", title="When to prune matters at 95%, not at 50%")
axes.legend(loc="lower right")
figure.tight_layout()

# %% [markdown] lang="en"
# ## Which weights are kept
#
# The sparsity during the training (last seed):
# %% [markdown] lang="zh"
# ## 留下的是哪些权重
#
# 训练过程中的稀疏度（最后一个种子）：

# %%
figure, axes = plt.subplots(num="schedules", figsize=(7, 3.4))
for (name, color), line in zip(colors.items(), ("-", "--", "-.", ":"), strict=True):
    pruned = [1 - left.mean() for left in logs[name, 0.95]]
    axes.plot(np.linspace(0, STEPS, len(pruned)), pruned, line, color=color, label=name, lw=2)
axes.set(xlabel="step after the first training", ylabel="sparsity", title="Four ways to 95%")
axes.legend()

# %% [markdown] lang="en"
# Surgery prunes most at first and then lets weights come back, so it can correct a choice. Gradual pruning lets
# none come back, but it chooses late.
#
# **Guess.** Of the 5% of the weights that gradual pruning keeps, which part did one shot prune: a twentieth, a
# fifth, nearly a half?
# %% [markdown] lang="zh"
# 手术一开始剪得最多，随后让一部分权重恢复，所以剪错了还能改正。渐进剪枝剪掉的权重不再恢复，但它选得晚。
#
# **猜一猜。** 渐进剪枝最后留下 5% 的权重，其中有多少是一次剪完时剪掉的：二十分之一、五分之一，还是近一半？

# %%
early, late = (1 - logs["surgery", 0.95][k].mean() for k in (1, FIRST // 10 - 1))
print(f"surgery: {early:.1%} pruned at first, {late:.1%} before the last cut")
for name in ("gradual", "surgery"):
    log = logs[name, 0.95]
    back = sum(np.count_nonzero(b > a) for a, b in zip(log, log[1:], strict=False))
    others = 1 - (log[-1] & logs["one_shot", 0.95][-1]).sum() / log[-1].sum()
    print(f"{name}: {back:,} came back; one shot prunes {others:.1%} of the weights kept")
    assert (back == 0) == (name == "gradual") and others > 0.05
assert early > late + 0.01

# %% [markdown] lang="en"
# Nearly a half. At first these weights were among the smallest 95% of their layer. When gradual pruning ended, they
# were among the largest 5%.
#
# ## What can go wrong: a second difference
#
# A comparison is fair if *only* the way of pruning differs. And even then, the result may depend on what was equal:
# all four trained equally long, and all pruned 95% of *every* layer, even of the small last one. One thing was not
# equal: only surgery has a constant that was chosen for this network, $c = 2.7$. Change each of the three, for the
# last seed: one shot with five times the fine-tuning; one shot with the weights of all layers ranked together;
# surgery with $c = 1.5$.
#
# **Guess.** Which helps one shot more, five times the fine-tuning or ranking all layers together?
# %% [markdown] lang="zh"
# 近一半。一开始，这些权重属于所在层中最小的 95%；渐进剪枝结束时，它们属于最大的 5%。
#
# ## 容易出错的地方：还有别的因素不同
#
# *只有*剪枝的做法不同，比较才公平。即便如此，结果仍可能取决于那些相同的条件：四种做法的训练量相同，*每一层*也都剪 95%，
# 连很小的最后一层也不例外。还有一点并不相同：只有手术用了专为这个网络试出来的常数 $c = 2.7$。
# 用最后一个种子，把这三点各改一次：一次剪完，微调量是五倍；一次剪完，所有层的权重放在一起排序；手术，$c = 1.5$。
#
# **猜一猜。** 对一次剪完来说，五倍的微调量和所有层一起排序，哪一样帮助更大？

# %%
longer, overall, untuned = nets["one_shot", 0.95].copy(), start.copy(), start.copy()
train(longer, 4 * EPOCHS, np.random.default_rng(0))
mp.prune_by_magnitude(overall, 0.95, scope="global")
train(overall, EPOCHS, np.random.default_rng(seed))
surgery(untuned, 0.95, np.random.default_rng(seed), [], c=1.5)
a, b, c, d = (evaluate(net) for net in (nets["one_shot", 0.95], longer, overall, untuned))
print(f"one shot: {a:.3f}, fine-tuned longer: {b:.3f}, all layers together: {c:.3f}")
print(f"surgery, c = 2.7: {(tuned := results['surgery', 0.95][-1]):.3f}, c = 1.5: {d:.3f}")
assert c - 0.02 > b > a + 0.02 and d < tuned - 0.02

# %% [markdown] lang="en"
# Ranking all layers together helps more. It brings one shot to within <<100 * (tuned - c):.1f>> points of surgery. With the other
# constant, surgery loses <<100 * (tuned - d):.0f>> points. So a table that compares methods must state all these conditions.
#
# ## The mistake in print
#
# The listing of E-5.1 sets up the schedule but leaves out the **callback**, the function that the training calls
# at every step. Its library then stops with an error. minprune would prune nothing:
# %% [markdown] lang="zh"
# 所有层一起排序的帮助更大：一次剪完与手术的差距缩小到 <<100 * (tuned - c):.1f>> 个百分点。手术换成另一个常数，就降低
# <<100 * (tuned - d):.0f>> 个百分点。所以，比较各种方法的表格必须写明所有这些条件。
#
# ## 原文中的错误
#
# E-5.1 的代码设好了调度，却漏掉了**回调函数**（callback），即训练每一步都要调用的函数。它所用的库会
# 因此报错退出；在 minprune 里，则是什么也不会剪掉：

# %%
pruning = mp.gradual_pruning(start, final=0.95, begin=0, end=FIRST, frequency=20)
train(start, 1, np.random.default_rng(0))  # on_step=pruning is missing
print(f"pruned: {start.masked_sparsity:.0%}")
assert start.masked_sparsity == 0

# %% [markdown] lang="en"
# ## Check yourself
#
# 1. The schedule rises from 0 at step 100 to 80% at step 300. What is the sparsity at the steps 50, 200 and 400?
#
# <details><summary>Answer</summary>
#
# It is 0 before step 100 and 80% after step 300. At step 200 half of the steps are left, so
#
# $$s(200) = 0.8 - 0.8 \cdot 0.5^3 = 0.7$$
#
# </details>
#
# 2. Three stages lead to a sparsity of 87.5%. Each prunes the same part of the weights left. Which part is it, and
#    what is the sparsity after each stage?
#
# <details><summary>Answer</summary>
#
# An eighth of the weights is left, and $0.5^3 = 1/8$: each stage prunes half of the weights left. The sparsity is
# 50%, 75% and 87.5%.
#
# </details>
#
# 3. You compare your own method with one shot. What must be equal?
#
# <details><summary>Answer</summary>
#
# The trained network at the start, the sparsity and how it is shared by the layers, the length of the training, and
# the effort spent on choosing constants. One seed is not enough: here the <<seeds>> seeds of stages at 95% lie between
# <<min(results["stages", 0.95]):.3f>> and <<max(results["stages", 0.95]):.3f>>.
#
# </details>
#
# ## Now you
#
# Write `polynomial_decay` yourself, and `masked_step`, a training step that holds the mask:
# `python -m minprune exercises start mine`, then `check 3.2` and `check 3.1` in that folder.
#
# ## Further reading
#
# - Zhu and Gupta (2017), [To prune, or not to prune](https://arxiv.org/abs/1710.01878): the cubic schedule, and
#   large pruned networks against small dense ones.
# - Guo, Yao and Chen (2016), [Dynamic network surgery for efficient DNNs](https://arxiv.org/abs/1608.04493):
#   weights that come back, by two thresholds.
# - Blalock and others (2020), [What is the state of neural network pruning?](https://arxiv.org/abs/2003.03033): why
#   the results of 81 papers can hardly be compared.
# %% [markdown] lang="zh"
# ## 自测
#
# 1. 调度从第 100 步的 0 升到第 300 步的 80%。第 50、200、400 步的稀疏度各是多少？
#
# <details><summary>答案</summary>
#
# 第 100 步之前为 0，第 300 步之后为 80%。到第 200 步时还剩一半的步数，所以
#
# $$s(200) = 0.8 - 0.8 \cdot 0.5^3 = 0.7$$
#
# </details>
#
# 2. 分三个阶段剪到 87.5%，每次剪掉剩余权重的同样比例。这个比例是多少？每个阶段之后的稀疏度是多少？
#
# <details><summary>答案</summary>
#
# 最后剩下八分之一的权重，而 $0.5^3 = 1/8$，所以每个阶段剪掉剩余权重的一半。稀疏度依次为 50%、75%、87.5%。
#
# </details>
#
# 3. 要把自己的方法与一次剪完相比，哪些条件必须相同？
#
# <details><summary>答案</summary>
#
# 起点（同一个训练好的网络）、稀疏度及其在各层的分配、训练量，以及挑选常数所花的功夫。只用一个种子也不够：
# 在这里，分阶段剪 95% 时，<<seeds>> 个种子的准确率从 <<min(results["stages", 0.95]):.3f>> 到 <<max(results["stages", 0.95]):.3f>> 不等。
#
# </details>
#
# ## 轮到你了
#
# 自己写出 `polynomial_decay`，以及保持掩码的一步训练 `masked_step`：先运行
# `python -m minprune exercises start mine --lang zh`，再在该文件夹中运行 `check 3.2` 和 `check 3.1`。
#
# ## 延伸阅读
#
# - Zhu、Gupta（2017），[To prune, or not to prune](https://arxiv.org/abs/1710.01878)：三次多项式调度，以及剪枝后的大网络与稠密小网络的比较。
# - Guo、Yao、Chen（2016），[Dynamic network surgery for efficient DNNs](https://arxiv.org/abs/1608.04493)：用两个阈值让权重恢复。
# - Blalock 等（2020），[What is the state of neural network pruning?](https://arxiv.org/abs/2003.03033)：81 篇论文的结果为什么很难互相比较。
# %% words
# step {step:4}  sparsity | 第 {step:4} 步  稀疏度
# of the first training, and of each way | 第一次训练和每种做法都用这么多
# masks change until this step | 到这一步为止掩码会变动
# the same share of every layer | 每层剪掉同样的比例
# thresholds: mean + c standard deviations of |w|, minus and plus 10%; c was found by trying | 阈值：|w| 的平均值加 c 个标准差，再减、加 10%；c 是试出来的
# mean validation accuracy, dense: {np.mean(dense):.3f} | 验证准确率的平均值，稠密网络：{np.mean(dense):.3f}
# 50% pruned: {mean[name, 0.5]:.3f}   95% pruned: {mean[name, 0.95]:.3f} | 剪掉 50%：{mean[name, 0.5]:.3f}   剪掉 95%：{mean[name, 0.95]:.3f}
# surgery: {early:.1%} pruned at first, {late:.1%} before the last cut | 手术：开始时剪掉 {early:.1%}，补剪之前为 {late:.1%}
# log collects, every ten steps, which weights are not 0 | log 每十步记一次：哪些权重不是 0
# {name}: {back:,} came back; one shot prunes {others:.1%} of the weights kept | {name}：{back:,} 个权重恢复；它留下的权重中，一次剪完会剪掉 {others:.1%}
# one shot: {a:.3f}, fine-tuned longer: {b:.3f}, all layers together: {c:.3f} | 一次剪完：{a:.3f}，微调更久：{b:.3f}，所有层一起排序：{c:.3f}
# surgery, c = 2.7: {(tuned := results['surgery', 0.95][-1]):.3f}, c = 1.5: {d:.3f} | 手术，c = 2.7：{(tuned := results['surgery', 0.95][-1]):.3f}，c = 1.5：{d:.3f}
# on_step=pruning is missing | 缺少 on_step=pruning
# pruned: {start.masked_sparsity:.0%} | 剪掉：{start.masked_sparsity:.0%}
# validation accuracy | 验证准确率
# When to prune matters at 95%, not at 50% | 剪 95% 时，何时剪有影响；剪 50% 时没有
# step after the first training | 第一次训练之后的步数
# sparsity | 稀疏度
# Four ways to 95% | 达到 95% 的四种做法
