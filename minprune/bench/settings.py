"""Settings of the benchmark."""

import math
import shutil
from dataclasses import dataclass, field
from operator import mul

from minprune.arguments import above_zero, fraction, one_of, whole_number
from minprune.bench.cases import IMAGE_NETWORKS, widths_of
from minprune.bench.peers import PEERS
from minprune.language import in_both
from minprune.threads import cores

MAY_BE_EMPTY = "trained", "peers", "pythons"
LARGEST_IMAGE = 32 * 32 * 32  # numbers that a layer of the networks of images takes or gives
MOST = 10**8  # weights of a network, and numbers that a layer takes or gives for a batch: 400 MB


@dataclass(frozen=True)
class BenchSettings:
    """Settings: what is measured, and for how long; a bad value is refused by name.

    networks    "cnn", "lenet5" and "vgg16/4", as in `nn.models`, "plain", six convolutions, or the
                widths of a perceptron: "784-64-10", with at most 10^8 weights
    sparsities  of every weight array, each with 0 <= sparsity < 1
    batches     inputs at a time, at most 10^8 numbers for the widest layer
    trained     files of pruned networks, by `minprune.save`, that are measured besides
    rounds      how many turns each gets in each case, at most
    seconds     that a case takes, roughly: no further round begins then, if there were three
    peers       of PEERS, those to look for
    threads     that each may use, the engine too
    pythons     further interpreters in which peers are looked for
    """

    networks: tuple[str, ...] = (
        "784-64-10", "784-300-100-10", "784-1024-1024-10", "cnn", "lenet5", "plain", "vgg16/4"
    )  # fmt: skip
    sparsities: tuple[float, ...] = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98)
    batches: tuple[int, ...] = (1, 64, 256, 1024)
    trained: tuple[str, ...] = ()
    rounds: int = 11
    seconds: float = 10.0
    peers: tuple[str, ...] = tuple(PEERS)
    threads: int = field(default_factory=cores)
    pythons: tuple[str, ...] = ()
    seed: int = 0

    def __post_init__(self):
        for name in ("networks", "sparsities", "batches", "trained", "peers", "pythons"):
            values = tuple(getattr(self, name))
            if len(set(values)) < len(values) or not (values or name in MAY_BE_EMPTY):
                raise in_both(
                    ValueError(
                        f"{name} must hold at least one value, and none twice, got {values}"
                    ),
                    f"{name} 至少要有一个值，且不能重复，得到 {values}",
                )
            object.__setattr__(self, name, values)
        for name in self.networks:
            widths = [LARGEST_IMAGE] if name in IMAGE_NETWORKS else widths_of(name)
            if (weights := sum(map(mul, widths, widths[1:]))) > MOST:
                raise in_both(
                    ValueError(f"networks: {name} has {weights:,} weights; at most {MOST:,} are "
                               "allowed"),
                    f"networks：{name} 有 {weights:,} 个权重；最多允许 {MOST:,} 个",
                )  # fmt: skip
            for batch in self.batches:
                whole_number("batches", batch, low=1, high=MOST // max(widths))
        for name in ("sparsities", "batches"):  # lines are drawn from the lowest to the highest
            object.__setattr__(self, name, tuple(sorted(getattr(self, name))))
        for sparsity in self.sparsities:
            fraction("sparsity", sparsity)
        for peer in self.peers:
            one_of("peers", peer, tuple(PEERS))
        for python in self.pythons:
            if shutil.which(python) is None:
                raise in_both(
                    ValueError(f"python must be a Python interpreter; {python!r} was not found"),
                    f"python 应为一个 Python 解释器；没有找到 {python!r}",
                )
        whole_number("rounds", self.rounds, low=1)
        above_zero("seconds", self.seconds)
        whole_number("threads", self.threads, low=1, high=cores())
        whole_number("seed", self.seed, low=0)

    @property
    def cases(self):
        """The number of networks, sparsities and batches that are measured together."""
        networks = len(self.networks) * len(self.sparsities) + len(self.trained)
        return networks * len(self.batches)

    def batch_near(self, wanted):
        """The batch that is nearest, as a ratio."""
        return min(self.batches, key=lambda batch: abs(math.log(batch / wanted)))


QUICK = {
    "networks": ("784-64-10", "784-1024-1024-10", "cnn"),
    "sparsities": (0.5, 0.9, 0.98),
    "batches": (1, 256),
    "rounds": 5,
    "seconds": 2.0,
}
