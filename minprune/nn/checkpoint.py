"""The state of a training on disk, so that it is resumed as if it had never stopped."""

import json
import zipfile
from dataclasses import asdict

import numpy as np

from minprune.arguments import counted, in_one_line, path_to
from minprune.files import replacing, writable_folder
from minprune.nn.history import Epoch, History

FORMAT = "minprune training 1"


class Checkpoint:
    """A file with all that the next step of a training depends on.

    path       written after every epoch, whole or not at all
    network    with its `state_dict`: values, masks and running statistics
    optimizer  with its `state_dict`
    rng        Generator of the order; those of layers and of the optimizer are kept too
    plan       dict of what must be the same when the training is resumed, such as the batch size
    same_masks  True if training changes no mask: then a network that is pruned further than that in
               the file is another one, and its masks are not replaced
    """

    def __init__(self, path, network, optimizer, rng, plan, same_masks):
        self.path, self.plan = path_to("checkpoint", path), plan
        self.same_masks = same_masks
        self.parts = {"network": network, "optimizer": optimizer}
        held = [rng, *(getattr(part, "rng", None) for part in (*network.layers, optimizer))]
        self.rngs = [rng for rng in held if isinstance(rng, np.random.Generator)]
        for name, part in self.parts.items():
            if not hasattr(part, "load_state_dict"):
                raise TypeError(f"{name} must have state_dict and load_state_dict for a checkpoint")

    def take(self):
        """Copy the present state, for `write`."""
        self.rng_states = [rng.bit_generator.state for rng in self.rngs]
        self.arrays = {
            f"{part}/{name}": array
            for part, holder in self.parts.items()
            for name, array in holder.state_dict().items()
        }

    def write(self, history, best):
        """Write the state that was taken, the history, and the best state, if it is kept."""
        about = {
            "plan": self.plan,
            "rngs": self.rng_states,
            "history": [asdict(epoch) for epoch in history],
            "best": best.epoch.number,
        }
        arrays = self.arrays | {f"best/{name}": array for name, array in best.state.items()}
        text = json.dumps(about, default=np.ndarray.tolist)
        with replacing(self.path) as file:
            np.savez(file, format=FORMAT, about=text, **arrays)

    def resume(self, best, epochs):
        """Set everything back to the state in the file, if there is one.

        best    a `Best`, set too
        epochs  of the whole training; at least those that are done
        returns the `History` so far, an empty one without a file
        raises ValueError, before anything changes, if the file is damaged or does not fit
        """
        if not self.path.exists():
            self._check_place()
            return History()
        if not self.path.is_file():
            raise ValueError(f"{self.path}: is not a file; give checkpoint another name")
        about, states = self._read()
        self.take()
        before = _states(self.arrays)
        self._check(about, epochs)
        self._check_masks(before["network"], states["network"])
        if best.patience is not None and not _judged(about["history"][about["best"] - 1]):
            raise ValueError(
                f"{self.path}: its epochs had no validation, which patience needs; train without "
                "patience, or give checkpoint another name"
            )
        try:
            self._set(states, [_with_arrays(state) for state in about["rngs"]])
        except (TypeError, ValueError, KeyError) as error:
            self._set(before, self.rng_states)
            raise ValueError(f"{self.path}: does not fit: {in_one_line(error)}") from error
        history = History(Epoch(**epoch) for epoch in about["history"])
        best.resume(history[about["best"] - 1], states["best"])
        return history

    def _set(self, states, rng_states):
        for name, part in self.parts.items():
            part.load_state_dict(states[name])
        for rng, state in zip(self.rngs, rng_states, strict=True):
            rng.bit_generator.state = state

    def _check_place(self):
        """OSError unless a file can be written there: not only after an epoch of work."""
        folder = self.path.parent
        if not folder.is_dir():
            raise FileNotFoundError(f"{self.path}: there is no folder {folder}")
        writable_folder(folder)

    def _check(self, about, epochs):
        """`ValueError` unless the file is of the same training."""
        for what, now in self.plan.items():
            if (then := about["plan"].get(what, now)) != now:
                raise ValueError(
                    f"{self.path}: belongs to another training, whose {what} was {then}, not {now};"
                    " remove it, or give checkpoint another name"
                )
        if (done := len(about["history"])) > epochs:
            raise ValueError(
                f"{self.path}: holds {done} epochs, more than epochs = {epochs}, which counts "
                "those before the interruption too; give more, or give checkpoint another name"
            )

    def _check_masks(self, now, then):
        """`ValueError` if resuming would undo a pruning."""
        now, then = _pruned(now), _pruned(then)
        if self.same_masks and now > then:
            raise ValueError(
                f"{self.path}: its network has {counted(then, 'pruned weight')}, the given one "
                f"{now}, which would be undone; give checkpoint another name to fine-tune"
            )

    def _read(self):
        """The description, and the state of each part: a dict of arrays by name."""
        try:
            with zipfile.ZipFile(self.path) as archive:
                declared = sum(info.file_size for info in archive.infolist())
            if declared > self.path.stat().st_size:  # nothing in it is compressed
                raise ValueError(f"it declares {declared:,} bytes")
            with np.load(self.path, allow_pickle=False) as file:
                if str(file["format"]) != FORMAT:
                    raise ValueError(f"it is not of the format {FORMAT!r}")
                about = json.loads(str(file["about"]))
                return about, _states({n: file[n] for n in file.files if "/" in n})
        except Exception as error:  # a damaged archive can fail in a dozen ways
            message = f"{self.path}: not a whole minprune training ({in_one_line(error)})"
            raise ValueError(message) from error


def _judged(epoch):
    """True for an epoch, as a dict, that was validated."""
    return any(epoch[f"validation_{score}"] is not None for score in ("loss", "accuracy"))


def _pruned(state):
    """The number of weights that the masks in the state of a network hold at 0."""
    masks = (array for name, array in state.items() if name.endswith(".mask"))
    return sum(np.count_nonzero(~mask) for mask in masks)


def _states(arrays):
    """Arrays by "part/name" as a dict for each part."""
    states = {"network": {}, "optimizer": {}, "best": {}}
    for name, array in arrays.items():
        part, _, name_there = name.partition("/")
        states[part][name_there] = array
    return states


def _with_arrays(state):
    """The state of a bit generator as NumPy takes it, lists as arrays again."""
    if isinstance(state, dict):
        return {name: _with_arrays(value) for name, value in state.items()}
    return np.array(state, np.uint64) if isinstance(state, list) else state
