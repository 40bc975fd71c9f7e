"""The course of a training: one `Epoch` after the other."""

from dataclasses import dataclass

import numpy as np

from minprune.language import either


@dataclass(frozen=True)
class Epoch:
    """Results of one epoch of training; accuracies are None where there are no labels."""

    number: int  # 1 for the first
    loss: float  # mean over the mini-batches, each before its own step
    accuracy: float | None  # likewise, on the training samples
    validation_loss: float | None  # after the epoch; None without validation data of the same kind
    validation_accuracy: float | None  # after the epoch; None without validation data
    seconds: float  # training only, without the validation

    @property
    def short(self):
        """Text for a progress bar: the loss and, if there is one, the validation accuracy."""
        text, score = either("loss", "损失") + f" {self.loss:.3f}", self.validation_accuracy
        return text if score is None else f"{text}  {either('validation', '验证')} {score:.2%}"

    def __str__(self):
        epoch = either(f"epoch {self.number}", f"第 {self.number} 轮")
        text = f"{epoch}  {_scores(self.loss, self.accuracy)}"
        validation = _scores(self.validation_loss, self.validation_accuracy)
        return f"{text}  {either('validation', '验证')} {validation}" if validation else text


class History(list):
    """The list of all epochs, in order; printed, a line for each.

    best     the `Epoch` after which the network had its present weights: the last one, or with
             `patience` that of the best validation; None before the first
    stopped  the end of training: "epochs" (all are done), "patience" or "interrupted" (Ctrl-C)
    """

    best = None
    stopped = "epochs"

    def __str__(self):
        return "\n".join(map(str, self))


def _scores(loss, accuracy):
    """Loss and accuracy in words, where they are known."""
    parts = (either("loss", "损失"), ".3f", loss), (either("accuracy", "准确率"), ".2%", accuracy)
    return "  ".join(f"{word} {x:{form}}" for word, form, x in parts if x is not None)


class Best:
    """The best epoch so far, and with patience the state of the network after it.

    patience  epochs without an improvement that end the training; None: each epoch is the best
    """

    def __init__(self, network, patience):
        self.network, self.patience = network, patience
        self.epoch, self.state = None, {}

    def resume(self, epoch, state):
        """Go on from the best epoch of an earlier run; its state is {} if that had no patience."""
        self.epoch, self.state = epoch, state
        if self.patience is not None and not state:
            self.state = self.network.state_dict()

    def compare(self, epoch):
        """Keep the state of the network after this epoch, unless an earlier one was better."""
        if self.patience is None:
            self.epoch = epoch
            return
        state = self.network.state_dict()
        if self.epoch is None or _badness(epoch) < _badness(self.epoch) or self._repruned(state):
            self.epoch, self.state = epoch, state

    def _repruned(self, state):
        """True if the network has other masks than after the best epoch."""
        masks, others = ({n: a for n, a in s.items() if n.endswith(".mask")}
                         for s in (state, self.state))  # fmt: skip
        return masks.keys() != others.keys() or any((masks[n] != others[n]).any() for n in masks)

    def is_old(self, history):
        """True if patience is at its end."""
        return bool(self.state) and len(history) - self.epoch.number >= self.patience

    def restore(self):
        """Set the network to the state after the best epoch, if it was kept."""
        if self.state:
            self.network.load_state_dict(self.state)


def _badness(epoch):
    """The number that patience wants to fall: the validation loss, or minus the accuracy."""
    loss = epoch.validation_loss
    return -epoch.validation_accuracy if loss is None else loss


class CountedLoss:
    """A loss function that notes each loss, and how many samples were right before the step."""

    def __init__(self, loss):
        self.loss, self.losses, self.right, self.seen = loss, [], 0, 0

    def __call__(self, z, y):
        found = value, _ = self.loss(z, y)
        self.losses.append(value)
        if (labels := labels_of(y)) is not None:
            self.right += int(np.count_nonzero(z.argmax(axis=1) == labels))
            self.seen += len(labels)
        return found

    def means(self):
        """The mean loss over the batches, and the accuracy; None where there were no labels."""
        return float(np.mean(self.losses)), self.right / self.seen if self.seen else None


def labels_of(y):
    """The labels in the y of a loss, also of records that have some; None for other targets."""
    if y.dtype.names:
        y = y["label"] if "label" in y.dtype.names else None
    return y if y is not None and y.dtype.kind in "iu" else None
