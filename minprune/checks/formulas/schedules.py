"""Checks of `minprune.formulas.schedules`."""

import numpy as np

from minprune.checks.check import Check, given
from minprune.formulas import schedules
from minprune.formulas.masks import pruned_count

# --- polynomial_decay ----------------------------------------------------------------------------

polynomial_decay = Check(schedules.polynomial_decay)
polynomial_decay.worked("E-5.1b", given(1100, 0.0, 0.5, 1000, 2000), 0.1355)
polynomial_decay.worked("E-5.1b", given(1250, 0.0, 0.5, 1000, 2000), 0.2890625)
polynomial_decay.worked("E-5.1b", given(1500, 0.0, 0.5, 1000, 2000), 0.4375)
polynomial_decay.worked("by hand", given(2, 0.25, 0.75, 0, 4, power=1), 0.5)
polynomial_decay.worked("by hand", given(6, 0.5, 0.75, 4, 8, power=2), 0.6875)
polynomial_decay.published(
    "TensorFlow Model Optimization 0.8.0, "
    "tensorflow_model_optimization/python/core/sparsity/keras/pruning_schedule_test.py, "
    "testPolynomialDecay_PrunesCorrectly",
    given(102, 0.2, 0.8, 100, 110, power=3),
    0.4928,
)
polynomial_decay.worked("by hand", given(7, 0.25, 0.75, 5, 9), 0.6875)
polynomial_decay.edge("long before the beginning", given(100, 0.25, 0.5, 1000, 2000))
polynomial_decay.edge("at the beginning", given(1000, 0.25, 0.5, 1000, 2000))
polynomial_decay.edge("at the end", given(2000, 0.25, 0.5, 1000, 2000))
polynomial_decay.edge("after the end", given(2500, 0.25, 0.5, 1000, 2000))
polynomial_decay.worked("by hand", given(12, 0.25, 0.75, 4, 8, power=2), 0.75)
polynomial_decay.edge("a sparsity that falls", given(3, 0.75, 0.25, 2, 6))
polynomial_decay.edge("nothing to grow", given(3, 0.5, 0.5, 0, 10))
polynomial_decay.edge("a power below 1", given(3, 0.0, 0.5, 2, 6, power=0.5))
polynomial_decay.edge("one step from begin to end", given(6, 0.0, 0.5, 5, 6))


@polynomial_decay.random
def _(rng):
    initial, final = (rng.integers(0, 8, 2) / 8).tolist()
    return given(int(rng.integers(0, 30)), initial, final, 8, 24, power=int(rng.integers(1, 5)))


@polynomial_decay.property(
    "The sparsity must never fall if the final one is above the initial one.",
    "最终稀疏度高于初始稀疏度时，稀疏度不应下降。",
)
def _(rng):
    sparsities = yield [given(t, 0.125, 0.875, 4, 12) for t in range(16)]
    return np.all(np.diff(sparsities) >= 0)


@polynomial_decay.property(
    "Only the steps since begin may count: adding 100 to all three steps must change nothing.",
    "只看从 begin 起走过的步数：step、begin、end 同时加 100，稀疏度不变。",
)
def _(rng):
    step = int(rng.integers(10, 20))
    one, other = yield [given(t + step, 0.125, 0.875, t + 10, t + 20) for t in (0, 100)]
    return np.isclose(one, other)


@polynomial_decay.solution
def polynomial_decay(step, initial, final, begin, end, power=3):
    done = np.clip((step - begin) / (end - begin), 0, 1)
    return final + (initial - final) * (1 - done) ** power


