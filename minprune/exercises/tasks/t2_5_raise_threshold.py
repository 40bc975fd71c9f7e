import numpy as np

from minprune.checks.check import Call, Function, given
from minprune.exercises.exercise import Exercise

exercise = Exercise(
    "2.5",
    title={
        "en": "Raise the threshold until it costs too much",
        "zh": "逐步提高阈值，直到性能下降过多",
    },
    text={
        "en": """\
        The highest threshold at which pruning costs little, found by raising it step by step.

            for each theta, from the smallest up:
                pruned = w, with 0 where |w| < theta          (|w| = theta is kept)
                stop if evaluate(pruned) < evaluate(w) - tolerance

        Return the result of the last theta before the stop, or of the last one if there is no stop.
        Every performance is compared with that of w itself, as an absolute difference; a loss
        of exactly the tolerance is acceptable. After the first failure no other threshold is tried,
        even if a higher one would be acceptable again.

        w          array of any shape, the weights, which must not be changed
        thetas     list or array of thresholds, ascending
        evaluate   function of an array like w, returns the performance as a float, higher =
                   better; it does not change the array
        tolerance  how much of the performance may be lost, >= 0
        returns    a tuple (theta, pruned): the threshold and the weights pruned by it; (None, a
                   copy of w) if the first one fails, or if there is none

        >>> w, total = np.array([4.0, -1.0, 0.5, 2.0]), lambda w: float(np.abs(w).sum())
        >>> theta, pruned = raise_threshold(w, [0.75, 1.5, 3.0], total, tolerance=2.0)
        >>> float(theta), pruned.tolist()
        (1.5, [4.0, 0.0, 0.0, 2.0])

        Here the performance of w is 7.5, and that of the three thresholds is 7, 6 and 4.
        """,
        "zh": """\
        寻找性能下降不多的最高阈值：从小到大逐步提高阈值。

            从小到大，对每个 theta：
                pruned = 把 |w| < theta 的权重置零          （|w| = theta 的保留）
                若 evaluate(pruned) < evaluate(w) - tolerance，则停止

        返回停止之前最后一个 theta 的结果；若一直没有停止，则是最后一个 theta 的结果。
        每次都与 w 本身的性能比较，比较的是绝对差值；恰好下降 tolerance 可以接受。
        首次失败之后不再继续，即使更高的阈值又可以接受。

        w          任意形状的数组，即权重；调用后不得改变
        thetas     阈值的列表或数组，升序
        evaluate   函数，输入与 w 相同形状的数组，返回浮点数，即性能，
                   越高越好；它不会改动数组
        tolerance  性能最多可以下降多少，>= 0
        返回       元组 (theta, pruned)：阈值和按它剪枝后的权重；
                   若第一个阈值就失败，或没有阈值，则为 (None, w 的副本)

        >>> w, total = np.array([4.0, -1.0, 0.5, 2.0]), lambda w: float(np.abs(w).sum())
        >>> theta, pruned = raise_threshold(w, [0.75, 1.5, 3.0], total, tolerance=2.0)
        >>> float(theta), pruned.tolist()
        (1.5, [4.0, 0.0, 0.0, 2.0])

        这里 w 本身的性能是 7.5，三个阈值依次得到 7、6 和 4。
        """,
    },
    hints={
        "en": [
            "Keep the best answer so far in a variable. What is it before any threshold is tried?",
            "Compute evaluate(w) once, before the loop. np.where(np.abs(w) < theta, 0.0, w) prunes "
            "into a new array.",
            "Start with best = None, w.copy(). Leave the loop by break at the first failure; "
            "only after that test replace best.",
        ],
        "zh": [
            "用一个变量保存目前最好的结果。还没有尝试任何阈值时，它应是什么？",
            "在循环之前计算一次 evaluate(w)。np.where(np.abs(w) < theta, 0.0, w) 会得到新的数组。",
            "从 best = None, w.copy() 开始。循环中首次失败时用 break 退出；"
            "通过检查之后才更新 best。",
        ],
    },
    source="D-Q2, C-3.2",
)

exercise.copies = True


@exercise.solution
def raise_threshold(w, thetas, evaluate, tolerance):
    lowest = evaluate(w) - tolerance
    best = None, w.copy()
    for theta in thetas:
        pruned = np.where(np.abs(w) < theta, 0.0, w)
        if evaluate(pruned) < lowest:
            break
        best = theta, pruned
    return best


