"""The table of the main job, and what has to be said about it."""

from dataclasses import asdict, astuple

import numpy as np

from minprune.arguments import counted, printable
from minprune.documents.printed import PRINTED, verdict
from minprune.experiments.names import quoted, shown_name
from minprune.experiments.spread import interval
from minprune.formulas.metrics import compression_ratio, mcnemar_z
from minprune.language import either
from minprune.layout import ruled
from minprune.nn.optim import WARMUP
from minprune.report.classes import SAMPLES, recall_notes, recall_tables, sample_word
from minprune.report.times import (
    LARGER,
    SMALLER,
    assembled,
    ratio_in_words,
    speedup,
    times_notes,
    times_tables,
)

ENOUGH = 25  # discordant samples for the normal distribution, see `mcnemar_z`
COLUMNS = (
    ("network", "网络"), ("accuracy, %", "准确率，%"), ("nonzeros", "非零元素"),
    ("sparse bytes", "稀疏字节"), ("MACs", "乘加次数"),
)  # fmt: skip


def render(result):
    """The result in a sentence, the tables, and their notes as text."""
    tables = [
        ruled([[either(*head) for head in COLUMNS], *map(_measured, result.models)]),
        *times_tables(result.models, sample_word(result)),
        *recall_tables(result, result.models[3].name),
    ]
    return assembled([headline(result)], tables, notes(result))


def headline(result):
    """Accuracy, size and speed of the pruned network beside the dense one, fine-tuned as long.

    The accuracies are means over the seeds.
    """
    _, dense, _, pruned, *_ = result.models
    sample = sample_word(result)
    right, instead = (interval([100 * a for a in m.accuracies]).mean for m in (pruned, dense))
    ratio = compression_ratio(pruned.dense_bytes, pruned.sparse_bytes)
    smaller, faster = ratio_in_words(ratio, SMALLER, LARGER), speedup(dense, pruned, sample)
    return either(
        f"{pruned.name}: {right:.2f} % of the test {sample}s right instead of {instead:.2f} %, "
        f"{smaller}, {faster}.",
        f"{shown_name(pruned.name)}：测试{SAMPLES[sample][1]}的准确率为 {right:.2f} %，"
        f"同样微调的稠密网络为 {instead:.2f} %；字节数{smaller}；{faster}。",
    )


def notes(result):
    """The notes below the tables, line by line."""
    settings, name = result.settings, printable(result.dataset)
    choices = [f"{choice} {value}" for choice, value in asdict(settings).items()]
    return [
        either(f"{name}, with {', '.join(choices)}.", f"{name}，设置：{'，'.join(choices)}。"),
        *result.about,
        *_accuracies(result),
        *_trained(result),
        *_mask_dropped(result),
        _counts(result),
        *recall_notes(result),
        *times_notes(result.conditions),
        *_document(result),
    ]


def _accuracies(result):
    """The notes on accuracy: intervals and tests of the differences."""
    seed, (only_dense, only_pruned) = result.settings.seed, result.discordant
    _dense, dense, _pruned_only, pruned, random, _dropped = result.models
    n, sample = len(pruned.accuracies), sample_word(result)
    measure, zh = SAMPLES[sample]
    z = f"{mcnemar_z(only_pruned, only_dense):.1f}"
    a, b, c = (quoted(model.name) for model in (dense, pruned, random))
    apart, gain = _points(pruned, dense), _points(pruned, random)
    meaning = either(
        "beyond +-2 the difference is significant at 5 %",
        "z 超出 +-2 时，差异在 5 % 的水平上显著",
    )
    if only_dense + only_pruned < ENOUGH:
        meaning = either(
            f"with fewer than {ENOUGH} such {sample}s z is no test at 5 %",
            f"这样的{zh}少于 {ENOUGH} {measure}时，不能用 z 在 5 % 的水平上检验",
        )
    mean = mean_zh = ""
    if n > 1:
        mean = f", mean of {n} seeds and half of its 95 % interval (Student)"
        mean_zh = f"，{n} 个随机种子的均值及其 95 % 置信区间的半宽（Student）"
    return [
        either(
            f"accuracy: on the test {sample}s{mean}. Pictures and files show seed {seed}.",
            f"准确率：在测试{zh}上{mean_zh}。图片和文件对应随机种子 {seed}。",
        ),
        either(
            f"{b} minus {a}: {apart} points; minus {c}: {gain} points.",
            f"准确率之差：{b}减{a}为 {apart} 个百分点；减{c}为 {gain} 个百分点。",
        ),
        either(
            f"seed {seed}: only {a} is right on {only_dense} of the test {sample}s, only {b} on "
            f"{only_pruned}, so z is {z} (McNemar); {meaning}.",
            f"随机种子 {seed}：只有{a}分类正确的测试{zh}有 {only_dense} {measure}，只有{b}分类"
            f"正确的有 {only_pruned} {measure}，故 z 为 {z}（McNemar）；{meaning}。",
        ),
    ]