polynomial_decay.edits("""
np.clip((step - begin) / (end - begin), 0, 1) -> (step - begin) / (end - begin)
    It is not clipped: before begin and after end the sparsity must stay the same.
    没有截断：begin 之前和 end 之后稀疏度应保持不变。
np.clip((step - begin) / (end - begin), 0, 1) -> max((step - begin) / (end - begin), 0)
    It is not clipped after end: from there on the sparsity is final.
    在 end 之后没有截断；此后稀疏度应为 final。
np.clip((step - begin) / (end - begin), 0, 1) -> min((step - begin) / (end - begin), 1)
    It is not clipped before begin: until then the sparsity is initial.
    在 begin 之前没有截断；此前稀疏度应为 initial。
np.clip((step - begin) / (end - begin), 0, 1) -> (step - begin) / (end - begin)
return float(np.clip(result, initial, final))
    It clips the sparsity between initial and final; clip the share of the steps between 0 and 1.
    截断的是稀疏度；应把已完成的比例截断到 0 和 1 之间。
return result if step >= begin else 0.0
    Before begin it returns 0; return the initial sparsity.
    begin 之前给出了 0；应为初始稀疏度。
return result if step <= end else 0.0
    After end it gives 0; the final sparsity is due.
    end 之后给出了 0；应为最终稀疏度。
return result if begin <= step else None
    Before begin it returns nothing; the initial sparsity is due.
    begin 之前没有返回值；应为初始稀疏度。
return result if step <= end else None
    After end it returns nothing; the final sparsity is due.
    end 之后没有返回值；应为最终稀疏度。
(1 - done) ** power -> (1 - done**power)
    The power is applied to the part done, so it starts slowly; apply it to the part left.
    把幂次用在已完成的部分上，开头就慢了；应作用于剩余部分。
(1 - done) ** power -> done**power
    It takes the part that is done for what is left: it moves from final to initial.
    把已完成的比例当成了剩余比例：稀疏度从最终值变到了初始值。
(1 - done) ** power -> done**power
return result if begin <= step <= end else initial if step < begin else final
    From begin to end it moves from final to initial; take the share of the steps that is left.
    从 begin 到 end 由最终值变到了初始值；应取剩余步数的比例。
(1 - done) ** power -> done**power
return initial if step <= begin else final if step >= end else result
    Between begin and end it moves from final to initial; take the share of the steps left.
    在 begin 和 end 之间由最终值变到了初始值；应取剩余步数的比例。
final + (initial - final) -> initial + (final - initial)
return result if begin <= step <= end else initial if step < begin else final
    From begin to end initial and final are exchanged.
    从 begin 到 end，初始值和最终值弄反了。
final + (initial - final) -> initial + (final - initial)
return initial if step <= begin else final if step >= end else result
    Between begin and end initial and final are exchanged.
    在 begin 和 end 之间，初始值和最终值弄反了。
(1 - done) ** power -> 1 - done**power
    The parentheses of the power are missing; all of (1 - ...)^power multiplies initial - final.
    幂的底数缺少括号；initial - final 应乘以整个 (1 - ...)^power。
(initial - final) * -> initial - final *
    The parentheses around initial - final are missing; all of it is multiplied.
    initial - final 外面缺少括号；应整体相乘。
power = 1
    It is linear in the step; what is left decreases with the given power.
    对步数是线性的；剩余部分应按给定的幂次下降。
power = 2
    It takes the square; the power is an argument, and 3 if it is left out.
    取了平方；幂次由参数给出，不给时取 3。
power = 3
    The power is always 3, whatever the argument is.
    无论参数是多少，幂次总取 3。
initial, final = final, initial
    Initial and final sparsity are swapped.
    初始稀疏度和最终稀疏度弄反了。
initial = 0.0
    The initial sparsity is left out: it always starts from 0.
    漏掉了初始稀疏度：总是从 0 开始。
/ (end - begin) -> // (end - begin)
    It divides without a fraction, so the sparsity is initial until end; divide with /.
    用了整除，到 end 之前一直不变；应使用 /。
return 1 - result
    It gives the density, the share that is left; the sparsity is the share that is pruned.
    给出的是密度，即保留的比例；稀疏度是剪掉的比例。
return initial if step < begin or step > end else result
    After end it returns the initial sparsity; the final one is due.
    end 之后给出了初始稀疏度；应为最终稀疏度。
return final if step < begin else result
    Before begin it returns the final sparsity; the initial one is due.
    begin 之前给出了最终稀疏度；应为初始稀疏度。
return 1.0 if step > end else result
    After end it returns 1; the final sparsity is due.
    end 之后给出了 1；应为最终稀疏度。
(step - begin) / (end - begin) -> step - begin / (end - begin)
    Only begin is divided; the parentheses around step - begin are missing.
    只有 begin 做了除法；step - begin 外面缺少括号。
(step - begin) / (end - begin) -> (step - begin / end - begin)
    Only begin is divided, by end alone; both differences need parentheses.
    只有 begin 除以了 end；两个差都要加括号。
return result if begin < step else 0.0
    Up to begin it returns 0; return the initial sparsity.
    begin 及之前给出了 0；应为初始稀疏度。
** power -> ** (1 / power)
    It takes the root; what is left is raised to the power.
    开了方；剩余部分应取 power 次幂。
(initial - final) * (1 - done) ** power -> (1 - done) ** power
    The factor initial - final is missing; it multiplies what is left.
    漏乘了 initial - final；剩余部分应乘以它。
final + (initial -> (initial
    The final sparsity is not added; it is final + (initial - final) (...)^power.
    没有加上最终稀疏度；应为 final + (initial - final) (...)^power。
final + (initial - final) * (1 - done) ** power -> (1 - done) ** power
    It returns the share that is left; it multiplies initial - final, and final is added.
    返回的是剩余比例；它还应乘以 initial - final，再加 final。
(initial - final) * (1 - done) ** power -> ((initial - final) * (1 - done)) ** power
    The power is applied to initial - final too; it belongs to what is left alone.
    把 initial - final 也求了幂；幂次只作用于剩余部分。
final + (initial - final) * (1 - done) ** power -> (final + (initial - final) * (1 - done)) ** power
    The power is applied to the whole sparsity; it belongs to what is left alone.
    对整个稀疏度求了幂；幂次只作用于剩余部分。
(1 - done) ** power -> np.exp(-power * done)
    It falls exponentially, and final is never reached; take (1 - done)^power.
    按指数下降了，永远达不到 final；应为 (1 - done)^power。
return np.clip(result, min(initial, final), max(initial, final))
np.clip((step - begin) / (end - begin), 0, 1) -> (step - begin) / (end - begin)
    It clips the sparsity between initial and final; clip the share of the steps between 0 and 1.
    截断的是稀疏度；应把已完成的比例截断到 0 和 1 之间。
""")

# mistakes of the curve; where an `if` takes care of an end, they do not show there
CURVE = """
/ (end - begin) -> / end
ENDS
    It divides by the last step; the length of the schedule is end - begin.
    除以了最后一步的步数；剪枝过程的长度是 end - begin。
(step - begin) / -> step /
ENDS
    It counts from step 0; the steps since begin count, step - begin.
    从第 0 步算起了；应从 begin 算起，即 step - begin。
(step - begin) / (end - begin) -> step / end
ENDS
    It runs from step 0 to end and leaves begin out; the share is (step - begin) / (end - begin).
    从第 0 步算到 end，没有用 begin；比例应为 (step - begin) / (end - begin)。
/ (end - begin) -> / (end - begin + 1)
ENDS
    It counts end - begin + 1 steps and is one step late; final must be reached at end itself.
    按 end - begin + 1 步计算，晚了一步；恰好在 end 处就应达到 final。
(step - begin) / -> (step - begin + 1) /
ENDS
    It is one step early: it counts step - begin + 1 steps; step - begin are done.
    早了一步：按 step - begin + 1 步计算；已完成的是 step - begin 步。
(step - begin) / -> (step - begin - 1) /
ENDS
    It is one step late: it counts step - begin - 1 steps; step - begin are done.
    晚了一步：按 step - begin - 1 步计算；已完成的是 step - begin 步。
(initial - final) -> (final - initial)
ENDS
    It adds final - initial to final; add initial - final.
    在 final 上加的是 final - initial；应为 initial - final。
final + (initial -> initial + (initial
ENDS
    It adds to initial; (initial - final) (...)^power is added to final.
    加在了 initial 上；(initial - final) (...)^power 应加在 final 上。
** power -> * power
ENDS
    It multiplies by the power; what is left is raised to it, with **.
    乘以了 power；应求幂，即 ** power。
(initial - final) * (1 - done) -> -final * (1 - done)
ENDS
    The initial sparsity is left out: it always starts from 0.
    漏掉了初始稀疏度：总是从 0 开始。
"""