TOTAL = Function("lambda w: float(np.abs(w).sum())")
NEAR_8 = Function("lambda w: -abs(float(w.sum()) - 8.0)")

exercise.worked(
    "by hand",
    given([4.0, -1.0, 0.5, 2.0], [0.75, 1.5, 3.0], TOTAL, tolerance=2.0),
    (1.5, [4.0, 0.0, 0.0, 2.0]),
)
exercise.worked(  # losses of 0.25, 2.25 and 0: the second fails, the third would pass
    "by hand",
    given([0.25, 2.0, -2.25, 8.0], [1.0, 2.125, 2.5], NEAR_8, tolerance=0.5),
    (1.0, [0.0, 2.0, -2.25, 8.0]),
)
exercise.worked(  # 10 falls to 9, 7 and 4: the second loses exactly 3, 2 in one step
    "by hand",
    given([[1.0, -2.0], [3.0, 4.0]], [2.0, 3.0, 4.0], TOTAL, tolerance=3.0),
    (3.0, [[0.0, 0.0], [3.0, 4.0]]),
)
exercise.worked(
    "by hand", given([1.0, -2.0], [1.5, 3.0], TOTAL, tolerance=0.5), (None, [1.0, -2.0])
)
exercise.edge("all thresholds are acceptable", given([1.0, -2.0, 4.0], [1.5, 3.0], TOTAL, 500.0))
exercise.worked(  # 2 rises to 3 and 7: a gain is no loss
    "by hand",
    given([-1.0, -4.0, 7.0], [2.0, 5.0], Function("lambda w: float(w.sum())"), tolerance=0.5),
    (5.0, [0.0, 0.0, 7.0]),
)
exercise.worked(  # it loses 1 + 2**-40
    "by hand",
    given([1 + 2**-40, 4.0], [2.0], TOTAL, tolerance=1.0),
    (None, [1 + 2**-40, 4.0]),
)
exercise.edge(
    "a list of thresholds", Call((np.array([4.0, -1.0, 0.5]), [0.75, 1.5], TOTAL, 2.0), {})
)
exercise.edge("no thresholds", given([1.0, -2.0], [], TOTAL, 1.0))
exercise.edge("nothing may be lost", given([1.0, -2.0, 4.0], [0.5, 1.0, 2.0], TOTAL, 0.0))
exercise.edge("small steps", given([1.0, 2.0, -3.0, 4.0], [1.5, 2.5, 3.5], TOTAL, 3.0))


@exercise.random
def _(rng):
    w = rng.integers(-8, 9, (3, 4)) / 4
    evaluate = Function(f"lambda w: 8.0 - abs(float(w.sum()) - {float(w.sum())})")
    return given(w, np.arange(1, 8) / 4, evaluate, float(rng.integers(0, 5) / 4))


@exercise.property(
    "A larger tolerance must never give a lower threshold.",
    "容许的下降量增大时，阈值不应降低。",
)
def _(rng):
    w, thetas = rng.standard_normal(20), np.arange(1, 20) / 8
    one, other = yield [given(w, thetas, TOTAL, tolerance) for tolerance in (1.0, 6.0)]
    return (one[0] or 0) <= (other[0] or 0)


