# %% [markdown] lang="en"
# # 11  Ten mistakes in print, and the assertion that catches each
#
# *Twenty minutes. Afterwards you can write a line of code that fails if a formula or its numbers are wrong.*
#
# minprune was built from five Chinese texts, A to E. D-4.3, section 4.3 of text D, prunes nine weights $W$ at the
# threshold $\theta = 0.2$, and ends: *all weights are below 0.2, so all are pruned* ($\odot$ multiplies entry by entry):
#
# > $|W| > \theta = \begin{bmatrix} 0 & 1 & 1 \\ 1 & 1 & 1 \\ 1 & 0 & 1 \end{bmatrix}$ …… $W \odot (|W| > \theta) = \begin{bmatrix} 0 & 0 & 0 \\ 0 & 0 & 0 \\ 0 & 0 & 0 \end{bmatrix}$ …… 所有权重值都小于剪枝阈值 0.2，因此所有的连接都被剪除了
# %% [markdown] lang="zh"
# # 11  原文中的十个错误，以及发现它们的断言
#
# *约二十分钟。学完后你能写出一行代码：公式或其中的数字有错，它就报错。*
#
# minprune 依据五篇文章 A 至 E 写成。D 篇 4.3 节（D-4.3）以阈值 $\theta = 0.2$ 剪枝一个含九个权重的矩阵 $W$，
# $\odot$ 表示逐元素相乘：
#
# > $|W| > \theta = \begin{bmatrix} 0 & 1 & 1 \\ 1 & 1 & 1 \\ 1 & 0 & 1 \end{bmatrix}$ …… $W \odot (|W| > \theta) = \begin{bmatrix} 0 & 0 & 0 \\ 0 & 0 & 0 \\ 0 & 0 & 0 \end{bmatrix}$ …… 所有权重值都小于剪枝阈值 0.2，因此所有的连接都被剪除了

# %% folded
import matplotlib.pyplot as plt
import numpy as np

import minprune as mp
from minprune.formulas import misprints


def caught(check, *printed):
    """Print the message of the check about what is printed; an error if the check passes."""
    try:
        check(*printed)
    except AssertionError as error:
        return print(f"{check.__name__}: {error}")
    raise ValueError(f"{check.__name__} passes")


# %% [markdown] lang="en"
# **Guess.** You may not multiply. Which condition on the mask and the result shows the mistake?
# %% [markdown] lang="zh"
# **猜一猜。** 不做乘法，只看掩码和结果，用什么条件能发现这个错误？


# %%
def ones_are_kept(mask, after):
    assert (kept := np.count_nonzero(after)) == mask.sum(), f"{mask.sum()} ones, {kept} kept"


W = np.array([[0.1, 0.3, 0.5], [0.6, 0.7, 0.8], [0.9, 0.1, 0.3]])
mask = mp.threshold_mask(W, 0.2)
ones_are_kept(mask, mp.apply_mask(W, mask))  # the right result passes: no message
caught(ones_are_kept, mask, np.zeros((3, 3)))  # mistake 1, D-4.3

