# %% [markdown] lang="en"
# # 07  When to prune
#
# *Twenty minutes. Afterwards you can prune at once, in stages, by a schedule, or with weights that
# may come back, and compare the four fairly.*
#
# Most weights of a network are to go. Is it better to take them all at once, or little by little?
# %% [markdown] lang="zh"
# # 07  什么时候剪
#
# *约二十分钟。学完后你能一次剪完、分阶段剪、按调度边训练边剪，也能让剪掉的权重恢复，
# 并能公平地比较这四种做法。*
#
# 网络的大部分权重都要剪掉。是一次剪完好，还是一点一点地剪好？

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
# This is a **schedule**: it says how much is pruned at which training step. This one is a cubic
# polynomial (Zhu and Gupta 2017; in E-5.1): fast while many weights are superfluous, then slow.
#
# Now four ways to the same sparsity. All start from the same trained network, and all train it
# equally long from there. What is left to choose is when to prune.
#
# - **one shot**: everything at once, then **fine-tuning**, which is training with the masks held;
# - **stages**: five times a part, with a fifth of the fine-tuning after each;
# - **gradual**: every 20 steps a little, by the schedule;
# - **surgery**: weights below a threshold go, but go on learning behind their mask, and come back
#   above a second threshold (dynamic network surgery; Guo, Yao and Chen 2016; our choice for the
#   words of D-1.1d). Thresholds give no exact sparsity: after three fifths the rest is cut.
# %% [markdown] lang="zh"
# 这叫**调度**（schedule）：规定训练到哪一步时剪掉多少。这里用的是三次多项式（Zhu、Gupta 2017；
# E-5.1 也用它）：多余的权重还很多时剪得快，临近结束时剪得慢。
#
# 下面用四种做法达到同样的稀疏度。起点是同一个训练好的网络，之后的训练量也完全相同，
# 不同的只是剪枝的时机。
#
# - **一次剪完**（one shot）：一次剪到位，再**微调**，即保持掩码继续训练；
# - **分阶段**（stages）：分五次剪，每次之后用五分之一的训练量微调；
# - **渐进**（gradual）：按调度每 20 步剪一点；
# - **手术**（surgery）：低于阈值的权重剪掉，但它们在掩码后面继续学习，长到超过第二个阈值时便恢复
#   （动态网络手术，Guo、Yao、Chen 2016；D-1.1d 只有文字描述，我们选用这种做法）。阈值给不出精确的稀疏度，
#   因此在时间过了五分之三时补剪到位，此后掩码不再变动。

# %%
mnist, count, seeds = mp.load_mnist(), *((1000, 1) if QUICK else (2000, 4))
data = [(images[:n].astype(float).reshape(n, 14, 2, 14, 2).mean((2, 4)).reshape(n, 196), labels[:n])
        for (images, labels), n in ((mnist.train, count), (mnist.validation, 5000))]  # fmt: skip
(x, y), validation = data
EPOCHS, STEPS = 20, 20 * count // 50  # before pruning, and again from there on
FIRST = 3 * STEPS // 5  # masks move until here


def train(network, epochs, rng, optimizer=None, on_step=None, log=None):
    def step_done(step):
        if on_step:
            on_step(step)
        if log is not None and step % 10 == 0:
            log.append(np.concatenate([w.value.ravel() != 0 for w in network.weights.values()]))

    optimizer = optimizer or mp.Adam(network.parameters, lr=0.002)
    mp.fit(network, optimizer, x, y, epochs=epochs, batch_size=50, rng=rng, on_step=step_done)


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
    # thresholds: mean size of the weights + c standard deviations, 10% less and more; c by trying
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
print(f"validation accuracy, dense {np.mean(dense):.3f}")
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
        label = f"{s:.0%} pruned, one mark a seed" if place == 0 else None
        axes.plot([place + side] * seeds, results[name, s], marker, c=color, mfc=fill, label=label)
