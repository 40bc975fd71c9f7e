# %% [markdown] lang="en"
# # 03  Thresholds, masks and ties
#
# *Ten minutes. Afterwards you can turn weights into a mask, explain what happens to ties, and prune
# exactly as many weights as you want.*
#
# Which of the nine weights in `W` does a threshold of 0.2 prune?
# %% [markdown] lang="zh"
# # 03  阈值、掩码与并列
#
# *约十分钟。学完后你能把权重变成掩码，说清并列的权重如何处理，并能恰好剪掉指定数量的权重。*
#
# `W` 有九个权重。阈值取 0.2 时，应该剪掉哪几个？

# %%
import matplotlib.pyplot as plt
import numpy as np

import minprune as mp

W = np.array([[0.1, 0.3, 0.5], [0.6, -0.7, 0.8], [0.9, 0.1, 0.3]])
mask = mp.threshold_mask(W, theta=0.2)
print(mask.astype(int))
print(mp.apply_mask(W, mask))

# %% [markdown] lang="en"
# A **mask** is an array of booleans, of the same shape as the weights: 1 keeps a weight, 0 prunes it.
# The rule compares the *size* of a weight, its **magnitude** $|w|$: the weight $-0.7$ is the third
# largest and is kept.
#
# $$m_i = 1 \text{ if } |w_i| \ge \theta, \text{ else } 0, \qquad w'_i = m_i\, w_i$$
#
# Two of the nine weights are pruned. The **sparsity**, the share of weights that are 0, is <<mp.sparsity(mp.apply_mask(W, mask)):.0%>>.
# %% [markdown] lang="zh"
# **掩码**是与权重同形状的布尔数组：1 表示保留，0 表示剪掉。规则比较的是权重的*大小*，即绝对值 $|w|$：权重 $-0.7$
# 的绝对值排第三，应当保留。
#
# $$m_i = \begin{cases} 1, & |w_i| \ge \theta \\ 0, & |w_i| < \theta \end{cases} \qquad w'_i = m_i\, w_i$$
#
# 九个权重中剪掉了两个，**稀疏度**（权重中 0 所占的比例）为 <<mp.sparsity(mp.apply_mask(W, mask)):.0%>>。

# %%
assert mask[1, 1] and (~mask).sum() == 2

# %% [markdown] lang="en"
# ## Threshold or sparsity?
#
# A threshold does not tell how many weights it prunes; a sparsity does not tell the threshold. A plot
# of all magnitudes in order shows both.
# %% [markdown] lang="zh"
# ## 给定阈值，还是给定稀疏度？
#
# 给定阈值时，事先并不知道会剪掉多少权重；给定稀疏度时，事先也不知道阈值是多少。把所有权重按大小
# 排好画出来，两者便一目了然。

# %%
rng = np.random.default_rng(2)
w = np.round(rng.standard_normal(200), 1)  # rounded: many weights are equal
ordered = np.sort(np.abs(w))
k = mp.pruned_count(w.size, 0.5)  # half of them: 100
theta = ordered[k - 1]  # the k-th smallest magnitude

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
# Each step in the picture is a **tie**: weights of equal magnitude. The line at $k$ cuts through one,
# so no threshold prunes exactly half: it keeps the whole step (`ties="keep"`) or prunes it
# (`ties="prune"`). `rank_mask` prunes exactly $k$ weights. Of equal weights it prunes the first ones,
# so the mask is always the same.
# %% [markdown] lang="zh"
# ## 容易出错的地方：并列
#
# 图中的每一级台阶都是一组**并列**的权重，即绝对值相等的权重。$k$ 处的竖线恰好穿过其中一级，因此没有哪个阈值能恰好剪掉一半：
# 要么整级都保留（`ties="keep"`），要么整级都剪掉（`ties="prune"`）。`rank_mask` 恰好剪掉 $k$ 个；并列时先剪排在前面的，因此得到的掩码总是同一个。

# %%
keep_ties = mp.threshold_mask(w, theta, ties="keep")
prune_ties = mp.threshold_mask(w, theta, ties="prune")
exact = mp.rank_mask(np.abs(w), k)
for name, m in (("ties kept", keep_ties), ("ties pruned", prune_ties), ("rank", exact)):
    print(f"{name:12} {np.count_nonzero(~m):4} of {w.size} pruned")