# %% [markdown] lang="en"
# An **assertion** is a statement that stops the program unless its condition is true. Here `caught` (in the settings
# above) prints its message instead. A good assertion needs no right result. It tests a **property** that every right
# result has: if no weight was 0 before, as many weights are nonzero as the mask has ones.
#
# ## Counting and recomputing
#
# scores a layer by the sum of its $|w|$, and prunes the whole layer if the sum is below $\theta = 2.5$:
#
# > $\text{Importance}_{h_3} = 0.4 + 0.5 + 0.6 + 0.7 + 0.8 + 0.9 = 3.2$ …… $h_3 = \begin{bmatrix} 0 & 0 & 0 \\ 0.7 & 0.8 & 0.9 \\ \end{bmatrix}$
#
# The sum is wrong (mistake 2), and half of the layer is pruned, although the rule prunes all or nothing (3):
# %% [markdown] lang="zh"
# **断言**是一条语句：条件不成立，程序就停下。这里用 `caught`（见上面的“准备工作”）接住它，只输出断言的消息。
# 好的断言不需要正确结果，它检查的是一切正确结果都具备的**性质**：只要原来没有为 0 的权重，
# 掩码里有几个 1，结果中就有几个非零权重。
#
# ## 计数与重算
#
# 用 $|w|$ 之和给一层打分，和小于 $\theta = 2.5$ 就把整层剪掉：
#
# > $\text{Importance}_{h_3} = 0.4 + 0.5 + 0.6 + 0.7 + 0.8 + 0.9 = 3.2$ …… $h_3 = \begin{bmatrix} 0 & 0 & 0 \\ 0.7 & 0.8 & 0.9 \\ \end{bmatrix}$
#
# 和算错了（第 2 个错误）；按它的规则，一层要么全留，要么全剪，这里却剪掉了两行中的一行（第 3 个）：


# %%
def adds_up(terms, total):
    assert np.isclose(sum(terms), total), f"the terms give {sum(terms):.1f}, not {total}"


def all_or_nothing(layer, after):
    assert (kept := np.count_nonzero(after)) in (0, layer.size), f"{kept} of {layer.size} kept"


h3 = np.array([[0.4, 0.5, 0.6], [0.7, 0.8, 0.9]])
adds_up(h3.ravel(), mp.l1_norm(h3))
caught(adds_up, h3.ravel(), 3.2)  # mistake 2, A-4.4
all_or_nothing(h3, mp.apply_mask(h3, mp.layer_threshold_masks([h3], theta=2.5)[0]))
caught(all_or_nothing, h3, np.array([[0, 0, 0], [0.7, 0.8, 0.9]]))  # mistake 3, A-4.4

# %% [markdown] lang="en"
# gives accuracy, parameters and time of a network 784-h-10 (h = 64 in) before pruning:
#
# > `| 原始模型 | 0.982 | 784,096 | 0.5ms |`
#
# **Guess.** There are $(784 + 1)h + (h + 1) \cdot 10 = 795h + 10$ weights and biases. For which $h$ are these 784,096?
# %% [markdown] lang="zh"
# 给出了 784-h-10 的网络（ 中 h = 64）剪枝前的准确率、参数数量和计算时间：
#
# > `| 原始模型 | 0.982 | 784,096 | 0.5ms |`
#
# **猜一猜。** 权重和偏置共有 $(784 + 1)h + (h + 1) \cdot 10 = 795h + 10$ 个。隐藏层的宽度 $h$ 是多少时，恰好有 784,096 个参数？


# %%
def width_is_whole(parameters):
    h = mp.mlp_hidden_width(parameters, 784, 10)
    assert h == int(h), f"the hidden layer would have {float(h):.2f} units"


width_is_whole(mp.mlp_parameters([784, 64, 10]))
caught(width_is_whole, 784_096)  # mistake 4, A-5.5

# %% [markdown] lang="en"
# For none. The comment in C-5.2a: *select weights by the pruning ratio*. Its `l1_norm` is the sum of all $|w|$:
#
# > `# 根据剪枝比例选择权重` <br> `pruned_weights = weights[l1_norm * 0.5 < conv_layer.kernel.numpy() < l1_norm]`
#
# **Guess.** The ratio is 0.5. How many of the nine weights of $W$ does it keep? (NumPy refuses such a
# chain of comparisons; `half_sum_mask_misprint` makes them one by one.)
# %% [markdown] lang="zh"
# 没有这样的宽度。再看 C-5.2a，其中的 `l1_norm` 是全部 $|w|$ 之和：
#
# > `# 根据剪枝比例选择权重` <br> `pruned_weights = weights[l1_norm * 0.5 < conv_layer.kernel.numpy() < l1_norm]`
#
# **猜一猜。** 剪枝比例是 0.5。$W$ 的九个权重会留下几个？（对数组不能这样连续比较，NumPy 会报错；
# `half_sum_mask_misprint` 把它拆成了两次比较。）


