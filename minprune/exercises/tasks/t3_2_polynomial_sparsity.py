import numpy as np

from minprune.checks.check import given
from minprune.exercises.exercise import Exercise

exercise = Exercise(
    "3.2",
    title={"en": "Pruning more and more", "zh": "逐步提高稀疏度"},
    text={
        "en": """\
        The sparsity at a training step, as it grows from `initial` to `final` along a cubic curve.

            s(t) = final + (initial - final) (1 - (t - begin) / (end - begin))^3

        for begin <= t <= end; before begin it is `initial`, after end it is `final`.

        step            t, a whole number >= 0
        initial, final  sparsities at both ends, from 0 to 1
        begin, end      first and last step of the growth, whole numbers with begin < end
        returns         a float

        Exactly at begin it is `initial`, exactly at end `final`. The curve is steep at first, while
        many weights can be spared, and flat in the end.

        >>> [float(polynomial_sparsity(t, 0.0, 0.5, 1000, 2000)) for t in (0, 1250, 1500, 3000)]
        [0.0, 0.2890625, 0.4375, 0.5]
        """,
        "zh": """\
        某一训练步的稀疏度：沿三次曲线从 initial 增长到 final。

            s(t) = final + (initial - final) (1 - (t - begin) / (end - begin))^3

        该式用于 begin <= t <= end；begin 之前为 initial，end 之后为 final。

        step            即 t，整数，>= 0
        initial, final  起始和最终的稀疏度，取值 0 到 1
        begin, end      增长的第一步和最后一步，整数，begin < end
        返回            一个浮点数

        恰好在 begin 处等于 initial，恰好在 end 处等于 final。
        曲线先陡后平：开始时多余的权重多，可以剪得快一些。

        >>> [float(polynomial_sparsity(t, 0.0, 0.5, 1000, 2000)) for t in (0, 1250, 1500, 3000)]
        [0.0, 0.2890625, 0.4375, 0.5]
        """,
    },
    hints={
        "en": [
            "First find which share of the way from begin to end is done at this step. What should "
            "this share be before begin, and after end?",
            "np.clip(x, 0, 1) takes care of both ends: then one equation holds for every step.",
            "With `done` for the clipped share, (1 - done) ** 3 falls from 1 to 0: it says how "
            "much of initial - final is still to be added to final.",
        ],
        "zh": [
            "先算这一步走完了从 begin 到 end 的多大比例。begin 之前和 end 之后，这个比例应取多少？",
            "np.clip(x, 0, 1) 同时处理两端，这样一个公式就适用于所有步。",
            "记截断后的比例为 done，则 (1 - done) ** 3 从 1 降到 0："
            "它决定在 final 上还要加上多少 initial - final。",
        ],
    },
    source="E-5.1b; Zhu and Gupta 2017",
)


@exercise.solution
def polynomial_sparsity(step, initial, final, begin, end):
    done = np.clip((step - begin) / (end - begin), 0, 1)
    return float(final + (initial - final) * (1 - done) ** 3)


exercise.worked("E-5.1b", given(1250, 0.0, 0.5, 1000, 2000), 0.2890625)
exercise.worked("E-5.1b", given(1500, 0.0, 0.5, 1000, 2000), 0.4375)
exercise.worked("E-5.1b", given(500, 0.0, 0.5, 1000, 2000), 0.0)
exercise.worked("E-5.1b", given(3000, 0.0, 0.5, 1000, 2000), 0.5)
exercise.worked("by hand", given(7, 0.25, 0.75, 5, 9), 0.6875)
exercise.edge("at begin", given(1000, 0.125, 0.875, 1000, 2000))
exercise.edge("at end", given(2000, 0.125, 0.875, 1000, 2000))
exercise.edge("before begin, and pruned already", given(3, 0.25, 0.75, 5, 9))
exercise.edge("one step from begin to end", given(1, 0.25, 0.75, 0, 1))
exercise.edge("nothing to grow", given(3, 0.5, 0.5, 0, 10))


