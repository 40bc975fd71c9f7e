"""Run a pruned network on its nonzero weights alone."""

from collections import defaultdict, deque

import numpy as np

from minprune.arguments import real_array, shown, whole_number
from minprune.llvm import VECTOR, aligned_zeros, lanes_of
from minprune.nn.network import Network
from minprune.sparse.choice import (
    FEW,
    LARGEST_IMAGES,
    LARGEST_PANEL,
    SMALL,
    SMALL_ONE,
    TILES,
    WIDEST,
    explained,
    tile_of,
)
from minprune.sparse.compressed import Compressed
from minprune.sparse.measure import costs_of_panels, costs_of_samples
from minprune.sparse.one_sample import run_samples
from minprune.sparse.panel_plan import plan_panels
from minprune.sparse.panels import run_panels
from minprune.sparse.sample_plan import plan_sample
from minprune.sparse.stages import stages_of
from minprune.threads import cores
from minprune.workers import FAILED, remembered, together

PLANS = "_panel_plan", "_sample_plan"
NOTHING_DONE = np.zeros(3, np.int64)  # the counters of a call; a copy takes less than new ones


class SparseEngine:
    """The forward pass of a pruned network, its zeros left out.

    network  a Network of minprune's own layers; its weights are copied, later training of the
             network does not reach the engine
    threads  how many may work on a call; all cores that this process may use unless told otherwise
    engine(x) takes (N, ...) as the network does, and returns its outputs in the precision of the
             weights, at least float32, to which x is converted

    A layer with few nonzero weights runs on those alone, one with many runs dense; for one sample,
    a layer of whose inputs few are nonzero runs on those, and is kept dense for it, too. `explain`
    says which and why. The first call plans that, compiles the loops and measures them, which takes
    some seconds for panels and for one sample each, unless an earlier program has; with
    MINPRUNE_MEASURE=0 in the environment, formats are the same on every machine. Working memory is
    kept for the next call. An engine may be called from several threads at once, and in the child
    of a fork; a fork waits until no other thread compiles. Where many processes share the cores,
    give each threads=1. Samples that are not finite, or for which a sum overflows, run through the
    dense network: there a zero weight counts, since 0 * inf is not 0.

    Source: [E-6.2, E-8.3, C-9.1, our choice for "faster inference" and "deployment"].

    >>> from minprune.nn.network import mlp
    >>> network = mlp([4, 3, 2], np.random.default_rng(0))
    >>> x = np.ones((5, 4), dtype=np.float32)
    >>> bool(np.allclose(SparseEngine(network)(x), network(x), atol=1e-6))
    True
    """

    def __init__(self, network, threads=None):
        if not isinstance(network, Network):
            raise TypeError(f"network must be a Network, got {shown(network)}")
        if not network.layers:
            raise ValueError("network must have at least one layer")
        threads = None if threads is None else whole_number("threads", threads, 1)
        stages_of(network)  # refuses what cannot run
        self.__dict__.clear()  # of an engine that is made anew: its plans are for other shapes
        self._threads = threads
        self._compressed = Compressed(network)
        copy = self.network()  # what the plans are made of, whatever becomes of the network
        _, input_shape, output_shape = stages_of(copy)
        dtype = np.result_type(np.float32, *(p.value for p in copy.parameters.values()))
        self._kind = input_shape, output_shape, dtype  # read only: the loops rely on them
        self._free = defaultdict(deque)  # working memory of calls that have ended, by its samples

    @property
    def input_shape(self):
        """Of a sample."""
        return self._kind[0]

    @property
    def output_shape(self):
        """Of what the network makes of a sample."""
        return self._kind[1]

    @property
    def dtype(self):
        """Of the outputs, and of all that is computed."""
        return self._kind[2]

    @property
    def threads(self):
        """The number of threads that may work on a call."""
        return self._threads or cores()

    @property
    def nbytes(self):
        """Bytes of all arrays that the engine holds at the moment.

        These are the network in CSR, from which plans and the dense fallback are made; the plans
        made so far, each with all weights in its own formats; and working memory for the next call.
        """
        plans = [vars(self)[name] for name in PLANS if name in vars(self)]
        arrays = [a for p in plans for a in ((p.block,) if hasattr(p, "block") else p.program)]
        free = [*self._free.values()]  # at once, as below: other threads may take of it meanwhile
        arrays += [memory for memories in free for memory in [*memories]]
        return self.compressed_bytes + sum(array.nbytes for array in arrays)

    @property
    def compressed_bytes(self):
        """Bytes of the network in CSR: values, indices, offsets, biases, normalizations."""
        return self._compressed.nbytes

    def network(self):
        """The network again, dense."""
        return self._compressed.network()

    def explain(self):
        """The kernel of each layer and the reason, as a text to print."""
        return explained(self._panel_plan, self._sample_plan)

    def __repr__(self):
        ends = f"{self.input_shape} to {self.output_shape}, {self.dtype}"
        return f"<SparseEngine: {ends}; {self._compressed.nonzeros:,} weights>"

    def __getstate__(self):
        """Without working memory and plans: a copy, here or in another process, makes its own."""
        kept = "_threads", "_compressed", "_kind"
        return {name: self.__dict__[name] for name in kept} | {"_free": defaultdict(deque)}

    def __call__(self, x):
        """The outputs (N, ...) for inputs (N, ...)."""
        input_shape, output_shape, dtype = self._kind
        if not (plain := is_plain(x, dtype)):
            x = real_array("x", x)
        if (shape := x.shape)[1:] != input_shape or not shape:
            expected = ", ".join(str(n) for n in input_shape)
            raise ValueError(f"x must be (N, {expected}), got {shape}")
        if not plain and not is_plain(x, dtype):
            with np.errstate(over="ignore"):  # a float64 beyond float32 is infinite
                x = x.astype(dtype, order="C")  # and the loops know one kind of array only
        y = np.empty(shape[:1] + output_shape, dtype)
        if shape[0] <= FEW:
            if not self._one_by_one(x, y):
                self._dense(x, y, slice(None))
        else:
            done, T = self._in_panels(x, y)
            if np.count_nonzero(done) < len(done):
                self._dense(x, y, ~np.repeat(done, T)[: len(x)])
        return y

    # --- how it runs ---

    # Plans are made when they are first needed. Two threads may make one at the same time: it is
    # the same.

    @remembered
    def _panel_plan(self):
        stages, *_ = stages_of(self.network())
        return plan_panels(stages, self.input_shape, self.dtype, costs_of_panels(self.dtype))

    @remembered
    def _sample_plan(self):
        stages, *_ = stages_of(self.network())
        return plan_sample(stages, self.input_shape, self.dtype, costs=costs_of_samples(self.dtype))

    def _one_by_one(self, x, y):
        """Every sample by itself, its steps shared out; returns whether all could be done."""
        made, free = self._sample_plan, self._free[1]
        memory, counters = memory_of(free, made.size, y.dtype), NOTHING_DONE.copy()
        N = len(y)  # not len(x): another thread might give x another shape meanwhile
        arguments = made.block, N, x.ravel(), y.ravel(), memory, counters
        if made.cycles > SMALL_ONE:
            pieces = N * (len(made.program.steps) + 2)
            together(lambda: run_samples(*arguments), self.threads, counters, pieces)
        else:
            run_samples(*arguments)
        if counters[FAILED]:  # its numbers would be found again
            return False
        free.append(memory)
        return True

    def _in_panels(self, x, y):
        """Panels of T samples, shared out among threads; returns for each if it was done, and T."""
        made = self._panel_plan
        N = len(y)
        V, threads = self._tile(N, made)
        T = V * lanes_of(self.dtype)
        free = self._free[T]  # of this network: some threads come late, and find another one here
        done, counters = np.zeros(-(-N // T), bool), NOTHING_DONE.copy()
        arguments = (tile_of(V), tuple(made.program), made.x_rows, made.y_rows,
                     N, x.ravel(), y.ravel())  # fmt: skip

        def work():
            memory = memory_of(free, made.size * T, y.dtype)
            run_panels(*arguments, memory, counters, done)
            free.append(memory)

        together(work, min(threads, len(done)), counters, len(done))
        return done, T

    def _dense(self, x, y, which):
        """Dense fallback for samples on which skipping zeros could matter: 0 * inf is NaN."""
        with np.errstate(all="ignore"):
            y[which] = self.network()(x[which])

    def _tile(self, n, made):
        """Vectors of samples in a panel, and threads, that are quickest for n samples.

        A wider panel takes less time a sample, V + 2 for V vectors, but there are fewer to share.
        Of images it should fit the cache: a convolution is as quick with few samples, for it has
        many positions.
        """
        lanes = lanes_of(self.dtype)
        widest = -(-n // lanes) / WIDEST  # a panel of all of them
        threads = self.threads if made.cycles * widest > SMALL else 1

        def cost(V):
            panels = -(-n // (V * lanes))
            return -(-panels // threads) * (V + 2)

        most = min(LARGEST_PANEL, LARGEST_IMAGES if made.images else LARGEST_PANEL)
        room = [V for V in TILES if made.size * V * VECTOR <= most] or TILES[:1]
        return min(reversed(room), key=cost), threads


def is_plain(x, dtype):
    """Whether x is the one kind of array that the loops know: in a row, its own, to be written."""
    return type(x) is np.ndarray and x.dtype == dtype and x.flags.carray


def memory_of(free, size, dtype):
    """Working memory: that of a call that has ended, or new. Zeros around images are written once,
    here, since nothing else is ever written there."""
    try:
        return free.pop()
    except IndexError:
        return aligned_zeros(size, dtype)
