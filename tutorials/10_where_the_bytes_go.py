# %% [markdown] lang="en"
# # 10  Fewer bytes: quantization, distillation, storage
#
# *Twenty minutes. Afterwards you can make a network smaller in three ways, and measure what each costs.*
#
# A weight takes four bytes. How can a network be stored in fewer? Use fewer bits per number (**quantize**), use fewer
# numbers (**distil** into a small network), or do not store zeros. Start with a dense network and a copy, 90% pruned
# and trained three more epochs.
# %% [markdown] lang="zh"
# # 10  减少字节：量化、蒸馏、存储
#
# *约二十分钟。学完后你能用三种办法把网络变小，并测出各自的代价。*
#
# 一个权重占四个字节，怎样才能少用一些？有三个办法：每个数少用几位（**量化**）；少用一些数（**蒸馏**成小网络）；
# 不存储零。先准备两个网络：一个稠密网络，以及它的副本：剪掉九成权重，再训练三轮。

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

import minprune as mp

n = 6_000 if "QUICK" in os.environ else 55_000
mnist, rng = mp.load_mnist(), np.random.default_rng(0)
x, y = mnist.train.flat[:n], mnist.train.labels[:n]


def fit(network, x, y, epochs, lr=3e-3, **options):
    options |= {"rng": rng, "batch_size": 100, "lr_decay": mp.cosine_decay}
    mp.fit(network, x, y, epochs=epochs, optimizer=mp.Adam(network.parameters, lr), **options)
    return network


def tested(network):
    return mp.evaluate(network, mnist.test.flat, mnist.test.labels).accuracy


dense = fit(mp.mlp([784, 128, 10], rng), x, y, epochs=4)
sparse = dense.copy()
mp.prune_by_magnitude(sparse, sparsity=0.9)
fit(sparse, x, y, epochs=3)
print(f"dense {tested(dense):.2%}, nine tenths pruned {tested(sparse):.2%}")

# %% [markdown] lang="en"
# ## Quantization: fewer bits
#
# With $b$ bits there are $2^b - 1$ levels, evenly spaced about zero. `quantize_symmetric` stores the number $q_i$ of
# its level for each weight, and once per array the **step** between two levels:
#
# $$w_i \approx \text{step} \cdot q_i, \qquad \text{step} = \max|w| / (2^{b-1} - 1)$$
# %% [markdown] lang="zh"
# ## 量化：少用几位
#
# 用 $b$ 位可以表示 $2^b - 1$ 个关于零对称、间隔相等的取值。`quantize_symmetric` 为每个权重存下取值的编号 $q_i$，
# 再为整个数组存一个**步长**，即相邻两个取值的间隔：
#
# $$w_i \approx \text{step} \cdot q_i, \qquad \text{step} = \max|w| / (2^{b-1} - 1)$$

# %% volatile
W = dense.layers[0].W.value
q, step = mp.quantize_symmetric(W, bits=8)
assert abs(step * q - W).max() <= 0.501 * step and q.nbytes * 4 == W.nbytes and abs(q).max() == 127
assert 1.8 < mp.quantization_error(W, bits=7) / mp.quantization_error(W, bits=8) < 2.2


def rounded(network, bits):
    coarse = network.copy()
    for w in coarse.weights.values():
        w.value = mp.dequantize(*mp.quantize_symmetric(w.value, bits)).astype(np.float32)
    return coarse


after = {bits: tested(rounded(dense, bits)) for bits in (8, 4, 3, 2)}
print(*(f"{bits} bits {accuracy:.2%}" for bits, accuracy in after.items()), sep="   ")
assert abs(after[8] - tested(dense)) < 0.005 and after[2] < after[8] - 0.1
coarse = rounded(dense, 8)  # before pruning, as in
mp.prune_by_magnitude(coarse, sparsity=0.9)
tuned = fit(coarse.copy(), x[:5000], y[:5000], epochs=1)
values = [np.unique(network.layers[0].W.value).size for network in (coarse, tuned)]
print(f"8 bits, then pruned: {values[0]} values in the first layer; fine-tuned: {values[1]:,}")
assert values[0] < 256 and values[1] > 10 * values[0]

# %% [markdown] lang="en"
# Eight bits cost less than half a point. Quantizing *before* pruning, as in, a text that minprune was built from,
# is undone by fine-tuning: <<~values[0]>> values become <<~values[1]:,>>. Two bits have three levels and break the network, unless it is
# trained with them: **quantization-aware training** computes with rounded weights (`fake_quantize`) and updates the
# exact ones, ignoring the rounding (**straight-through**).
# %% [markdown] lang="zh"
# 八位的损失不到半个百分点。minprune 所依据的文章之一 A-3.1 *先*量化后剪枝，这样量化的结果会被微调改掉：
# 原来只有 <<~values[0]>> 个不同的取值，微调后变成了 <<~values[1]:,>> 个。两位只有三个取值，网络就垮了，除非让它带着量化一起学：**量化感知训练**用取整后的权重做计算
# （`fake_quantize`），更新的则是精确的权重，就当取整不存在（**直通估计**）。