polynomial_decay.edits(CURVE.replace("ENDS", "return result"))
for first, last in (("<", ">"), ("<=", ">="), ("<", ">=")):
    ends = f"return initial if step {first} begin else final if step {last} end else result"
    polynomial_decay.edits(CURVE.replace("ENDS", f"done = np.clip -> done, *_ = \n{ends}"))


# --- is_pruning_step -----------------------------------------------------------------------------

is_pruning_step = Check(schedules.is_pruning_step)
is_pruning_step.worked("E-5.1b", given(1000, 1000, 2000), True)
is_pruning_step.worked("E-5.1b", given(1100, 1000, 2000), True)
is_pruning_step.worked("E-5.1b", given(2000, 1000, 2000), True)
is_pruning_step.worked("by hand", given(1150, 1000, 2000), False)
is_pruning_step.worked("by hand", given(10, 3, 20, frequency=7), True)
is_pruning_step.worked("by hand", given(14, 3, 20, frequency=7), False)
is_pruning_step.published(
    "TensorFlow Model Optimization 0.8.0, "
    "tensorflow_model_optimization/python/core/sparsity/keras/pruning_schedule_test.py, "
    "testOnlyPrunesAtValidFrequencySteps",
    given(111, 100, 200, frequency=10),
    False,
)
is_pruning_step.edge("the end is not a multiple of the frequency", given(20, 3, 20, frequency=7))
is_pruning_step.edge("before the beginning", given(900, 1000, 2000))
is_pruning_step.edge("after the end", given(2100, 1000, 2000))
is_pruning_step.edge("at every step", given(6, 5, 9, frequency=1))
is_pruning_step.edge("less often than the schedule is long", given(9, 5, 9, frequency=100))
is_pruning_step.edge("from the very first step", given(0, 0, 10, frequency=5))


@is_pruning_step.random
def _(rng):
    return given(int(rng.integers(0, 30)), 4, 25, frequency=int(rng.integers(1, 5)))


@is_pruning_step.property(
    "From step 3 to 24 with frequency 7 there must be 4 updates.",
    "从第 3 步到第 24 步、频率为 7 时，应更新 4 次。",
)
def _(rng):
    found = yield [given(t, 3, 24, frequency=7) for t in range(40)]
    return sum(map(bool, found)) == 4


is_pruning_step.edits("""
<= end -> < end
    The last step is left out; both ends count.
    漏掉了最后一步；两端都应计入。
begin <= step -> begin < step
    The first step is left out; both ends count.
    漏掉了第一步；两端都应计入。
(step - begin) -> step
    It counts from step 0; count the steps since begin.
    从第 0 步开始计数；应从 begin 开始按频率计数。
(step - begin) -> (end - step)
    It counts back from the end; count the steps since begin.
    从 end 往回计数；应从 begin 开始按频率计数。
begin <= step <= end -> begin <= step
    The pruning never stops: after end no step counts.
    剪枝不会停止：end 之后不应再更新。
begin <= step <= end -> step <= end
    It starts at once: before begin no step counts.
    一开始就剪枝：begin 之前不应更新。
frequency = 1
    Every step of the schedule counts; the frequency is ignored.
    区间内每一步都更新；没有考虑频率。
% frequency == 0 -> % frequency
    It returns the remainder, which is 0 and so false exactly where the answer is yes.
    返回了余数；应更新时余数恰好为 0，即为假。
% frequency == 0 -> % frequency == 1
    It is one step late: at begin itself the remainder is 0.
    晚了一步：在 begin 处余数为 0。
(step - begin) -> (step - begin + 1)
    It is one step early: at begin itself a pruning step is due.
    早了一步：在 begin 处就应剪枝。
begin <= step <= end and -> begin <= step <= end or
    Either condition is enough; both must hold.
    满足一个条件就返回真；两个条件应同时成立。
return not result
    It returns the opposite answer.
    返回的真假相反；应在剪枝步返回 True。
frequency = 100
    It always takes 100 steps; the frequency is an argument.
    总是以 100 步为间隔；间隔是参数。
return result or step == end
    The last step always counts; it counts only if it is a multiple of the frequency from begin.
    最后一步总是剪枝；只有与 begin 相隔整数个间隔时才剪。
return result and step > 0
    Step 0 never counts; it does where begin is 0.
    第 0 步从不剪枝；begin 为 0 时它应剪枝。
return int(result)
    It returns 1 or 0; the answer is a boolean.
    返回了 1 或 0；结果应为布尔值。
(step - begin) % frequency == 0 -> step // frequency * frequency == begin
    It compares the step rounded down with begin; the distance from begin has to be a multiple.
    拿取整后的步数与 begin 比较了；到 begin 的距离应为间隔的整数倍。
begin <= step <= end -> begin < step < end
    Both ends are left out; they count.
    漏掉了两端；两端都应计入。
% frequency == 0 -> // frequency == 0
    It takes the quotient; the remainder must be 0.
    用了商；应判断余数为 0。
frequency = frequency + 1
    It waits one step too long between two updates.
    两次更新之间多等了一步；间隔应为 frequency。
% frequency == 0 -> % frequency != 0
    Within the schedule it returns the opposite answer: a step counts where the remainder is 0.
    区间内返回的真假相反：余数为 0 的步才应更新。
(step - begin) -> (step + begin)
    It adds begin; count the steps since begin, step - begin.
    加上了 begin；应从 begin 开始计数，即 step - begin。
""")


