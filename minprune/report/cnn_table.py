"""The table of `run cnn`, and what has to be said about it."""

from dataclasses import asdict

from minprune.arguments import counted, printable
from minprune.documents.printed import AFTER_PRUNING, TRAINING
from minprune.experiments.cnn import threshold_name, units_name, weights_name
from minprune.experiments.names import quoted, shown_name
from minprune.language import either
from minprune.layout import ruled
from minprune.report.classes import recall_notes, recall_tables
from minprune.report.times import (
    LARGER,
    SMALLER,
    assembled,
    ratio_in_words,
    speedup,
    times_notes,
    times_tables,
)

SCOPES = {
    "global": ("all layers together", "所有层合在一起"),
    "layer": ("each layer by itself", "每层单独"),
}
COLUMNS = (
    ("network", "网络"), ("accuracy, %", "准确率，%"), ("parameters", "参数量"),
    ("nonzeros", "非零元素"), ("file, bytes", "文件，字节"),
)  # fmt: skip
PRODUCTS = (
    ("multiply-accumulates, 1 image", "乘加次数，1 张图像"), ("all", "全部"), ("nonzero", "非零")
)  # fmt: skip


def render_cnn(result):
    """The results in a sentence each, the tables, and their notes as text."""
    counts, products = (
        [[either(*pair) for pair in head], *map(row, result.models)]
        for head, row in ((COLUMNS, _counts), (PRODUCTS, _products))
    )
    tables = [ruled(counts), ruled(products), *times_tables(result.models)]
    tables += recall_tables(result, weights_name(result.settings.sparsity))
    return assembled(headlines(result), tables, notes(result))


def headlines(result):
    """Accuracy, size and speed of the networks that the settings ask for, beside the dense one."""
    models, settings = {m.name: m for m in result.models}, result.settings
    names = weights_name(settings.sparsity), units_name(settings.unit_sparsity)
    dense = models["dense, fine-tuned"]
    return [_headline(dense, models[name]) for name in names if name in models]


def _headline(dense, pruned):
    name, right, instead = pruned.name, f"{pruned.accuracy:.2%}", f"{dense.accuracy:.2%}"
    smaller = ratio_in_words(dense.file_bytes / pruned.file_bytes, SMALLER, LARGER)
    return either(
        f"Without {name}: {right} of the test images right instead of {instead}, the file "
        f"{smaller}, {speedup(dense, pruned)}.",
        f"剪掉 {shown_name(name)}后：测试图像的准确率为 {right}，同样微调的稠密网络为 {instead}；"
        f"文件{smaller}；{speedup(dense, pruned)}。",
    )


def notes(result):
    """The notes below the tables, line by line."""
    settings, name = result.settings, printable(result.dataset)
    choices = [f"{choice} {value}" for choice, value in asdict(settings).items()]
    return [
        either(f"{name}, with {', '.join(choices)}.", f"{name}，设置：{'，'.join(choices)}。"),
        *result.about,
        _trained(settings),
        *_threshold(result),
        *_document(result),
        *_kinds(result),
        *recall_notes(result),
        *times_notes(result.conditions),
    ]


def _trained(settings):
    """The note on the training of the networks."""
    penalty = penalty_zh = ""
    if settings.l1:
        penalty = f" under an L1 penalty of {settings.l1:g} (A-4.1)"
        penalty_zh = f"，加上强度为 {settings.l1:g} 的 L1 惩罚项（A-4.1）"
    return either(
        f"dense: {counted(settings.epochs, 'epoch')}{penalty}. Every other "
        "network is a copy of it, pruned unless named dense, and fine-tuned without a penalty for "
        f"{counted(settings.finetune_epochs, 'epoch')}, unless named 'not fine-tuned'.",
        f"稠密：训练 {settings.epochs} 轮{penalty_zh}。其他网络都是它的副本：除名称含“稠密”的以外都"
        f"经过剪枝，除名称含“未微调”的以外都不加惩罚项微调 {settings.finetune_epochs} 轮。",
    )


