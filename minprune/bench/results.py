"""What the benchmark finds."""

import re
from dataclasses import dataclass

from minprune.bench.lines import Line
from minprune.bench.machine import Roofs
from minprune.bench.settings import BenchSettings
from minprune.experiments.spread import Spread

NEAR = 0.1  # from 1, in the ratios of a `Proof`


@dataclass(frozen=True)
class Member:
    """A library that was looked for."""

    key: str
    title: str
    versions: dict[str, str]  # of what it needs and of Python; empty if it is not there
    missing: str | None  # why it is not there


@dataclass(frozen=True)
class Turns:
    """One library on one case in one kind of run, turn by turn."""

    seconds: list[float]  # of one call, in each turn
    least: float  # milliseconds, the minimum of all turns
    milliseconds: Spread  # quartiles of all turns
    ratio: float | None  # its minimum / the engine's: above 1 the engine is faster
    ratios: Spread | None  # quartiles of its time / the engine's in the same round


@dataclass(frozen=True)
class Timing:
    """One library on one case; the figures are None where there was an error."""

    error: str | None  # a word for the table, a colon, and more
    disagreement: float | None  # largest difference from the reference, of the largest output
    steady: Turns | None  # calls that follow each other
    paused: Turns | None  # calls that follow a sleep of 20 ms each
    gflops: float | None  # billions of operations a second, zeros not counted, at the steady least

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
    busy: float | None  # cores that others kept busy meanwhile; None if it is not known
    tries: int  # how often it was measured, because others were at work; the quietest counts
    timings: dict[str, Timing]


@dataclass(frozen=True)
class Proof:
    """One case measured again by a fresh process for each library, which only loops over calls.

    steady, paused  time in the benchmark / time alone, by library: 1 is a fair benchmark, above 1
                    a benchmark that slows the library down; minima of both
    busy            cores that others kept busy meanwhile; None if it is not known
    """

    network: str
    sparsity: float
    batch: int
    steady: dict[str, float]
    paused: dict[str, float]
    busy: float | None


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
    members: list[Member]
    cells: list[Cell]  # of networks with random masks
    trained: list[Cell]  # of networks from files
    proofs: list[Proof]
    growth: Growth
    planned: int  # cells; there are fewer if the run was interrupted
    seconds: float  # that it all took

    @property
    def interrupted(self):
        """Whether not everything was measured."""
        return len(self.cells) + len(self.trained) < self.planned
