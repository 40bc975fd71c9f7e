# %% [markdown] lang="en"
# # 10  Fewer bytes: quantization, distillation, storage
#
# *Twenty minutes. Afterwards you can make a network smaller in three ways, and measure what each costs.*
#
# A weight takes four bytes. To store a network in fewer, use fewer bits per number (**quantize**), use fewer numbers
# (**distil** into a small network), or do not store zeros. Start with a dense network and a copy of it, 90% pruned and
# trained three more epochs:
# %% [markdown] lang="zh"
# # 10  减少字节：量化、蒸馏、存储
#
# *约二十分钟。学完后你能用三种办法把网络变小，并测出各自的代价。*
#
# 一个权重占四个字节。想少用一些，有三个办法：每个数少用几位（**量化**）；少用一些数（**蒸馏**成小网络）；不存储零。
# 先准备一个稠密网络，以及它的副本，副本剪掉九成权重，再训练三轮：

# %% folded
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


# %%
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
#
# **Guess.** The weights of the dense network are rounded to 8, 4, 3 and 2 bits, without any more training. At how many
# bits does it lose more than one point of accuracy?
# %% [markdown] lang="zh"
# ## 量化：少用几位
#
# 用 $b$ 位可以表示 $2^b - 1$ 个关于零对称、间隔相等的取值。`quantize_symmetric` 为每个权重存下取值的编号 $q_i$，
# 再为整个数组存一个**步长**，即相邻两个取值的间隔：
#
# $$w_i \approx \text{步长} \cdot q_i, \qquad \text{步长} = \max|w| / (2^{b-1} - 1)$$
#
# **猜一猜。** 把稠密网络的权重取整到 8 位、4 位、3 位、2 位，不再训练。从几位开始，准确率下降超过一个百分点？

# %% volatile
W = dense.layers[0].W.value
q, step = mp.quantize_symmetric(W, bits=8)
print(f"step {step:.4f}, integers from {q.min()} to {q.max()}, {q.nbytes:,} bytes of {W.nbytes:,}")
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

# %% [markdown] lang="en"
# Eight bits cost less than half a point, four <<~100 * (tested(dense) - after[4]):.1f>> points, three <<~100 * (tested(dense) - after[3]):.1f>>. Two bits have three levels and break the network.
#
# When should a network be quantized that is also pruned?, a text that minprune was built from, quantizes first.
#
# **Guess.** With 8 bits the first layer has at most 255 different values. The network is pruned to a tenth of its weights
# and fine-tuned for one epoch on 5,000 images. How many different values has the first layer now?
# %% [markdown] lang="zh"
# 八位的损失不到半个百分点，四位损失 <<~100 * (tested(dense) - after[4]):.1f>> 个百分点，三位损失 <<~100 * (tested(dense) - after[3]):.1f>> 个。两位只有三个取值，网络就垮了。
#
# 既要剪枝又要量化时，该在什么时候量化？minprune 所依据的文章之一 把量化放在最前面。
#
# **猜一猜。** 8 位量化后，第一层最多有 255 个不同的取值。接着剪枝，只留十分之一的权重，再用 5000 张图像微调一轮。现在有多少个不同的取值？

# %% volatile
coarse = rounded(dense, 8)
mp.prune_by_magnitude(coarse, sparsity=0.9)
tuned = fit(coarse.copy(), x[:5000], y[:5000], epochs=1)
values = [np.unique(network.layers[0].W.value).size for network in (coarse, tuned)]
print(f"values in the first layer: 8 bits and pruned {values[0]}, fine-tuned {values[1]:,}")
assert values[0] < 256 and values[1] > 0.8 * mp.count_nonzero(tuned.layers[0].W.value)

# %% [markdown] lang="en"
# Nearly as many as there are weights left: fine-tuning undoes the quantization. Quantize last, or train with the
# rounded weights: **quantization-aware training** computes with them (`fake_quantize`), and adds the changes that the
# optimizer makes to the exact weights, as if there were no rounding (**straight-through**). `fit` calls the function
# `on_step` before the first step and after every step.
#
# **Guess.** Two bits have broken the network. How accurate is it after three epochs of training with two bits?
# %% [markdown] lang="zh"
# 几乎与剩下的权重一样多：微调把量化的结果改掉了。所以应当最后量化，或者让网络带着量化训练：**量化感知训练**用取整后的权重做计算
# （`fake_quantize`），再把优化器的改动加到精确的权重上，就当取整不存在（**直通估计**）。`fit` 在第一步之前和每一步之后都会调用
# `on_step` 函数。
#
# **猜一猜。** 两位已经让网络垮掉。若用两位训练三轮，准确率能到多少？