assert np.count_nonzero(~keep_ties) < k < np.count_nonzero(~prune_ties)
assert np.count_nonzero(~exact) == k

# %% [markdown] lang="en"
# ## The mistakes in print
#
# One of the texts that minprune was built from (D-4.3) prunes this matrix, with $+0.7$ for $-0.7$, at
# 0.2. It finds this mask of seven ones, but the pruned matrix that it gives is all **zeros**:
# `python -m minprune worked D-4.3` compares every line with the right one. Another (B-3) omits the
# absolute value:
# %% [markdown] lang="zh"
# ## 原文中的错误
#
# minprune 所依据的文章之一（D-4.3）以 0.2 为阈值剪这个矩阵（只是其中的 $-0.7$ 原为 $+0.7$），得到的
# 也是这个有七个 1 的掩码，给出的剪枝结果却**全是零**。运行 `python -m minprune worked D-4.3` 可以逐行对照。
# 另一篇（B-3）漏掉了绝对值：

# %%
from minprune.formulas.misprints import signed_threshold_mask_misprint

print(signed_threshold_mask_misprint(W, 0.2).astype(int))
assert not signed_threshold_mask_misprint(W, 0.2)[1, 1]  # -0.7, the third largest, is gone

# %% [markdown] lang="en"
# ## A test of your own function
#
# `assert_computes` tests a function with every case of a formula. The function below omits the absolute
# value, as B-3 does, and always keeps ties. The rule for ties is a convention: `ties="any"` leaves out
# the cases that depend on it. The missing absolute value is a mistake. In the message ● is a weight
# kept, ○ a weight pruned:
# %% [markdown] lang="zh"
# ## 测试你自己的函数
#
# `assert_computes` 用一个公式的全部用例来测试函数。下面的函数和 B-3 一样漏掉了绝对值，而且总是保留并列的权重。
# 并列如何处理只是约定，`ties="any"` 会略去结果取决于它的用例；漏掉绝对值则是错误。
# 结果中 ● 表示保留，○ 表示剪掉：

# %%
from minprune.checks import assert_computes


def my_mask(w, theta, ties="keep"):
    return w >= theta


try:
    assert_computes(my_mask, "threshold_mask", ties="any")
except AssertionError as verdict:
    print(verdict)

# %% [markdown] lang="en"
# With the absolute value it passes. A *property* is a sentence about several results, such as "a higher
# threshold never keeps more". In a test file for pytest,
# `@pytest.mark.parametrize(*cases_of("threshold_mask", ties="any"))` makes a test of each case that is
# left; the body of the test is `assert_computes(my_mask, case)`.
# %% [markdown] lang="zh"
# 加上绝对值就能通过。“性质”（property）是关于多个结果的陈述，例如“阈值升高时，保留的权重不增多”。在 pytest 的测试文件中，`@pytest.mark.parametrize(*cases_of("threshold_mask", ties="any"))`
# 把余下的每个用例变成一个测试，测试的内容只有一行：`assert_computes(my_mask, case)`。


# %%
def my_mask(w, theta, ties="keep"):
    return np.abs(w) >= theta


print(assert_computes(my_mask, "threshold_mask", ties="any"))

# %% [markdown] lang="en"
# ## Now you
#
# Write `threshold_mask` and `prune_smallest` yourself: `python -m minprune exercises start mine`,
# then `python -m minprune exercises check 1.2` in that folder, and the same with `1.3`. Then make a
# mask of **N:M sparsity**: of every m consecutive inputs of a unit the n largest weights are kept
# (`1.5`; GPUs support 2:4). And raise a threshold until it costs too much (`2.5`).
# %% [markdown] lang="zh"
# ## 轮到你了
#
# 自己写出 `threshold_mask` 和 `prune_smallest`：先运行
# `python -m minprune exercises start mine --lang zh`，再在该文件夹中运行
# `python -m minprune exercises check 1.2`；做完后把编号换成 `1.3` 再运行一次。接着写出
# **N:M 稀疏**的掩码：每个单元的输入中，每连续 m 个保留权重最大的 n 个（`1.5`；GPU 支持 2:4）。最后逐步提高阈值，
# 直到损失过大（`2.5`）。
