# %% [markdown] lang="en"
# # 09  Sparse kernels: when do zeros save time?
#
# *Fifteen minutes. Afterwards you can read the loop that skips zeros, and tell when it is faster.*
#
# Nine of ten weights of a layer are zero. Is it ten times as fast? Measure it. All candidates run in turn,
# round after round, so that a slow moment slows all. What counts is the **median**, the middle time.
# %% [markdown] lang="zh"
# # 09  稀疏计算核：零什么时候才省时间？
#
# *约十五分钟。学完后你能读懂跳过零的循环，并判断它什么时候更快。*
#
# 某一层十个权重里有九个是零，它就快了十倍吗？测一测。各种算法一轮一轮交替运行，机器变慢时大家一起慢；
# 取**中位数**，即按大小排在正中间的那个时间。

# %% volatile
import os
import time

import matplotlib.pyplot as plt
import numpy as np

import minprune as mp
from minprune.sparse.kernels import csr_forward_batch

QUICK = "QUICK" in os.environ
rng = np.random.default_rng(0)
full = rng.normal(0, 0.05, (784, 300)).astype(np.float32)
b = np.zeros(300, np.float32)
x = rng.random((256, 784), dtype=np.float32)  # 256 samples


def pruned(sparsity):
    mask = mp.rank_mask(np.abs(full), mp.pruned_count(full.size, sparsity))
    return mp.apply_mask(full, mask)


def timed(calls, rounds=5 if QUICK else 41):
    """Median of the milliseconds that each call takes."""
    times = {name: [] for name in calls}
    for _ in range(1 + rounds):  # the first is a warm-up
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            times[name].append(1e3 * (time.perf_counter() - start))
    return {name: np.median(t[1:]) for name, t in times.items()}


W = pruned(0.9)
took = timed({"no zeros": lambda: x @ full, "90% zeros": lambda: x @ W})
print("   ".join(f"{name} {ms:.2f} ms" for name, ms in took.items()))

# %% [markdown] lang="en"
# It is not. `x @ W` calls the **BLAS**, a library that multiplies full (**dense**) matrices. It takes <<~took["90% zeros"] / took["no zeros"]:.2f>>
# times as long as before, since it multiplies by zero as by any other number. It never tests a weight.
#
# To skip zeros, do not store them. **Compressed sparse rows** (CSR), here one row per output unit, are three
# arrays:
# %% [markdown] lang="zh"
# 并没有。乘积 `x @ W` 交给 **BLAS** 计算，这是专做**稠密**（完整）矩阵乘法的库。耗时是原来的
# <<~took["90% zeros"] / took["no zeros"]:.2f>> 倍，因为乘以零和乘以别的数一样花时间，而它从不检查权重是不是零。
#
# 想跳过零，就不要存零。**压缩稀疏行**（CSR）由三个数组组成，这里每个输出单元占一行：

# %%
small = mp.csr_from_dense([[5.0, 0.0], [0.0, 8.0], [7.0, 0.0]])  # 3 inputs, 2 output units
print("values ", small.values, "  the nonzero weights, output unit by output unit")
print("indices", small.indices, "     the input of each value")
print("offsets", small.offsets, "     unit j has the entries offsets[j] to offsets[j + 1] - 1")


def csr_forward(csr, b, x):
    y = b.copy()
    for j in range(len(b)):  # every output unit
        for k in range(csr.offsets[j], csr.offsets[j + 1]):  # every nonzero weight of it
            y[j] += csr.values[k] * x[csr.indices[k]]
    return y


csr = mp.csr_from_dense(W)
right = np.maximum(x @ W + b, 0)  # the outputs expected below: this layer with a ReLU
assert np.allclose(np.maximum(csr_forward(csr, b, x[0]), 0), right[0], atol=1e-4)
assert csr.values.size == mp.count_nonzero(W) and mp.count_parameters(W) == full.size

