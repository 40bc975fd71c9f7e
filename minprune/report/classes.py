"""The recall of each class, and the words for samples."""

from minprune.arguments import printable
from minprune.layout import ruled

MOST = 20  # classes in the table


def sample_word(result):
    """ "image" for images, "sample" for rows of features."""
    return "image" if len(result.shape) > 1 else "sample"


def recall_tables(result, name):
    """A table of the recall of each class, or none if there are too many.

    name  of the network in the other tables
    """
    if len(result.recalls) > MOST:
        return []
    head = f"recall of {name!r}", f"test {sample_word(result)}s", "recall, %"
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
    where = ""
    if len(result.recalls) > MOST:
        where = f" The recall of each is in result.json, since there are more than {MOST}."
    classes = f"{len(recalls)} class{'es' * (len(recalls) != 1)}"
    return [
        f"recall, of seed {result.settings.seed}: fraction of the test {sample_word(result)}s of a "
        f"class that are classified as it. Mean of {classes}: "
        f"{sum(recalls) / len(recalls):.2%}.{where}"
    ]