@exercise.random
def _(rng):
    initial, final = float(rng.integers(0, 4) / 8), float(rng.integers(5, 8) / 8)
    begin, steps = int(rng.integers(0, 50)), int(rng.integers(10, 100))
    return given(int(rng.integers(begin, begin + steps)), initial, final, begin, begin + steps)


@exercise.property(
    "Sparsity never falls from one step to the next where final is above initial.",
    "final 大于 initial 时，稀疏度不会随步数下降。",
)
def _(rng):
    begin = int(rng.integers(1, 5))
    found = yield [given(t, 0.125, 0.875, begin, begin + 9) for t in range(begin + 12)]
    return np.all(np.diff(found) >= 0)


@exercise.property(
    "Only the steps since begin count: with all three steps moved by 100 the sparsity is the same.",
    "只看从 begin 起走过的步数：step、begin、end 同时加 100，稀疏度不变。",
)
def _(rng):
    step = int(rng.integers(10, 20))
    one, other = yield [given(t + step, 0.125, 0.875, t + 10, t + 20) for t in (0, 100)]
    return np.isclose(one, other)


@exercise.mistake(
    "The curve goes on beyond its ends; before begin it is initial, after end it is final.",
    "曲线在两端没有截断；begin 之前应为 initial，end 之后应为 final。",
)
def _(step, initial, final, begin, end):
    return final + (initial - final) * (1 - (step - begin) / (end - begin)) ** 3


@exercise.mistake(
    "Before begin it gives 0; it must give initial.",
    "begin 之前返回了 0；应返回 initial。",
)
def _(step, initial, final, begin, end):
    done = min((step - begin) / (end - begin), 1)
    return final + (initial - final) * (1 - done) ** 3 if step >= begin else 0.0


@exercise.mistake(
    "It grows along a straight line; what is still missing falls as the third power.",
    "这是线性增长；与 final 的差距应按三次方缩小。",
)
def _(step, initial, final, begin, end):
    done = np.clip((step - begin) / (end - begin), 0, 1)
    return float(initial + (final - initial) * done)


@exercise.mistake(
    "It cubes the share that is done, slow at first; cube the share that is left, 1 - done.",
    "对已完成的比例取了三次方，先慢后快；应对剩余比例 1 - done 取三次方。",
)
def _(step, initial, final, begin, end):
    done = np.clip((step - begin) / (end - begin), 0, 1)
    return float(initial + (final - initial) * done**3)


@exercise.mistake(
    "It takes the square; the schedule is cubic.",
    "取了平方；这里应取三次方。",
)
def _(step, initial, final, begin, end):
    done = np.clip((step - begin) / (end - begin), 0, 1)
    return float(final + (initial - final) * (1 - done) ** 2)


@exercise.mistake(
    "Initial and final are swapped; sparsity starts at initial and ends at final.",
    "initial 与 final 写反了；稀疏度应从 initial 开始，到 final 结束。",
)
def _(step, initial, final, begin, end):
    done = np.clip((step - begin) / (end - begin), 0, 1)
    return float(initial + (final - initial) * (1 - done) ** 3)


@exercise.mistake(
    "It counts end - begin + 1 steps and comes too late; final must be reached at end itself.",
    "按 end - begin + 1 步计算，晚了一步；在 end 处就应达到 final。",
)
def _(step, initial, final, begin, end):
    done = np.clip((step - begin) / (end - begin + 1), 0, 1)
    return float(final + (initial - final) * (1 - done) ** 3)


@exercise.mistake(
    "It divides by end; the way is end - begin steps long.",
    "除以了 end；整个过程的长度是 end - begin 步。",
)
def _(step, initial, final, begin, end):
    done = np.clip((step - begin) / end, 0, 1)
    return float(final + (initial - final) * (1 - done) ** 3)