axes.set_xticks(range(4), WAYS)
axes.set(ylabel="validation accuracy", title="The way matters at 95%, not at 50%")
axes.legend(loc="lower right")
figure.tight_layout()
early, late = (1 - logs["surgery", 0.95][k].mean() for k in (1, FIRST // 10 - 1))
half, most = ([mean[name, s] for name in WAYS] for s in (0.5, 0.95))
assert early > late + 0.01 and np.ptp(half) < 0.02 and min(half) > np.mean(dense) - 0.02
assert min(most[2:]) > max(most[:2]) + 0.02 and most[1] < most[0] + 0.05

# %% [markdown] lang="en"
# At 50% it does not matter when: the means differ by <<100 * np.ptp(half):.1f>> points. (That they are above
# the dense line is no gain by pruning: they have trained twice as long.) At 95% of every layer it does: what
# prunes during training (D-1.1d, E-5.1) is at least <<100 * (min(most[2:]) - max(most[:2])):.1f>> points ahead. Stages are no better than
# one shot here: the last one still takes <<1 - 0.05**0.2:.0%>> of what is left, and has a fifth of the training to
# recover. recommends stages; this is one small network, and no verdict on them.
#
# Surgery cuts hardest at first and then lets weights come back, so it can correct a choice. Gradual
# pruning lets none come back: it chooses late. Both end with other weights than one shot:
# %% [markdown] lang="zh"
# 剪 50% 时，什么时候剪无关紧要：四种做法的平均值相差不过 <<100 * np.ptp(half):.1f>> 个百分点。
# （它们高于稠密线，并不是剪枝的功劳，而是训练量多了一倍。）每层都剪 95% 时就有
# 差别了：边训练边剪的两种做法（D-1.1d、E-5.1）至少领先
# <<100 * (min(most[2:]) - max(most[:2])):.1f>> 个百分点。分阶段在这里并不比一次剪完好：最后一个
# 阶段仍要剪掉剩余权重的 <<1 - 0.05**0.2:.0%>>，而用来恢复的训练量只有五分之一。 推荐分阶段剪；这里只试了一个
# 小网络，不能据此下定论。
#
# 手术一开始剪得最狠，随后让一部分权重恢复，所以剪错了还能改正。渐进剪枝剪掉的权重不再恢复，它只是把选择推迟了。
# 两者最后留下的权重都与一次剪完不同：

# %%
print(f"surgery: {early:.1%} pruned at first, {late:.1%} before the rest is cut")
for name in ("gradual", "surgery"):
    log = logs[name, 0.95]  # every ten steps, of each weight whether it is left
    back = sum(np.count_nonzero(b > a) for a, b in zip(log, log[1:], strict=False))
    others = 1 - (log[-1] & logs["one_shot", 0.95][-1]).sum() / log[-1].sum()
    print(f"{name}: {back:,} came back; one shot does not keep {others:.1%} of those left")
    assert (back == 0) == (name == "gradual") and others > 0.05

# %% [markdown] lang="en"
# ## What can go wrong: something else differs
#
# Whoever gives one way more fine-tuning compares training, not pruning. All four took 95% of every layer,
# also of the small last one. And surgery alone had a constant chosen for this network, $c = 2.7$. So try one
# shot (last seed) with five times the fine-tuning, then over all layers, and surgery with $c = 1.5$:
# %% [markdown] lang="zh"
# ## 容易出错的地方：还有别的因素不同
#
# 剪枝后的网络在很长时间里都能靠微调继续提高。哪种做法多得了微调，比的就不再是剪枝，而是训练。
# 另外，上面四种做法都让每层各剪 95%，很小的最后一层也不例外；剪在哪里，可能与什么时候剪同样要紧。
# 还有，只有手术用了专为这个网络试出来的常数：$c = 2.7$。
# 下面仍是一次剪完（最后一个种子），与它相比的，一个微调量是五倍，一个把所有层放在一起、剪掉最小的权重；
# 最后是改用 $c = 1.5$ 的手术：

# %%
longer, overall, untuned = nets["one_shot", 0.95].copy(), start.copy(), start.copy()
train(longer, 4 * EPOCHS, np.random.default_rng(0))
mp.prune_by_magnitude(overall, 0.95, scope="global")
train(overall, EPOCHS, np.random.default_rng(seed))
surgery(untuned, 0.95, np.random.default_rng(seed), [], c=1.5)
a, b, c, d = (evaluate(net) for net in (nets["one_shot", 0.95], longer, overall, untuned))
print(f"one shot {a:.3f}, trained longer {b:.3f}, all layers {c:.3f}; surgery, c = 1.5 {d:.3f}")
assert min(b, c) > a + 0.02 and d < results["surgery", 0.95][-1] - 0.02

# %% [markdown] lang="en"
# ## The mistake in print
#
# The listing of E-5.1 sets up the schedule, but leaves out the **callback**, the function that the
# training calls at every step. Its library then stops with an error. Here nothing would be pruned:
# %% [markdown] lang="zh"
# ## 书上的错误
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
# Write `polynomial_decay` yourself, and `masked_step`, which holds the masks while training:
# `python -m minprune exercises start mine`, then `check 3.2` and `check 3.1` in that folder.
# %% [markdown] lang="zh"
# ## 轮到你了
#
# 自己写出 `polynomial_decay`，以及训练时保持掩码不变的 `masked_step`：先运行
# `python -m minprune exercises start mine --lang zh`，再在该文件夹中运行 `check 3.2` 和 `check 3.1`。
