"""What the benchmark finds."""

import re
from dataclasses import dataclass

from minprune.bench.lines import Line
from minprune.bench.machine import Roofs
from minprune.bench.settings import BenchSettings
from minprune.experiments.spread import Spread


@dataclass(frozen=True)
class Member:
    """A library that was looked for."""

    key: str
    title: str
    versions: dict[str, str]  # of what it needs and of Python; empty if it is not there
    missing: str | None  # why it is not there


@dataclass(frozen=True)
class Timing:
    """One library on one case; the figures are None where there was an error."""

    error: str | None  # a word for the table, a colon, and more
    disagreement: float | None  # largest difference from the reference, of the largest output
    seconds: list[float]  # of one call, round by round
    milliseconds: Spread | None
    ratio: Spread | None  # its time by the engine's in the same round: above 1 the engine wins
    gflops: float | None  # billions of operations a second, those on zeros not counted

    @property
    def words(self):
        """The error in its parts, the first of which is the word for a table."""
        return re.split("[:：]", self.error)


@dataclass(frozen=True)
class Cell:
    """One network at one sparsity and batch."""

    network: str
    sparsity: float
    batch: int
    nonzeros: int  # weights that are not 0
    flops: int  # that these take
    bytes: int  # that have to be moved once: compressed weights, inputs, outputs
    timings: dict[str, Timing]


@dataclass(frozen=True)
class Growth:
    """Growth of the engine's milliseconds on one network; None where too little was measured."""

    network: str
    at_batch: int
    at_sparsity: float
    nonzeros: Line | None  # milliseconds against nonzeros, at this batch
    batch: Line | None  # milliseconds against the batch, at this sparsity


@dataclass(frozen=True)
class BenchResult:
    """All that the benchmark found."""

    settings: BenchSettings
    cpu: str
    roofs: Roofs
    busy: float | None  # cores that were busy while all libraries slept; None if it is not known
    members: list[Member]
    cells: list[Cell]
    growth: Growth
    seconds: float  # that it all took
