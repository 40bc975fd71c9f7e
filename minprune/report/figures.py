"""The pictures of the main job."""

from minprune.plots import accuracy_against_sparsity, confusion_matrix, history, masks, weights
from minprune.report.classes import sample_word


def accuracy_figure(result):
    """Test accuracy against sparsity: pruned only, fine-tuned, random control; whole and top."""
    sparsities = [point.sparsity for point in result.curve]
    fields = {
        "smallest weights pruned, fine-tuned": "finetuned",
        "smallest weights pruned only": "pruned",
        "random weights pruned, fine-tuned": "random",
    }
    curves = {
        label: (sparsities, [getattr(point, field) for point in result.curve])
        for label, field in fields.items()
    }
    _, finetuned, *_ = result.models  # it had as many epochs as the pruned networks
    figure = accuracy_against_sparsity(curves, {"dense, fine-tuned": finetuned.accuracy})
    for axes in figure.axes:
        axes.set_ylabel(f"test accuracy on {result.dataset}, %")
    figure.suptitle("Test accuracy after pruning: the smallest weights, or as many at random")
    return figure


def history_figure(result):
    """Learning curves of the dense network."""
    figure = history(result.history)
    figure.suptitle("The dense network: loss and accuracy by epoch")
    return figure


def weights_figure(result):
    """Histograms of the weights of every layer: dense, and pruned and fine-tuned."""
    figure = weights(result.dense, result.pruned, labels=("dense", "pruned, fine-tuned"))
    figure.suptitle("Weights near 0 are pruned, the others fine-tuned")
    return figure


def masks_figure(result):
    """The first layer's mask: of images one per hidden unit (64 at most), and their sum; of
    features units over features."""
    image_shape = result.shape if len(result.shape) > 1 else None
    return masks(result.pruned, image_shape, result.feature_names or None)


def confusion_figure(result):
    """The classes that the pruned, fine-tuned network of either job gives the test samples."""
    figure = confusion_matrix(result.confusion, [found.name for found in result.recalls])
    figure.suptitle(f"Test {sample_word(result)}s: pruned, fine-tuned")
    return figure