def _points(model, other):
    """The difference of two accuracies in points of percent, within each seed."""
    pairs = zip(model.accuracies, other.accuracies, strict=True)
    return _with_interval([100 * (a - b) for a, b in pairs], "+.2f")


def _with_interval(values, form=".2f"):
    """Mean and half of the 95 % interval; the mean alone if there is no more than one."""
    found = interval(values)
    half = "" if found.half is None else f" +- {found.half:.2f}"
    return f"{found.mean:{form}}{half}"


def _trained(result):
    """The notes on the training before pruning, and on fine-tuning."""
    settings, idle, sample = result.settings, result.idle_units, sample_word(result)
    return [
        either(
            f"dense: trained for {counted(settings.epochs, 'epoch')}{_penalty(result)}. "
            f"Dead hidden units, with output 0 on every training {sample}: {idle} of "
            f"{settings.hidden}.",
            f"稠密：训练 {settings.epochs} 轮{_penalty(result)}。{settings.hidden} 个隐藏单元中有 "
            f"{idle} 个死单元，即在所有训练{SAMPLES[sample][1]}上输出都为 0 的单元。",
        ),
        either(
            f"fine-tuned: trained for {counted(settings.finetune_epochs, 'more epoch')} without a "
            "penalty, under the mask if there is one.",
            f"微调：再训练 {settings.finetune_epochs} 轮，不加惩罚项；有掩码时保持掩码。",
        ),
    ]


def _penalty(result):
    """The penalty, if there was one, and the small weights after it."""
    if not result.settings.l1:
        return ""
    w = np.concatenate([np.abs(w.value).ravel() for w in result.dense.weights.values()])
    l1, small = f"{result.settings.l1:g}", f"{np.mean(w < 0.01 * w.max()):.1%}"
    return either(
        f", after {WARMUP:.0%} of them under an L1 penalty of {l1} (A-4.1). {small} of its "
        "weights are below 1 % of the largest",
        f"，从 {WARMUP:.0%} 处起加上强度为 {l1} 的 L1 惩罚项（A-4.1）。{small} 的权重绝对值不到"
        "最大值的 1 %",
    )


def _mask_dropped(result):
    """The note on the network that is fine-tuned without its mask."""
    name, sample = result.models[-1].name, sample_word(result)
    before, one_step, after = (f"{sparsity:.1%}" for sparsity in astuple(result.unmasked))
    note = either(
        f"{name}: fine-tuned without its mask, as A-5.2 and D-5.2 do. One step of Adam takes the "
        f"sparsity of the weights from {before} to {one_step}, all steps to {after}. A weight "
        f"keeps its 0 only while its input is 0 on every {sample} that activates its unit.",
        f"{shown_name(name)}：去掉掩码后微调，与 A-5.2 和 D-5.2 的做法相同。Adam 的第一步使权重的"
        f"稀疏度从 {before} 变为 {one_step}，走完所有步后为 {after}。权重只有当其输入在激活其单元的"
        f"所有{SAMPLES[sample][1]}上都为 0 时，才保持为 0。",
    )
    return [note]


def _counts(result):
    """The note on the columns of the first table."""
    first, sample = result.models[0], sample_word(result)
    parameters, size = f"{first.parameters:,}", f"{first.dense_bytes:,}"
    return either(
        f"Every network has {parameters} parameters, {size} bytes dense. "
        "sparse bytes: values, indices and offsets (CSR), and biases. nonzeros include biases. "
        f"MACs: multiply-accumulates for one {sample} when zeros are skipped.",
        f"每个网络有 {parameters} 个参数，稠密存储占 {size} 字节。稀疏字节：数值、索引和偏移"
        "（CSR），以及偏置。非零元素包括偏置。乘加次数：跳过零时，处理一"
        f"{''.join(SAMPLES[sample])}的乘加次数。",
    )


def _document(result):
    """The figures that A-5.5 prints, for MNIST alone."""
    if result.dataset != "MNIST":
        return []
    notes = []
    for line in PRINTED:
        accuracy, parameters = f"{100 * line.accuracy:.2f} %", f"{line.parameters:,}"
        ms, model = f"{line.milliseconds:g}", shown_name(line.model)
        notes.append(either(
            f"{model}: it prints {accuracy}, {parameters} parameters, {ms} ms. {verdict(line)}.",
            f"{model}：文中给出 {accuracy}，{parameters} 个参数，{ms} 毫秒。{verdict(line)}。",
        ))  # fmt: skip
    last = either(
        "document A-5.5: its two counts should be equal, and so should its two times. A-5.2 sets "
        "weights to 0; they are still parameters and are still multiplied.",
        "文章 A-5.5：两个参数量应当相等，两个时间也应当相等。A-5.2 把权重置为 0；它们仍是参数，"
        "也仍参与乘法。",
    )
    return [*notes, last]


def _measured(model):
    counts = model.nonzeros, model.sparse_bytes, model.macs
    accuracy = _with_interval([100 * a for a in model.accuracies])
    return (shown_name(model.name), accuracy, *(f"{count:,}" for count in counts))
