"""What can be chosen about the main job."""

from dataclasses import dataclass

import numpy as np

from minprune.arguments import above_zero, at_least_zero, fraction, one_of, whole_number
from minprune.pruning.one_shot import RANKINGS


@dataclass(frozen=True)
class Settings:
    """What can be chosen about the main job; a bad value is refused by name.

    l1 is the strength of the L1 penalty (A-4.1) on the weights while the dense network trains. It
    empties the weights that the network can do without, those of black pixels first, which would
    else keep their random initial values and crowd out useful ones in the ranking.
    """

    sparsity: float = 0.9
    scope: str = "global"
    hidden: int = 64
    epochs: int = 12
    finetune_epochs: int = 4
    batch_size: int = 64
    lr: float = 4e-3
    finetune_lr: float = 3e-3
    l1: float = 5e-5
    seed: int = 0

    def __post_init__(self):
        fraction("sparsity", self.sparsity)
        one_of("scope", self.scope, tuple(RANKINGS))
        at_least_zero("l1", self.l1)
        above_zero("lr", self.lr)
        above_zero("finetune_lr", self.finetune_lr)
        whole_number("seed", self.seed, low=0)
        for name in ("hidden", "epochs", "finetune_epochs", "batch_size"):
            whole_number(name, getattr(self, name), low=1)

    def rng(self, stage):
        """Random numbers of one stage, the same whatever the other stages did."""
        return np.random.default_rng([self.seed, stage])