# %%
aware = dense.copy()
exact = {w: w.value.copy() for w in aware.weights.values()}
limit = {w: 3 * w.value.std() for w in exact}  # larger weights are clipped
used = {}  # the rounded weights of the last step


def on_step(step):
    for w in exact:
        exact[w] += w.value - used.get(w, w.value)  # what the optimizer has just added
        w.value = used[w] = mp.fake_quantize(exact[w], 2, limit[w])  # -limit, 0 or limit


fit(aware, x, y, epochs=3, lr=1e-3, on_step=on_step)
print(f"2 bits, trained with them: {tested(aware):.2%}")
assert tested(aware) > after[2] + 0.1 and np.unique(aware.layers[0].W.value).size == 3

# %% [markdown] lang="en"
# Three levels are enough if the network is trained with them: it loses <<~100 * (tested(dense) - tested(aware)):.1f>> points.
#
# ## Distillation: fewer numbers
#
# A small **student** can learn from a large **teacher** what no label contains: this 4 is nearly a 9. The logits (outputs
# before the softmax) are divided by a **temperature** $T$, which raises the small probabilities (Hinton, Vinyals and Dean
# 2015). The loss has the cross-entropy CE with the labels, and the **KL divergence** of the teacher's probabilities $p$ from
# the student's $q$, which is 0 if they are the same, and positive otherwise. $\alpha$ weighs the two, and $T^2$ makes up for
# the gradients of the second, which shrink as $1/T^2$:
#
# $$KL(p \,\|\, q) = \sum_k p_k \ln \frac{p_k}{q_k}$$
#
# $$L = (1 - \alpha)\, CE(y, q) + \alpha\, T^2\, KL(p^T \,\|\, q^T)$$
# %% [markdown] lang="zh"
# 只要带着量化训练，三个取值就够用：准确率只降低 <<~100 * (tested(dense) - tested(aware)):.1f>> 个百分点。
#
# ## 蒸馏：少用一些数
#
# 小网络（**学生**）可以向大网络（**教师**）学到标签里没有的东西，比如这个 4 很像 9。
# 把 logits（softmax 之前的输出）除以**温度** $T$，小的概率就变大（Hinton、Vinyals、Dean 2015）。
# 损失由两部分以 $\alpha$ 加权而成：学生与标签 $y$ 的交叉熵 CE，以及教师的概率 $p$ 与学生的概率 $q$ 之间的 **KL 散度**，
# 二者相同时为 0，否则为正。因子 $T^2$ 用来补偿第二部分的梯度，它约按 $1/T^2$ 缩小：
#
# $$KL(p \,\|\, q) = \sum_k p_k \ln \frac{p_k}{q_k}$$
#
# $$L = (1 - \alpha)\, CE(y, q) + \alpha\, T^2\, KL(p^T \,\|\, q^T)$$

# %%
logits = [[6.0, 0.0, 4.0]]  # of a teacher; the label is 0
print(f"T = 1: {mp.soften(logits, 1).round(2)}   T = 4: {mp.soften(logits, 4).round(2)}")
same, other = (mp.distillation_loss(z, logits, [0], 0.5, 4) for z in (logits, [[6.0, 4.0, 0.0]]))
print(f"loss of a student: these logits {same:.2f}, the last two exchanged {other:.2f}")
assert same < other

# %% [markdown] lang="en"
# The second student gives the label the same probability. Its loss is larger because the order of the other two is wrong.
#
# **Guess.** The teacher is the dense network, the student has 16 hidden units. Does the teacher help a student that sees
# only 500 images? And one that sees all 55,000?
# %% [markdown] lang="zh"
# 第二个学生给标签的概率相同，损失更大是因为另外两类的顺序反了。
#
# **猜一猜。** 教师是上面的稠密网络，学生有 16 个隐藏单元。学生只看 500 张图像时，教师有帮助吗？学生看全部 55,000 张时呢？

# %%
targets = mp.teacher_targets(dense, x, y)  # the labels and the teacher's logits