# %%
def half_is_kept(mask):
    should = mask.size - mp.pruned_count(mask.size, 0.5)  # 4 of 9 are pruned
    assert mask.sum() == should, f"{mask.sum()} kept instead of {should}"


half_is_kept(mp.rank_mask(mp.magnitude(W), mp.pruned_count(W.size, 0.5)))
caught(half_is_kept, misprints.half_sum_mask_misprint(W))  # mistake 5, C-5.2a

# %% [markdown] lang="en"
# None, and never more than one: two weights above half of the sum would together exceed it.
#
# ## Changing signs and units
#
# B-3e makes two mistakes (6, 7). The Chinese words: $p_{ij}$ is the weight in row $i$, column $j$ after pruning.
#
# > $p_{ij} = \begin{cases} 1 & \text{if } w_{ij} > \theta \\ 0 & \text{otherwise} \end{cases}$ …… $p_{ij}$ 是权重矩阵中第 $i$ 行第 $j$ 列的裁剪后的权重
#
# **Guess.** Sketch the weight after pruning against the weight before, for $\theta = 0.3$: right, and as printed.
# %% [markdown] lang="zh"
# 一个也没有。最多也只能留下一个：若有两个权重都大于总和的一半，二者之和就超过总和了。
#
# ## 改变符号与单位
#
# B-3e 有两个错误（第 6 个和第 7 个）：
#
# > $p_{ij} = \begin{cases} 1 & \text{if } w_{ij} > \theta \\ 0 & \text{otherwise} \end{cases}$ …… $p_{ij}$ 是权重矩阵中第 $i$ 行第 $j$ 列的裁剪后的权重
#
# **猜一猜。** 取 $\theta = 0.3$，以剪枝前的权重为横轴、剪枝后的权重为纵轴，分别画出正确的曲线和照原文算出的曲线。

# %%
v = np.linspace(-1, 1, 401)
figure, axes = plt.subplots(num="rules", figsize=(7, 3.4))
axes.set_prop_cycle(color=["#0072B2", "#D55E00", "#009E73"])
axes.plot(v, mp.threshold_prune(v, 0.3), lw=5, alpha=0.5, label="right")
axes.plot(v, misprints.signed_threshold_mask_misprint(v, 0.3) * v, "--", label="mistake 6")
axes.plot(v, misprints.mask_as_weight_misprint(v, 0.3), ":", lw=2.5, label="mistake 7")
axes.set(xlabel="weight before", ylabel="weight after", title="One threshold, 0.3, three rules")
axes.legend()
figure.tight_layout()

# %% [markdown] lang="en"
# Mistake 6 compares $w$ instead of $|w|$, and prunes every negative weight. To catch it, change all signs: the mask
# must not change. Mistake 7 takes the mask for the weight, and every weight kept becomes 1 (its curve makes mistake 6 too).
# To catch it, compare: each weight is unchanged or 0.
# %% [markdown] lang="zh"
# 第 6 个错误拿 $w$ 而不是 $|w|$ 与阈值比较，剪掉了所有负权重。把所有权重变号，掩码应当不变，由此就能发现它。
# 第 7 个错误把掩码当成了权重，留下的权重都变成 1（它的曲线也带有第 6 个错误）。比较剪枝前后就能发现它：每个权重要么不变，要么为 0。


# %%
def sign_independent(rule, w):
    a, b = rule(w).astype(int), rule(-w).astype(int)
    assert (a == b).all(), f"{a}, with all signs changed {b}"


def same_or_zero(w, after):
    changed = (after != 0) & (after != w)
    assert not changed.any(), f"{w[changed][0]} became {after[changed][0]}"


