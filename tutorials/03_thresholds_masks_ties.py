# %% [markdown] lang="en"
# # 03  Thresholds, masks and ties
#
# *Ten minutes. Afterwards you can turn weights into a mask, explain what happens to ties, and prune
# exactly as many weights as you want.*
#
# Nine weights, as a matrix:
# %% [markdown] lang="zh"
# # 03  阈值、掩码与并列
#
# *约十分钟。学完后你能把权重变成掩码，说清并列的权重如何处理，并能恰好剪掉指定数量的权重。*
#
# 九个权重，排成一个矩阵：

# %%
import matplotlib.pyplot as plt
import numpy as np

import minprune as mp

W = np.array([[0.1, 0.3, 0.5], [0.6, -0.7, 0.8], [0.9, 0.1, 0.3]])

# %% [markdown] lang="en"
# **Guess.** Which of them does a threshold of 0.2 prune? Is $-0.7$ among them?
# %% [markdown] lang="zh"
# **猜一猜。** 阈值取 0.2 时会剪掉哪几个？$-0.7$ 在其中吗？

# %%
mask = mp.threshold_mask(W, theta=0.2)
print(mask.astype(int))
print(mp.apply_mask(W, mask))
assert mask[1, 1] and (~mask).sum() == 2

# %% [markdown] lang="en"
# A **mask** is an array of booleans, of the same shape as the weights: 1 keeps a weight, 0 prunes it.
# The rule compares the *size* of a weight, its **magnitude** $|w|$: the weight $-0.7$ is the third
# largest and is kept.
#
# $$m_i = 1 \text{ if } |w_i| \ge \theta, \text{ else } 0, \qquad w'_i = m_i\, w_i$$
#
# Two of the nine weights are pruned, both 0.1. The **sparsity**, the share of weights that are 0, is <<mp.sparsity(mp.apply_mask(W, mask)):.0%>>.
# %% [markdown] lang="zh"
# **掩码**是与权重同形状的布尔数组：1 表示保留，0 表示剪掉。规则比较的是权重的*大小*，即绝对值 $|w|$：权重 $-0.7$
# 的绝对值排第三，应当保留。
#
# $$m_i = \begin{cases} 1, & |w_i| \ge \theta \\ 0, & |w_i| < \theta \end{cases} \qquad w'_i = m_i\, w_i$$
#
# 九个权重中剪掉了两个，都是 0.1。**稀疏度**（权重中 0 所占的比例）为 <<mp.sparsity(mp.apply_mask(W, mask)):.0%>>。

# %% [markdown] lang="en"
# ## Threshold or sparsity?
#
# A threshold does not tell how many weights it prunes; a sparsity does not tell the threshold. A plot
# of all magnitudes in order shows both: from a threshold on the left, read across to the curve and down
# to the number of smaller weights; from a number of weights, read up to the curve and across to the
# threshold.
# %% [markdown] lang="zh"
# ## 给定阈值，还是给定稀疏度？
#
# 给定阈值时，事先并不知道会剪掉多少权重；给定稀疏度时，事先也不知道阈值是多少。把所有权重按绝对值
# 从小到大画出来，两者都能读出：从纵轴上的阈值横着看到曲线，再往下，就是小于阈值的权重个数；
# 从横轴上的个数往上看到曲线，再向左，就是阈值。

# %%
rng = np.random.default_rng(2)
w = np.round(rng.standard_normal(200), 1)  # rounded: many weights are equal
ordered = np.sort(np.abs(w))
k = mp.pruned_count(w.size, 0.5)  # half of them: 100
theta = ordered[k - 1]  # the k-th smallest magnitude

# %%
figure, axes = plt.subplots(num="ties", figsize=(7, 3.2))
axes.step(np.arange(w.size), ordered, where="post", color="#0072B2", label="magnitudes in order")
axes.axvline(k, color="#D55E00", linestyle="--", label=f"k = {k}: half of all")
axes.axhspan(
    theta - 0.02, theta + 0.02, color="#999999", alpha=0.5, label=f"all of size {theta:.1f}"
)
axes.set(xlabel="weights, smallest first", ylabel="magnitude", title="The k-th weight is in a tie")
axes.legend()
figure.tight_layout()

