# %% [markdown] lang="en"
# # 11  Ten mistakes in print, and the assertion that catches each
#
# *Twenty minutes. Afterwards you can write a line of code that fails if a formula or its numbers are wrong.*
#
# minprune was built from five texts, A to E. D-4.3, section 4.3 of text D, multiplies a matrix by a mask of seven
# ones and prints nine zeros. Which line of code shows the mistake?
# %% [markdown] lang="zh"
# # 11  原文中的十个错误，以及发现它们的断言
#
# *约二十分钟。学完后你能写出一行代码：公式或其中的数字有错，它就报错。*
#
# minprune 依据五篇文章 A 至 E 写成。D 篇 4.3 节（D-4.3）用一个含七个 1 的掩码去乘矩阵，得到的却是九个 0。
# 哪一行代码能发现这个错误？

# %%
import matplotlib.pyplot as plt
import numpy as np

import minprune as mp
from minprune.formulas import misprints


def caught(check, *printed):
    """Print how the check fails on what is printed; an error if it does not fail."""
    try:
        check(*printed)
    except AssertionError as error:
        return print(f"{check.__name__:19} {error}")
    raise ValueError(f"{check.__name__} does not fail")


def ones_are_kept(mask, after):
    assert (kept := np.count_nonzero(after)) == mask.sum(), f"{mask.sum()} ones, {kept} kept"


W = np.array([[0.1, 0.3, 0.5], [0.6, 0.7, 0.8], [0.9, 0.1, 0.3]])
mask = mp.threshold_mask(W, 0.2)
ones_are_kept(mask, mp.apply_mask(W, mask))  # right: silent
caught(ones_are_kept, mask, np.zeros((3, 3)))  # 1: D-4.3 as printed

# %% [markdown] lang="en"
# An **assertion** is a statement that stops the program unless a condition is true. A good one does not need the
# right answer. It tests a property of every right answer: here, each one in the mask keeps a weight.
#
# ## Counting and recomputing
#
# adds six weights and gets 3.2 (mistake 2). It prunes half of a layer by a rule that prunes a layer whole or
# not at all (3). gives a 784-h-10 network 784,096 parameters (4); it must be $795h + 10$. C-5.2a prunes by a
# ratio of 0.5, and keeps weights above half of the sum of all (5): one at most, as two would exceed the sum.
# %% [markdown] lang="zh"
# **断言**是一条语句：条件不成立，程序就停下。好的断言不需要知道正确答案，它检查的是一切正确答案都具备的
# 性质：这里就是“掩码里有几个 1，就留下几个权重”。
#
# ## 计数与重算
#
# 把六个权重加成了 3.2（第 2 个错误）；它的规则对一层要么全留、要么全剪，结果却只剪了半层
# （第 3 个）。 说一个 784-h-10 的网络有 784,096 个参数（第 4 个），而这样的网络应有
# $795h + 10$ 个。C-5.2a 的剪枝比例是一半，保留的却是大于总和一半的权重（第 5 个）；这样的权重
# 最多一个，因为两个加起来就超过总和了。


# %%
def adds_up(terms, total):
    assert np.isclose(sum(terms), total), f"the terms give {sum(terms):.1f}, not {total}"


def all_or_nothing(layer, after):
    assert (kept := np.count_nonzero(after)) in (0, layer.size), f"{kept} of {layer.size} kept"


def width_is_whole(parameters):
    h = mp.mlp_hidden_width(parameters, 784, 10)
    assert h == int(h), f"the hidden layer would have {float(h):.2f} units"


def half_is_kept(mask):
    should = mask.size - mp.pruned_count(mask.size, 0.5)
    assert mask.sum() == should, f"{mask.sum()} kept instead of {should}"


h3 = np.array([[0.4, 0.5, 0.6], [0.7, 0.8, 0.9]])
adds_up(h3.ravel(), mp.l1_norm(h3))
caught(adds_up, h3.ravel(), 3.2)  # 2
all_or_nothing(h3, mp.apply_mask(h3, mp.layer_threshold_masks([h3], theta=2.5)[0]))
caught(all_or_nothing, h3, np.array([[0, 0, 0], [0.7, 0.8, 0.9]]))  # 3
width_is_whole(mp.mlp_parameters([784, 64, 10]))
caught(width_is_whole, 784_096)  # 4
half_is_kept(mp.rank_mask(mp.magnitude(W), mp.pruned_count(W.size, 0.5)))
caught(half_is_kept, misprints.half_sum_mask_misprint(W))  # 5: C-5.2a