def _kinds(result):
    """The notes on the ways of pruning and on the columns."""
    settings, found = result.settings, result.disagreement
    scope, scope_zh = SCOPES[settings.scope]
    to, to_zh = "exactly", "完全相同"
    if found:
        to, to_zh = f"to {found:.0e} of the largest output", f"相差为最大输出的 {found:.0e}"
    return [
        either(
            f"% of weights: the smallest of {scope}. Pruning saves time only in "
            "the engine, since a dense product multiplies zeros; the file is smaller, since zeros "
            "compress well.",
            f"“% 的权重”：{scope_zh}排序，剪掉绝对值最小的。剪枝只在稀疏引擎中节省时间，因为稠密"
            "乘法也要乘零；文件变小，因为零的压缩率高。",
        ),
        either(
            f"% of units: filters and neurons, the lowest of each layer by {settings.criterion!r}, "
            "removed with all their weights. Parameters, MACs, file and time fall together. Before "
            "fine-tuning, the outputs of the smaller network agreed with those of the network with "
            f"the same units masked, {to}.",
            f"“% 的单元”：滤波器和神经元，每层移除按 {settings.criterion} 得分最低的，连同其全部"
            "权重。参数量、乘加次数、文件和时间一起减少。微调之前，小网络的输出与用掩码剪掉同样单元的"
            f"网络的输出一致（{to_zh}）。",
        ),
        either(
            "at random: the control, with as many weights or units pruned at random. The value of "
            "a criterion is its gain over this row. The nonzero MACs may differ.",
            "“随机”：对照组，随机剪掉同样多的权重或单元。剪枝准则的价值是它比这一行多出的准确率。"
            "两者的非零乘加次数可能不同。",
        ),
        either(
            "nonzero multiply-accumulates: those left if zeros are skipped. file: weights and "
            "masks, compressed.",
            "非零乘加次数：跳过零后剩下的乘加次数。文件：权重和掩码，经过压缩。",
        ),
    ]


def _threshold(result):
    """The note on D-5.2's threshold."""
    theta, found = f"{result.settings.theta:g}", result.threshold
    if found is None:
        note = either(
            f"threshold {theta}: left out, since it prunes every weight of a layer.",
            f"阈值 {theta}：略去，因为它会剪掉某一层的全部权重。",
        )
        return [note]
    shares = [f"{name} {share:.1%}" for name, share in found.layers.items()]
    pruned, masked, one_step, unmasked = (
        f"{share:.1%}"
        for share in (found.pruned, found.masked, found.after_one_step, found.unmasked)
    )
    end = either(".", "。")
    if found.unmasked < found.pruned:
        end = either(
            ", so its accuracy is not that of the pruned network.",
            "，所以它的准确率不是剪枝后网络的准确率。",
        )
    note = either(
        f"threshold {theta}: the same for all layers. In the network trained here it prunes "
        f"{pruned} of the weights ({', '.join(shares)}). Fine-tuned under the mask, "
        f"{masked} are 0. Without the mask, {one_step} are 0 after one "
        f"step of Adam, {unmasked} at the end",
        f"阈值 {theta}：所有层相同。在这里训练的网络中，它剪掉 {pruned} 的权重"
        f"（{'，'.join(shares)}）。保持掩码微调后，{masked} 的权重为 0。去掉掩码后，Adam 走"
        f"一步后 {one_step} 的权重为 0，微调结束时为 {unmasked}",
    )
    return [note + end]


def _document(result):
    """The accuracy that D-5.2 prints, ours beside it, and how its training differs."""
    if not _is_the_document(result):
        return []
    ours, after = asdict(result.settings), f"{AFTER_PRUNING:.2%}"
    other = [f"{name} {value:g}" for name, value in TRAINING.items() if ours[name] != value]
    other.append(either("a learning rate that does not decay", "学习率不衰减"))
    unmasked = f"{threshold_name(result.settings.theta)}, unmasked"
    accuracy = next((f"{m.accuracy:.2%}" for m in result.models if m.name == unmasked), None)
    found = found_zh = ""
    if accuracy is not None:
        found = f", as {unmasked!r} is, with {accuracy} here"
        found_zh = f"，{quoted(unmasked)}也是这样，它在这里为 {accuracy}"
    note = either(
        f"document D-5.4a prints {after} after pruning, for a network that was "
        f"fine-tuned without its mask{found}. D-5.2 has other settings: {', '.join(other)}. How "
        "much one threshold prunes depends on them, above all on the L1 penalty.",
        f"文章 D-5.4a 给出的剪枝后准确率为 {after}，其网络是去掉掩码微调的{found_zh}。"
        f"D-5.2 的设置不同：{'，'.join(other)}。同一阈值剪掉多少取决于这些设置，尤其是 L1 惩罚项。",
    )
    return [note]


def _is_the_document(result):
    """True if document D's figures are of the same data."""
    return result.dataset == "MNIST"


def _counts(model):
    counts = model.parameters, model.nonzeros, model.file_bytes
    return (
        shown_name(model.name),
        f"{100 * model.accuracy:.2f}",
        *(f"{count:,}" for count in counts),
    )


def _products(model):
    return shown_name(model.name), f"{model.macs:,}", f"{model.nonzero_macs:,}"
