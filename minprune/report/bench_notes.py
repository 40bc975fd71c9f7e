"""The sentences of a report of `bench`: its proof, how it was measured, what went wrong."""

from collections import Counter

from minprune.arguments import counted
from minprune.bench.idle import PAUSE
from minprune.bench.measure import CALLS, LEAST
from minprune.bench.peers import ALL, LEFT_OUT
from minprune.bench.results import NEAR
from minprune.experiments.names import shown_name
from minprune.experiments.timing import BUSY
from minprune.language import either

KINDS = {"steady": ("steady", "连续"), "paused": ("after a pause", "停顿后")}


def proof_line(proofs):
    """The sentence on how far the benchmark is from a loop that runs one library alone."""
    proofs = [proof for proof in proofs if proof.steady]
    if not proofs:
        return either("Proof: no case was measured alone.", "验证：没有单独测量任何情形。")
    cases = either("; ", "；").join(map(_case, proofs))
    ranges = either(", ", "，").join(_range(proofs, kind) for kind in KINDS)
    return either(
        f"Proof: time here / time of a bare loop in a fresh process ({cases}): {ranges}. ",
        f"验证：此处的时间 / 全新进程中只有调用的循环的时间（{cases}）：{ranges}。",
    ) + _verdict(proofs)


def _case(proof):
    sparsity = f"{100 * proof.sparsity:g} %"
    return either(f"{proof.network}, batch {proof.batch:,}, {sparsity}",
                  f"{proof.network}，批大小 {proof.batch:,}，{sparsity}")  # fmt: skip


def _range(proofs, kind):
    """From the lowest to the highest ratio of one kind of run."""
    ratios = [ratio for proof in proofs for ratio in getattr(proof, kind).values()]
    return f"{either(*KINDS[kind])} {min(ratios):.2f}-{max(ratios):.2f}"


def _verdict(proofs):
    """The libraries that are not near 1, or that nothing was proved on a busy machine."""
    if (busy := max(proof.busy or 0 for proof in proofs)) >= BUSY:
        return either(f"This proves nothing: others kept up to {busy:.1f} cores busy.",
                      f"这不说明问题：其他任务最多占用 {busy:.1f} 个核。")  # fmt: skip
    far = [
        f"{shown_name(ALL[key].title)}{either(', ', '，')}{either(*KINDS[kind])} {ratio:.2f}"
        for proof in proofs
        for kind in KINDS
        for key, ratio in getattr(proof, kind).items()
        if abs(ratio - 1) > NEAR
    ]
    percent, which = f"{100 * NEAR:g} %", either("; ", "；").join(far)
    if far:
        return either(f"Not within {percent}: {which}.", f"不在 {percent} 之内：{which}。")
    return either(f"All are within {percent}.", f"全部在 {percent} 之内。")


def notes(result):
    """The notes below the tables, line by line."""
    settings, roofs = result.settings, result.roofs
    threads, minutes = settings.threads, f"{result.seconds / 60:.0f}"
    every, one, memory, cache = (
        f"{roofs.fma_all:.0f}", f"{roofs.fma_one:.0f}", f"{roofs.memory:.1f}", f"{roofs.cache:.1f}"
    )  # fmt: skip
    return [
        either(
            f"{result.cpu}; {counted(threads, 'thread')} for every library; {minutes} minutes in "
            "all.",
            f"{result.cpu}；每个库使用 {threads} 个线程；总共用时 {minutes} 分钟。",
        ),
        *_method(result),
        *map(_member, result.members),
        *(
            f"{name}{either(': not timed, ', '：未计时，')}{either(*why)}{either('.', '。')}"
            for name, why in LEFT_OUT.items()
        ),
        *_errors(result),
        *_growth(result.growth),
        either(
            f"roofs: {every} GFLOP/s of multiply-adds in float32 ({one} on one thread), {memory} "
            f"GB/s from memory, {cache} GB/s from the cache; the best of many trials before and "
            "after.",
            f"上限：float32 乘加 {every} GFLOP/s（单线程 {one}），内存 {memory} GB/s，缓存 {cache} "
            "GB/s；取计时前后多次试验的最大值。",
        ),
    ]


