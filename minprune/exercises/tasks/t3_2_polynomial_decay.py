from minprune.checks import check_of
from minprune.exercises.exercise import Exercise

exercise = Exercise(
    "3.2",
    of=check_of("polynomial_decay"),
    title={"en": "Raising the sparsity gradually", "zh": "逐步提高稀疏度"},
    text={
        "en": """\
        The sparsity at a training step, as it grows from `initial` to `final` along a curve.

            s(t) = final + (initial - final) (1 - (t - begin) / (end - begin))^power

        for begin <= t <= end; before begin it is `initial`, after end it is `final`.

        step            t, a whole number >= 0
        initial, final  sparsities at both ends, from 0 up to, but not including, 1
        begin, end      first and last step of the growth, whole numbers with begin < end
        power           > 0; 3 by default, a cubic curve
        returns         a float

        Exactly at begin it is `initial`, exactly at end `final`. The curve is steep at first, while
        many weights can be spared, and flat at the end.

        >>> [float(polynomial_decay(t, 0.0, 0.5, 1000, 2000)) for t in (0, 1250, 1500, 3000)]
        [0.0, 0.2890625, 0.4375, 0.5]
        """,
        "zh": """\
        某一训练步的稀疏度：沿一条曲线从 initial 增长到 final。

            s(t) = final + (initial - final) (1 - (t - begin) / (end - begin))^power

        该式用于 begin <= t <= end；begin 之前为 initial，end 之后为 final。

        step            即 t，整数，>= 0
        initial, final  起始和最终的稀疏度，取值从 0 到 1（不含 1）
        begin, end      增长的第一步和最后一步，整数，begin < end
        power           > 0；不给时取 3，即三次曲线
        返回            一个浮点数

        恰好在 begin 处等于 initial，恰好在 end 处等于 final。
        曲线先陡后平：开始时多余的权重多，可以剪得快一些。

        >>> [float(polynomial_decay(t, 0.0, 0.5, 1000, 2000)) for t in (0, 1250, 1500, 3000)]
        [0.0, 0.2890625, 0.4375, 0.5]
        """,
    },
    hints={
        "en": [
            "First find which share of the way from begin to end is done at this step. What should "
            "this share be before begin, and after end?",
            "np.clip(x, 0, 1) takes care of both ends: then one equation holds for every step.",
            "With `done` for the clipped share, (1 - done) ** power falls from 1 to 0: it is the "
            "share of initial - final that is still added to final.",
        ],
        "zh": [
            "先算这一步走完了从 begin 到 end 的多大比例。begin 之前和 end 之后，这个比例应取多少？",
            "np.clip(x, 0, 1) 同时处理两端，这样一个公式就适用于所有步。",
            "记截断后的比例为 done，则 (1 - done) ** power 从 1 降到 0："
            "它决定在 final 上还要加上多少 initial - final。",
        ],
    },
)