# %% [markdown] lang="en"
# ## What can go wrong: ties
#
# Each step in the picture is a **tie**: weights of equal magnitude. The line at $k$ cuts through one.
#
# **Guess.** The grey step has magnitude <<theta:.1f>>. How many of the 200 weights does the threshold <<theta:.1f>> prune: 100,
# fewer or more?
# %% [markdown] lang="zh"
# ## 容易出错的地方：并列
#
# 图中的每一级台阶都是一组**并列**的权重，即绝对值相等的权重。$k$ 处的竖线恰好穿过其中一级。
#
# **猜一猜。** 灰色那一级的绝对值是 <<theta:.1f>>。以 <<theta:.1f>> 为阈值，200 个权重中会剪掉多少个：恰好 100 个，还是更少或更多？

# %%
keep_ties = mp.threshold_mask(w, theta, ties="keep")
prune_ties = mp.threshold_mask(w, theta, ties="prune")
exact = mp.rank_mask(np.abs(w), k)
for name, m in (("ties kept", keep_ties), ("ties pruned", prune_ties), ("rank", exact)):
    print(f"pruned {np.count_nonzero(~m):3} of {w.size}: {name}")
assert np.count_nonzero(~keep_ties) < k < np.count_nonzero(~prune_ties)
assert np.count_nonzero(~exact) == k

# %% [markdown] lang="en"
# No threshold prunes exactly half: it keeps the whole step (`ties="keep"`) or prunes it
# (`ties="prune"`). `rank_mask` prunes exactly $k$ weights. Of equal weights it prunes the first ones,
# so the mask is always the same.
# %% [markdown] lang="zh"
# 没有哪个阈值能恰好剪掉一半：要么整级都保留（`ties="keep"`），要么整级都剪掉（`ties="prune"`）。
# `rank_mask` 恰好剪掉 $k$ 个；并列时先剪排在前面的，因此得到的掩码总是同一个。

# %% [markdown] lang="en"
# ## The mistakes in print
#
# One of the texts that minprune was built from (D-4.3) prunes this matrix, with $+0.7$ for $-0.7$, at
# 0.2. It finds this mask of seven ones, but the pruned matrix that it gives is all **zeros**:
# `python -m minprune worked D-4.3` compares every line with the right one. Another (B-3e) omits the
# absolute value, and so it prunes $-0.7$:
# %% [markdown] lang="zh"
# ## 原文中的错误
#
# minprune 所依据的文章之一（D-4.3）以 0.2 为阈值剪这个矩阵（只是其中的 $-0.7$ 原为 $+0.7$），得到的
# 也是这个有七个 1 的掩码，给出的剪枝结果却**全是零**。运行 `python -m minprune worked D-4.3` 可以逐行对照。
# 另一篇（B-3e）漏掉了绝对值，于是把 $-0.7$ 也剪掉了：

# %%
from minprune.formulas.misprints import signed_threshold_mask_misprint

print(signed_threshold_mask_misprint(W, 0.2).astype(int))
assert not signed_threshold_mask_misprint(W, 0.2)[1, 1]  # -0.7, the third largest, is gone

# %% [markdown] lang="en"
# ## A test of your own function
#
# minprune has cases for every formula, inputs with their right results, and `assert_computes` tests a
# function with them. The function below omits the absolute value, as B-3e does, and always keeps ties.
# The rule for ties is a convention: `ties="any"` leaves out the cases that depend on it. The missing
# absolute value is a mistake. In the message ● is a weight kept, ○ a weight pruned:
# %% [markdown] lang="zh"
# ## 测试你自己的函数
#
# minprune 为每个公式都准备了用例，即输入和对应的正确结果；`assert_computes` 用它们来测试函数。
# 下面的函数和 B-3e 一样漏掉了绝对值，而且总是保留并列的权重。
# 并列如何处理只是约定，`ties="any"` 会略去结果取决于它的用例；漏掉绝对值则是错误。
# 结果中 ● 表示保留，○ 表示剪掉：