# %%
aware = dense.copy()
exact, shown = {w: w.value.copy() for w in aware.weights.values()}, {}
limit = {w: 3 * w.value.std() for w in exact}  # larger weights are clipped


def on_step(step):
    for w in exact:
        exact[w] += w.value - shown.get(w, w.value)  # what the optimizer has just added
        w.value = shown[w] = mp.fake_quantize(exact[w], 2, limit[w])


fit(aware, x, y, epochs=3, lr=1e-3, on_step=on_step)
print(f"2 bits, trained with them: {tested(aware):.2%}")
assert tested(aware) > after[2] + 0.1 and np.unique(aware.layers[0].W.value).size == 3

# %% [markdown] lang="en"
# ## Distillation: fewer numbers
#
# A small **student** can learn from a large **teacher** what no label contains: this 4 is nearly a 9. A **temperature**
# $T$ divides the logits (outputs before the softmax) and so raises small probabilities (Hinton, Vinyals and Dean 2015).
# The loss has the cross-entropy CE with the labels, and the KL divergence, the difference from the teacher at $T$:
#
# $$L = (1 - \alpha)\, CE(y, p) + \alpha\, T^2\, KL(p^T_\text{teacher} \,\|\, p^T)$$
# %% [markdown] lang="zh"
# ## 蒸馏：少用一些数
#
# 小网络（**学生**）可以向大网络（**教师**）学到标签里没有的东西，比如这个 4 很像 9。
# 把 logits（softmax 之前的输出）除以**温度** $T$，这样的小概率就变大（Hinton、Vinyals、Dean 2015）。
# 损失由两部分以 $\alpha$ 加权而成：与标签 $y$ 的交叉熵 CE，以及学生与教师在温度 $T$ 下概率的差异，即 KL 散度：
#
# $$L = (1 - \alpha)\, CE(y, p) + \alpha\, T^2\, KL(p^T_\text{teacher} \,\|\, p^T)$$

# %%
logits = [[6.0, 0.0, 4.0]]  # of a teacher: its outputs before the softmax; the label is 0
print("T = 1:", mp.soften(logits, 1).round(2), " T = 4:", mp.soften(logits, 4).round(2))
same, other = (mp.distillation_loss(z, logits, [0], 0.5, 4) for z in (logits, [[6.0, 4.0, 0.0]]))
print(f"loss of a student: these logits {same:.2f}, the last two exchanged {other:.2f}")
targets = mp.teacher_targets(dense, x, y)  # the labels and the teacher's logits


def students(seed, part, epochs):
    alone = mp.mlp([784, 16, 10], np.random.default_rng(seed))
    taught = fit(alone.copy(), x[part], targets[part], epochs, loss=mp.teacher_loss(0.5, 2))
    return fit(alone, x[part], y[part], epochs), taught


pairs = [students(seed, slice(500), 60) for seed in range(3)] + [students(0, slice(None), 6)]
gains = [100 * (tested(taught) - tested(alone)) for alone, taught in pairs]
print("points that the teacher adds: 500 images {:.1f}, {:.1f}, {:.1f}; all {:.1f}".format(*gains))
assert same < other and min(gains[:3]) > 0.5 > gains[3]

# %% [markdown] lang="en"
# With 500 images the teacher, trained on all, helps in each of three seeds; with all (one seed) it does not.
#
# ## Storage: count everything
#
# An array stores its zeros. CSR stores the rest, each with an index of two bytes. A **bit mask** stores the rest and
# one bit per weight: is it there? Zip shortens what is frequent. Only arrays pack less than a byte.
# %% [markdown] lang="zh"
# 学生只用 500 张图像时，教师（它学过全部图像）有帮助，三个种子都如此；学生也用上全部图像时则没有（只试了一个种子）。
#
# ## 存储：样样都要算
#
# 数组里零也要存。CSR 只存其余的权重，每个附一个两字节的下标；**位掩码**也只存其余的权重，另为每个权重存一位，
# 标明它在不在；zip 则为常见的内容换上短编码。不足八位的数，在数组里紧挨着存放，在其余格式里占一个字节。


