"""The documents' procedures from start to end, with their gaps filled, as functions on a network.

What differs from case to case is handed in: `train` and `finetune` are functions that train a
network, `evaluate` returns its performance (higher is better), `prune` prunes it. So a procedure is
the order of the steps and nothing else:

    train = lambda network: mp.fit(network, x, y, epochs=5)
    evaluate = lambda network: mp.evaluate(network, x_validation, y_validation).accuracy
    prune = lambda network, sparsity: mp.prune_by_gradient(network, x, y, sparsity)
"""

from typing import NamedTuple

from minprune.arguments import function, performance
from minprune.formulas.quantize import Quantized, dequantize, quantize_symmetric
from minprune.formulas.schedules import mean_threshold, stage_sparsities
from minprune.formulas.scores import layer_importance
from minprune.nn.network import Network, checked_network
from minprune.pruning.one_shot import prune_by_magnitude, prune_by_threshold, prune_tensors


class Stage(NamedTuple):
    """A procedure after one of its steps."""

    name: str
    sparsity: float  # of the weights, biases not counted
    performance: float


class QuantizedNetwork(NamedTuple):
    """A pruned and fine-tuned network, and its weights as integers."""

    network: Network
    weights: dict[str, Quantized]  # of the weight arrays by name
    stages: list[Stage]  # four; the last one is measured with the weights dequantized


def train_prune_finetune(network, train, prune, finetune, evaluate):
    """The order that all later methods share: train, prune, fine-tune, measured after each.

    network          changed
    train, finetune  functions of a network that train it; masks hold during `finetune`
    prune            function of a network, such as `lambda net: prune_by_magnitude(net, 0.9)`
                     or `lambda net: prune_units(net, unit_scores(net, "activation", x), 0.5)`,
                     after which `shrink_network` makes the smaller network
    evaluate         function of a network -> performance, higher is better
    returns a list of three `Stage` (name, sparsity, performance)

    Source: [D-2.3, D-2.4, D-3.1, D-3.2, D-5.2e, C-3.1, C-9.2, E-3.1, E-3.2, E-8.1, B-3c].

    >>> import numpy as np, minprune as mp
    >>> rng = np.random.default_rng(0)
    >>> x = rng.standard_normal((90, 8))
    >>> y = x[:, :3].argmax(axis=1)
    >>> train = lambda net: mp.fit(net, x, y, epochs=40)
    >>> stages = train_prune_finetune(
    ...     mp.mlp([8, 16, 3], rng), train, lambda net: mp.prune_by_magnitude(net, 0.5), train,
    ...     evaluate=lambda net: mp.evaluate(net, x, y).accuracy)
    >>> [(stage.name, stage.sparsity) for stage in stages]
    [('trained', 0.0), ('pruned', 0.5), ('fine-tuned', 0.5)]
    """
    _check(network, train=train, prune=prune, finetune=finetune, evaluate=evaluate)
    stages = []
    for name, step in (("trained", train), ("pruned", prune), ("fine-tuned", finetune)):
        step(network)
        stages.append(_stage(name, network, evaluate))
    return stages


def train_prune_quantize(network, train, theta, finetune, evaluate, bits=8):
    """The six steps of A-3.2 in an order that works: quantization comes last.

    network, train, finetune, evaluate  as in `train_prune_finetune`; network is not changed
    theta  threshold on the magnitude; equality is kept
    bits   of the integers, from 2 to 16
    returns a `QuantizedNetwork` (network, weights, stages)

    Source: [A-3.2, A-3.1, A-3.2.5].
    """
    _check(network, train=train, finetune=finetune, evaluate=evaluate)
    rebuilt = network.copy()
    prune = lambda net: prune_by_threshold(net, theta, ties="keep")  # noqa: E731
    stages = train_prune_finetune(rebuilt, train, prune, finetune, evaluate)
    quantized = {name: quantize_symmetric(w.value, bits) for name, w in rebuilt.weights.items()}
    coarse = rebuilt.copy()
    for name, w in coarse.weights.items():
        w.value = dequantize(*quantized[name])
    stages.append(_stage("quantized", coarse, evaluate))
    return QuantizedNetwork(rebuilt, quantized, stages)


