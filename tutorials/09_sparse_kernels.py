# %% [markdown] lang="en"
# # 09  Sparse kernels: when do zeros save time?
#
# *Fifteen minutes. Afterwards you can read the loop that skips zeros, and tell when it is faster.*
#
# This lesson measures times. All candidates run in turn, round after round, so that a busy moment of the machine slows
# all of them. What counts is the **median**: the middle one of all times in order.
# %% [markdown] lang="zh"
# # 09  稀疏计算核：零什么时候才省时间？
#
# *约十五分钟。学完后你能读懂跳过零的循环，并判断它什么时候更快。*
#
# 本课要测时间。各种算法一轮一轮交替运行，机器繁忙时大家一起变慢；结果取**中位数**，即全部用时按大小排在正中间的那一个。

# %% folded
import os
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when NumPy is first imported

import matplotlib.pyplot as plt
import numpy as np

import minprune as mp
from minprune.sparse.kernels import csr_forward_batch

QUICK = "QUICK" in os.environ
rng = np.random.default_rng(0)


def timed(calls, rounds=5 if QUICK else 41):
    """Median time of each call in milliseconds."""
    times = {name: [] for name in calls}
    for _ in range(1 + rounds):  # the first is a warm-up
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            times[name].append(1e3 * (time.perf_counter() - start))
    return {name: np.median(t[1:]) for name, t in times.items()}


# %%
full = rng.normal(0, 0.05, (784, 300)).astype(np.float32)  # a layer: 784 inputs, 300 units
b = np.zeros(300, np.float32)
x = rng.random((256, 784), dtype=np.float32)  # 256 samples


def pruned(sparsity):
    mask = mp.rank_mask(np.abs(full), mp.pruned_count(full.size, sparsity))
    return mp.apply_mask(full, mask)


# %% [markdown] lang="en"
# **Guess.** Nine of ten weights are set to 0. Is the product `x @ W` then ten times as fast, twice as fast, or as slow as before?
# %% [markdown] lang="zh"
# **猜一猜。** 把十个权重中的九个置为 0，乘积 `x @ W` 会快十倍、快一倍，还是完全不变？

# %% volatile
W = pruned(0.9)
took = timed({"no zeros": lambda: x @ full, "90% zeros": lambda: x @ W})
print("   ".join(f"{name} {ms:.2f} ms" for name, ms in took.items()))

# %% [markdown] lang="en"
# It takes <<~took["90% zeros"] / took["no zeros"]:.2f>> times as long as before. `x @ W` calls the **BLAS**, a library that multiplies **dense** matrices: it
# multiplies by zero as by any other number, and never tests a weight.
#
# To skip zeros, do not store them. **Compressed sparse rows** (CSR), here one row per output unit, are three arrays:
# %% [markdown] lang="zh"
# 耗时是原来的 <<~took["90% zeros"] / took["no zeros"]:.2f>> 倍。`x @ W` 由 **BLAS** 计算，这是专做**稠密**矩阵乘法的库：乘以零和乘以别的数一样花时间，
# 它从不检查权重是不是零。
#
# 想跳过零，就不要存零。**压缩稀疏行**（CSR）由三个数组组成，这里每个输出单元占一行：

# %%
small = mp.csr_from_dense([[5.0, 0.0], [0.0, 8.0], [7.0, 0.0]])  # 3 inputs, 2 output units
print(f"values  {small.values}   the nonzero weights, unit by unit")
print(f"indices {small.indices}      the input of each weight")
print(f"offsets {small.offsets}      unit j has the entries offsets[j] to offsets[j + 1] - 1")

# %% [markdown] lang="en"
# A loop over these arrays skips the zeros. The inner loops of a computation are called its **kernel**, a word that has
# another sense in a convolution.
# %% [markdown] lang="zh"
# 遍历这三个数组，就跳过了零。计算中最内层的循环叫作**计算核**（kernel，与卷积核无关）：


# %%
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
# The loop makes <<csr.values.size:,>> multiplications per sample instead of <<W.size:,>>. But each of them loads three numbers: a weight, an
# index, and an input from some place in `x`. And a processor multiplies 8 or 16 neighbours in one instruction (a
# **vector**), while these inputs are scattered.
#
# The solution is to compute many samples at once. `x` is transposed, so that the samples of one input are neighbours.
# Then one weight and one index, 8 bytes, serve all samples. A strip of samples that fills a few vectors is a **panel**:
# %% [markdown] lang="zh"
# 循环对每个样本只做 <<csr.values.size:,>> 次乘法，而不是 <<W.size:,>> 次。但每做一次乘法，都要读三个数：一个权重、一个下标，
# 以及 `x` 里某处的一个输入。而处理器一条指令能同时乘 8 或 16 个相邻的数（一个**向量**），这些输入却是分散的。
#
# 解决办法是一次计算许多样本。把 `x` 转置，同一输入的各个样本就彼此相邻，一个权重加一个下标（共 8 字节）可供所有样本使用。
# 正好装满几个向量的一组样本叫作**条带**（panel）：