def _method(result):
    """The notes on what was measured, and how."""
    turns = sorted({len(t.steady.seconds) for c in [*result.cells, *result.trained]
                    for t in c.timings.values() if t.steady})  # fmt: skip
    rounds = "-".join(dict.fromkeys(f"{n}" for n in (turns[0], turns[-1]))) if turns else "0"
    again = sum(cell.tries > 1 for cell in [*result.cells, *result.trained])
    sleep, least = f"{1e3 * PAUSE:g} ms", f"{1e3 * LEAST:g} ms"
    said = [
        either(
            f"steady: calls follow each other; a turn is the mean over {least} of calls, after as "
            f"many to warm up. after a pause: the process sleeps {sleep} before each of {CALLS} "
            f"calls, as a program that answers requests. minimum and quartiles: of {rounds} turns; "
            "ratios are of minima. result.json has the quartiles of every library.",
            f"连续：各次调用紧接着进行；一轮取 {least} 内各次调用的平均，此前先以同样多的调用预热。"
            f"停顿后：每轮 {CALLS} 次调用，每次之前进程休眠 {sleep}，如同应答请求的程序。最小值和"
            f"四分位数：取自 {rounds} 轮；比值是最小值之比。result.json 中有所有库的四分位数。",
        ),
        *_how(),
    ]
    if again:
        most = f"{BUSY:g}"
        said.append(either(
            f"measured more than once, since other programs kept more than {most} cores busy: "
            f"{counted(again, 'case')}; the quietest time counts.",
            f"因其他程序占用了超过 {most} 个核而重复测量：{again} 种情形；取最空闲的一次。",
        ))  # fmt: skip
    return said


def _how():
    """The notes that are the same for every run."""
    return [
        either(
            "the engine is faster from: the sparsity at which the steady ratio passes 1 and "
            "remains above, interpolated between the columns; always: at every measured sparsity; "
            "never: not even at the highest.",
            "稀疏引擎更快的起点：从这一稀疏度起，连续运行的比值一直超过 1，在各列之间插值；始终："
            "在所有测过的稀疏度上都更快；从不：在最高的稀疏度上也不更快。",
        ),
        either(
            "weights: He normal; in each layer a uniformly random part, the fraction of the "
            "column, is 0, and the rest is scaled up to the same sum of squares. The inputs are "
            "dense and random. float32 throughout.",
            "权重：He 正态分布；每层均匀随机选取一部分置为 0，比例为该列的稀疏度，其余放大到平方和"
            "不变。输入是稠密的随机数。全部使用 float32。",
        ),
        either(
            "each library runs in a separate process, one at a time, once all others are asleep, "
            "in a different order each round, with inputs and weights in its preferred layout. "
            "Its outputs are compared with a float64 product before and after; if they are wrong, "
            "its times do not count.",
            "每个库在单独的进程中运行，同一时刻只运行一个，且等其他库都休眠之后才开始，每次计时的顺序"
            "不同，输入和权重采用该库适合的布局。计时前后都把其输出与 float64 的结果比较；输出错误"
            "的库，其时间不算。",
        ),
    ]


def _member(member):
    """A library with its versions, or why it is missing."""
    return shown_name(member.title) + either(": ", "：") + (member.missing or _versions(member))


def _versions(member):
    return ", ".join(" ".join(version) for version in member.versions.items())


def _errors(result):
    """The first error of each kind, with the number of cases."""
    first, counts = {}, Counter()
    for cell in result.cells:
        for key, timing in cell.timings.items():
            if timing.error:
                kind = key, *timing.words[:2]
                first.setdefault(kind, f"{shown_name(ALL[key].title)} {timing.error}")
                counts[kind] += 1
    return [
        text + either(f" ({counted(counts[kind], 'case')})", f"（{counts[kind]} 种情形）")
        for kind, text in first.items()
    ]


def _growth(growth):
    """The two lines, in words."""
    said, network, batch = [], growth.network, growth.at_batch
    sparsity = f"{100 * growth.at_sparsity:g} %"
    if line := growth.nonzeros:
        n, start, slope, r2 = _figures(line)
        said.append(either(
            f"{network}, batch {batch}, {n} sparsities: the engine takes {start} ms plus {slope} "
            f"ms per 1,000 nonzeros (least squares, R^2 = {r2}).",
            f"{network}，批大小 {batch}，{n} 种稀疏度：稀疏引擎耗时 {start} ms，每 1,000 个非零权重"
            f"再加 {slope} ms（最小二乘，R^2 = {r2}）。",
        ))  # fmt: skip
    if line := growth.batch:
        n, start, slope, r2 = _figures(line)
        said.append(either(
            f"{network}, {sparsity}, {n} batches: the engine takes {start} ms plus {slope} µs per "
            f"input (least squares, R^2 = {r2}).",
            f"{network}，稀疏度 {sparsity}，{n} 种批大小：稀疏引擎耗时 {start} ms，每个输入再加"
            f" {slope} µs（最小二乘，R^2 = {r2}）。",
        ))  # fmt: skip
    return said


def _figures(line):
    return len(line.x), f"{line.intercept:.3g}", f"{1e3 * line.slope:.3g}", f"{line.r2:.4f}"
