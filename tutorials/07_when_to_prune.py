# %% [markdown] lang="en"
# # 07  When to prune?
#
# *Twenty minutes. Afterwards you can prune in one step, in stages, by a schedule, or with masks that let weights
# come back, and compare the four fairly.*
#
# Is it better to prune all at once, or little by little?
# %% [markdown] lang="zh"
# # 07  什么时候剪？
#
# *约二十分钟。学完后你能一次剪完、分阶段剪、按调度边训练边剪，也能让剪掉的权重恢复，
# 并能公平地比较这四种做法。*
#
# 剪枝是一次剪完好，还是一点一点地剪好？

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

import minprune as mp

QUICK = "QUICK" in os.environ
for step in (0, 250, 500, 750, 1000):
    print(f"step {step:4}  sparsity {mp.polynomial_decay(step, 0.0, 0.95, begin=0, end=1000):.3f}")
assert mp.polynomial_decay(500, 0.0, 0.95, begin=0, end=1000) > 0.8  # half of the time

# %% [markdown] lang="en"
# This **schedule** gives the sparsity for each training step. The cubic polynomial (Zhu and Gupta 2017; also in
# E-5.1, a text that minprune was built from) rises fast while many weights are superfluous, then slowly.
#
# Compare four ways to the same sparsity. All start from one trained network and train it equally long:
#
# - **one shot**: prune everything at once, then **fine-tune**, that is, train with the masks held;
# - **stages**: prune in five stages, each followed by a fifth of the fine-tuning;
# - **gradual**: prune a little every 20 steps, by the schedule;
# - **surgery**: prune the weights below a threshold, but train them on behind the mask. Those that grow above a
#   second threshold come back (dynamic network surgery; Guo, Yao and Chen 2016; our choice for the dynamic
#   pruning of D-1.1d). After three fifths of the training, prune up to the exact sparsity, and hold the masks.
# %% [markdown] lang="zh"
# 这叫**调度**（schedule）：规定训练到哪一步时稀疏度应是多少。这里用的是三次多项式（Zhu、Gupta 2017；
# minprune 所依据的文章之一 E-5.1 也用它）：多余的权重还很多时剪得快，临近结束时剪得慢。
#
# 下面用四种做法达到同样的稀疏度。起点是同一个训练好的网络，之后的训练量也相同：
#
# - **一次剪完**（one shot）：一次剪到位，再**微调**，即保持掩码继续训练；
# - **分阶段**（stages）：分五次剪，每次之后用五分之一的训练量微调；
# - **渐进**（gradual）：按调度每 20 步剪一点；
# - **手术**（surgery）：剪掉低于阈值的权重，但让它们在掩码后面继续学习，长到超过第二个阈值时便恢复
#   （动态网络手术，Guo、Yao、Chen 2016；D-1.1d 说到动态剪枝但没有公式，我们选用这种做法）。训练过了五分之三时补剪到规定的稀疏度，此后掩码不再变动。

# %%
mnist, count, seeds = mp.load_mnist(), *((1000, 1) if QUICK else (2000, 4))
data = [(images[:n].astype(float).reshape(n, 14, 2, 14, 2).mean((2, 4)).reshape(n, 196), labels[:n])
        for (images, labels), n in ((mnist.train, count), (mnist.validation, 5000))]  # fmt: skip
(x, y), validation = data
EPOCHS, STEPS = 20, 20 * count // 50  # of the first training, and of each way
FIRST = 3 * STEPS // 5  # masks change until this step


def train(network, epochs, rng, optimizer=None, on_step=None, log=None):
    def look(step):
        if on_step:
            on_step(step)
        if log is not None and step % 10 == 0:
            log.append(np.concatenate([w.value.ravel() != 0 for w in network.weights.values()]))

    optimizer = optimizer or mp.Adam(network.parameters, lr=0.002)
    mp.fit(network, x, y, epochs=epochs, optimizer=optimizer, rng=rng, batch_size=50, on_step=look)


def evaluate(network):
    return mp.evaluate(network, *validation).accuracy


def cut(network, sparsity):
    mp.prune_by_magnitude(network, sparsity, scope="layer")  # the same share of every layer


def one_shot(network, sparsity, rng, log):
    cut(network, sparsity)
    train(network, EPOCHS, rng, log=log)