# %%
panel = np.ascontiguousarray(x[:64].T)  # (784 inputs, 64 samples)
own = slice(csr.offsets[5], csr.offsets[6])  # the entries of unit 5
sums = csr.values[own] @ panel[csr.indices[own]] + b[5]  # its outputs for 64 samples
assert np.allclose(np.maximum(sums, 0), right[:64, 5], atol=1e-4)

# %% [markdown] lang="en"
# `csr_forward_batch` does this in two loops that **Numba** compiles, that is, translates to machine code at the first call.
# For every weight it reads the sums of all samples, adds to them, and writes them back. `SparseEngine` keeps the 64 sums of
# a panel inside the processor, in **registers**, until a unit is done, and the inputs of the panel in the nearest memory, the
# **cache**. Its first call plans and compiles: seconds on a new machine, later well under one second.
# %% [markdown] lang="zh"
# `csr_forward_batch` 就是这样的两层循环，由 **Numba** 编译，即首次调用时翻译成机器码。它每用一个权重，
# 都要读出所有样本的部分和，相加，再写回内存。`SparseEngine` 则把一个条带的 64 个部分和保存在处理器内部的**寄存器**里，
# 直到一个单元算完；条带的输入则留在最近的存储器，即**缓存**里。它首次调用时要规划和编译：在新机器上需要几秒，以后远不到一秒。

# %% volatile
engine = mp.SparseEngine(mp.Network([mp.Dense(W, b), mp.ReLU()]))
start = time.perf_counter()
outputs = engine(x)
print(f"first call {time.perf_counter() - start:.2f} s, {engine.threads} core(s)")
assert np.allclose(outputs, right, atol=1e-4)

# %% [markdown] lang="en"
# ## At which sparsity is it faster?
#
# Three ways with the same outputs are timed. The BLAS and the two loops use one core, the engine all that are available,
# on this page <<~engine.threads>>. Only the two loops get `x` transposed beforehand.
#
# **Guess.** From which sparsity on are the two loops faster than the BLAS: 10%, 50% or 90%?
# %% [markdown] lang="zh"
# ## 稀疏度多高才更快？
#
# 下面给三种算法计时，它们的输出相同。BLAS 和两层循环只用一个核，引擎使用全部可用的核，本页为 <<~engine.threads>> 个。只有两层循环的 `x` 是事先转置好的。
#
# **猜一猜。** 稀疏度从多高起，两层循环比 BLAS 快：10%、50%，还是 90%？

# %% volatile
levels = [0, 0.5, 0.9] if QUICK else [0, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98]
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
print("sparsity       BLAS  two loops     engine  (milliseconds)")
for sparsity, row in zip(levels, ms, strict=True):
    print(f"{sparsity:8.0%}", *(f"{median:10.2f}" for median in row))

# %% folded
dense, loops, sparse = ms.T
behind = [np.flatnonzero(times >= dense) for times in (loops, sparse, engine.threads * sparse)]
pays = [[*levels, 1][max(k, default=-1) + 1] for k in behind]  # faster from here to the end
half, most = levels.index(0.5), levels.index(0.9)

# %% [markdown] lang="en"
# Of the sparsities tried, the two loops are faster than the BLAS from <<~pays[0]:.0%>> on, the engine from <<~pays[1]:.0%>> on. On one core the engine
# would take up to <<~engine.threads>> times as long, and be faster from <<~pays[2]:.0%>> on at the latest. In the picture **break-even**
# is where a line meets that of the BLAS. With 90% zeros the two loops are <<~dense[most] / loops[most]:.1f>> times as fast as the BLAS, the engine <<~dense[most] / sparse[most]:.1f>> times.
# %% [markdown] lang="zh"
# 在测过的稀疏度中，两层循环从 <<~pays[0]:.0%>> 起比 BLAS 快，引擎从 <<~pays[1]:.0%>> 起比 BLAS 快。引擎若只用一个核，
# 耗时最多为表中的 <<~engine.threads>> 倍，最迟从 <<~pays[2]:.0%>> 起更快。图中与 BLAS 那条线的交点就是**盈亏平衡点**。90% 为零时，
# 两层循环的速度是 BLAS 的 <<~dense[most] / loops[most]:.1f>> 倍，引擎是 <<~dense[most] / sparse[most]:.1f>> 倍。