w = np.array([-0.9, 0.05, 0.4, -0.02])
sign_independent(lambda w: mp.threshold_mask(w, 0.1), w)
caught(sign_independent, lambda w: misprints.signed_threshold_mask_misprint(w, 0.1), w)
same_or_zero(w, mp.threshold_prune(w, 0.1))
caught(same_or_zero, w, misprints.mask_as_weight_misprint(w, 0.1))

# %% [markdown] lang="en"
# B-4c computes the **pruning rate**, the share of the weights that are pruned (mistake 8):
#
# > `weight_matrix_sum = np.sum(weight_matrix_abs)` …… <br> `pruning_rate = np.sum(weight_matrix_abs < threshold) / weight_matrix_sum`
#
# **Guess.** In hundredths, all weights and the threshold are 100 times as large. What happens to this rate?
# %% [markdown] lang="zh"
# B-4c 计算**剪枝率**，即剪掉的权重所占的比例（第 8 个错误）：
#
# > `weight_matrix_sum = np.sum(weight_matrix_abs)` …… <br> `pruning_rate = np.sum(weight_matrix_abs < threshold) / weight_matrix_sum`
#
# **猜一猜。** 权重和阈值改用百分之一为单位，所有数都变成 100 倍。这个剪枝率会怎样变？


# %%
def unit_independent(rate, w, theta):
    a, b = rate(w, theta), rate(100 * w, 100 * theta)
    assert np.isclose(a, b), f"{a:.3f}, in hundredths {b:.3f}"


unit_independent(mp.pruning_rate, W, 0.2)
caught(unit_independent, misprints.pruning_rate_misprint, W, 0.2)

# %% [markdown] lang="en"
# The same two weights are pruned, but the rate falls to a hundredth.
#
# ## Computing the loss, and taking one step
#
# C-4.2f: *select the weights with a smaller gradient for pruning, in order not to affect the performance.*
#
# > 选择梯度较小的权重进行剪枝，以避免对模型性能的影响
#
# **Guess.** The loss is $L = \tfrac{1}{2}(w_1 + 2 w_2 - 4)^2$ at $w = (3, 1)$, an example of ours. The gradient is
# $(1, 2)$, so C-4.2f sets $w_1$ to 0. How much does that cost, and how much would $w_2$ cost?
# %% [markdown] lang="zh"
# 剪掉的还是那两个权重，剪枝率却降到了百分之一。
#
# ## 计算损失，走上一步
#
# 再看 C-4.2f：
#
# > 选择梯度较小的权重进行剪枝，以避免对模型性能的影响
#
# **猜一猜。** 设损失为 $L = \tfrac{1}{2}(w_1 + 2 w_2 - 4)^2$，$w = (3, 1)$（这是我们举的例子）。梯度为 $(1, 2)$，所以 C-4.2f 把 $w_1$
# 置零。损失会增加多少？如果换成 $w_2$ 呢？


# %%
def cheapest_is_pruned(cost, gone):
    assert cost[gone] == min(cost), f"costs {cost[gone]}, the other {min(cost)}"


w, gradient = np.array([3.0, 1.0]), np.array([1.0, 2.0])
cost = mp.leave_one_out(lambda w: 0.5 * (w @ np.array([1.0, 2.0]) - 4.0) ** 2, w)
cheapest_is_pruned(cost, mp.taylor(w, gradient).argmin())
caught(cheapest_is_pruned, cost, mp.gradient_magnitude(gradient).argmin())  # mistake 9, C-4.2f

# %% [markdown] lang="en"
# Without $w_1$ the loss is $\tfrac{1}{2}(2 - 4)^2 = 2$ instead of 0.5; without $w_2$ it remains 0.5. Here weight times
# gradient, $|w\,g|$, picks the right one. Lessons 06 and 12 measure how gradients do in trained networks.
#
# and D-5.2e set weights to 0 and train on without a mask (mistake 10). D-5.2e: *train the pruned model.*
#
# > `# 训练剪枝后的模型` <br> `train_model(model, x_train, y_train, epochs=10)`
# %% [markdown] lang="zh"
# 去掉 $w_1$，损失由 0.5 变为 $\tfrac{1}{2}(2 - 4)^2 = 2$；去掉 $w_2$，仍为 0.5。此例中按 $|w\,g|$ 选就对了。
# 在训练好的网络中按梯度排序效果如何，第 06 课和第 12 课有实测。
#
# 和 D-5.2e 把权重置零，然后不带掩码接着训练（第 10 个错误）：
#
# > `# 训练剪枝后的模型` <br> `train_model(model, x_train, y_train, epochs=10)`