# --- stage_sparsities ----------------------------------------------------------------------------

stage_sparsities = Check(schedules.stage_sparsities)
stage_sparsities.worked("A-5.6", given(0.75, 2), [0.5, 0.75])
stage_sparsities.worked("by hand", given(0.875, 3), [0.5, 0.75, 0.875])
stage_sparsities.worked("by hand", given(0.875, 2, initial=0.5), [0.75, 0.875])
stage_sparsities.published(  # epochs 5 and 10 of 10
    "NNCF 3.1.0, tests/torch/function_hook/pruning/test_scheduler_fns.py, "
    "test_exponential_ratio_scheduler_values",
    given(0.8, 2, initial=0.2),
    [0.60, 0.8],
    digits=2,
)
stage_sparsities.edge("one stage", given(0.75, 1))
stage_sparsities.edge("nothing to prune", given(0.0, 3))
stage_sparsities.edge("already there", given(0.5, 3, initial=0.5))
stage_sparsities.edge("many stages", given(0.9, 10))


@stage_sparsities.random
def _(rng):
    initial = float(rng.integers(0, 4) / 8)
    return given(initial + float(rng.random() * (0.95 - initial)), int(rng.integers(2, 6)), initial)


@stage_sparsities.property(
    "Every stage must keep the same part of what the stage before kept.",
    "每个阶段都应保留上一阶段剩余部分的同样比例。",
)
def _(rng):
    (sparsities,) = yield [given(0.9, 4, initial=0.2)]
    kept = 1 - np.array([0.2, *sparsities])
    return np.allclose(kept[1:] / kept[:-1], kept[1] / kept[0])


@stage_sparsities.solution
def stage_sparsities(final, stages, initial=0.0):
    left = (1 - final) / (1 - initial)
    return [1 - (1 - initial) * left ** (k / stages) for k in range(1, stages + 1)]


stage_sparsities.edits("""
1 - (1 - initial) * left ** (k / stages) -> initial + (final - initial) * k / stages
    The steps are equal; each stage must keep the same part of the rest.
    各步大小相等；应使每个阶段保留剩余部分的同样比例。
left ** (k / stages) -> (1 - (final - initial) / stages) ** k
    Every stage prunes an equal part of the goal from the rest, so the goal is not reached.
    每个阶段按目标的等份从剩余部分中剪，最终达不到目标。
1 - (1 - initial) * left ** (k / stages) -> 1 - left ** (1 / stages)
    It returns the share of the rest that a stage prunes; the sparsity is a share of all weights.
    给出的是每阶段在剩余部分中剪掉的比例；稀疏度应相对于全部权重。
return [1 - s for s in result]
    It returns the shares that are kept; return the sparsities.
    给出的是保留的比例；要求的是稀疏度。
range(1, stages + 1) -> range(stages)
    It begins with the initial sparsity and never reaches the final one.
    从初始稀疏度开始，却没有达到最终稀疏度。
range(1, stages + 1) -> range(stages + 1)
    There is one entry too many: the initial sparsity is not a stage.
    多了一项：初始稀疏度不是一个阶段。
initial = 0.0
    The initial sparsity is left out: the stages start from the dense network.
    漏掉了初始稀疏度：各阶段从稠密网络算起。
left ** (k / stages) -> left ** (stages / k)
    The exponent is upside down: stage k has the power k / stages.
    指数颠倒了：第 k 阶段的指数是 k / stages。
left ** (k / stages) -> left**k
    Every stage prunes to the final part again; the exponent is k / stages.
    每个阶段都按总比例剪了一次；指数应为 k / stages。
left ** (k / stages) -> left ** (1 / stages) * k
    It multiplies by k; the part left is raised to the power k / stages.
    乘以了 k；剩余部分应取 k / stages 次幂。
range(1, stages + 1) -> range(1, stages)
    The last stage is missing: the final sparsity must be reached.
    漏掉了最后一个阶段；应达到最终稀疏度。
1 - (1 - initial) * left ** (k / stages) -> final * (k / stages)
    It grows in equal steps from 0; each stage must keep the same part of the rest.
    从 0 起等步长增长了；每个阶段应保留剩余部分的相同比例。
1 - (1 - initial) * left -> 1 - left
    The factor 1 - initial is missing: it starts from the dense network.
    漏了因子 1 - initial：从未剪枝的网络开始了。
return result[-1]
    It returns the last sparsity alone; return one for every stage.
    只返回了最后的稀疏度；应每个阶段一个。
left = (1 - final) / (1 - initial) -> left = 1 - final
    It divides not by 1 - initial, so the last stage goes beyond the final sparsity.
    没有除以 1 - initial，最后阶段超过了最终稀疏度。
left ** (k / stages) -> left ** (k / (stages + 1))
    It divides by stages + 1, so the final sparsity is not reached; the exponent is k / stages.
    除以了 stages + 1，达不到最终稀疏度；指数应为 k / stages。
left ** (k / stages) -> left ** ((k - 1) / max(stages - 1, 1))
    The first stage prunes nothing: the exponent is k / stages for k = 1, 2, ...
    第一个阶段没有剪枝；k = 1, 2, … 时指数为 k / stages。
return np.diff([initial, *result]).tolist()
    It returns what every stage adds; return the sparsity reached after each.
    返回了每个阶段的增量；应返回每个阶段之后的稀疏度。
1 - (1 - initial) * left ** (k / stages) -> final + (initial - final) * (1 - k / stages) ** 3
    It follows the cubic schedule; each stage must keep the same part of the rest.
    按三次方的进度剪枝了；每个阶段应保留剩余部分的同样比例。
return [final] * stages
    Every stage has the final sparsity; it is reached step by step.
    每个阶段都是最终稀疏度；应逐步达到。
return [s / len(result) for s in result]
    It divides the sparsities by the number of stages.
    把稀疏度除以了阶段数；应返回稀疏度本身。
return result[::-1]
    The stages are in reverse order; the sparsity grows.
    各阶段的次序颠倒了；稀疏度应逐步增大。
return [*result[1:], *result[-1:]]
    It is one stage early: the first sparsity is missing and the last is there twice.
    早了一个阶段：缺少第一个稀疏度，最后一个却重复了；应逐个对应。
k / stages -> k // stages
    It divides k by the number of stages without a fraction; divide with /.
    指数用了整除；应使用 / 保留小数部分。
(1 - final) / (1 - initial) -> (1 - final) * (1 - initial)
    It multiplies by 1 - initial; divide by it.
    乘以了 1 - initial；应除以它。
(1 - final) / (1 - initial) -> final / (1 - initial)
    It takes the final sparsity for what is left; 1 - final is left.
    把最终稀疏度当成了剩余比例；剩余比例应为 1 - final。
range(1, stages + 1) -> range(1, stages + 2)
    There is one stage too many, beyond the final sparsity.
    多了一个阶段，超过了最终稀疏度；应恰有 stages 个。
1 - (1 - initial) * left -> initial + (1 - initial) * left
    It adds what is left to the initial sparsity; subtract it from 1.
    把剩余部分加到了初始稀疏度上；应以 1 减去它。
""")


