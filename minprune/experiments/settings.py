"""Settings of the two jobs."""

import math
from dataclasses import dataclass, replace

import numpy as np

from minprune.arguments import above_zero, at_least_zero, fraction, one_of, whole_number
from minprune.language import in_both
from minprune.nn.network import EmptyLayerError
from minprune.pruning.one_shot import RANKINGS

# those of `unit_scores` but "bn_scale": the network has no batch normalization
UNIT_CRITERIA = (
    "l1", "l2", "geometric_median", "activation", "apoz", "contribution", "taylor", "ablation"
)  # fmt: skip

LEAST_STEPS = {"epochs": 2000, "finetune_epochs": 500}  # where the epochs are not chosen
MOST_HIDDEN = 100_000  # units; the job then takes some 5 GB


@dataclass(frozen=True)
class Training:
    """Settings of both jobs; a bad value is refused by name.

    l1 is the strength of the L1 penalty (A-4.1) on the weights while the dense network trains; in
    `run mlp` it sets in after the warm-up. It empties the weights that the network can do without,
    those of black pixels first, which would else keep their random initial values and crowd out
    useful ones in the ranking.
    """

    sparsity: float = 0.9
    scope: str = "global"
    epochs: int = 15
    finetune_epochs: int = 4
    batch_size: int = 64
    lr: float = 4e-3
    finetune_lr: float = 3e-3
    l1: float = 6e-5
    seed: int = 0

    def __post_init__(self):
        fraction("sparsity", self.sparsity)
        one_of("scope", self.scope, tuple(RANKINGS))
        at_least_zero("l1", self.l1)
        above_zero("lr", self.lr)
        above_zero("finetune_lr", self.finetune_lr)
        whole_number("seed", self.seed, low=0)
        for name in ("epochs", "finetune_epochs", "batch_size"):
            whole_number(name, getattr(self, name), low=1)

    def rng(self, stage):
        """Random numbers of one stage, the same whatever the other stages did."""
        return np.random.default_rng([self.seed, stage])


@dataclass(frozen=True)
class Settings(Training):
    """Settings of the main job, `run mlp`.

    seeds  how many seeds, from `seed` on, the compared networks are trained with
    """

    hidden: int = 64
    seeds: int = 5

    def __post_init__(self):
        super().__post_init__()
        whole_number("hidden", self.hidden, low=1, high=MOST_HIDDEN)
        whole_number("seeds", self.seeds, low=1)


@dataclass(frozen=True)
class CnnSettings(Training):
    """Settings of `run cnn`.

    smoothing      of the labels: a network that must not be certain overfits less
    theta          threshold of the document, D-5.2
    unit_sparsity  fraction of the filters and neurons that are removed
    criterion      which of them: see `unit_scores`
    """

    smoothing: float = 0.1
    theta: float = 0.1
    unit_sparsity: float = 0.5
    criterion: str = "l1"
    epochs: int = 6
    finetune_epochs: int = 2
    batch_size: int = 64
    lr: float = 2e-3
    finetune_lr: float = 1e-3
    l1: float = 1e-5

    def __post_init__(self):
        super().__post_init__()
        fraction("smoothing", self.smoothing)
        at_least_zero("theta", self.theta)
        fraction("unit_sparsity", self.unit_sparsity)
        one_of("criterion", self.criterion, UNIT_CRITERIA)


def too_sparse(settings, error):
    """The error of a sparsity that would empty a layer, with what to choose instead."""
    hint = hint_zh = ""
    if settings.scope == "global":
        hint, hint_zh = ", or choose the scope 'layer'", "，或把 scope 设为 'layer'"
    return in_both(
        EmptyLayerError(f"sparsity {settings.sparsity:g}: {error}{hint}"),
        f"稀疏度 {settings.sparsity:g}：{error.zh}{hint_zh}",
    )


def with_enough_steps(settings, samples, chosen=()):
    """The settings with more epochs where few samples make few steps of an epoch.

    samples  number of training samples
    chosen   names of settings that are to stay

    >>> settings = with_enough_steps(Settings(), samples=105)  # 2 steps an epoch
    >>> settings.epochs, settings.finetune_epochs
    (1000, 250)
    """
    steps = math.ceil(samples / settings.batch_size)
    epochs = {
        name: max(getattr(settings, name), math.ceil(least / steps))
        for name, least in LEAST_STEPS.items()
        if name not in chosen
    }
    return replace(settings, **epochs)