# %%
def zeros_remain(parameter):
    parameter.grad = np.array([0.2, -0.1])
    mp.Adam({"w": parameter}, lr=0.001).step()
    assert parameter.value[0] == 0, f"0 became {parameter.value[0]:.3f}"


free, held = mp.Parameter([0.0, 0.5]), mp.Parameter([0.0, 0.5])
held.prune([False, True])  # sets its mask
zeros_remain(held)
caught(zeros_remain, free)  # mistake 10, D-5.2e

# %% [markdown] lang="en"
# The network measured afterwards is no longer pruned (lesson 05).
#
# ## What can go wrong: a weak assertion
#
# **Guess.** A pruning rate lies between 0 and 1. Does `assert 0 <= rate <= 1` catch mistake 8 on $W$?
# %% [markdown] lang="zh"
# 之后测量的，已经不是剪枝后的网络了（见第 05 课）。
#
# ## 容易出错的地方：断言太弱
#
# **猜一猜。** 剪枝率在 0 与 1 之间。用 `assert 0 <= rate <= 1` 检查 $W$ 的剪枝率，能发现第 8 个错误吗？

# %%
wrong, right = misprints.pruning_rate_misprint(W, 0.2), mp.pruning_rate(W, 0.2)
print(f"as printed {wrong:.3f}, right {right:.3f}")
assert 0 <= wrong <= 1 and np.isclose(wrong, right / np.abs(W).mean())

# %% [markdown] lang="en"
# No. The rate as printed is the right one divided by the mean of $|w|$, so it looks like a rate where weights are
# large. A check that passes proves no formula; one that fails disproves it. So use several, and try each on a wrong
# version first, as `caught` does. `python -m minprune formulas D-4.3` quotes mistake 1.
#
# | | text | property tested | right |
# | --- | --- | --- | --- |
# | 1 | D-4.3 | ones in the mask = weights kept | <<mask.sum()>> weights are kept |
# | 2 | A-4.4 | the sum of the terms | <<mp.l1_norm(h3):.1f>> |
# | 3 | A-4.4 | all or nothing is pruned | nothing is pruned |
# | 4 | A-5.5 | $h$ is an integer in $795h + 10$ | <<mp.mlp_parameters([784, 64, 10]):,>> for $h = 64$ |
# | 5 | C-5.2a | half of the weights are kept | the larger half of $\lvert w \rvert$ |
# | 6 | B-3e | signs do not matter | $\lvert w \rvert > \theta$ |
# | 7 | B-3e | a weight is unchanged or 0 | $m\,w$ with the mask $m$ |
# | 8 | B-4c | units do not matter | number pruned / number |
# | 9 | C-4.2f | the cheapest is pruned | smaller $\lvert w\,g \rvert$, here |
# | 10 | A-5.2, D-5.2e | zeros remain 0 | apply the mask at each step |
# %% [markdown] lang="zh"
# 不能。照原文算出的剪枝率等于正确值除以 $|w|$ 的均值，所以权重较大时，它看上去就像个比例。
# 检查通过不能证明公式正确，检查失败却能证明它有错。因此要多用几个断言，而且像 `caught` 那样，
# 先拿错误的版本试一试，看它会不会报错。`python -m minprune formulas D-4.3` 给出第 1 个错误的原文。
#
# | | 文章 | 检查的性质 | 正确的是 |
# | --- | --- | --- | --- |
# | 1 | D-4.3 | 掩码中 1 的个数 = 留下的权重数 | 留下 <<mask.sum()>> 个权重 |
# | 2 | A-4.4 | 各加数之和 | <<mp.l1_norm(h3):.1f>> |
# | 3 | A-4.4 | 要么全留，要么全剪 | 全留 |
# | 4 | A-5.5 | $795h + 10$ 中 $h$ 为整数 | $h = 64$ 时为 <<mp.mlp_parameters([784, 64, 10]):,>> |
# | 5 | C-5.2a | 留下一半权重 | $\lvert w \rvert$ 较大的一半 |
# | 6 | B-3e | 与正负号无关 | $\lvert w \rvert > \theta$ |
# | 7 | B-3e | 权重要么不变，要么为 0 | $m\,w$，其中 $m$ 是掩码 |
# | 8 | B-4c | 与单位无关 | 剪掉的个数 / 总个数 |
# | 9 | C-4.2f | 剪代价最小的 | 此例中剪 $\lvert w\,g \rvert$ 较小的 |
# | 10 | A-5.2、D-5.2e | 零始终为零 | 每一步都应用掩码 |