# --- mean_threshold ------------------------------------------------------------------------------

mean_threshold = Check(schedules.mean_threshold)
mean_threshold.worked("A-5.2.5", given([2110.2978, 0.0, 91.1192, 0.0]), 550.35425)
mean_threshold.worked("by hand", given([2.0, 0.0, 1.0]), 1.0)
mean_threshold.worked("by hand", given([[1.0, -4.0], [0.5, 0.5]]), -0.5)
mean_threshold.published(  # a linear model keeps the inputs whose coefficients exceed the mean
    "scikit-learn 1.2.2, sklearn/feature_selection/_from_model.py, SelectFromModel",
    given([[0.3252302, 0.83462377, 0.49750423]]),
    0.55245,
    digits=5,
)
mean_threshold.edge("equal scores", given([3.0, 3.0, 3.0]))
mean_threshold.edge("one score", given([0.75]))
mean_threshold.edge("all zero", given([0.0, 0.0]))
mean_threshold.edge("whole numbers", given([1, 2]))
mean_threshold.edge("float32", given(np.array([0.1, 0.2, 0.9], np.float32)))


@mean_threshold.random
def _(rng):
    return given(rng.integers(-8, 9, (3, 5)) / 4)


@mean_threshold.property(
    "Multiplying all scores by 4 and adding 1 must do the same to the threshold.",
    "所有得分乘以 4 再加 1，阈值也应如此变化。",
)
def _(rng):
    score = rng.random(9)
    one, other = yield [given(score), given(4 * score + 1)]
    return np.isclose(other, 4 * one + 1)


@mean_threshold.solution
def mean_threshold(scores):
    return float(np.mean(scores))


mean_threshold.edits("""
np.mean -> np.median
    It is the median; return the mean.
    求的是中位数；要求的是平均值。
np.mean -> np.sum
    It is the sum; return the mean.
    求的是总和；要求的是平均值。
scores = np.abs(scores)
    It takes the absolute value of the scores; a score may be negative.
    对得分取了绝对值；得分本身可以为负。
np.mean(scores) -> np.sum(scores) / max(np.count_nonzero(scores), 1)
    Scores of 0 are left out of the mean; they count too.
    求平均时漏掉了为 0 的得分；它们也应计入。
np.mean(scores) -> (np.min(scores) + np.max(scores)) / 2
    It lies halfway between the smallest and the largest score; all of them count.
    取了最小值和最大值的中点；所有得分都应计入。
float(np.mean(scores)) -> np.mean(scores, axis=0)
    It returns a mean for each column; return one threshold for all scores.
    对每一列求了平均；应对所有得分给出一个阈值。
np.mean -> np.max
    It is the largest score; return the mean.
    取了最大的得分；应取平均。
np.mean -> np.min
    It is the smallest score; return the mean.
    取了最小的得分；应取平均。
np.mean -> np.std
    It is the standard deviation; return the mean.
    取了标准差；应取平均。
np.mean(scores) -> np.sqrt(np.mean(np.square(scores)))
    It is the root of the mean square; return the mean.
    取了均方根；应取平均。
np.mean(scores) -> np.mean(scores) + np.std(scores)
    It adds a standard deviation; return the mean.
    加上了一个标准差；应只取平均。
np.mean(scores) -> np.sum(scores) / max(np.size(scores) - 1, 1)
    It divides by n - 1; divide by the number of scores.
    除以了 n - 1；应除以得分的个数。
np.mean(scores) -> np.sum(scores) / len(scores)
    It divides by the length of the first axis; divide by the number of all scores.
    除以了第一个轴的长度；应除以所有得分的个数。
return scores >= result
    It returns a mask; return the threshold.
    返回了掩码；应返回阈值。
np.mean(scores) -> np.average(scores, weights=np.abs(scores)) if np.any(scores) else 0.0
    It weights the scores by their magnitudes; take the plain mean.
    按绝对值对得分加权了；应取简单平均。
return 2 * result
    It takes twice the mean; take the mean itself.
    取了均值的两倍；应取均值本身。
np.mean(scores) -> np.exp(np.mean(np.log(np.abs(scores))))
    It takes the geometric mean of the magnitudes; take the mean.
    取了绝对值的几何平均；应取算术平均。
np.mean(scores) -> np.quantile(scores, 0.75)
    It takes the upper quartile; take the mean.
    取了上四分位数；应取均值。
np.mean(scores) -> np.mean(np.unique(scores))
    It averages the different values; every score counts.
    只对不同的取值求了平均；每个得分都应计入。
""")


# --- std_threshold -------------------------------------------------------------------------------