# %% [markdown] lang="en"
# The loop makes <<csr.values.size:,>> multiplications per sample instead of <<W.size:,>>, with the same result. But each of them loads
# three numbers: a weight, an index, and an input from some place in `x`. And a processor multiplies 8 or 16
# neighbours in one instruction (a **vector**), while these inputs are scattered.
#
# The solution is to compute many samples at once. Transpose `x`, so that the samples of one input are
# neighbours. Then one weight and one index, 8 bytes, serve all samples. A strip of samples that fills a few
# vectors is a **panel**.
# %% [markdown] lang="zh"
# 循环对每个样本只做 <<csr.values.size:,>> 次乘法，而不是 <<W.size:,>> 次，结果相同。但每做一次乘法，
# 都要读三个数：一个权重、一个下标，以及 `x` 里某处的一个输入。而处理器一条指令能同时乘 8 或 16
# 个相邻的数（一个**向量**），这些输入却是分散的。
#
# 解决办法是一次计算许多样本。把 `x` 转置，让同一输入的各个样本彼此相邻，一个权重加一个下标（共 8 字节）就能供所有样本使用。
# 正好装满几个向量的一组样本叫作**面板**（panel）。

# %%
panel = np.ascontiguousarray(x[:64].T)  # (784 inputs, 64 samples)
own = slice(csr.offsets[5], csr.offsets[6])
sums = csr.values[own] @ panel[csr.indices[own]] + b[5]  # unit 5, for 64 samples
assert np.allclose(np.maximum(sums, 0), right[:64, 5], atol=1e-4)

# %% [markdown] lang="en"
# `csr_forward_batch` does this in two loops that **Numba** compiles, that is, translates to machine code at
# the first call. For every weight it reads the sums of all samples, adds, and writes them back.
# `SparseEngine` keeps the 64 sums of a panel inside the processor, in **registers**, until a unit is done,
# and its inputs in the nearest memory, the **cache**. Its first call plans and compiles. This takes seconds
# the first time on a machine, and well under one second later.
# %% [markdown] lang="zh"
# `csr_forward_batch` 就是这样的两层循环，由 **Numba** 编译，即首次调用时翻译成机器码。它每用一个权重，
# 都要读出所有样本的部分和，相加，再写回内存。`SparseEngine` 则把一个面板的 64 个部分和保存在处理器内部的**寄存器**里，
# 直到一个单元算完，面板的输入则在最近的存储器即**缓存**里。它首次调用时要规划和编译：在一台机器上第一次需要几秒钟，
# 以后远不到一秒。

# %% volatile
engine = mp.SparseEngine(mp.Network([mp.Dense(W, b), mp.ReLU()]))
start = time.perf_counter()
assert np.allclose(engine(x), right, atol=1e-4)
print(f"first call {time.perf_counter() - start:.2f} s, {engine.threads} core(s)")

# %% [markdown] lang="en"
# ## At which sparsity is it faster?
#
# Three ways with the same outputs. BLAS and the engine use all available cores, the two loops one. Only the
# loops get `x` transposed beforehand. Every mark is a median.
# %% [markdown] lang="zh"
# ## 稀疏度多高才更快？
#
# 三种算法，输出相同。BLAS 和引擎使用所有可用的核心，两层循环只用一个，并且只有它的 `x` 是事先转置好的。
# 图中每个点都是中位数。

# %% volatile
levels = [0, 0.5, 0.9] if QUICK else [0, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98]
names = "dense (BLAS)", "CSR, two loops", "SparseEngine"
xT, yT = np.ascontiguousarray(x.T), np.empty((300, 256), np.float32)


def ways(sparsity):
    W = pruned(sparsity)
    csr, engine = mp.csr_from_dense(W), mp.SparseEngine(mp.Network([mp.Dense(W, b), mp.ReLU()]))
    calls = (lambda: np.maximum(x @ W + b, 0),
             lambda: csr_forward_batch(csr.values, csr.indices, csr.offsets, b, xT, yT, True),
             lambda: engine(x))  # fmt: skip
    dense, _, sparse = [call() for call in calls]
    assert np.allclose(yT.T, dense, atol=1e-4) and np.allclose(sparse, dense, atol=1e-4)
    return calls


took = timed({(s, n): way for s in levels for n, way in enumerate(ways(s))})  # all in turn
ms = np.reshape([*took.values()], (len(levels), 3))
print("sparsity", *(f"{name:>17}" for name in names))
for sparsity, row in zip(levels, ms, strict=True):
    print(f"{sparsity:8.0%}", *(f"{median:14.2f} ms" for median in row))
behind = [np.flatnonzero(ms[:, n] >= ms[:, 0]) for n in (1, 2)]
pays = [[*levels, 1][max(k, default=-1) + 1] for k in behind]  # faster from here to the end