# %%
from minprune.checks import assert_computes, cases_of


def my_mask(w, theta, ties="keep"):
    return w >= theta


try:
    assert_computes(my_mask, "threshold_mask", ties="any")
except AssertionError as verdict:
    print(verdict)

# %% [markdown] lang="en"
# With the absolute value it passes:
# %% [markdown] lang="zh"
# 加上绝对值就能通过：


# %%
def my_mask(w, theta, ties="keep"):
    return np.abs(w) >= theta


assert_computes(my_mask, "threshold_mask", ties="any")  # an error if a case fails
_, judged = cases_of("threshold_mask", ties="any")
_, every = cases_of("threshold_mask")
print(f"right in {len(judged)} of {len(every)} cases and properties; the others depend on ties")
assert len(judged) == 8 and [str(case) for case in judged].count("property") == 1

# %% [markdown] lang="en"
# These <<len(judged)>> are <<len(judged) - 1>> cases and one *property*, a sentence about several results: a higher threshold never keeps
# more, and signs do not matter. In a test file for pytest, `@pytest.mark.parametrize(*cases_of("threshold_mask", ties="any"))` makes
# a test of each of them; the body of the test is `assert_computes(my_mask, case)`.
# %% [markdown] lang="zh"
# 这 <<len(judged)>> 个中有 <<len(judged) - 1>> 个用例和一条“性质”（property）。性质是关于多个结果的陈述，这里是：阈值升高时，保留的权重不增多，且结果与正负号无关。
# 在 pytest 的测试文件中，`@pytest.mark.parametrize(*cases_of("threshold_mask", ties="any"))`
# 把它们各变成一个测试，测试的内容只有一行：`assert_computes(my_mask, case)`。