# %% volatile
figure, axes = plt.subplots(num="times", figsize=(7, 4))
looks = ("dense (BLAS)", "#0072B2", "o-"), ("CSR, two loops", "#D55E00", "s--")
looks += (("SparseEngine", "#009E73", "^:"),)
for (name, color, look), median in zip(looks, ms.T, strict=True):
    axes.semilogy(levels, median, look, color=color, label=name)
axes.set(xlabel="sparsity", ylabel="ms for 256 samples", title="Only what skips zeros gets faster")
axes.set_yticks([0.2, 0.5, 1, 2, 5, 10], [0.2, 0.5, 1, 2, 5, 10])
axes.minorticks_off()
axes.legend()

# %% [markdown] lang="en"
# With few zeros the engine does not skip them: it stores **blocks** of eight units with their zeros. With many it stores
# **slabs** (with more than 95% zeros, CSR): the inputs are cut into groups of at most 256, so that one byte says which
# input a weight belongs to, and a weight takes 5 bytes instead of 8. Where a processor has registers enough, four units
# stand side by side, and one load brings the inputs of eight weights.
#
# The engine estimates the cycles of the processor's clock that a panel takes in each format; `explain` shows them. What an
# entry or a block costs, it measures on the machine before its first plan; `MINPRUNE_MEASURE=0` keeps to fixed costs, so
# that this page is the same everywhere:
# %% [markdown] lang="zh"
# 零很少时，引擎并不跳过它们，而是把每八个单元的权重连同其中的零存成**块**（blocks）。零很多时，它采用**板条**（slab，95% 以上为零时用 CSR）：
# 输入按每组最多 256 个划分，于是一个字节就能表明权重属于哪个输入，每个权重占 5 字节，而不是 8 字节。处理器的寄存器足够多时，
# 还把四个单元并排存放，一次读取就得到八个权重的输入。
#
# 引擎估计每种格式计算一个条带需要多少个时钟周期，`explain` 会列出来。每个元素、每个块要多少周期，引擎在第一次制定计划之前会在本机上实测；
# `MINPRUNE_MEASURE=0` 则采用固定的数值，这样本页在任何机器上都相同：

# %%
os.environ["MINPRUNE_MEASURE"], formats = "0", []
for sparsity in (0.1, 0.9):
    text = mp.SparseEngine(mp.Network([mp.Dense(pruned(sparsity), b)])).explain()
    line = text.split("panels ")[1].splitlines()[0].replace(" cycles", "")
    kind, _, _, cycles = line.split(maxsplit=3)
    print(f"{sparsity:.0%} zeros: {kind} {cycles} cycles")
    formats.append(kind)
assert formats == ["blocks", "slabs"]

# %% [markdown] lang="en"
# ## Convolutions
#
# A convolution can be written as a product with a matrix that holds each window as a row: with 3 x 3 windows nine times
# the numbers of the image. The matrix is not needed. In an image with zeros around it, each input of a window, a **tap**,
# lies at a fixed distance from the window's corner:
# %% [markdown] lang="zh"
# ## 卷积
#
# 卷积可以写成与一个矩阵的乘积，矩阵的每一行是一个窗口；窗口为 3 x 3 时，矩阵中的数是图像的九倍。其实不需要这个矩阵。
# 图像四周补零后，窗口的每个输入（一个**抽头**，tap）到窗口左上角的距离是固定的：

# %%
image, K = rng.random((6, 6)), rng.normal(size=(3, 3))
flat = np.pad(image, 1).ravel()  # 8 x 8
corners = np.add.outer(8 * np.arange(6), np.arange(6))  # of the windows
taps = [8 * u + v for u in range(3) for v in range(3)]  # distances from a corner
y = sum(w * flat[corners + tap] for w, tap in zip(K.ravel(), taps, strict=True))
layer = mp.Conv2D(K[:, :, None, None], [0.0], padding="same")
assert np.allclose(y, layer.forward(image[None, :, :, None])[0, :, :, 0])
print(f"windows: {corners.size}, distances: {taps}")