# %% [markdown] lang="en"
# ## Changing signs and units
#
# For 6 and 8, the same rule runs on changed inputs, and the results must agree. B-3e compares $w$ with the
# threshold instead of $|w|$ (6), and takes the mask itself for the pruned weight (7). B-4c divides the number of
# pruned weights by the sum of $|w|$ (8): another unit gives another rate.
# %% [markdown] lang="zh"
# ## 改变符号与单位
#
# 对第 6 个和第 8 个错误，改变输入，用同一条规则再算一次，两次结果必须对得上。B-3e 拿 $w$
# 而不是 $|w|$ 与阈值比较（第 6 个），又把掩码本身当成剪枝后的权重（第 7 个）。B-4c 用剪掉的个数
# 除以 $|w|$ 之和（第 8 个）：换一个单位，同样的权重就有了不同的剪枝率。


# %%
def sign_independent(rule, w):
    a, b = rule(w).astype(int), rule(-w).astype(int)
    assert (a == b).all(), f"{a}, with all signs changed {b}"


def same_or_zero(w, after):
    changed = (after != 0) & (after != w)
    assert not changed.any(), f"{w[changed][0]} became {after[changed][0]}"


def unit_independent(rate, w, theta):
    a, b = rate(w, theta), rate(100 * w, 100 * theta)
    assert np.isclose(a, b), f"{a:.3f}, in hundredths {b:.3f}"


w = np.array([-0.9, 0.05, 0.4, -0.02])
sign_independent(lambda w: mp.threshold_mask(w, 0.1), w)
caught(sign_independent, lambda w: misprints.signed_threshold_mask_misprint(w, 0.1), w)  # 6: B-3e
same_or_zero(w, mp.threshold_prune(w, 0.1))
caught(same_or_zero, w, misprints.mask_as_weight_misprint(w, 0.1))  # 7: B-3e
unit_independent(mp.pruning_rate, W, 0.2)
caught(unit_independent, misprints.pruning_rate_misprint, W, 0.2)  # 8: B-4c

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
# In the picture, mistake 6 prunes every negative weight, and mistake 7 turns every weight kept into 1.
#
# ## Computing the loss, and taking one step
#
# C-4.2f prunes the weight with the smaller gradient (9; the numbers are ours); the loss itself gives the cost of
# each removal. and D-5.2 set weights to 0 and train on without the mask (10).
# %% [markdown] lang="zh"
# 图中，第 6 个错误剪掉了所有负权重，第 7 个错误把留下的权重都变成了 1。
#
# ## 计算损失，走上一步
#
# C-4.2f 剪掉梯度较小的那个权重（第 9 个，数字是我们设的）；剪掉每个权重的代价，由损失本身就能算出。
# 和 D-5.2 把权重置零之后不带掩码继续训练（第 10 个）：只走一步就能看出问题。


# %%
def cheapest_is_pruned(cost, gone):
    assert cost[gone] == min(cost), f"costs {cost[gone]}, the other {min(cost)}"


def zeros_remain(parameter):
    parameter.grad = np.array([0.2, -0.1])
    mp.Adam({"w": parameter}, lr=0.001).step()
    assert parameter.value[0] == 0, f"0 became {parameter.value[0]:.3f}"


w, gradient = np.array([3.0, 1.0]), np.array([1.0, 2.0])
cost = mp.leave_one_out(lambda w: 0.5 * (w @ np.array([1.0, 2.0]) - 4.0) ** 2, w)
cheapest_is_pruned(cost, mp.taylor(w, gradient).argmin())
caught(cheapest_is_pruned, cost, mp.gradient_magnitude(gradient).argmin())  # 9: C-4.2f
free, held = mp.Parameter([0.0, 0.5]), mp.Parameter([0.0, 0.5])
held.prune([False, True])
zeros_remain(held)
caught(zeros_remain, free)  # 10, D-5.2

# %% [markdown] lang="en"
# ## What can go wrong: a weak assertion
#
# A rate lies between 0 and 1. This is true, but mistake 8 passes here.
# %% [markdown] lang="zh"
# ## 容易出错的地方：断言太弱
#
# 剪枝率在 0 与 1 之间。这话没错，但第 8 个错误在这里却能通过。

# %%
wrong, right = misprints.pruning_rate_misprint(W, 0.2), mp.pruning_rate(W, 0.2)
print(f"printed rule {wrong:.3f}, right {right:.3f}")
assert 0 <= wrong <= 1 and np.isclose(wrong, right / np.abs(W).mean())