std_threshold = Check(schedules.std_threshold)
std_threshold.worked("by hand", given([1.0, 3.0], 1.0), 1.0)
std_threshold.worked("by hand", given([0.0, 1.0], 2.0), 1.0)
std_threshold.worked("by hand", given([[1.0, 5.0], [1.0, 5.0]], 0.25), 0.5)
std_threshold.worked("by hand", given([-3.0, -1.0, 1.0, 3.0], 1.0), 5**0.5)
std_threshold.published(
    "NumPy 2.4.6, numpy/_core/fromnumeric.py, std", given([[1, 2], [3, 4]], 1.0), 1.1180339887498949
)
std_threshold.edge("one weight", given([7.0], 3.0))
std_threshold.edge("equal weights", given([2.0, 2.0, 2.0], 3.0))
std_threshold.edge("quality 0", given([-1.0, 1.0], 0.0))
std_threshold.edge("far from 0", given([2.0**30, 2.0**30 + 1], 1.0))
std_threshold.edge("float32", given(np.array([[0.1, -0.2], [0.3, 0.1]], np.float32), 0.5))


@std_threshold.random
def _(rng):
    return given(rng.integers(-8, 9, (4, 5)) / 4, float(rng.integers(1, 9) / 4))


@std_threshold.property(
    "Adding the same number to all weights must change nothing.",
    "给所有权重加上同一个数，结果不应改变。",
)
def _(rng):
    w = rng.standard_normal(8)
    one, other = yield [given(w, 1.5), given(w + 16, 1.5)]
    return np.isclose(one, other)


@std_threshold.solution
def std_threshold(w, q):
    return float(q * np.std(w, dtype=float))


std_threshold.edits("""
np.std -> np.var
    The square root is missing: it takes the variance.
    缺少平方根：用的是方差。
np.std(w -> np.std(w, ddof=1
    It divides by n - 1; this is the deviation of the n weights themselves, so divide by n.
    除以了 n - 1；这里求的是 n 个权重本身的标准差，应除以 n。
np.std(w, dtype=float) -> np.sqrt(np.mean(np.square(w, dtype=float)))
    The mean is not subtracted: it is the root of the mean square.
    没有减去平均值：求的是均方根。
w = np.abs(w)
    It takes the deviation of the magnitudes; take that of the weights with their signs.
    求的是权重绝对值的标准差；应保留权重的符号。
return float(np.mean(w)) + result
    The mean is added; the threshold is q standard deviations.
    多加了平均值；阈值应为 q 倍标准差。
np.std(w, dtype=float) -> np.mean(np.abs(w - np.mean(w)))
    It takes the mean distance from the mean, not the standard deviation.
    求的是平均绝对偏差，而不是标准差。
float(q * np.std(w, dtype=float)) -> q * np.std(w, axis=0)
    It returns a threshold for each column; the layer has one.
    对每一列给出一个阈值；整层应只有一个阈值。
w = w.astype(float)
np.std(w, dtype=float) -> np.sqrt(max(np.mean(w**2) - np.mean(w) ** 2, 0.0))
    It subtracts two large squares, so rounding destroys the difference; subtract the mean first.
    用两个很大的平方相减，差被舍入误差淹没；应先减去平均值。
return float(q * np.std(w, dtype=float)) -> return float(np.std(w, dtype=float) / q) if q else 0.0
    It divides by q; the threshold is q standard deviations.
    除以了 q；阈值是 q 倍标准差。
q = 1.0
    The factor q is missing: the threshold is q standard deviations.
    漏了系数 q：阈值是 q 倍标准差。
q * np.std -> q**2 * np.std
    It squares q; the threshold is q standard deviations.
    对 q 取了平方；阈值是 q 倍标准差。
q * np.std(w, dtype=float) -> np.quantile(w, min(q, 1))
    It takes a quantile; the threshold is q standard deviations.
    取了分位数；阈值是 q 倍标准差。
np.std(w, dtype=float) -> np.mean(np.abs(w))
    It takes the mean magnitude; the threshold is q standard deviations.
    取了平均绝对值；阈值是 q 倍标准差。
np.std(w, dtype=float) -> np.abs(w).max()
    It takes the largest magnitude; the threshold is q standard deviations.
    取了最大绝对值；阈值是 q 倍标准差。
q * np.std -> q + np.std
    It adds q; the threshold is q times the standard deviation.
    加上了 q；阈值是 q 乘以标准差。
return np.abs(w) >= result
    It returns a mask; return the threshold.
    返回了掩码；应返回阈值。
w = w[w != 0]
    It leaves out the weights that are 0; all weights count.
    略去了为 0 的权重；所有权重都应计入。
np.std(w, dtype=float) -> np.median(np.abs(w - np.median(w)))
    It takes the median distance from the median; take the standard deviation.
    取了到中位数距离的中位数；应取标准差。
np.std(w, dtype=float) -> np.ptp(w)
    It takes the range from min to max; take the standard deviation.
    取了最大值与最小值之差；应取标准差。
np.std(w, dtype=float) -> np.linalg.norm(w)
    It takes the L2 norm; take the standard deviation.
    用了 L2 范数；应取标准差。
""")


# --- splice_thresholds ---------------------------------------------------------------------------

splice_thresholds = Check(schedules.splice_thresholds)
splice_thresholds.worked("by hand", given([1.0, -3.0], 1.0, margin=0.5), (1.5, 4.5))
splice_thresholds.worked("by hand", given([1.0, -3.0], 0.0, margin=0.25), (1.5, 2.5))
splice_thresholds.worked("by hand", given([1.0, -3.0], -1.0, margin=0.5), (0.5, 1.5))
splice_thresholds.worked("by hand", given([1.0, -3.0], 1.0), (2.7, 3.3))
splice_thresholds.published(  # the upper Bollinger band is the mean and two standard deviations
    "data-forge-indicators (commit 0e670b9), src/test/indicators/bollinger.test.ts",
    given([5.0, 8.0, 15.0], 2.0, margin=0.0),
    (17.71320339331769, 17.71320339331769),
)
splice_thresholds.edge("not below zero", given([1.0, -3.0], -4.0))
splice_thresholds.edge("no margin", given([1.0, -3.0], 1.0, margin=0.0))
splice_thresholds.edge("one weight", given([-2.0], 5.0, margin=0.5))
splice_thresholds.edge("weights that are 0 count", given([0.0, 0.0, 4.0, -4.0], 0.5, margin=0.5))
splice_thresholds.edge("a matrix", given([[1.0, -2.0], [0.5, -0.5]], 0.5, margin=0.25))