# %% [markdown] lang="en"
# A pruned weight is a distance that is left out of the loop. The rest is as above: the sums stay in registers, of several
# windows and 16 filters in `minprune/nn/tiles.py`, which runs the dense convolutions of a `Network`, forward and backward.
#
# ## What can go wrong
#
# - Timing the first call, which compiles; or timing one way after the other, while the machine gets busy.
# - Timing one sample and running many: for one sample the engine has other kernels.
# - Storing as CSR too early, since every value has an index.
#
# **Guess.** Values and indices take four bytes each. Below which sparsity is CSR larger than the dense array?
# %% [markdown] lang="zh"
# 剪掉一个权重，循环中就少一个距离。其余与前面相同：部分和留在寄存器里。`minprune/nn/tiles.py` 一次计算若干窗口、16 个滤波器，
# `Network` 的稠密卷积（前向与反向）都由它完成。
#
# ## 容易出错的地方
#
# - 计时算进了首次调用（那一次在编译），或者测完一种再测另一种，其间机器忙了起来。
# - 只测单个样本，实际却成批运行：引擎处理单个样本用的是另一套计算核。
# - 过早改用 CSR，因为每个值都带一个下标。
#
# **猜一猜。** 值和下标各占四个字节。稀疏度低于多少时，CSR 比稠密数组还大？

# %%
for sparsity in (0.4, 0.6):
    csr = mp.csr_from_dense(pruned(sparsity))
    print(f"{sparsity:.0%} zeros: CSR {csr.nbytes:,} bytes, dense {full.nbytes:,}")
    assert (csr.nbytes > full.nbytes) == (sparsity < 0.5)

# %% [markdown] lang="en"
# Below about half: a nonzero weight then takes 8 bytes instead of 4.
#
# ## The mistake in print
#
# C-9.1, one of the texts that minprune was built from, says that pruning leaves fewer parameters, and so inference is
# faster. But weights that are set to zero are still in the array, and the first measurement shows the same time. B-7 warns
# that pruning may increase the complexity of computing. Pruning adds no products, but it can add time: here, with half
# of the weights pruned, the two loops take <<~loops[half] / dense[half]:.1f>> times as long as the BLAS.
# %% [markdown] lang="zh"
# 约低于一半时：一个非零权重要占 8 字节，而不是 4 字节。
#
# ## 原文中的错误
#
# minprune 所依据的文章之一 C-9.1 说，剪枝后参数减少，推理速度加快。可是置零的权重仍在数组里，第一次测量表明耗时不变。
# B-7 提醒剪枝可能增加计算复杂性。剪枝不会增加乘法，却可能增加时间：在本页的测量中，剪掉一半权重时，
# 两层循环耗时是 BLAS 的 <<~loops[half] / dense[half]:.1f>> 倍。