def students(seed, part, epochs):
    alone = mp.mlp([784, 16, 10], np.random.default_rng(seed))
    taught = fit(alone.copy(), x[part], targets[part], epochs, loss=mp.teacher_loss(0.5, 2))
    return fit(alone, x[part], y[part], epochs), taught


pairs = [students(seed, slice(500), 60) for seed in range(3)] + [students(0, slice(None), 6)]
*few, all_images = [100 * (tested(taught) - tested(alone)) for alone, taught in pairs]
print(f"points gained by the teacher: 500 images {np.mean(few):.1f}, all {all_images:.1f}")
assert min(few) > 0.5 > all_images

# %% [markdown] lang="en"
# With 500 images the teacher, trained on all, helps in each of three seeds; with all (one seed) it does not.
#
# ## Storage: count everything
#
# An array stores its zeros. CSR stores the rest, each with an index of two bytes. A **bit mask** stores the rest and
# one bit per weight: is it there? **Zip** uses short codes for what is frequent. Values of less than 8 bits are packed in
# arrays only, elsewhere each takes a byte.
# %% [markdown] lang="zh"
# 学生只用 500 张图像时，教师（它学过全部图像）有帮助，三个种子都如此；学生也用上全部图像时则没有（只试了一个种子）。
#
# ## 存储：样样都要算
#
# 数组里零也要存。CSR 只存其余的权重，每个附一个两字节的下标；**位掩码**也只存其余的权重，另为每个权重存一位，
# 标明它在不在；**zip** 则为常见的内容换上短编码。不足八位的数，在数组里紧挨着存放，在其余格式里占一个字节。


