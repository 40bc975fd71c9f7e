"""Experiments on claims of the documents: small networks, ten seeds, an interval for each mean.

`python -m minprune.experiments.claims NAME` runs one of `EXPERIMENTS`, about half a minute each.
Every network is 196-40-10 unless said otherwise, sees 1,000 images of 14 x 14 pixels, and takes
600 steps of Adam on batches of 50. A pruned network takes 600 more with its mask, and is compared
with the dense one after as many.
"""

import sys
from functools import cache

import numpy as np

from minprune.data.mnist import load_mnist
from minprune.experiments.names import shown_name
from minprune.experiments.spread import interval
from minprune.formulas.convolution import average_pool2d
from minprune.language import of_environment, use
from minprune.layout import wide
from minprune.nn.initializers import glorot_uniform, he_normal
from minprune.nn.network import mlp
from minprune.nn.optim import Adam
from minprune.nn.predict import evaluate
from minprune.nn.train import fit
from minprune.pruning.one_shot import prune_by_gradient, prune_by_magnitude

SEEDS, STEPS, BATCH = 10, 600, 50


def initialization(seeds=SEEDS):
    """Cost of pruning 90 %, in points of test accuracy, by the initial weights."""
    kinds = {
        "Glorot": glorot_uniform,
        "He": he_normal,
        "Glorot / 10": lambda *a, **k: glorot_uniform(*a, **k) / np.float32(10),
        "Glorot x 3": lambda *a, **k: glorot_uniform(*a, **k) * np.float32(3),
    }
    return _each(kinds, seeds, lambda seed, kind: _cost(seed, 0.9, initialize=kind))


def more_data(seeds=SEEDS):
    """Cost of pruning 90 %, by the number of images; the number of steps stays the same."""
    kinds = {
        "250 images": (250, False),
        "1,000 images": (1000, False),
        "1,000, also shifted": (1000, True),  # by a pixel to each side: 5,000
        "6,000 images": (6000, False),
    }
    return _each(kinds, seeds, lambda seed, kind: _cost(seed, 0.9, images=_images(seed, *kind)))


def small_networks(seeds=SEEDS):
    """Cost of pruning 80 %, by the number of hidden units."""
    kinds = {f"{h} hidden units": h for h in (5, 10, 20, 40, 80)}
    return _each(kinds, seeds, lambda seed, h: _cost(seed, 0.8, hidden=h))


def robustness(seeds=SEEDS):
    """Cost of pruning on test images with Gaussian noise of this standard deviation."""
    kinds = {f"{s:.0%}, noise {n}": (s, n) for s in (0.5, 0.9, 0.95) for n in (0.0, 0.2, 0.4)}
    ends = cache(_ends)
    return _each(kinds, seeds, lambda seed, kind: _ahead(*ends(seed, kind[0]), noise=kind[1]))


def learning_rate(seeds=SEEDS):
    """Points that retraining wins back after 95 % were pruned, by its learning rate."""

    def won(seed, lr):
        x, y = _images(seed)
        network = _trained(mlp([196, 40, 10], np.random.default_rng(seed)), x, y, seed)
        prune_by_magnitude(network, 0.95)
        return -_accuracy(network) + _accuracy(_trained(network, x, y, seed + 100, lr))

    return _each({f"lr {lr:g}": lr for lr in (1e-5, 1e-4, 1e-3, 1e-2, 1e-1)}, seeds, won)


def gradient(seeds=SEEDS):
    """Points that pruning 90 % by |gradient| is ahead, just pruned and after retraining."""
    found = {}
    for seed in range(seeds):
        (x, y), rng = _images(seed), np.random.default_rng(seed)
        half = _trained(mlp([196, 40, 10], rng), x, y, seed)
        by_gradient, by_size, at_random = half.copy(), half.copy(), half.copy()
        prune_by_gradient(by_gradient, x, y, 0.9, "gradient")
        prune_by_magnitude(by_size, 0.9)
        at_random.prune([rng.permuted(w.mask) for w in by_size.weights.values()])
        for when in ("just pruned", "retrained"):
            for name, other in (("magnitude", by_size), ("chance", at_random)):
                found.setdefault(f"{name}, {when}", []).append(_ahead(by_gradient, other))
            for network in (by_gradient, by_size, at_random):
                _trained(network, x, y, seed + 100)
    return found


EXPERIMENTS = {
    f.__name__: f
    for f in (initialization, more_data, small_networks, robustness, learning_rate, gradient)
}


def table(found):
    """One line for each condition: the mean over the seeds, and half of its 95 % interval."""
    rows = [(name, interval(values)) for name, values in found.items()]
    return "\n".join(f"{wide(shown_name(name), 24)}{over.mean:+6.1f} +- {over.half:.1f}"
                     for name, over in rows)  # fmt: skip


def _each(kinds, seeds, measure):
    return {name: [measure(seed, kind) for seed in range(seeds)] for name, kind in kinds.items()}


def _cost(seed, sparsity, **options):
    return _ahead(*_ends(seed, sparsity, **options))


def _ends(seed, sparsity, hidden=40, images=None, initialize=glorot_uniform):
    """The dense network at the end, and the one that was pruned half-way."""
    x, y = images or _images(seed)
    network = mlp([196, hidden, 10], np.random.default_rng(seed), initialize)
    dense = _trained(network, x, y, seed)
    pruned = dense.copy()
    prune_by_magnitude(pruned, sparsity)
    return [_trained(n, x, y, seed + 100) for n in (dense, pruned)]


def _ahead(a, b, noise=0.0):
    """Points of test accuracy that network a is ahead of b."""
    return _accuracy(a, noise) - _accuracy(b, noise)


def _images(seed, n=1000, shifted=False):
    """n training images and labels; shifted: each as it is and moved by a pixel to four sides."""
    train = load_mnist().train
    chosen = np.random.default_rng(seed).choice(len(train.labels), n, replace=False)
    images, labels = train.x[chosen], train.labels[chosen]
    if shifted:
        sides = ((1, 1), (-1, 1), (1, 2), (-1, 2))
        images = np.concatenate([images, *(np.roll(images, by, axis) for by, axis in sides)])
        labels = np.tile(labels, 5)
    return _small(images), labels


def _small(images):
    return average_pool2d(images[..., None], 2).reshape(len(images), 196)


def _trained(network, x, y, seed, lr=1e-3):
    fit(network, x, y, optimizer=Adam(network.parameters, lr=lr), epochs=STEPS * BATCH // len(x),
        batch_size=BATCH, rng=np.random.default_rng(seed))  # fmt: skip
    return network


@cache
def _test(noise):
    images = load_mnist().test.x[:5000]
    rng = np.random.default_rng(0)
    return _small(images + np.float32(noise) * rng.standard_normal(images.shape, np.float32))


def _accuracy(network, noise=0.0):
    return 100 * evaluate(network, _test(noise), load_mnist().test.labels[:5000]).accuracy


if __name__ == "__main__":
    use(of_environment())
    print(table(EXPERIMENTS[sys.argv[1]]()))