# %% volatile
def kilobytes(network, bits):
    total = sum(p.value.nbytes for p in network.parameters.values() if p.value.ndim == 1)
    for w in network.weights.values():
        q = w.value if bits == 32 else mp.quantize_symmetric(w.value, bits).q
        left, each = mp.count_nonzero(q), max(bits // 8, 1)  # bytes of a value
        csr = mp.csr_bytes(q.shape[1], left, value_bytes=each, index_bytes=2)
        mask = mp.bitmask_bytes(q.size, left, value_bytes=each)
        total = total + np.array([q.size * bits // 8, csr, mask, mp.zip_bytes(q)]) + 4 * (bits < 32)
    return total / 1000


networks = {("dense", 32): dense, ("pruned", 32): sparse, ("student", 32): pairs[-1][1]}
networks |= {(name, 8): rounded(network, 8) for (name, _), network in networks.items()}
networks |= {("dense", 4): rounded(dense, 4), ("dense", 2): aware}
kb = {key: kilobytes(network, key[1]) for key, network in networks.items()}
score = {key: 100 * tested(network) for key, network in networks.items()}
print("kilobytes of        array       CSR  bit mask       zip  accuracy")
for (name, bits), sizes in sorted(kb.items(), reverse=True):
    print(f"{name:7} {bits:2} bits", *(f"{k:9.1f}" for k in sizes), f"{score[name, bits]:8.1f}%")
assert kb["pruned", 32][0] == kb["dense", 32][0] > 18 * kb["pruned", 8][3] > 18 * kb["dense", 2][3]
assert min(score["pruned", 8], score["dense", 2]) > score["dense", 32] - 2
ways = "array", "CSR", "bit mask", "zip"
looks = {"dense": ("o", "#0072B2", (0, 3)), "pruned": ("s", "#D55E00", (1, 2, 3)),
         "student": ("v", "#009E73", (0,))}  # fmt: skip
rows = sorted((kb[k][n], score[k], *k, ways[n]) for k in networks for n in looks[k[0]][2])
figure, (left, right) = plt.subplots(1, 2, num="bytes", figsize=(7, 5), sharey=True)
for row, (size, accuracy, name, *_) in enumerate(rows):
    marker, color, _ = looks[name]
    left.semilogx(size, row, marker, color=color)
    right.plot(accuracy, row, marker, color=color)
left.set_yticks(range(len(rows)), [f"{name}, {b} bits, {way}" for *_, name, b, way in rows])
left.set_xticks([10, 20, 50, 100, 200, 400], [10, 20, 50, 100, 200, 400])
left.set(xlabel="kilobytes", title="Size, smallest first", ylim=(len(rows), -1))
right.set(xlabel="test accuracy, %", title="Accuracy")
for axes in (left, right):
    axes.grid(alpha=0.4)

# %% [markdown] lang="en"
# Two are small and still good: pruned, 8 bits, zipped (<<~kb["dense", 32][0] / kb["pruned", 8][3]:.1f>> times smaller than dense), and trained with 2 bits, zipped
# (<<~kb["dense", 32][0] / kb["dense", 2][3]:.1f>> times, <<~score["dense", 32] - score["dense", 2]:.1f>> points lost). The student loses <<~score["dense", 32] - score["student", 32]:.1f>> points and needs no special format.
#
# ## What can go wrong, and the mistake in print
#
# Fewer bytes are not less time: what is zipped must be unpacked first. C-2.1c says that quantization reduces the *loss
# of precision*. It is a loss: <<mp.quantization_error(W, 8):.4f>> per weight with 8 bits; every bit less about doubles it.
#
# ## Now you
#
# Write `quantize_symmetric` yourself: `python -m minprune exercises start mine`, then `check 4.2` in that folder. Then
# write `bitmask_bytes(size, nonzeros, value_bytes=4)` in `mine.py`: `python -m minprune verify mine.py`.
# %% [markdown] lang="zh"
# 与稠密数组相比，又小又准的有两个：剪枝后量化到 8 位再用 zip 压缩，大小只有
# 1/<<~kb["dense", 32][0] / kb["pruned", 8][3]:.1f>>；用 2 位训练再用 zip 压缩，大小只有
# 1/<<~kb["dense", 32][0] / kb["dense", 2][3]:.1f>>，准确率降低
# <<~score["dense", 32] - score["dense", 2]:.1f>> 个百分点。学生网络不需要特殊格式，准确率降低
# <<~score["dense", 32] - score["student", 32]:.1f>> 个百分点。
#
# ## 容易出错的地方与原文中的错误
#
# 字节少不等于时间短：压缩过的要先解压。
# C-2.1c 说量化“减少模型精度损失”，其实量化本身就是精度损失：8 位时平均每个权重误差 <<mp.quantization_error(W, 8):.4f>>，
# 每少一位误差约增大一倍。
#
# ## 轮到你了
#
# 自己写出 `quantize_symmetric`：先运行 `python -m minprune exercises start mine --lang zh`，再在该文件夹中运行 `check 4.2`。
# 然后在 `mine.py` 里写出 `bitmask_bytes(size, nonzeros, value_bytes=4)`，用 `python -m minprune verify mine.py --lang zh` 检验。
