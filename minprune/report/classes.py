"""The recall of each class, and the words for samples."""

from minprune.arguments import counted, printable
from minprune.experiments.names import quoted
from minprune.language import either
from minprune.layout import ruled

MOST = 20  # classes in the table
SAMPLES = {"image": ("张", "图像"), "sample": ("个", "样本")}  # -> its measure word, and itself


def sample_word(result):
    """ "image" for images, "sample" for rows of features."""
    return "image" if len(result.shape) > 1 else "sample"


def samples_counted(n, sample):
    """A number of images or samples in words.

    >>> samples_counted(256, "image")
    '256 images'
    """
    return either(counted(n, sample), f"{n} {''.join(SAMPLES[sample])}")


def recall_tables(result, name):
    """A table of the recall of each class, or none if there are too many.

    name  of the network in the other tables
    """
    if len(result.recalls) > MOST:
        return []
    sample = sample_word(result)
    head = (
        either(f"recall of {name!r}", f"{quoted(name)}的召回率"),
        either(f"test {sample}s", f"测试{SAMPLES[sample][1]}"),
        either("recall, %", "召回率，%"),
    )
    rows = [
        (
            printable(found.name, 40),
            f"{found.samples:,}",
            "-" if found.recall is None else f"{100 * found.recall:.2f}",
        )
        for found in result.recalls
    ]
    return [ruled([head, *rows])]


def recall_notes(result):
    """The note on the recalls."""
    recalls = [found.recall for found in result.recalls if found.recall is not None]
    n, mean = len(recalls), f"{sum(recalls) / len(recalls):.2%}"
    seed, sample, where = result.settings.seed, sample_word(result), ""
    if len(result.recalls) > MOST:
        where = either(
            f" The recall of each is in result.json, since there are more than {MOST}.",
            f"各类别的召回率在 result.json 中，因为类别多于 {MOST} 个。",
        )
    note = either(
        f"recall, of seed {seed}: fraction of the test {sample}s of a class that are classified as "
        f"it. Mean of {n} class{'es' * (n != 1)}: {mean}.",
        f"召回率（随机种子 {seed}）：一个类别的测试{SAMPLES[sample][1]}中，被归入该类别的比例。"
        f"{n} 个类别的平均值：{mean}。",
    )
    return [note + where]