# %% [markdown] lang="en"
# ## Check yourself
#
# 1. Four inputs, two output units: $W$ has the rows $(0, 2)$, $(3, 0)$, $(0, 0)$, $(0, -1)$. What are the three arrays?
#
# <details><summary>Answer</summary>
#
# Values $(3, 2, -1)$, indices $(1, 0, 3)$, offsets $(0, 1, 3)$: unit 0 reads input 1, unit 1 reads inputs 0 and 3.
#
# </details>
#
# 2. How many bytes does CSR take for a matrix of 784 x 300 with 95% zeros, and how many the dense array? All numbers take
#    four bytes.
#
# <details><summary>Answer</summary>
#
# $11760 \cdot 8$ for values and indices and $301 \cdot 4$ for offsets, together 95,284, instead of $784 \cdot 300 \cdot 4 = 940800$: about a tenth,
# and not a twentieth.
#
# </details>
#
# 3. For one sample the loop loads three numbers per multiplication. How many does it load with a panel of 64 samples, if
#    the sums are in registers?
#
# <details><summary>Answer</summary>
#
# One weight, one index and 64 inputs for 64 multiplications: $66 / 64 \approx 1.03$ per multiplication.
#
# </details>
#
# ## Now you
#
# Write `csr_from_dense` and `csr_forward` yourself: `python -m minprune exercises start mine`, then
# `check 4.3` and `check 4.4` in that folder.
#
# ## Further reading
#
# - Goto and van de Geijn (2008), [Anatomy of high-performance matrix
#   multiplication](https://doi.org/10.1145/1356052.1356053): how a BLAS uses registers and caches.
# - Kreutzer and others (2014), [A unified sparse matrix data format](https://arxiv.org/abs/1307.6209): CSR and formats that
#   suit vectors better.
# - Gale and others (2020), [Sparse GPU kernels for deep learning](https://arxiv.org/abs/2006.10901): kernels that are
#   faster than dense ones at the sparsity of pruned networks.
# %% [markdown] lang="zh"
# ## 自测
#
# 1. 四个输入、两个输出单元，$W$ 的各行为 $(0, 2)$、$(3, 0)$、$(0, 0)$、$(0, -1)$。CSR 的三个数组是什么？
#
# <details><summary>答案</summary>
#
# values 为 $(3, 2, -1)$，indices 为 $(1, 0, 3)$，offsets 为 $(0, 1, 3)$：单元 0 读取输入 1，单元 1 读取输入 0 和 3。
#
# </details>
#
# 2. 一个 784 x 300 的矩阵有 95% 的零，每个数占四个字节。用 CSR 存要多少字节？稠密数组要多少？
#
# <details><summary>答案</summary>
#
# values 和 indices 共 $11760 \cdot 8$，offsets 为 $301 \cdot 4$，合计 95,284 字节；稠密数组为 $784 \cdot 300 \cdot 4 = 940800$ 字节。
# 约为十分之一，而不是二十分之一。
#
# </details>
#
# 3. 只有一个样本时，循环每做一次乘法要读三个数。条带有 64 个样本、部分和放在寄存器里时，平均每次乘法读几个数？
#
# <details><summary>答案</summary>
#
# 64 次乘法共读一个权重、一个下标和 64 个输入，平均每次 $66 / 64 \approx 1.03$ 个。
#
# </details>
#
# ## 轮到你了
#
# 自己写出 `csr_from_dense` 和 `csr_forward`：先运行
# `python -m minprune exercises start mine --lang zh`，再在该文件夹中运行 `check 4.3` 和 `check 4.4`。
#
# ## 延伸阅读
#
# - Goto、van de Geijn（2008），[Anatomy of high-performance matrix
#   multiplication](https://doi.org/10.1145/1356052.1356053)：BLAS 如何利用寄存器和缓存。
# - Kreutzer 等（2014），[A unified sparse matrix data format](https://arxiv.org/abs/1307.6209)：CSR，以及更适合向量指令的格式。
# - Gale 等（2020），[Sparse GPU kernels for deep learning](https://arxiv.org/abs/2006.10901)：在剪枝网络常见的稀疏度下比稠密计算更快的 GPU 计算核。
# %% words
# read when NumPy is first imported | 首次导入 NumPy 时读取
# Median time of each call in milliseconds. | 每个调用用时的中位数，单位毫秒。
# the first is a warm-up | 第一轮是预热
# a layer: 784 inputs, 300 units | 一层：784 个输入，300 个单元
# 256 samples | 256 个样本
# no zeros | 没有零
# 90% zeros | 90% 为零
# 3 inputs, 2 output units | 3 个输入，2 个输出单元
# the nonzero weights, unit by unit | 非零权重，逐个单元排列
# the input of each weight | 每个权重对应的输入
# unit j has the entries offsets[j] to offsets[j + 1] - 1 | 单元 j 的项为 offsets[j] 到 offsets[j + 1] - 1
# every output unit | 每个输出单元
# every nonzero weight of it | 它的每个非零权重
# the outputs expected below: this layer with a ReLU | 后面用来核对的输出：该层加 ReLU
# (784 inputs, 64 samples) | （784 个输入，64 个样本）
# the entries of unit 5 | 单元 5 的项
# its outputs for 64 samples | 它对 64 个样本的输出
# first call {time.perf_counter() - start:.2f} s, {engine.threads} core(s) | 首次调用 {time.perf_counter() - start:.2f} s，{engine.threads} 个核
# all in turn | 全部交替运行
# sparsity       BLAS  two loops     engine  (milliseconds) | 稀疏度         BLAS   两层循环       引擎  （毫秒）
# faster from here to the end | 从这里起一直更快
# {sparsity:.0%} zeros: {kind} {cycles} cycles | {sparsity:.0%} 为零：{kind} {cycles} 个周期
# {sparsity:.0%} zeros: CSR {csr.nbytes:,} bytes, dense {full.nbytes:,} | {sparsity:.0%} 为零：CSR {csr.nbytes:,} 字节，稠密数组 {full.nbytes:,} 字节
# Only what skips zeros gets faster | 跳过零才会变快
# ms for 256 samples | 256 个样本的毫秒数
# sparsity | 稀疏度
# of the windows | 各窗口的左上角
# distances from a corner | 到左上角的距离
# windows: {corners.size}, distances: {taps} | 窗口 {corners.size} 个，距离 {taps}