def stages(network, sparsity, rng, log):
    tune = lambda net: train(net, EPOCHS // 5, rng, log=log)  # noqa: E731
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
print(f"mean validation accuracy, dense {np.mean(dense):.3f}")
for name in WAYS:
    print(f"{name:10} 50% pruned {mean[name, 0.5]:.3f}   95% pruned {mean[name, 0.95]:.3f}")

# %%
colors = dict(zip(WAYS, ("#0072B2", "#E69F00", "#009E73", "#D55E00"), strict=True))
figure, axes = plt.subplots(num="schedules", figsize=(7, 3.4))
for (name, color), line in zip(colors.items(), ("-", "--", "-.", ":"), strict=True):
    pruned = [1 - left.mean() for left in logs[name, 0.95]]
    axes.plot(np.linspace(0, STEPS, len(pruned)), pruned, line, color=color, label=name, lw=2)
axes.set(xlabel="step after the first training", ylabel="sparsity", title="Four ways to 95%")
axes.legend()
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
early, late = (1 - logs["surgery", 0.95][k].mean() for k in (1, FIRST // 10 - 1))
half, most = ([mean[name, s] for name in WAYS] for s in (0.5, 0.95))
assert early > late + 0.01 and np.ptp(half) < 0.02 and min(half) > np.mean(dense) - 0.02
assert min(most[2:]) > max(most[:2]) + 0.02 and most[1] < most[0] + 0.05

# %% [markdown] lang="en"
# At 50% it does not matter when: the means differ by at most <<100 * np.ptp(half):.1f>> points. (They are above the dense line, but
# have trained twice as long.) At 95% it does: gradual and surgery, which prune during training, are at least
# <<100 * (min(most[2:]) - max(most[:2])):.1f>> points ahead. Stages are no better than one shot: the last still prunes <<1 - 0.05**0.2:.0%>> of the weights left, and has
# a fifth of the training to recover. recommends stages; one small network does not refute that.
#
# Surgery prunes most at first and then lets weights come back, so it can correct a choice. Gradual pruning lets
# none come back, but it chooses late. Both keep other weights than one shot (last seed):
# %% [markdown] lang="zh"
# 剪 50% 时，什么时候剪无关紧要：四种做法的平均值最多相差 <<100 * np.ptp(half):.1f>> 个百分点。
# （它们高于稠密线，但训练量也多了一倍。）剪 95% 时就有
# 差别了：边训练边剪的渐进和手术至少领先
# <<100 * (min(most[2:]) - max(most[:2])):.1f>> 个百分点。分阶段在这里并不比一次剪完好：最后一个
# 阶段仍要剪掉剩余权重的 <<1 - 0.05**0.2:.0%>>，而用来恢复的训练量只有五分之一。 推荐分阶段剪；只凭一个小网络
# 还不能否定它。
#
# 手术一开始剪得最多，随后让一部分权重恢复，所以剪错了还能改正。渐进剪枝剪掉的权重不再恢复，但它选得晚。
# 两者最后留下的权重都与一次剪完不同（最后一个种子）：

# %%
print(f"surgery: {early:.1%} pruned at first, {late:.1%} before the last cut")
for name in ("gradual", "surgery"):
    log = logs[name, 0.95]  # every ten steps: which weights are not 0
    back = sum(np.count_nonzero(b > a) for a, b in zip(log, log[1:], strict=False))
    others = 1 - (log[-1] & logs["one_shot", 0.95][-1]).sum() / log[-1].sum()
    print(f"{name}: {back:,} came back; one shot prunes {others:.1%} of the weights kept")
    assert (back == 0) == (name == "gradual") and others > 0.05

# %% [markdown] lang="en"
# ## What can go wrong: a second difference
#
# If one way gets more fine-tuning, the comparison is about training. All four ways pruned 95% of every layer,
# even of the small last one. And only surgery had a constant chosen for this network, $c = 2.7$. Each of these
# matters. For the last seed: one shot with five times the fine-tuning, one shot with all layers ranked together,
# and surgery with $c = 1.5$.
# %% [markdown] lang="zh"
# ## 容易出错的地方：还有别的因素不同
#
# 如果某种做法的微调量更多，比的就是训练。四种做法都让每层各剪 95%，很小的最后一层也不例外。
# 只有手术用了专为这个网络试出来的常数 $c = 2.7$。这几点都有影响，用最后一个种子各试一次：一次剪完，微调量是五倍；
# 一次剪完，所有层放在一起排序；手术，$c = 1.5$。

# %%
longer, overall, untuned = nets["one_shot", 0.95].copy(), start.copy(), start.copy()
train(longer, 4 * EPOCHS, np.random.default_rng(0))
mp.prune_by_magnitude(overall, 0.95, scope="global")
train(overall, EPOCHS, np.random.default_rng(seed))
surgery(untuned, 0.95, np.random.default_rng(seed), [], c=1.5)
a, b, c, d = (evaluate(net) for net in (nets["one_shot", 0.95], longer, overall, untuned))
print(f"one shot {a:.3f}, longer {b:.3f}, all layers {c:.3f}")
print(f"surgery, c = 2.7 {(tuned := results['surgery', 0.95][-1]):.3f}, c = 1.5 {d:.3f}")
assert min(b, c) > a + 0.02 and d < tuned - 0.02

# %% [markdown] lang="en"
# ## The mistake in print
#
# The listing of E-5.1 sets up the schedule but leaves out the **callback**, the function that the training calls
# at every step. Its library then stops with an error. minprune would prune nothing:
# %% [markdown] lang="zh"
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
# ## Now you
#
# Write `polynomial_decay` yourself, and `masked_step`, a training step that holds the mask:
# `python -m minprune exercises start mine`, then `check 3.2` and `check 3.1` in that folder.
# %% [markdown] lang="zh"
# ## 轮到你了
#
# 自己写出 `polynomial_decay`，以及保持掩码的一步训练 `masked_step`：先运行
# `python -m minprune exercises start mine --lang zh`，再在该文件夹中运行 `check 3.2` 和 `check 3.1`。