figure, axes = plt.subplots(num="times", figsize=(7, 4))
looks = ("#0072B2", "o-"), ("#D55E00", "s--"), ("#009E73", "^:")
for name, median, (c, look) in zip(names, ms.T, looks, strict=True):
    axes.semilogy(levels, median, look, color=c, label=name)
axes.set(xlabel="sparsity", ylabel="ms for 256 samples", title="Only what skips zeros gets faster")
axes.set_yticks([0.2, 0.5, 1, 2, 5, 10], [0.2, 0.5, 1, 2, 5, 10])
axes.minorticks_off()
axes.legend()

# %% [markdown] lang="en"
# **Break-even** is where a line meets the dense one. Of the sparsities tried, the two loops are faster from
# <<~pays[0]:.0%>> on, the engine from <<~pays[1]:.0%>> on. With few zeros it does not skip them: it stores blocks of eight units with
# their zeros. `explain` shows the format of each layer, and the cost of others.
# %% [markdown] lang="zh"
# 与稠密线的交点就是**盈亏平衡点**。在测过的稀疏度中，两层循环从 <<~pays[0]:.0%>> 起更快，引擎从
# <<~pays[1]:.0%>> 起更快。零很少时，引擎并不跳过它们，而是把每八个单元的权重连同其中的零存成块。
# `explain` 会列出每一层用哪种格式，以及换成别的格式代价如何。

# %%
formats = []
for sparsity in (0.3, 0.9):
    text = mp.SparseEngine(mp.Network([mp.Dense(pruned(sparsity), b)])).explain()
    print(text[text.index("0.W") :])  # cycles of the processor's clock are estimates
    formats.append(text.split("panels ")[1].split()[0])
assert formats == ["blocks", "csr"]

# %% [markdown] lang="en"
# ## What can go wrong
#
# - Timing the first call, which compiles, or one way after the other, while the machine gets busy.
# - Timing one sample and running many: for one sample, `explain` shows other kernels.
# - Storing as CSR too early: with an index for every value, it is larger than dense below about half
#   sparsity.
# %% [markdown] lang="zh"
# ## 容易出错的地方
#
# - 计时算进了首次调用（那一次在编译），或者测完一种再测另一种，其间机器忙了起来。
# - 只测单个样本，实际却成批运行：`explain` 列出，引擎处理单个样本另有一套计算核。
# - 过早改用 CSR：每个值都带一个下标，稀疏度大约低于一半时，它比稠密矩阵还大。

# %%
for sparsity in (0.4, 0.6):
    csr = mp.csr_from_dense(pruned(sparsity))
    print(f"{sparsity:.0%}: CSR {csr.nbytes:,} bytes, dense {full.nbytes:,}")
    assert (csr.nbytes > full.nbytes) == (sparsity < 0.5)

# %% [markdown] lang="en"
# ## The mistake in print
#
# C-9.1, one of the texts that minprune was built from, says that pruning leaves fewer parameters, and so
# inference is faster. Weights set to zero are still in the array; the first cell has timed that. B-7 warns
# that pruning may increase the complexity of computing. Pruning adds no products, but it can add time:
# without zeros the two loops took <<~ms[0, 1] / ms[0, 0]:.1f>> times as long as dense.
# %% [markdown] lang="zh"
# ## 原文中的错误
#
# minprune 所依据的文章之一 C-9.1 说，剪枝后参数减少，推理速度加快。可是置零的权重仍在数组里，耗时在第一段代码里已经测过。
# B-7 提醒剪枝可能增加计算复杂性。剪枝不会增加乘法，却可能增加时间：没有零的时候，
# 两层循环耗时是稠密乘法的 <<~ms[0, 1] / ms[0, 0]:.1f>> 倍。

# %% [markdown] lang="en"
# ## Now you
#
# Write `csr_from_dense` and `csr_forward` yourself: `python -m minprune exercises start mine`, then
# `check 4.3` and `check 4.4` in that folder.
# %% [markdown] lang="zh"
# ## 轮到你了
#
# 自己写出 `csr_from_dense` 和 `csr_forward`：先运行
# `python -m minprune exercises start mine --lang zh`，再在该文件夹中运行 `check 4.3` 和 `check 4.4`。