# %% [markdown] lang="en"
# The rate of mistake 8 is the right one divided by the mean of $|w|$, so it looks like a rate if weights are
# large. A check that passes proves no formula; one that fails disproves it. So use several, and try each on a
# wrong version first. `python -m minprune formulas D-4.3` quotes mistake 1.
#
# | | text | printed | property tested | right |
# | --- | --- | --- | --- | --- |
# | 1 | D-4.3 | $W$ times its mask is 0 | ones in the mask = weights kept | <<mask.sum()>> weights kept |
# | 2 | A-4.4 | sum 3.2 | the sum of the terms | <<mp.l1_norm(h3):.1f>> |
# | 3 | A-4.4 | half of layer 3 is pruned | all or nothing is pruned | nothing is pruned |
# | 4 | A-5.5 | 784,096 parameters | $795h + 10$, $h$ an integer | <<mp.mlp_parameters([784, 64, 10]):,>> ($h = 64$) |
# | 5 | C-5.2a | keep $w > \frac{1}{2} \sum \lvert w \rvert$ | half of the weights are kept | keep the larger half by $\lvert w \rvert$ |
# | 6 | B-3e | $w > \theta$ | signs do not matter | $\lvert w \rvert > \theta$ |
# | 7 | B-3e | the mask is the weight | a weight is unchanged or 0 | $m\,w$ |
# | 8 | B-4c | number pruned / $\sum \lvert w \rvert$ | units do not matter | number pruned / number |
# | 9 | C-4.2f | prune the smaller gradient | the cheapest is pruned | smaller $\lvert w\,g \rvert$, here |
# | 10 | A-5.2, D-5.2 | train on without the mask | zeros remain 0 | hold the mask |
# %% [markdown] lang="zh"
# 第 8 个错误算出的“剪枝率”等于正确值除以 $|w|$ 的均值，所以权重较大时，它看上去就像个剪枝率。
# 检查通过不能证明公式正确，检查失败却能证明它有错。因此要多用几个断言，而且先拿错误的版本试一试，
# 看它会不会报错。`python -m minprune formulas D-4.3` 给出第 1 个错误的原文。
#
# | | 文章 | 原文写的是 | 检查的性质 | 正确的是 |
# | --- | --- | --- | --- | --- |
# | 1 | D-4.3 | $W$ 乘掩码得 0 | 掩码中 1 的个数 = 留下的权重数 | 留下 <<mask.sum()>> 个权重 |
# | 2 | A-4.4 | 和为 3.2 | 各加数之和 | <<mp.l1_norm(h3):.1f>> |
# | 3 | A-4.4 | 第 3 层剪掉一半 | 要么全留，要么全剪 | 全留 |
# | 4 | A-5.5 | 784,096 个参数 | $795h + 10$，$h$ 为整数 | <<mp.mlp_parameters([784, 64, 10]):,>>（$h = 64$） |
# | 5 | C-5.2a | 保留 $w > \frac{1}{2} \sum \lvert w \rvert$ | 留下一半权重 | 按 $\lvert w \rvert$ 留较大的一半 |
# | 6 | B-3e | $w > \theta$ | 与正负号无关 | $\lvert w \rvert > \theta$ |
# | 7 | B-3e | 掩码就是权重 | 权重要么不变，要么为 0 | $m\,w$ |
# | 8 | B-4c | 剪掉的个数 / $\sum \lvert w \rvert$ | 与单位无关 | 剪掉的个数 / 总个数 |
# | 9 | C-4.2f | 剪梯度较小的 | 剪代价最小的 | 此例中剪 $\lvert w\,g \rvert$ 较小的 |
# | 10 | A-5.2、D-5.2 | 不带掩码继续训练 | 零始终为零 | 一直保持掩码 |

# %% [markdown] lang="en"
# ## Now you
#
# Write `pruning_rate(w, theta, ties="keep")` in `mine.py`, first as B-4c prints it: the number of $|w| < \theta$,
# divided by the sum of all $|w|$. Run `python -m minprune verify mine.py`, and correct the function. In the right
# version `ties="prune"` also prunes the weights with $|w| = \theta$ (lesson 03), and `"keep"` keeps them. Then run
# `python -m minprune exercises start mine`, `check 1.1` and `check 1.2` there.
# %% [markdown] lang="zh"
# ## 轮到你了
#
# 在 `mine.py` 中写出 `pruning_rate(w, theta, ties="keep")`。先照 B-4c 的写法：满足 $|w| < \theta$ 的个数除以全部 $|w|$ 之和；
# 运行 `python -m minprune verify mine.py --lang zh`，再按它的提示改对。正确的版本里，`ties="prune"` 时
# $|w| = \theta$ 的权重也算剪掉，`"keep"` 时保留（见第 03 课）。然后运行
# `python -m minprune exercises start mine --lang zh`，再在该文件夹中运行 `check 1.1` 和 `check 1.2`。