@splice_thresholds.random
def _(rng):
    c, margin = float(rng.integers(-2, 5) / 4), float(rng.integers(1, 8) / 8)
    return given(rng.integers(-8, 9, (3, 4)) / 4, c, margin=margin)


@splice_thresholds.property(
    "Multiplying all weights by -4 must multiply both thresholds by 4.",
    "所有权重乘以 -4 时，两个阈值都应变为 4 倍。",
)
def _(rng):
    w = rng.standard_normal((4, 3))
    one, other = yield [given(w, 0.5), given(-4 * w, 0.5)]
    return np.allclose(np.multiply(one, 4), other)


splice_thresholds.edits("""
np.abs( -> (
    It takes mean and deviation of the weights with their signs; take those of the magnitudes.
    对带符号的权重求平均值和标准差；应对绝对值求。
size.mean() + -> 0 +
    The mean is left out: t is the mean plus c standard deviations.
    漏掉了平均值：t 应为平均值加 c 倍标准差。
0.0 -> -np.inf
    The thresholds are below zero; no magnitude is, so t must be at least 0.
    阈值小于零；绝对值不可能为负，t 最小应为 0。
return result[::-1]
    The two thresholds are swapped: a, the lower one, comes first.
    两个阈值弄反了：较低的 a 在前。
(1 - margin) * t, (1 + margin) * t -> t - margin, t + margin
    The margin is added and subtracted as it is; it is a fraction of t.
    直接加减了 margin；它应是 t 的一个比例。
margin = margin / 2
    The margin is taken as the whole gap; it is half of it, on each side of t.
    把 margin 当成了整个间隔；它应是每一侧的宽度，即间隔的一半。
w = w[w != 0]
    It leaves out the weights that are 0; here all of them count.
    漏掉了为 0 的权重；这里所有权重都计入。
size.mean() + -> size.mean() -
    It subtracts c standard deviations; add them to the mean.
    减去了 c 倍标准差；应加到均值上。
size.std() -> size.var()
    It takes the variance; take the standard deviation.
    用了方差；应为标准差。
size.std() -> np.asarray(w).std()
    It takes the deviation of the signed weights; take that of the magnitudes.
    用了带符号权重的标准差；应取绝对值的标准差。
size.std() -> size.std(ddof=min(1, size.size - 1))
    It divides by n - 1; this is the deviation of the n magnitudes themselves, so divide by n.
    除以了 n - 1；这是 n 个绝对值本身的标准差，应除以 n。
size.mean() -> np.median(size)
    It takes the median of the magnitudes; take the mean.
    取了绝对值的中位数；应取均值。
(1 - margin) * t, (1 + margin) * t -> t, (1 + margin) * t
    The lower threshold has no margin; it is (1 - margin) t.
    下阈值没有留间隔；应为 (1 - margin) t。
(1 - margin) * t, (1 + margin) * t -> (1 - margin) * t, t
    The upper threshold has no margin; it is (1 + margin) t.
    上阈值没有留间隔；应为 (1 + margin) t。
(1 + margin) * t -> t / (1 - margin)
    The upper threshold divides by 1 - margin; multiply by 1 + margin.
    上阈值除以了 1 - margin；应乘以 1 + margin。
margin = 0.1
    The margin is always 0.1; it is an argument.
    间隔总取 0.1；间隔是参数。
c = 1.0
    It always adds one standard deviation; c is an argument.
    总是加一倍标准差；倍数 c 是参数。
return result[0]
    It returns the lower threshold alone; return both.
    只返回了下阈值；应返回两个阈值。
size.mean() -> size.max()
    It takes the largest magnitude; take the mean.
    取了最大的绝对值；应取均值。
size.mean() + -> size.sum() +
    It takes the sum of the magnitudes; take their mean.
    取了绝对值之和；应取均值。
(1 - margin) * t, (1 + margin) * t -> t, t
    Both thresholds are the same; the margin separates them.
    两个阈值相同；应由 margin 把它们分开。
(1 - margin) * t, (1 + margin) * t -> margin * t, (1 + margin) * t
    The lower threshold is margin t; it is (1 - margin) t.
    下阈值取成了 margin t；应为 (1 - margin) t。
""")


# --- threshold_for_sparsity ----------------------------------------------------------------------

# the result is one of the scores, or the next number above them: nothing is rounded
threshold_for_sparsity = Check(schedules.threshold_for_sparsity, tolerance=0)
threshold_for_sparsity.worked("by hand", given([0.5, 0.25, 0.75, 1.0], 0.5), 0.75)
threshold_for_sparsity.worked("by hand", given([0.5, 0.25, 0.75, 1.0], 0.25), 0.5)
threshold_for_sparsity.worked(
    "by hand", given([[0.1, 0.3, 0.5], [0.6, 0.7, 0.8], [0.9, 0.1, 0.3]], 1 / 3), 0.3
)
threshold_for_sparsity.published(
    "TensorFlow Model Optimization 0.8.0, "
    "tensorflow_model_optimization/python/core/sparsity/keras/pruning_impl_test.py, "
    "testConstructsMaskAndThresholdCorrectly",
    given(np.arange(1.0, 11.0), 0.200000018),
    3.0,
)
threshold_for_sparsity.edge("nothing to prune", given([0.5, 0.25, 0.75], 0.0))
threshold_for_sparsity.edge("all are pruned", given([0.5, 0.25, 1.0, 0.75], 0.9))
threshold_for_sparsity.edge("equal scores", given([2.0, 2.0, 2.0, 2.0], 0.5))
threshold_for_sparsity.edge("negative scores are low ones", given([-3.0, 1.0, 2.0, -0.5], 0.25))
threshold_for_sparsity.edge("one score", given([0.5], 0.5))
threshold_for_sparsity.edge("the nearest count", given([1.0, 2.0, 3.0, 4.0, 5.0], 0.35))
threshold_for_sparsity.edge("float32", given(np.array([0.1, 0.4, 0.2], np.float32), 0.5))
threshold_for_sparsity.edge("whole numbers", given([[3, -2, 0], [-1, 5, 4]], 0.5))
threshold_for_sparsity.edge("half a score", given([5.0, 1.0, 4.0, 2.0, 3.0], 0.5))