def train_after_pruning(network, train, evaluate, masked):
    """A-5.2: zero the tensors whose L1 norm does not exceed the mean, then train.

    network   untrained; changed
    train     function of a network that trains it
    evaluate  function of a network -> performance
    masked    True: what was pruned stays pruned; False: as the document does it, it grows back
    returns a list of two `Stage`. With 784-64-10 the output weights go, and with masks the network
    can never answer anything but the most frequent class

    Source: [A-5.2, A-5.2.5, A-5.2.6, A-5.2.7].
    """
    _check(network, train=train, evaluate=evaluate)
    tensors = [p.value for p in network.parameters.values()]
    prune_tensors(network, mean_threshold(layer_importance(tensors)), ties="prune")
    stages = [_stage("pruned", network, evaluate)]
    if not masked:
        network.unprune()
    train(network)
    return [*stages, _stage("trained", network, evaluate)]


def iterate_pruning(network, final, stages, finetune, evaluate, prune=prune_by_magnitude):
    """Iterative pruning: every stage prunes the same part of what is left, then fine-tunes.

    network   trained; changed
    final     sparsity at the end, 0 <= final < 1, at least what is pruned already
    stages    how many
    finetune  function of a network that trains it
    evaluate  function of a network -> performance
    prune     function (network, sparsity)
    returns a list of one `Stage` per stage, after its fine-tuning

    Source: Han et al. 2015; Frankle and Carbin 2019 [A-5.6].
    """
    _check(network, finetune=finetune, evaluate=evaluate, prune=prune)
    done = []
    for level in stage_sparsities(final, stages, initial=min(network.masked_sparsity, final)):
        prune(network, level)
        finetune(network)
        done.append(_stage(f"stage {len(done) + 1}", network, evaluate))
    return done


def rewind(network, earlier):
    """Set what is left of a network back to earlier values; what is pruned stays pruned.

        W <- m * W_earlier

    network  changed: values only, its masks hold
    earlier  network of the same shapes, such as a copy made before training

    Source: Frankle and Carbin 2019; Renda, Frankle and Carbin 2020 rewind to a point early in
    training [A-5.6, our choice, next to fine-tuning].
    """
    checked_network("network", network)
    checked_network("earlier", earlier)
    shapes = [{k: p.value.shape for k, p in net.parameters.items()} for net in (network, earlier)]
    if shapes[0] != shapes[1]:
        raise ValueError(f"earlier must have the parameters {shapes[0]}, got {shapes[1]}")
    for parameter, old in zip(
        network.parameters.values(), earlier.parameters.values(), strict=True
    ):
        parameter.value = old.value


def find_ticket(network, train, final, stages, evaluate, prune=prune_by_magnitude):
    """The lottery ticket: train, prune a part, go back to the first weights, and again.

    network   untrained; changed
    train     function of a network that trains it, always for as long
    final     sparsity at the end, 0 <= final < 1
    stages    how many rounds of pruning
    evaluate  function of a network -> performance
    prune     function (network, sparsity)
    returns a list of stages + 1 `Stage`, each after its training: dense first. The network is the
    ticket then, trained; `rewind(network, first)` makes it the ticket as it was drawn

    Source: Frankle and Carbin 2019 [A-5.6, our choice].
    """
    _check(network, train=train, evaluate=evaluate, prune=prune)
    levels, first = stage_sparsities(final, stages), network.copy()
    train(network)
    done = [_stage("dense", network, evaluate)]
    for level in levels:
        prune(network, level)
        rewind(network, first)
        train(network)
        done.append(_stage(f"ticket {len(done)}", network, evaluate))
    return done


def _check(network, **functions):
    """An error that names the argument, before any work is done."""
    checked_network("network", network)
    for name, value in functions.items():
        function(name, value)


def _stage(name, network, evaluate):
    return Stage(name, network.sparsity, performance(evaluate, network))