# %%
def kilobytes(network, bits):
    total = sum(p.value.nbytes for p in network.parameters.values() if p.value.ndim == 1)
    for w in network.weights.values():
        q = w.value if bits == 32 else mp.quantize_symmetric(w.value, bits).q
        left, each = mp.count_nonzero(q), max(bits // 8, 1)  # bytes of a value
        csr = mp.csr_bytes(q.shape[1], left, value_bytes=each, index_bytes=2)
        mask = mp.bitmask_bytes(q.size, left, value_bytes=each)
        total = total + np.array([q.size * bits // 8, csr, mask, mp.zip_bytes(q)]) + 4 * (bits < 32)
    return total / 1000  # of array, CSR, bit mask and zip


# %% [markdown] lang="en"
# **Guess.** Nine tenths of the weights of the pruned network are 0. How many times smaller than its array is its CSR: ten
# times, more, or less? And if both have values of 8 bits?
# %% [markdown] lang="zh"
# **猜一猜。** 剪枝后的网络有九成权重为 0，CSR 的大小是数组的十分之一、更小，还是更大？若两者的值都只用 8 位呢？

# %% volatile
networks = {("dense", 32): dense, ("pruned", 32): sparse, ("student", 32): pairs[-1][1]}
networks |= {(name, 8): rounded(network, 8) for (name, _), network in networks.items()}
networks |= {("dense", 4): rounded(dense, 4), ("dense", 2): aware}
kb = {key: kilobytes(network, key[1]) for key, network in networks.items()}
score = {key: 100 * tested(network) for key, network in networks.items()}
names = dict(dense="dense network", pruned="pruned network", student="student network")
print("KB  array      CSR  bit mask      zip  accuracy")
for (name, bits), (array, csr, mask, zipped) in sorted(kb.items(), reverse=True):
    sizes = f"{array:9.1f}{csr:9.1f}{mask:10.1f}{zipped:9.1f}{score[name, bits]:9.1f}%"
    print(f"{sizes}  {names[name]}, {bits} bits")
assert kb["pruned", 32][0] == kb["dense", 32][0] > 18 * kb["pruned", 8][3] > 18 * kb["dense", 2][3]
assert min(score["pruned", 8], score["dense", 2]) > score["dense", 32] - 2
saved = [kb["pruned", bits][0] / kb["pruned", bits][1] for bits in (32, 8)]
assert saved[1] < saved[0] < 10

# %% [markdown] lang="en"
# Less: <<~saved[0]:.1f>> times, and <<~saved[1]:.1f>> times with 8 bits, where an index is larger than the value it belongs to. The picture orders
# the ways by size:
# %% [markdown] lang="zh"
# 更大：约为 1/<<~saved[0]:.1f>>；8 位时约为 1/<<~saved[1]:.1f>>，因为这时下标比它所附的值还大。下图把各种办法按大小排列：

# %% volatile
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
# Two are small and still good: pruned, 8 bits, zipped (<<~kb["dense", 32][0] / kb["pruned", 8][3]:.1f>> times smaller than the dense array), and trained with 2 bits, zipped
# (<<~kb["dense", 32][0] / kb["dense", 2][3]:.1f>> times, <<~score["dense", 32] - score["dense", 2]:.1f>> points lost). The student loses <<~score["dense", 32] - score["student", 32]:.1f>> points and needs no special format.
#
# ## What can go wrong, and the mistake in print
#
# Fewer bytes are not less time: what is zipped must be unpacked first. C-2.1c, another of these texts, says that
# quantization reduces the *loss of precision*. It is a loss: <<mp.quantization_error(W, 8):.4f>> per weight with 8 bits; every bit less about doubles it.
#
# ## Check yourself
#
# 1. Quantize $w = (0.9, -0.3, 0.1)$ to 3 bits. What are the step, the integers and the weights that they stand for?
#
# <details><summary>Answer</summary>
#
# The step is $0.9 / 3 = 0.3$, since $2^2 - 1 = 3$. The integers are $(3, -1, 0)$, the weights $(0.9, -0.3, 0)$.
#
# </details>
#
# 2. A student has the teacher's logits $(6, 0, 4)$, as above; the label is 0. What is its loss with
#    $\alpha = 0.5$, and with $\alpha = 1$?
#
# <details><summary>Answer</summary>
#
# The KL divergence is 0 at every temperature. The probability of the label is $e^6 / (e^6 + e^0 + e^4) = 0.879$, so
# $CE = -\ln 0.879 = 0.129$ is left: a loss of $0.5 \cdot 0.129 \approx 0.06$, and of 0 with $\alpha = 1$.
#
# </details>
#
# 3. Values of one byte, indices of two bytes: from which share of zeros on is CSR smaller than a bit mask? Leave the
#    offsets out.
#
# <details><summary>Answer</summary>
#
# Of $n$ weights $k$ are not 0. CSR takes $3k$ bytes, the bit mask $n/8 + k$. CSR is smaller if $k < n/16$, that is above 93.75% zeros.
#
# </details>
#
# ## Now you
#
# Write `quantize_symmetric` yourself: `python -m minprune exercises start mine`, then `check 4.2` in that folder. Then
# write `bitmask_bytes(size, nonzeros, value_bytes=4)` in `mine.py`: `python -m minprune verify mine.py`.
#
# ## Further reading
#
# - Han, Mao and Dally (2016), [Deep compression](https://arxiv.org/abs/1510.00149): pruning, then quantization, then a code
#   with short words for what is frequent.
# - Jacob and others (2018), [Quantization and training of neural networks](https://arxiv.org/abs/1712.05877):
#   quantization-aware training, and computing with the integers.
# - Hinton, Vinyals and Dean (2015), [Distilling the knowledge in a neural network](https://arxiv.org/abs/1503.02531): the
#   temperature, and what a student learns from probabilities that no label contains.
# %% [markdown] lang="zh"
# 与稠密数组相比，又小又准的有两个：剪枝后量化到 8 位再用 zip 压缩，大小只有
# 1/<<~kb["dense", 32][0] / kb["pruned", 8][3]:.1f>>；用 2 位训练再用 zip 压缩，大小只有
# 1/<<~kb["dense", 32][0] / kb["dense", 2][3]:.1f>>，准确率降低 <<~score["dense", 32] - score["dense", 2]:.1f>> 个百分点。学生网络不需要特殊格式，
# 准确率降低 <<~score["dense", 32] - score["student", 32]:.1f>> 个百分点。
#
# ## 容易出错的地方与原文中的错误
#
# 字节少不等于时间短：压缩过的要先解压。
# 另一篇文章（C-2.1c）说量化“减少模型精度损失”，其实量化本身就是精度损失：8 位时平均每个权重误差 <<mp.quantization_error(W, 8):.4f>>，
# 每少一位误差约增大一倍。
#
# ## 自测
#
# 1. 把 $w = (0.9, -0.3, 0.1)$ 量化到 3 位，步长、各个整数以及它们表示的权重分别是多少？
#
# <details><summary>答案</summary>
#
# $2^2 - 1 = 3$，所以步长为 $0.9 / 3 = 0.3$。整数为 $(3, -1, 0)$，表示的权重为 $(0.9, -0.3, 0)$。
#
# </details>
#
# 2. 某个学生的 logits 与教师完全相同，都是前面的 $(6, 0, 4)$，标签为 0。$\alpha = 0.5$ 和 $\alpha = 1$ 时损失各是多少？
#
# <details><summary>答案</summary>
#
# 在任何温度下 KL 散度都是 0。标签的概率为 $e^6 / (e^6 + e^0 + e^4) = 0.879$，剩下
# $CE = -\ln 0.879 = 0.129$，所以损失为 $0.5 \cdot 0.129 \approx 0.06$；$\alpha = 1$ 时为 0。
#
# </details>
#
# 3. 每个值占一个字节，每个下标占两个字节。零的比例从多少起，CSR 比位掩码小？偏移数组忽略不计。
#
# <details><summary>答案</summary>
#
# 设 $n$ 个权重中有 $k$ 个非零。CSR 占 $3k$ 字节，位掩码占 $n/8 + k$ 字节。$k < n/16$ 即零超过 93.75% 时，CSR 更小。
#
# </details>
#
# ## 轮到你了
#
# 自己写出 `quantize_symmetric`：先运行 `python -m minprune exercises start mine --lang zh`，再在该文件夹中运行 `check 4.2`。
# 然后在 `mine.py` 里写出 `bitmask_bytes(size, nonzeros, value_bytes=4)`，用 `python -m minprune verify mine.py --lang zh` 检验。
#
# ## 延伸阅读
#
# - Han、Mao、Dally（2016），[Deep compression](https://arxiv.org/abs/1510.00149)：先剪枝，再量化，最后为常见的值换上短编码。
# - Jacob 等（2018），[Quantization and training of neural networks](https://arxiv.org/abs/1712.05877)：量化感知训练，以及直接用整数计算。
# - Hinton、Vinyals、Dean（2015），[Distilling the knowledge in a neural network](https://arxiv.org/abs/1503.02531)：温度，以及学生能从教师的概率中学到哪些标签里没有的东西。
# %% words
# dense {tested(dense):.2%}, nine tenths pruned {tested(sparse):.2%} | 稠密 {tested(dense):.2%}，剪掉九成 {tested(sparse):.2%}
# step {step:.4f}, integers from {q.min()} to {q.max()}, {q.nbytes:,} bytes of {W.nbytes:,} | 步长 {step:.4f}，整数从 {q.min()} 到 {q.max()}，占 {q.nbytes:,} 字节，原来占 {W.nbytes:,} 字节
# {bits} bits {accuracy:.2%} | {bits} 位 {accuracy:.2%}
# values in the first layer: 8 bits and pruned {values[0]}, fine-tuned {values[1]:,} | 第一层不同取值的个数：8 位量化并剪枝后 {values[0]}，微调后 {values[1]:,}
# larger weights are clipped | 超出的权重被截断
# the rounded weights of the last step | 上一步取整后的权重
# what the optimizer has just added | 优化器刚才的改动
# -limit, 0 or limit | -limit、0 或 limit
# 2 bits, trained with them: {tested(aware):.2%} | 用 2 位训练：{tested(aware):.2%}
# of a teacher; the label is 0 | 教师的 logits，标签为 0
# loss of a student: these logits {same:.2f}, the last two exchanged {other:.2f} | 学生的损失：logits 相同时 {same:.2f}，后两个对调时 {other:.2f}
# the labels and the teacher's logits | 标签和教师的 logits
# points gained by the teacher: 500 images {np.mean(few):.1f}, all {all_images:.1f} | 教师带来的提升（百分点）：500 张图像 {np.mean(few):.1f}，全部图像 {all_images:.1f}
# bytes of a value | 一个值的字节数
# of array, CSR, bit mask and zip | 依次为数组、CSR、位掩码、zip
# dense network | 稠密网络
# pruned network | 剪枝后的网络
# student network | 学生网络
# KB  array      CSR  bit mask      zip  accuracy | KB   数组      CSR    位掩码      zip    准确率
# {sizes}  {names[name]}, {bits} bits | {sizes}  {names[name]}，{bits} 位
# Size, smallest first | 大小，从小到大
# kilobytes | 千字节
# test accuracy, % | 测试集准确率，%
# Accuracy | 准确率