@threshold_for_sparsity.random
def _(rng):
    return given(rng.integers(-8, 9, (4, 5)) / 4, float(rng.integers(0, 20) / 20))


@threshold_for_sparsity.property(
    "The number of scores below the threshold must be the number to prune, even if that is all.",
    "低于阈值的得分个数应等于要剪掉的个数，全部剪掉时也一样。",
)
def _(rng):
    score, ratios = rng.permutation(10) / 8, [0.0, 0.2, 0.5, 0.7, 0.99]
    thresholds = yield [given(score, ratio) for ratio in ratios]
    below = [np.count_nonzero(score < theta) for theta in thresholds]
    return below == [pruned_count(10, ratio) for ratio in ratios]


@threshold_for_sparsity.solution
def threshold_for_sparsity(score, sparsity):
    k = round(sparsity * score.size)
    ordered = [*np.sort(score, axis=None), np.nextafter(score.max(), np.inf)]
    return float(ordered[k])


threshold_for_sparsity.edits("""
ordered[k] -> ordered[score.size - k]
    The sparsity is taken as the share to keep; it is the share to prune.
    把稀疏度当成了保留的比例；它是剪掉的比例。
ordered[k] -> ordered[max(k - 1, 0)]
    It returns the largest of the scores to prune, so one too few are below the threshold.
    给出的是应剪掉的最大得分，低于阈值的就少了一个。
ordered[k] -> np.quantile(score, sparsity)
    The quantile lies between two scores; return the (k + 1)-th smallest score.
    分位数落在两个得分之间；要求的是第 k + 1 小的得分。
round( -> int(
    The number to prune is rounded down; round to the nearest count.
    剪掉的个数向下取整了；应取最接近的整数。
ordered[k] -> sparsity
    The sparsity itself is taken as the threshold; it is a share of the scores, not a score.
    把稀疏度本身当成了阈值；它是得分个数的比例，不是得分值。
ordered[k] -> sparsity * np.max(score)
    It is a share of the largest score; the sparsity is a share of the number of scores.
    取了最大得分的一个比例；稀疏度应按得分的个数计算。
score = np.abs(score)
    It takes the absolute value of the scores; a score may be negative.
    对得分取了绝对值；得分本身可以为负。
return float(min(result, np.max(score)))
    If all are to be pruned, it returns the largest score, which is then kept.
    应全部剪掉时给出了最大的得分，结果它被保留了。
ordered[k] -> ordered[min(k + 1, score.size)]
    It is one place too high: return the (k + 1)-th smallest score.
    高了一位：应返回第 k + 1 小的得分。
ordered[k] -> ordered[min(k, score.size - 1)]
return np.nextafter(result, np.inf)
    It returns a number just above a score; return the (k + 1)-th smallest score itself.
    返回了略大于得分的数；应返回第 k + 1 小的得分本身。
round(sparsity * score.size) -> int(np.ceil(sparsity * score.size))
    The number to prune is rounded up; round to the nearest count.
    把剪枝个数向上取整了；应取最接近的整数。
score = -score
    It takes the order from the highest; take it from the lowest.
    从最高的得分开始排序了；应从最低的开始。
ordered[k] -> (ordered[max(k - 1, 0)] + ordered[k]) / 2
    It lies halfway between two scores; return the (k + 1)-th smallest score.
    取了两个得分的中点；应返回第 k + 1 小的得分。
return score >= result
    It returns a mask; return the threshold.
    返回了掩码；应返回阈值。
ordered[k] -> np.unique(score)[min(k, len(np.unique(score)) - 1)]
    It counts equal scores once; every entry counts.
    相等的得分只数了一次；每个元素都应计入。
ordered[k] -> np.sort(score, axis=None)[k]
    It fails if all are to be pruned; then a threshold above all scores is asked for.
    全部要剪时报错；此时应返回高于所有得分的阈值。
score.size) -> len(score))
    It takes the share of the number of rows; take that of all scores.
    按行数计算了个数；应按所有得分的个数计算。
round(sparsity * score.size) -> score.size - round((1 - sparsity) * score.size)
    It rounds the number to keep; round the number to prune.
    对保留的个数取整了；应对剪掉的个数取整。
ordered[k] -> np.quantile(score, sparsity, method="lower")
    It takes the quantile rounded down, which counts n - 1 steps; take the score of rank k.
    取了向下取的分位数，它按 n - 1 步计算；应取第 k 名的得分。
ordered[k] -> np.quantile(score, 1 - sparsity)
    It takes the quantile of the share to keep; take the score of rank k from below.
    取了保留比例的分位数；应取从低到高第 k 名的得分。
ordered[k] -> score.ravel()[min(k, score.size - 1)]
    It does not sort the scores; take the k-th in ascending order.
    没有排序；应取升序的第 k 个。
return result + 1e-8
    It adds 1e-8 to the threshold; return the score itself.
    阈值加上了 1e-8；应返回得分本身。
round(sparsity * score.size) -> int(sparsity * score.size + 0.5)
    It rounds a half up; here a half is rounded to the even number.
    恰为一半时总是向上取整；这里应取偶数。
""")