exercise.edits("""
thetas.size
    The thresholds must be an array here; a list is allowed as well, so loop over it as it is.
    这里的阈值只能是数组；也可能是列表，应直接对它循环。
thetas[-1]
    It fails if there are no thresholds; (None, a copy of w) is to be returned then.
    没有阈值时出错；此时应返回 (None, w 的副本)。
if not len(thetas): raise UnboundLocalError
    A variable has no value if there are no thresholds; set the best answer before the loop.
    没有阈值时，有的变量还没有值；应在循环之前设好目前最好的结果。
best = None, w.copy() -> pass
    The answer has no value if the first threshold fails or there is none; set it before the loop.
    第一个阈值就失败或没有阈值时，结果还没有值；应在循环之前设好。
w.copy() -> w
np.where(np.abs(w) < theta, 0.0, w) -> np.multiply(w, np.abs(w) >= theta, out=w)
    It prunes the array that it was given; prune a copy of it for every threshold.
    直接剪了传入的数组；每个阈值都应另建一份剪枝后的数组。
np.where(np.abs(w) < theta, 0.0, w) -> np.multiply(w, np.abs(w) >= theta, out=w)
    It prunes w itself and returns it; prune a copy of it for every threshold.
    剪的是 w 本身，返回的也是它；每个阈值都应另建一份剪枝后的数组。
np.where(np.abs(w) < theta, 0.0, w) -> np.multiply(w, np.abs(w) >= theta, out=w).copy()
    It returns copies, but it prunes w itself; prune a copy, and leave w as it is.
    返回的是副本，剪的却是 w 本身；应剪副本，不改动 w。
w.copy() -> w
    If the first threshold fails it returns w itself; a copy of w is asked for.
    第一个阈值就失败时返回了 w 本身；应返回 w 的副本。
w.copy() -> np.zeros_like(w)
    If the first threshold fails it returns zeros; a copy of w belongs there.
    第一个阈值就失败时返回了零；应返回 w 的副本。
w.copy() -> None
    If the first threshold fails it returns no weights; a copy of w belongs there.
    第一个阈值就失败时没有返回权重；应返回 w 的副本。
None, -> np.nan,
    If the first threshold fails it returns nan as the threshold; None is asked for.
    第一个阈值就失败时把 nan 作为阈值返回了；应返回 None。
None, -> -1,
    If the first threshold fails it returns -1 as the threshold; None is asked for.
    第一个阈值就失败时把 -1 作为阈值返回了；应返回 None。
None, -> 0.0,
    If the first threshold fails it returns 0 as the threshold; None is asked for.
    第一个阈值就失败时把 0 作为阈值返回了；应返回 None。
None, -> thetas[0],
    It returns the first threshold even if that fails, and fails without any; return None there.
    第一个阈值失败时仍返回了它，没有阈值时出错；此时应返回 None。
None, w.copy() -> thetas[-1], np.where(np.abs(w) < thetas[-1], 0.0, w)
    If the first threshold fails it returns the last, as an index of -1 does; return None there.
    第一个阈值失败时返回了最后一个，下标 -1 就会这样；此时应返回 None。
return best -> return best if best[0] is not None else None
    If the first threshold fails it returns None alone; (None, a copy of w) is asked for.
    第一个阈值失败时只返回了 None；应返回 (None, w 的副本)。
return best -> return None
break -> return best
    It returns nothing if every threshold is acceptable; return the last one then.
    所有阈值都可以接受时没有返回值；此时应返回最后一个阈值的结果。
thetas: -> thetas[:-1]:
    It leaves out the last threshold; every one is tried until one fails.
    漏掉了最后一个阈值；在失败之前应逐个尝试。
thetas: -> thetas[1:]:
    It leaves out the first threshold; every one is tried until one fails.
    漏掉了第一个阈值；在失败之前应逐个尝试。
thetas: -> thetas[::-1]:
    It tries the thresholds from the largest down; try them from the smallest up.
    从大到小尝试了阈值；应从小到大。
break -> return None
    It returns None at the first failure; return the result of the last acceptable threshold.
    首次失败时返回了 None；应返回最后一个可以接受的阈值的结果。
break -> return None, w.copy()
    At the first failure it returns None and w; return the result of the last acceptable threshold.
    首次失败时返回了 None 和 w；应返回最后一个可以接受的阈值的结果。
w.copy() -> w.copy(); current = w.copy()
np.where(np.abs(w) < theta, 0.0, w) -> np.multiply(current, abs(current) >= theta, out=current)
    It prunes one copy again and again, the failed threshold as well; take a new copy each time.
    反复剪同一份副本，失败的阈值也剪了它；每个阈值都应另建一份。
break -> continue
    It continues after the first failure; stop there, even if a higher threshold would pass.
    首次失败后仍继续尝试；即使更高的阈值又能通过，也应停止。
break -> return theta, pruned
    It returns the threshold that failed; return the one before it.
    返回了首个失败的阈值；应返回它之前的那一个。
break -> return best[0], pruned
    The threshold is right, but the weights are those of the failed one; keep both together.
    阈值正确，但权重是失败的阈值剪出来的；两者应一起保存。
break -> return theta, best[1]
    The weights are right but the threshold is the one that failed; keep both together.
    权重正确，但返回的是失败的阈值；两者应一起保存。
best = theta, pruned -> return theta, pruned
    It returns the first threshold that is acceptable; go on until one fails.
    返回了第一个可以接受的阈值；应继续，直到有一个失败。
evaluate(w) - tolerance -> evaluate(w) * (1 - tolerance)
    It takes the tolerance as a share of the baseline; it is a difference of two performances.
    把 tolerance 当成了基准性能的比例；它是性能之差。
evaluate(pruned) < lowest -> (evaluate(w) - evaluate(pruned)) / (evaluate(w) or 1e-12) >= tolerance
    It divides the loss by the baseline and does not allow equality; compare the difference.
    把下降量除以了基准性能，而且相等时不接受；应直接比较差值。
evaluate(pruned) < lowest -> evaluate(pruned) > lowest
    It stops where the performance is high enough; stop where it is too low.
    性能足够高时反而停止了；应在性能过低时停止。
evaluate(pruned) < lowest -> False
    It never stops, whatever the performance; stop at the first failure.
    无论性能如何都不停止；应在首次失败时停止。
evaluate(pruned) < lowest -> (evaluate(w) - evaluate(pruned)) / evaluate(w) > tolerance
    It divides the loss by the baseline; the tolerance is a difference of two performances.
    把下降量除以了基准性能；tolerance 是性能之差。
evaluate(w) - tolerance -> evaluate(w) * (1 - tolerance / 100)
    It takes the tolerance as a percentage of the baseline; it is a difference of performances.
    把 tolerance 当成了基准性能的百分数；它是性能之差。
evaluate(w) - tolerance -> -tolerance
    It takes minus the tolerance for the lowest performance; subtract it from that of w.
    把负的 tolerance 当成了最低性能；应从 w 的性能中减去它。
evaluate(w) - tolerance -> evaluate(w) - tolerance / 100
    It takes the tolerance for a percentage; it is a difference of two performances.
    把 tolerance 当成了百分数；它是性能之差。
evaluate(w) - tolerance -> evaluate(w) - tolerance - 1e-9
    A loss just above the tolerance passes; compare exactly.
    略大于 tolerance 的下降量也通过了；应精确比较。
evaluate(w) - tolerance -> evaluate(w)
    It allows no loss at all; as much as the tolerance may be lost.
    完全不允许性能下降；下降量不超过 tolerance 都可以接受。
evaluate(w) - tolerance -> evaluate(w) + tolerance
    It asks for a rise by the tolerance; a loss of up to the tolerance is acceptable.
    要求性能提高 tolerance；下降量不超过 tolerance 都可以接受。
evaluate(w) - tolerance -> tolerance
    It takes the tolerance for the lowest performance; it is how much may be lost.
    把 tolerance 当成了最低性能；它是最多可以下降的量。
evaluate(pruned) < lowest -> evaluate(pruned) > evaluate(w) + tolerance
    It stops at a rise larger than the tolerance; only a loss counts, as higher is better.
    性能提高超过 tolerance 时停止了；性能越高越好，只应考虑下降。
evaluate(pruned) < lowest -> abs(evaluate(pruned) - evaluate(w)) > tolerance
    A gain larger than the tolerance stops it; only a loss counts, so take no absolute value.
    性能提高超过 tolerance 时也停止了；只应考虑下降，不取绝对值。
evaluate(pruned) < lowest -> abs(evaluate(pruned) - evaluate(w)) >= tolerance
    A gain or a loss of the tolerance stops it; only a loss above the tolerance counts.
    性能的升降达到 tolerance 时都停止了；只应考虑超过 tolerance 的下降。
evaluate(pruned) < lowest -> np.mean(pruned == 0) > tolerance
    It compares the sparsity with the tolerance; the performance is to be compared.
    拿稀疏度与 tolerance 比较了；应比较性能。
< lowest -> <= lowest
    A loss of exactly the tolerance counts as a failure; accept it.
    下降量恰好等于 tolerance 时判为失败；此时应可以接受。
np.where(np.abs(w) < theta, 0.0, w) -> np.where(np.abs(w) < theta, w, 0.0)
    It prunes the large weights and keeps the small ones; prune where |w| < theta.
    剪掉了大的权重，保留了小的；应剪 |w| 小于阈值的。
np.abs(w) -> w
    The absolute value is missing, so every negative weight is pruned; compare |w| with theta.
    缺少绝对值，负权重全被剪掉；应比较 |w| 与阈值。
< theta, -> <= theta,
    A weight of magnitude theta is pruned; it is to be kept (<, not <=).
    绝对值等于阈值的权重被剪掉了；应当保留（用 <，不用 <=）。
np.abs(w) -> w**2
    It compares the squares of the weights with theta; compare |w| with theta.
    拿权重的平方与阈值比较了；应比较 |w| 与阈值。
np.where(np.abs(w) < theta, 0.0, w) -> np.sign(w) * np.maximum(np.abs(w) - theta, 0)
    It also shrinks the weights that are kept, a soft threshold; they keep their values.
    保留的权重也向零收缩了（软阈值）；它们应保持原值。
np.where(np.abs(w) < theta, 0.0, w) -> 1.0 * (np.abs(w) >= theta)
    It evaluates and returns a mask; evaluate and return the pruned weights.
    评估并返回的是掩码；应评估并返回剪枝后的权重。
np.where(np.abs(w) < theta, 0.0, w) -> np.where(np.abs(w) < theta, 0.0, np.abs(w))
    The weights that are kept lose their signs; they keep their values.
    保留的权重失去了符号；它们应保持原值。
np.where(np.abs(w) < theta, 0.0, w) -> w[np.abs(w) >= theta]
    It removes the pruned weights from the array; set them to 0, in the shape of w.
    把被剪的权重从数组中去掉了；应置零，形状与 w 相同。
< theta, -> < theta * np.abs(w).max(),
    It takes theta as a share of the largest weight; theta has the units of the weights.
    把阈值当成了相对最大权重的比例；阈值与权重同单位，应直接比较。
best = theta, pruned -> best, lowest = (theta, pruned), evaluate(pruned) - tolerance
    It compares with the threshold before; compare every performance with that of w itself.
    与前一个阈值的性能比较了；每次都应与 w 本身的性能比较。
best = theta, pruned -> best = len([t for t in thetas if t < theta]), pruned
    It returns the index of the threshold; return the threshold itself.
    返回的是阈值的下标；应返回阈值本身。
best = theta, pruned -> best = evaluate(pruned), pruned
    It returns the performance in place of the threshold; return the threshold itself.
    返回的是性能；应返回阈值本身。
best = theta, pruned -> best = None, pruned
    It never stores the threshold; return the last acceptable one.
    没有保存阈值；应返回最后一个可以接受的阈值。
best = theta, pruned -> best = theta, best[1]
    It never stores the pruned weights, so it returns those of w; store them with the threshold.
    没有保存剪枝后的权重，返回的是 w 的权重；应与阈值一起保存。
best = theta, pruned -> best = theta, evaluate(pruned)
    It returns the performance in place of the weights; return the pruned weights.
    该返回权重处返回了性能；应返回剪枝后的权重。
return best -> return best[0], best[1] != 0
    It returns a mask; the pruned weights are asked for.
    返回的是掩码；应返回剪枝后的权重。
return best -> return best[0], np.mean(best[1] == 0)
    It returns the sparsity; the pruned weights are asked for.
    返回的是稀疏度；应返回剪枝后的权重。
return best -> return float(best[0]), best[1]
    It converts the threshold to a float, which fails for None; return None as it is.
    把阈值转换成了浮点数，遇到 None 时出错；None 应原样返回。
best = theta, pruned -> best = theta, pruned != 0
    It returns a mask; the pruned weights are asked for.
    返回的是掩码；应返回剪枝后的权重。
best = theta, pruned -> best = theta, np.mean(pruned == 0)
    It returns the sparsity; the pruned weights are asked for.
    返回的是稀疏度；应返回剪枝后的权重。
return best -> return best[0]
    It returns the threshold alone; the pruned weights belong with it.
    只返回了阈值；还应返回剪枝后的权重。
return best -> return best[1]
    It returns the weights alone; the threshold belongs with them.
    只返回了权重；还应返回阈值。
return best -> return best[::-1]
    It returns the weights first; the threshold comes first.
    先返回了权重；阈值应在前。
return best -> return best[0], best[1].ravel()
    The weights are flat; they have the shape of w.
    返回的权重是展平的；形状应与 w 相同。
return best -> return *best, evaluate(best[1])
    It returns the performance as well; only the threshold and the weights are asked for.
    还返回了性能；只应返回阈值和权重。
""")