# %% [markdown] lang="en"
# ## Check yourself
#
# 1. gives the pruned network 196,608 parameters. How does the last digit show that no 784-h-10 has so many?
#
# <details><summary>Answer</summary>
#
# $795h + 10 = 5\,(159h + 2)$ is divisible by 5, so it ends in 0 or 5. Neither 196,608 nor 784,096 does.
#
# </details>
#
# 2. All 80 weights are 0.005, the threshold is 0.01. Which rate does B-4c give? Does `assert 0 <= rate <= 1` catch it?
#
# <details><summary>Answer</summary>
#
# $80 / (80 \cdot 0.005) = 200$; right is 1. The weak assertion catches it, because these weights are small.
#
# </details>
#
# 3. Which wrong rule passes `sign_independent`, `same_or_zero` and `unit_independent`? Which property catches it?
#
# <details><summary>Answer</summary>
#
# For example: prune the weights *above* the threshold. It depends on $|w| / \theta$ alone, and it leaves the other
# weights unchanged. The property "no weight pruned is larger than a weight kept" catches it.
#
# </details>
#
# ## Now you
#
# Write `pruning_rate(w, theta, ties="keep")` in `mine.py`, first as B-4c prints it: the number of $|w| < \theta$,
# divided by the sum of all $|w|$. Run `python -m minprune verify mine.py`, and correct the function. In the right
# version `ties="prune"` also prunes the weights with $|w| = \theta$ (lesson 03), and `"keep"` keeps them. Then run
# `python -m minprune exercises start mine`, `check 1.1` and `check 1.2` there.
#
# ## Further reading
#
# - Claessen and Hughes (2000), [QuickCheck](https://doi.org/10.1145/351240.351266): properties, tested on random inputs.
# - Chen, Cheung and Yiu (1998), [Metamorphic testing](https://arxiv.org/abs/2002.12543): tests without a right result,
#   by a second run on changed inputs, as for mistakes 6 and 8.
# - Dijkstra (1970), [Notes on structured programming](https://www.cs.utexas.edu/~EWD/ewd02xx/EWD249.PDF): tests show bugs, never their absence.
# %% [markdown] lang="zh"
# ## 自测
#
# 1. 说剪枝后的网络有 196,608 个参数。只看末位数字，怎样知道 784-h-10 的网络不可能有这么多参数？
#
# <details><summary>答案</summary>
#
# $795h + 10 = 5\,(159h + 2)$ 能被 5 整除，末位只能是 0 或 5。196,608 和 784,096 都不是。
#
# </details>
#
# 2. 某层有 80 个权重，都是 0.005，阈值是 0.01。照 B-4c 算，剪枝率是多少？这时 `assert 0 <= rate <= 1` 能发现错误吗？
#
# <details><summary>答案</summary>
#
# $80 / (80 \cdot 0.005) = 200$，正确值是 1。这些权重很小，所以这个弱断言这次能发现错误。
#
# </details>
#
# 3. 举出一条错误的剪枝规则，它能通过 `sign_independent`、`same_or_zero` 和 `unit_independent`。用什么性质能发现它？
#
# <details><summary>答案</summary>
#
# 例如剪掉*大于*阈值的权重。结果只取决于 $|w| / \theta$，其余权重也保持不变。
# 检查“剪掉的权重，绝对值都不大于留下的权重”，就能发现它。
#
# </details>
#
# ## 轮到你了
#
# 在 `mine.py` 中写出 `pruning_rate(w, theta, ties="keep")`。先照 B-4c 的写法：满足 $|w| < \theta$ 的个数除以全部 $|w|$ 之和；
# 运行 `python -m minprune verify mine.py --lang zh`，再按它的提示改对。正确的版本里，`ties="prune"` 时
# $|w| = \theta$ 的权重也算剪掉，`"keep"` 时保留（见第 03 课）。然后运行
# `python -m minprune exercises start mine --lang zh`，再在该文件夹中运行 `check 1.1` 和 `check 1.2`。
#
# ## 延伸阅读
#
# - Claessen、Hughes（2000），[QuickCheck](https://doi.org/10.1145/351240.351266)：写出性质，用随机输入检验。
# - Chen、Cheung、Yiu（1998），[Metamorphic testing](https://arxiv.org/abs/2002.12543)：不知道正确结果时，改变输入再运行一次来测试程序，
#   本课对第 6 个和第 8 个错误就是这样做的。
# - Dijkstra（1970），[Notes on structured programming](https://www.cs.utexas.edu/~EWD/ewd02xx/EWD249.PDF)：测试能表明程序有错，却不能表明程序没有错。
# %% words
# Print the message of the check about what is printed; an error if the check passes. | 输出检查对原文结果给出的消息；检查竟然通过就报错。
# {mask.sum()} ones, {kept} kept | 掩码有 {mask.sum()} 个 1，留下 {kept} 个
# the right result passes: no message | 正确的结果通过：没有消息
# the terms give {sum(terms):.1f}, not {total} | 各加数之和是 {sum(terms):.1f}，不是 {total}
# {kept} of {layer.size} kept | 留下 {kept} 个，共 {layer.size} 个
# the hidden layer would have {float(h):.2f} units | 隐藏层要有 {float(h):.2f} 个单元
# {mask.sum()} kept instead of {should} | 留下 {mask.sum()} 个，应为 {should} 个
# {a}, with all signs changed {b} | {a}，全部变号后 {b}
# {w[changed][0]} became {after[changed][0]} | {w[changed][0]} 变成了 {after[changed][0]}
# {a:.3f}, in hundredths {b:.3f} | {a:.3f}，以百分之一为单位则为 {b:.3f}
# costs {cost[gone]}, the other {min(cost)} | 损失增加 {cost[gone]}，剪另一个增加 {min(cost)}
# 0 became {parameter.value[0]:.3f} | 0 变成了 {parameter.value[0]:.3f}
# sets its mask | 设定掩码
# as printed {wrong:.3f}, right {right:.3f} | 照原文 {wrong:.3f}，正确值 {right:.3f}
# mistake 1, D-4.3 | 第 1 个错误，D-4.3
# mistake 2, A-4.4 | 第 2 个错误，
# mistake 3, A-4.4 | 第 3 个错误，
# mistake 4, A-5.5 | 第 4 个错误，
# mistake 5, C-5.2a | 第 5 个错误，C-5.2a
# mistake 9, C-4.2f | 第 9 个错误，C-4.2f
# mistake 10, D-5.2e | 第 10 个错误，D-5.2e
# 4 of 9 are pruned | 9 个中剪掉 4 个
# One threshold, 0.3, three rules | 同一阈值 0.3，三种规则
# weight after | 剪枝后的权重
# weight before | 剪枝前的权重