# %% [markdown] lang="en"
# ## Check yourself
#
# 1. Which weights of $w = (0.3, -0.2, 0.2, -0.5)$ does the threshold 0.2 prune, with `ties="keep"` and
#    with `ties="prune"`?
#
# <details><summary>Answer</summary>
#
# With `ties="keep"` none, because $|w_i| \ge 0.2$ holds for all four. With `ties="prune"` both $-0.2$ and
# $0.2$: their magnitudes are equal, and a threshold treats them alike.
#
# </details>
#
# 2. The 1000 weights of a layer are rounded to 15 different values. You need exactly 900 of them
#    pruned. Which function do you use, and why not the other one?
#
# <details><summary>Answer</summary>
#
# `rank_mask(np.abs(w), 900)`. There are at most 15 magnitudes, so all thresholds together give at most
# 16 different counts, and 900 need not be one of them.
#
# </details>
#
# 3. A mask prunes half of the weights. Can the sparsity of the pruned weights $m_i\, w_i$ be higher than 50%?
#
# <details><summary>Answer</summary>
#
# Yes. The sparsity counts all zeros, also a kept weight that was 0 before. With $z$ such weights among
# $n$ it is
#
# $$s = \tfrac{1}{2} + \frac{z}{n}$$
#
# </details>
#
# ## Now you
#
# Write `threshold_mask` and `prune_smallest` yourself: `python -m minprune exercises start mine`,
# then `python -m minprune exercises check 1.2` in that folder, and the same with `1.3`. Then make a
# mask of **N:M sparsity**: of every m consecutive inputs of a unit the n largest weights are kept
# (`1.5`; Nvidia GPUs support 2:4). And raise a threshold until it costs too much (`2.5`).
#
# ## Further reading
#
# - Han, Pool, Tran and Dally (2015), [Learning both weights and connections for efficient neural
#   networks](https://arxiv.org/abs/1506.02626): the threshold of a layer is a factor times the standard
#   deviation of its weights.
# - Zhu and Gupta (2017), [To prune, or not to prune](https://arxiv.org/abs/1710.01878): the smallest
#   weights of a layer are masked until a given sparsity is reached.
# - Mishra and others (2021), [Accelerating sparse deep neural
#   networks](https://arxiv.org/abs/2104.08378): 2:4 sparsity, and the hardware that uses it.
# %% [markdown] lang="zh"
# ## 自测
#
# 1. 以 0.2 为阈值，`ties="keep"` 和 `ties="prune"` 分别会剪掉 $w = (0.3, -0.2, 0.2, -0.5)$ 中的哪些权重？
#
# <details><summary>答案</summary>
#
# `ties="keep"` 时一个也不剪，因为四个权重都满足 $|w_i| \ge 0.2$。`ties="prune"` 时剪掉 $-0.2$ 和 $0.2$：
# 二者绝对值相等，阈值对它们一视同仁。
#
# </details>
#
# 2. 某层的 1000 个权重经舍入后只有 15 种取值。现在要恰好剪掉 900 个，该用哪个函数？另一个为什么不行？
#
# <details><summary>答案</summary>
#
# 用 `rank_mask(np.abs(w), 900)`。绝对值最多只有 15 种，所有阈值加起来最多给出 16 种剪枝数量，
# 其中不一定有 900。
#
# </details>
#
# 3. 掩码剪掉了一半权重。剪枝后的权重 $m_i\, w_i$ 的稀疏度会高于 50% 吗？
#
# <details><summary>答案</summary>
#
# 会。稀疏度统计所有的零，包括保留下来、但原本就是 0 的权重。若 $n$ 个权重中有 $z$ 个这样的权重，则
#
# $$s = \tfrac{1}{2} + \frac{z}{n}$$
#
# </details>
#
# ## 轮到你了
#
# 自己写出 `threshold_mask` 和 `prune_smallest`：先运行
# `python -m minprune exercises start mine --lang zh`，再在该文件夹中运行
# `python -m minprune exercises check 1.2`；做完后把编号换成 `1.3` 再运行一次。接着写出
# **N:M 稀疏**的掩码：每个单元的输入中，每连续 m 个保留权重最大的 n 个（`1.5`；Nvidia GPU 支持 2:4）。最后逐步提高阈值，
# 直到性能下降过多（`2.5`）。
#
# ## 延伸阅读
#
# - Han、Pool、Tran、Dally（2015），[Learning both weights and connections for efficient neural
#   networks](https://arxiv.org/abs/1506.02626)：每层的阈值取该层权重的标准差乘以一个系数。
# - Zhu、Gupta（2017），[To prune, or not to prune](https://arxiv.org/abs/1710.01878)：在每层中屏蔽绝对值最小的权重，直到达到给定的稀疏度。
# - Mishra 等（2021），[Accelerating sparse deep neural networks](https://arxiv.org/abs/2104.08378)：2:4 稀疏及支持它的硬件。
# %% words
# ties kept | 保留并列
# ties pruned | 剪掉并列
# rank | 按排序
# pruned {np.count_nonzero(~m):3} of {w.size}: {name} | 剪掉 {np.count_nonzero(~m):3} 个，共 {w.size} 个：{name}
# rounded: many weights are equal | 经过舍入：许多权重相等
# half of them: 100 | 一半：100 个
# the k-th smallest magnitude | 第 k 小的绝对值
# -0.7, the third largest, is gone | 绝对值排第三的 -0.7 没有了
# an error if a case fails | 有用例不通过就报错
# right in {len(judged)} of {len(every)} cases and properties; the others depend on ties | 通过 {len(judged)} / {len(every)} 个用例和性质；其余的结果取决于并列如何处理
# The k-th weight is in a tie | 第 k 个权重处在并列之中
# magnitude | 绝对值
# weights, smallest first | 权重，从小到大
